//! What products are to each other, against brute force and against planted truth; who is due.

use std::collections::{BTreeMap, BTreeSet};

use basketry::data::Link;
use basketry::{
    Catalog, CatalogBuilder, CatalogOptions, Context, Control, Cycle, DueOptions, DueState, Engine,
    ErrorKind, FitOptions, History, HistoryBuilder, HistoryOptions, IdRef, Model, OrderLine,
    Policy, Product, Reason, Relation, RelationRow, ScoreOptions, fit,
};
use proptest::prelude::*;

const DAY: i64 = 86_400_000;

struct Draws(u64);

impl Draws {
    fn below(&mut self, n: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((u128::from(self.0 ^ self.0 >> 29) * u128::from(n)) >> 64) as u64
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// A basket: customer, time, products.
type Basket = (i64, i64, BTreeSet<i64>);

fn history(baskets: &[Basket]) -> History {
    let mut builder = HistoryBuilder::new(&HistoryOptions::default());
    for (number, (customer, time, products)) in baskets.iter().enumerate() {
        for &product in products {
            let line = OrderLine::new(*time, product).customer(*customer).basket(number as i64);
            builder.push(&line).unwrap();
        }
    }
    builder.finish(&Control::new()).unwrap()
}

/// Products 0 to n - 1 with prices, categories of three, lines of two and brands by turns.
fn catalog(n: i64) -> Catalog {
    let mut builder = CatalogBuilder::new(&CatalogOptions::default());
    for id in 0..n {
        let product = Product::new(id).price(100 + 10 * id).category([id / 6, id / 3]);
        let product = product.line(id / 2).brand(id % 2);
        builder.push(&if id == 1 { Product::new(id) } else { product }).unwrap();
    }
    builder.finish()
}

// ------------------------------------------------------------------------------ brute force --

/// All numbers of a pair, computed from the baskets in the plainest way.
struct Oracle<'a> {
    baskets: &'a [Basket],
    options: &'a FitOptions,
}

impl Oracle<'_> {
    fn counted(&self) -> impl Iterator<Item = &Basket> {
        self.baskets.iter().filter(|b| b.2.len() <= self.options.max_basket as usize)
    }

    fn together(&self, products: &[i64]) -> (u32, u32) {
        let with = |b: &&Basket| products.iter().all(|p| b.2.contains(p));
        let customers: BTreeSet<i64> = self.counted().filter(with).map(|b| b.0).collect();
        (self.counted().filter(with).count() as u32, customers.len() as u32)
    }

    /// Fewer than 2,000 baskets are of one period: only sizes make strata.
    fn expected(&self, i: i64, j: i64) -> f64 {
        let stratum = |b: &Basket| (b.2.len() as f64).log2().floor().min(6.0) as u32;
        (1..=6)
            .map(|s| {
                let of: Vec<&Basket> = self.counted().filter(|b| stratum(b) == s).collect();
                let mut n: BTreeMap<i64, f64> = BTreeMap::new();
                let (mut places, mut pairs) = (0.0, 0.0);
                for b in &of {
                    for &p in &b.2 {
                        *n.entry(p).or_default() += 1.0;
                        places += 1.0;
                        pairs += (b.2.len() - 1) as f64;
                    }
                }
                let all = places * places - n.values().map(|n| n * n).sum::<f64>();
                let of = |p: i64| n.get(&p).copied().unwrap_or(0.0);
                if all > 0.0 { (of(i) * of(j) * pairs / all).min(of(i)).min(of(j)) } else { 0.0 }
            })
            .sum()
    }

    fn low(&self, n: f64, expected: f64) -> f64 {
        quantile(n, expected, self.options.shrinkage, -1.959_963_984_540_054)
    }

    fn vector(&self, i: i64, products: &BTreeSet<i64>) -> BTreeMap<i64, f64> {
        products
            .iter()
            .filter(|&&k| k != i)
            .filter_map(|&k| {
                let (n, customers) = self.together(&[i, k]);
                let low = self.low(f64::from(n), self.expected(i, k));
                (customers >= self.options.min_customers && low > 1.0).then(|| (k, low.ln()))
            })
            .collect()
    }

