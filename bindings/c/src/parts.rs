//! Counting given itemsets, mining in parts, and updates.

use std::mem::MaybeUninit;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use basketry::mine::{self, ItemsetCounts};
use basketry::{Control, ItemsetOptions, table_from_stream};

use crate::arrow::{export, take, taken};
use crate::baskets::basketry_baskets;
use crate::control::{basketry_control, run};
use crate::error::{basketry_status, call, free, get, invalid, make, required};
use crate::itemsets::{basketry_itemset_options, basketry_itemsets};
use crate::strings::{array, basketry_ids, grown};

/// The counts of given itemsets in the baskets that were looked at so far. They add up over parts.
pub struct basketry_itemset_counts {
    counts: ItemsetCounts,
}

/// The number of threads as an option: 0 means one for each core.
fn threads(threads: usize) -> Option<usize> {
    (threads > 0).then_some(threads)
}

/// Appends the baskets of other, whose items are matched by id. Items that are new get the next
/// numbers, so that those there are keep theirs.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_baskets_append(
    baskets: Option<&mut basketry_baskets>,
    other: Option<&basketry_baskets>,
) -> basketry_status {
    call(|| {
        let (baskets, other) = (required(baskets, "baskets")?, required(other, "other")?);
        baskets.change().append(&other.baskets)
    })
}

/// Makes baskets of those with these numbers, in this order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_baskets_take(
    baskets: Option<&basketry_baskets>,
    numbers: *const usize,
    n_numbers: usize,
    out: Option<&mut MaybeUninit<*mut basketry_baskets>>,
) -> basketry_status {
    make(out, || {
        let baskets = required(baskets, "baskets")?;
        // SAFETY: the caller's promise for arrays.
        let numbers = unsafe { array(numbers, n_numbers, "numbers") }?;
        Ok(basketry_baskets::new(baskets.baskets.take(numbers)?))
    })
}

/// Counts itemsets in baskets: makes the same itemsets, in the same order, with their counts in
/// these baskets, those that none holds included. Items are matched by id. 0 threads means one for
/// each core.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_itemsets_count(
    baskets: Option<&basketry_baskets>,
    itemsets: Option<&basketry_itemsets>,
    n_threads: usize,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_itemsets>>,
) -> basketry_status {
    make(out, || {
        let baskets = &required(baskets, "baskets")?.baskets;
        let sets = &required(itemsets, "itemsets")?.itemsets;
        let counted =
            run(control, |control| mine::count(baskets, sets, threads(n_threads), control))?;
        Ok(basketry_itemsets::new(counted))
    })
}

/// Finds the frequent itemsets of baskets in parts: what basketry_itemsets_mine finds in all of
/// them together, in the same order. Parts may be empty. They are mined one at a time only where
/// max_memory leaves no room for a copy of their frequent items.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_itemsets_mine_parts(
    parts: *const *const basketry_baskets,
    n_parts: usize,
    options: *const basketry_itemset_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_itemsets>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for arrays and handles.
        let parts: Vec<_> = unsafe { handles(parts, n_parts, "parts") }?;
        let parts: Vec<_> = parts.into_iter().map(|part| &part.baskets).collect();
        // SAFETY: the caller's promise for structs that can grow and what they point to.
        let options = unsafe { options_of(options) }?;
        let sets = run(control, |control| mine::itemsets_in_parts(parts, &options, control))?;
        Ok(basketry_itemsets::new(sets))
    })
}

/// Finds the frequent itemsets of baskets that were appended to, given those of the first of them,
/// mined with the same max_length: what basketry_itemsets_mine finds, but for the most part by
/// counting in the new baskets only, where that is cheaper than mining all of them again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_itemsets_update(
    baskets: Option<&basketry_baskets>,
    itemsets: Option<&basketry_itemsets>,
    options: *const basketry_itemset_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_itemsets>>,
) -> basketry_status {
    make(out, || {
        let baskets = &required(baskets, "baskets")?.baskets;
        let sets = &required(itemsets, "itemsets")?.itemsets;
        // SAFETY: the caller's promise for structs that can grow and what they point to.
        let options = unsafe { options_of(options) }?;
        let sets = run(control, |control| mine::update(baskets, sets, &options, control))?;
        Ok(basketry_itemsets::new(sets))
    })
}

/// Finds the itemsets of a part of the baskets that may be frequent in all of them: the first pass
/// over baskets in parts. total is the number of all baskets; 0 means that it is not known, which
/// min_share allows. They are not counted yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_itemset_counts_candidates(
    part: Option<&basketry_baskets>,
    options: *const basketry_itemset_options,
    total: u64,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_itemset_counts>>,
) -> basketry_status {
    make(out, || {
        let part = &required(part, "part")?.baskets;
        // SAFETY: the caller's promise for structs that can grow and what they point to.
        let options = unsafe { options_of(options) }?;
        let total = (total > 0).then_some(total);
        let counts = run(control, |control| mine::candidates(part, &options, total, control))?;
        Ok(basketry_itemset_counts { counts })
    })
}

/// Takes the itemsets, in their order, to be counted.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_itemset_counts_from_itemsets(
    itemsets: Option<&basketry_itemsets>,
    out: Option<&mut MaybeUninit<*mut basketry_itemset_counts>>,
) -> basketry_status {
    make(out, || {
        let counts = ItemsetCounts::of(&required(itemsets, "itemsets")?.itemsets);
        Ok(basketry_itemset_counts { counts })
    })
}

