//! What to mine.

use std::time::Duration;

use super::fraction::Fraction;
use super::miner::threads::check_threads;
use crate::data::Scale;
use crate::{Error, Hierarchy, Id, Result};

/// The least support an itemset must have.
///
/// `Share(1.0)` means every basket, `Count(1)` means one basket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MinSupport {
    /// A share of the baskets, or of their weight, above 0 and at most 1.
    ///
    /// The share is the decimal its user wrote (the shortest that reads back as the same `f64`),
    /// and it is compared in integers: `Share(0.1)` of 30 baskets is 3 baskets, of 31 it is 4. A
    /// quotient that was computed stands for itself: `Share(7.0 / 30.0)` of 30 baskets is 7.
    Share(f64),
    /// A number of baskets, at least 1. Where baskets have
    /// [weights](crate::Baskets::with_weights): the least sum of weights.
    Count(u64),
}

impl MinSupport {
    /// Any support above none: the share is so small that one basket reaches it, whatever it
    /// weighs.
    pub const ANY: Self = Self::Share(f64::MIN_POSITIVE);

    /// The smallest count that reaches this support among `baskets` baskets.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names `min_support` if it is out of range.
    pub fn count(self, baskets: u64) -> Result<u64> {
        self.least(baskets, |count| count)
    }

    /// The least weight, in units, that reaches this support.
    pub(super) fn weight(self, scale: Scale) -> Result<u64> {
        self.least(scale.total, |count| scale.least(count).max(1))
    }

