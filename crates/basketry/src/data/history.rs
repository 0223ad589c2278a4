//! What happened: order lines, grouped into baskets.

use std::fmt;
use std::sync::Arc;

use arrow_array::RecordBatchReader;
use serde::{Deserialize, Serialize};

use super::baskets::Baskets;
use super::columns::time_text;
use super::ids::{IdRef, Ids};
use super::ingest;
use super::intake::Shape;
use super::money::Currency;
use super::table::Batches;
use crate::{Control, Result};

/// Past orders: who bought what, when, in which basket, how many and for how much.
///
/// Lines are grouped by basket; repeated lines of a product in a basket are added up. Baskets,
/// customers and products have the index of their first appearance in the source.
///
/// ```
/// use basketry::{Control, History, HistoryBuilder, HistoryColumns, HistoryOptions, OrderLine};
///
/// let mut builder = HistoryBuilder::new(&HistoryOptions::default());
/// builder.push(&OrderLine::new(1_711_886_400_000, "bread").customer("ann").basket(17))?;
/// builder.push(&OrderLine::new(1_711_886_400_000, "jam").customer("ann").basket(17).quantity(2.0))?;
/// let history = builder.finish(&Control::new())?;
/// assert_eq!((history.len(), history.lines()), (1, 2));
/// assert_eq!(history.report().lines_used, 2);
/// # Ok::<(), basketry::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct History {
    pub(crate) customers: Arc<Ids>,
    pub(crate) baskets: Arc<Ids>,
    pub(crate) products: Arc<Ids>,
    /// Per basket: the customer's index.
    pub(crate) basket_customer: Vec<u32>,
    /// Per basket: milliseconds since 1970-01-01 UTC; the earliest line's.
    pub(crate) basket_time: Vec<i64>,
    /// Per basket: whether its lines had different times.
    pub(crate) basket_spread: Vec<bool>,
    /// Per basket: where its lines begin; one more entry than baskets.
    pub(crate) offsets: Vec<u64>,
    /// Per line: the product's index; ascending and distinct within a basket.
    pub(crate) product: Vec<u32>,
    /// Per line: units, positive.
    pub(crate) quantity: Vec<f32>,
    /// Per line: what was paid in minor units; empty if the source has no revenue column.
    pub(crate) revenue: Vec<i64>,
    pub(crate) currency: Option<Currency>,
    pub(crate) returns: Returns,
    pub(crate) shape: Shape,
    pub(crate) report: IngestReport,
}

/// Lines treated as returns: one entry each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Returns {
    pub(crate) customer: Vec<u32>,
    pub(crate) time: Vec<i64>,
    pub(crate) product: Vec<u32>,
    /// Units given back, positive (or 0 where the source said 0).
    pub(crate) quantity: Vec<f32>,
    /// What was paid back in minor units, at least 0; empty if the source has no revenue column.
    pub(crate) revenue: Vec<i64>,
}

/// Which columns of a table of order lines mean what.
///
/// - `time` and `product` are required. Times are dates, timestamps of any unit and zone, or ISO
///   8601 strings; what has no zone is taken as UTC.
/// - `customer`: without it each basket is a customer of its own, called as the basket.
/// - `basket`: without it the lines of one customer at the same time are one basket, and baskets
///   are numbered from 0 in the order in which they appear. `customer` or `basket` must be given.
/// - `quantity`: units; 1 without it.
/// - `revenue`: what was paid for the whole line, in major units (12.5 is twelve euros fifty).
///
/// Ids are strings or integers and keep their type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct HistoryColumns {
    /// When the line was bought.
    pub time: String,
    /// What was bought.
    pub product: String,
    /// Who bought it.
    #[serde(default)]
    pub customer: Option<String>,
    /// The order it belongs to.
    #[serde(default)]
    pub basket: Option<String>,
    /// How many units.
    #[serde(default)]
    pub quantity: Option<String>,
    /// What was paid for the line.
    #[serde(default)]
    pub revenue: Option<String>,
}

