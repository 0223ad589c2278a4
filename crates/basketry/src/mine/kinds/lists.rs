//! Sparse subproblems: rows as ascending lists of slots.

use super::bits::Matrix;
use super::worker::{Candidate, Node, Rarer, Worker};
use super::{Job, Kind};
use crate::mine::miner::Rows;
use crate::{Error, ErrorKind, Result};

/// Rows are padded to a multiple of this many codes, so that loops over them end at few places and
/// are well predicted.
const CHUNK: usize = 8;

/// How many rows ahead to fetch: rows lie all over memory.
const AHEAD: usize = 12;

/// The rows of a node. Slots are its candidates in order, then the rarer items.
///
/// A row takes whole chunks of codes. The first code is the number of slots plus the number of its
/// chunks, then come its slots, then the number of slots as often as needed.
#[derive(Debug)]
pub(super) struct Lists {
    codes: Vec<u32>,
    /// For each chunk with which a row begins, the weight of the row, if rows have weights.
    weights: Vec<u64>,
    /// For each candidate the chunks with which the rows that hold it begin, and where those of
    /// each candidate end.
    occurrences: Vec<u32>,
    ends: Vec<usize>,
    /// How many slots there are, rarer items included.
    slots: usize,
    /// The most chunks a row has.
    longest: usize,
}

impl Lists {
    /// The rows as the root needs them: slots are ranks.
    pub(super) fn load(rows: Rows<'_>, weights: Option<&[u64]>, job: &Job<'_>) -> Result<Self> {
        let slots = job.items.len();
        let mut builder = Builder::new(slots, slots);
        let mut row = Vec::new();
        for (r, items) in rows.iter().enumerate() {
            if r.is_multiple_of(1 << 14) {
                job.control.check()?;
            }
            let ranks = items.iter().map(|&item| job.ranks[item as usize]);
            row.extend(ranks.filter(|&rank| rank != u32::MAX));
            row.sort_unstable();
            builder.row(&row, weights.map(|weights| weights[r]))?;
            row.clear();
        }
        Ok(builder.finish())
    }

    /// The rows that hold a candidate.
    #[inline]
    pub(super) fn with(&self, slot: usize) -> &[u32] {
        let from = slot.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.occurrences[from..self.ends[slot]]
    }

    /// How long arrays by code must be.
    fn span(&self) -> usize {
        self.slots + self.longest + 1
    }

    /// Calls `visitor` for each chunk of each row that holds a candidate: with the chunk at which
    /// the row begins, the codes, and whether they are its last. If not `all`, chunks behind the
    /// candidate are left out.
    #[inline(always)]
    fn visit(&self, slot: usize, all: bool, mut visitor: impl FnMut(u32, &[u32; CHUNK], bool)) {
        let (chunks, _) = self.codes.as_chunks::<CHUNK>();
        let rows = self.with(slot);
        for (i, &row) in rows.iter().enumerate() {
            if let Some(&ahead) = rows.get(i + AHEAD) {
                prefetch(chunks, ahead as usize);
            }
            let first = row as usize;
            let number = chunks[first][0] as usize - self.slots;
            for (chunk, codes) in chunks[first..first + number].iter().enumerate() {
                let last = chunk + 1 == number || !all && codes[CHUNK - 1] as usize >= slot;
                visitor(row, codes, last);
                if last {
                    break;
                }
            }
        }
    }
}

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

/// Makes [`Lists`] row by row.
struct Builder {
    lists: Lists,
    /// For each candidate, in how many rows it is.
    counts: Vec<usize>,
}

impl Builder {
    fn new(candidates: usize, slots: usize) -> Self {
        let lists = Lists {
            codes: Vec::new(),
            weights: Vec::new(),
            occurrences: Vec::new(),
            ends: Vec::new(),
            slots,
            longest: 0,
        };
        Self { lists, counts: vec![0; candidates] }
    }

    /// Adds a row of ascending slots, unless it has no candidate.
    fn row(&mut self, row: &[u32], weight: Option<u64>) -> Result<()> {
        if row.first().is_none_or(|&first| first as usize >= self.counts.len()) {
            return Ok(());
        }
        for &slot in row {
            match self.counts.get_mut(slot as usize) {
                Some(count) => *count += 1,
                None => break,
            }
        }
        let lists = &mut self.lists;
        let chunks = (row.len() + 1).div_ceil(CHUNK);
        let end = lists.codes.len() + chunks * CHUNK;
        if u32::try_from(end / CHUNK).is_err() || u32::try_from(lists.slots + chunks).is_err() {
            let message = "the baskets hold more than 34 billion items";
            return Err(Error::new(ErrorKind::Limit, message));
        }
        lists.longest = lists.longest.max(chunks);
        lists.codes.push((lists.slots + chunks) as u32);
        lists.codes.extend_from_slice(row);
        lists.codes.resize(end, lists.slots as u32);
        if let Some(weight) = weight {
            lists.weights.resize(end / CHUNK, weight);
        }
        Ok(())
    }

