//! How many customers a second get recommendations, how long one basket takes to complete, and
//! what it costs to bring a model up to date: `cargo bench -p basketry --bench recommend`.
//!
//! `BASKETRY_ORDERS` names a CSV file with the columns `customer`, `basket`, `time` and `product`
//! (integers but for the time); without it a made-up shop is taken, the same on every machine. All
//! products are in the catalogue.

use std::time::Instant;

use basketry::{
    Catalog, CatalogBuilder, CatalogOptions, Control, CsvOptions, FitOptions, History,
    HistoryBuilder, HistoryColumns, HistoryOptions, IdRef, Learner, Model, OrderLine, Product,
    RecommendOptions, Result, ScoreOptions,
};

const DAY: i64 = 86_400_000;
const N: usize = 10;
/// Requests timed at least.
const REQUESTS: usize = 50_000;

fn main() -> Result<()> {
    // `cargo test --benches` and `cargo bench` both pass flags; only the latter is to measure.
    if std::env::args().any(|arg| arg == "--test") {
        return Ok(());
    }
    let (name, history) = match std::env::var("BASKETRY_ORDERS") {
        Ok(path) => {
            let columns =
                HistoryColumns::new("time", "product").customer("customer").basket("basket");
            let csv = CsvOptions::default().integer_ids(["customer", "basket", "product"]);
            let options = HistoryOptions::default();
            let history = History::from_csv(&path, &columns, &options, &csv, &Control::new())?;
            (path, history)
        }
        Err(_) => ("made-up shop".to_owned(), made_up()?),
    };
    println!("{name}: {}", history.report());
    let catalog = catalog(&history)?;
    let model = learn(&catalog, &history)?;
    recommendations(&model)?;
    completions(&model, &history)?;
    scores(&model)
}

fn catalog(history: &History) -> Result<Catalog> {
    let mut catalog = CatalogBuilder::new(&CatalogOptions::default());
    for id in history.products().iter() {
        catalog.push(&Product::new(id).price(100))?;
    }
    Ok(catalog.finish())
}

/// Fits to all but the last day, appends that, forgets somebody.
fn learn(catalog: &Catalog, history: &History) -> Result<Model> {
    let control = Control::new();
    let cut = history.last_time().unwrap_or_default() / DAY * DAY;
    let (before, last) = (part(history, |time| time < cut)?, part(history, |time| time >= cut)?);
    let mut learner = Learner::new(catalog.clone(), before, FitOptions::default())?;
    let timed = |what: &str, begin: Instant| {
        println!("{what:<44} {:9.3} s", begin.elapsed().as_secs_f64());
    };
    let begin = Instant::now();
    learner.fit(&control)?;
    timed("fit, all but the last day", begin);
    let begin = Instant::now();
    learner.append(&last, &control)?;
    timed(&format!("append the last day, {} lines", last.lines()), begin);
    let begin = Instant::now();
    learner.update(&control)?;
    timed("update", begin);
    let begin = Instant::now();
    learner.forget(&[history.customers().get(0)], &control)?;
    timed("forget a customer", begin);
    let begin = Instant::now();
    let model = learner.update(&control)?;
    timed("update", begin);
    let begin = Instant::now();
    model.forget(&[history.customers().get(1)])?;
    timed("forget a customer in the model file", begin);
    println!("model: {} bytes", model.as_bytes().len());
    Ok(model)
}

/// The baskets of some times.
fn part(history: &History, keep: impl Fn(i64) -> bool) -> Result<History> {
    let mut builder = HistoryBuilder::new(&HistoryOptions::default());
    for basket in (0..history.len()).filter(|&basket| keep(history.time_of(basket))) {
        for line in history.lines_of(basket) {
            let product = history.products().get(line.product);
            builder.push(
                &OrderLine::new(history.time_of(basket), product)
                    .customer(history.customer_of(basket))
                    .basket(history.basket_ids().get(basket as u32)),
            )?;
        }
    }
    builder.finish(&Control::new())
}

