//! Proposals of an engine against single scores and decisions of the golden shop.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow_array::{Array, Float64Array, StringArray};
use basketry::data::Link;
use basketry::{
    AssignOptions, Context, Control, Engine, IdRef, Model, Policy, ProposeOptions, ScoreOptions,
};

const NOW: i64 = 1_778_500_800_000; // 2026-05-11T12:00:00Z

fn model() -> Model {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/model.basketry");
    Model::open(path).unwrap()
}

fn contexts(model: &Model) -> Vec<Context> {
    let customers = model.customers();
    (0..customers.len() as u32)
        .map(|c| Context::at(NOW).customer(customers.get(c).unwrap()))
        .chain([Context::at(NOW).customer("nobody known")])
        .collect()
}

/// Customer, offer and value of all that is proposed, by a plan without limits.
fn proposed(
    engine: &Engine,
    policy: &Policy,
    contexts: &[Context],
    each: usize,
) -> Vec<(String, String, f64)> {
    let control = Control::new();
    let options = ProposeOptions::new().each(each).threads(2);
    // Whatever is proposed may stand together.
    let mut policy = policy.clone();
    (policy.per_line, policy.allow_substitutes) = (1000, true);
    if policy.max_offers > 0 {
        policy.max_offers = 1000;
    }
    let proposals = engine.propose(&policy, contexts, &options, &control).unwrap();
    let limits = AssignOptions::new().per_customer(64);
    let limits =
        proposals.offers().iter().fold(limits, |limits, offer| limits.capacity(offer, 1_000_000));
    let plan = proposals.assign(&limits, &control).unwrap();
    assert_eq!(plan.len(), proposals.len());
    (0..plan.len())
        .map(|at| {
            let (customer, offer, value) = plan.row(at);
            (text(customer), text(offer), value)
        })
        .collect()
}

fn text(id: IdRef<'_>) -> String {
    match id {
        IdRef::Str(text) => text.to_owned(),
        IdRef::Int(number) => number.to_string(),
    }
}

#[test]
fn values_are_those_of_the_probability_within_the_horizon() {
    let model = model();
    let engine = Engine::from_model(model.clone()).unwrap();
    let mut policy = Policy::new("mail");
    policy.contact_cost = 0.25;
    let contexts = contexts(&model);
    let rows = proposed(&engine, &policy, &contexts, 1000);
    assert!(rows.len() > contexts.len(), "{}", rows.len());
    let customers: Vec<IdRef<'_>> = rows.iter().map(|row| IdRef::Str(&row.0)).collect();
    let products: Vec<IdRef<'_>> = rows.iter().map(|row| IdRef::Str(&row.1)).collect();
    let options = ScoreOptions::default().at(NOW);
    let scores = model.score(&customers, &products, &options, &Control::new()).unwrap();
    let catalog = engine.catalog();
    for (row, &p) in rows.iter().zip(scores.probabilities()) {
        let at = catalog.find(&*row.1).unwrap();
        let price = catalog.price(at).unwrap().minor as f64;
        let margin = catalog.cost(at).map_or(0.3 * price, |cost| price - cost.minor as f64);
        let p = f64::from(p);
        let odds = 1.5 * p / (1.0 - p);
        let value = (odds / (1.0 + odds) - p) * margin - 0.25;
        assert!((row.2 - value).abs() < 1e-5 * margin, "{row:?} {value}");
        assert!(row.2 > 0.0);
    }
}

#[test]
fn what_may_not_be_decided_is_not_proposed() {
    let model = model();
    let engine = Engine::from_model(model.clone()).unwrap();
    let contexts = contexts(&model);
    let all = proposed(&engine, &Policy::new("mail"), &contexts, 1000);
    let mut strict = Policy::new("mail");
    let never = all[0].1.clone();
    strict.exclude.products = [never.as_str().into()].into();
    strict.similar.max = 0;
    strict.popular.max = 0;
    strict.min_value = 0.5;
    let some = proposed(&engine, &strict, &contexts, 1000);
    assert!(!some.is_empty() && some.len() < all.len());
    assert!(some.iter().all(|row| row.1 != never && row.2 > 0.5));
    assert!(some.iter().all(|row| all.contains(row)));

    // The most valuable ones of each customer.
    let three = proposed(&engine, &Policy::new("mail"), &contexts, 3);
    for context in all.chunk_by(|a, b| a.0 == b.0) {
        let mut best: Vec<f64> = context.iter().map(|row| row.2).collect();
        best.sort_by(|a, b| b.total_cmp(a));
        best.truncate(3);
        let mine: Vec<f64> =
            three.iter().filter(|row| row.0 == context[0].0).map(|row| row.2).collect();
        assert_eq!(mine, best, "{}", context[0].0);
    }
}

