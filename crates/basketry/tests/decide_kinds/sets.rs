//! Offers of several products: what lifts a basket over a threshold, bundles, a second unit.

use basketry::data::Link;
use basketry::decide::Contact;
use basketry::{Catalog, Context, Decision, Engine, Id, Kind, Offer, Product, Reason};

use crate::shop::*;

// ------------------------------------------------------------------------------------ top-up ----

/// A basket of 32.00, 8.00 short of free shipping that costs the shop 0.50.
const TOP_UP: &str = "[top_up]\nthreshold = 4000\ncost = 50\n";

fn household() -> Context {
    Context::at(now()).basket([("rolls-8", 8)])
}

#[test]
fn the_best_that_closes_the_gap() {
    let decision = engine().decide(&policy(TOP_UP), &household()).unwrap();
    let offer = decision.iter().find(|offer| offer.kind == Kind::TopUp).expect("a top-up");
    assert_eq!((number(offer, "basket"), number(offer, "gap")), (3_200.0, 800.0));
    assert_eq!(number(offer, "threshold"), 4_000.0);
    assert!((800..=1_200).contains(&offer.price.minor), "{offer}");
    assert_eq!(offer.discount.minor, 0);
    assert!(offer.value > 0.0 && offer.products.len() <= 2);
    assert!(offer.why.contains("8.00 EUR"), "{}", offer.why);
    // Nothing is in two offers of one decision.
    let mut all: Vec<&Id> = decision.iter().flat_map(|offer| &offer.products).collect();
    let count = all.len();
    all.sort_by_key(|id| id.to_string());
    all.dedup();
    assert_eq!(all.len(), count);
    for product in &offer.products {
        assert_eq!(decision.why_not(product).reason, None);
    }
}

#[test]
fn no_top_up_where_it_makes_no_sense() {
    let kinds = |text: &str, context: &Context| {
        let decision = engine().decide(&policy(text), context).unwrap();
        decision.iter().filter(|offer| offer.kind == Kind::TopUp).count()
    };
    assert_eq!(kinds(TOP_UP, &household()), 1);
    assert_eq!(kinds("", &household()), 0, "no threshold");
    assert_eq!(kinds(&format!("{TOP_UP}max = 0"), &household()), 0);
    let reached = Context::at(now()).basket([("rolls-8", 10)]);
    assert_eq!(kinds(TOP_UP, &reached), 0, "reached");
    let far = Context::at(now()).basket([("rolls-8", 5)]);
    assert_eq!(kinds(TOP_UP, &far), 0, "half of the basket is missing, and more");
    let dear = TOP_UP.replace("cost = 50", "cost = 4000");
    assert_eq!(kinds(&dear, &household()), 0, "the subsidy eats the margin");
    let over = format!("{TOP_UP}until = {}", now());
    assert_eq!(kinds(&over, &household()), 0, "no longer");
    let soon = format!("{TOP_UP}until = {}", now() + 1);
    assert_eq!(kinds(&soon, &household()), 1, "just now");
}

/// What closes a gap may be dear enough to earn more than a cost beyond the threshold.
#[test]
fn a_cost_beyond_the_threshold() {
    let top_up = |cost: f64| {
        let text =
            format!("top_up = {{ threshold = 4000, cost = {cost:?}, max_over = 99, items = 1 }}");
        let decision = engine().decide(&policy(&text), &household()).unwrap();
        decision.iter().find(|offer| offer.kind == Kind::TopUp).cloned()
    };
    let free = top_up(0.0).expect("a top-up");
    let dear = top_up(4_001.0).expect("a top-up");
    assert!(free.value > dear.value && dear.value > 0.0, "{free} {dear}");
    assert!(dear.margin > 4_001.0 && dear.price.minor >= 800, "{dear}");
    assert!(top_up(1e6).is_none());
}

// ----------------------------------------------------------------------------------- bundles ----

const BUNDLE: &str = "bundle = { max = 1, max_discount = 0.1, min_margin = 0.1 }\n";

