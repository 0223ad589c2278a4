//! Dense subproblems: one bit vector for each item.

use std::ops::Range;

use super::kernels::{Join, LATTICE, Table};
use super::worker::{Candidate, Marks, Node, PERFECT, Worker};
use crate::Result;

/// Bit vectors, aligned to cache lines, used as a stack: each node's vectors lie behind those of
/// its parent.
#[derive(Debug, Default)]
pub(in crate::mine) struct Arena {
    lines: Vec<Line>,
}

#[derive(Clone, Copy, Debug, Default, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C, align(64))]
struct Line([u64; 8]);

impl Arena {
    /// At least this many words; what lies behind those in use is arbitrary.
    #[inline]
    pub(in crate::mine) fn reserve(&mut self, words: usize) {
        if self.lines.len() * 8 < words {
            self.lines.resize(words.div_ceil(8).next_power_of_two(), Line::default());
        }
    }

    #[inline]
    pub(in crate::mine) fn words(&mut self) -> &mut [u64] {
        bytemuck::cast_slice_mut(&mut self.lines)
    }
}

/// The bit vectors of the candidates of a node, which are numbered by their slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matrix {
    /// Where the first lies in the arena.
    pub start: usize,
    /// How long each is.
    pub words: usize,
    /// How many there are.
    pub vectors: usize,
}

impl Matrix {
    pub(super) fn end(&self) -> usize {
        self.start + self.words * self.vectors
    }
}

impl Worker<'_> {
    /// Finds all itemsets that extend those of a node's candidates.
    pub(super) fn bits(&mut self, node: Node, matrix: Matrix) -> Result<()> {
        let marks = self.mark(&node);
        // Lattices are of all combinations.
        let done = if self.job.kin.is_none() { self.bits_lattice(&node, matrix)? } else { 0 };
        self.bits_children(&node, matrix, done..node.len(), Some(marks))?;
        self.unmark(marks);
        Ok(())
    }

    /// Finds all itemsets that extend those of some of a node's candidates. If any of these are
    /// perfect, the node has `marks`.
    pub(super) fn bits_children(
        &mut self,
        node: &Node,
        matrix: Matrix,
        children: Range<usize>,
        marks: Option<Marks>,
    ) -> Result<()> {
        let opened = self.open(node, matrix, &children);
        for at in children {
            if opened && !self.advance(at) {
                break;
            }
            match marks {
                Some(marks) if self.candidates[node.from + at].slot == PERFECT => {
                    self.double(node, marks, at)?;
                }
                _ => self.bits_child(node, matrix, None, at)?,
            }
        }
        if opened {
            self.close();
        }
        Ok(())
    }

    /// Finds all itemsets of a node's first few candidates at once, which takes no more steps for
    /// all of them than children would for each. Returns how many candidates that were.
    fn bits_lattice(&mut self, node: &Node, matrix: Matrix) -> Result<usize> {
        let number = node.len().min(LATTICE);
        let candidates = &self.candidates[node.from..node.from + number];
        // By combination of the candidates with vectors, which are the first ones.
        let mut counts: Table = [0; 1 << LATTICE];
        counts[0] = node.count;
        let mut live = 0;
        // The combination of those among each combination of all.
        let mut live_of = [0usize; 1 << LATTICE];
        let mut items = [0; LATTICE];
        for (bit, candidate) in candidates.iter().enumerate() {
            items[bit] = candidate.item;
            let mut own = 0;
            if candidate.slot != PERFECT {
                own = 1 << live;
                counts[own] = candidate.count;
                live += 1;
            }
            for low in 0..1usize << bit {
                live_of[low | 1 << bit] = live_of[low] | own;
            }
        }
        if live > 1 {
            let vectors = &self.arena.words()[matrix.start..matrix.end()];
            self.job.kernels.subsets(vectors, matrix.words, live, &mut counts);
        }
        let mut table: Table = [0; 1 << LATTICE];
        for mask in 0..1usize << number {
            table[mask] = counts[live_of[mask]];
        }
        Ok(if self.sink.lattice(node, &items, &table, self.least)? { number } else { 0 })
    }

    /// Finds all itemsets that extend that of candidate number `at`, which has a vector. The
    /// vectors lie in the arena, unless they are given.
    pub(super) fn bits_child(
        &mut self,
        node: &Node,
        matrix: Matrix,
        shared: Option<&[u64]>,
        at: usize,
    ) -> Result<()> {
        self.tick()?;
        let pivot = self.candidates[node.from + at];
        let before = pivot.slot as usize;
        let words = matrix.words;
        let top = if shared.is_some() { 0 } else { matrix.end() };
        let full = self.job.full(pivot.count);
        if before > 0 {
            self.arena.reserve(top + before * words);
            if self.joined.len() < before {
                self.joined.resize(before, 0);
            }
            let (vectors, free) = self.arena.words().split_at_mut(top);
            let vectors = shared.unwrap_or(&vectors[matrix.start..top]);
            let join = Join { vectors, words, pivot: before, least: self.least, full };
            self.job.kernels.join(&join, free, &mut self.joined);
        }
        let from = self.candidates.len();
        let mut live = 0;
        // Where candidates were left out, their vectors are among the others all the same.
        let mut passed = 0;
        let least = self.least;
        let left_out =
            |joined: &[u32]| joined.iter().filter(|&&count| count >= least).count() as u32;
        for other in node.from..node.from + at {
            let Candidate { slot, item, .. } = self.candidates[other];
            if self.job.kin.is_some() {
                live += left_out(&self.joined[passed..slot as usize]);
                passed = slot as usize + 1;
            }
            let count = if slot == PERFECT { pivot.count } else { self.joined[slot as usize] };
            if count >= least {
                if self.job.apart(pivot.item, item) {
                    live += 1;
                    continue;
                }
                self.push(item, count, full, &mut live);
            }
        }
        if self.job.kin.is_some() {
            live += left_out(&self.joined[passed..before]);
        }
        let Some(child) = self.emit(node, at, from)? else { return Ok(()) };
        let live = live as usize;
        let mut inner = Matrix { start: top, words, vectors: live };
        // Fewer rows are left: pack them if that makes the vectors clearly shorter, and enough
        // work follows to earn it back.
        let packed = (pivot.count as usize).div_ceil(64).next_multiple_of(self.job.kernels.block);
        if live >= self.job.tuning.pack_vectors && packed * 2 <= words {
            let (vectors, free) = self.arena.words().split_at_mut(top);
            let vectors = shared.unwrap_or(&vectors[matrix.start..top]);
            let mask = &vectors[before * words..][..words];
            self.job.kernels.compress(mask, free, live, packed);
            inner.words = packed;
        }
        self.bits(child, inner)?;
        self.candidates.truncate(child.from);
        Ok(())
    }
}
