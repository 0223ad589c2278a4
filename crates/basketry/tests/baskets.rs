//! Baskets from tables, lists, one-hot frames, compressed rows and FIMI files.

mod common;

use std::sync::Arc;

use arrow_array::builder::{FixedSizeListBuilder, LargeListBuilder, ListBuilder, StringBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int8Array, Int32Array, ListArray, RecordBatch,
    RecordBatchIterator, StringArray, UInt64Array,
};
use basketry::{
    Baskets, Control, ErrorKind, Id, IdKind, IdRef, Ids, OnBad, table_from_array, table_from_batch,
};
use common::{integers, strings, table};
use proptest::prelude::*;

fn shown(baskets: &Baskets) -> Vec<Vec<Id>> {
    for row in baskets.rows() {
        assert!(row.is_sorted_by(|a, b| a < b), "rows ascend without repetition");
    }
    (0..baskets.len()).map(|b| baskets.basket(b).map(IdRef::to_owned).collect()).collect()
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, a)| (n, a, true)))
        .unwrap()
}

fn naive(rows: &[(Option<i64>, Option<i64>)]) -> (Vec<Vec<i64>>, u64) {
    let mut baskets: Vec<(i64, Vec<i64>)> = Vec::new();
    let mut items: Vec<i64> = Vec::new();
    let mut skipped = 0;
    for row in rows {
        let (Some(basket), Some(item)) = *row else {
            skipped += 1;
            continue;
        };
        if !items.contains(&item) {
            items.push(item);
        }
        match baskets.iter_mut().find(|(b, _)| *b == basket) {
            Some((_, of)) if of.contains(&item) => {}
            Some((_, of)) => of.push(item),
            None => baskets.push((basket, vec![item])),
        }
    }
    let rank = |item: &i64| items.iter().position(|i| i == item);
    let rows = baskets.into_iter().map(|(_, mut of)| {
        of.sort_by_key(rank);
        of
    });
    (rows.collect(), skipped)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn long_tables_in_any_layout(
        rows in prop::collection::vec(
            (prop::option::weighted(0.97, 0..12i64), prop::option::weighted(0.97, 0..20i64)),
            0..80,
        ),
        sorted in any::<bool>(),
        chunk in 1..30usize,
        basket_layout in 0..common::STRING_LAYOUTS,
        item_layout in 0..common::INTEGER_LAYOUTS,
    ) {
        let mut rows = rows;
        if sorted {
            rows.sort();
        }
        let reader = || table(rows.len(), chunk, &["b", "i"], |name, range| match name {
            "b" => {
                let names = rows[range].iter().map(|row| row.0.map(|basket| format!("b{basket}")));
                strings(&names.collect::<Vec<_>>(), basket_layout)
            }
            _ => integers(&rows[range].iter().map(|row| row.1).collect::<Vec<_>>(), item_layout),
        });
        let got = Baskets::from_reader(reader(), "b", "i", OnBad::Skip, &Control::new()).unwrap();
        let (expected, skipped) = naive(&rows);
        prop_assert_eq!(got.skipped(), skipped);
        let expected: Vec<Vec<Id>> =
            expected.into_iter().map(|row| row.into_iter().map(Id::from).collect()).collect();
        prop_assert_eq!(shown(&got), expected);
        let strict = Baskets::from_reader(reader(), "b", "i", OnBad::Error, &Control::new());
        match rows.iter().position(|row| row.0.is_none() || row.1.is_none()) {
            None => prop_assert!(strict.is_ok()),
            Some(row) => {
                let error = strict.unwrap_err();
                prop_assert_eq!(error.kind(), ErrorKind::Data);
                prop_assert!(
                    error.to_string().contains(&format!("row {row} (counted from 0): null")),
                    "{}", error
                );
            }
        }
    }

    #[test]
    fn all_ways_lead_to_the_same_baskets(
        lists in prop::collection::vec(prop::collection::vec(0..9u32, 0..8), 1..20),
        chunk in 1..9usize,
    ) {
        let reference = Baskets::from_lists(
            lists.iter().map(|list| list.iter().map(|item| format!("item {item}"))),
        ).unwrap();

        let mut builder = ListBuilder::new(StringBuilder::new());
        let mut large = LargeListBuilder::new(StringBuilder::new());
        for list in &lists {
            for item in list {
                builder.values().append_value(format!("item {item}"));
                large.values().append_value(format!("item {item}"));
            }
            builder.append(true);
            large.append(true);
        }
        let arrays: [ArrayRef; 2] = [Arc::new(builder.finish()), Arc::new(large.finish())];
        for array in arrays {
            let parts: Vec<_> = (0..lists.len())
                .step_by(chunk)
                .map(|at| batch(vec![("l", array.slice(at, chunk.min(lists.len() - at)))]))
                .collect();
            let schema = parts[0].schema();
            let reader = RecordBatchIterator::new(parts.into_iter().map(Ok), schema);
            let got =
                Baskets::from_list_column(reader, None, OnBad::Error, &Control::new()).unwrap();
            prop_assert_eq!(shown(&got), shown(&reference));
        }

        // One-hot and compressed rows name items by number, not by appearance: compare sets.
        let sorted = |baskets: &Baskets| {
            let mut rows = shown(baskets);
            rows.iter_mut().for_each(|row| row.sort());
            rows
        };
        let has = |item: u32| lists.iter().map(move |list| list.contains(&item));
        let columns = (0..9u32).map(|item| {
            let array: ArrayRef = match item % 3 {
                0 => Arc::new(has(item).map(Some).collect::<BooleanArray>()),
                1 => Arc::new(has(item).map(|is| Some(i8::from(is))).collect::<Int8Array>()),
                _ => Arc::new(
                    has(item).map(|is| Some(f64::from(u8::from(is)))).collect::<Float64Array>(),
                ),
            };
            (format!("item {item}"), array, true)
        });
        let onehot = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let parts: Vec<_> = (0..lists.len())
            .step_by(chunk)
            .map(|at| Ok(onehot.slice(at, chunk.min(lists.len() - at))))
            .collect();
        let reader = RecordBatchIterator::new(parts, onehot.schema());
        let got = Baskets::from_onehot(reader, &Control::new()).unwrap();
        prop_assert_eq!(got.ids().len(), 9);
        prop_assert_eq!(sorted(&got), sorted(&reference));

        let mut indptr = vec![0i64];
        let mut indices: Vec<i32> = Vec::new();
        for list in &lists {
            indices.extend(list.iter().map(|&item| item as i32));
            indptr.push(indices.len() as i64);
        }
        let mut ids = Ids::new(IdKind::Str);
        for item in 0..9 {
            ids.intern(format!("item {item}").as_str()).unwrap();
        }
        let got = Baskets::from_csr(&indptr, &indices, 9, Some(ids)).unwrap();
        prop_assert_eq!(sorted(&got), sorted(&reference));

        let text: String = lists
            .iter()
            .map(|list| list.iter().map(|item| format!("{item} ")).collect::<String>() + "\n")
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("baskets.dat");
        std::fs::write(&path, text).unwrap();
        let got = Baskets::from_fimi(&path, &Control::new()).unwrap();
        let numbers = Baskets::from_lists(lists.iter().map(|list| list.iter().copied())).unwrap();
        prop_assert_eq!(shown(&got), shown(&numbers));
    }
}

