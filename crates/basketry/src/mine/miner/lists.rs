//! Sparse subproblems: rows as lists of codes, and for each code the rows that hold it.

use crate::{Error, ErrorKind, Result};

/// Rows are padded to a multiple of this many codes, so that loops over them end at few places
/// and are well predicted.
const CHUNK: usize = 4;

/// An integer type for codes: as small as the number of candidates allows.
pub(super) trait Code: Copy + Ord + Send + Sync {
    fn new(code: usize) -> Self;
    fn index(self) -> usize;
}

impl Code for u16 {
    #[inline(always)]
    fn new(code: usize) -> Self {
        code as u16
    }
    #[inline(always)]
    fn index(self) -> usize {
        self.into()
    }
}

impl Code for u32 {
    #[inline(always)]
    fn new(code: usize) -> Self {
        code as u32
    }
    #[inline(always)]
    fn index(self) -> usize {
        self as usize
    }
}

/// The rows of a node, as far as they matter: the slots of its candidates.
///
/// Invariants that the unchecked reads rely on: codes are at most `slots`; each row is ascending,
/// is padded with `slots` to whole chunks, and begins at a whole chunk; each occurrence of a slot
/// is the chunk at which a row that holds the slot begins.
pub(super) struct Lists<C> {
    slots: usize,
    codes: Vec<C>,
    /// Where the occurrences of each slot begin and end.
    starts: Vec<usize>,
    ends: Vec<usize>,
    occurrences: Vec<u32>,
}

impl<C: Code> Lists<C> {
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
        let occurrences = &self.occurrences[self.starts[slot]..self.ends[slot]];
        for (i, &chunk) in occurrences.iter().enumerate() {
            if let Some(&ahead) = occurrences.get(i + AHEAD) {
                prefetch(&self.codes, ahead as usize * CHUNK);
            }
            let mut at = chunk as usize * CHUNK;
            loop {
                // SAFETY: the row begins at a whole chunk, and holds the slot, so that it does
                // not end before the chunk where the loop does.
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

/// Appends rows to [`Lists`].
pub(super) struct Builder<C> {
    lists: Lists<C>,
    /// Where the next occurrence of each slot goes.
    next: Vec<usize>,
    row: usize,
}

impl<C: Code> Builder<C> {
    /// For rows that hold slot `i` at most `counts[i]` times.
    pub(super) fn new(counts: impl ExactSizeIterator<Item = u32>) -> Self {
        let mut starts = Vec::with_capacity(counts.len() + 1);
        let mut total = 0usize;
        for count in counts {
            starts.push(total);
            total += count as usize;
        }
        let next = starts.clone();
        let lists = Lists {
            slots: next.len(),
            codes: Vec::new(),
            starts,
            ends: Vec::new(),
            occurrences: vec![0; total],
        };
        Self { lists, next, row: 0 }
    }

    /// Adds a code below `slots` to the current row.
    #[inline(always)]
    pub(super) fn push(&mut self, code: C) {
        debug_assert!(code.index() < self.lists.slots);
        self.lists.codes.push(code);
    }

    /// Ends the current row, sorting it if need be. A row of less than two codes is dropped, as it
    /// extends nothing.
    #[inline(always)]
    pub(super) fn end(&mut self, sorted: bool) -> Result<()> {
        let row = &mut self.lists.codes[self.row..];
        if row.len() < 2 {
            self.lists.codes.truncate(self.row);
            return Ok(());
        }
        if !sorted {
            sort(row);
        }
        let chunk = u32::try_from(self.row / CHUNK).map_err(|_| {
            Error::new(ErrorKind::Limit, "the baskets hold more than 17 billion items")
        })?;
        for code in row {
            let slot = code.index();
            self.lists.occurrences[self.next[slot]] = chunk;
            self.next[slot] += 1;
        }
        while !self.lists.codes.len().is_multiple_of(CHUNK) {
            self.lists.codes.push(C::new(self.lists.slots));
        }
        self.row = self.lists.codes.len();
        Ok(())
    }

    pub(super) fn finish(mut self) -> Lists<C> {
        // Dropped rows leave gaps between the occurrences of one slot and those of the next.
        self.lists.ends = self.next;
        self.lists
    }
}

/// Insertion for the usual short rows.
#[inline(always)]
fn sort<C: Ord + Copy>(row: &mut [C]) {
    if row.len() > 24 {
        row.sort_unstable();
        return;
    }
    for i in 1..row.len() {
        let code = row[i];
        let mut j = i;
        while j > 0 && row[j - 1] > code {
            row[j] = row[j - 1];
            j -= 1;
        }
        row[j] = code;
    }
}
