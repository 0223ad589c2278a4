//! Who is due to buy what again.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use rayon::prelude::*;

use super::Model;
use super::score::SCRATCH;
use super::{arrow, requests};
use crate::affinity::rhythm::{Bought, Cycle, DueState, Rhythm};
use crate::affinity::scorer::{Situation, Task};
use crate::affinity::views::DAY_MS;
use crate::{Control, Error, ErrorKind, IdRef, Result};

/// When, and how much to list. Make one with [`DueOptions::default`] and set what should differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DueOptions {
    /// The time that is judged, milliseconds since 1970-01-01 UTC; not before
    /// [`Model::as_of`], which is the default.
    pub at: Option<i64>,
    /// The most rows for each customer, those most probably bought; default: all.
    pub n: Option<usize>,
}

impl DueOptions {
    /// Sets [`at`](Self::at).
    #[must_use]
    pub fn at(mut self, ms: i64) -> Self {
        self.at = Some(ms);
        self
    }

    /// Sets [`n`](Self::n).
    #[must_use]
    pub fn n(mut self, n: usize) -> Self {
        self.n = Some(n);
        self
    }
}

/// Products that customers are due to buy again, in columns: one row per customer and product, by
/// customer as asked for, then the most probable first.
#[derive(Clone, Debug)]
pub struct Due {
    model: Model,
    customers: Vec<u32>,
    request: Vec<u32>,
    product: Vec<u32>,
    state: Vec<DueState>,
    interval: Vec<f32>,
    days_since: Vec<f32>,
    purchases: Vec<u32>,
    probability: Vec<f32>,
}

/// A row before it is in the table.
#[derive(Clone, Copy)]
struct Row {
    product: u32,
    state: DueState,
    interval: f32,
    days_since: f32,
    purchases: u32,
    probability: f32,
}

/// Customers one task answers.
const CHUNK: usize = 64;

impl Model {
    /// How a product is bought again; `None` for an index that is not in
    /// [`products`](Self::products). Only products with a regular cycle are ever due.
    pub fn cycle(&self, product: u32) -> Option<Cycle> {
        let stats = self.learned().products;
        ((product as usize) < stats.rate_shape.len()).then(|| stats.cycle(product))
    }

    /// As [`cycle`](Self::cycle), by id.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownId`] if the model does not know the product.
    pub fn cycle_of<'a>(&self, item: impl Into<IdRef<'a>>) -> Result<Cycle> {
        let id = item.into();
        self.products().find(id).and_then(|product| self.cycle(product)).ok_or_else(|| {
            Error::new(ErrorKind::UnknownId, format!("item: {id} is not in the model"))
        })
    }

    /// What each customer is due to buy again, overdue to buy, or soon will be.
    ///
    /// A customer's expected interval comes from their own purchases of a product and from how its
    /// other customers buy it; the time since the last purchase is compared with it. Listed are
    /// products of the catalogue with a regular [cycle](Self::cycle) of which as much is known as
    /// one repeat purchase tells.
    ///
    /// The probability is that of [`score`](Self::score): of a purchase within the horizon of the
    /// model, calibrated on what customers did. It knows more than the state does, and need not rise
    /// with it: what is long overdue is improbable, as the customer may buy it no more.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownId`] names a customer the model does not know;
    /// [`ErrorKind::InvalidArgument`] if the time is before [`as_of`](Self::as_of) or out of range,
    /// and if an id is an integer where the model has strings, or the other way round.
    pub fn due(
        &self,
        customers: &[IdRef<'_>],
        options: &DueOptions,
        control: &Control,
    ) -> Result<Due> {
        let at = requests::moment(self, options.at)?;
        if at < self.as_of() {
            return Err(Error::argument(format!(
                "at: expected a time not before the model's last order ({} ms), got {at}",
                self.as_of()
            )));
        }
        let known = self.customers();
        let ids = customers.iter().copied();
        let indices = requests::require(known, "customers", ids, "customers")?;
        let learned = self.learned();
        let sold = self.inner.layout.snapshot.len();
        let cycles: Vec<bool> =
            (0..sold as u32).map(|p| learned.products.cycle(p) == Cycle::Regular).collect();
        let elapsed = ((at - self.as_of()) as f64 / DAY_MS) as f32;
        let n = options.n.unwrap_or(usize::MAX);
        let rows: Vec<Vec<Vec<Row>>> = indices
            .par_chunks(CHUNK)
            .map(|chunk| {
                control.check()?;
                Ok(chunk
                    .iter()
                    .map(|&customer| {
                        let own = learned.own.row(customer).filter_map(|at| {
                            let product = learned.own.product[at];
                            if !cycles.get(product as usize).copied().unwrap_or(false) {
                                return None;
                            }
                            let bought = Bought {
                                count: learned.own.count[at],
                                first_days: learned.own.first_days[at] + elapsed,
                                last_days: learned.own.last_days[at] + elapsed,
                            };
                            let rhythm = Rhythm::new(bought, &learned.products, product);
                            Some(Row {
                                product,
                                state: rhythm.state?,
                                interval: rhythm.interval,
                                days_since: bought.last_days,
                                purchases: bought.count,
                                probability: 0.0,
                            })
                        });
                        let mut rows: Vec<Row> = own.collect();
                        self.foretell(customer, at, &mut rows);
                        rows.sort_by(|a, b| {
                            b.probability.total_cmp(&a.probability).then(a.product.cmp(&b.product))
                        });
                        rows.truncate(n);
                        rows
                    })
                    .collect())
            })
            .collect::<Result<_>>()?;
        let mut due = Due {
            model: self.clone(),
            customers: indices,
            request: Vec::new(),
            product: Vec::new(),
            state: Vec::new(),
            interval: Vec::new(),
            days_since: Vec::new(),
            purchases: Vec::new(),
            probability: Vec::new(),
        };
        for (request, rows) in rows.into_iter().flatten().enumerate() {
            for row in rows {
                due.request.push(request as u32);
                due.product.push(row.product);
                due.state.push(row.state);
                due.interval.push(row.interval);
                due.days_since.push(row.days_since);
                due.purchases.push(row.purchases);
                due.probability.push(row.probability);
            }
        }
        Ok(due)
    }

    /// The probabilities that a customer's products are bought within the horizon from `now_ms` on.
    fn foretell(&self, customer: u32, now_ms: i64, rows: &mut [Row]) {
        if rows.is_empty() {
            return;
        }
        let situation = Situation::new(Some(customer), now_ms, &[]);
        let mut probability = vec![0.0; rows.len()];
        SCRATCH.with_borrow_mut(|scratch| {
            let asked = |at: usize| Some(rows[at].product);
            self.score_one(Task::Horizon, &situation, scratch, asked, &mut probability);
        });
        for (row, probability) in rows.iter_mut().zip(probability) {
            row.probability = probability;
        }
    }
}

