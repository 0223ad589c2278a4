//! `Baskets`.

use basketry::{Ids, OnBad};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};

use crate::convert::{char_or, csv_options, file, of_class, some_names, some_text, text, text_or};
use crate::rows::{RowIterator, position};
use crate::{arrow, boundary, convert, error, ids};

/// The miner's view of orders: the distinct items of each basket.
///
/// Made with one of the ``from_`` methods. ``len(baskets)``, ``baskets[0]`` (a tuple of ids) and
/// iteration work as with a list. Empty baskets are kept: they count in the number of baskets that
/// supports are shares of.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> baskets = bk.Baskets.from_lists([["bread", "butter"], ["jam", "jam"]])
/// >>> len(baskets), list(baskets)
/// (2, [('bread', 'butter'), ('jam',)])
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Baskets {
    pub(crate) inner: basketry::Baskets,
}

impl Baskets {
    pub(crate) fn new(inner: basketry::Baskets) -> Self {
        Self { inner }
    }
}

#[pymethods]
impl Baskets {
    /// Baskets from lists of ids.
    ///
    /// Parameters
    /// ----------
    /// lists : iterable of iterables of ids, or a column of lists
    ///     Repeated ids within a list count once. A polars Series or a pyarrow array of lists is
    ///     read without making Python objects.
    ///
    /// Raises
    /// ------
    /// TypeError
    ///     For what is neither a str nor an int.
    /// DataError
    ///     If integers and strings are mixed.
    #[staticmethod]
    fn from_lists(py: Python<'_>, lists: &Bound<'_, PyAny>) -> PyResult<Self> {
        let column = py.import("basketry._frames")?.call_method1("is_list_column", (lists,))?;
        if column.is_truthy()? {
            let reader = arrow::table(lists, "lists")?;
            return boundary::long(py, |control| {
                basketry::Baskets::from_list_column(reader, None, OnBad::Error, control)
            })
            .map(Self::new);
        }
        let lists = lists.try_iter().map_err(|_| wrong("lists", "lists of ids", lists))?;
        let mut known: Option<Ids> = None;
        let mut offsets = vec![0u64];
        let mut items: Vec<u32> = Vec::new();
        for (b, list) in lists.enumerate() {
            let list = list?;
            // They are iterables too, of letters and of numbers.
            if ids::is_text(&list) {
                return Err(wrong(&format!("lists[{b}]"), "a list of ids", &list));
            }
            let ids = list
                .try_iter()
                .map_err(|_| wrong(&format!("lists[{b}]"), "a list of ids", &list))?;
            for item in ids {
                let index = ids::intern(&mut known, &item?, || format!("lists[{b}]"))?;
                items.push(index);
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
        boundary::long(py, |_| basketry::Baskets::from_csr(&offsets, &items, ids.len(), Some(ids)))
            .map(Self::new)
    }

    /// Baskets from a table.
    ///
    /// Parameters
    /// ----------
    /// table : table
    ///     A pandas, polars or pyarrow table, a DuckDB relation, or any object with
    ///     ``__arrow_c_stream__`` or ``__arrow_c_array__``.
    /// item : str
    ///     The column of items, one row for each item of each basket. Without `basket`: a column of
    ///     lists, each of which is a basket.
    /// basket : str, optional
    ///     The column that says which basket a row belongs to. Rows may come in any order.
    /// weight : str, optional
    ///     The column of the weight of a row's basket, which is the same in all rows of a basket;
    ///     see :meth:`with_weights`. Only with `basket`.
    /// customer : str, optional
    ///     The column that says who bought the basket, so that the distinct customers behind a rule
    ///     can be counted. It takes `basket`.
    /// nulls : {"error", "skip"}
    ///     What to do with a null in one of the columns. What was left out is counted in `skipped`.
    /// progress : bool or callable
    ///     True shows a bar (tqdm if it is installed); a function is called with
    ///     ``(stage, done, total)`` about every 50 ms, `total` being 0 where it is not known.
    ///
    /// Raises
    /// ------
    /// SchemaError
    ///     If a column is not there or has a type that cannot serve.
    /// DataError
    ///     For a null, or what is no weight; it names the row.
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> import pyarrow as pa
    /// >>> lines = pa.table({"invoice": [7, 7, 8], "sku": ["bread", "jam", "bread"]})
    /// >>> list(bk.Baskets.from_table(lines, item="sku", basket="invoice"))
    /// [('bread', 'jam'), ('bread',)]
    #[staticmethod]
    #[pyo3(
        signature = (
            table, *, item, basket = None, customer = None, weight = None, nulls = None,
            progress = None,
        ),
        text_signature = "(table, *, item, basket=None, customer=None, weight=None, nulls=\"error\", progress=False)"
    )]
    #[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
    fn from_table(
        py: Python<'_>,
        table: &Bound<'_, PyAny>,
        item: &Bound<'_, PyAny>,
        basket: Option<&Bound<'_, PyAny>>,
        customer: Option<&Bound<'_, PyAny>>,
        weight: Option<&Bound<'_, PyAny>>,
        nulls: Option<&Bound<'_, PyAny>>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let item = &text(item, "item")?;
        let basket = some_text(basket, "basket")?;
        let basket = basket.as_deref();
        let customer = some_text(customer, "customer")?;
        let customer = customer.as_deref();
        let weight = some_text(weight, "weight")?;
        let weight = weight.as_deref();
        let nulls = &text_or(nulls, "nulls", "error")?;
        let nulls = convert::choice(py, "nulls", nulls)?;
        if customer.is_some() && basket.is_none() {
            let text =
                "customer: a column of lists has none; name the column of the basket as well";
            return Err(error::exception(py, basketry::ErrorKind::InvalidArgument, text));
        }
        let reader = arrow::table(table, "table")?;
        let columns = basketry::data::BasketColumns { customer, weight };
        boundary::shown(py, progress, |control| match (basket, weight) {
            (Some(basket), _) => {
                let read = basketry::Baskets::from_reader_with;
                read(reader, basket, item, columns, nulls, control)
            }
            (None, None) => basketry::Baskets::from_list_column(reader, Some(item), nulls, control),
            (None, Some(_)) => Err(basketry::Error::new(
                basketry::ErrorKind::InvalidArgument,
                "weight: it is read from the rows of a basket; with a column of lists, use \
                 with_weights",
            )),
        })
        .map(Self::new)
    }

