//! Itemsets as Arrow tables, and what all tables of results share.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, ListArray, RecordBatch, RecordBatchReader};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

use super::columns::{Numbers, Store};
use super::itemsets::Itemsets;
use crate::data::IdKind;
use crate::{Error, ErrorKind, Ids, Result};

/// Rows in each batch of a stream.
const BATCH: usize = 1 << 16;

impl Itemsets {
    /// The columns: `itemset` (list of Int64 or Utf8 ids), `length` and `count` (Int64),
    /// `support` (Float64, the share), then those that the way of mining adds (Int64 or Float64).
    /// The schema's metadata holds the number of `baskets` and the
    /// `min_count`, and the `asked_min_count` if a limit [raised](Itemsets::raised) it.
    pub fn schema(&self) -> SchemaRef {
        let mut fields = vec![
            list_field("itemset", self.ids()),
            Field::new("length", DataType::Int64, false),
            Field::new("count", DataType::Int64, false),
            Field::new("support", DataType::Float64, false),
        ];
        fields.extend(self.store.extras.iter().map(|extra| {
            let data_type = match extra.numbers {
                Numbers::Int(_) => DataType::Int64,
                Numbers::Float(_) => DataType::Float64,
            };
            Field::new(extra.name, data_type, false)
        }));
        schema(fields, &self.store)
    }

    /// All rows as one Arrow table.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] if the itemsets hold more than 2^31 - 1 items or 2 GiB of text
    /// together; [`reader`](Self::reader) has no such limit.
    pub fn to_record_batch(&self) -> Result<RecordBatch> {
        itemset_batch(self, 0, self.len())
    }

    /// All rows as a stream of Arrow tables, which shares this table's columns.
    pub fn reader(&self) -> Box<dyn RecordBatchReader + Send> {
        Box::new(Reader::new(self.clone(), self.schema()))
    }
}

/// A table that can be cut into batches.
pub(super) trait Table {
    fn rows(&self) -> usize;
    fn batch(&self, from: usize, to: usize) -> Result<RecordBatch>;
}

impl Table for Itemsets {
    fn rows(&self) -> usize {
        self.len()
    }
    fn batch(&self, from: usize, to: usize) -> Result<RecordBatch> {
        itemset_batch(self, from, to)
    }
}

pub(super) struct Reader<T> {
    table: T,
    schema: SchemaRef,
    next: usize,
}

impl<T> Reader<T> {
    pub(super) fn new(table: T, schema: SchemaRef) -> Self {
        Self { table, schema, next: 0 }
    }
}

impl<T: Table> Iterator for Reader<T> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let from = self.next;
        if from >= self.table.rows() {
            return None;
        }
        self.next = self.table.rows().min(from + BATCH);
        Some(self.table.batch(from, self.next).map_err(|e| ArrowError::ExternalError(Box::new(e))))
    }
}

impl<T: Table> RecordBatchReader for Reader<T> {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

pub(super) fn schema(fields: Vec<Field>, store: &Store) -> SchemaRef {
    let mut metadata = vec![("baskets", store.baskets), ("min_count", store.min_count)];
    metadata.extend(store.raised.map(|raised| ("asked_min_count", raised.asked)));
    let metadata: HashMap<String, String> =
        metadata.into_iter().map(|(key, value)| (key.to_owned(), value.to_string())).collect();
    Arc::new(Schema::new(fields).with_metadata(metadata))
}

pub(super) fn list_field(name: &str, ids: &Ids) -> Field {
    Field::new(name, DataType::List(Arc::new(item_field(ids))), false)
}

pub(super) fn item_field(ids: &Ids) -> Field {
    let id_type = match ids.kind() {
        IdKind::Int => DataType::Int64,
        IdKind::Str => DataType::Utf8,
    };
    Field::new("item", id_type, false)
}

/// The itemsets in these rows of the store as a list column.
pub(super) fn lists(store: &Store, rows: impl ExactSizeIterator<Item = u32>) -> Result<ArrayRef> {
    list_column(&store.ids, rows.map(|row| store.row(row).0))
}

/// Itemsets as a list column.
pub(super) fn list_column<'a>(
    ids: &Ids,
    rows: impl ExactSizeIterator<Item = &'a [u32]>,
) -> Result<ArrayRef> {
    let mut offsets: Vec<i32> = Vec::with_capacity(rows.len() + 1);
    let mut items: Vec<u32> = Vec::with_capacity(rows.len() * 4);
    offsets.push(0);
    for row in rows {
        items.extend_from_slice(row);
        offsets.push(i32::try_from(items.len()).map_err(|_| {
            Error::new(
                ErrorKind::Limit,
                "the itemsets of this table hold more than 2,147,483,647 items; take it in slices",
            )
        })?);
    }
    let values = ids.to_arrow(items.into_iter())?;
    let field = Arc::new(item_field(ids));
    let list = ListArray::try_new(field, OffsetBuffer::new(offsets.into()), values, None);
    Ok(Arc::new(list.map_err(arrow_error)?))
}

