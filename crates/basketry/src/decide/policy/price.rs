//! Prices that may be offered.

use serde::Serialize;

use super::ranges::Ranges;
use crate::Result;
use crate::decide::tree::Reader;

/// The `price` table of a [`Policy`](super::Policy): prices that may be offered, in minor units, both ends
/// included.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PriceWindow {
    /// The lowest price offered, at least 0. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// The highest price offered, at least `min`. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

impl PriceWindow {
    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let Some((path, node)) = top.node("price") else { return Ok(()) };
        let price = Reader::new("policy", &path, node, &["min", "max"])?;
        price.optional_minor("min", &mut self.min)?;
        price.optional_minor("max", &mut self.max)
    }

    pub(super) fn check(&self, path: &str, ranges: &Ranges<'_>) -> Result<()> {
        let what = |least: i64| format!("a price of at least {least}");
        if let Some(min) = self.min.filter(|&min| min < 0) {
            return Err(ranges.out(&format!("{path}.min"), &what(0), &min.to_string()));
        }
        let least = self.min.unwrap_or(0);
        match self.max.filter(|&max| max < least) {
            Some(max) => Err(ranges.out(&format!("{path}.max"), &what(least), &max.to_string())),
            None => Ok(()),
        }
    }

    /// Refuses a window that has no price in common with another for the same customers.
    pub(super) fn meets(
        &self,
        path: &str,
        (other, its): (&str, &Self),
        ranges: &Ranges<'_>,
    ) -> Result<()> {
        if let (Some(min), Some(max)) = (self.min, its.max)
            && min > max
        {
            let what = format!("at most {other}.max ({max})");
            return Err(ranges.out(&format!("{path}.min"), &what, &min.to_string()));
        }
        if let (Some(max), Some(min)) = (self.max, its.min)
            && max < min
        {
            let what = format!("at least {other}.min ({min})");
            return Err(ranges.out(&format!("{path}.max"), &what, &max.to_string()));
        }
        Ok(())
    }
}
