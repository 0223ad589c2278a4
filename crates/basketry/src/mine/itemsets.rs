//! Frequent itemsets as columns.

use std::ops::RangeBounds;
use std::sync::Arc;

use super::columns::Store;
use super::fraction::Fraction;
use super::miner::{self, Rows, Settings};
use crate::{Baskets, Control, Error, IdRef, Ids, Result};

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
            min_length: 1,
            max_length: None,
            threads: None,
            max_itemsets: 20_000_000,
        }
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

/// All sets of items that at least `min_support` baskets hold, each with the number of baskets
/// that hold it. The empty set is not among them; items in every basket are.
///
/// ```
/// use basketry::{Baskets, Control, ItemsetOptions, MinSupport, itemsets};
///
/// let baskets = Baskets::from_lists([
///     vec!["bread", "butter"], vec!["bread", "butter", "jam"], vec!["bread"], vec!["jam"],
/// ])?;
/// let sets = itemsets(&baskets, &ItemsetOptions::new(MinSupport::Share(0.5)), &Control::new())?;
/// assert_eq!(sets.len(), 4);
/// assert_eq!(sets.count_of(["butter", "bread"]), Some(2));
/// # Ok::<(), basketry::Error>(())
/// ```
///
/// # Errors
/// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names the option that is out of range, [`Data`](crate::ErrorKind::Data) if
/// there are no baskets, [`Limit`](crate::ErrorKind::Limit) if there are more than `max_itemsets` itemsets, and
/// [`Cancelled`](crate::ErrorKind::Cancelled).
pub fn itemsets(
    baskets: &Baskets,
    options: &ItemsetOptions,
    control: &Control,
) -> Result<Itemsets> {
    control.check()?;
    options.validate()?;
    baskets.require_some()?;
    let total = baskets.len() as u64;
    let min_count = options.min_support.count(total)?;
    let settings = Settings {
        min_count,
        min_length: options.min_length,
        max_length: options.max_length.unwrap_or(usize::MAX),
        // Rows are numbered with 32 bits.
        max_itemsets: options.max_itemsets.min(u64::from(u32::MAX - 1)),
        threads: options.threads,
    };
    let rows =
        Rows { offsets: baskets.offsets(), items: baskets.items(), universe: baskets.ids().len() };
    let levels = miner::mine(rows, &settings, control)?;
    let store = Store::new(baskets.ids().clone(), total, min_count, options.min_length, levels);
    Ok(Itemsets { store: Arc::new(store), rows: None })
}

/// Frequent itemsets, one row each.
///
/// # Order
/// As mined, rows go by length; within a length they go by the rarest of their items, the most
/// frequent such item first, then by the next rarest, and so on (ties between equally frequent
/// items by index). The order depends on the baskets and the threshold only.
///
/// # Views
/// The rows themselves lie in shared columns. Filtering and sorting give a view: it costs four
/// bytes a row, and [`rules`](super::rules) of it still finds the supports of all subsets.
#[derive(Clone, Debug)]
pub struct Itemsets {
    pub(crate) store: Arc<Store>,
    /// The rows of the store that are shown, in order; `None` for all.
    pub(crate) rows: Option<Arc<[u32]>>,
}

/// One row of [`Itemsets`].
#[derive(Clone, Copy, Debug)]
pub struct Itemset<'a> {
    pub(crate) items: &'a [u32],
    pub(crate) count: u64,
    pub(crate) baskets: u64,
    pub(crate) ids: &'a Ids,
}

impl<'a> Itemset<'a> {
    /// The items as indices into [`Itemsets::ids`], ascending.
    pub fn items(&self) -> &'a [u32] {
        self.items
    }

    /// The ids of the items.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = IdRef<'a>> + use<'a> {
        let ids = self.ids;
        self.items.iter().map(move |&item| ids.get(item))
    }

    /// How many items there are, at least 1.
    #[allow(clippy::len_without_is_empty, reason = "an itemset is never empty")]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// The number of baskets that hold all of the items.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The share of baskets that hold all of the items, in (0, 1].
    pub fn support(&self) -> f64 {
        self.count as f64 / self.baskets as f64
    }
}

