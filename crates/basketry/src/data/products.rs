//! From tables of products to a [`Catalog`].

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float16Type, Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;

use super::catalog::{
    Catalog, Codes, MAX_TERM, NO_CODE, NO_MONEY, Quality, UNTRACKED, is_pack, is_rating,
};
use super::catalog_options::{CatalogColumns, CatalogOptions, CatalogReport};
use super::columns::{
    IdColumn, check_number, id_error, id_kind, nulls_of, read_f64, read_minor, text_at,
};
use super::history::OnBad;
use super::ids::{IdKind, Ids};
use super::money::Currency;
use super::table::{Column, Place, Source};
use crate::control::Stage;
use crate::{Control, Result};

pub(crate) fn read(
    source: &mut dyn Source,
    columns: &CatalogColumns,
    options: &CatalogOptions,
    control: &Control,
) -> Result<Catalog> {
    let mut table = ProductTable::new(source, columns, options)?;
    control.begin(Stage::Reading, 0)?;
    while let Some(batch) = source.next() {
        let batch = batch?;
        table.add(&batch, &|row| source.place(row))?;
        control.advance(batch.num_rows() as u64)?;
    }
    Ok(table.finish())
}

/// A column of codes on its way.
struct CodeColumn {
    column: Column,
    reader: IdColumn,
    values: Ids,
    codes: Vec<u32>,
}

impl CodeColumn {
    fn find(source: &dyn Source, role: &'static str, name: &str) -> Result<Self> {
        let column = Column::find(&source.schema(), role, name)?;
        let kind = match column.data_type {
            DataType::Boolean | DataType::Float16 | DataType::Float32 | DataType::Float64 => {
                IdKind::Str
            }
            _ => id_kind(&column)?,
        };
        Ok(Self { column, reader: IdColumn::default(), values: Ids::new(kind), codes: Vec::new() })
    }

    fn find_all(source: &dyn Source, role: &'static str, names: &[String]) -> Result<Vec<Self>> {
        names.iter().map(|name| Self::find(source, role, name)).collect()
    }

    fn find_some(
        source: &dyn Source,
        role: &'static str,
        name: Option<&String>,
    ) -> Result<Option<Self>> {
        name.map(|name| Self::find(source, role, name)).transpose()
    }

    fn add(
        &mut self,
        batch: &RecordBatch,
        kept: &[bool],
        place: &dyn Fn(usize) -> Place,
    ) -> Result<()> {
        let array = self.column.of(batch)?;
        let nulls = nulls_of(array);
        let mut want = kept.to_vec();
        if let Some(nulls) = &nulls {
            want.iter_mut().zip(nulls).for_each(|(want, valid)| *want &= valid);
        }
        let codes = match text_of_values(array) {
            Some(text_of) => {
                let mut codes = Vec::with_capacity(array.len());
                for (row, &want) in want.iter().enumerate() {
                    let text = if want { text_of(row) } else { None };
                    codes.push(match text {
                        Some(text) => self.values.intern(text.as_str())?,
                        None => NO_CODE,
                    });
                }
                codes
            }
            None => {
                let mut codes = Vec::new();
                self.reader.begin(array);
                self.reader
                    .read(array, Some(&want), &mut self.values, &mut codes)
                    .map_err(|error| id_error(error, &self.column, place))?;
                codes
            }
        };
        self.codes.extend(codes.iter().zip(kept).filter(|(_, kept)| **kept).map(|(&code, _)| code));
        Ok(())
    }

    fn finish(self) -> Codes {
        Codes { column: self.column.name.into(), codes: self.codes, values: self.values }
    }
}

type TextOf<'a> = Box<dyn Fn(usize) -> Option<String> + 'a>;

// Booleans and floats as text, for being equal or not; NaN is no value.
fn text_of_values(array: &ArrayRef) -> Option<TextOf<'_>> {
    fn float(value: f64) -> Option<String> {
        (!value.is_nan()).then(|| value.to_string())
    }
    match array.data_type() {
        DataType::Boolean => {
            let values = array.as_boolean();
            Some(Box::new(|row| Some(values.value(row).to_string())))
        }
        DataType::Float16 => {
            let values = array.as_primitive::<Float16Type>();
            Some(Box::new(|row| float(values.value(row).to_f64())))
        }
        DataType::Float32 => {
            let values = array.as_primitive::<Float32Type>();
            // The text of the f32 itself: 0.1 rather than 0.10000000149.
            Some(Box::new(|row| {
                let value = values.value(row);
                (!value.is_nan()).then(|| value.to_string())
            }))
        }
        DataType::Float64 => {
            let values = array.as_primitive::<Float64Type>();
            Some(Box::new(|row| float(values.value(row))))
        }
        _ => None,
    }
}

