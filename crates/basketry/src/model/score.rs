//! The probabilities of given pairs.

use std::cell::RefCell;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use rayon::prelude::*;

use super::Model;
use super::arrow::{batch, id_column, id_type};
use super::requests::{Asked, Baskets, moment};
use crate::affinity::scorer::{Scratch, Situation, Task};
use crate::mine::{Pool, check_threads};
use crate::{Control, Error, IdRef, Result};

/// As of when to score, and with how many threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScoreOptions {
    /// The moment of the request, milliseconds since 1970-01-01 UTC; a time before
    /// [`Model::as_of`] counts as that. `None`, the default, is [`Model::as_of`].
    pub at: Option<i64>,
    /// How many threads to use, 1 to 1,024; default: those of the current rayon pool. The result
    /// does not depend on it.
    pub threads: Option<usize>,
}

impl ScoreOptions {
    /// Sets [`at`](Self::at).
    #[must_use]
    pub fn at(mut self, at: i64) -> Self {
        self.at = Some(at);
        self
    }

    /// Sets [`threads`](Self::threads).
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }
}

/// Pairs of a customer or basket and a product with their probabilities, one row each.
#[derive(Clone, Debug)]
pub struct Scores {
    model: Model,
    of_customers: bool,
    customers: Option<Asked>,
    products: Asked,
    probability: Vec<f32>,
    unknown: u64,
}

/// Pairs one task scores.
const CHUNK: usize = 1024;

