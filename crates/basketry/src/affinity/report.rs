//! What a fit learned, what it did not, and how good it is.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a fit learned and what it could not learn. It is part of the model file.
///
/// Measured values are rounded to six significant digits. The time the fit took is not in it, so
/// that the same input gives the same file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct FitReport {
    /// Products in the catalogue.
    pub catalog_products: u64,
    /// Products that were sold but are not in the catalogue; they are never offered.
    pub history_only_products: u64,
    /// Customers with an id.
    pub customers: u64,
    /// Baskets learned from.
    pub baskets: u64,
    /// Of these, baskets without a customer.
    pub anonymous_baskets: u64,
    /// Lines (distinct products of a basket) learned from.
    pub lines: u64,
    /// Return lines that took something off an earlier purchase of the same customer.
    pub returns_matched: u64,
    /// Return lines without an earlier purchase.
    pub returns_unmatched: u64,
    /// The earliest order, milliseconds since 1970-01-01 UTC.
    pub first_ms: i64,
    /// The latest order, milliseconds since 1970-01-01 UTC.
    pub last_ms: i64,
    /// Baskets with more than `max_basket` products, left out of pair counting.
    pub huge_baskets: u64,
    /// Products with enough distinct customers to be in a pair.
    pub pair_products: u64,
    /// Pairs kept; a pair counts once for each product that keeps it.
    pub pairs: u64,
    /// What products say about others: by what customers buy, and by what baskets hold.
    pub similarity: Vec<SimilarityReport>,
    /// Products on the list of popular ones.
    pub popular_products: u64,
    /// The probabilities of [`Model::recommend`](crate::Model::recommend) are those of a purchase
    /// within so many days.
    pub horizon_days: f64,
    /// The time split the propensity was fitted on; `None` if there was none.
    pub split: Option<SplitReport>,
    /// What [`FitOptions::tune`](crate::FitOptions::tune) tried; `None` if it was not asked for.
    pub tuning: Option<TuningReport>,
    /// The propensity, one entry per task and segment.
    pub segments: Vec<SegmentReport>,
    /// Everything that could not be learned. Empty if all is well.
    pub not_learned: Vec<NotLearned>,
    /// What was carried over from an earlier fit when the counts were brought up to date; `None` if
    /// everything was fitted.
    pub carried: Option<CarriedReport>,
    /// Customers taken out of the model after it was made: their ids and purchases are gone, what
    /// they contributed to sums is not.
    pub forgotten_customers: u64,
}

/// What a model carries over from an earlier fit: `similarity`, `split` and `segments` of the
/// report, the similarities and the weights of the propensity are of that fit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct CarriedReport {
    /// The latest order that fit learned from, milliseconds since 1970-01-01 UTC.
    pub fitted_ms: i64,
    /// Baskets that came since.
    pub appended_baskets: u64,
    /// Customers that were forgotten since: what is carried over still rests on their purchases.
    pub forgotten_customers: u64,
}

/// A similarity: each product is explained by others in a ridge regression, all at once in closed
/// form (EASE) or one by one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct SimilarityReport {
    /// `"customers"` (by what they ever bought) or `"baskets"` (by what each holds).
    pub by: String,
    /// `"closed form"`; `"closed form, dual"`, which is the same from fewer customers than
    /// products; `"singular vectors"`, an approximation by what purchases have in common;
    /// `"regressions"`, an approximation that explains each product by the most related
    /// ones only; `"none"` if nothing could be learned.
    pub form: String,
    /// Customers, or baskets, learned from.
    pub rows: u64,
    /// Customers, or baskets, left out because they have too many products.
    pub huge_rows: u64,
    /// Products with enough distinct customers.
    pub products: u64,
    /// Numbers kept: by baskets one for each pair of products of which one says something about the
    /// other, by customers two vectors for each product.
    pub weights: u64,
}

/// The time split the propensity was fitted on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct SplitReport {
    /// Orders before this time gave the statistics, orders from it on the examples; milliseconds
    /// since 1970-01-01 UTC.
    pub split_ms: i64,
    /// Baskets before the split.
    pub baskets_before: u64,
    /// Baskets from the split on.
    pub baskets_after: u64,
    /// Of these, baskets made into examples.
    pub example_baskets: u64,
    /// Customers with orders before the split that were made into examples of what is bought
    /// within the horizon.
    pub example_customers: u64,
    /// Customers held out: the weights were fitted without their examples.
    pub held_out_customers: u64,
}

