//! Measured responses in place of assumed ones.

use serde::Serialize;

use super::{DecisionLog, Event, Row};
use crate::decide::policy::{Assume, Policy};
use crate::decide::reasons::Kind;
use crate::{Error, Result};

/// How to learn from a log.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LearnOptions {
    /// What is assumed counts as much as so many purchases that confirm it: a number measured on
    /// few exposures stays near it. 0 to 1,000,000. Default 20.
    pub pseudo_purchases: f64,
    /// What losing a customer costs, in minor units (may be fractional), 0 to 10^12. If it is given,
    /// [`Policy::contact_cost`] becomes what one offer costs in customers who want no more offers.
    /// Default: none.
    pub customer_value: Option<f64>,
}

impl Default for LearnOptions {
    fn default() -> Self {
        Self { pseudo_purchases: 20.0, customer_value: None }
    }
}

impl LearnOptions {
    /// Sets [`pseudo_purchases`](Self::pseudo_purchases).
    #[must_use]
    pub fn pseudo_purchases(mut self, purchases: f64) -> Self {
        self.pseudo_purchases = purchases;
        self
    }

    /// Sets [`customer_value`](Self::customer_value).
    #[must_use]
    pub fn customer_value(mut self, minor_units: f64) -> Self {
        self.customer_value = Some(minor_units);
        self
    }
}

/// What was learned from a log.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Learned {
    /// The policy with measured numbers in its [`Assume`] table, marked as learned.
    pub policy: Policy,
    /// The numbers that were measured. Those of which the log has no exposures stay as they were.
    pub numbers: Vec<LearnedNumber>,
    /// How many decisions were left out because the [orders](DecisionLog::record_orders) that were
    /// looked up do not say what came of them: nobody knows who the customer was, or the time to
    /// buy was not over by the last of the orders.
    pub not_followed: u64,
}

/// A number that was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LearnedNumber {
    /// Its name in the policy, such as `"assume.odds.cross_sell"`.
    pub name: String,
    /// The number, drawn towards `prior`.
    pub value: f64,
    /// What it is drawn to: what the shop gave, or the default. A policy that was learned carries
    /// it along, so that learning again starts from the same. Of base odds: those of the policy that
    /// the log was made with.
    pub prior: f64,
    /// Offers that were made.
    pub exposures: u64,
    /// Offers that were withheld from those who were held out, to measure against.
    pub withheld: u64,
    /// Purchases after offers that were made: of the product, of an up-sell of the dearer one; for
    /// `"assume.abandon"` how often neither was bought, for `"contact_cost"` how many customers were
    /// lost.
    pub purchases: u64,
    /// Offers of which nothing could be learned: those of decisions that could not be
    /// [followed](Learned::not_followed), and for odds those without a chance of the model (what it
    /// does not know and is pinned).
    pub left_out: u64,
    /// The standard error: of the logarithm for odds, of the number itself for shares.
    pub standard_error: f64,
}

/// One offer as an observation.
#[derive(Clone, Copy)]
struct Observation {
    made: bool,
    bought: bool,
    /// The chance of a purchase without the offer, as the model saw it; of an up-sell the greatest
    /// share of those who can be expected to take it.
    base: f64,
}

