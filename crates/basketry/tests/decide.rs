//! Deciding, rule by rule, in a small shop in which everything can be followed by hand.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use basketry::decide::UnknownProducts;
use basketry::{
    Catalog, CatalogBuilder, CatalogOptions, Context, Control, Currency, Decision, Engine,
    ErrorKind, FitOptions, HistoryBuilder, HistoryOptions, Id, Kind, Model, Offer, Order,
    OrderLine, Policy, Product, Reason, fit,
};

const DAY: i64 = 86_400_000;
const START: i64 = 1_700_000_000_000;
const WEEKS: i64 = 30;
const CUSTOMERS: i64 = 60;

/// Everybody comes once a week for milk; bread and butter go together, jam in three sizes goes
/// with nothing; half of the customers bought a machine once.
fn products() -> Vec<Product<'static>> {
    vec![
        Product::new("milk").name("Milk").price(120).cost(80),
        Product::new("bread").name("Bread").price(250).cost(150),
        Product::new("butter").name("Butter").price(300).cost(180).brand("dairy"),
        Product::new("jam-s").name("Jam, small").price(200).cost(120).line("jam"),
        Product::new("jam-m").name("Jam, medium").price(300).cost(160).line("jam"),
        Product::new("jam-l").name("Jam, large").price(380).cost(200).line("jam"),
        Product::new("jam-xl").name("Jam, bucket").price(900).cost(300).line("jam"),
        Product::new("machine").name("Espresso machine").price(29_900).cost(20_000),
        Product::new("eggs").name("Eggs").price(350).cost(200).category(["fresh"]),
        Product::new("new").name("New on the shelf").price(400).cost(100),
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

/// The catalogue with one product changed.
fn catalog_with(id: &str, change: impl Fn(&mut Product<'static>)) -> Catalog {
    let mut products = products();
    let ids: Vec<Id> = products.iter().map(|product| product.id.to_owned()).collect();
    let at = ids.iter().position(|other| *other == Id::from(id)).unwrap();
    change(&mut products[at]);
    catalog_of(&products)
}

fn customer(number: i64) -> String {
    format!("c{number:02}")
}

fn model() -> Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL.get_or_init(|| train(0)).clone()
}

/// Fits the shop; `shift` moves who buys what, which gives another model.
fn train(shift: i64) -> Model {
    let options = HistoryOptions::new(Currency::new("EUR").unwrap());
    let mut history = HistoryBuilder::new(&options);
    for week in 0..WEEKS {
        for c in 0..CUSTOMERS {
            let mut lines = vec!["milk"];
            let draw = (week * 7 + c * 11 + shift + week * c) % 20;
            if draw < 8 {
                lines.extend(["bread", "butter"]);
            }
            match draw {
                0 | 9 => lines.push("bread"),
                1 | 10 => lines.push("butter"),
                2 | 11..=13 => lines.push("eggs"),
                3 | 14 => lines.push("jam-s"),
                4 | 15 => lines.push("jam-m"),
                16 => lines.push("jam-l"),
                17 => lines.push("gone"),
                _ => {}
            }
            if week == 5 + c % 10 && c % 2 == 0 {
                lines.push("machine");
            }
            let time = START + (week * 7 + c % 7) * DAY;
            for product in lines {
                let line = OrderLine::new(time, product);
                let (customer, basket) = (customer(c), week * CUSTOMERS + c);
                let basket = format!("b{basket}");
                history.push(&line.customer(customer.as_str()).basket(basket.as_str())).unwrap();
            }
        }
    }
    let history = history.finish(&Control::new()).unwrap();
    fit(&catalog(), &history, &FitOptions::default(), &Control::new()).unwrap()
}

fn engine() -> Engine {
    Engine::from_model(model()).unwrap()
}

fn soon() -> i64 {
    model().as_of() + 5 * DAY
}

fn policy() -> Policy {
    let mut policy = Policy::new("cart");
    policy.max_offers = 10;
    policy
}

fn find<'a>(decision: &'a Decision, product: &str) -> Option<&'a Offer> {
    decision.iter().find(|offer| offer.products[0] == Id::from(product))
}

fn number(offer: &Offer, name: &str) -> f64 {
    offer.evidence.iter().find(|e| e.name == name).unwrap_or_else(|| panic!("{name}")).value
}

fn reason(decision: &Decision, product: &str) -> Option<Reason> {
    decision.why_not(product).reason
}

