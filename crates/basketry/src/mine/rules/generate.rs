//! From itemsets to rules.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::RuleColumns;
use super::lattice::Lattice;
use super::subsets::{Found, Subsets};
use super::template::{Sides, Splits};
use super::top::Top;
use crate::mine::columns::{Near, Store};
use crate::mine::fraction::Fraction;
use crate::mine::itemsets::Itemsets;
use crate::mine::measures::{Counts, Measure, Thresholds, value_within};
use crate::mine::miner::threads::Pool;
use crate::{Control, Error, ErrorKind, Result, Stage};

/// What is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub sets: &'a Itemsets,
    pub min_confidence: Fraction,
    pub sides: &'a Sides,
    pub at_least: &'a [(Measure, f64)],
    /// What the values of measures are relative to.
    pub thresholds: Thresholds,
    pub top: Option<(usize, Measure)>,
    /// For each itemset shown, how many customers are behind it, if that is known.
    pub customers: Option<&'a [u32]>,
    pub min_customers: u32,
    pub max_rules: usize,
}

/// Rules, or what has to be known first.
pub(crate) enum Made {
    Rules(RuleColumns),
    /// Sets whose counts are not known, each ascending; some may be there twice.
    Missing(Vec<Box<[u32]>>),
}

/// What a missing set takes besides its items: a pointer with the length, and what the allocator
/// adds.
const MISSING: u64 = 32;

/// How many sets may be missing before those that are there twice go.
const SWEEP: usize = 1 << 19;

/// About how many splits are looked at in one go.
const CHUNK: u64 = 1 << 14;

/// The splits of the itemsets shown that are asked for, in order.
pub(crate) fn generate<S: Subsets>(
    request: &Request<'_>,
    subsets: &S,
    pool: &Pool,
    control: &Control,
) -> Result<Made> {
    let sets = request.sets;
    control.begin(Stage::Mining, sets.len() as u64)?;
    // A few are done before other threads have begun.
    let mut chunks = if pool.threads() > 1 { chunks(sets, request.sides) } else { Vec::new() };
    if chunks.len() < 4 {
        chunks = std::iter::once(0..sets.len()).collect();
    }
    let total = AtomicUsize::new(0);
    // A list of the best for each thread at work, not for each chunk.
    let tops: Mutex<Vec<Top>> = Mutex::default();
    let singles = request.is_any_single();
    let parts = pool.map(&chunks, |rows| {
        if singles && let Some(lattice) = subsets.lattice() {
            let found = split_singles(request, lattice, rows.clone(), control)?;
            control.advance(rows.len() as u64)?;
            let before = total.fetch_add(found.antecedent.len(), Ordering::Relaxed);
            return match before + found.antecedent.len() > request.max_rules {
                true => Err(too_many(request.max_rules)),
                false => Ok((found, Vec::new())),
            };
        }
        let out = match request.top {
            Some((n, measure)) => {
                let mut tops = tops.lock().unwrap_or_else(PoisonError::into_inner);
                Out::Top(tops.pop().unwrap_or_else(|| Top::new(n, measure)))
            }
            None => Out::All(RuleColumns::default()),
        };
        let mut split = Split {
            request,
            store: &sets.store,
            near: Near::default(),
            subsets,
            out,
            missing: Vec::new(),
            most: MostWhole::new(request.min_confidence),
            control,
            tried: 0,
            missing_bytes: 0,
            sweep_at: SWEEP,
            taken: 0,
            row: 0,
            items: &[],
            count: 0,
            customers: 0,
            largest: 0,
            place: (0, 0),
        };
        for at in rows.clone() {
            split.itemset(at)?;
            if (at - rows.start).is_multiple_of(1024) {
                split.check()?;
            }
        }
        split.account()?;
        control.advance(rows.len() as u64)?;
        let columns = match split.out {
            Out::All(columns) => columns,
            Out::Top(top) => {
                tops.lock().unwrap_or_else(PoisonError::into_inner).push(top);
                RuleColumns::default()
            }
        };
        let found = columns.antecedent.len();
        if total.fetch_add(found, Ordering::Relaxed) + found > request.max_rules {
            return Err(too_many(request.max_rules));
        }
        Ok((columns, split.missing))
    })?;
    let mut all = Vec::with_capacity(parts.len());
    let mut missing = Vec::new();
    for (columns, more) in parts {
        all.push(columns);
        missing.extend(more);
    }
    if !missing.is_empty() {
        return Ok(Made::Missing(missing));
    }
    let customers = request.customers.is_some();
    let tops = tops.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(top) = tops.into_iter().reduce(Top::merge) {
        if top.len() > request.max_rules {
            return Err(too_many(request.max_rules));
        }
        return Ok(Made::Rules(top.finish(customers)));
    }
    Ok(Made::Rules(RuleColumns::join(all)))
}

