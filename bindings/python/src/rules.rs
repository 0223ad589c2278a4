//! `Rules`.

use basketry::mine::{Correction, Measure, RedundancyOptions, SignificanceOptions};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyDict, PyList, PyString};

use crate::convert::{
    bound, flag_or, float, float_or, of_class, some_float, some_function, some_whole, text,
    text_or, whole_or,
};
use crate::engine::each;
use crate::rows::{RowIterator, Rows as Selected, rows};
use crate::rule::Rule;
use crate::{arrow, boundary, error, ids, table};

/// Association rules, one row each, in columns.
///
/// ``len(rules)``, ``rules[0]`` (a :class:`Rule`), ``rules[:10]`` and iteration work as with a
/// list. The columns, as Arrow and in data frames: ``antecedent`` and ``consequent`` (lists of
/// ids), ``count``, ``antecedent_count`` and ``consequent_count`` (int64), then measures
/// (float64): those that :class:`Rule` has attributes of, unless others are chosen with
/// :meth:`with_measures`.
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Rules {
    pub(crate) inner: basketry::Rules,
}

impl Rules {
    pub(crate) fn of(inner: basketry::Rules) -> Self {
        Self { inner }
    }

    /// The measure of this name, if it can be told of these rules.
    fn measure(&self, py: Python<'_>, name: &str) -> PyResult<Measure> {
        let measure = measure(py, name)?;
        self.inner.require(measure).map_err(|error| error::to_py(py, error))?;
        Ok(measure)
    }

    /// With the columns of these measures, if any are given.
    fn showing(&self, measures: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        measures.map_or_else(|| Ok(Self::of(self.inner.clone())), |names| self.with_measures(names))
    }
}

/// A list of names of measures that can be told of the rules, or "all" that there are.
fn measures_of(rules: &Rules, names: &Bound<'_, PyAny>) -> PyResult<Vec<Measure>> {
    let py = names.py();
    if let Ok(word) = names.cast::<PyString>() {
        return match word.to_str()? {
            "all" => Ok(Measure::ALL.to_vec()),
            other => Err(error::exception(
                py,
                basketry::ErrorKind::InvalidArgument,
                &format!("measures: expected a list of names or \"all\", got {other:?}"),
            )),
        };
    }
    let mut measures = Vec::new();
    let names = each(names, "measures", "a list of names or \"all\"")?;
    for (at, name) in names.enumerate() {
        measures.push(rules.measure(py, &text(&name?, &format!("measures[{at}]"))?)?);
    }
    Ok(measures)
}

fn correction_of(py: Python<'_>, name: &str) -> PyResult<Correction> {
    name.parse().map_err(|error| error::to_py(py, error))
}

fn significance(
    py: Python<'_>,
    alpha: f64,
    correction: &str,
    tests: Option<u64>,
) -> PyResult<SignificanceOptions> {
    let mut options = SignificanceOptions::new(alpha).correction(correction_of(py, correction)?);
    options.tests = tests;
    Ok(options)
}

fn rule(py: Python<'_>, rules: &basketry::Rules, row: usize) -> PyResult<Py<PyAny>> {
    Ok(Py::new(py, Rule { rules: rules.clone(), row })?.into_any())
}

pub(crate) fn measure(py: Python<'_>, name: &str) -> PyResult<Measure> {
    name.parse().map_err(|error| error::to_py(py, error))
}

#[pymethods]
impl Rules {
    /// The number of baskets that were mined.
    #[getter]
    fn baskets(&self) -> u64 {
        self.inner.baskets()
    }