impl DecisionLog {
    /// Learns how customers respond to offers.
    ///
    /// *Odds of a kind of offer* (`assume.odds` and `assume.base_odds`). With P0 the chance that the
    /// model gave without the offer, a purchase has the log odds `ln(P0 / (1 - P0)) + a + b * made`, in
    /// which `a` is what the model misses, because offers are made at one moment of an order and not
    /// at any, or because purchases of some weeks were [looked up](DecisionLog::record_orders), and
    /// `b` is what the offer does. `b` is where its profile likelihood (the greatest over all `a`) of
    /// the offers made and of those withheld from customers who were held out ([`Policy::holdout`])
    /// is greatest, drawn to the logarithm of the assumed odds with the weight of
    /// [`pseudo_purchases`](LearnOptions::pseudo_purchases). `a` is not drawn to anything there: its
    /// error would be credited to the offer. As a number of its own it is fitted to what was
    /// withheld, and drawn to 0 with the same weight. Without any customers held out, `a` is 0: the
    /// model's chances are trusted. The log is taken to be that of the policy, so that `a` comes on top
    /// of the base odds it has.
    ///
    /// *Up-sells.* `assume.accept` is how many more bought the dearer product if it was offered than
    /// if it was withheld, over what is expected if everybody accepted whom
    /// their own purchases do not speak against. `assume.abandon` is how many more
    /// bought neither; it is not measured without customers held out.
    ///
    /// Each number lies between what is assumed and what was measured (as far as its range allows
    /// that), the nearer to what is assumed the greater `pseudo_purchases`. What is assumed is what
    /// the policy says: of odds its own, or `assume.response_odds` if the kind has none. Of a number
    /// that was learned before it is what that was drawn to, and no number is counted twice.
    ///
    /// What was bought and [came back](Event::Returned) was not bought. Once
    /// [orders](DecisionLog::record_orders) were looked up, decisions that these cannot follow are
    /// left out, whatever was recorded of them: if only those that ended with a purchase counted, every
    /// offer would seem to be taken.
    ///
    /// *What an offer costs.* With a [value of customers](LearnOptions::customer_value),
    /// `contact_cost` is that times the customers who opted out, over the offers made.
    ///
    /// Nobody who is held out was chosen for what they do, so the difference is what offers cause.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) if the options are out of
    /// their range, or no purchase was recorded at all (then every offer would seem to be in vain), or
    /// the orders that were looked up follow no decision.
    pub fn learn(&self, policy: &Policy, options: &LearnOptions) -> Result<Learned> {
        let pseudo = options.pseudo_purchases;
        if !(0.0..=1e6).contains(&pseudo) {
            return Err(Error::argument(format!(
                "pseudo_purchases: expected 0 to 1,000,000, got {pseudo}"
            )));
        }
        let bought = Event::Bought.bit();
        if !self.rows.iter().any(|row| row.events & bought != 0 || row.base_bought) {
            return Err(Error::argument(
                "log: no purchase was recorded, so that nothing can be learned from it",
            ));
        }
        let not_followed = self.entries.iter().filter(|entry| !entry.followed()).count();
        if not_followed == self.entries.len() {
            return Err(Error::argument(format!(
                "log: the orders that were looked up follow none of its {not_followed} decisions: \
                 these have no customer, or the time to buy was not over by the last order"
            )));
        }
        let mut policy = policy.clone();
        let mut numbers = Vec::new();
        for kind in Kind::ALL {
            // Offers of several products are no single purchase.
            if matches!(kind, Kind::UpSell | Kind::Bundle | Kind::TopUp) {
                continue;
            }
            let (seen, left_out) = self.observations(kind, |row| {
                (row.base_probability > 0.0).then(|| (row.base_probability, row.kept()))
            });
            let prior = policy.assume.prior_odds(kind);
            let before = policy.assume.base_odds_of(kind);
            let found = odds(kind, &seen, prior, pseudo);
            // What was logged had the policy's own correction.
            let base = found.as_ref().and_then(|_| base_odds(kind, &seen, before, pseudo));
            if let Some(number) = base {
                policy.assume.learn_base(kind, number.value, number.withheld);
                numbers.push(LearnedNumber { left_out, ..number });
            }
            if let Some(number) = found {
                policy.assume.learn_odds(kind, number.value, number.exposures, prior);
                numbers.push(LearnedNumber { left_out, ..number });
            }
        }
        let (seen, left_out) =
            self.observations(Kind::UpSell, |row| Some((row.receptive, row.kept())));
        let prior = policy.assume.prior("accept", policy.assume.accept);
        if let Some(number) = accept(&seen, prior, pseudo) {
            policy.assume.accept = number.value;
            policy.assume.learn("accept", number.exposures, prior);
            numbers.push(LearnedNumber { left_out, ..number });
        }
        let (seen, left_out) =
            self.observations(Kind::UpSell, |row| Some((1.0, !row.kept() && !row.base_bought)));
        let prior = policy.assume.prior("abandon", policy.assume.abandon);
        if let Some(number) = abandon(&seen, prior, pseudo) {
            policy.assume.abandon = number.value;
            policy.assume.learn("abandon", number.exposures, prior);
            numbers.push(LearnedNumber { left_out, ..number });
        }
        if let Some(value) = options.customer_value {
            if !(0.0..=1e12).contains(&value) {
                return Err(Error::argument(format!(
                    "customer_value: expected 0 to 1,000,000,000,000, got {value}"
                )));
            }
            let number = self.contact_cost(value, policy.contact_cost);
            policy.contact_cost = number.value;
            numbers.push(number);
        }
        policy.check()?;
        Ok(Learned { policy, numbers, not_followed: not_followed as u64 })
    }

