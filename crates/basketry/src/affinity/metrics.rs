//! How good predicted probabilities are: log-loss, area under the ROC curve, calibration error.

use super::report::{ReliabilityBin, round6};

/// A prediction, what happened, and how much the row counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) probability: f64,
    pub(crate) bought: bool,
    pub(crate) weight: f64,
}

/// Quality on a set of rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Quality {
    /// Mean of -ln of the probability given to what happened.
    pub(crate) log_loss: f64,
    /// The probability that a bought row is ranked above one that was not; ties count half.
    pub(crate) auc: f64,
    /// Expected calibration error: mean absolute difference between predicted and observed share
    /// in [`BINS`] bins of equal weight by prediction.
    pub(crate) calibration_error: f64,
    /// The bins, from the least prediction on.
    pub(crate) bins: Vec<ReliabilityBin>,
}

pub(crate) const BINS: usize = 20;

/// `None` unless something was bought and something was not.
pub(crate) fn quality(outcomes: &mut [Outcome]) -> Option<Quality> {
    let total: f64 = outcomes.iter().map(|o| o.weight).sum();
    let bought: f64 = outcomes.iter().filter(|o| o.bought).map(|o| o.weight).sum();
    if !(bought > 0.0 && total > bought) {
        return None;
    }
    let loss: f64 = outcomes
        .iter()
        .map(|o| {
            let p = if o.bought { o.probability } else { 1.0 - o.probability };
            -o.weight * p.max(1e-15).ln()
        })
        .sum();

    outcomes.sort_by(|a, b| {
        a.probability
            .total_cmp(&b.probability)
            .then(a.bought.cmp(&b.bought))
            .then(a.weight.total_cmp(&b.weight))
    });
    let mut below = 0.0;
    let mut area = 0.0;
    let mut error = 0.0;
    let mut bin = (0.0, 0.0, 0.0);
    let mut bins = Vec::with_capacity(BINS);
    let mut close = |bin: (f64, f64, f64)| {
        if bin.0 > 0.0 {
            error += f64::abs(bin.1 - bin.2);
            bins.push(ReliabilityBin {
                share: round6(bin.0 / total),
                predicted: round6(bin.2 / bin.0),
                observed: round6(bin.1 / bin.0),
            });
        }
    };
    let mut done = 0.0;
    let mut next = 1.0;
    for tie in outcomes.chunk_by(|a, b| a.probability == b.probability) {
        let weight: f64 = tie.iter().map(|o| o.weight).sum();
        let positive: f64 = tie.iter().filter(|o| o.bought).map(|o| o.weight).sum();
        area += positive * (below + (weight - positive) / 2.0);
        below += weight - positive;
        bin.0 += weight;
        bin.1 += positive;
        bin.2 += weight * tie[0].probability;
        done += weight;
        // A tie is never torn apart: bins may come out a little unequal.
        if done >= total * next / BINS as f64 {
            close(bin);
            bin = (0.0, 0.0, 0.0);
            next = (done / total * BINS as f64).floor() + 1.0;
        }
    }
    close(bin);
    Some(Quality {
        log_loss: loss / total,
        auc: area / (bought * (total - bought)),
        calibration_error: error / total,
        bins,
    })
}

/// The log-loss of predicting the same probability for every row.
pub(crate) fn constant_log_loss(outcomes: &[Outcome], probability: f64) -> f64 {
    let mut total = 0.0;
    let mut loss = 0.0;
    for o in outcomes {
        let p = if o.bought { probability } else { 1.0 - probability };
        loss -= o.weight * p.max(1e-15).ln();
        total += o.weight;
    }
    loss / total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(probability: f64, bought: bool, weight: f64) -> Outcome {
        Outcome { probability, bought, weight }
    }

    #[test]
    fn by_hand() {
        let mut rows = [
            outcome(0.8, true, 1.0),
            outcome(0.4, false, 1.0),
            outcome(0.4, true, 1.0),
            outcome(0.1, false, 2.0),
        ];
        let quality = quality(&mut rows).unwrap();
        let loss = -(0.8f64.ln() + 0.6f64.ln() + 0.4f64.ln() + 2.0 * 0.9f64.ln()) / 5.0;
        assert!((quality.log_loss - loss).abs() < 1e-12);
        // Pairs: 0.8 beats all 3; 0.4 ties with 1 and beats 2.
        assert!((quality.auc - (3.0 + 0.5 + 2.0) / 6.0).abs() < 1e-12);
        let error = (0.2 + 0.2 + 0.2) / 5.0;
        assert!((quality.calibration_error - error).abs() < 1e-12, "{quality:?}");
    }

    #[test]
    fn weights_are_repetitions() {
        let mut weighted =
            [outcome(0.3, true, 2.0), outcome(0.2, false, 3.0), outcome(0.6, false, 1.0)];
        let mut repeated = [
            outcome(0.3, true, 1.0),
            outcome(0.3, true, 1.0),
            outcome(0.2, false, 1.0),
            outcome(0.2, false, 1.0),
            outcome(0.2, false, 1.0),
            outcome(0.6, false, 1.0),
        ];
        let (a, b) = (quality(&mut weighted).unwrap(), quality(&mut repeated).unwrap());
        assert!((a.log_loss - b.log_loss).abs() < 1e-12);
        assert!((a.auc - b.auc).abs() < 1e-12);
        assert!((a.calibration_error - b.calibration_error).abs() < 1e-12);
        assert!((constant_log_loss(&weighted, 0.5) - 2.0f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn nothing_to_tell_apart() {
        assert_eq!(quality(&mut []), None);
        assert_eq!(quality(&mut [outcome(0.5, true, 1.0)]), None);
    }
}
