//! The formulas of the measures that follow from the counts of a rule.

use super::hypergeometric;
use super::{Counts, Measure};

/// The thresholds that rules were made with, as shares.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Thresholds {
    pub min_support: f64,
    pub min_confidence: f64,
}

/// `n n_xy - n_x n_y`, which is also `n11 n00 - n10 n01`, rounded once: how far a rule is from
/// independence, and exactly 0 there.
fn excess(counts: Counts) -> f64 {
    let product = |a: u64, b: u64| i128::from(a).wrapping_mul(i128::from(b));
    // Nothing wraps below 2^63 baskets.
    product(counts.n, counts.n_xy).wrapping_sub(product(counts.n_x, counts.n_y)) as f64
}

/// `p ln(1 + relative)`, where p is 0 if the logarithm is infinite.
fn weighted_ln_1p(p: f64, relative: f64) -> f64 {
    if p == 0.0 { 0.0 } else { p * relative.ln_1p() }
}

/// The entropy of a share `a / n`, in nats.
fn entropy(a: f64, n: f64) -> f64 {
    let term = |p: f64| if p == 0.0 { 0.0 } else { -p * p.ln() };
    term(a / n) + term((n - a) / n)
}

/// The value of a measure; NaN for those that need the counts of other rules.
///
/// Where a difference of quotients would lose digits near independence, the formula is rewritten
/// to start from [`excess`].
pub(crate) fn value(measure: Measure, counts: Counts, thresholds: Thresholds) -> f64 {
    let Counts { n, n_x, n_y, n_xy } = counts;
    let (n, x, y, n11) = (n as f64, n_x as f64, n_y as f64, n_xy as f64);
    let (not_x, not_y) = (n - x, n - y);
    let (n10, n01) = (x - n11, y - n11);
    let n00 = not_x - n01;
    match measure {
        Measure::AntecedentSupport => x / n,
        Measure::ConsequentSupport => y / n,
        Measure::Support => n11 / n,
        Measure::Confidence => n11 / x,
        // Products of counts first: they are exact up to 2^53, so that independence gives
        // exactly 1 where a quotient of quotients would be off in the last place.
        Measure::Lift => (n11 * n) / (x * y),
        Measure::Representativity => 1.0,
        Measure::Leverage => excess(counts) / (n * n),
        Measure::Conviction if n_xy == n_x => f64::INFINITY,
        Measure::Conviction => (x * not_y) / (n * n10),
        Measure::ZhangsMetric => {
            let largest = f64::max(n11 * not_x, x * n01);
            if largest == 0.0 { 0.0 } else { excess(counts) / largest }
        }
        Measure::Jaccard => n11 / (x + n01),
        Measure::Certainty if n_y == counts.n => 0.0,
        Measure::Certainty => excess(counts) / (x * not_y),
        Measure::Kulczynski => (n11 / x + n11 / y) / 2.0,
        Measure::AddedValue => excess(counts) / (x * n),
        Measure::CasualConfidence => (n11 / x + n00 / not_x) / 2.0,
        Measure::CasualSupport => (n11 + n00) / n,
        Measure::ChiSquared => {
            let excess = excess(counts);
            n * (excess / (x * not_x)) * (excess / (y * not_y))
        }
        Measure::CollectiveStrength => {
            let kept = (n11 + n00) / (x * y + not_x * not_y);
            kept * ((x * not_y + not_x * y) / (n10 + n01))
        }
        Measure::ConfirmedConfidence => (n11 - n10) / x,
        Measure::Cosine => n11 / (x * y).sqrt(),
        Measure::Counterexample => (n11 - n10) / n11,
        Measure::DifferenceOfConfidence => excess(counts) / (x * not_x),
        Measure::FishersExactTest => hypergeometric::tails(counts).map_or(f64::NAN, |t| t.upper),
        Measure::Gini => {
            let excess = excess(counts);
            // Twice the variance of P(y|.) between the baskets with x and those without.
            if excess == 0.0 { 0.0 } else { 2.0 * (excess / n) * (excess / n) / (x * not_x) }
        }
        Measure::HyperConfidence => hypergeometric::tails(counts).map_or(f64::NAN, |t| t.lower),
        Measure::HyperLift => {
            hypergeometric::upper_percentile(counts).map_or(f64::NAN, |q| n11 / q as f64)
        }
        Measure::Imbalance => (x - y).abs() / (x + n01),
        Measure::ImplicationIndex => -excess(counts) / (n.sqrt() * (x * not_y).sqrt()),
        Measure::Importance => ((n11 + 1.0) * (not_x + 2.0) / ((x + 2.0) * (n01 + 1.0))).log10(),
        Measure::JMeasure => {
            let excess = excess(counts);
            weighted_ln_1p(n11 / n, excess / (x * y))
                + weighted_ln_1p(n10 / n, -excess / (x * not_y))
        }
        Measure::Kappa => 2.0 * excess(counts) / (x * not_y + not_x * y),
        Measure::Lambda => {
            let usual = y.max(not_y);
            (n11.max(n10) + n01.max(n00) - usual) / (n - usual)
        }
        Measure::Laplace => (n11 + 1.0) / (x + 2.0),
        Measure::LeastContradiction => (n11 - n10) / y,
        Measure::Lerman => excess(counts) / (n.sqrt() * (x * y).sqrt()),
        Measure::MaxConfidence => n11 / x.min(y),
        Measure::MutualInformation => {
            let excess = excess(counts);
            let shared = weighted_ln_1p(n11 / n, excess / (x * y))
                + weighted_ln_1p(n10 / n, -excess / (x * not_y))
                + weighted_ln_1p(n01 / n, -excess / (not_x * y))
                + weighted_ln_1p(n00 / n, excess / (not_x * not_y));
            shared / entropy(x, n).min(entropy(y, n))
        }
        Measure::OddsRatio => (n11 * n00) / (n10 * n01),
        Measure::Phi => excess(counts) / ((x * not_x).sqrt() * (y * not_y).sqrt()),
        Measure::Ralambondrainy => n10 / n,
        Measure::RelativeRisk => (n11 * not_x) / (x * n01),
        Measure::RelativeLinkageDisequilibrium => {
            let d = excess(counts) / n;
            if d > 0.0 {
                d / (d + n10.min(n01))
            } else if d < 0.0 {
                d / (d - n11.min(n00))
            } else {
                0.0
            }
        }
        Measure::RulePowerFactor => (n11 / n) * (n11 / x),
        Measure::Sebag => n11 / n10,
        Measure::StandardizedLift => {
            let Thresholds { min_support: s, min_confidence: c } = thresholds;
            // All bounds as counts of baskets with both sides.
            let largest = x.min(y);
            let least = (x + y - n)
                .max(1.0)
                .max(s * n)
                .max(c * x)
                .max(4.0 * s / ((1.0 + s) * (1.0 + s)) * (x * y / n));
            (n11 - least) / (largest - least)
        }
        Measure::VaryingLiaison => excess(counts) / (x * y),
        Measure::YuleQ => excess(counts) / (n11 * n00 + n10 * n01),
        Measure::YuleY => {
            let sum = (n11 * n00).sqrt() + (n10 * n01).sqrt();
            excess(counts) / (sum * sum)
        }
        Measure::N11 => n11,
        Measure::N10 => n10,
        Measure::N01 => n01,
        Measure::N00 => n00,
        Measure::Improvement | Measure::Boost => f64::NAN,
    }
}
