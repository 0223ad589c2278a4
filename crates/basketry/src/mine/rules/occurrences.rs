//! Which baskets hold given sets of items.
//!
//! The lists of baskets of the items are cut into each other, the rarest item first; sets that
//! begin with the same rare items share the work.

use std::ops::Range;

use crate::mine::miner::threads::Pool;
use crate::mine::sort::sorted;
use crate::{Baskets, Control, Result};

/// For each set, what `of` makes of the positions of the baskets that hold it, which ascend.
/// `order` says which basket is at which position; without it they are in their order. Sets are
/// given by number, from 0 to below `sets`, and have items that are ascending and distinct.
pub(crate) fn each<'a>(
    baskets: &Baskets,
    order: Option<&[u32]>,
    sets: usize,
    items: impl Fn(usize) -> &'a [u32] + Sync,
    of: impl Fn(&[u32]) -> u32 + Sync,
    pool: &Pool,
    control: &Control,
) -> Result<Vec<u32>> {
    if sets == 0 {
        return Ok(Vec::new());
    }
    let lists =
        Lists::new(baskets, order, (0..sets).flat_map(|set| items(set).iter().copied()), control)?;
    control.check()?;
    let paths = Paths::new(&lists, sets, &items, pool, control)?;
    let parts = (pool.threads() * 16).min(sets.div_ceil(256));
    let chunks: Vec<Range<usize>> =
        (0..parts).map(|part| sets * part / parts..sets * (part + 1) / parts).collect();
    let values = pool.map(&chunks, |chunk| {
        let mut cut = Cut { lists: &lists, stack: Vec::new(), path: Vec::new() };
        let mut values = Vec::with_capacity(chunk.len());
        for at in chunk.clone() {
            values.push(of(cut.to(paths.of(at))));
            if at.is_multiple_of(64) {
                control.check()?;
            }
        }
        Ok(values)
    })?;
    let mut out = vec![0; sets];
    for (&(_, set), value) in paths.order.iter().zip(values.into_iter().flatten()) {
        out[set as usize] = value;
    }
    Ok(out)
}

/// For each item of some sets, which baskets hold it.
struct Lists {
    /// By item of the baskets: its rank, the rarest first; the greatest number for other items.
    ranks: Vec<u32>,
    /// By rank: where its list begins in `positions`; one more at the end.
    starts: Vec<usize>,
    positions: Vec<u32>,
    /// By rank, a bit for each basket, where that takes no more memory than the list.
    bits: Vec<Option<Box<[u64]>>>,
}

const NONE: u32 = u32::MAX;

impl Lists {
    fn new(
        baskets: &Baskets,
        order: Option<&[u32]>,
        wanted: impl Iterator<Item = u32>,
        control: &Control,
    ) -> Result<Self> {
        let mut ranks = vec![NONE; baskets.ids().len()];
        let mut items = Vec::new();
        for item in wanted {
            if ranks[item as usize] == NONE {
                ranks[item as usize] = 0;
                items.push(item);
            }
        }
        let mut counts = vec![0usize; ranks.len()];
        for items in baskets.items().chunks(1 << 20) {
            control.check()?;
            items.iter().for_each(|&item| counts[item as usize] += 1);
        }
        items.sort_unstable_by_key(|&item| (counts[item as usize], item));
        let mut starts = vec![0];
        for (rank, &item) in (0..).zip(&items) {
            ranks[item as usize] = rank;
            starts.push(starts[rank as usize] + counts[item as usize]);
        }
        let mut next = starts.clone();
        control.take_memory(4 * starts[items.len()] as u64)?;
        let mut positions = vec![0u32; starts[items.len()]];
        for position in 0..baskets.len() {
            if position.is_multiple_of(1 << 14) {
                control.check()?;
            }
            let basket = order.map_or(position, |order| order[position] as usize);
            for &item in baskets.row(basket) {
                let rank = ranks[item as usize];
                if rank != NONE {
                    let place = &mut next[rank as usize];
                    positions[*place] = position as u32;
                    *place += 1;
                }
            }
        }
        let bits = starts.windows(2).map(|range| {
            let list = &positions[range[0]..range[1]];
            (list.len() >= baskets.len().div_ceil(32)).then(|| {
                let mut bits = vec![0u64; baskets.len().div_ceil(64)];
                for &position in list {
                    bits[position as usize / 64] |= 1 << (position % 64);
                }
                bits.into_boxed_slice()
            })
        });
        let bits = bits.collect();
        Ok(Self { ranks, starts, positions, bits })
    }

    fn list(&self, rank: u32) -> &[u32] {
        &self.positions[self.starts[rank as usize]..self.starts[rank as usize + 1]]
    }

    /// Those of `some` that are in the list of an item, in `out`.
    fn cut(&self, some: &[u32], rank: u32, out: &mut Vec<u32>) {
        out.clear();
        if let Some(bits) = &self.bits[rank as usize] {
            out.extend(
                some.iter().copied().filter(|&at| bits[at as usize / 64] >> (at % 64) & 1 == 1),
            );
            return;
        }
        let mut list = self.list(rank);
        for &position in some {
            // The lists of later items are the longer ones: go on in growing steps.
            let mut step = 1;
            while step < list.len() && list[step] <= position {
                list = &list[step..];
                step *= 2;
            }
            let near = &list[..step.min(list.len())];
            let found = near.partition_point(|&other| other < position);
            list = &list[found..];
            match list.first() {
                Some(&first) if first == position => out.push(position),
                Some(_) => {}
                None => return,
            }
        }
    }
}

