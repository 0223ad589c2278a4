//! Offers of several products, and of one that closes a gap.

use super::*;
use crate::data::IdRef;
use crate::{HistoryBuilder, HistoryOptions, OrderLine};

/// A bundle of a camera (1), a lens (2) and a bag (3), as it is logged.
fn bundle(products: &[i64], discount: i64, p0: f64, purchase: f64) -> IncomingOffer<'static> {
    IncomingOffer {
        products: products.iter().map(|&id| IdRef::Int(id)).collect(),
        base: Some(1i64.into()),
        price: 2000,
        discount,
        base_probability: p0,
        base_kind: Some(Kind::CrossSell),
        base_purchase: purchase,
        ..offer(Kind::Bundle)
    }
}

/// Logs an offer that was made, and that these products were bought.
fn noted(log: &mut DecisionLog, customer: i64, offer: IncomingOffer<'_>, bought: &[i64]) {
    note(log, customer, customer, offer, false);
    let id = format!("{:032x}", log.len());
    for &product in bought {
        log.record(&id, product, Event::Bought).unwrap();
    }
}

/// The model's odds are 2.5 times too high, which the policy of the time corrected by half at the most.
/// Of those who would buy the least probable product half as many, in odds, want all; each tenth off makes
/// these odds 1.35 times as great. Who does not want all of it often takes one product.
fn bundles(log: &mut DecisionLog, decisions: i64, purchase: f64, draws: &mut Draws) {
    for i in 0..decisions {
        // None of them is held out.
        let customer = 4 * i + 1;
        let model = 0.05 + 0.4 * draws.uniform();
        let base_odds = [1.0, 0.5][i as usize % 2];
        let discount = [0, 100, 400][i as usize % 3];
        let share = discount as f64 / 2000.0;
        let taken = value::offered(value::offered(model, 0.4), 0.5 * (3.0 * share).exp());
        let p0 = purchase * value::offered(model, base_odds);
        let offer = IncomingOffer { base_odds, ..bundle(&[1, 2, 3], discount, p0, purchase) };
        let all = draws.uniform() < taken;
        let main = draws.uniform() < purchase;
        let bought: &[i64] = match (main, all) {
            (true, true) => &[1, 2, 3],
            (true, false) => [&[1, 2][..], &[1, 3], &[1]][(draws.uniform() * 3.0) as usize],
            (false, true) => &[2, 3],
            (false, false) => &[2],
        };
        noted(log, customer, offer, bought);
    }
}

/// What the policy corrects by now.
fn corrected() -> Policy {
    let mut policy = Policy::new("policy");
    policy.assume.base_odds.insert(Kind::CrossSell, 0.4);
    policy
}

#[test]
fn a_bundle_is_taken_by_those_who_want_all_of_it() {
    for (decisions, purchase) in [(6_000, 1.0), (60_000, 0.1)] {
        let (mut log, mut draws) = (DecisionLog::new(), Draws(5));
        bundles(&mut log, decisions, purchase, &mut draws);
        let options = LearnOptions::default().pseudo_purchases(0.0);
        let learned = learn(&log, &corrected(), &options);
        let odds = number(&learned, "assume.odds.bundle");
        assert!(off(odds, 0.5).abs() < 2.5 && odds.standard_error.unwrap() < 0.1, "{odds:?}");
        assert!((odds.value / odds.measured.unwrap() - 1.0).abs() < 1e-3, "{odds:?}");
        assert!((0.4..0.6).contains(&odds.value), "{odds:?}");
        // Bundles with what is viewed say something only if that was bought.
        let left_out = decisions as u64 - odds.exposures;
        assert_eq!((odds.left_out, odds.withheld), (left_out, 0));
        assert_eq!(left_out == 0, purchase == 1.0);
        assert_eq!(learned.policy.assume.odds_of(Kind::Bundle), odds.value);
        learned.policy.check().unwrap();
        // From the same log again, and with the weight of what was assumed first.
        assert_eq!(learn(&log, &learned.policy, &options).numbers, learned.numbers);
        let drawn = learn(&log, &corrected(), &LearnOptions::default());
        let drawn = number(&drawn, "assume.odds.bundle");
        assert!(drawn.value > odds.value && drawn.value < 0.65, "{drawn:?}");
    }
}

