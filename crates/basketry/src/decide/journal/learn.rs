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
}

/// A number that was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LearnedNumber {
    /// Its name in the policy, such as `"assume.odds.cross_sell"`.
    pub name: String,
    /// The number, drawn towards `prior`.
    pub value: f64,
    /// What it is drawn to: what the shop gave, or the default.
    pub prior: f64,
    /// Offers that were made.
    pub exposures: u64,
    /// Offers that were withheld from those who were held out, to measure against.
    pub withheld: u64,
    /// Purchases after offers that were made: of the product, of an up-sell of the dearer one; for
    /// `"assume.abandon"` how often neither was bought, for `"contact_cost"` how many customers were
    /// lost.
    pub purchases: u64,
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
    /// `b` is what the offer does. Both are fitted by maximum likelihood to the offers made and to those
    /// withheld from customers who were held out ([`Policy::holdout`]); `b` is drawn to the logarithm
    /// of the assumed odds and `a` to 0 with the weight of
    /// [`pseudo_purchases`](LearnOptions::pseudo_purchases). Without any customers held out, `a` is 0:
    /// the model's chances are trusted. The log is taken to be that of the policy, so that `a` comes
    /// on top of the base odds it has.
    ///
    /// *Up-sells.* `assume.accept` is how many more bought the dearer product if it was offered than
    /// if it was withheld, over what is expected if everybody accepted whom
    /// their own purchases do not speak against. `assume.abandon` is how many more
    /// bought neither; it is not measured without customers held out.
    ///
    /// *What an offer costs.* With a [value of customers](LearnOptions::customer_value),
    /// `contact_cost` is that times the customers who opted out, over the offers made.
    ///
    /// Nobody who is held out was chosen for what they do, so the difference is what offers cause.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) if the options are out of
    /// their range or no purchase was recorded at all: then every offer would seem to be in vain.
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
        let mut policy = policy.clone();
        let default = Assume::default();
        let mut numbers = Vec::new();
        for kind in Kind::ALL {
            // Offers of several products are no single purchase.
            if matches!(kind, Kind::UpSell | Kind::Bundle | Kind::TopUp) {
                continue;
            }
            let seen =
                self.observations(kind, |row| (row.base_probability, row.events & bought != 0));
            let given = policy.assume.given(&Assume::odds_name(kind));
            let prior = if given { policy.assume.odds_of(kind) } else { default.odds_of(kind) };
            if let Some((base, number)) = odds(kind, &seen, prior, pseudo) {
                if let Some(mut base) = base {
                    // What was logged had the policy's own correction.
                    base.value = (base.value * policy.assume.base_odds_of(kind)).clamp(1e-3, 1e3);
                    policy.assume.learn_base(kind, base.value, base.withheld);
                    numbers.push(base);
                }
                policy.assume.learn_odds(kind, number.value, number.exposures);
                numbers.push(number);
            }
        }
        let seen = self.observations(Kind::UpSell, |row| (row.receptive, row.events & bought != 0));
        let prior = policy.assume.given("accept").then_some(policy.assume.accept);
        if let Some(number) = accept(&seen, prior.unwrap_or(default.accept), pseudo) {
            policy.assume.accept = number.value;
            policy.assume.learned.insert("accept".to_owned(), number.exposures);
            numbers.push(number);
        }
        let seen = self
            .observations(Kind::UpSell, |row| (1.0, row.events & bought == 0 && !row.base_bought));
        let prior = policy.assume.given("abandon").then_some(policy.assume.abandon);
        if let Some(number) = abandon(&seen, prior.unwrap_or(default.abandon), pseudo) {
            policy.assume.abandon = number.value;
            policy.assume.learned.insert("abandon".to_owned(), number.exposures);
            numbers.push(number);
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
        Ok(Learned { policy, numbers })
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
            standard_error: customer_value * (share * (1.0 - share).max(0.0) / offers).sqrt(),
        }
    }

    /// The offers of a kind that were seen or withheld.
    fn observations(&self, kind: Kind, of: impl Fn(&Row) -> (f64, bool)) -> Vec<Observation> {
        let seen = Event::Shown.bit() | Event::Clicked.bit();
        let tracked = self.rows.iter().any(|row| row.events & Event::Shown.bit() != 0);
        (self.rows.iter())
            .filter(|row| row.kind == kind)
            .map(|row| (row, !self.entries[row.entry as usize].held_out))
            .filter(|(row, made)| !made || !tracked || row.events & seen != 0)
            .map(|(row, made)| {
                let (base, bought) = of(row);
                Observation { made, bought, base }
            })
            .collect()
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

/// The odds without an offer over the model's, if they were measured, and those that an offer adds.
fn odds(
    kind: Kind,
    seen: &[Observation],
    prior: f64,
    pseudo: f64,
) -> Option<(Option<LearnedNumber>, LearnedNumber)> {
    let (exposures, withheld, purchases) = counts(seen);
    if exposures == 0 {
        return None;
    }
    let log_odds = |p: f64| {
        let p = p.clamp(1e-9, 1.0 - 1e-9);
        (p / (1.0 - p)).ln()
    };
    let prior_log = prior.max(1.0).ln();
    // Without a weight of what is assumed, data in which nobody or everybody buys has no maximum.
    let weight = pseudo.max(1e-6);
    let (mut a, mut b) = (0.0f64, prior_log);
    let mut variance = [1.0 / weight; 2];
    for _ in 0..100 {
        let mut gradient = [-weight * a, -weight * (b - prior_log)];
        let mut information = [weight, 0.0, weight];
        for one in seen {
            let made = f64::from(u8::from(one.made));
            let p = sigmoid(log_odds(one.base) + a + b * made);
            let off = f64::from(u8::from(one.bought)) - p;
            let spread = p * (1.0 - p);
            gradient[0] += off;
            gradient[1] += made * off;
            information[0] += spread;
            information[1] += made * spread;
            information[2] += made * spread;
        }
        if withheld == 0 {
            (gradient[0], information[1]) = (0.0, 0.0);
        }
        let [aa, ab, bb] = information;
        let determinant = aa * bb - ab * ab;
        let step_a = (bb * gradient[0] - ab * gradient[1]) / determinant;
        let step_b = (aa * gradient[1] - ab * gradient[0]) / determinant;
        variance = [bb / determinant, aa / determinant];
        // The log-likelihood is concave; a short step keeps Newton's method from leaping.
        a += step_a.clamp(-1.0, 1.0);
        b += step_b.clamp(-1.0, 1.0);
        if step_a.abs().max(step_b.abs()) < 1e-10 {
            break;
        }
    }
    let [variance_a, variance_b] = variance.map(|variance| variance.max(0.0));
    let base = (withheld > 0).then(|| LearnedNumber {
        name: format!("assume.{}", Assume::base_name(kind)),
        value: a.exp().clamp(1e-3, 1e3),
        prior: 1.0,
        exposures,
        withheld,
        purchases: seen.iter().filter(|one| !one.made && one.bought).count() as u64,
        standard_error: variance_a.sqrt(),
    });
    let number = LearnedNumber {
        name: format!("assume.{}", Assume::odds_name(kind)),
        // An offer that does harm is worth nothing, and nothing more can be said.
        value: b.exp().clamp(1.0, 1000.0),
        prior,
        exposures,
        withheld,
        purchases,
        standard_error: variance_b.sqrt(),
    };
    Some((base, number))
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
    let anyway = seen.iter().filter(|one| !one.made && one.bought).count() as f64;
    // As if as many receptive ones had been seen as make the assumed purchases.
    let pseudo_offered = if prior > 0.0 { pseudo / prior } else { pseudo };
    let anyway = if not > 0.0 { anyway / (not + pseudo_offered) } else { 0.0 };
    let because = (purchases as f64 - anyway * offered).max(0.0);
    let value = (because + prior * pseudo_offered) / (offered + pseudo_offered);
    let value = value.clamp(0.0, 1.0);
    Some(LearnedNumber {
        name: "assume.accept".to_owned(),
        value,
        prior,
        exposures,
        withheld,
        purchases,
        standard_error: (value * (1.0 - value) / (offered + pseudo_offered)).sqrt(),
    })
}

/// How many more buy neither product if the dearer one is offered.
fn abandon(seen: &[Observation], prior: f64, pseudo: f64) -> Option<LearnedNumber> {
    let (exposures, withheld, left) = counts(seen);
    if exposures == 0 || withheld == 0 {
        return None;
    }
    let share = |left: f64, of: u64| left / of as f64;
    let left_anyway = seen.iter().filter(|one| !one.made && one.bought).count() as f64;
    let (with, without) = (share(left as f64, exposures), share(left_anyway, withheld));
    let variance =
        with * (1.0 - with) / exposures as f64 + without * (1.0 - without) / withheld as f64;
    // The weight of the prior is that of so many lost sales among as many as it takes to see them.
    let prior_variance =
        if prior > 0.0 && pseudo > 0.0 { prior * prior / pseudo } else { f64::INFINITY };
    let measured = with - without;
    let trust =
        if prior_variance.is_finite() { prior_variance / (prior_variance + variance) } else { 1.0 };
    Some(LearnedNumber {
        name: "assume.abandon".to_owned(),
        value: (prior + trust * (measured - prior)).clamp(0.0, 1.0),
        prior,
        exposures,
        withheld,
        purchases: left,
        standard_error: (trust * variance).sqrt(),
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
        let (base, number) = odds(Kind::CrossSell, &seen, 1.5, 0.0).unwrap();
        let exact = (0.3 / 0.7) / (0.2 / 0.8);
        assert!((number.value - exact).abs() < 1e-6, "{} {exact}", number.value);
        assert_eq!((number.exposures, number.withheld, number.purchases), (10_000, 10_000, 3000));
        // The standard error of a log odds ratio, by Woolf (1955).
        let woolf = (1.0 / 3000.0 + 1.0 / 7000.0 + 1.0 / 2000.0 + 1.0 / 8000.0f64).sqrt();
        assert!((number.standard_error - woolf).abs() < 1e-4, "{} {woolf}", number.standard_error);
        let base = base.unwrap();
        let exact = (0.2 / 0.8) / (0.25 / 0.75);
        assert!((base.value - exact).abs() < 1e-6, "{} {exact}", base.value);
        assert_eq!((&*base.name, base.purchases), ("assume.base_odds.cross_sell", 2000));
    }

    #[test]
    fn few_exposures_leave_what_is_assumed() {
        let none = seen(0.1, [0, 0], [3, 5]);
        assert_eq!(odds(Kind::Popular, &none, 1.5, 20.0), None);
        let (base, few) = odds(Kind::Popular, &seen(0.1, [0, 4], [0, 0]), 1.5, 20.0).unwrap();
        assert!((1.45..1.5).contains(&few.value) && base.is_none(), "{}", few.value);
        let (_, harm) = odds(Kind::Popular, &seen(0.5, [10, 990], [500, 500]), 1.5, 20.0).unwrap();
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
}
