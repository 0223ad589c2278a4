//! `Policy`.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use crate::{boundary, convert, error};

/// What a shop wants offered at one place: which kinds of offer and how many, what never, and at
/// what least value.
///
/// Amounts of money are integers of minor units (cents). Every way to make a policy passes the
/// same checks; an unknown key is an error that names it.
///
/// Parameters
/// ----------
/// name : str
///     The name under which decisions log the policy; default ``"default"``.
/// placement : str
///     Where the offers are shown, such as ``"cart"``.
/// max_offers : int
///     The most offers in one decision, 0 to 1000; default 4.
/// min_value : float
///     An offer is made only if it is worth more than this, in minor units; default 0.
/// contact_cost : float
///     What making one offer costs, in minor units; default 0.
/// contact_cost_value : float
///     For customers of what worth ``contact_cost`` is, in minor units: offers to those of whom the
///     request says what losing them would cost (``customer_value``) cost as many times more or
///     less; default: all offers cost the same.
/// per_line : int
///     The most offers of one product line; default 1.
/// per_brand, per_category : int
///     The most offers of one brand, and of one category at ``category_level`` (0: the broadest;
///     default: the narrowest that a product has); default: no limit.
/// allow_substitutes : bool
///     Whether two products may be offered together of which one is bought instead of the other
///     (not those that the shop links as never to be offered together); default False.
/// fallback : list of str
///     Kinds that only fill slots which the others leave; default ``["popular"]``.
/// allow_variants : bool
///     Whether variants of what is in the basket or viewed may be offered besides up-selling;
///     default False.
/// min_customers : int
///     A pair of products is evidence only if so many distinct customers stand behind it; default:
///     the number the model was fitted with.
/// unknown_products : {"ignore", "error"}
///     The rule for products in a request that neither catalogue nor model knows.
/// cross_sell, service, up_sell, refill, similar, popular : int or dict
///     The most offers of the kind, or a dict with ``max``, ``lever`` and the kind's own settings:
///     ``compatible`` (cross_sell: columns of ``must_match`` that have to agree),
///     ``min_price_ratio``, ``max_price_ratio``, ``contract_ahead``, ``period_days`` (up_sell),
///     ``due_from``, ``due_to``, ``ahead`` (refill).
/// top_up : dict
///     What lifts the basket over a ``threshold`` (minor units) that ``cost`` the shop something, as
///     often as baskets reach it because of the offer:
///     ``max_gap``, ``max_over``, ``items``, ``until``, ``max``, ``lever``. Default: no such offers.
/// bundle : int or dict
///     The most bundles, or a dict with ``max`` (default 0), ``lever``, ``items`` (the most products
///     that are added to the main one, 1 to 3), ``max_discount`` (as a share of the price of all of
///     it), ``step`` (0.01, or less where the greatest discount is), ``min_margin``, and ``second``: the greatest discount on a second unit, as a
///     share of that unit's price; the best one up to that is given, perhaps none. The chance that all
///     of a bundle is bought is taken to be that of the least probable product added.
/// ladder : str or dict
///     Which tier :meth:`Engine.ladder` preselects: ``"second_lowest"``, ``"lowest"``, ``"highest"``
///     or ``"most_valuable"``.
/// price : dict
///     ``min`` and ``max`` of the prices that may be offered, in minor units.
/// only, exclude : dict
///     ``products``, ``categories``, ``brands``, ``lines`` and ``attributes`` (a dict of must_match
///     columns and lists of their values): what may be offered, which has one value of each key, and
///     what never, which has any.
/// rules : list of dict
///     What else holds for customers of some ``segments``: ``only``, ``exclude`` and ``price``, at least
///     one of them.
/// segments : dict
///     ``only`` and ``exclude``: the segments of the customers that the policy is for.
/// contact : dict
///     ``channel`` of the offers, ``consent`` (names that the customer must have consented to),
///     ``valid_for_days``, and ``caps``: a list of dicts with ``max`` contacts within ``days``, and
///     if they are for one only ``channel`` and ``kind``.
/// suppress : dict
///     A product is not shown again that was shown ``ignored`` times within ``days`` and not taken
///     up (default 5 in 30), or was rejected within ``rejected_days`` (90); nothing is, for
///     ``customer_days`` (30), if the last ``customer_ignored`` contacts brought nothing (default
///     0: no such rule).
/// cool_down : dict
///     How many days lie between offers of one ``product``, ``line``, ``category`` or ``brand``.
/// holdout : float or dict
///     The ``share`` of customers that are offered nothing, and the ``salt`` that decides which.
/// fatigue : dict
///     What contacts do to the next: ``half_life_days`` (7), ``response`` (how fast pressure takes
///     away what offers add, 0; also a dict of ``value`` and ``exposures`` as in ``assume``),
///     ``item_decay`` (what an unrewarded impression leaves, 0.8), ``opt_out`` and
///     ``opt_out_growth`` (the probability that a contact loses the customer, and how it grows with
///     pressure), and ``customer_value`` in minor units.
/// explore : dict
///     One slot that is drawn by lot: ``slot`` (default the last), to which nothing may be pinned for good,
///     ``share`` (drawn evenly),
///     ``temperature`` (in minor units), ``candidates`` (20) and ``floor`` (the least value as a
///     share of the best).
/// pinned : list of dict
///     A ``product`` for a ``slot``, perhaps with ``from`` and ``until``, and once at a time. Of several
///     for one slot those that may be offered take it and the slots behind it, in their order.
/// quotas : list of dict
///     ``min`` slots for what ``select`` selects, if it is worth more than ``min_value``; with a
///     ``name`` for reports. Those that come first are met first. More for one than the policy's limits
///     let in is an error, more than the products of the catalogue can fill a warning.
/// language : {"en", "de"}
///     The language of offers and reasons; default English.
/// texts : dict
///     Sentences in place of the usual ones, by the code of a kind of offer or of a reason; what
///     stands in braces is filled in.
/// assume : dict
///     What stands in for what is not known: ``response_odds``, ``odds`` (a dict by kind of offer; of
///     ``bundle`` the odds of all of it over those of its least probable product, which may be below 1),
///     ``base_odds`` (a dict by kind of offer of one product: by how much the odds that the model gives a
///     purchase without an offer are multiplied, where it was found to be wrong), ``accept``, ``abandon``,
///     ``view_conversion``, ``renewal``, ``discount_response`` (a discount of the share d of the price
///     of all of a bundle, of a second unit of both, makes the odds ``exp(discount_response * d)``
///     times as great), ``second_unit``, ``replaces``, ``margin_rate``; each a number, or a dict of
///     ``value`` and the ``exposures`` it was learned from (:meth:`DecisionLog.learn`).
///
/// Raises
/// ------
/// PolicyError
///     For an unknown key, a value of a wrong type or out of its range, or one that another key
///     contradicts; it names the key.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> policy = bk.Policy(placement="cart", cross_sell=3, up_sell={"max": 1, "max_price_ratio": 1.5})
/// >>> bk.Policy(cross_sel=3)
/// Traceback (most recent call last):
///     ...
/// basketry.PolicyError: cross_sel: unknown key...
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Policy {
    pub(crate) inner: basketry::Policy,
}

