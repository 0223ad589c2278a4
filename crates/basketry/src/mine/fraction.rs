//! Shares as the decimals their users wrote, compared in integers.

/// A share in `[0, 1]` as an exact decimal fraction `digits / 10^places`.
///
/// An `f64` stands for the shortest decimal that rounds to it, which is the number its user
/// wrote: `0.1` is one tenth, so that 3 of 30 reaches it, although the `f64` itself is a little
/// more than a tenth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fraction {
    /// At most 17 decimal digits.
    digits: u64,
    /// `10^places`, or `None` if that exceeds 128 bits: the share is then below `10^-21`.
    scale: Option<u128>,
}

impl Fraction {
    /// The decimal behind `share`. `None` if it is not a number from 0 to 1.
    pub(crate) fn from_f64(share: f64) -> Option<Self> {
        if !(0.0..=1.0).contains(&share) {
            return None;
        }
        // Scientific notation prints the shortest digits that read back as the same number.
        let text = format!("{:e}", share.abs());
        let (mantissa, exponent) = text.split_once('e')?;
        let exponent: i32 = exponent.parse().ok()?;
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: u64 = format!("{whole}{part}").parse().ok()?;
        let places = part.len() as i32 - exponent;
        let scale = 10u128.checked_pow(u32::try_from(places).ok()?);
        Some(Self { digits, scale })
    }

    /// The smallest `part` with `part / whole >= self`.
    pub(crate) fn least_part(self, whole: u64) -> u64 {
        // digits < 10^17 and whole < 2^64, so the product is below 2^121.
        let product = u128::from(self.digits) * u128::from(whole);
        match self.scale {
            Some(scale) => product.div_ceil(scale) as u64,
            None => u64::from(product > 0),
        }
    }

    /// The largest `whole` with `part / whole >= self`.
    pub(crate) fn most_whole(self, part: u64) -> u64 {
        if self.digits == 0 {
            return u64::MAX;
        }
        if part == 0 {
            return 0;
        }
        // If the product leaves 128 bits, the quotient leaves 64.
        match self.scale.and_then(|scale| scale.checked_mul(u128::from(part))) {
            Some(product) => match u64::try_from(product) {
                Ok(product) => product / self.digits,
                Err(_) => u64::try_from(product / u128::from(self.digits)).unwrap_or(u64::MAX),
            },
            None => u64::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fraction(share: f64) -> Fraction {
        Fraction::from_f64(share).unwrap()
    }

    #[test]
    fn thresholds_are_decimals() {
        assert_eq!(fraction(0.1).least_part(30), 3);
        assert_eq!(fraction(0.1).least_part(31), 4);
        assert_eq!(fraction(0.3).least_part(10), 3);
        assert_eq!(fraction(0.07).least_part(100), 7);
        assert_eq!(fraction(0.1).most_whole(3), 30);
        assert_eq!(fraction(0.9).most_whole(9), 10);
        assert_eq!(fraction(1.0).least_part(7), 7);
        assert_eq!(fraction(1.0).most_whole(7), 7);
        assert_eq!(fraction(0.0).least_part(7), 0);
        assert_eq!(fraction(0.0).most_whole(0), u64::MAX);
    }

    #[test]
    fn the_smallest_and_largest_numbers_work() {
        for share in [f64::MIN_POSITIVE, 5e-324, 1e-30, 1e-38] {
            assert_eq!(fraction(share).least_part(u64::MAX), 1, "{share}");
            assert_eq!(fraction(share).most_whole(1), u64::MAX, "{share}");
        }
        assert_eq!(fraction(0.999_999_999_999_999_9).least_part(1 << 40), 1 << 40);
        for bad in [f64::NAN, -0.1, 1.000_000_1, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Fraction::from_f64(bad), None, "{bad}");
        }
        assert_eq!(fraction(-0.0).least_part(5), 0);
    }

    proptest! {
        #[test]
        fn the_two_bounds_agree(
            thousandths in 1u32..=1000, part in 0u64..5000, whole in 1u64..5000,
        ) {
            let share = fraction(f64::from(thousandths) / 1000.0);
            let holds = part * 1000 >= u64::from(thousandths) * whole;
            prop_assert_eq!(part >= share.least_part(whole), holds);
            prop_assert_eq!(whole <= share.most_whole(part), holds);
        }
    }
}
