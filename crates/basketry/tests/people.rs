//! Whom to offer what: eligibility, contacts, slots. Rule by rule in a small shop, and under random
//! policies, catalogues and histories against what the rules say, worked out here anew.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use basketry::data::Link;
use basketry::decide::{Cap, Contact, ContactOutcome, Pin, Quota, Rule, Selection, Source};
use basketry::{
    Catalog, CatalogBuilder, CatalogOptions, Context, Control, Currency, Decision, Engine,
    FitOptions, HistoryBuilder, HistoryOptions, Id, Kind, Model, Offer, OrderLine, Policy, Product,
    Reason, fit,
};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;
const START: i64 = 1_700_000_000_000;
const PRODUCTS: i64 = 24;
const CUSTOMERS: i64 = 40;

/// SplitMix64: a case is one number.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: i64) -> i64 {
        (self.next() % n as u64) as i64
    }

    fn chance(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }

    fn some(&mut self, percent: i64, n: i64) -> Option<i64> {
        let drawn = self.below(n);
        self.chance(percent).then_some(drawn)
    }

    fn ids(&mut self, percent: i64, n: i64, most: i64) -> Vec<i64> {
        if !self.chance(percent) {
            return Vec::new();
        }
        (0..1 + self.below(most)).map(|_| self.below(n)).collect()
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as i64) as usize]
    }
}

/// A product as the tests know it.
#[derive(Clone, Debug)]
struct Spec {
    price: i64,
    stock: i64,
    line: Option<i64>,
    brand: Option<i64>,
    category: (i64, Option<i64>),
    size: Option<i64>,
}

/// The shop as it is where nothing is random: brands of four, categories of six.
fn plain() -> Vec<Spec> {
    (0..PRODUCTS)
        .map(|id| Spec {
            price: 200 + 37 * id,
            stock: 10,
            line: None,
            brand: Some(id / 4),
            category: (id / 12, Some(id / 6)),
            size: Some(id % 2),
        })
        .collect()
}

fn catalog(specs: &[Spec]) -> Catalog {
    let options = CatalogOptions::new(Currency::new("EUR").unwrap());
    let mut builder = CatalogBuilder::new(&options);
    for (id, spec) in specs.iter().enumerate() {
        let mut product = Product::new(id as i64).price(spec.price).cost(spec.price / 2);
        product = product.stock(spec.stock);
        (product.line, product.brand) = (spec.line.map(Into::into), spec.brand.map(Into::into));
        product = match spec.category.1 {
            Some(leaf) => product.category([spec.category.0, 10 + leaf]),
            None => product.category([spec.category.0]),
        };
        if let Some(size) = spec.size {
            product = product.must_match("size", size);
        }
        builder.push(&product).unwrap();
    }
    builder.finish()
}

/// Neighbours sell together, and all sell well.
fn model() -> Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL
        .get_or_init(|| {
            let options = HistoryOptions::new(Currency::new("EUR").unwrap());
            let mut history = HistoryBuilder::new(&options);
            let mut draws = Draws(7);
            for basket in 0..900i64 {
                let first = draws.below(PRODUCTS);
                let mut products = BTreeSet::from([first, (first + 1) % PRODUCTS]);
                if draws.chance(50) {
                    products.insert(draws.below(PRODUCTS));
                }
                for product in products {
                    let line = OrderLine::new(START + basket * 3 * HOUR, product);
                    let customer = (basket * 7) % CUSTOMERS;
                    history.push(&line.customer(customer).basket(basket)).unwrap();
                }
            }
            let history = history.finish(&Control::new()).unwrap();
            let mut options = FitOptions::default();
            options.min_customers = 2;
            fit(&catalog(&plain()), &history, &options, &Control::new()).unwrap()
        })
        .clone()
}

fn engine() -> Engine {
    Engine::new(model(), catalog(&plain())).unwrap()
}

fn soon() -> i64 {
    model().as_of() + DAY
}

fn policy() -> Policy {
    let mut policy = Policy::new("people");
    policy.max_offers = 6;
    policy
}

fn int(id: &Id) -> i64 {
    match id {
        Id::Int(id) => *id,
        Id::Str(id) => panic!("{id:?} went in as an integer"),
    }
}

fn ids(list: &[i64]) -> std::sync::Arc<[Id]> {
    list.iter().map(|&id| Id::Int(id)).collect()
}

fn products(decision: &Decision) -> Vec<i64> {
    decision.iter().map(|offer| int(&offer.products[0])).collect()
}

fn decide(policy: &Policy, context: &Context) -> Decision {
    engine().decide(policy, context).unwrap()
}

/// A request of a visitor with product 3 in the basket.
fn visit() -> Context {
    Context::at(soon()).customer(1_000).basket([(3, 1)])
}

#[test]
fn only_what_is_selected_and_nothing_excluded() {
    let all = products(&decide(&policy(), &visit()));
    assert_eq!(all.len(), 6);
    let mut some = policy();
    some.only.brands = ids(&[0, 1, 2]);
    some.only.attributes.insert("size".into(), ids(&[0]));
    some.exclude.attributes.insert("size".into(), ids(&[1]));
    some.exclude.categories = ids(&[11]);
    let decision = decide(&some, &visit());
    assert!(!decision.is_empty());
    for id in products(&decision) {
        assert!(id < 12 && id % 2 == 0 && id / 6 != 1, "{id}");
    }
    assert_eq!(decision.why_not(20).reason, Some(Reason::NotSelected));
    assert_eq!(decision.why_not(7).reason, Some(Reason::Excluded));
    let mut wrong = policy();
    wrong.only.attributes.insert("colour".into(), ids(&[0]));
    let error = engine().decide(&wrong, &visit()).unwrap_err().to_string();
    assert!(
        error.starts_with("only.attributes.colour: the catalogue has no must_match"),
        "{error}"
    );
    assert!(error.ends_with("it has: size"), "{error}");
}

