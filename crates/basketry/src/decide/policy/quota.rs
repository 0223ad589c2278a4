//! Slots that are kept for products of the shop's choice.

use serde::Serialize;

use super::ranges::Ranges;
use super::selection::{MOST_RULES, Selection};
use crate::Result;
use crate::decide::tree::Reader;

/// One of the `quotas` of a [`Policy`](super::Policy): so many slots of a decision go to products that
/// the shop wants to be seen (niche brands, new ones, its own), if there is something of them worth
/// offering. What that costs in lost value is told by
/// [`Decision::quotas`](crate::Decision::quotas).
///
/// ```
/// use basketry::Policy;
///
/// let policy = Policy::from_toml(r#"
///     [[quotas]]
///     name = "small brands"
///     min_value = 2.0
///     select.brands = ["Hof", "Mill"]
/// "#)?;
/// assert_eq!(policy.quotas[0].min, 1);
/// # Ok::<(), basketry::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Quota {
    /// A name for reports. Default: empty.
    pub name: String,
    /// How many slots, 1 to the policy's `max_offers`. Default 1.
    pub min: u32,
    /// A slot is kept only for an offer that is worth more than this, in minor units (may be
    /// fractional), 0 to 10^12, and more than the policy's `min_value`. Default 0.
    pub min_value: f64,
    /// Of which products; at least one key. An offer of several counts if it adds one of them.
    pub select: Selection,
}

impl Quota {
    /// One slot for products of a selection.
    pub fn new(select: Selection) -> Self {
        Self { name: String::new(), min: 1, min_value: 0.0, select }
    }

    pub(super) fn read_all(quotas: &mut Vec<Self>, top: &Reader<'_>) -> Result<()> {
        let Some((path, list)) = top.list("quotas", "tables with select")? else { return Ok(()) };
        quotas.clear();
        for (i, node) in list.iter().enumerate() {
            let path = format!("{path}[{i}]");
            let table =
                Reader::new("policy", &path, node, &["name", "min", "min_value", "select"])?;
            let mut quota = Self::new(Selection::default());
            table.text("name", &mut quota.name)?;
            table.count("min", &mut quota.min)?;
            table.number("min_value", &mut quota.min_value)?;
            quota.select.read(&table, "select")?;
            quotas.push(quota);
        }
        Ok(())
    }

    pub(super) fn check_all(quotas: &[Self], max_offers: u32, ranges: &Ranges<'_>) -> Result<()> {
        if quotas.len() > MOST_RULES {
            let what = format!("at most {MOST_RULES} quotas");
            return Err(ranges.out("quotas", &what, &quotas.len().to_string()));
        }
        for (i, quota) in quotas.iter().enumerate() {
            let path = format!("quotas[{i}].min");
            ranges.count(&path, quota.min, 1)?;
            // Where nothing is offered nothing is kept either.
            if max_offers > 0 && quota.min > max_offers {
                let what = format!("at most max_offers ({max_offers})");
                return Err(ranges.out(&path, &what, &quota.min.to_string()));
            }
            ranges.lever(&format!("quotas[{i}].min_value"), quota.min_value)?;
            if quota.select.is_empty() {
                return Err(ranges.out(&format!("quotas[{i}].select"), "products", "none"));
            }
        }
        Ok(())
    }
}
