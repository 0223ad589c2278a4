//! From candidates to the offers of one decision.
//!
//! The slots are filled in this order: what is pinned; the most valuable candidates within the limits
//! of the policy, kinds of the fallback chain only where the others leave slots; quotas, which take
//! the least valuable slots; and last the slot that is drawn by lot, if there is one.

mod draw;
mod limits;
mod quota;
mod ranked;

use super::candidates::Outcome;
use super::policy::Policy;
use super::reasons::{Kind, Reason};
use super::sets::Together;
use limits::Limits;
use ranked::{Ranked, Stage};

pub(crate) use draw::{Choice, uniform};
pub(crate) use limits::most_of;
pub(crate) use quota::Kept;

/// What the slate asks about products, by key.
pub(crate) trait Shelf {
    fn traits(&self, key: u32) -> Traits;
    /// Whether two products are not to be offered together: one is bought in place of the other, which
    /// the policy may allow, or the shop says so.
    fn apart(&self, a: u32, b: u32) -> bool;
    /// A bit per quota that the product counts for.
    fn quotas(&self, key: u32) -> u64;
    /// Buyers' rating, 0 to 5; 0 where it is not known.
    fn rating(&self, key: u32) -> f32;
}

/// What limits go by; `NO_CODE` where a product has no such trait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traits {
    pub(crate) line: u32,
    pub(crate) brand: u32,
    /// Level and code.
    pub(crate) category: (u32, u32),
}

/// An offer of the slate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pick {
    pub(crate) outcome: u32,
    /// The probability with which it was chosen.
    pub(crate) chosen_with: f64,
    pub(crate) pinned: bool,
}

/// What one decision's slate is made from, besides the candidates.
pub(crate) struct Scene<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) shelf: &'a dyn Shelf,
    /// Per kind its place in the fallback chain, from 1; 0: not in it.
    pub(crate) stages: &'a [u8; Kind::ALL.len()],
    /// Slots, and positions of the outcomes pinned to them.
    pub(crate) pinned: &'a [(u32, u32)],
    /// What the drawn slot is drawn with, from 0 up to 1.
    pub(crate) draw: f64,
    /// What making any offer at all risks, in minor units.
    pub(crate) risk: f64,
    /// The candidates of several products, and what up-sells replace.
    pub(crate) together: Together<'a>,
}

impl Scene<'_> {
    /// The rating of an offer: of several products their mean.
    fn rating(&self, outcome: &Outcome) -> f32 {
        let added = self.together.added(outcome);
        let sum: f32 = added.iter().map(|&key| self.shelf.rating(key)).sum();
        sum / added.len().max(1) as f32
    }

    /// A bit per quota that an offer counts for: one of its products does.
    fn quotas(&self, outcome: &Outcome) -> u64 {
        let added = self.together.added(outcome);
        added.iter().fold(0, |bits, &key| bits | self.shelf.quotas(key))
    }
}

/// Candidates of a kind in the chain, and of all that are not.
const STAGES: usize = Kind::ALL.len() + 1;

/// Working memory, kept from one decision to the next.
#[derive(Debug, Default)]
pub(crate) struct Slate {
    stages: [Stage; STAGES],
    limits: Limits,
    /// The offers, in the order of their slots.
    pub(crate) chosen: Vec<Pick>,
    /// What the drawn slot was drawn from, with the probability of each; empty if none was.
    pub(crate) choices: Vec<Choice>,
    /// There were fewer candidates for the drawn slot than it is drawn from.
    pub(crate) too_few_to_draw: bool,
    /// The slot that was drawn, counted from 1.
    pub(crate) drawn_slot: u32,
    /// What became of each quota.
    pub(crate) kept: Vec<Kept>,
    /// The offers as they were picked: what is pinned, then the most valuable first.
    pub(crate) picked: Vec<u32>,
    /// Sets that cannot stand beside the offers picked before them, how many those were, and why.
    pub(crate) refused: Vec<(u32, u32, Reason)>,
    /// Nothing is offered because the contact would not be worth its risk.
    pub(crate) withdrawn: bool,
    /// A slot is drawn.
    drawing: bool,
    pool: Vec<Ranked>,
    /// The candidates at the beginning, where there are quotas.
    open: Vec<u32>,
    /// Outcomes that made room for quotas.
    displaced: Vec<u32>,
    order: Vec<(u32, Pick)>,
}