#[test]
fn a_bundle_around_the_main_product() {
    let context = Context::at(now()).basket([("camera", 1)]);
    let decision = engine().decide(&policy(BUNDLE), &context).unwrap();
    let offer = decision.iter().find(|offer| offer.kind == Kind::Bundle).expect("a bundle");
    assert_eq!(
        (&offer.products[0], &offer.base_product),
        (&"camera".into(), &Some("camera".into()))
    );
    assert!((3..=4).contains(&offer.products.len()), "{offer}");
    let catalog = catalog();
    let price = |id: &Id| catalog.price(catalog.find(id).unwrap()).unwrap().minor;
    let total: i64 = offer.products.iter().map(price).sum();
    assert_eq!(offer.price.minor, total);
    assert_eq!(offer.allocation.iter().map(|off| off.minor).sum::<i64>(), offer.discount.minor);
    assert!(offer.allocation.is_empty() || offer.allocation.len() == offer.products.len());
    assert!(offer.discount.minor <= total / 10);
    assert!(number(offer, "break_even_discount") >= offer.discount.minor as f64);
    // What is in the bundle is offered nowhere else.
    for other in decision.iter().filter(|other| other.kind != Kind::Bundle) {
        assert!(!offer.products[1..].contains(&other.products[0]), "{other}");
    }
    assert!(engine().decide(&policy(""), &context).unwrap().iter().all(|o| o.kind != Kind::Bundle));
}

#[test]
fn a_discount_is_given_where_customers_respond() {
    let context = Context::at(now()).basket([("camera", 1)]);
    let eager = policy(&format!("{BUNDLE}assume.discount_response = 60\nassume.response_odds = 1"));
    let decision = engine().decide(&eager, &context).unwrap();
    let offer = decision.iter().find(|offer| offer.kind == Kind::Bundle).expect("a bundle");
    assert!(offer.discount.minor > 0, "{offer}");
    let catalog = catalog();
    for (product, off) in offer.products.iter().zip(&offer.allocation) {
        let index = catalog.find(product).unwrap();
        let paid = catalog.price(index).unwrap().minor - off.minor;
        let margin = paid - catalog.cost(index).unwrap().minor;
        assert!(margin as f64 >= 0.1 * paid as f64, "{product} keeps its margin");
    }
    // With the parts out of stock there is no bundle.
    let mut empty = catalog.clone();
    for product in ["lens", "tripod", "bag"] {
        empty.set_stock(product, Some(0)).unwrap();
    }
    let decision = Engine::new(model(), empty).unwrap().decide(&eager, &context).unwrap();
    assert!(decision.iter().all(|offer| offer.kind != Kind::Bundle));
    let mut empty = catalog;
    empty.set_stock("camera", Some(0)).unwrap();
    let decision = Engine::new(model(), empty).unwrap().decide(&eager, &context).unwrap();
    assert!(decision.iter().all(|offer| offer.kind != Kind::Bundle));
}

#[test]
fn the_second_one_for_less() {
    let context = Context::at(now()).basket([("soap", 1)]);
    let text = "bundle = { max = 1, max_discount = 0, second = 0.5, step = 0.1 }\n\
                assume.discount_response = 12";
    let decision = engine().decide(&policy(text), &context).unwrap();
    let offer = decision.iter().find(|offer| offer.kind == Kind::Bundle).expect("a second one");
    assert_eq!(offer.products, ["soap", "soap"].map(Id::from));
    assert_eq!(offer.price.minor, 500);
    assert_eq!(decision.why_not("soap").reason, None);
    assert!(offer.discount.minor > 0 && offer.discount.minor <= 125);
    assert_eq!(offer.allocation.iter().map(|off| off.minor).sum::<i64>(), offer.discount.minor);
    // Two units need a stock of two.
    let mut last = catalog();
    last.set_stock("soap", Some(1)).unwrap();
    let decision = Engine::new(model(), last).unwrap().decide(&policy(text), &context).unwrap();
    assert!(decision.iter().all(|offer| offer.kind != Kind::Bundle));
    // Nor is there a deal on what is not to be with the rest of the basket.
    let mixed = Context::at(now()).basket([("soap", 1), ("sponge", 1)]);
    let both = text.replace("max = 1", "max = 2");
    let second = |catalog: Catalog| {
        let engine = Engine::new(model(), catalog).unwrap();
        let decision = engine.decide(&policy(&both), &mixed).unwrap();
        decision.iter().any(|offer| offer.products == ["soap", "soap"].map(Id::from))
    };
    assert!(second(catalog()));
    let mut linked = catalog();
    linked.link("sponge", Link::NeverWith, "soap").unwrap();
    assert!(!second(linked));
    // Who takes two already needs no second.
    let two = Context::at(now()).basket([("soap", 2)]);
    let decision = engine().decide(&policy(text), &two).unwrap();
    assert!(decision.iter().all(|offer| offer.kind != Kind::Bundle));
}

