//! Kinds of offers beyond the single product: larger packs, services, contracts, bundles, what
//! lifts a basket over a threshold, what follows an order, and the tiers of a line.

use std::sync::OnceLock;

use basketry::data::Link;
use basketry::decide::{Contact, Source};
use basketry::{
    Catalog, CatalogBuilder, CatalogOptions, Context, Control, Currency, Decision, Engine,
    ErrorKind, FitOptions, HistoryBuilder, HistoryOptions, Id, Kind, Model, Offer, Order,
    OrderLine, Policy, Product, Reason, fit,
};

const DAY: i64 = 86_400_000;
const START: i64 = 1_700_000_000_000;
const WEEKS: i64 = 40;
const CUSTOMERS: i64 = 80;

/// A shop of cameras and of household goods.
fn products() -> Vec<Product<'static>> {
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

fn catalog_of(products: &[Product<'_>]) -> Catalog {
    let mut builder = CatalogBuilder::new(&CatalogOptions::new(Currency::new("EUR").unwrap()));
    for product in products {
        builder.push(product).unwrap();
    }
    builder.finish()
}

fn catalog() -> Catalog {
    catalog_of(&products())
}

fn model() -> Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL.get_or_init(|| fitted(&catalog())).clone()
}

/// Everybody buys rolls now and then, soap, sponges and brushes often; every third customer buys a
/// camera once, with a lens, a tripod, a bag and a warranty each in most cases.
fn fitted(catalog: &Catalog) -> Model {
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

fn engine() -> Engine {
    Engine::from_model(model()).unwrap()
}

fn now() -> i64 {
    model().as_of() + 3 * DAY
}

fn policy(text: &str) -> Policy {
    Policy::from_toml(&format!("max_offers = 20\n{text}")).unwrap()
}

fn find<'a>(decision: &'a Decision, kind: Kind, product: &str) -> Option<&'a Offer> {
    let with = |offer: &&Offer| offer.kind == kind && offer.products.contains(&Id::from(product));
    decision.iter().find(with)
}

fn number(offer: &Offer, name: &str) -> f64 {
    offer.evidence.iter().find(|e| e.name == name).unwrap_or_else(|| panic!("{name}")).value
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
}

// ------------------------------------------------------------------------------ larger packs ----

#[test]
fn a_larger_pack_at_a_lower_unit_price_is_an_up_sell() {
    let context = Context::at(now()).basket([("rolls-8", 1)]);
    let decision = engine().decide(&policy(""), &context).unwrap();
    let offer = find(&decision, Kind::UpSell, "rolls-16").expect("the larger pack");
    assert_eq!((number(offer, "pack"), number(offer, "base_pack")), (16.0, 8.0));
    assert!(near(number(offer, "unit_price"), 700.0 / 16.0));
    assert!(near(number(offer, "base_unit_price"), 50.0));
    assert_eq!(number(offer, "rating"), 4.5);
    assert!(offer.why.contains("a larger pack"), "{}", offer.why);
    // More in it, but each roll is dearer.
    let why = decision.why_not("rolls-20");
    assert_eq!(why.reason, Some(Reason::NotBetter));
    assert!(why.text.ends_with("not better (14 for 7.90 EUR against 8 for 4.00 EUR)"), "{why:?}");
}

#[test]
fn ties_go_to_the_better_rated() {
    let pair = |line: &'static str, ids: [&'static str; 3], ratings: [f64; 2]| {
        let [base, one, other] = ids.map(|id| Product::new(id).line(line));
        let (one, other) = (one.price(150).cost(40), other.price(150).cost(40));
        [base.price(100).cost(60), one.rating(ratings[0]), other.rating(ratings[1])]
    };
    for (ratings, first) in [([4.0, 4.5], "a3"), ([4.5, 4.0], "a2"), ([4.5, 4.5], "a2")] {
        let mut products = products();
        products.extend(pair("a", ["a1", "a2", "a3"], ratings));
        // Worth the same, but better rated than all of them.
        products.extend(pair("b", ["b1", "b2", "b3"], [4.9, 1.0]));
        let engine = Engine::new(model(), catalog_of(&products)).unwrap();
        let decide = |rules: &str, basket: &[&'static str]| {
            let basket = basket.iter().map(|&id| (id, 1));
            let context = Context::at(now()).basket(basket);
            engine.decide(&policy(rules), &context).unwrap()
        };
        // Of the variants of one product.
        assert_eq!(decide("popular = 0", &["a1"]).offers()[0].products, [first.into()]);
        // Of two products: which is offered, and which comes first.
        let both = decide("popular = 0\nup_sell = 2", &["a1", "b1"]);
        let ids: Vec<Id> = both.iter().map(|offer| offer.products[0].clone()).collect();
        assert_eq!(ids[..2], ["b2".into(), first.into()], "{both}");
        assert_eq!(both.offers()[0].value, both.offers()[1].value);
        let one = decide("popular = 0\nup_sell = 1", &["a1", "b1"]);
        assert_eq!(one.offers()[0].products, [Id::from("b2")]);
        assert_eq!(one.why_not(first).reason, Some(Reason::KindLimit));
    }
}

