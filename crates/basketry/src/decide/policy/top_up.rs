//! The `top_up` table.

use serde::Serialize;

use super::ranges::Ranges;
use crate::Result;
use crate::decide::context::read_some_time;
use crate::decide::tree::Reader;

/// The `top_up` table of a [`Policy`](super::Policy): what lifts the basket over a threshold, such
/// as that of free shipping. Needs the prices of everything in the basket.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TopUpPolicy {
    /// What the basket has to be worth, in minor units, 1 or more; contracts, which are paid in
    /// periods, do not count. Default: none, and no offer of this kind is made, as with a table that is
    /// left out or empty; other settings of the table without it are an error, unless `max` is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<i64>,
    /// What the shop bears once the threshold is reached (the shipping that the customer no longer
    /// pays), in minor units (may be fractional), 0 to 10^12. It counts against an offer as often as
    /// the offer is expected to lift baskets over the threshold: those of customers who buy the
    /// products anyway get there without it. What is offered earns more than this, so there is
    /// nothing to offer where it is the most that an offer may be sold for,
    /// `threshold * max_gap / (1 + max_gap) * (1 + max_over)`, or more: by default half the threshold.
    /// Default 0.
    pub cost: f64,
    /// No offer is made if more than this share of what the basket is worth is missing, 0 to 1000.
    /// Default 0.5.
    pub max_gap: f64,
    /// What is offered costs at most `1 + max_over` times what is missing, 0 to 1000. Default 0.5.
    pub max_over: f64,
    /// The most products of one offer, 1 or 2. Default 2.
    pub items: u32,
    /// The threshold holds before this time, milliseconds since 1970-01-01 UTC; in text it may also
    /// be a time like `"2026-11-30T00:00:00Z"`. Default: none, it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
    /// The most offers of this kind, 0 or 1. Default 1.
    pub max: u32,
    /// Multiplies the value of offers of this kind: 0 to 10^12. Default 1.
    pub lever: f64,
}

impl Default for TopUpPolicy {
    fn default() -> Self {
        Self {
            threshold: None,
            cost: 0.0,
            max_gap: 0.5,
            max_over: 0.5,
            items: 2,
            until: None,
            max: 1,
            lever: 1.0,
        }
    }
}

impl TopUpPolicy {
    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let Some((path, node)) = top.node("top_up") else { return Ok(()) };
        let known = ["threshold", "cost", "max_gap", "max_over", "items", "until", "max", "lever"];
        let table = Reader::new("policy", &path, node, &known)?;
        table.optional_minor("threshold", &mut self.threshold)?;
        table.number("cost", &mut self.cost)?;
        table.number("max_gap", &mut self.max_gap)?;
        table.number("max_over", &mut self.max_over)?;
        table.count("items", &mut self.items)?;
        if let Some((path, node)) = table.node("until") {
            self.until = read_some_time(&path, node)?;
        }
        table.count("max", &mut self.max)?;
        table.number("lever", &mut self.lever)
    }

    pub(super) fn check(&self, ranges: &Ranges<'_>) -> Result<()> {
        if let Some(threshold) = self.threshold.filter(|&threshold| threshold < 1) {
            let got = threshold.to_string();
            return Err(ranges.out("top_up.threshold", "an amount of at least 1", &got));
        }
        ranges.lever("top_up.cost", self.cost)?;
        ranges.number("top_up.max_gap", self.max_gap, 0.0, 1000.0)?;
        ranges.number("top_up.max_over", self.max_over, 0.0, 1000.0)?;
        ranges.whole("top_up.items", self.items, 1, 2)?;
        ranges.whole("top_up.max", self.max, 0, 1)?;
        ranges.lever("top_up.lever", self.lever)?;
        // Whoever sets the rest means offers of this kind, and would get none.
        if self.threshold.is_none() && self.max > 0 && *self != Self::default() {
            let what = "top_up.threshold with other settings of the table (or max = 0)";
            return Err(ranges.out("top_up", what, "none"));
        }
        Ok(())
    }
}
