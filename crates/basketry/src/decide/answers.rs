//! What a decision answers when it is asked about more than its offers.

use super::reasons::{Kind, Reason};
use crate::data::Id;

/// A candidate that was not offered.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Suppressed {
    /// The product.
    pub product: Id,
    /// Why it is not offered.
    pub reason: Reason,
    /// The kind of offer it would have been, if it came so far.
    pub kind: Option<Kind>,
    /// The learned chance that it is bought in this order without an offer; of a product that
    /// was considered as an up-sell only, the chance that it is taken if offered.
    pub probability: f64,
    /// Its value in minor units, if it was computed.
    pub value: Option<f64>,
}

/// A slot that was drawn by lot ([`Policy::explore`](crate::Policy::explore)), and all that it was drawn
/// from.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Explored {
    /// The slot, counted from 1: the offer with this position was drawn.
    pub slot: u32,
    /// The candidates for the slot by falling value, the one that was drawn among them.
    pub choices: Vec<ExploreChoice>,
}

/// One of the candidates that a slot was drawn from.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ExploreChoice {
    /// The products, as those of an [`Offer`](crate::Offer): of a bundle the main one too.
    pub products: Vec<Id>,
    /// The kind of offer.
    pub kind: Kind,
    /// What it is worth, in minor units.
    pub value: f64,
    /// The probability with which it was to be drawn; those of all choices sum to 1.
    pub probability: f64,
}

/// What became of one of the policy's [`quotas`](crate::Policy::quotas).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct QuotaUse {
    /// The quota's name.
    pub name: String,
    /// How many slots it asks for.
    pub min: u32,
    /// How many offers count for it. Fewer than `min`: nothing else of it was worth enough, or fitted
    /// the other limits.
    pub made: u32,
    /// The value given up for it, in minor units: by how much all offers were worth more before room was
    /// made for it. At least 0: an offer that a limit of the policy kept out may be worth more than the one
    /// that makes room.
    pub price: f64,
}

/// The answer of [`Decision::why_not`](crate::Decision::why_not).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WhyNot {
    /// The product asked for.
    pub product: Id,
    /// Why it is not offered; `None` if it is.
    pub reason: Option<Reason>,
    /// The answer in plain words.
    pub text: String,
}
