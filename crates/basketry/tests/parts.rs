//! Counting given itemsets, and mining in parts: always what mining all baskets at once gives.

use std::collections::{BTreeSet, HashMap};

use arrow_array::RecordBatch;
use basketry::mine::{ItemsetCounts, candidates, count, itemsets_in_parts, update};
use basketry::{
    Baskets, Control, ErrorKind, Hierarchy, Id, IdRef, ItemsetOptions, Itemsets, MinSupport,
    RuleOptions, itemsets, rules, table_from_batch,
};
use proptest::prelude::*;

type Row = (Vec<Id>, u64);

fn rows(sets: &Itemsets) -> Vec<Row> {
    sets.iter().map(|set| (set.ids().map(IdRef::to_owned).collect(), set.count())).collect()
}

fn same(a: &Itemsets, b: &Itemsets) {
    assert_eq!(rows(a), rows(b));
    assert!(a.iter().zip(b.iter()).all(|(a, b)| a.items() == b.items()));
    assert_eq!((a.baskets(), a.min_count()), (b.baskets(), b.min_count()));
    assert!(a.ids().iter().eq(b.ids().iter()));
}

fn appended(parts: &[Baskets]) -> Baskets {
    let mut all = Baskets::from_lists(Vec::<Vec<i64>>::new()).unwrap();
    parts.iter().for_each(|part| all.append(part).unwrap());
    all
}

fn lists() -> impl Strategy<Value = Vec<Vec<i64>>> {
    prop_oneof![
        prop::collection::vec(prop::collection::vec(0i64..8, 0..6), 1..40),
        prop::collection::vec(prop::collection::vec(0i64..25, 0..5), 1..60),
    ]
}

