//! The probabilities of given pairs, and what they are made of.

use std::mem::MaybeUninit;

use basketry::{Explanation, Result, ScoreOptions, Scores};

use crate::control::{basketry_control, run};
use crate::error::{basketry_status, call, free, get, make, required};
use crate::model::basketry_model;
use crate::strings::{
    Grows, array_mut, basketry_id, basketry_ids, basketry_str, grown, one, optional_ids,
};
use crate::text::{Text, to_json};

/// As of when to score, and with how many threads. A field that is 0 has its default.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_score_options {
    /// The size of this struct; BASKETRY_SCORE_OPTIONS_INIT sets it.
    pub struct_size: usize,
    /// The moment of the request, in milliseconds since 1970-01-01 00:00 UTC; a time before that of
    /// the last order the model learned from counts as that. Null means that time.
    pub at_ms: *const i64,
    /// How many threads to use; 0 means one for each core. The result is the same for any number.
    pub threads: usize,
}

// SAFETY: plain numbers and a pointer behind the size.
unsafe impl Grows for basketry_score_options {
    const NAME: &'static str = "basketry_score_options";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self =
        Self { struct_size: size_of::<Self>(), at_ms: std::ptr::null(), threads: 0 };
}

/// The options that a pointer to them stands for.
///
/// # Safety
/// As for structs that can grow, and what they point to.
unsafe fn to_rust(options: *const basketry_score_options) -> Result<ScoreOptions> {
    // SAFETY: passed on to the caller.
    let given = unsafe { grown(options, "options") }?.unwrap_or(basketry_score_options::DEFAULT);
    let mut options = ScoreOptions::default();
    // SAFETY: passed on to the caller.
    options.at = unsafe { one(given.at_ms, "at_ms") }?.copied();
    options.threads = (given.threads != 0).then_some(given.threads);
    Ok(options)
}

/// What became of pairs that were to be scored.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct basketry_scored {
    /// How many ids of products in the request the model does not know.
    pub unknown: u64,
    /// How many customers of the request the model does not know, counted once for each pair. They
    /// were scored as strangers.
    pub unknown_customers: u64,
}

/// Writes for each pair of a customer and a product the probability that the customer buys it within
/// the horizon, from 0 to 1, to probabilities, which has space for n_pairs; NaN for a product
/// that the model does not know. Pairs of one customer are quickest one after the other. Scored,
/// which may be null, says what was not known. Null options mean the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_model_score(
    model: Option<&basketry_model>,
    customers: *const basketry_id,
    products: *const basketry_id,
    n_pairs: usize,
    options: *const basketry_score_options,
    control: Option<&basketry_control>,
    probabilities: *mut f32,
    scored: Option<&mut MaybeUninit<basketry_scored>>,
) -> basketry_status {
    call(|| {
        let model = &required(model, "model")?.model;
        // SAFETY: the caller's promise for arrays and texts.
        let customers = unsafe { basketry_id::array(customers, n_pairs, "customers") }?;
        // SAFETY: as above.
        let products = unsafe { basketry_id::array(products, n_pairs, "products") }?;
        // SAFETY: the caller's promise for structs that can grow.
        let options = unsafe { to_rust(options) }?;
        // SAFETY: the caller's promise for arrays that are written to.
        let out = unsafe { array_mut(probabilities, n_pairs, "probabilities") }?;
        let scores = run(control, |control| model.score(&customers, &products, &options, control))?;
        write(&scores, out, scored);
        Ok(())
    })
}