#[test]
fn a_contract_is_upgraded_before_its_term_ends() {
    const PERIOD: f64 = 30.4375;
    let term = (24.0 * PERIOD * DAY as f64) as i64;
    let signed = now();
    let decide = |rules: &str, since_end: i64, later: &[(&'static str, i64)]| {
        let mut orders = vec![Order::at(signed).line("tariff-s", 1)];
        orders.extend(later.iter().map(|&(id, at)| Order::at(signed + at).line(id, 1)));
        let context = Context::at(signed + term + since_end * DAY).orders_since(orders);
        engine().decide(&policy(rules), &context).unwrap()
    };
    let ahead = "up_sell.contract_ahead = 60";
    for (rules, since_end, made) in [
        (ahead, -61, false),
        (ahead, -59, true),
        (ahead, 29, true),
        (ahead, 31, false),
        ("up_sell.contract_ahead = 20", -59, false),
        ("", -10, false),
    ] {
        let decision = decide(rules, since_end, &[]);
        let upgrade = find(&decision, Kind::UpSell, "tariff-m");
        assert_eq!(upgrade.is_some(), made, "{rules}, {since_end} days after the end: {decision}");
        let Some(offer) = upgrade else { continue };
        assert_eq!(offer.base_product, Some("tariff-s".into()));
        assert!((number(offer, "ends_in_days") + since_end as f64).abs() < 1e-6);
        assert_eq!(number(offer, "base_purchase"), policy("").assume.renewal);
        assert_eq!(offer.margin, 1_100.0 * 24.0);
        assert!(offer.sources.iter().any(|sourced| sourced.name == "renewal"));
        let words = match since_end {
            -59 => "the customer's contract ends in 59 days",
            _ => "the customer's contract has ended",
        };
        assert!(offer.why.ends_with(words), "{}", offer.why);
    }
    // Who signed another one since has that, and it has just begun.
    let renewed = decide(ahead, -10, &[("tariff-s", term - 20 * DAY)]);
    assert!(find(&renewed, Kind::UpSell, "tariff-m").is_none(), "{renewed}");
    let upgraded = decide(ahead, -10, &[("tariff-m", term - 20 * DAY)]);
    assert!(upgraded.iter().all(|offer| offer.kind != Kind::UpSell), "{upgraded}");
    // What is in the basket needs no other to be offered in its place.
    let orders = [Order::at(signed).line("tariff-s", 1)];
    let context = Context::at(signed + term).orders_since(orders).basket([("tariff-m", 1)]);
    let decision = engine().decide(&policy(ahead), &context).unwrap();
    assert!(find(&decision, Kind::UpSell, "tariff-m").is_none());
}

#[test]
fn margins_of_an_up_sell_are_assumed_one_by_one() {
    let context = Context::at(now()).basket([("rolls-8", 1)]);
    for without in ["rolls-8", "rolls-16", ""] {
        let mut products = products();
        for product in products.iter_mut().filter(|product| product.id == without.into()) {
            product.cost = None;
        }
        let engine = Engine::new(model(), catalog_of(&products)).unwrap();
        let decision = engine.decide(&policy(""), &context).unwrap();
        let offer = find(&decision, Kind::UpSell, "rolls-16").expect("the larger pack");
        let assumed = |name: &str| {
            let found = offer.sources.iter().find(|sourced| sourced.name == name);
            found.unwrap().source == Source::Assumed
        };
        assert_eq!(
            (assumed("base_margin"), assumed("margin")),
            (without == "rolls-8", without == "rolls-16")
        );
        assert_eq!(offer.assumed.contains(&"margin_rate"), !without.is_empty());
    }
}

// ------------------------------------------------------------------- services and contracts ----

#[test]
fn a_service_goes_with_its_product_and_earns_in_every_period() {
    let context = Context::at(now()).basket([("camera", 1)]);
    let decision = engine().decide(&policy(""), &context).unwrap();
    let offer = find(&decision, Kind::Service, "warranty").expect("the warranty");
    assert_eq!(offer.base_product, Some(Id::from("camera")));
    assert_eq!((offer.price.minor, offer.margin), (300, 240.0 * 24.0));
    assert_eq!(number(offer, "term"), 24.0);
    assert!(offer.why.contains("in each of 24 periods"), "{}", offer.why);
    assert!(find(&decision, Kind::CrossSell, "warranty").is_none());

    let none = engine().decide(&policy("service = 0"), &context).unwrap();
    assert!(find(&none, Kind::Service, "warranty").is_none());
    assert_eq!(none.why_not("warranty").reason, Some(Reason::KindLimit));
    let levered = engine().decide(&policy("service.lever = 2"), &context).unwrap();
    let twice = find(&levered, Kind::Service, "warranty").unwrap();
    assert!(near(twice.value, 2.0 * offer.value));
}

#[test]
fn a_longer_term_is_worth_its_periods() {
    // The same price and cost, paid once: the warranty earns a twenty-fourth.
    let mut once = catalog();
    once.set_term("warranty", 1).unwrap();
    let context = Context::at(now()).basket([("camera", 1)]);
    let worth = |catalog: Catalog| {
        let engine = Engine::new(model(), catalog).unwrap();
        let decision = engine.decide(&policy(""), &context).unwrap();
        find(&decision, Kind::Service, "warranty").unwrap().value
    };
    assert!(near(worth(catalog()), 24.0 * worth(once)));
}

#[test]
fn a_contract_is_upgraded_by_the_margin_of_its_term() {
    let context = Context::at(now()).viewed("tariff-s");
    let decision = engine().decide(&policy(""), &context).unwrap();
    let offer = find(&decision, Kind::UpSell, "tariff-m").expect("the dearer tariff");
    assert_eq!(offer.margin, 1_100.0 * 24.0);
    assert_eq!(number(offer, "base_margin"), 600.0 * 24.0);
}

// ------------------------------------------------------------- direction and compatibility ----

#[test]
fn no_main_product_for_its_accessory() {
    let context = |product: &str| Context::at(now()).basket([(product, 1)]);
    let plain = engine();
    assert!(
        find(&plain.decide(&policy(""), &context("camera")).unwrap(), Kind::CrossSell, "bag")
            .is_some()
    );

    let mut linked = catalog();
    linked.link("bag", Link::AccessoryOf, "camera").unwrap();
    let engine = Engine::new(model(), linked).unwrap();
    let forward = engine.decide(&policy(""), &context("camera")).unwrap();
    assert!(find(&forward, Kind::CrossSell, "bag").is_some());
    let back = engine.decide(&policy(""), &context("bag")).unwrap();
    assert_eq!(back.why_not("camera").reason, Some(Reason::MainOfAccessory));
}

#[test]
fn what_the_shop_links_is_offered_without_evidence() {
    let mut linked = catalog();
    linked.link("brush", Link::AccessoryOf, "camera").unwrap();
    let engine = Engine::new(model(), linked).unwrap();
    let context = Context::at(now()).basket([("camera", 1)]);
    let decision = engine.decide(&policy("popular = 0"), &context).unwrap();
    let offer = find(&decision, Kind::CrossSell, "brush").expect("linked by hand");
    assert_eq!(offer.base_product, Some(Id::from("camera")));
    assert!(offer.why.contains("as the shop says"), "{}", offer.why);
}

#[test]
fn what_does_not_fit_is_not_offered() {
    let context = Context::at(now()).basket([("camera", 1)]);
    let veto = policy("cross_sell.compatible = [\"mount\"]");
    let fits = engine().decide(&veto, &context).unwrap();
    assert!(find(&fits, Kind::CrossSell, "lens").is_some());
    // Those that declare no mount fit any.
    assert!(find(&fits, Kind::CrossSell, "tripod").is_some());
    let mut other = products();
    other[2].must_match = vec![("mount", "Z".into())];
    let engine = Engine::new(model(), catalog_of(&other)).unwrap();
    let decision = engine.decide(&veto, &context).unwrap();
    assert_eq!(decision.why_not("lens").reason, Some(Reason::NotCompatible));
    let careless = engine.decide(&policy(""), &context).unwrap();
    assert!(find(&careless, Kind::CrossSell, "lens").is_some());

    let error = engine.decide(&policy("cross_sell.compatible = [\"colour\"]"), &context);
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Policy);
    assert!(error.to_string().starts_with("cross_sell.compatible[0]: "), "{error}");
}

