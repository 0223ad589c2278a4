//! Quotas: slots that go to products of the shop's choice.

use super::{Pick, Ranked, Scene, Slate, Stage};
use crate::decide::candidates::Outcome;
use crate::decide::reasons::Reason;

/// What became of one quota.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Kept {
    /// How many offers count for it.
    pub(crate) made: u32,
    /// The value that was given up for it, in minor units; at least 0.
    pub(crate) price: f64,
}

impl Slate {
    /// Makes room for what quotas ask for, one after the other: the most valuable product of a quota takes
    /// the place of the least valuable offer that is neither pinned nor needed by a quota, as far as limits
    /// allow. Then the others are picked anew: what left may have kept something out.
    pub(super) fn keep(&mut self, outcomes: &mut [Outcome], scene: &Scene<'_>, slots: usize) {
        let quotas = &scene.policy.quotas;
        if quotas.is_empty() {
            return;
        }
        self.kept.resize(quotas.len(), Kept::default());
        for (q, quota) in quotas.iter().enumerate() {
            if self.made(outcomes, scene, q) >= quota.min {
                continue;
            }
            self.collect_for(outcomes, scene, q);
            let before = (self.displaced.len(), self.worth(outcomes));
            while self.made(outcomes, scene, q) < quota.min {
                if !self.make_room(outcomes, scene, slots, q) {
                    break;
                }
            }
            if self.displaced.len() > before.0 {
                self.pick_others(outcomes, scene, slots, q);
                self.kept[q].price = (before.1 - self.worth(outcomes)).max(0.0);
            }
        }
        for q in 0..quotas.len() {
            self.kept[q].made = self.made(outcomes, scene, q);
        }
    }

    /// What the offers are worth.
    fn worth(&self, outcomes: &[Outcome]) -> f64 {
        self.chosen.iter().map(|pick| outcomes[pick.outcome as usize].value).sum()
    }

    /// Picks again what no quota up to this one asks for.
    fn pick_others(&mut self, outcomes: &mut [Outcome], scene: &Scene<'_>, slots: usize, q: usize) {
        let upto = u64::MAX >> (63 - q);
        self.chosen.retain(|pick| {
            pick.pinned || scene.quotas(&outcomes[pick.outcome as usize]) & upto != 0
        });
        self.limits.clear();
        for pick in &self.chosen {
            self.limits.add(scene, &outcomes[pick.outcome as usize]);
        }
        self.stages.iter_mut().for_each(Stage::clear);
        for at in 0..self.open.len() {
            let i = self.open[at];
            outcomes[i as usize].reason = None;
            if !self.chosen.iter().any(|pick| pick.outcome == i) {
                self.stage(&outcomes[i as usize], scene, i);
            }
        }
        self.fill(outcomes, scene, slots);
    }

    /// Collects what could be offered for a quota as far as the slate goes, the most valuable first.
    fn collect_for(&mut self, outcomes: &[Outcome], scene: &Scene<'_>, q: usize) {
        self.pool.clear();
        let limited = |reason| {
            matches!(
                reason,
                None | Some(
                    Reason::KindLimit
                        | Reason::LineLimit
                        | Reason::BrandLimit
                        | Reason::CategoryLimit
                        | Reason::SubstituteOffered
                        | Reason::InOtherOffer
                )
            )
        };
        let taken = |i: usize| self.chosen.iter().any(|pick| pick.outcome == i as u32);
        for (i, outcome) in outcomes.iter().enumerate() {
            let wanted = outcome.kind.is_some() && limited(outcome.reason);
            if wanted && counts_for(scene, outcome, q) && !taken(i) {
                self.pool.push(Ranked::new(outcomes, scene, i as u32));
            }
        }
        self.pool.sort_unstable_by(|a, b| b.cmp(a));
    }

    /// How many offers count for a quota.
    fn made(&self, outcomes: &[Outcome], scene: &Scene<'_>, q: usize) -> u32 {
        let counts = |pick: &&Pick| counts_for(scene, &outcomes[pick.outcome as usize], q);
        self.chosen.iter().filter(counts).count() as u32
    }

    /// Offers one product more of a quota; false if there is none that can be.
    fn make_room(
        &mut self,
        outcomes: &mut [Outcome],
        scene: &Scene<'_>,
        slots: usize,
        q: usize,
    ) -> bool {
        let least = scene.policy.quotas[q].min_value;
        for at in 0..self.pool.len() {
            let candidate = self.pool[at];
            let entering = outcomes[candidate.outcome as usize];
            if entering.value <= least {
                continue;
            }
            if self.chosen.len() < slots && self.limits.refuses(scene, &entering).is_none() {
                self.enter(outcomes, scene, at);
                return true;
            }
            if let Some(leaving) = self.least_needed(outcomes, scene, &entering, q) {
                let old = self.chosen.swap_remove(leaving).outcome;
                self.limits.remove(scene, &outcomes[old as usize]);
                self.displaced.push(old);
                self.enter(outcomes, scene, at);
                return true;
            }
        }
        false
    }

    fn enter(&mut self, outcomes: &mut [Outcome], scene: &Scene<'_>, at: usize) {
        let outcome = self.pool.remove(at).outcome;
        outcomes[outcome as usize].reason = None;
        self.limits.add(scene, &outcomes[outcome as usize]);
        self.chosen.push(Pick { outcome, chosen_with: 1.0, pinned: false });
    }

    /// The position of the least valuable offer in whose place an outcome fits.
    fn least_needed(
        &mut self,
        outcomes: &[Outcome],
        scene: &Scene<'_>,
        entering: &Outcome,
        q: usize,
    ) -> Option<usize> {
        let mut best: Option<(Ranked, usize)> = None;
        for at in 0..self.chosen.len() {
            let pick = self.chosen[at];
            let held = Ranked::new(outcomes, scene, pick.outcome);
            if pick.pinned || best.is_some_and(|(least, _)| least < held) {
                continue;
            }
            // Quotas that come first, and this one, do not lose what they need.
            let needed = (0..=q).any(|other| {
                counts_for(scene, &outcomes[pick.outcome as usize], other)
                    && (other == q
                        || self.made(outcomes, scene, other) <= scene.policy.quotas[other].min)
            });
            if needed {
                continue;
            }
            let leaving = &outcomes[pick.outcome as usize];
            self.limits.remove(scene, leaving);
            let fits = self.limits.refuses(scene, entering).is_none();
            self.limits.add(scene, leaving);
            if fits {
                best = Some((held, at));
            }
        }
        best.map(|(_, at)| at)
    }
}

fn counts_for(scene: &Scene<'_>, outcome: &Outcome, q: usize) -> bool {
    scene.quotas(outcome) >> q & 1 == 1
}
