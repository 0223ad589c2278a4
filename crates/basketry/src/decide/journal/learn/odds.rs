//! How much greater the odds of a purchase are because of an offer, and how earlier contacts weaken
//! it.

use super::clusters::Clusters;
use super::{LearnedNumber, Observation, counts};
use crate::decide::policy::Assume;
use crate::decide::reasons::Kind;
use crate::{Control, Result};

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
    /// Which of the columns are fitted.
    fitted: [bool; COLUMNS],
    /// The offers alone tell what they do: some were taken and some were not, made or withheld.
    tells: bool,
    /// What the exposures that were seen fit best to, to start from.
    found: [f64; COLUMNS],
}

/// What the log odds of a purchase are made of beyond those of the model: a shift of all, one for each
/// unit of pressure and one for what was offered again, whether or not these offers were withheld;
/// and the logarithm of the odds that an offer adds.
const COLUMNS: usize = 4;

/// The last of them.
const EFFECT: usize = COLUMNS - 1;

/// Behind them: how fast pressure takes away what the offer adds, which all kinds share.
const RESPONSE: usize = COLUMNS;

/// Between two looks at the control, so many offers are visited.
const STRETCH: usize = 8192;

/// Where the likelihood of one kind, with what is assumed, is greatest.
pub(super) struct Best {
    log: f64,
    beta: [f64; COLUMNS],
    /// How fast `log` grows with the response.
    slope: f64,
}

/// The logarithm of what is maximised, its slope, and the expected information.
struct At {
    log: f64,
    slope: [f64; COLUMNS + 1],
    information: [[f64; COLUMNS + 1]; COLUMNS + 1],
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

/// True if some of these offers were bought and some were not.
fn mixed(seen: &[Observation], made: bool) -> bool {
    let has = |bought: bool| seen.iter().any(|one| one.made == made && one.bought == bought);
    has(true) && has(false)
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
        let both = |of: &dyn Fn(&Observation) -> bool| {
            let has = |made: bool| seen.iter().any(|one| one.made == made && of(one));
            has(true) && has(false)
        };
        let withheld = seen.iter().any(|one| !one.made);
        // What is seen of customers who were never held out cannot be told from what the offer does.
        let fitted = [
            withheld,
            both(&|one| one.past.contacts > 0.0),
            both(&|one| one.past.again > 0.0),
            true,
        ];
        let tells = mixed(&seen, true) && (!withheld || mixed(&seen, false));
        let mut found = [0.0; COLUMNS];
        found[EFFECT] = prior.max(1.0).ln();
        Some(Self { kind, seen, log_odds, left_out, prior, base_odds, fitted, tells, found })
    }

    /// Offers that were made under pressure.
    pub(super) fn pressed(&self) -> impl Iterator<Item = &Observation> {
        self.seen.iter().filter(|one| one.made && one.past.pressure > 0.0)
    }

    pub(super) fn withheld(&self) -> usize {
        self.seen.iter().filter(|one| !one.made).count()
    }

    /// The log odds of a purchase, and how much each column changes them; `odds` are those of the
    /// effect.
    #[inline]
    fn row(
        &self,
        i: usize,
        beta: &[f64; COLUMNS],
        odds: f64,
        response: f64,
    ) -> (f64, [f64; COLUMNS + 1]) {
        let Observation { made, past, .. } = &self.seen[i];
        let mut eta = self.log_odds[i] + beta[0] + beta[1] * past.contacts + beta[2] * past.again;
        let mut columns = [1.0, past.contacts, past.again, 0.0, 0.0];
        if *made {
            // Most offers of many logs are made without any pressure.
            let pressed = past.pressure != 0.0 && response != 0.0;
            let rested = if pressed { (-response * past.pressure).exp() } else { 1.0 };
            let left = past.left * rested;
            let times = 1.0 + (odds - 1.0) * left;
            eta += times.ln();
            columns[EFFECT] = odds * left / times;
            columns[RESPONSE] = -(odds - 1.0) * left * past.pressure / times;
        }
        (eta, columns)
    }

