//! `Catalog`.

use std::sync::Arc;

use basketry::data::Link;
use basketry::{CatalogColumns, CatalogOptions, Currency, ErrorKind, IdRef};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyList};

use crate::convert::{
    Number, char_or, file, named, names, number, of_class, some_names, some_texts, text, text_or,
    texts,
};
use crate::engine::each;
use crate::error::exception;
use crate::{arrow, boundary, convert, error, ids};

/// What the shop sells now: one entry per product.
///
/// Parameters
/// ----------
/// table : table
///     The products, one row each: a pandas, polars or pyarrow table, a DuckDB relation, or any
///     object with ``__arrow_c_stream__`` or ``__arrow_c_array__``.
/// product : str
///     The column of product ids (strings or integers), as in the order lines.
/// price : str
///     The column of unit prices in major units (12.5 is twelve euros fifty), at least 0. A
///     product whose price is null is known but never offered.
/// cost : str, optional
///     The column of unit costs, in major units.
/// stock : str, optional
///     The column of units in stock; null means that stock is not tracked.
/// sellable : str, optional
///     A boolean column; false or null keeps a product out of every offer.
/// name : str, optional
///     The column of names to show.
/// line : str, optional
///     The column of product lines, along which up-selling moves.
/// brand : str, optional
///     The column of brands.
/// category : str or list of str
///     The columns of category levels, the broadest first.
/// must_match : str or list of str
///     Columns of attributes that variants must share, such as a size.
/// quality : str or list of str
///     Columns of numbers of which more is better.
/// term : str, optional
///     The column of how many periods price and cost recur (24 for a contract of 24 months), 1 to
///     1200; null: paid once. The margin of a contract is that of all its periods.
/// service : str, optional
///     A boolean column; true for services and contracts, which are offered as such.
/// pack : str, optional
///     The column of what a pack holds, above 0 and in one unit within a line: a larger pack of a
///     lower unit price is an up-sell.
/// rating : str, optional
///     The column of buyers' ratings, 0 to 5.
/// currency : str
///     Three upper-case letters.
/// nulls : {"error", "skip"}
///     What to do with a row whose product id is null. Skipped rows are counted in `report`.
/// bad_numbers : {"error", "skip"}
///     What to do with a row whose price or cost is negative, NaN, infinite or too big, whose
///     stock or quality is no number, or whose term, pack or rating is out of its range.
///
/// Raises
/// ------
/// SchemaError
///     If a named column is not there or has a type that cannot serve.
/// DataError
///     For a value that the rules do not allow, and for a product that appears twice.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> import pyarrow as pa
/// >>> products = pa.table({"sku": ["jam", "tea"], "price": [2.49, 3.0], "left": [12, None]})
/// >>> catalog = bk.Catalog(products, product="sku", price="price", stock="left")
/// >>> len(catalog), "jam" in catalog, catalog["jam"]["price"], catalog["tea"]["stock"]
/// (2, True, 2.49, None)
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Catalog {
    pub(crate) inner: Arc<basketry::Catalog>,
}

impl Catalog {
    pub(crate) fn new(inner: basketry::Catalog) -> Self {
        Self { inner: Arc::new(inner) }
    }
}

#[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
fn settings(
    py: Python<'_>,
    product: String,
    price: String,
    cost: Option<String>,
    stock: Option<String>,
    sellable: Option<String>,
    name: Option<String>,
    line: Option<String>,
    brand: Option<String>,
    category: Option<&Bound<'_, PyAny>>,
    must_match: Option<&Bound<'_, PyAny>>,
    quality: Option<&Bound<'_, PyAny>>,
    term: Option<String>,
    service: Option<String>,
    pack: Option<String>,
    rating: Option<String>,
    currency: &str,
    nulls: &str,
    bad_numbers: &str,
) -> PyResult<(CatalogColumns, CatalogOptions)> {
    let mut columns = CatalogColumns::new(product, price);
    columns.cost = cost;
    columns.stock = stock;
    columns.sellable = sellable;
    columns.name = name;
    columns.line = line;
    columns.brand = brand;
    columns.category = names(category, "category")?;
    columns.must_match = names(must_match, "must_match")?;
    columns.quality = names(quality, "quality")?;
    columns.term = term;
    columns.service = service;
    columns.pack = pack;
    columns.rating = rating;
    let currency = Currency::new(currency).map_err(|error| error::to_py(py, error))?;
    let options = CatalogOptions::new(currency)
        .nulls(convert::choice(py, "nulls", nulls)?)
        .bad_numbers(convert::choice(py, "bad_numbers", bad_numbers)?);
    Ok((columns, options))
}

