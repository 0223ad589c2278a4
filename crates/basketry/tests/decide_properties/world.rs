//! Catalogues, orders, policies and requests at random.

use basketry::{
    Catalog, CatalogBuilder, CatalogOptions, Context, Control, Currency, History, HistoryBuilder,
    HistoryOptions, Id, IdRef, Kind, Order, OrderLine, Policy, Product,
};
use proptest::prelude::*;

pub(crate) const DAY: i64 = 86_400_000;
pub(crate) const START: i64 = 1_700_000_000_000;

/// A product as the test knows it.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    pub(crate) price: Option<i64>,
    pub(crate) cost: Option<i64>,
    pub(crate) stock: Option<i64>,
    pub(crate) sellable: bool,
    pub(crate) line: Option<i64>,
    pub(crate) brand: Option<i64>,
    pub(crate) category: i64,
    pub(crate) size: Option<i64>,
    pub(crate) quality: Option<f64>,
    pub(crate) service: bool,
    pub(crate) term: Option<u32>,
    pub(crate) pack: Option<f64>,
    pub(crate) in_catalog: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) customer: Option<i64>,
    pub(crate) basket: Vec<i64>,
    pub(crate) viewed: Option<i64>,
    pub(crate) since: Vec<(i64, Vec<i64>)>,
    pub(crate) after: Vec<i64>,
    pub(crate) returned: Vec<i64>,
    pub(crate) hours: i64,
}

impl Ask {
    /// What is in the basket, viewed or just ordered, and did not come back: that something may be
    /// offered because of it. Of the products that there are.
    pub(crate) fn here(&self, world: &World) -> Vec<i64> {
        let all = self.basket.iter().chain(&self.viewed).chain(&self.after).copied();
        let known = |&id: &i64| id < world.products.len() as i64 && !self.returned.contains(&id);
        all.filter(known).collect()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) products: Vec<Spec>,
    /// Customer, day, products.
    pub(crate) orders: Vec<(i64, i64, Vec<i64>)>,
    pub(crate) min_customers: u32,
    pub(crate) policy: Policy,
    pub(crate) asks: Vec<Ask>,
}

pub(crate) fn spec() -> impl Strategy<Value = Spec> {
    let often = |p| prop::bool::weighted(p);
    (
        (prop::option::weighted(0.95, 0..2_000i64), prop::option::weighted(0.8, 0..1_200i64)),
        (prop::option::weighted(0.5, 0..4i64), often(0.93)),
        (prop::option::weighted(0.7, 0..4i64), prop::option::weighted(0.8, 0..3i64)),
        (0..3i64, prop::option::weighted(0.5, 0..2i64)),
        (
            prop::option::weighted(0.5, (0..3i64).prop_map(|q| q as f64)),
            often(0.95),
            often(0.1),
            prop::option::weighted(0.1, 1..4u32),
            prop::option::weighted(0.3, (1..4i64).prop_map(|pack| pack as f64)),
        ),
    )
        .prop_map(
            |((price, cost), (stock, sellable), (line, brand), (category, size), rest)| {
                let (quality, in_catalog, service, term, pack) = rest;
                Spec {
                    price,
                    cost,
                    stock,
                    sellable,
                    line,
                    brand,
                    category,
                    size,
                    quality,
                    service,
                    term,
                    pack,
                    in_catalog,
                }
            },
        )
}

pub(crate) fn policy(products: i64) -> impl Strategy<Value = Policy> {
    let few = |n: i64| prop_oneof![3 => Just(vec![]), 1 => prop::collection::vec(0..n, 1)];
    let max = || prop_oneof![0..4u32, Just(1000)];
    (
        (0..8u32, prop::sample::select(vec![0.0, 0.0, 0.01, 1.0, 20.0]), 0..3u32),
        (1..3u32, any::<bool>(), prop::option::of(1..5u32)),
        (max(), max(), max(), max()),
        prop::sample::select(vec![1.0, 1.0, 0.0, 2.5]),
        (prop::option::of(0..500i64), prop::option::of(500..2_000i64)),
        (prop::collection::vec(0..products, 0..3), few(3), few(3), few(4)),
        (prop::sample::select(vec![0.0, 0.3]), 1.0..3.0f64, 0.0..1.0f64, 0.0..0.1f64),
        (
            prop::option::weighted(0.5, (500..6_000i64, 0..60i64)),
            (0..3u32, 1..4u32, prop::sample::select(vec![0.0, 0.2])),
            (prop::sample::select(vec![0.0, 0.5]), 0.0..40.0f64, 0.0..0.2f64),
            (
                prop::option::of(prop::sample::select(vec![0.2, 0.7, 2.0])),
                prop::option::weighted(0.3, prop::sample::select(vec![0.1, 3.0])),
            ),
        ),
    )
        .prop_map(|(top, rules, kinds, lever, price, exclude, assume, sets)| {
            let mut policy = Policy::new("random");
            (policy.max_offers, policy.min_value) = (top.0, top.1);
            policy.contact_cost = f64::from(top.2) * 0.05;
            (policy.per_line, policy.allow_variants, policy.min_customers) = rules;
            policy.cross_sell.max = kinds.0;
            policy.up_sell.max = kinds.1;
            policy.refill.max = kinds.2;
            policy.popular.max = kinds.3;
            policy.cross_sell.lever = lever;
            (policy.price.min, policy.price.max) = price;
            let ids = |list: Vec<i64>| list.into_iter().map(Id::Int).collect::<Vec<_>>().into();
            policy.exclude.products = ids(exclude.0);
            policy.exclude.categories = ids(exclude.1);
            policy.exclude.brands = ids(exclude.2);
            policy.exclude.lines = ids(exclude.3);
            policy.assume.margin_rate = assume.0;
            policy.assume.response_odds = assume.1;
            policy.assume.accept = assume.2;
            policy.assume.abandon = assume.3;
            if let Some((threshold, cost)) = sets.0 {
                policy.top_up.threshold = Some(threshold);
                policy.top_up.cost = cost as f64;
            }
            (policy.bundle.max, policy.bundle.items, policy.bundle.max_discount) = sets.1;
            policy.bundle.step = 0.05;
            policy.bundle.second = sets.2.0;
            policy.assume.discount_response = sets.2.1;
            policy.assume.second_unit = sets.2.2;
            policy.assume.odds.extend(sets.3.0.map(|odds| (Kind::Bundle, odds)));
            policy.assume.base_odds.extend(sets.3.1.map(|odds| (Kind::CrossSell, odds)));
            policy
        })
}

