//! Sequences as columns, and views of them.

use std::cmp::Ordering;
use std::fmt;
use std::ops::RangeBounds;
use std::str::FromStr;
use std::sync::Arc;

use super::elements::Elements;
use super::level::{Level, NO_LAG, Numbers};
use super::options::{DAY, SequenceOptions, Step};
use super::timeline::Timeline;
use crate::{Error, History, IdRef, Ids, Result};

/// Every mined sequence. Rows are numbered through all lengths.
#[derive(Debug)]
pub(super) struct Store {
    pub ids: Arc<Ids>,
    /// Per element, one more: where its items begin.
    pub item_offsets: Vec<usize>,
    pub items: Vec<u32>,
    pub levels: Vec<Level>,
    /// The first row of each level, and the number of rows.
    pub starts: Vec<u32>,
    pub customers: u64,
    pub anonymous_baskets: u64,
    pub min_customers: u64,
    pub within_days: f64,
    pub max_items_per_step: usize,
    /// How many quarters of a tick a day has.
    pub quarters_a_day: i64,
}

impl Store {
    pub(super) fn new(
        history: &History,
        options: &SequenceOptions,
        timeline: &Timeline,
        elements: Elements,
        levels: Vec<Level>,
    ) -> Self {
        let mut starts = vec![0u32];
        let mut rows = 0;
        for level in &levels {
            rows += level.rows() as u32;
            starts.push(rows);
        }
        let (item_offsets, items) = elements.into_items();
        Self {
            ids: history.products().clone(),
            item_offsets,
            items,
            levels,
            starts,
            customers: timeline.customers as u64,
            anonymous_baskets: timeline.anonymous_baskets,
            min_customers: timeline.min_count,
            within_days: options.within_days,
            max_items_per_step: options.max_items_per_step,
            quarters_a_day: match options.step {
                Step::Time => 4 * DAY,
                Step::Day => 4,
            },
        }
    }

    fn len(&self) -> usize {
        self.starts[self.levels.len()] as usize
    }

    /// The level of a row, and its place there. Panics if there is no such row.
    #[inline]
    fn place(&self, row: u32) -> (&Level, usize) {
        let at = self.starts[1..].partition_point(|&start| start <= row);
        (&self.levels[at], (row - self.starts[at]) as usize)
    }

    #[inline]
    pub(super) fn elements(&self, row: u32) -> &[u32] {
        let (level, at) = self.place(row);
        level.elements(at)
    }

    /// The product indices of an element, ascending.
    #[inline]
    pub(super) fn items(&self, element: u32) -> &[u32] {
        let e = element as usize;
        &self.items[self.item_offsets[e]..self.item_offsets[e + 1]]
    }

    fn numbers(&self, row: u32) -> Numbers {
        let (level, at) = self.place(row);
        level.numbers(at)
    }

    fn days(&self, quarters: i64) -> Option<f64> {
        (quarters != NO_LAG).then(|| quarters as f64 / self.quarters_a_day as f64)
    }
}

/// A measure of sequences; what each means is said at the methods of [`Sequence`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum SequenceMeasure {
    /// [`Sequence::support`].
    Support,
    /// [`Sequence::confidence`].
    Confidence,
    /// [`Sequence::base_rate`].
    BaseRate,
    /// [`Sequence::lift`].
    Lift,
    /// The first of [`Sequence::lag_quartiles_days`].
    FirstQuartileLagDays,
    /// [`Sequence::median_lag_days`].
    MedianLagDays,
    /// The third of [`Sequence::lag_quartiles_days`].
    ThirdQuartileLagDays,
}

impl SequenceMeasure {
    /// All measures, in the order of the columns of a table of sequences.
    pub const ALL: [SequenceMeasure; 7] = [
        SequenceMeasure::Support,
        SequenceMeasure::Confidence,
        SequenceMeasure::BaseRate,
        SequenceMeasure::Lift,
        SequenceMeasure::FirstQuartileLagDays,
        SequenceMeasure::MedianLagDays,
        SequenceMeasure::ThirdQuartileLagDays,
    ];

