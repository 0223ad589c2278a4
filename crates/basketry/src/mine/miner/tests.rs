//! Every way to hold rows, on every kind of processor, against counting by hand.

use proptest::prelude::*;

use super::*;

/// Offsets and items of rows given as masks over at most 64 items.
fn rows_of(masks: &[u64]) -> (Vec<u64>, Vec<u32>) {
    let mut offsets = vec![0];
    let mut items = Vec::new();
    for mask in masks {
        items.extend((0..64).filter(|bit| mask >> bit & 1 == 1));
        offsets.push(items.len() as u64);
    }
    (offsets, items)
}

/// All frequent itemsets in canonical order, each with its count, by trying all extensions.
fn brute(masks: &[u64], settings: &Settings) -> Vec<(Vec<u32>, u32)> {
    let count = |set: u64| masks.iter().filter(|&&mask| mask & set == set).count() as u64;
    let mut items: Vec<u32> = (0..64).filter(|&i| count(1 << i) >= settings.min_count).collect();
    items.sort_by_key(|&item| (Reverse(count(1 << item)), item));
    let mut sets = Vec::new();
    // The set, the least rank it may be extended by, and its ranks.
    let mut open: Vec<(u64, usize, Vec<usize>)> = vec![(0, items.len(), Vec::new())];
    while let Some((set, below, ranks)) = open.pop() {
        for (rank, item) in items.iter().enumerate().take(below) {
            let bigger = set | 1 << item;
            if count(bigger) >= settings.min_count && ranks.len() < settings.max_length {
                let mut ranks = ranks.clone();
                ranks.push(rank);
                sets.push((ranks.len(), ranks.clone(), bigger));
                open.push((bigger, rank, ranks));
            }
        }
    }
    sets.retain(|(length, ..)| *length >= settings.min_length);
    sets.sort();
    sets.into_iter()
        .map(|(_, _, set)| ((0..64).filter(|bit| set >> bit & 1 == 1).collect(), count(set) as u32))
        .collect()
}

fn flat(lengths: Vec<Pieces>) -> Vec<(Vec<u32>, u32)> {
    lengths.into_iter().flat_map(Pieces::flat).collect()
}

/// Each tuning sends small databases down another path.
fn tunings() -> Vec<Tuning> {
    let mut tunings = vec![Tuning::default()];
    for force_bits in [None, Some(false), Some(true)] {
        for mask_candidates in [0, 4, 256] {
            for pack_vectors in [1, usize::MAX] {
                for root_bits in [false, true] {
                    tunings.push(Tuning {
                        mask_candidates,
                        pack_vectors,
                        slots_per_row: if pack_vectors == 1 { 1 } else { 256 },
                        force_bits,
                        force_root_bits: Some(root_bits),
                        shard_items: 1,
                        split_candidates: 1,
                        alone: 0,
                    });
                }
            }
        }
    }
    tunings
}

fn masks() -> impl Strategy<Value = Vec<u64>> {
    let dense = |bits: u64| prop_oneof![Just(u64::MAX), any::<u64>()].prop_map(move |m| m & bits);
    prop_oneof![
        // Dense, few items.
        prop::collection::vec(dense(0x3ff), 1..200),
        // Dense, with a few rows that lack something.
        (0u64..0xfff, prop::collection::vec(0u32..12, 1..150))
            .prop_map(|(all, lacking)| lacking.into_iter().map(|bit| all & !(1 << bit)).collect()),
        // Sparse.
        prop::collection::vec(
            (any::<u64>(), any::<u64>(), any::<u64>(), any::<u64>()).prop_map(|(a, b, c, d)| a
                & b
                & c
                & d
                & 0xff_ffff),
            1..300
        ),
        // Items that imply others: many perfect extensions at every depth.
        prop::collection::vec((any::<u64>(), 0u32..4), 1..200).prop_map(|rows| rows
            .into_iter()
            .map(|(mask, group)| {
                let mask = mask & mask >> 20 & 0xff_ffff;
                mask | mask >> 1 & 0x11_1111 | mask >> 2 & 0x11_1111 | 0x7 << (4 * group)
            })
            .collect()),
        // Many alike, all alike, empty ones.
        (prop::collection::vec(any::<u64>(), 1..4), prop::collection::vec(0usize..4, 1..200))
            .prop_map(|(kinds, picks)| picks
                .into_iter()
                .map(|pick| kinds.get(pick).map_or(0, |kind| kind & 0x1ff0))
                .collect()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, max_shrink_iters: 500, ..ProptestConfig::default() })]

    #[test]
    fn all_paths_agree_with_brute_force(
        masks in masks(), percent in 1u64..60, max_length in 1usize..14, threads in 1usize..4,
    ) {
        let (offsets, items) = rows_of(&masks);
        let rows = Rows { offsets: &offsets, items: &items, universe: 64 };
        let settings = Settings {
            min_count: (masks.len() as u64 * percent / 100).max(1),
            min_length: 1,
            max_length,
            max_itemsets: 1 << 20,
            threads: Some(1),
        };
        let expected = brute(&masks, &settings);
        for kernels in Kernels::all() {
            for tuning in tunings() {
                let levels =
                    mine_with(rows, &settings, Special::default(), &Control::new(), kernels, tuning).unwrap();
                prop_assert!(flat(levels) == expected, "{kernels:?} {tuning:?}");
            }
        }
        let settings = Settings { threads: Some(threads), ..settings };
        for tuning in [tunings()[1], tunings()[2]] {
            let levels =
                mine_with(rows, &settings, Special::default(), &Control::new(), Kernels::detect(), tuning).unwrap();
            prop_assert!(flat(levels) == expected, "{threads} threads, {tuning:?}");
        }
    }
}

