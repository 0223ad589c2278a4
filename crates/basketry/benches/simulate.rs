//! What a policy is worth: `cargo bench -p basketry --bench simulate -- [customers] [weeks] [seed]`.
//!
//! A simulated shop lives a year without offers and a model is fitted to its orders; then the same
//! weeks pass under the policy, an oracle that knows the truth, and simple strategies.

use std::time::Instant;

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
    let control = Control::new();
    let begin = Instant::now();
    let options = ShopOptions::default().customers(customers).seed(seed.into());
    let mut shop = Simulation::new(&options)?;
    let year = shop.run(&Strategy::Nothing, 52, &control)?;
    println!(
        "a year of {customers} customers: {} visits, {} products bought, margin {} ({:.1} s)",
        year.visits,
        year.products,
        year.margin,
        begin.elapsed().as_secs_f64()
    );
    let begin = Instant::now();
    let model = fit(&shop.catalog(), &shop.history(&control)?, &FitOptions::default(), &control)?;
    println!("fitted in {:.1} s", begin.elapsed().as_secs_f64());
    let engine = Engine::new(model, shop.catalog())?;
    let policy = Policy::new("default policy");
    let mut costly = Policy::new("contact cost 5");
    costly.contact_cost = 5.0;
    let begin = Instant::now();
    let strategies = [&policy, &costly].map(|policy| Strategy::Policy { engine: &engine, policy });
    let comparison = shop.compare(&strategies, weeks, &control)?;
    println!("{weeks} weeks under each ({:.1} s):\n", begin.elapsed().as_secs_f64());
    println!("{comparison}");
    Ok(())
}
