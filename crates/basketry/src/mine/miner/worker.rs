//! The state of one mining thread, and what all kinds of subproblems share.
//!
//! A subproblem is a *node*: an itemset, and the *candidates* by which it can be extended, which
//! are more frequent than any of its items. Candidates go from the most frequent to the rarest.
//! A child extends its itemset by candidates before its own only. Visiting them in order appends
//! to each level in its canonical order.

use super::Job;
use super::bits::Arena;
use super::share::{DEEPEST, Exchange, Frame, Segment};
use super::sink::Sink;
use crate::Result;

/// The slot of a candidate that every row of its node holds: a *perfect* extension. What can be
/// found without it can be found with it, at the same counts, so that it needs no data: rows are
/// copied instead.
pub(super) const PERFECT: u32 = u32::MAX;

/// An item by which a node can be extended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    /// Where its data lies: candidates that are not perfect are numbered in order.
    pub slot: u32,
    /// The count of the node's itemset with this item.
    pub count: u32,
    /// Its index among the ids.
    pub item: u32,
}

/// A subproblem.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// How many items its itemset has, in which row of those that long it is, and its count.
    pub length: usize,
    pub base: usize,
    pub count: u32,
    /// The row, among those one longer, of its itemset with the first candidate; the others
    /// follow.
    pub row: usize,
    /// Its candidates on the worker's stack.
    pub from: usize,
    pub to: usize,
}

impl Node {
    pub(super) fn len(&self) -> usize {
        self.to - self.from
    }
}

/// Where a node's rows begin: how many marks lie on the stack before its own, and how many it has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    start: usize,
}

pub(super) struct Worker<'a> {
    pub job: &'a Job<'a>,
    pub sink: Sink<'a>,
    /// The least count of the itemsets below the current root.
    pub least: u32,
    /// A stack: the candidates of the nodes on the way down to the current one.
    pub candidates: Vec<Candidate>,
    /// The bit vectors of the nodes on the way down.
    pub arena: Arena,
    /// Counts of candidates with the current pivot, by slot.
    pub joined: Vec<u32>,
    /// Row numbers of the nodes on the way down that have perfect candidates.
    marks: Vec<usize>,
    /// Scratch: the items of one batch of itemsets, and the rows of a subproblem as masks.
    pub items: Vec<u32>,
    pub masks: Vec<u64>,
    /// Where the current node lies, down to nodes that may be split.
    pub path: [u32; DEEPEST],
    /// The nodes on the way down that may be split.
    pub frames: Vec<Frame>,
    /// How many nodes on the way down keep those below from being split.
    pub unsplit: usize,
    pub exchange: &'a Exchange,
    /// What was found, in the order in which it was.
    pub segments: Vec<Segment>,
    ticks: u32,
}

impl<'a> Worker<'a> {
    pub(super) fn new(job: &'a Job<'a>, exchange: &'a Exchange) -> Self {
        Self {
            job,
            sink: Sink::new(job),
            least: job.min_count,
            candidates: Vec::new(),
            arena: Arena::default(),
            joined: Vec::new(),
            marks: Vec::new(),
            items: Vec::new(),
            masks: Vec::new(),
            path: [0; DEEPEST],
            frames: Vec::new(),
            unsplit: 0,
            exchange,
            segments: Vec::new(),
            ticks: 0,
        }
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

    /// Pushes a candidate of a new node, given its count with that node's itemset, which has
    /// `full`, and how many others have data. It gets the next slot, or none if it is perfect.
    #[inline]
    pub(super) fn push(&mut self, item: u32, count: u32, full: u32, live: &mut u32) {
        let mut slot = PERFECT;
        if count != full {
            slot = *live;
            *live += 1;
        }
        self.candidates.push(Candidate { slot, count, item });
    }

    /// Appends the itemsets of the candidates pushed since `from`, which extend candidate number
    /// `at` of `node`, to the sink. If any of them can have extensions, they are a node's.
    #[inline]
    pub(super) fn emit(&mut self, node: &Node, at: usize, from: usize) -> Result<Option<Node>> {
        let to = self.candidates.len();
        if from == to {
            return Ok(None);
        }
        self.items.clear();
        self.items.extend(self.candidates[from..to].iter().map(|c| c.item));
        let length = node.length + 1;
        let base = node.row + at;
        let count = self.candidates[node.from + at].count;
        let row = {
            let counts = self.candidates[from..to].iter().map(|c| c.count);
            self.sink.extend(length, base, &self.items, counts)?
        };
        if to - from == 1 || length + 2 > self.job.max_length {
            self.candidates.truncate(from);
            return Ok(None);
        }
        if let Some(place) = self.path.get_mut(node.length) {
            *place = at as u32;
        }
        Ok(Some(Node { length, base, count, row, from, to }))
    }

    /// Notes where the rows of a node begin, if it has perfect candidates and so needs to know.
    pub(super) fn mark(&mut self, node: &Node) -> Marks {
        let marks = Marks { start: self.marks.len() };
        if self.candidates[node.from..node.to].iter().any(|c| c.slot == PERFECT) {
            for length in node.length + 2..=self.sink.longest() {
                self.marks.push(self.sink.rows(length));
            }
        }
        marks
    }

    pub(super) fn unmark(&mut self, marks: Marks) {
        self.marks.truncate(marks.start);
    }

    /// Handles perfect candidate number `at`: all itemsets found below the node so far occur with
    /// it as well, as often.
    pub(super) fn double(&mut self, node: &Node, marks: Marks, at: usize) -> Result<()> {
        let item = self.candidates[node.from + at].item;
        let longest = self.sink.longest();
        // Long ones first, lest copies be copied.
        for length in (node.length + 2..=longest).rev() {
            if length < self.job.max_length {
                // Levels that have no mark were empty.
                let mark = self.marks.get(marks.start + length - (node.length + 2));
                let from = mark.copied().unwrap_or(0);
                self.sink.insert(length, from, self.sink.rows(length), item)?;
            }
        }
        self.sink.insert(node.length + 1, node.row, node.row + at, item)
    }
}