#[test]
fn a_stream_of_one_column_is_a_table() {
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>([
        Some(vec![Some(3), Some(1), Some(3)]),
        Some(vec![]),
    ]);
    let table = table_from_array(Arc::new(lists)).unwrap();
    let baskets =
        Baskets::from_list_column(table, Some("value"), OnBad::Error, &Control::new()).unwrap();
    assert_eq!(shown(&baskets), [vec![Id::Int(3), Id::Int(1)], vec![]]);

    let mut fixed = FixedSizeListBuilder::new(StringBuilder::new(), 2);
    for text in ["a", "b", "b", "b"] {
        fixed.values().append_value(text);
    }
    fixed.append(true);
    fixed.append(true);
    let table = table_from_array(Arc::new(fixed.finish())).unwrap();
    let baskets = Baskets::from_list_column(table, None, OnBad::Error, &Control::new()).unwrap();
    assert_eq!(shown(&baskets), [vec![Id::from("a"), "b".into()], vec!["b".into()]]);
}

#[test]
fn nulls_in_lists_are_errors_or_counted() {
    let lists = || {
        table_from_array(Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([
            Some(vec![Some(3)]),
            None,
            Some(vec![None, Some(4), None]),
        ])))
        .unwrap()
    };
    let error = Baskets::from_list_column(lists(), None, OnBad::Error, &Control::new());
    let error = error.unwrap_err();
    assert!(error.to_string().contains("row 1 (counted from 0): null"), "{error}");
    let baskets = Baskets::from_list_column(lists(), None, OnBad::Skip, &Control::new()).unwrap();
    assert_eq!(shown(&baskets), [[Id::Int(3)], [Id::Int(4)]]);
    assert_eq!(baskets.skipped(), 3);
}

