//! Calibration: what the logistic regression gets wrong in the same direction wherever it says the
//! same, measured and put right, for each task and segment apart.
//!
//! The curve takes log odds to log odds: piecewise linear, rising, with knots where the fitted
//! examples say as much between any two (equal sums of p (1 - p)). Each knot lies at the mean log
//! odds predicted around it, and takes them to those observed, by isotonic regression (pool
//! adjacent violators; Barlow and others 1972), drawn towards the prediction by a few pseudo-examples.
//! Beyond the outer knots the slope is 1.

use crate::affinity::curve::KNOTS;
use crate::affinity::logistic::Examples;

/// Bought examples without which the curve stays straight: about thirty for each knot.
const MIN_BOUGHT: usize = 30 * KNOTS;
/// The least slope of the curve.
const LEAST_SLOPE: f64 = 0.05;
/// Examples' worth of information (p (1 - p)) for the prediction itself at each knot.
const PRIOR: f64 = 5.0;

/// The curve of a set of examples, whose predicted log odds are given: [`KNOTS`] log odds, rising,
/// then what each becomes, not falling. The straight line where there are too few.
pub(super) fn fit(examples: &Examples, log_odds: &[f32]) -> [f32; 2 * KNOTS] {
    let straight = straight();
    let bought = examples.positives();
    if bought < MIN_BOUGHT || examples.len() - bought < MIN_BOUGHT {
        return straight;
    }
    let mut order: Vec<u32> = (0..log_odds.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| {
        log_odds[a as usize].total_cmp(&log_odds[b as usize]).then(a.cmp(&b))
    });
    let information = |row: usize| {
        let p = probability(f64::from(log_odds[row]));
        f64::from(examples.weight[row]) * p * (1.0 - p)
    };
    let total: f64 = order.iter().map(|&row| information(row as usize)).sum();
    let mut bins: Vec<Bin> = Vec::with_capacity(KNOTS);
    let mut bin = Bin::default();
    let mut done = 0.0;
    for tie in order.chunk_by(|&a, &b| log_odds[a as usize] == log_odds[b as usize]) {
        for &row in tie {
            let row = row as usize;
            let weight = f64::from(examples.weight[row]);
            let information = information(row);
            bin.weight += weight;
            bin.information += information;
            bin.log_odds += information * f64::from(log_odds[row]);
            bin.predicted += weight * probability(f64::from(log_odds[row]));
            bin.bought += if examples.bought[row] { weight } else { 0.0 };
            done += information;
        }
        if done >= total * (bins.len() + 1) as f64 / KNOTS as f64 && bins.len() + 1 < KNOTS {
            bins.push(std::mem::take(&mut bin));
        }
    }
    bins.push(bin);
    // Ties may have left fewer bins than knots: too few different predictions for a curve.
    if bins.len() < KNOTS
        || bins.iter().any(|bin| bin.information.is_nan() || bin.information <= 0.0)
    {
        return straight;
    }
    let x: Vec<f64> = bins.iter().map(|bin| bin.log_odds / bin.information).collect();
    // How far the log odds are off: one Newton step on a constant added to those of the bin.
    let y: Vec<f64> = bins
        .iter()
        .zip(&x)
        .map(|(bin, x)| {
            let step = (bin.bought - bin.predicted) / (bin.information + PRIOR);
            x + step.clamp(-1.0, 1.0)
        })
        .collect();
    let weights: Vec<f64> = bins.iter().map(|bin| bin.information).collect();
    let mut y = isotonic(&y, &weights);
    // Never flat: what is ranked higher stays so.
    for k in 1..KNOTS {
        y[k] = y[k].max(y[k - 1] + LEAST_SLOPE * (x[k] - x[k - 1]));
    }
    let mut curve = [0.0; 2 * KNOTS];
    for k in 0..KNOTS {
        curve[k] = x[k] as f32;
        curve[KNOTS + k] = y[k] as f32;
    }
    let rising = curve[..KNOTS].windows(2).all(|pair| pair[1] - pair[0] > 1e-3);
    if rising && curve.iter().all(|x| x.abs() < 80.0) { curve } else { straight }
}

