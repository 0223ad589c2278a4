use super::*;
use crate::ErrorKind;
use crate::data::Id;

#[test]
fn texts_round_trip_and_versions_follow_content() -> Result<()> {
    let mut policy = Policy::from_toml(
        r#"
        name = "cart"
        placement = "cart"
        max_offers = 6
        min_value = 0.5
        min_customers = 20
        unknown_products = "error"
        cross_sell = 3
        up_sell = { max = 0, lever = 2, max_price_ratio = 1.5 }
        [price]
        min = 100
        [exclude]
        products = ["1", 1]
        categories = ["Tobacco"]
        "#,
    )?;
    assert_eq!(policy.cross_sell, CrossSellPolicy { max: 3, ..CrossSellPolicy::default() });
    assert_eq!((policy.up_sell.max, policy.up_sell.lever), (0, 2.0));
    assert_eq!(&*policy.exclude.products, [Id::from("1"), Id::from(1)]);
    assert_eq!(policy, Policy::from_toml(&policy.to_toml())?);
    assert_eq!(policy, Policy::from_json(&policy.to_json())?);
    // To the last bit, as measured numbers have many digits.
    let measured = Policy { contact_cost: 1.692_326_475_134_344_5, ..Policy::default() };
    assert_eq!(measured, Policy::from_json(&measured.to_json())?);

    let version = policy.version();
    assert_eq!(version.len(), 16);
    assert_eq!(version, Policy::from_json(&policy.to_json())?.version());
    policy.exclude.products = ["1", "1"].map(Id::from).into();
    assert_ne!(version, policy.version());
    let zeros = [0.0, -0.0].map(|min_value| Policy { min_value, ..Policy::default() });
    assert_eq!(zeros[0], zeros[1]);
    assert_eq!(zeros[0].version(), zeros[1].version());
    let nothing = Policy::from_toml("exclude = { brands = [], attributes = { size = [] } }")?;
    assert_eq!(nothing, Policy::from_json(&nothing.to_json())?);
    Ok(())
}

#[test]
fn empty_texts_are_the_default() -> Result<()> {
    assert_eq!(Policy::from_toml("")?, Policy::default());
    assert_eq!(Policy::from_json("{}")?, Policy::default());
    let nulls = r#"{"placement": null, "price": {"min": null}, "min_customers": null}"#;
    assert_eq!(Policy::from_json(nulls)?, Policy::default());
    Ok(())
}