    /// What an offer costs in customers who want no more.
    fn contact_cost(&self, customer_value: f64, prior: f64) -> LearnedNumber {
        let made = |held_out: bool| {
            let entries = self.entries.iter().filter(move |entry| entry.held_out == held_out);
            entries.map(|entry| u64::from(entry.rows)).sum::<u64>()
        };
        let lost = self.entries.iter().filter(|entry| entry.opted_out && !entry.held_out).count();
        let offers = made(false).max(1) as f64;
        let share = lost as f64 / offers;
        LearnedNumber {
            name: "contact_cost".to_owned(),
            value: share * customer_value,
            prior,
            exposures: made(false),
            withheld: made(true),
            purchases: lost as u64,
            left_out: 0,
            standard_error: customer_value * (share * (1.0 - share).max(0.0) / offers).sqrt(),
        }
    }

    /// The offers of a kind that were seen or withheld, and how many of them say nothing.
    fn observations(
        &self,
        kind: Kind,
        of: impl Fn(&Row) -> Option<(f64, bool)>,
    ) -> (Vec<Observation>, u64) {
        let seen = Event::Shown.bit() | Event::Clicked.bit();
        let tracked = self.rows.iter().any(|row| row.events & Event::Shown.bit() != 0);
        let (mut observations, mut left_out) = (Vec::new(), 0);
        for row in self.rows.iter().filter(|row| row.kind == kind) {
            let entry = &self.entries[row.entry as usize];
            let made = !entry.held_out;
            if made && tracked && row.events & seen == 0 {
                continue;
            }
            match of(row).filter(|_| entry.followed()) {
                Some((base, bought)) => observations.push(Observation { made, bought, base }),
                None => left_out += 1,
            }
        }
        (observations, left_out)
    }
}

impl Row {
    /// True if it was bought and did not come back.
    fn kept(&self) -> bool {
        self.events & (Event::Bought.bit() | Event::Returned.bit()) == Event::Bought.bit()
    }
}

