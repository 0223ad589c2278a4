//! What products are to each other: complements, substitutes, accessories, variants.
//!
//! Complements buy together (McAuley, Pandey and Leskovec, KDD 2015), substitutes are bought with
//! the same other things but not with each other (Ruiz, Athey and Blei, Annals of Applied
//! Statistics 14(1), 2020). The evidence is counted in two passes: the first finds with what each
//! product sells, the second goes through all pairs bought together and all that should be if they
//! were not alternatives: those of the same line or category, or with the same contexts.

use rayon::prelude::*;

use self::context::{Contexts, strongest};
use self::follow::{FollowUps, Window};
use self::label::{Evidence, Followed, Judge, SUBSTITUTE_EXPECTED, SURE};
use self::strata::Strata;
use super::attributes::{Attributes, NOT_KNOWN};
use super::options::FitOptions;
use super::orders::{Orders, Products};
use super::pairs::{Counter, PairOptions, Reduced, lift_low, shrunk_lift};
use super::views::DAY_MS;
use crate::data::{Link, NO_MONEY};
use crate::{Control, Error, ErrorKind, Result, Stage};

mod context;
mod follow;
mod label;
mod strata;

pub use self::label::Relation;

/// Set in the flags of a pair: the lower bits hold the relation.
pub(crate) const RELATION: u8 = 0b111;
/// The first product is the main one, the second its accessory.
pub(crate) const FIRST_IS_MAIN: u8 = 1 << 3;
/// The other way round.
pub(crate) const SECOND_IS_MAIN: u8 = 1 << 4;
/// The relation was given by hand.
pub(crate) const GIVEN: u8 = 1 << 5;
/// The pair was counted: enough customers stand behind each product.
pub(crate) const COUNTED: u8 = 1 << 6;
/// In the columns of expected customers: not measured.
pub(crate) const NOT_MEASURED: f32 = -1.0;

/// The pairs, by first and then second product, the first being the one with the lesser index.
#[derive(Clone, Debug, Default)]
pub(crate) struct RelationRows {
    pub(crate) first: Vec<u32>,
    pub(crate) second: Vec<u32>,
    pub(crate) flags: Vec<u8>,
    /// Baskets with both, distinct customers of these, baskets expected.
    pub(crate) baskets: Vec<u32>,
    pub(crate) customers: Vec<u32>,
    pub(crate) expected: Vec<f32>,
    pub(crate) context: Vec<f32>,
    /// Customers who bought the second within the window after they first bought the first, and
    /// how many were expected or [`NOT_MEASURED`]; then the other way round.
    pub(crate) after: [Vec<u32>; 2],
    pub(crate) after_expected: [Vec<f32>; 2],
    /// Per product: baskets with it among those counted.
    pub(crate) bought: Vec<u32>,
    /// Per product, one more: where its pairs begin in `pairs`, which has the best first.
    pub(crate) offsets: Vec<u64>,
    pub(crate) pairs: Vec<u32>,
    /// Per product, one more: where its substitutes and what it must not be offered with begin.
    pub(crate) apart_offsets: Vec<u64>,
    pub(crate) apart: Vec<u32>,
}

/// A pair as it was found: renumbered products, then its numbers.
#[derive(Clone, Copy)]
struct Found {
    pair: (u32, u32),
    baskets: u32,
    customers: u32,
    expected: f64,
    context: f64,
}

/// What is counted from.
struct Counted<'a> {
    reduced: &'a Reduced,
    strata: &'a Strata,
    contexts: &'a Contexts,
    attributes: &'a Attributes,
    judge: Judge,
    /// Per renumbered product: pairs to keep whatever they show.
    wanted: &'a [Vec<u32>],
    /// Per line and per category: its renumbered products, the most frequent first.
    lines: Groups,
    categories: Groups,
    keep: usize,
}

/// Products by the value of an attribute.
struct Groups {
    of: Vec<u32>,
    members: Vec<Vec<u32>>,
}

impl Groups {
    fn new(reduced: &Reduced, column: &[u32]) -> Self {
        let of: Vec<u32> = reduced
            .product
            .iter()
            .map(|&p| column.get(p as usize).copied().unwrap_or(NOT_KNOWN))
            .collect();
        let count = of.iter().filter(|&&g| g != NOT_KNOWN).max().map_or(0, |&g| g as usize + 1);
        let mut members = vec![Vec::new(); count];
        for (item, &group) in of.iter().enumerate() {
            if group != NOT_KNOWN {
                members[group as usize].push(item as u32);
            }
        }
        Self { of, members }
    }

