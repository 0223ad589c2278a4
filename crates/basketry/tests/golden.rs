//! The golden files that all languages share: a small shop, the model learned from it, a policy,
//! twenty contexts, and the decisions that every language must print byte for byte.
//!
//! `BASKETRY_WRITE_GOLDEN=1 cargo test -p basketry --test golden` makes all of them anew, after a
//! change that is meant to change decisions. `tests/golden/README.md` describes the files.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Once;

use basketry::{
    Catalog, CatalogColumns, CatalogOptions, Context, Control, CsvOptions, Engine, FitOptions,
    History, HistoryColumns, HistoryOptions, Order, Policy, fit,
};

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Writes the files anew if that is asked for. Every test calls it first.
fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if std::env::var_os("BASKETRY_WRITE_GOLDEN").is_none() {
            return;
        }
        std::fs::write(path("products.csv"), products_csv()).unwrap();
        std::fs::write(path("orders.csv"), orders_csv()).unwrap();
        let mut options = FitOptions::default();
        options.min_customers = MIN_CUSTOMERS;
        let model = fit(&catalog(), &history(), &options, &Control::new()).unwrap();
        model.save(path("model.basketry")).unwrap();
        let engine = Engine::open(path("model.basketry")).unwrap();
        std::fs::write(path("decisions.jsonl"), decisions(&engine)).unwrap();
    });
}

// ------------------------------------------------------------------------- the generated shop --

/// A small reproducible generator (SplitMix64).
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// Line by line: product, price, cost, stock, sellable, name, line, brand, department, type,
/// socket, bars. An empty field is a null.
const PRODUCTS: &str = "\
bread,2.49,1.10,,true,Rye bread,bread,Mill,food,bakery,,
bread-organic,3.29,1.30,,true,Organic rye bread,bread,Mill,food,bakery,,
butter,2.19,1.55,200,true,Butter 250 g,butter,Alm,food,dairy,,
jam,1.99,0.80,90,true,Strawberry jam,jam,Garten,food,spreads,,
jam-large,3.49,1.20,40,true,Strawberry jam 900 g,jam,Garten,food,spreads,,
eggs,2.99,1.90,150,true,Ten eggs,,Hof,food,dairy,,
milk,1.19,0.85,,true,Milk 1 l,milk,Alm,food,dairy,,
crème-fraîche,1.29,0.70,60,true,\"Crème fraîche, 200 g\",,Alm,food,dairy,,
espresso-beans,12.90,6.20,80,true,Espresso beans 1 kg,beans,Torre,food,coffee,,
espresso-beans-gold,16.90,7.10,30,true,Espresso beans gold 1 kg,beans,Torre,food,coffee,,
sugar,1.09,0.75,,true,Sugar 1 kg,,Rohr,food,baking,,
cups,9.90,3.10,25,true,Six espresso cups,,Casa,kitchen,tableware,,
descaler,6.90,1.80,50,true,Descaler,,Casa,kitchen,care,,
filter-paper,2.29,0.60,0,true,Filter paper (sold out),,Casa,kitchen,care,,
espresso-machine,199.00,120.00,8,true,Espresso machine,machine,Torre,kitchen,machines,230 V,9
espresso-machine-plus,289.00,160.00,5,true,Espresso machine plus,machine,Torre,kitchen,machines,230 V,15
espresso-machine-us,279.00,155.00,5,true,Espresso machine (110 V),machine,Torre,kitchen,machines,110 V,15
milk-frother,39.90,17.00,12,true,\"Milk frother \"\"Latte\"\"\",frother,Torre,kitchen,machines,230 V,
spaghetti,1.49,0.60,,true,Spaghetti,pasta,Grano,food,pasta,,
tomato-sauce,2.29,0.95,120,true,Tomato sauce,,Grano,food,pasta,,
parmesan,4.99,3.10,45,true,Parmesan,parmesan,Alm,food,dairy,,
parmesan-24,7.49,4.20,20,true,Parmesan 24 months,parmesan,Alm,food,dairy,,
basil,1.79,1.00,15,true,Basil in a pot,,Garten,food,fresh,,
olive-oil,8.90,5.10,33,true,Olive oil 0.5 l,oil,Grano,food,oil,,
olive-oil-large,14.90,8.20,18,true,Olive oil 1 l,oil,Grano,food,oil,,
flour,0.99,0.70,,true,Flour 1 kg,,Mill,food,baking,,
vanilla,3.99,1.40,0,true,Vanilla pods (sold out),,Rohr,food,baking,,
yeast,0.39,0.20,300,true,Yeast,,Mill,food,baking,,
wine,7.90,4.40,60,true,House wine,,Colle,drinks,wine,,
water,0.69,0.50,,true,Water 1.5 l,,Colle,drinks,water,,
cat-food,0.89,0.62,400,true,Cat food,,Felix,pets,cat,,
cat-litter,5.49,3.30,70,true,Cat litter,,Felix,pets,cat,,
gift-card,25.00,25.00,,true,Gift card,,,service,gift,,
deposit,0.25,,,false,Bottle deposit,,,service,deposit,,
seasonal-cake,,4.00,10,true,Seasonal cake (no price yet),,Mill,food,bakery,,
toast,1.69,,80,true,Toast (cost not known),,Mill,food,bakery,,
";

