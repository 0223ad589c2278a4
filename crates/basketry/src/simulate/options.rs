//! What a simulated shop is like.

use serde::Serialize;

use crate::decide::tree::{Node, Reader, Value, expected};
use crate::{Error, Result};

/// What a simulated shop and its customers are like. Make one with [`ShopOptions::default`] and
/// set what should differ.
///
/// ```
/// use basketry::simulate::ShopOptions;
///
/// let options = ShopOptions::default().customers(500).seed(7);
/// assert_eq!(options.needs, 60);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ShopOptions {
    /// How many customers there are, 1 to 1,000,000. Default 2,000.
    pub customers: u32,
    /// How many needs the shop serves, 10 to 5,000; each has one to nine products, which are
    /// substitutes of each other. Default 60.
    pub needs: u32,
    /// How often a customer comes in a week in the mean, 0.05 to 7. Default 1.
    pub visits_per_week: f64,
    /// How many offers there is room for at one visit, 1 to 20. The oracle and the simple
    /// strategies use no more; a policy has its own limit, and what it offers beyond these is not
    /// seen. Default 4.
    pub slots: u32,
    /// The seed of everything that is drawn. Default 0.
    pub seed: u64,
    /// How customers react to offers.
    pub reaction: Reaction,
}

/// How customers react to offers: the truth that no strategy but the oracle knows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reaction {
    /// How many times greater the odds of a purchase are if the product is offered and goes with
    /// something in the basket, 1 to 100. Customers differ: the logarithm is multiplied by each
    /// one's openness, 0.5 to 1.5. Default 2.
    pub complement_odds: f64,
    /// The same for an offer of what the customer needs from time to time. Default 2.
    pub reminder_odds: f64,
    /// The share of customers who take a dearer variant in place of the one in their basket, 0 to
    /// 0.5. Customers differ: those who are not sensitive to prices take it up to twice as often,
    /// the most sensitive ones never, and all of them less often the greater the step is.
    /// Default 0.1.
    pub accept: f64,
    /// The share of customers who leave the product if a dearer variant is offered, 0 to 0.5; up to
    /// twice as often those who are sensitive to prices. Default 0.015.
    pub abandon: f64,
    /// How much each offer that was ignored takes off the effect of the next ones: the logarithm
    /// of the odds factor is multiplied by exp(-`fatigue` * pressure), where the pressure is the
    /// number of ignored offers, each worth half after `half_life_days`. 0 to 1. Default 0.03.
    pub fatigue: f64,
    /// What is left of the logarithm of the odds factor after each time that the same product was
    /// offered and ignored in the last four weeks, 0 to 1. Default 0.8.
    pub item_decay: f64,
    /// After so many days an ignored offer counts half, 0.1 to 1,000. Default 14.
    pub half_life_days: f64,
    /// The chance that a customer wants no more offers after a visit with offers, times the
    /// pressure then, 0 to 0.1. Default 0.001.
    pub opt_out: f64,
    /// The share of visits that is lost once a customer wants no more offers, 0 to 1.
    /// Default 0.25.
    pub lost_visits: f64,
    /// Of what a customer needs regularly and does not buy at a visit although it is wanted, the
    /// share that is bought elsewhere, 0 to 0.9. Default 0.4.
    pub elsewhere: f64,
}

impl Default for ShopOptions {
    fn default() -> Self {
        Self {
            customers: 2_000,
            needs: 60,
            visits_per_week: 1.0,
            slots: 4,
            seed: 0,
            reaction: Reaction::default(),
        }
    }
}

impl Default for Reaction {
    fn default() -> Self {
        Self {
            complement_odds: 2.0,
            reminder_odds: 2.0,
            accept: 0.1,
            abandon: 0.015,
            fatigue: 0.03,
            item_decay: 0.8,
            half_life_days: 14.0,
            opt_out: 0.001,
            lost_visits: 0.25,
            elsewhere: 0.4,
        }
    }
}

impl ShopOptions {
    /// Sets [`customers`](Self::customers).
    #[must_use]
    pub fn customers(mut self, customers: u32) -> Self {
        self.customers = customers;
        self
    }

    /// Sets [`needs`](Self::needs).
    #[must_use]
    pub fn needs(mut self, needs: u32) -> Self {
        self.needs = needs;
        self
    }

    /// Sets [`visits_per_week`](Self::visits_per_week).
    #[must_use]
    pub fn visits_per_week(mut self, visits: f64) -> Self {
        self.visits_per_week = visits;
        self
    }

    /// Sets [`slots`](Self::slots).
    #[must_use]
    pub fn slots(mut self, slots: u32) -> Self {
        self.slots = slots;
        self
    }

    /// Sets [`seed`](Self::seed).
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets [`reaction`](Self::reaction).
    #[must_use]
    pub fn reaction(mut self, reaction: Reaction) -> Self {
        self.reaction = reaction;
        self
    }

    /// Reads options from a JSON object. Keys that are left out have their defaults; `reaction` is
    /// an object itself.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument), naming the key, for a text
    /// that is no such object, an unknown key, or a value of a wrong type or out of its range.
    pub fn from_json(text: &str) -> Result<Self> {
        let options = Self::read(text).map_err(|error| Error::argument(error.to_string()))?;
        options.validate()?;
        Ok(options)
    }

