//! `sequences`, `Sequences` and `Sequence`.

use basketry::mine::{SequenceMeasure, SequenceOptions, Step};
use basketry::{ErrorKind, Id};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyDict, PyList, PyString, PyTuple};

use crate::convert::{
    bound, flag_or, float, of_class, some_function, some_whole, text_or, whole_or,
};
use crate::history::History;
use crate::mine::support;
use crate::rows::{RowIterator, Rows, rows};
use crate::{arrow, boundary, error, ids, table};

/// What customers buy after what: all sequences of two or more steps that at least `min_support`
/// customers have within a window of days.
///
/// A step is what one customer bought at the same time. A customer has a sequence if the products
/// of its steps are in steps of theirs at rising times that keep to the gaps and to the window;
/// other steps may lie between. The search is exact. Goods that were given back count as bought.
///
/// Parameters
/// ----------
/// history : History
///     The orders; it must have a customer column.
/// min_support : float or int
///     A float in (0, 1] is a share of the customers; an int of at least 1 is a number of them.
/// within_days : float
///     The window: a whole sequence, from its first step to its last, takes at most so long.
/// min_gap_days : float
///     The least time between a step and the next; 0 means any later step.
/// max_gap_days : float, optional
///     The largest time between a step and the next; default: what the window leaves.
/// max_length : int
///     The largest number of steps, from 2 to 255.
/// max_items_per_step : int
///     The largest number of items in one step, from 1 to 255.
/// step : {"time", "day"}
///     What makes baskets of a customer one step: the same time, or the same day (UTC). By day,
///     gaps and windows count calendar days; right for tables that hold dates.
/// repeats : bool
///     Whether an item may come again in a later step, as refills do.
/// only_from : iterable of id, optional
///     If given, sequences are made of these products only.
/// must_not_contain : iterable of id
///     Products that no sequence is made of.
/// max_sequences : int
///     The largest number of sequences; a threshold that yields more is an error instead of a
///     machine out of memory. 10 million take about 1 GB.
/// threads : int, optional
///     How many threads to use; default: one for each core. The result is the same for any number.
/// progress : bool or callable
///     As for :func:`itemsets`.
///
/// Returns
/// -------
/// Sequences
///     Shorter ones first.
///
/// Raises
/// ------
/// InvalidArgumentError
///     If an option is out of its range.
/// UnknownIdError
///     If `only_from` or `must_not_contain` names a product that the history does not have.
/// DataError
///     If there are no baskets, or none with a customer.
/// LimitError
///     If there are more than `max_sequences` sequences.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> orders = {
/// ...     "customer": ["ann", "ann", "bob", "bob", "bob", "eve", "eve"],
/// ...     "day": ["2026-01-01", "2026-01-21", "2026-01-06", "2026-02-05", "2026-03-22",
/// ...             "2026-01-11", "2026-04-01"],
/// ...     "product": ["printer", "toner", "printer", "toner", "paper", "paper", "printer"],
/// ... }
/// >>> history = bk.History(orders, customer="customer", time="day", product="product")
/// >>> found = bk.sequences(history, min_support=2, within_days=30, step="day")
/// >>> found[0]
/// Sequence("printer" -> "toner", customers=2, confidence=1.000, lift=3.360, median_lag_days=25)
/// >>> found.after(["printer"], n=1)[0].steps
/// (('printer',), ('toner',))
#[pyfunction]
#[pyo3(signature = (
    history, min_support, within_days, *, min_gap_days = None, max_gap_days = None,
    max_length = None, max_items_per_step = None, step = None, repeats = None, only_from = None,
    must_not_contain = None, max_sequences = None, threads = None, progress = None,
), text_signature = "(history, min_support, within_days, *, min_gap_days=0.0, max_gap_days=None, max_length=3, max_items_per_step=1, step=\"time\", repeats=True, only_from=None, must_not_contain=(), max_sequences=10000000, threads=None, progress=False)")]
#[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
pub(crate) fn sequences(
    py: Python<'_>,
    history: &Bound<'_, PyAny>,
    min_support: &Bound<'_, PyAny>,
    within_days: &Bound<'_, PyAny>,
    min_gap_days: Option<&Bound<'_, PyAny>>,
    max_gap_days: Option<&Bound<'_, PyAny>>,
    max_length: Option<&Bound<'_, PyAny>>,
    max_items_per_step: Option<&Bound<'_, PyAny>>,
    step: Option<&Bound<'_, PyAny>>,
    repeats: Option<&Bound<'_, PyAny>>,
    only_from: Option<&Bound<'_, PyAny>>,
    must_not_contain: Option<&Bound<'_, PyAny>>,
    max_sequences: Option<&Bound<'_, PyAny>>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Sequences> {
    let step = &text_or(step, "step", "time")?;
    let history = of_class::<History>(history, "history")?;
    let repeats = flag_or(repeats, "repeats", true)?;
    let max_length = some_whole(max_length, "max_length")?;
    let max_items_per_step = some_whole(max_items_per_step, "max_items_per_step")?;
    let max_sequences = some_whole(max_sequences, "max_sequences")?;
    let threads = some_whole(threads, "threads")?;
    let within_days = float(within_days, "within_days")?;
    // What is not given has the core's default; a test holds the signature to it.
    let mut options = SequenceOptions::new(support(min_support)?, within_days).repeats(repeats);
    macro_rules! set {
        ($($option:ident),*) => {
            $(options.$option = $option.unwrap_or(options.$option);)*
        };
    }
    set!(max_length, max_items_per_step, max_sequences);
    options.threads = threads;
    if let Some(days) = min_gap_days {
        options.min_gap_days = float(days, "min_gap_days")?;
    }
    options.max_gap_days = max_gap_days.map(|days| float(days, "max_gap_days")).transpose()?;
    options.step = match step.as_str() {
        "time" => Step::Time,
        "day" => Step::Day,
        other => {
            return Err(error::exception(
                py,
                ErrorKind::InvalidArgument,
                &format!("step: expected \"time\" or \"day\", got {other:?}"),
            ));
        }
    };
    options.only_from = only_from.map(|items| ids::ids(items, "only_from")).transpose()?;
    if let Some(items) = must_not_contain {
        options.must_not_contain = ids::ids(items, "must_not_contain")?;
    }
    let history = history.get();
    let inner = boundary::shown(py, progress, |control| {
        // The history is locked from outside the pool: other work that waits for it must not
        // come to run in a thread that holds it.
        history.with(|history| {
            boundary::pooled(|| basketry::mine::sequences(history, &options, control))
        })
    })?;
    Ok(Sequences { inner })
}