impl Policy {
    fn of(py: Python<'_>, result: basketry::Result<basketry::Policy>) -> PyResult<Self> {
        result.map(|inner| Self { inner }).map_err(|error| error::to_py(py, error))
    }
}

#[pymethods]
impl Policy {
    #[new]
    #[pyo3(signature = (**settings))]
    fn new(settings: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let Some(settings) = settings else {
            return Ok(Self { inner: basketry::Policy::default() });
        };
        let inner = convert::parse(settings.as_any(), |text| text, basketry::Policy::from_json)?;
        Ok(Self { inner })
    }

    /// A policy from the text of a TOML document. See :meth:`from_file` for a file.
    ///
    /// Parameters
    /// ----------
    /// text : str
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> policy = bk.Policy.from_toml('name = "cart"\ncross_sell = 3')
    /// >>> policy.name
    /// 'cart'
    #[staticmethod]
    fn from_toml(py: Python<'_>, text: &Bound<'_, PyAny>) -> PyResult<Self> {
        let text = &convert::text(text, "text")?;
        Self::of(py, boundary::quick(py, || Ok(basketry::Policy::from_toml(text)))?)
    }

    /// A policy from the text of a JSON object. See :meth:`from_file` for a file.
    ///
    /// Parameters
    /// ----------
    /// text : str
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &Bound<'_, PyAny>) -> PyResult<Self> {
        let text = &convert::text(text, "text")?;
        Self::of(py, boundary::quick(py, || Ok(basketry::Policy::from_json(text)))?)
    }

    /// A policy from a file: JSON if its name ends in ``.json``, otherwise TOML.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    ///
    /// Raises
    /// ------
    /// IoError
    ///     If the file cannot be read.
    #[staticmethod]
    fn from_file(py: Python<'_>, path: &Bound<'_, PyAny>) -> PyResult<Self> {
        let path = convert::file(path, "path")?;
        Self::of(py, boundary::quick(py, || Ok(basketry::Policy::from_file(path)))?)
    }

    /// The name under which decisions log the policy.
    #[getter]
    fn name(&self) -> &str {
        &self.inner.name
    }

    /// Where the offers are shown, or ``None``.
    #[getter]
    fn placement(&self) -> Option<&str> {
        self.inner.placement.as_deref()
    }

    /// A hash of everything in the policy, as decisions log it.
    #[getter]
    fn version(&self) -> String {
        self.inner.version()
    }

    /// The policy as JSON, defaults included.
    fn to_json(&self) -> String {
        self.inner.to_json()
    }

    /// The policy as TOML, defaults included.
    fn to_toml(&self) -> String {
        self.inner.to_toml()
    }

    /// The policy as a dict, defaults included.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        convert::loads(py, &self.inner.to_json())
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().inner == self.inner)
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        pyo3::types::PyString::new(py, &self.inner.version()).hash()
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let class: Bound<'py, PyType> = slf.get_type();
        Ok((class.getattr("from_json")?, (slf.get().inner.to_json(),)))
    }

    fn __repr__(&self) -> String {
        format!("<Policy {:?}: version {}>", self.inner.name, self.inner.version())
    }
}