#[pymethods]
impl Catalog {
    #[new]
    #[pyo3(signature = (
        table, *, product, price, cost = None, stock = None, sellable = None, name = None,
        line = None, brand = None, category = None, must_match = None, quality = None,
        term = None, service = None, pack = None, rating = None, currency = None, nulls = None,
        bad_numbers = None,
    ), text_signature = "(table, *, product, price, cost=None, stock=None, sellable=None, name=None, line=None, brand=None, category=(), must_match=(), quality=(), term=None, service=None, pack=None, rating=None, currency=\"EUR\", nulls=\"error\", bad_numbers=\"error\")")]
    #[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
    fn py_new(
        py: Python<'_>,
        table: &Bound<'_, PyAny>,
        product: &Bound<'_, PyAny>,
        price: &Bound<'_, PyAny>,
        cost: Option<&Bound<'_, PyAny>>,
        stock: Option<&Bound<'_, PyAny>>,
        sellable: Option<&Bound<'_, PyAny>>,
        name: Option<&Bound<'_, PyAny>>,
        line: Option<&Bound<'_, PyAny>>,
        brand: Option<&Bound<'_, PyAny>>,
        category: Option<&Bound<'_, PyAny>>,
        must_match: Option<&Bound<'_, PyAny>>,
        quality: Option<&Bound<'_, PyAny>>,
        term: Option<&Bound<'_, PyAny>>,
        service: Option<&Bound<'_, PyAny>>,
        pack: Option<&Bound<'_, PyAny>>,
        rating: Option<&Bound<'_, PyAny>>,
        currency: Option<&Bound<'_, PyAny>>,
        nulls: Option<&Bound<'_, PyAny>>,
        bad_numbers: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        texts!(product, price);
        some_texts!(cost, stock, sellable, name, line, brand, term, service, pack, rating);
        let currency = &text_or(currency, "currency", "EUR")?;
        let nulls = &text_or(nulls, "nulls", "error")?;
        let bad_numbers = &text_or(bad_numbers, "bad_numbers", "error")?;
        let (columns, options) = settings(
            py,
            product,
            price,
            cost,
            stock,
            sellable,
            name,
            line,
            brand,
            category,
            must_match,
            quality,
            term,
            service,
            pack,
            rating,
            currency,
            nulls,
            bad_numbers,
        )?;
        let reader = arrow::table(table, "table")?;
        boundary::long(py, |control| {
            basketry::Catalog::from_reader(reader, &columns, &options, control)
        })
        .map(Self::new)
    }

    /// A catalogue from a CSV file with a header line.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    ///     The file, in UTF-8.
    /// product, price, cost, stock, sellable, name, line, brand, category, must_match, quality
    ///     The columns, as for :class:`Catalog`. Booleans are ``true``/``false``, ``yes``/``no`` or
    ///     ``1``/``0``, in any case.
    /// term, service, pack, rating
    ///     More columns, as for :class:`Catalog`.
    /// currency, nulls, bad_numbers
    ///     As for :class:`Catalog`.
    /// delimiter, decimal, integer_ids, null_values
    ///     As for :meth:`History.from_csv`.
    ///
    /// Raises
    /// ------
    /// IoError
    ///     If the file cannot be read.
    /// SchemaError, DataError
    ///     As for :class:`Catalog`.
    #[staticmethod]
    #[pyo3(signature = (
        path, *, product, price, cost = None, stock = None, sellable = None, name = None,
        line = None, brand = None, category = None, must_match = None, quality = None,
        term = None, service = None, pack = None, rating = None, currency = None, nulls = None,
        bad_numbers = None, delimiter = None, decimal = None, integer_ids = None, null_values = None,
    ), text_signature = "(path, *, product, price, cost=None, stock=None, sellable=None, name=None, line=None, brand=None, category=(), must_match=(), quality=(), term=None, service=None, pack=None, rating=None, currency=\"EUR\", nulls=\"error\", bad_numbers=\"error\", delimiter=\",\", decimal=\".\", integer_ids=(), null_values=None)")]
    #[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
    fn from_csv(
        py: Python<'_>,
        path: &Bound<'_, PyAny>,
        product: &Bound<'_, PyAny>,
        price: &Bound<'_, PyAny>,
        cost: Option<&Bound<'_, PyAny>>,
        stock: Option<&Bound<'_, PyAny>>,
        sellable: Option<&Bound<'_, PyAny>>,
        name: Option<&Bound<'_, PyAny>>,
        line: Option<&Bound<'_, PyAny>>,
        brand: Option<&Bound<'_, PyAny>>,
        category: Option<&Bound<'_, PyAny>>,
        must_match: Option<&Bound<'_, PyAny>>,
        quality: Option<&Bound<'_, PyAny>>,
        term: Option<&Bound<'_, PyAny>>,
        service: Option<&Bound<'_, PyAny>>,
        pack: Option<&Bound<'_, PyAny>>,
        rating: Option<&Bound<'_, PyAny>>,
        currency: Option<&Bound<'_, PyAny>>,
        nulls: Option<&Bound<'_, PyAny>>,
        bad_numbers: Option<&Bound<'_, PyAny>>,
        delimiter: Option<&Bound<'_, PyAny>>,
        decimal: Option<&Bound<'_, PyAny>>,
        integer_ids: Option<&Bound<'_, PyAny>>,
        null_values: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        texts!(product, price);
        some_texts!(cost, stock, sellable, name, line, brand, term, service, pack, rating);
        let currency = &text_or(currency, "currency", "EUR")?;
        let nulls = &text_or(nulls, "nulls", "error")?;
        let bad_numbers = &text_or(bad_numbers, "bad_numbers", "error")?;
        let path = file(path, "path")?;
        let delimiter = char_or(delimiter, "delimiter", ',')?;
        let decimal = char_or(decimal, "decimal", '.')?;
        let integer_ids = some_names(integer_ids, "integer_ids")?;
        let null_values = some_names(null_values, "null_values")?;
        let (columns, options) = settings(
            py,
            product,
            price,
            cost,
            stock,
            sellable,
            name,
            line,
            brand,
            category,
            must_match,
            quality,
            term,
            service,
            pack,
            rating,
            currency,
            nulls,
            bad_numbers,
        )?;
        let csv = convert::csv_options(delimiter, decimal, integer_ids, null_values);
        boundary::long(py, |control| {
            basketry::Catalog::from_csv(&path, &columns, &options, &csv, control)
        })
        .map(Self::new)
    }

    /// A new catalogue in which some products have changed; this one stays as it is.
    ///
    /// Parameters
    /// ----------
    /// changes : dict
    ///     For each product id a dict with any of ``price`` and ``cost`` (major units; ``None``:
    ///     not known), ``stock`` (units; ``None``: not tracked), ``sellable`` (bool), ``term``
    ///     (periods), ``service`` (bool), ``pack`` and ``rating`` (numbers; ``None``: not known).
    ///
    /// Raises
    /// ------
    /// UnknownIdError
    ///     If the catalogue does not have a product.
    /// InvalidArgumentError
    ///     For an unknown key or an amount that cannot be.
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> import pyarrow as pa
    /// >>> catalog = bk.Catalog(
    /// ...     pa.table({"sku": ["jam"], "price": [2.49]}), product="sku", price="price"
    /// ... )
    /// >>> catalog.updated({"jam": {"price": 1.99, "stock": 0}})["jam"]["price"]
    /// 1.99
    fn updated(&self, py: Python<'_>, changes: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut next = basketry::Catalog::clone(&self.inner);
        for (product, change) in of_class::<PyDict>(changes, "changes")? {
            let id = ids::id(&product, "changes")?;
            // Nothing that changes of it would find it either.
            if self.inner.ids().find(&id).is_none() {
                let message = format!("changes: the catalogue has no product {id}");
                return Err(exception(py, ErrorKind::UnknownId, &message));
            }
            let change = change.cast_into::<PyDict>().map_err(|_| {
                PyTypeError::new_err(format!("changes[{id}]: expected a dict of what changes"))
            })?;
            for (key, value) in change {
                let key = text(&key, &format!("changes[{id}]: a key"))?;
                let what = format!("changes[{id}].{key}");
                let result = match key.as_str() {
                    "price" => next.set_price(&id, self.amount(&value, &what)?),
                    "cost" => next.set_cost(&id, self.amount(&value, &what)?),
                    "stock" => next.set_stock(&id, units(&value, &what)?),
                    "sellable" => next.set_sellable(&id, flag(&value, &what)?),
                    "term" => next.set_term(&id, periods(&value, &what)?),
                    "service" => next.set_service(&id, flag(&value, &what)?),
                    "pack" => next.set_pack(&id, some_number(&value, &what)?),
                    "rating" => next.set_rating(&id, some_number(&value, &what)?),
                    _ => {
                        return Err(exception(
                            py,
                            ErrorKind::InvalidArgument,
                            &format!(
                                "{what}: expected price, cost, stock, sellable, term, service, \
                                 pack or rating"
                            ),
                        ));
                    }
                };
                // The core knows the key, but not whose it is.
                result.map_err(|error| match error.kind() {
                    ErrorKind::InvalidArgument => {
                        exception(py, error.kind(), &format!("changes[{id}].{error}"))
                    }
                    _ => error::to_py(py, error),
                })?;
            }
        }
        Ok(Self::new(next))
    }

    /// The same catalogue with products linked by hand. Links win over what :func:`fit` learns.
    ///
    /// Parameters
    /// ----------
    /// links : iterable of tuples
    ///     Product, link, other product; the link is ``"accessory_of"``, ``"variant_of"`` or
    ///     ``"never_with"``. An accessory is offered with what it is for, and that not with it; of
    ///     products that are linked both ways each is offered with the other.
    ///
    /// Raises
    /// ------
    /// UnknownIdError
    ///     If the catalogue does not have a product.
    /// InvalidArgumentError
    ///     For another link, and for a product linked with itself.
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> import pyarrow as pa
    /// >>> catalog = bk.Catalog(
    /// ...     pa.table({"sku": ["camera", "bag"], "price": [499.0, 39.0]}), product="sku", price="price"
    /// ... )
    /// >>> catalog.linked([("bag", "accessory_of", "camera")]).links
    /// [('bag', 'accessory_of', 'camera')]
    fn linked(&self, py: Python<'_>, links: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut next = basketry::Catalog::clone(&self.inner);
        for (at, link) in each(links, "links", "an iterable of tuples")?.enumerate() {
            let link = link?;
            let parts: (Bound<'_, PyAny>, String, Bound<'_, PyAny>) =
                link.extract().map_err(|_| {
                    PyTypeError::new_err(format!(
                        "links[{at}]: expected a tuple of product, link and other product"
                    ))
                })?;
            let product = ids::id(&parts.0, &format!("links[{at}][0]"))?;
            let other = ids::id(&parts.2, &format!("links[{at}][2]"))?;
            let of_link = |error| error::to_py(py, named(error, &format!("links[{at}]")));
            let kind: Link = parts.1.parse().map_err(of_link)?;
            next.link(&product, kind, &other).map_err(of_link)?;
        }
        Ok(Self::new(next))
    }

    /// The links made by hand: tuples of product, link and other product.
    #[getter]
    fn links<'py>(
        &self,
        py: Python<'py>,
    ) -> Vec<(Bound<'py, PyAny>, &'static str, Bound<'py, PyAny>)> {
        let id = |index: u32| ids::to_py(py, self.inner.id(index));
        self.inner.links().iter().map(|&(one, link, two)| (id(one), link.name(), id(two))).collect()
    }

    /// What became of the rows that were read: a dict of counts that prints as a summary.
    #[getter]
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let report = self.inner.report();
        convert::report(py, report, &report.to_string())
    }

    /// The currency of prices and costs.
    #[getter]
    fn currency(&self) -> String {
        self.inner.currency().code().to_owned()
    }

    /// The ids of all products, in the order of the source.
    #[getter]
    fn products<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        ids::list(py, self.inner.ids())
    }

    /// The names of all products, ``None`` where there is none, in the order of `products`.
    #[getter]
    fn names(&self) -> Vec<Option<String>> {
        (0..self.inner.len() as u32).map(|i| self.inner.name(i).map(str::to_owned)).collect()
    }

    fn __len__(&self) -> usize {
        self.inner.len()
    }

    fn __contains__(&self, product: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(self.inner.find(&ids::id(product, "product")?).is_some())
    }

    /// What is known about a product, as a dict; amounts are in major units.
    fn __getitem__<'py>(
        &self,
        py: Python<'py>,
        product: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let catalog = &*self.inner;
        let id = ids::id(product, "product")?;
        let index = catalog.find(&id).ok_or_else(|| {
            let message = format!("the catalogue has no product {id}");
            exception(py, ErrorKind::UnknownId, &message)
        })?;
        let object = |id: Option<IdRef<'_>>| id.map(|id| ids::to_py(py, id));
        let scale = catalog.currency().scale() as f64;
        let major = |money: Option<basketry::Money>| money.map(|money| money.minor as f64 / scale);
        let dict = PyDict::new(py);
        dict.set_item("product", ids::to_py(py, catalog.id(index)))?;
        dict.set_item("name", catalog.name(index))?;
        dict.set_item("price", major(catalog.price(index)))?;
        dict.set_item("cost", major(catalog.cost(index)))?;
        dict.set_item("stock", catalog.stock(index))?;
        dict.set_item("sellable", catalog.is_sellable(index))?;
        dict.set_item("line", object(catalog.line(index)))?;
        dict.set_item("brand", object(catalog.brand(index)))?;
        dict.set_item("category", catalog.category(index).map(object).collect::<Vec<_>>())?;
        let must_match = PyDict::new(py);
        for (column, value) in catalog.must_match(index) {
            must_match.set_item(column, object(value))?;
        }
        dict.set_item("must_match", must_match)?;
        let quality = PyDict::new(py);
        for (column, value) in catalog.quality(index) {
            quality.set_item(column, value)?;
        }
        dict.set_item("quality", quality)?;
        dict.set_item("term", catalog.term(index))?;
        dict.set_item("service", catalog.is_service(index))?;
        dict.set_item("pack", catalog.pack(index))?;
        dict.set_item("rating", catalog.rating(index))?;
        Ok(dict)
    }

    fn __repr__(&self) -> String {
        format!("<Catalog: {} products, {}>", self.inner.len(), self.inner.currency())
    }
}

