use proptest::prelude::*;

use super::*;

fn part(key: u32, price: i64, margin: f64, p0: f64) -> Part {
    Part { key, price, margin, p0, traits: [NO_TRAIT; 3], held: [0; 3] }
}

fn terms() -> Terms {
    Terms {
        items: 3,
        max_discount: 0.2,
        min_margin: 0.0,
        response_odds: 1.5,
        discount_response: 3.0,
        limits: [MOST_ADDED as u32; 3],
    }
}

fn search_second(price: i64, margin: f64, p0: f64, terms: &Terms, step: f64) -> Option<Second> {
    let Terms { max_discount, discount_response, .. } = *terms;
    let discounts: Vec<_> = seconds(step, max_discount, discount_response).collect();
    second(price, margin, p0, terms, &discounts)
}

fn search(main: &Part, parts: &mut Vec<Part>, terms: &Terms) -> Option<Bundle> {
    let discounts: Vec<_> = shares(0.05, 0.4, terms.discount_response).collect();
    best(main, parts, terms, &discounts, |_, _| false)
}

#[test]
fn without_response_no_discount_pays() {
    let main = part(9, 50_000, 10_000.0, 1.0);
    let mut parts = vec![part(1, 4_000, 2_000.0, 0.2), part(2, 3_000, 1_500.0, 0.21)];
    let found = search(&main, &mut parts, &Terms { discount_response: 0.0, ..terms() }).unwrap();
    assert_eq!((found.discount, found.places().len()), (0, 2));
    // Odds 1/4 times 1.5: P = 3/11.
    let bought = 3.0 / 11.0;
    assert!((found.bought - bought).abs() < 1e-12);
    let gain = (bought - 0.2) * 2_000.0 + (bought - 0.21) * 1_500.0;
    assert!((found.gain - gain).abs() < 1e-9);
}

#[test]
fn a_discount_that_sells_is_given_within_the_margin() {
    let main = part(9, 1_000, 500.0, 1.0);
    let mut parts = vec![part(1, 1_000, 600.0, 0.1)];
    let eager = Terms { discount_response: 14.0, ..terms() };
    let found = search(&main, &mut parts, &eager).unwrap();
    assert!(found.discount > 0 && found.places() == [0]);
    let kept = Terms { min_margin: 0.48, ..eager };
    // A twentieth of the price leaves the main product 450 of 950, which is less than 48 %.
    assert_eq!(search(&main, &mut parts, &kept), None);
    // One product at its full price is no bundle.
    assert_eq!(search(&main, &mut parts, &Terms { max_discount: 0.0, ..eager }), None);
}

/// The odds of great discounts are beyond all numbers then.
#[test]
fn customers_who_respond_to_anything() {
    let terms = Terms { max_discount: 0.9, discount_response: 1000.0, ..terms() };
    let discounts: Vec<_> = shares(0.05, 0.9, terms.discount_response).collect();
    let main = part(9, 1_000, 990.0, 1.0);
    let mut parts = vec![part(1, 1_000, 990.0, 0.1), part(2, 500, 450.0, 0.0)];
    let found = best(&main, &mut parts, &terms, &discounts, |_, _| false).unwrap();
    // The least discount is enough for all of them; nobody needs a second product without it.
    assert_eq!((found.discount, found.bought), (100, 1.0));
    assert!((found.gain - (0.9 * 990.0 - 100.0)).abs() < 1e-9, "{found:?}");
}

#[test]
fn a_second_unit() {
    // Odds 1/9, times 1.5, times exp(8 * 0.25): P0 0.1 becomes 0.5519; half of 200 is off.
    let terms = Terms { max_discount: 0.5, discount_response: 8.0, ..terms() };
    let found = search_second(200, 150.0, 0.1, &terms, 0.5).unwrap();
    let odds = 1.5 * 2f64.exp() / 9.0;
    assert!((found.bought - odds / (1.0 + odds)).abs() < 1e-12);
    assert!((found.gain - ((found.bought - 0.1) * 150.0 - found.bought * 100.0)).abs() < 1e-9);
    assert_eq!(
        search_second(200, 99.0, 0.1, &terms, 0.5).unwrap().discount,
        0,
        "half off is below cost"
    );
    assert_eq!(search_second(200, 150.0, 0.1, &Terms { min_margin: 0.8, ..terms }, 0.5), None);
    // A hundredth of 60 is less than a minor unit: nothing is given, and nothing announced.
    let fine = Terms { max_discount: 0.01, discount_response: 60.0, ..terms };
    let found = search_second(60, 50.0, 0.1, &fine, 0.01).unwrap();
    assert_eq!((found.discount, found.bought), (0, fine.bought(0.1, 0.0)));
    // Two hundredths come to one minor unit, and as much is reckoned with.
    let found = search_second(60, 50.0, 0.1, &Terms { max_discount: 0.02, ..fine }, 0.01).unwrap();
    assert_eq!((found.discount, found.bought), (1, fine.bought(0.1, 1.0 / 120.0)));
    // Where nobody responds to it nothing is given.
    let found =
        search_second(200, 150.0, 0.1, &Terms { discount_response: 0.0, ..terms }, 0.5).unwrap();
    assert_eq!(found.discount, 0);
    assert!((found.gain - (1.0 / 7.0 - 0.1) * 150.0).abs() < 1e-9, "{found:?}");
}

