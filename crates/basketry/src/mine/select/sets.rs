//! Itemsets of one length, and their canonical order.

use std::cmp::Reverse;

use crate::Result;
use crate::mine::columns::{Level, Mined, Pieces};

/// Itemsets of one length, end to end.
#[derive(Clone, Debug)]
pub(super) struct Sets {
    pub length: usize,
    items: Vec<u32>,
    counts: Vec<u32>,
    /// Empty if baskets have no weights.
    weights: Vec<u64>,
}

/// One of [`Sets`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    /// Ascending.
    pub items: &'a [u32],
    pub count: u32,
    pub weight: Option<u64>,
}

impl Sets {
    pub(super) fn new(length: usize) -> Self {
        Self { length, items: Vec::new(), counts: Vec::new(), weights: Vec::new() }
    }

    pub(super) fn with_room(length: usize, rows: usize) -> Self {
        let mut sets = Self::new(length);
        sets.items.reserve_exact(rows * length);
        sets.counts.reserve_exact(rows);
        sets
    }

    /// Those of each length.
    pub(super) fn of(found: Mined) -> impl Iterator<Item = Self> {
        let weights = found.weights.into_iter().chain(std::iter::repeat_with(Vec::new));
        (1..).zip(found.lengths).zip(weights).map(|((length, pieces), weights)| {
            let mut sets = Self { weights, ..Self::new(length) };
            for (items, counts) in pieces.chunks() {
                sets.items.extend_from_slice(items);
                sets.counts.extend_from_slice(counts);
            }
            sets
        })
    }

    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }

    pub(super) fn row(&self, row: usize) -> Row<'_> {
        Row {
            items: &self.items[row * self.length..][..self.length],
            count: self.counts[row],
            weight: self.weights.get(row).copied(),
        }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len()).map(|row| self.row(row))
    }

    /// The weight of a row, or without weights its count.
    pub(super) fn support(&self, row: usize) -> u64 {
        self.weights.get(row).copied().unwrap_or_else(|| self.counts[row].into())
    }

    pub(super) fn supports(&self) -> impl Iterator<Item = u64> {
        (0..self.len()).map(|row| self.support(row))
    }

    pub(super) fn push(&mut self, row: Row<'_>) {
        debug_assert_eq!(row.items.len(), self.length);
        self.items.extend_from_slice(row.items);
        self.push_numbers(row);
    }

    fn push_numbers(&mut self, row: Row<'_>) {
        self.counts.push(row.count);
        self.weights.extend(row.weight);
    }

    /// Appends rows of the same length.
    pub(super) fn append(&mut self, other: Self) {
        self.items.extend(other.items);
        self.counts.extend(other.counts);
        self.weights.extend(other.weights);
    }

    /// Adds a set together with other items, which are ascending and none of its own.
    pub(super) fn push_with(&mut self, row: Row<'_>, others: &[u32]) {
        let (mut a, mut b) = (row.items, others);
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
        self.push_numbers(row);
    }

    /// The itemsets in these rows, in this order.
    pub(super) fn take(&self, rows: &[u32]) -> Self {
        let mut sets = Self::new(self.length);
        for &row in rows {
            sets.push(self.row(row as usize));
        }
        sets
    }

    /// Appends these to what has been put together of shorter ones.
    pub(super) fn append_to(self, all: &mut Mined) -> Result<()> {
        let level = Level::from_rows(self.length, &self.items, &self.counts)?;
        all.lengths.extend((all.lengths.len() + 1..self.length).map(Pieces::new));
        all.lengths.push(Pieces::of(level));
        if !self.weights.is_empty() {
            all.weights.resize(self.length - 1, Vec::new());
            all.weights.push(self.weights);
        }
        Ok(())
    }
}

/// The order of itemsets of one length: by the rarest of their items, the most frequent such item
/// first, then by the next rarest and so on.
pub(super) struct Order {
    /// By item: how many are more frequent, or as frequent and before it.
    ranks: Vec<u32>,
}

impl Order {
    /// Given how many baskets hold each item, or their weight.
    pub(super) fn new(supports: &[u64]) -> Self {
        let mut ranks = vec![0; supports.len()];
        for (rank, item) in (0..).zip(by_frequency(supports)) {
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

    /// Itemsets of rising length, put in order.
    pub(super) fn sorted(&self, all: impl IntoIterator<Item = Sets>) -> Result<Mined> {
        let mut mined = Mined::from(Vec::new());
        for mut sets in all {
            self.sort(&mut sets);
            sets.append_to(&mut mined)?;
        }
        Ok(mined)
    }

    /// Puts itemsets of one length in order.
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
pub(super) fn by_frequency(supports: &[u64]) -> Vec<u32> {
    let mut items: Vec<u32> = (0..supports.len() as u32).collect();
    items.sort_unstable_by_key(|&item| (Reverse(supports[item as usize]), item));
    items
}
