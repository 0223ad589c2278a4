//! What is mined at one threshold, and the search for the next.

use super::sets::Sets;
use crate::mine::columns::Mined;
use crate::mine::miner::{Rows, Settings};
use crate::{Control, Error, ErrorKind, Result};

/// Rows, and what each of them weighs; without weights, 1.
#[derive(Clone, Copy)]
pub(in crate::mine) struct Weighed<'a> {
    pub rows: Rows<'a>,
    pub weights: Option<&'a [u64]>,
}

impl Weighed<'_> {
    /// The weight of all rows.
    pub(super) fn total(&self) -> u64 {
        self.weights.map_or(self.rows.len() as u64, |weights| weights.iter().sum())
    }

    /// The weight of the rows that hold each item.
    pub(super) fn of_items(&self) -> Vec<u64> {
        let mut supports = vec![0u64; self.rows.universe];
        match self.weights {
            None => self.rows.items().iter().for_each(|&item| supports[item as usize] += 1),
            Some(weights) => {
                for (row, weight) in self.rows.iter().zip(weights) {
                    row.iter().for_each(|&item| supports[item as usize] += weight);
                }
            }
        }
        supports
    }
}

/// What finds the itemsets of some kind within the settings. The least count of the settings is the
/// least weight. More than the settings allow are a [`Limit`](ErrorKind::Limit) error, which comes as
/// soon as there are more.
pub(in crate::mine) type Engine<'a> =
    dyn Fn(Weighed<'_>, &Settings, &Control) -> Result<Mined> + 'a;

/// What became of a run with a limit.
pub(super) enum Run {
    /// All itemsets.
    Fits(Mined),
    /// There are more than the limit, or another limit was reached, as the error says.
    Exceeds(Error),
}

/// Runs the engine with a limit on the number of itemsets.
pub(super) fn run_within(
    engine: &Engine<'_>,
    table: Weighed<'_>,
    settings: &Settings,
    most: u64,
    control: &Control,
) -> Result<Run> {
    match engine(table, &Settings { max_itemsets: most, ..*settings }, control) {
        Ok(found) => Ok(Run::Fits(found)),
        Err(error) if error.kind() == ErrorKind::Limit => Ok(Run::Exceeds(error)),
        Err(error) => Err(error),
    }
}

/// A search for a count, or weight, between those that are too low and those that are high enough.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search {
    /// Lower counts are too low.
    pub low: u64,
    /// This count and higher ones are high enough.
    pub high: u64,
    /// The last count was guessed from those before, and was high enough.
    guessed: bool,
}

impl Search {
    pub(super) fn new(low: u64, high: u64) -> Self {
        Self { low, high: high.max(low), guessed: false }
    }

    /// The next count to try, near `guess`; `None` if the search is over.
    pub(super) fn clamp(&self, guess: u64) -> Option<u64> {
        (self.low < self.high).then(|| guess.clamp(self.low, self.high - 1))
    }

    pub(super) fn fits(&mut self, count: u64) {
        self.high = count;
    }

    pub(super) fn exceeds(&mut self, count: u64) {
        self.low = count + 1;
        self.guessed = false;
    }

    /// The middle in the sense of ratios: numbers of itemsets are powers of counts, or so.
    pub(super) fn middle(&self) -> u64 {
        (self.low as f64 * self.high as f64).sqrt() as u64
    }

    /// A count at which there should be about `wanted` itemsets, given how many there are at one
    /// that was high enough. By turns, the middle: the guess may creep.
    pub(super) fn next(&mut self, totals: &Totals, wanted: u64) -> u64 {
        self.guessed = !self.guessed;
        match totals.slope() {
            Some(slope) if self.guessed => {
                let ratio = wanted as f64 / totals.all as f64;
                (totals.count as f64 / ratio.powf(1.0 / slope)).ceil() as u64
            }
            _ => self.middle(),
        }
    }
}

/// How many itemsets there are at a count, and at twice that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Totals {
    pub count: u64,
    pub all: u64,
    twice: u64,
}

impl Totals {
    pub(super) fn new(found: &[Sets], count: u64) -> Self {
        let mut totals = Self { count, all: 0, twice: 0 };
        for sets in found {
            totals.all += sets.len() as u64;
            totals.twice += sets.supports().filter(|&n| n >= 2 * count).count() as u64;
        }
        totals
    }

    /// By what power the number grows as the count falls.
    fn slope(&self) -> Option<f64> {
        let slope = (self.all as f64 / self.twice as f64).log2();
        (slope.is_finite() && slope > 0.0).then_some(slope)
    }
}
