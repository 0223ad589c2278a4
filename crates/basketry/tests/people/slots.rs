//! Which offer gets which slot: pins, quotas, fallbacks, and the slot that is drawn.

use std::collections::{BTreeSet, HashMap};

use basketry::decide::{Pin, Quota, Selection};
use basketry::{Context, Engine, Kind, Policy, Reason};

use crate::shop::*;

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
            let drawn = choice.products == offer.products;
            let (count, probability) = counts.entry(int(&choice.products[0])).or_default();
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

/// In their slots or those behind, and nowhere before.
#[test]
fn pins_to_one_slot_follow_each_other_as_far_as_there_are_slots() {
    let slots = |rules: &Policy| -> Vec<(i64, usize)> {
        let decision = decide(rules, &visit());
        assert_eq!(decision.len(), 3, "{decision}");
        let offers = (1..).zip(&decision).filter(|(_, offer)| offer.pinned);
        offers.map(|(slot, offer)| (int(&offer.products[0]), slot)).collect()
    };
    let mut rules = policy();
    rules.max_offers = 3;
    for (pins, expected) in [
        (&[(23, 3), (22, 3)][..], &[(23, 3)][..]),
        (&[(23, 2), (22, 2), (21, 2)], &[(23, 2), (22, 3)]),
        (&[(23, 3), (22, 2), (21, 3)], &[(22, 2), (23, 3)]),
        (&[(23, 1), (22, 1)], &[(23, 1), (22, 2)]),
        (&[(23, 9), (22, 9)], &[(23, 3)]),
    ] {
        rules.pinned = pins.iter().map(|&(product, slot)| Pin::new(product, slot)).collect();
        assert_eq!(slots(&rules), expected, "{pins:?}");
    }
    // Not in the slot that is drawn.
    (rules.explore.share, rules.explore.slot) = (1.0, Some(2));
    for (slot, expected) in [(1, &[(23, 1), (22, 3)][..]), (3, &[(23, 3)])] {
        rules.pinned = [23, 22].map(|product| Pin::new(product, slot)).to_vec();
        assert_eq!(slots(&rules), expected, "{slot}");
        assert_eq!(decide(&rules, &visit()).explored().unwrap().slot, 2);
    }
}

/// What is pinned for a time may have the slot that is drawn at others: what is drawn comes behind it,
/// if there is room.
#[test]
fn what_is_pinned_for_a_time_may_have_the_drawn_slot() {
    let mut rules = policy();
    rules.explore.share = 1.0;
    for (max_offers, slot, at, drawn) in [(1, 1, 1, None), (3, 1, 1, Some(2)), (3, 3, 2, Some(3))] {
        (rules.max_offers, rules.explore.slot) = (max_offers, Some(slot));
        let mut pin = Pin::new(23, slot);
        pin.until = Some(soon() + 1);
        rules.pinned = vec![pin];
        let decision = decide(&rules, &visit());
        assert_eq!(decision.explored().map(|explored| explored.slot), drawn, "{decision}");
        let pinned: Vec<usize> = (1..).zip(&decision).filter(|o| o.1.pinned).map(|o| o.0).collect();
        assert_eq!((decision.len(), pinned), (max_offers as usize, vec![at]), "{decision}");
        rules.pinned[0].until = Some(soon());
        let decision = decide(&rules, &visit());
        assert_eq!(decision.explored().map(|explored| explored.slot), Some(slot), "{decision}");
        assert!(decision.iter().all(|offer| !offer.pinned));
    }
}

