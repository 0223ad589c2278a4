//! One offer, as C reads it.

use basketry::decide::Source;
use basketry::{Id, Offer};

use crate::contact::BASKETRY_NO_TIME;
use crate::strings::{basketry_id, basketry_str};

/// Where a number came from: from data.
pub const BASKETRY_LEARNED: i32 = 0;
/// From the shop: its catalogue or its policy.
pub const BASKETRY_GIVEN: i32 = 1;
/// A default that stands in for what is not known.
pub const BASKETRY_ASSUMED: i32 = 2;

const _: () = {
    assert!(BASKETRY_LEARNED == Source::Learned as i32);
    assert!(BASKETRY_GIVEN == Source::Given as i32);
    assert!(BASKETRY_ASSUMED == Source::Assumed as i32);
};

/// Where a number that an offer's value rests on came from. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_source {
    /// What the number is: base_probability, margin, base_margin of an up-sell, or the name of a
    /// setting of the policy's assume, such as accept.
    pub name: basketry_str,
    /// BASKETRY_LEARNED, BASKETRY_GIVEN or BASKETRY_ASSUMED.
    pub source: i32,
}

/// A number behind an offer. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_evidence {
    /// What the number is: of a cross-sell lift_low (how many times as often as by chance the two
    /// sell together: the lower 2.5 % bound), pair_baskets and pair_customers; of a refill
    /// own_count, own_share, days_since and expected_interval; of a popular one customers and
    /// baskets; of an up-sell acceptance, abandonment, base_purchase, base_price, base_margin and
    /// own_line_purchases, of a larger pack also pack, base_pack, unit_price and base_unit_price; of a
    /// contract term (and ends_in_days of one that the customer has); of a refill also due_in_days and
    /// due_at_ms; after an order follow_up_low and follow_up_customers; of a top-up threshold, basket, gap,
    /// cost, added_margin, reached, reached_anyway and until_ms; of a bundle main_purchase, discount_share
    /// and break_even_discount, of a second unit also unit_discount_share; rating where the catalogue has
    /// one. How many times the odds that the model gives are those of base_probability: base_odds where that
    /// is not 1, of a bundle and of one product as a top-up base_odds_ and the kind that its least
    /// probable product would be offered as alone. After earlier contacts pressure, ignored and response.
    pub name: basketry_str,
    /// The number.
    pub value: f64,
}

/// One offer. Everything that it points to is borrowed from the decision.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_offer {
    /// The kind of offer: BASKETRY_CROSS_SELL, BASKETRY_UP_SELL, BASKETRY_REFILL,
    /// BASKETRY_POPULAR, BASKETRY_BUNDLE, BASKETRY_TOP_UP, BASKETRY_SERVICE or BASKETRY_SIMILAR. Later versions may have more.
    pub kind: i32,
    /// The kind as a word, such as "cross_sell".
    pub kind_name: basketry_str,
    /// The products offered. One, but of a bundle the main product and what goes with it, of a
    /// second unit the product twice, of a top-up one or two.
    pub products: *const basketry_id,
    /// How many products are offered.
    pub n_products: usize,
    /// The name of the product; empty if the catalogue has no names; of several their names, with
    /// " + " between them.
    pub name: basketry_str,
    /// What it costs now, in minor units; of a contract, in each period; of several products
    /// together.
    pub price: i64,
    /// What is taken off the price, in minor units. Only bundles have a discount.
    pub discount: i64,
    /// The ISO 4217 code of the currency.
    pub currency: basketry_str,
    /// Of a cross-sell: the product in the basket or viewed that it goes with. Of an up-sell: the
    /// product in whose place it is offered. Of a bundle: the main product. Otherwise no id.
    pub base_product: basketry_id,
    /// The chance that it is bought in this order if it is offered. Of an up-sell: that it is taken
    /// in place of the base product.
    pub probability: f64,
    /// The chance that it is bought in this order if it is not offered. Of an up-sell 0.
    pub base_probability: f64,
    /// Price less cost in minor units; where the cost is not known, as assumed. Of a contract, in all
    /// its periods.
    pub margin: f64,
    /// The expected contribution of making this offer, in minor units.
    pub value: f64,
    /// The probability with which this offer was chosen for the slot; 1: nothing was left to
    /// chance.
    pub chosen_with: f64,
    /// 1: the policy pins it to its slot. Otherwise 0.
    pub pinned: i32,
    /// Its kind only fills slots that others leave: the place of the kind in the policy's fallback
    /// chain, from 1. 0: it holds its slot by its value.
    pub fallback: u32,
    /// Until when it is valid, in milliseconds since 1970-01-01 00:00 UTC; BASKETRY_NO_TIME: without
    /// an end.
    pub valid_until_ms: i64,
    /// The numbers behind it.
    pub evidence: *const basketry_evidence,
    /// How many such numbers there are.
    pub n_evidence: usize,
    /// The policy's assumptions that stood in for what is not known, such as "margin_rate", as far as
    /// they are neither given nor learned.
    pub assumed: *const basketry_str,
    /// How many assumptions there are.
    pub n_assumed: usize,
    /// The reason in plain words.
    pub why: basketry_str,
    /// Where the numbers came from that the value rests on.
    pub sources: *const basketry_source,
    /// How many such numbers there are.
    pub n_sources: usize,
    /// How the discount falls on each of the products, in minor units, adding up to it.
    pub allocation: *const i64,
    /// As many as there are products; 0 without a discount.
    pub n_allocation: usize,
}

