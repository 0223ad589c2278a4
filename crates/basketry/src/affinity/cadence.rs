//! How often, and how regularly, customers buy of a category.
//!
//! A need comes back, not a product: who finds substitutes for milk in five products buys each of
//! them rarely, and milk every week. A product without a category is one of its own.

use super::customers::OwnRows;
use super::orders::{CHECK_EVERY, Orders};
use super::rhythm::{self, Moments};
use super::views::DAY_MS;
use crate::{Control, Result};

/// The purchases of a category.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cadence {
    /// Gamma prior of the rate at which a customer buys of it again, per day: shape and rate.
    pub(super) shape: f64,
    pub(super) days: f64,
    /// The variance of the days between two purchases of one customer over the square of their mean:
    /// 1 if they come at random, less the more regularly they come.
    pub(super) spread: f64,
    /// Its products in a basket that has any of them, in the mean: 1 if one is bought instead of the
    /// others.
    pub(super) together: f64,
}

/// Fewer gaps than this have no variance worth the name.
const MIN_GAPS: u32 = 3;
/// With the weight of so many gaps the spread of a category is drawn to that of all.
const PRIOR_GAPS: f64 = 20.0;

/// Baskets with one product of the category that are added to all.
const PRIOR_BASKETS: f64 = 5.0;

/// The gaps between one customer's purchases of a category.
#[derive(Clone, Copy, Default)]
struct Gaps {
    last: Option<i64>,
    count: u32,
    sum: f64,
    squares: f64,
}

/// The cadence of each product's category.
pub(super) fn cadences(
    orders: &Orders,
    own: &OwnRows,
    category: &[u32],
    control: &Control,
) -> Result<Vec<Cadence>> {
    let products = category.len();
    // Categories have numbers below that of products, and those without get one of their own.
    let group = |product: u32| match category[product as usize] as usize {
        known if known < products => known,
        _ => products + product as usize,
    };
    let mut moments = vec![Moments::default(); 2 * products];
    let mut counts = vec![(0u32, 0f32); 2 * products];
    let mut touched = Vec::new();
    for row in own.offsets.windows(2) {
        for at in row[0] as usize..row[1] as usize {
            let group = group(own.product[at]);
            let (count, first) = &mut counts[group];
            if *count == 0 {
                touched.push(group);
            }
            *count = count.saturating_add(own.count[at]);
            *first = first.max(own.first_days[at]);
        }
        for group in touched.drain(..) {
            let (count, first) = std::mem::take(&mut counts[group]);
            moments[group].add(count, first);
        }
    }
    let priors = rhythm::priors(&moments, &[]);
    let spreads = spreads(orders, 2 * products, group, control)?;
    let together = together(orders, 2 * products, group, control)?;
    let cadence = |product: u32| {
        let group = group(product);
        let prior = priors[group];
        let (spread, together) = (spreads[group], together[group]);
        Cadence { shape: prior.shape, days: prior.days, spread, together }
    };
    Ok((0..products as u32).map(cadence).collect())
}

/// The spread of each group of products, drawn towards that of all.
fn spreads(
    orders: &Orders,
    groups: usize,
    group: impl Fn(u32) -> usize,
    control: &Control,
) -> Result<Vec<f64>> {
    let mut sums = vec![(0.0f64, 0.0f64); groups];
    let mut all = (0.0, 0.0);
    let mut gaps = vec![Gaps::default(); groups];
    let mut touched: Vec<usize> = Vec::new();
    let mut seen = 0;
    for customer in 0..orders.customers {
        for b in orders.baskets_of(customer) {
            seen += 1;
            if seen % CHECK_EVERY == 0 {
                control.check()?;
            }
            let time = orders.time[b];
            for &item in orders.basket(b) {
                let group = group(item);
                let gaps = &mut gaps[group];
                let Some(last) = gaps.last else {
                    touched.push(group);
                    gaps.last = Some(time);
                    continue;
                };
                if time > last {
                    let days = (time - last) as f64 / DAY_MS;
                    gaps.count += 1;
                    gaps.sum += days;
                    gaps.squares += days * days;
                    gaps.last = Some(time);
                }
            }
        }
        for group in touched.drain(..) {
            let Gaps { count, sum, squares, .. } = std::mem::take(&mut gaps[group]);
            if count < MIN_GAPS {
                continue;
            }
            let n = f64::from(count);
            let mean = sum / n;
            let sum = ((squares - n * mean * mean) / (mean * mean)).max(0.0);
            let into = &mut sums[group];
            *into = (into.0 + sum, into.1 + n - 1.0);
            all = (all.0 + sum, all.1 + n - 1.0);
        }
    }
    // Purchases at random, where nothing is known.
    let usual = (all.0 + PRIOR_GAPS) / (all.1 + PRIOR_GAPS);
    let spread = |&(sum, n): &(f64, f64)| (sum + PRIOR_GAPS * usual) / (n + PRIOR_GAPS);
    Ok(sums.iter().map(spread).collect())
}