#[test]
fn what_a_contact_risks_is_taken_off_once() {
    let model = model();
    let engine = Engine::from_model(model.clone()).unwrap();
    let contexts = contexts(&model);
    let control = Control::new();
    let mut policy = Policy::new("mail");
    (policy.max_offers, policy.per_line, policy.allow_substitutes) = (5, 1000, true);
    let plan = |policy: &Policy, each: u32| {
        let options = ProposeOptions::new().each(1000);
        let proposals = engine.propose(policy, &contexts, &options, &control).unwrap();
        let limits = AssignOptions::new().per_customer(each);
        let limits =
            proposals.offers().iter().fold(limits, |l, offer| l.capacity(offer, 1_000_000));
        proposals.assign(&limits, &control).unwrap()
    };
    let sums = |plan: &basketry::Plan| {
        let mut sums: BTreeMap<String, f64> = BTreeMap::new();
        for at in 0..plan.len() {
            let (customer, _, value) = plan.row(at);
            *sums.entry(text(customer)).or_default() += value;
        }
        sums
    };
    let risk_of = |policy: &mut Policy, risk: f64| {
        policy.fatigue.opt_out = 0.5;
        policy.fatigue.customer_value = 2.0 * risk;
    };
    for each in [1, 2, 5] {
        let free = sums(&plan(&policy, each));
        let mut worth: Vec<f64> = free.values().copied().collect();
        worth.sort_by(f64::total_cmp);
        let risk = worth[worth.len() / 2];
        let mut risky = policy.clone();
        risk_of(&mut risky, risk);
        let found = plan(&risky, each);
        // Those whose offers are worth more together than the risk get them, as without it.
        let expected: BTreeMap<_, _> = free.into_iter().filter(|(_, sum)| *sum > risk).collect();
        assert_eq!(sums(&found), expected, "{each}");
        assert_eq!(found.reached(), expected.len() as u64);
        let all = risk * expected.len() as f64;
        assert!((found.contact_risk() - all).abs() < 1e-9 * all, "{}", found.contact_risk());
        let value = expected.values().sum::<f64>() - found.contact_risk();
        assert!((found.value() - value).abs() < 1e-6 * value);
        assert!(found.bound() >= found.value() && found.gap() < 1e-9, "{}", found.gap());
    }
    risk_of(&mut policy, 5_000.0);
    assert!(plan(&policy, 5).is_empty());
    let mut none = Policy::new("mail");
    none.max_offers = 0;
    assert!(proposed(&engine, &none, &contexts, 1000).is_empty());
}

#[test]
fn stock_limits_how_often_a_product_is_offered() {
    let model = model();
    let engine = Engine::from_model(model.clone()).unwrap();
    let contexts = contexts(&model);
    let control = Control::new();
    let options = ProposeOptions::new();
    let policy = Policy::new("mail");
    let free = engine.propose(&policy, &contexts, &options, &control).unwrap();
    let free = free.assign(&AssignOptions::new(), &control).unwrap();
    let often = free.offers().iter().max_by_key(|volume| volume.made).unwrap().clone();
    assert!(often.made > 2);
    let mut catalog = (*engine.catalog()).clone();
    catalog.set_stock(&often.offer, Some(2)).unwrap();
    engine.set_catalog(catalog).unwrap();
    let proposals = engine.propose(&policy, &contexts, &options, &control).unwrap();
    let plan = proposals.assign(&AssignOptions::new(), &control).unwrap();
    let volume = plan.offers().iter().find(|volume| volume.offer == often.offer).unwrap();
    assert_eq!((volume.capacity, volume.made), (Some(2), 2));
    let given = AssignOptions::new().capacity(&often.offer, 1);
    let plan = proposals.assign(&given, &control).unwrap();
    let batch = plan.to_record_batch().unwrap();
    let offers = batch.column(1).as_any().downcast_ref::<StringArray>().unwrap();
    let made = (0..offers.len()).filter(|&at| text(often.offer.as_ref()) == offers.value(at));
    assert_eq!(made.count(), 1);
}

