//! From a request to candidates, each with a value or with the reason why it is none.

use super::context::Context;
use super::follow_up::{self, FollowUp};
use super::policy::Policy;
use super::reasons::{Kind, Reason};
use super::request::Request;
use super::sets::{SetCandidate, SetScratch, Together, of_one_kind};
use super::slate::{Scene, Slate, uniform};
use super::state::{Compiled, NONE, OnShelf, State};
use super::up_sell::{Fit, compare, receptiveness};
use super::value;
use crate::affinity::scorer::{self, Candidate, Learned, Reach, Scored, Shared, Task, prefetch};
use crate::affinity::views::DAY_MS;
use crate::data::NO_CODE;

/// What became of a product that was considered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    /// In minor units; NaN where it was not computed.
    pub(crate) value: f64,
    pub(crate) key: u32,
    /// Bought without an offer, or, if it is considered as an up-sell only, taken if offered.
    pub(crate) probability: f32,
    pub(crate) kind: Option<Kind>,
    /// `None`: still a candidate, or an offer.
    pub(crate) reason: Option<Reason>,
    /// Of several products: the place among the sets; [`NONE`] of a single one.
    pub(crate) set: u32,
}

/// An outcome that is offered, and what its offer is made of when it is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chosen {
    pub(crate) outcome: Outcome,
    /// The probability with which it was chosen.
    pub(crate) chosen_with: f64,
    pub(crate) pinned: bool,
    pub(crate) detail: Detail,
}

/// What is known about an offer, by the way it came about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Detail {
    /// A product to be added.
    Added(Scored),
    /// A product to be bought after an order.
    After(Scored, FollowUp),
    /// A dearer variant.
    UpSell(UpSellCandidate),
    /// A product that is pinned and otherwise would be no candidate, with its chance.
    Pinned(f64),
    /// Several products together.
    Set(SetCandidate),
}

/// A candidate for an up-sell and its numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UpSellCandidate {
    pub(crate) outcome: u32,
    pub(crate) key: u32,
    /// The key of the product in whose place it is offered.
    pub(crate) base: u32,
    pub(crate) numbers: value::UpSell,
    /// The customer's purchases in the group.
    pub(crate) own_purchases: f64,
    /// Of a contract that the customer has: days until its term ends; NaN of others.
    pub(crate) ends_in: f64,
}

/// Working memory, kept from one decision to the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    round: u32,
    /// Per key: the round in which it was met, and [`IN_BASKET`], [`VIEWED`], or the index of
    /// its outcome if it was not scored.
    marks: Vec<(u32, u32)>,
    /// Per key: the round in which it was met as a substitute of something in the basket, or as not
    /// to be offered with it.
    apart: Vec<u32>,
    /// Per line: the round in which it was met, and what is marked of its products.
    lines: Vec<(u32, u32)>,
    /// Per key: the round in which it was met as the main product of something in the basket or
    /// viewed.
    mains: Vec<u32>,
    /// Accessories that the shop gave something in the basket or viewed: key and main product.
    given: Vec<(u32, u32)>,
    /// What speaks for products after an order, by product.
    follow_ups: Vec<FollowUp>,
    /// Some candidates may have been in the basket or an order, or may have been returned.
    marked: bool,
    pub(super) scorer: scorer::Scratch,
    context: Vec<u32>,
    /// What all candidates share.
    shared: Option<Shared>,
    /// How many of the outcomes are those of the scorer's candidates, in their order.
    pub(crate) scored: usize,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) slate: Slate,
    /// Slots and outcomes pinned to them, by slot.
    pinned: Vec<(u32, u32)>,
    /// Outcomes that are candidates only because they are pinned.
    only_pinned: Vec<u32>,
    pub(crate) up_sells: Vec<UpSellCandidate>,
    /// How many of the outcomes are of single products; those of several come behind.
    pub(crate) singles: usize,
    pub(super) sets: SetScratch,
    bases: Vec<Base>,
    contracts: Vec<Contract>,
    /// How many of the bases were looked at.
    pub(crate) bases_judged: usize,
    own: Vec<(u32, i64, f64)>,
}

/// A product in whose place a dearer variant may be offered.
#[derive(Clone, Copy, Debug)]
struct Base {
    key: u32,
    group: u32,
    /// How many units of it would be replaced.
    quantity: f64,
    purchase: f64,
    ends_in: f64,
}

/// A contract that the customer has.
#[derive(Clone, Copy, Debug)]
struct Contract {
    group: u32,
    key: u32,
    /// Since when.
    days: f64,
}

