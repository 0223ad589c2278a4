//! What tells two groups of baskets apart.

use std::mem::MaybeUninit;

use basketry::mine::{self, ContrastOptions, Direction};

use crate::baskets::basketry_baskets;
use crate::control::{basketry_control, run};
use crate::error::{basketry_status, invalid, make, required};
use crate::itemsets::basketry_itemsets;
use crate::selection::min_support;
use crate::significance::{BASKETRY_CORRECTION_HOLM, correction_of};
use crate::strings::{Grows, grown};

/// Itemsets that are more frequent in either group.
pub const BASKETRY_DIRECTION_EITHER: i32 = 0;
/// Itemsets that are more frequent in the first group.
pub const BASKETRY_DIRECTION_FIRST: i32 = 1;
/// Itemsets that are more frequent in the second group.
pub const BASKETRY_DIRECTION_SECOND: i32 = 2;

/// Which itemsets tell two groups of baskets apart. Set either min_share or min_count.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_contrast_options {
    /// The size of this struct; BASKETRY_CONTRAST_OPTIONS_INIT sets it.
    pub struct_size: usize,
    /// The least support in at least one of the groups, as a share of its baskets; 0 if min_count
    /// is used.
    pub min_share: f64,
    /// The least support in at least one of the groups, as a number of its baskets; 0 if min_share
    /// is used.
    pub min_count: u64,
    /// The least number of items in an itemset; 0 means 1.
    pub min_length: usize,
    /// The largest number of items in an itemset; 0 means any.
    pub max_length: usize,
    /// One of BASKETRY_DIRECTION_EITHER, _FIRST and _SECOND.
    pub direction: i32,
    /// How p-values are corrected for the number of itemsets that were compared, one of
    /// BASKETRY_CORRECTION_...; BASKETRY_CONTRAST_OPTIONS_INIT sets BASKETRY_CORRECTION_HOLM.
    pub correction: i32,
    /// The least difference of the supports.
    pub min_difference: f64,
    /// The least growth rate, the larger support divided by the smaller; 0 means 1.
    pub min_growth: f64,
    /// The largest corrected p-value; 0 means 1.
    pub max_p_value: f64,
    /// Keeps so many, those with the smallest p-values; 0 means all.
    pub top: usize,
    /// The largest number of itemsets to compare; 0 means 20 million.
    pub max_itemsets: u64,
    /// How many threads to use; 0 means one for each core. The result is the same for any number.
    pub threads: usize,
}

// SAFETY: plain numbers behind the size.
unsafe impl Grows for basketry_contrast_options {
    const NAME: &'static str = "basketry_contrast_options";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        min_share: 0.0,
        min_count: 0,
        min_length: 0,
        max_length: 0,
        direction: 0,
        correction: BASKETRY_CORRECTION_HOLM,
        min_difference: 0.0,
        min_growth: 0.0,
        max_p_value: 0.0,
        top: 0,
        max_itemsets: 0,
        threads: 0,
    };
}

impl basketry_contrast_options {
    fn to_rust(self) -> basketry::Result<ContrastOptions> {
        let min_support = min_support(self.min_share, self.min_count)?
            .ok_or_else(|| invalid("min_share, min_count: expected one of them to be set"))?;
        let direction = match self.direction {
            BASKETRY_DIRECTION_EITHER => Direction::Either,
            BASKETRY_DIRECTION_FIRST => Direction::First,
            BASKETRY_DIRECTION_SECOND => Direction::Second,
            other => return Err(invalid(format!("direction: {other}, expected 0 to 2"))),
        };
        let mut options = ContrastOptions::new(min_support)
            .direction(direction)
            .correction(correction_of(self.correction)?)
            .min_difference(self.min_difference);
        if self.min_length > 0 {
            options.min_length = self.min_length;
        }
        options.max_length = (self.max_length > 0).then_some(self.max_length);
        if self.min_growth != 0.0 {
            options.min_growth = self.min_growth;
        }
        if self.max_p_value != 0.0 {
            options.max_p_value = self.max_p_value;
        }
        options.top = (self.top > 0).then_some(self.top);
        if self.max_itemsets > 0 {
            options.max_itemsets = self.max_itemsets;
        }
        options.threads = (self.threads > 0).then_some(self.threads);
        Ok(options)
    }
}

/// Finds the itemsets that tell the baskets in first from those in second, those with the smallest
/// p-values first. Counts are those in all baskets; further columns are count_first, count_second,
/// support_first, support_second, difference, growth_rate, odds_ratio, p_value and p_adjusted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_itemsets_contrasts(
    first: Option<&basketry_baskets>,
    second: Option<&basketry_baskets>,
    options: *const basketry_contrast_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_itemsets>>,
) -> basketry_status {
    make(out, || {
        let first = &required(first, "first")?.baskets;
        let second = &required(second, "second")?.baskets;
        // SAFETY: the caller's promise for structs that can grow.
        let options = required(unsafe { grown(options, "options") }?, "options")?.to_rust()?;
        let sets = run(control, |control| mine::contrasts(first, second, &options, control))?;
        Ok(basketry_itemsets::new(sets))
    })
}
