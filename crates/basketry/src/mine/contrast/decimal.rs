//! Numbers as their users wrote them, compared in integers.

/// A number that is not negative, as the decimal that was written: `digits * 10^-places`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Decimal {
    /// At most 17 decimal digits.
    digits: u64,
    places: i32,
}

impl Decimal {
    /// The decimal behind `value`. `None` if it is negative or not finite.
    pub(crate) fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() || value < 0.0 {
            return None;
        }
        let text = format!("{:e}", value.abs());
        let (mantissa, exponent) = text.split_once('e')?;
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{part}").parse().ok()?;
        Some(Self { digits, places: part.len() as i32 - exponent.parse::<i32>().ok()? })
    }

    /// Whether `part / whole` is at least this, exactly; `whole` is not 0.
    pub(crate) fn reached_by(self, part: u64, whole: u64) -> bool {
        let scale = 10u128.checked_pow(self.places.unsigned_abs());
        let product = u128::from(self.digits) * u128::from(whole);
        // Where a power of ten leaves 128 bits, the other side does not come near it.
        if self.places >= 0 {
            let scaled = scale.and_then(|scale| scale.checked_mul(part.into()));
            product == 0 || scaled.map_or(part > 0, |scaled| scaled >= product)
        } else {
            let scaled = scale.and_then(|scale| scale.checked_mul(product));
            product == 0 || scaled.is_some_and(|scaled| u128::from(part) >= scaled)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_compared_exactly() {
        let decimal = |value| Decimal::from_f64(value).unwrap();
        assert!(decimal(1.1).reached_by(11, 10) && !decimal(1.1).reached_by(109, 100));
        assert!(decimal(2.1).reached_by(21, 10) && decimal(0.0).reached_by(0, 3));
        assert!(!decimal(1e300).reached_by(u64::MAX, 1) && decimal(1e19).reached_by(u64::MAX, 1));
        assert!(decimal(1e-300).reached_by(1, u64::MAX) && !decimal(1e-300).reached_by(0, 1));
        assert!(decimal(1200.0).reached_by(1200, 1) && !decimal(1200.0).reached_by(1199, 1));
        for bad in [f64::NAN, -1.0, f64::INFINITY] {
            assert_eq!(Decimal::from_f64(bad), None);
        }
    }
}
