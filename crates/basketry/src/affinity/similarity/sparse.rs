//! Sparse matrices by rows, and rows of X'X.

use crate::{Control, Result};

/// A sparse matrix by rows; the entries of a row ascend. Values are above 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sparse {
    pub(super) columns: usize,
    /// Per row, one more: where it begins.
    pub(super) offsets: Vec<usize>,
    pub(super) column: Vec<u32>,
    pub(super) value: Vec<f32>,
}

impl Sparse {
    pub(super) fn rows(&self) -> usize {
        self.offsets.len() - 1
    }

    #[inline]
    pub(super) fn row(&self, row: usize) -> (&[u32], &[f32]) {
        let range = self.offsets[row]..self.offsets[row + 1];
        (&self.column[range.clone()], &self.value[range])
    }

    pub(super) fn transposed(&self) -> Sparse {
        let mut offsets = vec![0usize; self.columns + 1];
        for &column in &self.column {
            offsets[column as usize + 1] += 1;
        }
        for at in 0..self.columns {
            offsets[at + 1] += offsets[at];
        }
        let mut next = offsets.clone();
        let mut column = vec![0u32; self.column.len()];
        let mut value = vec![0f32; self.column.len()];
        for row in 0..self.rows() {
            let (columns, values) = self.row(row);
            for (&c, &v) in std::iter::zip(columns, values) {
                let at = &mut next[c as usize];
                column[*at] = row as u32;
                value[*at] = v;
                *at += 1;
            }
        }
        Sparse { columns: self.rows(), offsets, column, value }
    }
}

/// Rows of X'X, one at a time. The sums run in the order of the rows of X, whatever thread asks.
pub(super) struct GramRow {
    cells: Vec<Cell>,
    touched: Vec<u32>,
}

#[derive(Clone, Copy, Default)]
struct Cell {
    sum: f32,
    /// Distinct customers who have both, and the last of them.
    customers: u32,
    last: u32,
}

/// Rows of X added up between two looks at whether the work was cancelled.
const CHECK_ROWS: usize = 1 << 12;

impl GramRow {
    /// For matrices of `columns` columns.
    pub(super) fn new(columns: usize) -> Self {
        Self { cells: vec![Cell::default(); columns], touched: Vec::new() }
    }

    /// Adds up row `column` of X'X, and calls `visit` with each column that shares rows with it, in
    /// no order: the column, the sum, and the distinct customers behind these rows. `who` tells
    /// the customer of each row of X; those of one customer lie together.
    pub(super) fn visit(
        &mut self,
        x: &Sparse,
        transposed: &Sparse,
        column: usize,
        who: impl Fn(u32) -> u32,
        control: &Control,
        mut visit: impl FnMut(u32, f32, u32),
    ) -> Result<()> {
        let (rows, values) = transposed.row(column);
        for (done, (&row, &value)) in std::iter::zip(rows, values).enumerate() {
            if done % CHECK_ROWS == CHECK_ROWS - 1
                && let Err(error) = control.check()
            {
                self.cells.fill(Cell::default());
                self.touched.clear();
                return Err(error);
            }
            let who = who(row);
            let (others, weights) = x.row(row as usize);
            for (&other, &weight) in std::iter::zip(others, weights) {
                let cell = &mut self.cells[other as usize];
                if cell.customers == 0 {
                    self.touched.push(other);
                    cell.customers = 1;
                    cell.last = who;
                } else if cell.last != who {
                    cell.customers += 1;
                    cell.last = who;
                }
                cell.sum += value * weight;
            }
        }
        for other in self.touched.drain(..) {
            let cell = std::mem::take(&mut self.cells[other as usize]);
            visit(other, cell.sum, cell.customers);
        }
        Ok(())
    }
}
