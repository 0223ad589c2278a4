//! `Proposals` and `Plan`: which offers to make to which customers.

use basketry::{AssignOptions, Currency, OfferGroup, ProposalColumns};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList};

use crate::convert::{some_of_class, some_texts, some_whole, text_or, texts, whole, whole_or};
use crate::engine::each;
use crate::rows::{RowIterator, Rows, rows};
use crate::{arrow, boundary, convert, error, ids, table};

/// Offers that may be made to customers, and what each would be worth.
///
/// Parameters
/// ----------
/// table : table
///     One row for each offer that may be made to a customer, in any order: a pandas, polars or
///     pyarrow table, a DuckDB relation, or any object with ``__arrow_c_stream__``.
/// customer, offer : str
///     The columns of ids.
/// value : str
///     The column of what making the offer would be worth, in any unit: the expected incremental
///     contribution, for instance. Offers worth 0 or less are made for a minimum volume only.
/// cost : str, optional
///     The column of what making it costs, in major units (0.25 is twenty-five cents), at least 0.
/// currency : str
///     The currency of the costs, three upper-case letters; it says how many decimals are kept.
/// progress : bool or callable
///     As for :func:`fit`.
///
/// Raises
/// ------
/// SchemaError
///     If a column is not there or has a type that cannot serve.
/// DataError
///     For a null, a number that is not finite, a negative cost, or a row that stands twice.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> import pyarrow as pa
/// >>> proposals = bk.Proposals(
/// ...     pa.table({"who": [1, 1, 2, 2], "what": ["case", "lens"] * 2, "worth": [2, 3, 1.5, 2.8]}),
/// ...     customer="who", offer="what", value="worth",
/// ... )
/// >>> plan = proposals.assign(capacity={"lens": 1})
/// >>> list(plan)
/// [(1, 'case', 2.0), (2, 'lens', 2.8)]
/// >>> plan.value, plan.gap < 0.1
/// (4.8, True)
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Proposals {
    pub(crate) inner: basketry::Proposals,
}

#[pymethods]
impl Proposals {
    #[new]
    #[pyo3(
        signature = (table, *, customer, offer, value, cost = None, currency = None, progress = None),
        text_signature = "(table, *, customer, offer, value, cost=None, currency='EUR', progress=False)"
    )]
    #[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
    fn new(
        py: Python<'_>,
        table: &Bound<'_, PyAny>,
        customer: &Bound<'_, PyAny>,
        offer: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
        cost: Option<&Bound<'_, PyAny>>,
        currency: Option<&Bound<'_, PyAny>>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        texts!(customer, offer, value);
        some_texts!(cost);
        let currency = &text_or(currency, "currency", "EUR")?;
        let mut columns = ProposalColumns::new(customer, offer, value);
        columns.cost = cost;
        let currency = Currency::new(currency).map_err(|error| error::to_py(py, error))?;
        let reader = arrow::table(table, "table")?;
        let inner = boundary::shown(py, progress, |control| {
            basketry::Proposals::from_reader(reader, &columns, currency, control)
        })?;
        Ok(Self { inner })
    }

    /// How many customers there are.
    #[getter]
    fn customers(&self) -> usize {
        self.inner.customers().len()
    }

    /// The offers, in the order of their first row.
    #[getter]
    fn offers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        ids::list(py, self.inner.offers())
    }

    /// The plan that is worth the most within the limits, or almost: `Plan.gap` says how far off it
    /// may be.
    ///
    /// Parameters
    /// ----------
    /// per_customer : int
    ///     Offers that one customer gets at most, 1 to 64, and no more than the ``max_offers`` of the
    ///     policy by which an engine proposed them.
    /// capacity : dict, optional
    ///     How often single offers can be made, by offer; others as often as they are proposed.
    /// groups : dict, optional
    ///     Offers that are limited together: by name of the group a dict with the keys ``offers``
    ///     (a list of ids) and one or more of ``min``, ``max`` and ``per_customer`` (how many of them
    ///     one customer gets at most). Minimums that cannot all be reached are reached as far as
    ///     possible, all of them together, and `Plan.groups` says so.
    /// exclude : list of pairs, optional
    ///     Pairs of offers that never reach the same customer.
    /// budget : int, optional
    ///     What all offers may cost together, in minor units (cents).
    /// seed : int
    ///     Breaks ties between customers for whom an offer is worth the same.
    /// progress : bool or callable
    ///     As for :func:`fit`.
    ///
    /// Returns
    /// -------
    /// Plan
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     For limits that contradict each other or cannot be read.
    #[pyo3(
        signature = (
            *, per_customer = None, capacity = None, groups = None, exclude = None, budget = None,
            seed = None, progress = None,
        ),
        text_signature = "($self, *, per_customer=1, capacity=None, groups=None, exclude=None, budget=None, seed=0, progress=False)"
    )]
    #[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
    fn assign(
        &self,
        py: Python<'_>,
        per_customer: Option<&Bound<'_, PyAny>>,
        capacity: Option<&Bound<'_, PyAny>>,
        groups: Option<&Bound<'_, PyAny>>,
        exclude: Option<&Bound<'_, PyAny>>,
        budget: Option<&Bound<'_, PyAny>>,
        seed: Option<&Bound<'_, PyAny>>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Plan> {
        let capacity = some_of_class::<PyDict>(capacity, "capacity")?;
        let groups = some_of_class::<PyDict>(groups, "groups")?;
        let mut options = AssignOptions::new();
        options.per_customer = whole_or(per_customer, "per_customer", options.per_customer)?;
        options.seed = whole_or(seed, "seed", options.seed)?;
        options.budget = some_whole::<i64>(budget, "budget")?;
        for (offer, most) in capacity.into_iter().flatten() {
            let what = format!("capacity[{}]", convert::shown(&offer));
            options.capacities.push((ids::id(&offer, "capacity")?, whole(&most, &what)?));
        }
        for (name, limits) in groups.into_iter().flatten() {
            options.groups.push(group(&name, &limits)?);
        }
        let pairs = exclude.map(|pairs| each(pairs, "exclude", "pairs of offers")).transpose()?;
        for (at, pair) in pairs.into_iter().flatten().enumerate() {
            let what = format!("exclude[{at}]");
            let (one, other): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair?
                .extract()
                .map_err(|_| PyTypeError::new_err(format!("{what}: expected a pair of offers")))?;
            options.excludes.push((ids::id(&one, &what)?, ids::id(&other, &what)?));
        }
        let inner =
            boundary::in_pool(py, progress, |control| self.inner.assign(&options, control))?;
        Ok(Plan { inner })
    }

    fn __len__(&self) -> usize {
        self.inner.len()
    }

    fn __repr__(&self) -> String {
        format!(
            "<Proposals: {} of {} offers to {} customers>",
            self.inner.len(),
            self.inner.offers().len(),
            self.inner.customers().len()
        )
    }
}

