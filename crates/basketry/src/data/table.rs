//! Tables as streams of Arrow record batches.

use std::fmt;
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{
    Array, ArrayReader, ArrayRef, RecordBatch, RecordBatchIterator, RecordBatchOptions,
    RecordBatchReader, StructArray, make_array,
};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Schema, SchemaRef};

use crate::{Error, ErrorKind, Result};

/// A table that is read once, batch by batch.
pub type TableReader = Box<dyn RecordBatchReader + Send>;

/// The name of the one column of a table that is made from an array without a name.
const LONE_COLUMN: &str = "value";

/// A table from an Arrow C stream. A stream of structs is a table of their fields; a stream of
/// any other type is a table of one column, called as the stream's field or, without a name,
/// `"value"`.
///
/// The stream must follow the Arrow C stream interface, as
/// [`FFI_ArrowArrayStream::from_raw`] says.
///
/// # Errors
/// [`ErrorKind::Schema`] if the stream was released or gives no schema that can be read.
pub fn table_from_stream(stream: FFI_ArrowArrayStream) -> Result<TableReader> {
    if stream.release().is_none() {
        return Err(Error::new(ErrorKind::Schema, "the Arrow stream was released already"));
    }
    let inner = ArrayStreamReader::try_new(stream).map_err(|error| {
        Error::new(ErrorKind::Schema, format!("the Arrow stream gives no schema: {error}"))
            .with_source(error)
    })?;
    let schema = schema_of(inner.field());
    Ok(Box::new(StreamTable { inner, schema }))
}

/// A table from one array of the Arrow C data interface. See [`table_from_array`].
///
/// # Safety
/// `array` and `schema` must follow the Arrow C data interface and belong together.
///
/// # Errors
/// [`ErrorKind::Schema`] if they cannot be read.
pub unsafe fn table_from_ffi(
    array: FFI_ArrowArray,
    schema: &FFI_ArrowSchema,
) -> Result<TableReader> {
    let unreadable = |error: ArrowError| {
        Error::new(ErrorKind::Schema, format!("the Arrow array cannot be read: {error}"))
            .with_source(error)
    };
    let field = Field::try_from(schema).map_err(unreadable)?;
    // SAFETY: the caller vouches for both.
    let data = unsafe { from_ffi(array, schema) }.map_err(unreadable)?;
    table_from_field(Arc::new(field), make_array(data))
}

/// A table from one array: the fields of a struct array are its columns; any other array is one
/// column called `"value"`.
///
/// # Errors
/// [`ErrorKind::Data`] if a struct is null as a whole.
pub fn table_from_array(array: ArrayRef) -> Result<TableReader> {
    table_from_field(Arc::new(Field::new("", array.data_type().clone(), true)), array)
}

fn table_from_field(field: FieldRef, array: ArrayRef) -> Result<TableReader> {
    let schema = schema_of(&field);
    let batch = batch_of(array, schema).map_err(source_failed)?;
    Ok(table_from_batch(batch))
}

/// A table of one record batch.
pub fn table_from_batch(batch: RecordBatch) -> TableReader {
    let schema = batch.schema();
    Box::new(RecordBatchIterator::new(std::iter::once(Ok(batch)), schema))
}

fn schema_of(field: &FieldRef) -> SchemaRef {
    match field.data_type() {
        DataType::Struct(fields) => {
            Arc::new(Schema::new(fields.clone()).with_metadata(field.metadata().clone()))
        }
        other => {
            let name = if field.name().is_empty() { LONE_COLUMN } else { field.name() };
            Arc::new(Schema::new(vec![Field::new(name, other.clone(), true)]))
        }
    }
}

fn batch_of(array: ArrayRef, schema: SchemaRef) -> Result<RecordBatch, ArrowError> {
    let rows = array.len();
    let columns = match array.as_any().downcast_ref::<StructArray>() {
        Some(rows) if rows.null_count() > 0 => {
            return Err(ArrowError::InvalidArgumentError(
                "a row is null as a whole; expected a table".into(),
            ));
        }
        Some(rows) => rows.columns().to_vec(),
        None => vec![array],
    };
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(schema, columns, &options)
}

struct StreamTable {
    inner: ArrayStreamReader,
    schema: SchemaRef,
}

impl Iterator for StreamTable {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let array = self.inner.next()?;
        Some(array.and_then(|array| batch_of(array, self.schema.clone())))
    }
}

impl RecordBatchReader for StreamTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

