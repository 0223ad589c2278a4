//! The tiers of a product line in order, and which of them to preselect.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::policy::{Policy, Preselect};
use super::reasons::Reason;
use super::request::Request;
use super::state::{Compiled, NONE, State};
use super::up_sell::{PSEUDO_PURCHASES, receptiveness, same_attributes};
use super::value;
use crate::affinity::report::round6;
use crate::data::{Id, IdRef, Money, NO_MONEY};
use crate::{Error, ErrorKind, Result};

/// One choice of a [`Ladder`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Tier {
    /// The product.
    pub product: Id,
    /// Its name, if the catalogue has one.
    pub name: Option<String>,
    /// What a unit costs now; of a contract, in each period.
    pub price: Money,
    /// How many periods price and cost recur; 1 for what is paid once.
    pub term: u32,
    /// What it earns in all its periods, in minor units; `None` if that is not known.
    pub margin: Option<f64>,
    /// The content of a pack, if known.
    pub pack: Option<f64>,
    /// Price over content in minor units, if the content is known.
    pub unit_price: Option<f64>,
    /// Buyers' rating, 0 to 5, if known.
    pub rating: Option<f64>,
    /// The share of purchases among the tiers that go to this one: the customer's own, shrunk to
    /// the shop's by five pseudo-purchases. `None` if none of them was ever bought.
    pub share: Option<f64>,
    /// What is expected to be earned by leading to this tier a customer who is about to take the
    /// product that was asked for, in minor units: for a dearer one
    /// `accept * (M - m) - abandon * m` as for an up-sell, for a cheaper one
    /// `accept * (M - m)`, and 0 for the product itself. `None` if a margin is not known.
    pub value: Option<f64>,
    /// Why it may not be offered, such as [`Reason::OutOfStock`]; `None` if it may.
    pub reason: Option<Reason>,
}

/// The tiers of a product line, the cheapest first: the bouquet in five sizes, the tariffs of a
/// family.
///
/// [`Engine::ladder`](crate::Engine::ladder) makes it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Ladder {
    /// The product that was asked for.
    pub product: Id,
    /// The tiers, by price.
    pub tiers: Vec<Tier>,
    /// Which tier to preselect, as an index; `None` if none may be offered.
    pub preselect: Option<usize>,
}

impl Ladder {
    /// The ladder as one line of JSON: `product`, `preselect`, and `tiers` with the fields of
    /// [`Tier`]. Money is in minor units; numbers that are not counts are rounded to six
    /// significant digits.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(crate) fn new(
        state: &State,
        compiled: &Compiled,
        request: &Request,
        product: IdRef<'_>,
    ) -> Result<Self> {
        let base = state.catalog.ids().find(product).ok_or_else(|| {
            let text = format!("product: the catalogue has no product {product}");
            Error::new(ErrorKind::UnknownId, text)
        })? as usize;
        if state.catalog.price[base] == NO_MONEY {
            let text = format!("product: the catalogue has no price for {product}");
            return Err(Error::new(ErrorKind::Data, text));
        }
        let group = state.groups.of(base);
        let alone = [base as u32];
        let members = match group {
            NONE => &alone[..],
            group => state.groups.get(group).member,
        };
        let positions: Vec<usize> = (0..members.len())
            .filter(|&at| same_attributes(&state.catalog, base, members[at] as usize))
            .collect();
        let bought: Vec<f64> = positions
            .iter()
            .map(|&at| if group == NONE { 0 } else { state.groups.get(group).bought(at) } as f64)
            .collect();
        let own = own_purchases(state, request, positions.iter().map(|&at| members[at]));
        let shop: f64 = bought.iter().sum();
        let total: f64 = own.iter().sum();

        let mut tiers = Vec::with_capacity(positions.len());
        for (i, &at) in positions.iter().enumerate() {
            let c = members[at] as usize;
            let share = (shop > 0.0).then(|| {
                (own[i] + PSEUDO_PURCHASES * bought[i] / shop) / (total + PSEUDO_PURCHASES)
            });
            // Those at or above this price, which is what receptiveness is about.
            let from = positions
                .partition_point(|&p| price(state, members[p]) < price(state, members[at]));
            let shop_from = bought[from..].iter().sum::<f64>() / shop;
            let times =
                receptiveness(own[from..].iter().sum(), total, (shop > 0.0).then_some(shop_from));
            let catalog = &state.catalog;
            let index = c as u32;
            let margin = Some(compiled.items[c].margin).filter(|margin| !margin.is_nan());
            let pack = catalog.pack(index);
            let minor = catalog.price[c];
            tiers.push(Tier {
                product: state.id(index),
                name: state.name(index).map(str::to_owned),
                price: Money { minor, currency: catalog.currency() },
                term: catalog.term(index),
                margin,
                pack,
                unit_price: pack.map(|pack| minor as f64 / pack),
                rating: catalog.rating(index),
                share,
                value: value_of(compiled, base, c, minor - catalog.price[base], times),
                reason: compiled.items[c].never,
            });
        }
        let preselect = preselect(&tiers, &compiled.policy);
        Ok(Self { product: product.to_owned(), tiers, preselect })
    }
}

