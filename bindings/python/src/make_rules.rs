//! `rules` and `Template`.

use basketry::mine::{Consequents, Measure, RuleOptions};
use basketry::{Id, ItemsetOptions};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::baskets::Baskets;
use crate::convert::{float, some_of_class, some_text, some_time, some_whole, text_or, whole_or};
use crate::itemsets::Itemsets;
use crate::mine::support;
use crate::rules::Rules;
use crate::{boundary, error, ids};

/// What one side of a rule may be: of which items, and how many. All conditions hold together.
///
/// Items are ids, such as those of a category; one that no basket holds is of no consequence where
/// it may be there or must not, and never found where it must be.
///
/// Parameters
/// ----------
/// only_from : iterable of id, optional
///     The only items that may be there; default: any.
/// must_contain : iterable of id
///     Items that must all be there.
/// must_contain_any : iterable of id, optional
///     Items of which at least one must be there; default: no such condition.
/// must_not_contain : iterable of id
///     Items that must not be there.
/// min_length, max_length : int, optional
///     The least and the largest number of items; default: 1 and any.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> baskets = bk.Baskets.from_lists([["bread", "butter", "jam"], ["bread", "butter"], ["jam"]])
/// >>> spread = bk.Template(only_from=["butter", "jam"], max_length=1)
/// >>> for rule in bk.rules(baskets, 0.6, min_support=2, consequent=spread):
/// ...     print(rule.antecedent, rule.consequent)
/// ('bread',) ('butter',)
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Template {
    inner: basketry::mine::Template,
}

