//! Constraints and the most frequent itemsets against brute force on small random databases.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use basketry::mine::{Itemset, Kind};
use basketry::{
    Baskets, Control, ErrorKind, IdRef, ItemsetOptions, Itemsets, MinSupport, RuleOptions,
    itemsets, rules,
};
use proptest::prelude::*;

type Set = BTreeSet<i64>;
type Row = (Vec<i64>, u64);

fn mine(baskets: &Baskets, options: &ItemsetOptions) -> Itemsets {
    itemsets(baskets, options, &Control::new()).unwrap()
}

/// With counts, or with weights in quarters.
fn shown(sets: &Itemsets) -> Vec<Row> {
    let support = |set: Itemset<'_>| match set.value("weight") {
        Some(weight) => (4.0 * weight) as u64,
        None => set.count(),
    };
    let number = |id: IdRef<'_>| match id {
        IdRef::Int(value) => value,
        IdRef::Str(_) => unreachable!("the ids are integers"),
    };
    sets.iter().map(|set| (set.ids().map(number).collect(), support(set))).collect()
}

/// Every subset of every basket in the canonical order, with the weight of those that hold it. Sets are lists of ids in
/// the order of their first appearance, as itemsets have them.
fn brute(lists: &[Vec<i64>], weights: &[u64]) -> Vec<Row> {
    let mut seen: Vec<i64> = Vec::new();
    let mut single: BTreeMap<i64, u64> = BTreeMap::new();
    let mut counts: BTreeMap<Set, u64> = BTreeMap::new();
    for (list, weight) in lists.iter().zip(weights) {
        for item in list {
            if !seen.contains(item) {
                seen.push(*item);
            }
        }
        let items: Vec<i64> = list.iter().copied().collect::<Set>().into_iter().collect();
        items.iter().for_each(|&item| *single.entry(item).or_default() += weight);
        for mask in 1u32..1 << items.len() {
            let subset = (0..items.len()).filter(|&k| mask >> k & 1 == 1).map(|k| items[k]);
            *counts.entry(subset.collect()).or_default() += weight;
        }
    }
    let place = |item: i64| seen.iter().position(|&other| other == item).unwrap();
    let rarity = |item: i64| (Reverse(single[&item]), place(item));
    let mut rows: Vec<_> = counts
        .into_iter()
        .map(|(set, count)| {
            let mut items: Vec<i64> = set.into_iter().collect();
            let mut key: Vec<_> = items.iter().map(|&item| rarity(item)).collect();
            key.sort_by(|a, b| b.cmp(a));
            items.sort_by_key(|&item| place(item));
            (items.len(), key, (items, count))
        })
        .collect();
    rows.sort();
    rows.into_iter().map(|(_, _, row)| row).collect()
}

/// Those of all itemsets, as [`brute`] has them, that hold allowed items only and are of a kind.
fn of_kind(mut all: Vec<Row>, kind: Kind, wish: &Wish, min_count: u64, total: u64) -> Vec<Row> {
    let free = Wish { with: Vec::new(), ..wish.clone() };
    all.retain(|(items, count)| *count >= min_count && free.holds(items));
    let within = |a: &[i64], b: &[i64]| a.len() < b.len() && a.iter().all(|id| b.contains(id));
    let is = |(items, count): &Row| match kind {
        Kind::Closed => !all.iter().any(|(more, n)| n == count && within(items, more)),
        Kind::Maximal => !all.iter().any(|(more, _)| within(items, more)),
        Kind::Generators => {
            *count < total && !all.iter().any(|(less, n)| n == count && within(less, items))
        }
        _ => true,
    };
    let rows: Vec<Row> = all.iter().filter(|row| is(row)).cloned().collect();
    rows.into_iter().filter(|(items, _)| wish.holds(items)).collect()
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop::sample::select(Kind::ALL.to_vec())
}

fn databases() -> impl Strategy<Value = Vec<Vec<i64>>> {
    let basket = |items: i64, longest: usize| prop::collection::vec(0..items, 0..=longest);
    prop_oneof![
        prop::collection::vec(basket(12, 5), 1..60),
        prop::collection::vec(basket(8, 20), 1..40),
        prop::collection::vec(basket(3, 4), 1..80),
        (prop::collection::vec(basket(9, 9), 1..40), prop::collection::vec(100i64..102, 1..3))
            .prop_map(|(mut lists, always)| {
                lists.iter_mut().for_each(|list| list.extend(&always));
                lists
            }),
        (basket(12, 10), 1usize..20).prop_map(|(list, times)| vec![list; times]),
    ]
}

/// Weights in quarters; none, or enough for any database.
fn weights() -> impl Strategy<Value = Option<Vec<u64>>> {
    let quarters = prop::sample::select(vec![1u64, 2, 3, 4, 4, 6, 8, 29]);
    prop::option::of(prop_oneof![
        prop::collection::vec(quarters, 80),
        (1u64..9).prop_map(|all| vec![all; 80]),
    ])
}

