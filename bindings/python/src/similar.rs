//! Which products are alike: the part of `Model` that answers.

use basketry::IdRef;
use pyo3::prelude::*;

use crate::convert::whole_or;
use crate::model::Model;
use crate::table::Table;
use crate::{boundary, ids};

#[pymethods]
impl Model {
    /// The products most similar to others: bought by the same customers and in the same baskets,
    /// given everything else that these buy.
    ///
    /// What two products are to each other is in :meth:`relations`.
    ///
    /// Parameters
    /// ----------
    /// items : ids, optional
    ///     Default: all products of the model.
    /// n : int
    ///     The most rows for each item.
    ///
    /// Returns
    /// -------
    /// Table
    ///     ``item``, ``similar``, ``score`` (the same in both directions, above 0; in closed form
    ///     the mean of two partial correlations, that over customers and that over baskets) and
    ///     ``rank`` (from 1). Rows follow the order of `items`. An item has fewer than `n` rows if
    ///     it has that little in common with others.
    ///
    /// Raises
    /// ------
    /// UnknownIdError
    ///     Names a product that the model does not know.
    /// InvalidArgumentError
    ///     If an id is an integer where those of the model are strings, or the other way round.
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> import pyarrow as pa
    /// >>> catalog = bk.Catalog(
    /// ...     pa.table({"sku": ["tea", "rice"], "price": [3.2, 2.0]}), product="sku", price="price"
    /// ... )
    /// >>> history = bk.History(
    /// ...     pa.table({"ts": ["2026-03-31"], "order": [1], "sku": ["tea"]}),
    /// ...     time="ts", product="sku", basket="order",
    /// ... )
    /// >>> bk.fit(catalog, history).similar(["tea"]).columns
    /// ['item', 'similar', 'score', 'rank']
    #[pyo3(signature = (items = None, n = None), text_signature = "($self, items=None, n=10)")]
    fn similar(
        &self,
        py: Python<'_>,
        items: Option<&Bound<'_, PyAny>>,
        n: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Table> {
        let wanted = items.map(|items| ids::many(items, "items")).transpose()?;
        let n = whole_or(n, "n", 10)?;
        boundary::long(py, |control| {
            let wanted: Vec<IdRef<'_>> = match &wanted {
                Some(ids) => ids.to_vec(),
                None => self.inner.products().iter().collect(),
            };
            boundary::pooled(|| self.inner.similar(&wanted, n, control))?.to_record_batch()
        })
        .map(|batch| Table::new(batch, 0))
    }
}
