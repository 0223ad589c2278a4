//! Baskets with which hundreds of products sell: the most promising ones are looked at closely.

use std::sync::OnceLock;

use basketry::{
    Catalog, Context, Control, Currency, Decision, Engine, FitOptions, HistoryBuilder,
    HistoryOptions, Id, OrderLine, Policy, Product, Reason, fit,
};

use crate::shop::*;

const OTHERS: u64 = 200;
const MAINS: u64 = 5;
const SERVICES: u64 = 3;
const LINES: u64 = 3;

/// A number below `n`, by what it is about.
fn draw(n: u64, about: [u64; 3]) -> u64 {
    let [a, b, c] = about;
    let mut x = a.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ b.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= c.wrapping_mul(0x94d0_49bb_1331_11eb);
    for _ in 0..3 {
        x = (x ^ x >> 31).wrapping_mul(0xd6e8_feb8_6659_fd93);
    }
    (x >> 33) % n
}

fn other(i: u64) -> String {
    format!("o{i:03}")
}

fn large_catalog() -> Catalog {
    let mains: Vec<String> = (0..MAINS).map(|m| format!("m{m}")).collect();
    let others: Vec<String> = (0..OTHERS).map(other).collect();
    let mut products: Vec<Product<'_>> =
        mains.iter().map(|id| Product::new(id.as_str()).price(900).cost(700)).collect();
    let lines: Vec<String> = (0..LINES).map(|line| format!("line {line}")).collect();
    products.extend((0..OTHERS).zip(&others).map(|(i, id)| {
        let price = 200 + draw(5_000, [i, 1, 0]) as i64;
        let cost = price * (30 + draw(60, [i, 2, 0]) as i64) / 100;
        let product = Product::new(id.as_str()).price(price).cost(cost).brand("all");
        // Hardly anything that promises much is of another line.
        if i % 40 == 0 { product } else { product.line(lines[(i % LINES) as usize].as_str()) }
    }));
    let services: Vec<String> = (0..SERVICES).map(|s| format!("s{s}")).collect();
    products.extend(
        services
            .iter()
            .map(|id| Product::new(id.as_str()).price(300).cost(240).service(true).brand("all")),
    );
    catalog_of(&products)
}

/// Main products are bought with many others, each with some of them more than with the rest; the
/// others hardly without.
fn large_engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let options = HistoryOptions::new(Currency::new("EUR").unwrap());
        let mut history = HistoryBuilder::new(&options);
        for basket in 0..24_000u64 {
            let mut lines = Vec::new();
            let main = draw(4 * MAINS, [basket, 3, 0]);
            if main < MAINS {
                lines.push(format!("m{main}"));
                for k in 0..2 + draw(14, [basket, 4, 0]) {
                    let i = draw(OTHERS, [basket, 5, k]) * draw(OTHERS, [basket, 6, k]) / OTHERS;
                    lines.push(other((i + main * 17) % OTHERS));
                }
                if draw(6, [basket, 10, 0]) == 0 {
                    lines.push(format!("s{}", draw(SERVICES, [basket, 11, 0])));
                }
            } else {
                lines.push(other(draw(OTHERS, [basket, 7, 0])));
            }
            lines.sort_unstable();
            lines.dedup();
            let time = START + draw(300, [basket, 8, 0]) as i64 * DAY;
            let customer = format!("c{}", draw(900, [basket, 9, 0]));
            let id = basket.to_string();
            for product in &lines {
                let line = OrderLine::new(time, product.as_str());
                history.push(&line.customer(customer.as_str()).basket(id.as_str())).unwrap();
            }
        }
        let control = Control::new();
        let history = history.finish(&control).unwrap();
        let options = FitOptions::default().neighbours(OTHERS as u32).similar(OTHERS as u32);
        let model = fit(&large_catalog(), &history, &options, &control).unwrap();
        Engine::new(model, large_catalog()).unwrap()
    })
}

fn decide(rules: &str, i: u64) -> Decision {
    let basket = (0..1 + i % 3).map(|k| (format!("m{}", (i + 2 * k) % MAINS), 1));
    let mut context = Context::at(START + 301 * DAY).basket(basket);
    if !i.is_multiple_of(4) {
        context = context.customer(format!("c{}", i * 7));
    }
    large_engine().decide(&Policy::from_toml(rules).unwrap(), &context).unwrap()
}

const RULES: &str = "name = \"cart\"\nmax_offers = 4\nper_line = 4\n";
/// Everything that is asked for by name is looked at.
const EVERYTHING: &str = "[[quotas]]\nname = \"all\"\nselect.brands = [\"all\"]\n";

#[test]
fn nothing_of_value_is_lost_by_looking_at_the_most_promising() {
    let (mut found, mut best) = (0.0, 0.0);
    for i in 0..60 {
        let all = decide(&format!("{RULES}{EVERYTHING}"), i);
        let pairs = all.suppressed().len();
        assert!(pairs > 120, "{pairs} candidates");
        let some = decide(RULES, i);
        assert_eq!(some.len(), 4);
        found += some.value();
        best += all.value();
        assert!(some.value() <= all.value() + 1e-9);
        // Each of those that were not looked at has an answer, and they are counted.
        assert_eq!(some.suppressed().len(), pairs);
        let counted: u32 = some.suppressed_counts().iter().map(|&(_, n)| n).sum();
        assert_eq!(counted as usize, pairs);
        for (one, other) in some.suppressed().iter().zip(all.suppressed()) {
            assert_eq!((one.probability, &one.product), (other.probability, &other.product));
            assert!(one.reason != Reason::NoEvidence, "{one:?}");
            assert_eq!(some.why_not(&one.product).reason, Some(one.reason));
        }
    }
    assert!(found > 0.999 * best, "{found} of {best}");
}

