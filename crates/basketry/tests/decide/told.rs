//! What a decision tells: warnings, reasons, the line of the log.

use basketry::decide::UnknownProducts;
use basketry::{Context, ErrorKind, Order, Reason};

use crate::shop::*;

#[test]
fn what_is_not_known_is_said() {
    let engine = engine();
    let context = Context::at(soon()).customer("stranger").basket([
        ("bread", 1),
        ("caviar", 1),
        ("truffles", 2),
    ]);
    let decision = engine.decide(&policy(), &context).unwrap();
    assert!(!decision.customer_known());
    assert!(decision.to_string().contains("customer \"stranger\", whom the model does not know"));
    assert_eq!(
        warnings(&decision),
        ["basket: 2 ids are known neither to the catalogue nor to the model; left out, the first \
          is \"caviar\""]
    );
    assert!(find(&decision, "butter").is_some(), "the known part still counts");
    let answer = decision.why_not("caviar");
    assert_eq!(answer.reason, Some(Reason::UnknownProduct));
    assert!(decision.why_not(5).text.contains("the product ids are strings"));

    let mut strict = policy();
    strict.unknown_products = UnknownProducts::Error;
    let error = engine.decide(&strict, &context).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownId);
    assert!(error.to_string().starts_with("basket[1].product: neither"), "{error}");

    // Sold once, not in the catalogue now: known.
    let context = Context::at(soon()).basket([("gone", 1)]);
    assert!(warnings(&engine.decide(&strict, &context).unwrap()).is_empty());

    let early = engine.decide(&policy(), &Context::at(START)).unwrap();
    assert!(warnings(&early)[0].starts_with("now (2023-11-14T22:13:20Z) is before"), "{early}");
    let mut cart = policy();
    cart.placement = Some("cart".into());
    let decision = engine.decide(&cart, &Context::at(soon()).placement("mail")).unwrap();
    assert_eq!(decision.placement(), Some("mail"));
    assert!(warnings(&decision)[0].starts_with("placement: the policy is for \"cart\""));
    let decision = engine.decide(&cart, &Context::at(soon())).unwrap();
    assert_eq!(decision.placement(), Some("cart"));
}

#[test]
fn privacy_holds_at_the_greater_of_both_thresholds() {
    let engine = engine();
    let context = Context::at(soon()).basket([("bread", 1)]);
    let mut policy = policy();
    policy.min_customers = Some(61);
    let decision = engine.decide(&policy, &context).unwrap();
    assert!(decision.is_empty(), "60 customers in all: {decision}");
    assert_eq!(reason(&decision, "butter"), Some(Reason::TooFewCustomers));
    policy.min_customers = Some(3);
    let decision = engine.decide(&policy, &context).unwrap();
    let expected = "min_customers: the model was fitted with 10, which holds for this policy too";
    assert_eq!(warnings(&decision), [expected]);
}

#[test]
fn the_log_line_is_complete_and_stable() {
    let engine = engine();
    let context = Context::at(soon())
        .customer("c03")
        .placement("cart")
        .basket([("bread", 1), ("jam-s", 2)])
        .viewed("eggs")
        .orders_since([Order::at(soon() - DAY).line("milk", 1)])
        .seed(u64::MAX);
    let decision = engine.decide(&policy(), &context).unwrap();
    let line = decision.to_json();
    let json: serde_json::Value = serde_json::from_str(&line).unwrap();
    let keys: Vec<&str> = line_keys(&line);
    assert_eq!(
        keys,
        [
            "id",
            "model",
            "catalog",
            "policy",
            "policy_version",
            "placement",
            "now",
            "now_ms",
            "customer",
            "customer_known",
            "basket",
            "viewed",
            "orders_since",
            "after",
            "returned",
            "channel",
            "ride_along",
            "segments",
            "consents",
            "customer_value",
            "contacts",
            "seed",
            "currency",
            "held_out",
            "stopped",
            "offers",
            "withheld",
            "value",
            "contact_risk",
            "explored",
            "quotas",
            "suppressed_counts",
            "suppressed",
            "warnings"
        ]
    );
    assert_eq!(json["seed"], u64::MAX);
    assert_eq!(json["basket"][1], serde_json::json!({"product": "jam-s", "quantity": 2.0}));
    assert_eq!(json["policy_version"], policy().version());
    assert_eq!(json["model"], model().id_hex());
    assert_eq!(json["offers"][0]["chosen_with"], 1.0);
    for _ in 0..3 {
        assert_eq!(engine.decide(&policy(), &context).unwrap().to_json(), line);
    }
    // An equal catalogue given apart gives the same bytes; another price does not.
    engine.set_catalog(catalog()).unwrap();
    assert_eq!(engine.decide(&policy(), &context).unwrap().to_json(), line);
    engine.set_catalog(catalog_with("eggs", |p| p.price = Some(351))).unwrap();
    let other = engine.decide(&policy(), &context).unwrap();
    assert_ne!(other.catalog_version(), decision.catalog_version());
}

/// The keys of the outermost object, in order.
fn line_keys(json: &str) -> Vec<&str> {
    let (mut depth, mut in_string, mut escaped, mut start) = (0, false, false, 0);
    let mut keys = Vec::new();
    let bytes = json.as_bytes();
    for (i, &byte) in bytes.iter().enumerate() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match byte {
            b'"' if in_string => {
                in_string = false;
                if depth == 1 && bytes.get(i + 1) == Some(&b':') {
                    keys.push(&json[start..i]);
                }
            }
            b'"' => (in_string, start) = (true, i + 1),
            b'\\' => escaped = true,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth -= 1,
            _ => {}
        }
    }
    keys
}
