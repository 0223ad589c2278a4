//! Learning from logs whose truth is known.

mod certainty;
mod sets;

use super::*;
use crate::decide::journal::{DAY_MS, Incoming, IncomingOffer};

/// Observations with these counts: bought and not, if made and if withheld.
fn seen(base: f64, made: [usize; 2], withheld: [usize; 2]) -> Vec<Observation> {
    let mut all = Vec::new();
    for (counts, made) in [(made, true), (withheld, false)] {
        for (bought, count) in [(true, counts[0]), (false, counts[1])] {
            all.extend((0..count).map(|_| Observation {
                made,
                bought,
                base,
                past: Past::NOTHING,
                who: 0,
            }));
        }
    }
    all.iter_mut().zip(0..).for_each(|(one, who)| one.who = who);
    all
}

fn customers(seen: &[Observation]) -> usize {
    seen.iter().map(|one| one.who as usize + 1).max().unwrap_or(0)
}

/// Room for the customers of these observations.
fn clusters(seen: &[Observation]) -> Clusters {
    Clusters::new(customers(seen))
}

fn odds(seen: &[Observation], prior: f64, pseudo: f64) -> Option<LearnedNumber> {
    let control = Control::new();
    let mut kinds = [OfKind::new(Kind::CrossSell, (seen.to_vec(), 0), prior, 1.0)?];
    let best = kinds[0].fit(0.0, pseudo, &control).unwrap();
    let measured = measure(&mut kinds, 0.0, customers(seen), &control).unwrap();
    Some(kinds[0].number(&best, measured.effects[0]))
}

fn base_odds(seen: &[Observation], prior: f64, pseudo: f64) -> Option<LearnedNumber> {
    let of = OfKind::new(Kind::CrossSell, (seen.to_vec(), 0), 1.5, 1.0)?;
    of.base(prior, pseudo, &mut clusters(seen), &Control::new()).unwrap()
}

fn accept(seen: &[Observation], prior: f64, pseudo: f64) -> Option<LearnedNumber> {
    up_sell::accept(seen, prior, pseudo, &mut clusters(seen))
}

fn abandon(seen: &[Observation], prior: f64, pseudo: f64) -> Option<LearnedNumber> {
    up_sell::abandon(seen, prior, pseudo, &mut clusters(seen))
}

fn learn(log: &DecisionLog, policy: &Policy, options: &LearnOptions) -> Learned {
    log.learn(policy, options, &Control::new()).unwrap()
}

/// By how many standard errors what was measured is off.
fn off(number: &LearnedNumber, truth: f64) -> f64 {
    let (measured, error) = (number.measured.unwrap(), number.standard_error.unwrap());
    match &*number.name {
        name if name.contains("odds") => (measured / truth).ln() / error,
        _ => (measured - truth) / error,
    }
}

#[test]
fn odds_are_those_of_the_table() {
    // 300 of 1000 against 200 of 1000, where the model said 25 %.
    let seen = seen(0.25, [3000, 7000], [2000, 8000]);
    let number = odds(&seen, 1.5, 0.0).unwrap();
    let exact = (0.3 / 0.7) / (0.2 / 0.8);
    assert!((number.value - exact).abs() < 1e-6, "{} {exact}", number.value);
    assert_eq!((number.exposures, number.withheld, number.purchases), (10_000, 10_000, 3000));
    // The standard error of a log odds ratio, by Woolf (1955).
    let woolf = (1.0 / 3000.0 + 1.0 / 7000.0 + 1.0 / 2000.0 + 1.0 / 8000.0f64).sqrt();
    let error = number.standard_error.unwrap();
    assert!((error - woolf).abs() < 1e-4, "{error} {woolf}");
    assert!((number.measured.unwrap() - number.value).abs() < 1e-4);
    let base = base_odds(&seen, 2.0, 0.0).unwrap();
    let exact = (0.2 / 0.8) / (0.25 / 0.75);
    assert!((base.value - exact).abs() < 1e-6, "{} {exact}", base.value);
    assert_eq!((&*base.name, base.purchases), ("assume.base_odds.cross_sell", 2000));
}

