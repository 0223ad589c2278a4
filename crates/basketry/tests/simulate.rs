//! The simulated shop: what it promises to everybody who measures with it.

use std::sync::Mutex;

use basketry::decide::{DecisionLog, LearnOptions};
use basketry::simulate::{ShopOptions, Showing, Simulation, Strategy, Trial};
use basketry::{Context, Control, Engine, ErrorKind, FitOptions, Kind, Policy, fit};

fn shop(customers: u32, weeks: u32) -> Simulation {
    let options = ShopOptions::default().customers(customers).needs(40).seed(5);
    let mut shop = Simulation::new(&options).unwrap();
    shop.run(&Strategy::Nothing, weeks, &Control::new()).unwrap();
    shop
}

fn engine(shop: &Simulation) -> Engine {
    let control = Control::new();
    let history = shop.history(&control).unwrap();
    let model = fit(&shop.catalog(), &history, &FitOptions::default(), &control).unwrap();
    Engine::new(model, shop.catalog()).unwrap()
}

#[test]
fn threads_and_repetition_change_nothing() {
    let run = |threads: usize| {
        let pool = rayon_pool(threads);
        pool(&|| {
            let shop = shop(150, 8);
            let engine = engine(&shop);
            let policy = Policy::new("cart");
            let strategy = Strategy::Policy { engine: &engine, policy: &policy };
            shop.compare(&[strategy], 3, &Control::new()).unwrap()
        })
    };
    let one = run(1);
    assert_eq!(one, run(3));
    let names: Vec<&str> = one.trials.iter().map(|trial| &*trial.strategy).collect();
    assert_eq!(names, ["nothing", "oracle", "popular", "highest lift", "dearest", "cart"]);
    assert_eq!(one.incremental(&one.trials[0]), 0);
    assert_eq!(one.share_of_oracle(&one.trials[1]), 1.0);
    assert!(one.to_string().contains("highest lift"), "{one}");
    for trial in &one.trials {
        assert_eq!(trial.margin_by_week.iter().sum::<i64>(), trial.margin);
        assert!(trial.caused <= trial.taken && trial.taken <= trial.offers);
        assert!(one.incremental(trial) <= one.incremental(&one.trials[1]), "{one}");
    }
}

/// Runs in a pool of its own, as the simulation works in the current one.
fn rayon_pool<T: Send>(threads: usize) -> impl Fn(&(dyn Fn() -> T + Sync)) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    move |work| pool.install(work)
}

#[test]
fn who_offers_nothing_changes_nothing() {
    let shop = shop(80, 4);
    let control = Control::new();
    let run = |strategy: &Strategy<'_>| -> (Trial, i64) {
        let mut shop = shop.clone();
        let trial = shop.run(strategy, 4, &control).unwrap();
        (trial, shop.history(&control).unwrap().lines() as i64)
    };
    let (nothing, lines) = run(&Strategy::Nothing);
    let silent = |_: &basketry::simulate::Visit<'_>| Ok(Vec::new());
    let (own, own_lines) = run(&Strategy::Own { name: "silent", decide: &silent });
    let mut named = nothing.clone();
    named.strategy = "silent".to_owned();
    assert_eq!(own, named);
    assert_eq!(lines, own_lines);
    assert_eq!((nothing.offers, nothing.reached, nothing.opt_outs), (0, 0, 0));
    assert!(nothing.visits > 0 && nothing.products > nothing.visits && nothing.margin > 0);
}

/// A customer is worth what their orders so far let expect for the rest of the weeks.
#[test]
fn customers_are_worth_what_their_orders_say() {
    let control = Control::new();
    let options = ShopOptions::default().customers(150).needs(40).seed(5);
    let mut shop = Simulation::new(&options).unwrap();
    let before = shop.run(&Strategy::Nothing, 10, &control).unwrap();
    let first = Mutex::new(vec![None; 150]);
    let decide = |visit: &basketry::simulate::Visit<'_>| {
        let worth = visit.customer_value();
        first.lock().unwrap()[visit.customer() as usize].get_or_insert(worth);
        assert!(visit.context(0).to_json().contains("\"customer_value\":"));
        Ok(Vec::new())
    };
    shop.run(&Strategy::Own { name: "own", decide: &decide }, 5, &control).unwrap();
    let sum: f64 = first.lock().unwrap().iter().flatten().sum();
    // Five more weeks after ten; most come in the first of them.
    let most = options.reaction.lost_visits * before.margin as f64 / 2.0;
    assert!(sum > 0.6 * most && sum < most, "{sum} {most}");
}