// ----------------------------------------------------------------- several products together ----

fn has(offer: &Offer, product: &str) -> bool {
    offer.products.contains(&Id::from(product))
}

/// An engine of a shop where two products are not to be offered together.
fn never(product: &str, with: &str) -> Engine {
    let mut linked = catalog();
    linked.link(product, Link::NeverWith, with).unwrap();
    Engine::from_model(fitted(&linked)).unwrap()
}

#[test]
fn what_is_not_to_be_together_is_in_no_set_and_not_beside_one() {
    let text = policy(&format!("{BUNDLE}per_line = 9"));
    let context = Context::at(now()).basket([("camera", 1)]);
    let free = engine().decide(&text, &context).unwrap();
    let bundle = free.iter().find(|offer| offer.kind == Kind::Bundle).expect("a bundle");
    let [.., one, other] = &bundle.products[1..] else { panic!("{bundle}") };
    let (Id::Str(a), Id::Str(b)) = (one, other) else { panic!("{bundle}") };
    let engine = never(a, b);
    for (rules, least) in [(text, 0), (policy(&format!("{BUNDLE}cross_sell = 0")), 1)] {
        let decision = engine.decide(&rules, &context).unwrap();
        let offered = |id: &Id| decision.iter().any(|offer| offer.products.contains(id));
        let bundles = decision.iter().filter(|offer| offer.kind == Kind::Bundle).count();
        assert!(bundles >= least, "another one is made: {decision}");
        assert!(offered(one) || offered(other));
        assert!(!(offered(one) && offered(other)), "{decision}");
    }
}

#[test]
fn sets_keep_the_limits_of_brands_with_all_they_add() {
    let mut branded = products();
    for product in &mut branded[2..5] {
        product.brand = Some("Lux".into());
    }
    let context = Context::at(now()).basket([("camera", 1)]);
    let engine = Engine::new(model(), catalog_of(&branded)).unwrap();
    for limit in 1..4 {
        let text = policy(&format!("{BUNDLE}per_brand = {limit}\nassume.discount_response = 20"));
        let decision = engine.decide(&text, &context).unwrap();
        let lux = ["lens", "tripod", "bag"]
            .map(|id| decision.iter().filter(|offer| has(offer, id)).count());
        assert_eq!(lux.iter().sum::<usize>(), limit, "{decision}");
    }
}

/// The same as `without` what it may not have, in place of what cannot stand beside a pin.
#[track_caller]
fn same_set(engine: &Engine, kind: Kind, context: &Context, pin: &str, without: &str) {
    let pinned = engine.decide(&policy(pin), context).unwrap();
    let without = engine.decide(&policy(without), context).unwrap();
    let set = |decision: &Decision| {
        let found = decision.iter().find(|offer| offer.kind == kind);
        let found = found.unwrap_or_else(|| panic!("no {kind}: {decision}"));
        (found.products.clone(), found.value, found.discount, found.evidence.clone())
    };
    assert_eq!(set(&pinned), set(&without), "{pinned}\n{without}");
}