struct ProductTable {
    options: CatalogOptions,
    product: Column,
    price: Column,
    cost: Option<Column>,
    stock: Option<Column>,
    sellable: Option<Column>,
    name: Option<Column>,
    line: Option<CodeColumn>,
    brand: Option<CodeColumn>,
    category: Vec<CodeColumn>,
    must_match: Vec<CodeColumn>,
    quality: Vec<(Column, Vec<f64>)>,
    term: Option<Column>,
    service: Option<Column>,
    pack: Option<Column>,
    rating: Option<Column>,
    reader: IdColumn,
    ids: Ids,
    places: Vec<Place>,
    rows: Entries,
    report: CatalogReport,
}

/// The plain columns of a catalogue on its way.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    pub(crate) price: Vec<i64>,
    pub(crate) cost: Vec<i64>,
    pub(crate) stock: Vec<i64>,
    pub(crate) sellable: Vec<bool>,
    pub(crate) name: Vec<Box<str>>,
    pub(crate) term: Vec<u32>,
    pub(crate) service: Vec<bool>,
    pub(crate) pack: Vec<f64>,
    pub(crate) rating: Vec<f64>,
}

pub(crate) const BAD_PACK: &str = "the content of a pack is not a finite number above 0";
pub(crate) const BAD_RATING: &str = "the rating is not a number from 0 to 5";

pub(crate) fn bad_term() -> String {
    format!("the term is not a whole number from 1 to {MAX_TERM}")
}

impl ProductTable {
    fn new(
        source: &dyn Source,
        columns: &CatalogColumns,
        options: &CatalogOptions,
    ) -> Result<Self> {
        let schema = source.schema();
        let number = |role, name: Option<&String>| -> Result<Option<Column>> {
            let column = Column::find_some(&schema, role, name.map(String::as_str))?;
            column.as_ref().map_or(Ok(()), check_number)?;
            Ok(column)
        };
        let product = Column::find(&schema, "product", &columns.product)?;
        let price = Column::find(&schema, "price", &columns.price)?;
        check_number(&price)?;
        let flag = |role, name: Option<&String>| -> Result<Option<Column>> {
            let column = Column::find_some(&schema, role, name.map(String::as_str))?;
            match &column {
                Some(column) if !matches!(column.data_type, DataType::Boolean | DataType::Null) => {
                    Err(column.wrong_type(&column.data_type, "booleans"))
                }
                _ => Ok(column),
            }
        };
        let name = Column::find_some(&schema, "name", columns.name.as_deref())?;
        if let Some(column) = &name
            && !matches!(id_kind(column), Ok(IdKind::Str))
        {
            return Err(column.wrong_type(&column.data_type, "strings"));
        }
        let quality = columns.quality.iter().map(|name| {
            let column = Column::find(&schema, "quality", name)?;
            if column.data_type != DataType::Boolean {
                check_number(&column)?;
            }
            Ok((column, Vec::new()))
        });
        Ok(Self {
            options: *options,
            ids: Ids::new(id_kind(&product)?),
            product,
            price,
            cost: number("cost", columns.cost.as_ref())?,
            stock: number("stock", columns.stock.as_ref())?,
            sellable: flag("sellable", columns.sellable.as_ref())?,
            name,
            line: CodeColumn::find_some(source, "line", columns.line.as_ref())?,
            brand: CodeColumn::find_some(source, "brand", columns.brand.as_ref())?,
            category: CodeColumn::find_all(source, "category", &columns.category)?,
            must_match: CodeColumn::find_all(source, "must_match", &columns.must_match)?,
            quality: quality.collect::<Result<_>>()?,
            term: number("term", columns.term.as_ref())?,
            service: flag("service", columns.service.as_ref())?,
            pack: number("pack", columns.pack.as_ref())?,
            rating: number("rating", columns.rating.as_ref())?,
            reader: IdColumn::default(),
            places: Vec::new(),
            rows: Entries::default(),
            report: CatalogReport::default(),
        })
    }

