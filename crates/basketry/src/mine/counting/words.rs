//! Intersections of bit vectors.

type And = unsafe fn(&[u64], &[u64], &mut [u64]) -> u32;

/// The intersection, in the version for this processor.
#[derive(Clone, Copy)]
pub(super) struct Words {
    and: And,
}

impl Words {
    /// The fastest that this processor can run.
    pub(super) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512vpopcntdq")
            {
                return Self { and: and_avx512 };
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt") {
                return Self { and: and_avx2 };
            }
        }
        Self { and: and_portable }
    }

    /// Sets `out` to the intersection of `a` and `b`, which are as long, and returns how many bits
    /// are set in it.
    #[inline]
    pub(super) fn and(self, a: &[u64], b: &[u64], out: &mut [u64]) -> u32 {
        // SAFETY: the processor has the features of the chosen version, which asks for nothing
        // else.
        unsafe { (self.and)(a, b, out) }
    }
}

#[inline(always)]
fn and_words(a: &[u64], b: &[u64], out: &mut [u64]) -> u32 {
    let mut count = 0;
    for ((a, b), out) in a.iter().zip(b).zip(out) {
        let both = a & b;
        *out = both;
        count += u64::from(both.count_ones());
    }
    count as u32
}

fn and_portable(a: &[u64], b: &[u64], out: &mut [u64]) -> u32 {
    and_words(a, b, out)
}

// The same loop: the compiler makes of it what the features allow.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,popcnt")]
fn and_avx2(a: &[u64], b: &[u64], out: &mut [u64]) -> u32 {
    and_words(a, b, out)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq,popcnt")]
fn and_avx512(a: &[u64], b: &[u64], out: &mut [u64]) -> u32 {
    and_words(a, b, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_agree() {
        let word = |i: u64| (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for len in 0..70 {
            let a: Vec<u64> = (0..len).map(word).collect();
            let b: Vec<u64> = (0..len).map(|i| word(i + 100)).collect();
            let (mut fast, mut plain) = (vec![0; a.len()], vec![0; a.len()]);
            assert_eq!(Words::detect().and(&a, &b, &mut fast), and_portable(&a, &b, &mut plain));
            assert_eq!(fast, plain);
        }
    }
}
