//! How much greater the odds of a purchase are because of an offer.

use super::{LearnedNumber, Observation, counts};
use crate::decide::policy::Assume;
use crate::decide::reasons::Kind;

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn log_odds(p: f64) -> f64 {
    let p = p.clamp(1e-9, 1.0 - 1e-9);
    (p / (1.0 - p)).ln()
}

/// The slope of the log-likelihood and its curvature (taken positive) if the log odds of all that
/// were made, or of all that were not, are `shift` above those of the model.
fn slope(seen: &[Observation], made: bool, shift: f64) -> (f64, f64) {
    let (mut slope, mut curvature) = (0.0, 0.0);
    for one in seen.iter().filter(|one| one.made == made) {
        let p = sigmoid(log_odds(one.base) + shift);
        slope += f64::from(u8::from(one.bought)) - p;
        curvature += p * (1.0 - p);
    }
    (slope, curvature)
}

/// Without a weight of what is assumed, data in which nobody or everybody buys has no maximum.
fn weight(pseudo: f64) -> f64 {
    pseudo.max(1e-6)
}

/// The odds that an offer adds. Those without one are `base_odds` times the model's if nothing was
/// withheld.
pub(super) fn odds(
    kind: Kind,
    seen: &[Observation],
    prior: f64,
    base_odds: f64,
    pseudo: f64,
) -> Option<LearnedNumber> {
    let (exposures, withheld, purchases) = counts(seen);
    if exposures == 0 {
        return None;
    }
    let prior_log = prior.max(1.0).ln();
    let weight = weight(pseudo);
    // The shifts of those made (a + b) and of those withheld (a).
    let mut without = if withheld > 0 { 0.0 } else { base_odds.ln() };
    let mut with = without + prior_log;
    let mut variance = 1.0 / weight;
    // If all buy or none, whatever was offered, there is nothing to compare.
    let alike = withheld > 0 && seen.iter().all(|one| one.bought == seen[0].bought);
    for _ in 0..if alike { 0 } else { 200 } {
        let pull = weight * (with - without - prior_log);
        let (slope_made, m) = slope(seen, true, with);
        let (slope_not, n) = if withheld > 0 { slope(seen, false, without) } else { (0.0, 0.0) };
        let (of_made, of_not) = (slope_made - pull, slope_not + pull);
        let (mut step_made, mut step_not);
        if withheld > 0 {
            // This form of the determinant loses no digits where one of the two is far away.
            let determinant = m * n + weight * (m + n);
            step_made = ((n + weight) * of_made + weight * of_not) / determinant;
            step_not = ((m + weight) * of_not + weight * of_made) / determinant;
            variance = (m + n) / determinant;
        } else {
            (step_made, step_not) = (of_made / (m + weight), 0.0);
            variance = 1.0 / (m + weight);
        }
        // The log-likelihood is concave; a short step keeps Newton's method from leaping.
        let length = step_made.abs().max(step_not.abs());
        if length > 1.0 {
            step_made /= length;
            step_not /= length;
        }
        with += step_made;
        without += step_not;
        if length < 1e-12 {
            break;
        }
    }
    Some(LearnedNumber {
        name: format!("assume.{}", Assume::odds_name(kind)),
        // An offer that does harm is worth nothing, and nothing more can be said.
        value: (with - without).exp().clamp(1.0, 1000.0),
        prior,
        exposures,
        withheld,
        purchases,
        left_out: 0,
        standard_error: variance.sqrt(),
    })
}

/// The odds without an offer over the model's.
pub(super) fn base_odds(
    kind: Kind,
    seen: &[Observation],
    prior: f64,
    pseudo: f64,
) -> Option<LearnedNumber> {
    let (exposures, withheld, _) = counts(seen);
    if withheld == 0 {
        return None;
    }
    let weight = weight(pseudo);
    let prior_log = prior.ln();
    let (mut shift, mut variance) = (prior_log, 1.0 / weight);
    for _ in 0..200 {
        let (slope, curvature) = slope(seen, false, shift);
        variance = 1.0 / (curvature + weight);
        let step = (slope - weight * (shift - prior_log)) * variance;
        shift += step.clamp(-1.0, 1.0);
        if step.abs() < 1e-12 {
            break;
        }
    }
    Some(LearnedNumber {
        name: format!("assume.{}", Assume::base_name(kind)),
        value: shift.exp().clamp(1e-3, 1e3),
        prior,
        exposures,
        withheld,
        purchases: seen.iter().filter(|one| !one.made && one.bought).count() as u64,
        left_out: 0,
        standard_error: variance.sqrt(),
    })
}
