use super::*;
use crate::affinity::curve::KNOTS;
use crate::affinity::features::{
    BOUNDS, CATEGORY_AGAIN, CATEGORY_DAYS, CATEGORY_OTHERS, CATEGORY_RECENT, CATEGORY_REPEAT,
    CATEGORY_SHARE, CATEGORY_SINCE, CURVES, LOG_ODDS_POPULARITY, LOG_ODDS_SHARE, MAX_LOG_LIFT,
    OF_CANDIDATE, PART_OF_CATEGORY, PRODUCT_ROW, WEIGHTS, bounds_of,
};
use crate::affinity::views::{Factors, NO_CATEGORY, NO_ROW, Neighbours, Own, Similar, Stats};

const DAY: i64 = 86_400_000;

/// Five products; 0 goes with 1 and 2, 3 with 2. One customer bought 1 and 4. 2 is popular. 0 and 1
/// are of one category, 2 and 4 of another.
fn with_learned(test: impl FnOnce(Learned<'_>)) {
    // Log odds = own share's log odds for what was bought before, else popularity's plus the
    // bound of the lift.
    let mut weights = [0.0; WEIGHTS];
    for segment in [Segment::Anonymous, Segment::New] {
        let weights = &mut weights[weights_at(Task::Basket, segment)];
        weights[LOG_ODDS_POPULARITY] = 1.0;
        weights[MAX_LOG_LIFT] = 1.0;
    }
    weights[weights_at(Task::Basket, Segment::Repeat)][LOG_ODDS_SHARE] = 1.0;
    let popularity = [0.5f32, 0.2, 0.1, 0.05, 0.01];
    let mut features = [-1.0; 5 * PRODUCT_ROW];
    for (row, p) in features.chunks_exact_mut(PRODUCT_ROW).zip(popularity) {
        row[LOG_ODDS_POPULARITY - OF_CANDIDATE] = (p / (1.0 - p)).ln();
    }
    // Straight.
    let each = bounds_of(&[]);
    let bounds: [f32; BOUNDS] = std::array::from_fn(|k| each[k % each.len()]);
    let curves: [f32; CURVES] = std::array::from_fn(|k| (k % KNOTS) as f32);
    test(Learned {
        as_of: 100 * DAY,
        half_life_days: 10.0,
        mean_size: 2.0,
        sold: 5,
        similar_customers: Factors { place: &[NO_ROW; 5], product: &[], source: &[], target: &[] },
        similar_baskets: Similar { offsets: &[0; 6], product: &[], weight: &[] },
        neighbours: Neighbours {
            offsets: &[0, 2, 2, 2, 3, 3],
            product: &[1, 2, 2],
            log_low: &[0.5, 0.25, 0.75],
            lift: &[2.0, 1.5, 3.0],
            baskets: &[20, 21, 22],
            customers: &[10, 11, 12],
        },
        own: Own {
            offsets: &[0, 2],
            product: &[1, 4],
            weight: &[0.5, 1.5],
            recent: &[0.25, 1.0],
            count: &[1, 3],
            last_days: &[10.0, 5.0],
            first_days: &[10.0, 45.0],
            customer_baskets: &[3],
            customer_weight: &[2.0],
            customer_recent: &[1.0],
            customer_size: &[1.5],
        },
        products: Stats {
            baskets: &[9; 5],
            customers: &[9; 5],
            popularity: &popularity,
            features: &features,
            repeat_share: &[0.0; 5],
            rate_shape: &[2.0; 5],
            rate_days: &[20.0; 5],
            category: &[0, 0, 1, NO_CATEGORY, 1],
        },
        popular: &[2],
        horizon_days: 28.0,
        weights: &weights,
        curves: &curves,
        bounds: &bounds,
    });
}

fn scored(learned: &Learned<'_>, situation: &Situation<'_>) -> Vec<Scored> {
    let (mut scratch, mut out) = (Scratch::default(), Vec::new());
    learned.score(Task::Basket, situation, &mut scratch, &mut out);
    // Again with used memory: the same.
    let first = out.clone();
    learned.score(Task::Basket, situation, &mut scratch, &mut out);
    assert_eq!(out, first);
    out
}

fn close(a: f32, b: f32) -> bool {
    (a - b).abs() < 1e-5
}

#[test]
fn candidates_and_their_evidence() {
    with_learned(|learned| {
        let situation = Situation {
            customer: Some(0),
            now_ms: 110 * DAY,
            context: &[0, 3, 0, 99],
            since: &[],
            since_baskets: 0,
            returned: &[],
        };
        let out = scored(&learned, &situation);
        let products: Vec<u32> = out.iter().map(|s| s.product).collect();
        assert_eq!(products, [1, 2, 4], "neighbours, own products, popular ones");
        let [one, two, four] = out[..] else { unreachable!() };
        assert_eq!((one.because, one.pair_baskets, one.pair_customers), (0, 20, 10));
        assert_eq!((two.because, two.pair_baskets, two.pair_customers), (3, 22, 12));
        assert_eq!((two.log_lift, two.popular, two.own_count), (0.75, true, 0));
        assert_eq!((two.days_since, two.expected_interval), (0.0, 0.0));
        let odds = 0.1f32 / 0.9 * 0.75f32.exp();
        assert!(close(two.probability, odds / (1.0 + odds)));
        assert_eq!((four.because, four.log_lift, four.popular), (NO_PRODUCT, 0.0, false));
        assert_eq!((four.own_count, four.days_since), (3, 15.0));
        // Ten days on, weights have halved, of the product as of all baskets.
        assert!(close(four.own_share, 0.75));
        assert!(close(four.probability, (0.75 + 0.01) / (1.0 + 1.0)));
        // (40 days between first and last + 20) / (2 repeats + 2).
        assert_eq!(four.expected_interval, 15.0);
        assert_eq!(one.expected_interval, 10.0);
    });
}

#[test]
fn purchases_since_count_as_if_they_had_been_learned() {
    with_learned(|learned| {
        let since = [
            SinceLine { product: 4, time_ms: 110 * DAY },
            SinceLine { product: 3, time_ms: 110 * DAY },
        ];
        let situation = Situation {
            customer: Some(0),
            now_ms: 120 * DAY,
            context: &[],
            since: &since,
            since_baskets: 1,
            returned: &[],
        };
        let out = scored(&learned, &situation);
        let find = |product| *out.iter().find(|s| s.product == product).unwrap();
        let (three, four) = (find(3), find(4));
        // 20 days: a quarter is left of what was learned, half of the basket since.
        let weight = 2.0 / 4.0 + 0.5;
        assert_eq!((four.own_count, four.days_since), (4, 10.0));
        assert!(close(four.own_share, (1.5 / 4.0 + 0.5) / weight));
        assert!(close(four.expected_interval, (65.0 - 10.0 + 20.0) / (3.0 + 2.0)));
        assert_eq!((three.own_count, three.days_since), (1, 10.0));
        assert!(close(three.own_share, 0.5 / weight));
    });
}

#[test]
fn a_stranger_is_judged_by_the_basket_alone() {
    with_learned(|learned| {
        let situation = Situation {
            customer: None,
            now_ms: 90 * DAY,
            context: &[0],
            since: &[],
            since_baskets: 0,
            returned: &[],
        };
        let out = scored(&learned, &situation);
        assert_eq!(out.iter().map(|s| s.product).collect::<Vec<_>>(), [1, 2]);
        assert!(close(out[0].probability, sigmoid((0.2f32 / 0.8).ln() + 0.5)));
        assert!(out.iter().all(|s| s.own_count == 0));
    });
}

#[test]
fn purchases_of_the_category_speak_for_or_against_a_product() {
    with_learned(|learned| {
        let since = [SinceLine { product: 2, time_ms: 100 * DAY }];
        let all = |since| {
            let situation = Situation {
                customer: Some(0),
                now_ms: 100 * DAY,
                context: &[0],
                since,
                since_baskets: 1,
                returned: &[],
            };
            let mut scratch = Scratch::default();
            let shared = learned.candidates(Task::Basket, &situation, &mut scratch);
            [1, 2, 4].map(|product| {
                let at = scratch.position(product).unwrap();
                learned.features_of(Task::Basket, &shared, &mut scratch, at)
            })
        };
        let [(_, one), (segment, two), (_, four)] = all(&[]);
        assert_eq!(segment, Segment::New);
        assert!(close(two[CATEGORY_SHARE], (1.55f32 / 3.0).ln()));
        assert!(close(two[CATEGORY_AGAIN], (1.55f32 / 0.05).ln() * two[CATEGORY_REPEAT]));
        assert!(close(two[CATEGORY_DAYS], 6f32.ln()));
        assert!(close(two[CATEGORY_RECENT], 1.02f32.ln()));
        for alone in [one, four] {
            assert_eq!((alone[PART_OF_CATEGORY], alone[CATEGORY_SINCE]), (0.0, 0.0));
            assert!(close(alone[CATEGORY_OTHERS], 0.05f32.ln()));
        }
        // Another one of the category was bought just now.
        let [(_, same), (segment, _), (_, four)] = all(&since);
        assert_eq!(segment, Segment::Repeat);
        assert_eq!(same[PART_OF_CATEGORY], 0.0);
        assert!(close(four[PART_OF_CATEGORY], (1.6f32 / 2.6).ln()));
        assert!(close(four[CATEGORY_SINCE], (1.0f32 / 6.0).ln()));
        assert!(close(four[CATEGORY_OTHERS], 1.05f32.ln()));
    });
}

#[test]
fn a_lane_does_not_depend_on_its_block() {
    with_learned(|learned| {
        let situation = Situation {
            customer: Some(0),
            now_ms: 100 * DAY,
            context: &[0, 3],
            since: &[],
            since_baskets: 0,
            returned: &[],
        };
        let mut scratch = Scratch::default();
        let mut out = Vec::new();
        learned.score(Task::Basket, &situation, &mut scratch, &mut out);
        let shared = learned.candidates(Task::Basket, &situation, &mut scratch);
        for (at, scored) in out.iter().enumerate() {
            let (segment, x) = learned.features_of(Task::Basket, &shared, &mut scratch, at);
            let weights = &learned.weights[weights_at(Task::Basket, segment)];
            let sum: f32 = x.iter().zip(weights).map(|(x, w)| w * x).sum();
            assert!(close(sigmoid(sum), scored.probability));
        }
    });
}

#[test]
fn the_best_of_each_segment_are_as_among_all() {
    with_learned(|learned| {
        let situation = Situation {
            customer: Some(0),
            now_ms: 100 * DAY,
            context: &[0],
            since: &[],
            since_baskets: 0,
            returned: &[],
        };
        let (mut scratch, mut all) = (Scratch::default(), Vec::new());
        learned.score(Task::Basket, &situation, &mut scratch, &mut all);
        // 2 is new to the customer; 1 and 4 are not.
        assert_eq!(all.iter().map(|s| s.product).collect::<Vec<_>>(), [1, 2, 4]);
        for n in 0..4 {
            let shared = learned.candidates(Task::Basket, &situation, &mut scratch);
            scratch.choose(|_| true);
            learned.score_best(Task::Basket, &shared, &mut scratch, n);
            let mut chosen = scratch.chosen().to_vec();
            chosen.sort_unstable();
            let expected: &[u32] = match n {
                0 => &[],
                1 if all[0].probability > all[2].probability => &[0, 1],
                1 => &[1, 2],
                _ => &[0, 1, 2],
            };
            assert_eq!(chosen, expected);
            for &at in expected {
                let probability = scratch.probabilities()[at as usize];
                assert_eq!(probability, all[at as usize].probability);
            }
        }
    });
}
