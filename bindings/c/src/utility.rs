//! Baskets with utilities, and the itemsets of high utility.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use basketry::{
    Currency, HighUtilityOptions, IdKind, Ids, MinUtility, Result, Utilities, UtilityColumns,
    UtilityOptions, table_from_stream,
};

use crate::arrow::{take, taken};
use crate::catalog::basketry_catalog;
use crate::control::{basketry_control, run};
use crate::error::{basketry_status, free, get, invalid, make, required};
use crate::history::{BASKETRY_ON_BAD_ERROR, basketry_history, on_bad};
use crate::itemsets::basketry_itemsets;
use crate::strings::{Grows, array, basketry_id, c_str, grown, optional_c_str};

/// Baskets of distinct items, each with what it is worth there: its utility, an integer number of
/// minor units (cents) that may be negative. The same item may earn in one basket and cost in
/// another.
pub struct basketry_utilities {
    utilities: Utilities,
}

/// Which columns of a table of basket lines mean what. Name either utility, or quantity and
/// unit_profit; the others stay null.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_utility_columns {
    /// The size of this struct; BASKETRY_UTILITY_COLUMNS_INIT sets it.
    pub struct_size: usize,
    /// The basket a line belongs to: integers or texts. Required.
    pub basket: *const c_char,
    /// The item: integers or texts. Required.
    pub item: *const c_char,
    /// What the whole line is worth, in major units (12.5 is twelve euros fifty).
    pub utility: *const c_char,
    /// How many units; may be a fraction, and negative for what was given back.
    pub quantity: *const c_char,
    /// What one unit is worth, in major units; rounded to minor units before it is multiplied.
    pub unit_profit: *const c_char,
}

// SAFETY: plain pointers behind the size.
unsafe impl Grows for basketry_utility_columns {
    const NAME: &'static str = "basketry_utility_columns";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        basket: std::ptr::null(),
        item: std::ptr::null(),
        utility: std::ptr::null(),
        quantity: std::ptr::null(),
        unit_profit: std::ptr::null(),
    };
}

impl basketry_utility_columns {
    /// # Safety
    /// As for [`grown`], and as for [`c_str`] for the names.
    unsafe fn get(columns: *const Self) -> Result<UtilityColumns> {
        // SAFETY: passed on to the caller.
        unsafe {
            let given = required(grown(columns, "columns")?, "columns")?;
            let name = |data, name| -> Result<Option<String>> {
                Ok(optional_c_str(data, name)?.map(str::to_owned))
            };
            let mut columns = UtilityColumns::new(
                c_str(given.basket, "columns.basket")?,
                c_str(given.item, "columns.item")?,
            );
            columns.utility = name(given.utility, "columns.utility")?;
            columns.quantity = name(given.quantity, "columns.quantity")?;
            columns.unit_profit = name(given.unit_profit, "columns.unit_profit")?;
            Ok(columns)
        }
    }
}

/// The rules by which lines with utilities are read. By default every line must be usable.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_utility_options {
    /// The size of this struct; BASKETRY_UTILITY_OPTIONS_INIT sets it.
    pub struct_size: usize,
    /// A null in any of the named columns: BASKETRY_ON_BAD_ERROR or BASKETRY_ON_BAD_SKIP.
    pub nulls: i32,
    /// A number that is NaN, infinite or too big to be kept: BASKETRY_ON_BAD_ERROR or
    /// BASKETRY_ON_BAD_SKIP.
    pub non_finite: i32,
    /// The ISO 4217 code of the currency, which says how many decimals are kept; null means EUR.
    pub currency: *const c_char,
}

// SAFETY: plain numbers and pointers behind the size.
unsafe impl Grows for basketry_utility_options {
    const NAME: &'static str = "basketry_utility_options";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        nulls: BASKETRY_ON_BAD_ERROR,
        non_finite: BASKETRY_ON_BAD_ERROR,
        currency: std::ptr::null(),
    };
}

