//! What the shop sells now.

use std::sync::Arc;

use arrow_array::RecordBatchReader;

use super::catalog_options::{CatalogColumns, CatalogOptions, CatalogReport};
use super::ids::{IdRef, Ids};
use super::links::Link;
use super::money::{Currency, Money};
use super::products;
use super::table::Batches;
use crate::{Control, Error, ErrorKind, Result};

/// Marks a value that a catalogue column does not have for a product.
pub(crate) const NO_MONEY: i64 = i64::MIN;
/// Marks a product without a code in a column of codes.
pub(crate) const NO_CODE: u32 = u32::MAX;
/// Marks a product whose stock is not tracked: it is never out of stock.
pub(crate) const UNTRACKED: i64 = i64::MAX;
/// The most periods a contract may run: a hundred years of months.
pub const MAX_TERM: u32 = 1200;

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
    /// How many periods price and cost recur, at least 1; empty without a column (then 1).
    pub(crate) term: Vec<u32>,
    /// Is a service or contract; empty without a column (then none is).
    pub(crate) service: Vec<bool>,
    /// The content of a pack, above 0; NaN where not known; empty without a column.
    pub(crate) pack: Vec<f64>,
    /// Buyers' rating, 0 to 5; NaN where not known; empty without a column.
    pub(crate) rating: Vec<f64>,
    /// Made by hand, sorted.
    pub(crate) links: Vec<(u32, Link, u32)>,
    pub(crate) report: CatalogReport,
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

impl Codes {
    /// The value of a product, if it has one.
    pub(crate) fn value(&self, index: u32) -> Option<IdRef<'_>> {
        Some(self.codes[index as usize]).filter(|&code| code != NO_CODE).map(|c| self.values.get(c))
    }
}

/// A numeric column in which more is better.
#[derive(Clone, Debug)]
pub(crate) struct Quality {
    pub(crate) column: Box<str>,
    pub(crate) values: Vec<f64>,
}

impl Catalog {
    /// Reads a table of products, one row each.
    ///
    /// Row numbers in errors count from 0 over all batches.
    ///
    /// # Errors
    /// [`ErrorKind::Schema`] if a named column is not there or has a type that cannot serve;
    /// [`ErrorKind::Data`] for a value that the options do not allow, and for a product that
    /// appears twice.
    pub fn from_reader(
        reader: impl RecordBatchReader,
        columns: &CatalogColumns,
        options: &CatalogOptions,
        control: &Control,
    ) -> Result<Self> {
        products::read(&mut Batches::new(reader), columns, options, control)
    }

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

    /// What became of the rows that were read.
    pub fn report(&self) -> &CatalogReport {
        &self.report
    }

