//! Weighted logistic regression for a few dozen features: Newton's method with a ridge.

use rayon::prelude::*;

use super::features::FEATURES;
use crate::{Control, Result};

/// Rows of features with what happened and how much each counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Examples {
    /// Features, [`FEATURES`] a row; the first is the intercept and 1.
    pub(crate) x: Vec<[f32; FEATURES]>,
    /// Whether it was bought.
    pub(crate) bought: Vec<bool>,
    /// Importance weight: the inverse of the probability with which the row was sampled.
    pub(crate) weight: Vec<f32>,
    /// By how much more or less the row counts when weights are fitted.
    pub(crate) focus: Vec<f32>,
}

impl Examples {
    pub(crate) fn len(&self) -> usize {
        self.bought.len()
    }

    #[cfg(test)]
    pub(crate) fn push(&mut self, x: [f32; FEATURES], bought: bool, weight: f32) {
        self.push_focused(x, bought, weight, 1.0);
    }

    pub(crate) fn push_focused(
        &mut self,
        x: [f32; FEATURES],
        bought: bool,
        weight: f32,
        focus: f32,
    ) {
        self.focus.push(focus);
        self.x.push(x);
        self.bought.push(bought);
        self.weight.push(weight);
    }

    pub(crate) fn append(&mut self, mut other: Examples) {
        self.x.append(&mut other.x);
        self.bought.append(&mut other.bought);
        self.weight.append(&mut other.weight);
        self.focus.append(&mut other.focus);
    }

    /// The number of rows that were bought.
    pub(crate) fn positives(&self) -> usize {
        self.bought.iter().filter(|&&bought| bought).count()
    }

    /// The weighted share that was bought.
    pub(crate) fn base_rate(&self) -> f64 {
        let mut all = 0.0;
        let mut bought = 0.0;
        for (&weight, &b) in self.weight.iter().zip(&self.bought) {
            all += f64::from(weight);
            bought += if b { f64::from(weight) } else { 0.0 };
        }
        if all > 0.0 { bought / all } else { 0.0 }
    }
}

/// Why no weights came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotFitted {
    /// Everything was bought, or nothing.
    OneOutcome,
    /// The steps did not settle.
    NotConverged,
}

type Vector = [f64; FEATURES];
type Matrix = [[f64; FEATURES]; FEATURES];

/// Rows summed by one task. Fixed, and the tasks' sums are added in order, so that the result
/// does not depend on the number of threads.
const CHUNK: usize = 4096;
const MAX_STEPS: usize = 50;
/// The first steps are made on one row in so many: they need not be exact.
const COARSE: usize = 8;
/// Rows from which on that pays.
const MANY: usize = 100_000;

#[derive(Clone, Copy)]
struct Sums {
    loss: f64,
    gradient: Vector,
    hessian: Matrix,
}

impl Sums {
    const ZERO: Sums =
        Sums { loss: 0.0, gradient: [0.0; FEATURES], hessian: [[0.0; FEATURES]; FEATURES] };

    fn merge(mut self, other: &Sums) -> Sums {
        self.loss += other.loss;
        for i in 0..FEATURES {
            self.gradient[i] += other.gradient[i];
            for j in 0..=i {
                self.hessian[i][j] += other.hessian[i][j];
            }
        }
        self
    }
}

/// What is fitted: the features that vary, standardised, in the order of `active`.
struct Problem<'a> {
    examples: &'a Examples,
    focused: bool,
    active: Vec<usize>,
    mean: Vector,
    scale: Vector,
    ridge: f64,
    control: &'a Control,
}

/// Fits the weights of the features in `used` (by index; 0, the intercept, is always used). The
/// others get 0. `ridge` penalises the squared weights of standardised features, the intercept
/// not. With `focused` rows count by their focus as well.
pub(crate) fn fit(
    examples: &Examples,
    used: &[usize],
    focused: bool,
    ridge: f64,
    control: &Control,
) -> Result<std::result::Result<[f32; FEATURES], NotFitted>> {
    let positives = examples.positives();
    if positives == 0 || positives == examples.len() {
        return Ok(Err(NotFitted::OneOutcome));
    }
    let (mean, scale) = standardise(examples);
    let varies = |&j: &usize| j == 0 || used.contains(&j) && scale[j] > 0.0;
    let active = (0..FEATURES).filter(varies).collect();
    let problem = Problem { examples, focused, active, mean, scale, ridge, control };
    let base = examples.base_rate();
    let mut w = [0.0; FEATURES];
    w[0] = (base / (1.0 - base)).ln();
    if examples.len() >= MANY {
        // Where this fails there is still the fit to everything.
        if let Ok(near) = problem.newton(w, COARSE)? {
            w = near;
        }
    }
    Ok(problem.newton(w, 1)?.map(|w| problem.unscale(&w)))
}

