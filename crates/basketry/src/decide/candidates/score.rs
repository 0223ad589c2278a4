//! The probabilities of candidates, and what they are worth.

use super::Scratch;
use crate::affinity::scorer::{Learned, Most, Reach, Task};
use crate::decide::policy::Policy;
use crate::decide::reasons::{Kind, Reason};
use crate::decide::request::Request;
use crate::decide::state::{Compiled, State};
use crate::decide::value;

/// Only the products that are asked for are candidates.
const NO_FURTHER: Reach =
    Reach { similar_to_context: 0, similar_to_own: Most::always(0), popular: 0 };

impl Scratch {
    /// Scores the candidates that were chosen. Somebody who looks at a product buys it in this order
    /// with the chance `view_conversion`, and then also what goes with it: the probability of a
    /// candidate is that with it in the basket as often as that, and that without it otherwise.
    pub(super) fn score(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        learned: &Learned<'_>,
        task: Task,
    ) {
        let Some(shared) = &self.shared else { return };
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
