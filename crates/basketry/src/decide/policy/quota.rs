//! Slots that are kept for products of the shop's choice.

use serde::Serialize;

use super::ranges::Ranges;
use super::selection::{MOST_RULES, Selection};
use super::{Pin, Policy};
use crate::Result;
use crate::decide::tree::Reader;

/// One of the `quotas` of a [`Policy`](super::Policy): so many slots of a decision go to products that
/// the shop wants to be seen (niche brands, new ones, its own), if there is something of them worth
/// offering. What that costs in lost value is told by
/// [`Decision::quotas`](crate::Decision::quotas).
///
/// A quota that the policy itself can never meet is an error: what it selects is all excluded, or `min`
/// is greater than what the kinds' `max`, `per_line` or `per_brand` let in (the categories that
/// `per_category` counts are known with a catalogue only). One that cannot be met with the products of the
/// catalogue gives a warning. Quotas may ask for more offers together than there are: those that come first
/// are met first, and the others stand in for them where there is nothing of those.
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
    /// How many slots, 1 to the policy's `max_offers`, of which one less where
    /// [`explore`](super::Policy::explore) draws one. Default 1.
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

    pub(super) fn check_all(quotas: &[Self], policy: &Policy, ranges: &Ranges<'_>) -> Result<()> {
        if quotas.len() > MOST_RULES {
            let what = format!("at most {MOST_RULES} quotas");
            return Err(ranges.out("quotas", &what, &quotas.len().to_string()));
        }
        // Without quotas nothing is looked at.
        let pinned = if quotas.is_empty() { 0 } else { Pin::most_at_once(&policy.pinned) };
        for (i, quota) in quotas.iter().enumerate() {
            let path = format!("quotas[{i}].min");
            ranges.count(&path, quota.min, 1)?;
            ranges.lever(&format!("quotas[{i}].min_value"), quota.min_value)?;
            let select = format!("quotas[{i}].select");
            if quota.select.is_empty() {
                return Err(ranges.out(&select, "products", "none"));
            }
            quota.select.left_by(&select, ("exclude", &policy.exclude), ranges)?;
            quota.select.within(&select, ("only", &policy.only), ranges)?;
            // Where nothing is offered nothing is kept either.
            if policy.max_offers > 0
                && let Some(what) = quota.beyond(policy, pinned)
            {
                return Err(ranges.out(&path, &what, &quota.min.to_string()));
            }
        }
        Ok(())
    }

    /// What lets in fewer offers than the quota asks for, whatever the catalogue, where at most so many
    /// are pinned.
    fn beyond(&self, policy: &Policy, pinned: u32) -> Option<String> {
        let Policy { max_offers, per_line, per_brand, .. } = *policy;
        if self.min > max_offers {
            return Some(format!("at most max_offers ({max_offers})"));
        }
        let most = offers(policy, pinned);
        if self.min > most {
            return Some(format!(
                "at most {most}: max_offers ({max_offers}) less the slot that explore draws"
            ));
        }
        let selections = [("", &self.select), ("only.", &policy.only)];
        for (of, selection) in selections {
            let products = selection.count("products");
            if let Some(products) = products.filter(|&products| products < self.min) {
                return Some(format!("at most {products}: so many {of}products are selected"));
            }
        }
        for (limit, each, key) in
            [("per_line", per_line, "lines"), ("per_brand", per_brand, "brands")]
        {
            // Pins ask for no limit, but others are not offered beside those that have reached it. The
            // most there are if all of them are of one.
            let more = pinned.saturating_sub(each);
            for (of, selection) in selections {
                let Some(ids) = selection.count(key) else { continue };
                let most = each.saturating_mul(ids).saturating_add(more);
                if most < self.min {
                    let what = format!("{limit} is {each}, and {of}{key} has {ids}");
                    return Some(format!("at most {most}: {what}"));
                }
            }
        }
        let most = of_kinds(policy, pinned);
        (most < self.min).then(|| format!("at most {most}: the kinds of offer have no greater max"))
    }
}

/// The most offers that count for quotas, with so many pinned: what is drawn does not, and nothing is
/// drawn where pins take all slots.
fn offers(policy: &Policy, pinned: u32) -> u32 {
    let drawn = policy.explore.active() && pinned < policy.max_offers;
    policy.max_offers - u32::from(drawn)
}

/// The most offers that a decision can have by the kinds' `max`, with so many pinned: those may be more
/// than the `max` of their kind, which is one of single products.
fn of_kinds(policy: &Policy, pinned: u32) -> u32 {
    let top_up = if policy.top_up.threshold.is_some() { policy.top_up.max } else { 0 };
    let single = [
        policy.cross_sell.max,
        policy.service.max,
        policy.up_sell.max,
        policy.refill.max,
        policy.similar.max,
        policy.popular.max,
    ];
    let more = single.into_iter().map(|max| pinned.saturating_sub(max)).max().unwrap_or(0);
    single.iter().sum::<u32>() + policy.bundle.max + top_up + more
}