    /// Whether the distinct customers behind each rule are known: ``Rule.customers``, and the
    /// column ``customers``.
    #[getter]
    fn knows_customers(&self) -> bool {
        self.inner.knows_customers()
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
            let least = bound(&value, name.to_str()?)?;
            conditions.push((self.measure(py, name.to_str()?)?, least));
        }
        let all = self.inner.clone();
        let mut inner = boundary::on_rows(py, all.len(), move || {
            Ok(conditions
                .iter()
                .fold(all, |rules, &(measure, least)| rules.at_least(measure, least)))
        })?;
        if let Some(keep) = some_function(keep, "keep")? {
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
        let rules = self.inner.clone();
        boundary::on_rows(py, rules.len(), move || {
            let mut wanted = Vec::with_capacity(items.len());
            for id in &items {
                match rules.ids().find(id) {
                    Some(item) => wanted.push(item),
                    None => return Ok(rules.take(&[])),
                }
            }
            Ok(rules.filter(|rule| {
                wanted.iter().all(|item| {
                    rule.antecedent().items().binary_search(item).is_ok()
                        || rule.consequent().items().binary_search(item).is_ok()
                })
            }))
        })
        .map(Self::of)
    }

    /// The same rules with the largest `by` first; ties stay in their order, NaN comes last.
    ///
    /// Parameters
    /// ----------
    /// by : str
    ///     The name of a measure; see :meth:`with_measures`.
    /// ascending : bool
    ///     The smallest first, as for p-values.
    #[pyo3(
        signature = (by = None, *, ascending = None),
        text_signature = "($self, by=\"confidence\", *, ascending=False)"
    )]
    fn sort(
        &self,
        py: Python<'_>,
        by: Option<&Bound<'_, PyAny>>,
        ascending: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let by = &text_or(by, "by", "confidence")?;
        let ascending = flag_or(ascending, "ascending", false)?;
        let by = self.measure(py, by)?;
        let rules = self.inner.clone();
        boundary::on_rows(py, rules.len(), move || {
            Ok(if ascending { rules.sorted_ascending_by(by) } else { rules.sorted_by(by) })
        })
        .map(Self::of)
    }

    /// The values of a measure, one for each rule.
    ///
    /// Parameters
    /// ----------
    /// measure : str
    ///     The name of a measure; see :meth:`with_measures`.
    ///
    /// Returns
    /// -------
    /// list of float
    fn values(&self, py: Python<'_>, measure: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
        let measure = &text(measure, "measure")?;
        let by = self.measure(py, measure)?;
        let rules = self.inner.clone();
        boundary::on_rows(py, rules.len(), move || Ok(rules.values(by).collect()))
    }

    /// The names of the measures that tables of these rules have as columns.
    #[getter]
    fn measures(&self) -> Vec<&'static str> {
        self.inner.measures().iter().map(|measure| measure.name()).collect()
    }

    /// The same rules, whose tables (Arrow, data frames, dicts) have these measures as columns.
    ///
    /// Names are those below. The spelling of R's arules (``"hyperLift"``) and common synonyms
    /// (``"coverage"``) are read too; the column has the name given here. In the formulas P(x) is
    /// the share of baskets with the antecedent, P(y) with the consequent, P(xy) with both, n11
    /// the number of baskets with both, n10 with x and not y, n01 with y and not x, n00 with
    /// neither, and n of all. Other than those of mlxtend, a number over 0 is infinite and 0 over
    /// 0 is NaN, which comes up only where x or y is in every basket.
    ///
    /// ``antecedent_support``, ``consequent_support``, ``support``, ``confidence``, ``lift``,
    /// ``representativity``, ``leverage``, ``conviction``, ``zhangs_metric``, ``jaccard``,
    /// ``certainty``, ``kulczynski``
    ///     As in mlxtend, and as the attributes of :class:`Rule`: the columns unless others are
    ///     chosen.
    /// ``added_value``
    ///     P(y|x) - P(y); arules' centeredConfidence too.
    /// ``boost``, ``improvement``
    ///     The confidence over, and less, that of the most confident rule with fewer items in the
    ///     antecedent, the rule without antecedent included. Boost is arules' LIC too.
    /// ``casual_confidence``, ``casual_support``
    ///     (P(y|x) + P(not y|not x)) / 2 and P(xy) + P(not x, not y).
    /// ``chi_squared``, ``phi``
    ///     Pearson's statistic of independence, and the correlation.
    /// ``collective_strength``
    ///     (1 - v) / (1 - E(v)) E(v) / v, with v = P(only one side), 1 at independence.
    /// ``confirmed_confidence``, ``counterexample``, ``least_contradiction``
    ///     n11 - n10, over the baskets with x, over n11, and over the baskets with y.
    /// ``cosine``, ``imbalance``, ``max_confidence``
    ///     P(xy) / sqrt(P(x) P(y)), ``abs(P(x) - P(y))`` / P(x or y), and the larger of both
    ///     confidences.
    /// ``doc``, ``relative_risk``
    ///     P(y|x) less, and over, P(y|not x).
    /// ``fishers_exact_test``, ``hyper_confidence``, ``hyper_lift``
    ///     From the distribution of n11 at independence: the probability of at least n11, of
    ///     fewer, and n11 over the 0.99 quantile.
    /// ``gini``, ``j_measure``, ``lambda``, ``mutual_information``
    ///     What x tells about y: the fall of the Gini index, information in nats, the share of
    ///     errors saved, and information over entropy.
    /// ``implication_index``, ``lerman``
    ///     n10 and n11 less their expectations, in standard deviations.
    /// ``importance``, ``laplace``
    ///     log10 of the ratio of (n11 + 1) / (n11 + n10 + 2) with and without x, and that itself.
    /// ``kappa``, ``odds_ratio``, ``yule_q``, ``yule_y``
    ///     As in statistics.
    /// ``ralambondrainy``, ``sebag``, ``rule_power_factor``
    ///     n10 / n, n11 / n10, and the support times the confidence.
    /// ``rld``
    ///     Leverage over its largest possible size.
    /// ``std_lift``
    ///     Where the lift lies between the least and the largest value that the thresholds and
    ///     both supports allow.
    /// ``varying_liaison``
    ///     lift - 1.
    /// ``n11``, ``n10``, ``n01``, ``n00``
    ///     The table of counts.
    ///
    /// Parameters
    /// ----------
    /// measures : iterable of str, or "all"
    ///     The names, in the order of the columns. Where subsets of the itemsets were left out
    ///     (``kind``, ``min_length``), ``improvement`` and ``boost`` cannot be told: asked for by
    ///     name they are an error, and in ``"all"`` they are NaN.
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> baskets = bk.Baskets.from_lists([["bread", "butter"], ["bread", "butter"], ["jam"]])
    /// >>> rules = bk.rules(baskets, 0.5, min_support=2).with_measures(["lift", "phi"])
    /// >>> list(rules.to_dict())
    /// ['antecedent', 'consequent', 'count', 'antecedent_count', 'consequent_count', 'lift', 'phi']
    fn with_measures(&self, measures: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = measures.py();
        let measures = measures_of(self, measures)?;
        self.inner.with_measures(&measures).map(Self::of).map_err(|error| error::to_py(py, error))
    }

    /// The p-value of each rule by Fisher's one-sided exact test of independence, corrected for
    /// the number of tests.
    ///
    /// Parameters
    /// ----------
    /// correction : {"holm", "benjamini_hochberg", "bonferroni", "none"}
    ///     Holm and Bonferroni bound the probability that any rule below alpha is there by chance,
    ///     Benjamini and Hochberg the expected share of those that are.
    /// tests : int, optional
    ///     The number of tests to correct for; default: the number of rules. Rules that were looked
    ///     at and filtered out by how they look (by lift, say) were tests too: count them.
    ///
    /// Returns
    /// -------
    /// list of float
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> baskets = bk.Baskets.from_lists([["tea", "lemon"]] * 8 + [["milk"]] * 8)
    /// >>> rules = bk.rules(baskets, 0.5, min_support=2)
    /// >>> [round(p, 9) for p in rules.p_values("bonferroni")]
    /// [0.0001554, 0.0001554]
    #[pyo3(
        signature = (correction = None, *, tests = None),
        text_signature = "($self, correction=\"holm\", *, tests=None)"
    )]
    fn p_values(
        &self,
        py: Python<'_>,
        correction: Option<&Bound<'_, PyAny>>,
        tests: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Vec<f64>> {
        let correction = &text_or(correction, "correction", "holm")?;
        let tests = some_whole(tests, "tests")?;
        let correction = correction_of(py, correction)?;
        boundary::long(py, |control| self.inner.p_values(correction, tests, control))
    }

    /// The rules whose p-value, corrected, is at most `alpha`.
    ///
    /// Parameters
    /// ----------
    /// alpha : float
    ///     From 0 to 1.
    /// correction, tests
    ///     As for :meth:`p_values`.
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> baskets = bk.Baskets.from_lists([["tea", "lemon"]] * 8 + [["milk"]] * 8)
    /// >>> rules = bk.rules(baskets, 0.5, min_support=2)
    /// >>> len(rules.significant(0.001)), len(rules.significant(0.0001))
    /// (2, 0)
    #[pyo3(
        signature = (alpha, correction = None, *, tests = None),
        text_signature = "($self, alpha, correction=\"holm\", *, tests=None)"
    )]
    fn significant(
        &self,
        py: Python<'_>,
        alpha: &Bound<'_, PyAny>,
        correction: Option<&Bound<'_, PyAny>>,
        tests: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let correction = &text_or(correction, "correction", "holm")?;
        let alpha = float(alpha, "alpha")?;
        let tests = some_whole(tests, "tests")?;
        let options = significance(py, alpha, correction, tests)?;
        boundary::long(py, |control| self.inner.significant(&options, control)).map(Self::of)
    }

    /// The rules that are more confident than every rule with the same consequent and fewer items
    /// in the antecedent, whether that is among these rules or not.
    ///
    /// Parameters
    /// ----------
    /// min_improvement : float
    ///     By how much the confidence must exceed that of the others; 0, the default, is compared
    ///     exactly.
    /// empty_antecedent : bool
    ///     Whether the rule without antecedent, whose confidence is the share of baskets with the
    ///     consequent, is one of the others.
    #[pyo3(
        signature = (min_improvement = None, *, empty_antecedent = None),
        text_signature = "($self, min_improvement=0.0, *, empty_antecedent=True)"
    )]
    fn non_redundant(
        &self,
        py: Python<'_>,
        min_improvement: Option<&Bound<'_, PyAny>>,
        empty_antecedent: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let empty_antecedent = flag_or(empty_antecedent, "empty_antecedent", true)?;
        let min_improvement = float_or(min_improvement, "min_improvement", 0.0)?;
        let options = RedundancyOptions::new()
            .min_improvement(min_improvement)
            .empty_antecedent(empty_antecedent);
        boundary::long(py, |control| self.inner.non_redundant(&options, control)).map(Self::of)
    }

    /// The rules in which every item of the antecedent helps: those that are not redundant and,
    /// if `alpha` is given, significantly so.
    ///
    /// For each item of the antecedent, Fisher's one-sided exact test asks whether, among the
    /// baskets with the other items, this item makes the consequent more frequent. The largest of
    /// these p-values is that of the rule (Webb 2007).
    ///
    /// Parameters
    /// ----------
    /// alpha : float, optional
    ///     The largest corrected p-value; default: no test.
    /// correction, tests
    ///     As for :meth:`p_values`.
    #[pyo3(
        signature = (alpha = None, correction = None, *, tests = None),
        text_signature = "($self, alpha=None, correction=\"holm\", *, tests=None)"
    )]
    fn productive(
        &self,
        py: Python<'_>,
        alpha: Option<&Bound<'_, PyAny>>,
        correction: Option<&Bound<'_, PyAny>>,
        tests: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let correction = &text_or(correction, "correction", "holm")?;
        let alpha = some_float(alpha, "alpha")?;
        let tests = some_whole(tests, "tests")?;
        // Without alpha there is no test, but a wrong name is still wrong.
        let options = significance(py, alpha.unwrap_or(1.0), correction, tests)?;
        let options = alpha.map(|_| options);
        boundary::long(py, |control| self.inner.productive(options.as_ref(), control)).map(Self::of)
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
    #[pyo3(
        signature = (items, n = None, *, by = None),
        text_signature = "($self, items, n=10, *, by=\"confidence\")"
    )]
    fn matching(
        &self,
        py: Python<'_>,
        items: &Bound<'_, PyAny>,
        n: Option<&Bound<'_, PyAny>>,
        by: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let by = &text_or(by, "by", "confidence")?;
        let n = whole_or(n, "n", 10)?;
        let by = self.measure(py, by)?;
        let items = ids::ids(items, "items")?;
        boundary::quick(py, || Ok(self.inner.matching(&items, n, by))).map(Self::of)
    }

    /// The columns as a dict of lists.
    ///
    /// Parameters
    /// ----------
    /// measures : iterable of str, or "all", optional
    ///     As for :meth:`with_measures`.
    #[pyo3(signature = (measures = None))]
    fn to_dict<'py>(
        &self,
        py: Python<'py>,
        measures: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let rules = self.showing(measures)?;
        let rules = rules.inner;
        let batch = boundary::on_rows(py, rules.len(), move || rules.to_record_batch())?;
        arrow::to_dict(py, &batch)
    }

    /// A ``pandas.DataFrame``; antecedents and consequents are tuples.
    ///
    /// Parameters
    /// ----------
    /// measures : iterable of str, or "all", optional
    ///     As for :meth:`with_measures`.
    #[pyo3(signature = (measures = None))]
    fn to_pandas<'py>(
        &self,
        py: Python<'py>,
        measures: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        table::frame(self.showing(measures)?.into_pyobject(py)?.as_any(), "to_pandas")
    }

    /// A ``polars.DataFrame``.
    ///
    /// Parameters
    /// ----------
    /// measures : iterable of str, or "all", optional
    ///     As for :meth:`with_measures`.
    #[pyo3(signature = (measures = None))]
    fn to_polars<'py>(
        &self,
        py: Python<'py>,
        measures: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        table::frame(self.showing(measures)?.into_pyobject(py)?.as_any(), "to_polars")
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
        let rules = self.inner.clone();
        let batch = boundary::on_rows(py, rules.len(), move || rules.to_record_batch())?;
        arrow::to_buffers(py, &batch)
    }

    fn _head<'py>(&self, py: Python<'py>, n: usize) -> PyResult<Bound<'py, PyDict>> {
        let rows: Vec<usize> = (0..n.min(self.inner.len())).collect();
        let batch = boundary::quick(py, || self.inner.take(&rows).to_record_batch())?;
        arrow::to_dict(py, &batch)
    }

    /// What :meth:`from_bytes` reads, in another process or later; pickling does the same.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let rules = self.inner.clone();
        let bytes = boundary::on_rows(py, rules.len(), move || Ok(rules.to_bytes()))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// What :meth:`to_bytes` wrote.
    ///
    /// Parameters
    /// ----------
    /// data : bytes
    ///
    /// Raises
    /// ------
    /// FormatError
    ///     If this is something else, or damaged.
    /// VersionError
    ///     If a newer version wrote it.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<Self> {
        let data = of_class::<PyBytes>(data, "data")?.as_bytes();
        boundary::long(py, |_| basketry::Rules::from_bytes(data)).map(Self::of)
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        let bytes = slf.get().to_bytes(slf.py())?;
        Ok((slf.get_type().getattr("from_bytes")?, (bytes,)))
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