    fn add(&mut self, batch: &RecordBatch, place: &dyn Fn(usize) -> Place) -> Result<()> {
        let rows = batch.num_rows();
        self.report.rows_read += rows as u64;
        let mut kept = vec![true; rows];

        let ids = self.product.of(batch)?;
        if let Some(nulls) = nulls_of(ids) {
            for row in (0..rows).filter(|&row| nulls.is_null(row)) {
                if self.options.nulls == OnBad::Error {
                    let what = "null (the rule for nulls is error; it may be skip)";
                    return Err(self.product.bad_value(place(row), what));
                }
                self.report.skipped_null += 1;
                kept[row] = false;
            }
        }
        let mut numbers = Numbers { place, rule: self.options.bad_numbers, kept, skipped: 0 };
        let currency = self.options.currency;
        let price = numbers.money(&self.price, batch, currency)?;
        let cost =
            self.cost.as_ref().map(|column| numbers.money(column, batch, currency)).transpose()?;
        let stock = self.stock.as_ref().map(|column| numbers.stock(column, batch)).transpose()?;
        let quality: Vec<Vec<f64>> = self
            .quality
            .iter()
            .map(|(column, _)| numbers.quality(column, batch))
            .collect::<Result<_>>()?;
        let some = |column: &Option<Column>,
                    numbers: &mut Numbers<'_>,
                    is: fn(f64) -> bool,
                    what: &str| {
            column.as_ref().map(|column| numbers.checked(column, batch, is, what)).transpose()
        };
        let term = some(&self.term, &mut numbers, is_term, &bad_term())?;
        let pack = some(&self.pack, &mut numbers, is_pack, BAD_PACK)?;
        let rating = some(&self.rating, &mut numbers, is_rating, BAD_RATING)?;
        self.report.skipped_bad_number += numbers.skipped;
        let kept = numbers.kept;

        self.add_ids(batch, &kept, place)?;
        let rows_kept = || (0..rows).filter(|&row| kept[row]);
        self.rows.price.extend(rows_kept().map(|row| price[row]));
        if let Some(cost) = cost {
            self.rows.cost.extend(rows_kept().map(|row| cost[row]));
        }
        if let Some(stock) = stock {
            self.rows.stock.extend(rows_kept().map(|row| stock[row]));
        }
        for ((_, values), quality) in self.quality.iter_mut().zip(quality) {
            values.extend(rows_kept().map(|row| quality[row]));
        }
        if let Some(term) = term {
            // A null is NaN: paid once.
            self.rows.term.extend(rows_kept().map(|row| (term[row] as u32).max(1)));
        }
        if let Some(pack) = pack {
            self.rows.pack.extend(rows_kept().map(|row| pack[row]));
        }
        if let Some(rating) = rating {
            self.rows.rating.extend(rows_kept().map(|row| rating[row]));
        }
        for (column, flags) in
            [(&self.sellable, &mut self.rows.sellable), (&self.service, &mut self.rows.service)]
        {
            let Some(column) = column else { continue };
            let values = column.of(batch)?.as_boolean_opt();
            flags.extend(
                rows_kept().map(|row| {
                    values.is_some_and(|values| values.is_valid(row) && values.value(row))
                }),
            );
        }
        if let Some(column) = &self.name {
            let array = column.of(batch)?;
            let nulls = nulls_of(array);
            for row in rows_kept() {
                let name = if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
                    ""
                } else {
                    text_at(array, row).map_err(|cell| column.bad_value(place(row), cell.what))?
                };
                self.rows.name.push(name.into());
            }
        }
        let Self { line, brand, category, must_match, .. } = self;
        for codes in line.iter_mut().chain(brand).chain(category).chain(must_match) {
            codes.add(batch, &kept, place)?;
        }
        Ok(())
    }

    fn add_ids(
        &mut self,
        batch: &RecordBatch,
        kept: &[bool],
        place: &dyn Fn(usize) -> Place,
    ) -> Result<()> {
        let array = self.product.of(batch)?;
        let mut indices = Vec::new();
        self.reader.begin(array);
        self.reader
            .read(array, Some(kept), &mut self.ids, &mut indices)
            .map_err(|error| id_error(error, &self.product, place))?;
        for (row, index) in indices.into_iter().enumerate().filter(|&(row, _)| kept[row]) {
            // A product that is new has the next index.
            if let Some(&first) = self.places.get(index as usize) {
                let what = format!("product {} is in {first} already", self.ids.get(index));
                return Err(self.product.bad_value(place(row), what));
            }
            self.places.push(place(row));
        }
        Ok(())
    }

    fn finish(self) -> Catalog {
        let quality = self
            .quality
            .into_iter()
            .map(|(column, values)| Quality { column: column.name.into(), values });
        let all = |columns: Vec<CodeColumn>| columns.into_iter().map(CodeColumn::finish).collect();
        complete(Catalog {
            ids: Arc::new(self.ids),
            currency: self.options.currency,
            price: self.rows.price,
            cost: self.rows.cost,
            stock: self.rows.stock,
            sellable: self.rows.sellable,
            name: self.rows.name,
            line: self.line.map(CodeColumn::finish),
            brand: self.brand.map(CodeColumn::finish),
            category: all(self.category),
            must_match: all(self.must_match),
            quality: quality.collect(),
            term: self.rows.term,
            service: self.rows.service,
            pack: self.rows.pack,
            rating: self.rows.rating,
            links: Vec::new(),
            report: self.report,
        })
    }
}

