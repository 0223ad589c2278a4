//! How many baskets hold each of many given itemsets, in one pass.
//!
//! The itemsets are sorted, each from its rarest item to its most frequent one, so that those with
//! a common beginning lie together: a trie that is never built. All that begin with the same item
//! are counted in the rows that hold it: each further item of theirs becomes a bit vector over
//! these rows, and an itemset one more AND than its beginning.
//!
//! Baskets are taken in chunks, and counts of chunks add up, so that memory is bounded whatever
//! the number of baskets.

mod arrow;
mod chunk;
mod count;
mod itemset_counts;
mod parts;
mod words;

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use self::chunk::Chunk;
use self::words::Words;
use super::miner::Rows;
use super::miner::threads::Pool;
use super::sort::sorted;
use crate::{Control, Result, Stage};

pub use self::count::count;
pub(crate) use self::count::rows_of;
pub use self::itemset_counts::ItemsetCounts;
pub use self::parts::{candidates, itemsets_in_parts, update};

/// A chunk has about so many items at most: what is made of it takes eight bytes for each.
const CHUNK_ITEMS: usize = 1 << 24;

/// With less for each thread, chunks are not worth it, and threads share out the itemsets.
const SHARD_ITEMS: usize = 500_000;

/// The item of an itemset that no basket can hold.
pub(crate) const UNKNOWN: u32 = u32::MAX;

/// Itemsets end to end. Items are distinct within one, in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SetList {
    offsets: Vec<usize>,
    items: Vec<u32>,
}

impl SetList {
    pub(crate) fn new() -> Self {
        Self { offsets: vec![0], items: Vec::new() }
    }

    pub(crate) fn push(&mut self, items: impl IntoIterator<Item = u32>) {
        self.items.extend(items);
        self.offsets.push(self.items.len());
    }

    pub(crate) fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    #[inline]
    pub(crate) fn get(&self, set: usize) -> &[u32] {
        &self.items[self.offsets[set]..self.offsets[set + 1]]
    }

    /// Replaces each item.
    pub(crate) fn renumber(&mut self, new: impl Fn(u32) -> u32) {
        self.items.iter_mut().for_each(|item| *item = new(*item));
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, set: usize) -> &mut [u32] {
        &mut self.items[self.offsets[set]..self.offsets[set + 1]]
    }
}

/// How many of the rows hold each of the itemsets, whose items are those of the rows, or
/// [`UNKNOWN`]. Every row holds the empty itemset. There are fewer than 2^32 rows.
pub(crate) fn counts_of(
    rows: Rows<'_>,
    mut sets: SetList,
    pool: &Pool,
    control: &Control,
) -> Result<Vec<u32>> {
    count_with(rows, &mut sets, pool, control, (CHUNK_ITEMS, SHARD_ITEMS))
}

fn count_with(
    rows: Rows<'_>,
    sets: &mut SetList,
    pool: &Pool,
    control: &Control,
    (chunk_items, shard_items): (usize, usize),
) -> Result<Vec<u32>> {
    control.begin(Stage::Mining, 0)?;
    let ranks = Ranks::new(rows, sets, control)?;
    let order = sort(sets, &ranks, pool, control)?;
    let items = rows.items().len();
    let chunks = items.div_ceil(chunk_items).max((items / shard_items).min(pool.threads())).max(1);
    let chunks = rows.shards(chunks);
    // A chunk for each thread, or a part of the itemsets for each if there is one chunk only.
    let parts =
        if chunks.len() == 1 { parts(sets, &order, 8 * pool.threads()) } else { Vec::new() };
    control.begin(Stage::Mining, (chunks.len() * order.len()) as u64)?;
    let job = Job { sets, order: &order, ranks: &ranks, words: Words::detect(), control };
    let mut counts = vec![0u32; sets.len()];
    if chunks.len() == 1 {
        let chunk = Chunk::new(chunks[0], &ranks, control)?;
        let found = pool.map(&parts, |part| {
            let mut counts = vec![0u32; part.len()];
            job.count(&chunk, part.clone(), &mut counts)?;
            Ok(counts)
        })?;
        for (part, found) in parts.iter().zip(found) {
            for (&set, count) in order[part.clone()].iter().zip(found) {
                counts[set as usize] = count;
            }
        }
    } else {
        let next = AtomicUsize::new(0);
        let found = pool.share(|_| {
            let mut counts = vec![0u32; order.len()];
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(&rows) = chunks.get(number) else { return Ok(counts) };
                let chunk = Chunk::new(rows, &ranks, control)?;
                job.count(&chunk, 0..order.len(), &mut counts)?;
            }
        })?;
        for found in found {
            for (&set, count) in order.iter().zip(found) {
                counts[set as usize] += count;
            }
        }
    }
    for (set, count) in counts.iter_mut().enumerate() {
        if sets.get(set).is_empty() {
            *count = rows.len() as u32;
        }
    }
    Ok(counts)
}

