//! From candidates to the offers of one decision.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::candidates::Outcome;
use super::policy::Policy;
use super::reasons::{Kind, Reason};
use super::state::Item;
use crate::data::NO_CODE;

/// Orders candidates: greater value first, then the smaller key.
#[derive(Debug, PartialEq)]
struct Ranked {
    value: f64,
    key: u32,
    outcome: u32,
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.total_cmp(&other.value).then(other.key.cmp(&self.key))
    }
}

/// Working memory, kept from one decision to the next.
#[derive(Debug, Default)]
pub(crate) struct Slate {
    ranked: Vec<Ranked>,
    popular: Vec<Ranked>,
    /// Product lines, and the number of offers of each.
    lines: Vec<(u32, u32)>,
    /// Indices of the outcomes that are offered, by falling value.
    pub(crate) chosen: Vec<u32>,
}

impl Slate {
    /// Chooses the offers among the outcomes that are still candidates, best first, within the
    /// policy's limits; popular products fill what the others leave. The rest get their reason.
    pub(crate) fn choose(&mut self, outcomes: &mut [Outcome], items: &[Item], policy: &Policy) {
        self.chosen.clear();
        self.lines.clear();
        let mut of_kind = [0u32; Kind::ALL.len()];
        self.ranked.clear();
        self.popular.clear();
        for (i, outcome) in outcomes.iter().enumerate().filter(|(_, o)| o.reason.is_none()) {
            let candidate = Ranked { value: outcome.value, key: outcome.key, outcome: i as u32 };
            if outcome.kind == Some(Kind::Popular) {
                self.popular.push(candidate);
            } else {
                self.ranked.push(candidate);
            }
        }
        for candidates in [&mut self.ranked, &mut self.popular] {
            let mut heap = BinaryHeap::from(std::mem::take(candidates));
            while self.chosen.len() < policy.max_offers as usize {
                let Some(best) = heap.pop() else { break };
                let outcome = &mut outcomes[best.outcome as usize];
                let Some(kind) = outcome.kind else { continue };
                if of_kind[kind as usize] >= most_of(policy, kind) {
                    outcome.reason = Some(Reason::KindLimit);
                    continue;
                }
                let line = items.get(outcome.key as usize).map_or(NO_CODE, |item| item.line);
                if line != NO_CODE {
                    match self.lines.iter_mut().find(|(code, _)| *code == line) {
                        Some((_, count)) if *count >= policy.per_line => {
                            outcome.reason = Some(Reason::LineLimit);
                            continue;
                        }
                        Some((_, count)) => *count += 1,
                        None => self.lines.push((line, 1)),
                    }
                }
                of_kind[kind as usize] += 1;
                self.chosen.push(best.outcome);
            }
            // The memory goes back to where it came from.
            *candidates = heap.into_vec();
            for left in candidates.iter() {
                outcomes[left.outcome as usize].reason = Some(Reason::Outranked);
            }
        }
        self.chosen.sort_unstable_by(|&a, &b| {
            let (a, b) = (&outcomes[a as usize], &outcomes[b as usize]);
            b.value.total_cmp(&a.value).then(a.key.cmp(&b.key))
        });
    }
}

/// The most offers of a kind in one decision.
pub(crate) fn most_of(policy: &Policy, kind: Kind) -> u32 {
    match kind {
        Kind::CrossSell => policy.cross_sell.max,
        Kind::UpSell => policy.up_sell.max,
        Kind::Refill => policy.refill.max,
        Kind::Popular => policy.popular.max,
        Kind::Similar => policy.similar.max,
        Kind::Service => policy.service.max,
        Kind::Bundle | Kind::TopUp => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(key: u32, kind: Kind, value: f64) -> Outcome {
        Outcome { value, key, probability: 0.1, kind: Some(kind), reason: None }
    }

    fn items(lines: &[u32]) -> Vec<Item> {
        lines
            .iter()
            .map(|&line| Item {
                margin: 1.0,
                line,
                never: None,
                assumed: false,
                rarely_rebought: false,
                enough_buyers: true,
            })
            .collect()
    }

    fn run(outcomes: &mut [Outcome], lines: &[u32], policy: &Policy) -> Vec<u32> {
        let mut slate = Slate::default();
        slate.choose(outcomes, &items(lines), policy);
        slate.chosen.iter().map(|&i| outcomes[i as usize].key).collect()
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
}
