//! `Decision` and what is in it.

use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::rows::{RowIterator, position};
use crate::{boundary, convert, ids};

/// Ordered offers, perhaps none, and everything needed to say why.
///
/// ``len(decision)``, ``decision[0]`` (an :class:`Offer`) and iteration work as with a list;
/// printing it gives the offers in words.
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Decision {
    pub(crate) inner: basketry::Decision,
}

#[pymethods]
impl Decision {
    /// The decision's id, 32 hexadecimal digits: a hash of the model, the catalogue, the policy and
    /// the request.
    #[getter]
    fn id(&self) -> String {
        self.inner.id()
    }

    /// The expected contribution of all offers together, in minor units; 0 without offers.
    #[getter]
    fn value(&self) -> f64 {
        self.inner.value()
    }

    /// The customer the decision was asked for, or ``None``.
    #[getter]
    fn customer<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.inner.customer().map(|id| ids::to_py(py, id))
    }

    /// True if the model knows the customer; others are treated as new.
    #[getter]
    fn customer_known(&self) -> bool {
        self.inner.customer_known()
    }

    /// Where the offers are shown, or ``None``.
    #[getter]
    fn placement(&self) -> Option<&str> {
        self.inner.placement()
    }

    /// The time of the request, milliseconds since 1970-01-01 UTC.
    #[getter]
    fn now_ms(&self) -> i64 {
        self.inner.now_ms()
    }

    /// The seed of the request.
    #[getter]
    fn seed(&self) -> u64 {
        self.inner.seed()
    }

    /// The id of the model, 32 hexadecimal digits.
    #[getter]
    fn model_id(&self) -> String {
        self.inner.model_id().to_string()
    }

    /// A hash of the catalogue.
    #[getter]
    fn catalog_version(&self) -> &str {
        self.inner.catalog_version()
    }

    /// The name of the policy.
    #[getter]
    fn policy_name(&self) -> &str {
        self.inner.policy_name()
    }

    /// A hash of the policy: :attr:`Policy.version`.
    #[getter]
    fn policy_version(&self) -> &str {
        self.inner.policy_version()
    }

    /// What was not as it should be: unknown products, orders that were left out, exclusions that
    /// match nothing, costs that are assumed.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.inner.warnings().to_vec()
    }

    /// Why nothing is offered, whatever it is: a stable code such as ``"contact_cap"`` or
    /// ``"held_out"``; ``None`` if nothing stops offers.
    #[getter]
    fn stopped(&self) -> Option<&'static str> {
        self.inner.stopped().map(basketry::Reason::code)
    }

    /// True if the customer is held out: offered nothing, to measure against.
    #[getter]
    fn held_out(&self) -> bool {
        self.inner.held_out()
    }

    /// The offers that would have been made, had the customer not been held out.
    #[getter]
    fn withheld(&self, py: Python<'_>) -> PyResult<Vec<Offer>> {
        let offers = boundary::quick(py, || Ok(self.inner.withheld().to_vec()))?;
        Ok(offers.into_iter().map(|inner| Offer { inner }).collect())
    }

    /// The slot that was drawn by lot: a dict with ``slot`` (from 1) and ``choices``, a list of dicts
    /// with ``products`` (of a bundle all of them, the main one first), ``kind``, ``value`` and
    /// ``probability``; ``None`` if nothing was left to chance.
    #[getter]
    fn explored<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        convert::json(py, &self.inner.explored())
    }

    /// What became of the policy's quotas: dicts with ``name``, ``min``, ``made`` and ``price``, the
    /// value given up for it in minor units.
    #[getter]
    fn quotas<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        convert::json(py, &self.inner.quotas())
    }

    /// What contacting the customer with any offer risks, in minor units.
    #[getter]
    fn contact_risk(&self) -> f64 {
        self.inner.contact_risk()
    }

    /// All candidates that were not offered, those with the greatest chance of being bought
    /// first. What an offer adds is not among them, alone or with others.
    #[getter]
    fn suppressed(&self, py: Python<'_>) -> PyResult<Vec<Suppressed>> {
        let suppressed = boundary::quick(py, || Ok(self.inner.suppressed()))?;
        Ok(suppressed.into_iter().map(|inner| Suppressed { inner }).collect())
    }

    /// How many candidates were suppressed for each reason.
    #[getter]
    fn suppressed_counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (reason, count) in self.inner.suppressed_counts() {
            dict.set_item(reason.code(), count)?;
        }
        Ok(dict)
    }

    /// Why a product is not among the offers. Answers for any id, candidate or not.
    ///
    /// Parameters
    /// ----------
    /// product : str or int
    ///
    /// Returns
    /// -------
    /// WhyNot
    ///     Its ``reason`` is a stable code such as ``"out_of_stock"``, or ``None`` if the product
    ///     is offered; printing it gives the answer in words.
    fn why_not(&self, py: Python<'_>, product: &Bound<'_, PyAny>) -> PyResult<WhyNot> {
        let id = ids::id(product, "product")?;
        let inner = boundary::quick(py, || Ok(self.inner.why_not(&id)))?;
        Ok(WhyNot { inner })
    }

    /// The decision as one line of JSON: the log entry from which it can be replayed.
    ///
    /// The same decision gives the same bytes in every language.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        boundary::quick(py, || Ok(self.inner.to_json()))
    }

    /// The decision as a dict, with the keys of :meth:`to_json`.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        convert::loads(py, &self.to_json(py)?)
    }

    fn __len__(&self) -> usize {
        self.inner.len()
    }

    fn __getitem__(&self, py: Python<'_>, index: isize) -> PyResult<Py<PyAny>> {
        offer(py, &self.inner, position(index, self.inner.len())?)
    }

    fn __iter__(&self) -> RowIterator {
        let decision = self.inner.clone();
        RowIterator::new(decision.len(), move |py, row| offer(py, &decision, row))
    }

    fn __str__(&self, py: Python<'_>) -> PyResult<String> {
        boundary::quick(py, || Ok(self.inner.to_string().trim_end().to_owned()))
    }

    fn __repr__(&self) -> String {
        let kinds: Vec<&str> = self.inner.iter().map(|offer| offer.kind.code()).collect();
        format!(
            "<Decision {:?}: {} offers [{}]>",
            self.inner.policy_name(),
            kinds.len(),
            kinds.join(", ")
        )
    }

    fn _shown<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let shown = boundary::quick(py, || Ok(self.inner.shown()))?;
        convert::json(py, &shown)
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        slf.py().import("basketry._display")?.call_method1("decision", (slf,))?.extract()
    }
}

