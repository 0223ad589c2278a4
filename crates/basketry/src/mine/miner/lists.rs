//! Sparse subproblems: rows as lists of codes, and for each code the rows that hold it.

use super::kernels::{Kernels, SORTED};
use crate::mine::memory::{Buffer, two_buffers};
use crate::{Error, ErrorKind, Result};

/// Rows are padded to a multiple of this many codes, so that loops over them end at few places
/// and are well predicted.
const CHUNK: usize = 8;

/// An integer type for codes: as small as the number of candidates allows.
pub(super) trait Code: Ord + bytemuck::Pod + Send + Sync {
    const MAX: Self;
    fn new(code: usize) -> Self;
    fn index(self) -> usize;
    /// Sorts the first `taken` codes, which are distinct and below `end`. The others are the
    /// largest there is; up to the next multiple of 16 they become `end`.
    fn sort(kernels: &Kernels, codes: &mut [Self; SORTED], taken: usize, end: usize);
}

impl Code for u16 {
    const MAX: Self = u16::MAX;
    #[inline(always)]
    fn new(code: usize) -> Self {
        code as u16
    }
    #[inline(always)]
    fn index(self) -> usize {
        self.into()
    }
    #[inline(always)]
    fn sort(kernels: &Kernels, codes: &mut [Self; SORTED], taken: usize, end: usize) {
        kernels.sort(codes, taken, end as u16);
    }
}

impl Code for u32 {
    const MAX: Self = u32::MAX;
    #[inline(always)]
    fn new(code: usize) -> Self {
        code as u32
    }
    #[inline(always)]
    fn index(self) -> usize {
        self as usize
    }
    fn sort(_: &Kernels, codes: &mut [Self; SORTED], taken: usize, end: usize) {
        codes[..taken].sort_unstable();
        codes[taken..].fill(end as u32);
    }
}

/// The rows of a node, as far as they matter: the slots of its candidates.
pub(super) struct Lists<C> {
    slots: usize,
    shards: Vec<Shard<C>>,
}

/// Some of the rows.
///
/// Invariants that the unchecked reads rely on: codes are at most the number of slots; each row is
/// ascending, is padded with that number to whole chunks, and begins at a whole chunk; each
/// occurrence of a slot is the chunk at which a row begins that holds the slot, and another code
/// before it. Where the slot lies in the first chunk of a row, the occurrence comes before `near`
/// of the slot, otherwise from `far` on: the loops over the former need not look for their end.
pub(super) struct Shard<C> {
    slots: usize,
    codes: Buffer<C>,
    /// Where the occurrences of each slot begin, and the end.
    starts: Vec<u32>,
    /// Where those in the first chunk end, and where the others begin.
    bounds: Vec<Bounds>,
    occurrences: Buffer<u32>,
}

#[derive(Clone, Copy)]
struct Bounds {
    near: u32,
    far: u32,
}

impl<C: Code> Lists<C> {
    /// Shards for this number of slots.
    pub(super) fn new(slots: usize, shards: Vec<Shard<C>>) -> Self {
        assert!(shards.iter().all(|shard| shard.slots == slots));
        Self { slots, shards }
    }

    /// How many rows hold `slot`, and something before it.
    pub(super) fn rows_with(&self, slot: usize) -> u32 {
        self.shards
            .iter()
            .map(|shard| shard.near(slot).len() + shard.far(slot).len())
            .sum::<usize>() as u32
    }

    /// Adds 1 to `counts` at each code of each row that holds `slot`. Counts at codes behind the
    /// slot, padding included, become arbitrary.
    pub(super) fn count(&self, slot: usize, counts: &mut [u32]) {
        assert!(counts.len() > self.slots);
        self.visit(slot, |_, chunk| {
            for code in chunk {
                // SAFETY: codes are at most `slots`.
                unsafe { *counts.get_unchecked_mut(code.index()) += 1 };
            }
        });
    }

    /// Takes `counts` as [`count`](Self::count) left them back to 0, and sets `hits` to the places
    /// before the slot and the values of those that are at least `least`.
    pub(super) fn collect(
        &self,
        slot: usize,
        least: u32,
        counts: &mut [u32],
        hits: &mut Vec<(u32, u32)>,
    ) {
        assert!(counts.len() > self.slots);
        hits.clear();
        self.visit(slot, |_, chunk| {
            for code in chunk {
                // SAFETY: codes are at most `slots`.
                let count = std::mem::take(unsafe { counts.get_unchecked_mut(code.index()) });
                if count >= least && code.index() < slot {
                    hits.push((code.index() as u32, count));
                }
            }
        });
        hits.sort_unstable();
    }

