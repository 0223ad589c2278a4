//! Fitting, the model file, recommendations: through the public interface.

use basketry::{
    Catalog, CatalogBuilder, CatalogOptions, Control, ErrorKind, FitOptions, History,
    HistoryBuilder, HistoryOptions, IdRef, Model, OrderLine, Product, fit,
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
        .complete(&[[IdRef::Str("sku-006")], [IdRef::Str("sku-031")]], 1, &Control::new())
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
            "popular products",
            "anonymous propensity",
            "new propensity",
            "repeat propensity"
        ]
    );
    let again = model.recommend(&[IdRef::Str("ann")], 5, false, &Control::new()).unwrap();
    assert_eq!(again.products(), [1]);
    assert!(model.recommend(&[IdRef::Str("ann")], 5, true, &Control::new()).unwrap().is_empty());
    let error = model.recommend(&[IdRef::Str("bob")], 5, false, &Control::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownId);
    assert!(error.to_string().contains("\"bob\""));
}
