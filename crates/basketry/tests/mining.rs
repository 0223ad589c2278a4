//! Itemsets and rules against brute force on small random databases.

use std::collections::{BTreeMap, BTreeSet};

use basketry::mine::{Consequents, Counts, Measure};
use basketry::{
    Baskets, Control, ErrorKind, IdRef, ItemsetOptions, Itemsets, MinSupport, RuleOptions, Rules,
    itemsets, rules,
};
use proptest::prelude::*;

type Set = BTreeSet<i64>;

fn mine(baskets: &Baskets, options: &ItemsetOptions) -> Itemsets {
    itemsets(baskets, options, &Control::new()).unwrap()
}

fn found(sets: &Itemsets) -> BTreeMap<Set, u64> {
    let found: BTreeMap<Set, u64> =
        sets.iter().map(|set| (numbers(set.ids()), set.count())).collect();
    assert_eq!(found.len(), sets.len(), "an itemset was reported twice");
    found
}

fn numbers<'a>(ids: impl Iterator<Item = IdRef<'a>>) -> Set {
    ids.map(|id| match id {
        IdRef::Int(value) => value,
        IdRef::Str(_) => unreachable!("the ids are integers"),
    })
    .collect()
}

/// Every subset of every basket, counted.
fn brute(lists: &[Vec<i64>]) -> BTreeMap<Set, u64> {
    let mut counts = BTreeMap::new();
    for list in lists {
        let items: Vec<i64> = list.iter().copied().collect::<Set>().into_iter().collect();
        for mask in 1u32..1 << items.len() {
            let subset: Set =
                (0..items.len()).filter(|&k| mask >> k & 1 == 1).map(|k| items[k]).collect();
            *counts.entry(subset).or_insert(0) += 1;
        }
    }
    counts
}

