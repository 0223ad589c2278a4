//! Where found itemsets are collected.

use crate::Result;
use crate::mine::columns::Level;

use super::Job;
use super::kernels::Kernels;

/// How many itemsets are found between two looks at the common limit.
const QUANTUM: u64 = 1 << 16;

/// Levels of itemsets, appended to in the canonical order of each level.
pub(super) struct Sink<'a> {
    job: &'a Job<'a>,
    kernels: &'a Kernels,
    levels: Vec<Level>,
    /// Itemsets found since the last look at the limit, and how many there may be until the next.
    found: u64,
    allowed: u64,
}

impl<'a> Sink<'a> {
    /// A sink that holds the single items already; they count as found by whoever made the job.
    pub(super) fn new(job: &'a Job<'a>) -> Self {
        let singles = Level { items: job.items.to_vec(), counts: job.counts.to_vec() };
        Self { job, kernels: &job.kernels, levels: vec![singles], found: 0, allowed: 0 }
    }

    pub(super) fn levels(&self) -> &[Level] {
        &self.levels
    }

    pub(super) fn into_levels(self) -> Vec<Level> {
        self.levels
    }

    /// The number of rows with `length` items.
    #[inline]
    pub(super) fn rows(&self, length: usize) -> usize {
        self.levels.get(length - 1).map_or(0, |level| level.counts.len())
    }

    /// Appends the itemsets that come from adding one of `items` to the one in row `row` of those
    /// with `length` items. Returns the row of the first.
    #[inline]
    pub(super) fn extend(
        &mut self,
        length: usize,
        row: usize,
        items: &[u32],
        counts: &[u32],
    ) -> Result<usize> {
        self.allow(items.len() as u64)?;
        let (base, level) = pair(&mut self.levels, length);
        let base = &base.items[row * length..(row + 1) * length];
        let first = level.counts.len();
        level.counts.extend_from_slice(counts);
        self.kernels.extend(base, items, &mut level.items);
        Ok(first)
    }

    /// Appends copies, with `item` added, of rows `from..to` of those with `length` items.
    pub(super) fn insert(
        &mut self,
        length: usize,
        from: usize,
        to: usize,
        item: u32,
    ) -> Result<()> {
        // In pieces, so that neither the limit nor a cancellation waits for long.
        let mut from = from;
        while from < to {
            let number = (to - from).min(QUANTUM as usize);
            self.allow(number as u64)?;
            let (source, level) = pair(&mut self.levels, length);
            level.counts.extend_from_slice(&source.counts[from..from + number]);
            self.kernels.insert(
                &source.items[from * length..],
                length,
                number,
                item,
                &mut level.items,
            );
            from += number;
        }
        Ok(())
    }

    /// An error if `more` itemsets would be too many, or if the work was cancelled.
    #[inline]
    fn allow(&mut self, more: u64) -> Result<()> {
        self.found += more;
        if self.found > self.allowed {
            self.allowed = self.job.report(self.found)?.min(QUANTUM);
            self.found = 0;
        }
        Ok(())
    }

    /// Accounts for all itemsets found.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.job.report(std::mem::take(&mut self.found))?;
        self.allowed = 0;
        Ok(())
    }
}

/// The levels of `length` and of `length + 1` items.
#[inline]
fn pair(levels: &mut Vec<Level>, length: usize) -> (&Level, &mut Level) {
    if levels.len() == length {
        levels.push(Level::default());
    }
    let (shorter, longer) = levels.split_at_mut(length);
    (&shorter[length - 1], &mut longer[0])
}