#[test]
fn few_exposures_leave_what_is_assumed() {
    let none = seen(0.1, [0, 0], [3, 5]);
    assert_eq!(odds(&none, 1.5, 20.0), None);
    let few = seen(0.1, [0, 4], [0, 0]);
    assert_eq!(base_odds(&few, 1.0, 20.0), None);
    let few = odds(&few, 1.5, 20.0).unwrap();
    assert!((1.45..1.5).contains(&few.value), "{}", few.value);
    let harm = odds(&seen(0.5, [10, 990], [500, 500]), 1.5, 20.0).unwrap();
    assert_eq!(harm.value, 1.0);
    assert!(harm.measured.unwrap() < 0.02, "{harm:?}");
}

#[test]
fn up_sells_are_measured_against_those_held_out() {
    // 12 % of the receptive take it, 2 % would have done so anyway.
    let number = accept(&seen(0.5, [600, 9400], [100, 9900]), 0.05, 0.0).unwrap();
    assert!((number.value - 0.1).abs() < 1e-7, "{}", number.value);
    let kept = |base: f64, made: [usize; 2], withheld: [usize; 2]| seen(base, made, withheld);
    let number = abandon(&kept(1.0, [9700, 300], [9900, 100]), 0.01, 0.0).unwrap();
    assert!((number.value - 0.02).abs() < 1e-7, "{}", number.value);
    assert_eq!(number.purchases, 300);
    // Of ten who look at the base product, one was to buy it, and .2 of these leave.
    let viewed = abandon(&kept(0.1, [800, 9200], [1000, 9000]), 0.01, 0.0).unwrap();
    assert!((viewed.value - 0.2).abs() < 1e-7, "{}", viewed.value);
    let shrunk = abandon(&kept(1.0, [97, 3], [99, 1]), 0.01, 20.0).unwrap();
    assert!(shrunk.value > 0.01 && shrunk.value < 0.0105, "{}", shrunk.value);
    assert_eq!(abandon(&kept(1.0, [97, 3], [0, 0]), 0.01, 20.0), None);
}

/// `value` at these weights goes from `measured` to `prior`, and nowhere else.
fn goes(what: &str, prior: f64, value: impl Fn(f64) -> f64) {
    let values: Vec<f64> =
        [0.0, 0.5, 5.0, 20.0, 100.0, 3000.0, 1e6].into_iter().map(value).collect();
    let rising = prior >= values[0];
    for pair in values.windows(2) {
        let step = if rising { pair[1] - pair[0] } else { pair[0] - pair[1] };
        assert!(step >= -1e-7, "{what}: {values:?} to {prior}");
    }
    let last = values[values.len() - 1];
    let over = if rising { last - prior } else { prior - last };
    assert!(over <= 1e-7, "{what}: {values:?} to {prior}");
}

proptest::proptest! {
    #[test]
    fn numbers_lie_between_what_is_assumed_and_what_was_measured(
        groups in proptest::collection::vec(
            (0.001f64..0.999, [0usize..60, 0..200], [0usize..20, 0..60]), 1..4),
        prior in 1.0f64..10.0,
        share in 0.001f64..1.0,
    ) {
        let all: Vec<Observation> = (groups.iter())
            .flat_map(|&(base, made, withheld)| seen(base, made, withheld))
            .collect();
        let value = |number: Option<LearnedNumber>| number.map_or(0.0, |number| number.value);
        if all.iter().any(|one| one.made) {
            goes("odds", prior, |w| value(odds(&all, prior, w)));
            goes("accept", share, |w| value(accept(&all, share, w)));
            if all.iter().any(|one| !one.made) {
                goes("base", prior, |w| value(base_odds(&all, prior, w)));
                goes("abandon", share, |w| value(abandon(&all, share, w)));
            }
        }
    }
}

