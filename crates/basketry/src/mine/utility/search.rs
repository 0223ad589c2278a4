//! The search for high-utility itemsets.

use std::cmp::Reverse;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::miner::threads::Pool;
use super::found::{Found, Sink};
use super::table::{Line, Merger, NONE, Table, Tail, most};
use crate::{Control, Error, ErrorKind, Result, Stage, Utilities};

/// So many lines are looked at between two looks at the control.
const CHECK_EVERY: usize = 1 << 16;
/// Items that cannot be in a result make others such: at most so often the rows are looked
/// through for them.
const ROUNDS: usize = 4;
/// The tables of the items taken hold at most so many lines for each line of the root, and so many
/// more: 1 GiB for each thread. Baskets of ordinary lengths stay far below, as tables shrink when
/// items are taken.
const HELD_PER_LINE: usize = 4;
pub(super) const HELD_ALWAYS: usize = 1 << 26;

/// What all threads of one run know.
pub(super) struct Job<'a> {
    pub(super) max_length: usize,
    pub(super) sink: Sink,
    pub(super) control: &'a Control,
    /// [`HELD_ALWAYS`], or what a test takes.
    pub(super) held_always: usize,
}

impl Job<'_> {
    /// How many more items may be taken after so many.
    fn room(&self, taken: usize) -> i64 {
        i64::try_from(self.max_length.saturating_sub(taken)).unwrap_or(i64::MAX)
    }
}

/// Sums over the rows that hold an item.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    /// What the items taken so far and this one are worth together.
    utility: i64,
    /// The most that these and others are worth, among those that may be taken (the *local
    /// utility*).
    bound: i64,
    /// How many baskets there are.
    baskets: u32,
}

/// Finds all itemsets that the sink of the job wants.
pub(super) fn run(data: &Utilities, pool: &Pool, job: &Job<'_>) -> Result<Vec<Found>> {
    job.control.begin(Stage::Mining, 0)?;
    let mut first = Worker::new(job);
    let root = first.root(data)?;
    let mut order: Vec<usize> = (0..root.heads.len()).collect();
    // Large subproblems first: threads end at about the same time, and where the best are looked
    // for the threshold rises soon.
    order.sort_by_key(|&head| Reverse(root.heads[head].bound));
    let pairs_first = job.sink.wants_pairs_first() && job.max_length > 2;
    let rounds = if pairs_first { 2 } else { 1 };
    job.control.begin(Stage::Mining, (rounds * order.len()) as u64)?;
    let mut found = vec![first.found];
    // The best pairs are cheap to find and raise the threshold for all that is larger.
    let steps = if pairs_first { &[Step::Pairs, Step::Larger][..] } else { &[Step::All] };
    for &step in steps {
        let next = AtomicUsize::new(0);
        let work = |_| {
            let mut worker = Worker::new(job);
            while let Some(&head) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                if let Err(error) = worker.begin(&root, head, step) {
                    // The others need not go on.
                    next.store(order.len(), Ordering::Relaxed);
                    return Err(error);
                }
            }
            job.sink.flush(&mut worker.found)?;
            Ok(worker.found)
        };
        found.extend(match pool.threads() {
            1 => vec![work(0)?],
            _ => pool.share(work)?,
        });
    }
    Ok(found)
}

/// What a visit to the root's heads is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    All,
    /// Sets of two items only.
    Pairs,
    /// Sets of three and more.
    Larger,
}

/// One thread's part of the search.
struct Worker<'a> {
    job: &'a Job<'a>,
    /// What it takes to be found by now.
    least: i64,
    /// The items taken so far, in the order of the search.
    taken: Vec<u32>,
    found: Found,
    step: Step,
    /// Tables that are not in use.
    spare: Vec<Table>,
    merger: Merger,
    /// For each number of an item: what it sums up to; all 0 between uses.
    sums: Vec<Sums>,
    /// Numbers of items with sums.
    touched: Vec<u32>,
    /// For each number of an item: its number in the next table.
    numbers: Vec<u32>,
    scratch: Vec<(i64, u32)>,
    /// Of the only row there is: from each item on, the sum of what is worth something, and the
    /// best.
    rests: Vec<(i64, i64)>,
    /// Which of its lines are taken, and what all was worth before.
    path: Vec<(usize, i64)>,
    /// Lines looked at since the control was.
    work: usize,
}