    fn context(&self, i: i64, j: i64, products: &BTreeSet<i64>) -> f64 {
        let (mut a, mut b) = (self.vector(i, products), self.vector(j, products));
        a.remove(&j);
        b.remove(&i);
        let dot: f64 = a.iter().map(|(k, x)| x * b.get(k).unwrap_or(&0.0)).sum();
        let norm = |v: &BTreeMap<i64, f64>| v.values().map(|x| x * x).sum::<f64>().sqrt();
        if dot > 0.0 { dot / norm(&a) / norm(&b) } else { 0.0 }
    }

    /// How many times as many customers buy j in the days after the first i as if it did not matter
    /// in which of their baskets without i they buy it. So few baskets are of one season.
    fn follow_up(&self, i: i64, j: i64) -> Option<f64> {
        let window = (self.options.follow_up_days * DAY as f64) as i64;
        let end = self.baskets.iter().map(|b| b.1).max().unwrap() - window;
        let customers: BTreeSet<i64> = self.baskets.iter().map(|b| b.0).collect();
        let (mut first, mut then, mut expected) = (0u32, 0.0, 0.0);
        for customer in customers {
            let own: Vec<&Basket> = self.baskets.iter().filter(|b| b.0 == customer).collect();
            let begun = own.iter().filter(|b| b.2.contains(&i)).map(|b| b.1).min();
            let Some(t) = begun.filter(|&t| t <= end) else { continue };
            first += 1;
            let rest: Vec<&&Basket> = own.iter().filter(|b| !b.2.contains(&i)).collect();
            let inside = |b: &&&&Basket| b.1 > t && b.1 <= t + window;
            let places =
                |of: &mut dyn Iterator<Item = &&&Basket>| -> usize { of.map(|b| b.2.len()).sum() };
            let (all, within) = (places(&mut rest.iter()), places(&mut rest.iter().filter(inside)));
            let with = rest.iter().filter(|b| b.2.contains(&j)).count();
            if with == 0 || within == all {
                continue;
            }
            then += f64::from(u8::from(rest.iter().filter(inside).any(|b| b.2.contains(&j))));
            let share = within as f64 / all as f64 * rest.len() as f64;
            let none: f64 = (0..with)
                .map(|drawn| (1.0 - share / (rest.len() - drawn) as f64).max(0.0))
                .product();
            expected += 1.0 - none;
        }
        let k = self.options.shrinkage;
        (first >= self.options.min_customers).then(|| (then + k) / (expected + k))
    }
}

/// Wilson and Hilferty's gamma quantile.
fn quantile(n: f64, expected: f64, k: f64, z: f64) -> f64 {
    let a = n + k;
    a * (1.0 - 1.0 / (9.0 * a) + z / (3.0 * a.sqrt())).max(0.0).powi(3) / (expected + k)
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-5 * (1.0 + a.abs())
}