/// The baskets, the weight of each in the unit of what is shown, and what a count of 1 is in that.
fn weighed(lists: &[Vec<i64>], weights: Option<Vec<u64>>) -> (Baskets, Vec<u64>, u64) {
    let baskets = Baskets::from_lists(lists.to_vec()).unwrap();
    match weights {
        None => (baskets, vec![1; lists.len()], 1),
        Some(mut quarters) => {
            quarters.truncate(lists.len());
            let weights: Vec<f64> = quarters.iter().map(|&q| q as f64 / 4.0).collect();
            (baskets.with_weights(&weights).unwrap(), quarters, 4)
        }
    }
}

/// What to ask for: required, excluded and allowed ids.
#[derive(Clone, Debug)]
struct Wish {
    with: Vec<i64>,
    without: Vec<i64>,
    only: Option<Vec<i64>>,
}

impl Wish {
    fn options(&self, options: ItemsetOptions) -> ItemsetOptions {
        let options = options
            .must_contain(self.with.iter().copied())
            .must_not_contain(self.without.iter().copied());
        match &self.only {
            Some(only) => options.only_from(only.iter().copied()),
            None => options,
        }
    }

    fn holds(&self, items: &[i64]) -> bool {
        self.with.iter().all(|id| items.contains(id))
            && !self.without.iter().any(|id| items.contains(id))
            && self.only.as_ref().is_none_or(|only| items.iter().all(|id| only.contains(id)))
    }
}

