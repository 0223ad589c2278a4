//! The counts of the parts of an itemset.

use super::gather::Gather;
use super::lattice::Lattice;
use crate::mine::columns::Store;
use crate::mine::index::{SetIndex, item_hash};
use crate::{Control, Result};

/// What is known of a part of an itemset.
pub(crate) enum Found<T> {
    /// What it is called, and its count.
    Known(T, u32),
    /// Its positions in the itemset, as bits: their count is not known.
    Unknown(u64),
}

/// Finds the parts of itemsets. Positions within an itemset are bits.
pub(crate) trait Subsets: Sync {
    /// What is left of an itemset for the antecedent.
    type Part: Copy;

    /// All of the itemset in a row of the store.
    fn whole(&self, row: u32, items: &[u32]) -> Self::Part;

    /// Without the item at `position`, which is not the last that is left; `index` items that come
    /// before it are left.
    fn without(
        &self,
        items: &[u32],
        part: Self::Part,
        position: usize,
        index: usize,
    ) -> Found<Self::Part>;

    /// The row of a part that is known.
    fn row(&self, part: Self::Part) -> u32;

    /// The row of some of the items of the itemset in row `row`: those at `positions`.
    fn some(&self, row: u32, items: &[u32], positions: u64) -> Found<u32>;

    /// The lattice, if it is one.
    fn lattice(&self) -> Option<&Lattice> {
        None
    }
}

/// A row of the lattice, and how many items it has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    row: u32,
    length: u32,
}

impl Subsets for Lattice {
    type Part = Left;

    #[inline]
    fn lattice(&self) -> Option<&Lattice> {
        Some(self)
    }

    #[inline]
    fn whole(&self, row: u32, items: &[u32]) -> Left {
        Left { row, length: items.len() as u32 }
    }

    #[inline]
    fn without(&self, _: &[u32], part: Left, _: usize, index: usize) -> Found<Left> {
        let row = self.without(part.row, part.length as usize, index);
        Found::Known(Left { row, length: part.length - 1 }, self.count(row))
    }

    #[inline]
    fn row(&self, part: Left) -> u32 {
        part.row
    }

    #[inline]
    fn some(&self, row: u32, items: &[u32], positions: u64) -> Found<u32> {
        let row = match positions.is_power_of_two() {
            true => self.single(items[positions.trailing_zeros() as usize]),
            false => {
                // Without the others, one by one; those before are gone already.
                let (mut row, mut length) = (row, items.len());
                let mut index = 0;
                for position in 0..items.len() {
                    if positions >> position & 1 == 1 {
                        index += 1;
                    } else {
                        row = self.without(row, length, index);
                        length -= 1;
                    }
                }
                row
            }
        };
        Found::Known(row, self.count(row))
    }
}

/// All of the first `length` positions, of which there are 64.
fn all(length: usize) -> u64 {
    u64::MAX >> (64 - length.clamp(1, 64))
}

/// Finds parts by their hash: in a store, and among sets that were counted besides.
#[derive(Clone, Copy)]
pub(crate) struct Lookup<'a> {
    store: &'a Store,
    index: &'a SetIndex,
    counted: &'a Gather,
}

/// What is left of an itemset, its hash, and its row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hashed {
    row: u32,
    positions: u64,
    hash: u64,
}

impl<'a> Lookup<'a> {
    pub(crate) fn new(store: &'a Store, counted: &'a Gather, control: &Control) -> Result<Self> {
        Ok(Self { store, index: store.index_within(control)?, counted })
    }

    /// The row of the items at these positions, and its count. Rows behind those of the store are
    /// of what was counted besides.
    fn find(&self, items: &[u32], positions: u64, hash: u64) -> Found<u32> {
        let length = positions.count_ones() as usize;
        let same = |others: &[u32]| {
            let mut positions = positions;
            others.len() == length
                && others.iter().all(|&other| {
                    let position = positions.trailing_zeros() as usize;
                    positions &= positions - 1;
                    items[position] == other
                })
        };
        let mut count = 0;
        let found = self.index.find(hash, |row| {
            let (others, n) = self.store.row(row);
            count = n;
            same(others)
        });
        if let Some(row) = found {
            return Found::Known(row, count);
        }
        match self.counted.find(hash, same) {
            Some(set) => Found::Known(self.store.len() as u32 + set, self.counted.count(set)),
            None => Found::Unknown(positions),
        }
    }
}

impl Subsets for Lookup<'_> {
    type Part = Hashed;

    #[inline]
    fn whole(&self, row: u32, items: &[u32]) -> Hashed {
        Hashed { row, positions: all(items.len()), hash: SetIndex::hash(items) }
    }

    fn without(&self, items: &[u32], part: Hashed, position: usize, _: usize) -> Found<Hashed> {
        let positions = part.positions & !(1 << position);
        let hash = part.hash.wrapping_sub(item_hash(items[position]));
        match self.find(items, positions, hash) {
            Found::Known(row, count) => Found::Known(Hashed { row, positions, hash }, count),
            Found::Unknown(positions) => Found::Unknown(positions),
        }
    }

    #[inline]
    fn row(&self, part: Hashed) -> u32 {
        part.row
    }

    fn some(&self, _: u32, items: &[u32], positions: u64) -> Found<u32> {
        let mut rest = positions;
        let mut hash = 0u64;
        while rest != 0 {
            hash = hash.wrapping_add(item_hash(items[rest.trailing_zeros() as usize]));
            rest &= rest - 1;
        }
        self.find(items, positions, hash)
    }
}
