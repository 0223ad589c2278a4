//! Dearer variants of what is in the basket or viewed.

use serde::Serialize;

use super::ranges::{KindTable, Ranges};
use crate::Result;
use crate::decide::tree::Reader;

/// The `up_sell` table of a [`Policy`](super::Policy). A bare number stands for `max`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UpSellPolicy {
    /// The most offers of this kind, 0 to 1000. Default 1: each one puts a purchase at risk that
    /// was as good as made.
    pub max: u32,
    /// Multiplies the value of offers of this kind: 0 to 10^12. Default 1.
    pub lever: f64,
    /// The dearer variant costs at least so many times the price of the other, 1 to 1000, and
    /// more in any case. Default 1.05.
    pub min_price_ratio: f64,
    /// The dearer variant costs at most so many times the price of the other, `min_price_ratio`
    /// to 1000. Default 2.
    pub max_price_ratio: f64,
    /// From so many days before the term of a contract ends that the customer has, dearer ones of
    /// its line are offered in its place, 0 to 36525; until one period after it ended. Default 0:
    /// only contracts in the basket or viewed are upgraded.
    pub contract_ahead: f64,
    /// The days of a period of the catalogue's `term`, 1 to 366. Default 30.4375, a month.
    pub period_days: f64,
}

impl Default for UpSellPolicy {
    fn default() -> Self {
        Self {
            max: 1,
            lever: 1.0,
            min_price_ratio: 1.05,
            max_price_ratio: 2.0,
            contract_ahead: 0.0,
            period_days: 30.4375,
        }
    }
}

impl UpSellPolicy {
    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let known =
            ["max", "lever", "min_price_ratio", "max_price_ratio", "contract_ahead", "period_days"];
        let Some(table) = KindTable::find(top, "up_sell", &known)? else { return Ok(()) };
        table.max(&mut self.max)?;
        table.number("lever", &mut self.lever)?;
        table.number("min_price_ratio", &mut self.min_price_ratio)?;
        table.number("max_price_ratio", &mut self.max_price_ratio)?;
        table.number("contract_ahead", &mut self.contract_ahead)?;
        table.number("period_days", &mut self.period_days)
    }

    pub(super) fn check(&self, ranges: &Ranges<'_>) -> Result<()> {
        ranges.count("up_sell.max", self.max, 0)?;
        ranges.lever("up_sell.lever", self.lever)?;
        ranges.number("up_sell.min_price_ratio", self.min_price_ratio, 1.0, 1000.0)?;
        let low = self.min_price_ratio;
        ranges.number("up_sell.max_price_ratio", self.max_price_ratio, low, 1000.0)?;
        ranges.number("up_sell.contract_ahead", self.contract_ahead, 0.0, 36_525.0)?;
        ranges.number("up_sell.period_days", self.period_days, 1.0, 366.0)
    }
}
