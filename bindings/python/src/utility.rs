//! `Utilities` and `high_utility`.

use basketry::{
    Currency, ErrorKind, HighUtilityOptions, Ids, MinUtility, UtilityColumns, UtilityOptions,
};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::catalog::Catalog;
use crate::convert::{
    Number, number, of_class, some_of_class, some_texts, some_whole, text_or, texts, whole_or,
};
use crate::history::History;
use crate::itemsets::Itemsets;
use crate::rows::{RowIterator, position};
use crate::{arrow, boundary, convert, error, ids};

/// Baskets of distinct items, each with what it is worth there: its utility, in minor units.
///
/// Made with one of the ``from_`` methods. Utilities are integers (cents) and may be negative; the
/// same item may earn in one basket and cost in another. Lines of the same basket and item are
/// added up. Sums are exact.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> baskets = bk.Utilities.from_lists([[("razor", -300), ("blades", 900)], [("soap", 80)]])
/// >>> len(baskets), baskets.lines, baskets.total
/// (2, 3, 680)
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Utilities {
    inner: basketry::Utilities,
}

impl Utilities {
    fn new(inner: basketry::Utilities) -> Self {
        Self { inner }
    }
}

#[pymethods]
impl Utilities {
    /// Baskets from lists of ids with their utilities.
    ///
    /// Parameters
    /// ----------
    /// lists : iterable of iterables of (id, int)
    ///     What each item of each basket is worth, in minor units. Repeated ids within a list are
    ///     added up.
    ///
    /// Raises
    /// ------
    /// TypeError
    ///     For what is no pair of an id and an int.
    /// DataError
    ///     If integers and strings are mixed as ids, or if sums leave 64 bits.
    #[staticmethod]
    fn from_lists(py: Python<'_>, lists: &Bound<'_, PyAny>) -> PyResult<Self> {
        let wrong = |place: &str, object: &Bound<'_, PyAny>| -> PyErr {
            let expected = "expected lists of pairs of an id and its utility";
            match object.get_type().name() {
                Ok(kind) => PyTypeError::new_err(format!("{place}: {expected}, got {kind}")),
                Err(error) => error,
            }
        };
        let mut known: Option<Ids> = None;
        let mut offsets = vec![0u64];
        let (mut items, mut values) = (Vec::new(), Vec::new());
        for (b, list) in lists.try_iter().map_err(|_| wrong("lists", lists))?.enumerate() {
            let list = list?;
            let place = || format!("lists[{b}]");
            for pair in list.try_iter().map_err(|_| wrong(&place(), &list))? {
                let pair = pair?;
                let (id, value) = pair
                    .extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()
                    .map_err(|_| wrong(&place(), &pair))?;
                items.push(ids::intern(&mut known, &id, place)?);
                values.push(match number(&value, &place())? {
                    Number::Int(value) => value,
                    Number::Float(_) => {
                        return Err(PyTypeError::new_err(format!(
                            "lists[{b}]: expected an int of minor units (cents) as utility, got \
                             {}; amounts are never rounded for you",
                            convert::shown(&value)
                        )));
                    }
                });
                // Millions of items take seconds; the interpreter would not look at Ctrl-C
                // meanwhile.
                if items.len().is_multiple_of(65_536) {
                    py.check_signals()?;
                }
            }
            offsets.push(items.len() as u64);
            if b % 65_536 == 65_535 {
                py.check_signals()?;
            }
        }
        let ids = known.unwrap_or_else(|| Ids::new(basketry::IdKind::Str));
        boundary::long(py, |_| basketry::Utilities::from_csr(&offsets, &items, &values, ids))
            .map(Self::new)
    }

    /// Baskets from a table with one row for each line. Name either `utility`, or `quantity` and
    /// `unit_profit`.
    ///
    /// Parameters
    /// ----------
    /// table : table
    ///     A pandas, polars or pyarrow table, a DuckDB relation, or any object with
    ///     ``__arrow_c_stream__`` or ``__arrow_c_array__``.
    /// basket, item : str
    ///     The columns of ids. Rows may come in any order; lines of the same basket and item are
    ///     added up.
    /// utility : str, optional
    ///     The column of what the whole line is worth, in major units (12.5 is twelve euros fifty).
    /// quantity : str, optional
    ///     The column of units; may be fractions, and negative for what was given back.
    /// unit_profit : str, optional
    ///     The column of what one unit is worth, in major units. Rounded to minor units before it
    ///     is multiplied.
    /// nulls : {"error", "skip"}
    ///     What to do with a null in any of the named columns. What was left out is counted in
    ///     `skipped`.
    /// non_finite : {"error", "skip"}
    ///     What to do with a number that is NaN, infinite or too big to be kept.
    /// currency : str
    ///     The currency, three upper-case letters; it says how many decimals are kept.
    /// progress : bool or callable
    ///     True shows a bar (tqdm if it is installed); a function is called with
    ///     ``(stage, done, total)`` about every 50 ms, `total` being 0 where it is not known.
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If not exactly one of the two ways to say what a line is worth is named.
    /// SchemaError
    ///     If a column is not there or has a type that cannot serve.
    /// DataError
    ///     For a value that the rules do not allow, naming its row; if sums leave 64 bits.
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> import pyarrow as pa
    /// >>> lines = pa.table({"order": [7, 7, 8], "sku": ["a", "b", "a"], "n": [1, 3, 2],
    /// ...                   "margin": [0.4, 1.25, -0.1]})
    /// >>> baskets = bk.Utilities.from_table(
    /// ...     lines, basket="order", item="sku", quantity="n", unit_profit="margin")
    /// >>> list(baskets)
    /// [(('a', 40), ('b', 375)), (('a', -20),)]
    #[staticmethod]
    #[pyo3(signature = (
        table, *, basket, item, utility = None, quantity = None, unit_profit = None,
        nulls = None, non_finite = None, currency = None, progress = None,
    ), text_signature = "(table, *, basket, item, utility=None, quantity=None, unit_profit=None, nulls=\"error\", non_finite=\"error\", currency=\"EUR\", progress=False)")]
    #[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
    fn from_table(
        py: Python<'_>,
        table: &Bound<'_, PyAny>,
        basket: &Bound<'_, PyAny>,
        item: &Bound<'_, PyAny>,
        utility: Option<&Bound<'_, PyAny>>,
        quantity: Option<&Bound<'_, PyAny>>,
        unit_profit: Option<&Bound<'_, PyAny>>,
        nulls: Option<&Bound<'_, PyAny>>,
        non_finite: Option<&Bound<'_, PyAny>>,
        currency: Option<&Bound<'_, PyAny>>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        texts!(basket, item);
        some_texts!(utility, quantity, unit_profit);
        let nulls = &text_or(nulls, "nulls", "error")?;
        let non_finite = &text_or(non_finite, "non_finite", "error")?;
        let currency = &text_or(currency, "currency", "EUR")?;
        let mut columns = UtilityColumns::new(basket, item);
        columns.utility = utility;
        columns.quantity = quantity;
        columns.unit_profit = unit_profit;
        let currency = Currency::new(currency).map_err(|error| error::to_py(py, error))?;
        let options = UtilityOptions::new(currency)
            .nulls(convert::choice(py, "nulls", nulls)?)
            .non_finite(convert::choice(py, "non_finite", non_finite)?);
        let reader = arrow::table(table, "table")?;
        boundary::shown(py, progress, |control| {
            basketry::Utilities::from_reader(reader, &columns, &options, control)
        })
        .map(Self::new)
    }

    /// What each line of a history contributed: what was paid for it less the unit cost of the
    /// catalogue times the quantity. Without a catalogue, what was paid.
    ///
    /// Parameters
    /// ----------
    /// history : History
    ///     Must have been read with revenue. Returns belong to no basket, and are not looked at.
    /// catalog : Catalog, optional
    ///     Where the unit costs are, in the same currency.
    /// no_cost : {"error", "skip"}
    ///     What to do with a line whose product has no cost, or is not in the catalogue. What was
    ///     left out is counted in `skipped`, and is no part of its basket.
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If the history has no revenue, or the currencies differ.
    /// DataError
    ///     For a product without a cost; if sums leave 64 bits.
    #[staticmethod]
    #[pyo3(
        signature = (history, catalog = None, *, no_cost = None),
        text_signature = "(history, catalog=None, *, no_cost=\"error\")"
    )]
    fn from_history(
        py: Python<'_>,
        history: &Bound<'_, PyAny>,
        catalog: Option<&Bound<'_, PyAny>>,
        no_cost: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let no_cost = &text_or(no_cost, "no_cost", "error")?;
        let history = of_class::<History>(history, "history")?;
        let catalog = some_of_class::<Catalog>(catalog, "catalog")?;
        let no_cost = convert::choice(py, "no_cost", no_cost)?;
        let history = history.get();
        let catalog = catalog.map(|catalog| &*catalog.get().inner);
        boundary::long(py, |_| {
            history.with(|history| basketry::Utilities::from_history(history, catalog, no_cost))
        })
        .map(Self::new)
    }

    /// The number of lines, after those of the same basket and item were added up.
    #[getter]
    fn lines(&self) -> usize {
        self.inner.lines()
    }

    /// The sum of all lines, in minor units.
    #[getter]
    fn total(&self) -> i64 {
        self.inner.total()
    }

    /// The currency; None if the utilities came as lists.
    #[getter]
    fn currency(&self) -> Option<String> {
        self.inner.currency().map(|currency| currency.code().to_owned())
    }

    /// Lines of the source that were left out, as the rules say.
    #[getter]
    fn skipped(&self) -> u64 {
        self.inner.skipped()
    }

    /// Lines that were added to another line of the same basket and item.
    #[getter]
    fn merged(&self) -> u64 {
        self.inner.merged()
    }

    /// The ids of all items, in order of first appearance.
    #[getter]
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        ids::list(py, self.inner.ids())
    }

    fn __len__(&self) -> usize {
        self.inner.len()
    }

    fn __getitem__(&self, py: Python<'_>, index: isize) -> PyResult<Py<PyAny>> {
        basket(py, &self.inner, position(index, self.inner.len())?)
    }

    fn __iter__(slf: Py<Self>) -> RowIterator {
        let length = slf.get().inner.len();
        RowIterator::new(length, move |py, row| basket(py, &slf.get().inner, row))
    }

    fn __repr__(&self) -> String {
        format!(
            "<Utilities: {} baskets, {} lines, {} minor units in all>",
            self.inner.len(),
            self.inner.lines(),
            self.inner.total()
        )
    }
}