#[test]
fn another_set_is_made_in_place_of_one_that_cannot_stand() {
    let context = Context::at(now()).basket([("camera", 1)]);
    // One more product by itself would be worth more than two together with the camera.
    let bundles = format!("{BUNDLE}cross_sell = 0\n");
    let free = engine().decide(&policy(&bundles), &context).unwrap();
    let bundle = free.iter().find(|offer| offer.kind == Kind::Bundle).expect("a bundle");
    for id in &bundle.products[1..] {
        // One part is offered by itself.
        let pin = format!("{bundles}[[pinned]]\nproduct = {id}");
        let without = format!("{bundles}exclude.products = [{id}]");
        same_set(&engine(), Kind::Bundle, &context, &pin, &without);
        // Something of its brand is.
        let mut branded = products();
        for product in &mut branded {
            if id.as_ref() == product.id || product.id == "soap".into() {
                product.brand = Some("Lux".into());
            }
        }
        let engine = Engine::new(model(), catalog_of(&branded)).unwrap();
        let rules = format!("{bundles}per_brand = 1");
        let soap = "[[pinned]]\nproduct = \"soap\"";
        let without = format!("{rules}\nexclude.products = [{id}]\n{soap}");
        same_set(&engine, Kind::Bundle, &context, &format!("{rules}\n{soap}"), &without);
    }
    let free = engine().decide(&policy(TOP_UP), &household()).unwrap();
    let top_up = free.iter().find(|offer| offer.kind == Kind::TopUp).expect("a top-up");
    let id = &top_up.products[0];
    let pin = format!("[[pinned]]\nproduct = {id}\n{TOP_UP}");
    let without = format!("exclude.products = [{id}]\n{TOP_UP}");
    same_set(&engine(), Kind::TopUp, &household(), &pin, &without);
    // Beside what nothing can stand beside there is none.
    let mut alike = products();
    alike.iter_mut().for_each(|product| product.brand = Some("Lux".into()));
    let engine = Engine::new(model(), catalog_of(&alike)).unwrap();
    let rules = format!("per_brand = 1\n[[pinned]]\nproduct = \"lens\"\n{TOP_UP}");
    let decision = engine.decide(&policy(&rules), &household()).unwrap();
    assert_eq!(decision.len(), 1, "{decision}");
    assert_eq!(decision.why_not(id.as_ref()).reason, Some(Reason::BrandLimit));
}

#[test]
fn a_quota_counts_every_product_of_a_set() {
    let context = Context::at(now()).basket([("camera", 1)]);
    let free = engine().decide(&policy(BUNDLE), &context).unwrap();
    let bundle = free.iter().find(|offer| offer.kind == Kind::Bundle).expect("a bundle");
    for id in &bundle.products[1..] {
        let quota = format!("{BUNDLE}[[quotas]]\nselect.products = [{id}]");
        let decision = engine().decide(&policy(&quota), &context).unwrap();
        let kept = &decision.quotas()[0];
        assert_eq!((kept.made, kept.price), (1, 0.0), "{decision}");
    }
    let main = format!("{BUNDLE}[[quotas]]\nselect.products = [\"camera\"]");
    let decision = engine().decide(&policy(&main), &context).unwrap();
    assert_eq!(decision.quotas()[0].made, 0, "what is there already is not added");
}

/// Alone or with others: what an offer adds is offered.
#[test]
fn what_an_offer_adds_is_not_suppressed() {
    let camera = Context::at(now()).basket([("camera", 1)]);
    for (rules, context, kind) in [
        (format!("{TOP_UP}items = 1"), household(), Kind::TopUp),
        (format!("{TOP_UP}items = 2"), household(), Kind::TopUp),
        (BUNDLE.to_owned(), camera, Kind::Bundle),
    ] {
        let decision = engine().decide(&policy(&rules), &context).unwrap();
        let offer = decision.iter().find(|offer| offer.kind == kind).expect("a set");
        let line: serde_json::Value = serde_json::from_str(&decision.to_json()).unwrap();
        for part in &offer.products[usize::from(kind == Kind::Bundle)..] {
            let told = decision.why_not(part.as_ref());
            assert_eq!(told.reason, None, "{}", told.text);
            let suppressed = decision.suppressed();
            assert!(!suppressed.iter().any(|held| held.product == *part), "{decision}");
            let logged = line["suppressed"].as_array().unwrap();
            assert!(!logged.iter().any(|held| held["product"] == serde_json::json!(part)));
        }
        assert_eq!(line["suppressed_counts"]["in_other_offer"], serde_json::Value::Null);
    }
}