/// Every set of up to three products at every discount, by the definition.
fn brute(main: &Part, parts: &[Part], terms: &Terms, apart: (u32, u32)) -> f64 {
    let mut best = 0.0f64;
    for set in 1u32..1 << parts.len() {
        if set.count_ones() as usize > terms.items {
            continue;
        }
        let chosen: Vec<&Part> =
            (0..parts.len()).filter(|i| set >> i & 1 == 1).map(|i| &parts[i]).collect();
        let has = |key: u32| chosen.iter().any(|part| part.key == key);
        let many = chosen.iter().any(|part| {
            let same = chosen.iter().filter(|other| other.traits[1] == part.traits[1]).count();
            part.traits[1] != NO_TRAIT && same > terms.limits[1] as usize
        });
        if many || (apart.0 != apart.1 && has(apart.0) && has(apart.1)) {
            continue;
        }
        let most = if terms.discount_response > 0.0 { terms.max_discount } else { 0.0 };
        for share in discounts(0.04, most) {
            let all = chosen.iter().copied().chain([main]);
            let fits = all.clone().all(|part| {
                let spare = if share > 0.0 { 3.0 } else { 0.0 };
                let paid = part.price as f64 * (1.0 - share) - spare;
                let margin = part.margin - part.price as f64 * share - spare;
                // Sums in another order may differ in the last digit.
                margin - terms.min_margin * paid >= 0.0
            });
            let price = all.map(|part| part.price).sum::<i64>() as f64;
            let off = (share * price + 1e-6).floor();
            let p0 = chosen.iter().map(|part| part.p0).fold(1.0, f64::min);
            let more =
                terms.response_odds * (terms.discount_response * off / price).exp().min(1e200);
            let odds = p0 / (1.0 - p0) * more;
            let bought = odds / (1.0 + odds);
            let idle = chosen.iter().any(|part| part.p0 >= bought);
            if !fits || idle || (off == 0.0 && (chosen.len() == 1 || share > 0.0)) {
                continue;
            }
            let gain: f64 = chosen.iter().map(|part| (bought - part.p0) * part.margin).sum();
            best = best.max(gain - bought * off);
        }
    }
    best
}

proptest! {
    #[test]
    fn as_good_as_brute_force(
        list in prop::collection::vec((10..2_000i64, 1..10u32, 1..60u32, 0..3u64), 0..8),
        main in (10..3_000i64, 1..10u32),
        items in 1..4usize,
        steps in 0..5u32,
        min_margin in prop::sample::select(vec![0.0, 0.1, 0.33]),
        response in 0..20u32,
        limit in 1..4u32,
        response_odds in prop::sample::select(vec![1.5, 1.0, 0.4, 0.05]),
        apart in (0..8u32, 0..8u32),
        cheap: bool,
    ) {
        // Margins that are no round share of the price: no tie at a limit.
        let margin = |price: i64, tenths: u32| price as f64 * (f64::from(tenths) / 10.0 + 0.0137);
        // Of small prices, rounding to minor units makes much.
        let price = |price: i64| if cheap { 1 + price / 20 } else { price };
        let main = part(99, price(main.0), margin(price(main.0), main.1), 1.0);
        let mut parts: Vec<Part> = list
            .iter()
            .enumerate()
            .map(|(key, &(cents, tenths, p, brand))| {
                let cents = price(cents);
                let p0 = f64::from(p) / 100.0;
                let traits = [NO_TRAIT, if brand == 0 { NO_TRAIT } else { brand }, NO_TRAIT];
                Part { traits, ..part(key as u32, cents, margin(cents, tenths), p0) }
            })
            .collect();
        let terms = Terms {
            items,
            max_discount: f64::from(steps) * 0.04,
            min_margin,
            response_odds,
            discount_response: f64::from(response),
            limits: [3, limit, 3],
        };
        let brute = brute(&main, &parts, &terms, apart);
        let not = |a: u32, b: u32| [(a, b), (b, a)].contains(&apart);
        let tried: Vec<_> = shares(0.04, 0.2, terms.discount_response).collect();
        let found = best(&main, &mut parts, &terms, &tried, not);
        let gain = found.map_or(0.0, |found| found.gain);
        prop_assert!((gain - brute).abs() <= 1e-9 * (1.0 + brute.abs()), "{:?} {}", found, brute);
        if let Some(found) = found {
            let mut places = found.places().to_vec();
            places.sort_unstable();
            places.dedup();
            prop_assert!(places.len() == found.places().len() && places.len() <= items);
        }
    }
}
