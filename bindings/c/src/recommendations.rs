//! What customers most probably buy next, many at a time.

use std::mem::MaybeUninit;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use basketry::{IdRef, Model, RecommendOptions, Recommendations, Result, table_from_batch};

use crate::arrow::export;
use crate::control::{basketry_control, run};
use crate::error::{basketry_status, call, free, get, invalid, make, required};
use crate::model::basketry_model;
use crate::strings::{Grows, array, basketry_id, basketry_ids, flag, grown, one, optional_ids};

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
    /// How many ids of products in the request the model does not know. They were passed over.
    pub unknown: u64,
    /// How many customers of the request the model does not know.
    pub unknown_customers: u64,
    /// For each row, whether the model knows the customer; null if the request has no customers.
    pub known: *const bool,
}

/// A customer and a product.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_customer_product {
    /// The customer.
    pub customer: basketry_id,
    /// The product.
    pub product: basketry_id,
}

/// What to recommend. A field that is 0 has its default.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_recommend_options {
    /// The size of this struct; BASKETRY_RECOMMEND_OPTIONS_INIT sets it.
    pub struct_size: usize,
    /// The products for each customer or basket; there are fewer only where the catalogue has no
    /// more that are allowed. BASKETRY_RECOMMEND_OPTIONS_INIT sets 10.
    pub n: usize,
    /// Only these products. Null means any of the catalogue.
    pub candidates: *const basketry_ids,
    /// Never these products.
    pub exclude: basketry_ids,
    /// Pairs of a customer and a product that they are never recommended: what they own already or
    /// turned down. Null if there are none.
    pub exclude_for: *const basketry_customer_product,
    /// How many pairs there are.
    pub n_exclude_for: usize,
    /// The moment of the request, in milliseconds since 1970-01-01 00:00 UTC; a time before that of
    /// the last order the model learned from counts as that. Null means that time.
    pub at_ms: *const i64,
    /// How many threads to use; 0 means one for each core. The result is the same for any number.
    pub threads: usize,
    /// 1 for only such products as the customer never bought.
    pub new_only: i32,
}

// SAFETY: plain numbers and pointers behind the size.
unsafe impl Grows for basketry_recommend_options {
    const NAME: &'static str = "basketry_recommend_options";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        n: 10,
        candidates: std::ptr::null(),
        exclude: basketry_ids { ids: std::ptr::null(), len: 0 },
        exclude_for: std::ptr::null(),
        n_exclude_for: 0,
        at_ms: std::ptr::null(),
        threads: 0,
        new_only: 0,
    };
}

/// What the lists of options hold, as the core takes it.
struct Lists<'a> {
    candidates: Option<Vec<IdRef<'a>>>,
    exclude: Vec<IdRef<'a>>,
    exclude_for: Vec<(IdRef<'a>, IdRef<'a>)>,
}

impl basketry_recommend_options {
    /// # Safety
    /// As for arrays and texts, for what the options point to.
    unsafe fn lists<'a>(&self) -> Result<Lists<'a>> {
        // SAFETY: the caller's promise for pointers to single values.
        let candidates = match unsafe { one(self.candidates, "candidates") }? {
            // SAFETY: the caller's promise for arrays and texts.
            Some(list) => Some(unsafe { basketry_id::array(list.ids, list.len, "candidates") }?),
            None => None,
        };
        // SAFETY: as above.
        let exclude = unsafe { basketry_id::array(self.exclude.ids, self.exclude.len, "exclude") }?;
        // SAFETY: as above.
        let pairs = unsafe { array(self.exclude_for, self.n_exclude_for, "exclude_for") }?;
        let pair = |(i, pair): (usize, &basketry_customer_product)| {
            // SAFETY: the caller's promise for texts.
            unsafe {
                Ok((
                    pair.customer.require(&format!("exclude_for[{i}].customer"))?,
                    pair.product.require(&format!("exclude_for[{i}].product"))?,
                ))
            }
        };
        let exclude_for = pairs.iter().enumerate().map(pair).collect::<Result<_>>()?;
        Ok(Lists { candidates, exclude, exclude_for })
    }

    /// # Safety
    /// As for pointers to single values, for `at_ms`.
    unsafe fn to_rust<'a>(self, lists: &'a Lists<'a>) -> Result<RecommendOptions<'a>> {
        let mut options = RecommendOptions::new(self.n);
        options.new_only = flag(self.new_only, "new_only")?;
        options.candidates = lists.candidates.as_deref();
        options.exclude = &lists.exclude;
        options.exclude_for = &lists.exclude_for;
        // SAFETY: passed on to the caller.
        options.at = unsafe { one(self.at_ms, "at_ms") }?.copied();
        options.threads = (self.threads != 0).then_some(self.threads);
        Ok(options)
    }
}

/// The n products that each customer most probably buys within the horizon (see
/// basketry_fit_options), the most probable first. A customer whom the model does not know gets what a stranger would buy; they are marked
/// and counted. Null options mean the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_model_recommend(
    model: Option<&basketry_model>,
    customers: *const basketry_id,
    n_customers: usize,
    options: *const basketry_recommend_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_recommendations>>,
) -> basketry_status {
    make(out, || {
        let model = &required(model, "model")?.model;
        // SAFETY: the caller's promise for arrays and texts.
        let customers = unsafe { basketry_id::array(customers, n_customers, "customers") }?;
        // SAFETY: the caller's promise for structs that can grow, and for what they point to.
        let options =
            unsafe { grown(options, "options") }?.unwrap_or(basketry_recommend_options::DEFAULT);
        // SAFETY: as above.
        let lists = unsafe { options.lists() }?;
        // SAFETY: as above.
        let options = unsafe { options.to_rust(&lists) }?;
        let recommendations =
            run(control, |control| model.recommend(&customers, &options, control))?;
        Ok(basketry_recommendations::new(model, recommendations))
    })
}

/// The n products most probably added to each basket, the most probable first; what it holds
/// already is not among them. Customers are those who hold the baskets, one for each; null if
/// nobody is known. Products of a basket that the model does not know are passed over and counted.
/// Null options mean the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_model_complete(
    model: Option<&basketry_model>,
    baskets: *const basketry_ids,
    customers: *const basketry_id,
    n_baskets: usize,
    options: *const basketry_recommend_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_recommendations>>,
) -> basketry_status {
    make(out, || {
        let model = &required(model, "model")?.model;
        // SAFETY: the caller's promise for arrays and texts.
        let baskets = unsafe { basketry_ids::array(baskets, n_baskets, "baskets") }?;
        // SAFETY: as above.
        let customers = unsafe { optional_ids(customers, n_baskets, "customers") }?;
        // SAFETY: the caller's promise for structs that can grow, and for what they point to.
        let options =
            unsafe { grown(options, "options") }?.unwrap_or(basketry_recommend_options::DEFAULT);
        // SAFETY: as above.
        let lists = unsafe { options.lists() }?;
        // SAFETY: as above.
        let options = unsafe { options.to_rust(&lists) }?;
        let recommendations = run(control, |control| {
            model.complete(&baskets, customers.as_deref(), &options, control)
        })?;
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
/// basket (the position in the request), product, probability and rank, and if the request has
/// customers known (whether the model knows the customer). Release it as Arrow says.
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
            unknown_customers: recommendations.unknown_customers(),
            known: match recommendations.known() {
                [] => std::ptr::null(),
                known => known.as_ptr(),
            },
        };
        Self { model: model.clone(), recommendations, lent }
    }
}
