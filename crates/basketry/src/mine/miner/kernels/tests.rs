//! Every version of every inner loop against a plain one.

use std::mem::MaybeUninit;

use proptest::prelude::*;

use super::*;

fn words(number: usize) -> impl Strategy<Value = Vec<u64>> {
    let thin = any::<(u64, u64)>().prop_map(|(a, b)| a & b);
    prop::collection::vec(prop_oneof![Just(0), Just(u64::MAX), any::<u64>(), thin], number)
}

/// Distinct, ascending.
fn row(longest: usize) -> impl Strategy<Value = Vec<u32>> {
    let item = prop_oneof![0u32..100, any::<u32>().prop_map(|item| item.min(u32::MAX - 1))];
    prop::collection::btree_set(item, 1..=longest).prop_map(|set| set.into_iter().collect())
}

fn with(row: &[u32], items: &[u32]) -> Vec<u32> {
    let mut row = [row, items].concat();
    row.sort_unstable();
    row
}

/// What is written to room for so many items and the slack.
fn written(items: usize, write: impl FnOnce(&mut [MaybeUninit<u32>])) -> Vec<u32> {
    let mut out = vec![MaybeUninit::new(7); items + SLACK];
    write(&mut out);
    // SAFETY: all are initialised.
    out[..items].iter().map(|item| unsafe { item.assume_init() }).collect()
}

