//! How threads share the work: whole roots first, then parts of subproblems.
//!
//! How much work a root is shows only when it is done, and on dense data the last root may be half
//! of all. So a worker that finds nothing left to do asks for more, and one that is busy, as soon
//! as it notices, gives away the children it has yet to visit of the shallowest node it is in.
//! What a worker finds in one go is a *segment*, named by the path to where it begins: sorted by
//! their paths, segments are in the order in which one thread would have found all.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::bits::Matrix;
use super::worker::{Candidate, Node, PERFECT, Worker};
use crate::Result;
use crate::mine::columns::Level;

/// Nodes with more items than this are not split.
pub(super) const DEEPEST: usize = 8;

/// Where a subproblem lies: the positions, among those of their nodes, of the candidates on the
/// way down.
pub(super) type Path = Vec<u32>;

/// Children of a node that one worker leaves to another. None is perfect.
pub(super) struct Task {
    /// To the node.
    path: Path,
    itemset: Vec<u32>,
    count: u32,
    /// The least count of what is looked for.
    least: u32,
    candidates: Vec<Candidate>,
    /// The vectors of the candidates, of so many words each.
    vectors: Vec<u64>,
    words: usize,
    children: Range<usize>,
}

/// Where workers leave work to others.
#[derive(Default)]
pub(super) struct Exchange {
    /// How many workers wait for a task that nobody gave yet.
    wanted: AtomicUsize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    tasks: Vec<Task>,
    /// How many workers do something.
    active: usize,
    /// Nothing comes any more.
    over: bool,
}

impl Exchange {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anybody waits for work.
    #[inline]
    fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed) > 0
    }

    /// Leaves a task, if somebody still waits for one.
    fn give(&self, task: impl FnOnce() -> Task) -> bool {
        let mut state = self.lock();
        let wanted = self.wanted.load(Ordering::Relaxed);
        if wanted > 0 {
            self.wanted.store(wanted - 1, Ordering::Relaxed);
            state.tasks.push(task());
            self.changed.notify_one();
        }
        wanted > 0
    }

    /// Adds a worker, which is busy from now on until it asks for a task.
    pub(super) fn join(&self) -> Member<'_> {
        self.lock().active += 1;
        Member { exchange: self, active: true }
    }
}

/// A worker's part in the exchange. Dropped while it is busy, as when it failed, it tells the
/// others not to wait for it.
pub(super) struct Member<'a> {
    exchange: &'a Exchange,
    active: bool,
}

