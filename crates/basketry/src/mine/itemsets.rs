//! Frequent itemsets as columns.

use std::sync::Arc;

use crate::{Baskets, Control, Error, ErrorKind, Ids, Result};

/// The least support an itemset must have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MinSupport {
    /// A share of the baskets, above 0 and at most 1.
    Share(f64),
    /// A number of baskets, at least 1.
    Count(u64),
}

/// What to mine.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ItemsetOptions {
    /// The least support.
    pub min_support: MinSupport,
}

impl ItemsetOptions {
    /// All frequent itemsets of at least this support.
    pub fn new(min_support: MinSupport) -> Self {
        Self { min_support }
    }
}

/// Frequent itemsets, one row each, in columns.
#[derive(Clone, Debug)]
pub struct Itemsets {
    pub(crate) ids: Arc<Ids>,
    pub(crate) baskets: u64,
}

/// All itemsets with at least the given support.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] names `min_support` if it is out of range.
pub fn itemsets(
    baskets: &Baskets,
    options: &ItemsetOptions,
    control: &Control,
) -> Result<Itemsets> {
    control.check()?;
    if let MinSupport::Share(share) = options.min_support {
        if !(share > 0.0 && share <= 1.0) {
            return Err(Error::new(ErrorKind::InvalidArgument, "min_support: out of range"));
        }
    }
    Ok(Itemsets { ids: baskets.ids().clone(), baskets: baskets.len() as u64 })
}
