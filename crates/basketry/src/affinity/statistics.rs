//! The statistics that scoring reads, of the orders up to some time.

use super::customers::{self, OwnRows, ProductRows};
use super::options::FitOptions;
use super::orders::{Orders, Products};
use super::pairs::{self, PairOptions, Pairs};
use super::propensity::Propensity;
use super::similarity::{FactorRows, SimilarityRows};
use super::views::Learned;
use crate::{Control, Error, ErrorKind, Result};

/// Popular products listed. Candidates that neither the basket nor the customer suggests come
/// from here, so it must be long enough to hold some that a regular customer does not know yet.
const POPULAR: usize = 200;

/// What was counted in some orders.
#[derive(Clone, Debug)]
pub(crate) struct Statistics {
    pub(crate) as_of: i64,
    pub(crate) half_life_days: f32,
    pub(crate) mean_size: f32,
    pub(crate) pairs: Pairs,
    pub(crate) similar_customers: FactorRows,
    pub(crate) similar_baskets: SimilarityRows,
    pub(crate) own: OwnRows,
    pub(crate) products: ProductRows,
    pub(crate) popular: Vec<u32>,
    pub(crate) sold: u32,
}

impl Statistics {
    /// Counts everything; products that are not in the catalogue are never popular.
    pub(crate) fn new(
        orders: &Orders,
        of: &Products,
        options: &FitOptions,
        control: &Control,
    ) -> Result<Self> {
        Self::with_similarities(orders, of, options, None, control)
    }

    /// As [`new`](Self::new), but with similarities by customers and by baskets that were learned
    /// before, if there are some.
    pub(crate) fn with_similarities(
        orders: &Orders,
        of: &Products,
        options: &FitOptions,
        similar: Option<(FactorRows, SimilarityRows)>,
        control: &Control,
    ) -> Result<Self> {
        let Some((_, as_of)) = orders.span() else {
            return Err(Error::new(
                ErrorKind::Data,
                "history: no purchase is left to learn from: expected at least one",
            ));
        };
        let pair_options = PairOptions {
            min_customers: options.min_customers,
            neighbours: options.neighbours,
            shrinkage: options.shrinkage,
            max_basket: options.max_basket,
        };
        let pairs = pairs::count_pairs(orders, &pair_options, control)?;
        let own = customers::own_rows(orders, as_of, options.half_life_days, control)?;
        let (similar_customers, similar_baskets) = match similar {
            Some(similar) => similar,
            None => (
                FactorRows::of_customers(&own, &of.attributes.category, options, control)?,
                SimilarityRows::of_baskets(orders, as_of, options, control)?,
            ),
        };
        let products = customers::product_rows(
            orders,
            &own,
            &of.attributes,
            as_of,
            options.popularity_half_life_days,
            control,
        )?;
        control.check()?;
        let popular = customers::popular(&products, of.sold, options.min_customers, POPULAR);
        Ok(Self {
            as_of,
            half_life_days: options.half_life_days as f32,
            mean_size: customers::mean_size(orders) as f32,
            pairs,
            similar_customers,
            similar_baskets,
            own,
            products,
            popular,
            sold: of.sold as u32,
        })
    }

    /// These statistics with the weights of the propensity.
    pub(crate) fn view<'a>(&'a self, propensity: &'a Propensity) -> Learned<'a> {
        Learned {
            as_of: self.as_of,
            half_life_days: self.half_life_days,
            mean_size: self.mean_size,
            sold: self.sold,
            neighbours: self.pairs.view(),
            similar_customers: self.similar_customers.view(),
            similar_baskets: self.similar_baskets.view(),
            own: self.own.view(),
            products: self.products.view(),
            popular: &self.popular,
            horizon_days: propensity.horizon_days,
            weights: &propensity.weights,
            curves: &propensity.curves,
            bounds: &propensity.bounds,
        }
    }
}