    /// Baskets from a CSV file with a header line and one line for each item of each basket.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    ///     The file, in UTF-8.
    /// basket, item : str
    ///     The columns.
    /// nulls : {"error", "skip"}
    ///     What to do with a null in either column. What was left out is counted in `skipped`.
    /// delimiter : str
    ///     What parts fields: one ASCII character.
    /// integer_ids : iterable of str
    ///     The columns whose ids are integers; others are strings, as written.
    /// null_values : iterable of str, optional
    ///     The texts that mean null; default: the empty one.
    /// progress : bool or callable
    ///     As for :meth:`from_table`.
    ///
    /// Raises
    /// ------
    /// IoError
    ///     If the file cannot be read.
    /// SchemaError, DataError
    ///     As for :meth:`from_table`; errors name the line.
    #[staticmethod]
    #[pyo3(
        signature = (
            path, *, basket, item, nulls = None, delimiter = None, integer_ids = None,
            null_values = None, progress = None,
        ),
        text_signature = "(path, *, basket, item, nulls=\"error\", delimiter=\",\", integer_ids=(), null_values=None, progress=False)"
    )]
    #[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
    fn from_csv(
        py: Python<'_>,
        path: &Bound<'_, PyAny>,
        basket: &Bound<'_, PyAny>,
        item: &Bound<'_, PyAny>,
        nulls: Option<&Bound<'_, PyAny>>,
        delimiter: Option<&Bound<'_, PyAny>>,
        integer_ids: Option<&Bound<'_, PyAny>>,
        null_values: Option<&Bound<'_, PyAny>>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let basket = &text(basket, "basket")?;
        let item = &text(item, "item")?;
        let nulls = &text_or(nulls, "nulls", "error")?;
        let path = file(path, "path")?;
        let delimiter = char_or(delimiter, "delimiter", ',')?;
        let integer_ids = some_names(integer_ids, "integer_ids")?;
        let null_values = some_names(null_values, "null_values")?;
        let nulls = convert::choice(py, "nulls", nulls)?;
        let csv = csv_options(delimiter, '.', integer_ids, null_values);
        boundary::shown(py, progress, |control| {
            basketry::Baskets::from_csv(&path, basket, item, nulls, &csv, control)
        })
        .map(Self::new)
    }

    /// The same baskets with who bought each, so that the distinct customers behind a rule can be
    /// counted. Baskets of a :class:`History` have their customers already.
    ///
    /// Parameters
    /// ----------
    /// customers : iterable of id
    ///     One for each basket.
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If there is not one for each basket.
    fn with_customers(&self, py: Python<'_>, customers: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut known: Option<Ids> = None;
        let mut numbers = Vec::with_capacity(self.inner.len());
        for customer in customers.try_iter().map_err(|_| wrong("customers", "ids", customers))? {
            numbers.push(ids::intern(&mut known, &customer?, || "customers".into())?);
        }
        boundary::quick(py, || self.inner.clone().with_customers(numbers)).map(Self::new)
    }

    /// Whether it is known who bought each basket.
    #[getter]
    fn knows_customers(&self) -> bool {
        self.inner.customers().is_some()
    }

    /// Baskets from a FIMI file: one basket a line, items as non-negative integers parted by
    /// spaces.
    ///
    /// A blank line is an empty basket. Items keep their numbers as integer ids.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    /// progress : bool or callable
    ///     As for :meth:`from_table`.
    ///
    /// Raises
    /// ------
    /// IoError
    ///     If the file cannot be read.
    /// DataError
    ///     Names the line of what is not such an integer.
    #[staticmethod]
    #[pyo3(signature = (path, *, progress = None), text_signature = "(path, *, progress=False)")]
    fn from_fimi(
        py: Python<'_>,
        path: &Bound<'_, PyAny>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let path = file(path, "path")?;
        boundary::shown(py, progress, |control| basketry::Baskets::from_fimi(&path, control))
            .map(Self::new)
    }

    /// Baskets from a one-hot table: one row for each basket, one column for each item.
    ///
    /// Parameters
    /// ----------
    /// frame : table
    ///     Columns are booleans, or numbers that are 0 or 1; the name of a column is the id of the
    ///     item. Integer labels of a pandas frame stay integers. Sparse columns of pandas are
    ///     accepted, but :meth:`from_csr` reads sparse data without making it dense.
    ///
    /// Raises
    /// ------
    /// SchemaError
    ///     For a column of another type and for two columns of one name.
    /// DataError
    ///     For a null or another number; it names column and row.
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> import pyarrow as pa
    /// >>> list(bk.Baskets.from_onehot(pa.table({"bread": [True, False], "jam": [1, 1]})))
    /// [('bread', 'jam'), ('jam',)]
    #[staticmethod]
    fn from_onehot(py: Python<'_>, frame: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (table, labels): (Bound<'_, PyAny>, Option<Bound<'_, PyAny>>) =
            py.import("basketry._frames")?.call_method1("onehot", (frame,))?.extract()?;
        let labels = labels.map(|labels| names(&labels, "frame")).transpose()?;
        let reader = arrow::table(&table, "frame")?;
        boundary::long(py, |control| {
            let baskets = basketry::Baskets::from_onehot(reader, control)?;
            let Some(labels) = labels else { return Ok(baskets) };
            let items = labels.len();
            basketry::Baskets::from_csr(baskets.offsets(), baskets.items(), items, Some(labels))
        })
        .map(Self::new)
    }

    /// Baskets from compressed sparse rows.
    ///
    /// Parameters
    /// ----------
    /// indptr : CSR matrix, or array of int
    ///     A scipy-like CSR matrix with a row for each basket (stored zeros are no items), or where
    ///     the items of each basket begin in `indices`, with one entry more than baskets.
    /// indices : array of int
    ///     The columns of the items, basket by basket; only without a matrix.
    /// items : iterable of ids, optional
    ///     The ids of the columns. Without them the columns that occur have their number, from 0,
    ///     as id.
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     Names the array that is not as it should be, and where.
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> list(bk.Baskets.from_csr([0, 2, 3], [0, 1, 1], items=["bread", "jam"]))
    /// [('bread', 'jam'), ('jam',)]
    #[staticmethod]
    #[pyo3(signature = (indptr, indices = None, *, items = None))]
    fn from_csr(
        py: Python<'_>,
        indptr: &Bound<'_, PyAny>,
        indices: Option<&Bound<'_, PyAny>>,
        items: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let names = items.map(|items| names(items, "items")).transpose()?;
        let (indptr, indices, columns) = match indices {
            Some(indices) => (integers(indptr, "indptr")?, integers(indices, "indices")?, None),
            None => {
                let parts: Option<(Bound<'_, PyAny>, Bound<'_, PyAny>, usize)> =
                    py.import("basketry._frames")?.call_method1("csr", (indptr,))?.extract()?;
                let (indptr, indices, columns) = parts.ok_or_else(|| {
                    wrong("from_csr", "a CSR matrix, or indptr and indices", indptr)
                })?;
                let (indptr, indices) =
                    (integers(&indptr, "indptr")?, integers(&indices, "indices")?);
                (indptr, indices, Some(columns))
            }
        };
        let columns = match (columns, &names) {
            (Some(columns), _) => columns,
            (None, Some(names)) => names.len(),
            // As many as the largest index asks for; negative ones are refused below.
            (None, None) => indices
                .iter()
                .max()
                .and_then(|&max| usize::try_from(max).ok())
                .map_or(0, |max| max.saturating_add(1)),
        };
        if let Some(names) = names.as_ref().filter(|names| names.len() != columns) {
            return Err(error::exception(
                py,
                basketry::ErrorKind::InvalidArgument,
                &format!(
                    "items: expected {columns} ids, one for each column of the matrix, got {}",
                    names.len()
                ),
            ));
        }
        boundary::long(py, |_| basketry::Baskets::from_csr(&indptr, &indices, columns, names))
            .map(Self::new)
    }

    /// The same baskets with a weight for each.
    ///
    /// Mining then sums weights where it would count baskets: the support of an itemset is the
    /// weight of the baskets that hold it, as a share of the weight of all. Sums are exact: weights
    /// are kept as multiples of about ``2**-51`` of their sum; whole numbers are kept as they are.
    ///
    /// Whole numbers say how often each basket came: :func:`rules` are then what they would be of
    /// baskets that are there so often. Of other weights, rules cannot be made.
    ///
    /// Parameters
    /// ----------
    /// weights : iterable of float
    ///     How often, or how much, each basket counts: finite and above 0.
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If there is not one weight for each basket, or for what is no weight.
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> baskets = bk.Baskets.from_lists([["bread", "jam"], ["bread"]]).with_weights([3, 1])
    /// >>> [(set.items, set.count, set.support) for set in bk.itemsets(baskets, min_support=0.8)]
    /// [(('bread',), 2, 1.0)]
    fn with_weights(&self, py: Python<'_>, weights: &Bound<'_, PyAny>) -> PyResult<Self> {
        let expected = "numbers, one for each basket";
        let values = weights.try_iter().map_err(|_| wrong("weights", expected, weights))?;
        let weights = values
            .map(|value| convert::float(&value?, "weights"))
            .collect::<PyResult<Vec<f64>>>()?;
        boundary::long(py, |_| self.inner.clone().with_weights(&weights)).map(Self::new)
    }

    /// The weight of each basket, as a list; ``None`` without weights.
    #[getter]
    fn weights<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyList>>> {
        self.inner.weights().map(|weights| PyList::new(py, weights)).transpose()
    }

    /// These baskets and then the others, as if they had been read one after the other.
    ///
    /// Neither changes. Items are matched by id, and those here keep their place.
    ///
    /// Parameters
    /// ----------
    /// other : Baskets
    ///
    /// Raises
    /// ------
    /// DataError
    ///     If the ids of one are integers and those of the other strings.
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> june = bk.Baskets.from_lists([["bread", "jam"]])
    /// >>> list(june.append(bk.Baskets.from_lists([["tea", "bread"]])))
    /// [('bread', 'jam'), ('bread', 'tea')]
    fn append(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<Self> {
        let other = of_class::<Self>(other, "other")?;
        let other = &other.get().inner;
        boundary::long(py, |_| {
            let mut all = self.inner.clone();
            all.append(other)?;
            Ok(all)
        })
        .map(Self::new)
    }

    /// The baskets with these numbers, in this order.
    ///
    /// Parameters
    /// ----------
    /// numbers : iterable of int
    ///     Counted from 0.
    fn take(&self, py: Python<'_>, numbers: &Bound<'_, PyAny>) -> PyResult<Self> {
        let numbers: Vec<usize> = integers(numbers, "numbers")?
            .into_iter()
            // There is no such basket; the core names the number.
            .map(|number| usize::try_from(number).unwrap_or(usize::MAX))
            .collect();
        boundary::long(py, |_| self.inner.take(&numbers)).map(Self::new)
    }

    /// The ids of all items, in the order of their first appearance.
    #[getter]
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        ids::list(py, self.inner.ids())
    }

    /// How many rows or items were left out because of a null.
    #[getter]
    fn skipped(&self) -> u64 {
        self.inner.skipped()
    }

    /// What :meth:`from_bytes` reads, in another process or later; pickling does the same.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = boundary::long(py, |_| Ok(self.inner.to_bytes()))?;
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
        boundary::long(py, |_| basketry::Baskets::from_bytes(data)).map(|inner| Self { inner })
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

    fn __getitem__(&self, py: Python<'_>, index: isize) -> PyResult<Py<PyAny>> {
        basket(py, &self.inner, position(index, self.inner.len())?)
    }

    fn __iter__(slf: Py<Self>) -> RowIterator {
        let length = slf.get().inner.len();
        RowIterator::new(length, move |py, row| basket(py, &slf.get().inner, row))
    }

    fn __repr__(&self) -> String {
        format!(
            "<Baskets: {} baskets of {} items, {} entries>",
            self.inner.len(),
            self.inner.ids().len(),
            self.inner.items().len()
        )
    }
}

