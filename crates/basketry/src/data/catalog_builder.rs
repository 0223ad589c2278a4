//! A catalogue from single products.

use std::sync::Arc;

use super::catalog::{
    Catalog, Codes, MAX_TERM, NO_CODE, NO_MONEY, Quality, UNTRACKED, is_pack, is_rating,
};
use super::catalog_options::{CatalogOptions, CatalogReport};
use super::history::OnBad;
use super::ids::{IdKind, IdRef, Ids};
use super::intake::intern_first;
use super::products::{BAD_PACK, BAD_RATING, Entries, bad_term, complete};
use super::table::Place;
use crate::{Error, ErrorKind, Result};

/// One product for a [`CatalogBuilder`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Product<'a> {
    /// The id, as in the order lines.
    pub id: IdRef<'a>,
    /// Price of a unit in minor units; `None`: not known, never offered.
    pub price: Option<i64>,
    /// Cost of a unit in minor units; `None`: not known.
    pub cost: Option<i64>,
    /// Units in stock; `None`: not tracked.
    pub stock: Option<i64>,
    /// Whether the product may be offered.
    pub sellable: bool,
    /// The name to show.
    pub name: Option<&'a str>,
    /// The product line.
    pub line: Option<IdRef<'a>>,
    /// The brand.
    pub brand: Option<IdRef<'a>>,
    /// The category at each level, the broadest first.
    pub category: Vec<IdRef<'a>>,
    /// Attributes that variants must share, by name.
    pub must_match: Vec<(&'a str, IdRef<'a>)>,
    /// Attributes of which more is better, by name.
    pub quality: Vec<(&'a str, f64)>,
    /// How many periods price and cost recur (24 for a contract of 24 months); `None`: once.
    pub term: Option<u32>,
    /// Whether it is a service or a contract.
    pub service: bool,
    /// The content of a pack, compared within the line; `None`: not known.
    pub pack: Option<f64>,
    /// Buyers' rating, 0 to 5; `None`: not known.
    pub rating: Option<f64>,
}

macro_rules! set_some {
    ($($(#[$doc:meta])* $name:ident: $type:ty),*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, $name: $type) -> Self {
            self.$name = Some($name.into());
            self
        }
    )*};
}

impl<'a> Product<'a> {
    /// A product of which nothing but the id is known yet.
    pub fn new(id: impl Into<IdRef<'a>>) -> Self {
        Self {
            id: id.into(),
            price: None,
            cost: None,
            stock: None,
            sellable: true,
            name: None,
            line: None,
            brand: None,
            category: Vec::new(),
            must_match: Vec::new(),
            quality: Vec::new(),
            term: None,
            service: false,
            pack: None,
            rating: None,
        }
    }

    set_some! {
        /// Sets the price of a unit, in minor units.
        price: i64,
        /// Sets the cost of a unit, in minor units.
        cost: i64,
        /// Sets the units in stock.
        stock: i64,
        /// Sets the name to show.
        name: &'a str,
        /// Sets the product line.
        line: impl Into<IdRef<'a>>,
        /// Sets the brand.
        brand: impl Into<IdRef<'a>>,
        /// Sets how many periods price and cost recur, 1 to 1200.
        term: u32,
        /// Sets the content of a pack, above 0.
        pack: f64,
        /// Sets the buyers' rating, 0 to 5.
        rating: f64
    }

    /// Sets whether it is a service or a contract.
    #[must_use]
    pub fn service(mut self, service: bool) -> Self {
        self.service = service;
        self
    }

    /// Sets whether the product may be offered.
    #[must_use]
    pub fn sellable(mut self, sellable: bool) -> Self {
        self.sellable = sellable;
        self
    }

    /// Sets the category levels, the broadest first.
    #[must_use]
    pub fn category(mut self, levels: impl IntoIterator<Item = impl Into<IdRef<'a>>>) -> Self {
        self.category = levels.into_iter().map(Into::into).collect();
        self
    }

    /// Adds an attribute that variants must share.
    #[must_use]
    pub fn must_match(mut self, name: &'a str, value: impl Into<IdRef<'a>>) -> Self {
        self.must_match.push((name, value.into()));
        self
    }

