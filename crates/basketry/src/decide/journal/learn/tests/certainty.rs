//! Whether what is measured is as certain as it says.

use super::*;

/// Three decisions about each customer, who is like themselves: six times in ten they draw the lot that
/// they drew before. One in three is held out. Returns what is seen if purchases without an offer have
/// these chances, and with one those.
fn dependent(
    customers: u32,
    draws: &mut Draws,
    chance: impl Fn(f64, bool) -> f64,
) -> Vec<Observation> {
    let mut seen = Vec::new();
    for who in 0..customers {
        let made = who % 3 != 0;
        let own = draws.uniform();
        for _ in 0..3 {
            let base = 0.05 + 0.4 * draws.uniform();
            let lot = if draws.uniform() < 0.6 { own } else { draws.uniform() };
            let bought = lot < chance(base, made);
            seen.push(Observation { made, bought, base, past: Past::NOTHING, who });
        }
    }
    seen
}

/// Of so many logs of so many customers each: how often the truth of each number lies within 1.96 standard
/// errors of what is measured; and how often that of odds does, if decisions are taken to be independent.
fn covered(times: usize, customers: u32, draws: &mut Draws) -> ([usize; 4], usize) {
    let (mut covered, mut narrow) = ([0; 4], 0);
    for _ in 0..times {
        let seen = dependent(customers, draws, |base, made| {
            value::offered(base, if made { 0.6 * 1.8 } else { 0.6 })
        });
        let taken =
            dependent(customers, draws, |base, made| base * if made { 0.15 + 0.05 } else { 0.05 });
        let kept = dependent(customers, draws, |base, made| base * if made { 0.9 } else { 1.0 });
        // What is assumed is off by a factor of two.
        let numbers = [
            (odds(&seen, 3.6, 20.0).unwrap(), 1.8),
            (base_odds(&seen, 1.2, 20.0).unwrap(), 0.6),
            (accept(&taken, 0.075, 20.0).unwrap(), 0.15),
            (abandon(&kept, 0.2, 20.0).unwrap(), 0.1),
        ];
        for (covered, (number, truth)) in covered.iter_mut().zip(&numbers) {
            *covered += usize::from(off(number, *truth).abs() < 1.96);
        }
        let apart: Vec<Observation> =
            seen.iter().zip(0..).map(|(&one, who)| Observation { who, ..one }).collect();
        narrow += usize::from(off(&odds(&apart, 3.6, 20.0).unwrap(), 1.8).abs() < 1.96);
    }
    (covered, narrow)
}

/// The truth lies within 1.96 standard errors of what is measured in 95 of 100 logs, whatever is
/// assumed, and though decisions about one customer are much alike: also if 25 of 75 customers were
/// held out, where sums over customers would cover it in 85 to 91 of 100.
#[test]
fn what_is_measured_is_as_certain_as_it_says() {
    let mut draws = Draws(21);
    for (times, customers) in [(400, 300), (800, 75)] {
        let (covered, narrow) = covered(times, customers, &mut draws);
        for covered in covered {
            assert!(covered >= times * 92 / 100, "{customers}: {covered} of {times}");
        }
        // What lies beyond 0 and 1 is no share, which makes the error of a share greater than it is.
        for covered in &covered[..2] {
            assert!(*covered <= times * 98 / 100, "{customers}: {covered} of {times}");
        }
        assert!(narrow < times * 91 / 100, "{customers}: {narrow} of {times}");
    }
}

/// What was made as if it had been withheld, and the other way round.
fn turned(seen: &[Observation]) -> Vec<Observation> {
    seen.iter().map(|one| Observation { made: !one.made, ..*one }).collect()
}

/// Errors are those of what is measured without each customer, counted anew.
#[test]
fn errors_are_those_of_leaving_out_each_customer() {
    let mut draws = Draws(8);
    let customers = 60;
    let seen = dependent(customers, &mut draws, |base, made| {
        value::offered(base, if made { 1.8 } else { 1.0 })
    });
    type Measure = fn(&[Observation]) -> Option<LearnedNumber>;
    let numbers: [(Measure, bool, f64); 4] = [
        (|seen| odds(seen, 1.5, 0.0), true, 0.05),
        (|seen| base_odds(seen, 1.0, 0.0), true, 0.05),
        (|seen| accept(seen, 0.05, 0.0), false, 1e-9),
        (|seen| abandon(&turned(seen), 0.05, 0.0), false, 1e-9),
    ];
    for (measure, logarithm, near) in numbers {
        let number = measure(&seen).unwrap();
        let told = |number: &LearnedNumber| {
            let measured = number.measured.unwrap();
            if logarithm { measured.ln() } else { measured }
        };
        let (mut squares, mut met) = (0.0, 0);
        for who in 0..customers {
            let rest: Vec<Observation> =
                seen.iter().filter(|one| one.who != who).copied().collect();
            let change = told(&measure(&rest).unwrap()) - told(&number);
            squares += change * change;
            met += u32::from(change != 0.0);
        }
        let exact = (squares * f64::from(met - 1) / f64::from(met)).sqrt();
        let error = number.standard_error.unwrap();
        assert!((error / exact - 1.0).abs() < near, "{}: {error} {exact}", number.name);
    }
}

#[test]
fn what_rests_on_one_customer_is_not_measured() {
    let mut seen = seen(0.3, [30, 60], [3, 5]);
    // All that was withheld was withheld from one.
    seen.iter_mut().filter(|one| !one.made).for_each(|one| one.who = 1_000);
    for number in [
        odds(&seen, 1.5, 20.0),
        base_odds(&seen, 1.0, 20.0),
        accept(&seen, 0.05, 20.0),
        abandon(&seen, 0.05, 20.0),
    ] {
        let number = number.unwrap();
        assert_eq!((number.measured, number.standard_error), (None, None), "{number:?}");
    }
}

/// Fewer took the dearer product with the offer than without, and more stayed.
#[test]
fn what_is_measured_of_a_share_is_a_share() {
    let taken = accept(&seen(0.5, [10, 290], [20, 80]), 0.05, 20.0).unwrap();
    assert_eq!(taken.measured, Some(0.0), "{taken:?}");
    assert!(taken.standard_error.unwrap() > 0.05 && taken.value > 0.0, "{taken:?}");
    let left = abandon(&seen(1.0, [290, 10], [90, 10]), 0.05, 20.0).unwrap();
    assert_eq!(left.measured, Some(0.0), "{left:?}");
    let all = accept(&seen(0.1, [200, 100], [0, 100]), 0.05, 20.0).unwrap();
    assert_eq!(all.measured, Some(1.0), "{all:?}");
}

/// The truth lies within 1.96 standard errors, though what is assumed (no response, and odds of 1.5) is
/// not true, and all numbers are measured at once.
#[test]
fn responses_are_as_certain_as_they_say() {
    const TIMES: usize = 40;
    let mut draws = Draws(31);
    let mut policy = Policy::new("cart");
    policy.fatigue.half_life_days = 20.0;
    let mut covered = [0; 2];
    for _ in 0..TIMES {
        let log = tired(100, 20.0, &mut draws);
        let learned = learn(&log, &policy, &LearnOptions::default());
        for (covered, (name, truth)) in covered
            .iter_mut()
            .zip([("fatigue.response", RESPONSE), ("assume.odds.cross_sell", 2.5)])
        {
            *covered += usize::from(off(number(&learned, name), truth).abs() < 1.96);
        }
    }
    assert!(covered.iter().all(|covered| *covered >= TIMES * 85 / 100), "{covered:?}");
}