fn itemset_batch(sets: &Itemsets, from: usize, to: usize) -> Result<RecordBatch> {
    let store = &*sets.store;
    let rows = || (from..to).map(|row| sets.stored(row));
    let counts = || rows().map(|row| store.row(row).1);
    let length = rows().map(|row| store.length(row) as i64);
    let mut columns: Vec<ArrayRef> = vec![
        lists(store, rows())?,
        Arc::new(Int64Array::from_iter_values(length)),
        Arc::new(Int64Array::from_iter_values(counts().map(i64::from))),
        Arc::new(Float64Array::from_iter_values(rows().map(|row| store.support(row)))),
    ];
    for extra in &store.extras {
        columns.push(match extra.numbers.take(rows()) {
            Numbers::Int(values) => Arc::new(Int64Array::from(values)),
            Numbers::Float(values) => Arc::new(Float64Array::from(values)),
        });
    }
    RecordBatch::try_new(sets.schema(), columns).map_err(arrow_error)
}

pub(super) fn arrow_error(error: ArrowError) -> Error {
    Error::new(ErrorKind::Internal, format!("a result table does not fit its schema: {error}"))
        .with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Baskets, Control, ItemsetOptions, MinSupport, itemsets};
    use arrow_array::StringArray;
    use arrow_array::cast::AsArray;
    use arrow_array::types::Float64Type;

    fn sample() -> Result<Itemsets> {
        let baskets = Baskets::from_lists([vec!["b", "a"], vec!["a", "c"], vec!["a", "b"]])?;
        itemsets(&baskets, &ItemsetOptions::new(MinSupport::Count(2)), &Control::new())
    }

    #[test]
    fn itemsets_leave_as_a_table() -> Result<()> {
        let batch = sample()?.sorted_by("support")?.to_record_batch()?;
        assert_eq!(batch.num_rows(), 3);
        let lists: &ListArray = batch["itemset"].as_list();
        let names: Vec<Vec<String>> = lists
            .iter()
            .flatten()
            .map(|list| {
                let list: &StringArray = list.as_string();
                list.iter().flatten().map(str::to_owned).collect()
            })
            .collect();
        assert_eq!(names, [vec!["a"], vec!["b"], vec!["b", "a"]]);
        let support = batch["support"].as_primitive::<Float64Type>();
        assert_eq!(support.values(), &[1.0, 2.0 / 3.0, 2.0 / 3.0]);
        assert_eq!(batch.schema().metadata()["baskets"], "3");
        Ok(())
    }

    #[test]
    fn streams_cut_the_table_into_batches() -> Result<()> {
        let lists = (0..100_000i64).map(|i| [i]);
        let sets = itemsets(
            &Baskets::from_lists(lists)?,
            &ItemsetOptions::new(MinSupport::Count(1)).max_length(1),
            &Control::new(),
        )?;
        let sizes: Vec<usize> = sets.reader().map(|batch| batch.unwrap().num_rows()).collect();
        assert_eq!(sizes, [BATCH, 100_000 - BATCH]);
        assert_eq!(sets.head(0).reader().count(), 0);
        assert_eq!(sets.head(0).to_record_batch()?.num_rows(), 0);
        Ok(())
    }
}