/// The warnings about the request: the model's own, which every decision has, comes first.
fn warnings(decision: &Decision) -> &[String] {
    let (first, rest) = decision.warnings().split_first().expect("the model's warning");
    assert!(
        first.starts_with("the model's report names what was not learned: \"basket new"),
        "{first}"
    );
    rest
}

#[test]
fn butter_goes_with_bread() {
    let context = Context::at(soon()).basket([("bread", 1)]);
    let decision = engine().decide(&policy(), &context).unwrap();
    let offer = find(&decision, "butter").expect("offered");
    assert_eq!(offer.kind, Kind::CrossSell);
    assert_eq!(offer.base_product, Some(Id::from("bread")));
    assert_eq!(offer.price.to_string(), "3.00 EUR");
    assert_eq!(offer.margin, 120.0);
    assert_eq!(offer.assumed, ["response_odds"]);
    assert!(number(offer, "lift_low") > 1.5);
    let why = &offer.why;
    assert!(why.starts_with("bought with \"Bread\" in "), "{why}");
    assert!(why.contains(" by 60 customers, at least "), "{why}");
    assert!(why.ends_with(" times as often as by chance"), "{why}");
    // Half as likely again in odds, and the value is what that adds.
    let (p0, p1) = (offer.base_probability, offer.probability);
    assert!(p0 > 0.2, "{p0}");
    assert!((p1 / (1.0 - p1) - 1.5 * p0 / (1.0 - p0)).abs() < 1e-9);
    assert!((offer.value - (p1 - p0) * 120.0).abs() < 1e-9);
    assert_eq!(reason(&decision, "bread"), Some(Reason::InBasket));
    assert!(!decision.customer_known() && decision.customer().is_none());
}

#[test]
fn levers_costs_and_thresholds_change_the_value() {
    let engine = engine();
    let context = Context::at(soon()).basket([("bread", 1)]);
    let value = |policy: &Policy| {
        let decision = engine.decide(policy, &context).unwrap();
        find(&decision, "butter").map(|offer| offer.value)
    };
    let plain = value(&policy()).unwrap();
    let mut dear = policy();
    dear.cross_sell.lever = 2.0;
    dear.contact_cost = 0.5;
    assert!((value(&dear).unwrap() - 2.0 * (plain - 0.5)).abs() < 1e-9);
    // An offer must be worth more than the threshold, not as much.
    let mut strict = policy();
    strict.min_value = plain;
    assert_eq!(value(&strict), None);
    let decision = engine.decide(&strict, &context).unwrap();
    assert_eq!(reason(&decision, "butter"), Some(Reason::BelowMinValue));
    strict.min_value = plain * 0.999;
    assert!(value(&strict).is_some());
    let mut certain = policy();
    certain.assume.response_odds = 1.0;
    assert_eq!(value(&certain), None, "an offer that changes nothing is worth nothing");
}

#[test]
fn what_is_viewed_counts_as_far_as_it_is_bought() {
    let engine = engine();
    let basket = Context::at(soon()).basket([("bread", 1)]);
    let viewed = Context::at(soon()).viewed("bread");
    let in_basket = engine.decide(&policy(), &basket).unwrap();
    let looked_at = engine.decide(&policy(), &viewed).unwrap();
    let (a, b) = (find(&in_basket, "butter").unwrap(), find(&looked_at, "butter").unwrap());
    // Of twenty who look at bread one buys it; the others buy butter as anybody does.
    let alone = engine.decide(&policy(), &Context::at(soon())).unwrap();
    let without = find(&alone, "butter").unwrap().base_probability;
    let mean = 0.05 * a.base_probability + 0.95 * without;
    assert!(b.base_probability > without && (b.base_probability - mean).abs() < 1e-7);
    assert_eq!(b.assumed, ["response_odds", "view_conversion"]);
    assert_eq!(reason(&looked_at, "bread"), Some(Reason::Viewed));
    // In the basket and viewed: it is in the basket.
    let both = engine.decide(&policy(), &basket.clone().viewed("bread")).unwrap();
    assert_eq!(find(&both, "butter").unwrap().base_probability, a.base_probability);
    assert_eq!(reason(&both, "bread"), Some(Reason::InBasket));
}

