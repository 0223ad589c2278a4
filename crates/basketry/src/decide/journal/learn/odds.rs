//! How much greater the odds of a purchase are because of an offer, and how earlier contacts weaken
//! it.

use super::{LearnedNumber, Observation, counts};
use crate::decide::policy::Assume;
use crate::decide::reasons::Kind;

/// The offers of one kind, and what is assumed of it.
pub(super) struct OfKind {
    pub(super) kind: Kind,
    seen: Vec<Observation>,
    /// The log odds of their chances, by the model.
    log_odds: Vec<f64>,
    /// How many offers say nothing.
    left_out: u64,
    /// The odds that an offer adds, as assumed.
    pub(super) prior: f64,
    /// What the model's odds are multiplied with if nothing was withheld.
    base_odds: f64,
    /// What the exposures that were seen fit best to, to start from.
    found: [f64; COLUMNS],
}

/// What the log odds of a purchase are made of beyond those of the model: a shift of all, one for each
/// unit of pressure and one for what was offered again, whether or not these offers were withheld;
/// and the logarithm of the odds that an offer adds.
const COLUMNS: usize = 4;

/// The last of them.
const EFFECT: usize = COLUMNS - 1;

/// Where the likelihood of one kind, with what is assumed, is greatest.
pub(super) struct Best {
    log: f64,
    effect: f64,
    variance: f64,
}

/// The logarithm of what is maximised, its slope, and the expected information.
struct At {
    log: f64,
    slope: [f64; COLUMNS],
    information: [[f64; COLUMNS]; COLUMNS],
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn log_odds(p: f64) -> f64 {
    let p = p.clamp(1e-9, 1.0 - 1e-9);
    (p / (1.0 - p)).ln()
}

/// Without a weight of what is assumed, data in which nobody or everybody buys has no maximum.
fn weight(pseudo: f64) -> f64 {
    pseudo.max(1e-6)
}

impl OfKind {
    /// None if no offer was made.
    pub(super) fn new(
        kind: Kind,
        (seen, left_out): (Vec<Observation>, u64),
        prior: f64,
        base_odds: f64,
    ) -> Option<Self> {
        if !seen.iter().any(|one| one.made) {
            return None;
        }
        let log_odds = seen.iter().map(|one| log_odds(one.base)).collect();
        let mut found = [0.0; COLUMNS];
        found[EFFECT] = prior.max(1.0).ln();
        Some(Self { kind, seen, log_odds, left_out, prior, base_odds, found })
    }

    /// Offers that were made under pressure.
    pub(super) fn pressed(&self) -> impl Iterator<Item = &Observation> {
        self.seen.iter().filter(|one| one.made && one.past.pressure > 0.0)
    }

    pub(super) fn withheld(&self) -> usize {
        self.seen.iter().filter(|one| !one.made).count()
    }

    /// Which of the columns are fitted. What is seen of customers who were never held out cannot be
    /// told from what the offer does.
    fn fitted(&self) -> [bool; COLUMNS] {
        let both = |of: &dyn Fn(&Observation) -> bool| {
            let has = |made: bool| self.seen.iter().any(|one| one.made == made && of(one));
            has(true) && has(false)
        };
        let withheld = self.seen.iter().any(|one| !one.made);
        [withheld, both(&|one| one.past.contacts > 0.0), both(&|one| one.past.again > 0.0), true]
    }

    fn at(&self, beta: &[f64; COLUMNS], response: f64, pseudo: f64) -> At {
        let pull = beta[EFFECT] - self.prior.max(1.0).ln();
        let weight = weight(pseudo);
        let mut at = At {
            log: -0.5 * weight * pull * pull,
            slope: [0.0; COLUMNS],
            information: [[0.0; COLUMNS]; COLUMNS],
        };
        at.slope[EFFECT] = -weight * pull;
        at.information[EFFECT][EFFECT] = weight;
        let odds = beta[EFFECT].exp();
        for (one, &log_odds) in self.seen.iter().zip(&self.log_odds) {
            let past = &one.past;
            let mut eta = log_odds + beta[0] + beta[1] * past.contacts + beta[2] * past.again;
            let mut columns = [1.0, past.contacts, past.again, 0.0];
            if one.made {
                let left = past.left * (-response * past.pressure).exp();
                let times = 1.0 + (odds - 1.0) * left;
                eta += times.ln();
                columns[EFFECT] = odds * left / times;
            }
            let p = sigmoid(eta);
            let bought = f64::from(u8::from(one.bought));
            // ln(1 + exp(eta)) without an overflow.
            at.log += bought * eta - eta.max(0.0) - (-eta.abs()).exp().ln_1p();
            for (i, column) in columns.into_iter().enumerate() {
                at.slope[i] += (bought - p) * column;
                for (j, other) in columns.into_iter().enumerate().take(i + 1) {
                    at.information[i][j] += p * (1.0 - p) * column * other;
                }
            }
        }
        at
    }