// Completes the report from what the catalogue holds.
pub(crate) fn complete(mut catalog: Catalog) -> Catalog {
    let count = |is: &dyn Fn(u32) -> bool| {
        (0..catalog.len() as u32).filter(|&index| is(index)).count() as u64
    };
    let report = CatalogReport {
        products: catalog.len() as u64,
        without_price: count(&|index| catalog.price(index).is_none()),
        without_cost: count(&|index| catalog.cost(index).is_none()),
        cost_above_price: count(&|index| {
            let (cost, price) = (catalog.cost(index), catalog.price(index));
            cost.zip(price).is_some_and(|(cost, price)| cost.minor > price.minor)
        }),
        out_of_stock: count(&|index| catalog.stock(index).is_some_and(|stock| stock <= 0)),
        not_sellable: count(&|index| !catalog.is_sellable(index)),
        ..catalog.report.clone()
    };
    catalog.report = report;
    catalog
}

fn is_term(periods: f64) -> bool {
    (1.0..=f64::from(MAX_TERM)).contains(&periods) && periods.fract() == 0.0
}

/// Reads numbers and applies the rule for those that cannot be.
struct Numbers<'a> {
    place: &'a dyn Fn(usize) -> Place,
    rule: OnBad,
    kept: Vec<bool>,
    skipped: u64,
}

impl Numbers<'_> {
    fn bad(&mut self, column: &Column, row: usize, what: &str) -> Result<()> {
        if !self.kept[row] {
            return Ok(());
        }
        if self.rule == OnBad::Error {
            let what = format!("{what} (the rule bad_numbers is error; it may be skip)");
            return Err(column.bad_value((self.place)(row), what));
        }
        self.kept[row] = false;
        self.skipped += 1;
        Ok(())
    }

    fn money(
        &mut self,
        column: &Column,
        batch: &RecordBatch,
        currency: Currency,
    ) -> Result<Vec<i64>> {
        let array = column.of(batch)?;
        let mut values = Vec::new();
        if !read_minor(array, currency, &mut values) {
            return Err(column.wrong_type(array.data_type(), "the type announced"));
        }
        let nulls = nulls_of(array);
        for (row, value) in values.iter_mut().enumerate() {
            if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
                *value = NO_MONEY;
            } else if *value == NO_MONEY {
                self.bad(column, row, "the amount is not finite or too big")?;
            } else if *value < 0 {
                self.bad(column, row, "the amount is below zero")?;
            }
        }
        Ok(values)
    }

    fn stock(&mut self, column: &Column, batch: &RecordBatch) -> Result<Vec<i64>> {
        let array = column.of(batch)?;
        let mut values = Vec::new();
        if !read_f64(array, &mut values) {
            return Err(column.wrong_type(array.data_type(), "the type announced"));
        }
        let nulls = nulls_of(array);
        let mut stock = Vec::with_capacity(values.len());
        for (row, value) in values.into_iter().enumerate() {
            if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
                stock.push(UNTRACKED);
                continue;
            }
            if !value.is_finite() {
                self.bad(column, row, "the stock is not finite")?;
            }
            stock.push(value.floor() as i64);
        }
        Ok(stock)
    }

    /// Numbers that must be `is`; NaN where null.
    fn checked(
        &mut self,
        column: &Column,
        batch: &RecordBatch,
        is: fn(f64) -> bool,
        what: &str,
    ) -> Result<Vec<f64>> {
        let array = column.of(batch)?;
        let mut values = Vec::new();
        if !read_f64(array, &mut values) {
            return Err(column.wrong_type(array.data_type(), "the type announced"));
        }
        let nulls = nulls_of(array);
        for (row, value) in values.iter_mut().enumerate() {
            if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
                *value = f64::NAN;
            } else if !is(*value) {
                self.bad(column, row, what)?;
            }
        }
        Ok(values)
    }

    fn quality(&mut self, column: &Column, batch: &RecordBatch) -> Result<Vec<f64>> {
        let array = column.of(batch)?;
        let mut values = Vec::new();
        if let Some(booleans) = array.as_boolean_opt() {
            values.extend((0..array.len()).map(|row| f64::from(u8::from(booleans.value(row)))));
        } else if !read_f64(array, &mut values) {
            return Err(column.wrong_type(array.data_type(), "the type announced"));
        }
        let nulls = nulls_of(array);
        for (row, value) in values.iter_mut().enumerate() {
            if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
                *value = f64::NAN;
            } else if value.is_infinite() {
                self.bad(column, row, "the quality is infinite")?;
            }
        }
        Ok(values)
    }
}
