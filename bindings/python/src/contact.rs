//! The contacts of a request.

use basketry::Context;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::engine::time;
use crate::{convert, error, ids};

/// A request at a time with the contacts that were given: dicts, whose times may be written in any
/// way that `now` may be.
pub(crate) fn context(now_ms: i64, contacts: Option<&Bound<'_, PyAny>>) -> PyResult<Context> {
    let Some(contacts) = contacts else { return Ok(Context::at(now_ms)) };
    let py = contacts.py();
    if ids::is_text(contacts) || contacts.is_instance_of::<PyDict>() {
        let name = contacts.get_type().name()?;
        return Err(PyTypeError::new_err(format!(
            "contacts: expected a list of dicts, got {name}"
        )));
    }
    let list = PyList::empty(py);
    for (i, contact) in contacts.try_iter()?.enumerate() {
        let contact = contact?;
        let Ok(given) = contact.cast::<PyDict>() else {
            let name = contact.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "contacts[{i}]: expected a dict, got {name}"
            )));
        };
        let contact = given.copy()?;
        for key in ["time", "valid_until"] {
            if let Some(at) = given.get_item(key)?.filter(|at| !at.is_none()) {
                contact.set_item(key, time(&at, &format!("contacts[{i}].{key}"))?)?;
            }
        }
        if let Some(products) = given.get_item("products")? {
            let what = format!("contacts[{i}].products");
            let products = ids::ids(&products, &what)?;
            let products = ids::collect(py, products.iter().map(basketry::Id::as_ref))?;
            contact.set_item("products", products)?;
        }
        list.append(contact)?;
    }
    let request = PyDict::new(py);
    request.set_item("now", now_ms)?;
    request.set_item("contacts", list)?;
    let text = convert::dumps(&request)?;
    Context::from_json(&text).map_err(|error| error::to_py(py, error))
}
