//! Situations that every shop knows: what must come first, what must not come at all, and why.

mod store;

use basketry::decide::Contact;
use basketry::{Context, Engine, Kind, Order, Policy, Reason};
use store::*;

fn decide(context: Context) -> basketry::Decision {
    engine().decide(&policy(), &context).unwrap()
}

#[test]
fn trainers_at_checkout() {
    let decision = decide(soon().basket([("trainers-2026", 1)]));
    first(&decision, Kind::CrossSell, "socks");
    all(&decision, &["insoles", "laces"]);
    assert!(offer(&decision, "socks").why.starts_with("bought with \"trainers-2026\" in "));
    never(&decision, "trainers-2025", Reason::VariantInBasket);
    assert!(decision.why_not("tie").reason.is_some());
}

#[test]
fn last_season_viewed() {
    let decision = decide(soon().viewed("trainers-2025"));
    let up = offer(&decision, "trainers-2026");
    assert_eq!(up.kind, Kind::UpSell);
    assert_eq!(up.base_product, Some("trainers-2025".into()));
    assert!(up.why.contains("40.00 EUR more"), "{}", up.why);
    // The other way round nothing is sold down.
    let decision = decide(soon().viewed("trainers-2026"));
    never(&decision, "trainers-2025", Reason::VariantOfViewed);
}

#[test]
fn a_phone_with_more_storage_and_what_protects_it() {
    let decision = decide(soon().basket([("phone-128", 1)]));
    all(&decision, &["phone-case", "screen-protector", "car-holder"]);
    let ups: Vec<_> = shown(&decision).into_iter().filter(|o| o.0 == Kind::UpSell).collect();
    assert_eq!(ups.len(), 1, "{decision}");
    assert_ne!(ups[0].1, "phone-256-us", "another region");
    never(&decision, "phone-256-us", Reason::Incompatible);
    // Up to 15 % more, it is the next size.
    let mut near = policy();
    near.up_sell.max_price_ratio = 1.15;
    let decision = engine().decide(&near, &soon().basket([("phone-128", 1)])).unwrap();
    offer(&decision, "phone-256");
    never(&decision, "phone-512", Reason::VariantInBasket);
}

#[test]
fn a_camera_and_what_belongs_to_it() {
    let decision = decide(soon().basket([("camera", 1)]));
    first(&decision, Kind::CrossSell, "lens");
    all(&decision, &["tripod", "camera-bag"]);
    never(&decision, "camera", Reason::InBasket);
}

#[test]
fn bouquets_by_size() {
    let decision = decide(soon().viewed("bouquet-2"));
    let up = decision.iter().find(|offer| offer.kind == Kind::UpSell).expect("a larger one");
    assert!(up.margin > 1_140.0, "{up}");
    never(&decision, "bouquet-1", Reason::VariantOfViewed);
}

#[test]
fn one_accessory_does_not_speak_against_another() {
    let decision = decide(soon().basket([("plant", 1), ("watering-can", 1)]));
    first(&decision, Kind::CrossSell, "fertiliser");
    // Alone it is bought by somebody who has a plant, and who knows what else.
    let decision = decide(soon().basket([("watering-can", 1)]));
    never(&decision, "plant", Reason::MainOfAccessory);
}

#[test]
fn blades_for_the_razor() {
    let decision = decide(soon().basket([("razor", 1)]));
    first(&decision, Kind::CrossSell, "blades");
    all(&decision, &["foam"]);
}

#[test]
fn a_suit_and_its_details() {
    let decision = decide(soon().basket([("suit", 1)]));
    first(&decision, Kind::CrossSell, "tie");
    all(&decision, &["cuff-links", "pocket-square"]);
}

#[test]
fn a_plant_and_its_care() {
    let decision = decide(soon().basket([("plant", 1)]));
    first(&decision, Kind::CrossSell, "fertiliser");
    all(&decision, &["watering-can", "sprayer"]);
}

#[test]
fn a_peeler_for_vegetables() {
    let mut non_food = policy();
    non_food.exclude.categories = ["food"].map(Into::into).into();
    let context = soon().basket([("carrots", 1), ("potatoes", 2)]);
    let decision = engine().decide(&non_food, &context).unwrap();
    first(&decision, Kind::CrossSell, "peeler");
    never(&decision, "carrots", Reason::InBasket);
}