#[test]
fn a_budget_is_kept_though_a_contact_costs_less_than_a_minor_unit() {
    let model = model();
    let engine = Engine::from_model(model.clone()).unwrap();
    let control = Control::new();
    let mut policy = Policy::new("mail");
    // In thousandths.
    for cost in [70i64, 200, 250, 1250, 2500, 3000] {
        policy.contact_cost = cost as f64 / 1000.0;
        let proposals =
            engine.propose(&policy, &contexts(&model), &ProposeOptions::new(), &control).unwrap();
        let all = proposals.assign(&AssignOptions::new(), &control).unwrap();
        for budget in [1, 7, 20] {
            let plan = proposals.assign(&AssignOptions::new().budget(budget), &control).unwrap();
            let made = plan.len() as i64;
            assert_eq!(made, (1000 * budget / cost).min(all.len() as i64), "{budget} at {cost}");
            assert_eq!(plan.spent(), Some((made * cost + 999) / 1000));
            let batch = plan.to_record_batch().unwrap();
            let costs = batch.column_by_name("cost").unwrap();
            match costs.as_any().downcast_ref::<Float64Array>() {
                Some(costs) => assert!(costs.values().iter().all(|&one| one == cost as f64 / 1e3)),
                None => assert_eq!(cost % 1000, 0),
            }
        }
        let most = proposals.assign(&AssignOptions::new().budget(i64::MAX), &control);
        assert_eq!(most.is_ok(), cost % 1000 == 0, "{most:?}");
    }
}

#[test]
fn who_may_be_offered_what_is_kept() {
    let model = model();
    let engine = Engine::from_model(model.clone()).unwrap();
    let mut policy = Policy::new("mail");
    policy.segments.only = vec!["vip".to_owned()];
    policy.contact.consent = vec!["mail".to_owned()];
    let mut contexts = contexts(&model);
    for context in &mut contexts[..2] {
        *context = context.clone().segments(["vip"]);
    }
    assert!(proposed(&engine, &policy, &contexts, 1000).is_empty());
    for context in &mut contexts[1..3] {
        *context = context.clone().consents(["mail"]);
    }
    let who = text(model.customers().get(1).unwrap());
    let rows = proposed(&engine, &policy, &contexts, 1000);
    assert!(!rows.is_empty() && rows.iter().all(|row| row.0 == who));
}

#[test]
fn bad_requests() {
    let engine = Engine::from_model(model()).unwrap();
    let control = Control::new();
    let options = ProposeOptions::new();
    let policy = Policy::new("mail");
    let complaint = |contexts: &[Context], options: &ProposeOptions| {
        engine.propose(&policy, contexts, options, &control).unwrap_err().to_string()
    };
    let one = Context::at(NOW).customer("c-013");
    let twice = [one.clone(), Context::at(NOW).customer("c-014"), one.clone()];
    let message = complaint(&twice, &options);
    assert!(message.contains("contexts[2].customer: \"c-013\" comes twice"), "{message}");
    let message = complaint(&[one.clone(), Context::at(NOW)], &options);
    assert!(message.contains("contexts[1].customer: expected a customer"), "{message}");
    let message = complaint(&[one.clone(), Context::at(NOW).customer(3)], &options);
    assert!(message.contains("contexts[1].customer"), "{message}");
    let bad = one.clone().basket([("bread", -1)]);
    let message = complaint(&[bad], &options);
    assert!(message.contains("contexts[0]: ") && message.contains("quantity"), "{message}");
    let message = complaint(&[one], &options.clone().each(0));
    assert!(message.contains("each: expected a number from 1 to 1000, got 0"), "{message}");
    let none = engine.propose(&policy, &[], &options, &control).unwrap();
    assert!(none.is_empty() && none.assign(&AssignOptions::new(), &control).unwrap().is_empty());
    // Nobody to contact costs nothing, which a budget allows.
    let mut dear = policy.clone();
    dear.contact_cost = 2.0;
    let none = engine.propose(&dear, &[], &options, &control).unwrap();
    let plan = none.assign(&AssignOptions::new().budget(5), &control).unwrap();
    assert_eq!(plan.spent(), Some(0));
}

