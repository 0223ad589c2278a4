//! Frequent itemsets.

use std::mem::MaybeUninit;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use basketry::mine::{Kind, Numbers, OnLimit};
use basketry::{ItemsetOptions, Itemsets};

use crate::arrow::export;
use crate::baskets::basketry_baskets;
use crate::control::{basketry_control, run};
use crate::error::{basketry_status, call, free, get, invalid, make, required};
use crate::selection::{self, basketry_itemset_selection, min_support};
use crate::strings::{Grows, basketry_id, basketry_str, grown};

/// Frequent itemsets, one row each. As mined, rows go by length, and within a length from
/// frequent to rare; the order depends on the baskets and the threshold only.
pub struct basketry_itemsets {
    pub(crate) itemsets: Itemsets,
    columns: OnceLock<Columns>,
    pub(crate) bytes: OnceLock<Vec<u8>>,
}

struct Columns {
    offsets: Vec<u64>,
    items: Vec<u32>,
    counts: Vec<u64>,
    lent: basketry_itemset_columns,
    /// The columns of numbers that were asked for by name, which stay where they are.
    named: Mutex<Vec<(String, Numbers)>>,
}

// SAFETY: the pointers in `lent` point into the vectors beside it, which nobody changes.
unsafe impl Send for Columns {}
// SAFETY: as above.
unsafe impl Sync for Columns {}

/// Which itemsets to mine. Set either min_share or min_count, or the top of the selection.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_itemset_options {
    /// The size of this struct; BASKETRY_ITEMSET_OPTIONS_INIT sets it.
    pub struct_size: usize,
    /// The least support as a share of the baskets, above 0 and at most 1; 1.0 means every basket.
    /// It stands for the decimal that was written and is compared in integers: 0.1 of 30 baskets
    /// is 3 baskets. 0 if min_count is used.
    pub min_share: f64,
    /// The least support as a number of baskets, at least 1; where baskets have weights, as a sum
    /// of them. 0 if min_share is used.
    pub min_count: u64,
    /// The least number of items in an itemset; 0 means 1. Rules need 1.
    pub min_length: usize,
    /// The largest number of items in an itemset; 0 means any.
    pub max_length: usize,
    /// How many threads to use; 0 means one for each core. The result is the same for any number.
    pub threads: usize,
    /// The largest number of itemsets; a threshold that yields more is an error instead of a
    /// machine out of memory. 0 means 20 million, which take about 1 GB.
    pub max_itemsets: u64,
    /// Which of these itemsets, see basketry_itemset_selection; null means all.
    pub selection: *const basketry_itemset_selection,
    /// Which of the itemsets: BASKETRY_KIND_ALL, BASKETRY_KIND_CLOSED, BASKETRY_KIND_MAXIMAL or
    /// BASKETRY_KIND_GENERATORS.
    pub kind: i32,
    /// What to do where a limit is reached: BASKETRY_ON_LIMIT_ERROR or BASKETRY_ON_LIMIT_PARTIAL.
    pub on_limit: i32,
    /// How many bytes the result and what is needed to find it may take, besides the baskets; 0
    /// means any.
    pub max_memory: u64,
    /// How many milliseconds mining may take; 0 means any.
    pub max_time_ms: u64,
}

/// All frequent itemsets.
pub const BASKETRY_KIND_ALL: i32 = 0;
/// Those of which no larger one is in as many baskets.
pub const BASKETRY_KIND_CLOSED: i32 = 1;
/// Those of which no larger one is frequent.
pub const BASKETRY_KIND_MAXIMAL: i32 = 2;
/// Those of which no smaller one is in as few baskets. The empty set, which is never among the
/// itemsets, is in all baskets.
pub const BASKETRY_KIND_GENERATORS: i32 = 3;

/// Where a limit is reached: an error.
pub const BASKETRY_ON_LIMIT_ERROR: i32 = 0;
/// Where a limit is reached: all itemsets of a larger least count, which stay within the limits.
/// basketry_itemsets_raised tells.
pub const BASKETRY_ON_LIMIT_PARTIAL: i32 = 1;

// SAFETY: plain numbers and a pointer behind the size.
unsafe impl Grows for basketry_itemset_options {
    const NAME: &'static str = "basketry_itemset_options";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        min_share: 0.0,
        min_count: 0,
        min_length: 0,
        max_length: 0,
        threads: 0,
        max_itemsets: 0,
        selection: std::ptr::null(),
        kind: BASKETRY_KIND_ALL,
        on_limit: 0,
        max_memory: 0,
        max_time_ms: 0,
    };
}

