//! `itemsets`, `rules` and the tables they return.

use basketry::mine::{Consequents, Measure, RuleOptions};
use basketry::{ItemsetOptions, MinSupport};
use pyo3::exceptions::{PyIndexError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList, PyString, PyTuple};

use crate::baskets::Baskets;
use crate::convert::{Number, number};
use crate::rows::{RowIterator, Rows as Selected, rows};
use crate::{arrow, boundary, error, ids, table};

/// All sets of items that are together in at least `min_support` baskets.
///
/// Exact: counts are counted, and a share is compared as the decimal that was written.
///
/// Parameters
/// ----------
/// baskets : Baskets
///     What to mine.
/// min_support : float or int
///     A float in (0, 1] is a share of the baskets; an int of at least 1 is a number of baskets.
///     So ``1.0`` means every basket and ``1`` means one basket.
/// min_length, max_length : int, optional
///     The least and the largest number of items in a set; default: 1 and any.
/// max_itemsets : int
///     The largest number of itemsets; a threshold that yields more is an error instead of a
///     machine out of memory. 20 million take about 1 GB.
/// threads : int, optional
///     How many threads to use; default: one for each core. The result is the same for any number.
/// progress : bool or callable
///     True shows a bar (tqdm if it is installed); a function is called with
///     ``(stage, done, total)`` about every 50 ms, `total` being 0 where it is not known.
///
/// Returns
/// -------
/// Itemsets
///     Shorter sets first. The empty set is not among them.
///
/// Raises
/// ------
/// InvalidArgumentError
///     If an option is out of its range.
/// DataError
///     If there are no baskets.
/// LimitError
///     If there are more than `max_itemsets` itemsets.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> baskets = bk.Baskets.from_lists([["bread", "butter"], ["bread", "butter", "jam"], ["jam"]])
/// >>> sets = bk.itemsets(baskets, min_support=0.5)
/// >>> len(sets), sets.count_of(["butter", "bread"])
/// (4, 2)
#[pyfunction]
#[pyo3(signature = (
    baskets, min_support, *, min_length = 1, max_length = None, max_itemsets = 20_000_000,
    threads = None, progress = None,
), text_signature = "(baskets, min_support, *, min_length=1, max_length=None, max_itemsets=20000000, threads=None, progress=False)")]
#[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
pub(crate) fn itemsets(
    py: Python<'_>,
    baskets: &Bound<'_, Baskets>,
    min_support: &Bound<'_, PyAny>,
    min_length: usize,
    max_length: Option<usize>,
    max_itemsets: u64,
    threads: Option<usize>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Itemsets> {
    let mut options = ItemsetOptions::new(support(min_support)?)
        .min_length(min_length)
        .max_itemsets(max_itemsets);
    options.max_length = max_length;
    options.threads = threads;
    let baskets = baskets.get();
    let inner = boundary::shown(py, progress, |control| {
        boundary::pooled(|| basketry::itemsets(&baskets.inner, &options, control))
    })?;
    Ok(Itemsets { inner })
}

/// An int is a count and a float a share, whatever their values.
fn support(object: &Bound<'_, PyAny>) -> PyResult<MinSupport> {
    Ok(match number(object, "min_support")? {
        Number::Float(share) => MinSupport::Share(share),
        Number::Int(count) => MinSupport::Count(u64::try_from(count).map_err(|_| {
            error::exception(
                object.py(),
                basketry::ErrorKind::InvalidArgument,
                &format!("min_support: a count of {count}, expected at least 1"),
            )
        })?),
    })
}

/// Association rules: who buys the antecedent also buys the consequent.
///
/// Parameters
/// ----------
/// source : Itemsets or Baskets
///     The itemsets to split in two. Baskets are mined first, with `min_support`.
/// min_confidence : float
///     The least confidence, from 0 to 1, compared as the decimal that was written.
/// min_support : float or int, optional
///     As for :func:`itemsets`; to be given with baskets, and only with them.
/// consequents : {"any", "single"}
///     ``"single"`` makes only rules with one item on the right.
/// max_length : int, optional
///     The largest number of items in both sides together.
/// max_rules : int
///     The largest number of rules; more are an error. 20 million take about 0.5 GB.
/// progress : bool or callable
///     As for :func:`itemsets`.
///
/// Returns
/// -------
/// Rules
///     One row a rule, with its counts and 12 measures.
///
/// Raises
/// ------
/// InvalidArgumentError
///     If an option is out of its range, or if the itemsets were mined with a `min_length` above 1:
///     rules need the support of every subset.
/// LimitError
///     If there are more than `max_rules` rules.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> baskets = bk.Baskets.from_lists([["bread", "butter"], ["bread", "butter", "jam"], ["bread"]])
/// >>> rules = bk.rules(bk.itemsets(baskets, min_support=2), min_confidence=0.9)
/// >>> for rule in rules:
/// ...     print(rule.antecedent, rule.consequent, rule.confidence, rule.lift)
/// ('butter',) ('bread',) 1.0 1.0
#[pyfunction]
#[pyo3(signature = (
    source, min_confidence, *, min_support = None, consequents = "any", max_length = None,
    max_rules = 20_000_000, progress = None,
), text_signature = "(source, min_confidence, *, min_support=None, consequents=\"any\", max_length=None, max_rules=20000000, progress=False)")]
#[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
pub(crate) fn rules(
    py: Python<'_>,
    source: &Bound<'_, PyAny>,
    min_confidence: &Bound<'_, PyAny>,
    min_support: Option<&Bound<'_, PyAny>>,
    consequents: &str,
    max_length: Option<usize>,
    max_rules: u64,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Rules> {
    let invalid =
        |message: &str| error::exception(py, basketry::ErrorKind::InvalidArgument, message);
    let confidence = match number(min_confidence, "min_confidence")? {
        Number::Float(share) => share,
        Number::Int(value) => value as f64,
    };
    let options = RuleOptions::new(confidence)
        .consequents(match consequents {
            "any" => Consequents::Any,
            "single" => Consequents::Single,
            other => {
                return Err(invalid(&format!(
                    "consequents: expected \"any\" or \"single\", got {other:?}"
                )));
            }
        })
        .max_rules(max_rules);
    let sets = if let Ok(sets) = source.cast::<Itemsets>() {
        if min_support.is_some() {
            return Err(invalid(
                "min_support: the itemsets have theirs; give it with baskets only",
            ));
        }
        let sets = &sets.get().inner;
        match max_length {
            Some(max) => boundary::long(py, |_| Ok(sets.with_length(..=max)))?,
            None => sets.clone(),
        }
    } else if let Ok(baskets) = source.cast::<Baskets>() {
        let min_support = min_support
            .ok_or_else(|| invalid("min_support: must be given to make rules from baskets"))?;
        let mut options = ItemsetOptions::new(support(min_support)?);
        options.max_length = max_length;
        let baskets = baskets.get();
        boundary::shown(py, progress, |control| {
            boundary::pooled(|| basketry::itemsets(&baskets.inner, &options, control))
        })?
    } else {
        return Err(PyTypeError::new_err(format!(
            "source: expected Itemsets or Baskets, got {}",
            source.get_type().name()?
        )));
    };
    let inner = boundary::shown(py, progress, |control| {
        boundary::pooled(|| basketry::mine::rules(&sets, &options, control))
    })?;
    Ok(Rules { inner })
}

/// Frequent itemsets, one row each, in columns.
///
/// Rows go by length. ``len(sets)``, ``sets[0]`` (an :class:`Itemset`), ``sets[:10]`` and
/// iteration work as with a list. The columns, as Arrow and in data frames: ``itemset`` (a list of
/// ids), ``length`` and ``count`` (int64), ``support`` (float64, the share of baskets).
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Itemsets {
    inner: basketry::Itemsets,
}

/// A set of items and the number of baskets that hold all of them.
#[pyclass(frozen, module = "basketry", get_all)]
pub(crate) struct Itemset {
    /// The ids.
    items: Py<PyTuple>,
    /// The number of baskets that hold all of the items.
    count: u64,
    /// The share of baskets that hold all of the items, in (0, 1].
    support: f64,
}

impl Itemset {
    fn new(py: Python<'_>, set: basketry::mine::Itemset<'_>) -> PyResult<Self> {
        Ok(Self { items: tuple(py, set)?.unbind(), count: set.count(), support: set.support() })
    }
}

fn tuple<'py>(py: Python<'py>, set: basketry::mine::Itemset<'_>) -> PyResult<Bound<'py, PyTuple>> {
    PyTuple::new(py, set.ids().map(|id| ids::to_py(py, id)))
}

#[pymethods]
impl Itemset {
    fn __len__(&self, py: Python<'_>) -> usize {
        self.items.bind(py).len()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Itemset({}, count={})", self.items.bind(py).repr()?, self.count))
    }
}

#[pymethods]
impl Itemsets {
    /// The number of baskets that were mined.
    #[getter]
    fn baskets(&self) -> u64 {
        self.inner.baskets()
    }

    /// The least number of baskets that an itemset had to be in.
    #[getter]
    fn min_count(&self) -> u64 {
        self.inner.min_count()
    }

    /// In how many baskets these items are together.
    ///
    /// ``None`` if that is below the threshold the itemsets were mined with, if an id is unknown,
    /// or if itemsets of that length were not mined. Looks in all mined itemsets, also those that
    /// a filter hides.
    ///
    /// Parameters
    /// ----------
    /// items : iterable of id
    fn count_of(&self, py: Python<'_>, items: &Bound<'_, PyAny>) -> PyResult<Option<u64>> {
        let items = ids::ids(items, "items")?;
        boundary::quick(py, || Ok(self.inner.count_of(&items)))
    }

    /// The itemsets that hold all of these items; none if an id is unknown.
    ///
    /// Parameters
    /// ----------
    /// items : iterable of id
    fn containing(&self, py: Python<'_>, items: &Bound<'_, PyAny>) -> PyResult<Self> {
        let items = ids::ids(items, "items")?;
        boundary::quick(py, || Ok(self.inner.containing(&items))).map(Self::of)
    }

    /// The itemsets for which all conditions hold.
    ///
    /// Parameters
    /// ----------
    /// keep : callable, optional
    ///     Called with each :class:`Itemset`; keeps those for which it returns something true. The
    ///     other conditions are much faster.
    /// min_length, max_length : int, optional
    ///     The least and the largest number of items.
    /// min_support : float or int, optional
    ///     A float is a share of the baskets, an int a number of them, as for :func:`itemsets`.
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> sets = bk.itemsets(bk.Baskets.from_lists([[1, 2], [1, 2, 3], [3]]), min_support=1)
    /// >>> len(sets), len(sets.filter(min_length=2, min_support=2))
    /// (7, 1)
    #[pyo3(
        signature = (keep = None, /, *, min_length = None, max_length = None, min_support = None)
    )]
    fn filter(
        &self,
        py: Python<'_>,
        keep: Option<&Bound<'_, PyAny>>,
        min_length: Option<usize>,
        max_length: Option<usize>,
        min_support: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let support = min_support.map(support).transpose()?;
        let mut inner = boundary::quick(py, || {
            let least = support.map_or(Ok(0), |support| support.count(self.inner.baskets()))?;
            let (min, max) = (min_length.unwrap_or(0), max_length.unwrap_or(usize::MAX));
            Ok(self.inner.filter(|set| set.count() >= least && (min..=max).contains(&set.len())))
        })?;
        if let Some(keep) = keep {
            let mut rows = Vec::new();
            for (row, set) in inner.iter().enumerate() {
                if keep.call1((Itemset::new(py, set)?,))?.is_truthy()? {
                    rows.push(row);
                }
            }
            inner = inner.take(&rows);
        }
        Ok(Self::of(inner))
    }

    /// The same itemsets with the most frequent first; ties stay in their order.
    fn sort(&self, py: Python<'_>) -> PyResult<Self> {
        boundary::quick(py, || Ok(self.inner.sorted_by_support())).map(Self::of)
    }

    /// The columns as a dict of lists.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let batch = boundary::quick(py, || self.inner.to_record_batch())?;
        arrow::to_dict(py, &batch)
    }

    /// A ``pandas.DataFrame``; the itemsets are tuples.
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
        let batch = boundary::quick(py, || self.inner.to_record_batch())?;
        arrow::to_buffers(py, &batch)
    }

    fn _head<'py>(&self, py: Python<'py>, n: usize) -> PyResult<Bound<'py, PyDict>> {
        let batch = boundary::quick(py, || self.inner.head(n).to_record_batch())?;
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
            Selected::One(row) => Ok(itemset(py, &self.inner, row)?.into_bound(py)),
            Selected::Many(rows) => {
                let inner = boundary::quick(py, || Ok(self.inner.take(&rows)))?;
                Ok(Self::of(inner).into_pyobject(py)?.into_any())
            }
        }
    }

    fn __iter__(&self) -> RowIterator {
        let sets = self.inner.clone();
        RowIterator::new(sets.len(), move |py, row| itemset(py, &sets, row))
    }

    fn __repr__(&self) -> String {
        format!(
            "<Itemsets: {} itemsets in at least {} of {} baskets>",
            self.inner.len(),
            self.inner.min_count(),
            self.inner.baskets()
        )
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        table::html(slf.as_any())
    }
}

