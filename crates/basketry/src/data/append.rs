//! Baskets put together, and taken apart.

use std::sync::Arc;

use super::baskets::Baskets;
use super::ids::Ids;
use crate::{Error, ErrorKind, Result};

impl Baskets {
    /// Appends the baskets of `other`, whose items are matched by id. Items that are new here get
    /// the next indices in the order of [`other.ids()`](Self::ids), so that those there are keep
    /// theirs: it is as if all baskets had been read one after the other.
    ///
    /// Customers and weights stay with their baskets: their numbers must mean the same in both.
    ///
    /// ```
    /// use basketry::Baskets;
    ///
    /// let mut baskets = Baskets::from_lists([["bread", "butter"]])?;
    /// baskets.append(&Baskets::from_lists([["jam", "bread"]])?)?;
    /// assert_eq!((baskets.len(), baskets.ids().len()), (2, 3));
    /// assert_eq!(baskets.row(1), [0, 2]);
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Data`] if the ids of one are integers and those of the other strings, or if
    /// only one of them has customers or weights. The baskets then stay as they were.
    pub fn append(&mut self, other: &Baskets) -> Result<()> {
        let customers = match (self.customers(), other.customers()) {
            (Some(mine), Some(more)) => Some([mine, more].concat()),
            (None, None) => None,
            (None, Some(more)) if self.is_empty() => Some(more.to_vec()),
            (Some(mine), None) if other.is_empty() => Some(mine.to_vec()),
            _ => {
                return Err(Error::new(
                    ErrorKind::Data,
                    "customers: only one of the two knows who bought its baskets",
                ));
            }
        };
        let (ids, indices) = appended_ids(self.ids(), other.ids())?;
        let weights: Vec<f64> = match (self.weights(), other.weights()) {
            (Some(mine), Some(more)) => mine.chain(more).collect(),
            (None, None) => Vec::new(),
            (None, Some(more)) if self.is_empty() => more.collect(),
            (Some(mine), None) if other.is_empty() => mine.collect(),
            _ => {
                return Err(Error::new(
                    ErrorKind::Data,
                    "weights: only one of the two has weights for its baskets",
                ));
            }
        };
        if weights.is_empty() {
            self.extend_rows(other, ids, indices.as_deref(), customers);
        } else {
            let mut all = self.clone();
            all.extend_rows(other, ids, indices.as_deref(), customers);
            *self = all.with_weights(&weights)?;
        }
        Ok(())
    }

    /// The baskets with these numbers, in this order. They share the ids, of which some may then
    /// occur in no basket.
    ///
    /// ```
    /// use basketry::Baskets;
    ///
    /// let baskets = Baskets::from_lists([vec!["bread"], vec!["jam"], vec![]])?;
    /// let some = baskets.take(&[2, 1])?;
    /// assert_eq!((some.row(0).len(), some.row(1)), (0, &[1][..]));
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] names a number that no basket has.
    pub fn take(&self, numbers: &[usize]) -> Result<Baskets> {
        if let Some(number) = numbers.iter().find(|&&number| number >= self.len()) {
            return Err(Error::argument(format!(
                "basket {number}: there are {} baskets, counted from 0",
                self.len()
            )));
        }
        let mut offsets = Vec::with_capacity(numbers.len() + 1);
        let mut items = Vec::new();
        offsets.push(0);
        for &number in numbers {
            items.extend_from_slice(self.row(number));
            offsets.push(items.len() as u64);
        }
        let taken = Baskets::from_rows(offsets, items, self.ids().clone());
        let taken = match self.customers() {
            Some(customers) => {
                let of: Vec<u32> = numbers.iter().map(|&number| customers[number]).collect();
                taken.of_customers(&of)
            }
            None => taken,
        };
        match self.weights() {
            Some(weights) if !numbers.is_empty() => {
                let all: Vec<f64> = weights.collect();
                let of: Vec<f64> = numbers.iter().map(|&number| all[number]).collect();
                taken.with_weights(&of)
            }
            _ => Ok(taken),
        }
    }
}

/// Whether two sets of ids are the same, in the same order.
pub(crate) fn same_ids(a: &Arc<Ids>, b: &Arc<Ids>) -> bool {
    Arc::ptr_eq(a, b) || (a.kind() == b.kind() && a.len() == b.len() && a.iter().eq(b.iter()))
}

/// The ids of `first`, then those that only `second` has, and for each of `second` its index among
/// them; `None` if that is the one it had.
pub(crate) fn appended_ids(
    first: &Arc<Ids>,
    second: &Arc<Ids>,
) -> Result<(Arc<Ids>, Option<Vec<u32>>)> {
    if second.is_empty() || same_ids(first, second) {
        return Ok((first.clone(), None));
    }
    if first.is_empty() {
        return Ok((second.clone(), None));
    }
    if first.kind() != second.kind() {
        return Err(Error::new(
            ErrorKind::Data,
            format!(
                "the ids of one are {}, those of the other {}; ids are never converted",
                first.kind().plural(),
                second.kind().plural()
            ),
        ));
    }
    let mut all = Ids::clone(first);
    let indices = second.iter().map(|id| all.intern(id)).collect::<Result<Vec<u32>>>()?;
    Ok((Arc::new(all), Some(indices)))
}
