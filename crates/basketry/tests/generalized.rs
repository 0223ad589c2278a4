//! Hierarchies, and least supports of single items, against brute force on small random databases.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use basketry::mine::{Itemset, Kind};
use basketry::{
    Baskets, CatalogBuilder, CatalogOptions, Control, ErrorKind, Hierarchy, Id, ItemsetOptions,
    Itemsets, MinSupport, Product, RuleOptions, itemsets, rules, table_from_batch,
};
use proptest::prelude::*;

type Set = BTreeSet<Id>;

fn mine(baskets: &Baskets, options: &ItemsetOptions) -> Itemsets {
    itemsets(baskets, options, &Control::new()).unwrap()
}

fn found(sets: &Itemsets) -> BTreeMap<Set, u64> {
    let found: BTreeMap<Set, u64> =
        sets.iter().map(|set| (set.ids().map(|id| id.to_owned()).collect(), set.count())).collect();
    assert_eq!(found.len(), sets.len(), "an itemset was reported twice");
    found
}

/// All subsets of all baskets, counted.
fn brute(lists: &[Set]) -> BTreeMap<Set, u64> {
    let mut counts = BTreeMap::new();
    for list in lists {
        let items: Vec<&Id> = list.iter().collect();
        for mask in 1u32..1 << items.len() {
            let subset = (0..items.len()).filter(|&k| mask >> k & 1 == 1);
            *counts.entry(subset.map(|k| items[k].clone()).collect()).or_insert(0) += 1;
        }
    }
    counts
}

/// Parents of each number, all of them larger, so that there are no circles.
type Links = Vec<(i64, i64)>;

fn links() -> impl Strategy<Value = Links> {
    prop::collection::vec((0i64..9, 1i64..6), 0..10)
        .prop_map(|links| links.into_iter().map(|(child, more)| (child, child + more)).collect())
}

fn ancestors(links: &Links, item: i64) -> BTreeSet<i64> {
    let mut all = BTreeSet::new();
    for &(_, parent) in links.iter().filter(|(child, _)| *child == item) {
        all.insert(parent);
        all.extend(ancestors(links, parent));
    }
    all
}

