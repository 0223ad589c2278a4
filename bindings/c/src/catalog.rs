//! What the shop sells now.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::Arc;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use basketry::data::Link;
use basketry::{
    Catalog, CatalogBuilder, CatalogColumns, CatalogOptions, Currency, Product, Result,
    table_from_stream,
};

use crate::arrow::{take, taken};
use crate::control::{basketry_control, run};
use crate::csv::basketry_csv_options;
use crate::error::{basketry_status, call, free, get, invalid, make, required};
use crate::history::{BASKETRY_NO_MONEY, BASKETRY_ON_BAD_ERROR, on_bad};
use crate::strings::{
    Grows, array, basketry_id, basketry_str, c_str, c_str_array, grown, optional_c_str, path,
};
use crate::text::{Text, to_json};

/// What the shop sells now: prices, costs, stock and so on, one entry for each product.
pub struct basketry_catalog {
    /// Shared with the engines it was given to; a change copies it first.
    pub(crate) catalog: Arc<Catalog>,
    report: Text,
}

/// Makes a catalogue product by product.
pub struct basketry_catalog_builder {
    /// `None` once finished.
    builder: Option<CatalogBuilder>,
}

/// A stock that is not tracked: the product is never out of stock.
pub const BASKETRY_UNTRACKED: i64 = i64::MAX;
/// A rating that is not known.
pub const BASKETRY_NO_RATING: i32 = -1;

/// Which columns of a table of products mean what, by name.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_catalog_columns {
    /// The size of this struct; BASKETRY_CATALOG_COLUMNS_INIT sets it.
    pub struct_size: usize,
    /// The product's id, as in the order lines. Required.
    pub product: *const c_char,
    /// The price of a unit in major units (12.5 is twelve euros fifty). Required; a product whose
    /// price is null is never offered.
    pub price: *const c_char,
    /// The cost of a unit in major units; null: not known.
    pub cost: *const c_char,
    /// Units in stock; null: not tracked.
    pub stock: *const c_char,
    /// Booleans that say whether the product may be offered; null: all may.
    pub sellable: *const c_char,
    /// The name to show; null: none.
    pub name: *const c_char,
    /// The product line along which up-selling moves (all variants of a phone); null: none.
    pub line: *const c_char,
    /// The brand; null: none.
    pub brand: *const c_char,
    /// The category levels, the broadest first: n_category names.
    pub category: *const *const c_char,
    /// How many category levels there are.
    pub n_category: usize,
    /// Attributes that variants must share, such as size or socket: n_must_match names.
    pub must_match: *const *const c_char,
    /// How many such attributes there are.
    pub n_must_match: usize,
    /// Numbers of which more is better: n_quality names.
    pub quality: *const *const c_char,
    /// How many such numbers there are.
    pub n_quality: usize,
    /// How many periods price and cost recur, 1 to 1200; null: all products are paid once.
    pub term: *const c_char,
    /// Booleans that say whether the product is a service or contract; null: none is.
    pub service: *const c_char,
    /// The content of a pack, compared within a line; null: not known.
    pub pack: *const c_char,
    /// Buyers' rating, 0 to 5; null: not known.
    pub rating: *const c_char,
}

// SAFETY: plain numbers and pointers behind the size.
unsafe impl Grows for basketry_catalog_columns {
    const NAME: &'static str = "basketry_catalog_columns";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        product: std::ptr::null(),
        price: std::ptr::null(),
        cost: std::ptr::null(),
        stock: std::ptr::null(),
        sellable: std::ptr::null(),
        name: std::ptr::null(),
        line: std::ptr::null(),
        brand: std::ptr::null(),
        category: std::ptr::null(),
        n_category: 0,
        must_match: std::ptr::null(),
        n_must_match: 0,
        quality: std::ptr::null(),
        n_quality: 0,
        term: std::ptr::null(),
        service: std::ptr::null(),
        pack: std::ptr::null(),
        rating: std::ptr::null(),
    };
}

