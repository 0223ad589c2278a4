//! Offers that go with what is in the basket or viewed.

use serde::Serialize;

use super::ranges::{KindTable, MOST, Ranges};
use crate::Result;
use crate::decide::tree::Reader;

/// The `cross_sell` table of a [`Policy`]. A bare number stands for `max`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CrossSellPolicy {
    /// The most offers of this kind, 0 to 1000. Default 1000: no limit but `max_offers`.
    pub max: u32,
    /// Multiplies the value of offers of this kind: 0 to 10^12. Default 1.
    pub lever: f64,
}

impl Default for CrossSellPolicy {
    fn default() -> Self {
        Self { max: MOST, lever: 1.0 }
    }
}

impl CrossSellPolicy {
    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let Some(table) = KindTable::find(top, "cross_sell", &["max", "lever"])? else {
            return Ok(());
        };
        table.max(&mut self.max)?;
        table.number("lever", &mut self.lever)
    }

    pub(super) fn check(&self, ranges: &Ranges<'_>) -> Result<()> {
        ranges.count("cross_sell.max", self.max, 0)?;
        ranges.lever("cross_sell.lever", self.lever)
    }
}
