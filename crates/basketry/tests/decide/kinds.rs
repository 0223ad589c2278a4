//! What is offered, as which kind, and what it is worth.

use basketry::{Context, Engine, Id, Kind, Offer, Order, Policy, Product, Reason};

use crate::shop::*;

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
    // Where more of them are allowed it is the better one that keeps the other out.
    assert_eq!(reason(&decision, "jam-m"), Some(Reason::KindLimit));
    assert_eq!(reason(&decision, "jam-xl"), Some(Reason::VariantInBasket));
    for (max, max_offers, told) in
        [(1, 10, Reason::KindLimit), (2, 10, Reason::Outranked), (1, 1, Reason::Outranked)]
    {
        let mut policy = policy();
        (policy.up_sell.max, policy.max_offers) = (max, max_offers);
        policy.up_sell.lever = 1000.0;
        let decision = engine().decide(&policy, &context).unwrap();
        assert_eq!(decision.offers()[0].products, [Id::from("jam-l")]);
        let suppressed = decision.suppressed();
        let held = suppressed.iter().find(|held| held.product == "jam-m".into()).unwrap();
        assert_eq!((held.reason, reason(&decision, "jam-m")), (told, Some(told)));
    }

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