/// How far ahead of its turn a candidate's place is asked for.
const AHEAD: usize = 6;

/// What is similar to the basket without selling with it is never offered. Of what suits a customer,
/// only the best is, and what is popular fills slots that are left.
const IN_ORDER: Reach = Reach { similar_to_context: 0, similar_to_own: 50, popular: 50 };

/// How many dearer variants one decision looks at: in a line of thousands of products each product
/// of a huge basket has thousands. The bound keeps such a request from holding up the others.
const MAX_VARIANTS: usize = 1 << 20;

const IN_BASKET: u32 = u32::MAX;
const VIEWED: u32 = u32::MAX - 1;
const JUST_ORDERED: u32 = u32::MAX - 2;
const RETURNED: u32 = u32::MAX - 3;

impl Scratch {
    fn begin(&mut self, state: &State) {
        let keys = state.to_model.len() + state.to_catalog.len();
        if self.marks.len() < keys {
            self.marks.resize(keys, (0, 0));
            self.mains.resize(keys, 0);
            self.apart.resize(keys, 0);
        }
        let lines = state.links.lines;
        if self.lines.len() < lines {
            self.lines.resize(lines, (0, 0));
        }
        if self.round == u32::MAX {
            self.marks.fill((0, 0));
            self.lines.fill((0, 0));
            self.apart.fill(0);
            self.mains.fill(0);
            self.round = 0;
        }
        self.round += 1;
        self.outcomes.clear();
        self.up_sells.clear();
        self.pinned.clear();
        self.only_pinned.clear();
        self.bases.clear();
        self.bases_judged = 0;
    }

    /// What was noted about a product in this round.
    #[inline]
    fn mark(&self, key: u32) -> Option<u32> {
        let (round, what) = self.marks[key as usize];
        (round == self.round).then_some(what)
    }

    /// The outcome of a product that is neither in the basket nor viewed.
    pub(super) fn outcome_of(&self, state: &State, key: u32) -> Option<u32> {
        match state.model_of(key) {
            NONE => None,
            // Outcomes begin with those of the scorer's candidates, in their order.
            m => self.scorer.position(m).map(|at| at as u32),
        }
        .or_else(|| self.mark(key))
    }

    #[inline]
    fn line_mark(&self, line: u32) -> Option<u32> {
        match self.lines.get(line as usize) {
            Some(&(round, what)) if round == self.round => Some(what),
            _ => None,
        }
    }

    /// Why nothing of a line is offered: another product of it is here, or came back.
    #[inline]
    fn variant_of(&self, compiled: &Compiled, line: u32) -> Option<Reason> {
        match self.line_mark(line)? {
            RETURNED => Some(Reason::Returned),
            _ if compiled.policy.allow_variants => None,
            IN_BASKET => Some(Reason::VariantInBasket),
            JUST_ORDERED => Some(Reason::VariantInOrder),
            _ => Some(Reason::VariantOfViewed),
        }
    }