impl basketry_itemset_options {
    /// # Safety
    /// As for structs that can grow, arrays and texts, for what the selection points to.
    pub(crate) unsafe fn to_rust(self) -> basketry::Result<ItemsetOptions> {
        let min_support = min_support(self.min_share, self.min_count)?;
        // SAFETY: passed on to the caller.
        let mut options = unsafe { selection::options(min_support, self.selection) }?;
        options.kind = match self.kind {
            BASKETRY_KIND_ALL => Kind::All,
            BASKETRY_KIND_CLOSED => Kind::Closed,
            BASKETRY_KIND_MAXIMAL => Kind::Maximal,
            BASKETRY_KIND_GENERATORS => Kind::Generators,
            other => {
                return Err(invalid(format!(
                    "kind: expected one of the constants BASKETRY_KIND_..., got {other}"
                )));
            }
        };
        if self.min_length > 0 {
            options.min_length = self.min_length;
        }
        if self.max_length > 0 {
            options.max_length = Some(self.max_length);
        }
        if self.threads > 0 {
            options.threads = Some(self.threads);
        }
        if self.max_itemsets > 0 {
            options.max_itemsets = self.max_itemsets;
        }
        options.max_memory = (self.max_memory > 0).then_some(self.max_memory);
        options.max_time = (self.max_time_ms > 0).then(|| Duration::from_millis(self.max_time_ms));
        options.on_limit = match self.on_limit {
            BASKETRY_ON_LIMIT_ERROR => OnLimit::Error,
            BASKETRY_ON_LIMIT_PARTIAL => OnLimit::Partial,
            other => return Err(invalid(format!("on_limit: {other}, expected 0 or 1"))),
        };
        Ok(options)
    }
}

/// The columns of all itemsets: the items of row i are items[offsets[i]] up to, but without,
/// items[offsets[i + 1]].
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_itemset_columns {
    /// How many rows there are.
    pub len: usize,
    /// Where the items of each row begin: len + 1 numbers.
    pub offsets: *const u64,
    /// The items of all rows, ascending within a row; basketry_itemsets_item gives their ids.
    pub items: *const u32,
    /// For each row, the number of baskets that hold all of its items.
    pub counts: *const u64,
    /// The number of baskets that were mined: what to divide counts by for a support.
    pub baskets: u64,
}

/// Finds all sets of items that enough baskets hold. Options are required, as there is no
/// threshold that suits all data.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_itemsets_mine(
    baskets: Option<&basketry_baskets>,
    options: *const basketry_itemset_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_itemsets>>,
) -> basketry_status {
    make(out, || {
        let baskets = &required(baskets, "baskets")?.baskets;
        // SAFETY: the caller's promise for structs that can grow.
        let options = required(unsafe { grown(options, "options") }?, "options")?;
        // SAFETY: the same for what they point to, and the promise for arrays and texts.
        let options = unsafe { options.to_rust() }?;
        let itemsets = run(control, |control| basketry::itemsets(baskets, &options, control))?;
        Ok(basketry_itemsets::new(itemsets))
    })
}

/// Frees itemsets. Null is allowed. Rules made from them stay as they are.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_itemsets_free(itemsets: Option<Box<basketry_itemsets>>) {
    free(itemsets);
}

/// How many itemsets there are; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_itemsets_len(itemsets: Option<&basketry_itemsets>) -> usize {
    get(0, || itemsets.map_or(0, |itemsets| itemsets.itemsets.len()))
}

/// The least number of baskets of which these are all itemsets; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_itemsets_min_count(itemsets: Option<&basketry_itemsets>) -> u64 {
    get(0, || itemsets.map_or(0, |itemsets| itemsets.itemsets.min_count()))
}

/// The least number of baskets that was asked for, if a limit raised it; otherwise, and for null, 0.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_itemsets_raised(itemsets: Option<&basketry_itemsets>) -> u64 {
    get(0, || itemsets.and_then(|itemsets| itemsets.itemsets.raised()).map_or(0, |r| r.asked))
}

/// The weight of all baskets, if they had weights: what to divide the column "weight" by for a
/// support. Otherwise, and for null, 0.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_itemsets_total_weight(itemsets: Option<&basketry_itemsets>) -> f64 {
    get(0.0, || itemsets.and_then(|itemsets| itemsets.itemsets.total_weight()).unwrap_or(0.0))
}

/// The itemsets as columns, borrowed; null for null. The first call lays them out.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_itemsets_columns(
    itemsets: Option<&basketry_itemsets>,
) -> *const basketry_itemset_columns {
    get(std::ptr::null(), || {
        itemsets.map_or(std::ptr::null(), |itemsets| &raw const itemsets.columns().lent)
    })
}

