//! What a policy makes of the products of a state: worked out once, and asked for by every decision.

use super::{NONE, State};
use crate::Result;
use crate::affinity::features::{CATEGORY_REPEAT, OF_CANDIDATE, log_odds_of};
use crate::affinity::scorer::Promise;
use crate::affinity::views::NO_CATEGORY;
use crate::data::{Catalog, NO_CODE, NO_MONEY};
use crate::decide::eligibility::{
    Shop, all_of, any_of, most_of_quota, outside, pins, quota_bits, rule_bits,
};
use crate::decide::policy::Policy;
use crate::decide::reasons::{Kind, Reason};
use crate::decide::slate::{Shelf, Traits};
use crate::decide::tree::fail;

/// A policy resolved against a state.
pub(crate) struct Compiled {
    pub(crate) policy: Policy,
    pub(crate) version: String,
    /// How many customers must stand behind what is shown.
    pub(crate) min_customers: u32,
    /// Per catalogue product.
    pub(crate) items: Vec<Item>,
    /// Per catalogue product a bit per rule that keeps it from some customers; empty without rules.
    pub(crate) rule_bits: Vec<u64>,
    /// Per catalogue product a bit per quota that it counts for; empty without quotas.
    pub(crate) quota_bits: Vec<u64>,
    /// What is pinned: keys and positions in the policy, by slot.
    pub(crate) pins: Vec<(u32, usize)>,
    /// The products of the model that are worth most for being popular, the best first: by the
    /// chance that anybody buys one times its margin.
    pub(crate) worthy: Vec<u32>,
    /// Per product of the model: what it adds to the log odds of a purchase where it is paired with
    /// something in the basket, and the logarithm of its margin; the least number there is if it is
    /// never offered; and its category. For customers that are not known, and for others.
    pub(crate) promise: [Vec<Promise>; 2],
    /// Per kind its place in the fallback chain, from 1; 0: not in it.
    pub(crate) stages: [u8; Kind::ALL.len()],
    /// The attributes that must match on which a cross-sell has to fit.
    compatible: Vec<usize>,
    pub(crate) warnings: Vec<String>,
}

/// What a policy makes of a product.
// All of it in one line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct Item {
    /// What is paid once for it, in minor units, [`MOST_PRICE`] at the most; 0 for anything else, of
    /// which no set can be made.
    pub(crate) paid_once: i64,
    /// Units in stock; the greatest number there is where it is not known.
    pub(crate) stock: i64,
    /// The group of its variants, or [`NONE`].
    pub(crate) group: u32,
    /// Price less cost in all periods, in minor units; NaN where it is not known and not assumed.
    pub(crate) margin: f64,
    /// Line, brand and category, as the policy's limits go by them.
    pub(crate) traits: Traits,
    /// Why it is never offered.
    pub(crate) never: Option<Reason>,
    /// The cost was not known: the margin is assumed.
    pub(crate) assumed: bool,
    /// Enough customers bought it to say that hardly anybody buys it twice.
    pub(crate) rarely_rebought: bool,
    /// Enough customers bought of its narrowest category to say that hardly anybody who has one of it
    /// buys another.
    pub(crate) one_is_enough: bool,
    /// As many customers bought it as must stand behind what is shown.
    pub(crate) enough_buyers: bool,
    /// 0 to 5; 0 where not known.
    pub(crate) rating: f32,
}

const _: () = assert!(size_of::<Item>() == 64);

/// No product is worth nearly as much; sums of such prices are exact.
const MOST_PRICE: i64 = 1 << 50;

/// What fewer than this share of its buyers ever bought again is thought to be bought once in a long
/// while: nobody who has one is offered another. A product or a category.
const RARELY_REBOUGHT: f32 = 0.05;

/// Fewer buyers than this say nothing about whether a product is bought again.
const BUYERS_TO_JUDGE: u32 = 20;