/// All itemsets within what is special, ascending, each with its count.
fn brute_special(masks: &[u64], settings: &Settings, special: Special<'_>) -> Vec<(Vec<u32>, u32)> {
    let mut sets = Vec::new();
    for set in 1u64..1 << 10 {
        let items: Vec<u32> = (0..10).filter(|bit| set >> bit & 1 == 1).collect();
        let count = masks.iter().filter(|&&mask| mask & set == set).count() as u64;
        let minimum = |&item: &u32| match special.minimums {
            Some(minimums) => minimums[item as usize],
            None => settings.min_count,
        };
        let related =
            |&a: &u32| special.kin.is_some_and(|kin| items.iter().any(|&b| kin.related(a, b)));
        let least = items.iter().map(minimum).min().unwrap_or(u64::MAX);
        if count >= least && items.len() <= settings.max_length && !items.iter().any(related) {
            sets.push((items, count as u32));
        }
    }
    sets.sort();
    sets
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, max_shrink_iters: 500, ..ProptestConfig::default() })]

    #[test]
    fn minimums_and_kin_agree_with_brute_force(
        masks in masks(), minimums in prop::option::of(prop::collection::vec(1u64..40, 64)),
        parents in prop::option::of(prop::collection::vec(0u32..12, 10)),
        min_count in 1u64..20, max_length in 1usize..8, threads in 1usize..4,
    ) {
        let masks: Vec<u64> = masks.into_iter().map(|mask| mask & 0x3ff).collect();
        let (offsets, items) = rows_of(&masks);
        let rows = Rows { offsets: &offsets, items: &items, universe: 64 };
        let settings = Settings {
            min_count,
            min_length: 1,
            max_length,
            max_itemsets: 1 << 20,
            threads: Some(1),
        };
        // Parents of larger numbers; whether rows hold the ancestors of their items does not matter.
        let kin = parents.map(|parents| {
            Kin::new((0u32..64).map(|item| {
                let mut ancestors = Vec::new();
                let mut item = item;
                while let Some(&parent) = parents.get(item as usize).filter(|&&p| p > item) {
                    ancestors.push(parent);
                    item = parent;
                }
                ancestors
            }))
        });
        let special = Special { minimums: minimums.as_deref(), kin: kin.as_ref() };
        let expected = brute_special(&masks, &settings, special);
        for tuning in tunings() {
            let kernels = Kernels::detect();
            let levels =
                mine_with(rows, &settings, special, &Control::new(), kernels, tuning).unwrap();
            let mut found = flat(levels);
            found.sort();
            prop_assert!(found == expected, "{tuning:?}");
            let settings = Settings { threads: Some(threads), ..settings };
            let levels =
                mine_with(rows, &settings, special, &Control::new(), kernels, tuning).unwrap();
            let mut found = flat(levels);
            found.sort();
            prop_assert!(found == expected, "{threads} threads, {tuning:?}");
        }
    }
}

