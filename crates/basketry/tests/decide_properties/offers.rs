//! What every single offer must be.

use basketry::{Id, Kind, Offer, Policy};

use crate::world::*;

pub(crate) fn margin(spec: &Spec, policy: &Policy) -> Option<f64> {
    let (price, periods) = (spec.price? as f64, f64::from(spec.term.unwrap_or(1)));
    match spec.cost {
        Some(cost) => Some((price - cost as f64) * periods),
        None if policy.assume.margin_rate > 0.0 => {
            Some(price * policy.assume.margin_rate * periods)
        }
        None => None,
    }
}

pub(crate) fn number(offer: &Offer, name: &str) -> f64 {
    offer.evidence.iter().find(|e| e.name == name).unwrap_or_else(|| panic!("{name}")).value
}

pub(crate) fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
}

/// The products that an offer adds: of a bundle all but the main one.
pub(crate) fn added(offer: &Offer) -> Vec<i64> {
    let all: Vec<i64> = offer.products.iter().map(int).collect();
    if offer.kind == Kind::Bundle { all[1..].to_vec() } else { all }
}

/// What a product that is offered must satisfy; returns its price and margin.
pub(crate) fn check_product(world: &World, id: i64, offer: &Offer) -> (i64, f64) {
    let policy = &world.policy;
    let spec = &world.products[id as usize];
    assert!(spec.in_catalog && spec.sellable, "{offer}");
    assert!(spec.stock.is_none_or(|stock| stock > 0), "{offer}");
    let price = spec.price.expect("priced");
    assert!(policy.price.min.is_none_or(|min| price >= min), "{offer}");
    assert!(policy.price.max.is_none_or(|max| price <= max), "{offer}");
    let excluded = &policy.exclude;
    assert!(!excluded.products.contains(&Id::Int(id)), "{offer}");
    assert!(!excluded.categories.contains(&Id::Int(spec.category)), "{offer}");
    assert!(!spec.brand.is_some_and(|brand| excluded.brands.contains(&Id::Int(brand))), "{offer}");
    assert!(!spec.line.is_some_and(|line| excluded.lines.contains(&Id::Int(line))), "{offer}");
    let own = margin(spec, policy).expect("margin known or assumed");
    assert!(own > 0.0, "{offer}");
    (price, own)
}

/// What an offer is worth by the numbers that it shows.
pub(crate) fn worth(world: &World, offer: &Offer) -> f64 {
    let policy = &world.policy;
    let gained = match offer.kind {
        Kind::UpSell => {
            let base_margin = number(offer, "base_margin");
            let gain = number(offer, "acceptance") * (offer.margin - base_margin)
                - number(offer, "abandonment") * base_margin.max(0.0);
            number(offer, "base_purchase") * gain
        }
        Kind::TopUp => {
            let further = number(offer, "reached") - number(offer, "reached_anyway");
            number(offer, "added_margin") - further * number(offer, "cost")
        }
        Kind::Bundle => {
            let left = number(offer, "break_even_discount") - offer.discount.minor as f64;
            offer.probability * left
        }
        _ => {
            let find = |e: &&basketry::decide::Evidence| e.name == "cannibalised";
            let lost = offer.evidence.iter().find(find).map_or(0.0, |evidence| evidence.value);
            (offer.probability - offer.base_probability) * (offer.margin - lost)
        }
    };
    let lever = if offer.kind == Kind::CrossSell { policy.cross_sell.lever } else { 1.0 };
    lever * (gained - policy.contact_cost)
}