/// What is bought together, the most popular theme first.
const THEMES: [&[&str]; 6] = [
    &["bread", "butter", "jam", "eggs", "milk"],
    &["spaghetti", "tomato-sauce", "parmesan", "basil", "olive-oil", "wine"],
    &["espresso-beans", "sugar", "milk", "cups"],
    &["flour", "sugar", "eggs", "vanilla", "yeast", "butter"],
    &["cat-food", "cat-litter", "water"],
    &["toast", "crème-fraîche", "water", "deposit"],
];

const UPGRADES: [(&str, &str); 5] = [
    ("bread", "bread-organic"),
    ("jam", "jam-large"),
    ("espresso-beans", "espresso-beans-gold"),
    ("parmesan", "parmesan-24"),
    ("olive-oil", "olive-oil-large"),
];

const DAY: i64 = 86_400_000;
/// 2026-01-05T00:00:00Z.
const START: i64 = 1_767_571_200_000;
const DAYS: i64 = 126;
const CUSTOMERS: u64 = 50;
/// The shop is small.
const MIN_CUSTOMERS: u32 = 5;

fn products_csv() -> String {
    let header = "product,price,cost,stock,sellable,name,line,brand,department,type,socket,bars";
    format!("{header}\n{PRODUCTS}")
}

fn price_in_cents(product: &str) -> i64 {
    let line = PRODUCTS
        .lines()
        .find(|line| line.split(',').next() == Some(product))
        .unwrap_or_else(|| panic!("{product} is in the catalogue"));
    let price: f64 = line.split(',').nth(1).unwrap().parse().unwrap();
    (price * 100.0).round() as i64
}

