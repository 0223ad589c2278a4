//! Which way an offer may go: the accessory to the buyer of the main product, not the other way
//! round.

use super::state::NONE;
use crate::data::{Catalog, Link};
use crate::model::Model;

/// Main products and their accessories, by key. What the shop links by hand wins over what was
/// learned. What was linked when the model was fitted and is not any more does not count.
#[derive(Debug, Default)]
pub(crate) struct Accessories {
    mains: Rows,
    given: Rows,
}

/// Rows of keys.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// The keys that have a row: most have none.
    some: Keys,
    /// The key whose row it is; ascending, once for each entry.
    of: Vec<u32>,
    entry: Vec<u32>,
}

/// A set of keys, a bit for each: small enough to stay where it is read fast.
#[derive(Debug, Default)]
pub(super) struct Keys {
    bits: Vec<u64>,
}

impl Keys {
    pub(super) fn insert(&mut self, key: u32) {
        let word = key as usize / 64;
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        self.bits[word] |= 1 << (key % 64);
    }

    #[inline]
    pub(super) fn contains(&self, key: u32) -> bool {
        self.bits.get(key as usize / 64).is_some_and(|word| word >> (key % 64) & 1 == 1)
    }
}

impl Rows {
    pub(super) fn new(mut pairs: Vec<(u32, u32)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut some = Keys::default();
        // The greatest first: the bits grow once.
        pairs.iter().rev().filter(|pair| pair.0 != NONE).for_each(|pair| some.insert(pair.0));
        let (of, entry) = pairs.into_iter().unzip();
        Self { some, of, entry }
    }

    #[inline]
    pub(super) fn row(&self, key: u32) -> &[u32] {
        if self.some.contains(key) { self.find(key) } else { &[] }
    }

    fn find(&self, key: u32) -> &[u32] {
        let from = self.of.partition_point(|&of| of < key);
        let len = self.of[from..].iter().take_while(|&&of| of == key).count();
        &self.entry[from..from + len]
    }
}

impl Accessories {
    pub(crate) fn new(model: &Model, catalog: &Catalog, key_of_model: impl Fn(u32) -> u32) -> Self {
        // Main product, accessory, by hand.
        let learned = model.accessories().filter(|&(.., given)| !given);
        let mut pairs: Vec<(u32, u32, bool)> = learned
            .map(|(main, accessory, _)| (key_of_model(main), key_of_model(accessory), false))
            .collect();
        let by_hand = |pairs: &[(u32, u32, bool)]| -> Vec<(u32, u32)> {
            let mut given: Vec<(u32, u32)> =
                pairs.iter().filter(|pair| pair.2).map(|pair| (pair.0, pair.1)).collect();
            given.sort_unstable();
            given
        };
        for &(accessory, link, main) in catalog.links() {
            if link == Link::AccessoryOf {
                pairs.push((main, accessory, true));
            }
        }
        let given = by_hand(&pairs);
        pairs.retain(|&(main, accessory, by_hand)| {
            main != NONE
                && accessory != NONE
                && (by_hand || given.binary_search(&(accessory, main)).is_err())
        });
        Self {
            mains: Rows::new(pairs.iter().map(|&(main, accessory, _)| (accessory, main)).collect()),
            given: Rows::new(given),
        }
    }

    /// The main products that a product is an accessory of.
    pub(crate) fn mains(&self, key: u32) -> &[u32] {
        self.mains.row(key)
    }

    /// The accessories that the shop gave a main product by hand.
    pub(crate) fn given(&self, key: u32) -> &[u32] {
        self.given.row(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_by_key() {
        let rows = Rows::new(vec![(3, 1), (1, 9), (3, 0), (3, 1)]);
        assert_eq!(rows.row(3), [0, 1]);
        assert_eq!(rows.row(1), [9]);
        assert!(rows.row(0).is_empty() && rows.row(2).is_empty() && rows.row(7).is_empty());
        let far = Rows::new(vec![(64, 1), (127, 2), (128, 3)]);
        let rows: Vec<&[u32]> = [0, 63, 64, 127, 128, 129, 191].map(|key| far.row(key)).into();
        assert_eq!(rows, [&[][..], &[], &[1], &[2], &[3], &[], &[]]);
    }
}