impl Problem<'_> {
    /// Newton's method with halved steps on every `stride`-th row, from the weights `w`.
    fn newton(
        &self,
        mut w: Vector,
        stride: usize,
    ) -> Result<std::result::Result<Vector, NotFitted>> {
        let mut now = self.sums(&w, stride)?;
        for _ in 0..MAX_STEPS {
            let Some(step) = solve(&now.hessian, &now.gradient) else {
                return Ok(Err(NotFitted::NotConverged));
            };
            // Twice the decrease of the loss that the step promises.
            let promise: f64 = step.iter().zip(&now.gradient).map(|(s, g)| s * g).sum();
            if !promise.is_finite() {
                return Ok(Err(NotFitted::NotConverged));
            }
            if promise <= 1e-10 * (1.0 + now.loss) {
                return Ok(Ok(w));
            }
            let mut length = 1.0;
            loop {
                let next: Vector = std::array::from_fn(|j| w[j] - length * step[j]);
                let sums = self.sums(&next, stride)?;
                if sums.loss <= now.loss - 1e-4 * length * promise {
                    w = next;
                    now = sums;
                    break;
                }
                length *= 0.5;
                if length < 1e-6 {
                    return Ok(Err(NotFitted::NotConverged));
                }
            }
        }
        Ok(Err(NotFitted::NotConverged))
    }

    /// The loss and its derivatives. What is not in use has a curvature of 1, and so no step.
    fn sums(&self, w: &Vector, stride: usize) -> Result<Sums> {
        let rows = self.examples.len().div_ceil(stride);
        let chunks: Vec<Sums> = (0..rows.div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                self.control.check()?;
                let rows = chunk * CHUNK..((chunk + 1) * CHUNK).min(rows);
                Ok(self.sum_rows(rows.map(|row| row * stride), w))
            })
            .collect::<Result<_>>()?;
        let mut total = chunks.iter().fold(Sums::ZERO, Sums::merge);
        for (j, w) in w.iter().enumerate() {
            let used = j < self.active.len();
            let ridge = if j > 0 && used { self.ridge } else { 0.0 };
            total.loss += 0.5 * ridge * w * w;
            total.gradient[j] += ridge * w;
            total.hessian[j][j] += if used { ridge } else { 1.0 };
        }
        Ok(total)
    }

    fn sum_rows(&self, rows: impl Iterator<Item = usize>, w: &Vector) -> Sums {
        let mut sums = Sums::ZERO;
        let n = self.active.len();
        let mut z = [0.0; FEATURES];
        for row in rows {
            let raw = &self.examples.x[row];
            for (z, &j) in z.iter_mut().zip(&self.active) {
                *z = (f64::from(raw[j]) - self.mean[j]) / self.scale[j];
            }
            let eta: f64 = z[..n].iter().zip(w).map(|(z, w)| z * w).sum();
            let weight = f64::from(self.examples.weight[row])
                * if self.focused { f64::from(self.examples.focus[row]) } else { 1.0 };
            let bought = self.examples.bought[row];
            let p = 1.0 / (1.0 + (-eta).exp());
            sums.loss += weight * log_loss(eta, bought);
            let residual = weight * (p - f64::from(u8::from(bought)));
            let curvature = weight * p * (1.0 - p);
            for i in 0..n {
                sums.gradient[i] += residual * z[i];
                let scaled = curvature * z[i];
                for (sum, z) in sums.hessian[i][..=i].iter_mut().zip(&z) {
                    *sum += scaled * z;
                }
            }
        }
        sums
    }

    /// Weights of the features as they are from those of standardised ones.
    fn unscale(&self, w: &Vector) -> [f32; FEATURES] {
        let mut raw = [0.0; FEATURES];
        let mut intercept = w[0];
        for (&j, w) in self.active.iter().zip(w).skip(1) {
            raw[j] = (w / self.scale[j]) as f32;
            intercept -= w * self.mean[j] / self.scale[j];
        }
        raw[0] = intercept as f32;
        raw
    }
}

/// The weighted means and standard deviations of the features; the intercept has 0 and 1.
fn standardise(examples: &Examples) -> (Vector, Vector) {
    let mut total = 0.0;
    let mut mean = [0.0; FEATURES];
    for (x, &weight) in examples.x.iter().zip(&examples.weight) {
        total += f64::from(weight);
        for j in 1..FEATURES {
            mean[j] += f64::from(weight) * f64::from(x[j]);
        }
    }
    mean.iter_mut().for_each(|m| *m /= total);
    let mut scale = [0.0; FEATURES];
    for (x, &weight) in examples.x.iter().zip(&examples.weight) {
        for j in 1..FEATURES {
            let centred = f64::from(x[j]) - mean[j];
            scale[j] += f64::from(weight) * centred * centred;
        }
    }
    for scale in &mut scale {
        let deviation = (*scale / total).sqrt();
        // A feature that does not vary cannot be told from the intercept.
        *scale = if deviation > 1e-6 { deviation } else { 0.0 };
    }
    mean[0] = 0.0;
    scale[0] = 1.0;
    (mean, scale)
}

