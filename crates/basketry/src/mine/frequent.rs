//! From baskets to their frequent itemsets: checks the options and calls the miner they need.

use super::columns::Store;
use super::hierarchy::Extension;
use super::itemsets::Itemsets;
use super::kinds;
use super::miner::{self, Rows, Settings};
use super::options::{ItemsetOptions, Kind, MinSupport};
use super::select::{self, Source};
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
    let extension = options.hierarchy.as_ref().map(|h| Extension::new(baskets, h, control));
    let extension = extension.transpose()?;
    let source = match &extension {
        Some(extension) => Source {
            rows: extension.rows(),
            ids: extension.baskets.ids(),
            kin: Some(&extension.kin),
        },
        None => {
            let (offsets, items) = (baskets.offsets(), baskets.items());
            let rows = Rows { offsets, items, universe: baskets.ids().len() };
            Source { rows, ids: baskets.ids(), kin: None }
        }
    };
    let engine = |rows: Rows<'_>, settings: &Settings, control: &Control| match options.kind {
        Kind::All => miner::mine(rows, settings, control),
        kind => {
            let found = kinds::mine(rows, None, kind, settings, control)?;
            debug_assert!(found.weights.is_none());
            Ok(found.lengths)
        }
    };
    let found = select::find(source, options, &settings, &engine, control)?;
    let mut store = Store::new(source.ids.clone(), total, found.min_count, found.lengths);
    if let MinSupport::Share(share) = options.min_support
        && found.min_count == min_count
    {
        store.min_support = share;
    }
    store.gaps = found.gaps;
    // The smallest closed set around a subset of a closed set lies within that.
    store.closed = options.kind == Kind::Closed && found.gaps == Some("kind");
    let sets = Itemsets::of(store);
    if options.top.is_some() { sets.sorted_by("support") } else { Ok(sets) }
}
