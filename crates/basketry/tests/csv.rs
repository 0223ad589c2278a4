//! CSV files: what fields mean, and what is said of those that mean nothing.

use std::path::PathBuf;

use basketry::{
    Baskets, Catalog, CatalogColumns, CatalogOptions, Control, CsvOptions, ErrorKind, History,
    HistoryColumns, HistoryOptions, IdRef, OnBad, OnNonPositive, Result,
};
use proptest::prelude::*;

struct File {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

fn file(content: impl AsRef<[u8]>) -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    std::fs::write(&path, content).unwrap();
    File { path, _folder: folder }
}

fn history(content: impl AsRef<[u8]>, csv: &CsvOptions) -> Result<History> {
    let columns = HistoryColumns::new("when", "sku")
        .customer("who")
        .basket("order")
        .quantity("units")
        .revenue("paid");
    let options = HistoryOptions::default().non_positive(OnNonPositive::Return);
    History::from_csv(file(content).path, &columns, &options, csv, &Control::new())
}

const LINES: &str = "\u{feff}order,who,when,sku,units,paid,remark
7,ann,2024-03-31,\"jam, \"\"red\"\"\",2,4.98,
7,ann,2024-03-31T12:00:00Z,007,1.5,1e1,\"two
lines\"

8,bob,2024-04-01 09:30:00,7,-1,-2.5,x
";

#[test]
fn order_lines() {
    let history = history(LINES, &CsvOptions::default()).unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(history.basket_ids().get(0), IdRef::Str("7"));
    assert_eq!(history.time_of(0), 1_711_843_200_000);
    let lines: Vec<_> = history
        .lines_of(0)
        .map(|line| (history.products().get(line.product), line.quantity, line.revenue))
        .collect();
    assert_eq!(
        lines,
        [
            (IdRef::Str("jam, \"red\""), 2.0, Some(498)),
            // Ids are strings as written: 007 is not 7.
            (IdRef::Str("007"), 1.5, Some(1000)),
        ]
    );
    let back = history.returns().next().unwrap();
    assert_eq!(history.products().get(back.product), IdRef::Str("7"));
    assert_eq!((back.quantity, back.revenue), (1.0, Some(250)));
}

#[test]
fn other_marks_and_integer_ids() {
    let text = "order;who;when;sku;units;paid\n7;ann;2024-03-31;12;2,5;1,005\n";
    let csv = CsvOptions::default().delimiter(';').decimal(',').integer_ids(["sku", "order"]);
    let history = history(text, &csv).unwrap();
    assert_eq!(history.products().get(0), IdRef::Int(12));
    assert_eq!(history.basket_ids().get(0), IdRef::Int(7));
    assert_eq!(history.customers().get(0), IdRef::Str("ann"));
    let line = history.lines_of(0).next().unwrap();
    assert_eq!((line.quantity, line.revenue), (2.5, Some(100)));
}