#[test]
fn rules_are_for_their_segments() {
    let mut policy = policy();
    let mut rule = Rule::new("new");
    rule.exclude.brands = ids(&[0, 1]);
    rule.price.max = Some(900);
    policy.rules = vec![rule];
    let free = products(&decide(&policy, &visit().segments(["old"])));
    assert!(free.iter().any(|id| id / 4 < 2));
    let decision = decide(&policy, &visit().segments(["old", "new"]));
    for id in products(&decision) {
        assert!(id / 4 >= 2 && 200 + 37 * id <= 900, "{id}");
    }
    assert_eq!(decision.why_not(2).reason, Some(Reason::SegmentRule));
    policy.segments.only = vec!["b2b".into()];
    let decision = decide(&policy, &visit().segments(["new"]));
    assert_eq!(decision.stopped(), Some(Reason::OtherSegment));
    assert!(decision.is_empty());
    assert!(!decide(&policy, &visit().segments(["b2b"])).is_empty());
    policy.segments.exclude = vec!["staff".into()];
    assert!(decide(&policy, &visit().segments(["b2b", "staff"])).is_empty());
}

#[test]
fn consent_and_opting_out() {
    let mut policy = policy();
    policy.contact.consent = vec!["mail".into()];
    let decision = decide(&policy, &visit());
    assert_eq!(decision.stopped(), Some(Reason::NoConsent));
    assert!(decision.suppressed().iter().any(|candidate| candidate.reason == Reason::NoConsent));
    assert!(decision.why_not(4).text.contains("consent"), "{}", decision.why_not(4).text);
    let given = visit().consents(["profile", "mail"]).channel("mail");
    assert!(!decide(&policy, &given).is_empty());
    let out = |channel| Contact::at(START).channel(channel).outcome(ContactOutcome::OptedOut);
    let decision = decide(&policy, &given.clone().contacts([out("mail")]));
    assert_eq!(decision.stopped(), Some(Reason::OptedOut));
    assert!(!decide(&policy, &given.contacts([out("phone")])).is_empty());
}

#[test]
fn caps_slide_and_count_a_message_once() {
    let mut policy = policy();
    policy.contact.caps = vec![Cap::new(2, 7.0)];
    let now = soon();
    let sent = |ago: i64, kind| Contact::at(now - ago).channel("mail").kind(kind);
    let two = [sent(7 * DAY - 1, Kind::Popular), sent(DAY, Kind::Popular)];
    let stopped = |context: Context, policy: &Policy| decide(policy, &context).stopped();
    assert_eq!(stopped(visit().contacts(two.clone()), &policy), Some(Reason::ContactCap));
    // Two offers of one mail are one contact, and after exactly seven days it counts no more.
    let one = [sent(DAY, Kind::Popular), sent(DAY, Kind::CrossSell)];
    assert_eq!(stopped(visit().contacts(one.clone()), &policy), None);
    let old = [sent(7 * DAY, Kind::Popular), sent(DAY, Kind::Popular)];
    assert_eq!(stopped(visit().contacts(old), &policy), None);
    // What rides along neither counts nor is stopped.
    let along = two.clone().map(|contact| contact.ride_along(true));
    assert_eq!(stopped(visit().contacts(along), &policy), None);
    assert_eq!(stopped(visit().contacts(two.clone()).ride_along(true), &policy), None);
    // A cap of another channel does not stop this one.
    policy.contact.caps = vec![Cap::new(2, 7.0).channel("mail")];
    assert_eq!(stopped(visit().contacts(two.clone()).channel("site"), &policy), None);
    let mail = visit().contacts(two).channel("mail");
    assert_eq!(stopped(mail, &policy), Some(Reason::ContactCap));
    // A cap of a kind stops only that kind.
    policy.contact.caps = vec![Cap::new(1, 7.0).kind(Kind::CrossSell)];
    let decision = decide(&policy, &visit().contacts(one));
    assert!(decision.stopped().is_none() && !decision.is_empty());
    assert!(decision.iter().all(|offer| offer.kind != Kind::CrossSell));
    assert_eq!(decision.why_not(4).reason, Some(Reason::ContactCap));
}

#[test]
fn what_was_ignored_or_rejected_rests() {
    let now = soon();
    let policy = policy();
    let shown = |ago: i64, outcome| Contact::at(now - ago).product(4).outcome(outcome);
    let reason =
        |contacts: Vec<Contact>| decide(&policy, &visit().contacts(contacts)).why_not(4).reason;
    assert_eq!(reason(vec![]), None);
    let ignored = |n: i64| (1..=n).map(|i| shown(i * DAY, ContactOutcome::Shown)).collect();
    assert_eq!(reason(ignored(4)), None);
    assert_eq!(reason(ignored(5)), Some(Reason::Ignored));
    // A click since starts anew.
    let mut clicked: Vec<Contact> = ignored(5);
    clicked.push(shown(2 * DAY, ContactOutcome::Clicked));
    assert_eq!(reason(clicked), None);
    assert_eq!(reason(vec![shown(89 * DAY, ContactOutcome::Rejected)]), Some(Reason::Rejected));
    assert_eq!(reason(vec![shown(90 * DAY, ContactOutcome::Rejected)]), None);
}

#[test]
fn a_customer_who_ignored_five_offers_gets_none() {
    let now = soon();
    let mut policy = policy();
    policy.suppress.customer_ignored = 5;
    policy.suppress.customer_days = 14.0;
    let shown = |days: i64, product| Contact::at(now - days * DAY).product(product);
    let five: Vec<Contact> = (1..=5).map(|i| shown(i, 10 + i)).collect();
    let decision = decide(&policy, &visit().contacts(five.clone()));
    assert_eq!((decision.len(), decision.stopped()), (0, Some(Reason::CustomerIgnores)));
    assert!(!decide(&policy, &visit().contacts(five[1..].to_vec())).is_empty());
    let mut one_bought = five;
    one_bought.push(shown(3, 20).outcome(ContactOutcome::Bought));
    assert!(!decide(&policy, &visit().contacts(one_bought)).is_empty());
    let long_ago: Vec<Contact> = (14..19).map(|i| shown(i, 10 + i % 5)).collect();
    assert!(!decide(&policy, &visit().contacts(long_ago)).is_empty());
}