    /// The index of a product; `None` if the catalogue does not have it.
    pub fn find<'a>(&self, id: impl Into<IdRef<'a>>) -> Option<u32> {
        self.ids.find(id)
    }

    /// The id of the product with this index. Like all methods that take an index, it panics if
    /// there is no such product.
    pub fn id(&self, index: u32) -> IdRef<'_> {
        self.ids.get(index)
    }

    /// The price of a product; `None` if it is not known, and the product not to be offered.
    pub fn price(&self, index: u32) -> Option<Money> {
        self.money(self.price[index as usize])
    }

    /// The unit cost of a product, if known.
    pub fn cost(&self, index: u32) -> Option<Money> {
        self.at(&self.cost, index).and_then(|cost| self.money(cost))
    }

    /// The units in stock; `None` if stock is not tracked for the product. May be below zero where
    /// the source says so.
    pub fn stock(&self, index: u32) -> Option<i64> {
        self.at(&self.stock, index).filter(|&stock| stock != UNTRACKED)
    }

    /// Whether the product may be offered at all (stock and price aside).
    pub fn is_sellable(&self, index: u32) -> bool {
        self.at(&self.sellable, index).unwrap_or(true)
    }

    /// The name to show, if there is one.
    pub fn name(&self, index: u32) -> Option<&str> {
        assert!((index as usize) < self.len(), "no product has index {index}");
        self.name.get(index as usize).map(|name| &**name).filter(|name| !name.is_empty())
    }

    /// How many periods the price of a unit is paid and its cost borne: 24 for a contract of 24
    /// months, 1 for whatever is paid once.
    pub fn term(&self, index: u32) -> u32 {
        self.at(&self.term, index).unwrap_or(1)
    }

    /// Whether the product is a service or a contract (warranty, maintenance, assembly, tariff).
    pub fn is_service(&self, index: u32) -> bool {
        self.at(&self.service, index).unwrap_or(false)
    }

    /// The content of a pack (rolls, grams ...), if known. It is compared within a product line.
    pub fn pack(&self, index: u32) -> Option<f64> {
        self.at(&self.pack, index).filter(|pack| !pack.is_nan())
    }

    /// The buyers' rating, 0 to 5, if known.
    pub fn rating(&self, index: u32) -> Option<f64> {
        self.at(&self.rating, index).filter(|rating| !rating.is_nan())
    }

    /// The product line, if there is one.
    pub fn line(&self, index: u32) -> Option<IdRef<'_>> {
        self.line.as_ref().and_then(|codes| codes.value(index))
    }

    /// The brand, if there is one.
    pub fn brand(&self, index: u32) -> Option<IdRef<'_>> {
        self.brand.as_ref().and_then(|codes| codes.value(index))
    }

    /// The category at each level, the broadest first; `None` where a level is not known.
    pub fn category(&self, index: u32) -> impl ExactSizeIterator<Item = Option<IdRef<'_>>> {
        self.category.iter().map(move |codes| codes.value(index))
    }

    /// The attributes that variants must share: column and value.
    pub fn must_match(
        &self,
        index: u32,
    ) -> impl ExactSizeIterator<Item = (&str, Option<IdRef<'_>>)> {
        self.must_match.iter().map(move |codes| (&*codes.column, codes.value(index)))
    }

    /// The attributes of which more is better: column and value.
    pub fn quality(&self, index: u32) -> impl ExactSizeIterator<Item = (&str, Option<f64>)> {
        self.quality.iter().map(move |quality| {
            let value = quality.values[index as usize];
            (&*quality.column, (!value.is_nan()).then_some(value))
        })
    }

    /// Changes the price of a product (minor units; `None`: not known, not to be offered).
    ///
    /// The setters serve to derive the next catalogue from the present one, which an engine then
    /// takes over as a whole:
    ///
    /// ```
    /// use basketry::{Catalog, CatalogBuilder, CatalogOptions, Product};
    ///
    /// let mut builder = CatalogBuilder::new(&CatalogOptions::default());
    /// builder.push(&Product::new("jam").price(249).stock(12))?;
    /// let catalog = builder.finish();
    ///
    /// let mut next = catalog.clone();
    /// next.set_price("jam", Some(199))?;
    /// next.set_stock("jam", Some(0))?;
    /// assert_eq!(next.price(0).unwrap().to_string(), "1.99 EUR");
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::UnknownId`] if the catalogue does not have the product;
    /// [`ErrorKind::InvalidArgument`] if the price is below zero.
    pub fn set_price<'a>(&mut self, id: impl Into<IdRef<'a>>, minor: Option<i64>) -> Result<()> {
        let index = self.expect(id.into())?;
        self.price[index] = known_money("price", minor)?;
        Ok(())
    }

    /// Changes the unit cost of a product (minor units; `None`: not known).
    ///
    /// # Errors
    /// As [`set_price`](Self::set_price).
    pub fn set_cost<'a>(&mut self, id: impl Into<IdRef<'a>>, minor: Option<i64>) -> Result<()> {
        let index = self.expect(id.into())?;
        let cost = known_money("cost", minor)?;
        fill(&mut self.cost, self.ids.len(), NO_MONEY)[index] = cost;
        Ok(())
    }

    /// Changes the units in stock of a product (`None`: not tracked).
    ///
    /// # Errors
    /// [`ErrorKind::UnknownId`] if the catalogue does not have the product.
    pub fn set_stock<'a>(&mut self, id: impl Into<IdRef<'a>>, units: Option<i64>) -> Result<()> {
        let index = self.expect(id.into())?;
        fill(&mut self.stock, self.ids.len(), UNTRACKED)[index] = units.unwrap_or(UNTRACKED);
        Ok(())
    }

    /// Changes whether a product may be offered at all.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownId`] if the catalogue does not have the product.
    pub fn set_sellable<'a>(&mut self, id: impl Into<IdRef<'a>>, sellable: bool) -> Result<()> {
        let index = self.expect(id.into())?;
        fill(&mut self.sellable, self.ids.len(), true)[index] = sellable;
        Ok(())
    }

    /// Changes how many periods price and cost of a product recur (1: paid once).
    ///
    /// # Errors
    /// [`ErrorKind::UnknownId`] if the catalogue does not have the product;
    /// [`ErrorKind::InvalidArgument`] unless `periods` is 1 to 1200.
    pub fn set_term<'a>(&mut self, id: impl Into<IdRef<'a>>, periods: u32) -> Result<()> {
        let index = self.expect(id.into())?;
        if !(1..=MAX_TERM).contains(&periods) {
            return Err(Error::argument(format!(
                "term: expected 1 to {MAX_TERM} periods, got {periods}"
            )));
        }
        fill(&mut self.term, self.ids.len(), 1)[index] = periods;
        Ok(())
    }

    /// Changes whether a product is a service or contract.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownId`] if the catalogue does not have the product.
    pub fn set_service<'a>(&mut self, id: impl Into<IdRef<'a>>, service: bool) -> Result<()> {
        let index = self.expect(id.into())?;
        fill(&mut self.service, self.ids.len(), false)[index] = service;
        Ok(())
    }

    /// Changes the content of a pack of a product (`None`: not known).
    ///
    /// # Errors
    /// [`ErrorKind::UnknownId`] if the catalogue does not have the product;
    /// [`ErrorKind::InvalidArgument`] if the content is not a finite number above 0.
    pub fn set_pack<'a>(&mut self, id: impl Into<IdRef<'a>>, pack: Option<f64>) -> Result<()> {
        let index = self.expect(id.into())?;
        if let Some(pack) = pack.filter(|pack| !is_pack(*pack)) {
            return Err(Error::argument(format!(
                "pack: expected a finite number above 0, got {pack:?}"
            )));
        }
        fill(&mut self.pack, self.ids.len(), f64::NAN)[index] = pack.unwrap_or(f64::NAN);
        Ok(())
    }

    /// Changes the rating of a product (`None`: not known).
    ///
    /// # Errors
    /// [`ErrorKind::UnknownId`] if the catalogue does not have the product;
    /// [`ErrorKind::InvalidArgument`] unless the rating is from 0 to 5.
    pub fn set_rating<'a>(&mut self, id: impl Into<IdRef<'a>>, rating: Option<f64>) -> Result<()> {
        let index = self.expect(id.into())?;
        if let Some(rating) = rating.filter(|rating| !is_rating(*rating)) {
            return Err(Error::argument(format!(
                "rating: expected a number from 0 to 5, got {rating:?}"
            )));
        }
        fill(&mut self.rating, self.ids.len(), f64::NAN)[index] = rating.unwrap_or(f64::NAN);
        Ok(())
    }

    pub(super) fn expect(&self, id: IdRef<'_>) -> Result<usize> {
        self.ids.find(id).map(|index| index as usize).ok_or_else(|| {
            Error::new(ErrorKind::UnknownId, format!("the catalogue has no product {id}"))
        })
    }

    fn money(&self, minor: i64) -> Option<Money> {
        (minor != NO_MONEY).then_some(Money { minor, currency: self.currency })
    }

    // A value of a column that may be absent.
    fn at<T: Copy>(&self, column: &[T], index: u32) -> Option<T> {
        assert!((index as usize) < self.len(), "no product has index {index}");
        column.get(index as usize).copied()
    }
}

pub(crate) fn is_pack(pack: f64) -> bool {
    pack.is_finite() && pack > 0.0
}

pub(crate) fn is_rating(rating: f64) -> bool {
    (0.0..=5.0).contains(&rating)
}

fn known_money(name: &str, minor: Option<i64>) -> Result<i64> {
    match minor {
        Some(minor) if minor < 0 => {
            Err(Error::argument(format!("{name}: expected at least 0 minor units, got {minor}")))
        }
        Some(minor) => Ok(minor),
        None => Ok(NO_MONEY),
    }
}

// Makes a column of one that may be absent.
fn fill<T: Clone>(column: &mut Vec<T>, len: usize, value: T) -> &mut [T] {
    if column.is_empty() {
        column.resize(len, value);
    }
    column
}
