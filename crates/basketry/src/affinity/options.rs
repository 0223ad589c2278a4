//! How to fit.

use crate::{Error, Result};

/// How to fit. Make one with [`FitOptions::default`] and set what should differ.
///
/// ```
/// use basketry::FitOptions;
///
/// let options = FitOptions::default().min_customers(25);
/// assert_eq!(options.half_life_days, 120.0);
/// ```
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct FitOptions {
    /// A pair of products is kept, and a product is called popular, only if at least this many
    /// distinct customers stand behind it: the privacy threshold. A basket without a customer
    /// counts as a customer of its own. At least 1; default 10.
    pub min_customers: u32,
    /// Related products kept per product, the best ones. 0 to 1,024; default 64.
    pub neighbours: u32,
    /// Half-life of a customer's purchases in days: a purchase this old counts half. 0.001 to
    /// 36,525; default 120.
    pub half_life_days: f64,
    /// Half-life of a product's popularity in days. 0.001 to 36,525; default 14.
    pub popularity_half_life_days: f64,
    /// The propensity is fitted to the orders of the last so many days, but at least of the
    /// horizon, from what was known before; at most a quarter of the history's span is used. 0.001
    /// to 36,525; default 28.
    pub holdout_days: f64,
    /// [`Model::recommend`](crate::Model::recommend) gives the probability that a customer buys a
    /// product within so many days. 0.001 to 36,525; default 28. A history that spans less than
    /// four times as long gives the probability for a quarter of its span, and the report says so.
    pub horizon_days: f64,
    /// Expected baskets by which a pair's lift is drawn towards 1. 0.001 to 36,525; default 1,
    /// since
    /// `min_customers` keeps chance pairs away; 5 to 20 if that is set very low.
    pub shrinkage: f64,
    /// Relations kept per product and kind of relation, the best ones: complements, accessories,
    /// variants, substitutes and those of which the evidence does not tell. 0 to 1,024; default 16.
    pub relations: u32,
    /// Follow-up purchases are counted within so many days. 0.001 to 36,525; default 28.
    pub follow_up_days: f64,
    /// Baskets with more distinct products than this are left out of pair counting and of the
    /// propensity's examples, and counted in the report: one basket of a hundred thousand
    /// products would otherwise outweigh all others. At least 2; default 1,000.
    pub max_basket: u32,
    /// Products kept per product of which it says most by what baskets hold. 0 to 1,024; default
    /// 64. 0 learns no similarity, neither by what baskets hold nor by what customers buy.
    pub similar: u32,
    /// Penalty on squared weights of the similarity by customers, in customers. 0.001 to 1e9;
    /// default 1000.
    pub customers_l2: f64,
    /// Penalty on squared weights of the similarity by baskets, in baskets. 0.001 to 1e9; default 5.
    pub baskets_l2: f64,
    /// Similarity is computed in closed form for up to so many products (by what customers buy:
    /// products or customers, whichever are fewer), and otherwise by baskets from a regression on the
    /// most related products for each product, by customers from the greatest singular values of their
    /// purchases; the report says which. The time grows with the third power, the memory with the
    /// second: 10,000 take 0.2 GB and some 10 seconds. At most 100,000; default 10,000.
    pub exact_products: u32,
    /// Whether to try other values of `half_life_days` (half and twice), `customers_l2` and
    /// `baskets_l2` (a quarter and four times), one after the other, and to fit with the best: by
    /// what held-out customers bought in the last `holdout_days`. The report lists
    /// what was tried, and [`Model::options`](crate::Model::options) has the values chosen. A fit then
    /// takes some five times as long. Default false.
    pub tune: bool,
    /// Seed of the draws the propensity's examples are made with. Default 0.
    pub seed: u64,
    /// How many threads to use, 1 to 4,096; default: those of the current rayon pool, which is as
    /// many as the machine has. The model does not depend on it.
    #[serde(skip)]
    pub threads: Option<usize>,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self {
            min_customers: 10,
            neighbours: 64,
            half_life_days: 120.0,
            popularity_half_life_days: 14.0,
            holdout_days: 28.0,
            horizon_days: 28.0,
            shrinkage: 1.0,
            relations: 16,
            follow_up_days: 28.0,
            max_basket: 1000,
            similar: 64,
            customers_l2: 1000.0,
            baskets_l2: 5.0,
            exact_products: 10_000,
            tune: false,
            seed: 0,
            threads: None,
        }
    }
}

