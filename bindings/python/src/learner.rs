//! `Learner`: a model kept up to date.

use std::sync::{Mutex, MutexGuard, PoisonError};

use basketry::{ErrorKind, FitOptions};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt};

use crate::catalog::Catalog;
use crate::convert::{bound, flag_or, of_class, some_whole, whole};
use crate::history::History;
use crate::ids;
use crate::model::Model;
use crate::{boundary, convert, error};

/// Learns again and again from a history that grows, and from which customers may be taken out.
///
/// :meth:`append` adds orders and :meth:`forget` takes customers out; neither learns anything yet.
/// :meth:`fit` learns everything anew: the model is, byte for byte, the one that :func:`fit` makes
/// of the same orders at once, in whatever parts they came, and without the customers that were
/// forgotten. :meth:`update` counts anew and keeps what the last fit learned on top of the counts:
/// baskets, customers, popularity and rhythm of products, pairs, relations and each customer's
/// purchases are exactly those of a fit; similarities and the weights of the propensity are carried
/// over, as ``model.report["carried"]`` says. It goes through all orders, however few are new, and
/// takes at most a quarter of the time of a fit (1.2 million lines of 68,509 products).
///
/// Parameters
/// ----------
/// catalog : Catalog
/// history : History
///     The orders so far, which are copied. They may be none.
/// **options
///     As for :func:`fit`.
///
/// Raises
/// ------
/// InvalidArgumentError
///     If an option is out of its range.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> import pyarrow as pa
/// >>> catalog = bk.Catalog(pa.table({"sku": ["bread"], "price": [1.5]}), product="sku", price="price")
/// >>> def orders(day, who):
/// ...     table = pa.table({"ts": [day], "who": [who], "sku": ["bread"]})
/// ...     return bk.History(table, time="ts", product="sku", customer="who")
/// >>> learner = bk.Learner(catalog, orders("2026-03-31", "ann"), min_customers=20)
/// >>> model = learner.fit()
/// >>> learner.append(orders("2026-04-01", "bob"))
/// >>> learner.update().customers
/// ['ann', 'bob']
/// >>> learner.forget(["ann", "nobody"])
/// 1
/// >>> learner.update().customers
/// ['bob']
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Learner {
    // Locked only without the GIL, as a history is.
    inner: Mutex<basketry::Learner>,
}

impl Learner {
    /// To be called without the GIL.
    fn lock(&self) -> MutexGuard<'_, basketry::Learner> {
        // Every method leaves the learner as it was unless it succeeds.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The options of a fit from keywords.
fn options(keywords: Option<&Bound<'_, PyDict>>) -> PyResult<FitOptions> {
    let Some(keywords) = keywords else { return Ok(FitOptions::default()) };
    let py = keywords.py();
    let keywords = keywords.copy()?;
    let threads = match keywords.get_item("threads")? {
        Some(threads) => {
            keywords.del_item("threads")?;
            some_whole(Some(&threads).filter(|threads| !threads.is_none()), "threads")?
        }
        None => None,
    };
    let mut options = FitOptions::default();
    // What is not given, and None, has the core's default.
    let known = convert::json(py, &FitOptions::default())?;
    let merged = known.cast::<PyDict>()?;
    for (key, value) in keywords.iter() {
        if !merged.contains(&key)? {
            let text = format!("Learner() got an unexpected keyword argument {}", key.repr()?);
            return Err(PyTypeError::new_err(text));
        }
        if !value.is_none() {
            merged.set_item(&key, of_kind(&value, &key, &merged.get_item(&key)?)?)?;
            // One after the other, so that an error can name the option.
            options = read_options(merged.as_any(), &key)?;
        }
    }
    options.threads = threads;
    Ok(options)
}

/// An option as a value of the kind that its default is.
fn of_kind<'py>(
    value: &Bound<'py, PyAny>,
    key: &Bound<'py, PyAny>,
    default: &Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let (py, name) = (value.py(), key.to_string());
    let Some(default) = default else { return Ok(value.clone()) };
    // A bool is an int to Python.
    if default.is_instance_of::<PyBool>() {
        Ok(PyBool::new(py, flag_or(Some(value), &name, false)?).to_owned().into_any())
    } else if default.is_instance_of::<PyInt>() {
        Ok(whole::<u64>(value, &name)?.into_pyobject(py)?.into_any())
    } else if default.is_instance_of::<PyFloat>() {
        let number = bound(value, &name)?;
        if number.is_infinite() {
            let text = format!("{name}: expected a finite number, got {number}");
            return Err(error::exception(py, ErrorKind::InvalidArgument, &text));
        }
        Ok(number.into_pyobject(py)?.into_any())
    } else {
        Ok(value.clone())
    }
}

