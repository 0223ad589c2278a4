//! What was decided: offers, and for everything else the reason.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use xxhash_rust::xxh3::xxh3_128;

use super::answers::{ExploreChoice, Explored, QuotaUse, Suppressed, WhyNot};
use super::candidates::{Chosen, Look, Outcome, Scratch};
use super::context::Context;
use super::engine::SCRATCH;
use super::offer::{Builder, Offer};
use super::policy::Texts;
use super::reasons::{Kind, Reason};
use super::request::Request;
use super::slate::{Choice, Kept, most_of};
use super::state::{Compiled, State};
use super::up_sell::{Shortfall, shortfall};
use crate::data::{Id, IdRef, Money, NO_CODE};

/// How many suppressed candidates [`Decision::to_json`] lists: those with the greatest chance of
/// being bought. [`Decision::suppressed`] has all of them.
pub const LOGGED_SUPPRESSED: usize = 50;

/// Ordered offers, perhaps none, and everything needed to say why.
///
/// What is decided is kept in numbers; the offers and their words are made when they are first
/// asked for.
#[derive(Clone)]
pub struct Decision {
    pub(crate) state: Arc<State>,
    compiled: Arc<Compiled>,
    pub(crate) context: Context,
    request: Request,
    /// Of the candidates that were looked at, without the probabilities of those that were not scored.
    outcomes: Vec<Outcome>,
    /// Of all candidates, with their probabilities.
    all: OnceLock<Vec<Outcome>>,
    chosen: Vec<Chosen>,
    choices: Vec<Choice>,
    drawn_slot: u32,
    kept: Vec<Kept>,
    /// Nothing is offered because the contact would not be worth its risk.
    withdrawn: bool,
    /// What the candidates gave cause to warn of.
    warning: Option<String>,
    /// How many of the outcomes are of candidates that were looked at; they come first.
    looked_at: usize,
    /// How far candidates reach, of all.
    pub(crate) look: Look,
    /// Made for [`offers`](Self::offers) or, of a held-out customer, [`withheld`](Self::withheld).
    offers: OnceLock<Vec<Offer>>,
    warnings: OnceLock<Vec<String>>,
}

impl Decision {
    /// A decision of nothing, to be [made](Self::make).
    pub(crate) fn new(state: Arc<State>, compiled: Arc<Compiled>) -> Self {
        Self {
            state,
            compiled,
            context: Context::at(0),
            request: Request::default(),
            outcomes: Vec::new(),
            all: OnceLock::new(),
            chosen: Vec::new(),
            choices: Vec::new(),
            drawn_slot: 0,
            kept: Vec::new(),
            withdrawn: false,
            warning: None,
            looked_at: 0,
            look: Look::Paired,
            offers: OnceLock::new(),
            warnings: OnceLock::new(),
        }
    }

    /// Takes over what was chosen, in place of what was here.
    pub(crate) fn make(
        &mut self,
        state: Arc<State>,
        compiled: Arc<Compiled>,
        context: &Context,
        request: &Request,
        scratch: &Scratch,
    ) {
        self.state = state;
        self.compiled = compiled;
        self.context.clone_from(context);
        self.request.clone_from(request);
        self.outcomes.clear();
        self.outcomes.extend_from_slice(&scratch.outcomes[..scratch.singles]);
        self.looked_at = scratch.scored;
        let learned = self.state.model.learned();
        self.chosen.clear();
        self.chosen.extend(scratch.slate.chosen.iter().filter_map(|pick| {
            let outcome = scratch.outcomes[pick.outcome as usize];
            let detail = scratch.detail(&learned, pick.outcome)?;
            Some(Chosen { outcome, chosen_with: pick.chosen_with, pinned: pick.pinned, detail })
        }));
        self.choices.clone_from(&scratch.slate.choices);
        self.drawn_slot = scratch.slate.drawn_slot;
        self.kept.clone_from(&scratch.slate.kept);
        self.withdrawn = scratch.slate.withdrawn;
        if self.held_out() {
            for chosen in &self.chosen {
                let withheld = |held: &&mut Outcome| chosen.added().contains(&held.key);
                for held in self.outcomes.iter_mut().filter(withheld) {
                    held.reason = Some(Reason::HeldOut);
                }
            }
        }
        self.warning = scratch.warning(&self.compiled.policy.texts);
        self.all.take();
        self.offers.take();
        self.warnings.take();
    }
}

