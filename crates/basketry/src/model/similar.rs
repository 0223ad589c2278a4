//! Which products are bought by the same customers and in the same baskets.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use rayon::prelude::*;

use super::{Model, arrow, requests};
use crate::{Control, IdRef, Result};

/// Products similar to others, in columns: one row per pair, by item as asked for, then the most
/// similar first.
#[derive(Clone, Debug)]
pub struct SimilarProducts {
    model: Model,
    items: Vec<u32>,
    request: Vec<u32>,
    product: Vec<u32>,
    score: Vec<f32>,
    rank: Vec<u32>,
}

/// The geometric mean of what two products say about each other; 0 unless both say something.
fn mutual(one: f32, other: f32) -> f32 {
    if one > 0.0 && other > 0.0 { (one * other).sqrt() } else { 0.0 }
}

impl Model {
    /// The `n` products most similar to each of `items`: those that say most about whether the
    /// same customers buy it, and the same baskets hold it, given everything else they buy.
    ///
    /// The score is the same in both directions: the mean, over the model of customers and that of
    /// baskets, of the geometric mean of the two weights that two products have for each other. For
    /// baskets in closed form that is their partial correlation, where it is positive (for EASE each
    /// weight is -P_ij / P_jj with P the inverse of the regularised Gram matrix, so the mean is
    /// -P_ij / sqrt(P_ii P_jj)); for customers it is that of the nearest matrix of low rank. A product
    /// has fewer than `n` rows if fewer have such weights. Each product was bought by at least
    /// [`min_customers`](crate::FitOptions::min_customers) distinct customers, and a weight by baskets
    /// has as many behind it who bought both.
    ///
    /// What the two are to each other (alternatives, or one in addition to the other) is in
    /// [`relations`](Self::relations).
    ///
    /// # Errors
    /// [`ErrorKind::UnknownId`](crate::ErrorKind) names a product that the model does not know,
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind) an id that is an integer where those of the
    /// model are strings, or the other way round.
    pub fn similar(
        &self,
        items: &[IdRef<'_>],
        n: usize,
        control: &Control,
    ) -> Result<SimilarProducts> {
        control.check()?;
        let ids = items.iter().copied();
        let indices = requests::require(self.products(), "products", ids, "items")?;
        let learned = self.learned();
        let (customers, baskets) = (&learned.similar_customers, &learned.similar_baskets);
        let rows: Vec<Vec<(u32, f32)>> = indices
            .par_iter()
            .map_init(Default::default, |(from, to): &mut (Vec<f32>, Vec<f32>), &item| {
                control.check()?;
                customers.weights_from(item, from);
                customers.weights_to(item, to);
                let by_customers = from.iter().zip(&*to).map(|(&from, &to)| mutual(from, to));
                let by_baskets = baskets.row(item).map(|at| {
                    let other = baskets.product[at];
                    (other, mutual(baskets.weight[at], baskets.weight(other, item)))
                });
                let mut row: Vec<(u32, f32)> = (0..)
                    .zip(by_customers)
                    .chain(by_baskets)
                    .map(|(other, score)| (other, score / 2.0))
                    .filter(|&(other, score)| score > 0.0 && other != item)
                    .collect();
                row.sort_unstable_by_key(|&(other, _)| other);
                row.dedup_by(|next, kept| {
                    let same = next.0 == kept.0;
                    if same {
                        kept.1 += next.1;
                    }
                    same
                });
                let best = |a: &(u32, f32), b: &(u32, f32)| -> Ordering {
                    b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
                };
                row.sort_unstable_by(best);
                row.truncate(n);
                Ok(row)
            })
            .collect::<Result<_>>()?;
        let mut found = SimilarProducts {
            model: self.clone(),
            items: indices,
            request: Vec::new(),
            product: Vec::new(),
            score: Vec::new(),
            rank: Vec::new(),
        };
        for (request, row) in rows.into_iter().enumerate() {
            for (rank, (product, score)) in row.into_iter().enumerate() {
                found.request.push(request as u32);
                found.product.push(product);
                found.score.push(score);
                found.rank.push(rank as u32 + 1);
            }
        }
        Ok(found)
    }
}

impl SimilarProducts {
    /// The number of rows.
    pub fn len(&self) -> usize {
        self.product.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Per row: the position of its item in the request, from 0.
    pub fn requests(&self) -> &[u32] {
        &self.request
    }

    /// Per row: the similar product, as an index into [`Model::products`].
    pub fn products(&self) -> &[u32] {
        &self.product
    }

    /// Per row: how similar, above 0.
    pub fn scores(&self) -> &[f32] {
        &self.score
    }

    /// Per row: its place among those of its item, from 1.
    pub fn ranks(&self) -> &[u32] {
        &self.rank
    }

    /// All rows as one Arrow table: `item` and `similar` (the ids, Int64 or Utf8), `score`
    /// (Float64) and `rank` (Int64).
    ///
    /// # Errors
    /// [`ErrorKind::Limit`](crate::ErrorKind) if the ids exceed 2 GiB of text.
    pub fn to_record_batch(&self) -> Result<RecordBatch> {
        let products = self.model.products();
        let id = arrow::id_type(products.kind());
        let schema: SchemaRef = Arc::new(Schema::new(vec![
            Field::new("item", id.clone(), false),
            Field::new("similar", id, false),
            Field::new("score", DataType::Float64, false),
            Field::new("rank", DataType::Int64, false),
        ]));
        let items = self.request.iter().map(|&at| self.items[at as usize]);
        let scores = self.score.iter().map(|&score| f64::from(score));
        let ranks = self.rank.iter().map(|&rank| i64::from(rank));
        let columns: Vec<ArrayRef> = vec![
            arrow::ids(products, items)?,
            arrow::ids(products, self.product.iter().copied())?,
            Arc::new(Float64Array::from_iter_values(scores)),
            Arc::new(Int64Array::from_iter_values(ranks)),
        ];
        arrow::batch(schema, columns)
    }
}