/// The sets as ranks, the rarest item first, in an order that brings those together that begin
/// alike.
struct Paths {
    /// The first two ranks, and the number of the set.
    order: Vec<(u64, u32)>,
    /// By number of the set, where its ranks begin; one more at the end.
    starts: Vec<usize>,
    ranks: Vec<u32>,
}

impl Paths {
    fn new<'a>(
        lists: &Lists,
        sets: usize,
        items: impl Fn(usize) -> &'a [u32],
        pool: &Pool,
        control: &Control,
    ) -> Result<Self> {
        let (mut starts, mut ranks) = (vec![0], Vec::new());
        for set in 0..sets {
            if set.is_multiple_of(1 << 14) {
                control.check()?;
            }
            let start = ranks.len();
            ranks.extend(items(set).iter().map(|&item| lists.ranks[item as usize]));
            ranks[start..].sort_unstable();
            starts.push(ranks.len());
        }
        let path = |set: u32| &ranks[starts[set as usize]..starts[set as usize + 1]];
        let key = |set: u32| {
            let rank = |k: usize| u64::from(path(set).get(k).map_or(0, |&rank| rank + 1));
            rank(0) << 32 | rank(1)
        };
        control.take_memory((16 + 8) * sets as u64 + 4 * ranks.len() as u64)?;
        let order: Vec<(u64, u32)> = (0..sets as u32).map(|set| (key(set), set)).collect();
        let by_path =
            |a: &(u64, u32), b: &(u64, u32)| a.0.cmp(&b.0).then_with(|| path(a.1).cmp(path(b.1)));
        let order = sorted(&order, by_path, pool, control)?;
        Ok(Self { order, starts, ranks })
    }

    /// The ranks of the set at a place of the order.
    fn of(&self, at: usize) -> &[u32] {
        let set = self.order[at].1 as usize;
        &self.ranks[self.starts[set]..self.starts[set + 1]]
    }
}

/// The lists along one path.
struct Cut<'a> {
    lists: &'a Lists,
    path: Vec<u32>,
    /// The baskets that hold the first two items of the path, the first three, and so on.
    stack: Vec<Vec<u32>>,
}

impl Cut<'_> {
    /// The positions of the baskets that hold all items of this path.
    fn to(&mut self, path: &[u32]) -> &[u32] {
        let same = self.path.iter().zip(path).take_while(|(a, b)| a == b).count();
        self.path.truncate(same);
        for &rank in &path[same..] {
            self.path.push(rank);
            let depth = self.path.len();
            if depth < 2 {
                continue;
            }
            if self.stack.len() < depth - 1 {
                self.stack.push(Vec::new());
            }
            let (before, here) = self.stack.split_at_mut(depth - 2);
            let some = match before.last() {
                Some(list) => list,
                None => self.lists.list(self.path[0]),
            };
            self.lists.cut(some, rank, &mut here[0]);
        }
        match path {
            [] => &[],
            [only] => self.lists.list(*only),
            path => &self.stack[path.len() - 2],
        }
    }
}

/// For each set, how many distinct customers have a basket that holds it. Baskets of the same
/// number in `customers` are the same customer's.
pub(crate) fn customers<'a>(
    baskets: &Baskets,
    customers: &[u32],
    sets: usize,
    items: impl Fn(usize) -> &'a [u32] + Sync,
    pool: &Pool,
    control: &Control,
) -> Result<Vec<u32>> {
    // Customer by customer, so that distinct ones need no set.
    let mut order: Vec<u32> = (0..customers.len() as u32).collect();
    if !customers.is_sorted() {
        order.sort_by_key(|&basket| customers[basket as usize]);
    }
    let whose: Vec<u32> = order.iter().map(|&basket| customers[basket as usize]).collect();
    let distinct = |positions: &[u32]| {
        let whose = |&position: &u32| whose[position as usize];
        let changes = positions.windows(2).filter(|pair| whose(&pair[0]) != whose(&pair[1]));
        changes.count() as u32 + u32::from(!positions.is_empty())
    };
    each(baskets, Some(&order), sets, items, distinct, pool, control)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn counts_and_customers_equal_a_scan(
            lists in prop::collection::vec(prop::collection::vec(0i64..9, 0..9), 1..120),
            sets in prop::collection::vec(prop::collection::btree_set(0u32..7, 1..6), 0..600),
            buyers in 1u32..40, threads in 1usize..4,
        ) {
            // Every item occurs.
            let all = std::iter::once((0..9).collect());
            let baskets = Baskets::from_lists(all.chain(lists)).unwrap();
            let whose: Vec<u32> =
                (0..baskets.len() as u32).map(|b| b.wrapping_mul(2_654_435_761) % buyers).collect();
            let sets: Vec<Vec<u32>> =
                sets.into_iter().map(|set| set.into_iter().collect()).collect();
            let (pool, control) = (Pool::new(Some(threads)), Control::new());
            let items = |set: usize| &sets[set][..];
            let len = |list: &[u32]| list.len() as u32;
            let counts = each(&baskets, None, sets.len(), items, len, &pool, &control).unwrap();
            let people =
                customers(&baskets, &whose, sets.len(), items, &pool, &control).unwrap();
            for (k, set) in sets.iter().enumerate() {
                let holding: Vec<usize> = (0..baskets.len())
                    .filter(|&b| set.iter().all(|item| baskets.row(b).contains(item)))
                    .collect();
                prop_assert_eq!(counts[k] as usize, holding.len());
                let distinct: BTreeSet<u32> = holding.iter().map(|&b| whose[b]).collect();
                prop_assert_eq!(people[k] as usize, distinct.len());
            }
        }
    }
}