fn read_options(merged: &Bound<'_, PyAny>, key: &Bound<'_, PyAny>) -> PyResult<FitOptions> {
    let named = |cause: String| {
        // Where in a text that nobody wrote says nothing.
        format!("{key}: {}", cause.split(" at line ").next().unwrap_or_default())
    };
    convert::parse(merged, named, |text| {
        serde_json::from_str(text)
            .map_err(|cause| basketry::Error::new(ErrorKind::InvalidArgument, cause.to_string()))
    })
}

#[pymethods]
impl Learner {
    #[new]
    #[pyo3(signature = (catalog, history, **options))]
    fn new(
        py: Python<'_>,
        catalog: &Bound<'_, PyAny>,
        history: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let catalog = of_class::<Catalog>(catalog, "catalog")?;
        let history = of_class::<History>(history, "history")?;
        let options = self::options(options)?;
        let (catalog, history) = (catalog.get(), history.get());
        let inner = boundary::long(py, |_| {
            let history = history.with(basketry::History::clone);
            basketry::Learner::new(catalog.inner.clone(), history, options)
        })?;
        Ok(Self { inner: Mutex::new(inner) })
    }

    /// Goes on from a model that was fitted before, with its options: :meth:`update` then carries
    /// over what it learned.
    ///
    /// Parameters
    /// ----------
    /// model : Model
    /// catalog : Catalog
    /// history : History
    ///     All orders, those that the model learned from included.
    #[staticmethod]
    fn resume(
        py: Python<'_>,
        model: &Bound<'_, PyAny>,
        catalog: &Bound<'_, PyAny>,
        history: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        let model = of_class::<Model>(model, "model")?;
        let catalog = of_class::<Catalog>(catalog, "catalog")?;
        let history = of_class::<History>(history, "history")?;
        let (model, catalog, history) = (model.get(), catalog.get(), history.get());
        let inner = boundary::long(py, |_| {
            let history = history.with(basketry::History::clone);
            Ok(basketry::Learner::resume(model.inner.clone(), catalog.inner.clone(), history))
        })?;
        Ok(Self { inner: Mutex::new(inner) })
    }

    /// Adds orders, as if their source had been read after that of the orders so far.
    ///
    /// Parameters
    /// ----------
    /// orders : History
    ///     With the same roles and currency.
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If roles or currency differ.
    /// DataError
    ///     If ids are of another type than before, and if a basket belongs to two customers.
    fn append(&self, py: Python<'_>, orders: &Bound<'_, PyAny>) -> PyResult<()> {
        let orders = of_class::<History>(orders, "orders")?;
        let orders = orders.get();
        boundary::long(py, |control| {
            let orders = orders.with(basketry::History::clone);
            self.lock().append(&orders, control)
        })
    }

    /// Takes customers out, with all that is known of them.
    ///
    /// Counts no longer rest on their purchases; what :meth:`update` carries over does until the
    /// next :meth:`fit`.
    ///
    /// Parameters
    /// ----------
    /// customers : ids
    ///
    /// Returns
    /// -------
    /// int
    ///     How many of them were not here.
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If an id is an integer where the customers' are strings, or the other way round.
    fn forget(&self, py: Python<'_>, customers: &Bound<'_, PyAny>) -> PyResult<u64> {
        let customers = ids::many(customers, "customers")?;
        boundary::long(py, |control| self.lock().forget(&customers.to_vec(), control))
    }

    /// Puts another catalogue in place. The next model is made with it.
    ///
    /// Parameters
    /// ----------
    /// catalog : Catalog
    fn set_catalog(&self, py: Python<'_>, catalog: &Bound<'_, PyAny>) -> PyResult<()> {
        let catalog = of_class::<Catalog>(catalog, "catalog")?;
        let catalog = catalog.get();
        boundary::quick(py, || {
            self.lock().set_catalog(catalog.inner.clone());
            Ok(())
        })
    }

