//! Logarithm and exponential in single precision, of additions and multiplications only: faster
//! than the system's, and the same on every system, as decisions should be.

/// The natural logarithm of a positive, normal number; within 2e-7 of it, absolute or relative.
#[inline]
pub(crate) fn ln(x: f32) -> f32 {
    // x = 2^e m with m from sqrt(1/2) to sqrt(2); ln m = 2 artanh((m - 1) / (m + 1)).
    let bits = x.to_bits();
    let shifted = bits.wrapping_sub(std::f32::consts::FRAC_1_SQRT_2.to_bits());
    let e = (shifted as i32) >> 23;
    let m = f32::from_bits(bits.wrapping_sub((e as u32) << 23));
    let z = (m - 1.0) / (m + 1.0);
    let w = z * z;
    let series = w * (1.0 / 3.0 + w * (1.0 / 5.0 + w * (1.0 / 7.0 + w * (1.0 / 9.0))));
    2.0 * z + (2.0 * z * series + e as f32 * std::f32::consts::LN_2)
}

/// e^x, within 3e-7 of it, relative; from e^-87 to e^87, beyond which x is taken as -87 or 87.
#[inline]
pub(crate) fn exp(x: f32) -> f32 {
    // x = n ln 2 + r with |r| <= ln 2 / 2; ln 2 in two parts, the first of few bits, keeps r exact.
    let x = x.clamp(-87.0, 87.0);
    // Adding and taking away 1.5 * 2^23 rounds to an integer.
    let n = (x * std::f32::consts::LOG2_E + 12_582_912.0) - 12_582_912.0;
    let r = (x - n * 0.693_359_4) + n * 2.121_944_4e-4;
    let series = 1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0 + r * (1.0 / 5040.0)));
    let e_r = 1.0 + r + r * r * (0.5 + r * (1.0 / 6.0 + r * series));
    e_r * f32::from_bits(((n as i32 + 127) as u32) << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_to_double_precision() {
        let mut x = 1e-30f32;
        while x < 1e30 {
            let exact = f64::from(x).ln();
            let error = (f64::from(ln(x)) - exact).abs();
            assert!(error <= 2e-7 * exact.abs().max(1.0), "ln({x}): {error}");
            x *= 1.000_31;
        }
        assert_eq!(ln(1.0), 0.0);
        let mut x = -87.0f32;
        while x <= 87.0 {
            let exact = f64::from(x).exp();
            let error = (f64::from(exp(x)) / exact - 1.0).abs();
            assert!(error <= 3e-7, "exp({x}): {error}");
            x += 0.001_7;
        }
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(f32::NEG_INFINITY) > 0.0 && exp(f32::INFINITY).is_finite());
    }
}