#[test]
fn columns_of_lists_that_cannot_serve_are_named() {
    let floats =
        ListArray::from_iter_primitive::<arrow_array::types::Float64Type, _, _>([Some(vec![
            Some(1.0),
        ])]);
    let table = batch(vec![
        ("floats", Arc::new(floats) as ArrayRef),
        ("text", Arc::new(StringArray::from(vec!["a"]))),
    ]);
    for (column, expected) in [
        (None, "the table has 2 columns: name the one of lists"),
        (Some("lists"), "there is no column \"lists\" (for baskets)"),
        (Some("text"), "has type Utf8; expected lists of strings or integers"),
        (Some("floats"), "ids are never rounded"),
    ] {
        let reader = table_from_batch(table.clone());
        let error = Baskets::from_list_column(reader, column, OnBad::Error, &Control::new());
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Schema);
        assert!(error.to_string().contains(expected), "{error}");
    }
    let lists = ListArray::new(
        Arc::new(arrow_schema::Field::new_list_field(arrow_schema::DataType::UInt64, true)),
        arrow_buffer::OffsetBuffer::from_lengths([1, 0, 2]),
        Arc::new(UInt64Array::from(vec![1, 2, u64::MAX])),
        None,
    );
    let table = table_from_array(Arc::new(lists)).unwrap();
    let error = Baskets::from_list_column(table, None, OnBad::Error, &Control::new()).unwrap_err();
    assert!(error.to_string().contains("row 2 (counted from 0): the id 184467"), "{error}");
}

#[test]
fn one_hot_cells_are_0_or_1() {
    let cell = |array: ArrayRef| {
        let table = batch(vec![
            ("bread", Arc::new(Int32Array::from(vec![1, 0])) as ArrayRef),
            ("butter", array),
        ]);
        Baskets::from_onehot(table_from_batch(table), &Control::new()).unwrap_err()
    };
    for (array, kind, expected) in [
        (
            Arc::new(Int32Array::from(vec![0, 2])) as ArrayRef,
            ErrorKind::Data,
            "column \"butter\" (item), row 1 (counted from 0): 2; expected 0 or 1",
        ),
        (Arc::new(Float64Array::from(vec![f64::NAN, 0.0])), ErrorKind::Data, "row 0"),
        (Arc::new(BooleanArray::from(vec![Some(true), None])), ErrorKind::Data, "row 1"),
        (
            Arc::new(StringArray::from(vec!["yes", "no"])),
            ErrorKind::Schema,
            "has type Utf8; expected booleans, or numbers that are 0 or 1",
        ),
    ] {
        let error = cell(array);
        assert_eq!(error.kind(), kind);
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn compressed_rows_are_checked() {
    let ok = Baskets::from_csr(&[0u32, 2, 2], &[1u64, 0], 2, None).unwrap();
    assert_eq!(shown(&ok), [vec![Id::Int(1), Id::Int(0)], vec![]]);
    let far = Baskets::from_csr(&[0u32, 2], &[4_000_000_000u32, 7], 4_000_000_001, None).unwrap();
    assert_eq!(far.ids().iter().collect::<Vec<_>>(), [IdRef::Int(4_000_000_000), IdRef::Int(7)]);
    for (indptr, indices, items, expected) in [
        (vec![], vec![], 1, "indptr: expected one more entry than baskets"),
        (vec![1], vec![], 1, "indptr: expected 0 as the first entry, got 1"),
        (vec![0, 2, 1], vec![0, 0], 1, "indptr[2]: expected a number from 2 to 2"),
        (vec![0, 3], vec![0, 0], 1, "indptr[1]: expected a number from 0 to 2"),
        (vec![0, -1], vec![], 1, "indptr[1]: expected a number from 0 to 0"),
        (vec![0, 1], vec![0, 0], 1, "indptr: the last entry is 1, but there are 2"),
        (vec![0, 2], vec![0, 5], 5, "indices[1]: expected a number from 0 to below 5, got 5"),
        (vec![0, 1], vec![-1], 5, "indices[0]: expected a number from 0 to below 5, got -1"),
    ] {
        let error = Baskets::from_csr::<i64, i32>(&indptr, &indices, items, None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains(expected), "{error}");
    }
    let ids = Ids::new(IdKind::Str);
    let error = Baskets::from_csr(&[0u32], &[0u32; 0], 3, Some(ids)).unwrap_err();
    assert!(error.to_string().contains("expected 3 distinct ids"), "{error}");
}

#[test]
fn fimi_files_of_the_workshops() {
    let Some(folder) = std::env::var_os("BASKETRY_DATA") else {
        println!("skipped: BASKETRY_DATA does not name the folder of the data sets");
        return;
    };
    let path = std::path::Path::new(&folder).join("fimi/retail.dat");
    let baskets = Baskets::from_fimi(path, &Control::new()).unwrap();
    assert_eq!((baskets.len(), baskets.ids().len()), (88_162, 16_470));
}