/// -ln of the probability given to what happened, at log odds `eta`; stable in both tails.
pub(crate) fn log_loss(eta: f64, bought: bool) -> f64 {
    let x = if bought { -eta } else { eta };
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// Solves H s = g by Cholesky decomposition of the lower triangle of H. `None` if H is not
/// positive definite.
fn solve(hessian: &Matrix, gradient: &Vector) -> Option<Vector> {
    let mut l = *hessian;
    for i in 0..FEATURES {
        for j in 0..=i {
            let done: f64 = l[i][..j].iter().zip(&l[j][..j]).map(|(a, b)| a * b).sum();
            let sum = l[i][j] - done;
            if i == j {
                // Also if it is not a number.
                if sum.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) {
                    return None;
                }
                l[i][i] = sum.sqrt();
            } else {
                l[i][j] = sum / l[j][j];
            }
        }
    }
    let mut s = *gradient;
    for i in 0..FEATURES {
        for k in 0..i {
            s[i] -= l[i][k] * s[k];
        }
        s[i] /= l[i][i];
    }
    for i in (0..FEATURES).rev() {
        for k in i + 1..FEATURES {
            s[i] -= l[k][i] * s[k];
        }
        s[i] /= l[i][i];
    }
    Some(s)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(features: &[f32]) -> [f32; FEATURES] {
        let mut x = [0.0; FEATURES];
        x[0] = 1.0;
        x[1..=features.len()].copy_from_slice(features);
        x
    }

    fn fitted(examples: &Examples, used: &[usize], ridge: f64) -> [f32; FEATURES] {
        fit(examples, used, false, ridge, &Control::new()).unwrap().unwrap()
    }

    #[test]
    fn two_groups_have_a_closed_form() {
        // 3 of 10 bought without the feature, 6 of 8 with it; importance weights stand for rows.
        let mut examples = Examples::default();
        for (feature, bought, weight) in
            [(0.0, true, 3.0), (0.0, false, 7.0), (1.0, true, 6.0), (1.0, false, 2.0)]
        {
            examples.push(row(&[feature]), bought, weight);
        }
        let weights = fitted(&examples, &[1], 1e-9);
        let (without, with) = ((3.0f32 / 7.0).ln(), (6.0f32 / 2.0).ln());
        assert!((weights[0] - without).abs() < 1e-4, "{weights:?}");
        assert!((weights[1] - (with - without)).abs() < 1e-4, "{weights:?}");
        assert!((examples.base_rate() - 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_gradient_is_zero_at_the_fit() {
        let mut examples = Examples::default();
        for i in 0..500u32 {
            let (a, b) = ((i % 17) as f32 / 5.0, (i % 7) as f32 - 3.0);
            let bought = (i * 7919) % 101 < 20 + 2 * (i % 17);
            examples.push(row(&[a, b, 4.2]), bought, 1.0 + (i % 3) as f32);
        }
        let weights = fitted(&examples, &[1, 2, 3], 1e-9);
        assert_eq!(weights[3], 0.0, "a feature that does not vary has no weight");
        let mut gradient = [0.0f64; 3];
        for i in 0..examples.len() {
            let eta: f64 = examples.x[i]
                .iter()
                .zip(&weights)
                .map(|(x, w)| f64::from(*x) * f64::from(*w))
                .sum();
            let p = 1.0 / (1.0 + (-eta).exp());
            let y = f64::from(u8::from(examples.bought[i]));
            for (g, x) in gradient.iter_mut().zip(&examples.x[i]) {
                *g += f64::from(examples.weight[i]) * (p - y) * f64::from(*x);
            }
        }
        assert!(gradient.iter().all(|g| g.abs() < 1e-2), "{gradient:?}");
    }

    #[test]
    fn perfect_separation_is_held_by_the_ridge() {
        let mut examples = Examples::default();
        for i in 0..100 {
            examples.push(row(&[i as f32]), i >= 50, 1.0);
        }
        let weights = fitted(&examples, &[1], 1.0);
        assert!(weights[1] > 0.0 && weights[1] < 1.0, "{weights:?}");
    }

    #[test]
    fn one_outcome_is_not_fitted() {
        let mut examples = Examples::default();
        examples.push(row(&[1.0]), true, 1.0);
        let result = fit(&examples, &[1], false, 1.0, &Control::new()).unwrap();
        assert_eq!(result, Err(NotFitted::OneOutcome));
    }
}
