//! Where mined itemsets lie: rows of fixed width for each length, in blocks.
//!
//! Blocks are never moved, so a result is neither copied while it grows nor when the parts that
//! several threads found are put together. They are cut from huge pages that all levels share: the
//! system fills pages with zeros, which costs as much as mining where pages stay half empty.

use std::mem::MaybeUninit;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::closures::Closures;
use super::index::SetIndex;
use super::limits::Raised;
use super::memory::{Buffer, HUGE_PAGE, Supply};
use crate::data::Scale;
use crate::{Control, Ids, Result};

/// How many numbers may be written behind the end of the items, and of the counts, so that they can
/// be written in whole vectors, and before it is known whether they are kept.
pub(crate) const SLACK: usize = 32;

/// How many numbers go in the largest blocks, at most, if that is several rows.
const BLOCK: usize = HUGE_PAGE / 8 / size_of::<u32>();

/// How many rows the first block of a level has, at most.
const FIRST: usize = 64;

/// Rows of one length, and how many baskets hold each.
#[derive(Debug)]
pub(crate) struct Block {
    /// The items of all rows, room for more, slack; then the counts of all rows, room, slack.
    numbers: Buffer<u32>,
    length: usize,
    rows: usize,
    /// How many rows there is room for.
    room: usize,
}

impl Block {
    /// Without rows; with room for so many.
    fn new(length: usize, room: usize, supply: &Supply<u32>) -> Result<Self> {
        let numbers = supply.take(room * (length + 1) + 2 * SLACK)?;
        Ok(Self { numbers, length, rows: 0, room })
    }

    /// How many rows there are.
    #[inline]
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// The items of each row, ascending, one row after the other.
    #[inline]
    pub(crate) fn items(&self) -> &[u32] {
        let written = &self.numbers[..self.rows * self.length];
        // SAFETY: the items of all rows were written when the rows were committed.
        unsafe { written.assume_init_ref() }
    }

    /// How many baskets hold each row.
    #[inline]
    pub(crate) fn counts(&self) -> &[u32] {
        let written = &self.numbers[self.room * self.length + SLACK..][..self.rows];
        // SAFETY: the counts of all rows were written when the rows were committed.
        unsafe { written.assume_init_ref() }
    }

    /// The places for the items and the counts of all rows that there is still room for, and the
    /// slack behind both.
    #[inline]
    fn places(&mut self) -> Places<'_> {
        let (items, counts) = self.numbers.split_at_mut(self.room * self.length + SLACK);
        (&mut items[self.rows * self.length..], &mut counts[self.rows..])
    }
}

/// Where items and counts go.
pub(crate) type Places<'a> = (&'a mut [MaybeUninit<u32>], &'a mut [MaybeUninit<u32>]);

/// How many rows each block of a level has: `1 << first` in the first, twice as many in each
/// further one, until they are `1 << (first + steps)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sizes {
    first: u32,
    steps: u32,
}

impl Sizes {
    /// For rows of this length.
    fn new(length: usize) -> Self {
        let full = (BLOCK.saturating_sub(2 * SLACK) / (length + 1)).max(1);
        let first = FIRST.min(full).ilog2();
        Self { first, steps: full.ilog2() - first }
    }

    /// How many rows block number `block` has.
    #[inline]
    fn of(self, block: usize) -> usize {
        1 << (self.first + (block as u32).min(self.steps))
    }

    /// In which block row number `row` is, and where.
    #[inline]
    fn place(self, row: usize) -> (usize, usize) {
        // In units of the first block.
        let unit = row >> self.first;
        let growing = (1usize << self.steps) - 1;
        if unit < growing {
            let block = (unit + 1).ilog2();
            return (block as usize, row - (((1 << block) - 1) << self.first));
        }
        let (row, size) = (row - (growing << self.first), self.first + self.steps);
        (self.steps as usize + (row >> size), row & ((1 << size) - 1))
    }
}

/// The itemsets of one length.
#[derive(Debug)]
pub(crate) struct Level {
    length: usize,
    sizes: Sizes,
    /// All blocks but the last are full, as long as rows are pushed.
    pub blocks: Vec<Block>,
    /// How many rows there are before the last block, as long as rows are pushed.
    before: usize,
}

