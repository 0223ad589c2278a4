//! From orders to offers in one program: `cargo run --example quickstart`.
//!
//! The shop is made up: sixty customers come every week or so for half a year and buy along a few
//! themes. A real program reads its catalogue and history from Arrow streams or CSV files.

use basketry::mine::Measure;
use basketry::{
    CatalogBuilder, CatalogOptions, Context, Control, Currency, Engine, FitOptions, HistoryBuilder,
    HistoryOptions, ItemsetOptions, MinSupport, Model, OrderLine, Policy, Product, RuleOptions,
    fit, itemsets, rules,
};

const DAY: i64 = 86_400_000;
/// 2026-01-05 08:00 UTC, in milliseconds since 1970.
const MONDAY: i64 = 1_767_600_000_000;

/// Id, price and cost in cents, product line.
const PRODUCTS: [(&str, i64, i64, &str); 10] = [
    ("espresso", 890, 520, "coffee"),
    ("espresso-organic", 1190, 640, "coffee"),
    ("milk", 129, 100, "milk"),
    ("sugar", 119, 80, "sugar"),
    ("bread", 349, 140, "bread"),
    ("butter", 259, 190, "butter"),
    ("jam", 319, 150, "jam"),
    ("pasta", 179, 80, "pasta"),
    ("pesto", 299, 160, "pesto"),
    ("parmesan", 549, 380, "cheese"),
];

/// What goes together.
const THEMES: [&[&str]; 3] =
    [&["espresso", "milk", "sugar"], &["bread", "butter", "jam"], &["pasta", "pesto", "parmesan"]];

fn main() -> Result<(), basketry::Error> {
    let control = Control::new();
    let eur = Currency::new("EUR")?;

    let mut catalog = CatalogBuilder::new(&CatalogOptions::new(eur));
    for (id, price, cost, line) in PRODUCTS {
        catalog.push(&Product::new(id).name(id).price(price).cost(cost).line(line))?;
    }
    let catalog = catalog.finish();

    let mut history = HistoryBuilder::new(&HistoryOptions::new(eur));
    // A small generator is enough to make up a shop.
    let mut state = 7u64;
    let mut chance = |percent: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % 100 < percent
    };
    let mut order = 0;
    for day in 0..182 {
        for customer in 0..60i64 {
            if !chance(14) {
                continue;
            }
            order += 1;
            let favourite = (customer % 3) as usize;
            for (t, theme) in THEMES.iter().enumerate() {
                let interest = if t == favourite { 75 } else { 12 };
                for product in *theme {
                    if chance(interest) {
                        let line = OrderLine::new(MONDAY + day * DAY, *product);
                        history.push(&line.customer(customer).basket(order))?;
                    }
                }
            }
        }
    }
    let history = history.finish(&control)?;
    println!("{}", history.report());

    let sets =
        itemsets(&history.to_baskets(), &ItemsetOptions::new(MinSupport::Share(0.02)), &control)?;
    let found = rules(&sets, &RuleOptions::new(0.5), &control)?;
    println!("{} itemsets, {} rules. The five of highest lift:", sets.len(), found.len());
    for rule in found.top(5, Measure::Lift).iter() {
        let ids = |itemset: basketry::mine::Itemset<'_>| {
            itemset.ids().map(|id| id.to_string()).collect::<Vec<_>>().join(", ")
        };
        println!(
            "  {} -> {}: confidence {:.2}, lift {:.2}",
            ids(rule.antecedent()),
            ids(rule.consequent()),
            rule.value(Measure::Confidence),
            rule.value(Measure::Lift)
        );
    }

    let path = std::env::temp_dir().join("quickstart.basketry");
    let model = fit(&catalog, &history, &FitOptions::default(), &control)?;
    println!("\n{}", model.report());
    model.save(&path)?;

    let engine = Engine::new(Model::open(&path)?, catalog)?;
    let policy = Policy::from_toml(
        "name = 'cart'
         max_offers = 3
         [up_sell]
         max = 1
         [assume]
         accept = 0.08",
    )?;
    let context = Context::at(MONDAY + 183 * DAY).customer(3).basket([("espresso", 1)]).seed(7);
    let decision = engine.decide(&policy, &context)?;
    println!("{decision}");
    println!("{}", decision.why_not("butter").text);
    println!("\n{}", decision.to_json());
    Ok(())
}
