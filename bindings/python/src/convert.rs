//! Small conversions that several classes share.

use std::path::PathBuf;
use std::time::Duration;

use basketry::{CsvOptions, ErrorKind};
use pyo3::PyTypeInfo;
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyString, PyType};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::boundary;
use crate::error::exception;

/// A value of an enumeration from its name, such as `"error"` or `"skip"`.
pub(crate) fn choice<T: DeserializeOwned>(py: Python<'_>, what: &str, name: &str) -> PyResult<T> {
    T::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(name))
        .map_err(|error| exception(py, ErrorKind::InvalidArgument, &format!("{what}: {error}")))
}

/// How a CSV file is written; `None` is the default.
pub(crate) fn csv_options(
    delimiter: char,
    decimal: char,
    integer_ids: Option<Vec<String>>,
    null_values: Option<Vec<String>>,
) -> CsvOptions {
    let mut options = CsvOptions::default().delimiter(delimiter).decimal(decimal);
    if let Some(columns) = integer_ids {
        options = options.integer_ids(columns);
    }
    if let Some(texts) = null_values {
        options = options.nulls(texts);
    }
    options
}

/// An error about a table that is the argument `what`.
pub(crate) fn named(error: basketry::Error, what: &str) -> basketry::Error {
    basketry::Error::new(error.kind(), format!("{what}: {error}"))
}

/// An argument that has to be of a class of ours.
pub(crate) fn of_class<'a, 'py, T: PyTypeInfo>(
    object: &'a Bound<'py, PyAny>,
    what: &str,
) -> PyResult<&'a Bound<'py, T>> {
    object.cast().map_err(|_| {
        let name = |class: Bound<'_, PyType>| match class.name() {
            Ok(name) => name.to_string(),
            Err(_) => "another class".to_owned(),
        };
        let (wanted, got) = (name(T::type_object(object.py())), name(object.get_type()));
        let article = if wanted.starts_with(['A', 'E', 'I', 'O']) { "an" } else { "a" };
        PyTypeError::new_err(format!("{what}: expected {article} {wanted}, got {got}"))
    })
}

/// As [`of_class`], for what may be left out.
pub(crate) fn some_of_class<'a, 'py, T: PyTypeInfo>(
    object: Option<&'a Bound<'py, PyAny>>,
    what: &str,
) -> PyResult<Option<&'a Bound<'py, T>>> {
    object.map(|object| of_class(object, what)).transpose()
}

/// A function that may be left out.
pub(crate) fn some_function<'a, 'py>(
    object: Option<&'a Bound<'py, PyAny>>,
    what: &str,
) -> PyResult<Option<&'a Bound<'py, PyAny>>> {
    match object {
        Some(object) if !object.is_callable() => {
            let kind = object.get_type().name()?;
            Err(PyTypeError::new_err(format!("{what}: expected a function, got {kind}")))
        }
        object => Ok(object),
    }
}

/// One name or a list of names.
pub(crate) fn names(object: Option<&Bound<'_, PyAny>>, what: &str) -> PyResult<Vec<String>> {
    let Some(object) = object else { return Ok(Vec::new()) };
    if let Ok(name) = object.cast::<PyString>() {
        return Ok(vec![name.to_str()?.to_owned()]);
    }
    object.extract().map_err(|_| {
        PyTypeError::new_err(format!("{what}: expected the name of a column, or a list of names"))
    })
}

/// Anything serializable as Python's dicts, lists, strings and numbers.
pub(crate) fn json<'py>(py: Python<'py>, value: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    let text = serde_json::to_string(value)
        .map_err(|error| exception(py, ErrorKind::Internal, &error.to_string()))?;
    loads(py, &text)
}

/// The Python objects in a JSON text.
pub(crate) fn loads<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("json")?.call_method1("loads", (text,))
}

/// What `read` makes of Python's dicts, lists, strings and numbers (numpy's too) as JSON.
///
/// JSON has no NaN and no infinities: they are written as texts, so that the core's message names
/// the key and what it expects. Where it takes a text, the complaint is made here. `named` is the
/// last to word a message, for keys that their user wrote elsewhere.
pub(crate) fn parse<T: Send>(
    value: &Bound<'_, PyAny>,
    named: impl Fn(String) -> String,
    read: impl FnOnce(&str) -> basketry::Result<T> + Send,
) -> PyResult<T> {
    let py = value.py();
    let (text, odd): (String, Option<(String, String)>) =
        py.import("basketry._json")?.call_method1("dumps", (value,))?.extract()?;
    let result = boundary::quick(py, || Ok(read(&text)))?;
    let (kind, message) = match (result, odd) {
        (Ok(value), None) => return Ok(value),
        (Ok(_), Some((path, got))) => {
            (ErrorKind::Policy, format!("{path}: expected text, got {got}"))
        }
        (Err(error), None) => (error.kind(), error.to_string()),
        (Err(error), Some((_, got))) => {
            (error.kind(), error.to_string().replace(&format!("the string \"{got}\""), &got))
        }
    };
    Err(exception(py, kind, &named(message)))
}

