//! `Hierarchy`.

use basketry::Id;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::baskets::Baskets;
use crate::catalog::Catalog;
use crate::convert::{names, of_class, text};
use crate::{arrow, boundary, ids};

/// What items are kinds of: categories, their categories, and so on.
///
/// With ``itemsets(baskets, ..., hierarchy=...)`` itemsets are mined over items and any level of
/// their categories at once, without an item next to its own category.
///
/// Links name categories by the ids given. Categories of a table or a catalogue are called
/// ``column=value``, such as ``"department=dairy"``, so that none is mistaken for an item of that
/// name. Items may be integers although categories are strings: both keep their ids, and only the
/// columns of a result are then all text.
///
/// The items are at level ``"item"``. Each column of categories is a level; with links, levels are
/// ``"1"``, ``"2"`` and so on, one more than the highest level below.
///
/// Parameters
/// ----------
/// links : dict, or iterable of pairs
///     From an item or a category to what it is a kind of: one id or, in a dict, a list of them.
///
/// Raises
/// ------
/// InvalidArgumentError
///     If the links form a circle; it names the ids.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> kinds = bk.Hierarchy({"edam": "cheese", "brie": "cheese", "cheese": "dairy"})
/// >>> kinds.levels, kinds.ancestors("edam")
/// (['item', '1', '2'], ['cheese', 'dairy'])
/// >>> baskets = bk.Baskets.from_lists([["edam", "ale"], ["brie", "ale"], ["brie", "jam"]])
/// >>> sets = bk.itemsets(baskets, min_support=2, hierarchy=kinds.only(["item", "1"]))
/// >>> sorted(set.items for set in sets)
/// [('ale',), ('ale', 'cheese'), ('brie',), ('cheese',)]
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Hierarchy {
    pub(crate) inner: basketry::Hierarchy,
}

#[pymethods]
impl Hierarchy {
    #[new]
    fn py_new(py: Python<'_>, links: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut pairs: Vec<(Id, Id)> = Vec::new();
        if let Ok(links) = links.cast::<PyDict>() {
            for (child, parents) in links {
                let child = ids::id(&child, "links")?;
                if let Ok(parent) = ids::id(&parents, "links") {
                    pairs.push((child, parent));
                } else {
                    for parent in ids::ids(&parents, "links")? {
                        pairs.push((child.clone(), parent));
                    }
                }
            }
        } else {
            let wrong = || PyTypeError::new_err("links: expected a dict, or pairs of ids");
            for pair in links.try_iter().map_err(|_| wrong())? {
                let pair = pair?;
                // A string of two letters is no pair of ids.
                if ids::is_text(&pair) {
                    return Err(wrong());
                }
                let (child, parent): (Bound<'_, PyAny>, Bound<'_, PyAny>) =
                    pair.extract().map_err(|_| wrong())?;
                pairs.push((ids::id(&child, "links")?, ids::id(&parent, "links")?));
            }
        }
        boundary::quick(py, || basketry::Hierarchy::from_links(pairs)).map(|inner| Self { inner })
    }

