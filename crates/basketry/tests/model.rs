//! Fitting, the model file, recommendations: through the public interface.

use arrow_array::{Array, Float64Array, Int64Array, StringArray};
use basketry::{
    Catalog, CatalogBuilder, CatalogOptions, Control, ErrorKind, FitOptions, History,
    HistoryBuilder, HistoryOptions, IdRef, Model, OrderLine, Product, RecommendOptions, fit,
};

const DAY: i64 = 86_400_000;
const START: i64 = 1_700_000_000_000;

/// A small reproducible generator (SplitMix64).
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

const PRODUCTS: u64 = 120;

fn name(product: u64) -> String {
    format!("sku-{product:03}")
}

fn catalog(products: u64) -> Catalog {
    let mut builder = CatalogBuilder::new(&CatalogOptions::default());
    for product in 0..products {
        builder.push(&Product::new(name(product).as_str()).price(100 + product as i64)).unwrap();
    }
    builder.finish()
}

/// A shop of `customers` with a year of fortnightly orders: products 2i and 2i + 1 belong together,
/// low numbers are popular, everybody has two staples.
fn shop(customers: u64, seed: u64) -> History {
    let mut draws = Draws(seed);
    let mut builder = HistoryBuilder::new(&HistoryOptions::default());
    let mut basket = 0i64;
    for customer in 0..customers {
        let staples = [draws.below(PRODUCTS), draws.below(PRODUCTS)];
        let id = format!("customer {customer}");
        let mut time = START + draws.below(7 * DAY as u64) as i64;
        while time < START + 365 * DAY {
            let mut items = Vec::new();
            for staple in staples {
                if draws.chance(60) {
                    items.push(staple);
                }
            }
            for _ in 0..1 + draws.below(3) {
                let item = draws.below(PRODUCTS).min(draws.below(PRODUCTS));
                items.push(item);
                if draws.chance(70) {
                    items.push(item ^ 1);
                }
            }
            for item in items {
                let product = name(item);
                let line = OrderLine::new(time, product.as_str()).customer(&*id).basket(basket);
                builder.push(&line).unwrap();
            }
            basket += 1;
            time += (7 + draws.below(14) as i64) * DAY;
        }
    }
    builder.finish(&Control::new()).unwrap()
}

fn options() -> FitOptions {
    FitOptions::default()
}

fn fitted(customers: u64) -> Model {
    fit(&catalog(PRODUCTS), &shop(customers, 1), &options(), &Control::new()).unwrap()
}

#[test]
fn a_shop_is_learned() {
    let model = fitted(300);
    let report = model.report();
    println!("{report}");
    assert_eq!(report.not_learned, []);
    for segment in &report.segments {
        assert!(segment.learned);
        let (loss, base) = (segment.log_loss.unwrap(), segment.base_log_loss.unwrap());
        assert!(loss < base, "{}: {loss} is no better than {base}", segment.segment);
        assert!(segment.calibration_error.unwrap() < 0.03, "{segment:?}");
    }
    // The partner of what is in the basket is the best completion.
    let found = model
        .complete(
            &[[IdRef::Str("sku-006")], [IdRef::Str("sku-031")]],
            None,
            &RecommendOptions::new(1),
            &Control::new(),
        )
        .unwrap();
    let partners: Vec<_> =
        found.products().iter().map(|&p| model.products().get(p).unwrap()).collect();
    assert_eq!(partners, [IdRef::Str("sku-007"), IdRef::Str("sku-030")]);
}

