//! From an itemset to its subsets, one item less at a time, where every subset is there.
//!
//! Rows of one length go by their rarest item, then the next, so that those that differ in their
//! most frequent item only lie together, behind the row of what they share. Subsets are found by
//! walking along such families, which takes a few nanoseconds where looking them up one by one
//! takes tens.

use crate::Control;
use crate::mine::columns::Store;

/// For every itemset, the rows of the itemsets with one item less.
#[derive(Debug)]
pub(crate) struct Lattice {
    /// For every row, how many baskets hold it.
    counts: Vec<u32>,
    /// By length, the first row, and where the entries of the rows begin in `without`.
    levels: Vec<(u32, usize)>,
    /// For every row of at least two items and each of its positions, the row without that item.
    without: Vec<u32>,
    /// For every item, the row that holds it alone.
    single: Vec<u32>,
}

const NONE: u32 = u32::MAX;

/// The rows of one length that go on from each row of the length before, in a column.
#[derive(Default)]
struct Families {
    /// By position in the level of the parents, the first child's position in its level; one more
    /// at the end.
    starts: Vec<u32>,
    /// For each child, the rank of its most frequent item. Ascending within a family.
    ranks: Vec<u32>,
}

impl Lattice {
    /// Of a store in which every subset is a row. `None` if the rows are not in the order in which
    /// they are mined, or a subset is missing; or if the work is to end, which is still so then.
    pub(crate) fn new(store: &Store, control: &Control) -> Option<Self> {
        let mut counts = Vec::with_capacity(store.len());
        let mut entries = 0;
        for (length, _, items, piece) in store.pieces() {
            counts.extend_from_slice(piece);
            entries += if length > 1 { items.len() } else { 0 };
        }
        control.take_memory(4 * (2 * counts.len() + entries) as u64).ok()?;
        let mut lattice = Self {
            counts,
            levels: vec![(0, 0)],
            without: Vec::with_capacity(entries),
            single: vec![NONE; store.ids.len()],
        };
        // Rank 0 is the most frequent item.
        for (row, items) in (0..).zip(rows(store, 1)) {
            lattice.single[items[0] as usize] = row;
        }
        let mut first = rows(store, 1).count() as u32;
        let mut above = Families::default();
        let mut length = 2;
        while (first as usize) < store.len() {
            above = lattice.level(store, length, first, &above, control)?;
            lattice.levels.push((first, lattice.without.len() - above.ranks.len() * length));
            first += above.ranks.len() as u32;
            length += 1;
            if above.ranks.is_empty() {
                return None;
            }
        }
        Some(lattice)
    }

    /// Finds the subsets of the rows of one length, the first of which is row `first`; `above` are
    /// the families of the length before. Returns those of this length.
    fn level(
        &mut self,
        store: &Store,
        length: usize,
        first: u32,
        above: &Families,
        control: &Control,
    ) -> Option<Families> {
        // Loops over the items of short rows are unrolled.
        match length {
            2 => self.level_of(store, 2, first, above, control),
            3 => self.level_of(store, 3, first, above, control),
            4 => self.level_of(store, 4, first, above, control),
            5 => self.level_of(store, 5, first, above, control),
            6 => self.level_of(store, 6, first, above, control),
            _ => self.level_of(store, length, first, above, control),
        }
    }

