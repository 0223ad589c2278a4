//! Random policies, catalogues and histories against what the rules say, worked out here anew.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use basketry::decide::{Cap, Contact, ContactOutcome, Pin, Quota, Rule, Selection};
use basketry::{Context, Decision, Engine, Id, Kind, Offer, Policy, Reason};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::shop::*;

struct World {
    specs: Vec<Spec>,
    policy: Policy,
    customer: Option<i64>,
    basket: Vec<i64>,
    viewed: Option<i64>,
    segments: Vec<&'static str>,
    channel: Option<&'static str>,
    ride_along: bool,
    now: i64,
    contacts: Vec<Past>,
    seed: u64,
}

#[derive(Clone, Debug)]
struct Past {
    ago: i64,
    channel: Option<&'static str>,
    kind: Option<Kind>,
    product: i64,
    outcome: ContactOutcome,
    valid_for: Option<i64>,
    ride_along: bool,
}

const CHANNELS: [Option<&str>; 3] = [None, Some("mail"), Some("site")];
const KINDS: [Kind; 5] =
    [Kind::CrossSell, Kind::UpSell, Kind::Refill, Kind::Popular, Kind::Similar];

fn selection(draws: &mut Draws, percent: i64) -> Selection {
    let mut selection = Selection::default();
    selection.products = ids(&draws.ids(percent, PRODUCTS, 6));
    selection.categories = ids(&draws.ids(percent, 2, 1));
    selection.brands = ids(&draws.ids(percent, 6, 4));
    selection.lines = ids(&draws.ids(percent / 2, 3, 1));
    if draws.chance(percent) {
        selection.attributes.insert("size".into(), ids(&[draws.below(2)]));
    }
    selection
}

/// Adds something to a policy unless the policy contradicts it, which is an error.
fn add(policy: &mut Policy, more: impl FnOnce(&mut Policy)) {
    let mut with = policy.clone();
    more(&mut with);
    if with.check().is_ok() {
        *policy = with;
    }
}

