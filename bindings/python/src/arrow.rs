//! Tables in and out through the Arrow PyCapsule interface.

use std::ffi::CStr;

use arrow_array::cast::AsArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::types::{Float32Type, Float64Type, Int32Type, Int64Type, UInt32Type, UInt64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use basketry::{ErrorKind, TableReader};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyDict, PyList, PyString, PyTuple};

use crate::error::{self, exception};

const STREAM: &CStr = c"arrow_array_stream";
const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";

/// The table in any object that speaks Arrow; `what` names the argument in messages.
pub(crate) fn table(object: &Bound<'_, PyAny>, what: &str) -> PyResult<TableReader> {
    if object.hasattr("__arrow_c_stream__")? {
        return from_stream(object, what);
    }
    if object.hasattr("__arrow_c_array__")? {
        return from_array(object, what);
    }
    // The rest is for objects that almost speak Arrow.
    let adapted = object.py().import("basketry._frames")?.call_method1("adapt", (object, what))?;
    from_stream(&adapted, what)
}

fn from_stream(object: &Bound<'_, PyAny>, what: &str) -> PyResult<TableReader> {
    let py = object.py();
    let capsule = call(object, "__arrow_c_stream__", what)?.cast_into::<PyCapsule>()?;
    let pointer = capsule.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: a capsule of this name holds a stream of the Arrow C stream interface, and stays
    // alive in `capsule`; `from_raw` moves the stream out and leaves a released one behind.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.as_ptr()) };
    // The producer may take locks of its own while it makes the schema.
    py.detach(|| basketry::table_from_stream(stream)).map_err(|error| error::to_py(py, error))
}

fn from_array(object: &Bound<'_, PyAny>, what: &str) -> PyResult<TableReader> {
    let py = object.py();
    let (schema, array): (Bound<'_, PyAny>, Bound<'_, PyAny>) =
        call(object, "__arrow_c_array__", what)?.extract()?;
    let schema = schema.cast_into::<PyCapsule>()?;
    let array = array.cast_into::<PyCapsule>()?;
    let schema_pointer = schema.pointer_checked(Some(SCHEMA))?.cast::<FFI_ArrowSchema>();
    let array_pointer = array.pointer_checked(Some(ARRAY))?.cast::<FFI_ArrowArray>();
    // SAFETY: capsules of these names hold structs of the Arrow C data interface that belong
    // together, and stay alive in `schema` and `array`; `from_raw` moves the array out and leaves
    // a released one behind.
    unsafe {
        let array = FFI_ArrowArray::from_raw(array_pointer.as_ptr());
        basketry::table_from_ffi(array, schema_pointer.as_ref())
    }
    .map_err(|error| error::to_py(py, error))
}

/// Calls a method of the capsule interface. Its errors (a column of mixed types, say) are errors
/// of the table.
fn call<'py>(object: &Bound<'py, PyAny>, method: &str, what: &str) -> PyResult<Bound<'py, PyAny>> {
    let py = object.py();
    object.call_method0(method).map_err(|cause| {
        if !cause.is_instance_of::<pyo3::exceptions::PyException>(py)
            || cause.is_instance_of::<pyo3::exceptions::PyImportError>(py)
        {
            return cause;
        }
        let error = exception(
            py,
            ErrorKind::Schema,
            &format!(
                "{what}: {} does not give its data as Arrow: {}",
                object.get_type().name().map_or_else(|_| "the object".into(), |n| n.to_string()),
                cause.value(py)
            ),
        );
        error.set_cause(py, Some(cause));
        error
    })
}

/// The capsule of a stream of batches.
pub(crate) fn stream(py: Python<'_>, reader: TableReader) -> PyResult<Bound<'_, PyCapsule>> {
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(reader), STREAM)
}

/// The columns of a batch as a dict of lists.
pub(crate) fn to_dict<'py>(py: Python<'py>, batch: &RecordBatch) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        dict.set_item(field.name(), PyList::new(py, values(py, column.as_ref())?)?)?;
    }
    Ok(dict)
}