impl basketry_catalog_columns {
    /// # Safety
    /// As for [`grown`], and as for [`c_str`] for each name.
    unsafe fn get(columns: *const Self) -> Result<CatalogColumns> {
        // SAFETY: passed on to the caller, here and below.
        unsafe {
            let given = required(grown(columns, "columns")?, "columns")?;
            let mut columns = CatalogColumns::new(
                c_str(given.product, "columns.product")?,
                c_str(given.price, "columns.price")?,
            );
            let one = |name, field| optional_c_str(name, field).map(|name| name.map(str::to_owned));
            columns.cost = one(given.cost, "columns.cost")?;
            columns.stock = one(given.stock, "columns.stock")?;
            columns.sellable = one(given.sellable, "columns.sellable")?;
            columns.name = one(given.name, "columns.name")?;
            columns.line = one(given.line, "columns.line")?;
            columns.brand = one(given.brand, "columns.brand")?;
            columns.category = c_str_array(given.category, given.n_category, "columns.category")?;
            columns.must_match =
                c_str_array(given.must_match, given.n_must_match, "columns.must_match")?;
            columns.quality = c_str_array(given.quality, given.n_quality, "columns.quality")?;
            columns.term = one(given.term, "columns.term")?;
            columns.service = one(given.service, "columns.service")?;
            columns.pack = one(given.pack, "columns.pack")?;
            columns.rating = one(given.rating, "columns.rating")?;
            Ok(columns)
        }
    }
}

/// The rules by which products are read. By default every row must be usable.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_catalog_options {
    /// The size of this struct; BASKETRY_CATALOG_OPTIONS_INIT sets it.
    pub struct_size: usize,
    /// The ISO 4217 code of the currency of prices and costs; null means EUR.
    pub currency: *const c_char,
    /// A null product id: BASKETRY_ON_BAD_ERROR or BASKETRY_ON_BAD_SKIP.
    pub nulls: i32,
    /// A price or cost that is negative, NaN, infinite or too big, a stock that is NaN or infinite,
    /// a quality that is infinite, a term, pack or rating out of its range: BASKETRY_ON_BAD_ERROR
    /// or BASKETRY_ON_BAD_SKIP.
    pub bad_numbers: i32,
}

// SAFETY: plain numbers and pointers behind the size.
unsafe impl Grows for basketry_catalog_options {
    const NAME: &'static str = "basketry_catalog_options";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        currency: std::ptr::null(),
        nulls: BASKETRY_ON_BAD_ERROR,
        bad_numbers: BASKETRY_ON_BAD_ERROR,
    };
}

impl basketry_catalog_options {
    /// # Safety
    /// As for [`grown`], and as for [`c_str`] for the currency.
    unsafe fn get(options: *const Self) -> Result<CatalogOptions> {
        // SAFETY: passed on to the caller, here and below.
        let given = unsafe { grown(options, "options") }?.unwrap_or(Self::DEFAULT);
        let mut options = CatalogOptions::default();
        // SAFETY: as above.
        if let Some(code) = unsafe { optional_c_str(given.currency, "options.currency") }? {
            options.currency = Currency::new(code)?;
        }
        options.nulls = on_bad(given.nulls, "options.nulls")?;
        options.bad_numbers = on_bad(given.bad_numbers, "options.bad_numbers")?;
        Ok(options)
    }
}

/// An attribute that variants must share. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_attribute {
    /// What the attribute is, such as "size".
    pub name: basketry_str,
    /// Its value.
    pub value: basketry_id,
}

/// A number of which more is better. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_quality {
    /// What the number is, such as "memory".
    pub name: basketry_str,
    /// The number; NaN if it is not known.
    pub value: f64,
}

/// One product for a catalogue that is made product by product.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_product {
    /// The size of this struct; BASKETRY_PRODUCT_INIT sets it.
    pub struct_size: usize,
    /// The product's id. Required.
    pub id: basketry_id,
    /// The price of a unit in minor units. BASKETRY_PRODUCT_INIT sets BASKETRY_NO_MONEY: the
    /// product is never offered.
    pub price: i64,
    /// The cost of a unit in minor units. BASKETRY_PRODUCT_INIT sets BASKETRY_NO_MONEY.
    pub cost: i64,
    /// Units in stock. BASKETRY_PRODUCT_INIT sets BASKETRY_UNTRACKED.
    pub stock: i64,
    /// 1 if the product may be offered, which BASKETRY_PRODUCT_INIT sets, or 0.
    pub sellable: i32,
    /// The name to show; empty: none.
    pub name: basketry_str,
    /// The product line along which up-selling moves.
    pub line: basketry_id,
    /// The brand.
    pub brand: basketry_id,
    /// The category levels, the broadest first.
    pub category: *const basketry_id,
    /// How many category levels there are.
    pub n_category: usize,
    /// Attributes that variants must share.
    pub must_match: *const basketry_attribute,
    /// How many such attributes there are.
    pub n_must_match: usize,
    /// Numbers of which more is better.
    pub quality: *const basketry_quality,
    /// How many such numbers there are.
    pub n_quality: usize,
    /// How many periods price and cost recur: 24 for a contract of 24 months. 0, which
    /// BASKETRY_PRODUCT_INIT sets, means that it is paid once, as 1 does.
    pub term: u32,
    /// 1 if the product is a service or contract, or 0.
    pub service: i32,
    /// The content of a pack, compared within the line; 0: not known.
    pub pack: f64,
    /// Buyers' rating, 0 to 5; BASKETRY_PRODUCT_INIT sets BASKETRY_NO_RATING: not known.
    pub rating: f64,
}

