//! Walks down sparse subproblems, and decides how each child is handled.

use super::bits::Matrix;
use super::lists::{Builder, Code, Lists};
use super::worker::{Candidate, Node, PERFECT, Worker};
use crate::Result;

/// Scratch for one node whose rows are lists, as long as it has slots, and one more for padding.
pub(super) struct Scratch {
    /// All 0 between uses.
    counts: Vec<u32>,
    /// All 0 between uses.
    bits: Vec<u64>,
    /// The number of each slot among the child's, or `u32::MAX`, which it is between uses.
    numbers: Vec<u32>,
    /// The slots that stay frequent, and their counts.
    hits: Vec<(u32, u32)>,
    /// The slots that get data in the child.
    kept: Vec<u32>,
    /// Which candidate has each slot. Empty if candidate `i` has slot `i`.
    places: Vec<u32>,
    /// The perfect candidates.
    perfect: Vec<u32>,
}

impl Scratch {
    pub(super) fn new(candidates: &[Candidate]) -> Self {
        let live = |c: &Candidate| c.slot != PERFECT;
        let slots = candidates.iter().filter(|c| live(c)).count();
        let numbers = |wanted: bool| {
            (0u32..).zip(candidates).filter(move |(_, c)| live(c) == wanted).map(|(i, _)| i)
        };
        Self {
            counts: vec![0; slots + 1],
            bits: vec![0; slots + 1],
            numbers: vec![u32::MAX; slots + 1],
            hits: Vec::new(),
            kept: Vec::new(),
            places: if slots == candidates.len() { Vec::new() } else { numbers(true).collect() },
            perfect: numbers(false).collect(),
        }
    }
}

/// How a child is handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plan {
    /// No two of its candidates have data.
    Nothing,
    Bits,
    Lists,
}

