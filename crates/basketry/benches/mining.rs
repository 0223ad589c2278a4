//! Times reading, mining and rules on FIMI files.
//!
//! `BASKETRY_DATA` names the folder that holds them; without it there is nothing to do. Arguments
//! choose data sets by parts of their names. Each figure is the best of several runs.

use std::path::Path;
use std::time::{Duration, Instant};

use basketry::mine::{Consequents, Measure};
use basketry::{
    Baskets, CatalogBuilder, CatalogOptions, Control, FitOptions, HistoryBuilder, HistoryOptions,
    Id, ItemsetOptions, MinSupport, Model, OrderLine, Product, RuleOptions, Rules, fit, itemsets,
    rules,
};

/// File, least count, number of itemsets.
const CASES: [(&str, u64, usize); 12] = [
    ("groceries/Groceries.dat", 10, 13_492),
    ("fimi/retail.dat", 45, 19_242),
    ("fimi/retail.dat", 18, 67_186),
    ("fimi/T10I4D100K.dat", 100, 27_532),
    ("fimi/T10I4D100K.dat", 50, 53_385),
    ("fimi/mushroom.dat", 813, 155_657),
    ("fimi/mushroom.dat", 407, 992_387),
    ("fimi/chess.dat", 1918, 254_944),
    ("fimi/chess.dat", 1598, 1_272_932),
    ("complete_journey/cj_product.dat", 156, 2_092),
    ("complete_journey/cj_product.dat", 32, 24_754),
    ("complete_journey/cj_type.dat", 156, 33_919),
];

fn main() {
    let Ok(folder) = std::env::var("BASKETRY_DATA") else {
        println!("BASKETRY_DATA is not set: nothing to do");
        return;
    };
    // Cargo passes --bench.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    println!("seconds to read; itemsets, seconds to mine with 1 thread, with 2;");
    println!("rules of confidence 0.1, seconds; with one consequent, seconds;");
    println!(
        "rules of confidence 0.02, seconds to match a basket in half and in 99 % of all cases;"
    );
    println!("the same from a model file\n");
    for (file, count, expected) in CASES {
        let name = format!("{file}:{count}");
        if !wanted.is_empty() && !wanted.iter().any(|w| name.contains(w.as_str())) {
            continue;
        }
        let control = Control::new();
        let path = Path::new(&folder).join(file);
        let (read, baskets) = best(|| Baskets::from_fimi(&path, &control).expect("a FIMI file"));
        let options = ItemsetOptions::new(MinSupport::Count(count));
        let mine = |threads| {
            let options = options.clone().threads(threads);
            best(|| itemsets(&baskets, &options, &control).expect("valid options"))
        };
        let (one, sets) = mine(1);
        assert_eq!(sets.len(), expected, "{name}: wrong number of itemsets");
        let (two, _) = mine(2);
        print!("{name:36} {read:7.4}; {:8} {one:7.4} {two:7.4};", sets.len());
        // The dense data sets have too many rules at this confidence.
        if sets.len() < 100_000 {
            let any = RuleOptions::new(0.1);
            let single = any.clone().consequents(Consequents::Single);
            let make = |options| best(|| rules(&sets, options, &control).expect("valid options"));
            let (time, some) = make(&single);
            let (time_any, made) = make(&any);
            print!(" {:7} {time_any:7.4}; {:7} {time:7.4};", made.len(), some.len());
            let many = rules(&sets, &RuleOptions::new(0.02), &control).expect("valid options");
            let (half, most) = matching(&many, &baskets);
            print!(" {:7} {half:9.7} {most:9.7};", many.len());
            let (half, most) = served(&many, &baskets);
            print!(" {half:9.7} {most:9.7}");
        }
        println!();
    }
}

/// Within how many seconds the five best rules are found for half of some baskets, and for 99 % of
/// them.
fn matching(rules: &Rules, baskets: &Baskets) -> (f64, f64) {
    times(baskets, |list| {
        std::hint::black_box(rules.matching(list, 5, Measure::Lift));
    })
}

/// The same with the rules of a model, which is opened from its file.
fn served(rules: &Rules, baskets: &Baskets) -> (f64, f64) {
    let control = Control::new();
    let mut catalog = CatalogBuilder::new(&CatalogOptions::default());
    let mut history = HistoryBuilder::new(&HistoryOptions::default());
    for id in baskets.ids().iter() {
        catalog.push(&Product::new(id).price(100)).expect("a new id");
    }
    for (number, id) in (0..).zip(baskets.ids().iter().take(20)) {
        history.push(&OrderLine::new(0, id).basket(number % 4)).expect("a line");
    }
    let history = history.finish(&control).expect("some lines");
    let options = FitOptions::default().min_customers(2);
    let model = fit(&catalog.finish(), &history, &options, &control).expect("a history");
    let model = model.with_rules(rules).expect("rules of its products");
    let path = std::env::temp_dir().join(format!("mining-{}.basketry", std::process::id()));
    model.save(&path).expect("a folder for temporary files");
    let model = Model::open(&path).expect("a model file");
    let view = model.rules().expect("a model with rules");
    let found = times(baskets, |list| {
        std::hint::black_box(view.matching(list, 5, Measure::Lift));
    });
    std::fs::remove_file(&path).expect("the file is there");
    found
}

/// Within how many seconds `search` is done for half of some baskets, and for 99 % of them.
fn times(baskets: &Baskets, search: impl Fn(&[Id])) -> (f64, f64) {
    let lists: Vec<Vec<Id>> = (0..baskets.len().min(5_000))
        .map(|k| baskets.basket(k * 7919 % baskets.len()).map(|id| id.to_owned()).collect())
        .collect();
    let mut times: Vec<f64> = lists
        .iter()
        .map(|list| {
            // The shortest of a few: the machine does other things as well.
            let once = || {
                let start = Instant::now();
                search(list);
                start.elapsed()
            };
            (0..5).map(|_| once()).min().unwrap_or_default().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

/// The shortest of runs that fill a second, but at least 3, in seconds; and what it returned.
fn best<T>(mut run: impl FnMut() -> T) -> (f64, T) {
    let begun = Instant::now();
    let mut shortest = Duration::MAX;
    let mut runs = 0;
    loop {
        let start = Instant::now();
        let result = run();
        shortest = shortest.min(start.elapsed());
        runs += 1;
        if runs >= 3 && (begun.elapsed() > Duration::from_secs(1) || runs >= 50) {
            return (shortest.as_secs_f64(), result);
        }
    }
}