#[test]
fn what_may_not_stand_together_does_not_reach_the_same_customer() {
    let model = model();
    let catalog = Engine::from_model(model.clone()).unwrap().catalog();
    let contexts = contexts(&model);
    let control = Control::new();
    let plan = |engine: &Engine, policy: &Policy, per_customer: u32| {
        let options = ProposeOptions::new().each(40);
        let proposals = engine.propose(policy, &contexts, &options, &control).unwrap();
        let limits = AssignOptions::new().per_customer(per_customer);
        let limits =
            proposals.offers().iter().fold(limits, |limits, offer| limits.capacity(offer, 9_999));
        let plan = proposals.assign(&limits, &control).unwrap();
        let row = |at| (text(plan.row(at).0), text(plan.row(at).1));
        let rows: Vec<(String, String)> = (0..plan.len()).map(row).collect();
        let mut by_customer: BTreeMap<String, Vec<String>> = BTreeMap::new();
        rows.into_iter().for_each(|row| by_customer.entry(row.0).or_default().push(row.1));
        by_customer
    };
    let brand = |product: &String| catalog.brand(catalog.find(&**product).unwrap()).map(text);
    let same_brand = |plan: &BTreeMap<String, Vec<String>>| {
        let mut twice = 0;
        for products in plan.values() {
            let mut brands: Vec<_> = products.iter().filter_map(brand).collect();
            let all = brands.len();
            brands.sort();
            brands.dedup();
            twice += all - brands.len();
        }
        twice
    };
    let engine = Engine::from_model(model.clone()).unwrap();
    let mut free = Policy::new("mail");
    (free.max_offers, free.per_line, free.allow_substitutes) = (5, 1000, true);
    let all = plan(&engine, &free, 5);
    assert!(same_brand(&all) > 0);
    let mut one = free.clone();
    one.per_brand = 1;
    let of_each = plan(&engine, &one, 5);
    assert_eq!(same_brand(&of_each), 0);
    assert!(of_each.values().any(|products| products.len() > 1));

    // Two that many get at once are linked by hand.
    let (a, b) = all
        .values()
        .flat_map(|products| products.iter().zip(&products[1..]))
        .next()
        .expect("somebody with two offers");
    let both = |plan: &BTreeMap<String, Vec<String>>| {
        plan.values().filter(|products| products.contains(a) && products.contains(b)).count()
    };
    let mut linked = (*catalog).clone();
    linked.link(&**a, Link::NeverWith, &**b).unwrap();
    let engine = Engine::new(model.clone(), linked).unwrap();
    assert_eq!(both(&plan(&engine, &free, 5)), 0, "whatever substitutes the policy allows");
    free.allow_substitutes = false;
    let apart = plan(&engine, &free, 5);
    assert_eq!(both(&apart), 0);
    assert!(apart.values().any(|products| products.contains(a)));
}

/// The kind of each proposal, by plans of a policy that allows no other.
fn kinds(
    engine: &Engine,
    policy: &Policy,
    contexts: &[Context],
) -> BTreeMap<(String, String), (&'static str, f64)> {
    let mut found = BTreeMap::new();
    for only in ["refill", "similar", "popular", "cross_sell"] {
        let mut policy = policy.clone();
        for (name, max) in [
            ("refill", &mut policy.refill.max),
            ("similar", &mut policy.similar.max),
            ("popular", &mut policy.popular.max),
            ("cross_sell", &mut policy.cross_sell.max),
        ] {
            *max = if name == only { 1000 } else { 0 };
        }
        for (customer, offer, value) in proposed(engine, &policy, contexts, 1000) {
            assert!(found.insert((customer, offer), (only, value)).is_none());
        }
    }
    found
}

/// An offer, its kind, its brand and its value.
type Row<'a> = (&'a str, &'a str, Option<String>, f64);

