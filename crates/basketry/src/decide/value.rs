//! What an offer is worth: expected incremental contribution, in minor units.
//!
//! All offers are measured on one scale: what the shop expects to earn because the offer is made,
//! less what it would have earned anyway. Offering nothing is worth 0.

/// The chance of a purchase when the product is offered, from the chance when it is not: the odds
/// are `response_odds` times as great.
#[inline]
pub(crate) fn offered(p0: f64, response_odds: f64) -> f64 {
    let p = response_odds * p0;
    p / (1.0 - p0 + p)
}

/// What earlier contacts leave of the odds that an offer adds. It adds nothing at odds of 1 or less, which
/// stay.
#[inline]
pub(crate) fn left_of(response_odds: f64, left: f64) -> f64 {
    if response_odds > 1.0 { 1.0 + (response_odds - 1.0) * left } else { response_odds }
}

/// The value of an offer that adds a product: `lever * ((P1 - P0) * margin - contact cost)`.
#[inline]
pub(crate) fn added(p0: f64, p1: f64, margin: f64, contact_cost: f64, lever: f64) -> f64 {
    lever * ((p1 - p0) * margin - contact_cost)
}

/// An offer of a dearer variant in place of a base product that is bought with chance
/// `base_purchase`.
///
/// Shown the offer, the customer takes the dearer one (`accept`), the base product, or leaves,
/// which costs the base margin more often than without the offer (`abandon`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct UpSell {
    pub(crate) base_purchase: f64,
    pub(crate) accept: f64,
    pub(crate) abandon: f64,
    pub(crate) margin: f64,
    pub(crate) base_margin: f64,
}

impl UpSell {
    /// `accept * (m_up - m_base) - abandon * m_base`, given that the base product would have been
    /// bought. The offer is worth making only if this is above 0. A base product that earns
    /// nothing is no loss when it is left, and no gain either.
    #[inline]
    pub(crate) fn gain(&self) -> f64 {
        self.accept * (self.margin - self.base_margin) - self.abandon * self.base_margin.max(0.0)
    }

    /// The value of the offer.
    #[inline]
    pub(crate) fn value(&self, contact_cost: f64, lever: f64) -> f64 {
        lever * (self.base_purchase * self.gain() - contact_cost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odds_grow_by_the_factor() {
        let p1 = offered(0.2, 1.5);
        assert!((p1 / (1.0 - p1) - 1.5 * 0.25).abs() < 1e-12);
        assert_eq!(offered(0.0, 1.5), 0.0);
        assert_eq!(offered(1.0, 1.5), 1.0);
        assert_eq!(offered(0.3, 1.0), 0.3);
    }

    #[test]
    fn value_by_hand() {
        // P0 = 1/4: odds 1/3, times 1.5 is 1/2, P1 = 1/3; (1/3 - 1/4) * 240 = 20, less 5, twice.
        let p1 = offered(0.25, 1.5);
        assert!((added(0.25, p1, 240.0, 5.0, 2.0) - 30.0).abs() < 1e-9);
    }

    /// Margins 20 and 32: a point of abandonment needs 1.67 points of acceptance.
    #[test]
    fn up_sell_breaks_even_where_it_should() {
        let case = |accept| UpSell {
            base_purchase: 1.0,
            accept,
            abandon: 0.01,
            margin: 32.0,
            base_margin: 20.0,
        };
        assert!(case(0.0166).gain() < 0.0);
        assert!(case(0.0167).gain() > 0.0);
        assert!((case(0.05).gain() - 0.4).abs() < 1e-12);
        let viewed = UpSell { base_purchase: 0.05, ..case(0.05) };
        assert!((viewed.value(0.01, 2.0) - 0.02).abs() < 1e-12);
    }
}
