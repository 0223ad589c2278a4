//! `Itemsets` and `Itemset`.

use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyDict, PyList, PyTuple};

use crate::convert::{of_class, some_function, some_whole, text_or};
use crate::mine::support;
use crate::rows::{RowIterator, Rows, rows};
use crate::{arrow, boundary, ids, table};

/// Frequent itemsets, one row each, in columns.
///
/// Rows go by length. ``len(sets)``, ``sets[0]`` (an :class:`Itemset`), ``sets[:10]`` and
/// iteration work as with a list. The columns, as Arrow and in data frames: ``itemset`` (a list of
/// ids), ``length`` and ``count`` (int64), ``support`` (float64, the share of baskets), and those
/// that the way of mining adds.
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Itemsets {
    pub(crate) inner: basketry::Itemsets,
}

/// A set of items and the number of baskets that hold all of them.
#[pyclass(frozen, module = "basketry", get_all)]
pub(crate) struct Itemset {
    /// The ids.
    items: Py<PyTuple>,
    /// The number of baskets that hold all of the items.
    count: u64,
    /// The share of baskets that hold all of the items, in (0, 1]; where baskets have weights, the
    /// share of their weight.
    support: f64,
}

impl Itemset {
    fn new(py: Python<'_>, set: basketry::mine::Itemset<'_>) -> PyResult<Self> {
        Ok(Self { items: tuple(py, set)?.unbind(), count: set.count(), support: set.support() })
    }
}

pub(crate) fn tuple<'py>(
    py: Python<'py>,
    set: basketry::mine::Itemset<'_>,
) -> PyResult<Bound<'py, PyTuple>> {
    PyTuple::new(py, set.ids().map(|id| ids::to_py(py, id)))
}

#[pymethods]
impl Itemset {
    fn __len__(&self, py: Python<'_>) -> usize {
        self.items.bind(py).len()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Itemset({}, count={})", self.items.bind(py).repr()?, self.count))
    }
}

#[pymethods]
impl Itemsets {
    /// The number of baskets that were mined.
    #[getter]
    fn baskets(&self) -> u64 {
        self.inner.baskets()
    }

    /// The least number of baskets that an itemset had to be in.
    #[getter]
    fn min_count(&self) -> u64 {
        self.inner.min_count()
    }

    /// The weight of all baskets; ``None`` if they have no weights.
    #[getter]
    fn total_weight(&self) -> Option<f64> {
        self.inner.total_weight()
    }

    /// The `min_count` that was asked for, if a limit raised it; otherwise ``None``.
    #[getter]
    fn asked_min_count(&self) -> Option<u64> {
        self.inner.raised().map(|raised| raised.asked)
    }