    /// Collects the outcomes of a request: those of the scorer's candidates, in their order, then
    /// those of products that were considered as up-sells only.
    pub(crate) fn collect(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        task: Task,
    ) {
        self.begin(state);
        self.context.clear();
        self.given.clear();
        self.marked = !request.after.is_empty() || !request.returned.is_empty();
        // The viewed product first: its line's mark gives way to the basket's.
        let viewed = request.viewed_only().map(|key| (key, VIEWED));
        let all = viewed
            .into_iter()
            .chain(request.basket.iter().map(|&key| (key, IN_BASKET)))
            .chain(request.after.iter().map(|&key| (key, JUST_ORDERED)))
            .chain(request.returned.iter().map(|&key| (key, RETURNED)));
        for (key, what) in all {
            self.marks[key as usize] = (self.round, what);
            if let Some(c) = state.in_catalog(key) {
                let line = compiled.items[c].line;
                if line != NO_CODE
                    && let Some(mark) = self.lines.get_mut(line as usize)
                {
                    *mark = (self.round, what);
                }
            }
            let returned = self.marked && request.returned.binary_search(&key).is_ok();
            if returned && matches!(what, JUST_ORDERED | RETURNED) {
                continue;
            }
            for &main in state.accessories.mains(key) {
                self.mains[main as usize] = self.round;
            }
            let given = state.accessories.given(key).iter();
            self.given.extend(given.map(|&accessory| (accessory, key)));
            let m = state.model_of(key);
            if m != NONE && what != JUST_ORDERED {
                self.context.push(m);
            }
        }
        for &key in request.basket.iter().chain(&request.after) {
            for &other in state.links.never_with(key) {
                self.apart[other as usize] = self.round;
            }
            let m = state.model_of(key);
            if m != NONE {
                for &other in state.model.apart(m) {
                    self.apart[state.key_of_model(other) as usize] = self.round;
                }
            }
        }
        let learned = state.model.learned();
        self.follow_order(state, request, &learned);
        // After an order all that is bought later counts, whatever it was with.
        let context: &[u32] = if request.after.is_empty() { &self.context } else { &[] };
        let situation = request.situation(context);
        let reach = if task == Task::Basket { IN_ORDER } else { Reach::FULL };
        self.shared = Some(learned.candidates_within(task, &situation, reach, &mut self.scorer));
        for &(accessory, _) in &self.given {
            let m = state.model_of(accessory);
            if m != NONE {
                self.scorer.consider(m);
            }
        }
        for follow_up in &self.follow_ups {
            self.scorer.consider(follow_up.product);
        }
        let viewed = request.viewed_only().map_or(NONE, |key| state.model_of(key));
        self.judge_candidates(state, compiled, request, &learned);
        self.value_candidates(compiled, request, task, &learned, viewed);
        self.judge_up_sells(state, compiled, request, &learned);
        if request.people.stopped.is_some() {
            for outcome in self.outcomes.iter_mut().filter(|outcome| outcome.reason.is_none()) {
                outcome.reason = request.people.stopped;
            }
        }
    }

    /// Collects what speaks for products after the order just placed, as far as it was kept.
    fn follow_order(&mut self, state: &State, request: &Request, learned: &Learned<'_>) {
        self.follow_ups.clear();
        if request.after.is_empty() {
            return;
        }
        let kept = |key: &&u32| request.returned.binary_search(key).is_err();
        let order: Vec<u32> = request
            .after
            .iter()
            .filter(kept)
            .map(|&key| state.model_of(key))
            .filter(|&m| m != NONE)
            .collect();
        follow_up::collect(&state.model, learned, &order, &mut self.follow_ups);
    }

    /// What speaks for a product of the model after the order just placed.
    pub(crate) fn follow_up(&self, product: u32) -> Option<&FollowUp> {
        let at = self.follow_ups.binary_search_by_key(&product, |found| found.product).ok()?;
        self.follow_ups.get(at)
    }

    /// Judges every candidate by what needs no probability. Only those that may be offered are
    /// scored; who asks for the chances of the others pays for them then.
    fn judge_candidates(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        learned: &Learned<'_>,
    ) {
        // What is pinned is looked at, whether or not anything suggests it.
        for &(key, _) in &compiled.pins {
            let m = state.model_of(key);
            if m != NONE {
                self.scorer.consider(m);
            }
        }
        self.scorer.choose(|_| false);
        for place in 0..self.scorer.candidates().len() {
            if let Some(ahead) = self.scorer.candidates().get(place + AHEAD) {
                prefetch(&compiled.items, state.key_of_model(ahead.product) as usize);
            }
            let candidate = &self.scorer.candidates()[place];
            let key = state.key_of_model(candidate.product);
            let (kind, reason) = match self.judge(state, compiled, learned, key, candidate) {
                Ok(kind) => match request.people.bars(state, compiled, key, kind) {
                    Some(reason) if !of_one_kind(reason) => (None, Some(reason)),
                    reason => (Some(kind), reason),
                },
                Err(reason) => (None, Some(reason)),
            };
            // What is enough of one kind may still be part of an offer of another.
            if kind.is_some() || compiled.pins.iter().any(|pin| pin.0 == key) {
                self.scorer.choose_place(place as u32);
            }
            let (value, probability) = (f64::NAN, f32::NAN);
            self.outcomes.push(Outcome { value, key, probability, kind, reason, set: NONE });
        }
        self.scored = self.outcomes.len();
    }