    #[inline(always)]
    fn level_of(
        &mut self,
        store: &Store,
        length: usize,
        first: u32,
        above: &Families,
        control: &Control,
    ) -> Option<Families> {
        let number = pieces(store, length).map(|items| items.len() / length).sum();
        let mut families = Families { starts: vec![0], ranks: Vec::with_capacity(number) };
        let (parents, parent_entries) = *self.levels.last()?;
        // Of the grandparents, which the families above are numbered by.
        let grandparents = match self.levels.len() {
            1 => 0,
            n => self.levels[n - 2].0,
        };
        let known = self.without.len();
        self.without.resize(known + number * length, NONE);
        let (known, new) = self.without.split_at_mut(known);
        let mut entries = new.chunks_exact_mut(length);
        let mut parent_rows = rows(store, length - 1);
        let mut parent = parent_rows.next()?;
        let mut at = 0;
        // For each item of the parent, where to go on in the family of the parent without it.
        let mut cursors: Vec<(usize, usize)> = vec![(0, 0); length];
        let mut fresh = true;
        let pieces = pieces(store, length).take_while(|_| control.check().is_ok());
        for items in pieces.flat_map(|items| items.chunks_exact(length)) {
            let entries = entries.next()?;
            let (mut place, mut rank) = (0, NONE);
            for (k, &item) in items.iter().enumerate() {
                let other = self.single[item as usize];
                if other < rank {
                    (place, rank) = (k, other);
                }
            }
            while !is_rest(items, place, parent) {
                families.starts.push(families.ranks.len() as u32);
                parent = parent_rows.next()?;
                at += 1;
                fresh = true;
            }
            if fresh && length > 2 {
                fresh = false;
                let entries = &known[parent_entries + at * (length - 1)..][..length - 1];
                for (cursor, &row) in cursors.iter_mut().zip(entries) {
                    let family = (row - grandparents) as usize;
                    *cursor = (above.starts[family] as usize, above.starts[family + 1] as usize);
                }
            }
            for (k, entry) in entries.iter_mut().enumerate() {
                *entry = if k == place {
                    parents + at as u32
                } else if length == 2 {
                    rank
                } else {
                    let (from, end) = &mut cursors[k - usize::from(k > place)];
                    *from = seek(&above.ranks, *from, *end, rank)?;
                    parents + *from as u32
                };
            }
            families.ranks.push(rank);
        }
        control.check().ok()?;
        // The parents behind have no children.
        let children = families.ranks.len() as u32;
        families.starts.resize((first - parents) as usize + 1, children);
        Some(families)
    }

    /// The rows of the itemset in row `row`, which has `length` items, at least two, without each
    /// of them.
    #[inline]
    pub(crate) fn all_without(&self, row: u32, length: usize) -> &[u32] {
        let (first, entries) = self.levels[length - 1];
        &self.without[entries + (row - first) as usize * length..][..length]
    }

    /// The row of an item alone, if it is frequent.
    #[inline]
    pub(crate) fn single(&self, item: u32) -> u32 {
        self.single[item as usize]
    }

    #[inline]
    pub(crate) fn count(&self, row: u32) -> u32 {
        self.counts[row as usize]
    }

    /// The row of the itemset in row `row`, which has `length` items, at least two, without the
    /// one at `position`.
    #[inline]
    pub(crate) fn without(&self, row: u32, length: usize, position: usize) -> u32 {
        let (first, entries) = self.levels[length - 1];
        self.without[entries + (row - first) as usize * length + position]
    }
}

/// The rows of one length, in order.
fn rows(store: &Store, length: usize) -> impl Iterator<Item = &[u32]> {
    pieces(store, length).flat_map(move |items| items.chunks_exact(length))
}

/// The items of all rows of one length, in order, as they lie.
fn pieces(store: &Store, length: usize) -> impl Iterator<Item = &[u32]> {
    store.pieces().filter(move |&(of, ..)| of == length).map(|(_, _, items, _)| items)
}

/// Whether `rest`, which has one item less, is `items` without the one at `place`.
#[inline(always)]
fn is_rest(items: &[u32], place: usize, rest: &[u32]) -> bool {
    let mut differ = 0;
    for (k, &item) in rest.iter().enumerate() {
        differ |= item ^ items[k + usize::from(k >= place)];
    }
    differ == 0
}

/// How far is looked step by step.
const NEAR: usize = 6;

