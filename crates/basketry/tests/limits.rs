//! Limits: what comes out is exact, or an error that says which limit it was.

use std::time::Duration;

use basketry::mine::{Limit, OnLimit};
use basketry::{Baskets, Control, ErrorKind, ItemsetOptions, Itemsets, MinSupport, itemsets};
use proptest::prelude::*;

fn mine(baskets: &Baskets, options: &ItemsetOptions) -> basketry::Result<Itemsets> {
    itemsets(baskets, options, &Control::new())
}

fn rows(sets: &Itemsets) -> Vec<(Vec<u32>, u64)> {
    sets.iter().map(|set| (set.items().to_vec(), set.count())).collect()
}

fn lists() -> impl Strategy<Value = Vec<Vec<i64>>> {
    prop::collection::vec(prop::collection::vec(0i64..9, 0..8), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn what_fits_is_all_there_is_at_the_least_count_that_fits(
        lists in lists(), min_count in 1u64..5, most in 0u64..120, threads in 1usize..3,
    ) {
        let baskets = Baskets::from_lists(lists).unwrap();
        let options = |count| ItemsetOptions::new(MinSupport::Count(count)).threads(threads);
        let all = mine(&baskets, &options(min_count)).unwrap();
        let limited = options(min_count).max_itemsets(most).on_limit(OnLimit::Partial);
        let part = mine(&baskets, &limited).unwrap();
        prop_assert!(part.len() as u64 <= most);
        let count = part.min_count();
        prop_assert_eq!(rows(&part), rows(&mine(&baskets, &options(count)).unwrap()));
        prop_assert_eq!(part.raised().is_none(), all.len() as u64 <= most);
        if let Some(raised) = part.raised() {
            prop_assert_eq!((raised.asked, raised.limit), (min_count, Limit::Itemsets));
            prop_assert!(count > min_count);
            let more = mine(&baskets, &options(count - 1)).unwrap();
            prop_assert!(more.len() as u64 > most);
            let error = mine(&baskets, &options(min_count).max_itemsets(most)).unwrap_err();
            prop_assert_eq!(error.kind(), ErrorKind::Limit);
            if let Some((_, hint)) = error.to_string().split_once("In at least ") {
                let (count, rest) = hint.split_once(" baskets there are ").unwrap();
                let sets = mine(&baskets, &options(count.parse().unwrap())).unwrap();
                prop_assert_eq!(sets.len(), rest.parse::<usize>().unwrap());
            }
        }
    }

    #[test]
    fn any_time_gives_something_exact(lists in lists(), micros in 0u64..2000) {
        let baskets = Baskets::from_lists(lists).unwrap();
        let options = ItemsetOptions::new(MinSupport::Count(1));
        let limited =
            options.clone().max_time(Duration::from_micros(micros)).on_limit(OnLimit::Partial);
        match mine(&baskets, &limited) {
            Ok(part) => {
                let same = ItemsetOptions::new(MinSupport::Count(part.min_count()));
                prop_assert_eq!(rows(&part), rows(&mine(&baskets, &same).unwrap()));
                if let Some(raised) = part.raised() {
                    prop_assert_eq!((raised.asked, raised.limit), (1, Limit::Time));
                }
            }
            Err(error) => {
                prop_assert_eq!(error.kind(), ErrorKind::Limit);
                prop_assert!(error.to_string().starts_with("max_time"), "{}", error);
            }
        }
    }
}

/// Baskets of a few items each, and some that hold 100,000.
fn with_huge(huge: usize) -> Baskets {
    let mut lists: Vec<Vec<i64>> =
        (0..2000i64).map(|b| vec![b % 7, 10 + b % 11, 30 + b % 13]).collect();
    lists.extend(std::iter::repeat_n((0..100_000).collect(), huge));
    Baskets::from_lists(lists).unwrap()
}

#[test]
fn one_huge_basket_does_no_harm() {
    let baskets = with_huge(1);
    let sets = mine(&baskets, &ItemsetOptions::new(MinSupport::Count(2))).unwrap();
    assert_eq!(sets.count_of([0, 10, 30]), Some(3));
    // Every subset of it is in one basket.
    let options = ItemsetOptions::new(MinSupport::Count(1)).max_itemsets(1_000_000);
    let error = mine(&baskets, &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.to_string().contains("In at least 4 baskets there are "), "{error}");
    let part = mine(&baskets, &options.on_limit(OnLimit::Partial)).unwrap();
    assert_eq!(part.min_count(), 2);
    assert_eq!(rows(&part), rows(&sets));
}

#[test]
fn two_huge_baskets_reach_a_limit_soon() {
    let baskets = with_huge(2);
    let options = ItemsetOptions::new(MinSupport::Count(2)).max_itemsets(1_000_000);
    let error = mine(&baskets, &options).unwrap_err();
    assert!(error.to_string().contains("max_itemsets"), "{error}");
    let memory = ItemsetOptions::new(MinSupport::Count(2)).max_memory(60 << 20).threads(2);
    let error = mine(&baskets, &memory).unwrap_err();
    assert!(error.to_string().starts_with("max_memory: more than 62914560 bytes"), "{error}");
    let part = mine(&baskets, &memory.on_limit(OnLimit::Partial)).unwrap();
    assert_eq!(part.raised().unwrap().limit, Limit::Memory);
    assert_eq!(part.min_count(), 3);
}

#[test]
fn odd_limits_are_refused_or_met() {
    let baskets = Baskets::from_lists([[1, 2]]).unwrap();
    let options = ItemsetOptions::new(MinSupport::Count(1));
    for threads in [0, 1_000_000_000] {
        let error = mine(&baskets, &options.clone().threads(threads)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().starts_with(&format!("threads: {threads}, ")), "{error}");
    }
    let forever = options.clone().max_time(Duration::MAX).max_memory(u64::MAX);
    assert_eq!(mine(&baskets, &forever).unwrap().len(), 3);
    let error = mine(&baskets, &options.max_time(Duration::ZERO)).unwrap_err();
    assert!(error.to_string().starts_with("max_time: not done after 0 s"), "{error}");
}
