//! What was decided, and why.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::OnceLock;

use basketry::decide::{Explored, QuotaUse, Source, Suppressed};
use basketry::{Decision, Id, Kind, Offer, Reason};

use crate::contact::BASKETRY_NO_TIME;
use crate::error::{basketry_status, call, free, get, invalid, required};
use crate::strings::{array_mut, basketry_id, basketry_str};
use crate::text::Text;

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
    id: Text,
}

/// The kind of offer that goes with what is in the basket or viewed.
pub const BASKETRY_CROSS_SELL: i32 = 0;
/// The kind of offer that is a dearer variant, to be taken in place of another product.
pub const BASKETRY_UP_SELL: i32 = 1;
/// The kind of offer that the customer buys again and again, and that is due.
pub const BASKETRY_REFILL: i32 = 2;
/// The kind of offer that everybody buys: it fills a slot for which there was nothing better.
pub const BASKETRY_POPULAR: i32 = 3;
/// The kind of offer that is a main product and what goes with it, together for less.
pub const BASKETRY_BUNDLE: i32 = 4;
/// The kind of offer that closes the gap to a threshold such as free shipping.
pub const BASKETRY_TOP_UP: i32 = 5;
/// The kind of offer that is a service or contract for what is in the basket or viewed.
pub const BASKETRY_SERVICE: i32 = 6;
/// The kind of offer that suits what the customer bought before, and is new to them.
pub const BASKETRY_SIMILAR: i32 = 7;
/// No kind: a candidate that was suppressed before it had one.
pub const BASKETRY_NO_KIND: i32 = -1;

const _: () = {
    assert!(BASKETRY_CROSS_SELL == Kind::CrossSell as i32);
    assert!(BASKETRY_UP_SELL == Kind::UpSell as i32);
    assert!(BASKETRY_REFILL == Kind::Refill as i32);
    assert!(BASKETRY_POPULAR == Kind::Popular as i32);
    assert!(BASKETRY_BUNDLE == Kind::Bundle as i32);
    assert!(BASKETRY_TOP_UP == Kind::TopUp as i32);
    assert!(BASKETRY_SERVICE == Kind::Service as i32);
    assert!(BASKETRY_SIMILAR == Kind::Similar as i32);
};

