//! `Ladder`, and the part of `Engine` that makes it.

use basketry::Context;
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::convert::{self, of_class};
use crate::engine::{Engine, read_orders, time};
use crate::policy::Policy;
use crate::{boundary, ids};

/// The tiers of a product line, the cheapest first, and which one to preselect.
///
/// :meth:`Engine.ladder` makes it.
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Ladder {
    inner: basketry::decide::Ladder,
}

#[pymethods]
impl Ladder {
    /// The product that was asked for.
    #[getter]
    fn product<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        ids::to_py(py, self.inner.product.as_ref())
    }

    /// The index of the tier to preselect; ``None`` if none may be offered.
    #[getter]
    fn preselect(&self) -> Option<usize> {
        self.inner.preselect
    }

    /// The tiers, a dict each, with amounts in minor units (cents): ``product``, ``name``,
    /// ``price``, ``term`` (periods that price and cost recur), ``margin`` (of all periods),
    /// ``pack``, ``unit_price``, ``rating``, ``share`` (of purchases among the tiers), ``value``
    /// (what is expected to be earned by leading to it a customer who is about to take the product
    /// that was asked for) and ``reason`` (why it may not be offered, or ``None``). What is not
    /// known is ``None``.
    #[getter]
    fn tiers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        Ok(convert::json(py, &self.inner.tiers)?.cast_into()?)
    }

    /// The ladder as one line of JSON, with ``product``, ``preselect`` and ``tiers``.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        boundary::quick(py, || Ok(self.inner.to_json()))
    }

    /// The ladder as a dict, with the keys of :meth:`to_json`.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        convert::json(py, &self.inner)
    }

    fn __len__(&self) -> usize {
        self.inner.tiers.len()
    }

    fn __repr__(&self) -> String {
        format!("<Ladder of {}: {} tiers>", self.inner.product, self.inner.tiers.len())
    }
}

#[pymethods]
impl Engine {
    /// The tiers of a product's line in order of price: the bouquet in five sizes, the tariffs of a
    /// family. They are equal on every attribute that must match.
    ///
    /// Parameters
    /// ----------
    /// policy : Policy
    ///     Its ``ladder`` says which tier to preselect: ``"second_lowest"`` (the default),
    ///     ``"lowest"``, ``"highest"`` or ``"most_valuable"``.
    /// product : str or int
    ///     A product of the line, which the values of the tiers are compared with.
    /// now : datetime.datetime, str or int
    ///     As for :meth:`decide`.
    /// customer : str or int, optional
    ///     Whose purchases count.
    /// orders_since : iterable of (time, basket), optional
    ///     As for :meth:`decide`.
    ///
    /// Raises
    /// ------
    /// UnknownIdError
    ///     If the catalogue does not have the product.
    /// DataError
    ///     If the catalogue has no price for it.
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> import pyarrow as pa
    /// >>> catalog = bk.Catalog(
    /// ...     pa.table({"sku": ["small", "large", "medium"], "price": [19.0, 39.0, 29.0],
    /// ...               "flowers": ["tulips"] * 3}),
    /// ...     product="sku", price="price", line="flowers",
    /// ... )
    /// >>> history = bk.History(
    /// ...     pa.table({"ts": ["2026-03-31"], "order": [1], "sku": ["small"]}),
    /// ...     time="ts", product="sku", basket="order",
    /// ... )
    /// >>> engine = bk.Engine(bk.fit(catalog, history), catalog)
    /// >>> ladder = engine.ladder(bk.Policy(), "small", now="2026-04-01T10:00:00Z")
    /// >>> [tier["product"] for tier in ladder.tiers], ladder.preselect
    /// (['small', 'medium', 'large'], 1)
    #[pyo3(signature = (policy, product, *, now, customer = None, orders_since = None))]
    fn ladder(
        &self,
        py: Python<'_>,
        policy: &Bound<'_, PyAny>,
        product: &Bound<'_, PyAny>,
        now: &Bound<'_, PyAny>,
        customer: Option<&Bound<'_, PyAny>>,
        orders_since: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Ladder> {
        let mut context = Context::at(time(now, "now")?);
        if let Some(customer) = customer {
            context = context.customer(ids::id(customer, "customer")?);
        }
        if let Some(orders) = orders_since {
            context = context.orders_since(read_orders(orders, "orders_since")?);
        }
        let product = ids::id(product, "product")?;
        let policy = &of_class::<Policy>(policy, "policy")?.get().inner;
        let inner = boundary::quick(py, || self.inner.ladder(policy, &context, &product))?;
        Ok(Ladder { inner })
    }
}
