//! Plain Rust, written so that the compiler can use whatever vectors it may.

use super::{Cursors, Join, Kernels, LATTICE, LATTICE_ROW, SORTED, Table, WIDE};
use crate::mine::columns::SLACK;

pub(super) const KERNELS: Kernels = Kernels {
    name: "portable",
    block: 1,
    join,
    compress,
    extend,
    insert,
    subsets,
    lattice,
    sort,
    transpose,
    scan,
    drain,
};

/// Lanes that are handled at once.
const LANES: usize = 8;
const _: () = assert!(WIDE.is_multiple_of(LANES) && SLACK >= WIDE);

unsafe fn join(join: &Join<'_>, out: *mut u64, counts: *mut u32) -> usize {
    let words = join.words;
    let pivot = &join.vectors[join.pivot * words..][..words];
    let mut kept = 0;
    for i in 0..join.pivot {
        let vector = &join.vectors[i * words..][..words];
        // SAFETY: `out` has room for as many vectors as there are before the pivot, `counts` for
        // as many counts; no more were kept than were looked at.
        let both = unsafe { std::slice::from_raw_parts_mut(out.add(kept * words), words) };
        let mut count = 0;
        for ((both, &a), &b) in both.iter_mut().zip(vector).zip(pivot) {
            *both = a & b;
            count += both.count_ones();
        }
        // SAFETY: as above.
        unsafe { *counts.add(i) = count };
        kept += usize::from(count >= join.least && count < join.full);
    }
    kept
}

/// The steps that move the bits of a word under one mask to its low end (Hacker's Delight 7-4).
/// They depend on the mask only, and serve for all vectors.
#[derive(Clone, Copy)]
struct Squeeze {
    mask: u64,
    moves: [u64; 6],
}

impl Squeeze {
    fn new(mask: u64) -> Self {
        let mut m = mask;
        // Bits to the right of which there are zeros to be squeezed out.
        let mut zeros = !mask << 1;
        let moves = std::array::from_fn(|step| {
            let mut parity = zeros;
            for shift in [1, 2, 4, 8, 16, 32] {
                parity ^= parity << shift;
            }
            let moved = parity & m;
            m = (m ^ moved) | (moved >> (1 << step));
            zeros &= !parity;
            moved
        });
        Self { mask, moves }
    }

    #[inline(always)]
    fn apply(&self, word: u64) -> u64 {
        let mut word = word & self.mask;
        for (step, moves) in self.moves.iter().enumerate() {
            let moved = word & moves;
            word = (word ^ moved) | (moved >> (1 << step));
        }
        word
    }
}

unsafe fn compress(mask: &[u64], vectors: *mut u64, number: usize, new_words: usize) {
    let steps: Vec<Squeeze> = mask.iter().map(|&mask| Squeeze::new(mask)).collect();
    // SAFETY: the vectors are as many and as long as the caller has checked.
    unsafe { compress_with(mask, vectors, number, new_words, |w, word| steps[w].apply(word)) }
}

/// Packs vectors, given how to pack one word.
///
/// # Safety
/// `vectors` points to `number` vectors of the mask's length; `new_words` is not more than that
/// and enough for the bits of the mask.
#[inline(always)]
pub(super) unsafe fn compress_with(
    mask: &[u64],
    vectors: *mut u64,
    number: usize,
    new_words: usize,
    pack: impl Fn(usize, u64) -> u64,
) {
    for i in 0..number {
        // SAFETY: vector `i` lies within the space of the vectors. Packing reads a word before
        // it writes any at or behind its place: the new vector `i` begins at or before the old
        // one, and what was written so far is not more than what was read.
        unsafe {
            let from = vectors.add(i * mask.len());
            let to = vectors.add(i * new_words);
            let (mut pending, mut filled, mut written) = (0u64, 0u32, 0);
            for (w, &mask) in mask.iter().enumerate() {
                let word = pack(w, *from.add(w));
                let bits = mask.count_ones();
                pending |= word << filled;
                filled += bits;
                if filled >= 64 {
                    *to.add(written) = pending;
                    written += 1;
                    filled -= 64;
                    // What did not fit; all of it if nothing was pending.
                    pending = word.checked_shr(bits - filled).unwrap_or(0);
                }
            }
            if written < new_words {
                *to.add(written) = pending;
                for w in written + 1..new_words {
                    *to.add(w) = 0;
                }
            }
        }
    }
}

unsafe fn extend(base: &[u32], items: &[u32], out: *mut u32) {
    // SAFETY: the same contract.
    unsafe { extend_rows(base, items, out) }
}

/// See [`Kernels::extend`].
///
/// # Safety
/// `out` has room for the rows and SLACK items more.
#[inline(always)]
pub(super) unsafe fn extend_rows(base: &[u32], items: &[u32], out: *mut u32) {
    // SAFETY: the same contract; the rows fit in the blocks.
    unsafe {
        match base.len() {
            0..8 => extend_blocks::<1>(base, items, out),
            8..16 => extend_blocks::<2>(base, items, out),
            16..32 => extend_blocks::<4>(base, items, out),
            _ => {
                let at = |item| base.partition_point(|&other| other < item);
                for (i, &item) in items.iter().enumerate() {
                    insert_one(base, at(item), item, out.add(i * (base.len() + 1)));
                }
            }
        }
    }
}

