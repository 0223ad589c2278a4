//! `Engine` and what a request is made of.

use std::path::PathBuf;

use basketry::{Context, ErrorKind, Id, Order, ProposeOptions};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyString};

use crate::assign::Proposals;
use crate::catalog::Catalog;
use crate::convert::{Number, flag_or, number, some_float, some_text, some_whole, whole_or};
use crate::decision::Decision;
use crate::error::exception;
use crate::model::Model;
use crate::moment::milliseconds;
use crate::policy::Policy;
use crate::{boundary, contact, ids};

/// Decides what to offer: a model plus what the shop sells now.
///
/// Any number of threads may decide while another replaces the catalogue or the model: each
/// decision is made wholly from what was there when it began.
///
/// Parameters
/// ----------
/// model : Model
/// catalog : Catalog, optional
///     What the shop sells now; default: the catalogue as it was when the model was fitted.
///
/// Raises
/// ------
/// SchemaError
///     If the product ids of one are integers and those of the other are strings.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> import pyarrow as pa
/// >>> catalog = bk.Catalog(
/// ...     pa.table({"sku": ["bread", "jam"], "price": [1.5, 2.5], "left": [9, 0]}),
/// ...     product="sku", price="price", stock="left",
/// ... )
/// >>> history = bk.History(
/// ...     pa.table({"ts": ["2026-03-31"] * 3, "order": [1, 1, 2], "sku": ["bread", "jam", "bread"]}),
/// ...     time="ts", product="sku", basket="order",
/// ... )
/// >>> engine = bk.Engine(bk.fit(catalog, history), catalog)
/// >>> decision = engine.decide(bk.Policy(), basket={"bread": 1}, now="2026-04-01T10:00:00Z")
/// >>> len(decision), decision.why_not("jam").reason, decision.why_not("bread").reason
/// (0, 'out_of_stock', 'in_basket')
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Engine {
    pub(crate) inner: basketry::Engine,
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (model, catalog = None))]
    fn new(
        py: Python<'_>,
        model: &Bound<'_, Model>,
        catalog: Option<&Bound<'_, Catalog>>,
    ) -> PyResult<Self> {
        let model = model.get().inner.clone();
        let catalog = catalog.map(|catalog| catalog.get().inner.clone());
        let inner = boundary::quick(py, || match catalog {
            Some(catalog) => basketry::Engine::new(model, catalog),
            None => basketry::Engine::from_model(model),
        })?;
        Ok(Self { inner })
    }

    /// Opens a model file and decides from it alone.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    ///
    /// Raises
    /// ------
    /// IoError, FormatError, VersionError
    ///     As :meth:`Model.open`.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let inner = boundary::quick(py, || basketry::Engine::open(path))?;
        Ok(Self { inner })
    }

    /// Replaces the catalogue. Decisions that have begun are finished with the old one.
    ///
    /// Parameters
    /// ----------
    /// catalog : Catalog
    fn set_catalog(&self, py: Python<'_>, catalog: &Bound<'_, Catalog>) -> PyResult<()> {
        let catalog = catalog.get().inner.clone();
        boundary::quick(py, || self.inner.set_catalog(catalog))
    }

    /// Replaces the model. A live catalogue stays; an engine without one takes the new model's
    /// own. Decisions that have begun are finished with the old model.
    ///
    /// Parameters
    /// ----------
    /// model : Model
    fn set_model(&self, py: Python<'_>, model: &Bound<'_, Model>) -> PyResult<()> {
        let model = model.get().inner.clone();
        boundary::quick(py, || self.inner.set_model(model))
    }

    /// The model decisions are made from now.
    #[getter]
    fn model(&self) -> Model {
        Model { inner: self.inner.model() }
    }

    /// The catalogue decisions are made from now.
    #[getter]
    fn catalog(&self) -> Catalog {
        Catalog { inner: self.inner.catalog() }
    }

    /// Decides what to offer.
    ///
    /// The same model, catalogue, policy and arguments give the same decision, in any thread and
    /// at any time: no clock is read.
    ///
    /// Parameters
    /// ----------
    /// policy : Policy
    /// now : datetime.datetime, str or int
    ///     The time of the request: a datetime (UTC if it has no zone), ISO 8601 with a zone such
    ///     as ``"2026-11-22T10:00:00Z"``, or milliseconds since 1970-01-01 UTC.
    /// customer : str or int, optional
    ///     One whom the model does not know is treated as new, and the decision says so.
    /// basket : dict or iterable of ids, optional
    ///     What is in the basket: quantities by id, or ids of one unit each.
    /// viewed : str or int, optional
    ///     The product whose page is being looked at.
    /// orders_since : iterable of (time, basket), optional
    ///     The orders that the customer made since the model was fitted; times like `now`, baskets
    ///     like `basket`.
    /// placement : str, optional
    ///     Where the offers are shown.
    /// seed : int
    ///     The seed for what the policy leaves to chance; logged with the decision.
    /// channel : str, optional
    ///     Through which channel the offers go, such as ``"mail"``; default: the policy's.
    /// ride_along : bool
    ///     Whether the offers ride along in a message that goes out anyway: they then cost no
    ///     contact, and no cap stops them.
    /// segments, consents : iterable of str, optional
    ///     The segments the customer belongs to, and what they have consented to.
    /// customer_value : float, optional
    ///     What losing the customer would cost, in minor units; default: the policy's.
    /// contacts : iterable of dict, optional
    ///     The offers the customer was shown before: ``time``, and if known ``channel``, ``kind``,
    ///     ``products`` (ids), ``outcome`` (``"shown"``, ``"ignored"``, ``"clicked"``, ``"bought"``,
    ///     ``"rejected"`` or ``"opted_out"``), ``valid_until`` and ``ride_along``. Times are like
    ///     `now`.
    /// after : dict or iterable of ids, optional
    ///     The order that was just placed, like `basket`: what is offered comes after it, on a
    ///     tracking page or in the mail that confirms it. What was in it, and variants of that, are
    ///     not offered.
    /// returned : iterable of ids, optional
    ///     What the customer returned: neither these products nor their variants are offered, and
    ///     nothing because of them. If all of `after` was returned, nothing is offered.
    ///
    /// Returns
    /// -------
    /// Decision
    ///     Ordered offers, perhaps none.
    ///
    /// Raises
    /// ------
    /// PolicyError
    ///     If the request has a quantity that is not a finite number above 0, or an order later
    ///     than now.
    /// UnknownIdError
    ///     If an id is a string where the shop's are integers or the other way round, or if a
    ///     product is unknown and the policy makes that an error.
    #[pyo3(
        signature = (
            policy, *, now, customer = None, basket = None, viewed = None, orders_since = None,
            placement = None, seed = None, channel = None, ride_along = None, segments = None,
            consents = None, customer_value = None, contacts = None, after = None, returned = None,
        ),
        text_signature = "($self, policy, *, now, customer=None, basket=None, viewed=None, orders_since=None, placement=None, seed=0, channel=None, ride_along=False, segments=None, consents=None, customer_value=None, contacts=None, after=None, returned=None)"
    )]
    #[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
    fn decide(
        &self,
        py: Python<'_>,
        policy: &Bound<'_, Policy>,
        now: &Bound<'_, PyAny>,
        customer: Option<&Bound<'_, PyAny>>,
        basket: Option<&Bound<'_, PyAny>>,
        viewed: Option<&Bound<'_, PyAny>>,
        orders_since: Option<&Bound<'_, PyAny>>,
        placement: Option<&Bound<'_, PyAny>>,
        seed: Option<&Bound<'_, PyAny>>,
        channel: Option<&Bound<'_, PyAny>>,
        ride_along: Option<&Bound<'_, PyAny>>,
        segments: Option<&Bound<'_, PyAny>>,
        consents: Option<&Bound<'_, PyAny>>,
        customer_value: Option<&Bound<'_, PyAny>>,
        contacts: Option<&Bound<'_, PyAny>>,
        after: Option<&Bound<'_, PyAny>>,
        returned: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Decision> {
        let seed = whole_or(seed, "seed", 0)?;
        let mut context = contact::context(time(now, "now")?, contacts, "contacts")?
            .seed(seed)
            .ride_along(flag_or(ride_along, "ride_along", false)?)
            .segments(words(segments, "segments")?)
            .consents(words(consents, "consents")?);
        if let Some(channel) = some_text(channel, "channel")? {
            context = context.channel(channel);
        }
        if let Some(value) = some_float(customer_value, "customer_value")? {
            context = context.customer_value(value);
        }
        if let Some(customer) = customer {
            context = context.customer(ids::id(customer, "customer")?);
        }
        if let Some(basket) = basket {
            context = context.basket(lines(basket, "basket")?);
        }
        if let Some(viewed) = viewed {
            context = context.viewed(ids::id(viewed, "viewed")?);
        }
        if let Some(orders) = orders_since {
            context = context.orders_since(read_orders(orders)?);
        }
        if let Some(after) = after {
            context = context.after(lines(after, "after")?);
        }
        if let Some(returned) = returned {
            context = context.returned(ids::ids(returned, "returned")?);
        }
        if let Some(placement) = some_text(placement, "placement")? {
            context = context.placement(placement);
        }
        let policy = &policy.get().inner;
        let inner = boundary::quick(py, || self.inner.decide(policy, &context))?;
        Ok(Decision { inner })
    }

    /// Decides for a request that is given as JSON, as logs and other programs write it.
    ///
    /// Parameters
    /// ----------
    /// policy : Policy
    /// context : str
    ///     A JSON object with the keys ``now`` (required), ``customer``, ``placement``, ``basket``
    ///     (a list of ``{"product": id, "quantity": number}``), ``viewed``, ``orders_since`` (a
    ///     list of ``{"time": ..., "lines": [...]}``), ``channel``, ``ride_along``, ``segments``,
    ///     ``consents``, ``customer_value``, ``contacts``, ``after`` (like ``basket``), ``returned`` (ids)
    ///     and ``seed``.
    ///
    /// Returns
    /// -------
    /// Decision
    ///
    /// Raises
    /// ------
    /// PolicyError
    ///     If the text is no JSON, has an unknown key, or a value cannot be; it names the key.
    fn decide_json(
        &self,
        py: Python<'_>,
        policy: &Bound<'_, Policy>,
        context: &str,
    ) -> PyResult<Decision> {
        let policy = &policy.get().inner;
        let inner =
            boundary::quick(py, || self.inner.decide(policy, &Context::from_json(context)?))?;
        Ok(Decision { inner })
    }

    /// What could be offered to each of many customers, and what it would be worth: what
    /// :meth:`Proposals.assign` plans a campaign from.
    ///
    /// All that the policy lets be offered to a customer and that is worth more than its
    /// ``min_value`` is proposed; a kind of offer whose ``max`` is 0 is not. What is offered reaches
    /// the customer outside of an order, so the chance that they buy it anyway is that of buying it
    /// within the model's horizon (``model.report["horizon_days"]``). A proposal costs the policy's
    /// ``contact_cost``, rounded up to whole minor units, and products whose stock the catalogue
    /// tells are offered at most so many times, unless `capacity` says how often.
    ///
    /// Parameters
    /// ----------
    /// policy : Policy
    /// customers : iterable of ids
    ///     A list, NumPy array, pandas or polars column, or Arrow array; no customer twice.
    /// now : datetime.datetime, str or int
    ///     When the offers are made; as for :meth:`decide`.
    /// segments, consents : lists of lists of str, optional
    ///     For each customer, the segments they belong to and what they have consented to; ``None``
    ///     in place of a list is an empty one. An Arrow column of lists will do.
    /// contacts : list of lists of dict, optional
    ///     For each customer, the offers they were shown before, each as for :meth:`decide`.
    /// each : int
    ///     The most proposals for one customer, 1 to 1000: the most valuable ones.
    /// threads : int, optional
    ///     How many threads to use; default: all. The result does not depend on it.
    /// progress : bool or callable
    ///     As for :func:`fit`.
    ///
    /// Returns
    /// -------
    /// Proposals
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If a customer comes twice, there is not one list for each customer, or a number is out of
    ///     its range.
    /// PolicyError
    ///     If a contact is later than now, or something in it cannot be.
    /// UnknownIdError
    ///     If an id is a string where the model's are integers or the other way round.
    ///
    /// Examples
    /// --------
    /// >>> plan = engine.propose(policy, customers, now=now).assign(budget=2_500_00)  # doctest: +SKIP
    #[pyo3(
        signature = (
            policy, customers, *, now, segments = None, consents = None, contacts = None,
            each = None, threads = None, progress = None,
        ),
        text_signature = "($self, policy, customers, *, now, segments=None, consents=None, contacts=None, each=20, threads=None, progress=False)"
    )]
    #[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
    fn propose(
        &self,
        py: Python<'_>,
        policy: &Bound<'_, Policy>,
        customers: &Bound<'_, PyAny>,
        now: &Bound<'_, PyAny>,
        segments: Option<&Bound<'_, PyAny>>,
        consents: Option<&Bound<'_, PyAny>>,
        contacts: Option<&Bound<'_, PyAny>>,
        each: Option<&Bound<'_, PyAny>>,
        threads: Option<&Bound<'_, PyAny>>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Proposals> {
        let now = time(now, "now")?;
        let customers = ids::many(customers, "customers")?;
        let mut options = ProposeOptions::new();
        options.each = whole_or(each, "each", options.each)?;
        options.threads = some_whole(threads, "threads")?;
        let policy = &policy.get().inner;
        let n = customers.len();
        let segments = for_each(segments, "segments", n, |list, what| words(Some(list), what))?;
        let consents = for_each(consents, "consents", n, |list, what| words(Some(list), what))?;
        let people = for_each(contacts, "contacts", n, |list, what| {
            contact::context(now, Some(list), what).map(Some)
        })?;
        let inner = boundary::in_pool(py, progress, |control| {
            let mut segments = segments.into_iter();
            let mut consents = consents.into_iter();
            let mut people = people.into_iter();
            let contexts: Vec<Context> = customers
                .to_vec()
                .into_iter()
                .map(|id| {
                    let person = people.next().flatten().unwrap_or_else(|| Context::at(now));
                    person
                        .customer(id)
                        .segments(segments.next().unwrap_or_default())
                        .consents(consents.next().unwrap_or_default())
                })
                .collect();
            self.inner.propose(policy, &contexts, &options, control)
        })?;
        Ok(Proposals { inner })
    }

    fn __repr__(&self) -> String {
        let model = self.inner.model();
        format!(
            "<Engine: model {}, {} products in the catalogue>",
            &model.id_hex()[..8],
            self.inner.catalog().len()
        )
    }
}

