//! The slot that is drawn by lot.

use xxhash_rust::xxh3::Xxh3;

use super::{Pick, Scene, Slate};
use crate::data::Id;
use crate::decide::candidates::Outcome;
use crate::decide::policy::ExplorePolicy;
use crate::decide::reasons::{Kind, Reason};
use crate::decide::sets::Products;

/// One of the candidates that a slot was drawn from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Choice {
    pub(crate) outcome: u32,
    pub(crate) products: Products,
    pub(crate) kind: Kind,
    pub(crate) value: f64,
    /// With which it was to be drawn.
    pub(crate) probability: f64,
}

impl Slate {
    /// Draws one offer among the candidates that are left: of the first stage that has any, the most
    /// valuable ones that fit the limits.
    pub(super) fn draw(&mut self, outcomes: &mut [Outcome], scene: &Scene<'_>) -> Option<Pick> {
        let rule = &scene.policy.explore;
        for stage in &mut self.stages {
            while self.choices.len() < rule.candidates as usize {
                let Some(i) = stage.next(outcomes, scene) else {
                    self.too_few_to_draw = true;
                    break;
                };
                let value = outcomes[i as usize].value;
                let outcome = &mut outcomes[i as usize];
                // A quota may have taken it.
                let Some(kind) = outcome.kind.filter(|_| outcome.reason.is_none()) else {
                    continue;
                };
                if self.chosen.iter().any(|pick| pick.outcome == i) {
                    continue;
                }
                if let Some(reason) = self.limits.refuses(scene, outcome) {
                    outcome.reason = Some(reason);
                    continue;
                }
                if let Some(best) = self.choices.first()
                    && value < rule.floor * best.value
                {
                    outcome.reason = Some(Reason::Outranked);
                    break;
                }
                let products = scene.together.products(outcome);
                let choice = Choice { outcome: i, products, kind, value, probability: 0.0 };
                self.choices.push(choice);
            }
            if !self.choices.is_empty() {
                break;
            }
        }
        probabilities(&mut self.choices, rule);
        let drawn = pick(&self.choices, scene.draw)?;
        for (i, choice) in self.choices.iter().enumerate().filter(|&(i, _)| i != drawn) {
            let better = i < drawn;
            let reason = if better { Reason::NotDrawn } else { Reason::Outranked };
            outcomes[choice.outcome as usize].reason = Some(reason);
        }
        let Choice { outcome, probability, .. } = self.choices[drawn];
        self.limits.add(scene, &outcomes[outcome as usize]);
        Some(Pick { outcome, chosen_with: probability, pinned: false })
    }
}

/// The probability of each choice; choices come by falling value.
fn probabilities(choices: &mut [Choice], rule: &ExplorePolicy) {
    let Some(&Choice { value: best, .. }) = choices.first() else { return };
    let even = rule.share / choices.len() as f64;
    let by_value = 1.0 - rule.share;
    if rule.temperature > 0.0 {
        for choice in choices.iter_mut() {
            choice.probability = ((choice.value - best) / rule.temperature).exp();
        }
        let sum: f64 = choices.iter().map(|choice| choice.probability).sum();
        for choice in choices.iter_mut() {
            choice.probability = by_value * (choice.probability / sum) + even;
        }
    } else {
        for (i, choice) in choices.iter_mut().enumerate() {
            choice.probability = if i == 0 { by_value + even } else { even };
        }
    }
}

/// Where `draw`, from 0 up to 1, falls; none only where there is no choice.
fn pick(choices: &[Choice], draw: f64) -> Option<usize> {
    let mut sum = 0.0;
    for (i, choice) in choices.iter().enumerate() {
        sum += choice.probability;
        if draw < sum {
            return Some(i);
        }
    }
    // Rounding left the sum a little below 1.
    choices.iter().rposition(|choice| choice.probability > 0.0)
}

