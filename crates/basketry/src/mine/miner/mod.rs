//! The miner behind [`itemsets`](super::itemsets): rows of items in, levels of itemsets out.
//!
//! Items are numbered by falling frequency. Every itemset is found once, from its rarest item to
//! its most frequent, by cutting the rows down to those that hold what was taken so far, and to
//! the items that stay frequent there. How the rows of such a subproblem are held depends on
//! what is cheapest for it:
//!
//! - [`lists`]: rows as lists of item numbers, for sparse ones;
//! - [`bits`]: a bit vector for each item, for dense ones; the first few items of a node are done
//!   at once, through a table of the counts of all their combinations.
//!
//! [`run`] loads the rows and deals out the roots, [`share`] what is left of them, [`worker`] is what all kinds of subproblems
//! share, [`kernels`] has the inner loops, and [`sink`] takes the result.

mod bits;
mod kernels;
mod kin;
mod lists;
mod run;
mod share;
mod sink;
mod sparse;
#[cfg(test)]
mod tests;
pub(in crate::mine) mod threads;
mod worker;

use std::cmp::Reverse;
use std::sync::atomic::{AtomicU64, Ordering};

pub(super) use self::bits::Arena;
pub(super) use self::kernels::{Join, Kernels};
pub(crate) use self::kin::Kin;
use self::run::run;
use self::threads::Pool;
use super::columns::{Level, Pieces};
use super::memory::Supply;
use crate::{Control, Error, ErrorKind, Result, Stage};

/// Rows of distinct items; the miner relies on that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows<'a> {
    /// Where each row begins in `items`, and the end.
    pub offsets: &'a [u64],
    /// Item indices below `universe`.
    pub items: &'a [u32],
    /// One more than the largest index that may occur.
    pub universe: usize,
}

impl<'a> Rows<'a> {
    pub(crate) fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The items of all rows, which may be a part of `items`.
    pub(crate) fn items(&self) -> &'a [u32] {
        match self.offsets {
            [first, .., last] => &self.items[*first as usize..*last as usize],
            _ => &[],
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &'a [u32]> + use<'a> {
        let items = self.items;
        self.offsets.windows(2).map(move |w| &items[w[0] as usize..w[1] as usize])
    }

    /// The rows in parts with about as many items each.
    pub(crate) fn shards(&self, number: usize) -> Vec<Rows<'a>> {
        let (items, first) = (self.items().len(), self.offsets[0]);
        let end = |part: usize| match part {
            0 => 0,
            _ if part == number => self.len(),
            _ => {
                let before = (items / number * part) as u64;
                self.offsets.partition_point(|&at| at - first < before)
            }
        };
        let shard = |part| Rows { offsets: &self.offsets[end(part)..=end(part + 1)], ..*self };
        (0..number).map(shard).collect()
    }
}

/// What to mine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// The least number of rows that must hold an itemset; at least 1.
    pub min_count: u64,
    /// Shorter itemsets are found (and count towards the limit) but not kept.
    pub min_length: usize,
    /// Longer itemsets are not looked for; at least 1.
    pub max_length: usize,
    /// More itemsets than this are an error.
    pub max_itemsets: u64,
    /// How many threads to use; `None` for those of the current pool.
    pub threads: Option<usize>,
}

/// What more there may be to the itemsets.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Special<'a> {
    /// By item: the least count of an itemset in which no item has a smaller one. It replaces the
    /// least count of the settings.
    pub minimums: Option<&'a [u64]>,
    /// Items that are never together.
    pub kin: Option<&'a Kin>,
}

/// Which of the ways to hold rows are taken when. Tests force each.
#[derive(Clone, Copy, Debug)]
struct Tuning {
    /// Rows of nodes with at most this many candidates become masks on their way from lists to bit
    /// vectors.
    mask_candidates: usize,
    /// Vectors are packed in nodes with at least this many.
    pack_vectors: usize,
    /// Counts are collected from the rows again if there are more slots to a row than this.
    slots_per_row: usize,
    /// Bit vectors or lists, whatever the estimate says: below the root, and at the root.
    force_bits: Option<bool>,
    force_root_bits: Option<bool>,
    /// A thread's share of the items while they are loaded is at least this many.
    shard_items: usize,
    /// Nodes with more candidates than this may be split between threads.
    split_candidates: usize,
    /// This much work is done before several threads take part: by then it is worth starting them.
    alone: u64,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            mask_candidates: 256,
            pack_vectors: 6,
            slots_per_row: 256,
            force_bits: None,
            force_root_bits: None,
            shard_items: 500_000,
            split_candidates: 10,
            alone: 30_000,
        }
    }
}

/// What all threads of one run know.
struct Job<'a> {
    /// The frequent items, the most frequent first, and their counts.
    items: &'a [u32],
    counts: &'a [u32],
    min_count: u32,
    /// Where items have their own, by item like the counts: the least count of the itemsets of
    /// which it is the last item. Items go by that first, so that it is the smallest of each.
    minimums: Option<&'a [u32]>,
    kin: Option<&'a Kin>,
    max_length: usize,
    max_itemsets: u64,
    /// Itemsets found so far, as far as reported.
    found: AtomicU64,
    /// Where the memory of the itemsets comes from.
    supply: Supply<u32>,
    /// Whether several threads share the work.
    shared: bool,
    control: &'a Control,
    kernels: Kernels,
    tuning: Tuning,
}

