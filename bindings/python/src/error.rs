//! From the core's errors to Python's exceptions.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use basketry::ErrorKind;

/// The exception for an error of the core. The classes live in `basketry._errors`, one for each
/// [`ErrorKind`], found by the kind's code.
pub(crate) fn to_py(py: Python<'_>, error: basketry::Error) -> PyErr {
    exception(py, error.kind(), &error.to_string())
}

/// The exception for an error that a binding finds itself.
pub(crate) fn exception(py: Python<'_>, kind: ErrorKind, message: &str) -> PyErr {
    let build = || -> PyResult<PyErr> {
        let classes = py.import("basketry._errors")?.getattr("BY_CODE")?.cast_into::<PyDict>()?;
        let class = match classes.get_item(kind.code())? {
            Some(class) => class,
            None => py.import("basketry._errors")?.getattr("Error")?,
        };
        Ok(PyErr::from_value(class.call1((message,))?))
    };
    // Only a damaged installation lacks the classes; the message must still reach the user.
    build().unwrap_or_else(|_| PyRuntimeError::new_err(message.to_owned()))
}
