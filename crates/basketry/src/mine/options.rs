//! What to mine.

use super::fraction::Fraction;
use crate::{Error, Result};

/// The least support an itemset must have.
///
/// `Share(1.0)` means every basket, `Count(1)` means one basket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MinSupport {
    /// A share of the baskets, above 0 and at most 1.
    ///
    /// The share is the decimal its user wrote (the shortest that reads back as the same `f64`),
    /// and it is compared in integers: `Share(0.1)` of 30 baskets is 3 baskets, of 31 it is 4. A
    /// quotient that was computed stands for itself: `Share(7.0 / 30.0)` of 30 baskets is 7.
    Share(f64),
    /// A number of baskets, at least 1.
    Count(u64),
}

impl MinSupport {
    /// The smallest count that reaches this support among `baskets` baskets.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names `min_support` if it is out of range.
    pub fn count(self, baskets: u64) -> Result<u64> {
        match self {
            MinSupport::Count(0) => {
                Err(Error::argument("min_support: a count of 0, expected at least 1"))
            }
            MinSupport::Count(count) => Ok(count),
            MinSupport::Share(share) => match Fraction::from_f64(share) {
                Some(fraction) if share > 0.0 => Ok(fraction.least_part(baskets).max(1)),
                _ => Err(Error::argument(format!(
                    "min_support: a share of {share}, expected one above 0 and at most 1"
                ))),
            },
        }
    }
}

/// Which of the frequent itemsets to report.
///
/// | kind | an itemset is reported if |
/// | --- | --- |
/// | `All` | it is frequent |
/// | `Closed` | no larger set is in as many baskets |
/// | `Maximal` | no larger set is frequent |
/// | `Generators` | no smaller set is in as few baskets |
///
/// The closed sets tell the support of every frequent set: that of the smallest closed set around
/// it ([`Itemsets::count_of`](super::Itemsets::count_of) looks there). The maximal ones tell only
/// which sets are frequent. The generators (minimal generators, key patterns or free sets) are the
/// shortest descriptions of the baskets that the closed sets describe fully. The empty set, which
/// is in all baskets, is never reported, but counts as a smaller set: an item in every basket is no
/// generator.
///
/// `min_length` and `max_length` choose among the sets of a kind: a set is not closed because the
/// larger one that is in as many baskets is too long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// All frequent itemsets.
    #[default]
    All,
    /// Those of which no proper superset has the same support.
    Closed,
    /// Those of which no proper superset is frequent.
    Maximal,
    /// Those of which no proper subset has the same support.
    Generators,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 4] = [Kind::All, Kind::Closed, Kind::Maximal, Kind::Generators];

    /// Its name: `all`, `closed`, `maximal` or `generators`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::All => "all",
            Kind::Closed => "closed",
            Kind::Maximal => "maximal",
            Kind::Generators => "generators",
        }
    }

    /// The kind with a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What to mine.
///
/// ```
/// use basketry::{ItemsetOptions, MinSupport};
///
/// let options = ItemsetOptions::new(MinSupport::Share(0.001)).max_length(4);
/// assert_eq!(options.max_length, Some(4));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ItemsetOptions {
    /// The least support.
    pub min_support: MinSupport,
    /// Which of the itemsets of that support; default: all.
    pub kind: Kind,
    /// The least number of items in an itemset, at least 1 (the default). [`rules`](super::rules)
    /// needs the supports of all subsets, and so a `min_length` of 1.
    pub min_length: usize,
    /// The largest number of items in an itemset; default: any.
    pub max_length: Option<usize>,
    /// How many threads to use, at least 1; default: those of the current rayon pool, which is
    /// one for each core unless set up otherwise. The result is the same for any number.
    pub threads: Option<usize>,
    /// The largest number of itemsets, those shorter than `min_length` included. A threshold that
    /// yields more is an error instead of a machine out of memory. Default: 20 million, which
    /// take about 1 GB.
    pub max_itemsets: u64,
}

impl ItemsetOptions {
    /// All itemsets of at least this support.
    pub fn new(min_support: MinSupport) -> Self {
        Self {
            min_support,
            kind: Kind::All,
            min_length: 1,
            max_length: None,
            threads: None,
            max_itemsets: 20_000_000,
        }
    }

    /// Sets [`kind`](Self::kind).
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
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

    pub(super) fn validate(&self) -> Result<()> {
        if self.min_length == 0 {
            return Err(Error::argument("min_length: 0, expected at least 1"));
        }
        if let Some(max) = self.max_length.filter(|&max| max < self.min_length) {
            return Err(Error::argument(format!(
                "max_length: {max}, expected at least min_length, which is {}",
                self.min_length
            )));
        }
        if self.threads == Some(0) {
            return Err(Error::argument("threads: 0, expected at least 1"));
        }
        Ok(())
    }
}
