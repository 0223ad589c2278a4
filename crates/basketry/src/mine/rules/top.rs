//! The best of many rules.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::RuleColumns;
use super::generate::Row;
use crate::mine::measures::Measure;

/// The largest value first; what is not a number comes last.
#[inline]
pub(crate) fn descending(a: f64, b: f64) -> Ordering {
    match (a.is_nan(), b.is_nan()) {
        // Both zeros are the same number.
        (false, false) => b.partial_cmp(&a).unwrap_or(Ordering::Equal),
        (a, b) => a.cmp(&b),
    }
}

/// A rule with its value, and where it would stand among all: the number of the itemset and of the
/// rule within it.
#[derive(Debug)]
struct Entry {
    value: f64,
    place: (u32, u64),
    rule: Row,
}

/// The better one first.
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        descending(self.value, other.value).then(self.place.cmp(&other.place))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}

/// The best rules so far, at most `n`.
#[derive(Debug)]
pub(crate) struct Top {
    n: usize,
    pub measure: Measure,
    /// The worst of them on top.
    heap: BinaryHeap<Entry>,
}

impl Top {
    pub(crate) fn new(n: usize, measure: Measure) -> Self {
        Self { n, measure, heap: BinaryHeap::new() }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether one more rule would be more than `limit`.
    #[inline]
    pub(crate) fn is_stuck(&self, limit: usize) -> bool {
        self.n > limit && self.heap.len() >= limit
    }

    #[inline]
    pub(crate) fn push(&mut self, value: f64, place: (u32, u64), rule: Row) {
        self.add(Entry { value, place, rule });
    }

    #[inline]
    fn add(&mut self, entry: Entry) {
        if self.heap.len() < self.n {
            self.heap.push(entry);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && entry < *worst
        {
            *worst = entry;
        }
    }

    /// The best of both.
    pub(crate) fn merge(mut self, other: Self) -> Self {
        for entry in other.heap {
            self.add(entry);
        }
        self
    }

    /// The rules, the best first; with their customers if they are known.
    pub(crate) fn finish(self, customers: bool) -> RuleColumns {
        let mut columns = RuleColumns::default();
        for entry in self.heap.into_sorted_vec() {
            columns.push(&entry.rule, customers);
        }
        columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_down_and_the_rest_is_behind() {
        let mut values = [0.0, f64::NAN, 2.0, f64::INFINITY, -1.0, -0.0, f64::NEG_INFINITY];
        values.sort_by(|&a, &b| descending(a, b));
        assert_eq!(values[..2], [f64::INFINITY, 2.0]);
        // Zeros of either sign are equal, and stay in their order.
        assert!(values[2].is_sign_positive() && values[3].is_sign_negative());
        assert_eq!(values[4..6], [-1.0, f64::NEG_INFINITY]);
        assert!(values[6].is_nan());
    }
}