    fn value_candidates(
        &mut self,
        compiled: &Compiled,
        request: &Request,
        task: Task,
        learned: &Learned<'_>,
        viewed_only: u32,
    ) {
        let Some(shared) = &self.shared else { return };
        learned.score_chosen(task, shared, &mut self.scorer);
        let policy = &compiled.policy;
        for &place in self.scorer.chosen() {
            let outcome = &mut self.outcomes[place as usize];
            outcome.probability = self.scorer.probabilities()[place as usize];
            let Some(kind) = outcome.kind.filter(|_| outcome.reason.is_none()) else { continue };
            let because = self.scorer.candidates()[place as usize].because;
            let p0 = base_probability(outcome.probability, kind, because, viewed_only, policy);
            let odds = request.people.odds(policy, outcome.key, policy.assume.odds_of(kind));
            let p1 = value::offered(p0, odds);
            let stake = policy.assume.replaces * request.at_stake(compiled, outcome.key);
            let margin = compiled.items[outcome.key as usize].margin - stake;
            let lever = lever(policy, kind);
            outcome.value = value::added(p0, p1, margin, request.people.contact_cost, lever);
            // Also catches what is not a number, which a damaged model can lead to.
            if !worth(outcome.value, policy) {
                outcome.reason = Some(Reason::BelowMinValue);
            }
        }
    }

    /// The kind of offer a product is a candidate for. What is in the basket or viewed is none.
    #[inline]
    fn judge(
        &self,
        state: &State,
        compiled: &Compiled,
        learned: &Learned<'_>,
        key: u32,
        candidate: &Candidate,
    ) -> Result<Kind, Reason> {
        let Some(c) = state.in_catalog(key) else { return Err(Reason::NotInCatalogue) };
        let item = &compiled.items[c];
        if let Some(reason) = item.never {
            return Err(reason);
        }
        let own = candidate.count > 0;
        if candidate.count == 1 && item.rarely_rebought {
            return Err(Reason::Owned);
        }
        let policy = &compiled.policy;
        if self.marked
            && let Some(reason) = self.mark(key).and_then(met)
        {
            return Err(reason);
        }
        if let Some(reason) = self.variant_of(compiled, item.line) {
            return Err(reason);
        }
        if self.apart[key as usize] == self.round {
            return Err(Reason::SubstituteInBasket);
        }
        if own {
            let due = f64::from(candidate.last_days) / f64::from(learned.interval(candidate));
            let ahead = policy.refill.ahead / f64::from(learned.interval(candidate));
            if due + ahead >= policy.refill.due_from && due <= policy.refill.due_to {
                return Ok(Kind::Refill);
            }
        }
        if self.mains[key as usize] == self.round {
            return Err(Reason::MainOfAccessory);
        }
        let service = state.catalog.service.get(c).is_some_and(|&service| service);
        let (paired, base) = self.goes_with(state, compiled, learned, key, candidate);
        if let Some(base) = base {
            let base = state.in_catalog(base);
            if base.is_some_and(|base| !compiled.fits(&state.catalog, base, c)) {
                return Err(Reason::NotCompatible);
            }
            return Ok(if service { Kind::Service } else { Kind::CrossSell });
        }
        if own {
            return Err(Reason::NotDue);
        }
        // A service goes with something, or is not offered at all.
        if service {
            return Err(if paired { Reason::TooFewCustomers } else { Reason::NoEvidence });
        }
        if candidate.similar && item.enough_buyers {
            return Ok(Kind::Similar);
        }
        if candidate.popular && item.enough_buyers {
            return Ok(Kind::Popular);
        }
        let known = paired || candidate.popular || candidate.similar;
        Err(if known { Reason::TooFewCustomers } else { Reason::NoEvidence })
    }

    /// Whether anything says that a candidate goes with what is in the basket, viewed or just
    /// ordered; and the key of the product that it is offered with, if enough customers stand behind
    /// that or the shop says so.
    #[inline]
    fn goes_with(
        &self,
        state: &State,
        compiled: &Compiled,
        learned: &Learned<'_>,
        key: u32,
        candidate: &Candidate,
    ) -> (bool, Option<u32>) {
        let least = compiled.min_customers;
        let mut paired = candidate.max_log > 0.0;
        if paired && learned.pair_customers(candidate) >= least {
            return (true, Some(state.key_of_model(candidate.because)));
        }
        if let Some(follow_up) = self.follow_up(candidate.product) {
            paired |= follow_up.says_something();
            if let Some(base) = follow_up.base(least) {
                return (true, Some(state.key_of_model(base)));
            }
        }
        let given = self.given.iter().find(|given| given.0 == key);
        (paired, given.map(|given| given.1))
    }

    /// The probability of every candidate, in their order; also of those that were not scored.
    pub(crate) fn probabilities(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        task: Task,
    ) -> &[f32] {
        self.collect(state, compiled, request, task);
        let Some(shared) = &self.shared else { return &[] };
        self.scorer.choose(|_| true);
        state.model.learned().score_chosen(task, shared, &mut self.scorer);
        self.scorer.probabilities()
    }