#[test]
fn what_may_not_be_offered_takes_no_place() {
    for i in 0..12 {
        let before = decide(RULES, i);
        // All that were offered or nearly so.
        let mut ids: Vec<String> =
            before.offers().iter().map(|o| o.products[0].to_string()).collect();
        ids.extend(before.suppressed().iter().take(90).map(|held| held.product.to_string()));
        let exclude = format!("[exclude]\nproducts = [{}]\n", ids.join(", "));
        let some = decide(&format!("{RULES}{exclude}"), i);
        let all = decide(&format!("{RULES}{EVERYTHING}{exclude}"), i);
        let products = |decision: &Decision| -> Vec<String> {
            decision.offers().iter().map(|offer| offer.products[0].to_string()).collect()
        };
        assert_eq!(products(&some), products(&all));
        assert_eq!(some.len(), 4);
        let why = some.why_not(before.offers()[0].products[0].as_ref());
        assert_eq!(why.reason, Some(Reason::Excluded));
    }
}

#[test]
fn where_limits_keep_out_what_promises_most_the_rest_is_looked_at() {
    for limits in [
        "per_line = 1\n",
        "per_line = 4\nper_brand = 1\n",
        "per_line = 4\n[cross_sell]\nmax = 1\n",
        "per_line = 4\n[cross_sell]\nmax = 0\n[popular]\nmax = 0\n",
        "per_line = 4\n[assume.odds]\ncross_sell = 1\n",
    ] {
        let rules = format!("name = \"cart\"\nmax_offers = 4\n{limits}");
        let (mut found, mut best) = (0.0, 0.0);
        for i in 0..30 {
            let (some, all) = (decide(&rules, i), decide(&format!("{rules}{EVERYTHING}"), i));
            assert_eq!(some.len(), all.len(), "{limits}");
            found += some.value();
            best += all.value();
        }
        assert!(best > 0.0 && found > 0.999 * best, "{limits}: {found} of {best}");
    }
}

/// The same reasons are told of what was looked at and of what was not.
#[test]
fn limits_of_kinds_keep_out_what_was_not_looked_at_too() {
    for (limits, limited) in [
        ("", false),
        ("[cross_sell]\nmax = 1\n", true),
        ("[cross_sell]\nmax = 2\n[popular]\nmax = 1\n", true),
        ("[cross_sell]\nmax = 4\n", false),
    ] {
        let rules = format!("name = \"cart\"\nmax_offers = 4\nper_line = 1000\n{limits}");
        for i in 0..12 {
            let (some, all) = (decide(&rules, i), decide(&format!("{rules}{EVERYTHING}"), i));
            assert_eq!(some.len(), all.len(), "{limits}");
            let told = |decision: &Decision| -> Vec<(Id, Reason)> {
                let reasons = decision.suppressed().into_iter();
                reasons.map(|held| (held.product, held.reason)).collect()
            };
            let told = (told(&some), told(&all));
            assert_eq!(told.0, told.1, "{limits}");
            let of_kinds = told.0.iter().filter(|told| told.1 == Reason::KindLimit).count();
            // More than were looked at.
            assert!(if limited { of_kinds > 60 } else { of_kinds == 0 }, "{limits}{some}");
            for (product, reason) in &told.0 {
                assert_eq!(some.why_not(product).reason, Some(*reason), "{limits}");
            }
        }
    }
}

/// What promises little is looked at where a quota asks for it.
#[test]
fn a_quota_is_met_by_what_is_hardly_worth_offering() {
    let mut cheap: Vec<u64> = (0..OTHERS).collect();
    cheap.sort_by_key(|&i| draw(5_000, [i, 1, 0]));
    let cheap: Vec<String> = cheap[..30].iter().map(|&i| format!("{:?}", other(i))).collect();
    let cheap = cheap.join(", ");
    for min in [1, 3] {
        let quota =
            format!("[[quotas]]\nname = \"cheap\"\nmin = {min}\nselect.products = [{cheap}]\n");
        let policy = Policy::from_toml(&format!("{RULES}{quota}")).unwrap();
        let decision = large_engine().decide(&policy, &Context::at(START + 301 * DAY)).unwrap();
        assert_eq!((decision.len(), decision.quotas()[0].made), (4, min));
    }
}

/// Visitors of whom nothing is known, with an empty cart: only what is popular is left to draw from.
#[test]
fn a_slot_is_drawn_from_as_many_as_the_policy_says() {
    for max_offers in [1, 4, 12] {
        for limits in ["per_line = 1000\n", "per_line = 9\n"] {
            let rules = format!("max_offers = {max_offers}\n{limits}explore.share = 0.2\n");
            let rules = Policy::from_toml(&rules).unwrap();
            let decision = large_engine().decide(&rules, &Context::at(START + 301 * DAY)).unwrap();
            let explored = decision.explored().expect("a slot is drawn");
            assert_eq!(explored.choices.len(), 20, "{max_offers} {limits}");
        }
    }
}