/// Milliseconds since 1970 of a time that its user wrote.
pub(crate) fn time(object: &Bound<'_, PyAny>, what: &str) -> PyResult<i64> {
    let py = object.py();
    if let Ok(text) = object.cast::<PyString>() {
        return read_time(text.to_str()?)
            .map_err(|error| exception(py, error.kind(), &named(&error, what)));
    }
    if object.hasattr("timestamp")? {
        return milliseconds(object, what);
    }
    match number(object, what) {
        Ok(Number::Int(ms)) => Ok(ms),
        _ => Err(PyTypeError::new_err(format!(
            "{what}: expected a datetime, a str like \"2026-11-22T10:00:00Z\" or an int of \
             milliseconds since 1970, got {}",
            object.get_type().name()?
        ))),
    }
}

fn read_time(text: &str) -> basketry::Result<i64> {
    Ok(Context::from_json(&serde_json::json!({ "now": text }).to_string())?.now_ms())
}

/// What is wrong with a time that is called `what` here, and `now` where it was read.
fn named(error: &basketry::Error, what: &str) -> String {
    let message = error.to_string();
    format!("{what}{}", message.strip_prefix("now").unwrap_or(&message))
}

/// Names of segments or consents.
fn words(object: Option<&Bound<'_, PyAny>>, what: &str) -> PyResult<Vec<String>> {
    let Some(object) = object else { return Ok(Vec::new()) };
    if !ids::is_text(object)
        && let Ok(iterator) = object.try_iter()
        && let Ok(names) = iterator.map(|name| name?.extract()).collect()
    {
        return Ok(names);
    }
    let name = object.get_type().name()?;
    Err(PyTypeError::new_err(format!("{what}: expected a list of str, got {name}")))
}

