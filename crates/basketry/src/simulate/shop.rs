//! The truth: what the shop sells and what its customers need.

use std::ops::Range;
use std::sync::Arc;

use super::draws::{About, Draws};
use super::options::ShopOptions;
use crate::{Catalog, CatalogBuilder, CatalogOptions, Currency, Product, Result};

/// How a need comes back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Recurs {
    /// After so many days in the mean.
    Regularly { days: f64 },
    /// With this chance at a visit, whenever the last time was.
    Sometimes { chance: f64 },
    /// With this chance at a visit, and never again.
    Once { chance: f64 },
    /// When something it goes with is bought.
    Goes,
}

/// Something that people need, and the products that serve it: substitutes of each other.
#[derive(Clone, Debug)]
pub(super) struct Need {
    pub(super) recurs: Recurs,
    /// Whose need it is; `None`: anybody's.
    style: Option<u32>,
    /// Those who have one do not need another.
    pub(super) once: bool,
    pub(super) items: Range<u32>,
    /// Of an accessory: the needs it goes with, and the share of their purchases that it joins.
    pub(super) goes_with: Vec<(u32, f64)>,
    base_price: f64,
}

/// A product.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) need: u32,
    pub(super) line: u32,
    /// Its place among the variants of its line, the cheapest one's is 0.
    pub(super) tier: u32,
    tiers: u32,
    pub(super) price: i64,
    pub(super) cost: i64,
    appeal: f64,
}

impl Item {
    pub(super) fn margin(&self) -> i64 {
        self.price - self.cost
    }
}

/// A customer as they are, not as they are known.
#[derive(Clone, Debug)]
pub(super) struct Person {
    /// The chance of a visit on a day.
    pub(super) visits: f64,
    /// From 0, to whom prices say nothing, to 1.
    pub(super) thrift: f64,
    /// How much offers move them, 0.5 to 1.5.
    pub(super) openness: f64,
    /// By the number of the need, ascending.
    pub(super) wants: Vec<Want>,
}

/// One of the needs of one customer.
#[derive(Clone, Debug)]
pub(super) struct Want {
    pub(super) need: u32,
    /// Multiplies days, chance or share of the need.
    pub(super) factor: f64,
    /// Per product of the need: the share of this customer's purchases that it gets.
    pub(super) shares: Vec<f64>,
}

/// A shop and all who come to it.
#[derive(Debug)]
pub(super) struct Shop {
    pub(super) options: ShopOptions,
    pub(super) draws: Draws,
    pub(super) needs: Vec<Need>,
    pub(super) items: Vec<Item>,
    pub(super) people: Vec<Person>,
    pub(super) catalog: Arc<Catalog>,
}

/// Kinds of people: most needs are those of one of them.
const STYLES: u64 = 4;

impl Shop {
    pub(super) fn new(options: &ShopOptions) -> Result<Self> {
        options.validate()?;
        let draws = Draws::new(options.seed);
        let mut needs = needs(options, draws);
        let items = items(&mut needs, draws);
        let people = (0..options.customers.into())
            .map(|who| person(who, options, draws, &needs, &items))
            .collect();
        let catalog = Arc::new(catalog(&needs, &items)?);
        Ok(Self { options: options.clone(), draws, needs, items, people, catalog })
    }
}

fn needs(options: &ShopOptions, draws: Draws) -> Vec<Need> {
    let number = options.needs;
    let mains = number * 72 / 100;
    let mut needs: Vec<Need> = Vec::with_capacity(number as usize);
    for n in 0..number {
        let what = u64::from(n);
        let u = |i| draws.uniform(About::Product, what, 0, i);
        let spread = draws.normal(About::Product, what, 1, 0);
        let style = (u(1) < 0.7).then(|| (u(2) * STYLES as f64) as u32);
        let mut need = Need {
            recurs: Recurs::Goes,
            style,
            once: false,
            items: 0..0,
            goes_with: Vec::new(),
            base_price: 0.0,
        };
        if n * 100 < number * 40 {
            need.recurs = Recurs::Regularly { days: 7.0 * (3.0 * u(3)).exp2() };
            need.base_price = 400.0 * (0.5 * spread).exp();
        } else if n * 100 < number * 62 {
            need.recurs = Recurs::Sometimes { chance: 0.02 + 0.08 * u(3) };
            need.base_price = 1_500.0 * (0.6 * spread).exp();
        } else if n < mains {
            need.recurs = Recurs::Once { chance: 0.004 + 0.008 * u(3) };
            need.base_price = 8_000.0 * (0.5 * spread).exp();
            need.once = true;
        } else {
            // An accessory goes with one or two needs; the dear ones that last have several.
            let first = (u(3) * f64::from(mains)) as u32;
            let first =
                if u(4) < 0.35 { mains - 1 - first * (mains / 8).max(1) / mains } else { first };
            let main = &needs[first as usize];
            need.style = main.style;
            need.once = main.once;
            need.base_price = main.base_price * 0.5 * (0.4 * spread).exp();
            let share = if main.once { 0.2 + 0.3 * u(5) } else { 0.1 + 0.35 * u(5) * u(5) };
            need.goes_with.push((first, share));
            if !main.once && u(6) < 0.5 {
                let second = (u(7) * f64::from(mains)) as u32;
                let other = &needs[second as usize];
                if second != first && !other.once {
                    need.goes_with.push((second, 0.04 + 0.2 * u(8) * u(8)));
                }
            }
        }
        needs.push(need);
    }
    needs
}

