//! High-utility itemsets against brute force on small random databases, whatever the signs.

use std::collections::{BTreeMap, BTreeSet};

use basketry::{
    Baskets, Control, ErrorKind, HighUtilityOptions, IdRef, ItemsetOptions, Itemsets, MinSupport,
    MinUtility, RuleOptions, Utilities, high_utility, itemsets, rules,
};
use proptest::prelude::*;

type Lines = Vec<Vec<(i64, i64)>>;
type Set = BTreeSet<i64>;
/// An itemset as it is compared: its items as indices, utility, and number of baskets.
type Row = (Vec<u32>, i64, u64);

fn mine(lines: &Lines, options: &HighUtilityOptions) -> Itemsets {
    let baskets = Utilities::from_lists(lines.clone()).unwrap();
    high_utility(&baskets, options, &Control::new()).unwrap()
}

fn rows(sets: &Itemsets) -> Vec<Row> {
    let utilities = match sets.column("utility").unwrap() {
        basketry::mine::Numbers::Int(utilities) => utilities,
        numbers => panic!("utilities are whole numbers, not {numbers:?}"),
    };
    sets.iter().zip(utilities).map(|(set, u)| (set.items().to_vec(), u, set.count())).collect()
}

fn numbers<'a>(ids: impl Iterator<Item = IdRef<'a>>) -> Set {
    ids.map(|id| match id {
        IdRef::Int(value) => value,
        IdRef::Str(_) => unreachable!("the ids are integers"),
    })
    .collect()
}

/// Every subset of every basket: what it is worth, and how many baskets hold it.
fn brute(lines: &Lines) -> BTreeMap<Set, (i64, u64)> {
    let mut all = BTreeMap::new();
    for lines in lines {
        let mut basket = BTreeMap::new();
        for &(item, value) in lines {
            *basket.entry(item).or_insert(0) += value;
        }
        let basket: Vec<(i64, i64)> = basket.into_iter().collect();
        for mask in 1u32..1 << basket.len() {
            let chosen = || (0..basket.len()).filter(|&k| mask >> k & 1 == 1).map(|k| basket[k]);
            let (utility, count) =
                all.entry(chosen().map(|(item, _)| item).collect()).or_insert((0, 0));
            *utility += chosen().map(|(_, value)| value).sum::<i64>();
            *count += 1;
        }
    }
    all
}

/// What should be found, in the order in which it should be: by length, then by falling utility,
/// then by items.
fn expected(
    lines: &Lines,
    least: i64,
    lengths: std::ops::RangeInclusive<usize>,
    top: Option<usize>,
) -> Vec<Row> {
    let ids = Utilities::from_lists(lines.clone()).unwrap().ids().clone();
    let mut rows: Vec<Row> = brute(lines)
        .into_iter()
        .filter(|(set, (utility, _))| *utility >= least && lengths.contains(&set.len()))
        .map(|(set, (utility, count))| {
            let mut items: Vec<u32> = set.iter().map(|&id| ids.find(id).unwrap()).collect();
            items.sort_unstable();
            (items, utility, count)
        })
        .collect();
    if let Some(top) = top {
        rows.sort_by_key(|(items, utility, _)| (-utility, items.len(), items.clone()));
        rows.truncate(top);
    }
    rows.sort_by_key(|(items, utility, _)| (items.len(), -utility, items.clone()));
    rows
}

/// Utilities that are positive only; mostly so; of any sign; of one sign for each item; all alike,
/// so that there are ties; mostly negative.
fn values(kind: usize, item: i64, raw: i64) -> i64 {
    match kind % 6 {
        0 => raw.abs() + 1,
        1 => raw.abs() - 8,
        2 => raw,
        3 => raw.abs() * if item % 3 == 0 { -1 } else { 1 },
        4 => raw.signum(),
        _ => raw / 2 - 8,
    }
}