fn check(baskets: &[Basket], products: i64, options: &FitOptions) -> usize {
    let control = Control::new();
    let catalog = catalog(products);
    let model = fit(&catalog, &history(baskets), options, &control).unwrap();
    let one = fit(&catalog, &history(baskets), &options.clone().threads(1), &control).unwrap();
    let two = fit(&catalog, &history(baskets), &options.clone().threads(2), &control).unwrap();
    assert!(one.as_bytes() == two.as_bytes() && one.as_bytes() == model.as_bytes());
    let oracle = Oracle { baskets, options };
    let relations = model.relations(None).unwrap();
    let id = |index: u32| match model.products().get(index) {
        Some(IdRef::Int(id)) => id,
        other => panic!("{other:?}"),
    };
    let in_pairs: BTreeSet<i64> =
        (0..products).filter(|&p| oracle.together(&[p]).1 >= options.min_customers).collect();
    let mut seen = BTreeMap::new();
    for row in relations.rows() {
        let (i, j) = (id(row.product), id(row.related));
        assert!(seen.insert((i, j), row.relation).is_none(), "{i} and {j} are listed twice");
        let n = row.numbers.expect("nothing is given by hand");
        let (baskets, customers) = oracle.together(&[i, j]);
        assert_eq!((n.baskets, n.customers), (baskets, customers), "{i} {j}");
        let expected = oracle.expected(i, j);
        assert!(close(f64::from(n.expected), expected), "{i} {j}: {n:?}, {expected}");
        let (b, k) = (f64::from(baskets), options.shrinkage);
        assert!(close(n.lift, (b + k) / (expected + k)), "{n:?}");
        assert!(close(n.lift_low, quantile(b, expected, k, -1.959_963_984_540_054)), "{n:?}");
        assert!(close(n.lift_high, quantile(b, expected, k, 1.959_963_984_540_054)), "{n:?}");
        assert!(close(n.confidence, b / f64::from(oracle.together(&[i]).0)));
        assert!(close(n.confidence_back, b / f64::from(oracle.together(&[j]).0)));
        let context = oracle.context(i, j, &in_pairs);
        assert!(close(f64::from(n.context), context), "{i} {j}: {n:?}, {context}");
        for (found, oracle) in
            [(n.follow_up, oracle.follow_up(i, j)), (n.follow_up_back, oracle.follow_up(j, i))]
        {
            assert_eq!(found.is_some(), oracle.is_some());
            let (found, oracle) = (found.unwrap_or(0.0), oracle.unwrap_or(0.0));
            assert!(close(found, oracle), "{i} {j}: {found} instead of {oracle}");
        }
        let known = |p: i64| p != 1;
        assert_eq!(row.same_line, known(i) && known(j) && i / 2 == j / 2);
        assert_eq!(row.same_category, known(i) && known(j) && i / 3 == j / 3);
        assert_eq!(row.same_brand, known(i) && known(j) && i % 2 == j % 2);
        let ratio = (known(i) && known(j)).then(|| (100 + 10 * j) as f64 / (100 + 10 * i) as f64);
        assert_eq!(row.price_ratio, ratio);
    }
    // All that has evidence is there, since so few products fit into the best ones.
    for &i in &in_pairs {
        for &j in in_pairs.iter().filter(|&&j| j != i) {
            let (_, customers) = oracle.together(&[i, j]);
            let alike = oracle.context(i, j, &in_pairs) >= 0.5
                || (i != 1 && j != 1 && (i / 2 == j / 2 || i / 3 == j / 3));
            let expected = oracle.expected(i, j) >= 10.0 && alike;
            if customers >= options.min_customers || expected {
                assert!(seen.contains_key(&(i, j)), "{i} and {j} are missing");
            }
            assert_eq!(seen.get(&(i, j)), seen.get(&(j, i)), "{i} and {j}");
        }
    }
    relations.to_record_batch().unwrap();
    seen.len()
}

fn baskets() -> impl Strategy<Value = Vec<Basket>> {
    let basket = (0..12i64, 0..60i64, prop::collection::btree_set(0..9i64, 1..8))
        .prop_map(|(customer, day, products)| (customer, day * DAY, products));
    prop::collection::vec(basket, 20..120)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn all_numbers_are_those_of_brute_force(
        baskets in baskets(),
        min_customers in 1..5u32,
        max_basket in 3..8u32,
        shrinkage in 0.5..5.0f64,
        days in 1..20u32,
    ) {
        let options = FitOptions::default()
            .min_customers(min_customers)
            .max_basket(max_basket)
            .shrinkage(shrinkage)
            .follow_up_days(f64::from(days));
        check(&baskets, 9, &options);
    }
}

// ----------------------------------------------------------------------------- planted truth --

const MILK_A: i64 = 0;
const MILK_B: i64 = 1;
const BREAD: i64 = 2;
const BUTTER: i64 = 3;
const CAMERA: i64 = 4;
const LENS: i64 = 5;
const BAG: i64 = 6;
const CHERRY: i64 = 7;
const PEACH: i64 = 8;
const OTHERS: i64 = 9;
const ALL: i64 = 30;