fn items(needs: &mut [Need], draws: Draws) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let mut lines = 0;
    for (n, need) in needs.iter_mut().enumerate() {
        let from = items.len() as u32;
        let u = |i| draws.uniform(About::Product, n as u64, 2, i);
        for line in 0..1 + (u(0) * 3.0) as u64 {
            let tiers = 1 + (u(10 + line) * 3.0) as u32;
            let normal = |i| draws.normal(About::Product, n as u64, 3, 10 * line + i);
            let price = need.base_price * (0.2 * normal(0)).exp();
            let appeal = 0.7 * normal(1);
            let margin = 0.25 + 0.2 * u(20 + line);
            for tier in 0..tiers {
                // Prices end in a nine.
                let price =
                    ((price * 1.3f64.powi(tier as i32) / 10.0).round() * 10.0 - 1.0).max(19.0);
                let cost = price * (1.0 - (margin + 0.05 * f64::from(tier)));
                items.push(Item {
                    need: n as u32,
                    line: lines,
                    tier,
                    tiers,
                    price: price as i64,
                    cost: cost as i64,
                    appeal,
                });
            }
            lines += 1;
        }
        need.items = from..items.len() as u32;
    }
    items
}

fn person(who: u64, options: &ShopOptions, draws: Draws, needs: &[Need], items: &[Item]) -> Person {
    let u = |i| draws.uniform(About::Trait, who, 0, i);
    let style = (u(0) * STYLES as f64) as u32;
    let thrift = u(1);
    let often = (0.4 * draws.normal(About::Trait, who, 1, 0) - 0.08).exp();
    let mut wants: Vec<Want> = Vec::new();
    for (n, need) in needs.iter().enumerate() {
        let what = n as u64;
        let chance = match need.style {
            _ if need.recurs == Recurs::Goes => {
                let wanted = |main: u32| wants.binary_search_by_key(&main, |w| w.need).is_ok();
                if need.goes_with.iter().any(|&(main, _)| wanted(main)) { 0.75 } else { 0.0 }
            }
            None => 0.5,
            Some(one) if one == style => 0.75,
            Some(_) => 0.12,
        };
        if !draws.chance(chance, About::Trait, who, 2, what) {
            continue;
        }
        let spread = draws.normal(About::Trait, who, 3, what);
        let mut shares: Vec<f64> = need
            .items
            .clone()
            .map(|i| {
                let item = &items[i as usize];
                let taste = draws.normal(About::Trait, who, 4, item.line.into());
                let steps = f64::from(item.tiers.max(2) - 1);
                let away = (f64::from(item.tier) / steps - (1.0 - thrift)).abs();
                let away = if item.tiers == 1 { 0.5 } else { away };
                (item.appeal + taste - 2.5 * away).exp()
            })
            .collect();
        let all: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= all);
        wants.push(Want { need: n as u32, factor: (0.3 * spread).exp(), shares });
    }
    Person {
        visits: (options.visits_per_week / 7.0 * often).min(0.95),
        thrift,
        openness: 0.5 + u(2),
        wants,
    }
}

fn catalog(needs: &[Need], items: &[Item]) -> Result<Catalog> {
    let mut builder = CatalogBuilder::new(&CatalogOptions::new(Currency::new("EUR")?));
    for (i, item) in items.iter().enumerate() {
        let department = match needs[item.need as usize].recurs {
            Recurs::Regularly { .. } => "everyday",
            Recurs::Sometimes { .. } => "now and then",
            Recurs::Once { .. } => "lasting",
            Recurs::Goes => "accessories",
        };
        let id = format!("p{i:04}");
        let category = format!("need {}", item.need);
        let line = format!("line {}", item.line);
        let grade = ["basic", "better", "best"][item.tier.min(2) as usize];
        let name = format!("{line}, {grade}");
        builder.push(
            &Product::new(id.as_str())
                .price(item.price)
                .cost(item.cost)
                .name(&name)
                .line(line.as_str())
                .category([department, category.as_str()])
                .quality("grade", f64::from(item.tier)),
        )?;
    }
    Ok(builder.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_in_its_place() {
        for needs in [10, 60, 200] {
            let shop = Shop::new(&ShopOptions::default().customers(50).needs(needs)).unwrap();
            assert_eq!(shop.needs.len(), needs as usize);
            assert_eq!(shop.catalog.len(), shop.items.len());
            for (n, need) in shop.needs.iter().enumerate() {
                assert!((1..=9).contains(&need.items.len()));
                assert_eq!(need.recurs == Recurs::Goes, !need.goes_with.is_empty());
                for &(main, share) in &need.goes_with {
                    assert!((main as usize) < n && share < 0.6);
                    assert!(shop.needs[main as usize].goes_with.is_empty());
                }
            }
            for (i, item) in shop.items.iter().enumerate() {
                assert!(item.margin() > 0 && item.cost > 0, "{item:?}");
                assert_eq!(shop.catalog.price(i as u32).unwrap().minor, item.price);
            }
            for person in &shop.people {
                assert!(person.wants.is_sorted_by_key(|want| want.need));
                for want in &person.wants {
                    assert!((want.shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
                    let items = &shop.needs[want.need as usize].items;
                    assert_eq!(want.shares.len(), items.len());
                }
            }
        }
    }
}
