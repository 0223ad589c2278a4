//! Which products of a catalogue a policy selects and excludes.

use std::collections::{HashMap, HashSet};

use super::links::Links;
use super::policy::{Policy, PriceWindow, Selection, Texts};
use super::reasons::Reason;
use super::slate::Traits;
use super::state::{Compiled, Item, Unknown, wrong_type};
use super::tree::fail;
use crate::data::{Catalog, Codes, Id, NO_CODE, NO_MONEY};
use crate::{ErrorKind, Result};

/// What is sold, how its products are linked, and in which words to warn.
#[derive(Clone, Copy)]
pub(crate) struct Shop<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) links: &'a Links,
    pub(crate) texts: &'a Texts,
}

/// Whether each product has any of the values that `selection` names.
pub(crate) fn any_of(
    path: &str,
    selection: &Selection,
    shop: Shop<'_>,
    warnings: &mut Vec<String>,
) -> Result<Vec<bool>> {
    let mut all = vec![false; shop.catalog.len()];
    each_key(path, "exclude by", selection, shop, warnings, |has| {
        for (all, has) in all.iter_mut().zip(has) {
            *all |= has;
        }
    })?;
    Ok(all)
}

/// Whether each product has, for every key that `selection` gives, one of its values.
pub(crate) fn all_of(
    path: &str,
    selection: &Selection,
    shop: Shop<'_>,
    warnings: &mut Vec<String>,
) -> Result<Vec<bool>> {
    let mut all = vec![true; shop.catalog.len()];
    each_key(path, "select by", selection, shop, warnings, |has| {
        for (all, has) in all.iter_mut().zip(has) {
            *all &= has;
        }
    })?;
    Ok(all)
}

/// A price outside of the window; a product without a price is not.
pub(crate) fn outside(window: &PriceWindow, price: i64) -> bool {
    price != NO_MONEY
        && (window.min.is_some_and(|min| price < min) || window.max.is_some_and(|max| price > max))
}

/// A bit per rule of the policy that keeps a product from the customers the rule is for; empty without
/// rules.
pub(crate) fn rule_bits(
    policy: &Policy,
    shop: Shop<'_>,
    warnings: &mut Vec<String>,
) -> Result<Vec<u64>> {
    if policy.rules.is_empty() {
        return Ok(Vec::new());
    }
    let mut bits = vec![0u64; shop.catalog.len()];
    for (i, rule) in policy.rules.iter().enumerate() {
        let excluded = any_of(&format!("rules[{i}].exclude"), &rule.exclude, shop, warnings)?;
        let selected = all_of(&format!("rules[{i}].only"), &rule.only, shop, warnings)?;
        for (c, bits) in bits.iter_mut().enumerate() {
            let bars = excluded[c] || !selected[c] || outside(&rule.price, shop.catalog.price[c]);
            *bits |= u64::from(bars) << i;
        }
    }
    Ok(bits)
}

/// A bit per quota of the policy that a product counts for; empty without quotas.
pub(crate) fn quota_bits(
    policy: &Policy,
    shop: Shop<'_>,
    warnings: &mut Vec<String>,
) -> Result<Vec<u64>> {
    if policy.quotas.is_empty() {
        return Ok(Vec::new());
    }
    let mut bits = vec![0u64; shop.catalog.len()];
    for (i, quota) in policy.quotas.iter().enumerate() {
        let selected = all_of(&format!("quotas[{i}].select"), &quota.select, shop, warnings)?;
        for (bits, selected) in bits.iter_mut().zip(selected) {
            *bits |= u64::from(selected) << i;
        }
    }
    Ok(bits)
}

/// How many offers a quota can have with what the catalogue has of it. What is out of stock or not sold
/// today may be there again tomorrow, and counts.
pub(crate) fn most_of_quota(compiled: &Compiled, q: usize) -> usize {
    let Compiled { policy, items, quota_bits, pins, .. } = compiled;
    let of_quota = |c: usize| quota_bits[c] >> q & 1 == 1;
    let passes =
        |item: &Item| matches!(item.never, None | Some(Reason::OutOfStock | Reason::NotSellable));
    let pinned: HashSet<usize> = pins.iter().map(|&(key, _)| key as usize).collect();
    let of: Vec<(Traits, bool)> = (items.iter().enumerate())
        .filter(|&(c, item)| of_quota(c) && passes(item))
        .map(|(c, item)| (item.traits, pinned.contains(&c)))
        .collect();
    let within = |limit: u32, has: &dyn Fn(&Traits) -> (u32, u32)| -> usize {
        let mut counts: HashMap<(u32, u32), (usize, usize)> = HashMap::new();
        for (traits, pinned) in &of {
            let (all, pins) = counts.entry(has(traits)).or_default();
            (*all, *pins) = (*all + 1, *pins + usize::from(*pinned));
        }
        // What has no such trait is not limited by it. Pins ask for no limit, but others are not offered
        // beside those that have reached it.
        let most = |(of, &(all, pins)): (&(u32, u32), &(usize, usize))| match of.1 {
            NO_CODE => all,
            _ => all.min(pins.max(limit as usize)),
        };
        counts.iter().map(most).sum()
    };
    within(policy.per_line, &|traits| (0, traits.line))
        .min(within(policy.per_brand, &|traits| (0, traits.brand)))
        .min(within(policy.per_category, &|traits| traits.category))
}