impl Request<'_> {
    /// Whether all rules with a single consequent are asked for that are confident enough.
    fn is_any_single(&self) -> bool {
        self.sides.any_single()
            && self.at_least.is_empty()
            && self.top.is_none()
            && self.customers.is_none()
    }
}

/// How many itemsets are split in one go.
const BATCH: usize = 256;

/// Splits itemsets into each of their items and the others, as [`Split`] would, in a fifth of the
/// time.
fn split_singles(
    request: &Request<'_>,
    lattice: &Lattice,
    rows: Range<usize>,
    control: &Control,
) -> Result<RuleColumns> {
    let sets = request.sets;
    let mut most = MostWhole::new(request.min_confidence);
    let mut near = Near::default();
    let mut out = RuleColumns::default();
    let most_rules = rows.len().saturating_mul(4).min(1 << 20);
    for column in
        [&mut out.antecedent, &mut out.consequent, &mut out.n_x, &mut out.n_y, &mut out.n_xy]
    {
        column.reserve(most_rules);
    }
    let mut end = 0;
    for batch in rows.clone().step_by(BATCH).map(|from| from..rows.end.min(from + BATCH)) {
        control.check()?;
        for at in batch {
            let row = sets.stored(at);
            if row.wrapping_sub(near.start) as usize >= near.counts.len() {
                near = sets.store.near(row);
            }
            let (items, count) = near.row(row);
            if items.len() < 2 || count == 0 {
                continue;
            }
            check_length(items)?;
            let columns = [
                &mut out.antecedent,
                &mut out.consequent,
                &mut out.n_x,
                &mut out.n_y,
                &mut out.n_xy,
            ];
            if columns[0].len() < end + items.len() {
                // Ahead of what is written, lest it be done for each itemset.
                let ahead = end + BATCH * items.len();
                columns.into_iter().for_each(|column| column.resize(ahead, 0));
            }
            let room = end..end + items.len();
            let antecedents = &mut out.antecedent[room.clone()];
            let consequents = &mut out.consequent[room.clone()];
            let (n_x, n_y) = (&mut out.n_x[room.clone()], &mut out.n_y[room.clone()]);
            let n_xy = &mut out.n_xy[room];
            let largest = most.of(count);
            let mut found = 0;
            // Written whether confident enough or not, since branches would be mispredicted.
            for (&antecedent, &item) in lattice.all_without(row, items.len()).iter().zip(items) {
                let consequent = lattice.single(item);
                let other = lattice.count(antecedent);
                antecedents[found] = antecedent;
                consequents[found] = consequent;
                n_x[found] = other;
                n_y[found] = lattice.count(consequent);
                n_xy[found] = count;
                found += usize::from(u64::from(other) <= largest);
            }
            end += found;
        }
        if end > request.max_rules {
            return Err(too_many(request.max_rules));
        }
    }
    for column in
        [&mut out.antecedent, &mut out.consequent, &mut out.n_x, &mut out.n_y, &mut out.n_xy]
    {
        column.truncate(end);
    }
    Ok(out)
}

/// An error if an itemset is too long to be split.
#[inline]
fn check_length(items: &[u32]) -> Result<()> {
    if items.len() > 64 {
        return Err(Error::new(
            ErrorKind::Limit,
            format!(
                "an itemset has {} items, and the splits of more than 64 cannot be told apart: \
                 set max_length, or select by length first",
                items.len()
            ),
        ));
    }
    Ok(())
}

/// Parts of the itemsets shown that are about as much work, in order.
fn chunks(sets: &Itemsets, sides: &Sides) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let (mut start, mut work) = (0, 0);
    let mut near = Near::default();
    for at in 0..sets.len() {
        let row = sets.stored(at);
        if row.wrapping_sub(near.start) as usize >= near.counts.len() {
            near = sets.store.near(row);
        }
        work += sides.most_splits(near.length);
        if work >= CHUNK {
            chunks.push(start..at + 1);
            (start, work) = (at + 1, 0);
        }
    }
    if start < sets.len() {
        chunks.push(start..sets.len());
    }
    chunks
}