/// Hyper-parameters tried on the inner time split.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct TuningReport {
    /// What was tried, in this order, the values given in the options first. Empty if there was
    /// nothing to try them on.
    pub tried: Vec<TriedReport>,
    /// Which of them the model was fitted with, from 0.
    pub chosen: u64,
}

/// Hyper-parameters, and how good a fit with them was on held-out customers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct TriedReport {
    /// [`half_life_days`](crate::FitOptions::half_life_days).
    pub half_life_days: f64,
    /// [`customers_l2`](crate::FitOptions::customers_l2).
    pub customers_l2: f64,
    /// [`baskets_l2`](crate::FitOptions::baskets_l2).
    pub baskets_l2: f64,
    /// Log-loss of what joins a basket, all products of a basket together.
    pub basket_loss: f64,
    /// Log-loss of what a customer buys within the horizon, all products together.
    pub horizon_loss: f64,
    /// The mean of both losses, each over that of the values given. The least is chosen.
    pub score: f64,
}

/// The propensity of one segment: how probable it is that a candidate is bought, without anything
/// being offered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct SegmentReport {
    /// `"basket"`: bought in this order, given what is in the basket so far; or `"horizon"`: bought
    /// by the customer within [`horizon_days`](FitReport::horizon_days), in any number of orders.
    pub task: String,
    /// `"anonymous"` (the customer is not known), `"new"` (a known customer who never bought the
    /// product) or `"repeat"` (who bought it before).
    pub segment: String,
    /// False if the fallback named in [`not_learned`](field@FitReport::not_learned) is in use.
    pub learned: bool,
    /// Candidates the weights were fitted to, and how many of them were bought.
    pub examples: u64,
    /// Of the examples, those bought.
    pub bought: u64,
    /// Candidates of held-out customers, on which the figures below are measured.
    pub held_out_examples: u64,
    /// Of these, those bought.
    pub held_out_bought: u64,
    /// The share of the candidates fitted to that was bought (sampling weighted out).
    pub base_rate: f64,
    /// Share of the bought products that were among the candidates.
    pub candidate_recall: Option<f64>,
    /// Mean of -ln of the probability given to what happened.
    pub log_loss: Option<f64>,
    /// The log-loss of giving every candidate the base rate.
    pub base_log_loss: Option<f64>,
    /// The log-loss of a logistic fit of popularity alone.
    pub popularity_log_loss: Option<f64>,
    /// The probability that a bought candidate is ranked above one that was not.
    pub auc: Option<f64>,
    /// Expected calibration error over 20 bins of equal weight.
    pub calibration_error: Option<f64>,
    /// Those bins, from the least prediction on.
    pub reliability: Vec<ReliabilityBin>,
    /// The weights in use, the intercept first.
    pub weights: Vec<Weight>,
}

/// How often something was bought that was given about the same probability.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct ReliabilityBin {
    /// The share of the candidates that are in this bin.
    pub share: f64,
    /// The mean of their probabilities.
    pub predicted: f64,
    /// The share of them that was bought.
    pub observed: f64,
}

/// The weight of a feature in the log odds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Weight {
    /// The feature.
    pub feature: String,
    /// Its weight.
    pub weight: f64,
}

/// Something that could not be learned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct NotLearned {
    /// What.
    pub what: String,
    /// Why not.
    pub why: String,
    /// What is done instead.
    pub instead: String,
}

impl FitReport {
    pub(crate) fn not_learned(&mut self, what: &str, why: impl Into<String>, instead: &str) {
        self.not_learned.push(NotLearned {
            what: what.into(),
            why: why.into(),
            instead: instead.into(),
        });
    }
}

/// Rounds to six significant digits.
pub(crate) fn round6(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return 0.0;
    }
    // Through text: the nearest double to the decimal number, which then prints as that number.
    format!("{value:.5e}").parse().unwrap_or(0.0)
}

fn day(ms: i64) -> String {
    match Timestamp::from_millisecond(ms) {
        // The first ten characters of an RFC 3339 time are the date.
        Ok(time) => time.to_string().chars().take(10).collect(),
        Err(_) => format!("{ms} ms"),
    }
}