    /// Calls `row` with the sum (as in "or") of `bits` over the codes of each row that holds
    /// `slot`. The bits of the slot and of all codes behind it must be 0.
    pub(super) fn masks(&self, slot: usize, bits: &[u64], mut row: impl FnMut(u64)) {
        assert!(bits.len() > self.slots);
        let mut mask = 0;
        self.visit(slot, |last, chunk| {
            for code in chunk {
                // SAFETY: codes are at most `slots`.
                mask |= unsafe { *bits.get_unchecked(code.index()) };
            }
            if last {
                row(mask);
                mask = 0;
            }
        });
    }

    /// Calls `visitor` with the codes of each row that holds `slot`, and with `None` at the end
    /// of each row.
    pub(super) fn rows(&self, slot: usize, mut visitor: impl FnMut(Option<C>)) {
        self.visit(slot, |last, chunk| {
            chunk.into_iter().for_each(|code| visitor(Some(code)));
            if last {
                visitor(None);
            }
        });
    }

    /// Calls `visitor` with the chunks of each row that holds `slot`, up to that with the slot,
    /// and with whether it is that one.
    #[inline(always)]
    fn visit(&self, slot: usize, mut visitor: impl FnMut(bool, [C; CHUNK])) {
        for shard in &self.shards {
            shard.visit(slot, &mut visitor);
        }
    }
}

impl<C: Code> Shard<C> {
    #[inline(always)]
    fn near(&self, slot: usize) -> &[u32] {
        self.range(self.starts[slot], self.bounds[slot].near)
    }

    #[inline(always)]
    fn far(&self, slot: usize) -> &[u32] {
        self.range(self.bounds[slot].far, self.starts[slot + 1])
    }

    #[inline(always)]
    fn range(&self, from: u32, to: u32) -> &[u32] {
        let occurrences = &self.occurrences[from as usize..to as usize];
        // SAFETY: from where those of a slot begin, up to `near`, and from `far` to the end, all
        // were written.
        unsafe { occurrences.assume_init_ref() }
    }

    #[inline(always)]
    fn visit(&self, slot: usize, visitor: &mut impl FnMut(bool, [C; CHUNK])) {
        let (near, far) = (self.near(slot), self.far(slot));
        let fetch = |row: &u32| prefetch(&self.codes, *row as usize * CHUNK);
        // Most rows of two chunks or three reach no further than one more cache line.
        let fetch_long = |row: &u32| {
            fetch(row);
            prefetch(&self.codes, (*row as usize + 2) * CHUNK);
        };
        // The first rows all at once, so that short lists of rows are fetched too.
        near.iter().take(AHEAD).for_each(fetch);
        far.iter().take(AHEAD).for_each(fetch_long);
        for (i, &chunk) in near.iter().enumerate() {
            near.get(i + AHEAD).into_iter().for_each(fetch);
            // SAFETY: a row begins there, and whole chunks were written.
            visitor(true, unsafe { self.chunk(chunk as usize) });
        }
        for (i, &chunk) in far.iter().enumerate() {
            far.get(i + AHEAD).into_iter().for_each(fetch_long);
            let mut chunk = chunk as usize;
            // SAFETY: as above.
            visitor(false, unsafe { self.chunk(chunk) });
            loop {
                chunk += 1;
                // SAFETY: the row holds the slot, so that it does not end before the chunk where
                // the loop does.
                let codes = unsafe { self.chunk(chunk) };
                let last = codes[CHUNK - 1].index() >= slot;
                visitor(last, codes);
                if last {
                    break;
                }
            }
        }
    }

    /// Appends a row of `len` ascending codes, at least two, which is padded to whole chunks, at code
    /// number `end`. More chunks may be given than it needs.
    #[inline(always)]
    fn append(&mut self, end: &mut usize, row: &[C], len: usize) -> Result<()> {
        let Shard { codes, bounds, occurrences, .. } = self;
        let chunk = u32::try_from(*end / CHUNK).map_err(|_| too_many())?;
        codes[*end..*end + row.len()].write_copy_of_slice(row);
        *end += len.next_multiple_of(CHUNK);
        // No more rows come than each slot has places: neither kind of occurrence meets the other.
        // The first code of a row has none.
        for &code in &row[1..len.min(CHUNK)] {
            let near = &mut bounds[code.index()].near;
            occurrences[*near as usize].write(chunk);
            *near += 1;
        }
        for &code in &row[CHUNK.min(len)..len] {
            let far = &mut bounds[code.index()].far;
            occurrences[*far as usize].write(chunk);
            *far = far.wrapping_sub(1);
        }
        Ok(())
    }

    /// # Safety
    /// There is such a chunk, and it was written.
    #[inline(always)]
    unsafe fn chunk(&self, chunk: usize) -> [C; CHUNK] {
        // SAFETY: as the caller says.
        unsafe { self.codes.as_ptr().add(chunk * CHUNK).cast::<[C; CHUNK]>().read_unaligned() }
    }
}

/// How many rows ahead to fetch: rows lie all over memory and, where there are millions, outside
/// the caches, so that each takes far longer to come than to be counted.
const AHEAD: usize = 32;

