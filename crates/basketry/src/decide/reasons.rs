//! Kinds of offer, and why a candidate was not offered.

use std::fmt;

/// The kinds of offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[repr(u8)]
pub enum Kind {
    /// Goes with what is in the basket or viewed.
    CrossSell = 0,
    /// A dearer variant of what is in the basket or viewed, to be taken in its place.
    UpSell = 1,
    /// The customer buys it again and again, and it is due.
    Refill = 2,
    /// What everybody buys: fills a slot for which there was nothing more particular.
    Popular = 3,
    /// A main product and what goes with it, together for less.
    Bundle = 4,
    /// Closes the gap to a threshold such as free shipping.
    TopUp = 5,
    /// A service or contract that goes with what is in the basket or viewed.
    Service = 6,
    /// Suits what the customer bought before, and is new to them.
    Similar = 7,
}

impl Kind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Kind; 8] = [
        Kind::CrossSell,
        Kind::UpSell,
        Kind::Refill,
        Kind::Popular,
        Kind::Bundle,
        Kind::TopUp,
        Kind::Service,
        Kind::Similar,
    ];

    /// The stable code, such as `"cross_sell"`.
    pub fn code(self) -> &'static str {
        match self {
            Kind::CrossSell => "cross_sell",
            Kind::UpSell => "up_sell",
            Kind::Refill => "refill",
            Kind::Popular => "popular",
            Kind::Bundle => "bundle",
            Kind::TopUp => "top_up",
            Kind::Service => "service",
            Kind::Similar => "similar",
        }
    }
}

/// Prints the [code](Kind::code).
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl serde::Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// Where a number came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[repr(u8)]
pub enum Source {
    /// From data: the shop's orders, or a log of offers.
    Learned = 0,
    /// From the shop: its catalogue, or its policy.
    Given = 1,
    /// A default that stands in for what is not known.
    Assumed = 2,
}

impl Source {
    /// All sources, in the order of their numbers.
    pub const ALL: [Source; 3] = [Source::Learned, Source::Given, Source::Assumed];

    /// The stable code: `"learned"`, `"given"` or `"assumed"`.
    pub fn code(self) -> &'static str {
        match self {
            Source::Learned => "learned",
            Source::Given => "given",
            Source::Assumed => "assumed",
        }
    }
}

/// Prints the [code](Source::code).
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl serde::Serialize for Source {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])* $name:ident = $number:literal, $code:literal, $text:literal;)*) => {
        /// Why a product is not among the offers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Reason {
            $($(#[doc = $doc])* $name = $number,)*
        }

        impl Reason {
            /// All reasons, in the order of their numbers.
            pub const ALL: [Reason; [$($number),*].len()] = [$(Reason::$name),*];

            /// The stable code, such as `"out_of_stock"`.
            pub fn code(self) -> &'static str {
                match self {
                    $(Reason::$name => $code,)*
                }
            }

            /// The reason in words.
            pub fn text(self) -> &'static str {
                match self {
                    $(Reason::$name => $text,)*
                }
            }
        }
    };
}

