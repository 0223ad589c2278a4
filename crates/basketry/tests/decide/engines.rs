//! Engines whose models and catalogues are replaced.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use basketry::{Context, Engine, Model, Order, Policy};

use crate::shop::*;

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
