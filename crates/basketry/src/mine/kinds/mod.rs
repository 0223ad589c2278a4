//! The miner of closed and maximal itemsets, of generators, and of weighted baskets.
//!
//! Items are numbered by falling support, and every set is found from its rarest item to its most
//! frequent one, as in [`miner`](super::miner). What a node checks before it is taken, and what it
//! leaves out, depends on the kind:
//!
//! - *closed*: a node absorbs the items that all of its rows hold (its closure). If one of them is
//!   rarer than the item that was added, the closed set is found elsewhere, and the node is
//!   dropped: prefix-preserving closure extension (Uno, Asai, Uchida and Arimura: An efficient
//!   algorithm for enumerating closed patterns in transaction databases, 2004). So nothing that was
//!   found needs to be looked up, and the work grows with the number of closed sets.
//! - *maximal*: the same, and a node is dropped if all below it lies within a maximal set that is
//!   known (Gouda and Zaki: GenMax, 2005); the rarest items go first here, so that long sets are
//!   known early ([`known`]). Whether a set is maximal is decided by counting alone.
//! - *generators*: a node is dropped if a subset is as frequent. Its subsets with one item less were
//!   found before ([`sets`]).
//! - *all*, of weighted baskets: nothing is dropped.
//!
//! Rows are lists of item numbers where the data is sparse ([`lists`]), and bit vectors where it is
//! dense ([`bits`]); [`roots`] deals them out. For closed and maximal sets, nodes keep the data of rarer items too, as long as those
//! are frequent with the node.

mod bits;
mod known;
mod lists;
mod roots;
mod sets;
#[cfg(test)]
mod tests;
mod vectors;
mod worker;

use std::cmp::Reverse;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use self::known::Published;
use self::roots::Roots;
use self::sets::{Collected, Sets};
use self::vectors::Vectors;
use self::worker::Worker;
use super::columns::Mined;
use super::miner::threads::Pool;
use super::miner::{Kernels, Kin, Rows, Settings};
use super::options::Kind;
use crate::{Control, Error, ErrorKind, Result, Stage};

/// When rows become bit vectors, and so on. Tests force each.
#[derive(Clone, Copy, Debug)]
struct Tuning {
    /// Bit vectors or lists, whatever the estimate says: below the root, and at the root.
    force_bits: Option<bool>,
    force_root_bits: Option<bool>,
    /// Vectors are packed in nodes with at least this many.
    pack_vectors: usize,
    /// Rows of nodes with at most this many vectors become masks on their way from lists to bit
    /// vectors. At most 64.
    mask_vectors: usize,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { force_bits: None, force_root_bits: None, pack_vectors: 4, mask_vectors: 64 }
    }
}

/// A frequent item.
#[derive(Clone, Copy, Debug)]
struct Frequent {
    item: u32,
    /// How many rows hold it, and their weight.
    count: u32,
    weight: u64,
}

/// What all threads of one run know.
struct Job<'a> {
    kind: Kind,
    /// Items that are never together.
    kin: Option<&'a Kin>,
    /// The frequent items by rank, the one with the largest support first. Without those of all
    /// rows, except for [`Kind::All`].
    items: Vec<Frequent>,
    /// The rank of each item, or `u32::MAX`.
    ranks: Vec<u32>,
    /// Items of all rows, ascending: part of every closed set.
    always: Vec<u32>,
    /// True if rows have weights; else each weighs 1.
    weighted: bool,
    /// The least weight of what is looked for, and a count that whatever has that weight reaches.
    least: u64,
    least_count: u32,
    max_length: usize,
    max_itemsets: u64,
    /// Itemsets found so far, as far as reported.
    found: AtomicU64,
    control: &'a Control,
    kernels: Kernels,
    vectors: Vectors,
    tuning: Tuning,
    /// Maximal sets that are known, by item.
    published: Published,
    /// The sets whose rarest item has each rank, once all are found.
    done: Vec<OnceLock<Sets>>,
}

impl Job<'_> {
    /// Adds to the itemsets found. An error if there are too many by now, or if the work was
    /// cancelled; else how many more there may be.
    fn report(&self, found: u64) -> Result<u64> {
        self.control.check()?;
        let total = self.found.fetch_add(found, Ordering::Relaxed).saturating_add(found);
        self.max_itemsets.checked_sub(total).ok_or_else(|| {
            let what = match self.kind {
                Kind::All => "frequent itemsets",
                Kind::Closed => "closed itemsets",
                Kind::Maximal => "maximal itemsets",
                Kind::Generators => "generators",
            };
            Error::new(
                ErrorKind::Limit,
                format!(
                    "there are more than {} {what}: raise min_support, lower max_length, or allow \
                     more with max_itemsets",
                    self.max_itemsets
                ),
            )
        })
    }

    /// Whether the items of two ranks are never together.
    #[inline]
    fn apart(&self, a: u32, b: u32) -> bool {
        let item = |rank: u32| self.items[rank as usize].item;
        self.kin.is_some_and(|kin| kin.related(item(a), item(b)))
    }

    /// True if nodes absorb the items of all of their rows, and keep the data of rarer items.
    fn closing(&self) -> bool {
        matches!(self.kind, Kind::Closed | Kind::Maximal)
    }
}