fn source_failed(error: ArrowError) -> Error {
    // An error of ours that passed through Arrow comes out as it went in.
    match error {
        ArrowError::ExternalError(inner) => match inner.downcast::<Error>() {
            Ok(error) => *error,
            Err(inner) => Error::new(ErrorKind::Data, format!("the source of the table: {inner}"))
                .with_source(inner),
        },
        error => Error::new(ErrorKind::Data, format!("the source of the table: {error}"))
            .with_source(error),
    }
}

/// Where batches come from, and how their rows are called in messages.
pub(crate) trait Source {
    fn schema(&self) -> SchemaRef;
    fn next(&mut self) -> Option<Result<RecordBatch>>;
    /// The place of row `index` of the latest batch.
    fn place(&self, index: usize) -> Place;
}

/// Where something is in a source; prints as its users know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A row of the whole stream, counted from 0.
    Row(u64),
    /// A line of a file, counted from 1.
    Line(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Row(row) => write!(f, "row {row} (counted from 0)"),
            Place::Line(line) => write!(f, "line {line}"),
        }
    }
}

/// A [`Source`] over any reader.
pub(crate) struct Batches<R> {
    reader: R,
    first: u64,
    rows: u64,
}

impl<R: RecordBatchReader> Batches<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, first: 0, rows: 0 }
    }
}

impl<R: RecordBatchReader> Source for Batches<R> {
    fn schema(&self) -> SchemaRef {
        self.reader.schema()
    }

    fn next(&mut self) -> Option<Result<RecordBatch>> {
        self.first += self.rows;
        self.rows = 0;
        let batch = self.reader.next()?.map_err(source_failed);
        if let Ok(batch) = &batch {
            self.rows = batch.num_rows() as u64;
        }
        Some(batch)
    }

    fn place(&self, index: usize) -> Place {
        Place::Row(self.first + index as u64)
    }
}

/// A column of a table that plays a role: its name and where it is.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// What the column is for, such as `"price"`.
    pub(crate) role: &'static str,
    index: usize,
    pub(crate) data_type: DataType,
}

impl Column {
    /// Finds the column called `name`.
    pub(crate) fn find(schema: &Schema, role: &'static str, name: &str) -> Result<Self> {
        let mut found = schema.fields().iter().enumerate().filter(|(_, f)| f.name() == name);
        let Some((index, field)) = found.next() else {
            let names: Vec<String> =
                schema.fields().iter().map(|field| format!("{:?}", field.name())).collect();
            let names = match names.len() {
                0 => "no columns".to_owned(),
                _ => format!("the columns {}", names.join(", ")),
            };
            return Err(Error::new(
                ErrorKind::Schema,
                format!("there is no column {name:?} (for {role}); the table has {names}"),
            ));
        };
        if found.next().is_some() {
            return Err(Error::new(
                ErrorKind::Schema,
                format!("the table has more than one column {name:?} (for {role})"),
            ));
        }
        Ok(Self { name: name.to_owned(), role, index, data_type: field.data_type().clone() })
    }

    /// Finds the column called `name`, if it has a name.
    pub(crate) fn find_some(
        schema: &Schema,
        role: &'static str,
        name: Option<&str>,
    ) -> Result<Option<Self>> {
        name.map(|name| Self::find(schema, role, name)).transpose()
    }

    /// The same column for messages about what it holds.
    pub(crate) fn with_type(&self, data_type: DataType) -> Self {
        Self { data_type, ..self.clone() }
    }

    /// Whether the column says of itself that all its rows are null.
    pub(crate) fn is_null(&self) -> bool {
        self.data_type == DataType::Null
    }

    /// The column's array in a batch.
    pub(crate) fn of<'a>(&self, batch: &'a RecordBatch) -> Result<&'a ArrayRef> {
        batch.columns().get(self.index).ok_or_else(|| {
            Error::new(
                ErrorKind::Schema,
                format!("a batch lacks the column {self} that the schema announces"),
            )
        })
    }

    /// The error for a type that cannot serve.
    pub(crate) fn wrong_type(&self, data_type: &DataType, expected: &str) -> Error {
        Error::new(
            ErrorKind::Schema,
            format!("column {self} has type {data_type}; expected {expected}"),
        )
    }

    /// The error for a value that cannot serve.
    pub(crate) fn bad_value(&self, place: Place, what: impl fmt::Display) -> Error {
        Error::new(ErrorKind::Data, format!("column {self}, {place}: {what}"))
    }
}

/// Prints like `"price_eur" (price)`, or like `"price"` if the role says nothing new.
impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.name)?;
        if self.name != self.role {
            write!(f, " ({})", self.role)?;
        }
        Ok(())
    }
}