#[test]
fn what_is_bought_anyway_is_not_credited_to_the_offer() {
    // Measured: .25 - .20 = .05, which is what is assumed.
    let even = accept(&seen(1.0, [1000, 3000], [80, 320]), 0.05, 20.0).unwrap();
    assert!((even.value - 0.05).abs() < 1e-7, "{}", even.value);
    let exact = (0.25 * 0.75 / 4000.0 + 0.2 * 0.8 / 400.0f64).sqrt();
    let free = accept(&seen(1.0, [1000, 3000], [80, 320]), 0.05, 0.0).unwrap();
    let error = free.standard_error.unwrap();
    assert!((error / exact - 1.0).abs() < 0.01, "{error} {exact}");
    // The model is wrong by a factor of four; measured odds of (3/97)/(2/98) among the offered.
    let wrong = seen(0.08, [30, 970], [10, 490]);
    let measured = (0.03 / 0.97) / (0.02 / 0.98);
    let free = odds(&wrong, 1.2, 0.0).unwrap().value;
    assert!((free - measured).abs() < 1e-4, "{free} {measured}");
    let drawn = odds(&wrong, 1.2, 20.0).unwrap().value;
    assert!((1.2..measured).contains(&drawn), "{drawn}");
    // Nobody bought: no customer says anything about the offer.
    let none = odds(&seen(0.08, [0, 50], [0, 9]), 1.2, 20.0).unwrap();
    assert!((none.value - 1.2).abs() < 1e-12);
    assert_eq!((none.measured, none.standard_error), (None, None));
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Draws(u64);

impl Draws {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// An offer of the product `1`, as it is logged.
fn offer(kind: Kind) -> IncomingOffer<'static> {
    IncomingOffer {
        kind,
        products: vec![1i64.into()],
        base: None,
        price: 1000,
        discount: 0,
        probability: 0.0,
        base_probability: 0.0,
        margin: 300.0,
        value: 0.0,
        chosen_with: 1.0,
        receptive: 0.0,
        base_odds: 1.0,
        base_kind: Some(kind),
        base_purchase: 0.0,
        base_margin: 0.0,
        pressure: 0.0,
        ignored: 0.0,
        response: 1.0,
    }
}

/// Logs an offer to a customer, one in four of whom is held out, and what came of it.
fn note(log: &mut DecisionLog, at: i64, customer: i64, offer: IncomingOffer<'_>, bought: bool) {
    let product = offer.products[0];
    let id = log.len() as u128 + 1;
    let added = log.push(Incoming {
        id,
        now_ms: at,
        model: "model",
        catalog: "catalog",
        policy: "policy",
        policy_version: "1",
        placement: None,
        customer: Some(customer.into()),
        held_out: held_out(customer),
        offers: vec![offer],
    });
    assert!(added.unwrap());
    if bought {
        log.record(&format!("{id:032x}"), product, Event::Bought).unwrap();
    }
}

fn held_out(customer: i64) -> bool {
    customer % 4 == 0
}

/// What the model gives is 2.5 times too high, in odds; an offer makes them 1.8 times as great.
/// The policy corrects by `base_odds`.
fn world(log: &mut DecisionLog, decisions: i64, base_odds: f64, draws: &mut Draws) {
    for customer in 0..decisions {
        let model = 0.02 + 0.4 * draws.uniform();
        let alone = value::offered(model, 0.4);
        let truth = value::offered(alone, if held_out(customer) { 1.0 } else { 1.8 });
        let offer = IncomingOffer {
            base_probability: value::offered(model, base_odds),
            base_odds,
            ..offer(Kind::Refill)
        };
        note(log, customer, customer, offer, draws.uniform() < truth);
    }
}

fn number<'a>(learned: &'a Learned, name: &str) -> &'a LearnedNumber {
    learned.numbers.iter().find(|number| number.name == name).unwrap()
}

#[test]
fn learning_again_corrects_nothing_twice() {
    let mut draws = Draws(7);
    let mut log = DecisionLog::new();
    world(&mut log, 20_000, 1.0, &mut draws);
    let options = LearnOptions::default();
    let mut policy = Policy::new("cart");
    let near = |learned: &Learned| {
        for (name, truth) in [("assume.base_odds.refill", 0.4), ("assume.odds.refill", 1.8f64)] {
            let number = number(learned, name);
            assert!(off(number, truth).abs() < 3.5, "{number:?}");
        }
    };
    let first = learn(&log, &policy, &options);
    near(&first);
    for _ in 0..3 {
        let again = learn(&log, &first.policy, &options);
        assert_eq!(again, first);
        let read = Policy::from_toml(&first.policy.to_toml()).unwrap();
        assert_eq!(learn(&log, &read, &options), first);
    }
    // The log grows under each policy that was learned.
    policy = first.policy;
    let mut errors = Vec::new();
    for _ in 0..4 {
        world(&mut log, 20_000, policy.assume.base_odds_of(Kind::Refill), &mut draws);
        let learned = learn(&log, &policy, &options);
        near(&learned);
        assert_eq!(number(&learned, "assume.base_odds.refill").prior, 1.0);
        assert_eq!(number(&learned, "assume.odds.refill").prior, 1.5);
        errors.push(number(&learned, "assume.base_odds.refill").standard_error.unwrap());
        policy = learned.policy;
    }
    assert!(errors.is_sorted_by(|a, b| a > b), "{errors:?}");
}