    /// The name of the measure and of its column.
    pub fn name(self) -> &'static str {
        match self {
            SequenceMeasure::Support => "support",
            SequenceMeasure::Confidence => "confidence",
            SequenceMeasure::BaseRate => "base_rate",
            SequenceMeasure::Lift => "lift",
            SequenceMeasure::FirstQuartileLagDays => "first_quartile_lag_days",
            SequenceMeasure::MedianLagDays => "median_lag_days",
            SequenceMeasure::ThirdQuartileLagDays => "third_quartile_lag_days",
        }
    }
}

impl fmt::Display for SequenceMeasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for SequenceMeasure {
    type Err = Error;

    /// The measure with this name; the error lists all names.
    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|measure| measure.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::argument(format!("measure: {name:?} is not one of {names}"))
        })
    }
}

/// One row of [`Sequences`]: a sequence `p -> x` of the steps `p` and a last step `x`.
///
/// # The numbers
/// An order *completes* `p` if it is its last step: the same purchase ends at most one occurrence,
/// however many earlier purchases it may continue; of these the latest possible counts, which
/// leaves the most of the window. (For a `p` of one step, every purchase of it completes it.) What
/// may follow lies in the *follow-up window*: from `min_gap_days` after that order to
/// `max_gap_days` after it, and no later than `within_days` after the first step.
///
/// Such an order is *observed* if the history goes on for the longest follow-up window
/// (`max_gap_days`, or `within_days` if that is less) after it. What happened after later orders
/// is only partly known: they count for neither the confidence, the lift nor the lags, which
/// would be too low otherwise. They do count for `customers` and `occurrences`.
///
/// Every observed order weighs the same, so that customers weigh by how often they complete `p`.
#[derive(Clone, Copy, Debug)]
pub struct Sequence<'a> {
    store: &'a Store,
    row: u32,
}

impl<'a> Sequence<'a> {
    /// The products of each step, as ascending indices into [`Sequences::ids`].
    pub fn steps(&self) -> impl ExactSizeIterator<Item = &'a [u32]> + use<'a> {
        let store = self.store;
        store.elements(self.row).iter().map(move |&element| store.items(element))
    }

    /// How many steps there are, at least 2.
    #[allow(clippy::len_without_is_empty, reason = "a sequence is never empty")]
    pub fn len(&self) -> usize {
        self.store.elements(self.row).len()
    }

    /// How many customers have the sequence.
    pub fn customers(&self) -> u64 {
        self.store.numbers(self.row).customers.into()
    }

    /// The share of all customers that have the sequence, in (0, 1].
    pub fn support(&self) -> f64 {
        self.customers() as f64 / self.store.customers as f64
    }

    /// How many orders complete the sequence.
    pub fn occurrences(&self) -> u64 {
        self.store.numbers(self.row).occurrences.into()
    }

    /// How many observed orders complete the steps before the last.
    pub fn observed(&self) -> u64 {
        self.store.numbers(self.row).observed.into()
    }

    /// How many of the [`observed`](Self::observed) orders have the last step in their follow-up
    /// window.
    pub fn followed(&self) -> u64 {
        self.store.numbers(self.row).followed.into()
    }

    /// How often the last step follows the others: `followed / observed`, in [0, 1]. `None` if no
    /// order is observed.
    pub fn confidence(&self) -> Option<f64> {
        let Numbers { observed, followed, .. } = self.store.numbers(self.row);
        (observed > 0).then(|| f64::from(followed) / f64::from(observed))
    }