fn world(case: u64) -> World {
    let mut draws = Draws(case);
    let d = &mut draws;
    let mut specs: Vec<Spec> = (0..PRODUCTS)
        .map(|_| Spec {
            price: 100 + d.below(2_000),
            stock: d.below(12) - 1,
            line: d.some(40, 4),
            brand: d.some(85, 6),
            category: (d.below(2), d.some(85, 4)),
            size: d.some(80, 2),
        })
        .collect();
    // Every column is there, and every value of it.
    specs[0] = Spec { line: Some(0), size: Some(0), ..plain()[0].clone() };
    for (i, spec) in specs.iter_mut().enumerate().skip(1).take(5) {
        (spec.line, spec.brand) = (Some(i as i64 % 4), Some(i as i64));
        (spec.category, spec.size) = ((i as i64 % 2, Some(i as i64 % 4)), Some(i as i64 % 2));
    }
    let mut policy = Policy::new("random");
    policy.max_offers = d.pick(&[0, 1, 2, 3, 4, 6, 8]);
    policy.only = selection(d, 4);
    let exclude = selection(d, 10);
    add(&mut policy, |policy| policy.exclude = exclude);
    for name in ["a", "b"] {
        if d.chance(40) {
            let mut rule = Rule::new(name);
            (rule.only, rule.exclude) = (selection(d, 4), selection(d, 10));
            rule.price.max = d.some(30, 1_000).map(|more| 800 + more);
            add(&mut policy, |policy| policy.rules.push(rule));
        }
    }
    policy.price.min = d.some(20, 500);
    policy.per_line = 1 + d.below(2) as u32;
    policy.per_brand = d.pick(&[1, 2, 1000]);
    policy.per_category = d.pick(&[1, 2, 1000]);
    policy.category_level = d.some(50, 2).map(|level| level as u32);
    policy.allow_substitutes = d.chance(50);
    policy.allow_variants = d.chance(20);
    policy.cross_sell.max = d.pick(&[1, 2, 1000]);
    policy.popular.max = d.pick(&[0, 2, 1000, 1000]);
    let chain: [&[Kind]; 3] = [&[Kind::Popular], &[], &[Kind::Refill, Kind::Popular]];
    policy.fallback = d.pick(&chain).to_vec();
    if d.chance(15) {
        policy.segments.exclude = vec!["b".into()];
    }
    for _ in 0..d.below(3) {
        let mut cap = Cap::new(d.below(4) as u32 + 1, d.pick(&[0.5, 1.0, 7.0]));
        cap.channel = d.pick(&CHANNELS).map(Into::into);
        cap.kind = d.chance(50).then(|| d.pick(&KINDS));
        policy.contact.caps.push(cap);
    }
    policy.contact.channel = d.pick(&CHANNELS).map(Into::into);
    policy.contact.valid_for_days = d.some(50, 5).map(|days| days as f64 + 0.5);
    policy.suppress.ignored = d.below(4) as u32;
    policy.suppress.days = d.pick(&[1.0, 5.0]);
    policy.suppress.rejected_days = d.pick(&[0.0, 3.0]);
    policy.suppress.customer_ignored = d.pick(&[0, 0, 3]);
    policy.cool_down.product = d.pick(&[0.0, 0.0, 2.0]);
    policy.cool_down.line = d.pick(&[0.0, 0.0, 1.0]);
    policy.cool_down.brand = d.pick(&[0.0, 0.0, 0.0, 0.5]);
    policy.cool_down.category = d.pick(&[0.0, 0.0, 0.0, 0.5]);
    if d.chance(40) {
        policy.explore.share = d.pick(&[0.0, 0.2, 1.0]);
        policy.explore.temperature = d.pick(&[0.0, 0.5, 20.0]);
        policy.explore.candidates = 1 + d.below(8) as u32;
        policy.explore.floor = d.pick(&[0.0, 0.5]);
        policy.explore.slot =
            (policy.max_offers > 0).then(|| 1 + d.below(policy.max_offers.into()) as u32);
    }
    for product in d.ids(30, PRODUCTS + 1, 3) {
        let pin = Pin::new(product, 1 + d.below(6) as u32);
        add(&mut policy, |policy| policy.pinned.push(pin));
    }
    for _ in 0..d.below(3) {
        let mut quota = Quota::new(selection(d, 30));
        if !quota.select.is_empty() {
            quota.min = (1 + d.below(2) as u32).min(policy.max_offers.max(1));
            quota.min_value = d.pick(&[0.0, 1.0]);
            add(&mut policy, |policy| policy.quotas.push(quota));
        }
    }
    policy.bundle.max = d.pick(&[0, 0, 1, 2]);
    policy.bundle.second = d.pick(&[0.0, 0.2]);
    policy.top_up.threshold = d.some(40, 4_000).map(|more| 500 + more);
    policy.top_up.cost = if policy.top_up.threshold.is_some() { 100.0 } else { 0.0 };
    let channels = CHANNELS;
    let outcomes = ContactOutcome::ALL;
    let contacts = (0..d.below(14))
        .map(|_| Past {
            // Few moments, so that some offers are of one contact, and windows are met exactly.
            ago: d.pick(&[0, 12 * HOUR, DAY, 2 * DAY, 5 * DAY, 7 * DAY]) + d.below(2),
            channel: d.pick(&channels),
            kind: d.chance(70).then(|| d.pick(&KINDS)),
            product: d.below(PRODUCTS),
            outcome: if d.chance(99) { outcomes[d.below(5) as usize] } else { outcomes[5] },
            valid_for: d.some(40, 6).map(|days| days * DAY),
            ride_along: d.chance(20),
        })
        .collect();
    World {
        specs,
        policy,
        customer: d.some(80, CUSTOMERS + 3),
        basket: d.ids(80, PRODUCTS, 4),
        viewed: d.some(40, PRODUCTS),
        segments: [(40, "a"), (40, "b")]
            .into_iter()
            .filter(|&(percent, _)| d.chance(percent))
            .map(|(_, name)| name)
            .collect(),
        channel: d.pick(&CHANNELS),
        ride_along: d.chance(15),
        now: soon() + d.below(20) * HOUR,
        contacts,
        seed: d.next(),
    }
}

