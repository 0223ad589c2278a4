//! Sparse subproblems: rows as lists of codes, and for each code the rows that hold it.

use super::kernels::{Kernels, PLACES};
use crate::mine::memory::{Buffer, Pages};
use crate::{Error, ErrorKind, Result};

/// Rows are padded to a multiple of this many codes, so that loops over them end at few places
/// and are well predicted.
const CHUNK: usize = 8;

/// An integer type for codes: as small as the number of candidates allows.
pub(super) trait Code: Ord + bytemuck::Pod + Send + Sync {
    const MAX: Self;
    fn new(code: usize) -> Self;
    fn index(self) -> usize;
    /// For each of the first `len` codes, which are distinct, how many are smaller.
    fn places(kernels: &Kernels, codes: &[Self; PLACES], len: usize, places: &mut [u16; PLACES]);
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
    fn places(kernels: &Kernels, codes: &[Self; PLACES], len: usize, places: &mut [u16; PLACES]) {
        kernels.places(codes, len, places);
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
    fn places(_: &Kernels, codes: &[Self; PLACES], len: usize, places: &mut [u16; PLACES]) {
        for (code, place) in codes[..len].iter().zip(places) {
            *place = codes[..len].iter().map(|other| u16::from(other < code)).sum();
        }
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
/// before it.
pub(super) struct Shard<C> {
    slots: usize,
    codes: Buffer<C>,
    /// Where the occurrences of each slot begin and end.
    starts: Vec<usize>,
    ends: Vec<usize>,
    occurrences: Buffer<u32>,
}

impl<C: Code> Lists<C> {
    /// Shards for this number of slots.
    pub(super) fn new(slots: usize, shards: Vec<Shard<C>>) -> Self {
        assert!(shards.iter().all(|shard| shard.slots == slots));
        Self { slots, shards }
    }

    /// How many rows hold `slot`, and something before it.
    pub(super) fn rows_with(&self, slot: usize) -> u32 {
        self.shards.iter().map(|shard| (shard.ends[slot] - shard.starts[slot]) as u32).sum()
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

    /// Takes `counts` as [`count`](Self::count) left them back to 0, except for those before the
    /// slot that are at least `least`, and sets `hits` to the places of these.
    pub(super) fn collect(&self, slot: usize, least: u32, counts: &mut [u32], hits: &mut Vec<u32>) {
        assert!(counts.len() > self.slots);
        let mut found: Vec<(u32, u32)> = Vec::new();
        self.visit(slot, |_, chunk| {
            for code in chunk {
                // SAFETY: codes are at most `slots`.
                let count = std::mem::take(unsafe { counts.get_unchecked_mut(code.index()) });
                if count >= least && code.index() < slot {
                    found.push((code.index() as u32, count));
                }
            }
        });
        found.sort_unstable();
        hits.clear();
        for (code, count) in found {
            counts[code as usize] = count;
            hits.push(code);
        }
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
    fn visit(&self, slot: usize, visitor: &mut impl FnMut(bool, [C; CHUNK])) {
        let occurrences = &self.occurrences[self.starts[slot]..self.ends[slot]];
        // SAFETY: occurrences up to the end of those of a slot were written.
        let occurrences = unsafe { occurrences.assume_init_ref() };
        for (i, &chunk) in occurrences.iter().enumerate() {
            if let Some(&ahead) = occurrences.get(i + AHEAD) {
                prefetch(&self.codes, ahead as usize * CHUNK);
            }
            let mut at = chunk as usize * CHUNK;
            loop {
                // SAFETY: the row begins at a whole chunk, and holds the slot, so that it does
                // not end before the chunk where the loop does. Whole rows were written.
                let codes =
                    unsafe { self.codes.as_ptr().add(at).cast::<[C; CHUNK]>().read_unaligned() };
                let last = codes[CHUNK - 1].index() >= slot;
                visitor(last, codes);
                if last {
                    break;
                }
                at += CHUNK;
            }
        }
    }
}

/// How many rows ahead to fetch: rows lie all over memory.
const AHEAD: usize = 12;

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
    shard: Shard<C>,
    /// Where the next row goes in the codes.
    end: usize,
    /// Where the next occurrence of each slot goes.
    next: Vec<usize>,
    /// One long row.
    buffer: Vec<C>,
    /// Short rows that wait to be sorted, and how long they are. Sorting a row right after it was
    /// written would wait for the processor to have written it.
    short: Vec<[C; PLACES]>,
    lengths: Vec<usize>,
}

/// How many short rows wait.
const BATCH: usize = 32;

impl<C: Code> Builder<C> {
    /// For at most so many rows, of which at most `counts[i]` hold slot `i`.
    pub(super) fn new(
        kernels: Kernels,
        counts: impl ExactSizeIterator<Item = u32>,
        rows: usize,
    ) -> Result<Self> {
        let mut starts = Vec::with_capacity(counts.len());
        let mut total = 0usize;
        for count in counts {
            starts.push(total);
            total += count as usize;
        }
        let next = starts.clone();
        let shard = Shard {
            slots: next.len(),
            codes: Buffer::with_len(total + rows * (CHUNK - 1), Pages::Huge)?,
            starts,
            ends: Vec::new(),
            occurrences: Buffer::with_len(total, Pages::Huge)?,
        };
        let short = vec![[C::MAX; PLACES]; BATCH];
        Ok(Self { kernels, shard, end: 0, next, buffer: Vec::new(), short, lengths: Vec::new() })
    }

    /// Adds a row of distinct codes, as far as they are below the number of slots. One with less
    /// than two such codes is dropped, as it extends nothing. The order of rows does not matter.
    #[inline(always)]
    pub(super) fn row(&mut self, codes: impl ExactSizeIterator<Item = C>) -> Result<()> {
        let slots = self.shard.slots;
        // Codes are written whether needed or not, since branches would be mispredicted.
        if codes.len() <= PLACES {
            let row = &mut self.short[self.lengths.len()];
            let mut len = 0;
            for code in codes {
                row[len % PLACES] = code;
                len += usize::from(code.index() < slots);
            }
            if len >= 2 {
                self.lengths.push(len);
                if self.lengths.len() == BATCH {
                    self.flush()?;
                }
            }
            return Ok(());
        }
        if self.buffer.len() < codes.len() {
            self.buffer.resize(codes.len(), C::MAX);
        }
        let mut len = 0;
        for code in codes {
            self.buffer[len] = code;
            len += usize::from(code.index() < slots);
        }
        if len >= 2 {
            let mut row = std::mem::take(&mut self.buffer);
            row[..len].sort_unstable();
            self.append(&row[..len], 0..len)?;
            self.buffer = row;
        }
        Ok(())
    }

    /// Appends the short rows.
    fn flush(&mut self) -> Result<()> {
        let mut places = [0; PLACES];
        for i in 0..self.lengths.len() {
            let (row, len) = (self.short[i], self.lengths[i]);
            C::places(&self.kernels, &row, len, &mut places);
            self.append(&row[..len], places[..len].iter().map(|&place| place.into()))?;
        }
        self.lengths.clear();
        Ok(())
    }

    /// Appends a row of at least two codes, given the places at which they are ascending.
    #[inline(always)]
    fn append(&mut self, row: &[C], places: impl Iterator<Item = usize>) -> Result<()> {
        let chunk = u32::try_from(self.end / CHUNK).map_err(|_| {
            Error::new(ErrorKind::Limit, "the baskets hold more than 34 billion items")
        })?;
        let len = row.len().next_multiple_of(CHUNK);
        let new = &mut self.shard.codes[self.end..self.end + len];
        self.end += len;
        for code in &mut new[row.len()..] {
            code.write(C::new(self.shard.slots));
        }
        for (&code, place) in row.iter().zip(places) {
            new[place].write(code);
            // Not for the first code: the place that is then written to is not used up, and it is
            // there, as no more rows come than the slot has places.
            let next = &mut self.next[code.index()];
            self.shard.occurrences[*next].write(chunk);
            *next += usize::from(place > 0);
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Shard<C>> {
        self.flush()?;
        // Dropped rows leave gaps between the occurrences of one slot and those of the next.
        self.shard.ends = self.next;
        Ok(self.shard)
    }
}