    /// Adds an attribute of which more is better.
    #[must_use]
    pub fn quality(mut self, name: &'a str, value: f64) -> Self {
        self.quality.push((name, value));
        self
    }
}

/// Makes a [`Catalog`] product by product, under the same rules as [`Catalog::from_reader`].
#[derive(Debug)]
pub struct CatalogBuilder {
    options: CatalogOptions,
    pushed: u64,
    ids: Ids,
    places: Vec<Place>,
    rows: Entries,
    line: Option<Codes>,
    brand: Option<Codes>,
    category: Vec<Codes>,
    must_match: Vec<Codes>,
    quality: Vec<Quality>,
    report: CatalogReport,
}

impl CatalogBuilder {
    /// An empty builder.
    pub fn new(options: &CatalogOptions) -> Self {
        Self {
            options: *options,
            pushed: 0,
            ids: Ids::new(IdKind::Str),
            places: Vec::new(),
            rows: Entries::default(),
            line: None,
            brand: None,
            category: Vec::new(),
            must_match: Vec::new(),
            quality: Vec::new(),
            report: CatalogReport::default(),
        }
    }

    /// Adds a product. On an error it is not added and the builder stays usable.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] names the part of the product that cannot be used, and a product that
    /// was added already.
    pub fn push(&mut self, product: &Product<'_>) -> Result<()> {
        let place = Place::Row(self.pushed);
        self.pushed += 1;
        let bad = |what: String| {
            Error::new(ErrorKind::Data, format!("product {}, {place}: {what}", product.id))
        };
        for (name, amount) in [("price", product.price), ("cost", product.cost)] {
            if amount.is_some_and(|minor| minor < 0) {
                if self.options.bad_numbers == OnBad::Error {
                    return Err(bad(format!("the {name} is below zero")));
                }
                self.report.rows_read += 1;
                self.report.skipped_bad_number += 1;
                return Ok(());
            }
        }
        let infinite = product.quality.iter().find(|(_, value)| value.is_infinite());
        let wrong = infinite
            .map(|(name, _)| format!("the quality {name:?} is infinite"))
            .or_else(|| match product.term {
                Some(term) if !(1..=MAX_TERM).contains(&term) => Some(bad_term()),
                _ => None,
            })
            .or_else(|| match product.pack {
                Some(pack) if !is_pack(pack) => Some(BAD_PACK.to_owned()),
                _ => None,
            })
            .or_else(|| match product.rating {
                Some(rating) if !is_rating(rating) => Some(BAD_RATING.to_owned()),
                _ => None,
            });
        if let Some(what) = wrong {
            if self.options.bad_numbers == OnBad::Error {
                return Err(bad(what));
            }
            self.report.rows_read += 1;
            self.report.skipped_bad_number += 1;
            return Ok(());
        }
        self.check_ids(product).map_err(bad)?;

        let row = self.ids.len();
        intern_first(&mut self.ids, product.id)?;
        self.places.push(place);
        let rows = &mut self.rows;
        rows.price.push(product.price.unwrap_or(NO_MONEY));
        push_some(&mut rows.cost, row, product.cost, NO_MONEY);
        push_some(&mut rows.stock, row, product.stock, UNTRACKED);
        push_some(&mut rows.sellable, row, (!product.sellable).then_some(false), true);
        push_some(&mut rows.name, row, product.name.map(Box::from), Box::default());
        push_some(&mut rows.term, row, product.term, 1);
        push_some(&mut rows.service, row, product.service.then_some(true), false);
        push_some(&mut rows.pack, row, product.pack, f64::NAN);
        push_some(&mut rows.rating, row, product.rating, f64::NAN);
        set_code(&mut self.line, "line", row, product.line)?;
        set_code(&mut self.brand, "brand", row, product.brand)?;
        for (level, &value) in product.category.iter().enumerate() {
            let codes = code_column(&mut self.category, &format!("category {}", level + 1));
            set(codes, row, value)?;
        }
        for &(name, value) in &product.must_match {
            set(code_column(&mut self.must_match, name), row, value)?;
        }
        for &(name, value) in &product.quality {
            let place = match self.quality.iter().position(|quality| *quality.column == *name) {
                Some(place) => place,
                None => {
                    self.quality.push(Quality { column: name.into(), values: Vec::new() });
                    self.quality.len() - 1
                }
            };
            let values = &mut self.quality[place].values;
            values.resize(row + 1, f64::NAN);
            values[row] = value;
        }
        self.report.rows_read += 1;
        Ok(())
    }

