//! What happened: order lines, grouped into baskets.

use std::sync::Arc;

use super::ids::Ids;
use super::money::Currency;

/// Past orders: who bought what, when, in which basket, how many and for how much.
///
/// Lines are grouped by basket; repeated lines of a product in a basket are added up. Baskets
/// have the index of their first appearance in the source.
#[derive(Clone, Debug)]
pub struct History {
    pub(crate) customers: Arc<Ids>,
    pub(crate) baskets: Arc<Ids>,
    pub(crate) products: Arc<Ids>,
    /// Per basket: the customer's index.
    pub(crate) basket_customer: Vec<u32>,
    /// Per basket: milliseconds since 1970-01-01 UTC; the earliest line's.
    pub(crate) basket_time: Vec<i64>,
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
}

/// Lines treated as returns: one entry each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Returns {
    pub(crate) customer: Vec<u32>,
    pub(crate) time: Vec<i64>,
    pub(crate) product: Vec<u32>,
    /// Units given back, positive (or 0 where the source said 0).
    pub(crate) quantity: Vec<f32>,
}

impl History {
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
}