    /// The best fit, if pressure takes away what offers add by `response`.
    pub(super) fn fit(&mut self, response: f64, pseudo: f64) -> Best {
        let fitted = self.fitted();
        let mut beta = self.found;
        if !fitted[0] {
            beta[0] = self.base_odds.ln();
        }
        // If all buy or none, whatever was offered, there is nothing to compare.
        let alike = fitted[0] && self.seen.iter().all(|one| one.bought == self.seen[0].bought);
        if alike {
            let effect = self.prior.max(1.0).ln();
            return Best { log: 0.0, effect, variance: 1.0 / weight(pseudo) };
        }
        let mut at = self.at(&beta, response, pseudo);
        for _ in 0..200 {
            let (mut step, _) = solve(&at, &fitted);
            // A short step keeps Newton's method from leaping.
            let length = step.iter().fold(0.0f64, |most, part| most.max(part.abs()));
            if length > 1.0 {
                step.iter_mut().for_each(|part| *part /= length);
            }
            let mut share = 1.0;
            let next = loop {
                let mut next = beta;
                next.iter_mut().zip(step).for_each(|(part, step)| *part += share * step);
                let there = self.at(&next, response, pseudo);
                if there.log >= at.log - 1e-12 * at.log.abs() {
                    break Some((next, there));
                }
                share /= 2.0;
                if share < 1e-9 {
                    break None;
                }
            };
            let Some((next, there)) = next else { break };
            (beta, at) = (next, there);
            if length * share < 1e-11 {
                break;
            }
        }
        self.found = beta;
        let (_, variance) = solve(&at, &fitted);
        Best { log: at.log, effect: beta[EFFECT], variance }
    }

    /// The odds that an offer adds, and how uncertain their logarithm is.
    pub(super) fn number(&self, best: &Best, more_variance: f64) -> LearnedNumber {
        let (exposures, withheld, purchases) = counts(&self.seen);
        LearnedNumber {
            name: format!("assume.{}", Assume::odds_name(self.kind)),
            // An offer that does harm is worth nothing, and nothing more can be said.
            value: best.effect.exp().clamp(1.0, 1000.0),
            prior: self.prior,
            exposures,
            withheld,
            purchases,
            left_out: self.left_out,
            standard_error: (best.variance + more_variance).sqrt(),
        }
    }

    /// The odds without an offer over the model's.
    pub(super) fn base(&self, prior: f64, pseudo: f64) -> Option<LearnedNumber> {
        let (exposures, withheld, _) = counts(&self.seen);
        if withheld == 0 {
            return None;
        }
        let weight = weight(pseudo);
        let prior_log = prior.ln();
        let (mut shift, mut variance) = (prior_log, 1.0 / weight);
        for _ in 0..200 {
            let (mut slope, mut curvature) = (-weight * (shift - prior_log), weight);
            let all = self.seen.iter().zip(&self.log_odds);
            for (one, log_odds) in all.filter(|(one, _)| !one.made) {
                let p = sigmoid(log_odds + shift);
                slope += f64::from(u8::from(one.bought)) - p;
                curvature += p * (1.0 - p);
            }
            variance = 1.0 / curvature;
            let step = slope * variance;
            shift += step.clamp(-1.0, 1.0);
            if step.abs() < 1e-12 {
                break;
            }
        }
        Some(LearnedNumber {
            name: format!("assume.{}", Assume::base_name(self.kind)),
            value: shift.exp().clamp(1e-3, 1e3),
            prior,
            exposures,
            withheld,
            purchases: self.seen.iter().filter(|one| !one.made && one.bought).count() as u64,
            left_out: self.left_out,
            standard_error: variance.sqrt(),
        })
    }
}

/// The step of Newton's method over the columns that are fitted, and the variance of the effect, by
/// Cholesky's decomposition.
fn solve(at: &At, fitted: &[bool; COLUMNS]) -> ([f64; COLUMNS], f64) {
    let mut lower = [[0.0; COLUMNS]; COLUMNS];
    let mut half = [0.0; COLUMNS];
    for i in 0..COLUMNS {
        if !fitted[i] {
            lower[i][i] = 1.0;
            continue;
        }
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| lower[i][k] * lower[j][k]).sum();
            let rest = at.information[i][j] - known;
            if i == j {
                // Where nothing is known the step is short, and not infinite.
                lower[i][i] = rest.max(1e-12).sqrt();
            } else if fitted[j] {
                lower[i][j] = rest / lower[j][j];
            }
        }
        let known: f64 = (0..i).map(|k| lower[i][k] * half[k]).sum();
        half[i] = (at.slope[i] - known) / lower[i][i];
    }
    let mut step = [0.0; COLUMNS];
    for i in (0..COLUMNS).rev() {
        let known: f64 = (i + 1..COLUMNS).map(|k| lower[k][i] * step[k]).sum();
        step[i] = (half[i] - known) / lower[i][i];
    }
    (step, lower[EFFECT][EFFECT].powi(-2))
}

