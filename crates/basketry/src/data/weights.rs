//! How much each basket counts: exact sums whatever their order.

use std::sync::Arc;

use super::baskets::Baskets;
use super::columns::time_text;
use super::history::History;
use crate::{Error, ErrorKind, Result};

/// The weights of baskets in whole units, so that sums of them are exact in any order.
///
/// The unit is the power of two that makes about 2^51 of the sum of all weights. So weights that are
/// whole numbers, or whole parts, with a sum of up to 2^50 of them are kept as they are; others are
/// rounded to the nearest unit, which changes no share by more than 2^-51 for each of its baskets.
#[derive(Clone, Debug)]
pub(crate) struct Weights {
    /// By basket; at least 1.
    units: Arc<[u64]>,
    scale: Scale,
}

/// What units of weight mean.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// The sum of all weights in units, below 2^52, so that quotients of sums are rounded once only.
    pub total: u64,
    /// A unit is `2^exponent`.
    pub exponent: i32,
    /// Whether each weight is a whole number: then it may be how often a basket came.
    pub whole: bool,
}

impl Weights {
    /// Weights of baskets, by basket.
    fn new(weights: &[f64]) -> Result<Self> {
        for (basket, weight) in weights.iter().enumerate() {
            if !(weight.is_finite() && *weight > 0.0) {
                return Err(Error::argument(format!(
                    "weights: {weight} for basket {basket}, expected a finite number above 0"
                )));
            }
        }
        let sum: f64 = weights.iter().sum();
        if !sum.is_finite() {
            return Err(Error::argument("weights: their sum is too large for a float"));
        }
        // Rounding up the smallest ones to a unit each adds at most 2^32.
        let exponent = if weights.is_empty() { 0 } else { sum.log2().floor() as i32 - 50 };
        let units: Arc<[u64]> = weights
            .iter()
            .map(|&weight| (times_power(weight, -exponent).round() as u64).max(1))
            .collect();
        let whole = weights.iter().all(|weight| weight.fract() == 0.0);
        let total = units.iter().sum();
        Ok(Self { units, scale: Scale { total, exponent, whole } })
    }

    /// By basket, in units.
    pub(crate) fn units(&self) -> &[u64] {
        &self.units
    }

    pub(crate) fn scale(&self) -> Scale {
        self.scale
    }
}

impl Scale {
    /// A number of units as a weight. Exact for what can come up.
    pub(crate) fn value(&self, units: u64) -> f64 {
        times_power(units as f64, self.exponent)
    }

    /// The smallest number of units that weighs at least `weight`.
    pub(crate) fn least(&self, weight: u64) -> u64 {
        match u32::try_from(self.exponent) {
            Ok(exponent) => match 1u64.checked_shl(exponent) {
                Some(unit) => weight.div_ceil(unit),
                None => u64::from(weight > 0),
            },
            // The sum of all is below 2^52 units.
            Err(_) => match 1u64.checked_shl(self.exponent.unsigned_abs()) {
                Some(units) => weight.saturating_mul(units),
                None if weight == 0 => 0,
                None => u64::MAX,
            },
        }
    }
}

/// `number * 2^exponent`, also where the power itself is no float.
fn times_power(number: f64, exponent: i32) -> f64 {
    let half = exponent / 2;
    number * 2f64.powi(half) * 2f64.powi(exponent - half)
}

impl Baskets {
    /// The same baskets with a weight for each: how often it counts, or how much. Mining then sums
    /// weights where it would count baskets: the support of an itemset is the weight of the baskets
    /// that hold it, as a share of the weight of all.
    ///
    /// Sums are exact, and do not depend on the order in which they are made: weights are kept as
    /// multiples of a power of two, about 2^51 of which make the sum of all weights. Whole numbers
    /// are kept as they are. Where all weights are the same, supports are what they are without.
    ///
    /// Whole numbers say how often each basket came: [`rules`](crate::rules) are then what they would
    /// be of baskets that are there so often. Of other weights, rules cannot be made.
    ///
    /// ```
    /// use basketry::{Baskets, Control, ItemsetOptions, MinSupport, itemsets};
    ///
    /// let baskets = Baskets::from_lists([vec!["bread", "jam"], vec!["bread"]])?;
    /// let baskets = baskets.with_weights(&[3.0, 1.0])?;
    /// let options = ItemsetOptions::new(MinSupport::Share(0.75));
    /// let sets = itemsets(&baskets, &options, &Control::new())?;
    /// let jam = sets.get(1).unwrap();
    /// assert_eq!((sets.len(), jam.count(), jam.support()), (3, 1, 0.75));
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if there is not one weight for each basket, or if one is not
    /// a finite number above 0; it names the basket.
    pub fn with_weights(mut self, weights: &[f64]) -> Result<Self> {
        if weights.len() != self.len() {
            return Err(Error::argument(format!(
                "weights: expected {} numbers, one for each basket, got {}",
                self.len(),
                weights.len()
            )));
        }
        self.weights = Some(Weights::new(weights)?);
        Ok(self)
    }