    /// How often the last step is in a window of the same length that starts at a random moment
    /// of any customer's observed time, in [0, 1]. `None` if no order is observed.
    ///
    /// A customer's observed time runs from their first purchase (of anything) until the longest
    /// follow-up window before the end of the history, so that customers weigh by how long they
    /// are observed. The share is exact: intervals of moments are united and measured, nothing is
    /// sampled. The follow-up windows of a `p` of several steps differ in length; their shares
    /// are averaged.
    pub fn base_rate(&self) -> Option<f64> {
        let Numbers { observed, expected, .. } = self.store.numbers(self.row);
        (observed > 0).then(|| expected / f64::from(observed))
    }

    /// The follow-up lift: how many times more often the last step follows the others than it is
    /// bought in such a window at any other time, `confidence / base_rate`. 1 if they have
    /// nothing to do with each other. `None` if no order is observed, or no window of any
    /// observed order has room for a last step.
    ///
    /// Orders are placed by those who are customers at the time, and mostly by those who buy a
    /// lot, while the base rate counts all the time of everybody: with groceries, where nearly
    /// everything follows everything, compare lifts with each other rather than with 1.
    pub fn lift(&self) -> Option<f64> {
        let Numbers { expected, followed, .. } = self.store.numbers(self.row);
        (expected > 0.0).then(|| f64::from(followed) / expected)
    }

    /// The median of the days from the observed orders that are followed to the last step (the
    /// first such purchase after each); the mean of the middle two if their number is even. `None`
    /// if none is followed.
    pub fn median_lag_days(&self) -> Option<f64> {
        self.medians().last().copied().and_then(|lag| self.store.days(lag))
    }

    /// The quartiles of the days of which [`median_lag_days`](Self::median_lag_days) is the
    /// median, interpolated between the two nearest values (type 7 of Hyndman and Fan 1996, the
    /// default of NumPy and R).
    pub fn lag_quartiles_days(&self) -> Option<[f64; 3]> {
        let [first, third] = self.store.numbers(self.row).lag_quarters;
        let days = |lag| self.store.days(lag);
        Some([days(first)?, self.median_lag_days()?, days(third)?])
    }

    /// For each step but the first the median lag with which it follows the steps before it: those
    /// of the sequences that this one extends, and its own.
    pub fn median_lags_days(&self) -> impl ExactSizeIterator<Item = Option<f64>> + use<'a> {
        let store = self.store;
        self.medians().iter().map(move |&lag| store.days(lag))
    }

    /// The value of a measure.
    pub fn value(&self, measure: SequenceMeasure) -> Option<f64> {
        match measure {
            SequenceMeasure::Support => Some(self.support()),
            SequenceMeasure::Confidence => self.confidence(),
            SequenceMeasure::BaseRate => self.base_rate(),
            SequenceMeasure::Lift => self.lift(),
            SequenceMeasure::FirstQuartileLagDays => self.lag_quartiles_days().map(|days| days[0]),
            SequenceMeasure::MedianLagDays => self.median_lag_days(),
            SequenceMeasure::ThirdQuartileLagDays => self.lag_quartiles_days().map(|days| days[2]),
        }
    }

    fn medians(&self) -> &'a [i64] {
        let (level, at) = self.store.place(self.row);
        level.medians(at)
    }
}

/// `"printer" -> "toner"`; in braces where steps may have several items.
impl fmt::Display for Sequence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let braces = self.store.max_items_per_step > 1;
        for (k, step) in self.steps().enumerate() {
            f.write_str(if k == 0 { "" } else { " -> " })?;
            f.write_str(if braces { "{" } else { "" })?;
            for (k, &item) in step.iter().enumerate() {
                write!(f, "{}{}", if k == 0 { "" } else { ", " }, self.store.ids.get(item))?;
            }
            f.write_str(if braces { "}" } else { "" })?;
        }
        Ok(())
    }
}