/// The curve that changes nothing.
pub(super) fn straight() -> [f32; 2 * KNOTS] {
    std::array::from_fn(|k| (k % KNOTS) as f32 - KNOTS as f32 / 2.0)
}

#[derive(Default)]
struct Bin {
    weight: f64,
    information: f64,
    log_odds: f64,
    predicted: f64,
    bought: f64,
}

fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// The nearest sequence that does not fall, in weighted least squares.
fn isotonic(y: &[f64], weights: &[f64]) -> Vec<f64> {
    // Blocks of a value, a weight, and how many entries have it.
    let mut blocks: Vec<(f64, f64, usize)> = Vec::with_capacity(y.len());
    for (&y, &weight) in y.iter().zip(weights) {
        blocks.push((y, weight, 1));
        while let [.., a, b] = &blocks[..] {
            if a.0 <= b.0 {
                break;
            }
            let weight = a.1 + b.1;
            let merged = ((a.0 * a.1 + b.0 * b.1) / weight, weight, a.2 + b.2);
            blocks.truncate(blocks.len() - 2);
            blocks.push(merged);
        }
    }
    blocks.iter().flat_map(|&(y, _, n)| std::iter::repeat_n(y, n)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::affinity::curve::Curve;
    use crate::affinity::features::FEATURES;

    #[test]
    fn isotonic_pools_what_falls() {
        let even = [1.0; 5];
        assert_eq!(isotonic(&[1.0, 3.0, 2.0, 2.5, 9.0], &even), [1.0, 2.5, 2.5, 2.5, 9.0]);
        assert_eq!(isotonic(&[3.0, 1.0], &[1.0, 3.0]), [1.5, 1.5]);
        assert_eq!(isotonic(&[], &[]), [0.0; 0]);
    }

    /// Examples with the probability of `log_odds` bent by `bend`, as weights of both outcomes.
    fn bent(bend: impl Fn(f32) -> f32) -> (Examples, Vec<f32>) {
        let mut examples = Examples::default();
        let mut predicted = Vec::new();
        for at in 0..4000 {
            let log_odds = at as f32 / 500.0 - 6.0;
            let p = 1.0 / (1.0 + (-bend(log_odds)).exp());
            for (bought, share) in [(true, p), (false, 1.0 - p)] {
                examples.push([0.0; FEATURES], bought, share * 50.0);
                predicted.push(log_odds);
            }
        }
        (examples, predicted)
    }

    #[test]
    fn a_bent_curve_is_found_and_a_straight_one_left_alone() {
        for bend in [|x: f32| x, |x: f32| x + 0.4, |x: f32| x + 0.1 * (x + 2.0).powi(2)] {
            let (examples, predicted) = bent(bend);
            let knots = fit(&examples, &predicted);
            let curve = Curve::new(&knots);
            for log_odds in [-3.0, -2.0, -1.0, 0.0, 0.5] {
                let (found, wanted) = (curve.at(log_odds), bend(log_odds));
                assert!((found - wanted).abs() < 0.2, "{log_odds}: {found} instead of {wanted}");
            }
        }
    }

    #[test]
    fn curves_rise_everywhere() {
        // Observed rates that fall with the prediction: the best that rises is flat.
        let (examples, predicted) = bent(|x| -0.3 * x - 2.0);
        let knots = fit(&examples, &predicted);
        let curve = Curve::new(&knots);
        let mut before = f32::NEG_INFINITY;
        for step in -200..200 {
            let now = curve.at(step as f32 / 10.0);
            assert!(now >= before, "{step}");
            before = now;
        }
        assert_ne!(knots, straight());
    }

    #[test]
    fn few_examples_leave_it_straight() {
        let mut examples = Examples::default();
        let mut predicted = Vec::new();
        for at in 0..100 {
            examples.push([0.0; FEATURES], at % 2 == 0, 1.0);
            predicted.push(at as f32 / 10.0);
        }
        let knots = fit(&examples, &predicted);
        let curve = Curve::new(&knots);
        for x in [-30.0, -1.0, 0.0, 2.5, 30.0] {
            assert!((curve.at(x) - x).abs() < 1e-4);
        }
    }
}
