//! One department store in which all scenarios happen: what it sells, and who bought what.

use std::sync::OnceLock;

use basketry::{
    Catalog, CatalogBuilder, CatalogOptions, Context, Control, Currency, Decision, Engine,
    FitOptions, HistoryBuilder, HistoryOptions, Id, Kind, Model, Offer, OrderLine, Policy, Product,
    Reason, fit,
};

pub const DAY: i64 = 86_400_000;
const START: i64 = 1_735_689_600_000; // 2025-01-01T00:00:00Z
const CUSTOMERS: i64 = 1_200;
const ORDERS: i64 = 8;

/// Prices and costs are cents.
pub fn products() -> Vec<Product<'static>> {
    let plain = |id, price: i64, cost: i64| Product::new(id).price(price).cost(cost).name(id);
    let mut all = vec![
        plain("trainers-2025", 9_900, 6_000).line("runner").quality("season", 2025.0),
        plain("trainers-2026", 13_900, 7_500).line("runner").quality("season", 2026.0),
        plain("socks", 1_490, 490),
        plain("insoles", 990, 390),
        plain("laces", 490, 190),
        plain("phone-case", 1_990, 600),
        plain("screen-protector", 1_490, 400),
        plain("car-holder", 2_490, 1_500),
        plain("camera", 49_900, 41_000),
        plain("lens", 19_900, 14_000),
        plain("tripod", 5_900, 3_900),
        plain("camera-bag", 4_900, 2_900),
        plain("razor", 1_990, 1_500),
        plain("blades", 1_490, 500),
        plain("foam", 390, 150),
        plain("suit", 29_900, 17_000),
        plain("tie", 4_990, 900),
        plain("cuff-links", 2_490, 900),
        plain("pocket-square", 990, 300),
        plain("plant", 1_990, 900),
        plain("fertiliser", 1_490, 300),
        plain("watering-can", 1_290, 600),
        plain("sprayer", 690, 300),
        plain("carrots", 199, 120).category(["food", "vegetables"]),
        plain("potatoes", 299, 180).category(["food", "vegetables"]),
        plain("peeler", 799, 200).category(["household", "kitchen"]),
        plain("machine", 150_000, 110_000).category(["b2b", "machines"]),
        plain("maintenance", 19_900, 9_000).category(["b2b", "service"]),
        plain("filter-a", 2_900, 1_200).category(["b2b", "parts"]),
        plain("filter-b", 2_900, 1_200).category(["b2b", "parts"]),
        plain("barbecue", 19_900, 13_000)
            .line("barbecue")
            .must_match("fuel", "coal")
            .quality("size", 1.0),
        plain("barbecue-gas", 29_900, 19_000)
            .line("barbecue")
            .must_match("fuel", "gas")
            .quality("size", 2.0),
        plain("charcoal", 1_990, 700),
        plain("tongs", 990, 600),
        plain("car", 1_999_000, 1_850_000),
        plain("wipers", 2_490, 1_000),
        plain("bread", 290, 150),
        plain("milk", 120, 90),
    ];
    for (id, storage, price, cost, region) in [
        ("phone-128", 128.0, 79_900, 68_000, "eu"),
        ("phone-256", 256.0, 89_900, 73_000, "eu"),
        ("phone-512", 512.0, 99_900, 79_000, "eu"),
        ("phone-256-us", 256.0, 87_900, 68_000, "us"),
    ] {
        let product = plain(id, price, cost).line("phone").must_match("region", region);
        all.push(product.quality("storage", storage));
    }
    let bouquets =
        [("bouquet-1", 1), ("bouquet-2", 2), ("bouquet-3", 3), ("bouquet-4", 4), ("bouquet-5", 5)];
    for (id, size) in bouquets {
        let product = plain(id, 1_490 + 1_000 * size, 900 + 450 * size).line("bouquet");
        all.push(product.quality("stems", size as f64));
    }
    for (id, price, cost, cover) in [
        ("home-basic", 9_900, 7_900, 1.0),
        ("home-plus", 12_900, 9_500, 2.0),
        ("home-premium", 17_900, 12_500, 3.0),
    ] {
        all.push(plain(id, price, cost).line("home insurance").quality("cover", cover));
    }
    for (id, price, cost, data) in
        [("tariff-s", 19_900, 12_000, 5.0), ("tariff-m", 29_900, 16_000, 20.0)]
    {
        all.push(plain(id, price, cost).line("tariff").quality("data", data));
    }
    all
}

