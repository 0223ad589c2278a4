//! `DecisionLog`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use basketry::decide::{Event, LearnOptions};
use pyo3::prelude::*;
use pyo3::types::PyAny;

use crate::convert::{bound, of_class, text};
use crate::decision::Decision;
use crate::history::History;
use crate::policy::Policy;
use crate::table::Table;
use crate::{boundary, convert, error, ids};

/// Decisions as they were logged, joined with what came of them: what there is to learn from.
///
/// Decisions are added as they are made, or read from the lines they were logged as. Whoever hears
/// of an outcome records it under the decision's id, and :meth:`record_orders` finds purchases in the
/// shop's own orders, for the customers who were held out as well. Then :meth:`table` is what there
/// is to analyse, and :meth:`learn` puts measured numbers in place of assumed ones.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> import pyarrow as pa
/// >>> catalog = bk.Catalog(pa.table({"sku": ["bread", "jam"], "price": [1.5, 2.5]}),
/// ...     product="sku", price="price")
/// >>> history = bk.History(
/// ...     pa.table({"ts": ["2026-03-31"] * 30, "order": [i // 2 for i in range(30)],
/// ...         "sku": ["bread", "jam"] * 15}),
/// ...     time="ts", product="sku", basket="order",
/// ... )
/// >>> engine = bk.Engine(bk.fit(catalog, history), catalog)
/// >>> decision = engine.decide(bk.Policy(), basket={"bread": 1}, now="2026-04-01T10:00:00Z")
/// >>> log = bk.DecisionLog()
/// >>> log.add(decision), log.add_json(decision.to_json()), len(log)
/// (True, False, 1)
/// >>> log.record(decision.id, "jam", "bought")
/// >>> log.table().to_dict()["bought"]
/// [True]
#[pyclass(frozen, module = "basketry")]
pub(crate) struct DecisionLog {
    // Locked only without the GIL, as a history is.
    inner: Mutex<basketry::decide::DecisionLog>,
}

impl DecisionLog {
    /// To be called without the GIL.
    pub(crate) fn lock(&self) -> MutexGuard<'_, basketry::decide::DecisionLog> {
        // What a call added before it failed is whole.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl DecisionLog {
    #[new]
    fn new() -> Self {
        Self { inner: Mutex::default() }
    }

    /// Adds a decision.
    ///
    /// Parameters
    /// ----------
    /// decision : Decision
    ///
    /// Returns
    /// -------
    /// bool
    ///     False if it is there already.
    ///
    /// Raises
    /// ------
    /// DataError
    ///     If its ids are of another type than those before.
    fn add(&self, py: Python<'_>, decision: &Bound<'_, PyAny>) -> PyResult<bool> {
        let decision = &of_class::<Decision>(decision, "decision")?.get().inner;
        boundary::quick(py, || self.lock().add(decision))
    }

    /// Adds a decision from the line it was logged as (:meth:`Decision.to_json`).
    ///
    /// Parameters
    /// ----------
    /// line : str
    ///
    /// Returns
    /// -------
    /// bool
    ///     False if it is there already.
    ///
    /// Raises
    /// ------
    /// DataError
    ///     If the text is no such line.
    fn add_json(&self, py: Python<'_>, line: &Bound<'_, PyAny>) -> PyResult<bool> {
        let line = &text(line, "line")?;
        boundary::quick(py, || self.lock().add_json(line))
    }

