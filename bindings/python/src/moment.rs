//! Moments: what Python, pandas and numpy have for them.

use basketry::ErrorKind;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::convert::{Number, number, shown};
use crate::error::exception;

/// The moment in `object` in milliseconds since 1970, called `what` in messages: a time, a date
/// (its first moment), a text of either as in the columns of a history, or such a number.
pub(crate) fn moment(object: &Bound<'_, PyAny>, what: &str) -> PyResult<i64> {
    let py = object.py();
    if let Ok(text) = object.cast::<PyString>() {
        return basketry::data::parse_time(text.to_str()?).ok_or_else(|| {
            let text = format!(
                "{what}: expected a time such as 2026-03-31T12:00:00Z or a date such as 2026-03-31, \
                 got {}",
                shown(object)
            );
            exception(py, ErrorKind::InvalidArgument, &text)
        });
    }
    let date = py.import("datetime")?.getattr("date")?;
    if object.is_instance(&date)? || object.get_type().name()? == "datetime64" {
        return milliseconds(object, what);
    }
    match number(object, what) {
        Ok(Number::Int(ms)) => Ok(ms),
        // What is a number, but too large.
        Err(error) if !error.is_instance_of::<PyTypeError>(py) => Err(error),
        _ => Err(PyTypeError::new_err(format!(
            "{what}: expected a datetime, a date, a str like \"2026-11-22T10:00:00Z\" or an int of \
             milliseconds since 1970, got {}",
            object.get_type().name()?
        ))),
    }
}

/// As [`moment`], for what may be left out.
pub(crate) fn some_moment(object: Option<&Bound<'_, PyAny>>, what: &str) -> PyResult<Option<i64>> {
    object.map(|object| moment(object, what)).transpose()
}

/// Of a datetime or a date of Python, pandas or numpy.
pub(crate) fn milliseconds(time: &Bound<'_, PyAny>, what: &str) -> PyResult<i64> {
    let times = time.py().import("basketry._times")?;
    times.call_method1("milliseconds", (time, what))?.extract()
}