impl<'a> Worker<'a> {
    fn new(job: &'a Job<'a>) -> Self {
        Self {
            job,
            least: job.sink.least(),
            taken: Vec::new(),
            found: Found::default(),
            step: Step::All,
            spare: Vec::new(),
            merger: Merger::default(),
            sums: Vec::new(),
            touched: Vec::new(),
            numbers: Vec::new(),
            scratch: Vec::new(),
            rests: Vec::new(),
            path: Vec::new(),
            work: 0,
        }
    }

    /// Finds the sets of one item; the table is that from which all others come.
    fn root(&mut self, data: &Utilities) -> Result<Table> {
        let universe = data.ids().len();
        let room = self.job.room(0);
        let mut kept = vec![true; universe];
        let mut sums = vec![Sums::default(); universe];
        for round in 0..ROUNDS {
            sums.fill(Sums::default());
            for (items, values) in data.rows() {
                let (mut number, mut sum, mut best) = (0usize, 0, 0);
                for (&item, &value) in items.iter().zip(values) {
                    if kept[item as usize] {
                        number += 1;
                        sum += value.max(0);
                        best = best.max(value);
                    }
                }
                let bound = sum.min(room.saturating_mul(best));
                for (&item, &value) in items.iter().zip(values) {
                    let sums = &mut sums[item as usize];
                    sums.utility += value;
                    sums.baskets += 1;
                    if number >= 2 {
                        sums.bound += (bound + value.min(0)).max(0);
                    }
                }
                self.worked(items.len())?;
            }
            if round == 0 {
                for (item, sums) in (0u32..).zip(&sums) {
                    if sums.baskets > 0 {
                        self.offer(item, sums.utility, sums.baskets)?;
                    }
                }
                self.job.sink.flush(&mut self.found)?;
            }
            let before = kept.iter().filter(|&&kept| kept).count();
            for (kept, sums) in kept.iter_mut().zip(&sums) {
                *kept = *kept && sums.bound >= self.least;
            }
            let after = kept.iter().filter(|&&kept| kept).count();
            if before - after <= before / 16 {
                break;
            }
        }
        let mut table = Table::default();
        if room < 2 {
            return Ok(table);
        }
        // From what is in few valuable baskets to what is in many, so that rows become short soon.
        // What loses more than it earns comes last: by then it is known what there is to lose.
        table.names = (0..universe as u32).filter(|&item| kept[item as usize]).collect();
        table.names.sort_by_key(|&item| {
            let sums = &sums[item as usize];
            (sums.utility <= 0, sums.bound, item)
        });
        let mut numbers = vec![NONE; universe];
        for (number, &item) in (0u32..).zip(&table.names) {
            numbers[item as usize] = number;
        }
        self.merger.clear(data.len());
        let mut row = Vec::new();
        for (items, values) in data.rows() {
            row.clear();
            let numbered = items.iter().map(|&item| numbers[item as usize]).zip(values);
            row.extend(numbered.filter(|&(number, _)| number != NONE));
            row.sort_unstable_by_key(|&(number, _)| number);
            for &(number, &value) in &row {
                table.push(number, value);
            }
            table.end(0, 1, &mut self.merger);
            self.worked(items.len())?;
        }
        self.merger.clear(0);
        table.index(self.least, room, &mut self.scratch);
        Ok(table)
    }

    /// Finds what begins with a head of the root, except for the head alone.
    fn begin(&mut self, root: &Table, head: usize, step: Step) -> Result<()> {
        self.step = step;
        self.least = self.job.sink.least();
        if root.heads[head].bound >= self.least {
            self.explore(root, head)?;
        }
        self.job.control.advance(1)
    }

