//! AVX2 and AVX-512 versions.

use std::arch::x86_64::*;

use super::portable::{
    compress_with, drain_groups, extend_rows, insert_rows, scan_groups, transpose, write_lattice,
};
use super::{Cursors, Join, Kernels, LATTICE, LATTICE_ROW, SORTED, Table};

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
    subsets: subsets_avx2,
    lattice: lattice_avx2,
    sort: sort_avx2,
    transpose,
    scan: scan_avx2,
    drain: drain_avx2,
};

const AVX512: Kernels = Kernels {
    name: "avx512",
    block: 8,
    join: join_avx512,
    compress: compress_avx2,
    extend: extend_avx512,
    insert: insert_avx512,
    subsets: subsets_avx512,
    lattice: lattice_avx512,
    sort: sort_avx512,
    transpose: transpose_avx512,
    scan: scan_avx512,
    drain: drain_avx512,
};

/// How many bits are set in each quarter: those of each byte through a table of nibbles (Mula),
/// then added by eights.
#[inline]
#[target_feature(enable = "avx2")]
fn bits_avx2(vector: __m256i) -> __m256i {
    let low = _mm256_set1_epi8(0x0f);
    let bits_of_nibble = _mm256_setr_epi8(
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3,
        3, 4,
    );
    let lower = _mm256_shuffle_epi8(bits_of_nibble, _mm256_and_si256(vector, low));
    let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(vector), low);
    let upper = _mm256_shuffle_epi8(bits_of_nibble, upper);
    _mm256_sad_epu8(_mm256_add_epi8(lower, upper), _mm256_setzero_si256())
}

/// The sum of the quarters.
#[inline]
#[target_feature(enable = "avx2")]
fn total_avx2(sum: __m256i) -> u32 {
    let half = _mm_add_epi64(_mm256_castsi256_si128(sum), _mm256_extracti128_si256::<1>(sum));
    (_mm_cvtsi128_si64(half) + _mm_extract_epi64::<1>(half)) as u32
}

#[target_feature(enable = "avx2,popcnt")]
unsafe fn join_avx2(join: &Join<'_>, out: *mut u64, counts: *mut u32) -> usize {
    let words = join.words;
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
                sum = _mm256_add_epi64(sum, bits_avx2(ab));
                w += 4;
            }
            let count = total_avx2(sum);
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

/// As the portable one; rows of up to 16 items are one register.
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn extend_avx512(base: &[u32], items: &[u32], out: *mut u32) {
    if base.len() >= 16 {
        // SAFETY: the same contract.
        return unsafe { extend_rows(base, items, out) };
    }
    let most = _mm512_set1_epi32(-1);
    let lanes = (1 << base.len()) - 1;
    // SAFETY: lanes beyond the base are not loaded.
    let upper = unsafe { _mm512_mask_loadu_epi32(most, lanes, base.as_ptr().cast()) };
    let lower = _mm512_alignr_epi32::<15>(upper, _mm512_setzero_si512());
    for (i, &item) in items.iter().enumerate() {
        let item = _mm512_set1_epi32(item as i32);
        let row = _mm512_max_epu32(lower, _mm512_min_epu32(upper, item));
        // SAFETY: row `i` begins within the room for the rows, and ends within the slack.
        unsafe { _mm512_storeu_si512(out.add(i * (base.len() + 1)).cast(), row) };
    }
}

