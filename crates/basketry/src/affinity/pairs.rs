//! Pairs of products that sell together.
//!
//! With `n` baskets, `n_i` of them with product i and `n_ij` with both i and j, the expected
//! number under independence is `E_ij = n_i n_j / n`. The number of baskets with both is taken as
//! Poisson with mean `lift * E_ij`, the lift has a Gamma(k, k) prior (mean 1), so its posterior is
//! Gamma(n_ij + k, E_ij + k) (shape, rate): its mean `(n_ij + k) / (E_ij + k)` is the shrunk lift
//! and its 2.5 % quantile the lower bound by which pairs are judged (the gamma-Poisson shrinker of
//! DuMouchel, The American Statistician 53(3), 1999, with one fixed prior component).

use rayon::prelude::*;

use super::orders::{CHECK_EVERY, Orders};
use super::views::Neighbours;
use crate::{Control, Error, ErrorKind, Result, Stage};

/// What is counted and kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PairOptions {
    /// Distinct customers that must stand behind a pair.
    pub(crate) min_customers: u32,
    /// Pairs kept per product.
    pub(crate) neighbours: u32,
    /// The prior's strength k, in expected baskets.
    pub(crate) shrinkage: f64,
    /// Baskets with more distinct products are left out.
    pub(crate) max_basket: u32,
}

/// The pairs kept, in rows by product; within a row the best first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs {
    pub(crate) offsets: Vec<u64>,
    pub(crate) product: Vec<u32>,
    pub(crate) log_low: Vec<f32>,
    pub(crate) lift: Vec<f32>,
    pub(crate) baskets: Vec<u32>,
    pub(crate) customers: Vec<u32>,
    /// Baskets left out because they have too many products.
    pub(crate) huge_baskets: u64,
    /// The products with enough customers to be in a pair.
    pub(crate) eligible_products: u64,
}

impl Pairs {
    pub(crate) fn view(&self) -> Neighbours<'_> {
        Neighbours {
            offsets: &self.offsets,
            product: &self.product,
            log_low: &self.log_low,
            lift: &self.lift,
            baskets: &self.baskets,
            customers: &self.customers,
        }
    }
}

/// One pair as counted from its first product.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pair {
    pub(crate) product: u32,
    pub(crate) baskets: u32,
    pub(crate) customers: u32,
    pub(crate) lift: f32,
    pub(crate) log_low: f32,
    rank: f64,
}

/// The 2.5 % quantile of the standard normal distribution.
const Z_LOW: f64 = -1.959_963_984_540_054;

/// The shrunk lift and its lower 2.5 % bound.
///
/// The gamma quantile is Wilson and Hilferty's (1931): `a (1 - 1/(9a) + z / (3 sqrt a))^3`. It is a
/// little low: by 0.14 % at shape 11, 0.8 % at shape 5, 7 % at shape 2.
pub(crate) fn shrunk_lift(n_ij: f64, expected: f64, k: f64) -> (f64, f64) {
    (shrunk(n_ij, expected, k), bound(n_ij, expected, k, Z_LOW))
}

/// The lower bound of the shrunk lift at a quantile of the standard normal distribution.
pub(crate) fn lift_low(n_ij: f64, expected: f64, k: f64, z: f64) -> f64 {
    bound(n_ij, expected, k, z)
}

/// The upper 2.5 % bound of the shrunk lift.
pub(crate) fn lift_high(n_ij: f64, expected: f64, k: f64) -> f64 {
    bound(n_ij, expected, k, -Z_LOW)
}

fn shrunk(n_ij: f64, expected: f64, k: f64) -> f64 {
    (n_ij + k) / (expected + k)
}

fn bound(n_ij: f64, expected: f64, k: f64, z: f64) -> f64 {
    let shape = n_ij + k;
    let root = (1.0 - 1.0 / (9.0 * shape) + z / (3.0 * shape.sqrt())).max(0.0);
    shape * root.powi(3) / (expected + k)
}

/// Baskets reduced to the products that can be in a pair, those renumbered from the most frequent
/// on, so that the counters that are touched most lie close together.
pub(super) struct Reduced {
    /// Per renumbered product: the model product.
    pub(super) product: Vec<u32>,
    /// Per renumbered product: baskets with it.
    pub(super) count: Vec<u32>,
    /// Per basket, one more; and the renumbered products.
    pub(super) offsets: Vec<usize>,
    pub(super) items: Vec<u32>,
    /// Per renumbered product, one more; and its baskets, ascending.
    pub(super) list_offsets: Vec<usize>,
    pub(super) lists: Vec<u32>,
    /// Per basket: the customer.
    pub(super) who: Vec<u32>,
    /// Baskets counted, those that were reduced to nothing included.
    pub(super) baskets: u64,
    pub(super) huge: u64,
}