    fn judge_up_sells(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        learned: &Learned<'_>,
    ) {
        let policy = &compiled.policy;
        if policy.up_sell.max == 0 {
            return;
        }
        let viewed = request.viewed_only().map(|key| (key, 1.0, policy.assume.view_conversion));
        let basket = request.basket.iter().zip(&request.quantities);
        let basket = basket.map(|(&key, &quantity)| (key, quantity, 1.0));
        for (key, quantity, purchase) in basket.chain(viewed) {
            let Some(c) = state.in_catalog(key) else { continue };
            let group = state.groups.of(c);
            if group != NONE && !compiled.items[c].margin.is_nan() {
                let ends_in = f64::NAN;
                self.bases.push(Base { key, group, quantity, purchase, ends_in });
            }
        }
        if policy.up_sell.contract_ahead > 0.0 {
            self.add_contracts(state, compiled, request, learned);
        }
        if self.bases.is_empty() {
            return;
        }
        self.collect_own(state, request, learned);
        let mut variants = 0;
        for b in 0..self.bases.len() {
            if variants > MAX_VARIANTS {
                break;
            }
            variants += self.judge_base(state, compiled, request, self.bases[b]);
            self.bases_judged += 1;
        }
    }

    /// Looks whether what is pinned may be offered.
    fn judge_pins(&mut self, state: &State, compiled: &Compiled, request: &Request) {
        let policy = &compiled.policy;
        if request.people.stopped.is_some() {
            return;
        }
        for &(key, position) in &compiled.pins {
            let pin = &policy.pinned[position];
            let here = self.mark(key).and_then(met).is_some();
            if here || !pin.active(request.now_ms) {
                continue;
            }
            let i = self.outcome_of(state, key).unwrap_or_else(|| {
                let reason = self.barred(compiled, key).unwrap_or(Reason::NoEvidence);
                let i = self.outcomes.len() as u32;
                self.marks[key as usize] = (self.round, i);
                self.outcomes.push(Outcome {
                    value: f64::NAN,
                    key,
                    probability: 0.0,
                    kind: None,
                    reason: Some(reason),
                    set: NONE,
                });
                i
            });
            if self.pinned.len() >= policy.max_offers as usize
                || self.pinned.iter().any(|&(_, held)| held == i)
            {
                continue;
            }
            // An up-sell's verdict says nothing of what keeps the product from the basket.
            let barred = self.barred(compiled, key);
            let outcome = &mut self.outcomes[i as usize];
            match outcome.reason {
                None => {}
                // What a pin does not ask for.
                Some(
                    Reason::NoEvidence
                    | Reason::TooFewCustomers
                    | Reason::NotDue
                    | Reason::BelowMinValue
                    | Reason::Incompatible
                    | Reason::NotBetter
                    | Reason::UpSellNotWorth,
                ) => {
                    let kind = Kind::Popular;
                    if barred.is_some() {
                        outcome.reason = barred;
                        continue;
                    }
                    if let Some(reason) = request.people.bars(state, compiled, key, kind) {
                        outcome.reason = Some(reason);
                        continue;
                    }
                    // Of an outcome that was not scored it says something else, if anything.
                    let scored = (i as usize) < self.scored;
                    let p0 = if scored { f64::from(outcome.probability) } else { 0.0 };
                    let p0 = if p0.is_nan() { 0.0 } else { p0.clamp(0.0, 1.0) };
                    let odds = request.people.odds(policy, key, policy.assume.odds_of(kind));
                    let p1 = value::offered(p0, odds);
                    let margin = compiled.items[key as usize].margin;
                    let cost = request.people.contact_cost;
                    outcome.value = value::added(p0, p1, margin, cost, lever(policy, kind));
                    outcome.probability = p0 as f32;
                    (outcome.kind, outcome.reason) = (Some(kind), None);
                    self.only_pinned.push(i);
                }
                Some(_) => continue,
            }
            self.pinned.push((pin.slot, i));
        }
    }

    pub(super) fn is_pinned(&self, outcome: u32) -> bool {
        self.pinned.iter().any(|&(_, pinned)| pinned == outcome)
    }

    /// Why a product of the catalogue that was not scored is not offered, whatever the evidence.
    fn barred(&self, compiled: &Compiled, key: u32) -> Option<Reason> {
        let item = &compiled.items[key as usize];
        if item.never.is_some() {
            return item.never;
        }
        if let Some(reason) = self.variant_of(compiled, item.line) {
            return Some(reason);
        }
        (self.apart[key as usize] == self.round).then_some(Reason::SubstituteInBasket)
    }