    fn finish(self) -> Lists {
        let Self { mut lists, counts } = self;
        // Where each begins becomes where it ends while it is filled.
        let mut next = Vec::with_capacity(counts.len());
        let mut total = 0;
        for count in &counts {
            next.push(total);
            total += count;
        }
        let mut occurrences = vec![0; total];
        let mut first = 0;
        while first < lists.codes.len() {
            let chunks = lists.codes[first] as usize - lists.slots;
            for &slot in &lists.codes[first + 1..first + chunks * CHUNK] {
                let Some(next) = next.get_mut(slot as usize) else { break };
                occurrences[*next] = (first / CHUNK) as u32;
                *next += 1;
            }
            first += chunks * CHUNK;
        }
        lists.occurrences = occurrences;
        lists.ends = next;
        lists
    }
}

/// Scratch for one node whose rows are lists. By code, so that padding can be counted like slots.
pub(super) struct Scratch {
    /// How many rows of the pivot hold each slot, and their weight. All 0 between uses.
    counts: Vec<u32>,
    weights: Vec<u64>,
    /// The number of each slot in the child, or `u32::MAX`, which it is between uses.
    numbers: Vec<u32>,
    /// The bit of that number; all 0 between uses.
    bits: Vec<u64>,
    /// The slots that enough rows of the pivot hold.
    hits: Vec<u32>,
    /// The slots of the child: its candidates, then the rarer items.
    kept: Vec<u32>,
}

