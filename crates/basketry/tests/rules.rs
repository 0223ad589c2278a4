//! Every option of rules against brute force on small random databases.

use std::collections::BTreeSet;

use basketry::mine::{Consequents, Counts, Kind, Measure, Rule, Template, rules_with_baskets};
use basketry::{
    Baskets, Control, ErrorKind, Id, IdRef, ItemsetOptions, Itemsets, MinSupport, RuleOptions,
    Rules, itemsets, rules,
};
use proptest::prelude::*;

type Set = BTreeSet<i64>;

fn mine(baskets: &Baskets, options: &ItemsetOptions) -> Itemsets {
    itemsets(baskets, options, &Control::new()).unwrap()
}

fn numbers<'a>(ids: impl Iterator<Item = IdRef<'a>>) -> Set {
    ids.map(|id| match id {
        IdRef::Int(value) => value,
        IdRef::Str(_) => unreachable!("the ids are integers"),
    })
    .collect()
}

/// A rule, what it rests on, and its customers.
type Row = (Set, Set, Counts, Option<u64>);

fn row(rule: Rule<'_>) -> Row {
    let (x, y) = (rule.antecedent(), rule.consequent());
    assert_eq!((x.count(), y.count()), (rule.counts().n_x, rule.counts().n_y));
    (numbers(x.ids()), numbers(y.ids()), rule.counts(), rule.customers())
}

fn rows(rules: &Rules) -> Vec<Row> {
    rules.iter().map(row).collect()
}

fn holding(lists: &[Vec<i64>], set: &Set) -> Vec<usize> {
    let holds = |list: &Vec<i64>| set.iter().all(|item| list.contains(item));
    (0..lists.len()).filter(|&b| holds(&lists[b])).collect()
}

/// All rules of the given itemsets, by counting them one by one, in the order that is documented:
/// that of the itemsets, then of the consequents.
fn brute(
    lists: &[Vec<i64>],
    ids: &basketry::Ids,
    sets: &[Set],
    options: &RuleOptions,
    percent: u64,
    buyers: Option<&[u32]>,
) -> Vec<Row> {
    let count = |set: &Set| holding(lists, set).len() as u64;
    let mut found = Vec::new();
    for whole in sets {
        // By index, as consequents are compared.
        let mut items: Vec<i64> = whole.iter().copied().collect();
        items.sort_by_key(|&item| ids.find(item).unwrap());
        let n_xy = count(whole);
        let customers = buyers.map(|buyers| {
            let distinct: BTreeSet<u32> =
                holding(lists, whole).into_iter().map(|basket| buyers[basket]).collect();
            distinct.len() as u64
        });
        if customers.is_some_and(|customers| customers < options.min_customers.into()) {
            continue;
        }
        let mut splits: Vec<Vec<usize>> = (1u32..(1 << items.len()) - 1)
            .map(|mask| (0..items.len()).filter(|k| mask >> k & 1 == 1).collect())
            .collect();
        splits.sort();
        for split in splits {
            let y: Set = split.iter().map(|&k| items[k]).collect();
            let x: Set = whole.difference(&y).copied().collect();
            let counts = Counts { n: lists.len() as u64, n_x: count(&x), n_y: count(&y), n_xy };
            let wanted = n_xy * 100 >= percent * counts.n_x
                && (options.consequents == Consequents::Any || y.len() == 1)
                && fits(&options.antecedent, &x)
                && fits(&options.consequent, &y)
                && options.at_least.iter().all(|(measure, least)| measure.value(counts) >= *least);
            if wanted {
                found.push((x, y, counts, customers));
            }
        }
    }
    if let Some((n, measure)) = options.top {
        found.sort_by(|a, b| measure.value(b.2).partial_cmp(&measure.value(a.2)).unwrap());
        found.truncate(n);
    }
    found
}