impl Itemsets {
    fn of(inner: basketry::Itemsets) -> Self {
        Self { inner }
    }
}

fn itemset(py: Python<'_>, sets: &basketry::Itemsets, row: usize) -> PyResult<Py<PyAny>> {
    let set = sets.get(row).ok_or_else(|| PyIndexError::new_err(row))?;
    Ok(Py::new(py, Itemset::new(py, set)?)?.into_any())
}

/// Association rules, one row each, in columns.
///
/// ``len(rules)``, ``rules[0]`` (a :class:`Rule`), ``rules[:10]`` and iteration work as with a
/// list. The columns, as Arrow and in data frames: ``antecedent`` and ``consequent`` (lists of
/// ids), ``count``, ``antecedent_count`` and ``consequent_count`` (int64), then the measures of
/// :class:`Rule` (float64).
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Rules {
    inner: basketry::Rules,
}

impl Rules {
    fn of(inner: basketry::Rules) -> Self {
        Self { inner }
    }
}

fn rule(py: Python<'_>, rules: &basketry::Rules, row: usize) -> PyResult<Py<PyAny>> {
    Ok(Py::new(py, Rule { rules: rules.clone(), row })?.into_any())
}

fn measure(py: Python<'_>, name: &str) -> PyResult<Measure> {
    name.parse().map_err(|error| error::to_py(py, error))
}

