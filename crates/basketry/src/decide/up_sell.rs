//! Dearer variants: which products are variants of one another, and which are worth offering in
//! place of another.

use crate::data::{Catalog, NO_CODE, NO_MONEY};

use super::state::NONE;
use crate::prefetch::prefetch;

/// Pseudo-purchases with which a customer's own choices in a line are shrunk to the shop's.
pub(crate) const PSEUDO_PURCHASES: f64 = 5.0;

/// Nobody is taken to be more than this many times as likely as the average customer: where a
/// price is rarely paid, the ratio of shares says more of its rarity than of the customer.
const MAX_RECEPTIVENESS: f64 = 4.0;

/// What rounding may add to or take off a bound of a price window, as a share of it.
const ROUNDING: f64 = 1e-12;

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
    /// Groups the catalogue by these lines. `bought` says how many baskets had a product.
    pub(crate) fn new(catalog: &Catalog, line: &[u32], bought: impl Fn(u32) -> u32) -> Self {
        // (which column, value, brand), price, product
        let mut rows: Vec<((u32, u32, u32), i64, u32)> = Vec::new();
        for (c, (&price, &line)) in catalog.price.iter().zip(line).enumerate() {
            if price == NO_MONEY {
                continue;
            }
            if let Some(key) = group_key(catalog, line, c) {
                rows.push((key, price, c as u32));
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

    /// Asks for where a group begins.
    #[inline]
    pub(crate) fn prefetch_offset(&self, group: u32) {
        prefetch(&self.offsets, group as usize);
    }

    /// Asks for what a group is made of.
    #[inline]
    pub(crate) fn prefetch_group(&self, group: u32) {
        let from = self.offsets[group as usize] as usize;
        prefetch(&self.member, from);
        prefetch(&self.price, from);
        prefetch(&self.before, from);
        prefetch(&self.total, group as usize);
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

fn group_key(catalog: &Catalog, line: u32, c: usize) -> Option<(u32, u32, u32)> {
    if line != NO_CODE {
        return Some((0, line, 0));
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
    /// The positions whose price is in `low..=high`, bounds that are a price times a ratio: 1.15
    /// times 100 is meant to be 115, and rounding must not make it less.
    pub(crate) fn window(&self, low: f64, high: f64) -> std::ops::Range<usize> {
        let (low, high) = (low * (1.0 - ROUNDING), high * (1.0 + ROUNDING));
        let from = self.price.partition_point(|&price| (price as f64) < low);
        let to = self.price.partition_point(|&price| price as f64 <= high);
        from..to.max(from)
    }

    /// Purchases of the member at `position`.
    pub(crate) fn bought(&self, position: usize) -> u64 {
        let next = self.before.get(position + 1).copied().unwrap_or(self.total);
        next - self.before[position]
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
/// the shop's by [`PSEUDO_PURCHASES`], over the shop's; at most [`MAX_RECEPTIVENESS`].
pub(crate) fn receptiveness(own_from: f64, own_total: f64, shop_share: Option<f64>) -> f64 {
    let all = own_total + PSEUDO_PURCHASES;
    match shop_share {
        // Nothing of the group was ever bought: nothing tells this customer from the others.
        None => 1.0,
        // Nobody bought at this price yet: the limit of the fraction.
        Some(share) if share <= 0.0 => PSEUDO_PURCHASES / all,
        Some(share) => ((own_from + PSEUDO_PURCHASES * share) / all / share).min(MAX_RECEPTIVENESS),
    }
}

/// Whether a dearer product can stand in for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    Yes,
    Incompatible,
    NotBetter,
}

/// Equal on every attribute that must match; not known matches only not known.
pub(crate) fn same_attributes(catalog: &Catalog, one: usize, other: usize) -> bool {
    catalog.must_match.iter().all(|column| column.codes[one] == column.codes[other])
}

/// Compares a dearer product `up` with `base`: equal on every attribute that must match (not
/// known matches only not known), and of the quality attributes that both declare, worse on none
/// and better on one. A larger pack at a unit price that is not higher is better, a smaller one is
/// worse, and so is a larger one that costs more by the unit. Where they declare nothing in common
/// the price alone decides.
pub(crate) fn compare(catalog: &Catalog, base: usize, up: usize) -> Fit {
    if !same_attributes(catalog, base, up) {
        return Fit::Incompatible;
    }
    if weigh(catalog, base, up) == Ok(true) { Fit::Yes } else { Fit::NotBetter }
}

/// In what a product is worse than another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shortfall<'a> {
    /// The contents of the packs, that of the other one first: the pack is smaller, or dearer by the
    /// unit.
    Pack(f64, f64),
    /// A quality and its values, that of the other one first.
    Quality(&'a str, f64, f64),
}

/// The first thing in which a dearer product `up` is worse than `base`, if it is in any.
pub(crate) fn shortfall(catalog: &Catalog, base: usize, up: usize) -> Option<Shortfall<'_>> {
    weigh(catalog, base, up).err()
}

/// Whether `up` is better than `base` in something, or nothing is declared of both.
fn weigh(catalog: &Catalog, base: usize, up: usize) -> Result<bool, Shortfall<'_>> {
    let mut compared = false;
    let mut better = false;
    if let (Some(from), Some(to)) = (catalog.pack(base as u32), catalog.pack(up as u32))
        && from != to
    {
        compared = true;
        better = true;
        // Unit prices, each times both contents.
        let (low, high) = (catalog.price[base] as f64 * to, catalog.price[up] as f64 * from);
        if to < from || high > low {
            return Err(Shortfall::Pack(from, to));
        }
    }
    for column in &catalog.quality {
        let (from, to) = (column.values[base], column.values[up]);
        if from.is_nan() || to.is_nan() {
            continue;
        }
        compared = true;
        if to < from {
            return Err(Shortfall::Quality(&column.column, from, to));
        }
        better |= to > from;
    }
    Ok(better || !compared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{CatalogBuilder, CatalogOptions, Currency, Product};

    fn catalog(products: &[Product<'_>]) -> Catalog {
        let options = CatalogOptions::new(Currency::new("EUR").unwrap());
        let mut builder = CatalogBuilder::new(&options);
        for product in products {
            builder.push(product).unwrap();
        }
        builder.finish()
    }

    #[test]
    fn groups_follow_lines_then_brand_in_leaf_category() {
        let catalog = catalog(&[
            Product::new("a").price(300).line("x"),
            Product::new("b").price(100).line("x"),
            Product::new("c").line("x"),
            Product::new("d").price(100).brand("n").category(["food", "milk"]),
            Product::new("e").price(200).brand("n").category(["food", "milk"]),
            Product::new("f").price(200).brand("n").category(["food", "jam"]),
            Product::new("g").price(200).brand("o").category(["food", "milk"]),
            Product::new("h").price(200).line("x"),
            Product::new("i").price(200).category(["food", "milk"]),
        ]);
        let groups = Groups::new(&catalog, &crate::decide::links::Links::new(&catalog).line, |c| {
            [5, 10, 99, 1, 2, 3, 4, 20, 6][c as usize]
        });
        let x = groups.get(groups.of(0));
        assert_eq!(x.member, [1, 7, 0]);
        assert_eq!(groups.of(7), groups.of(0));
        assert_eq!(groups.of(2), NONE, "no price");
        assert_eq!(groups.get(groups.of(3)).member, [3, 4]);
        for alone in [5, 6, 8] {
            assert_eq!(groups.of(alone), NONE);
        }
        assert_eq!(x.window(105.0, 200.0), 1..2);
        assert_eq!(x.window(400.0, 500.0), 3..3);
        // 300.00000000000006 and 199.99999999999997: what rounding makes of 300 and 200.
        assert_eq!(x.window((0.1 + 0.2) * 1000.0, 400.0), 2..3);
        assert_eq!(x.window(0.0, (0.7 + 0.1) * 250.0), 0..2);
        assert_eq!(x.window(200.001, 299.999), 2..2);
        assert_eq!(x.share_from(0), Some(1.0));
        assert_eq!(x.share_from(1), Some(25.0 / 35.0));
        assert_eq!(x.share_from(2), Some(5.0 / 35.0));
    }

    #[test]
    fn equal_prices_count_as_at_or_above() {
        let catalog = catalog(&[
            Product::new(1).price(100).line("x"),
            Product::new(2).price(100).line("x"),
            Product::new(3).price(200).line("x"),
        ]);
        let groups = Groups::new(&catalog, &crate::decide::links::Links::new(&catalog).line, |_| 1);
        let x = groups.get(groups.of(0));
        assert_eq!(x.share_from(1), Some(1.0));
        assert_eq!(x.share_from(2), Some(1.0 / 3.0));
        let never_bought =
            Groups::new(&catalog, &crate::decide::links::Links::new(&catalog).line, |_| 0);
        assert_eq!(never_bought.get(never_bought.of(0)).share_from(2), None);
    }

    #[test]
    fn receptiveness_is_shrunk_to_the_shop() {
        // Nothing bought: as everybody. Four of five at or above, against a fifth of the shop:
        // (4 + 5 * 0.2) / 10 = 0.5, two and a half times as likely.
        assert_eq!(receptiveness(0.0, 0.0, Some(0.2)), 1.0);
        assert!((receptiveness(4.0, 5.0, Some(0.2)) - 2.5).abs() < 1e-12);
        assert!(receptiveness(0.0, 20.0, Some(0.2)) < 0.25);
        assert_eq!(receptiveness(0.0, 5.0, Some(0.0)), 0.5);
        assert_eq!(receptiveness(0.0, 5.0, None), 1.0);
        assert_eq!(receptiveness(30.0, 40.0, Some(0.01)), 4.0);
    }

    #[test]
    fn a_better_variant_matches_and_is_worse_in_nothing() {
        let catalog = catalog(&[
            Product::new(0).must_match("size", 44).quality("gb", 64.0).quality("cores", 4.0),
            Product::new(1).must_match("size", 44).quality("gb", 128.0).quality("cores", 4.0),
            Product::new(2).must_match("size", 45).quality("gb", 128.0).quality("cores", 4.0),
            Product::new(3).must_match("size", 44).quality("gb", 128.0).quality("cores", 2.0),
            Product::new(4).must_match("size", 44).quality("gb", 64.0).quality("cores", 4.0),
            Product::new(5).quality("gb", 128.0).quality("cores", 4.0),
            Product::new(6).must_match("size", 44),
        ]);
        let fits: Vec<Fit> = (1..7).map(|up| compare(&catalog, 0, up)).collect();
        use Fit::{Incompatible, NotBetter, Yes};
        assert_eq!(fits, [Yes, Incompatible, NotBetter, NotBetter, Incompatible, Yes]);
    }

    #[test]
    fn a_larger_pack_is_better_at_a_unit_price_that_is_not_higher() {
        let pack = |id, price, pack| Product::new(id).price(price).line("x").pack(pack);
        let catalog = catalog(&[
            pack(0, 100, 2.0),
            pack(1, 180, 4.0),
            pack(2, 200, 4.0),
            pack(3, 201, 4.0),
            pack(4, 150, 1.0),
            pack(5, 150, 2.0),
            Product::new(6).price(150).line("x"),
            pack(7, 150, 4.0).must_match("scent", "pine"),
            pack(8, 150, 4.0).quality("ply", 3.0),
            pack(9, 150, 2.0).quality("ply", 3.0),
            pack(10, 140, 1.0).quality("ply", 2.0),
        ]);
        let fits: Vec<Fit> = (1..9).map(|up| compare(&catalog, 0, up)).collect();
        use Fit::{Incompatible, NotBetter, Yes};
        assert_eq!(fits, [Yes, Yes, NotBetter, NotBetter, Yes, Yes, Incompatible, Yes]);
        assert_eq!(compare(&catalog, 10, 9), Yes, "twice as much, and better");
        assert_eq!(compare(&catalog, 9, 8), Yes, "twice as much for the same price");
    }
}