fn measure(py: Python<'_>, name: &str) -> PyResult<SequenceMeasure> {
    name.parse().map_err(|error| error::to_py(py, error))
}

/// Frequent sequences, one row each, in columns.
///
/// Rows go by length. ``len(found)``, ``found[0]`` (a :class:`Sequence`), ``found[:10]`` and
/// iteration work as with a list. The columns, as Arrow and in data frames: ``sequence`` (a list
/// of ids; a list of such lists if steps may have several items), ``length``, ``customers``,
/// ``occurrences``, ``observed`` and ``followed`` (int64), then ``support``, ``confidence``,
/// ``base_rate``, ``lift``, ``first_quartile_lag_days``, ``median_lag_days`` and
/// ``third_quartile_lag_days`` (float64, null where not known), and ``median_lags_days`` (a lag for
/// each step but the first). What they mean is said at :class:`Sequence`.
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Sequences {
    inner: basketry::mine::Sequences,
}

#[pymethods]
impl Sequences {
    /// The number of customers with a purchase: what supports are shares of.
    #[getter]
    fn customers(&self) -> u64 {
        self.inner.customers()
    }

    /// The least number of customers who have a mined sequence.
    #[getter]
    fn min_count(&self) -> u64 {
        self.inner.min_count()
    }

    /// The window the sequences were mined with, in days.
    #[getter]
    fn within_days(&self) -> f64 {
        self.inner.within_days()
    }

    /// Baskets that were left out because their customer is not known.
    #[getter]
    fn anonymous_baskets(&self) -> u64 {
        self.inner.anonymous_baskets()
    }