#[test]
fn odds_without_a_correction_that_was_logged_teach_nothing() {
    let mut log = DecisionLog::new();
    let second = IncomingOffer { base_kind: None, ..bundle(&[1, 1], 100, 0.05, 1.0) };
    noted(&mut log, 1, second, &[1]);
    let pair = IncomingOffer {
        products: vec![2i64.into(), 3i64.into()],
        base_probability: 0.1,
        base_kind: None,
        ..offer(Kind::TopUp)
    };
    noted(&mut log, 2, pair, &[2, 3]);
    let learned = learn(&log, &corrected(), &LearnOptions::default());
    assert_eq!(learned.numbers, []);
}

/// Those held out of other offers correct the chances of what closes a gap.
#[test]
fn a_top_up_is_learned_with_what_others_tell() {
    let (mut log, mut draws) = (DecisionLog::new(), Draws(9));
    world(&mut log, 20_000, 1.0, &mut draws);
    for i in 0..8_000 {
        let customer = 100_001 + 4 * i;
        let model = 0.05 + 0.4 * draws.uniform();
        let taken = value::offered(value::offered(model, 0.4), 2.5);
        let offer = IncomingOffer {
            base_probability: model,
            base_kind: Some(Kind::Refill),
            ..offer(Kind::TopUp)
        };
        let bought: &[i64] = if draws.uniform() < taken { &[1] } else { &[] };
        noted(&mut log, customer, offer, bought);
    }
    let learned = learn(&log, &Policy::new("policy"), &LearnOptions::default());
    assert!((0.35..0.45).contains(&number(&learned, "assume.base_odds.refill").value));
    let odds = number(&learned, "assume.odds.top_up");
    assert!((odds.value / 2.5).ln().abs() < 0.12, "{odds:?}");
    assert_eq!((odds.exposures, odds.prior), (8_000, 1.5));
}

#[test]
fn what_came_back_or_is_missing_was_not_taken() {
    let taken = |bought: &[i64], back: &[i64]| {
        let mut log = DecisionLog::new();
        noted(&mut log, 1, bundle(&[1, 2, 3], 0, 0.1, 1.0), bought);
        for &product in back {
            log.record(&format!("{:032x}", 1), product, Event::Returned).unwrap();
        }
        log.rows[0].kept()
    };
    assert!(taken(&[1, 2, 3], &[]));
    assert!(taken(&[2, 3], &[]));
    assert!(!taken(&[1, 2], &[]) && !taken(&[1], &[]) && !taken(&[], &[]));
    assert!(!taken(&[1, 2, 3], &[3]));
    assert!(taken(&[1, 2, 3], &[1]));
}

#[test]
fn orders_tell_whether_all_was_bought() {
    let orders = |lines: &[(i64, i64, f64)]| {
        let mut history = HistoryBuilder::new(&HistoryOptions::default());
        for &(hour, product, quantity) in lines {
            let line = OrderLine::new(hour * 3_600_000, product).customer(5i64).basket(hour);
            history.push(&line.quantity(quantity)).unwrap();
        }
        history.push(&OrderLine::new(100 * DAY_MS, 9i64).customer(6i64).basket(999i64)).unwrap();
        history.finish(&Control::new()).unwrap()
    };
    let look_up = |offer: IncomingOffer<'_>, lines: &[(i64, i64, f64)]| {
        let mut log = DecisionLog::new();
        note(&mut log, 1, 5, offer, false);
        let found = log.record_orders(&orders(lines), 1.0, &Control::new()).unwrap();
        let again = log.record_orders(&orders(lines), 1.0, &Control::new()).unwrap();
        assert_eq!(again, 0);
        (found, log.rows[0].kept(), log.rows[0].base_bought)
    };
    let all = || bundle(&[1, 2, 3], 0, 0.1, 1.0);
    assert_eq!(look_up(all(), &[(1, 1, 1.0), (1, 2, 1.0), (1, 3, 1.0)]), (3, true, true));
    assert_eq!(look_up(all(), &[(1, 1, 1.0), (1, 3, 1.0)]), (2, false, true));
    assert_eq!(look_up(all(), &[(1, 2, 1.0), (2, 3, 1.0)]), (2, true, false));
    let second = || bundle(&[1, 1], 0, 0.1, 1.0);
    assert_eq!(look_up(second(), &[(1, 1, 1.0)]), (1, false, true));
    assert_eq!(look_up(second(), &[(1, 1, 1.0), (2, 1, 1.0)]), (1, false, true), "not at once");
    assert_eq!(look_up(second(), &[(1, 1, 2.0)]), (2, true, true));
}