    /// Chooses among the outcomes.
    pub(crate) fn choose(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        context: &Context,
    ) {
        self.judge_pins(state, compiled, request);
        self.singles = self.outcomes.len();
        self.propose_sets(state, compiled, request);
        let policy = &compiled.policy;
        let draw = if policy.explore.active() {
            uniform(context.seed, &compiled.version, context.customer.as_ref())
        } else {
            0.0
        };
        let scene = Scene {
            policy,
            shelf: &OnShelf { state, compiled },
            stages: &compiled.stages,
            pinned: &self.pinned,
            draw,
            risk: request.people.risk,
            together: Together { sets: &self.sets.found, up_sells: &self.up_sells },
        };
        self.slate.choose(&mut self.outcomes, &scene);
        self.mark_parts(state);
    }

    /// Adds the contracts of the customer whose term is about to end.
    fn add_contracts(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        learned: &Learned<'_>,
    ) {
        let Some(terms) = Some(&state.catalog.term).filter(|terms| !terms.is_empty()) else {
            return;
        };
        let policy = &compiled.policy;
        let row = request.customer.map_or(0..0, |customer| learned.own.row(customer));
        let elapsed = (request.now_ms - state.model.as_of()) as f64 / DAY_MS;
        let bought =
            row.map(|at| (learned.own.product[at], f64::from(learned.own.last_days[at]) + elapsed));
        let since = request.since.iter();
        let since =
            since.map(|line| (line.product, (request.now_ms - line.time_ms) as f64 / DAY_MS));
        self.contracts.clear();
        for (m, days) in bought.chain(since) {
            let key = state.key_of_model(m);
            let Some(c) = state.in_catalog(key) else { continue };
            let group = state.groups.of(c);
            if terms[c] < 2 || group == NONE || compiled.items[c].margin.is_nan() {
                continue;
            }
            // Of a line the customer has the contract they took last.
            match self.contracts.iter_mut().find(|held| held.group == group) {
                Some(held) if held.days <= days => {}
                Some(held) => (held.key, held.days) = (key, days),
                None => self.contracts.push(Contract { group, key, days }),
            }
        }
        for &Contract { group, key, days } in &self.contracts {
            let period = policy.up_sell.period_days;
            let ends_in = f64::from(terms[key as usize]) * period - days;
            let about_to_end = ends_in <= policy.up_sell.contract_ahead && ends_in >= -period;
            if about_to_end && self.mark(key).and_then(met).is_none() {
                let purchase = policy.assume.renewal;
                self.bases.push(Base { key, group, quantity: 1.0, purchase, ends_in });
            }
        }
    }

    /// What the offer of an outcome is made of.
    pub(crate) fn detail(&self, learned: &Learned<'_>, outcome: u32) -> Option<Detail> {
        if self.only_pinned.contains(&outcome) {
            let p0 = self.outcomes[outcome as usize].probability;
            return Some(Detail::Pinned(p0.into()));
        }
        let up_sell = self.up_sells.iter().find(|held| held.outcome == outcome);
        match up_sell {
            Some(up_sell) => Some(Detail::UpSell(*up_sell)),
            None if outcome as usize >= self.singles => {
                let set = self.outcomes[outcome as usize].set;
                self.sets.found.get(set as usize).copied().map(Detail::Set)
            }
            None if (outcome as usize) < self.scored => {
                let shared = self.shared.as_ref()?;
                let scored = learned.scored(shared, &self.scorer, outcome as usize);
                Some(match self.follow_up(scored.product) {
                    Some(follow_up) => Detail::After(scored, *follow_up),
                    None => Detail::Added(scored),
                })
            }
            None => None,
        }
    }

    /// What the decision should warn of.
    pub(crate) fn warning(&self) -> Option<String> {
        if self.sets.worth_unknown {
            return Some(
                "top_up: what the basket is worth is not known, since not all of it has a price"
                    .to_owned(),
            );
        }
        (self.bases_judged < self.bases.len()).then(|| {
            format!(
                "up_sell: of {} products in the basket or viewed that have variants only the first \
                 {} were looked at: their lines have too many products",
                self.bases.len(),
                self.bases_judged
            )
        })
    }