/// Databases that are sparse, dense, full of repetitions, with empty baskets, with an item that
/// every basket holds, with all baskets alike.
fn databases() -> impl Strategy<Value = Vec<Vec<i64>>> {
    let basket = |items: i64, longest: usize| prop::collection::vec(0..items, 0..=longest);
    prop_oneof![
        prop::collection::vec(basket(12, 5), 1..60),
        prop::collection::vec(basket(8, 20), 1..40),
        prop::collection::vec(basket(3, 4), 1..80),
        prop::collection::vec(basket(40, 8), 1..30),
        (prop::collection::vec(basket(9, 9), 1..40), prop::collection::vec(100i64..102, 1..3))
            .prop_map(|(mut lists, always)| {
                lists.iter_mut().for_each(|list| list.extend(&always));
                lists
            }),
        (basket(12, 10), 1usize..20).prop_map(|(list, times)| vec![list; times]),
        (basket(10, 10), basket(10, 10), 1usize..10)
            .prop_map(|(a, b, times)| { [a, b].into_iter().cycle().take(2 * times).collect() }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn itemsets_equal_brute_force(lists in databases(), min_count in 1u64..8) {
        let baskets = Baskets::from_lists(lists.clone()).unwrap();
        let mut expected = brute(&lists);
        expected.retain(|_, count| *count >= min_count);
        let sets = mine(&baskets, &ItemsetOptions::new(MinSupport::Count(min_count)));
        prop_assert_eq!(&found(&sets), &expected);
        for (set, count) in expected.iter().take(20) {
            prop_assert_eq!(sets.count_of(set.iter().copied()), Some(*count));
        }
    }

    #[test]
    fn rows_are_ascending_and_ordered_as_stated(lists in databases(), min_count in 1u64..6) {
        let baskets = Baskets::from_lists(lists).unwrap();
        let sets = mine(&baskets, &ItemsetOptions::new(MinSupport::Count(min_count)));
        let mut counts = vec![0; baskets.ids().len()];
        baskets.items().iter().for_each(|&item| counts[item as usize] += 1);
        let keys: Vec<_> = sets
            .iter()
            .map(|set| {
                assert!(set.items().is_sorted_by(|a, b| a < b));
                let mut key: Vec<_> = set
                    .items()
                    .iter()
                    .map(|&item| (std::cmp::Reverse(counts[item as usize]), item))
                    .collect();
                key.sort_by(|a, b| b.cmp(a));
                (set.len(), key)
            })
            .collect();
        prop_assert!(keys.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn lengths_and_threads_select(
        lists in databases(), min_count in 1u64..5, min in 1usize..4, more in 0usize..3,
        threads in 1usize..5,
    ) {
        let baskets = Baskets::from_lists(lists).unwrap();
        let options = ItemsetOptions::new(MinSupport::Count(min_count));
        let all = mine(&baskets, &options);
        let some = mine(
            &baskets,
            &options.clone().min_length(min).max_length(min + more).threads(threads),
        );
        let rows = |sets: &Itemsets| -> Vec<(Vec<u32>, u64)> {
            sets.iter().map(|set| (set.items().to_vec(), set.count())).collect()
        };
        prop_assert_eq!(rows(&all.with_length(min..=min + more)), rows(&some));
        let limit = options.clone().max_itemsets(all.len() as u64).threads(threads);
        prop_assert_eq!(rows(&mine(&baskets, &limit)), rows(&all));
        if !all.is_empty() {
            let limit = options.max_itemsets(all.len() as u64 - 1).threads(threads);
            let error = itemsets(&baskets, &limit, &Control::new()).unwrap_err();
            prop_assert_eq!(error.kind(), ErrorKind::Limit);
        }
    }

    #[test]
    fn rules_equal_brute_force(
        lists in databases(), min_count in 1u64..6, percent in 0u64..=100, single: bool,
    ) {
        let baskets = Baskets::from_lists(lists.clone()).unwrap();
        let sets = mine(&baskets, &ItemsetOptions::new(MinSupport::Count(min_count)).max_length(6));
        let options = RuleOptions::new(percent as f64 / 100.0)
            .consequents(if single { Consequents::Single } else { Consequents::Any });
        let made = rules(&sets, &options, &Control::new()).unwrap();
        let counts = found(&sets);
        let mut expected = BTreeMap::new();
        for (whole, &n_xy) in &counts {
            let items: Vec<i64> = whole.iter().copied().collect();
            for mask in 1u32..(1 << items.len()) - 1 {
                let side = |bit| -> Set {
                    (0..items.len()).filter(|k| mask >> k & 1 == bit).map(|k| items[k]).collect()
                };
                let (x, y) = (side(0), side(1));
                let (n_x, n_y) = (counts[&x], counts[&y]);
                if n_xy * 100 >= percent * n_x && (!single || y.len() == 1) {
                    let n = baskets.len() as u64;
                    expected.insert((x, y), Counts { n, n_x, n_y, n_xy });
                }
            }
        }
        let got: BTreeMap<_, _> = made
            .iter()
            .map(|rule| {
                let counts = rule.counts();
                assert_eq!(rule.antecedent().count(), counts.n_x);
                assert_eq!(rule.consequent().count(), counts.n_y);
                ((numbers(rule.antecedent().ids()), numbers(rule.consequent().ids())), counts)
            })
            .collect();
        prop_assert_eq!(got.len(), made.len());
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn matching_equals_a_scan(
        lists in databases(), basket in prop::collection::vec(0i64..14, 0..8), n in 0usize..12,
    ) {
        let baskets = Baskets::from_lists(lists).unwrap();
        let sets = mine(&baskets, &ItemsetOptions::new(MinSupport::Count(2)).max_length(4));
        let made = rules(&sets, &RuleOptions::new(0.1), &Control::new()).unwrap();
        let have: Set = basket.iter().copied().collect();
        for measure in [Measure::Confidence, Measure::Lift, Measure::Conviction] {
            let expected = made
                .filter(|rule| {
                    numbers(rule.antecedent().ids()).is_subset(&have)
                        && numbers(rule.consequent().ids()).is_disjoint(&have)
                })
                .sorted_by(measure);
            let show = |rules: &Rules| -> Vec<String> {
                rules.iter().map(|rule| rule.to_string()).collect()
            };
            let expected: Vec<String> = show(&expected).into_iter().take(n).collect();
            let matching = made.matching(basket.iter().copied(), n, measure);
            prop_assert_eq!(show(&matching), expected.clone());
            let view = made.at_least(Measure::Support, 0.0);
            let matching = view.matching(basket.iter().copied(), n, measure);
            prop_assert_eq!(show(&matching), expected);
        }
    }
}

#[test]
fn thresholds_are_the_decimals_that_were_written() {
    // 0.1 as an f64 is more than a tenth, and 3.0 / 30.0 is not below it by luck only.
    for (n, share, count) in [(30, 0.1, 3), (10, 0.3, 3), (100, 0.07, 7), (1000, 0.009, 9)] {
        let lists = (0..n).map(|b| if b < count { vec![1i64] } else { vec![] });
        let baskets = Baskets::from_lists(lists).unwrap();
        let sets = mine(&baskets, &ItemsetOptions::new(MinSupport::Share(share)));
        assert_eq!((sets.len(), sets.min_count()), (1, count as u64), "{share} of {n}");
        let lists = (0..n).map(|b| if b < count - 1 { vec![1i64] } else { vec![] });
        let baskets = Baskets::from_lists(lists).unwrap();
        assert_eq!(mine(&baskets, &ItemsetOptions::new(MinSupport::Share(share))).len(), 0);
    }
}

#[test]
fn rules_that_lie_exactly_on_the_confidence_are_kept() {
    for (n_x, n_xy, confidence) in [(30, 3, 0.1), (10, 7, 0.7), (100, 29, 0.29), (10, 9, 0.9)] {
        let lists = (0..n_x).map(|b| if b < n_xy { vec!["x", "y"] } else { vec!["x"] });
        let baskets = Baskets::from_lists(lists).unwrap();
        let sets = mine(&baskets, &ItemsetOptions::new(MinSupport::Count(1)));
        let made = rules(&sets, &RuleOptions::new(confidence), &Control::new()).unwrap();
        assert_eq!(made.len(), 2, "{n_xy} of {n_x}");
        let above = RuleOptions::new(confidence + 1e-9);
        assert_eq!(rules(&sets, &above, &Control::new()).unwrap().len(), 1);
    }
}

#[test]
fn options_out_of_range_are_named() {
    let baskets = Baskets::from_lists([["a", "b"]]).unwrap();
    let share = |share| ItemsetOptions::new(MinSupport::Share(share));
    let one = ItemsetOptions::new(MinSupport::Count(1));
    let cases = [
        ("min_support", share(0.0)),
        ("min_support", share(-0.1)),
        ("min_support", share(1.000_001)),
        ("min_support", share(f64::NAN)),
        ("min_support", share(f64::INFINITY)),
        ("min_support", ItemsetOptions::new(MinSupport::Count(0))),
        ("min_length", one.clone().min_length(0)),
        ("max_length", one.clone().min_length(3).max_length(2)),
        ("max_length", one.clone().max_length(0)),
        ("threads", one.clone().threads(0)),
    ];
    for (name, options) in cases {
        let error = itemsets(&baskets, &options, &Control::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert!(error.to_string().starts_with(name), "{error}");
    }
    let sets = mine(&baskets, &one);
    for confidence in [-0.1, 1.1, f64::NAN] {
        let error = rules(&sets, &RuleOptions::new(confidence), &Control::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().starts_with("min_confidence"), "{error}");
    }
    let pairs = mine(&baskets, &one.min_length(2));
    assert_eq!(pairs.len(), 1);
    let error = rules(&pairs, &RuleOptions::new(0.5), &Control::new()).unwrap_err();
    assert!(error.to_string().starts_with("min_length"), "{error}");
}

#[test]
fn nothing_to_mine() {
    let none: [Vec<&str>; 0] = [];
    let baskets = Baskets::from_lists(none).unwrap();
    let options = ItemsetOptions::new(MinSupport::Count(1));
    let error = itemsets(&baskets, &options, &Control::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);

    let baskets = Baskets::from_lists([Vec::<&str>::new(), Vec::new()]).unwrap();
    assert_eq!(mine(&baskets, &options).len(), 0);

    let baskets = Baskets::from_lists([["a", "b"], ["a", "c"]]).unwrap();
    let sets = mine(&baskets, &ItemsetOptions::new(MinSupport::Count(3)));
    assert!(sets.is_empty() && sets.get(0).is_none());
    let made = rules(&sets, &RuleOptions::new(0.5), &Control::new()).unwrap();
    assert!(made.is_empty() && made.get(0).is_none());
    assert!(made.matching(["a"], 5, Measure::Lift).is_empty());
    assert_eq!(mine(&baskets, &ItemsetOptions::new(MinSupport::Count(u64::MAX))).len(), 0);
    assert_eq!(mine(&baskets, &ItemsetOptions::new(MinSupport::Share(1.0))).len(), 1);
}

#[test]
fn a_threshold_that_is_too_low_ends_in_a_limit() {
    // Two baskets of 100,000 items share 2^100000 - 1 itemsets.
    let wide: Vec<i64> = (0..100_000).collect();
    let baskets = Baskets::from_lists([wide.clone(), wide.clone(), vec![1, 2]]).unwrap();
    for threads in [1, 2] {
        let options =
            ItemsetOptions::new(MinSupport::Count(2)).max_itemsets(300_000).threads(threads);
        let error = itemsets(&baskets, &options, &Control::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
        // Itemsets that are too short to be kept count as well.
        let error = itemsets(&baskets, &options.min_length(1000), &Control::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
    }
    let options = ItemsetOptions::new(MinSupport::Count(2)).max_length(1);
    assert_eq!(mine(&baskets, &options).len(), 100_000);
    // One such basket among ordinary ones does no harm at a sane threshold.
    let mut lists = vec![wide];
    lists.extend((0..2_000).map(|b| vec![b % 50, b % 7 + 100, b % 3 + 200]));
    let baskets = Baskets::from_lists(lists).unwrap();
    let sets = mine(&baskets, &ItemsetOptions::new(MinSupport::Count(10)));
    assert!(sets.len() > 60);

    let sets = mine(&baskets, &ItemsetOptions::new(MinSupport::Count(2)));
    let error = rules(&sets, &RuleOptions::new(0.0).max_rules(10), &Control::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
}

#[test]
fn views_filter_and_sort() {
    let baskets =
        Baskets::from_lists([vec![1, 2, 3], vec![1, 2], vec![2, 3], vec![2], vec![4]]).unwrap();
    let sets = mine(&baskets, &ItemsetOptions::new(MinSupport::Count(1)));
    let sorted = sets.sorted_by("support").unwrap();
    assert!(sorted.iter().map(|set| set.count()).is_sorted_by(|a, b| a >= b));
    assert_eq!(numbers(sorted.get(0).unwrap().ids()), Set::from([2]));
    assert_eq!(sets.containing([3, 2]).len(), 2);
    assert_eq!(sets.containing([99]).len(), 0);
    assert_eq!(sets.containing::<[i64; 0]>([]).len(), sets.len());
    assert_eq!(sets.with_length(2..).len(), 4);
    assert_eq!(sets.count_of(["1"]), None, "strings are not integers");

    // A view still knows the supports of the subsets it hides.
    let triple = rules(&sets.with_length(3..), &RuleOptions::new(0.0), &Control::new()).unwrap();
    assert_eq!(triple.len(), 6);
    let best = triple.top(2, Measure::Lift);
    let all: Vec<f64> = triple.sorted_by(Measure::Lift).values(Measure::Lift).collect();
    assert_eq!(best.values(Measure::Lift).collect::<Vec<_>>(), all[..2]);
    assert!(
        triple.at_least(Measure::Confidence, 0.5).values(Measure::Confidence).all(|c| c >= 0.5)
    );
}

#[test]
fn cancelled_work_stops() {
    let baskets = Baskets::from_lists([["a", "b"]]).unwrap();
    let options = ItemsetOptions::new(MinSupport::Count(1));
    let sets = mine(&baskets, &options);
    let control = Control::new();
    control.cancel();
    assert!(itemsets(&baskets, &options, &control).unwrap_err().is_cancelled());
    assert!(rules(&sets, &RuleOptions::new(0.5), &control).unwrap_err().is_cancelled());
}

#[test]
fn work_is_cancelled_from_another_thread() {
    // Work for years: 2^60 itemsets, by copying and by intersecting.
    let alike = vec![(0..60).collect::<Vec<i64>>(); 5];
    let lacking = (0..600).map(|b| (0..60).filter(|i| i * 7 % 60 != b % 60).collect()).collect();
    for (lists, count) in [(alike, 3), (lacking, 3)] {
        let baskets = Baskets::from_lists(lists).unwrap();
        for threads in [1, 2] {
            let options = ItemsetOptions::new(MinSupport::Count(count))
                .max_itemsets(u64::MAX)
                .threads(threads);
            let control = Control::new();
            let error = std::thread::scope(|scope| {
                let worker = scope.spawn(|| itemsets(&baskets, &options, &control).map(|_| ()));
                while control.progress().done < 10 {
                    std::thread::yield_now();
                }
                control.cancel();
                worker.join().unwrap().unwrap_err()
            });
            assert!(error.is_cancelled(), "{error}");
        }
    }
}