// ------------------------------------------------------------------------------------ top-up ----

/// A basket of 32.00, 8.00 short of free shipping that costs the shop 0.50.
const TOP_UP: &str = "[top_up]\nthreshold = 4000\ncost = 50\n";

fn household() -> Context {
    Context::at(now()).basket([("rolls-8", 8)])
}

#[test]
fn the_best_that_closes_the_gap() {
    let decision = engine().decide(&policy(TOP_UP), &household()).unwrap();
    let offer = decision.iter().find(|offer| offer.kind == Kind::TopUp).expect("a top-up");
    assert_eq!((number(offer, "basket"), number(offer, "gap")), (3_200.0, 800.0));
    assert_eq!(number(offer, "threshold"), 4_000.0);
    assert!((800..=1_200).contains(&offer.price.minor), "{offer}");
    assert_eq!(offer.discount.minor, 0);
    assert!(offer.value > 0.0 && offer.products.len() <= 2);
    assert!(offer.why.contains("8.00 EUR"), "{}", offer.why);
    // Nothing is in two offers of one decision.
    let mut all: Vec<&Id> = decision.iter().flat_map(|offer| &offer.products).collect();
    let count = all.len();
    all.sort_by_key(|id| id.to_string());
    all.dedup();
    assert_eq!(all.len(), count);
    for product in &offer.products {
        assert_eq!(decision.why_not(product).reason, None);
    }
}