/// What an order begins with, how often, and what joins it with which percentage.
type Habit = (&'static str, u64, &'static [(&'static str, u64)]);

const HABITS: &[Habit] = &[
    ("trainers-2025", 5, &[("socks", 45), ("insoles", 25), ("laces", 20)]),
    ("trainers-2026", 4, &[("socks", 45), ("insoles", 25), ("laces", 20)]),
    ("phone-128", 5, &[("phone-case", 45), ("screen-protector", 35), ("car-holder", 15)]),
    ("phone-256", 4, &[("phone-case", 45), ("screen-protector", 35), ("car-holder", 15)]),
    ("phone-512", 2, &[("phone-case", 45), ("screen-protector", 35), ("car-holder", 15)]),
    ("camera", 5, &[("lens", 25), ("tripod", 25), ("camera-bag", 40)]),
    ("bouquet-1", 2, &[]),
    ("bouquet-2", 3, &[]),
    ("bouquet-3", 3, &[]),
    ("bouquet-4", 2, &[]),
    ("bouquet-5", 2, &[]),
    ("razor", 4, &[("blades", 50), ("foam", 30)]),
    ("blades", 5, &[("foam", 30)]),
    ("suit", 5, &[("tie", 50), ("cuff-links", 20), ("pocket-square", 20)]),
    ("plant", 6, &[("fertiliser", 45), ("watering-can", 20), ("sprayer", 15)]),
    ("carrots", 8, &[("potatoes", 50), ("peeler", 15), ("bread", 20)]),
    ("potatoes", 7, &[("carrots", 30), ("peeler", 15), ("milk", 20)]),
    ("home-basic", 3, &[]),
    ("home-plus", 2, &[]),
    ("home-premium", 1, &[]),
    ("tariff-s", 3, &[]),
    ("tariff-m", 3, &[]),
    ("machine", 4, &[("maintenance", 40), ("filter-a", 50)]),
    ("barbecue", 4, &[("charcoal", 70), ("tongs", 40)]),
    ("barbecue-gas", 3, &[("tongs", 40)]),
    ("car", 3, &[("wipers", 30)]),
    ("bread", 6, &[("milk", 40)]),
];

/// Nobody buys these twice.
const LASTING: [&str; 7] =
    ["camera", "suit", "machine", "barbecue", "barbecue-gas", "car", "phone-128"];

/// SplitMix64.
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

/// All orders: customer, time, products.
fn orders() -> Vec<(i64, i64, Vec<&'static str>)> {
    let mut draws = Draws(3);
    let weight: u64 = HABITS.iter().map(|habit| habit.1).sum();
    let mut orders = Vec::new();
    for customer in 0..CUSTOMERS {
        let mut owned: Vec<&str> = Vec::new();
        for order in 0..ORDERS {
            let time = START + (order * 42 + draws.below(40) as i64) * DAY;
            let habit = loop {
                let mut at = draws.below(weight);
                let found = HABITS.iter().find(|habit| {
                    let here = at < habit.1;
                    at = at.saturating_sub(habit.1);
                    here
                });
                match found {
                    Some(habit) if !owned.contains(&habit.0) => break habit,
                    _ => {}
                }
            };
            let mut lines = vec![habit.0];
            for &(product, percent) in habit.2 {
                if draws.below(100) < percent {
                    lines.push(product);
                }
            }
            owned.extend(lines.iter().filter(|product| LASTING.contains(product)));
            orders.push((customer, time, lines));
        }
    }
    orders
}

/// The first customer who bought this.
pub fn buyer_of(product: &str) -> i64 {
    orders().into_iter().find(|(_, _, lines)| lines.contains(&product)).unwrap().0
}

pub fn catalog_of(products: &[Product<'_>]) -> Catalog {
    let mut builder = CatalogBuilder::new(&CatalogOptions::new(Currency::new("EUR").unwrap()));
    for product in products {
        builder.push(product).unwrap();
    }
    builder.finish()
}

/// The catalogue with one product changed.
pub fn catalog_with(id: &str, change: impl Fn(&mut Product<'static>)) -> Catalog {
    let mut products = products();
    change(products.iter_mut().find(|product| product.id == id.into()).unwrap());
    catalog_of(&products)
}

pub fn model() -> Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL
        .get_or_init(|| {
            let mut history = HistoryBuilder::new(&HistoryOptions::default());
            for (basket, (customer, time, lines)) in (0i64..).zip(orders()) {
                for product in lines {
                    let line = OrderLine::new(time, product).customer(customer).basket(basket);
                    history.push(&line).unwrap();
                }
            }
            let control = Control::new();
            let history = history.finish(&control).unwrap();
            let catalog = catalog_of(&products());
            fit(&catalog, &history, &FitOptions::default(), &control).unwrap()
        })
        .clone()
}

pub fn engine() -> Engine {
    Engine::from_model(model()).unwrap()
}

/// A day after the last order, nobody known, nothing in the basket.
pub fn soon() -> Context {
    Context::at(model().as_of() + DAY)
}

/// What belongs to the basket, and nothing that merely sells.
pub fn policy() -> Policy {
    let mut policy = Policy::new("scenario");
    policy.popular.max = 0;
    policy.similar.max = 0;
    policy.max_offers = 6;
    policy
}

/// What was decided, in short: kinds and products.
pub fn shown(decision: &Decision) -> Vec<(Kind, String)> {
    decision.iter().map(|offer| (offer.kind, text(&offer.products[0]))).collect()
}

fn text(id: &Id) -> String {
    match id {
        Id::Str(text) => text.to_string(),
        Id::Int(number) => number.to_string(),
    }
}

pub fn offer<'a>(decision: &'a Decision, product: &str) -> &'a Offer {
    let found = decision.iter().find(|offer| offer.products[0] == Id::from(product));
    found.unwrap_or_else(|| panic!("{product} is not offered: {decision}"))
}

/// The first offer is this, as this kind.
#[track_caller]
pub fn first(decision: &Decision, kind: Kind, product: &str) {
    let offers = shown(decision);
    let expected = (kind, product.to_owned());
    assert_eq!(offers.first(), Some(&expected), "{decision}");
}

/// All of these are offered.
#[track_caller]
pub fn all(decision: &Decision, products: &[&str]) {
    for &product in products {
        offer(decision, product);
    }
}

/// This is not offered, for this reason.
#[track_caller]
pub fn never(decision: &Decision, product: &str, reason: Reason) {
    let why = decision.why_not(product);
    assert_eq!(why.reason, Some(reason), "{}\n{decision}", why.text);
}
