//! Counting given itemsets in baskets.

use std::ops::Range;
use std::sync::Arc;

use super::itemset_counts::ItemsetCounts;
use super::{SetList, UNKNOWN};
use crate::data::append::same_ids;
use crate::mine::itemsets::Itemsets;
use crate::mine::miner::Rows;
use crate::mine::miner::threads::{Pool, check_threads};
use crate::{Baskets, Control, Error, ErrorKind, Ids, Result};

/// Some of the baskets.
pub(crate) fn rows_of(baskets: &Baskets, range: Range<usize>) -> Result<Rows<'_>> {
    if range.len() > u32::MAX as usize {
        return Err(Error::new(
            ErrorKind::Limit,
            format!("{} baskets, expected at most 4,294,967,295", range.len()),
        ));
    }
    Ok(Rows {
        offsets: &baskets.offsets()[range.start..=range.end],
        items: baskets.items(),
        universe: baskets.ids().len(),
    })
}

/// How many of the rows, with items among `row_ids`, hold each of these itemsets, with items among
/// `ids`.
pub(super) fn count_in(
    rows: Rows<'_>,
    row_ids: &Arc<Ids>,
    ids: &Arc<Ids>,
    sets: &SetList,
    threads: Option<usize>,
    control: &Control,
) -> Result<Vec<u32>> {
    check_threads(threads)?;
    let mut list = sets.clone();
    if !same_ids(ids, row_ids) {
        let find = |id| row_ids.find(id).unwrap_or(UNKNOWN);
        let indices: Vec<u32> = ids.iter().map(find).collect();
        list.renumber(|item| indices[item as usize]);
    }
    super::counts_of(rows, list, &Pool::new(threads), control)
}

/// How many of the baskets hold each of the itemsets, in their order: the same itemsets, with their
/// counts in these baskets, those in none included.
///
/// Items are matched by id. It takes `threads` threads, or those of the current pool.
///
/// ```
/// use basketry::mine::count;
/// use basketry::{Baskets, Control, ItemsetOptions, MinSupport, itemsets};
///
/// let control = Control::new();
/// let june = Baskets::from_lists([vec!["bread", "butter"], vec!["bread", "butter", "jam"]])?;
/// let july = Baskets::from_lists([vec!["butter", "bread"], vec!["jam"], vec!["bread"]])?;
/// let sets = itemsets(&june, &ItemsetOptions::new(MinSupport::Count(2)), &control)?;
/// let later = count(&july, &sets, None, &control)?;
/// assert_eq!(later.count_of(["bread", "butter"]), Some(1));
/// assert_eq!(later.baskets(), 3);
/// # Ok::<(), basketry::Error>(())
/// ```
///
/// # Errors
/// [`InvalidArgument`](ErrorKind::InvalidArgument) for 0 threads or baskets with weights,
/// [`Data`](ErrorKind::Data) if there are no baskets, and [`Cancelled`](ErrorKind::Cancelled).
pub fn count(
    baskets: &Baskets,
    sets: &Itemsets,
    threads: Option<usize>,
    control: &Control,
) -> Result<Itemsets> {
    baskets.require_some()?;
    let mut counts = ItemsetCounts::of(sets);
    counts.add(baskets, threads, control)?;
    counts.itemsets()
}