    /// Adds all decisions of another log, with what came of them.
    ///
    /// Parameters
    /// ----------
    /// other : DecisionLog
    fn append(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<()> {
        let other = of_class::<DecisionLog>(other, "other")?.get();
        boundary::quick(py, || {
            // A copy: the other may be this one.
            let other = other.lock().clone();
            self.lock().append(&other)
        })
    }

    /// Records what came of one offered product of a decision. Recording it again changes nothing.
    ///
    /// Parameters
    /// ----------
    /// decision : str
    ///     :attr:`Decision.id`.
    /// product : str or int
    ///     One that was offered; of an up-sell also the one in whose place it was, of a bundle its main
    ///     product as well. A bundle is taken when all that it adds was bought; a purchase of a product
    ///     of which a second unit was offered is that of the second one.
    /// event : {"shown", "clicked", "bought", "rejected", "returned", "opted_out"}
    ///     Once any offer is recorded as shown, those that are not do not count as exposures.
    ///     ``"opted_out"`` is about the customer: no more offers are wanted.
    ///
    /// Raises
    /// ------
    /// UnknownIdError
    ///     If the log has no such decision, or the decision no offer with this product.
    fn record(
        &self,
        py: Python<'_>,
        decision: &Bound<'_, PyAny>,
        product: &Bound<'_, PyAny>,
        event: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let decision = &text(decision, "decision")?;
        let event = &text(event, "event")?;
        let product = ids::id(product, "product")?;
        let event: Event = event.parse().map_err(|error| error::to_py(py, error))?;
        boundary::quick(py, || self.lock().record(decision, &product, event))
    }

    /// Looks up in the shop's orders what was bought within so many days after each decision, of
    /// those who were held out as well, and records it.
    ///
    /// A day or less finds what joined the order itself. Two to four weeks also find what was only
    /// bought earlier because it was offered, and is then missing: this is what an offer of
    /// something that is bought regularly should be measured by.
    ///
    /// Where all orders of the history are at midnight UTC, they carry a date only, and days are
    /// compared: found is what was ordered on the day of the decision, which may have been before it,
    /// and on as many days after that as ``days`` has whole ones. The last day of such orders is not
    /// taken to be complete.
    ///
    /// Parameters
    /// ----------
    /// orders : History
    /// days : float
    ///     Above 0, at most 3,660.
    /// progress : bool or callable
    ///     As for :func:`fit`.
    ///
    /// Returns
    /// -------
    /// int
    ///     How many offered products were found that were not recorded as bought before.
    #[pyo3(
        signature = (orders, days, *, progress = None),
        text_signature = "($self, orders, days, *, progress=False)"
    )]
    fn record_orders(
        &self,
        py: Python<'_>,
        orders: &Bound<'_, PyAny>,
        days: &Bound<'_, PyAny>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<u64> {
        let days = bound(days, "days")?;
        let orders = of_class::<History>(orders, "orders")?.get();
        boundary::shown(py, progress, |control| {
            orders.with(|orders| self.lock().record_orders(orders, days, control))
        })
    }

    /// Learns how customers respond to offers.
    ///
    /// The odds of each kind of offer are fitted to the offers made and to those that were withheld
    /// from customers who were held out; so are the shares of customers who take a dearer variant and
    /// who leave because of it, and how fast earlier contacts take away what offers add
    /// (``fatigue.response``). The odds of bundles, and of single products as top-ups, are fitted to those
    /// that were made, over the chance of their least probable product as the others have corrected it:
    /// those of a bundle are below 1 where few want all of it. Numbers measured on few exposures stay near
    /// what was assumed.
    ///
    /// Parameters
    /// ----------
    /// policy : Policy
    /// pseudo_purchases : float
    ///     What is assumed counts as much as so many purchases that confirm it.
    /// customer_value : float, optional
    ///     What losing a customer costs, in minor units. If given, ``contact_cost`` becomes what one
    ///     offer costs in customers who want no more, and in what it takes away from the next ones;
    ///     where a request says what its customer is worth, as many times more or less.
    /// progress : bool or callable
    ///     As for :func:`fit`.
    ///
    /// Returns
    /// -------
    /// policy : Policy
    ///     The policy with measured numbers in its ``assume`` and ``fatigue`` tables, marked as learned.
    /// numbers : list of dict
    ///     Each with ``name``, ``value`` (what the policy has), ``prior`` (what it is drawn to),
    ///     ``measured`` (what the log alone says, drawn to nothing, of a share the one from 0 to 1 that
    ///     fits best; None where it cannot tell, as where all was withheld from one customer),
    ///     ``standard_error`` (of ``measured``, of its logarithm for odds: the truth lies within 1.96 of
    ///     these in 95 of 100 logs; by what changes without each customer, since decisions about one are
    ///     not independent),
    ///     ``exposures``, ``withheld``, ``purchases`` and ``left_out`` (offers of which nothing could be
    ///     learned: the orders that were looked up end too early, the customer is not known, the
    ///     model has no chance of the product; second units, two products as a top-up, and bundles with
    ///     a viewed product that was not bought).
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If no purchase was recorded at all, or the orders that were looked up follow no decision.
    #[pyo3(
        signature = (policy, *, pseudo_purchases = None, customer_value = None, progress = None),
        text_signature =
            "($self, policy, *, pseudo_purchases=20.0, customer_value=None, progress=False)"
    )]
    fn learn<'py>(
        &self,
        py: Python<'py>,
        policy: &Bound<'py, PyAny>,
        pseudo_purchases: Option<&Bound<'py, PyAny>>,
        customer_value: Option<&Bound<'py, PyAny>>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<(Policy, Bound<'py, PyAny>)> {
        let mut options = LearnOptions::default();
        if let Some(purchases) = pseudo_purchases {
            options.pseudo_purchases = bound(purchases, "pseudo_purchases")?;
        }
        options.customer_value =
            customer_value.map(|value| bound(value, "customer_value")).transpose()?;
        let policy = &of_class::<Policy>(policy, "policy")?.get().inner;
        let learned =
            boundary::shown(py, progress, |control| self.lock().learn(policy, &options, control))?;
        Ok((Policy { inner: learned.policy }, convert::json(py, &learned.numbers)?))
    }

    /// One row for each offer that was made or withheld, and one for each decision without any.
    ///
    /// Columns: ``decision`` (its id), ``now_ms``, ``customer``, ``model``, ``catalog``, ``policy``,
    /// ``policy_version``, ``placement``, ``held_out``, ``opted_out``, then, null in a decision without
    /// offers, ``slot`` (from 1), ``kind``, ``products``, ``base_product``, ``price``, ``discount``,
    /// ``probability``, ``base_probability``, ``margin``, ``value``, ``chosen_with``, ``base_odds``
    /// (how many times the model's odds are those of ``base_probability``), ``pressure`` (of earlier
    /// contacts), ``ignored`` (impressions of the product), ``shown``, ``clicked``, ``bought`` (all that
    /// the offer adds), ``rejected``, ``returned`` (some of it) and ``base_bought``. Amounts are in minor
    /// units.
    fn table(&self, py: Python<'_>) -> PyResult<Table> {
        let batch = boundary::long(py, |_| self.lock().to_record_batch())?;
        Ok(Table::new(batch, 0))
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        boundary::quick(py, || Ok(self.lock().len()))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("<DecisionLog: {} decisions>", self.__len__(py)?))
    }
}
