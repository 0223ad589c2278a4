//! Measures, significance and redundancy of rules: against values computed elsewhere, against
//! brute force, and against R's arules on real data.

use std::collections::{BTreeMap, BTreeSet};

use basketry::mine::{
    Correction, Counts, Kind, Measure, RedundancyOptions, Rule, SignificanceOptions,
};
use basketry::{
    Baskets, Control, ErrorKind, IdRef, ItemsetOptions, MinSupport, RuleOptions, Rules, itemsets,
    rules,
};
use proptest::prelude::*;

fn close(a: f64, b: f64, relative: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= relative * b.abs()
}

#[test]
fn values_agree_with_the_textbook_formulas() {
    let mut lines = include_str!("data/measures.csv").lines().filter(|line| !line.starts_with('#'));
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!(names.len(), 4 + Measure::ALL.len() - 2);
    let mut compared = 0;
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let count = |k: usize| cells[k].parse().unwrap();
        let counts = Counts { n: count(0), n_x: count(1), n_y: count(2), n_xy: count(3) };
        for (name, cell) in names.iter().zip(&cells).skip(4) {
            let measure: Measure = name.parse().unwrap();
            assert_eq!(measure.name(), *name);
            let (found, expected) = (measure.value(counts), cell.parse::<f64>().unwrap());
            // Where the value is a difference, a zero comes out as one.
            assert!(
                close(found, expected, 1e-12),
                "{name} of {counts:?}: {found:e}, expected {expected:e}"
            );
            compared += 1;
        }
    }
    assert_eq!(compared, 17 * 51);
}

fn mine(lists: &[Vec<i64>], min_count: u64, min_confidence: f64) -> Option<Rules> {
    let baskets = Baskets::from_lists(lists.iter().map(|list| list.iter().copied())).unwrap();
    let options = ItemsetOptions::new(MinSupport::Count(min_count));
    let sets = itemsets(&baskets, &options, &Control::new()).unwrap();
    let made = rules(&sets, &RuleOptions::new(min_confidence), &Control::new()).unwrap();
    (!made.is_empty()).then_some(made)
}

/// How many baskets hold all of these items.
fn count(lists: &[Vec<i64>], items: &[i64]) -> u64 {
    lists.iter().filter(|list| items.iter().all(|item| list.contains(item))).count() as u64
}

fn side<'a>(ids: impl Iterator<Item = IdRef<'a>>) -> Vec<i64> {
    ids.map(|id| match id {
        IdRef::Int(value) => value,
        IdRef::Str(_) => unreachable!("the ids are integers"),
    })
    .collect()
}

fn sides(rule: &Rule<'_>) -> (Vec<i64>, Vec<i64>) {
    (side(rule.antecedent().ids()), side(rule.consequent().ids()))
}

/// The counts with both and with the antecedent of every generalisation.
fn generalisations(lists: &[Vec<i64>], x: &[i64], y: &[i64]) -> Vec<(u64, u64)> {
    (0..(1u32 << x.len()) - 1)
        .map(|kept| {
            let z: Vec<i64> = (0..x.len()).filter(|k| kept >> k & 1 == 1).map(|k| x[k]).collect();
            (count(lists, &[&z, y].concat()), count(lists, &z))
        })
        .collect()
}

/// `P(X >= k)` as a sum of exact fractions.
fn fisher(counts: Counts) -> f64 {
    let choose = |n: u64, k: u64| -> u128 {
        if k > n { 0 } else { (0..k).fold(1, |c, i| c * u128::from(n - i) / u128::from(i + 1)) }
    };
    let Counts { n, n_x, n_y, n_xy } = counts;
    let sum: u128 = (n_xy..=n_x.min(n_y)).map(|k| choose(n_x, k) * choose(n - n_x, n_y - k)).sum();
    sum as f64 / choose(n, n_y) as f64
}

/// From the definitions, in quadratic time.
fn adjusted(p_values: &[f64], correction: Correction, tests: u64) -> Vec<f64> {
    let tests = tests as f64;
    let below = |p: f64| p_values.iter().filter(|&&q| q < p).count();
    let upto = |p: f64| p_values.iter().filter(|&&q| q <= p).count();
    let each = |&p: &f64| match correction {
        Correction::None => p,
        Correction::Bonferroni => f64::min(1.0, p * tests),
        // The largest corrected value among smaller p-values, of which ties share the first rank.
        Correction::Holm => p_values
            .iter()
            .filter(|&&q| q <= p)
            .map(|&q| f64::min(1.0, q * (tests - below(q) as f64)))
            .fold(0.0, f64::max),
        _ => p_values
            .iter()
            .filter(|&&q| q >= p)
            .map(|&q| q * tests / upto(q) as f64)
            .fold(1.0, f64::min),
    };
    p_values.iter().map(each).collect()
}

