//! One thing at a time: what is refused, and by which words.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampSecondArray, UInt64Array,
};
use arrow_buffer::{Buffer, OffsetBuffer};
use basketry::{
    Control, Currency, ErrorKind, History, HistoryBuilder, HistoryColumns, HistoryOptions, OnBad,
    OrderLine, table_from_batch,
};

use crate::lines::*;

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, a)| (n, a, true)))
        .unwrap()
}

fn two_lines() -> RecordBatch {
    batch(vec![
        ("who", Arc::new(StringArray::from(vec!["ann", "bob"])) as ArrayRef),
        ("order", Arc::new(Int64Array::from(vec![1, 2]))),
        ("when", Arc::new(Date32Array::from(vec![18_262, 18_263]))),
        ("sku", Arc::new(StringArray::from(vec!["x", "y"]))),
        ("units", Arc::new(Float64Array::from(vec![1.0, f64::NAN]))),
        ("paid", Arc::new(Float64Array::from(vec![1.0, 2.0]))),
        ("count", Arc::new(Int64Array::from(vec![20, 21]))),
        ("big", Arc::new(UInt64Array::from(vec![1, u64::MAX]))),
        ("flag", Arc::new(arrow_array::BooleanArray::from(vec![true, false]))),
    ])
}

fn error_of(batch: RecordBatch, columns: HistoryColumns) -> basketry::Error {
    let options = HistoryOptions::default();
    History::from_reader(table_from_batch(batch), &columns, &options, &Control::new()).unwrap_err()
}