    fn of(&self, item: usize) -> &[u32] {
        self.members.get(self.of[item] as usize).map_or(&[], Vec::as_slice)
    }
}

/// Finds the relations; `links` are those given by hand, of products of the catalogue.
pub(crate) fn learn(
    orders: &Orders,
    products: &Products,
    links: &[(u32, Link, u32)],
    options: &FitOptions,
    control: &Control,
) -> Result<RelationRows> {
    let pair_options = PairOptions {
        min_customers: options.min_customers,
        neighbours: options.neighbours,
        shrinkage: options.shrinkage,
        max_basket: options.max_basket,
    };
    let judge = Judge { shrinkage: options.shrinkage, min_customers: options.min_customers.max(1) };
    let reduced = Reduced::new(orders, &pair_options, control)?;
    let items = reduced.product.len();
    control.begin(Stage::Relations, 5 * items as u64)?;
    let strata = Strata::new(orders, options.max_basket, control)?;
    let window = (options.follow_up_days * DAY_MS) as i64;
    let follow_ups = FollowUps::new(orders, window, control)?;
    let mut new = vec![u32::MAX; orders.products];
    for (index, &p) in reduced.product.iter().enumerate() {
        new[p as usize] = index as u32;
    }
    let keep = options.relations as usize;

    let contexts = Contexts::new(if keep == 0 {
        vec![Vec::new(); items]
    } else {
        each(items, control, |item, scratch| contexts_of(&reduced, &strata, judge, item, scratch))?
    });
    let mut wanted: Vec<Vec<u32>> = if keep == 0 {
        vec![Vec::new(); items]
    } else {
        let bought_after = BoughtAfter { reduced: &reduced, follow_ups: &follow_ups, new: &new };
        let suspects = each(items, control, |item, scratch| {
            bought_after.suspects(products, judge, item, scratch)
        })?;
        let followed = follow_ups.follow(&reduced.product, &suspects, control)?;
        let rows = suspects.iter().zip(&followed);
        rows.map(|(others, followed)| bought_after.best(others, followed, judge, keep)).collect()
    };
    // Both products of a wanted pair find it, and it does not matter which of them does.
    for &(one, _, other) in links {
        let (one, other) = (new[one as usize], new[other as usize]);
        if one != u32::MAX && other != u32::MAX {
            wanted[one as usize].push(other);
        }
    }
    let counted = Counted {
        reduced: &reduced,
        strata: &strata,
        contexts: &contexts,
        attributes: &products.attributes,
        judge,
        wanted: &wanted,
        lines: Groups::new(&reduced, &products.attributes.line),
        categories: Groups::new(&reduced, &products.attributes.category),
        keep,
    };
    let rows = each(items, control, |item, scratch| counted.row(item, scratch))?;
    let mut found: Vec<Found> = rows.into_iter().flatten().collect();
    found.par_sort_unstable_by_key(|found| found.pair);
    found.dedup_by_key(|found| found.pair);

    let after = if orders.customers > 0 {
        followed(&reduced, &follow_ups, &found, judge, control)?
    } else {
        vec![[None; 2]; found.len()]
    };
    counted.table(orders.products, &found, &after, links)
}

/// Working memory of one thread.
#[derive(Default)]
struct Scratch {
    counters: Vec<Counter>,
    touched: Vec<u32>,
    /// Per item: the one it was last a candidate of, plus 1.
    seen: Vec<u32>,
    window: Window,
}

/// Does something for each item, in parallel, with the results in order.
fn each<T: Send>(
    items: usize,
    control: &Control,
    work: impl Fn(usize, &mut Scratch) -> T + Sync,
) -> Result<Vec<T>> {
    (0..items)
        .into_par_iter()
        .with_max_len(32)
        .map_init(Scratch::default, |scratch, item| {
            control.advance(1)?;
            scratch.counters.resize(items, Counter::default());
            scratch.seen.resize(items, 0);
            Ok(work(item, scratch))
        })
        .collect()
}

