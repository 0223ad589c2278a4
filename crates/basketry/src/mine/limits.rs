//! Limits on what mining may take, and what comes out where they are reached.

use super::columns::Store;
use super::options::{ItemsetOptions, OnLimit};
use crate::{Control, Error, ErrorKind, Result};

/// A limit on what mining may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// `max_itemsets`.
    Itemsets,
    /// `max_memory`.
    Memory,
    /// `max_time`.
    Time,
}

impl Limit {
    /// The option that sets it, such as `"max_itemsets"`.
    pub fn name(self) -> &'static str {
        match self {
            Limit::Itemsets => "max_itemsets",
            Limit::Memory => "max_memory",
            Limit::Time => "max_time",
        }
    }
}

/// Why there are fewer itemsets than were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Raised {
    /// The least count that was asked for. [`Itemsets::min_count`](super::Itemsets::min_count) is
    /// that of which the itemsets are all.
    pub asked: u64,
    /// The limit that was reached.
    pub limit: Limit,
}

/// Mines with `attempt`, given a least count, within the limits of the options.
///
/// If one is reached and the options ask for a part of the itemsets, these are all itemsets of the
/// least count at which they stay within the limits. It is found by trying: no attempt takes more
/// than the limits. If there is a limit on time, the count that was asked for gets half of it; then
/// attempts go from large counts to small ones, so that there is something when the time is over.
/// Each finds several times as many itemsets as the one before, so that all together take little
/// longer than the last.
pub(super) fn within(
    options: &ItemsetOptions,
    (min_count, baskets): (u64, u64),
    control: &Control,
    attempt: impl Fn(u64, &Control) -> Result<Store>,
) -> Result<Store> {
    let limited;
    let control = match (options.max_time, options.max_memory) {
        (None, None) => control,
        (time, memory) => {
            limited = control.limited(time, memory);
            &limited
        }
    };
    let partial = options.on_limit == OnLimit::Partial;
    let first = if partial { control.halved() } else { control.again() };
    let error = match attempt(min_count, &first) {
        Err(error) if error.kind() == ErrorKind::Limit => error,
        result => return result,
    };
    let limit = first.limit();
    if !partial {
        return Err(match limit {
            Limit::Time => error,
            _ => hint(error, min_count, control, attempt),
        });
    }
    // There is nothing above all baskets, and that is within all limits.
    let mut search = Search { low: min_count + 1, high: baskets + 2, found: None };
    let mut falling = limit == Limit::Time;
    while search.low < search.high && !control.is_late() {
        let count = search.next(falling);
        match attempt(count, &control.again()) {
            Ok(store) => {
                search.high = count;
                search.found = Some(store);
            }
            Err(error) if error.kind() == ErrorKind::Limit => {
                search.low = count + 1;
                falling = false;
            }
            Err(error) => return Err(error),
        }
    }
    let mut store = search.found.ok_or(error)?;
    store.raised = Some(Raised { asked: min_count, limit });
    Ok(store)
}

/// A search for the least count that stays within the limits.
struct Search {
    /// Smaller ones do not.
    low: u64,
    /// This one does, and was tried if anything was found.
    high: u64,
    found: Option<Store>,
}

impl Search {
    /// The next count to try: in the middle, in the sense of ratios, as numbers of itemsets are
    /// powers of counts, or so; or a quarter of the last.
    fn next(&self, falling: bool) -> u64 {
        let next = match falling {
            true => self.high / 4,
            false => (self.low as f64 * self.high as f64).sqrt() as u64,
        };
        next.clamp(self.low, self.high - 1)
    }
}

/// The error, and a count that stays within the limits if one is found soon.
fn hint(
    error: Error,
    min_count: u64,
    control: &Control,
    attempt: impl Fn(u64, &Control) -> Result<Store>,
) -> Error {
    for factor in [4, 16] {
        let count = min_count.saturating_mul(factor);
        match attempt(count, &control.again()) {
            // A threshold that nothing reaches is no help.
            Ok(store) if store.len() == 0 => return error,
            Ok(store) => {
                let found = store.len();
                let message = format!("{error}. In at least {count} baskets there are {found}");
                return Error::new(ErrorKind::Limit, message);
            }
            Err(error) if error.kind() == ErrorKind::Limit => {}
            Err(error) => return error,
        }
    }
    error
}