/// A discount on what is in the basket and something in its place do not go together.
#[test]
fn nothing_is_offered_in_place_of_what_has_a_discount() {
    let rolls = Context::at(now()).basket([("rolls-8", 1)]);
    let second = |lever: f64| {
        let rules = format!(
            "up_sell.lever = {lever}\nassume = {{ second_unit = 0.02, discount_response = 40 }}\n\
             bundle = {{ max = 4, second = 0.5 }}\nonly.lines = [\"rolls\"]"
        );
        engine().decide(&policy(&rules), &rolls).unwrap()
    };
    let decision = second(1e-3);
    let deal = find(&decision, Kind::Bundle, "rolls-8").expect("a second unit");
    assert!(deal.discount.minor > 0, "{deal}");
    assert_eq!(decision.why_not("rolls-16").reason, Some(Reason::InOtherOffer));
    let held = decision.suppressed();
    let held = held.iter().find(|held| held.product == "rolls-16".into()).expect("a candidate");
    assert_eq!((held.reason, held.kind), (Reason::InOtherOffer, Some(Kind::UpSell)));
    assert!(decision.suppressed_counts().contains(&(Reason::InOtherOffer, 1)));
    let decision = second(1e3);
    assert!(find(&decision, Kind::UpSell, "rolls-16").is_some(), "{decision}");
    assert!(find(&decision, Kind::Bundle, "rolls-8").is_none(), "{decision}");
}

#[test]
fn a_bundle_is_withheld_from_who_is_held_out() {
    let context = Context::at(now()).customer("c01").basket([("camera", 1)]);
    let made = engine().decide(&policy(BUNDLE), &context).unwrap();
    let held = engine().decide(&policy(&format!("{BUNDLE}holdout = 1.0")), &context).unwrap();
    assert!(held.is_empty() && held.held_out());
    let products = |offers: &[Offer]| -> Vec<Vec<Id>> {
        offers.iter().map(|offer| offer.products.clone()).collect()
    };
    assert_eq!(products(held.withheld()), products(made.offers()));
    let bundle = held.withheld().iter().find(|offer| offer.kind == Kind::Bundle).expect("a bundle");
    for part in &bundle.products[1..] {
        assert_eq!(held.why_not(part.as_ref()).reason, Some(Reason::HeldOut));
    }
}

#[test]
fn a_cap_on_cross_sells_leaves_bundles_alone() {
    let context = Context::at(now()).basket([("camera", 1)]);
    let free = engine().decide(&policy(BUNDLE), &context).unwrap();
    let bundle = free.iter().find(|offer| offer.kind == Kind::Bundle).expect("a bundle");
    let capped =
        policy(&format!("{BUNDLE}contact.caps = [{{ max = 1, days = 7, kind = \"cross_sell\" }}]"));
    let before = Contact::at(now() - DAY).kind(Kind::CrossSell);
    let asked = Context::at(now()).basket([("camera", 1)]).contacts([before]);
    let none = policy(&format!("{BUNDLE}cross_sell = 0"));
    for (policy, context) in [(capped, &asked), (none, &context)] {
        let decision = engine().decide(&policy, context).unwrap();
        let same = decision.iter().find(|offer| offer.kind == Kind::Bundle).expect("a bundle");
        assert_eq!(same.products, bundle.products);
        assert!(decision.iter().all(|offer| offer.kind != Kind::CrossSell));
    }
    // One part that was in a bundle which has ended leaves room for another.
    let ended = Contact::at(now() - DAY).kind(Kind::Bundle).product(bundle.products[1].clone());
    let context = Context::at(now()).basket([("camera", 1)]).contacts([ended.valid_until(now())]);
    let decision = engine().decide(&policy(BUNDLE), &context).unwrap();
    let other = decision.iter().find(|offer| offer.kind == Kind::Bundle).expect("another bundle");
    assert!(!other.products.contains(&bundle.products[1]), "{other}");
}

#[test]
fn a_drawn_bundle_is_named_by_all_its_products() {
    let mut rules = policy(&format!("{BUNDLE}explore = {{ slot = 1, share = 1 }}"));
    rules.max_offers = 1;
    let context = Context::at(now()).basket([("camera", 1)]);
    let mut bundles = 0;
    for seed in 0..40 {
        let decision = engine().decide(&rules, &context.clone().seed(seed)).unwrap();
        let explored = decision.explored().unwrap();
        let drawn = &decision.offers()[explored.slot as usize - 1];
        let mut of = explored.choices.iter().filter(|choice| choice.products == drawn.products);
        let choice = of.next().expect("the one that was drawn");
        assert_eq!((choice.kind, of.next()), (drawn.kind, None));
        bundles += u32::from(drawn.kind == Kind::Bundle);
        let line = decision.to_json();
        let products = serde_json::to_string(&drawn.products).unwrap();
        assert!(line.contains(&format!("{{\"products\":{products},\"kind\":")), "{line}");
    }
    assert!(bundles > 0);
}