impl State {
    /// Resolves a policy.
    pub(super) fn compile(&self, policy: &Policy) -> Result<Compiled> {
        policy.check()?;
        let catalog = &*self.catalog;
        let texts = &policy.texts;
        let mut warnings = Vec::new();
        let missing = &self.model.report().not_learned;
        if !missing.is_empty() {
            // The names that they have in the report.
            let what: Vec<String> =
                missing.iter().map(|missing| format!("{:?}", missing.what)).collect();
            warnings.push(texts.say("warn_not_learned", &[("what", &what.join(", "))]));
        }
        let least = self.model.options().min_customers;
        let min_customers = policy.min_customers.unwrap_or(least).max(least);
        if policy.min_customers.is_some_and(|wanted| wanted < least) {
            let customers = least.to_string();
            warnings.push(texts.say("warn_min_customers", &[("customers", &customers)]));
        }
        // Links that are gone one by one are meant to be; without any they may have been forgotten.
        if catalog.links().is_empty() && self.links.lapsed > 0 {
            let pairs = self.links.lapsed.to_string();
            warnings.push(texts.say("warn_no_links", &[("pairs", &pairs)]));
        }
        let shop = Shop { catalog, links: &self.links, texts };
        let excluded = any_of("exclude", &policy.exclude, shop, &mut warnings)?;
        let selected = all_of("only", &policy.only, shop, &mut warnings)?;
        let rule_bits = rule_bits(policy, shop, &mut warnings)?;
        let quota_bits = quota_bits(policy, shop, &mut warnings)?;
        let pins = pins(policy, shop, &mut warnings)?;
        let mut stages = [0; Kind::ALL.len()];
        for (stage, &kind) in (1..).zip(&policy.fallback) {
            stages[kind as usize] = stage;
        }
        if let Some(level) = policy.category_level
            && level as usize >= catalog.category.len()
        {
            return Err(fail(format!(
                "category_level: expected less than the {} category levels of the catalogue, got \
                 {level}",
                catalog.category.len()
            )));
        }

        let mut compatible = Vec::new();
        for (i, name) in policy.cross_sell.compatible.iter().enumerate() {
            let at = catalog.must_match.iter().position(|column| *column.column == **name);
            // Going on would offer what does not fit.
            compatible.push(at.ok_or_else(|| {
                fail(format!(
                    "cross_sell.compatible[{i}]: the catalogue has no must_match column {name:?}"
                ))
            })?);
        }

        let learned = self.model.learned().products;
        let mut of_category = vec![0u32; learned.customers.len()];
        for (&category, &customers) in learned.category.iter().zip(learned.customers) {
            if let Some(sum) = of_category.get_mut(category as usize) {
                *sum = sum.saturating_add(customers);
            }
        }
        let enough: Vec<bool> = of_category.iter().map(|&sum| sum >= BUYERS_TO_JUDGE).collect();
        let rarely = log_odds_of(RARELY_REBOUGHT);
        let no_cost = NO_MONEY;
        let mut without_cost = 0usize;
        let mut items = Vec::with_capacity(catalog.len());
        for c in 0..catalog.len() {
            let price = catalog.price[c];
            let cost = catalog.cost.get(c).copied().unwrap_or(no_cost);
            let assumed = cost == no_cost;
            without_cost += usize::from(assumed);
            // A contract earns in each of its periods.
            let periods = f64::from(catalog.term.get(c).copied().unwrap_or(1));
            let margin = if price == NO_MONEY {
                f64::NAN
            } else if !assumed {
                (price as f64 - cost as f64) * periods
            } else if policy.assume.margin_rate > 0.0 {
                price as f64 * policy.assume.margin_rate * periods
            } else {
                f64::NAN
            };
            let never = if !catalog.sellable.get(c).copied().unwrap_or(true) {
                Some(Reason::NotSellable)
            } else if catalog.stock.get(c).is_some_and(|&stock| stock <= 0) {
                Some(Reason::OutOfStock)
            } else if excluded[c] {
                Some(Reason::Excluded)
            } else if !selected[c] {
                Some(Reason::NotSelected)
            } else if price == NO_MONEY {
                Some(Reason::NoPrice)
            } else if outside(&policy.price, price) {
                Some(Reason::PriceWindow)
            } else if margin.is_nan() {
                Some(Reason::UnknownCost)
            } else if margin <= 0.0 {
                Some(Reason::MarginNotPositive)
            } else {
                None
            };
            let brand = catalog.brand.as_ref().map_or(NO_CODE, |brand| brand.codes[c]);
            let category = match policy.category_level {
                Some(level) => catalog.category.get(level as usize).map(|of| (level, of.codes[c])),
                None => self.leaf_category(c),
            };
            let category = category.unwrap_or((0, NO_CODE));
            let traits = Traits { line: self.links.line[c], brand, category };
            let m = self.to_model[c] as usize;
            let buyers = learned.customers.get(m).copied().unwrap_or(0);
            let category = learned.category.get(m).copied().unwrap_or(NO_CATEGORY);
            let again = learned.repeat_share.get(m).copied().unwrap_or(1.0);
            let paid_once = if self.paid_once(c) && price <= MOST_PRICE { price.max(0) } else { 0 };
            items.push(Item {
                paid_once,
                group: self.groups.of(c),
                stock: catalog.stock.get(c).copied().unwrap_or(i64::MAX),
                margin,
                traits,
                never,
                assumed,
                one_is_enough: enough.get(category as usize).is_some_and(|&enough| enough)
                    && learned.features_of(m as u32)[CATEGORY_REPEAT - OF_CANDIDATE] < rarely,
                rarely_rebought: buyers >= BUYERS_TO_JUDGE && again < RARELY_REBOUGHT,
                enough_buyers: buyers >= min_customers,
                rating: catalog.rating(c as u32).unwrap_or(0.0) as f32,
            });
        }
        if without_cost > 0 {
            let rate = policy.assume.margin_rate;
            let code = if rate > 0.0 { "warn_margin_assumed" } else { "warn_no_margin" };
            let (products, all) = (without_cost.to_string(), catalog.len().to_string());
            let percent = texts.number((rate * 1e4).round() / 1e2);
            let values = [("products", &*products), ("all", &all), ("percent", &percent)];
            warnings.push(texts.say(code, &values));
        }
        for &(key, at) in &pins {
            let never = items[key as usize].never;
            // What is out of stock or not sold today may be there again tomorrow.
            let passes = matches!(never, Some(Reason::OutOfStock | Reason::NotSellable));
            if let Some(reason) = never.filter(|_| !passes) {
                let (path, product) = (format!("pinned[{at}].product"), self.label(key));
                let reason = texts.reason(reason);
                let values = [("path", &*path), ("product", &product), ("reason", reason)];
                warnings.push(texts.say("warn_pinned", &values));
            }
        }
        let worthy = self.worthy(&items);
        let promise = self.promise(&items);
        let version = policy.version();
        let mut compiled = Compiled {
            policy: policy.clone(),
            version,
            min_customers,
            items,
            compatible,
            rule_bits,
            quota_bits,
            pins,
            worthy,
            promise,
            stages,
            warnings,
        };
        for (i, quota) in policy.quotas.iter().enumerate() {
            let most = most_of_quota(&compiled, i);
            if most < quota.min as usize {
                let (path, min) = (format!("quotas[{i}].min"), quota.min.to_string());
                let most = most.to_string();
                let values = [("path", &*path), ("min", &min), ("most", &most)];
                compiled.warnings.push(texts.say("warn_quota", &values));
            }
        }
        Ok(compiled)
    }