/// Databases that are sparse, dense, full of repetitions (within and among baskets), with empty
/// baskets, with an item that every basket holds.
fn databases() -> impl Strategy<Value = Lines> {
    let basket =
        |items: i64, longest: usize| prop::collection::vec((0..items, -20i64..=20), 0..=longest);
    let lines = prop_oneof![
        prop::collection::vec(basket(12, 5), 1..50),
        prop::collection::vec(basket(8, 16), 1..30),
        prop::collection::vec(basket(3, 4), 1..60),
        prop::collection::vec(basket(40, 8), 1..25),
        prop::collection::vec(basket(11, 11), 1..6),
        (prop::collection::vec(basket(9, 9), 1..30), -20i64..=20).prop_map(|(mut lines, value)| {
            lines.iter_mut().for_each(|list| list.push((100, value)));
            lines
        }),
        (basket(10, 10), basket(10, 10), 1usize..8).prop_map(|(a, b, times)| [a, b]
            .into_iter()
            .cycle()
            .take(2 * times)
            .collect()),
    ];
    (lines, 0usize..6).prop_map(|(mut lines, kind)| {
        for (item, value) in lines.iter_mut().flatten() {
            *value = values(kind, *item, *value);
        }
        lines
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn all_equal_brute_force(lines in databases(), least in 1i64..60, threads in 1usize..4) {
        let options = HighUtilityOptions::new(MinUtility::Minor(least)).threads(threads);
        let sets = mine(&lines, &options);
        prop_assert_eq!(rows(&sets), expected(&lines, least, 1..=usize::MAX, None));
    }

    #[test]
    fn lengths_equal_brute_force(
        lines in databases(), least in 1i64..40, min in 1usize..4, more in 0usize..3,
        threads in 1usize..3,
    ) {
        let mut options = HighUtilityOptions::new(MinUtility::Minor(least)).threads(threads);
        options = options.min_length(min).max_length(min + more);
        prop_assert_eq!(
            rows(&mine(&lines, &options)),
            expected(&lines, least, min..=min + more, None)
        );
    }

    #[test]
    fn the_best_equal_brute_force(
        lines in databases(), least in 1i64..20, top in 1usize..30, min in 1usize..4,
        max in prop_oneof![Just(None), (0usize..4).prop_map(Some)], threads in 1usize..4,
    ) {
        let mut options = HighUtilityOptions::new(MinUtility::Minor(least)).top(top as u64);
        options = options.min_length(min).threads(threads);
        options.max_length = max.map(|more| min + more);
        let lengths = min..=options.max_length.unwrap_or(usize::MAX);
        prop_assert_eq!(rows(&mine(&lines, &options)), expected(&lines, least, lengths, Some(top)));
    }

    #[test]
    fn shares_are_of_the_total(lines in databases(), percent in 1u32..=100) {
        let total: i64 = lines.iter().flatten().map(|(_, value)| value).sum();
        let share = MinUtility::Share(f64::from(percent) / 100.0);
        prop_assert_eq!(share.minor(total).is_ok(), total > 0);
        if total > 0 {
            // The least integer that is at least percent / 100 * total.
            let least = (i64::from(percent) * total + 99) / 100;
            prop_assert_eq!(share.minor(total).unwrap(), least);
            prop_assert_eq!(
                rows(&mine(&lines, &HighUtilityOptions::new(share))),
                expected(&lines, least, 1..=usize::MAX, None)
            );
        }
    }

    #[test]
    fn the_limit_is_exact(lines in databases(), least in 1i64..30, threads in 1usize..3) {
        let options = HighUtilityOptions::new(MinUtility::Minor(least)).threads(threads);
        let number = mine(&lines, &options).len() as u64;
        let baskets = Utilities::from_lists(lines).unwrap();
        let run = |options: &HighUtilityOptions| high_utility(&baskets, options, &Control::new());
        prop_assert!(run(&options.clone().max_itemsets(number)).is_ok());
        if number > 0 {
            for options in [options.clone(), options.clone().top(number + 1)] {
                let error = run(&options.max_itemsets(number - 1)).unwrap_err();
                prop_assert_eq!(error.kind(), ErrorKind::Limit);
            }
        }
        // The best of many are few.
        if number > 1 {
            let options = options.top(number - 1).max_itemsets(number - 1);
            prop_assert_eq!(run(&options).unwrap().len() as u64, number - 1);
        }
    }

    /// Where every line is worth 1, a set is worth its length times its count.
    #[test]
    fn lines_of_equal_worth_are_supports(lines in databases(), min_count in 1u64..6) {
        let ones: Lines = lines
            .iter()
            .map(|list| list.iter().map(|&(item, _)| item).collect::<Set>())
            .map(|items| items.into_iter().map(|item| (item, 1)).collect())
            .collect();
        let baskets = Baskets::from_lists(
            ones.iter().map(|list| list.iter().map(|&(item, _)| item).collect::<Vec<_>>()),
        ).unwrap();
        let frequent =
            itemsets(&baskets, &ItemsetOptions::new(MinSupport::Count(min_count)), &Control::new());
        let frequent: BTreeMap<Set, u64> =
            frequent.unwrap().iter().map(|set| (numbers(set.ids()), set.count())).collect();
        let sets = mine(&ones, &HighUtilityOptions::new(MinUtility::Minor(min_count as i64)));
        let worth: BTreeMap<Set, u64> = sets
            .iter()
            .filter(|set| set.count() >= min_count)
            .map(|set| (numbers(set.ids()), set.count()))
            .collect();
        prop_assert_eq!(worth, frequent);
        for (items, utility, count) in rows(&sets) {
            prop_assert_eq!(utility as u64, items.len() as u64 * count);
        }
    }
}

#[test]
fn repeated_lines_are_one() {
    // Miners that take two lines of an item for two items report {1, 1} or lose half of it.
    let lines = vec![vec![(1, 30), (2, 5), (1, 30)], vec![(1, -10), (2, 5)]];
    let sets = mine(&lines, &HighUtilityOptions::new(MinUtility::Minor(50)));
    assert_eq!(rows(&sets), [(vec![0], 50, 2), (vec![0, 1], 60, 2)]);
}

#[test]
fn a_set_may_be_worth_more_than_its_parts() {
    // Each item earns in one basket and costs in another, and alone none reaches 10.
    let lines = vec![
        vec![(1, 8), (2, 8), (3, 8)],
        vec![(1, -9), (4, 1)],
        vec![(2, -9), (4, 1)],
        vec![(3, -9), (4, 1)],
    ];
    let sets = mine(&lines, &HighUtilityOptions::new(MinUtility::Minor(10)));
    let pairs = [vec![0, 1], vec![0, 2], vec![1, 2]].map(|items| (items, 16, 1));
    let rest = [(vec![0, 1, 2], 24, 1)];
    assert_eq!(rows(&sets), [&pairs[..], &rest].concat());
}

#[test]
fn the_largest_sums_are_exact() {
    let half = i64::MAX / 2;
    let lines = vec![vec![(1, half), (2, half)], vec![(1, 1)]];
    let sets = mine(&lines, &HighUtilityOptions::new(MinUtility::Minor(half)));
    assert_eq!(
        rows(&sets),
        [(vec![0], half + 1, 2), (vec![1], half, 1), (vec![0, 1], 2 * half, 1)]
    );
    let sets = mine(&lines, &HighUtilityOptions::new(MinUtility::Share(1.0)));
    assert!(sets.is_empty());
}

#[test]
fn bad_options_are_named() {
    let baskets = Utilities::from_lists([[(1, 5)], [(2, -7)]]).unwrap();
    let options = || HighUtilityOptions::new(MinUtility::Minor(1));
    for (options, name) in [
        (HighUtilityOptions::new(MinUtility::Minor(0)), "min_utility"),
        (HighUtilityOptions::new(MinUtility::Minor(-3)), "min_utility"),
        (HighUtilityOptions::new(MinUtility::Share(0.0)), "min_utility"),
        (HighUtilityOptions::new(MinUtility::Share(1.1)), "min_utility"),
        (HighUtilityOptions::new(MinUtility::Share(f64::NAN)), "min_utility"),
        (HighUtilityOptions::new(MinUtility::Share(0.5)), "a total of -2"),
        (options().top(0), "top"),
        (options().threads(0), "threads"),
        (options().min_length(0), "min_length"),
        (options().min_length(3).max_length(2), "max_length"),
    ] {
        let error = high_utility(&baskets, &options, &Control::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains(name), "{error}");
    }
    let none = Utilities::from_lists(Lines::new()).unwrap();
    let error = high_utility(&none, &options(), &Control::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
}

#[test]
fn no_rules_come_of_sets_without_their_subsets() {
    let sets = mine(&vec![vec![(1, 5), (2, 5)]], &HighUtilityOptions::new(MinUtility::Minor(6)));
    assert_eq!(sets.len(), 1);
    let error = rules(&sets, &RuleOptions::new(0.1), &Control::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.to_string().contains("min_utility"), "{error}");
}

#[test]
fn sorts_by_utility_and_cancels() {
    let lines = vec![vec![(1, 5), (2, 50), (3, 7)], vec![(1, 3), (3, 1)]];
    let sets = mine(&lines, &HighUtilityOptions::new(MinUtility::Minor(1)));
    let best = sets.sorted_by("utility").unwrap();
    assert_eq!(best.get(0).unwrap().value("utility"), Some(62.0));
    assert_eq!(sets.columns().last(), Some("utility"));
    let control = Control::new();
    control.cancel();
    let baskets = Utilities::from_lists(lines).unwrap();
    let error = high_utility(&baskets, &HighUtilityOptions::best(3), &control).unwrap_err();
    assert!(error.is_cancelled());
}
