//! What a model knows, product by product and customer by customer.

use super::Model;

/// What is known about a product.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProductStats {
    /// Baskets with the product.
    pub baskets: u32,
    /// Distinct customers who bought it.
    pub customers: u32,
    /// Smoothed, time-decayed share of the baskets that have it, between 0 and 1.
    pub popularity: f32,
    /// Share of its customers who bought it at least twice, from 0 to 1.
    pub repeat_share: f32,
    /// Days expected between two purchases of a customer of whom nothing more is known.
    pub usual_interval: f32,
}

/// A product that sells together with another.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Related {
    /// The product, as an index into [`Model::products`].
    pub product: u32,
    /// Shrunk lift: how many times as many baskets have both as would by chance, `(n_ij + k) /
    /// (E_ij + k)` with `E_ij = n_i n_j / n` and the [shrinkage](crate::FitOptions::shrinkage) k.
    pub lift: f32,
    /// The lower 2.5 % bound of the lift, above 1: the quantile of its gamma posterior with shape
    /// `n_ij + k` and rate `E_ij + k`, which has a Poisson number of common baskets and a Gamma(k,
    /// k) prior behind it.
    pub lift_low: f32,
    /// Baskets with both.
    pub baskets: u32,
    /// Distinct customers who bought both in one basket.
    pub customers: u32,
}

/// What is known about a customer's purchases of a product.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Purchases {
    /// The product, as an index into [`Model::products`].
    pub product: u32,
    /// Baskets with it.
    pub baskets: u32,
    /// The same, each worth 2^(-age / half-life) at [`Model::as_of`].
    pub weight: f32,
    /// The time-decayed share of the customer's baskets that have it, from 0 to 1.
    pub share: f32,
    /// Days from the last purchase to [`Model::as_of`].
    pub days_since: f32,
    /// Days from the first purchase to [`Model::as_of`].
    pub days_since_first: f32,
}

impl Model {
    /// What is known about a product, by its index in [`products`](Self::products); `None` if
    /// there is none.
    pub fn product_stats(&self, product: u32) -> Option<ProductStats> {
        let stats = self.learned().products;
        let at = product as usize;
        Some(ProductStats {
            baskets: *stats.baskets.get(at)?,
            customers: stats.customers[at],
            popularity: stats.popularity[at],
            repeat_share: stats.repeat_share[at],
            usual_interval: stats.usual_interval(product),
        })
    }

    /// What sells together with a product, the best first; nothing for an index that is not in
    /// [`products`](Self::products). A pair is listed with a product only if it is among the best
    /// of that product.
    pub fn related(&self, product: u32) -> impl ExactSizeIterator<Item = Related> {
        let pairs = self.learned().neighbours;
        pairs.row(product).map(move |at| Related {
            product: pairs.product[at],
            lift: pairs.lift[at],
            lift_low: pairs.log_low[at].exp(),
            baskets: pairs.baskets[at],
            customers: pairs.customers[at],
        })
    }

    /// What a customer bought, ascending by product; nothing for an index that is not in
    /// [`customers`](Self::customers).
    pub fn purchases(&self, customer: u32) -> impl ExactSizeIterator<Item = Purchases> {
        let own = self.learned().own;
        let total = own.customer_weight.get(customer as usize).copied().unwrap_or_default();
        own.row(customer).map(move |at| Purchases {
            product: own.product[at],
            baskets: own.count[at],
            weight: own.weight[at],
            share: (own.weight[at] / total.max(f32::MIN_POSITIVE)).clamp(0.0, 1.0),
            days_since: own.last_days[at],
            days_since_first: own.first_days[at],
        })
    }

    /// The popular products, the most popular first, as indices into
    /// [`products`](Self::products).
    pub fn popular(&self) -> &[u32] {
        self.learned().popular
    }
}