/// Frequent sequences, one row each.
///
/// # Order
/// As mined, rows go by length; within a length they go by their first step, then by the second,
/// and so on, the steps that most customers have first (ties by number of items, then item by
/// item in the same way, at last by index).
///
/// # Views
/// The sequences lie in shared columns. Filtering and sorting give a view, which costs four bytes
/// a row.
#[derive(Clone, Debug)]
pub struct Sequences {
    pub(super) store: Arc<Store>,
    /// The rows of the store that are shown, in order; `None` for all.
    pub(super) rows: Option<Arc<[u32]>>,
}

impl Sequences {
    pub(super) fn new(store: Store) -> Self {
        Self { store: Arc::new(store), rows: None }
    }

    /// How many sequences there are.
    pub fn len(&self) -> usize {
        self.rows.as_ref().map_or(self.store.len(), |rows| rows.len())
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The ids behind the product indices.
    pub fn ids(&self) -> &Arc<Ids> {
        &self.store.ids
    }

    /// The number of customers with a purchase: what supports are shares of.
    pub fn customers(&self) -> u64 {
        self.store.customers
    }

    /// The least number of customers who have a mined sequence.
    pub fn min_count(&self) -> u64 {
        self.store.min_customers
    }

    /// Baskets that were left out because their customer is not known.
    pub fn anonymous_baskets(&self) -> u64 {
        self.store.anonymous_baskets
    }

    /// The window they were mined with, in days.
    pub fn within_days(&self) -> f64 {
        self.store.within_days
    }

    /// The largest number of items in a step they were mined with.
    pub fn max_items_per_step(&self) -> usize {
        self.store.max_items_per_step
    }

    /// The sequence in row `row`.
    pub fn get(&self, row: usize) -> Option<Sequence<'_>> {
        (row < self.len()).then(|| self.at(self.stored(row)))
    }