    /// The option whose limit raised `min_count`, such as ``"max_itemsets"``; otherwise ``None``.
    #[getter]
    fn limit(&self) -> Option<&'static str> {
        self.inner.raised().map(|raised| raised.limit.name())
    }

    /// In how many baskets these items are together.
    ///
    /// Closed itemsets tell that for every set that is frequent.
    ///
    /// ``None`` if that is below the threshold the itemsets were mined with, if an id is unknown,
    /// or if itemsets of that length were not mined. Looks in all mined itemsets, also those that
    /// a filter hides.
    ///
    /// Parameters
    /// ----------
    /// items : iterable of id
    fn count_of(&self, py: Python<'_>, items: &Bound<'_, PyAny>) -> PyResult<Option<u64>> {
        let items = ids::ids(items, "items")?;
        boundary::quick(py, || Ok(self.inner.count_of(&items)))
    }

    /// The itemsets that hold all of these items; none if an id is unknown.
    ///
    /// Parameters
    /// ----------
    /// items : iterable of id
    fn containing(&self, py: Python<'_>, items: &Bound<'_, PyAny>) -> PyResult<Self> {
        let items = ids::ids(items, "items")?;
        let sets = self.inner.clone();
        boundary::on_rows(py, sets.len(), move || Ok(sets.containing(&items))).map(Self::of)
    }

    /// The itemsets for which all conditions hold.
    ///
    /// Parameters
    /// ----------
    /// keep : callable, optional
    ///     Called with each :class:`Itemset`; keeps those for which it returns something true. The
    ///     other conditions are much faster.
    /// min_length, max_length : int, optional
    ///     The least and the largest number of items.
    /// min_support : float or int, optional
    ///     A float is a share of the baskets, an int a number of them, as for :func:`itemsets`.
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> sets = bk.itemsets(bk.Baskets.from_lists([[1, 2], [1, 2, 3], [3]]), min_support=1)
    /// >>> len(sets), len(sets.filter(min_length=2, min_support=2))
    /// (7, 1)
    #[pyo3(
        signature = (keep = None, /, *, min_length = None, max_length = None, min_support = None)
    )]
    fn filter(
        &self,
        py: Python<'_>,
        keep: Option<&Bound<'_, PyAny>>,
        min_length: Option<&Bound<'_, PyAny>>,
        max_length: Option<&Bound<'_, PyAny>>,
        min_support: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let min_length = some_whole(min_length, "min_length")?;
        let max_length = some_whole(max_length, "max_length")?;
        let support = min_support.map(support).transpose()?;
        let all = self.inner.clone();
        let mut inner = boundary::on_rows(py, all.len(), move || {
            let inner = match support {
                Some(support) => all.with_support(support)?,
                None => all,
            };
            let (min, max) = (min_length.unwrap_or(0), max_length.unwrap_or(usize::MAX));
            Ok(inner.with_length(min..=max))
        })?;
        if let Some(keep) = some_function(keep, "keep")? {
            let mut rows = Vec::new();
            for (row, set) in inner.iter().enumerate() {
                if keep.call1((Itemset::new(py, set)?,))?.is_truthy()? {
                    rows.push(row);
                }
            }
            inner = inner.take(&rows);
        }
        Ok(Self::of(inner))
    }

    /// The same itemsets with the largest numbers of a column first; ties stay in their order.
    ///
    /// Parameters
    /// ----------
    /// by : str
    ///     The column: ``"support"``, ``"count"``, ``"length"``, or one that the way of mining adds.
    #[pyo3(
        signature = (by = None),
        text_signature = "($self, by=\"support\")"
    )]
    fn sort(&self, py: Python<'_>, by: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let by = &text_or(by, "by", "support")?;
        let (sets, by) = (self.inner.clone(), by.to_owned());
        boundary::on_rows(py, sets.len(), move || sets.sorted_by(&by)).map(Self::of)
    }

    /// The columns as a dict of lists.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let sets = self.inner.clone();
        let batch = boundary::on_rows(py, sets.len(), move || sets.to_record_batch())?;
        arrow::to_dict(py, &batch)
    }

    /// A ``pandas.DataFrame``; the itemsets are tuples.
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
        let sets = self.inner.clone();
        let batch = boundary::on_rows(py, sets.len(), move || sets.to_record_batch())?;
        arrow::to_buffers(py, &batch)
    }

    fn _head<'py>(&self, py: Python<'py>, n: usize) -> PyResult<Bound<'py, PyDict>> {
        let batch = boundary::quick(py, || self.inner.head(n).to_record_batch())?;
        arrow::to_dict(py, &batch)
    }

    /// What :meth:`from_bytes` reads, in another process or later; pickling does the same.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let sets = self.inner.clone();
        let bytes = boundary::on_rows(py, sets.len(), move || Ok(sets.to_bytes()))?;
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
        boundary::long(py, |_| basketry::Itemsets::from_bytes(data)).map(Self::of)
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
            Rows::One(row) => Ok(itemset(py, &self.inner, row)?.into_bound(py)),
            Rows::Many(rows) => {
                let inner = boundary::quick(py, || Ok(self.inner.take(&rows)))?;
                Ok(Self::of(inner).into_pyobject(py)?.into_any())
            }
        }
    }

    fn __iter__(&self) -> RowIterator {
        let sets = self.inner.clone();
        RowIterator::new(sets.len(), move |py, row| itemset(py, &sets, row))
    }

    fn __repr__(&self) -> String {
        format!(
            "<Itemsets: {} itemsets in at least {} of {} baskets>",
            self.inner.len(),
            self.inner.min_count(),
            self.inner.baskets()
        )
    }

    fn __str__(slf: &Bound<'_, Self>) -> PyResult<String> {
        table::text(slf.as_any())
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        table::html(slf.as_any())
    }
}

impl Itemsets {
    pub(crate) fn of(inner: basketry::Itemsets) -> Self {
        Self { inner }
    }
}

fn itemset(py: Python<'_>, sets: &basketry::Itemsets, row: usize) -> PyResult<Py<PyAny>> {
    let set = sets.get(row).ok_or_else(|| PyIndexError::new_err(row))?;
    Ok(Py::new(py, Itemset::new(py, set)?)?.into_any())
}
