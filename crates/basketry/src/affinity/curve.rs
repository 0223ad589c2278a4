//! Calibration curves: piecewise linear from log odds to log odds, see
//! [`propensity`](super::propensity).

/// Knots of a curve.
pub(crate) const KNOTS: usize = 12;

/// A rising curve made ready for use: its value is that at the first knot, plus for each piece its
/// slope times how far the argument goes along it. No branch, so a loop over it is vectorised.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Curve {
    start: f32,
    /// Where each piece begins, how long it is, and its slope; before the first and behind the last
    /// knot the slope is 1.
    begin: [f32; KNOTS],
    length: [f32; KNOTS],
    slope: [f32; KNOTS],
}

impl Curve {
    /// From [`KNOTS`] rising log odds and what each becomes. What does not rise is kept from
    /// falling, whatever a file says.
    pub(crate) fn new(knots: &[f32]) -> Self {
        let (x, y) = knots.split_at(KNOTS.min(knots.len()));
        let mut curve = Self {
            start: y.first().copied().unwrap_or(0.0),
            begin: [0.0; KNOTS],
            length: [0.0; KNOTS],
            slope: [1.0; KNOTS],
        };
        for k in 0..KNOTS.min(x.len()).min(y.len()) {
            curve.begin[k] = x[k];
            let (Some(&next), Some(&value)) = (x.get(k + 1), y.get(k + 1)) else {
                curve.length[k] = f32::INFINITY;
                break;
            };
            curve.length[k] = (next - x[k]).max(0.0);
            if curve.length[k] > 0.0 {
                curve.slope[k] = ((value - y[k]) / curve.length[k]).max(0.0);
            }
        }
        curve
    }

    /// The calibrated log odds.
    #[inline(always)]
    pub(crate) fn at(&self, log_odds: f32) -> f32 {
        let mut value = self.start + (log_odds - self.begin[0]).min(0.0);
        for k in 0..KNOTS {
            value += self.slope[k] * (log_odds - self.begin[k]).clamp(0.0, self.length[k]);
        }
        value
    }
}