impl HistoryColumns {
    /// The two columns that every history has.
    pub fn new(time: impl Into<String>, product: impl Into<String>) -> Self {
        Self {
            time: time.into(),
            product: product.into(),
            customer: None,
            basket: None,
            quantity: None,
            revenue: None,
        }
    }

    /// Names the customer column.
    #[must_use]
    pub fn customer(mut self, column: impl Into<String>) -> Self {
        self.customer = Some(column.into());
        self
    }

    /// Names the basket column.
    #[must_use]
    pub fn basket(mut self, column: impl Into<String>) -> Self {
        self.basket = Some(column.into());
        self
    }

    /// Names the quantity column.
    #[must_use]
    pub fn quantity(mut self, column: impl Into<String>) -> Self {
        self.quantity = Some(column.into());
        self
    }

    /// Names the revenue column.
    #[must_use]
    pub fn revenue(mut self, column: impl Into<String>) -> Self {
        self.revenue = Some(column.into());
        self
    }
}

/// What to do with rows that cannot be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnBad {
    /// Stop with an error that names the column and the row.
    #[default]
    Error,
    /// Leave the row out and count it in the report.
    Skip,
}

/// What to do with lines whose quantity is zero or negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnNonPositive {
    /// Stop with an error that names the column and the row.
    #[default]
    Error,
    /// Leave the line out and count it in the report.
    Skip,
    /// Keep the line apart as goods that were given back. It is no purchase and belongs to no
    /// basket.
    Return,
}

/// The rules by which order lines are read. By default every line must be usable.
///
/// A line is judged by `nulls` first, then by `non_finite`, then by `non_positive`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct HistoryOptions {
    /// A null in any of the named columns.
    pub nulls: OnBad,
    /// A quantity or revenue that is NaN, infinite or too big to be kept.
    pub non_finite: OnBad,
    /// A quantity of zero or less.
    pub non_positive: OnNonPositive,
    /// The currency of the revenue.
    pub currency: Currency,
}

impl Default for HistoryOptions {
    fn default() -> Self {
        Self {
            nulls: OnBad::Error,
            non_finite: OnBad::Error,
            non_positive: OnNonPositive::Error,
            currency: Currency::EUR,
        }
    }
}

impl HistoryOptions {
    /// The default rules for revenue in `currency`.
    pub fn new(currency: Currency) -> Self {
        Self { currency, ..Self::default() }
    }

    /// Sets the rule for nulls.
    #[must_use]
    pub fn nulls(mut self, rule: OnBad) -> Self {
        self.nulls = rule;
        self
    }

    /// Sets the rule for numbers that are not finite.
    #[must_use]
    pub fn non_finite(mut self, rule: OnBad) -> Self {
        self.non_finite = rule;
        self
    }

    /// Sets the rule for quantities that are not positive.
    #[must_use]
    pub fn non_positive(mut self, rule: OnNonPositive) -> Self {
        self.non_positive = rule;
        self
    }
}

/// What became of the lines that were read. Every line is in exactly one of `lines_used`,
/// `skipped_null`, `skipped_non_finite`, `skipped_non_positive` and `returns`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct IngestReport {
    /// Lines in the sources.
    pub lines_read: u64,
    /// Lines that became part of a basket.
    pub lines_used: u64,
    /// Lines left out because of a null.
    pub skipped_null: u64,
    /// Lines left out because a number was not finite or too big.
    pub skipped_non_finite: u64,
    /// Lines left out because the quantity was not positive.
    pub skipped_non_positive: u64,
    /// Lines kept apart as returns.
    pub returns: u64,
    /// Used lines that were added to an earlier line of the same basket and product.
    pub merged: u64,
    /// Used lines whose revenue is below zero (they are kept as they are).
    pub negative_revenue: u64,
    /// Distinct baskets.
    pub baskets: u64,
    /// Distinct customers, those with nothing but returns included.
    pub customers: u64,
    /// Distinct products, those with nothing but returns included.
    pub products: u64,
    /// Time of the earliest basket, milliseconds since 1970-01-01 UTC.
    pub first_time: Option<i64>,
    /// Time of the latest basket, milliseconds since 1970-01-01 UTC.
    pub last_time: Option<i64>,
    /// Baskets whose lines have different times; the earliest is taken.
    pub baskets_with_several_times: u64,
}