/// Rows for C, and the arrays that they point to.
pub(crate) struct Lent<T>(pub(crate) Vec<T>);

// SAFETY: what the rows point to belongs to the decision beside them, which nobody changes.
unsafe impl<T> Send for Lent<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Lent<T> {}

/// An offer for C, and what it points to.
pub(crate) struct OfferRow {
    pub(crate) lent: basketry_offer,
    /// What `lent` points to.
    _products: Vec<basketry_id>,
    _evidence: Vec<basketry_evidence>,
    _assumed: Vec<basketry_str>,
    _sources: Vec<basketry_source>,
    _allocation: Vec<i64>,
}

impl OfferRow {
    pub(crate) fn new(offer: &Offer) -> Self {
        let products: Vec<_> =
            offer.products.iter().map(|id| basketry_id::lend(id.as_ref())).collect();
        let evidence: Vec<_> = offer
            .evidence
            .iter()
            .map(|evidence| basketry_evidence {
                name: basketry_str::lend(evidence.name),
                value: evidence.value,
            })
            .collect();
        let assumed: Vec<_> = offer.assumed.iter().map(|&name| basketry_str::lend(name)).collect();
        let sources: Vec<_> = (offer.sources.iter())
            .map(|sourced| basketry_source {
                name: basketry_str::lend(sourced.name),
                source: sourced.source as i32,
            })
            .collect();
        let allocation: Vec<_> = offer.allocation.iter().map(|off| off.minor).collect();
        let lent = basketry_offer {
            kind: offer.kind as i32,
            kind_name: basketry_str::lend(offer.kind.code()),
            products: products.as_ptr(),
            n_products: products.len(),
            name: offer.name.as_deref().map_or(basketry_str::EMPTY, basketry_str::lend),
            price: offer.price.minor,
            discount: offer.discount.minor,
            currency: basketry_str::lend(offer.price.currency.code()),
            base_product: lend_some(offer.base_product.as_ref()),
            probability: offer.probability,
            base_probability: offer.base_probability,
            margin: offer.margin,
            value: offer.value,
            chosen_with: offer.chosen_with,
            pinned: offer.pinned.into(),
            fallback: offer.fallback,
            valid_until_ms: offer.valid_until.unwrap_or(BASKETRY_NO_TIME),
            evidence: evidence.as_ptr(),
            n_evidence: evidence.len(),
            assumed: assumed.as_ptr(),
            n_assumed: assumed.len(),
            why: basketry_str::lend(&offer.why),
            sources: sources.as_ptr(),
            n_sources: sources.len(),
            allocation: allocation.as_ptr(),
            n_allocation: allocation.len(),
        };
        Self {
            lent,
            _products: products,
            _evidence: evidence,
            _assumed: assumed,
            _sources: sources,
            _allocation: allocation,
        }
    }
}

fn lend_some(id: Option<&Id>) -> basketry_id {
    id.map_or(basketry_id::NONE, |id| basketry_id::lend(id.as_ref()))
}
