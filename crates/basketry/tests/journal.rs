//! The log of decisions: what goes in comes out, whichever way it went in.

use std::sync::OnceLock;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch};
use basketry::decide::{Contact, ContactOutcome, DecisionLog, Event, LearnOptions, Pin, Source};
use basketry::{
    CatalogBuilder, CatalogOptions, Context, Control, Decision, Engine, ErrorKind, FitOptions,
    History, HistoryBuilder, HistoryOptions, Kind, OrderLine, Policy, Product, Stage, fit,
};

const HOUR: i64 = 3_600_000;

/// Bread goes with butter; wine is bought alone, and there is a better one.
fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let mut catalog = CatalogBuilder::new(&CatalogOptions::default());
        for product in [
            Product::new("bread").price(250).cost(150),
            Product::new("butter").price(300).cost(180),
            Product::new("wine").price(900).cost(500).line("wine").quality("years", 1.0),
            Product::new("old wine").price(1500).cost(800).line("wine").quality("years", 9.0),
        ] {
            catalog.push(&product).unwrap();
        }
        let catalog = catalog.finish();
        let mut history = HistoryBuilder::new(&HistoryOptions::default());
        for basket in 0..400i64 {
            let lines: &[&str] = match basket % 6 {
                0 | 3 => &["bread", "butter"],
                1 => &["old wine"],
                _ => &["wine"],
            };
            for &product in lines {
                let line = OrderLine::new(basket * HOUR, product).customer(basket % 40);
                history.push(&line.basket(basket)).unwrap();
            }
        }
        let control = Control::new();
        let history = history.finish(&control).unwrap();
        let model = fit(&catalog, &history, &FitOptions::default(), &control).unwrap();
        Engine::new(model, catalog).unwrap()
    })
}

fn policy() -> Policy {
    let mut policy = Policy::new("cart");
    policy.popular.max = 0;
    policy.similar.max = 0;
    policy.refill.max = 0;
    policy
}

/// The decision for a customer, new to the model, so many hours after the last order.
fn decide(customer: i64, hours: i64, basket: &str) -> Decision {
    let now = engine().model().as_of() + hours * HOUR;
    let context = Context::at(now).customer(customer).basket([(basket, 1)]).placement("cart");
    engine().decide(&policy(), &context).unwrap()
}

fn flags(batch: &RecordBatch, name: &str) -> Vec<Option<bool>> {
    batch.column_by_name(name).unwrap().as_boolean().iter().collect()
}

fn texts(batch: &RecordBatch, name: &str) -> Vec<Option<String>> {
    let column = batch.column_by_name(name).unwrap();
    column.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()
}

fn orders(lines: &[(i64, i64, &str)]) -> History {
    let mut history = HistoryBuilder::new(&HistoryOptions::default());
    for (basket, &(customer, time, product)) in (0i64..).zip(lines) {
        history.push(&OrderLine::new(time, product).customer(customer).basket(basket)).unwrap();
    }
    history.finish(&Control::new()).unwrap()
}

#[test]
fn rows_are_offers_and_decisions_without_any() {
    let with = decide(101, 1, "bread");
    assert_eq!(with.len(), 1, "{with}");
    let without = decide(102, 1, "butter");
    let mut none = policy();
    none.max_offers = 0;
    let without =
        engine().decide(&none, &Context::at(without.now_ms()).basket([("butter", 1)])).unwrap();
    let mut log = DecisionLog::new();
    assert!(log.add(&with).unwrap() && log.add(&without).unwrap());
    assert_eq!(log.len(), 2);
    let batch = log.to_record_batch().unwrap();
    assert_eq!(batch.num_rows(), 2);
    assert_eq!(texts(&batch, "decision"), [with.id(), without.id()].map(Some));
    assert_eq!(texts(&batch, "kind"), [Some("cross_sell".to_owned()), None]);
    assert_eq!(texts(&batch, "placement"), [Some("cart".to_owned()), None]);
    assert_eq!(flags(&batch, "bought"), [Some(false), None]);
    let customer = batch.column_by_name("customer").unwrap().as_primitive::<Int64Type>();
    assert_eq!(customer.iter().collect::<Vec<_>>(), [Some(101), None]);
    let products = batch.column_by_name("products").unwrap().as_list::<i32>();
    assert_eq!(products.value(0).as_string::<i32>().value(0), "butter");
    assert!(products.is_null(1));
}