pub(crate) fn ask(products: i64) -> impl Strategy<Value = Ask> {
    // A few ids beyond the last: unknown products and customers.
    let id = || 0..products + 2;
    (
        prop::option::weighted(0.8, 0..14i64),
        prop::collection::vec(id(), 0..6),
        prop::option::of(id()),
        prop::collection::vec((0..48i64, prop::collection::vec(id(), 0..4)), 0..3),
        prop_oneof![4 => Just(vec![]), 1 => prop::collection::vec(id(), 1..4)],
        (prop_oneof![4 => Just(vec![]), 1 => prop::collection::vec(id(), 1..3)], any::<bool>()),
        0..60 * 24i64,
    )
        .prop_map(|(customer, basket, viewed, since, after, (mut returned, same), hours)| {
            // Often what came back is here.
            let here = basket.iter().chain(&viewed).chain(&after);
            if let Some((back, &id)) = returned.first_mut().zip(here.last()).filter(|_| same) {
                *back = id;
            }
            Ask { customer, basket, viewed, since, after, returned, hours }
        })
}

pub(crate) fn world() -> impl Strategy<Value = World> {
    (6..24i64).prop_flat_map(|n| {
        (
            prop::collection::vec(spec(), n as usize),
            prop::collection::vec(
                // Some products are much more popular than others, and 2i and 2i + 1 sell together.
                (0..12i64, 0..100i64, prop::collection::vec((0..n, 0..n, any::<bool>()), 1..4)),
                40..160,
            ),
            1..4u32,
            policy(n),
            prop::collection::vec(ask(n), 4),
        )
            .prop_map(move |(products, orders, min_customers, policy, asks)| World {
                products,
                orders: orders
                    .into_iter()
                    .map(|(customer, day, lines)| {
                        let lines = lines.into_iter().flat_map(|(a, b, both)| {
                            let product = a * b / n;
                            [product, if both { (product ^ 1).min(n - 1) } else { product }]
                        });
                        (customer, day, lines.collect())
                    })
                    .collect(),
                min_customers,
                policy,
                asks,
            })
    })
}

pub(crate) fn catalog(products: &[Spec]) -> Catalog {
    let options = CatalogOptions::new(Currency::new("EUR").unwrap());
    let mut builder = CatalogBuilder::new(&options);
    for (id, spec) in products.iter().enumerate().filter(|(_, spec)| spec.in_catalog) {
        let mut product = Product::new(id as i64).sellable(spec.sellable);
        product = product.category([spec.category]);
        (product.price, product.cost, product.stock) = (spec.price, spec.cost, spec.stock);
        (product.line, product.brand) = (spec.line.map(IdRef::Int), spec.brand.map(IdRef::Int));
        if let Some(size) = spec.size {
            product = product.must_match("size", size);
        }
        if let Some(quality) = spec.quality {
            product = product.quality("quality", quality);
        }
        product = product.service(spec.service);
        (product.term, product.pack) = (spec.term, spec.pack);
        builder.push(&product).unwrap();
    }
    builder.finish()
}

pub(crate) fn history(orders: &[(i64, i64, Vec<i64>)]) -> History {
    let options = HistoryOptions::new(Currency::new("EUR").unwrap());
    let mut builder = HistoryBuilder::new(&options);
    for (basket, (customer, day, products)) in orders.iter().enumerate() {
        for &product in products {
            let line = OrderLine::new(START + day * DAY, product);
            builder.push(&line.customer(*customer).basket(basket as i64)).unwrap();
        }
    }
    builder.finish(&Control::new()).unwrap()
}

pub(crate) fn context(ask: &Ask, as_of: i64) -> Context {
    let now = as_of + ask.hours * 3_600_000;
    let mut context = Context::at(now).basket(ask.basket.iter().map(|&id| (id, 1)));
    if let Some(customer) = ask.customer {
        context = context.customer(customer);
    }
    if let Some(viewed) = ask.viewed {
        context = context.viewed(viewed);
    }
    context = context.after(ask.after.iter().map(|&id| (id, 1))).returned(ask.returned.clone());
    context.orders_since(ask.since.iter().map(|(hours_ago, lines)| {
        let order = Order::at(now - hours_ago * 3_600_000);
        lines.iter().fold(order, |order, &id| order.line(id, 1))
    }))
}

pub(crate) fn int(id: &Id) -> i64 {
    match id {
        Id::Int(id) => *id,
        Id::Str(id) => panic!("{id:?} went in as an integer"),
    }
}
