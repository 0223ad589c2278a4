//! Sequences: what customers buy after what.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::OnceLock;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use basketry::mine::{Sequence, SequenceMeasure, SequenceOptions, Sequences, Step};
use basketry::{Id, IdRef, MinSupport, Result};

use crate::arrow::export;
use crate::control::{basketry_control, run};
use crate::error::{basketry_status, call, free, get, invalid, make, required};
use crate::history::basketry_history;
use crate::strings::{Grows, basketry_id, basketry_ids, c_str, grown};

/// Sequences of purchases that many customers have, one row each. As mined, rows go by length,
/// and within a length by their steps, from frequent to rare.
pub struct basketry_sequences {
    pub(crate) sequences: Sequences,
    columns: OnceLock<Columns>,
    pub(crate) bytes: OnceLock<Vec<u8>>,
}

struct Columns {
    offsets: Vec<u64>,
    step_offsets: Vec<u64>,
    items: Vec<u32>,
    counts: [Vec<u64>; 4],
    measures: [Vec<f64>; SequenceMeasure::ALL.len()],
    median_lags_days: Vec<f64>,
    lent: basketry_sequence_columns,
}

// SAFETY: the pointers in `lent` point into the vectors beside it, which nobody changes.
unsafe impl Send for Columns {}
// SAFETY: as above.
unsafe impl Sync for Columns {}

/// Baskets of a customer at the same time are one step; time is measured in milliseconds.
pub const BASKETRY_STEP_TIME: i32 = 0;
/// Baskets of a customer on the same day (UTC) are one step; time is measured in days.
pub const BASKETRY_STEP_DAY: i32 = 1;

/// Which sequences to mine. Set either min_share or min_count, and within_days.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_sequence_options {
    /// The size of this struct; BASKETRY_SEQUENCE_OPTIONS_INIT sets it.
    pub struct_size: usize,
    /// The least share of customers who have a sequence, above 0 and at most 1; it stands for the
    /// decimal that was written. 0 if min_count is used.
    pub min_share: f64,
    /// The least number of customers who have a sequence, at least 1. 0 if min_share is used.
    pub min_count: u64,
    /// The window in days: a whole sequence takes at most so long.
    pub within_days: f64,
    /// The least time in days between a step and the next; 0 means any later step.
    pub min_gap_days: f64,
    /// The largest time in days between a step and the next; 0 means what the window leaves.
    pub max_gap_days: f64,
    /// The largest number of steps, from 2 to 255; 0 means 3.
    pub max_length: usize,
    /// The largest number of items in a step, up to 255; 0 means 1.
    pub max_items_per_step: usize,
    /// BASKETRY_STEP_TIME or BASKETRY_STEP_DAY.
    pub step: i32,
    /// 1 if no item may come again in a later step; 0 if it may, as refills do.
    pub no_repeats: i32,
    /// Products that sequences are made of; null means all.
    pub only_from: *const basketry_id,
    /// How many products are in only_from.
    pub n_only_from: usize,
    /// Products that no sequence is made of.
    pub must_not_contain: *const basketry_id,
    /// How many products are in must_not_contain.
    pub n_must_not_contain: usize,
    /// How many threads to use; 0 means one for each core. The result is the same for any number.
    pub threads: usize,
    /// The largest number of sequences; a threshold that yields more is an error instead of a
    /// machine out of memory. 0 means 10 million, which take about 1 GB.
    pub max_sequences: u64,
}

// SAFETY: plain numbers and pointers behind the size.
unsafe impl Grows for basketry_sequence_options {
    const NAME: &'static str = "basketry_sequence_options";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        min_share: 0.0,
        min_count: 0,
        within_days: 0.0,
        min_gap_days: 0.0,
        max_gap_days: 0.0,
        max_length: 0,
        max_items_per_step: 0,
        step: BASKETRY_STEP_TIME,
        no_repeats: 0,
        only_from: std::ptr::null(),
        n_only_from: 0,
        must_not_contain: std::ptr::null(),
        n_must_not_contain: 0,
        threads: 0,
        max_sequences: 0,
    };
}

