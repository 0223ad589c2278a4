//! How many baskets hold both sides of a rule if the sides are independent.
//!
//! With n_x, n_y and n given, that number has the hypergeometric distribution.

use super::Counts;
use super::double::ln_factorial;

/// The probabilities of fewer baskets with both sides than there are, and of at least so many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tails {
    pub lower: f64,
    pub upper: f64,
}

/// The cells of a contingency table, as numbers to compute with.
#[derive(Clone, Copy)]
struct Cells {
    n11: f64,
    n10: f64,
    n01: f64,
    n00: f64,
}

/// The probability of this very table.
fn probability([n11, n10, n01, n00]: [u64; 4]) -> f64 {
    let margins = [n11 + n10, n01 + n00, n11 + n01, n10 + n00].map(ln_factorial);
    let cells = [n11 + n10 + n01 + n00, n11, n10, n01, n00].map(ln_factorial);
    let [a, b, c, d] = margins;
    let [e, f, g, h, i] = cells;
    (((a + b) + (c + d)) - (((e + f) + (g + h)) + i)).exp()
}

impl Cells {
    fn of(table: [u64; 4]) -> Self {
        let [n11, n10, n01, n00] = table.map(|count| count as f64);
        Self { n11, n10, n01, n00 }
    }

    /// Seen from the other side: more baskets with both sides are fewer.
    fn mirrored(self) -> Self {
        Self { n11: self.n10, n10: self.n11, n01: self.n00, n00: self.n01 }
    }

    /// How many times more probable the table with one more basket with both sides is.
    #[inline]
    fn ratio(self) -> f64 {
        (self.n10 * self.n01) / ((self.n11 + 1.0) * (self.n00 + 1.0))
    }

    /// One more basket with both sides.
    #[inline]
    fn step(&mut self) {
        self.n11 += 1.0;
        self.n10 -= 1.0;
        self.n01 -= 1.0;
        self.n00 += 1.0;
    }

    /// The probability of at least so many baskets with both sides, as a multiple of that of this
    /// table, which is at or above the mean.
    fn tail(mut self) -> f64 {
        // Ratios fall, so what is left out is little more than the last term.
        const NEGLIGIBLE: f64 = 1.0 / (1u64 << 60) as f64;
        let (mut term, mut sum) = (1.0, 1.0);
        while term > sum * NEGLIGIBLE {
            // It becomes 0 where one of the cells is empty.
            term *= self.ratio();
            sum += term;
            self.step();
        }
        sum
    }
}

/// Both tails, the smaller one to 12 digits at least, unless it is below 1e-307. `None` if no
/// baskets can have these counts.
pub(crate) fn tails(counts: Counts) -> Option<Tails> {
    let table = counts.table()?;
    let [n11, n10, n01, n00] = table;
    let above_mean = u128::from(counts.n_xy) * u128::from(counts.n)
        > u128::from(counts.n_x) * u128::from(counts.n_y);
    if above_mean {
        let upper = (probability(table) * Cells::of(table).tail()).min(1.0);
        Some(Tails { lower: 1.0 - upper, upper })
    } else if n11 == 0 || n00 == 0 {
        Some(Tails { lower: 0.0, upper: 1.0 })
    } else {
        let less = [n11 - 1, n10 + 1, n01 + 1, n00 - 1];
        let lower = (probability(less) * Cells::of(less).mirrored().tail()).min(1.0);
        Some(Tails { lower, upper: 1.0 - lower })
    }
}