/// Every complaint names the full path, the line, what was expected and what was got.
#[test]
fn complaints_name_the_key() {
    for (text, starts, contains) in [
        ("max_offers = -1", "max_offers (line 1): expected a whole number", "got -1"),
        ("max_offers = 2.0", "max_offers (line 1): expected a whole number", "got 2.0"),
        ("max_offers = 1001", "max_offers (line 1): expected", "from 0 to 1000, got 1001"),
        ("\nmax_offer = 1", "max_offer (line 2): unknown key", "did you mean \"max_offers\"?"),
        ("zebra = 1", "zebra (line 1): unknown key", "Known here: name, placement, max_offers"),
        ("[up_sell]\nmaximum = 1", "up_sell.maximum (line 2): unknown key", "min_price_ratio"),
        ("[up_sell]\nmax = \"1\"", "up_sell.max (line 2): expected", "got the string \"1\""),
        ("[up_sell]\nmax = 5000", "up_sell.max (line 2): expected", "from 0 to 1000, got 5000"),
        ("[up_sell]\n\nmax_price_ratio = 1", "up_sell.max_price_ratio (line 3)", "from 1.05"),
        ("cross_sell = true", "cross_sell (line 1): expected the most offers", "got true"),
        ("cross_sell = -3", "cross_sell (line 1): expected a whole number", "got -3"),
        ("cross_sell = 3000", "cross_sell.max (line 1): expected", "got 3000"),
        ("cross_sell.lever = nan", "cross_sell.lever (line 1): expected", "got NaN"),
        ("refill.lever = inf", "refill.lever (line 1): expected", "got inf"),
        ("refill.due_to = 0.5", "refill.due_to (line 1): expected a number from 0.7", "0.5"),
        ("popular = { levers = 1 }", "popular.levers (line 1): unknown key", "\"lever\""),
        ("fallback = [\"gift\"]", "fallback[0] (line 1): expected \"cross_sell\" or", "gift"),
        ("fallback = [\"refill\", \"refill\"]", "fallback[1] (line 1): expected each", "refill"),
        ("per_brand = 0", "per_brand (line 1): expected", "from 1 to 1000, got 0"),
        ("only.colour = []", "only.colour (line 1): unknown key", "attributes"),
        ("only.attributes = []", "only.attributes (line 1): expected a table of must_match", ""),
        ("exclude.attributes.a = [1.5]", "exclude.attributes.a[0] (line 1): expected an id", ""),
        ("[[rules]]\nprice.max = 1", "rules[0].segments", "at least one segment, got none"),
        ("rules = [{ segments = [\"\"] }]", "rules[0].segments[0]", "a name"),
        ("segments.only = \"vip\"", "segments.only (line 1): expected a list", "vip"),
        ("segments.only = [1]", "segments.only[0] (line 1): expected a string", "got 1"),
        ("contact.caps = [{ max = 1 }]", "contact.caps[0].days: missing", "a number"),
        ("contact.caps = [{ max = 1, days = 0 }]", "contact.caps[0].days", "above 0"),
        ("contact.valid_for_days = inf", "contact.valid_for_days (line 1)", "36500"),
        ("suppress.days = -1", "suppress.days (line 1): expected", "above 0"),
        ("cool_down.line = nan", "cool_down.line (line 1): expected", "NaN"),
        ("holdout = 2", "holdout.share (line 1): expected a number from 0 to 1", "2.0"),
        ("holdout = true", "holdout (line 1): expected a table", "true"),
        ("fatigue.opt_out = 1.5", "fatigue.opt_out (line 1): expected", "from 0 to 1"),
        ("explore.slot = 5", "explore.slot (line 1): expected a slot from 1", "(4), got 5"),
        ("explore.share = -1", "explore.share (line 1): expected", "-1"),
        ("[[pinned]]\nslot = 1", "pinned[0].product: missing", "an id"),
        ("[[pinned]]\nproduct = 1\nslot = 0", "pinned[0].slot", "from 1"),
        ("[[pinned]]\nproduct = 1\nuntil = \"soon\"", "pinned[0].until: expected a time", "soon"),
        (
            "[[pinned]]\nproduct = 1\nfrom = 2_000\nuntil = 1_000",
            "pinned[0].until (line 1): expected a time after from (1970-01-01T00:00:02Z)",
            "got 1970-01-01T00:00:01Z",
        ),
        ("only.products = []", "only.products (line 1): expected at least one", "no such key"),
        ("only.brands = []", "only.brands (line 1): expected at least one", "no such key"),
        (
            "only.attributes.size = []",
            "only.attributes.size (line 1): expected at least one",
            "no such key",
        ),
        ("segments.only = []", "segments.only (line 1): expected at least one", "none"),
        (
            "[[rules]]\nsegments = [\"a\"]\nonly = { products = [] }",
            "rules[0].only.products (line 3): expected at least one",
            "none",
        ),
        (
            "[[quotas]]\nselect = { lines = [], brands = [1] }",
            "quotas[0].select.lines (line 2): expected at least one",
            "none",
        ),
        ("[[quotas]]\nmin = 1", "quotas[0].select", "products, got none"),
        (
            "max_offers = 2\n[[quotas]]\nmin = 3\nselect.brands = [1]",
            "quotas[0].min (line 2): expected at most max_offers (2)",
            "got 3",
        ),
        (
            "pinned = [{ product = 1 }]\nexclude.products = [2, 1]",
            "pinned[0].product (line 1): expected a product that exclude.products does not name",
            "got 1",
        ),
        (
            "pinned = [{ product = 1 }]\nonly.products = [2]",
            "pinned[0].product (line 1): expected one of only.products",
            "got 1",
        ),
        (
            "pinned = [{ product = 1, from = 5, until = 5 }]",
            "pinned[0].until (line 1): expected a time after from",
            "got 1970-01-01T00:00:00.005Z",
        ),
        (
            "pinned = [{ product = 1 }, { product = 2 }, { product = 1, slot = 2, from = 9 }]",
            "pinned[2].product (line 1): expected a product that is not pinned at the same time (pinned[0])",
            "got 1",
        ),
        (
            "explore.share = 0.1\npinned = [{ product = 1, slot = 1000 }]",
            "pinned[0].slot (line 2): expected another slot than the one that explore draws (4)",
            "got 1000",
        ),
        (
            "explore = { temperature = 1, slot = 2 }\npinned = [{ product = 1, slot = 2 }]",
            "pinned[0].slot (line 2): expected another slot than the one that explore draws (2)",
            "got 2",
        ),
        (
            "only.brands = [1, 2]\nexclude.brands = [3, 2, 1]",
            "only.brands (line 1): expected at least one that exclude.brands does not name",
            "got none",
        ),
        (
            "only = { lines = [1], attributes.size = [\"L\"] }\nexclude.attributes.size = [\"L\"]",
            "only.attributes.size (line 1): expected at least one that exclude.attributes.size does",
            "got none",
        ),
        (
            "[[rules]]\nsegments = [\"a\"]",
            "rules[0] (line 1): expected something in only, exclude or price, got nothing",
            "",
        ),
        (
            "[[rules]]\nsegments = [\"a\"]\nonly.lines = [1]\nexclude.lines = [1]",
            "rules[0].only.lines (line 1): expected at least one that rules[0].exclude.lines does not",
            "got none",
        ),
        (
            "only.brands = [\"Acme\"]\n[[rules]]\nsegments = [\"a\"]\nexclude.brands = [\"Acme\"]",
            "only.brands (line 1): expected at least one that rules[0].exclude.brands does not name",
            "got none",
        ),
        (
            "exclude.categories = [\"wine\"]\n[[rules]]\nsegments = [\"a\"]\nonly.categories = [\"wine\"]",
            "rules[0].only.categories (line 2): expected at least one that exclude.categories does",
            "got none",
        ),
        (
            "only.products = [1]\n[[rules]]\nsegments = [\"a\"]\nonly.products = [2]",
            "rules[0].only.products (line 2): expected at least one that only.products names too",
            "got none",
        ),
        (
            "price.min = 5000\n[[rules]]\nsegments = [\"a\"]\nprice.max = 3000",
            "rules[0].price.max (line 2): expected at least price.min (5000)",
            "got 3000",
        ),
        (
            "price.max = 3000\n[[rules]]\nsegments = [\"a\"]\nprice.min = 5000",
            "rules[0].price.min (line 2): expected at most price.max (3000)",
            "got 5000",
        ),
        (
            "exclude.brands = [\"Acme\"]\nquotas = [{ select.brands = [\"Acme\"] }]",
            "quotas[0].select.brands (line 2): expected at least one that exclude.brands does not",
            "got none",
        ),
        (
            "only.brands = [\"Hof\"]\nquotas = [{ select.brands = [\"Acme\"] }]",
            "quotas[0].select.brands (line 2): expected at least one that only.brands names too",
            "got none",
        ),
        (
            "quotas = [{ min = 2, select.products = [1, 1] }]",
            "quotas[0].min (line 1): expected at most 1: so many products are selected",
            "got 2",
        ),
        (
            "quotas = [{ min = 3, select.lines = [1, 2] }]",
            "quotas[0].min (line 1): expected at most 2: per_line is 1, and lines has 2",
            "got 3",
        ),
        (
            "per_brand = 2\nquotas = [{ min = 3, select.brands = [1] }]",
            "quotas[0].min (line 2): expected at most 2: per_brand is 2, and brands has 1",
            "got 3",
        ),
        (
            "cross_sell = 1\nservice = 0\nrefill = 0\nsimilar = 0\npopular = 0\n[[quotas]]\nmin = 3\nselect.brands = [1]",
            "quotas[0].min (line 6): expected at most 2: the kinds of offer have no greater max",
            "got 3",
        ),
        (
            "explore.share = 0.5\nquotas = [{ min = 4, select.brands = [1] }]",
            "quotas[0].min (line 2): expected at most 3: max_offers (4) less the slot that explore",
            "got 4",
        ),
        (
            "max_offers = 1\nexplore.share = 0.5\nquotas = [{ select.brands = [1] }]",
            "quotas[0].min (line 3): expected at most 0: max_offers (1) less the slot that explore draws",
            "got 1",
        ),
        // What is pinned counts for limits, and no more than one is pinned at a time.
        (
            "per_brand = 1\nquotas = [{ min = 2, select.brands = [1] }]\npinned = [{ product = 1 }]",
            "quotas[0].min (line 2): expected at most 1: per_brand is 1, and brands has 1",
            "got 2",
        ),
        (
            "quotas = [{ min = 2, select.lines = [1] }]\n\
             pinned = [{ product = 1, until = 5 }, { product = 2, from = 5 }]",
            "quotas[0].min (line 1): expected at most 1: per_line is 1, and lines has 1",
            "got 2",
        ),
        (
            "per_brand = 1\nonly.brands = [1]\nquotas = [{ min = 2, select.categories = [1] }]",
            "quotas[0].min (line 3): expected at most 1: per_brand is 1, and only.brands has 1",
            "got 2",
        ),
        (
            "only.products = [1, 2]\nquotas = [{ min = 3, select.brands = [1] }]",
            "quotas[0].min (line 2): expected at most 2: so many only.products are selected",
            "got 3",
        ),
        (
            "max_offers = 9\ncross_sell = 1\nservice = 1\nrefill = 1\nsimilar = 1\npopular = 1\n\
             [[pinned]]\nproduct = 1\n[[pinned]]\nproduct = 2\n[[quotas]]\nmin = 8\nselect.brands = [1]",
            "quotas[0].min (line 11): expected at most 7: the kinds of offer have no greater max",
            "got 8",
        ),
        // Rules for the same customers.
        (
            "rules = [{ segments = [\"a\", \"b\"], only.brands = [1] }, \
             { segments = [\"b\", \"c\"], only.brands = [2, 3] }]",
            "rules[1].only.brands (line 1): expected at least one that rules[0].only.brands names too",
            "got none",
        ),
        (
            "rules = [{ segments = [\"a\"], exclude.lines = [1, 2] }, \
             { segments = [\"a\"], only.lines = [2] }]",
            "rules[1].only.lines (line 1): expected at least one that rules[0].exclude.lines does not",
            "got none",
        ),
        (
            "rules = [{ segments = [\"a\"], only.categories = [1] }, \
             { segments = [\"a\"], exclude.categories = [2, 1] }]",
            "rules[0].only.categories (line 1): expected at least one that rules[1].exclude.categories",
            "got none",
        ),
        (
            "rules = [{ segments = [\"a\"], price.max = 5 }, { segments = [\"a\"], price.min = 6 }]",
            "rules[1].price.min (line 1): expected at most rules[0].price.max (5)",
            "got 6",
        ),
        (
            "segments = { only = [\"a\"], exclude = [\"b\", \"a\"] }",
            "segments.exclude[1] (line 1): expected a segment that segments.only does not name, where",
            "got \"a\"",
        ),
        (
            "\ntop_up.cost = 490",
            "top_up (line 2): expected top_up.threshold with other settings of the table",
            "got none",
        ),
        (
            "bundle = { max = 1, max_discount = 0.005, step = 0.01 }",
            "bundle.step (line 1): expected at most bundle.max_discount (0.005), or no discount is",
            "got 0.01",
        ),
        (
            "bundle = { max = 1, max_discount = 0.0005 }",
            "bundle.step: expected at most bundle.max_discount (0.0005), or no discount is tried",
            "got 0.001",
        ),
        (
            "bundle = { max = 1, max_discount = 0, second = 0.2, step = 0.5 }",
            "bundle.step (line 1): expected at most bundle.second (0.2), or no discount is tried",
            "got 0.5",
        ),
        ("allow_variants = 1", "allow_variants (line 1): expected true or false", "got 1"),
        ("min_value = -0.5", "min_value (line 1): expected", "got -0.5"),
        ("per_line = 0", "per_line (line 1): expected", "from 1 to 1000, got 0"),
        ("min_customers = 0", "min_customers (line 1): expected", "at least 1, got 0"),
        ("name = 7", "name (line 1): expected a string", "got 7"),
        ("name = \"\"", "name (line 1): expected a name", "empty"),
        ("placement = \"\"", "placement (line 1): expected a name", "empty"),
        ("unknown_products = \"skip\"", "unknown_products (line 1)", "\"ignore\" or \"error\""),
        ("price = 5", "price (line 1): expected a table of keys", "got 5"),
        ("price.min = 1.5", "price.min (line 1): expected a whole number of minor", "1.5"),
        ("price.min = -1", "price.min (line 1): expected a price of at least 0", "-1"),
        ("price = { min = 9, max = 8 }", "price.max (line 1): expected", "at least 9, got 8"),
        ("exclude = []", "exclude (line 1): expected a table of keys", "a list of 0"),
        ("exclude.products = \"a\"", "exclude.products (line 1): expected a list", "\"a\""),
        ("exclude.brands = [\"a\", 1.5]", "exclude.brands[1] (line 1): expected an id", "1.5"),
        ("exclude.lines = [2026-11-22]", "exclude.lines[0] (line 1): expected an id", "date"),
        ("assume.accept = 1.01", "assume.accept (line 1): expected a number from 0 to 1", ""),
        ("assume.response_odds = 0.9", "assume.response_odds (line 1): expected", "from 1 "),
        ("max_offers = ", "policy (line 1): not valid TOML", ""),
        (
            "\nmax_offers = 999999999999999999999999999999999999999999",
            "max_offers (line 2): expected a whole number",
            "",
        ),
        ("a = 1\na = 2", "policy (line 2): not valid TOML", "duplicate"),
    ] {
        let error = Policy::from_toml(text).unwrap_err();
        let message = error.to_string();
        assert_eq!(error.kind(), ErrorKind::Policy, "{text}");
        assert!(message.starts_with(starts), "{text}\n{message}\n{starts}");
        assert!(message.contains(contains), "{text}\n{message}\n{contains}");
    }
    for (text, starts) in [
        (r#"{"up_sell": {"maximum": 1}}"#, "up_sell.maximum: unknown key"),
        (r#"{"max_offers": 1, "max_offers": 2}"#, "policy: not valid JSON"),
        (r#"[]"#, "policy: expected a table of keys"),
        (r#"{"exclude": {"products": [null]}}"#, "exclude.products[0]: expected an id"),
        (r#"{"exclude": {"products": [9223372036854775808]}}"#, "exclude.products[0]: exp"),
        (r#"{"max_offers": null}"#, "max_offers: expected a whole number"),
        ("", "policy: not valid JSON"),
    ] {
        let message = Policy::from_json(text).unwrap_err().to_string();
        assert!(message.starts_with(starts), "{text}\n{message}");
    }
}

#[test]
fn what_is_switched_off_contradicts_nothing() -> Result<()> {
    for text in [
        "top_up = { cost = 490, max = 0 }",
        "top_up = {}",
        // What earns more than the cost may be dear.
        "top_up = { threshold = 500, cost = 600 }",
        "bundle = { max = 1, max_discount = 0, step = 1 }",
        "bundle = { max = 1, max_discount = 0.2, second = 0.2, step = 0.2 }",
        "bundle = { max_discount = 0.005 }",
        "bundle = { max = 1, max_discount = 0.005 }",
        "bundle = { max = 1, max_discount = 0, second = 0.005 }",
        "max_offers = 0\nquotas = [{ min = 3, select.brands = [1] }]",
        "pinned = [{ product = 1 }]\nexclude.products = [2]\nonly.products = [1, 3]",
        // Times that do not meet, and one slot for several.
        "pinned = [{ product = 1, until = 5 }, { product = 1, slot = 2, from = 5 }, { product = 2 }]",
        "explore = { share = 0.1, slot = 1 }\npinned = [{ product = 1, slot = 2 }]",
        "explore.slot = 1\npinned = [{ product = 1 }]",
        "only.brands = [1, 2]\nexclude = { brands = [1], lines = [2] }",
        "only = { categories = [1], lines = [1] }\nquotas = [{ select = { categories = [2], lines = [2] } }]",
        "price.min = 5\nrules = [{ segments = [\"a\"], price.min = 5 }]",
        "only.brands = [1]\nrules = [{ segments = [\"a\"], only.brands = [2, 1] }]",
        "quotas = [{ min = 2, select.lines = [1, 2] }, { min = 4, select.brands = [1] }]",
        // Pins ask for no limit.
        "quotas = [{ min = 2, select.lines = [1] }]\npinned = [{ product = 1 }, { product = 2 }]",
        // Only for a time nothing is drawn, or something is kept.
        "max_offers = 1\nexplore.share = 0.1\npinned = [{ product = 1, until = 5 }]",
        "explore = { share = 0.1, slot = 2 }\npinned = [{ product = 1, slot = 2, from = 5 }]",
        "max_offers = 1\nexplore.share = 0.1\npinned = [{ product = 1, from = 5 }]\nquotas = [{ select.products = [1] }]",
        // Lines that variants may connect, and offers of two that count for both.
        // The second one stands in for the first.
        "max_offers = 1\nquotas = [{ min_value = 200, select.brands = [1] }, { select.brands = [2] }]",
        // Who is in both is in them by chance.
        "rules = [{ segments = [\"a\"], only.brands = [1] }, { segments = [\"b\"], only.brands = [2] }]",
        "rules = [{ segments = [\"a\"], only.lines = [1] }, { segments = [\"a\"], only.lines = [2] }]",
    ] {
        let policy = Policy::from_toml(text)?;
        assert_eq!(policy, Policy::from_toml(&policy.to_toml())?, "{text}");
    }
    Ok(())
}

#[test]
fn policies_made_by_hand_are_checked_too() {
    let mut policy = Policy::new("cart");
    policy.check().unwrap();
    policy.assume.abandon = f64::NAN;
    let message = policy.check().unwrap_err().to_string();
    assert_eq!(message, "assume.abandon: expected a number from 0 to 1, got NaN");
}

#[test]
fn steps_are_no_greater_than_small_discounts() -> Result<()> {
    let step = |text| Policy::from_toml(text).map(|policy| policy.bundle.step);
    assert_eq!(step("bundle = { max = 1, max_discount = 0.005 }")?, 0.005);
    assert_eq!(step("bundle = { max_discount = 0.2, second = 0.002 }")?, 0.002);
    assert_eq!(step("bundle = { max_discount = 0, second = 0 }")?, 0.01);
    assert_eq!(step("bundle = { max = 1, max_discount = 0.005, step = 0.002 }")?, 0.002);
    // Spelled out as any other, for those who make policies by hand.
    let mut policy = Policy::default();
    (policy.bundle.max, policy.bundle.max_discount) = (1, 0.005);
    let message = policy.check().unwrap_err().to_string();
    assert!(message.starts_with("bundle.step: expected at most bundle.max_discount"), "{message}");
    Ok(())
}
