//! What products are to each other, and what customers are due to buy again.

use std::mem::MaybeUninit;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use basketry::{DueOptions, Result, table_from_batch};

use crate::arrow::export;
use crate::control::{basketry_control, run};
use crate::error::{basketry_status, call, required};
use crate::model::basketry_model;
use crate::strings::{Grows, basketry_id, grown};

/// Exports what a product is to others, or with a null item what all are, as an Arrow stream:
/// product, related, relation (complement, accessory, variant, substitute, never_with or unknown),
/// direction (main_to_accessory, accessory_to_main or null), source (learned or given), and the
/// numbers baskets, customers, expected, lift, lift_low, lift_high, confidence, confidence_back,
/// context, follow_up, follow_up_back, same_line, same_category, same_brand and price_ratio. By
/// product, then by kind of relation, the best first. A product that the model does not know is an
/// error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_model_relations(
    model: Option<&basketry_model>,
    item: Option<&basketry_id>,
    out: Option<&mut MaybeUninit<FFI_ArrowArrayStream>>,
) -> basketry_status {
    call(|| {
        let model = &required(model, "model")?.model;
        // SAFETY: the caller's promise for texts.
        let item = item.map(|item| unsafe { item.require("item") }).transpose()?;
        export(out, table_from_batch(model.relations(item)?.to_record_batch()?))
    })
}

/// When, and how much to list. Start from BASKETRY_DUE_OPTIONS_INIT; what is 0 has the default.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_due_options {
    /// The size of this struct, which BASKETRY_DUE_OPTIONS_INIT sets.
    pub struct_size: usize,
    /// The time that is judged, milliseconds since 1970-01-01 UTC; not before
    /// basketry_model_as_of. Only if has_at is not 0; else it is that time.
    pub at: i64,
    /// Whether at is given.
    pub has_at: i32,
    /// The most rows for each customer, those most probably bought; 0: all.
    pub n: usize,
}

// SAFETY: plain numbers behind the size.
unsafe impl Grows for basketry_due_options {
    const NAME: &'static str = "basketry_due_options";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self { struct_size: size_of::<Self>(), at: 0, has_at: 0, n: 0 };
}

impl basketry_due_options {
    fn to_rust(self) -> DueOptions {
        let mut options = DueOptions::default();
        options.at = (self.has_at != 0).then_some(self.at);
        options.n = (self.n != 0).then_some(self.n);
        options
    }
}

/// Exports what customers are due to buy again, overdue to buy, or soon will be, as an Arrow stream:
/// customer, product, state (due: 0.7 to 1.5 times the expected interval after the last purchase;
/// overdue: later; soon: from half of it on), interval and days_since (days), purchases,
/// probability of a purchase within the horizon of the model, as basketry_model_score gives it. By
/// customer as given, the most probable first. A customer whom the model does not know is an error.
/// Null options mean the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_model_due(
    model: Option<&basketry_model>,
    customers: *const basketry_id,
    n_customers: usize,
    options: *const basketry_due_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<FFI_ArrowArrayStream>>,
) -> basketry_status {
    call(|| {
        let model = &required(model, "model")?.model;
        // SAFETY: the caller's promise for structs that can grow.
        let options = unsafe { grown(options, "options") }?
            .unwrap_or(basketry_due_options::DEFAULT)
            .to_rust();
        // SAFETY: the caller's promise for arrays and texts.
        let customers = unsafe { basketry_id::array(customers, n_customers, "customers") }?;
        let due = run(control, |control| model.due(&customers, &options, control))?;
        export(out, table_from_batch(due.to_record_batch()?))
    })
}

/// How a product is bought again, written to out: BASKETRY_CYCLE_*. Only regular products are ever
/// due.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_model_cycle(
    model: Option<&basketry_model>,
    item: basketry_id,
    out: Option<&mut MaybeUninit<i32>>,
) -> basketry_status {
    call(|| {
        let model = &required(model, "model")?.model;
        let out = required(out, "out")?;
        // SAFETY: the caller's promise for texts.
        let cycle = model.cycle_of(unsafe { item.require("item") }?)?;
        out.write(number(cycle)?);
        Ok(())
    })
}

/// Those who buy it again do so at least about twice a year.
pub const BASKETRY_CYCLE_REGULAR: i32 = 0;
/// It is bought again, but late: a car, a mattress.
pub const BASKETRY_CYCLE_LONG: i32 = 1;
/// Hardly anybody buys it again.
pub const BASKETRY_CYCLE_ONE_OFF: i32 = 2;

fn number(cycle: basketry::Cycle) -> Result<i32> {
    use basketry::Cycle;
    match cycle {
        Cycle::Regular => Ok(BASKETRY_CYCLE_REGULAR),
        Cycle::Long => Ok(BASKETRY_CYCLE_LONG),
        Cycle::OneOff => Ok(BASKETRY_CYCLE_ONE_OFF),
        other => Err(crate::error::invalid(format!("the cycle {other} has no number"))),
    }
}