fn contexts_of(
    reduced: &Reduced,
    strata: &Strata,
    judge: Judge,
    item: usize,
    scratch: &mut Scratch,
) -> Vec<(u32, f32)> {
    let Scratch { counters, touched, .. } = scratch;
    reduced.count_with(item, counters, touched);
    let mut row = Vec::new();
    for &other in touched.iter() {
        let counter = std::mem::take(&mut counters[other as usize]);
        if other as usize == item || counter.customers < judge.min_customers {
            continue;
        }
        let expected = strata.expected(reduced.product[item], reduced.product[other as usize]);
        let low = shrunk_lift(f64::from(counter.baskets), expected, judge.shrinkage).1;
        if low > 1.0 {
            row.push((other, low.ln() as f32));
        }
    }
    strongest(row)
}

/// What is bought after something.
struct BoughtAfter<'a> {
    reduced: &'a Reduced,
    follow_ups: &'a FollowUps<'a>,
    new: &'a [u32],
}

impl BoughtAfter<'_> {
    /// The cheaper products that seem to be bought after an item.
    fn suspects(
        &self,
        products: &Products,
        judge: Judge,
        item: usize,
        scratch: &mut Scratch,
    ) -> Vec<u32> {
        let product = self.reduced.product[item];
        let price = |p: u32| products.attributes.price[p as usize];
        let enough = self.follow_ups.observed(product) >= judge.min_customers as usize;
        if price(product) == NO_MONEY || !enough {
            return Vec::new();
        }
        self.follow_ups.count(product, &mut scratch.window);
        let mut suspects: Vec<u32> = Vec::new();
        for &then in &scratch.window.touched {
            let customers = scratch.window.customers[then as usize];
            let known = self.new[then as usize] != u32::MAX;
            let cheaper = price(then) != NO_MONEY && price(then) < price(product);
            if customers < judge.min_customers || !known || !cheaper {
                continue;
            }
            let expected = self.follow_ups.roughly_expected(product, then);
            if lift_low(f64::from(customers), expected, judge.shrinkage, SURE) > 1.0 {
                suspects.push(then);
            }
        }
        scratch.window.clear();
        suspects.sort_unstable();
        suspects
    }

    /// Of these the ones most clearly bought after the item, renumbered: perhaps its accessories.
    fn best(&self, suspects: &[u32], followed: &[Followed], judge: Judge, keep: usize) -> Vec<u32> {
        let mut row: Vec<(f64, u32)> = Vec::new();
        for (&then, followed) in suspects.iter().zip(followed) {
            let n = f64::from(followed.customers);
            let low = lift_low(n, followed.expected, judge.shrinkage, SURE);
            if followed.customers >= judge.min_customers && low > 1.0 {
                row.push((low.ln() * n.sqrt(), self.new[then as usize]));
            }
        }
        row.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        row.truncate(keep);
        row.into_iter().map(|(_, other)| other).collect()
    }
}

