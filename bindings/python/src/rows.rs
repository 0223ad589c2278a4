//! Rows of results: positions, slices and iteration.

use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::PySlice;

/// What `[...]` was called with: one row or several.
pub(crate) enum Rows {
    One(usize),
    Many(Vec<usize>),
}

/// The rows that a Python index or slice stands for.
pub(crate) fn rows(key: &Bound<'_, PyAny>, length: usize) -> PyResult<Rows> {
    if let Ok(slice) = key.cast::<PySlice>() {
        let range = slice.indices(length as isize)?;
        let rows = (0..range.slicelength)
            .map(|k| (range.start + k as isize * range.step) as usize)
            .collect();
        return Ok(Rows::Many(rows));
    }
    Ok(Rows::One(position(key.extract()?, length)?))
}

/// The position of a Python index, which may count from the end.
pub(crate) fn position(index: isize, length: usize) -> PyResult<usize> {
    let at = if index < 0 { index + length as isize } else { index };
    usize::try_from(at)
        .ok()
        .filter(|&at| at < length)
        .ok_or_else(|| PyIndexError::new_err(format!("index {index} of {length}")))
}

type Get = Box<dyn Fn(Python<'_>, usize) -> PyResult<Py<PyAny>> + Send + Sync>;

/// An iterator over the rows of something that does not change.
#[pyclass(frozen, module = "basketry._native", name = "_Iterator")]
pub(crate) struct RowIterator {
    get: Get,
    length: usize,
    next: AtomicUsize,
}

impl RowIterator {
    pub(crate) fn new(
        length: usize,
        get: impl Fn(Python<'_>, usize) -> PyResult<Py<PyAny>> + Send + Sync + 'static,
    ) -> Self {
        Self { get: Box::new(get), length, next: AtomicUsize::new(0) }
    }
}

#[pymethods]
impl RowIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        // Relaxed: each row is handed out once, whichever thread asks, and rows do not change.
        let row = self.next.fetch_add(1, Ordering::Relaxed);
        if row < self.length {
            return (self.get)(py, row).map(Some);
        }
        self.next.store(self.length, Ordering::Relaxed);
        Ok(None)
    }

    fn __length_hint__(&self) -> usize {
        self.length - self.next.load(Ordering::Relaxed).min(self.length)
    }
}