    /// Depth-first, without recursion: a set may be as long as the longest basket.
    fn explore(&mut self, root: &Table, head: usize) -> Result<()> {
        let first = self.extend(root, head)?;
        let mut held = first.lines();
        // The table of each item taken, and which of its heads is next.
        let mut open: Vec<(Table, usize)> = vec![(first, 0)];
        while let Some((table, next)) = open.last_mut() {
            let head = *next;
            *next += 1;
            let child = match table.heads.get(head) {
                // The threshold may have risen since the bound was compared.
                Some(head) if head.bound < self.least => continue,
                Some(_) => Some(self.extend(table, head)?),
                None => None,
            };
            if let Some(child) = child {
                held += child.lines();
                if held > root.lines() * HELD_PER_LINE + self.job.held_always {
                    return Err(Error::new(
                        ErrorKind::Limit,
                        "the baskets that are alike have too many items for a search this deep: \
                         lower max_length or raise min_utility",
                    ));
                }
                open.push((child, 0));
            } else if let Some((table, _)) = open.pop() {
                held -= table.lines();
                self.spare.push(table);
                self.taken.pop();
            }
        }
        Ok(())
    }

    /// Takes one more item, a head, and finds what all make with one that follows it. The table
    /// is that from which all others come.
    fn extend(&mut self, parent: &Table, head: usize) -> Result<Table> {
        self.taken.push(parent.names[parent.heads[head].item as usize]);
        let mut child = self.spare.pop().unwrap_or_default();
        child.clear();
        self.project(parent, head, &mut child)?;
        match child.only() {
            Some(row) => self.one_row(&child.names, row)?,
            None => {
                let room = self.job.room(self.taken.len());
                child.index(self.least, room, &mut self.scratch);
            }
        }
        Ok(child)
    }

    /// Finds what the items taken so far make with one more, and fills `child` with the rows, as
    /// far as two more may make anything.
    fn project(&mut self, parent: &Table, head: usize, child: &mut Table) -> Result<()> {
        let universe = parent.names.len();
        if self.sums.len() < universe {
            self.sums.resize(universe, Sums::default());
            self.numbers.resize(universe, NONE);
        }
        self.least = self.job.sink.least();
        let room = self.job.room(self.taken.len());
        let mut lines = 0;
        let (all, touched) = (&mut self.sums, &mut self.touched);
        parent.for_each_tail(head, |tail| {
            let deep = tail.lines.len() >= 2;
            let bound = if deep { tail.taken + most(tail.lines, room) } else { 0 };
            for &Line { item, value } in tail.lines {
                let sums = &mut all[item as usize];
                if sums.baskets == 0 {
                    touched.push(item);
                }
                sums.utility += tail.taken + value;
                // What this item costs is lost for certain.
                sums.bound += (bound + value.min(0)).max(0);
                sums.baskets += tail.baskets;
            }
            lines += tail.lines.len();
        });
        self.worked(lines)?;
        // Sorted, by whatever takes less.
        let first = parent.heads[head].item as usize + 1;
        if universe - first < 8 * self.touched.len() {
            self.touched.clear();
            let all = (first as u32..).zip(&self.sums[first..universe]);
            self.touched.extend(all.filter(|(_, s)| s.baskets > 0).map(|(item, _)| item));
        } else {
            self.touched.sort_unstable();
        }
        let touched = std::mem::take(&mut self.touched);
        for &item in &touched {
            let sums = std::mem::take(&mut self.sums[item as usize]);
            let name = parent.names[item as usize];
            if self.step != Step::Larger || self.taken.len() > 1 {
                self.offer(name, sums.utility, sums.baskets)?;
            }
            self.numbers[item as usize] = NONE;
            if sums.bound >= self.least {
                self.numbers[item as usize] = child.names.len() as u32;
                child.names.push(name);
            }
        }
        self.touched = touched;
        self.touched.clear();
        if child.names.len() < 2 || room < 2 || self.step == Step::Pairs {
            return Ok(());
        }
        self.merger.clear(parent.rows_of(head));
        parent.for_each_tail(head, |tail| {
            for line in tail.lines {
                let number = self.numbers[line.item as usize];
                if number != NONE {
                    child.push(number, line.value);
                }
            }
            child.end(tail.taken, tail.baskets, &mut self.merger);
        });
        self.worked(lines)
    }

