//! Offers of several products: what lifts the basket over a threshold, bundles, and a second unit.
//!
//! They are made from the single products that may be offered, after these were judged, and compete
//! with them for the slots.

use super::beside::Beside;
use super::bundle::{self, MOST_ADDED, NO_TRAIT, Part, Terms};
use super::candidates::{Outcome, Scratch, UpSellCandidate, base_probability, worth};
use super::policy::Policy;
use super::reasons::{Kind, Reason};
use super::request::Request;
use super::slate::{Shelf as _, Traits};
use super::state::{Compiled, Item, NONE, OnShelf, State};
use super::top_up::{self, Gap, Piece};
use super::value;
use crate::affinity::scorer::NO_PRODUCT;
use crate::data::NO_CODE;

/// The most products of one offer.
const MOST: usize = MOST_ADDED + 1;

/// A candidate of several products and its numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SetCandidate {
    keys: [u32; MOST],
    len: u8,
    /// The main product of a bundle, which is among the keys; [`NONE`] of a top-up.
    pub(crate) base: u32,
    /// That it is bought if it is offered, and that all of it is bought if it is not.
    pub(crate) p1: f64,
    pub(crate) p0: f64,
    /// In minor units.
    pub(crate) discount: i64,
    pub(crate) numbers: Numbers,
}

/// What is particular to a kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Numbers {
    TopUp {
        basket: i64,
        gap: i64,
        /// That the threshold is reached by it, if it is offered and if it is not.
        reached: (f64, f64),
        /// What it is expected to add before the cost of the threshold, in minor units.
        adds: f64,
        /// The kind that a single product would be offered as; none of two.
        alone: Option<Kind>,
    },
    Bundle {
        /// That the main product is bought.
        purchase: f64,
        /// The discount in minor units at which it would be worth nothing.
        break_even: f64,
        /// The kind that its least probable product would be offered as alone.
        alone: Option<Kind>,
    },
    Second {
        purchase: f64,
        break_even: f64,
    },
}

impl SetCandidate {
    /// The products, the main one of a bundle first. A second unit is listed twice.
    pub(crate) fn keys(&self) -> &[u32] {
        &self.keys[..usize::from(self.len)]
    }

    /// The products that are added to the order.
    pub(crate) fn added(&self) -> &[u32] {
        &self.keys()[usize::from(self.base != NONE)..]
    }
}

/// The products of one offer, by key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Products {
    keys: [u32; MOST],
    len: u8,
}

impl From<u32> for Products {
    fn from(key: u32) -> Self {
        let mut keys = [NONE; MOST];
        keys[0] = key;
        Self { keys, len: 1 }
    }
}

impl Products {
    pub(crate) fn keys(&self) -> &[u32] {
        &self.keys[..usize::from(self.len)]
    }
}

/// Working memory of this module.
#[derive(Debug, Default)]
pub(crate) struct SetScratch {
    pub(crate) found: Vec<SetCandidate>,
    pieces: Vec<Piece>,
    parts: Vec<Part>,
    /// The discounts, and those on a second unit, as bundles want them.
    shares: Vec<(f64, f64)>,
    seconds: Vec<(f64, f64)>,
    /// What goes with products here and may be in bundles with them: their index in the model, and the
    /// place of the candidate.
    with: Vec<(u32, u32)>,
    /// What a set has to stand beside.
    pub(crate) beside: Beside,
    /// A top-up was not looked for because the basket's worth is not known.
    pub(crate) worth_unknown: bool,
}

/// The candidates of which more is known than the product they add.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Together<'a> {
    pub(crate) sets: &'a [SetCandidate],
    pub(crate) up_sells: &'a [UpSellCandidate],
}