#[test]
fn what_the_shop_gave_is_where_base_odds_start() {
    let mut log = DecisionLog::new();
    world(&mut log, 30, 0.5, &mut Draws(3));
    let mut policy = Policy::new("cart");
    policy.assume.base_odds.insert(Kind::Refill, 0.5);
    let strong = LearnOptions::default().pseudo_purchases(1e6);
    let learned = learn(&log, &policy, &strong);
    let base = number(&learned, "assume.base_odds.refill");
    assert_eq!(base.prior, 0.5);
    assert!((base.value - 0.5).abs() < 1e-3, "{base:?}");
    let again = learn(&log, &learned.policy, &LearnOptions::default());
    assert_eq!(number(&again, "assume.base_odds.refill").prior, 0.5);
    // Without anybody held out, what the policy corrects is trusted.
    let mut made = DecisionLog::new();
    for i in 0..1000 {
        let offer = IncomingOffer { base_probability: 0.2, base_odds: 0.5, ..offer(Kind::Refill) };
        note(&mut made, i, 4 * i + 1, offer, i % 4 == 0);
    }
    let free = LearnOptions::default().pseudo_purchases(0.0);
    for (given, odds) in [(0.5, 4.0 / 3.0), (0.4, 4.0 / 3.0 * 0.5 / 0.4)] {
        policy.assume.base_odds.insert(Kind::Refill, given);
        let learned = learn(&made, &policy, &free);
        let value = number(&learned, "assume.odds.refill").value;
        assert!((value - odds).abs() < 1e-4, "{given}: {value}");
    }
}

/// So many up-sells of which a quarter is withheld; some customers are more receptive than others, and
/// some only look at the base product. Returns what `accept` and `abandon` are learned from.
fn up_sells(
    n: usize,
    [accept, anyway, abandon]: [f64; 3],
    draws: &mut Draws,
) -> [Vec<Observation>; 2] {
    let (mut taken, mut kept) = (Vec::new(), Vec::new());
    for i in 0..n {
        let made = i % 4 != 0;
        let purchase = if draws.uniform() < 0.7 { 0.9 } else { 0.3 };
        let receptive = purchase * 2.0 * draws.uniform();
        // Of those who were to buy it: who takes the dearer one, and who leaves.
        let takes = receptive * (anyway + if made { accept } else { 0.0 });
        let leaves = purchase * if made { abandon } else { 0.0 };
        let takes = draws.uniform() < takes;
        let keeps = draws.uniform() < purchase - leaves;
        let who = i as u32;
        let seen = |base, bought| Observation { made, bought, base, past: Past::NOTHING, who };
        taken.push(seen(receptive, takes));
        kept.push(seen(purchase, keeps));
    }
    [taken, kept]
}

/// What is learned without anything assumed is right in the mean, and as far off as it says.
#[test]
fn shares_of_up_sells_are_what_they_are() {
    const TIMES: usize = 60;
    let mut draws = Draws(11);
    for truth @ [of_accept, _, of_abandon] in
        [[0.02, 0.0, 0.01], [0.05, 0.05, 0.3], [0.15, 0.02, 0.05], [0.4, 0.0, 0.1]]
    {
        let n = 6000;
        let mut all = [(); 2].map(|()| Vec::new());
        for _ in 0..TIMES {
            let [taken, kept] = up_sells(n, truth, &mut draws);
            all[0].push(accept(&taken, 0.05, 0.0).unwrap());
            all[1].push(abandon(&kept, 0.01, 0.0).unwrap());
        }
        for (numbers, truth) in all.iter().zip([of_accept, of_abandon]) {
            let n = TIMES as f64;
            let mean = numbers.iter().filter_map(|one| one.measured).sum::<f64>() / n;
            let error = numbers.iter().filter_map(|one| one.standard_error).sum::<f64>() / n;
            let name = &numbers[0].name;
            let bias = mean - truth;
            assert!(bias.abs() < 3.5 * error / n.sqrt(), "{name} {truth}: {mean} +- {error}");
            let covered = numbers.iter().filter(|one| off(one, truth).abs() < 1.96).count();
            assert!(covered >= TIMES * 88 / 100, "{name} {truth}: {covered} of {TIMES}");
        }
    }
}

