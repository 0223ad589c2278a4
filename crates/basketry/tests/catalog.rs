//! Catalogues from tables and from single products.

use std::sync::Arc;

use arrow_array::types::Int8Type;
use arrow_array::{
    ArrayRef, BooleanArray, Decimal128Array, DictionaryArray, Float64Array, Int32Array, Int64Array,
    RecordBatch, StringArray, StringViewArray,
};
use basketry::{
    Catalog, CatalogBuilder, CatalogColumns, CatalogOptions, Control, Currency, ErrorKind, IdRef,
    OnBad, Product, Result, table_from_batch,
};

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
    .unwrap()
}

fn read(
    batch: &RecordBatch,
    columns: &CatalogColumns,
    options: &CatalogOptions,
) -> Result<Catalog> {
    Catalog::from_reader(table_from_batch(batch.clone()), columns, options, &Control::new())
}

fn full() -> RecordBatch {
    let sockets: DictionaryArray<Int8Type> = [Some("E27"), None, Some("E14")].into_iter().collect();
    batch(vec![
        ("sku", Arc::new(StringViewArray::from(vec!["a", "b", "c"])) as ArrayRef),
        ("price", Arc::new(Float64Array::from(vec![Some(2.5), None, Some(0.0)]))),
        (
            "cost",
            Arc::new(
                Decimal128Array::from(vec![Some(1005), Some(1), None])
                    .with_precision_and_scale(9, 3)
                    .unwrap(),
            ),
        ),
        ("stock", Arc::new(Int32Array::from(vec![Some(3), None, Some(-1)]))),
        ("active", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
        ("title", Arc::new(StringArray::from(vec![Some("Lamp"), None, Some("Bulb")]))),
        ("family", Arc::new(Int64Array::from(vec![Some(7), Some(7), None]))),
        ("department", Arc::new(StringArray::from(vec!["home"; 3]))),
        ("kind", Arc::new(StringArray::from(vec![Some("lamp"), Some("lamp"), None]))),
        ("socket", Arc::new(sockets)),
        ("size", Arc::new(Float64Array::from(vec![Some(0.5), Some(f64::NAN), Some(0.5)]))),
        ("lumen", Arc::new(Int32Array::from(vec![Some(400), None, Some(800)]))),
        ("months", Arc::new(Int32Array::from(vec![None, Some(1), Some(24)]))),
        ("contract", Arc::new(BooleanArray::from(vec![Some(false), None, Some(true)]))),
        ("pieces", Arc::new(Float64Array::from(vec![Some(0.5), None, Some(8.0)]))),
        ("stars", Arc::new(Float64Array::from(vec![Some(0.0), Some(4.5), None]))),
    ])
}

#[test]
fn every_role_is_read() {
    let columns = CatalogColumns::new("sku", "price")
        .cost("cost")
        .stock("stock")
        .sellable("active")
        .name("title")
        .line("family")
        .category(["department", "kind"])
        .must_match(["socket", "size"])
        .quality(["lumen"])
        .term("months")
        .service("contract")
        .pack("pieces")
        .rating("stars");
    let catalog = read(&full(), &columns, &CatalogOptions::default()).unwrap();
    assert_eq!(catalog.len(), 3);
    assert_eq!(catalog.find("b"), Some(1));
    assert_eq!(catalog.price(0).unwrap().to_string(), "2.50 EUR");
    assert_eq!((catalog.price(1), catalog.price(2).unwrap().minor), (None, 0));
    // 1.005 is a tie and goes to the even cent; 0.001 rounds to nothing.
    assert_eq!([0, 1, 2].map(|p| catalog.cost(p).map(|c| c.minor)), [Some(100), Some(0), None]);
    assert_eq!([0, 1, 2].map(|p| catalog.stock(p)), [Some(3), None, Some(-1)]);
    assert_eq!([0, 1, 2].map(|p| catalog.is_sellable(p)), [true, false, false]);
    assert_eq!([0, 1, 2].map(|p| catalog.name(p)), [Some("Lamp"), None, Some("Bulb")]);
    assert_eq!(
        [0, 1, 2].map(|p| catalog.line(p)),
        [Some(IdRef::Int(7)), Some(IdRef::Int(7)), None]
    );
    assert_eq!(catalog.brand(0), None);
    assert_eq!(catalog.category(2).collect::<Vec<_>>(), [Some(IdRef::Str("home")), None]);
    let attributes: Vec<_> = catalog.must_match(2).collect();
    assert_eq!(
        attributes,
        [("socket", Some(IdRef::Str("E14"))), ("size", Some(IdRef::Str("0.5")))]
    );
    assert_eq!(catalog.must_match(1).filter(|(_, value)| value.is_some()).count(), 0);
    assert_eq!(catalog.quality(1).collect::<Vec<_>>(), [("lumen", None)]);
    assert_eq!([0, 1, 2].map(|p| catalog.term(p)), [1, 1, 24]);
    assert_eq!([0, 1, 2].map(|p| catalog.is_service(p)), [false, false, true]);
    assert_eq!([0, 1, 2].map(|p| catalog.pack(p)), [Some(0.5), None, Some(8.0)]);
    assert_eq!([0, 1, 2].map(|p| catalog.rating(p)), [Some(0.0), Some(4.5), None]);

    let report = catalog.report();
    assert_eq!((report.rows_read, report.products), (3, 3));
    assert_eq!((report.without_price, report.without_cost), (1, 1));
    assert_eq!((report.out_of_stock, report.not_sellable), (1, 2));
    assert!(report.to_string().contains("without a price (never offered): 1"), "{report}");
    assert!(serde_json::to_string(report).unwrap().contains("\"without_cost\":1"));
}

#[test]
fn bad_rows_are_errors_or_are_counted() {
    let table = batch(vec![
        (
            "id",
            Arc::new(StringArray::from(vec![Some("a"), None, Some("c"), Some("d")])) as ArrayRef,
        ),
        ("price", Arc::new(Float64Array::from(vec![1.0, 2.0, -3.0, f64::NAN]))),
    ]);
    let columns = CatalogColumns::new("id", "price");
    let error = read(&table, &columns, &CatalogOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(error.to_string().contains("\"id\" (product), row 1"), "{error}");

    let options = CatalogOptions::default().nulls(OnBad::Skip);
    let error = read(&table, &columns, &options).unwrap_err();
    assert!(error.to_string().contains("\"price\", row 2"), "{error}");
    assert!(error.to_string().contains("below zero"), "{error}");

    let catalog = read(&table, &columns, &options.bad_numbers(OnBad::Skip)).unwrap();
    let report = catalog.report();
    assert_eq!((report.skipped_null, report.skipped_bad_number, report.products), (1, 2, 1));
    assert_eq!(catalog.ids().iter().collect::<Vec<_>>(), [IdRef::Str("a")]);
}

#[test]
fn a_product_has_one_row() {
    let first = batch(vec![
        ("id", Arc::new(Int32Array::from(vec![7, 8])) as ArrayRef),
        ("price", Arc::new(Int32Array::from(vec![1, 2]))),
    ]);
    let reader = arrow_array::RecordBatchIterator::new(
        vec![Ok(first.clone()), Ok(first.slice(1, 1))],
        first.schema(),
    );
    let columns = CatalogColumns::new("id", "price");
    let error = Catalog::from_reader(reader, &columns, &CatalogOptions::default(), &Control::new())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "column \"id\" (product), row 2 (counted from 0): product 8 is in row 1 (counted from 0) \
         already"
    );
}

#[test]
fn columns_that_cannot_serve_are_named() {
    let table = full();
    let error = read(&table, &CatalogColumns::new("sku", "amount"), &CatalogOptions::default())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Schema);
    let text = error.to_string();
    assert!(
        text.contains("no column \"amount\" (for price)") && text.contains("\"cost\""),
        "{text}"
    );
    for (columns, expected) in [
        (CatalogColumns::new("price", "price"), "Cast the column to integers first"),
        (CatalogColumns::new("sku", "title"), "has type Utf8; expected integers, floats"),
        (CatalogColumns::new("sku", "price").sellable("stock"), "expected booleans"),
        (CatalogColumns::new("sku", "price").name("stock"), "expected strings"),
    ] {
        let error = read(&table, &columns, &CatalogOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Schema);
        assert!(error.to_string().contains(expected), "{error}");
    }
    let twice = RecordBatch::try_from_iter_with_nullable([
        ("id", Arc::new(Int32Array::from(vec![1])) as ArrayRef, true),
        ("id", Arc::new(Int32Array::from(vec![1])) as ArrayRef, true),
    ])
    .unwrap();
    let error =
        read(&twice, &CatalogColumns::new("id", "id"), &CatalogOptions::default()).unwrap_err();
    assert!(error.to_string().contains("more than one column \"id\""), "{error}");
}

