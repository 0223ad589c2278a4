//! From rows of products to a matrix of those with enough customers.

use super::sparse::{Buyers, Sparse};

/// What to learn from.
pub(super) struct Data {
    /// Rows by products, the most frequent products first; those of one customer lie together.
    pub(super) x: Sparse,
    /// The same by product.
    pub(super) products: Sparse,
    /// Per row: the customer.
    pub(super) who: Vec<u32>,
    /// Who bought what in any of the rows.
    pub(super) buyers: Buyers,
    /// Per column: the product.
    pub(super) product: Vec<u32>,
    pub(super) huge_rows: u64,
}

/// Rows of products on their way to a matrix.
pub(super) struct Rows {
    offsets: Vec<usize>,
    product: Vec<u32>,
    value: Vec<f32>,
    who: Vec<u32>,
    /// Per product: rows, distinct customers, and the last of them.
    count: Vec<(u32, u32, u32)>,
    pub(super) huge: u64,
}

impl Rows {
    pub(super) fn new(products: usize) -> Self {
        Self {
            offsets: vec![0],
            product: Vec::new(),
            value: Vec::new(),
            who: Vec::new(),
            count: vec![(0, 0, u32::MAX); products],
            huge: 0,
        }
    }

    /// Adds to the row that has begun.
    pub(super) fn push(&mut self, product: u32, value: f32) {
        self.product.push(product);
        self.value.push(value);
    }

    /// Ends a row, which is of customer `who`; rows of one customer come one after another.
    pub(super) fn end(&mut self, who: u32) {
        for &product in &self.product[self.offsets[self.offsets.len() - 1]..] {
            let (rows, customers, last) = &mut self.count[product as usize];
            *rows += 1;
            if *last != who {
                *last = who;
                *customers += 1;
            }
        }
        self.offsets.push(self.product.len());
        self.who.push(who);
    }

    /// Keeps products with enough customers, the most frequent first, and rows that hold some.
    pub(super) fn finish(self, min_customers: u32) -> Data {
        let mut product: Vec<u32> = (0..self.count.len() as u32)
            .filter(|&p| self.count[p as usize].1 >= min_customers.max(1))
            .collect();
        product.sort_unstable_by_key(|&p| (std::cmp::Reverse(self.count[p as usize].0), p));
        let mut column = vec![u32::MAX; self.count.len()];
        for (at, &p) in product.iter().enumerate() {
            column[p as usize] = at as u32;
        }
        let mut x = Sparse { columns: product.len(), offsets: vec![0], ..Sparse::default() };
        let mut who = Vec::new();
        let mut row = Vec::new();
        for at in 0..self.who.len() {
            row.clear();
            row.extend((self.offsets[at]..self.offsets[at + 1]).filter_map(|entry| {
                let column = column[self.product[entry] as usize];
                (column != u32::MAX).then_some((column, self.value[entry]))
            }));
            if row.is_empty() {
                continue;
            }
            row.sort_unstable_by_key(|entry| entry.0);
            x.column.extend(row.iter().map(|entry| entry.0));
            x.value.extend(row.iter().map(|entry| entry.1));
            x.offsets.push(x.column.len());
            who.push(self.who[at]);
        }
        let products = x.transposed();
        let buyers = Buyers::new(&x, &who);
        Data { x, products, who, buyers, product, huge_rows: self.huge }
    }
}