#[test]
fn lines_give_the_same_log_as_decisions() {
    let (mut direct, mut read) = (DecisionLog::new(), DecisionLog::new());
    for customer in 0..20 {
        let decision = decide(100 + customer, 2, if customer % 2 == 0 { "bread" } else { "wine" });
        assert!(direct.add(&decision).unwrap());
        assert!(read.add_json(&decision.to_json()).unwrap());
        assert!(!direct.add_json(&decision.to_json()).unwrap());
    }
    assert_eq!(direct.to_record_batch().unwrap(), read.to_record_batch().unwrap());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(12))]
    /// To the last bit: learned from decisions, from their lines, and in any order.
    #[test]
    fn how_a_log_was_filled_changes_nothing(
        requests in proptest::collection::vec(
            (100i64..110, 1i64..400, proptest::bool::ANY, 0u8..4, 0u8..5), 8..60),
        seed in 0u64..1000,
    ) {
        let mut policy = policy();
        policy.fatigue.response = 0.2;
        policy.holdout.share = 0.3;
        policy.up_sell.max = 4;
        let decisions: Vec<(Decision, u8)> = (requests.iter())
            .map(|&(customer, hours, bread, contacts, outcome)| {
                let now = engine().model().as_of() + hours * HOUR;
                let contacts = (0..i64::from(contacts)).map(|before| {
                    let then = now - (1 + before) * 31 * HOUR;
                    Contact::at(then).product("butter").outcome(ContactOutcome::Shown)
                });
                let context = Context::at(now).customer(customer).contacts(contacts);
                let context = context.basket([(if bread { "bread" } else { "wine" }, 1)]);
                (engine().decide(&policy, &context).unwrap(), outcome)
            })
            .collect();
        let mut order: Vec<usize> = (0..decisions.len()).collect();
        order.sort_by_key(|&i| (i as u64 + 1).wrapping_mul(seed * 2 + 0x9e37_79b9_7f4a_7c15));
        let learned = |order: &[usize], lines: bool| {
            let mut log = DecisionLog::new();
            for &i in order {
                let (decision, _) = &decisions[i];
                let new = match lines {
                    true => log.add_json(&decision.to_json()),
                    false => log.add(decision),
                };
                new.unwrap();
            }
            for (decision, outcome) in &decisions {
                let offers = if decision.held_out() { decision.withheld() } else { decision.offers() };
                let Some(offer) = offers.first() else { continue };
                let (event, product) = match (outcome, &offer.base_product) {
                    (0 | 1, _) => (Event::Bought, &offer.products[0]),
                    (2, Some(base)) => (Event::Bought, base),
                    (3, _) => (Event::OptedOut, &offer.products[0]),
                    _ => continue,
                };
                if offer.kind == Kind::UpSell || product == &offer.products[0] {
                    log.record(&decision.id(), product.as_ref(), event).unwrap();
                }
            }
            let options = LearnOptions::default().customer_value(500.0);
            let learned = log.learn(&policy, &options, &Control::new());
            learned.map_err(|error| error.to_string())
        };
        let given: Vec<usize> = (0..decisions.len()).collect();
        let first = learned(&given, false);
        // `==` of floats, and their last bits, which `Debug` shows.
        let text = format!("{first:?}");
        proptest::prop_assert_eq!(&text, &format!("{:?}", learned(&given, true)));
        proptest::prop_assert_eq!(&text, &format!("{:?}", learned(&order, false)));
        proptest::prop_assert_eq!(&text, &format!("{:?}", learned(&order, true)));
    }
}