#[pymethods]
impl Rules {
    /// The number of baskets that were mined.
    #[getter]
    fn baskets(&self) -> u64 {
        self.inner.baskets()
    }

    /// The rules for which all conditions hold.
    ///
    /// Parameters
    /// ----------
    /// keep : callable, optional
    ///     Called with each :class:`Rule`; keeps those for which it returns something true. The
    ///     other conditions are much faster.
    /// **least : float
    ///     The least value of a measure, by its name: ``rules.filter(lift=1.2, support=0.001)``.
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If there is no measure of that name; the message lists those there are.
    #[pyo3(signature = (keep = None, /, **least))]
    fn filter(
        &self,
        py: Python<'_>,
        keep: Option<&Bound<'_, PyAny>>,
        least: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let mut conditions = Vec::new();
        for (name, value) in least.into_iter().flatten() {
            let name = name.cast_into::<PyString>()?;
            let least = match number(&value, name.to_str()?)? {
                Number::Float(value) => value,
                Number::Int(value) => value as f64,
            };
            conditions.push((measure(py, name.to_str()?)?, least));
        }
        let mut inner = boundary::quick(py, || {
            Ok(self.inner.filter(|rule| {
                conditions.iter().all(|&(measure, least)| rule.value(measure) >= least)
            }))
        })?;
        if let Some(keep) = keep {
            let mut rows = Vec::new();
            for row in 0..inner.len() {
                if keep.call1((Rule { rules: inner.clone(), row },))?.is_truthy()? {
                    rows.push(row);
                }
            }
            inner = inner.take(&rows);
        }
        Ok(Self::of(inner))
    }