// SAFETY: plain numbers and pointers behind the size.
unsafe impl Grows for basketry_product {
    const NAME: &'static str = "basketry_product";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        id: basketry_id::NONE,
        price: BASKETRY_NO_MONEY,
        cost: BASKETRY_NO_MONEY,
        stock: BASKETRY_UNTRACKED,
        sellable: 1,
        name: basketry_str::EMPTY,
        line: basketry_id::NONE,
        brand: basketry_id::NONE,
        category: std::ptr::null(),
        n_category: 0,
        must_match: std::ptr::null(),
        n_must_match: 0,
        quality: std::ptr::null(),
        n_quality: 0,
        term: 0,
        service: 0,
        pack: 0.0,
        rating: BASKETRY_NO_RATING as f64,
    };
}

impl basketry_product {
    /// # Safety
    /// As for [`array`] and [`basketry_str::get`] for each field.
    unsafe fn get<'a>(&self) -> Result<Product<'a>> {
        // SAFETY: passed on to the caller, here and below.
        unsafe {
            let mut product = Product::new(self.id.require("product.id")?);
            product.price = amount(self.price);
            product.cost = amount(self.cost);
            product.stock = units(self.stock);
            product.sellable = flag(self.sellable, "product.sellable")?;
            product.name = Some(self.name.get("product.name")?).filter(|name| !name.is_empty());
            product.line = self.line.get("product.line")?;
            product.brand = self.brand.get("product.brand")?;
            product.category =
                basketry_id::array(self.category, self.n_category, "product.category")?;
            let attributes = array(self.must_match, self.n_must_match, "product.must_match")?;
            for (i, attribute) in attributes.iter().enumerate() {
                product.must_match.push((
                    attribute.name.get(&format!("product.must_match[{i}].name"))?,
                    attribute.value.require(&format!("product.must_match[{i}].value"))?,
                ));
            }
            let qualities = array(self.quality, self.n_quality, "product.quality")?;
            for (i, quality) in qualities.iter().enumerate() {
                let name = quality.name.get(&format!("product.quality[{i}].name"))?;
                product.quality.push((name, quality.value));
            }
            product.term = Some(self.term).filter(|&term| term != 0);
            product.service = flag(self.service, "product.service")?;
            product.pack = content(self.pack);
            product.rating = stars(self.rating);
            Ok(product)
        }
    }
}

fn amount(minor: i64) -> Option<i64> {
    (minor != BASKETRY_NO_MONEY).then_some(minor)
}

fn units(stock: i64) -> Option<i64> {
    (stock != BASKETRY_UNTRACKED).then_some(stock)
}

fn content(pack: f64) -> Option<f64> {
    (pack != 0.0).then_some(pack)
}

fn stars(rating: f64) -> Option<f64> {
    (rating != f64::from(BASKETRY_NO_RATING)).then_some(rating)
}

fn flag(value: i32, name: &str) -> Result<bool> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(invalid(format!("{name}: expected 0 or 1, got {other}"))),
    }
}

/// Begins a catalogue that is made product by product. Null options mean the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_catalog_builder_new(
    options: *const basketry_catalog_options,
    out: Option<&mut MaybeUninit<*mut basketry_catalog_builder>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for structs that can grow, and for strings.
        let options = unsafe { basketry_catalog_options::get(options) }?;
        Ok(basketry_catalog_builder { builder: Some(CatalogBuilder::new(&options)) })
    })
}

/// Adds a product. If it fails the product is not added and the builder can be used on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_catalog_builder_push(
    builder: Option<&mut basketry_catalog_builder>,
    product: *const basketry_product,
) -> basketry_status {
    call(|| {
        let builder = required(builder, "builder")?.builder.as_mut();
        let builder = builder.ok_or_else(|| invalid("builder: was finished already"))?;
        // SAFETY: the caller's promise for structs that can grow, for arrays and for texts.
        let product = unsafe { required(grown(product, "product")?, "product")?.get() }?;
        builder.push(&product)
    })
}