#[test]
fn the_builder_gives_what_the_table_gives() {
    let table = full();
    let columns = CatalogColumns::new("sku", "price").cost("cost").stock("stock").line("family");
    let read = read(&table, &columns, &CatalogOptions::default()).unwrap();
    let mut builder = CatalogBuilder::new(&CatalogOptions::default());
    builder.push(&Product::new("a").price(250).cost(100).stock(3).line(7)).unwrap();
    builder.push(&Product::new("b").cost(0).line(7)).unwrap();
    let error = builder.push(&Product::new("a")).unwrap_err();
    assert!(error.to_string().contains("it is in row 0"), "{error}");
    let error = builder.push(&Product::new("x").price(-1)).unwrap_err();
    assert!(error.to_string().contains("price is below zero"), "{error}");
    let error = builder.push(&Product::new(7)).unwrap_err();
    assert!(error.to_string().contains("ids are never converted"), "{error}");
    let error = builder.push(&Product::new("x").line("seven")).unwrap_err();
    assert!(error.to_string().contains("line \"seven\""), "{error}");
    builder.push(&Product::new("c").price(0).stock(-1)).unwrap();
    let built = builder.finish();
    for p in 0..3 {
        assert_eq!(built.id(p), read.id(p));
        assert_eq!(built.price(p), read.price(p));
        assert_eq!(built.cost(p), read.cost(p));
        assert_eq!(built.stock(p), read.stock(p));
        assert_eq!(built.line(p), read.line(p));
        assert!(built.is_sellable(p));
        assert_eq!(built.name(p), None);
    }
    assert_eq!(built.report(), read.report());
}

