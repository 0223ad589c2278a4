//! Measured responses in place of assumed ones.

mod clusters;
mod measured;
mod odds;
mod past;
mod up_sell;

use serde::Serialize;

use self::clusters::Clusters;
use self::measured::{measure, measure_at};
use self::odds::{OfKind, SEARCH, find_response, response_weight};
use self::past::{Past, pasts};
use self::up_sell::{abandon, accept};
use super::{DecisionLog, Event, Row};
use crate::data::Ids;
use crate::decide::bundle;
use crate::decide::policy::{Assume, Policy};
use crate::decide::reasons::Kind;
use crate::decide::value;
use crate::{Control, Error, Result, Stage};

/// How to learn from a log.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LearnOptions {
    /// What is assumed counts as much as so many purchases that confirm it: a number measured on
    /// few exposures stays near it. 0 to 1,000,000. Default 20.
    pub pseudo_purchases: f64,
    /// What losing a customer costs, in minor units (may be fractional), 0 to 10^12. If it is given,
    /// [`Policy::contact_cost`] becomes what one offer costs in customers who want no more offers,
    /// and in what it takes away from the next ones. Default: none.
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
    /// The policy with measured numbers in its [`Assume`](crate::decide::Assume) and
    /// [`FatiguePolicy`](crate::decide::FatiguePolicy) tables, marked as learned.
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
    /// The number as the policy has it: between `measured` and `prior`, as far as its range allows
    /// that.
    pub value: f64,
    /// What it is drawn to: what the shop gave, or the default. A policy that was learned carries
    /// it along, so that learning again starts from the same.
    pub prior: f64,
    /// What the log alone says, drawn to nothing. Odds may lie where `value` cannot: below 1 they say
    /// that the offers did harm. A share is the one from 0 to 1 that fits the log best: 0 if fewer were
    /// taken with the offer than without. None where the log cannot tell: of the offers made, or of
    /// those withheld, all were bought or none (odds), or all were of one customer.
    pub measured: Option<f64>,
    /// The standard error of `measured`, of its logarithm for odds: the truth lies within 1.96 of these
    /// in 95 of 100 logs (odds: between `measured * exp(-1.96 * standard_error)` and
    /// `measured * exp(1.96 * standard_error)`; what of a share's lies below 0 or above 1 is not
    /// possible). It says nothing about `value`, which is nearer to the truth where what is assumed is
    /// good, and off by what that is wrong where it is not. Decisions about one customer are not taken to
    /// be independent.
    pub standard_error: Option<f64>,
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
    /// does not know and is pinned). Of bundles second units, and those with a viewed product that was not
    /// bought; of top-ups those of two products.
    pub left_out: u64,
}

/// Offers that are not of one product as a kind of its own.
const SETS: [Kind; 2] = [Kind::Bundle, Kind::TopUp];

/// One offer as an observation.
#[derive(Clone, Copy)]
struct Observation {
    made: bool,
    bought: bool,
    /// The chance of a purchase without the offer, as the model saw it; of an up-sell the greatest
    /// share of those who can be expected to take it, or the chance that the other product is bought.
    base: f64,
    past: Past,
    /// The number of the customer, or of the decision if it has none.
    who: u32,
}

/// The log in an order that does not depend on how it was filled, since sums do.
struct Ordered {
    /// The decisions by their ids.
    entries: Vec<u32>,
    /// The number of each decision's customer, or one of its own if it has none. They count in that
    /// order.
    whos: Vec<u32>,
    /// How many of these there are.
    customers: usize,
}