    /// What the customer bought in the groups of the bases: group, price and times, sorted.
    fn collect_own(&mut self, state: &State, request: &Request, learned: &Learned<'_>) {
        self.own.clear();
        let row = request.customer.map_or(0..0, |customer| learned.own.row(customer));
        let bought = row.map(|at| (learned.own.product[at], f64::from(learned.own.count[at])));
        let since = request.since.iter().map(|line| (line.product, 1.0));
        for (m, times) in bought.chain(since) {
            let Some(c) = state.in_catalog(state.key_of_model(m)) else { continue };
            let group = state.groups.of(c);
            if group != NONE && self.bases.iter().any(|base| base.group == group) {
                self.own.push((group, state.catalog.price[c], times));
            }
        }
        self.own.sort_unstable_by_key(|&(group, price, _)| (group, price));
    }

    /// Looks for the best dearer variant of a product; returns how many it looked at.
    fn judge_base(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        base: Base,
    ) -> usize {
        let policy = &compiled.policy;
        let catalog = &state.catalog;
        let b = base.key as usize;
        let base_margin = compiled.items[b].margin;
        let base_price = catalog.price[b] as f64;
        let group = state.groups.get(base.group);
        let window = group.window(
            base_price * policy.up_sell.min_price_ratio,
            base_price * policy.up_sell.max_price_ratio,
        );
        let variants = window.len();
        let own = self.own.partition_point(|entry| entry.0 < base.group)
            ..self.own.partition_point(|entry| entry.0 <= base.group);
        let own_total: f64 = self.own[own.clone()].iter().map(|entry| entry.2).sum();
        // Members come by rising price: what the customer bought below it falls away.
        let mut own_from = own_total;
        let mut next = own.start;

        let mut best: Option<(Outcome, value::UpSell)> = None;
        for position in window {
            let up = group.member[position];
            let price = group.price[position];
            while next < own.end && self.own[next].1 < price {
                own_from -= self.own[next].2;
                next += 1;
            }
            // A ratio of 1 lets in what costs the same, which is not dearer.
            if price <= catalog.price[b] || self.mark(up).and_then(met).is_some() {
                continue;
            }
            let item = &compiled.items[up as usize];
            let mut outcome = Outcome {
                value: f64::NAN,
                key: up,
                probability: 0.0,
                kind: Some(Kind::UpSell),
                reason: item.never,
                set: NONE,
            };
            if outcome.reason.is_some() {
                self.suppress(state, outcome);
                continue;
            }
            let stock = catalog.stock.get(up as usize);
            outcome.reason = match compare(catalog, b, up as usize) {
                Fit::Yes if stock.is_some_and(|&stock| (stock as f64) < base.quantity) => {
                    Some(Reason::OutOfStock)
                }
                Fit::Yes if self.is_apart(state, request, base.key, up) => {
                    Some(Reason::SubstituteInBasket)
                }
                Fit::Yes => None,
                Fit::Incompatible => Some(Reason::Incompatible),
                Fit::NotBetter => Some(Reason::NotBetter),
            };
            if outcome.reason.is_some() {
                self.suppress(state, outcome);
                continue;
            }
            if let Some(i) = self.outcome_of(state, up)
                && self.outcomes[i as usize].reason == Some(Reason::Owned)
            {
                continue;
            }
            let apart = state.links.never_with(up).iter();
            outcome.reason = apart
                .filter(|other| request.basket.contains(other))
                .map(|_| Reason::SubstituteInBasket)
                .next()
                .or_else(|| request.people.bars(state, compiled, up, Kind::UpSell));
            if outcome.reason.is_some() {
                self.suppress(state, outcome);
                continue;
            }
            let times = receptiveness(own_from, own_total, group.share_from(position));
            let numbers = value::UpSell {
                base_purchase: base.purchase,
                accept: (policy.assume.accept * times).clamp(0.0, 1.0)
                    * request.people.response(policy, up),
                abandon: policy.assume.abandon,
                margin: item.margin,
                base_margin,
            };
            outcome.probability = (base.purchase * numbers.accept) as f32;
            outcome.value = numbers.value(request.people.contact_cost, policy.up_sell.lever);
            if numbers.margin <= numbers.base_margin || numbers.gain() <= 0.0 {
                outcome.reason = Some(Reason::UpSellNotWorth);
            } else if !worth(outcome.value, policy) {
                outcome.reason = Some(Reason::BelowMinValue);
            }
            if outcome.reason.is_some() {
                self.suppress(state, outcome);
                continue;
            }
            let beaten = match &mut best {
                Some((held, _)) if (held.value, up) >= (outcome.value, held.key) => outcome,
                Some((held, held_numbers)) => {
                    *held_numbers = numbers;
                    std::mem::replace(held, outcome)
                }
                None => {
                    best = Some((outcome, numbers));
                    continue;
                }
            };
            self.suppress(state, Outcome { reason: Some(Reason::Outranked), ..beaten });
        }
        if let Some((outcome, numbers)) = best {
            self.offer_up_sell(state, outcome, base, numbers, own_total);
        }
        variants
    }

