//! Closed and maximal itemsets, generators, and weighted baskets, by what defines them.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use basketry::mine::{Kind, Measure, OnLimit, RuleOptions, rules, rules_with_baskets};
use basketry::{
    Baskets, Control, ErrorKind, History, HistoryBuilder, HistoryOptions, IdRef, ItemsetOptions,
    Itemsets, MinSupport, OnBad, OrderLine, itemsets, table_from_batch,
};
use proptest::prelude::*;
use std::sync::Arc;

type Set = BTreeSet<i64>;

fn mine(baskets: &Baskets, options: &ItemsetOptions) -> Itemsets {
    itemsets(baskets, options, &Control::new()).unwrap()
}

fn ids<'a>(ids: impl Iterator<Item = IdRef<'a>>) -> Set {
    ids.map(|id| match id {
        IdRef::Int(value) => value,
        IdRef::Str(_) => unreachable!("the ids are integers"),
    })
    .collect()
}

/// Rows in order, with everything a row has.
fn rows(sets: &Itemsets) -> Vec<(Set, u64, f64)> {
    let rows: Vec<_> =
        sets.iter().map(|set| (ids(set.ids()), set.count(), set.support())).collect();
    for (set, row) in sets.iter().zip(&rows) {
        assert_eq!(set.len(), row.0.len(), "an item is repeated");
    }
    rows
}

/// Every subset of every basket: how many baskets hold it, and their weight.
fn brute(lists: &[Vec<i64>], weights: &[u64]) -> BTreeMap<Set, (u64, u64)> {
    let mut counts = BTreeMap::new();
    for (list, weight) in lists.iter().zip(weights) {
        let items: Vec<i64> = list.iter().copied().collect::<Set>().into_iter().collect();
        for mask in 1u32..1 << items.len() {
            let bits = (0..items.len()).filter(|&k| mask >> k & 1 == 1);
            let entry: &mut (u64, u64) =
                counts.entry(bits.map(|k| items[k]).collect()).or_default();
            entry.0 += 1;
            entry.1 += weight;
        }
    }
    counts
}

/// Those of a kind. Supersets and subsets with one item more or less decide.
fn of_kind(
    frequent: &BTreeMap<Set, (u64, u64)>,
    baskets: u64,
    kind: Kind,
) -> BTreeMap<Set, (u64, u64)> {
    let mut chosen = frequent.clone();
    for (set, &(count, _)) in frequent {
        for item in set {
            let mut smaller = set.clone();
            smaller.remove(item);
            let fewer = frequent.get(&smaller).map_or(baskets, |&(count, _)| count);
            let (drop_smaller, drop_set) = match kind {
                Kind::Closed => (fewer == count, false),
                Kind::Maximal => (true, false),
                Kind::Generators => (false, fewer == count),
                _ => (false, false),
            };
            if drop_smaller {
                chosen.remove(&smaller);
            }
            if drop_set {
                chosen.remove(set);
            }
        }
    }
    chosen
}