impl Decision {
    /// The offers, the most valuable first. Empty if nothing is worth offering.
    pub fn offers(&self) -> &[Offer] {
        if self.held_out() { &[] } else { self.built() }
    }

    /// The offers that would have been made, had the customer not been held out
    /// ([`Policy::holdout`](crate::Policy::holdout)); empty for all others.
    pub fn withheld(&self) -> &[Offer] {
        if self.held_out() { self.built() } else { &[] }
    }

    fn built(&self) -> &[Offer] {
        self.offers.get_or_init(|| {
            let builder =
                Builder { state: &self.state, compiled: &self.compiled, request: &self.request };
            self.chosen.iter().map(|chosen| builder.offer(chosen)).collect()
        })
    }

    /// What is offered.
    fn made(&self) -> &[Chosen] {
        if self.held_out() { &[] } else { &self.chosen }
    }

    /// Why nothing is offered, whatever it is: the customer may not be contacted now, or is held
    /// out.
    pub fn stopped(&self) -> Option<Reason> {
        let people = &self.request.people;
        people.stopped.or(people.held_out.then_some(Reason::HeldOut))
    }

    /// True if the customer is held out: offered nothing, to measure against.
    pub fn held_out(&self) -> bool {
        self.request.people.held_out
    }

    /// The slot that was drawn by lot and what it was drawn from; `None` if nothing was left to chance.
    pub fn explored(&self) -> Option<Explored> {
        let choice = |choice: &Choice| ExploreChoice {
            products: choice.products.keys().iter().map(|&key| self.state.id(key)).collect(),
            kind: choice.kind,
            value: choice.value,
            probability: choice.probability,
        };
        (self.drawn_slot > 0).then(|| Explored {
            slot: self.drawn_slot,
            choices: self.choices.iter().map(choice).collect(),
        })
    }

    /// What became of the policy's quotas, in their order. Empty too if nothing could be offered.
    pub fn quotas(&self) -> Vec<QuotaUse> {
        let quotas = self.compiled.policy.quotas.iter().zip(&self.kept);
        quotas
            .map(|(quota, kept)| QuotaUse {
                name: quota.name.clone(),
                min: quota.min,
                made: kept.made,
                price: kept.price,
            })
            .collect()
    }

    /// What contacting the customer with any offer risks, in minor units: the probability of losing
    /// them times what they are worth ([`FatiguePolicy`](crate::decide::FatiguePolicy)). Offers are made
    /// only if they are worth more together.
    pub fn contact_risk(&self) -> f64 {
        self.request.people.risk
    }

    /// The number of offers.
    pub fn len(&self) -> usize {
        self.made().len()
    }

    /// True if nothing is offered.
    pub fn is_empty(&self) -> bool {
        self.made().is_empty()
    }

