//! How many baskets would hold both of two products if neither mattered to the other.
//!
//! Large baskets hold more of everything, so that nearly all pairs of a shop are together more
//! often than `n_i n_j / n`: counted that way, most pairs of unrelated groceries are complements.
//! And two products that were never on sale at the same time have no baskets to be together in. So
//! baskets are put into strata of like size and time, and within one the places in baskets are
//! dealt to the products at random, as often as each was bought: of the `sum s (s - 1)` ordered
//! pairs of places in baskets of s products, a pair of products gets the share
//! `n_i n_j / ((sum s)^2 - sum n^2)` (the configuration model without pairs of a product with
//! itself). All expected pairs then add up to all pairs there are.

use super::super::orders::{CHECK_EVERY, Orders};
use super::super::views::DAY_MS;
use crate::{Control, Result};

/// Sizes from 2 on: each stratum up to less than twice its smallest; the last has no end.
const SIZES: usize = 6;
/// Periods of equal length at most.
const PERIODS: usize = 8;
/// Baskets that a period has on average at least.
const PERIOD_BASKETS: usize = 1000;

/// The strata, and how often each product was bought in each.
pub(super) struct Strata {
    cells: usize,
    /// Per stratum: the factor of `n_i n_j`.
    factor: Vec<f64>,
    /// Per product and stratum: baskets with it.
    count: Vec<u32>,
}

impl Strata {
    /// Those of the baskets of at most `max_basket` products.
    pub(super) fn new(orders: &Orders, max_basket: u32, control: &Control) -> Result<Self> {
        let (first, last) = orders.span().unwrap_or_default();
        let periods = (orders.len() / PERIOD_BASKETS).clamp(1, PERIODS);
        let span = (last.saturating_sub(first)) as f64 / DAY_MS;
        let cells = SIZES * periods;
        let mut count = vec![0u32; orders.products * cells];
        let mut places = vec![0f64; cells];
        let mut pairs = vec![0f64; cells];
        for b in 0..orders.len() {
            if b % CHECK_EVERY == 0 {
                control.check()?;
            }
            let basket = orders.basket(b);
            if basket.len() < 2 || basket.len() > max_basket as usize {
                continue;
            }
            let size = (basket.len().ilog2() as usize - 1).min(SIZES - 1);
            let passed = orders.time[b].saturating_sub(first) as f64 / DAY_MS;
            let period = if span > 0.0 { (passed / span * periods as f64) as usize } else { 0 };
            let cell = period.min(periods - 1) * SIZES + size;
            let s = basket.len() as f64;
            places[cell] += s;
            pairs[cell] += s * (s - 1.0);
            for &product in basket {
                count[product as usize * cells + cell] += 1;
            }
        }
        let mut squares = vec![0f64; cells];
        for row in count.chunks_exact(cells) {
            for (sum, &n) in squares.iter_mut().zip(row) {
                *sum += f64::from(n) * f64::from(n);
            }
        }
        let factor = (0..cells)
            .map(|cell| {
                let all = places[cell] * places[cell] - squares[cell];
                if all > 0.0 { pairs[cell] / all } else { 0.0 }
            })
            .collect();
        Ok(Self { cells, factor, count })
    }

    fn row(&self, product: u32) -> &[u32] {
        &self.count[product as usize * self.cells..][..self.cells]
    }

    /// The baskets expected to hold both; the same whichever is named first.
    pub(super) fn expected(&self, one: u32, other: u32) -> f64 {
        let rows = self.row(one).iter().zip(self.row(other)).zip(&self.factor);
        rows.map(|((&a, &b), factor)| {
            let expected = f64::from(a) * f64::from(b) * factor;
            // Of a product that is in nearly every basket the places would hold more than there are.
            expected.min(f64::from(a.min(b)))
        })
        .sum()
    }
}
