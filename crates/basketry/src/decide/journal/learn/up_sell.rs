//! Who takes a dearer variant, and who leaves because of it.

use super::clusters::Clusters;
use super::measured::told;
use super::{LearnedNumber, Observation, counts};

/// Purchases and chances of them, of offers that were made or of those that were withheld: of a
/// chance of `base` each, `rate * base` come true.
#[derive(Clone, Copy)]
struct Count {
    bought: f64,
    /// The sum of the chances.
    of: f64,
    /// The variance of `bought`, over `bought`.
    dispersion: f64,
}

impl Count {
    fn new(seen: &[Observation], made: bool) -> Self {
        let (mut bought, mut of, mut squares, mut n) = (0.0, 0.0, 0.0, 0.0);
        for one in seen.iter().filter(|one| one.made == made) {
            bought += f64::from(u8::from(one.bought));
            of += one.base;
            squares += one.base * one.base;
            n += 1.0;
        }
        // Half a one is added to either side: shares of 0 and 1 are not certain either.
        let rate = (bought + 0.5) / (of + 1.0);
        let dispersion = if of > 0.0 { 1.0 - rate * squares / of } else { 1.0 };
        Self { bought, of, dispersion: dispersion.clamp(0.5 / (n + 1.0), 1.0) }
    }

    fn rate(&self) -> f64 {
        self.bought / self.of
    }

    /// The variance of the rate.
    fn variance(&self) -> f64 {
        self.dispersion * (self.bought + 0.5) / (self.of * self.of)
    }

    /// The logarithm of the quasi-likelihood of a rate (Wedderburn 1974) and its slope. It is greatest
    /// at the ratio of purchases to chances, whatever the chances are like one by one.
    fn log(&self, rate: f64) -> (f64, f64) {
        let [log, slope] = match self.bought {
            0.0 => [0.0, 0.0],
            bought => [bought * rate.ln(), bought / rate],
        };
        ((log - rate * self.of) / self.dispersion, (slope - self.of) / self.dispersion)
    }
}

/// The degrees of freedom of what is assumed.
const FREEDOM: f64 = 3.0;

/// Two rates of which one is expected to be greater.
struct Rates {
    /// None: it is 0.
    less: Option<Count>,
    more: Count,
}

impl Rates {
    /// Where the share is that the log alone fits best.
    fn measured(&self) -> f64 {
        let less = self.less.map_or(0.0, |less| less.rate());
        (self.more.rate() - less).clamp(0.0, 1.0)
    }

    fn variance(&self) -> f64 {
        self.more.variance() + self.less.map_or(0.0, |less| less.variance())
    }

    /// The logarithm of the quasi-likelihood of a difference, with the lesser rate at its best, and
    /// its slope.
    fn log(&self, difference: f64) -> (f64, f64) {
        let more = &self.more;
        let Some(less) = &self.less else { return more.log(difference) };
        // The slope is 0 where a / x + b / (x + difference) = c.
        let (a, b) = (less.bought / less.dispersion, more.bought / more.dispersion);
        let c = less.of / less.dispersion + more.of / more.dispersion;
        let half = a + b - c * difference;
        let root = (half * half + 4.0 * a * c * difference).sqrt();
        let rate = match half {
            half if half >= 0.0 => (half + root) / (2.0 * c),
            // Without a difference of two great numbers.
            half => 2.0 * a * difference / (root - half),
        };
        let (log, slope) = more.log(rate + difference);
        (log + less.log(rate).0, slope)
    }

    /// The share without anything assumed and the standard error of the difference, by customers unless
    /// it would be greater if all decisions were independent. Of `less_made` offers the lesser rate is.
    ///
    /// A difference that is no share comes from chance: the share that fits best is then 0 or 1, which
    /// is nearer to the truth than the difference, so that the error holds for it as well.
    fn told(
        &self,
        seen: &[Observation],
        less_made: bool,
        clusters: &mut Clusters,
    ) -> Option<(f64, f64)> {
        clusters.clear();
        for (count, made, sign) in
            [(Some(&self.more), !less_made, 1.0), (self.less.as_ref(), less_made, -1.0)]
        {
            let Some(count) = count else { continue };
            for one in seen.iter().filter(|one| one.made == made) {
                let rest = f64::from(u8::from(one.bought)) - count.rate() * one.base;
                clusters.add(one.who, rest, one.base);
            }
            clusters.leave_out(sign);
        }
        told(self.measured(), clusters.variance().max(self.variance()))
    }

