//! Columns of ids as arguments.

use arrow_array::RecordBatchReader;

use super::columns::{IdColumn, id_error, id_kind, nulls_of};
use super::ids::{IdRef, Ids};
use super::ingest::SLICE;
use super::table::{Batches, Column, Source};
use crate::{Control, Error, ErrorKind, Result};

/// A list of ids in the order of their source, repeated ones included: who to recommend to, say.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::StringArray;
/// use basketry::{Control, IdList, IdRef, table_from_array};
///
/// let array = Arc::new(StringArray::from(vec!["ann", "bob", "ann"]));
/// let ids = IdList::from_reader(table_from_array(array)?, &Control::new())?;
/// assert_eq!(ids.to_vec(), ["ann", "bob", "ann"].map(IdRef::Str));
/// # Ok::<(), basketry::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct IdList {
    ids: Ids,
    index: Vec<u32>,
}

impl IdList {
    /// Reads the only column of a table: strings or integers in any layout, without nulls.
    ///
    /// # Errors
    /// [`ErrorKind::Schema`] if there is not one column, or of another type; [`ErrorKind::Data`]
    /// names the row of a null.
    pub fn from_reader(reader: impl RecordBatchReader, control: &Control) -> Result<Self> {
        let schema = reader.schema();
        let name = match &schema.fields()[..] {
            [only] => only.name().clone(),
            fields => {
                let text = format!("expected one column of ids, got a table of {}", fields.len());
                return Err(Error::new(ErrorKind::Schema, text));
            }
        };
        let [list] = Self::from_columns(reader, [&name], control)?;
        Ok(list)
    }

    /// Reads columns of a table, by name, that belong together: strings or integers in any layout,
    /// without nulls.
    ///
    /// # Errors
    /// [`ErrorKind::Schema`] if a column is not there or of another type; [`ErrorKind::Data`] names
    /// column and row of a null.
    pub fn from_columns<const N: usize>(
        reader: impl RecordBatchReader,
        names: [&str; N],
        control: &Control,
    ) -> Result<[Self; N]> {
        let mut source = Batches::new(reader);
        let schema = source.schema();
        let mut lists = Vec::with_capacity(N);
        for name in names {
            let column = Column::find(&schema, "ids", name)?;
            let list = Self { ids: Ids::new(id_kind(&column)?), index: Vec::new() };
            lists.push((column, IdColumn::default(), list));
        }
        let mut indices = Vec::new();
        while let Some(batch) = source.next() {
            let batch = batch?;
            for (column, reader, _) in &mut lists {
                reader.begin(column.of(&batch)?);
            }
            for start in (0..batch.num_rows()).step_by(SLICE) {
                control.check()?;
                let slice = batch.slice(start, SLICE.min(batch.num_rows() - start));
                let place = |row: usize| source.place(start + row);
                for (column, reader, list) in &mut lists {
                    let array = column.of(&slice)?;
                    if let Some(nulls) = nulls_of(array)
                        && let Some(row) = (0..array.len()).find(|&row| nulls.is_null(row))
                    {
                        return Err(column.bad_value(place(row), "null where an id is expected"));
                    }
                    reader
                        .read(array, None, &mut list.ids, &mut indices)
                        .map_err(|error| id_error(error, column, place))?;
                    list.index.extend_from_slice(&indices);
                }
            }
        }
        let lists: Vec<Self> = lists.into_iter().map(|(_, _, list)| list).collect();
        lists.try_into().map_err(|_| Error::new(ErrorKind::Internal, "a column got lost"))
    }

    /// How many ids there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The ids, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = IdRef<'_>> {
        self.index.iter().map(|&index| self.ids.get(index))
    }

    /// The ids, in order, as functions take them.
    pub fn to_vec(&self) -> Vec<IdRef<'_>> {
        self.iter().collect()
    }
}