#[test]
fn learning_can_be_watched_and_cancelled() {
    let mut log = DecisionLog::new();
    for i in 0..10 {
        let decision = decide(100 + i, 1 + i, "bread");
        log.add(&decision).unwrap();
        if i < 3 {
            log.record(&decision.id(), "butter", Event::Bought).unwrap();
        }
    }
    let control = Control::new();
    log.learn(&policy(), &LearnOptions::default(), &control).unwrap();
    let progress = control.progress();
    assert_eq!((progress.stage, progress.stage.name()), (Stage::Learning, "learning"));
    assert!(progress.total > 0 && progress.done == progress.total, "{progress:?}");
    control.cancel();
    let error = log.learn(&policy(), &LearnOptions::default(), &control).unwrap_err();
    assert!(error.is_cancelled());
}

#[test]
fn what_is_recorded_stays_through_append() {
    let (bread, wine) = (decide(103, 1, "bread"), decide(104, 1, "wine"));
    let up = &wine.offers()[0];
    assert_eq!((up.kind, &up.products[0]), (Kind::UpSell, &"old wine".into()));
    let mut log = DecisionLog::new();
    log.add(&bread).unwrap();
    log.add(&wine).unwrap();
    log.record(&bread.id(), "butter", Event::Clicked).unwrap();
    log.record(&bread.id(), "butter", Event::OptedOut).unwrap();
    log.record(&wine.id(), "wine", Event::Bought).unwrap();
    let mut other = DecisionLog::new();
    other.add(&wine).unwrap();
    other.append(&log).unwrap();
    other.append(&log).unwrap();
    let batch = other.to_record_batch().unwrap();
    // What came of the decision that was there already is added.
    assert_eq!(flags(&batch, "base_bought"), [Some(true), Some(false)]);
    assert_eq!(flags(&batch, "opted_out"), [Some(false), Some(true)]);
    assert_eq!(flags(&batch, "clicked"), [Some(false), Some(true)]);
    let batch = log.to_record_batch().unwrap();
    assert_eq!(flags(&batch, "base_bought"), [Some(false), Some(true)]);
    assert_eq!(flags(&batch, "bought"), [Some(false), Some(false)]);

    for (decision, product, what) in [
        ("00", "butter", "the log has no decision \"00\""),
        ("xyz", "butter", "the log has no decision \"xyz\""),
        (&bread.id(), "wine", "\"wine\" was not offered"),
    ] {
        let error = log.record(decision, product, Event::Shown).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownId);
        assert!(error.to_string().contains(what), "{error}");
    }
    for (line, what) in [
        ("{}", "missing field"),
        ("", "not a logged decision"),
        (&bread.to_json().replace("\"held_out\":", "\"held\":"), "missing field `held_out`"),
        (&bread.to_json().replace("\"cross_sell\"", "\"gift\""), "no kind \"gift\""),
        (&bread.to_json().replace(&bread.id(), "7"), "32 hexadecimal digits"),
    ] {
        let error = DecisionLog::new().add_json(line).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains(what), "{error}");
    }
    assert_eq!("bought".parse::<Event>().unwrap(), Event::Bought);
    assert!("sold".parse::<Event>().unwrap_err().to_string().contains("opted_out"));
}

