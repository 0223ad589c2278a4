//! What sequences to look for.

use crate::mine::MinSupport;
use crate::mine::miner::threads::check_threads;
use crate::{Error, Id, Result};

/// The milliseconds of a day.
pub(super) const DAY: i64 = 86_400_000;
/// The longest window: a hundred years.
const MOST_DAYS: f64 = 36_525.0;
/// The largest number of steps, and of items in a step.
const LONGEST: usize = 255;

/// What makes baskets of one customer one step of a sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// The same time, to the millisecond. Lags, gaps and windows are measured in milliseconds.
    #[default]
    Time,
    /// The same day (UTC, which is the shop's own calendar if its times came without a zone).
    /// Lags, gaps and windows count calendar days: the day after is one day later, whatever the
    /// hour. Right for tables that hold dates.
    Day,
}

/// Which sequences to mine.
///
/// ```
/// use basketry::MinSupport;
/// use basketry::mine::SequenceOptions;
///
/// // What at least ten customers bought within 60 days, each step at most 30 days after the last.
/// let options = SequenceOptions::new(MinSupport::Count(10), 60.0).max_gap_days(30.0);
/// assert_eq!(options.max_length, 3);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SequenceOptions {
    /// The least number of distinct customers who have the sequence, or their share of all
    /// customers.
    pub min_support: MinSupport,
    /// The window in days, fractions allowed: a whole sequence, from its first step to its last,
    /// takes at most so long. At most 36,525.
    pub within_days: f64,
    /// The least time in days between a step and the next; 0 (the default) means any later step.
    pub min_gap_days: f64,
    /// The largest time in days between a step and the next; default: what the window leaves.
    pub max_gap_days: Option<f64>,
    /// The largest number of steps, from 2 to 255; default: 3.
    pub max_length: usize,
    /// The largest number of items in one step, from 1 (the default) to 255.
    pub max_items_per_step: usize,
    /// What makes baskets one step; default: the same time.
    pub step: Step,
    /// Whether an item may come again in a later step, as refills do; default: yes.
    pub repeats: bool,
    /// If given, sequences are made of these products only.
    pub only_from: Option<Vec<Id>>,
    /// Products that no sequence is made of (carrier bags, deposits).
    pub must_not_contain: Vec<Id>,
    /// How many threads to use, at least 1; default: those of the current rayon pool. The result
    /// is the same for any number.
    pub threads: Option<usize>,
    /// The largest number of sequences, steps of several items included. A threshold that yields
    /// more is an error instead of a machine out of memory. Default: 10 million, which take about
    /// 1 GB.
    pub max_sequences: u64,
}

impl SequenceOptions {
    /// All sequences of two or three single items with at least this support, within so many days.
    pub fn new(min_support: MinSupport, within_days: f64) -> Self {
        Self {
            min_support,
            within_days,
            min_gap_days: 0.0,
            max_gap_days: None,
            max_length: 3,
            max_items_per_step: 1,
            step: Step::Time,
            repeats: true,
            only_from: None,
            must_not_contain: Vec::new(),
            threads: None,
            max_sequences: 10_000_000,
        }
    }

    /// Sets [`min_gap_days`](Self::min_gap_days).
    #[must_use]
    pub fn min_gap_days(mut self, days: f64) -> Self {
        self.min_gap_days = days;
        self
    }

    /// Sets [`max_gap_days`](Self::max_gap_days).
    #[must_use]
    pub fn max_gap_days(mut self, days: f64) -> Self {
        self.max_gap_days = Some(days);
        self
    }

    /// Sets [`max_length`](Self::max_length).
    #[must_use]
    pub fn max_length(mut self, steps: usize) -> Self {
        self.max_length = steps;
        self
    }

    /// Sets [`max_items_per_step`](Self::max_items_per_step).
    #[must_use]
    pub fn max_items_per_step(mut self, items: usize) -> Self {
        self.max_items_per_step = items;
        self
    }

    /// Sets [`step`](Self::step).
    #[must_use]
    pub fn step(mut self, step: Step) -> Self {
        self.step = step;
        self
    }

    /// Sets [`repeats`](Self::repeats).
    #[must_use]
    pub fn repeats(mut self, repeats: bool) -> Self {
        self.repeats = repeats;
        self
    }