#[test]
fn insurance_and_tariffs_move_up() {
    let decision = decide(soon().basket([("home-basic", 1)]));
    let up = decision.iter().find(|offer| offer.kind == Kind::UpSell).expect("more cover");
    assert!(up.margin > 2_000.0, "{up}");
    assert_eq!(decision.len(), 1, "{decision}");
    let decision = decide(soon().viewed("tariff-s"));
    first(&decision, Kind::UpSell, "tariff-m");
    let decision = decide(soon().viewed("tariff-m"));
    never(&decision, "tariff-s", Reason::VariantOfViewed);
}

#[test]
fn a_machine_its_contract_and_no_part_that_does_not_fit() {
    let mut catalog = catalog_of(&products());
    catalog.link("filter-b", basketry::data::Link::NeverWith, "machine").unwrap();
    let model = model();
    let engine = Engine::new(model, catalog).unwrap();
    let decision = engine.decide(&policy(), &soon().basket([("machine", 1)])).unwrap();
    first(&decision, Kind::CrossSell, "maintenance");
    all(&decision, &["filter-a"]);
    assert!(decision.why_not("filter-b").reason.is_some());
}

#[test]
fn a_car_was_bought_years_ago() {
    let customer = buyer_of("car");
    let decision = decide(soon().customer(customer));
    never(&decision, "car", Reason::Owned);
    let german = Policy::from_toml("language = \"de\"").unwrap();
    let decision = engine().decide(&german, &soon().customer(customer)).unwrap();
    let why = decision.why_not("car").text;
    assert!(why.contains("der Kunde hat es, und kaum jemand kauft es ein zweites Mal"), "{why}");
}

#[test]
fn no_second_barbecue() {
    let decision = decide(soon().basket([("barbecue", 1)]));
    first(&decision, Kind::CrossSell, "charcoal");
    all(&decision, &["tongs"]);
    never(&decision, "barbecue-gas", Reason::Incompatible);
    // Nor next week to somebody who bought one since the model was made.
    let now = model().as_of() + 7 * DAY;
    let bought = Order::at(now - 6 * DAY).line("barbecue", 1);
    let context = Context::at(now).customer(17).basket([("charcoal", 1)]).orders_since([bought]);
    let decision = decide(context);
    never(&decision, "barbecue", Reason::Owned);
}