fn fits(template: &Template, side: &Set) -> bool {
    let set = |ids: &[Id]| numbers(ids.iter().map(Id::as_ref));
    side.len() >= template.min_length
        && template.max_length.is_none_or(|max| side.len() <= max)
        && template.only_from.as_ref().is_none_or(|only| side.is_subset(&set(only)))
        && set(&template.must_contain).is_subset(side)
        && set(&template.must_not_contain).is_disjoint(side)
        && template.must_contain_any.as_ref().is_none_or(|any| !set(any).is_disjoint(side))
}

fn databases() -> impl Strategy<Value = Vec<Vec<i64>>> {
    let basket = |items: i64, longest: usize| prop::collection::vec(0..items, 0..=longest);
    prop_oneof![
        prop::collection::vec(basket(10, 5), 1..50),
        prop::collection::vec(basket(6, 12), 1..40),
        (prop::collection::vec(basket(5, 6), 1..30), 100i64..102).prop_map(
            |(mut lists, always)| {
                lists.iter_mut().for_each(|list| list.push(always));
                lists
            }
        ),
    ]
}

fn templates() -> impl Strategy<Value = Template> {
    let items = || prop::collection::vec(0i64..11, 0..5);
    let no = |p| prop::bool::weighted(1.0 - p);
    (
        (no(0.3), items()),
        (no(0.3), 0i64..11),
        (no(0.3), items()),
        (no(0.3), items()),
        (no(0.3), 1usize..3, 0usize..3),
    )
        .prop_map(|(only, must, any, not, lengths)| {
            let mut template = Template::any();
            if !only.0 {
                template.only_from = Some(only.1.into_iter().map(Id::Int).collect());
            }
            if !must.0 {
                template = template.must_contain([must.1]);
            }
            if !any.0 {
                template = template.must_contain_any(any.1);
            }
            if !not.0 {
                let not = not.1.into_iter().filter(|&item| must.0 || item != must.1);
                template = template.must_not_contain(not);
            }
            if !lengths.0 {
                template = template.min_length(lengths.1).max_length(lengths.1 + lengths.2);
            }
            template
        })
}

