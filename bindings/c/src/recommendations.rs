//! What customers most probably buy next, many at a time.

use std::mem::MaybeUninit;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use basketry::{Model, Recommendations, table_from_batch};

use crate::arrow::export;
use crate::control::{basketry_control, run};
use crate::error::{basketry_status, call, free, get, invalid, make, required};
use crate::model::basketry_model;
use crate::strings::{basketry_id, basketry_ids};

/// Ranked products for customers or baskets, one row each, in columns.
pub struct basketry_recommendations {
    model: Model,
    recommendations: Recommendations,
    lent: basketry_recommendation_columns,
}

// SAFETY: the pointers in `lent` point into the recommendations beside it, which nobody changes.
unsafe impl Send for basketry_recommendations {}
// SAFETY: as above.
unsafe impl Sync for basketry_recommendations {}

/// The columns of recommendations, by request and rank.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_recommendation_columns {
    /// How many rows there are.
    pub len: usize,
    /// For each row, the position of its customer or basket in the request, from 0.
    pub requests: *const u32,
    /// For each row, the product; basketry_recommendations_product gives its id.
    pub products: *const u32,
    /// For each row, the probability that it is bought, from 0 to 1, without being offered.
    pub probabilities: *const f32,
    /// For each row, the rank within its request, from 1.
    pub ranks: *const u32,
    /// How many product ids of the request the model does not know.
    pub unknown: u64,
}

/// The n products that each customer most probably buys within the horizon (see
/// basketry_fit_options), the most probable first; with new_only, only such as they never bought.
/// Products that are not in the model's
/// catalogue are left out. A customer whom the model does not know is an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_model_recommend(
    model: Option<&basketry_model>,
    customers: *const basketry_id,
    n_customers: usize,
    n: usize,
    new_only: bool,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_recommendations>>,
) -> basketry_status {
    make(out, || {
        let model = &required(model, "model")?.model;
        // SAFETY: the caller's promise for arrays and texts.
        let customers = unsafe { basketry_id::array(customers, n_customers, "customers") }?;
        let recommendations =
            run(control, |control| model.recommend(&customers, n, new_only, control))?;
        Ok(basketry_recommendations::new(model, recommendations))
    })
}

/// The n products most probably added to each basket by a customer of whom nothing is known, the
/// most probable first. Products that the model does not know are passed over and counted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_model_complete(
    model: Option<&basketry_model>,
    baskets: *const basketry_ids,
    n_baskets: usize,
    n: usize,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_recommendations>>,
) -> basketry_status {
    make(out, || {
        let model = &required(model, "model")?.model;
        // SAFETY: the caller's promise for arrays and texts.
        let baskets = unsafe { basketry_ids::array(baskets, n_baskets, "baskets") }?;
        let recommendations = run(control, |control| model.complete(&baskets, n, control))?;
        Ok(basketry_recommendations::new(model, recommendations))
    })
}

/// Frees recommendations. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_recommendations_free(
    recommendations: Option<Box<basketry_recommendations>>,
) {
    free(recommendations);
}

/// The recommendations as columns, borrowed; null for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_recommendations_columns(
    recommendations: Option<&basketry_recommendations>,
) -> *const basketry_recommendation_columns {
    get(std::ptr::null(), || {
        recommendations.map_or(std::ptr::null(), |recommendations| &raw const recommendations.lent)
    })
}

/// Writes the id of a product of the columns, which is borrowed from the recommendations.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_recommendations_product(
    recommendations: Option<&basketry_recommendations>,
    product: u32,
    out: Option<&mut MaybeUninit<basketry_id>>,
) -> basketry_status {
    call(|| {
        let ids = required(recommendations, "recommendations")?.model.products();
        let out = required(out, "out")?;
        let id = ids.get(product).ok_or_else(|| {
            invalid(format!("product: expected less than {}, got {product}", ids.len()))
        })?;
        out.write(basketry_id::lend(id));
        Ok(())
    })
}

/// Writes the recommendations to out as an Arrow stream with the columns customer (the id) or
/// basket (the position in the request), product, probability and rank. Release it as Arrow says.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_recommendations_export(
    recommendations: Option<&basketry_recommendations>,
    out: Option<&mut MaybeUninit<FFI_ArrowArrayStream>>,
) -> basketry_status {
    call(|| {
        let recommendations = required(recommendations, "recommendations")?;
        export(out, table_from_batch(recommendations.recommendations.to_record_batch()?))
    })
}

impl basketry_recommendations {
    fn new(model: &Model, recommendations: Recommendations) -> Self {
        let lent = basketry_recommendation_columns {
            len: recommendations.len(),
            requests: recommendations.requests().as_ptr(),
            products: recommendations.products().as_ptr(),
            probabilities: recommendations.probabilities().as_ptr(),
            ranks: recommendations.ranks().as_ptr(),
            unknown: recommendations.unknown(),
        };
        Self { model: model.clone(), recommendations, lent }
    }
}