#[test]
fn what_cannot_be_delivered_is_not_offered() {
    for (change, reason) in [
        ((|p| p.stock = Some(0)) as fn(&mut basketry::Product<'static>), Reason::OutOfStock),
        (|p| p.sellable = false, Reason::NotSellable),
        (|p| p.price = None, Reason::NoPrice),
    ] {
        let engine = Engine::new(model(), catalog_with("socks", change)).unwrap();
        let decision = engine.decide(&policy(), &soon().basket([("trainers-2026", 1)])).unwrap();
        never(&decision, "socks", reason);
        all(&decision, &["insoles"]);
        let engine = Engine::new(model(), catalog_with("trainers-2026", change)).unwrap();
        let decision = engine.decide(&policy(), &soon().viewed("trainers-2025")).unwrap();
        never(&decision, "trainers-2026", reason);
    }
}

#[test]
fn every_reason_is_given_in_german_too() {
    let german = Policy::from_toml(
        r#"
        language = "de"
        popular = 0
        similar = 0
        [texts]
        out_of_stock = "gerade ausverkauft"
        "#,
    )
    .unwrap();
    let engine = Engine::new(model(), catalog_with("laces", |p| p.stock = Some(0))).unwrap();
    let decision = engine.decide(&german, &soon().basket([("trainers-2026", 1)])).unwrap();
    let why = &offer(&decision, "socks").why;
    assert!(why.starts_with("wurde in ") && why.contains("mit \"trainers-2026\" gekauft"), "{why}");
    let why = decision.why_not("laces").text;
    assert_eq!(why, "\"laces\" (\"laces\") wird nicht angeboten: gerade ausverkauft");
    let why = decision.why_not("trainers-2026").text;
    assert!(why.ends_with("es liegt im Warenkorb"), "{why}");
}

#[test]
fn bouquets_in_five_sizes() {
    let ladder = engine().ladder(&policy(), &soon(), "bouquet-4").unwrap();
    let sizes: Vec<String> =
        ladder.tiers.iter().map(|tier| tier.product.as_ref().to_string()).collect();
    assert_eq!(sizes, (1..=5).map(|size| format!("\"bouquet-{size}\"")).collect::<Vec<_>>());
    assert_eq!(ladder.preselect, Some(1), "the second-lowest");
    // If the lowest is sold out, the one after it is the lowest that is left.
    let engine = Engine::new(model(), catalog_with("bouquet-1", |p| p.stock = Some(0))).unwrap();
    let ladder = engine.ladder(&policy(), &soon(), "bouquet-4").unwrap();
    let preselected = &ladder.tiers[ladder.preselect.unwrap()];
    assert_eq!(preselected.product, "bouquet-3".into());
}

#[test]
fn a_camera_with_its_accessories_for_less() {
    let mut bundles = policy();
    bundles.bundle.max = 1;
    bundles.assume.discount_response = 20.0;
    let decision = engine().decide(&bundles, &soon().basket([("camera", 1)])).unwrap();
    let bundle = decision.iter().find(|offer| offer.kind == Kind::Bundle).expect("a bundle");
    assert!(bundle.products.len() >= 2, "{bundle}");
    // What is in the bundle is not offered again by itself.
    for offer in decision.iter().filter(|offer| offer.kind != Kind::Bundle) {
        assert!(!bundle.products.contains(&offer.products[0]), "{decision}");
    }
    // Only what can be delivered is part of it.
    let engine = Engine::new(model(), catalog_with("lens", |p| p.stock = Some(0))).unwrap();
    let decision = engine.decide(&bundles, &soon().basket([("camera", 1)])).unwrap();
    assert!(decision.iter().all(|offer| !offer.products.contains(&"lens".into())), "{decision}");
    never(&decision, "lens", Reason::OutOfStock);
}

#[test]
fn a_little_more_for_free_shipping() {
    let mut shipping = policy();
    shipping.top_up.threshold = Some(16_000);
    shipping.top_up.max_gap = 0.3;
    let decision = engine().decide(&shipping, &soon().basket([("trainers-2026", 1)])).unwrap();
    let top_up = decision.iter().find(|offer| offer.kind == Kind::TopUp).expect("closes the gap");
    assert!(top_up.price.minor >= 2_100 && top_up.price.minor <= 3_150, "{top_up}");
    // Too far away, or not worth what the shop bears: nothing.
    for (threshold, cost) in [(40_000, 0.0), (16_000, 10_000.0)] {
        shipping.top_up.threshold = Some(threshold);
        shipping.top_up.cost = cost;
        let decision = engine().decide(&shipping, &soon().basket([("trainers-2026", 1)])).unwrap();
        assert!(decision.iter().all(|offer| offer.kind != Kind::TopUp), "{decision}");
    }
}

#[test]
fn a_customer_who_ignored_five_offers() {
    let mut patient = policy();
    patient.suppress.customer_ignored = 5;
    let products = ["socks", "tie", "foam", "lens", "tongs"];
    let contacts = products
        .iter()
        .enumerate()
        .map(|(i, &product)| Contact::at(model().as_of() - (i as i64 + 1) * DAY).product(product));
    let ignored: Vec<Contact> = contacts.collect();
    let context = soon().customer(3).basket([("suit", 1)]);
    let decision = engine().decide(&patient, &context.clone().contacts(ignored.clone())).unwrap();
    assert!(decision.is_empty(), "{decision}");
    assert_eq!(decision.stopped(), Some(Reason::CustomerIgnores));
    never(&decision, "pocket-square", Reason::CustomerIgnores);
    // Four are not five.
    let decision = engine().decide(&patient, &context.contacts(ignored[1..].to_vec())).unwrap();
    assert!(!decision.is_empty());
}

#[test]
fn a_contract_is_an_offer_of_its_own_kind() {
    let catalog = catalog_with("maintenance", |product| {
        product.service = true;
        product.term = Some(12);
    });
    let engine = Engine::new(model(), catalog).unwrap();
    let decision = engine.decide(&policy(), &soon().basket([("machine", 1)])).unwrap();
    first(&decision, Kind::Service, "maintenance");
    let contract = offer(&decision, "maintenance");
    assert_eq!(contract.margin, 12.0 * 10_900.0, "it earns in every period");
}

#[test]
fn on_the_tracking_page_after_the_order_and_nothing_after_a_return() {
    let tracking = |order: &[(&'static str, i32)]| {
        soon().placement("tracking_page").after(order.iter().copied())
    };
    // What belongs to the order and was forgotten, most of all; not what was in it.
    let decision = decide(tracking(&[("plant", 1), ("watering-can", 1)]));
    first(&decision, Kind::CrossSell, "fertiliser");
    assert_eq!(offer(&decision, "fertiliser").base_product, Some("plant".into()));
    never(&decision, "plant", Reason::InOrder);
    never(&decision, "watering-can", Reason::InOrder);
    // No other phone for who just bought one: it was the order's.
    let decision = decide(tracking(&[("phone-128", 1)]));
    all(&decision, &["phone-case", "screen-protector"]);
    never(&decision, "phone-256", Reason::VariantInOrder);

    // One thing came back: neither it nor anything because of it.
    let two = tracking(&[("plant", 1), ("razor", 1)]);
    all(&decide(two.clone()), &["fertiliser", "blades"]);
    let decision = decide(two.clone().returned(["razor"]));
    first(&decision, Kind::CrossSell, "fertiliser");
    never(&decision, "razor", Reason::Returned);
    assert!(decision.iter().all(|offer| offer.base_product != Some("razor".into())), "{decision}");
    // All of it came back: nothing at all, and the reason is told of everything.
    let decision = decide(two.customer(5).returned(["razor", "plant"]));
    assert!(decision.is_empty(), "{decision}");
    assert_eq!(decision.stopped(), Some(Reason::Returned));
    never(&decision, "fertiliser", Reason::Returned);
}

#[test]
fn a_decision_and_its_warnings_are_printed_in_german_too() {
    let german = Policy::from_toml(
        r#"
        language = "de"
        placement = "cart"
        popular = 0
        similar = 0
        exclude.products = ["gone", "lost"]
        [texts]
        offers_none = "heute nichts"
        "#,
    )
    .unwrap();
    let engine = Engine::new(model(), catalog_with("laces", |p| p.cost = None)).unwrap();
    let context = soon().customer(99_999).placement("mail");
    let trainers = context.clone().basket([("trainers-2026", 1), ("ghost", 1)]);
    let decision = engine.decide(&german, &trainers).unwrap();
    let text = decision.to_string();
    let mut lines = text.lines();
    let first = lines.next().unwrap();
    assert!(first.starts_with("default am 2025-12-01T00:00:00Z für Kunde 99999, den"), "{text}");
    assert!(first.ends_with(&format!(": {} Angebote", decision.len())), "{text}");
    let socks = lines.find(|line| line.contains("cross_sell \"socks\" (socks) zu 14,90 EUR, "));
    assert!(socks.expect(&text).contains(" EUR wert: wurde in "), "{text}");
    assert!(text.contains("\n  nicht angeboten: "), "{text}");
    for warning in [
        "exclude.products: 2 Ids sind nicht im Katalog, die erste ist \"gone\"",
        "1 von 52 Produkten haben keinen Einkaufspreis: als ihre Spanne werden 30 % des Preises \
         angenommen (assume.margin_rate)",
        "placement: die Regeln sind für \"cart\", aber die Anfrage ist für \"mail\"",
        "basket: \"ghost\" ist weder dem Katalog noch dem Modell bekannt und ausgelassen",
    ] {
        assert!(decision.warnings().iter().any(|said| said == warning), "{warning}\n{text}");
        assert!(text.contains(&format!("\n  Warnung: {warning}\n")), "{text}");
    }
    let nothing = engine.decide(&german, &soon()).unwrap();
    assert!(nothing.to_string().contains(" für niemand Bekannten: heute nichts\n"), "{nothing}");
}