    fn read(text: &str) -> Result<Self> {
        const WHAT: &str = "options of the shop";
        let root = Node::from_json(WHAT, text)?;
        let known = ["customers", "needs", "visits_per_week", "slots", "seed", "reaction"];
        let top = Reader::new(WHAT, "", &root, &known)?;
        let mut options = Self::default();
        top.count("customers", &mut options.customers)?;
        top.count("needs", &mut options.needs)?;
        top.number("visits_per_week", &mut options.visits_per_week)?;
        top.count("slots", &mut options.slots)?;
        if let Some((path, node)) = top.node("seed") {
            options.seed = match node.value {
                Value::Int(seed) if u64::try_from(seed).is_ok() => seed as u64,
                ref other => {
                    let what = "a whole number from 0 to 2^64 - 1";
                    return Err(expected(&path, node.line, what, other));
                }
            };
        }
        if let Some((path, node)) = top.node("reaction") {
            let Reaction {
                complement_odds,
                reminder_odds,
                accept,
                abandon,
                fatigue,
                item_decay,
                half_life_days,
                opt_out,
                lost_visits,
                elsewhere,
            } = &mut options.reaction;
            let numbers = [
                ("complement_odds", complement_odds),
                ("reminder_odds", reminder_odds),
                ("accept", accept),
                ("abandon", abandon),
                ("fatigue", fatigue),
                ("item_decay", item_decay),
                ("half_life_days", half_life_days),
                ("opt_out", opt_out),
                ("lost_visits", lost_visits),
                ("elsewhere", elsewhere),
            ];
            let known = numbers.each_ref().map(|number| number.0);
            let table = Reader::new(WHAT, &path, node, &known)?;
            for (key, into) in numbers {
                table.number(key, into)?;
            }
        }
        Ok(options)
    }

    pub(super) fn validate(&self) -> Result<()> {
        let count = |key: &str, value: u32, low: u32, high: u32| {
            if (low..=high).contains(&value) {
                return Ok(());
            }
            Err(Error::argument(format!("{key}: expected {low} to {high}, got {value}")))
        };
        let number = |key: &str, value: f64, low: f64, high: f64| {
            if (low..=high).contains(&value) {
                return Ok(());
            }
            Err(Error::argument(format!("{key}: expected {low} to {high}, got {value}")))
        };
        count("customers", self.customers, 1, 1_000_000)?;
        count("needs", self.needs, 10, 5_000)?;
        number("visits_per_week", self.visits_per_week, 0.05, 7.0)?;
        count("slots", self.slots, 1, 20)?;
        let reaction = &self.reaction;
        number("reaction.complement_odds", reaction.complement_odds, 1.0, 100.0)?;
        number("reaction.reminder_odds", reaction.reminder_odds, 1.0, 100.0)?;
        number("reaction.accept", reaction.accept, 0.0, 0.5)?;
        number("reaction.abandon", reaction.abandon, 0.0, 0.5)?;
        number("reaction.fatigue", reaction.fatigue, 0.0, 1.0)?;
        number("reaction.item_decay", reaction.item_decay, 0.0, 1.0)?;
        number("reaction.half_life_days", reaction.half_life_days, 0.1, 1_000.0)?;
        number("reaction.opt_out", reaction.opt_out, 0.0, 0.1)?;
        number("reaction.lost_visits", reaction.lost_visits, 0.0, 1.0)?;
        number("reaction.elsewhere", reaction.elsewhere, 0.0, 0.9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_options_are_named() {
        type Spoil = fn(&mut ShopOptions);
        let cases: [(&str, Spoil); 6] = [
            ("customers", |o| o.customers = 0),
            ("needs", |o| o.needs = 9),
            ("visits_per_week", |o| o.visits_per_week = f64::NAN),
            ("slots", |o| o.slots = 21),
            ("reaction.elsewhere", |o| o.reaction.elsewhere = 1.0),
            ("reaction.complement_odds", |o| o.reaction.complement_odds = 0.5),
        ];
        ShopOptions::default().validate().unwrap();
        for (key, spoil) in cases {
            let mut options = ShopOptions::default();
            spoil(&mut options);
            let message = options.validate().unwrap_err().to_string();
            assert!(message.starts_with(&format!("{key}: expected")), "{message}");
        }
        let options = ShopOptions::from_json(r#"{"customers": 9, "reaction": {"accept": 0}}"#);
        let options = options.unwrap();
        assert_eq!((options.customers, options.reaction.accept, options.slots), (9, 0.0, 4));
        let message = ShopOptions::from_json(r#"{"customer": 9}"#).unwrap_err().to_string();
        assert!(message.starts_with("customer: unknown key of the options"), "{message}");
        for (text, starts) in [
            (r#"{"customers": -1}"#, "customers: expected a whole number of at least 0, got -1"),
            (r#"{"slots": 1.5}"#, "slots: expected a whole number of at least 0, got 1.5"),
            (r#"{"needs": true}"#, "needs: expected a whole number of at least 0, got true"),
            (r#"{"visits_per_week": "x"}"#, "visits_per_week: expected a number, got the string"),
            (r#"{"seed": -1}"#, "seed: expected a whole number from 0 to 2^64 - 1, got -1"),
            (r#"{"reaction": 5}"#, "reaction: expected a table of keys, got 5"),
            (r#"{"reaction": {"foo": 1}}"#, "reaction.foo: unknown key of the options of the shop"),
            (r#"{"reaction": {"accept": "x"}}"#, "reaction.accept: expected a number, got"),
            ("[]", "options of the shop: expected a table of keys, got a list of 0"),
            ("{", "options of the shop: not valid JSON"),
        ] {
            let error = ShopOptions::from_json(text).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidArgument, "{text}");
            assert!(error.to_string().starts_with(starts), "{text}: {error}");
        }
        let options = ShopOptions::default().seed(u64::MAX);
        let json = serde_json::to_string(&options).unwrap();
        assert_eq!(ShopOptions::from_json(&json).unwrap(), options);
    }
}