fn context(world: &World) -> Context {
    let mut context = Context::at(world.now)
        .basket(world.basket.iter().map(|&id| (id, 1)))
        .segments(world.segments.iter().copied())
        .ride_along(world.ride_along)
        .seed(world.seed);
    if let Some(customer) = world.customer {
        context = context.customer(customer);
    }
    if let Some(viewed) = world.viewed {
        context = context.viewed(viewed);
    }
    if let Some(channel) = world.channel {
        context = context.channel(channel);
    }
    context.contacts(world.contacts.iter().map(|past| {
        let mut contact = Contact::at(world.now - past.ago).product(past.product);
        contact = contact.outcome(past.outcome).ride_along(past.ride_along);
        if let Some(channel) = past.channel {
            contact = contact.channel(channel);
        }
        if let Some(kind) = past.kind {
            contact = contact.kind(kind);
        }
        match past.valid_for {
            Some(after) => contact.valid_until(world.now - past.ago + after),
            None => contact,
        }
    }))
}

impl World {
    /// For each key that is given, whether a product has one of its values.
    fn keys(&self, selection: &Selection, id: i64) -> Vec<bool> {
        let spec = &self.specs[id as usize];
        let has = |list: &[Id], value: Option<i64>| {
            value.is_some_and(|value| list.contains(&Id::Int(value)))
        };
        let mut keys = Vec::new();
        if !selection.products.is_empty() {
            keys.push(has(&selection.products, Some(id)));
        }
        if !selection.categories.is_empty() {
            let leaf = spec.category.1.map(|leaf| 10 + leaf);
            let list = &selection.categories;
            keys.push(has(list, Some(spec.category.0)) || has(list, leaf));
        }
        if !selection.brands.is_empty() {
            keys.push(has(&selection.brands, spec.brand));
        }
        if !selection.lines.is_empty() {
            keys.push(has(&selection.lines, spec.line));
        }
        if let Some(list) = selection.attributes.get("size") {
            keys.push(has(list, spec.size));
        }
        keys
    }

    fn selects(&self, selection: &Selection, id: i64) -> bool {
        self.keys(selection, id).iter().all(|&has| has)
    }

    fn excludes(&self, selection: &Selection, id: i64) -> bool {
        self.keys(selection, id).iter().any(|&has| has)
    }

    fn channel(&self) -> Option<&str> {
        self.channel.or(self.policy.contact.channel.as_deref())
    }

    /// Whether a cap is reached for offers of a kind.
    fn capped(&self, cap: &Cap) -> bool {
        let same = |a: Option<&str>, b: Option<&str>| a.is_none() || b.is_none() || a == b;
        if self.ride_along || !same(cap.channel.as_deref(), self.channel()) {
            return false;
        }
        let counted: BTreeSet<(i64, Option<&str>)> = self
            .contacts
            .iter()
            .filter(|past| !past.ride_along && (past.ago as f64) < cap.days * DAY as f64)
            .filter(|past| same(cap.channel.as_deref(), past.channel))
            .filter(|past| cap.kind.is_none() || past.kind.is_none() || past.kind == cap.kind)
            .map(|past| (past.ago, past.channel))
            .collect();
        counted.len() >= cap.max as usize
    }

    fn stopped(&self) -> bool {
        let policy = &self.policy;
        let out = self.contacts.iter().any(|past| {
            past.outcome == ContactOutcome::OptedOut
                && (past.channel.is_none()
                    || self.channel().is_none_or(|c| past.channel == Some(c)))
        });
        let segment = policy.segments.exclude.iter().any(|name| self.segments.contains(&&**name));
        let n = policy.suppress.customer_ignored as usize;
        let mut moments: Vec<(i64, Option<&str>)> =
            self.contacts.iter().map(|past| (past.ago, past.channel)).collect();
        // The latest first; of one moment, the channels that sort last.
        moments.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        moments.dedup();
        let ignored = n > 0
            && moments.len() >= n
            && moments[..n].iter().all(|moment| {
                !self
                    .contacts
                    .iter()
                    .any(|past| (past.ago, past.channel) == *moment && rewarded(past.outcome))
            });
        out || segment
            || ignored
            || policy.contact.caps.iter().any(|cap| cap.kind.is_none() && self.capped(cap))
    }

