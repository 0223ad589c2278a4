//! Examples of what joins a basket: each order after the split is cut at random into a context (what
//! is in the basket so far) and a target (what is still to come).

use rayon::prelude::*;

use super::draws::{Draws, basket_key, held_out};
use super::gather::{Gathered, Source, Target, Working};
use super::{CHUNK, Split};
use crate::affinity::features::Task;
use crate::affinity::options::FitOptions;
use crate::affinity::orders::{NO_CUSTOMER, Orders};
use crate::affinity::scorer::{SinceLine, Situation};
use crate::{Control, Result, Stage};

/// Orders made into examples at most; more would not move the weights.
const MAX_BASKETS: usize = 20_000;
/// Examples that were not bought, drawn per order and segment of customers, in the mean.
pub(super) const NEGATIVES: f64 = 30.0;

/// The baskets after the split that become examples, ascending.
pub(super) fn chosen(split: &Split<'_>, options: &FitOptions) -> Vec<u32> {
    let orders = split.orders;
    let mut chosen: Vec<u32> = (0..orders.len())
        .filter(|&b| {
            orders.time[b] >= split.time && orders.basket(b).len() <= options.max_basket as usize
        })
        .map(|b| b as u32)
        .collect();
    if chosen.len() > MAX_BASKETS {
        chosen.sort_by_cached_key(|&b| (split.basket_key(b as usize), b));
        chosen.truncate(MAX_BASKETS);
        chosen.sort_unstable();
    }
    chosen
}

/// The examples of the chosen baskets.
pub(super) fn gather(
    split: &Split<'_>,
    source: &Source<'_>,
    chosen: &[u32],
    control: &Control,
) -> Result<Gathered> {
    control.begin(Stage::Propensity, chosen.len() as u64)?;
    let chunks = chosen
        .par_chunks(CHUNK)
        .map_init(Working::default, |working, baskets| {
            let mut gathered = Gathered::default();
            for &basket in baskets {
                gather_basket(split, source, basket as usize, working, &mut gathered);
            }
            control.advance(baskets.len() as u64)?;
            Ok(gathered)
        })
        .collect::<Result<_>>()?;
    Ok(Gathered::join(chunks))
}

/// Makes one order into examples: once as what it was, and once as if nobody knew the customer.
fn gather_basket(
    split: &Split<'_>,
    source: &Source<'_>,
    basket: usize,
    working: &mut Working,
    gathered: &mut Gathered,
) {
    let orders = split.orders;
    let Working { scratch, items, since } = working;
    let mut draws = Draws::new(split.basket_key(basket));
    items.clear();
    items.extend_from_slice(orders.basket(basket));
    let n = items.len();
    // Every moment in the life of a basket is as likely as any other.
    let size = draws.below(n);
    for at in 0..size {
        let other = at + draws.below(n - at);
        items.swap(at, other);
    }
    items[size..].sort_unstable();
    let (context, products) = items.split_at(size);

    let customer = orders.customer[basket];
    let known = customer != NO_CUSTOMER;
    let held_out = match split.keys.get(customer as usize) {
        Some(&key) => held_out(key),
        None => draws.below(3) == 0,
    };
    let target = Target { products, held_out, worth: 1.0 };
    let now_ms = orders.time[basket];
    if known {
        let mut since_baskets = 0;
        since.clear();
        let own = orders.baskets_of(customer as usize);
        for b in (own.start..basket).rev().take_while(|&b| orders.time[b] >= split.time) {
            since_baskets += 1;
            let time_ms = orders.time[b];
            since.extend(orders.basket(b).iter().map(|&product| SinceLine { product, time_ms }));
        }
        let in_model = !split.before.baskets_of(customer as usize).is_empty();
        if in_model || since_baskets > 0 {
            let customer = in_model.then_some(customer);
            let situation =
                Situation { since, since_baskets, ..Situation::new(customer, now_ms, context) };
            source.examples(Task::Basket, &situation, &target, &draws, scratch, gathered);
        }
    }
    let situation = Situation::new(None, now_ms, context);
    source.examples(Task::Basket, &situation, &target, &draws, scratch, gathered);
}

impl Split<'_> {
    fn basket_key(&self, basket: usize) -> u64 {
        basket_key(self.orders, basket, &self.keys, self.seed)
    }
}

/// Baskets from the split on.
pub(super) fn after(orders: &Orders, split: i64) -> usize {
    orders.time.iter().filter(|&&time| time >= split).count()
}
