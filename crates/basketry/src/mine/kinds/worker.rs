//! The state of one mining thread, and what both ways to hold rows share.

use std::sync::Arc;

use super::known::Known;
use super::sets::{Set, Sets, hash_of, rarest_counts};
use super::{Job, Kind};
use crate::Result;
use crate::mine::index::item_hash;
use crate::mine::miner::Arena;

/// How many itemsets are found between two looks at the common limit.
const QUANTUM: u64 = 1 << 14;

/// An item by which a node can be extended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    /// The item's rank.
    pub rank: u32,
    /// The count and the weight of the node's itemset with this item.
    pub count: u32,
    pub weight: u64,
}

/// A rarer item than those by which a node can be extended, which may be in all of its rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rarer {
    /// Where its vector begins in the arena.
    pub start: usize,
    /// In how many of the node's rows it is at most.
    pub count: u32,
}

/// A subproblem: an itemset, and the candidates by which it can be extended, which are more frequent
/// than the item that was added last. Candidates go from the most frequent to the rarest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// Its items on the worker's stack, ascending, and how many there are.
    pub path: usize,
    pub length: usize,
    /// Its candidates on the worker's stack.
    pub from: usize,
    pub to: usize,
    /// Where its focus begins, for maximal sets.
    pub focus: usize,
}

impl Node {
    pub(super) fn len(&self) -> usize {
        self.to - self.from
    }
}

pub(super) struct Worker<'a> {
    pub job: &'a Job<'a>,
    /// Stacks: the items and the candidates of the nodes on the way down to the current one.
    path: Vec<u32>,
    pub candidates: Vec<Candidate>,
    /// Stacks: the bit vectors of the nodes on the way down, the rarer items among them, and the
    /// weights of their rows.
    pub arena: Arena,
    pub rarer: Vec<Rarer>,
    pub weights: Vec<u64>,
    /// Scratch: counts of candidates with the current pivot, rows as masks, and items that every
    /// row holds.
    pub joined: Vec<u32>,
    pub masks: Vec<u64>,
    pub absorbed: Vec<u32>,
    pub known: Known,
    sets: Sets,
    /// Itemsets found since the last look at the limit, and how many there may be until the next.
    found: u64,
    allowed: u64,
    ticks: u32,
}

impl<'a> Worker<'a> {
    pub(super) fn new(job: &'a Job<'a>) -> Self {
        let roots = job.items.len();
        let candidate = |(rank, item): (u32, &super::Frequent)| Candidate {
            rank,
            count: item.count,
            weight: item.weight,
        };
        Self {
            job,
            path: job.always.clone(),
            candidates: (0..).zip(&job.items).map(candidate).collect(),
            arena: Arena::default(),
            rarer: Vec::new(),
            weights: Vec::new(),
            joined: Vec::new(),
            masks: Vec::new(),
            absorbed: Vec::new(),
            known: Known::new(if job.kind == Kind::Maximal { roots } else { 0 }),
            sets: Sets::default(),
            found: 0,
            allowed: 0,
            ticks: 0,
        }
    }

    /// The node of the items of all rows.
    pub(super) fn top(&self) -> Node {
        let to = self.job.items.len();
        Node { path: 0, length: self.job.always.len(), from: 0, to, focus: 0 }
    }

    /// Ends a root: what was found is what is below it.
    pub(super) fn end_root(&mut self, root: usize) {
        let mut sets = std::mem::take(&mut self.sets);
        if self.job.kind == Kind::Maximal {
            sets.reverse();
        }
        sets.close();
        // Each root is done once.
        let _ = self.job.done[root].set(sets);
    }

    /// Tells the common limit about what was found.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.job.report(std::mem::take(&mut self.found))?;
        self.allowed = 0;
        Ok(())
    }

    /// Looks whether the work was cancelled, now and then.
    #[inline]
    pub(super) fn tick(&mut self) -> Result<()> {
        self.ticks = self.ticks.wrapping_add(1);
        if self.ticks.is_multiple_of(1024) {
            self.job.control.check()?;
        }
        Ok(())
    }

    /// Pushes the items of a child of a node: with candidate number `at`, and those absorbed.
    /// Returns the child, without candidates.
    pub(super) fn descend(&mut self, node: &Node, at: usize) -> Node {
        let path = self.path.len();
        self.path.extend_from_within(node.path..node.path + node.length);
        let pivot = self.candidates[node.from + at].rank;
        for &rank in std::iter::once(&pivot).chain(&self.absorbed) {
            let item = self.job.items[rank as usize].item;
            let place = self.path[path..].partition_point(|&other| other < item);
            self.path.insert(path + place, item);
        }
        let to = self.candidates.len();
        Node { path, length: self.path.len() - path, from: to, to, focus: 0 }
    }

    /// Drops the items of a child.
    pub(super) fn ascend(&mut self, child: &Node) {
        self.path.truncate(child.path);
    }

    /// Appends a node's itemset to what was found.
    pub(super) fn emit(&mut self, node: &Node, pivot: Candidate) -> Result<()> {
        self.found += 1;
        if self.found > self.allowed {
            self.allowed = self.job.report(self.found)?.min(QUANTUM);
            self.found = 0;
        }
        let items = &self.path[node.path..node.path + node.length];
        self.sets.push(items, pivot.count, self.job.weighted.then_some(pivot.weight));
        if self.job.kind == Kind::Maximal {
            let ranks = items.iter().map(|&item| self.job.ranks[item as usize]);
            let ranks: Arc<[u32]> = ranks.filter(|&rank| rank != u32::MAX).collect();
            self.known.add(&ranks);
            self.job.published.add(&ranks);
        }
        Ok(())
    }

    /// Appends a node's itemset to what was found if it is a generator, as far as that is known.
    /// Its count is less than that of its parent.
    pub(super) fn emit_generator(&mut self, node: &Node, pivot: Candidate) -> Result<bool> {
        let items = &self.path[node.path..node.path + node.length];
        let hash = hash_of(items);
        let set = Set { items, count: pivot.count, weight: pivot.weight };
        let mut known = Some(true);
        if items.len() > 1 {
            let (rarest, latest) = {
                let rank = |place: &usize| self.job.ranks[items[*place] as usize];
                let rarest = (0..items.len()).max_by_key(rank);
                let latest = (0..items.len()).min_by_key(rank);
                (rarest.unwrap_or(0), latest.unwrap_or(0))
            };
            // The sets without another item than the root are among those found since it began.
            for left_out in (0..items.len()).filter(|&place| place != rarest && place != latest) {
                let hash = hash.wrapping_sub(item_hash(items[left_out]));
                let count = self.sets.count_without(items, left_out, hash);
                if count.is_none_or(|count| count <= pivot.count) {
                    return Ok(false);
                }
            }
            known = if items.len() == 2 {
                Some(self.job.items[pivot.rank as usize].count > pivot.count)
            } else {
                rarest_counts(self.job, &self.job.done, set)
            };
            if known == Some(false) {
                return Ok(false);
            }
        }
        self.sets.push(items, pivot.count, self.job.weighted.then_some(pivot.weight));
        self.sets.index(hash);
        if known.is_none() {
            self.sets.leave_open();
            return Ok(true);
        }
        self.found += 1;
        if self.found > self.allowed {
            self.allowed = self.job.report(self.found)?.min(QUANTUM);
            self.found = 0;
        }
        Ok(true)
    }
}