/// A number from 0 up to 1 that depends on the request and the policy alone.
pub(crate) fn uniform(seed: u64, policy_version: &str, customer: Option<&Id>) -> f64 {
    let mut hash = Xxh3::new();
    hash.update(b"explore");
    hash.update(&seed.to_le_bytes());
    hash.update(policy_version.as_bytes());
    match customer {
        None => {}
        Some(Id::Int(id)) => {
            hash.update(&[1]);
            hash.update(&id.to_le_bytes());
        }
        Some(Id::Str(id)) => {
            hash.update(&[2]);
            hash.update(id.as_bytes());
        }
    }
    (hash.digest() >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(values: &[f64]) -> Vec<Choice> {
        let choice = |(i, &value): (usize, &f64)| Choice {
            outcome: i as u32,
            products: (i as u32).into(),
            kind: Kind::CrossSell,
            value,
            probability: 0.0,
        };
        values.iter().enumerate().map(choice).collect()
    }

    fn explore(share: f64, temperature: f64) -> ExplorePolicy {
        ExplorePolicy { share, temperature, ..ExplorePolicy::default() }
    }

    #[test]
    fn probabilities_are_the_formula_and_sum_to_one() {
        let mut drawn = choices(&[3.0, 2.0, 2.0]);
        probabilities(&mut drawn, &explore(0.3, 0.5));
        let weights = [1.0, (-2f64).exp(), (-2f64).exp()];
        let sum: f64 = weights.iter().sum();
        for (choice, weight) in drawn.iter().zip(weights) {
            assert!((choice.probability - (0.7 * weight / sum + 0.1)).abs() < 1e-15);
        }
        assert!((drawn.iter().map(|choice| choice.probability).sum::<f64>() - 1.0).abs() < 1e-12);

        probabilities(&mut drawn, &explore(0.3, 0.0));
        let got: Vec<f64> = drawn.iter().map(|choice| choice.probability).collect();
        assert!((got[0] - 0.8).abs() < 1e-15 && got[1] == 0.3 / 3.0 && got[2] == got[1]);

        // Far apart: nothing overflows, and what is hopeless has no chance.
        let mut far = choices(&[1e12, 0.0]);
        probabilities(&mut far, &explore(0.0, 1e-9));
        assert_eq!((far[0].probability, far[1].probability), (1.0, 0.0));
        assert_eq!(pick(&far, 1.0 - 1e-16), Some(0));
    }

    #[test]
    fn a_draw_falls_where_the_probabilities_say() {
        let mut drawn = choices(&[2.0, 1.0]);
        probabilities(&mut drawn, &explore(0.5, 0.0));
        assert_eq!(pick(&drawn, 0.0), Some(0));
        assert_eq!(pick(&drawn, 0.749), Some(0));
        assert_eq!(pick(&drawn, 0.751), Some(1));
        assert_eq!(pick(&[], 0.5), None);
    }

    /// The numbers drawn with are even: a chi-square test over 64 cells, with as many customers.
    #[test]
    fn numbers_to_draw_with_are_even() {
        let mut cells = [0u32; 64];
        let draws = 64_000;
        for seed in 0..1000 {
            for customer in 0..64 {
                let u = uniform(seed, "0123456789abcdef", Some(&Id::Int(customer)));
                assert!((0.0..1.0).contains(&u));
                cells[(u * 64.0) as usize] += 1;
            }
        }
        let expected = f64::from(draws) / 64.0;
        let chi: f64 = cells.iter().map(|&n| (f64::from(n) - expected).powi(2) / expected).sum();
        // 63 degrees of freedom: above 117.6 in one of 20,000 runs; this one is always the same.
        assert!(chi < 117.6, "{chi}");
        assert_ne!(uniform(1, "a", None), uniform(2, "a", None));
        assert_ne!(uniform(1, "a", None), uniform(1, "b", None));
        assert_ne!(uniform(1, "a", Some(&Id::from("7"))), uniform(1, "a", Some(&Id::Int(7))));
    }
}
