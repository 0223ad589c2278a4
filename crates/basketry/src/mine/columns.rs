//! Where mined itemsets lie: one block of fixed-width rows for each length.

use std::sync::{Arc, OnceLock};

use super::index::SetIndex;
use crate::Ids;

/// The itemsets of one length.
#[derive(Clone, Debug, Default)]
pub(crate) struct Level {
    /// The items of each row, ascending; as many a row as the level's length.
    pub items: Vec<u32>,
    /// How many baskets hold each row.
    pub counts: Vec<u32>,
}

/// Every mined itemset: level `l` holds those of length `l + 1`. Rows are numbered through all
/// levels.
#[derive(Debug)]
pub(crate) struct Store {
    pub ids: Arc<Ids>,
    pub baskets: u64,
    pub min_count: u64,
    pub min_length: usize,
    levels: Vec<Level>,
    /// The number of the first row of each level, and the number of rows.
    starts: Vec<u32>,
    index: OnceLock<SetIndex>,
}

impl Store {
    /// The caller has seen to it that there are fewer than 2^32 rows.
    pub(crate) fn new(
        ids: Arc<Ids>,
        baskets: u64,
        min_count: u64,
        min_length: usize,
        levels: Vec<Level>,
    ) -> Self {
        let mut starts = vec![0u32];
        for (l, level) in levels.iter().enumerate() {
            debug_assert_eq!(level.items.len(), level.counts.len() * (l + 1));
            starts.push(starts[l] + level.counts.len() as u32);
        }
        Self { ids, baskets, min_count, min_length, levels, starts, index: OnceLock::new() }
    }

    /// How many itemsets there are.
    pub(crate) fn len(&self) -> usize {
        self.starts[self.levels.len()] as usize
    }

    pub(crate) fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// The items and the count of a row. Panics if there is no such row.
    #[inline]
    pub(crate) fn row(&self, row: u32) -> (&[u32], u32) {
        let l = self.level_of(row);
        let k = (row - self.starts[l]) as usize;
        let length = l + 1;
        (&self.levels[l].items[k * length..(k + 1) * length], self.levels[l].counts[k])
    }

    /// The level (length minus one) in which a row lies.
    #[inline]
    pub(crate) fn level_of(&self, row: u32) -> usize {
        // There are few levels, and most rows lie in the middle ones.
        self.starts[1..].partition_point(|&start| start <= row)
    }

    #[inline]
    pub(crate) fn start(&self, level: usize) -> u32 {
        self.starts[level]
    }

    /// The index from sets to rows, made when first asked for.
    pub(crate) fn index(&self) -> &SetIndex {
        self.index.get_or_init(|| SetIndex::new(&self.levels, &self.starts))
    }

    /// The row that holds exactly these items, which are ascending.
    pub(crate) fn find(&self, items: &[u32]) -> Option<u32> {
        let level = self.levels.get(items.len().checked_sub(1)?)?;
        let start = self.starts[items.len() - 1];
        self.index().find(self.index().hash(items), |row| {
            let Some(k) = row.checked_sub(start).map(|k| k as usize) else { return false };
            level.items.get(k * items.len()..(k + 1) * items.len()) == Some(items)
        })
    }
}