impl fmt::Display for IngestReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lines_read, lines_used, baskets, customers, products, .. } = self;
        write!(
            f,
            "{lines_read} lines read, {lines_used} used; baskets: {baskets}, customers: \
             {customers}, products: {products}"
        )?;
        if let (Some(first), Some(last)) = (self.first_time, self.last_time) {
            write!(f, "; {} to {}", time_text(first), time_text(last))?;
        }
        for (what, count) in [
            ("left out, null", self.skipped_null),
            ("left out, number not finite", self.skipped_non_finite),
            ("left out, quantity not positive", self.skipped_non_positive),
            ("kept apart as returns", self.returns),
            ("added to another line of the same basket and product", self.merged),
            ("with negative revenue", self.negative_revenue),
        ] {
            if count > 0 {
                write!(f, "\nlines {what}: {count}")?;
            }
        }
        if self.baskets_with_several_times > 0 {
            let count = self.baskets_with_several_times;
            write!(f, "\nbaskets whose lines differ in time (the earliest is taken): {count}")?;
        }
        Ok(())
    }
}

/// One product in one basket.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct BasketLine {
    /// The product's index in [`History::products`].
    pub product: u32,
    /// Units, positive.
    pub quantity: f32,
    /// What was paid for the line in minor units; `None` if the history has no revenue.
    pub revenue: Option<i64>,
}

/// Goods that were given back.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReturnLine {
    /// The customer's index in [`History::customers`].
    pub customer: u32,
    /// When, in milliseconds since 1970-01-01 UTC.
    pub time: i64,
    /// The product's index in [`History::products`].
    pub product: u32,
    /// Units, positive, or 0 where the source said 0.
    pub quantity: f32,
    /// What was paid back in minor units, at least 0; `None` if the history has no revenue.
    pub revenue: Option<i64>,
}