/// What `read` makes of the lists that `n` customers have one of each; `None` in place of a list
/// gives the default. Nothing at all if `object` is left out.
fn for_each<T: Default>(
    object: Option<&Bound<'_, PyAny>>,
    what: &str,
    n: usize,
    read: impl Fn(&Bound<'_, PyAny>, &str) -> PyResult<T>,
) -> PyResult<Vec<T>> {
    let Some(object) = object else { return Ok(Vec::new()) };
    // The lists of Arrow's columns hold no Python objects.
    let object = match object.getattr("to_pylist") {
        Ok(method) => method.call0()?,
        Err(_) => object.clone(),
    };
    let read = |(at, list): (usize, PyResult<Bound<'_, PyAny>>)| match list? {
        list if list.is_none() => Ok(T::default()),
        list => read(&list, &format!("{what}[{at}]")),
    };
    let lists = each(&object, what, "a list of lists, one for each customer")?;
    let lists: Vec<T> = lists.enumerate().map(read).collect::<PyResult<_>>()?;
    if lists.len() != n {
        let got = lists.len();
        let message = format!("{what}: expected one list for each of {n} customers, got {got}");
        return Err(exception(object.py(), ErrorKind::InvalidArgument, &message));
    }
    Ok(lists)
}

/// The elements of what is no text and no dict.
pub(crate) fn each<'py>(
    object: &Bound<'py, PyAny>,
    what: &str,
    expected: &str,
) -> PyResult<Bound<'py, PyIterator>> {
    match object.try_iter() {
        Ok(elements) if !ids::is_text(object) && !object.is_instance_of::<PyDict>() => Ok(elements),
        _ => {
            let name = object.get_type().name()?;
            Err(PyTypeError::new_err(format!("{what}: expected {expected}, got {name}")))
        }
    }
}

