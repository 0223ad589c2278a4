//! From a set of items to its row.

use super::columns::Store;
use crate::{Control, Result};

/// An open-addressing table from sets to row numbers.
///
/// The hash of a set is the sum of its items' hashes, so that the hash of a subset comes from
/// that of the set by subtraction.
#[derive(Debug)]
pub(crate) struct SetIndex {
    /// `row + 1`, or 0 for an empty slot, beside the upper half of the hash.
    slots: Vec<(u32, u32)>,
    mask: usize,
}

/// A well-spread number for each item (the finaliser of SplitMix64).
#[inline]
pub(crate) fn item_hash(item: u32) -> u64 {
    let mut x = (u64::from(item) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

impl SetIndex {
    /// Of all rows of a store.
    pub(crate) fn new(store: &Store) -> Self {
        let mut index = Self::empty(store);
        for (length, start, items, _) in store.pieces() {
            index.add(length, start, items);
        }
        index
    }

    /// As [`new`](Self::new), as a part of some work.
    pub(crate) fn within(store: &Store, control: &Control) -> Result<Self> {
        let mut index = Self::empty(store);
        control.take_memory((index.slots.len() * size_of::<(u32, u32)>()) as u64)?;
        for (length, start, items, _) in store.pieces() {
            control.check()?;
            index.add(length, start, items);
        }
        Ok(index)
    }

    /// With room for all rows of a store.
    fn empty(store: &Store) -> Self {
        let capacity = (store.len() + store.len() / 2 + 1).next_power_of_two();
        Self { slots: vec![(0, 0); capacity], mask: capacity - 1 }
    }

    /// Adds rows of `length` items, the first of which is row `start`.
    fn add(&mut self, length: usize, start: u32, items: &[u32]) {
        for (row, items) in (start..).zip(items.chunks_exact(length)) {
            let hash = Self::hash(items);
            let mut slot = hash as usize & self.mask;
            while self.slots[slot].0 != 0 {
                slot = (slot + 1) & self.mask;
            }
            self.slots[slot] = (row + 1, (hash >> 32) as u32);
        }
    }

    /// The hash of a set.
    #[inline]
    pub(crate) fn hash(items: &[u32]) -> u64 {
        items.iter().fold(0, |sum, &item| sum.wrapping_add(item_hash(item)))
    }

    /// The row with this hash for which `is_it` holds.
    #[inline]
    pub(crate) fn find(&self, hash: u64, mut is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        let mut slot = hash as usize & self.mask;
        loop {
            let (row, tag) = self.slots[slot];
            if row == 0 {
                return None;
            }
            if tag == (hash >> 32) as u32 && is_it(row - 1) {
                return Some(row - 1);
            }
            slot = (slot + 1) & self.mask;
        }
    }
}