fn basket(py: Python<'_>, baskets: &basketry::Baskets, row: usize) -> PyResult<Py<PyAny>> {
    Ok(PyTuple::new(py, baskets.basket(row).map(|id| ids::to_py(py, id)))?.into_any().unbind())
}

fn wrong(what: &str, expected: &str, got: &Bound<'_, PyAny>) -> PyErr {
    match got.get_type().name() {
        Ok(name) => PyTypeError::new_err(format!("{what}: expected {expected}, got {name}")),
        Err(error) => error,
    }
}

/// Distinct ids that name columns.
fn names(object: &Bound<'_, PyAny>, what: &str) -> PyResult<Ids> {
    let mut known: Option<Ids> = None;
    for (column, id) in ids::ids(object, what)?.iter().enumerate() {
        let names = known.get_or_insert_with(|| Ids::new(id.as_ref().kind()));
        let index = names.intern(id).map_err(|error| error::to_py(object.py(), error))?;
        if index as usize != column {
            return Err(error::exception(
                object.py(),
                basketry::ErrorKind::InvalidArgument,
                &format!("{what}: the id {id} names columns {index} and {column}"),
            ));
        }
    }
    Ok(known.unwrap_or_else(|| Ids::new(basketry::IdKind::Str)))
}

/// The integers in an array or any other iterable.
fn integers(object: &Bound<'_, PyAny>, what: &str) -> PyResult<Vec<i64>> {
    let buffer: Option<(String, Bound<'_, PyBytes>)> =
        object.py().import("basketry._frames")?.call_method1("integers", (object,))?.extract()?;
    let Some((kind, bytes)) = buffer else {
        let expected = "integers";
        let values = object.try_iter().map_err(|_| wrong(what, expected, object))?;
        return values
            .map(|value| {
                let value = value?;
                value.extract().map_err(|_| wrong(what, expected, &value))
            })
            .collect();
    };
    let bytes = bytes.as_bytes();
    macro_rules! read {
        ($t:ty) => {
            bytes
                .chunks_exact(size_of::<$t>())
                .filter_map(|chunk| Some(<$t>::from_ne_bytes(chunk.try_into().ok()?)))
                // Beyond 63 bits there is no such index; the core names the entry.
                .map(|value| i64::try_from(value).unwrap_or(i64::MAX))
                .collect()
        };
    }
    Ok(match kind.as_str() {
        "i1" => read!(i8),
        "i2" => read!(i16),
        "i4" => read!(i32),
        "i8" => read!(i64),
        "u1" => read!(u8),
        "u2" => read!(u16),
        "u4" => read!(u32),
        "u8" => read!(u64),
        _ => return Err(wrong(what, "integers", object)),
    })
}