fn shop() -> Catalog {
    let mut builder = CatalogBuilder::new(&CatalogOptions::default());
    for id in 0..ALL {
        let (price, category, line) = match id {
            MILK_A => (110, "milk", "a"),
            MILK_B => (120, "milk", "b"),
            CAMERA => (50_000, "cameras", "camera"),
            LENS => (20_000, "lenses", "lens"),
            BAG => (4_000, "bags", "bag"),
            CHERRY | PEACH => (90, "yogurt", "yogurt"),
            _ => (300, "", ""),
        };
        let product = Product::new(id).price(price).cost(price / 2);
        let kind = format!("kind {id}");
        let product = if category.is_empty() {
            product.category([kind.as_str()])
        } else {
            product.category([category]).line(line)
        };
        builder.push(&product).unwrap();
    }
    builder.finish()
}

fn orders() -> Vec<Basket> {
    let mut draws = Draws(11);
    let mut baskets: Vec<Basket> = Vec::new();
    for customer in 0..400i64 {
        let milk = if customer % 2 == 0 { MILK_A } else { MILK_B };
        for _ in 0..8 {
            let time = draws.below(300 * 24) as i64 * 3_600_000;
            let mut basket = BTreeSet::new();
            if draws.chance(50) {
                basket.insert(milk);
            }
            if basket.contains(&milk) && draws.chance(60) {
                basket.insert(BREAD);
                if draws.chance(50) {
                    basket.insert(BUTTER);
                }
            }
            if draws.chance(15) {
                basket.extend([CHERRY, PEACH]);
            }
            for _ in 0..draws.below(4) {
                basket.insert(OTHERS + draws.below((ALL - OTHERS) as u64) as i64);
            }
            if !basket.is_empty() {
                baskets.push((customer, time, basket));
            }
        }
        // A third buys a camera, some of these with a lens; many a bag some days later.
        if draws.chance(35) {
            let time = draws.below(250 * 24) as i64 * 3_600_000;
            let mut basket = BTreeSet::from([CAMERA]);
            if draws.chance(40) {
                basket.insert(LENS);
            }
            baskets.push((customer, time, basket));
            if draws.chance(60) {
                let later = time + (1 + draws.below(20) as i64) * DAY;
                let other = OTHERS + draws.below((ALL - OTHERS) as u64) as i64;
                baskets.push((customer, later, BTreeSet::from([BAG, other])));
            }
        }
    }
    baskets
}

fn fitted(catalog: &Catalog) -> Model {
    fit(catalog, &history(&orders()), &FitOptions::default(), &Control::new()).unwrap()
}

fn relation(model: &Model, one: i64, other: i64) -> Option<RelationRow> {
    let other = model.products().find(other).unwrap();
    let rows = model.relations(Some(IdRef::Int(one))).unwrap();
    rows.rows().iter().find(|row| row.related == other).copied()
}

#[test]
fn planted_relations_are_found() {
    let model = fitted(&shop());
    let of = |one, other| relation(&model, one, other).map(|row| row.relation);
    assert_eq!(of(MILK_A, MILK_B), Some(Relation::Substitute));
    assert_eq!(of(BREAD, BUTTER), Some(Relation::Complement));
    assert_eq!(of(CHERRY, PEACH), Some(Relation::Variant));
    let lens = relation(&model, CAMERA, LENS).unwrap();
    assert_eq!((lens.relation, lens.related_is_accessory), (Relation::Accessory, Some(true)));
    let camera = relation(&model, LENS, CAMERA).unwrap();
    assert_eq!((camera.relation, camera.related_is_accessory), (Relation::Accessory, Some(false)));
    // Never in one basket, but afterwards.
    let bag = relation(&model, CAMERA, BAG).unwrap();
    let numbers = bag.numbers.unwrap();
    assert_eq!((bag.relation, bag.related_is_accessory), (Relation::Accessory, Some(true)));
    assert!(numbers.baskets == 0 && numbers.follow_up.unwrap() > 3.0, "{numbers:?}");
    assert!(numbers.follow_up_back.unwrap() < 1.0, "{numbers:?}");
    let milk = relation(&model, MILK_A, MILK_B).unwrap().numbers.unwrap();
    assert!(milk.baskets == 0 && milk.expected >= 10.0 && milk.lift_high < 1.0, "{milk:?}");
    // What is bought at random is nothing to each other, but for one in twenty.
    let rows = model.relations(None).unwrap();
    let random: Vec<&RelationRow> = rows
        .rows()
        .iter()
        .filter(|row| row.product >= OTHERS as u32 && row.related >= OTHERS as u32)
        .collect();
    let wrong = random.iter().filter(|row| row.relation != Relation::Unknown).count();
    assert!(wrong * 20 <= random.len(), "{wrong} of {}", random.len());
}