impl Together<'_> {
    /// Whether an outcome is of several products.
    pub(crate) fn is_set(&self, outcome: &Outcome) -> bool {
        (outcome.set as usize) < self.sets.len()
    }

    /// All products of an outcome.
    pub(crate) fn products(&self, outcome: &Outcome) -> Products {
        match self.sets.get(outcome.set as usize) {
            Some(&SetCandidate { keys, len, .. }) => Products { keys, len },
            None => Products::from(outcome.key),
        }
    }

    /// The products that an outcome adds.
    pub(crate) fn added<'a>(&'a self, outcome: &'a Outcome) -> &'a [u32] {
        match self.sets.get(outcome.set as usize) {
            Some(set) => set.added(),
            None => std::slice::from_ref(&outcome.key),
        }
    }

    /// Whether two offers cannot stand in one decision: nothing is in two offers, no product has two
    /// deals, and none has a deal while something else is offered in its place. Single products
    /// differ from one another.
    #[inline]
    pub(crate) fn conflict(&self, a: Held, b: Held) -> bool {
        // Most offers are of single products.
        (a.set != NONE || b.set != NONE) && (self.clash(a, b) || self.clash(b, a))
    }

    /// What speaks against `other` beside `held`, if that is a set.
    fn clash(&self, held: Held, other: Held) -> bool {
        let Some(set) = self.sets.get(held.set as usize) else { return false };
        let deal = set.discount > 0;
        match self.sets.get(other.set as usize) {
            Some(more) => {
                let met = |keys: &[u32]| set.added().iter().any(|key| keys.contains(key));
                met(more.added()) || deal && set.keys().iter().any(|key| more.keys().contains(key))
            }
            None => {
                let mut up_sells = self.up_sells.iter();
                let replaced = up_sells.find(|up_sell| other.up_sell && up_sell.key == other.key);
                set.added().contains(&other.key)
                    || deal && replaced.is_some_and(|held| set.keys().contains(&held.base))
            }
        }
    }
}

/// An offer as far as others may conflict with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Held {
    key: u32,
    set: u32,
    up_sell: bool,
}

impl Held {
    pub(crate) fn new(outcome: &Outcome) -> Self {
        let Outcome { key, set, kind, .. } = *outcome;
        Self { key, set, up_sell: kind == Some(Kind::UpSell) }
    }
}

impl Scratch {
    /// Says of the single products that were left to a set that is not made what kept the set out.
    pub(super) fn mark_left(&mut self, state: &State) {
        for at in 0..self.sets.found.len() {
            let set = self.sets.found[at];
            let mut sets = self.singles..self.outcomes.len();
            let Some(i) = sets.find(|&i| self.outcomes[i].set == at as u32) else { continue };
            if self.slate.chosen.iter().any(|pick| pick.outcome == i as u32) {
                continue;
            }
            let (why, value) = (self.outcomes[i].reason, self.outcomes[i].value);
            let why = why.unwrap_or(Reason::Outranked);
            for &key in set.added() {
                let single = self.outcome_of(state, key);
                let single = single.and_then(|i| self.outcomes.get(i as usize));
                if single.is_some_and(|single| single.reason == Some(Reason::InOtherOffer)) {
                    // Worth what is left when the shop bears the cost of the threshold.
                    self.judge_part(state, key, why);
                    if let Some(i) = self.outcome_of(state, key) {
                        self.outcomes[i as usize].value = value;
                    }
                }
            }
        }
    }

    /// Says of a single product why it is not offered alone, unless it is pinned.
    pub(super) fn judge_part(&mut self, state: &State, key: u32, reason: Reason) {
        let Some(i) = self.outcome_of(state, key) else { return };
        let pinned = self.is_pinned(i);
        if let Some(single) = self.outcomes.get_mut(i as usize).filter(|_| !pinned) {
            single.reason = Some(reason);
        }
    }

    /// Proposes offers of several products, as further outcomes.
    pub(crate) fn propose_sets(&mut self, state: &State, compiled: &Compiled, request: &Request) {
        self.sets.found.clear();
        self.sets.worth_unknown = false;
        if request.people.stopped.is_some() {
            return;
        }
        let policy = &compiled.policy;
        if policy.top_up.max > 0 && policy.top_up.threshold.is_some() {
            self.propose_top_up(state, compiled, request);
        }
        if policy.bundle.max > 0 {
            self.propose_bundles(state, compiled, request);
        }
    }

    fn propose_top_up(&mut self, state: &State, compiled: &Compiled, request: &Request) {
        let until = compiled.policy.top_up.until;
        if until.is_some_and(|until| request.now_ms >= until) {
            return;
        }
        if request.worth.is_none() {
            self.sets.worth_unknown = true;
            return;
        }
        let Some((found, value)) = self.find_top_up(state, compiled, request) else { return };
        self.propose(found, Kind::TopUp, value, compiled);
        if let (&[alone], false) = (found.added(), self.sets.found.is_empty()) {
            self.take_alone(state, alone);
        }
    }