macro_rules! reasons {
    ($($(#[doc = $doc:literal])* $name:ident = $number:literal is $reason:ident;)*) => {
        const _: () = {
            $(assert!($name == Reason::$reason as i32 && $name == $number);)*
            assert!([$($number),*].len() == Reason::ALL.len());
        };
    };
}

/// Not suppressed: the product is offered.
pub const BASKETRY_REASON_NONE: i32 = -1;
/// It is in the basket already.
pub const BASKETRY_REASON_IN_BASKET: i32 = 0;
/// It is the product being looked at.
pub const BASKETRY_REASON_VIEWED: i32 = 1;
/// Neither the catalogue nor the model knows it.
pub const BASKETRY_REASON_UNKNOWN_PRODUCT: i32 = 2;
/// It was sold once but is not in the catalogue now.
pub const BASKETRY_REASON_NOT_IN_CATALOGUE: i32 = 3;
/// The catalogue says that it may not be sold.
pub const BASKETRY_REASON_NOT_SELLABLE: i32 = 4;
/// Its stock is not above 0.
pub const BASKETRY_REASON_OUT_OF_STOCK: i32 = 5;
/// The policy excludes the product, its category, brand or line.
pub const BASKETRY_REASON_EXCLUDED: i32 = 6;
/// The catalogue has no price for it.
pub const BASKETRY_REASON_NO_PRICE: i32 = 7;
/// Its price is outside the policy's window.
pub const BASKETRY_REASON_PRICE_WINDOW: i32 = 8;
/// Its cost is not known and the policy assumes no margin.
pub const BASKETRY_REASON_UNKNOWN_COST: i32 = 9;
/// Selling it earns nothing.
pub const BASKETRY_REASON_MARGIN_NOT_POSITIVE: i32 = 10;
/// A variant of something in the basket.
pub const BASKETRY_REASON_VARIANT_IN_BASKET: i32 = 11;
/// A variant of the viewed product.
pub const BASKETRY_REASON_VARIANT_OF_VIEWED: i32 = 12;
/// The customer has it, and hardly anybody buys it twice.
pub const BASKETRY_REASON_OWNED: i32 = 13;
/// The customer buys it again and again, but not now.
pub const BASKETRY_REASON_NOT_DUE: i32 = 14;
/// It sells with what is in the basket, but too few customers stand behind that.
pub const BASKETRY_REASON_TOO_FEW_CUSTOMERS: i32 = 15;
/// Nothing says that it goes with the basket or with the customer.
pub const BASKETRY_REASON_NO_EVIDENCE: i32 = 16;
/// As a dearer variant: an attribute that must match does not.
pub const BASKETRY_REASON_INCOMPATIBLE: i32 = 17;
/// As a dearer variant: its declared quality is not better.
pub const BASKETRY_REASON_NOT_BETTER: i32 = 18;
/// As a dearer variant: what may be lost outweighs what may be gained.
pub const BASKETRY_REASON_UP_SELL_NOT_WORTH: i32 = 19;
/// Its value is not above the policy's min_value.
pub const BASKETRY_REASON_BELOW_MIN_VALUE: i32 = 20;
/// There are as many offers of its kind as the policy allows.
pub const BASKETRY_REASON_KIND_LIMIT: i32 = 21;
/// There are as many offers of its product line as the policy allows.
pub const BASKETRY_REASON_LINE_LIMIT: i32 = 22;
/// Other offers are worth more, and there is no slot left.
pub const BASKETRY_REASON_OUTRANKED: i32 = 23;
/// A substitute of something in the basket, or not to be offered with it.
pub const BASKETRY_REASON_SUBSTITUTE_IN_BASKET: i32 = 24;
/// The policy is not for customers of these segments.
pub const BASKETRY_REASON_OTHER_SEGMENT: i32 = 25;
/// The customer has not consented to what the policy asks for.
pub const BASKETRY_REASON_NO_CONSENT: i32 = 26;
/// The customer wants no more contacts in this channel.
pub const BASKETRY_REASON_OPTED_OUT: i32 = 27;
/// As many contacts were made as a cap of the policy allows.
pub const BASKETRY_REASON_CONTACT_CAP: i32 = 28;
/// The customer took up nothing of the last contacts.
pub const BASKETRY_REASON_CUSTOMER_IGNORES: i32 = 29;
/// It would have been offered, but the customer is held out.
pub const BASKETRY_REASON_HELD_OUT: i32 = 30;
/// The customer rejected it not long ago.
pub const BASKETRY_REASON_REJECTED: i32 = 31;
/// The customer was shown it often and took no notice.
pub const BASKETRY_REASON_IGNORED: i32 = 32;
/// It, or something of its line, category or brand, was offered not long ago.
pub const BASKETRY_REASON_COOL_DOWN: i32 = 33;
/// It was offered until a moment that has passed, and is not offered again.
pub const BASKETRY_REASON_OFFER_ENDED: i32 = 34;
/// It is not among what the policy's only selects.
pub const BASKETRY_REASON_NOT_SELECTED: i32 = 35;
/// A rule of the policy keeps it from customers of this segment.
pub const BASKETRY_REASON_SEGMENT_RULE: i32 = 36;
/// There are as many offers of its brand as the policy allows.
pub const BASKETRY_REASON_BRAND_LIMIT: i32 = 37;
/// There are as many offers of its category as the policy allows.
pub const BASKETRY_REASON_CATEGORY_LIMIT: i32 = 38;
/// It is bought instead of something else that is offered.
pub const BASKETRY_REASON_SUBSTITUTE_OFFERED: i32 = 39;
/// Its slot went to a product that a quota asks for.
pub const BASKETRY_REASON_QUOTA_SLOT: i32 = 40;
/// Another one was drawn for the slot that is left to chance.
pub const BASKETRY_REASON_NOT_DRAWN: i32 = 41;
/// All offers together are not worth what one more contact risks.
pub const BASKETRY_REASON_CONTACT_NOT_WORTH: i32 = 42;
/// It is part of another offer of the same decision.
pub const BASKETRY_REASON_IN_OTHER_OFFER: i32 = 43;
/// A main product of something in the basket or viewed, which is its accessory.
pub const BASKETRY_REASON_MAIN_OF_ACCESSORY: i32 = 44;
/// As a cross-sell: it does not fit what it would go with.
pub const BASKETRY_REASON_NOT_COMPATIBLE: i32 = 45;
/// It was in the order just placed.
pub const BASKETRY_REASON_IN_ORDER: i32 = 46;
/// A variant of something in the order just placed.
pub const BASKETRY_REASON_VARIANT_IN_ORDER: i32 = 47;
/// The customer returned it or a variant of it, or all of the order.
pub const BASKETRY_REASON_RETURNED: i32 = 48;

reasons! {
    BASKETRY_REASON_IN_BASKET = 0 is InBasket;
    BASKETRY_REASON_VIEWED = 1 is Viewed;
    BASKETRY_REASON_UNKNOWN_PRODUCT = 2 is UnknownProduct;
    BASKETRY_REASON_NOT_IN_CATALOGUE = 3 is NotInCatalogue;
    BASKETRY_REASON_NOT_SELLABLE = 4 is NotSellable;
    BASKETRY_REASON_OUT_OF_STOCK = 5 is OutOfStock;
    BASKETRY_REASON_EXCLUDED = 6 is Excluded;
    BASKETRY_REASON_NO_PRICE = 7 is NoPrice;
    BASKETRY_REASON_PRICE_WINDOW = 8 is PriceWindow;
    BASKETRY_REASON_UNKNOWN_COST = 9 is UnknownCost;
    BASKETRY_REASON_MARGIN_NOT_POSITIVE = 10 is MarginNotPositive;
    BASKETRY_REASON_VARIANT_IN_BASKET = 11 is VariantInBasket;
    BASKETRY_REASON_VARIANT_OF_VIEWED = 12 is VariantOfViewed;
    BASKETRY_REASON_OWNED = 13 is Owned;
    BASKETRY_REASON_NOT_DUE = 14 is NotDue;
    BASKETRY_REASON_TOO_FEW_CUSTOMERS = 15 is TooFewCustomers;
    BASKETRY_REASON_NO_EVIDENCE = 16 is NoEvidence;
    BASKETRY_REASON_INCOMPATIBLE = 17 is Incompatible;
    BASKETRY_REASON_NOT_BETTER = 18 is NotBetter;
    BASKETRY_REASON_UP_SELL_NOT_WORTH = 19 is UpSellNotWorth;
    BASKETRY_REASON_BELOW_MIN_VALUE = 20 is BelowMinValue;
    BASKETRY_REASON_KIND_LIMIT = 21 is KindLimit;
    BASKETRY_REASON_LINE_LIMIT = 22 is LineLimit;
    BASKETRY_REASON_OUTRANKED = 23 is Outranked;
    BASKETRY_REASON_SUBSTITUTE_IN_BASKET = 24 is SubstituteInBasket;
    BASKETRY_REASON_OTHER_SEGMENT = 25 is OtherSegment;
    BASKETRY_REASON_NO_CONSENT = 26 is NoConsent;
    BASKETRY_REASON_OPTED_OUT = 27 is OptedOut;
    BASKETRY_REASON_CONTACT_CAP = 28 is ContactCap;
    BASKETRY_REASON_CUSTOMER_IGNORES = 29 is CustomerIgnores;
    BASKETRY_REASON_HELD_OUT = 30 is HeldOut;
    BASKETRY_REASON_REJECTED = 31 is Rejected;
    BASKETRY_REASON_IGNORED = 32 is Ignored;
    BASKETRY_REASON_COOL_DOWN = 33 is CoolDown;
    BASKETRY_REASON_OFFER_ENDED = 34 is OfferEnded;
    BASKETRY_REASON_NOT_SELECTED = 35 is NotSelected;
    BASKETRY_REASON_SEGMENT_RULE = 36 is SegmentRule;
    BASKETRY_REASON_BRAND_LIMIT = 37 is BrandLimit;
    BASKETRY_REASON_CATEGORY_LIMIT = 38 is CategoryLimit;
    BASKETRY_REASON_SUBSTITUTE_OFFERED = 39 is SubstituteOffered;
    BASKETRY_REASON_QUOTA_SLOT = 40 is QuotaSlot;
    BASKETRY_REASON_NOT_DRAWN = 41 is NotDrawn;
    BASKETRY_REASON_CONTACT_NOT_WORTH = 42 is ContactNotWorth;
    BASKETRY_REASON_IN_OTHER_OFFER = 43 is InOtherOffer;
    BASKETRY_REASON_MAIN_OF_ACCESSORY = 44 is MainOfAccessory;
    BASKETRY_REASON_NOT_COMPATIBLE = 45 is NotCompatible;
    BASKETRY_REASON_IN_ORDER = 46 is InOrder;
    BASKETRY_REASON_VARIANT_IN_ORDER = 47 is VariantInOrder;
    BASKETRY_REASON_RETURNED = 48 is Returned;
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
    /// one.
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

/// One of the candidates that a slot was drawn from. Its product is borrowed from the decision.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_explore_choice {
    /// The product.
    pub product: basketry_id,
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

/// Rows for C, and the arrays that they point to.
struct Lent<T>(Vec<T>);

// SAFETY: what the rows point to belongs to the decision beside them, which nobody changes.
unsafe impl<T> Send for Lent<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Lent<T> {}

struct OfferRow {
    lent: basketry_offer,
    /// What `lent` points to.
    _products: Vec<basketry_id>,
    _evidence: Vec<basketry_evidence>,
    _assumed: Vec<basketry_str>,
    _sources: Vec<basketry_source>,
    _allocation: Vec<i64>,
}

struct ExploredRows {
    lent: Lent<basketry_explore_choice>,
    slot: u32,
    /// What the rows point to.
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

impl OfferRow {
    fn new(offer: &Offer) -> Self {
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

/// The number of candidates that were not offered; 0 for null. What was no candidate (what is in
/// the basket, or what nothing points to) is not among them; basketry_decision_why_not answers for
/// any product.
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
            let lent = choices
                .map(|choice| basketry_explore_choice {
                    product: basketry_id::lend(choice.product.as_ref()),
                    kind: choice.kind as i32,
                    value: choice.value,
                    probability: choice.probability,
                })
                .collect();
            let slot = explored.as_ref().map_or(0, |explored| explored.slot);
            ExploredRows { lent: Lent(lent), slot, _explored: explored }
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