proptest! {
    #[test]
    fn join(
        (blocks, vectors) in (1usize..12).prop_flat_map(|b| (Just(b), words(b * 8 * 6))),
        least in 0u32..300, more in 0u32..300,
    ) {
        let words = blocks * 8;
        let both = |i: usize| -> Vec<u64> {
            let (a, pivot) = (&vectors[i * words..], &vectors[5 * words..]);
            a.iter().zip(pivot).take(words).map(|(a, b)| a & b).collect()
        };
        let size = |bits: &[u64]| bits.iter().map(|word| word.count_ones()).sum::<u32>();
        for kernels in Kernels::all() {
            let join = Join { vectors: &vectors, words, pivot: 5, least, full: least + more };
            let (mut out, mut counts) = (vec![0; 5 * words], [0; 5]);
            let kept = kernels.join(&join, &mut out, &mut counts);
            let mut expected = Vec::new();
            for (i, count) in counts.into_iter().enumerate() {
                prop_assert_eq!(count, size(&both(i)), "{:?}", kernels);
                if (least..least + more).contains(&count) {
                    expected.extend(both(i));
                }
            }
            prop_assert_eq!(kept * words, expected.len());
            prop_assert_eq!(&out[..expected.len()], &expected[..], "{:?}", kernels);
        }
    }

    #[test]
    fn compress(
        (length, mask, vectors) in (1usize..20)
            .prop_flat_map(|n| (Just(n), words(n), words(3 * n))),
    ) {
        let places: Vec<usize> =
            (0..64 * length).filter(|i| mask[i / 64] >> (i % 64) & 1 == 1).collect();
        let new = places.len().div_ceil(64).max(1);
        let mut expected = vec![0u64; 3 * new];
        for v in 0..3 {
            for (to, from) in places.iter().enumerate() {
                let bit = vectors[v * length + from / 64] >> (from % 64) & 1;
                expected[v * new + to / 64] |= bit << (to % 64);
            }
        }
        for kernels in Kernels::all() {
            let mut packed = vectors.clone();
            kernels.compress(&mask, &mut packed, 3, new);
            prop_assert_eq!(&packed[..3 * new], &expected[..], "{:?}", kernels);
        }
    }

    #[test]
    fn extend_and_insert(
        all in row(50), picks in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
    ) {
        // Some items are added, the others are the base.
        let mut items: Vec<u32> = picks.iter().map(|pick| all[pick.index(all.len())]).collect();
        items.sort_unstable();
        items.dedup();
        let base: Vec<u32> = all.iter().copied().filter(|item| !items.contains(item)).collect();
        let extended: Vec<u32> = items.iter().flat_map(|&item| with(&base, &[item])).collect();
        for kernels in Kernels::all() {
            let out = written(extended.len(), |out| kernels.extend(&base, &items, out));
            prop_assert_eq!(&out, &extended, "{:?}", kernels);
            if base.is_empty() {
                continue;
            }
            let (rows, number) = (base.repeat(4), 4);
            let expected = with(&base, &items[..1]).repeat(number);
            let out = written(expected.len(), |out| {
                kernels.insert(&rows, base.len(), number, items[0], out);
            });
            prop_assert_eq!(out, expected, "{:?}", kernels);
        }
    }

    #[test]
    fn subsets_and_lattice(
        (blocks, number, vectors) in (1usize..10, 0usize..=LATTICE)
            .prop_flat_map(|(b, n)| (Just(b), Just(n), words(b * 8 * n))),
        all in row(LATTICE_ROW), least in 1u32..200,
    ) {
        let words = blocks * 8;
        let size = |mask: usize| -> u32 {
            let word = |w| {
                let held = (0..number).filter(|v| mask >> v & 1 == 1);
                held.fold(u64::MAX, |word, v| word & vectors[v * words + w])
            };
            (0..words).map(|w| word(w).count_ones()).sum()
        };
        let added = number.min(all.len() - 1);
        let (base, new) = all.split_at(all.len() - added);
        let mut items = [0; LATTICE];
        items[..added].copy_from_slice(new);
        for kernels in Kernels::all() {
            let mut table: Table = [0; 1 << LATTICE];
            kernels.subsets(&vectors, words, number, &mut table);
            for (mask, &count) in table.iter().enumerate() {
                let counted = mask.count_ones() >= 2 && mask >> number == 0;
                let expected = if counted { size(mask) } else { 0 };
                prop_assert_eq!(count, expected, "{:?} {}", kernels, mask);
            }
            if base.len() + LATTICE > LATTICE_ROW {
                continue;
            }
            let mut expected = vec![(Vec::new(), Vec::new()); LATTICE + 1];
            for (mask, count) in table.iter_mut().enumerate() {
                if mask >> added != 0 {
                    // With an item that is not there.
                    *count = 0;
                } else if mask.count_ones() >= 2 && *count >= least {
                    let own = (0..LATTICE).filter(|v| mask >> v & 1 == 1).map(|v| items[v]);
                    let own: Vec<u32> = own.collect();
                    let (rows, counts) = &mut expected[own.len()];
                    rows.extend(with(base, &own));
                    counts.push(*count);
                }
            }
            let room = 1 << LATTICE;
            let mut rows = vec![vec![0u32; room * LATTICE_ROW + SLACK]; LATTICE + 1];
            let mut counts = vec![vec![0u32; room + SLACK]; LATTICE + 1];
            let cursors: Cursors =
                std::array::from_fn(|size| (rows[size].as_mut_ptr(), counts[size].as_mut_ptr()));
            // SAFETY: there is room for all combinations.
            unsafe { kernels.lattice(base, &items, &table, least, cursors) };
            for (size, (some_rows, some_counts)) in expected.iter().enumerate().skip(2) {
                prop_assert_eq!(&rows[size][..some_rows.len()], &some_rows[..], "{:?}", kernels);
                prop_assert_eq!(&counts[size][..some_counts.len()], &some_counts[..]);
            }
        }
    }

    #[test]
    fn sort(
        numbers in prop::collection::hash_set(0u16..=600, 0..=SORTED),
        end in prop_oneof![Just(601u16), Just(u16::MAX - 1)],
    ) {
        let numbers: Vec<u16> = numbers.into_iter().collect();
        let mut padded = [u16::MAX; SORTED];
        padded[..numbers.len()].copy_from_slice(&numbers);
        let mut expected = numbers.clone();
        expected.sort_unstable();
        expected.resize(numbers.len().next_multiple_of(16), end);
        for kernels in Kernels::all() {
            let mut sorted = padded;
            kernels.sort(&mut sorted, numbers.len(), end);
            prop_assert_eq!(&sorted[..expected.len()], &expected[..], "{:?}", kernels);
        }
    }

    #[test]
    fn transpose(
        (blocks, masks) in (0usize..4).prop_flat_map(|b| (Just(b), words(b * 64))),
        number in 0usize..=64,
    ) {
        let words = blocks + 1;
        for kernels in Kernels::all() {
            let mut vectors = vec![0; number * words];
            kernels.transpose(&masks, number, &mut vectors, words);
            for b in 0..number {
                for (i, mask) in masks.iter().enumerate() {
                    let bit = vectors[b * words + i / 64] >> (i % 64) & 1;
                    prop_assert_eq!(bit, mask >> b & 1, "{:?}", kernels);
                }
            }
        }
    }

    #[test]
    fn scan_and_drain(
        counts in prop::collection::vec(prop_oneof![0u32..50, any::<u32>()], 0..300),
        least in 1u32..100,
    ) {
        let expected: Vec<(u32, u32)> =
            (0..).zip(counts.iter().copied()).filter(|&(_, c)| c >= least).collect();
        for kernels in Kernels::all() {
            let mut places = Vec::new();
            kernels.scan(&counts, least, &mut places);
            prop_assert!(places.iter().eq(expected.iter().map(|(i, _)| i)), "{kernels:?}");
            let (mut hits, mut counts) = (vec![(7, 7)], counts.clone());
            kernels.drain(&mut counts, least, &mut hits);
            prop_assert_eq!(&hits, &expected, "{:?}", kernels);
            prop_assert!(counts.iter().all(|&count| count == 0));
        }
    }
}
