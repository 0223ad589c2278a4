//! What was learned, as views of columns: of vectors while fitting, of the mapped file later.

use super::features::PRODUCT_ROW;
use crate::prefetch::prefetch;

/// Milliseconds in a day.
pub(crate) const DAY_MS: f64 = 86_400_000.0;
/// Bounds that keep every number finite whatever a file says.
pub(crate) const MAX_DAYS: f32 = 36_525.0;
pub(crate) const MIN_INTERVAL: f32 = 0.01;

/// The pairs that sell together: rows of related products.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Neighbours<'a> {
    /// Per product, one more: where its row begins.
    pub(crate) offsets: &'a [u64],
    pub(crate) product: &'a [u32],
    /// Natural logarithm of the lower 2.5 % bound of the lift; above 0.
    pub(crate) log_low: &'a [f32],
    /// Shrunk lift.
    pub(crate) lift: &'a [f32],
    pub(crate) baskets: &'a [u32],
    pub(crate) customers: &'a [u32],
}

impl<'a> Neighbours<'a> {
    /// Where the row of `product` lies in the columns.
    #[inline]
    pub(crate) fn row(&self, product: u32) -> std::ops::Range<usize> {
        row(self.offsets, product, self.product.len())
    }
}

/// What each customer bought: rows of products, ascending.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Own<'a> {
    /// Per customer, one more: where their row begins.
    pub(crate) offsets: &'a [u64],
    pub(crate) product: &'a [u32],
    /// Baskets with the product, each worth 2^(-age / half-life) at `as_of`.
    pub(crate) weight: &'a [f32],
    /// The same with the half-life of what is called recent.
    pub(crate) recent: &'a [f32],
    /// Baskets with the product.
    pub(crate) count: &'a [u32],
    /// Days from the last purchase to `as_of`.
    pub(crate) last_days: &'a [f32],
    /// Days from the first purchase to `as_of`.
    pub(crate) first_days: &'a [f32],
    /// Per customer: baskets.
    pub(crate) customer_baskets: &'a [u32],
    /// Per customer: baskets, each worth 2^(-age / half-life) at `as_of`.
    pub(crate) customer_weight: &'a [f32],
    /// The same with the half-life of what is called recent.
    pub(crate) customer_recent: &'a [f32],
    /// Per customer: mean number of distinct products in a basket.
    pub(crate) customer_size: &'a [f32],
}

impl<'a> Own<'a> {
    /// Asks for what is known about a customer, but for their row.
    #[inline]
    pub(crate) fn begin(&self, customer: u32) {
        let customer = customer as usize;
        prefetch(self.offsets, customer);
        prefetch(self.customer_baskets, customer);
        prefetch(self.customer_weight, customer);
        prefetch(self.customer_recent, customer);
        prefetch(self.customer_size, customer);
    }

    /// Asks for the row of a customer.
    #[inline]
    pub(crate) fn prefetch(&self, customer: u32) {
        let from = self.row(customer).start;
        prefetch(self.product, from);
        prefetch(self.weight, from);
        prefetch(self.recent, from);
        prefetch(self.count, from);
        prefetch(self.last_days, from);
        prefetch(self.first_days, from);
    }

    /// Where the row of `customer` lies in the columns.
    #[inline]
    pub(crate) fn row(&self, customer: u32) -> std::ops::Range<usize> {
        row(self.offsets, customer, self.product.len())
    }
}

/// What having one product says about others: rows by source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Similar<'a> {
    /// Per product, one more: where its row begins.
    pub(crate) offsets: &'a [u64],
    /// The products it speaks for, ascending.
    pub(crate) product: &'a [u32],
    /// What having it adds to their scores, or takes away.
    pub(crate) weight: &'a [f32],
}

impl Similar<'_> {
    /// Where the row of `product` lies in the columns.
    #[inline]
    pub(crate) fn row(&self, product: u32) -> std::ops::Range<usize> {
        row(self.offsets, product, self.product.len())
    }

    /// What having `from` adds to the score of `to`.
    pub(crate) fn weight(&self, from: u32, to: u32) -> f32 {
        let row = self.row(from);
        match self.product[row.clone()].binary_search(&to) {
            Ok(at) => self.weight[row.start + at],
            Err(_) => 0.0,
        }
    }
}

/// Numbers in the vectors of [`Factors`].
pub(crate) const RANK: usize = 32;
/// Marks a product without vectors.
pub(crate) const NO_ROW: u32 = u32::MAX;

/// What having one product says about others, as the product of two vectors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Factors<'a> {
    /// Per product: its row; without one that of its category, which is behind all rows and a
    /// target only; [`NO_ROW`] if there is neither.
    pub(crate) place: &'a [u32],
    /// Per row: the product. The longest targets come first.
    pub(crate) product: &'a [u32],
    /// Per row, [`RANK`] numbers each: what the product says as one that was bought.
    pub(crate) source: &'a [f32],
    /// Per row: what is said about it; then the same for categories.
    pub(crate) target: &'a [f32],
}

impl<'a> Factors<'a> {
    /// Asks for the target of a product.
    #[inline(always)]
    pub(crate) fn prefetch(&self, product: u32) {
        if let Some(target) = self.target(product) {
            prefetch(target, 0);
            prefetch(target, RANK / 2);
        }
    }

    #[inline(always)]
    fn vector(&self, of: &'a [f32], product: u32) -> Option<&'a [f32; RANK]> {
        let &place = self.place.get(product as usize)?;
        of.as_chunks().0.get(place as usize)
    }

    /// The vector of a product that was bought; none if too few customers bought it.
    #[inline(always)]
    pub(crate) fn source(&self, product: u32) -> Option<&'a [f32; RANK]> {
        self.vector(self.source, product)
    }