#[test]
fn milk_is_refilled_when_due() {
    let engine = engine();
    let last = START + ((WEEKS - 1) * 7 + 3) * DAY; // customer 3 comes on the third day
    let at = |days: i64| Context::at(last + days * DAY).customer("c03");
    let due = engine.decide(&policy(), &at(7)).unwrap();
    let offer = find(&due, "milk").expect("due after a week");
    assert_eq!(offer.kind, Kind::Refill);
    assert!(due.customer_known());
    assert_eq!(offer.why, "bought 30 times, about every 7 days, last 7 days ago: due");
    assert_eq!(number(offer, "own_count"), 30.0);
    assert_eq!(number(offer, "days_since"), 7.0);
    assert!((number(offer, "expected_interval") - 7.0).abs() < 0.5);

    for (days, expected) in [(4, Some(Reason::NotDue)), (5, None), (10, None)] {
        let decision = engine.decide(&policy(), &at(days)).unwrap();
        assert_eq!(reason(&decision, "milk"), expected, "after {days} days");
    }
    let late = engine.decide(&policy(), &at(12)).unwrap();
    assert_eq!(reason(&late, "milk"), Some(Reason::NotDue), "the customer has moved on");

    let mut patient = policy();
    patient.refill.due_to = 2.0;
    let decision = engine.decide(&patient, &at(12)).unwrap();
    assert_eq!(reason(&decision, "milk"), None);
}

#[test]
fn orders_since_the_model_count() {
    let engine = engine();
    let now = soon();
    let context = Context::at(now).customer("c06");
    let before = engine.decide(&policy(), &context).unwrap();
    assert_eq!(find(&before, "milk").map(|offer| offer.kind), Some(Kind::Refill));
    let order = Order::at(now - DAY).line("milk", 2).line("new", 1);
    let after = engine.decide(&policy(), &context.clone().orders_since([order])).unwrap();
    assert_eq!(reason(&after, "milk"), Some(Reason::NotDue), "bought yesterday");
    assert!(warnings(&after).is_empty(), "{:?}", warnings(&after));

    let old = Order::at(model().as_of()).line("milk", 1);
    let decision = engine.decide(&policy(), &context.orders_since([old])).unwrap();
    assert_eq!(reason(&decision, "milk"), None);
    assert!(warnings(&decision)[0].starts_with("orders_since: 1 of 1 orders are not after"));
}

#[test]
fn nobody_is_offered_a_second_machine() {
    let engine = engine();
    let mut policy = policy();
    policy.max_offers = 1000;
    let has = engine.decide(&policy, &Context::at(soon()).customer("c02")).unwrap();
    assert_eq!(reason(&has, "machine"), Some(Reason::Owned));
    let has_not = engine.decide(&policy, &Context::at(soon()).customer("c03")).unwrap();
    // Too few customers met something new to them, so the model has no propensity for that.
    let offer = find(&has_not, "machine").expect("offered");
    assert_eq!(offer.assumed, ["response_odds", "propensity"]);
}

#[test]
fn what_the_customer_has_is_no_up_sell() {
    let engine = engine();
    let mut products = products();
    for product in &mut products {
        if product.id == "machine".into() || product.id == "eggs".into() {
            product.line = Some("espresso".into());
        }
        if product.id == "eggs".into() {
            (product.price, product.cost) = (Some(20_000), Some(15_000));
        }
    }
    engine.set_catalog(catalog_of(&products)).unwrap();
    let ask = |customer| {
        let context = Context::at(soon()).customer(customer).basket([("eggs", 1)]);
        let decision = engine.decide(&policy(), &context).unwrap();
        (find(&decision, "machine").map(|offer| offer.kind), reason(&decision, "machine"))
    };
    assert_eq!(ask("c03"), (Some(Kind::UpSell), None));
    assert_eq!(ask("c02"), (None, Some(Reason::Owned)));
}

#[test]
fn popular_products_fill_what_is_left_and_say_so() {
    let decision = engine().decide(&policy(), &Context::at(soon())).unwrap();
    assert!(!decision.is_empty());
    for offer in &decision {
        assert_eq!(offer.kind, Kind::Popular);
        assert!(offer.why.starts_with("popular: bought by "), "{}", offer.why);
    }
    let mut none = policy();
    none.popular.max = 0;
    let decision = engine().decide(&none, &Context::at(soon())).unwrap();
    assert!(decision.is_empty() && decision.value() == 0.0);
    assert!(decision.to_string().contains("nothing is worth offering"));
    assert_eq!(reason(&decision, "milk"), Some(Reason::KindLimit));
}

