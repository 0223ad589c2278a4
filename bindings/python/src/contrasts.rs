//! `contrasts`.

use basketry::mine::{self, ContrastOptions, Direction};
use pyo3::prelude::*;

use crate::baskets::Baskets;
use crate::convert::{float_or, of_class, some_whole, text_or, whole_or};
use crate::itemsets::Itemsets;
use crate::mine::support;
use crate::{boundary, error};

/// The itemsets that tell two groups of baskets apart.
///
/// Compared are all itemsets that are frequent in at least one group, be they in the other or not.
///
/// Parameters
/// ----------
/// first, second : Baskets
///     The groups. Items are matched by id.
/// min_support : float or int
///     The least support in at least one of the groups: a float is a share of the group's baskets,
///     an int a number of them.
/// min_length, max_length : int, optional
///     The least and the largest number of items; default: 1 and any.
/// direction : {"either", "first", "second"}
///     In which group the itemsets are more frequent.
/// min_difference : float
///     The least difference of the supports.
/// min_growth : float
///     The least growth rate, the larger support divided by the smaller; ``inf`` keeps what only
///     one group has.
/// max_p_value : float
///     The largest corrected p-value.
/// correction : {"holm", "benjamini_hochberg", "bonferroni", "none"}
///     How p-values are corrected for the number of itemsets that were compared.
/// top : int, optional
///     Keeps so many, those with the smallest p-values; default: all.
/// max_itemsets : int
///     The largest number of itemsets to compare.
/// threads : int, optional
///     How many threads to use; default: one for each core.
/// progress : bool or callable
///     As for :func:`itemsets`.
///
/// Returns
/// -------
/// Itemsets
///     Those with the smallest p-values first. ``count`` and ``support`` are those in all baskets
///     together; further columns are ``count_first``, ``count_second``, ``support_first``,
///     ``support_second``, ``difference``, ``growth_rate``, ``odds_ratio``, ``p_value`` (Fisher's
///     exact test: one-sided for one direction, for either twice the smaller tail) and
///     ``p_adjusted``.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> north = bk.Baskets.from_lists([["tea", "jam"], ["tea", "jam"], ["bread"]])
/// >>> south = bk.Baskets.from_lists([["bread"], ["bread", "jam"]])
/// >>> found = bk.contrasts(north, south, 0.5, min_length=2)
/// >>> columns = found.to_dict()
/// >>> columns["itemset"][0], columns["count_first"][0], columns["count_second"][0]
/// (('tea', 'jam'), 2, 0)
#[pyfunction]
#[pyo3(
    signature = (
        first, second, min_support, *, min_length = None, max_length = None, direction = None,
        min_difference = None, min_growth = None, max_p_value = None, correction = None,
        top = None, max_itemsets = None, threads = None, progress = None,
    ),
    text_signature = "(first, second, min_support, *, min_length=1, max_length=None, direction=\"either\", min_difference=0.0, min_growth=1.0, max_p_value=1.0, correction=\"holm\", top=None, max_itemsets=20000000, threads=None, progress=False)"
)]
#[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
pub(crate) fn contrasts(
    py: Python<'_>,
    first: &Bound<'_, PyAny>,
    second: &Bound<'_, PyAny>,
    min_support: &Bound<'_, PyAny>,
    min_length: Option<&Bound<'_, PyAny>>,
    max_length: Option<&Bound<'_, PyAny>>,
    direction: Option<&Bound<'_, PyAny>>,
    min_difference: Option<&Bound<'_, PyAny>>,
    min_growth: Option<&Bound<'_, PyAny>>,
    max_p_value: Option<&Bound<'_, PyAny>>,
    correction: Option<&Bound<'_, PyAny>>,
    top: Option<&Bound<'_, PyAny>>,
    max_itemsets: Option<&Bound<'_, PyAny>>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Itemsets> {
    let direction = &text_or(direction, "direction", "either")?;
    let correction = &text_or(correction, "correction", "holm")?;
    let first = of_class::<Baskets>(first, "first")?;
    let second = of_class::<Baskets>(second, "second")?;
    let min_length = whole_or(min_length, "min_length", 1)?;
    let max_length = some_whole(max_length, "max_length")?;
    let top = some_whole(top, "top")?;
    let max_itemsets = some_whole(max_itemsets, "max_itemsets")?;
    let threads = some_whole(threads, "threads")?;
    let mut options = ContrastOptions::new(support(min_support)?)
        .min_length(min_length)
        .direction(direction.parse::<Direction>().map_err(|e| error::to_py(py, e))?)
        .correction(correction.parse().map_err(|e| error::to_py(py, e))?);
    options.min_difference = float_or(min_difference, "min_difference", options.min_difference)?;
    options.min_growth = float_or(min_growth, "min_growth", options.min_growth)?;
    options.max_p_value = float_or(max_p_value, "max_p_value", options.max_p_value)?;
    options.max_length = max_length;
    options.top = top;
    options.max_itemsets = max_itemsets.unwrap_or(options.max_itemsets);
    options.threads = threads;
    let (first, second) = (&first.get().inner, &second.get().inner);
    boundary::in_pool(py, progress, |control| mine::contrasts(first, second, &options, control))
        .map(Itemsets::of)
}