    /// The vector of a product that may be bought; that of its category if too few bought it.
    #[inline(always)]
    pub(crate) fn target(&self, product: u32) -> Option<&'a [f32; RANK]> {
        self.vector(self.target, product)
    }

    /// What having `from` adds to the score of `to`, or takes away.
    pub(crate) fn weight(&self, from: u32, to: u32) -> f32 {
        match (self.source(from), self.target(to)) {
            (Some(source), Some(target)) => dot(source, target),
            _ => 0.0,
        }
    }

    /// Of each product, what having `from` adds to its score; 0 without vectors.
    pub(crate) fn weights_from(&self, from: u32, weights: &mut Vec<f32>) {
        self.weights(self.source(from), self.target, weights);
    }

    /// Of each product, what having it adds to the score of `to`; 0 without vectors.
    pub(crate) fn weights_to(&self, to: u32, weights: &mut Vec<f32>) {
        self.weights(self.target(to), self.source, weights);
    }

    fn weights(&self, one: Option<&[f32; RANK]>, others: &[f32], weights: &mut Vec<f32>) {
        weights.clear();
        weights.resize(self.place.len(), 0.0);
        let Some(one) = one else { return };
        for (other, &product) in std::iter::zip(others.as_chunks().0, self.product) {
            weights[product as usize] = dot(one, other);
        }
    }
}

/// The sum of products, in an order that suits vectors of 8 numbers or fewer: the same on every
/// processor.
#[inline(always)]
pub(crate) fn dot(a: &[f32; RANK], b: &[f32; RANK]) -> f32 {
    let (a, b) = (a.as_chunks::<8>().0, b.as_chunks::<8>().0);
    let mut sums: [f32; 8] = std::array::from_fn(|k| a[0][k] * b[0][k]);
    for (a, b) in std::iter::zip(&a[1..], &b[1..]) {
        for k in 0..8 {
            sums[k] += a[k] * b[k];
        }
    }
    let four: [f32; 4] = std::array::from_fn(|k| sums[k] + sums[k + 4]);
    (four[0] + four[2]) + (four[1] + four[3])
}

/// One entry per product.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stats<'a> {
    /// Baskets with the product.
    pub(crate) baskets: &'a [u32],
    /// Distinct customers who bought it.
    pub(crate) customers: &'a [u32],
    /// Smoothed, time-decayed share of baskets with the product; strictly between 0 and 1.
    pub(crate) popularity: &'a [f32],
    /// A row of [`PRODUCT_ROW`] numbers per product: its features, then what others are made of.
    pub(crate) features: &'a [f32],
    /// Share of its customers who bought it at least twice.
    pub(crate) repeat_share: &'a [f32],
    /// Gamma prior of the repurchase rate per day: shape.
    pub(crate) rate_shape: &'a [f32],
    /// Gamma prior of the repurchase rate per day: rate, in days.
    pub(crate) rate_days: &'a [f32],
    /// The narrowest category that is known, below the number of products; [`NO_CATEGORY`] if none
    /// is.
    pub(crate) category: &'a [u32],
}

/// Marks a product without a category.
pub(crate) const NO_CATEGORY: u32 = u32::MAX;

impl Stats<'_> {
    /// The row of a product. Panics if there is no such product.
    #[inline]
    pub(crate) fn features_of(&self, product: u32) -> &[f32] {
        let from = product as usize * PRODUCT_ROW;
        &self.features[from..from + PRODUCT_ROW]
    }

    /// Days expected between two purchases of a customer of whom nothing more is known. Panics if
    /// there is no such product.
    pub(crate) fn usual_interval(&self, product: u32) -> f32 {
        let at = product as usize;
        (self.rate_days[at] / self.rate_shape[at]).clamp(MIN_INTERVAL, MAX_DAYS)
    }
}

/// An empty row where the offsets do not hold one.
#[inline]
fn row(offsets: &[u64], index: u32, len: usize) -> std::ops::Range<usize> {
    match offsets.get(index as usize..index as usize + 2) {
        Some(&[from, to]) if from <= to && to <= len as u64 => from as usize..to as usize,
        _ => 0..0,
    }
}

/// All that was learned, as views of columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Learned<'a> {
    /// The time of the last order learned from, milliseconds since 1970-01-01 UTC.
    pub(crate) as_of: i64,
    /// Half-life of a customer's purchases, days.
    pub(crate) half_life_days: f32,
    /// Mean number of distinct products in a basket.
    pub(crate) mean_size: f32,
    /// How many of the products, the first ones, are in the catalogue.
    pub(crate) sold: u32,
    pub(crate) neighbours: Neighbours<'a>,
    /// By what customers buy, at any time.
    pub(crate) similar_customers: Factors<'a>,
    /// By what baskets hold.
    pub(crate) similar_baskets: Similar<'a>,
    pub(crate) own: Own<'a>,
    pub(crate) products: Stats<'a>,
    /// The most popular products, the most popular first.
    pub(crate) popular: &'a [u32],
    /// The days that the probabilities of the horizon are of.
    pub(crate) horizon_days: f32,
    /// Weights of the features: [`FEATURES`](super::features::FEATURES) for each of
    /// [`Segment::ALL`](super::features::Segment::ALL), for each of
    /// [`Task::ALL`](super::features::Task::ALL).
    pub(crate) weights: &'a [f32],
    /// Knots of the calibration curves: twice [`KNOTS`](super::curve::KNOTS) for each of the same.
    pub(crate) curves: &'a [f32],
    /// Bounds of the features of products, for each of the same: the least values of the examples,
    /// then the greatest.
    pub(crate) bounds: &'a [f32],
}