/// What becomes of rules that are found.
enum Out {
    All(RuleColumns),
    Top(Top),
}

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub antecedent: u32,
    pub consequent: u32,
    pub n_x: u32,
    pub n_y: u32,
    pub n_xy: u32,
    pub customers: u32,
}

/// Splits one itemset after the other.
struct Split<'a, S> {
    request: &'a Request<'a>,
    store: &'a Store,
    near: Near<'a>,
    subsets: &'a S,
    out: Out,
    missing: Vec<Box<[u32]>>,
    most: MostWhole,
    control: &'a Control,
    tried: u32,
    /// Bytes of the missing sets, and the bytes that the limit on memory knows of.
    missing_bytes: u64,
    /// When there are so many, those that are there twice go.
    sweep_at: usize,
    taken: u64,
    /// The itemset: its row, items, count, and customers.
    row: u32,
    items: &'a [u32],
    count: u32,
    customers: u32,
    /// The largest count an antecedent may have.
    largest: u64,
    /// The itemset's number, and how many rules came of it.
    place: (u32, u64),
}

impl<S: Subsets> Split<'_, S> {
    fn itemset(&mut self, at: usize) -> Result<()> {
        let request = self.request;
        let row = request.sets.stored(at);
        if row.wrapping_sub(self.near.start) as usize >= self.near.counts.len() {
            self.near = self.store.near(row);
        }
        let (items, count) = self.near.row(row);
        if items.len() < request.sides.least_length() {
            return Ok(());
        }
        // Itemsets counted in other baskets than they were mined in may be in none.
        if count == 0 {
            return Ok(());
        }
        check_length(items)?;
        if let Some(customers) = request.customers {
            self.customers = customers[at];
            if self.customers < request.min_customers {
                return Ok(());
            }
        }
        let Some(splits) = request.sides.splits(items) else { return Ok(()) };
        self.row = row;
        self.items = items;
        self.count = count;
        self.largest = self.most.of(count);
        self.place = (at as u32, 0);
        let mut antecedent = self.subsets.whole(row, items);
        let mut n_x = u64::from(count);
        let mut forced = splits.y_only;
        let mut gone = 0;
        while forced != 0 {
            let position = forced.trailing_zeros() as usize;
            forced &= forced - 1;
            match self.subsets.without(items, antecedent, position, position - gone) {
                Found::Known(part, count) => (antecedent, n_x) = (part, count.into()),
                Found::Unknown(left) => {
                    self.miss(left);
                    return Ok(());
                }
            }
            gone += 1;
        }
        if n_x > self.largest {
            return Ok(());
        }
        self.grow(&splits, 0, (antecedent, n_x as u32), (0, 0, gone))
    }

    /// Moves one more item, at or behind position `from`, from the antecedent to the consequent,
    /// and so on. What can only be in the consequent is not in the antecedent from the beginning,
    /// and joins the consequent in its place: of the consequent there are its items so far, how many
    /// these are, and how many are waiting.
    ///
    /// A smaller antecedent is at least as frequent, so the confidence never grows: where a
    /// consequent fails, all that contain it fail.
    fn grow(
        &mut self,
        splits: &Splits,
        from: usize,
        antecedent: (S::Part, u32),
        (consequent, length, waiting): (u64, usize, usize),
    ) -> Result<()> {
        let (least, most) = splits.y_length;
        for position in from..self.items.len() {
            let bit = 1u64 << position;
            if splits.x_only & bit != 0 {
                continue;
            }
            let forced = splits.y_only & bit != 0;
            let waiting = waiting - usize::from(forced);
            let x = if forced {
                antecedent
            } else if length + 1 + waiting > most {
                continue;
            } else {
                // A long itemset has millions of splits.
                self.tried = self.tried.wrapping_add(1);
                if self.tried.is_multiple_of(4096) {
                    self.check()?;
                }
                // All that is in the consequent so far comes before.
                let index = position - length;
                match self.subsets.without(self.items, antecedent.0, position, index) {
                    Found::Known(_, n_x) if u64::from(n_x) > self.largest => continue,
                    Found::Known(part, n_x) => (part, n_x),
                    Found::Unknown(left) => {
                        self.miss(left);
                        continue;
                    }
                }
            };
            let y = (consequent | bit, length + 1, waiting);
            if waiting == 0 && length + 1 >= least {
                self.found(splits, x, y.0)?;
            }
            if length + 1 < most {
                self.grow(splits, position + 1, x, y)?;
            }
            if forced {
                break;
            }
        }
        Ok(())
    }

    /// Takes a rule that is confident enough, if it is all else that is asked for.
    #[inline]
    fn found(&mut self, splits: &Splits, (part, n_x): (S::Part, u32), y: u64) -> Result<()> {
        let misses = |any: u64, side: u64| any != 0 && any & side == 0;
        if misses(splits.y_any, y) || misses(splits.x_any, !y) {
            return Ok(());
        }
        let (consequent, n_y) = match self.subsets.some(self.row, self.items, y) {
            Found::Known(row, n_y) => (row, n_y),
            Found::Unknown(set) => {
                self.miss(set);
                return Ok(());
            }
        };
        let rule = Row {
            antecedent: self.subsets.row(part),
            consequent,
            n_x,
            n_y,
            n_xy: self.count,
            customers: self.customers,
        };
        let counts = || Counts {
            n: self.store.baskets,
            n_x: n_x.into(),
            n_y: n_y.into(),
            n_xy: self.count.into(),
        };
        let request = self.request;
        for &(measure, least) in request.at_least {
            // What is not a number reaches nothing.
            let value = value_within(measure, counts(), request.thresholds);
            if value.partial_cmp(&least).is_none_or(std::cmp::Ordering::is_lt) {
                return Ok(());
            }
        }
        match &mut self.out {
            Out::All(columns) if columns.antecedent.len() < request.max_rules => {
                columns.push(&rule, request.customers.is_some());
            }
            Out::Top(top) if !top.is_stuck(request.max_rules) => {
                let value = value_within(top.measure, counts(), request.thresholds);
                top.push(value, self.place, rule);
                self.place.1 += 1;
            }
            _ => return Err(too_many(request.max_rules)),
        }
        Ok(())
    }

    /// Looks whether the work goes on.
    fn check(&mut self) -> Result<()> {
        self.control.check()?;
        if self.missing.len() >= self.sweep_at {
            self.missing.sort_unstable();
            self.missing.dedup();
            if self.missing.len() > self.request.max_rules {
                return Err(too_many_subsets(self.request.max_rules));
            }
            let items: usize = self.missing.iter().map(|set| set.len()).sum();
            self.missing_bytes = MISSING * self.missing.len() as u64 + 4 * items as u64;
            self.sweep_at = SWEEP.max(2 * self.missing.len());
        }
        self.account()
    }

    /// Tells the limit on memory what was taken since the last time.
    fn account(&mut self) -> Result<()> {
        let rules = match &self.out {
            // Joining the parts takes the columns that are being copied once more.
            Out::All(columns) => columns.antecedent.capacity() * size_of::<Row>(),
            Out::Top(_) => 0,
        };
        let bytes = rules as u64 + self.missing_bytes;
        if let Some(more) = bytes.checked_sub(self.taken).filter(|&more| more > 0) {
            self.taken = bytes;
            self.control.take_memory(more)?;
        }
        Ok(())
    }

    /// Notes a set that must be counted: these positions of the itemset.
    fn miss(&mut self, positions: u64) {
        self.missing_bytes += MISSING + 4 * u64::from(positions.count_ones());
        let there = self.items.iter().enumerate().filter(|(k, _)| positions >> k & 1 == 1);
        self.missing.push(there.map(|(_, &item)| item).collect());
    }
}

pub(super) fn too_many_subsets(max_rules: usize) -> Error {
    Error::new(
        ErrorKind::Limit,
        format!(
            "the counts of more than {max_rules} subsets are needed: raise min_confidence, lower \
             max_length, or allow more with max_rules"
        ),
    )
}

fn too_many(max_rules: usize) -> Error {
    Error::new(
        ErrorKind::Limit,
        format!(
            "there are more than {max_rules} rules: raise min_confidence or min_support, lower \
             max_length, ask for single consequents or the top rules, or allow more with max_rules"
        ),
    )
}

/// [`Fraction::most_whole`] of counts, many of which are alike.
struct MostWhole {
    fraction: Fraction,
    /// By count, plus one; 0 where not yet known.
    small: Vec<u64>,
}

impl MostWhole {
    fn new(fraction: Fraction) -> Self {
        Self { fraction, small: vec![0; 4096] }
    }

    #[inline]
    fn of(&mut self, count: u32) -> u64 {
        match self.small.get_mut(count as usize) {
            Some(known) if *known > 0 => *known - 1,
            Some(known) => {
                let most = self.fraction.most_whole(count.into());
                *known = most.saturating_add(1);
                most
            }
            None => self.fraction.most_whole(count.into()),
        }
    }
}
