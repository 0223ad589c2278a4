//! Where the itemsets go that the search finds.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering as Memory};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::{Error, ErrorKind, Result};

/// So many itemsets are found between two looks at the limit.
const FLUSH_EVERY: u64 = 1024;

/// Takes what is worth enough: all of it, or the best.
pub(super) struct Sink {
    min_length: usize,
    max_itemsets: u64,
    /// What it takes to be found by now. Rises with what was found, where the best are wanted.
    least: AtomicI64,
    kind: Kind,
}

enum Kind {
    All { found: AtomicU64 },
    Top { wanted: u64, best: Mutex<BinaryHeap<Set>> },
}

/// What one thread found, by length; all but the best are there.
#[derive(Debug, Default)]
pub(super) struct Found {
    levels: Vec<Columns>,
    /// Not yet reported.
    new: u64,
}

/// Itemsets of one length.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// The items of each set, ascending, one set after the other.
    pub(super) items: Vec<u32>,
    pub(super) baskets: Vec<u32>,
    pub(super) utilities: Vec<i64>,
}

/// An itemset. The greatest is the first to go: the least valuable, of those the longest, of
/// those the last by items.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Set {
    utility: Reverse<i64>,
    length: usize,
    items: Box<[u32]>,
    baskets: u32,
}

impl Sink {
    pub(super) fn new(least: i64, top: Option<u64>, min_length: usize, max_itemsets: u64) -> Self {
        let kind = match top {
            None => Kind::All { found: AtomicU64::new(0) },
            Some(wanted) => Kind::Top { wanted, best: Mutex::new(BinaryHeap::new()) },
        };
        Self { min_length, max_itemsets, least: AtomicI64::new(least), kind }
    }

    /// What it takes to be found by now.
    #[inline]
    pub(super) fn least(&self) -> i64 {
        self.least.load(Memory::Relaxed)
    }

    /// Whether pairs that are found first make the threshold rise.
    pub(super) fn wants_pairs_first(&self) -> bool {
        matches!(self.kind, Kind::Top { .. }) && self.min_length <= 2
    }

    /// Takes a set that is worth enough: `taken` and `item`. Returns what it takes from now on.
    #[inline]
    pub(super) fn add(
        &self,
        found: &mut Found,
        taken: &[u32],
        item: u32,
        utility: i64,
        baskets: u32,
    ) -> Result<i64> {
        let length = taken.len() + 1;
        if length < self.min_length {
            return Ok(self.least());
        }
        match &self.kind {
            Kind::All { .. } => {
                if found.levels.len() < length {
                    found.levels.resize_with(length, Columns::default);
                }
                let level = &mut found.levels[length - 1];
                let start = level.items.len();
                level.items.extend_from_slice(taken);
                level.items.push(item);
                level.items[start..].sort_unstable();
                level.baskets.push(baskets);
                level.utilities.push(utility);
                found.new += 1;
                if found.new >= FLUSH_EVERY {
                    self.flush(found)?;
                }
                Ok(self.least())
            }
            Kind::Top { wanted, best } => {
                let mut items: Box<[u32]> = [taken, &[item]].concat().into();
                items.sort_unstable();
                let set = Set { utility: Reverse(utility), length, items, baskets };
                let mut best = best.lock().unwrap_or_else(PoisonError::into_inner);
                if (best.len() as u64) < *wanted {
                    best.push(set);
                    self.limit(best.len() as u64)?;
                } else if let Some(mut last) = best.peek_mut()
                    && set < *last
                {
                    *last = set;
                }
                if let Some(last) = best.peek().filter(|_| best.len() as u64 == *wanted) {
                    self.least.fetch_max(last.utility.0, Memory::Relaxed);
                }
                Ok(self.least())
            }
        }
    }

    /// Reports what was found.
    pub(super) fn flush(&self, found: &mut Found) -> Result<()> {
        let new = std::mem::take(&mut found.new);
        match &self.kind {
            Kind::All { found } => self.limit(found.fetch_add(new, Memory::Relaxed) + new),
            Kind::Top { .. } => Ok(()),
        }
    }

    fn limit(&self, found: u64) -> Result<()> {
        if found > self.max_itemsets {
            return Err(Error::new(
                ErrorKind::Limit,
                format!(
                    "there are more than {} high-utility itemsets: raise min_utility, lower \
                     max_length or top, or allow more with max_itemsets",
                    self.max_itemsets
                ),
            ));
        }
        Ok(())
    }

    /// All that was found, by length; within a length the most valuable first, ties by items.
    pub(super) fn finish(self, parts: Vec<Found>) -> Vec<Columns> {
        let mut levels: Vec<Columns> = Vec::new();
        for part in parts {
            if levels.len() < part.levels.len() {
                levels.resize_with(part.levels.len(), Columns::default);
            }
            for (level, new) in levels.iter_mut().zip(part.levels) {
                level.append(new);
            }
        }
        if let Kind::Top { best, .. } = self.kind {
            for set in best.into_inner().unwrap_or_else(PoisonError::into_inner) {
                if levels.len() < set.length {
                    levels.resize_with(set.length, Columns::default);
                }
                let level = &mut levels[set.length - 1];
                level.items.extend_from_slice(&set.items);
                level.baskets.push(set.baskets);
                level.utilities.push(set.utility.0);
            }
        }
        for (length, level) in (1..).zip(&mut levels) {
            level.sort(length);
        }
        levels
    }
}

impl Columns {
    fn append(&mut self, mut new: Columns) {
        if self.baskets.is_empty() {
            *self = new;
            return;
        }
        self.items.append(&mut new.items);
        self.baskets.append(&mut new.baskets);
        self.utilities.append(&mut new.utilities);
    }

    fn sort(&mut self, length: usize) {
        // There are fewer than 2^32 rows.
        let mut rows: Vec<u32> = (0..self.baskets.len() as u32).collect();
        let items = |row: u32| &self.items[row as usize * length..][..length];
        let order = |&a: &u32, &b: &u32| -> Ordering {
            let (u, v) = (self.utilities[a as usize], self.utilities[b as usize]);
            v.cmp(&u).then_with(|| items(a).cmp(items(b)))
        };
        // No two rows are equal.
        rows.par_sort_unstable_by(order);
        *self = Columns {
            items: rows.iter().flat_map(|&row| items(row)).copied().collect(),
            baskets: rows.iter().map(|&row| self.baskets[row as usize]).collect(),
            utilities: rows.iter().map(|&row| self.utilities[row as usize]).collect(),
        };
    }
}