/// The items that matter, by falling frequency.
struct Ranks {
    /// The rank of each item; [`UNKNOWN`] for one that no itemset or no row has.
    of: Vec<u32>,
    /// How many there are.
    len: usize,
}

impl Ranks {
    fn new(rows: Rows<'_>, sets: &SetList, control: &Control) -> Result<Self> {
        let mut wanted = vec![false; rows.universe];
        for &item in &sets.items {
            if item != UNKNOWN {
                wanted[item as usize] = true;
            }
        }
        let mut counts = vec![0u32; rows.universe];
        for items in rows.items().chunks(1 << 20) {
            control.check()?;
            items.iter().for_each(|&item| counts[item as usize] += 1);
        }
        let mut items: Vec<u32> = (0..rows.universe as u32)
            .filter(|&item| wanted[item as usize] && counts[item as usize] > 0)
            .collect();
        items.sort_by_key(|&item| std::cmp::Reverse(counts[item as usize]));
        let mut of = vec![UNKNOWN; rows.universe];
        for (rank, &item) in (0..).zip(&items) {
            of[item as usize] = rank;
        }
        Ok(Self { of, len: items.len() })
    }
}

/// Turns items into ranks, the rarest first, and returns the itemsets that rows may hold in the
/// order of these.
fn sort(sets: &mut SetList, ranks: &Ranks, pool: &Pool, control: &Control) -> Result<Vec<u32>> {
    let mut order = Vec::new();
    for set in 0..sets.len() {
        if set.is_multiple_of(1 << 14) {
            control.check()?;
        }
        let items = sets.get_mut(set);
        for item in &mut *items {
            *item = ranks.of.get(*item as usize).copied().unwrap_or(UNKNOWN);
        }
        items.sort_unstable_by_key(|&rank| std::cmp::Reverse(rank));
        // The unknown ones come first.
        if items.first().is_some_and(|&rank| rank != UNKNOWN) {
            order.push(set as u32);
        }
    }
    let sets = &*sets;
    let compare = |&a: &u32, &b: &u32| sets.get(a as usize).cmp(sets.get(b as usize));
    sorted(&order, compare, pool, control)
}

/// Cuts the sorted itemsets into about so many parts of like size. Those that begin with the same
/// item stay together.
fn parts(sets: &SetList, order: &[u32], number: usize) -> Vec<Range<usize>> {
    let least = order.len().div_ceil(number).max(1);
    let mut parts = Vec::new();
    let mut start = 0;
    while start < order.len() {
        let mut end = (start + least).min(order.len());
        let first = sets.get(order[end - 1] as usize)[0];
        while end < order.len() && sets.get(order[end] as usize)[0] == first {
            end += 1;
        }
        parts.push(start..end);
        start = end;
    }
    parts
}

/// What all threads know.
struct Job<'a> {
    sets: &'a SetList,
    order: &'a [u32],
    ranks: &'a Ranks,
    words: Words,
    control: &'a Control,
}

impl Job<'_> {
    fn set(&self, at: usize) -> &[u32] {
        self.sets.get(self.order[at] as usize)
    }

    /// Adds the counts in the chunk to those of the itemsets in `part`.
    fn count(&self, chunk: &Chunk, part: Range<usize>, counts: &mut [u32]) -> Result<()> {
        let mut walk = Walk {
            job: self,
            slots: vec![UNKNOWN; self.ranks.len],
            used: Vec::new(),
            vectors: Vec::new(),
            sizes: Vec::new(),
            stack: Vec::new(),
            path: Vec::new(),
        };
        let mut at = part.start;
        while at < part.end {
            let root = self.set(at)[0];
            let mut end = at + 1;
            while end < part.end && self.set(end)[0] == root {
                end += 1;
            }
            let counts = &mut counts[at - part.start..end - part.start];
            walk.root(chunk, root, at..end, counts)?;
            self.control.advance((end - at) as u64)?;
            at = end;
        }
        Ok(())
    }
}

/// One thread on its way through the itemsets.
struct Walk<'a> {
    job: &'a Job<'a>,
    /// The vector of each rank; [`UNKNOWN`] for those without one, as all are between uses.
    slots: Vec<u32>,
    /// The ranks that have vectors.
    used: Vec<u32>,
    /// The vectors, and how many bits are set in each.
    vectors: Vec<u64>,
    sizes: Vec<u32>,
    /// The intersections along the path, end to end.
    stack: Vec<u64>,
    /// For each item of the current beginning, behind the root: how many rows hold the beginning
    /// up to there.
    path: Vec<u32>,
}

