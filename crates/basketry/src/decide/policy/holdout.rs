//! Customers who are offered nothing, to measure against.

use serde::Serialize;

use super::ranges::Ranges;
use crate::Result;
use crate::decide::tree::{Reader, Value};

/// The `holdout` table of a [`Policy`](super::Policy): customers who are offered nothing, so that
/// what offers earn can be told from what would have been bought anyway. A bare number stands for
/// `share`.
///
/// Who is held out depends on the customer's id and the salt alone: policies with the same salt hold
/// out the same customers, and who is held out at a share of 2 % is at 5 % too. Customers who are not
/// known by an id are never held out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HoldoutPolicy {
    /// The share of customers who are offered nothing, 0 to 1. Default 0.
    pub share: f64,
    /// Another salt holds out other customers. Default `"holdout"`.
    pub salt: String,
}

impl Default for HoldoutPolicy {
    fn default() -> Self {
        Self { share: 0.0, salt: "holdout".to_owned() }
    }
}

impl HoldoutPolicy {
    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let Some((path, node)) = top.node("holdout") else { return Ok(()) };
        if matches!(node.value, Value::Int(_) | Value::Float(_)) {
            return top.number("holdout", &mut self.share);
        }
        let table = Reader::new("policy", &path, node, &["share", "salt"])?;
        table.number("share", &mut self.share)?;
        table.text("salt", &mut self.salt)
    }

    pub(super) fn check(&self, ranges: &Ranges<'_>) -> Result<()> {
        ranges.number("holdout.share", self.share, 0.0, 1.0)?;
        ranges.name("holdout.salt", &self.salt, "")
    }
}
