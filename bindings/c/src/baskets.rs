//! Baskets of distinct items, for mining.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::OnceLock;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use basketry::{Baskets, IdKind, Ids, table_from_stream};

use crate::arrow::{take, taken};
use crate::control::{basketry_control, run};
use crate::csv::basketry_csv_options;
use crate::error::{basketry_status, call, free, get, make, required};
use crate::history::on_bad;
use crate::strings::{array, basketry_id, basketry_ids, c_str, path};

/// Baskets of distinct items, the miner's view of orders.
pub struct basketry_baskets {
    pub(crate) baskets: Baskets,
    bytes: OnceLock<Vec<u8>>,
}

impl basketry_baskets {
    pub(crate) fn new(baskets: Baskets) -> Self {
        Self { baskets, bytes: OnceLock::new() }
    }

    /// The baskets, to be changed: their bytes are made anew.
    pub(crate) fn change(&mut self) -> &mut Baskets {
        self.bytes.take();
        &mut self.baskets
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get_or_init(|| self.baskets.to_bytes())
    }
}

/// Makes baskets from lists of ids. Repeated ids within a list count once; an empty list is an empty
/// basket.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_baskets_from_lists(
    lists: *const basketry_ids,
    n_lists: usize,
    out: Option<&mut MaybeUninit<*mut basketry_baskets>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for arrays and texts.
        let lists = unsafe { basketry_ids::array(lists, n_lists, "lists") }?;
        Ok(basketry_baskets::new(Baskets::from_lists(lists)?))
    })
}

/// Reads baskets from an Arrow stream with one row for each item of each basket; basket and item
/// name its columns. The stream is consumed: it is released whatever the outcome. A null in either
/// column follows the rule nulls, BASKETRY_ON_BAD_ERROR or BASKETRY_ON_BAD_SKIP.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_baskets_from_arrow(
    stream: *mut FFI_ArrowArrayStream,
    basket: *const c_char,
    item: *const c_char,
    nulls: i32,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_baskets>>,
) -> basketry_status {
    // SAFETY: the caller's promise for Arrow streams.
    let stream = unsafe { take(stream) };
    make(out, || {
        let stream = taken(stream)?;
        // SAFETY: the caller's promise for strings.
        let (basket, item) = unsafe { (c_str(basket, "basket")?, c_str(item, "item")?) };
        let nulls = on_bad(nulls, "nulls")?;
        let baskets = run(control, |control| {
            Baskets::from_reader(table_from_stream(stream)?, basket, item, nulls, control)
        })?;
        Ok(basketry_baskets::new(baskets))
    })
}

/// Reads baskets from a CSV file with one line for each item of each basket; otherwise as
/// basketry_baskets_from_arrow. Null for csv means the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_baskets_from_csv(
    file: *const c_char,
    basket: *const c_char,
    item: *const c_char,
    nulls: i32,
    csv: *const basketry_csv_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_baskets>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for strings and for structs that can grow.
        let (file, basket, item, csv) = unsafe {
            let (basket, item) = (c_str(basket, "basket")?, c_str(item, "item")?);
            (path(file, "file")?, basket, item, basketry_csv_options::get(csv)?)
        };
        let nulls = on_bad(nulls, "nulls")?;
        let baskets =
            run(control, |control| Baskets::from_csv(file, basket, item, nulls, &csv, control))?;
        Ok(basketry_baskets::new(baskets))
    })
}

/// Reads baskets from a FIMI file: each line is a basket, its items are non-negative integers parted
/// by spaces. A blank line is an empty basket.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_baskets_from_fimi(
    file: *const c_char,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_baskets>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for strings.
        let file = unsafe { path(file, "file") }?;
        let baskets = run(control, |control| Baskets::from_fimi(file, control))?;
        Ok(basketry_baskets::new(baskets))
    })
}

/// Makes baskets from compressed sparse rows: the items of basket b are indices[indptr[b]] up to,
/// but without, indices[indptr[b + 1]], each below n_items; indptr has one entry more than there are
/// baskets. Null for ids means that items have their index as an integer id, and only those that
/// occur are items; otherwise there must be n_items distinct ids.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_baskets_from_csr(
    indptr: *const u64,
    n_indptr: usize,
    indices: *const u32,
    n_indices: usize,
    ids: *const basketry_id,
    n_items: usize,
    out: Option<&mut MaybeUninit<*mut basketry_baskets>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for arrays and texts.
        let (indptr, indices) =
            unsafe { (array(indptr, n_indptr, "indptr")?, array(indices, n_indices, "indices")?) };
        let ids = if ids.is_null() {
            None
        } else {
            // SAFETY: as above.
            let given = unsafe { basketry_id::array(ids, n_items, "ids") }?;
            let mut ids = Ids::new(given.first().map_or(IdKind::Str, |id| id.kind()));
            for id in given {
                ids.intern(id)?;
            }
            Some(ids)
        };
        Ok(basketry_baskets::new(Baskets::from_csr(indptr, indices, n_items, ids)?))
    })
}

/// Makes the same baskets with a weight for each: how often, or how much, it counts, finite and
/// above 0. Mining then sums weights where it would count baskets; the column "weight" of itemsets
/// has the sums. Sums are exact: weights are kept as multiples of about 2^-51 of the sum of all;
/// whole numbers are kept as they are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_baskets_with_weights(
    baskets: Option<&basketry_baskets>,
    weights: *const f64,
    n_weights: usize,
    out: Option<&mut MaybeUninit<*mut basketry_baskets>>,
) -> basketry_status {
    make(out, || {
        let baskets = required(baskets, "baskets")?;
        // SAFETY: the caller's promise for arrays.
        let weights = unsafe { array(weights, n_weights, "weights") }?;
        Ok(basketry_baskets::new(baskets.baskets.clone().with_weights(weights)?))
    })
}

/// Says who bought each of the baskets: one number for each basket, baskets of the same number being
/// the same customer's. Baskets of a history that knows customers have them already.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_baskets_set_customers(
    baskets: Option<&mut basketry_baskets>,
    customers: *const u32,
    n_customers: usize,
) -> basketry_status {
    call(|| {
        let baskets = required(baskets, "baskets")?.change();
        // SAFETY: the caller's promise for arrays.
        let customers = unsafe { array(customers, n_customers, "customers") }?;
        *baskets = baskets.clone().with_customers(customers)?;
        Ok(())
    })
}

/// Frees baskets. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_baskets_free(baskets: Option<Box<basketry_baskets>>) {
    free(baskets);
}

/// How many baskets there are, empty ones included; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_baskets_len(baskets: Option<&basketry_baskets>) -> usize {
    get(0, || baskets.map_or(0, |baskets| baskets.baskets.len()))
}

/// How many distinct items there are; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_baskets_items(baskets: Option<&basketry_baskets>) -> usize {
    get(0, || baskets.map_or(0, |baskets| baskets.baskets.ids().len()))
}

/// How many rows of the source were left out because of a null; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_baskets_skipped(baskets: Option<&basketry_baskets>) -> u64 {
    get(0, || baskets.map_or(0, |baskets| baskets.baskets.skipped()))
}