#[test]
fn no_top_up_where_it_makes_no_sense() {
    let kinds = |text: &str, context: &Context| {
        let decision = engine().decide(&policy(text), context).unwrap();
        decision.iter().filter(|offer| offer.kind == Kind::TopUp).count()
    };
    assert_eq!(kinds(TOP_UP, &household()), 1);
    assert_eq!(kinds("", &household()), 0, "no threshold");
    assert_eq!(kinds(&format!("{TOP_UP}max = 0"), &household()), 0);
    let reached = Context::at(now()).basket([("rolls-8", 10)]);
    assert_eq!(kinds(TOP_UP, &reached), 0, "reached");
    let far = Context::at(now()).basket([("rolls-8", 5)]);
    assert_eq!(kinds(TOP_UP, &far), 0, "half of the basket is missing, and more");
    let dear = TOP_UP.replace("cost = 50", "cost = 9000");
    assert_eq!(kinds(&dear, &household()), 0, "the subsidy eats the margin");
    let over = format!("{TOP_UP}until = {}", now());
    assert_eq!(kinds(&over, &household()), 0, "no longer");
    let soon = format!("{TOP_UP}until = {}", now() + 1);
    assert_eq!(kinds(&soon, &household()), 1, "just now");
}

// ----------------------------------------------------------------------------------- bundles ----

const BUNDLE: &str = "bundle = { max = 1, max_discount = 0.1, min_margin = 0.1 }\n";

#[test]
fn a_bundle_around_the_main_product() {
    let context = Context::at(now()).basket([("camera", 1)]);
    let decision = engine().decide(&policy(BUNDLE), &context).unwrap();
    let offer = decision.iter().find(|offer| offer.kind == Kind::Bundle).expect("a bundle");
    assert_eq!(
        (&offer.products[0], &offer.base_product),
        (&"camera".into(), &Some("camera".into()))
    );
    assert!((3..=4).contains(&offer.products.len()), "{offer}");
    let catalog = catalog();
    let price = |id: &Id| catalog.price(catalog.find(id).unwrap()).unwrap().minor;
    let total: i64 = offer.products.iter().map(price).sum();
    assert_eq!(offer.price.minor, total);
    assert_eq!(offer.allocation.iter().map(|off| off.minor).sum::<i64>(), offer.discount.minor);
    assert!(offer.allocation.is_empty() || offer.allocation.len() == offer.products.len());
    assert!(offer.discount.minor <= total / 10);
    assert!(number(offer, "break_even_discount") >= offer.discount.minor as f64);
    // What is in the bundle is offered nowhere else.
    for other in decision.iter().filter(|other| other.kind != Kind::Bundle) {
        assert!(!offer.products[1..].contains(&other.products[0]), "{other}");
    }
    assert!(engine().decide(&policy(""), &context).unwrap().iter().all(|o| o.kind != Kind::Bundle));
}

#[test]
fn a_discount_is_given_where_customers_respond() {
    let context = Context::at(now()).basket([("camera", 1)]);
    let eager = policy(&format!("{BUNDLE}assume.discount_response = 60\nassume.response_odds = 1"));
    let decision = engine().decide(&eager, &context).unwrap();
    let offer = decision.iter().find(|offer| offer.kind == Kind::Bundle).expect("a bundle");
    assert!(offer.discount.minor > 0, "{offer}");
    let catalog = catalog();
    for (product, off) in offer.products.iter().zip(&offer.allocation) {
        let index = catalog.find(product).unwrap();
        let paid = catalog.price(index).unwrap().minor - off.minor;
        let margin = paid - catalog.cost(index).unwrap().minor;
        assert!(margin as f64 >= 0.1 * paid as f64, "{product} keeps its margin");
    }
    // With the parts out of stock there is no bundle.
    let mut empty = catalog.clone();
    for product in ["lens", "tripod", "bag"] {
        empty.set_stock(product, Some(0)).unwrap();
    }
    let decision = Engine::new(model(), empty).unwrap().decide(&eager, &context).unwrap();
    assert!(decision.iter().all(|offer| offer.kind != Kind::Bundle));
    let mut empty = catalog;
    empty.set_stock("camera", Some(0)).unwrap();
    let decision = Engine::new(model(), empty).unwrap().decide(&eager, &context).unwrap();
    assert!(decision.iter().all(|offer| offer.kind != Kind::Bundle));
}

#[test]
fn the_second_one_for_less() {
    let context = Context::at(now()).basket([("soap", 1)]);
    let text = "bundle = { max = 1, max_discount = 0, second = 0.5, step = 0.1 }\n\
                assume.discount_response = 12";
    let decision = engine().decide(&policy(text), &context).unwrap();
    let offer = decision.iter().find(|offer| offer.kind == Kind::Bundle).expect("a second one");
    assert_eq!(offer.products, ["soap", "soap"].map(Id::from));
    assert_eq!(offer.price.minor, 500);
    assert_eq!(decision.why_not("soap").reason, None);
    assert!(offer.discount.minor > 0 && offer.discount.minor <= 125);
    assert_eq!(offer.allocation.iter().map(|off| off.minor).sum::<i64>(), offer.discount.minor);
    // Two units need a stock of two.
    let mut last = catalog();
    last.set_stock("soap", Some(1)).unwrap();
    let decision = Engine::new(model(), last).unwrap().decide(&policy(text), &context).unwrap();
    assert!(decision.iter().all(|offer| offer.kind != Kind::Bundle));
    // Nor is there a deal on what is not to be with the rest of the basket.
    let mixed = Context::at(now()).basket([("soap", 1), ("sponge", 1)]);
    let both = text.replace("max = 1", "max = 2");
    let second = |catalog: Catalog| {
        let engine = Engine::new(model(), catalog).unwrap();
        let decision = engine.decide(&policy(&both), &mixed).unwrap();
        decision.iter().any(|offer| offer.products == ["soap", "soap"].map(Id::from))
    };
    assert!(second(catalog()));
    let mut linked = catalog();
    linked.link("sponge", Link::NeverWith, "soap").unwrap();
    assert!(!second(linked));
    // Who takes two already needs no second.
    let two = Context::at(now()).basket([("soap", 2)]);
    let decision = engine().decide(&policy(text), &two).unwrap();
    assert!(decision.iter().all(|offer| offer.kind != Kind::Bundle));
}