impl basketry_sequence_options {
    /// # Safety
    /// As for [`basketry_id::array`].
    unsafe fn to_rust(self) -> Result<SequenceOptions> {
        let min_support = match (self.min_share, self.min_count) {
            (0.0, 0) => {
                return Err(invalid("min_share, min_count: expected one of them to be set"));
            }
            (0.0, count) => MinSupport::Count(count),
            (share, 0) => MinSupport::Share(share),
            _ => return Err(invalid("min_share, min_count: expected one of them to be 0")),
        };
        let mut options = SequenceOptions::new(min_support, self.within_days);
        options.min_gap_days = self.min_gap_days;
        options.max_gap_days = (self.max_gap_days != 0.0).then_some(self.max_gap_days);
        if self.max_length > 0 {
            options.max_length = self.max_length;
        }
        if self.max_items_per_step > 0 {
            options.max_items_per_step = self.max_items_per_step;
        }
        options.step = match self.step {
            BASKETRY_STEP_TIME => Step::Time,
            BASKETRY_STEP_DAY => Step::Day,
            other => {
                return Err(invalid(format!(
                    "step: expected BASKETRY_STEP_TIME or BASKETRY_STEP_DAY, got {other}"
                )));
            }
        };
        options.repeats = match self.no_repeats {
            0 => true,
            1 => false,
            other => return Err(invalid(format!("no_repeats: expected 0 or 1, got {other}"))),
        };
        let owned = |ids: Vec<IdRef<'_>>| ids.into_iter().map(Id::from).collect::<Vec<Id>>();
        if !self.only_from.is_null() || self.n_only_from > 0 {
            // SAFETY: passed on to the caller.
            let ids = unsafe { basketry_id::array(self.only_from, self.n_only_from, "only_from") }?;
            options.only_from = Some(owned(ids));
        }
        let (ids, len) = (self.must_not_contain, self.n_must_not_contain);
        // SAFETY: passed on to the caller.
        options.must_not_contain =
            owned(unsafe { basketry_id::array(ids, len, "must_not_contain") }?);
        if self.threads > 0 {
            options.threads = Some(self.threads);
        }
        if self.max_sequences > 0 {
            options.max_sequences = self.max_sequences;
        }
        Ok(options)
    }
}

/// The columns of all sequences. Row i has the steps offsets[i] up to, but without,
/// offsets[i + 1]; step j has the items items[step_offsets[j]] up to, but without,
/// items[step_offsets[j + 1]]. What is not known is NaN.
///
/// An order completes the steps before the last if it is the last of them. It is observed if the
/// history goes on until its follow-up window has ended: max_gap_days, or within_days if that is
/// less.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_sequence_columns {
    /// How many rows there are.
    pub len: usize,
    /// Where the steps of each row begin: len + 1 numbers.
    pub offsets: *const u64,
    /// Where the items of each step begin: one more number than there are steps.
    pub step_offsets: *const u64,
    /// The items of all steps, ascending within a step; basketry_sequences_item gives their ids.
    pub items: *const u32,
    /// For each row, how many customers have the sequence.
    pub row_customers: *const u64,
    /// For each row, how many orders complete it.
    pub occurrences: *const u64,
    /// For each row, how many observed orders complete the steps before the last.
    pub observed: *const u64,
    /// For each row, how many of these have the last step in their follow-up window.
    pub followed: *const u64,
    /// For each row, the share of customers who have it.
    pub support: *const f64,
    /// For each row, followed / observed.
    pub confidence: *const f64,
    /// For each row, how often the last step is in such a window that starts at a random moment of
    /// any customer's observed time.
    pub base_rate: *const f64,
    /// For each row, confidence / base_rate.
    pub lift: *const f64,
    /// For each row, the first quartile of the days from these orders to the last step.
    pub first_quartile_lag_days: *const f64,
    /// For each row, their median; the mean of the middle two if their number is even.
    pub median_lag_days: *const f64,
    /// For each row, their third quartile.
    pub third_quartile_lag_days: *const f64,
    /// For each row and each of its steps, the median lag in days with which the step follows
    /// those before it: step j of all rows together is at j, and a first step has NaN.
    pub step_median_lag_days: *const f64,
    /// The number of customers with a purchase: what supports are shares of.
    pub customers: u64,
    /// Baskets that were left out because their customer is not known.
    pub anonymous_baskets: u64,
}