    /// The most valuable top-up beside what is offered, and its value.
    pub(super) fn find_top_up(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
    ) -> Option<(SetCandidate, f64)> {
        let policy = &compiled.policy;
        let top_up = &policy.top_up;
        let (threshold, basket) = top_up.threshold.zip(request.worth)?;
        let shares = (top_up.max_gap, top_up.max_over);
        let gap = Gap::new((basket, threshold), shares, top_up.cost, top_up.items)?;
        let shelf = OnShelf { state, compiled };
        let SetScratch { pieces, beside, .. } = &mut self.sets;
        pieces.clear();
        for outcome in &self.outcomes[..self.scored] {
            let Some((kind, price)) = may_be_added(outcome, compiled) else { continue };
            let key = outcome.key;
            if price > gap.most
                || request.people.bars(state, compiled, key, Kind::TopUp).is_some()
                || !beside.allows(&shelf, key, || traits(&shelf, key))
            {
                continue;
            }
            let p0 = base_probability(outcome.probability, kind, policy);
            pieces.push(Piece {
                key,
                price,
                margin: compiled.items[key as usize].margin,
                p0,
                p1: value::offered(p0, odds(request, policy, key, Kind::TopUp)),
            });
        }
        let limits = limits(policy);
        let apart = |a: u32, b: u32| {
            let (one, other) = (traits(&shelf, a), traits(&shelf, b));
            let held = beside.held(&one);
            let mut same = (0..3).filter(|&of| one[of] == other[of] && one[of] != NO_TRAIT);
            same.any(|of| held[of] + 2 > limits[of]) || state.apart(a, b)
        };
        let found = top_up::best(pieces, &gap, apart)?;
        let mut keys = [NONE; MOST];
        let mut len = 0;
        for place in found.places() {
            keys[len] = pieces[place].key;
            len += 1;
        }
        let (p1, p0) = found.bought;
        let mut scored = self.outcomes[..self.scored].iter();
        let single = scored.find(|outcome| len == 1 && outcome.key == keys[0]);
        let candidate = SetCandidate {
            keys,
            len: len as u8,
            base: NONE,
            p1,
            p0,
            discount: 0,
            numbers: Numbers::TopUp {
                basket,
                gap: gap.gap,
                reached: found.reached,
                adds: found.adds,
                alone: single.and_then(|outcome| outcome.kind),
            },
        };
        Some((candidate, top_up.lever * (found.gain - request.people.contact_cost)))
    }

    fn propose_bundles(&mut self, state: &State, compiled: &Compiled, request: &Request) {
        let policy = &compiled.policy;
        let settings = &policy.bundle;
        self.collect_parts(state, compiled, request);
        let response = policy.assume.discount_response;
        self.sets.shares.clear();
        self.sets.shares.extend(bundle::shares(settings.step, settings.max_discount, response));
        self.sets.seconds.clear();
        if settings.second > 0.0 {
            let discounts = bundle::seconds(settings.step, settings.second, response);
            self.sets.seconds.extend(discounts);
        }
        let viewed = request.viewed_only().map(|key| (key, 1.0, policy.assume.view_conversion));
        let basket = request.basket.iter().zip(&request.quantities);
        let basket = basket.map(|(&key, &quantity)| (key, quantity, 1.0));
        for (key, quantity, purchase) in basket.chain(viewed) {
            let Some(c) = state.in_catalog(key).filter(|_| self.is_here(key)) else { continue };
            let item = &compiled.items[c];
            if item.never.is_some() || item.paid_once == 0 {
                continue;
            }
            // What is not to be with the rest of the basket, or is a variant of what came back, is not
            // put there with a deal.
            let alone =
                !self.is_apart(state, request, key, key) && !self.line_returned(item.traits.line);
            let in_basket = Some(key) != request.viewed_only();
            if !(in_basket || alone) {
                continue;
            }
            let scene = (state, compiled, request);
            if let Some((found, value)) = self.find_bundle(scene, key, purchase) {
                self.propose(found, Kind::Bundle, value, compiled);
            }
            let open = alone && request.people.bars(state, compiled, key, Kind::Bundle).is_none();
            if settings.second > 0.0 && quantity <= 1.0 && item.stock >= 2 && open {
                let odds = request.people.odds(policy, key, policy.assume.response_odds);
                let terms = Terms { response_odds: odds, ..terms(compiled, request, key) };
                self.propose_second(scene, &main_part(compiled, key), purchase, &terms);
            }
        }
    }

