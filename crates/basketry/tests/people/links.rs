//! Links by hand, and variants of what is in the basket.

use basketry::data::Link;
use basketry::decide::{Contact, Pin, Rule, Selection, Source};
use basketry::{Catalog, Context, Engine, Id, Kind, Policy, Reason};

use crate::shop::*;

#[test]
fn links_of_the_live_catalogue_hold_at_once() {
    let linked = |product: i64, link, other: i64| {
        let mut catalog = catalog(&plain());
        catalog.link(product, link, other).unwrap();
        Engine::new(model(), catalog).unwrap()
    };
    let decide = |engine: &Engine, basket: i64| {
        let context = Context::at(soon()).customer(1_000).basket([(basket, 1)]);
        let mut policy = policy();
        // Its verdict would say more than that it is a variant.
        policy.up_sell.max = 0;
        engine.decide(&policy, &context).unwrap()
    };
    let why =
        |engine: &Engine, basket: i64, product: i64| decide(engine, basket).why_not(product).reason;
    assert_eq!((why(&engine(), 3, 4), why(&engine(), 4, 3)), (None, None));
    for (link, reason) in
        [(Link::NeverWith, Reason::SubstituteInBasket), (Link::VariantOf, Reason::VariantInBasket)]
    {
        let engine = linked(4, link, 3);
        assert_eq!(why(&engine, 3, 4), Some(reason));
        assert_eq!(why(&engine, 4, 3), Some(reason));
        assert_ne!(
            decide(&engine, 3).catalog_version(),
            decide(&self::engine(), 3).catalog_version()
        );
        // A catalogue without the link lets it go at once.
        engine.set_catalog(catalog(&plain())).unwrap();
        assert_eq!(why(&engine, 3, 4), None);
    }
    // Neither are they offered together.
    assert_eq!((why(&engine(), 3, 2), why(&engine(), 3, 4)), (None, None));
    let apart = decide(&linked(2, Link::NeverWith, 4), 3);
    let reasons = [2, 4].map(|product| apart.why_not(product).reason);
    assert!(reasons.contains(&None) && reasons.contains(&Some(Reason::SubstituteOffered)));
    // A variant by hand is one that may be sold in place of the other.
    let mut policy = policy();
    policy.up_sell.max = 1;
    policy.up_sell.max_price_ratio = 10.0;
    let up_sold = |engine: &Engine| {
        let decision = engine.decide(&policy, &visit()).unwrap();
        decision.iter().any(|offer| offer.kind == Kind::UpSell && offer.products == [Id::Int(5)])
    };
    assert!(up_sold(&linked(5, Link::VariantOf, 3)));
    let mut both = catalog(&plain());
    both.link(5, Link::VariantOf, 3).unwrap();
    both.link(3, Link::NeverWith, 5).unwrap();
    assert!(!up_sold(&Engine::new(model(), both).unwrap()));
}

#[test]
fn variants_by_hand_are_of_the_line_wherever_a_policy_names_it() {
    let mut specs = plain();
    // Another line, so that the catalogue has the column.
    specs[20].line = Some(1);
    specs[2].line = Some(2);
    let plain = catalog(&specs);
    let mut linked = catalog(&specs);
    linked.link(4, Link::VariantOf, 2).unwrap();
    let why = |catalog: &Catalog, policy: &Policy, context: &Context| {
        let engine = Engine::new(model(), catalog.clone()).unwrap();
        engine.decide(policy, context).unwrap().why_not(4).reason
    };
    let mut policy = policy();
    (policy.allow_variants, policy.per_line) = (true, 9);
    assert_eq!(why(&linked, &policy, &visit()), None);
    let mut of_two = Selection::default();
    of_two.lines = [Id::Int(2)].into();
    let (mut only, mut without, mut ruled) = (policy.clone(), policy.clone(), policy.clone());
    (only.only, without.exclude) = (of_two.clone(), of_two.clone());
    ruled.rules = vec![Rule::new("vip")];
    ruled.rules[0].exclude = of_two;
    let vip = visit().segments(["vip"]);
    for (policy, context, before, after) in [
        (&without, visit(), None, Some(Reason::Excluded)),
        (&only, visit(), Some(Reason::NotSelected), None),
        (&ruled, vip, None, Some(Reason::SegmentRule)),
    ] {
        assert_eq!(why(&plain, policy, &context), before);
        assert_eq!(why(&linked, policy, &context), after);
    }
    // Nor is it offered soon after another of the line, whether or not the line has a name.
    policy.cool_down.line = 7.0;
    let shown = |product: i64| visit().contacts([Contact::at(soon() - DAY).product(product)]);
    assert_eq!(why(&plain, &policy, &shown(2)), None);
    assert_eq!(why(&linked, &policy, &shown(2)), Some(Reason::CoolDown));
    linked.link(4, Link::VariantOf, 9).unwrap();
    assert_eq!(why(&linked, &policy, &shown(9)), Some(Reason::CoolDown));
    specs[2].line = None;
    let mut nameless = catalog(&specs);
    nameless.link(4, Link::VariantOf, 2).unwrap();
    assert_eq!(why(&nameless, &policy, &shown(2)), Some(Reason::CoolDown));
    assert_eq!(why(&nameless, &policy, &shown(20)), None);
}

#[test]
fn a_pin_is_no_way_around_a_variant_in_the_basket() {
    let mut specs = plain();
    (specs[3].line, specs[4].line) = (Some(1), Some(1));
    let engine = Engine::new(model(), catalog(&specs)).unwrap();
    let mut policy = policy();
    policy.pinned = vec![Pin::new(4, 1)];
    for most in [0, 1] {
        policy.up_sell.max = most;
        policy.up_sell.max_price_ratio = 10.0;
        let decision = engine.decide(&policy, &visit()).unwrap();
        assert!(!decision.is_empty() && !products(&decision).contains(&4), "{decision}");
    }
}

/// A variant that is bought in place of what is in the basket takes away half of its margin.
#[test]
fn what_replaces_the_basket_earns_less() {
    let mut specs = plain();
    (specs[3].line, specs[4].line) = (Some(0), Some(0));
    let engine = Engine::new(model(), catalog(&specs)).unwrap();
    let mut policy = policy();
    (policy.allow_variants, policy.up_sell.max) = (true, 0);
    policy.assume.replaces = 0.25;
    let decision = engine.decide(&policy, &visit()).unwrap();
    let offer = decision.iter().find(|offer| int(&offer.products[0]) == 4).expect("a variant");
    let (own, held) = (348.0 - 174.0, 311.0 - 155.0);
    assert_eq!(offer.margin, own);
    let added = offer.probability - offer.base_probability;
    assert!((offer.value - added * (own - 0.25 * held)).abs() < 1e-9, "{offer}");
    let stake = offer.evidence.iter().find(|evidence| evidence.name == "cannibalised").unwrap();
    assert_eq!(stake.value, 0.25 * held);
    let given = |s: &&basketry::decide::Sourced| s.name == "replaces" && s.source == Source::Given;
    assert!(offer.sources.iter().any(|s| given(&s)));
}