/// The group of a name and a dict of limits.
fn group(name: &Bound<'_, PyAny>, limits: &Bound<'_, PyAny>) -> PyResult<OfferGroup> {
    let wrong = |what: String| PyTypeError::new_err(what);
    let name: String = name.extract().map_err(|_| {
        wrong(format!("groups: expected names that are strings, got {}", convert::shown(name)))
    })?;
    let what = format!("groups[{name:?}]");
    let limits = limits.cast::<PyDict>().map_err(|_| {
        wrong(format!("{what}: expected a dict with offers, min, max and per_customer"))
    })?;
    let mut group = OfferGroup::new(name, Vec::<basketry::Id>::new());
    for (key, value) in limits {
        match key.extract::<&str>() {
            Ok("offers") => group.offers = ids::ids(&value, &format!("{what}[\"offers\"]"))?,
            Ok("min") => {
                group.min =
                    some_whole(Some(&value).filter(|v| !v.is_none()), &format!("{what}[\"min\"]"))?
                        .unwrap_or(0)
            }
            Ok("max") => {
                group.max =
                    some_whole(Some(&value).filter(|v| !v.is_none()), &format!("{what}[\"max\"]"))?
            }
            Ok("per_customer") => {
                let what = format!("{what}[\"per_customer\"]");
                group.per_customer = some_whole(Some(&value).filter(|v| !v.is_none()), &what)?
            }
            _ => {
                return Err(wrong(format!(
                    "{what}: unknown key {}; known are offers, min, max, per_customer",
                    convert::shown(&key)
                )));
            }
        }
    }
    Ok(group)
}

/// Which offers are made to which customers; from :meth:`Proposals.assign`.
///
/// One row for each offer that is made: ``customer``, ``offer``, ``rank`` (from 1, the most valuable
/// first), ``value`` and, with costs, ``cost`` (in minor units). Customers come in the order of the
/// proposals. It speaks the Arrow PyCapsule interface: batches are made while they are read.
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Plan {
    inner: basketry::Plan,
}

#[pymethods]
impl Plan {
    /// What the plan is worth: the values of all offers that are made, less `contact_risk`.
    #[getter]
    fn value(&self) -> f64 {
        self.inner.value()
    }

