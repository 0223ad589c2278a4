//! What was decided, and why.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::OnceLock;

use basketry::decide::{Explored, QuotaUse, Suppressed};
use basketry::{Decision, Id};

use crate::error::{basketry_status, call, free, get, invalid, required};
use crate::offer::{Lent, OfferRow, basketry_offer};
use crate::reasons::{BASKETRY_NO_KIND, BASKETRY_REASON_NONE};
use crate::strings::{array_mut, basketry_id, basketry_str};
use crate::text::{Text, to_json};

/// Ordered offers, perhaps none, and everything needed to say why.
pub struct basketry_decision {
    // Before `decision`, into which all point, so that they are dropped first.
    offers: OnceLock<Lent<OfferRow>>,
    withheld: OnceLock<Lent<OfferRow>>,
    explored: OnceLock<ExploredRows>,
    quotas: OnceLock<QuotaRows>,
    suppressed: OnceLock<SuppressedRows>,
    decision: Decision,
    json: Text,
    text: Text,
    shown: Text,
    id: Text,
}

/// One of the candidates that a slot was drawn from. Its products are borrowed from the decision.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_explore_choice {
    /// The products, as those of an offer: of a bundle the main one too.
    pub products: *const basketry_id,
    /// How many there are.
    pub n_products: usize,
    /// The kind of offer.
    pub kind: i32,
    /// What it is worth, in minor units.
    pub value: f64,
    /// The probability with which it was to be drawn; those of all choices sum to 1.
    pub probability: f64,
}

/// What became of one of the policy's quotas. Its name is borrowed from the decision.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_quota_use {
    /// The quota's name.
    pub name: basketry_str,
    /// How many slots it asks for.
    pub min: u32,
    /// How many offers count for it.
    pub made: u32,
    /// The value given up for it, in minor units.
    pub price: f64,
}

/// A candidate that was not offered. Everything that it points to is borrowed from the decision.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_suppressed {
    /// The product.
    pub product: basketry_id,
    /// Why it is not offered, one of the constants that begin with BASKETRY_REASON_.
    pub reason: i32,
    /// The reason as a word, such as "out_of_stock".
    pub reason_name: basketry_str,
    /// The kind of offer it would have been; BASKETRY_NO_KIND if it did not come so far.
    pub kind: i32,
    /// The learned chance that it is bought in this order without an offer; of a product that was
    /// considered as an up-sell only, the chance that it is taken if offered.
    pub probability: f64,
    /// Its value in minor units; NaN if it was not computed.
    pub value: f64,
}

struct ExploredRows {
    lent: Lent<basketry_explore_choice>,
    slot: u32,
    /// What the rows point to.
    _products: Lent<Vec<basketry_id>>,
    _explored: Option<Explored>,
}

struct QuotaRows {
    lent: Lent<basketry_quota_use>,
    /// What the rows point to.
    _quotas: Vec<QuotaUse>,
}

struct SuppressedRows {
    lent: Lent<basketry_suppressed>,
    /// What the rows point to.
    _suppressed: Vec<Suppressed>,
}

/// Frees a decision. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_free(decision: Option<Box<basketry_decision>>) {
    free(decision);
}

/// The decision's id, 32 hexadecimal digits: a hash of the model, the catalogue, the policy and the
/// request. Borrowed, ended by a zero byte; empty for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_id(decision: Option<&basketry_decision>) -> basketry_str {
    get(basketry_str::EMPTY, || {
        decision.map_or(basketry_str::EMPTY, |decision| decision.id.lend(|| decision.decision.id()))
    })
}

/// The number of offers; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_len(decision: Option<&basketry_decision>) -> usize {
    get(0, || decision.map_or(0, |decision| decision.decision.len()))
}

/// The offer at an index, the most valuable first; borrowed. Null if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_offer(
    decision: Option<&basketry_decision>,
    index: usize,
) -> *const basketry_offer {
    get(std::ptr::null(), || {
        let offer = decision.and_then(|decision| decision.offers().get(index));
        offer.map_or(std::ptr::null(), |row| &raw const row.lent)
    })
}

/// Why nothing is offered, whatever it is: the customer may not be contacted now, or is held out; one
/// of the constants that begin with BASKETRY_REASON_. BASKETRY_REASON_NONE if nothing stops offers, and
/// for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_stopped(decision: Option<&basketry_decision>) -> i32 {
    get(BASKETRY_REASON_NONE, || {
        let reason = decision.and_then(|decision| decision.decision.stopped());
        reason.map_or(BASKETRY_REASON_NONE, |reason| reason as i32)
    })
}

/// True if the customer is held out: offered nothing, to measure against. False for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_held_out(decision: Option<&basketry_decision>) -> bool {
    get(false, || decision.is_some_and(|decision| decision.decision.held_out()))
}

/// The number of offers that would have been made, had the customer not been held out; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_withheld_len(decision: Option<&basketry_decision>) -> usize {
    get(0, || decision.map_or(0, |decision| decision.withheld().len()))
}