impl Counted<'_> {
    fn evidence(&self, found: &Found, followed: [Option<Followed>; 2]) -> Evidence {
        let (a, b) = (found.pair.0 as usize, found.pair.1 as usize);
        let (p, q) = (self.reduced.product[a], self.reduced.product[b]);
        let price = |p: u32| Some(self.attributes.price[p as usize]).filter(|&x| x != NO_MONEY);
        Evidence {
            baskets: found.baskets,
            customers: found.customers,
            expected: found.expected,
            context: found.context,
            bought: [self.reduced.count[a], self.reduced.count[b]],
            price: [price(p), price(q)],
            same_line: Attributes::same(&self.attributes.line, p, q),
            same_category: Attributes::same(&self.attributes.category, p, q),
            one_kind: Attributes::same(&self.attributes.category, p, q)
                && self.attributes.one_kind.get(p as usize) == Some(&true),
            followed,
        }
    }

    /// The pairs of an item that are kept: the best of each relation, and those wanted.
    fn row(&self, item: usize, scratch: &mut Scratch) -> Vec<Found> {
        let Scratch { counters, touched, seen, .. } = scratch;
        self.reduced.count_with(item, counters, touched);
        let me = item as u32;
        let mark = me + 1;
        seen[item] = mark;
        let mut all: Vec<Vec<(f64, Found)>> = vec![Vec::new(); Relation::ALL.len()];
        let mut kept = Vec::new();
        let mut look = |other: u32, wanted: bool, together: bool| {
            if std::mem::replace(&mut seen[other as usize], mark) == mark {
                return;
            }
            let counter = counters[other as usize];
            let (one, two) = (self.reduced.product[item], self.reduced.product[other as usize]);
            let enough = counter.customers >= self.judge.min_customers;
            // Products by chance in a basket together, of which nothing else is known.
            if together && !enough {
                seen[other as usize] = 0;
                return;
            }
            let expected = self.strata.expected(one, two);
            if !enough && !wanted && expected < SUBSTITUTE_EXPECTED {
                return;
            }
            // In the order of the model's products, so that both find the same numbers.
            let pair = if one < two { (me, other) } else { (other, me) };
            let found = Found {
                pair,
                baskets: counter.baskets,
                customers: counter.customers,
                expected,
                context: self.contexts.cosine(pair.0, pair.1),
            };
            if wanted {
                kept.push(found);
                return;
            }
            let evidence = self.evidence(&found, [None; 2]);
            let (relation, _) = self.judge.label(&evidence);
            let strength = self.judge.strength(relation, &evidence);
            all[relation as usize].push((strength, found));
        };
        for &other in &self.wanted[item] {
            look(other, true, false);
        }
        if self.keep > 0 {
            for &other in touched.iter() {
                look(other, false, true);
            }
            let often = |other: &&u32| {
                f64::from(self.reduced.count[**other as usize]) >= SUBSTITUTE_EXPECTED
            };
            if f64::from(self.reduced.count[item]) >= SUBSTITUTE_EXPECTED {
                // No more are expected than there are of either, and they come by frequency.
                for group in [self.lines.of(item), self.categories.of(item)] {
                    group.iter().take_while(often).for_each(|&other| look(other, false, false));
                }
                let sharing = self.contexts.sharing(me);
                sharing.filter(|other| often(&other)).for_each(|other| look(other, false, false));
            }
        }
        for &other in touched.iter() {
            counters[other as usize] = Counter::default();
        }
        let keep = self.keep;
        for mut list in all {
            let order = |a: &(f64, Found), b: &(f64, Found)| {
                b.0.total_cmp(&a.0).then(a.1.pair.cmp(&b.1.pair))
            };
            if list.len() > keep && keep > 0 {
                list.select_nth_unstable_by(keep - 1, order);
            }
            list.truncate(keep);
            kept.extend(list.into_iter().map(|(_, found)| found));
        }
        kept
    }

    /// The columns: labels, given links, and the pairs of each product.
    fn table(
        &self,
        products: usize,
        found: &[Found],
        after: &[[Option<Followed>; 2]],
        links: &[(u32, Link, u32)],
    ) -> Result<RelationRows> {
        let mut given: Vec<((u32, u32), u8)> = links
            .iter()
            .map(|&(one, link, other)| {
                let pair = (one.min(other), one.max(other));
                let flags = match link {
                    // `one` is the accessory.
                    Link::AccessoryOf if pair.0 == other => {
                        Relation::Accessory as u8 | FIRST_IS_MAIN
                    }
                    Link::AccessoryOf => Relation::Accessory as u8 | SECOND_IS_MAIN,
                    Link::VariantOf => Relation::Variant as u8,
                    Link::NeverWith => Relation::NeverWith as u8,
                };
                (pair, flags | GIVEN)
            })
            .collect();
        // Of several links of a pair the one that keeps them apart wins.
        given.sort_unstable_by_key(|&(pair, flags)| (pair, flags & RELATION, flags));
        given.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                kept.1 = later.1;
            }
            same
        });

        // Found pairs are in the order of renumbered products so far.
        struct Row {
            pair: (u32, u32),
            flags: u8,
            strength: f64,
            found: Option<usize>,
        }
        let mut rows: Vec<Row> = Vec::with_capacity(found.len() + given.len());
        for (at, pair) in found.iter().enumerate() {
            let evidence = self.evidence(pair, after[at]);
            let (relation, main) = self.judge.label(&evidence);
            let direction = match main {
                Some(0) => FIRST_IS_MAIN,
                Some(_) => SECOND_IS_MAIN,
                None => 0,
            };
            let products = &self.reduced.product;
            rows.push(Row {
                pair: (products[pair.pair.0 as usize], products[pair.pair.1 as usize]),
                flags: relation as u8 | direction | COUNTED,
                strength: self.judge.strength(relation, &evidence),
                found: Some(at),
            });
        }
        rows.sort_unstable_by_key(|row| row.pair);
        let counted = rows.len();
        for (pair, flags) in given {
            match rows[..counted].binary_search_by_key(&pair, |row| row.pair) {
                Ok(at) => rows[at].flags = flags | COUNTED,
                Err(_) => rows.push(Row { pair, flags, strength: 0.0, found: None }),
            }
        }
        rows.sort_unstable_by_key(|row| row.pair);
        if u32::try_from(rows.len()).is_err() {
            let text = format!("{} relations of products: set relations lower", rows.len());
            return Err(Error::new(ErrorKind::Limit, text));
        }

        let mut table = RelationRows { bought: vec![0; products], ..RelationRows::default() };
        for (&product, &count) in self.reduced.product.iter().zip(&self.reduced.count) {
            table.bought[product as usize] = count;
        }
        for row in &rows {
            table.first.push(row.pair.0);
            table.second.push(row.pair.1);
            table.flags.push(row.flags);
            let numbers = row.found.map(|at| (&found[at], after[at]));
            let (pair, after) = numbers.unzip();
            table.baskets.push(pair.map_or(0, |pair| pair.baskets));
            table.customers.push(pair.map_or(0, |pair| pair.customers));
            table.expected.push(pair.map_or(0.0, |pair| pair.expected as f32));
            table.context.push(pair.map_or(0.0, |pair| pair.context as f32));
            let after = after.unwrap_or([None; 2]);
            for (side, after) in after.into_iter().enumerate() {
                table.after[side].push(after.map_or(0, |after| after.customers));
                let expected = after.map_or(NOT_MEASURED, |after| after.expected as f32);
                table.after_expected[side].push(expected);
            }
        }
        let mut of_product: Vec<Vec<u32>> = vec![Vec::new(); products];
        for (at, row) in rows.iter().enumerate() {
            of_product[row.pair.0 as usize].push(at as u32);
            of_product[row.pair.1 as usize].push(at as u32);
        }
        table.offsets.push(0);
        table.apart_offsets.push(0);
        for (product, mut list) in of_product.into_iter().enumerate() {
            list.sort_by(|&a, &b| {
                let key = |at: u32| {
                    let flags = rows[at as usize].flags;
                    (flags & RELATION, flags & GIVEN == 0)
                };
                let strength = |at: u32| rows[at as usize].strength;
                key(a).cmp(&key(b)).then(strength(b).total_cmp(&strength(a))).then(a.cmp(&b))
            });
            for &at in &list {
                let row = &rows[at as usize];
                let relation = row.flags & RELATION;
                if relation == Relation::Substitute as u8 || relation == Relation::NeverWith as u8 {
                    let other = row.pair.0 ^ row.pair.1 ^ product as u32;
                    table.apart.push(other);
                }
            }
            table.pairs.extend(list);
            table.offsets.push(table.pairs.len() as u64);
            table.apart_offsets.push(table.apart.len() as u64);
        }
        Ok(table)
    }
}

