//! Which of the frequent itemsets: constraints, the most frequent ones, least supports of single
//! items, hierarchies.

use basketry::{Id, IdRef, ItemsetOptions, MinSupport};

use crate::error::invalid;
use crate::hierarchy::basketry_hierarchy;
use crate::strings::{Grows, array, basketry_id, basketry_ids, grown};

/// The least support of one item. Set either min_share or min_count.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_item_min_support {
    /// The item.
    pub item: basketry_id,
    /// As a share of the baskets, above 0 and at most 1. 0 if min_count is used.
    pub min_share: f64,
    /// As a number of baskets, at least 1. 0 if min_share is used.
    pub min_count: u64,
}

/// Which of the frequent itemsets to mine. An id that no basket holds is no error here; one of
/// another type than those of the baskets is.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_itemset_selection {
    /// The size of this struct; BASKETRY_ITEMSET_SELECTION_INIT sets it.
    pub struct_size: usize,
    /// Only so many itemsets, those of the largest support, which come first; among equal supports
    /// shorter ones come first. The least support may then be left at 0. 0 means all.
    pub top: u64,
    /// Only itemsets that hold all of these.
    pub must_contain: basketry_ids,
    /// Only itemsets that hold none of these.
    pub must_not_contain: basketry_ids,
    /// Only itemsets of these, as if nothing else were in the baskets. Null means any.
    pub only_from: *const basketry_ids,
    /// Items with a least support of their own: an itemset must reach the smallest least support
    /// of its items. Null if there are none.
    pub item_min_supports: *const basketry_item_min_support,
    /// How many item_min_supports there are.
    pub n_item_min_supports: usize,
    /// What items are kinds of: itemsets then hold items and categories, and no item next to its
    /// own category. Null means items only. It may be freed after mining.
    pub hierarchy: *const basketry_hierarchy,
}

// SAFETY: plain numbers and pointers behind the size.
unsafe impl Grows for basketry_itemset_selection {
    const NAME: &'static str = "basketry_itemset_selection";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        top: 0,
        must_contain: basketry_ids { ids: std::ptr::null(), len: 0 },
        must_not_contain: basketry_ids { ids: std::ptr::null(), len: 0 },
        only_from: std::ptr::null(),
        item_min_supports: std::ptr::null(),
        n_item_min_supports: 0,
        hierarchy: std::ptr::null(),
    };
}

/// A least support given as a share or as a count; `None` if both are 0.
pub(crate) fn min_support(share: f64, count: u64) -> basketry::Result<Option<MinSupport>> {
    match (share, count) {
        (0.0, 0) => Ok(None),
        (0.0, count) => Ok(Some(MinSupport::Count(count))),
        (share, 0) => Ok(Some(MinSupport::Share(share))),
        _ => Err(invalid("min_share, min_count: expected one of them to be 0")),
    }
}

/// The options of this least support and this selection, which may be null.
///
/// # Safety
/// As for arrays, texts and structs that can grow; the hierarchy is null or one that lives.
pub(crate) unsafe fn options(
    min_support: Option<MinSupport>,
    selection: *const basketry_itemset_selection,
) -> basketry::Result<ItemsetOptions> {
    // SAFETY: passed on to the caller.
    let selection = unsafe { grown(selection, "selection") }?;
    let selection = selection.unwrap_or(basketry_itemset_selection::DEFAULT);
    let mut options = match (min_support, selection.top) {
        (Some(min_support), _) => ItemsetOptions::new(min_support),
        (None, 0) => {
            return Err(invalid("min_share, min_count: expected one of them to be set"));
        }
        (None, top) => ItemsetOptions::most_frequent(top),
    };
    options.top = (selection.top > 0).then_some(selection.top);
    let owned = |ids: Vec<IdRef<'_>>| -> Vec<Id> { ids.into_iter().map(Id::from).collect() };
    // SAFETY: passed on to the caller.
    let ids = |ids: basketry_ids, name| unsafe { basketry_id::array(ids.ids, ids.len, name) };
    options.must_contain = owned(ids(selection.must_contain, "must_contain")?);
    options.must_not_contain = owned(ids(selection.must_not_contain, "must_not_contain")?);
    if !selection.only_from.is_null() {
        // SAFETY: passed on to the caller.
        let only = unsafe { array(selection.only_from, 1, "only_from") }?[0];
        options.only_from = Some(owned(ids(only, "only_from")?));
    }
    const NAME: &str = "item_min_supports";
    let (items, number) = (selection.item_min_supports, selection.n_item_min_supports);
    // SAFETY: passed on to the caller.
    for (i, item) in unsafe { array(items, number, NAME) }?.iter().enumerate() {
        // SAFETY: passed on to the caller.
        let id = unsafe { item.item.require(&format!("{NAME}[{i}].item")) }?;
        let support = self::min_support(item.min_share, item.min_count)
            .map_err(|error| invalid(format!("{NAME}[{i}]: {error}")))?;
        let support = support.ok_or_else(|| {
            invalid(format!("{NAME}[{i}]: expected min_share or min_count to be set"))
        })?;
        options.item_min_support.push((id.to_owned(), support));
    }
    // SAFETY: passed on to the caller.
    let hierarchy = unsafe { selection.hierarchy.as_ref() };
    options.hierarchy = hierarchy.map(|hierarchy| hierarchy.hierarchy.clone());
    Ok(options)
}