#[test]
fn an_offer_shown_at_once_counts_once() {
    let now = soon();
    let shown = |ago: i64| Contact::at(now - ago * DAY).channel("mail").kind(Kind::CrossSell);
    let reason = |contacts: Vec<Contact>, product: i64| {
        decide(&policy(), &visit().contacts(contacts)).why_not(product).reason
    };
    // Two rows of one mail, and two units in one offer.
    let rows = |n| (1..=n).flat_map(|i| [shown(i).product(4), shown(i).product(4)]).collect();
    assert_eq!(reason(rows(4), 4), None);
    assert_eq!(reason(rows(5), 4), Some(Reason::Ignored));
    let units = |n| (1..=n).map(|i| shown(i).product(4).product(4)).collect();
    assert_eq!(reason(units(4), 4), None);
    assert_eq!(reason(units(5), 4), Some(Reason::Ignored));
    // What a bundle goes with is not what was ignored.
    let bundle = |i| shown(i).kind(Kind::Bundle).product(4).product(2);
    let bundles: Vec<Contact> = (1..=5).map(bundle).collect();
    assert_eq!(reason(bundles.clone(), 4), None);
    assert_eq!(reason(bundles, 2), Some(Reason::Ignored));
    let second = |i| shown(i).kind(Kind::Bundle).product(4).product(4);
    assert_eq!(reason((1..=5).map(second).collect(), 4), Some(Reason::Ignored));
}

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