    fn promise(&self, items: &[Item]) -> [Vec<Promise>; 2] {
        let margin = |&c: &u32| match items.get(c as usize) {
            Some(item) if item.never.is_none() => (item.margin as f32).ln(),
            _ => f32::NEG_INFINITY,
        };
        let margins: Vec<f32> = self.to_catalog.iter().map(margin).collect();
        let categories = self.model.learned().products.category;
        self.model.paired().each_ref().map(|paired| {
            let products = paired.iter().zip(&margins).zip(categories);
            let promise = |((log_odds, margin), &category): ((&f32, &f32), &u32)| Promise {
                alone: log_odds + margin,
                category,
            };
            products.map(promise).collect()
        })
    }

    fn worthy(&self, items: &[Item]) -> Vec<u32> {
        let popularity = self.model.learned().products.popularity;
        let mut all: Vec<(f64, u32)> = (items.iter().zip(&self.to_model))
            .filter(|(item, m)| item.never.is_none() && item.enough_buyers && **m != NONE)
            .map(|(item, &m)| (item.margin * f64::from(popularity[m as usize]), m))
            .collect();
        let better = |a: &(f64, u32), b: &(f64, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        if all.len() > WORTHY {
            all.select_nth_unstable_by(WORTHY, better);
            all.truncate(WORTHY);
        }
        all.sort_unstable_by(better);
        all.into_iter().map(|(_, m)| m).collect()
    }
}

/// So many products are kept that are worth most for being popular.
const WORTHY: usize = 200;

/// The products of a state, as a slate asks about them.
pub(crate) struct OnShelf<'a> {
    pub(crate) state: &'a State,
    pub(crate) compiled: &'a Compiled,
}

impl Shelf for OnShelf<'_> {
    fn traits(&self, key: u32) -> Traits {
        let item = self.compiled.items.get(key as usize);
        item.map_or(Traits { line: NO_CODE, brand: NO_CODE, category: (0, NO_CODE) }, |i| i.traits)
    }

    fn apart(&self, a: u32, b: u32) -> bool {
        if self.compiled.policy.allow_substitutes {
            return self.state.links.never_with(a).contains(&b);
        }
        self.state.apart(a, b)
    }

    fn rating(&self, key: u32) -> f32 {
        self.compiled.items.get(key as usize).map_or(0.0, |item| item.rating)
    }

    fn quotas(&self, key: u32) -> u64 {
        self.compiled.quota_bits.get(key as usize).copied().unwrap_or(0)
    }
}

impl Compiled {
    /// Whether a catalogue product fits another one on every attribute on which it has to.
    pub(crate) fn fits(&self, catalog: &Catalog, one: usize, other: usize) -> bool {
        self.compatible.iter().all(|&at| {
            let codes = &catalog.must_match[at].codes;
            let (one, other) = (codes[one], codes[other]);
            one == other || one == NO_CODE || other == NO_CODE
        })
    }
}
