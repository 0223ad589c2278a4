//! The `bundle` table.

use serde::Serialize;

use super::ranges::{KindTable, Ranges};
use crate::Result;
use crate::decide::tree::Reader;

/// The `bundle` table of a [`Policy`](super::Policy): a product of the basket or the viewed one
/// together with what goes with it, and a second unit of it at a lower price. A bare number stands
/// for `max`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BundlePolicy {
    /// The most offers of this kind, 0 to 1000. Default 0: bundles are offered where a shop can
    /// sell them as one.
    pub max: u32,
    /// Multiplies the value of offers of this kind: 0 to 10^12. Default 1.
    pub lever: f64,
    /// The most products that are added to the main one, which is not counted: a bundle is of 2 to
    /// `1 + items` products. 1 to 3. Default 3.
    pub items: u32,
    /// The greatest discount, as a share of the price of the whole bundle, 0 to 0.9. Default 0.1.
    pub max_discount: f64,
    /// Discounts are tried in steps of this share, 0.001 to 1, from 0 to `max_discount`, or `second`. It
    /// is at most as great as each of these that is above 0, unless `max` is 0: otherwise no discount
    /// would ever be given. Default 0.01; in a text that does not name it, the least of that and of those
    /// two that are above 0.
    pub step: f64,
    /// What each product keeps as margin after the discount, as a share of what is then paid for
    /// it, 0 to 1. Default 0: no product is sold below its cost.
    pub min_margin: f64,
    /// The greatest discount on the second unit of a product, as a share of that unit's price, 0 to
    /// 0.9: "buy one, the second at 50 % off". The discount that is worth most up to that is given,
    /// perhaps none. Default 0: no such offer.
    pub second: f64,
}

/// With smaller steps there would be thousands of discounts to try.
const LEAST_STEP: f64 = 0.001;

impl Default for BundlePolicy {
    fn default() -> Self {
        Self {
            max: 0,
            lever: 1.0,
            items: 3,
            max_discount: 0.1,
            step: 0.01,
            min_margin: 0.0,
            second: 0.0,
        }
    }
}

impl BundlePolicy {
    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let known = ["max", "lever", "items", "max_discount", "step", "min_margin", "second"];
        let Some(kind) = KindTable::find(top, "bundle", &known)? else { return Ok(()) };
        kind.max(&mut self.max)?;
        kind.number("lever", &mut self.lever)?;
        if let Some(table) = kind.table() {
            table.count("items", &mut self.items)?;
        }
        kind.number("max_discount", &mut self.max_discount)?;
        kind.number("min_margin", &mut self.min_margin)?;
        kind.number("second", &mut self.second)?;
        // Whoever wants small discounts and says nothing of steps wants smaller steps.
        let least = [self.max_discount, self.second].into_iter().filter(|&most| most > 0.0);
        self.step = least.fold(self.step, f64::min).max(LEAST_STEP);
        kind.number("step", &mut self.step)
    }

    pub(super) fn check(&self, ranges: &Ranges<'_>) -> Result<()> {
        ranges.count("bundle.max", self.max, 0)?;
        ranges.lever("bundle.lever", self.lever)?;
        ranges.whole("bundle.items", self.items, 1, 3)?;
        ranges.number("bundle.max_discount", self.max_discount, 0.0, 0.9)?;
        ranges.number("bundle.step", self.step, LEAST_STEP, 1.0)?;
        ranges.number("bundle.min_margin", self.min_margin, 0.0, 1.0)?;
        ranges.number("bundle.second", self.second, 0.0, 0.9)?;
        for (name, most) in [("max_discount", self.max_discount), ("second", self.second)] {
            if self.max > 0 && most > 0.0 && self.step > most {
                let what = format!("at most bundle.{name} ({most:?}), or no discount is tried");
                return Err(ranges.out("bundle.step", &what, &format!("{:?}", self.step)));
            }
        }
        Ok(())
    }
}
