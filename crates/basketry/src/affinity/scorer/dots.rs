//! The products of a vector with many others.

use crate::affinity::views::{RANK, dot};

/// The products of a vector with each of some others; the same numbers on every processor.
pub(super) fn dots(one: &[f32; RANK], others: &[[f32; RANK]], out: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has what the function needs.
        return unsafe { x86::dots(one, others, out) };
    }
    portable(one, others, out);
}

#[inline(always)]
fn portable(one: &[f32; RANK], others: &[[f32; RANK]], out: &mut [f32]) {
    for (out, other) in out.iter_mut().zip(others) {
        *out = dot(one, other);
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{RANK, portable};

    /// Eight at a time, whose sums are then added up together, in the order of [`dot`](super::dot).
    #[target_feature(enable = "avx2")]
    pub(super) fn dots(one: &[f32; RANK], others: &[[f32; RANK]], out: &mut [f32]) {
        let part = |of: &[f32; RANK], at: usize| {
            // SAFETY: there are 8 numbers from each multiple of 8 below 32 on.
            unsafe { _mm256_loadu_ps(of.as_ptr().add(8 * at)) }
        };
        let parts: [__m256; RANK / 8] = std::array::from_fn(|at| part(one, at));
        let sums = |of: &[f32; RANK]| {
            let mut sums = _mm256_mul_ps(parts[0], part(of, 0));
            for (at, &own) in parts.iter().enumerate().skip(1) {
                sums = _mm256_add_ps(sums, _mm256_mul_ps(own, part(of, at)));
            }
            sums
        };
        // The sums of two rows, halves added: four numbers each.
        let halves = |a: __m256, b: __m256| {
            _mm256_add_ps(
                _mm256_permute2f128_ps::<0x20>(a, b),
                _mm256_permute2f128_ps::<0x31>(a, b),
            )
        };
        // Of two such, halves added again: two numbers each.
        let quarters = |a: __m256, b: __m256| {
            let (a, b) = (_mm256_castps_pd(a), _mm256_castps_pd(b));
            _mm256_add_ps(
                _mm256_castpd_ps(_mm256_unpacklo_pd(a, b)),
                _mm256_castpd_ps(_mm256_unpackhi_pd(a, b)),
            )
        };
        let order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
        let n = others.len().min(out.len());
        let (groups, rest) = others[..n].as_chunks::<8>();
        let (outs, last) = out[..n].as_chunks_mut::<8>();
        for (rows, out) in groups.iter().zip(outs) {
            let a = quarters(
                halves(sums(&rows[0]), sums(&rows[1])),
                halves(sums(&rows[2]), sums(&rows[3])),
            );
            let b = quarters(
                halves(sums(&rows[4]), sums(&rows[5])),
                halves(sums(&rows[6]), sums(&rows[7])),
            );
            let all =
                _mm256_add_ps(_mm256_shuffle_ps::<0x88>(a, b), _mm256_shuffle_ps::<0xdd>(a, b));
            // SAFETY: `out` has 8 numbers.
            unsafe { _mm256_storeu_ps(out.as_mut_ptr(), _mm256_permutevar8x32_ps(all, order)) };
        }
        portable(one, rest, last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_the_same_in_any_width() {
        let one: [f32; RANK] = std::array::from_fn(|k| (k as f32 * 0.7).sin());
        for n in [0, 1, 7, 8, 9, 64, 67] {
            let others: Vec<[f32; RANK]> = (0..n)
                .map(|i| std::array::from_fn(|k| ((i * RANK + k) as f32 * 0.3).cos()))
                .collect();
            let (mut any, mut best) = (vec![0.0; n], vec![0.0; n]);
            portable(&one, &others, &mut any);
            dots(&one, &others, &mut best);
            for ((other, sum), same) in others.iter().zip(any).zip(best) {
                assert_eq!(sum.to_bits(), same.to_bits());
                let exact: f64 =
                    one.iter().zip(other).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
                assert!((f64::from(sum) - exact).abs() < 1e-5);
            }
        }
    }
}