    /// The same baskets with weights in whole units, one for each basket, that add up to the scale's
    /// total.
    pub(crate) fn weighing(mut self, units: Vec<u64>, scale: Scale) -> Self {
        debug_assert_eq!((units.len(), units.iter().sum()), (self.len(), scale.total));
        self.weights = Some(Weights { units: units.into(), scale });
        self
    }

    /// The same baskets with the weights of others, of which there are as many.
    pub(crate) fn weighing_like(mut self, others: &Baskets) -> Self {
        debug_assert_eq!(self.len(), others.len());
        self.weights = others.weights.clone();
        self
    }

    /// The weight of each basket, as it is kept; `None` without weights.
    pub fn weights(&self) -> Option<impl ExactSizeIterator<Item = f64> + '_> {
        self.weights.as_ref().map(|w| w.units.iter().map(|&units| w.scale.value(units)))
    }
}

impl History {
    /// As [`to_baskets`](Self::to_baskets), with weights that halve with every `half_life_days`
    /// between a basket and `now` (milliseconds since 1970-01-01 UTC): a basket weighs
    /// `2^(-age / half_life)`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if `half_life_days` is not a finite number above 0, if a basket is
    /// later than `now`, or if one is over a thousand half-lives old.
    pub fn to_decayed_baskets(&self, now: i64, half_life_days: f64) -> Result<Baskets> {
        if !(half_life_days.is_finite() && half_life_days > 0.0) {
            return Err(Error::argument(format!(
                "half_life_days: {half_life_days}, expected a finite number above 0"
            )));
        }
        let weight = |&time: &i64| {
            if time > now {
                return Err(Error::argument(format!(
                    "now: {}, but there is a basket of {}",
                    time_text(now),
                    time_text(time)
                )));
            }
            let halvings = now.abs_diff(time) as f64 / (half_life_days * 86_400_000.0);
            if halvings > 1000.0 {
                return Err(Error::argument(format!(
                    "half_life_days: the basket of {} is {halvings:.0} half-lives old, expected at most \
                     1000",
                    time_text(time)
                )));
            }
            Ok((-halvings).exp2())
        };
        let weights = self.basket_time.iter().map(weight).collect::<Result<Vec<f64>>>()?;
        self.to_baskets().with_weights(&weights)
    }
}

/// Reads one weight for each basket from a table in which each row of a basket has it.
#[derive(Debug, Default)]
pub(super) struct WeightColumn {
    /// By basket; 0 for those without a row yet.
    weights: Vec<f64>,
}

impl WeightColumn {
    /// Takes the weight in a row of a basket, which has the next index if it is new.
    pub(super) fn push(&mut self, basket: u32, weight: f64) -> Result<(), String> {
        if !(weight.is_finite() && weight > 0.0) {
            return Err(format!("{weight}, expected a finite weight above 0"));
        }
        match self.weights.get(basket as usize) {
            None => self.weights.push(weight),
            Some(&first) if first == weight => {}
            Some(first) => {
                return Err(format!(
                    "{weight}, but another row of the basket has {first}: a basket has one weight"
                ));
            }
        }
        Ok(())
    }

    pub(super) fn finish(self, baskets: Baskets) -> Result<Baskets> {
        baskets.with_weights(&self.weights).map_err(|error| match error.kind() {
            ErrorKind::InvalidArgument => Error::new(ErrorKind::Data, error.to_string()),
            _ => error,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(weights: &[f64]) -> (Arc<[u64]>, Scale) {
        let weights = Weights::new(weights).unwrap();
        (weights.units, weights.scale)
    }

    #[test]
    fn whole_numbers_and_halves_are_kept() {
        let (units, w) = weights(&[1.0, 2.5, 1_000_000.0]);
        let values: Vec<f64> = units.iter().map(|&units| w.value(units)).collect();
        assert_eq!(values, [1.0, 2.5, 1_000_000.0]);
        assert_eq!(w.value(w.total), 1_000_003.5);
        assert_eq!(w.value(w.least(3)), 3.0);
        assert!(w.total < 1 << 52 && w.total > 1 << 49);
    }

    #[test]
    fn the_smallest_and_largest_weights_work() {
        for weight in [f64::MIN_POSITIVE, 5e-324, 1.0, 1e15, 1e300] {
            let (units, w) = weights(&[weight, weight]);
            assert_eq!(units[0], units[1]);
            // Two of them share 52 bits.
            assert!((w.value(units[0]) / weight - 1.0).abs() <= 1e-15, "{weight}");
        }
        // What is next to nothing beside the others still is something.
        assert_eq!(weights(&[1e-300, 1e10]).0[0], 1);
        assert_eq!(weights(&[1e300]).1.least(5), 1);
        assert_eq!(weights(&[5e-324]).1.least(1), u64::MAX);
        assert_eq!(weights(&[1e80]).1.least(0), 0);
    }

    #[test]
    fn what_is_no_weight_is_an_error() {
        let baskets = Baskets::from_lists([[1], [2]]).unwrap();
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let error = baskets.clone().with_weights(&[1.0, bad]).unwrap_err();
            assert!(error.to_string().contains("basket 1"), "{error}");
        }
        assert!(baskets.clone().with_weights(&[1.0]).is_err());
        assert!(baskets.with_weights(&[1e308, 1e308]).is_err());
    }
}
