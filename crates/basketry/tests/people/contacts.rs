//! What contacts of before leave: caps, pauses, ends, fatigue.

use basketry::decide::{Cap, Contact, ContactOutcome, Quota, Selection, Suppressed};
use basketry::{Context, Decision, Id, Kind, Offer, Policy, Reason};

use crate::shop::*;

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
    // There are no others that anything could stand behind.
    let mut few = policy.clone();
    (few.max_offers, few.per_line) = (1, 1);
    let mut select = Selection::default();
    select.products = [4i64, 5, 6].map(Id::Int).to_vec().into();
    few.quotas = vec![Quota::new(select)];
    let none = decide(&few, &pressed);
    assert!(none.is_empty() && none.quotas().iter().all(|quota| quota.made == 0), "{none}");
    let others = [Reason::Outranked, Reason::KindLimit, Reason::LineLimit, Reason::QuotaSlot];
    let met = |held: &Suppressed| others.contains(&held.reason);
    assert!(!none.suppressed().iter().any(met), "{:?}", none.suppressed());
    assert!(!decide(&policy, &pressed.ride_along(true)).is_empty(), "no contact, no risk");
}

#[test]
fn offers_to_good_customers_cost_more() {
    let mut policy = policy();
    policy.contact_cost = 0.5;
    let value = |policy: &Policy, context: Context| {
        let decision = decide(policy, &context);
        decision.iter().find(|offer| int(&offer.products[0]) == 4).unwrap().value
    };
    let usual = value(&policy, visit());
    let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
    assert!(near(value(&policy, visit().customer_value(600.0)), usual), "all cost the same");
    policy.contact_cost_value = Some(300.0);
    assert!(near(value(&policy, visit()), usual));
    assert!(near(value(&policy, visit().customer_value(600.0)), usual - 0.5));
    assert!(near(value(&policy, visit().customer_value(0.0)), usual + 0.5));
    assert!(near(value(&policy, visit().customer_value(600.0).ride_along(true)), usual + 0.5));
    // No worth is too great to be counted.
    (policy.contact_cost, policy.contact_cost_value) = (1e12, Some(0.01));
    assert!(decide(&policy, &visit().customer_value(1e12)).is_empty());
    policy.contact_cost_value = Some(0.0);
    let error = policy.check().unwrap_err().to_string();
    assert!(error.contains("contact_cost_value: expected a number from 0.01"), "{error}");
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