/// Each row is `max(base shifted up, min(base, item))`, lane by lane: lanes below the place of
/// the new item keep the base's, its place gets it, and those above get the base's one below.
///
/// # Safety
/// `out` has room for the rows and SLACK items more, and `base` is shorter than the blocks.
#[inline(always)]
unsafe fn extend_blocks<const B: usize>(base: &[u32], items: &[u32], out: *mut u32) {
    let mut lower = [[0u32; LANES]; B];
    let mut upper = [[u32::MAX; LANES]; B];
    for (j, &item) in base.iter().enumerate() {
        lower[(j + 1) / LANES][(j + 1) % LANES] = item;
        upper[j / LANES][j % LANES] = item;
    }
    for (i, &item) in items.iter().enumerate() {
        for b in 0..B {
            let mut row = [0u32; LANES];
            for lane in 0..LANES {
                row[lane] = lower[b][lane].max(upper[b][lane].min(item));
            }
            // SAFETY: row `i` begins within the room for the rows, and its blocks end within the
            // slack. What is written behind the row is overwritten by the next.
            unsafe {
                out.add(i * (base.len() + 1) + b * LANES)
                    .cast::<[u32; LANES]>()
                    .write_unaligned(row);
            }
        }
    }
}

unsafe fn insert(source: &[u32], length: usize, number: usize, item: u32, out: *mut u32) {
    // SAFETY: the same contract.
    unsafe { insert_rows(source, length, number, item, out) }
}

/// See [`Kernels::insert`].
///
/// # Safety
/// `source` holds the rows, `out` has room for the new rows and SLACK items more.
#[inline(always)]
pub(super) unsafe fn insert_rows(
    source: &[u32],
    length: usize,
    number: usize,
    item: u32,
    out: *mut u32,
) {
    // SAFETY: the same contract; the rows fit in the blocks.
    unsafe {
        match length {
            0..8 => insert_blocks::<1>(source, length, number, item, out),
            8..16 => insert_blocks::<2>(source, length, number, item, out),
            16..32 => insert_blocks::<4>(source, length, number, item, out),
            _ => insert_plain(source, length, 0, number, item, out),
        }
    }
}

/// As [`extend_blocks`], with another base for each row.
///
/// # Safety
/// As [`insert_rows`], and rows are shorter than the blocks.
#[inline(always)]
unsafe fn insert_blocks<const B: usize>(
    source: &[u32],
    length: usize,
    number: usize,
    item: u32,
    out: *mut u32,
) {
    // Rows whose blocks end within the source; the last few go one by one.
    let whole = match source.len().checked_sub(B * LANES) {
        Some(room) => number.min(room / length + 1),
        None => 0,
    };
    let beyond: [[u32; LANES]; B] = std::array::from_fn(|b| {
        std::array::from_fn(|lane| if b * LANES + lane >= length { u32::MAX } else { 0 })
    });
    for i in 0..whole {
        let mut below = 0;
        for (b, beyond) in beyond.iter().enumerate() {
            // SAFETY: the blocks of the first `whole` rows lie within the source.
            let base = unsafe {
                source.as_ptr().add(i * length + b * LANES).cast::<[u32; LANES]>().read_unaligned()
            };
            let mut lower = [below; LANES];
            lower[1..].copy_from_slice(&base[..LANES - 1]);
            below = base[LANES - 1];
            let mut row = [0u32; LANES];
            for lane in 0..LANES {
                row[lane] = lower[lane].max((base[lane] | beyond[lane]).min(item));
            }
            // SAFETY: as in `extend_blocks`.
            unsafe {
                out.add(i * (length + 1) + b * LANES).cast::<[u32; LANES]>().write_unaligned(row);
            }
        }
    }
    // SAFETY: the same contract.
    unsafe { insert_plain(source, length, whole, number, item, out) }
}

/// Rows `from..to`, one by one.
///
/// # Safety
/// As [`insert_rows`].
unsafe fn insert_plain(
    source: &[u32],
    length: usize,
    from: usize,
    to: usize,
    item: u32,
    out: *mut u32,
) {
    for i in from..to {
        let row = &source[i * length..(i + 1) * length];
        let at = row.partition_point(|&other| other < item);
        // SAFETY: row `i` of the new rows lies within their room.
        unsafe { insert_one(row, at, item, out.add(i * (length + 1))) };
    }
}

/// # Safety
/// `out` has room for one item more than `row` has.
unsafe fn insert_one(row: &[u32], at: usize, item: u32, out: *mut u32) {
    // SAFETY: `at` is at most the length, and `out` has the room.
    unsafe {
        std::ptr::copy_nonoverlapping(row.as_ptr(), out, at);
        *out.add(at) = item;
        std::ptr::copy_nonoverlapping(row.as_ptr().add(at), out.add(at + 1), row.len() - at);
    }
}

