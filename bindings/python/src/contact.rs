//! The contacts of a request.

use basketry::Context;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::engine::{each, time};
use crate::{convert, ids};

/// A request at a time with the contacts that were given: dicts, whose times may be written in any
/// way that `now` may be. They are called `what` in messages.
pub(crate) fn context(
    now_ms: i64,
    contacts: Option<&Bound<'_, PyAny>>,
    what: &str,
) -> PyResult<Context> {
    let Some(contacts) = contacts else { return Ok(Context::at(now_ms)) };
    let py = contacts.py();
    let list = PyList::empty(py);
    for (i, contact) in each(contacts, what, "a list of dicts")?.enumerate() {
        let contact = contact?;
        let Ok(given) = contact.cast::<PyDict>() else {
            let name = contact.get_type().name()?;
            return Err(PyTypeError::new_err(format!("{what}[{i}]: expected a dict, got {name}")));
        };
        let contact = given.copy()?;
        for key in ["time", "valid_until"] {
            if let Some(at) = given.get_item(key)?.filter(|at| !at.is_none()) {
                contact.set_item(key, time(&at, &format!("{what}[{i}].{key}"))?)?;
            }
        }
        if let Some(products) = given.get_item("products")? {
            let what = format!("{what}[{i}].products");
            let products = ids::ids(&products, &what)?;
            let products = ids::collect(py, products.iter().map(basketry::Id::as_ref))?;
            contact.set_item("products", products)?;
        }
        list.append(contact)?;
    }
    let request = PyDict::new(py);
    request.set_item("now", now_ms)?;
    request.set_item("contacts", list)?;
    let named = |message: String| match message.strip_prefix("contacts") {
        Some(rest) => format!("{what}{rest}"),
        None => message,
    };
    convert::parse(&request, named, Context::from_json)
}