impl Level {
    /// Without rows.
    pub(crate) fn new(length: usize) -> Self {
        Self { length, sizes: Sizes::new(length), blocks: Vec::new(), before: 0 }
    }

    /// Rows that exist already.
    pub(crate) fn from_rows(length: usize, items: &[u32], counts: &[u32]) -> Result<Self> {
        let mut level = Self::new(length);
        level.append(items, counts, &Supply::default())?;
        Ok(level)
    }

    /// Appends copies of rows.
    pub(crate) fn append(
        &mut self,
        items: &[u32],
        counts: &[u32],
        supply: &Supply<u32>,
    ) -> Result<()> {
        let (mut items, mut counts) = (items, counts);
        while !counts.is_empty() {
            let now = counts.len().min(self.room());
            let (new_items, new_counts) = (&items[..now * self.length], &counts[..now]);
            let places = self.places(supply)?;
            places.0[..new_items.len()].write_copy_of_slice(new_items);
            places.1[..now].write_copy_of_slice(new_counts);
            // SAFETY: all items and counts are written.
            unsafe { self.commit(now) };
            (items, counts) = (&items[new_items.len()..], &counts[now..]);
        }
        Ok(())
    }

    /// How many rows there are.
    #[inline]
    pub(crate) fn rows(&self) -> usize {
        self.before + self.blocks.last().map_or(0, Block::rows)
    }

    /// How many bytes the blocks take.
    pub(crate) fn bytes(&self) -> u64 {
        let numbers: usize = self.blocks.iter().map(|block| block.numbers.len()).sum();
        (numbers * size_of::<u32>()) as u64
    }

    /// How many more rows go in the last block, or in the next if that is full.
    #[inline]
    pub(crate) fn room(&self) -> usize {
        match self.blocks.last() {
            Some(last) if last.rows < last.room => last.room - last.rows,
            _ => self.sizes.of(self.blocks.len()),
        }
    }

    /// The items and the counts from row `row` on to the end of its block.
    #[inline]
    pub(crate) fn rows_from(&self, row: usize) -> (&[u32], &[u32]) {
        let (block, at) = if row >= self.before {
            (self.blocks.len() - 1, row - self.before)
        } else {
            self.sizes.place(row)
        };
        let block = &self.blocks[block];
        (&block.items()[at * self.length..], &block.counts()[at..])
    }

    /// The places for the items and the counts of more rows, as many as [`room`](Self::room) says,
    /// and the slack behind both. To be followed by [`commit`](Self::commit).
    #[inline]
    pub(crate) fn places(&mut self, supply: &Supply<u32>) -> Result<Places<'_>> {
        if self.blocks.last().is_none_or(|last| last.rows == last.room) {
            self.open(supply)?;
        }
        let last = self.blocks.len() - 1;
        Ok(self.blocks[last].places())
    }

    /// Begins a new block.
    #[cold]
    fn open(&mut self, supply: &Supply<u32>) -> Result<()> {
        self.before += self.blocks.last().map_or(0, Block::rows);
        self.blocks.push(Block::new(self.length, self.sizes.of(self.blocks.len()), supply)?);
        Ok(())
    }

    /// Makes rows of those that were written where [`places`](Self::places) said.
    ///
    /// # Safety
    /// The items and counts of that many rows were written, and there was room for them.
    #[inline]
    pub(crate) unsafe fn commit(&mut self, rows: usize) {
        if let Some(last) = self.blocks.last_mut() {
            last.rows += rows;
        }
    }
}

/// Rows of a block.
#[derive(Debug)]
pub(crate) struct Piece {
    block: Arc<Block>,
    from: usize,
    rows: usize,
}

impl Piece {
    fn items(&self) -> &[u32] {
        let length = self.block.length;
        &self.block.items()[self.from * length..][..self.rows * length]
    }

    fn counts(&self) -> &[u32] {
        &self.block.counts()[self.from..][..self.rows]
    }
}

/// The itemsets of one length, in order, wherever they lie.
#[derive(Debug)]
pub(crate) struct Pieces {
    pieces: Vec<Piece>,
    /// Collects small pieces, so that there are few.
    open: Level,
}

/// What was mined.
#[derive(Debug)]
pub(crate) struct Mined {
    /// The itemsets of length 1, of length 2, and so on.
    pub lengths: Vec<Pieces>,
    /// The weights of those of each length; empty if rows have none.
    pub weights: Vec<Vec<u64>>,
}