/// The offer at an index that would have been made, had the customer not been held out; borrowed. Null
/// if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_withheld(
    decision: Option<&basketry_decision>,
    index: usize,
) -> *const basketry_offer {
    get(std::ptr::null(), || {
        let offer = decision.and_then(|decision| decision.withheld().get(index));
        offer.map_or(std::ptr::null(), |row| &raw const row.lent)
    })
}

/// The slot that was drawn by lot, counted from 1; 0 if nothing was left to chance, and for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_explored_slot(decision: Option<&basketry_decision>) -> u32 {
    get(0, || decision.map_or(0, |decision| decision.explored().slot))
}

/// How many candidates the drawn slot was drawn from; 0 if none was, and for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_choices_len(decision: Option<&basketry_decision>) -> usize {
    get(0, || decision.map_or(0, |decision| decision.explored().lent.0.len()))
}

/// The candidate at an index that the drawn slot was drawn from, the most valuable first; borrowed.
/// Null if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_choice(
    decision: Option<&basketry_decision>,
    index: usize,
) -> *const basketry_explore_choice {
    get(std::ptr::null(), || {
        let row = decision.and_then(|decision| decision.explored().lent.0.get(index));
        row.map_or(std::ptr::null(), std::ptr::from_ref)
    })
}

/// How many quotas the policy has, or 0 if nothing could be offered, and for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_quotas_len(decision: Option<&basketry_decision>) -> usize {
    get(0, || decision.map_or(0, |decision| decision.quotas().len()))
}

/// What became of the quota at an index, in the policy's order; borrowed. Null if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_quota(
    decision: Option<&basketry_decision>,
    index: usize,
) -> *const basketry_quota_use {
    get(std::ptr::null(), || {
        let row = decision.and_then(|decision| decision.quotas().get(index));
        row.map_or(std::ptr::null(), std::ptr::from_ref)
    })
}

/// What contacting the customer with any offer risks, in minor units; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_contact_risk(decision: Option<&basketry_decision>) -> f64 {
    get(0.0, || decision.map_or(0.0, |decision| decision.decision.contact_risk()))
}

/// The expected contribution of all offers, less what the contact risks, in minor units; 0 if nothing
/// is offered, and for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_value(decision: Option<&basketry_decision>) -> f64 {
    get(0.0, || decision.map_or(0.0, |decision| decision.decision.value()))
}

/// True if the model knows the customer; others are treated as new. False for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_customer_known(decision: Option<&basketry_decision>) -> bool {
    get(false, || decision.is_some_and(|decision| decision.decision.customer_known()))
}

/// The decision as one line of JSON: the log entry from which it can be replayed, the same bytes in
/// every language. Borrowed, ended by a zero byte; empty for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_json(decision: Option<&basketry_decision>) -> basketry_str {
    get(basketry_str::EMPTY, || {
        decision.map_or(basketry_str::EMPTY, |decision| {
            decision.json.lend(|| decision.decision.to_json())
        })
    })
}

/// The decision for people to read: one line for the request, one for each offer with its reason,
/// one for what was suppressed. Borrowed, ended by a zero byte; empty for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_text(decision: Option<&basketry_decision>) -> basketry_str {
    get(basketry_str::EMPTY, || {
        decision.map_or(basketry_str::EMPTY, |decision| {
            decision.text.lend(|| decision.decision.to_string())
        })
    })
}

/// The decision as a table for people, in the policy's language, as a JSON object on one line:
/// "caption" (a text), "columns" (texts), "rows" (for each offer, the texts of its cells) and "notes"
/// (texts). Borrowed, ended by a zero byte; empty for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_shown(decision: Option<&basketry_decision>) -> basketry_str {
    get(basketry_str::EMPTY, || {
        decision.map_or(basketry_str::EMPTY, |decision| {
            decision.shown.lend(|| to_json(&decision.decision.shown()))
        })
    })
}

/// Writes why a product is not among the offers: one of the constants that begin with
/// BASKETRY_REASON_ (BASKETRY_REASON_NONE if it is offered), and an answer in plain words to a
/// buffer of len bytes, ended by a zero byte and cut at a character if it does not fit. It answers
/// for any id. The reason may be null, and so may the buffer if len is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_decision_why_not(
    decision: Option<&basketry_decision>,
    product: basketry_id,
    reason: Option<&mut MaybeUninit<i32>>,
    buf: *mut c_char,
    len: usize,
) -> basketry_status {
    call(|| {
        let decision = &required(decision, "decision")?.decision;
        // SAFETY: the caller's promise for texts.
        let why = decision.why_not(unsafe { product.require("product") }?);
        if let Some(reason) = reason {
            reason.write(why.reason.map_or(BASKETRY_REASON_NONE, |reason| reason as i32));
        }
        // SAFETY: the caller's promise for arrays.
        if let Some((end, buf)) = unsafe { array_mut(buf, len, "buf") }?.split_last_mut() {
            let text = &why.text[..why.text.floor_char_boundary(buf.len())];
            for (to, from) in buf.iter_mut().zip(text.bytes()) {
                to.write(from as c_char);
            }
            buf.get_mut(text.len()).unwrap_or(end).write(0);
        }
        Ok(())
    })
}

