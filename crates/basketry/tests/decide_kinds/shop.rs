//! A small shop in which kinds of offers can be followed by hand.

use std::sync::OnceLock;

use basketry::{
    Catalog, CatalogBuilder, CatalogOptions, Control, Currency, Decision, Engine, FitOptions,
    HistoryBuilder, HistoryOptions, Id, Kind, Model, Offer, OrderLine, Policy, Product, fit,
};

pub(crate) const DAY: i64 = 86_400_000;
pub(crate) const START: i64 = 1_700_000_000_000;
pub(crate) const WEEKS: i64 = 40;
pub(crate) const CUSTOMERS: i64 = 80;

/// A shop of cameras and of household goods.
pub(crate) fn products() -> Vec<Product<'static>> {
    vec![
        Product::new("camera").name("Camera").price(60_000).cost(45_000).must_match("mount", "F"),
        Product::new("camera-z").price(65_000).cost(45_000).must_match("mount", "Z"),
        Product::new("lens").name("Lens").price(20_000).cost(12_000).must_match("mount", "F"),
        Product::new("tripod").name("Tripod").price(8_000).cost(4_000),
        Product::new("bag").name("Bag").price(5_000).cost(2_000),
        Product::new("warranty").name("Warranty").price(300).cost(60).term(24).service(true),
        Product::new("rolls-8").name("Eight rolls").price(400).cost(260).line("rolls").pack(8.0),
        Product::new("rolls-16").price(700).cost(440).line("rolls").pack(16.0).rating(4.5),
        Product::new("rolls-20").price(790).cost(420).line("rolls").pack(14.0),
        Product::new("soap").price(250).cost(100),
        Product::new("sponge").price(350).cost(150),
        Product::new("brush").price(900).cost(500),
        Product::new("tariff-s").price(1_500).cost(900).line("tariff").term(24).service(true),
        Product::new("tariff-m").price(2_500).cost(1_400).line("tariff").term(24).service(true),
    ]
}

pub(crate) fn catalog_of(products: &[Product<'_>]) -> Catalog {
    let mut builder = CatalogBuilder::new(&CatalogOptions::new(Currency::new("EUR").unwrap()));
    for product in products {
        builder.push(product).unwrap();
    }
    builder.finish()
}

pub(crate) fn catalog() -> Catalog {
    catalog_of(&products())
}

pub(crate) fn model() -> Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL.get_or_init(|| fitted(&catalog())).clone()
}

/// Everybody buys rolls now and then, soap, sponges and brushes often; every third customer buys a
/// camera once, with a lens, a tripod, a bag and a warranty each in most cases.
pub(crate) fn fitted(catalog: &Catalog) -> Model {
    let options = HistoryOptions::new(Currency::new("EUR").unwrap());
    let mut history = HistoryBuilder::new(&options);
    for week in 0..WEEKS {
        for c in 0..CUSTOMERS {
            let draw = (week * 7 + c * 13 + week * c * 3) % 20;
            let mut lines = Vec::new();
            match draw {
                0..=3 => lines.extend(["rolls-8", "soap"]),
                4..=5 => lines.push("rolls-16"),
                6..=9 => lines.extend(["soap", "sponge"]),
                10..=12 => lines.push("sponge"),
                13..=15 => lines.push("brush"),
                16 => lines.push("tariff-s"),
                _ => {}
            }
            if week == 8 + c % 20 && c % 3 == 0 {
                lines.push("camera");
                for (i, extra) in ["lens", "tripod", "bag", "warranty"].iter().enumerate() {
                    if (c / 3 + i as i64) % 4 != 0 {
                        lines.push(extra);
                    }
                }
            }
            let time = START + (week * 7 + c % 7) * DAY;
            let (customer, basket) = (format!("c{c:02}"), format!("b{week}-{c}"));
            for product in lines {
                let line = OrderLine::new(time, product).customer(customer.as_str());
                history.push(&line.basket(basket.as_str())).unwrap();
            }
        }
    }
    let history = history.finish(&Control::new()).unwrap();
    fit(catalog, &history, &FitOptions::default(), &Control::new()).unwrap()
}

pub(crate) fn engine() -> Engine {
    Engine::from_model(model()).unwrap()
}

pub(crate) fn now() -> i64 {
    model().as_of() + 3 * DAY
}

pub(crate) fn policy(text: &str) -> Policy {
    Policy::from_toml(&format!("max_offers = 20\n{text}")).unwrap()
}

pub(crate) fn find<'a>(decision: &'a Decision, kind: Kind, product: &str) -> Option<&'a Offer> {
    let with = |offer: &&Offer| offer.kind == kind && offer.products.contains(&Id::from(product));
    decision.iter().find(with)
}

pub(crate) fn number(offer: &Offer, name: &str) -> f64 {
    offer.evidence.iter().find(|e| e.name == name).unwrap_or_else(|| panic!("{name}")).value
}

pub(crate) fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
}