    /// Notes which candidates may be in bundles, and with which main product.
    fn collect_parts(&mut self, state: &State, compiled: &Compiled, request: &Request) {
        let with = &mut self.sets.with;
        with.clear();
        let candidates = self.outcomes.iter().zip(self.scorer.candidates());
        for (place, (outcome, candidate)) in (0..).zip(candidates) {
            if matches!(outcome.kind, Some(Kind::CrossSell | Kind::Service))
                && may_be_added(outcome, compiled).is_some()
                && request.people.bars(state, compiled, outcome.key, Kind::Bundle).is_none()
            {
                // Paired with it, or given by hand.
                let paired = candidate.because;
                if paired != NO_PRODUCT {
                    with.push((paired, place));
                }
                let given = self.given.iter().filter(|given| given.0 == outcome.key);
                let given = given.map(|given| state.model_of(given.1));
                with.extend(given.filter(|&m| m != paired && m != NONE).map(|m| (m, place)));
            }
        }
    }

    /// The most valuable bundle of a main product beside what is offered, and its value.
    pub(super) fn find_bundle(
        &mut self,
        scene: (&State, &Compiled, &Request),
        main: u32,
        purchase: f64,
    ) -> Option<(SetCandidate, f64)> {
        let (state, compiled, request) = scene;
        let policy = &compiled.policy;
        let shelf = OnShelf { state, compiled };
        let because = state.model_of(main);
        if because == NONE {
            return None;
        }
        let SetScratch { parts, beside, with, shares, .. } = &mut self.sets;
        let terms = terms(compiled, request, main);
        let terms = Terms { max_discount: beside.discount(main, terms.max_discount)?, ..terms };
        parts.clear();
        // What may be offered is not apart from anything in the basket.
        let viewed = request.viewed_only() == Some(main);
        for &(_, place) in with.iter().filter(|&&(base, _)| base == because) {
            // What a top-up took is no longer there.
            let outcome = &self.outcomes[place as usize];
            let key = outcome.key;
            let Some((kind, price)) = may_be_added(outcome, compiled) else { continue };
            if viewed && state.apart(main, key) {
                continue;
            }
            // A bundle with what is viewed is of those who buy it.
            let p0 = match viewed {
                true => self.scorer.probabilities()[place as usize],
                false => outcome.probability,
            };
            let traits = traits(&shelf, key);
            if beside.allows(&shelf, key, || traits) {
                parts.push(Part {
                    key,
                    price,
                    margin: compiled.items[key as usize].margin,
                    p0: base_probability(p0, kind, policy),
                    traits,
                    held: beside.held(&traits),
                });
            }
        }
        let apart = |a: u32, b: u32| state.apart(a, b);
        let found = bundle::best(&main_part(compiled, main), parts, &terms, shares, apart)?;
        let mut keys = [NONE; MOST];
        keys[0] = main;
        let (mut gained, mut p0) = (0.0, f64::INFINITY);
        let mut least = NONE;
        for (slot, &place) in keys[1..].iter_mut().zip(found.places()) {
            let part = &parts[place];
            *slot = part.key;
            gained += (found.bought - part.p0) * part.margin;
            if part.p0 < p0 {
                (least, p0) = (part.key, part.p0);
            }
        }
        let mut with = with.iter().map(|&(_, place)| &self.outcomes[place as usize]);
        let alone = with.find(|outcome| outcome.key == least).and_then(|outcome| outcome.kind);
        let candidate = SetCandidate {
            keys,
            len: 1 + found.places().len() as u8,
            base: main,
            p1: purchase * found.bought,
            p0: purchase * p0,
            discount: found.discount,
            numbers: Numbers::Bundle { purchase, break_even: gained / found.bought, alone },
        };
        let value = policy.bundle.lever * (purchase * found.gain - request.people.contact_cost);
        Some((candidate, value))
    }

