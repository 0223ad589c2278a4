//! Itemsets of one length, and their canonical order.

use std::cmp::Reverse;

use crate::Result;
use crate::mine::columns::{Level, Pieces};

/// Itemsets of one length, end to end.
#[derive(Clone, Debug)]
pub(super) struct Sets {
    pub length: usize,
    pub items: Vec<u32>,
    pub counts: Vec<u32>,
}

impl Sets {
    pub(super) fn new(length: usize) -> Self {
        Self { length, items: Vec::new(), counts: Vec::new() }
    }

    pub(super) fn with_room(length: usize, rows: usize) -> Self {
        let items = Vec::with_capacity(rows * length);
        Self { length, items, counts: Vec::with_capacity(rows) }
    }

    pub(super) fn of(length: usize, pieces: &Pieces) -> Self {
        let mut sets = Self::new(length);
        for (items, counts) in pieces.chunks() {
            sets.items.extend_from_slice(items);
            sets.counts.extend_from_slice(counts);
        }
        sets
    }

    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }

    pub(super) fn row(&self, row: usize) -> (&[u32], u32) {
        (&self.items[row * self.length..][..self.length], self.counts[row])
    }

    pub(super) fn push(&mut self, items: &[u32], count: u32) {
        debug_assert_eq!(items.len(), self.length);
        self.items.extend_from_slice(items);
        self.counts.push(count);
    }

    /// Adds the union of two sets that are apart; both are ascending.
    pub(super) fn push_union(&mut self, a: &[u32], b: &[u32], count: u32) {
        let (mut a, mut b) = (a, b);
        while let (Some((first, rest_a)), Some((second, rest_b))) =
            (a.split_first(), b.split_first())
        {
            let smaller = if first < second {
                a = rest_a;
                first
            } else {
                b = rest_b;
                second
            };
            self.items.push(*smaller);
        }
        self.items.extend_from_slice(a);
        self.items.extend_from_slice(b);
        self.counts.push(count);
    }

    /// The itemsets in these rows, in this order.
    pub(super) fn take(&self, rows: &[u32]) -> Self {
        let mut sets = Self::new(self.length);
        for &row in rows {
            let (items, count) = self.row(row as usize);
            sets.push(items, count);
        }
        sets
    }

    pub(super) fn into_pieces(self) -> Result<Pieces> {
        Ok(Pieces::of(Level::from_rows(self.length, &self.items, &self.counts)?))
    }
}

/// The order of itemsets of one length: by the rarest of their items, the most frequent such item
/// first, then by the next rarest and so on.
pub(super) struct Order {
    /// By item: how many are more frequent, or as frequent and before it.
    ranks: Vec<u32>,
}

impl Order {
    /// Given how many baskets hold each item.
    pub(super) fn new(counts: &[u32]) -> Self {
        let mut ranks = vec![0; counts.len()];
        for (rank, item) in (0..).zip(by_frequency(counts)) {
            ranks[item as usize] = rank;
        }
        Self { ranks }
    }

    /// The ranks of the items of each row, the rarest first: rows go in the order of these.
    fn keys(&self, sets: &Sets) -> Vec<u32> {
        let mut keys: Vec<u32> = sets.items.iter().map(|&i| self.ranks[i as usize]).collect();
        for key in keys.chunks_exact_mut(sets.length) {
            key.sort_unstable_by(|a, b| b.cmp(a));
        }
        keys
    }

    /// Puts itemsets in order.
    pub(super) fn sort(&self, sets: &mut Sets) {
        let keys = self.keys(sets);
        let key = |row: u32| &keys[row as usize * sets.length..][..sets.length];
        let mut rows: Vec<u32> = (0..sets.len() as u32).collect();
        if rows.is_sorted_by(|&a, &b| key(a) <= key(b)) {
            return;
        }
        rows.sort_unstable_by(|&a, &b| key(a).cmp(key(b)));
        *sets = sets.take(&rows);
    }
}

/// The items, the most frequent first, ties by index.
pub(super) fn by_frequency(counts: &[u32]) -> Vec<u32> {
    let mut items: Vec<u32> = (0..counts.len() as u32).collect();
    items.sort_unstable_by_key(|&item| (Reverse(counts[item as usize]), item));
    items
}