impl Member<'_> {
    /// A task of another worker, as soon as there is one; `None` if all wait for one.
    pub(super) fn task(&mut self) -> Option<Task> {
        let mut state = self.exchange.lock();
        state.active -= 1;
        self.active = false;
        // Changed under the lock only.
        self.exchange.wanted.fetch_add(1, Ordering::Relaxed);
        loop {
            if let Some(task) = state.tasks.pop() {
                state.active += 1;
                self.active = true;
                return Some(task);
            }
            if state.active == 0 || state.over {
                state.over = true;
                self.exchange.changed.notify_all();
                return None;
            }
            state = self.exchange.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Member<'_> {
    fn drop(&mut self) {
        if self.active {
            let mut state = self.exchange.lock();
            state.active -= 1;
            state.over = true;
            self.exchange.changed.notify_all();
        }
    }
}

/// A node whose children a worker visits, and could give away.
pub(super) struct Frame {
    node: Node,
    matrix: Matrix,
    /// The children not yet visited.
    rest: Range<usize>,
    /// Those before here may be perfect.
    plain: usize,
    /// Whether any were given away.
    split: bool,
}

/// Which rows a worker found in one go.
pub(super) struct Segment {
    /// To the first subproblem.
    pub path: Path,
    /// The rows of each level.
    pub rows: Vec<Range<usize>>,
}

impl Worker<'_> {
    /// Notes that what is found from now on begins at this path.
    pub(super) fn begin(&mut self, path: Path) {
        let rows = self.sink.levels().iter().map(|level| level.rows()..0).collect();
        self.segments.push(Segment { path, rows });
    }

    /// Ends what was begun.
    pub(super) fn end(&mut self) {
        if let Some(segment) = self.segments.last_mut() {
            segment.rows.resize(self.sink.levels().len(), 0..0);
            for (rows, level) in segment.rows.iter_mut().zip(self.sink.levels()) {
                rows.end = Level::rows(level);
            }
        }
    }

    /// Notes that children of a node are visited from here on, if they are worth sharing. What was
    /// noted is to be undone by [`close`](Self::close).
    pub(super) fn open(&mut self, node: &Node, matrix: Matrix, children: &Range<usize>) -> bool {
        let least = self.job.tuning.split_candidates;
        let worth = self.job.shared && children.end > least && node.length <= DEEPEST;
        if worth {
            let candidates = &self.candidates[node.from..node.from + children.end];
            let plain = candidates.iter().rposition(|c| c.slot == PERFECT).map_or(0, |p| p + 1);
            let rest = children.clone();
            self.frames.push(Frame { node: *node, matrix, rest, plain, split: false });
        }
        worth
    }

    /// Goes on to a child of the node that was opened last, and before that gives work away if
    /// somebody waits for it. False if this child was given away.
    #[inline]
    pub(super) fn advance(&mut self, child: usize) -> bool {
        match self.frames.last_mut() {
            Some(last) if child < last.rest.end => last.rest.start = child + 1,
            _ => return false,
        }
        if self.exchange.is_wanted() && self.unsplit == 0 {
            self.give();
        }
        true
    }

    /// Gives away what is left of the shallowest node, if anything is.
    #[cold]
    fn give(&mut self) {
        for f in 0..self.frames.len() {
            let frame = &self.frames[f];
            // What is found below a node is copied for its perfect candidates, and so has to lie
            // in one place until then.
            let bound = frame.rest.start < frame.plain;
            let children = frame.rest.start.max(frame.plain)..frame.rest.end;
            if children.is_empty() {
                if bound {
                    return;
                }
                continue;
            }
            let given = self.exchange.give(|| {
                let Frame { node, matrix, .. } = *frame;
                let arena = self.arena.words();
                Task {
                    path: self.path[..node.length].to_vec(),
                    itemset: self.sink.itemset(node.length, node.base).to_vec(),
                    count: node.count,
                    least: self.least,
                    candidates: self.candidates[node.from..node.from + children.end].to_vec(),
                    vectors: arena[matrix.start..matrix.end()].to_vec(),
                    words: matrix.words,
                    children: children.clone(),
                }
            });
            if given {
                let frame = &mut self.frames[f];
                frame.rest.end = children.start;
                frame.split = true;
            }
            return;
        }
    }

    /// Undoes [`open`](Self::open).
    pub(super) fn close(&mut self) {
        if let Some(Frame { node, split: true, .. }) = self.frames.pop() {
            // What comes next lies behind what was given away.
            self.end();
            let mut path = self.path[..node.length].to_vec();
            if let Some(last) = path.last_mut() {
                *last += 1;
            }
            self.begin(path);
        }
    }

    /// Does what another worker gave away.
    pub(super) fn take(&mut self, task: Task) -> Result<()> {
        let Task { mut path, itemset, count, least, candidates, vectors, words, children } = task;
        self.least = least;
        let length = itemset.len();
        self.path[..length].copy_from_slice(&path);
        // The rows that are extended, and which are the other worker's.
        let row = self.sink.seed(&itemset, &candidates)?;
        let base = match length {
            1 => path[0] as usize,
            _ => self.sink.rows(length) - 1,
        };
        path.push(children.start as u32);
        self.begin(path);
        let matrix = Matrix { start: 0, words, vectors: vectors.len() / words.max(1) };
        self.arena.reserve(matrix.end());
        self.arena.words()[..vectors.len()].copy_from_slice(&vectors);
        let from = self.candidates.len();
        self.candidates.extend_from_slice(&candidates);
        let node = Node { length, base, count, row, from, to: self.candidates.len() };
        self.bits_children(&node, matrix, children, None)?;
        self.candidates.truncate(from);
        self.end();
        Ok(())
    }
}
