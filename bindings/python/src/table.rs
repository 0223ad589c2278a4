//! The table that results come in.

use arrow_array::RecordBatch;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList};

use crate::arrow;

/// A table of results, in columns.
///
/// It speaks the Arrow PyCapsule interface: ``polars.DataFrame(table)``,
/// ``pyarrow.table(table)`` and DuckDB read it without a copy.
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Table {
    batch: RecordBatch,
    unknown: u64,
    unknown_customers: u64,
}

impl Table {
    pub(crate) fn new(batch: RecordBatch, unknown: u64) -> Self {
        Self { batch, unknown, unknown_customers: 0 }
    }

    pub(crate) fn with_unknown_customers(self, unknown_customers: u64) -> Self {
        Self { unknown_customers, ..self }
    }
}

#[pymethods]
impl Table {
    /// The names of the columns.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.batch.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// How many ids of products in the request were not known, and passed over.
    #[getter]
    fn unknown(&self) -> u64 {
        self.unknown
    }

    /// How many customers of the request were not known. They were answered as strangers.
    #[getter]
    fn unknown_customers(&self) -> u64 {
        self.unknown_customers
    }

    /// The columns as a dict of lists.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        arrow::to_dict(py, &self.batch)
    }

    /// The table as a ``pandas.DataFrame``. Lists become tuples.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        frame(slf.as_any(), "to_pandas")
    }

    /// The table as a ``polars.DataFrame``.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        frame(slf.as_any(), "to_polars")
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The interface lets a producer give its own types whatever is requested.
        let _ = requested_schema;
        arrow::stream(py, basketry::table_from_batch(self.batch.clone()))
    }

    fn _buffers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        arrow::to_buffers(py, &self.batch)
    }

    fn _head<'py>(&self, py: Python<'py>, n: usize) -> PyResult<Bound<'py, PyDict>> {
        arrow::to_dict(py, &self.batch.slice(0, n.min(self.batch.num_rows())))
    }

    fn __len__(&self) -> usize {
        self.batch.num_rows()
    }

    fn __repr__(&self) -> String {
        format!("<Table: {} rows of {}>", self.batch.num_rows(), self.columns().join(", "))
    }

    fn __str__(slf: &Bound<'_, Self>) -> PyResult<String> {
        text(slf.as_any())
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        html(slf.as_any())
    }
}

/// Calls a converter of `basketry._frames`.
pub(crate) fn frame<'py>(table: &Bound<'py, PyAny>, function: &str) -> PyResult<Bound<'py, PyAny>> {
    table.py().import("basketry._frames")?.call_method1(function, (table,))
}

/// What a notebook shows of a table of results.
pub(crate) fn html(table: &Bound<'_, PyAny>) -> PyResult<String> {
    table.py().import("basketry._display")?.call_method1("table", (table,))?.extract()
}

/// What printing a table of results gives.
pub(crate) fn text(table: &Bound<'_, PyAny>) -> PyResult<String> {
    table.py().import("basketry._display")?.call_method1("text", (table,))?.extract()
}
