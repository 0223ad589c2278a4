//! How long a decision takes: `cargo bench -p basketry --bench decide`.
//!
//! Without arguments it fits a synthetic shop of 18,000 products and 2,469 households (the same
//! on every machine) and decides from it. With `BASKETRY_MODEL=file` it decides from that model
//! file, which `BASKETRY_KEEP=file` writes; with `BASKETRY_LARGE=1` it fits a shop of 100,000 products and 1,000,000 customers. Each
//! decision is timed by itself; the table gives percentiles in microseconds, in one thread and in
//! two at once. The column "least" is the 99 % of the least of three times that each request takes,
//! other requests between them: without what the machine does besides, which falls on one of them. Then the catalogue is replaced while decisions are made. With
//! `BASKETRY_CASE=text` only the cases with that text in their name are timed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use basketry::data::{CatalogBuilder, HistoryBuilder, OrderLine, Product};
use basketry::decide::{Quota, Selection};
use basketry::{
    CatalogOptions, Context, Control, Currency, Engine, FitOptions, HistoryOptions, Id, Model,
    Order, Policy, Result, fit,
};

/// How much the synthetic shop sells, to how many, how often; and what each of them likes.
struct Size {
    products: usize,
    households: usize,
    baskets: usize,
    favourites: usize,
}

const YEAR: Size = Size { products: 18_000, households: 2_469, baskets: 155_000, favourites: 80 };
const LARGE: Size =
    Size { products: 100_000, households: 1_000_000, baskets: 1_600_000, favourites: 20 };
const DAY: i64 = 86_400_000;
const START: i64 = 1_735_689_600_000; // 2025-01-01T00:00:00Z
const SAMPLES: usize = 20_000;
/// In so many of them candidates are counted.
const COUNTED: usize = 500;
/// How often each request is decided.
const ROUNDS: usize = 3;

fn main() -> Result<()> {
    // `cargo test --benches` and `cargo bench` both pass flags; only the latter is to measure.
    if std::env::args().any(|arg| arg == "--test") {
        return Ok(());
    }
    let begin = Instant::now();
    let (name, model) = match std::env::var("BASKETRY_MODEL") {
        Ok(path) => (path.clone(), Model::open(path)?),
        Err(_) => {
            let large = std::env::var_os("BASKETRY_LARGE").is_some();
            ("synthetic shop".to_owned(), synthetic(if large { &LARGE } else { &YEAR })?)
        }
    };
    println!(
        "{name}: {} products, {} customers, ready in {:.2} s",
        model.products().len(),
        model.customers().len(),
        begin.elapsed().as_secs_f64()
    );
    if let Ok(path) = std::env::var("BASKETRY_KEEP") {
        model.save(path)?;
    }
    let begin = Instant::now();
    let engine = Engine::from_model(model)?;
    println!("engine made in {:.2} ms", begin.elapsed().as_secs_f64() * 1e3);

    let shop = Shop::of(&engine);
    let cart = Policy::new("cart");
    let full = Policy::from_toml(include_str!("../../../examples/policies/checkout.toml"))?;
    let mut strict = Policy::new("strict");
    strict.max_offers = 10;
    strict.min_customers = Some(20);
    strict.exclude.products = shop.products.iter().step_by(7).cloned().collect::<Vec<_>>().into();

    // Everything is looked at before a quota goes without: the decision is made a second time.
    let mut unmet = full.clone();
    let mut few = Selection::default();
    few.products = shop.products.iter().step_by(5_000).cloned().collect::<Vec<_>>().into();
    let mut quota = Quota::new(few);
    quota.min_value = 1e9;
    unmet.quotas.push(quota);

    let only = std::env::var("BASKETRY_CASE").ok();
    println!();
    println!(
        "{:<34} {:>7} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "case",
        "threads",
        "p50 us",
        "p90 us",
        "p99 us",
        "p99.9 us",
        "max us",
        "least us",
        "offers",
        "cands"
    );
    for (case, policy, basket, viewed, orders) in [
        ("cart of 10", &cart, 10, false, 0),
        ("cart of 10, everything in a policy", &full, 10, false, 0),
        ("cart of 10, a quota nothing meets", &unmet, 10, false, 0),
        ("cart of 10, 10 offers, exclusions", &strict, 10, false, 0),
        ("cart of 10, 3 orders since", &cart, 10, false, 3),
        ("product page, empty cart", &cart, 0, true, 0),
        ("cart of 100", &cart, 100, false, 0),
    ] {
        if only.as_ref().is_some_and(|only| !case.contains(&**only)) {
            continue;
        }
        let contexts = shop.contexts(basket, viewed, orders);
        for threads in [1, 2] {
            measure(case, &engine, policy, &contexts, threads)?;
        }
    }

    if only.is_some() {
        return Ok(());
    }
    let contexts = shop.contexts(10, false, 0);
    swap(&engine, &cart, &contexts)?;

    let mut times = Vec::with_capacity(contexts.len());
    let mut bytes = 0;
    for context in &contexts {
        let decision = engine.decide(&cart, context)?;
        let begin = Instant::now();
        bytes += decision.to_json().len();
        times.push(begin.elapsed().as_nanos() as u64);
    }
    let at = percentiles(&mut times);
    println!(
        "\nto_json: p50 {:.1} us, p99 {:.1} us, {} bytes on average",
        at(0.5),
        at(0.99),
        bytes / contexts.len()
    );
    Ok(())
}

