//! The plan: who gets which offers.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch, RecordBatchIterator, UInt32Array,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use serde::Serialize;

use super::Assigned;
use super::options::AssignOptions;
use super::problem::{NONE, Problem};
use super::proposals::Proposals;
use crate::{Error, ErrorKind, Id, IdKind, IdRef, Ids, Result, TableReader};

/// Rows of one batch of the plan's table.
const BATCH: usize = 65_536;

/// Which offers are made to which customers.
///
/// One row for each offer that is made, by customer in the order of the proposals, then the most
/// valuable first.
#[derive(Clone, Debug)]
pub struct Plan {
    data: Arc<Data>,
}

#[derive(Debug)]
struct Data {
    customers: Arc<Ids>,
    offers: Arc<Ids>,
    /// Per row.
    customer: Vec<u32>,
    offer: Vec<u32>,
    values: Vec<f64>,
    /// In parts of a minor unit; empty without costs.
    costs: Vec<i64>,
    /// How many of these parts are a minor unit.
    parts: i64,
    rank: Vec<u32>,
    value: f64,
    risk: f64,
    bound: f64,
    spent: Option<i64>,
    budget_price: f64,
    reached: u64,
    unknown: u64,
    offer_volumes: Vec<OfferVolume>,
    group_volumes: Vec<GroupVolume>,
}

/// How often an offer is made.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OfferVolume {
    /// The offer.
    pub offer: Id,
    /// How often it can be made; `None` if that is not limited.
    pub capacity: Option<u64>,
    /// How often it is made.
    pub made: u64,
    /// What one more of it would be worth, about; 0 if some are left.
    pub price: f64,
}

/// How often the offers of a group are made.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupVolume {
    /// The name of the group.
    pub name: String,
    /// The least volume that was asked for.
    pub min: u64,
    /// The greatest volume.
    pub max: Option<u64>,
    /// How often the offers of the group are made together.
    pub made: u64,
    /// Whether the minimum is reached.
    pub met: bool,
    /// What one more would be worth at the maximum, about, or, below 0, what one more costs at the
    /// minimum; 0 between them.
    pub price: f64,
}

impl Plan {
    pub(super) fn new(
        proposals: &Proposals,
        options: &AssignOptions,
        problem: &Problem<'_>,
        assigned: Assigned,
        unknown: u64,
    ) -> Result<Self> {
        let Assigned { taken, prices, bound } = assigned;
        let mut plan = Data {
            customers: proposals.customers().clone(),
            offers: proposals.offers().clone(),
            customer: Vec::new(),
            offer: Vec::new(),
            values: Vec::new(),
            costs: Vec::new(),
            parts: proposals.parts,
            rank: Vec::new(),
            value: 0.0,
            risk: 0.0,
            bound,
            spent: None,
            budget_price: prices.budget * proposals.parts as f64,
            reached: 0,
            unknown,
            offer_volumes: Vec::new(),
            group_volumes: Vec::new(),
        };
        let most = problem.per_customer;
        let mut mine: Vec<usize> = Vec::new();
        for customer in 0..problem.customers() {
            let start = problem.row(customer).start;
            let places = &taken.places[customer * most..(customer + 1) * most];
            mine.clear();
            mine.extend(places.iter().filter(|&&p| p != NONE).map(|&p| start + p as usize));
            mine.sort_by(|&a, &b| problem.value[b].total_cmp(&problem.value[a]).then(a.cmp(&b)));
            if !mine.is_empty() {
                plan.reached += 1;
                plan.risk += problem.risk(customer);
            }
            for (rank, &at) in mine.iter().enumerate() {
                plan.customer.push(customer as u32);
                plan.offer.push(problem.offer[at]);
                plan.values.push(problem.value[at]);
                plan.rank.push(rank as u32 + 1);
                plan.value += problem.value[at];
                if !problem.cost.is_empty() {
                    plan.costs.push(problem.cost[at]);
                }
            }
        }
        if proposals.costed {
            let parts = i128::from(proposals.parts);
            let spent = i64::try_from((taken.spent + parts - 1) / parts).map_err(|_| {
                Error::new(ErrorKind::Limit, "cost: the costs of the plan leave 64 bits")
            })?;
            plan.spent = Some(spent);
        }
        plan.value -= plan.risk;
        plan.bound = plan.bound.max(plan.value);
        plan.offer_volumes = (0..problem.offers())
            .map(|offer| OfferVolume {
                offer: plan.offers.get(offer as u32).to_owned(),
                capacity: Some(problem.capacity[offer]).filter(|&capacity| capacity != u64::MAX),
                made: taken.usage[offer],
                price: prices.offer[offer],
            })
            .collect();
        plan.group_volumes = (options.groups.iter().enumerate())
            .map(|(at, group)| GroupVolume {
                name: group.name.clone(),
                min: group.min,
                max: group.max,
                made: taken.group_usage[at],
                met: taken.group_usage[at] >= group.min,
                price: prices.group[at],
            })
            .collect();
        Ok(Self { data: Arc::new(plan) })
    }

    /// How many offers are made.
    pub fn len(&self) -> usize {
        self.data.offer.len()
    }

    /// True if none is made.
    pub fn is_empty(&self) -> bool {
        self.data.offer.is_empty()
    }

