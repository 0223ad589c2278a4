//! Dearer variants: which products are variants of one another, and which are worth offering in
//! place of another.

use crate::data::{Catalog, NO_CODE, NO_MONEY};

use super::state::NONE;

/// Pseudo-purchases with which a customer's own choices in a line are shrunk to the shop's.
pub(crate) const PSEUDO_PURCHASES: f64 = 5.0;

/// Groups of variants: products of one line, or, for products without a line, of one brand in
/// one leaf category. Each group is ordered by price.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    /// Per catalogue product: its group, or [`NONE`].
    group: Vec<u32>,
    /// Per group, one more: where its members begin.
    offsets: Vec<u32>,
    /// Catalogue indices, by price, then by index.
    member: Vec<u32>,
    /// The members' prices.
    price: Vec<i64>,
    /// Purchases of the members before this one in the same group.
    before: Vec<u64>,
    /// Per group: purchases of all members.
    total: Vec<u64>,
}

/// One group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group<'a> {
    pub(crate) member: &'a [u32],
    pub(crate) price: &'a [i64],
    before: &'a [u64],
    total: u64,
}

impl Groups {
    /// Groups the catalogue. `bought` says how many baskets had a product.
    pub(crate) fn new(catalog: &Catalog, bought: impl Fn(u32) -> u32) -> Self {
        // (which column, value, brand), price, product
        let mut rows: Vec<((u32, u32, u32), i64, u32)> = Vec::new();
        for c in 0..catalog.len() {
            if catalog.price[c] == NO_MONEY {
                continue;
            }
            if let Some(key) = group_key(catalog, c) {
                rows.push((key, catalog.price[c], c as u32));
            }
        }
        rows.sort_unstable();
        let mut groups = Self { group: vec![NONE; catalog.len()], ..Self::default() };
        groups.offsets.push(0);
        for chunk in rows.chunk_by(|a, b| a.0 == b.0) {
            if chunk.len() < 2 {
                continue;
            }
            let mut sum = 0u64;
            for &(_, price, c) in chunk {
                groups.group[c as usize] = groups.total.len() as u32;
                groups.member.push(c);
                groups.price.push(price);
                groups.before.push(sum);
                sum += u64::from(bought(c));
            }
            groups.offsets.push(groups.member.len() as u32);
            groups.total.push(sum);
        }
        groups
    }

    /// The group of a catalogue product, or [`NONE`].
    #[inline]
    pub(crate) fn of(&self, c: usize) -> u32 {
        self.group.get(c).copied().unwrap_or(NONE)
    }

    /// A group.
    #[inline]
    pub(crate) fn get(&self, group: u32) -> Group<'_> {
        let g = group as usize;
        let range = self.offsets[g] as usize..self.offsets[g + 1] as usize;
        Group {
            member: &self.member[range.clone()],
            price: &self.price[range.clone()],
            before: &self.before[range],
            total: self.total[g],
        }
    }
}

fn group_key(catalog: &Catalog, c: usize) -> Option<(u32, u32, u32)> {
    if let Some(line) = &catalog.line
        && line.codes[c] != NO_CODE
    {
        return Some((0, line.codes[c], 0));
    }
    let brand = catalog.brand.as_ref()?.codes[c];
    // The leaf is the narrowest level at which the product has a category.
    let (level, leaf) = catalog
        .category
        .iter()
        .enumerate()
        .rev()
        .map(|(level, column)| (level, column.codes[c]))
        .find(|(_, code)| *code != NO_CODE)?;
    (brand != NO_CODE).then_some((1 + level as u32, leaf, brand))
}

impl Group<'_> {
    /// The positions whose price is in `low..=high`.
    pub(crate) fn window(&self, low: f64, high: f64) -> std::ops::Range<usize> {
        let from = self.price.partition_point(|&price| (price as f64) < low);
        let to = self.price.partition_point(|&price| price as f64 <= high);
        from..to.max(from)
    }

    /// The share of the group's purchases that went to members at or above the price of the
    /// member at `position`; `None` if nothing of the group was ever bought.
    pub(crate) fn share_from(&self, position: usize) -> Option<f64> {
        if self.total == 0 {
            return None;
        }
        let price = self.price[position];
        let first = self.price.partition_point(|&other| other < price);
        Some((self.total - self.before[first]) as f64 / self.total as f64)
    }
}

/// How many times likelier than the average customer somebody is to take a variant at this price,
/// by what they bought in the group: their share of purchases at or above the price, shrunk to
/// the shop's by [`PSEUDO_PURCHASES`], over the shop's.
pub(crate) fn receptiveness(own_from: f64, own_total: f64, shop_share: Option<f64>) -> f64 {
    let all = own_total + PSEUDO_PURCHASES;
    match shop_share {
        // Nothing of the group was ever bought: nothing tells this customer from the others.
        None => 1.0,
        // Nobody bought at this price yet: the limit of the fraction.
        Some(share) if share <= 0.0 => PSEUDO_PURCHASES / all,
        Some(share) => (own_from + PSEUDO_PURCHASES * share) / all / share,
    }
}

/// Whether a dearer product can stand in for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    Yes,
    Incompatible,
    NotBetter,
}

/// Compares a dearer product `up` with `base`: equal on every attribute that must match (not
/// known matches only not known), and of the quality attributes that both declare, worse on none
/// and better on one. Where they declare none in common the price alone decides.
pub(crate) fn compare(catalog: &Catalog, base: usize, up: usize) -> Fit {
    if catalog.must_match.iter().any(|column| column.codes[base] != column.codes[up]) {
        return Fit::Incompatible;
    }
    let mut compared = false;
    let mut better = false;
    for column in &catalog.quality {
        let (from, to) = (column.values[base], column.values[up]);
        if from.is_nan() || to.is_nan() {
            continue;
        }
        compared = true;
        if to < from {
            return Fit::NotBetter;
        }
        better |= to > from;
    }
    if compared && !better { Fit::NotBetter } else { Fit::Yes }
}