#[test]
fn own_strategies_see_what_a_shop_sees() {
    let shop = shop(150, 10);
    let engine = engine(&shop);
    let as_of = engine.model().as_of();
    let policy = Policy::new("cart");
    let decide = |visit: &basketry::simulate::Visit<'_>| {
        let context: Context = visit.context(as_of);
        assert_eq!(context.now_ms(), visit.now_ms());
        assert!(visit.now_ms() > as_of && (0..150).contains(&visit.customer()));
        let decision = engine.decide(&policy, &context)?;
        // A short history leaves some things to be learned; nothing else may be amiss.
        let amiss = |warning: &&String| !warning.starts_with("the model's report");
        assert_eq!(decision.warnings().iter().find(amiss), None);
        for id in visit.basket() {
            assert!(decision.why_not(&id).reason.is_some());
        }
        let offers = decision.offers().iter().map(|offer| Showing {
            product: offer.products[0].clone(),
            in_place_of: offer.base_product.clone().filter(|_| offer.kind == Kind::UpSell),
        });
        Ok(offers.collect())
    };
    let control = Control::new();
    let own = Strategy::Own { name: "cart", decide: &decide };
    let same = Strategy::Policy { engine: &engine, policy: &policy };
    let (mut a, mut b) = (shop.clone(), shop.clone());
    assert_eq!(a.run(&own, 5, &control).unwrap(), b.run(&same, 5, &control).unwrap());

    let unknown = |_: &basketry::simulate::Visit<'_>| {
        Ok(vec![Showing { product: "nonesuch".into(), in_place_of: None }])
    };
    let strategy = Strategy::Own { name: "wrong", decide: &unknown };
    let error = shop.clone().run(&strategy, 1, &control).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownId);
    assert!(error.to_string().contains("\"nonesuch\""), "{error}");
    let mut shop = shop;
    for weeks in [0, 1001] {
        let error = shop.run(&Strategy::Nothing, weeks, &control).unwrap_err();
        assert!(error.to_string().starts_with("weeks: expected"), "{error}");
    }
    control.cancel();
    assert!(shop.run(&Strategy::Nothing, 1, &control).unwrap_err().is_cancelled());
}

#[test]
fn the_log_has_what_happened() {
    let mut shop = shop(120, 12);
    let engine = engine(&shop);
    let policy = Policy::new("cart");
    let control = Control::new();
    let mut log = DecisionLog::new();
    let trial = shop.run_logged(&engine, &policy, 4, &mut log, &control).unwrap();
    let batch = log.to_record_batch().unwrap();
    let column = |name: &str| batch.column_by_name(name).unwrap().clone();
    let count = |name: &str| {
        use arrow_array::cast::AsArray;
        column(name).as_boolean().iter().flatten().filter(|value| *value).count() as u64
    };
    assert_eq!(count("shown"), trial.offers);
    assert!(count("bought") >= trial.taken, "what was offered may be bought as a variant's base");
    assert!(batch.num_rows() as u64 >= trial.offers);
    let before = count("bought");
    let found = log.record_orders(&shop.history(&control).unwrap(), 7.0, &control).unwrap();
    assert!(found > 0 && before > 0);
    let learned = log.learn(&policy, &LearnOptions::default(), &Control::new()).unwrap();
    assert!(!learned.numbers.is_empty());
    for number in &learned.numbers {
        assert!(number.exposures > 0, "{number:?}");
        assert!(number.standard_error.is_none_or(|error| error > 0.0), "{number:?}");
    }
    // What is learned can be written down and read.
    let read = Policy::from_toml(&learned.policy.to_toml()).unwrap();
    assert_eq!(read, learned.policy);
}
