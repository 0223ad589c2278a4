//! What fit counts, against counting by hand: random little shops with returns, huge baskets and
//! missing customers.

use std::collections::{BTreeMap, BTreeSet};

use basketry::{
    Catalog, CatalogBuilder, CatalogOptions, Control, FitOptions, History, HistoryBuilder,
    HistoryOptions, Model, OnNonPositive, OrderLine, Product, fit,
};
use proptest::prelude::*;

const DAY: i64 = 86_400_000;
const CUSTOMERS: usize = 9;
const PRODUCTS: usize = 14;
/// The last two products are not in the catalogue.
const SOLD: usize = 12;
const HALF_LIFE: f64 = 30.0;
const POPULARITY_HALF_LIFE: f64 = 10.0;

/// One order: customer, day, products with their quantities.
type Order = (usize, i64, BTreeMap<usize, u8>);
/// One return: customer, day, product, quantity.
type Return = (usize, i64, usize, u8);

#[derive(Clone, Debug)]
struct Shop {
    orders: Vec<Order>,
    returns: Vec<Return>,
    customers: bool,
    min_customers: u32,
    neighbours: u32,
    max_basket: u32,
    shrinkage: f64,
}

fn shops() -> impl Strategy<Value = Shop> {
    // What belongs together is bought together, with a few other things.
    let together = prop::sample::select(vec![
        vec![0, 1],
        vec![2, 3, 7, 9],
        vec![4],
        vec![5, 6, 7, 8, 12],
        vec![],
    ]);
    let others = prop::collection::btree_map(0..PRODUCTS, 1..4u8, 0..3);
    let lines = (together, others).prop_filter_map("empty", |(together, mut lines)| {
        lines.extend(together.into_iter().map(|product| (product, 1)));
        (!lines.is_empty()).then_some(lines)
    });
    let order = (0..CUSTOMERS, 0..60i64, lines);
    let back = (0..CUSTOMERS, 0..60i64, 0..PRODUCTS, 0..4u8);
    let rules = (any::<bool>(), 1..7u32, prop_oneof![Just(64u32), 0..4u32], 2..9u32, 1..40u32);
    (prop::collection::vec(order, 1..60), prop::collection::vec(back, 0..10), rules).prop_map(
        |(orders, returns, (customers, min_customers, neighbours, max_basket, k))| Shop {
            orders,
            // Without customers nothing ties a return to an order.
            returns: if customers { returns } else { Vec::new() },
            customers,
            min_customers,
            neighbours,
            max_basket,
            shrinkage: f64::from(k) / 4.0,
        },
    )
}

fn catalog() -> Catalog {
    let mut builder = CatalogBuilder::new(&CatalogOptions::default());
    for product in (0..SOLD).rev() {
        builder.push(&Product::new(product as i64).price(100)).unwrap();
    }
    builder.finish()
}

fn history(shop: &Shop) -> History {
    let rules = HistoryOptions::default().non_positive(OnNonPositive::Return);
    let mut builder = HistoryBuilder::new(&rules);
    if !shop.customers {
        builder = builder.without_customers();
    }
    let push = |builder: &mut HistoryBuilder, customer: usize, basket, day, product, quantity| {
        let line = OrderLine::new(day * DAY, product as i64).basket(basket as i64);
        let line = line.quantity(quantity);
        let line = if shop.customers { line.customer(customer as i64) } else { line };
        builder.push(&line).unwrap();
    };
    for (basket, (customer, day, lines)) in shop.orders.iter().enumerate() {
        for (&product, &quantity) in lines {
            push(&mut builder, *customer, basket, *day, product, f64::from(quantity));
        }
    }
    for (number, &(customer, day, product, quantity)) in shop.returns.iter().enumerate() {
        let basket = shop.orders.len() + number;
        push(&mut builder, customer, basket, day, product, -f64::from(quantity));
    }
    builder.finish(&Control::new()).unwrap()
}

/// The orders without what was given back; emptied ones dropped.
fn kept(shop: &Shop) -> Vec<Order> {
    let mut orders = shop.orders.clone();
    let mut returns = shop.returns.clone();
    returns.sort_by_key(|&(_, day, ..)| day);
    for (customer, day, product, quantity) in returns {
        let mut left = if quantity == 0 { u8::MAX } else { quantity };
        let mut own: Vec<usize> = (0..orders.len())
            .filter(|&o| orders[o].0 == customer && orders[o].1 <= day)
            .filter(|&o| orders[o].2.contains_key(&product))
            .collect();
        own.sort_by_key(|&o| (orders[o].1, o));
        for o in own.into_iter().rev() {
            let bought = orders[o].2[&product];
            if bought <= left {
                orders[o].2.remove(&product);
            } else {
                orders[o].2.insert(product, bought - left);
            }
            left = left.saturating_sub(bought);
            if left == 0 || quantity == 0 {
                break;
            }
        }
    }
    orders.retain(|order| !order.2.is_empty());
    orders
}