/// The number of candidates that were not offered; 0 for null. What an offer adds is not among them,
/// alone or with others, nor what was no candidate (what is in the basket, or what nothing points to);
/// basketry_decision_why_not answers for any product.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_suppressed_len(decision: Option<&basketry_decision>) -> usize {
    get(0, || decision.map_or(0, |decision| decision.suppressed().len()))
}

/// The candidate at an index that was not offered, those with the greatest chance of being bought
/// first; borrowed. Null if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_suppressed(
    decision: Option<&basketry_decision>,
    index: usize,
) -> *const basketry_suppressed {
    get(std::ptr::null(), || {
        let row = decision.and_then(|decision| decision.suppressed().get(index));
        row.map_or(std::ptr::null(), std::ptr::from_ref)
    })
}

/// The number of warnings: unknown products, orders that were left out, exclusions that match
/// nothing, costs that are assumed. 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_warnings_len(decision: Option<&basketry_decision>) -> usize {
    get(0, || decision.map_or(0, |decision| decision.decision.warnings().len()))
}

/// Writes the warning at an index, which is borrowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_warning(
    decision: Option<&basketry_decision>,
    index: usize,
    out: Option<&mut MaybeUninit<basketry_str>>,
) -> basketry_status {
    call(|| {
        let warnings = required(decision, "decision")?.decision.warnings();
        let warning = warnings.get(index).ok_or_else(|| {
            invalid(format!("index: expected less than {}, got {index}", warnings.len()))
        })?;
        required(out, "out")?.write(basketry_str::lend(warning));
        Ok(())
    })
}

impl basketry_decision {
    pub(crate) fn inner(&self) -> &Decision {
        &self.decision
    }

    pub(crate) fn new(decision: Decision) -> Self {
        Self {
            offers: OnceLock::new(),
            withheld: OnceLock::new(),
            explored: OnceLock::new(),
            quotas: OnceLock::new(),
            suppressed: OnceLock::new(),
            decision,
            json: Text::default(),
            text: Text::default(),
            shown: Text::default(),
            id: Text::default(),
        }
    }

    fn offers(&self) -> &[OfferRow] {
        &self.offers.get_or_init(|| Lent(self.decision.iter().map(OfferRow::new).collect())).0
    }

    fn withheld(&self) -> &[OfferRow] {
        let rows = || Lent(self.decision.withheld().iter().map(OfferRow::new).collect());
        &self.withheld.get_or_init(rows).0
    }

    fn explored(&self) -> &ExploredRows {
        self.explored.get_or_init(|| {
            let explored = self.decision.explored();
            let choices = explored.iter().flat_map(|explored| &explored.choices);
            let lend =
                |ids: &Vec<Id>| ids.iter().map(|id| basketry_id::lend(id.as_ref())).collect();
            let products: Vec<Vec<_>> =
                choices.clone().map(|choice| lend(&choice.products)).collect();
            let lent = choices
                .zip(&products)
                .map(|(choice, products)| basketry_explore_choice {
                    products: products.as_ptr(),
                    n_products: products.len(),
                    kind: choice.kind as i32,
                    value: choice.value,
                    probability: choice.probability,
                })
                .collect();
            let slot = explored.as_ref().map_or(0, |explored| explored.slot);
            ExploredRows { lent: Lent(lent), slot, _products: Lent(products), _explored: explored }
        })
    }

    fn quotas(&self) -> &[basketry_quota_use] {
        let rows = self.quotas.get_or_init(|| {
            let quotas = self.decision.quotas();
            let lent = quotas
                .iter()
                .map(|quota| basketry_quota_use {
                    name: basketry_str::lend(&quota.name),
                    min: quota.min,
                    made: quota.made,
                    price: quota.price,
                })
                .collect();
            QuotaRows { lent: Lent(lent), _quotas: quotas }
        });
        &rows.lent.0
    }

    fn suppressed(&self) -> &[basketry_suppressed] {
        let rows = self.suppressed.get_or_init(|| {
            let suppressed = self.decision.suppressed();
            let lent = suppressed
                .iter()
                .map(|suppressed| basketry_suppressed {
                    product: basketry_id::lend(suppressed.product.as_ref()),
                    reason: suppressed.reason as i32,
                    reason_name: basketry_str::lend(suppressed.reason.code()),
                    kind: suppressed.kind.map_or(BASKETRY_NO_KIND, |kind| kind as i32),
                    probability: suppressed.probability,
                    value: suppressed.value.unwrap_or(f64::NAN),
                })
                .collect();
            SuppressedRows { lent: Lent(lent), _suppressed: suppressed }
        });
        &rows.lent.0
    }
}