/// As basketry_model_score, for each pair of a basket and a product: the probability that the
/// product is bought in the order that holds the basket's products so far. A product that is in the
/// basket is scored by the rest of it. Customers are those who hold the baskets, one for each; null
/// if nobody is known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_model_score_baskets(
    model: Option<&basketry_model>,
    baskets: *const basketry_ids,
    products: *const basketry_id,
    customers: *const basketry_id,
    n_pairs: usize,
    options: *const basketry_score_options,
    control: Option<&basketry_control>,
    probabilities: *mut f32,
    scored: Option<&mut MaybeUninit<basketry_scored>>,
) -> basketry_status {
    call(|| {
        let model = &required(model, "model")?.model;
        // SAFETY: the caller's promise for arrays and texts.
        let baskets = unsafe { basketry_ids::array(baskets, n_pairs, "baskets") }?;
        // SAFETY: as above.
        let products = unsafe { basketry_id::array(products, n_pairs, "products") }?;
        // SAFETY: as above.
        let customers = unsafe { optional_ids(customers, n_pairs, "customers") }?;
        // SAFETY: the caller's promise for structs that can grow.
        let options = unsafe { to_rust(options) }?;
        // SAFETY: the caller's promise for arrays that are written to.
        let out = unsafe { array_mut(probabilities, n_pairs, "probabilities") }?;
        let scores = run(control, |control| {
            model.score_baskets(&baskets, &products, customers.as_deref(), &options, control)
        })?;
        write(&scores, out, scored);
        Ok(())
    })
}

fn write(
    scores: &Scores,
    out: &mut [MaybeUninit<f32>],
    scored: Option<&mut MaybeUninit<basketry_scored>>,
) {
    for (out, &probability) in out.iter_mut().zip(scores.probabilities()) {
        out.write(probability);
    }
    if let Some(scored) = scored {
        scored.write(basketry_scored {
            unknown: scores.unknown(),
            unknown_customers: scores.unknown_customers(),
        });
    }
}

/// A probability and what it is made of.
pub struct basketry_explanation {
    explanation: Explanation,
    json: Text,
    text: Text,
}

/// Explains the probability of a product for a customer, as basketry_model_score gives it, or with
/// a basket as basketry_model_score_baskets gives it. Null for a customer or basket means none. A
/// product that the model does not know is an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_model_explain(
    model: Option<&basketry_model>,
    customer: *const basketry_id,
    basket: *const basketry_ids,
    product: basketry_id,
    options: *const basketry_score_options,
    out: Option<&mut MaybeUninit<*mut basketry_explanation>>,
) -> basketry_status {
    make(out, || {
        let model = &required(model, "model")?.model;
        // SAFETY: the caller's promise for pointers to single values.
        let customer = match unsafe { one(customer, "customer") }? {
            // SAFETY: the caller's promise for texts.
            Some(id) => Some(unsafe { id.require("customer") }?),
            None => None,
        };
        // SAFETY: as above.
        let basket = match unsafe { one(basket, "basket") }? {
            // SAFETY: the caller's promise for arrays and texts.
            Some(list) => Some(unsafe { basketry_id::array(list.ids, list.len, "basket") }?),
            None => None,
        };
        // SAFETY: as above.
        let product = unsafe { product.require("product") }?;
        // SAFETY: the caller's promise for structs that can grow.
        let options = unsafe { to_rust(options) }?;
        let explanation = model.explain(customer, basket.as_deref(), product, &options)?;
        Ok(basketry_explanation { explanation, json: Text::default(), text: Text::default() })
    })
}

/// The probability that is explained; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_explanation_probability(
    explanation: Option<&basketry_explanation>,
) -> f64 {
    get(0.0, || explanation.map_or(0.0, |explanation| explanation.explanation.probability))
}

/// The explanation as a JSON object: the segment, the features with their values, weights and
/// contributions, which add up to the log odds, the reasons, and for each similarity the purchases or
/// products of the basket that it mostly comes from, with their amounts. Borrowed from the
/// explanation, ended by a zero byte; empty for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_explanation_json(
    explanation: Option<&basketry_explanation>,
) -> basketry_str {
    get(basketry_str::EMPTY, || {
        explanation.map_or(basketry_str::EMPTY, |explanation| {
            explanation.json.lend(|| to_json(&explanation.explanation))
        })
    })
}

/// The explanation in words, several lines. Borrowed from the explanation, ended by a zero byte;
/// empty for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_explanation_text(
    explanation: Option<&basketry_explanation>,
) -> basketry_str {
    get(basketry_str::EMPTY, || {
        explanation.map_or(basketry_str::EMPTY, |explanation| {
            explanation.text.lend(|| explanation.explanation.to_string())
        })
    })
}

/// Frees an explanation. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_explanation_free(explanation: Option<Box<basketry_explanation>>) {
    free(explanation);
}
