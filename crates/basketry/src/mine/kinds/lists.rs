//! Sparse subproblems: rows as ascending lists of slots.

use super::bits::Matrix;
use super::worker::{Candidate, Node, Rarer, Worker};
use super::{Job, Kind};
use crate::Result;
use crate::mine::miner::Rows;

/// The rows of a node. Slots are its candidates in order, then the rarer items.
#[derive(Debug)]
pub(super) struct Lists {
    /// Where each row ends in `slots`.
    ends: Vec<usize>,
    slots: Vec<u32>,
    /// The weights of the rows, if they have any.
    weights: Vec<u64>,
    /// The rows that hold each candidate, those of one after those of another, and where they end.
    occurrences: Vec<u32>,
    occurrence_ends: Vec<usize>,
    /// How many slots there are, rarer items included.
    width: usize,
}

impl Lists {
    /// The rows as the root needs them: slots are ranks.
    pub(super) fn load(rows: Rows<'_>, weights: Option<&[u64]>, job: &Job<'_>) -> Result<Self> {
        let width = job.items.len();
        let codes = job.items.iter().map(|item| item.count as usize).sum();
        let mut builder = Builder::new(width, width, codes);
        let mut row = Vec::new();
        for (r, items) in rows.iter().enumerate() {
            if r.is_multiple_of(1 << 14) {
                job.control.check()?;
            }
            row.extend(
                items.iter().map(|&item| job.ranks[item as usize]).filter(|&rank| rank != u32::MAX),
            );
            row.sort_unstable();
            builder.row(&row, weights.map(|weights| weights[r]));
            row.clear();
        }
        Ok(builder.finish())
    }

    /// The rows that hold a candidate.
    #[inline]
    fn with(&self, slot: usize) -> &[u32] {
        let from = slot.checked_sub(1).map_or(0, |before| self.occurrence_ends[before]);
        &self.occurrences[from..self.occurrence_ends[slot]]
    }

    #[inline]
    fn row(&self, row: u32) -> &[u32] {
        let row = row as usize;
        let from = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.slots[from..self.ends[row]]
    }
}

/// Makes [`Lists`] row by row.
struct Builder {
    lists: Lists,
    candidates: usize,
}

impl Builder {
    fn new(candidates: usize, width: usize, codes: usize) -> Self {
        let lists = Lists {
            ends: Vec::new(),
            slots: Vec::with_capacity(codes),
            weights: Vec::new(),
            occurrences: Vec::new(),
            occurrence_ends: vec![0; candidates + 1],
            width,
        };
        Self { lists, candidates }
    }

    /// Adds a row of ascending slots, unless it has no candidate.
    fn row(&mut self, row: &[u32], weight: Option<u64>) {
        if row.first().is_none_or(|&first| first as usize >= self.candidates) {
            return;
        }
        for &slot in row.iter().take_while(|&&slot| (slot as usize) < self.candidates) {
            self.lists.occurrence_ends[slot as usize + 1] += 1;
        }
        self.lists.slots.extend_from_slice(row);
        self.lists.ends.push(self.lists.slots.len());
        self.lists.weights.extend(weight);
    }

    fn finish(self) -> Lists {
        let Self { mut lists, candidates } = self;
        for slot in 0..candidates {
            lists.occurrence_ends[slot + 1] += lists.occurrence_ends[slot];
        }
        // The start of each becomes its end while it is filled.
        let mut next = std::mem::take(&mut lists.occurrence_ends);
        next.pop();
        let mut occurrences = vec![0; next.last().map_or(0, |_| lists.slots.len())];
        let mut filled = 0;
        for row in 0..lists.ends.len() as u32 {
            for &slot in lists.row(row).iter().take_while(|&&slot| (slot as usize) < candidates) {
                occurrences[next[slot as usize]] = row;
                next[slot as usize] += 1;
                filled += 1;
            }
        }
        occurrences.truncate(filled);
        lists.occurrences = occurrences;
        lists.occurrence_ends = next;
        lists
    }
}

/// Scratch for one node whose rows are lists.
pub(super) struct Scratch {
    /// By slot: how many rows of the pivot hold it, and their weight. All 0 between uses.
    counts: Vec<u32>,
    weights: Vec<u64>,
    /// The number of each slot in the child, or `u32::MAX`, which it is between uses.
    numbers: Vec<u32>,
    /// The slots that any row of the pivot holds often enough.
    hits: Vec<u32>,
    /// The slots of the child: its candidates, then the rarer items.
    kept: Vec<u32>,
}

