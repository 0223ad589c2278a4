//! Dense subproblems: one bit vector for each item.

use super::Kind;
use super::worker::{Candidate, Node, Rarer, Worker};
use crate::Result;
use crate::mine::miner::Join;

/// Bit vectors that lie one after the other in the arena.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matrix {
    /// Where the first begins.
    pub start: usize,
    /// How long each is.
    pub words: usize,
    /// How many there are. Those of the candidates come first.
    pub vectors: usize,
}

impl Matrix {
    pub(super) fn end(&self) -> usize {
        self.start + self.words * self.vectors
    }
}

/// Where the data of a node lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub matrix: Matrix,
    /// Its rarer items on the worker's stack: those that came with it, then its own candidates,
    /// the rarest first, except for those that are not yet, or no more, rarer than the pivot.
    pub rarer: usize,
    /// The weights of its rows on the worker's stack.
    pub weights: usize,
}

impl Worker<'_> {
    /// Finds all sets that extend that of a node, given its vectors, and where its rarer items and
    /// the weights of its rows begin on their stacks.
    pub(super) fn bits(
        &mut self,
        node: &Node,
        matrix: Matrix,
        rarer: usize,
        weights: usize,
    ) -> Result<()> {
        let place = Place { matrix, rarer, weights };
        let base = self.rarer.len();
        let number = node.len();
        let as_rarer = |worker: &mut Self, at: usize| {
            let count = worker.candidates[node.from + at].count;
            let start = matrix.start + at * matrix.words;
            worker.rarer.push(Rarer { start, count });
        };
        match self.job.kind {
            Kind::Maximal => {
                for at in (0..number).rev() {
                    if self.is_known(node, at + 1) {
                        break;
                    }
                    self.bits_child(node, place, at, false)?;
                    as_rarer(self, at);
                }
            }
            Kind::Closed => {
                (0..number).rev().for_each(|at| as_rarer(self, at));
                for at in 0..number {
                    self.rarer.truncate(base + number - 1 - at);
                    self.bits_child(node, place, at, false)?;
                }
            }
            Kind::All | Kind::Generators => {
                (0..number).try_for_each(|at| self.bits_child(node, place, at, false))?;
            }
        }
        self.rarer.truncate(base);
        Ok(())
    }

    /// Finds all sets that extend that of candidate number `at`, and that one.
    pub(super) fn bits_child(
        &mut self,
        node: &Node,
        place: Place,
        at: usize,
        root: bool,
    ) -> Result<()> {
        self.tick()?;
        let job = self.job;
        let pivot = self.candidates[node.from + at];
        if job.closing() && self.is_elsewhere(place, at, pivot.count) {
            return Ok(());
        }
        let from = self.candidates.len();
        let Matrix { words, .. } = place.matrix;
        self.absorbed.clear();
        if at > 0 {
            self.join(node, place, at, pivot);
        }
        let (child, goes_on) =
            self.enter(node, at, from, root, |worker| worker.is_maximal(place, at))?;
        if goes_on {
            let matrix = Matrix { start: place.matrix.end(), words, vectors: child.len() };
            let packed = (pivot.count as usize).div_ceil(64).next_multiple_of(job.kernels.block);
            if child.len() >= job.tuning.pack_vectors && packed * 2 <= words {
                self.packed(&child, place, at, matrix, packed)?;
            } else {
                self.bits(&child, matrix, place.rarer, place.weights)?;
            }
        }
        self.leave(child);
        Ok(())
    }

    /// True if a rarer item is in all rows of the pivot: its set is found elsewhere.
    #[inline]
    fn is_elsewhere(&mut self, place: Place, at: usize, count: u32) -> bool {
        let within = self.job.vectors;
        let Matrix { start, words, .. } = place.matrix;
        let arena = self.arena.words();
        let pivot = &arena[start + at * words..][..words];
        self.rarer[place.rarer..].iter().any(|rarer| {
            rarer.count >= count && within.within(pivot, &arena[rarer.start..][..words])
        })
    }

    /// True if no rarer item is frequent with the pivot.
    fn is_maximal(&mut self, place: Place, at: usize) -> bool {
        let job = self.job;
        let Matrix { start, words, .. } = place.matrix;
        let arena = self.arena.words();
        let pivot = &arena[start + at * words..][..words];
        let weights = &self.weights[place.weights..];
        self.rarer[place.rarer..].iter().all(|rarer| {
            let vector = &arena[rarer.start..][..words];
            rarer.count < job.least_count
                || job.vectors.overlap(pivot, vector) < job.least_count
                || job.weighted && job.vectors.weigh(pivot, vector, weights) < job.least
        })
    }

    /// Pushes the candidates of the child by candidate number `at`, writes their vectors behind
    /// those of the node, and notes what it absorbs.
    fn join(&mut self, node: &Node, place: Place, at: usize, pivot: Candidate) {
        let job = self.job;
        let Matrix { words, .. } = place.matrix;
        let top = place.matrix.end();
        self.arena.reserve(top + at * words);
        if self.joined.len() < at {
            self.joined.resize(at, 0);
        }
        let (vectors, free) = self.arena.words().split_at_mut(top);
        let join = Join {
            vectors: &vectors[place.matrix.start..],
            words,
            pivot: at,
            least: job.least_count,
            full: if job.kind == Kind::All { u32::MAX } else { pivot.count },
        };
        job.kernels.join(&join, free, &mut self.joined);
        let mut written = 0;
        let mut kept = 0;
        for other in 0..at {
            let count = self.joined[other];
            let rank = self.candidates[node.from + other].rank;
            if count == pivot.count && job.kind != Kind::All {
                if job.closing() {
                    self.absorbed.push(rank);
                }
                continue;
            }
            if count < job.least_count {
                continue;
            }
            let mut weight = u64::from(count);
            if job.weighted {
                let vector = &free[written * words..][..words];
                weight = match job.apart(rank, pivot.rank) {
                    true => 0,
                    false => job.vectors.weigh(vector, vector, &self.weights[place.weights..]),
                };
                if weight >= job.least && kept < written {
                    free.copy_within(written * words..(written + 1) * words, kept * words);
                }
            }
            written += 1;
            if weight >= job.least {
                kept += 1;
                self.candidates.push(Candidate { rank, count, weight });
            }
        }
    }

    /// Finds all sets that extend that of a child, in vectors that leave out rows of others.
    fn packed(
        &mut self,
        child: &Node,
        place: Place,
        at: usize,
        mut matrix: Matrix,
        packed: usize,
    ) -> Result<()> {
        let job = self.job;
        let Matrix { start, words, .. } = place.matrix;
        let rarer_from = self.rarer.len();
        let weights_from = self.weights.len();
        // The rarer items that stay frequent come along, behind the candidates.
        self.arena.reserve(matrix.end() + (rarer_from - place.rarer) * words);
        let (arena, free) = self.arena.words().split_at_mut(matrix.start);
        let pivot = &arena[start + at * words..][..words];
        for number in place.rarer..rarer_from {
            let rarer = self.rarer[number];
            if rarer.count < job.least_count {
                continue;
            }
            let vector = &arena[rarer.start..][..words];
            let count = job.vectors.overlap(pivot, vector);
            if count >= job.least_count {
                free[matrix.vectors * words..][..words].copy_from_slice(vector);
                let start = matrix.start + matrix.vectors * packed;
                self.rarer.push(Rarer { start, count });
                matrix.vectors += 1;
            }
        }
        job.kernels.compress(pivot, free, matrix.vectors, packed);
        if job.weighted {
            for (w, &word) in pivot.iter().enumerate() {
                let mut bits = word;
                while bits != 0 {
                    let row = 64 * w + bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    self.weights.push(self.weights[place.weights + row]);
                }
            }
            self.weights.resize(weights_from + 64 * packed, 0);
        }
        matrix.words = packed;
        self.bits(child, matrix, rarer_from, weights_from)?;
        self.rarer.truncate(rarer_from);
        self.weights.truncate(weights_from);
        Ok(())
    }
}