// ------------------------------------------------------------------------------ what one has ----

/// Bread is bought every week, and once a car, of one make or the other.
#[test]
fn who_has_one_is_offered_no_other_of_its_category() {
    let products = [
        Product::new("bread").price(300).cost(100).category(["food", "bread"]),
        Product::new("car-a").price(900_000).cost(500_000).category(["vehicles", "cars"]),
        Product::new("car-b").price(950_000).cost(500_000).category(["vehicles", "cars"]),
        Product::new("bicycle").price(90_000).cost(50_000).category(["vehicles", "bicycles"]),
    ];
    let catalog = catalog_of(&products);
    let options = HistoryOptions::new(Currency::new("EUR").unwrap());
    let mut history = HistoryBuilder::new(&options);
    for customer in 0..80i64 {
        for week in 0..20i64 {
            let time = (week * 7 + customer % 7) * DAY;
            let mut line = |product: &'static str| {
                let line = OrderLine::new(time, product).customer(customer);
                history.push(&line.basket(customer * 100 + week)).unwrap();
            };
            line("bread");
            match (customer % 4, week) {
                (0, 9) => line("car-a"),
                (1, 9) => line("car-b"),
                (2, 9) => line("bicycle"),
                _ => {}
            }
        }
    }
    let history = history.finish(&Control::new()).unwrap();
    let model = fit(&catalog, &history, &FitOptions::default(), &Control::new()).unwrap();
    let engine = Engine::new(model, catalog).unwrap();
    let why = |customer: i64, product: &'static str| {
        let context = Context::at(engine.model().as_of() + DAY).customer(customer);
        engine.decide(&policy(""), &context).unwrap().why_not(product).reason
    };
    for (customer, [a, b, bicycle]) in [(0, [true, true, false]), (2, [false, false, true])] {
        assert_eq!(why(customer, "car-a") == Some(Reason::Owned), a);
        assert_eq!(why(customer, "car-b") == Some(Reason::Owned), b);
        assert_eq!(why(customer, "bicycle") == Some(Reason::Owned), bicycle);
    }
}

// ----------------------------------------------------------------------------- after an order ----

#[test]
fn after_an_order_nothing_of_it_and_nothing_returned() {
    let engine = engine();
    let after = Context::at(now()).after([("camera", 1), ("lens", 1)]);
    let decision = engine.decide(&policy(""), &after).unwrap();
    assert_eq!(decision.why_not("camera").reason, Some(Reason::InOrder));
    assert_eq!(decision.why_not("lens").reason, Some(Reason::InOrder));
    let bag = find(&decision, Kind::CrossSell, "bag").expect("goes with the camera");
    assert!(
        matches!(&bag.base_product, Some(base) if *base == "camera".into() || *base == "lens".into())
    );
    let rolls = Context::at(now()).after([("rolls-8", 1)]);
    let decision = engine.decide(&policy(""), &rolls).unwrap();
    assert_eq!(decision.why_not("rolls-16").reason, Some(Reason::VariantInOrder));

    let returned = after.clone().returned(["bag"]);
    let decision = engine.decide(&policy(""), &returned).unwrap();
    assert_eq!(decision.why_not("bag").reason, Some(Reason::Returned));
    // The camera came back: nothing because of it.
    let back = Context::at(now()).after([("camera", 1), ("soap", 1)]).returned(["camera"]);
    let decision = engine.decide(&policy(""), &back).unwrap();
    assert!(decision.iter().all(|offer| offer.base_product != Some("camera".into())));
    assert_eq!(decision.why_not("camera").reason, Some(Reason::Returned));
    // All of it came back: nothing at all.
    let all = Context::at(now()).customer("c01").after([("camera", 1)]).returned(["camera"]);
    let decision = engine.decide(&policy(""), &all).unwrap();
    assert!(decision.is_empty(), "{decision}");
    assert_eq!(decision.stopped(), Some(Reason::Returned));
}