/// A report: a dict that prints as `text`.
pub(crate) fn report<'py>(
    py: Python<'py>,
    value: &impl Serialize,
    text: &str,
) -> PyResult<Bound<'py, PyAny>> {
    py.import("basketry._display")?.getattr("Report")?.call1((json(py, value)?, text))
}

/// An object in a message: its repr, cut where it is long.
pub(crate) fn shown(object: &Bound<'_, PyAny>) -> String {
    const MOST: usize = 60;
    match object.repr() {
        Ok(text) => {
            let text = text.to_string_lossy();
            match text.char_indices().nth(MOST) {
                Some((end, _)) => format!("{}...", &text[..end]),
                None => text.into_owned(),
            }
        }
        // Python refuses to print integers of thousands of digits, and a user's own repr may fail.
        Err(_) => "that cannot be printed".to_owned(),
    }
}

/// A number that its user may have written as a float, an int, or a scalar of numpy.
pub(crate) enum Number {
    Int(i64),
    Float(f64),
}

/// The number in `object`, called `what` in messages. Refuses booleans and strings.
pub(crate) fn number(object: &Bound<'_, PyAny>, what: &str) -> PyResult<Number> {
    let wrong = || -> PyErr {
        match object.get_type().name() {
            Ok(name) => PyTypeError::new_err(format!("{what}: expected a number, got {name}")),
            Err(error) => error,
        }
    };
    // numpy's booleans are no Python booleans, but have a float value all the same.
    let boolean = object.is_instance_of::<PyBool>()
        || matches!(object.get_type().name()?.to_str()?, "bool" | "bool_");
    if boolean || object.is_instance_of::<PyString>() {
        return Err(wrong());
    }
    if object.is_instance_of::<PyFloat>() {
        return Ok(Number::Float(object.extract()?));
    }
    if object.hasattr("__index__")? {
        return match object.extract::<i64>() {
            Ok(value) => Ok(Number::Int(value)),
            Err(error) if error.is_instance_of::<PyTypeError>(object.py()) => Err(wrong()),
            Err(error) if error.is_instance_of::<PyOverflowError>(object.py()) => Err(exception(
                object.py(),
                ErrorKind::InvalidArgument,
                &format!("{what}: {} does not fit in 64 bits", shown(object)),
            )),
            Err(error) => Err(error),
        };
    }
    if !object.hasattr("__float__")? {
        return Err(wrong());
    }
    // A float32 of numpy and a Decimal print as the decimal their user wrote; their value as a
    // float64 is another one.
    match object.str()?.to_string().parse::<f64>() {
        Ok(value) => Ok(Number::Float(value)),
        Err(_) => Ok(Number::Float(object.extract()?)),
    }
}

/// The number in `object` as a float.
pub(crate) fn float(object: &Bound<'_, PyAny>, what: &str) -> PyResult<f64> {
    Ok(match number(object, what)? {
        Number::Float(value) => value,
        Number::Int(value) => value as f64,
    })
}

/// As [`float`], of what values are compared with: NaN compares with nothing.
pub(crate) fn bound(object: &Bound<'_, PyAny>, what: &str) -> PyResult<f64> {
    let value = float(object, what)?;
    if value.is_nan() {
        let message = format!("{what}: expected a number, got NaN");
        return Err(exception(object.py(), ErrorKind::InvalidArgument, &message));
    }
    Ok(value)
}

/// As [`float`], for what may be left out.
pub(crate) fn some_float(object: Option<&Bound<'_, PyAny>>, what: &str) -> PyResult<Option<f64>> {
    object.map(|object| float(object, what)).transpose()
}

/// As [`float`], with what is meant if it is left out.
pub(crate) fn float_or(
    object: Option<&Bound<'_, PyAny>>,
    what: &str,
    default: f64,
) -> PyResult<f64> {
    Ok(some_float(object, what)?.unwrap_or(default))
}

/// A number of seconds that may be left out.
pub(crate) fn some_time(
    object: Option<&Bound<'_, PyAny>>,
    what: &str,
) -> PyResult<Option<Duration>> {
    let Some(object) = object else { return Ok(None) };
    let time = Duration::try_from_secs_f64(float(object, what)?).map_err(|_| {
        let message = format!("{what}: {}, expected seconds, at least 0", shown(object));
        exception(object.py(), ErrorKind::InvalidArgument, &message)
    })?;
    Ok(Some(time))
}

