//! Products that the shop wants in a certain slot.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Policy;
use super::ranges::{MOST, Ranges};
use crate::Result;
use crate::data::Id;
use crate::decide::context::{iso, read_time, time};
use crate::decide::tree::{Node, Reader, Value, read_id};

/// One of the `pinned` offers of a [`Policy`](super::Policy): a product that is offered in a certain
/// slot, whatever it is worth.
///
/// It is offered only if it may be: in stock, sold at a gain, not excluded, not in the basket, not
/// rejected by the customer, and so on. Value, evidence and timing are not asked for. A pin of what
/// `exclude.products` names, or `only.products` does not, is an error; a pin of what the policy keeps
/// out by other keys, or of what has no price or earns nothing in this catalogue, gives a warning.
///
/// Several products may be pinned to one slot: those of them that may be offered take it and the slots
/// behind it but for one that is drawn, in the order of the policy, as far as there are slots. So the next
/// one stands in for what is out of stock, and of two that are pinned to the last slot the first gets it.
/// Limits of lines, brands and categories do not hold for what is pinned, but what is pinned counts for
/// others. One product that is pinned twice at a time is an error,
/// as it is offered once.
///
/// So is a pin to the slot that [`ExplorePolicy`](super::ExplorePolicy) draws, unless it is limited in
/// time. While it is offered, what is drawn comes right behind it; where pins leave no slot, nothing is
/// drawn.
///
/// ```
/// use basketry::Policy;
///
/// let policy = Policy::from_toml(r#"
///     [[pinned]]
///     product = "advent-calendar"
///     slot = 1
///     until = "2026-12-01T00:00:00Z"
/// "#)?;
/// assert_eq!(policy.pinned[0].until, Some(1_796_083_200_000));
/// # Ok::<(), basketry::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Pin {
    /// The product.
    pub product: Id,
    /// The slot, counted from 1, up to 1000; behind the last offer it is the last. Default 1.
    pub slot: u32,
    /// Pinned from this moment on, milliseconds since 1970-01-01 UTC. Default: from always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
    /// Pinned until just before this moment, which is after `from`, milliseconds since 1970-01-01 UTC.
    /// Default: for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

impl Pin {
    /// A product pinned to a slot.
    pub fn new(product: impl Into<Id>, slot: u32) -> Self {
        Self { product: product.into(), slot, from: None, until: None }
    }

    /// Whether it is pinned at this time.
    pub(crate) fn active(&self, now_ms: i64) -> bool {
        self.from.is_none_or(|from| now_ms >= from) && self.until.is_none_or(|until| now_ms < until)
    }

    /// How many are pinned at a time, at the most.
    pub(super) fn most_at_once(pins: &[Self]) -> u32 {
        // The most are pinned where one of them begins.
        let at = pins.iter().map(|pin| pin.from.unwrap_or(i64::MIN));
        let most = at.map(|now| pins.iter().filter(|pin| pin.active(now)).count()).max();
        most.unwrap_or(0) as u32
    }

    /// Whether there is a time at which both are pinned.
    fn meets(&self, other: &Self) -> bool {
        let before = |one: &Self, other: &Self| match (one.until, other.from) {
            (Some(until), Some(from)) => until <= from,
            _ => false,
        };
        !before(self, other) && !before(other, self)
    }

    pub(super) fn read_all(pins: &mut Vec<Self>, top: &Reader<'_>) -> Result<()> {
        let Some((path, list)) = top.list("pinned", "tables with a product")? else {
            return Ok(());
        };
        pins.clear();
        for (i, node) in list.iter().enumerate() {
            let path = format!("{path}[{i}]");
            let known = ["product", "slot", "from", "until"];
            let table = Reader::new("policy", &path, node, &known)?;
            let Some((path, node)) = table.node("product") else {
                return table.missing("product", "an id (an integer or a string)");
            };
            let mut pin = Self::new(read_id(&path, node)?, 1);
            table.count("slot", &mut pin.slot)?;
            pin.from = moment(&table, "from")?;
            pin.until = moment(&table, "until")?;
            pins.push(pin);
        }
        Ok(())
    }

    pub(super) fn check_all(pins: &[Self], policy: &Policy, ranges: &Ranges<'_>) -> Result<()> {
        if pins.len() > MOST as usize {
            let what = format!("at most {MOST} pinned offers");
            return Err(ranges.out("pinned", &what, &pins.len().to_string()));
        }
        let Policy { only, exclude, .. } = policy;
        let ids = |ids: &[Id]| -> BTreeSet<Id> {
            // Without pins nothing is looked up.
            if pins.is_empty() { BTreeSet::new() } else { ids.iter().cloned().collect() }
        };
        let (selected, excluded) = (ids(&only.products), ids(&exclude.products));
        for (i, pin) in pins.iter().enumerate() {
            let path = || format!("pinned[{i}].product");
            if excluded.contains(&pin.product) {
                let what = "a product that exclude.products does not name";
                return Err(ranges.out(&path(), what, &pin.product.to_string()));
            }
            if !selected.is_empty() && !selected.contains(&pin.product) {
                let what = "one of only.products";
                return Err(ranges.out(&path(), what, &pin.product.to_string()));
            }
            ranges.count(&format!("pinned[{i}].slot"), pin.slot, 1)?;
            for (key, at) in [("from", pin.from), ("until", pin.until)] {
                at.map_or(Ok(()), |at| time(format_args!("pinned[{i}].{key}"), at))?;
            }
            if let (Some(from), Some(until)) = (pin.from, pin.until)
                && until <= from
            {
                let what = format!("a time after from ({})", iso(from));
                return Err(ranges.out(&format!("pinned[{i}].until"), &what, &iso(until)));
            }
            // What is pinned behind the last slot gets the last.
            let Policy { explore, max_offers, .. } = policy;
            let drawn = explore.slot.unwrap_or(*max_offers);
            // At other times it leaves the slot to chance.
            let always = pin.from.is_none() && pin.until.is_none();
            let taken = *max_offers > 0 && pin.slot.min(*max_offers) == drawn;
            if always && taken && explore.active() {
                let what = format!("another slot than the one that explore draws ({drawn})");
                let path = format!("pinned[{i}].slot");
                return Err(ranges.out(&path, &what, &pin.slot.to_string()));
            }
        }
        let mut by_product: BTreeMap<&Id, Vec<usize>> = BTreeMap::new();
        for (i, pin) in pins.iter().enumerate() {
            let others = by_product.entry(&pin.product).or_default();
            if let Some(other) = others.iter().find(|&&other| pin.meets(&pins[other])) {
                let what =
                    format!("a product that is not pinned at the same time (pinned[{other}])");
                let path = format!("pinned[{i}].product");
                return Err(ranges.out(&path, &what, &pin.product.to_string()));
            }
            others.push(i);
        }
        Ok(())
    }
}

/// A time that may be left out.
fn moment(table: &Reader<'_>, key: &str) -> Result<Option<i64>> {
    match table.node(key) {
        None | Some((_, Node { value: Value::Null, .. })) => Ok(None),
        // TOML has times of its own.
        Some((path, Node { value: Value::Date(text), line })) => {
            let node = Node { value: Value::Str(text.clone()), line: *line };
            read_time(&path, &node).map(Some)
        }
        Some((path, node)) => read_time(&path, node).map(Some),
    }
}