    /// The offers, the most valuable first.
    pub fn iter(&self) -> std::slice::Iter<'_, Offer> {
        self.offers().iter()
    }

    /// The expected contribution of all offers, less what the contact
    /// [risks](Self::contact_risk), in minor units; 0 if nothing is offered.
    pub fn value(&self) -> f64 {
        let made = self.made();
        let values: f64 = made.iter().map(|chosen| chosen.outcome.value).sum();
        if made.is_empty() { 0.0 } else { values - self.contact_risk() }
    }

    /// The decision's id, 32 hexadecimal digits: a hash of the model, the catalogue, the policy and
    /// the context. Equal ids are the same decision; a shop that logs a request twice, for instance
    /// because a page was reloaded within a millisecond, has one decision.
    pub fn id(&self) -> String {
        format!("{:032x}", self.id_bits())
    }

    pub(crate) fn id_bits(&self) -> u128 {
        let (model, context) = (self.model_id(), self.context.to_json());
        // The first three have a length that does not change.
        let parts = [&model, self.catalog_version(), self.policy_version(), &context];
        xxh3_128(parts.concat().as_bytes())
    }

    /// The model's id, 32 hexadecimal digits.
    pub fn model_id(&self) -> String {
        self.state.model.id_hex()
    }

    /// Sixteen hexadecimal digits that stand for the catalogue's content.
    pub fn catalog_version(&self) -> &str {
        &self.state.catalog_version
    }

    /// The words that it is put in.
    pub(crate) fn texts(&self) -> &Texts {
        &self.compiled.policy.texts
    }

    /// The policy's name.
    pub fn policy_name(&self) -> &str {
        &self.compiled.policy.name
    }

    /// The policy's version ([`Policy::version`](crate::Policy::version)).
    pub fn policy_version(&self) -> &str {
        &self.compiled.version
    }

    /// The customer, if the context named one.
    pub fn customer(&self) -> Option<IdRef<'_>> {
        self.context.customer.as_ref().map(Id::as_ref)
    }

    /// True if the model knows the customer; others are treated as new.
    pub fn customer_known(&self) -> bool {
        self.request.customer.is_some()
    }

    /// Where the offers are shown: the context's placement, or the policy's.
    pub fn placement(&self) -> Option<&str> {
        self.context.placement.as_deref().or(self.compiled.policy.placement.as_deref())
    }

    /// The time of the request, milliseconds since 1970-01-01 UTC.
    pub fn now_ms(&self) -> i64 {
        self.context.now_ms
    }

    /// The seed of the request.
    pub fn seed(&self) -> u64 {
        self.context.seed
    }

    /// What was not as it should be: unknown products, orders that were left out, exclusions that
    /// match nothing, costs that are assumed.
    pub fn warnings(&self) -> &[String] {
        self.warnings.get_or_init(|| {
            let mut warnings = self.compiled.warnings.clone();
            if let (Some(wanted), Some(got)) =
                (&self.compiled.policy.placement, &self.context.placement)
                && **wanted != **got
            {
                let (wanted, got) = (format!("{wanted:?}"), format!("{got:?}"));
                let values = [("wanted", &*wanted), ("got", &got)];
                warnings.push(self.texts().say("warn_placement", &values));
            }
            warnings.extend(self.request.warnings.iter().cloned());
            warnings.extend(self.warning.clone());
            warnings
        })
    }

    /// How many candidates were [suppressed](Self::suppressed) for each reason, in the order of
    /// [`Reason::ALL`], without reasons that none has.
    pub fn suppressed_counts(&self) -> Vec<(Reason, u32)> {
        let mut counts = [0u32; Reason::ALL.len()];
        for reason in self.all().iter().filter_map(|outcome| outcome.reason) {
            counts[reason as usize] += 1;
        }
        Reason::ALL
            .into_iter()
            .filter(|&reason| counts[reason as usize] > 0)
            .map(|reason| (reason, counts[reason as usize]))
            .collect()
    }

    /// All candidates that were not offered, those with the greatest chance of being bought
    /// first. Whatever an offer adds is offered, alone or with others, and not among them; of a
    /// customer who is held out nothing is. What was no candidate (what is in the basket, or what
    /// nothing points to) is not among them either; [`why_not`](Self::why_not) answers for any
    /// product, with the same reasons.
    pub fn suppressed(&self) -> Vec<Suppressed> {
        self.ranked().into_iter().map(|outcome| self.suppressed_of(outcome)).collect()
    }

    /// All candidates with their probabilities: those that could not be offered, or promised less than
    /// others, were not needed to decide.
    fn all(&self) -> &[Outcome] {
        self.all.get_or_init(|| {
            let (state, compiled, request) = (&self.state, &self.compiled, &self.request);
            let mut all = SCRATCH.with_borrow_mut(|(_, scratch)| {
                scratch.collect_all(state, compiled, request, self.look).to_vec()
            });
            let decided: HashMap<u32, (usize, &Outcome)> =
                self.outcomes.iter().enumerate().map(|held| (held.1.key, held)).collect();
            for outcome in &mut all {
                let learned = outcome.probability;
                match decided.get(&outcome.key) {
                    // Not looked at to decide, it was met as a dearer variant only.
                    Some(&(at, held)) if at >= self.looked_at && held.reason.is_some() => {
                        outcome.reason = outcome.reason.or(held.reason);
                    }
                    Some(&(_, &held)) => {
                        *outcome = held;
                        if outcome.probability.is_nan() {
                            outcome.probability = learned;
                        }
                    }
                    None => outcome.reason = outcome.reason.or(Some(Reason::Outranked)),
                }
            }
            let known: HashSet<u32> = all.iter().map(|outcome| outcome.key).collect();
            all.extend(self.outcomes.iter().filter(|held| !known.contains(&held.key)));
            for outcome in &mut all {
                match outcome.reason {
                    // No other offer is made that it could stand behind.
                    Some(reason) if self.withdrawn && reason.is_of_others() => {
                        outcome.reason = Some(Reason::ContactNotWorth);
                    }
                    Some(Reason::Outranked) if self.had_enough_of_kind(outcome) => {
                        outcome.reason = Some(Reason::KindLimit);
                    }
                    _ => {}
                }
            }
            // What an offer of several products adds is offered, whatever kept it from one of its own.
            let offered: HashSet<u32> =
                self.made().iter().flat_map(Chosen::added).copied().collect();
            let met = all.iter_mut().filter(|outcome| offered.contains(&outcome.key));
            met.for_each(|outcome| outcome.reason = None);
            all
        })
    }

    /// Whether there are as many offers of a candidate's kind as there may be that come before it, while
    /// there was a slot left. The slate tells so of what it came to; not of what was left aside before
    /// that, because it promised less or another variant was worth more in place of the same product.
    fn had_enough_of_kind(&self, outcome: &Outcome) -> bool {
        let Compiled { policy, stages, .. } = &*self.compiled;
        let Some(kind) = outcome.kind else { return false };
        let stage = stages[kind as usize];
        let (mut before, mut of_kind) = (0, 0);
        for chosen in &self.chosen {
            let Outcome { value, kind: Some(other), .. } = chosen.outcome else { continue };
            let earlier = stages[other as usize].cmp(&stage).then(outcome.value.total_cmp(&value));
            if chosen.pinned || earlier.is_le() {
                before += 1;
                of_kind += u32::from(other == kind);
            }
        }
        of_kind >= most_of(policy, kind) && before < policy.max_offers
    }

    pub(crate) fn ranked(&self) -> Vec<&Outcome> {
        let mut ranked: Vec<&Outcome> =
            self.all().iter().filter(|outcome| outcome.reason.is_some()).collect();
        ranked.sort_unstable_by(|a, b| {
            b.probability.total_cmp(&a.probability).then(a.key.cmp(&b.key))
        });
        ranked
    }

    pub(crate) fn suppressed_of(&self, outcome: &Outcome) -> Suppressed {
        Suppressed {
            product: self.state.id(outcome.key),
            reason: outcome.reason.unwrap_or(Reason::Outranked),
            kind: outcome.kind,
            probability: outcome.probability.into(),
            value: (!outcome.value.is_nan()).then_some(outcome.value),
        }
    }

    /// Why a product is not among the offers. Answers for any id, candidate or not.
    pub fn why_not<'a>(&self, product: impl Into<IdRef<'a>>) -> WhyNot {
        let id = product.into();
        let answer =
            |reason: Option<Reason>, text: String| WhyNot { product: id.to_owned(), reason, text };
        let texts = &self.compiled.policy.texts;
        let not_offered = |product: &str, reason: &str| {
            texts.say("not_offered", &[("product", product), ("reason", reason)])
        };
        let Some(key) = self.state.key(id) else {
            let kind = self.state.product_kind();
            let text = texts.reason(Reason::UnknownProduct);
            let mut text = not_offered(&id.to_string(), text);
            if id.kind() != kind {
                let _ = write!(text, " ({})", texts.say("detail_ids", &[("kind", kind.plural())]));
            }
            return answer(Some(Reason::UnknownProduct), text);
        };
        let label = match self.state.name(key) {
            Some(name) => format!("{id} (\"{name}\")"),
            None => id.to_string(),
        };
        let has = |offer: &&Offer| {
            let base = offer.base_product.as_ref().is_some_and(|base| base.as_ref() == id);
            // A second unit of what is there is offered; what it goes with is not.
            let units = offer.products.iter().filter(|product| product.as_ref() == id).count();
            units > usize::from(base)
        };
        if let Some(offer) = self.offers().iter().find(has) {
            let text = texts.say("offered", &[("product", &label), ("why", &offer.why)]);
            return answer(None, text);
        }
        let request = &self.request;
        let reason = if request.is_returned(key) {
            Reason::Returned
        } else if request.after.contains(&key) {
            Reason::InOrder
        } else if request.basket.contains(&key) {
            Reason::InBasket
        } else if request.viewed == Some(key) {
            Reason::Viewed
        } else if let Some(reason) =
            self.all().iter().find(|outcome| outcome.key == key).and_then(|o| o.reason)
        {
            reason
        } else {
            match self.state.in_catalog(key) {
                None => Reason::NotInCatalogue,
                Some(c) => self.never(c).or(self.stopped()).unwrap_or(Reason::NoEvidence),
            }
        };
        let mut text = not_offered(&label, texts.reason(reason));
        if let Some(detail) = self.detail(key, reason) {
            let _ = write!(text, " ({detail})");
        }
        answer(Some(reason), text)
    }

    /// Why a catalogue product that was no candidate could not have been offered either.
    fn never(&self, c: usize) -> Option<Reason> {
        let item = &self.compiled.items[c];
        if item.never.is_some() {
            return item.never;
        }
        if self.request.people.rules_bar(&self.compiled, c as u32) {
            return Some(Reason::SegmentRule);
        }
        if item.traits.line == NO_CODE {
            return None;
        }
        let same_line = |key: u32| {
            self.state
                .in_catalog(key)
                .is_some_and(|other| self.compiled.items[other].traits.line == item.traits.line)
        };
        if self.request.returned.iter().any(|&key| same_line(key)) {
            Some(Reason::Returned)
        } else if self.compiled.policy.allow_variants {
            None
        } else if self.request.after.iter().any(|&key| same_line(key)) {
            Some(Reason::VariantInOrder)
        } else if self.request.basket.iter().any(|&key| same_line(key)) {
            Some(Reason::VariantInBasket)
        } else if self.request.viewed.is_some_and(same_line) {
            Some(Reason::VariantOfViewed)
        } else {
            None
        }
    }

    /// The numbers that make a reason clear.
    fn detail(&self, key: u32, reason: Reason) -> Option<String> {
        let policy = &self.compiled.policy;
        let texts = &policy.texts;
        let currency = self.state.catalog.currency();
        let money = |minor| texts.money(Money { minor, currency });
        let amount = |minor| texts.amount(minor, currency);
        let detail = match (reason, self.all().iter().find(|outcome| outcome.key == key)) {
            (Reason::PriceWindow, _) => {
                let bound = |bound: Option<i64>| {
                    bound.map_or_else(|| texts.get("detail_any").to_owned(), money)
                };
                let price = money(self.state.catalog.price[key as usize]);
                let (min, max) = (bound(policy.price.min), bound(policy.price.max));
                texts.say("detail_price", &[("price", &price), ("min", &min), ("max", &max)])
            }
            (Reason::MarginNotPositive, _) => {
                let margin = amount(self.compiled.items[key as usize].margin);
                texts.say("detail_margin", &[("margin", &margin)])
            }
            (Reason::BelowMinValue, Some(outcome)) => {
                let (value, min) = (amount(outcome.value), amount(policy.min_value));
                texts.say("detail_value", &[("value", &value), ("min", &min)])
            }
            (
                Reason::Outranked
                | Reason::KindLimit
                | Reason::LineLimit
                | Reason::BrandLimit
                | Reason::CategoryLimit
                | Reason::SubstituteOffered
                | Reason::QuotaSlot
                | Reason::NotDrawn
                | Reason::HeldOut,
                Some(outcome),
            ) => {
                let kind = outcome.kind.map_or("", Kind::code);
                let values = [("kind", kind), ("value", &amount(outcome.value))];
                texts.say("detail_worth", &values)
            }
            (Reason::NotBetter, _) => {
                let catalog = &self.state.catalog;
                let here = self.request.basket.iter().chain(&self.request.viewed);
                // Any of them may be the one that it was compared with.
                let (base, shortfall) = here
                    .filter_map(|&base| self.state.in_catalog(base))
                    .filter(|&base| {
                        self.state.groups.of(base) == self.state.groups.of(key as usize)
                    })
                    .filter(|&base| catalog.price[base] < catalog.price[key as usize])
                    .find_map(|base| Some((base, shortfall(catalog, base, key as usize)?)))?;
                match shortfall {
                    Shortfall::Pack(from, to) => texts.say(
                        "detail_pack",
                        &[
                            ("content", &texts.number(to)),
                            ("price", &money(catalog.price[key as usize])),
                            ("base_content", &texts.number(from)),
                            ("base_price", &money(catalog.price[base])),
                        ],
                    ),
                    Shortfall::Quality(quality, from, to) => texts.say(
                        "detail_quality",
                        &[
                            ("quality", quality),
                            ("value", &texts.number(to)),
                            ("base", &texts.number(from)),
                        ],
                    ),
                }
            }
            (Reason::ContactNotWorth, Some(outcome)) => {
                let (value, risk) = (amount(outcome.value), amount(self.contact_risk()));
                texts.say("detail_risk", &[("value", &value), ("risk", &risk)])
            }
            _ => return None,
        };
        Some(detail)
    }

    /// The decision as one line of JSON: the log entry from which it can be replayed.
    ///
    /// The same decision gives the same bytes everywhere. Keys, always all of them and in this
    /// order: `id`, `model`, `catalog`, `policy`, `policy_version`, `placement`, `now` (ISO 8601, UTC),
    /// `now_ms`, `customer`, `customer_known`, `basket`, `viewed`, `orders_since`, `after`, `returned`,
    /// `channel`,
    /// `ride_along`, `segments`, `consents`, `customer_value`, `contacts`, `seed`, `currency`,
    /// `held_out`, `stopped`, `offers`, `withheld`, `value`, `contact_risk`,
    /// `explored` (null, or the slot and its choices), `quotas`, `suppressed_counts`, `suppressed`, `warnings`. Ids keep
    /// their type. Numbers that are not counts or times are rounded to six significant digits;
    /// money is in minor units. `suppressed` lists the [`LOGGED_SUPPRESSED`] candidates with the
    /// greatest chance of being bought; `suppressed_counts` counts all.
    pub fn to_json(&self) -> String {
        // Nothing here has keys that are not strings, and no writer can fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}