    /// The sequences that hold all of these products, in whichever steps; none if an id is unknown.
    ///
    /// Parameters
    /// ----------
    /// items : iterable of id
    fn containing(&self, py: Python<'_>, items: &Bound<'_, PyAny>) -> PyResult<Self> {
        let items = ids::ids(items, "items")?;
        boundary::quick(py, || Ok(self.inner.containing(&items))).map(Self::of)
    }

    /// The sequences for which all conditions hold.
    ///
    /// Parameters
    /// ----------
    /// keep : callable, optional
    ///     Called with each :class:`Sequence`; keeps those for which it returns something true. The
    ///     other conditions are much faster.
    /// min_length, max_length : int, optional
    ///     The least and the largest number of steps.
    /// **least : float
    ///     The least value of a measure, by its name: ``found.filter(lift=2, confidence=0.1)``.
    ///     What is not known is below every value.
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If there is no measure of that name; the message lists those there are.
    #[pyo3(signature = (keep = None, /, *, min_length = None, max_length = None, **least))]
    fn filter(
        &self,
        py: Python<'_>,
        keep: Option<&Bound<'_, PyAny>>,
        min_length: Option<&Bound<'_, PyAny>>,
        max_length: Option<&Bound<'_, PyAny>>,
        least: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let min_length = some_whole(min_length, "min_length")?;
        let max_length = some_whole(max_length, "max_length")?;
        let mut conditions = Vec::new();
        for (name, value) in least.into_iter().flatten() {
            let name = name.cast_into::<PyString>()?;
            let name = name.to_str()?;
            conditions.push((measure(py, name)?, bound(&value, name)?));
        }
        let lengths = min_length.unwrap_or(0)..=max_length.unwrap_or(usize::MAX);
        let mut inner = boundary::quick(py, || {
            Ok(self.inner.filter(|sequence| {
                lengths.contains(&sequence.len())
                    && conditions.iter().all(|&(measure, least)| {
                        sequence.value(measure).is_some_and(|value| value >= least)
                    })
            }))
        })?;
        if let Some(keep) = some_function(keep, "keep")? {
            let mut rows = Vec::new();
            for row in 0..inner.len() {
                if keep.call1((Sequence { all: inner.clone(), row },))?.is_truthy()? {
                    rows.push(row);
                }
            }
            inner = inner.take(&rows);
        }
        Ok(Self::of(inner))
    }

