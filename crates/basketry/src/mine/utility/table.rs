//! The rows of a subproblem.

use super::super::index::item_hash;

/// Stands for "none" among numbers of items.
pub(super) const NONE: u32 = u32::MAX;

/// Baskets that hold the items taken so far, as far as these may be extended: rows of items
/// numbered in the order of the search, each item with its utility. Baskets that hold the same
/// items are one row.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Which item each number stands for.
    pub(super) names: Vec<u32>,
    rows: Vec<Row>,
    /// The lines of all rows, by ascending items within each.
    lines: Vec<Line>,
    /// The items from which the search goes on: ascending.
    pub(super) heads: Vec<Head>,
    /// Where each of them is in the rows.
    places: Vec<Place>,
}

/// An item of a row and what it is worth there. Side by side, so that rows read in no order cost
/// one miss of the cache and not two.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) value: i64,
    pub(super) item: u32,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    /// What the items taken so far are worth in these baskets.
    taken: i64,
    start: usize,
    len: u32,
    /// How many baskets the row stands for.
    baskets: u32,
}

/// An item from which the search goes on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) item: u32,
    /// What the items taken so far, this one and any that follow it may be worth at most.
    pub(super) bound: i64,
    /// Where its places end; they begin where those of the head before end.
    end: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Place {
    row: u32,
    /// Counted from the beginning of the row.
    at: u32,
}

/// What follows an item in a row that holds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tail<'a> {
    /// What the items taken so far, and that item, are worth.
    pub(super) taken: i64,
    pub(super) baskets: u32,
    pub(super) lines: &'a [Line],
}

/// So many tails are looked up before they are read: the processor waits for all at once.
const BATCH: usize = 16;

/// The most that up to `room` of these are worth: no more than the sum of all that are worth
/// something, and no more than so many times the best.
#[inline]
pub(super) fn most(lines: &[Line], room: i64) -> i64 {
    let (mut sum, mut best) = (0, 0);
    for line in lines {
        sum += line.value.max(0);
        best = best.max(line.value);
    }
    sum.min(room.saturating_mul(best))
}

impl Table {
    /// Forgets all rows; the memory stays.
    pub(super) fn clear(&mut self) {
        self.names.clear();
        self.rows.clear();
        self.lines.clear();
        self.heads.clear();
        self.places.clear();
    }

    /// How many lines all rows have.
    pub(super) fn lines(&self) -> usize {
        self.lines.len()
    }

