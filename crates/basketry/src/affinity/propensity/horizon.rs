//! Examples of what a customer buys within the horizon: every customer known at the split, with the
//! candidates that scoring would make then, and what they bought from the split on until the
//! horizon ended. Who bought nothing is an example as well.

use rayon::prelude::*;

use super::draws::{Draws, held_out};
use super::gather::{Gathered, Source, Target, Working};
use super::{CHUNK, Split};
use crate::affinity::features::Task;
use crate::affinity::scorer::{SinceLine, Situation};
use crate::{Control, Result, Stage};

/// Customers made into examples at most; more would not move the weights.
const MAX_CUSTOMERS: usize = 20_000;
/// Examples aimed at that were not bought. They are spread over the customers, by a number for each
/// that is a power of two, so that it does not change whenever a customer is added.
const NEGATIVES: usize = 600_000;
const MIN_NEGATIVES: usize = 32;
/// Customers are made into examples as if so many of their orders were known.
const FEW_ORDERS: [usize; 5] = [1, 2, 3, 5, 8];
/// What such an example counts.
const FEW_ORDERS_WORTH: f32 = 0.1;

/// The customers with orders before the split that become examples, ascending.
pub(super) fn chosen(split: &Split<'_>) -> Vec<u32> {
    let mut chosen: Vec<u32> = (0..split.before.customers as u32)
        .filter(|&customer| !split.before.baskets_of(customer as usize).is_empty())
        .collect();
    if chosen.len() > MAX_CUSTOMERS {
        chosen.sort_by_key(|&customer| (split.keys[customer as usize], customer));
        chosen.truncate(MAX_CUSTOMERS);
        chosen.sort_unstable();
    }
    chosen
}

/// Examples that were not bought, drawn per customer and segment in the mean.
pub(super) fn negatives(customers: usize) -> f64 {
    let each = (NEGATIVES / customers.max(1)).max(MIN_NEGATIVES);
    (1u64 << each.ilog2()) as f64
}

/// The examples of the chosen customers; the horizon is `[split.time, end)`.
pub(super) fn gather(
    split: &Split<'_>,
    source: &Source<'_>,
    chosen: &[u32],
    end: i64,
    control: &Control,
) -> Result<Gathered> {
    control.begin(Stage::Propensity, chosen.len() as u64)?;
    let chunks = chosen
        .par_chunks(CHUNK)
        .map_init(Working::default, |working, customers| {
            let mut gathered = Gathered::default();
            for &customer in customers {
                gather_customer(split, source, customer, end, working, &mut gathered);
            }
            control.advance(customers.len() as u64)?;
            Ok(gathered)
        })
        .collect::<Result<_>>()?;
    Ok(Gathered::join(chunks))
}

/// Makes one customer into examples: once as who they are, once as if nobody knew them, and once as
/// if only their last few orders were known. The latter count little, so that where many customers
/// have few orders those speak for themselves; where none has, such a customer is not a stranger to
/// the weights.
fn gather_customer(
    split: &Split<'_>,
    source: &Source<'_>,
    customer: u32,
    end: i64,
    working: &mut Working,
    gathered: &mut Gathered,
) {
    let Working { scratch, items, since } = working;
    let orders = split.orders;
    items.clear();
    for b in orders.baskets_of(customer as usize) {
        if (split.time..end).contains(&orders.time[b]) {
            items.extend_from_slice(orders.basket(b));
        }
    }
    items.sort_unstable();
    items.dedup();
    let key = split.keys[customer as usize];
    // Other draws than those of the customer's baskets.
    let mut draws = Draws::new(!key);
    let target = Target { products: items, held_out: held_out(key), worth: 1.0 };
    for customer in [Some(customer), None] {
        // As when the model is asked: at the last order learned from.
        let situation = Situation::new(customer, source.learned.as_of, &[]);
        source.examples(Task::Horizon, &situation, &target, &draws, scratch, gathered);
    }
    let known = split.before.baskets_of(customer as usize);
    let kept = FEW_ORDERS[draws.below(FEW_ORDERS.len())];
    if target.held_out || known.len() <= kept {
        return;
    }
    since.clear();
    for b in known.rev().take(kept) {
        let time_ms = split.before.time[b];
        since.extend(split.before.basket(b).iter().map(|&product| SinceLine { product, time_ms }));
    }
    let nobody = Situation::new(None, source.learned.as_of, &[]);
    let situation = Situation { since, since_baskets: kept as u32, ..nobody };
    let target = Target { worth: FEW_ORDERS_WORTH, ..target };
    source.examples(Task::Horizon, &situation, &target, &draws, scratch, gathered);
}