    /// Finds what the items taken so far make with two items or more of the only row there is.
    fn one_row(&mut self, names: &[u32], row: Tail<'_>) -> Result<()> {
        let lines = row.lines;
        let mut rests = std::mem::take(&mut self.rests);
        rests.clear();
        rests.resize(lines.len(), (0, 0));
        let (mut sum, mut best) = (0, 0);
        for (rest, line) in rests.iter_mut().zip(lines).rev() {
            sum += line.value.max(0);
            best = best.max(line.value);
            *rest = (sum, best);
        }
        let before = self.taken.len();
        let (mut at, mut worth) = (0, row.taken);
        loop {
            let room = self.job.room(self.taken.len());
            let bound = |&(sum, best): &(i64, i64)| worth + sum.min(room.saturating_mul(best));
            if room > 0 && rests.get(at).is_some_and(|rest| bound(rest) >= self.least) {
                let item = names[lines[at].item as usize];
                let with = worth + lines[at].value;
                if self.taken.len() > before {
                    self.offer(item, with, row.baskets)?;
                }
                self.taken.push(item);
                self.path.push((at, worth));
                worth = with;
                at += 1;
                self.worked(1)?;
            } else if let Some((last, without)) = self.path.pop() {
                self.taken.pop();
                worth = without;
                at = last + 1;
            } else {
                break;
            }
        }
        self.rests = rests;
        Ok(())
    }

    /// Reports what was taken so far with one more item, if that is worth enough.
    #[inline]
    fn offer(&mut self, item: u32, utility: i64, baskets: u32) -> Result<()> {
        if utility >= self.least {
            let sink = &self.job.sink;
            self.least = sink.add(&mut self.found, &self.taken, item, utility, baskets)?;
        }
        Ok(())
    }

    #[inline]
    fn worked(&mut self, lines: usize) -> Result<()> {
        self.work += lines;
        if self.work >= CHECK_EVERY {
            self.work = 0;
            self.job.control.check()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Baskets that share 60 items, each of them without one of 61 others that are worth nothing.
    fn alike() -> Result<Utilities> {
        let basket = |b: i64| {
            let others = (100..161).filter(move |&item| item != 100 + b);
            (0..60i64).map(|item| (item, 1)).chain(others.map(|item| (item, 0)))
        };
        Utilities::from_lists((0..61).map(basket))
    }

    fn found(data: &Utilities, least: i64, held_always: usize) -> Result<Vec<(usize, i64)>> {
        let sink = Sink::new(least, None, 1, 1000);
        let job = Job { max_length: usize::MAX, sink, control: &Control::new(), held_always };
        let parts = run(data, &Pool::new(Some(1)), &job)?;
        let levels = job.sink.finish(parts);
        let rows = (1..)
            .zip(levels)
            .flat_map(|(n, level)| level.utilities.into_iter().map(move |u| (n, u)));
        Ok(rows.collect())
    }

    #[test]
    fn long_sets_need_no_deep_stack() -> Result<()> {
        let baskets = Utilities::from_lists([(0..50_000i64).map(|item| (item, 1))])?;
        assert_eq!(found(&baskets, 50_000, HELD_ALWAYS)?, [(50_000, 50_000)]);
        Ok(())
    }

    #[test]
    fn baskets_too_long_and_too_much_alike_are_an_error() -> Result<()> {
        let baskets = alike()?;
        // All that is shared, alone and with any of the others.
        let mut expected = vec![(60, 60 * 61)];
        expected.resize(62, (61, 60 * 60));
        assert_eq!(found(&baskets, 60 * 60, HELD_ALWAYS)?, expected);
        let error = found(&baskets, 60 * 60, 10_000).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
        assert!(error.to_string().contains("max_length"), "{error}");
        Ok(())
    }
}