unsafe fn subsets(vectors: &[u64], words: usize, number: usize, table: &mut Table) {
    let mut sums = [0; 1 << LATTICE];
    for w in 0..words {
        let mut both = [0; 1 << LATTICE];
        for high in 0..number {
            let vector = vectors[high * words + w];
            both[1 << high] = vector;
            for low in 1..1usize << high {
                both[low | 1 << high] = both[low] & vector;
                sums[low | 1 << high] += both[low | 1 << high].count_ones();
            }
        }
    }
    for mask in 1usize..1 << number {
        if !mask.is_power_of_two() {
            table[mask] = sums[mask];
        }
    }
}

unsafe fn lattice(
    base: &[u32],
    items: &[u32; LATTICE],
    table: &Table,
    least: u32,
    cursors: Cursors,
) {
    // SAFETY: the same contract.
    unsafe { write_lattice(base, items, table, least, cursors) }
}

/// See [`Kernels::lattice`].
///
/// # Safety
/// As there, and the rows are at most `LATTICE_ROW` long.
#[inline(always)]
pub(super) unsafe fn write_lattice(
    base: &[u32],
    items: &[u32; LATTICE],
    table: &Table,
    least: u32,
    mut cursors: Cursors,
) {
    let mut rows = [[u32::MAX; LATTICE_ROW]; 1 << LATTICE];
    rows[0][..base.len()].copy_from_slice(base);
    for high in 0..LATTICE {
        for low in 0..1usize << high {
            // As in `extend_blocks`; behind the items, rows have the largest number throughout.
            let from = rows[low];
            let row = &mut rows[low | 1 << high];
            row[0] = from[0].min(items[high]);
            for lane in 1..LATTICE_ROW {
                row[lane] = from[lane - 1].max(from[lane].min(items[high]));
            }
            if low == 0 {
                continue;
            }
            let size = low.count_ones() as usize + 1;
            let count = table[low | 1 << high];
            let (to, counts) = cursors[size];
            // Written in any case, and kept by advancing: branches would be mispredicted.
            let kept = usize::from(count >= least);
            // SAFETY: there is room for all rows that are kept, and slack for one that is not.
            unsafe {
                to.cast::<[u32; LATTICE_ROW]>().write_unaligned(*row);
                counts.write(count);
                cursors[size] = (to.add(kept * (base.len() + size)), counts.add(kept));
            }
        }
    }
}

unsafe fn sort(numbers: &mut [u16; SORTED], taken: usize, end: u16) {
    numbers[..taken].sort_unstable();
    numbers[taken..].fill(end);
}

pub(super) unsafe fn transpose(masks: &[u64], number: usize, vectors: &mut [u64], words: usize) {
    for (w, masks) in masks.chunks_exact(64).enumerate() {
        for first in (0..number).step_by(8) {
            // Eight vectors at once, in squares of eight masks by eight bits.
            let mut columns = [0u64; 8];
            for (e, eight) in masks.chunks_exact(8).enumerate() {
                let square =
                    eight.iter().rev().fold(0, |square, mask| square << 8 | (mask >> first) & 0xff);
                let square = transpose_square(square);
                for (b, column) in columns.iter_mut().enumerate() {
                    *column |= (square >> (8 * b) & 0xff) << (8 * e);
                }
            }
            for (b, column) in (first..number).zip(columns) {
                vectors[b * words + w] = column;
            }
        }
    }
}

/// Swaps rows and columns of a square of 8 by 8 bits (Hacker's Delight 7-3).
fn transpose_square(square: u64) -> u64 {
    let mut x = square;
    for (shift, mask) in
        [(7, 0x00aa_00aa_00aa_00aa), (14, 0x0000_cccc_0000_cccc), (28, 0x0000_0000_f0f0_f0f0)]
    {
        let swap = (x ^ x >> shift) & mask;
        x ^= swap ^ swap << shift;
    }
    x
}

unsafe fn scan(counts: &[u32], least: u32, hits: &mut Vec<u32>) {
    scan_groups(counts, least, hits);
}

/// See [`Kernels::scan`].
#[inline(always)]
pub(super) fn scan_groups(counts: &[u32], least: u32, hits: &mut Vec<u32>) {
    let mut from = 0;
    for group in counts.chunks(64) {
        // Most groups have none, and are passed over with a few vector instructions.
        if group.iter().fold(0, |most, &count| most.max(count)) >= least {
            hits.extend((from..).zip(group).filter(|&(_, &c)| c >= least).map(|(i, _)| i));
        }
        from += 64;
    }
}

unsafe fn drain(counts: &mut [u32], least: u32, hits: &mut Vec<(u32, u32)>) {
    drain_groups(counts, least, hits);
}

/// See [`Kernels::drain`].
#[inline(always)]
pub(super) fn drain_groups(counts: &mut [u32], least: u32, hits: &mut Vec<(u32, u32)>) {
    let mut from = 0;
    for group in counts.chunks_mut(64) {
        // Most groups have none, and are passed over with a few vector instructions.
        if group.iter().fold(0, |most, &count| most.max(count)) >= least {
            hits.extend((from..).zip(group.iter().copied()).filter(|&(_, c)| c >= least));
        }
        group.fill(0);
        from += 64;
    }
}
