//! `History`.

use std::sync::{PoisonError, RwLock};

use basketry::{Control, Currency, HistoryColumns, HistoryOptions};
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::baskets::Baskets;
use crate::convert::{char_or, file, some_names, some_texts, text_or, texts};
use crate::moment::moment;
use crate::{arrow, boundary, convert, error, ids};

/// What happened: order lines, grouped into baskets.
///
/// Repeated lines of a product in a basket are added up. Every line is read; by default a line
/// that cannot be used is an error that names its column and row.
///
/// Parameters
/// ----------
/// table : table
///     The order lines: a pandas, polars or pyarrow table, a DuckDB relation, or any object with
///     ``__arrow_c_stream__`` or ``__arrow_c_array__``.
/// time : str
///     The column that says when: dates, timestamps of any unit and zone, or ISO 8601 strings.
///     What has no zone is taken as UTC.
/// product : str
///     The column of product ids (strings or integers).
/// customer : str, optional
///     The column of customer ids. Without it each basket is a customer of its own.
/// basket : str, optional
///     The column of order ids. Without it the lines of one customer at the same time are one
///     basket. `customer` or `basket` must be given.
/// quantity : str, optional
///     The column of units; 1 without it.
/// revenue : str, optional
///     The column of what was paid for the whole line, in major units (12.5 is twelve euros
///     fifty).
/// nulls : {"error", "skip"}
///     What to do with a null in any of the named columns. Skipped lines are counted in `report`.
/// non_finite : {"error", "skip"}
///     What to do with a quantity or revenue that is NaN, infinite or too big to be kept.
/// non_positive : {"error", "skip", "return"}
///     What to do with a quantity of zero or less; ``"return"`` keeps the line apart as goods
///     that were given back.
/// currency : str
///     The currency of `revenue`, three upper-case letters.
/// progress : bool or callable
///     True shows a bar (tqdm if it is installed); a function is called with
///     ``(stage, done, total)`` about every 50 ms, `total` being 0 where it is not known.
///
/// Raises
/// ------
/// SchemaError
///     If a named column is not there or has a type that cannot serve.
/// DataError
///     For a value that the rules above do not allow, and if a basket belongs to two customers.
/// InvalidArgumentError
///     If neither `customer` nor `basket` is named, or a rule has no such name.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> import pyarrow as pa
/// >>> orders = pa.table({
/// ...     "ts": ["2026-03-31T12:00:00Z", "2026-03-31T12:00:00Z"],
/// ...     "order": [17, 17],
/// ...     "customer": ["ann", "ann"],
/// ...     "sku": ["bread", "jam"],
/// ... })
/// >>> history = bk.History(orders, time="ts", product="sku", customer="customer", basket="order")
/// >>> len(history), history.lines
/// (1, 2)
/// >>> history.report["lines_used"]
/// 2
#[pyclass(frozen, module = "basketry")]
pub(crate) struct History {
    // Locked only without the GIL: a thread that waits for the lock must not hold up another
    // that needs the GIL to finish and give it back.
    inner: RwLock<basketry::History>,
    columns: HistoryColumns,
    options: HistoryOptions,
}

impl History {
    /// The orders of a simulated shop, with the names of the columns that a table to append has.
    pub(crate) fn simulated(history: basketry::History) -> Self {
        let mut columns = HistoryColumns::new("time", "product");
        columns.customer = Some("customer".to_owned());
        columns.basket = Some("basket".to_owned());
        columns.revenue = Some("revenue".to_owned());
        let options = history.currency().map_or_else(HistoryOptions::default, HistoryOptions::new);
        Self { inner: RwLock::new(history), columns, options }
    }