    /// The only row, if there is just one.
    pub(super) fn only(&self) -> Option<Tail<'_>> {
        match &self.rows[..] {
            &[Row { taken, baskets, .. }] => Some(Tail { taken, baskets, lines: &self.lines }),
            _ => None,
        }
    }

    /// In how many rows a head is.
    pub(super) fn rows_of(&self, head: usize) -> usize {
        self.places_of(head).len()
    }

    fn places_of(&self, head: usize) -> &[Place] {
        let begin = if head == 0 { 0 } else { self.heads[head - 1].end };
        &self.places[begin..self.heads[head].end]
    }

    /// Calls `visit` with what follows a head in each row that holds it.
    #[inline]
    pub(super) fn for_each_tail<'a>(&'a self, head: usize, mut visit: impl FnMut(Tail<'a>)) {
        let tail = |place: &Place| {
            let row = &self.rows[place.row as usize];
            let lines = &self.lines[row.start..][..row.len as usize][place.at as usize..];
            let taken = row.taken + lines[0].value;
            Tail { taken, baskets: row.baskets, lines: &lines[1..] }
        };
        let mut batch = [Tail { taken: 0, baskets: 0, lines: &[] }; BATCH];
        for places in self.places_of(head).chunks(BATCH) {
            for (slot, place) in batch.iter_mut().zip(places) {
                *slot = tail(place);
            }
            batch[..places.len()].iter().for_each(|&tail| visit(tail));
        }
    }

    /// Appends an item to the row that is being written.
    #[inline]
    pub(super) fn push(&mut self, item: u32, value: i64) {
        self.lines.push(Line { value, item });
    }

    /// Ends the row that is being written. If `merger` knows one of the same items, both become
    /// one. Rows of less than two items are dropped: nothing that is not known already begins
    /// there.
    #[inline]
    pub(super) fn end(&mut self, taken: i64, baskets: u32, merger: &mut Merger) {
        let start = self.rows.last().map_or(0, |row| row.start + row.len as usize);
        let (known, new) = self.lines.split_at_mut(start);
        if new.len() < 2 {
            self.lines.truncate(start);
            return;
        }
        let rows = &self.rows;
        let number = rows.len() as u32;
        let found = merger.find(new, number, |other| {
            let other = &rows[other as usize];
            other.len as usize == new.len()
                && known[other.start..].iter().zip(&*new).all(|(a, b)| a.item == b.item)
        });
        match found {
            Some(other) => {
                let other = &mut self.rows[other as usize];
                other.taken += taken;
                other.baskets += baskets;
                for (sum, line) in known[other.start..].iter_mut().zip(&*new) {
                    sum.value += line.value;
                }
                self.lines.truncate(start);
            }
            None => {
                let len = new.len() as u32;
                self.rows.push(Row { taken, start, len, baskets });
            }
        }
    }

    /// Finds the items from which the search goes on, and their places. `room` is how many items
    /// may still be taken, `sums` is scratch.
    ///
    /// The bound of an item is the sum over the rows that hold it, and something behind it, of
    /// what was taken, the item itself and the most that follows it, where that is above 0 (the
    /// *sub-tree utility*; see the module's documentation).
    pub(super) fn index(&mut self, least: i64, room: i64, sums: &mut Vec<(i64, u32)>) {
        sums.clear();
        sums.resize(self.names.len(), (0, 0));
        for row in &self.rows {
            let lines = &self.lines[row.start..][..row.len as usize];
            let last = lines[lines.len() - 1].value.max(0);
            let (mut rest, mut best) = (last, last);
            for &Line { item, value } in lines.iter().rev().skip(1) {
                let follows = rest.min((room - 1).saturating_mul(best));
                let (bound, count) = &mut sums[item as usize];
                *bound += (row.taken + value + follows).max(0);
                *count += 1;
                rest += value.max(0);
                best = best.max(value);
            }
        }
        // From here on, the count of an item is the number of its head.
        let mut end = 0;
        for (item, (bound, count)) in (0u32..).zip(sums.iter_mut()) {
            if *count > 0 && *bound >= least {
                // The places are written from the beginning on.
                self.heads.push(Head { item, bound: *bound, end });
                end += *count as usize;
                *count = self.heads.len() as u32 - 1;
            } else {
                *count = NONE;
            }
        }
        self.places.resize(end, Place::default());
        for (number, row) in (0u32..).zip(&self.rows) {
            let lines = &self.lines[row.start..][..row.len as usize - 1];
            for (at, line) in (0u32..).zip(lines) {
                if let Some(head) = self.heads.get_mut(sums[line.item as usize].1 as usize) {
                    self.places[head.end] = Place { row: number, at };
                    head.end += 1;
                }
            }
        }
    }
}

/// Finds rows of the same items.
#[derive(Debug, Default)]
pub(super) struct Merger {
    /// `row + 1`, or 0 for an empty slot, beside the upper half of the hash.
    slots: Vec<(u32, u32)>,
    mask: usize,
}

impl Merger {
    /// Knows no row, and has room for so many.
    pub(super) fn clear(&mut self, rows: usize) {
        let capacity = (rows + rows / 2 + 1).next_power_of_two();
        self.slots.clear();
        self.slots.resize(capacity, (0, 0));
        self.mask = capacity - 1;
    }

    /// The row of the same items that was given before, as `same` says; if there is none, this
    /// one is known as `number` from now on.
    #[inline]
    fn find(&mut self, row: &[Line], number: u32, same: impl Fn(u32) -> bool) -> Option<u32> {
        let hash = row.iter().fold(0u64, |sum, line| sum.wrapping_add(item_hash(line.item)));
        let tag = (hash >> 32) as u32;
        let mut slot = hash as usize & self.mask;
        loop {
            let (row, other) = self.slots[slot];
            if row == 0 {
                self.slots[slot] = (number + 1, tag);
                return None;
            }
            if other == tag && same(row - 1) {
                return Some(row - 1);
            }
            slot = (slot + 1) & self.mask;
        }
    }
}
