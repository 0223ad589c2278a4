//! Mines one FIMI file in one thread, so that tools can count what that takes: `instructions FILE
//! COUNT` mines, `instructions FILE` only reads. It prints the number of itemsets.

use basketry::{Baskets, Control, ItemsetOptions, MinSupport, Result, itemsets};

fn main() -> Result<()> {
    // Cargo passes --bench.
    let mut arguments = std::env::args().skip(1).filter(|a| !a.starts_with('-'));
    let Some(path) = arguments.next() else {
        println!("no file is given: nothing to do");
        return Ok(());
    };
    let control = Control::new();
    let baskets = Baskets::from_fimi(path, &control)?;
    let Some(count) = arguments.next() else {
        println!("0");
        return Ok(());
    };
    let count = MinSupport::Count(count.parse().expect("a count"));
    let sets = itemsets(&baskets, &ItemsetOptions::new(count).threads(1), &control)?;
    println!("{}", sets.len());
    Ok(())
}
