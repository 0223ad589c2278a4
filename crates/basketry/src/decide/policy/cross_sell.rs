//! Offers that go with what is in the basket or viewed.

use serde::Serialize;

use super::ranges::{KindTable, MOST, Ranges};
use crate::Result;
use crate::decide::tree::Reader;

/// The `cross_sell` table of a [`Policy`](super::Policy). A bare number stands for `max`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CrossSellPolicy {
    /// The most offers of this kind, 0 to 1000. Default 1000: no limit but `max_offers`.
    pub max: u32,
    /// Multiplies the value of offers of this kind: 0 to 10^12. Default 1.
    pub lever: f64,
    /// Columns of the catalogue's `must_match` on which a cross-sell, or a service, has to be equal
    /// to the product it goes with, where both have a value: a wrong complement is costly (the lens
    /// for another mount). Default: none.
    pub compatible: Vec<String>,
}

impl Default for CrossSellPolicy {
    fn default() -> Self {
        Self { max: MOST, lever: 1.0, compatible: Vec::new() }
    }
}

impl CrossSellPolicy {
    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let known = ["max", "lever", "compatible"];
        let Some(kind) = KindTable::find(top, "cross_sell", &known)? else { return Ok(()) };
        kind.max(&mut self.max)?;
        kind.number("lever", &mut self.lever)?;
        if let Some(table) = kind.table() {
            table.texts("compatible", &mut self.compatible)?;
        }
        Ok(())
    }

    pub(super) fn check(&self, ranges: &Ranges<'_>) -> Result<()> {
        ranges.count("cross_sell.max", self.max, 0)?;
        ranges.lever("cross_sell.lever", self.lever)
    }
}
