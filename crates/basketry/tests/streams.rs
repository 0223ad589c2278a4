//! Tables through the Arrow C stream and C data interfaces.

use std::sync::Arc;

use arrow_array::ffi::to_ffi;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    Array, ArrayRef, Date32Array, Int32Array, RecordBatch, RecordBatchIterator, RecordBatchReader,
    StringArray, StringViewArray, StructArray,
};
use arrow_buffer::NullBuffer;
use arrow_schema::{ArrowError, DataType, Field};
use basketry::{
    Baskets, Control, Error, ErrorKind, History, HistoryColumns, HistoryOptions, IdRef, OnBad,
    table_from_array, table_from_ffi, table_from_stream,
};

fn lines() -> RecordBatch {
    RecordBatch::try_from_iter([
        (
            "who",
            Arc::new(StringViewArray::from(vec!["ann", "ann", "a customer of long name"])) as _,
        ),
        ("when", Arc::new(Date32Array::from(vec![1, 1, 2])) as _),
        ("sku", Arc::new(StringArray::from(vec!["x", "y", "x"])) as ArrayRef),
    ])
    .unwrap()
}

fn columns() -> HistoryColumns {
    HistoryColumns::new("when", "sku").customer("who")
}

fn read(reader: impl RecordBatchReader) -> basketry::Result<History> {
    History::from_reader(reader, &columns(), &HistoryOptions::default(), &Control::new())
}

#[test]
fn a_stream_is_read_to_its_end() {
    let batches = vec![Ok(lines()), Ok(lines().slice(1, 0)), Ok(lines().slice(1, 2))];
    let reader = RecordBatchIterator::new(batches, lines().schema());
    let stream = FFI_ArrowArrayStream::new(Box::new(reader));
    let history = read(table_from_stream(stream).unwrap()).unwrap();
    assert_eq!((history.len(), history.lines()), (2, 3));
    assert_eq!(history.lines_of(0).map(|line| line.quantity).sum::<f32>(), 3.0);
    assert_eq!(history.customers().get(1), IdRef::Str("a customer of long name"));
}

#[test]
fn a_released_stream_is_an_error() {
    let error = table_from_stream(FFI_ArrowArrayStream::empty()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Schema);
    assert!(error.to_string().contains("released already"), "{error}");
}

#[test]
fn what_the_source_says_comes_through() {
    let failure = ArrowError::ComputeError("the disk is on fire".into());
    let batches = vec![Ok(lines()), Err(failure)];
    let reader = RecordBatchIterator::new(batches, lines().schema());
    let stream = FFI_ArrowArrayStream::new(Box::new(reader));
    let error = read(table_from_stream(stream).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(error.to_string().contains("the disk is on fire"), "{error}");

    let own = Error::new(ErrorKind::Io, "the tape has run out");
    let batches = vec![Err(ArrowError::ExternalError(Box::new(own)))];
    let error = read(RecordBatchIterator::new(batches, lines().schema())).unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Io, "the tape has run out"));
}

#[test]
fn one_array_is_a_table() {
    let rows = StructArray::from(lines());
    assert_eq!(read(table_from_array(Arc::new(rows.clone())).unwrap()).unwrap().len(), 2);

    let (array, schema) = to_ffi(&rows.to_data()).unwrap();
    // SAFETY: both come from the same sound array.
    let table = unsafe { table_from_ffi(array, &schema) }.unwrap();
    assert_eq!(read(table).unwrap().len(), 2);

    let (fields, arrays, _) = rows.into_parts();
    let holed = StructArray::new(fields, arrays, Some(NullBuffer::from(vec![true, false, true])));
    let error = table_from_array(Arc::new(holed)).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(error.to_string().contains("a row is null as a whole"), "{error}");
}

#[test]
fn a_table_may_lack_columns_or_types() {
    let array: ArrayRef = Arc::new(Int32Array::from(vec![1, 2]));
    let error = read(table_from_array(array).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Schema);
    assert!(error.to_string().contains("the table has the columns \"value\""), "{error}");

    let none = RecordBatch::new_empty(Arc::new(arrow_schema::Schema::empty()));
    let error = read(basketry::table_from_batch(none)).unwrap_err();
    assert!(error.to_string().contains("the table has no columns"), "{error}");

    // A dictionary of dictionaries is not read; it is said so before any line is.
    let nested = DataType::Dictionary(
        Box::new(DataType::Int8),
        Box::new(DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8))),
    );
    let schema = arrow_schema::Schema::new(vec![
        Field::new("b", nested, true),
        Field::new("i", DataType::Utf8, true),
    ]);
    let reader = RecordBatchIterator::new(Vec::new(), Arc::new(schema));
    let error = Baskets::from_reader(reader, "b", "i", OnBad::Error, &Control::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Schema);
    assert!(error.to_string().contains("\"b\" (basket) has type Dictionary"), "{error}");
}

#[test]
fn damaged_dictionaries_are_errors() {
    let keys = arrow_array::Int8Array::from(vec![0, 3, -1]);
    let values: ArrayRef = Arc::new(StringArray::from(vec!["x", "y"]));
    // SAFETY: keys out of range are what the test is about; nothing here follows them unchecked.
    let damaged: arrow_array::DictionaryArray<arrow_array::types::Int8Type> =
        unsafe { arrow_array::DictionaryArray::new_unchecked(keys, values) };
    let batch = RecordBatch::try_from_iter([
        ("b", Arc::new(Int32Array::from(vec![1, 2, 3])) as ArrayRef),
        ("i", Arc::new(damaged)),
    ])
    .unwrap();
    let reader = basketry::table_from_batch(batch);
    let error = Baskets::from_reader(reader, "b", "i", OnBad::Error, &Control::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(error.to_string().contains("row 1 (counted from 0): the dictionary has no such entry"));
}

#[test]
fn columns_of_type_null_are_all_null() {
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("b", Arc::new(Int32Array::from(vec![1, 2])) as ArrayRef, true),
        ("i", Arc::new(arrow_array::NullArray::new(2)) as ArrayRef, true),
    ])
    .unwrap();
    let read = |rule| {
        let reader = basketry::table_from_batch(batch.clone());
        Baskets::from_reader(reader, "b", "i", rule, &Control::new())
    };
    assert!(read(OnBad::Error).unwrap_err().to_string().contains("row 0 (counted from 0): null"));
    let baskets = read(OnBad::Skip).unwrap();
    assert_eq!((baskets.len(), baskets.skipped()), (0, 2));
}
