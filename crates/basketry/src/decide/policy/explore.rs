//! Leaving one slot to chance, so that there is something to learn from.

use serde::Serialize;

use super::ranges::{MOST, Ranges};
use crate::Result;
use crate::decide::tree::Reader;

/// The `explore` table of a [`Policy`](super::Policy): one slot of a decision is drawn by lot among the
/// candidates, and the probability of every one of them is known and logged. All other slots are
/// filled as without exploration.
///
/// Of n candidates with values v the one with value v_i is drawn with probability
/// `(1 - share) * exp(v_i / temperature) / sum(exp(v / temperature)) + share / n`, which is the first
/// draw of a Plackett-Luce model mixed with an even draw. With a temperature of 0 the first part goes
/// to the best candidate. Without `share` and `temperature` nothing is left to chance.
///
/// ```
/// use basketry::Policy;
///
/// // One decision in ten shows any of the twenty best in the last slot that are worth half of the best.
/// let policy = Policy::from_toml("explore = { share = 0.1, floor = 0.5 }")?;
/// assert_eq!((policy.explore.share, policy.explore.candidates), (0.1, 20));
/// # Ok::<(), basketry::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExplorePolicy {
    /// The slot that is drawn, counted from 1, up to `max_offers`; nothing may be pinned to it but for a
    /// limited time ([`Pin`](super::Pin)). Default: the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot: Option<u32>,
    /// The share that is drawn evenly among the candidates, 0 to 1. Default 0.
    pub share: f64,
    /// How much worse a candidate may be, in minor units, to be drawn 1/e times as often: 0 to 10^12.
    /// Default 0: the best one is drawn.
    pub temperature: f64,
    /// The most candidates for the slot, the most valuable ones, 1 to 1000. Default 20.
    pub candidates: u32,
    /// A candidate for the slot is worth at least this share of the best one, 0 to 1. Default 0.
    pub floor: f64,
}

impl Default for ExplorePolicy {
    fn default() -> Self {
        Self { slot: None, share: 0.0, temperature: 0.0, candidates: 20, floor: 0.0 }
    }
}

impl ExplorePolicy {
    /// Whether a slot is drawn.
    pub(crate) fn active(&self) -> bool {
        self.share > 0.0 || self.temperature > 0.0
    }

    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let Some((path, node)) = top.node("explore") else { return Ok(()) };
        let known = ["slot", "share", "temperature", "candidates", "floor"];
        let table = Reader::new("policy", &path, node, &known)?;
        table.optional_count("slot", &mut self.slot)?;
        table.number("share", &mut self.share)?;
        table.number("temperature", &mut self.temperature)?;
        table.count("candidates", &mut self.candidates)?;
        table.number("floor", &mut self.floor)
    }

    pub(super) fn check(&self, max_offers: u32, ranges: &Ranges<'_>) -> Result<()> {
        if let Some(slot) = self.slot.filter(|slot| !(1..=max_offers.max(1)).contains(slot)) {
            let what = format!("a slot from 1 to max_offers ({max_offers})");
            return Err(ranges.out("explore.slot", &what, &slot.to_string()));
        }
        ranges.number("explore.share", self.share, 0.0, 1.0)?;
        ranges.lever("explore.temperature", self.temperature)?;
        if !(1..=MOST).contains(&self.candidates) {
            let what = format!("a whole number from 1 to {MOST}");
            return Err(ranges.out("explore.candidates", &what, &self.candidates.to_string()));
        }
        ranges.number("explore.floor", self.floor, 0.0, 1.0)
    }
}