#[test]
fn one_basket_is_enough_for_a_model() {
    let mut builder = HistoryBuilder::new(&HistoryOptions::default());
    builder.push(&OrderLine::new(START, "sku-001").customer("ann").basket(1)).unwrap();
    let history = builder.finish(&Control::new()).unwrap();
    let model = fit(&catalog(3), &history, &options(), &Control::new()).unwrap();
    let missing: Vec<&str> = model.report().not_learned.iter().map(|n| n.what.as_str()).collect();
    assert_eq!(
        missing,
        [
            "pairs that sell together",
            "similarity by customers",
            "similarity by baskets",
            "popular products",
            "basket anonymous propensity",
            "basket new propensity",
            "basket repeat propensity",
            "horizon anonymous propensity",
            "horizon new propensity",
            "horizon repeat propensity"
        ]
    );
    let options = RecommendOptions::new(5);
    let again = model.recommend(&[IdRef::Str("ann")], &options, &Control::new()).unwrap();
    assert_eq!((again.products()[0], again.len()), (1, 3));
    let new = options.new_only(true);
    let new = model.recommend(&[IdRef::Str("ann")], &new, &Control::new()).unwrap();
    assert_eq!(new.products(), [0, 2]);
    // A stranger gets what is popular, and is marked.
    let bob = model.recommend(&[IdRef::Str("bob")], &options, &Control::new()).unwrap();
    assert_eq!((bob.products(), bob.known()), (&[1, 0, 2][..], &[false; 3][..]));
    assert_eq!((bob.unknown_customers(), again.unknown_customers()), (1, 0));
}

#[test]
fn the_same_input_gives_the_same_bytes_with_any_number_of_threads() {
    let (catalog, history) = (catalog(PRODUCTS), shop(60, 2));
    let fitted =
        |threads| fit(&catalog, &history, &options().threads(threads), &Control::new()).unwrap();
    let first = fitted(1);
    for threads in [2, 3, 7] {
        assert_eq!(fitted(threads).as_bytes(), first.as_bytes(), "{threads} threads");
    }
    let other = fit(&catalog, &history, &options().seed(1), &Control::new()).unwrap();
    assert_ne!(other.id(), first.id());
    assert_eq!(other.related(6).collect::<Vec<_>>(), first.related(6).collect::<Vec<_>>());
}

#[test]
fn recommendations_leave_as_arrow_tables() {
    let model = fitted(60);
    let control = Control::new();
    let customers = ["customer 3", "customer 1", "customer 3"].map(IdRef::Str);
    let table = model.recommend(&customers, &RecommendOptions::new(4), &control).unwrap();
    let batch = table.to_record_batch().unwrap();
    assert_eq!(batch.schema(), table.schema());
    assert_eq!(batch.num_rows(), 12);
    let text = |name: &str| {
        let column = batch.column_by_name(name).unwrap();
        let column = column.as_any().downcast_ref::<StringArray>().unwrap();
        (0..column.len()).map(|row| column.value(row).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(text("customer")[3..5], ["customer 3", "customer 1"]);
    assert_eq!(text("product")[..4], text("product")[8..]);
    let rank = batch.column_by_name("rank").unwrap();
    let rank = rank.as_any().downcast_ref::<Int64Array>().unwrap();
    assert_eq!(rank.values()[..5], [1, 2, 3, 4, 1]);
    let probability = batch.column_by_name("probability").unwrap();
    let probability = probability.as_any().downcast_ref::<Float64Array>().unwrap();
    assert!(probability.values()[..4].is_sorted_by(|a, b| a >= b));

    // Only what they never bought.
    let new = model
        .recommend(&customers[..1], &RecommendOptions::new(50).new_only(true), &control)
        .unwrap();
    let customer = model.customers().find("customer 3").unwrap();
    let bought: Vec<u32> = model.purchases(customer).map(|p| p.product).collect();
    assert!(!new.is_empty() && new.products().iter().all(|p| !bought.contains(p)));

    let baskets = [vec![IdRef::Str("sku-006"), IdRef::Str("no such sku")], vec![]];
    let found = model.complete(&baskets, None, &RecommendOptions::new(3), &control).unwrap();
    assert_eq!((found.len(), found.unknown()), (6, 1));
    assert_eq!(found.requests(), [0, 0, 0, 1, 1, 1]);
    let batch = found.to_record_batch().unwrap();
    assert!(batch.column_by_name("basket").is_some());
    let error =
        model.complete(&[[IdRef::Int(6)]], None, &RecommendOptions::new(3), &control).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.to_string().contains("baskets[0]"), "{error}");
}

#[test]
fn bad_input_is_named() {
    let history = shop(2, 3);
    let control = Control::new();
    let error = fit(&catalog(0), &history, &options(), &control).unwrap_err();
    assert_eq!((error.kind(), error.to_string().contains("catalog")), (ErrorKind::Data, true));
    let empty = HistoryBuilder::new(&HistoryOptions::default()).finish(&control).unwrap();
    let error = fit(&catalog(1), &empty, &options(), &control).unwrap_err();
    assert_eq!((error.kind(), error.to_string().contains("history")), (ErrorKind::Data, true));
    let mut integers = CatalogBuilder::new(&CatalogOptions::default());
    integers.push(&Product::new(1).price(1)).unwrap();
    let error = fit(&integers.finish(), &history, &options(), &control).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Schema);
    assert!(error.to_string().contains("never converted"), "{error}");
    let error = fit(&catalog(1), &history, &options().max_basket(0), &control).unwrap_err();
    assert!(error.to_string().contains("max_basket"), "{error}");
    control.cancel();
    let error = fit(&catalog(PRODUCTS), &history, &options(), &control).unwrap_err();
    assert!(error.is_cancelled());
}