impl From<Vec<Pieces>> for Mined {
    fn from(lengths: Vec<Pieces>) -> Self {
        Self { lengths, weights: Vec::new() }
    }
}

/// Pieces of less than this many numbers are copied.
const SMALL_PIECE: usize = 1024;

impl Pieces {
    /// Without rows.
    pub(crate) fn new(length: usize) -> Self {
        Self { pieces: Vec::new(), open: Level::new(length) }
    }

    /// All rows of a level.
    pub(crate) fn of(level: Level) -> Self {
        let mut pieces = Self::new(level.length);
        pieces.take(level);
        pieces
    }

    /// Appends rows of a level, whose blocks are given. Small pieces are copied to what the supply
    /// gives.
    pub(crate) fn add(
        &mut self,
        blocks: &[Arc<Block>],
        rows: Range<usize>,
        supply: &Supply<u32>,
    ) -> Result<()> {
        let mut from = rows.start;
        while from < rows.end {
            let (block, at) = self.open.sizes.place(from);
            let block = &blocks[block];
            let rows = (rows.end - from).min(block.rows - at);
            let piece = Piece { block: block.clone(), from: at, rows };
            if rows * (self.open.length + 1) < SMALL_PIECE {
                self.open.append(piece.items(), piece.counts(), supply)?;
            } else {
                self.close();
                self.pieces.push(piece);
            }
            from += rows;
        }
        Ok(())
    }

    /// Appends what was copied.
    fn close(&mut self) {
        let new = Level::new(self.open.length);
        let open = std::mem::replace(&mut self.open, new);
        self.take(open);
    }

    fn take(&mut self, level: Level) {
        self.pieces.extend(level.blocks.into_iter().map(|block| {
            let rows = block.rows();
            Piece { block: Arc::new(block), from: 0, rows }
        }));
    }

    /// The items and the counts of all rows, in order, as they lie.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = (&[u32], &[u32])> {
        let open = self.open.blocks.iter().map(|block| (block.items(), block.counts()));
        self.pieces.iter().map(|piece| (piece.items(), piece.counts())).chain(open)
    }

    fn finish(mut self) -> impl Iterator<Item = Piece> {
        self.close();
        self.pieces.into_iter().filter(|piece| piece.rows > 0)
    }

    /// The itemsets, in order, each with its count.
    #[cfg(test)]
    pub(crate) fn flat(self) -> Vec<(Vec<u32>, u32)> {
        let mut all = Vec::new();
        for piece in self.finish() {
            let rows = piece.items().chunks(piece.block.length).map(<[u32]>::to_vec);
            all.extend(rows.zip(piece.counts().iter().copied()));
        }
        all
    }
}

/// A piece, and which row of the store is its first.
#[derive(Debug)]
struct Stored {
    start: u32,
    piece: Piece,
}

/// Consecutive rows of one length, for those who go through rows in order.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Near<'a> {
    /// The first row.
    pub start: u32,
    pub length: usize,
    items: &'a [u32],
    pub counts: &'a [u32],
}

impl<'a> Near<'a> {
    /// The items and the count of a row, which must be one of these.
    #[inline]
    pub(crate) fn row(&self, row: u32) -> (&'a [u32], u32) {
        let at = (row - self.start) as usize;
        (&self.items[at * self.length..(at + 1) * self.length], self.counts[at])
    }
}

/// A further number for each itemset, by row of the store.
#[derive(Clone, Debug)]
pub(crate) struct Extra {
    /// The name of the column.
    pub name: &'static str,
    pub numbers: Numbers,
}

/// The numbers of a column, one for each row.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// Whole numbers, such as counts and amounts of money in minor units.
    Int(Vec<i64>),
    /// Any numbers.
    Float(Vec<f64>),
}

impl Numbers {
    /// The numbers of these rows, in this order.
    pub(crate) fn take(&self, rows: impl Iterator<Item = u32>) -> Self {
        match self {
            Self::Int(values) => Self::Int(rows.map(|row| values[row as usize]).collect()),
            Self::Float(values) => Self::Float(rows.map(|row| values[row as usize]).collect()),
        }
    }
}