reasons! {
    /// It is in the basket already. `in_basket`
    InBasket = 0, "in_basket", "it is in the basket";
    /// It is the product being looked at. `viewed`
    Viewed = 1, "viewed", "it is the product being looked at";
    /// Neither the catalogue nor the model knows it. `unknown_product`
    UnknownProduct = 2, "unknown_product", "neither the catalogue nor the model knows it";
    /// It was sold once but is not in the catalogue now. `not_in_catalogue`
    NotInCatalogue = 3, "not_in_catalogue", "it is not in the catalogue";
    /// The catalogue says that it may not be sold. `not_sellable`
    NotSellable = 4, "not_sellable", "the catalogue marks it as not sellable";
    /// Its stock is not above 0. `out_of_stock`
    OutOfStock = 5, "out_of_stock", "it is out of stock";
    /// The policy excludes the product, its category, brand or line. `excluded`
    Excluded = 6, "excluded", "the policy excludes it, its category, its brand or its line";
    /// The catalogue has no price for it. `no_price`
    NoPrice = 7, "no_price", "the catalogue has no price for it";
    /// Its price is outside the policy's window. `price_window`
    PriceWindow = 8, "price_window", "its price is outside the policy's window";
    /// Its cost is not known and the policy assumes no margin. `unknown_cost`
    UnknownCost = 9, "unknown_cost", "its cost is not known and the policy assumes no margin";
    /// Selling it earns nothing. `margin_not_positive`
    MarginNotPositive = 10, "margin_not_positive", "its margin is not positive";
    /// A variant of something in the basket. `variant_in_basket`
    VariantInBasket = 11, "variant_in_basket", "a variant of the same line is in the basket";
    /// A variant of the viewed product. `variant_of_viewed`
    VariantOfViewed = 12, "variant_of_viewed", "it is a variant of the product being looked at";
    /// The customer has it, and it is a product that hardly anybody buys twice. `owned`
    Owned = 13, "owned", "the customer has it, and hardly anybody buys it twice";
    /// The customer buys it again and again, but not now. `not_due`
    NotDue = 14, "not_due", "the customer buys it, but it is not due";
    /// It sells with what is in the basket, but too few customers stand behind that.
    /// `too_few_customers`
    TooFewCustomers = 15, "too_few_customers",
        "fewer customers stand behind the evidence than the policy asks for";
    /// Nothing says that it goes with the basket or with the customer. `no_evidence`
    NoEvidence = 16, "no_evidence", "nothing says that it suits this basket or customer";
    /// As a dearer variant: an attribute that must match does not. `incompatible`
    Incompatible = 17, "incompatible",
        "it is dearer than its variant in the basket or viewed, but an attribute that must match \
         differs";
    /// As a dearer variant: a declared quality is worse, it is a smaller pack or a larger one that
    /// costs more by the unit, or nothing that is declared is better. `not_better`
    NotBetter = 18, "not_better",
        "it is dearer than its variant in the basket or viewed, but by the catalogue not better";
    /// As a dearer variant: what may be lost outweighs what may be gained. `up_sell_not_worth`
    UpSellNotWorth = 19, "up_sell_not_worth",
        "as a dearer variant it would put more margin at risk than it may gain";
    /// Its value is not above the policy's `min_value`. `below_min_value`
    BelowMinValue = 20, "below_min_value", "it is not worth more than the policy's min_value";
    /// There are as many offers of its kind as the policy allows. `kind_limit`
    KindLimit = 21, "kind_limit", "the policy allows no more offers of its kind";
    /// There are as many offers of its product line as the policy allows. `line_limit`
    LineLimit = 22, "line_limit", "the policy allows no more offers of its product line";
    /// Other offers are worth more, or come first because it is of a kind of the fallback chain, and there
    /// is no slot left; or, of dearer variants, another one is worth more in place of the same product.
    /// `outranked`
    Outranked = 23, "outranked", "other offers are worth more or come first";
    /// A substitute of something in the basket, or not to be offered with that or with what is viewed.
    /// `substitute_in_basket`
    SubstituteInBasket = 24, "substitute_in_basket",
        "it is bought instead of something in the basket, or is not to be offered with that or with what \
         is viewed";
    /// The policy is not for customers of these segments. `other_segment`
    OtherSegment = 25, "other_segment", "the policy is not for this customer's segments";
    /// The customer has not consented to what the policy asks for. `no_consent`
    NoConsent = 26, "no_consent", "the customer has not given the consent that the policy needs";
    /// The customer wants no more contacts in this channel. `opted_out`
    OptedOut = 27, "opted_out", "the customer has opted out";
    /// As many contacts were made as a cap of the policy allows. `contact_cap`
    ContactCap = 28, "contact_cap", "the customer was contacted as often as the policy allows";
    /// The customer took up nothing of the last contacts. `customer_ignores`
    CustomerIgnores = 29, "customer_ignores",
        "the customer took up nothing of the last contacts and is left alone for a while";
    /// It would have been offered, but the customer is held out. `held_out`
    HeldOut = 30, "held_out",
        "it would have been offered, but this customer is held out to measure against";
    /// The customer rejected it not long ago. `rejected`
    Rejected = 31, "rejected", "the customer rejected it not long ago";
    /// The customer was shown it often and took no notice. `ignored`
    Ignored = 32, "ignored", "the customer was shown it often and took no notice";
    /// It, or something of its line, category or brand, was offered not long ago. `cool_down`
    CoolDown = 33, "cool_down", "it or something like it was offered not long ago";
    /// It was offered until a moment that has passed, and is not offered again. `offer_ended`
    OfferEnded = 34, "offer_ended", "it was offered for a time that has ended";
    /// It is not among what the policy's `only` selects. `not_selected`
    NotSelected = 35, "not_selected", "it is not among what the policy selects";
    /// A rule of the policy keeps it from customers of this segment. `segment_rule`
    SegmentRule = 36, "segment_rule", "a rule of the policy keeps it from this customer's segment";
    /// There are as many offers of its brand as the policy allows. `brand_limit`
    BrandLimit = 37, "brand_limit", "the policy allows no more offers of its brand";
    /// There are as many offers of its category as the policy allows. `category_limit`
    CategoryLimit = 38, "category_limit", "the policy allows no more offers of its category";
    /// It is bought instead of something else that is offered. `substitute_offered`
    SubstituteOffered = 39, "substitute_offered",
        "it is bought instead of something else that is offered";
    /// Its slot went to a product that a quota asks for. `quota_slot`
    QuotaSlot = 40, "quota_slot", "its slot went to a product that a quota asks for";
    /// Another candidate was drawn for the slot that is left to chance. `not_drawn`
    NotDrawn = 41, "not_drawn", "another one was drawn for the slot that is left to chance";
    /// All offers together are not worth the risk of losing the customer. `contact_not_worth`
    ContactNotWorth = 42, "contact_not_worth",
        "all offers together are not worth what one more contact risks";
    /// It would replace a product on which another offer of the same decision gives a discount. What is
    /// part of another offer is offered, and has no reason. `in_other_offer`
    InOtherOffer = 43, "in_other_offer",
        "it would replace what another offer of this decision gives a discount on";
    /// A main product of something in the basket or viewed, which is its accessory.
    /// `main_of_accessory`
    MainOfAccessory = 44, "main_of_accessory",
        "it is the main product of something in the basket or viewed: who buys an accessory has it";
    /// As a cross-sell: it does not fit what it would go with (`cross_sell.compatible`).
    /// `not_compatible`
    NotCompatible = 45, "not_compatible",
        "an attribute that must agree with what it would go with does not";
    /// It was in the order just placed. `in_order`
    InOrder = 46, "in_order", "it was in the order just placed";
    /// A variant of something in the order just placed. `variant_in_order`
    VariantInOrder = 47, "variant_in_order",
        "a variant of the same line was in the order just placed";
    /// The customer returned it or a variant of it, or all of the order. `returned`
    Returned = 48, "returned", "it, a variant of it or the whole order was returned";
}

impl Reason {
    /// True of those that speak of other offers of the same decision.
    pub(crate) fn is_of_others(self) -> bool {
        matches!(
            self,
            Reason::Outranked
                | Reason::KindLimit
                | Reason::LineLimit
                | Reason::BrandLimit
                | Reason::CategoryLimit
                | Reason::SubstituteOffered
                | Reason::QuotaSlot
                | Reason::NotDrawn
                | Reason::InOtherOffer
        )
    }
}

/// Prints the [code](Reason::code).
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl serde::Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_numbers_dense() {
        let mut codes: Vec<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Reason::ALL.len());
        for (i, reason) in Reason::ALL.iter().enumerate() {
            assert_eq!(*reason as usize, i);
        }
        for (i, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, i);
        }
    }
}