fn measure(
    case: &str,
    engine: &Engine,
    policy: &Policy,
    contexts: &[Context],
    threads: usize,
) -> Result<()> {
    let run = |skip: usize| -> Result<(Vec<u64>, usize)> {
        let mut times = Vec::with_capacity(ROUNDS * contexts.len());
        let mut offers = 0;
        // Threads begin at different places, so that they do not follow each other's caches.
        let order = contexts[skip..].iter().chain(&contexts[..skip]);
        let rounds = std::iter::repeat_n(order, ROUNDS).flatten();
        let mut decision = engine.decide(policy, &contexts[0])?;
        for (i, context) in contexts.iter().take(200).chain(rounds).enumerate() {
            let begin = Instant::now();
            engine.decide_into(policy, context, &mut decision)?;
            let time = begin.elapsed().as_nanos() as u64;
            if i >= 200 {
                times.push(time);
                offers += decision.len();
            }
        }
        Ok((times, offers))
    };
    let results: Vec<Result<_>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|t| {
                let run = &run;
                scope.spawn(move || run(t * contexts.len() / threads))
            })
            .collect();
        workers.into_iter().map(|w| w.join().expect("no thread panics")).collect()
    });
    let (mut times, mut least, mut offers) = (Vec::new(), Vec::new(), 0);
    for result in results {
        let (t, o) = result?;
        let of = |i: usize| (0..ROUNDS).map(|round| t[round * contexts.len() + i]).min();
        least.extend((0..contexts.len()).filter_map(of));
        times.extend(t);
        offers += o;
    }
    let mut candidates = 0;
    for context in &contexts[..COUNTED] {
        let decision = engine.decide(policy, context)?;
        let counts = decision.suppressed_counts();
        candidates += decision.len() as u64;
        candidates += counts.iter().map(|&(_, n)| u64::from(n)).sum::<u64>();
    }
    let n = times.len();
    let at = percentiles(&mut times);
    println!(
        "{case:<34} {threads:>7} {:>8.1} {:>8.1} {:>8.1} {:>8.1} {:>8.1} {:>8.1} {:>8.2} {:>8.0}",
        at(0.5),
        at(0.9),
        at(0.99),
        at(0.999),
        at(1.0),
        percentiles(&mut least)(0.99),
        offers as f64 / n as f64,
        candidates as f64 / COUNTED as f64
    );
    Ok(())
}

/// Times decisions while another thread replaces the catalogue, with a pause after each time.
fn swap(engine: &Engine, policy: &Policy, contexts: &[Context]) -> Result<()> {
    let done = AtomicBool::new(false);
    let run = || -> Result<Vec<u64>> {
        let mut times = Vec::new();
        let mut decision = engine.decide(policy, &contexts[0])?;
        while times.is_empty() || !done.load(Ordering::Relaxed) {
            for context in contexts.iter().take(1_000) {
                let begin = Instant::now();
                engine.decide_into(policy, context, &mut decision)?;
                times.push(begin.elapsed().as_nanos() as u64);
            }
        }
        Ok(times)
    };
    let (times, swaps) = std::thread::scope(|scope| -> Result<_> {
        let worker = scope.spawn(run);
        let mut swaps = Vec::new();
        for _ in 0..20 {
            let catalog = (*engine.catalog()).clone();
            let begin = Instant::now();
            engine.set_catalog(catalog)?;
            swaps.push(begin.elapsed().as_nanos() as u64);
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        done.store(true, Ordering::Relaxed);
        Ok((worker.join().expect("no thread panics")?, swaps))
    })?;
    let (mut times, mut swaps) = (times, swaps);
    let (n, at) = (times.len(), percentiles(&mut times));
    println!(
        "\n{n} decisions in one thread while the catalogue is replaced 20 times: p50 {:.1} us, p99 \
         {:.1} us, p99.9 {:.1} us, max {:.1} us; replacing takes {:.2} ms",
        at(0.5),
        at(0.99),
        at(0.999),
        at(1.0),
        percentiles(&mut swaps)(0.5) / 1e3
    );
    Ok(())
}

/// Percentiles in microseconds.
fn percentiles(nanoseconds: &mut [u64]) -> impl Fn(f64) -> f64 {
    nanoseconds.sort_unstable();
    let times = nanoseconds.to_vec();
    move |q| times[((times.len() - 1) as f64 * q).round() as usize] as f64 / 1e3
}

/// What contexts are drawn from.
struct Shop {
    products: Vec<Id>,
    /// Baskets with the products before this one.
    before: Vec<u64>,
    customers: Vec<Id>,
    as_of: i64,
}

impl Shop {
    fn of(engine: &Engine) -> Self {
        let model = engine.model();
        let ids = |view: basketry::IdsView<'_>| {
            (0..view.len() as u32).filter_map(|i| view.get(i)).map(|id| id.to_owned()).collect()
        };
        let mut before = vec![0];
        for p in 0..model.products().len() as u32 {
            let baskets = model.product_stats(p).map_or(0, |stats| stats.baskets);
            before.push(before[p as usize] + u64::from(baskets));
        }
        Self {
            products: ids(model.products()),
            before,
            customers: ids(model.customers()),
            as_of: model.as_of(),
        }
    }

    /// A product as often as it is bought.
    fn product(&self, random: &mut Random) -> Id {
        let total = self.before[self.before.len() - 1].max(1);
        let at = random.below(total);
        let p = self.before.partition_point(|&before| before <= at) - 1;
        self.products[p.min(self.products.len() - 1)].clone()
    }

    fn contexts(&self, basket: usize, viewed: bool, orders: usize) -> Vec<Context> {
        let mut random = Random(1);
        (0..SAMPLES)
            .map(|i| {
                let now = self.as_of + 4 * DAY + random.below(DAY as u64) as i64;
                let customer = random.below(self.customers.len() as u64) as usize;
                let mut context = Context::at(now)
                    .customer(&self.customers[customer])
                    .basket((0..basket).map(|_| (self.product(&mut random), 1)))
                    .orders_since((0..orders).map(|o| {
                        (0..10).fold(Order::at(self.as_of + (1 + o as i64) * DAY), |order, _| {
                            order.line(self.product(&mut random), 1)
                        })
                    }))
                    .seed(i as u64);
                if viewed {
                    context = context.viewed(self.product(&mut random));
                }
                context
            })
            .collect()
    }
}

