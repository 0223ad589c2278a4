//! The least support at which no more itemsets come out than there may be.

use super::columns::Pieces;
use super::miner::{Rows, Settings};
use crate::{Control, Error, ErrorKind, Result};

/// What finds the itemsets of some kind within the settings, by length. More than the settings
/// allow are a [`Limit`](ErrorKind::Limit) error, which comes as soon as there are more.
pub(crate) type Engine<'a> = dyn Fn(Rows<'_>, &Settings, &Control) -> Result<Vec<Pieces>> + 'a;

/// What became of a run with a limit.
pub(super) enum Run {
    /// All itemsets.
    Fits(Vec<Pieces>),
    /// There are more than the limit, or another limit was reached, as the error says.
    Exceeds(Error),
}

/// Runs the engine with a limit on the number of itemsets.
pub(super) fn run_within(
    engine: &Engine<'_>,
    rows: Rows<'_>,
    settings: &Settings,
    most: u64,
    control: &Control,
) -> Result<Run> {
    match engine(rows, &Settings { max_itemsets: most, ..*settings }, control) {
        Ok(found) => Ok(Run::Fits(found)),
        Err(error) if error.kind() == ErrorKind::Limit => Ok(Run::Exceeds(error)),
        Err(error) => Err(error),
    }
}

/// How many rows hold each item.
pub(super) fn item_counts(rows: Rows<'_>) -> Vec<u32> {
    let mut counts = vec![0u32; rows.universe];
    for &item in rows.items() {
        counts[item as usize] += 1;
    }
    counts
}

/// The smallest count, at least that of the settings, from which on there are at most `most`
/// itemsets, those shorter than `min_length` included. Where the number of itemsets does not
/// fall as the count rises (maximal ones), a count at which they fit.
///
/// Takes some ten runs of the engine, none of which finds more than `most` itemsets. A limit
/// other than that on the number (time, memory) counts like it.
#[allow(dead_code, reason = "for limits that say which support would have fitted")]
pub(crate) fn fitting_count(
    engine: &Engine<'_>,
    rows: Rows<'_>,
    settings: &Settings,
    most: u64,
    control: &Control,
) -> Result<u64> {
    let mut search = Search::new(settings.min_count, rows.len() as u64 + 1);
    let mut guess = search.middle();
    while let Some(count) = search.clamp(guess) {
        let settings = Settings { min_count: count, ..*settings };
        guess = match run_within(engine, rows, &settings, most, control)? {
            Run::Fits(found) => {
                search.fits(count);
                search.next(&Totals::new(&found, 1, count), most)
            }
            Run::Exceeds(_) => {
                search.exceeds(count);
                search.middle()
            }
        };
    }
    Ok(search.high)
}

/// A search for a count between those that are too low and those that are high enough.
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
    /// Of the itemsets of at least `min_length` items.
    pub(super) fn new(found: &[Pieces], min_length: usize, count: u64) -> Self {
        let mut totals = Self { count, all: 0, twice: 0 };
        for (_, counts) in found.iter().skip(min_length - 1).flat_map(Pieces::chunks) {
            totals.all += counts.len() as u64;
            totals.twice += counts.iter().filter(|&&n| u64::from(n) >= 2 * count).count() as u64;
        }
        totals
    }

    /// By what power the number grows as the count falls.
    fn slope(&self) -> Option<f64> {
        let slope = (self.all as f64 / self.twice as f64).log2();
        (slope.is_finite() && slope > 0.0).then_some(slope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mine::miner::mine;
    use proptest::prelude::*;

    fn settings(min_count: u64) -> Settings {
        Settings {
            min_count,
            min_length: 1,
            max_length: usize::MAX,
            max_itemsets: 1 << 20,
            threads: Some(1),
        }
    }

    proptest! {
        #[test]
        fn the_smallest_count_that_fits_is_found(
            lists in prop::collection::vec(prop::collection::btree_set(0u32..9, 0..9), 1..40),
            floor in 1u64..5, most in 0u64..300,
        ) {
            let mut offsets = vec![0];
            let mut items = Vec::new();
            for list in lists {
                items.extend(list);
                offsets.push(items.len() as u64);
            }
            let rows = Rows { offsets: &offsets, items: &items, universe: 9 };
            let control = Control::new();
            let number = |count| {
                let found = mine(rows, &settings(count), &control).unwrap();
                Totals::new(&found, 1, count).all
            };
            let count = fitting_count(&mine, rows, &settings(floor), most, &control).unwrap();
            prop_assert!(count >= floor);
            prop_assert!(number(count) <= most);
            prop_assert!(count == floor || number(count - 1) > most);
        }
    }
}