/// The columns of a batch for building data frames: (name, kind, data), where `kind` is the name
/// of a numpy type if `data` is bytes of it, and `None` if `data` is a list.
pub(crate) fn to_buffers<'py>(
    py: Python<'py>,
    batch: &RecordBatch,
) -> PyResult<Bound<'py, PyList>> {
    let columns = PyList::empty(py);
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        if *column.data_type() == DataType::Float64 && column.null_count() > 0 {
            // In a data frame of numpy columns a number that is not known is NaN.
            let numbers = column.as_primitive::<Float64Type>().iter();
            let bytes: Vec<u8> =
                numbers.flat_map(|number| number.unwrap_or(f64::NAN).to_ne_bytes()).collect();
            columns.append((field.name(), Some("float64"), PyBytes::new(py, &bytes)))?;
            continue;
        }
        let numbers = match column.data_type() {
            _ if column.null_count() > 0 => None,
            DataType::Int64 => Some(("int64", column.as_primitive::<Int64Type>().values().inner())),
            DataType::Float64 => {
                Some(("float64", column.as_primitive::<Float64Type>().values().inner()))
            }
            _ => None,
        };
        let item = match numbers {
            Some((kind, buffer)) => {
                (field.name(), Some(kind), PyBytes::new(py, buffer.as_slice()).into_any())
            }
            None => {
                let list = PyList::new(py, values(py, column.as_ref())?)?;
                (field.name(), None, list.into_any())
            }
        };
        columns.append(item)?;
    }
    Ok(columns)
}

/// The values of an array as Python objects: lists as tuples, nulls as `None`.
fn values<'py>(py: Python<'py>, array: &dyn Array) -> PyResult<Vec<Bound<'py, PyAny>>> {
    macro_rules! numbers {
        ($t:ty) => {
            array
                .as_primitive::<$t>()
                .iter()
                .enumerate()
                .map(|(row, value)| {
                    listen(py, row)?;
                    Ok(value.into_pyobject(py)?.into_any())
                })
                .collect()
        };
    }
    match array.data_type() {
        DataType::Int32 => numbers!(Int32Type),
        DataType::Int64 => numbers!(Int64Type),
        DataType::UInt32 => numbers!(UInt32Type),
        DataType::UInt64 => numbers!(UInt64Type),
        DataType::Float32 => numbers!(Float32Type),
        DataType::Float64 => numbers!(Float64Type),
        DataType::Boolean => {
            array.as_boolean().iter().map(|value| Ok(value.into_pyobject(py)?.into_any())).collect()
        }
        DataType::Utf8 => Ok(texts(py, array.as_string::<i32>().iter())),
        DataType::LargeUtf8 => Ok(texts(py, array.as_string::<i64>().iter())),
        DataType::Utf8View => Ok(texts(py, array.as_string_view().iter())),
        DataType::List(_) => lists(py, array.as_list::<i32>()),
        DataType::LargeList(_) => lists(py, array.as_list::<i64>()),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let entries = values(py, dictionary.values().as_ref())?;
            let none = py.None().into_bound(py);
            let keys = dictionary.normalized_keys();
            Ok((0..array.len())
                .map(
                    |row| {
                        if array.is_null(row) { none.clone() } else { entries[keys[row]].clone() }
                    },
                )
                .collect())
        }
        other => Err(PyTypeError::new_err(format!("no Python value for the Arrow type {other}"))),
    }
}

/// Lets Ctrl-C through now and then: millions of Python objects take seconds.
fn listen(py: Python<'_>, row: usize) -> PyResult<()> {
    if row % 65_536 == 65_535 { py.check_signals() } else { Ok(()) }
}

fn texts<'py, 'a>(
    py: Python<'py>,
    values: impl Iterator<Item = Option<&'a str>>,
) -> Vec<Bound<'py, PyAny>> {
    values
        .map(|value| match value {
            Some(value) => PyString::new(py, value).into_any(),
            None => py.None().into_bound(py),
        })
        .collect()
}

fn lists<'py, O: arrow_array::OffsetSizeTrait>(
    py: Python<'py>,
    array: &arrow_array::GenericListArray<O>,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let offsets = array.value_offsets();
    let first = offsets[0].as_usize();
    let length = offsets[array.len()].as_usize() - first;
    let items = values(py, array.values().slice(first, length).as_ref())?;
    (0..array.len())
        .map(|row| {
            listen(py, row)?;
            if array.is_null(row) {
                return Ok(py.None().into_bound(py));
            }
            let range = offsets[row].as_usize() - first..offsets[row + 1].as_usize() - first;
            Ok(PyTuple::new(py, &items[range])?.into_any())
        })
        .collect()
}
