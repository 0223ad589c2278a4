//! Arrow columns in every layout, for tests that must not see a difference.

use std::sync::Arc;

use arrow_array::types::{
    ArrowDictionaryKeyType, Int8Type, Int16Type, Int32Type, Int64Type, RunEndIndexType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, DictionaryArray, Int8Array, Int16Array, Int32Array,
    Int64Array, LargeStringArray, PrimitiveArray, RecordBatch, RecordBatchIterator, RunArray,
    StringArray, StringViewArray, UInt8Array, UInt16Array, UInt32Array, UInt64Array,
};
use basketry::TableReader;

/// How many string layouts [`strings`] knows.
pub const STRING_LAYOUTS: usize = 17;
/// How many integer layouts [`integers`] knows.
pub const INTEGER_LAYOUTS: usize = 11;

/// Strings in one of the layouts Arrow has for them. Cut out of a longer array, so that offsets
/// do not begin at 0; dictionaries have null, unused and reordered entries.
pub fn strings(values: &[Option<String>], layout: usize) -> ArrayRef {
    let mut padded = vec![Some("padding that no row points to".to_owned())];
    padded.extend_from_slice(values);
    let array: ArrayRef = match layout % STRING_LAYOUTS {
        0 => Arc::new(StringArray::from(padded)),
        1 => Arc::new(LargeStringArray::from(padded)),
        2 => Arc::new(StringViewArray::from(padded)),
        3 => dictionary::<Int8Type>(&padded, 0),
        4 => dictionary::<Int16Type>(&padded, 1),
        5 => dictionary::<Int32Type>(&padded, 2),
        6 => dictionary::<Int64Type>(&padded, 0),
        7 => dictionary::<UInt8Type>(&padded, 1),
        8 => dictionary::<UInt16Type>(&padded, 2),
        9 => dictionary::<UInt32Type>(&padded, 0),
        10 => dictionary::<UInt64Type>(&padded, 1),
        11 => runs::<Int16Type>(&padded, 0),
        12 => runs::<Int32Type>(&padded, 1),
        13 => runs::<Int64Type>(&padded, 2),
        14 => dictionary::<Int32Type>(&padded, 0),
        15 => dictionary::<UInt32Type>(&padded, 1),
        _ => dictionary::<Int8Type>(&padded, 2),
    };
    array.slice(1, values.len())
}

/// Integers (small and not negative, to fit every type) in one of the layouts Arrow has for them.
pub fn integers(values: &[Option<i64>], layout: usize) -> ArrayRef {
    let mut padded = vec![Some(99)];
    padded.extend_from_slice(values);
    macro_rules! plain {
        ($array:ty) => {{
            let values = padded.iter().map(|v| v.map(|v| v.try_into().unwrap()));
            Arc::new(values.collect::<$array>()) as ArrayRef
        }};
    }
    let array: ArrayRef = match layout % INTEGER_LAYOUTS {
        0 => plain!(Int8Array),
        1 => plain!(Int16Array),
        2 => plain!(Int32Array),
        3 => plain!(Int64Array),
        4 => plain!(UInt8Array),
        5 => plain!(UInt16Array),
        6 => plain!(UInt32Array),
        7 => plain!(UInt64Array),
        8 => integer_dictionary::<Int8Type>(&padded, plain!(UInt16Array)),
        9 => integer_dictionary::<UInt64Type>(&padded, plain!(Int64Array)),
        _ => {
            let ends = (1..=padded.len() as i32).collect::<Int32Array>();
            Arc::new(RunArray::try_new(&ends, plain!(Int64Array).as_ref()).unwrap())
        }
    };
    array.slice(1, values.len())
}

fn string_values(values: Vec<Option<String>>, kind: usize) -> ArrayRef {
    match kind {
        0 => Arc::new(StringArray::from(values)),
        1 => Arc::new(LargeStringArray::from(values)),
        _ => Arc::new(StringViewArray::from(values)),
    }
}

fn key<K: ArrowPrimitiveType>(key: usize) -> K::Native {
    <K::Native as arrow_buffer::ArrowNativeType>::from_usize(key).unwrap()
}

// Entries in reverse order of appearance, with an unused one first and a null one last. Nulls of
// the column are null keys and keys of the null entry by turns.
fn dictionary<K: ArrowDictionaryKeyType>(values: &[Option<String>], kind: usize) -> ArrayRef {
    let mut entries: Vec<Option<String>> = vec![Some("an unused entry".to_owned())];
    for value in values.iter().rev().filter(|value| value.is_some()) {
        if !entries.contains(value) {
            entries.push(value.clone());
        }
    }
    entries.push(None);
    let null = entries.len() - 1;
    let keys: PrimitiveArray<K> = values
        .iter()
        .enumerate()
        .map(|(row, value)| match value {
            Some(_) => Some(key::<K>(entries.iter().position(|entry| entry == value).unwrap())),
            None => (row % 2 == 0).then(|| key::<K>(null)),
        })
        .collect();
    Arc::new(DictionaryArray::new(keys, string_values(entries, kind)))
}

fn integer_dictionary<K: ArrowDictionaryKeyType>(
    values: &[Option<i64>],
    entries: ArrayRef,
) -> ArrayRef {
    // Each row points to its own entry: equal ids have several entries.
    let keys: PrimitiveArray<K> = (0..values.len()).map(|row| Some(key::<K>(row))).collect();
    Arc::new(DictionaryArray::new(keys, entries))
}

fn runs<R: RunEndIndexType>(values: &[Option<String>], kind: usize) -> ArrayRef {
    let mut ends = Vec::new();
    let mut runs: Vec<Option<String>> = Vec::new();
    for (row, value) in values.iter().enumerate() {
        // Now and then a run is split in two.
        if row % 5 != 0 && runs.last() == Some(value) {
            ends.pop();
        } else {
            runs.push(value.clone());
        }
        ends.push(key::<R>(row + 1));
    }
    let ends = PrimitiveArray::<R>::from_iter_values(ends);
    Arc::new(RunArray::try_new(&ends, string_values(runs, kind).as_ref()).unwrap())
}

/// A table of these columns in chunks of `chunk` rows, each made anew by `column`.
pub fn table(
    rows: usize,
    chunk: usize,
    names: &[&str],
    column: impl Fn(&str, std::ops::Range<usize>) -> ArrayRef,
) -> TableReader {
    let batch = |range: std::ops::Range<usize>| {
        RecordBatch::try_from_iter_with_nullable(
            names.iter().map(|&name| (name, column(name, range.clone()), true)),
        )
        .unwrap()
    };
    let schema = batch(0..0).schema();
    let batches: Vec<_> =
        (0..rows).step_by(chunk).map(|start| Ok(batch(start..rows.min(start + chunk)))).collect();
    Box::new(RecordBatchIterator::new(batches, schema))
}