impl Worker<'_> {
    /// Finds all itemsets that extend those of a node's candidates.
    fn lists<C: Code>(&mut self, node: Node, lists: &Lists<C>) -> Result<()> {
        let mut scratch = Scratch::new(&self.candidates[node.from..node.to]);
        let marks = self.mark(&node);
        // What is found below is copied for perfect candidates, and so has to lie in one place.
        let unsplit = usize::from(!scratch.perfect.is_empty());
        self.unsplit += unsplit;
        for at in 0..node.len() {
            if self.candidates[node.from + at].slot == PERFECT {
                self.double(&node, marks, at)?;
            } else {
                self.lists_child(&node, lists, &mut scratch, at)?;
            }
        }
        self.unsplit -= unsplit;
        self.unmark(marks);
        Ok(())
    }

    /// Finds all itemsets that extend that of candidate number `at`, which has a slot.
    pub(super) fn lists_child<C: Code>(
        &mut self,
        node: &Node,
        lists: &Lists<C>,
        scratch: &mut Scratch,
        at: usize,
    ) -> Result<()> {
        self.tick()?;
        let pivot = self.candidates[node.from + at];
        let slot = pivot.slot as usize;
        lists.count(slot, &mut scratch.counts);
        let least = self.least;
        // Where few rows stand against very many slots, going through the rows once more is less
        // than going through all counts.
        let few = (lists.rows_with(slot) as usize) < slot / self.job.tuning.slots_per_row;
        if few {
            lists.collect(slot, least, &mut scratch.counts, &mut scratch.hits);
        } else {
            let (before, behind) = scratch.counts.split_at_mut(slot);
            self.job.kernels.drain(before, least, &mut scratch.hits);
            behind.fill(0);
        }

        // Candidates in order: those that stay frequent, and those that are perfect already.
        let from = self.candidates.len();
        scratch.kept.clear();
        let mut live = 0;
        let full = self.job.full(pivot.count);
        let mut perfect =
            scratch.perfect.iter().map(|&p| p as usize).take_while(|&p| p < at).peekable();
        for &(hit, count) in &scratch.hits {
            let place = scratch.places.get(hit as usize).map_or(hit as usize, |&p| p as usize);
            while let Some(before) = perfect.next_if(|&p| p < place) {
                let item = self.candidates[node.from + before].item;
                self.push(item, pivot.count, pivot.count, &mut live);
            }
            let item = self.candidates[node.from + place].item;
            if self.job.apart(pivot.item, item) {
                continue;
            }
            self.push(item, count, full, &mut live);
            if count != full {
                scratch.kept.push(hit);
            }
        }
        for before in perfect {
            let item = self.candidates[node.from + before].item;
            self.push(item, pivot.count, pivot.count, &mut live);
        }
        let Some(child) = self.emit(node, at, from)? else { return Ok(()) };
        match self.plan(&child, live as usize, pivot.count) {
            Plan::Nothing => self.bits(child, Matrix { start: 0, words: 0, vectors: 0 })?,
            Plan::Bits if live as usize <= self.job.tuning.mask_candidates => {
                self.masks_child(child, lists, scratch, slot)?
            }
            Plan::Bits => self.bits_from_lists(child, lists, scratch, slot, pivot.count)?,
            Plan::Lists => {
                let inner = self.sublists(&child, lists, scratch, slot)?;
                self.lists(child, &inner)?;
            }
        }
        self.candidates.truncate(child.from);
        Ok(())
    }

    fn plan(&self, child: &Node, live: usize, rows: u32) -> Plan {
        let tuning = &self.job.tuning;
        if live < 2 {
            return Plan::Nothing;
        }
        if let Some(bits) = tuning.force_bits {
            return if bits { Plan::Bits } else { Plan::Lists };
        }
        let codes: u64 = self.candidates[child.from..child.to]
            .iter()
            .filter(|c| c.slot != PERFECT)
            .map(|c| u64::from(c.count))
            .sum();
        if bits_cost(live, rows) < lists_cost(codes, rows) { Plan::Bits } else { Plan::Lists }
    }

    /// Rows become masks over the candidates with data, 64 at a time, then bit vectors. If one mask
    /// holds all candidates, rows with less than two of them are left out.
    fn masks_child<C: Code>(
        &mut self,
        child: Node,
        lists: &Lists<C>,
        scratch: &mut Scratch,
        slot: usize,
    ) -> Result<()> {
        let vectors = scratch.kept.len();
        let room = lists.rows_with(slot) as usize + 64;
        if self.masks.len() < room {
            self.masks.resize(room, 0);
        }
        let mut matrix = Matrix { start: 0, words: 0, vectors };
        for (group, kept) in scratch.kept.chunks(64).enumerate() {
            for (bit, &slot) in kept.iter().enumerate() {
                scratch.bits[slot as usize] = 1 << bit;
            }
            let masks = &mut self.masks[..room];
            let mut rows = 0;
            if vectors <= 64 {
                // Written whether needed or not, since branches would be mispredicted.
                lists.masks(slot, &scratch.bits, |mask| {
                    masks[rows] = mask;
                    rows += usize::from(mask & mask.wrapping_sub(1) != 0);
                });
            } else {
                lists.masks(slot, &scratch.bits, |mask| {
                    masks[rows] = mask;
                    rows += 1;
                });
            }
            for &slot in kept {
                scratch.bits[slot as usize] = 0;
            }
            let whole = rows.next_multiple_of(64);
            masks[rows..whole].fill(0);
            // As long in all groups.
            let words = (whole / 64).next_multiple_of(self.job.kernels.block);
            matrix.words = words;
            self.arena.reserve(matrix.end());
            let bits = &mut self.arena.words()[64 * group * words..][..kept.len() * words];
            for vector in bits.chunks_exact_mut(words.max(1)) {
                vector[whole / 64..].fill(0);
            }
            self.job.kernels.transpose(&masks[..whole], kept.len(), bits, words);
        }
        self.bits(child, matrix)
    }

    /// Rows become bit vectors over any number of candidates.
    fn bits_from_lists<C: Code>(
        &mut self,
        child: Node,
        lists: &Lists<C>,
        scratch: &mut Scratch,
        slot: usize,
        rows: u32,
    ) -> Result<()> {
        let words = (rows as usize).div_ceil(64).next_multiple_of(self.job.kernels.block);
        let matrix = Matrix { start: 0, words, vectors: scratch.kept.len() };
        self.arena.reserve(matrix.end());
        let bits = &mut self.arena.words()[..matrix.end()];
        bits.fill(0);
        for (number, &slot) in (0..).zip(&scratch.kept) {
            scratch.numbers[slot as usize] = number;
        }
        let mut row = 0;
        lists.rows(slot, |code| match code {
            Some(code) => {
                let vector = scratch.numbers[code.index()];
                if vector != u32::MAX {
                    bits[vector as usize * words + row / 64] |= 1 << (row % 64);
                }
            }
            None => row += 1,
        });
        for &slot in &scratch.kept {
            scratch.numbers[slot as usize] = u32::MAX;
        }
        self.bits(child, matrix)
    }

    /// Rows become shorter lists.
    fn sublists<C: Code>(
        &mut self,
        child: &Node,
        lists: &Lists<C>,
        scratch: &mut Scratch,
        slot: usize,
    ) -> Result<Lists<C>> {
        for (number, &slot) in (0..).zip(&scratch.kept) {
            scratch.numbers[slot as usize] = number;
        }
        let counts: Vec<u32> = self.candidates[child.from..child.to]
            .iter()
            .filter(|c| c.slot != PERFECT)
            .map(|c| c.count)
            .collect();
        let mut builder =
            Builder::new(self.job.kernels, counts.into_iter(), lists.rows_with(slot) as usize)?;
        let mut row = Vec::new();
        let mut result = Ok(());
        lists.rows(slot, |code| match code {
            Some(code) => row.push(C::new(scratch.numbers[code.index()] as usize)),
            None => {
                if result.is_ok() {
                    result = builder.row(row.drain(..));
                }
            }
        });
        for &slot in &scratch.kept {
            scratch.numbers[slot as usize] = u32::MAX;
        }
        result?;
        Ok(Lists::new(scratch.kept.len(), vec![builder.finish()?]))
    }
}

/// What all pairs of bit vectors cost, in nanoseconds or so.
pub(super) fn bits_cost(vectors: usize, rows: u32) -> u64 {
    let vectors = vectors as u64;
    vectors * vectors / 2 * (2 + u64::from(rows) / 512)
}

/// What visiting all pairs within the rows costs, in the same unit, given the number of codes in
/// all rows.
pub(super) fn lists_cost(codes: u64, rows: u32) -> u64 {
    codes * 8 + (u128::from(codes) * u128::from(codes) / (2 * u128::from(rows.max(1)))) as u64
}
