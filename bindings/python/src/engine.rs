//! `Engine` and what a request is made of.

use std::sync::Arc;

use basketry::{Context, ErrorKind, Id, Order, ProposeOptions};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyString};

use crate::assign::Proposals;
use crate::catalog::Catalog;
use crate::convert::{
    Number, file, flag_or, float, number, of_class, some_float, some_text, some_whole, text,
    whole_or,
};
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
        model: &Bound<'_, PyAny>,
        catalog: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let model = of_class::<Model>(model, "model")?.get().inner.clone();
        let catalog = catalog.map(|catalog| of_class::<Catalog>(catalog, "catalog")).transpose()?;
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
    fn open(py: Python<'_>, path: &Bound<'_, PyAny>) -> PyResult<Self> {
        let path = file(path, "path")?;
        let inner = boundary::quick(py, || basketry::Engine::open(path))?;
        Ok(Self { inner })
    }

    /// Replaces the catalogue. Decisions that have begun are finished with the old one.
    ///
    /// Parameters
    /// ----------
    /// catalog : Catalog
    fn set_catalog(&self, py: Python<'_>, catalog: &Bound<'_, PyAny>) -> PyResult<()> {
        let catalog = of_class::<Catalog>(catalog, "catalog")?.get().inner.clone();
        boundary::quick(py, || self.inner.set_catalog(catalog))
    }

    /// Replaces the model. A live catalogue stays; an engine without one takes the new model's
    /// own. Decisions that have begun are finished with the old model.
    ///
    /// Parameters
    /// ----------
    /// model : Model
    fn set_model(&self, py: Python<'_>, model: &Bound<'_, PyAny>) -> PyResult<()> {
        let model = of_class::<Model>(model, "model")?.get().inner.clone();
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
        policy: &Bound<'_, PyAny>,
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
            context = context.orders_since(read_orders(orders, "orders_since")?);
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
        let policy = &of_class::<Policy>(policy, "policy")?.get().inner;
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
        policy: &Bound<'_, PyAny>,
        context: &Bound<'_, PyAny>,
    ) -> PyResult<Decision> {
        let context = &text(context, "context")?;
        let policy = &of_class::<Policy>(policy, "policy")?.get().inner;
        let inner =
            boundary::quick(py, || self.inner.decide(policy, &Context::from_json(context)?))?;
        Ok(Decision { inner })
    }

    /// What could be offered to each of many customers, and what it would be worth: what
    /// :meth:`Proposals.assign` plans a campaign from.
    ///
    /// All that the policy lets be offered to a customer and that is worth more than its
    /// ``min_value`` is proposed. What contacting a customer risks (``fatigue`` of the policy) is taken off
    /// the plan once for each customer who gets an offer (`Plan.contact_risk`), and customers whose best
    /// proposals, as many as one may get, are together worth no more are proposed nothing. A plan keeps what the policy says of one decision for each customer:
    /// ``max_offers``, the ``max`` of each kind, ``per_line``, ``per_brand``, ``per_category`` and what
    /// may not be offered together. What is offered reaches
    /// the customer outside of an order (pins, quotas, slots that are drawn, bundles and top-ups are of
    /// single decisions), so the chance that they buy it anyway is that of buying it
    /// within the model's horizon (``model.report["horizon_days"]``); a basket says what not to offer, and
    /// nothing is proposed for going with it. A proposal costs the policy's
    /// ``contact_cost``, or nothing if it rides along, and products whose stock the catalogue
    /// tells are offered at most so many times, unless `capacity` says how often.
    ///
    /// Parameters
    /// ----------
    /// policy : Policy
    /// customers : iterable of ids
    ///     A list, NumPy array, pandas or polars column, or Arrow array; no customer twice.
    /// now : datetime.datetime, str or int
    ///     When the offers are made; as for :meth:`decide`.
    /// channel : str, optional
    ///     Through which channel the offers go, or a list of one for each customer; default: the
    ///     policy's.
    /// ride_along : bool
    ///     Whether the offers ride along in messages that go out anyway, or a list of that for each
    ///     customer: such an offer costs no contact, and no cap stops it.
    /// segments, consents, customer_value, contacts : list, optional
    ///     For each customer, what :meth:`decide` takes for one: the segments they belong to, what
    ///     they have consented to, what losing them would cost, and the offers they were shown before.
    ///     ``None`` in place of what one customer has is nothing. Arrow columns will do, here and
    ///     below.
    /// orders_since, basket, viewed, after, returned : list, optional
    ///     For each customer, what they ordered since the model was fitted, what is in the basket that
    ///     they left, the product they looked at, the order they just placed and what they returned,
    ///     each as for :meth:`decide`.
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
            policy, customers, *, now, channel = None, ride_along = None, segments = None,
            consents = None, customer_value = None, contacts = None, orders_since = None,
            basket = None, viewed = None, after = None, returned = None, each = None,
            threads = None, progress = None,
        ),
        text_signature = "($self, policy, customers, *, now, channel=None, ride_along=False, segments=None, consents=None, customer_value=None, contacts=None, orders_since=None, basket=None, viewed=None, after=None, returned=None, each=20, threads=None, progress=False)"
    )]
    #[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
    fn propose(
        &self,
        py: Python<'_>,
        policy: &Bound<'_, PyAny>,
        customers: &Bound<'_, PyAny>,
        now: &Bound<'_, PyAny>,
        channel: Option<&Bound<'_, PyAny>>,
        ride_along: Option<&Bound<'_, PyAny>>,
        segments: Option<&Bound<'_, PyAny>>,
        consents: Option<&Bound<'_, PyAny>>,
        customer_value: Option<&Bound<'_, PyAny>>,
        contacts: Option<&Bound<'_, PyAny>>,
        orders_since: Option<&Bound<'_, PyAny>>,
        basket: Option<&Bound<'_, PyAny>>,
        viewed: Option<&Bound<'_, PyAny>>,
        after: Option<&Bound<'_, PyAny>>,
        returned: Option<&Bound<'_, PyAny>>,
        each: Option<&Bound<'_, PyAny>>,
        threads: Option<&Bound<'_, PyAny>>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Proposals> {
        let now = time(now, "now")?;
        let customers = ids::many(customers, "customers")?;
        let mut options = ProposeOptions::new();
        options.each = whole_or(each, "each", options.each)?;
        options.threads = some_whole(threads, "threads")?;
        let policy = &of_class::<Policy>(policy, "policy")?.get().inner;
        let n = customers.len();
        let mut contexts = for_each(contacts, "contacts", n, |list, what| {
            contact::context(now, Some(list), what)
        })?
        .into_iter();
        let mut contexts: Vec<Context> = customers
            .to_vec()
            .into_iter()
            .map(|id| contexts.next().flatten().unwrap_or_else(|| Context::at(now)).customer(id))
            .collect();
        let all = &mut contexts;
        match channel {
            Some(one) if ids::is_text(one) => {
                let channel: Arc<str> = some_text(channel, "channel")?.unwrap_or_default().into();
                add(all, vec![Some(channel); n], Context::channel);
            }
            many => {
                let text = |name: &Bound<'_, PyAny>, what: &str| some_text(Some(name), what);
                let all_of = for_each(many, "channel", n, text)?.into_iter().map(Option::flatten);
                add(all, all_of, Context::channel);
            }
        }
        let flag = |flag: &Bound<'_, PyAny>, what: &str| flag_or(Some(flag), what, false);
        match ride_along {
            Some(lists) if lists.try_iter().is_ok() => {
                add(all, for_each(ride_along, "ride_along", n, flag)?, Context::ride_along);
            }
            one => {
                let flag = flag_or(one, "ride_along", false)?;
                add(all, vec![Some(flag); n], Context::ride_along);
            }
        }
        let names = |list: &Bound<'_, PyAny>, what: &str| words(Some(list), what);
        add(all, for_each(segments, "segments", n, names)?, Context::segments);
        add(all, for_each(consents, "consents", n, names)?, Context::consents);
        add(all, for_each(customer_value, "customer_value", n, float)?, Context::customer_value);
        add(all, for_each(orders_since, "orders_since", n, read_orders)?, Context::orders_since);
        add(all, for_each(basket, "basket", n, lines)?, Context::basket);
        add(all, for_each(viewed, "viewed", n, ids::id)?, Context::viewed);
        add(all, for_each(after, "after", n, lines)?, Context::after);
        add(all, for_each(returned, "returned", n, ids::ids)?, Context::returned);
        let inner = boundary::in_pool(py, progress, |control| {
            self.inner.propose(policy, &contexts, &options, control).map_err(|error| {
                basketry::Error::new(error.kind(), of_arguments(&error.to_string()))
            })
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

/// What the core says of one of many contexts, with the arguments that their user gave:
/// `contexts[3]: basket[0].product: ..` is of `basket[3][0].product`, and `contexts[3].customer: ..`
/// of `customers[3]`.
fn of_arguments(message: &str) -> String {
    let named = |message: &str| {
        let (at, rest) = message.strip_prefix("contexts[")?.split_once(']')?;
        let rest = rest.strip_prefix(": ").or(rest.strip_prefix('.'))?;
        let end = rest.find(|c: char| c != '_' && !c.is_ascii_lowercase())?;
        let (key, rest) = rest.split_at(end);
        Some(match key {
            // Another one is named in the same words.
            "customer" => format!("customers[{at}]{}", rest.replace("contexts[", "customers[")),
            "now" | "seed" => format!("{key}{rest}"),
            _ => format!("{key}[{at}]{rest}"),
        })
    };
    named(message).unwrap_or_else(|| message.to_owned())
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

/// What `read` makes of what `n` customers have one of each, unless it is `None`. Nothing at all if
/// `object` is left out.
fn for_each<T>(
    object: Option<&Bound<'_, PyAny>>,
    what: &str,
    n: usize,
    read: impl Fn(&Bound<'_, PyAny>, &str) -> PyResult<T>,
) -> PyResult<Vec<Option<T>>> {
    let Some(object) = object else { return Ok(Vec::new()) };
    // Arrow's columns hold no Python objects.
    let object = match object.getattr("to_pylist") {
        Ok(method) => method.call0()?,
        Err(_) => object.clone(),
    };
    let read = |(at, one): (usize, PyResult<Bound<'_, PyAny>>)| match one? {
        one if one.is_none() => Ok(None),
        one => read(&one, &format!("{what}[{at}]")).map(Some),
    };
    let all = each(&object, what, "a list with something for each customer")?;
    let all: Vec<Option<T>> = all.enumerate().map(read).collect::<PyResult<_>>()?;
    if all.len() != n {
        let got = all.len();
        let message = format!("{what}: expected as many as the {n} customers, got {got}");
        return Err(exception(object.py(), ErrorKind::InvalidArgument, &message));
    }
    Ok(all)
}

/// Adds to each context what its customer has, if anything.
fn add<T>(
    contexts: &mut [Context],
    all: impl IntoIterator<Item = Option<T>>,
    to: impl Fn(Context, T) -> Context,
) {
    for (context, one) in contexts.iter_mut().zip(all) {
        if let Some(one) = one {
            *context = to(std::mem::replace(context, Context::at(0)), one);
        }
    }
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

pub(crate) fn read_orders(object: &Bound<'_, PyAny>, what: &str) -> PyResult<Vec<Order>> {
    let wrong = |i: usize| {
        PyTypeError::new_err(format!("{what}[{i}]: expected a pair of a time and a basket"))
    };
    each(object, what, "a list of pairs of a time and a basket")?
        .enumerate()
        .map(|(i, order)| {
            let (at, basket): (Bound<'_, PyAny>, Bound<'_, PyAny>) =
                order?.extract().map_err(|_| wrong(i))?;
            let mut order = Order::at(time(&at, &format!("{what}[{i}].time"))?);
            for (product, quantity) in lines(&basket, &format!("{what}[{i}].lines"))? {
                order = order.line(product, quantity);
            }
            Ok(order)
        })
        .collect()
}
