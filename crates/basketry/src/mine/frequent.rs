//! From baskets to their frequent itemsets: checks the options and calls the miner they need.

use super::columns::Store;
use super::itemsets::Itemsets;
use super::kinds;
use super::miner::{self, Rows, Settings};
use super::options::{ItemsetOptions, Kind};
use crate::{Baskets, Control, Result};

/// All sets of items that at least `min_support` baskets hold, or those of them of the `kind` that
/// the options ask for, each with the number of baskets that hold it. The empty set is not among
/// them; items in every basket are, unless generators are asked for.
///
/// ```
/// use basketry::{Baskets, Control, ItemsetOptions, MinSupport, itemsets};
///
/// let baskets = Baskets::from_lists([
///     vec!["bread", "butter"], vec!["bread", "butter", "jam"], vec!["bread"], vec!["jam"],
/// ])?;
/// let sets = itemsets(&baskets, &ItemsetOptions::new(MinSupport::Share(0.5)), &Control::new())?;
/// assert_eq!(sets.len(), 4);
/// assert_eq!(sets.count_of(["butter", "bread"]), Some(2));
/// # Ok::<(), basketry::Error>(())
/// ```
///
/// # Errors
/// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names the option that is out of range, [`Data`](crate::ErrorKind::Data) if
/// there are no baskets, [`Limit`](crate::ErrorKind::Limit) if there are more than `max_itemsets` itemsets, and
/// [`Cancelled`](crate::ErrorKind::Cancelled).
pub fn itemsets(
    baskets: &Baskets,
    options: &ItemsetOptions,
    control: &Control,
) -> Result<Itemsets> {
    control.check()?;
    options.validate()?;
    baskets.require_some()?;
    let total = baskets.len() as u64;
    let min_count = options.min_support.count(total)?;
    let settings = Settings {
        min_count,
        min_length: options.min_length,
        max_length: options.max_length.unwrap_or(usize::MAX),
        // Rows are numbered with 32 bits.
        max_itemsets: options.max_itemsets.min(u64::from(u32::MAX - 1)),
        threads: options.threads,
    };
    let rows =
        Rows { offsets: baskets.offsets(), items: baskets.items(), universe: baskets.ids().len() };
    let levels = match options.kind {
        Kind::All => miner::mine(rows, &settings, control)?,
        kind => {
            let found = kinds::mine(rows, None, kind, &settings, control)?;
            debug_assert!(found.weights.is_none());
            found.lengths
        }
    };
    let mut store = Store::new(baskets.ids().clone(), total, min_count, levels);
    if options.kind != Kind::All {
        store.gaps = Some("kind");
        // The smallest closed set around a subset of a closed set lies within that.
        store.closed = options.kind == Kind::Closed && options.min_length == 1;
    } else if options.min_length > 1 {
        store.gaps = Some("min_length");
    }
    Ok(Itemsets::of(store))
}
