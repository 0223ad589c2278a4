//! Recommendations for customers and completions of baskets, many at a time.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use rayon::prelude::*;

use super::Model;
use crate::affinity::scorer::{Scored, Scratch, Situation, Task};
use crate::{Control, Error, ErrorKind, IdKind, IdRef, Result};

/// Ranked products for customers or baskets, one row each, in columns.
#[derive(Clone, Debug)]
pub struct Recommendations {
    model: Model,
    of: Of,
    /// Per row: the position in the request.
    request: Vec<u32>,
    product: Vec<u32>,
    probability: Vec<f32>,
    rank: Vec<u32>,
    unknown: u64,
}

#[derive(Clone, Debug)]
enum Of {
    /// The customers asked for.
    Customers(Vec<u32>),
    Baskets,
}

/// One request's best products with their probabilities.
type Best = Vec<(u32, f32)>;

/// Requests one task answers.
const CHUNK: usize = 16;

impl Model {
    /// The `n` products each customer most probably buys within the horizon
    /// ([`FitReport::horizon_days`](crate::FitReport)), most probable first; with `new_only`, only
    /// such as they never bought. Products that are not in the catalogue of
    /// the model are left out. A customer may get fewer than `n`.
    ///
    /// The probability is that of buying the product within the horizon, in any number of orders,
    /// counted from when the model was made, without anything being offered.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownId`] names a customer the model does not know.
    pub fn recommend(
        &self,
        customers: &[IdRef<'_>],
        n: usize,
        new_only: bool,
        control: &Control,
    ) -> Result<Recommendations> {
        let known = self.customers();
        let indices = customers
            .iter()
            .enumerate()
            .map(|(at, &id)| {
                known.find(id).ok_or_else(|| {
                    let text = format!("customers[{at}]: {id} is not in the model");
                    Error::new(ErrorKind::UnknownId, text)
                })
            })
            .collect::<Result<Vec<u32>>>()?;
        let keep = |scored: &Scored| !new_only || scored.own_count == 0;
        let best = self.best(Task::Horizon, indices.len(), n, control, keep, |at| Situation {
            customer: Some(indices[at]),
            now_ms: self.as_of(),
            context: &[],
            since: &[],
            since_baskets: 0,
        })?;
        self.table(Of::Customers(indices), best, 0)
    }

    /// The `n` products most probably added to each basket by a customer of whom nothing is known,
    /// most probable first. Products that are not in the catalogue of the model are left out. A
    /// basket may get fewer than `n`.
    ///
    /// Products the model does not know are ignored and counted
    /// ([`Recommendations::unknown`]). The probability is that of buying the product in this order,
    /// without anything being offered.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if a basket holds an id of the other type (an integer where
    /// the products' ids are strings).
    pub fn complete<'a, B>(
        &self,
        baskets: &[B],
        n: usize,
        control: &Control,
    ) -> Result<Recommendations>
    where
        B: AsRef<[IdRef<'a>]>,
    {
        let known = self.products();
        let mut unknown = 0;
        let mut contexts = Vec::with_capacity(baskets.len());
        for (at, basket) in baskets.iter().enumerate() {
            let mut context = Vec::with_capacity(basket.as_ref().len());
            for &id in basket.as_ref() {
                if id.kind() != known.kind() {
                    return Err(Error::argument(format!(
                        "baskets[{at}]: the products' ids are {}, got {id}; ids are never converted",
                        known.kind().plural()
                    )));
                }
                match known.find(id) {
                    Some(product) => context.push(product),
                    None => unknown += 1,
                }
            }
            contexts.push(context);
        }
        let best = self.best(
            Task::Basket,
            contexts.len(),
            n,
            control,
            |_| true,
            |at| Situation {
                customer: None,
                now_ms: self.as_of(),
                context: &contexts[at],
                since: &[],
                since_baskets: 0,
            },
        )?;
        self.table(Of::Baskets, best, unknown)
    }

    fn best<'s>(
        &self,
        task: Task,
        requests: usize,
        n: usize,
        control: &Control,
        keep: impl Fn(&Scored) -> bool + Sync,
        situation: impl Fn(usize) -> Situation<'s> + Sync,
    ) -> Result<Vec<Best>> {
        let learned = self.learned();
        let sold = self.inner.layout.snapshot.len();
        let chunks: Vec<Vec<Best>> = (0..requests.div_ceil(CHUNK))
            .into_par_iter()
            .map_init(
                || (Scratch::default(), Vec::new()),
                |(scratch, scored), chunk| {
                    control.check()?;
                    let requests = chunk * CHUNK..((chunk + 1) * CHUNK).min(requests);
                    Ok(requests
                        .map(|at| {
                            learned.score(task, &situation(at), scratch, scored);
                            scored.retain(|s| (s.product as usize) < sold && keep(s));
                            top(scored, n)
                        })
                        .collect())
                },
            )
            .collect::<Result<_>>()?;
        Ok(chunks.into_iter().flatten().collect())
    }

