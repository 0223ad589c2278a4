//! `Simulation`: what `basketry.simulate` exports.

use std::sync::{PoisonError, RwLock};

use basketry::simulate::{ShopOptions, Strategy};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::catalog::Catalog;
use crate::convert::{of_class, some_text, whole};
use crate::engine::Engine;
use crate::history::History;
use crate::journal::DecisionLog;
use crate::policy::Policy;
use crate::{boundary, convert, error};

/// A shop whose customers are known through and through, at one moment.
///
/// It begins on 2025-01-01 without any order. :meth:`run` lets weeks pass, in which customers come,
/// are offered what somebody decides, and react; the orders so far are the :meth:`history` to learn
/// from. Every draw belongs to a customer, a day and what is decided: two runs from the same moment
/// differ by their offers alone.
///
/// Parameters
/// ----------
/// customers : int
///     How many customers there are, 1 to 1,000,000; default 2,000.
/// needs : int
///     How many needs the shop serves, each with one to nine products that are substitutes of each
///     other; 10 to 5,000, default 60.
/// visits_per_week : float
///     How often a customer comes in the mean; default 1.
/// slots : int
///     How many offers there is room for at a visit; default 4.
/// seed : int
///     The seed of everything that is drawn.
/// reaction : dict
///     How customers react to offers: ``complement_odds``, ``reminder_odds``, ``accept``,
///     ``abandon``, ``fatigue``, ``half_life_days``, ``opt_out``, ``lost_visits``, ``elsewhere``.
///
/// Raises
/// ------
/// InvalidArgumentError
///     For an unknown option or a value out of its range.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> from basketry.simulate import Simulation
/// >>> shop = Simulation(customers=60, needs=20)
/// >>> year = shop.run(20)
/// >>> model = bk.fit(shop.catalog, shop.history(), min_customers=3)
/// >>> engine = bk.Engine(model, shop.catalog)
/// >>> result = shop.compare(4, engine, [bk.Policy(name="cart")])
/// >>> [trial["strategy"] for trial in result["trials"]]
/// ['nothing', 'oracle', 'popular', 'highest lift', 'dearest', 'cart']
#[pyclass(frozen, module = "basketry.simulate")]
pub(crate) struct Simulation {
    // Locked only without the GIL, as a history is.
    inner: RwLock<basketry::simulate::Simulation>,
}

impl Simulation {
    /// To be called without the GIL.
    fn with<T>(&self, work: impl FnOnce(&basketry::simulate::Simulation) -> T) -> T {
        work(&self.inner.read().unwrap_or_else(PoisonError::into_inner))
    }
}

