//! Frequent itemsets as columns.

use std::cmp::Reverse;
use std::ops::RangeBounds;
use std::sync::Arc;

use super::columns::{Numbers, Store};
use super::limits::Raised;
use super::options::MinSupport;
use crate::{Error, IdRef, Ids, Result};

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
    store: &'a Store,
    row: u32,
    items: &'a [u32],
    count: u64,
}

impl<'a> Itemset<'a> {
    /// The itemset in a row of the store. Panics if there is no such row.
    pub(crate) fn new(store: &'a Store, row: u32) -> Self {
        let (items, count) = store.row(row);
        Self { store, row, items, count: count.into() }
    }

    /// The items as indices into [`Itemsets::ids`], ascending.
    pub fn items(&self) -> &'a [u32] {
        self.items
    }

    /// The ids of the items.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = IdRef<'a>> + use<'a> {
        let ids: &'a Ids = &self.store.ids;
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

    /// The share of baskets that hold all of the items, or of the weight of all baskets if they
    /// have weights; in (0, 1].
    pub fn support(&self) -> f64 {
        self.store.support(self.row)
    }

    /// The number in a column, by its name in [`Itemsets::columns`]; `None` if there is no such
    /// column.
    pub fn value(&self, column: &str) -> Option<f64> {
        match column {
            "length" => Some(self.len() as f64),
            "count" => Some(self.count as f64),
            "support" => Some(self.support()),
            _ => self.store.extra(column, self.row),
        }
    }
}

impl Itemsets {
    /// All rows of a store.
    pub(crate) fn of(store: Store) -> Self {
        Self { store: Arc::new(store), rows: None }
    }

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

    /// The least count of a mined itemset; 1 if baskets have weights.
    pub fn min_count(&self) -> u64 {
        self.store.min_count
    }

    /// The weight of all baskets; `None` if they have no weights.
    pub fn total_weight(&self) -> Option<f64> {
        self.store.scale.map(|scale| scale.value(scale.total))
    }

    /// Why there are fewer itemsets than were asked for: a limit was reached, and
    /// [`OnLimit::Partial`](super::OnLimit::Partial) had been chosen. `None` if there are all.
    ///
    /// ```
    /// use basketry::mine::{Limit, OnLimit};
    /// use basketry::{Baskets, Control, ItemsetOptions, MinSupport, itemsets};
    ///
    /// let baskets = Baskets::from_lists([vec![1, 2, 3], vec![1, 2], vec![1]])?;
    /// let options = ItemsetOptions::new(MinSupport::Count(1))
    ///     .max_itemsets(4)
    ///     .on_limit(OnLimit::Partial);
    /// let sets = itemsets(&baskets, &options, &Control::new())?;
    /// assert_eq!((sets.min_count(), sets.len()), (2, 3));
    /// let raised = sets.raised().unwrap();
    /// assert_eq!((raised.asked, raised.limit), (1, Limit::Itemsets));
    /// # Ok::<(), basketry::Error>(())
    /// ```
    pub fn raised(&self) -> Option<Raised> {
        self.store.raised
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
    ///
    /// [Closed](super::Kind::Closed) itemsets tell the count of every frequent set, provided that the
    /// closed set around it was not too short or too long to be mined.
    ///
    /// The first call builds an index of all mined itemsets, which takes about 0.1 microseconds and 12
    /// to 24 bytes for each and is not interrupted; later ones take about as long as looking up one.
    pub fn count_of<'a, I>(&self, ids: I) -> Option<u64>
    where
        I: IntoIterator,
        I::Item: Into<IdRef<'a>>,
    {
        let items = self.indices(ids)?;
        Some(u64::from(self.store.row(self.store.row_of(&items)?).1))
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

    /// A view of the itemsets of at least this support, compared as in mining.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names `min_support` if it is out of
    /// range.
    pub fn with_support(&self, min_support: MinSupport) -> Result<Itemsets> {
        let Some(scale) = self.store.scale else {
            let least = min_support.count(self.baskets())?;
            return Ok(self.filter(|set| set.count() >= least));
        };
        let least = scale.value(min_support.weight(scale)?);
        Ok(self.filter(|set| set.value("weight").is_some_and(|weight| weight >= least)))
    }

    /// A view of the itemsets whose number of items lies in `range`.
    pub fn with_length(&self, range: impl RangeBounds<usize>) -> Itemsets {
        self.filter(|set| range.contains(&set.len()))
    }

    /// The names of the columns of numbers: `length`, `count`, `support`, and those that the way
    /// of mining adds.
    pub fn columns(&self) -> impl Iterator<Item = &'static str> + '_ {
        let extras = self.store.extras.iter().map(|extra| extra.name);
        ["length", "count", "support"].into_iter().chain(extras)
    }

    /// The numbers in a column, one for each row.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) lists the [`columns`](Self::columns)
    /// if there is none of this name.
    pub fn column(&self, name: &str) -> Result<Numbers> {
        let rows = || (0..self.len()).map(|row| self.stored(row));
        Ok(match name {
            "length" => Numbers::Int(rows().map(|row| self.store.length(row) as i64).collect()),
            "count" => Numbers::Int(rows().map(|row| self.store.row(row).1.into()).collect()),
            "support" => Numbers::Float(self.iter().map(|set| set.support()).collect()),
            _ => match self.store.extras.iter().find(|extra| extra.name == name) {
                Some(extra) => extra.numbers.take(rows()),
                None => {
                    let names = self.columns().collect::<Vec<_>>().join(", ");
                    let message = format!("column: {name:?} is not one of {names}");
                    return Err(Error::argument(message));
                }
            },
        })
    }

    /// A view with the largest numbers of a column first; ties stay in their order, and what is
    /// not a number comes last.
    ///
    /// # Errors
    /// As for [`column`](Self::column).
    pub fn sorted_by(&self, column: &str) -> Result<Itemsets> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        match self.column(column)? {
            Numbers::Int(values) => order.sort_by_key(|&row| Reverse(values[row])),
            Numbers::Float(values) => order.sort_by(|&a, &b| {
                let (a, b) = (values[a], values[b]);
                a.is_nan().cmp(&b.is_nan()).then(b.total_cmp(&a))
            }),
        }
        Ok(self.view(order.into_iter().map(|row| self.stored(row)).collect()))
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
        Itemset::new(&self.store, stored)
    }
}