#[test]
fn refills_say_when_and_may_come_ahead() {
    let engine = engine();
    let at = |days: i64| Context::at(model().as_of() + days * DAY).customer("c04");
    let mut seen = 0;
    for days in 0..60 {
        let due = engine.decide(&policy("up_sell = 0"), &at(days)).unwrap();
        let ahead = engine.decide(&policy("up_sell = 0\nrefill.ahead = 5"), &at(days)).unwrap();
        for offer in due.iter().filter(|offer| offer.kind == Kind::Refill) {
            seen += 1;
            let interval = number(offer, "expected_interval");
            let due_in = interval - number(offer, "days_since");
            assert!((number(offer, "due_in_days") - due_in).abs() < 1e-3, "{offer}");
            // What is due now was due for a mail that looks ahead, or is too late for it.
            let Id::Str(product) = &offer.products[0] else { panic!() };
            let early = number(offer, "days_since") + 5.0 <= 1.5 * interval;
            assert!(!early || find(&ahead, Kind::Refill, product).is_some(), "{offer}");
        }
    }
    assert!(seen > 0);
}

// ----------------------------------------------------------------------------------- ladders ----

#[test]
fn the_tiers_of_a_line_in_order() {
    let names = ["xs", "s", "m", "l", "xl"];
    let bouquets: Vec<Product<'_>> = names
        .iter()
        .zip([2_900i64, 1_900, 3_900, 4_900, 900])
        .map(|(&id, price)| Product::new(id).price(price).cost(price / 2).line("bouquet"))
        .chain([Product::new("blue").price(3_000).cost(5).line("bouquet").must_match("c", "blue")])
        .collect();
    let engine = Engine::new(model(), catalog_of(&bouquets)).unwrap();
    let context = Context::at(now());
    let ladder = engine.ladder(&policy(""), &context, "xs").unwrap();
    let order: Vec<String> = ladder.tiers.iter().map(|tier| tier.product.to_string()).collect();
    assert_eq!(order, ["\"xl\"", "\"s\"", "\"xs\"", "\"m\"", "\"l\""]);
    assert_eq!(ladder.preselect, Some(1));
    assert_eq!(ladder.tiers[2].value, Some(0.0));
    // 5 % accept 500 more, 1 % leave 1,450 behind.
    assert!(near(ladder.tiers[3].value.unwrap(), 0.05 * 500.0 - 0.01 * 1_450.0));
    assert!(near(ladder.tiers[0].value.unwrap(), 0.05 * (450.0 - 1_450.0)));
    assert_eq!(ladder.tiers[0].share, None, "never sold");

    let preselect = |text: &str, catalog: Catalog| {
        let engine = Engine::new(model(), catalog).unwrap();
        engine.ladder(&policy(text), &context, "xs").unwrap().preselect
    };
    let full = || catalog_of(&bouquets);
    assert_eq!(preselect("ladder = \"lowest\"", full()), Some(0));
    assert_eq!(preselect("ladder.preselect = \"highest\"", full()), Some(4));
    assert_eq!(preselect("ladder.preselect = \"most_valuable\"", full()), Some(4));
    let mut sold = full();
    sold.set_stock("s", Some(0)).unwrap();
    assert_eq!(preselect("", sold.clone()), Some(2), "the second of those there are");
    for id in ["xs", "m", "l", "xl"] {
        sold.set_stock(id, Some(0)).unwrap();
    }
    assert_eq!(preselect("", sold), None);
    let error = engine.ladder(&policy(""), &context, "nothing").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownId);
    let alone = self::engine().ladder(&policy(""), &context, "soap").unwrap();
    assert_eq!((alone.tiers.len(), alone.preselect), (1, Some(0)));
}

#[test]
fn shares_of_tiers_are_the_customers_own() {
    let context = Context::at(now());
    let engine = engine();
    let ladder = engine.ladder(&policy(""), &context, "rolls-8").unwrap();
    let shares: Vec<f64> = ladder.tiers.iter().map(|tier| tier.share.unwrap()).collect();
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{shares:?}");
    assert!(shares[0] > shares[1] && shares[1] > shares[2] && shares[2] == 0.0);
    assert!(near(ladder.tiers[1].unit_price.unwrap(), 43.75));
    let json: serde_json::Value = serde_json::from_str(&ladder.to_json()).unwrap();
    assert_eq!(json["tiers"][0]["product"], "rolls-8");
}

// ----------------------------------------------------------------- several products together ----

fn has(offer: &Offer, product: &str) -> bool {
    offer.products.contains(&Id::from(product))
}

/// An engine of a shop where two products are not to be offered together.
fn never(product: &str, with: &str) -> Engine {
    let mut linked = catalog();
    linked.link(product, Link::NeverWith, with).unwrap();
    Engine::from_model(fitted(&linked)).unwrap()
}

#[test]
fn what_is_not_to_be_together_is_in_no_set_and_not_beside_one() {
    let text = policy(&format!("{BUNDLE}per_line = 9"));
    let context = Context::at(now()).basket([("camera", 1)]);
    let free = engine().decide(&text, &context).unwrap();
    let bundle = free.iter().find(|offer| offer.kind == Kind::Bundle).expect("a bundle");
    let [.., one, other] = &bundle.products[1..] else { panic!("{bundle}") };
    let (Id::Str(a), Id::Str(b)) = (one, other) else { panic!("{bundle}") };
    let engine = never(a, b);
    for (rules, least) in [(text, 0), (policy(&format!("{BUNDLE}cross_sell = 0")), 1)] {
        let decision = engine.decide(&rules, &context).unwrap();
        let offered = |id: &Id| decision.iter().any(|offer| offer.products.contains(id));
        let bundles = decision.iter().filter(|offer| offer.kind == Kind::Bundle).count();
        assert!(bundles >= least, "another one is made: {decision}");
        assert!(offered(one) || offered(other));
        assert!(!(offered(one) && offered(other)), "{decision}");
    }
}

