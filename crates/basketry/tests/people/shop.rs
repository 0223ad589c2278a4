//! A small shop in which rules can be followed one by one.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use basketry::{
    Catalog, CatalogBuilder, CatalogOptions, Context, Control, Currency, Decision, Engine,
    FitOptions, HistoryBuilder, HistoryOptions, Id, Model, OrderLine, Policy, Product, fit,
};

pub(crate) const DAY: i64 = 86_400_000;
pub(crate) const HOUR: i64 = 3_600_000;
pub(crate) const START: i64 = 1_700_000_000_000;
pub(crate) const PRODUCTS: i64 = 24;
pub(crate) const CUSTOMERS: i64 = 40;

/// SplitMix64: a case is one number.
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: i64) -> i64 {
        (self.next() % n as u64) as i64
    }

    pub(crate) fn chance(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn some(&mut self, percent: i64, n: i64) -> Option<i64> {
        let drawn = self.below(n);
        self.chance(percent).then_some(drawn)
    }

    pub(crate) fn ids(&mut self, percent: i64, n: i64, most: i64) -> Vec<i64> {
        if !self.chance(percent) {
            return Vec::new();
        }
        (0..1 + self.below(most)).map(|_| self.below(n)).collect()
    }

    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as i64) as usize]
    }
}

/// A product as the tests know it.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    pub(crate) price: i64,
    pub(crate) stock: i64,
    pub(crate) line: Option<i64>,
    pub(crate) brand: Option<i64>,
    pub(crate) category: (i64, Option<i64>),
    pub(crate) size: Option<i64>,
}

/// The shop as it is where nothing is random: brands of four, categories of six.
pub(crate) fn plain() -> Vec<Spec> {
    (0..PRODUCTS)
        .map(|id| Spec {
            price: 200 + 37 * id,
            stock: 10,
            line: None,
            brand: Some(id / 4),
            category: (id / 12, Some(id / 6)),
            size: Some(id % 2),
        })
        .collect()
}

pub(crate) fn catalog(specs: &[Spec]) -> Catalog {
    let options = CatalogOptions::new(Currency::new("EUR").unwrap());
    let mut builder = CatalogBuilder::new(&options);
    for (id, spec) in specs.iter().enumerate() {
        let mut product = Product::new(id as i64).price(spec.price).cost(spec.price / 2);
        product = product.stock(spec.stock);
        (product.line, product.brand) = (spec.line.map(Into::into), spec.brand.map(Into::into));
        product = match spec.category.1 {
            Some(leaf) => product.category([spec.category.0, 10 + leaf]),
            None => product.category([spec.category.0]),
        };
        if let Some(size) = spec.size {
            product = product.must_match("size", size);
        }
        builder.push(&product).unwrap();
    }
    builder.finish()
}

/// Neighbours sell together, and all sell well.
pub(crate) fn model() -> Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL
        .get_or_init(|| {
            let options = HistoryOptions::new(Currency::new("EUR").unwrap());
            let mut history = HistoryBuilder::new(&options);
            let mut draws = Draws(7);
            for basket in 0..900i64 {
                let first = draws.below(PRODUCTS);
                let mut products = BTreeSet::from([first, (first + 1) % PRODUCTS]);
                if draws.chance(50) {
                    products.insert(draws.below(PRODUCTS));
                }
                for product in products {
                    let line = OrderLine::new(START + basket * 3 * HOUR, product);
                    let customer = (basket * 7) % CUSTOMERS;
                    history.push(&line.customer(customer).basket(basket)).unwrap();
                }
            }
            let history = history.finish(&Control::new()).unwrap();
            let mut options = FitOptions::default();
            options.min_customers = 2;
            fit(&catalog(&plain()), &history, &options, &Control::new()).unwrap()
        })
        .clone()
}

pub(crate) fn engine() -> Engine {
    Engine::new(model(), catalog(&plain())).unwrap()
}

pub(crate) fn soon() -> i64 {
    model().as_of() + DAY
}

pub(crate) fn policy() -> Policy {
    let mut policy = Policy::new("people");
    policy.max_offers = 6;
    policy
}

pub(crate) fn int(id: &Id) -> i64 {
    match id {
        Id::Int(id) => *id,
        Id::Str(id) => panic!("{id:?} went in as an integer"),
    }
}

pub(crate) fn ids(list: &[i64]) -> std::sync::Arc<[Id]> {
    list.iter().map(|&id| Id::Int(id)).collect()
}

pub(crate) fn products(decision: &Decision) -> Vec<i64> {
    decision.iter().map(|offer| int(&offer.products[0])).collect()
}

pub(crate) fn decide(policy: &Policy, context: &Context) -> Decision {
    engine().decide(policy, context).unwrap()
}

/// A request of a visitor with product 3 in the basket.
pub(crate) fn visit() -> Context {
    Context::at(soon()).customer(1_000).basket([(3, 1)])
}
