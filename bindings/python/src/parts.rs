//! `count`, `candidates`, `itemsets_in_parts`, `update` and `ItemsetCounts`.

use basketry::{ItemsetOptions, mine};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::baskets::Baskets;
use crate::convert::{of_class, some_whole, whole_or};
use crate::engine::each;
use crate::itemsets::Itemsets;
use crate::mine::support;
use crate::{arrow, boundary, ids};

/// How many baskets hold each of the itemsets.
///
/// Parameters
/// ----------
/// baskets : Baskets
///     What to count in. Items are matched by id.
/// sets : Itemsets
///     What to count.
/// threads : int, optional
///     How many threads to use; default: one for each core.
/// progress : bool or callable
///     As for :func:`itemsets`.
///
/// Returns
/// -------
/// Itemsets
///     The same itemsets in the same order, with their counts in these baskets, those that no
///     basket holds included.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> june = bk.Baskets.from_lists([["bread", "butter"], ["bread", "butter", "jam"]])
/// >>> july = bk.Baskets.from_lists([["bread", "butter"], ["jam"], ["bread"]])
/// >>> sets = bk.itemsets(june, min_support=2)
/// >>> [(s.items, s.count) for s in bk.count(july, sets)]
/// [(('bread',), 2), (('butter',), 1), (('bread', 'butter'), 1)]
#[pyfunction]
#[pyo3(
    signature = (baskets, sets, *, threads = None, progress = None),
    text_signature = "(baskets, sets, *, threads=None, progress=False)"
)]
pub(crate) fn count(
    py: Python<'_>,
    baskets: &Bound<'_, PyAny>,
    sets: &Bound<'_, PyAny>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Itemsets> {
    let baskets = of_class::<Baskets>(baskets, "baskets")?;
    let sets = of_class::<Itemsets>(sets, "sets")?;
    let threads = some_whole(threads, "threads")?;
    let (baskets, sets) = (&baskets.get().inner, &sets.get().inner);
    boundary::in_pool(py, progress, |control| mine::count(baskets, sets, threads, control))
        .map(Itemsets::of)
}

fn options(
    min_support: &Bound<'_, PyAny>,
    min_length: usize,
    max_length: Option<usize>,
    max_itemsets: Option<u64>,
    threads: Option<usize>,
) -> PyResult<ItemsetOptions> {
    let mut options = ItemsetOptions::new(support(min_support)?).min_length(min_length);
    options.max_itemsets = max_itemsets.unwrap_or(options.max_itemsets);
    options.max_length = max_length;
    options.threads = threads;
    Ok(options)
}

/// The itemsets of a part of the baskets that may be frequent in all of them.
///
/// The first pass over baskets that lie in parts: those that are frequent in the part at a local
/// threshold such that nothing is missed. A part should be so large that its threshold is well
/// above 1.
///
/// Parameters
/// ----------
/// part : Baskets
///     A part of the baskets; may be empty.
/// min_support : float or int
///     The least support in all baskets, as for :func:`itemsets`.
/// total : int, optional
///     How many baskets there are in all parts; needed if `min_support` is an int.
/// max_length : int, optional
///     The largest number of items.
/// max_itemsets : int
///     As for :func:`itemsets`.
/// threads : int, optional
///     As for :func:`itemsets`.
/// progress : bool or callable
///     As for :func:`itemsets`.
///
/// Returns
/// -------
/// ItemsetCounts
///     The itemsets, not counted yet.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> parts = [bk.Baskets.from_lists([[1, 2], [3]]), bk.Baskets.from_lists([[2, 1, 3]])]
/// >>> found = bk.ItemsetCounts.union([bk.candidates(part, 0.6) for part in parts])
/// >>> total = found
/// >>> for part in parts:
/// ...     total = total.merge(found.add(part))
/// >>> [(s.items, s.count) for s in total.frequent(0.6)]
/// [((1,), 2), ((2,), 2), ((3,), 2), ((1, 2), 2)]
#[pyfunction]
#[pyo3(
    signature = (
        part, min_support, *, total = None, max_length = None, max_itemsets = None,
        threads = None, progress = None,
    ),
    text_signature = "(part, min_support, *, total=None, max_length=None, max_itemsets=20000000, threads=None, progress=False)"
)]
#[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
pub(crate) fn candidates(
    py: Python<'_>,
    part: &Bound<'_, PyAny>,
    min_support: &Bound<'_, PyAny>,
    total: Option<&Bound<'_, PyAny>>,
    max_length: Option<&Bound<'_, PyAny>>,
    max_itemsets: Option<&Bound<'_, PyAny>>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<ItemsetCounts> {
    let part = of_class::<Baskets>(part, "part")?;
    let total = some_whole(total, "total")?;
    let max_length = some_whole(max_length, "max_length")?;
    let max_itemsets = some_whole(max_itemsets, "max_itemsets")?;
    let threads = some_whole(threads, "threads")?;
    let options = options(min_support, 1, max_length, max_itemsets, threads)?;
    let part = &part.get().inner;
    boundary::in_pool(py, progress, |control| mine::candidates(part, &options, total, control))
        .map(ItemsetCounts::of)
}