#[test]
fn builder_columns_may_begin_late() {
    let mut builder = CatalogBuilder::new(&CatalogOptions::new(Currency::new("JPY").unwrap()));
    builder.push(&Product::new(1).price(100)).unwrap();
    builder
        .push(
            &Product::new(2)
                .name("Lens")
                .sellable(false)
                .category(["optics"])
                .must_match("mount", "F")
                .quality("zoom", 3.0)
                .term(12)
                .service(true)
                .pack(2.5)
                .rating(5.0),
        )
        .unwrap();
    builder.push(&Product::new(3)).unwrap();
    let catalog = builder.finish();
    assert_eq!(catalog.price(0).unwrap().to_string(), "100 JPY");
    assert_eq!([0, 1, 2].map(|p| catalog.is_sellable(p)), [true, false, true]);
    assert_eq!([0, 1, 2].map(|p| catalog.name(p)), [None, Some("Lens"), None]);
    assert_eq!(
        [0, 1, 2].map(|p| catalog.category(p).next().unwrap()),
        [None, Some(IdRef::Str("optics")), None]
    );
    assert_eq!(
        [0, 1, 2].map(|p| catalog.must_match(p).next().unwrap().1),
        [None, Some(IdRef::Str("F")), None]
    );
    assert_eq!([0, 1, 2].map(|p| catalog.quality(p).next().unwrap().1), [None, Some(3.0), None]);
    assert_eq!([0, 1, 2].map(|p| catalog.term(p)), [1, 12, 1]);
    assert_eq!([0, 1, 2].map(|p| catalog.is_service(p)), [false, true, false]);
    assert_eq!([0, 1, 2].map(|p| catalog.pack(p)), [None, Some(2.5), None]);
    assert_eq!([0, 1, 2].map(|p| catalog.rating(p)), [None, Some(5.0), None]);
}

