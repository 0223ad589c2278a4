//! From itemsets to rules.

use super::columns::Store;
use super::fraction::Fraction;
use super::index::{SetIndex, item_hash};
use super::itemsets::Itemsets;
use super::rules::{Consequents, RuleColumns};
use crate::{Control, Error, ErrorKind, Result, Stage};

/// All splits of the itemsets with at least the given confidence.
pub(crate) fn generate(
    sets: &Itemsets,
    min_confidence: Fraction,
    consequents: Consequents,
    max_rules: u64,
    control: &Control,
) -> Result<RuleColumns> {
    control.begin(Stage::Mining, sets.len() as u64)?;
    let store = &*sets.store;
    let mut split = Split {
        store,
        index: store.index(),
        longest: if consequents == Consequents::Single { 1 } else { usize::MAX },
        max_rules: max_rules as usize,
        out: RuleColumns::default(),
        items: &[],
        hashes: Vec::new(),
        count: 0,
        most: 0,
        control,
        tried: 0,
    };
    let mut done = 0;
    for row in 0..sets.len() {
        if row.is_multiple_of(1024) {
            control.advance((row - done) as u64)?;
            done = row;
        }
        split.itemset(sets.stored(row), min_confidence)?;
    }
    control.advance((sets.len() - done) as u64)?;
    Ok(split.out)
}

/// Splits one itemset after the other.
struct Split<'a> {
    store: &'a Store,
    index: &'a SetIndex,
    /// The largest number of items in a consequent.
    longest: usize,
    max_rules: usize,
    out: RuleColumns,
    /// The itemset, the hashes of its items, and its count.
    items: &'a [u32],
    hashes: Vec<u64>,
    count: u32,
    /// The largest count an antecedent may have.
    most: u64,
    control: &'a Control,
    tried: u32,
}

/// A part of the itemset: its positions as bits, and the hash of its items.
#[derive(Clone, Copy)]
struct Part {
    positions: u32,
    hash: u64,
}

impl Split<'_> {
    fn itemset(&mut self, row: u32, min_confidence: Fraction) -> Result<()> {
        let (items, count) = self.store.row(row);
        // All 2^length - 1 subsets are rows, and those are numbered with 32 bits.
        if items.len() < 2 || items.len() > 32 {
            return if items.len() < 2 { Ok(()) } else { Err(missing()) };
        }
        self.items = items;
        self.count = count;
        self.most = min_confidence.most_whole(count.into());
        self.hashes.clear();
        self.hashes.extend(items.iter().map(|&item| item_hash(item)));
        let hash = self.hashes.iter().fold(0u64, |sum, &hash| sum.wrapping_add(hash));
        let whole = Part { positions: u32::MAX >> (32 - items.len()), hash };
        self.grow(0, whole, Part { positions: 0, hash: 0 })
    }

    /// Moves one more item, at or behind position `from`, from the antecedent to the consequent,
    /// and so on.
    ///
    /// A smaller antecedent is at least as frequent, so the confidence never grows: where a
    /// consequent fails, all that contain it fail.
    fn grow(&mut self, from: usize, antecedent: Part, consequent: Part) -> Result<()> {
        for position in from..self.items.len() {
            let (bit, hash) = (1u32 << position, self.hashes[position]);
            let x = Part {
                positions: antecedent.positions & !bit,
                hash: antecedent.hash.wrapping_sub(hash),
            };
            let y = Part {
                positions: consequent.positions | bit,
                hash: consequent.hash.wrapping_add(hash),
            };
            // A long itemset has millions of splits.
            self.tried = self.tried.wrapping_add(1);
            if self.tried.is_multiple_of(4096) {
                self.control.check()?;
            }
            let (x_row, n_x) = self.find(x).ok_or_else(missing)?;
            if u64::from(n_x) > self.most {
                continue;
            }
            let (y_row, n_y) = self.find(y).ok_or_else(missing)?;
            if self.out.antecedent.len() == self.max_rules {
                return Err(Error::new(
                    ErrorKind::Limit,
                    format!(
                        "there are more than {} rules: raise min_confidence or min_support, lower \
                         max_length, ask for single consequents, or allow more with max_rules",
                        self.max_rules
                    ),
                ));
            }
            self.out.antecedent.push(x_row);
            self.out.consequent.push(y_row);
            self.out.n_x.push(n_x);
            self.out.n_y.push(n_y);
            self.out.n_xy.push(self.count);
            let taken = y.positions.count_ones() as usize;
            if taken < self.longest && taken + 1 < self.items.len() {
                self.grow(position + 1, x, y)?;
            }
        }
        Ok(())
    }

    /// The row and the count of a part.
    fn find(&self, part: Part) -> Option<(u32, u32)> {
        let length = part.positions.count_ones() as usize;
        let mut count = 0;
        let row = self.index.find(part.hash, |row| {
            let (items, n) = self.store.row(row);
            count = n;
            let mut positions = part.positions;
            items.len() == length
                && items.iter().all(|&item| {
                    let position = positions.trailing_zeros() as usize;
                    positions &= positions - 1;
                    self.items[position] == item
                })
        })?;
        Some((row, count))
    }
}

/// Mining with a `min_length` of 1 gives every subset of every itemset.
fn missing() -> Error {
    Error::new(ErrorKind::Internal, "the subset of a frequent itemset is not among the itemsets")
}
