//! A small shop in which everything can be followed by hand.

use std::sync::OnceLock;

use basketry::{
    Catalog, CatalogBuilder, CatalogOptions, Control, Currency, Decision, Engine, FitOptions,
    HistoryBuilder, HistoryOptions, Id, Model, Offer, OrderLine, Policy, Product, Reason, fit,
};

pub(crate) const DAY: i64 = 86_400_000;
pub(crate) const START: i64 = 1_700_000_000_000;
pub(crate) const WEEKS: i64 = 30;
pub(crate) const CUSTOMERS: i64 = 60;

/// Everybody comes once a week for milk; bread and butter go together, jam in three sizes goes
/// with nothing; half of the customers bought a machine once.
pub(crate) fn products() -> Vec<Product<'static>> {
    vec![
        Product::new("milk").name("Milk").price(120).cost(80),
        Product::new("bread").name("Bread").price(250).cost(150),
        Product::new("butter").name("Butter").price(300).cost(180).brand("dairy"),
        Product::new("jam-s").name("Jam, small").price(200).cost(120).line("jam"),
        Product::new("jam-m").name("Jam, medium").price(300).cost(160).line("jam"),
        Product::new("jam-l").name("Jam, large").price(380).cost(200).line("jam"),
        Product::new("jam-xl").name("Jam, bucket").price(900).cost(300).line("jam"),
        Product::new("machine").name("Espresso machine").price(29_900).cost(20_000),
        Product::new("eggs").name("Eggs").price(350).cost(200).category(["fresh"]),
        Product::new("new").name("New on the shelf").price(400).cost(100),
    ]
}

pub(crate) fn catalog_of(products: &[Product<'_>]) -> Catalog {
    let mut builder = CatalogBuilder::new(&CatalogOptions::new(Currency::new("EUR").unwrap()));
    for product in products {
        builder.push(product).unwrap();
    }
    builder.finish()
}

pub(crate) fn catalog() -> Catalog {
    catalog_of(&products())
}

/// The catalogue with one product changed.
pub(crate) fn catalog_with(id: &str, change: impl Fn(&mut Product<'static>)) -> Catalog {
    let mut products = products();
    let ids: Vec<Id> = products.iter().map(|product| product.id.to_owned()).collect();
    let at = ids.iter().position(|other| *other == Id::from(id)).unwrap();
    change(&mut products[at]);
    catalog_of(&products)
}

pub(crate) fn customer(number: i64) -> String {
    format!("c{number:02}")
}

pub(crate) fn model() -> Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL.get_or_init(|| train(0)).clone()
}

/// Fits the shop; `shift` moves who buys what, which gives another model.
pub(crate) fn train(shift: i64) -> Model {
    let options = HistoryOptions::new(Currency::new("EUR").unwrap());
    let mut history = HistoryBuilder::new(&options);
    for week in 0..WEEKS {
        for c in 0..CUSTOMERS {
            let mut lines = vec!["milk"];
            let draw = (week * 7 + c * 11 + shift + week * c) % 20;
            if draw < 8 {
                lines.extend(["bread", "butter"]);
            }
            match draw {
                0 | 9 => lines.push("bread"),
                1 | 10 => lines.push("butter"),
                2 | 11..=13 => lines.push("eggs"),
                3 | 14 => lines.push("jam-s"),
                4 | 15 => lines.push("jam-m"),
                16 => lines.push("jam-l"),
                17 => lines.push("gone"),
                _ => {}
            }
            if week == 5 + c % 10 && c % 2 == 0 {
                lines.push("machine");
            }
            let time = START + (week * 7 + c % 7) * DAY;
            for product in lines {
                let line = OrderLine::new(time, product);
                let (customer, basket) = (customer(c), week * CUSTOMERS + c);
                let basket = format!("b{basket}");
                history.push(&line.customer(customer.as_str()).basket(basket.as_str())).unwrap();
            }
        }
    }
    let history = history.finish(&Control::new()).unwrap();
    fit(&catalog(), &history, &FitOptions::default(), &Control::new()).unwrap()
}

pub(crate) fn engine() -> Engine {
    Engine::from_model(model()).unwrap()
}

pub(crate) fn soon() -> i64 {
    model().as_of() + 5 * DAY
}

pub(crate) fn policy() -> Policy {
    let mut policy = Policy::new("cart");
    policy.max_offers = 10;
    policy
}

pub(crate) fn find<'a>(decision: &'a Decision, product: &str) -> Option<&'a Offer> {
    decision.iter().find(|offer| offer.products[0] == Id::from(product))
}

pub(crate) fn number(offer: &Offer, name: &str) -> f64 {
    offer.evidence.iter().find(|e| e.name == name).unwrap_or_else(|| panic!("{name}")).value
}

pub(crate) fn reason(decision: &Decision, product: &str) -> Option<Reason> {
    decision.why_not(product).reason
}

/// The warnings about the request: the model's own, which every decision has, comes first.
pub(crate) fn warnings(decision: &Decision) -> &[String] {
    let (first, rest) = decision.warnings().split_first().expect("the model's warning");
    assert!(
        first.starts_with("the model's report names what was not learned: \"basket new"),
        "{first}"
    );
    rest
}
