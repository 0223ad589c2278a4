//! What the shop sells now.

use std::sync::Arc;

use super::ids::Ids;
use super::money::Currency;

/// Marks a value that a catalogue column does not have for a product.
pub(crate) const NO_MONEY: i64 = i64::MIN;
/// Marks a product without a code in a column of codes.
pub(crate) const NO_CODE: u32 = u32::MAX;

/// What the shop sells now: one entry per product. Replaceable at run time without refitting.
#[derive(Clone, Debug)]
pub struct Catalog {
    pub(crate) ids: Arc<Ids>,
    pub(crate) currency: Currency,
    /// Minor units, at least 0; [`NO_MONEY`] where the price is not known.
    pub(crate) price: Vec<i64>,
    /// Unit cost in minor units; [`NO_MONEY`] where not known; empty without a cost column.
    pub(crate) cost: Vec<i64>,
    /// Units in stock; empty without a stock column; `i64::MAX` where the source has a null
    /// (not tracked: never out of stock).
    pub(crate) stock: Vec<i64>,
    /// May be offered at all; empty without a column (then all may).
    pub(crate) sellable: Vec<bool>,
    /// Names to show; empty without a column.
    pub(crate) name: Vec<Box<str>>,
    /// The product line whose variants up-selling moves along.
    pub(crate) line: Option<Codes>,
    /// The brand.
    pub(crate) brand: Option<Codes>,
    /// Category levels, the broadest first.
    pub(crate) category: Vec<Codes>,
    /// Attributes that variants must share (size, socket ...).
    pub(crate) must_match: Vec<Codes>,
    /// Attributes of which more is better; NaN where not known.
    pub(crate) quality: Vec<Quality>,
}

/// A column of a few distinct values.
#[derive(Clone, Debug)]
pub(crate) struct Codes {
    /// The column's name in the source.
    pub(crate) column: Box<str>,
    /// Per product: an index into `values`, or [`NO_CODE`].
    pub(crate) codes: Vec<u32>,
    pub(crate) values: Ids,
}

/// A numeric column in which more is better.
#[derive(Clone, Debug)]
pub(crate) struct Quality {
    pub(crate) column: Box<str>,
    pub(crate) values: Vec<f64>,
}

impl Catalog {
    /// The number of products.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// True if there is no product.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The products' ids.
    pub fn ids(&self) -> &Arc<Ids> {
        &self.ids
    }

    /// The currency of prices and costs.
    pub fn currency(&self) -> Currency {
        self.currency
    }
}