fn decay(days: i64, half_life: f64) -> f64 {
    0.5f64.powf(days as f64 / half_life)
}

fn close(found: f32, expected: f64) -> bool {
    (f64::from(found) - expected).abs() <= 2e-6 * expected.abs().max(1e-3)
}

fn index(model: &Model, product: usize) -> u32 {
    model.products().find(product as i64).unwrap()
}

fn check_pairs(shop: &Shop, orders: &[Order], model: &Model) -> Result<(), TestCaseError> {
    let small: Vec<(usize, BTreeSet<usize>)> = orders
        .iter()
        .enumerate()
        .filter(|(_, order)| order.2.len() <= shop.max_basket as usize)
        .map(|(o, order)| {
            (if shop.customers { order.0 } else { o }, order.2.keys().copied().collect())
        })
        .collect();
    prop_assert_eq!(model.report().huge_baskets, (orders.len() - small.len()) as u64);
    let count = |with: &[usize]| {
        let having = small.iter().filter(|(_, items)| with.iter().all(|p| items.contains(p)));
        let customers: BTreeSet<usize> = having.clone().map(|(customer, _)| *customer).collect();
        (having.count() as f64, customers.len() as u32)
    };
    let k = shop.shrinkage;
    for i in 0..PRODUCTS {
        let Some(at) = model.products().find(i as i64) else { continue };
        let found: BTreeMap<u32, _> = model.related(at).map(|r| (r.product, r)).collect();
        prop_assert_eq!(found.len(), model.related(at).len(), "a pair is there twice");
        let mut expected = BTreeMap::new();
        for j in (0..PRODUCTS).filter(|&j| j != i) {
            let (n_ij, customers) = count(&[i, j]);
            if customers < shop.min_customers || n_ij == 0.0 {
                continue;
            }
            let e_ij = count(&[i]).0 * count(&[j]).0 / small.len() as f64;
            let (shape, rate) = (n_ij + k, e_ij + k);
            // The quantile as tests/quantile check: Wilson and Hilferty's.
            let root = 1.0 - 1.0 / (9.0 * shape) - 1.959_963_984_540_054 / (3.0 * shape.sqrt());
            let low = shape * root.max(0.0).powi(3) / rate;
            if low > 1.0 + 1e-9 {
                expected.insert(index(model, j), (n_ij, customers, shape / rate, low));
            }
        }
        let full = shop.neighbours as usize >= expected.len();
        prop_assert_eq!(found.len(), expected.len().min(shop.neighbours as usize));
        for (product, related) in &found {
            let (n_ij, customers, lift, low) = expected[product];
            prop_assert_eq!(f64::from(related.baskets), n_ij);
            prop_assert_eq!(related.customers, customers);
            prop_assert!(close(related.lift, lift), "{} {lift}", related.lift);
            prop_assert!(close(related.lift_low, low), "{} {low}", related.lift_low);
        }
        if !full {
            // Those left out are no better than those kept.
            let rank = |product: &u32| {
                let (n_ij, _, _, low) = expected[product];
                low.ln() * n_ij.sqrt()
            };
            let worst = found.keys().map(rank).fold(f64::INFINITY, f64::min);
            let out = expected.keys().filter(|p| !found.contains_key(p)).map(rank);
            prop_assert!(out.fold(0.0, f64::max) <= worst + 1e-9 || shop.neighbours == 0);
        }
    }
    Ok(())
}

fn check_customers(shop: &Shop, orders: &[Order], model: &Model) -> Result<(), TestCaseError> {
    let as_of = orders.iter().map(|order| order.1).max().unwrap();
    prop_assert_eq!(model.as_of(), as_of * DAY);
    if !shop.customers {
        prop_assert!(model.customers().is_empty());
        return Ok(());
    }
    for customer in 0..CUSTOMERS {
        let Some(at) = model.customers().find(customer as i64) else {
            prop_assert!(orders.iter().all(|order| order.0 != customer));
            continue;
        };
        let own: Vec<&Order> = orders.iter().filter(|order| order.0 == customer).collect();
        let total: f64 = own.iter().map(|order| decay(as_of - order.1, HALF_LIFE)).sum();
        let found: BTreeMap<u32, _> = model.purchases(at).map(|p| (p.product, p)).collect();
        let bought: BTreeSet<usize> =
            own.iter().flat_map(|order| order.2.keys().copied()).collect();
        let products: BTreeSet<u32> = bought.iter().map(|&p| index(model, p)).collect();
        prop_assert_eq!(found.keys().copied().collect::<BTreeSet<_>>(), products);
        for product in bought {
            let with: Vec<i64> = own
                .iter()
                .filter(|order| order.2.contains_key(&product))
                .map(|order| as_of - order.1)
                .collect();
            let weight: f64 = with.iter().map(|&days| decay(days, HALF_LIFE)).sum();
            let found = found[&index(model, product)];
            prop_assert_eq!(found.baskets as usize, with.len());
            prop_assert!(close(found.weight, weight));
            prop_assert!(close(found.share, weight / total));
            prop_assert_eq!(found.days_since, *with.iter().min().unwrap() as f32);
            prop_assert_eq!(found.days_since_first, *with.iter().max().unwrap() as f32);
        }
    }
    Ok(())
}

