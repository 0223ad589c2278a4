//! How much greater the odds of a purchase are because of an offer, and how earlier contacts weaken
//! it.

use super::clusters::Clusters;
use super::measured::told;
use super::{LearnedNumber, Observation, counts};
use crate::decide::policy::Assume;
use crate::decide::reasons::Kind;
use crate::{Control, Result};

/// The offers of one kind, and what is assumed of it.
pub(super) struct OfKind {
    pub(super) kind: Kind,
    pub(super) seen: Vec<Observation>,
    /// The log odds of their chances, by the model.
    log_odds: Vec<f64>,
    /// How many offers say nothing.
    left_out: u64,
    /// The odds that an offer adds, as assumed, and the least that they may be.
    pub(super) prior: f64,
    least: f64,
    /// What the model's odds are multiplied with if nothing was withheld.
    base_odds: f64,
    /// Which of the columns are fitted.
    pub(super) fitted: [bool; COLUMNS],
    /// The offers alone tell what they do: some were taken and some were not, made or withheld.
    pub(super) tells: bool,
    /// What the exposures that were seen fit best to, to start from.
    found: [f64; COLUMNS],
}

/// What the log odds of a purchase are made of beyond those of the model: a shift of all, one for each
/// unit of pressure and one for what was offered again, whether or not these offers were withheld;
/// and the logarithm of the odds that an offer adds.
pub(super) const COLUMNS: usize = 4;

/// The last of them.
pub(super) const EFFECT: usize = COLUMNS - 1;

/// Behind them: how fast pressure takes away what the offer adds, which all kinds share.
pub(super) const RESPONSE: usize = COLUMNS;

/// Between two looks at the control, so many offers are visited.
pub(super) const STRETCH: usize = 8192;

/// Where the likelihood of one kind, with what is assumed, is greatest.
pub(super) struct Best {
    log: f64,
    pub(super) beta: [f64; COLUMNS],
    /// How fast `log` grows with the response.
    slope: f64,
}

/// The logarithm of what is maximised, its slope, and the expected information: the lower triangle.
#[derive(Clone, Copy)]
pub(super) struct At {
    log: f64,
    pub(super) slope: [f64; COLUMNS + 1],
    pub(super) information: [[f64; COLUMNS + 1]; COLUMNS + 1],
}

impl At {
    /// Of no offers.
    pub(super) const NOTHING: Self = Self {
        log: 0.0,
        slope: [0.0; COLUMNS + 1],
        information: [[0.0; COLUMNS + 1]; COLUMNS + 1],
    };

    /// Without the slope and information of a part.
    pub(super) fn less(&self, part: &Self) -> Self {
        let mut rest = *self;
        for i in 0..=COLUMNS {
            rest.slope[i] -= part.slope[i];
            for j in 0..=i {
                rest.information[i][j] -= part.information[i][j];
            }
        }
        rest
    }