/// A basket as pairs of id and utility.
fn basket(py: Python<'_>, baskets: &basketry::Utilities, index: usize) -> PyResult<Py<PyAny>> {
    let (items, values) = baskets.row(index);
    let pairs = items.iter().zip(values);
    let pairs = pairs.map(|(&item, &value)| (ids::to_py(py, baskets.ids().get(item)), value));
    Ok(PyTuple::new(py, pairs)?.into_any().unbind())
}

/// High-utility itemsets: what earns the most together, rather than what is most often together.
///
/// The utility of a set is the sum, over the baskets that hold all of its items, of what its items
/// are worth there. All sets that reach `min_utility` are found, or the `top` best; each with its
/// exact utility and the exact number of baskets, whatever the signs.
///
/// Parameters
/// ----------
/// baskets : Utilities
///     What to mine.
/// min_utility : int or float, optional
///     An int of at least 1 is an amount in minor units (cents); a float in (0, 1] is a share of
///     the utility of all lines, what is negative included, which must be above 0. To be given
///     unless `top` is; then the default is 1.
/// top : int, optional
///     Only so many itemsets, those of highest utility. Of sets of the same utility the shorter
///     goes first, then the one whose items appeared first.
/// min_length, max_length : int, optional
///     The least and the largest number of items in a set; default: 1 and any.
/// max_itemsets : int
///     The largest number of itemsets; a threshold that yields more is an error instead of a
///     machine out of memory. 20 million take about 1 GB if they are short.
/// threads : int, optional
///     How many threads to use; default: one for each core. The result is the same for any number.
/// progress : bool or callable
///     True shows a bar (tqdm if it is installed); a function is called with
///     ``(stage, done, total)`` about every 50 ms, `total` being 0 where it is not known.
///
/// Returns
/// -------
/// Itemsets
///     With a column ``utility`` (int64, minor units). Shorter sets first, and among those of one
///     length the most valuable; ``sort("utility")`` puts the most valuable of all first.
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
/// The razor is sold at a loss; the blades make up for it.
///
/// >>> import basketry as bk
/// >>> baskets = bk.Utilities.from_lists([
/// ...     [("razor", -300), ("blades", 900)],
/// ...     [("razor", -300), ("blades", 450), ("soap", 80)],
/// ...     [("soap", 80)],
/// ...     [("blades", 450)],
/// ... ])
/// >>> sets = bk.high_utility(baskets, min_utility=500)
/// >>> list(zip(sets.to_dict()["itemset"], sets.to_dict()["utility"]))
/// [(('blades',), 1800), (('razor', 'blades'), 750), (('blades', 'soap'), 530)]
/// >>> bk.high_utility(baskets, top=1, min_length=2).to_dict()["utility"]
/// [750]
#[pyfunction]
#[pyo3(signature = (
    baskets, min_utility = None, *, top = None, min_length = None, max_length = None,
    max_itemsets = None, threads = None, progress = None,
), text_signature = "(baskets, min_utility=None, *, top=None, min_length=1, max_length=None, max_itemsets=20000000, threads=None, progress=False)")]
#[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
pub(crate) fn high_utility(
    py: Python<'_>,
    baskets: &Bound<'_, PyAny>,
    min_utility: Option<&Bound<'_, PyAny>>,
    top: Option<&Bound<'_, PyAny>>,
    min_length: Option<&Bound<'_, PyAny>>,
    max_length: Option<&Bound<'_, PyAny>>,
    max_itemsets: Option<&Bound<'_, PyAny>>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Itemsets> {
    let baskets = of_class::<Utilities>(baskets, "baskets")?;
    let top = some_whole(top, "top")?;
    let min_length = whole_or(min_length, "min_length", 1)?;
    let max_length = some_whole(max_length, "max_length")?;
    let max_itemsets = some_whole(max_itemsets, "max_itemsets")?;
    let threads = some_whole(threads, "threads")?;
    let least = match min_utility.map(|least| number(least, "min_utility")).transpose()? {
        Some(Number::Int(minor)) => MinUtility::Minor(minor),
        Some(Number::Float(share)) => MinUtility::Share(share),
        None if top.is_some() => MinUtility::Minor(1),
        None => {
            let message = "min_utility, top: expected one of them, or both";
            return Err(error::exception(py, ErrorKind::InvalidArgument, message));
        }
    };
    let mut options = HighUtilityOptions::new(least).min_length(min_length);
    options.top = top;
    options.max_length = max_length;
    options.threads = threads;
    options.max_itemsets = max_itemsets.unwrap_or(options.max_itemsets);
    let baskets = baskets.get();
    let inner = boundary::in_pool(py, progress, |control| {
        basketry::high_utility(&baskets.inner, &options, control)
    })?;
    Ok(Itemsets::of(inner))
}