fn recommendations(model: &Model) -> Result<()> {
    let control = Control::new();
    let known: Vec<IdRef<'_>> = model.customers().iter().collect();
    let customers: Vec<IdRef<'_>> = known.iter().copied().cycle().take(REQUESTS).collect();
    for (what, new_only) in [("everything", false), ("new only", true)] {
        for threads in [1, 2] {
            let options = RecommendOptions::new(N).new_only(new_only).threads(threads);
            let mut best = f64::INFINITY;
            let mut rows = 0;
            for _ in 0..3 {
                let begin = Instant::now();
                rows = model.recommend(&customers, &options, &control)?.len();
                best = best.min(begin.elapsed().as_secs_f64());
            }
            assert_eq!(rows, N * customers.len());
            let rate = customers.len() as f64 / best;
            println!("recommend, {what}, {threads} threads {:>16.0} customers/s", rate);
        }
    }
    let table = model.recommend(&customers, &RecommendOptions::new(N), &control)?;
    let begin = Instant::now();
    table.to_record_batch()?;
    let seconds = begin.elapsed().as_secs_f64();
    println!("  as an Arrow table {:>34.0} customers/s", customers.len() as f64 / seconds);
    Ok(())
}

/// Baskets as they were, without one product each.
fn completions(model: &Model, history: &History) -> Result<()> {
    let control = Control::new();
    let options = RecommendOptions::new(N);
    for known in [false, true] {
        let mut times = Vec::new();
        for basket in (0..history.len()).step_by((history.len() / 20_000).max(1)) {
            let items: Vec<IdRef<'_>> = history
                .lines_of(basket)
                .skip(1)
                .map(|l| history.products().get(l.product))
                .collect();
            let customer = [history.customer_of(basket)];
            let customers = known.then_some(&customer[..]);
            let begin = Instant::now();
            let found = model.complete(&[&items[..]], customers, &options, &control)?;
            times.push(begin.elapsed().as_nanos() as u64);
            assert_eq!(found.len(), N);
        }
        times.sort_unstable();
        let at = |q: f64| times[((times.len() - 1) as f64 * q).round() as usize] as f64 / 1e3;
        println!(
            "complete one basket, {:<22} p50 {:6.1} us, p90 {:6.1} us, p99 {:6.1} us, p99.9 {:6.1} us",
            if known { "customer known" } else { "nobody known" },
            at(0.5),
            at(0.9),
            at(0.99),
            at(0.999)
        );
    }
    Ok(())
}

fn scores(model: &Model) -> Result<()> {
    let control = Control::new();
    let products: Vec<IdRef<'_>> = model.products().iter().take(1000).collect();
    let customers: Vec<IdRef<'_>> = model.customers().iter().take(500).collect();
    let pairs = products.len() * customers.len();
    let who: Vec<IdRef<'_>> =
        customers.iter().flat_map(|&id| std::iter::repeat_n(id, products.len())).collect();
    let what: Vec<IdRef<'_>> = products.iter().copied().cycle().take(pairs).collect();
    for threads in [1, 2] {
        let begin = Instant::now();
        model.score(&who, &what, &ScoreOptions::default().threads(threads), &control)?;
        let rate = pairs as f64 / begin.elapsed().as_secs_f64();
        println!("score, {threads} threads {:>30.0} pairs/s", rate);
    }
    Ok(())
}

/// A year of orders of 2,469 households: popularity falls like 1/rank, each household has
/// favourites.
fn made_up() -> Result<History> {
    const PRODUCTS: usize = 18_000;
    let mut random = Random(7);
    let mut before = vec![0.0];
    for rank in 0..PRODUCTS {
        before.push(before[rank] + 1.0 / (rank as f64 + 20.0));
    }
    let popular = |random: &mut Random| {
        let at = random.unit() * before[PRODUCTS];
        before.partition_point(|&before| before <= at) - 1
    };
    let favourites: Vec<Vec<usize>> =
        (0..2_469).map(|_| (0..200).map(|_| popular(&mut random)).collect()).collect();
    let mut history = HistoryBuilder::new(&HistoryOptions::default());
    for basket in 0..155_000i64 {
        let household = (random.unit() * random.unit() * favourites.len() as f64) as usize;
        let time = basket * 365 * DAY / 155_000;
        for _ in 0..1 + (random.unit() * random.unit() * 38.0) as usize {
            let own = &favourites[household];
            let product = match random.unit() < 0.5 {
                true => own[(random.unit() * random.unit() * own.len() as f64) as usize],
                false => popular(&mut random),
            };
            let line = OrderLine::new(time, product as i64);
            history.push(&line.customer(household as i64).basket(basket))?;
        }
    }
    history.finish(&Control::new())
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}