#[test]
fn a_basket_of_a_hundred_thousand_products_is_left_out_and_counted() {
    let control = Control::new();
    let mut builder = HistoryBuilder::new(&HistoryOptions::default());
    let mut draws = Draws(4);
    for basket in 0..400i64 {
        let customer = format!("customer {}", basket % 40);
        let first = draws.below(20);
        for item in [first, first ^ 1] {
            let product = name(item);
            let line = OrderLine::new(START + basket * DAY, &*product).customer(&*customer);
            builder.push(&line.basket(basket)).unwrap();
        }
    }
    for item in 0..100_000 {
        let product = name(item);
        let line = OrderLine::new(START + 390 * DAY, &*product).customer("wholesale");
        builder.push(&line.basket(1_000_000)).unwrap();
    }
    let history = builder.finish(&control).unwrap();
    let model = fit(&catalog(20), &history, &options(), &control).unwrap();
    let report = model.report();
    assert_eq!((report.huge_baskets, report.history_only_products), (1, 99_980));
    assert_eq!(model.products().len(), 100_000);
    assert_eq!(model.related(3).map(|r| r.product).collect::<Vec<_>>(), [2]);
    // And as a request it is answered.
    let all: Vec<IdRef<'_>> = model.products().iter().collect();
    let found = model.complete(&[all], None, &RecommendOptions::new(5), &control).unwrap();
    assert!(found.is_empty());
}

#[test]
fn without_customers_everybody_is_anonymous() {
    let control = Control::new();
    let mut builder = HistoryBuilder::new(&HistoryOptions::default()).without_customers();
    let mut draws = Draws(5);
    for basket in 0..3000i64 {
        let first = draws.below(30);
        for item in [first, first ^ 1, draws.below(30)] {
            let product = name(item);
            let line = OrderLine::new(START + basket * DAY / 16, &*product).basket(basket);
            builder.push(&line).unwrap();
        }
    }
    let history = builder.finish(&control).unwrap();
    let model = fit(&catalog(30), &history, &options(), &control).unwrap();
    let report = model.report();
    assert_eq!((report.customers, report.anonymous_baskets), (0, 3000));
    assert!(report.segments[0].learned && !report.segments[1].learned);
    let what: Vec<&str> = report.not_learned.iter().map(|n| n.what.as_str()).collect();
    assert!(what.contains(&"what customers buy again"), "{what:?}");
    let found = model
        .complete(&[[IdRef::Str("sku-004")]], None, &RecommendOptions::new(1), &control)
        .unwrap();
    assert_eq!(model.products().get(found.products()[0]), Some(IdRef::Str("sku-005")));
}

#[test]
fn the_report_survives_json_and_reads_well() {
    let model = fitted(60);
    let report = model.report();
    let json = serde_json::to_string(report).unwrap();
    assert_eq!(&serde_json::from_str::<basketry::FitReport>(&json).unwrap(), report);
    let text = report.to_string();
    for part in ["customers", "pairs:", "propensity:", "log-loss", "base rate", "anonymous"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}