    /// The same sequences with the largest `by` first, those of which it is not known last; ties
    /// stay in their order.
    ///
    /// Parameters
    /// ----------
    /// by : str
    ///     The name of a measure.
    #[pyo3(
        signature = (by = None),
        text_signature = "($self, by=\"confidence\")"
    )]
    fn sort(&self, py: Python<'_>, by: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let by = &text_or(by, "by", "confidence")?;
        let by = measure(py, by)?;
        let found = self.inner.clone();
        boundary::on_rows(py, found.len(), move || Ok(found.sorted_by(by))).map(Self::of)
    }

    /// What follows these orders: the `n` best sequences that the customer, with the last of the
    /// orders, has come up to the last step of.
    ///
    /// A sequence fits if its steps before the last are in orders one after the other, and the last
    /// of them is in the order just placed: with a single order these are the sequences of two
    /// steps that begin with something bought now. Times are not looked at; products that are
    /// unknown to the sequences are passed over.
    ///
    /// Parameters
    /// ----------
    /// orders : iterable of id, or iterable of iterables of id
    ///     The products of the order just placed; or several orders, the oldest first and the one
    ///     just placed last.
    /// n : int
    ///     The largest number of sequences.
    /// by : str
    ///     The measure that says which are the best.
    #[pyo3(
        signature = (orders, n = None, *, by = None),
        text_signature = "($self, orders, n=10, *, by=\"confidence\")"
    )]
    fn after(
        &self,
        py: Python<'_>,
        orders: &Bound<'_, PyAny>,
        n: Option<&Bound<'_, PyAny>>,
        by: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let by = &text_or(by, "by", "confidence")?;
        let n = whole_or(n, "n", 10)?;
        let by = measure(py, by)?;
        let orders = read_orders(orders)?;
        boundary::quick(py, || Ok(self.inner.after(&orders, n, by))).map(Self::of)
    }

    /// The columns as a dict of lists.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let found = self.inner.clone();
        let batch = boundary::on_rows(py, found.len(), move || found.to_record_batch())?;
        arrow::to_dict(py, &batch)
    }

    /// A ``pandas.DataFrame``; the sequences are tuples, and what is not known is NaN.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        table::frame(slf.as_any(), "to_pandas")
    }

    /// A ``polars.DataFrame``.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        table::frame(slf.as_any(), "to_polars")
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The interface lets a producer give its own types whatever is requested.
        let _ = requested_schema;
        arrow::stream(py, self.inner.reader())
    }

    fn _buffers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let found = self.inner.clone();
        let batch = boundary::on_rows(py, found.len(), move || found.to_record_batch())?;
        arrow::to_buffers(py, &batch)
    }

    fn _head<'py>(&self, py: Python<'py>, n: usize) -> PyResult<Bound<'py, PyDict>> {
        let batch = boundary::quick(py, || self.inner.head(n).to_record_batch())?;
        arrow::to_dict(py, &batch)
    }

    /// What :meth:`from_bytes` reads, in another process or later; pickling does the same.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let found = self.inner.clone();
        let bytes = boundary::on_rows(py, found.len(), move || Ok(found.to_bytes()))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// What :meth:`to_bytes` wrote.
    ///
    /// Parameters
    /// ----------
    /// data : bytes
    ///
    /// Raises
    /// ------
    /// FormatError
    ///     If this is something else, or damaged.
    /// VersionError
    ///     If a newer version wrote it.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<Self> {
        let data = of_class::<PyBytes>(data, "data")?.as_bytes();
        boundary::long(py, |_| basketry::mine::Sequences::from_bytes(data)).map(Self::of)
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        let bytes = slf.get().to_bytes(slf.py())?;
        Ok((slf.get_type().getattr("from_bytes")?, (bytes,)))
    }

    fn __len__(&self) -> usize {
        self.inner.len()
    }

    fn __getitem__<'py>(
        &self,
        py: Python<'py>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match rows(key, self.inner.len())? {
            Rows::One(row) => Ok(sequence(py, &self.inner, row)?.into_bound(py)),
            Rows::Many(rows) => {
                let inner = boundary::quick(py, || Ok(self.inner.take(&rows)))?;
                Ok(Self::of(inner).into_pyobject(py)?.into_any())
            }
        }
    }

    fn __iter__(&self) -> RowIterator {
        let all = self.inner.clone();
        RowIterator::new(all.len(), move |py, row| sequence(py, &all, row))
    }

    fn __repr__(&self) -> String {
        format!(
            "<Sequences: {} sequences within {} days of at least {} of {} customers>",
            self.inner.len(),
            self.inner.within_days(),
            self.inner.min_count(),
            self.inner.customers()
        )
    }

    fn __str__(slf: &Bound<'_, Self>) -> PyResult<String> {
        table::text(slf.as_any())
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        table::html(slf.as_any())
    }
}

impl Sequences {
    fn of(inner: basketry::mine::Sequences) -> Self {
        Self { inner }
    }
}

/// One order as a list of ids, or several as a list of such lists.
fn read_orders(object: &Bound<'_, PyAny>) -> PyResult<Vec<Vec<Id>>> {
    if ids::is_text(object) || object.try_iter().is_err() {
        // Says what is wrong.
        return Ok(vec![ids::ids(object, "orders")?]);
    }
    let parts = object.try_iter()?.collect::<PyResult<Vec<_>>>()?;
    let is_order = |part: &Bound<'_, PyAny>| !ids::is_text(part) && part.try_iter().is_ok();
    if parts.iter().any(is_order) {
        return parts.iter().map(|part| ids::ids(part, "orders")).collect();
    }
    let order: PyResult<Vec<Id>> = parts.iter().map(|part| ids::id(part, "orders")).collect();
    Ok(vec![order?])
}

fn sequence(py: Python<'_>, all: &basketry::mine::Sequences, row: usize) -> PyResult<Py<PyAny>> {
    Ok(Py::new(py, Sequence { all: all.clone(), row })?.into_any())
}

