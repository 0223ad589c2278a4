//! High-utility itemsets: what earns the most together, rather than what is most often together.
//!
//! # What is found
//! Every basket `T` gives each of its items a utility `u(i, T)`, such as the contribution margin of
//! the line in minor units ([`Utilities`]). A set of items `X` is worth
//!
//! `u(X) = sum over the baskets T that hold X of (sum over the items i of X of u(i, T))`
//!
//! and [`high_utility`] finds all sets with `u(X) >= min_utility`, or those of highest utility,
//! each with its exact utility and the exact number of baskets that hold it. Support knows that
//! a set is in no more baskets than its parts; utility knows nothing like it: a set may be worth
//! more or less than its parts.
//!
//! # How
//! Depth-first, in the manner of EFIM (Zida, Fournier-Viger, Lin, Wu, Tseng: *EFIM: a fast and
//! memory efficient algorithm for high-utility itemset mining*, Knowledge and Information Systems
//! 51(2), 2017): the baskets that hold the items taken so far are projected on the items that may
//! follow, equal ones are merged, and sums over them in arrays say which items may be dropped and
//! which are not worth beginning with. As there, the upper bounds are a *local* and a *sub-tree*
//! utility. Unlike there, occurrences of the items in the rows are listed rather than searched
//! for, equal rows are found by their hash, and the bounds hold whatever the signs.
//!
//! # Why nothing is lost, whatever the signs
//! EFIM takes utilities to be positive; its successors for negative ones (FHN: Lin, Fournier-Viger,
//! Gan: *FHN: An efficient algorithm for mining high-utility itemsets with negative unit profits*,
//! Knowledge-Based Systems 111, 2016) take each item to be of one sign. Here an item may earn in
//! one basket and cost in another. Let `P` be the items taken so far, `z` one that may follow, and
//! `Y` any set that contains `P` and `z` and otherwise only items that may follow. In a row `T`
//! (one basket, or several that hold the same items, added up)
//!
//! `u(Y, T) <= b(T) = u(P, T) + min(0, u(z, T)) + sum over what may follow of max(0, u(i, T))`
//!
//! as leaving out what is negative and adding what is positive only makes a sum larger. The rows
//! that hold `Y` are among those that hold `P` and `z`. The others may be added to the sum if they
//! add nothing below 0, so
//!
//! `u(Y) <= sum over the rows T that hold P and z of max(0, b(T))`
//!
//! which is the local utility of `z`: if it is below the threshold, `z` is dropped from the rows.
//! The sub-tree utility is the same sum with `u(z, T)` as it is, and only items behind `z` in the
//! order of the search as those that may follow: if it is below the threshold, no set begins with
//! `P` and `z`. Without negative utilities both are those of EFIM.
//!
//! They are tightened twice. What `P` and `z` alone are worth is counted apart and exactly, so that
//! rows with nothing else to follow add nothing to either. And where `max_length` leaves room for
//! `r` more items, these are worth no more than `r` times the best of them.
//!
//! The sum of the absolute values of all lines fits 64 bits ([`Utilities`] sees to it). All sums
//! here are of parts of lines, each taken once, so none overflows.

mod found;
mod search;
mod table;

use super::columns::{Extra, Level, Numbers, Pieces, Store};
use super::fraction::Fraction;
use super::itemsets::Itemsets;
use super::miner::threads::{Pool, check_threads};
use crate::{Control, Error, ErrorKind, Result, Utilities};

use self::found::Sink;
use self::search::Job;

/// The least utility an itemset must have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MinUtility {
    /// An amount in minor units, at least 1.
    Minor(i64),
    /// A share of the utility of all lines ([`Utilities::total`], what is negative included),
    /// above 0 and at most 1. As a share of the baskets is for
    /// [`MinSupport`](super::MinSupport::Share), it is the decimal that was written, compared in
    /// integers. There must be a total above 0.
    Share(f64),
}