#[test]
fn products_that_were_never_on_sale_at_the_same_time_are_no_substitutes() {
    let mut draws = Draws(12);
    let baskets: Vec<Basket> = (0..16_000i64)
        .map(|basket| {
            let time = basket * DAY / 40;
            let season = if basket < 8000 { MILK_A } else { MILK_B };
            let mut products = BTreeSet::from([OTHERS + draws.below(21) as i64]);
            if draws.chance(30) {
                products.insert(season);
            }
            products.insert(OTHERS + draws.below(21) as i64);
            (basket % 500, time, products)
        })
        .collect();
    let options = FitOptions::default();
    let model = fit(&shop(), &history(&baskets), &options, &Control::new()).unwrap();
    let found = relation(&model, MILK_A, MILK_B);
    assert!(found.is_none_or(|row| row.relation == Relation::Unknown), "{found:?}");
}

#[test]
fn links_made_by_hand_win() {
    let mut catalog = shop();
    catalog.link(BUTTER, Link::AccessoryOf, BREAD).unwrap();
    catalog.link(MILK_A, Link::VariantOf, MILK_B).unwrap();
    catalog.link(CAMERA, Link::NeverWith, LENS).unwrap();
    catalog.link(CAMERA, Link::VariantOf, LENS).unwrap();
    catalog.link(MILK_A, Link::VariantOf, MILK_B).unwrap();
    assert_eq!(catalog.links().len(), 4);
    let error = catalog.link(CAMERA, Link::NeverWith, 99).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownId);
    let error = catalog.link(CAMERA, Link::NeverWith, CAMERA).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    let model = fitted(&catalog);
    assert_eq!(model.catalog().links(), catalog.links());
    let butter = relation(&model, BREAD, BUTTER).unwrap();
    assert_eq!((butter.relation, butter.given), (Relation::Accessory, true));
    assert_eq!(butter.related_is_accessory, Some(true));
    assert!(butter.numbers.is_some());
    let milk = relation(&model, MILK_B, MILK_A).unwrap();
    assert_eq!((milk.relation, milk.given), (Relation::Variant, true));
    let lens = relation(&model, LENS, CAMERA).unwrap();
    assert_eq!((lens.relation, lens.related_is_accessory), (Relation::NeverWith, None));

    // And of a product that nobody bought there are no numbers.
    let mut builder = CatalogBuilder::new(&CatalogOptions::default());
    for id in [BREAD, BUTTER, 1000] {
        builder.push(&Product::new(id).price(5)).unwrap();
    }
    let mut catalog = builder.finish();
    catalog.link(1000, Link::AccessoryOf, BREAD).unwrap();
    let new = relation(&fitted(&catalog), 1000, BREAD).unwrap();
    assert_eq!((new.relation, new.numbers), (Relation::Accessory, None));
    assert_eq!(new.related_is_accessory, Some(false));
}