    /// Whether the contacts let a product be offered in this way.
    fn contacts_allow(&self, id: i64, kind: Kind) -> bool {
        let policy = &self.policy;
        if policy.contact.caps.iter().any(|cap| cap.kind == Some(kind) && self.capped(cap)) {
            return false;
        }
        let within = |past: &&Past, days: f64| (past.ago as f64) < days * DAY as f64;
        let own = || self.contacts.iter().filter(|past| past.product == id);
        let rejected = own()
            .filter(|past| past.outcome == ContactOutcome::Rejected)
            .any(|past| within(&past, policy.suppress.rejected_days));
        let reward = own().filter(|past| rewarded(past.outcome)).map(|past| past.ago).min();
        let ignored = own()
            .filter(|past| !rewarded(past.outcome) && reward.is_none_or(|ago| past.ago < ago))
            .filter(|past| within(past, policy.suppress.days))
            .count() as u32;
        let ended = own().any(|past| {
            past.valid_for.is_some_and(|after| after <= past.ago)
                && past.kind.is_none_or(|held| held == kind)
        });
        let spec = &self.specs[id as usize];
        let leaf = |spec: &Spec| match spec.category.1 {
            Some(leaf) => (1, leaf),
            None => (0, spec.category.0),
        };
        let near = self.contacts.iter().any(|past| {
            let other = &self.specs[past.product as usize];
            let rule = &policy.cool_down;
            past.product == id && within(&past, rule.product)
                || spec.line.is_some() && spec.line == other.line && within(&past, rule.line)
                || spec.brand.is_some() && spec.brand == other.brand && within(&past, rule.brand)
                || leaf(spec) == leaf(other) && within(&past, rule.category)
        });
        let tired = policy.suppress.ignored > 0 && ignored >= policy.suppress.ignored;
        !(rejected || tired || ended || near)
    }
}

fn rewarded(outcome: ContactOutcome) -> bool {
    matches!(outcome, ContactOutcome::Clicked | ContactOutcome::Bought)
}

/// What an offer adds to the order, without the main product of a bundle.
fn added(offer: &Offer) -> Vec<i64> {
    let from = usize::from(offer.kind == Kind::Bundle);
    offer.products[from..].iter().map(int).collect()
}

