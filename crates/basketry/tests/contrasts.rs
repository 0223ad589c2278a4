//! Contrasts of two groups against brute force.

use std::collections::{BTreeMap, BTreeSet};

use basketry::mine::{ContrastOptions, Correction, Direction, Numbers, contrasts};
use basketry::{Baskets, Control, ErrorKind, Id, IdRef, Itemsets, MinSupport, RuleOptions, rules};
use proptest::prelude::*;

type Set = BTreeSet<i64>;

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

fn choose(n: u64, k: u64) -> f64 {
    (0..k).fold(1.0, |product, i| product * (n - i) as f64 / (i + 1) as f64)
}

/// The probability of at least `x` of the `count` baskets being among the first `n_a`.
fn upper(x: u64, n_a: u64, n_b: u64, count: u64) -> f64 {
    let most = count.min(n_a);
    let all = choose(n_a + n_b, count);
    (x..=most)
        .filter(|&k| count - k <= n_b)
        .map(|k| choose(n_a, k) * choose(n_b, count - k) / all)
        .sum()
}

fn column(sets: &Itemsets, name: &str) -> Vec<f64> {
    match sets.column(name).unwrap() {
        Numbers::Int(values) => values.into_iter().map(|value| value as f64).collect(),
        Numbers::Float(values) => values,
    }
}

fn lists() -> impl Strategy<Value = Vec<Vec<i64>>> {
    prop::collection::vec(prop::collection::vec(0i64..8, 0..6), 1..25)
}