#[test]
fn substitutes_of_the_basket_are_no_cross_sell() {
    let mut catalog = shop();
    catalog.link(BUTTER, Link::NeverWith, BREAD).unwrap();
    let engine = |catalog: &Catalog| Engine::new(fitted(catalog), catalog.clone()).unwrap();
    let reason = |engine: &Engine| {
        let context = Context::at(300 * DAY).basket([(BREAD, 1)]);
        let policy = Policy::default();
        engine.decide(&policy, &context).unwrap().why_not(BUTTER).reason
    };
    assert_ne!(reason(&engine(&shop())), Some(Reason::SubstituteInBasket));
    assert_eq!(reason(&engine(&catalog)), Some(Reason::SubstituteInBasket));
}

#[test]
fn links_that_a_model_was_fitted_with_end_with_those_of_the_catalogue() {
    let mut linked = shop();
    linked.link(BUTTER, Link::NeverWith, BREAD).unwrap();
    linked.link(CAMERA, Link::AccessoryOf, BREAD).unwrap();
    let model = fitted(&linked);
    let engine = Engine::new(model.clone(), linked.clone()).unwrap();
    let decide = |engine: &Engine, basket: i64| {
        let context = Context::at(300 * DAY).basket([(basket, 1)]);
        engine.decide(&Policy::default(), &context).unwrap()
    };
    let why =
        |engine: &Engine, basket: i64, product: i64| decide(engine, basket).why_not(product).reason;
    let apart = Some(Reason::SubstituteInBasket);
    for engine in [&engine, &Engine::from_model(model.clone()).unwrap()] {
        assert_eq!((why(engine, BREAD, BUTTER), why(engine, BUTTER, BREAD)), (apart, apart));
        assert_eq!(why(engine, CAMERA, BREAD), Some(Reason::MainOfAccessory));
        assert!(decide(engine, BREAD).warnings().is_empty());
    }
    // One of them is gone, then both; and what is new holds at once.
    let mut other = shop();
    other.link(CAMERA, Link::AccessoryOf, BREAD).unwrap();
    engine.set_catalog(other).unwrap();
    assert_ne!(why(&engine, BREAD, BUTTER), apart);
    assert_eq!(why(&engine, CAMERA, BREAD), Some(Reason::MainOfAccessory));
    assert!(decide(&engine, BREAD).warnings().is_empty());
    engine.set_catalog(shop()).unwrap();
    assert_ne!(why(&engine, BREAD, BUTTER), apart);
    assert_ne!(why(&engine, CAMERA, BREAD), Some(Reason::MainOfAccessory));
    let warnings = decide(&engine, BREAD).warnings().to_vec();
    assert!(warnings.iter().any(|warning| warning.starts_with("links: 2 ")), "{warnings:?}");
    // A model that was fitted without them is the same, but for what it learned of the pair.
    assert_ne!(why(&Engine::new(fitted(&shop()), shop()).unwrap(), BREAD, BUTTER), apart);
}

#[test]
fn what_is_linked_as_a_variant_is_no_substitute() {
    let model = fitted(&shop());
    let rows = model.relations(None).unwrap();
    let substitutes = rows.rows().iter().find(|row| row.relation == Relation::Substitute);
    let substitutes = substitutes.expect("a pair of substitutes");
    let id = |index| model.products().get(index).unwrap().to_owned();
    let (one, other) = (id(substitutes.product), id(substitutes.related));
    let mut policy = Policy::default();
    policy.allow_variants = true;
    let why = |catalog: Catalog| {
        let context = Context::at(300 * DAY).basket([(one.clone(), 1)]);
        let engine = Engine::new(model.clone(), catalog).unwrap();
        engine.decide(&policy, &context).unwrap().why_not(other.as_ref()).reason
    };
    assert_eq!(why(shop()), Some(Reason::SubstituteInBasket));
    let mut linked = shop();
    linked.link(other.as_ref(), Link::VariantOf, one.as_ref()).unwrap();
    assert_ne!(why(linked), Some(Reason::SubstituteInBasket));
}