/// Exposures, what was withheld, and purchases after exposures.
fn counts(seen: &[Observation]) -> (u64, u64, u64) {
    let made = seen.iter().filter(|one| one.made);
    let purchases = made.clone().filter(|one| one.bought).count() as u64;
    let made = made.count() as u64;
    (made, seen.len() as u64 - made, purchases)
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn log_odds(p: f64) -> f64 {
    let p = p.clamp(1e-9, 1.0 - 1e-9);
    (p / (1.0 - p)).ln()
}

/// The slope of the log-likelihood and its curvature (taken positive) if the log odds of all that
/// were made, or of all that were not, are `shift` above those of the model.
fn slope(seen: &[Observation], made: bool, shift: f64) -> (f64, f64) {
    let (mut slope, mut curvature) = (0.0, 0.0);
    for one in seen.iter().filter(|one| one.made == made) {
        let p = sigmoid(log_odds(one.base) + shift);
        slope += f64::from(u8::from(one.bought)) - p;
        curvature += p * (1.0 - p);
    }
    (slope, curvature)
}

/// Without a weight of what is assumed, data in which nobody or everybody buys has no maximum.
fn weight(pseudo: f64) -> f64 {
    pseudo.max(1e-6)
}

/// The odds that an offer adds.
fn odds(kind: Kind, seen: &[Observation], prior: f64, pseudo: f64) -> Option<LearnedNumber> {
    let (exposures, withheld, purchases) = counts(seen);
    if exposures == 0 {
        return None;
    }
    let prior_log = prior.max(1.0).ln();
    let weight = weight(pseudo);
    // The shifts of those made (a + b) and of those withheld (a).
    let (mut with, mut without) = (prior_log, 0.0f64);
    let mut variance = 1.0 / weight;
    // If all buy or none, whatever was offered, there is nothing to compare.
    let alike = withheld > 0 && seen.iter().all(|one| one.bought == seen[0].bought);
    for _ in 0..if alike { 0 } else { 200 } {
        let pull = weight * (with - without - prior_log);
        let (slope_made, m) = slope(seen, true, with);
        let (slope_not, n) = if withheld > 0 { slope(seen, false, without) } else { (0.0, 0.0) };
        let (of_made, of_not) = (slope_made - pull, slope_not + pull);
        let (mut step_made, mut step_not);
        if withheld > 0 {
            // This form of the determinant loses no digits where one of the two is far away.
            let determinant = m * n + weight * (m + n);
            step_made = ((n + weight) * of_made + weight * of_not) / determinant;
            step_not = ((m + weight) * of_not + weight * of_made) / determinant;
            variance = (m + n) / determinant;
        } else {
            (step_made, step_not) = (of_made / (m + weight), 0.0);
            variance = 1.0 / (m + weight);
        }
        // The log-likelihood is concave; a short step keeps Newton's method from leaping.
        let length = step_made.abs().max(step_not.abs());
        if length > 1.0 {
            step_made /= length;
            step_not /= length;
        }
        with += step_made;
        without += step_not;
        if length < 1e-12 {
            break;
        }
    }
    Some(LearnedNumber {
        name: format!("assume.{}", Assume::odds_name(kind)),
        // An offer that does harm is worth nothing, and nothing more can be said.
        value: (with - without).exp().clamp(1.0, 1000.0),
        prior,
        exposures,
        withheld,
        purchases,
        left_out: 0,
        standard_error: variance.sqrt(),
    })
}

/// The odds without an offer over the model's, of which those before were `before` times the odds
/// that it gave.
fn base_odds(kind: Kind, seen: &[Observation], before: f64, pseudo: f64) -> Option<LearnedNumber> {
    let (exposures, withheld, _) = counts(seen);
    if withheld == 0 {
        return None;
    }
    let weight = weight(pseudo);
    let (mut shift, mut variance) = (0.0f64, 1.0 / weight);
    for _ in 0..200 {
        let (slope, curvature) = slope(seen, false, shift);
        variance = 1.0 / (curvature + weight);
        let step = (slope - weight * shift) * variance;
        shift += step.clamp(-1.0, 1.0);
        if step.abs() < 1e-12 {
            break;
        }
    }
    Some(LearnedNumber {
        name: format!("assume.{}", Assume::base_name(kind)),
        value: (shift.exp() * before).clamp(1e-3, 1e3),
        prior: before,
        exposures,
        withheld,
        purchases: seen.iter().filter(|one| !one.made && one.bought).count() as u64,
        left_out: 0,
        standard_error: variance.sqrt(),
    })
}

/// The variance of so many of so many, with half a one added to either side: shares of 0 and 1 are
/// not certain either.
fn variance(bought: f64, of: u64) -> f64 {
    let share = (bought + 0.5) / (of as f64 + 1.0);
    share * (1.0 - share) * of as f64
}

/// The share of receptive customers who take a dearer variant because it is offered.
fn accept(seen: &[Observation], prior: f64, pseudo: f64) -> Option<LearnedNumber> {
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
fn abandon(seen: &[Observation], prior: f64, pseudo: f64) -> Option<LearnedNumber> {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Observations with these counts: bought and not, if made and if withheld.
    fn seen(base: f64, made: [usize; 2], withheld: [usize; 2]) -> Vec<Observation> {
        let mut all = Vec::new();
        for (counts, made) in [(made, true), (withheld, false)] {
            for (bought, count) in [(true, counts[0]), (false, counts[1])] {
                all.extend(std::iter::repeat_n(Observation { made, bought, base }, count));
            }
        }
        all
    }

    #[test]
    fn odds_are_those_of_the_table() {
        // 300 of 1000 against 200 of 1000, where the model said 25 %.
        let seen = seen(0.25, [3000, 7000], [2000, 8000]);
        let number = odds(Kind::CrossSell, &seen, 1.5, 0.0).unwrap();
        let exact = (0.3 / 0.7) / (0.2 / 0.8);
        assert!((number.value - exact).abs() < 1e-6, "{} {exact}", number.value);
        assert_eq!((number.exposures, number.withheld, number.purchases), (10_000, 10_000, 3000));
        // The standard error of a log odds ratio, by Woolf (1955).
        let woolf = (1.0 / 3000.0 + 1.0 / 7000.0 + 1.0 / 2000.0 + 1.0 / 8000.0f64).sqrt();
        assert!((number.standard_error - woolf).abs() < 1e-4, "{} {woolf}", number.standard_error);
        let base = base_odds(Kind::CrossSell, &seen, 2.0, 0.0).unwrap();
        let exact = 2.0 * (0.2 / 0.8) / (0.25 / 0.75);
        assert!((base.value - exact).abs() < 1e-6, "{} {exact}", base.value);
        assert_eq!((&*base.name, base.purchases), ("assume.base_odds.cross_sell", 2000));
    }

    #[test]
    fn few_exposures_leave_what_is_assumed() {
        let none = seen(0.1, [0, 0], [3, 5]);
        assert_eq!(odds(Kind::Popular, &none, 1.5, 20.0), None);
        let few = seen(0.1, [0, 4], [0, 0]);
        assert_eq!(base_odds(Kind::Popular, &few, 1.0, 20.0), None);
        let few = odds(Kind::Popular, &few, 1.5, 20.0).unwrap();
        assert!((1.45..1.5).contains(&few.value), "{}", few.value);
        let harm = odds(Kind::Popular, &seen(0.5, [10, 990], [500, 500]), 1.5, 20.0).unwrap();
        assert_eq!(harm.value, 1.0);
    }

    #[test]
    fn up_sells_are_measured_against_those_held_out() {
        // 12 % of the receptive take it, 2 % would have done so anyway.
        let number = accept(&seen(0.5, [600, 9400], [100, 9900]), 0.05, 0.0).unwrap();
        assert!((number.value - 0.1).abs() < 1e-9, "{}", number.value);
        let number = abandon(&seen(1.0, [300, 9700], [100, 9900]), 0.01, 0.0).unwrap();
        assert!((number.value - 0.02).abs() < 1e-12, "{}", number.value);
        let shrunk = abandon(&seen(1.0, [3, 97], [1, 99]), 0.01, 20.0).unwrap();
        assert!(shrunk.value > 0.01 && shrunk.value < 0.0105, "{}", shrunk.value);
        assert_eq!(abandon(&seen(1.0, [3, 97], [0, 0]), 0.01, 20.0), None);
    }

    /// `value` at these weights goes from `measured` to `prior`, and nowhere else.
    fn goes(what: &str, prior: f64, value: impl Fn(f64) -> f64) {
        let values: Vec<f64> =
            [0.0, 0.5, 5.0, 20.0, 100.0, 3000.0, 1e6].into_iter().map(value).collect();
        let rising = prior >= values[0];
        for pair in values.windows(2) {
            let step = if rising { pair[1] - pair[0] } else { pair[0] - pair[1] };
            assert!(step >= -1e-7, "{what}: {values:?} to {prior}");
        }
        let last = values[values.len() - 1];
        let over = if rising { last - prior } else { prior - last };
        assert!(over <= 1e-7, "{what}: {values:?} to {prior}");
    }

    proptest::proptest! {
        #[test]
        fn numbers_lie_between_what_is_assumed_and_what_was_measured(
            groups in proptest::collection::vec(
                (0.001f64..0.999, [0usize..60, 0..200], [0usize..20, 0..60]), 1..4),
            prior in 1.0f64..10.0,
            share in 0.001f64..1.0,
        ) {
            let all: Vec<Observation> = (groups.iter())
                .flat_map(|&(base, made, withheld)| seen(base, made, withheld))
                .collect();
            let value = |number: Option<LearnedNumber>| number.map_or(0.0, |number| number.value);
            if all.iter().any(|one| one.made) {
                goes("odds", prior, |w| value(odds(Kind::Refill, &all, prior, w)));
                goes("accept", share, |w| value(accept(&all, share, w)));
                if all.iter().any(|one| !one.made) {
                    goes("base", 1.0, |w| value(base_odds(Kind::Refill, &all, 1.0, w)));
                    goes("abandon", share, |w| value(abandon(&all, share, w)));
                }
            }
        }
    }

    #[test]
    fn what_is_bought_anyway_is_not_credited_to_the_offer() {
        // Measured: .25 - .20 = .05, which is what is assumed.
        let even = accept(&seen(1.0, [1000, 3000], [80, 320]), 0.05, 20.0).unwrap();
        assert!((even.value - 0.05).abs() < 1e-12, "{}", even.value);
        let exact = (0.25 * 0.75 / 4000.0 + 0.2 * 0.8 / 400.0f64).sqrt();
        let free = accept(&seen(1.0, [1000, 3000], [80, 320]), 0.05, 0.0).unwrap();
        assert!((free.standard_error / exact - 1.0).abs() < 0.01, "{}", free.standard_error);
        // The model is wrong by a factor of four; measured odds of (3/97)/(2/98) among the offered.
        let wrong = seen(0.08, [30, 970], [10, 490]);
        let measured = (0.03 / 0.97) / (0.02 / 0.98);
        let free = odds(Kind::Refill, &wrong, 1.2, 0.0).unwrap().value;
        assert!((free - measured).abs() < 1e-4, "{free} {measured}");
        let drawn = odds(Kind::Refill, &wrong, 1.2, 20.0).unwrap().value;
        assert!((1.2..measured).contains(&drawn), "{drawn}");
        // Nobody bought: no customer says anything about the offer.
        let none = odds(Kind::Refill, &seen(0.08, [0, 50], [0, 9]), 1.2, 20.0).unwrap();
        assert!((none.value - 1.2).abs() < 1e-12 && none.standard_error.is_finite());
    }
}