    fn propose_second(
        &mut self,
        scene: (&State, &Compiled, &Request),
        main: &Part,
        purchase: f64,
        terms: &Terms,
    ) {
        let (_, compiled, request) = scene;
        let policy = &compiled.policy;
        let p0 = policy.assume.second_unit;
        let found = bundle::second(main.price, main.margin, p0, terms, &self.sets.seconds);
        let Some(found) = found else { return };
        let mut keys = [NONE; MOST];
        keys[..2].fill(main.key);
        let candidate = SetCandidate {
            keys,
            len: 2,
            base: main.key,
            p1: purchase * found.bought,
            p0: purchase * p0,
            discount: found.discount,
            numbers: Numbers::Second {
                purchase,
                break_even: (found.bought - p0) * main.margin / found.bought,
            },
        };
        let value = policy.bundle.lever * (purchase * found.gain - request.people.contact_cost);
        self.propose(candidate, Kind::Bundle, value, compiled);
    }

    /// Makes a candidate an outcome if it is worth making.
    fn propose(&mut self, candidate: SetCandidate, kind: Kind, value: f64, compiled: &Compiled) {
        if !worth(value, &compiled.policy) {
            return;
        }
        self.outcomes.push(Outcome {
            value,
            // What is added: of a second unit the product itself.
            key: candidate.added()[0],
            probability: candidate.p0 as f32,
            kind: Some(kind),
            reason: None,
            set: self.sets.found.len() as u32,
        });
        self.sets.found.push(candidate);
    }
}

/// A main product, as bundles are made with it.
fn main_part(compiled: &Compiled, key: u32) -> Part {
    let Item { paid_once: price, margin, .. } = compiled.items[key as usize];
    Part { key, price, margin, p0: 1.0, traits: [NO_TRAIT; 3], held: [0; 3] }
}

/// What a bundle with this main product may be.
fn terms(compiled: &Compiled, request: &Request, main: u32) -> Terms {
    let policy = &compiled.policy;
    let settings = &policy.bundle;
    Terms {
        items: settings.items as usize,
        max_discount: settings.max_discount,
        min_margin: settings.min_margin,
        response_odds: odds(request, policy, main, Kind::Bundle),
        discount_response: policy.assume.discount_response,
        limits: limits(policy),
    }
}

/// How many times greater the odds of a purchase are with an offer of a product.
fn odds(request: &Request, policy: &Policy, key: u32, kind: Kind) -> f64 {
    request.people.odds(policy, key, policy.assume.odds_of(kind))
}

/// The kind and the price of a single product that may be part of an offer: it may be offered, or is
/// only not worth an offer of its own, or there were enough offers of its own kind; and it is paid once.
fn may_be_added(outcome: &Outcome, compiled: &Compiled) -> Option<(Kind, i64)> {
    let kind = outcome.kind.filter(|&kind| kind != Kind::UpSell)?;
    match outcome.reason {
        None | Some(Reason::BelowMinValue) => {}
        Some(reason) if of_one_kind(reason) => {}
        Some(_) => return None,
    }
    let price = compiled.items.get(outcome.key as usize)?.paid_once;
    (price > 0).then_some((kind, price))
}

/// Whether contacts speak against offers of one kind only, and not against the product.
pub(super) fn of_one_kind(reason: Reason) -> bool {
    matches!(reason, Reason::ContactCap | Reason::OfferEnded)
}

/// How many products of one line, brand and category are offered.
pub(super) fn limits(policy: &Policy) -> [u32; 3] {
    [policy.per_line, policy.per_brand, policy.per_category]
}

/// What these limits go by.
pub(super) fn traits(shelf: &OnShelf<'_>, key: u32) -> [u64; 3] {
    let Traits { line, brand, category: (level, category) } = shelf.traits(key);
    let code = |level: u32, code: u32| match code {
        NO_CODE => NO_TRAIT,
        code => u64::from(level) << 32 | u64::from(code),
    };
    [code(0, line), code(0, brand), code(level, category)]
}