/// However far what is assumed is from the truth, it gives way to data, and to enough of them altogether.
#[test]
fn what_is_assumed_of_up_sells_gives_way() {
    let mut draws = Draws(12);
    for (of_accept, of_abandon) in [(0.3, 0.3), (0.005, 0.1), (0.15, 0.001)] {
        for n in [400, 20_000, 400_000] {
            let [taken, kept] = up_sells(n, [of_accept, 0.02, of_abandon], &mut draws);
            let learned = |pseudo: f64| {
                [accept(&taken, 0.05, pseudo).unwrap(), abandon(&kept, 0.01, pseudo).unwrap()]
            };
            let (free, drawn) = (learned(0.0), learned(20.0));
            for ((drawn, free), truth) in drawn.iter().zip(free).zip([of_accept, of_abandon]) {
                let off = (drawn.value - truth).abs() / free.standard_error.unwrap();
                assert!(off < 5.0, "{n}: {drawn:?}, in truth {truth}");
                // What is assumed changes nothing of what is measured.
                assert_eq!(
                    (drawn.measured, drawn.standard_error),
                    (free.measured, free.standard_error)
                );
            }
        }
    }
    // A share far from what is assumed is believed once it is beyond doubt.
    let number = abandon(&seen(1.0, [9750, 5250], [4750, 250]), 0.01, 20.0).unwrap();
    assert!((0.295..0.3).contains(&number.value), "{number:?}");
    let none = abandon(&seen(1.0, [9900, 100], [3300, 33]), 0.05, 20.0).unwrap();
    assert!(none.value < 0.01, "{none:?}");
}

/// What tires customers in [`tired`].
const RESPONSE: f64 = 0.25;

/// Customers come between daily and every three weeks. An offer makes the odds 2.5 times as great,
/// less the more they were offered before. Who comes often buys less at a time than the model has it,
/// whatever is offered, and 1 of 4 is held out.
fn tired(customers: i64, half_life_days: f64, draws: &mut Draws) -> DecisionLog {
    let mut log = DecisionLog::new();
    for customer in 0..customers {
        let every = 1.0 + 20.0 * draws.uniform();
        let (mut pressure, mut at) = (0.0f64, 0.0);
        while at < 120.0 {
            let model = 0.05 + 0.3 * draws.uniform();
            let left = (-RESPONSE * pressure).exp();
            let odds = if held_out(customer) { 1.0 } else { 1.0 + 1.5 * left };
            let truth = value::offered(model, odds * (-0.1 * pressure).exp());
            let offer = IncomingOffer {
                base_probability: model,
                pressure: if held_out(customer) { 0.0 } else { pressure },
                ..offer(Kind::CrossSell)
            };
            let now = (at * DAY_MS as f64) as i64;
            note(&mut log, now, customer, offer, draws.uniform() < truth);
            let wait = every * (0.5 + draws.uniform());
            at += wait;
            pressure = (pressure + 1.0) * (-wait / half_life_days).exp2();
        }
    }
    log
}

#[test]
fn what_contacts_take_away_is_learned() {
    let mut draws = Draws(5);
    let options = LearnOptions::default();
    let mut policy = Policy::new("cart");
    policy.fatigue.half_life_days = 20.0;
    let mut errors = Vec::new();
    for customers in [150, 1500] {
        let log = tired(customers, 20.0, &mut draws);
        let learned = learn(&log, &policy, &options);
        let response = number(&learned, "fatigue.response");
        assert!(off(response, RESPONSE).abs() < 3.0, "{response:?}");
        let odds = number(&learned, "assume.odds.cross_sell");
        assert!(off(odds, 2.5).abs() < 3.0, "{odds:?}");
        assert!(response.exposures < odds.exposures && response.withheld == odds.withheld);
        errors.push(response.standard_error.unwrap());
        assert_eq!(learned.policy.fatigue.response, response.value);
        // Learned again, from the text too, it is the same.
        let read = Policy::from_toml(&learned.policy.to_toml()).unwrap();
        assert_eq!(read, learned.policy);
        let again = learn(&log, &read, &options);
        let same = number(&again, "fatigue.response");
        assert_eq!(same.prior, 0.0);
        assert!((same.value - response.value).abs() < 1e-3, "{same:?} {response:?}");
        let strong = LearnOptions::default().pseudo_purchases(1e6);
        let drawn = learn(&log, &read, &strong);
        assert!(number(&drawn, "fatigue.response").value < 0.01);
    }
    assert!(errors[1] < 0.5 * errors[0] && errors[1] < 0.06, "{errors:?}");
}