/// The value of the best choice of one customer, by trying all.
fn best(rows: &[Row<'_>], policy: &Policy, per_customer: usize, taken: &[usize]) -> f64 {
    let from = taken.last().map_or(0, |&last| last + 1);
    let of_kind = |kind| taken.iter().filter(|&&at| rows[at].1 == kind).count() as u32;
    let of_brand = |brand| taken.iter().filter(|&&at| rows[at].2 == brand).count() as u32;
    let most = |kind: &str| match kind {
        "refill" => policy.refill.max,
        "similar" => policy.similar.max,
        "popular" => policy.popular.max,
        _ => policy.cross_sell.max,
    };
    let mut greatest = taken.iter().map(|&at| rows[at].3).sum::<f64>();
    if taken.len() == per_customer {
        return greatest;
    }
    for at in from..rows.len() {
        let (_, kind, brand, _) = &rows[at];
        if of_kind(*kind) < most(kind)
            && (brand.is_none() || of_brand(brand.clone()) < policy.per_brand)
        {
            let more = [taken, &[at]].concat();
            greatest = greatest.max(best(rows, policy, per_customer, &more));
        }
    }
    greatest
}

#[test]
fn as_many_of_a_kind_and_brand_as_the_policy_says() {
    let model = model();
    let engine = Engine::from_model(model.clone()).unwrap();
    let catalog = engine.catalog();
    let contexts = &contexts(&model);
    let control = Control::new();
    let mut policy = Policy::new("mail");
    (policy.per_line, policy.allow_substitutes, policy.max_offers) = (1000, true, 1000);
    let kinds = kinds(&engine, &policy, contexts);
    let brand = |product: &str| catalog.brand(catalog.find(product).unwrap()).map(text);
    let mut bound = 0;
    for (max, per_brand) in [([1, 1, 2], 1000), ([2, 1, 1], 2), ([1, 2, 1000], 1), ([2, 2, 2], 3)] {
        [policy.refill.max, policy.similar.max, policy.popular.max] = max;
        policy.per_brand = per_brand;
        let options = ProposeOptions::new().each(9);
        let proposals = engine.propose(&policy, contexts, &options, &control).unwrap();
        for per_customer in [2, 3, 5] {
            let limits = AssignOptions::new().per_customer(per_customer);
            let limits = proposals
                .offers()
                .iter()
                .fold(limits, |limits, offer| limits.capacity(offer, 1_000));
            let plan = proposals.assign(&limits, &control).unwrap();
            assert!(plan.gap() < 1e-12, "{}", plan.gap());
            let mut made: BTreeMap<String, f64> = BTreeMap::new();
            for at in 0..plan.len() {
                let (customer, _, value) = plan.row(at);
                *made.entry(text(customer)).or_default() += value;
            }
            // What is proposed: the nine most valuable.
            let mut all: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
            for ((customer, offer), &(kind, value)) in &kinds {
                all.entry(customer).or_default().push((offer, kind, brand(offer), value));
            }
            for (customer, mut rows) in all {
                rows.sort_by(|a, b| b.3.total_cmp(&a.3));
                rows.truncate(9);
                let free: f64 = rows.iter().take(per_customer as usize).map(|row| row.3).sum();
                let best = best(&rows, &policy, per_customer as usize, &[]);
                let value = made.remove(customer).unwrap_or(0.0);
                assert!((value - best).abs() < 1e-9 * best, "{customer}: {value} of {best}");
                bound += usize::from(best < free);
            }
            assert!(made.is_empty());
        }
    }
    assert!(bound > 100, "{bound}");
}

#[test]
fn no_more_offers_than_the_policy_makes_at_once() {
    let model = model();
    let engine = Engine::from_model(model.clone()).unwrap();
    let control = Control::new();
    let options = ProposeOptions::new();
    let proposals =
        engine.propose(&Policy::new("mail"), &contexts(&model), &options, &control).unwrap();
    proposals.assign(&AssignOptions::new().per_customer(4), &control).unwrap();
    let error = proposals.assign(&AssignOptions::new().per_customer(5), &control).unwrap_err();
    assert_eq!(
        error.to_string(),
        "per_customer: expected at most 4, the max_offers of the policy, got 5"
    );
}

/// All that a request says of a customer counts: what rides along costs nothing and risks nothing.
#[test]
fn what_rides_along_costs_no_contact() {
    let model = model();
    let engine = Engine::from_model(model.clone()).unwrap();
    let control = Control::new();
    let mut policy = Policy::new("mail");
    policy.contact_cost = 2.0;
    policy.fatigue.opt_out = 0.5;
    let mut contexts = contexts(&model);
    contexts.truncate(40);
    let plan = |contexts: &[Context]| {
        let proposals =
            engine.propose(&policy, contexts, &ProposeOptions::new(), &control).unwrap();
        proposals.assign(&AssignOptions::new(), &control).unwrap()
    };
    let all = plan(&contexts);
    assert_eq!(all.spent(), Some(2 * all.len() as i64));
    let first = text(all.row(0).0);
    let at = contexts.iter().position(|c| format!("{c:?}").contains(&first)).unwrap();
    contexts[at] = contexts[at].clone().customer_value(1e9);
    assert_eq!(plan(&contexts).len(), all.len() - 1);
    contexts[at] = contexts[at].clone().ride_along(true);
    let along = plan(&contexts);
    assert_eq!(along.len(), all.len());
    assert_eq!(along.spent(), Some(2 * (all.len() as i64 - 1)));
    assert_eq!(text(along.row(0).0), first);
    assert!((along.row(0).2 - all.row(0).2 - 2.0).abs() < 1e-9);
}
