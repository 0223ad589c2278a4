//! How CSV files are written.

use std::ffi::c_char;

use basketry::{CsvOptions, Result};

use crate::error::invalid;
use crate::strings::{Grows, c_str_array, grown};

/// How a CSV file is written: UTF-8 with a header line. What a field means follows from what its
/// column is for, never from its value; ids are texts unless integer_ids names their column.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_csv_options {
    /// The size of this struct; BASKETRY_CSV_OPTIONS_INIT sets it.
    pub struct_size: usize,
    /// What parts fields, one ASCII character; 0 means a comma.
    pub delimiter: c_char,
    /// What parts the whole from the fraction of a number, a point or a comma; 0 means a point.
    pub decimal: c_char,
    /// The columns whose ids are integers: n_integer_ids names.
    pub integer_ids: *const *const c_char,
    /// How many such columns there are.
    pub n_integer_ids: usize,
    /// The texts that mean null: n_nulls texts. Null means that the empty field does.
    pub nulls: *const *const c_char,
    /// How many such texts there are.
    pub n_nulls: usize,
}

// SAFETY: plain numbers and pointers behind the size.
unsafe impl Grows for basketry_csv_options {
    const NAME: &'static str = "basketry_csv_options";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        delimiter: 0,
        decimal: 0,
        integer_ids: std::ptr::null(),
        n_integer_ids: 0,
        nulls: std::ptr::null(),
        n_nulls: 0,
    };
}

impl basketry_csv_options {
    /// # Safety
    /// As for [`grown`], and as for [`c_str_array`] for each list.
    pub(crate) unsafe fn get(options: *const Self) -> Result<CsvOptions> {
        // SAFETY: passed on to the caller, here and below.
        let given = unsafe { grown(options, "csv") }?.unwrap_or(Self::DEFAULT);
        let mut options = CsvOptions::default();
        options.delimiter = character(given.delimiter, options.delimiter, "csv.delimiter")?;
        options.decimal = character(given.decimal, options.decimal, "csv.decimal")?;
        // SAFETY: as above.
        unsafe {
            options.integer_ids =
                c_str_array(given.integer_ids, given.n_integer_ids, "csv.integer_ids")?;
            if !given.nulls.is_null() {
                options.nulls = c_str_array(given.nulls, given.n_nulls, "csv.nulls")?;
            }
        }
        Ok(options)
    }
}

fn character(given: c_char, default: char, name: &str) -> Result<char> {
    match given as u8 {
        0 => Ok(default),
        byte if byte.is_ascii() => Ok(byte.into()),
        byte => Err(invalid(format!("{name}: expected an ASCII character, got byte {byte}"))),
    }
}
