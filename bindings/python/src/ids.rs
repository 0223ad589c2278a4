//! Ids: a Python `int` or `str` in, the same out.

use basketry::{ErrorKind, Id, IdList, IdRef, Ids};
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyList, PyString};

use crate::convert::shown;
use crate::error::exception;
use crate::{arrow, boundary, convert};

/// The id in `object`, called `what` in messages.
pub(crate) fn id(object: &Bound<'_, PyAny>, what: &str) -> PyResult<Id> {
    match read(object) {
        Ok(id) => Ok(id.to_owned()),
        Err(flaw) => Err(flaw.into_py(object, what)),
    }
}

/// The index of the id in `object`; `known` begins with the first id.
pub(crate) fn intern(
    known: &mut Option<Ids>,
    object: &Bound<'_, PyAny>,
    what: impl Fn() -> String,
) -> PyResult<u32> {
    let id = read(object).map_err(|flaw| flaw.into_py(object, &what()))?;
    known
        .get_or_insert_with(|| Ids::new(id.kind()))
        .intern(id)
        .map_err(|error| exception(object.py(), error.kind(), &format!("{}: {error}", what())))
}

/// Why an object is no id.
enum Flaw {
    Surrogate,
    TooBig,
    WrongType,
}

fn read<'a>(object: &'a Bound<'_, PyAny>) -> Result<IdRef<'a>, Flaw> {
    if let Ok(text) = object.cast::<PyString>() {
        return text.to_str().map(IdRef::Str).map_err(|_| Flaw::Surrogate);
    }
    // `True` is an int in Python, and an id by mistake.
    if object.is_instance_of::<PyBool>() {
        return Err(Flaw::WrongType);
    }
    // Takes Python's own integers and those of numpy, and refuses every float.
    object.extract::<i64>().map(IdRef::Int).map_err(|error| {
        if error.is_instance_of::<PyOverflowError>(object.py()) {
            Flaw::TooBig
        } else {
            Flaw::WrongType
        }
    })
}

impl Flaw {
    fn into_py(self, object: &Bound<'_, PyAny>, what: &str) -> PyErr {
        let py = object.py();
        let message = match self {
            Flaw::Surrogate => {
                format!("{what}: the string id holds a lone surrogate, which is not valid UTF-8")
            }
            Flaw::TooBig => {
                format!(
                    "{what}: the integer id {} does not fit in 64 bits; use strings",
                    shown(object)
                )
            }
            Flaw::WrongType => {
                let kind = match object.get_type().name() {
                    Ok(kind) => kind,
                    Err(error) => return error,
                };
                return PyTypeError::new_err(format!(
                    "{what}: expected a str or an int as id, got {kind} {}; ids are never converted",
                    shown(object)
                ));
            }
        };
        exception(py, ErrorKind::InvalidArgument, &message)
    }
}

/// The Python object of an id.
pub(crate) fn to_py<'py>(py: Python<'py>, id: IdRef<'_>) -> Bound<'py, PyAny> {
    match id {
        IdRef::Int(value) => match value.into_pyobject(py) {
            Ok(value) => value.into_any(),
        },
        IdRef::Str(value) => PyString::new(py, value).into_any(),
    }
}

/// All ids as a list.
pub(crate) fn list<'py>(py: Python<'py>, ids: &Ids) -> PyResult<Bound<'py, PyList>> {
    PyList::new(py, ids.iter().map(|id| to_py(py, id)))
}

/// Ids of which the number is not known before as a list.
pub(crate) fn collect<'py, 'a>(
    py: Python<'py>,
    ids: impl Iterator<Item = IdRef<'a>>,
) -> PyResult<Bound<'py, PyList>> {
    PyList::new(py, ids.map(|id| to_py(py, id)).collect::<Vec<_>>())
}

/// Whether an object is a string or bytes: iterables, but never lists of ids.
pub(crate) fn is_text(object: &Bound<'_, PyAny>) -> bool {
    object.is_instance_of::<PyString>()
        || object.is_instance_of::<PyBytes>()
        || object.is_instance_of::<PyByteArray>()
}

/// Many ids, as they came.
pub(crate) enum Many {
    Listed(Vec<Id>),
    Column(IdList),
}

impl Many {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Listed(ids) => ids.len(),
            Self::Column(ids) => ids.len(),
        }
    }

    pub(crate) fn to_vec(&self) -> Vec<IdRef<'_>> {
        match self {
            Self::Listed(ids) => ids.iter().map(Id::as_ref).collect(),
            Self::Column(ids) => ids.to_vec(),
        }
    }
}

/// The ids in an Arrow column (of pyarrow, polars, DuckDB), a numpy array of integers, or any other
/// iterable but a string.
pub(crate) fn many(object: &Bound<'_, PyAny>, what: &str) -> PyResult<Many> {
    let py = object.py();
    let frames = py.import("basketry._frames")?;
    if frames.call_method1("is_list_column", (object,))?.is_truthy()? {
        let reader = arrow::table(object, what)?;
        return boundary::long(py, |control| {
            IdList::from_reader(reader, control).map_err(|error| convert::named(error, what))
        })
        .map(Many::Column);
    }
    let buffer: Option<(String, Bound<'_, PyBytes>)> =
        frames.call_method1("integers", (object,))?.extract()?;
    if let Some((kind, bytes)) = buffer.filter(|_| !is_text(object)) {
        let bytes = bytes.as_bytes();
        macro_rules! read {
            ($t:ty) => {
                bytes
                    .chunks_exact(size_of::<$t>())
                    .filter_map(|chunk| Some(<$t>::from_ne_bytes(chunk.try_into().ok()?)))
                    .map(|value| i64::try_from(value).ok().map(Id::Int))
                    .collect()
            };
        }
        let ids: Option<Vec<Id>> = match kind.as_str() {
            "i1" => read!(i8),
            "i2" => read!(i16),
            "i4" => read!(i32),
            "i8" => read!(i64),
            "u1" => read!(u8),
            "u2" => read!(u16),
            "u4" => read!(u32),
            "u8" => read!(u64),
            _ => None,
        };
        if let Some(ids) = ids {
            return Ok(Many::Listed(ids));
        }
    }
    ids(object, what).map(Many::Listed)
}

/// The ids in any iterable but a string, which is an id itself.
pub(crate) fn ids(object: &Bound<'_, PyAny>, what: &str) -> PyResult<Vec<Id>> {
    if is_text(object) {
        return Err(PyTypeError::new_err(format!(
            "{what}: expected a list of ids, got one {}; put it in a list",
            object.get_type().name()?
        )));
    }
    let items = object.try_iter().map_err(|_| match object.get_type().name() {
        Ok(name) => PyTypeError::new_err(format!("{what}: expected a list of ids, got {name}")),
        Err(error) => error,
    })?;
    items.map(|item| id(&item?, what)).collect()
}