    /// A hierarchy from a table with a row for each item.
    ///
    /// An item with several rows is in the categories of all of them; where a category is null,
    /// the row says nothing of that level. A category is a kind of a broader one if all of its
    /// rows say so.
    ///
    /// Parameters
    /// ----------
    /// table : table
    ///     A pandas, polars or pyarrow table, a DuckDB relation, or any object with
    ///     ``__arrow_c_stream__`` or ``__arrow_c_array__``.
    /// item : str
    ///     The column of items.
    /// levels : str or list of str
    ///     The columns of categories, the broadest first.
    /// progress : bool or callable
    ///     As for :meth:`Baskets.from_table`.
    ///
    /// Raises
    /// ------
    /// SchemaError
    ///     If a column is not there or has a type that cannot serve.
    /// DataError
    ///     For an item that is null, and for one that has the id of a category.
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> import pyarrow as pa
    /// >>> products = pa.table({"sku": [7, 8], "type": ["edam", "brie"], "area": ["dairy", "dairy"]})
    /// >>> kinds = bk.Hierarchy.from_table(products, item="sku", levels=["area", "type"])
    /// >>> kinds.levels, kinds.ancestors(7)
    /// (['item', 'type', 'area'], ['type=edam', 'area=dairy'])
    #[staticmethod]
    #[pyo3(
        signature = (table, *, item, levels, progress = None),
        text_signature = "(table, *, item, levels, progress=False)"
    )]
    fn from_table(
        py: Python<'_>,
        table: &Bound<'_, PyAny>,
        item: &Bound<'_, PyAny>,
        levels: &Bound<'_, PyAny>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let item = &text(item, "item")?;
        let levels = names(Some(levels), "levels")?;
        let reader = arrow::table(table, "table")?;
        boundary::shown(py, progress, |control| {
            let levels: Vec<&str> = levels.iter().map(String::as_str).collect();
            basketry::Hierarchy::from_reader(reader, item, &levels, control)
        })
        .map(|inner| Self { inner })
    }

    /// A hierarchy from the categories of a catalogue.
    ///
    /// Parameters
    /// ----------
    /// catalog : Catalog
    ///     With at least one column of categories.
    #[staticmethod]
    fn from_catalog(py: Python<'_>, catalog: &Bound<'_, PyAny>) -> PyResult<Self> {
        let catalog = of_class::<Catalog>(catalog, "catalog")?;
        let catalog = catalog.get().inner.clone();
        boundary::long(py, |_| basketry::Hierarchy::from_catalog(&catalog))
            .map(|inner| Self { inner })
    }

    /// The names of the levels that take part, from the items up.
    #[getter]
    fn levels(&self) -> Vec<&str> {
        self.inner.levels().collect()
    }

    /// The same hierarchy with these levels only.
    ///
    /// What is a kind of what stays as it is, across levels that do not take part.
    ///
    /// Parameters
    /// ----------
    /// levels : str or list of str
    fn only(&self, py: Python<'_>, levels: &Bound<'_, PyAny>) -> PyResult<Self> {
        let levels = names(Some(levels), "levels")?;
        boundary::quick(py, || self.inner.only(levels.iter().map(String::as_str)))
            .map(|inner| Self { inner })
    }

    /// Baskets with the categories of what they hold, which are items like others: what is mined
    /// with this hierarchy, and what :func:`rules` of such itemsets are counted in.
    ///
    /// Parameters
    /// ----------
    /// baskets : Baskets
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If none of the items is in the hierarchy.
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> kinds = bk.Hierarchy({"edam": "cheese", "brie": "cheese"})
    /// >>> list(kinds.extend(bk.Baskets.from_lists([["edam", "ale"]])))
    /// [('edam', 'ale', 'cheese')]
    fn extend(&self, py: Python<'_>, baskets: &Bound<'_, PyAny>) -> PyResult<Baskets> {
        let baskets = of_class::<Baskets>(baskets, "baskets")?;
        let baskets = &baskets.get().inner;
        boundary::long(py, |control| self.inner.extend(baskets, control)).map(Baskets::new)
    }

    /// What an item or a category is a kind of, from near to far, on the levels that take part.
    ///
    /// Parameters
    /// ----------
    /// item : id
    ///     Nothing is found for an unknown one.
    fn ancestors<'py>(
        &self,
        py: Python<'py>,
        item: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyList>> {
        let item = ids::id(item, "item")?;
        ids::collect(py, self.inner.ancestors(&item).into_iter())
    }

    /// The level of an item or a category; ``None`` for an unknown one.
    ///
    /// Parameters
    /// ----------
    /// item : id
    fn level_of(&self, item: &Bound<'_, PyAny>) -> PyResult<Option<&str>> {
        let item = ids::id(item, "item")?;
        Ok(self.inner.level_of(&item))
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
        boundary::long(py, |_| basketry::Hierarchy::from_bytes(data)).map(|inner| Self { inner })
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

    fn __repr__(&self) -> String {
        let levels: Vec<&str> = self.inner.levels().collect();
        format!("<Hierarchy: {} items and categories, levels {levels:?}>", self.inner.len())
    }
}
