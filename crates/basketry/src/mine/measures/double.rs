//! Logarithms of factorials to twice the digits of an `f64`.
//!
//! The probability of a contingency table is a quotient of nine factorials. Their logarithms are
//! millions where that of the quotient is a few hundred at most, so an `f64` each would leave few
//! digits of the result.

use std::ops::{Add, Neg, Sub};
use std::sync::OnceLock;

/// The unevaluated sum of two numbers, `low` below half a unit in the last place of `high`:
/// about 32 digits. (Dekker 1971.)
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Double {
    high: f64,
    low: f64,
}

impl Double {
    const ZERO: Double = Double { high: 0.0, low: 0.0 };

    /// The exact sum of any two numbers.
    #[inline]
    fn sum(a: f64, b: f64) -> Self {
        let high = a + b;
        let of_b = high - a;
        Self { high, low: (a - (high - of_b)) + (b - of_b) }
    }

    /// The exact sum of two numbers, the first of which is the larger.
    #[inline]
    fn ordered_sum(a: f64, b: f64) -> Self {
        let high = a + b;
        Self { high, low: b - (high - a) }
    }

    /// The exact product of two numbers below `2^970`.
    #[inline]
    fn product(a: f64, b: f64) -> Self {
        let halves = |x: f64| {
            // 2^27 + 1 cuts 53 bits in two.
            let scaled = 134_217_729.0 * x;
            let upper = scaled - (scaled - x);
            (upper, x - upper)
        };
        let high = a * b;
        let ((a1, a2), (b1, b2)) = (halves(a), halves(b));
        Self { high, low: ((a1 * b1 - high) + a1 * b2 + a2 * b1) + a2 * b2 }
    }

    #[inline]
    fn times(self, factor: Self) -> Self {
        let product = Self::product(self.high, factor.high);
        Self::ordered_sum(
            product.high,
            product.low + (self.high * factor.low + self.low * factor.high),
        )
    }

    #[inline]
    fn scaled(self, factor: f64) -> Self {
        let product = Self::product(self.high, factor);
        Self::ordered_sum(product.high, product.low + self.low * factor)
    }

    #[inline]
    fn over(self, divisor: Self) -> Self {
        let first = self.high / divisor.high;
        let rest = self - divisor.scaled(first);
        let second = rest.high / divisor.high;
        let rest = rest - divisor.scaled(second);
        Self::ordered_sum(first, second) + Self { high: rest.high / divisor.high, low: 0.0 }
    }

    /// `e` to this power.
    pub(super) fn exp(self) -> f64 {
        self.high.exp() * (1.0 + self.low)
    }
}

impl From<f64> for Double {
    fn from(high: f64) -> Self {
        Self { high, low: 0.0 }
    }
}

impl Add for Double {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        let high = Self::sum(self.high, other.high);
        let low = Self::sum(self.low, other.low);
        let sum = Self::ordered_sum(high.high, high.low + low.high);
        Self::ordered_sum(sum.high, sum.low + low.low)
    }
}

impl Neg for Double {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Self { high: -self.high, low: -self.low }
    }
}

impl Sub for Double {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

/// How finely `[1, 2]` is cut for logarithms.
const STEPS: usize = 64;

/// Factorials up to this one are in a table.
const SMALL: usize = 4096;

struct Tables {
    /// The logarithms of `1 + i / STEPS`.
    logarithms: [Double; STEPS + 1],
    /// The logarithms of the factorials below [`SMALL`].
    factorials: Vec<Double>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut logarithms = [Double::ZERO; STEPS + 1];
        for i in 0..STEPS {
            // ln((STEPS + i + 1) / (STEPS + i)) = 2 artanh(1 / (2 STEPS + 2 i + 1))
            let z = Double::from(1.0).over(Double::from((2 * (STEPS + i) + 1) as f64));
            let (square, mut power, mut sum) = (z.times(z), z, z);
            for odd in (3..25).step_by(2) {
                power = power.times(square);
                sum = sum + power.over(Double::from(f64::from(odd)));
            }
            logarithms[i + 1] = logarithms[i] + sum.scaled(2.0);
        }
        let mut factorials = vec![Double::ZERO; SMALL];
        for k in 2..SMALL {
            factorials[k] = factorials[k - 1] + ln(k as f64, &logarithms);
        }
        Tables { logarithms, factorials }
    })
}