fn check(world: &World, decision: &Decision) {
    let policy = &world.policy;
    if world.stopped() {
        assert!(decision.is_empty() && decision.stopped().is_some());
    } else {
        assert_eq!(decision.stopped(), None);
    }
    assert!(decision.len() <= policy.max_offers as usize);
    let mut seen = BTreeSet::new();
    for candidate in decision.suppressed() {
        let id = int(&candidate.product);
        assert!(!decision.iter().any(|offer| added(offer).contains(&id)), "{id} {decision}");
        let up_sell = candidate.kind == Some(Kind::UpSell);
        assert!(up_sell || candidate.reason != Reason::InOtherOffer, "{candidate:?} {decision}");
    }
    let mut limits: HashMap<(&str, i64), (u32, u32, u32)> = HashMap::new();
    for offer in decision {
        for &id in &added(offer) {
            let spec = &world.specs[id as usize];
            let second = offer.kind == Kind::Bundle && offer.base_product == Some(Id::Int(id));
            assert!(seen.insert(id), "offered twice: {offer}");
            assert!(spec.stock > i64::from(second), "{offer}");
            let here = world.basket.contains(&id) || world.viewed == Some(id);
            assert!(second || !here, "{offer}");
            assert!(policy.price.min.is_none_or(|min| spec.price >= min), "{offer}");
            assert!(world.selects(&policy.only, id), "{offer}");
            assert!(!world.excludes(&policy.exclude, id), "{offer}");
            for rule in &policy.rules {
                if rule.segments.iter().any(|name| world.segments.contains(&&**name)) {
                    assert!(world.selects(&rule.only, id) && !world.excludes(&rule.exclude, id));
                    assert!(rule.price.max.is_none_or(|max| spec.price <= max), "{offer}");
                }
            }
            assert!(world.contacts_allow(id, offer.kind), "{offer}: {:?}", world.contacts);
        }
        let spec = &world.specs[added(offer)[0] as usize];
        assert!(offer.pinned || offer.value > policy.min_value, "{offer}");
        let place = policy.fallback.iter().position(|&kind| kind == offer.kind);
        let place = place.map_or(0, |place| place as u32 + 1);
        assert_eq!(offer.fallback, if offer.pinned { 0 } else { place });
        let ends = offer.valid_until.map(|end| end > world.now);
        assert!(
            ends.is_none_or(|later| later)
                && (ends.is_some() || policy.contact.valid_for_days.is_none())
        );

        let (level, category) = match (policy.category_level, spec.category.1) {
            (Some(0), _) | (None, None) => (0, Some(spec.category.0)),
            (_, leaf) => (1, leaf),
        };
        let kind_max = match offer.kind {
            Kind::CrossSell => policy.cross_sell.max,
            Kind::UpSell => policy.up_sell.max,
            Kind::Popular => policy.popular.max,
            Kind::Bundle => policy.bundle.max,
            Kind::TopUp => policy.top_up.max,
            _ => 1000,
        };
        for (what, value, most) in [
            ("line", spec.line, policy.per_line),
            ("brand", spec.brand, policy.per_brand),
            ("category", category.map(|code| 100 * level + code), policy.per_category),
            ("kind", Some(offer.kind as i64), kind_max),
        ] {
            let Some(value) = value else { continue };
            let entry = limits.entry((what, value)).or_insert((0, 0, most));
            entry.0 += 1;
            entry.1 += u32::from(offer.pinned);
        }
    }
    // Only what is pinned may exceed a limit.
    for (what, (count, pinned, most)) in &limits {
        assert!(*count <= (*most).max(*pinned), "{what:?}: {count} offers, {pinned} pinned");
    }

    match decision.explored() {
        None => assert!(decision.iter().all(|offer| offer.chosen_with == 1.0)),
        Some(explored) => {
            let offer = &decision.offers()[explored.slot as usize - 1];
            let sum: f64 = explored.choices.iter().map(|choice| choice.probability).sum();
            assert!((sum - 1.0).abs() < 1e-9, "{sum}");
            assert!(explored.choices.len() <= policy.explore.candidates as usize);
            let mut drawn = 0;
            for choice in &explored.choices {
                assert!(choice.value >= policy.explore.floor * explored.choices[0].value);
                let is =
                    |offer: &Offer| offer.kind == choice.kind && offer.products == choice.products;
                if is(offer) {
                    drawn += 1;
                    assert!(choice.probability > 0.0);
                    assert_eq!(choice.probability, offer.chosen_with);
                } else {
                    assert!(!decision.iter().any(is));
                }
            }
            assert_eq!(drawn, 1);
        }
    }
    for (i, (quota, told)) in policy.quotas.iter().zip(decision.quotas()).enumerate() {
        let explored = decision.explored().map(|explored| explored.slot as usize - 1);
        let counts = |(at, offer): &(usize, &Offer)| {
            Some(*at) != explored
                && added(offer).iter().any(|&key| world.selects(&quota.select, key))
        };
        let made = decision.iter().enumerate().filter(counts).count();
        assert_eq!(told.made as usize, made);
        assert!(told.made < quota.min || !warned_of(decision, i), "{decision}");
    }
}

/// Whether a decision warns that a quota cannot be met.
fn warned_of(decision: &Decision, quota: usize) -> bool {
    let path = format!("quotas[{quota}].min: ");
    decision.warnings().iter().any(|warning| warning.starts_with(&path))
}

/// A logged decision is asked again from its line: the same bytes.
fn replay(engine: &Engine, policy: &Policy, decision: &Decision) {
    let line: serde_json::Value = serde_json::from_str(&decision.to_json()).unwrap();
    let mut request = serde_json::json!({ "now": line["now_ms"] });
    for key in [
        "customer",
        "basket",
        "viewed",
        "orders_since",
        "channel",
        "ride_along",
        "segments",
        "consents",
        "customer_value",
        "contacts",
        "seed",
    ] {
        request[key] = line[key].clone();
    }
    let context = Context::from_json(&request.to_string()).unwrap();
    let again = Policy::from_json(&policy.to_json()).unwrap();
    assert_eq!(again, Policy::from_toml(&policy.to_toml()).unwrap());
    assert_eq!(again.version(), decision.policy_version());
    assert_eq!(engine.decide(&again, &context).unwrap().to_json(), decision.to_json());
}