#[test]
fn up_sells_move_along_the_line() {
    let context = Context::at(soon()).basket([("jam-s", 1)]);
    let decision = engine().decide(&policy(), &context).unwrap();
    let offers: Vec<&Offer> = decision.iter().filter(|offer| offer.kind == Kind::UpSell).collect();
    let [offer] = offers[..] else { panic!("one up-sell, got {offers:?}") };
    assert_eq!(offer.base_product, Some(Id::from("jam-s")));
    // Nobody known: everybody's acceptance. 0.05 * (180 - 80) - 0.01 * 80 = 4.2 for the large
    // one, 0.05 * (140 - 80) - 0.8 = 2.2 for the medium; the bucket costs more than twice as much.
    assert_eq!(offer.products, [Id::from("jam-l")]);
    assert!((offer.value - 4.2).abs() < 1e-9, "{}", offer.value);
    assert_eq!((offer.probability, offer.base_probability), (0.05, 0.0));
    assert_eq!(offer.assumed, ["accept", "abandon"]);
    assert_eq!(
        offer.why,
        "a dearer variant of \"Jam, small\" for 1.80 EUR more: 5 % are expected to take it, which \
         earns 1.00 EUR more each time and outweighs 1 % lost sales"
    );
    assert_eq!(reason(&decision, "jam-m"), Some(Reason::Outranked));
    assert_eq!(reason(&decision, "jam-xl"), Some(Reason::VariantInBasket));

    // On the product page it is worth the share of viewers who buy.
    let viewed = engine().decide(&policy(), &Context::at(soon()).viewed("jam-s")).unwrap();
    let offer = find(&viewed, "jam-l").unwrap();
    assert!((offer.value - 0.05 * 4.2).abs() < 1e-9);
    assert_eq!(offer.assumed, ["accept", "abandon", "view_conversion"]);
    assert_eq!(reason(&viewed, "jam-xl"), Some(Reason::VariantOfViewed));
}

#[test]
fn what_costs_the_same_is_no_up_sell() {
    let catalog = catalog_of(&[
        Product::new("jam-s").price(200).cost(120).line("jam"),
        Product::new("jam-m").price(200).cost(20).line("jam"),
        Product::new("jam-l").price(201).cost(20).line("jam"),
    ]);
    let engine = Engine::new(model(), catalog).unwrap();
    let mut policy = policy();
    policy.up_sell.min_price_ratio = 1.0;
    let context = Context::at(soon()).basket([("jam-s", 1)]);
    let decision = engine.decide(&policy, &context).unwrap();
    assert_eq!(find(&decision, "jam-l").map(|offer| offer.kind), Some(Kind::UpSell));
    assert_eq!(reason(&decision, "jam-m"), Some(Reason::VariantInBasket));
}

/// A line of thousands of variants and a basket of as many: what such a request costs is bounded,
/// and the decision says so.
#[test]
fn huge_lines_and_baskets_are_looked_at_in_part() {
    let ids: Vec<String> = (0..3000).map(|i| format!("v{i}")).collect();
    let variants: Vec<Product<'_>> = (ids.iter().enumerate())
        .map(|(i, id)| Product::new(id.as_str()).price(1000 + i as i64).cost(500).line("v"))
        .collect();
    let engine = Engine::new(model(), catalog_of(&variants)).unwrap();
    let ask = |lines: usize| {
        let basket = ids[..lines].iter().map(|id| (id.as_str(), 1));
        engine.decide(&policy(), &Context::at(soon()).basket(basket)).unwrap()
    };
    let up_sell = |warning: &&String| warning.starts_with("up_sell: of");
    assert!(ask(100).warnings().iter().find(up_sell).is_none());
    let decision = ask(2900);
    let warning = decision.warnings().iter().find(up_sell).unwrap();
    assert!(warning.starts_with("up_sell: of 2900 products in the basket or viewed"), "{warning}");
    assert_eq!(decision.to_json(), ask(2900).to_json());
}

/// Margins 80 and 180: abandonment of 1 point needs an acceptance above 0.8 points.
#[test]
fn an_up_sell_must_be_worth_what_it_risks() {
    let engine = engine();
    let context = Context::at(soon()).basket([("jam-s", 1)]);
    let mut policy = policy();
    policy.up_sell.max_price_ratio = 1.9;
    for (accept, reason_of_large) in [
        (0.0079, Some(Reason::UpSellNotWorth)),
        (0.008, Some(Reason::UpSellNotWorth)),
        (0.0081, None),
    ] {
        policy.assume.accept = accept;
        let decision = engine.decide(&policy, &context).unwrap();
        assert_eq!(reason(&decision, "jam-l"), reason_of_large, "accept {accept}");
    }
}