fn support() -> impl Strategy<Value = MinSupport> {
    prop_oneof![
        (1u64..12).prop_map(MinSupport::Count),
        (1u32..=100).prop_map(|percent| MinSupport::Share(f64::from(percent) / 100.0)),
        (1u32..40, 0u32..40).prop_map(|(a, b)| MinSupport::Share(f64::from(a) / f64::from(a + b))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn given_itemsets_are_counted(
        first in lists(), second in lists(), min_count in 1u64..4, threads in 1usize..4,
    ) {
        let (first, second) = (
            Baskets::from_lists(first).unwrap(), Baskets::from_lists(second).unwrap(),
        );
        let control = Control::new();
        let sets =
            itemsets(&first, &ItemsetOptions::new(MinSupport::Count(min_count)), &control).unwrap();
        let sorted = sets.sorted_by("count").unwrap();
        for sets in [&sets, &sorted] {
            let counted = count(&second, sets, Some(threads), &control).unwrap();
            prop_assert_eq!(counted.baskets(), second.len() as u64);
            prop_assert_eq!(counted.len(), sets.len());
            for (set, counted) in sets.iter().zip(counted.iter()) {
                prop_assert!(set.ids().eq(counted.ids()));
                let ids: BTreeSet<IdRef<'_>> = set.ids().collect();
                let expected = (0..second.len())
                    .filter(|&b| ids.is_subset(&second.basket(b).collect()))
                    .count();
                prop_assert_eq!(counted.count(), expected as u64);
            }
        }
        // Every subset is there: rules can be made, of those that any basket holds.
        let counted = count(&second, &sets, None, &control).unwrap();
        let made = rules(&counted, &RuleOptions::new(0.0), &control).unwrap();
        prop_assert!(made.iter().all(|rule| rule.counts().n_xy > 0));
        let given = ItemsetCounts::from_lists(sets.iter().map(|s| s.ids().map(IdRef::to_owned)
            .collect::<Vec<_>>())).unwrap();
        let mut again = given.clone();
        again.add(&second, None, &control).unwrap();
        prop_assert_eq!(
            again.counts().to_vec(), counted.iter().map(|set| set.count()).collect::<Vec<_>>()
        );
    }

    #[test]
    fn any_partition_gives_the_same(
        lists in lists(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
        own_ids: bool,
        min_support in support(),
        min_length in 1usize..3,
        max_length in prop::option::of(2usize..4),
        seed in any::<u64>(),
        share_only: bool,
        by_table: bool,
    ) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(lists.len() + 1)).collect();
        cuts.extend([0, lists.len()]);
        cuts.sort_unstable();
        let all = Baskets::from_lists(lists.clone()).unwrap();
        let parts: Vec<Baskets> = cuts
            .windows(2)
            .map(|cut| match own_ids {
                true => Baskets::from_lists(lists[cut[0]..cut[1]].to_vec()).unwrap(),
                false => all.take(&(cut[0]..cut[1]).collect::<Vec<_>>()).unwrap(),
            })
            .collect();
        let mut options = ItemsetOptions::new(min_support).min_length(min_length);
        options.max_length = max_length;
        let control = Control::new();
        let expected = itemsets(&all, &options, &control).unwrap();
        same(&itemsets_in_parts(&parts, &options, &control).unwrap(), &expected);

        // The same by hand: unions and merges in any order and association.
        let total = match min_support {
            MinSupport::Share(_) if share_only => None,
            _ => Some(lists.len() as u64),
        };
        let mut mined: Vec<ItemsetCounts> = parts
            .iter()
            .map(|part| candidates(part, &options, total, &control).unwrap())
            .map(|mined| ItemsetCounts::union([&mined]).unwrap())
            .collect();
        let flat = ItemsetCounts::union(&mined).unwrap();
        let mut turn = seed;
        while mined.len() > 1 {
            turn = turn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let a = mined.swap_remove((turn >> 33) as usize % mined.len());
            let b = mined.swap_remove((turn >> 13) as usize % mined.len());
            mined.push(ItemsetCounts::union([&a, &b]).unwrap());
        }
        let union = &mined[0];
        prop_assert!(union.sets().eq(flat.sets()));
        prop_assert!(union.ids().iter().eq(flat.ids().iter()));
        // They may go elsewhere as tables, and come back as such.
        let sent = |counts: &ItemsetCounts| {
            ItemsetCounts::from_reader(counts.reader().unwrap(), &control).unwrap()
        };
        let mut counted: Vec<ItemsetCounts> = parts
            .iter()
            .map(|part| {
                let mut counts = if by_table { sent(union) } else { union.clone() };
                counts.add(part, None, &control).unwrap();
                if by_table { sent(&counts) } else { counts }
            })
            .collect();
        while counted.len() > 1 {
            turn = turn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let mut a = counted.swap_remove((turn >> 33) as usize % counted.len());
            let b = counted.swap_remove((turn >> 13) as usize % counted.len());
            a.merge(&b).unwrap();
            counted.push(a);
        }
        let merged = counted.pop().unwrap().with_ids(all.ids()).unwrap();
        same(&merged.frequent(&options).unwrap(), &expected);

        // Without metadata, as other systems leave it out.
        let bare = merged.reader().unwrap().map(|batch| {
            let batch = batch.unwrap();
            let schema = batch.schema().as_ref().clone().with_metadata(HashMap::<String, String>::new());
            RecordBatch::try_new(schema.into(), batch.columns().to_vec()).unwrap()
        });
        for batch in bare {
            let counts =
                ItemsetCounts::from_reader(table_from_batch(batch), &control).unwrap();
            prop_assert!(counts.frequent(&options).is_err());
            let n = lists.len() as u64;
            let counts = counts.of_all(n, expected.min_count()).unwrap();
            let counts = counts.with_ids(all.ids()).unwrap();
            let sets = counts.frequent(&options).unwrap();
            prop_assert_eq!(rows(&sets), rows(&expected));
        }
    }

    #[test]
    fn updates_give_the_same(
        old in lists(), new in lists(), min_support in support(), reserve in 0u64..4,
        max_length in prop::option::of(1usize..4), most in prop::option::of(1u64..30),
    ) {
        let control = Control::new();
        let mut options = ItemsetOptions::new(min_support);
        options.max_length = max_length;
        let mut baskets = Baskets::from_lists(old).unwrap();
        let mut first = options.clone();
        let before = min_support.count(baskets.len() as u64).unwrap();
        first.min_support = MinSupport::Count(before.saturating_sub(reserve).max(1));
        let sets = itemsets(&baskets, &first, &control).unwrap();
        baskets.append(&Baskets::from_lists(new).unwrap()).unwrap();
        if let Some(most) = most {
            options.max_itemsets = most;
        }
        match itemsets(&baskets, &options, &control) {
            Ok(expected) => same(&update(&baskets, &sets, &options, &control).unwrap(), &expected),
            Err(_) => {
                // It has no need to mine them all, and so may succeed.
                let _ = update(&baskets, &sets, &options, &control);
            }
        }
    }

    #[test]
    fn merging_sorts_what_comes_in_another_order(lists in lists(), rotate in 0usize..9) {
        let baskets = Baskets::from_lists(lists).unwrap();
        let control = Control::new();
        let sets: Vec<Vec<i64>> = vec![vec![1], vec![2, 3], vec![3], vec![1, 2, 4], vec![9]];
        let mut other = sets.clone();
        other.rotate_left(rotate % 5);
        let mut a = ItemsetCounts::from_lists(sets.clone()).unwrap();
        let mut b = ItemsetCounts::from_lists(other).unwrap();
        a.add(&baskets, None, &control).unwrap();
        b.add(&baskets, None, &control).unwrap();
        let mut ab = a.clone();
        ab.merge(&b).unwrap();
        let mut ba = b.clone();
        ba.merge(&a).unwrap();
        prop_assert!(ab.sets().eq(ba.sets()));
        prop_assert_eq!(ab.counts(), ba.counts());
        let of = |counts: &ItemsetCounts| counts.itemsets().unwrap();
        for set in &sets {
            let once = of(&a).count_of(set.iter().copied()).unwrap();
            prop_assert_eq!(of(&ab).count_of(set.iter().copied()), Some(2 * once));
        }
    }
}

#[test]
fn local_thresholds_are_integers() {
    let share = MinSupport::Share(0.1);
    assert_eq!(share.in_part(30, None).unwrap(), 3);
    assert_eq!(share.in_part(31, Some(62)).unwrap(), 4);
    assert_eq!(share.in_part(0, None).unwrap(), 1);
    // 7 of 100 is 7 %, so that a part of 50 needs 4.
    assert_eq!(MinSupport::Count(7).in_part(50, Some(100)).unwrap(), 4);
    assert_eq!(MinSupport::Count(u64::MAX).in_part(50, Some(50)).unwrap(), u64::MAX);
    for (support, part, total, word) in [
        (MinSupport::Count(7), 50, None, "total"),
        (MinSupport::Count(7), 50, Some(49), "total"),
        (MinSupport::Count(0), 50, Some(100), "min_support"),
        (MinSupport::Share(0.0), 50, None, "min_support"),
    ] {
        let error = support.in_part(part, total).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[test]
fn what_could_miss_itemsets_is_refused() {
    let control = Control::new();
    let baskets = Baskets::from_lists([vec![1, 2], vec![1], vec![1, 2, 3], vec![2]]).unwrap();
    let options = ItemsetOptions::new(MinSupport::Count(2));
    let mut given = ItemsetCounts::from_lists([[1], [2]]).unwrap();
    assert!(given.frequent(&options).unwrap_err().to_string().contains("no baskets"));
    given.add(&baskets, None, &control).unwrap();
    let error = given.frequent(&options).unwrap_err();
    assert!(error.to_string().contains("no candidates"), "{error}");

    let mut counts =
        candidates(&baskets, &options.clone().max_length(2), Some(4), &control).unwrap();
    counts.add(&baskets, None, &control).unwrap();
    let lower = ItemsetOptions::new(MinSupport::Count(1)).max_length(2);
    for (options, word) in [(&lower, "min_support"), (&options, "max_length")] {
        let error = counts.frequent(options).unwrap_err();
        assert!(error.to_string().starts_with(word), "{error}");
    }
    counts.add(&baskets, None, &control).unwrap();
    let error = counts.frequent(&options.clone().max_length(2)).unwrap_err();
    assert!(error.to_string().contains("8 baskets were counted"), "{error}");

    let sets = itemsets(&baskets, &options, &control).unwrap();
    let lower = ItemsetOptions::new(MinSupport::Count(1));
    let error = update(&baskets, &sets, &lower, &control).unwrap_err();
    assert!(error.to_string().starts_with("min_support"), "{error}");
    let some = sets.head(1);
    assert!(update(&baskets, &some, &options, &control).is_err());
    let fewer = baskets.take(&[0]).unwrap();
    assert!(update(&fewer, &sets, &options, &control).is_err());

    for lists in [vec![vec![]], vec![vec![1, 2], vec![2, 1]]] {
        let error = ItemsetCounts::from_lists(lists).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
    }
    let mut one = ItemsetCounts::from_lists([[1]]).unwrap();
    let error = one.merge(&ItemsetCounts::from_lists([[2]]).unwrap()).unwrap_err();
    assert!(error.to_string().contains("{1}"), "{error}");
    let words = ItemsetCounts::from_lists([["a"]]).unwrap();
    assert_eq!(one.merge(&words).unwrap_err().kind(), ErrorKind::Data);
    assert_eq!(one.len(), 1);
}

#[test]
fn appending_keeps_indices() {
    let mut a = Baskets::from_lists([vec!["x", "y"], vec![]]).unwrap();
    let b = Baskets::from_lists([vec!["z", "y", "x"]]).unwrap();
    a.append(&b).unwrap();
    assert_eq!(a.row(2), [0, 1, 2]);
    assert!(a.ids().iter().eq(["x", "y", "z"].map(IdRef::Str)));
    let error = a.append(&Baskets::from_lists([[1]]).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    assert_eq!(a.len(), 3);
    let customers = b.clone().with_customers([7]).unwrap();
    assert!(a.append(&customers).unwrap_err().to_string().contains("customers"));
    let mut both = customers.clone();
    both.append(&customers).unwrap();
    assert_eq!(both.customers(), Some(&[7, 7][..]));
    assert_eq!(both.take(&[1]).unwrap().customers(), Some(&[7][..]));
    assert!(both.take(&[2]).is_err());
    let mut none = appended(&[]);
    none.append(&both).unwrap();
    assert_eq!(none.len(), 2);
}

#[test]
fn selections_are_not_taken_for_all() {
    let control = Control::new();
    let lists: Vec<Vec<&str>> =
        (0..80).map(|b| [vec!["a", "b"], vec!["c"]][b % 2].clone()).collect();
    let baskets = Baskets::from_lists(lists).unwrap();
    let all = ItemsetOptions::new(MinSupport::Count(10));
    let kinds = Hierarchy::from_links([("a", "letter"), ("b", "letter")]).unwrap();
    let cases = [
        ("only_from", all.clone().only_from(["a"])),
        ("must_not_contain", all.clone().must_not_contain(["c"])),
        ("hierarchy", all.clone().hierarchy(kinds)),
    ];
    for (name, selection) in cases {
        let sets = itemsets(&baskets, &selection, &control).unwrap();
        let sets = Itemsets::from_bytes(&sets.to_bytes()).unwrap();
        let error = update(&baskets, &sets, &all, &control).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().starts_with("sets: expected all that were mined"), "{error}");
        assert!(error.to_string().contains(name), "{error}");

        let mut counts = ItemsetCounts::of(&sets);
        counts.add(&baskets, None, &control).unwrap();
        let error = counts.frequent(&all).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains("selection"), "{error}");
        // Every subset is there nevertheless, as rules need it.
        assert!(rules(&counts.itemsets().unwrap(), &RuleOptions::new(0.5), &control).is_ok());
    }

    let short = itemsets(&baskets, &all.clone().max_length(1), &control).unwrap();
    for longer in [all.clone(), all.clone().max_length(2)] {
        let error = update(&baskets, &short, &longer, &control).unwrap_err();
        assert!(error.to_string().starts_with("max_length"), "{error}");
    }
    assert_eq!(update(&baskets, &short, &all.max_length(1), &control).unwrap().len(), 3);
}
