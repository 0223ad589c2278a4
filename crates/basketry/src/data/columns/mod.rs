//! Readers of columns, one for what each column is for, from whatever Arrow layout it comes in.

mod ids;
mod numbers;
mod times;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_buffer::NullBuffer;

pub(crate) use ids::{IdColumn, NO_ID, id_at, id_error, id_kind, text_at};
pub(crate) use numbers::{check_number, read_f64, read_minor};
pub use times::parse_time;
pub(crate) use times::{check_time_type, not_a_time, read_times, time_in_range, time_text};

/// A cell that cannot be read: its row in the array and what is wrong with it.
#[derive(Debug)]
pub(crate) struct BadCell {
    pub(crate) row: usize,
    pub(crate) what: String,
}

impl BadCell {
    pub(crate) fn new(row: usize, what: impl Into<String>) -> Self {
        Self { row, what: what.into() }
    }
}

/// The rows that are null, in every layout; `None` if none is.
pub(crate) fn nulls_of(array: &dyn Array) -> Option<NullBuffer> {
    let nulls = match array.as_any_dictionary_opt() {
        // Rows without a value of their own, and those whose value is null. `logical_nulls` would
        // trust the keys to be in range.
        Some(dictionary) => match dictionary.values().nulls() {
            Some(values) if values.null_count() > 0 => {
                let keys = dictionary.normalized_keys();
                let valid = keys
                    .iter()
                    .enumerate()
                    .map(|(row, &key)| array.is_valid(row) && values.is_valid(key));
                Some(valid.collect())
            }
            _ => array.nulls().cloned(),
        },
        None => array.logical_nulls(),
    };
    nulls.filter(|nulls| nulls.null_count() > 0)
}