#[test]
fn relations_can_be_left_out_and_unknown_items_are_errors() {
    let options = FitOptions::default().relations(0);
    let control = Control::new();
    let model = fit(&shop(), &history(&orders()), &options, &control).unwrap();
    assert!(model.relations(None).unwrap().is_empty());
    let error = model.relations(Some(IdRef::Int(12345))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownId);
    assert!(error.to_string().contains("12345"), "{error}");
}

#[test]
fn all_are_those_of_each() {
    let model = fitted(&shop());
    let all = model.relations(None).unwrap();
    let each: Vec<RelationRow> = model
        .products()
        .iter()
        .flat_map(|id| model.relations(Some(id)).unwrap().rows().to_vec())
        .collect();
    assert_eq!(all.rows(), each);
    let batch = all.to_record_batch().unwrap();
    assert_eq!((batch.num_rows(), batch.num_columns()), (all.len(), 20));
    let privacy = model.options().min_customers;
    for row in all.rows() {
        let n = row.numbers.unwrap();
        let counted = n.customers >= privacy
            || matches!(row.relation, Relation::Substitute | Relation::Unknown)
            || n.follow_up.is_some();
        assert!(counted, "{row:?}");
    }
}

// ------------------------------------------------------------------------------------- rhythm --

#[test]
fn who_buys_at_intervals_is_due_after_one() {
    // Filters every 30 days, of each customer with an offset of their own; sofas once.
    let mut baskets: Vec<Basket> = Vec::new();
    for customer in 0..200i64 {
        for time in (0..12).map(|turn| (turn * 30 + customer % 30) * DAY) {
            baskets.push((customer, time, BTreeSet::from([0])));
        }
        baskets.push((customer, customer * DAY, BTreeSet::from([3])));
    }
    let control = Control::new();
    let options = FitOptions::default();
    let model = fit(&catalog(4), &history(&baskets), &options, &control).unwrap();
    assert_eq!(model.cycle(0), Some(Cycle::Regular));
    assert_eq!(model.cycle(3), Some(Cycle::OneOff));
    assert_eq!(model.cycle(99), None);
    let last = 359 * DAY;
    assert_eq!(model.as_of(), last);
    // Customer 0 bought on day 330 last.
    let state = |customer: i64, days: i64| {
        let options = DueOptions::default().at(last + days * DAY);
        let due = model.due(&[IdRef::Int(customer)], &options, &control).unwrap();
        assert!(due.len() <= 1 && due.products().iter().all(|&p| p == 0));
        due.states().first().copied()
    };
    assert_eq!(state(0, 0), Some(DueState::Due));
    assert_eq!(state(0, 30), Some(DueState::Overdue));
    assert_eq!(state(29, 0), None);
    assert_eq!(state(29, 17), Some(DueState::Soon));
    assert_eq!(state(29, 25), Some(DueState::Due));
    let everybody: Vec<IdRef<'_>> = model.customers().iter().collect();
    let due = model.due(&everybody, &DueOptions::default().n(1), &control).unwrap();
    assert!(due.probabilities().iter().all(|p| (0.0..=1.0).contains(p)) && due.len() > 80);
    assert!(due.intervals().iter().all(|days| (25.0..35.0).contains(days)));
    assert_eq!(due.to_record_batch().unwrap().num_rows(), due.len());
    // The probabilities are those of the scores.
    let later = last + 9 * DAY;
    let due = model.due(&everybody, &DueOptions::default().at(later), &control).unwrap();
    let who: Vec<IdRef<'_>> = due.requests().iter().map(|&at| everybody[at as usize]).collect();
    let what: Vec<IdRef<'_>> = vec![IdRef::Int(0); due.len()];
    let scores = model.score(&who, &what, &ScoreOptions::default().at(later), &control).unwrap();
    assert_eq!(due.probabilities(), scores.probabilities());
    for at in [last - 1, i64::MAX] {
        let options = DueOptions::default().at(at);
        let error = model.due(&everybody, &options, &control).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().starts_with("at: "), "{error}");
    }
    let error = model.due(&[IdRef::Int(5000)], &DueOptions::default(), &control).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownId);
}