/// What an offer of several products must satisfy.
pub(crate) fn check_set(world: &World, ask: &Ask, offer: &Offer) {
    let policy = &world.policy;
    let ids: Vec<i64> = offer.products.iter().map(int).collect();
    let prices: Vec<(i64, f64)> = ids.iter().map(|&id| check_product(world, id, offer)).collect();
    assert_eq!(offer.price.minor, prices.iter().map(|price| price.0).sum::<i64>());
    assert!(near(offer.margin, prices.iter().map(|price| price.1).sum()), "{offer}");
    assert!(offer.value > policy.min_value, "{offer}");
    assert!(offer.probability >= offer.base_probability, "{offer}");
    for &id in &ids {
        assert_eq!(world.products[id as usize].term.unwrap_or(1), 1, "paid once: {offer}");
    }
    let bases = ask.here(world);
    let here = |id: i64| bases.contains(&id);
    if offer.kind == Kind::TopUp {
        assert!(!ids.iter().any(|&id| here(id)) && ids.len() <= 2, "{offer}");
        // One product tells its chances itself.
        if let [_] = ids[..] {
            let (p1, p0) = (offer.probability, offer.base_probability);
            assert!(near(number(offer, "reached"), p1), "{offer}");
            assert!(near(number(offer, "added_margin"), (p1 - p0) * offer.margin), "{offer}");
            let gained = (p1 - p0) * (offer.margin - policy.top_up.cost);
            assert!(near(offer.value, gained - policy.contact_cost), "{offer}");
        }
        let mut all = ask.basket.clone();
        all.sort_unstable();
        // What is paid in periods does not count.
        let once = all.iter().map(|&id| &world.products[id as usize]);
        let once = once.filter(|spec| spec.term.unwrap_or(1) == 1);
        let worth: i64 = once.map(|spec| spec.price.unwrap()).sum();
        let gap = policy.top_up.threshold.unwrap() - worth;
        assert!(gap > 0 && gap as f64 <= 0.5 * worth as f64, "{offer}");
        assert!(gap <= offer.price.minor && offer.price.minor <= gap + gap / 2, "{offer}");
        assert!(offer.margin > policy.top_up.cost && offer.discount.minor == 0, "{offer}");
        return;
    }
    let main = ids[0];
    assert!(here(main) && !ask.after.contains(&main), "{offer}");
    let (p1, p0) = (offer.probability, offer.base_probability);
    if let [_, _] = ids[..] {
        // Of the one that is added all is known.
        let gained = (p1 - p0) * prices[1].1 - p1 * offer.discount.minor as f64;
        assert!(near(offer.value, gained - policy.contact_cost), "{offer}");
    }
    // Those who buy the main product, of those who see it.
    let purchase = number(offer, "main_purchase");
    let share = offer.discount.minor as f64 / offer.price.minor as f64;
    assert!(near(number(offer, "discount_share"), share), "{offer}");
    let odds = |p: f64| p / purchase / (1.0 - p / purchase);
    let second = ids[1] == main;
    let assume = &policy.assume;
    let alone = if second { assume.response_odds } else { assume.odds_of(Kind::Bundle) };
    let grow = alone * (assume.discount_response * share).exp();
    assert!(purchase == 0.0 || near(odds(p1), odds(p0) * grow) || p1 == purchase, "{offer}");
    assert_eq!(offer.allocation.iter().map(|off| off.minor).sum::<i64>(), offer.discount.minor);
    if offer.discount.minor > 0 {
        assert_eq!(offer.allocation.len(), ids.len());
        for (off, (_, margin)) in offer.allocation.iter().zip(&prices) {
            assert!(off.minor as f64 <= *margin, "not below cost: {offer}");
        }
    }
    let price = offer.price.minor as f64;
    if second {
        let stock = world.products[main as usize].stock;
        assert!(ids.len() == 2 && stock.is_none_or(|stock| stock >= 2), "{offer}");
        assert!(ask.basket.iter().filter(|&&id| id == main).count() <= 1, "{offer}");
        let unit = offer.discount.minor as f64 * 2.0 / price;
        assert!(unit <= policy.bundle.second + 1e-6, "{offer}");
        assert!(near(number(offer, "unit_discount_share"), unit), "{offer}");
        assert!(near(p0, purchase * policy.assume.second_unit), "{offer}");
    } else {
        assert!(!ids[1..].iter().any(|&id| here(id)), "{offer}");
        let mut evidence = offer.evidence.iter();
        let corrected = evidence.find(|one| one.name.starts_with("base_odds_")).expect("logged");
        let kind =
            if corrected.name.ends_with("service") { Kind::Service } else { Kind::CrossSell };
        assert_eq!(corrected.value, policy.assume.base_odds_of(kind), "{offer}");
        assert!(ids.len() <= 1 + policy.bundle.items as usize, "{offer}");
        assert!(
            offer.discount.minor as f64 <= policy.bundle.max_discount * price + 1e-6,
            "{offer}"
        );
        assert!(offer.discount.minor > 0 || ids.len() > 2, "{offer}");
    }
}