#[test]
fn no_deal_of_less_than_a_minor_unit() {
    let mut cheap = products();
    cheap[9] = Product::new("soap").price(60).cost(10);
    let engine = Engine::new(model(), catalog_of(&cheap)).unwrap();
    let context = Context::at(now()).basket([("soap", 1)]);
    let text = |second: &str| {
        policy(&format!(
            "bundle = {{ max = 1, max_discount = 0, step = 0.01, second = {second} }}\n\
             assume.discount_response = 60"
        ))
    };
    let second = |text| {
        let decision = engine.decide(&text, &context).unwrap();
        decision.iter().find(|offer| offer.kind == Kind::Bundle).cloned()
    };
    // A hundredth comes to nothing: what is offered is a second one at its price.
    let offer = second(text("0.01")).expect("another soap");
    assert!(offer.discount.minor == 0 && offer.allocation.is_empty(), "{offer}");
    assert!(offer.why.starts_with("a second \"soap\": "), "{offer}");
    assert!(offer.sources.iter().all(|sourced| sourced.name != "discount_response"));
    let offer = second(text("0.02")).expect("one minor unit off");
    assert_eq!(offer.discount.minor, 1);
    // Customers respond to the share of both.
    assert_eq!(number(&offer, "discount_share"), 1.0 / 120.0);
    assert_eq!(number(&offer, "unit_discount_share"), 1.0 / 60.0);
    let odds = 0.05 / 0.95 * 1.5 * (60.0f64 / 120.0).exp();
    assert!(near(offer.probability, odds / (1.0 + odds)), "{offer}");
    assert!(offer.why.starts_with("a second \"soap\" at 1.7 % off, 0.8 % of both: "), "{offer}");
}