#[test]
fn those_who_bought_dear_are_offered_dear() {
    let engine = engine();
    let ask = |since: &[&str]| {
        let order = since.iter().fold(Order::at(soon() - DAY), |order, &id| order.line(id, 1));
        let orders = (0..4).map(|_| order.clone());
        // A customer whom the model does not know, with orders since: only these count.
        let context = Context::at(soon()).customer("nobody").basket([("jam-s", 1)]);
        let decision = engine.decide(&policy(), &context.orders_since(orders)).unwrap();
        let offer = find(&decision, "jam-l").cloned();
        offer.map(|offer| (number(&offer, "acceptance"), number(&offer, "own_line_purchases")))
    };
    let (dear, purchases) = ask(&["jam-l"]).unwrap();
    assert_eq!(purchases, 4.0);
    assert!(dear > 0.05, "{dear}");
    let cheap = ask(&["jam-s"]);
    assert!(cheap.is_none_or(|(accept, _)| accept < 0.05), "{cheap:?}");
}

#[test]
fn variants_stay_out_unless_allowed() {
    let engine = engine();
    let mut no_up_sell = policy();
    no_up_sell.up_sell.max = 0;
    let context = Context::at(soon()).basket([("jam-l", 1)]);
    let decision = engine.decide(&no_up_sell, &context).unwrap();
    for variant in ["jam-s", "jam-m"] {
        assert_eq!(reason(&decision, variant), Some(Reason::VariantInBasket));
    }
    (no_up_sell.allow_variants, no_up_sell.allow_substitutes) = (true, true);
    no_up_sell.assume.replaces = 0.0;
    let decision = engine.decide(&no_up_sell, &context).unwrap();
    let offered = |id| reason(&decision, id).is_none();
    assert!(offered("jam-s") ^ offered("jam-m"), "one of a line: {decision}");
    let limited = ["jam-s", "jam-m"].map(|id| reason(&decision, id));
    assert!(limited.contains(&Some(Reason::LineLimit)), "{limited:?}");
    no_up_sell.per_line = 2;
    let decision = engine.decide(&no_up_sell, &context).unwrap();
    assert!(["jam-s", "jam-m"].iter().all(|id| reason(&decision, id).is_none()), "{decision}");
    // One is bought instead of the other, as the orders say.
    no_up_sell.allow_substitutes = false;
    let decision = engine.decide(&no_up_sell, &context).unwrap();
    let refused = ["jam-s", "jam-m"].map(|id| reason(&decision, id));
    assert!(refused.contains(&Some(Reason::SubstituteOffered)), "{refused:?}");
}

#[test]
fn what_may_not_be_sold_is_never_offered() {
    let engine = engine();
    let context = Context::at(soon()).basket([("bread", 1)]);
    let with = |catalog: Catalog, policy: &Policy| {
        engine.set_catalog(catalog).unwrap();
        let decision = engine.decide(policy, &context).unwrap();
        let reason = reason(&decision, "butter").expect("not offered");
        assert_eq!(
            decision.suppressed().iter().find(|s| s.product == Id::from("butter")).unwrap().reason,
            reason
        );
        reason
    };
    let plain = policy();
    assert_eq!(with(catalog_with("butter", |p| p.stock = Some(0)), &plain), Reason::OutOfStock);
    assert_eq!(with(catalog_with("butter", |p| p.sellable = false), &plain), Reason::NotSellable);
    assert_eq!(with(catalog_with("butter", |p| p.price = None), &plain), Reason::NoPrice);
    let at_cost = catalog_with("butter", |p| p.cost = Some(300));
    assert_eq!(with(at_cost, &plain), Reason::MarginNotPositive);
    let mut strict = policy();
    strict.assume.margin_rate = 0.0;
    assert_eq!(with(catalog_with("butter", |p| p.cost = None), &strict), Reason::UnknownCost);
    let mut cheap = policy();
    cheap.price.max = Some(299);
    assert_eq!(with(catalog(), &cheap), Reason::PriceWindow);
    cheap.price.max = None;
    cheap.exclude.brands = [Id::from("dairy")].into();
    assert_eq!(with(catalog(), &cheap), Reason::Excluded);
    let all: Vec<Product<'_>> =
        products().into_iter().filter(|p| p.name != Some("Butter")).collect();
    assert_eq!(with(catalog_of(&all), &plain), Reason::NotInCatalogue);
    assert_eq!(
        reason(&engine.decide(&plain, &context).unwrap(), "gone"),
        Some(Reason::NotInCatalogue)
    );
}

