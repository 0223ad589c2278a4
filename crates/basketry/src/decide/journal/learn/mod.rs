//! Measured responses in place of assumed ones.

mod odds;
mod up_sell;

use serde::Serialize;

use self::odds::{base_odds, odds};
use self::up_sell::{abandon, accept};
use super::{DecisionLog, Event, Row};
use crate::decide::policy::Policy;
use crate::decide::reasons::Kind;
use crate::decide::value;
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
    /// it along, so that learning again starts from the same.
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
    /// withheld, and drawn to the base odds that were assumed (1) with the same weight. Without any
    /// customers held out, `a` is what the policy has. Each offer was logged with the base odds that
    /// its decision was made with, which are taken off P0 first: a log may be of several policies,
    /// and learning again from the same log, or one that has grown since, corrects nothing twice.
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
                (row.base_probability > 0.0).then(|| (row.uncorrected(), row.kept()))
            });
            let prior = policy.assume.prior_odds(kind);
            let base_prior = policy.assume.prior_base(kind);
            let found = odds(kind, &seen, prior, policy.assume.base_odds_of(kind), pseudo);
            let base = found.as_ref().and_then(|_| base_odds(kind, &seen, base_prior, pseudo));
            if let Some(number) = base {
                policy.assume.learn_base(kind, number.value, number.withheld, base_prior);
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

    /// The chance without an offer as the model gave it, before the policy corrected it. Of what is
    /// only viewed it is a part of that, for which the odds are nearly the same.
    fn uncorrected(&self) -> f64 {
        value::offered(self.base_probability, 1.0 / self.base_odds)
    }
}

/// Exposures, what was withheld, and purchases after exposures.
fn counts(seen: &[Observation]) -> (u64, u64, u64) {
    let made = seen.iter().filter(|one| one.made);
    let purchases = made.clone().filter(|one| one.bought).count() as u64;
    let made = made.count() as u64;
    (made, seen.len() as u64 - made, purchases)
}

#[cfg(test)]
mod tests;
