//! How long long work goes on after it was cancelled.
//!
//! `BASKETRY_DATA` names the folder of the data; without it there is nothing to do. Arguments choose
//! cases by parts of their names. Each is run to its end once, then cancelled at several moments of
//! that time; the largest delay until it returned is what counts.

use std::path::Path;
use std::time::{Duration, Instant};

use basketry::mine::{
    ContrastOptions, ItemsetCounts, Kind, Measure, SequenceOptions, candidates, contrasts, count,
    itemsets_in_parts, rules_with_baskets, sequences, update,
};
use basketry::{
    Baskets, Control, HighUtilityOptions, HistoryBuilder, HistoryOptions, ItemsetOptions,
    MinSupport, MinUtility, OrderLine, Result, RuleOptions, Utilities, high_utility, itemsets,
    rules,
};

/// The moments, in parts of the time of the whole.
const MOMENTS: [f64; 12] = [0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98];

struct Run {
    wanted: Vec<String>,
}

impl Run {
    fn case<T>(&self, name: &str, work: impl Fn(&Control) -> Result<T> + Sync) {
        if !self.wanted.is_empty() && !self.wanted.iter().any(|w| name.contains(w.as_str())) {
            return;
        }
        let start = Instant::now();
        drop(work(&Control::new()).expect("valid options"));
        let whole = start.elapsed();
        let mut worst = (Duration::ZERO, 0.0);
        let mut done = 0;
        for moment in MOMENTS {
            let control = Control::new();
            let (ended, cancelled) = std::thread::scope(|scope| {
                let worker = scope.spawn(|| {
                    let result = work(&control);
                    let ended = Instant::now();
                    (ended, result.is_err())
                });
                std::thread::sleep(whole.mul_f64(moment));
                let cancelled = Instant::now();
                control.cancel();
                let (ended, stopped) = worker.join().expect("no panic");
                if !stopped {
                    done += 1;
                }
                (ended, cancelled)
            });
            let delay = ended.saturating_duration_since(cancelled);
            if delay > worst.0 {
                worst = (delay, moment);
            }
        }
        let (delay, moment) = worst;
        println!(
            "{name:32} {:8.2} s; {:6.1} ms at {:2.0} %; {done} were done before",
            whole.as_secs_f64(),
            delay.as_secs_f64() * 1e3,
            moment * 100.0
        );
    }
}