impl Itemsets {
    /// How many itemsets there are.
    pub fn len(&self) -> usize {
        self.rows.as_ref().map_or(self.store.len(), |rows| rows.len())
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The ids behind the item indices.
    pub fn ids(&self) -> &Arc<Ids> {
        &self.store.ids
    }

    /// The number of baskets that were mined.
    pub fn baskets(&self) -> u64 {
        self.store.baskets
    }

    /// The least count of a mined itemset.
    pub fn min_count(&self) -> u64 {
        self.store.min_count
    }

    /// The itemset in row `row`.
    pub fn get(&self, row: usize) -> Option<Itemset<'_>> {
        (row < self.len()).then(|| self.at(self.stored(row)))
    }

    /// All itemsets, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Itemset<'_>> {
        (0..self.len()).map(|row| self.at(self.stored(row)))
    }

    /// In how many baskets these items are together; `None` if that is below the threshold the
    /// itemsets were mined with, if an id is unknown, or if itemsets of that length were not
    /// mined. Views look in all mined itemsets. Repeated ids count once.
    pub fn count_of<'a, I>(&self, ids: I) -> Option<u64>
    where
        I: IntoIterator,
        I::Item: Into<IdRef<'a>>,
    {
        let items = self.indices(ids)?;
        Some(u64::from(self.store.row(self.store.find(&items)?).1))
    }

    /// A view of the itemsets for which `keep` holds.
    pub fn filter(&self, mut keep: impl FnMut(Itemset<'_>) -> bool) -> Itemsets {
        let rows = (0..self.len()).map(|row| self.stored(row));
        self.view(rows.filter(|&row| keep(self.at(row))).collect())
    }

    /// A view of the itemsets that hold all of these items. Empty if an id is unknown.
    ///
    /// ```
    /// # use basketry::{Baskets, Control, ItemsetOptions, MinSupport, itemsets};
    /// # let baskets = Baskets::from_lists([vec![1, 2], vec![1, 2, 3], vec![3]])?;
    /// let sets = itemsets(&baskets, &ItemsetOptions::new(MinSupport::Count(1)), &Control::new())?;
    /// assert_eq!((sets.len(), sets.containing([1, 2]).len()), (7, 2));
    /// # Ok::<(), basketry::Error>(())
    /// ```
    pub fn containing<'a, I>(&self, ids: I) -> Itemsets
    where
        I: IntoIterator,
        I::Item: Into<IdRef<'a>>,
    {
        match self.indices(ids) {
            Some(items) => self.filter(|set| {
                let mut rest = set.items().iter();
                items.iter().all(|item| rest.any(|other| other == item))
            }),
            None => self.view(Vec::new()),
        }
    }

    /// A view of the itemsets whose number of items lies in `range`.
    pub fn with_length(&self, range: impl RangeBounds<usize>) -> Itemsets {
        self.filter(|set| range.contains(&set.len()))
    }

    /// A view with the most frequent itemsets first; ties stay in their order.
    pub fn sorted_by_support(&self) -> Itemsets {
        let mut rows: Vec<u32> = (0..self.len()).map(|row| self.stored(row)).collect();
        rows.sort_by_key(|&row| std::cmp::Reverse(self.store.row(row).1));
        self.view(rows)
    }

    /// A view of the first `n` rows.
    pub fn head(&self, n: usize) -> Itemsets {
        self.view((0..self.len().min(n)).map(|row| self.stored(row)).collect())
    }

    /// A view of these rows, in this order. Panics if there is no such row.
    pub fn take(&self, rows: &[usize]) -> Itemsets {
        let length = self.len();
        let stored = |&row: &usize| {
            assert!(row < length, "row {row} of {length} itemsets");
            self.stored(row)
        };
        self.view(rows.iter().map(stored).collect())
    }

    fn view(&self, rows: Vec<u32>) -> Itemsets {
        Itemsets { store: self.store.clone(), rows: Some(rows.into()) }
    }

    /// The ascending indices of these ids; `None` if one is unknown.
    fn indices<'a, I>(&self, ids: I) -> Option<Vec<u32>>
    where
        I: IntoIterator,
        I::Item: Into<IdRef<'a>>,
    {
        let mut items =
            ids.into_iter().map(|id| self.store.ids.find(id)).collect::<Option<Vec<u32>>>()?;
        items.sort_unstable();
        items.dedup();
        Some(items)
    }

    /// The row of the store behind row `row`, which must be in range.
    pub(crate) fn stored(&self, row: usize) -> u32 {
        self.rows.as_ref().map_or(row as u32, |rows| rows[row])
    }

    fn at(&self, stored: u32) -> Itemset<'_> {
        let (items, count) = self.store.row(stored);
        Itemset { items, count: count.into(), baskets: self.store.baskets, ids: &self.store.ids }
    }
}