    // Whatever can be wrong with ids is found before any of them is interned.
    fn check_ids(&self, product: &Product<'_>) -> Result<(), String> {
        fn same_kind(role: &str, ids: &Ids, id: IdRef<'_>) -> Result<(), String> {
            if ids.is_empty() || ids.kind() == id.kind() {
                return Ok(());
            }
            let kind = ids.kind().plural();
            Err(format!("{role} {id}, but those so far are {kind}; ids are never converted"))
        }
        same_kind("id", &self.ids, product.id)?;
        if let Some(index) = self.ids.find(product.id) {
            return Err(format!("it is in {} already", self.places[index as usize]));
        }
        for (role, codes, id) in
            [("line", &self.line, product.line), ("brand", &self.brand, product.brand)]
        {
            if let (Some(codes), Some(id)) = (codes, id) {
                same_kind(role, &codes.values, id)?;
            }
        }
        for (codes, &id) in self.category.iter().zip(&product.category) {
            same_kind("category", &codes.values, id)?;
        }
        for (name, id) in &product.must_match {
            if let Some(codes) = self.must_match.iter().find(|codes| *codes.column == **name) {
                same_kind(name, &codes.values, *id)?;
            }
        }
        Ok(())
    }

    /// How many products were pushed, those that failed included.
    pub fn len(&self) -> u64 {
        self.pushed
    }

    /// True if no product was pushed.
    pub fn is_empty(&self) -> bool {
        self.pushed == 0
    }

    /// The catalogue of the products so far.
    pub fn finish(mut self) -> Catalog {
        let len = self.ids.len();
        for codes in self
            .line
            .iter_mut()
            .chain(&mut self.brand)
            .chain(&mut self.category)
            .chain(&mut self.must_match)
        {
            codes.codes.resize(len, NO_CODE);
        }
        for quality in &mut self.quality {
            quality.values.resize(len, f64::NAN);
        }
        complete(Catalog {
            ids: Arc::new(self.ids),
            currency: self.options.currency,
            price: self.rows.price,
            cost: self.rows.cost,
            stock: self.rows.stock,
            sellable: self.rows.sellable,
            name: self.rows.name,
            line: self.line,
            brand: self.brand,
            category: self.category,
            must_match: self.must_match,
            quality: self.quality,
            term: self.rows.term,
            service: self.rows.service,
            pack: self.rows.pack,
            rating: self.rows.rating,
            links: Vec::new(),
            report: self.report,
        })
    }
}

// Pushes to a column that stays empty until a product has a value for it.
fn push_some<T: Clone>(column: &mut Vec<T>, row: usize, value: Option<T>, none: T) {
    match value {
        Some(value) => {
            column.resize(row, none);
            column.push(value);
        }
        None if column.is_empty() => {}
        None => column.push(none),
    }
}

fn code_column<'a>(columns: &'a mut Vec<Codes>, name: &str) -> &'a mut Codes {
    let place = columns.iter().position(|codes| *codes.column == *name).unwrap_or_else(|| {
        columns.push(no_codes(name));
        columns.len() - 1
    });
    &mut columns[place]
}

fn no_codes(name: &str) -> Codes {
    Codes { column: name.into(), codes: Vec::new(), values: Ids::new(IdKind::Str) }
}

fn set_code(
    codes: &mut Option<Codes>,
    name: &str,
    row: usize,
    value: Option<IdRef<'_>>,
) -> Result<()> {
    match value {
        Some(value) => set(codes.get_or_insert_with(|| no_codes(name)), row, value),
        None => Ok(()),
    }
}

fn set(codes: &mut Codes, row: usize, value: IdRef<'_>) -> Result<()> {
    codes.codes.resize(row + 1, NO_CODE);
    codes.codes[row] = intern_first(&mut codes.values, value)?;
    Ok(())
}