#[test]
fn terms_packs_and_ratings_out_of_range_are_errors_or_are_counted() {
    for (column, values, what) in [
        (
            "term",
            vec![12.0, 0.0, 1.5, 1201.0, f64::NAN],
            "row 1 (counted from 0): the term is not a whole",
        ),
        (
            "pack",
            vec![0.5, 0.0, -1.0, f64::INFINITY, f64::NAN],
            "row 1 (counted from 0): the content of a pack",
        ),
        (
            "rating",
            vec![5.0, 5.5, -0.5, f64::INFINITY, f64::NAN],
            "row 1 (counted from 0): the rating is not",
        ),
    ] {
        let table = batch(vec![
            ("id", Arc::new(Int64Array::from(vec![1, 2, 3, 4, 5])) as ArrayRef),
            ("price", Arc::new(Float64Array::from(vec![1.0; 5]))),
            ("x", Arc::new(Float64Array::from(values.clone()))),
        ]);
        let columns = CatalogColumns::new("id", "price");
        let columns = match column {
            "term" => columns.term("x"),
            "pack" => columns.pack("x"),
            _ => columns.rating("x"),
        };
        let error = read(&table, &columns, &CatalogOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains(what), "{error}");
        let options = CatalogOptions::default().bad_numbers(OnBad::Skip);
        let catalog = read(&table, &columns, &options).unwrap();
        assert_eq!((catalog.len(), catalog.report().skipped_bad_number), (1, 4));

        let mut builder = CatalogBuilder::new(&CatalogOptions::default());
        for (id, &value) in values.iter().enumerate() {
            let product = Product::new(id as i64).price(100);
            let product = match column {
                // Periods of a product are whole numbers already.
                "term" => product.term(value.ceil() as u32),
                "pack" => product.pack(value),
                _ => product.rating(value),
            };
            let fits = matches!((column, id), (_, 0) | ("term", 2));
            assert_eq!(builder.push(&product).is_ok(), fits, "{column} {value}");
        }
    }
}

#[test]
fn setters_refuse_what_cannot_be() {
    let mut builder = CatalogBuilder::new(&CatalogOptions::default());
    builder.push(&Product::new("jam").price(249)).unwrap();
    let mut catalog = builder.finish();
    assert_eq!(catalog.set_stock("ham", None).unwrap_err().kind(), ErrorKind::UnknownId);
    assert_eq!(catalog.set_price("jam", Some(-1)).unwrap_err().kind(), ErrorKind::InvalidArgument);
    catalog.set_cost("jam", Some(100)).unwrap();
    catalog.set_sellable("jam", false).unwrap();
    catalog.set_stock("jam", Some(2)).unwrap();
    assert_eq!(catalog.cost(0).unwrap().minor, 100);
    assert_eq!((catalog.is_sellable(0), catalog.stock(0)), (false, Some(2)));
    catalog.set_stock("jam", None).unwrap();
    assert_eq!(catalog.stock(0), None);

    catalog.set_term("jam", 24).unwrap();
    catalog.set_service("jam", true).unwrap();
    catalog.set_pack("jam", Some(3.5)).unwrap();
    catalog.set_rating("jam", Some(5.0)).unwrap();
    assert_eq!((catalog.term(0), catalog.is_service(0)), (24, true));
    assert_eq!((catalog.pack(0), catalog.rating(0)), (Some(3.5), Some(5.0)));
    for error in [
        catalog.set_term("jam", 0),
        catalog.set_term("jam", 1201),
        catalog.set_pack("jam", Some(0.0)),
        catalog.set_pack("jam", Some(f64::NAN)),
        catalog.set_rating("jam", Some(5.1)),
        catalog.set_rating("jam", Some(f64::NAN)),
    ] {
        assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
    catalog.set_pack("jam", None).unwrap();
    catalog.set_rating("jam", None).unwrap();
    assert_eq!((catalog.term(0), catalog.pack(0), catalog.rating(0)), (24, None, None));
}