/// What an offer must satisfy, worked out from the inputs alone.
pub(crate) fn check_offer(world: &World, ask: &Ask, offer: &Offer) {
    if matches!(offer.kind, Kind::Bundle | Kind::TopUp) {
        return check_set(world, ask, offer);
    }
    let policy = &world.policy;
    let id = int(&offer.products[0]);
    let spec = &world.products[id as usize];
    let (price, own) = check_product(world, id, offer);
    assert!(!ask.basket.contains(&id) && ask.viewed != Some(id), "{offer}");
    assert!(!ask.after.contains(&id), "{offer}");
    assert_eq!(offer.price.minor, price);
    assert!(near(own, offer.margin), "{offer}");
    assert_eq!(offer.chosen_with, 1.0);
    assert!(offer.value > policy.min_value, "{offer}");
    assert!((0.0..=1.0).contains(&offer.probability), "{offer}");

    let here = ask.here(world);
    let same_line = |other: i64| {
        let other = &world.products[other as usize];
        spec.line.is_some() && other.in_catalog && other.line == spec.line
    };
    if offer.kind == Kind::UpSell {
        let base = int(offer.base_product.as_ref().expect("an up-sell has a base product"));
        assert!(here.contains(&base) && !ask.after.contains(&base), "{offer}");
        let base_spec = &world.products[base as usize];
        let by_brand = spec.brand.is_some()
            && spec.brand == base_spec.brand
            && spec.category == base_spec.category
            && spec.line.is_none()
            && base_spec.line.is_none();
        assert!(same_line(base) || by_brand, "{offer}");
        assert_eq!(spec.size, base_spec.size);
        if let (Some(up), Some(base)) = (spec.quality, base_spec.quality) {
            let larger = matches!((spec.pack, base_spec.pack), (Some(up), Some(base)) if up > base);
            assert!(up > base || (larger && up == base), "{offer}");
        }
        let ratio = price as f64 / base_spec.price.unwrap() as f64;
        assert!((1.05 - 1e-9..=2.0 + 1e-9).contains(&ratio), "{offer}");
        let base_margin = margin(base_spec, policy).unwrap();
        let (accept, abandon) = (number(offer, "acceptance"), policy.assume.abandon);
        let purchase = if ask.basket.contains(&base) { 1.0 } else { 0.05 };
        assert!(own > base_margin && near(number(offer, "base_margin"), base_margin));
        assert!(accept * (own - base_margin) > abandon * base_margin, "{offer}");
        let gain = accept * (own - base_margin) - abandon * base_margin.max(0.0);
        assert!(near(offer.value, purchase * gain - policy.contact_cost), "{offer}");
        assert!(near(offer.probability, purchase * accept) && offer.base_probability == 0.0);
    } else {
        if !policy.allow_variants {
            assert!(!here.iter().any(|&other| same_line(other)), "{offer}");
        }
        let (p0, p1) = (offer.base_probability, offer.probability);
        let odds = p0 / (1.0 - p0) * policy.assume.response_odds;
        assert!(near(p1, odds / (1.0 + odds)), "{offer}");
        let lever = match offer.kind {
            Kind::CrossSell => policy.cross_sell.lever,
            _ => 1.0,
        };
        // Of what is in the basket, what earns most is at stake where variants are allowed.
        let variants =
            here.iter().filter(|&&other| ask.basket.contains(&other) && same_line(other));
        let margins = variants.filter_map(|&other| margin(&world.products[other as usize], policy));
        let stake = 0.5 * margins.fold(0.0, f64::max);
        let added = (p1 - p0) * (own - stake) - policy.contact_cost;
        assert!(near(offer.value, lever * added), "{offer}");
    }
    match offer.kind {
        Kind::CrossSell | Kind::Service => {
            assert_eq!(spec.service, offer.kind == Kind::Service, "{offer}");
            let base = int(offer.base_product.as_ref().expect("a cross-sell goes with something"));
            assert!(here.contains(&base), "{offer}");
            let after = offer.evidence.iter().any(|e| e.name == "follow_up_low");
            assert!(!after || ask.after.contains(&base), "{offer}");
            let [low, customers] = match after {
                true => ["follow_up_low", "follow_up_customers"],
                false => ["lift_low", "pair_customers"],
            };
            assert!(number(offer, low) > 1.0, "{offer}");
            let customers = number(offer, customers);
            assert!(customers >= world.min_customers.into(), "{offer}");
            assert!(customers >= policy.min_customers.unwrap_or(0).into(), "{offer}");
        }
        Kind::Refill => {
            let due = number(offer, "days_since") / number(offer, "expected_interval");
            assert!((0.7..=1.5).contains(&due), "{offer}");
        }
        Kind::Popular => {
            let customers = number(offer, "customers");
            let least = policy.min_customers.unwrap_or(0).max(world.min_customers);
            assert!(customers >= least.into(), "{offer}");
        }
        _ => {}
    }
}