impl Reduced {
    pub(super) fn new(orders: &Orders, options: &PairOptions, control: &Control) -> Result<Self> {
        let who = orders.who()?;
        let small = |b: usize| orders.basket(b).len() <= options.max_basket as usize;
        let mut count = vec![0u32; orders.products];
        let mut customers = vec![0u32; orders.products];
        let mut last = vec![u32::MAX; orders.products];
        let mut huge = 0;
        // Baskets come one customer after another, so remembering the last one is enough.
        for (b, &who) in who.iter().enumerate() {
            if b % CHECK_EVERY == 0 {
                control.check()?;
            }
            if !small(b) {
                huge += 1;
                continue;
            }
            for &item in orders.basket(b) {
                let item = item as usize;
                count[item] += 1;
                if last[item] != who {
                    last[item] = who;
                    customers[item] += 1;
                }
            }
        }
        let mut product: Vec<u32> = (0..orders.products as u32)
            .filter(|&p| customers[p as usize] >= options.min_customers.max(1))
            .collect();
        product.sort_by_key(|&p| (std::cmp::Reverse(count[p as usize]), p));
        let mut new = vec![u32::MAX; orders.products];
        for (index, &p) in product.iter().enumerate() {
            new[p as usize] = index as u32;
        }
        let mut reduced = Self {
            count: product.iter().map(|&p| count[p as usize]).collect(),
            product,
            offsets: vec![0],
            items: Vec::new(),
            list_offsets: Vec::new(),
            lists: Vec::new(),
            who: Vec::new(),
            baskets: orders.len() as u64 - huge,
            huge,
        };
        for b in (0..orders.len()).filter(|&b| small(b)) {
            if b % CHECK_EVERY == 0 {
                control.check()?;
            }
            let before = reduced.items.len();
            reduced.items.extend(
                orders.basket(b).iter().map(|&p| new[p as usize]).filter(|&p| p != u32::MAX),
            );
            // A single product is in no pair.
            if reduced.items.len() < before + 2 {
                reduced.items.truncate(before);
                continue;
            }
            reduced.who.push(who[b]);
            reduced.offsets.push(reduced.items.len());
        }
        let mut at = vec![0usize; reduced.product.len() + 1];
        for &item in &reduced.items {
            at[item as usize + 1] += 1;
        }
        for i in 1..at.len() {
            at[i] += at[i - 1];
        }
        reduced.list_offsets = at.clone();
        reduced.lists = vec![0; reduced.items.len()];
        for b in 0..reduced.who.len() {
            if b % CHECK_EVERY == 0 {
                control.check()?;
            }
            for &item in &reduced.items[reduced.offsets[b]..reduced.offsets[b + 1]] {
                reduced.lists[at[item as usize]] = b as u32;
                at[item as usize] += 1;
            }
        }
        Ok(reduced)
    }

    /// Counts with what an item is in a basket. What was counted for another is to be taken away
    /// before; `touched` says where that is.
    pub(super) fn count_with(&self, item: usize, counters: &mut [Counter], touched: &mut Vec<u32>) {
        touched.clear();
        for &basket in &self.lists[self.list_offsets[item]..self.list_offsets[item + 1]] {
            let b = basket as usize;
            let who = self.who[b] + 1;
            for &other in &self.items[self.offsets[b]..self.offsets[b + 1]] {
                let counter = &mut counters[other as usize];
                if counter.baskets == 0 {
                    touched.push(other);
                }
                counter.baskets += 1;
                counter.customers += u32::from(counter.last != who);
                counter.last = who;
            }
        }
    }
}

/// Counters of one thread, one for each product.
#[derive(Clone, Copy, Default)]
pub(super) struct Counter {
    pub(super) baskets: u32,
    pub(super) customers: u32,
    /// The last customer counted, plus 1.
    last: u32,
}

/// Counts all pairs exactly and keeps the best of each product.
pub(crate) fn count_pairs(
    orders: &Orders,
    options: &PairOptions,
    control: &Control,
) -> Result<Pairs> {
    let reduced = Reduced::new(orders, options, control)?;
    control.begin(Stage::Pairs, reduced.product.len() as u64)?;
    let rows: Vec<Vec<Pair>> = (0..reduced.product.len())
        .into_par_iter()
        .with_max_len(32)
        .map_init(
            || (vec![Counter::default(); reduced.product.len()], Vec::new()),
            |(counters, touched), item| {
                control.advance(1)?;
                Ok(count_row(&reduced, options, item, counters, touched))
            },
        )
        .collect::<Result<_>>()?;

    let mut row_of = vec![u32::MAX; orders.products];
    for (index, &p) in reduced.product.iter().enumerate() {
        row_of[p as usize] = index as u32;
    }
    let total = rows.iter().map(Vec::len).sum();
    if u32::try_from(total).is_err() {
        return Err(Error::new(
            ErrorKind::Limit,
            format!("{total} pairs of products: set neighbours lower or min_customers higher"),
        ));
    }
    let mut pairs = Pairs {
        offsets: Vec::with_capacity(orders.products + 1),
        product: Vec::with_capacity(total),
        log_low: Vec::with_capacity(total),
        lift: Vec::with_capacity(total),
        baskets: Vec::with_capacity(total),
        customers: Vec::with_capacity(total),
        huge_baskets: reduced.huge,
        eligible_products: reduced.product.len() as u64,
    };
    pairs.offsets.push(0);
    for &row in &row_of {
        for pair in rows.get(row as usize).into_iter().flatten() {
            pairs.product.push(pair.product);
            pairs.log_low.push(pair.log_low);
            pairs.lift.push(pair.lift);
            pairs.baskets.push(pair.baskets);
            pairs.customers.push(pair.customers);
        }
        pairs.offsets.push(pairs.product.len() as u64);
    }
    Ok(pairs)
}