/// A sequence of steps, and how its last step follows the others.
///
/// An order *completes* the steps before the last if it is the last of them: the same purchase ends
/// at most one occurrence, and of the purchases it may continue the latest possible count. What may
/// follow lies in its *follow-up window*: from ``min_gap_days`` to ``max_gap_days`` after it, and
/// no later than ``within_days`` after the first step. Such an order is *observed* if the history
/// goes on for the longest follow-up window after it; what happened after later orders is only
/// partly known, and they count for neither the confidence, the lift nor the lags. Every observed
/// order weighs the same.
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Sequence {
    all: basketry::mine::Sequences,
    row: usize,
}

impl Sequence {
    fn get(&self) -> PyResult<basketry::mine::Sequence<'_>> {
        // A sequence is made for a row that is there.
        self.all.get(self.row).ok_or_else(|| PyIndexError::new_err(self.row))
    }
}

#[pymethods]
impl Sequence {
    /// The ids of each step: a tuple of tuples.
    #[getter]
    fn steps<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let names = self.all.ids();
        let steps = self
            .get()?
            .steps()
            .map(|step| PyTuple::new(py, step.iter().map(|&item| ids::to_py(py, names.get(item)))));
        PyTuple::new(py, steps.collect::<PyResult<Vec<_>>>()?)
    }

    /// How many customers have the sequence.
    #[getter]
    fn customers(&self) -> PyResult<u64> {
        Ok(self.get()?.customers())
    }

    /// How many orders complete the sequence.
    #[getter]
    fn occurrences(&self) -> PyResult<u64> {
        Ok(self.get()?.occurrences())
    }

    /// How many observed orders complete the steps before the last.
    #[getter]
    fn observed(&self) -> PyResult<u64> {
        Ok(self.get()?.observed())
    }

    /// How many of the observed orders have the last step in their follow-up window.
    #[getter]
    fn followed(&self) -> PyResult<u64> {
        Ok(self.get()?.followed())
    }

    /// The share of all customers that have the sequence, in (0, 1].
    #[getter]
    fn support(&self) -> PyResult<f64> {
        Ok(self.get()?.support())
    }

    /// How often the last step follows the others: ``followed / observed``, in [0, 1]; ``None`` if
    /// no order is observed.
    #[getter]
    fn confidence(&self) -> PyResult<Option<f64>> {
        Ok(self.get()?.confidence())
    }

    /// How often the last step is in a window of the same length that starts at a random moment of
    /// any customer's observed time, in [0, 1]; ``None`` if no order is observed.
    ///
    /// A customer's observed time runs from their first purchase of anything until the longest
    /// follow-up window before the end of the history. The share is exact: nothing is sampled.
    #[getter]
    fn base_rate(&self) -> PyResult<Option<f64>> {
        Ok(self.get()?.base_rate())
    }

    /// How many times more often the last step follows the others than it is bought in such a
    /// window at any other time: ``confidence / base_rate``; 1 if they have nothing to do with each
    /// other.
    #[getter]
    fn lift(&self) -> PyResult<Option<f64>> {
        Ok(self.get()?.lift())
    }

    /// The median of the days from the observed orders that are followed to the last step; the mean
    /// of the middle two if their number is even; ``None`` if none is followed.
    #[getter]
    fn median_lag_days(&self) -> PyResult<Option<f64>> {
        Ok(self.get()?.median_lag_days())
    }

    /// The quartiles of these days, interpolated as NumPy does by default.
    #[getter]
    fn lag_quartiles_days(&self) -> PyResult<Option<(f64, f64, f64)>> {
        Ok(self.get()?.lag_quartiles_days().map(|[first, median, third]| (first, median, third)))
    }

    /// For each step but the first the median lag with which it follows the steps before it.
    #[getter]
    fn median_lags_days<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.get()?.median_lags_days())
    }

    /// How many steps there are.
    fn __len__(&self) -> PyResult<usize> {
        Ok(self.get()?.len())
    }

    fn __repr__(&self) -> PyResult<String> {
        let sequence = self.get()?;
        let mut text = format!("Sequence({sequence}, customers={}", sequence.customers());
        for (name, value) in [("confidence", sequence.confidence()), ("lift", sequence.lift())] {
            if let Some(value) = value {
                text += &format!(", {name}={value:.3}");
            }
        }
        if let Some(days) = sequence.median_lag_days() {
            text += &format!(", median_lag_days={days}");
        }
        Ok(text + ")")
    }
}