#[test]
fn an_up_sell_suits_the_rest_of_the_basket_and_its_quantity() {
    let asked = |engine: &Engine, basket: &[(&'static str, i32)]| {
        let context = Context::at(now()).basket(basket.iter().copied());
        engine.decide(&policy(""), &context).unwrap()
    };
    let made = |decision: &Decision| find(decision, Kind::UpSell, "rolls-16").is_some();
    let mixed = [("rolls-8", 1), ("brush", 1)];
    assert!(made(&asked(&engine(), &mixed)));
    let decision = asked(&never("rolls-16", "brush"), &mixed);
    assert!(!made(&decision));
    assert_eq!(decision.why_not("rolls-16").reason, Some(Reason::SubstituteInBasket));

    let mut few = catalog();
    few.set_stock("rolls-16", Some(4)).unwrap();
    let engine = Engine::new(model(), few).unwrap();
    assert!(made(&asked(&engine, &[("rolls-8", 4)])));
    let decision = asked(&engine, &[("rolls-8", 5)]);
    assert!(!made(&decision));
    assert_eq!(decision.why_not("rolls-16").reason, Some(Reason::OutOfStock));
}

#[test]
fn contracts_do_not_count_towards_a_threshold() {
    let context = Context::at(now()).basket([("rolls-8", 8), ("tariff-s", 1)]);
    let decision = engine().decide(&policy(TOP_UP), &context).unwrap();
    let offer = decision.iter().find(|offer| offer.kind == Kind::TopUp).expect("a top-up");
    assert_eq!((number(offer, "basket"), number(offer, "gap")), (3_200.0, 800.0));
}

#[test]
fn what_is_never_with_a_product_is_not_on_its_page() {
    let mut linked = catalog();
    linked.link("soap", Link::NeverWith, "brush").unwrap();
    linked.link("rolls-16", Link::NeverWith, "brush").unwrap();
    let engine = Engine::new(model(), linked).unwrap();
    let second = "bundle = { max = 1, second = 0.5 }\nassume.second_unit = 0.3";
    for (product, kind, offered, rules) in
        [("rolls-8", Kind::UpSell, "rolls-16", ""), ("soap", Kind::Bundle, "soap", second)]
    {
        let context = Context::at(now()).basket([(product, 1)]);
        let free = engine.decide(&policy(rules), &context).unwrap();
        assert!(find(&free, kind, offered).is_some() && has_any(&free, "soap"), "{free}");
        let decision = engine.decide(&policy(rules), &context.viewed("brush")).unwrap();
        assert!(!has_any(&decision, "soap") && !has_any(&decision, "rolls-16"), "{decision}");
        assert_eq!(decision.why_not("rolls-16").reason, Some(Reason::SubstituteInBasket));
    }
}

fn has_any(decision: &Decision, product: &str) -> bool {
    decision.iter().any(|offer| has(offer, product))
}

#[test]
fn an_accessory_given_by_hand_may_be_in_a_bundle() {
    let rules = "bundle = { max = 1, max_discount = 0.2 }\nassume.discount_response = 30\n\
                 [only]\nproducts = [\"soap\", \"brush\"]";
    let context = Context::at(now()).basket([("soap", 1)]);
    let bundle = |catalog: Catalog| -> Option<Vec<Id>> {
        let engine = Engine::new(model(), catalog).unwrap();
        let decision = engine.decide(&policy(rules), &context).unwrap();
        let bundle = decision.iter().find(|offer| offer.kind == Kind::Bundle);
        bundle.map(|bundle| bundle.products.to_vec())
    };
    assert_eq!(bundle(catalog()), None, "nobody buys them together");
    let mut linked = catalog();
    linked.link("brush", Link::AccessoryOf, "soap").unwrap();
    assert_eq!(bundle(linked), Some(vec!["soap".into(), "brush".into()]));
}

/// Corrected chances of single products are those in sets as well, and offers say by how much.
#[test]
fn sets_are_reckoned_with_corrected_chances() {
    let eager = "bundle = { max = 1, max_discount = 0.1 }\nassume.discount_response = 60\n";
    let made = |rules: &str, more: &str, basket: (&str, u32)| -> Option<Offer> {
        let context = Context::at(now()).basket([basket]);
        let decision = engine().decide(&policy(&format!("{rules}\n{more}")), &context).unwrap();
        let is_set = |offer: &&Offer| matches!(offer.kind, Kind::Bundle | Kind::TopUp);
        decision.iter().find(is_set).cloned()
    };
    let half = "assume.base_odds = { cross_sell = 0.5, popular = 0.5, refill = 0.5 }";
    let top_up = "top_up = { threshold = 4000, items = 1 }";
    for (rules, basket) in [(eager, ("camera", 1)), (top_up, ("rolls-8", 8))] {
        let before = made(rules, "", basket).expect("a set");
        let after = made(rules, half, basket).expect("a set");
        assert_eq!(before.products, after.products);
        let odds = |p: f64| p / (1.0 - p);
        let times = odds(after.base_probability) / odds(before.base_probability);
        assert!((times - 0.5).abs() < 1e-5, "{before} {after}");
        let correction = |offer: &Offer| {
            let mut all = offer.evidence.iter();
            all.find(|one| one.name.starts_with("base_odds_")).map(|one| one.value)
        };
        assert_eq!((correction(&before), correction(&after)), (Some(1.0), Some(0.5)));
    }
    // Where hardly anybody wants all of it there is no bundle; a second unit is something else.
    let seldom = "assume.odds.bundle = 0.001";
    assert_eq!(made(eager, seldom, ("camera", 1)), None);
    let second = "bundle = { max = 1, second = 0.5 }\nassume.second_unit = 0.3";
    for more in ["", seldom] {
        let offer = made(second, more, ("soap", 1)).expect("a second one");
        assert!(offer.assumed.contains(&"response_odds"), "{offer:?}");
    }
    for kind in ["bundle", "top_up", "up_sell"] {
        let text = format!("assume.base_odds.{kind} = 0.5");
        let error = basketry::Policy::from_toml(&text).unwrap_err().to_string();
        assert!(error.contains("assume.base_odds") && error.contains(kind), "{error}");
    }
}
