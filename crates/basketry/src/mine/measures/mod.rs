//! The measures of a rule.

mod double;
mod formulas;
mod generalise;
mod hypergeometric;

use std::fmt;
use std::str::FromStr;

use crate::Error;

pub(crate) use formulas::{Thresholds, value as value_within};
pub(crate) use generalise::{Best, Evaluator, Generalise};
pub(crate) use hypergeometric::tails;

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

impl Counts {
    /// The contingency table `[n11, n10, n01, n00]`: baskets with both sides, with x only, with y
    /// only, with neither. `None` if no baskets can have these counts.
    ///
    /// ```
    /// use basketry::mine::Counts;
    ///
    /// let counts = Counts { n: 100, n_x: 20, n_y: 25, n_xy: 10 };
    /// assert_eq!(counts.table(), Some([10, 10, 15, 65]));
    /// ```
    pub fn table(self) -> Option<[u64; 4]> {
        let n10 = self.n_x.checked_sub(self.n_xy)?;
        let n01 = self.n_y.checked_sub(self.n_xy)?;
        let n00 = self.n.checked_sub(self.n_x)?.checked_sub(n01)?;
        Some([self.n_xy, n10, n01, n00])
    }
}

/// Makes the measures, their names and the other names they are known by from one list.
macro_rules! measures {
    ($($(#[$doc:meta])* $variant:ident = $name:literal $(| $alias:literal)*,)*) => {
        /// An interest measure of rules.
        ///
        /// There are the 12 of mlxtend 0.24 ([`DEFAULT`](Self::DEFAULT)) and those of R's arules
        /// 1.7, one name each; arules' spelling (`hyperLift`) and common synonyms are
        /// [read](#impl-FromStr-for-Measure) too.
        ///
        /// # Notation
        /// `P(x) = n_x / n`, `P(y) = n_y / n`, `P(xy) = n_xy / n` and `P(y|x) = n_xy / n_x`, all
        /// from [`Counts`]; `x̄` and `ȳ` are the baskets without x and without y. `n11`, `n10`,
        /// `n01` and `n00` are the cells of the [table](Counts::table).
        ///
        /// # Zero denominators
        /// For mlxtend's 12, its values. For the others, a number over 0 is infinite and 0 over 0
        /// is NaN, unless a measure says otherwise: NaN comes up only if x or y is in every
        /// basket.
        ///
        /// # Against arules
        /// Values agree with arules 1.7-11 to all digits, except for four whose code there does
        /// not compute the formula in its own documentation; here they are the documented,
        /// published ones: [`CasualConfidence`](Self::CasualConfidence),
        /// [`CasualSupport`](Self::CasualSupport),
        /// [`CollectiveStrength`](Self::CollectiveStrength) (which is 1 at independence, and not
        /// in the thousands) and [`LeastContradiction`](Self::LeastContradiction). And
        /// [`Improvement`](Self::Improvement) and [`Boost`](Self::Boost) compare with all more
        /// general rules, where arules sees only those that are in the set of rules; they are NaN
        /// if the itemsets lack subsets (closed ones, say).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Measure {
            $($(#[$doc])* $variant,)*
        }

        impl Measure {
            /// All measures.
            pub const ALL: &'static [Measure] = &[$(Measure::$variant,)*];

            /// The name of the measure and of its column.
            pub fn name(self) -> &'static str {
                match self {
                    $(Measure::$variant => $name,)*
                }
            }

            /// Other names that are read as this measure.
            pub fn synonyms(self) -> &'static [&'static str] {
                match self {
                    $(Measure::$variant => &[$($alias),*],)*
                }
            }
        }
    };
}

measures! {
    /// `P(x)`, in (0, 1].
    AntecedentSupport = "antecedent_support" | "coverage" | "lhs_support",
    /// `P(y)`, in (0, 1].
    ConsequentSupport = "consequent_support" | "rhs_support",
    /// `P(xy)`: the share of baskets with both, in (0, 1].
    Support = "support",
    /// `P(y|x)`: how often a basket with x also has y, in (0, 1].
    Confidence = "confidence",
    /// `P(y|x) / P(y)`: how many times more often y is bought with x than at all; 1 if x and y
    /// are independent, in (0, inf). (Brin et al. 1997.)
    Lift = "lift" | "interest",
    /// The share of baskets in which neither side is unknown. Baskets have no unknown items, so
    /// it is always 1.
    Representativity = "representativity",
    /// `P(xy) - P(x) P(y)`: the share of baskets beyond independence, in [-0.25, 0.25].
    /// (Piatetsky-Shapiro 1991.)
    Leverage = "leverage" | "piatetsky_shapiro",
    /// `(1 - P(y)) / (1 - P(y|x))`: how many times more often the rule would fail if x and y were
    /// independent, in [0, inf]; infinite if the rule never fails. (Brin et al. 1997.)
    Conviction = "conviction",
    /// Leverage over its largest possible size,
    /// `leverage / max(P(xy) (1 - P(x)), P(x) (P(y) - P(xy)))`, in [-1, 1]; 0 where the
    /// denominator is 0. (Zhang 2000.)
    ZhangsMetric = "zhangs_metric",
    /// `P(xy) / (P(x) + P(y) - P(xy))`: of the baskets with either side, the share with both,
    /// in (0, 1].
    Jaccard = "jaccard",
    /// `(P(y|x) - P(y)) / (1 - P(y))`: by how much x reduces the doubt about y, in (-inf, 1];
    /// 0 where every basket has y. (Loevinger 1947.)
    Certainty = "certainty" | "certainty_factor" | "loevinger",
    /// `(P(y|x) + P(x|y)) / 2`: the mean of both confidences, in (0, 1]. (Kulczynski 1927.)
    Kulczynski = "kulczynski",
    /// `P(y|x) - P(y)`, in (-1, 1). (Tan, Kumar and Srivastava 2004.)
    AddedValue = "added_value" | "centered_confidence" | "pavillon",
    /// `P(y|x) / max P(y|z)` over all z that are x without one or more of its items, the empty
    /// set included; above 1 if every item of x helps. For one item in x it is the lift. The same
    /// as arules' lift increase (LIC), as all these rules have the same y. (Balcázar 2013.)
    Boost = "boost" | "confidence_boost" | "lic" | "lift_increase",
    /// `(P(y|x) + P(ȳ|x̄)) / 2`, in [0, 1]. (Kodratoff 2001.)
    CasualConfidence = "casual_confidence",
    /// `P(xy) + P(x̄ȳ)`: the share of baskets with both sides or neither, in [0, 1].
    /// (Kodratoff 2001.)
    CasualSupport = "casual_support",
    /// Pearson's statistic `n leverage² / (P(x) P(x̄) P(y) P(ȳ))` of independence, without a
    /// correction for continuity, in [0, n]; above 3.84 at a level of 5 %, if expected counts are
    /// not small: else see [`FishersExactTest`](Self::FishersExactTest).
    ChiSquared = "chi_squared" | "chi2",
    /// `(1 - v) / (1 - E(v)) · E(v) / v`, where `v = P(xȳ) + P(x̄y)` is the share of baskets with
    /// one side only, and `E(v)` what it is at independence; 1 at independence, in [0, inf].
    /// (Aggarwal and Yu 1998.)
    CollectiveStrength = "collective_strength",
    /// `P(y|x) - P(ȳ|x)`, in [-1, 1]. (Kodratoff 2001.)
    ConfirmedConfidence = "confirmed_confidence" | "descriptive_confirmed_confidence",
    /// `P(xy) / sqrt(P(x) P(y))`, in (0, 1]. (Tan, Kumar and Srivastava 2004.)
    Cosine = "cosine",
    /// `(n11 - n10) / n11`: examples less counterexamples over examples, in (-inf, 1].
    Counterexample = "counterexample",
    /// `P(y|x) - P(y|x̄)`, the difference of confidence, in [-1, 1]. (Hofmann and Wilhelm 2001.)
    DifferenceOfConfidence = "doc" | "difference_of_confidence",
    /// The probability of at least n11 baskets with both sides if x and y are independent and
    /// n_x, n_y and n are given: the p-value of Fisher's one-sided exact test, in [0, 1], small
    /// if x and y go together. It has 12 digits however small, down to 1e-307. See
    /// [`Rules::significant`](super::Rules::significant) for the correction for many rules.
    FishersExactTest = "fishers_exact_test" | "fisher" | "p_value",
    /// `P(x) (P(y|x)² + P(ȳ|x)²) + P(x̄) (P(y|x̄)² + P(ȳ|x̄)²) - P(y)² - P(ȳ)²`: by how much x
    /// reduces the Gini index of y, in [0, 0.5]. (Tan, Kumar and Srivastava 2004.)
    Gini = "gini",
    /// The probability of fewer than n11 baskets with both sides at independence,
    /// `1 -` [`FishersExactTest`](Self::FishersExactTest), in [0, 1]. (Hahsler and Hornik 2007.)
    HyperConfidence = "hyper_confidence",
    /// n11 over the 0.99 quantile of its distribution at independence: a lift that is fair to
    /// rare items, in (0, inf]; infinite where that quantile is 0. (Hahsler and Hornik 2007.)
    HyperLift = "hyper_lift",
    /// `|P(x) - P(y)| / (P(x) + P(y) - P(xy))`, in [0, 1). (Wu, Chen and Han 2010.)
    Imbalance = "imbalance" | "imbalance_ratio",
    /// `sqrt(n) (P(xȳ) - P(x) P(ȳ)) / sqrt(P(x) P(ȳ))`: small if the rule fails less often than at
    /// independence. (Gras 1996.)
    ImplicationIndex = "implication_index",
    /// `log10` of the ratio of the [`Laplace`](Self::Laplace) corrected confidences of x → y and
    /// of x̄ → y. (Microsoft Analysis Services.)
    Importance = "importance",
    /// `P(y|x) - max P(y|z)` over all z that are x without one or more of its items, the empty set
    /// included; above 0 if every item of x helps, in (-1, 1]. For one item in x it is the added
    /// value. (Bayardo, Agrawal and Gunopulos 2000.)
    Improvement = "improvement",
    /// `P(xy) ln(P(y|x) / P(y)) + P(xȳ) ln(P(ȳ|x) / P(ȳ))`, the information in the rule in nats,
    /// at least 0; a term with a probability of 0 is 0. (Smyth and Goodman 1991.)
    JMeasure = "j_measure",
    /// Cohen's kappa: how far x and y agree beyond chance, in [-1, 1]. (Tan, Kumar and Srivastava
    /// 2004.)
    Kappa = "kappa",
    /// Goodman and Kruskal's lambda: the share of the errors in guessing y that knowing x saves,
    /// in [0, 1].
    Lambda = "lambda",
    /// `(n11 + 1) / (n_x + 2)`: the confidence, drawn towards 1/2 where there are few baskets, in
    /// (0, 1).
    Laplace = "laplace",
    /// `(P(xy) - P(xȳ)) / P(y)`, at most 1. (Azé and Kodratoff 2004.)
    LeastContradiction = "least_contradiction",
    /// `sqrt(n) leverage / sqrt(P(x) P(y))`: how many standard deviations (of a Poisson count) n11
    /// lies above its expectation. (Lerman 1981.)
    Lerman = "lerman",
    /// `max(P(y|x), P(x|y))`, in (0, 1]. (Wu, Chen and Han 2010.)
    MaxConfidence = "max_confidence",
    /// The information that x and y share, over the smaller of their entropies, in [0, 1]. (Tan,
    /// Kumar and Srivastava 2004.)
    MutualInformation = "mutual_information",
    /// `n11 n00 / (n10 n01)`, in [0, inf]; 1 at independence.
    OddsRatio = "odds_ratio",
    /// The correlation coefficient of x and y, in [-1, 1].
    Phi = "phi" | "correlation",
    /// `P(xȳ)`: the share of baskets in which the rule fails, in [0, 1); smaller is better.
    /// (Diatta, Ralambondrainy and Totohasina 2007.)
    Ralambondrainy = "ralambondrainy",
    /// `P(y|x) / P(y|x̄)`, in (0, inf]; 1 at independence.
    RelativeRisk = "relative_risk",
    /// Relative linkage disequilibrium, leverage over its largest possible size for these n_x and
    /// n_y: with `D = n leverage` it is `D / (D + min(n10, n01))` if D is above 0,
    /// `D / (D - min(n11, n00))` if below, and 0 at independence, in [0, 1]. (Kenett and Salini
    /// 2008.)
    RelativeLinkageDisequilibrium = "rld" | "relative_linkage_disequilibrium",
    /// `P(xy) P(y|x)`, in (0, 1]. (Ochin, Kumar and Joshi 2016.)
    RulePowerFactor = "rule_power_factor",
    /// `P(xy) / P(xȳ)`: examples per counterexample, in (0, inf]. (Sebag and Schoenauer 1988.)
    Sebag = "sebag",
    /// Where the lift lies between the least and the largest value that it can have for these n_x
    /// and n_y and the thresholds the rules were made with, in [0, 1]. With `λ` the largest of
    /// `(P(x) + P(y) - 1) / (P(x) P(y))`, `1 / (n P(x) P(y))`, `4 s / (1 + s)²`,
    /// `s / (P(x) P(y))` and `c / P(y)` (s is the least support, c the least confidence) and
    /// `υ = 1 / max(P(x), P(y))`, it is `(lift - λ) / (υ - λ)`, and NaN where only one value
    /// is possible. (McNicholas, Murphy and O'Regan 2008.)
    StandardizedLift = "std_lift" | "standardized_lift",
    /// `lift - 1`, in (-1, inf). (Bernard and Charron 1996.)
    VaryingLiaison = "varying_liaison" | "varying_rates_liaison",
    /// Yule's Q, `(n11 n00 - n10 n01) / (n11 n00 + n10 n01)`, in [-1, 1]; 0 at independence.
    YuleQ = "yule_q",
    /// Yule's Y, `(√(n11 n00) - √(n10 n01)) / (√(n11 n00) + √(n10 n01))`, in [-1, 1].
    YuleY = "yule_y",
    /// The number of baskets with both sides.
    N11 = "n11" | "count",
    /// The number of baskets with x and not y.
    N10 = "n10",
    /// The number of baskets with y and not x.
    N01 = "n01",
    /// The number of baskets with neither.
    N00 = "n00",
}

impl Measure {
    /// The columns of a table of rules unless [others are chosen](super::Rules::with_measures):
    /// mlxtend's 12.
    pub const DEFAULT: [Measure; 12] = [
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

    /// The value for a rule of which nothing but the counts is known. `n_x`, `n_y` and `n_xy` must
    /// be at least 1, as for every mined rule.
    ///
    /// [`Improvement`](Self::Improvement) and [`Boost`](Self::Boost) depend on the counts of other
    /// rules, so they are NaN here, and [`StandardizedLift`](Self::StandardizedLift) is that of
    /// rules made without thresholds: [`Rule::value`](super::Rule::value) and
    /// [`Rules::values`](super::Rules::values) know all of it. NaN too if no baskets can have
    /// such counts and a distribution is asked for.
    ///
    /// ```
    /// use basketry::mine::{Counts, Measure};
    ///
    /// let counts = Counts { n: 100, n_x: 20, n_y: 25, n_xy: 10 };
    /// assert_eq!(Measure::Confidence.value(counts), 0.5);
    /// assert_eq!(Measure::Lift.value(counts), 2.0);
    /// ```
    pub fn value(self, counts: Counts) -> f64 {
        formulas::value(self, counts, Thresholds::default())
    }

    /// Whether the value depends on more than the counts of the rule.
    pub(crate) fn needs_generalisations(self) -> bool {
        matches!(self, Measure::Improvement | Measure::Boost)
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Measure {
    type Err = Error;

    /// The measure with this name or [synonym](Measure::synonyms). Capitals and underscores do not
    /// matter, so that `hyper_lift`, `hyperLift` and `HyperLift` are one. The error lists all
    /// names.
    fn from_str(name: &str) -> Result<Self, Error> {
        let plain = |name: &str| name.replace('_', "").to_ascii_lowercase();
        let wanted = plain(name);
        let is_it = |measure: &&Measure| {
            let names = std::iter::once(measure.name()).chain(measure.synonyms().iter().copied());
            names.into_iter().any(|name| plain(name) == wanted)
        };
        Measure::ALL.iter().find(is_it).copied().ok_or_else(|| {
            let names: Vec<&str> = Measure::ALL.iter().map(|measure| measure.name()).collect();
            Error::argument(format!("measure: {name:?} is not one of {}", names.join(", ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_read_back() {
        let mut seen = HashSet::new();
        for &measure in Measure::ALL {
            assert_eq!(measure.name().parse::<Measure>().unwrap(), measure);
            for name in std::iter::once(&measure.name()).chain(measure.synonyms()) {
                assert_eq!(name.parse::<Measure>().unwrap(), measure);
                assert!(seen.insert(name.replace('_', "")), "{name} stands for two measures");
            }
        }
        let error = "lfit".parse::<Measure>().unwrap_err().to_string();
        assert!(error.contains("\"lfit\"") && error.contains("zhangs_metric"), "{error}");
    }

    #[test]
    fn the_names_of_arules_are_read() {
        let names = "support confidence lift count addedValue boost casualConfidence casualSupport \
            centeredConfidence certainty chiSquared collectiveStrength confirmedConfidence \
            conviction cosine counterexample coverage doc fishersExactTest gini hyperConfidence \
            hyperLift imbalance implicationIndex importance improvement jaccard jMeasure kappa \
            kulczynski lambda laplace leastContradiction lerman leverage LIC maxconfidence \
            mutualInformation oddsRatio phi ralambondrainy relativeRisk rhsSupport RLD \
            rulePowerFactor sebag stdLift varyingLiaison yuleQ yuleY";
        for name in names.split_whitespace() {
            name.parse::<Measure>().unwrap();
        }
        // arules' `table` is the four cells.
        for name in ["n11", "n10", "n01", "n00"] {
            name.parse::<Measure>().unwrap();
        }
    }

    #[test]
    fn tables_need_possible_counts() {
        let counts = |n, n_x, n_y, n_xy| Counts { n, n_x, n_y, n_xy };
        assert_eq!(counts(10, 4, 5, 2).table(), Some([2, 2, 3, 3]));
        assert_eq!(counts(10, 4, 5, 5).table(), None);
        assert_eq!(counts(10, 4, 5, 6).table(), None);
        assert_eq!(counts(10, 11, 5, 5).table(), None);
        assert_eq!(counts(10, 8, 8, 5).table(), None);
        assert_eq!(counts(10, 8, 8, 6).table(), Some([6, 2, 2, 0]));
    }
}
