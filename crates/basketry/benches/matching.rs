//! Times finding the rules that match a basket in a model file that is mapped into memory.
//!
//! `BASKETRY_DATA` names the folder that holds the FIMI files; without it there is nothing to do.
//! Arguments choose data sets by parts of their names.

use std::path::Path;
use std::time::Instant;

use basketry::mine::{Consequents, Measure, rules_with_baskets};
use basketry::{
    Baskets, CatalogBuilder, CatalogOptions, Control, FitOptions, History, HistoryBuilder,
    HistoryOptions, Id, ItemsetOptions, MinSupport, Model, OrderLine, Product, Result, RuleOptions,
    fit, itemsets,
};

/// File, least count of the itemsets, least confidence of the rules: for about 100,000 of them.
const CASES: [(&str, u64, f64); 3] = [
    ("groceries/Groceries.dat", 10, 0.0),
    ("fimi/retail.dat", 18, 0.1),
    ("complete_journey/cj_type.dat", 130, 0.1),
];
const SAMPLES: usize = 20_000;

fn main() -> Result<()> {
    let Ok(folder) = std::env::var("BASKETRY_DATA") else {
        println!("BASKETRY_DATA is not set: nothing to do");
        return Ok(());
    };
    // Cargo passes --bench.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    println!(
        "{:<32} {:>8} {:>8} {:>10} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "data", "rules", "items", "by", "p50 us", "p90 us", "p99 us", "max us", "found"
    );
    for (file, count, confidence) in CASES {
        let path = Path::new(&folder).join(file);
        let chosen = wanted.is_empty() || wanted.iter().any(|w| file.contains(w.as_str()));
        if !chosen {
            continue;
        }
        if !path.exists() {
            println!("{file}: not below BASKETRY_DATA");
            continue;
        }
        let control = Control::new();
        let (history, model) = model_of(&Baskets::from_fimi(&path, &control)?)?;
        let baskets = history.to_baskets();
        let sets = itemsets(&baskets, &ItemsetOptions::new(MinSupport::Count(count)), &control)?;
        let single = RuleOptions::new(confidence).consequents(Consequents::Single);
        let rules = rules_with_baskets(&sets, &baskets, &single, &control)?;
        let saved = tempfile::NamedTempFile::new().expect("a temporary file");
        model.with_rules(&rules)?.save(saved.path())?;
        let model = Model::open(saved.path())?;
        for measure in [Measure::Confidence, Measure::Lift] {
            time(file, &model, &baskets, measure);
        }
    }
    Ok(())
}

/// These baskets as the orders of as many customers, and a model of them.
fn model_of(baskets: &Baskets) -> Result<(History, Model)> {
    let mut catalog = CatalogBuilder::new(&CatalogOptions::default());
    for item in baskets.ids().iter() {
        catalog.push(&Product::new(item).price(100))?;
    }
    let mut history = HistoryBuilder::new(&HistoryOptions::default());
    for index in 0..baskets.len() {
        let number = index as i64;
        for item in baskets.basket(index) {
            // An order a minute.
            history.push(&OrderLine::new(number * 60_000, item).customer(number).basket(number))?;
        }
    }
    let control = Control::new();
    let history = history.finish(&control)?;
    let model = fit(&catalog.finish(), &history, &FitOptions::default(), &control)?;
    Ok((history, model))
}

/// Times the five best rules for some of the baskets, each by itself, and the shortest of three
/// times, since the machine does other things as well.
fn time(name: &str, model: &Model, baskets: &Baskets, measure: Measure) {
    let rules = model.rules().expect("the model has rules");
    let lists: Vec<Vec<Id>> = (0..SAMPLES)
        .map(|k| baskets.basket(k * 7919 % baskets.len()).map(|id| id.to_owned()).collect())
        .collect();
    let mut found = 0;
    let mut times = vec![f64::INFINITY; lists.len()];
    for _ in 0..3 {
        found = 0;
        for (list, shortest) in lists.iter().zip(&mut times) {
            let begin = Instant::now();
            let matching = std::hint::black_box(rules.matching(list, 5, measure));
            *shortest = shortest.min(begin.elapsed().as_secs_f64() * 1e6);
            found += matching.len();
        }
    }
    times.sort_unstable_by(f64::total_cmp);
    let at = |q: f64| times[((times.len() - 1) as f64 * q).round() as usize];
    let items = lists.iter().map(Vec::len).sum::<usize>() as f64 / lists.len() as f64;
    println!(
        "{name:<32} {:>8} {items:>8.1} {:>10} {:>8.2} {:>8.2} {:>8.2} {:>8.1} {:>8.2}",
        rules.len(),
        measure.to_string(),
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0),
        found as f64 / lists.len() as f64
    );
}
