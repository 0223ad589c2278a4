//! Candidates in their order, as far as it is asked for.

use super::Scene;
use crate::decide::candidates::Outcome;

/// So many candidates are put in order at once: mostly a slate is full before it needs more.
const PORTION: usize = 128;

/// Orders candidates: greater value first, then the better rating, then the smaller key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ranked {
    /// By value, then by rating, then by the lesser key, in one number: they are compared often.
    rank: u128,
    pub(super) outcome: u32,
}

impl Ranked {
    pub(super) fn new(outcomes: &[Outcome], scene: &Scene<'_>, i: u32) -> Self {
        let outcome = &outcomes[i as usize];
        let Outcome { value, key, .. } = *outcome;
        let rating = scene.rating(outcome).to_bits();
        let rating = rating ^ (((rating as i32 >> 31) as u32) | 1 << 31);
        let rank = u128::from(rising(value)) << 64 | u128::from(rating) << 32 | u128::from(!key);
        Self { rank, outcome: i }
    }
}

/// A number that rises with a value.
fn rising(value: f64) -> u64 {
    // The bits of positive numbers rise with them, those of negative ones fall.
    let bits = value.to_bits();
    bits ^ (((bits as i64 >> 63) as u64) | 1 << 63)
}

/// The candidates of one stage of the fallback chain, to be taken the best first.
#[derive(Debug, Default)]
pub(super) struct Stage {
    /// Those that are not in order yet, by value; all of them are worth less than those that are.
    rest: Vec<(u64, u32)>,
    /// The best one last.
    ordered: Vec<(u64, u32)>,
}

impl Stage {
    pub(super) fn clear(&mut self) {
        self.rest.clear();
        self.ordered.clear();
    }

    /// Adds a candidate before the first one is taken.
    pub(super) fn add(&mut self, value: f64, outcome: u32) {
        self.rest.push((rising(value), outcome));
    }

    /// Takes the best one.
    #[inline]
    pub(super) fn next(&mut self, outcomes: &[Outcome], scene: &Scene<'_>) -> Option<u32> {
        if self.ordered.is_empty() {
            self.order(outcomes, scene);
        }
        self.ordered.pop().map(|best| best.1)
    }

    /// Orders the next portion: the most valuable ones that are left, and all that are worth as much as
    /// the least of them.
    fn order(&mut self, outcomes: &[Outcome], scene: &Scene<'_>) {
        if self.rest.len() > PORTION {
            let by_value = |a: &(u64, u32), b: &(u64, u32)| b.0.cmp(&a.0);
            let least = self.rest.select_nth_unstable_by(PORTION - 1, by_value).1.0;
            self.ordered.extend(self.rest.extract_if(.., |next| next.0 >= least));
        } else {
            std::mem::swap(&mut self.rest, &mut self.ordered);
        }
        self.ordered.sort_unstable_by(|a, b| order(outcomes, scene, a, b));
    }

    /// Those that were not taken.
    pub(super) fn left(&self) -> impl Iterator<Item = u32> + '_ {
        self.ordered.iter().chain(&self.rest).map(|&(_, outcome)| outcome)
    }
}

/// The order of candidates, that of greater [`Ranked`] last. Few are worth exactly as much as another, so the
/// rest is mostly not looked up.
fn order(
    outcomes: &[Outcome],
    scene: &Scene<'_>,
    a: &(u64, u32),
    b: &(u64, u32),
) -> std::cmp::Ordering {
    let ranked = |i: u32| Ranked::new(outcomes, scene, i);
    a.0.cmp(&b.0).then_with(|| ranked(a.1).cmp(&ranked(b.1)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::data::NO_CODE;
    use crate::decide::policy::Policy;
    use crate::decide::reasons::Kind;
    use crate::decide::sets::Together;
    use crate::decide::slate::{Shelf, Traits};

    /// Products of which only the ratings are known.
    struct Rated(Vec<f32>);

    impl Shelf for Rated {
        fn traits(&self, _: u32) -> Traits {
            Traits { line: NO_CODE, brand: NO_CODE, category: (0, NO_CODE) }
        }

        fn apart(&self, _: u32, _: u32) -> bool {
            false
        }

        fn quotas(&self, _: u32) -> u64 {
            0
        }

        fn rating(&self, key: u32) -> f32 {
            self.0[key as usize]
        }
    }

    proptest! {
        /// In portions as if all had been sorted.
        #[test]
        fn the_best_first(
            of in prop::collection::vec((-3..40i32, 0..3u8), 0..300),
            taken in 0..300usize,
        ) {
            let shelf = Rated(of.iter().map(|&(_, rating)| f32::from(rating)).collect());
            let outcomes: Vec<Outcome> = (0..)
                .zip(&of)
                .map(|(key, &(value, _))| Outcome {
                    value: f64::from(value) / 4.0,
                    key,
                    probability: 0.1,
                    kind: Some(Kind::CrossSell),
                    reason: None,
                    set: u32::MAX,
                })
                .collect();
            let scene = Scene {
                policy: &Policy::default(),
                shelf: &shelf,
                stages: &[0; Kind::ALL.len()],
                pinned: &[],
                draw: 0.0,
                risk: 0.0,
                together: Together { sets: &[], up_sells: &[] },
            };
            let rank = |&i: &u32| {
                let (value, rating) = of[i as usize];
                (std::cmp::Reverse((value, rating)), i)
            };
            let mut expected: Vec<u32> = (0..of.len() as u32).collect();
            expected.sort_by_key(rank);
            let mut stage = Stage::default();
            (0..).zip(&outcomes).for_each(|(i, outcome)| stage.add(outcome.value, i));
            for best in expected.drain(..taken.min(of.len())) {
                prop_assert_eq!(stage.next(&outcomes, &scene), Some(best));
            }
            let mut left: Vec<u32> = stage.left().collect();
            left.sort_by_key(rank);
            prop_assert_eq!(left, expected.clone());
            for best in expected {
                prop_assert_eq!(stage.next(&outcomes, &scene), Some(best));
            }
            prop_assert_eq!(stage.next(&outcomes, &scene), None);
        }
    }
}