impl Slate {
    /// Fills the slots that are neither for quotas nor drawn, from the outcomes that are still candidates.
    /// What limits keep out gets its reason.
    pub(crate) fn pick(&mut self, outcomes: &mut [Outcome], scene: &Scene<'_>) {
        self.chosen.clear();
        self.picked.clear();
        self.refused.clear();
        self.limits.clear();
        let slots = scene.policy.max_offers as usize;
        self.pin(outcomes, scene, slots);
        self.collect(outcomes, scene);
        self.drawing = scene.policy.explore.active() && self.chosen.len() < slots;
        self.fill(outcomes, scene, slots - usize::from(self.drawing));
    }

    /// Completes what was picked with quotas and the slot that is drawn, and puts the offers in their
    /// order. The rest of the candidates get their reason.
    pub(crate) fn complete(&mut self, outcomes: &mut [Outcome], scene: &Scene<'_>) {
        self.choices.clear();
        self.too_few_to_draw = false;
        self.drawn_slot = 0;
        self.kept.clear();
        self.displaced.clear();
        self.withdrawn = false;
        let slots = scene.policy.max_offers as usize;
        self.keep(outcomes, scene, slots - usize::from(self.drawing));
        let drawn = if self.drawing { self.draw(outcomes, scene) } else { None };
        // What left for a quota; that it does not fit beside it is no reason of its own.
        for &i in &self.displaced {
            outcomes[i as usize].reason = Some(Reason::QuotaSlot);
        }
        for left in self.stages.iter().flat_map(Stage::left) {
            outcomes[left as usize].reason.get_or_insert(Reason::Outranked);
        }
        // A quota may have taken what was left.
        for pick in self.chosen.iter().chain(&drawn).filter(|pick| !pick.pinned) {
            outcomes[pick.outcome as usize].reason = None;
        }
        self.arrange(outcomes, scene, drawn);
        if scene.risk > 0.0 && !self.worth_the_risk(outcomes, scene, drawn) {
            for pick in self.chosen.drain(..) {
                outcomes[pick.outcome as usize].reason = Some(Reason::ContactNotWorth);
            }
            self.choices.clear();
            self.drawn_slot = 0;
            self.kept.fill(Kept::default());
            self.withdrawn = true;
        }
    }

    /// Takes what is pinned, in the order of slots.
    fn pin(&mut self, outcomes: &[Outcome], scene: &Scene<'_>, slots: usize) {
        for &(_, outcome) in scene.pinned.iter().take(slots) {
            self.limits.add(scene, &outcomes[outcome as usize]);
            self.chosen.push(Pick { outcome, chosen_with: 1.0, pinned: true });
            self.picked.push(outcome);
        }
    }

    /// Sorts the candidates into the stages of the fallback chain.
    fn collect(&mut self, outcomes: &[Outcome], scene: &Scene<'_>) {
        self.stages.iter_mut().for_each(Stage::clear);
        self.open.clear();
        for (i, outcome) in (0..).zip(outcomes).filter(|(_, outcome)| outcome.reason.is_none()) {
            if outcome.kind.is_none() || scene.pinned.iter().any(|&(_, pinned)| pinned == i) {
                continue;
            }
            self.stage(outcome, scene, i);
            if !scene.policy.quotas.is_empty() {
                self.open.push(i);
            }
        }
    }

    /// Adds a candidate to its stage.
    fn stage(&mut self, outcome: &Outcome, scene: &Scene<'_>, i: u32) {
        let stage = outcome.kind.map_or(0, |kind| scene.stages[kind as usize]);
        self.stages[usize::from(stage)].add(outcome.value, i);
    }

