//! What contacts cost beyond the moment: attention, and customers.

use serde::ser::{SerializeStruct, Serializer};

use super::assume::{Number, read_number};
use super::ranges::Ranges;
use crate::Result;
use crate::decide::tree::Reader;

/// The `fatigue` table of a [`Policy`](super::Policy): what earlier
/// [contacts](crate::decide::Contact) do to the next, and what one more contact risks.
///
/// The pressure on a customer is the sum of `2^(-age / half_life_days)` over their contacts. What an
/// offer adds to the odds of a purchase shrinks by `exp(-response * pressure)`, and by `item_decay` for
/// each unrewarded impression of the same product that still counts for
/// [`suppress`](super::SuppressPolicy). A contact loses the customer with the probability
/// `opt_out * (1 + opt_out_growth * pressure)`, and with them what they are worth: if the offers
/// together are not worth more than that, none is made. What rides along risks nothing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FatiguePolicy {
    /// After how many days a contact weighs half, above 0 up to 36500. Default 7.
    pub half_life_days: f64,
    /// How fast pressure takes away what offers add, 0 to 1000. Default 0: it does not.
    /// [`DecisionLog::learn`](crate::decide::DecisionLog::learn) measures it.
    pub response: f64,
    /// If `response` was learned: how many offers under pressure it rests on. Default: none.
    pub response_learned: Option<u64>,
    /// If `response` was learned: what it was drawn to, so that learning again starts from there;
    /// without it, from the default. Default: none.
    pub response_prior: Option<f64>,
    /// What is left of what an offer adds after one unrewarded impression of the same product, 0 to
    /// 1. Default 0.8.
    pub item_decay: f64,
    /// The probability that a contact without any pressure loses the customer, 0 to 1. Default 0.
    pub opt_out: f64,
    /// By which share of itself that probability grows with each unit of pressure, 0 to 1000.
    /// Default 0.
    pub opt_out_growth: f64,
    /// What losing a customer costs, in minor units (may be fractional), 0 to 10^12, where the
    /// request does not say it. Default 0.
    pub customer_value: f64,
}

impl Default for FatiguePolicy {
    fn default() -> Self {
        Self {
            half_life_days: 7.0,
            response: 0.0,
            response_learned: None,
            response_prior: None,
            item_decay: 0.8,
            opt_out: 0.0,
            opt_out_growth: 0.0,
            customer_value: 0.0,
        }
    }
}

impl FatiguePolicy {
    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let Some((path, node)) = top.node("fatigue") else { return Ok(()) };
        let known = [
            "half_life_days",
            "response",
            "item_decay",
            "opt_out",
            "opt_out_growth",
            "customer_value",
        ];
        let table = Reader::new("policy", &path, node, &known)?;
        table.number("half_life_days", &mut self.half_life_days)?;
        if let Some((exposures, prior)) = read_number(&table, "response", &mut self.response)? {
            self.response_learned = Some(exposures);
            self.response_prior = prior;
        }
        table.number("item_decay", &mut self.item_decay)?;
        table.number("opt_out", &mut self.opt_out)?;
        table.number("opt_out_growth", &mut self.opt_out_growth)?;
        table.number("customer_value", &mut self.customer_value)
    }

    /// What is assumed of the response before anything is measured.
    pub(crate) fn prior_response(&self) -> f64 {
        match self.response_learned {
            Some(_) => self.response_prior.unwrap_or(Self::default().response),
            None => self.response,
        }
    }

    pub(crate) fn learn_response(&mut self, response: f64, exposures: u64, prior: f64) {
        self.response = response;
        self.response_learned = Some(exposures);
        self.response_prior = Some(prior);
    }

    pub(super) fn check(&self, ranges: &Ranges<'_>) -> Result<()> {
        ranges.days("fatigue.half_life_days", self.half_life_days)?;
        ranges.number("fatigue.response", self.response, 0.0, 1000.0)?;
        if let Some(prior) = self.response_prior {
            ranges.number("fatigue.response_prior", prior, 0.0, 1000.0)?;
        }
        ranges.number("fatigue.item_decay", self.item_decay, 0.0, 1.0)?;
        ranges.number("fatigue.opt_out", self.opt_out, 0.0, 1.0)?;
        ranges.number("fatigue.opt_out_growth", self.opt_out_growth, 0.0, 1000.0)?;
        ranges.lever("fatigue.customer_value", self.customer_value)
    }
}

impl serde::Serialize for FatiguePolicy {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let response = match self.response_learned {
            Some(exposures) => {
                Number::Learned { value: self.response, exposures, prior: self.response_prior }
            }
            None => Number::Plain(self.response),
        };
        let mut s = serializer.serialize_struct("FatiguePolicy", 6)?;
        s.serialize_field("half_life_days", &self.half_life_days)?;
        s.serialize_field("response", &response)?;
        s.serialize_field("item_decay", &self.item_decay)?;
        s.serialize_field("opt_out", &self.opt_out)?;
        s.serialize_field("opt_out_growth", &self.opt_out_growth)?;
        s.serialize_field("customer_value", &self.customer_value)?;
        s.end()
    }
}