/// Ids that are there, and some that are not.
fn wishes() -> impl Strategy<Value = Wish> {
    (
        prop::collection::btree_set(0i64..9, 0..3),
        prop::collection::btree_set(0i64..14, 0..4),
        prop::option::of(prop::collection::btree_set(0i64..14, 0..10)),
    )
        .prop_map(|(with, without, only)| Wish {
            without: without.into_iter().filter(|id| !with.contains(id)).collect(),
            only: only.map(|only| only.into_iter().chain(with.iter().copied()).collect()),
            with: with.into_iter().collect(),
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn constraints_select_what_a_filter_would(
        lists in databases(), wish in wishes(), min_count in 1u64..5, min in 1usize..4,
        more in prop::option::of(2usize..5), kind in kinds(), threads in 1usize..3,
        weights in weights(),
    ) {
        let (baskets, weights, unit) = weighed(&lists, weights);
        let total = weights.iter().sum();
        let mut options = wish
            .options(ItemsetOptions::new(MinSupport::Count(min_count)))
            .kind(kind)
            .min_length(min)
            .threads(threads);
        options.max_length = more.map(|more| min + more);
        let all = brute(&lists, &weights);
        let mut expected = of_kind(all, kind, &wish, unit * min_count, total);
        expected.retain(|(items, _)| {
            items.len() >= min && options.max_length.is_none_or(|max| items.len() <= max)
        });
        let sets = mine(&baskets, &options);
        prop_assert_eq!(shown(&sets), expected.clone());
        prop_assert_eq!(sets.baskets(), lists.len() as u64);
        let exact = options.clone().max_itemsets(expected.len() as u64);
        if min == 1 && kind == Kind::All {
            prop_assert_eq!(shown(&mine(&baskets, &exact)), expected.clone());
            if !expected.is_empty() {
                let less = options.max_itemsets(expected.len() as u64 - 1);
                let error = itemsets(&baskets, &less, &Control::new()).unwrap_err();
                prop_assert_eq!(error.kind(), ErrorKind::Limit);
            }
        }
    }

    #[test]
    fn the_most_frequent_itemsets_are_the_first_by_support(
        lists in databases(), wish in wishes(), min_count in 1u64..4, min in 1usize..4,
        more in prop::option::of(2usize..5), top in 1u64..300, limit in 0u64..50,
        kind in kinds(), threads in 1usize..3, weights in weights(),
    ) {
        let (baskets, weights, unit) = weighed(&lists, weights);
        let total = weights.iter().sum();
        let mut options = wish
            .options(ItemsetOptions::new(MinSupport::Count(min_count)))
            .kind(kind)
            .min_length(min)
            .top(top)
            .threads(threads);
        options.max_length = more.map(|more| min + more);
        let all = brute(&lists, &weights);
        let mut expected = of_kind(all, kind, &wish, unit * min_count, total);
        expected.retain(|(items, _)| {
            items.len() >= min && options.max_length.is_none_or(|max| items.len() <= max)
        });
        expected.sort_by_key(|(_, count)| Reverse(*count));
        let all = expected.len();
        expected.truncate(top as usize);
        let sets = mine(&baskets, &options);
        prop_assert_eq!(shown(&sets), expected.clone());
        let least = if unit > 1 {
            // Few baskets may weigh much.
            1
        } else if all as u64 >= top { expected.last().unwrap().1 } else { min_count };
        prop_assert_eq!(sets.min_count(), least);

        // With as little room as may be, ties must be taken apart.
        let tight = options.max_itemsets(top + limit);
        match itemsets(&baskets, &tight, &Control::new()) {
            Ok(sets) => prop_assert_eq!(shown(&sets), expected),
            Err(error) => {
                prop_assert_eq!(error.kind(), ErrorKind::Limit);
                prop_assert!(min > 1 || kind != Kind::All, "{}", error);
            }
        }
    }

    #[test]
    fn rules_of_the_most_frequent_itemsets_find_all_subsets(
        lists in databases(), top in 1u64..100,
    ) {
        let baskets = Baskets::from_lists(lists).unwrap();
        let sets = mine(&baskets, &ItemsetOptions::most_frequent(top));
        let made = rules(&sets, &RuleOptions::new(0.0), &Control::new()).unwrap();
        let splits: usize = sets.iter().map(|set| (1 << set.len()) - 2).sum();
        prop_assert_eq!(made.len(), splits);
    }
}

#[test]
fn baskets_that_are_all_alike_have_most_frequent_itemsets() {
    let baskets = Baskets::from_lists(vec![(0..30).collect::<Vec<i64>>(); 7]).unwrap();
    for (min, top) in [(1, 100), (1, 5_000), (3, 1_000), (5, 200_000), (12, 1_000)] {
        let options = ItemsetOptions::most_frequent(top).min_length(min);
        let sets = mine(&baskets, &options);
        assert_eq!(sets.len() as u64, top);
        let mut expected: Vec<u64> = Vec::new();
        for length in min.. {
            // Sets of the first items come first: in the order of their masks.
            let next = |&mask: &u64| {
                let (low, carried) =
                    (mask & mask.wrapping_neg(), mask + (mask & mask.wrapping_neg()));
                Some((((carried ^ mask) >> 2) / low) | carried)
            };
            let masks = std::iter::successors(Some((1 << length) - 1), next);
            let masks = masks.take_while(|&mask| mask < 1 << 30);
            expected.extend(masks.take(top as usize - expected.len()));
            if expected.len() == top as usize {
                break;
            }
        }
        let found: Vec<u64> = shown(&sets)
            .into_iter()
            .map(|(items, _)| items.into_iter().fold(0, |mask, item| mask | 1 << item))
            .collect();
        assert!(found == expected, "{min} {top}");
    }
    // Two baskets of 100,000 items have 5 billion pairs.
    let wide: Vec<i64> = (0..100_000).collect();
    let baskets = Baskets::from_lists([wide.clone(), wide]).unwrap();
    let sets = mine(&baskets, &ItemsetOptions::most_frequent(3).min_length(2));
    assert_eq!(shown(&sets), [(vec![0, 1], 2), (vec![0, 2], 2), (vec![1, 2], 2)]);
    let sets = mine(&baskets, &ItemsetOptions::most_frequent(100_001));
    assert_eq!(shown(&sets.with_length(2..)), [(vec![0, 1], 2)]);
}

#[test]
fn unknown_and_contradicting_ids() {
    let baskets = Baskets::from_lists([["a", "b"], ["a", "c"]]).unwrap();
    let options = ItemsetOptions::new(MinSupport::Count(1));
    assert_eq!(mine(&baskets, &options.clone().must_contain(["a", "x"])).len(), 0);
    assert_eq!(mine(&baskets, &options.clone().must_not_contain(["x"])).len(), 5);
    assert_eq!(mine(&baskets, &options.clone().only_from(["a", "x"])).len(), 1);
    assert_eq!(mine(&baskets, &options.clone().only_from([""; 0])).len(), 0);
    assert_eq!(mine(&baskets, &options.clone().must_contain(["a", "a"])).len(), 3);
    let cases = [
        ("must_contain", options.clone().must_contain([1i64])),
        ("must_not_contain", options.clone().must_not_contain([1i64])),
        ("only_from", options.clone().only_from([1i64])),
        ("must_contain", options.clone().must_contain(["a"]).must_not_contain(["a"])),
        ("must_contain", options.clone().must_contain(["a"]).only_from(["b"])),
        ("max_length", options.clone().must_contain(["a", "b"]).max_length(1)),
        ("top", options.clone().top(0)),
        ("top", options.clone().top(10).max_itemsets(9)),
    ];
    for (name, options) in cases {
        let error = itemsets(&baskets, &options, &Control::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert!(error.to_string().starts_with(name), "{error}");
    }
    // Baskets without any item have no kind of ids.
    let empty = Baskets::from_lists([Vec::<i64>::new()]).unwrap();
    assert_eq!(mine(&empty, &options.clone().must_contain([1i64])).len(), 0);
    // The supports of subsets are not known.
    let sets = mine(&baskets, &options.must_contain(["a"]));
    let error = rules(&sets, &RuleOptions::new(0.5), &Control::new()).unwrap_err();
    assert!(error.to_string().starts_with("must_contain"), "{error}");
}

#[test]
fn the_most_frequent_may_weigh_less_than_one() {
    let baskets = Baskets::from_lists([vec!["a", "b"], vec!["c"]]).unwrap();
    let baskets = baskets.with_weights(&[0.5, 0.25]).unwrap();
    let sets = mine(&baskets, &ItemsetOptions::most_frequent(10));
    let weights: Vec<f64> = sets.iter().map(|set| set.value("weight").unwrap()).collect();
    assert_eq!(weights, [0.5, 0.5, 0.5, 0.25]);
    let sets = mine(&baskets, &ItemsetOptions::most_frequent(3));
    assert_eq!(sets.len(), 3);
}
