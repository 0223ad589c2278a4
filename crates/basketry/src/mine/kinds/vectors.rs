//! Inner loops over bit vectors that only this miner has, for each kind of processor.
//!
//! They are written once, in a way that compilers turn into vector instructions; the versions differ
//! in the instructions they may use.

/// The inner loops for one kind of processor.
#[derive(Clone, Copy)]
pub(super) struct Vectors {
    within: unsafe fn(&[u64], &[u64]) -> bool,
    overlap: unsafe fn(&[u64], &[u64]) -> u32,
    weigh: unsafe fn(&[u64], &[u64], &[u64]) -> u64,
}

impl Vectors {
    /// The fastest that this processor can run.
    pub(super) fn detect() -> Self {
        Self::all().pop().unwrap_or(PORTABLE)
    }

    /// All that this processor can run, the fastest last.
    pub(super) fn all() -> Vec<Self> {
        #[allow(unused_mut, reason = "other processors have the portable version only")]
        let mut all = vec![PORTABLE];
        #[cfg(target_arch = "x86_64")]
        all.extend(x86::available());
        all
    }

    /// True if every bit of `vector` is set in `other`, which is as long.
    #[inline]
    pub(super) fn within(&self, vector: &[u64], other: &[u64]) -> bool {
        // SAFETY: the processor has the features of the chosen version.
        unsafe { (self.within)(vector, other) }
    }

    /// How many bits are set in both vectors, which are of one length.
    #[inline]
    pub(super) fn overlap(&self, vector: &[u64], other: &[u64]) -> u32 {
        // SAFETY: the processor has the features of the chosen version.
        unsafe { (self.overlap)(vector, other) }
    }

    /// The sum of the weights of the bits that are set in both vectors. There is a weight for each
    /// bit.
    #[inline]
    pub(super) fn weigh(&self, vector: &[u64], other: &[u64], weights: &[u64]) -> u64 {
        // SAFETY: the processor has the features of the chosen version.
        unsafe { (self.weigh)(vector, other, weights) }
    }
}

impl std::fmt::Debug for Vectors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vectors")
    }
}

const PORTABLE: Vectors = Vectors { within, overlap, weigh };

#[inline(always)]
fn within(vector: &[u64], other: &[u64]) -> bool {
    // Whether it is not shows early as a rule, so look after every few words.
    let (ones, others) = (vector.chunks_exact(8), other.chunks_exact(8));
    let rest = ones.remainder().iter().zip(others.remainder());
    let missing = |sum: u64, (a, b): (&u64, &u64)| sum | a & !b;
    ones.zip(others).all(|(a, b)| a.iter().zip(b).fold(0, missing) == 0)
        && rest.fold(0, missing) == 0
}

#[inline(always)]
fn overlap(vector: &[u64], other: &[u64]) -> u32 {
    vector.iter().zip(other).map(|(a, b)| u64::from((a & b).count_ones())).sum::<u64>() as u32
}

#[inline(always)]
fn weigh(vector: &[u64], other: &[u64], weights: &[u64]) -> u64 {
    let mut sum = 0;
    for ((a, b), weights) in vector.iter().zip(other).zip(weights.chunks_exact(64)) {
        let both = a & b;
        if both == 0 {
            continue;
        }
        for (byte, weights) in weights.chunks_exact(8).enumerate() {
            let bits = both >> (8 * byte);
            for (bit, weight) in weights.iter().enumerate() {
                // All bits of the weight, or none.
                sum += weight & (bits >> bit & 1).wrapping_neg();
            }
        }
    }
    sum
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::Vectors;
    use std::arch::x86_64::*;

    /// The versions this processor can run, the fastest last.
    pub(super) fn available() -> Vec<Vectors> {
        let mut found = Vec::new();
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt") {
            found.push(Vectors { within: within2, overlap: overlap2, weigh: weigh2 });
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vpopcntdq") {
                found.push(Vectors { within: within512, overlap: overlap512, weigh: weigh512 });
            }
        }
        found
    }

    #[target_feature(enable = "avx2")]
    fn within2(vector: &[u64], other: &[u64]) -> bool {
        super::within(vector, other)
    }

    #[target_feature(enable = "avx2,popcnt")]
    fn overlap2(vector: &[u64], other: &[u64]) -> u32 {
        super::overlap(vector, other)
    }

    #[target_feature(enable = "avx2")]
    fn weigh2(vector: &[u64], other: &[u64], weights: &[u64]) -> u64 {
        super::weigh(vector, other, weights)
    }

    #[target_feature(enable = "avx512f")]
    fn within512(vector: &[u64], other: &[u64]) -> bool {
        super::within(vector, other)
    }

    #[target_feature(enable = "avx512f,avx512vpopcntdq")]
    fn overlap512(vector: &[u64], other: &[u64]) -> u32 {
        super::overlap(vector, other)
    }

    #[target_feature(enable = "avx512f")]
    fn weigh512(vector: &[u64], other: &[u64], weights: &[u64]) -> u64 {
        let mut sums = [_mm512_setzero_si512(); 4];
        for ((a, b), weights) in vector.iter().zip(other).zip(weights.chunks_exact(64)) {
            let both = a & b;
            if both == 0 {
                continue;
            }
            for (byte, weights) in weights.chunks_exact(8).enumerate() {
                let bits = (both >> (8 * byte)) as u8;
                // SAFETY: there are eight weights.
                let weights = unsafe { _mm512_loadu_si512(weights.as_ptr().cast()) };
                let sum = &mut sums[byte % 4];
                *sum = _mm512_mask_add_epi64(*sum, bits, *sum, weights);
            }
        }
        let sum = _mm512_add_epi64(
            _mm512_add_epi64(sums[0], sums[1]),
            _mm512_add_epi64(sums[2], sums[3]),
        );
        _mm512_reduce_add_epi64(sum) as u64
    }
}