fn databases() -> impl Strategy<Value = Vec<Vec<i64>>> {
    let basket = |items: i64, longest: usize| prop::collection::vec(0..items, 0..=longest);
    prop_oneof![
        prop::collection::vec(basket(12, 5), 1..60),
        prop::collection::vec(basket(8, 20), 1..40),
        prop::collection::vec(basket(40, 8), 1..30),
        (prop::collection::vec(basket(9, 9), 1..40), prop::collection::vec(100i64..102, 1..3))
            .prop_map(|(mut lists, always)| {
                lists.iter_mut().for_each(|list| list.extend(&always));
                lists
            }),
        (basket(10, 10), basket(10, 10), 1usize..10).prop_map(|(a, b, times)| [a, b]
            .into_iter()
            .cycle()
            .take(2 * times)
            .collect()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn kinds_are_what_they_are_called(
        lists in databases(), min_count in 1u64..6, min in 1usize..4, more in 0usize..4,
        threads in 1usize..4, weigh: bool, seed in 0u64..1000,
    ) {
        let weights: Vec<u64> = (0..lists.len() as u64)
            .map(|b| if weigh { 1 + (b * 7919 + seed) % 5 } else { 1 })
            .collect();
        let mut baskets = Baskets::from_lists(lists.clone()).unwrap();
        if weigh {
            let weights: Vec<f64> = weights.iter().map(|&weight| weight as f64).collect();
            baskets = baskets.with_weights(&weights).unwrap();
        }
        let total: u64 = weights.iter().sum();
        let mut frequent = brute(&lists, &weights);
        frequent.retain(|_, (_, weight)| *weight >= min_count);
        for kind in Kind::ALL {
            let options = ItemsetOptions::new(MinSupport::Count(min_count)).kind(kind);
            let expected = of_kind(&frequent, lists.len() as u64, kind);
            let sets = mine(&baskets, &options.clone().threads(threads));
            let found = rows(&sets);
            let as_expected: BTreeMap<Set, (u64, u64)> = found
                .iter()
                .map(|(set, n, share)| (set.clone(), (*n, (share * total as f64).round() as u64)))
                .collect();
            prop_assert_eq!(found.len(), as_expected.len(), "{:?}: a set comes twice", kind);
            prop_assert_eq!(&as_expected, &expected, "{:?}", kind);
            // Lengths choose among them, and leave their order.
            let some = mine(&baskets, &options.min_length(min).max_length(min + more));
            let chosen: Vec<_> = found
                .into_iter()
                .filter(|(set, ..)| (min..=min + more).contains(&set.len()))
                .collect();
            prop_assert_eq!(rows(&some), chosen, "{:?}", kind);
            if kind == Kind::Closed {
                for (set, (count, _)) in frequent.iter().take(50) {
                    prop_assert_eq!(sets.count_of(set.iter().copied()), Some(*count));
                }
                prop_assert_eq!(sets.count_of([7777]), None);
            }
        }
    }

    #[test]
    fn equal_weights_change_nothing(
        lists in databases(), percent in 1u32..=100, weight in 0.001f64..1e6, kind in 0usize..4,
    ) {
        let baskets = Baskets::from_lists(lists.clone()).unwrap();
        let weighted = baskets.clone().with_weights(&vec![weight; lists.len()]).unwrap();
        let share = MinSupport::Share(f64::from(percent) / 100.0);
        let options = ItemsetOptions::new(share).kind(Kind::ALL[kind]);
        prop_assert_eq!(rows(&mine(&baskets, &options)), rows(&mine(&weighted, &options)));
        // A share that is a quotient of counts is reached by them.
        let n = lists.len() as u64;
        let quotient = MinSupport::Share((1 + u64::from(percent) % n) as f64 / n as f64);
        let options = ItemsetOptions::new(quotient).kind(Kind::ALL[kind]);
        prop_assert_eq!(rows(&mine(&baskets, &options)), rows(&mine(&weighted, &options)));
    }

    #[test]
    fn weights_that_are_whole_numbers_are_repetitions(
        lists in databases(), times in prop::collection::vec(1usize..4, 60), percent in 1u32..=100,
    ) {
        let weights: Vec<f64> = times[..lists.len()].iter().map(|&n| n as f64).collect();
        let weighted = Baskets::from_lists(lists.clone()).unwrap().with_weights(&weights).unwrap();
        let repeated: Vec<Vec<i64>> = lists
            .iter()
            .zip(&times)
            .flat_map(|(list, &n)| std::iter::repeat_n(list.clone(), n))
            .collect();
        let repeated = Baskets::from_lists(repeated).unwrap();
        for support in [MinSupport::Share(f64::from(percent) / 100.0), MinSupport::Count(3)] {
            for kind in Kind::ALL {
                let options = ItemsetOptions::new(support).kind(kind);
                let weighted = mine(&weighted, &options);
                let supports = |sets: &Itemsets| -> Vec<(Set, f64)> {
                    rows(sets).into_iter().map(|(set, _, share)| (set, share)).collect()
                };
                prop_assert_eq!(supports(&weighted), supports(&mine(&repeated, &options)));
                prop_assert_eq!(weighted.total_weight(), Some(repeated.len() as f64));
            }
        }
    }
}

#[test]
fn the_kinds_of_a_small_shop() {
    let lists = [vec![1, 2, 3], vec![1, 2, 3], vec![1, 2], vec![1, 4], vec![1]];
    let baskets = Baskets::from_lists(lists).unwrap();
    let found = |kind| {
        let options = ItemsetOptions::new(MinSupport::Count(2)).kind(kind);
        rows(&mine(&baskets, &options)).into_iter().map(|row| (row.0, row.1)).collect::<Vec<_>>()
    };
    assert_eq!(
        found(Kind::Closed),
        [(Set::from([1]), 5), (Set::from([1, 2]), 3), (Set::from([1, 2, 3]), 2)]
    );
    assert_eq!(found(Kind::Maximal), [(Set::from([1, 2, 3]), 2)]);
    // Every basket holds item 1, as it holds the empty set.
    assert_eq!(found(Kind::Generators), [(Set::from([2]), 3), (Set::from([3]), 2)]);
}

#[test]
fn closed_sets_make_the_same_rules_as_all() {
    let lists = (0..200i64).map(|b| {
        let coin = |k: i64| (b * b + 3 * b * k + k).rem_euclid(k + 2) == 0;
        (0..9).filter(|&k| coin(k)).chain([20]).chain(coin(3).then_some(30)).collect::<Vec<_>>()
    });
    let baskets = Baskets::from_lists(lists).unwrap();
    let options = ItemsetOptions::new(MinSupport::Count(10));
    let all = mine(&baskets, &options);
    let closed = mine(&baskets, &options.kind(Kind::Closed));
    assert!(closed.len() < all.len());
    let made = |sets: &Itemsets| -> BTreeSet<String> {
        let made = rules(sets, &RuleOptions::new(0.3), &Control::new()).unwrap();
        made.iter().map(|rule| format!("{rule} {:?}", rule.counts())).collect()
    };
    assert!(made(&closed).is_subset(&made(&all)));
    let of = |kind| mine(&baskets, &ItemsetOptions::new(MinSupport::Count(10)).kind(kind));
    // A generator's subsets are generators.
    assert!(made(&of(Kind::Generators)).is_subset(&made(&all)));
    let error = rules(&of(Kind::Maximal), &RuleOptions::new(0.3), &Control::new()).unwrap_err();
    assert!(error.to_string().starts_with("kind"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn rules_of_weighted_baskets_are_those_of_repeated_ones(
        lists in prop::collection::vec((prop::collection::vec(0i64..8, 0..7), 1u32..6), 1..30),
        min_count in 1u64..12, confidence in 0u32..=10, threads in 1usize..3,
        kind in prop::sample::select(Kind::ALL.to_vec()),
        customers: bool,
    ) {
        let kind = if kind == Kind::Maximal { Kind::All } else { kind };
        let options = ItemsetOptions::new(MinSupport::Count(min_count)).kind(kind);
        let weights: Vec<f64> = lists.iter().map(|(_, weight)| f64::from(*weight)).collect();
        let weighted = Baskets::from_lists(lists.iter().map(|(list, _)| list.clone())).unwrap();
        let weighted = weighted.with_weights(&weights).unwrap();
        let repeated = Baskets::from_lists(lists.iter().flat_map(|(list, weight)| {
            std::iter::repeat_n(list.clone(), *weight as usize)
        })).unwrap();
        let (sets, expected) = (mine(&weighted, &options), mine(&repeated, &options));
        let wanted = RuleOptions::new(f64::from(confidence) / 10.0).threads(threads);
        let made = |sets: &Itemsets, baskets: Baskets, of: Vec<u32>| {
            let control = Control::new();
            match customers && kind == Kind::All {
                true => {
                    let baskets = baskets.with_customers(of).unwrap();
                    rules_with_baskets(sets, &baskets, &wanted, &control).unwrap()
                }
                false => rules(sets, &wanted, &control).unwrap(),
            }
        };
        let numbers = 0..lists.len() as u32;
        let of = numbers.clone().zip(&lists);
        let of = of.flat_map(|(n, (_, weight))| std::iter::repeat_n(n / 2, *weight as usize));
        let of = of.collect();
        let found = made(&sets, weighted, numbers.map(|n| n / 2).collect());
        let expected = made(&expected, repeated, of);
        prop_assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected.iter()) {
            prop_assert_eq!(found.to_string(), expected.to_string());
            prop_assert_eq!(found.counts(), expected.counts());
            prop_assert_eq!(found.customers(), expected.customers());
            for measure in [Measure::Lift, Measure::FishersExactTest, Measure::Improvement] {
                let (a, b) = (found.value(measure), expected.value(measure));
                prop_assert!(a == b || a.is_nan() && b.is_nan(), "{}: {} {}", measure, a, b);
            }
        }
        prop_assert_eq!(found.baskets(), expected.baskets());
    }
}

#[test]
fn weights_come_from_a_column() {
    let table = |weights: Vec<Option<f64>>| {
        let column = |values: [i64; 4]| Arc::new(Int64Array::from(values.to_vec())) as ArrayRef;
        let batch = RecordBatch::try_from_iter([
            ("basket", column([1, 1, 2, 3])),
            ("item", column([7, 8, 7, 8])),
            ("weight", Arc::new(Float64Array::from(weights)) as ArrayRef),
        ]);
        table_from_batch(batch.unwrap())
    };
    let read = |weights, nulls| {
        let (table, control) = (table(weights), Control::new());
        Baskets::from_weighted_reader(table, "basket", "item", "weight", nulls, &control)
    };
    let baskets = read(vec![Some(0.5), Some(0.5), Some(2.0), Some(1.5)], OnBad::Error).unwrap();
    assert_eq!(baskets.weights().unwrap().collect::<Vec<_>>(), [0.5, 2.0, 1.5]);
    let sets = mine(&baskets, &ItemsetOptions::new(MinSupport::Share(0.5)));
    assert_eq!(rows(&sets), [(Set::from([7]), 2, 0.625), (Set::from([8]), 2, 0.5)]);
    assert_eq!(sets.get(0).unwrap().value("weight"), Some(2.5));
    assert_eq!(sets.columns().collect::<Vec<_>>(), ["length", "count", "support", "weight"]);
    assert_eq!(sets.total_weight(), Some(4.0));

    let skipped = read(vec![Some(0.5), Some(0.5), None, Some(1.5)], OnBad::Skip).unwrap();
    assert_eq!((skipped.len(), skipped.skipped()), (2, 1));
    for (weights, row) in [
        (vec![Some(0.5), Some(0.6), Some(2.0), Some(1.5)], "row 1"),
        (vec![Some(0.5), Some(0.5), Some(0.0), Some(1.5)], "row 2"),
        (vec![Some(0.5), Some(0.5), Some(2.0), Some(f64::NAN)], "row 3"),
        (vec![Some(0.5), None, Some(2.0), Some(1.0)], "row 1"),
    ] {
        let error = read(weights, OnBad::Error).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains(row), "{error}");
    }
}

#[test]
fn old_baskets_count_less() {
    const DAY: i64 = 86_400_000;
    let mut builder = HistoryBuilder::new(&HistoryOptions::default());
    for (day, item) in [(0, "old"), (20, "new"), (30, "new")] {
        builder.push(&OrderLine::new(day * DAY, item).customer("ann").basket(day)).unwrap();
    }
    let history: History = builder.finish(&Control::new()).unwrap();
    let baskets = history.to_decayed_baskets(40 * DAY, 10.0).unwrap();
    assert_eq!(baskets.weights().unwrap().collect::<Vec<_>>(), [0.0625, 0.25, 0.5]);
    let sets = mine(&baskets, &ItemsetOptions::new(MinSupport::Share(0.5)));
    assert_eq!((sets.len(), sets.get(0).unwrap().support()), (1, 0.75 / 0.8125));
    let error = rules(&sets, &RuleOptions::new(0.5), &Control::new()).unwrap_err();
    assert!(error.to_string().starts_with("weights"), "{error}");

    for (now, half_life, name) in [
        (29 * DAY, 1.0, "now"),
        (40 * DAY, 0.0, "half_life_days"),
        (40 * DAY, 1e-3, "half_life_days"),
    ] {
        let error = history.to_decayed_baskets(now, half_life).unwrap_err();
        assert!(error.to_string().starts_with(name), "{error}");
    }
}

#[test]
fn what_is_not_there_for_weights_is_named() {
    let baskets = Baskets::from_lists([[1, 2]]).unwrap().with_weights(&[2.0]).unwrap();
    let options = ItemsetOptions::new(MinSupport::Count(1));
    for (name, options) in [
        ("on_limit", options.clone().on_limit(OnLimit::Partial)),
        ("item_min_support", options.item_min_support([(1, MinSupport::Count(1))])),
    ] {
        let error = itemsets(&baskets, &options, &Control::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().starts_with(name), "{error}");
    }
}

#[test]
fn baskets_of_very_many_items_do_no_harm() {
    let wide: Vec<i64> = (0..100_000).collect();
    let baskets = Baskets::from_lists([wide.clone(), wide, vec![1, 2], vec![2]]).unwrap();
    for kind in [Kind::Closed, Kind::Maximal] {
        let options = ItemsetOptions::new(MinSupport::Count(2)).kind(kind);
        let sets = mine(&baskets, &options);
        let longest = sets.get(sets.len() - 1).unwrap();
        assert_eq!((longest.len(), longest.count()), (100_000, 2));
        assert_eq!(sets.len(), if kind == Kind::Closed { 3 } else { 1 });
    }
}

/// Known numbers of itemsets; another miner finds 98,418 closed ones in the first.
#[test]
fn counts_on_real_data() {
    let Some(folder) = std::env::var_os("BASKETRY_DATA") else {
        println!("BASKETRY_DATA is not set: skipped");
        return;
    };
    let known = [
        ("fimi/chess.dat", 1918, 98_392, 3_323, 98_418),
        ("fimi/retail.dat", 45, 19_114, 8_143, 19_114),
        ("fimi/T10I4D100K.dat", 100, 26_806, 4_054, 26_852),
        ("groceries/Groceries.dat", 10, 13_464, 7_794, 13_464),
    ];
    for (name, min_count, closed, maximal, generators) in known {
        let path = std::path::Path::new(&folder).join(name);
        if !path.exists() {
            println!("{} is not there: skipped", path.display());
            continue;
        }
        let baskets = Baskets::from_fimi(path, &Control::new()).unwrap();
        let number = |kind| {
            let options = ItemsetOptions::new(MinSupport::Count(min_count)).kind(kind);
            rows(&mine(&baskets, &options)).len()
        };
        assert_eq!(number(Kind::Closed), closed, "{name}");
        assert_eq!(number(Kind::Maximal), maximal, "{name}");
        assert_eq!(number(Kind::Generators), generators, "{name}");
    }
}