/// Per pair, who bought the second after the first and the first after the second.
fn followed(
    reduced: &Reduced,
    follow_ups: &FollowUps<'_>,
    found: &[Found],
    judge: Judge,
    control: &Control,
) -> Result<Vec<[Option<Followed>; 2]>> {
    let items = reduced.product.len();
    let mut partners: Vec<Vec<(u32, usize)>> = vec![Vec::new(); items];
    for (at, found) in found.iter().enumerate() {
        partners[found.pair.0 as usize].push((found.pair.1, 2 * at));
        partners[found.pair.1 as usize].push((found.pair.0, 2 * at + 1));
    }
    let enough: Vec<bool> = reduced
        .product
        .iter()
        .map(|&product| follow_ups.observed(product) >= judge.min_customers as usize)
        .collect();
    let others: Vec<Vec<u32>> = partners
        .iter()
        .zip(&enough)
        .map(|(row, &enough)| {
            let row = row.iter().filter(|_| enough);
            row.map(|&(other, _)| reduced.product[other as usize]).collect()
        })
        .collect();
    let rows = follow_ups.follow(&reduced.product, &others, control)?;
    let mut after = vec![[None; 2]; found.len()];
    for (row, followed) in partners.iter().zip(rows) {
        for (&(_, slot), followed) in row.iter().zip(followed) {
            after[slot / 2][slot % 2] = Some(followed);
        }
    }
    Ok(after)
}
