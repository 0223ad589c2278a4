//! What may be offered to whom.

use std::sync::Arc;

use arrow_array::RecordBatchReader;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::options::AssignOptions;
use super::plan::Plan;
use super::together::Together;
use crate::control::Stage;
use crate::data::NO_MONEY;
use crate::data::columns::{
    IdColumn, check_number, id_error, id_kind, nulls_of, read_f64, read_minor,
};
use crate::data::ingest::SLICE;
use crate::data::table::{Batches, Column, Source};
use crate::{Control, Currency, Error, ErrorKind, IdRef, Ids, Result};

/// Offers that may be made to customers, and what each would be worth: the input of
/// [`assign`](Self::assign).
#[derive(Clone, Debug)]
pub struct Proposals {
    customers: Arc<Ids>,
    offers: Arc<Ids>,
    currency: Currency,
    /// Per customer, one more.
    pub(super) offsets: Vec<u64>,
    pub(super) offer: Vec<u32>,
    pub(super) value: Vec<f64>,
    /// In parts of a minor unit; empty if the table has none.
    pub(super) cost: Vec<i64>,
    /// How many of these parts are a minor unit.
    pub(super) parts: i64,
    /// Whether the table has a column of costs.
    pub(super) costed: bool,
    /// Per customer: what contacting them with any offer risks; empty if nothing.
    pub(super) risk: Vec<f64>,
    /// Per offer how often it can be made, unless the options say; empty if nothing is known.
    pub(super) stock: Vec<u64>,
    /// The most offers for one customer.
    pub(super) most: u32,
    /// Per proposal: the sort that it is of by itself; empty if none is limited.
    pub(super) sort: Vec<u8>,
    /// What one customer may get together.
    pub(super) together: Together,
}

/// What an engine proposes, customer by customer.
pub(in crate::decide) struct Offered {
    /// Per customer, one more: where their offers begin.
    pub(in crate::decide) offsets: Vec<u64>,
    pub(in crate::decide) offer: Vec<u32>,
    pub(in crate::decide) value: Vec<f64>,
    /// What each costs, in parts of a minor unit; empty if none costs anything.
    pub(in crate::decide) cost: Vec<i64>,
    /// How many of these parts are a minor unit.
    pub(in crate::decide) parts: i64,
    /// Whether proposals have costs.
    pub(in crate::decide) costed: bool,
    /// Per customer: what contacting them with any offer risks.
    pub(in crate::decide) risk: Vec<f64>,
    /// Per offer how often it can be made.
    pub(in crate::decide) stock: Vec<u64>,
    /// The most offers for one customer.
    pub(in crate::decide) most: u32,
    /// The sort that each is of by itself; empty if none is limited.
    pub(in crate::decide) sort: Vec<u8>,
    pub(in crate::decide) together: Together,
}

/// Which columns of a table of proposals mean what.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProposalColumns {
    /// The customer: strings or integers.
    pub customer: String,
    /// The offer: strings or integers.
    pub offer: String,
    /// What making the offer to the customer would be worth, in any unit: the expected incremental
    /// contribution, for instance. Offers worth 0 or less are made for a minimum volume only.
    pub value: String,
    /// What making it costs, in major units (0.25 is twenty-five cents), at least 0.
    pub cost: Option<String>,
}

impl ProposalColumns {
    /// The three columns that every such table has.
    pub fn new(
        customer: impl Into<String>,
        offer: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        Self { customer: customer.into(), offer: offer.into(), value: value.into(), cost: None }
    }

    /// Names the column of costs.
    #[must_use]
    pub fn cost(mut self, column: impl Into<String>) -> Self {
        self.cost = Some(column.into());
        self
    }
}

