//! What a policy is worth: `cargo bench -p basketry --bench simulate -- [customers] [weeks] [seed]
//! [weeks before]`.
//!
//! A simulated shop lives some weeks without offers, a year if not told otherwise, and a model is
//! fitted to its orders. Ten weeks are logged, from which responses are learned. Then the same weeks
//! pass under policies with and without what was learned, an oracle that knows the truth, and simple
//! strategies.

use std::time::Instant;

use basketry::decide::{DecisionLog, LearnOptions};
use basketry::simulate::{ShopOptions, Simulation, Strategy};
use basketry::{Control, Engine, FitOptions, Policy, Result, fit};

fn main() -> Result<()> {
    // `cargo test --benches` and `cargo bench` both pass flags; only the latter is to measure.
    if std::env::args().any(|arg| arg == "--test") {
        return Ok(());
    }
    let numbers: Vec<u32> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    let number = |at: usize, default| numbers.get(at).copied().unwrap_or(default);
    let (customers, weeks, seed) = (number(0, 2_000), number(1, 12), number(2, 0));
    let weeks_before = number(3, 52);
    let control = Control::new();
    let begin = Instant::now();
    let options = ShopOptions::default().customers(customers).seed(seed.into());
    let mut shop = Simulation::new(&options)?;
    let before = shop.run(&Strategy::Nothing, weeks_before, &control)?;
    println!(
        "{weeks_before} weeks of {customers} customers: {} visits, {} products bought, margin {} ({:.1} s)",
        before.visits,
        before.products,
        before.margin,
        begin.elapsed().as_secs_f64()
    );
    let begin = Instant::now();
    let model = fit(&shop.catalog(), &shop.history(&control)?, &FitOptions::default(), &control)?;
    println!("fitted in {:.1} s", begin.elapsed().as_secs_f64());
    let engine = Engine::new(model, shop.catalog())?;

    // Ten weeks under a policy that knows nothing, a quarter of the customers held out.
    let mut first = Policy::new("first");
    first.fallback = Vec::new();
    first.refill.due_from = 0.0;
    first.refill.due_to = 1000.0;
    first.contact_cost = 3.0;
    let mut logged = first.clone();
    logged.holdout.share = 0.25;
    let mut log = DecisionLog::new();
    let trial = shop.run_logged(&engine, &logged, 10, &mut log, &control)?;
    println!("ten weeks logged: {} offers, {} opt-outs", trial.offers, trial.opt_outs);
    // A quarter of the visits of half a period: what the options say is lost with a customer.
    let share = options.reaction.lost_visits * f64::from(weeks) / 2.0 / f64::from(weeks_before);
    let customer_value = share * before.margin as f64 / f64::from(customers);
    let options = LearnOptions::default().customer_value(customer_value);
    let learned = log.learn(&first, &options, &control)?;
    for number in &learned.numbers {
        println!(
            "{:<28} {:>8.3} (assumed {}, measured {:.3} s.e. {:.3}; {} exposures, {} withheld, {} purchases)",
            number.name,
            number.value,
            number.prior,
            number.measured.unwrap_or(f64::NAN),
            number.standard_error.unwrap_or(f64::NAN),
            number.exposures,
            number.withheld,
            number.purchases
        );
    }
    let model = fit(&shop.catalog(), &shop.history(&control)?, &FitOptions::default(), &control)?;
    let engine = Engine::new(model, shop.catalog())?;
    let mut policy = learned.policy;
    policy.name = "learned".to_owned();
    let mut policies = vec![Policy::new("default"), first, policy.clone()];
    for times in [2.0, 4.0] {
        let mut dearer = policy.clone();
        dearer.name = format!("learned, attention x {times}");
        dearer.contact_cost *= times;
        policies.push(dearer);
    }
    let begin = Instant::now();
    let strategies: Vec<_> =
        policies.iter().map(|policy| Strategy::Policy { engine: &engine, policy }).collect();
    let comparison = shop.compare(&strategies, weeks, &control)?;
    println!("{weeks} weeks under each ({:.1} s):\n", begin.elapsed().as_secs_f64());
    println!("{comparison}");
    Ok(())
}