fn price(state: &State, member: u32) -> i64 {
    state.catalog.price[member as usize]
}

/// The value of leading somebody from one product to another that costs `dearer` more.
fn value_of(compiled: &Compiled, base: usize, tier: usize, dearer: i64, times: f64) -> Option<f64> {
    let (margin, base_margin) = (compiled.items[tier].margin, compiled.items[base].margin);
    if margin.is_nan() || base_margin.is_nan() {
        return None;
    }
    if base == tier {
        return Some(0.0);
    }
    let assume = &compiled.policy.assume;
    let up = dearer > 0;
    let numbers = value::UpSell {
        base_purchase: 1.0,
        accept: (assume.accept * if up { times } else { 1.0 }).clamp(0.0, 1.0),
        abandon: if up { assume.abandon } else { 0.0 },
        margin,
        base_margin,
    };
    Some(numbers.gain())
}

/// How often the customer bought each of these products.
fn own_purchases(
    state: &State,
    request: &Request,
    products: impl Iterator<Item = u32>,
) -> Vec<f64> {
    let learned = state.model.learned();
    let row = request.customer.map_or(0..0, |customer| learned.own.row(customer));
    products
        .map(|c| {
            let m = state.to_model[c as usize];
            if m == NONE {
                return 0.0;
            }
            let counted = match learned.own.product[row.clone()].binary_search(&m) {
                Ok(at) => f64::from(learned.own.count[row.start + at]),
                Err(_) => 0.0,
            };
            counted + request.since.iter().filter(|line| line.product == m).count() as f64
        })
        .collect()
}

fn preselect(tiers: &[Tier], policy: &Policy) -> Option<usize> {
    let mut open = (0..tiers.len()).filter(|&tier| tiers[tier].reason.is_none());
    match policy.ladder.preselect {
        Preselect::Lowest => open.next(),
        Preselect::SecondLowest => {
            let lowest = open.next();
            open.next().or(lowest)
        }
        Preselect::Highest => open.next_back(),
        Preselect::MostValuable => {
            let value = |tier: usize| tiers[tier].value.unwrap_or(f64::NEG_INFINITY);
            // The cheapest of equals.
            open.reduce(|best, tier| if value(tier) > value(best) { tier } else { best })
        }
    }
}

impl Serialize for Tier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut s = serializer.serialize_struct("Tier", 11)?;
        s.serialize_field("product", &self.product)?;
        s.serialize_field("name", &self.name)?;
        s.serialize_field("price", &self.price.minor)?;
        s.serialize_field("term", &self.term)?;
        s.serialize_field("margin", &self.margin.map(round6))?;
        s.serialize_field("pack", &self.pack)?;
        s.serialize_field("unit_price", &self.unit_price.map(round6))?;
        s.serialize_field("rating", &self.rating)?;
        s.serialize_field("share", &self.share.map(round6))?;
        s.serialize_field("value", &self.value.map(round6))?;
        s.serialize_field("reason", &self.reason)?;
        s.end()
    }
}

impl Serialize for Ladder {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut s = serializer.serialize_struct("Ladder", 3)?;
        s.serialize_field("product", &self.product)?;
        s.serialize_field("preselect", &self.preselect)?;
        s.serialize_field("tiers", &self.tiers)?;
        s.end()
    }
}