/// Makes the catalogue. The builder is used up and must still be freed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_catalog_builder_finish(
    builder: Option<&mut basketry_catalog_builder>,
    out: Option<&mut MaybeUninit<*mut basketry_catalog>>,
) -> basketry_status {
    make(out, || {
        let builder = required(builder, "builder")?.builder.take();
        let builder = builder.ok_or_else(|| invalid("builder: was finished already"))?;
        Ok(basketry_catalog::new(builder.finish()))
    })
}

/// Frees a builder. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_catalog_builder_free(builder: Option<Box<basketry_catalog_builder>>) {
    free(builder);
}

/// Reads a catalogue from an Arrow stream of products. The stream is consumed: it is released
/// whatever the outcome. It may be read in another thread than the calling one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_catalog_from_arrow(
    stream: *mut FFI_ArrowArrayStream,
    columns: *const basketry_catalog_columns,
    options: *const basketry_catalog_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_catalog>>,
) -> basketry_status {
    // SAFETY: the caller's promise for Arrow streams.
    let stream = unsafe { take(stream) };
    make(out, || {
        let stream = taken(stream)?;
        // SAFETY: the caller's promise for structs that can grow, and for strings.
        let (columns, options) = unsafe {
            (basketry_catalog_columns::get(columns)?, basketry_catalog_options::get(options)?)
        };
        let catalog = run(control, |control| {
            Catalog::from_reader(table_from_stream(stream)?, &columns, &options, control)
        })?;
        Ok(basketry_catalog::new(catalog))
    })
}

/// Reads a catalogue from a CSV file of products. Null options mean the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_catalog_from_csv(
    file: *const c_char,
    columns: *const basketry_catalog_columns,
    options: *const basketry_catalog_options,
    csv: *const basketry_csv_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_catalog>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for structs that can grow, and for strings.
        let (file, columns, options, csv) = unsafe {
            let columns = basketry_catalog_columns::get(columns)?;
            let options = basketry_catalog_options::get(options)?;
            (path(file, "file")?, columns, options, basketry_csv_options::get(csv)?)
        };
        let catalog =
            run(control, |control| Catalog::from_csv(file, &columns, &options, &csv, control))?;
        Ok(basketry_catalog::new(catalog))
    })
}

/// Frees a catalogue. Null is allowed. Engines that were given it keep what they need.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_catalog_free(catalog: Option<Box<basketry_catalog>>) {
    free(catalog);
}

/// The number of products; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_catalog_len(catalog: Option<&basketry_catalog>) -> usize {
    get(0, || catalog.map_or(0, |catalog| catalog.catalog.len()))
}

/// What became of the rows that were read, as a JSON object: rows_read, products, how many were
/// skipped and why, without_price, without_cost, out_of_stock and so on. Borrowed from the
/// catalogue, ended by a zero byte; empty for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_catalog_report(catalog: Option<&basketry_catalog>) -> basketry_str {
    get(basketry_str::EMPTY, || {
        catalog.map_or(basketry_str::EMPTY, |catalog| {
            catalog.report.lend(|| to_json(catalog.catalog.report()))
        })
    })
}

/// Changes a product's price, in minor units; BASKETRY_NO_MONEY: none. Engines that were given the
/// catalogue before keep what they were given: give it to basketry_engine_set_catalog again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_catalog_set_price(
    catalog: Option<&mut basketry_catalog>,
    product: basketry_id,
    price: i64,
) -> basketry_status {
    call(|| {
        let catalog = required(catalog, "catalog")?.edit();
        // SAFETY: the caller's promise for texts.
        catalog.set_price(unsafe { product.require("product") }?, amount(price))
    })
}

/// Changes a product's cost, in minor units; BASKETRY_NO_MONEY: not known. Engines as for
/// basketry_catalog_set_price.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_catalog_set_cost(
    catalog: Option<&mut basketry_catalog>,
    product: basketry_id,
    cost: i64,
) -> basketry_status {
    call(|| {
        let catalog = required(catalog, "catalog")?.edit();
        // SAFETY: the caller's promise for texts.
        catalog.set_cost(unsafe { product.require("product") }?, amount(cost))
    })
}