fn databases() -> impl Strategy<Value = Vec<Vec<i64>>> {
    let basket = |items: i64, longest: usize| prop::collection::vec(0..items, 0..=longest);
    prop_oneof![
        prop::collection::vec(basket(9, 5), 1..60),
        prop::collection::vec(basket(7, 14), 1..40),
        (prop::collection::vec(basket(6, 6), 1..30), 0i64..2).prop_map(|(mut lists, always)| {
            lists.iter_mut().for_each(|list| list.push(always));
            lists
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn generalisations_are_found(
        lists in databases(), min_count in 1u64..4, min_confidence in 0u32..=10,
        least in 0u32..=10,
    ) {
        let Some(made) = mine(&lists, min_count, f64::from(min_confidence) / 10.0) else {
            return Ok(());
        };
        let control = Control::new();
        let improvements: Vec<f64> = made.values(Measure::Improvement).collect();
        let boosts: Vec<f64> = made.values(Measure::Boost).collect();
        let least = f64::from(least) / 40.0;
        let (mut plain, mut strict, mut without_empty) = (vec![], vec![], vec![]);
        for (row, rule) in made.iter().enumerate() {
            let (x, y) = sides(&rule);
            let counts = rule.counts();
            let general = generalisations(&lists, &x, &y);
            let confidence = counts.n_xy as f64 / counts.n_x as f64;
            let best = general.iter().map(|&(zy, z)| zy as f64 / z as f64).fold(0.0, f64::max);
            prop_assert!((improvements[row] - (confidence - best)).abs() < 1e-14);
            prop_assert!(close(boosts[row], confidence / best, 1e-14));
            prop_assert_eq!(rule.value(Measure::Improvement), improvements[row]);
            let better = |&(zy, z): &(u64, u64)| counts.n_xy * z > zy * counts.n_x;
            if general.iter().all(better) {
                plain.push(row);
            }
            // The first is the empty antecedent.
            if general[1..].iter().all(better) {
                without_empty.push(row);
            }
            if improvements[row] > least {
                strict.push(row);
            }
        }
        let shown = |rules: Rules| rules.iter().map(|rule| sides(&rule)).collect::<Vec<_>>();
        let expected = |rows: &[usize]| shown(made.take(rows));
        let options = RedundancyOptions::new();
        let found = made.non_redundant(&options, &control).unwrap();
        prop_assert_eq!(shown(found), expected(&plain));
        prop_assert_eq!(shown(made.productive(None, &control).unwrap()), expected(&plain));
        let options = options.min_improvement(least);
        prop_assert_eq!(shown(made.non_redundant(&options, &control).unwrap()), expected(&strict));
        let options = RedundancyOptions::new().empty_antecedent(false);
        let found = made.non_redundant(&options, &control).unwrap();
        prop_assert_eq!(shown(found), expected(&without_empty));
    }

    #[test]
    fn p_values_and_corrections_follow_their_definitions(
        lists in databases(), min_count in 1u64..4, more in 0u64..50, percent in 0u32..=100,
    ) {
        let Some(made) = mine(&lists, min_count, 0.2) else { return Ok(()) };
        // The definitions take quadratic time.
        let some: Vec<usize> = (0..made.len()).step_by(made.len().div_ceil(100)).collect();
        let made = made.take(&some);
        let control = Control::new();
        let tests = made.len() as u64 + more;
        let alpha = f64::from(percent) / 100.0;
        let plain = made.p_values(Correction::None, None, &control).unwrap();
        for (rule, &p) in made.iter().zip(&plain) {
            prop_assert!(close(p, fisher(rule.counts()), 1e-13));
        }
        let productive: Vec<f64> = made
            .iter()
            .map(|rule| {
                let (x, y) = sides(&rule);
                (0..x.len())
                    .map(|skipped| {
                        let z: Vec<i64> =
                            (0..x.len()).filter(|&k| k != skipped).map(|k| x[k]).collect();
                        let (n, n_y) = (count(&lists, &z), count(&lists, &[&z[..], &y].concat()));
                        fisher(Counts { n, n_y, ..rule.counts() })
                    })
                    .fold(0.0, f64::max)
            })
            .collect();
        let improving: Vec<usize> = made
            .values(Measure::Improvement)
            .enumerate()
            .filter(|&(_, improvement)| improvement > 0.0)
            .map(|(row, _)| row)
            .collect();
        for correction in Correction::ALL {
            let found = made.p_values(correction, Some(tests), &control).unwrap();
            let expected = adjusted(&plain, correction, tests);
            for (&a, &b) in found.iter().zip(&expected) {
                prop_assert!(close(a, b, 1e-13), "{}: {} {}", correction, a, b);
            }
            let options = SignificanceOptions::new(alpha).correction(correction).tests(tests);
            let kept = made.significant(&options, &control).unwrap();
            prop_assert_eq!(kept.len(), found.iter().filter(|&&p| p <= alpha).count());

            let candidates: Vec<f64> = improving.iter().map(|&row| productive[row]).collect();
            let expected = adjusted(&candidates, correction, tests);
            let kept = made.productive(Some(&options), &control).unwrap();
            let surely = expected.iter().filter(|&&p| p <= alpha * (1.0 - 1e-12)).count();
            let maybe = expected.iter().filter(|&&p| p <= alpha * (1.0 + 1e-12)).count();
            prop_assert!((surely..=maybe).contains(&kept.len()));
        }
    }

    #[test]
    fn rules_are_sorted_by_any_measure_with_nan_last(
        lists in databases(), which in 0..Measure::ALL.len(), n in 0usize..20,
    ) {
        let Some(made) = mine(&lists, 1, 0.3) else { return Ok(()) };
        let measure = Measure::ALL[which];
        let down: Vec<f64> = made.sorted_by(measure).values(measure).collect();
        let up: Vec<f64> = made.sorted_ascending_by(measure).values(measure).collect();
        let numbers = down.iter().filter(|value| !value.is_nan()).count();
        prop_assert!(down[..numbers].windows(2).all(|pair| pair[0] >= pair[1]));
        prop_assert!(up[..numbers].windows(2).all(|pair| pair[0] <= pair[1]));
        prop_assert!(down[numbers..].iter().chain(&up[numbers..]).all(|value| value.is_nan()));
        let top: Vec<f64> = made.top(n, measure).values(measure).collect();
        prop_assert_eq!(top.len(), n.min(made.len()));
        prop_assert!(top.iter().zip(&down).all(|(&a, &b)| close(a, b, 0.0)));
        let least = down[numbers / 2];
        let kept = made.at_least(measure, least).len();
        prop_assert_eq!(kept, down.iter().filter(|&&value| value >= least).count());
    }
}

#[test]
fn long_antecedents_are_compared_with_all_their_subsets() {
    // Ten items whose subsets are all frequent, and enough noise that confidences differ.
    let lists: Vec<Vec<i64>> = (0..400u64)
        .map(|basket| {
            let bits = basket.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 50;
            (0..10).filter(|item| bits >> item & 1 == 0 || basket % 5 == 0).collect()
        })
        .collect();
    let made = mine(&lists, 60, 0.0).unwrap();
    let long: Vec<usize> = made
        .iter()
        .enumerate()
        .filter(|(_, rule)| rule.antecedent().items().len() >= 7)
        .map(|(row, _)| row)
        .step_by(97)
        .collect();
    assert!(long.len() > 10, "{}", long.len());
    let made = made.take(&long);
    for (rule, improvement) in made.iter().zip(made.values(Measure::Improvement)) {
        let (x, y) = sides(&rule);
        let counts = rule.counts();
        let best = generalisations(&lists, &x, &y)
            .iter()
            .map(|&(zy, z)| zy as f64 / z as f64)
            .fold(0.0, f64::max);
        assert!((improvement - (counts.n_xy as f64 / counts.n_x as f64 - best)).abs() < 1e-14);
    }
}

#[test]
fn bad_arguments_are_named() {
    let made = mine(&[vec![1, 2], vec![1, 2], vec![3]], 1, 0.0).unwrap();
    let control = Control::new();
    let significant = |options| made.significant(&options, &control).unwrap_err();
    for (error, expected) in [
        (significant(SignificanceOptions::new(-0.1)), "alpha: -0.1, expected a number from 0 to 1"),
        (significant(SignificanceOptions::new(f64::NAN)), "alpha: NaN"),
        (
            significant(SignificanceOptions::new(0.1).tests(1)),
            "tests: 1, expected at least the number of rules, which is 2",
        ),
        (
            made.productive(Some(&SignificanceOptions::new(2.0)), &control).unwrap_err(),
            "alpha: 2, expected",
        ),
        (
            made.non_redundant(&RedundancyOptions::new().min_improvement(-1.0), &control)
                .unwrap_err(),
            "min_improvement: -1, expected a number from 0 to 1",
        ),
        (
            made.with_measures(&[Measure::Lift, Measure::Phi, Measure::Lift]).unwrap_err(),
            "measures: lift comes up twice",
        ),
        ("hol".parse::<Correction>().unwrap_err(), "\"hol\" is not one of none, bonferroni, holm"),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains(expected), "{error}");
    }
    control.cancel();
    let error = made.significant(&SignificanceOptions::new(0.1), &control).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn what_compares_rules_says_what_it_lacks() {
    let baskets = Baskets::from_lists([vec![1i64, 2, 3], vec![1, 2, 3], vec![1], vec![2]]).unwrap();
    let control = Control::new();
    let options = ItemsetOptions::new(MinSupport::Count(1));
    let sets = itemsets(&baskets, &options, &control).unwrap();
    let options = RuleOptions::new(0.1);
    for (options, expected) in [
        (options.clone().at_least(Measure::Boost, 1.0), "at_least: boost compares a rule"),
        (options.clone().top(3, Measure::Improvement), "top: improvement compares a rule"),
    ] {
        let error = rules(&sets, &options, &control).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains(expected), "{error}");
    }

    let closed = ItemsetOptions::new(MinSupport::Count(1)).kind(Kind::Closed);
    let closed = itemsets(&baskets, &closed, &control).unwrap();
    let made = rules(&closed, &options, &control).unwrap();
    assert!(made.len() > 2 && made.values(Measure::Improvement).all(f64::is_nan));
    let error = made.non_redundant(&RedundancyOptions::new(), &control).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.to_string().contains("kind: it left out subsets"), "{error}");
}

#[test]
fn no_rules_are_no_trouble() {
    let none = mine(&[vec![1, 2], vec![1]], 1, 0.0).unwrap().take(&[]);
    let control = Control::new();
    assert!(none.p_values(Correction::Holm, None, &control).unwrap().is_empty());
    assert!(none.significant(&SignificanceOptions::new(0.5), &control).unwrap().is_empty());
    assert!(none.non_redundant(&RedundancyOptions::new(), &control).unwrap().is_empty());
    assert!(none.sorted_by(Measure::Boost).is_empty());
}

/// `{a,b}` of the file as a set of names. No name holds a comma.
fn names(text: &str) -> BTreeSet<String> {
    let inner = text.trim_start_matches('{').trim_end_matches('}');
    inner.split(',').map(str::to_owned).collect()
}

fn texts<'a>(ids: impl Iterator<Item = IdRef<'a>>) -> BTreeSet<String> {
    ids.map(|id| id.to_string().trim_matches('"').to_owned()).collect()
}

