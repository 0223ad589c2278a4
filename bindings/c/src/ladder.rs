//! The tiers of a product line.

use std::mem::MaybeUninit;

use basketry::decide::{Ladder, Tier};

use crate::engine::{basketry_context, basketry_engine};
use crate::error::{basketry_status, call, free, get, invalid, make, required};
use crate::policy::basketry_policy;
use crate::reasons::BASKETRY_REASON_NONE;
use crate::strings::{basketry_id, basketry_str, grown};
use crate::text::{Text, to_json};

/// The tiers of a product line in order of price, and which one to preselect.
pub struct basketry_ladder {
    ladder: Ladder,
    json: Text,
}

/// One tier. What it points to is borrowed from the ladder.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_tier {
    /// The product.
    pub product: basketry_id,
    /// Its name; empty if the catalogue has none.
    pub name: basketry_str,
    /// What a unit costs now, in minor units; of a contract, in each period.
    pub price: i64,
    /// How many periods price and cost recur; 1 for what is paid once.
    pub term: u32,
    /// Why it may not be offered, one of BASKETRY_REASON_*; BASKETRY_REASON_NONE if it may.
    pub reason: i32,
    /// What it earns in all its periods, in minor units; NaN if that is not known.
    pub margin: f64,
    /// The content of a pack; NaN if it is not known.
    pub pack: f64,
    /// The rating, 0 to 5; NaN if it is not known.
    pub rating: f64,
    /// The share of purchases among the tiers that go to this one; NaN if none was ever bought.
    pub share: f64,
    /// What is expected to be earned by leading to this tier a customer who is about to take the
    /// product that was asked for, in minor units; NaN if a margin is not known.
    pub value: f64,
}

/// Makes the ladder of a product: its line, as far as it is equal on every attribute that must
/// match. Of the context the customer, the time and orders_since count. A product that the
/// catalogue does not have is an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_engine_ladder(
    engine: Option<&basketry_engine>,
    policy: Option<&basketry_policy>,
    context: *const basketry_context,
    product: basketry_id,
    out: Option<&mut MaybeUninit<*mut basketry_ladder>>,
) -> basketry_status {
    make(out, || {
        let engine = &required(engine, "engine")?.engine;
        let policy = &required(policy, "policy")?.policy;
        // SAFETY: the caller's promise for structs that can grow, for arrays and for texts.
        let context = unsafe { required(grown(context, "context")?, "context")?.get() }?;
        // SAFETY: the caller's promise for texts.
        let product = unsafe { product.require("product") }?;
        let ladder = engine.ladder(policy, &context, product)?;
        Ok(basketry_ladder { ladder, json: Text::default() })
    })
}

/// Frees a ladder. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_ladder_free(ladder: Option<Box<basketry_ladder>>) {
    free(ladder);
}

/// The number of tiers; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_ladder_len(ladder: Option<&basketry_ladder>) -> usize {
    get(0, || ladder.map_or(0, |ladder| ladder.ladder.tiers.len()))
}

/// Writes the tier at an index, the cheapest first.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_ladder_tier(
    ladder: Option<&basketry_ladder>,
    index: usize,
    out: Option<&mut MaybeUninit<basketry_tier>>,
) -> basketry_status {
    call(|| {
        let tiers = &required(ladder, "ladder")?.ladder.tiers;
        let tier = tiers.get(index).ok_or_else(|| {
            let text = format!("index: expected less than {}, got {index}", tiers.len());
            invalid(text)
        })?;
        required(out, "out")?.write(lend(tier));
        Ok(())
    })
}

/// The index of the tier to preselect; -1 if none may be offered, and for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_ladder_preselect(ladder: Option<&basketry_ladder>) -> i64 {
    get(-1, || ladder.and_then(|ladder| ladder.ladder.preselect).map_or(-1, |tier| tier as i64))
}

/// The ladder as a JSON object on one line: product, preselect and tiers. Borrowed, ended by a zero
/// byte; empty for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_ladder_json(ladder: Option<&basketry_ladder>) -> basketry_str {
    get(basketry_str::EMPTY, || {
        ladder.map_or(basketry_str::EMPTY, |ladder| ladder.json.lend(|| to_json(&ladder.ladder)))
    })
}

fn lend(tier: &Tier) -> basketry_tier {
    let number = |value: Option<f64>| value.unwrap_or(f64::NAN);
    basketry_tier {
        product: basketry_id::lend(tier.product.as_ref()),
        name: tier.name.as_deref().map_or(basketry_str::EMPTY, basketry_str::lend),
        price: tier.price.minor,
        term: tier.term,
        reason: tier.reason.map_or(BASKETRY_REASON_NONE, |reason| reason as i32),
        margin: number(tier.margin),
        pack: number(tier.pack),
        rating: number(tier.rating),
        share: number(tier.share),
        value: number(tier.value),
    }
}