/// The frequent itemsets of baskets in parts.
///
/// What :func:`itemsets` finds in all parts appended to one another, in the same order, whatever
/// the parts. They are mined together: what takes memory besides them is a copy of their frequent
/// items. To mine parts that are not all there, see :func:`candidates`.
///
/// Parameters
/// ----------
/// parts : iterable of Baskets
///     The parts; they may be empty and may have different items.
/// min_support : float or int
///     As for :func:`itemsets`, of all baskets.
/// min_length, max_length : int, optional
///     As for :func:`itemsets`.
/// max_itemsets : int
///     As for :func:`itemsets`, for each part.
/// threads : int, optional
///     As for :func:`itemsets`.
/// progress : bool or callable
///     As for :func:`itemsets`.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> june = bk.Baskets.from_lists([["bread", "butter"], ["jam"]])
/// >>> july = bk.Baskets.from_lists([["butter", "bread"], ["bread"]])
/// >>> [(s.items, s.count) for s in bk.itemsets_in_parts([june, july], 0.5)]
/// [(('bread',), 3), (('butter',), 2), (('bread', 'butter'), 2)]
#[pyfunction]
#[pyo3(
    signature = (
        parts, min_support, *, min_length = None, max_length = None, max_itemsets = None,
        threads = None, progress = None,
    ),
    text_signature = "(parts, min_support, *, min_length=1, max_length=None, max_itemsets=20000000, threads=None, progress=False)"
)]
#[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
pub(crate) fn itemsets_in_parts(
    py: Python<'_>,
    parts: &Bound<'_, PyAny>,
    min_support: &Bound<'_, PyAny>,
    min_length: Option<&Bound<'_, PyAny>>,
    max_length: Option<&Bound<'_, PyAny>>,
    max_itemsets: Option<&Bound<'_, PyAny>>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Itemsets> {
    let min_length = whole_or(min_length, "min_length", 1)?;
    let max_length = some_whole(max_length, "max_length")?;
    let max_itemsets = some_whole(max_itemsets, "max_itemsets")?;
    let threads = some_whole(threads, "threads")?;
    let options = options(min_support, min_length, max_length, max_itemsets, threads)?;
    let parts = each(parts, "parts", "an iterable of Baskets")?
        .enumerate()
        .map(|(at, part)| {
            Ok(of_class::<Baskets>(&part?, &format!("parts[{at}]"))?.clone().unbind())
        })
        .collect::<PyResult<Vec<Py<Baskets>>>>()?;
    boundary::in_pool(py, progress, |control| {
        let parts = parts.iter().map(|part| &part.get().inner);
        mine::itemsets_in_parts(parts, &options, control)
    })
    .map(Itemsets::of)
}

/// The frequent itemsets of baskets that were appended to.
///
/// What :func:`itemsets` finds, in the same order, but for the most part by counting in the new
/// baskets only, where that is estimated to be cheaper than mining all of them again: where the
/// baskets hold much more than there are itemsets. The further the threshold of `sets` is below the
/// new one, the less there is to do.
///
/// Parameters
/// ----------
/// baskets : Baskets
///     All baskets, the new ones behind the others.
/// sets : Itemsets
///     All frequent itemsets of the first baskets, mined with the same `max_length`.
/// min_support : float or int
///     As for :func:`itemsets`, of all baskets.
/// min_length, max_length : int, optional
///     As for :func:`itemsets`.
/// max_itemsets : int
///     As for :func:`itemsets`.
/// threads : int, optional
///     As for :func:`itemsets`.
/// progress : bool or callable
///     As for :func:`itemsets`.
///
/// Raises
/// ------
/// InvalidArgumentError
///     If `sets` are not all that were mined, if they are of other baskets, or if their threshold
///     is above the new one.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> baskets = bk.Baskets.from_lists([["bread", "butter"], ["jam"]])
/// >>> sets = bk.itemsets(baskets, min_support=0.5)
/// >>> more = baskets.append(bk.Baskets.from_lists([["bread", "butter"], ["tea"]]))
/// >>> [(s.items, s.count) for s in bk.update(more, sets, min_support=0.5)]
/// [(('bread',), 2), (('butter',), 2), (('bread', 'butter'), 2)]
#[pyfunction]
#[pyo3(
    signature = (
        baskets, sets, min_support, *, min_length = None, max_length = None, max_itemsets = None,
        threads = None, progress = None,
    ),
    text_signature = "(baskets, sets, min_support, *, min_length=1, max_length=None, max_itemsets=20000000, threads=None, progress=False)"
)]
#[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
pub(crate) fn update(
    py: Python<'_>,
    baskets: &Bound<'_, PyAny>,
    sets: &Bound<'_, PyAny>,
    min_support: &Bound<'_, PyAny>,
    min_length: Option<&Bound<'_, PyAny>>,
    max_length: Option<&Bound<'_, PyAny>>,
    max_itemsets: Option<&Bound<'_, PyAny>>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Itemsets> {
    let baskets = of_class::<Baskets>(baskets, "baskets")?;
    let sets = of_class::<Itemsets>(sets, "sets")?;
    let min_length = whole_or(min_length, "min_length", 1)?;
    let max_length = some_whole(max_length, "max_length")?;
    let max_itemsets = some_whole(max_itemsets, "max_itemsets")?;
    let threads = some_whole(threads, "threads")?;
    let options = options(min_support, min_length, max_length, max_itemsets, threads)?;
    let (baskets, sets) = (&baskets.get().inner, &sets.get().inner);
    boundary::in_pool(py, progress, |control| mine::update(baskets, sets, &options, control))
        .map(Itemsets::of)
}