#[test]
fn without_contacts_no_response_is_learned() {
    let mut log = DecisionLog::new();
    world(&mut log, 500, 1.0, &mut Draws(1));
    let mut policy = Policy::new("cart");
    policy.fatigue.response = 0.3;
    let learned = learn(&log, &policy, &LearnOptions::default());
    assert!(learned.numbers.iter().all(|number| number.name != "fatigue.response"));
    assert_eq!(learned.policy.fatigue, policy.fatigue);
    assert_eq!(learned.policy.contact_cost_value, None);
    // The cost is that of an offer to customers of this value.
    let priced = learn(&log, &policy, &LearnOptions::default().customer_value(750.0));
    assert_eq!(priced.policy.contact_cost_value, Some(750.0));
    let read = Policy::from_json(&priced.policy.to_json()).unwrap();
    assert_eq!(read, priced.policy);
}

/// What an offer costs the next ones is what these are worth less.
#[test]
fn the_price_of_attention_is_what_later_offers_lose() {
    let mut policy = Policy::new("cart");
    policy.assume.odds.insert(Kind::CrossSell, 2.5);
    policy.assume.accept = 0.1;
    policy.fatigue.response = 0.4;
    let mut log = DecisionLog::new();
    let added = IncomingOffer {
        base_probability: 0.2,
        pressure: 1.5,
        ignored: 2.0,
        ..offer(Kind::CrossSell)
    };
    // Logged when half of the response was left.
    let dearer = IncomingOffer {
        receptive: 0.6,
        response: 0.5,
        base_margin: 100.0,
        pressure: 1.5,
        ignored: 1.0,
        ..offer(Kind::UpSell)
    };
    note(&mut log, 0, 1, added, true);
    note(&mut log, 0, 2, dearer, true);
    let worth = |pressure: f64| {
        let left = (-0.4 * pressure).exp();
        let p1 = value::offered(0.2, 1.0 + 1.5 * 0.8f64.powi(2) * left);
        (p1 - 0.2) * 300.0 + 0.1 * 1.2 * 0.8 * left * 200.0
    };
    let slope = (worth(1.5 - 1e-5) - worth(1.5 + 1e-5)) / 2e-5;
    let (pasts, ordered) = (pasts(&log, &policy), Ordered::new(&log));
    let cost = log.contact_cost(0.0, &policy, &pasts, &ordered);
    assert!((cost.value - 1.5 * slope / 2.0).abs() < 1e-6, "{cost:?} {slope}");
    policy.fatigue.response = 0.0;
    assert_eq!(log.contact_cost(0.0, &policy, &pasts, &ordered).value, 0.0);
}

#[test]
fn what_would_have_been_offered_counts_for_those_held_out() {
    let policy = Policy::new("cart");
    let mut log = DecisionLog::new();
    let day = |days: f64| (days * DAY_MS as f64) as i64;
    for (at, customer, bought) in
        [(0.0, 4, false), (7.0, 4, true), (7.0, 1, false), (14.0, 4, false), (40.0, 4, false)]
    {
        note(&mut log, day(at), customer, offer(Kind::CrossSell), bought);
    }
    let pasts = pasts(&log, &policy);
    let contacts: Vec<f64> = pasts.iter().map(|past| past.contacts).collect();
    let last = 0.75 * (-26.0f64 / 7.0).exp2() + (-26.0f64 / 7.0).exp2();
    for (found, exact) in contacts.iter().zip([0.0, 0.5, 0.0, 0.75, last]) {
        assert!((found - exact).abs() < 1e-12, "{contacts:?}");
    }
    let again: Vec<f64> = pasts.iter().map(|past| past.again.exp_m1().round()).collect();
    let still = if policy.suppress.days > 26.0 { 1.0 } else { 0.0 };
    assert_eq!(again, [0.0, 1.0, 0.0, 0.0, still]);
}
