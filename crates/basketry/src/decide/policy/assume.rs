//! What stands in for what is not known.

use serde::Serialize;

use super::ranges::Ranges;
use crate::Result;
use crate::decide::tree::Reader;

/// The `assume` table of a [`Policy`]: what stands in for what is not known. Each decision names
/// the ones it used.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Assume {
    /// How many times greater the odds of a purchase are when the product is offered than when it
    /// is not, 1 to 1000. Default 1.5.
    pub response_odds: f64,
    /// The share of customers who take the dearer variant when it is offered, before it is scaled
    /// by what this customer chose so far (at most fourfold), 0 to 1. Default 0.05.
    pub accept: f64,
    /// The share of purchases lost because a dearer variant was offered, 0 to 1. Default 0.01.
    pub abandon: f64,
    /// The chance that somebody who looks at a product buys it in this order, 0 to 1.
    /// Default 0.05.
    pub view_conversion: f64,
    /// The share of the price that is margin where the catalogue has no cost, 0 to 1. 0: nothing
    /// is assumed, and a product without a cost is never offered (`unknown_cost`). Default 0.3:
    /// among products without costs it changes no order, since it multiplies all of them, and a
    /// shop that has no costs at hand still sees offers; each says that its margin is assumed.
    pub margin_rate: f64,
}

impl Default for Assume {
    fn default() -> Self {
        Self {
            response_odds: 1.5,
            accept: 0.05,
            abandon: 0.01,
            view_conversion: 0.05,
            margin_rate: 0.3,
        }
    }
}

impl Assume {
    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let Some((path, node)) = top.node("assume") else { return Ok(()) };
        let known = ["response_odds", "accept", "abandon", "view_conversion", "margin_rate"];
        let assume = Reader::new("policy", &path, node, &known)?;
        assume.number("response_odds", &mut self.response_odds)?;
        assume.number("accept", &mut self.accept)?;
        assume.number("abandon", &mut self.abandon)?;
        assume.number("view_conversion", &mut self.view_conversion)?;
        assume.number("margin_rate", &mut self.margin_rate)
    }

    pub(super) fn check(&self, ranges: &Ranges<'_>) -> Result<()> {
        ranges.number("assume.response_odds", self.response_odds, 1.0, 1000.0)?;
        ranges.number("assume.accept", self.accept, 0.0, 1.0)?;
        ranges.number("assume.abandon", self.abandon, 0.0, 1.0)?;
        ranges.number("assume.view_conversion", self.view_conversion, 0.0, 1.0)?;
        ranges.number("assume.margin_rate", self.margin_rate, 0.0, 1.0)
    }
}