    /// The information of the columns with the response.
    pub(super) fn shared(&self) -> [f64; COLUMNS] {
        std::array::from_fn(|i| self.information[RESPONSE][i])
    }
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
        let least = Assume::least_odds(kind);
        let mut found = [0.0; COLUMNS];
        found[EFFECT] = prior.max(least).ln();
        Some(Self { kind, seen, log_odds, left_out, prior, least, base_odds, fitted, tells, found })
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
            // Where odds below 1 are no harm that offers do, contacts take nothing from them.
            let stays = self.least < 1.0 && odds <= 1.0;
            let left = if stays { 1.0 } else { past.left * rested };
            let times = 1.0 + (odds - 1.0) * left;
            eta += times.ln();
            columns[EFFECT] = odds * left / times;
            columns[RESPONSE] =
                if stays { 0.0 } else { -(odds - 1.0) * left * past.pressure / times };
        }
        (eta, columns)
    }

    /// Adds what one offer says.
    #[inline]
    pub(super) fn add(
        &self,
        at: &mut At,
        i: usize,
        beta: &[f64; COLUMNS],
        odds: f64,
        response: f64,
    ) {
        let (eta, columns) = self.row(i, beta, odds, response);
        let p = sigmoid(eta);
        let bought = f64::from(u8::from(self.seen[i].bought));
        // ln(1 + exp(eta)) without an overflow.
        at.log += bought * eta - eta.max(0.0) - (-eta.abs()).exp().ln_1p();
        for (i, column) in columns.into_iter().enumerate() {
            at.slope[i] += (bought - p) * column;
            for (j, other) in columns.into_iter().enumerate().take(i + 1) {
                at.information[i][j] += p * (1.0 - p) * column * other;
            }
        }
    }

    fn at(
        &self,
        beta: &[f64; COLUMNS],
        response: f64,
        pseudo: f64,
        control: &Control,
    ) -> Result<At> {
        let pull = beta[EFFECT] - self.prior.max(self.least).ln();
        let weight = weight(pseudo);
        let mut at = At { log: -0.5 * weight * pull * pull, ..At::NOTHING };
        at.slope[EFFECT] = -weight * pull;
        at.information[EFFECT][EFFECT] = weight;
        let odds = beta[EFFECT].exp();
        for i in 0..self.seen.len() {
            if i % STRETCH == 0 {
                control.check()?;
            }
            self.add(&mut at, i, beta, odds, response);
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
            beta[EFFECT] = self.prior.max(self.least).ln();
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
            // An offer of one product that does harm is worth nothing, and nothing more can be said.
            value: drawn.beta[EFFECT].exp().clamp(self.least, 1000.0),
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
                clusters.add(one.who, f64::from(u8::from(one.bought)) - p, p * (1.0 - p));
            }
            clusters.leave_out(1.0);
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
pub(super) struct Cholesky {
    lower: [[f64; COLUMNS]; COLUMNS],
    fitted: [bool; COLUMNS],
}

impl Cholesky {
    pub(super) fn new(at: &At, fitted: &[bool; COLUMNS]) -> Self {
        // Where nothing is known the step is short, and not infinite.
        Self::with(at, *fitted, |_, rest| Some(rest.max(1e-12)))
    }

    /// The same of fewer offers, without columns of which these say nothing any more. None if they do
    /// not say what the offer does.
    pub(super) fn of_fewer(&self, at: &At) -> Option<Self> {
        let least = |i: usize| 1e-9 * self.lower[i][i] * self.lower[i][i];
        let fewer = Self::with(at, self.fitted, |i, rest| (rest > least(i)).then_some(rest));
        (fewer.fitted[0] == self.fitted[0] && fewer.fitted[EFFECT]).then_some(fewer)
    }

    /// With squares of the diagonal as `square` has them; a column without one is not fitted.
    fn with(
        at: &At,
        mut fitted: [bool; COLUMNS],
        square: impl Fn(usize, f64) -> Option<f64>,
    ) -> Self {
        let mut lower = [[0.0; COLUMNS]; COLUMNS];
        for i in 0..COLUMNS {
            for j in (0..i).filter(|&j| fitted[i] && fitted[j]) {
                let known: f64 = (0..j).map(|k| lower[i][k] * lower[j][k]).sum();
                lower[i][j] = (at.information[i][j] - known) / lower[j][j];
            }
            let known: f64 = (0..i).map(|k| lower[i][k] * lower[i][k]).sum();
            match square(i, at.information[i][i] - known).filter(|_| fitted[i]) {
                Some(square) => lower[i][i] = square.sqrt(),
                None => {
                    fitted[i] = false;
                    lower[i] = [0.0; COLUMNS];
                    lower[i][i] = 1.0;
                }
            }
        }
        Self { lower, fitted }
    }

    /// The information's inverse times a vector; 0 in columns that are not fitted.
    pub(super) fn solve(&self, right: &[f64; COLUMNS]) -> [f64; COLUMNS] {
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