/// The natural logarithm of a number from 1 to `2^53`.
#[inline]
fn ln(x: f64, logarithms: &[Double; STEPS + 1]) -> Double {
    const MANTISSA: u64 = (1 << 52) - 1;
    let bits = x.to_bits();
    let exponent = (bits >> 52) as i64 - 1023;
    let m = f64::from_bits((bits & MANTISSA) | (1023 << 52));
    let step = ((m - 1.0) * STEPS as f64).round();
    let c = 1.0 + step / STEPS as f64;
    // ln(m / c) = 2 artanh((m - c) / (m + c)), whose argument is at most 1/256; each term needs
    // fewer digits than the one before.
    let z = Double::from(m - c).over(Double::sum(m, c));
    let square = z.times(z);
    let w = square.high;
    let rest = w * w * (1.0 / 5.0 + w * (1.0 / 7.0 + w * (1.0 / 9.0 + w * (1.0 / 11.0))));
    let tail = square.times(Double { high: 1.0 / 3.0, low: 1.850_371_707_708_594e-17 })
        + Double::from(rest);
    logarithms[STEPS].scaled(exponent as f64)
        + logarithms[step as usize]
        + (z + z.times(tail)).scaled(2.0)
}

/// The natural logarithm of `k!`, for k up to `2^53`: off by less than 2e-20 up to `2^32`.
pub(super) fn ln_factorial(k: u64) -> Double {
    /// `ln(2 pi) / 2`
    const HALF_LN_TAU: Double =
        Double { high: 0.918_938_533_204_672_8, low: -3.878_294_158_067_241_4e-17 };
    let tables = tables();
    if let Some(&small) = tables.factorials.get(k as usize) {
        return small;
    }
    // Stirling's series, whose first term left out is below 1e-29 here.
    let x = k as f64;
    let over = 1.0 / x;
    let square = over * over;
    let series = over * (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0)));
    ln(x, &tables.logarithms).times(Double::sum(x, 0.5)) - Double::from(x)
        + (HALF_LN_TAU + Double::from(series))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value from 40 digits computed elsewhere (mpmath), as the two parts of a `Double`.
    fn off(k: u64, high: f64, low: f64) -> f64 {
        let difference = ln_factorial(k) - Double { high, low };
        (difference.high + difference.low).abs()
    }

    #[test]
    fn factorials_have_twenty_places() {
        const VALUES: [(u64, f64, f64); 12] = [
            (0, 0.0, 0.0),
            (1, 0.0, 0.0),
            (2, std::f64::consts::LN_2, 2.3190468138462996e-17),
            (10, 15.104412573075516, -5.84624463166684e-16),
            (170, 706.5730622457874, -7.984949692774774e-15),
            (4095, 29970.33029467733, -3.2830379436293987e-13),
            (4096, 29978.648060844047, 1.2409416696549929e-12),
            (9835, 80590.58215601752, 4.995522629848136e-12),
            (88162, 915739.2505710033, -3.848902685876653e-11),
            (1000003, 12815559.831195844, -8.272707693999117e-10),
            (5000000, 72124750.98340465, 6.179852353635334e-09),
            (4294967295, 90970455792.05489, 4.067866746820857e-06),
        ];
        for (k, high, low) in VALUES {
            let error = off(k, high, low);
            assert!(error <= 1e-20 + 1e-29 * high, "{k}: off by {error}");
        }
    }

    #[test]
    fn the_table_and_the_series_meet() {
        let k = SMALL as u64;
        let step = ln_factorial(k) - ln_factorial(k - 1);
        let direct = ln(k as f64, &tables().logarithms);
        assert!((step - direct).high.abs() < 1e-20, "{:?} {direct:?}", step);
    }
}