    /// Where the quasi-likelihood is greatest, with the logarithm of the share's odds drawn to that of
    /// `prior`.
    ///
    /// What is assumed is Student's t distribution: near its middle it tells as much as the normal
    /// distribution of this weight, but data that contradict it beyond doubt override it (Dawid 1973),
    /// where the normal distribution holds on to a share of .01 against thousands of customers.
    fn drawn(&self, prior: f64, weight: f64) -> f64 {
        let measured = self.measured();
        if weight <= 0.0 {
            return measured;
        }
        let log_odds = |share: f64| {
            let share = share.clamp(1e-7, 1.0 - 1e-7);
            (share / (1.0 - share)).ln()
        };
        let at = |log_odds: f64| 1.0 / (1.0 + (-log_odds).exp());
        let (to, from) = (log_odds(prior), log_odds(measured));
        let tail = |x: f64| 1.0 + weight * (x - to) * (x - to) / (FREEDOM + 1.0);
        let log = |x: f64| self.log(at(x)).0 - 0.5 * (FREEDOM + 1.0) * tail(x).ln();
        let slope = |x: f64| {
            let share = at(x);
            self.log(share).1 * share * (1.0 - share) - weight * (x - to) / tail(x)
        };
        // It lies between the two. Far from each other both may be maxima, so all of it is searched.
        const STEPS: i32 = 256;
        let (low, high) = (to.min(from), to.max(from));
        let grid = |i: i32| low + (high - low) * f64::from(i) / f64::from(STEPS);
        let best = (0..=STEPS).max_by(|&a, &b| log(grid(a)).total_cmp(&log(grid(b)))).unwrap_or(0);
        let (mut low, mut high) = match slope(grid(best)) {
            rising if rising > 0.0 => (grid(best), grid((best + 1).min(STEPS))),
            _ => (grid((best - 1).max(0)), grid(best)),
        };
        for _ in 0..100 {
            let middle = (low + high) / 2.0;
            if slope(middle) > 0.0 { low = middle } else { high = middle }
        }
        at((low + high) / 2.0)
    }
}

/// The share of receptive customers who take a dearer variant because it is offered. Each
/// observation has as its base the share that takes it if everybody does who is receptive.
pub(super) fn accept(
    seen: &[Observation],
    prior: f64,
    pseudo: f64,
    clusters: &mut Clusters,
) -> Option<LearnedNumber> {
    let (exposures, withheld, purchases) = counts(seen);
    let made = Count::new(seen, true);
    if made.of <= 0.0 {
        return None;
    }
    let less = Some(Count::new(seen, false)).filter(|not| not.of > 0.0);
    let rates = Rates { less, more: made };
    let measured = rates.told(seen, false, clusters);
    Some(LearnedNumber {
        name: "assume.accept".to_owned(),
        value: rates.drawn(prior, pseudo),
        prior,
        measured: measured.map(|(share, _)| share),
        standard_error: measured.map(|(_, error)| error),
        exposures,
        withheld,
        purchases,
        left_out: 0,
    })
}

/// How many of those who were to buy the base product buy neither because the dearer one is offered.
/// Each observation has as its base the chance that the base product is bought, and counts as bought
/// if either product is.
pub(super) fn abandon(
    seen: &[Observation],
    prior: f64,
    pseudo: f64,
    clusters: &mut Clusters,
) -> Option<LearnedNumber> {
    let (exposures, withheld, kept) = counts(seen);
    let (made, not) = (Count::new(seen, true), Count::new(seen, false));
    if made.of <= 0.0 || not.of <= 0.0 {
        return None;
    }
    let rates = Rates { less: Some(made), more: not };
    let measured = rates.told(seen, true, clusters);
    Some(LearnedNumber {
        name: "assume.abandon".to_owned(),
        value: rates.drawn(prior, pseudo),
        prior,
        measured: measured.map(|(share, _)| share),
        standard_error: measured.map(|(_, error)| error),
        exposures,
        withheld,
        purchases: exposures - kept,
        left_out: 0,
    })
}
