//! More general rules: the same consequent, fewer items in the antecedent.

use std::cmp::Ordering;

use ahash::RandomState;
use hashbrown::HashMap;

use super::super::columns::Store;
use super::super::index::{SetIndex, item_hash};
use super::super::rules::RuleStore;
use super::{Counts, Measure, formulas};
use crate::{Error, ErrorKind, Result};

/// Antecedents of up to so many items have few subsets, which are looked at one by one; the best
/// of those of longer ones is put together from what is known about their subsets.
const SHORT: usize = 4;

/// How many results are kept: about 30 MB.
const KEPT: usize = 1 << 20;

/// A more general rule: how many baskets its antecedent has, and its antecedent with y.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Best {
    pub n_z: u64,
    pub n_zy: u64,
}

impl Best {
    /// Compares the confidences, exactly.
    pub(crate) fn compare(self, other: Self) -> Ordering {
        let product = |a: u64, b: u64| u128::from(a) * u128::from(b);
        product(self.n_zy, other.n_z).cmp(&product(other.n_zy, self.n_z))
    }

    /// How much more confident than `other` this is.
    pub(crate) fn improvement(self, other: Self) -> f64 {
        let product = |a: u64, b: u64| i128::from(a) * i128::from(b);
        let difference = product(self.n_zy, other.n_z) - product(other.n_zy, self.n_z);
        difference as f64 / product(self.n_z, other.n_z) as f64
    }

    /// How many times as confident as `other` this is.
    fn boost(self, other: Self) -> f64 {
        let product = |a: u64, b: u64| u128::from(a) * u128::from(b);
        product(self.n_zy, other.n_z) as f64 / product(other.n_zy, self.n_z) as f64
    }

    fn more_confident(self, other: Option<Self>) -> Self {
        match other {
            Some(other) if other.compare(self) == Ordering::Greater => other,
            _ => self,
        }
    }
}

impl From<Counts> for Best {
    /// The rule itself.
    fn from(counts: Counts) -> Self {
        Self { n_z: counts.n_x, n_zy: counts.n_xy }
    }
}

/// Finds the generalisations of rules.
pub(crate) struct Generalise<'a> {
    sets: &'a Store,
    index: &'a SetIndex,
    /// Whether the rule without antecedent, whose confidence is the share of baskets with y, is one
    /// of them.
    empty: bool,
    /// The most confident generalisation by rows of the antecedent, which is not short, and the
    /// consequent. Nothing is read off its order.
    known: HashMap<(u32, u32), Best, RandomState>,
    items: Vec<u32>,
}

impl<'a> Generalise<'a> {
    /// Of rules between these itemsets.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] names the option that left out subsets of the itemsets.
    pub(crate) fn new(sets: &'a Store, empty: bool) -> Result<Self> {
        if let Some(option) = sets.gaps {
            return Err(Error::argument(format!(
                "{option}: it left out subsets of the itemsets, but a rule is compared with all \
                 that have fewer items in the antecedent: mine without it and select the rules \
                 afterwards"
            )));
        }
        let known = HashMap::with_hasher(RandomState::with_seeds(1, 2, 3, 4));
        Ok(Self { sets, index: sets.index(), empty, known, items: Vec::new() })
    }

    /// The most confident generalisation of the rule between the itemsets in these rows; `None` if
    /// it has none.
    pub(crate) fn best(&mut self, x_row: u32, y_row: u32) -> Result<Option<Best>> {
        let x = self.sets.row(x_row).0;
        if x.len() <= SHORT {
            return self.best_of_few(x, y_row);
        }
        if let Some(&known) = self.known.get(&(x_row, y_row)) {
            return Ok(Some(known));
        }
        let mut best = None;
        for skipped in 0..x.len() {
            let (z_row, general) = self.without(x, skipped, y_row)?;
            best = Some(general.more_confident(best));
            if let Some(inner) = self.best(z_row, y_row)? {
                best = Some(inner.more_confident(best));
            }
        }
        if let Some(best) = best {
            if self.known.len() == KEPT {
                self.known.clear();
            }
            self.known.insert((x_row, y_row), best);
        }
        Ok(best)
    }

    /// Looks at every subset.
    fn best_of_few(&mut self, x: &[u32], y_row: u32) -> Result<Option<Best>> {
        let mut best = self.empty.then(|| self.nothing(y_row));
        for kept in 1..(1u32 << x.len()) - 1 {
            let (_, general) = self.subset(x, |k| kept >> k & 1 == 1, y_row)?;
            best = Some(general.more_confident(best));
        }
        Ok(best)
    }

    /// The generalisation that lacks one item of x: its antecedent's row, if it is not empty, and
    /// its counts.
    pub(crate) fn without(&mut self, x: &[u32], skipped: usize, y_row: u32) -> Result<(u32, Best)> {
        self.subset(x, |k| k != skipped, y_row)
    }

    /// The rule without antecedent.
    pub(crate) fn nothing(&self, y_row: u32) -> Best {
        Best { n_z: self.sets.baskets, n_zy: self.sets.row(y_row).1.into() }
    }

    fn subset(
        &mut self,
        x: &[u32],
        mut keep: impl FnMut(usize) -> bool,
        y_row: u32,
    ) -> Result<(u32, Best)> {
        self.items.clear();
        self.items.extend(x.iter().enumerate().filter(|&(k, _)| keep(k)).map(|(_, &item)| item));
        let (z_row, n_z) = self.find()?;
        // Both are ascending.
        let y = self.sets.row(y_row).0;
        let mut at = 0;
        for &item in y {
            while self.items.get(at).is_some_and(|&other| other < item) {
                at += 1;
            }
            self.items.insert(at, item);
        }
        let (_, n_zy) = self.find()?;
        Ok((z_row, Best { n_z, n_zy }))
    }

    /// The row and the count of the collected items.
    fn find(&self) -> Result<(u32, u64)> {
        let hash = self.items.iter().fold(0u64, |sum, &item| sum.wrapping_add(item_hash(item)));
        let mut count = 0;
        let row = self.index.find(hash, |row| {
            let (items, n) = self.sets.row(row);
            count = n;
            items == self.items
        });
        let row = row.ok_or_else(|| {
            Error::new(
                ErrorKind::Internal,
                "the subset of a frequent itemset is not among the itemsets",
            )
        })?;
        Ok((row, count.into()))
    }
}

/// Computes one measure of the rules of a store.
pub(crate) struct Evaluator<'a> {
    store: &'a RuleStore,
    measure: Measure,
    generalise: Option<Generalise<'a>>,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(store: &'a RuleStore, measure: Measure) -> Self {
        let generalise = match measure.needs_generalisations() {
            true => Generalise::new(&store.sets, true).ok(),
            false => None,
        };
        Self { store, measure, generalise }
    }

    /// The value for the rule in this row of the store.
    #[inline]
    pub(crate) fn value(&mut self, row: u32) -> f64 {
        let counts = self.store.counts(row);
        let Some(generalise) = &mut self.generalise else {
            return formulas::value(self.measure, counts, self.store.thresholds);
        };
        let columns = &self.store.columns;
        let (x, y) = (columns.antecedent[row as usize], columns.consequent[row as usize]);
        // Rules are made of itemsets whose subsets are all there.
        let Ok(Some(best)) = generalise.best(x, y) else { return f64::NAN };
        match self.measure {
            Measure::Boost => Best::from(counts).boost(best),
            _ => Best::from(counts).improvement(best),
        }
    }
}