impl basketry_utility_options {
    /// # Safety
    /// As for [`grown`], and as for [`c_str`] for the currency.
    unsafe fn get(options: *const Self) -> Result<UtilityOptions> {
        // SAFETY: passed on to the caller, here and below.
        let given = unsafe { grown(options, "options") }?.unwrap_or(Self::DEFAULT);
        let mut options = UtilityOptions::default();
        options.nulls = on_bad(given.nulls, "options.nulls")?;
        options.non_finite = on_bad(given.non_finite, "options.non_finite")?;
        // SAFETY: as above.
        if let Some(code) = unsafe { optional_c_str(given.currency, "options.currency") }? {
            options.currency = Currency::new(code)?;
        }
        Ok(options)
    }
}

/// Reads baskets from an Arrow stream with one row for each line of each basket, in any order; lines
/// of the same basket and item are added up. The stream is consumed: it is released whatever the
/// outcome. Null for options means the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_utilities_from_arrow(
    stream: *mut FFI_ArrowArrayStream,
    columns: *const basketry_utility_columns,
    options: *const basketry_utility_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_utilities>>,
) -> basketry_status {
    // SAFETY: the caller's promise for Arrow streams.
    let stream = unsafe { take(stream) };
    make(out, || {
        let stream = taken(stream)?;
        // SAFETY: the caller's promise for structs that can grow, and for strings.
        let (columns, options) = unsafe {
            (basketry_utility_columns::get(columns)?, basketry_utility_options::get(options)?)
        };
        let utilities = run(control, |control| {
            Utilities::from_reader(table_from_stream(stream)?, &columns, &options, control)
        })?;
        Ok(basketry_utilities { utilities })
    })
}

/// What each line of a history contributed, in minor units: what was paid for it less the unit cost
/// of the catalogue times the quantity. Null for catalog means what was paid. The history must have
/// been read with revenue. A line whose product has no cost follows the rule no_cost,
/// BASKETRY_ON_BAD_ERROR or BASKETRY_ON_BAD_SKIP; what is left out is no part of its basket.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_utilities_from_history(
    history: Option<&basketry_history>,
    catalog: Option<&basketry_catalog>,
    no_cost: i32,
    out: Option<&mut MaybeUninit<*mut basketry_utilities>>,
) -> basketry_status {
    make(out, || {
        let history = &required(history, "history")?.history;
        let catalog = catalog.map(|catalog| &*catalog.catalog);
        let no_cost = on_bad(no_cost, "no_cost")?;
        Ok(basketry_utilities { utilities: Utilities::from_history(history, catalog, no_cost)? })
    })
}

/// Makes baskets from compressed sparse rows: the items of basket b are indices[indptr[b]] up to,
/// but without, indices[indptr[b + 1]], as indices into ids, and in the same places of values are
/// their utilities in minor units. indptr has one entry more than there are baskets, indices and
/// values have n_lines. Repeated items of a basket are added up. The ids must be distinct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_utilities_from_csr(
    indptr: *const u64,
    n_indptr: usize,
    indices: *const u32,
    values: *const i64,
    n_lines: usize,
    ids: *const basketry_id,
    n_ids: usize,
    out: Option<&mut MaybeUninit<*mut basketry_utilities>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for arrays and texts.
        let (indptr, indices, values, given) = unsafe {
            (
                array(indptr, n_indptr, "indptr")?,
                array(indices, n_lines, "indices")?,
                array(values, n_lines, "values")?,
                basketry_id::array(ids, n_ids, "ids")?,
            )
        };
        let mut ids = Ids::new(given.first().map_or(IdKind::Str, |id| id.kind()));
        for (i, id) in given.into_iter().enumerate() {
            if ids.intern(id)? as usize != i {
                return Err(invalid(format!("ids[{i}]: {id} was given before")));
            }
        }
        Ok(basketry_utilities { utilities: Utilities::from_csr(indptr, indices, values, ids)? })
    })
}

/// Frees baskets with utilities. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_utilities_free(utilities: Option<Box<basketry_utilities>>) {
    free(utilities);
}

/// How many baskets there are, empty ones included; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_utilities_len(utilities: Option<&basketry_utilities>) -> usize {
    get(0, || utilities.map_or(0, |utilities| utilities.utilities.len()))
}