    /// Runs `work` on the history without the GIL, as a call that does not take long.
    fn read<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&basketry::History) -> T + Send,
    ) -> PyResult<T> {
        boundary::quick(py, || Ok(self.with(work)))
    }

    /// Runs `work` on the history. To be called without the GIL.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&basketry::History) -> T) -> T {
        // `append` leaves the history as it was unless it succeeds, so a poisoned lock guards
        // nothing broken.
        work(&self.inner.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the history. To be called without the GIL; what fails must leave it as it was.
    pub(crate) fn change<T>(&self, work: impl FnOnce(&mut basketry::History) -> T) -> T {
        work(&mut self.inner.write().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The columns and the rules, as the constructors take them.
#[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
fn settings(
    py: Python<'_>,
    time: String,
    product: String,
    customer: Option<String>,
    basket: Option<String>,
    quantity: Option<String>,
    revenue: Option<String>,
    nulls: &str,
    non_finite: &str,
    non_positive: &str,
    currency: &str,
) -> PyResult<(HistoryColumns, HistoryOptions)> {
    let mut columns = HistoryColumns::new(time, product);
    columns.customer = customer;
    columns.basket = basket;
    columns.quantity = quantity;
    columns.revenue = revenue;
    let currency = Currency::new(currency).map_err(|error| error::to_py(py, error))?;
    let options = HistoryOptions::new(currency)
        .nulls(convert::choice(py, "nulls", nulls)?)
        .non_finite(convert::choice(py, "non_finite", non_finite)?)
        .non_positive(convert::choice(py, "non_positive", non_positive)?);
    Ok((columns, options))
}

#[pymethods]
impl History {
    #[new]
    #[pyo3(signature = (
        table, *, time, product, customer = None, basket = None, quantity = None, revenue = None,
        nulls = None, non_finite = None, non_positive = None, currency = None,
        progress = None,
    ), text_signature = "(table, *, time, product, customer=None, basket=None, quantity=None, revenue=None, nulls=\"error\", non_finite=\"error\", non_positive=\"error\", currency=\"EUR\", progress=False)")]
    #[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
    fn new(
        py: Python<'_>,
        table: &Bound<'_, PyAny>,
        time: &Bound<'_, PyAny>,
        product: &Bound<'_, PyAny>,
        customer: Option<&Bound<'_, PyAny>>,
        basket: Option<&Bound<'_, PyAny>>,
        quantity: Option<&Bound<'_, PyAny>>,
        revenue: Option<&Bound<'_, PyAny>>,
        nulls: Option<&Bound<'_, PyAny>>,
        non_finite: Option<&Bound<'_, PyAny>>,
        non_positive: Option<&Bound<'_, PyAny>>,
        currency: Option<&Bound<'_, PyAny>>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        texts!(time, product);
        some_texts!(customer, basket, quantity, revenue);
        let nulls = &text_or(nulls, "nulls", "error")?;
        let non_finite = &text_or(non_finite, "non_finite", "error")?;
        let non_positive = &text_or(non_positive, "non_positive", "error")?;
        let currency = &text_or(currency, "currency", "EUR")?;
        let (columns, options) = settings(
            py,
            time,
            product,
            customer,
            basket,
            quantity,
            revenue,
            nulls,
            non_finite,
            non_positive,
            currency,
        )?;
        let reader = arrow::table(table, "table")?;
        let history = boundary::shown(py, progress, |control| {
            basketry::History::from_reader(reader, &columns, &options, control)
        })?;
        Ok(Self { inner: RwLock::new(history), columns, options })
    }

    /// A history from a CSV file with a header line.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    ///     The file, in UTF-8.
    /// time, product, customer, basket, quantity, revenue : str
    ///     The columns, as for :class:`History`.
    /// nulls, non_finite, non_positive, currency, progress
    ///     As for :class:`History`.
    /// delimiter : str
    ///     What parts fields: one ASCII character.
    /// decimal : {".", ","}
    ///     What parts the whole from the fraction of a number.
    /// integer_ids : iterable of str
    ///     The columns whose ids are integers; others are strings, as written.
    /// null_values : iterable of str, optional
    ///     The texts that mean null; default: the empty one.
    ///
    /// Raises
    /// ------
    /// IoError
    ///     If the file cannot be read.
    /// SchemaError, DataError, InvalidArgumentError
    ///     As for :class:`History`; errors name the line.
    #[staticmethod]
    #[pyo3(signature = (
        path, *, time, product, customer = None, basket = None, quantity = None, revenue = None,
        nulls = None, non_finite = None, non_positive = None, currency = None,
        delimiter = None, decimal = None, integer_ids = None, null_values = None, progress = None,
    ), text_signature = "(path, *, time, product, customer=None, basket=None, quantity=None, revenue=None, nulls=\"error\", non_finite=\"error\", non_positive=\"error\", currency=\"EUR\", delimiter=\",\", decimal=\".\", integer_ids=(), null_values=None, progress=False)")]
    #[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
    fn from_csv(
        py: Python<'_>,
        path: &Bound<'_, PyAny>,
        time: &Bound<'_, PyAny>,
        product: &Bound<'_, PyAny>,
        customer: Option<&Bound<'_, PyAny>>,
        basket: Option<&Bound<'_, PyAny>>,
        quantity: Option<&Bound<'_, PyAny>>,
        revenue: Option<&Bound<'_, PyAny>>,
        nulls: Option<&Bound<'_, PyAny>>,
        non_finite: Option<&Bound<'_, PyAny>>,
        non_positive: Option<&Bound<'_, PyAny>>,
        currency: Option<&Bound<'_, PyAny>>,
        delimiter: Option<&Bound<'_, PyAny>>,
        decimal: Option<&Bound<'_, PyAny>>,
        integer_ids: Option<&Bound<'_, PyAny>>,
        null_values: Option<&Bound<'_, PyAny>>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        texts!(time, product);
        some_texts!(customer, basket, quantity, revenue);
        let nulls = &text_or(nulls, "nulls", "error")?;
        let non_finite = &text_or(non_finite, "non_finite", "error")?;
        let non_positive = &text_or(non_positive, "non_positive", "error")?;
        let currency = &text_or(currency, "currency", "EUR")?;
        let path = file(path, "path")?;
        let delimiter = char_or(delimiter, "delimiter", ',')?;
        let decimal = char_or(decimal, "decimal", '.')?;
        let integer_ids = some_names(integer_ids, "integer_ids")?;
        let null_values = some_names(null_values, "null_values")?;
        let (columns, options) = settings(
            py,
            time,
            product,
            customer,
            basket,
            quantity,
            revenue,
            nulls,
            non_finite,
            non_positive,
            currency,
        )?;
        let csv = convert::csv_options(delimiter, decimal, integer_ids, null_values);
        let history = boundary::shown(py, progress, |control| {
            basketry::History::from_csv(&path, &columns, &options, &csv, control)
        })?;
        Ok(Self { inner: RwLock::new(history), columns, options })
    }

    /// Adds the lines of another table with the same columns, under the same rules.
    ///
    /// The result is exactly what reading both tables one after the other would have given. On an
    /// error the history stays as it was.
    ///
    /// Parameters
    /// ----------
    /// table : table
    ///     More order lines.
    /// progress : bool or callable
    ///     As for :class:`History`.
    #[pyo3(signature = (table, *, progress = None), text_signature = "($self, table, *, progress=False)")]
    fn append(
        &self,
        py: Python<'_>,
        table: &Bound<'_, PyAny>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let reader = arrow::table(table, "table")?;
        boundary::shown(py, progress, |control: &Control| {
            let mut history = self.inner.write().unwrap_or_else(PoisonError::into_inner);
            history.append(reader, &self.columns, &self.options, control)
        })
    }

    /// The distinct products of each basket, for mining.
    ///
    /// Parameters
    /// ----------
    /// half_life_days : float, optional
    ///     Baskets get weights (see :meth:`Baskets.with_weights`) that halve with every so many
    ///     days of their age.
    /// now : datetime.datetime, datetime.date, str or int, optional
    ///     When their age is measured: an instant not before the last basket; a date is its first
    ///     moment (UTC). Required with, and only used with, `half_life_days`.
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If `now` is no time, if a basket is later than it or over a thousand half-lives old.
    #[pyo3(signature = (*, half_life_days = None, now = None))]
    fn to_baskets(
        &self,
        py: Python<'_>,
        half_life_days: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Baskets> {
        let decay = match (half_life_days, now) {
            (None, None) => None,
            (Some(days), Some(now)) => {
                Some((moment(now, "now")?, convert::float(days, "half_life_days")?))
            }
            _ => {
                return Err(error::exception(
                    py,
                    basketry::ErrorKind::InvalidArgument,
                    "half_life_days, now: expected both or neither",
                ));
            }
        };
        boundary::long(py, |_| {
            self.with(|history| match decay {
                Some((now, days)) => history.to_decayed_baskets(now, days),
                None => Ok(history.to_baskets()),
            })
        })
        .map(Baskets::new)
    }

    /// What became of the lines that were read: a dict of counts that prints as a summary.
    ///
    /// Each line is in exactly one of ``lines_used``, ``skipped_null``, ``skipped_non_finite``,
    /// ``skipped_non_positive`` and ``returns``.
    #[getter]
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let report = self.read(py, |history| history.report().clone())?;
        convert::report(py, &report, &report.to_string())
    }

    /// The customers' ids, in the order of their first appearance.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let customers = self.read(py, |history| history.customers().clone())?;
        ids::list(py, &customers)
    }

    /// The products' ids, in the order of their first appearance.
    #[getter]
    fn products<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let products = self.read(py, |history| history.products().clone())?;
        ids::list(py, &products)
    }

    /// The number of order lines, after repeated lines of a product in a basket were added up.
    #[getter]
    fn lines(&self, py: Python<'_>) -> PyResult<usize> {
        self.read(py, basketry::History::lines)
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.read(py, basketry::History::len)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        self.read(py, |history| {
            format!(
                "<History: {} baskets, {} lines, {} customers, {} products>",
                history.len(),
                history.lines(),
                history.customers().len(),
                history.products().len()
            )
        })
    }
}
