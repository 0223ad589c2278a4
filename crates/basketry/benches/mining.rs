//! Times mining and rules on FIMI files.
//!
//! `BASKETRY_DATA` names the folder that holds them; without it there is nothing to do. Arguments
//! choose data sets by parts of their names. Each figure is the best of several runs.

use std::path::Path;
use std::time::{Duration, Instant};

use basketry::mine::{Consequents, Measure};
use basketry::{Baskets, Control, Id, ItemsetOptions, MinSupport, RuleOptions, itemsets, rules};

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
    println!(
        "data, least count, itemsets, mine s, mine s with 2 threads, rules (confidence 0.1) any: number, s; single: number, s"
    );
    for (file, count, expected) in CASES {
        let name = format!("{file}:{count}");
        if !wanted.is_empty() && !wanted.iter().any(|w| name.contains(w.as_str())) {
            continue;
        }
        let baskets = read(&Path::new(&folder).join(file));
        let options = ItemsetOptions::new(MinSupport::Count(count));
        let one = options.clone().threads(1);
        let (one, sets) = best(|| itemsets(&baskets, &one, &Control::new()).expect("valid"));
        assert_eq!(sets.len(), expected, "{name}: wrong number of itemsets");
        let two = options.clone().threads(2);
        let (two, _) = best(|| itemsets(&baskets, &two, &Control::new()).expect("valid"));
        print!("{name:40} {:8} {:8.4} {:8.4}", sets.len(), one.as_secs_f64(), two.as_secs_f64());
        if sets.len() < 100_000 {
            let any = RuleOptions::new(0.1);
            let (time, made) = best(|| rules(&sets, &any, &Control::new()).expect("valid"));
            print!(" {:8} {:8.4}", made.len(), time.as_secs_f64());
            let single = any.consequents(Consequents::Single);
            let (time, single) = best(|| rules(&sets, &single, &Control::new()).expect("valid"));
            print!(" {:8} {:8.4}", single.len(), time.as_secs_f64());
            let basket: Vec<Id> = baskets.basket(1).map(|id| id.to_owned()).collect();
            let find = || made.matching(&basket, 5, Measure::Lift);
            find();
            let (time, _) = best(find);
            print!(" match {:.1} us", time.as_secs_f64() * 1e6);
        }
        println!();
    }
}

fn read(path: &Path) -> Baskets {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lists = text.lines().map(|line| {
        line.split_ascii_whitespace().map(|item| item.parse::<i64>().expect("an integer"))
    });
    Baskets::from_lists(lists).expect("integers")
}

/// The shortest of runs that fill a second, but at least 3.
fn best<T>(mut run: impl FnMut() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let mut shortest = Duration::MAX;
    let mut runs = 0;
    loop {
        let start = Instant::now();
        let result = run();
        shortest = shortest.min(start.elapsed());
        runs += 1;
        if runs >= 3 && (begun.elapsed() > Duration::from_secs(1) || runs >= 50) {
            return (shortest, result);
        }
    }
}