/// The mean number of products of each group in the baskets that have one.
fn together(
    orders: &Orders,
    groups: usize,
    group: impl Fn(u32) -> usize,
    control: &Control,
) -> Result<Vec<f64>> {
    let mut sums = vec![(0u32, 0u32); groups];
    let mut last = vec![usize::MAX; groups];
    for b in 0..orders.len() {
        if b % CHECK_EVERY == 0 {
            control.check()?;
        }
        for &item in orders.basket(b) {
            let group = group(item);
            sums[group].0 += 1;
            sums[group].1 += u32::from(last[group] != b);
            last[group] = b;
        }
    }
    let mean = |&(products, baskets): &(u32, u32)| {
        (f64::from(products) + PRIOR_BASKETS) / (f64::from(baskets) + PRIOR_BASKETS)
    };
    Ok(sums.iter().map(mean).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::affinity::views::NO_CATEGORY;

    const DAY: i64 = 86_400_000;

    /// Orders of one product each, by customer: (day, product).
    fn orders(of: &[Vec<(i64, u32)>], products: usize) -> Orders {
        let mut orders = Orders {
            products,
            customers: of.len(),
            customer: Vec::new(),
            time: Vec::new(),
            offsets: vec![0],
            items: Vec::new(),
            customer_offsets: vec![0],
            returns_matched: 0,
            returns_unmatched: 0,
        };
        for (customer, baskets) in of.iter().enumerate() {
            for &(day, product) in baskets {
                orders.customer.push(customer as u32);
                orders.time.push(day * DAY);
                orders.items.push(product);
                orders.offsets.push(orders.items.len());
            }
            orders.customer_offsets.push(orders.time.len());
        }
        orders
    }

    fn of(orders: &Orders, category: &[u32]) -> Vec<Cadence> {
        let control = Control::new();
        let as_of = 400 * DAY;
        let own = super::super::customers::own_rows(orders, as_of, 120.0, &control).unwrap();
        cadences(orders, &own, category, &control).unwrap()
    }

    /// Two substitutes that are bought in turn every ten days have the cadence of what they are
    /// bought for, and what comes at random has a greater spread.
    #[test]
    fn substitutes_share_a_cadence() {
        let regular = |c: i64| (0..38).map(move |k| (c % 10 + 10 * k, (k % 2) as u32));
        // Gaps of 1, 1 and 28 days: the variance is 1.8 times the square of the mean.
        let bursts =
            |c: i64| (0..12).flat_map(move |k| [0, 1, 2].map(|d| (c % 10 + 30 * k + d, 2u32)));
        let customers: Vec<Vec<(i64, u32)>> = (0..40)
            .map(|c| {
                let mut all: Vec<(i64, u32)> = regular(c).chain(bursts(c)).collect();
                all.sort_unstable();
                all
            })
            .collect();
        let orders = orders(&customers, 3);
        let found = of(&orders, &[0, 0, NO_CATEGORY]);
        assert_eq!(found[0], found[1]);
        let interval = |c: &Cadence| c.days / c.shape;
        assert!((interval(&found[0]) - 10.5).abs() < 1.0, "{found:?}");
        assert!(found[0].spread < 0.1 && found[2].spread > 1.2, "{found:?}");
        // Apart they are bought half as often.
        let apart = of(&orders, &[0, 1, NO_CATEGORY]);
        assert!((interval(&apart[0]) - 20.5).abs() < 2.0, "{apart:?}");
    }

    #[test]
    fn nothing_known_is_taken_for_random() {
        let orders = orders(&[vec![(0, 0)], vec![(3, 1)]], 2);
        let found = of(&orders, &[0, NO_CATEGORY]);
        assert!(found.iter().all(|c| c.spread == 1.0 && c.together == 1.0), "{found:?}");
        assert!(found.iter().all(|c| c.shape == 1.0 && c.days > 365.0), "{found:?}");
    }
}
