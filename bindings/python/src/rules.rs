//! `Rules` and `Rule`.

use basketry::mine::Measure;
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList, PyString, PyTuple};

use crate::convert::{Number, number};
use crate::itemsets::tuple;
use crate::rows::{RowIterator, Rows as Selected, rows};
use crate::{arrow, boundary, error, ids, table};

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
    pub(crate) fn of(inner: basketry::Rules) -> Self {
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

    fn __str__(slf: &Bound<'_, Self>) -> PyResult<String> {
        table::text(slf.as_any())
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