impl FitOptions {
    /// Sets [`min_customers`](Self::min_customers).
    #[must_use]
    pub fn min_customers(mut self, min_customers: u32) -> Self {
        self.min_customers = min_customers;
        self
    }

    /// Sets [`neighbours`](Self::neighbours).
    #[must_use]
    pub fn neighbours(mut self, neighbours: u32) -> Self {
        self.neighbours = neighbours;
        self
    }

    /// Sets [`half_life_days`](Self::half_life_days).
    #[must_use]
    pub fn half_life_days(mut self, half_life_days: f64) -> Self {
        self.half_life_days = half_life_days;
        self
    }

    /// Sets [`popularity_half_life_days`](Self::popularity_half_life_days).
    #[must_use]
    pub fn popularity_half_life_days(mut self, popularity_half_life_days: f64) -> Self {
        self.popularity_half_life_days = popularity_half_life_days;
        self
    }

    /// Sets [`holdout_days`](Self::holdout_days).
    #[must_use]
    pub fn holdout_days(mut self, holdout_days: f64) -> Self {
        self.holdout_days = holdout_days;
        self
    }

    /// Sets [`horizon_days`](Self::horizon_days).
    #[must_use]
    pub fn horizon_days(mut self, horizon_days: f64) -> Self {
        self.horizon_days = horizon_days;
        self
    }

    /// Sets [`shrinkage`](Self::shrinkage).
    #[must_use]
    pub fn shrinkage(mut self, shrinkage: f64) -> Self {
        self.shrinkage = shrinkage;
        self
    }

    /// Sets [`relations`](Self::relations).
    #[must_use]
    pub fn relations(mut self, relations: u32) -> Self {
        self.relations = relations;
        self
    }

    /// Sets [`follow_up_days`](Self::follow_up_days).
    #[must_use]
    pub fn follow_up_days(mut self, follow_up_days: f64) -> Self {
        self.follow_up_days = follow_up_days;
        self
    }

    /// Sets [`max_basket`](Self::max_basket).
    #[must_use]
    pub fn max_basket(mut self, max_basket: u32) -> Self {
        self.max_basket = max_basket;
        self
    }

    /// Sets [`similar`](Self::similar).
    #[must_use]
    pub fn similar(mut self, similar: u32) -> Self {
        self.similar = similar;
        self
    }

    /// Sets [`customers_l2`](Self::customers_l2).
    #[must_use]
    pub fn customers_l2(mut self, customers_l2: f64) -> Self {
        self.customers_l2 = customers_l2;
        self
    }

    /// Sets [`baskets_l2`](Self::baskets_l2).
    #[must_use]
    pub fn baskets_l2(mut self, baskets_l2: f64) -> Self {
        self.baskets_l2 = baskets_l2;
        self
    }

    /// Sets [`exact_products`](Self::exact_products).
    #[must_use]
    pub fn exact_products(mut self, exact_products: u32) -> Self {
        self.exact_products = exact_products;
        self
    }

    /// Sets [`tune`](Self::tune).
    #[must_use]
    pub fn tune(mut self, tune: bool) -> Self {
        self.tune = tune;
        self
    }

