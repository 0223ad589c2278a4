//! What may be offered: variants, catalogue, costs, exclusions, ids.

use basketry::{Catalog, Context, ErrorKind, Id, Order, Policy, Product, Reason};

use crate::shop::*;

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
