//! The tiers of a line.

use basketry::{Catalog, Context, Engine, ErrorKind, Product};

use crate::shop::*;

#[test]
fn the_tiers_of_a_line_in_order() {
    let names = ["xs", "s", "m", "l", "xl"];
    let bouquets: Vec<Product<'_>> = names
        .iter()
        .zip([2_900i64, 1_900, 3_900, 4_900, 900])
        .map(|(&id, price)| Product::new(id).price(price).cost(price / 2).line("bouquet"))
        .chain([Product::new("blue").price(3_000).cost(5).line("bouquet").must_match("c", "blue")])
        .collect();
    let engine = Engine::new(model(), catalog_of(&bouquets)).unwrap();
    let context = Context::at(now());
    let ladder = engine.ladder(&policy(""), &context, "xs").unwrap();
    let order: Vec<String> = ladder.tiers.iter().map(|tier| tier.product.to_string()).collect();
    assert_eq!(order, ["\"xl\"", "\"s\"", "\"xs\"", "\"m\"", "\"l\""]);
    assert_eq!(ladder.preselect, Some(1));
    assert_eq!(ladder.tiers[2].value, Some(0.0));
    // 5 % accept 500 more, 1 % leave 1,450 behind.
    assert!(near(ladder.tiers[3].value.unwrap(), 0.05 * 500.0 - 0.01 * 1_450.0));
    assert!(near(ladder.tiers[0].value.unwrap(), 0.05 * (450.0 - 1_450.0)));
    assert_eq!(ladder.tiers[0].share, None, "never sold");

    let preselect = |text: &str, catalog: Catalog| {
        let engine = Engine::new(model(), catalog).unwrap();
        engine.ladder(&policy(text), &context, "xs").unwrap().preselect
    };
    let full = || catalog_of(&bouquets);
    assert_eq!(preselect("ladder = \"lowest\"", full()), Some(0));
    assert_eq!(preselect("ladder.preselect = \"highest\"", full()), Some(4));
    assert_eq!(preselect("ladder.preselect = \"most_valuable\"", full()), Some(4));
    let mut sold = full();
    sold.set_stock("s", Some(0)).unwrap();
    assert_eq!(preselect("", sold.clone()), Some(2), "the second of those there are");
    for id in ["xs", "m", "l", "xl"] {
        sold.set_stock(id, Some(0)).unwrap();
    }
    assert_eq!(preselect("", sold), None);
    let error = engine.ladder(&policy(""), &context, "nothing").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownId);
    let alone = self::engine().ladder(&policy(""), &context, "soap").unwrap();
    assert_eq!((alone.tiers.len(), alone.preselect), (1, Some(0)));
}

#[test]
fn shares_of_tiers_are_the_customers_own() {
    let context = Context::at(now());
    let engine = engine();
    let ladder = engine.ladder(&policy(""), &context, "rolls-8").unwrap();
    let shares: Vec<f64> = ladder.tiers.iter().map(|tier| tier.share.unwrap()).collect();
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{shares:?}");
    assert!(shares[0] > shares[1] && shares[1] > shares[2] && shares[2] == 0.0);
    assert!(near(ladder.tiers[1].unit_price.unwrap(), 43.75));
    let json: serde_json::Value = serde_json::from_str(&ladder.to_json()).unwrap();
    assert_eq!(json["tiers"][0]["product"], "rolls-8");
}