fn int(items: impl IntoIterator<Item = i64>) -> Set {
    items.into_iter().map(Id::Int).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn an_itemset_reaches_the_smallest_least_support_of_its_items(
        lists in prop::collection::vec(prop::collection::vec(0i64..9, 0..9), 1..50),
        given in prop::collection::btree_map(0i64..12, 1u64..20, 0..8), general in 1u64..15,
        with in prop::collection::btree_set(0i64..9, 0..3), top in prop::option::of(1u64..50),
        min in 1usize..3, threads in 1usize..3,
    ) {
        let baskets = Baskets::from_lists(lists.clone()).unwrap();
        let mut options = ItemsetOptions::new(MinSupport::Count(general))
            .item_min_support(given.iter().map(|(&id, &count)| (id, MinSupport::Count(count))))
            .must_contain(with.iter().copied())
            .min_length(min)
            .threads(threads);
        let least = |set: &Set| {
            let of = |id: &Id| match id {
                Id::Int(id) => given.get(id).copied().unwrap_or(general),
                Id::Str(_) => unreachable!(),
            };
            set.iter().map(of).min().unwrap()
        };
        let lists: Vec<Set> = lists.into_iter().map(int).collect();
        let mut expected = brute(&lists);
        expected.retain(|set, count| {
            *count >= least(set) && set.len() >= min && int(with.iter().copied()).is_subset(set)
        });
        let sets = mine(&baskets, &options);
        prop_assert_eq!(&found(&sets), &expected);
        // In the order of the itemsets that would be there at one support.
        let smallest = *given.values().min().unwrap_or(&general).min(&general);
        let all = mine(&baskets, &ItemsetOptions::new(MinSupport::Count(smallest)));
        let order: Vec<Vec<u32>> = all
            .iter()
            .filter(|set| expected.contains_key(&set.ids().map(|id| id.to_owned()).collect::<Set>()))
            .map(|set| set.items().to_vec())
            .collect();
        let rows: Vec<Vec<u32>> = sets.iter().map(|set| set.items().to_vec()).collect();
        prop_assert_eq!(rows, order);
        if let Some(top) = top {
            options.top = Some(top);
            let best = mine(&baskets, &options);
            let sorted = sets.sorted_by("support").unwrap().head(top as usize);
            let rows = |sets: &Itemsets| -> Vec<(Vec<u32>, u64)> {
                sets.iter().map(|set| (set.items().to_vec(), set.count())).collect()
            };
            prop_assert_eq!(rows(&best), rows(&sorted));
        }
    }

    #[test]
    fn items_and_categories_are_mined_without_trivial_combinations(
        lists in prop::collection::vec(prop::collection::vec(0i64..8, 0..5), 1..40),
        links in links(), min_count in 1u64..8, max in prop::option::of(1usize..5),
        least in prop::option::of((0i64..12, 1u64..12)), with in prop::option::of(0i64..12),
        levels in prop::option::of(prop::collection::btree_set(0usize..4, 1..3)),
        top in prop::option::of(1u64..60), threads in 1usize..3,
    ) {
        let baskets = Baskets::from_lists(lists.clone()).unwrap();
        let mut hierarchy = Hierarchy::from_links(links.clone()).unwrap();
        let names: Vec<String> = hierarchy.levels().map(str::to_owned).collect();
        let chosen = levels.map(|levels| -> Vec<&str> {
            names.iter().enumerate().filter(|(k, _)| levels.contains(k)).map(|(_, n)| &**n).collect()
        });
        if let Some(chosen) = chosen.as_ref().filter(|chosen| !chosen.is_empty()) {
            hierarchy = hierarchy.only(chosen.iter().copied()).unwrap();
        }
        let takes_part = |id: i64| {
            let level = hierarchy.level_of(id).unwrap_or("item");
            hierarchy.levels().any(|name| name == level)
        };
        let known = links.iter().flat_map(|&(a, b)| [a, b]).collect::<BTreeSet<i64>>();
        let seen = lists.iter().flatten().copied().collect::<BTreeSet<i64>>();
        prop_assume!(known.is_empty() || seen.is_empty() || !known.is_disjoint(&seen));

        let mut options = ItemsetOptions::new(MinSupport::Count(min_count))
            .hierarchy(hierarchy.clone())
            .item_min_support(least.map(|(id, count)| (id, MinSupport::Count(count))))
            .must_contain(with)
            .threads(threads);
        options.max_length = max;
        let extended: Vec<Set> = lists
            .iter()
            .map(|list| {
                let all = list.iter().flat_map(|&id| ancestors(&links, id).into_iter().chain([id]));
                int(all.filter(|&id| takes_part(id)))
            })
            .collect();
        let value = |id: &Id| match id {
            Id::Int(id) => *id,
            Id::Str(_) => unreachable!(),
        };
        let mut expected = brute(&extended);
        expected.retain(|set, count| {
            let own = |id: &Id| match least {
                Some((item, count)) if item == value(id) => count,
                _ => min_count,
            };
            *count >= set.iter().map(own).min().unwrap()
                && max.is_none_or(|max| set.len() <= max)
                && with.is_none_or(|with| set.contains(&Id::Int(with)))
                && !set.iter().any(|id| {
                    ancestors(&links, value(id)).iter().any(|&above| set.contains(&Id::Int(above)))
                })
        });
        let sets = mine(&baskets, &options);
        prop_assert_eq!(&found(&sets), &expected);
        if least.is_none() && with.is_none() {
            // Every subset is there.
            let made = rules(&sets, &RuleOptions::new(0.0), &Control::new()).unwrap();
            let splits: usize = sets.iter().map(|set| (1 << set.len()) - 2).sum();
            prop_assert_eq!(made.len(), splits);
        }
        if let Some(top) = top {
            let best = mine(&baskets, &options.top(top));
            let sorted = sets.sorted_by("support").unwrap().head(top as usize);
            prop_assert_eq!(found(&best), found(&sorted));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn closed_and_maximal_itemsets_of_a_hierarchy_say_what_is_most_specific(
        lists in prop::collection::vec(prop::collection::vec(0i64..8, 0..5), 1..30),
        links in links(), min_count in 1u64..8, min in 1usize..3,
        max in prop::option::of(2usize..5), top in prop::option::of(1u64..40),
        kind in prop::sample::select(vec![Kind::All, Kind::Closed, Kind::Maximal]),
        quarters in prop::option::of(prop::collection::vec(1u64..12, 30)),
        without in prop::option::of(0i64..12), threads in 1usize..3,
    ) {
        let known = links.iter().flat_map(|&(a, b)| [a, b]).collect::<BTreeSet<i64>>();
        let seen = lists.iter().flatten().copied().collect::<BTreeSet<i64>>();
        prop_assume!(known.is_empty() || seen.is_empty() || !known.is_disjoint(&seen));
        let mut baskets = Baskets::from_lists(lists.clone()).unwrap();
        let unit = if quarters.is_some() { 4 } else { 1 };
        let weights: Vec<u64> = quarters.unwrap_or_else(|| vec![1; 30]);
        if unit == 4 {
            let of: Vec<f64> = weights.iter().map(|&w| w as f64 / 4.0).take(lists.len()).collect();
            baskets = baskets.with_weights(&of).unwrap();
        }
        let mut options = ItemsetOptions::new(MinSupport::Count(min_count))
            .hierarchy(Hierarchy::from_links(links.clone()).unwrap())
            .kind(kind)
            .must_not_contain(without)
            .min_length(min)
            .threads(threads);
        options.max_length = max.map(|max| max.max(min));

        let mut all: BTreeMap<BTreeSet<i64>, u64> = BTreeMap::new();
        for (list, weight) in lists.iter().zip(&weights) {
            let held = list.iter().flat_map(|&id| ancestors(&links, id).into_iter().chain([id]));
            let held: BTreeSet<i64> = held.filter(|&id| Some(id) != without).collect();
            let held: Vec<i64> = held.into_iter().collect();
            for mask in 1u32..1 << held.len() {
                let subset = (0..held.len()).filter(|&k| mask >> k & 1 == 1).map(|k| held[k]);
                *all.entry(subset.collect()).or_default() += weight;
            }
        }
        all.retain(|_, weight| *weight >= unit * min_count);
        let above = |set: &BTreeSet<i64>| -> BTreeSet<i64> {
            set.iter().flat_map(|&id| ancestors(&links, id)).collect()
        };
        let mut expected: BTreeMap<Set, u64> = BTreeMap::new();
        for (set, &weight) in &all {
            let larger = |id: i64| {
                let more = (!set.contains(&id)).then(|| set.iter().copied().chain([id]).collect());
                more.and_then(|more: BTreeSet<i64>| all.get(&more))
            };
            let specific: BTreeSet<i64> = set.difference(&above(set)).copied().collect();
            let is = match kind {
                Kind::Closed => !(0..20).any(|id| larger(id) == Some(&weight)),
                Kind::Maximal => !(0..20).any(|id| larger(id).is_some()),
                _ => specific == *set,
            };
            if is {
                prop_assert_eq!(expected.insert(int(specific), weight), None);
            }
        }
        expected.retain(|set, _| {
            set.len() >= min && options.max_length.is_none_or(|max| set.len() <= max)
        });
        let found = |sets: &Itemsets| -> BTreeMap<Set, u64> {
            let support = |set: Itemset<'_>| match set.value("weight") {
                Some(weight) => (4.0 * weight) as u64,
                None => set.count(),
            };
            let rows = sets.iter().map(|set| (set.ids().map(|id| id.to_owned()).collect(), support(set)));
            rows.collect()
        };
        let sets = mine(&baskets, &options);
        prop_assert_eq!(sets.len(), expected.len());
        prop_assert_eq!(found(&sets), expected);
        if let Some(top) = top {
            let best = mine(&baskets, &options.top(top));
            let sorted = sets.sorted_by("support").unwrap().head(top as usize);
            let rows = |sets: &Itemsets| -> Vec<(Vec<u32>, u64)> {
                sets.iter().map(|set| (set.items().to_vec(), set.count())).collect()
            };
            prop_assert_eq!(rows(&best), rows(&sorted));
        }
    }
}

#[test]
fn of_a_category_that_is_all_one_item_only_the_item_is_closed() {
    let baskets = Baskets::from_lists([["edam", "ale"], ["edam", "jam"], ["gin", "ale"]]).unwrap();
    let kinds = [("edam", "cheese"), ("brie", "cheese"), ("ale", "drinks"), ("gin", "drinks")];
    let options = ItemsetOptions::new(MinSupport::Count(1))
        .hierarchy(Hierarchy::from_links(kinds).unwrap())
        .kind(Kind::Closed);
    let sets = mine(&baskets, &options);
    let shown: Vec<String> = sets
        .iter()
        .map(|set| {
            set.ids().map(|id| id.to_string().replace('"', "")).collect::<Vec<_>>().join(" ")
        })
        .collect();
    // Whoever bought a drink bought ale, and all cheese is edam.
    assert_eq!(shown, ["edam", "ale", "edam ale", "edam jam", "ale gin"]);
    // What leads to what is told by the baskets that hold the categories too.
    assert!(rules(&sets, &RuleOptions::new(0.0), &Control::new()).is_err());
    for (word, options) in [
        ("generators", options.clone().kind(Kind::Generators)),
        ("must_contain", options.must_contain(["cheese"])),
    ] {
        let error = itemsets(&baskets, &options, &Control::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains(word), "{error}");
    }
}

fn table(columns: &[(&str, ArrayRef)]) -> basketry::TableReader {
    let columns = columns.iter().map(|(name, array)| (*name, array.clone(), true));
    table_from_batch(RecordBatch::try_from_iter_with_nullable(columns).unwrap())
}

fn text<const N: usize>(values: [Option<&str>; N]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn above(hierarchy: &Hierarchy, id: impl Into<Id>) -> Vec<String> {
    hierarchy.ancestors(&id.into()).iter().map(|id| id.to_string()).collect()
}

#[test]
fn a_table_gives_a_level_for_each_column() {
    let columns = [
        ("sku", Arc::new(Int64Array::from(vec![1, 2, 3, 4, 4, 5])) as ArrayRef),
        ("dept", text([Some("a"), Some("a"), Some("b"), Some("a"), Some("b"), Some("a")])),
        ("type", text([Some("x"), Some("z"), Some("z"), Some("x"), Some("y"), None])),
    ];
    let hierarchy =
        Hierarchy::from_reader(table(&columns), "sku", &["dept", "type"], &Control::new()).unwrap();
    assert_eq!(hierarchy.levels().collect::<Vec<_>>(), ["item", "type", "dept"]);
    assert_eq!(above(&hierarchy, 1), [r#""type=x""#, r#""dept=a""#]);
    assert_eq!(above(&hierarchy, 3), [r#""type=z""#, r#""dept=b""#]);
    assert_eq!(above(&hierarchy, 4).len(), 4);
    assert_eq!(above(&hierarchy, 5), [r#""dept=a""#]);
    // Two departments have type z, which is a kind of neither.
    assert_eq!(above(&hierarchy, "type=x"), [r#""dept=a""#]);
    assert_eq!(above(&hierarchy, "type=z"), [""; 0]);
    assert_eq!(hierarchy.level_of("type=z"), Some("type"));
    assert_eq!(hierarchy.level_of(9), None);

    let baskets = Baskets::from_lists([vec![1i64, 3], vec![2, 3], vec![5], vec![9]]).unwrap();
    let options = ItemsetOptions::new(MinSupport::Count(2)).hierarchy(hierarchy);
    let sets = mine(&baskets, &options);
    assert_eq!(sets.count_of(["dept=a"]), Some(3));
    assert_eq!(sets.count_of([&Id::from(3i64), &Id::from("dept=a")]), Some(2));
    assert_eq!(sets.count_of(["type=z", "dept=a"]), Some(2));
    assert_eq!(sets.count_of([&Id::from(3i64), &Id::from("dept=b")]), None);
    // Integers and strings are both there, and text in a column.
    let batch = sets.to_record_batch().unwrap();
    assert_eq!(batch.num_rows(), sets.len());
    assert!(batch.schema().field(0).to_string().contains("Utf8"));
    let only = options.only_from([Id::from(3i64), Id::from("dept=a")]);
    assert_eq!(mine(&baskets, &only).len(), 3);
}

#[test]
fn a_catalogue_gives_its_category_path() {
    let mut builder = CatalogBuilder::new(&CatalogOptions::default());
    for (id, path) in [("edam", ["food", "cheese"]), ("ale", ["food", "beer"])] {
        builder.push(&Product::new(id).category(path)).unwrap();
    }
    let hierarchy = Hierarchy::from_catalog(&builder.finish()).unwrap();
    assert_eq!(hierarchy.levels().count(), 3);
    assert_eq!(hierarchy.ancestors("edam").len(), 2);
    let mut builder = CatalogBuilder::new(&CatalogOptions::default());
    builder.push(&Product::new("edam")).unwrap();
    let error = Hierarchy::from_catalog(&builder.finish()).unwrap_err();
    assert!(error.to_string().starts_with("catalog"), "{error}");
}

#[test]
fn what_cannot_be_is_named() {
    let fails = |result: basketry::Result<Hierarchy>, words: &[&str]| {
        let error = result.unwrap_err();
        assert!(words.iter().all(|word| error.to_string().contains(word)), "{error}");
    };
    let links = [("a", "b"), ("x", "a"), ("b", "c"), ("c", "a")];
    fails(Hierarchy::from_links(links), &["circle", r#""a" -> "b" -> "c" -> "a""#]);
    fails(Hierarchy::from_links([(1i64, 1i64)]), &["1 -> 1"]);
    let long: Vec<(i64, i64)> = (0..100_000).map(|k| (k, (k + 1) % 100_000)).collect();
    fails(Hierarchy::from_links(long), &["99992 more"]);
    // A long chain is no problem in itself, but not all of its ancestors.
    let long: Vec<(i64, i64)> = (0..30_000).map(|k| (k, k + 1)).collect();
    fails(Hierarchy::from_links(long), &["too deep"]);

    let cheese = Hierarchy::from_links([("edam", "cheese")]).unwrap();
    fails(cheese.only(["item", "3"]), &["levels", r#""3""#, r#""item", "1""#]);
    fails(cheese.only([]), &["levels"]);
    let read = |columns: &[(&str, ArrayRef)], levels: &[&str]| {
        Hierarchy::from_reader(table(columns), "id", levels, &Control::new())
    };
    let id = ("id", text([Some("edam"), Some("kind=x")]));
    fails(read(std::slice::from_ref(&id), &["kind"]), &["kind"]);
    fails(read(std::slice::from_ref(&id), &[]), &["levels"]);
    let kind = ("kind", text([Some("x"), Some("y")]));
    fails(read(&[id.clone(), kind.clone()], &["kind"]), &["kind=x", "both"]);
    fails(read(&[id, kind.clone()], &["kind", "kind"]), &["levels", "kind"]);
    fails(read(&[("id", text([Some("a"), None])), kind], &["kind"]), &["row 1", "null"]);

    let run = |options: ItemsetOptions, baskets: &Baskets, words: &[&str]| {
        let error = itemsets(baskets, &options, &Control::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(words.iter().all(|word| error.to_string().contains(word)), "{error}");
    };
    let one = ItemsetOptions::new(MinSupport::Count(1));
    let with = one.clone().hierarchy(cheese);
    let numbers = Baskets::from_lists([[1i64, 2]]).unwrap();
    run(with.clone(), &numbers, &["hierarchy", "edam"]);
    let words = Baskets::from_lists([["edam", "ale"]]).unwrap();
    run(with.clone().must_contain(["edam", "cheese"]), &words, &["must_contain", "kind of"]);
    let clash = Hierarchy::from_links([(Id::from(1i64), Id::from("2"))]).unwrap();
    run(one.clone().hierarchy(clash), &numbers, &["hierarchy", "2"]);
    let least = |least| one.clone().item_min_support([("edam", least)]);
    run(least(MinSupport::Share(1.5)), &words, &["item_min_support", "edam"]);
    run(least(MinSupport::Count(0)), &words, &["item_min_support", "edam"]);
    run(least(MinSupport::Count(1)), &numbers, &["item_min_support", "edam", "integers"]);
    let twice = [("edam", MinSupport::Count(1)), ("edam", MinSupport::Count(2))];
    run(one.item_min_support(twice), &words, &["item_min_support", "twice"]);
}

/// Groceries with their two levels of categories against a filter of what is found in extended
/// baskets, if the data is there.
#[test]
fn groceries_equal_a_filter_of_extended_baskets() {
    let Some(data) = std::env::var_os("BASKETRY_DATA") else {
        println!("BASKETRY_DATA is not set: nothing to compare with");
        return;
    };
    let folder = std::path::Path::new(&data).join("groceries");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let kinds: BTreeMap<String, [String; 2]> = read("Groceries.iteminfo.csv")
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.trim_matches('"').split("\",\"").collect();
            (fields[0].to_owned(), [format!("type={}", fields[1]), format!("area={}", fields[2])])
        })
        .collect();
    let names: Vec<String> = read("Groceries.items.txt").lines().map(str::to_owned).collect();
    let lists: Vec<Vec<&str>> = read("Groceries.dat")
        .lines()
        .map(|line| {
            line.split_whitespace().map(|k| &*names[k.parse::<usize>().unwrap() - 1]).collect()
        })
        .collect();
    let links = kinds.iter().flat_map(|(item, [kind, area])| {
        [(item.as_str(), kind.as_str()), (kind.as_str(), area.as_str())]
    });
    let hierarchy = Hierarchy::from_links(links).unwrap();
    let baskets = Baskets::from_lists(lists.clone()).unwrap();
    let least = ItemsetOptions::new(MinSupport::Share(0.02));
    let sets = mine(&baskets, &least.clone().hierarchy(hierarchy.clone()).threads(2));
    let extended = lists.iter().map(|list| -> BTreeSet<&str> {
        let above = list.iter().flat_map(|item| kinds[*item].iter().map(String::as_str));
        list.iter().copied().chain(above).collect()
    });
    let extended = mine(&Baskets::from_lists(extended).unwrap(), &least);
    let apart = extended.filter(|set| {
        let ids: Vec<_> = set.ids().collect();
        !ids.iter().any(|&id| hierarchy.ancestors(id).iter().any(|above| ids.contains(above)))
    });
    println!("{} itemsets, {} with trivial combinations", sets.len(), extended.len());
    assert!(sets.len() > 1000 && extended.len() > 2 * sets.len());
    assert_eq!(found(&sets), found(&apart));
}
