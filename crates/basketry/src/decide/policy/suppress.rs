//! What is not shown again for a while because the customer did not want it.

use serde::Serialize;

use super::ranges::Ranges;
use crate::Result;
use crate::decide::tree::Reader;

/// The `suppress` table of a [`Policy`](super::Policy): what is not shown again for a while because
/// the customer ignored or rejected it, by the [contacts](crate::decide::Contact) of the request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SuppressPolicy {
    /// A product that was shown so many times within `days` without a click or a purchase since is
    /// not offered, 0 to 1000. 0: it is offered all the same. Default 5.
    pub ignored: u32,
    /// How long an impression counts for `ignored`, in days, above 0 up to 36500. Default 30.
    pub days: f64,
    /// A product that was rejected is not offered for so many days, 0 to 36500. Default 90.
    pub rejected_days: f64,
    /// A customer whose last so many contacts brought no click and no purchase is offered nothing for
    /// a while, 0 to 1000. 0: contacts go on. Default 0.
    pub customer_ignored: u32,
    /// How long such a customer is left alone after the last contact, in days, above 0 up to
    /// 36500. Default 30.
    pub customer_days: f64,
}

impl Default for SuppressPolicy {
    fn default() -> Self {
        Self {
            ignored: 5,
            days: 30.0,
            rejected_days: 90.0,
            customer_ignored: 0,
            customer_days: 30.0,
        }
    }
}

impl SuppressPolicy {
    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let Some((path, node)) = top.node("suppress") else { return Ok(()) };
        let known = ["ignored", "days", "rejected_days", "customer_ignored", "customer_days"];
        let table = Reader::new("policy", &path, node, &known)?;
        table.count("ignored", &mut self.ignored)?;
        table.number("days", &mut self.days)?;
        table.number("rejected_days", &mut self.rejected_days)?;
        table.count("customer_ignored", &mut self.customer_ignored)?;
        table.number("customer_days", &mut self.customer_days)
    }

    pub(super) fn check(&self, ranges: &Ranges<'_>) -> Result<()> {
        ranges.count("suppress.ignored", self.ignored, 0)?;
        ranges.days("suppress.days", self.days)?;
        ranges.number("suppress.rejected_days", self.rejected_days, 0.0, 36_500.0)?;
        ranges.count("suppress.customer_ignored", self.customer_ignored, 0)?;
        ranges.days("suppress.customer_days", self.customer_days)
    }
}