/// The integer of at least 0 in `object`, called `what` in messages; those of numpy are integers
/// too. Refuses floats and booleans.
pub(crate) fn whole<T: TryFrom<u64>>(object: &Bound<'_, PyAny>, what: &str) -> PyResult<T> {
    let py = object.py();
    let invalid = |message: &str| exception(py, ErrorKind::InvalidArgument, message);
    let kind = object.get_type().name()?;
    let boolean = object.is_instance_of::<PyBool>() || matches!(kind.to_str()?, "bool" | "bool_");
    let wrong = || PyTypeError::new_err(format!("{what}: expected an int, got {kind}"));
    if boolean {
        return Err(wrong());
    }
    let value = match object.extract::<u64>() {
        Ok(value) => T::try_from(value).ok(),
        Err(error) if error.is_instance_of::<PyTypeError>(py) => return Err(wrong()),
        Err(error) if error.is_instance_of::<PyOverflowError>(py) => None,
        Err(error) => return Err(error),
    };
    value.ok_or_else(|| {
        let flaw = match object.lt(0) {
            Ok(true) => "expected an integer of at least 0",
            _ => "which is too large",
        };
        invalid(&format!("{what}: {}, {flaw}", shown(object)))
    })
}

/// A text, called `what` in messages.
pub(crate) fn text(object: &Bound<'_, PyAny>, what: &str) -> PyResult<String> {
    let Ok(text) = object.cast::<PyString>() else {
        let kind = object.get_type().name()?;
        return Err(PyTypeError::new_err(format!("{what}: expected a str, got {kind}")));
    };
    match text.to_str() {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(exception(
            object.py(),
            ErrorKind::InvalidArgument,
            &format!("{what}: holds a lone surrogate, which is not valid UTF-8"),
        )),
    }
}

/// As [`text`], for what may be left out.
pub(crate) fn some_text(object: Option<&Bound<'_, PyAny>>, what: &str) -> PyResult<Option<String>> {
    object.map(|object| text(object, what)).transpose()
}

/// As [`text`], with what is meant if it is left out.
pub(crate) fn text_or(
    object: Option<&Bound<'_, PyAny>>,
    what: &str,
    default: &str,
) -> PyResult<String> {
    Ok(some_text(object, what)?.unwrap_or_else(|| default.to_owned()))
}

/// Puts the texts in arguments in their place.
macro_rules! texts {
    ($($name:ident),+) => {
        $(let $name = crate::convert::text($name, stringify!($name))?;)+
    };
}
pub(crate) use texts;

/// As [`texts`], for what may be left out.
macro_rules! some_texts {
    ($($name:ident),+) => {
        $(let $name = crate::convert::some_text($name, stringify!($name))?;)+
    };
}
pub(crate) use some_texts;

/// What `object` is as `T`, which messages call `expected`.
fn extracted<T>(object: &Bound<'_, PyAny>, what: &str, expected: &str) -> PyResult<T>
where
    T: for<'a, 'py> FromPyObject<'a, 'py>,
{
    object.extract().map_err(|_| match object.get_type().name() {
        Ok(kind) => PyTypeError::new_err(format!("{what}: expected {expected}, got {kind}")),
        Err(error) => error,
    })
}

/// The name of a file, called `what` in messages.
pub(crate) fn file(object: &Bound<'_, PyAny>, what: &str) -> PyResult<PathBuf> {
    extracted(object, what, "a str or an os.PathLike")
}

/// One character, called `what` in messages; `default` if it is left out.
pub(crate) fn char_or(
    object: Option<&Bound<'_, PyAny>>,
    what: &str,
    default: char,
) -> PyResult<char> {
    object.map_or(Ok(default), |object| extracted(object, what, "one character"))
}

/// Texts that may be left out, called `what` in messages.
pub(crate) fn some_names(
    object: Option<&Bound<'_, PyAny>>,
    what: &str,
) -> PyResult<Option<Vec<String>>> {
    object.map(|object| extracted(object, what, "a list of str")).transpose()
}

/// True or False, of Python or numpy, called `what` in messages; `default` if it is left out.
pub(crate) fn flag_or(
    object: Option<&Bound<'_, PyAny>>,
    what: &str,
    default: bool,
) -> PyResult<bool> {
    let Some(object) = object else { return Ok(default) };
    object.extract().map_err(|_| match object.get_type().name() {
        Ok(kind) => {
            let got = shown(object);
            PyTypeError::new_err(format!("{what}: expected True or False, got {kind} {got}"))
        }
        Err(error) => error,
    })
}

/// As [`whole`], for what may be left out.
pub(crate) fn some_whole<T: TryFrom<u64>>(
    object: Option<&Bound<'_, PyAny>>,
    what: &str,
) -> PyResult<Option<T>> {
    object.map(|object| whole(object, what)).transpose()
}

/// As [`whole`], with what is meant if it is left out.
pub(crate) fn whole_or<T: TryFrom<u64>>(
    object: Option<&Bound<'_, PyAny>>,
    what: &str,
    default: T,
) -> PyResult<T> {
    Ok(some_whole(object, what)?.unwrap_or(default))
}