impl History {
    /// Reads a table of order lines.
    ///
    /// Row numbers in errors count from 0 over all batches. A table without rows gives an empty
    /// history, to which lines may be appended.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use arrow_array::{ArrayRef, Date32Array, RecordBatch, StringArray};
    /// use basketry::{Control, History, HistoryColumns, HistoryOptions, table_from_batch};
    ///
    /// let lines = RecordBatch::try_from_iter([
    ///     ("order", Arc::new(StringArray::from(vec!["A7", "A7", "A8"])) as ArrayRef),
    ///     ("day", Arc::new(Date32Array::from(vec![19_813, 19_813, 19_814]))),
    ///     ("sku", Arc::new(StringArray::from(vec!["bread", "jam", "bread"]))),
    /// ]).unwrap();
    /// let columns = HistoryColumns::new("day", "sku").basket("order");
    /// let history = History::from_reader(
    ///     table_from_batch(lines), &columns, &HistoryOptions::default(), &Control::new(),
    /// )?;
    /// assert_eq!(history.len(), 2);
    /// assert_eq!(history.products().find("jam"), Some(1));
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind) if neither customers nor baskets are
    /// named; [`ErrorKind::Schema`](crate::ErrorKind) if a named column is not there or has a
    /// type that cannot serve; [`ErrorKind::Data`](crate::ErrorKind) for a value that the options
    /// do not allow, and if a basket belongs to two customers.
    pub fn from_reader(
        reader: impl RecordBatchReader,
        columns: &HistoryColumns,
        options: &HistoryOptions,
        control: &Control,
    ) -> Result<Self> {
        ingest::read(&mut Batches::new(reader), columns, options, control)
    }

    /// Adds the lines of another table. The result is exactly what reading both tables one after
    /// the other would have given; on an error the history stays as it was.
    ///
    /// The columns must play the same roles, and ids must have the same types, as in what was
    /// read before. It takes time and memory for a copy of what is there besides the new lines.
    ///
    /// # Errors
    /// As [`from_reader`](Self::from_reader), and
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind) if the roles or the currency differ.
    pub fn append(
        &mut self,
        reader: impl RecordBatchReader,
        columns: &HistoryColumns,
        options: &HistoryOptions,
        control: &Control,
    ) -> Result<()> {
        ingest::append(self, &mut Batches::new(reader), columns, options, control)
    }

    /// The number of baskets.
    pub fn len(&self) -> usize {
        self.basket_time.len()
    }

    /// True if there is no basket.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of lines, after repeated lines of a product in a basket were added up.
    pub fn lines(&self) -> usize {
        self.product.len()
    }

    /// The customers' ids.
    pub fn customers(&self) -> &Arc<Ids> {
        &self.customers
    }

    /// The baskets' ids.
    pub fn basket_ids(&self) -> &Arc<Ids> {
        &self.baskets
    }

    /// The products' ids.
    pub fn products(&self) -> &Arc<Ids> {
        &self.products
    }

    /// What became of the lines that were read.
    pub fn report(&self) -> &IngestReport {
        &self.report
    }

    /// The currency of the revenue; `None` without revenue.
    pub fn currency(&self) -> Option<Currency> {
        self.currency
    }

    /// Who bought the basket with this index. Panics if there is no such basket.
    pub fn customer_of(&self, basket: usize) -> IdRef<'_> {
        self.customers.get(self.basket_customer[basket])
    }

    /// The index in [`customers`](Self::customers) of who bought the basket with this index.
    /// Panics if there is no such basket.
    pub fn customer_index_of(&self, basket: usize) -> u32 {
        self.basket_customer[basket]
    }

    /// When the basket with this index was bought (its earliest line), in milliseconds since
    /// 1970-01-01 UTC. Panics if there is no such basket.
    pub fn time_of(&self, basket: usize) -> i64 {
        self.basket_time[basket]
    }

    /// The lines of the basket with this index, ascending by product index. Panics if there is no
    /// such basket.
    pub fn lines_of(&self, basket: usize) -> impl ExactSizeIterator<Item = BasketLine> {
        let range = self.offsets[basket] as usize..self.offsets[basket + 1] as usize;
        range.map(|line| BasketLine {
            product: self.product[line],
            quantity: self.quantity[line],
            revenue: self.revenue.get(line).copied(),
        })
    }

    /// The time of the earliest basket, in milliseconds since 1970-01-01 UTC.
    pub fn first_time(&self) -> Option<i64> {
        self.report.first_time
    }

    /// The time of the latest basket, in milliseconds since 1970-01-01 UTC.
    pub fn last_time(&self) -> Option<i64> {
        self.report.last_time
    }

    /// What was given back, in the order of the source.
    pub fn returns(&self) -> impl ExactSizeIterator<Item = ReturnLine> {
        let returns = &self.returns;
        (0..returns.product.len()).map(|line| ReturnLine {
            customer: returns.customer[line],
            time: returns.time[line],
            product: returns.product[line],
            quantity: returns.quantity[line],
            revenue: returns.revenue.get(line).copied(),
        })
    }

    /// The distinct products of each basket, for mining, with who bought it if customers are
    /// known. Basket, product and customer indices stay the same.
    pub fn to_baskets(&self) -> Baskets {
        let baskets =
            Baskets::from_rows(self.offsets.clone(), self.product.clone(), self.products.clone());
        match self.shape.customers {
            true => baskets.of_customers(&self.basket_customer),
            false => baskets,
        }
    }
}