fn main() {
    let Ok(folder) = std::env::var("BASKETRY_DATA") else {
        println!("BASKETRY_DATA is not set: nothing to do");
        return;
    };
    // Cargo passes --bench.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let run = Run { wanted };
    let read = |file: &str| {
        Baskets::from_fimi(Path::new(&folder).join(file), &Control::new()).expect("a FIMI file")
    };
    let mushroom = read("fimi/mushroom.dat");
    let retail = read("fimi/retail.dat");
    let least = |count| ItemsetOptions::new(MinSupport::Count(count)).max_itemsets(200_000_000);
    println!("seconds of the whole; the longest delay, and at what part of the time it was\n");

    let dense = least(250);
    run.case("itemsets dense", |control| itemsets(&mushroom, &dense, control));
    run.case("itemsets sparse", |control| itemsets(&retail, &least(3), control));
    for kind in [Kind::Closed, Kind::Maximal, Kind::Generators] {
        let name = format!("itemsets {} dense", kind.name());
        let some = least(20).kind(kind);
        run.case(&name, |control| itemsets(&mushroom, &some, control));
        let name = format!("itemsets {} sparse", kind.name());
        let some = least(3).kind(kind);
        run.case(&name, |control| itemsets(&retail, &some, control));
    }
    let top = ItemsetOptions::most_frequent(3_000_000);
    run.case("itemsets top", |control| itemsets(&mushroom, &top, control));
    let weights = vec![1.5; mushroom.len()];
    let weighted = mushroom.clone().with_weights(&weights).expect("weights");
    run.case("itemsets weights", |control| itemsets(&weighted, &least(500), control));
    let rare = least(500).item_min_support([(1, MinSupport::Count(300))]);
    run.case("itemsets item minimums", |control| itemsets(&mushroom, &rare, control));

    let sets = itemsets(&mushroom, &least(300), &Control::new()).expect("itemsets");
    let closed = itemsets(&mushroom, &least(60).kind(Kind::Closed), &Control::new()).expect("sets");
    let some = RuleOptions::new(0.97).max_rules(2_000_000_000).top(100_000, Measure::Lift);
    run.case("rules top", |control| rules(&sets, &some, control));
    let single = RuleOptions::new(0.9)
        .max_rules(2_000_000_000)
        .consequents(basketry::mine::Consequents::Single);
    run.case("rules single", |control| rules(&sets, &single, control));
    // A view: subsets are looked up.
    let few = sets.head(sets.len() / 5);
    run.case("rules of a view", |control| {
        let sets = itemsets(&mushroom, &least(400), &Control::new())?;
        rules(&sets.head(sets.len() / 5), &single, control)
    });
    drop(few);
    run.case("rules of closed", |control| rules(&closed, &single, control));
    run.case("rules of closed, baskets", |control| {
        rules_with_baskets(&closed, &mushroom, &single, control)
    });
    let owned = mushroom
        .clone()
        .with_customers((0..mushroom.len() as u32).map(|b| b / 3).collect::<Vec<_>>());
    let owned = owned.expect("customers");
    run.case("rules with customers", |control| rules_with_baskets(&sets, &owned, &single, control));
    let made = rules(&sets, &single, &Control::new()).expect("rules");
    run.case("p-values", |control| made.p_values(Default::default(), None, control));
    run.case("rules not redundant", |control| {
        made.non_redundant(&basketry::mine::RedundancyOptions::new(), control)
    });

    run.case("count", |control| count(&mushroom, &sets, None, control));
    let parts: Vec<Baskets> = (0..3)
        .map(|part| {
            let rows: Vec<usize> = (part * 2_700..(part + 1) * 2_700).collect();
            mushroom.take(&rows).expect("rows")
        })
        .collect();
    let share = |share| ItemsetOptions::new(MinSupport::Share(share)).max_itemsets(200_000_000);
    run.case("in parts", |control| itemsets_in_parts(&parts, &share(0.08), control));
    run.case("candidates", |control| candidates(&parts[0], &share(0.04), None, control));
    let counts = ItemsetCounts::of(&sets);
    run.case("counts add", |control| counts.clone().add(&mushroom, None, control));
    let mut more = mushroom.clone();
    more.append(&parts[0]).expect("baskets");
    run.case("update", |control| update(&more, &sets, &least(310), control));
    run.case("contrasts", |control| {
        contrasts(&parts[0], &parts[1], &ContrastOptions::new(MinSupport::Share(0.1)), control)
    });

    let mut builder = HistoryBuilder::new(&HistoryOptions::default()).without_baskets();
    for basket in 0..retail.len() {
        // Each customer comes every so many days.
        let (customer, day) = ((basket % 4_000) as i64, (basket / 4_000) as i64 * 9);
        for &item in retail.row(basket) {
            let line = OrderLine::new(day * 86_400_000, i64::from(item)).customer(customer);
            builder.push(&line).expect("a line");
        }
    }
    let history = builder.finish(&Control::new()).expect("a history");
    let window = SequenceOptions::new(MinSupport::Count(12), 60.0).max_length(4);
    run.case("sequences", |control| sequences(&history, &window, control));

    let lines: Vec<i64> =
        (0..retail.items().len()).map(|at| (at * 7_919 % 97) as i64 - 9).collect();
    let utilities =
        Utilities::from_csr(retail.offsets(), retail.items(), &lines, (**retail.ids()).clone())
            .expect("utilities");
    let earns = HighUtilityOptions::new(MinUtility::Minor(3_000));
    run.case("high utility", |control| high_utility(&utilities, &earns, control));
    let best = HighUtilityOptions::best(3_000);
    run.case("high utility top", |control| high_utility(&utilities, &best, control));
}