/// Every mined itemset, by length. Rows are numbered through all lengths.
#[derive(Debug)]
pub(crate) struct Store {
    pub ids: Arc<Ids>,
    pub baskets: u64,
    pub min_count: u64,
    /// The least support as a share: the one that was asked for, or that of `min_count`.
    pub min_support: f64,
    /// The option, by name, that left out subsets of itemsets that are there; `None` if every
    /// subset of every itemset is there.
    pub gaps: Option<&'static str>,
    /// The option, by name, because of which itemsets may be missing that are frequent by
    /// themselves, though every subset of those that are there is; `None` if there is none.
    pub selected: Option<&'static str>,
    /// Whether the rows are all closed itemsets of some least count, so that the count of any
    /// subset of a row is that of the most frequent row that holds it.
    pub closed: bool,
    /// What weights mean, if baskets have them. Those of the itemsets are in the column `weight`.
    pub scale: Option<Scale>,
    /// Longer itemsets were not looked for.
    pub max_length: usize,
    /// Why the least count is more than was asked for.
    pub raised: Option<Raised>,
    /// Further numbers for each itemset.
    pub extras: Vec<Extra>,
    pieces: Vec<Stored>,
    /// The first row of each piece, and the number of rows.
    starts: Vec<u32>,
    index: OnceLock<SetIndex>,
    closures: OnceLock<Closures>,
}

impl Store {
    /// Of the itemsets of length 1, of length 2, and so on. The caller has seen to it that there
    /// are fewer than 2^32 rows.
    pub(crate) fn new(ids: Arc<Ids>, baskets: u64, min_count: u64, lengths: Vec<Pieces>) -> Self {
        let mut pieces = Vec::new();
        let mut starts = vec![0u32];
        let mut start = 0;
        for piece in lengths.into_iter().flat_map(Pieces::finish) {
            let rows = piece.rows as u32;
            pieces.push(Stored { start, piece });
            start += rows;
            starts.push(start);
        }
        let index = OnceLock::new();
        Self {
            ids,
            baskets,
            min_count,
            min_support: min_count as f64 / baskets as f64,
            gaps: None,
            selected: None,
            closed: false,
            scale: None,
            max_length: usize::MAX,
            raised: None,
            extras: Vec::new(),
            pieces,
            starts,
            index,
            closures: OnceLock::new(),
        }
    }

    /// How many itemsets there are.
    pub(crate) fn len(&self) -> usize {
        self.starts[self.pieces.len()] as usize
    }