#[test]
fn a_cost_that_is_not_known_is_assumed_and_named() {
    let engine = engine();
    engine.set_catalog(catalog_with("butter", |p| p.cost = None)).unwrap();
    let decision = engine.decide(&policy(), &Context::at(soon()).basket([("bread", 1)])).unwrap();
    let offer = find(&decision, "butter").unwrap();
    assert_eq!(offer.margin, 90.0);
    assert_eq!(offer.assumed, ["response_odds", "margin_rate"]);
    let warning = "1 of 10 products have no cost: their margin is assumed to be 30 % of the price";
    assert!(warnings(&decision)[0].starts_with(warning), "{:?}", warnings(&decision));
}

#[test]
fn exclusions_that_cannot_work_are_errors_or_warnings() {
    let engine = engine();
    let context = Context::at(soon()).basket([("bread", 1)]);
    let exclude = |change: fn(&mut Policy)| {
        let mut policy = policy();
        change(&mut policy);
        engine.decide(&policy, &context)
    };
    let decision = exclude(|p| p.exclude.categories = [Id::from("Fresh")].into()).unwrap();
    assert_eq!(
        warnings(&decision),
        ["exclude.categories: \"Fresh\" is no category of the catalogue"]
    );
    let decision = exclude(|p| p.exclude.products = ["a", "b"].map(Id::from).into()).unwrap();
    assert_eq!(
        warnings(&decision),
        ["exclude.products: 2 ids are not in the catalogue, the first is \"a\""]
    );
    let error = exclude(|p| p.exclude.products = [Id::from(1)].into()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Policy);
    let message = "exclude.products[0]: 1 is an integer, but the catalogue's product ids are \
                   strings; ids are never converted";
    assert_eq!(error.to_string(), message);
    let error = exclude(|p| p.exclude.lines = [Id::from(1)].into()).unwrap_err();
    assert!(error.to_string().starts_with("exclude.lines[0]: 1 is an integer"), "{error}");

    let bare = catalog_of(&[Product::new("butter").price(300)]);
    engine.set_catalog(bare).unwrap();
    let error = exclude(|p| p.exclude.brands = [Id::from("dairy")].into()).unwrap_err();
    assert!(error.to_string().contains("no brand column to exclude by"), "{error}");
}

#[test]
fn ids_of_the_wrong_type_are_errors_that_name_both() {
    let engine = engine();
    for (context, expected) in [
        (Context::at(soon()).customer(3), "customer: 3 is an integer, but the model's customer"),
        (Context::at(soon()).basket([(1, 1)]), "basket[0].product: 1 is an integer, but the cat"),
        (Context::at(soon()).viewed(1), "viewed: 1 is an integer, but the catalogue's product ids"),
        (
            Context::at(soon()).orders_since([Order::at(soon()).line("milk", 1).line(7, 1)]),
            "orders_since[0].lines[1].product: 7 is an integer",
        ),
    ] {
        let error = engine.decide(&policy(), &context).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownId);
        assert!(error.to_string().starts_with(expected), "{error}");
        assert!(error.to_string().contains("are strings"), "{error}");
    }
    let numbered = catalog_of(&[Product::new(1).price(300)]);
    let error = engine.set_catalog(numbered).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Schema);
    assert!(error.to_string().contains("are integers, but the model's are strings"), "{error}");
    // The old catalogue is still there.
    assert!(engine.decide(&policy(), &Context::at(soon()).basket([("bread", 1)])).is_ok());
}