/// The lines of a basket: products and quantities.
fn lines(object: &Bound<'_, PyAny>, what: &str) -> PyResult<Vec<(Id, f64)>> {
    let Ok(quantities) = object.cast::<PyDict>() else {
        return Ok(ids::ids(object, what)?.into_iter().map(|id| (id, 1.0)).collect());
    };
    quantities
        .iter()
        .map(|(product, quantity)| {
            let product = ids::id(&product, what)?;
            let quantity = match number(&quantity, &format!("{what}[{product}]"))? {
                Number::Float(quantity) => quantity,
                Number::Int(quantity) => quantity as f64,
            };
            Ok((product, quantity))
        })
        .collect()
}

pub(crate) fn read_orders(object: &Bound<'_, PyAny>) -> PyResult<Vec<Order>> {
    let wrong = |i: usize| {
        PyTypeError::new_err(format!("orders_since[{i}]: expected a pair of a time and a basket"))
    };
    each(object, "orders_since", "a list of pairs of a time and a basket")?
        .enumerate()
        .map(|(i, order)| {
            let (at, basket): (Bound<'_, PyAny>, Bound<'_, PyAny>) =
                order?.extract().map_err(|_| wrong(i))?;
            let mut order = Order::at(time(&at, &format!("orders_since[{i}].time"))?);
            for (product, quantity) in lines(&basket, &format!("orders_since[{i}].lines"))? {
                order = order.line(product, quantity);
            }
            Ok(order)
        })
        .collect()
}