    /// The customer, the offer and its value of one row, of which nothing is taken off for the risk of
    /// the [contact](Self::contact_risk). Panics if there is no such row.
    pub fn row(&self, row: usize) -> (IdRef<'_>, IdRef<'_>, f64) {
        let (customer, offer) = (self.data.customer[row], self.data.offer[row]);
        (self.data.customers.get(customer), self.data.offers.get(offer), self.data.values[row])
    }

    /// How many customers get an offer.
    pub fn reached(&self) -> u64 {
        self.data.reached
    }

    /// What the plan is worth: the values of all offers that are made, less what the contacts
    /// [risk](Self::contact_risk).
    pub fn value(&self) -> f64 {
        self.data.value
    }

    /// What contacting the customers who get an offer risks together, once for each, however many
    /// offers they get: see [`Policy::fatigue`](crate::Policy::fatigue). 0 if the proposals are those
    /// of a table.
    pub fn contact_risk(&self) -> f64 {
        self.data.risk
    }

    /// No plan within the limits is worth more. Where a minimum volume is not met, of the plans
    /// that need only what is reached of it.
    pub fn bound(&self) -> f64 {
        self.data.bound
    }

    /// How far the plan may be from the best one: (bound - value) / |bound|; 0 if both are 0.
    pub fn gap(&self) -> f64 {
        let off = self.data.bound - self.data.value;
        if off <= 0.0 { 0.0 } else { off / self.data.bound.abs().max(f64::MIN_POSITIVE) }
    }

    /// What all offers cost together, in minor units, a part of one counted as a whole; `None` if the
    /// proposals have no costs.
    pub fn spent(&self) -> Option<i64> {
        self.data.spent
    }

    /// What one more minor unit of budget would be worth, about; 0 if some is left.
    pub fn budget_price(&self) -> f64 {
        self.data.budget_price
    }

    /// How often each offer is made, in the order of the proposals.
    pub fn offers(&self) -> &[OfferVolume] {
        &self.data.offer_volumes
    }

    /// How often the groups are made, in the order of the options.
    pub fn groups(&self) -> &[GroupVolume] {
        &self.data.group_volumes
    }

    /// How often the options name an offer that is proposed to nobody.
    pub fn unknown(&self) -> u64 {
        self.data.unknown
    }

    /// The columns of the table: `customer`, `offer`, `rank` (from 1), `value` and, with costs,
    /// `cost` in minor units: Int64, or Float64 where the contact cost of a policy is no whole number.
    pub fn schema(&self) -> SchemaRef {
        let id = |kind| if kind == IdKind::Int { DataType::Int64 } else { DataType::Utf8 };
        let mut fields = vec![
            Field::new("customer", id(self.data.customers.kind()), false),
            Field::new("offer", id(self.data.offers.kind()), false),
            Field::new("rank", DataType::UInt32, false),
            Field::new("value", DataType::Float64, false),
        ];
        if self.data.spent.is_some() {
            let cost = if self.data.parts == 1 { DataType::Int64 } else { DataType::Float64 };
            fields.push(Field::new("cost", cost, false));
        }
        Arc::new(Schema::new(fields))
    }

    /// The rows in batches, made one at a time.
    ///
    /// # Errors
    /// Of a batch, [`ErrorKind::Limit`] if its ids exceed 2 GiB of text.
    pub fn batches(&self) -> impl ExactSizeIterator<Item = Result<RecordBatch>> + Send + use<> {
        let plan = self.clone();
        (0..self.len().div_ceil(BATCH)).map(move |at| plan.batch(at * BATCH))
    }

    /// The rows as a table that is made while it is read.
    pub fn reader(&self) -> TableReader {
        let batches = self
            .batches()
            .map(|batch| batch.map_err(|error| ArrowError::ExternalError(Box::new(error))));
        Box::new(RecordBatchIterator::new(batches, self.schema()))
    }

    fn batch(&self, from: usize) -> Result<RecordBatch> {
        self.rows(from..(from + BATCH).min(self.len()))
    }

    /// The first `n` rows.
    ///
    /// # Errors
    /// As for [`to_record_batch`](Self::to_record_batch).
    pub fn head(&self, n: usize) -> Result<RecordBatch> {
        self.rows(0..n.min(self.len()))
    }

    /// All rows in one batch; see [`batches`](Self::batches) for many rows.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] if the ids exceed 2 GiB of text.
    pub fn to_record_batch(&self) -> Result<RecordBatch> {
        self.rows(0..self.len())
    }

    fn rows(&self, rows: Range<usize>) -> Result<RecordBatch> {
        let mut columns: Vec<ArrayRef> = vec![
            self.data.customers.to_arrow(self.data.customer[rows.clone()].iter().copied())?,
            self.data.offers.to_arrow(self.data.offer[rows.clone()].iter().copied())?,
            Arc::new(UInt32Array::from(self.data.rank[rows.clone()].to_vec())),
            Arc::new(Float64Array::from(self.data.values[rows.clone()].to_vec())),
        ];
        if self.data.spent.is_some() {
            let costs = &self.data.costs[rows];
            columns.push(match self.data.parts {
                1 => Arc::new(Int64Array::from(costs.to_vec())),
                parts => Arc::new(Float64Array::from_iter_values(
                    costs.iter().map(|&cost| cost as f64 / parts as f64),
                )),
            });
        }
        RecordBatch::try_new(self.schema(), columns).map_err(|error| {
            Error::new(ErrorKind::Internal, "a plan does not fit its own columns")
                .with_source(error)
        })
    }
}