#[test]
fn requests_say_what_they_name() {
    let now = soon();
    let ended = Contact::at(now - DAY).valid_until(now - 2 * DAY);
    for (context, expected) in [
        (visit().placement(""), "placement: expected a name"),
        (visit().channel(""), "channel: expected a name"),
        (visit().segments(["new", ""]), "segments[1]: expected a name"),
        (visit().consents([""]), "consents[0]: expected a name"),
        (visit().contacts([Contact::at(now).channel("")]), "contacts[0].channel: expected"),
        (visit().contacts([ended]), "contacts[0].valid_until: expected a time not before"),
    ] {
        let error = engine().decide(&policy(), &context).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn related_offers_keep_their_distance() {
    let mut policy = policy();
    let contacts = [Contact::at(soon() - 2 * DAY).product(4)];
    let context = visit().contacts(contacts);
    policy.cool_down.product = 3.0;
    assert_eq!(decide(&policy, &context).why_not(4).reason, Some(Reason::CoolDown));
    policy.cool_down.product = 2.0;
    assert_eq!(decide(&policy, &context).why_not(4).reason, None);
    policy.cool_down.brand = 2.5;
    let decision = decide(&policy, &context);
    assert!(products(&decision).iter().all(|id| id / 4 != 1), "{decision}");
    (policy.cool_down.brand, policy.cool_down.category) = (0.0, 2.5);
    let decision = decide(&policy, &context);
    assert!(!decision.is_empty() && products(&decision).iter().all(|id| id / 6 != 0), "{decision}");
}

#[test]
fn offers_end_and_are_not_repeated() {
    let now = soon();
    let mut policy = policy();
    let offer = |decision: &Decision| -> Option<Offer> {
        decision.iter().find(|offer| int(&offer.products[0]) == 4).cloned()
    };
    assert_eq!(offer(&decide(&policy, &visit())).unwrap().valid_until, None);
    policy.contact.valid_for_days = Some(7.0);
    let made = offer(&decide(&policy, &visit())).unwrap();
    assert_eq!((made.kind, made.valid_until), (Kind::CrossSell, Some(now + 7 * DAY)));
    let again = |until| Contact::at(now - DAY).kind(Kind::CrossSell).product(4).valid_until(until);
    // While it is valid it keeps its end.
    let decision = decide(&policy, &visit().contacts([again(now + 1)]));
    assert_eq!(offer(&decision).unwrap().valid_until, Some(now + 1));
    let decision = decide(&policy, &visit().contacts([again(now)]));
    assert_eq!(decision.why_not(4).reason, Some(Reason::OfferEnded));
    let other = again(now).kind(Kind::UpSell);
    assert!(offer(&decide(&policy, &visit().contacts([other]))).is_some());
}

#[test]
fn a_share_of_customers_is_held_out() {
    let mut policy = policy();
    policy.holdout.share = 0.2;
    let engine = engine();
    let decision = |policy: &Policy, customer: i64| {
        engine.decide(policy, &visit().customer(customer)).unwrap()
    };
    let out: Vec<i64> = (0..2_000).filter(|&c| decision(&policy, c).held_out()).collect();
    // 400 are expected, with a standard deviation of 18.
    assert!((330..470).contains(&out.len()), "{}", out.len());
    let held = decision(&policy, out[0]);
    assert!(held.is_empty() && held.value() == 0.0 && !held.withheld().is_empty());
    assert_eq!(held.stopped(), Some(Reason::HeldOut));
    let product = int(&held.withheld()[0].products[0]);
    assert_eq!(held.why_not(product).reason, Some(Reason::HeldOut));
    let mut free = policy.clone();
    free.holdout.share = 0.0;
    assert_eq!(decision(&free, out[0]).offers(), held.withheld());
    // A greater share holds out the same and more; another salt others; without an id nobody.
    let mut more = policy.clone();
    more.holdout.share = 0.4;
    assert!(out.iter().all(|&c| decision(&more, c).held_out()));
    more.holdout.salt = "other".into();
    assert!(!out.iter().all(|&c| decision(&more, c).held_out()));
    policy.holdout.share = 1.0;
    assert!(!engine.decide(&policy, &Context::at(soon()).basket([(3, 1)])).unwrap().held_out());
}

#[test]
fn contacts_tire_and_one_more_is_a_risk() {
    let now = soon();
    let mut policy = policy();
    let value = |policy: &Policy, context: Context| {
        let decision = decide(policy, &context);
        decision.iter().find(|offer| int(&offer.products[0]) == 4).map(|offer| offer.value)
    };
    let odds = |offer: &Offer| {
        let of = |p: f64| p / (1.0 - p);
        of(offer.probability) / of(offer.base_probability)
    };
    let fresh = value(&policy, visit()).unwrap();
    let twice = visit().contacts([1, 2].map(|i| Contact::at(now - i * DAY).product(4)));
    let tired = decide(&policy, &twice);
    let offer = tired.iter().find(|offer| int(&offer.products[0]) == 4).unwrap();
    assert!((odds(offer) - (1.0 + 0.5 * 0.8 * 0.8)).abs() < 1e-6, "{}", odds(offer));
    assert!(offer.value < fresh);
    // Pressure: one contact a half-life ago and one now.
    policy.fatigue.response = 1.0;
    let pressed = visit().contacts([0, 7].map(|days| Contact::at(now - days * DAY)));
    let decision = decide(&policy, &pressed);
    let offer = decision.iter().find(|offer| int(&offer.products[0]) == 4).unwrap();
    assert!((odds(offer) - (1.0 + 0.5 * (-1.5f64).exp())).abs() < 1e-6);
    // The risk: 1 % of 1000, half as much again under a pressure of 1.5 at a growth of a third.
    policy.fatigue.opt_out = 0.01;
    policy.fatigue.opt_out_growth = 1.0 / 3.0;
    let decision = decide(&policy, &pressed.clone().customer_value(1_000.0));
    assert!((decision.contact_risk() - 15.0).abs() < 1e-9);
    let worth: f64 = decision.iter().map(|offer| offer.value).sum();
    assert!(decision.is_empty() || (decision.value() - (worth - 15.0)).abs() < 1e-9);
    policy.fatigue.customer_value = 1e9;
    let decision = decide(&policy, &pressed.clone());
    assert!(decision.is_empty() && decision.value() == 0.0);
    assert_eq!(decision.why_not(4).reason, Some(Reason::ContactNotWorth));
    assert!(!decide(&policy, &pressed.ride_along(true)).is_empty(), "no contact, no risk");
}

#[test]
fn what_rides_along_costs_no_contact() {
    let mut policy = policy();
    policy.contact_cost = 1.0;
    let value = |context: Context| {
        let decision = decide(&policy, &context);
        decision.iter().find(|offer| int(&offer.products[0]) == 4).unwrap().value
    };
    assert!((value(visit().ride_along(true)) - value(visit()) - 1.0).abs() < 1e-9);
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

#[test]
fn pins_ask_for_no_value_but_for_eligibility() {
    let mut policy = policy();
    policy.max_offers = 3;
    policy.pinned = vec![Pin::new(23, 2), Pin::new(3, 1), Pin::new(0, 3), Pin::new(99, 1)];
    policy.pinned[2].until = Some(soon());
    let decision = decide(&policy, &visit());
    assert_eq!(decision.len(), 3);
    assert_eq!(products(&decision)[1], 23);
    let pinned: Vec<bool> = decision.iter().map(|offer| offer.pinned).collect();
    assert_eq!(pinned, [false, true, false], "3 is in the basket, 0 is pinned no more");
    assert!(decision.warnings().iter().any(|warning| warning.contains("99 is not in the catal")));
    let mut specs = plain();
    specs[23].stock = 0;
    let engine = Engine::new(model(), catalog(&specs)).unwrap();
    let decision = engine.decide(&policy, &visit()).unwrap();
    assert!(decision.iter().all(|offer| !offer.pinned), "{decision}");
    assert_eq!(decision.why_not(23).reason, Some(Reason::OutOfStock));
}

#[test]
fn quotas_tell_their_price() {
    let mut policy = policy();
    policy.max_offers = 3;
    let free = decide(&policy, &visit());
    let shown: BTreeSet<i64> = products(&free).iter().map(|id| id / 4).collect();
    let niche = (0..6).find(|brand| !shown.contains(brand)).expect("three offers of six brands");
    let mut select = Selection::default();
    select.brands = ids(&[niche]);
    policy.quotas = vec![Quota::new(select)];
    policy.fallback = vec![];
    let mut without = policy.clone();
    without.quotas.clear();
    let free = decide(&without, &visit());
    let decision = decide(&policy, &visit());
    assert_eq!(products(&decision).iter().filter(|&&id| id / 4 == niche).count(), 1);
    let quota = &decision.quotas()[0];
    assert_eq!((quota.min, quota.made), (1, 1));
    assert!(quota.price >= 0.0);
    assert!((free.value() - decision.value() - quota.price).abs() < 1e-9);
}

#[test]
fn fallbacks_are_marked() {
    let mut policy = policy();
    policy.fallback = vec![Kind::CrossSell, Kind::Popular];
    let decision = decide(&policy, &visit());
    for offer in &decision {
        let place = match offer.kind {
            Kind::CrossSell => 1,
            Kind::Popular => 2,
            _ => 0,
        };
        assert_eq!(offer.fallback, place, "{offer}");
    }
    assert!(decision.iter().any(|offer| offer.fallback > 0));
}

/// The frequencies of the drawn slot over many seeds match the probabilities that decisions state: a
/// chi-square test.
#[test]
fn what_is_drawn_is_drawn_as_often_as_said() {
    let mut policy = policy();
    policy.max_offers = 3;
    policy.fallback = vec![];
    policy.explore.share = 0.3;
    policy.explore.candidates = 6;
    let engine = engine();
    let first = engine.decide(&policy, &visit()).unwrap();
    let values: Vec<f64> = first.explored().unwrap().choices.iter().map(|c| c.value).collect();
    policy.explore.temperature = values[0] - values[values.len() - 1];
    let mut counts: HashMap<i64, (u32, f64)> = HashMap::new();
    let seeds = 3_000;
    for seed in 0..seeds {
        let decision = engine.decide(&policy, &visit().seed(seed)).unwrap();
        let explored = decision.explored().expect("a slot is drawn");
        assert_eq!((explored.slot, explored.choices.len()), (3, 6));
        let sum: f64 = explored.choices.iter().map(|choice| choice.probability).sum();
        assert!((sum - 1.0).abs() < 1e-12);
        let offer = &decision.offers()[2];
        for choice in &explored.choices {
            let drawn = choice.product == offer.products[0];
            let (count, probability) = counts.entry(int(&choice.product)).or_default();
            *count += u32::from(drawn);
            *probability = choice.probability;
            assert!(!drawn || choice.probability == offer.chosen_with);
        }
        assert!(decision.offers()[..2].iter().all(|offer| offer.chosen_with == 1.0));
    }
    assert_eq!(counts.values().map(|(count, _)| count).sum::<u32>(), seeds as u32);
    let chi: f64 = counts
        .values()
        .map(|&(count, probability)| {
            let expected = probability * seeds as f64;
            (f64::from(count) - expected).powi(2) / expected
        })
        .sum();
    // Five degrees of freedom: above 25.7 in one of 10,000 runs; this one is always the same.
    assert!(chi < 25.7, "{chi}: {counts:?}");
}

// ------------------------------------------------------------------------------ random worlds --

struct World {
    specs: Vec<Spec>,
    policy: Policy,
    customer: Option<i64>,
    basket: Vec<i64>,
    viewed: Option<i64>,
    segments: Vec<&'static str>,
    channel: Option<&'static str>,
    ride_along: bool,
    now: i64,
    contacts: Vec<Past>,
    seed: u64,
}

#[derive(Clone, Debug)]
struct Past {
    ago: i64,
    channel: Option<&'static str>,
    kind: Option<Kind>,
    product: i64,
    outcome: ContactOutcome,
    valid_for: Option<i64>,
    ride_along: bool,
}

const CHANNELS: [Option<&str>; 3] = [None, Some("mail"), Some("site")];
const KINDS: [Kind; 5] =
    [Kind::CrossSell, Kind::UpSell, Kind::Refill, Kind::Popular, Kind::Similar];

fn selection(draws: &mut Draws, percent: i64) -> Selection {
    let mut selection = Selection::default();
    selection.products = ids(&draws.ids(percent, PRODUCTS, 6));
    selection.categories = ids(&draws.ids(percent, 2, 1));
    selection.brands = ids(&draws.ids(percent, 6, 4));
    selection.lines = ids(&draws.ids(percent / 2, 3, 1));
    if draws.chance(percent) {
        selection.attributes.insert("size".into(), ids(&[draws.below(2)]));
    }
    selection
}

fn world(case: u64) -> World {
    let mut draws = Draws(case);
    let d = &mut draws;
    let mut specs: Vec<Spec> = (0..PRODUCTS)
        .map(|_| Spec {
            price: 100 + d.below(2_000),
            stock: d.below(12) - 1,
            line: d.some(40, 4),
            brand: d.some(85, 6),
            category: (d.below(2), d.some(85, 4)),
            size: d.some(80, 2),
        })
        .collect();
    // Every column is there, and every value of it.
    specs[0] = Spec { line: Some(0), size: Some(0), ..plain()[0].clone() };
    for (i, spec) in specs.iter_mut().enumerate().skip(1).take(5) {
        (spec.line, spec.brand) = (Some(i as i64 % 4), Some(i as i64));
        (spec.category, spec.size) = ((i as i64 % 2, Some(i as i64 % 4)), Some(i as i64 % 2));
    }
    let mut policy = Policy::new("random");
    policy.max_offers = d.pick(&[0, 1, 2, 3, 4, 6, 8]);
    policy.only = selection(d, 4);
    policy.exclude = selection(d, 10);
    for name in ["a", "b"] {
        if d.chance(40) {
            let mut rule = Rule::new(name);
            (rule.only, rule.exclude) = (selection(d, 4), selection(d, 10));
            rule.price.max = d.some(30, 1_000).map(|more| 800 + more);
            policy.rules.push(rule);
        }
    }
    policy.price.min = d.some(20, 500);
    policy.per_line = 1 + d.below(2) as u32;
    policy.per_brand = d.pick(&[1, 2, 1000]);
    policy.per_category = d.pick(&[1, 2, 1000]);
    policy.category_level = d.some(50, 2).map(|level| level as u32);
    policy.allow_substitutes = d.chance(50);
    policy.allow_variants = d.chance(20);
    policy.cross_sell.max = d.pick(&[1, 2, 1000]);
    policy.popular.max = d.pick(&[0, 2, 1000, 1000]);
    let chain: [&[Kind]; 3] = [&[Kind::Popular], &[], &[Kind::Refill, Kind::Popular]];
    policy.fallback = d.pick(&chain).to_vec();
    if d.chance(15) {
        policy.segments.exclude = vec!["b".into()];
    }
    for _ in 0..d.below(3) {
        let mut cap = Cap::new(d.below(4) as u32 + 1, d.pick(&[0.5, 1.0, 7.0]));
        cap.channel = d.pick(&CHANNELS).map(Into::into);
        cap.kind = d.chance(50).then(|| d.pick(&KINDS));
        policy.contact.caps.push(cap);
    }
    policy.contact.channel = d.pick(&CHANNELS).map(Into::into);
    policy.contact.valid_for_days = d.some(50, 5).map(|days| days as f64 + 0.5);
    policy.suppress.ignored = d.below(4) as u32;
    policy.suppress.days = d.pick(&[1.0, 5.0]);
    policy.suppress.rejected_days = d.pick(&[0.0, 3.0]);
    policy.suppress.customer_ignored = d.pick(&[0, 0, 3]);
    policy.cool_down.product = d.pick(&[0.0, 0.0, 2.0]);
    policy.cool_down.line = d.pick(&[0.0, 0.0, 1.0]);
    policy.cool_down.brand = d.pick(&[0.0, 0.0, 0.0, 0.5]);
    policy.cool_down.category = d.pick(&[0.0, 0.0, 0.0, 0.5]);
    if d.chance(40) {
        policy.explore.share = d.pick(&[0.0, 0.2, 1.0]);
        policy.explore.temperature = d.pick(&[0.0, 0.5, 20.0]);
        policy.explore.candidates = 1 + d.below(8) as u32;
        policy.explore.floor = d.pick(&[0.0, 0.5]);
        policy.explore.slot =
            (policy.max_offers > 0).then(|| 1 + d.below(policy.max_offers.into()) as u32);
    }
    for product in d.ids(30, PRODUCTS + 1, 3) {
        policy.pinned.push(Pin::new(product, 1 + d.below(6) as u32));
    }
    for _ in 0..d.below(3) {
        let mut quota = Quota::new(selection(d, 30));
        if !quota.select.is_empty() {
            quota.min = 1 + d.below(2) as u32;
            quota.min_value = d.pick(&[0.0, 1.0]);
            policy.quotas.push(quota);
        }
    }
    policy.bundle.max = d.pick(&[0, 0, 1, 2]);
    policy.bundle.second = d.pick(&[0.0, 0.2]);
    policy.top_up.threshold = d.some(40, 4_000).map(|more| 500 + more);
    policy.top_up.cost = 100.0;
    let channels = CHANNELS;
    let outcomes = ContactOutcome::ALL;
    let contacts = (0..d.below(14))
        .map(|_| Past {
            // Few moments, so that some offers are of one contact, and windows are met exactly.
            ago: d.pick(&[0, 12 * HOUR, DAY, 2 * DAY, 5 * DAY, 7 * DAY]) + d.below(2),
            channel: d.pick(&channels),
            kind: d.chance(70).then(|| d.pick(&KINDS)),
            product: d.below(PRODUCTS),
            outcome: if d.chance(99) { outcomes[d.below(5) as usize] } else { outcomes[5] },
            valid_for: d.some(40, 6).map(|days| days * DAY),
            ride_along: d.chance(20),
        })
        .collect();
    World {
        specs,
        policy,
        customer: d.some(80, CUSTOMERS + 3),
        basket: d.ids(80, PRODUCTS, 4),
        viewed: d.some(40, PRODUCTS),
        segments: [(40, "a"), (40, "b")]
            .into_iter()
            .filter(|&(percent, _)| d.chance(percent))
            .map(|(_, name)| name)
            .collect(),
        channel: d.pick(&CHANNELS),
        ride_along: d.chance(15),
        now: soon() + d.below(20) * HOUR,
        contacts,
        seed: d.next(),
    }
}

fn context(world: &World) -> Context {
    let mut context = Context::at(world.now)
        .basket(world.basket.iter().map(|&id| (id, 1)))
        .segments(world.segments.iter().copied())
        .ride_along(world.ride_along)
        .seed(world.seed);
    if let Some(customer) = world.customer {
        context = context.customer(customer);
    }
    if let Some(viewed) = world.viewed {
        context = context.viewed(viewed);
    }
    if let Some(channel) = world.channel {
        context = context.channel(channel);
    }
    context.contacts(world.contacts.iter().map(|past| {
        let mut contact = Contact::at(world.now - past.ago).product(past.product);
        contact = contact.outcome(past.outcome).ride_along(past.ride_along);
        if let Some(channel) = past.channel {
            contact = contact.channel(channel);
        }
        if let Some(kind) = past.kind {
            contact = contact.kind(kind);
        }
        match past.valid_for {
            Some(after) => contact.valid_until(world.now - past.ago + after),
            None => contact,
        }
    }))
}

impl World {
    /// For each key that is given, whether a product has one of its values.
    fn keys(&self, selection: &Selection, id: i64) -> Vec<bool> {
        let spec = &self.specs[id as usize];
        let has = |list: &[Id], value: Option<i64>| {
            value.is_some_and(|value| list.contains(&Id::Int(value)))
        };
        let mut keys = Vec::new();
        if !selection.products.is_empty() {
            keys.push(has(&selection.products, Some(id)));
        }
        if !selection.categories.is_empty() {
            let leaf = spec.category.1.map(|leaf| 10 + leaf);
            let list = &selection.categories;
            keys.push(has(list, Some(spec.category.0)) || has(list, leaf));
        }
        if !selection.brands.is_empty() {
            keys.push(has(&selection.brands, spec.brand));
        }
        if !selection.lines.is_empty() {
            keys.push(has(&selection.lines, spec.line));
        }
        if let Some(list) = selection.attributes.get("size") {
            keys.push(has(list, spec.size));
        }
        keys
    }

    fn selects(&self, selection: &Selection, id: i64) -> bool {
        self.keys(selection, id).iter().all(|&has| has)
    }

    fn excludes(&self, selection: &Selection, id: i64) -> bool {
        self.keys(selection, id).iter().any(|&has| has)
    }

    fn channel(&self) -> Option<&str> {
        self.channel.or(self.policy.contact.channel.as_deref())
    }

    /// Whether a cap is reached for offers of a kind.
    fn capped(&self, cap: &Cap) -> bool {
        let same = |a: Option<&str>, b: Option<&str>| a.is_none() || b.is_none() || a == b;
        if self.ride_along || !same(cap.channel.as_deref(), self.channel()) {
            return false;
        }
        let counted: BTreeSet<(i64, Option<&str>)> = self
            .contacts
            .iter()
            .filter(|past| !past.ride_along && (past.ago as f64) < cap.days * DAY as f64)
            .filter(|past| same(cap.channel.as_deref(), past.channel))
            .filter(|past| cap.kind.is_none() || past.kind.is_none() || past.kind == cap.kind)
            .map(|past| (past.ago, past.channel))
            .collect();
        counted.len() >= cap.max as usize
    }

    fn stopped(&self) -> bool {
        let policy = &self.policy;
        let out = self.contacts.iter().any(|past| {
            past.outcome == ContactOutcome::OptedOut
                && (past.channel.is_none()
                    || self.channel().is_none_or(|c| past.channel == Some(c)))
        });
        let segment = policy.segments.exclude.iter().any(|name| self.segments.contains(&&**name));
        let n = policy.suppress.customer_ignored as usize;
        let mut moments: Vec<(i64, Option<&str>)> =
            self.contacts.iter().map(|past| (past.ago, past.channel)).collect();
        // The latest first; of one moment, the channels that sort last.
        moments.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        moments.dedup();
        let ignored = n > 0
            && moments.len() >= n
            && moments[..n].iter().all(|moment| {
                !self
                    .contacts
                    .iter()
                    .any(|past| (past.ago, past.channel) == *moment && rewarded(past.outcome))
            });
        out || segment
            || ignored
            || policy.contact.caps.iter().any(|cap| cap.kind.is_none() && self.capped(cap))
    }

    /// Whether the contacts let a product be offered in this way.
    fn contacts_allow(&self, id: i64, kind: Kind) -> bool {
        let policy = &self.policy;
        if policy.contact.caps.iter().any(|cap| cap.kind == Some(kind) && self.capped(cap)) {
            return false;
        }
        let within = |past: &&Past, days: f64| (past.ago as f64) < days * DAY as f64;
        let own = || self.contacts.iter().filter(|past| past.product == id);
        let rejected = own()
            .filter(|past| past.outcome == ContactOutcome::Rejected)
            .any(|past| within(&past, policy.suppress.rejected_days));
        let reward = own().filter(|past| rewarded(past.outcome)).map(|past| past.ago).min();
        let ignored = own()
            .filter(|past| !rewarded(past.outcome) && reward.is_none_or(|ago| past.ago < ago))
            .filter(|past| within(past, policy.suppress.days))
            .count() as u32;
        let ended = own().any(|past| {
            past.valid_for.is_some_and(|after| after <= past.ago)
                && past.kind.is_none_or(|held| held == kind)
        });
        let spec = &self.specs[id as usize];
        let leaf = |spec: &Spec| match spec.category.1 {
            Some(leaf) => (1, leaf),
            None => (0, spec.category.0),
        };
        let near = self.contacts.iter().any(|past| {
            let other = &self.specs[past.product as usize];
            let rule = &policy.cool_down;
            past.product == id && within(&past, rule.product)
                || spec.line.is_some() && spec.line == other.line && within(&past, rule.line)
                || spec.brand.is_some() && spec.brand == other.brand && within(&past, rule.brand)
                || leaf(spec) == leaf(other) && within(&past, rule.category)
        });
        let tired = policy.suppress.ignored > 0 && ignored >= policy.suppress.ignored;
        !(rejected || tired || ended || near)
    }
}

fn rewarded(outcome: ContactOutcome) -> bool {
    matches!(outcome, ContactOutcome::Clicked | ContactOutcome::Bought)
}

/// What an offer adds to the order, without the main product of a bundle.
fn added(offer: &Offer) -> Vec<i64> {
    let from = usize::from(offer.kind == Kind::Bundle);
    offer.products[from..].iter().map(int).collect()
}

fn check(world: &World, decision: &Decision) {
    let policy = &world.policy;
    if world.stopped() {
        assert!(decision.is_empty() && decision.stopped().is_some());
    } else {
        assert_eq!(decision.stopped(), None);
    }
    assert!(decision.len() <= policy.max_offers as usize);
    let mut seen = BTreeSet::new();
    let mut limits: HashMap<(&str, i64), (u32, u32, u32)> = HashMap::new();
    for offer in decision {
        for &id in &added(offer) {
            let spec = &world.specs[id as usize];
            let second = offer.kind == Kind::Bundle && offer.base_product == Some(Id::Int(id));
            assert!(seen.insert(id), "offered twice: {offer}");
            assert!(spec.stock > i64::from(second), "{offer}");
            let here = world.basket.contains(&id) || world.viewed == Some(id);
            assert!(second || !here, "{offer}");
            assert!(policy.price.min.is_none_or(|min| spec.price >= min), "{offer}");
            assert!(world.selects(&policy.only, id), "{offer}");
            assert!(!world.excludes(&policy.exclude, id), "{offer}");
            for rule in &policy.rules {
                if rule.segments.iter().any(|name| world.segments.contains(&&**name)) {
                    assert!(world.selects(&rule.only, id) && !world.excludes(&rule.exclude, id));
                    assert!(rule.price.max.is_none_or(|max| spec.price <= max), "{offer}");
                }
            }
            assert!(world.contacts_allow(id, offer.kind), "{offer}: {:?}", world.contacts);
        }
        let spec = &world.specs[added(offer)[0] as usize];
        assert!(offer.pinned || offer.value > policy.min_value, "{offer}");
        let place = policy.fallback.iter().position(|&kind| kind == offer.kind);
        let place = place.map_or(0, |place| place as u32 + 1);
        assert_eq!(offer.fallback, if offer.pinned { 0 } else { place });
        let ends = offer.valid_until.map(|end| end > world.now);
        assert!(
            ends.is_none_or(|later| later)
                && (ends.is_some() || policy.contact.valid_for_days.is_none())
        );

        let (level, category) = match (policy.category_level, spec.category.1) {
            (Some(0), _) | (None, None) => (0, Some(spec.category.0)),
            (_, leaf) => (1, leaf),
        };
        let kind_max = match offer.kind {
            Kind::CrossSell => policy.cross_sell.max,
            Kind::UpSell => policy.up_sell.max,
            Kind::Popular => policy.popular.max,
            Kind::Bundle => policy.bundle.max,
            Kind::TopUp => policy.top_up.max,
            _ => 1000,
        };
        for (what, value, most) in [
            ("line", spec.line, policy.per_line),
            ("brand", spec.brand, policy.per_brand),
            ("category", category.map(|code| 100 * level + code), policy.per_category),
            ("kind", Some(offer.kind as i64), kind_max),
        ] {
            let Some(value) = value else { continue };
            let entry = limits.entry((what, value)).or_insert((0, 0, most));
            entry.0 += 1;
            entry.1 += u32::from(offer.pinned);
        }
    }
    // Only what is pinned may exceed a limit.
    for (what, (count, pinned, most)) in &limits {
        assert!(*count <= (*most).max(*pinned), "{what:?}: {count} offers, {pinned} pinned");
    }

    match decision.explored() {
        None => assert!(decision.iter().all(|offer| offer.chosen_with == 1.0)),
        Some(explored) => {
            let offer = &decision.offers()[explored.slot as usize - 1];
            let sum: f64 = explored.choices.iter().map(|choice| choice.probability).sum();
            assert!((sum - 1.0).abs() < 1e-9, "{sum}");
            assert!(explored.choices.len() <= policy.explore.candidates as usize);
            let mut drawn = 0;
            for choice in &explored.choices {
                assert!(choice.value >= policy.explore.floor * explored.choices[0].value);
                let is = |offer: &Offer| {
                    offer.kind == choice.kind && added(offer)[0] == int(&choice.product)
                };
                if is(offer) {
                    drawn += 1;
                    assert!(choice.probability > 0.0);
                    assert_eq!(choice.probability, offer.chosen_with);
                } else {
                    assert!(!decision.iter().any(is));
                }
            }
            assert_eq!(drawn, 1);
        }
    }
    for (quota, told) in policy.quotas.iter().zip(decision.quotas()) {
        let explored = decision.explored().map(|explored| explored.slot as usize - 1);
        let counts = |(at, offer): &(usize, &Offer)| {
            Some(*at) != explored
                && added(offer).iter().any(|&key| world.selects(&quota.select, key))
        };
        let made = decision.iter().enumerate().filter(counts).count();
        assert_eq!(told.made as usize, made);
    }
}

/// A logged decision is asked again from its line: the same bytes.
fn replay(engine: &Engine, policy: &Policy, decision: &Decision) {
    let line: serde_json::Value = serde_json::from_str(&decision.to_json()).unwrap();
    let mut request = serde_json::json!({ "now": line["now_ms"] });
    for key in [
        "customer",
        "basket",
        "viewed",
        "orders_since",
        "channel",
        "ride_along",
        "segments",
        "consents",
        "customer_value",
        "contacts",
        "seed",
    ] {
        request[key] = line[key].clone();
    }
    let context = Context::from_json(&request.to_string()).unwrap();
    let again = Policy::from_json(&policy.to_json()).unwrap();
    assert_eq!(again, Policy::from_toml(&policy.to_toml()).unwrap());
    assert_eq!(again.version(), decision.policy_version());
    assert_eq!(engine.decide(&again, &context).unwrap().to_json(), decision.to_json());
}

#[test]
fn nothing_ineligible_is_offered() {
    let tally: RefCell<HashMap<&str, u32>> = RefCell::default();
    let mut runner = TestRunner::new(ProptestConfig { cases: 1000, ..ProptestConfig::default() });
    runner
        .run(&any::<u64>(), |case| {
            let world = world(case);
            let engine = Engine::new(model(), catalog(&world.specs)).unwrap();
            let decision = engine.decide(&world.policy, &context(&world)).unwrap();
            check(&world, &decision);
            replay(&engine, &world.policy, &decision);
            let mut tally = tally.borrow_mut();
            let mut count =
                |what: &'static str, n: usize| *tally.entry(what).or_default() += n as u32;
            count("offers", decision.len());
            let several = |offer: &&Offer| matches!(offer.kind, Kind::Bundle | Kind::TopUp);
            count("several", decision.iter().filter(several).count());
            count("pinned", decision.iter().filter(|offer| offer.pinned).count());
            count("drawn", usize::from(decision.explored().is_some_and(|e| e.choices.len() > 1)));
            count(
                "paid quotas",
                decision.quotas().iter().filter(|quota| quota.price > 0.0).count(),
            );
            for (reason, n) in decision.suppressed_counts() {
                count(reason.code(), n as usize);
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    // A generator that makes nothing of it would test nothing. The rest is tested alone.
    let tally = tally.into_inner();
    println!("{tally:?}");
    let range = Reason::OtherSegment..=Reason::ContactNotWorth;
    let slots = Reason::ALL.into_iter().filter(|reason| range.contains(reason)).map(Reason::code);
    for what in ["offers", "several", "pinned", "drawn", "paid quotas"].into_iter().chain(slots) {
        let elsewhere =
            ["no_consent", "held_out", "contact_not_worth", "substitute_offered"].contains(&what);
        assert!(
            elsewhere || tally.get(what).is_some_and(|&n| n >= 10),
            "{what}: too few: {tally:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// A customer is met at random moments in random channels, and every decision with offers becomes
    /// a contact: no window of any cap ever holds more than it allows.
    #[test]
    fn caps_are_never_exceeded(case in any::<u64>()) {
        let mut draws = Draws(case);
        let d = &mut draws;
        let mut policy = policy();
        policy.max_offers = 2;
        policy.suppress.ignored = 0;
        for _ in 0..1 + d.below(3) {
            let mut cap = Cap::new(d.below(3) as u32 + 1, d.pick(&[0.25, 1.0, 3.0]));
            cap.channel = d.chance(50).then(|| d.pick(&["mail", "site"]).into());
            cap.kind = d.chance(50).then(|| d.pick(&KINDS));
            policy.contact.caps.push(cap);
        }
        let engine = engine();
        let mut now = soon();
        // Moment, channel, kinds, whether it rode along.
        let mut made: Vec<(i64, &str, Vec<Kind>, bool)> = Vec::new();
        let mut contacts: Vec<Contact> = Vec::new();
        for _ in 0..60 {
            // Some exactly a window apart.
            now += d.pick(&[HOUR, 6 * HOUR, DAY, 7 * HOUR + 1]);
            let channel = d.pick(&["mail", "site"]);
            let along = d.chance(15);
            let context = Context::at(now)
                .customer(1_000)
                .basket([(d.below(PRODUCTS), 1)])
                .channel(channel)
                .ride_along(along)
                .contacts(contacts.iter().cloned());
            let decision = engine.decide(&policy, &context).unwrap();
            for offer in &decision {
                let outcome = ContactOutcome::ALL[d.below(5) as usize];
                let contact = Contact::at(now).channel(channel).kind(offer.kind).outcome(outcome);
                let contact = contact.product(offer.products[0].clone());
                contacts.push(contact.ride_along(along));
            }
            if !decision.is_empty() {
                let kinds = decision.iter().map(|offer| offer.kind).collect();
                made.push((now, channel, kinds, along));
            }
        }
        for cap in &policy.contact.caps {
            let counted: Vec<i64> = made
                .iter()
                .filter(|(_, channel, kinds, along)| {
                    !along
                        && cap.channel.as_deref().is_none_or(|wanted| wanted == *channel)
                        && cap.kind.is_none_or(|wanted| kinds.contains(&wanted))
                })
                .map(|&(at, ..)| at)
                .collect();
            let window = (cap.days * DAY as f64) as i64;
            for (i, &start) in counted.iter().enumerate() {
                let within = counted[i..].iter().filter(|&&at| at - start < window).count();
                prop_assert!(within <= cap.max as usize, "{:?}: {} within", cap, within);
            }
        }
    }
}
