//! `itemsets`.

use basketry::mine::{Kind, OnLimit};
use basketry::{ItemsetOptions, MinSupport};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::baskets::Baskets;
use crate::convert::{
    Number, number, of_class, some_of_class, some_time, some_whole, text_or, whole_or,
};
use crate::hierarchy::Hierarchy;
use crate::itemsets::Itemsets;
use crate::{boundary, error, ids};

/// All sets of items that are together in at least `min_support` baskets.
///
/// Exact: counts are counted, and a share is compared as the decimal that was written, or as the
/// quotient of counts that was computed: ``7 / 30`` of 30 baskets is 7.
///
/// Parameters
/// ----------
/// baskets : Baskets
///     What to mine.
/// min_support : float or int
///     A float in (0, 1] is a share of the baskets; an int of at least 1 is a number of baskets.
///     So ``1.0`` means every basket and ``1`` means one basket.
///     ``None``, the default, is for `top`: whatever support those have.
///     Where baskets have weights (:meth:`Baskets.with_weights`), sums of weights take the place of
///     numbers of baskets.
/// kind : {"all", "closed", "maximal", "generators"}
///     ``"closed"``: only sets of which no larger one is in as many baskets; their counts tell those
///     of all sets. ``"maximal"``: only sets of which no larger one is frequent. ``"generators"``:
///     only sets of which no smaller one is in as few baskets (the empty set is in all).
/// min_length, max_length : int, optional
///     The least and the largest number of items in a set; default: 1 and any. They choose among
///     the sets of the kind.
/// top : int, optional
///     Only so many itemsets, those of the largest support, which come first. Among equal supports
///     shorter sets come first.
/// must_contain, must_not_contain : iterable of id, optional
///     Only sets that hold all of these; only sets of others, as if these were in no basket, which
///     is what closed and maximal sets are then judged by. An id that no basket holds is no error.
/// only_from : iterable of id, optional
///     Only sets of these, as if nothing else were in the baskets.
/// item_min_support : dict, optional
///     From an id to a least support, as for `min_support`: a set must reach the smallest least
///     support of its items. So what is rare is found without a low threshold for everything. Not
///     for baskets with weights.
/// hierarchy : Hierarchy, optional
///     Mines over items and their categories, without an item next to its own category. Closed and
///     maximal sets are those of baskets that hold their categories too, each shown by what is most
///     specific of it; they go without `must_contain`. Generators go without a hierarchy.
/// max_itemsets : int
///     The largest number of itemsets; a threshold that yields more is an error instead of a
///     machine out of memory. 20 million take about 1 GB.
/// max_memory : int, optional
///     How many bytes the result and what is needed to find it may take, besides the baskets.
/// max_time : float, optional
///     How many seconds mining may take.
/// on_limit : {"error", "partial"}
///     What to do where one of these limits is reached. ``"partial"`` gives all itemsets of a larger
///     threshold: ``sets.min_count`` is that threshold, ``sets.asked_min_count`` the one that was
///     asked for, and ``sets.limit`` the limit. It is the least that stays within a limit on number
///     or memory. If it was time that was over, it is the least that was tried by then, which need
///     not be the least that could have been done. Not for baskets with weights.
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
/// >>> [set.items for set in bk.itemsets(baskets, top=1, min_length=2)]
/// [('bread', 'butter')]
/// >>> len(bk.itemsets(baskets, min_support=1, must_contain=["jam"]))
/// 4
/// >>> [set.items for set in bk.itemsets(baskets, min_support=2, kind="maximal")]
/// [('jam',), ('bread', 'butter')]
#[pyfunction]
#[pyo3(signature = (
    baskets, min_support = None, *, kind = None, min_length = None, max_length = None, top = None,
    must_contain = None, must_not_contain = None, only_from = None, item_min_support = None,
    hierarchy = None, max_itemsets = None, max_memory = None, max_time = None, on_limit = None,
    threads = None, progress = None,
), text_signature = "(baskets, min_support=None, *, kind=\"all\", min_length=1, max_length=None, top=None, must_contain=(), must_not_contain=(), only_from=None, item_min_support=None, hierarchy=None, max_itemsets=20000000, max_memory=None, max_time=None, on_limit=\"error\", threads=None, progress=False)")]
#[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
pub(crate) fn itemsets(
    py: Python<'_>,
    baskets: &Bound<'_, PyAny>,
    min_support: Option<&Bound<'_, PyAny>>,
    kind: Option<&Bound<'_, PyAny>>,
    min_length: Option<&Bound<'_, PyAny>>,
    max_length: Option<&Bound<'_, PyAny>>,
    top: Option<&Bound<'_, PyAny>>,
    must_contain: Option<&Bound<'_, PyAny>>,
    must_not_contain: Option<&Bound<'_, PyAny>>,
    only_from: Option<&Bound<'_, PyAny>>,
    item_min_support: Option<&Bound<'_, PyAny>>,
    hierarchy: Option<&Bound<'_, PyAny>>,
    max_itemsets: Option<&Bound<'_, PyAny>>,
    max_memory: Option<&Bound<'_, PyAny>>,
    max_time: Option<&Bound<'_, PyAny>>,
    on_limit: Option<&Bound<'_, PyAny>>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Itemsets> {
    let kind = &text_or(kind, "kind", "all")?;
    let on_limit = &text_or(on_limit, "on_limit", "error")?;
    let baskets = of_class::<Baskets>(baskets, "baskets")?;
    let item_min_support = some_of_class::<PyDict>(item_min_support, "item_min_support")?;
    let hierarchy = some_of_class::<Hierarchy>(hierarchy, "hierarchy")?;
    let min_length = whole_or(min_length, "min_length", 1)?;
    let max_length = some_whole(max_length, "max_length")?;
    let top = some_whole(top, "top")?;
    let max_itemsets = some_whole(max_itemsets, "max_itemsets")?;
    let max_memory = some_whole(max_memory, "max_memory")?;
    let max_time = some_time(max_time, "max_time")?;
    let threads = some_whole(threads, "threads")?;
    let least = match (min_support, top) {
        (Some(min_support), _) => support(min_support)?,
        (None, Some(_)) => MinSupport::ANY,
        (None, None) => {
            let message = "min_support: must be given, unless top is";
            return Err(error::exception(py, basketry::ErrorKind::InvalidArgument, message));
        }
    };
    let mut options = ItemsetOptions::new(least).min_length(min_length);
    options.kind = Kind::from_name(kind).ok_or_else(|| {
        let names = Kind::ALL.map(|kind| format!("{:?}", kind.name())).join(", ");
        let message = format!("kind: expected one of {names}, got {kind:?}");
        error::exception(py, basketry::ErrorKind::InvalidArgument, &message)
    })?;
    options.top = top;
    if let Some(ids) = must_contain {
        options.must_contain = ids::ids(ids, "must_contain")?;
    }
    if let Some(ids) = must_not_contain {
        options.must_not_contain = ids::ids(ids, "must_not_contain")?;
    }
    if let Some(ids) = only_from {
        options.only_from = Some(ids::ids(ids, "only_from")?);
    }
    for (id, least) in item_min_support.into_iter().flatten() {
        options.item_min_support.push((ids::id(&id, "item_min_support")?, support(&least)?));
    }
    options.hierarchy = hierarchy.map(|hierarchy| hierarchy.get().inner.clone());
    options.max_itemsets = max_itemsets.unwrap_or(options.max_itemsets);
    options.max_length = max_length;
    options.threads = threads;
    options.max_memory = max_memory;
    let invalid =
        |message: &str| error::exception(py, basketry::ErrorKind::InvalidArgument, message);
    options.max_time = max_time;
    options.on_limit = match on_limit.as_str() {
        "error" => OnLimit::Error,
        "partial" => OnLimit::Partial,
        other => {
            return Err(invalid(&format!(
                "on_limit: expected \"error\" or \"partial\", got {other:?}"
            )));
        }
    };
    let baskets = baskets.get();
    let inner = boundary::in_pool(py, progress, |control| {
        basketry::itemsets(&baskets.inner, &options, control)
    })?;
    Ok(Itemsets::of(inner))
}

/// An int is a count and a float a share, whatever their values.
pub(crate) fn support(object: &Bound<'_, PyAny>) -> PyResult<MinSupport> {
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