/// The share of all orders that a product is in, drawn to the mean of all products that were sold by
/// a gamma prior whose shape comes from moments: no product here has a category.
fn overall(counts: &[usize], count: usize, orders: f64) -> f64 {
    let sold = counts.len() as f64;
    let mean = counts.iter().map(|&count| count as f64 / (orders + 1.0)).sum::<f64>() / sold;
    if count == 0 {
        return mean;
    }
    let beyond_chance: f64 =
        counts.iter().map(|&count| (count as f64 / orders - mean).powi(2) - mean / orders).sum();
    let shape = if beyond_chance > 0.0 {
        (sold * mean * mean / beyond_chance).clamp(0.05, 20.0)
    } else {
        20.0
    };
    (count as f64 + shape) / (orders + shape / mean)
}

fn check_products(shop: &Shop, orders: &[Order], model: &Model) -> Result<(), TestCaseError> {
    let as_of = orders.iter().map(|order| order.1).max().unwrap();
    let fade = |order: &Order| decay(as_of - order.1, POPULARITY_HALF_LIFE);
    let all: f64 = orders.iter().map(fade).sum();
    let counts: Vec<usize> = (0..PRODUCTS)
        .map(|product| orders.iter().filter(|order| order.2.contains_key(&product)).count())
        .filter(|&count| count > 0)
        .collect();
    let mut popular = Vec::new();
    for product in 0..PRODUCTS {
        let Some(at) = model.products().find(product as i64) else { continue };
        let with: Vec<(usize, &Order)> =
            orders.iter().enumerate().filter(|(_, order)| order.2.contains_key(&product)).collect();
        let mut times: BTreeMap<usize, u32> = BTreeMap::new();
        for (o, order) in &with {
            *times.entry(if shop.customers { order.0 } else { *o }).or_default() += 1;
        }
        let stats = model.product_stats(at).unwrap();
        prop_assert_eq!(stats.baskets as usize, with.len());
        prop_assert_eq!(stats.customers as usize, times.len());
        let overall = overall(&counts, with.len(), orders.len() as f64);
        let recent: f64 = with.iter().map(|(_, order)| fade(order)).sum();
        // What was never sold is as popular as what was, in the mean.
        let popularity =
            if with.is_empty() { overall } else { (recent + 20.0 * overall) / (all + 20.0) };
        prop_assert!(close(stats.popularity, popularity));
        let repeated = times.values().filter(|&&times| times >= 2).count() as f64;
        let known = if shop.customers { times.len().max(1) as f64 } else { 1.0 };
        let repeated = if shop.customers { repeated } else { 0.0 };
        prop_assert!(close(stats.repeat_share, repeated / known));
        prop_assert!(stats.usual_interval > 0.0 && stats.usual_interval.is_finite());
        if product < SOLD && times.len() >= shop.min_customers as usize {
            popular.push(at);
        }
    }
    let mut found = model.popular().to_vec();
    let popularity = |p: &u32| model.product_stats(*p).unwrap().popularity;
    prop_assert!(found.windows(2).all(|w| popularity(&w[0]) >= popularity(&w[1])));
    found.sort_unstable();
    popular.sort_unstable();
    prop_assert_eq!(found, popular);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn counts_are_those_made_by_hand(shop in shops()) {
        let orders = kept(&shop);
        let options = FitOptions::default()
            .min_customers(shop.min_customers)
            .neighbours(shop.neighbours)
            .max_basket(shop.max_basket)
            .shrinkage(shop.shrinkage)
            .half_life_days(HALF_LIFE)
            .popularity_half_life_days(POPULARITY_HALF_LIFE);
        let fitted = fit(&catalog(), &history(&shop), &options, &Control::new());
        if orders.is_empty() {
            // Everything was given back.
            prop_assert!(fitted.is_err());
            return Ok(());
        }
        let model = fitted.unwrap();
        prop_assert_eq!(model.report().baskets, orders.len() as u64);
        check_pairs(&shop, &orders, &model)?;
        check_customers(&shop, &orders, &model)?;
        check_products(&shop, &orders, &model)?;
    }
}
