//! Tables of recommendations and how they leave.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::Model;
use super::arrow::{batch, id_column, id_type, ids};
use super::requests::Asked;
use crate::Result;

/// Ranked products for customers or baskets, one row each, in columns.
#[derive(Clone, Debug)]
pub struct Recommendations {
    model: Model,
    of: Of,
    rows: Rows,
    /// Per row; empty if the request has no customers.
    known: Vec<bool>,
    unknown: u64,
    unknown_customers: u64,
}

#[derive(Clone, Debug)]
enum Of {
    /// The customers asked for.
    Customers(Asked),
    /// Baskets, and whether the request says who holds them.
    Baskets { customers: bool },
}

/// The rows of some requests, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    /// Per row: the position in the request.
    request: Vec<u32>,
    product: Vec<u32>,
    probability: Vec<f32>,
    rank: Vec<u32>,
}

impl Rows {
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self {
            request: Vec::with_capacity(rows),
            product: Vec::with_capacity(rows),
            probability: Vec::with_capacity(rows),
            rank: Vec::with_capacity(rows),
        }
    }

    /// Adds a request's products by their [`key`]s, the best first.
    pub(super) fn push(&mut self, request: usize, keys: &[u64]) {
        for (rank, &key) in keys.iter().enumerate() {
            // Requests were counted, and there are less than 2^32 products.
            self.request.push(request as u32);
            self.product.push(key as u32);
            self.probability.push(f32::from_bits(!((key >> 32) as u32)));
            self.rank.push(rank as u32 + 1);
        }
    }

    /// One after the other.
    pub(super) fn concat(parts: Vec<Rows>) -> Self {
        let mut all = Self::with_capacity(parts.iter().map(|part| part.request.len()).sum());
        for part in parts {
            all.request.extend(part.request);
            all.product.extend(part.product);
            all.probability.extend(part.probability);
            all.rank.extend(part.rank);
        }
        all
    }
}

/// A number that is the smaller, the more probable a product is; of equally probable ones, the
/// earlier the product.
#[inline]
pub(super) fn key(probability: f32, product: u32) -> u64 {
    // The bits of numbers that are not negative rise with them.
    u64::from(!probability.max(0.0).to_bits()) << 32 | u64::from(product)
}

impl Recommendations {
    pub(super) fn of_customers(model: &Model, customers: Asked, rows: Rows, unknown: u64) -> Self {
        let known = rows.request.iter().map(|&at| customers.get(at as usize).is_some()).collect();
        let unknown_customers = customers.unknown();
        let of = Of::Customers(customers);
        Self { model: model.clone(), of, rows, known, unknown, unknown_customers }
    }

    pub(super) fn of_baskets(
        model: &Model,
        customers: Option<Asked>,
        rows: Rows,
        unknown: u64,
    ) -> Self {
        let of = Of::Baskets { customers: customers.is_some() };
        let known = customers.iter().flat_map(|customers| {
            rows.request.iter().map(|&at| customers.get(at as usize).is_some())
        });
        Self {
            model: model.clone(),
            of,
            known: known.collect(),
            rows,
            unknown,
            unknown_customers: customers.map_or(0, |customers| customers.unknown()),
        }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.request.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Per row: the position of its customer or basket in the request, from 0.
    pub fn requests(&self) -> &[u32] {
        &self.rows.request
    }

    /// Per row: the product, as an index into [`Model::products`].
    pub fn products(&self) -> &[u32] {
        &self.rows.product
    }

    /// Per row: the probability, from 0 to 1.
    pub fn probabilities(&self) -> &[f32] {
        &self.rows.probability
    }

    /// Per row: the rank within its request, from 1.
    pub fn ranks(&self) -> &[u32] {
        &self.rows.rank
    }

    /// Per row: whether the model knows the customer; empty if the request has no customers.
    pub fn known(&self) -> &[bool] {
        &self.known
    }

    /// How many ids of products in the request (in baskets, among the candidates, to be excluded)
    /// the model does not know. They were passed over.
    pub fn unknown(&self) -> u64 {
        self.unknown
    }

    /// How many customers of the request the model does not know. They got what a stranger would
    /// buy.
    pub fn unknown_customers(&self) -> u64 {
        self.unknown_customers
    }

    /// The columns: `customer` (the id, Int64 or Utf8) or `basket` (the position in the request,
    /// Int64), `product` (the id, Int64 or Utf8), `probability` (Float64), `rank` (Int64), and if
    /// the request has customers `known` (Boolean: whether the model knows the customer).
    pub fn schema(&self) -> SchemaRef {
        let mut fields = vec![
            match &self.of {
                Of::Customers(customers) => Field::new("customer", id_type(customers.kind), false),
                Of::Baskets { .. } => Field::new("basket", DataType::Int64, false),
            },
            Field::new("product", id_type(self.model.products().kind()), false),
            Field::new("probability", DataType::Float64, false),
            Field::new("rank", DataType::Int64, false),
        ];
        if self.has_customers() {
            fields.push(Field::new("known", DataType::Boolean, false));
        }
        Arc::new(Schema::new(fields))
    }

    fn has_customers(&self) -> bool {
        matches!(self.of, Of::Customers(_) | Of::Baskets { customers: true })
    }

    /// All rows as one Arrow table.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`](crate::ErrorKind) if the ids exceed 2 GiB of text.
    pub fn to_record_batch(&self) -> Result<RecordBatch> {
        let rows = &self.rows;
        let mut columns = vec![
            match &self.of {
                Of::Customers(customers) => {
                    let known = self.model.customers();
                    let of_row = rows.request.iter().filter_map(|&at| customers.id(known, at));
                    id_column(of_row, customers.kind)?
                }
                Of::Baskets { .. } => integers(&rows.request),
            },
            ids(self.model.products(), rows.product.iter().copied())?,
            floats(&rows.probability),
            integers(&rows.rank),
        ];
        if self.has_customers() {
            columns.push(Arc::new(BooleanArray::from(self.known.clone())));
        }
        batch(self.schema(), columns)
    }
}

fn integers(values: &[u32]) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values.iter().map(|&value| i64::from(value))))
}

fn floats(values: &[f32]) -> ArrayRef {
    Arc::new(Float64Array::from_iter_values(values.iter().map(|&value| f64::from(value))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::affinity::scorer::top;

    #[test]
    fn keys_order_by_probability_then_product() {
        let mut keys = vec![key(0.25, 3), key(0.5, 9), key(0.25, 1), key(0.0, 0), key(0.5, 8)];
        let mut rows = Rows::default();
        rows.push(7, top(&mut keys, 4));
        assert_eq!(rows.product, [8, 9, 1, 3]);
        assert_eq!(rows.probability, [0.5, 0.5, 0.25, 0.25]);
        assert_eq!((rows.request[3], &rows.rank[..]), (7, &[1, 2, 3, 4][..]));
        assert!(top(&mut keys, 0).is_empty());
        assert_eq!(top(&mut keys, 99).len(), 5);
    }
}