fn offer(py: Python<'_>, decision: &basketry::Decision, row: usize) -> PyResult<Py<PyAny>> {
    let offer = decision.iter().nth(row).ok_or_else(|| PyIndexError::new_err(row))?;
    Ok(Py::new(py, Offer { inner: offer.clone() })?.into_any())
}

/// One offer. Amounts of money are in minor units (cents).
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Offer {
    inner: basketry::Offer,
}

#[pymethods]
impl Offer {
    /// ``"cross_sell"``, ``"up_sell"``, ``"refill"``, ``"popular"``, ``"bundle"``, ``"top_up"``,
    /// ``"service"`` or ``"similar"``.
    #[getter]
    fn kind(&self) -> &'static str {
        self.inner.kind.code()
    }

    /// The ids of the products offered: one, but of a bundle the main product and what goes with it,
    /// of a second unit the product twice, of a top-up one or two.
    #[getter]
    fn products<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.inner.products.iter().map(|id| ids::to_py(py, id.as_ref())))
    }

    /// The name of the product, or ``None`` if the catalogue has no names; of several their names,
    /// with `` + `` between them.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.inner.name.as_deref()
    }

    /// What it costs now, in minor units; of a contract, in each period.
    #[getter]
    fn price(&self) -> i64 {
        self.inner.price.minor
    }

    /// What is taken off the price, in minor units. Only bundles have a discount.
    #[getter]
    fn discount(&self) -> i64 {
        self.inner.discount.minor
    }

    /// How the discount falls on each of the products, in minor units, adding up to it; empty
    /// without a discount.
    #[getter]
    fn allocation<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.inner.allocation.iter().map(|off| off.minor))
    }

    /// The currency of all amounts, such as ``"EUR"``.
    #[getter]
    fn currency(&self) -> String {
        self.inner.price.currency.code().to_owned()
    }

    /// Of a cross-sell the product that it goes with, of an up-sell the product in whose place it
    /// is offered, of a bundle the main product; otherwise ``None``.
    #[getter]
    fn base_product<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.inner.base_product.as_ref().map(|id| ids::to_py(py, id.as_ref()))
    }

    /// The chance that it is bought in this order if it is offered. Of an up-sell: that it is
    /// taken in place of the base product.
    #[getter]
    fn probability(&self) -> f64 {
        self.inner.probability
    }

    /// The chance that it is bought in this order if it is not offered.
    #[getter]
    fn base_probability(&self) -> f64 {
        self.inner.base_probability
    }

    /// Price less cost, in minor units; of a contract, in all its periods.
    #[getter]
    fn margin(&self) -> f64 {
        self.inner.margin
    }

    /// The expected contribution of making this offer, in minor units.
    #[getter]
    fn value(&self) -> f64 {
        self.inner.value
    }

    /// The probability with which this offer was chosen for the slot; 1: nothing was left to
    /// chance.
    #[getter]
    fn chosen_with(&self) -> f64 {
        self.inner.chosen_with
    }

    /// True if the policy pins it to its slot.
    #[getter]
    fn pinned(&self) -> bool {
        self.inner.pinned
    }

    /// The place of its kind in the policy's fallback chain, from 1, if the kind only fills slots
    /// that others leave; otherwise 0.
    #[getter]
    fn fallback(&self) -> u32 {
        self.inner.fallback
    }

    /// Until when it is valid, milliseconds since 1970-01-01 UTC; ``None``: without an end.
    #[getter]
    fn valid_until(&self) -> Option<i64> {
        self.inner.valid_until
    }

    /// The numbers behind it, by name.
    #[getter]
    fn evidence<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for evidence in &self.inner.evidence {
            dict.set_item(evidence.name, evidence.value)?;
        }
        Ok(dict)
    }

    /// The settings of the policy's ``assume`` that stood in for what is not known, as far as they
    /// are neither given nor learned.
    #[getter]
    fn assumed(&self) -> Vec<&'static str> {
        self.inner.assumed.clone()
    }

    /// Where the numbers came from that the value rests on: by name ``"learned"``, ``"given"`` or
    /// ``"assumed"``.
    #[getter]
    fn sources<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for sourced in &self.inner.sources {
            dict.set_item(sourced.name, sourced.source.code())?;
        }
        Ok(dict)
    }

    /// The reason in plain words.
    #[getter]
    fn why(&self) -> &str {
        &self.inner.why
    }

    /// The offer as a dict, with the keys that it has in :meth:`Decision.to_json`.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        convert::json(py, &self.inner)
    }

    fn __str__(&self) -> String {
        self.inner.to_string()
    }

    fn __repr__(&self) -> String {
        format!("<Offer {}>", self.inner)
    }
}

