//! Where mined itemsets lie: rows of fixed width for each length, in blocks.
//!
//! Blocks are never moved once they are full, so a result is neither copied while it grows nor
//! when the parts that several threads found are put together.

use std::mem::MaybeUninit;
use std::sync::{Arc, OnceLock};

use super::index::SetIndex;
use super::memory::{Buffer, Pages};
use crate::{Ids, Result};

/// Rows in a full block: so many that eight items a row, with [`SLACK`], just fit in a page of
/// 2 MiB.
pub(crate) const BLOCK_ROWS: usize = (1 << 16) - 64;

/// How many items may be written behind the end of the rows, so that rows can be written in
/// whole vectors.
pub(crate) const SLACK: usize = 32;

/// Rows of one length, and how many baskets hold each.
#[derive(Debug)]
pub(crate) struct Block {
    /// Behind those of all rows there are slack, and room for more rows.
    items: Buffer<u32>,
    length: usize,
    pub counts: Vec<u32>,
}

impl Block {
    /// Without rows; with room for so many.
    fn new(length: usize, rows: usize, page: Pages) -> Result<Self> {
        let items = Buffer::with_len(rows * length + SLACK, page)?;
        Ok(Self { items, length, counts: Vec::with_capacity(rows) })
    }

    /// The items of each row, ascending, one row after the other.
    #[inline]
    pub(crate) fn items(&self) -> &[u32] {
        let written = &self.items[..self.rows() * self.length];
        // SAFETY: the items of all rows were written when the rows were pushed.
        unsafe { written.assume_init_ref() }
    }

    /// Appends rows: `write` gets the place for their items, and the slack behind.
    ///
    /// # Safety
    /// `write` writes all items of the rows.
    #[inline]
    unsafe fn push(
        &mut self,
        counts: &[u32],
        write: impl FnOnce(&mut [MaybeUninit<u32>]),
    ) -> Result<()> {
        let start = self.rows() * self.length;
        let needed = start + counts.len() * self.length + SLACK;
        if self.items.len() < needed {
            // Twice as much for a while, then the whole block at once, to copy little.
            let full = BLOCK_ROWS * self.length + SLACK;
            let len = if self.rows() < BLOCK_ROWS / 16 { (2 * needed).min(full) } else { full };
            self.items.grow(len.max(needed), start, Pages::Heap)?;
        }
        write(&mut self.items[start..]);
        self.counts.extend_from_slice(counts);
        Ok(())
    }

    /// How many rows there are.
    #[inline]
    pub(crate) fn rows(&self) -> usize {
        self.counts.len()
    }
}

/// The itemsets of one length.
#[derive(Debug, Default)]
pub(crate) struct Level {
    pub blocks: Vec<Block>,
}

impl Level {
    /// Rows that exist already.
    pub(crate) fn from_rows(items: &[u32], counts: &[u32]) -> Result<Self> {
        let mut level = Self::default();
        let length = items.len().checked_div(counts.len()).unwrap_or(1);
        for (items, counts) in items.chunks(BLOCK_ROWS * length).zip(counts.chunks(BLOCK_ROWS)) {
            // SAFETY: all items are written.
            unsafe {
                level.push(length, counts, |place| {
                    place[..items.len()].write_copy_of_slice(items);
                })?;
            }
        }
        Ok(level)
    }

    /// How many rows there are. All blocks but the last are full as long as rows are pushed.
    #[inline]
    pub(crate) fn rows(&self) -> usize {
        match self.blocks.last() {
            Some(last) => (self.blocks.len() - 1) * BLOCK_ROWS + last.rows(),
            None => 0,
        }
    }

    /// How many more rows the last block takes, at least 1 unless it is full.
    #[inline]
    pub(crate) fn room(&self) -> usize {
        BLOCK_ROWS - self.blocks.last().map_or(0, |block| block.rows() % BLOCK_ROWS)
    }

    /// The items from row `row` on to the end of its block. For levels that rows are pushed to.
    #[inline]
    pub(crate) fn rows_from(&self, length: usize, row: usize) -> &[u32] {
        &self.blocks[row / BLOCK_ROWS].items()[row % BLOCK_ROWS * length..]
    }

    /// Appends rows of `length` items, not more than there is [`room`](Self::room) for: `write`
    /// gets the place for their items, and slack behind it that it may write to.
    ///
    /// # Safety
    /// `write` writes all items of the rows.
    #[inline]
    pub(crate) unsafe fn push(
        &mut self,
        length: usize,
        counts: &[u32],
        write: impl FnOnce(&mut [MaybeUninit<u32>]),
    ) -> Result<()> {
        let last = self.blocks.last().map_or(BLOCK_ROWS, Block::rows);
        if last == BLOCK_ROWS {
            self.blocks.push(if self.blocks.is_empty() {
                Block::new(length, 64, Pages::Heap)?
            } else {
                // There may be many more.
                Block::new(length, BLOCK_ROWS, Pages::Huge)?
            });
        }
        let at = self.blocks.len() - 1;
        debug_assert!(self.blocks[at].rows() + counts.len() <= BLOCK_ROWS);
        // SAFETY: the same contract.
        unsafe { self.blocks[at].push(counts, write) }
    }

