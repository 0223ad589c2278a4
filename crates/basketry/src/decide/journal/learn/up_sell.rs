//! Who takes a dearer variant, and who leaves because of it.

use super::{LearnedNumber, Observation, counts};

/// The variance of so many of so many, with half a one added to either side: shares of 0 and 1 are
/// not certain either.
fn variance(bought: f64, of: u64) -> f64 {
    let share = (bought + 0.5) / (of as f64 + 1.0);
    share * (1.0 - share) * of as f64
}

/// The share of receptive customers who take a dearer variant because it is offered.
pub(super) fn accept(seen: &[Observation], prior: f64, pseudo: f64) -> Option<LearnedNumber> {
    let (exposures, withheld, purchases) = counts(seen);
    let receptive = |made: bool| -> f64 {
        seen.iter().filter(|one| one.made == made).map(|one| one.base).sum()
    };
    let (offered, not) = (receptive(true), receptive(false));
    if exposures == 0 || offered <= 0.0 {
        return None;
    }
    let mut measured = purchases as f64 / offered;
    let mut spread = variance(purchases as f64, exposures) / (offered * offered);
    // A difference of two shares is as certain as one share of half their harmonic mean.
    let mut of = offered;
    if not > 0.0 {
        let anyway = seen.iter().filter(|one| !one.made && one.bought).count() as f64;
        measured -= anyway / not;
        spread += variance(anyway, withheld) / (not * not);
        of = offered * not / (offered + not);
    }
    // As if as many receptive ones had been seen as make the assumed purchases.
    let pseudo_offered = if prior > 0.0 { pseudo / prior } else { pseudo };
    let trust = of / (of + pseudo_offered);
    Some(LearnedNumber {
        name: "assume.accept".to_owned(),
        value: (prior + trust * (measured.clamp(0.0, 1.0) - prior)).clamp(0.0, 1.0),
        prior,
        exposures,
        withheld,
        purchases,
        left_out: 0,
        standard_error: (trust * spread).sqrt(),
    })
}

/// How many more buy neither product if the dearer one is offered.
pub(super) fn abandon(seen: &[Observation], prior: f64, pseudo: f64) -> Option<LearnedNumber> {
    let (exposures, withheld, left) = counts(seen);
    if exposures == 0 || withheld == 0 {
        return None;
    }
    let left_anyway = seen.iter().filter(|one| !one.made && one.bought).count() as f64;
    let (made, not) = (exposures as f64, withheld as f64);
    let measured = (left as f64 / made - left_anyway / not).clamp(0.0, 1.0);
    let spread = variance(left as f64, exposures) / (made * made)
        + variance(left_anyway, withheld) / (not * not);
    // The weight of the prior is that of so many lost sales among as many as it takes to see them.
    let prior_variance =
        if prior > 0.0 && pseudo > 0.0 { prior * prior / pseudo } else { f64::INFINITY };
    let trust =
        if prior_variance.is_finite() { prior_variance / (prior_variance + spread) } else { 1.0 };
    Some(LearnedNumber {
        name: "assume.abandon".to_owned(),
        value: (prior + trust * (measured - prior)).clamp(0.0, 1.0),
        prior,
        exposures,
        withheld,
        purchases: left,
        left_out: 0,
        standard_error: (trust * spread).sqrt(),
    })
}