impl MinUtility {
    /// The smallest utility that reaches this one where all lines together are worth `total`.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names `min_utility` if it is out of range, or a share of nothing.
    pub fn minor(self, total: i64) -> Result<i64> {
        match self {
            MinUtility::Minor(minor) if minor >= 1 => Ok(minor),
            MinUtility::Minor(minor) => Err(Error::argument(format!(
                "min_utility: {minor} minor units, expected at least 1"
            ))),
            MinUtility::Share(share) => match (Fraction::from_f64(share), u64::try_from(total)) {
                (None, _) => Err(bad_share(share)),
                (Some(_), _) if share <= 0.0 => Err(bad_share(share)),
                (Some(fraction), Ok(total @ 1..)) => {
                    // A share of at most 1 of what fits 63 bits fits them as well.
                    Ok(i64::try_from(fraction.least_part(total)).unwrap_or(i64::MAX).max(1))
                }
                (Some(_), _) => Err(Error::argument(format!(
                    "min_utility: a share of a total of {total} minor units, expected an amount \
                     where the total is not above 0"
                ))),
            },
        }
    }
}

fn bad_share(share: f64) -> Error {
    Error::argument(format!("min_utility: a share of {share}, expected one above 0 and at most 1"))
}

/// Which high-utility itemsets to mine.
///
/// ```
/// use basketry::{HighUtilityOptions, MinUtility};
///
/// let all = HighUtilityOptions::new(MinUtility::Share(0.001)).max_length(4);
/// let best = HighUtilityOptions::best(100).min_length(2);
/// assert_eq!((all.top, best.top), (None, Some(100)));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct HighUtilityOptions {
    /// The least utility.
    pub min_utility: MinUtility,
    /// Only so many itemsets, those of highest utility; at least 1. Of sets of the same utility the
    /// shorter goes first, then the one whose items, as ascending indices, come first. Default: all.
    pub top: Option<u64>,
    /// The least number of items in an itemset, at least 1 (the default).
    pub min_length: usize,
    /// The largest number of items in an itemset; default: any.
    pub max_length: Option<usize>,
    /// How many threads to use, at least 1; default: those of the current rayon pool, which is
    /// one for each core unless set up otherwise. The result is the same for any number.
    pub threads: Option<usize>,
    /// The largest number of itemsets. A threshold that yields more is an error instead of a
    /// machine out of memory. Default: 20 million, which take about 1 GB if they are short.
    pub max_itemsets: u64,
}

impl HighUtilityOptions {
    /// All itemsets of at least this utility.
    pub fn new(min_utility: MinUtility) -> Self {
        Self {
            min_utility,
            top: None,
            min_length: 1,
            max_length: None,
            threads: None,
            max_itemsets: 20_000_000,
        }
    }

    /// The `number` itemsets of highest utility, as far as they are worth anything.
    pub fn best(number: u64) -> Self {
        Self::new(MinUtility::Minor(1)).top(number)
    }

    /// Sets [`top`](Self::top).
    #[must_use]
    pub fn top(mut self, itemsets: u64) -> Self {
        self.top = Some(itemsets);
        self
    }

    /// Sets [`min_length`](Self::min_length).
    #[must_use]
    pub fn min_length(mut self, items: usize) -> Self {
        self.min_length = items;
        self
    }

    /// Sets [`max_length`](Self::max_length).
    #[must_use]
    pub fn max_length(mut self, items: usize) -> Self {
        self.max_length = Some(items);
        self
    }

    /// Sets [`threads`](Self::threads).
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Sets [`max_itemsets`](Self::max_itemsets).
    #[must_use]
    pub fn max_itemsets(mut self, itemsets: u64) -> Self {
        self.max_itemsets = itemsets;
        self
    }

