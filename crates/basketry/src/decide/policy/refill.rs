//! Products the customer buys again and again, when they are due.

use serde::Serialize;

use super::ranges::{KindTable, MOST, Ranges};
use crate::Result;
use crate::decide::tree::Reader;

/// The `refill` table of a [`Policy`](super::Policy). A bare number stands for `max`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RefillPolicy {
    /// The most offers of this kind, 0 to 1000. Default 1000: no limit but `max_offers`.
    pub max: u32,
    /// Multiplies the value of offers of this kind: 0 to 10^12. Default 1.
    pub lever: f64,
    /// A product is due from this share of its expected interval since it was last bought, at
    /// least 0. Default 0.7.
    pub due_from: f64,
    /// A product is due up to this share of its expected interval, `due_from` to 1000. Later the
    /// customer is thought to have moved on. Default 1.5.
    pub due_to: f64,
    /// A product counts as due so many days before `due_from`, 0 to 1000: what a mail has to allow
    /// until it is read and the order arrives. Default 0.
    pub ahead: f64,
}

impl Default for RefillPolicy {
    fn default() -> Self {
        Self { max: MOST, lever: 1.0, due_from: 0.7, due_to: 1.5, ahead: 0.0 }
    }
}

impl RefillPolicy {
    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let known = ["max", "lever", "due_from", "due_to", "ahead"];
        let Some(table) = KindTable::find(top, "refill", &known)? else { return Ok(()) };
        table.max(&mut self.max)?;
        table.number("lever", &mut self.lever)?;
        table.number("due_from", &mut self.due_from)?;
        table.number("due_to", &mut self.due_to)?;
        table.number("ahead", &mut self.ahead)
    }

    pub(super) fn check(&self, ranges: &Ranges<'_>) -> Result<()> {
        ranges.count("refill.max", self.max, 0)?;
        ranges.lever("refill.lever", self.lever)?;
        ranges.number("refill.due_from", self.due_from, 0.0, 1000.0)?;
        ranges.number("refill.due_to", self.due_to, self.due_from, 1000.0)?;
        ranges.number("refill.ahead", self.ahead, 0.0, 1000.0)
    }
}
