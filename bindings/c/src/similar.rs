//! Which products are alike.

use std::mem::MaybeUninit;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use basketry::table_from_batch;

use crate::arrow::export;
use crate::control::{basketry_control, run};
use crate::error::{basketry_status, call, required};
use crate::model::basketry_model;
use crate::strings::basketry_id;

/// Exports the products most similar to others, as an Arrow stream: item, similar, score and rank
/// (from 1). At most n rows for each item, by item as given, the most similar first. The score is
/// the same in both directions and above 0; in closed form it is the mean of two partial
/// correlations, that over customers and that over baskets. A product that the model does not know
/// is an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_model_similar(
    model: Option<&basketry_model>,
    items: *const basketry_id,
    n_items: usize,
    n: usize,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<FFI_ArrowArrayStream>>,
) -> basketry_status {
    call(|| {
        let model = &required(model, "model")?.model;
        // SAFETY: the caller's promise for arrays and texts.
        let items = unsafe { basketry_id::array(items, n_items, "items") }?;
        let similar = run(control, |control| model.similar(&items, n, control))?;
        export(out, table_from_batch(similar.to_record_batch()?))
    })
}