/// Options and the percents of their least confidence.
fn options() -> impl Strategy<Value = (RuleOptions, u64)> {
    let measure = || {
        prop::sample::select(vec![
            Measure::Support,
            Measure::Confidence,
            Measure::Lift,
            Measure::Leverage,
            Measure::Conviction,
            Measure::Jaccard,
        ])
    };
    (
        prop_oneof![Just(0u64), 1u64..=100],
        prop::bool::weighted(0.3),
        prop_oneof![Just(Template::any()), templates()],
        prop_oneof![Just(Template::any()), templates()],
        prop::collection::vec((measure(), 0.0..1.5f64), 0..2),
        prop::option::of((1usize..20, measure())),
        1usize..4,
    )
        .prop_map(|(percent, single, antecedent, consequent, at_least, top, threads)| {
            let mut options = RuleOptions::new(percent as f64 / 100.0)
                .consequents(if single { Consequents::Single } else { Consequents::Any })
                .antecedent(antecedent)
                .consequent(consequent)
                .threads(threads);
            options.at_least = at_least;
            options.top = top;
            if single && options.consequent.min_length > 1 {
                options.consequents = Consequents::Any;
            }
            (options, percent)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn every_option_equals_brute_force(
        lists in databases(), min_count in 1u64..5, (options, percent) in options(),
    ) {
        let baskets = Baskets::from_lists(lists.clone()).unwrap();
        let sets = mine(&baskets, &ItemsetOptions::new(MinSupport::Count(min_count)).max_length(5));
        let wholes: Vec<Set> = sets.iter().map(|set| numbers(set.ids())).collect();
        let expected = brute(&lists, baskets.ids(), &wholes, &options, percent, None);
        let made = rules(&sets, &options, &Control::new()).unwrap();
        prop_assert_eq!(rows(&made), expected);
    }

    #[test]
    fn views_and_missing_subsets_equal_brute_force(
        lists in databases(), min_count in 1u64..4, (mut options, percent) in options(),
        least in 2usize..5, some in 0usize..40, buyers in 1u32..9, min_customers in 0u32..4,
    ) {
        let buyers: Vec<u32> =
            (0..lists.len() as u32).map(|b| b.wrapping_mul(2_654_435_761) % buyers).collect();
        let baskets = Baskets::from_lists(lists.clone()).unwrap();
        let baskets = baskets.with_customers(buyers.clone()).unwrap();
        options.min_customers = min_customers;
        let mining = ItemsetOptions::new(MinSupport::Count(min_count)).max_length(5);
        let all = mine(&baskets, &mining);
        let long = mine(&baskets, &mining.clone().min_length(least));
        // In any order, and some twice.
        let chosen: Vec<usize> =
            (0..some.min(all.len())).map(|k| (k * 7 + k / 3) % all.len()).collect();
        let mut every = vec![all.take(&chosen), long];
        for kind in [Kind::Closed, Kind::Maximal, Kind::Generators] {
            every.push(mine(&baskets, &mining.clone().kind(kind)));
            every.push(mine(&baskets, &mining.clone().kind(kind).min_length(least)));
        }
        for sets in &every {
            let wholes: Vec<Set> = sets.iter().map(|set| numbers(set.ids())).collect();
            let expected =
                brute(&lists, baskets.ids(), &wholes, &options, percent, Some(&buyers));
            let made = rules_with_baskets(sets, &baskets, &options, &Control::new()).unwrap();
            prop_assert!(made.knows_customers());
            prop_assert_eq!(rows(&made), expected);
        }
        // Closed sets and generators tell the counts of what they leave out.
        options.min_customers = 0;
        for kind in [Kind::Closed, Kind::Generators] {
            let sets = mine(&baskets, &mining.clone().kind(kind));
            let wholes: Vec<Set> = sets.iter().map(|set| numbers(set.ids())).collect();
            let expected = brute(&lists, baskets.ids(), &wholes, &options, percent, None);
            let made = rules(&sets, &options, &Control::new()).unwrap();
            prop_assert_eq!(rows(&made), expected);
        }
    }
}

/// Enough itemsets to be shared among threads.
#[test]
fn threads_change_nothing() {
    let mut state = 7u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state >> 33
    };
    let lists: Vec<Vec<i64>> =
        (0..3_000).map(|_| (0..11).filter(|_| next() % 10 < 6).collect()).collect();
    let buyers: Vec<u32> = (0..3_000).map(|b| b % 700).collect();
    let baskets = Baskets::from_lists(lists).unwrap().with_customers(buyers).unwrap();
    let sets = mine(&baskets, &ItemsetOptions::new(MinSupport::Count(2)));
    assert!(sets.len() > 1_500, "{}", sets.len());
    for options in [
        RuleOptions::new(0.05),
        RuleOptions::new(0.0).top(5_000, Measure::Lift),
        RuleOptions::new(0.0).consequent(Template::any().must_contain([3i64])).min_customers(50),
    ] {
        let make = |threads| {
            let options = options.clone().threads(threads);
            let made = rules_with_baskets(&sets, &baskets, &options, &Control::new()).unwrap();
            made.to_record_batch().unwrap()
        };
        let one = make(1);
        assert!(one.num_rows() > 500, "{}", one.num_rows());
        assert_eq!(one, make(2));
        assert_eq!(one, make(5));
    }
}

#[test]
fn the_top_takes_no_more_memory_than_it_has() {
    let wide: Vec<i64> = (0..18).collect();
    let baskets = Baskets::from_lists([wide.clone(), wide]).unwrap();
    let sets = mine(&baskets, &ItemsetOptions::new(MinSupport::Count(2)).max_length(9));
    // Tens of millions of splits.
    let some = sets.with_length(8..).head(20_000);
    let options = RuleOptions::new(0.0).top(3, Measure::Lift).max_rules(3);
    let made = rules(&some, &options, &Control::new()).unwrap();
    assert_eq!(made.len(), 3);
    // All are alike, so the first come first.
    let first = rules(&some.head(1), &RuleOptions::new(0.0), &Control::new()).unwrap();
    assert_eq!(rows(&made), rows(&first)[..3]);
    for threads in [1, 3] {
        let options = RuleOptions::new(0.0).top(4, Measure::Lift).max_rules(3).threads(threads);
        let error = rules(&some, &options, &Control::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
    }
}

#[test]
fn what_cannot_be_done_is_named() {
    let baskets = Baskets::from_lists([vec!["a", "b"], vec!["a", "c"]]).unwrap();
    let one = ItemsetOptions::new(MinSupport::Count(1));
    let sets = mine(&baskets, &one);
    let plain = RuleOptions::new(0.5);
    let any = Template::any;
    let cases = [
        ("antecedent: a min_length of 0", plain.clone().antecedent(any().min_length(0))),
        (
            "consequent: a max_length of 1",
            plain.clone().consequent(any().min_length(2).max_length(1)),
        ),
        ("antecedent: only_from: 7 is not", plain.clone().antecedent(Template::only_from([7i64]))),
        (
            "consequent: \"a\" is in must_contain and",
            plain.clone().consequent(any().must_contain(["a"]).must_not_contain(["a"])),
        ),
        (
            "consequent: a min_length of 2",
            plain.clone().consequents(Consequents::Single).consequent(any().min_length(2)),
        ),
        ("at_least: lift", plain.clone().at_least(Measure::Lift, f64::NAN)),
        ("threads: 0", plain.clone().threads(0)),
        ("min_customers: 2", plain.clone().min_customers(2)),
    ];
    for (text, options) in cases {
        for made in [
            rules(&sets, &options, &Control::new()),
            rules_with_baskets(&sets, &baskets, &options, &Control::new()),
        ] {
            let error = made.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
            assert!(error.to_string().starts_with(text), "{error}");
        }
    }
    let pairs = mine(&baskets, &one.min_length(2));
    let error = rules(&pairs, &plain, &Control::new()).unwrap_err();
    assert!(error.to_string().starts_with("min_length: "), "{error}");
    let maximal = mine(&baskets, &ItemsetOptions::new(MinSupport::Count(1)).kind(Kind::Maximal));
    let error = rules(&maximal, &plain, &Control::new()).unwrap_err();
    assert!(error.to_string().starts_with("kind: "), "{error}");
    for other in [vec![vec!["a", "b"]], vec![vec!["a", "b"], vec!["a", "d"]]] {
        let other = Baskets::from_lists(other).unwrap();
        let error = rules_with_baskets(&pairs, &other, &plain, &Control::new()).unwrap_err();
        assert!(error.to_string().starts_with("baskets: "), "{error}");
    }
    let error = baskets.with_customers(vec![1]).unwrap_err();
    assert!(error.to_string().starts_with("customers: expected 2"), "{error}");
}

#[test]
fn long_itemsets_are_split_as_far_as_they_can_be() {
    let wide: Vec<i64> = (0..64).collect();
    let baskets = Baskets::from_lists([wide.clone(), wide.clone(), vec![1, 2, 3]]).unwrap();
    let mining = ItemsetOptions::new(MinSupport::Count(2)).max_length(3);
    let triples = mine(&baskets, &mining.min_length(3));
    let options = RuleOptions::new(1.0).consequents(Consequents::Single);
    let made = rules_with_baskets(&triples, &baskets, &options, &Control::new()).unwrap();
    // Only {1, 2, 3} is more frequent than what it is part of.
    let count = made.iter().map(|rule| rule.counts().n_x).max();
    assert_eq!((made.len(), count), (3 * triples.len() - 3 * 61, Some(3)));
}
