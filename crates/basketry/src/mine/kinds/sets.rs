//! Where found sets are collected, and how generators are recognised.

use std::sync::OnceLock;

use super::Job;
use crate::Result;
use crate::mine::columns::{Level, Mined, Pieces};
use crate::mine::index::item_hash;
use crate::mine::memory::Supply;

/// The sets found below one root, in the order in which they were found.
#[derive(Debug, Default)]
pub(super) struct Sets {
    /// The items of all sets, those of each ascending.
    items: Vec<u32>,
    /// For each set: where its items end, its count and its weight.
    ends: Vec<usize>,
    counts: Vec<u32>,
    weights: Vec<u64>,
    /// An open-addressing table from sets to their numbers, for generators only: the upper half of
    /// the hash beside the number and 1, or 0.
    slots: Vec<(u32, u32)>,
    /// Numbers, ascending, of the generators that may prove to be none: whether the set without the
    /// root is as frequent was not known when they were found.
    open: Vec<u32>,
    /// True if the canonical order is the other way round.
    reversed: bool,
}

/// One of [`Sets`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Set<'a> {
    pub items: &'a [u32],
    pub count: u32,
    pub weight: u64,
}

impl Sets {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, number: usize) -> Set<'_> {
        let from = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        let items = &self.items[from..self.ends[number]];
        Set {
            items,
            count: self.counts[number],
            weight: self.weights.get(number).copied().unwrap_or(0),
        }
    }

    /// How many bytes it takes.
    pub(super) fn bytes(&self) -> u64 {
        let words = self.ends.capacity() + self.weights.capacity() + self.slots.capacity();
        let halves = self.items.capacity() + self.counts.capacity() + self.open.capacity();
        (8 * words + 4 * halves) as u64
    }

    /// Appends a set. Its weight is kept if there are weights.
    pub(super) fn push(&mut self, items: &[u32], count: u32, weight: Option<u64>) {
        self.items.extend_from_slice(items);
        self.ends.push(self.items.len());
        self.counts.push(count);
        self.weights.extend(weight);
    }

    /// Makes the set appended last be found by its items, whose hashes have this sum.
    pub(super) fn index(&mut self, hash: u64) {
        if self.slots.len() <= 2 * self.len() {
            let larger = (4 * self.len()).next_power_of_two().max(16);
            let hashes: Vec<u64> = (0..self.len()).map(|i| hash_of(self.get(i).items)).collect();
            self.slots.clear();
            self.slots.resize(larger, (0, 0));
            (0..).zip(hashes).for_each(|(number, hash)| self.insert(hash, number));
            return;
        }
        self.insert(hash, self.len() as u32 - 1);
    }

    fn insert(&mut self, hash: u64, number: u32) {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        while self.slots[slot].1 != 0 {
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = ((hash >> 32) as u32, number + 1);
    }

    /// The count of the set that has these items but one, and this sum of their hashes. `None` if
    /// it is not here.
    pub(super) fn count_without(&self, items: &[u32], left_out: usize, hash: u64) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let (tag, number) = self.slots[slot];
            if number == 0 {
                return None;
            }
            if tag == (hash >> 32) as u32 {
                let set = self.get(number as usize - 1);
                if set.items.len() + 1 == items.len()
                    && set.items[..left_out] == items[..left_out]
                    && set.items[left_out..] == items[left_out + 1..]
                {
                    return Some(set.count);
                }
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Notes that the set appended last may prove to be no generator.
    pub(super) fn leave_open(&mut self) {
        self.open.push(self.len() as u32 - 1);
    }

    /// Notes that the canonical order is the other way round.
    pub(super) fn reverse(&mut self) {
        self.reversed = true;
    }

    /// Lets go of what is only needed while more is added.
    pub(super) fn close(&mut self) {
        self.items.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.counts.shrink_to_fit();
        self.weights.shrink_to_fit();
    }
}

/// The sum of the hashes of the items.
pub(super) fn hash_of(items: &[u32]) -> u64 {
    items.iter().fold(0, |sum, &item| sum.wrapping_add(item_hash(item)))
}

/// Whether a set is more frequent than `set`, or `None` if that is not known yet: the one that lacks
/// its rarest item, of which it has at least two others.
pub(super) fn rarest_counts(job: &Job<'_>, done: &[OnceLock<Sets>], set: Set<'_>) -> Option<bool> {
    let rank = |place: &usize| job.ranks[set.items[*place] as usize];
    let rarest = (0..set.items.len()).max_by_key(rank)?;
    let next = (0..set.items.len()).filter(|&place| place != rarest).max_by_key(rank)?;
    let sets = done[rank(&next) as usize].get()?;
    let hash = hash_of(set.items).wrapping_sub(item_hash(set.items[rarest]));
    // A set that was dropped, and all that contain it, are no generators.
    Some(sets.count_without(set.items, rarest, hash).is_some_and(|count| count > set.count))
}

/// All sets, by length.
pub(super) struct Collected {
    levels: Vec<Level>,
    supply: Supply<u32>,
    weights: Vec<Vec<u64>>,
    min_length: usize,
    weighted: bool,
}

impl Collected {
    pub(super) fn new(min_length: usize, weighted: bool) -> Self {
        let (levels, supply, weights) = (Vec::new(), Supply::default(), Vec::new());
        Self { levels, supply, weights, min_length, weighted }
    }

    /// Appends a set, unless it is too short.
    pub(super) fn push(&mut self, items: &[u32], count: u32, weight: u64) -> Result<()> {
        while self.levels.len() < items.len() {
            self.levels.push(Level::new(self.levels.len() + 1));
            self.weights.push(Vec::new());
        }
        if items.len() < self.min_length {
            return Ok(());
        }
        let level = items.len() - 1;
        if self.weighted {
            self.weights[level].push(weight);
        }
        self.levels[level].append(items, &[count], &self.supply)
    }

    /// Appends what was found below all roots, those that proved to be no generators left out.
    pub(super) fn take(&mut self, mut done: Vec<OnceLock<Sets>>, job: &Job<'_>) -> Result<()> {
        let open = done.iter().filter_map(OnceLock::get).any(|sets| !sets.open.is_empty());
        if open {
            // Until the end there are two copies.
            let bytes = done.iter().filter_map(OnceLock::get).map(Sets::bytes).sum();
            job.control.take_memory(bytes)?;
        }
        for root in 0..done.len() {
            job.control.check()?;
            // Others may be looked up as long as anything is open.
            let taken = if open { None } else { done[root].take() };
            let Some(sets) = taken.as_ref().or_else(|| done[root].get()) else { continue };
            let mut open = sets.open.iter().copied().peekable();
            for number in 0..sets.len() {
                let set = sets.get(if sets.reversed { sets.len() - 1 - number } else { number });
                if open.next_if_eq(&(number as u32)).is_some() {
                    if rarest_counts(job, &done, set) != Some(true) {
                        continue;
                    }
                    job.report(1)?;
                }
                self.push(set.items, set.count, set.weight)?;
            }
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Mined {
        let weights = if self.weighted { self.weights } else { Vec::new() };
        Mined { lengths: self.levels.into_iter().map(Pieces::of).collect(), weights }
    }
}