fn close(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs()) || (a.is_nan() && b.is_nan())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn contrasts_equal_brute_force(
        a in lists(), b in lists(), min_count in 1u64..5, share in prop::option::of(1u64..10),
        direction in 0usize..3, tenths in 0u64..6, growth in 10u64..25, lengths in (1usize..3, 0usize..4),
        level in 0u64..=10, holm: bool, top in prop::option::of(1usize..20), threads in 1usize..3,
    ) {
        let (n_a, n_b) = (a.len() as u64, b.len() as u64);
        let direction = Direction::ALL[direction];
        let support = match share {
            Some(tenths) => MinSupport::Share(tenths as f64 / 10.0),
            None => MinSupport::Count(min_count),
        };
        let mut options = ContrastOptions::new(support)
            .direction(direction)
            .min_difference(tenths as f64 / 10.0)
            .min_growth(growth as f64 / 10.0)
            .max_p_value(level as f64 / 10.0)
            .min_length(lengths.0)
            .max_length(lengths.0 + lengths.1)
            .correction(if holm { Correction::Holm } else { Correction::BenjaminiHochberg })
            .threads(threads);
        let baskets = [Baskets::from_lists(a.clone()).unwrap(), Baskets::from_lists(b.clone()).unwrap()];
        let found = contrasts(&baskets[0], &baskets[1], &options, &Control::new()).unwrap();
        options.top = top;
        let best = contrasts(&baskets[0], &baskets[1], &options, &Control::new()).unwrap();
        prop_assert_eq!(best.len(), found.len().min(top.unwrap_or(usize::MAX)));
        prop_assert!(best.iter().zip(found.iter()).all(|(a, b)| a.items() == b.items()));

        let (in_a, in_b) = (brute(&a), brute(&b));
        let count = |counts: &BTreeMap<Set, u64>, set: &Set| counts.get(set).copied().unwrap_or(0);
        let (least_a, least_b) = (support.count(n_a).unwrap(), support.count(n_b).unwrap());
        let mut compared: Vec<(Set, u64, u64, f64)> = in_a
            .keys()
            .chain(in_b.keys())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(|set| (set, count(&in_a, set), count(&in_b, set)))
            .filter(|&(set, x, y)| {
                (x >= least_a || y >= least_b)
                    && (lengths.0..=lengths.0 + lengths.1).contains(&set.len())
            })
            .map(|(set, x, y)| {
                let (more, fewer) = (upper(x, n_a, n_b, x + y), upper(y, n_b, n_a, x + y));
                let p = match direction {
                    Direction::First => more,
                    Direction::Second => fewer,
                    _ => (2.0 * more.min(fewer)).min(1.0),
                };
                (set.clone(), x, y, p)
            })
            .collect();
        compared.sort_by(|a, b| a.3.total_cmp(&b.3));
        let tests = compared.len() as f64;
        let mut adjusted = vec![0.0f64; compared.len()];
        if holm {
            let mut largest = 0.0f64;
            for (rank, row) in compared.iter().enumerate() {
                largest = largest.max((row.3 * (tests - rank as f64)).min(1.0));
                adjusted[rank] = largest;
            }
        } else {
            let mut least = 1.0f64;
            for (rank, row) in compared.iter().enumerate().rev() {
                least = least.min(row.3 * tests / (rank + 1) as f64);
                adjusted[rank] = least;
            }
        }
        let limit = level as f64 / 10.0;
        let mut expected = BTreeMap::new();
        for ((set, x, y, p), adjusted) in compared.into_iter().zip(adjusted) {
            let (s, t) = (x * n_b, y * n_a);
            let right = match direction {
                Direction::First => s > t,
                Direction::Second => s < t,
                _ => true,
            };
            let apart = s.abs_diff(t) * 10 >= tenths * n_a * n_b;
            let grown = s.min(t) == 0 || s.max(t) * 10 >= growth * s.min(t);
            // Rounding may decide where a p-value lies on the limit.
            if (adjusted - limit).abs() < 1e-9 && limit < 1.0 {
                return Ok(());
            }
            if right && apart && grown && adjusted <= limit + 1e-9 {
                expected.insert(set, (x, y, p, adjusted));
            }
        }
        prop_assert_eq!(found.len(), expected.len());
        prop_assert!(column(&found, "p_value").is_sorted());
        let names = ["count_first", "count_second", "support_first", "support_second",
            "difference", "growth_rate", "odds_ratio", "p_value", "p_adjusted"];
        for set in found.iter() {
            let items: Set = set.ids().map(|id| match id {
                IdRef::Int(value) => value,
                IdRef::Str(_) => unreachable!(),
            }).collect();
            let &(x, y, p, adjusted) = &expected[&items];
            prop_assert_eq!(set.count(), x + y);
            let (x, y, n_a, n_b) = (x as f64, y as f64, n_a as f64, n_b as f64);
            let (s, t) = (x / n_a, y / n_b);
            let values = [x, y, s, t, s - t, s.max(t) / s.min(t),
                (x * (n_b - y)) / ((n_a - x) * y), p, adjusted];
            for (name, value) in names.into_iter().zip(values) {
                let got = set.value(name).unwrap();
                prop_assert!(
                    close(got, value) || (name == "difference" && (got - value).abs() < 1e-12),
                    "{} of {:?}: {} instead of {}", name, items, got, value
                );
            }
        }
        // Rules know the count of every subset in all baskets.
        let made = rules(&found, &RuleOptions::new(0.0), &Control::new()).unwrap();
        let all = brute(&[a, b].concat());
        for rule in made.iter() {
            let side: Set = rule.antecedent().ids().map(|id| match id.to_owned() {
                Id::Int(value) => value,
                Id::Str(_) => unreachable!(),
            }).collect();
            prop_assert_eq!(rule.counts().n_x, all[&side]);
        }
    }
}

#[test]
fn an_empty_group_and_odd_options_are_refused() {
    let some = Baskets::from_lists([vec![1, 2], vec![2]]).unwrap();
    let none = some.take(&[]).unwrap();
    let words = Baskets::from_lists([vec!["a"]]).unwrap();
    let control = Control::new();
    let options = ContrastOptions::new(MinSupport::Count(1));
    for (a, b, word) in [(&none, &some, "first"), (&some, &none, "second"), (&some, &words, "ids")]
    {
        let error = contrasts(a, b, &options, &control).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains(word), "{error}");
    }
    for (options, word) in [
        (options.clone().min_growth(0.9), "min_growth"),
        (options.clone().min_growth(f64::NAN), "min_growth"),
        (options.clone().min_difference(1.1), "min_difference"),
        (options.clone().max_p_value(-0.1), "max_p_value"),
        (options.clone().min_length(0), "min_length"),
        (options.clone().threads(0), "threads"),
    ] {
        let error = contrasts(&some, &some, &options, &control).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().starts_with(word), "{error}");
    }
    let error = contrasts(&some, &some, &options.clone().max_itemsets(2), &control).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    // What only one group has has grown without bound.
    let other = Baskets::from_lists([vec![3], vec![2]]).unwrap();
    let only = options.min_growth(f64::INFINITY);
    let found = contrasts(&some, &other, &only, &control).unwrap();
    assert_eq!(found.len(), 3);
}
