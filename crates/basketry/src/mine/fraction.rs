//! Shares as the numbers their users meant, compared in integers.

/// A share in `[0, 1]` as an exact decimal fraction `digits / 10^places`.
///
/// An `f64` stands for the shortest decimal that rounds to it, which is the number its user
/// wrote: `0.1` is one tenth, so that 3 of 30 reaches it, although the `f64` itself is a little
/// more than a tenth.
///
/// It also stands for the quotient of two counts that rounds to it, which its user computed:
/// `7.0 / 30.0` is reached by 7 of 30, although its shortest decimal is a little more. (A decimal
/// of up to 15 digits is never within rounding of another quotient of real counts.)
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Fraction {
    /// The share itself.
    share: f64,
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
        Some(Self { share: share.abs(), digits, scale })
    }

    /// The smallest `part` with `part / whole >= self`.
    pub(crate) fn least_part(self, whole: u64) -> u64 {
        // digits < 10^17 and whole < 2^64, so the product is below 2^121.
        let product = u128::from(self.digits) * u128::from(whole);
        let part = match self.scale {
            Some(scale) => product.div_ceil(scale) as u64,
            None => u64::from(product > 0),
        };
        match part.checked_sub(1) {
            Some(less) if self.is_quotient(less, whole) => less,
            _ => part,
        }
    }

    /// The least `part` for which `part / whole` is at least every number that the share may stand
    /// for in some other whole: the lower end of the numbers that round to it as an `f64`.
    ///
    /// Both the decimal and every quotient of counts that is taken for the share round to it.
    pub(crate) fn least_part_of_any(self, whole: u64) -> u64 {
        let bits = self.share.to_bits();
        if bits == 0 {
            return 0;
        }
        // The share is `digits * 2^-places`; half a unit below it, or more, is the lower end.
        let (digits, places) = match bits >> 52 {
            0 => (bits, 1074),
            exponent => (bits & ((1 << 52) - 1) | 1 << 52, 1075 - exponent),
        };
        // Below 2^54 * 2^64.
        let product = u128::from(2 * digits - 1) * u128::from(whole);
        match u32::try_from(places + 1).ok().and_then(|places| 1u128.checked_shl(places)) {
            Some(unit) => product.div_ceil(unit) as u64,
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
        let whole = match self.scale.and_then(|scale| scale.checked_mul(u128::from(part))) {
            Some(product) => match u64::try_from(product) {
                Ok(product) => product / self.digits,
                Err(_) => u64::try_from(product / u128::from(self.digits)).unwrap_or(u64::MAX),
            },
            None => u64::MAX,
        };
        match whole.checked_add(1) {
            Some(more) if self.is_quotient(part, more) => more,
            _ => whole,
        }
    }

    // Whether `part / whole` rounds to the share. Below 2^52 the quotients of neighbouring counts
    // are further apart than floats are, so that no two of them round to the same one.
    fn is_quotient(self, part: u64, whole: u64) -> bool {
        const EXACT: u64 = 1 << 52;
        part > 0 && part < EXACT && whole < EXACT && part as f64 / whole as f64 == self.share
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
    fn thresholds_are_quotients() {
        assert_eq!(fraction(7.0 / 30.0).least_part(30), 7);
        assert_eq!(fraction(10.0 / 9835.0).least_part(9835), 10);
        assert_eq!(fraction(7.0 / 30.0).most_whole(7), 30);
        assert_eq!(fraction(f64::from_bits((7.0f64 / 30.0).to_bits() + 1)).least_part(30), 8);
    }

    #[test]
    fn the_least_part_of_any_is_below_all() {
        assert_eq!(fraction(0.1).least_part_of_any(30), 3);
        assert_eq!(fraction(0.1).least_part_of_any(31), 4);
        assert_eq!(fraction(1.0).least_part_of_any(1 << 40), 1 << 40);
        assert_eq!(fraction(1.0).least_part_of_any(7), 7);
        assert_eq!(fraction(7.0 / 30.0).least_part_of_any(30), 7);
        assert_eq!(fraction(0.5).least_part_of_any(0), 0);
        assert_eq!(fraction(5e-324).least_part_of_any(u64::MAX), 1);
        assert_eq!(fraction(0.0).least_part_of_any(5), 0);
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
        fn a_quotient_of_counts_is_reached_by_them(
            part in 1u64..1 << 40, more in 0u64..1 << 40,
        ) {
            let whole = part + more;
            let share = fraction(part as f64 / whole as f64);
            prop_assert_eq!(share.least_part(whole), part);
            prop_assert_eq!(share.most_whole(part), whole);
        }

        #[test]
        fn parts_cannot_all_stay_below(
            part in 1u64..1 << 40, more in 0u64..1 << 40, decimal in 1u64..10_000,
            scale in 1u64..5000, first in 0u64..1 << 40,
        ) {
            let whole = part + more;
            for share in [part as f64 / whole as f64, decimal as f64 / 10_000.0] {
                let share = fraction(share);
                let total = whole * scale;
                let first = first % (total + 1);
                let local = [first, total - first].map(|n| share.least_part_of_any(n));
                // As many as possible without reaching either.
                let missed: u64 = local.iter().map(|&least| least.saturating_sub(1)).sum();
                prop_assert!(missed < share.least_part(total));
            }
        }

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