impl Ordered {
    fn new(log: &DecisionLog) -> Self {
        let mut entries: Vec<u32> = (0..log.entries.len() as u32).collect();
        entries.sort_unstable_by_key(|&entry| log.entries[entry as usize].id);
        let mut numbers = vec![None; log.customers.as_ref().map_or(0, Ids::len)];
        let mut whos = vec![0; entries.len()];
        let mut customers = 0;
        let mut next = || {
            customers += 1;
            customers - 1
        };
        for &entry in &entries {
            whos[entry as usize] = match log.entries[entry as usize].customer {
                Some(customer) => *numbers[customer as usize].get_or_insert_with(&mut next),
                None => next(),
            };
        }
        Self { entries, whos, customers: customers as usize }
    }
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
    /// *Fatigue* (`fatigue.response`). Where requests had [contacts](crate::Context::contacts), the
    /// odds that an offer adds are those of an offer without any before: `b` is
    /// `ln(1 + (odds - 1) * exp(-response * pressure) * item_decay^ignored)`, as a decision has it
    /// ([`FatiguePolicy`](crate::decide::FatiguePolicy)), and `response` is where the profile
    /// likelihood of all kinds together is greatest, drawn to what is assumed with the weight of so
    /// many purchases under a pressure of 1. Who was offered much comes more often, and does not want
    /// what was offered in vain, whatever an offer does: the same slopes are therefore fitted to
    /// those who were held out, with what would have been offered to them. The pressure is by the
    /// half-life of the policies that decided.
    ///
    /// *Bundles and top-ups* (`assume.odds.bundle`, `assume.odds.top_up`). A bundle is taken if all that it
    /// adds is bought, with the log odds `ln(P0 / (1 - P0)) + b + discount_response * d`: P0 is the chance of
    /// its least probable product without an offer, as it is corrected now, and d the discount as a share of
    /// the price. `b` is where the likelihood of the bundles that were made is greatest, drawn to what
    /// is assumed as above, with the response to contacts as learned above; it is below 0 where those
    /// who want that product seldom want all of it. Bundles with a product that was only viewed count if that
    /// was bought. Of top-ups those of one product count in the same way. Of second units, and of two
    /// products as a top-up, nothing is learned.
    ///
    /// *Up-sells.* `assume.accept` is how many more bought the dearer product if it was offered than
    /// if it was withheld, over what is expected if everybody accepted whom
    /// their own purchases do not speak against. `assume.abandon` is how many more
    /// bought neither, over how many were to buy the base product; it is not measured without
    /// customers held out. Each share is where the quasi-likelihood of both counts is greatest, with
    /// the logarithm of its odds drawn to that of the assumed share, also with the weight of
    /// `pseudo_purchases`: so many accepted offers, or lost purchases, would tell as much. What is
    /// assumed gives way to data that contradict it beyond doubt.
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
    /// `contact_cost` is that times the customers who opted out, over the offers made; and what the
    /// offers took away from those after them, by the response that was learned or given, over the
    /// offers as well. It is drawn to nothing, and its standard error is that of the first part. The
    /// value is noted in [`Policy::contact_cost_value`]: where a request says what its customer is
    /// worth, an offer costs as many times more or less.
    ///
    /// Nobody who is held out was chosen for what they do, so the difference is what offers cause.
    ///
    /// *How certain it is.* Beside each number stands what the log [says](LearnedNumber::measured)
    /// without anything assumed, with its standard error: all odds and the response at once, where the
    /// likelihood of all offers is greatest. Errors are by customer: what the numbers change by without
    /// each of them, the cluster jackknife (Bell and McCaffrey 2002; for odds by one step without the
    /// customer, Mancl and DeRouen 2001), which holds with a few dozen customers too, or as if all
    /// decisions were independent if that is more.
    ///
    /// The order in which decisions were added makes no difference, nor whether they were added as
    /// [decisions](Self::add) or as [lines](Self::add_json).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) if the options are out of
    /// their range, or no purchase was recorded at all (then every offer would seem to be in vain), or
    /// the orders that were looked up follow no decision;
    /// [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled).
    pub fn learn(
        &self,
        policy: &Policy,
        options: &LearnOptions,
        control: &Control,
    ) -> Result<Learned> {
        let pseudo = options.pseudo_purchases;
        if !(0.0..=1e6).contains(&pseudo) {
            return Err(Error::argument(format!(
                "pseudo_purchases: expected 0 to 1,000,000, got {pseudo}"
            )));
        }
        if let Some(value) = options.customer_value
            && !(0.0..=1e12).contains(&value)
        {
            return Err(Error::argument(format!(
                "customer_value: expected 0 to 1,000,000,000,000, got {value}"
            )));
        }
        if !self.rows.iter().any(|row| row.bought != 0 || row.base_bought) {
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
        control.begin(Stage::Learning, 0)?;
        let ordered = Ordered::new(self);
        control.check()?;
        let pasts = pasts(self, &policy);
        control.check()?;
        let mut clusters = Clusters::new(ordered.customers);
        // Offers of several products are no single purchase: they follow when these are known.
        let single = |kind: &Kind| !matches!(kind, Kind::UpSell | Kind::Bundle | Kind::TopUp);
        let mut kinds: Vec<OfKind> = (Kind::ALL.into_iter().filter(single))
            .filter_map(|kind| {
                let seen = self.observations(kind, &pasts, &ordered, |row, _| {
                    (row.base_probability > 0.0).then(|| (row.uncorrected(), row.kept()))
                });
                let prior = policy.assume.prior_odds(kind);
                OfKind::new(kind, seen, prior, policy.assume.base_odds_of(kind))
            })
            .collect();
        // Two searches, and a last fit of each kind.
        control.begin(Stage::Learning, 2 * SEARCH + kinds.len() as u64 + SETS.len() as u64)?;
        let prior = policy.fatigue.prior_response();
        let weight = response_weight(
            pseudo,
            policy.assume.prior("response_odds", policy.assume.response_odds),
        );
        let mut all: Vec<&mut OfKind> = kinds.iter_mut().collect();
        let response = find_response(&mut all, prior, weight, pseudo, control)?;
        let drawn = (kinds.iter_mut())
            .map(|of| of.fit(response.unwrap_or(policy.fatigue.response), pseudo, control))
            .collect::<Result<Vec<_>>>()?;
        let measured = measure(&mut kinds, prior, ordered.customers, control)?;
        if let Some(value) = response {
            let pressed = || kinds.iter().flat_map(OfKind::pressed);
            let number = LearnedNumber {
                name: "fatigue.response".to_owned(),
                value,
                prior,
                measured: measured.response.map(|(value, _)| value),
                standard_error: measured.response.map(|(_, error)| error),
                exposures: pressed().count() as u64,
                withheld: kinds.iter().map(OfKind::withheld).sum::<usize>() as u64,
                purchases: pressed().filter(|one| one.bought).count() as u64,
                left_out: 0,
            };
            policy.fatigue.learn_response(number.value, number.exposures, prior);
            numbers.push(number);
        }
        for ((of, best), effect) in kinds.iter().zip(&drawn).zip(measured.effects) {
            let prior = policy.assume.prior_base(of.kind);
            if let Some(number) = of.base(prior, pseudo, &mut clusters, control)? {
                policy.assume.learn_base(of.kind, number.value, number.withheld, prior);
                numbers.push(number);
            }
            let number = of.number(best, effect);
            policy.assume.learn_odds(of.kind, number.value, number.exposures, of.prior);
            numbers.push(number);
            control.advance(1)?;
        }
        for kind in SETS {
            if let Some(number) =
                self.set_odds(kind, &policy, pseudo, (&pasts, &ordered), control)?
            {
                policy.assume.learn_odds(kind, number.value, number.exposures, number.prior);
                numbers.push(number);
            }
            control.advance(1)?;
        }
        let rate = policy.fatigue.response;
        let (seen, left_out) = self.observations(Kind::UpSell, &pasts, &ordered, |row, past| {
            let receptive = row.receptive_at(past, rate);
            (receptive > 0.0).then(|| (receptive, row.kept()))
        });
        let prior = policy.assume.prior("accept", policy.assume.accept);
        if let Some(number) = accept(&seen, prior, pseudo, &mut clusters) {
            policy.assume.accept = number.value;
            policy.assume.learn("accept", number.exposures, prior);
            numbers.push(LearnedNumber { left_out, ..number });
        }
        let (seen, left_out) = self.observations(Kind::UpSell, &pasts, &ordered, |row, _| {
            (row.base_purchase > 0.0).then(|| (row.base_purchase, row.kept() || row.base_bought))
        });
        let prior = policy.assume.prior("abandon", policy.assume.abandon);
        if let Some(number) = abandon(&seen, prior, pseudo, &mut clusters) {
            policy.assume.abandon = number.value;
            policy.assume.learn("abandon", number.exposures, prior);
            numbers.push(LearnedNumber { left_out, ..number });
        }
        if let Some(value) = options.customer_value {
            let number = self.contact_cost(value, &policy, &pasts, &ordered);
            policy.contact_cost = number.value;
            // For others it is as many times more as they are worth more.
            policy.contact_cost_value = (value >= 0.01).then_some(value);
            numbers.push(number);
        }
        policy.check()?;
        Ok(Learned { policy, numbers, not_followed: not_followed as u64 })
    }

    /// How many times greater the odds of an offer of several products, or of one that closes a gap, are than
    /// those of its least probable product alone.
    fn set_odds(
        &self,
        kind: Kind,
        policy: &Policy,
        pseudo: f64,
        (pasts, ordered): (&[Past], &Ordered),
        control: &Control,
    ) -> Result<Option<LearnedNumber>> {
        let of = |row: &Row, _: &Past| row.as_set(&policy.assume);
        let (mut seen, left_out) = self.observations(kind, pasts, ordered, of);
        // The chance without the offer is that of a product, which those held out have corrected.
        seen.retain(|one| one.made);
        let prior = policy.assume.prior_odds(kind);
        let Some(of) = OfKind::new(kind, (seen, left_out), prior, 1.0) else { return Ok(None) };
        let mut of = [of];
        let response = policy.fatigue.response;
        let drawn = of[0].fit(response, pseudo, control)?;
        let measured = measure_at(&mut of, (response, false), ordered.customers, control)?;
        Ok(Some(of[0].number(&drawn, measured.effects[0])))
    }

    /// What an offer costs in customers who want no more, and in what it takes away from the next
    /// ones.
    fn contact_cost(
        &self,
        customer_value: f64,
        policy: &Policy,
        pasts: &[Past],
        ordered: &Ordered,
    ) -> LearnedNumber {
        let made = |held_out: bool| {
            let entries = self.entries.iter().filter(move |entry| entry.held_out == held_out);
            entries.map(|entry| u64::from(entry.rows)).sum::<u64>()
        };
        let lost = self.entries.iter().filter(|entry| entry.opted_out && !entry.held_out).count();
        let offers = made(false).max(1) as f64;
        let share = lost as f64 / offers;
        let mut clusters = Clusters::new(ordered.customers);
        // What all contacts took away from the offers after them, each at the margin, is what all
        // offers took away from later ones.
        let mut weakened = 0.0;
        for &e in &ordered.entries {
            let entry = &self.entries[e as usize];
            if entry.held_out {
                continue;
            }
            for row in entry.rows() {
                let past = &pasts[row];
                weakened += past.pressure * self.rows[row].loses(past, policy);
            }
            let lost = f64::from(u8::from(entry.opted_out));
            let rest = lost - share * f64::from(entry.rows);
            clusters.add(ordered.whos[e as usize], rest, f64::from(entry.rows));
        }
        clusters.leave_out(1.0);
        let value = share * customer_value + weakened / offers;
        // Half a customer more: that none was lost so far is not certain to stay.
        let independent = (lost as f64 + 0.5) / (offers * offers);
        let error = customer_value * clusters.variance().max(independent).sqrt();
        LearnedNumber {
            name: "contact_cost".to_owned(),
            value,
            prior: policy.contact_cost,
            measured: Some(value),
            standard_error: error.is_finite().then_some(error),
            exposures: made(false),
            withheld: made(true),
            purchases: lost as u64,
            left_out: 0,
        }
    }

    /// The offers of a kind that were seen or withheld, and how many of them say nothing.
    fn observations(
        &self,
        kind: Kind,
        pasts: &[Past],
        ordered: &Ordered,
        of: impl Fn(&Row, &Past) -> Option<(f64, bool)>,
    ) -> (Vec<Observation>, u64) {
        let seen = Event::Shown.bit() | Event::Clicked.bit();
        let tracked = self.rows.iter().any(|row| row.events & Event::Shown.bit() != 0);
        let (mut observations, mut left_out) = (Vec::new(), 0);
        for &e in &ordered.entries {
            let entry = &self.entries[e as usize];
            let made = !entry.held_out;
            for index in entry.rows() {
                let (row, past) = (&self.rows[index], pasts[index]);
                if row.kind != kind || made && tracked && row.events & seen == 0 {
                    continue;
                }
                let who = ordered.whos[e as usize];
                match of(row, &past).filter(|_| entry.followed()) {
                    Some((base, bought)) => {
                        observations.push(Observation { made, bought, base, past, who });
                    }
                    None => left_out += 1,
                }
            }
        }
        (observations, left_out)
    }
}

impl Row {
    /// True if all of it was bought and nothing came back.
    fn kept(&self) -> bool {
        self.all_bought() && !self.any_returned()
    }