/// How many lines there are, after those of the same basket and item were added up; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_utilities_lines(utilities: Option<&basketry_utilities>) -> usize {
    get(0, || utilities.map_or(0, |utilities| utilities.utilities.lines()))
}

/// What all lines together are worth, in minor units; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_utilities_total(utilities: Option<&basketry_utilities>) -> i64 {
    get(0, || utilities.map_or(0, |utilities| utilities.utilities.total()))
}

/// How many lines of the source were left out, as the rules say; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_utilities_skipped(utilities: Option<&basketry_utilities>) -> u64 {
    get(0, || utilities.map_or(0, |utilities| utilities.utilities.skipped()))
}

/// How many lines were added to another line of the same basket and item; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_utilities_merged(utilities: Option<&basketry_utilities>) -> u64 {
    get(0, || utilities.map_or(0, |utilities| utilities.utilities.merged()))
}

/// Which high-utility itemsets to mine. Set min_share or min_minor, or top, or top and one of the
/// two.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_high_utility_options {
    /// The size of this struct; BASKETRY_HIGH_UTILITY_OPTIONS_INIT sets it.
    pub struct_size: usize,
    /// The least utility as a share of that of all lines, what is negative included; above 0 and at
    /// most 1. It stands for the decimal that was written and is compared in integers. 0 if
    /// min_minor is used.
    pub min_share: f64,
    /// The least utility in minor units, at least 1. 0 if min_share is used, and with top alone,
    /// where it means 1.
    pub min_minor: i64,
    /// Only so many itemsets, those of highest utility; of sets of the same utility the shorter goes
    /// first, then the one whose items, as ascending indices, come first. 0 means all.
    pub top: u64,
    /// The least number of items in an itemset; 0 means 1.
    pub min_length: usize,
    /// The largest number of items in an itemset; 0 means any.
    pub max_length: usize,
    /// How many threads to use; 0 means one for each core. The result is the same for any number.
    pub threads: usize,
    /// The largest number of itemsets; a threshold that yields more is an error instead of a
    /// machine out of memory. 0 means 20 million, which take about 1 GB if they are
    /// short.
    pub max_itemsets: u64,
}

// SAFETY: plain numbers behind the size.
unsafe impl Grows for basketry_high_utility_options {
    const NAME: &'static str = "basketry_high_utility_options";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        min_share: 0.0,
        min_minor: 0,
        top: 0,
        min_length: 0,
        max_length: 0,
        threads: 0,
        max_itemsets: 0,
    };
}

impl basketry_high_utility_options {
    fn to_rust(self) -> Result<HighUtilityOptions> {
        let least = match (self.min_share, self.min_minor) {
            (0.0, 0) if self.top == 0 => {
                return Err(invalid("min_share, min_minor, top: expected one of them to be set"));
            }
            (0.0, 0) => MinUtility::Minor(1),
            (0.0, minor) => MinUtility::Minor(minor),
            (share, 0) => MinUtility::Share(share),
            _ => return Err(invalid("min_share, min_minor: expected one of them to be 0")),
        };
        let mut options = HighUtilityOptions::new(least);
        options.top = (self.top > 0).then_some(self.top);
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
        Ok(options)
    }
}

/// Finds the sets of items that are worth the most together: the utility of a set is the sum, over
/// the baskets that hold all of its items, of what its items are worth there. Exact, whatever the
/// signs. Rows go by length, and within a length from the most valuable on; the utilities are
/// the column "utility" of basketry_itemsets_column. No rules can be made of the result, as subsets
/// may be missing. Options are required.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_itemsets_high_utility(
    utilities: Option<&basketry_utilities>,
    options: *const basketry_high_utility_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_itemsets>>,
) -> basketry_status {
    make(out, || {
        let utilities = &required(utilities, "utilities")?.utilities;
        // SAFETY: the caller's promise for structs that can grow.
        let options = required(unsafe { grown(options, "options") }?, "options")?.to_rust()?;
        let itemsets =
            run(control, |control| basketry::high_utility(utilities, &options, control))?;
        Ok(basketry_itemsets::new(itemsets))
    })
}