#[test]
fn orders_are_found_within_the_window() {
    let decision = decide(105, 1, "bread");
    let now = decision.now_ms();
    let day = 24 * HOUR;
    let found = |lines: &[(i64, i64, &str)]| {
        let mut log = DecisionLog::new();
        log.add(&decision).unwrap();
        let orders = orders(lines);
        let found = log.record_orders(&orders, 2.0, &Control::new()).unwrap();
        let again = log.record_orders(&orders, 2.0, &Control::new()).unwrap();
        assert_eq!(again, 0, "found before");
        let batch = log.to_record_batch().unwrap();
        assert_eq!(flags(&batch, "bought")[0], Some(found == 1));
        (found, flags(&batch, "base_bought")[0].unwrap())
    };
    assert_eq!(found(&[(105, now, "butter")]), (1, false));
    assert_eq!(found(&[(105, now + 2 * day, "butter"), (105, now + 1, "bread")]), (1, true));
    assert_eq!(found(&[(105, now - 1, "butter"), (105, now + 2 * day + 1, "butter")]), (0, false));
    assert_eq!(found(&[(106, now, "butter"), (105, now, "wine")]), (0, false));
    assert_eq!(found(&[]), (0, false));

    let mut log = DecisionLog::new();
    log.add(&decision).unwrap();
    for days in [0.0, -1.0, f64::NAN, 4000.0] {
        let error = log.record_orders(&orders(&[]), days, &Control::new()).unwrap_err();
        assert!(error.to_string().starts_with("days: expected"), "{error}");
    }
    let mut history = HistoryBuilder::new(&HistoryOptions::default());
    history.push(&OrderLine::new(now, 7i64).customer(5i64).basket(1i64)).unwrap();
    let history = history.finish(&Control::new()).unwrap();
    let error = log.record_orders(&history, 1.0, &Control::new()).unwrap_err();
    assert!(error.to_string().contains("the products are integers"), "{error}");
}

#[test]
fn orders_that_carry_a_date_only_are_found_by_the_day() {
    let decision = decide(105, 1, "bread");
    let day = 24 * HOUR;
    let today = decision.now_ms() / day * day;
    assert_ne!(decision.now_ms(), today);
    // What is found, and whether the orders follow the decision.
    let found = |days: f64, lines: &[(i64, i64, &str)]| {
        let mut log = DecisionLog::new();
        log.add(&decision).unwrap();
        let found = log.record_orders(&orders(lines), days, &Control::new()).unwrap();
        log.record(&decision.id(), "butter", Event::Bought).unwrap();
        (found, log.learn(&policy(), &LearnOptions::default(), &Control::new()).is_ok())
    };
    let of = |after: i64| (105, today + after * day, "butter");
    let last = |after: i64| (7, today + after * day, "wine");
    assert_eq!(found(0.5, &[of(0)]), (1, false));
    assert_eq!(found(0.5, &[of(0), last(1)]), (1, true), "the day is over");
    assert_eq!(found(1.9, &[of(-1), of(2), last(2)]), (0, true));
    assert_eq!(found(2.0, &[of(2), last(2)]), (1, false));
    assert_eq!(found(2.0, &[of(2), last(3)]), (1, true));
    // One time of day in the history, and all are times.
    let timed = (7, today + 3 * day + 1, "wine");
    assert_eq!(found(2.0, &[of(0), timed]), (0, true));
    assert_eq!(found(2.0, &[of(2), timed]), (1, true));
}

#[test]
fn learned_numbers_say_so_in_offers() {
    let mut log = DecisionLog::new();
    for hours in 0..200 {
        let decision = decide(100 + hours % 40, 1 + hours, "bread");
        log.add(&decision).unwrap();
        if hours % 4 == 0 {
            log.record(&decision.id(), "butter", Event::Bought).unwrap();
        }
    }
    let error =
        DecisionLog::new().learn(&policy(), &LearnOptions::default(), &Control::new()).unwrap_err();
    assert!(error.to_string().contains("no purchase was recorded"), "{error}");
    // What is assumed weighs so much that the offer stays worth making.
    let options = LearnOptions::default().pseudo_purchases(1e5);
    let learned = log.learn(&policy(), &options, &Control::new()).unwrap();
    let [number] = &learned.numbers[..] else { panic!("{:?}", learned.numbers) };
    assert_eq!((&*number.name, number.prior), ("assume.odds.cross_sell", 1.5));
    assert_eq!((number.exposures, number.withheld, number.purchases), (200, 0, 50));
    let context = Context::at(engine().model().as_of() + HOUR).basket([("bread", 1)]);
    let source = |policy: &Policy| {
        let decision = engine().decide(policy, &context).unwrap();
        let offer = &decision.offers()[0];
        let found = offer.sources.iter().find(|sourced| sourced.name == "response_odds");
        (found.unwrap().source, offer.assumed.contains(&"response_odds"))
    };
    assert_eq!(source(&policy()), (Source::Assumed, true));
    let mut given = policy();
    given.assume.response_odds = 2.0;
    assert_eq!(source(&given), (Source::Given, false));
    assert_eq!(source(&learned.policy), (Source::Learned, false));
}