/// All itemsets of a kind within the settings, by length; within a length ordered by their rarest
/// item, the one with the largest support first, then by the next rarest and so on.
///
/// Rows may have weights, at least 1 each, whose sum fits 63 bits. The least count of the settings
/// is then the least sum of weights. With all kinds but [`Kind::All`], any items may be together.
pub(crate) fn mine(
    rows: Rows<'_>,
    weights: Option<&[u64]>,
    kind: Kind,
    kin: Option<&Kin>,
    settings: &Settings,
    control: &Control,
) -> Result<Mined> {
    debug_assert!(kin.is_none() || kind == Kind::All);
    let (processor, tuning) = ((Kernels::detect(), Vectors::detect()), Tuning::default());
    mine_with(rows, weights, (kind, kin), settings, control, processor, tuning)
}

fn mine_with(
    rows: Rows<'_>,
    weights: Option<&[u64]>,
    (kind, kin): (Kind, Option<&Kin>),
    settings: &Settings,
    control: &Control,
    (kernels, vectors): (Kernels, Vectors),
    tuning: Tuning,
) -> Result<Mined> {
    let Ok(total) = u32::try_from(rows.len()) else {
        let message = format!("{} baskets, expected at most 4,294,967,295", rows.len());
        return Err(Error::new(ErrorKind::Limit, message));
    };
    debug_assert!(weights.is_none_or(|weights| weights.len() == rows.len()));
    let frequent = |item| Frequent { item, count: 0, weight: 0 };
    let mut items: Vec<Frequent> = (0..rows.universe as u32).map(frequent).collect();
    for (r, row) in rows.iter().enumerate() {
        if r.is_multiple_of(1 << 14) {
            control.check()?;
        }
        let weight = weights.map_or(1, |weights| weights[r]);
        for &item in row {
            items[item as usize].count += 1;
            items[item as usize].weight += weight;
        }
    }
    let least = settings.min_count.max(1);
    items.retain(|item| item.weight >= least);
    let mut always = Vec::new();
    if kind != Kind::All {
        // What all rows hold is part of every closed set, and of no generator.
        items.retain(|item| {
            if item.count == total && kind != Kind::Generators {
                always.push(item.item);
            }
            item.count < total
        });
    }
    items.sort_unstable_by_key(|item| (Reverse(item.weight), item.item));
    let mut ranks = vec![u32::MAX; rows.universe];
    (0..).zip(&items).for_each(|(rank, item)| ranks[item.item as usize] = rank);
    let heaviest = weights.map_or(1, |weights| weights.iter().copied().max().unwrap_or(1).max(1));
    let whole = weights.map_or(u64::from(total), |weights| weights.iter().sum());
    let roots = items.len();
    let mut job = Job {
        kind,
        kin,
        items,
        ranks,
        always,
        weighted: weights.is_some(),
        least,
        // Where the threshold leaves 32 bits, nothing is frequent.
        least_count: u32::try_from(least.div_ceil(heaviest)).unwrap_or(u32::MAX),
        max_length: settings.max_length,
        max_itemsets: settings.max_itemsets,
        found: AtomicU64::new(0),
        control,
        kernels,
        vectors,
        tuning,
        published: Published::new(if kind == Kind::Maximal { roots } else { 0 }),
        done: (0..roots).map(|_| OnceLock::new()).collect(),
    };
    control.begin(Stage::Mining, roots as u64)?;

    let mut out = Collected::new(settings.min_length, job.weighted);
    // The items of all rows are a set of their own, unless a larger one makes it not maximal.
    let alone = kind == Kind::Closed || roots == 0;
    if alone && !job.always.is_empty() && job.always.len() <= job.max_length && whole >= least {
        job.report(1)?;
        out.push(&job.always, total, whole)?;
    }
    if job.always.len() < job.max_length {
        let roots = Roots::load(rows, weights, &job)?;
        search(&job, &roots, &Pool::new(settings.threads))?;
        drop(roots);
        let done = std::mem::take(&mut job.done);
        out.take(done, &job)?;
    }
    Ok(out.finish())
}

/// Finds the sets below all roots.
fn search(job: &Job<'_>, roots: &Roots, pool: &Pool) -> Result<()> {
    let number = job.items.len();
    let next = AtomicUsize::new(0);
    let share = |_| {
        let mut worker = Worker::new(job);
        let mut scratch = roots.begin(&mut worker);
        loop {
            let task = next.fetch_add(1, Ordering::Relaxed);
            if task >= number {
                return worker.finish();
            }
            // Maximal sets are looked for among the rarest items first.
            let root = if job.kind == Kind::Maximal { number - 1 - task } else { task };
            if let Err(error) = worker.root(roots, &mut scratch, root) {
                // The others need not go on.
                next.store(number, Ordering::Relaxed);
                return Err(error);
            }
            job.control.advance(1)?;
        }
    };
    if pool.threads() == 1 || number < 2 {
        return share(0);
    }
    pool.share(share).map(|_| ())
}