    /// The rules that hold all of these items, on whichever side.
    ///
    /// Parameters
    /// ----------
    /// items : iterable of id
    fn containing(&self, py: Python<'_>, items: &Bound<'_, PyAny>) -> PyResult<Self> {
        let items = ids::ids(items, "items")?;
        boundary::quick(py, || {
            let mut wanted = Vec::with_capacity(items.len());
            for id in &items {
                match self.inner.ids().find(id) {
                    Some(item) => wanted.push(item),
                    None => return Ok(self.inner.take(&[])),
                }
            }
            Ok(self.inner.filter(|rule| {
                wanted.iter().all(|item| {
                    rule.antecedent().items().binary_search(item).is_ok()
                        || rule.consequent().items().binary_search(item).is_ok()
                })
            }))
        })
        .map(Self::of)
    }

    /// The same rules with the largest `by` first; ties stay in their order.
    ///
    /// Parameters
    /// ----------
    /// by : str
    ///     The name of a measure.
    #[pyo3(signature = (by = "confidence"))]
    fn sort(&self, py: Python<'_>, by: &str) -> PyResult<Self> {
        let by = measure(py, by)?;
        boundary::quick(py, || Ok(self.inner.sorted_by(by))).map(Self::of)
    }

    /// The `n` best rules for a basket: those whose antecedent the basket holds, and of whose
    /// consequent it holds nothing.
    ///
    /// Ids that the rules do not know are passed over. The first call builds an index over all
    /// rules; later ones take microseconds.
    ///
    /// Parameters
    /// ----------
    /// items : iterable of id
    ///     The basket.
    /// n : int
    ///     The largest number of rules.
    /// by : str
    ///     The measure that says which are the best.
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> baskets = bk.Baskets.from_lists([["bread", "butter"], ["bread", "butter", "jam"], ["bread"]])
    /// >>> bk.rules(baskets, 0.5, min_support=2).matching(["butter"], n=1)[0]
    /// Rule({"butter"} -> {"bread"}, confidence=1.000, lift=1.000)
    #[pyo3(signature = (items, n = 10, *, by = "confidence"))]
    fn matching(
        &self,
        py: Python<'_>,
        items: &Bound<'_, PyAny>,
        n: usize,
        by: &str,
    ) -> PyResult<Self> {
        let by = measure(py, by)?;
        let items = ids::ids(items, "items")?;
        boundary::quick(py, || Ok(self.inner.matching(&items, n, by))).map(Self::of)
    }

