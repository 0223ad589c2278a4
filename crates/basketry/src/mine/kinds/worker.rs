//! The state of one mining thread, and what both ways to hold rows share.

use std::sync::Arc;

use super::known::{Known, Published};
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
    /// For maximal sets: where its focus begins, and how many sets were known when it began.
    pub focus: usize,
    pub known: usize,
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
    /// Bytes of the sets below roots that are done and of published ones, and the most bytes that
    /// all of this took at once, as far as the limit knows.
    kept: u64,
    taken: u64,
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
            kept: 0,
            taken: 0,
        }
    }

    /// Tells the limit on memory if more is taken than ever before.
    fn account(&mut self) -> Result<()> {
        let own = self.candidates.capacity() * size_of::<Candidate>()
            + self.rarer.capacity() * size_of::<Rarer>()
            + 8 * (self.arena.words().len() + self.weights.capacity() + self.masks.capacity())
            + 4 * self.path.capacity();
        let all = own as u64 + self.kept + self.sets.bytes() + self.known.bytes();
        if let Some(more) = all.checked_sub(self.taken).filter(|&more| more > 0) {
            self.taken = all;
            self.job.control.take_memory(more)?;
        }
        Ok(())
    }

    /// The node of the items of all rows.
    pub(super) fn top(&self) -> Node {
        let to = self.job.items.len();
        Node { path: 0, length: self.job.always.len(), from: 0, to, focus: 0, known: 0 }
    }

    /// Ends a root: what was found is what is below it, in canonical order or in reverse.
    pub(super) fn end_root(&mut self, root: usize, reversed: bool) -> Result<()> {
        let mut sets = std::mem::take(&mut self.sets);
        if reversed {
            sets.reverse();
        }
        sets.close();
        self.kept += sets.bytes();
        // Each root is done once.
        let _ = self.job.done[root].set(sets);
        self.account()
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
            self.account()?;
        }
        Ok(())
    }

    /// Begins the child of a node by candidate number `at`, whose candidates were pushed since
    /// `from`, and appends its itemset to what was found if it is of the kind. Returns the child,
    /// and whether its own children are to be visited. `alone` says, for a child without
    /// candidates, whether no rarer item is frequent with it.
    pub(super) fn enter(
        &mut self,
        node: &Node,
        at: usize,
        from: usize,
        root: bool,
        alone: impl FnOnce(&mut Self) -> bool,
    ) -> Result<(Node, bool)> {
        let job = self.job;
        let pivot = self.candidates[node.from + at];
        let path = self.path.len();
        self.path.extend_from_within(node.path..node.path + node.length);
        self.absorbed.push(pivot.rank);
        let items = self.absorbed.iter().map(|&rank| job.items[rank as usize].item);
        if self.absorbed.len() < 16 {
            for item in items {
                let place = self.path[path..].partition_point(|&other| other < item);
                self.path.insert(path + place, item);
            }
        } else {
            self.path.extend(items);
            self.path[path..].sort_unstable();
        }
        let (length, to) = (self.path.len() - path, self.candidates.len());
        let mut child = Node { path, length, from, to, focus: 0, known: self.known.len() };
        if job.kind == Kind::Maximal {
            if root {
                let ranks = self.candidates[from..].iter().map(|c| c.rank);
                self.known.begin(pivot.rank, ranks, &job.published);
            } else {
                child.focus = self.known.enter(node.focus, pivot.rank);
            }
        }
        let goes_on = match job.kind {
            _ if length > job.max_length => false,
            Kind::Maximal if child.len() == 0 => {
                if !self.known.contains_node(child.focus) && alone(self) {
                    self.emit(&child, pivot)?;
                }
                false
            }
            Kind::Maximal => !self.is_known(&child, child.len()),
            Kind::Generators => self.emit_generator(&child, pivot)?,
            Kind::Closed | Kind::All => {
                self.emit(&child, pivot)?;
                true
            }
        };
        Ok((child, goes_on && child.len() > 0 && length < job.max_length))
    }

    /// Ends a child.
    pub(super) fn leave(&mut self, child: Node) {
        if self.job.kind == Kind::Maximal {
            self.known.leave(child.focus, child.known);
        }
        self.path.truncate(child.path);
        self.candidates.truncate(child.from);
    }

    /// True if a known maximal set contains a node's itemset and the first `candidates` of its
    /// candidates.
    pub(super) fn is_known(&mut self, node: &Node, candidates: usize) -> bool {
        let ranks = self.candidates[node.from..node.from + candidates].iter().map(|c| c.rank);
        self.known.contains(node.focus, ranks)
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
            self.kept += Published::bytes(ranks.len());
            self.job.published.add(&ranks);
        }
        // A few long ones take as much as many others.
        if node.length > 1 << 10 {
            self.account()?;
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
