//! Some of the rows, both ways: the items of each row, and the rows of each item.

use super::{Ranks, UNKNOWN};
use crate::mine::miner::Rows;
use crate::{Control, Result};

/// Rows of ranks.
pub(super) struct Chunk {
    /// Where each row begins in `codes`, and the end.
    starts: Vec<u32>,
    /// The ranks of each row, ascending.
    codes: Vec<u32>,
    /// Where the rows of each rank begin in `rows`, and the end.
    row_starts: Vec<u32>,
    rows: Vec<u32>,
    /// For each rank, how many smaller ranks its rows hold, counting repetitions.
    before: Vec<u64>,
}

impl Chunk {
    /// Of fewer than 2^32 items.
    pub(super) fn new(rows: Rows<'_>, ranks: &Ranks, control: &Control) -> Result<Self> {
        let rank = |&item: &u32| ranks.of[item as usize];
        let mut row_starts = vec![0u32; ranks.len + 1];
        let mut starts = Vec::with_capacity(rows.len() + 1);
        let mut end = 0;
        starts.push(end);
        for (r, row) in rows.iter().enumerate() {
            if r.is_multiple_of(1 << 14) {
                control.check()?;
            }
            for rank in row.iter().map(rank).filter(|&rank| rank != UNKNOWN) {
                row_starts[rank as usize + 1] += 1;
                end += 1;
            }
            starts.push(end);
        }
        for rank in 0..ranks.len {
            row_starts[rank + 1] += row_starts[rank];
        }
        let mut next = row_starts.clone();
        let mut of_ranks = vec![0u32; end as usize];
        for (r, row) in rows.iter().enumerate() {
            if r.is_multiple_of(1 << 14) {
                control.check()?;
            }
            for rank in row.iter().map(rank).filter(|&rank| rank != UNKNOWN) {
                of_ranks[next[rank as usize] as usize] = r as u32;
                next[rank as usize] += 1;
            }
        }
        // Going through the ranks in order sorts the rows.
        let mut codes = vec![0u32; end as usize];
        let mut next = starts.clone();
        let mut before = vec![0u64; ranks.len];
        for rank in 0..ranks.len {
            if rank.is_multiple_of(1 << 10) {
                control.check()?;
            }
            for &r in &of_ranks[row_starts[rank] as usize..row_starts[rank + 1] as usize] {
                let place = &mut next[r as usize];
                before[rank] += u64::from(*place - starts[r as usize]);
                codes[*place as usize] = rank as u32;
                *place += 1;
            }
        }
        Ok(Self { starts, codes, row_starts, rows: of_ranks, before })
    }

    /// The rows that hold this rank, ascending.
    pub(super) fn rows_with(&self, rank: u32) -> &[u32] {
        let rank = rank as usize;
        &self.rows[self.row_starts[rank] as usize..self.row_starts[rank + 1] as usize]
    }

    /// Counts each of the ranks `used`, which are smaller than the root, in the rows that hold the
    /// root, and marks these rows in its vector if vectors are given, which are zero, with the
    /// number of words of each. `slots` says which count and vector a rank has.
    pub(super) fn vectors(
        &self,
        root: u32,
        used: &[u32],
        slots: &[u32],
        sizes: &mut [u32],
        mut vectors: Option<(&mut [u64], usize)>,
        control: &Control,
    ) -> Result<()> {
        let rows = self.rows_with(root);
        let all: u64 = used.iter().map(|&rank| self.rows_with(rank).len() as u64).sum();
        let merged = all + (used.len() * rows.len()) as u64;
        if self.before[root as usize] <= merged {
            // Through each row, up to the root.
            for (number, &row) in rows.iter().enumerate() {
                if number.is_multiple_of(1 << 12) {
                    control.check()?;
                }
                let codes = &self.codes[self.starts[row as usize] as usize..];
                for &code in codes.iter().take_while(|&&code| code != root) {
                    let slot = slots[code as usize];
                    if slot != UNKNOWN {
                        sizes[slot as usize] += 1;
                        if let Some((vectors, words)) = &mut vectors {
                            let at = slot as usize * *words + number / 64;
                            vectors[at] |= 1 << (number % 64);
                        }
                    }
                }
            }
            return Ok(());
        }
        // Rows may be so long that merging the rows of the root with those of each other rank
        // takes fewer steps.
        for &rank in used {
            control.check()?;
            let slot = slots[rank as usize] as usize;
            let mut number = 0;
            for &row in self.rows_with(rank) {
                while number < rows.len() && rows[number] < row {
                    number += 1;
                }
                if number == rows.len() {
                    break;
                }
                if rows[number] == row {
                    sizes[slot] += 1;
                    if let Some((vectors, words)) = &mut vectors {
                        vectors[slot * *words + number / 64] |= 1 << (number % 64);
                    }
                }
            }
        }
        Ok(())
    }
}