    /// Sets [`seed`](Self::seed).
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets [`threads`](Self::threads).
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// These options with the values that were chosen for another fit with them, if they are to be
    /// chosen at all.
    pub(crate) fn tuned_as(&self, fitted: &FitOptions) -> FitOptions {
        let mut options = self.clone();
        if self.tune {
            options.half_life_days = fitted.half_life_days;
            options.customers_l2 = fitted.customers_l2;
            options.baskets_l2 = fitted.baskets_l2;
        }
        options
    }

    pub(crate) fn validate(&self) -> Result<()> {
        fn positive(key: &str, value: f64) -> Result<()> {
            // From a minute and a half to a century: beyond these a decay says nothing.
            if (0.001..=36_525.0).contains(&value) {
                return Ok(());
            }
            Err(Error::argument(format!("{key}: expected 0.001 to 36,525, got {value}")))
        }
        if self.min_customers < 1 {
            return Err(Error::argument("min_customers: expected at least 1, got 0"));
        }
        for (key, value) in [("neighbours", self.neighbours), ("relations", self.relations)] {
            if value > 1024 {
                let text = format!("{key}: expected at most 1,024, got {value}");
                return Err(Error::argument(text));
            }
        }
        positive("half_life_days", self.half_life_days)?;
        positive("popularity_half_life_days", self.popularity_half_life_days)?;
        positive("holdout_days", self.holdout_days)?;
        positive("horizon_days", self.horizon_days)?;
        positive("shrinkage", self.shrinkage)?;
        positive("follow_up_days", self.follow_up_days)?;
        if self.max_basket < 2 {
            return Err(Error::argument(format!(
                "max_basket: expected at least 2, got {}",
                self.max_basket
            )));
        }
        if self.similar > 1024 {
            return Err(Error::argument(format!(
                "similar: expected at most 1,024, got {}",
                self.similar
            )));
        }
        for (key, l2) in [("customers_l2", self.customers_l2), ("baskets_l2", self.baskets_l2)] {
            if !(0.001..=1e9).contains(&l2) {
                return Err(Error::argument(format!("{key}: expected 0.001 to 1e9, got {l2}")));
            }
        }
        if self.exact_products > 100_000 {
            return Err(Error::argument(format!(
                "exact_products: expected at most 100,000, got {}",
                self.exact_products
            )));
        }
        if let Some(threads) = self.threads.filter(|threads| !(1..=4096).contains(threads)) {
            return Err(Error::argument(format!("threads: expected 1 to 4,096, got {threads}")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_value_is_named() {
        type Spoil = fn(&mut FitOptions);
        let cases: [(&str, Spoil); 18] = [
            ("similar", |o| o.similar = 1025),
            ("customers_l2", |o| o.customers_l2 = 0.0),
            ("baskets_l2", |o| o.baskets_l2 = f64::NAN),
            ("exact_products", |o| o.exact_products = 100_001),
            ("relations", |o| o.relations = 1025),
            ("follow_up_days", |o| o.follow_up_days = 0.0),
            ("min_customers", |o| o.min_customers = 0),
            ("neighbours", |o| o.neighbours = 1025),
            ("half_life_days", |o| o.half_life_days = 0.0),
            ("half_life_days", |o| o.half_life_days = f64::NAN),
            ("popularity_half_life_days", |o| o.popularity_half_life_days = -1.0),
            ("holdout_days", |o| o.holdout_days = f64::INFINITY),
            ("horizon_days", |o| o.horizon_days = 0.0),
            ("shrinkage", |o| o.shrinkage = 0.0),
            ("max_basket", |o| o.max_basket = 1),
            ("threads", |o| o.threads = Some(5000)),
            ("threads", |o| o.threads = Some(0)),
            ("shrinkage", |o| o.shrinkage = f64::NAN),
        ];
        assert!(FitOptions::default().validate().is_ok());
        for (key, spoil) in cases {
            let mut options = FitOptions::default();
            spoil(&mut options);
            let error = options.validate().unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidArgument);
            assert!(error.to_string().starts_with(&format!("{key}: ")), "{error}");
        }
    }
}