    fn validate(&self) -> Result<()> {
        for (name, number) in [
            ("top", self.top),
            ("min_length", Some(self.min_length as u64)),
            ("threads", self.threads.map(|threads| threads as u64)),
        ] {
            if number == Some(0) {
                return Err(Error::argument(format!("{name}: 0, expected at least 1")));
            }
        }
        if let Some(max) = self.max_length.filter(|&max| max < self.min_length) {
            return Err(Error::argument(format!(
                "max_length: {max}, expected at least min_length, which is {}",
                self.min_length
            )));
        }
        Ok(())
    }
}

/// All sets of items that are worth at least `min_utility` together, or the best of them; each
/// with the number of baskets that hold it and, in the column `utility`, what it is worth in minor
/// units. See the [module](self) for the definition. Exact, whatever the signs.
///
/// Rows go by length; within a length the most valuable goes first, ties by items as ascending
/// indices. [`rules`](super::rules) cannot be made of them, as subsets may be worth less and be
/// missing.
///
/// ```
/// use basketry::{Control, HighUtilityOptions, MinUtility, Utilities, high_utility};
///
/// // The razor is sold at a loss; the blades make up for it.
/// let baskets = Utilities::from_lists([
///     vec![("razor", -300), ("blades", 900)],
///     vec![("razor", -300), ("blades", 450), ("soap", 80)],
///     vec![("soap", 80)],
///     vec![("blades", 450)],
/// ])?;
/// let options = HighUtilityOptions::new(MinUtility::Minor(500));
/// let sets = high_utility(&baskets, &options, &Control::new())?;
/// let found: Vec<_> = sets.iter().map(|set| (set.ids().count(), set.value("utility"))).collect();
/// // Blades alone; blades with razors; blades with soap.
/// assert_eq!(found, [(1, Some(1800.0)), (2, Some(750.0)), (2, Some(530.0))]);
/// # Ok::<(), basketry::Error>(())
/// ```
///
/// # Errors
/// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names the option that is out of range,
/// [`Data`](crate::ErrorKind::Data) if there are no baskets, [`Limit`](crate::ErrorKind::Limit) if
/// there are more than `max_itemsets` itemsets, or if baskets of tens of thousands of items are so much
/// alike that the search does not fit in memory, and [`Cancelled`](crate::ErrorKind::Cancelled).
pub fn high_utility(
    baskets: &Utilities,
    options: &HighUtilityOptions,
    control: &Control,
) -> Result<Itemsets> {
    control.check()?;
    options.validate()?;
    if baskets.is_empty() {
        return Err(Error::new(ErrorKind::Data, "there are no baskets: expected at least one"));
    }
    if u32::try_from(baskets.len()).is_err() {
        return Err(Error::new(
            ErrorKind::Limit,
            format!("{} baskets, expected at most 4,294,967,295", baskets.len()),
        ));
    }
    let least = options.min_utility.minor(baskets.total())?;
    // Rows are numbered with 32 bits.
    let max_itemsets = options.max_itemsets.min(u64::from(u32::MAX - 1));
    let job = Job {
        max_length: options.max_length.unwrap_or(usize::MAX),
        sink: Sink::new(least, options.top, options.min_length, max_itemsets),
        control,
        held_always: search::HELD_ALWAYS,
    };
    check_threads(options.threads)?;
    let pool = Pool::new(options.threads);
    let parts = search::run(baskets, &pool, &job)?;
    let levels = pool.install(|| job.sink.finish(parts))?;
    control.check()?;
    let mut lengths = Vec::with_capacity(levels.len());
    let mut utilities = Vec::new();
    for (length, mut level) in (1..).zip(levels) {
        lengths.push(Pieces::of(Level::from_rows(length, &level.items, &level.baskets)?));
        utilities.append(&mut level.utilities);
    }
    let mut store = Store::new(baskets.ids().clone(), baskets.len() as u64, 1, lengths);
    store.gaps = Some("min_utility");
    store.extras.push(Extra { name: "utility", numbers: Numbers::Int(utilities) });
    Ok(Itemsets::of(store))
}