thread_local! {
    pub(super) static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Model {
    /// The probability of each pair of `customers[i]` and `products[i]`: that the customer buys the
    /// product within the horizon, without its being offered. It is the probability that
    /// [`recommend`](Self::recommend) gives, also for products it would not bring up. Pairs of one
    /// customer are quickest one after the other.
    ///
    /// A customer whom the model does not know is scored as a stranger and marked. A product that
    /// it does not know has no probability: NaN, and null in the Arrow table; they are counted
    /// ([`Scores::unknown`]).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind) if there is not one product for each
    /// customer, if an id is an integer where the model has strings, or the other way round, and
    /// for a number of threads out of range.
    pub fn score(
        &self,
        customers: &[IdRef<'_>],
        products: &[IdRef<'_>],
        options: &ScoreOptions,
        control: &Control,
    ) -> Result<Scores> {
        check_pairs(customers.len(), "customer", products)?;
        let customers = Asked::customers(self, customers)?;
        let products = Asked::products(self, products)?;
        let probability =
            self.scores(Task::Horizon, &products, options, control, |at| (customers.get(at), &[]))?;
        let unknown = products.unknown();
        Ok(Scores {
            model: self.clone(),
            of_customers: true,
            customers: Some(customers),
            products,
            probability,
            unknown,
        })
    }

    /// The probability of each pair of `baskets[i]` and `products[i]`: that the product is bought in
    /// the order that holds the basket's products so far, without its being offered. It is the
    /// probability that [`complete`](Self::complete) gives, also for products it would not bring
    /// up. `customers` says who holds each basket; without it nobody is known. Pairs of one basket
    /// are quickest one after the other.
    ///
    /// A product that is in the basket is scored by the rest of the basket. A product that the
    /// model does not know has no probability: NaN, and null in the Arrow table. Unknown products
    /// of both kinds are counted ([`Scores::unknown`]).
    ///
    /// # Errors
    /// As for [`score`](Self::score), with one basket for each product.
    pub fn score_baskets<'a, B>(
        &self,
        baskets: &[B],
        products: &[IdRef<'_>],
        customers: Option<&[IdRef<'_>]>,
        options: &ScoreOptions,
        control: &Control,
    ) -> Result<Scores>
    where
        B: AsRef<[IdRef<'a>]>,
    {
        check_pairs(baskets.len(), "basket", products)?;
        let customers = customers.map(|customers| Asked::customers(self, customers)).transpose()?;
        let baskets = Baskets::resolve(self, baskets, customers.as_ref())?;
        let products = Asked::products(self, products)?;
        let probability = self.scores(Task::Basket, &products, options, control, |at| {
            (customers.as_ref().and_then(|customers| customers.get(at)), baskets.get(at))
        })?;
        let unknown = products.unknown() + baskets.unknown;
        Ok(Scores {
            model: self.clone(),
            of_customers: false,
            customers,
            products,
            probability,
            unknown,
        })
    }

    fn scores<'s>(
        &self,
        task: Task,
        products: &Asked,
        options: &ScoreOptions,
        control: &Control,
        request: impl Fn(usize) -> (Option<u32>, &'s [u32]) + Sync,
    ) -> Result<Vec<f32>> {
        check_threads(options.threads)?;
        control.check()?;
        let now_ms = moment(self, options.at)?;
        let mut probability = vec![f32::NAN; products.len()];
        let answer = |(chunk, out): (usize, &mut [f32])| {
            control.check()?;
            SCRATCH.with_borrow_mut(|scratch| {
                let first = chunk * CHUNK;
                let mut from = 0;
                while from < out.len() {
                    let (customer, context) = request(first + from);
                    let same = |at: &usize| request(first + at) == (customer, context);
                    let to = (from + 1..out.len()).find(|at| !same(at)).unwrap_or(out.len());
                    let asked = |at: usize| products.get(first + at);
                    let situation = Situation::new(customer, now_ms, context);
                    let out = &mut out[from..to];
                    self.score_one(task, &situation, scratch, |at| asked(from + at), out);
                    from = to;
                }
            });
            Ok(())
        };
        if products.len() <= CHUNK {
            answer((0, &mut probability))?;
        } else {
            Pool::new(options.threads)
                .install(|| probability.par_chunks_mut(CHUNK).enumerate().try_for_each(answer))??;
        }
        Ok(probability)
    }

    /// The probabilities of the products that are asked for in one request.
    pub(super) fn score_one(
        &self,
        task: Task,
        situation: &Situation<'_>,
        scratch: &mut Scratch,
        asked: impl Fn(usize) -> Option<u32>,
        out: &mut [f32],
    ) {
        let learned = self.learned();
        let shared = learned.candidates(task, situation, scratch);
        scratch.choose(|_| false);
        for product in (0..out.len()).filter_map(&asked) {
            scratch.choose_product(product);
        }
        learned.score_chosen(task, &shared, scratch);
        for (at, out) in out.iter_mut().enumerate() {
            if let Some(place) = asked(at).and_then(|product| scratch.position(product)) {
                *out = scratch.probabilities()[place];
            }
        }
        // What is in the basket is scored by the rest of it.
        for (at, out) in out.iter_mut().enumerate() {
            let Some(product) = asked(at).filter(|product| situation.context.contains(product))
            else {
                continue;
            };
            let rest: Vec<u32> =
                situation.context.iter().copied().filter(|&other| other != product).collect();
            let situation = Situation { context: &rest, ..*situation };
            let shared = learned.candidates(task, &situation, scratch);
            scratch.choose(|_| false);
            if let Some(place) = scratch.choose_product(product) {
                learned.score_chosen(task, &shared, scratch);
                *out = scratch.probabilities()[place];
            }
        }
    }
}

fn check_pairs(requests: usize, what: &str, products: &[IdRef<'_>]) -> Result<()> {
    if requests == products.len() {
        return Ok(());
    }
    Err(Error::argument(format!(
        "products: expected {requests}, one for each {what}, got {}",
        products.len()
    )))
}

impl Scores {
    /// The number of rows, one for each pair.
    pub fn len(&self) -> usize {
        self.probability.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.probability.is_empty()
    }

    /// Per pair the probability, from 0 to 1; NaN if the model does not know the product.
    pub fn probabilities(&self) -> &[f32] {
        &self.probability
    }

    /// Per pair whether the model knows the customer; empty if the request has no customers.
    pub fn known(&self) -> Vec<bool> {
        let customers = self.customers.iter();
        customers.flat_map(|c| (0..c.len()).map(|at| c.get(at).is_some())).collect()
    }

    /// How many ids of products in the request the model does not know.
    pub fn unknown(&self) -> u64 {
        self.unknown
    }

    /// How many customers of the request the model does not know, counted once for each pair.
    pub fn unknown_customers(&self) -> u64 {
        self.customers.as_ref().map_or(0, Asked::unknown)
    }

    /// The columns: `customer` (the id, Int64 or Utf8) or `basket` (the position in the request,
    /// Int64), `product` (the id, Int64 or Utf8), `probability` (Float64, null if the model does
    /// not know the product), and if the request has customers `known` (Boolean: whether the model
    /// knows the customer).
    pub fn schema(&self) -> SchemaRef {
        let first = match &self.customers {
            Some(customers) if self.of_customers => ("customer", id_type(customers.kind)),
            _ => ("basket", DataType::Int64),
        };
        let mut fields = vec![
            Field::new(first.0, first.1, false),
            Field::new("product", id_type(self.products.kind), false),
            Field::new("probability", DataType::Float64, true),
        ];
        if self.customers.is_some() {
            fields.push(Field::new("known", DataType::Boolean, false));
        }
        Arc::new(Schema::new(fields))
    }

    /// All rows as one Arrow table.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`](crate::ErrorKind) if the ids exceed 2 GiB of text.
    pub fn to_record_batch(&self) -> Result<RecordBatch> {
        let rows = 0..self.len() as u32;
        let first: ArrayRef = match &self.customers {
            Some(customers) if self.of_customers => {
                let known = self.model.customers();
                let of_row = rows.clone().filter_map(|at| customers.id(known, at));
                id_column(of_row, customers.kind)?
            }
            _ => Arc::new(Int64Array::from_iter_values(rows.clone().map(i64::from))),
        };
        let known = self.model.products();
        let products = rows.filter_map(|at| self.products.id(known, at));
        let probability: Float64Array =
            self.probability.iter().map(|&p| (!p.is_nan()).then(|| f64::from(p))).collect();
        let mut columns =
            vec![first, id_column(products, self.products.kind)?, Arc::new(probability)];
        if self.customers.is_some() {
            columns.push(Arc::new(BooleanArray::from(self.known())));
        }
        batch(self.schema(), columns)
    }
}
