//! Columns of ids that leave as Arrow.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, SchemaRef};

use super::IdsView;
use crate::{Error, ErrorKind, IdKind, IdRef, Result};

/// The type of a column of ids.
pub(super) fn id_type(kind: IdKind) -> DataType {
    match kind {
        IdKind::Int => DataType::Int64,
        IdKind::Str => DataType::Utf8,
    }
}

/// The ids with these indices.
pub(super) fn ids(view: IdsView<'_>, indices: impl Iterator<Item = u32>) -> Result<ArrayRef> {
    id_column(indices.filter_map(|index| view.get(index)), view.kind())
}

/// A column of ids, all of one kind.
pub(super) fn id_column<'a>(
    ids: impl Iterator<Item = IdRef<'a>>,
    kind: IdKind,
) -> Result<ArrayRef> {
    if kind == IdKind::Int {
        return Ok(Arc::new(Int64Array::from_iter_values(ids.filter_map(|id| match id {
            IdRef::Int(value) => Some(value),
            IdRef::Str(_) => None,
        }))));
    }
    let mut ends: Vec<i32> = vec![0];
    let mut text: Vec<u8> = Vec::new();
    for id in ids {
        let IdRef::Str(value) = id else { continue };
        text.extend_from_slice(value.as_bytes());
        let end = i32::try_from(text.len()).map_err(|_| {
            let text = "the ids of this result exceed 2 GiB of text; ask for fewer";
            Error::new(ErrorKind::Limit, text)
        })?;
        ends.push(end);
    }
    let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
    let array = StringArray::try_new(offsets, Buffer::from_vec(text), None);
    array
        .map(|array| Arc::new(array) as ArrayRef)
        .map_err(|error| Error::new(ErrorKind::Internal, "ids that are no text").with_source(error))
}

/// A table of columns that were made for it.
pub(super) fn batch(schema: SchemaRef, columns: Vec<ArrayRef>) -> Result<RecordBatch> {
    RecordBatch::try_new(schema, columns).map_err(|error| {
        Error::new(ErrorKind::Internal, "a result does not fit its own columns").with_source(error)
    })
}