    /// The columns as a dict of lists.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let batch = boundary::quick(py, || self.inner.to_record_batch())?;
        arrow::to_dict(py, &batch)
    }

    /// A ``pandas.DataFrame``; antecedents and consequents are tuples.
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
        let batch = boundary::quick(py, || self.inner.to_record_batch())?;
        arrow::to_buffers(py, &batch)
    }

    fn _head<'py>(&self, py: Python<'py>, n: usize) -> PyResult<Bound<'py, PyDict>> {
        let rows: Vec<usize> = (0..n.min(self.inner.len())).collect();
        let batch = boundary::quick(py, || self.inner.take(&rows).to_record_batch())?;
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
            Selected::One(row) => Ok(rule(py, &self.inner, row)?.into_bound(py)),
            Selected::Many(rows) => {
                let inner = boundary::quick(py, || Ok(self.inner.take(&rows)))?;
                Ok(Self::of(inner).into_pyobject(py)?.into_any())
            }
        }
    }

    fn __iter__(&self) -> RowIterator {
        let rules = self.inner.clone();
        RowIterator::new(rules.len(), move |py, row| rule(py, &rules, row))
    }

    fn __repr__(&self) -> String {
        format!("<Rules: {} rules from {} baskets>", self.inner.len(), self.inner.baskets())
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        table::html(slf.as_any())
    }
}

/// A rule: who buys the antecedent also buys the consequent.
///
/// In the formulas ``P(x)`` is the share of baskets with the antecedent, ``P(y)`` with the
/// consequent, ``P(xy)`` with both, and ``P(y|x) = P(xy) / P(x)``.
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Rule {
    rules: basketry::Rules,
    row: usize,
}