/// Changes a product's stock, in units; BASKETRY_UNTRACKED: never out of stock. Engines as for
/// basketry_catalog_set_price.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_catalog_set_stock(
    catalog: Option<&mut basketry_catalog>,
    product: basketry_id,
    stock: i64,
) -> basketry_status {
    call(|| {
        let catalog = required(catalog, "catalog")?.edit();
        // SAFETY: the caller's promise for texts.
        catalog.set_stock(unsafe { product.require("product") }?, units(stock))
    })
}

/// Says whether a product may be offered, 1 or 0. Engines as for basketry_catalog_set_price.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_catalog_set_sellable(
    catalog: Option<&mut basketry_catalog>,
    product: basketry_id,
    sellable: i32,
) -> basketry_status {
    call(|| {
        let catalog = required(catalog, "catalog")?.edit();
        let sellable = flag(sellable, "sellable")?;
        // SAFETY: the caller's promise for texts.
        catalog.set_sellable(unsafe { product.require("product") }?, sellable)
    })
}

/// Changes how many periods price and cost of a product recur, 1 to 1200. Engines as for
/// basketry_catalog_set_price.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_catalog_set_term(
    catalog: Option<&mut basketry_catalog>,
    product: basketry_id,
    term: u32,
) -> basketry_status {
    call(|| {
        let catalog = required(catalog, "catalog")?.edit();
        // SAFETY: the caller's promise for texts.
        catalog.set_term(unsafe { product.require("product") }?, term)
    })
}

/// Says whether a product is a service or contract, 1 or 0. Engines as for
/// basketry_catalog_set_price.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_catalog_set_service(
    catalog: Option<&mut basketry_catalog>,
    product: basketry_id,
    service: i32,
) -> basketry_status {
    call(|| {
        let catalog = required(catalog, "catalog")?.edit();
        let service = flag(service, "service")?;
        // SAFETY: the caller's promise for texts.
        catalog.set_service(unsafe { product.require("product") }?, service)
    })
}

/// Changes the content of a pack of a product; 0: not known. Engines as for
/// basketry_catalog_set_price.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_catalog_set_pack(
    catalog: Option<&mut basketry_catalog>,
    product: basketry_id,
    pack: f64,
) -> basketry_status {
    call(|| {
        let catalog = required(catalog, "catalog")?.edit();
        // SAFETY: the caller's promise for texts.
        catalog.set_pack(unsafe { product.require("product") }?, content(pack))
    })
}

/// Changes a product's rating, 0 to 5; BASKETRY_NO_RATING: not known. Engines as for
/// basketry_catalog_set_price.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_catalog_set_rating(
    catalog: Option<&mut basketry_catalog>,
    product: basketry_id,
    rating: f64,
) -> basketry_status {
    call(|| {
        let catalog = required(catalog, "catalog")?.edit();
        // SAFETY: the caller's promise for texts.
        catalog.set_rating(unsafe { product.require("product") }?, stars(rating))
    })
}

/// For basketry_catalog_link: the product is an accessory of the other one, and offered with that. Of
/// products that are linked both ways each is offered with the other.
pub const BASKETRY_LINK_ACCESSORY_OF: i32 = 0;
/// The product is a variant of the other one.
pub const BASKETRY_LINK_VARIANT_OF: i32 = 1;
/// Neither is suggested while the other is in the basket, just ordered or viewed.
pub const BASKETRY_LINK_NEVER_WITH: i32 = 2;

/// Links two products by hand, one of BASKETRY_LINK_*. Links win over what basketry_fit learns; one
/// that is there already changes nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_catalog_link(
    catalog: Option<&mut basketry_catalog>,
    product: basketry_id,
    link: i32,
    other: basketry_id,
) -> basketry_status {
    call(|| {
        let catalog = required(catalog, "catalog")?.edit();
        let kind = usize::try_from(link).ok().and_then(|link| Link::ALL.get(link).copied());
        let kind = kind
            .ok_or_else(|| invalid(format!("link: expected one of BASKETRY_LINK_*, got {link}")))?;
        // SAFETY: the caller's promise for texts.
        let product = unsafe { product.require("product") }?;
        // SAFETY: as above.
        catalog.link(product, kind, unsafe { other.require("other") }?)
    })
}

impl basketry_catalog {
    pub(crate) fn new(catalog: impl Into<Arc<Catalog>>) -> Self {
        Self { catalog: catalog.into(), report: Text::default() }
    }

    fn edit(&mut self) -> &mut Catalog {
        Arc::make_mut(&mut self.catalog)
    }
}
