//! Where found itemsets are collected.

use super::Job;
use super::kernels::{Cursors, LATTICE, LATTICE_ROW, Table};
use super::worker::{Candidate, Node};
use crate::Result;
use crate::mine::columns::Level;

/// How many itemsets are found between two looks at the common limits, where they are short.
const QUANTUM: u64 = 1 << 16;

/// The length up to which they are.
const SHORT: usize = 16;

/// Levels of itemsets, appended to in the canonical order of each level. The single items are
/// not among them: those are the job's.
pub(super) struct Sink<'a> {
    job: &'a Job<'a>,
    /// Level `l` holds itemsets of length `l + 2`.
    levels: Vec<Level>,
    /// Itemsets found since the last look at the limit, and how many there may be until the next.
    found: u64,
    allowed: u64,
    /// Itemsets found before that.
    reported: u64,
    /// How many bytes of the levels are accounted for.
    bytes: u64,
}

impl<'a> Sink<'a> {
    pub(super) fn new(job: &'a Job<'a>) -> Self {
        Self { job, levels: Vec::new(), found: 0, allowed: 0, reported: 0, bytes: 0 }
    }

    /// All levels.
    pub(super) fn take(&mut self) -> Result<Vec<Level>> {
        self.job.report(std::mem::take(&mut self.found))?;
        self.account()?;
        self.allowed = 0;
        Ok(std::mem::take(&mut self.levels))
    }

    pub(super) fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// How many itemsets were found so far.
    pub(super) fn total(&self) -> u64 {
        self.reported + self.found
    }

    /// The length of the longest itemset found.
    #[inline]
    pub(super) fn longest(&self) -> usize {
        self.levels.len() + 1
    }

    /// The number of rows with `length` items, at least 2.
    #[inline]
    pub(super) fn rows(&self, length: usize) -> usize {
        self.levels.get(length - 2).map_or(0, Level::rows)
    }

    /// The items of the itemset in row `row` of those with `length` items.
    #[inline]
    pub(super) fn itemset(&self, length: usize, row: usize) -> &[u32] {
        match length {
            1 => &self.job.items[row..=row],
            _ => &self.levels[length - 2].rows_from(row).0[..length],
        }
    }

    /// Appends an itemset of another worker, and those that come from adding one of the candidates,
    /// so that they can be extended. Returns the row of the first of these.
    pub(super) fn seed(&mut self, itemset: &[u32], candidates: &[Candidate]) -> Result<usize> {
        let length = itemset.len();
        while self.levels.len() < length {
            self.levels.push(Level::new(self.levels.len() + 2));
        }
        let Self { levels, job, .. } = self;
        let items: Vec<u32> = candidates.iter().map(|c| c.item).collect();
        let counts = candidates.iter().map(|c| c.count);
        if let ([base @ .., last], 2..) = (itemset, length) {
            let last = std::slice::from_ref(last);
            append(job, &mut levels[length - 2], base, last, std::iter::once(0))?;
        }
        append(job, &mut levels[length - 1], itemset, &items, counts)
    }

    /// Appends the itemsets that come from adding one of `items` to the one in row `row` of those
    /// with `length` items; `counts` are as many. Returns the row of the first.
    #[inline]
    pub(super) fn extend(
        &mut self,
        length: usize,
        row: usize,
        items: &[u32],
        counts: impl Iterator<Item = u32>,
    ) -> Result<usize> {
        self.allow(items.len() as u64)?;
        let (shorter, level) = pair(&mut self.levels, length);
        let base = match shorter {
            Some(level) => &level.rows_from(row).0[..length],
            None => &self.job.items[row..=row],
        };
        append(self.job, level, base, items, counts)
    }

