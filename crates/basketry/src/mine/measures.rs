//! The measures of a rule, all computed from four counts.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// The four counts behind a rule "who buys x also buys y".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Counts {
    /// All baskets.
    pub n: u64,
    /// Baskets with the antecedent x.
    pub n_x: u64,
    /// Baskets with the consequent y.
    pub n_y: u64,
    /// Baskets with both.
    pub n_xy: u64,
}

/// An interest measure of rules.
///
/// Below, `P(x) = n_x / n`, `P(y) = n_y / n`, `P(xy) = n_xy / n` and `P(y|x) = n_xy / n_x`, all
/// from [`Counts`]. Formulas, names and the values at zero denominators are those of mlxtend 0.24.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Measure {
    /// `P(x)`, in (0, 1].
    AntecedentSupport,
    /// `P(y)`, in (0, 1].
    ConsequentSupport,
    /// `P(xy)`: the share of baskets with both, in (0, 1].
    Support,
    /// `P(y|x)`: how often a basket with x also has y, in (0, 1].
    Confidence,
    /// `P(y|x) / P(y)`: how many times more often y is bought with x than at all; 1 if x and y
    /// are independent, in (0, inf).
    Lift,
    /// The share of baskets in which neither side is unknown. Baskets have no unknown items, so
    /// it is always 1.
    Representativity,
    /// `P(xy) - P(x) P(y)`: the share of baskets beyond independence, in [-0.25, 0.25].
    /// (Piatetsky-Shapiro 1991.)
    Leverage,
    /// `(1 - P(y)) / (1 - P(y|x))`: how many times more often the rule would fail if x and y were
    /// independent, in [0, inf]; infinite if the rule never fails. (Brin et al. 1997.)
    Conviction,
    /// Leverage over its largest possible size,
    /// `leverage / max(P(xy) (1 - P(x)), P(x) (P(y) - P(xy)))`, in [-1, 1]; 0 where the
    /// denominator is 0. (Zhang 2000.)
    ZhangsMetric,
    /// `P(xy) / (P(x) + P(y) - P(xy))`: of the baskets with either side, the share with both,
    /// in (0, 1].
    Jaccard,
    /// `(P(y|x) - P(y)) / (1 - P(y))`: by how much x reduces the doubt about y, in (-inf, 1];
    /// 0 where every basket has y.
    Certainty,
    /// `(P(y|x) + P(x|y)) / 2`: the mean of both confidences, in (0, 1]. (Kulczynski 1927.)
    Kulczynski,
}

impl Measure {
    /// All measures, in the order of the columns of a table of rules.
    pub const ALL: [Measure; 12] = [
        Measure::AntecedentSupport,
        Measure::ConsequentSupport,
        Measure::Support,
        Measure::Confidence,
        Measure::Lift,
        Measure::Representativity,
        Measure::Leverage,
        Measure::Conviction,
        Measure::ZhangsMetric,
        Measure::Jaccard,
        Measure::Certainty,
        Measure::Kulczynski,
    ];

    /// The name of the measure and of its column.
    pub fn name(self) -> &'static str {
        match self {
            Measure::AntecedentSupport => "antecedent_support",
            Measure::ConsequentSupport => "consequent_support",
            Measure::Support => "support",
            Measure::Confidence => "confidence",
            Measure::Lift => "lift",
            Measure::Representativity => "representativity",
            Measure::Leverage => "leverage",
            Measure::Conviction => "conviction",
            Measure::ZhangsMetric => "zhangs_metric",
            Measure::Jaccard => "jaccard",
            Measure::Certainty => "certainty",
            Measure::Kulczynski => "kulczynski",
        }
    }

    /// The value for a rule. `n_x`, `n_y` and `n_xy` must be at least 1, as for every mined rule.
    ///
    /// ```
    /// use basketry::mine::{Counts, Measure};
    ///
    /// let counts = Counts { n: 100, n_x: 20, n_y: 25, n_xy: 10 };
    /// assert_eq!(Measure::Confidence.value(counts), 0.5);
    /// assert_eq!(Measure::Lift.value(counts), 2.0);
    /// ```
    #[inline]
    pub fn value(self, counts: Counts) -> f64 {
        let Counts { n, n_x, n_y, n_xy } = counts;
        let (n, x, y, xy) = (n as f64, n_x as f64, n_y as f64, n_xy as f64);
        match self {
            Measure::AntecedentSupport => x / n,
            Measure::ConsequentSupport => y / n,
            Measure::Support => xy / n,
            Measure::Confidence => xy / x,
            // Products of counts first: they are exact up to 2^53, so that independence gives
            // exactly 1 or 0 where a quotient of quotients would be off in the last place.
            Measure::Lift => (xy * n) / (x * y),
            Measure::Representativity => 1.0,
            Measure::Leverage => (xy * n - x * y) / (n * n),
            Measure::Conviction if n_xy == n_x => f64::INFINITY,
            Measure::Conviction => (x * (n - y)) / (n * (x - xy)),
            Measure::ZhangsMetric => {
                let largest = f64::max(xy * (n - x), x * (y - xy));
                if largest == 0.0 { 0.0 } else { (xy * n - x * y) / largest }
            }
            Measure::Jaccard => xy / (x + y - xy),
            Measure::Certainty if n_y == counts.n => 0.0,
            Measure::Certainty => (xy * n - x * y) / (x * (n - y)),
            Measure::Kulczynski => (xy / x + xy / y) / 2.0,
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Measure {
    type Err = Error;

    /// The measure with this name; the error lists all names.
    fn from_str(name: &str) -> Result<Self, Error> {
        Measure::ALL.into_iter().find(|measure| measure.name() == name).ok_or_else(|| {
            let names = Measure::ALL.map(Measure::name).join(", ");
            Error::argument(format!("measure: {name:?} is not one of {names}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for measure in Measure::ALL {
            assert_eq!(measure.name().parse::<Measure>().unwrap(), measure);
        }
        let error = "lfit".parse::<Measure>().unwrap_err().to_string();
        assert!(error.contains("\"lfit\"") && error.contains("zhangs_metric"), "{error}");
    }

    #[test]
    fn zero_denominators_follow_the_stated_conventions() {
        let always = Counts { n: 10, n_x: 4, n_y: 10, n_xy: 4 };
        assert_eq!(Measure::Conviction.value(always), f64::INFINITY);
        assert_eq!(Measure::Certainty.value(always), 0.0);
        assert_eq!(Measure::ZhangsMetric.value(always), 0.0);
        let both = Counts { n: 10, n_x: 10, n_y: 10, n_xy: 10 };
        assert_eq!(Measure::ZhangsMetric.value(both), 0.0);
        assert_eq!(Measure::Leverage.value(both), 0.0);
        let sure = Counts { n: 10, n_x: 4, n_y: 5, n_xy: 4 };
        assert_eq!(Measure::Conviction.value(sure), f64::INFINITY);
        assert_eq!(Measure::Certainty.value(sure), 1.0);
        assert_eq!(Measure::ZhangsMetric.value(sure), 20.0 / 24.0);
    }
}
