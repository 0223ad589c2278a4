//! Small subproblems: the counts of all combinations of a few candidates at once.

use super::worker::{Node, Worker};
use crate::Result;

impl Worker<'_> {
    /// Finds all itemsets that extend those of a node's candidates, given in `table`, for each
    /// combination of candidates, how many of the node's rows hold exactly that one.
    pub(super) fn leaf(&mut self, node: &Node) -> Result<()> {
        self.tick()?;
        let mut table = std::mem::take(&mut self.table);
        self.job.kernels.superset_sums(&mut table);
        let result = self.combinations(node, &table);
        self.table = table;
        result
    }

    /// The same, given how many rows hold at least each combination.
    ///
    /// With the candidates as bits, combinations of one size come in their canonical order if
    /// they come in order of their numbers, and so do their extensions by one lower bit.
    fn combinations(&mut self, node: &Node, table: &[u32]) -> Result<()> {
        let least = self.least;
        // The row of the next combination of each size.
        let mut rows = [0; 33];
        rows[1] = node.row;
        for (size, row) in rows.iter_mut().enumerate().take(node.len() + 1).skip(2) {
            *row = self.sink.rows(node.length + size);
        }
        for (mask, &count) in table.iter().enumerate().skip(1) {
            if count < least {
                continue;
            }
            let size = mask.count_ones() as usize;
            let row = rows[size];
            rows[size] += 1;
            let lower = mask.trailing_zeros();
            if lower == 0 || node.length + size >= self.job.max_length {
                continue;
            }
            self.items.clear();
            self.counts.clear();
            for bit in 0..lower {
                let count = table[mask | 1 << bit];
                if count >= least {
                    self.items.push(self.candidates[node.from + bit as usize].item);
                    self.counts.push(count);
                }
            }
            if !self.items.is_empty() {
                self.sink.extend(node.length + size, row, &self.items, &self.counts)?;
            }
        }
        Ok(())
    }
}