    fn table(&self, of: Of, best: Vec<Best>, unknown: u64) -> Result<Recommendations> {
        let rows = best.iter().map(Vec::len).sum();
        let mut table = Recommendations {
            model: self.clone(),
            of,
            request: Vec::with_capacity(rows),
            product: Vec::with_capacity(rows),
            probability: Vec::with_capacity(rows),
            rank: Vec::with_capacity(rows),
            unknown,
        };
        for (at, best) in best.into_iter().enumerate() {
            let at = u32::try_from(at).map_err(|_| {
                Error::new(ErrorKind::Limit, "more than 4,294,967,295 requests at once")
            })?;
            for (rank, (product, probability)) in best.into_iter().enumerate() {
                table.request.push(at);
                table.product.push(product);
                table.probability.push(probability);
                table.rank.push(rank as u32 + 1);
            }
        }
        Ok(table)
    }
}

/// The `n` most probable; equal ones by product index.
fn top(scored: &mut [Scored], n: usize) -> Best {
    let order = |a: &Scored, b: &Scored| {
        b.probability.total_cmp(&a.probability).then(a.product.cmp(&b.product))
    };
    let n = n.min(scored.len());
    if n == 0 {
        return Vec::new();
    }
    scored.select_nth_unstable_by(n - 1, order);
    let best = &mut scored[..n];
    best.sort_unstable_by(order);
    best.iter().map(|s| (s.product, s.probability)).collect()
}

impl Recommendations {
    /// The number of rows.
    pub fn len(&self) -> usize {
        self.product.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Per row: the position of its customer or basket in the request, from 0.
    pub fn requests(&self) -> &[u32] {
        &self.request
    }

    /// Per row: the product, as an index into [`Model::products`].
    pub fn products(&self) -> &[u32] {
        &self.product
    }

    /// Per row: the probability, from 0 to 1.
    pub fn probabilities(&self) -> &[f32] {
        &self.probability
    }

    /// Per row: the rank within its request, from 1.
    pub fn ranks(&self) -> &[u32] {
        &self.rank
    }

    /// How many product ids of the request the model does not know.
    pub fn unknown(&self) -> u64 {
        self.unknown
    }

    /// The columns: `customer` (the id, Int64 or Utf8) or `basket` (the position in the request,
    /// Int64), `product` (the id, Int64 or Utf8), `probability` (Float64), `rank` (Int64).
    pub fn schema(&self) -> SchemaRef {
        let first = match self.of {
            Of::Customers(_) => ("customer", id_type(self.model.customers().kind())),
            Of::Baskets => ("basket", DataType::Int64),
        };
        Arc::new(Schema::new(vec![
            Field::new(first.0, first.1, false),
            Field::new("product", id_type(self.model.products().kind()), false),
            Field::new("probability", DataType::Float64, false),
            Field::new("rank", DataType::Int64, false),
        ]))
    }

    /// All rows as one Arrow table.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] if the ids exceed 2 GiB of text.
    pub fn to_record_batch(&self) -> Result<RecordBatch> {
        let first = match &self.of {
            Of::Customers(customers) => {
                let of_row = self.request.iter().map(|&at| customers[at as usize]);
                ids(self.model.customers(), of_row)?
            }
            Of::Baskets => integers(&self.request),
        };
        let probability = self.probability.iter().map(|&p| f64::from(p));
        let columns = vec![
            first,
            ids(self.model.products(), self.product.iter().copied())?,
            Arc::new(Float64Array::from_iter_values(probability)),
            integers(&self.rank),
        ];
        RecordBatch::try_new(self.schema(), columns).map_err(|error| {
            Error::new(ErrorKind::Internal, "the recommendations do not fit their own columns")
                .with_source(error)
        })
    }
}

fn id_type(kind: IdKind) -> DataType {
    match kind {
        IdKind::Int => DataType::Int64,
        IdKind::Str => DataType::Utf8,
    }
}

fn integers(values: &[u32]) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values.iter().map(|&value| i64::from(value))))
}

fn ids(view: super::IdsView<'_>, indices: impl Iterator<Item = u32>) -> Result<ArrayRef> {
    let ids = indices.filter_map(|index| view.get(index));
    match view.kind() {
        IdKind::Int => Ok(Arc::new(Int64Array::from_iter_values(ids.filter_map(|id| match id {
            IdRef::Int(value) => Some(value),
            IdRef::Str(_) => None,
        })))),
        IdKind::Str => {
            let mut builder = StringBuilder::new();
            let mut total = 0usize;
            for id in ids {
                if let IdRef::Str(value) = id {
                    total += value.len();
                    if total > i32::MAX as usize {
                        let text = "the ids of this result exceed 2 GiB of text; ask for fewer";
                        return Err(Error::new(ErrorKind::Limit, text));
                    }
                    builder.append_value(value);
                }
            }
            Ok(Arc::new(builder.finish()))
        }
    }
}