/// The counts of given itemsets, which add up over parts of the baskets.
///
/// Nothing changes in place: :meth:`add` and :meth:`merge` return new counts. As a table, for other
/// machines, they have the columns ``itemset`` (a list of ids) and ``count`` (int64).
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> counts = bk.ItemsetCounts.from_lists([["bread"], ["bread", "jam"]])
/// >>> june = counts.add(bk.Baskets.from_lists([["bread", "jam"], ["jam"]]))
/// >>> july = counts.add(bk.Baskets.from_lists([["jam", "bread"], ["bread"]]))
/// >>> both = june.merge(july)
/// >>> both.baskets, [(s.items, s.count) for s in both.itemsets()]
/// (4, [(('bread',), 3), (('bread', 'jam'), 2)])
#[pyclass(frozen, module = "basketry")]
pub(crate) struct ItemsetCounts {
    inner: mine::ItemsetCounts,
}

impl ItemsetCounts {
    fn of(inner: mine::ItemsetCounts) -> Self {
        Self { inner }
    }
}

#[pymethods]
impl ItemsetCounts {
    /// Of these itemsets, in their order; nothing is counted yet.
    ///
    /// Parameters
    /// ----------
    /// sets : Itemsets
    #[staticmethod]
    fn from_itemsets(py: Python<'_>, sets: &Bound<'_, PyAny>) -> PyResult<Self> {
        let sets = of_class::<Itemsets>(sets, "sets")?;
        let sets = &sets.get().inner;
        boundary::long(py, |_| Ok(mine::ItemsetCounts::of(sets))).map(Self::of)
    }

    /// Of these itemsets, in their order; nothing is counted yet.
    ///
    /// Parameters
    /// ----------
    /// lists : iterable of iterables of ids
    ///
    /// Raises
    /// ------
    /// DataError
    ///     If an itemset is empty or comes twice, or if integers and strings are mixed.
    #[staticmethod]
    fn from_lists(py: Python<'_>, lists: &Bound<'_, PyAny>) -> PyResult<Self> {
        let lists = each(lists, "lists", "lists of ids")?
            .enumerate()
            .map(|(number, list)| ids::ids(&list?, &format!("lists[{number}]")))
            .collect::<PyResult<Vec<_>>>()?;
        boundary::long(py, |_| mine::ItemsetCounts::from_lists(lists)).map(Self::of)
    }