#[test]
fn what_is_not_known_is_said() {
    let engine = engine();
    let context = Context::at(soon()).customer("stranger").basket([
        ("bread", 1),
        ("caviar", 1),
        ("truffles", 2),
    ]);
    let decision = engine.decide(&policy(), &context).unwrap();
    assert!(!decision.customer_known());
    assert!(decision.to_string().contains("customer \"stranger\", whom the model does not know"));
    assert_eq!(
        warnings(&decision),
        ["basket: 2 ids are known neither to the catalogue nor to the model; left out, the first \
          is \"caviar\""]
    );
    assert!(find(&decision, "butter").is_some(), "the known part still counts");
    let answer = decision.why_not("caviar");
    assert_eq!(answer.reason, Some(Reason::UnknownProduct));
    assert!(decision.why_not(5).text.contains("the product ids are strings"));

    let mut strict = policy();
    strict.unknown_products = UnknownProducts::Error;
    let error = engine.decide(&strict, &context).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownId);
    assert!(error.to_string().starts_with("basket[1].product: neither"), "{error}");

    // Sold once, not in the catalogue now: known.
    let context = Context::at(soon()).basket([("gone", 1)]);
    assert!(warnings(&engine.decide(&strict, &context).unwrap()).is_empty());

    let early = engine.decide(&policy(), &Context::at(START)).unwrap();
    assert!(warnings(&early)[0].starts_with("now (2023-11-14T22:13:20Z) is before"), "{early}");
    let mut cart = policy();
    cart.placement = Some("cart".into());
    let decision = engine.decide(&cart, &Context::at(soon()).placement("mail")).unwrap();
    assert_eq!(decision.placement(), Some("mail"));
    assert!(warnings(&decision)[0].starts_with("placement: the policy is for \"cart\""));
    let decision = engine.decide(&cart, &Context::at(soon())).unwrap();
    assert_eq!(decision.placement(), Some("cart"));
}

#[test]
fn privacy_holds_at_the_greater_of_both_thresholds() {
    let engine = engine();
    let context = Context::at(soon()).basket([("bread", 1)]);
    let mut policy = policy();
    policy.min_customers = Some(61);
    let decision = engine.decide(&policy, &context).unwrap();
    assert!(decision.is_empty(), "60 customers in all: {decision}");
    assert_eq!(reason(&decision, "butter"), Some(Reason::TooFewCustomers));
    policy.min_customers = Some(3);
    let decision = engine.decide(&policy, &context).unwrap();
    let expected = "min_customers: the model was fitted with 10, which holds for this policy too";
    assert_eq!(warnings(&decision), [expected]);
}

#[test]
fn the_log_line_is_complete_and_stable() {
    let engine = engine();
    let context = Context::at(soon())
        .customer("c03")
        .placement("cart")
        .basket([("bread", 1), ("jam-s", 2)])
        .viewed("eggs")
        .orders_since([Order::at(soon() - DAY).line("milk", 1)])
        .seed(u64::MAX);
    let decision = engine.decide(&policy(), &context).unwrap();
    let line = decision.to_json();
    let json: serde_json::Value = serde_json::from_str(&line).unwrap();
    let keys: Vec<&str> = line_keys(&line);
    assert_eq!(
        keys,
        [
            "id",
            "model",
            "catalog",
            "policy",
            "policy_version",
            "placement",
            "now",
            "now_ms",
            "customer",
            "customer_known",
            "basket",
            "viewed",
            "orders_since",
            "after",
            "returned",
            "channel",
            "ride_along",
            "segments",
            "consents",
            "customer_value",
            "contacts",
            "seed",
            "currency",
            "held_out",
            "stopped",
            "offers",
            "withheld",
            "value",
            "contact_risk",
            "explored",
            "quotas",
            "suppressed_counts",
            "suppressed",
            "warnings"
        ]
    );
    assert_eq!(json["seed"], u64::MAX);
    assert_eq!(json["basket"][1], serde_json::json!({"product": "jam-s", "quantity": 2.0}));
    assert_eq!(json["policy_version"], policy().version());
    assert_eq!(json["model"], model().id_hex());
    assert_eq!(json["offers"][0]["chosen_with"], 1.0);
    for _ in 0..3 {
        assert_eq!(engine.decide(&policy(), &context).unwrap().to_json(), line);
    }
    // An equal catalogue given apart gives the same bytes; another price does not.
    engine.set_catalog(catalog()).unwrap();
    assert_eq!(engine.decide(&policy(), &context).unwrap().to_json(), line);
    engine.set_catalog(catalog_with("eggs", |p| p.price = Some(351))).unwrap();
    let other = engine.decide(&policy(), &context).unwrap();
    assert_ne!(other.catalog_version(), decision.catalog_version());
}

/// The keys of the outermost object, in order.
fn line_keys(json: &str) -> Vec<&str> {
    let (mut depth, mut in_string, mut escaped, mut start) = (0, false, false, 0);
    let mut keys = Vec::new();
    let bytes = json.as_bytes();
    for (i, &byte) in bytes.iter().enumerate() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match byte {
            b'"' if in_string => {
                in_string = false;
                if depth == 1 && bytes.get(i + 1) == Some(&b':') {
                    keys.push(&json[start..i]);
                }
            }
            b'"' => (in_string, start) = (true, i + 1),
            b'\\' => escaped = true,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth -= 1,
            _ => {}
        }
    }
    keys
}