#[test]
fn a_pin_that_never_can_be_is_warned_of() {
    let mut specs = plain();
    specs[9].stock = 0;
    let engine = Engine::new(model(), catalog(&specs)).unwrap();
    let mut rules = policy();
    rules.exclude.brands = ids(&[1]);
    rules.price.max = Some(900);
    // Of the brand, too dear, out of stock, in order.
    rules.pinned = [5, 23, 9, 2].map(|product| Pin::new(product, 1)).into();
    let decision = engine.decide(&rules, &visit()).unwrap();
    let pinned = |text: &&String| text.starts_with("pinned[");
    let warnings: Vec<&String> = decision.warnings().iter().filter(pinned).collect();
    let [of_brand, too_dear] = warnings[..] else { panic!("{warnings:?}") };
    let expected = "pinned[0].product: 5 is pinned but never offered: the policy excludes";
    assert!(of_brand.starts_with(expected), "{of_brand}");
    assert!(too_dear.starts_with("pinned[1].product: 23 is pinned but never"), "{too_dear}");
}

/// What is pinned to one slot stands in for what may not be offered now.
#[test]
fn of_several_pins_of_one_slot_the_first_that_may_be_offered_takes_it() {
    let mut rules = policy();
    rules.pinned = [9, 15, 23].map(|product| Pin::new(product, 1)).into();
    let mut specs = plain();
    let pinned = |specs: &[Spec], rules: &Policy| -> Vec<i64> {
        let engine = Engine::new(model(), catalog(specs)).unwrap();
        let decision = engine.decide(rules, &Context::at(soon()).customer(1_000)).unwrap();
        let offers = decision.iter().take_while(|offer| offer.pinned);
        offers.map(|offer| int(&offer.products[0])).collect()
    };
    assert_eq!(pinned(&specs, &rules), [9, 15, 23]);
    specs[9].stock = 0;
    assert_eq!(pinned(&specs, &rules), [15, 23]);
    rules.max_offers = 1;
    assert_eq!(pinned(&specs, &rules), [15]);
}

/// What a catalogue has of a quota is told from the catalogue alone.
#[test]
fn a_quota_that_the_catalogue_cannot_meet_is_warned_of() {
    let warned = |specs: &[Spec], rules: &Policy| -> Vec<String> {
        let engine = Engine::new(model(), catalog(specs)).unwrap();
        let decision = engine.decide(rules, &visit()).unwrap();
        let warnings = decision.warnings().iter();
        warnings.filter(|warning| warning.starts_with("quotas[")).cloned().collect()
    };
    let mut specs = plain();
    let mut rules = policy();
    let mut quota = Quota::new(Selection::default());
    // Two of one brand, and one of another.
    quota.select.products = ids(&[4, 5, 8]);
    quota.min = 3;
    rules.quotas = vec![quota.clone(), quota];
    rules.quotas[1].min = 2;
    assert_eq!(warned(&specs, &rules), [""; 0]);
    rules.per_brand = 1;
    let text = "quotas[0].min: 3 slots are asked for, but with the products of this catalogue and the \
                policy's limits at most 2 can be filled";
    assert_eq!(warned(&specs, &rules), [text]);
    // What is pinned counts for a limit, but asks for none; what is out of stock may be there tomorrow.
    rules.pinned = vec![Pin::new(4, 1)];
    assert_eq!(warned(&specs, &rules), [text]);
    rules.pinned.push(Pin::new(5, 1));
    specs[8].stock = 0;
    assert_eq!(warned(&specs, &rules), [""; 0]);
    specs[8].stock = 1;
    rules.exclude.products = ids(&[5, 8]);
    rules.pinned.clear();
    let [three, two] = &warned(&specs, &rules)[..] else { panic!("one warning for each") };
    assert!(three.contains("3 slots") && three.contains("at most 1 "), "{three}");
    assert!(two.contains("2 slots") && two.contains("at most 1 "), "{two}");
}

#[test]
fn what_is_pinned_is_not_said_to_be_left_over() {
    let mut rules = policy();
    rules.pinned = vec![Pin::new(15, 1)];
    let decision = decide(&rules, &Context::at(soon()).customer(1_000));
    let [offer, next, ..] = decision.offers() else { panic!("{decision}") };
    assert!(offer.pinned && offer.kind == Kind::Popular, "{offer}");
    assert!(offer.why.starts_with("pinned to this slot by the policy; bought by "), "{offer}");
    assert!(next.why.starts_with("popular: "), "{next}");
}