#[test]
fn sets_keep_the_limits_of_brands_with_all_they_add() {
    let mut branded = products();
    for product in &mut branded[2..5] {
        product.brand = Some("Lux".into());
    }
    let context = Context::at(now()).basket([("camera", 1)]);
    let engine = Engine::new(model(), catalog_of(&branded)).unwrap();
    for limit in 1..4 {
        let text = policy(&format!("{BUNDLE}per_brand = {limit}\nassume.discount_response = 20"));
        let decision = engine.decide(&text, &context).unwrap();
        let lux = ["lens", "tripod", "bag"]
            .map(|id| decision.iter().filter(|offer| has(offer, id)).count());
        assert_eq!(lux.iter().sum::<usize>(), limit, "{decision}");
    }
}

/// The same as `without` what it may not have, in place of what cannot stand beside a pin.
#[track_caller]
fn same_set(engine: &Engine, kind: Kind, context: &Context, pin: &str, without: &str) {
    let pinned = engine.decide(&policy(pin), context).unwrap();
    let without = engine.decide(&policy(without), context).unwrap();
    let set = |decision: &Decision| {
        let found = decision.iter().find(|offer| offer.kind == kind);
        let found = found.unwrap_or_else(|| panic!("no {kind}: {decision}"));
        (found.products.clone(), found.value, found.discount, found.evidence.clone())
    };
    assert_eq!(set(&pinned), set(&without), "{pinned}\n{without}");
}

#[test]
fn another_set_is_made_in_place_of_one_that_cannot_stand() {
    let context = Context::at(now()).basket([("camera", 1)]);
    // One more product by itself would be worth more than two together with the camera.
    let bundles = format!("{BUNDLE}cross_sell = 0\n");
    let free = engine().decide(&policy(&bundles), &context).unwrap();
    let bundle = free.iter().find(|offer| offer.kind == Kind::Bundle).expect("a bundle");
    for id in &bundle.products[1..] {
        // One part is offered by itself.
        let pin = format!("{bundles}[[pinned]]\nproduct = {id}");
        let without = format!("{bundles}exclude.products = [{id}]");
        same_set(&engine(), Kind::Bundle, &context, &pin, &without);
        // Something of its brand is.
        let mut branded = products();
        for product in &mut branded {
            if id.as_ref() == product.id || product.id == "soap".into() {
                product.brand = Some("Lux".into());
            }
        }
        let engine = Engine::new(model(), catalog_of(&branded)).unwrap();
        let rules = format!("{bundles}per_brand = 1");
        let soap = "[[pinned]]\nproduct = \"soap\"";
        let without = format!("{rules}\nexclude.products = [{id}]\n{soap}");
        same_set(&engine, Kind::Bundle, &context, &format!("{rules}\n{soap}"), &without);
    }
    let free = engine().decide(&policy(TOP_UP), &household()).unwrap();
    let top_up = free.iter().find(|offer| offer.kind == Kind::TopUp).expect("a top-up");
    let id = &top_up.products[0];
    let pin = format!("[[pinned]]\nproduct = {id}\n{TOP_UP}");
    let without = format!("exclude.products = [{id}]\n{TOP_UP}");
    same_set(&engine(), Kind::TopUp, &household(), &pin, &without);
    // Beside what nothing can stand beside there is none.
    let mut alike = products();
    alike.iter_mut().for_each(|product| product.brand = Some("Lux".into()));
    let engine = Engine::new(model(), catalog_of(&alike)).unwrap();
    let rules = format!("per_brand = 1\n[[pinned]]\nproduct = \"lens\"\n{TOP_UP}");
    let decision = engine.decide(&policy(&rules), &household()).unwrap();
    assert_eq!(decision.len(), 1, "{decision}");
    assert_eq!(decision.why_not(id.as_ref()).reason, Some(Reason::BrandLimit));
}

#[test]
fn a_quota_counts_every_product_of_a_set() {
    let context = Context::at(now()).basket([("camera", 1)]);
    let free = engine().decide(&policy(BUNDLE), &context).unwrap();
    let bundle = free.iter().find(|offer| offer.kind == Kind::Bundle).expect("a bundle");
    for id in &bundle.products[1..] {
        let quota = format!("{BUNDLE}[[quotas]]\nselect.products = [{id}]");
        let decision = engine().decide(&policy(&quota), &context).unwrap();
        let kept = &decision.quotas()[0];
        assert_eq!((kept.made, kept.price), (1, 0.0), "{decision}");
    }
    let main = format!("{BUNDLE}[[quotas]]\nselect.products = [\"camera\"]");
    let decision = engine().decide(&policy(&main), &context).unwrap();
    assert_eq!(decision.quotas()[0].made, 0, "what is there already is not added");
}