/// The position of `rank` in `ranks[from..end]`, which ascends; it is likely to be near.
#[inline]
fn seek(ranks: &[u32], mut from: usize, end: usize, rank: u32) -> Option<usize> {
    for _ in 0..NEAR {
        match ranks[..end].get(from) {
            Some(&other) if other < rank => from += 1,
            found => return (found == Some(&rank)).then_some(from),
        }
    }
    let mut step = 1;
    while from + step < end && ranks[from + step] <= rank {
        from += step;
        step *= 2;
    }
    // Either there, or within the last step.
    let to = (from + step).min(end);
    let found = from + ranks.get(from..to)?.partition_point(|&other| other < rank);
    (found < to && ranks[found] == rank).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Baskets, ItemsetOptions, MinSupport, Result, itemsets};

    fn mined(lists: &[Vec<u32>], count: u64) -> Result<crate::Itemsets> {
        let baskets = Baskets::from_lists(lists.to_vec())?;
        itemsets(&baskets, &ItemsetOptions::new(MinSupport::Count(count)), &Control::new())
    }

    #[test]
    fn every_subset_is_found() -> Result<()> {
        // Deterministic, of varied density.
        let mut state = 1u32;
        let mut next = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        for (items, longest) in [(6, 6), (12, 5), (40, 9), (3, 3), (10, 14)] {
            let lists: Vec<Vec<u32>> =
                (0..60).map(|_| (0..next(longest) + 1).map(|_| next(items)).collect()).collect();
            for count in [2, 3, 8] {
                let sets = mined(&lists, count)?;
                let lattice =
                    Lattice::new(&sets.store, &Control::new()).expect("mined sets are in order");
                for row in 0..sets.store.len() as u32 {
                    let (items, count) = sets.store.row(row);
                    assert_eq!(lattice.count(row), count);
                    if items.len() == 1 {
                        assert_eq!(lattice.single(items[0]), row);
                        continue;
                    }
                    for position in 0..items.len() {
                        let mut rest = items.to_vec();
                        rest.remove(position);
                        let found = lattice.without(row, items.len(), position);
                        assert_eq!(Some(found), sets.store.find(&rest), "{items:?} {position}");
                    }
                }
            }
        }
        Ok(())
    }

    #[test]
    fn what_is_not_in_order_or_lacks_subsets_is_refused() -> Result<()> {
        use crate::mine::columns::{Level, Pieces, Store};
        use std::sync::Arc;
        let store = |lengths: &[&[u32]]| -> Result<Store> {
            let mut pieces = Vec::new();
            for (length, items) in (1..).zip(lengths) {
                let counts = vec![1; items.len() / length];
                pieces.push(Pieces::of(Level::from_rows(length, items, &counts)?));
            }
            let mut ids = crate::Ids::new(crate::IdKind::Int);
            for item in 0..4 {
                ids.intern(item)?;
            }
            Ok(Store::new(Arc::new(ids), 1, 1, pieces))
        };
        // By the rarest item, then the next: {0, 1}, {0, 2}, {1, 2}.
        let made = |store: &Store| Lattice::new(store, &Control::new());
        assert!(made(&store(&[&[0, 1, 2], &[0, 1, 0, 2, 1, 2], &[0, 1, 2]])?).is_some());
        assert!(made(&store(&[&[0, 1, 2], &[0, 2, 0, 1, 1, 2], &[0, 1, 2]])?).is_none());
        assert!(made(&store(&[&[0, 1, 2], &[0, 1, 1, 2], &[0, 1, 2]])?).is_none());
        assert!(made(&store(&[&[0, 1, 2], &[0, 2, 1, 2], &[0, 1, 2]])?).is_none());
        assert!(made(&store(&[&[0, 1], &[0, 1, 0, 2, 1, 2]])?).is_none());
        assert!(made(&store(&[&[], &[0, 1]])?).is_none());
        assert!(made(&store(&[&[], &[]])?).is_some());
        Ok(())
    }
}