impl Proposals {
    /// Reads a table: one row for each offer that may be made to a customer, in any order. Costs
    /// are kept as minor units of `currency`, rounded half to even.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
    /// use basketry::{
    ///     AssignOptions, Control, Currency, ProposalColumns, Proposals, table_from_batch,
    /// };
    ///
    /// let table = RecordBatch::try_from_iter([
    ///     ("who", Arc::new(Int64Array::from(vec![1, 1, 2, 2])) as ArrayRef),
    ///     ("what", Arc::new(StringArray::from(vec!["case", "lens", "case", "lens"]))),
    ///     ("worth", Arc::new(Float64Array::from(vec![2.0, 3.0, 1.5, 2.8]))),
    /// ]).unwrap();
    /// let proposals = Proposals::from_reader(
    ///     table_from_batch(table),
    ///     &ProposalColumns::new("who", "what", "worth"),
    ///     Currency::EUR,
    ///     &Control::new(),
    /// )?;
    /// // One lens is left. The second customer gains more by it: 1.3 over the case, not 1.
    /// let plan = proposals.assign(&AssignOptions::new().capacity("lens", 1), &Control::new())?;
    /// assert_eq!(plan.value(), 4.8);
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if customer and offer are one column; [`ErrorKind::Schema`] if a
    /// column is not there or has a type that cannot serve; [`ErrorKind::Data`] names column and row of a null, a number that is not finite or a
    /// negative cost, and customer and offer of a row that stands twice.
    pub fn from_reader(
        reader: impl RecordBatchReader,
        columns: &ProposalColumns,
        currency: Currency,
        control: &Control,
    ) -> Result<Self> {
        if columns.customer == columns.offer {
            return Err(Error::argument(format!(
                "offer: expected another column than that of customers, got {:?} for both",
                columns.offer
            )));
        }
        let mut source = Batches::new(reader);
        let schema = source.schema();
        let of = [
            Column::find(&schema, "customer", &columns.customer)?,
            Column::find(&schema, "offer", &columns.offer)?,
        ];
        let value = Column::find(&schema, "value", &columns.value)?;
        let cost = Column::find_some(&schema, "cost", columns.cost.as_deref())?;
        [&value].into_iter().chain(&cost).try_for_each(check_number)?;
        let mut ids = [Ids::new(id_kind(&of[0])?), Ids::new(id_kind(&of[1])?)];
        let mut readers = [IdColumn::default(), IdColumn::default()];
        let mut indices = [Vec::new(), Vec::new()];
        let mut rows = Rows::default();
        let (mut values, mut costs) = (Vec::new(), Vec::new());
        control.begin(Stage::Reading, 0)?;
        while let Some(batch) = source.next() {
            let batch = batch?;
            for (reader, column) in readers.iter_mut().zip(&of) {
                reader.begin(column.of(&batch)?);
            }
            for start in (0..batch.num_rows()).step_by(SLICE) {
                let slice = batch.slice(start, SLICE.min(batch.num_rows() - start));
                let place = |row| source.place(start + row);
                for column in of.iter().chain([&value]).chain(&cost) {
                    let nulls = nulls_of(column.of(&slice)?);
                    let null =
                        nulls.and_then(|n| (0..slice.num_rows()).find(|&row| n.is_null(row)));
                    if let Some(row) = null {
                        return Err(column.bad_value(place(row), "null"));
                    }
                }
                for (k, column) in of.iter().enumerate() {
                    readers[k]
                        .read(column.of(&slice)?, None, &mut ids[k], &mut indices[k])
                        .map_err(|error| id_error(error, column, place))?;
                }
                let array = value.of(&slice)?;
                if !read_f64(array, &mut values) {
                    return Err(value.wrong_type(array.data_type(), "the type announced"));
                }
                // Sums of more would leave what a number can be; NaN is not below either.
                let sane = |value: &&f64| value.abs() <= MOST;
                if let Some(row) = values.iter().position(|value| !sane(&value)) {
                    let what =
                        format!("expected a number from -1e100 to 1e100, got {}", values[row]);
                    return Err(value.bad_value(place(row), what));
                }
                if let Some(cost) = &cost {
                    let array = cost.of(&slice)?;
                    if !read_minor(array, currency, &mut costs) {
                        return Err(cost.wrong_type(array.data_type(), "the type announced"));
                    }
                    if let Some(row) = costs.iter().position(|&c| c == NO_MONEY || c < 0) {
                        let what = "expected an amount of at least 0 that can be kept";
                        return Err(cost.bad_value(place(row), what));
                    }
                    rows.cost.extend_from_slice(&costs);
                }
                rows.customer.extend_from_slice(&indices[0]);
                rows.offer.extend_from_slice(&indices[1]);
                rows.value.extend_from_slice(&values);
                control.advance(slice.num_rows() as u64)?;
            }
        }
        let [customers, offers] = ids;
        rows.finish((customers, offers), (currency, cost.is_some()), control)
    }

