//! Loads the rows, deals out the roots of all subproblems, and puts together what was found.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::bits::Matrix;
use super::lists::{Builder, Code, Lists};
use super::share::{Exchange, Segment};
use super::sparse::{Scratch, bits_cost, lists_cost};
use super::threads::Pool;
use super::worker::{Candidate, Node, Worker};
use super::{Job, Rows};
use crate::Result;
use crate::mine::columns::{Block, Pieces};
use crate::mine::memory::Supply;

/// All itemsets of two items or more, by length. `shards` are parts of the rows, and
/// `shard_counts` says how many rows of each hold each item.
pub(super) fn run<C: Code>(
    rows: Rows<'_>,
    shards: &[Rows<'_>],
    shard_counts: &[Vec<u32>],
    pool: &Pool,
    job: &Job<'_>,
) -> Result<Vec<Pieces>> {
    let data = load::<C>(rows, shards, shard_counts, pool, job)?;
    let roots = job.items.len();
    let exchange = Exchange::default();
    let mut first = Roots::new(job, &data, &exchange);
    if !job.shared {
        first.mine(0..roots)?;
        return Ok(first.worker.sink.take()?.into_iter().map(Pieces::of).collect());
    }
    let mut begun = 0;
    let mut work = 0;
    first.worker.begin(vec![0]);
    while begun < roots && work < job.tuning.alone {
        first.mine(begun..begun + 1)?;
        // A row takes about as long to visit as an itemset to write.
        work = first.visited + first.worker.sink.total();
        begun += 1;
    }
    first.worker.end();
    if begun == roots {
        return Ok(first.worker.sink.take()?.into_iter().map(Pieces::of).collect());
    }
    let tasks = tasks(job, begun, pool.threads());
    let next = AtomicUsize::new(0);
    let first = Mutex::new(Some(first));
    let parts = pool.share(|_| {
        let first = first.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut roots = first.unwrap_or_else(|| Roots::new(job, &data, &exchange));
        let mut member = exchange.join();
        while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            roots.worker.begin(vec![task.start as u32]);
            if let Err(error) = roots.mine(task.clone()) {
                // The others need not go on.
                next.store(tasks.len(), Ordering::Relaxed);
                return Err(error);
            }
            roots.worker.end();
        }
        while let Some(task) = member.task() {
            roots.worker.take(task)?;
        }
        roots.finish()
    })?;
    assemble(&parts, &job.supply)
}

/// The roots from `begun` on in tasks, which threads take one by one: large ones first, by the rows
/// to visit, as each leaves a piece of every level behind; in the end single roots.
fn tasks(job: &Job<'_>, begun: usize, threads: usize) -> Vec<Range<usize>> {
    let mut left: u64 = job.counts[begun..].iter().map(|&count| u64::from(count)).sum();
    let mut tasks = Vec::new();
    let mut start = begun;
    while start < job.counts.len() {
        let share = left / (8 * threads as u64);
        let (mut end, mut rows) = (start, 0);
        while end < job.counts.len() && (end == start || rows < share) {
            rows += u64::from(job.counts[end]);
            end += 1;
        }
        tasks.push(start..end);
        left -= rows;
        start = end;
    }
    tasks
}

/// What one worker found.
struct Part {
    /// Of itemsets of length 2, 3, and so on.
    levels: Vec<Vec<Arc<Block>>>,
    segments: Vec<Segment>,
}

/// Puts the segments of all workers in order.
fn assemble(parts: &[Part], supply: &Supply<u32>) -> Result<Vec<Pieces>> {
    let mut segments: Vec<(&Segment, &Part)> =
        parts.iter().flat_map(|part| part.segments.iter().map(move |s| (s, part))).collect();
    segments.sort_unstable_by(|(a, _), (b, _)| a.path.cmp(&b.path));
    let mut lengths = Vec::new();
    for (segment, part) in segments {
        while lengths.len() < segment.rows.len() {
            lengths.push(Pieces::new(lengths.len() + 2));
        }
        for ((pieces, blocks), rows) in lengths.iter_mut().zip(&part.levels).zip(&segment.rows) {
            pieces.add(blocks, rows.clone(), supply)?;
        }
    }
    Ok(lengths)
}

