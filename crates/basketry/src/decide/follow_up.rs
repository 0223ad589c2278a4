//! What customers buy after an order, and with what was in it.

use crate::affinity::scorer::{Learned, NO_PRODUCT, Scored};
use crate::model::Model;

/// What speaks for a product after an order. Products are indices of the model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct FollowUp {
    pub(crate) product: u32,
    /// The product of the order after which it is bought, [`NO_PRODUCT`] if none.
    pub(crate) follows: u32,
    /// How many customers bought it within the model's `follow_up_days`.
    pub(crate) customers: u32,
    /// How many times as many as would if it did not matter: the lower 2.5 % bound.
    pub(crate) low: f64,
    /// The product of the order with which it is bought, [`NO_PRODUCT`] if none; the lower bound of
    /// the log lift, and the baskets and customers with both.
    with: u32,
    log_low: f32,
    pair_baskets: u32,
    pair_customers: u32,
}

impl FollowUp {
    fn nothing(product: u32) -> Self {
        Self {
            product,
            follows: NO_PRODUCT,
            customers: 0,
            low: 0.0,
            with: NO_PRODUCT,
            log_low: 0.0,
            pair_baskets: 0,
            pair_customers: 0,
        }
    }

    /// Whether it follows the order more often than by chance.
    pub(crate) fn follows_on(&self, min_customers: u32) -> bool {
        self.follows != NO_PRODUCT && self.low > 1.0 && self.customers >= min_customers
    }

    /// Whether any of it is more than chance.
    pub(crate) fn says_something(&self) -> bool {
        self.low > 1.0 || self.log_low > 0.0
    }

    /// The product of the order that it is offered because of, if enough customers stand behind it:
    /// rather one that it follows than one that it is bought with.
    pub(crate) fn base(&self, min_customers: u32) -> Option<u32> {
        if self.follows_on(min_customers) {
            return Some(self.follows);
        }
        let paired = self.with != NO_PRODUCT && self.log_low > 0.0;
        (paired && self.pair_customers >= min_customers).then_some(self.with)
    }

    /// Completes what the scorer says, which knows no pairs where it looks beyond one order.
    pub(crate) fn complete(&self, scored: &mut Scored) {
        scored.because = self.with;
        scored.log_lift = self.log_low;
        scored.pair_baskets = self.pair_baskets;
        scored.pair_customers = self.pair_customers;
    }
}

/// Collects what speaks for products after an order, sorted by product. What the order had itself is
/// left to the caller. Of several products of the order that speak for the same one, each kind of
/// evidence keeps the strongest, the first of equals.
pub(crate) fn collect(
    model: &Model,
    learned: &Learned<'_>,
    order: &[u32],
    out: &mut Vec<FollowUp>,
) {
    out.clear();
    for &bought in order {
        for pair in learned.neighbours.row(bought) {
            out.push(FollowUp {
                with: bought,
                log_low: learned.neighbours.log_low[pair],
                pair_baskets: learned.neighbours.baskets[pair],
                pair_customers: learned.neighbours.customers[pair],
                ..FollowUp::nothing(learned.neighbours.product[pair])
            });
        }
        for (product, customers, low) in model.follow_ups(bought) {
            out.push(FollowUp { follows: bought, customers, low, ..FollowUp::nothing(product) });
        }
    }
    // Stable: what comes first in the order comes first here.
    out.sort_by_key(|follow_up| follow_up.product);
    out.dedup_by(|other, kept| {
        if other.product != kept.product {
            return false;
        }
        if other.follows != NO_PRODUCT && (kept.follows == NO_PRODUCT || other.low > kept.low) {
            (kept.follows, kept.customers, kept.low) = (other.follows, other.customers, other.low);
        }
        if other.with != NO_PRODUCT && (kept.with == NO_PRODUCT || other.log_low > kept.log_low) {
            (kept.with, kept.log_low) = (other.with, other.log_low);
            (kept.pair_baskets, kept.pair_customers) = (other.pair_baskets, other.pair_customers);
        }
        true
    });
}
