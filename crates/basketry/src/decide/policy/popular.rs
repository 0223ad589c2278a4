//! What everybody buys.

use serde::Serialize;

use super::ranges::{KindTable, MOST, Ranges};
use crate::Result;
use crate::decide::tree::Reader;

/// The `popular` table of a [`Policy`](super::Policy). A bare number stands for `max`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PopularPolicy {
    /// The most offers of this kind, 0 to 1000. Default 1000: no limit but `max_offers`.
    pub max: u32,
    /// Multiplies the value of offers of this kind: 0 to 10^12. Default 1.
    pub lever: f64,
}

impl Default for PopularPolicy {
    fn default() -> Self {
        Self { max: MOST, lever: 1.0 }
    }
}

impl PopularPolicy {
    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let Some(table) = KindTable::find(top, "popular", &["max", "lever"])? else {
            return Ok(());
        };
        table.max(&mut self.max)?;
        table.number("lever", &mut self.lever)
    }

    pub(super) fn check(&self, ranges: &Ranges<'_>) -> Result<()> {
        ranges.count("popular.max", self.max, 0)?;
        ranges.lever("popular.lever", self.lever)
    }
}
