//! Kinds of offers, and why a product is not offered.

use basketry::{Kind, Reason};

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
/// Other offers are worth more, or come first because it is of a kind of the fallback chain, and there is no
/// slot left; or, of dearer variants, another one is worth more in place of the same product.
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
/// It would replace a product on which another offer of the same decision gives a discount. What is part
/// of another offer is offered.
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