impl Job<'_> {
    /// Whether two items are never together.
    #[inline]
    fn apart(&self, a: u32, b: u32) -> bool {
        self.kin.is_some_and(|kin| kin.related(a, b))
    }

    /// The count at which a candidate is perfect, given that of the itemset. Where some items are
    /// never together, what is found without it cannot all be found with it.
    #[inline]
    fn full(&self, count: u32) -> u32 {
        if self.kin.is_some() { u32::MAX } else { count }
    }

    /// Adds to the itemsets found. An error if there are too many by now, or if the work was
    /// cancelled; else how many more there may be.
    fn report(&self, found: u64) -> Result<u64> {
        self.control.check()?;
        let total = self.found.fetch_add(found, Ordering::Relaxed).saturating_add(found);
        self.max_itemsets.checked_sub(total).ok_or_else(|| {
            Error::new(
                ErrorKind::Limit,
                format!(
                    "there are more than {} frequent itemsets: raise min_support, lower \
                     max_length, or allow more with max_itemsets",
                    self.max_itemsets
                ),
            )
        })
    }
}

/// All itemsets within the settings, by length; within a length ordered by their rarest item, the
/// most frequent first, then by the next rarest and so on.
///
/// With minimums, the order within a length is any that does not depend on the number of threads.
pub(crate) fn mine(
    rows: Rows<'_>,
    settings: &Settings,
    special: Special<'_>,
    control: &Control,
) -> Result<Vec<Pieces>> {
    mine_with(rows, settings, special, control, Kernels::detect(), Tuning::default())
}

fn mine_with(
    rows: Rows<'_>,
    settings: &Settings,
    special: Special<'_>,
    control: &Control,
    kernels: Kernels,
    tuning: Tuning,
) -> Result<Vec<Pieces>> {
    if u32::try_from(rows.len()).is_err() {
        return Err(Error::new(
            ErrorKind::Limit,
            format!("{} baskets, expected at most 4,294,967,295", rows.len()),
        ));
    }
    let pool = Pool::new(settings.threads);
    // As many shards as are worth their while, and at least so many that each has less than 2^32
    // items, as it numbers them with 32 bits.
    let shards = (rows.items.len() / tuning.shard_items).clamp(1, pool.threads());
    let shards = shards.max(rows.items.len() >> 31);
    let shards = rows.shards(shards);
    let shard_counts = pool.map(&shards, |shard| {
        let mut counts = vec![0u32; shard.universe];
        for items in shard.items().chunks(1 << 20) {
            control.check()?;
            items.iter().for_each(|&item| counts[item as usize] += 1);
        }
        Ok(counts)
    })?;
    let counts = (0..rows.universe).map(|item| shard_counts.iter().map(|c| c[item]).sum());
    let counts: Vec<u32> = counts.collect();
    let minimum = |item: u32| match special.minimums {
        Some(minimums) => minimums[item as usize],
        None => settings.min_count,
    };
    let alone = |item: u32| u64::from(counts[item as usize]) >= minimum(item);
    // An item that is too rare for its own minimum may be together with one of a smaller one.
    let all = 0..rows.universe as u32;
    let min_count = match special.minimums {
        Some(_) => all.clone().filter(|&item| alone(item)).map(minimum).min().unwrap_or(u64::MAX),
        None => settings.min_count,
    };
    let mut items: Vec<u32> =
        all.filter(|&item| u64::from(counts[item as usize]) >= min_count).collect();
    items.sort_unstable_by_key(|&item| {
        (Reverse(minimum(item)), Reverse(counts[item as usize]), item)
    });
    // Where a threshold leaves 32 bits, nothing is frequent.
    let narrow = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let minimums: Vec<u32> = items.iter().map(|&item| narrow(minimum(item))).collect();
    let single: Vec<u32> = items.iter().copied().filter(|&item| alone(item)).collect();
    let single_counts: Vec<u32> = single.iter().map(|&item| counts[item as usize]).collect();
    let counts: Vec<u32> = items.iter().map(|&item| counts[item as usize]).collect();
    let job = Job {
        items: &items,
        counts: &counts,
        min_count: narrow(min_count),
        minimums: special.minimums.map(|_| &minimums[..]),
        kin: special.kin,
        max_length: settings.max_length,
        max_itemsets: settings.max_itemsets,
        found: AtomicU64::new(0),
        supply: Supply::default(),
        shared: pool.threads() > 1,
        control,
        kernels,
        tuning,
    };
    control.begin(Stage::Mining, items.len() as u64)?;
    job.report(single.len() as u64)?;
    let mut alone = Level::new(1);
    alone.append(&single, &single_counts, &job.supply)?;
    let mut lengths = vec![Pieces::of(alone)];
    if items.len() >= 2 && settings.max_length >= 2 {
        lengths.extend(if items.len() < usize::from(u16::MAX) {
            run::<u16>(rows, &shards, &shard_counts, &pool, &job)?
        } else {
            run::<u32>(rows, &shards, &shard_counts, &pool, &job)?
        });
    }
    for (length, pieces) in (1..settings.min_length).zip(&mut lengths) {
        *pieces = Pieces::new(length);
    }
    Ok(lengths)
}
