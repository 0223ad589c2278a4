//! The miner behind [`itemsets`](super::itemsets): rows of items in, levels of itemsets out.
//!
//! Items are numbered by falling frequency. Every itemset is found once, from its rarest item to
//! its most frequent, by cutting the rows down to those that hold what was taken so far, and to
//! the items that stay frequent there. How the rows of such a subproblem are held depends on
//! what is cheapest for it:
//!
//! - [`lists`]: rows as lists of item numbers, for sparse ones;
//! - [`bits`]: a bit vector for each item, for dense ones;
//! - [`leaf`]: a table of counts by combination, for the last few items.
//!
//! [`kernels`] has the inner loops, [`sink`] takes the result, [`worker`] is what the threads
//! share in kind.

mod bits;
mod kernels;
mod leaf;
mod lists;
mod sink;
mod sparse;
#[cfg(test)]
mod tests;
mod worker;

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use self::bits::Matrix;
use self::kernels::Kernels;
use self::lists::{Builder, Code, Lists};
use self::sparse::{Scratch, bits_cost, lists_cost};
use self::worker::{Candidate, Node, Worker};
use super::columns::Level;
use crate::{Control, Error, ErrorKind, Result, Stage};

/// Rows of distinct items.
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
    fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    fn iter(&self) -> impl Iterator<Item = &'a [u32]> + use<'a> {
        let items = self.items;
        self.offsets.windows(2).map(move |w| &items[w[0] as usize..w[1] as usize])
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

/// Which of the ways to hold rows are taken when. Tests force each.
#[derive(Clone, Copy, Debug)]
struct Tuning {
    /// Nodes with at most this many candidates are counted in a table. At most 32.
    table_candidates: usize,
    /// Rows of nodes with at most this many candidates become masks on their way from lists to bit
    /// vectors. At most 64.
    mask_candidates: usize,
    /// Vectors are packed in nodes with at least this many.
    pack_vectors: usize,
    /// Bit vectors or lists, whatever the estimate says: below the root, and at the root.
    force_bits: Option<bool>,
    force_root_bits: Option<bool>,
    /// Baskets with fewer frequent items than this together are mined faster than threads start.
    small_work: u64,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            table_candidates: 8,
            mask_candidates: 64,
            pack_vectors: 6,
            force_bits: None,
            force_root_bits: None,
            small_work: 20_000,
        }
    }
}

/// What all threads of one run know.
struct Job<'a> {
    /// The frequent items, the most frequent first, and their counts.
    items: &'a [u32],
    counts: &'a [u32],
    min_count: u32,
    max_length: usize,
    max_itemsets: u64,
    /// Itemsets found so far, as far as reported.
    found: AtomicU64,
    control: &'a Control,
    kernels: Kernels,
    tuning: Tuning,
}

impl Job<'_> {
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
pub(crate) fn mine(rows: Rows<'_>, settings: &Settings, control: &Control) -> Result<Vec<Level>> {
    mine_with(rows, settings, control, Kernels::detect(), Tuning::default())
}

fn mine_with(
    rows: Rows<'_>,
    settings: &Settings,
    control: &Control,
    kernels: Kernels,
    tuning: Tuning,
) -> Result<Vec<Level>> {
    if u32::try_from(rows.len()).is_err() {
        return Err(Error::new(
            ErrorKind::Limit,
            format!("{} baskets, expected at most 4,294,967,295", rows.len()),
        ));
    }
    let mut counts = vec![0u32; rows.universe];
    for &item in rows.items {
        counts[item as usize] += 1;
    }
    let mut items: Vec<u32> = (0..rows.universe as u32)
        .filter(|&item| u64::from(counts[item as usize]) >= settings.min_count)
        .collect();
    items.sort_unstable_by_key(|&item| (Reverse(counts[item as usize]), item));
    let counts: Vec<u32> = items.iter().map(|&item| counts[item as usize]).collect();
    let job = Job {
        items: &items,
        counts: &counts,
        // Where the threshold leaves 32 bits, nothing is frequent.
        min_count: u32::try_from(settings.min_count).unwrap_or(u32::MAX),
        max_length: settings.max_length,
        max_itemsets: settings.max_itemsets,
        found: AtomicU64::new(0),
        control,
        kernels,
        tuning,
    };
    control.begin(Stage::Mining, items.len() as u64)?;
    job.report(items.len() as u64)?;
    let mut levels = vec![Level::from_rows(1, &items, &counts)?];
    if items.len() >= 2 && settings.max_length >= 2 {
        levels.extend(if items.len() < usize::from(u16::MAX) {
            run::<u16>(rows, settings, &job)?
        } else {
            run::<u32>(rows, settings, &job)?
        });
    }
    for (length, level) in (1..settings.min_length).zip(&mut levels) {
        *level = Level::new(length);
    }
    Ok(levels)
}