impl Scratch {
    pub(super) fn new(lists: &Lists) -> Self {
        let span = lists.span();
        Self {
            counts: vec![0; span],
            weights: vec![0; if lists.weights.is_empty() { 0 } else { span }],
            numbers: vec![u32::MAX; span],
            bits: vec![0; span],
            hits: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// Counts the slots, those before the pivot or all, in the rows of the pivot, and notes those
    /// that reach `least`.
    fn count(&mut self, lists: &Lists, pivot: usize, all: bool, least: u32, job: &Job<'_>) {
        let counts = &mut self.counts[..];
        let mut visited = 0;
        if self.weights.is_empty() {
            lists.visit(pivot, all, |_, codes, _| {
                codes.iter().for_each(|&code| counts[code as usize] += 1);
                visited += 1;
            });
        } else {
            let weights = &mut self.weights[..];
            lists.visit(pivot, all, |row, codes, _| {
                let weight = lists.weights[row as usize];
                for &code in codes {
                    counts[code as usize] += 1;
                    weights[code as usize] += weight;
                }
                visited += 1;
            });
        }
        self.hits.clear();
        let end = if all { lists.slots } else { pivot };
        // Where few rows stand against very many slots, going through the rows once more is less
        // than going through all counts.
        if visited < end / 256 {
            let (counts, numbers, hits) = (&self.counts, &mut self.numbers, &mut self.hits);
            lists.visit(pivot, all, |_, codes, _| {
                for &code in codes.iter().filter(|&&code| (code as usize) < end) {
                    if counts[code as usize] >= least && numbers[code as usize] == u32::MAX {
                        numbers[code as usize] = 0;
                        hits.push(code);
                    }
                }
            });
            hits.iter().for_each(|&hit| numbers[hit as usize] = u32::MAX);
            hits.sort_unstable();
        } else {
            job.kernels.scan(&self.counts[..end], least, &mut self.hits);
        }
    }

    /// Makes all counts 0 again.
    fn clear(&mut self, lists: &Lists, pivot: usize, all: bool) {
        if lists.with(pivot).len() < lists.slots / 256 {
            let (counts, weights) = (&mut self.counts, &mut self.weights);
            lists.visit(pivot, all, |_, codes, _| {
                for &code in codes {
                    counts[code as usize] = 0;
                    if let Some(weight) = weights.get_mut(code as usize) {
                        *weight = 0;
                    }
                }
            });
        } else {
            self.counts.fill(0);
            self.weights.fill(0);
        }
    }

    fn weight(&self, slot: u32) -> u64 {
        match self.weights.get(slot as usize) {
            Some(&weight) => weight,
            None => self.counts[slot as usize].into(),
        }
    }
}

impl Worker<'_> {
    /// Finds all sets that extend that of a node.
    fn lists(&mut self, node: &Node, lists: &Lists) -> Result<()> {
        let mut scratch = Scratch::new(lists);
        if self.job.kind != Kind::Maximal {
            return (0..node.len())
                .try_for_each(|at| self.lists_child(node, lists, &mut scratch, at, false));
        }
        for at in (0..node.len()).rev() {
            if self.is_known(node, at + 1) {
                break;
            }
            self.lists_child(node, lists, &mut scratch, at, false)?;
        }
        Ok(())
    }

    /// Finds all sets that extend that of candidate number `at`, and that one.
    pub(super) fn lists_child(
        &mut self,
        node: &Node,
        lists: &Lists,
        scratch: &mut Scratch,
        at: usize,
        root: bool,
    ) -> Result<()> {
        self.tick()?;
        let job = self.job;
        let pivot = self.candidates[node.from + at];
        let from = self.candidates.len();
        let all = job.closing();
        scratch.count(lists, at, all, job.least_count, job);
        let rarer = self.choose(node, scratch, at, pivot);
        scratch.clear(lists, at, all);
        // If a rarer item is in all of the rows, the set is found elsewhere.
        let Some(rarer) = rarer else {
            self.candidates.truncate(from);
            return Ok(());
        };
        let (child, goes_on) = self.enter(node, at, from, root, |_| rarer == 0)?;
        if goes_on {
            if self.is_dense(&child, rarer, pivot) {
                self.bits_from_lists(&child, lists, scratch, at)?;
            } else {
                let inner = self.sublists(&child, lists, scratch, at)?;
                self.lists(&child, &inner)?;
            }
        }
        self.leave(child);
        Ok(())
    }

    /// Pushes the candidates of the child by candidate number `at`, and notes what it absorbs and
    /// which slots it keeps. Returns how many rarer items it has; `None` if one of those is in all
    /// of its rows.
    fn choose(
        &mut self,
        node: &Node,
        scratch: &mut Scratch,
        at: usize,
        pivot: Candidate,
    ) -> Option<usize> {
        let job = self.job;
        self.absorbed.clear();
        scratch.kept.clear();
        let mut rarer = 0;
        for &slot in &scratch.hits {
            if slot as usize == at {
                continue;
            }
            let count = scratch.counts[slot as usize];
            let before = (slot as usize) < at;
            if count == pivot.count && job.kind != Kind::All {
                match job.kind {
                    Kind::Generators => continue,
                    _ if before => {
                        self.absorbed.push(self.candidates[node.from + slot as usize].rank);
                        continue;
                    }
                    _ => return None,
                }
            }
            let weight = scratch.weight(slot);
            if weight < job.least {
                continue;
            }
            if before {
                let rank = self.candidates[node.from + slot as usize].rank;
                if job.apart(rank, pivot.rank) {
                    continue;
                }
                self.candidates.push(Candidate { rank, count, weight });
            } else {
                rarer += 1;
            }
            scratch.kept.push(slot);
        }
        Some(rarer)
    }

    /// True if the rows of a child are better held as bit vectors.
    fn is_dense(&self, child: &Node, rarer: usize, pivot: Candidate) -> bool {
        let job = self.job;
        if let Some(bits) = job.tuning.force_bits {
            return bits;
        }
        let candidates = &self.candidates[child.from..child.to];
        let codes = candidates.iter().map(|c| u64::from(c.count)).sum();
        bits_cost(child.len(), rarer, pivot.count, job.weighted) < lists_cost(codes, pivot.count)
    }

    /// Rows become bit vectors. Those without any candidate may be left out.
    fn bits_from_lists(
        &mut self,
        child: &Node,
        lists: &Lists,
        scratch: &mut Scratch,
        at: usize,
    ) -> Result<()> {
        let vectors = scratch.kept.len();
        let candidates = child.len();
        let block = self.job.kernels.block;
        let all = self.job.closing();
        let weights_from = self.weights.len();
        let mut matrix = Matrix { start: 0, words: 0, vectors };
        if vectors <= self.job.tuning.mask_vectors {
            for (bit, &slot) in scratch.kept.iter().enumerate() {
                scratch.bits[slot as usize] = 1 << bit;
            }
            let some = u64::MAX >> (64 - candidates);
            let room = lists.with(at).len() + 64;
            if self.masks.len() < room {
                self.masks.resize(room, 0);
            }
            let (masks, bits) = (&mut self.masks[..room], &scratch.bits[..]);
            let weights = &mut self.weights;
            let (mut mask, mut rows) = (0, 0);
            lists.visit(at, all, |row, codes, last| {
                mask |= codes.iter().fold(0, |mask, &code| mask | bits[code as usize]);
                if last {
                    // Written whether needed or not, since branches would be mispredicted.
                    masks[rows] = mask;
                    let needed = mask & some != 0;
                    rows += usize::from(needed);
                    if needed {
                        weights.extend(lists.weights.get(row as usize));
                    }
                    mask = 0;
                }
            });
            for &slot in &scratch.kept {
                scratch.bits[slot as usize] = 0;
            }
            let whole = rows.next_multiple_of(64);
            masks[rows..whole].fill(0);
            matrix.words = (whole / 64).next_multiple_of(block);
            self.arena.reserve(matrix.end());
            let bits = &mut self.arena.words()[..matrix.end()];
            for vector in bits.chunks_exact_mut(matrix.words) {
                vector[whole / 64..].fill(0);
            }
            self.job.kernels.transpose(&masks[..whole], vectors, bits, matrix.words);
        } else {
            (0..).zip(&scratch.kept).for_each(|(n, &slot)| scratch.numbers[slot as usize] = n);
            matrix.words = lists.with(at).len().div_ceil(64).next_multiple_of(block);
            self.arena.reserve(matrix.end());
            let bits = &mut self.arena.words()[..matrix.end()];
            bits.fill(0);
            let (numbers, weights) = (&scratch.numbers[..], &mut self.weights);
            let mut r = 0;
            lists.visit(at, all, |row, codes, last| {
                for &code in codes {
                    let number = numbers[code as usize];
                    if number != u32::MAX {
                        bits[number as usize * matrix.words + r / 64] |= 1 << (r % 64);
                    }
                }
                if last {
                    r += 1;
                    weights.extend(lists.weights.get(row as usize));
                }
            });
            for &slot in &scratch.kept {
                scratch.numbers[slot as usize] = u32::MAX;
            }
        }
        if self.job.weighted {
            self.weights.resize(weights_from + 64 * matrix.words, 0);
        }
        let rarer_from = self.rarer.len();
        for number in candidates..vectors {
            let start = matrix.start + number * matrix.words;
            self.rarer.push(Rarer { start, count: u32::MAX });
        }
        self.bits(child, matrix, rarer_from, weights_from)?;
        self.rarer.truncate(rarer_from);
        self.weights.truncate(weights_from);
        Ok(())
    }

    /// Rows become shorter lists.
    fn sublists(
        &mut self,
        child: &Node,
        lists: &Lists,
        scratch: &mut Scratch,
        at: usize,
    ) -> Result<Lists> {
        (0..).zip(&scratch.kept).for_each(|(n, &slot)| scratch.numbers[slot as usize] = n);
        let mut builder = Builder::new(child.len(), scratch.kept.len());
        let mut inner = Vec::new();
        let mut result = Ok(());
        let numbers = &scratch.numbers[..];
        lists.visit(at, self.job.closing(), |row, codes, last| {
            // Numbers ascend with the slots.
            let codes = codes.iter().map(|&code| numbers[code as usize]);
            inner.extend(codes.filter(|&number| number != u32::MAX));
            if last {
                if result.is_ok() {
                    result = builder.row(&inner, lists.weights.get(row as usize).copied());
                }
                inner.clear();
            }
        });
        for &slot in &scratch.kept {
            scratch.numbers[slot as usize] = u32::MAX;
        }
        result?;
        Ok(builder.finish())
    }
}

/// What all pairs of bit vectors cost, in nanoseconds or so.
pub(super) fn bits_cost(candidates: usize, rarer: usize, rows: u32, weighted: bool) -> u64 {
    let (candidates, rarer, rows) = (candidates as u64, rarer as u64, u64::from(rows));
    // Whether a rarer item is in all rows shows early. Weights are added one by one.
    let pair = if weighted { 2 + rows / 32 } else { 2 + rows / 512 };
    candidates * candidates / 2 * pair + candidates * rarer
}

/// What visiting all pairs within the rows costs, in the same unit, given the number of codes in all
/// rows.
pub(super) fn lists_cost(codes: u64, rows: u32) -> u64 {
    codes * 8 + (u128::from(codes) * u128::from(codes) / (2 * u128::from(rows.max(1)))) as u64
}