#[test]
fn columns_that_cannot_serve_are_named() {
    let base = || HistoryColumns::new("when", "sku");
    for (columns, kind, expected) in [
        (base(), ErrorKind::InvalidArgument, "neither customer nor basket"),
        (
            base().customer("client"),
            ErrorKind::Schema,
            "there is no column \"client\" (for customer); the table has the columns \"who\", \
             \"order\", \"when\", \"sku\", \"units\", \"paid\", \"count\", \"big\", \"flag\"",
        ),
        (
            base().customer("units"),
            ErrorKind::Schema,
            "column \"units\" (customer) has type Float64; expected strings or integers. Cast the \
             column to integers first; ids are never rounded for you",
        ),
        (base().customer("when"), ErrorKind::Schema, "has type Date32; expected strings or"),
        (
            HistoryColumns::new("count", "sku").customer("who"),
            ErrorKind::Schema,
            "column \"count\" (time) has type Int64; expected dates or timestamps. A bare integer",
        ),
        (
            HistoryColumns::new("flag", "sku").customer("who"),
            ErrorKind::Schema,
            "column \"flag\" (time) has type Boolean; expected dates, timestamps or ISO 8601",
        ),
        (
            base().customer("who").quantity("sku"),
            ErrorKind::Schema,
            "column \"sku\" (quantity) has type Utf8; expected integers, floats or decimals. Cast",
        ),
        (base().customer("who").revenue("when"), ErrorKind::Schema, "(revenue) has type Date32"),
        (
            base().customer("big"),
            ErrorKind::Data,
            "column \"big\" (customer), row 1 (counted from 0): the id 18446744073709551615 is \
             above 9223372036854775807, the largest integer id; use strings",
        ),
        (
            base().customer("who").quantity("units"),
            ErrorKind::Data,
            "column \"units\" (quantity), row 1 (counted from 0): NaN is not finite or too big \
             (the rule non_finite is error; it may be skip)",
        ),
    ] {
        let error = error_of(two_lines(), columns);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

/// Bytes that are not UTF-8 as a string column; only a faulty producer makes such.
fn invalid_utf8() -> ArrayRef {
    let offsets = OffsetBuffer::new(vec![0, 4, 8].into());
    // SAFETY: the offsets are sound. That the bytes are not UTF-8 is what the test is about, and
    // nothing here reads them as text.
    Arc::new(unsafe {
        StringArray::new_unchecked(offsets, Buffer::from_slice_ref(b"finef\xffxe"), None)
    })
}

#[test]
fn values_that_cannot_serve_are_named() {
    let base = |time: ArrayRef, sku: ArrayRef, units: ArrayRef| {
        batch(vec![
            ("who", Arc::new(StringArray::from(vec!["ann"; 2])) as ArrayRef),
            ("when", time),
            ("sku", sku),
            ("units", units),
        ])
    };
    let columns = HistoryColumns::new("when", "sku").customer("who").quantity("units");
    let days: ArrayRef = Arc::new(Date32Array::from(vec![1, 2]));
    let skus: ArrayRef = Arc::new(StringArray::from(vec!["x", "y"]));
    let ones: ArrayRef = Arc::new(Float64Array::from(vec![1.0; 2]));
    for (batch, expected) in [
        (
            base(
                Arc::new(StringArray::from(vec!["2020-01-01", "yesterday"])),
                skus.clone(),
                ones.clone(),
            ),
            "column \"when\" (time), row 1 (counted from 0): expected a date such as 2024-03-31",
        ),
        (
            base(
                Arc::new(TimestampSecondArray::from(vec![0, 1_600_000_000_000])),
                skus.clone(),
                ones.clone(),
            ),
            "the time 1600000000000 is outside the years -9999 to 9999; check the unit",
        ),
        (
            base(days.clone(), Arc::new(StringArray::from(vec![None, Some("x")])), ones.clone()),
            "column \"sku\" (product), row 0 (counted from 0): null (the rule for nulls is error",
        ),
        (
            base(days.clone(), skus.clone(), Arc::new(Float64Array::from(vec![1.0, -2.0]))),
            "column \"units\" (quantity), row 1 (counted from 0): -2 is not a positive quantity \
             (the rule non_positive is error; it may be skip or return)",
        ),
        (
            base(days.clone(), skus.clone(), Arc::new(Float64Array::from(vec![1e39, 1.0]))),
            "row 0 (counted from 0): 1e39 is not finite or",
        ),
        (
            base(days.clone(), invalid_utf8(), ones.clone()),
            "column \"sku\" (product), row 1 (counted from 0): the string is not valid UTF-8",
        ),
    ] {
        let error = error_of(batch, columns.clone());
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn a_basket_has_one_customer() {
    let table = batch(vec![
        ("who", Arc::new(StringArray::from(vec!["ann", "bob", "bob"])) as ArrayRef),
        ("order", Arc::new(Int64Array::from(vec![1, 2, 1]))),
        ("when", Arc::new(Date32Array::from(vec![1, 2, 3]))),
        ("sku", Arc::new(StringArray::from(vec!["x", "y", "z"]))),
    ]);
    let error = error_of(table, HistoryColumns::new("when", "sku").customer("who").basket("order"));
    assert_eq!(error.kind(), ErrorKind::Data);
    assert_eq!(
        error.to_string(),
        "row 2 (counted from 0): basket 1 belongs to customer \"ann\", but this line says \
         customer \"bob\"; expected one customer a basket"
    );
}

#[test]
fn ids_keep_their_type() {
    let columns = HistoryColumns::new("when", "sku").customer("who").basket("order");
    let options = HistoryOptions::default();
    let mut history =
        History::from_reader(table_from_batch(two_lines()), &columns, &options, &Control::new())
            .unwrap();
    assert_eq!(history.basket_ids().find(1), Some(0));
    assert_eq!(history.basket_ids().find("1"), None);
    let before = show(&history);
    let other = batch(vec![
        ("who", Arc::new(StringArray::from(vec!["cia"])) as ArrayRef),
        ("order", Arc::new(StringArray::from(vec!["3"]))),
        ("when", Arc::new(Date32Array::from(vec![3]))),
        ("sku", Arc::new(StringArray::from(vec!["x"]))),
    ]);
    let error =
        history.append(table_from_batch(other), &columns, &options, &Control::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Schema);
    assert!(error.to_string().contains("\"order\" (basket) holds strings, but the ids read"));
    // What failed left no trace, neither did this:
    let more = HistoryColumns::new("when", "sku").customer("who");
    let error = history
        .append(table_from_batch(two_lines()), &more, &options, &Control::new())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.to_string().contains("basket: not as in what"), "{error}");
    let flawed = columns.clone().quantity("units");
    assert!(
        history.append(table_from_batch(two_lines()), &flawed, &options, &Control::new()).is_err()
    );
    assert_eq!(show(&history), before);
}

#[test]
fn the_currency_must_stay() {
    let columns = HistoryColumns::new("when", "sku").customer("who").revenue("paid");
    let yen = HistoryOptions::new(Currency::new("JPY").unwrap());
    let table = || table_from_batch(two_lines());
    let mut history = History::from_reader(table(), &columns, &yen, &Control::new()).unwrap();
    assert_eq!(history.lines_of(1).next().unwrap().revenue, Some(2));
    let error =
        history.append(table(), &columns, &HistoryOptions::default(), &Control::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.to_string().contains("currency"), "{error}");
}

#[test]
fn an_empty_table_is_a_history_to_append_to() {
    let columns = HistoryColumns::new("when", "sku").customer("who").basket("order");
    let options = HistoryOptions::default();
    let empty = table_from_batch(two_lines().slice(0, 0));
    let mut history = History::from_reader(empty, &columns, &options, &Control::new()).unwrap();
    assert!(history.is_empty());
    assert_eq!((history.first_time(), history.report().lines_read), (None, 0));
    let table = || table_from_batch(two_lines());
    history.append(table(), &columns, &options, &Control::new()).unwrap();
    let at_once = History::from_reader(table(), &columns, &options, &Control::new()).unwrap();
    assert_eq!(show(&history), show(&at_once));
}

#[test]
fn the_report_reads_well() {
    let columns =
        HistoryColumns::new("when", "sku").customer("who").basket("order").quantity("units");
    let options = HistoryOptions::default().non_finite(OnBad::Skip);
    let table = table_from_batch(two_lines());
    let history = History::from_reader(table, &columns, &options, &Control::new()).unwrap();
    assert_eq!(
        history.report().to_string(),
        "2 lines read, 1 used; baskets: 1, customers: 1, products: 1; 2020-01-01T00:00:00Z to \
         2020-01-01T00:00:00Z\nlines left out, number not finite: 1"
    );
    let json = serde_json::to_value(history.report()).unwrap();
    assert_eq!(json["skipped_non_finite"], 1);
    assert_eq!(json["first_time"], 18_262 * DAY);
}

#[test]
fn columns_and_options_are_read_from_json() {
    let columns: HistoryColumns =
        serde_json::from_str(r#"{"time": "when", "product": "sku", "customer": "who"}"#).unwrap();
    assert_eq!(columns, HistoryColumns::new("when", "sku").customer("who"));
    let options: HistoryOptions =
        serde_json::from_str(r#"{"nulls": "skip", "currency": "CHF"}"#).unwrap();
    assert_eq!(options, HistoryOptions::new(Currency::new("CHF").unwrap()).nulls(OnBad::Skip));
    for (json, expected) in [
        (r#"{"null": "skip"}"#, "unknown field `null`"),
        (r#"{"nulls": "drop"}"#, "unknown variant `drop`"),
        (r#"{"currency": "chf"}"#, "three upper-case letters"),
    ] {
        let error = serde_json::from_str::<HistoryOptions>(json).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn reading_can_be_cancelled() {
    let control = Control::new();
    control.cancel();
    let columns = HistoryColumns::new("when", "sku").customer("who");
    let table = table_from_batch(two_lines());
    let error = History::from_reader(table, &columns, &HistoryOptions::default(), &control);
    assert!(error.unwrap_err().is_cancelled());
}

#[test]
fn the_builder_names_what_is_wrong() {
    let mut builder = HistoryBuilder::new(&HistoryOptions::default());
    builder.push(&OrderLine::new(0, "x").customer("ann").basket(1)).unwrap();
    for (line, expected) in [
        (OrderLine::new(0, "x").customer("bob").basket(1), "belongs to customer \"ann\""),
        (OrderLine::new(0, "x").basket(2), "customer, row 2 (counted from 0): null"),
        (OrderLine::new(0, 7).customer("ann").basket(1), "product, row 3 (counted from 0): 7, but"),
        (OrderLine::new(i64::MAX, "x").customer("ann").basket(1), "expected milliseconds"),
        (OrderLine::new(0, "x").customer("ann").basket(1).revenue(5), "without revenue"),
        (OrderLine::new(0, "x").customer("ann").basket(1).quantity(-1.0), "not a positive"),
    ] {
        let error = builder.push(&line).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert_eq!(builder.len(), 7);
    let history = builder.finish(&Control::new()).unwrap();
    assert_eq!((history.lines(), history.customers().len()), (1, 1));

    let builder = HistoryBuilder::new(&HistoryOptions::default());
    let error = builder.without_customers().without_baskets().finish(&Control::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn sums_that_are_too_big_are_errors() {
    let mut builder = HistoryBuilder::new(&HistoryOptions::default()).with_revenue();
    for _ in 0..2 {
        let line = OrderLine::new(0, "gold").customer(1).basket("b");
        builder.push(&line.revenue(i64::MAX - 1)).unwrap();
    }
    let error = builder.finish(&Control::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(error.to_string().contains("basket \"b\", product \"gold\": the sum"), "{error}");
}

#[test]
fn a_basket_may_be_huge() {
    let mut builder = HistoryBuilder::new(&HistoryOptions::default());
    for i in 0..100_000i64 {
        builder.push(&OrderLine::new(0, (i * 7919) % 100_000).customer(1).basket(1)).unwrap();
    }
    let history = builder.finish(&Control::new()).unwrap();
    assert_eq!(history.lines_of(0).len(), 100_000);
}