    /// From a table with a column ``itemset`` of lists, and maybe a column ``count``.
    ///
    /// The table of an :class:`ItemsetCounts` carries in its metadata how many baskets were
    /// counted. Where that got lost, as in Spark, `baskets` and `min_support` say it.
    ///
    /// Parameters
    /// ----------
    /// table : table
    ///     Any object with ``__arrow_c_stream__``.
    /// baskets : int, optional
    ///     How many baskets were counted.
    /// min_count : int, optional
    ///     Every itemset that so many of the baskets hold is in the table; to be given with
    ///     `baskets`. Default: 1.
    ///
    /// Raises
    /// ------
    /// SchemaError, DataError
    ///     If the columns are not there or hold what cannot serve.
    #[staticmethod]
    #[pyo3(
        signature = (table, *, baskets = None, min_count = None),
        text_signature = "(table, *, baskets=None, min_count=1)"
    )]
    fn from_table(
        py: Python<'_>,
        table: &Bound<'_, PyAny>,
        baskets: Option<&Bound<'_, PyAny>>,
        min_count: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let baskets = some_whole(baskets, "baskets")?;
        let min_count = whole_or(min_count, "min_count", 1)?;
        let reader = arrow::table(table, "table")?;
        boundary::long(py, |control| {
            let counts = mine::ItemsetCounts::from_reader(reader, control)?;
            match baskets {
                Some(baskets) => counts.of_all(baskets, min_count),
                None => Ok(counts),
            }
        })
        .map(Self::of)
    }

    /// The itemsets that any of these has, not counted yet. The order of the parts does not matter.
    ///
    /// Parameters
    /// ----------
    /// parts : iterable of ItemsetCounts
    #[staticmethod]
    fn union(py: Python<'_>, parts: &Bound<'_, PyAny>) -> PyResult<Self> {
        let parts = each(parts, "parts", "an iterable of ItemsetCounts")?
            .enumerate()
            .map(|(at, part)| {
                Ok(of_class::<Self>(&part?, &format!("parts[{at}]"))?.clone().unbind())
            })
            .collect::<PyResult<Vec<Py<Self>>>>()?;
        boundary::long(py, |_| {
            mine::ItemsetCounts::union(parts.iter().map(|part| &part.get().inner))
        })
        .map(Self::of)
    }

    /// How many baskets were counted.
    #[getter]
    fn baskets(&self) -> u64 {
        self.inner.baskets()
    }

    /// These counts and those in the baskets.
    ///
    /// Parameters
    /// ----------
    /// baskets : Baskets
    ///     Items are matched by id.
    /// threads : int, optional
    ///     How many threads to use; default: one for each core.
    /// progress : bool or callable
    ///     As for :func:`itemsets`.
    #[pyo3(
        signature = (baskets, *, threads = None, progress = None),
        text_signature = "($self, baskets, *, threads=None, progress=False)"
    )]
    fn add(
        &self,
        py: Python<'_>,
        baskets: &Bound<'_, PyAny>,
        threads: Option<&Bound<'_, PyAny>>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let baskets = of_class::<Baskets>(baskets, "baskets")?;
        let threads = some_whole(threads, "threads")?;
        let baskets = &baskets.get().inner;
        boundary::in_pool(py, progress, |control| {
            let mut counts = self.inner.clone();
            counts.add(baskets, threads, control)?;
            Ok(counts)
        })
        .map(Self::of)
    }

    /// The sums of these counts and others of the same itemsets. The order does not matter.
    ///
    /// Parameters
    /// ----------
    /// other : ItemsetCounts
    ///
    /// Raises
    /// ------
    /// DataError
    ///     If the itemsets are not the same.
    fn merge(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<Self> {
        let other = of_class::<Self>(other, "other")?;
        let other = &other.get().inner;
        boundary::long(py, |_| {
            let mut counts = self.inner.clone();
            counts.merge(other)?;
            Ok(counts)
        })
        .map(Self::of)
    }

    /// All itemsets with their counts, in order.
    fn itemsets(&self, py: Python<'_>) -> PyResult<Itemsets> {
        boundary::long(py, |_| self.inner.itemsets()).map(Itemsets::of)
    }

    /// The frequent itemsets: what :func:`itemsets` finds in all baskets that were counted.
    ///
    /// Parameters
    /// ----------
    /// min_support : float or int
    ///     As for :func:`itemsets`.
    /// min_length, max_length : int, optional
    ///     As for :func:`itemsets`.
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If frequent itemsets may be missing: if these are not the candidates mined in all the
    ///     baskets that were counted, or were mined for a larger support.
    #[pyo3(
        signature = (min_support, *, min_length = None, max_length = None),
        text_signature = "($self, min_support, *, min_length=1, max_length=None)"
    )]
    fn frequent(
        &self,
        py: Python<'_>,
        min_support: &Bound<'_, PyAny>,
        min_length: Option<&Bound<'_, PyAny>>,
        max_length: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Itemsets> {
        let min_length = whole_or(min_length, "min_length", 1)?;
        let max_length = some_whole(max_length, "max_length")?;
        let options = options(min_support, min_length, max_length, None, None)?;
        boundary::long(py, |_| self.inner.frequent(&options)).map(Itemsets::of)
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The interface lets a producer give its own types whatever is requested.
        let _ = requested_schema;
        let reader = boundary::quick(py, || self.inner.reader())?;
        arrow::stream(py, reader)
    }

    fn __len__(&self) -> usize {
        self.inner.len()
    }

    fn __repr__(&self) -> String {
        let (sets, baskets) = (self.inner.len(), self.inner.baskets());
        format!("<ItemsetCounts: {sets} itemsets counted in {baskets} baskets>")
    }
}