/// What the policy pins: keys and positions in the policy, by slot.
pub(crate) fn pins(
    policy: &Policy,
    shop: Shop<'_>,
    warnings: &mut Vec<String>,
) -> Result<Vec<(u32, usize)>> {
    let mut pins = Vec::new();
    for (i, pin) in policy.pinned.iter().enumerate() {
        let path = || format!("pinned[{i}].product");
        match find_product(path, &pin.product, shop.catalog)? {
            Some(key) => pins.push((key, i)),
            None => {
                let mut unknown = Unknown::default();
                unknown.add(&pin.product);
                let what = || shop.texts.get("id_not_in_catalogue");
                unknown.warn(&path(), what, shop.texts, warnings);
            }
        }
    }
    pins.sort_by_key(|&(_, i)| policy.pinned[i].slot);
    Ok(pins)
}

/// Calls `each` with the products that have one of the values of a key, for every key that is given.
fn each_key(
    path: &str,
    verb: &str,
    selection: &Selection,
    shop: Shop<'_>,
    warnings: &mut Vec<String>,
    mut each: impl FnMut(Vec<bool>),
) -> Result<()> {
    let Shop { catalog, links, texts } = shop;
    if !selection.products.is_empty() {
        each(products(&format!("{path}.products"), &selection.products, shop, warnings)?);
    }
    let categories: Vec<&Codes> = catalog.category.iter().collect();
    let brands: Vec<&Codes> = catalog.brand.iter().collect();
    let lines: Vec<&Codes> = catalog.line.iter().collect();
    for (key, what, ids, columns) in [
        ("categories", "category", &selection.categories, &categories),
        ("brands", "brand", &selection.brands, &brands),
        ("lines", "line", &selection.lines, &lines),
    ] {
        if ids.is_empty() {
            continue;
        }
        if columns.is_empty() {
            // Going on would offer what the shop has forbidden.
            return Err(fail(format!(
                "{path}.{key}: the catalogue has no {what} column to {verb}"
            )));
        }
        let chosen = chosen(&format!("{path}.{key}"), what, ids, columns, texts, warnings)?;
        // What is a variant by hand is of the line.
        each(match &chosen[..] {
            [lines] if key == "lines" => links.of_lines(lines),
            _ => with_any(columns, &chosen, catalog.len()),
        });
    }
    for (name, ids) in &selection.attributes {
        let path = format!("{path}.attributes.{name}");
        let Some(column) = catalog.must_match.iter().find(|column| *column.column == **name) else {
            let names: Vec<&str> = catalog.must_match.iter().map(|c| &*c.column).collect();
            return Err(fail(format!(
                "{path}: the catalogue has no must_match column of this name to {verb}; it has: {}",
                if names.is_empty() { "none".to_owned() } else { names.join(", ") }
            )));
        };
        let chosen = chosen(&path, name, ids, &[column], texts, warnings)?;
        each(with_any(&[column], &chosen, catalog.len()));
    }
    Ok(())
}

fn products(
    path: &str,
    ids: &[Id],
    shop: Shop<'_>,
    warnings: &mut Vec<String>,
) -> Result<Vec<bool>> {
    let Shop { catalog, texts, .. } = shop;
    let mut has = vec![false; catalog.len()];
    let mut unknown = Unknown::default();
    for (i, id) in ids.iter().enumerate() {
        match find_product(|| format!("{path}[{i}]"), id, catalog)? {
            Some(c) => has[c as usize] = true,
            None => unknown.add(id),
        }
    }
    unknown.warn(path, || texts.get("id_not_in_catalogue"), texts, warnings);
    Ok(has)
}

/// A product that a policy names, if the catalogue has it.
pub(crate) fn find_product(
    path: impl Fn() -> String,
    id: &Id,
    catalog: &Catalog,
) -> Result<Option<u32>> {
    let kind = catalog.ids().kind();
    if id.as_ref().kind() != kind && !catalog.is_empty() {
        let what = "the catalogue's product ids";
        return Err(wrong_type(ErrorKind::Policy, &path(), id, what, kind));
    }
    Ok(catalog.ids().find(id))
}

/// Per column, which of its values are named.
fn chosen(
    path: &str,
    what: &str,
    ids: &[Id],
    columns: &[&Codes],
    texts: &Texts,
    warnings: &mut Vec<String>,
) -> Result<Vec<Vec<bool>>> {
    let mut unknown = Unknown::default();
    let mut chosen: Vec<Vec<bool>> =
        columns.iter().map(|column| vec![false; column.values.len()]).collect();
    for (i, id) in ids.iter().enumerate() {
        if columns.iter().all(|column| column.values.kind() != id.as_ref().kind()) {
            let kind = columns[0].values.kind();
            let values = format!("the values of the catalogue's {what} column");
            return Err(wrong_type(ErrorKind::Policy, &format!("{path}[{i}]"), id, &values, kind));
        }
        let mut found = false;
        for (column, chosen) in columns.iter().zip(&mut chosen) {
            if let Some(code) = column.values.find(id) {
                chosen[code as usize] = true;
                found = true;
            }
        }
        if !found {
            unknown.add(id);
        }
    }
    unknown.warn(path, || texts.say("id_no_value", &[("column", what)]), texts, warnings);
    Ok(chosen)
}

/// Whether each product has a chosen value in one of the columns.
fn with_any(columns: &[&Codes], chosen: &[Vec<bool>], products: usize) -> Vec<bool> {
    let mut has = vec![false; products];
    for (column, chosen) in columns.iter().zip(chosen) {
        for (&code, has) in column.codes.iter().zip(&mut has) {
            *has |= chosen.get(code as usize).copied().unwrap_or(false);
        }
    }
    has
}