    /// The least part of `total` that reaches this support, where `of` says what a count is.
    fn least(self, total: u64, of: impl FnOnce(u64) -> u64) -> Result<u64> {
        match self {
            MinSupport::Count(0) => {
                Err(Error::argument("min_support: a count of 0, expected at least 1"))
            }
            MinSupport::Count(count) => Ok(of(count)),
            MinSupport::Share(share) => match Fraction::from_f64(share) {
                Some(fraction) if share > 0.0 => Ok(fraction.least_part(total).max(1)),
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
/// it ([`Itemsets::count_of`](super::Itemsets::count_of) looks there, but not with a hierarchy).
/// The maximal ones tell only which sets are frequent. The generators (minimal generators, key patterns or free sets) are the
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

/// What to do where a limit is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnLimit {
    /// A [`Limit`](crate::ErrorKind::Limit) error.
    #[default]
    Error,
    /// All itemsets of a larger least count, [which is told](super::Itemsets::min_count), with why
    /// it was [raised](super::Itemsets::raised).
    ///
    /// Where the number or the memory is limited, that count is the least at which they stay within
    /// the limit (of memory, the least that was found to: what is needed to find itemsets depends
    /// on the number of threads). Where the time is limited, it is the least that was tried by
    /// then: a smaller one might have been done in time too, and another run may get to another
    /// count. Whatever the count, the itemsets are all that reach it. If the time is over before
    /// any attempt is done, there is nothing to show, and it is an error as with
    /// [`Error`](Self::Error).
    Partial,
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
    /// Only itemsets that hold all of these ids. Those baskets alone that hold them are mined, so
    /// it is fast. Not together with [`rules`](super::rules), which needs the supports of all
    /// subsets.
    ///
    /// Ids that no basket holds are no errors, here and below: no itemset holds one either. Ids
    /// of another type than those of the baskets are.
    pub must_contain: Vec<Id>,
    /// Only itemsets that hold none of these ids, as if they were in no basket. Supports stay
    /// shares of all baskets.
    pub must_not_contain: Vec<Id>,
    /// Only itemsets of these ids, as if nothing else were in the baskets. Supports stay shares
    /// of all baskets. Default: any.
    pub only_from: Option<Vec<Id>>,
    /// Only so many itemsets, at least 1: those of the largest support. Among equal supports
    /// shorter itemsets come first, and within a length the order of [`Itemsets`]. So all subsets
    /// of an itemset come before it. The result is sorted by support. Fewer than this only if no
    /// more reach `min_support`.
    ///
    /// `max_itemsets` must be at least as large, and the search for the support needs some room
    /// there where `min_length` is above 1: shorter itemsets are found on the way.
    ///
    /// [`Itemsets`]: super::Itemsets
    pub top: Option<u64>,
    /// Items whose least support is not [`min_support`](Self::min_support): an itemset must reach
    /// the smallest least support of its items (multiple minimum supports: Liu, Hsu and Ma, Mining
    /// association rules with multiple minimum supports, 1999). So what is rare but matters is
    /// found, without all combinations of what is in every other basket, or those items can be
    /// held to more. Not for baskets with weights.
    ///
    /// A subset of an itemset may lack the item of the small least support and be left out: see
    /// [`RuleOptions`](super::RuleOptions) for what that means for rules. Only for all itemsets,
    /// not for closed ones and so on, which would not say what is frequent.
    pub item_min_support: Vec<(Id, MinSupport)>,
    /// What the items are kinds of: itemsets then hold items and categories, and no item together
    /// with one of its own categories. A category is in every basket that holds something of it.
    /// Constraints may name categories as well as items.
    ///
    /// [Closed](Kind::Closed) and [maximal](Kind::Maximal) itemsets are those of baskets that hold
    /// their categories too, each shown by what is most specific of it: where all cheese is edam,
    /// edam stands for both. With them, `must_contain` is not available. Generators, which would
    /// say what is most general, are not available with a hierarchy. The closed ones do not tell
    /// the support of other sets here: [`count_of`](super::Itemsets::count_of) finds those only
    /// that are shown.
    ///
    /// ```
    /// use basketry::{Baskets, Control, Hierarchy, ItemsetOptions, MinSupport, itemsets};
    ///
    /// let baskets = Baskets::from_lists([["edam", "ale"], ["brie", "ale"], ["brie", "jam"]])?;
    /// let kinds = Hierarchy::from_links([("edam", "cheese"), ("brie", "cheese")])?;
    /// let options = ItemsetOptions::new(MinSupport::Count(2)).hierarchy(kinds);
    /// let sets = itemsets(&baskets, &options, &Control::new())?;
    /// assert_eq!(sets.count_of(["cheese", "ale"]), Some(2));
    /// assert_eq!(sets.count_of(["cheese", "brie"]), None);
    /// # Ok::<(), basketry::Error>(())
    /// ```
    pub hierarchy: Option<Hierarchy>,
    /// How many bytes the result and what is needed to find it may take, besides the baskets;
    /// default: any.
    pub max_memory: Option<u64>,
    /// How long mining may take; default: any. What comes out depends on the time only if this
    /// limit is reached.
    pub max_time: Option<Duration>,
    /// What to do where one of these limits is reached; default: an error, which it is for baskets
    /// with weights.
    pub on_limit: OnLimit,
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
            must_contain: Vec::new(),
            must_not_contain: Vec::new(),
            only_from: None,
            top: None,
            item_min_support: Vec::new(),
            hierarchy: None,
            max_memory: None,
            max_time: None,
            on_limit: OnLimit::Error,
        }
    }

    /// Sets [`kind`](Self::kind).
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// The `number` itemsets of the largest support, whatever that is.
    ///
    /// ```
    /// use basketry::{Baskets, Control, ItemsetOptions, itemsets};
    ///
    /// let baskets = Baskets::from_lists([
    ///     vec!["bread", "butter"], vec!["bread", "butter", "jam"], vec!["bread"], vec!["jam"],
    /// ])?;
    /// let pair = itemsets(&baskets, &ItemsetOptions::most_frequent(1).min_length(2), &Control::new())?;
    /// assert_eq!(pair.get(0).unwrap().count(), 2);
    /// # Ok::<(), basketry::Error>(())
    /// ```
    pub fn most_frequent(number: u64) -> Self {
        Self { top: Some(number), ..Self::new(MinSupport::ANY) }
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

    /// Sets [`must_contain`](Self::must_contain).
    #[must_use]
    pub fn must_contain<I>(mut self, ids: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Id>,
    {
        self.must_contain = ids.into_iter().map(Into::into).collect();
        self
    }

    /// Sets [`must_not_contain`](Self::must_not_contain).
    #[must_use]
    pub fn must_not_contain<I>(mut self, ids: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Id>,
    {
        self.must_not_contain = ids.into_iter().map(Into::into).collect();
        self
    }

    /// Sets [`only_from`](Self::only_from).
    #[must_use]
    pub fn only_from<I>(mut self, ids: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Id>,
    {
        self.only_from = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// Sets [`top`](Self::top).
    #[must_use]
    pub fn top(mut self, number: u64) -> Self {
        self.top = Some(number);
        self
    }

    /// Sets [`item_min_support`](Self::item_min_support).
    #[must_use]
    pub fn item_min_support<I: Into<Id>>(
        mut self,
        items: impl IntoIterator<Item = (I, MinSupport)>,
    ) -> Self {
        self.item_min_support = items.into_iter().map(|(id, least)| (id.into(), least)).collect();
        self
    }

    /// Sets [`hierarchy`](Self::hierarchy).
    #[must_use]
    pub fn hierarchy(mut self, hierarchy: Hierarchy) -> Self {
        self.hierarchy = Some(hierarchy);
        self
    }

    /// Sets [`max_memory`](Self::max_memory).
    #[must_use]
    pub fn max_memory(mut self, bytes: u64) -> Self {
        self.max_memory = Some(bytes);
        self
    }

    /// Sets [`max_time`](Self::max_time).
    #[must_use]
    pub fn max_time(mut self, time: Duration) -> Self {
        self.max_time = Some(time);
        self
    }

    /// Sets [`on_limit`](Self::on_limit).
    #[must_use]
    pub fn on_limit(mut self, on_limit: OnLimit) -> Self {
        self.on_limit = on_limit;
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
        let mut required: Vec<&Id> = self.must_contain.iter().collect();
        required.sort_unstable();
        required.dedup();
        if let Some(max) = self.max_length.filter(|&max| max < required.len()) {
            return Err(Error::argument(format!(
                "max_length: {max}, expected at least {}, the number of ids in must_contain",
                required.len()
            )));
        }
        match self.top {
            Some(0) => return Err(Error::argument("top: 0, expected at least 1")),
            Some(top) if top > self.max_itemsets => {
                return Err(Error::argument(format!(
                    "top: {top}, expected at most max_itemsets, which is {}",
                    self.max_itemsets
                )));
            }
            _ => {}
        }
        check_threads(self.threads)
    }
}
