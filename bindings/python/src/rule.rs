//! `Rule`: one rule and its measures.

use basketry::mine::Measure;
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::convert::text;
use crate::itemsets::tuple;

/// A rule: who buys the antecedent also buys the consequent.
///
/// In the formulas ``P(x)`` is the share of baskets with the antecedent, ``P(y)`` with the
/// consequent, ``P(xy)`` with both, and ``P(y|x) = P(xy) / P(x)``.
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Rule {
    pub(crate) rules: basketry::Rules,
    pub(crate) row: usize,
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
    /// The value of any measure, by the names of :meth:`Rules.with_measures`. For many rules,
    /// :meth:`Rules.values` is faster.
    ///
    /// Parameters
    /// ----------
    /// measure : str
    ///     The name of a measure.
    #[pyo3(name = "value")]
    fn any_value(&self, py: Python<'_>, measure: &Bound<'_, PyAny>) -> PyResult<f64> {
        let measure = &text(measure, "measure")?;
        self.value(crate::rules::measure(py, measure)?)
    }

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

    /// How many distinct customers had all items of the rule in one basket at least once; None if
    /// it is not known who bought the baskets.
    #[getter]
    fn customers(&self) -> PyResult<Option<u64>> {
        Ok(self.get()?.customers())
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
