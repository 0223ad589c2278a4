//! Single products: larger packs, services and contracts, accessories, and what one has already.

use basketry::data::Link;
use basketry::decide::Source;
use basketry::{
    Catalog, Context, Control, Currency, Engine, ErrorKind, FitOptions, HistoryBuilder,
    HistoryOptions, Id, Kind, Order, OrderLine, Product, Reason, fit,
};

use crate::shop::*;

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

    // Linked both ways, each is offered with the other.
    let mut both = catalog();
    both.link("bag", Link::AccessoryOf, "camera").unwrap();
    both.link("camera", Link::AccessoryOf, "bag").unwrap();
    let engine = Engine::new(model(), both).unwrap();
    for (one, other) in [("bag", "camera"), ("camera", "bag")] {
        let decision = engine.decide(&policy(""), &context(one)).unwrap();
        assert!(find(&decision, Kind::CrossSell, other).is_some(), "{decision}");
    }
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