    /// All sequences, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Sequence<'_>> {
        (0..self.len()).map(|row| self.at(self.stored(row)))
    }

    /// A view of the sequences for which `keep` holds.
    pub fn filter(&self, mut keep: impl FnMut(Sequence<'_>) -> bool) -> Sequences {
        let rows = (0..self.len()).map(|row| self.stored(row));
        self.view(rows.filter(|&row| keep(self.at(row))).collect())
    }

    /// A view of the sequences that hold all of these products, in whichever steps. Empty if an id
    /// is unknown.
    pub fn containing<'a, I>(&self, ids: I) -> Sequences
    where
        I: IntoIterator,
        I::Item: Into<IdRef<'a>>,
    {
        let items: Option<Vec<u32>> = ids.into_iter().map(|id| self.store.ids.find(id)).collect();
        match items {
            Some(items) => self.filter(|sequence| {
                items.iter().all(|item| sequence.steps().any(|step| step.contains(item)))
            }),
            None => self.view(Vec::new()),
        }
    }

    /// A view of the sequences whose number of steps lies in `range`.
    pub fn with_length(&self, range: impl RangeBounds<usize>) -> Sequences {
        self.filter(|sequence| range.contains(&sequence.len()))
    }

    /// A view of the sequences whose `measure` is known and at least `least`.
    pub fn at_least(&self, measure: SequenceMeasure, least: f64) -> Sequences {
        self.filter(|sequence| sequence.value(measure).is_some_and(|value| value >= least))
    }

    /// A view with the sequences of the largest `measure` first, those without it last; ties stay
    /// in their order.
    pub fn sorted_by(&self, measure: SequenceMeasure) -> Sequences {
        self.view(self.sorted((0..self.len()).map(|row| self.stored(row)), measure))
    }

    /// What follows these orders: the `n` best sequences by `measure` that the customer, with the
    /// last of the orders, has come up to the last step of.
    ///
    /// Orders go from the oldest to the one just placed, each with the products bought. A sequence
    /// fits if its steps before the last are in orders one after the other, and the last of them
    /// is in the order just placed: with a single order these are the sequences of two steps that
    /// begin with something bought now. Times are not looked at. Products that are unknown to the
    /// sequences are passed over.
    ///
    /// ```
    /// # use basketry::mine::{SequenceMeasure, SequenceOptions, sequences};
    /// # use basketry::{Control, HistoryBuilder, HistoryOptions, MinSupport, OrderLine};
    /// # let mut builder = HistoryBuilder::new(&HistoryOptions::default()).without_baskets();
    /// # for (customer, day, product) in [
    /// #     ("ann", 0, "printer"), ("ann", 20, "toner"),
    /// #     ("bob", 5, "printer"), ("bob", 35, "toner"), ("bob", 80, "paper"),
    /// # ] {
    /// #     let line = OrderLine::new(day * 86_400_000, product).customer(customer);
    /// #     builder.push(&line)?;
    /// # }
    /// # let history = builder.finish(&Control::new())?;
    /// # let options = SequenceOptions::new(MinSupport::Count(2), 30.0);
    /// # let found = sequences(&history, &options, &Control::new())?;
    /// let next = found.after([["printer", "paper"]], 5, SequenceMeasure::Lift);
    /// assert_eq!(next.get(0).unwrap().to_string(), r#""printer" -> "toner""#);
    /// # Ok::<(), basketry::Error>(())
    /// ```
    pub fn after<'a, O>(&self, orders: O, n: usize, measure: SequenceMeasure) -> Sequences
    where
        O: IntoIterator,
        O::Item: IntoIterator,
        <O::Item as IntoIterator>::Item: Into<IdRef<'a>>,
    {
        let orders: Vec<Vec<u32>> = orders
            .into_iter()
            .map(|order| {
                let known = order.into_iter().filter_map(|id| self.store.ids.find(id));
                let mut items: Vec<u32> = known.collect();
                items.sort_unstable();
                items
            })
            .collect();
        let Some((now, before)) = orders.split_last() else { return self.view(Vec::new()) };
        let bought =
            |order: &[u32], step: &[u32]| step.iter().all(|item| order.binary_search(item).is_ok());
        let fits = |row: &u32| {
            let elements = self.store.elements(*row);
            let (done, last) = (&elements[..elements.len() - 2], elements[elements.len() - 2]);
            let mut before = before.iter();
            bought(now, self.store.items(last))
                && done
                    .iter()
                    .all(|&element| before.any(|order| bought(order, self.store.items(element))))
        };
        let rows = (0..self.len()).map(|row| self.stored(row)).filter(fits);
        let mut rows = self.sorted(rows, measure);
        rows.truncate(n);
        self.view(rows)
    }

    /// A view of the first `n` rows.
    pub fn head(&self, n: usize) -> Sequences {
        self.view((0..self.len().min(n)).map(|row| self.stored(row)).collect())
    }

    /// A view of these rows, in this order. Panics if there is no such row.
    pub fn take(&self, rows: &[usize]) -> Sequences {
        let length = self.len();
        let stored = |&row: &usize| {
            assert!(row < length, "row {row} of {length} sequences");
            self.stored(row)
        };
        self.view(rows.iter().map(stored).collect())
    }

    fn view(&self, rows: Vec<u32>) -> Sequences {
        Sequences { store: self.store.clone(), rows: Some(rows.into()) }
    }

    /// The rows in order of falling measure, without one last.
    fn sorted(&self, rows: impl Iterator<Item = u32>, measure: SequenceMeasure) -> Vec<u32> {
        let mut keyed: Vec<(Option<f64>, u32)> =
            rows.map(|row| (self.at(row).value(measure), row)).collect();
        // Values are never NaN.
        keyed.sort_by(|a, b| b.0.partial_cmp(&a.0).unwrap_or(Ordering::Equal));
        keyed.into_iter().map(|(_, row)| row).collect()
    }

    /// The row of the store behind row `row`, which must be in range.
    pub(super) fn stored(&self, row: usize) -> u32 {
        self.rows.as_ref().map_or(row as u32, |rows| rows[row])
    }

    fn at(&self, row: u32) -> Sequence<'_> {
        Sequence { store: &self.store, row }
    }
}