impl Due {
    /// The number of rows.
    pub fn len(&self) -> usize {
        self.product.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Per row: the position of its customer in the request, from 0.
    pub fn requests(&self) -> &[u32] {
        &self.request
    }

    /// Per row: the product, as an index into [`Model::products`].
    pub fn products(&self) -> &[u32] {
        &self.product
    }

    /// Per row: whether it is due, overdue or soon will be.
    pub fn states(&self) -> &[DueState] {
        &self.state
    }

    /// Per row: days expected between two purchases.
    pub fn intervals(&self) -> &[f32] {
        &self.interval
    }

    /// Per row: days since the last purchase.
    pub fn days_since(&self) -> &[f32] {
        &self.days_since
    }

    /// Per row: how often the customer bought it.
    pub fn purchases(&self) -> &[u32] {
        &self.purchases
    }

    /// Per row: the probability that it is bought within the horizon of the model
    /// ([`FitReport::horizon_days`](crate::FitReport)), from 0 to 1.
    pub fn probabilities(&self) -> &[f32] {
        &self.probability
    }

    /// All rows as one Arrow table: `customer` and `product` (the ids, Int64 or Utf8), `state`
    /// (Utf8: `"due"`, `"overdue"` or `"soon"`), `interval` and `days_since` (Float64, days),
    /// `purchases` (Int64), `probability` (Float64).
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] if the ids exceed 2 GiB of text.
    pub fn to_record_batch(&self) -> Result<RecordBatch> {
        let (customers, products) = (self.model.customers(), self.model.products());
        let schema: SchemaRef = Arc::new(Schema::new(vec![
            Field::new("customer", arrow::id_type(customers.kind()), false),
            Field::new("product", arrow::id_type(products.kind()), false),
            Field::new("state", DataType::Utf8, false),
            Field::new("interval", DataType::Float64, false),
            Field::new("days_since", DataType::Float64, false),
            Field::new("purchases", DataType::Int64, false),
            Field::new("probability", DataType::Float64, false),
        ]));
        let floats = |values: &[f32]| -> ArrayRef {
            Arc::new(Float64Array::from_iter_values(values.iter().map(|&value| f64::from(value))))
        };
        let states = self.state.iter().map(|state| state.name());
        let purchases = self.purchases.iter().map(|&count| i64::from(count));
        let columns = vec![
            arrow::ids(customers, self.request.iter().map(|&at| self.customers[at as usize]))?,
            arrow::ids(products, self.product.iter().copied())?,
            Arc::new(StringArray::from_iter_values(states)),
            floats(&self.interval),
            floats(&self.days_since),
            Arc::new(Int64Array::from_iter_values(purchases)),
            floats(&self.probability),
        ];
        arrow::batch(schema, columns)
    }
}
