//! Which of the candidates promise most, without looking closely at any.

use super::best::{index, key};
use super::scratch::similar_to_context;
use super::{AHEAD, Candidate, Scratch};
use crate::affinity::features::{LANES, Lanes, Paired, Shared};
use crate::affinity::views::Learned;
use crate::prefetch::prefetch;

/// What is known beforehand about a product that the basket speaks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Promise {
    /// What it adds to the log odds of a purchase alone, with what else counts.
    pub(crate) alone: f32,
    /// As in the columns of the model.
    pub(crate) category: u32,
}

impl Learned<'_> {
    /// Ranks the candidates that are new to the customer and that nothing speaks for but what is in the
    /// basket: by the log odds of each as far as the product and its pairs tell, the former from
    /// `promises`, by product. Gives keys in the order of the candidates, the smaller the
    /// more promising, whose [`index`](super::place) is the place of the candidate.
    pub(crate) fn rank_paired(
        &self,
        shared: &Shared,
        promises: &[Promise],
        scratch: &mut Scratch,
        ranked: &mut Vec<u64>,
    ) {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has what the function needs.
            return unsafe { self.rank_avx2(shared, promises, scratch, ranked) };
        }
        self.rank_anywhere(shared, promises, scratch, ranked);
    }

    /// The same code in wider vectors; every number comes out the same.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn rank_avx2(
        &self,
        shared: &Shared,
        promises: &[Promise],
        scratch: &mut Scratch,
        ranked: &mut Vec<u64>,
    ) {
        self.rank_anywhere(shared, promises, scratch, ranked);
    }

    #[inline(always)]
    fn rank_anywhere(
        &self,
        shared: &Shared,
        promises: &[Promise],
        scratch: &mut Scratch,
        ranked: &mut Vec<u64>,
    ) {
        let Scratch { candidates, met, round, paired, categories, noted: seen, .. } = scratch;
        let (mut alone, mut log_odds): (Lanes, Lanes) = ([0.0; LANES], [0.0; LANES]);
        let mut lane = 0;
        let of_product = |candidate: &Candidate| prefetch(promises, candidate.product as usize);
        candidates.iter().take(AHEAD).for_each(of_product);
        for (place, candidate) in (0..).zip(&*candidates) {
            candidates.get(place as usize + AHEAD).into_iter().for_each(of_product);
            if candidate.pairs == 0 || candidate.count > 0 || candidate.similar {
                continue;
            }
            paired.max_log[lane] = candidate.max_log;
            paired.sum_lift[lane] = candidate.sum_lift;
            paired.pairs[lane] = candidate.pairs as f32;
            paired.similar[lane] = similar_to_context(met, *round, candidate.product);
            let Some(promise) = promises.get(candidate.product as usize) else { continue };
            alone[lane] = promise.alone;
            if seen.may_have(promise.category)
                && let Some((met, noted)) = categories.get(promise.category as usize)
                && *met == *round
                && noted.in_context > 0
            {
                alone[lane] += self.log_odds_of_category(shared, candidate.product, noted);
            }
            ranked.push(place);
            lane += 1;
            if lane == LANES {
                let from = ranked.len() - LANES;
                self.rank_block(shared, paired, &alone, &mut log_odds, &mut ranked[from..]);
                lane = 0;
            }
        }
        let from = ranked.len() - lane;
        self.rank_block(shared, paired, &alone, &mut log_odds, &mut ranked[from..]);
    }

    /// Makes keys of places, once the numbers of a block are known.
    #[inline(always)]
    fn rank_block(
        &self,
        shared: &Shared,
        paired: &Paired,
        alone: &Lanes,
        log_odds: &mut Lanes,
        keys: &mut [u64],
    ) {
        self.log_odds_of_pairs(shared, paired, log_odds);
        for (to, (log_odds, alone)) in keys.iter_mut().zip(log_odds.iter().zip(alone)) {
            *to = key(log_odds + alone, index(*to));
        }
    }
}