/// A column of numbers: one of the two pointers is null.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_numbers {
    /// How many numbers there are.
    pub len: usize,
    /// Whole numbers, such as counts and money in minor units; null if the column has others.
    pub ints: *const i64,
    /// Any numbers; null if the column has whole ones.
    pub floats: *const f64,
}

impl basketry_numbers {
    pub(crate) fn lend(numbers: &Numbers) -> Self {
        let (ints, floats) = (std::ptr::null(), std::ptr::null());
        match numbers {
            Numbers::Int(values) => Self { len: values.len(), ints: values.as_ptr(), floats },
            Numbers::Float(values) => Self { len: values.len(), ints, floats: values.as_ptr() },
        }
    }
}

/// Writes a column of numbers, by name: "length", "count", "support", or one that the way of
/// mining adds, such as "weight" where baskets have weights. Borrowed from the itemsets; the first call for a column lays it out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_itemsets_column(
    itemsets: Option<&basketry_itemsets>,
    name: basketry_str,
    out: Option<&mut MaybeUninit<basketry_numbers>>,
) -> basketry_status {
    call(|| {
        let itemsets = required(itemsets, "itemsets")?;
        // SAFETY: the caller's promise for texts.
        let name = unsafe { name.get("name") }?;
        let out = required(out, "out")?;
        let mut named = itemsets.columns().named.lock().unwrap_or_else(PoisonError::into_inner);
        let at = match named.iter().position(|(known, _)| known == name) {
            Some(at) => at,
            None => {
                named.push((name.to_owned(), itemsets.itemsets.column(name)?));
                named.len() - 1
            }
        };
        out.write(basketry_numbers::lend(&named[at].1));
        Ok(())
    })
}

/// Writes the id of an item, which is borrowed from the itemsets.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_itemsets_item(
    itemsets: Option<&basketry_itemsets>,
    item: u32,
    out: Option<&mut MaybeUninit<basketry_id>>,
) -> basketry_status {
    call(|| {
        let itemsets = required(itemsets, "itemsets")?;
        let out = required(out, "out")?;
        out.write(basketry_id::lend_from(itemsets.itemsets.ids(), item, "item")?);
        Ok(())
    })
}

/// Writes in how many baskets these ids are together, or 0 if that is below the threshold the
/// itemsets were mined with, or an id is unknown.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_itemsets_count_of(
    itemsets: Option<&basketry_itemsets>,
    ids: *const basketry_id,
    n_ids: usize,
    out: Option<&mut MaybeUninit<u64>>,
) -> basketry_status {
    call(|| {
        let itemsets = required(itemsets, "itemsets")?;
        // SAFETY: the caller's promise for arrays and texts.
        let ids = unsafe { basketry_id::array(ids, n_ids, "ids") }?;
        let count = itemsets.itemsets.count_of(ids).unwrap_or(0);
        required(out, "out")?.write(count);
        Ok(())
    })
}

/// Writes the itemsets to out as an Arrow stream with the columns itemset (a list of ids), length,
/// count and support. The stream keeps alive what it needs; release it as Arrow says.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_itemsets_export(
    itemsets: Option<&basketry_itemsets>,
    out: Option<&mut MaybeUninit<FFI_ArrowArrayStream>>,
) -> basketry_status {
    call(|| {
        let itemsets = required(itemsets, "itemsets")?;
        export(out, itemsets.itemsets.reader())
    })
}

impl basketry_itemsets {
    pub(crate) fn new(itemsets: Itemsets) -> Self {
        Self { itemsets, columns: OnceLock::new(), bytes: OnceLock::new() }
    }

    fn columns(&self) -> &Columns {
        self.columns.get_or_init(|| {
            let itemsets = &self.itemsets;
            let mut columns = Columns {
                offsets: Vec::with_capacity(itemsets.len() + 1),
                items: Vec::new(),
                counts: Vec::with_capacity(itemsets.len()),
                named: Mutex::new(Vec::new()),
                lent: basketry_itemset_columns {
                    len: itemsets.len(),
                    offsets: std::ptr::null(),
                    items: std::ptr::null(),
                    counts: std::ptr::null(),
                    baskets: itemsets.baskets(),
                },
            };
            columns.offsets.push(0);
            for itemset in itemsets.iter() {
                columns.items.extend_from_slice(itemset.items());
                columns.offsets.push(columns.items.len() as u64);
                columns.counts.push(itemset.count());
            }
            columns.lent.offsets = columns.offsets.as_ptr();
            columns.lent.items = columns.items.as_ptr();
            columns.lent.counts = columns.counts.as_ptr();
            columns
        })
    }
}