/// The least number that at most one in a hundred exceeds. `None` if no baskets can have these
/// counts.
pub(crate) fn upper_percentile(counts: Counts) -> Option<u64> {
    // A tail of exactly a hundredth is one, whatever the rounding.
    const TAIL: f64 = 0.01 * (1.0 + 1e-11);
    counts.table()?;
    let Counts { n, n_x, n_y, .. } = counts;
    let (least, most) = ((n_x - (n - n_y).min(n_x)), n_x.min(n_y));
    let (total, x, y) = (n as f64, n_x as f64, n_y as f64);
    let mean = x * y / total;
    let variance = mean * (1.0 - x / total) * (total - y) / (total - 1.0).max(1.0);
    // The normal distribution's 0.99 quantile is not far off.
    let mut q = ((mean + 2.326 * variance.sqrt()) as u64).clamp(least, most);
    let table = |n_xy| [n_xy, n_x - n_xy, n_y - n_xy, n - n_x - (n_y - n_xy)];
    // The probability of q, and that of more.
    let mut at = probability(table(q));
    let cells = Cells::of(table(q));
    let mut above = if q == most { 0.0 } else { at * (cells.tail() - 1.0) };
    if above > TAIL {
        while above > TAIL && q < most {
            at *= Cells::of(table(q)).ratio();
            above -= at;
            q += 1;
        }
    } else {
        while q > least && above + at <= TAIL {
            above += at;
            at *= Cells::of(table(q)).mirrored().ratio();
            q -= 1;
        }
    }
    Some(q)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Exact, by integers: the numerators `C(n_x, k) C(n - n_x, n_y - k)` of all k, and their sum.
    fn exact(n: u64, n_x: u64, n_y: u64) -> (Vec<u128>, u128) {
        fn choose(n: u64, k: u64) -> u128 {
            if k > n { 0 } else { (0..k).fold(1, |c, i| c * u128::from(n - i) / u128::from(i + 1)) }
        }
        let terms: Vec<u128> =
            (0..=n_y).map(|k| choose(n_x, k) * choose(n - n_x, n_y - k)).collect();
        (terms, choose(n, n_y))
    }

    #[test]
    fn tails_and_quantiles_of_all_small_tables_are_exact() {
        for n in 1..=24u64 {
            for n_x in 1..=n {
                for n_y in 1..=n {
                    let (terms, whole) = exact(n, n_x, n_y);
                    let upper = |k: u64| terms.iter().skip(k as usize).sum::<u128>();
                    let quantile = (0..).find(|&q| 100 * upper(q + 1) <= whole).unwrap();
                    for n_xy in (n_x + n_y).saturating_sub(n)..=n_x.min(n_y) {
                        let counts = Counts { n, n_x, n_y, n_xy };
                        let found = tails(counts).unwrap();
                        let above = upper(n_xy) as f64 / whole as f64;
                        let below = (whole - upper(n_xy)) as f64 / whole as f64;
                        assert!((found.upper - above).abs() <= 4e-15 * above, "{counts:?}");
                        assert!((found.lower - below).abs() <= 4e-15, "{counts:?}");
                        assert_eq!(upper_percentile(counts), Some(quantile), "{counts:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn tails_are_right_far_out_and_in_large_tables() {
        const VALUES: [(u64, u64, u64, u64, f64, f64); 21] = [
            (9835, 130, 2513, 55, 0.9999794699460997, 2.053005390032514e-05),
            (9835, 1372, 1715, 269, 0.9868298000141655, 0.013170199985834512),
            (9835, 2513, 1903, 557, 0.9999763718603913, 2.362813960864711e-05),
            (9835, 2513, 1903, 900, 1.0, 2.4967160248100647e-118),
            (9835, 600, 600, 330, 1.0, 3.144168459766868e-274),
            (88162, 42000, 20000, 9600, 0.8754665994670839, 0.12453340053291607),
            (88162, 42000, 20000, 9000, 8.341486553726472e-18, 1.0),
            (88162, 5000, 4000, 960, 1.0, 0.0),
            (1000000, 50000, 30000, 1500, 0.4961477914964566, 0.5038522085035434),
            (1000000, 50000, 30000, 1501, 0.5068776143787767, 0.49312238562122335),
            (1000000, 50000, 30000, 1700, 0.9999999303784253, 6.962157474640953e-08),
            (1000000, 50000, 30000, 3000, 1.0, 2.262772083626908e-282),
            (1000000, 400000, 300000, 121000, 0.9999957268949767, 4.273105023316619e-06),
            (1000000, 400000, 300000, 119000, 4.141883150557214e-06, 0.9999958581168494),
            (5000000, 100000, 100000, 2300, 0.9999999999882926, 1.1707367646328572e-11),
            (5000000, 3, 2, 1, 0.99999880000024, 1.199999759999952e-06),
            (4000000000, 1000000, 1000000, 500, 1.0, 3.8206543933785204e-44),
            (100, 90, 80, 75, 0.9745354535729569, 0.025464546427043124),
            (100, 90, 80, 70, 0.0, 1.0),
            (1000, 999, 999, 998, 0.0, 1.0),
            (3196, 3000, 2900, 2750, 0.9999999993135708, 6.864292672121398e-10),
        ];
        for (n, n_x, n_y, n_xy, lower, upper) in VALUES {
            let found = tails(Counts { n, n_x, n_y, n_xy }).unwrap();
            let close = |a: f64, b: f64| (a - b).abs() <= 1e-12 * b;
            assert!(
                close(found.upper, upper) && close(found.lower, lower),
                "{n} {n_x} {n_y} {n_xy}: {found:?}, expected {lower:e} {upper:e}"
            );
        }
    }

    #[test]
    fn impossible_counts_have_no_distribution() {
        let counts = Counts { n: 10, n_x: 8, n_y: 8, n_xy: 3 };
        assert_eq!(tails(counts), None);
        assert_eq!(upper_percentile(counts), None);
    }
}