/// The rows as the roots of all subproblems need them.
enum Data<C> {
    Lists(Lists<C>),
    Bits(Vec<u64>, Matrix),
}

/// All itemsets of two items or more, by length.
fn run<C: Code>(rows: Rows<'_>, settings: &Settings, job: &Job<'_>) -> Result<Vec<Level>> {
    let data = load::<C>(rows, job)?;
    let roots = job.items.len();
    let threads = settings.threads.unwrap_or_else(rayon::current_num_threads);
    if threads == 1
        || job.counts.iter().map(|&count| u64::from(count)).sum::<u64>() < job.tuning.small_work
    {
        return Roots::new(job, &data).mine(0..roots);
    }
    // Neighbouring roots have similar amounts of work, and how much that is shows only when it is
    // done: so there are many small tasks.
    let tasks = roots.min(64 * threads);
    let parts = || {
        (0..tasks)
            .into_par_iter()
            .with_max_len(1)
            .map_init(
                || Roots::new(job, &data),
                |worker, task| worker.mine(roots * task / tasks..roots * (task + 1) / tasks),
            )
            .collect::<Result<Vec<Vec<Level>>>>()
    };
    let parts = match settings.threads {
        None => parts(),
        Some(threads) => rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|error| {
                Error::new(ErrorKind::Limit, format!("cannot start {threads} threads: {error}"))
            })?
            .install(parts),
    }?;
    let mut levels = Vec::new();
    for part in parts {
        for length in levels.len() + 2..part.len() + 2 {
            levels.push(Level::new(length));
        }
        for (level, more) in levels.iter_mut().zip(part) {
            level.append(more)?;
        }
    }
    Ok(levels)
}

/// A worker at the root of all subproblems.
struct Roots<'a, C> {
    worker: Worker<'a>,
    data: &'a Data<C>,
    node: Node,
    scratch: Scratch,
}

impl<'a, C: Code> Roots<'a, C> {
    fn new(job: &'a Job<'a>, data: &'a Data<C>) -> Self {
        let mut worker = Worker::new(job);
        for (slot, (&item, &count)) in (0..).zip(job.items.iter().zip(job.counts)) {
            worker.candidates.push(Candidate { slot, count, item });
        }
        let scratch = match data {
            Data::Lists(_) => Scratch::new(&worker.candidates),
            Data::Bits(..) => Scratch::new(&[]),
        };
        let (from, to) = (0, job.items.len());
        let node = Node { length: 0, base: 0, count: 0, row: 0, from, to };
        Self { worker, data, node, scratch }
    }

    /// All itemsets whose rarest items are these, except for those alone.
    fn mine(&mut self, roots: Range<usize>) -> Result<Vec<Level>> {
        for at in roots {
            match self.data {
                Data::Lists(lists) => {
                    self.worker.lists_child(&self.node, lists, &mut self.scratch, at)?;
                }
                Data::Bits(bits, matrix) => {
                    self.worker.bits_child(&self.node, *matrix, Some(bits), at)?;
                }
            }
            self.worker.job.control.advance(1)?;
        }
        self.worker.sink.take()
    }
}

fn load<C: Code>(rows: Rows<'_>, job: &Job<'_>) -> Result<Data<C>> {
    let mut ranks = vec![u32::MAX; rows.universe];
    for (rank, &item) in (0..).zip(job.items) {
        ranks[item as usize] = rank;
    }
    let codes: u64 = job.counts.iter().map(|&count| u64::from(count)).sum();
    let slots = job.items.len();
    let bits = job.tuning.force_root_bits.unwrap_or_else(|| {
        bits_cost(slots, rows.len() as u32) < lists_cost(codes, rows.len() as u32)
    });
    if bits {
        let words = rows.len().div_ceil(64).next_multiple_of(job.kernels.block);
        let matrix = Matrix { start: 0, words, vectors: slots };
        let mut bits = vec![0u64; matrix.end()];
        for (r, row) in rows.iter().enumerate() {
            for &item in row {
                let rank = ranks[item as usize];
                if rank != u32::MAX {
                    bits[rank as usize * words + r / 64] |= 1 << (r % 64);
                }
            }
        }
        return Ok(Data::Bits(bits, matrix));
    }
    let mut builder = Builder::<C>::new(job.kernels, job.counts.iter().copied(), rows.len())?;
    for (r, row) in rows.iter().enumerate() {
        if r.is_multiple_of(1 << 14) {
            job.control.check()?;
        }
        builder.row(row.iter().map(|&item| C::new(ranks[item as usize] as usize)))?;
    }
    Ok(Data::Lists(builder.finish()?))
}