impl Catalog {
    /// An amount of major units in minor ones.
    fn amount(&self, value: &Bound<'_, PyAny>, what: &str) -> PyResult<Option<i64>> {
        if value.is_none() {
            return Ok(None);
        }
        let amount = match number(value, what)? {
            Number::Float(amount) => amount,
            Number::Int(amount) => amount as f64,
        };
        let minor = self.inner.currency().minor(amount).ok_or_else(|| {
            let message = format!("{what}: {amount} is not finite, or too big");
            exception(value.py(), ErrorKind::InvalidArgument, &message)
        })?;
        Ok(Some(minor))
    }
}

fn flag(value: &Bound<'_, PyAny>, what: &str) -> PyResult<bool> {
    let error = |_| PyTypeError::new_err(format!("{what}: expected True or False"));
    Ok(value.cast::<PyBool>().map_err(error)?.is_true())
}

fn some_number(value: &Bound<'_, PyAny>, what: &str) -> PyResult<Option<f64>> {
    if value.is_none() {
        return Ok(None);
    }
    Ok(Some(match number(value, what)? {
        Number::Float(value) => value,
        Number::Int(value) => value as f64,
    }))
}

fn periods(value: &Bound<'_, PyAny>, what: &str) -> PyResult<u32> {
    match number(value, what)? {
        // The core names the range.
        Number::Int(periods) => Ok(u32::try_from(periods).unwrap_or(0)),
        Number::Float(_) => Err(PyTypeError::new_err(format!("{what}: expected a whole number"))),
    }
}

fn units(value: &Bound<'_, PyAny>, what: &str) -> PyResult<Option<i64>> {
    if value.is_none() {
        return Ok(None);
    }
    match number(value, what)? {
        Number::Int(units) => Ok(Some(units)),
        Number::Float(_) => Err(PyTypeError::new_err(format!("{what}: expected a whole number"))),
    }
}