impl Scratch {
    pub(super) fn new(lists: &Lists) -> Self {
        let weighted = !lists.weights.is_empty();
        Self {
            counts: vec![0; lists.width],
            weights: vec![0; if weighted { lists.width } else { 0 }],
            numbers: vec![u32::MAX; lists.width],
            hits: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// Counts the slots, below the pivot's or all, in the rows of the pivot, and notes those that
    /// reach `least`.
    fn count(&mut self, lists: &Lists, pivot: usize, all: bool, least: u32, job: &Job<'_>) {
        let rows = lists.with(pivot);
        let end = if all { lists.width } else { pivot };
        let mut visited = 0;
        for &row in rows {
            let slots = lists.row(row);
            visited += slots.len();
            if self.weights.is_empty() {
                for &slot in slots.iter().take_while(|&&slot| (slot as usize) < end) {
                    self.counts[slot as usize] += 1;
                }
            } else {
                let weight = lists.weights[row as usize];
                for &slot in slots.iter().take_while(|&&slot| (slot as usize) < end) {
                    self.counts[slot as usize] += 1;
                    self.weights[slot as usize] += weight;
                }
            }
        }
        self.hits.clear();
        // Where few rows stand against very many slots, going through the rows once more is less
        // than going through all counts.
        if visited < end / 64 {
            let slots = rows.iter().flat_map(|&row| lists.row(row));
            for &slot in slots.filter(|&&slot| (slot as usize) < end) {
                if self.counts[slot as usize] >= least && self.numbers[slot as usize] == u32::MAX {
                    self.numbers[slot as usize] = 0;
                    self.hits.push(slot);
                }
            }
            self.hits.iter().for_each(|&hit| self.numbers[hit as usize] = u32::MAX);
            self.hits.sort_unstable();
        } else {
            job.kernels.scan(&self.counts[..end], least, &mut self.hits);
        }
    }

    /// Makes all counts 0 again.
    fn clear(&mut self, lists: &Lists, pivot: usize) {
        let rows = lists.with(pivot);
        if rows.len() < lists.width / 256 {
            for &slot in rows.iter().flat_map(|&row| lists.row(row)) {
                self.counts[slot as usize] = 0;
                if let Some(weight) = self.weights.get_mut(slot as usize) {
                    *weight = 0;
                }
            }
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
    /// Finds all sets whose rarest item, but for those of all rows, is the one with rank `root`.
    pub(super) fn root(&mut self, lists: &Lists, scratch: &mut Scratch, root: usize) -> Result<()> {
        let node = self.top();
        self.lists_child(&node, lists, scratch, root, true)?;
        self.end_root(root);
        Ok(())
    }

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
    fn lists_child(
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
        scratch.count(lists, at, job.closing(), job.least_count, job);
        let from = self.candidates.len();
        let rarer = self.choose(node, scratch, at, pivot);
        scratch.clear(lists, at);
        // If a rarer item is in all of the rows, the set is found elsewhere.
        let Some(rarer) = rarer else {
            self.candidates.truncate(from);
            return Ok(());
        };
        let mut child = self.descend(node, at);
        child.from = from;
        let leaf = child.len() == 0;
        let known = self.known.len();
        if job.kind == Kind::Maximal {
            if root {
                let ranks = self.candidates[child.from..].iter().map(|c| c.rank);
                self.known.begin(pivot.rank, ranks, &job.published);
            } else {
                child.focus = self.known.enter(node.focus, pivot.rank);
            }
        }
        let goes_on = match job.kind {
            _ if child.length > job.max_length => false,
            Kind::Maximal if leaf => {
                if rarer == 0 && !self.known.contains_node(child.focus) {
                    self.emit(&child, pivot)?;
                }
                false
            }
            Kind::Maximal => !self.is_known(&child, child.len()),
            Kind::Generators => self.emit_generator(&child, pivot)?,
            Kind::Closed | Kind::All => {
                self.emit(&child, pivot)?;
                true
            }
        };
        if goes_on && !leaf && child.length < job.max_length {
            if self.is_dense(&child, rarer, pivot) {
                self.bits_from_lists(&child, lists, scratch, at)?;
            } else {
                let inner = self.sublists(&child, lists, scratch, at);
                self.lists(&child, &inner)?;
            }
        }
        if job.kind == Kind::Maximal && !root {
            self.known.leave(child.focus, known);
        }
        self.ascend(&child);
        self.candidates.truncate(from);
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
            let count = scratch.counts[slot as usize];
            let full = count == pivot.count;
            let before = (slot as usize) < at;
            if slot as usize == at {
                continue;
            }
            if full && job.kind != Kind::All {
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
        if let Some(bits) = self.job.tuning.force_bits {
            return bits;
        }
        let candidates = &self.candidates[child.from..child.to];
        let codes: u64 = candidates.iter().map(|c| u64::from(c.count)).sum();
        let (vectors, rows) = ((child.len() + rarer) as u64, u64::from(pivot.count));
        // Rough costs in nanoseconds: of all pairs of vectors, and of all pairs within the rows.
        let slow = if self.job.weighted { 16 } else { 1 };
        let bits = child.len() as u64 * vectors / 2 * (2 + slow * rows / 512);
        let lists =
            codes * 8 + (u128::from(codes) * u128::from(codes) / (2 * u128::from(rows))) as u64;
        bits < lists
    }

    /// Rows become bit vectors. Those without any candidate are left out.
    fn bits_from_lists(
        &mut self,
        child: &Node,
        lists: &Lists,
        scratch: &mut Scratch,
        at: usize,
    ) -> Result<()> {
        let vectors = scratch.kept.len();
        let candidates = child.len();
        let rows = lists.with(at);
        let block = self.job.kernels.block;
        (0..).zip(&scratch.kept).for_each(|(n, &slot)| scratch.numbers[slot as usize] = n);
        let weights_from = self.weights.len();
        let mut matrix = Matrix { start: 0, words: 0, vectors };
        if vectors <= self.job.tuning.mask_vectors {
            let some = u64::MAX >> (64 - candidates);
            self.masks.clear();
            for &row in rows {
                let mut mask = 0u64;
                for &slot in lists.row(row) {
                    let number = scratch.numbers[slot as usize];
                    if number != u32::MAX {
                        mask |= 1 << number;
                    }
                }
                if mask & some != 0 {
                    self.masks.push(mask);
                    self.weights.extend(lists.weights.get(row as usize));
                }
            }
            self.masks.resize(self.masks.len().next_multiple_of(64), 0);
            matrix.words = (self.masks.len() / 64).next_multiple_of(block);
            self.arena.reserve(matrix.end());
            let bits = &mut self.arena.words()[..matrix.end()];
            bits.fill(0);
            self.job.kernels.transpose(&self.masks, vectors, bits, matrix.words);
        } else {
            matrix.words = rows.len().div_ceil(64).next_multiple_of(block);
            self.arena.reserve(matrix.end());
            let bits = &mut self.arena.words()[..matrix.end()];
            bits.fill(0);
            for (r, &row) in rows.iter().enumerate() {
                for &slot in lists.row(row) {
                    let number = scratch.numbers[slot as usize];
                    if number != u32::MAX {
                        bits[number as usize * matrix.words + r / 64] |= 1 << (r % 64);
                    }
                }
                self.weights.extend(lists.weights.get(row as usize));
            }
        }
        if self.job.weighted {
            self.weights.resize(weights_from + 64 * matrix.words, 0);
        }
        for &slot in &scratch.kept {
            scratch.numbers[slot as usize] = u32::MAX;
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
    fn sublists(&self, child: &Node, lists: &Lists, scratch: &mut Scratch, at: usize) -> Lists {
        (0..).zip(&scratch.kept).for_each(|(n, &slot)| scratch.numbers[slot as usize] = n);
        let codes = self.candidates[child.from..child.to].iter().map(|c| c.count as usize).sum();
        let mut builder = Builder::new(child.len(), scratch.kept.len(), codes);
        let mut inner = Vec::new();
        for &row in lists.with(at) {
            let numbers = lists.row(row).iter().map(|&slot| scratch.numbers[slot as usize]);
            inner.extend(numbers.filter(|&number| number != u32::MAX));
            // Numbers ascend with the slots, but for the rarer items among the candidates of the
            // node, which come before those that were rarer already.
            debug_assert!(inner.is_sorted());
            builder.row(&inner, lists.weights.get(row as usize).copied());
            inner.clear();
        }
        for &slot in &scratch.kept {
            scratch.numbers[slot as usize] = u32::MAX;
        }
        builder.finish()
    }

    /// True if a known maximal set contains a node's itemset and the first `candidates` of its
    /// candidates.
    pub(super) fn is_known(&mut self, node: &Node, candidates: usize) -> bool {
        let ranks = self.candidates[node.from..node.from + candidates].iter().map(|c| c.rank);
        self.known.contains(node.focus, ranks)
    }
}