    /// Appends the blocks of another level: small ones are copied, so that there are few blocks.
    /// Afterwards blocks may have any number of rows, and nothing can be pushed.
    pub(crate) fn append(&mut self, other: Level) -> Result<()> {
        for block in other.blocks {
            match self.blocks.last_mut() {
                Some(last) if block.rows() < BLOCK_ROWS / 16 && last.rows() < BLOCK_ROWS / 2 => {
                    let items = block.items();
                    // SAFETY: all items are written.
                    unsafe {
                        last.push(&block.counts, |place| {
                            place[..items.len()].write_copy_of_slice(items);
                        })?;
                    }
                }
                _ => self.blocks.push(block),
            }
        }
        Ok(())
    }
}

/// One block, and which rows of the store it holds.
#[derive(Debug)]
struct Stored {
    start: u32,
    block: Block,
}

/// Every mined itemset, by length. Rows are numbered through all lengths.
#[derive(Debug)]
pub(crate) struct Store {
    pub ids: Arc<Ids>,
    pub baskets: u64,
    pub min_count: u64,
    pub min_length: usize,
    blocks: Vec<Stored>,
    /// The first row of each block, and the number of rows.
    starts: Vec<u32>,
    index: OnceLock<SetIndex>,
}

impl Store {
    /// Level `l` holds the itemsets of length `l + 1`. The caller has seen to it that there are
    /// fewer than 2^32 rows.
    pub(crate) fn new(
        ids: Arc<Ids>,
        baskets: u64,
        min_count: u64,
        min_length: usize,
        levels: Vec<Level>,
    ) -> Self {
        let mut blocks = Vec::new();
        let mut starts = vec![0u32];
        let mut start = 0;
        for block in levels.into_iter().flat_map(|level| level.blocks) {
            let rows = block.rows() as u32;
            blocks.push(Stored { start, block });
            start += rows;
            starts.push(start);
        }
        Self { ids, baskets, min_count, min_length, blocks, starts, index: OnceLock::new() }
    }

    /// How many itemsets there are.
    pub(crate) fn len(&self) -> usize {
        self.starts[self.blocks.len()] as usize
    }

    /// The blocks in order: how long their rows are, the number of the first row, the items of all
    /// rows, and their counts.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = (usize, u32, &[u32], &[u32])> {
        self.blocks
            .iter()
            .map(|Stored { start, block }| (block.length, *start, block.items(), &block.counts[..]))
    }

    #[inline]
    fn block_of(&self, row: u32) -> &Stored {
        &self.blocks[self.starts[1..].partition_point(|&start| start <= row)]
    }

    /// The items and the count of a row. Panics if there is no such row.
    #[inline]
    pub(crate) fn row(&self, row: u32) -> (&[u32], u32) {
        let Stored { start, block } = self.block_of(row);
        let (at, length) = ((row - start) as usize, block.length);
        (&block.items()[at * length..(at + 1) * length], block.counts[at])
    }

    /// How many items the itemset in a row has. Panics if there is no such row.
    #[inline]
    pub(crate) fn length(&self, row: u32) -> usize {
        self.block_of(row).block.length
    }

    /// The index from sets to rows, made when first asked for.
    pub(crate) fn index(&self) -> &SetIndex {
        self.index.get_or_init(|| SetIndex::new(self))
    }

    /// The row that holds exactly these items, which are ascending.
    pub(crate) fn find(&self, items: &[u32]) -> Option<u32> {
        let index = self.index();
        index.find(SetIndex::hash(items), |row| self.row(row).0 == items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::IdKind;

    #[test]
    fn rows_are_found_across_blocks() -> Result<()> {
        let n = 2 * BLOCK_ROWS + 5;
        let items: Vec<u32> = (0..2 * n as u32).collect();
        let counts: Vec<u32> = (0..n as u32).collect();
        let mut level = Level::from_rows(&items, &counts)?;
        assert_eq!((level.blocks.len(), level.rows()), (3, n));
        assert_eq!(level.rows_from(2, n - 2), &items[2 * (n - 2)..]);
        level.append(Level::from_rows(&[1, 2], &[3])?)?;
        level.append(Level::default())?;
        assert_eq!(level.blocks.len(), 3);
        let levels = vec![Level::default(), level];
        let store = Store::new(Arc::new(Ids::new(IdKind::Int)), 1, 1, 1, levels);
        assert_eq!(store.len(), n + 1);
        for row in [0, 1, BLOCK_ROWS - 1, BLOCK_ROWS, 2 * BLOCK_ROWS, n - 1] {
            let (found, count) = store.row(row as u32);
            assert_eq!((found, count), (&items[2 * row..2 * row + 2], row as u32));
            assert_eq!(store.find(found), Some(row as u32));
        }
        assert_eq!(store.find(&[1, 2]), Some(n as u32));
        assert_eq!(store.find(&[1]), None);
        Ok(())
    }
}