    /// Learns everything anew.
    ///
    /// Parameters
    /// ----------
    /// progress : bool or callable
    ///     As for :func:`fit`.
    ///
    /// Returns
    /// -------
    /// Model
    #[pyo3(signature = (*, progress = None), text_signature = "($self, *, progress=False)")]
    fn fit(&self, py: Python<'_>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<Model> {
        let inner = boundary::shown(py, progress, |control| {
            // Locked from outside the pool, as a history is for fitting.
            let mut locked = self.lock();
            let learner = &mut *locked;
            boundary::pooled(|| learner.fit(control))
        })?;
        Ok(Model { inner })
    }

    /// Counts anew, and carries the rest over from the last fit; without one it is a :meth:`fit`.
    ///
    /// Parameters
    /// ----------
    /// progress : bool or callable
    ///     As for :func:`fit`.
    ///
    /// Returns
    /// -------
    /// Model
    ///     ``report["carried"]`` says what was carried over.
    #[pyo3(signature = (*, progress = None), text_signature = "($self, *, progress=False)")]
    fn update(&self, py: Python<'_>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<Model> {
        let inner = boundary::shown(py, progress, |control| {
            let mut locked = self.lock();
            let learner = &mut *locked;
            boundary::pooled(|| learner.update(control))
        })?;
        Ok(Model { inner })
    }

    /// Whether what :meth:`update` carries over has aged: nothing was fitted yet, a tenth as many
    /// baskets came since as the last fit learned from, or the last order is ``holdout_days`` later
    /// than at the last fit.
    #[getter]
    fn refit_due(&self, py: Python<'_>) -> PyResult<bool> {
        boundary::quick(py, || Ok(self.lock().refit_due()))
    }

    /// How many baskets there are.
    #[getter]
    fn baskets(&self, py: Python<'_>) -> PyResult<usize> {
        boundary::quick(py, || Ok(self.lock().history().len()))
    }

    /// How many customers there are.
    #[getter]
    fn customers(&self, py: Python<'_>) -> PyResult<usize> {
        boundary::quick(py, || Ok(self.lock().history().customers().len()))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (baskets, customers) = (self.baskets(py)?, self.customers(py)?);
        Ok(format!("<Learner: {baskets} baskets of {customers} customers>"))
    }
}

#[pymethods]
impl Model {
    /// The same model without the ids and purchases of some customers.
    ///
    /// They are strangers to it from then on. What they contributed to sums stays until the next
    /// fit: how many baskets and customers bought each product, its popularity and rhythm, pairs of
    /// products, weights. To take that out as well, forget them in a :class:`Learner` or a
    /// :class:`History` and fit again.
    ///
    /// Parameters
    /// ----------
    /// customers : ids
    ///     Those that the model does not know are passed over.
    ///
    /// Returns
    /// -------
    /// Model
    ///     ``report["forgotten_customers"]`` counts who was taken out.
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If an id is an integer where the customers' are strings, or the other way round.
    fn forget(&self, py: Python<'_>, customers: &Bound<'_, PyAny>) -> PyResult<Self> {
        let customers = ids::many(customers, "customers")?;
        let inner = boundary::long(py, |_| self.inner.forget(&customers.to_vec()))?;
        Ok(Self { inner })
    }
}

#[pymethods]
impl History {
    /// Adds the lines of another history, as if its source had been read after that of this one.
    ///
    /// On an error the history stays as it was.
    ///
    /// Parameters
    /// ----------
    /// other : History
    ///     With the same roles and currency.
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If roles or currency differ.
    /// DataError
    ///     If ids are of another type than before, and if a basket belongs to two customers.
    fn extend(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<()> {
        let other = of_class::<Self>(other, "other")?;
        let other = other.get();
        boundary::long(py, |control| {
            // A copy, as it may be the same history.
            let other = other.with(basketry::History::clone);
            self.change(|history| history.extend(&other, control))
        })
    }

    /// Takes out all that is known of some customers: their baskets, lines, returns and ids, and
    /// the products that nobody else bought.
    ///
    /// Without a customer column each basket is a customer, called as the basket.
    ///
    /// Parameters
    /// ----------
    /// customers : ids
    ///
    /// Returns
    /// -------
    /// int
    ///     How many of them were not here.
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If an id is an integer where the customers' are strings, or the other way round.
    fn forget(&self, py: Python<'_>, customers: &Bound<'_, PyAny>) -> PyResult<u64> {
        let customers = ids::many(customers, "customers")?;
        boundary::long(py, |control| {
            self.change(|history| history.forget(&customers.to_vec(), control))
        })
    }
}
