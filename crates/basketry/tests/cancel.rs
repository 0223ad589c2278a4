//! Whatever takes long ends when it is cancelled, wherever it is.
//!
//! Each case would take minutes; that it returns at all, with the error of a cancelled call, is the
//! test. How soon it does is measured by the bench `cancel`.

use std::thread;
use std::time::Duration;

use basketry::mine::{
    Consequents, ContrastOptions, ItemsetCounts, Kind, Measure, SequenceOptions, candidates,
    contrasts, itemsets_in_parts, rules_with_baskets, sequences, update,
};
use basketry::{
    Baskets, Control, HighUtilityOptions, HistoryBuilder, HistoryOptions, ItemsetOptions,
    MinSupport, MinUtility, OrderLine, Result, RuleOptions, Stage, Utilities, high_utility,
    itemsets, rules,
};

/// Runs `work` in another thread, cancels it once it has begun, and expects it to say so.
fn cancelled<T: Send>(work: impl FnOnce(&Control) -> Result<T> + Send) {
    let control = Control::new();
    let result = thread::scope(|scope| {
        let worker = scope.spawn(|| work(&control).map(|_| ()));
        while control.progress().stage == Stage::Waiting && !worker.is_finished() {
            thread::yield_now();
        }
        thread::sleep(Duration::from_millis(20));
        control.cancel();
        worker.join().expect("no panic")
    });
    assert!(result.expect_err("it takes far longer").is_cancelled());
}

/// Baskets of most of 60 items each: far more itemsets than anybody has time for.
fn dense(baskets: usize) -> Baskets {
    let mut state = 7u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state >> 33
    };
    let lists: Vec<Vec<u32>> =
        (0..baskets).map(|_| (0..60).filter(|_| next() % 4 > 0).collect()).collect();
    Baskets::from_lists(lists).unwrap()
}

fn all(count: u64) -> ItemsetOptions {
    ItemsetOptions::new(MinSupport::Count(count)).max_itemsets(u64::MAX)
}

#[test]
fn itemsets_of_every_kind() {
    let baskets = dense(400);
    for threads in [1, 2] {
        for kind in [Kind::All, Kind::Closed, Kind::Maximal, Kind::Generators] {
            let options = all(5).kind(kind).threads(threads);
            cancelled(|control| itemsets(&baskets, &options, control));
        }
    }
    let weighted = baskets.clone().with_weights(&[1.5; 400]).unwrap();
    cancelled(|control| itemsets(&weighted, &all(5), control));
    cancelled(|control| itemsets(&baskets, &all(5).top(50_000_000), control));
    cancelled(|control| itemsets(&baskets, &all(5).must_contain([3]), control));
    let rare = all(5).item_min_support([(7, MinSupport::Count(3))]);
    cancelled(|control| itemsets(&baskets, &rare, control));
}

#[test]
fn rules_of_every_source() {
    let baskets = dense(400);
    let options = RuleOptions::new(0.0).max_rules(u64::MAX).top(100, Measure::Lift);
    // A long itemset has more splits than there is time for.
    let long = Baskets::from_lists([(0..60).collect::<Vec<i64>>()]).unwrap();
    let one = itemsets(&long, &all(1).kind(Kind::Maximal), &Control::new()).unwrap();
    assert_eq!(one.len(), 1);
    cancelled(|control| rules_with_baskets(&one, &long, &options, control));
    let closed = itemsets(&long, &all(1).kind(Kind::Closed), &Control::new()).unwrap();
    cancelled(|control| rules(&closed, &options, control));
    let sets = itemsets(&baskets, &all(120), &Control::new()).unwrap();
    let control = Control::new();
    control.cancel();
    let single = RuleOptions::new(0.0).consequents(Consequents::Single);
    let made = rules(&sets, &single, &Control::new()).unwrap();
    assert!(rules(&sets, &single, &control).unwrap_err().is_cancelled());
    assert!(made.p_values(Default::default(), None, &control).unwrap_err().is_cancelled());
    let options = Default::default();
    assert!(made.non_redundant(&options, &control).unwrap_err().is_cancelled());
    assert!(made.productive(None, &control).unwrap_err().is_cancelled());
}

#[test]
fn parts_and_contrasts() {
    let (first, second) = (dense(300), dense(200));
    let share = ItemsetOptions::new(MinSupport::Share(0.02)).max_itemsets(u64::MAX);
    cancelled(|control| itemsets_in_parts([&first, &second], &share, control));
    cancelled(|control| candidates(&first, &share, None, control));
    let options = ContrastOptions::new(MinSupport::Share(0.02)).max_itemsets(u64::MAX);
    cancelled(|control| contrasts(&first, &second, &options, control));
    let sets = itemsets(&first, &all(150), &Control::new()).unwrap();
    let mut more = first.clone();
    more.append(&second).unwrap();
    let control = Control::new();
    control.cancel();
    assert!(update(&more, &sets, &all(260), &control).unwrap_err().is_cancelled());
    let mut counts = ItemsetCounts::of(&sets);
    assert!(counts.add(&more, None, &control).unwrap_err().is_cancelled());
    assert_eq!(counts.baskets(), 0);
}

#[test]
fn sequences_and_utilities() {
    let baskets = dense(300);
    let mut builder = HistoryBuilder::new(&HistoryOptions::default()).without_baskets();
    for (number, row) in baskets.rows().enumerate() {
        for &item in row {
            let (customer, day) = ((number % 10) as i64, (number / 10) as i64);
            let line = OrderLine::new(day * 86_400_000, i64::from(item)).customer(customer);
            builder.push(&line).unwrap();
        }
    }
    let history = builder.finish(&Control::new()).unwrap();
    let options =
        SequenceOptions::new(MinSupport::Count(5), 30.0).max_length(20).max_sequences(u64::MAX);
    cancelled(|control| sequences(&history, &options, control));
    let worth: Vec<i64> = (0..baskets.items().len() as i64).map(|at| at % 13 - 2).collect();
    let ids = (**baskets.ids()).clone();
    let utilities = Utilities::from_csr(baskets.offsets(), baskets.items(), &worth, ids).unwrap();
    let options = HighUtilityOptions::new(MinUtility::Minor(1)).max_itemsets(u64::MAX);
    cancelled(|control| high_utility(&utilities, &options, control));
}