#[pymethods]
impl Template {
    #[new]
    #[pyo3(
        signature = (
            *, only_from = None, must_contain = None, must_contain_any = None,
            must_not_contain = None, min_length = None, max_length = None,
        ),
        text_signature = "(*, only_from=None, must_contain=(), must_contain_any=None, must_not_contain=(), min_length=1, max_length=None)"
    )]
    fn new(
        only_from: Option<&Bound<'_, PyAny>>,
        must_contain: Option<&Bound<'_, PyAny>>,
        must_contain_any: Option<&Bound<'_, PyAny>>,
        must_not_contain: Option<&Bound<'_, PyAny>>,
        min_length: Option<&Bound<'_, PyAny>>,
        max_length: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let min_length = whole_or(min_length, "min_length", 1)?;
        let max_length = some_whole(max_length, "max_length")?;
        let list = |items: Option<&Bound<'_, PyAny>>, what: &str| -> PyResult<Option<Vec<Id>>> {
            items.map(|items| ids::ids(items, what)).transpose()
        };
        let mut inner = basketry::mine::Template::any();
        inner.only_from = list(only_from, "only_from")?;
        inner.must_contain = list(must_contain, "must_contain")?.unwrap_or_default();
        inner.must_contain_any = list(must_contain_any, "must_contain_any")?;
        inner.must_not_contain = list(must_not_contain, "must_not_contain")?.unwrap_or_default();
        inner.min_length = min_length;
        inner.max_length = max_length;
        Ok(Self { inner })
    }

    fn __repr__(&self) -> String {
        let mut parts = Vec::new();
        let mut list = |name: &str, items: Option<&Vec<Id>>| {
            if let Some(items) = items {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                parts.push(format!("{name}=[{}]", items.join(", ")));
            }
        };
        let some = |items| Some(items).filter(|items: &&Vec<Id>| !items.is_empty());
        let inner = &self.inner;
        list("only_from", inner.only_from.as_ref());
        list("must_contain", some(&inner.must_contain));
        list("must_contain_any", inner.must_contain_any.as_ref());
        list("must_not_contain", some(&inner.must_not_contain));
        if inner.min_length != 1 {
            parts.push(format!("min_length={}", inner.min_length));
        }
        if let Some(max) = inner.max_length {
            parts.push(format!("max_length={max}"));
        }
        format!("Template({})", parts.join(", "))
    }
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
/// antecedent, consequent : Template, optional
///     What the sides may be: of which items, and how many.
/// at_least : dict of str to float, optional
///     The least values of measures, by their names: ``{"lift": 1.2}``.
/// top : int, optional
///     Only so many rules, those with the largest `by`, the largest first. However many rules there
///     are, only so many take memory.
/// by : str, optional
///     The measure that says which are the top; default: ``"confidence"``.
/// baskets : Baskets, optional
///     The baskets that the itemsets were mined from: to count the subsets that are not among the
///     itemsets, as of maximal ones or of those mined with a `min_length`; and, if they have
///     customers, the distinct customers behind each rule. Not needed if `source` is baskets.
/// min_customers : int
///     The least number of distinct customers who had all items of the rule in one basket. Above 0
///     it takes baskets with customers, such as those of a :class:`History`.
/// max_length : int, optional
///     The largest number of items in both sides together.
/// max_rules : int
///     The largest number of rules; more are an error. 20 million take about 0.5 GB.
/// max_memory : int, optional
///     How many bytes the rules and what is needed to make them may take, besides itemsets and
///     baskets; more are an error. Where `source` is baskets it holds for mining as well.
/// max_time : float, optional
///     How many seconds making the rules may take; longer is an error. Where `source` is baskets,
///     mining may take as long.
/// threads : int, optional
///     How many threads to use; default: one for each core. The result is the same for any number.
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
///     If an option is out of its range; or if the itemsets lack subsets, whose counts rules need,
///     and `baskets` are not given.
/// LimitError
///     If there are more than `max_rules` rules, or if one of the other limits is reached.
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
    source, min_confidence, *, min_support = None, consequents = None, antecedent = None,
    consequent = None, at_least = None, top = None, by = None, baskets = None, min_customers = None,
    max_length = None, max_rules = None, max_memory = None, max_time = None, threads = None, progress = None,
), text_signature = "(source, min_confidence, *, min_support=None, consequents=\"any\", antecedent=None, consequent=None, at_least=None, top=None, by=\"confidence\", baskets=None, min_customers=0, max_length=None, max_rules=20000000, max_memory=None, max_time=None, threads=None, progress=False)")]
#[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
pub(crate) fn rules(
    py: Python<'_>,
    source: &Bound<'_, PyAny>,
    min_confidence: &Bound<'_, PyAny>,
    min_support: Option<&Bound<'_, PyAny>>,
    consequents: Option<&Bound<'_, PyAny>>,
    antecedent: Option<&Bound<'_, PyAny>>,
    consequent: Option<&Bound<'_, PyAny>>,
    at_least: Option<&Bound<'_, PyAny>>,
    top: Option<&Bound<'_, PyAny>>,
    by: Option<&Bound<'_, PyAny>>,
    baskets: Option<&Bound<'_, PyAny>>,
    min_customers: Option<&Bound<'_, PyAny>>,
    max_length: Option<&Bound<'_, PyAny>>,
    max_rules: Option<&Bound<'_, PyAny>>,
    max_memory: Option<&Bound<'_, PyAny>>,
    max_time: Option<&Bound<'_, PyAny>>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Rules> {
    let by = some_text(by, "by")?;
    let by = by.as_deref();
    let consequents = &text_or(consequents, "consequents", "any")?;
    let antecedent = some_of_class::<Template>(antecedent, "antecedent")?;
    let consequent = some_of_class::<Template>(consequent, "consequent")?;
    let at_least = some_of_class::<PyDict>(at_least, "at_least")?;
    let baskets = some_of_class::<Baskets>(baskets, "baskets")?;
    let top = some_whole(top, "top")?;
    let min_customers = whole_or(min_customers, "min_customers", 0)?;
    let max_length = some_whole(max_length, "max_length")?;
    let max_rules = some_whole(max_rules, "max_rules")?;
    let max_memory = some_whole(max_memory, "max_memory")?;
    let max_time = some_time(max_time, "max_time")?;
    let threads = some_whole(threads, "threads")?;
    let invalid =
        |message: &str| error::exception(py, basketry::ErrorKind::InvalidArgument, message);
    // As mining says it, whatever the source.
    if max_length == Some(0) {
        return Err(invalid("max_length: 0, expected at least 1"));
    }
    let min_confidence = float(min_confidence, "min_confidence")?;
    let mut options = RuleOptions::new(min_confidence).consequents(match consequents.as_str() {
        "any" => Consequents::Any,
        "single" => Consequents::Single,
        other => {
            return Err(invalid(&format!(
                "consequents: expected \"any\" or \"single\", got {other:?}"
            )));
        }
    });
    options.max_rules = max_rules.unwrap_or(options.max_rules);
    options.threads = threads;
    options.max_memory = max_memory;
    options.max_time = max_time;
    options.min_customers = min_customers;
    if let Some(template) = antecedent {
        options.antecedent = template.get().inner.clone();
    }
    if let Some(template) = consequent {
        options.consequent = template.get().inner.clone();
    }
    let measure = |name: &str| name.parse::<Measure>().map_err(|error| error::to_py(py, error));
    for (name, least) in at_least.into_iter().flatten() {
        let name = name.cast_into::<PyString>()?;
        let least = float(&least, name.to_str()?)?;
        options = options.at_least(measure(name.to_str()?)?, least);
    }
    match (top, by) {
        (Some(top), by) => options = options.top(top, measure(by.unwrap_or("confidence"))?),
        (None, Some(_)) => {
            return Err(invalid("by: says which rules are the top; give top as well"));
        }
        (None, None) => {}
    }
    let mut baskets = baskets.map(|baskets| baskets.get());
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
    } else if let Ok(source) = source.cast::<Baskets>() {
        if baskets.is_some() {
            return Err(invalid(
                "baskets: they are the source already; give them with itemsets only",
            ));
        }
        let min_support = min_support
            .ok_or_else(|| invalid("min_support: must be given to make rules from baskets"))?;
        let mut options = ItemsetOptions::new(support(min_support)?);
        options.max_length = max_length;
        options.threads = threads;
        options.max_memory = max_memory;
        options.max_time = max_time;
        let source = source.get();
        baskets = Some(source);
        boundary::in_pool(py, progress, |control| {
            basketry::itemsets(&source.inner, &options, control)
        })?
    } else {
        return Err(PyTypeError::new_err(format!(
            "source: expected Itemsets or Baskets, got {}",
            source.get_type().name()?
        )));
    };
    let inner = boundary::in_pool(py, progress, |control| match baskets {
        Some(baskets) => {
            basketry::mine::rules_with_baskets(&sets, &baskets.inner, &options, control)
        }
        None => basketry::mine::rules(&sets, &options, control),
    })?;
    Ok(Rules::of(inner))
}