/// A worker at the root of all subproblems.
struct Roots<'a, C> {
    worker: Worker<'a>,
    data: &'a Data<C>,
    node: Node,
    scratch: Scratch,
    /// How many rows were visited.
    visited: u64,
}

impl<'a, C: Code> Roots<'a, C> {
    fn new(job: &'a Job<'a>, data: &'a Data<C>, exchange: &'a Exchange) -> Self {
        let mut worker = Worker::new(job, exchange);
        for (slot, (&item, &count)) in (0..).zip(job.items.iter().zip(job.counts)) {
            worker.candidates.push(Candidate { slot, count, item });
        }
        let scratch = match data {
            Data::Lists(_) => Scratch::new(&worker.candidates),
            Data::Bits(..) => Scratch::new(&[]),
        };
        let (from, to) = (0, job.items.len());
        let node = Node { length: 0, base: 0, count: 0, row: 0, from, to };
        Self { worker, data, node, scratch, visited: 0 }
    }

    /// Finds all itemsets whose rarest items are these, except for those alone.
    fn mine(&mut self, roots: Range<usize>) -> Result<()> {
        for at in roots {
            if let Some(minimums) = self.worker.job.minimums {
                self.worker.least = minimums[at];
            }
            match self.data {
                _ if self.worker.job.counts[at] < self.worker.least => {}
                Data::Lists(lists) => {
                    self.worker.lists_child(&self.node, lists, &mut self.scratch, at)?;
                }
                Data::Bits(bits, matrix) => {
                    self.worker.bits_child(&self.node, *matrix, Some(bits), at)?;
                }
            }
            self.visited += u64::from(self.worker.job.counts[at]);
            self.worker.job.control.advance(1)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Part> {
        let levels = self.worker.sink.take()?.into_iter();
        let levels = levels.map(|level| level.blocks.into_iter().map(Arc::new).collect());
        Ok(Part { levels: levels.collect(), segments: self.worker.segments })
    }
}

/// The rows as the roots of all subproblems need them.
enum Data<C> {
    Lists(Lists<C>),
    Bits(Vec<u64>, Matrix),
}

fn load<C: Code>(
    rows: Rows<'_>,
    shards: &[Rows<'_>],
    shard_counts: &[Vec<u32>],
    pool: &Pool,
    job: &Job<'_>,
) -> Result<Data<C>> {
    let mut ranks = vec![C::MAX; rows.universe];
    for (rank, &item) in job.items.iter().enumerate() {
        ranks[item as usize] = C::new(rank);
    }
    let codes: u64 = job.counts.iter().map(|&count| u64::from(count)).sum();
    let slots = job.items.len();
    let bits = job.tuning.force_root_bits.unwrap_or_else(|| {
        // Twice, since vectors of all rows are packed for each root.
        2 * bits_cost(slots, rows.len() as u32) < lists_cost(codes, rows.len() as u32)
    });
    if bits {
        let words = rows.len().div_ceil(64).next_multiple_of(job.kernels.block);
        let matrix = Matrix { start: 0, words, vectors: slots };
        job.control.take_memory(8 * matrix.end() as u64)?;
        let mut bits = vec![0u64; matrix.end()];
        for (r, row) in rows.iter().enumerate() {
            if r.is_multiple_of(1 << 14) {
                job.control.check()?;
            }
            for &item in row {
                let rank = ranks[item as usize];
                if rank != C::MAX {
                    bits[rank.index() * words + r / 64] |= 1 << (r % 64);
                }
            }
        }
        return Ok(Data::Bits(bits, matrix));
    }
    job.control.take_memory(Builder::<C>::bytes(codes, rows.len()))?;
    let shards: Vec<_> = shards.iter().zip(shard_counts).collect();
    let shards = pool.map(&shards, |(rows, counts)| {
        let counts = job.items.iter().map(|&item| counts[item as usize]);
        let mut builder = Builder::<C>::new(job.kernels, counts, rows.len())?;
        for (r, row) in rows.iter().enumerate() {
            if r.is_multiple_of(1 << 14) {
                job.control.check()?;
            }
            builder.row(row.iter().map(|&item| ranks[item as usize]))?;
        }
        builder.finish()
    })?;
    Ok(Data::Lists(Lists::new(slots, shards)))
}