    /// Fills the slots with the most valuable candidates, stage by stage.
    fn fill(&mut self, outcomes: &mut [Outcome], scene: &Scene<'_>, slots: usize) {
        for stage in &mut self.stages {
            while self.chosen.len() < slots {
                let Some(best) = stage.next(outcomes, scene) else { break };
                let outcome = &mut outcomes[best as usize];
                match self.limits.refuses(scene, outcome) {
                    Some(reason) => {
                        outcome.reason = Some(reason);
                        // More of its kind would be refused as well.
                        if scene.together.is_set(outcome) && reason != Reason::KindLimit {
                            let before = self.picked.len() as u32;
                            self.refused.push((best, before, reason));
                        }
                    }
                    None => {
                        self.limits.add(scene, outcome);
                        self.picked.push(best);
                        let pick = Pick { outcome: best, chosen_with: 1.0, pinned: false };
                        self.chosen.push(pick);
                    }
                }
            }
        }
    }

    /// Puts the offers in their order: by falling value, and what is pinned or drawn in its slot.
    fn arrange(&mut self, outcomes: &[Outcome], scene: &Scene<'_>, drawn: Option<Pick>) {
        self.order.clear();
        let slots = scene.pinned.iter().map(|&(slot, _)| slot);
        let pins = slots.zip(self.chosen.iter().filter(|pick| pick.pinned).copied());
        self.order.extend(pins);
        self.chosen.retain(|pick| !pick.pinned);
        let ranked = |pick: &Pick| Ranked::new(outcomes, scene, pick.outcome);
        self.chosen.sort_unstable_by_key(|pick| std::cmp::Reverse(ranked(pick)));
        if let Some(drawn) = drawn {
            let slot = scene.policy.explore.slot.unwrap_or(scene.policy.max_offers);
            let at = self.order.partition_point(|&(other, _)| other <= slot);
            self.order.insert(at, (slot, drawn));
        }
        // By rising slots, so that none moves another; what is drawn comes behind a pin to its slot.
        let mut next = 0;
        for &(slot, pick) in &self.order {
            let at = (slot as usize - 1).max(next).min(self.chosen.len());
            self.chosen.insert(at, pick);
            next = at + 1;
        }
        if let Some(drawn) = drawn {
            let at = self.chosen.iter().position(|pick| *pick == drawn);
            self.drawn_slot = at.map_or(0, |at| at as u32 + 1);
        }
    }

    /// Whether the offers are worth more together than contacting the customer risks. What is drawn
    /// counts as it is expected before the draw, so that the draw does not decide it. What is pinned is
    /// wanted in any case.
    fn worth_the_risk(&self, outcomes: &[Outcome], scene: &Scene<'_>, drawn: Option<Pick>) -> bool {
        let fixed = self.chosen.iter().filter(|&&pick| Some(pick) != drawn);
        let fixed: f64 = fixed.map(|pick| outcomes[pick.outcome as usize].value).sum();
        let expected: f64 =
            self.choices.iter().map(|choice| choice.probability * choice.value).sum();
        !scene.pinned.is_empty() && self.chosen.iter().any(|pick| pick.pinned)
            || fixed + expected > scene.risk
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::NO_CODE;
    use crate::decide::policy::{Quota, Selection};

    fn outcome(key: u32, kind: Kind, value: f64) -> Outcome {
        Outcome { value, key, probability: 0.1, kind: Some(kind), reason: None, set: u32::MAX }
    }

    /// Products in a row: their lines, brands and categories, and pairs that are apart.
    #[derive(Default)]
    struct Row<'a> {
        lines: &'a [u32],
        brands: &'a [u32],
        categories: &'a [u32],
        apart: &'a [(u32, u32)],
        quotas: &'a [u64],
        ratings: &'a [f32],
    }

    impl Shelf for Row<'_> {
        fn traits(&self, key: u32) -> Traits {
            let of = |column: &[u32]| column.get(key as usize).copied().unwrap_or(NO_CODE);
            Traits {
                line: of(self.lines),
                brand: of(self.brands),
                category: (0, of(self.categories)),
            }
        }

        fn apart(&self, a: u32, b: u32) -> bool {
            self.apart.contains(&(a, b)) || self.apart.contains(&(b, a))
        }

        fn quotas(&self, key: u32) -> u64 {
            self.quotas.get(key as usize).copied().unwrap_or(0)
        }