#[test]
fn nothing_ineligible_is_offered() {
    let tally: RefCell<HashMap<&str, u32>> = RefCell::default();
    let mut runner = TestRunner::new(ProptestConfig { cases: 1000, ..ProptestConfig::default() });
    runner
        .run(&any::<u64>(), |case| {
            let world = world(case);
            let engine = Engine::new(model(), catalog(&world.specs)).unwrap();
            let decision = engine.decide(&world.policy, &context(&world)).unwrap();
            check(&world, &decision);
            replay(&engine, &world.policy, &decision);
            let mut tally = tally.borrow_mut();
            let mut count =
                |what: &'static str, n: usize| *tally.entry(what).or_default() += n as u32;
            count("offers", decision.len());
            let several = |offer: &&Offer| matches!(offer.kind, Kind::Bundle | Kind::TopUp);
            count("several", decision.iter().filter(several).count());
            count("pinned", decision.iter().filter(|offer| offer.pinned).count());
            count("drawn", usize::from(decision.explored().is_some_and(|e| e.choices.len() > 1)));
            count(
                "paid quotas",
                decision.quotas().iter().filter(|quota| quota.price > 0.0).count(),
            );
            let quotas = 0..world.policy.quotas.len();
            count("hopeless quotas", quotas.filter(|&i| warned_of(&decision, i)).count());
            for (reason, n) in decision.suppressed_counts() {
                count(reason.code(), n as usize);
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    // A generator that makes nothing of it would test nothing. The rest is tested alone.
    let tally = tally.into_inner();
    println!("{tally:?}");
    let range = Reason::OtherSegment..=Reason::ContactNotWorth;
    let slots = Reason::ALL.into_iter().filter(|reason| range.contains(reason)).map(Reason::code);
    let made = ["offers", "several", "pinned", "drawn", "paid quotas", "hopeless quotas"];
    for what in made.into_iter().chain(slots) {
        let elsewhere =
            ["no_consent", "held_out", "contact_not_worth", "substitute_offered"].contains(&what);
        assert!(
            elsewhere || tally.get(what).is_some_and(|&n| n >= 10),
            "{what}: too few: {tally:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// A customer is met at random moments in random channels, and every decision with offers becomes
    /// a contact: no window of any cap ever holds more than it allows.
    #[test]
    fn caps_are_never_exceeded(case in any::<u64>()) {
        let mut draws = Draws(case);
        let d = &mut draws;
        let mut policy = policy();
        policy.max_offers = 2;
        policy.suppress.ignored = 0;
        for _ in 0..1 + d.below(3) {
            let mut cap = Cap::new(d.below(3) as u32 + 1, d.pick(&[0.25, 1.0, 3.0]));
            cap.channel = d.chance(50).then(|| d.pick(&["mail", "site"]).into());
            cap.kind = d.chance(50).then(|| d.pick(&KINDS));
            policy.contact.caps.push(cap);
        }
        let engine = engine();
        let mut now = soon();
        // Moment, channel, kinds, whether it rode along.
        let mut made: Vec<(i64, &str, Vec<Kind>, bool)> = Vec::new();
        let mut contacts: Vec<Contact> = Vec::new();
        for _ in 0..60 {
            // Some exactly a window apart.
            now += d.pick(&[HOUR, 6 * HOUR, DAY, 7 * HOUR + 1]);
            let channel = d.pick(&["mail", "site"]);
            let along = d.chance(15);
            let context = Context::at(now)
                .customer(1_000)
                .basket([(d.below(PRODUCTS), 1)])
                .channel(channel)
                .ride_along(along)
                .contacts(contacts.iter().cloned());
            let decision = engine.decide(&policy, &context).unwrap();
            for offer in &decision {
                let outcome = ContactOutcome::ALL[d.below(5) as usize];
                let contact = Contact::at(now).channel(channel).kind(offer.kind).outcome(outcome);
                let contact = contact.product(offer.products[0].clone());
                contacts.push(contact.ride_along(along));
            }
            if !decision.is_empty() {
                let kinds = decision.iter().map(|offer| offer.kind).collect();
                made.push((now, channel, kinds, along));
            }
        }
        for cap in &policy.contact.caps {
            let counted: Vec<i64> = made
                .iter()
                .filter(|(_, channel, kinds, along)| {
                    !along
                        && cap.channel.as_deref().is_none_or(|wanted| wanted == *channel)
                        && cap.kind.is_none_or(|wanted| kinds.contains(&wanted))
                })
                .map(|&(at, ..)| at)
                .collect();
            let window = (cap.days * DAY as f64) as i64;
            for (i, &start) in counted.iter().enumerate() {
                let within = counted[i..].iter().filter(|&&at| at - start < window).count();
                prop_assert!(within <= cap.max as usize, "{:?}: {} within", cap, within);
            }
        }
    }
}