#[test]
fn decisions_that_orders_cannot_follow_teach_nothing() {
    let day = 24 * HOUR;
    let mut log = DecisionLog::new();
    let mut add = |customer: Option<i64>, hours: i64| {
        let context = Context::at(engine().model().as_of() + hours * HOUR).basket([("bread", 1)]);
        let context = customer.into_iter().fold(context, |context, id| context.customer(id));
        let decision = engine().decide(&policy(), &context).unwrap();
        assert!(log.add(&decision).unwrap());
        decision
    };
    let followed: Vec<Decision> = (0..10).map(|i| add(Some(100 + i), 1)).collect();
    let nobody = add(None, 1);
    let late = add(Some(105), 100);
    for decision in [&nobody, &late] {
        log.record(&decision.id(), "butter", Event::Bought).unwrap();
    }
    let free = LearnOptions::default();
    let exposures = |log: &DecisionLog| {
        let learned = log.learn(&policy(), &free, &Control::new()).unwrap();
        let number = learned.numbers.last().unwrap();
        (number.exposures, number.purchases, number.left_out, learned.not_followed)
    };
    assert_eq!(exposures(&log), (12, 2, 0, 0), "no orders were looked up");
    let bought = followed[0].now_ms() + 1;
    let mut lines = vec![(100, bought, "butter"), (101, bought, "butter"), (7, bought, "wine")];
    log.record_orders(&orders(&lines), 2.0, &Control::new()).unwrap();
    let error = log.learn(&policy(), &free, &Control::new()).unwrap_err();
    assert!(error.to_string().contains("follow none of its 12 decisions"), "{error}");
    lines.push((7, followed[0].now_ms() + 2 * day, "wine"));
    log.record_orders(&orders(&lines), 2.0, &Control::new()).unwrap();
    assert_eq!(exposures(&log), (10, 2, 2, 2));
    // What came back was not bought.
    log.record(&followed[0].id(), "butter", Event::Returned).unwrap();
    assert_eq!(exposures(&log), (10, 1, 2, 2));
    lines.push((7, late.now_ms() + 2 * day, "wine"));
    log.record_orders(&orders(&lines), 2.0, &Control::new()).unwrap();
    assert_eq!(exposures(&log), (11, 2, 1, 1));
}

#[test]
fn learning_again_starts_from_what_was_assumed() {
    let mut log = DecisionLog::new();
    for i in 0..10 {
        let decision = decide(100 + i, 1 + i, "bread");
        log.add(&decision).unwrap();
        if i == 0 {
            log.record(&decision.id(), "butter", Event::Bought).unwrap();
        }
    }
    let mut given = policy();
    given.assume.response_odds = 3.0;
    let first = log.learn(&given, &LearnOptions::default(), &Control::new()).unwrap();
    assert_eq!(first.numbers[0].prior, 3.0);
    assert!(first.numbers[0].value != 3.0);
    let read = Policy::from_toml(&first.policy.to_toml()).unwrap();
    let second = log.learn(&read, &LearnOptions::default(), &Control::new()).unwrap();
    assert_eq!(second.numbers, first.numbers);
    assert_eq!(second.policy, first.policy);
}

