//! Candidates one by one: of which kind each is or why it is none, and what it is worth.

use super::{Outcome, Scratch, met};
use crate::affinity::scorer::{Candidate, Learned, Reach, Task, prefetch};
use crate::decide::policy::Policy;
use crate::decide::reasons::{Kind, Reason};
use crate::decide::request::Request;
use crate::decide::sets::of_one_kind;
use crate::decide::state::{Compiled, NONE, State};
use crate::decide::value;

/// Only the products that are asked for are candidates.
const NO_FURTHER: Reach = Reach { similar_to_context: 0, similar_to_own: 0, popular: 0 };

/// How far ahead of its turn a candidate's place is asked for.
const AHEAD: usize = 6;

impl Scratch {
    /// Judges every candidate by what needs no probability. Only those that may be offered are
    /// scored; who asks for the chances of the others pays for them then.
    pub(super) fn judge_candidates(
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
            if let Some(ahead) = self.scorer.candidates().get(place + 2 * AHEAD) {
                prefetch(&state.to_catalog, ahead.product as usize);
            }
            if let Some(ahead) = self.scorer.candidates().get(place + AHEAD) {
                let ahead = state.key_of_model(ahead.product) as usize;
                prefetch(&compiled.items, ahead);
                prefetch(&self.marks, ahead);
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

    /// Scores the candidates that were chosen. Somebody who looks at a product buys it in this order
    /// with the chance `view_conversion`, and then also what goes with it: the probability of a
    /// candidate is that with it in the basket as often as that, and that without it otherwise.
    pub(super) fn score(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        task: Task,
    ) {
        let Some(shared) = &self.shared else { return };
        let learned = state.model.learned();
        learned.score_chosen(task, shared, &mut self.scorer);
        self.probability.clear();
        self.probability.extend_from_slice(self.scorer.probabilities());
        if task != Task::Basket || !request.rests_on_view(state) {
            return;
        }
        // What is viewed was collected first.
        let situation = request.situation(&self.context[1..]);
        let shared = learned.candidates_within(task, &situation, NO_FURTHER, &mut self.unviewed);
        self.unviewed.choose(|_| false);
        for &place in self.scorer.chosen() {
            self.unviewed.choose_product(self.scorer.candidates()[place as usize].product);
        }
        learned.score_chosen(task, &shared, &mut self.unviewed);
        let share = compiled.policy.assume.view_conversion;
        for &place in self.scorer.chosen() {
            let product = self.scorer.candidates()[place as usize].product;
            let Some(at) = self.unviewed.position(product) else { continue };
            let without = f64::from(self.unviewed.probabilities()[at]);
            let with = &mut self.probability[place as usize];
            *with = (share * f64::from(*with) + (1.0 - share) * without) as f32;
        }
    }

    pub(super) fn value_candidates(&mut self, compiled: &Compiled, request: &Request) {
        let policy = &compiled.policy;
        for &place in self.scorer.chosen() {
            let outcome = &mut self.outcomes[place as usize];
            outcome.probability = self.probability[place as usize];
            let Some(kind) = outcome.kind.filter(|_| outcome.reason.is_none()) else { continue };
            let p0 = base_probability(outcome.probability, kind, policy);
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
        if self.marked
            && let Some(reason) = self.mark(key).and_then(met)
        {
            return Err(reason);
        }
        let Some(c) = state.in_catalog(key) else { return Err(Reason::NotInCatalogue) };
        let item = &compiled.items[c];
        if let Some(reason) = item.never {
            return Err(reason);
        }
        let own = candidate.count > 0;
        let owned = match candidate.count {
            0 => {
                item.one_is_enough && self.scorer.has_bought_of_category(learned, candidate.product)
            }
            count => count == 1 && item.rarely_rebought,
        };
        if owned {
            return Err(Reason::Owned);
        }
        let policy = &compiled.policy;
        if let Some(reason) = self.variant_of(compiled, item.traits.line) {
            return Err(reason);
        }
        if self.marked_apart(key) {
            return Err(Reason::SubstituteInBasket);
        }
        if own {
            let due = f64::from(candidate.last_days) / f64::from(learned.interval(candidate));
            let ahead = policy.refill.ahead / f64::from(learned.interval(candidate));
            if due + ahead >= policy.refill.due_from && due <= policy.refill.due_to {
                return Ok(Kind::Refill);
            }
        }
        if self.marks[key as usize].main == self.round && !self.is_accessory(state, key) {
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

    /// Whether a product is itself an accessory of what is in the basket, viewed or just ordered. The
    /// lesser of two accessories of one product is told to be one of the other.
    fn is_accessory(&self, state: &State, key: u32) -> bool {
        let here = |&main: &u32| {
            let mark = self.mark(main).and_then(met);
            mark.is_some_and(|reason| reason != Reason::Returned)
        };
        state.accessories.mains(key).iter().any(here)
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
        self.scorer.choose(|_| true);
        self.score(state, compiled, request, task);
        &self.probability
    }
}

/// The chance that a product is bought without an offer, from its learned probability.
pub(crate) fn base_probability(probability: f32, kind: Kind, policy: &Policy) -> f64 {
    let p = f64::from(probability).clamp(0.0, 1.0);
    value::offered(p, policy.assume.base_odds_of(kind))
}

pub(crate) fn worth(value: f64, policy: &Policy) -> bool {
    value > policy.min_value && value.is_finite()
}

pub(super) fn lever(policy: &Policy, kind: Kind) -> f64 {
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
