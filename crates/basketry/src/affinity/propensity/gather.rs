//! Examples: candidates of situations, and whether they were bought.

use super::draws::Draws;
use crate::affinity::features::{Segment, Task};
use crate::affinity::logistic::Examples;
use crate::affinity::scorer::{Scratch, SinceLine, Situation};
use crate::affinity::views::Learned;

/// Examples of one task per segment, to fit to and to measure on, and how many purchases were among
/// the candidates.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) fitting: [Examples; 3],
    pub(super) measuring: [Examples; 3],
    /// What was bought, and what of it was a candidate.
    pub(super) targets: [u64; 3],
    pub(super) found: [u64; 3],
    /// Situations, those of them that serve to measure, and products over all of them that could be
    /// offered and were not candidates.
    pub(super) situations: u64,
    pub(super) measured: u64,
    pub(super) others: u64,
}

impl Gathered {
    pub(super) fn append(&mut self, other: Gathered) {
        for (mine, theirs) in self.fitting.iter_mut().zip(other.fitting) {
            mine.append(theirs);
        }
        for (mine, theirs) in self.measuring.iter_mut().zip(other.measuring) {
            mine.append(theirs);
        }
        for at in 0..3 {
            self.targets[at] += other.targets[at];
            self.found[at] += other.found[at];
        }
        self.situations += other.situations;
        self.measured += other.measured;
        self.others += other.others;
    }

    pub(super) fn join(chunks: Vec<Gathered>) -> Gathered {
        let mut all = Gathered::default();
        chunks.into_iter().for_each(|chunk| all.append(chunk));
        all
    }
}

/// Working memory of one thread.
#[derive(Default)]
pub(super) struct Working {
    pub(super) scratch: Scratch,
    pub(super) items: Vec<u32>,
    pub(super) since: Vec<SinceLine>,
}

/// What was bought in a situation, ascending, and whether it serves to measure.
pub(super) struct Target<'a> {
    pub(super) products: &'a [u32],
    pub(super) held_out: bool,
    /// How much an example of it counts; less than 1 for what is made up.
    pub(super) worth: f32,
}

/// What all situations share.
pub(super) struct Source<'a> {
    pub(super) learned: Learned<'a>,
    pub(super) offerable: &'a [bool],
    /// How many products are.
    pub(super) all_offerable: u64,
    /// Examples that were not bought, drawn per situation in the mean.
    pub(super) negatives: f64,
}

impl Source<'_> {
    /// Products that only the history knows are beyond the catalogue's.
    fn offerable(&self, product: u32) -> bool {
        self.offerable.get(product as usize).copied().unwrap_or(false)
    }

    /// Makes the candidates of a situation into examples: all that were bought, and of the others a
    /// sample, each of which stands for several.
    pub(super) fn examples(
        &self,
        task: Task,
        situation: &Situation<'_>,
        target: &Target<'_>,
        draws: &Draws,
        scratch: &mut Scratch,
        gathered: &mut Gathered,
    ) {
        let shared = self.learned.candidates(task, situation, scratch);
        let count = scratch.candidates().len();
        // See `level`.
        let focus = match task {
            Task::Basket => 1.0 / target.products.len().max(1) as f32,
            Task::Horizon => 1.0,
        };
        let rate = (self.negatives / count.max(1) as f64).min(1.0);
        let (mut found, mut considered) = (0, 0);
        for candidate in 0..count {
            let product = scratch.candidates()[candidate].product;
            if !self.offerable(product) {
                continue;
            }
            considered += 1;
            let bought = target.products.binary_search(&product).is_ok();
            if !bought && draws.share_of(product) >= rate {
                continue;
            }
            let (segment, x) = self.learned.features_of(task, &shared, scratch, candidate);
            let at = segment as usize;
            let weight = target.worth * if bought { 1.0 } else { (1.0 / rate) as f32 };
            if bought && target.worth >= 1.0 {
                found += 1;
                gathered.found[at] += 1;
                gathered.targets[at] += 1;
            }
            let set = if target.held_out {
                &mut gathered.measuring[at]
            } else {
                &mut gathered.fitting[at]
            };
            set.push_focused(x, bought, weight, focus);
        }
        if target.worth < 1.0 {
            return;
        }
        // What the customer bought before is always a candidate, so what is missed was new.
        let missed = if shared.is_known() { Segment::New } else { Segment::Anonymous };
        let wanted = target.products.iter().filter(|&&product| self.offerable(product)).count();
        gathered.targets[missed as usize] += (wanted - found) as u64;
        gathered.situations += 1;
        gathered.measured += u64::from(target.held_out);
        gathered.others += self.all_offerable.saturating_sub(considered);
    }
}