#[pymethods]
impl Simulation {
    #[new]
    #[pyo3(signature = (**options))]
    fn new(py: Python<'_>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let options = match options {
            Some(options) => convert::parse(options.as_any(), |text| text, ShopOptions::from_json)?,
            None => ShopOptions::default(),
        };
        let inner = boundary::long(py, |_| basketry::simulate::Simulation::new(&options))?;
        Ok(Self { inner: RwLock::new(inner) })
    }

    /// What the shop is like: the options, defaults included.
    #[getter]
    fn options<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let options = boundary::quick(py, || Ok(self.with(|shop| shop.options().clone())))?;
        convert::json(py, &options)
    }

    /// What the shop sells.
    #[getter]
    fn catalog(&self, py: Python<'_>) -> PyResult<Catalog> {
        boundary::quick(py, || Ok(Catalog { inner: self.with(|shop| shop.catalog()) }))
    }

    /// The beginning of the next day to come, milliseconds since 1970-01-01 UTC.
    #[getter]
    fn now_ms(&self, py: Python<'_>) -> PyResult<i64> {
        boundary::quick(py, || Ok(self.with(|shop| shop.now_ms())))
    }

    /// How many customers want no more offers.
    #[getter]
    fn opted_out(&self, py: Python<'_>) -> PyResult<usize> {
        boundary::quick(py, || Ok(self.with(|shop| shop.customers().1)))
    }

    /// All orders so far: customers and baskets are integers, the revenue of a line is its price.
    fn history(&self, py: Python<'_>) -> PyResult<History> {
        let inner = boundary::long(py, |control| self.with(|shop| shop.history(control)))?;
        Ok(History::simulated(inner))
    }

    /// A simulation that goes its own way from this moment.
    fn copy(&self, py: Python<'_>) -> PyResult<Self> {
        let inner = boundary::quick(py, || Ok(self.with(Clone::clone)))?;
        Ok(Self { inner: RwLock::new(inner) })
    }

    /// Lets weeks pass.
    ///
    /// Parameters
    /// ----------
    /// weeks : int
    /// engine : Engine, optional
    /// policy : Policy, optional
    ///     What is offered, decided by the engine; both or neither. Default: nothing.
    /// strategy : {"nothing", "oracle", "popular", "highest lift", "dearest"}, optional
    ///     Who decides in place of a policy.
    /// log : DecisionLog, optional
    ///     Gets the policy's decisions with what came of them: what was shown, what was bought in the
    ///     same order, and who wanted no more offers.
    /// progress : bool or callable
    ///     As for :func:`basketry.fit`.
    ///
    /// Returns
    /// -------
    /// dict
    ///     ``strategy``, ``weeks``, ``visits``, ``reached`` (visits with an offer), ``offers``,
    ///     ``taken``, ``caused`` (taken because they were made), ``opt_outs``, ``products`` (bought),
    ///     ``margin`` (of everything bought, in minor units) and ``margin_by_week``.
    #[pyo3(
        signature = (weeks, engine = None, policy = None, *, strategy = None, log = None, progress = None),
        text_signature = "($self, weeks, engine=None, policy=None, *, strategy=None, log=None, progress=False)"
    )]
    #[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
    fn run<'py>(
        &self,
        py: Python<'py>,
        weeks: &Bound<'py, PyAny>,
        engine: Option<&Bound<'py, PyAny>>,
        policy: Option<&Bound<'py, PyAny>>,
        strategy: Option<&Bound<'py, PyAny>>,
        log: Option<&Bound<'py, PyAny>>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let weeks: u32 = whole(weeks, "weeks")?;
        let wrong = |text: &str| Err(PyTypeError::new_err(text.to_owned()));
        let engine = engine.map(|engine| of_class::<Engine>(engine, "engine")).transpose()?;
        let policy = policy.map(|policy| of_class::<Policy>(policy, "policy")).transpose()?;
        let log = log.map(|log| of_class::<DecisionLog>(log, "log")).transpose()?;
        let strategy = some_text(strategy, "strategy")?;
        let decided = match (engine, policy) {
            (Some(engine), Some(policy)) => Some((&engine.get().inner, &policy.get().inner)),
            (None, None) => None,
            _ => return wrong("engine, policy: expected both or neither"),
        };
        if decided.is_some() && strategy.is_some() {
            return wrong("strategy: expected None with a policy");
        }
        if decided.is_none() && log.is_some() {
            return wrong("log: expected None without a policy, which alone makes decisions");
        }
        let named: Strategy<'_> = strategy
            .as_deref()
            .unwrap_or("nothing")
            .parse()
            .map_err(|error| error::to_py(py, error))?;
        let log = log.map(|log| log.get());
        let trial = boundary::shown(py, progress, |control| {
            let mut held = self.inner.write().unwrap_or_else(PoisonError::into_inner);
            let held = &mut *held;
            match (decided, log) {
                (Some((engine, policy)), Some(log)) => {
                    // Of its own: the pool must not wait for the caller's.
                    let mut more = basketry::decide::DecisionLog::new();
                    let trial = boundary::pooled(|| {
                        held.run_logged(engine, policy, weeks, &mut more, control)
                    })?;
                    log.lock().append(&more)?;
                    Ok(trial)
                }
                (Some((engine, policy)), None) => boundary::pooled(|| {
                    held.run(&Strategy::Policy { engine, policy }, weeks, control)
                }),
                (None, _) => boundary::pooled(|| held.run(&named, weeks, control)),
            }
        })?;
        convert::json(py, &trial)
    }

    /// Lets the same weeks pass under each policy, besides nothing, an oracle that knows the truth,
    /// the most popular products, the highest lift and the dearest products. The simulation stays at
    /// its moment.
    ///
    /// Parameters
    /// ----------
    /// weeks : int
    /// engine : Engine
    /// policies : list of Policy
    /// progress : bool or callable
    ///     As for :func:`basketry.fit`.
    ///
    /// Returns
    /// -------
    /// dict
    ///     ``weeks`` and ``trials``: a list of dicts as :meth:`run` returns, each with the
    ///     ``incremental`` margin beyond that of nothing, and its ``share_of_oracle``. Printing it
    ///     gives a table.
    #[pyo3(
        signature = (weeks, engine, policies, *, progress = None),
        text_signature = "($self, weeks, engine, policies, *, progress=False)"
    )]
    fn compare<'py>(
        &self,
        py: Python<'py>,
        weeks: &Bound<'py, PyAny>,
        engine: &Bound<'py, PyAny>,
        policies: &Bound<'py, PyAny>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let weeks: u32 = whole(weeks, "weeks")?;
        let engine = &of_class::<Engine>(engine, "engine")?.get().inner;
        let list = policies
            .try_iter()
            .map_err(|_| PyTypeError::new_err("policies: expected a list of Policy"))?;
        let policies: Vec<basketry::Policy> = list
            .enumerate()
            .map(|(at, policy)| {
                let policy = policy?;
                let policy = of_class::<Policy>(&policy, &format!("policies[{at}]"))?;
                Ok(policy.get().inner.clone())
            })
            .collect::<PyResult<_>>()?;
        let comparison = boundary::shown(py, progress, |control| {
            let strategies: Vec<Strategy<'_>> =
                policies.iter().map(|policy| Strategy::Policy { engine, policy }).collect();
            // A copy: the pool must not wait for the lock.
            let shop = self.with(Clone::clone);
            boundary::pooled(|| shop.compare(&strategies, weeks, control))
        })?;
        let report = convert::report(py, &comparison, comparison.to_string().trim_end())?;
        let trials = report.get_item("trials")?.cast_into::<PyList>()?;
        for (dict, trial) in trials.iter().zip(&comparison.trials) {
            dict.set_item("incremental", comparison.incremental(trial))?;
            dict.set_item("share_of_oracle", comparison.share_of_oracle(trial))?;
        }
        Ok(report)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (customers, out, days) = boundary::quick(py, || {
            Ok(self.with(|shop| {
                let (customers, out) = shop.customers();
                (customers, out, shop.days())
            }))
        })?;
        Ok(format!("<Simulation: day {days}, {customers} customers, {out} want no offers>"))
    }
}