#[test]
fn a_refused_line_leaves_nothing_behind() {
    let line = decide(105, 1, "bread").to_json();
    let mut log = DecisionLog::new();
    let error = log.add_json(&line.replacen("[\"butter\"]", "[1,\"butter\"]", 1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data, "{error}");
    assert!(log.add_json(&line).unwrap());
}

#[test]
fn outcomes_of_decisions_that_are_there_are_added() {
    let decision = decide(105, 1, "bread");
    let log = |event: Event| {
        let mut log = DecisionLog::new();
        log.add(&decision).unwrap();
        log.record(&decision.id(), "butter", event).unwrap();
        log
    };
    let mut all = log(Event::Shown);
    all.append(&log(Event::Bought)).unwrap();
    all.append(&log(Event::OptedOut)).unwrap();
    let batch = all.to_record_batch().unwrap();
    assert_eq!(all.len(), 1);
    for event in ["shown", "bought", "opted_out"] {
        assert_eq!(flags(&batch, event)[0], Some(true), "{event}");
    }
    assert_eq!(flags(&batch, "rejected")[0], Some(false));
    // The product that a cross-sell goes with was not offered.
    let error = all.record(&decision.id(), "bread", Event::Bought).unwrap_err();
    assert!(error.to_string().contains("was not offered"), "{error}");
}

#[test]
fn what_the_model_does_not_know_teaches_nothing() {
    let mut log = DecisionLog::new();
    let line = decide(105, 1, "bread").to_json();
    let known = decide(106, 1, "bread");
    let at = line.find("\"base_probability\":").unwrap() + "\"base_probability\":".len();
    let end = at + line[at..].find(',').unwrap();
    log.add_json(&format!("{}0.0{}", &line[..at], &line[end..])).unwrap();
    log.record(&decide(105, 1, "bread").id(), "butter", Event::Bought).unwrap();
    log.add(&known).unwrap();
    let learned = log.learn(&policy(), &LearnOptions::default(), &Control::new()).unwrap();
    let number = &learned.numbers[0];
    assert_eq!((number.exposures, number.purchases, number.left_out), (1, 0, 1));
    assert!(number.value < 1.5);
}

#[test]
fn chances_of_what_the_model_does_not_know_are_not_learned() {
    let mut catalog = CatalogBuilder::new(&CatalogOptions::default());
    for product in ["bread", "butter", "new"] {
        catalog.push(&Product::new(product).price(300).cost(100)).unwrap();
    }
    let engine = Engine::new(engine().model(), catalog.finish()).unwrap();
    let mut policy = policy();
    policy.pinned = vec![Pin::new("new", 1)];
    let context = Context::at(engine.model().as_of() + HOUR).basket([("bread", 1)]);
    let decision = engine.decide(&policy, &context).unwrap();
    for offer in decision.offers() {
        let sourced = offer.sources.iter().find(|one| one.name == "base_probability").unwrap();
        let known = offer.products[0] != "new".into();
        assert_eq!(sourced.source == Source::Learned, known, "{offer:?}");
        assert_eq!(offer.base_probability > 0.0, known);
    }
    assert!(decision.offers()[0].pinned && decision.offers()[0].products[0] == "new".into());
}

#[test]
fn corrected_chances_are_logged_with_their_correction() {
    let context = |i: i64| {
        let now = engine().model().as_of() + (1 + i) * HOUR;
        Context::at(now).customer(100 + i).basket([("bread", 1)])
    };
    let mut corrected = policy();
    corrected.assume.base_odds.insert(Kind::CrossSell, 0.5);
    corrected.holdout.share = 0.5;
    let plain = engine().decide(&policy(), &context(0)).unwrap();
    assert!(plain.offers()[0].evidence.iter().all(|evidence| evidence.name != "base_odds"));
    let (mut direct, mut read) = (DecisionLog::new(), DecisionLog::new());
    for i in 0..40 {
        let decision = engine().decide(&corrected, &context(i)).unwrap();
        let offer = decision.offers().iter().chain(decision.withheld()).next().unwrap();
        assert!(offer.evidence.iter().any(|one| one.name == "base_odds" && one.value == 0.5));
        direct.add(&decision).unwrap();
        read.add_json(&decision.to_json()).unwrap();
        if i % 3 == 0 {
            direct.record(&decision.id(), "butter", Event::Bought).unwrap();
            read.record(&decision.id(), "butter", Event::Bought).unwrap();
        }
    }
    let mut appended = DecisionLog::new();
    appended.append(&direct).unwrap();
    let base = |log: &DecisionLog| {
        let learned = log.learn(&corrected, &LearnOptions::default(), &Control::new()).unwrap();
        let again = log.learn(&learned.policy, &LearnOptions::default(), &Control::new()).unwrap();
        assert_eq!(again, learned);
        let number = &learned.numbers[0];
        assert_eq!((&*number.name, number.prior), ("assume.base_odds.cross_sell", 0.5));
        number.value
    };
    assert_eq!(base(&direct), base(&appended));
    assert_eq!(base(&direct), base(&read));
    let broken = plain.to_json().replace("\"lift_low\":", "\"base_odds\":0,\"lift_low\":");
    let error = DecisionLog::new().add_json(&broken).unwrap_err();
    assert!(error.to_string().contains("offers[0].evidence.base_odds: expected"), "{error}");
}

#[test]
fn what_earlier_contacts_do_is_logged() {
    let mut policy = policy();
    policy.fatigue.response = 0.5;
    policy.up_sell.max = 4;
    let (mut direct, mut read) = (DecisionLog::new(), DecisionLog::new());
    for i in 0..60 {
        let now = engine().model().as_of() + (1 + i) * HOUR;
        let contacts = (0..i % 4).map(|days| {
            Contact::at(now - 7 * 24 * HOUR * days).product("butter").outcome(ContactOutcome::Shown)
        });
        // Those of now are no contacts of before.
        let context = Context::at(now).customer(100 + i).contacts(contacts);
        let context = context.basket([(if i % 2 == 0 { "bread" } else { "wine" }, 1)]);
        let decision = engine().decide(&policy, &context).unwrap();
        let Some(offer) = decision.offers().first() else { continue };
        let evidence = |name: &str| {
            offer.evidence.iter().find(|one| one.name == name).map(|evidence| evidence.value)
        };
        let pressure: f64 = (0..i % 4).map(|days| 0.5f64.powi(days as i32)).sum();
        let butter = offer.kind == Kind::CrossSell;
        let left = (-0.5 * pressure).exp() * if butter { 0.8f64.powi((i % 4) as i32) } else { 1.0 };
        for (name, value, without) in [
            ("pressure", pressure, 0.0),
            ("ignored", if butter { (i % 4) as f64 } else { 0.0 }, 0.0),
            ("response", left, 1.0),
        ] {
            match evidence(name) {
                None => assert_eq!(value, without, "{name}"),
                Some(found) => assert!((found - value).abs() < 1e-9, "{name}: {found} {value}"),
            }
        }
        direct.add(&decision).unwrap();
        read.add_json(&decision.to_json()).unwrap();
        if i % 3 == 0 {
            for log in [&mut direct, &mut read] {
                log.record(&decision.id(), offer.products[0].as_ref(), Event::Bought).unwrap();
            }
        }
    }
    let mut appended = DecisionLog::new();
    appended.append(&direct).unwrap();
    let learn = |log: &DecisionLog| {
        // What is assumed weighs so much that offers stay worth something.
        let options = LearnOptions::default().pseudo_purchases(1e4).customer_value(0.0);
        let learned = log.learn(&policy, &options, &Control::new()).unwrap();
        let names = learned.numbers.iter().map(|number| &*number.name).collect::<Vec<_>>();
        let all = ["fatigue.response", "assume.odds.cross_sell", "assume.accept", "contact_cost"];
        assert_eq!(names, all, "{:?}", learned.numbers);
        assert_eq!(learned.numbers[0].prior, 0.5);
        assert!(learned.policy.contact_cost > 0.0, "{:?}", learned.numbers);
        learned
    };
    let learned = learn(&direct);
    assert_eq!(learn(&appended), learned);
    assert_eq!(learn(&read), learned);
}

/// What a bundle needs to teach anything is in its line.
#[test]
fn bundles_teach_the_same_from_lines() {
    let mut rules = policy();
    rules.cross_sell.max = 0;
    rules.bundle.max = 1;
    rules.bundle.max_discount = 0.2;
    rules.assume.discount_response = 40.0;
    rules.assume.base_odds.insert(Kind::CrossSell, 0.01);
    rules.fatigue.response = 0.5;
    let (mut direct, mut read) = (DecisionLog::new(), DecisionLog::new());
    for i in 0..40 {
        let now = engine().model().as_of() + (2 + i) * HOUR;
        let contacts = (0..i % 3).map(|hours| Contact::at(now - (1 + hours) * HOUR));
        let context = Context::at(now).customer(100 + i % 7).contacts(contacts);
        let here =
            if i % 4 == 0 { context.viewed("bread") } else { context.basket([("bread", 1)]) };
        let decision = engine().decide(&rules, &here).unwrap();
        let [offer] = decision.offers() else { panic!("one bundle: {decision}") };
        assert_eq!((offer.kind, offer.products.len()), (Kind::Bundle, 2));
        assert!(offer.discount.minor > 0);
        direct.add(&decision).unwrap();
        read.add_json(&decision.to_json()).unwrap();
        for log in [&mut direct, &mut read] {
            for product in ["bread", "butter"].into_iter().take((i % 5) as usize) {
                log.record(&decision.id(), product, Event::Bought).unwrap();
            }
        }
    }
    assert_eq!(direct.to_record_batch().unwrap(), read.to_record_batch().unwrap());
    let mut appended = DecisionLog::new();
    appended.append(&direct).unwrap();
    let learn =
        |log: &DecisionLog| log.learn(&rules, &LearnOptions::default(), &Control::new()).unwrap();
    let learned = learn(&direct);
    assert_eq!(learn(&read), learned);
    assert_eq!(learn(&appended), learned);
    let [number] = &*learned.numbers else { panic!("{:?}", learned.numbers) };
    assert_eq!(number.name, "assume.odds.bundle");
    // Ten were of a viewed product, which was bought in eight.
    assert_eq!((number.exposures, number.left_out, number.purchases), (38, 2, 24));
    // Odds below 1 and what they were drawn to come back from text.
    let mut few = learned.policy;
    few.assume.odds.insert(Kind::Bundle, 0.25);
    few.assume.priors.insert("odds.bundle".to_owned(), 0.5);
    assert_eq!(Policy::from_toml(&few.to_toml()).unwrap(), few);
    assert_eq!(Policy::from_json(&few.to_json()).unwrap(), few);
    let taken = engine().decide(&few, &Context::at(engine().model().as_of() + HOUR)).unwrap();
    assert!(taken.offers().is_empty());
    let broken = engine().decide(&rules, &Context::at(0).basket([("bread", 1)])).unwrap().to_json();
    for (from, to, what) in [
        (
            "\"base_odds_cross_sell\":0.01",
            "\"base_odds_cross_sell\":0",
            "base_odds_cross_sell: expected 0.001",
        ),
        ("\"main_purchase\":1", "\"main_purchase\":2", "main_purchase: expected 0 to 1"),
        (
            "[\"bread\",\"butter\"]",
            "[1,2,3,4,5,6,7,8,9]",
            "products: expected 1 to 8 products, got 9",
        ),
    ] {
        assert!(broken.contains(from), "{broken}");
        let error = DecisionLog::new().add_json(&broken.replace(from, to)).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
    }
}
