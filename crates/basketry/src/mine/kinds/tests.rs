//! Every way to hold rows, on every kind of processor, against counting by hand.

use proptest::prelude::*;

use super::*;
use crate::mine::columns::Pieces;

/// A small database as masks over at most 20 items, and a weight for each row.
#[derive(Clone, Debug)]
struct Database {
    rows: Vec<u32>,
    weights: Vec<u64>,
}

fn databases() -> impl Strategy<Value = Database> {
    let any = prop_oneof![
        prop::collection::vec(0u32..1 << 6, 1..40),
        prop::collection::vec(0u32..1 << 12, 1..60),
        // Dense, with copies of items, and items of all rows.
        prop::collection::vec(0u32..1 << 8, 1..120).prop_map(|rows| rows
            .into_iter()
            .map(|row| row | row << 8 & 0x300 | 1 << 17)
            .collect()),
        prop::collection::vec((0u32..1 << 9, 0u32..1 << 9), 1..40)
            .prop_map(|rows| rows.into_iter().map(|(a, b)| (a | b) << 2).collect()),
        // Long vectors.
        prop::collection::vec(0u32..1 << 5, 600..700),
    ];
    any.prop_flat_map(|rows: Vec<u32>| {
        let number = rows.len();
        (Just(rows), prop::collection::vec(1u64..20, number))
            .prop_map(|(rows, weights)| Database { rows, weights })
    })
}

type Row = (Vec<u32>, u32, u64);

/// All sets of a kind in canonical order, from the counts of all subsets of 20 items.
fn brute(data: &Database, weights: bool, kind: Kind, settings: &Settings) -> Vec<Row> {
    let mut items: Vec<u32> = (0..20).collect();
    let weight = |row: usize| if weights { data.weights[row] } else { 1 };
    let of = |set: u32| {
        let rows = data.rows.iter().enumerate().filter(|(_, row)| **row & set == set);
        rows.fold((0, 0), |(count, sum), (r, _)| (count + 1, sum + weight(r)))
    };
    items.sort_by_key(|&item| (Reverse(of(1 << item).1), item));
    let frequent = |set: u32| of(set).1 >= settings.min_count;
    // Sets by extension: the frequent ones only.
    let mut sets: Vec<(Vec<usize>, u32)> = Vec::new();
    let mut open = vec![(Vec::new(), 0u32, 20usize)];
    while let Some((ranks, set, below)) = open.pop() {
        for (rank, item) in items.iter().enumerate().take(below) {
            let larger = set | 1 << item;
            if frequent(larger) {
                let mut ranks: Vec<usize> = ranks.clone();
                ranks.push(rank);
                sets.push((ranks.clone(), larger));
                open.push((ranks, larger, rank));
            }
        }
    }
    sets.retain(|&(_, set)| {
        let others = (0..20).filter(|i| set >> i & 1 == 0).map(|i| of(set | 1 << i));
        let mut fewer = (0..20).filter(|i| set >> i & 1 == 1).map(|i| of(set & !(1 << i)));
        match kind {
            Kind::All => true,
            Kind::Closed => others.into_iter().all(|(count, _)| count < of(set).0),
            Kind::Maximal => others.into_iter().all(|(_, sum)| sum < settings.min_count),
            Kind::Generators => fewer.all(|(count, _)| count > of(set).0),
        }
    });
    sets.retain(|(ranks, _)| (settings.min_length..=settings.max_length).contains(&ranks.len()));
    sets.sort_by_key(|(ranks, _)| (ranks.len(), ranks.clone()));
    let row = |(_, set): (_, u32)| {
        let (count, sum) = of(set);
        ((0..20).filter(|i| set >> i & 1 == 1).collect(), count, sum)
    };
    sets.into_iter().map(row).collect()
}

fn run(
    data: &Database,
    weights: bool,
    kind: Kind,
    settings: &Settings,
    processor: (Kernels, Vectors),
    tuning: Tuning,
) -> Result<Vec<Row>> {
    let mut offsets = vec![0];
    let mut items = Vec::new();
    for row in &data.rows {
        items.extend((0..20).filter(|bit| row >> bit & 1 == 1));
        offsets.push(items.len() as u64);
    }
    let rows = Rows { offsets: &offsets, items: &items, universe: 20 };
    let weights = weights.then_some(&data.weights[..]);
    let found =
        mine_with(rows, weights, (kind, None), settings, &Control::new(), processor, tuning)?;
    let sets = found.lengths.into_iter().flat_map(Pieces::flat);
    if weights.is_none() {
        return Ok(sets.map(|(items, count)| (items, count, count.into())).collect());
    }
    let (all, weights): (Vec<_>, _) = (sets.collect(), found.weights.concat());
    assert_eq!(all.len(), weights.len());
    Ok(all.into_iter().zip(weights).map(|((items, n), weight)| (items, n, weight)).collect())
}

fn settings(min_count: u64, min_length: usize, max_length: usize, threads: usize) -> Settings {
    Settings { min_count, min_length, max_length, max_itemsets: 1 << 20, threads: Some(threads) }
}

fn tunings() -> Vec<Tuning> {
    let mut tunings = vec![Tuning::default()];
    for force_bits in [Some(false), Some(true)] {
        for pack_vectors in [1, usize::MAX] {
            for mask_vectors in [0, 64] {
                let force_root_bits = force_bits.filter(|_| mask_vectors == 0);
                tunings.push(Tuning { force_bits, force_root_bits, pack_vectors, mask_vectors });
            }
        }
    }
    tunings
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_kind_equals_brute_force(
        data in databases(),
        weights: bool,
        share in 1u64..60,
        lengths in prop_oneof![Just((1, usize::MAX)), (1usize..4, 0usize..3).prop_map(|(a, b)| (a, a + b))],
        threads in 1usize..4,
    ) {
        let total = if weights { data.weights.iter().sum() } else { data.rows.len() as u64 };
        let settings = settings((total * share / 100).max(1), lengths.0, lengths.1, threads);
        for kind in Kind::ALL {
            // What plain mining does without weights is tested there.
            let expected = brute(&data, weights, kind, &settings);
            for processor in Kernels::all().into_iter().zip(Vectors::all()) {
                for tuning in tunings() {
                    let found = run(&data, weights, kind, &settings, processor, tuning).unwrap();
                    prop_assert_eq!(&found, &expected, "{:?} {:?} {:?}", kind, processor.0, tuning);
                }
            }
        }
    }
}

#[test]
fn more_sets_than_allowed_are_an_error() {
    let data = Database { rows: vec![0b111, 0b110, 0b101, 0b011, 0b100], weights: vec![1; 5] };
    for (kind, number) in
        [(Kind::All, 7), (Kind::Closed, 7), (Kind::Maximal, 1), (Kind::Generators, 7)]
    {
        for threads in [1, 3] {
            let mut settings = settings(1, 1, usize::MAX, threads);
            let run = |settings: &Settings| {
                let processor = (Kernels::detect(), Vectors::detect());
                run(&data, true, kind, settings, processor, Tuning::default())
            };
            settings.max_itemsets = number;
            assert_eq!(run(&settings).unwrap().len() as u64, number, "{kind:?}");
            settings.max_itemsets = number - 1;
            assert_eq!(run(&settings).unwrap_err().kind(), ErrorKind::Limit, "{kind:?}");
        }
    }
}
