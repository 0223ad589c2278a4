//! AVX2 and AVX-512 versions.

use std::arch::x86_64::*;

use super::portable::{add_supersets, compress_with, extend_rows, insert_rows, scan_groups};
use super::{Join, Kernels};

/// The versions this processor can run, the fastest last.
pub(super) fn available() -> Vec<Kernels> {
    let mut found = Vec::new();
    if is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("popcnt")
    {
        found.push(AVX2);
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vpopcntdq")
        {
            found.push(AVX512);
        }
    }
    found
}

const AVX2: Kernels = Kernels {
    name: "avx2",
    block: 4,
    join: join_avx2,
    compress: compress_avx2,
    extend: extend_avx2,
    insert: insert_avx2,
    scan: scan_avx2,
    sum: sum_avx2,
};

const AVX512: Kernels = Kernels {
    name: "avx512",
    block: 8,
    join: join_avx512,
    compress: compress_avx2,
    extend: extend_avx2,
    insert: insert_avx2,
    scan: scan_avx512,
    sum: sum_avx512,
};

#[target_feature(enable = "avx2,popcnt")]
unsafe fn join_avx2(join: &Join<'_>, out: *mut u64, counts: *mut u32) -> usize {
    let words = join.words;
    let low = _mm256_set1_epi8(0x0f);
    let bits_of_nibble = _mm256_setr_epi8(
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3,
        3, 4,
    );
    let mut kept = 0;
    // SAFETY: the pivot and the vectors before it lie within `vectors`, and `words` is a multiple
    // of 4. `out` and `counts` have room for as many as there are before the pivot.
    unsafe {
        let pivot = join.vectors.as_ptr().add(join.pivot * words);
        for i in 0..join.pivot {
            let vector = join.vectors.as_ptr().add(i * words);
            let both = out.add(kept * words);
            let mut sum = _mm256_setzero_si256();
            let mut w = 0;
            while w < words {
                let a = _mm256_loadu_si256(vector.add(w).cast());
                let b = _mm256_loadu_si256(pivot.add(w).cast());
                let ab = _mm256_and_si256(a, b);
                _mm256_storeu_si256(both.add(w).cast(), ab);
                // Bits of each byte through a table of nibbles (Mula), then added by eights.
                let lower = _mm256_shuffle_epi8(bits_of_nibble, _mm256_and_si256(ab, low));
                let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(ab), low);
                let upper = _mm256_shuffle_epi8(bits_of_nibble, upper);
                let bytes = _mm256_add_epi8(lower, upper);
                let quads = _mm256_sad_epu8(bytes, _mm256_setzero_si256());
                sum = _mm256_add_epi64(sum, quads);
                w += 4;
            }
            let half =
                _mm_add_epi64(_mm256_castsi256_si128(sum), _mm256_extracti128_si256::<1>(sum));
            let count = (_mm_cvtsi128_si64(half) + _mm_extract_epi64::<1>(half)) as u32;
            *counts.add(i) = count;
            kept += usize::from(count >= join.least && count < join.full);
        }
    }
    kept
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq")]
unsafe fn join_avx512(join: &Join<'_>, out: *mut u64, counts: *mut u32) -> usize {
    // SAFETY: the same contract; the number of blocks is that of the vectors.
    unsafe {
        match join.words / 8 {
            1 => join_blocks::<1>(join, out, counts),
            2 => join_blocks::<2>(join, out, counts),
            3 => join_blocks::<3>(join, out, counts),
            4 => join_blocks::<4>(join, out, counts),
            5 => join_blocks::<5>(join, out, counts),
            6 => join_blocks::<6>(join, out, counts),
            7 => join_blocks::<7>(join, out, counts),
            8 => join_blocks::<8>(join, out, counts),
            _ => join_long(join, out, counts),
        }
    }
}