/// A text for people, several lines.
impl fmt::Display for FitReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "learned from {} baskets with {} lines of {} customers, {} to {}",
            self.baskets,
            self.lines,
            self.customers,
            day(self.first_ms),
            day(self.last_ms)
        )?;
        writeln!(
            f,
            "products: {} in the catalogue, {} only in the history, {} popular",
            self.catalog_products, self.history_only_products, self.popular_products
        )?;
        writeln!(f, "pairs: {} kept among {} products", self.pairs, self.pair_products)?;
        for s in &self.similarity {
            writeln!(
                f,
                "similarity by {}: {} weights among {} products from {} rows ({})",
                s.by, s.weights, s.products, s.rows, s.form
            )?;
        }
        for (count, what) in [
            (self.anonymous_baskets, "baskets without a customer"),
            (self.huge_baskets, "baskets with too many products, left out of the pairs"),
            (self.returns_matched, "returns taken off an earlier purchase"),
            (self.returns_unmatched, "returns without an earlier purchase"),
            (self.forgotten_customers, "customers taken out since, who are in sums only"),
        ] {
            if count > 0 {
                writeln!(f, "{what}: {count}")?;
            }
        }
        if let Some(carried) = &self.carried {
            writeln!(
                f,
                "carried over from a fit up to {}: similarities, propensity; since then {} baskets came and \
                 {} customers were forgotten",
                day(carried.fitted_ms),
                carried.appended_baskets,
                carried.forgotten_customers
            )?;
        }
        if let Some(split) = &self.split {
            writeln!(
                f,
                "propensity: {} orders and {} customers from {} on, explained by {} orders before; \
                 {} customers held out",
                split.example_baskets,
                split.example_customers,
                day(split.split_ms),
                split.baskets_before,
                split.held_out_customers
            )?;
        }
        if let Some(tuning) = &self.tuning {
            for (at, tried) in tuning.tried.iter().enumerate() {
                writeln!(
                    f,
                    "tried half_life_days {}, customers_l2 {}, baskets_l2 {}: score {:.5}{}",
                    tried.half_life_days,
                    tried.customers_l2,
                    tried.baskets_l2,
                    tried.score,
                    if at as u64 == tuning.chosen { " (chosen)" } else { "" }
                )?;
            }
        }
        for s in &self.segments {
            write!(f, "  {} {}: ", s.task, s.segment)?;
            match (s.log_loss, s.base_log_loss, s.auc, s.calibration_error) {
                (Some(loss), Some(base), Some(auc), Some(error)) => {
                    write!(f, "log-loss {loss:.4} (base rate {base:.4}")?;
                    if let Some(popularity) = s.popularity_log_loss {
                        write!(f, ", popularity alone {popularity:.4}")?;
                    }
                    write!(f, "), AUC {auc:.3}, calibration error {error:.4}")?;
                }
                _ => write!(f, "not measured")?,
            }
            if let Some(recall) = s.candidate_recall {
                write!(f, ", {:.1} % of purchases among the candidates", 100.0 * recall)?;
            }
            writeln!(f, "{}", if s.learned { "" } else { " (fallback in use)" })?;
        }
        for n in &self.not_learned {
            writeln!(f, "not learned: {}: {}; instead: {}", n.what, n.why, n.instead)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_survives_json() {
        for value in [0.1234567891, -1234567.891, 3e-9, 0.0, 1.0] {
            let rounded = round6(value);
            assert!((rounded - value).abs() <= 1e-5 * value.abs());
            let json = serde_json::to_string(&rounded).unwrap();
            assert_eq!(serde_json::from_str::<f64>(&json).unwrap(), rounded);
        }
        assert_eq!(round6(f64::NAN), 0.0);
    }

    #[test]
    fn text_names_what_is_missing() {
        let mut report = FitReport { last_ms: 86_400_000, ..FitReport::default() };
        report.not_learned("pairs", "one basket", "none are offered");
        let text = report.to_string();
        assert!(text.contains("1970-01-01 to 1970-01-02"), "{text}");
        assert!(text.contains("not learned: pairs: one basket; instead: none are offered"));
    }
}
