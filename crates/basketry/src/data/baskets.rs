//! The miner's view of orders: the distinct items of each basket, in compressed rows.

use std::sync::Arc;

use super::ids::{Id, IdKind, IdRef, Ids};
use super::weights::Weights;
use crate::{Error, ErrorKind, Result};

/// Baskets of distinct items, stored as compressed sparse rows.
///
/// Row `b` holds the items `items[offsets[b]..offsets[b + 1]]`, as indices into
/// [`ids`](Self::ids), sorted ascending and without repetition. Empty baskets are kept: they
/// count in the number of baskets that supports are divided by.
#[derive(Clone, Debug)]
pub struct Baskets {
    offsets: Vec<u64>,
    items: Vec<u32>,
    ids: Arc<Ids>,
    skipped: u64,
    customers: Option<Arc<[u32]>>,
    pub(super) weights: Option<Weights>,
}

impl Baskets {
    /// Baskets from lists of ids. Repeated ids within a list count once.
    ///
    /// ```
    /// use basketry::Baskets;
    ///
    /// let baskets = Baskets::from_lists([vec!["bread", "butter"], vec!["bread", "bread"]])?;
    /// assert_eq!((baskets.len(), baskets.ids().len()), (2, 2));
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Data`] if integers and strings are mixed.
    pub fn from_lists<I>(lists: impl IntoIterator<Item = I>) -> Result<Self>
    where
        I: IntoIterator,
        I::Item: Into<Id>,
    {
        let mut ids: Option<Ids> = None;
        let mut rows = Rows::default();
        for (b, list) in lists.into_iter().enumerate() {
            for id in list {
                let id: Id = id.into();
                let ids = ids.get_or_insert_with(|| Ids::new(id.as_ref().kind()));
                let item = ids
                    .intern(&id)
                    .map_err(|error| Error::new(error.kind(), format!("basket {b}: {error}")))?;
                rows.push(item);
            }
            rows.end();
        }
        let ids = ids.unwrap_or_else(|| Ids::new(IdKind::Str));
        Ok(rows.finish(Arc::new(ids)))
    }

    /// Baskets from rows that are sorted and distinct already.
    pub(crate) fn from_rows(offsets: Vec<u64>, items: Vec<u32>, ids: Arc<Ids>) -> Self {
        debug_assert_eq!(offsets.last().copied(), Some(items.len() as u64));
        debug_assert!(
            offsets
                .windows(2)
                .all(|w| items[w[0] as usize..w[1] as usize].is_sorted_by(|a, b| a < b))
        );
        Self { offsets, items, ids, skipped: 0, customers: None, weights: None }
    }

    pub(crate) fn with_skipped(mut self, skipped: u64) -> Self {
        self.skipped = skipped;
        self
    }

    /// The same baskets with who bought each: one number for each basket, baskets of the same
    /// number being the same customer's. The distinct customers behind a rule can then be counted.
    ///
    /// ```
    /// use basketry::Baskets;
    ///
    /// let baskets = Baskets::from_lists([["bread"], ["jam"], ["jam"]])?.with_customers([7, 1, 7])?;
    /// assert_eq!(baskets.customers(), Some(&[7, 1, 7][..]));
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if there is not one number for each basket.
    pub fn with_customers(mut self, customers: impl Into<Arc<[u32]>>) -> Result<Self> {
        let customers = customers.into();
        if customers.len() != self.len() {
            return Err(Error::argument(format!(
                "customers: expected {} numbers, one for each basket, got {}",
                self.len(),
                customers.len()
            )));
        }
        self.customers = Some(customers);
        Ok(self)
    }

    /// As [`with_customers`](Self::with_customers), where there is one number for each basket.
    pub(crate) fn of_customers(mut self, customers: &[u32]) -> Self {
        debug_assert_eq!(customers.len(), self.len());
        self.customers = Some(customers.into());
        self
    }

    /// For each basket a number that stands for who bought it; `None` if that is not known.
    pub fn customers(&self) -> Option<&[u32]> {
        self.customers.as_deref()
    }

    /// The weights of the baskets in whole units.
    pub(crate) fn exact_weights(&self) -> Option<&Weights> {
        self.weights.as_ref()
    }

    /// Rows of the source that were left out because of a null (only where the caller chose
    /// [`OnBad::Skip`](crate::OnBad)).
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The number of baskets, empty ones included.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// True if there is no basket.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The ids behind the item indices.
    pub fn ids(&self) -> &Arc<Ids> {
        &self.ids
    }

    /// The items of basket `index` as indices into [`ids`](Self::ids), ascending. Panics if there
    /// is no such basket.
    pub fn row(&self, index: usize) -> &[u32] {
        &self.items[self.offsets[index] as usize..self.offsets[index + 1] as usize]
    }

    /// The ids in basket `index`.
    pub fn basket(&self, index: usize) -> impl ExactSizeIterator<Item = IdRef<'_>> {
        self.row(index).iter().map(|&item| self.ids.get(item))
    }

    /// All rows in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u32]> {
        (0..self.len()).map(|index| self.row(index))
    }

    /// Where each row begins in [`items`](Self::items); one more entry than there are baskets.
    pub fn offsets(&self) -> &[u64] {
        &self.offsets
    }

    /// The items of all rows, end to end.
    pub fn items(&self) -> &[u32] {
        &self.items
    }

    /// Appends the rows of `other`, whose items have these indices among `ids`, and sets the
    /// customers of all.
    pub(super) fn extend_rows(
        &mut self,
        other: &Baskets,
        ids: Arc<Ids>,
        indices: Option<&[u32]>,
        customers: Option<Vec<u32>>,
    ) {
        let base = self.items.len() as u64;
        self.items.reserve(other.items.len());
        for row in other.rows() {
            let start = self.items.len();
            match indices {
                None => self.items.extend_from_slice(row),
                Some(indices) => {
                    self.items.extend(row.iter().map(|&item| indices[item as usize]));
                    self.items[start..].sort_unstable();
                }
            }
        }
        self.offsets.extend(other.offsets[1..].iter().map(|&end| base + end));
        self.ids = ids;
        self.skipped += other.skipped;
        self.customers = customers.map(Into::into);
    }

    /// An error if there is nothing to learn from.
    pub(crate) fn require_some(&self) -> Result<()> {
        if self.is_empty() {
            return Err(Error::new(ErrorKind::Data, "there are no baskets: expected at least one"));
        }
        Ok(())
    }
}

/// Collects rows of item indices; sorts each and drops repetitions.
#[derive(Debug)]
pub(crate) struct Rows {
    offsets: Vec<u64>,
    items: Vec<u32>,
    start: usize,
}

impl Default for Rows {
    fn default() -> Self {
        Self { offsets: vec![0], items: Vec::new(), start: 0 }
    }
}

impl Rows {
    #[inline]
    pub(crate) fn push(&mut self, item: u32) {
        self.items.push(item);
    }

    /// Ends the current row.
    pub(crate) fn end(&mut self) {
        let row = &mut self.items[self.start..];
        if !row.is_sorted_by(|a, b| a < b) {
            row.sort_unstable();
            let mut kept = 1;
            for i in 1..row.len() {
                if row[i] != row[kept - 1] {
                    row[kept] = row[i];
                    kept += 1;
                }
            }
            self.items.truncate(self.start + kept);
        }
        self.start = self.items.len();
        self.offsets.push(self.start as u64);
    }

    pub(crate) fn finish(self, ids: Arc<Ids>) -> Baskets {
        Baskets::from_rows(self.offsets, self.items, ids)
    }
}