    /// Of an offer of several products, or of one that closes a gap: the chance that it is taken if it
    /// adds nothing to the odds of its least probable product but by its discount, and whether it was.
    /// None if that is not known. A bundle with what is viewed is of those who buy that.
    fn as_set(&self, assume: &Assume) -> Option<(f64, bool)> {
        let kind = self.base_kind?;
        let mut p0 = self.base_probability;
        if self.kind == Kind::Bundle && self.base_purchase < 1.0 {
            if self.bought & 1 == 0 {
                return None;
            }
            p0 = (p0 / self.base_purchase).min(1.0);
        }
        // Not of what is pinned though the model knows nothing of it.
        if p0.is_nan() || p0 <= 0.0 {
            return None;
        }
        let model = value::offered(p0, 1.0 / self.base_odds);
        let alone = value::offered(model, assume.base_odds_of(kind));
        let share = self.discount as f64 / (self.price as f64).max(1.0);
        let deal = bundle::factor(assume.discount_response * share);
        Some((value::offered(alone, deal), self.kept()))
    }

    /// The chance without an offer as the model gave it, before the policy corrected it.
    fn uncorrected(&self) -> f64 {
        value::offered(self.base_probability, 1.0 / self.base_odds)
    }

    /// Of an up-sell: the chance that it is taken where everybody takes it, if pressure takes away
    /// what offers add by `response`.
    fn receptive_at(&self, past: &Past, response: f64) -> f64 {
        // What was left by the policy of the time is in it.
        let fresh = if self.response > 0.0 { self.receptive / self.response } else { 0.0 };
        fresh * past.left * (-response * past.pressure).exp()
    }

    /// What an offer loses in value with each unit of pressure.
    fn loses(&self, past: &Past, policy: &Policy) -> f64 {
        let response = policy.fatigue.response;
        let left = past.left * (-response * past.pressure).exp();
        match self.kind {
            Kind::UpSell => {
                let taken = policy.assume.accept * self.receptive_at(past, response);
                response * taken * (self.margin - self.base_margin).max(0.0)
            }
            Kind::Bundle | Kind::TopUp => 0.0,
            kind => {
                let p0 = value::offered(self.uncorrected(), policy.assume.base_odds_of(kind));
                let added = (policy.assume.odds_of(kind) - 1.0) * left;
                let p1 = value::offered(p0, 1.0 + added);
                response * p1 * (1.0 - p1) * added / (1.0 + added) * self.margin.max(0.0)
            }
        }
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