/// How fast pressure takes away what offers add.
pub(super) struct Response {
    pub(super) value: f64,
    pub(super) variance: f64,
    /// By how much the logarithm of each kind's odds changes with it.
    pub(super) slopes: Vec<f64>,
}

/// The response where the likelihood of all kinds, each at its best, is greatest, drawn to `prior`
/// with this weight. None if no offer was made under pressure.
pub(super) fn response(
    kinds: &mut [OfKind],
    prior: f64,
    weight: f64,
    pseudo: f64,
) -> Option<Response> {
    if kinds.iter().all(|of| of.pressed().next().is_none()) {
        return None;
    }
    let mut log = |response: f64| {
        let pull = response - prior;
        let all: f64 = kinds.iter_mut().map(|of| of.fit(response, pseudo).log).sum();
        all - 0.5 * weight * pull * pull
    };
    // Coarsely first: it may have several maxima.
    let mut grid: Vec<f64> = (0..15).map(|i| 0.005 * f64::from(1 << i)).collect();
    grid.extend([0.0, prior]);
    grid.sort_by(f64::total_cmp);
    grid.dedup();
    let logs: Vec<f64> = grid.iter().map(|&response| log(response)).collect();
    let best = (0..grid.len()).max_by(|&a, &b| logs[a].total_cmp(&logs[b])).unwrap_or(0);
    let (mut low, mut high) = (grid[best.saturating_sub(1)], grid[(best + 1).min(grid.len() - 1)]);
    // The golden section.
    const SHARE: f64 = 0.618_033_988_749_894_8;
    let inner = |low: f64, high: f64| (high - SHARE * (high - low), low + SHARE * (high - low));
    let (mut a, mut b) = inner(low, high);
    let (mut at_a, mut at_b) = (log(a), log(b));
    while high - low > 1e-5 * (high + 0.1) {
        if at_a >= at_b {
            (high, b, at_b) = (b, a, at_a);
            a = inner(low, high).0;
            at_a = log(a);
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = inner(low, high).1;
            at_b = log(b);
        }
    }
    let found = (low + high) / 2.0;
    let (value, top) = [(found, log(found)), (grid[best], logs[best])]
        .into_iter()
        .max_by(|x, y| x.1.total_cmp(&y.1))
        .unwrap_or((prior, 0.0));
    let h = 0.05 * (value + 0.05);
    // At the edge the curvature is that beyond it.
    let middle = if value >= h { value } else { h };
    let at_middle = if value >= h { top } else { log(middle) };
    let bend = (2.0 * at_middle - log(middle - h) - log(middle + h)) / (h * h);
    let variance = 1.0 / bend.max(weight);
    let slopes = (kinds.iter_mut())
        .map(|of| {
            let effects = [middle - h, middle + h].map(|at| of.fit(at, pseudo).effect);
            (effects[1] - effects[0]) / (2.0 * h)
        })
        .collect();
    Some(Response { value, variance, slopes })
}

/// The weight of so many purchases that are made under a pressure of 1 and confirm what is assumed,
/// if the offer multiplies the odds.
pub(super) fn response_weight(pseudo: f64, odds: f64) -> f64 {
    // What the logarithm of the odds loses with a bit of response.
    let lost = 1.0 - 1.0 / odds.max(1.0);
    weight(pseudo * lost * lost)
}