    /// Whether a variant is bought in place of something else in the basket, or not to be offered with
    /// it. That it is of the product that it would replace does not count.
    pub(super) fn is_apart(
        &self,
        state: &State,
        request: &Request,
        base: u32,
        variant: u32,
    ) -> bool {
        let marked = self.apart[variant as usize] == self.round;
        let mut others = request.basket.iter().chain(&request.after);
        marked && others.any(|&held| held != base && state.apart(held, variant))
    }

    /// Notes why a product is no up-sell, unless more is known about it already.
    fn suppress(&mut self, state: &State, outcome: Outcome) {
        match self.outcome_of(state, outcome.key) {
            Some(i) => {
                let held = &mut self.outcomes[i as usize];
                if matches!(
                    held.reason,
                    Some(Reason::VariantInBasket | Reason::VariantOfViewed | Reason::NoEvidence)
                ) {
                    *held = Outcome { probability: held.probability, ..outcome };
                }
            }
            None => {
                self.marks[outcome.key as usize] = (self.round, self.outcomes.len() as u32);
                self.outcomes.push(outcome);
            }
        }
    }

    /// Makes a product a candidate for an up-sell, unless it is worth more as something else.
    fn offer_up_sell(
        &mut self,
        state: &State,
        outcome: Outcome,
        base: Base,
        numbers: value::UpSell,
        own_purchases: f64,
    ) {
        let i = match self.outcome_of(state, outcome.key) {
            Some(i) => {
                let held = &mut self.outcomes[i as usize];
                if held.reason.is_none() && held.value >= outcome.value {
                    return;
                }
                *held = outcome;
                i
            }
            None => {
                let i = self.outcomes.len() as u32;
                self.marks[outcome.key as usize] = (self.round, i);
                self.outcomes.push(outcome);
                i
            }
        };
        self.up_sells.retain(|held| held.outcome != i);
        let Base { key: base, ends_in, .. } = base;
        let candidate =
            UpSellCandidate { outcome: i, key: outcome.key, base, numbers, own_purchases, ends_in };
        self.up_sells.push(candidate);
    }
}

/// The reason not to offer what has this mark, if it is not the place of an outcome.
fn met(mark: u32) -> Option<Reason> {
    match mark {
        IN_BASKET => Some(Reason::InBasket),
        VIEWED => Some(Reason::Viewed),
        JUST_ORDERED => Some(Reason::InOrder),
        RETURNED => Some(Reason::Returned),
        _ => None,
    }
}

/// The chance that a product is bought without an offer, from its learned probability. What is only
/// viewed is scored as if it were in the basket; an offer that rests on it counts as far as it gets
/// there.
pub(crate) fn base_probability(
    probability: f32,
    kind: Kind,
    because: u32,
    viewed_only: u32,
    policy: &Policy,
) -> f64 {
    let p = f64::from(probability).clamp(0.0, 1.0);
    let p = value::offered(p, policy.assume.base_odds_of(kind));
    if rests_on_view(kind, because, viewed_only) { p * policy.assume.view_conversion } else { p }
}

/// True if a cross-sell is offered because of the viewed product, which is not in the basket.
pub(crate) fn rests_on_view(kind: Kind, because: u32, viewed_only: u32) -> bool {
    matches!(kind, Kind::CrossSell | Kind::Service) && viewed_only != NONE && because == viewed_only
}

pub(super) fn worth(value: f64, policy: &Policy) -> bool {
    value > policy.min_value && value.is_finite()
}

fn lever(policy: &Policy, kind: Kind) -> f64 {
    match kind {
        Kind::CrossSell => policy.cross_sell.lever,
        Kind::UpSell => policy.up_sell.lever,
        Kind::Refill => policy.refill.lever,
        Kind::Popular => policy.popular.lever,
        Kind::Similar => policy.similar.lever,
        Kind::Service => policy.service.lever,
        Kind::Bundle => policy.bundle.lever,
        Kind::TopUp => policy.top_up.lever,
    }
}