/// Takes itemsets from lists of ids, to be counted. None may be empty or come twice.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_itemset_counts_from_lists(
    lists: *const basketry_ids,
    n_lists: usize,
    out: Option<&mut MaybeUninit<*mut basketry_itemset_counts>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for arrays and texts.
        let lists = unsafe { basketry_ids::array(lists, n_lists, "lists") }?;
        Ok(basketry_itemset_counts { counts: ItemsetCounts::from_lists(lists)? })
    })
}

/// Reads counts from an Arrow stream with a column itemset of lists of ids and maybe a column
/// count, as basketry_itemset_counts_export writes it. The stream is consumed: it is released
/// whatever the outcome.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_itemset_counts_from_arrow(
    stream: *mut FFI_ArrowArrayStream,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_itemset_counts>>,
) -> basketry_status {
    // SAFETY: the caller's promise for Arrow streams.
    let stream = unsafe { take(stream) };
    make(out, || {
        let stream = taken(stream)?;
        let read =
            |control: &Control| ItemsetCounts::from_reader(table_from_stream(stream)?, control);
        Ok(basketry_itemset_counts { counts: run(control, read)? })
    })
}

/// Makes the union of itemsets, to be counted. The order of the parts does not matter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_itemset_counts_union(
    parts: *const *const basketry_itemset_counts,
    n_parts: usize,
    out: Option<&mut MaybeUninit<*mut basketry_itemset_counts>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for arrays and handles.
        let parts = unsafe { handles(parts, n_parts, "parts") }?;
        let counts = ItemsetCounts::union(parts.into_iter().map(|part| &part.counts))?;
        Ok(basketry_itemset_counts { counts })
    })
}

/// Frees counts. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_itemset_counts_free(counts: Option<Box<basketry_itemset_counts>>) {
    free(counts);
}

/// How many itemsets there are; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_itemset_counts_len(counts: Option<&basketry_itemset_counts>) -> usize {
    get(0, || counts.map_or(0, |counts| counts.counts.len()))
}

/// How many baskets were counted; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_itemset_counts_baskets(counts: Option<&basketry_itemset_counts>) -> u64 {
    get(0, || counts.map_or(0, |counts| counts.counts.baskets()))
}

/// Counts the itemsets in these baskets too. 0 threads means one for each core.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_itemset_counts_add(
    counts: Option<&mut basketry_itemset_counts>,
    baskets: Option<&basketry_baskets>,
    n_threads: usize,
    control: Option<&basketry_control>,
) -> basketry_status {
    call(|| {
        let counts = &mut required(counts, "counts")?.counts;
        let baskets = &required(baskets, "baskets")?.baskets;
        run(control, |control| counts.add(baskets, threads(n_threads), control))
    })
}

/// Adds what was counted elsewhere, of the same itemsets. The order of merges does not matter.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_itemset_counts_merge(
    counts: Option<&mut basketry_itemset_counts>,
    other: Option<&basketry_itemset_counts>,
) -> basketry_status {
    call(|| {
        let counts = &mut required(counts, "counts")?.counts;
        counts.merge(&required(other, "other")?.counts)
    })
}

/// Makes itemsets of all, with their counts.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_itemset_counts_itemsets(
    counts: Option<&basketry_itemset_counts>,
    out: Option<&mut MaybeUninit<*mut basketry_itemsets>>,
) -> basketry_status {
    make(out, || Ok(basketry_itemsets::new(required(counts, "counts")?.counts.itemsets()?)))
}

/// Makes itemsets of the frequent ones: what basketry_itemsets_mine finds in all baskets that were
/// counted. Refused if some may be missing, because these are not the candidates that were mined in
/// all parts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_itemset_counts_frequent(
    counts: Option<&basketry_itemset_counts>,
    options: *const basketry_itemset_options,
    out: Option<&mut MaybeUninit<*mut basketry_itemsets>>,
) -> basketry_status {
    make(out, || {
        let counts = &required(counts, "counts")?.counts;
        // SAFETY: the caller's promise for structs that can grow and what they point to.
        let options = unsafe { options_of(options) }?;
        Ok(basketry_itemsets::new(counts.frequent(&options)?))
    })
}

/// Writes the counts to out as an Arrow stream with the columns itemset (a list of ids) and count,
/// for another machine. The stream keeps alive what it needs; release it as Arrow says.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_itemset_counts_export(
    counts: Option<&basketry_itemset_counts>,
    out: Option<&mut MaybeUninit<FFI_ArrowArrayStream>>,
) -> basketry_status {
    call(|| export(out, required(counts, "counts")?.counts.reader()?))
}

/// The options behind a pointer.
///
/// # Safety
/// As for structs that can grow, and for what they point to.
unsafe fn options_of(options: *const basketry_itemset_options) -> basketry::Result<ItemsetOptions> {
    // SAFETY: passed on to the caller.
    unsafe { required(grown(options, "options")?, "options")?.to_rust() }
}

/// The handles in an array.
///
/// # Safety
/// As for [`array`], and each pointer is null or a handle that lives for `'a`.
unsafe fn handles<'a, T>(
    data: *const *const T,
    len: usize,
    name: &str,
) -> basketry::Result<Vec<&'a T>> {
    // SAFETY: passed on to the caller.
    let pointers = unsafe { array(data, len, name) }?;
    pointers
        .iter()
        .enumerate()
        .map(|(i, &pointer)| {
            // SAFETY: passed on to the caller.
            unsafe { pointer.as_ref() }
                .ok_or_else(|| invalid(format!("{name}[{i}]: expected a pointer, got null")))
        })
        .collect()
}
