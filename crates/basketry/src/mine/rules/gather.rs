//! A store of just the itemsets that some rules speak of.

use std::sync::Arc;

use hashbrown::HashTable;

use crate::mine::columns::{Level, Pieces, Store};
use crate::mine::index::SetIndex;
use crate::{Ids, Result};

/// Collects distinct itemsets with their counts.
#[derive(Debug, Default)]
pub(crate) struct Gather {
    table: HashTable<u32>,
    /// Where the items of each set end.
    ends: Vec<usize>,
    items: Vec<u32>,
    counts: Vec<u32>,
}

impl Gather {
    /// How many sets there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The items of a set, ascending.
    pub(crate) fn items(&self, set: u32) -> &[u32] {
        let start = (set as usize).checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.items[start..self.ends[set as usize]]
    }

    pub(crate) fn count(&self, set: u32) -> u32 {
        self.counts[set as usize]
    }

    /// The set with this hash whose items are those that `is_it` accepts.
    pub(crate) fn find(&self, hash: u64, is_it: impl Fn(&[u32]) -> bool) -> Option<u32> {
        self.table.find(hash, |&set| is_it(self.items(set))).copied()
    }

    /// The number of a set of ascending items, which is added if it is new.
    pub(crate) fn add(&mut self, items: &[u32], count: u32) -> u32 {
        let hash = SetIndex::hash(items);
        if let Some(set) = self.find(hash, |others| others == items) {
            return set;
        }
        let set = self.ends.len() as u32;
        self.items.extend_from_slice(items);
        self.ends.push(self.items.len());
        self.counts.push(count);
        let Self { table, ends, items: all, .. } = self;
        table.insert_unique(hash, set, |&set| {
            let start = (set as usize).checked_sub(1).map_or(0, |before| ends[before]);
            SetIndex::hash(&all[start..ends[set as usize]])
        });
        set
    }

    /// The sets as a store, by length and otherwise in their order; and for each set its row.
    pub(crate) fn finish(
        self,
        ids: Arc<Ids>,
        baskets: u64,
        min_count: u64,
    ) -> Result<(Store, Vec<u32>)> {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        let length = |set: u32| self.items(set).len();
        order.sort_by_key(|&set| length(set));
        let mut rows = vec![0u32; self.len()];
        let mut lengths = Vec::new();
        let mut row = 0;
        for sets in order.chunk_by(|&a, &b| length(a) == length(b)) {
            let (mut items, mut counts) = (Vec::new(), Vec::new());
            for &set in sets {
                items.extend_from_slice(self.items(set));
                counts.push(self.count(set));
                rows[set as usize] = row;
                row += 1;
            }
            let level = Level::from_rows(length(sets[0]), &items, &counts)?;
            lengths.push(Pieces::of(level));
        }
        Ok((Store::new(ids, baskets, min_count, lengths), rows))
    }
}