fn count_row(
    reduced: &Reduced,
    options: &PairOptions,
    item: usize,
    counters: &mut [Counter],
    touched: &mut Vec<u32>,
) -> Vec<Pair> {
    reduced.count_with(item, counters, touched);
    let n = reduced.baskets as f64;
    let n_i = f64::from(reduced.count[item]);
    let mut row: Vec<Pair> = Vec::new();
    for &other in touched.iter() {
        let counter = std::mem::take(&mut counters[other as usize]);
        if other as usize == item || counter.customers < options.min_customers.max(1) {
            continue;
        }
        let n_j = f64::from(reduced.count[other as usize]);
        let n_ij = f64::from(counter.baskets);
        let (lift, low) = shrunk_lift(n_ij, n_i * n_j / n, options.shrinkage);
        if low <= 1.0 {
            continue;
        }
        row.push(Pair {
            product: reduced.product[other as usize],
            baskets: counter.baskets,
            customers: counter.customers,
            lift: lift as f32,
            log_low: low.ln() as f32,
            rank: low.ln() * n_ij.sqrt(),
        });
    }
    // `log_low` may round to 0 although the bound is above 1; such a pair says nothing.
    row.retain(|pair| pair.log_low > 0.0);
    let by_rank = |a: &Pair, b: &Pair| b.rank.total_cmp(&a.rank).then(a.product.cmp(&b.product));
    let keep = options.neighbours as usize;
    if row.len() > keep {
        if keep > 0 {
            row.select_nth_unstable_by(keep - 1, by_rank);
        }
        row.truncate(keep);
    }
    row.sort_unstable_by(by_rank);
    row.shrink_to_fit();
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ln of the gamma function for positive arguments (Lanczos, g = 7).
    fn ln_gamma(x: f64) -> f64 {
        const C: [f64; 8] = [
            676.5203681218851,
            -1259.1392167224028,
            771.323_428_777_653_1,
            -176.615_029_162_140_6,
            12.507343278686905,
            -0.13857109526572012,
            9.984_369_578_019_572e-6,
            1.5056327351493116e-7,
        ];
        let x = x - 1.0;
        let series: f64 = C.iter().enumerate().map(|(i, c)| c / (x + i as f64 + 1.0)).sum::<f64>()
            + 0.999_999_999_999_809_9;
        let t = x + 7.5;
        0.5 * std::f64::consts::TAU.ln() + (x + 0.5) * t.ln() - t + series.ln()
    }

    /// The probability that a Gamma(a, 1) variable is below x, by its power series.
    fn below(a: f64, x: f64) -> f64 {
        let mut term = 1.0 / a;
        let mut sum = term;
        let mut n = a;
        while term > sum * 1e-16 {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        sum * (a * x.ln() - x - ln_gamma(a)).exp()
    }

    #[test]
    fn the_lower_bound_is_the_gamma_quantile() {
        for (shape, tolerance) in [
            (2.0, 0.075),
            (3.0, 0.026),
            (5.0, 0.008),
            (11.0, 0.0015),
            (30.0, 2e-4),
            (200.0, 1e-5),
            (5000.0, 1e-6),
        ] {
            let (mut low, mut high) = (0.0, shape);
            for _ in 0..200 {
                let middle = (low + high) / 2.0;
                if below(shape, middle) < 0.025 { low = middle } else { high = middle }
            }
            // n_ij + k = shape and E_ij + k = 1.
            let (lift, bound) = shrunk_lift(shape - 0.5, 0.5, 0.5);
            assert_eq!(lift, shape);
            let error = (bound / low - 1.0).abs();
            assert!(error < tolerance, "shape {shape}: {bound} instead of {low}, {error:.1e}");
        }
    }

    #[test]
    fn more_evidence_gives_a_higher_bound_for_the_same_lift() {
        let bounds = [1.0, 10.0, 100.0, 1000.0].map(|e| shrunk_lift(3.0 * e, e, 1.0).1);
        assert!(bounds.is_sorted() && bounds[0] < 1.0 && bounds[3] > 2.8, "{bounds:?}");
    }
}
