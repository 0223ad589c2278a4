//! To whom something is offered at all, and what may be offered to whom.

use basketry::decide::{Contact, ContactOutcome, Rule};
use basketry::{Context, Policy, Reason};

use crate::shop::*;

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