/// Vectors of `B` blocks: the pivot stays in registers.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq")]
unsafe fn join_blocks<const B: usize>(join: &Join<'_>, out: *mut u64, counts: *mut u32) -> usize {
    let mut kept = 0;
    // SAFETY: the pivot and the vectors before it lie within `vectors`; `out` and `counts` have
    // room for as many as there are before the pivot.
    unsafe {
        let mut pivot = [_mm512_setzero_si512(); B];
        for (b, block) in pivot.iter_mut().enumerate() {
            let word = (join.pivot * B + b) * 8;
            *block = _mm512_loadu_si512(join.vectors.as_ptr().add(word).cast());
        }
        let mut vector = join.vectors.as_ptr();
        for i in 0..join.pivot {
            let both = out.add(kept * B * 8);
            let mut sum = _mm512_setzero_si512();
            for (b, &pivot) in pivot.iter().enumerate() {
                let ab = _mm512_and_si512(pivot, _mm512_loadu_si512(vector.add(b * 8).cast()));
                _mm512_storeu_si512(both.add(b * 8).cast(), ab);
                sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(ab));
            }
            let count = _mm512_reduce_add_epi64(sum) as u32;
            *counts.add(i) = count;
            kept += usize::from(count >= join.least && count < join.full);
            vector = vector.add(B * 8);
        }
    }
    kept
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq")]
unsafe fn join_long(join: &Join<'_>, out: *mut u64, counts: *mut u32) -> usize {
    let words = join.words;
    let mut kept = 0;
    // SAFETY: as in `join_blocks`.
    unsafe {
        let pivot = join.vectors.as_ptr().add(join.pivot * words);
        for i in 0..join.pivot {
            let vector = join.vectors.as_ptr().add(i * words);
            let both = out.add(kept * words);
            let mut sum = _mm512_setzero_si512();
            let mut w = 0;
            while w < words {
                let a = _mm512_loadu_si512(vector.add(w).cast());
                let b = _mm512_loadu_si512(pivot.add(w).cast());
                let ab = _mm512_and_si512(a, b);
                _mm512_storeu_si512(both.add(w).cast(), ab);
                sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(ab));
                w += 8;
            }
            let count = _mm512_reduce_add_epi64(sum) as u32;
            *counts.add(i) = count;
            kept += usize::from(count >= join.least && count < join.full);
        }
    }
    kept
}

#[target_feature(enable = "avx2,bmi2,popcnt")]
unsafe fn compress_avx2(mask: &[u64], vectors: *mut u64, number: usize, new_words: usize) {
    // SAFETY: the same contract.
    unsafe {
        compress_with(mask, vectors, number, new_words, |w, word| _pext_u64(word, mask[w]));
    }
}

#[target_feature(enable = "avx2")]
unsafe fn extend_avx2(base: &[u32], items: &[u32], out: *mut u32) {
    // SAFETY: the same contract.
    unsafe { extend_rows(base, items, out) }
}

#[target_feature(enable = "avx2")]
unsafe fn insert_avx2(source: &[u32], length: usize, number: usize, item: u32, out: *mut u32) {
    // SAFETY: the same contract.
    unsafe { insert_rows(source, length, number, item, out) }
}

#[target_feature(enable = "avx2")]
unsafe fn sum_avx2(table: &mut [u32]) {
    add_supersets(table);
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn sum_avx512(table: &mut [u32]) {
    add_supersets(table);
}

#[target_feature(enable = "avx2")]
unsafe fn scan_avx2(counts: &[u32], least: u32, hits: &mut Vec<u32>) {
    scan_groups(counts, least, hits);
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn scan_avx512(counts: &[u32], least: u32, hits: &mut Vec<u32>) {
    let least = _mm512_set1_epi32(least as i32);
    for (g, group) in counts.chunks(64).enumerate() {
        let mut mask = 0u64;
        for (v, vector) in group.chunks(16).enumerate() {
            // SAFETY: lanes beyond the end are not loaded.
            let (lanes, vector) = unsafe {
                let lanes = u16::MAX >> (16 - vector.len());
                (lanes, _mm512_maskz_loadu_epi32(lanes, vector.as_ptr().cast()))
            };
            let at_least = _mm512_mask_cmpge_epu32_mask(lanes, vector, least);
            mask |= u64::from(at_least) << (16 * v);
        }
        while mask != 0 {
            hits.push(g as u32 * 64 + mask.trailing_zeros());
            mask &= mask - 1;
        }
    }
}