#[inline(always)]
fn prefetch<T>(values: &[T], at: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint; it reads nothing, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(values.as_ptr().wrapping_add(at).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (values, at);
}

/// Collects the rows of a shard.
pub(super) struct Builder<C> {
    kernels: Kernels,
    /// Its bounds are where the next occurrence of either kind goes.
    shard: Shard<C>,
    /// Where the next row goes in the codes.
    end: usize,
    /// One long row.
    buffer: Vec<C>,
    /// Short rows that wait to be sorted, and how long they are. Sorting a row right after it was
    /// written would wait for the processor to have written it.
    short: Vec<[C; SORTED]>,
    lengths: Vec<usize>,
}

/// How many short rows wait.
const BATCH: usize = 32;

impl<C: Code> Builder<C> {
    /// How many bytes rows with so many codes take at most.
    pub(super) fn bytes(codes: u64, rows: usize) -> u64 {
        let padded = codes + (rows * (CHUNK - 1)) as u64;
        padded * size_of::<C>() as u64 + codes * size_of::<u32>() as u64
    }

    /// For at most so many rows, of which at most `counts[i]` hold slot `i`.
    pub(super) fn new(
        kernels: Kernels,
        counts: impl ExactSizeIterator<Item = u32>,
        rows: usize,
    ) -> Result<Self> {
        let slots = counts.len();
        let mut starts = Vec::with_capacity(slots + 1);
        let mut total = 0u32;
        starts.push(0);
        for count in counts {
            total = total.checked_add(count).ok_or_else(too_many)?;
            starts.push(total);
        }
        let bounds = starts
            .windows(2)
            // Without any occurrence, neither is used.
            .map(|range| Bounds { near: range[0], far: range[1].wrapping_sub(1) })
            .collect();
        let total = total as usize;
        // Short rows are copied as a whole. Codes come last, since not all their room is needed.
        let (occurrences, codes) = two_buffers(total, total + rows * (CHUNK - 1) + SORTED)?;
        let shard = Shard { slots, codes, starts, bounds, occurrences };
        let short = vec![[C::MAX; SORTED]; BATCH];
        Ok(Self { kernels, shard, end: 0, buffer: Vec::new(), short, lengths: Vec::new() })
    }

    /// Adds a row of distinct codes, as far as they are below the number of slots; the others are
    /// the largest there is. A row with less than two such codes is dropped, as it extends
    /// nothing. The order of rows does not matter.
    #[inline(always)]
    pub(super) fn row(&mut self, codes: impl ExactSizeIterator<Item = C>) -> Result<()> {
        let slots = self.shard.slots;
        let row = &mut self.short[self.lengths.len()];
        let mut len = 0;
        // Codes are written whether needed or not, since branches would be mispredicted.
        if codes.len() <= SORTED {
            for code in codes {
                row[len % SORTED] = code;
                len += usize::from(code.index() < slots);
            }
        } else {
            if self.buffer.len() < codes.len() {
                self.buffer.resize(codes.len(), C::MAX);
            }
            for code in codes {
                self.buffer[len] = code;
                len += usize::from(code.index() < slots);
            }
            if len > SORTED {
                return self.long(len);
            }
            row[..len].copy_from_slice(&self.buffer[..len]);
        }
        if len >= 2 {
            self.lengths.push(len);
            if self.lengths.len() == BATCH {
                self.flush()?;
            }
        } else {
            row[0] = C::MAX;
        }
        Ok(())
    }

    /// Appends the row in the buffer.
    fn long(&mut self, len: usize) -> Result<()> {
        let mut row = std::mem::take(&mut self.buffer);
        row[..len].sort_unstable();
        let whole = len.next_multiple_of(CHUNK);
        row.resize(row.len().max(whole), C::MAX);
        row[len..whole].fill(C::new(self.shard.slots));
        self.shard.append(&mut self.end, &row[..whole], len)?;
        self.buffer = row;
        Ok(())
    }

    /// Appends the short rows.
    fn flush(&mut self) -> Result<()> {
        // Sorted where they were written: a copy would have to be waited for.
        let mut short = std::mem::take(&mut self.short);
        for (row, &len) in short.iter_mut().zip(&self.lengths) {
            C::sort(&self.kernels, row, len, self.shard.slots);
            let whole = if len <= SORTED / 2 { &row[..SORTED / 2] } else { &row[..] };
            self.shard.append(&mut self.end, whole, len)?;
            *row = [C::MAX; SORTED];
        }
        self.short = short;
        self.lengths.clear();
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Shard<C>> {
        self.flush()?;
        // Up to now where the next one would go.
        self.shard.bounds.iter_mut().for_each(|bounds| bounds.far = bounds.far.wrapping_add(1));
        Ok(self.shard)
    }
}

#[cold]
fn too_many() -> Error {
    Error::new(ErrorKind::Limit, "the baskets hold more than 4 billion items")
}
