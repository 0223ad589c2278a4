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

/// Who bought what, at any time: customers by products, and the other way round.
#[derive(Clone, Debug, Default)]
pub(super) struct Buyers {
    pub(super) products: Lists,
    pub(super) customers: Lists,
}

/// Ascending numbers in rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    pub(super) offsets: Vec<usize>,
    pub(super) entries: Vec<u32>,
}

impl Lists {
    #[inline]
    pub(super) fn row(&self, row: usize) -> &[u32] {
        &self.entries[self.offsets[row]..self.offsets[row + 1]]
    }
}

impl Buyers {
    /// Of the rows of a matrix, of which `who` tells the customer of each; those of one customer
    /// lie together.
    pub(super) fn new(x: &Sparse, who: &[u32]) -> Self {
        let mut products = Lists { offsets: vec![0], entries: Vec::new() };
        let mut row = 0;
        let mut bought = Vec::new();
        while row < who.len() {
            bought.clear();
            let customer = who[row];
            while row < who.len() && who[row] == customer {
                bought.extend_from_slice(x.row(row).0);
                row += 1;
            }
            bought.sort_unstable();
            bought.dedup();
            products.entries.extend_from_slice(&bought);
            products.offsets.push(products.entries.len());
        }
        let mut customers = Lists { offsets: vec![0; x.columns + 1], entries: Vec::new() };
        for &product in &products.entries {
            customers.offsets[product as usize + 1] += 1;
        }
        for at in 0..x.columns {
            customers.offsets[at + 1] += customers.offsets[at];
        }
        let mut next = customers.offsets.clone();
        customers.entries.resize(products.entries.len(), 0);
        for customer in 0..products.offsets.len() - 1 {
            for &product in products.row(customer) {
                customers.entries[next[product as usize]] = customer as u32;
                next[product as usize] += 1;
            }
        }
        Self { products, customers }
    }
}

/// Distinct customers that a product has in common with each other one.
pub(super) struct Shared {
    count: Vec<u32>,
    touched: Vec<u32>,
}

impl Shared {
    /// For so many products.
    pub(super) fn new(products: usize) -> Self {
        Self { count: vec![0; products], touched: Vec::new() }
    }

    /// Counts for a product, in place of the one before.
    pub(super) fn count(&mut self, buyers: &Buyers, of: usize, control: &Control) -> Result<()> {
        for product in self.touched.drain(..) {
            self.count[product as usize] = 0;
        }
        for (done, &customer) in buyers.customers.row(of).iter().enumerate() {
            if done % CHECK_ROWS == CHECK_ROWS - 1 {
                control.check()?;
            }
            for &product in buyers.products.row(customer as usize) {
                let count = &mut self.count[product as usize];
                if *count == 0 {
                    self.touched.push(product);
                }
                *count += 1;
            }
        }
        Ok(())
    }

    /// Customers in common with a product.
    #[inline]
    pub(super) fn of(&self, product: u32) -> u32 {
        self.count[product as usize]
    }

    /// The products with customers in common, in no order.
    pub(super) fn products(&self) -> &[u32] {
        &self.touched
    }
}