impl Rule {
    fn get(&self) -> PyResult<basketry::mine::Rule<'_>> {
        // A rule is made for a row that is there.
        self.rules.get(self.row).ok_or_else(|| PyIndexError::new_err(self.row))
    }

    fn value(&self, measure: Measure) -> PyResult<f64> {
        Ok(self.get()?.value(measure))
    }
}

#[pymethods]
impl Rule {
    /// The ids of what is in the basket.
    #[getter]
    fn antecedent<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        tuple(py, self.get()?.antecedent())
    }

    /// The ids of what is bought with it.
    #[getter]
    fn consequent<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        tuple(py, self.get()?.consequent())
    }

    /// The number of baskets with both sides.
    #[getter]
    fn count(&self) -> PyResult<u64> {
        Ok(self.get()?.counts().n_xy)
    }

    /// The number of baskets with the antecedent.
    #[getter]
    fn antecedent_count(&self) -> PyResult<u64> {
        Ok(self.get()?.counts().n_x)
    }

    /// The number of baskets with the consequent.
    #[getter]
    fn consequent_count(&self) -> PyResult<u64> {
        Ok(self.get()?.counts().n_y)
    }

    /// ``P(x)``, in (0, 1].
    #[getter]
    fn antecedent_support(&self) -> PyResult<f64> {
        self.value(Measure::AntecedentSupport)
    }

    /// ``P(y)``, in (0, 1].
    #[getter]
    fn consequent_support(&self) -> PyResult<f64> {
        self.value(Measure::ConsequentSupport)
    }

    /// ``P(xy)``: the share of baskets with both sides, in (0, 1].
    #[getter]
    fn support(&self) -> PyResult<f64> {
        self.value(Measure::Support)
    }

    /// ``P(y|x)``: how often a basket with the antecedent has the consequent too, in (0, 1].
    #[getter]
    fn confidence(&self) -> PyResult<f64> {
        self.value(Measure::Confidence)
    }

    /// ``P(y|x) / P(y)``: how many times more often the consequent is bought with the antecedent
    /// than at all; 1 if they are independent.
    #[getter]
    fn lift(&self) -> PyResult<f64> {
        self.value(Measure::Lift)
    }

    /// The share of baskets in which neither side is unknown: always 1, as baskets have no unknown
    /// items.
    #[getter]
    fn representativity(&self) -> PyResult<f64> {
        self.value(Measure::Representativity)
    }

    /// ``P(xy) - P(x) P(y)``, in [-0.25, 0.25].
    #[getter]
    fn leverage(&self) -> PyResult<f64> {
        self.value(Measure::Leverage)
    }

    /// ``(1 - P(y)) / (1 - P(y|x))``, in [0, inf]; infinite if the rule never fails.
    #[getter]
    fn conviction(&self) -> PyResult<f64> {
        self.value(Measure::Conviction)
    }

    /// Leverage over its largest possible size, in [-1, 1].
    #[getter]
    fn zhangs_metric(&self) -> PyResult<f64> {
        self.value(Measure::ZhangsMetric)
    }

    /// ``P(xy) / (P(x) + P(y) - P(xy))``, in (0, 1].
    #[getter]
    fn jaccard(&self) -> PyResult<f64> {
        self.value(Measure::Jaccard)
    }

    /// ``(P(y|x) - P(y)) / (1 - P(y))``, at most 1; 0 where every basket has the consequent.
    #[getter]
    fn certainty(&self) -> PyResult<f64> {
        self.value(Measure::Certainty)
    }

    /// ``(P(y|x) + P(x|y)) / 2``, in (0, 1].
    #[getter]
    fn kulczynski(&self) -> PyResult<f64> {
        self.value(Measure::Kulczynski)
    }

    fn __repr__(&self) -> PyResult<String> {
        let rule = self.get()?;
        Ok(format!(
            "Rule({rule}, confidence={:.3}, lift={:.3})",
            rule.value(Measure::Confidence),
            rule.value(Measure::Lift)
        ))
    }
}