        fn rating(&self, key: u32) -> f32 {
            self.ratings.get(key as usize).copied().unwrap_or(0.0)
        }
    }

    const NOTHING: Together<'_> = Together { sets: &[], up_sells: &[] };

    const POPULAR_LAST: [u8; Kind::ALL.len()] = {
        let mut stages = [0; Kind::ALL.len()];
        stages[Kind::Popular as usize] = 1;
        stages
    };

    fn choose(outcomes: &mut [Outcome], shelf: &Row<'_>, policy: &Policy, draw: f64) -> Slate {
        let mut slate = Slate::default();
        let stages = &POPULAR_LAST;
        let scene =
            Scene { policy, shelf, stages, pinned: &[], draw, risk: 0.0, together: NOTHING };
        slate.pick(outcomes, &scene);
        slate.complete(outcomes, &scene);
        slate
    }

    fn keys(slate: &Slate, outcomes: &[Outcome]) -> Vec<u32> {
        slate.chosen.iter().map(|pick| outcomes[pick.outcome as usize].key).collect()
    }

    fn run(outcomes: &mut [Outcome], lines: &[u32], policy: &Policy) -> Vec<u32> {
        let slate = choose(outcomes, &Row { lines, ..Row::default() }, policy, 0.0);
        keys(&slate, outcomes)
    }

    #[test]
    fn best_first_and_ties_by_key() {
        let mut outcomes = [
            outcome(3, Kind::CrossSell, 1.0),
            outcome(1, Kind::Refill, 1.0),
            outcome(0, Kind::CrossSell, 0.5),
            outcome(2, Kind::CrossSell, 2.0),
        ];
        let policy = Policy { max_offers: 3, ..Policy::default() };
        assert_eq!(run(&mut outcomes, &[NO_CODE; 4], &policy), [2, 1, 3]);
        assert_eq!(outcomes[2].reason, Some(Reason::Outranked));
    }

    #[test]
    fn ties_go_to_the_better_rating() {
        let mut outcomes = [0, 1, 2].map(|key| outcome(key, Kind::CrossSell, 1.0));
        let policy = Policy { max_offers: 1, ..Policy::default() };
        let shelf = Row { ratings: &[0.0, 4.5, 4.0], ..Row::default() };
        let slate = choose(&mut outcomes, &shelf, &policy, 0.0);
        assert_eq!(keys(&slate, &outcomes), [1]);
    }

    #[test]
    fn popular_fills_only_what_is_left() {
        let mut outcomes = [
            outcome(0, Kind::Popular, 9.0),
            outcome(1, Kind::CrossSell, 1.0),
            outcome(2, Kind::Popular, 8.0),
        ];
        let policy = Policy { max_offers: 2, ..Policy::default() };
        assert_eq!(run(&mut outcomes, &[NO_CODE; 3], &policy), [0, 1]);
        assert_eq!(outcomes[2].reason, Some(Reason::Outranked));
        let mut outcomes = [outcome(0, Kind::Popular, 9.0), outcome(1, Kind::CrossSell, 1.0)];
        let policy = Policy { max_offers: 1, ..Policy::default() };
        assert_eq!(run(&mut outcomes, &[NO_CODE; 2], &policy), [1]);
    }

    #[test]
    fn limits_of_kinds_and_lines() {
        let mut policy = Policy { max_offers: 3, ..Policy::default() };
        policy.cross_sell.max = 1;
        let mut outcomes = [
            outcome(0, Kind::CrossSell, 5.0),
            outcome(1, Kind::CrossSell, 4.0),
            outcome(2, Kind::Refill, 3.0),
            outcome(3, Kind::Refill, 2.0),
            outcome(4, Kind::Refill, 1.0),
        ];
        assert_eq!(run(&mut outcomes, &[7, NO_CODE, 7, 8, NO_CODE], &policy), [0, 3, 4]);
        assert_eq!(outcomes[1].reason, Some(Reason::KindLimit));
        assert_eq!(outcomes[2].reason, Some(Reason::LineLimit));

        policy.max_offers = 0;
        let mut outcomes = [outcome(0, Kind::CrossSell, 5.0)];
        assert!(run(&mut outcomes, &[NO_CODE], &policy).is_empty());
        assert_eq!(outcomes[0].reason, Some(Reason::Outranked));
    }

    #[test]
    fn limits_of_brands_categories_and_substitutes() {
        let all = |values: &[f64]| -> Vec<Outcome> {
            let one = |(key, &value)| outcome(key as u32, Kind::CrossSell, value);
            values.iter().enumerate().map(one).collect()
        };
        let shelf = Row {
            brands: &[1, 1, 2, NO_CODE, NO_CODE],
            categories: &[5, 6, 5, NO_CODE, NO_CODE],
            apart: &[(0, 3)],
            ..Row::default()
        };
        let mut policy = Policy { max_offers: 5, per_brand: 1, ..Policy::default() };
        let mut outcomes = all(&[5.0, 4.0, 3.0, 2.0, 1.0]);
        let slate = choose(&mut outcomes, &shelf, &policy, 0.0);
        assert_eq!(keys(&slate, &outcomes), [0, 2, 4]);
        assert_eq!(outcomes[1].reason, Some(Reason::BrandLimit));
        assert_eq!(outcomes[3].reason, Some(Reason::SubstituteOffered));

        let shelf = Row { apart: &[], ..shelf };
        (policy.per_brand, policy.per_category) = (2, 1);
        let mut outcomes = all(&[5.0, 4.0, 3.0, 2.0, 1.0]);
        let slate = choose(&mut outcomes, &shelf, &policy, 0.0);
        assert_eq!(keys(&slate, &outcomes), [0, 1, 3, 4]);
        assert_eq!(outcomes[2].reason, Some(Reason::CategoryLimit));
    }

    #[test]
    fn quotas_take_the_least_valuable_slots() {
        let shelf = Row { quotas: &[0, 0, 1, 1, 0], lines: &[1, 2, 2, 3, 4], ..Row::default() };
        let mut policy = Policy { max_offers: 2, ..Policy::default() };
        policy.quotas = vec![Quota::new(Selection::default())];
        let all = || {
            [9.0, 8.0, 3.0, 2.0, 1.0]
                .into_iter()
                .enumerate()
                .map(|(key, value)| outcome(key as u32, Kind::CrossSell, value))
                .collect::<Vec<_>>()
        };
        let mut outcomes = all();
        let slate = choose(&mut outcomes, &shelf, &policy, 0.0);
        assert_eq!(keys(&slate, &outcomes), [0, 2]);
        assert_eq!(slate.kept, [Kept { made: 1, price: 5.0 }]);
        assert_eq!(outcomes[1].reason, Some(Reason::QuotaSlot));
        // The line of product 2 is that of product 1, which leaves for it; product 3 does not have to.
        policy.quotas[0].min = 2;
        let mut outcomes = all();
        let slate = choose(&mut outcomes, &shelf, &policy, 0.0);
        assert_eq!(keys(&slate, &outcomes), [2, 3]);
        assert_eq!(slate.kept, [Kept { made: 2, price: 12.0 }]);
        // Nothing of it is worth enough.
        policy.quotas[0].min_value = 3.0;
        let mut outcomes = all();
        let slate = choose(&mut outcomes, &shelf, &policy, 0.0);
        assert_eq!(keys(&slate, &outcomes), [0, 1]);
        assert_eq!(slate.kept, [Kept { made: 0, price: 0.0 }]);
    }

    /// What made room had kept out something that takes a slot after all; so had what a quota that came
    /// first displaced.
    #[test]
    fn the_rest_is_picked_anew_around_quotas() {
        let all = |values: &[f64]| -> Vec<Outcome> {
            let one = |(key, &value)| outcome(key as u32, Kind::CrossSell, value);
            values.iter().enumerate().map(one).collect()
        };
        // 0 and 2 are of one brand, 0 and 3 of one category; the quota is for 3.
        let shelf = Row {
            brands: &[1, 2, 1, 3, 4],
            categories: &[1, 2, 3, 1, 4],
            quotas: &[0, 0, 0, 1, 0],
            ..Row::default()
        };
        let mut policy =
            Policy { max_offers: 4, per_brand: 1, per_category: 1, ..Policy::default() };
        policy.quotas = vec![Quota::new(Selection::default())];
        let mut outcomes = all(&[539.0, 158.0, 372.0, 48.0, 10.0]);
        let slate = choose(&mut outcomes, &shelf, &policy, 0.0);
        assert_eq!(keys(&slate, &outcomes), [2, 1, 3, 4]);
        assert_eq!(slate.kept, [Kept { made: 1, price: 539.0 - 372.0 - 48.0 }]);
        assert_eq!(outcomes[0].reason, Some(Reason::QuotaSlot));
        // Also in place of what is worth less.
        policy.max_offers = 3;
        let mut outcomes = all(&[539.0, 158.0, 372.0, 48.0, 160.0]);
        let slate = choose(&mut outcomes, &shelf, &policy, 0.0);
        assert_eq!(keys(&slate, &outcomes), [2, 4, 3]);
        assert_eq!(outcomes[1].reason, Some(Reason::Outranked));

        let shelf = Row { quotas: &[0, 2, 1], ..Row::default() };
        let policy = Policy { max_offers: 2, quotas: vec![policy.quotas[0].clone(); 2], ..policy };
        let mut outcomes = all(&[9.0, 8.0, 1.0]);
        let slate = choose(&mut outcomes, &shelf, &policy, 0.0);
        assert_eq!(keys(&slate, &outcomes), [1, 2]);
        assert_eq!(slate.kept.iter().map(|kept| kept.made).collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn one_slot_is_drawn_and_the_others_are_not() {
        let all = || {
            [9.0, 8.0, 4.0, 3.0, 1.0]
                .into_iter()
                .enumerate()
                .map(|(key, value)| outcome(key as u32, Kind::CrossSell, value))
                .collect::<Vec<_>>()
        };
        let mut policy = Policy { max_offers: 3, ..Policy::default() };
        (policy.explore.share, policy.explore.floor) = (0.6, 0.5);
        let shelf = Row::default();
        // Of 4 and 3, as 1 is less than half of 4: 0.4 + 0.3 and 0.3.
        for (draw, expected, with) in [(0.69, [0, 1, 2], 0.7), (0.71, [0, 1, 3], 0.3)] {
            let mut outcomes = all();
            let slate = choose(&mut outcomes, &shelf, &policy, draw);
            assert_eq!(keys(&slate, &outcomes), expected);
            let chosen_with: Vec<f64> = slate.chosen.iter().map(|pick| pick.chosen_with).collect();
            assert!(chosen_with[..2] == [1.0, 1.0] && (chosen_with[2] - with).abs() < 1e-12);
            assert_eq!((slate.choices.len(), slate.drawn_slot), (2, 3));
        }
        policy.explore.slot = Some(1);
        let mut outcomes = all();
        let slate = choose(&mut outcomes, &shelf, &policy, 0.9);
        assert_eq!(keys(&slate, &outcomes), [3, 0, 1]);
        assert_eq!(slate.drawn_slot, 1);
        assert_eq!(outcomes[2].reason, Some(Reason::NotDrawn));
        assert_eq!(outcomes[4].reason, Some(Reason::Outranked));
    }

    #[test]
    fn pins_hold_their_slots() {
        let mut outcomes: Vec<Outcome> = [9.0, 8.0, -1.0, 0.5]
            .into_iter()
            .enumerate()
            .map(|(key, value)| outcome(key as u32, Kind::CrossSell, value))
            .collect();
        let policy = Policy { max_offers: 3, ..Policy::default() };
        let scene = Scene {
            policy: &policy,
            shelf: &Row::default(),
            stages: &POPULAR_LAST,
            pinned: &[(2, 2), (2, 3)],
            draw: 0.0,
            risk: 100.0,
            together: NOTHING,
        };
        let mut slate = Slate::default();
        slate.pick(&mut outcomes, &scene);
        slate.complete(&mut outcomes, &scene);
        assert_eq!(keys(&slate, &outcomes), [0, 2, 3]);
        assert_eq!(outcomes[1].reason, Some(Reason::Outranked));
        // Without a pin the risk is too great.
        outcomes[1].reason = None;
        let scene = Scene { pinned: &[], ..scene };
        slate.pick(&mut outcomes, &scene);
        slate.complete(&mut outcomes, &scene);
        assert!(slate.chosen.is_empty());
        assert_eq!(outcomes[0].reason, Some(Reason::ContactNotWorth));
    }
}