    /// Sets [`only_from`](Self::only_from).
    #[must_use]
    pub fn only_from<I>(mut self, products: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Id>,
    {
        self.only_from = Some(products.into_iter().map(Into::into).collect());
        self
    }

    /// Sets [`must_not_contain`](Self::must_not_contain).
    #[must_use]
    pub fn must_not_contain<I>(mut self, products: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Id>,
    {
        self.must_not_contain = products.into_iter().map(Into::into).collect();
        self
    }

    /// Sets [`threads`](Self::threads).
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Sets [`max_sequences`](Self::max_sequences).
    #[must_use]
    pub fn max_sequences(mut self, sequences: u64) -> Self {
        self.max_sequences = sequences;
        self
    }

    /// Checks the options and gives the times they name in ticks.
    pub(super) fn spans(&self) -> Result<Spans> {
        for (name, value, least) in
            [("max_length", self.max_length, 2), ("max_items_per_step", self.max_items_per_step, 1)]
        {
            if !(least..=LONGEST).contains(&value) {
                return Err(Error::argument(format!(
                    "{name}: {value}, expected from {least} to {LONGEST}"
                )));
            }
        }
        check_threads(self.threads)?;
        let tick = match self.step {
            Step::Time => 1,
            Step::Day => DAY,
        };
        let (unit, units) = match self.step {
            Step::Time => ("millisecond", "milliseconds"),
            Step::Day => ("day", "days"),
        };
        let longest = |name: &str, days: f64| {
            let ticks = milliseconds(name, days)? / tick;
            if ticks == 0 {
                return Err(Error::argument(format!(
                    "{name}: {days} days, expected at least one {unit}, as time is measured in \
                     {units}"
                )));
            }
            Ok(ticks)
        };
        let within = longest("within_days", self.within_days)?;
        let max_gap = match self.max_gap_days {
            Some(days) => longest("max_gap_days", days)?.min(within),
            None => within,
        };
        // A later step is at least one tick later.
        let min_gap = milliseconds("min_gap_days", self.min_gap_days)?;
        let min_gap = (min_gap / tick + i64::from(min_gap % tick > 0)).max(1);
        if min_gap > max_gap {
            return Err(Error::argument(format!(
                "min_gap_days: {}, expected at most max_gap_days and within_days",
                self.min_gap_days
            )));
        }
        Ok(Spans { tick, within, min_gap, max_gap })
    }
}

fn milliseconds(name: &str, days: f64) -> Result<i64> {
    if !(0.0..=MOST_DAYS).contains(&days) {
        return Err(Error::argument(format!(
            "{name}: {days}, expected a number of days from 0 to {MOST_DAYS}"
        )));
    }
    Ok((days * DAY as f64).round() as i64)
}

/// The times of the options in ticks, the steps in which time is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spans {
    /// Milliseconds in a tick.
    pub tick: i64,
    /// At most so much from the first step to the last; at least 1.
    pub within: i64,
    /// At least so much from a step to the next; at least 1, at most `max_gap`.
    pub min_gap: i64,
    /// At most so much from a step to the next; at most `within`.
    pub max_gap: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(within: f64) -> SequenceOptions {
        SequenceOptions::new(MinSupport::Count(1), within)
    }

    #[test]
    fn days_become_ticks() -> Result<()> {
        let spans = options(0.5).spans()?;
        assert_eq!(spans, Spans { tick: 1, within: DAY / 2, min_gap: 1, max_gap: DAY / 2 });
        let by_day = options(30.9).step(Step::Day).min_gap_days(1.5).max_gap_days(45.0).spans()?;
        assert_eq!(by_day, Spans { tick: DAY, within: 30, min_gap: 2, max_gap: 30 });
        Ok(())
    }

    #[test]
    fn options_out_of_range_are_named() {
        for (name, options) in [
            ("within_days", options(0.0)),
            ("within_days", options(f64::NAN)),
            ("within_days", options(-1.0)),
            ("within_days", options(1e9)),
            ("within_days", options(0.5).step(Step::Day)),
            ("max_gap_days", options(9.0).max_gap_days(0.0)),
            ("min_gap_days", options(9.0).min_gap_days(-1.0)),
            ("min_gap_days", options(9.0).min_gap_days(10.0)),
            ("min_gap_days", options(9.0).max_gap_days(3.0).min_gap_days(4.0)),
            ("max_length", options(9.0).max_length(1)),
            ("max_length", options(9.0).max_length(256)),
            ("max_items_per_step", options(9.0).max_items_per_step(0)),
            ("threads", options(9.0).threads(0)),
        ] {
            let error = options.spans().unwrap_err();
            assert!(error.to_string().starts_with(name), "{name}: {error}");
        }
    }
}