#[test]
fn large_results_are_the_same_with_any_number_of_threads() {
    // Each basket lacks one of 19 items, so that all other combinations are frequent.
    let masks: Vec<u64> = (0..400).map(|row| 0x7_ffff & !(1 << (row * row % 23))).collect();
    let (offsets, items) = rows_of(&masks);
    let rows = Rows { offsets: &offsets, items: &items, universe: 64 };
    let settings = Settings {
        min_count: 50,
        min_length: 1,
        max_length: usize::MAX,
        max_itemsets: 1 << 20,
        threads: Some(1),
    };
    let control = Control::new();
    let expected = mine_with(
        rows,
        &settings,
        Special::default(),
        &control,
        Kernels::detect(),
        Tuning::default(),
    );
    let expected = flat(expected.unwrap());
    assert!(expected.len() > 200_000, "{}", expected.len());
    for threads in [2, 3, 5] {
        for root_bits in [false, true] {
            let tuning = Tuning {
                shard_items: 1,
                split_candidates: 2,
                alone: 0,
                force_root_bits: Some(root_bits),
                ..Tuning::default()
            };
            let settings = Settings { threads: Some(threads), ..settings };
            let control = Control::new();
            let levels =
                mine_with(rows, &settings, Special::default(), &control, Kernels::detect(), tuning)
                    .unwrap();
            assert!(flat(levels) == expected, "{threads} threads, bits at the root: {root_bits}");
            let progress = control.progress();
            assert_eq!((progress.done, progress.total), (19, 19));
        }
    }
}

#[test]
fn wide_codes_give_the_same_as_narrow_ones() {
    // More frequent items than 16 bits can number.
    let n = 70_000u32;
    let mut items = Vec::new();
    let mut offsets = vec![0u64];
    for row in 0..n {
        let mut all = vec![row, (row + 1) % n, (row * 7 + 3) % n];
        all.sort_unstable();
        all.dedup();
        items.extend(all);
        offsets.push(items.len() as u64);
    }
    let rows = Rows { offsets: &offsets, items: &items, universe: n as usize };
    let settings = Settings {
        min_count: 2,
        min_length: 1,
        max_length: 3,
        max_itemsets: 1 << 20,
        threads: Some(1),
    };
    let control = Control::new();
    let levels = mine(rows, &settings, Special::default(), &control).unwrap();
    let mut pairs = std::collections::BTreeMap::new();
    for row in rows.iter() {
        for (i, &a) in row.iter().enumerate() {
            for &b in &row[i + 1..] {
                *pairs.entry((a, b)).or_insert(0) += 1;
            }
        }
    }
    pairs.retain(|_, count| *count >= 2);
    assert!(!pairs.is_empty());
    let found: std::collections::BTreeMap<(u32, u32), i32> = flat(levels)
        .into_iter()
        .filter(|(set, _)| set.len() == 2)
        .map(|(pair, count)| ((pair[0], pair[1]), count as i32))
        .collect();
    assert_eq!(found, pairs);
}

/// All ways to hold rows, all processors and numbers of threads give the same of real data, too.
#[test]
fn all_paths_agree_on_real_data() {
    let Some(folder) = std::env::var_os("BASKETRY_DATA") else {
        println!("skipped: BASKETRY_DATA does not name the folder of the data sets");
        return;
    };
    let known = [
        ("groceries/Groceries.dat", 10, 13_492),
        ("fimi/retail.dat", 45, 19_242),
        ("fimi/T10I4D100K.dat", 100, 27_532),
        ("fimi/mushroom.dat", 1_626, 15_713),
        ("fimi/chess.dat", 2_237, 48_969),
        ("complete_journey/cj_product.dat", 156, 2_092),
    ];
    for (name, min_count, number) in known {
        let path = std::path::Path::new(&folder).join(name);
        if !path.exists() {
            println!("{} is not there: skipped", path.display());
            continue;
        }
        let control = Control::new();
        let baskets = crate::Baskets::from_fimi(path, &control).unwrap();
        let (offsets, items) = (baskets.offsets(), baskets.items());
        let rows = Rows { offsets, items, universe: baskets.ids().len() };
        let found = |kernels, tuning, threads| {
            let settings = Settings {
                min_count,
                min_length: 1,
                max_length: usize::MAX,
                max_itemsets: 1 << 20,
                threads: Some(threads),
            };
            let special = Special::default();
            flat(mine_with(rows, &settings, special, &control, kernels, tuning).unwrap())
        };
        let (fastest, usual) = (Kernels::detect(), Tuning::default());
        let expected = found(fastest, usual, 1);
        assert_eq!(expected.len(), number, "{name}");
        for kernels in Kernels::all() {
            assert!(found(kernels, usual, 1) == expected, "{name}: {kernels:?}");
        }
        for force_bits in [false, true] {
            let (force_bits, force_root_bits) = (Some(force_bits), Some(force_bits));
            let tuning = Tuning { force_bits, force_root_bits, ..usual };
            assert!(found(fastest, tuning, 1) == expected, "{name}: {tuning:?}");
        }
        let split = Tuning { shard_items: 1, split_candidates: 1, alone: 0, ..usual };
        for threads in [2, 3] {
            assert!(found(fastest, split, threads) == expected, "{name}: {threads} threads");
        }
    }
}
