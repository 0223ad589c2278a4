//! Loads the rows, deals out the roots of all subproblems, and puts together what was found.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::bits::Matrix;
use super::lists::{Builder, Code, Lists};
use super::sparse::{Scratch, bits_cost, lists_cost};
use super::threads::Pool;
use super::worker::{Candidate, Node, Worker};
use super::{Job, Rows};
use crate::Result;
use crate::mine::columns::{Block, Level, Pieces};

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
    let mut first = Roots::new(job, &data);
    if pool.threads() == 1 {
        first.mine(0..roots)?;
        return Ok(first.worker.sink.take()?.into_iter().map(Pieces::of).collect());
    }
    let mut begun = 0;
    let mut work = 0;
    while begun < roots && work < job.tuning.alone {
        first.mine(begun..begun + 1)?;
        // A row takes about as long to visit as an itemset to write.
        work = first.visited + first.worker.sink.total();
        begun += 1;
    }
    first.segment(0);
    if begun == roots {
        return Ok(first.worker.sink.take()?.into_iter().map(Pieces::of).collect());
    }
    // How much work a root is shows only when it is done: so there are many small tasks, which
    // threads take one by one.
    let tasks = (roots - begun).min(64 * pool.threads());
    let start = |task: usize| begun + (roots - begun) * task / tasks;
    let next = AtomicUsize::new(0);
    let first = Mutex::new(Some(first));
    let parts = pool.share(|_| {
        let first = first.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut worker = first.unwrap_or_else(|| Roots::new(job, &data));
        loop {
            let task = next.fetch_add(1, Ordering::Relaxed);
            if task >= tasks {
                return worker.finish();
            }
            if let Err(error) = worker.mine(start(task)..start(task + 1)) {
                // The others need not go on.
                next.store(tasks, Ordering::Relaxed);
                return Err(error);
            }
            worker.segment(start(task));
        }
    })?;
    assemble(&parts)
}

/// What one worker found.
struct Part {
    /// Of itemsets of length 2, 3, and so on.
    levels: Vec<Vec<Arc<Block>>>,
    segments: Vec<Segment>,
}

/// Which rows a worker found in one go.
struct Segment {
    /// The first root.
    root: usize,
    /// Where its rows end in each level; they begin where those of the segment before end.
    ends: Vec<usize>,
}

/// Puts the segments of all workers in the order of their roots.
fn assemble(parts: &[Part]) -> Result<Vec<Pieces>> {
    let mut segments = Vec::new();
    for part in parts {
        let mut before: &[usize] = &[];
        for segment in &part.segments {
            segments.push((segment.root, part, before, &segment.ends[..]));
            before = &segment.ends;
        }
    }
    segments.sort_unstable_by_key(|&(root, ..)| root);
    let mut lengths = Vec::new();
    for (_, part, before, ends) in segments {
        while lengths.len() < ends.len() {
            lengths.push(Pieces::new(lengths.len() + 2));
        }
        for (l, (pieces, &end)) in lengths.iter_mut().zip(ends).enumerate() {
            pieces.add(&part.levels[l], before.get(l).copied().unwrap_or(0)..end)?;
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
    segments: Vec<Segment>,
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
        Self { worker, data, node, scratch, visited: 0, segments: Vec::new() }
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

    /// Notes that what was found since the last time begins with this root.
    fn segment(&mut self, root: usize) {
        let ends = self.worker.sink.levels().iter().map(Level::rows).collect();
        self.segments.push(Segment { root, ends });
    }

    fn finish(mut self) -> Result<Part> {
        let levels = self.worker.sink.take()?.into_iter();
        let levels = levels.map(|level| level.blocks.into_iter().map(Arc::new).collect());
        Ok(Part { levels: levels.collect(), segments: self.segments })
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
    let shards: Vec<_> = shards.iter().zip(shard_counts).collect();
    let shards = pool.map(&shards, |(rows, counts)| {
        let counts = job.items.iter().map(|&item| counts[item as usize]);
        let mut builder = Builder::<C>::new(job.kernels, counts, rows.len())?;
        for (r, row) in rows.iter().enumerate() {
            if r.is_multiple_of(1 << 14) {
                job.control.check()?;
            }
            builder.row(row.iter().map(|&item| C::new(ranks[item as usize] as usize)))?;
        }
        builder.finish()
    })?;
    Ok(Data::Lists(Lists::new(slots, shards)))
}