/// As the portable one; rows of up to 16 items are one register.
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn insert_avx512(source: &[u32], length: usize, number: usize, item: u32, out: *mut u32) {
    if length >= 16 {
        // SAFETY: the same contract.
        return unsafe { insert_rows(source, length, number, item, out) };
    }
    let (zero, most) = (_mm512_setzero_si512(), _mm512_set1_epi32(-1));
    let item = _mm512_set1_epi32(item as i32);
    let lanes = (1 << length) - 1;
    for i in 0..number {
        // SAFETY: row `i` lies within the source, and lanes beyond it are not loaded; the new row
        // begins within the room for the rows, and ends within the slack.
        unsafe {
            let base = source.as_ptr().add(i * length).cast();
            let base = _mm512_mask_loadu_epi32(most, lanes, base);
            let below = _mm512_alignr_epi32::<15>(base, zero);
            let row = _mm512_max_epu32(below, _mm512_min_epu32(base, item));
            _mm512_storeu_si512(out.add(i * (length + 1)).cast(), row);
        }
    }
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

#[target_feature(enable = "avx2")]
unsafe fn drain_avx2(counts: &mut [u32], least: u32, hits: &mut Vec<(u32, u32)>) {
    drain_groups(counts, least, hits);
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn drain_avx512(counts: &mut [u32], least: u32, hits: &mut Vec<(u32, u32)>) {
    let least = _mm512_set1_epi32(least as i32);
    for (g, group) in counts.chunks_mut(64).enumerate() {
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
            let at = mask.trailing_zeros();
            hits.push((g as u32 * 64 + at, group[at as usize]));
            mask &= mask - 1;
        }
        group.fill(0);
    }
}

#[target_feature(enable = "avx2")]
unsafe fn subsets_avx2(vectors: &[u64], words: usize, number: usize, table: &mut Table) {
    let zero = _mm256_setzero_si256();
    let mut sums = [zero; 1 << LATTICE];
    let mut w = 0;
    while w < words {
        let mut both = [zero; 1 << LATTICE];
        for high in 0..number {
            // SAFETY: there are that many vectors, and `words` is a multiple of 4.
            let vector =
                unsafe { _mm256_loadu_si256(vectors.as_ptr().add(high * words + w).cast()) };
            both[1 << high] = vector;
            for low in 1..1usize << high {
                let mask = low | 1 << high;
                both[mask] = _mm256_and_si256(both[low], vector);
                sums[mask] = _mm256_add_epi64(sums[mask], bits_avx2(both[mask]));
            }
        }
        w += 4;
    }
    for mask in 1usize..1 << number {
        if !mask.is_power_of_two() {
            table[mask] = total_avx2(sums[mask]);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq")]
unsafe fn subsets_avx512(vectors: &[u64], words: usize, number: usize, table: &mut Table) {
    // SAFETY: the same contract.
    unsafe {
        match number {
            2 => subsets_of::<2>(vectors, words, table),
            3 => subsets_of::<3>(vectors, words, table),
            4 => subsets_of::<4>(vectors, words, table),
            _ => {}
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq")]
unsafe fn subsets_of<const N: usize>(vectors: &[u64], words: usize, table: &mut Table) {
    let zero = _mm512_setzero_si512();
    let mut sums = [zero; 1 << LATTICE];
    let mut w = 0;
    while w < words {
        let mut both = [zero; 1 << LATTICE];
        for high in 0..N {
            // SAFETY: there are that many vectors, and `words` is a multiple of 8.
            let vector =
                unsafe { _mm512_loadu_si512(vectors.as_ptr().add(high * words + w).cast()) };
            both[1 << high] = vector;
            for low in 1..1usize << high {
                let mask = low | 1 << high;
                both[mask] = _mm512_and_si512(both[low], vector);
                sums[mask] = _mm512_add_epi64(sums[mask], _mm512_popcnt_epi64(both[mask]));
            }
        }
        w += 8;
    }
    for mask in 1usize..1 << N {
        if !mask.is_power_of_two() {
            table[mask] = _mm512_reduce_add_epi64(sums[mask]) as u32;
        }
    }
}

#[target_feature(enable = "avx2")]
unsafe fn lattice_avx2(
    base: &[u32],
    items: &[u32; LATTICE],
    table: &Table,
    least: u32,
    cursors: Cursors,
) {
    // SAFETY: the same contract.
    unsafe { write_lattice(base, items, table, least, cursors) }
}

/// As the portable one; a row is one register.
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn lattice_avx512(
    base: &[u32],
    items: &[u32; LATTICE],
    table: &Table,
    least: u32,
    mut cursors: Cursors,
) {
    const { assert!(LATTICE_ROW == 16) };
    let zero = _mm512_setzero_si512();
    let mut rows = [_mm512_set1_epi32(-1); 1 << LATTICE];
    // SAFETY: the base has less than 16 items, and lanes beyond are not loaded.
    rows[0] = unsafe {
        let lanes = (1 << base.len()) - 1;
        _mm512_mask_loadu_epi32(rows[0], lanes, base.as_ptr().cast())
    };
    for (high, &item) in items.iter().enumerate() {
        let item = _mm512_set1_epi32(item as i32);
        for low in 0..1usize << high {
            let mask = low | 1 << high;
            let below = _mm512_alignr_epi32::<15>(rows[low], zero);
            rows[mask] = _mm512_max_epu32(below, _mm512_min_epu32(rows[low], item));
            if low == 0 {
                continue;
            }
            let size = low.count_ones() as usize + 1;
            let (to, counts) = cursors[size];
            let kept = usize::from(table[mask] >= least);
            // SAFETY: there is room for all rows that are kept, and slack for one that is not.
            unsafe {
                _mm512_storeu_si512(to.cast(), rows[mask]);
                counts.write(table[mask]);
                cursors[size] = (to.add(kept * (base.len() + size)), counts.add(kept));
            }
        }
    }
}

/// Each number goes where as many are that are smaller.
#[target_feature(enable = "avx2")]
unsafe fn sort_avx2(numbers: &mut [u16; SORTED], taken: usize, end: u16) {
    const { assert!(SORTED == 32) };
    // There are signed comparisons only.
    let sign = _mm256_set1_epi16(i16::MIN);
    // SAFETY: both halves lie within the numbers.
    let (low, high) = unsafe {
        let all = numbers.as_ptr();
        (_mm256_loadu_si256(all.cast()), _mm256_loadu_si256(all.add(16).cast()))
    };
    let (low, high) = (_mm256_xor_si256(low, sign), _mm256_xor_si256(high, sign));
    let mut smaller = [_mm256_setzero_si256(); 2];
    for &number in &numbers[..taken] {
        let number = _mm256_xor_si256(_mm256_set1_epi16(number as i16), sign);
        smaller[0] = _mm256_sub_epi16(smaller[0], _mm256_cmpgt_epi16(low, number));
        smaller[1] = _mm256_sub_epi16(smaller[1], _mm256_cmpgt_epi16(high, number));
    }
    let mut places = [0u16; SORTED];
    // SAFETY: both halves lie within the places.
    unsafe {
        let all = places.as_mut_ptr();
        _mm256_storeu_si256(all.cast(), smaller[0]);
        _mm256_storeu_si256(all.add(16).cast(), smaller[1]);
    }
    let mut sorted = [end; SORTED];
    for (&number, &place) in numbers[..taken].iter().zip(&places) {
        sorted[place as usize % SORTED] = number;
    }
    *numbers = sorted;
}

/// The steps of a bitonic sorting network: in each, every lane meets another, and the two keep
/// the smaller and the larger number.
struct Network<const LANES: usize, const STEPS: usize> {
    /// Which lane each meets.
    partners: [[u16; LANES]; STEPS],
    /// Which lanes keep the larger number.
    larger: [u32; STEPS],
}

const fn network<const LANES: usize, const STEPS: usize>() -> Network<LANES, STEPS> {
    let mut network = Network { partners: [[0; LANES]; STEPS], larger: [0; STEPS] };
    let (mut step, mut run) = (0, 2);
    while run <= LANES {
        let mut distance = run / 2;
        while distance > 0 {
            let mut lane = 0;
            while lane < LANES {
                network.partners[step][lane] = (lane ^ distance) as u16;
                // Runs go up and down in turns.
                let up = lane & run == 0;
                let upper = lane & distance != 0;
                network.larger[step] |= ((up == upper) as u32) << lane;
                lane += 1;
            }
            distance /= 2;
            step += 1;
        }
        run *= 2;
    }
    assert!(step == STEPS);
    network
}

static NETWORK_16: Network<16, 10> = network();
static NETWORK_32: Network<32, 15> = network();

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn sort_avx512(numbers: &mut [u16; SORTED], taken: usize, end: u16) {
    const { assert!(SORTED == 32) };
    let all = numbers.as_mut_ptr();
    // SAFETY: 16 or 32 numbers are loaded and stored, and a step has as many partners.
    unsafe {
        if taken <= 16 {
            let ends = _mm256_set1_epi16(end as i16);
            let mut row = _mm256_loadu_si256(all.cast());
            for (partners, &larger) in NETWORK_16.partners.iter().zip(&NETWORK_16.larger) {
                let other = _mm256_loadu_si256(partners.as_ptr().cast());
                let other = _mm256_permutexvar_epi16(other, row);
                let smaller = _mm256_min_epu16(row, other);
                row = _mm256_mask_max_epu16(smaller, larger as u16, row, other);
            }
            _mm256_storeu_si256(all.cast(), _mm256_min_epu16(row, ends));
            return;
        }
        let ends = _mm512_set1_epi16(end as i16);
        let mut row = _mm512_loadu_si512(all.cast());
        for (partners, &larger) in NETWORK_32.partners.iter().zip(&NETWORK_32.larger) {
            let other = _mm512_loadu_si512(partners.as_ptr().cast());
            let other = _mm512_permutexvar_epi16(other, row);
            let smaller = _mm512_min_epu16(row, other);
            row = _mm512_mask_max_epu16(smaller, larger, row, other);
        }
        _mm512_storeu_si512(all.cast(), _mm512_min_epu16(row, ends));
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn transpose_avx512(masks: &[u64], number: usize, vectors: &mut [u64], words: usize) {
    for (w, masks) in masks.chunks_exact(64).enumerate() {
        let mut rows = [_mm512_setzero_si512(); 8];
        for (row, masks) in rows.iter_mut().zip(masks.chunks_exact(8)) {
            // SAFETY: these are eight masks.
            *row = unsafe { _mm512_loadu_si512(masks.as_ptr().cast()) };
        }
        for b in 0..number {
            let bit = _mm512_set1_epi64(1 << b);
            let mut column = 0;
            for (e, &row) in rows.iter().enumerate() {
                column |= u64::from(_mm512_test_epi64_mask(row, bit)) << (8 * e);
            }
            vectors[b * words + w] = column;
        }
    }
}