#[test]
fn a_bundle_is_withheld_from_who_is_held_out() {
    let context = Context::at(now()).customer("c01").basket([("camera", 1)]);
    let made = engine().decide(&policy(BUNDLE), &context).unwrap();
    let held = engine().decide(&policy(&format!("{BUNDLE}holdout = 1.0")), &context).unwrap();
    assert!(held.is_empty() && held.held_out());
    let products = |offers: &[Offer]| -> Vec<Vec<Id>> {
        offers.iter().map(|offer| offer.products.clone()).collect()
    };
    assert_eq!(products(held.withheld()), products(made.offers()));
    let bundle = held.withheld().iter().find(|offer| offer.kind == Kind::Bundle).expect("a bundle");
    for part in &bundle.products[1..] {
        assert_eq!(held.why_not(part.as_ref()).reason, Some(Reason::HeldOut));
    }
}

#[test]
fn a_cap_on_cross_sells_leaves_bundles_alone() {
    let context = Context::at(now()).basket([("camera", 1)]);
    let free = engine().decide(&policy(BUNDLE), &context).unwrap();
    let bundle = free.iter().find(|offer| offer.kind == Kind::Bundle).expect("a bundle");
    let capped =
        policy(&format!("{BUNDLE}contact.caps = [{{ max = 1, days = 7, kind = \"cross_sell\" }}]"));
    let before = Contact::at(now() - DAY).kind(Kind::CrossSell);
    let asked = Context::at(now()).basket([("camera", 1)]).contacts([before]);
    let none = policy(&format!("{BUNDLE}cross_sell = 0"));
    for (policy, context) in [(capped, &asked), (none, &context)] {
        let decision = engine().decide(&policy, context).unwrap();
        let same = decision.iter().find(|offer| offer.kind == Kind::Bundle).expect("a bundle");
        assert_eq!(same.products, bundle.products);
        assert!(decision.iter().all(|offer| offer.kind != Kind::CrossSell));
    }
    // One part that was in a bundle which has ended leaves room for another.
    let ended = Contact::at(now() - DAY).kind(Kind::Bundle).product(bundle.products[1].clone());
    let context = Context::at(now()).basket([("camera", 1)]).contacts([ended.valid_until(now())]);
    let decision = engine().decide(&policy(BUNDLE), &context).unwrap();
    let other = decision.iter().find(|offer| offer.kind == Kind::Bundle).expect("another bundle");
    assert!(!other.products.contains(&bundle.products[1]), "{other}");
}

#[test]
fn no_deal_of_less_than_a_minor_unit() {
    let mut cheap = products();
    cheap[9] = Product::new("soap").price(60).cost(10);
    let engine = Engine::new(model(), catalog_of(&cheap)).unwrap();
    let context = Context::at(now()).basket([("soap", 1)]);
    let text = |second: &str| {
        policy(&format!(
            "bundle = {{ max = 1, max_discount = 0, step = 0.01, second = {second} }}\n\
             assume.discount_response = 12"
        ))
    };
    let second = |text| {
        let decision = engine.decide(&text, &context).unwrap();
        decision.iter().find(|offer| offer.kind == Kind::Bundle).cloned()
    };
    assert!(second(text("0.01")).is_none());
    let offer = second(text("0.02")).expect("one minor unit off");
    assert_eq!(offer.discount.minor, 1);
    assert_eq!(number(&offer, "discount_share"), 1.0 / 60.0);
}

#[test]
fn an_up_sell_suits_the_rest_of_the_basket_and_its_quantity() {
    let asked = |engine: &Engine, basket: &[(&'static str, i32)]| {
        let context = Context::at(now()).basket(basket.iter().copied());
        engine.decide(&policy(""), &context).unwrap()
    };
    let made = |decision: &Decision| find(decision, Kind::UpSell, "rolls-16").is_some();
    let mixed = [("rolls-8", 1), ("brush", 1)];
    assert!(made(&asked(&engine(), &mixed)));
    let decision = asked(&never("rolls-16", "brush"), &mixed);
    assert!(!made(&decision));
    assert_eq!(decision.why_not("rolls-16").reason, Some(Reason::SubstituteInBasket));

    let mut few = catalog();
    few.set_stock("rolls-16", Some(4)).unwrap();
    let engine = Engine::new(model(), few).unwrap();
    assert!(made(&asked(&engine, &[("rolls-8", 4)])));
    let decision = asked(&engine, &[("rolls-8", 5)]);
    assert!(!made(&decision));
    assert_eq!(decision.why_not("rolls-16").reason, Some(Reason::OutOfStock));
}

#[test]
fn contracts_do_not_count_towards_a_threshold() {
    let context = Context::at(now()).basket([("rolls-8", 8), ("tariff-s", 1)]);
    let decision = engine().decide(&policy(TOP_UP), &context).unwrap();
    let offer = decision.iter().find(|offer| offer.kind == Kind::TopUp).expect("a top-up");
    assert_eq!((number(offer, "basket"), number(offer, "gap")), (3_200.0, 800.0));
}