    /// The pieces in order: how long their rows are, the number of the first row, the items of all
    /// rows, and their counts.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = (usize, u32, &[u32], &[u32])> {
        self.pieces.iter().map(|Stored { start, piece }| {
            (piece.block.length, *start, piece.items(), piece.counts())
        })
    }

    #[inline]
    fn piece_of(&self, row: u32) -> &Stored {
        &self.pieces[self.starts[1..].partition_point(|&start| start <= row)]
    }

    /// The items and the count of a row. Panics if there is no such row.
    #[inline]
    pub(crate) fn row(&self, row: u32) -> (&[u32], u32) {
        let Stored { start, piece } = self.piece_of(row);
        let (at, length) = (piece.from + (row - start) as usize, piece.block.length);
        (&piece.block.items()[at * length..(at + 1) * length], piece.block.counts()[at])
    }

    /// The rows around a row: consecutive ones of one length. Panics if there is no such row.
    pub(crate) fn near(&self, row: u32) -> Near<'_> {
        let Stored { start, piece } = self.piece_of(row);
        let (items, counts) = (piece.items(), piece.counts());
        Near { start: *start, length: piece.block.length, items, counts }
    }

    /// The further number of a row in the column of this name.
    pub(crate) fn extra(&self, name: &str, row: u32) -> Option<f64> {
        let extra = self.extras.iter().find(|extra| extra.name == name)?;
        Some(match &extra.numbers {
            Numbers::Int(values) => values[row as usize] as f64,
            Numbers::Float(values) => values[row as usize],
        })
    }

    /// The support of the itemset in a row: the share of the baskets, or of their weight. Panics
    /// if there is no such row.
    pub(crate) fn support(&self, row: u32) -> f64 {
        match self.scale {
            Some(scale) => {
                let total = scale.value(scale.total);
                self.extra("weight", row).map_or(f64::NAN, |weight| weight / total)
            }
            None => f64::from(self.row(row).1) / self.baskets as f64,
        }
    }

    /// How many items the itemset in a row has. Panics if there is no such row.
    #[inline]
    pub(crate) fn length(&self, row: u32) -> usize {
        self.piece_of(row).piece.block.length
    }

    /// The index from sets to rows, made when first asked for.
    pub(crate) fn index(&self) -> &SetIndex {
        self.index.get_or_init(|| SetIndex::new(self))
    }

    /// As [`index`](Self::index), as a part of some work.
    pub(crate) fn index_within(&self, control: &Control) -> Result<&SetIndex> {
        match self.index.get() {
            Some(index) => Ok(index),
            None => {
                let index = SetIndex::within(self, control)?;
                Ok(self.index.get_or_init(|| index))
            }
        }
    }

    /// The row that tells the count of these items, which are ascending: their own, or that of the
    /// smallest closed itemset around them.
    pub(crate) fn row_of(&self, items: &[u32]) -> Option<u32> {
        let own = self.find(items);
        if own.is_some() || !self.closed {
            return own;
        }
        self.closures.get_or_init(|| Closures::new(self)).find(self, items)
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
    fn blocks_grow_to_their_full_size() {
        for length in [1, 2, 9, 5_000, 40_000, 100_000] {
            let sizes = Sizes::new(length);
            let full = 1 << (sizes.first + sizes.steps);
            assert!(full == 1 || full * (length + 1) + 2 * SLACK <= BLOCK, "{length}");
            let mut row = 0;
            for block in 0..12 {
                let size = sizes.of(block);
                assert!(size <= full && size >= full.min(FIRST), "{length}");
                assert_eq!(sizes.place(row), (block, 0), "{length}");
                assert_eq!(sizes.place(row + size - 1), (block, size - 1), "{length}");
                row += size;
            }
        }
    }

    #[test]
    fn rows_are_found_across_blocks() -> Result<()> {
        let n = 50_000;
        let items: Vec<u32> = (0..2 * n as u32).collect();
        let counts: Vec<u32> = (0..n as u32).collect();
        let level = Level::from_rows(2, &items, &counts)?;
        assert_eq!((level.blocks.len(), level.rows()), (11, n));
        let ends: Vec<usize> = (0..10).map(|b| level.sizes.of(b)).collect();
        let last = n - ends.iter().sum::<usize>();
        assert_eq!(level.room(), level.sizes.of(10) - last);
        for row in [0, 63, 64, 16_319, 16_320, 32_703, 32_704, n - 1] {
            let (rest, counts) = level.rows_from(row);
            assert_eq!((rest[0], counts[0]), (2 * row as u32, row as u32));
        }
        // All but the first row of one level, a few, and a last one.
        let blocks: Vec<Arc<Block>> = level.blocks.into_iter().map(Arc::new).collect();
        let (mut pieces, supply) = (Pieces::new(2), Supply::default());
        pieces.add(&blocks, 1..n, &supply)?;
        pieces.add(&blocks, 3..3, &supply)?;
        let copies = 10_000;
        for _ in 0..copies {
            pieces.add(&blocks, 0..3, &supply)?;
        }
        let last = Level::from_rows(2, &[1, 2], &[3])?.blocks.into_iter().map(Arc::new);
        pieces.add(&last.collect::<Vec<_>>(), 0..1, &supply)?;
        let lengths = vec![Pieces::new(1), pieces];
        let store = Store::new(Arc::new(Ids::new(IdKind::Int)), 1, 1, lengths);
        let total = n - 1 + copies * 3;
        assert_eq!(store.len(), total + 1);
        // Large blocks are shared, small ones and the copies collected.
        assert!(store.pieces().count() < 30);
        for row in [1, 63, 64, 1_000, 16_319, 16_320, 32_704, n - 1] {
            let (found, count) = store.row(row as u32 - 1);
            assert_eq!((found, count), (&items[2 * row..2 * row + 2], row as u32));
            assert_eq!(store.find(found), Some(row as u32 - 1));
        }
        for row in [n - 1, n - 1 + copies / 2 * 3, total - 3] {
            assert_eq!(store.row(row as u32), (&[0, 1][..], 0));
            assert_eq!(store.row(row as u32 + 2), (&[4, 5][..], 2));
        }
        assert_eq!(store.find(&[1, 2]), Some(total as u32));
        assert_eq!(store.find(&[1]), None);
        Ok(())
    }
}