/// A year of orders: popularity falls like 1/rank, each household has favourites, and products
/// have companions.
fn synthetic(size: &Size) -> Result<Model> {
    let &Size { products, households, baskets, favourites } = size;
    let mut random = Random(7);
    let currency = Currency::new("EUR")?;
    let id = |p: usize| format!("sku-{p:05}");
    let mut catalog = CatalogBuilder::new(&CatalogOptions::new(currency));
    for p in 0..products {
        let (sku, line, brand) = (id(p), format!("line-{}", p / 5), format!("brand-{}", p % 40));
        let (name, department) = (format!("Product {p}"), format!("department-{}", p / 600));
        let kind = format!("type-{}", p / 15);
        let price = 80 + random.below(1_500) as i64 + 60 * (p % 5) as i64;
        catalog.push(
            &Product::new(sku.as_str())
                .name(&name)
                .price(price)
                .cost(price * 7 / 10)
                .stock(random.below(50) as i64)
                .line(line.as_str())
                .brand(brand.as_str())
                .category([department.as_str(), kind.as_str()]),
        )?;
    }
    let catalog = catalog.finish();

    let mut before = vec![0.0];
    for rank in 0..products {
        before.push(before[rank] + 1.0 / (rank as f64 + 20.0));
    }
    // Ranks are spread over the catalogue, so that lines mix popular and rare products.
    let popular = |random: &mut Random| {
        let at = random.unit() * before[products];
        let rank = before.partition_point(|&before| before <= at) - 1;
        rank * 7_919 % products
    };
    let favourites: Vec<Vec<u32>> = (0..households)
        .map(|_| (0..favourites).map(|_| popular(&mut random) as u32).collect())
        .collect();
    let mut history = HistoryBuilder::new(&HistoryOptions::new(currency));
    for b in 0..baskets {
        // Each comes once, some of them often.
        let often = (random.unit() * random.unit() * households as f64) as usize;
        let household = if b < households { b } else { often };
        let customer = format!("household-{household}");
        let basket = format!("basket-{b}");
        let time = START + random.below(365 * DAY as u64) as i64;
        let mut last = popular(&mut random);
        for _ in 0..1 + (random.unit() * random.unit() * 38.0) as usize {
            let product = match random.below(20) {
                0..10 => {
                    let own = &favourites[household];
                    own[(random.unit() * random.unit() * own.len() as f64) as usize] as usize
                }
                10..13 => (last * 31 + 17 * (1 + random.below(3) as usize)) % products,
                _ => popular(&mut random),
            };
            let sku = id(product);
            history.push(
                &OrderLine::new(time, sku.as_str())
                    .customer(customer.as_str())
                    .basket(basket.as_str()),
            )?;
            last = product;
        }
    }
    let control = Control::new();
    let history = history.finish(&control)?;
    println!("{} baskets, {} lines", history.len(), history.lines());
    fit(&catalog, &history, &FitOptions::default(), &control)
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}