/// Finds all sequences of two or more steps that enough customers have within a window of days.
/// Options are required, as there is no threshold that suits all data.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_sequences_mine(
    history: Option<&basketry_history>,
    options: *const basketry_sequence_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_sequences>>,
) -> basketry_status {
    make(out, || {
        let history = &required(history, "history")?.history;
        // SAFETY: the caller's promise for structs that can grow.
        let options = required(unsafe { grown(options, "options") }?, "options")?;
        // SAFETY: the caller's promise for arrays and texts.
        let options = unsafe { options.to_rust() }?;
        let sequences =
            run(control, |control| basketry::mine::sequences(history, &options, control))?;
        Ok(basketry_sequences::new(sequences))
    })
}

/// Frees sequences. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_sequences_free(sequences: Option<Box<basketry_sequences>>) {
    free(sequences);
}

/// How many sequences there are; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_sequences_len(sequences: Option<&basketry_sequences>) -> usize {
    get(0, || sequences.map_or(0, |sequences| sequences.sequences.len()))
}

/// The sequences as columns, borrowed; null for null. The first call lays them out.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_sequences_columns(
    sequences: Option<&basketry_sequences>,
) -> *const basketry_sequence_columns {
    get(std::ptr::null(), || {
        sequences.map_or(std::ptr::null(), |sequences| &raw const sequences.columns().lent)
    })
}

/// Writes the id of an item, which is borrowed from the sequences.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_sequences_item(
    sequences: Option<&basketry_sequences>,
    item: u32,
    out: Option<&mut MaybeUninit<basketry_id>>,
) -> basketry_status {
    call(|| {
        let sequences = required(sequences, "sequences")?;
        let out = required(out, "out")?;
        out.write(basketry_id::lend_from(sequences.sequences.ids(), item, "item")?);
        Ok(())
    })
}

/// Makes new sequences of the same rows with the largest measure first, those of which it is not
/// known last. The measures are "support", "confidence", "base_rate", "lift",
/// "first_quartile_lag_days", "median_lag_days" and "third_quartile_lag_days".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_sequences_sorted(
    sequences: Option<&basketry_sequences>,
    measure: *const c_char,
    out: Option<&mut MaybeUninit<*mut basketry_sequences>>,
) -> basketry_status {
    make(out, || {
        let sequences = required(sequences, "sequences")?;
        // SAFETY: the caller's promise for texts.
        let measure = unsafe { c_str(measure, "measure") }?.parse()?;
        Ok(basketry_sequences::new(sequences.sequences.sorted_by(measure)))
    })
}

/// Makes sequences of what follows these orders: the n best by a measure whose steps before the
/// last are in the orders, one after the other, and the last of them in the last order. Orders go
/// from the oldest to the one just placed; their times are not looked at. With one order these are
/// the sequences of two steps that begin with something bought now. Products that the sequences
/// do not know are passed over.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_sequences_after(
    sequences: Option<&basketry_sequences>,
    orders: *const basketry_ids,
    n_orders: usize,
    n: usize,
    measure: *const c_char,
    out: Option<&mut MaybeUninit<*mut basketry_sequences>>,
) -> basketry_status {
    make(out, || {
        let sequences = required(sequences, "sequences")?;
        // SAFETY: the caller's promise for arrays and texts.
        let orders = unsafe { basketry_ids::array(orders, n_orders, "orders") }?;
        // SAFETY: the caller's promise for texts.
        let measure = unsafe { c_str(measure, "measure") }?.parse()?;
        Ok(basketry_sequences::new(sequences.sequences.after(orders, n, measure)))
    })
}