/// Orders of fifty customers over eighteen weeks: some three hundred baskets of one or two themes.
fn orders_csv() -> String {
    let mut draws = Draws(20_260_105);
    // Time, customer and lines; sorted by time afterwards so that basket numbers rise with it.
    let mut orders = Vec::new();
    for customer in 0..CUSTOMERS {
        let id = format!("c-{:03}", customer + 1);
        let favourite = draws.below(THEMES.len() as u64).min(draws.below(4)) as usize;
        let staple = THEMES[favourite][draws.below(2) as usize];
        let fond_of_upgrades = draws.chance(25);
        let has_machine = draws.chance(40);
        let mut time = START + draws.below(14 * DAY as u64) as i64;
        let mut first = true;
        while time < START + DAYS * DAY {
            let mut bought: Vec<&str> = Vec::new();
            let mut themes = vec![favourite];
            if draws.chance(45) {
                themes.push(draws.below(THEMES.len() as u64) as usize);
            }
            for theme in themes {
                for &product in THEMES[theme] {
                    if draws.chance(60) {
                        bought.push(product);
                    }
                }
            }
            if draws.chance(70) {
                bought.push(staple);
            }
            if has_machine && first {
                bought.push("espresso-machine");
                bought.push("espresso-beans");
                if draws.chance(60) {
                    bought.push("milk-frother");
                }
            } else if has_machine && draws.chance(30) {
                bought.push("descaler");
            }
            bought.sort_unstable();
            bought.dedup();
            let lines: Vec<(&str, i64)> = bought
                .into_iter()
                .map(|product| {
                    let upgrade = UPGRADES.iter().find(|(from, _)| *from == product);
                    let product = match upgrade {
                        Some((_, to)) if fond_of_upgrades && draws.chance(50) => to,
                        _ => product,
                    };
                    (product, 1 + draws.below(8).saturating_sub(5) as i64)
                })
                .collect();
            if !lines.is_empty() {
                orders.push((time, id.clone(), lines));
                first = false;
            }
            time += (14 * DAY as u64 + draws.below(14 * DAY as u64)) as i64;
        }
    }
    orders.sort();
    let mut text = String::from("basket,customer,time,product,quantity,paid\n");
    for (number, (time, customer, lines)) in orders.iter().enumerate() {
        let time = iso(*time);
        for (product, quantity) in lines {
            let paid = price_in_cents(product) * quantity;
            writeln!(
                text,
                "b-{:04},{customer},{time},{product},{quantity},{}.{:02}",
                number + 1,
                paid / 100,
                paid % 100
            )
            .unwrap();
        }
    }
    text
}

/// ISO 8601 in UTC for a time in 2026, cut to seconds.
fn iso(time_ms: i64) -> String {
    const MONTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let new_year = START - 4 * DAY;
    let (mut day, rest) = ((time_ms - new_year) / DAY, (time_ms - new_year) % DAY);
    let mut month = 0;
    while day >= MONTHS[month] {
        day -= MONTHS[month];
        month += 1;
    }
    let seconds = rest / 1000;
    format!(
        "2026-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        month + 1,
        day + 1,
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

fn catalog() -> Catalog {
    let columns = CatalogColumns::new("product", "price")
        .cost("cost")
        .stock("stock")
        .sellable("sellable")
        .name("name")
        .line("line")
        .brand("brand")
        .category(["department", "type"])
        .must_match(["socket"])
        .quality(["bars"]);
    let options = CatalogOptions::default();
    let csv = CsvOptions::default();
    Catalog::from_csv(path("products.csv"), &columns, &options, &csv, &Control::new()).unwrap()
}

fn history() -> History {
    let columns = HistoryColumns::new("time", "product")
        .customer("customer")
        .basket("basket")
        .quantity("quantity")
        .revenue("paid");
    let options = HistoryOptions::default();
    let csv = CsvOptions::default();
    History::from_csv(path("orders.csv"), &columns, &options, &csv, &Control::new()).unwrap()
}

// --------------------------------------------------------------------------------- the contexts --

/// `product=quantity;product=quantity`
fn lines(text: &str) -> Vec<(&str, f64)> {
    text.split(';')
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (product, quantity) = line.split_once('=').expect("product=quantity");
            (product, quantity.parse().expect("a number"))
        })
        .collect()
}

/// Reads one line of contexts.tsv.
fn context(line: &str) -> (&str, Context) {
    let fields: Vec<&str> = line.split('\t').collect();
    let [name, customer, placement, now_ms, seed, viewed, basket, orders_since] = fields[..] else {
        panic!("expected 8 fields: {line}");
    };
    let mut context = Context::at(now_ms.parse().unwrap()).seed(seed.parse().unwrap());
    if !customer.is_empty() {
        context = context.customer(customer);
    }
    if !placement.is_empty() {
        context = context.placement(placement);
    }
    if !viewed.is_empty() {
        context = context.viewed(viewed);
    }
    context = context.basket(lines(basket));
    for order in orders_since.split('|').filter(|order| !order.is_empty()) {
        let (time, bought) = order.split_once(':').expect("time:lines");
        let order = lines(bought)
            .into_iter()
            .fold(Order::at(time.parse().unwrap()), |order, (p, q)| order.line(p, q));
        context = context.orders_since([order]);
    }
    (name, context)
}