#[test]
fn fields_that_mean_nothing_are_named() {
    let head = "order,who,when,sku,units,paid\n1,ann,2024-01-01,x,1,1\n";
    let integers = CsvOptions::default().integer_ids(["order"]);
    let plain = CsvOptions::default();
    for (line, csv, expected) in [
        ("2,ann,yesterday,x,1,1", &plain, "column \"when\", line 3: expected a date such as"),
        ("2,ann,2024-01-01,x,one,1", &plain, "column \"units\", line 3: expected a number"),
        ("2,ann,2024-01-01,x,1,\"1,5\"", &plain, "column \"paid\", line 3: expected a number such"),
        ("2b,ann,2024-01-01,x,1,1", &integers, "column \"order\", line 3: expected an integer id"),
        ("2,ann,2024-01-01,x,1", &plain, "line 3: expected 6 fields, as in the header, got 5"),
        ("2,,2024-01-01,x,1,1", &plain, "column \"who\" (customer), line 3: null"),
        ("2,ann,2024-01-01,x,nan,1", &plain, "column \"units\" (quantity), line 3: NaN is not"),
        ("2,ann,2024-01-01,x,1,inf", &plain, "column \"paid\" (revenue), line 3: the amount is"),
        ("2,ann,2024-01-01,x,1,1e30", &plain, "column \"paid\" (revenue), line 3: the amount is"),
        ("1,bob,2024-01-01,x,1,1", &plain, "line 3: basket \"1\" belongs to customer \"ann\""),
    ] {
        let error = history(format!("{head}{line}\n"), csv).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data, "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    let mut bytes = head.as_bytes().to_vec();
    bytes.extend_from_slice(b"\"2\nx\",ann,2024-01-01,x,1,1\n3,\xff,2024-01-01,x,1,1\n");
    let error = history(bytes, &plain).unwrap_err();
    assert!(error.to_string().contains("column \"who\", line 5: the text is not valid UTF-8"));
}

#[test]
fn files_and_options_that_cannot_serve() {
    let csv = CsvOptions::default();
    for (content, csv, kind, expected) in [
        ("", csv.clone(), ErrorKind::Schema, "has no header line"),
        ("a,b\n1,2\n", csv.clone(), ErrorKind::Schema, "no column \"who\" (for customer); the"),
        (LINES, csv.clone().delimiter('é'), ErrorKind::InvalidArgument, "delimiter: expected one"),
        (LINES, csv.clone().decimal('x'), ErrorKind::InvalidArgument, "decimal: expected '.' or"),
        (
            LINES,
            csv.clone().integer_ids(["units"]),
            ErrorKind::InvalidArgument,
            "integer_ids: \"units\" is not among the columns of ids",
        ),
    ] {
        let error = history(content, &csv).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    let columns = HistoryColumns::new("t", "p").basket("t");
    let error = History::from_csv(
        file("t,p\n").path,
        &columns,
        &HistoryOptions::default(),
        &csv,
        &Control::new(),
    );
    let error = error.unwrap_err();
    assert!(error.to_string().contains("cannot be both time and basket"), "{error}");
    let error = Baskets::from_csv("none.csv", "b", "i", OnBad::Error, &csv, &Control::new());
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("none.csv"), "{error}");
}

#[test]
fn products() {
    let text = "sku,price,cost,stock,live,title,dept,size,zoom,term,contract,pack,stars\n\
                a,2.50,1.005,3,YES,Lamp,home,42,1.5,12,yes,0.75,4.5\n\
                b,,,,false,,home,,,,,,\n\
                c,0.015,0.025,-2,1,Bulb,,43,NaN,1,0,2,0\n";
    let columns = CatalogColumns::new("sku", "price")
        .cost("cost")
        .stock("stock")
        .sellable("live")
        .name("title")
        .category(["dept"])
        .must_match(["size"])
        .quality(["zoom"])
        .term("term")
        .service("contract")
        .pack("pack")
        .rating("stars");
    let read = |text: &str, options: &CatalogOptions| {
        let csv = CsvOptions::default().integer_ids(["size"]);
        Catalog::from_csv(file(text).path, &columns, options, &csv, &Control::new())
    };
    let catalog = read(text, &CatalogOptions::default()).unwrap();
    let minor = |money: Option<basketry::Money>| money.map(|money| money.minor);
    // Halves of a cent go to the even one.
    assert_eq!([0, 1, 2].map(|p| minor(catalog.price(p))), [Some(250), None, Some(2)]);
    assert_eq!([0, 1, 2].map(|p| minor(catalog.cost(p))), [Some(100), None, Some(2)]);
    assert_eq!([0, 1, 2].map(|p| catalog.stock(p)), [Some(3), None, Some(-2)]);
    assert_eq!([0, 1, 2].map(|p| catalog.is_sellable(p)), [true, false, true]);
    assert_eq!([0, 1, 2].map(|p| catalog.name(p)), [Some("Lamp"), None, Some("Bulb")]);
    assert_eq!(catalog.must_match(2).next(), Some(("size", Some(IdRef::Int(43)))));
    assert_eq!(catalog.quality(2).next(), Some(("zoom", None)));
    assert_eq!([0, 1, 2].map(|p| catalog.term(p)), [12, 1, 1]);
    assert_eq!([0, 1, 2].map(|p| catalog.is_service(p)), [true, false, false]);
    assert_eq!([0, 1, 2].map(|p| catalog.pack(p)), [Some(0.75), None, Some(2.0)]);
    assert_eq!([0, 1, 2].map(|p| catalog.rating(p)), [Some(4.5), None, Some(0.0)]);

    let twice = format!("{text}a,1,,,1,,,,,,,,\n");
    let error = read(&twice, &CatalogOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "column \"sku\" (product), line 5: product \"a\" is in line 2 already"
    );
    let odd = text.replace("YES", "perhaps");
    let error = read(&odd, &CatalogOptions::default()).unwrap_err();
    assert!(error.to_string().contains("column \"live\", line 2: expected true or"), "{error}");
}

#[test]
fn baskets_and_appending() {
    let text = "b,i\n1,x\n2,y\n1,x\n1,\n";
    let csv = CsvOptions::default();
    let baskets =
        Baskets::from_csv(file(text).path, "b", "i", OnBad::Skip, &csv, &Control::new()).unwrap();
    assert_eq!((baskets.len(), baskets.items().len(), baskets.skipped()), (2, 2, 1));

    let columns = HistoryColumns::new("t", "p").customer("c");
    let options = HistoryOptions::default();
    let read = |text: &str| {
        History::from_csv(file(text).path, &columns, &options, &csv, &Control::new()).unwrap()
    };
    let mut history = read("t,p,c\n2024-01-01,x,ann\n");
    let more = file("t,p,c\n2024-01-01,y,ann\n2024-01-02,x,ann\n");
    history.append_csv(more.path, &columns, &options, &csv, &Control::new()).unwrap();
    assert_eq!((history.len(), history.lines()), (2, 3));
    assert_eq!(history.basket_ids().get(1), IdRef::Int(1));
}

#[test]
fn nulls_are_what_the_options_say() {
    let columns = HistoryColumns::new("t", "p").customer("c").quantity("q");
    let csv = CsvOptions::default().nulls(["NULL", "-"]);
    let options = HistoryOptions::default().nulls(OnBad::Skip);
    let text = "t,p,c,q\n2024-01-01,,ann,1\n2024-01-01,NULL,ann,1\n2024-01-01,x,ann,-\n";
    let history =
        History::from_csv(file(text).path, &columns, &options, &csv, &Control::new()).unwrap();
    // The empty text is an id like any other here.
    assert_eq!(history.products().get(0), IdRef::Str(""));
    assert_eq!((history.report().lines_used, history.report().skipped_null), (1, 2));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn money_is_exact(whole in 0..1_000_000_000_000i64, digits in "[0-9]{0,25}", minus in any::<bool>()) {
        let text = format!("{}{whole}.{digits}", if minus { "-" } else { "" });
        // By the book: cents, then whether what follows is below, at or above one half.
        let padded = format!("{digits:0<3}");
        let cents = whole * 100 + padded[..2].parse::<i64>().unwrap();
        let rest = padded[2..].trim_end_matches('0');
        let up = match rest {
            "" => false,
            "5" => cents % 2 == 1,
            rest => rest.as_bytes()[0] >= b'5',
        };
        let expected = (cents + i64::from(up)) * if minus { -1 } else { 1 };
        let table = format!("t,p,c,r\n2024-01-01,x,ann,{text}\n");
        let columns = HistoryColumns::new("t", "p").customer("c").revenue("r");
        let history = History::from_csv(
            file(table).path,
            &columns,
            &HistoryOptions::default(),
            &CsvOptions::default(),
            &Control::new(),
        )
        .unwrap();
        prop_assert_eq!(history.lines_of(0).next().unwrap().revenue, Some(expected));
    }
}
