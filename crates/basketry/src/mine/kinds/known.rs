//! Maximal sets that are known, so that what lies within them is not searched.

use std::sync::{Arc, Mutex, PoisonError};

/// The maximal sets that all threads have found so far, by item. They only save work: what a thread
/// does not see yet, it decides by counting.
#[derive(Debug)]
pub(super) struct Published {
    /// By rank: the ranks of each set with that item.
    sets: Vec<Mutex<Vec<Arc<[u32]>>>>,
}

impl Published {
    pub(super) fn new(items: usize) -> Self {
        Self { sets: (0..items).map(|_| Mutex::default()).collect() }
    }

    /// How many bytes a set of so many items takes.
    pub(super) fn bytes(items: usize) -> u64 {
        // The ranks behind two counters, and for each item a pointer with the length.
        (16 + (4 + 16) * items) as u64
    }

    /// Publishes a set, given the ranks of its items.
    pub(super) fn add(&self, ranks: &Arc<[u32]>) {
        for &rank in ranks.iter() {
            let sets = &self.sets[rank as usize];
            sets.lock().unwrap_or_else(PoisonError::into_inner).push(ranks.clone());
        }
    }

    /// The sets with an item so far. Nobody will ask for them again.
    fn take(&self, rank: u32) -> Vec<Arc<[u32]>> {
        let sets = &self.sets[rank as usize];
        std::mem::take(&mut sets.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The maximal sets that contain the root at which a thread is, as bits over the root's candidates.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Words of each set.
    words: usize,
    sets: Vec<u64>,
    number: usize,
    /// By rank: the bit of each candidate, or `u32::MAX`.
    bits: Vec<u32>,
    /// The ranks that have bits.
    ranks: Vec<u32>,
    /// A stack: for each node on the way down, the numbers of the sets that contain it. Those of
    /// the lowest node lie on top.
    focus: Vec<u32>,
    /// Scratch: candidates as bits.
    mask: Vec<u64>,
}

impl Known {
    pub(super) fn new(items: usize) -> Self {
        Self { bits: vec![u32::MAX; items], ..Self::default() }
    }

    /// Begins a root, whose candidates have these ranks.
    pub(super) fn begin(
        &mut self,
        root: u32,
        candidates: impl Iterator<Item = u32>,
        published: &Published,
    ) {
        for rank in self.ranks.drain(..) {
            self.bits[rank as usize] = u32::MAX;
        }
        self.ranks.extend(candidates);
        for (bit, &rank) in (0..).zip(&self.ranks) {
            self.bits[rank as usize] = bit;
        }
        self.words = self.ranks.len().div_ceil(64);
        self.mask.resize(self.words, 0);
        self.sets.clear();
        self.number = 0;
        self.focus.clear();
        for ranks in published.take(root) {
            self.add(&ranks);
        }
        self.focus.extend(0..self.number as u32);
    }

    /// How many bytes the sets take.
    pub(super) fn bytes(&self) -> u64 {
        (8 * self.sets.capacity() + 4 * self.focus.capacity()) as u64
    }

    /// Adds a set that contains the root.
    pub(super) fn add(&mut self, ranks: &[u32]) {
        let from = self.sets.len();
        self.sets.resize(from + self.words, 0);
        for &rank in ranks {
            let bit = self.bits[rank as usize];
            if bit != u32::MAX {
                self.sets[from + bit as usize / 64] |= 1 << (bit % 64);
            }
        }
        self.number += 1;
    }

    /// How many sets there are.
    pub(super) fn len(&self) -> usize {
        self.number
    }

    /// Begins a child of the node whose focus begins at `from`: by this candidate. Returns where
    /// the child's focus begins.
    pub(super) fn enter(&mut self, from: usize, rank: u32) -> usize {
        let to = self.focus.len();
        let bit = self.bits[rank as usize] as usize;
        for at in from..to {
            let set = self.focus[at];
            if self.sets[set as usize * self.words + bit / 64] >> (bit % 64) & 1 == 1 {
                self.focus.push(set);
            }
        }
        to
    }

    /// Ends a child, whose focus began at `from`; there were `before` sets when it began. Those
    /// found since contain the parent too.
    pub(super) fn leave(&mut self, from: usize, before: usize) {
        self.focus.truncate(from);
        self.focus.extend(before as u32..self.number as u32);
    }

    /// True if a known set contains the lowest node, whose focus begins at `from`.
    pub(super) fn contains_node(&self, from: usize) -> bool {
        from < self.focus.len()
    }

    /// True if a known set contains the lowest node and all of these candidates.
    pub(super) fn contains(&mut self, from: usize, candidates: impl Iterator<Item = u32>) -> bool {
        if from == self.focus.len() {
            return false;
        }
        self.mask.fill(0);
        for rank in candidates {
            let bit = self.bits[rank as usize] as usize;
            self.mask[bit / 64] |= 1 << (bit % 64);
        }
        // What was found last is most like what is looked for.
        self.focus[from..].iter().rev().any(|&set| {
            let set = &self.sets[set as usize * self.words..][..self.words];
            self.mask.iter().zip(set).all(|(&mask, &set)| mask & !set == 0)
        })
    }
}
