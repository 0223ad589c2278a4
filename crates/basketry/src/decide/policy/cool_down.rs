//! How many days lie between related offers.

use serde::Serialize;

use super::ranges::Ranges;
use crate::Result;
use crate::decide::tree::Reader;

/// The `cool_down` table of a [`Policy`](super::Policy): how many days lie between offers that are
/// related, 0 to 36500 each, by the [contacts](crate::decide::Contact) of the request. Default 0: an
/// offer may follow at once.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CoolDownPolicy {
    /// Between offers of one product.
    pub product: f64,
    /// Between offers of one product line, or of what is linked by hand as a variant.
    pub line: f64,
    /// Between offers of one category: the narrowest level at which a product has one.
    pub category: f64,
    /// Between offers of one brand.
    pub brand: f64,
}

impl CoolDownPolicy {
    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let Some((path, node)) = top.node("cool_down") else { return Ok(()) };
        let table = Reader::new("policy", &path, node, &["product", "line", "category", "brand"])?;
        table.number("product", &mut self.product)?;
        table.number("line", &mut self.line)?;
        table.number("category", &mut self.category)?;
        table.number("brand", &mut self.brand)
    }

    pub(super) fn check(&self, ranges: &Ranges<'_>) -> Result<()> {
        for (key, days) in [
            ("cool_down.product", self.product),
            ("cool_down.line", self.line),
            ("cool_down.category", self.category),
            ("cool_down.brand", self.brand),
        ] {
            ranges.number(key, days, 0.0, 36_500.0)?;
        }
        Ok(())
    }
}
