//! Times high-utility mining on FIMI files with made-up quantities and margins.
//!
//! `BASKETRY_DATA` names the folder that holds them; without it there is nothing to do. Arguments
//! choose data sets by parts of their names. Each figure is the best of several runs.

use std::path::Path;
use std::time::{Duration, Instant};

use basketry::{Baskets, Control, HighUtilityOptions, MinUtility, Utilities, high_utility};

/// File, least utility as a share of the total.
const CASES: [(&str, f64); 9] = [
    ("groceries/Groceries.dat", 0.001),
    ("fimi/retail.dat", 0.0002),
    ("fimi/retail.dat", 0.0005),
    ("fimi/T10I4D100K.dat", 0.0005),
    ("fimi/mushroom.dat", 0.1),
    ("fimi/mushroom.dat", 0.05),
    ("fimi/chess.dat", 0.25),
    ("complete_journey/cj_type.dat", 0.0005),
    ("complete_journey/cj_product.dat", 0.0002),
];

fn main() {
    let Ok(folder) = std::env::var("BASKETRY_DATA") else {
        println!("BASKETRY_DATA is not set: nothing to do");
        return;
    };
    // Cargo passes --bench.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    println!("itemsets, seconds to mine with 1 thread, with 2; seconds for the best 1,000");
    println!("first all margins positive, then an eighth of the items sold at a loss\n");
    for (file, share) in CASES {
        let name = format!("{file}:{share}");
        if !wanted.is_empty() && !wanted.iter().any(|w| name.contains(w.as_str())) {
            continue;
        }
        let control = Control::new();
        let baskets = Baskets::from_fimi(Path::new(&folder).join(file), &control).expect("a file");
        print!("{name:42}");
        for losses in [false, true] {
            let data = utilities(&baskets, losses);
            let run = |options: HighUtilityOptions| {
                best(|| high_utility(&data, &options, &control).expect("valid options"))
            };
            let all = HighUtilityOptions::new(MinUtility::Share(share));
            let (one, sets) = run(all.clone().threads(1));
            let (two, same) = run(all.threads(2));
            assert_eq!(sets.len(), same.len(), "{name}: threads differ");
            let (top, _) = run(HighUtilityOptions::best(1000).threads(1));
            print!(" {:8} {one:8.4} {two:8.4} {top:8.4};", sets.len());
        }
        println!();
    }
}

/// A well-spread number (the finaliser of SplitMix64).
fn spread(x: u64) -> u64 {
    let x = x.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// One to five units of each line, and margins from one cent to ten, few of them large.
fn utilities(baskets: &Baskets, losses: bool) -> Utilities {
    let lists = (0u64..).zip(baskets.rows()).map(|(basket, row)| {
        row.iter().map(move |&item| {
            let margin = 1 + (spread(item.into()) % 32).pow(2) as i64;
            let sign = if losses && spread(item.into()) >> 61 == 0 { -1 } else { 1 };
            let units = 1 + (spread(basket << 32 | u64::from(item)) % 5) as i64;
            (baskets.ids().get(item), sign * margin * units)
        })
    });
    Utilities::from_lists(lists).expect("small numbers")
}

/// The shortest of runs that fill a second, but at least 2, in seconds; and what it returned.
fn best<T>(mut run: impl FnMut() -> T) -> (f64, T) {
    let begun = Instant::now();
    let mut shortest = Duration::MAX;
    let mut runs = 0;
    loop {
        let start = Instant::now();
        let result = run();
        shortest = shortest.min(start.elapsed());
        runs += 1;
        if runs >= 2 && (begun.elapsed() > Duration::from_secs(1) || runs >= 20) {
            return (shortest.as_secs_f64(), result);
        }
    }
}