    fn at(
        &self,
        beta: &[f64; COLUMNS],
        response: f64,
        pseudo: f64,
        control: &Control,
    ) -> Result<At> {
        let pull = beta[EFFECT] - self.prior.max(1.0).ln();
        let weight = weight(pseudo);
        let mut at = At {
            log: -0.5 * weight * pull * pull,
            slope: [0.0; COLUMNS + 1],
            information: [[0.0; COLUMNS + 1]; COLUMNS + 1],
        };
        at.slope[EFFECT] = -weight * pull;
        at.information[EFFECT][EFFECT] = weight;
        let odds = beta[EFFECT].exp();
        for (i, one) in self.seen.iter().enumerate() {
            if i % STRETCH == 0 {
                control.check()?;
            }
            let (eta, columns) = self.row(i, beta, odds, response);
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
        Ok(at)
    }

    /// The best fit, if pressure takes away what offers add by `response`.
    pub(super) fn fit(&mut self, response: f64, pseudo: f64, control: &Control) -> Result<Best> {
        let mut beta = self.found;
        if !self.fitted[0] {
            beta[0] = self.base_odds.ln();
        }
        // If all buy or none, whatever was offered, there is nothing to compare.
        if self.fitted[0] && self.seen.iter().all(|one| one.bought == self.seen[0].bought) {
            beta[EFFECT] = self.prior.max(1.0).ln();
            return Ok(Best { log: 0.0, beta, slope: 0.0 });
        }
        let mut at = self.at(&beta, response, pseudo, control)?;
        for _ in 0..200 {
            let slope = std::array::from_fn(|i| at.slope[i]);
            let mut step = Cholesky::new(&at, &self.fitted).solve(&slope);
            // A short step keeps Newton's method from leaping.
            let length = step.iter().fold(0.0f64, |most, part| most.max(part.abs()));
            if length > 1.0 {
                step.iter_mut().for_each(|part| *part /= length);
            }
            let mut share = 1.0;
            let next = loop {
                let mut next = beta;
                next.iter_mut().zip(step).for_each(|(part, step)| *part += share * step);
                let there = self.at(&next, response, pseudo, control)?;
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
        Ok(Best { log: at.log, beta, slope: at.slope[RESPONSE] })
    }

    /// The odds that an offer adds, drawn to what is assumed; `measured` is their logarithm and its
    /// standard error.
    pub(super) fn number(&self, drawn: &Best, measured: Option<(f64, f64)>) -> LearnedNumber {
        let (exposures, withheld, purchases) = counts(&self.seen);
        LearnedNumber {
            name: format!("assume.{}", Assume::odds_name(self.kind)),
            // An offer that does harm is worth nothing, and nothing more can be said.
            value: drawn.beta[EFFECT].exp().clamp(1.0, 1000.0),
            prior: self.prior,
            measured: measured.map(|(log, _)| log.exp()),
            standard_error: measured.map(|(_, error)| error),
            exposures,
            withheld,
            purchases,
            left_out: self.left_out,
        }
    }

    /// The odds without an offer over the model's.
    pub(super) fn base(
        &self,
        prior: f64,
        pseudo: f64,
        clusters: &mut Clusters,
        control: &Control,
    ) -> Result<Option<LearnedNumber>> {
        let (exposures, withheld, _) = counts(&self.seen);
        if withheld == 0 {
            return Ok(None);
        }
        let (shift, _) = self.shift(prior.ln(), weight(pseudo), control)?;
        let measured = if mixed(&self.seen, false) {
            let (free, variance) = self.shift(shift, 0.0, control)?;
            clusters.clear();
            for (i, one) in self.seen.iter().enumerate().filter(|(_, one)| !one.made) {
                let p = sigmoid(self.log_odds[i] + free);
                clusters.add(one.who, variance * (f64::from(u8::from(one.bought)) - p));
            }
            told(free, clusters.variance().max(variance))
        } else {
            None
        };
        Ok(Some(LearnedNumber {
            name: format!("assume.{}", Assume::base_name(self.kind)),
            value: shift.exp().clamp(1e-3, 1e3),
            prior,
            measured: measured.map(|(log, _)| log.exp()),
            standard_error: measured.map(|(_, error)| error),
            exposures,
            withheld,
            purchases: self.seen.iter().filter(|one| !one.made && one.bought).count() as u64,
            left_out: self.left_out,
        }))
    }

    /// The shift of the log odds of what was withheld, drawn to `prior` with a weight, and its variance.
    fn shift(&self, prior: f64, weight: f64, control: &Control) -> Result<(f64, f64)> {
        let (mut shift, mut variance) = (prior, 1.0);
        for _ in 0..200 {
            control.check()?;
            let (mut slope, mut curvature) = (-weight * (shift - prior), weight);
            let all = self.seen.iter().zip(&self.log_odds);
            for (one, log_odds) in all.filter(|(one, _)| !one.made) {
                let p = sigmoid(log_odds + shift);
                slope += f64::from(u8::from(one.bought)) - p;
                curvature += p * (1.0 - p);
            }
            // Where nothing is known the step is short, and not infinite.
            variance = 1.0 / curvature.max(1e-12);
            let step = slope * variance;
            shift += step.clamp(-1.0, 1.0);
            if step.abs() < 1e-12 {
                break;
            }
        }
        Ok((shift, variance))
    }
}

/// The lower triangle of the information of the columns that are fitted.
struct Cholesky {
    lower: [[f64; COLUMNS]; COLUMNS],
    fitted: [bool; COLUMNS],
}

impl Cholesky {
    fn new(at: &At, fitted: &[bool; COLUMNS]) -> Self {
        let mut lower = [[0.0; COLUMNS]; COLUMNS];
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
        }
        Self { lower, fitted: *fitted }
    }

    /// The information's inverse times a vector; 0 in columns that are not fitted.
    fn solve(&self, right: &[f64; COLUMNS]) -> [f64; COLUMNS] {
        let lower = &self.lower;
        let mut half = [0.0; COLUMNS];
        for i in (0..COLUMNS).filter(|&i| self.fitted[i]) {
            let known: f64 = (0..i).map(|k| lower[i][k] * half[k]).sum();
            half[i] = (right[i] - known) / lower[i][i];
        }
        let mut solved = [0.0; COLUMNS];
        for i in (0..COLUMNS).rev().filter(|&i| self.fitted[i]) {
            let known: f64 = (i + 1..COLUMNS).map(|k| lower[k][i] * solved[k]).sum();
            solved[i] = (half[i] - known) / lower[i][i];
        }
        solved
    }
}

/// An estimate and its standard error, if that tells anything: of a logarithm, or of a response.
fn told(estimate: f64, variance: f64) -> Option<(f64, f64)> {
    (variance.is_finite() && variance < 100.0).then(|| (estimate, variance.sqrt()))
}

/// What the offers alone say, without anything assumed: estimates and their standard errors.
#[derive(Default)]
pub(super) struct Measured {
    /// How fast pressure takes away what offers add.
    pub(super) response: Option<(f64, f64)>,
    /// The logarithms of the odds of each kind.
    pub(super) effects: Vec<Option<(f64, f64)>>,
}

/// Measures the odds of all kinds, and how fast pressure takes them away, all at once.
///
/// Decisions about one customer are not independent, and customers are held out as a whole: the
/// errors are those of sums over customers (Liang and Zeger 1986), unless they would be greater if
/// all decisions were independent. With few customers, such sums tell too little of themselves.
pub(super) fn measure(
    kinds: &mut [OfKind],
    response: f64,
    clusters: &mut Clusters,
    control: &Control,
) -> Result<Measured> {
    let mut told_of: Vec<&mut OfKind> = kinds.iter_mut().filter(|of| of.tells).collect();
    let found = find_response(&mut told_of, response, 0.0, 0.0, control)?;
    let at_response = found.unwrap_or(0.0);
    // Of each kind: the column of the inverse for the effect, and what the others lose with a bit of
    // response.
    let mut solved = Vec::with_capacity(told_of.len());
    let mut information = 0.0;
    for of in &mut told_of {
        let best = of.fit(at_response, 0.0, control)?;
        let at = of.at(&best.beta, at_response, 0.0, control)?;
        let cholesky = Cholesky::new(&at, &of.fitted);
        let shared: [f64; COLUMNS] = std::array::from_fn(|i| at.information[RESPONSE][i]);
        let moves = cholesky.solve(&shared);
        let effect = cholesky.solve(&std::array::from_fn(|i| f64::from(u8::from(i == EFFECT))));
        let lost: f64 = shared.iter().zip(moves).map(|(a, b)| a * b).sum();
        information += (at.information[RESPONSE][RESPONSE] - lost).max(0.0);
        solved.push((best.beta, effect, moves));
    }
    // The residual of each offer, times how much it changes what these columns add up to.
    let add = |clusters: &mut Clusters,
               of: &OfKind,
               beta: &[f64; COLUMNS],
               weights: &[f64; COLUMNS + 1]|
     -> Result<()> {
        let odds = beta[EFFECT].exp();
        for (i, one) in of.seen.iter().enumerate() {
            if i % STRETCH == 0 {
                control.check()?;
            }
            let (eta, columns) = of.row(i, beta, odds, at_response);
            let rest = f64::from(u8::from(one.bought)) - sigmoid(eta);
            let column: f64 = columns.iter().zip(weights).map(|(a, b)| a * b).sum();
            clusters.add(one.who, rest * column);
        }
        Ok(())
    };
    let variance = 1.0 / information;
    // Without a response, or where it cannot be told, nothing depends on it.
    let shares = found.is_some() && variance.is_finite();
    let on_response = |moves: &[f64; COLUMNS], times: f64| -> [f64; COLUMNS + 1] {
        std::array::from_fn(|i| if i == RESPONSE { times } else { -times * moves[i] })
    };
    let mut measured = Measured::default();
    if shares {
        clusters.clear();
        for (of, (beta, _, moves)) in told_of.iter().zip(&solved) {
            add(clusters, of, beta, &on_response(moves, variance))?;
        }
        measured.response = told(at_response, clusters.variance().max(variance));
    }
    let mut effects = Vec::with_capacity(told_of.len());
    for (j, (beta, effect, moves)) in solved.iter().enumerate() {
        clusters.clear();
        let lost = moves[EFFECT];
        for (k, (of, (other, _, theirs))) in told_of.iter().zip(&solved).enumerate() {
            let mut weights = [0.0; COLUMNS + 1];
            if shares && lost != 0.0 {
                weights = on_response(theirs, -lost * variance);
            } else if k != j {
                continue;
            }
            if k == j {
                weights.iter_mut().zip(effect).for_each(|(weight, own)| *weight += own);
            }
            add(clusters, of, other, &weights)?;
        }
        let model = match lost {
            0.0 => 0.0,
            // Infinite if the response cannot be told, though the odds depend on it.
            _ if found.is_some() => lost * lost * variance,
            _ => 0.0,
        };
        let independent = effect[EFFECT] + model;
        effects.push(told(beta[EFFECT], clusters.variance().max(independent)));
    }
    let mut effects = effects.into_iter();
    measured.effects =
        (kinds.iter()).map(|of| if of.tells { effects.next().flatten() } else { None }).collect();
    Ok(measured)
}

/// The points at which the search for the response begins, less its prior.
const GRID: usize = 16;

/// How often it is made better at most.
const REFINED: usize = 40;

/// So many units of progress a search for the response takes.
pub(super) const SEARCH: u64 = (GRID + 1 + REFINED) as u64;

/// The response where the likelihood of all kinds, each at its best, is greatest, drawn to `prior`
/// with this weight. None if no offer was made under pressure.
pub(super) fn find_response(
    kinds: &mut [&mut OfKind],
    prior: f64,
    weight: f64,
    pseudo: f64,
    control: &Control,
) -> Result<Option<f64>> {
    if kinds.iter().all(|of| of.pressed().next().is_none()) {
        control.advance(SEARCH)?;
        return Ok(None);
    }
    let mut units = SEARCH;
    // The logarithm and its slope: that of the best fits is that at them.
    let mut at = |response: f64| -> Result<(f64, f64)> {
        let pull = response - prior;
        let (mut log, mut slope) = (-0.5 * weight * pull * pull, -weight * pull);
        for of in kinds.iter_mut() {
            let best = of.fit(response, pseudo, control)?;
            log += best.log;
            slope += best.slope;
        }
        units -= 1;
        control.advance(1)?;
        Ok((log, slope))
    };
    // Coarsely first: it may have several maxima.
    let mut grid: Vec<f64> = (0..GRID as i32 - 1).map(|i| 0.005 * f64::from(1 << i)).collect();
    grid.extend([0.0, prior]);
    grid.sort_by(f64::total_cmp);
    grid.dedup();
    let logs = grid.iter().map(|&response| at(response)).collect::<Result<Vec<_>>>()?;
    let best = (0..grid.len()).max_by(|&a, &b| logs[a].0.total_cmp(&logs[b].0)).unwrap_or(0);
    let (mut top, mut value) = (logs[best].0, grid[best]);
    let rises = logs[best].1 > 0.0;
    let other = if rises { (best + 1).min(grid.len() - 1) } else { best.saturating_sub(1) };
    if other != best {
        // Where the slope is 0, by the false position (the Illinois way: Dowell and Jarratt 1971), or
        // by halves where it has the same sign on both sides.
        let (mut low, mut high) = (grid[best.min(other)], grid[best.max(other)]);
        let (mut left, mut right) = (logs[best.min(other)].1, logs[best.max(other)].1);
        let mut last = 0;
        for _ in 0..REFINED {
            if high - low <= 1e-9 * (high + 0.1) {
                break;
            }
            let x = if left > 0.0 && right < 0.0 {
                (low * right - high * left) / (right - left)
            } else {
                (low + high) / 2.0
            };
            let (log, slope) = at(x.clamp(low, high))?;
            if log >= top {
                (top, value) = (log, x);
            }
            if slope == 0.0 {
                break;
            }
            if slope > 0.0 {
                let moved = x - low;
                (low, left) = (x, slope);
                if last == 1 {
                    right /= 2.0;
                }
                last = 1;
                if moved <= 1e-9 * (x + 0.1) {
                    break;
                }
            } else {
                let moved = high - x;
                (high, right) = (x, slope);
                if last == -1 {
                    left /= 2.0;
                }
                last = -1;
                if moved <= 1e-9 * (x + 0.1) {
                    break;
                }
            }
        }
    }
    control.advance(units)?;
    Ok(Some(value))
}

/// The weight of so many purchases that are made under a pressure of 1 and confirm what is assumed,
/// if the offer multiplies the odds.
pub(super) fn response_weight(pseudo: f64, odds: f64) -> f64 {
    // What the logarithm of the odds loses with a bit of response.
    let lost = 1.0 - 1.0 / odds.max(1.0);
    weight(pseudo * lost * lost)
}