    /// What contacting the customers who get an offer risks together (``fatigue`` of the policy), once
    /// for each, however many offers they get; the value of a row has nothing of it taken off. 0 for
    /// proposals of a table.
    #[getter]
    fn contact_risk(&self) -> f64 {
        self.inner.contact_risk()
    }

    /// No plan within the limits is worth more (where a minimum volume is not met, of the plans
    /// that need only what is reached of it).
    #[getter]
    fn bound(&self) -> f64 {
        self.inner.bound()
    }

    /// How far the plan may be from the best one: (bound - value) / abs(bound).
    #[getter]
    fn gap(&self) -> f64 {
        self.inner.gap()
    }

    /// How many customers get an offer.
    #[getter]
    fn reached(&self) -> u64 {
        self.inner.reached()
    }

    /// What all offers cost together, in minor units, a part of one counted as a whole; None if the
    /// proposals have no costs.
    #[getter]
    fn spent(&self) -> Option<i64> {
        self.inner.spent()
    }

    /// What one more minor unit of budget would be worth, about; 0 if some is left.
    #[getter]
    fn budget_price(&self) -> f64 {
        self.inner.budget_price()
    }

    /// How often each offer is made, as a list of dicts: ``offer``, ``capacity`` (None if it is not
    /// limited), ``made``, and ``price``: what one more would be worth, about.
    #[getter]
    fn offers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        convert::json(py, &self.inner.offers())
    }

    /// How often the offers of each group are made, as a list of dicts: ``name``, ``min``, ``max``,
    /// ``made``, ``met`` (whether the minimum is reached) and ``price``: above 0 what one more would
    /// be worth at the maximum, below 0 what one more costs at the minimum, about.
    #[getter]
    fn groups<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        convert::json(py, &self.inner.groups())
    }

    /// How often the limits name an offer that is proposed to nobody.
    #[getter]
    fn unknown(&self) -> u64 {
        self.inner.unknown()
    }

    /// The names of the columns.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.inner.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// The columns as a dict of lists.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let plan = self.inner.clone();
        let batch = boundary::on_rows(py, plan.len(), move || plan.to_record_batch())?;
        arrow::to_dict(py, &batch)
    }

    /// A ``pandas.DataFrame``.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        table::frame(slf.as_any(), "to_pandas")
    }

    /// A ``polars.DataFrame``.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        table::frame(slf.as_any(), "to_polars")
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The interface lets a producer give its own types whatever is requested.
        let _ = requested_schema;
        arrow::stream(py, self.inner.reader())
    }

    fn _buffers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let plan = self.inner.clone();
        let batch = boundary::on_rows(py, plan.len(), move || plan.to_record_batch())?;
        arrow::to_buffers(py, &batch)
    }

    fn _head<'py>(&self, py: Python<'py>, n: usize) -> PyResult<Bound<'py, PyDict>> {
        let batch = boundary::quick(py, || self.inner.head(n))?;
        arrow::to_dict(py, &batch)
    }

    fn __len__(&self) -> usize {
        self.inner.len()
    }

    fn __getitem__<'py>(
        &self,
        py: Python<'py>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match rows(key, self.inner.len())? {
            Rows::One(at) => row(py, &self.inner, at).map(|row| row.into_bound(py)),
            Rows::Many(rows) => {
                let rows = rows.into_iter().map(|at| row(py, &self.inner, at));
                Ok(PyList::new(py, rows.collect::<PyResult<Vec<_>>>()?)?.into_any())
            }
        }
    }

    fn __iter__(&self) -> RowIterator {
        let plan = self.inner.clone();
        RowIterator::new(plan.len(), move |py, at| row(py, &plan, at))
    }

    fn __repr__(&self) -> String {
        format!(
            "<Plan: {} offers to {} customers, worth {}, at most {:.4} % below the best>",
            self.inner.len(),
            self.inner.reached(),
            self.inner.value(),
            100.0 * self.inner.gap()
        )
    }

    fn __str__(slf: &Bound<'_, Self>) -> PyResult<String> {
        table::text(slf.as_any())
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        table::html(slf.as_any())
    }
}

/// A row as a tuple of customer, offer and value.
fn row(py: Python<'_>, plan: &basketry::Plan, at: usize) -> PyResult<Py<PyAny>> {
    let (customer, offer, value) = plan.row(at);
    let row = (ids::to_py(py, customer), ids::to_py(py, offer), value).into_pyobject(py)?;
    Ok(row.into_any().unbind())
}
