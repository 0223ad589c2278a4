//! From candidates to the offers of one decision.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::candidates::Outcome;
use super::policy::Policy;
use super::reasons::{Kind, Reason};
use super::state::Item;
use crate::data::NO_CODE;

/// Orders candidates: greater value first, then the smaller key.
#[derive(PartialEq)]
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

/// Chooses the offers among the outcomes that are still candidates, best first, within the
/// policy's limits; popular products fill what the others leave. The rest get their reason.
/// Returns indices of `outcomes`, by falling value.
pub(crate) fn choose(outcomes: &mut [Outcome], items: &[Item], policy: &Policy) -> Vec<u32> {
    let mut chosen: Vec<u32> = Vec::with_capacity(policy.max_offers.min(64) as usize);
    let mut of_kind = [0u32; Kind::ALL.len()];
    let mut lines: Vec<(u32, u32)> = Vec::new();
    for fallback in [false, true] {
        let ranked: Vec<Ranked> = outcomes
            .iter()
            .enumerate()
            .filter(|(_, outcome)| {
                outcome.reason.is_none() && (outcome.kind == Some(Kind::Popular)) == fallback
            })
            .map(|(i, outcome)| Ranked {
                value: outcome.value,
                key: outcome.key,
                outcome: i as u32,
            })
            .collect();
        let mut heap = BinaryHeap::from(ranked);
        while chosen.len() < policy.max_offers as usize {
            let Some(best) = heap.pop() else { break };
            let outcome = &mut outcomes[best.outcome as usize];
            let Some(kind) = outcome.kind else { continue };
            if of_kind[kind as usize] >= max_of(policy, kind) {
                outcome.reason = Some(Reason::KindLimit);
                continue;
            }
            let line = items.get(outcome.key as usize).map_or(NO_CODE, |item| item.line);
            if line != NO_CODE {
                match lines.iter_mut().find(|(code, _)| *code == line) {
                    Some((_, count)) if *count >= policy.per_line => {
                        outcome.reason = Some(Reason::LineLimit);
                        continue;
                    }
                    Some((_, count)) => *count += 1,
                    None => lines.push((line, 1)),
                }
            }
            of_kind[kind as usize] += 1;
            chosen.push(best.outcome);
        }
        for left in heap {
            outcomes[left.outcome as usize].reason = Some(Reason::Outranked);
        }
    }
    chosen.sort_unstable_by(|&a, &b| {
        let (a, b) = (&outcomes[a as usize], &outcomes[b as usize]);
        b.value.total_cmp(&a.value).then(a.key.cmp(&b.key))
    });
    chosen
}

fn max_of(policy: &Policy, kind: Kind) -> u32 {
    match kind {
        Kind::CrossSell => policy.cross_sell.max,
        Kind::UpSell => policy.up_sell.max,
        Kind::Refill => policy.refill.max,
        Kind::Popular => policy.popular.max,
    }
    .unwrap_or(u32::MAX)
}
