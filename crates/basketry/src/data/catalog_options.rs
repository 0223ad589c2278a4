//! What the columns of a catalogue mean, by which rules they are read, and what became of them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::history::OnBad;
use super::money::Currency;

/// Which columns of a table of products mean what. All but `product` and `price` may be absent.
///
/// - `product`: the id, as in the order lines. Each product has one row.
/// - `price`, `cost`: of one unit, in major units (12.5 is twelve euros fifty); at least 0. A
///   product whose price is null is known but never offered.
/// - `stock`: units; null means that stock is not tracked. Parts of a unit are cut off.
/// - `sellable`: booleans; false or null keeps the product out of every offer.
/// - `name`: text to show.
/// - `line`: the product line along which up-selling moves (all variants of a phone).
/// - `brand`; `category`: the levels, the broadest first.
/// - `must_match`: attributes that variants must share (size, socket): ids, booleans or floats,
///   compared for being equal.
/// - `quality`: numbers of which more is better; null or NaN means not known.
/// - `term`: how many periods price and cost recur (24 for a contract of 24 months): a whole number
///   from 1 to 1200; null means that the product is paid once.
/// - `service`: booleans; true for a service or contract, which is offered as such.
/// - `pack`: the content of a pack, above 0, in the same unit within a product line; null means not
///   known.
/// - `rating`: buyers' rating from 0 to 5; null means not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CatalogColumns {
    /// The product's id.
    pub product: String,
    /// The price of a unit.
    pub price: String,
    /// The cost of a unit.
    #[serde(default)]
    pub cost: Option<String>,
    /// Units in stock.
    #[serde(default)]
    pub stock: Option<String>,
    /// Whether the product may be offered.
    #[serde(default)]
    pub sellable: Option<String>,
    /// The name to show.
    #[serde(default)]
    pub name: Option<String>,
    /// The product line.
    #[serde(default)]
    pub line: Option<String>,
    /// The brand.
    #[serde(default)]
    pub brand: Option<String>,
    /// The category levels, the broadest first.
    #[serde(default)]
    pub category: Vec<String>,
    /// Attributes that variants must share.
    #[serde(default)]
    pub must_match: Vec<String>,
    /// Attributes of which more is better.
    #[serde(default)]
    pub quality: Vec<String>,
    /// How many periods price and cost recur.
    #[serde(default)]
    pub term: Option<String>,
    /// Whether the product is a service or contract.
    #[serde(default)]
    pub service: Option<String>,
    /// The content of a pack.
    #[serde(default)]
    pub pack: Option<String>,
    /// Buyers' rating.
    #[serde(default)]
    pub rating: Option<String>,
}

macro_rules! name_column {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, column: impl Into<String>) -> Self {
            self.$name = Some(column.into());
            self
        }
    )*};
}

macro_rules! name_columns {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
            self.$name = columns.into_iter().map(Into::into).collect();
            self
        }
    )*};
}

impl CatalogColumns {
    /// The two columns that every catalogue has.
    pub fn new(product: impl Into<String>, price: impl Into<String>) -> Self {
        Self {
            product: product.into(),
            price: price.into(),
            cost: None,
            stock: None,
            sellable: None,
            name: None,
            line: None,
            brand: None,
            category: Vec::new(),
            must_match: Vec::new(),
            quality: Vec::new(),
            term: None,
            service: None,
            pack: None,
            rating: None,
        }
    }

    name_column! {
        /// Names the cost column.
        cost,
        /// Names the stock column.
        stock,
        /// Names the column that says whether a product may be offered.
        sellable,
        /// Names the column of names.
        name,
        /// Names the product line column.
        line,
        /// Names the brand column.
        brand,
        /// Names the column of how many periods price and cost recur.
        term,
        /// Names the column that says what is a service or contract.
        service,
        /// Names the column of the contents of packs.
        pack,
        /// Names the column of ratings.
        rating
    }

    name_columns! {
        /// Names the category columns, the broadest first.
        category,
        /// Names the columns of attributes that variants must share.
        must_match,
        /// Names the columns of attributes of which more is better.
        quality
    }
}

/// The rules by which products are read. By default every row must be usable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct CatalogOptions {
    /// The currency of prices and costs.
    pub currency: Currency,
    /// A null product id.
    pub nulls: OnBad,
    /// A price or cost that is negative, NaN, infinite or too big; a stock that is NaN or
    /// infinite; a quality that is infinite; a term, pack or rating that is out of its range.
    pub bad_numbers: OnBad,
}

impl Default for CatalogOptions {
    fn default() -> Self {
        Self::new(Currency::EUR)
    }
}

impl CatalogOptions {
    /// The default rules for prices in `currency`.
    pub fn new(currency: Currency) -> Self {
        Self { currency, nulls: OnBad::Error, bad_numbers: OnBad::Error }
    }

    /// Sets the rule for null product ids.
    #[must_use]
    pub fn nulls(mut self, rule: OnBad) -> Self {
        self.nulls = rule;
        self
    }

    /// Sets the rule for numbers that cannot be.
    #[must_use]
    pub fn bad_numbers(mut self, rule: OnBad) -> Self {
        self.bad_numbers = rule;
        self
    }
}

/// What became of the rows that were read: `rows_read` is `products` and the skipped together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CatalogReport {
    /// Rows in the source.
    pub rows_read: u64,
    /// Products in the catalogue.
    pub products: u64,
    /// Rows left out because the product id was null.
    pub skipped_null: u64,
    /// Rows left out because a number could not be.
    pub skipped_bad_number: u64,
    /// Products without a price, which are never offered.
    pub without_price: u64,
    /// Products without a cost.
    pub without_cost: u64,
    /// Products whose cost is above their price.
    pub cost_above_price: u64,
    /// Products of which there is no unit in stock.
    pub out_of_stock: u64,
    /// Products that are marked as not to be offered.
    pub not_sellable: u64,
}

impl fmt::Display for CatalogReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows read; products: {}", self.rows_read, self.products)?;
        for (what, count) in [
            ("left out, product is null", self.skipped_null),
            ("left out, a number cannot be", self.skipped_bad_number),
            ("without a price (never offered)", self.without_price),
            ("without a cost", self.without_cost),
            ("cost above price", self.cost_above_price),
            ("out of stock", self.out_of_stock),
            ("not to be offered", self.not_sellable),
        ] {
            if count > 0 {
                write!(f, "\n{what}: {count}")?;
            }
        }
        Ok(())
    }
}