/// Writes the sequences to out as an Arrow stream with the columns sequence (a list of ids, or of
/// lists of ids if steps may have several items), length, customers, occurrences, observed,
/// followed, the measures and median_lags_days. The stream keeps alive what it needs; release it as
/// Arrow says.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_sequences_export(
    sequences: Option<&basketry_sequences>,
    out: Option<&mut MaybeUninit<FFI_ArrowArrayStream>>,
) -> basketry_status {
    call(|| {
        let sequences = required(sequences, "sequences")?;
        export(out, sequences.sequences.reader())
    })
}

impl basketry_sequences {
    pub(crate) fn new(sequences: Sequences) -> Self {
        Self { sequences, columns: OnceLock::new(), bytes: OnceLock::new() }
    }

    fn columns(&self) -> &Columns {
        self.columns.get_or_init(|| Columns::new(&self.sequences))
    }
}

impl Columns {
    fn new(sequences: &Sequences) -> Self {
        let counts = |count: fn(Sequence<'_>) -> u64| sequences.iter().map(count).collect();
        let mut columns = Self {
            offsets: vec![0],
            step_offsets: vec![0],
            items: Vec::new(),
            counts: [
                counts(|row| row.customers()),
                counts(|row| row.occurrences()),
                counts(|row| row.observed()),
                counts(|row| row.followed()),
            ],
            measures: SequenceMeasure::ALL.map(|measure| {
                sequences.iter().map(|row| row.value(measure).unwrap_or(f64::NAN)).collect()
            }),
            median_lags_days: Vec::new(),
            lent: basketry_sequence_columns {
                len: sequences.len(),
                offsets: std::ptr::null(),
                step_offsets: std::ptr::null(),
                items: std::ptr::null(),
                row_customers: std::ptr::null(),
                occurrences: std::ptr::null(),
                observed: std::ptr::null(),
                followed: std::ptr::null(),
                support: std::ptr::null(),
                confidence: std::ptr::null(),
                base_rate: std::ptr::null(),
                lift: std::ptr::null(),
                first_quartile_lag_days: std::ptr::null(),
                median_lag_days: std::ptr::null(),
                third_quartile_lag_days: std::ptr::null(),
                step_median_lag_days: std::ptr::null(),
                customers: sequences.customers(),
                anonymous_baskets: sequences.anonymous_baskets(),
            },
        };
        for row in sequences.iter() {
            for step in row.steps() {
                columns.items.extend_from_slice(step);
                columns.step_offsets.push(columns.items.len() as u64);
            }
            columns.offsets.push(columns.step_offsets.len() as u64 - 1);
            columns.median_lags_days.push(f64::NAN);
            let lags = row.median_lags_days().map(|lag| lag.unwrap_or(f64::NAN));
            columns.median_lags_days.extend(lags);
        }
        let [customers, occurrences, observed, followed] =
            columns.counts.each_ref().map(|column| column.as_ptr());
        // In the order of `SequenceMeasure::ALL`.
        let [support, confidence, base_rate, lift, first_quartile, median, third_quartile] =
            columns.measures.each_ref().map(|column| column.as_ptr());
        columns.lent = basketry_sequence_columns {
            offsets: columns.offsets.as_ptr(),
            step_offsets: columns.step_offsets.as_ptr(),
            items: columns.items.as_ptr(),
            row_customers: customers,
            occurrences,
            observed,
            followed,
            support,
            confidence,
            base_rate,
            lift,
            first_quartile_lag_days: first_quartile,
            median_lag_days: median,
            third_quartile_lag_days: third_quartile,
            step_median_lag_days: columns.median_lags_days.as_ptr(),
            ..columns.lent
        };
        columns
    }
}
