//! The rows as the roots of all subproblems need them.

use super::bits::{Matrix, Place};
use super::lists::{Lists, Scratch, bits_cost, lists_cost};
use super::worker::{Rarer, Worker};
use super::{Job, Kind};
use crate::Result;
use crate::mine::index::item_hash;
use crate::mine::miner::Rows;

/// With more items than this, the root's rows are lists: each root looks at all rarer items.
const MOST_VECTORS: usize = 4096;

/// All rows, as far as they hold frequent items.
pub(super) enum Roots {
    Lists {
        lists: Lists,
        /// By rank: true if a rarer item is in the very same rows.
        copies: Vec<bool>,
    },
    /// A bit vector for each item, by rank, one after the other, and the weights of the rows.
    Bits { bits: Vec<u64>, matrix: Matrix, weights: Vec<u64> },
}

impl Roots {
    pub(super) fn load(rows: Rows<'_>, weights: Option<&[u64]>, job: &Job<'_>) -> Result<Self> {
        let codes: u64 = job.items.iter().map(|item| u64::from(item.count)).sum();
        let (vectors, number) = (job.items.len(), rows.len() as u32);
        let dense = job.tuning.force_root_bits.unwrap_or_else(|| {
            vectors <= MOST_VECTORS
                && bits_cost(vectors, 0, number, job.weighted) < lists_cost(codes, number)
        });
        if !dense {
            // Padded rows, of which each item knows where they begin.
            job.control.take_memory(3 * 4 * codes)?;
            let lists = Lists::load(rows, weights, job)?;
            let copies = if job.closing() { copies(job, &lists) } else { Vec::new() };
            return Ok(Self::Lists { lists, copies });
        }
        let words = rows.len().div_ceil(64).next_multiple_of(job.kernels.block);
        let matrix = Matrix { start: 0, words, vectors };
        job.control.take_memory(8 * matrix.end() as u64)?;
        let mut bits = vec![0u64; matrix.end()];
        for (r, row) in rows.iter().enumerate() {
            if r.is_multiple_of(1 << 14) {
                job.control.check()?;
            }
            for &item in row {
                let rank = job.ranks[item as usize];
                if rank != u32::MAX {
                    bits[rank as usize * words + r / 64] |= 1 << (r % 64);
                }
            }
        }
        let mut weights = weights.map(<[u64]>::to_vec).unwrap_or_default();
        if job.weighted {
            weights.resize(64 * words, 0);
        }
        Ok(Self::Bits { bits, matrix, weights })
    }

    /// Makes a worker ready for these rows.
    pub(super) fn begin(&self, worker: &mut Worker<'_>) -> Option<Scratch> {
        match self {
            Self::Lists { lists, .. } => Some(Scratch::new(lists)),
            Self::Bits { bits, matrix, weights } => {
                worker.arena.reserve(matrix.end());
                worker.arena.words()[..matrix.end()].copy_from_slice(bits);
                worker.weights.clone_from(weights);
                None
            }
        }
    }
}

/// Marks the items that are in the same rows as a rarer one: no closed set has them as its rarest
/// item. Rows of very many items in common would otherwise be gone through for each of those.
fn copies(job: &Job<'_>, lists: &Lists) -> Vec<bool> {
    let mut copies = vec![false; job.items.len()];
    let mut from = 0;
    let mut hashed: Vec<(u64, usize)> = Vec::new();
    for same in job.items.chunk_by(|a, b| (a.weight, a.count) == (b.weight, b.count)) {
        let ranks = from..from + same.len();
        from = ranks.end;
        if ranks.len() == 1 {
            continue;
        }
        let hash =
            |rows: &[u32]| rows.iter().fold(0u64, |sum, &row| sum.wrapping_add(item_hash(row)));
        hashed.clear();
        hashed.extend(ranks.map(|rank| (hash(lists.with(rank)), rank)));
        hashed.sort_unstable();
        for pair in hashed.windows(2) {
            let ((a, rank), (b, rarer)) = (pair[0], pair[1]);
            copies[rank] = a == b && lists.with(rank) == lists.with(rarer);
        }
    }
    copies
}

impl Worker<'_> {
    /// Finds all sets whose rarest item, but for those of all rows, is the one with rank `root`.
    pub(super) fn root(
        &mut self,
        roots: &Roots,
        scratch: &mut Option<Scratch>,
        root: usize,
    ) -> Result<()> {
        let node = self.top();
        match (roots, scratch) {
            (Roots::Lists { copies, .. }, _) if copies.get(root) == Some(&true) => {}
            (Roots::Lists { lists, .. }, Some(scratch)) => {
                self.lists_child(&node, lists, scratch, root, true)?;
            }
            (Roots::Lists { lists, .. }, None) => {
                self.lists_child(&node, lists, &mut Scratch::new(lists), root, true)?;
            }
            (Roots::Bits { matrix, .. }, _) => {
                self.rarer.clear();
                if self.job.closing() {
                    let rarer = (root + 1..self.job.items.len()).rev().map(|rank| Rarer {
                        start: matrix.start + rank * matrix.words,
                        count: self.job.items[rank].count,
                    });
                    self.rarer.extend(rarer);
                }
                let place = Place { matrix: *matrix, rarer: 0, weights: 0 };
                self.bits_child(&node, place, root, true)?;
            }
        }
        self.end_root(root, self.job.kind == Kind::Maximal)
    }
}