/// A candidate that was not offered.
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Suppressed {
    inner: basketry::decide::Suppressed,
}

#[pymethods]
impl Suppressed {
    /// The id.
    #[getter]
    fn product<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        ids::to_py(py, self.inner.product.as_ref())
    }

    /// Why it is not offered: a stable code such as ``"out_of_stock"``.
    #[getter]
    fn reason(&self) -> &'static str {
        self.inner.reason.code()
    }

    /// The kind of offer it would have been, or ``None`` if it did not come so far.
    #[getter]
    fn kind(&self) -> Option<&'static str> {
        self.inner.kind.map(basketry::Kind::code)
    }

    /// The learned chance that it is bought in this order without an offer.
    #[getter]
    fn probability(&self) -> f64 {
        self.inner.probability
    }

    /// Its value in minor units, or ``None`` if it was not computed.
    #[getter]
    fn value(&self) -> Option<f64> {
        self.inner.value
    }

    fn __repr__(&self) -> String {
        format!("<Suppressed {}: {}>", self.inner.product, self.inner.reason.code())
    }
}

/// Why a product is not offered; printing it gives the answer in words.
#[pyclass(frozen, module = "basketry")]
pub(crate) struct WhyNot {
    inner: basketry::decide::WhyNot,
}

#[pymethods]
impl WhyNot {
    /// The product asked for.
    #[getter]
    fn product<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        ids::to_py(py, self.inner.product.as_ref())
    }

    /// Why it is not offered, a stable code such as ``"out_of_stock"``; ``None`` if it is.
    #[getter]
    fn reason(&self) -> Option<&'static str> {
        self.inner.reason.map(basketry::Reason::code)
    }

    /// The answer in plain words.
    #[getter]
    fn text(&self) -> &str {
        &self.inner.text
    }

    fn __str__(&self) -> &str {
        &self.inner.text
    }

    fn __repr__(&self) -> String {
        format!("<WhyNot {}>", self.inner.text)
    }
}
