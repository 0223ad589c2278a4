//! What follows an order, nothing of what came back, and refills.

use basketry::{Context, Id, Kind, Order, Reason};

use crate::shop::*;

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

    // Nor in place of another one that is in the basket.
    let basket = Context::at(now()).basket([("rolls-8", 1)]);
    let dearer = |context: &Context| engine.decide(&policy("per_line = 9"), context).unwrap();
    assert!(dearer(&basket).iter().any(|offer| offer.kind == Kind::UpSell));
    let decision = dearer(&basket.clone().after([("rolls-20", 1)]));
    assert!(decision.iter().all(|offer| offer.kind != Kind::UpSell));
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

/// The products that make offers: those that something goes with, or in whose place or beside which
/// something is offered.
fn bases(context: &Context) -> Vec<Id> {
    let rules = policy(
        "bundle = { max = 4, second = 0.5 }\n\
         assume = { second_unit = 0.3, discount_response = 12 }",
    );
    let decision = engine().decide(&rules, context).unwrap();
    decision.iter().filter_map(|offer| offer.base_product.clone()).collect()
}

#[test]
fn what_came_back_makes_no_offer_from_basket_or_page() {
    // What goes with the camera, another soap, a larger pack of rolls.
    for product in ["camera", "soap", "rolls-8"] {
        let basket = Context::at(now()).basket([(product, 1)]);
        let viewed = Context::at(now()).viewed(product);
        let here = |context: &Context| bases(context).contains(&product.into());
        for context in [basket.clone(), viewed.clone(), basket.viewed(product)] {
            assert!(here(&context), "{context:?}");
            let back = context.clone().returned([product]);
            assert!(!here(&back), "{context:?}");
            let decision = engine().decide(&policy(""), &back).unwrap();
            assert!(decision.why_not(product).reason.is_some(), "{context:?}");
            // What else is there still counts.
            let other = context.clone().basket([("sponge", 1)]).returned([product]);
            assert!(!here(&other) && bases(&other).contains(&"sponge".into()), "{context:?}");
        }
    }
    // A larger pack is a variant of what came back, and so is another of the same.
    let rolls = Context::at(now()).basket([("rolls-8", 1)]).returned(["rolls-20"]);
    let rules = policy("bundle = { max = 4, second = 0.5 }\nassume.second_unit = 0.3");
    let decision = engine().decide(&rules, &rolls).unwrap();
    assert!(
        !decision
            .iter()
            .any(|offer| offer.products.contains(&"rolls-8".into()) || offer.kind == Kind::UpSell)
    );
    assert_eq!(decision.why_not("rolls-16").reason, Some(Reason::Returned));
}

#[test]
fn what_was_just_ordered_is_not_only_viewed() {
    let after = Context::at(now()).after([("camera", 1), ("soap", 1)]);
    let decide = |context: &Context| engine().decide(&policy("bundle = 4"), context).unwrap();
    let viewed = decide(&after.clone().viewed("camera"));
    assert!(viewed.iter().any(|offer| offer.base_product == Some("camera".into())));
    assert_eq!(viewed.offers(), decide(&after).offers());
}

#[test]
fn nothing_is_similar_to_what_came_back() {
    let engine = engine();
    let order = Order::at(now() - DAY).line("camera", 1).line("soap", 1);
    let context = Context::at(now()).customer("new").orders_since([order]);
    let rules = policy("similar.max = 9\npopular.max = 0");
    let similar = |context: &Context| -> Vec<String> {
        let decision = engine.decide(&rules, context).unwrap();
        let similar = decision.iter().filter(|offer| offer.kind == Kind::Similar);
        similar.map(|offer| offer.why.clone()).collect()
    };
    assert!(similar(&context).iter().any(|why| why.contains("Camera")));
    let back = similar(&context.clone().returned(["camera"]));
    assert!(back.iter().all(|why| !why.contains("Camera")), "{back:?}");
    assert!(similar(&context.returned(["camera", "soap"])).is_empty());
}