    /// What an engine proposes.
    pub(in crate::decide) fn of_engine(
        customers: Ids,
        offers: Ids,
        currency: Currency,
        offered: Offered,
    ) -> Self {
        let Offered {
            offsets,
            offer,
            value,
            cost,
            parts,
            costed,
            risk,
            stock,
            most,
            sort,
            together,
        } = offered;
        let risk = if risk.iter().any(|&risk| risk > 0.0) { risk } else { Vec::new() };
        Self {
            customers: Arc::new(customers),
            offers: Arc::new(offers),
            currency,
            cost,
            parts,
            costed,
            offsets,
            offer,
            value,
            risk,
            stock,
            most,
            sort,
            together,
        }
    }

    /// The customers, in the order of their first row.
    pub fn customers(&self) -> &Arc<Ids> {
        &self.customers
    }

    /// The offers, in the order of their first row.
    pub fn offers(&self) -> &Arc<Ids> {
        &self.offers
    }

    /// How many proposals there are.
    pub fn len(&self) -> usize {
        self.offer.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.offer.is_empty()
    }

    /// The currency of the costs.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The plan that is worth the most within the limits, or almost.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for limits that contradict each other or cannot be read;
    /// [`ErrorKind::Limit`] if more than 2^32 - 1 places are to be filled;
    /// [`ErrorKind::Cancelled`].
    pub fn assign(&self, options: &AssignOptions, control: &Control) -> Result<Plan> {
        let keys = self.keys(options.seed);
        let (mut problem, unknown) = options.problem(self, &keys)?;
        let places = self.customers.len() as u64 * u64::from(options.per_customer);
        if places > u64::from(u32::MAX) {
            return Err(Error::new(
                ErrorKind::Limit,
                format!("per_customer: {places} places for all customers exceed 4,294,967,295"),
            ));
        }
        control.begin(Stage::Assigning, 0)?;
        let assigned = super::assign(&mut problem, control)?;
        Plan::new(self, options, &problem, assigned, unknown)
    }

    fn keys(&self, seed: u64) -> Vec<u64> {
        let key = |id: IdRef<'_>| match id {
            IdRef::Int(value) => xxh3_64_with_seed(&value.to_le_bytes(), seed),
            IdRef::Str(value) => xxh3_64_with_seed(value.as_bytes(), seed),
        };
        self.customers.iter().map(key).collect()
    }
}

/// The greatest value of an offer.
const MOST: f64 = 1e100;

/// The rows as they came.
#[derive(Default)]
struct Rows {
    customer: Vec<u32>,
    offer: Vec<u32>,
    value: Vec<f64>,
    cost: Vec<i64>,
}

impl Rows {
    /// Puts the rows of each customer together.
    fn finish(
        self,
        (customers, offers): (Ids, Ids),
        (currency, costed): (Currency, bool),
        control: &Control,
    ) -> Result<Proposals> {
        let mut offsets = vec![0u64; customers.len() + 1];
        for &customer in &self.customer {
            offsets[customer as usize + 1] += 1;
        }
        for at in 0..customers.len() {
            offsets[at + 1] += offsets[at];
        }
        control.check()?;
        let Rows { customer, mut offer, mut value, mut cost } = self;
        if !customer.is_sorted() {
            let mut next = offsets.clone();
            let places: Vec<u64> = customer
                .iter()
                .map(|&customer| {
                    let place = next[customer as usize];
                    next[customer as usize] += 1;
                    place
                })
                .collect();
            fn moved<T: Copy + Default>(from: &[T], places: &[u64]) -> Vec<T> {
                let mut to = vec![T::default(); from.len()];
                for (&value, &place) in from.iter().zip(places) {
                    to[place as usize] = value;
                }
                to
            }
            offer = moved(&offer, &places);
            value = moved(&value, &places);
            if !cost.is_empty() {
                cost = moved(&cost, &places);
            }
        }
        let mut last = vec![u32::MAX; offers.len()];
        for at in 0..customers.len() {
            for &offer in &offer[offsets[at] as usize..offsets[at + 1] as usize] {
                if std::mem::replace(&mut last[offer as usize], at as u32) == at as u32 {
                    return Err(Error::new(
                        ErrorKind::Data,
                        format!(
                            "customer {}: the offer {} is proposed twice; expected one row for each",
                            customers.get(at as u32),
                            offers.get(offer)
                        ),
                    ));
                }
            }
        }
        Ok(Proposals {
            customers: Arc::new(customers),
            offers: Arc::new(offers),
            currency,
            offsets,
            offer,
            value,
            cost,
            parts: 1,
            costed,
            risk: Vec::new(),
            stock: Vec::new(),
            most: u32::MAX,
            sort: Vec::new(),
            together: Together::default(),
        })
    }
}