/// 1,500 rules of groceries at support 0.005 and confidence 0.1, as arules 1.7-11 measures them.
/// It saw no other rules.
#[test]
fn arules_gives_the_same_values() {
    let Some(folder) = std::env::var_os("BASKETRY_DATA") else {
        println!("skipped: BASKETRY_DATA does not name the folder of the data sets");
        return;
    };
    let folder = std::path::Path::new(&folder).join("groceries");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let items: Vec<String> = read("Groceries.items.txt").lines().map(str::to_owned).collect();
    let lists: Vec<Vec<&str>> = read("Groceries.dat")
        .lines()
        .map(|line| line.split_whitespace().map(|k| k.parse::<usize>().unwrap()).collect())
        .map(|list: Vec<usize>| list.into_iter().map(|k| items[k - 1].as_str()).collect())
        .collect();
    let control = Control::new();
    let baskets = Baskets::from_lists(lists).unwrap();
    let options = ItemsetOptions::new(MinSupport::Share(0.005));
    let sets = itemsets(&baskets, &options, &control).unwrap();
    let all = rules(&sets, &RuleOptions::new(0.1), &control).unwrap();
    let rows: BTreeMap<_, usize> = all
        .iter()
        .enumerate()
        .map(|(row, r)| ((texts(r.antecedent().ids()), texts(r.consequent().ids())), row))
        .collect();

    let mut reader = csv::Reader::from_path(folder.join("arules_measures.csv")).unwrap();
    let head: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let table: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(table.len(), 1500);
    let sample: Vec<usize> = table.iter().map(|r| rows[&(names(&r[0]), names(&r[1]))]).collect();
    let ours = all.take(&sample);

    // The most confident rule with fewer items in the antecedent, among those of the sample, and
    // among all that were mined.
    let most_confident = |rules: &Rules| -> Vec<f64> {
        let mut by_consequent: BTreeMap<&[u32], Vec<(&[u32], f64)>> = BTreeMap::new();
        for rule in rules.iter() {
            let others = by_consequent.entry(rule.consequent().items()).or_default();
            others.push((rule.antecedent().items(), rule.value(Measure::Confidence)));
        }
        let best = |rule: Rule<'_>| {
            let x = rule.antecedent().items();
            let more_general = |z: &[u32]| z.len() < x.len() && z.iter().all(|i| x.contains(i));
            let others = by_consequent.get(rule.consequent().items()).into_iter().flatten();
            others.filter(|(z, _)| more_general(z)).map(|&(_, c)| c).fold(0.0, f64::max)
        };
        ours.iter().map(best).collect()
    };
    let (among_sample, among_all) = (most_confident(&ours), most_confident(&all));

    for (column, name) in head.iter().enumerate() {
        if ["lhs", "rhs", "is.redundant", "is.significant.holm"].contains(&name.as_str()) {
            continue;
        }
        let values: Vec<f64> = ours.values(name.parse().unwrap()).collect();
        for (row, rule) in ours.iter().enumerate() {
            let theirs: f64 = table[row][column].replace("Inf", "inf").parse().unwrap();
            let Counts { n, n_x, n_y, n_xy } = rule.counts();
            let cells = rule.counts().table().unwrap().map(|count| count as f64);
            let [n11, n10, _, n00] = cells;
            let [n, x, y] = [n, n_x, n_y].map(|count| count as f64);
            let confidence = n_xy as f64 / x;
            // What arules computes where it departs from the formula it documents, or from ours.
            let expected = match name.as_str() {
                "casualConfidence" => 1.0 - n10 / n * (1.0 / x + 1.0 / y),
                "casualSupport" => (x + y - 2.0 * n10) / n,
                "collectiveStrength" => {
                    let kept = n11 * n00 / (x * y + (n - x) + (n - y));
                    kept * (n * n - x * y - (n - x) * (n - y)) / (n - n11 - n00)
                }
                "leastContradiction" => n11 / y,
                "boost" | "LIC" => confidence / among_sample[row],
                "improvement" => confidence - among_sample[row],
                _ => values[row],
            };
            // Twelve digits are printed.
            assert!(
                close(expected, theirs, 2e-11) || (expected - theirs).abs() < 1e-14,
                "{name} of {rule}: {expected}, arules has {theirs}"
            );
        }
    }

    // arules compares with the rules of the sample only; here all more general rules count.
    let confidences: Vec<f64> = ours.values(Measure::Confidence).collect();
    let improvements: Vec<f64> = ours.values(Measure::Improvement).collect();
    let boosts: Vec<f64> = ours.values(Measure::Boost).collect();
    let shares: Vec<f64> = ours.values(Measure::ConsequentSupport).collect();
    for row in 0..ours.len() {
        let best = among_all[row].max(shares[row]);
        let found = confidences[row] - improvements[row];
        // Rules below the least confidence were not mined.
        assert!((found - best).abs() < 1e-14 || (found > best && found < 0.1));
        assert!(close(boosts[row], confidences[row] / found, 1e-12));
    }
    let column = |name: &str| head.iter().position(|other| other == name).unwrap();
    let marked = |name: &str, row: usize| &table[row][column(name)] == "TRUE";
    let shown = |rules: Rules| rules.iter().map(|rule| rule.to_string()).collect::<Vec<_>>();
    let only = |keep: &dyn Fn(usize) -> bool| {
        shown(ours.take(&(0..ours.len()).filter(|&row| keep(row)).collect::<Vec<_>>()))
    };
    for (row, &best) in among_sample.iter().enumerate() {
        assert_eq!(marked("is.redundant", row), best >= confidences[row]);
    }
    let options = RedundancyOptions::new().empty_antecedent(false);
    let kept = shown(ours.non_redundant(&options, &control).unwrap());
    assert_eq!(kept, only(&|row| confidences[row] > among_all[row]));
    // Corrected for the 1,500 rules of the sample.
    let kept = ours.significant(&SignificanceOptions::new(0.01), &control).unwrap();
    assert_eq!(kept.len(), 1061);
    assert_eq!(shown(kept), only(&|row| marked("is.significant.holm", row)));
}