    /// Appends the itemsets that come from adding at least two of `items` to that of a node: those
    /// combinations whose entry in `table` is at least `least`. Returns false, and does nothing, if they
    /// do not fit at once.
    pub(super) fn lattice(
        &mut self,
        node: &Node,
        items: &[u32; LATTICE],
        table: &Table,
        least: u32,
    ) -> Result<bool> {
        let length = node.length;
        if length + LATTICE > LATTICE_ROW.min(self.job.max_length) {
            return Ok(false);
        }
        // How many there are of each size.
        let mut rows = [0; LATTICE + 1];
        for (mask, &count) in table.iter().enumerate() {
            rows[mask.count_ones() as usize] += usize::from(count >= least);
        }
        while self.levels.len() < length + LATTICE - 1 {
            self.levels.push(Level::new(self.levels.len() + 2));
        }
        let mut cursors: Cursors = [(std::ptr::null_mut(), std::ptr::null_mut()); LATTICE + 1];
        for size in 2..=LATTICE {
            let level = &mut self.levels[length + size - 2];
            if level.room() < rows[size] {
                return Ok(false);
            }
            let (items, counts) = level.places(&self.job.supply)?;
            cursors[size] = (items.as_mut_ptr().cast(), counts.as_mut_ptr().cast());
        }
        self.allow(rows[2..].iter().sum::<usize>() as u64)?;
        let base = match length {
            1 => &self.job.items[node.base..=node.base],
            _ => &self.levels[length - 2].rows_from(node.base).0[..length],
        };
        // SAFETY: the places are for all frequent combinations, which is what is written, and have
        // the slack. Nothing else is done to the levels before the rows are committed.
        unsafe {
            self.job.kernels.lattice(base, items, table, least, cursors);
            for (level, rows) in self.levels[length..].iter_mut().zip(&rows[2..]) {
                level.commit(*rows);
            }
        }
        Ok(true)
    }

    /// Appends copies, with `item` added, of rows `from..to` of those with `length` items.
    pub(super) fn insert(
        &mut self,
        length: usize,
        from: usize,
        to: usize,
        item: u32,
    ) -> Result<()> {
        let mut from = from;
        while from < to {
            // Within one block of the source, and of the target.
            let (shorter, level) = pair(&mut self.levels, length);
            let (rows, counts) = match shorter {
                Some(source) => source.rows_from(from),
                None => (&self.job.items[from..], &self.job.counts[from..]),
            };
            let number = (to - from).min(counts.len()).min(level.room());
            let kernels = &self.job.kernels;
            let places = level.places(&self.job.supply)?;
            kernels.insert(rows, length, number, item, places.0);
            places.1[..number].write_copy_of_slice(&counts[..number]);
            // SAFETY: as many rows and counts were written.
            unsafe { level.commit(number) };
            self.allow(number as u64)?;
            from += number;
        }
        Ok(())
    }

    /// Accounts for the memory that the levels took since the last time.
    fn account(&mut self) -> Result<()> {
        let bytes = self.levels.iter().map(Level::bytes).sum();
        self.job.control.take_memory(bytes - self.bytes)?;
        self.bytes = bytes;
        Ok(())
    }

    /// An error if `more` itemsets are too many, or if the work was cancelled.
    #[inline]
    fn allow(&mut self, more: u64) -> Result<()> {
        self.found += more;
        if self.found > self.allowed {
            let quantum = (QUANTUM * SHORT as u64 / self.longest().max(SHORT) as u64).max(1);
            self.allowed = self.job.report(self.found)?.min(quantum);
            self.account()?;
            self.reported += self.found;
            self.found = 0;
        }
        Ok(())
    }
}

/// Appends the rows that come from adding one of `items` to `base`; `counts` are as many. Returns
/// the row of the first.
#[inline(always)]
fn append(
    job: &Job<'_>,
    level: &mut Level,
    base: &[u32],
    items: &[u32],
    mut counts: impl Iterator<Item = u32>,
) -> Result<usize> {
    let first = level.rows();
    let mut items = items;
    loop {
        let (now, later) = items.split_at(items.len().min(level.room()));
        let places = level.places(&job.supply)?;
        job.kernels.extend(base, now, places.0);
        let mut written = 0;
        for (place, count) in places.1[..now.len()].iter_mut().zip(&mut counts) {
            place.write(count);
            written += 1;
        }
        // SAFETY: so many rows were written, as there is an item for each count.
        unsafe { level.commit(written) };
        if later.is_empty() {
            return Ok(first);
        }
        items = later;
    }
}

/// The level of `length` items, unless that is 1, and the level of `length + 1`.
#[inline]
fn pair(levels: &mut Vec<Level>, length: usize) -> (Option<&Level>, &mut Level) {
    if levels.len() < length {
        levels.push(Level::new(length + 1));
    }
    let (shorter, longer) = levels.split_at_mut(length - 1);
    (shorter.last(), &mut longer[0])
}