/// Threads decide while another swaps models and catalogues: every decision is one that the
/// engine makes from some pair of them, whole.
#[test]
fn models_and_catalogues_are_swapped_under_the_deciders() {
    let models = [train(0), train(3)];
    assert_ne!(models[0].id(), models[1].id());
    let catalogs = [Arc::new(catalog()), Arc::new(catalog_with("butter", |p| p.price = Some(310)))];
    let context = Context::at(soon()).customer("c03").basket([("bread", 1)]);
    let policies = [policy(), Policy::new("other")];
    let mut allowed = Vec::new();
    for model in &models {
        for catalog in &catalogs {
            let engine = Engine::new(model.clone(), catalog.clone()).unwrap();
            allowed.extend(
                policies.iter().map(|policy| engine.decide(policy, &context).unwrap().to_json()),
            );
        }
    }
    let distinct: std::collections::HashSet<&String> = allowed.iter().collect();
    assert_eq!(distinct.len(), allowed.len());

    let engine = Engine::new(models[0].clone(), catalogs[0].clone()).unwrap();
    let (done, made) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let deciders: Vec<_> = (0..3)
            .map(|t| {
                let (engine, done, made) = (&engine, &done, &made);
                let (policies, context, allowed) = (&policies, &context, &allowed);
                scope.spawn(move || {
                    let mut seen = std::collections::HashSet::new();
                    while !done.load(Ordering::Relaxed) {
                        let decision = engine.decide(&policies[t % 2], context).unwrap();
                        let json = decision.to_json();
                        assert!(allowed.contains(&json), "{json}");
                        seen.insert(json);
                        made.fetch_add(1, Ordering::Relaxed);
                    }
                    seen.len()
                })
            })
            .collect();
        let mut round = 0;
        while round < 400 || made.load(Ordering::Relaxed) < 3_000 {
            round += 1;
            engine.set_catalog(catalogs[round % 2].clone()).unwrap();
            engine.set_model(models[round / 2 % 2].clone()).unwrap();
        }
        done.store(true, Ordering::Relaxed);
        let seen: Vec<usize> = deciders.into_iter().map(|d| d.join().unwrap()).collect();
        assert!(seen.iter().any(|&count| count > 1), "nothing was swapped: {seen:?}");
    });
}

#[test]
fn a_new_model_brings_its_own_catalogue_unless_there_is_a_live_one() {
    let engine = engine();
    engine.set_model(train(3)).unwrap();
    assert_eq!(engine.model().id(), train(3).id());
    engine.set_catalog(catalog_with("butter", |p| p.price = Some(310))).unwrap();
    engine.set_model(train(0)).unwrap();
    let butter = engine.catalog().find("butter").unwrap();
    assert_eq!(engine.catalog().price(butter).unwrap().minor, 310);
}

/// A damaged model is refused, or decides something: it never panics, and what it offers has a
/// finite value.
#[test]
fn damaged_models_do_no_harm() {
    let bytes = model().as_bytes().to_vec();
    let contexts = [
        Context::at(soon()).customer("c03").basket([("bread", 1), ("jam-s", 1)]).viewed("eggs"),
        Context::at(soon()).customer("c10").orders_since([Order::at(soon()).line("jam-l", 1)]),
    ];
    let mut sound = 0;
    let mut at = 1usize;
    for step in 0..4_000usize {
        let mut damaged = bytes.clone();
        at = (at * 48_271 + step) % 2_147_483_647;
        let place = at % bytes.len();
        damaged[place] ^= 1 << (at / 7 % 8);
        if step % 2 == 0 {
            // Exponents and signs: the upper half of a word.
            damaged[place | 3] = 0xff;
        }
        let Ok(model) = Model::from_bytes(damaged) else { continue };
        let Ok(engine) = Engine::from_model(model) else { continue };
        sound += 1;
        for context in &contexts {
            let Ok(decision) = engine.decide(&policy(), context) else { continue };
            for offer in &decision {
                assert!(offer.value.is_finite() && offer.value > 0.0, "{offer}");
            }
            serde_json::from_str::<serde_json::Value>(&decision.to_json()).unwrap();
            decision.why_not("milk");
        }
    }
    assert!(sound > 100, "{sound} of the damaged models were opened");
}