fn decisions(engine: &Engine) -> String {
    let policy = Policy::from_file(path("policy.toml")).unwrap();
    let mut text = String::new();
    for line in read("contexts.tsv").lines().skip(1) {
        let (name, context) = context(line);
        let decision =
            engine.decide(&policy, &context).unwrap_or_else(|error| panic!("{name}: {error}"));
        text.push_str(&decision.to_json());
        text.push('\n');
        // The same request as JSON is the same request.
        let again = Context::from_json(&context.to_json()).unwrap();
        assert_eq!(context, again, "{name}");
    }
    text
}

#[test]
fn every_language_prints_these_decisions() {
    prepare();
    let engine = Engine::open(path("model.basketry")).unwrap();
    let (found, expected) = (decisions(&engine), read("decisions.jsonl"));
    for (line, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
        // A whole decision is too long to compare by eye.
        if let Some(at) = found.chars().zip(expected.chars()).position(|(a, b)| a != b) {
            let part =
                |text: &str| text.chars().skip(at.saturating_sub(60)).take(160).collect::<String>();
            panic!(
                "decision {} differs at character {at}\n  expected ...{}\n  found    ...{}",
                line + 1,
                part(expected),
                part(found)
            );
        }
    }
    assert!(found == expected, "some decision is longer or shorter than expected");
    assert_eq!(expected.lines().count(), 20);
}

#[test]
fn the_golden_shop_is_the_generated_one() {
    prepare();
    assert_eq!(read("products.csv"), products_csv());
    assert_eq!(read("orders.csv"), orders_csv());
}

/// The golden decisions are worth comparing only if they show what there is to show.
#[test]
fn the_golden_decisions_cover_what_there_is() {
    prepare();
    let expected = read("decisions.jsonl");
    for part in [
        r#""kind":"cross_sell""#,
        r#""kind":"up_sell""#,
        r#""kind":"refill""#,
        r#""kind":"popular""#,
        r#""offers":[]"#,
        r#""customer_known":true"#,
        r#""customer_known":false"#,
        r#""customer":null"#,
        r#""out_of_stock""#,
        r#""excluded""#,
        r#""warnings":[""#,
        "crème-fraîche",
    ] {
        assert!(expected.contains(part), "no decision has {part}");
    }
}

#[test]
fn a_model_fitted_anew_is_the_same_whatever_the_threads() {
    prepare();
    let mut options = FitOptions::default();
    options.min_customers = MIN_CUSTOMERS;
    let (catalog, history) = (catalog(), history());
    let mut models = [1, 2, 3].map(|threads| {
        options.threads = Some(threads);
        fit(&catalog, &history, &options, &Control::new()).unwrap()
    });
    let first = models[0].as_bytes().to_vec();
    assert!(models.iter_mut().all(|model| model.as_bytes() == first));
}

#[test]
fn a_policy_file_that_cannot_be_read_is_named() {
    let error = Policy::from_file(path("no-such-policy.toml")).unwrap_err();
    assert_eq!(error.kind(), basketry::ErrorKind::Io);
    assert!(error.to_string().contains("no-such-policy.toml"), "{error}");
    // Not JSON, but its name says so.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.json");
    std::fs::write(&file, "max_offers = 4").unwrap();
    let error = Policy::from_file(&file).unwrap_err();
    assert_eq!(error.kind(), basketry::ErrorKind::Policy);
    assert!(error.to_string().contains("policy.json: "), "{error}");
}