impl Walk<'_> {
    /// Counts the itemsets whose rarest item is `root`.
    fn root(
        &mut self,
        chunk: &Chunk,
        root: u32,
        sets: Range<usize>,
        counts: &mut [u32],
    ) -> Result<()> {
        let rows = chunk.rows_with(root);
        let mut longest = 1;
        for at in sets.clone() {
            let set = self.job.set(at);
            longest = longest.max(set.len());
            for &rank in &set[1..] {
                if self.slots[rank as usize] == UNKNOWN {
                    self.slots[rank as usize] = self.used.len() as u32;
                    self.used.push(rank);
                }
            }
        }
        let words = rows.len().div_ceil(64);
        if !rows.is_empty() {
            self.sizes.clear();
            self.sizes.resize(self.used.len(), 0);
            self.vectors.clear();
            if longest > 2 {
                self.vectors.resize(self.used.len() * words, 0);
            }
            chunk.vectors(
                root,
                &self.used,
                &self.slots,
                &mut self.sizes,
                (longest > 2).then_some((&mut self.vectors[..], words)),
                self.job.control,
            )?;
            self.intersect(sets, rows.len() as u32, words, counts)?;
        }
        for rank in self.used.drain(..) {
            self.slots[rank as usize] = UNKNOWN;
        }
        Ok(())
    }

    /// Counts itemsets of one root, given the vectors of their other items.
    fn intersect(
        &mut self,
        sets: Range<usize>,
        rows: u32,
        words: usize,
        counts: &mut [u32],
    ) -> Result<()> {
        self.path.clear();
        let mut before: &[u32] = &[];
        for (at, out) in sets.zip(counts) {
            let job = self.job;
            if at.is_multiple_of(256) {
                job.control.check()?;
            }
            let set = &job.set(at)[1..];
            let same = set.iter().zip(before).take_while(|(a, b)| a == b).count();
            before = set;
            // Where no row holds the beginning, the path ends.
            self.path.truncate(same);
            let mut count = self.path.last().copied().unwrap_or(rows);
            for depth in self.path.len()..set.len() {
                if count == 0 {
                    break;
                }
                let slot = self.slots[set[depth] as usize] as usize;
                if depth == 0 {
                    // The intersection with all rows is the vector itself.
                    count = self.sizes[slot];
                } else {
                    // The intersection of the first `d + 1` items lies at place `d - 1`.
                    let end = depth * words;
                    if self.stack.len() < end {
                        self.stack.resize(end, 0);
                    }
                    let (known, new) = self.stack.split_at_mut(end - words);
                    let known = match depth {
                        1 => {
                            let first = self.slots[set[0] as usize] as usize;
                            &self.vectors[first * words..][..words]
                        }
                        _ => &known[end - 2 * words..],
                    };
                    let vector = &self.vectors[slot * words..][..words];
                    count = job.words.and(known, vector, &mut new[..words]);
                }
                self.path.push(count);
            }
            *out += count;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_equal_brute_force(
            lists in prop::collection::vec(prop::collection::btree_set(0u32..12, 0..9), 0..90),
            sets in prop::collection::vec(prop::collection::btree_set(0u32..14, 0..6), 0..60),
            chunk in 1usize..60,
            threads in 1usize..4,
        ) {
            let mut offsets = vec![0];
            let mut items = Vec::new();
            for list in &lists {
                items.extend(list);
                offsets.push(items.len() as u64);
            }
            let rows = Rows { offsets: &offsets, items: &items, universe: 13 };
            let mut given = SetList::new();
            for set in &sets {
                given.push(set.iter().map(|&item| if item == 13 { UNKNOWN } else { item }));
            }
            let expected: Vec<u32> = sets
                .iter()
                .map(|set| lists.iter().filter(|list| list.is_superset(set)).count() as u32)
                .collect();
            let (pool, control) = (Pool::new(Some(threads)), Control::new());
            for limits in [(CHUNK_ITEMS, SHARD_ITEMS), (chunk, SHARD_ITEMS), (1 << 20, chunk)] {
                let found =
                    count_with(rows, &mut given.clone(), &pool, &control, limits).unwrap();
                prop_assert_eq!(&found, &expected);
            }
        }
    }

    #[test]
    fn long_rows_and_long_sets() -> Result<()> {
        // Two baskets of 3,000 items among short ones.
        let mut offsets = vec![0u64];
        let mut items: Vec<u32> = Vec::new();
        for row in 0..50u32 {
            match row {
                10 | 20 => items.extend(0..3000),
                _ => items.extend([row, row + 1]),
            }
            offsets.push(items.len() as u64);
        }
        let rows = Rows { offsets: &offsets, items: &items, universe: 3000 };
        let mut sets = SetList::new();
        sets.push(0..3000);
        sets.push([5, 6]);
        sets.push(0..2999);
        sets.push([2999]);
        for item in 1..3000 {
            sets.push([0, item]);
        }
        let counts = counts_of(rows, sets, &Pool::new(Some(1)), &Control::new())?;
        assert_eq!(counts[..6], [2, 3, 2, 2, 3, 2]);
        assert!(counts[5..].iter().all(|&count| count == 2));
        Ok(())
    }
}
