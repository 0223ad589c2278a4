//! The association rules of a model.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::error::{basketry_status, invalid, make, required};
use crate::model::basketry_model;
use crate::rules::{basketry_rules, measure_of};
use crate::strings::basketry_id;

/// Makes the same model with these rules, and an index that finds those that match a basket, to be
/// saved with it. They take the place of rules that it holds already. Only rules with at least as
/// many distinct customers as the model was fitted with (min_customers) are kept: the privacy
/// threshold. If the model knows customers, so must the rules: make them with the baskets of the
/// history; if it does not, each basket counts as one. The given model stays as it is.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_model_with_rules(
    model: Option<&basketry_model>,
    rules: Option<&basketry_rules>,
    out: Option<&mut MaybeUninit<*mut basketry_model>>,
) -> basketry_status {
    make(out, || {
        let model = &required(model, "model")?.model;
        let rules = &required(rules, "rules")?.rules;
        Ok(basketry_model::new(model.with_rules(rules)?))
    })
}

/// The rules that the model holds, as rules of their own. An error of kind
/// BASKETRY_INVALID_ARGUMENT if it holds none.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_model_rules(
    model: Option<&basketry_model>,
    out: Option<&mut MaybeUninit<*mut basketry_rules>>,
) -> basketry_status {
    make(out, || {
        let model = &required(model, "model")?.model;
        let rules = model.rules().ok_or_else(|| invalid("model: it holds no rules"))?;
        Ok(basketry_rules::new(rules.to_rules(rules.iter())?))
    })
}

/// The n best rules of the model for a basket, the best first: those whose antecedent the basket
/// holds and of whose consequent it holds nothing. Ids that the model does not know are passed over.
/// They are found in the model file within microseconds; the rules are kept in the order of
/// "confidence", "lift" and "leverage", by other measures all that match are compared. An error of
/// kind BASKETRY_INVALID_ARGUMENT if the model holds no rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_model_matching_rules(
    model: Option<&basketry_model>,
    basket: *const basketry_id,
    n_basket: usize,
    n: usize,
    measure: *const c_char,
    out: Option<&mut MaybeUninit<*mut basketry_rules>>,
) -> basketry_status {
    make(out, || {
        let model = &required(model, "model")?.model;
        // SAFETY: the caller's promise for arrays and texts.
        let basket = unsafe { basketry_id::array(basket, n_basket, "basket") }?;
        // SAFETY: the caller's promise for strings.
        let measure = unsafe { measure_of(measure) }?;
        Ok(basketry_rules::new(model.matching_rules(basket, n, measure)?))
    })
}
