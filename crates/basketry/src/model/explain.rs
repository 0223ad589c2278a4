//! What a probability is made of.

use std::fmt;

use serde::Serialize;

use super::requests::{Baskets, check_kind, moment};
use super::{Model, ScoreOptions};
use crate::affinity::features::{FEATURE_NAMES, LOG_SIMILAR_CONTEXT, LOG_SIMILAR_OWN, weights_at};
use crate::affinity::scorer::{Contributor, Scratch, Situation, Task};
use crate::{Error, ErrorKind, Id, IdRef, Result};

/// Products named as reasons at most, and for a similarity.
const REASONS: usize = 3;

/// A probability and what it is made of: the contributions of the features add up to log odds, a
/// rising curve calibrates these, and the probability is `1 / (1 + exp(-calibrated log odds))`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The product.
    pub product: Id,
    /// The customer, if one was named.
    pub customer: Option<Id>,
    /// Whether the model knows the customer.
    pub known: bool,
    /// Products of the basket that the model does not know, and that were passed over.
    pub unknown: u64,
    /// What the probability is of: `"horizon"` (a purchase within the horizon) or `"basket"` (that
    /// the product joins the basket).
    pub task: &'static str,
    /// Whose weights apply: `"anonymous"`, `"new"` (a known customer who never bought the product)
    /// or `"repeat"`.
    pub segment: &'static str,
    /// The probability.
    pub probability: f64,
    /// The sum of the contributions: its log odds before calibration.
    pub log_odds: f64,
    /// Its log odds.
    pub calibrated_log_odds: f64,
    /// Every feature of the segment, in the order of the model.
    pub features: Vec<FeatureShare>,
    /// What speaks for the product most among the products of the basket, at most three, the
    /// strongest first.
    pub reasons: Vec<ReasonShare>,
    /// Where similarity is among the features: which products it comes from.
    pub similarities: Vec<SimilarityShare>,
}

/// What one feature contributes to a probability's log odds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FeatureShare {
    /// The name of the feature; see [`FitReport`](crate::FitReport).
    pub feature: &'static str,
    /// Its value.
    pub value: f64,
    /// Its weight in the segment.
    pub weight: f64,
    /// Value times weight.
    pub contribution: f64,
}

/// A product that speaks for another.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ReasonShare {
    /// The product of the basket.
    pub product: Id,
    /// The natural logarithm of the lower bound of the pair's lift: by how much, at least, the odds
    /// of the one rise with the other.
    pub log_lift: f64,
    /// Baskets with both.
    pub baskets: u32,
    /// Distinct customers who bought both in one basket.
    pub customers: u32,
}

/// A similarity and the products that it mostly comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SimilarityShare {
    /// The name of its feature: `"log_similar_to_purchases"`, the logarithm of the similarity, at least 0, plus
    /// 0.01, or `"log_similar_to_basket"`, the same plus 0.003.
    pub feature: &'static str,
    /// The sum of the amounts of all products that the customer bought, or that are in the basket;
    /// some may be below 0.
    pub similarity: f64,
    /// The products with the greatest amounts, at most three, the greatest first; only what adds to
    /// the similarity.
    pub products: Vec<SourceShare>,
}

/// What one product adds to a similarity.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SourceShare {
    /// The product that was bought, or is in the basket.
    pub product: Id,
    /// What it adds, above 0.
    pub amount: f64,
}

impl Model {
    /// Explains the probability that [`score`](Self::score) gives for a customer and a product, or
    /// with a basket that of [`score_baskets`](Self::score_baskets).
    ///
    /// # Errors
    /// [`ErrorKind::UnknownId`] if the model does not know the product;
    /// [`ErrorKind::InvalidArgument`] if an id is an integer where the model has strings, or the
    /// other way round.
    pub fn explain(
        &self,
        customer: Option<IdRef<'_>>,
        basket: Option<&[IdRef<'_>]>,
        product: IdRef<'_>,
        options: &ScoreOptions,
    ) -> Result<Explanation> {
        let known = self.customers();
        if let Some(customer) = customer.filter(|_| !known.is_empty()) {
            check_kind(customer, known.kind(), "customers", || "customer".into())?;
        }
        let products = self.products();
        check_kind(product, products.kind(), "products", || "product".into())?;
        let Some(index) = products.find(product) else {
            let text = format!("product: {product} is not in the model");
            return Err(Error::new(ErrorKind::UnknownId, text));
        };
        let task = if basket.is_some() { Task::Basket } else { Task::Horizon };
        let basket = Baskets::resolve(self, &[basket.unwrap_or_default()], None)?;
        let context: Vec<u32> =
            basket.get(0).iter().copied().filter(|&other| other != index).collect();
        let of = customer.and_then(|customer| known.find(customer));

        let learned = self.learned();
        let mut scratch = Scratch::default();
        let situation = Situation::new(of, moment(self, options.at)?, &context);
        let shared = learned.candidates(task, &situation, &mut scratch);
        scratch.choose(|_| false);
        let Some(place) = scratch.choose_product(index) else {
            let text = "a product of the model is no candidate";
            return Err(Error::new(ErrorKind::Internal, text));
        };
        learned.score_chosen(task, &shared, &mut scratch);
        let probability = scratch.probabilities()[place];
        let (segment, values) = learned.features_of(task, &shared, &mut scratch, place);
        let weights = &learned.weights[weights_at(task, segment)];
        let features: Vec<FeatureShare> = segment
            .features(task)
            .map(|at| {
                let (value, weight) = (f64::from(values[at]), f64::from(weights[at]));
                FeatureShare {
                    feature: FEATURE_NAMES[at],
                    value,
                    weight,
                    contribution: value * weight,
                }
            })
            .collect();

        let candidate = &scratch.candidates()[place];
        let mut similarities = Vec::new();
        for (at, similarity) in [
            (LOG_SIMILAR_OWN, candidate.similar_own),
            (LOG_SIMILAR_CONTEXT, candidate.similar_context),
        ] {
            if !segment.features(task).any(|feature| feature == at) {
                continue;
            }
            let sources = match at {
                LOG_SIMILAR_OWN => learned.similar_to_own(&situation, index, REASONS),
                _ => learned.similar_to_context(&situation, index, REASONS),
            };
            let source = |source: &Contributor| {
                let product = products.get(source.product)?.to_owned();
                Some(SourceShare { product, amount: f64::from(source.amount) })
            };
            similarities.push(SimilarityShare {
                feature: FEATURE_NAMES[at],
                similarity: f64::from(similarity),
                products: sources.iter().filter_map(source).collect(),
            });
        }

        let pairs = learned.neighbours;
        let mut found: Vec<(u32, usize)> = Vec::new();
        for &item in &context {
            let pair = pairs.row(item).find(|&at| pairs.product[at] == index);
            found.extend(pair.map(|at| (item, at)));
        }
        let strength = |&(_, at): &(u32, usize)| pairs.log_low[at];
        found.sort_by(|a, b| strength(b).total_cmp(&strength(a)).then(a.0.cmp(&b.0)));
        found.dedup();
        let reasons = found.iter().take(REASONS).filter_map(|&(item, at)| {
            Some(ReasonShare {
                product: products.get(item)?.to_owned(),
                log_lift: f64::from(pairs.log_low[at]),
                baskets: pairs.baskets[at],
                customers: pairs.customers[at],
            })
        });
        let log_odds: f64 = features.iter().map(|f| f.contribution).sum();
        let calibrated = learned.curve(task, segment).at(log_odds as f32);
        Ok(Explanation {
            product: product.to_owned(),
            customer: customer.map(IdRef::to_owned),
            known: of.is_some(),
            unknown: basket.unknown,
            task: task.name(),
            segment: segment.name(),
            probability: f64::from(probability),
            log_odds,
            calibrated_log_odds: f64::from(calibrated),
            features,
            reasons: reasons.collect(),
            similarities,
        })
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.product)?;
        match &self.customer {
            Some(customer) if self.known => write!(f, " for {customer}")?,
            Some(customer) => write!(f, " for {customer}, who is not known")?,
            None => {}
        }
        writeln!(
            f,
            ": probability {:.6}, log odds {:.4}, before calibration {:.4} ({}, {})",
            self.probability, self.calibrated_log_odds, self.log_odds, self.task, self.segment
        )?;
        let mut shares: Vec<&FeatureShare> = self.features.iter().collect();
        shares.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()));
        for share in shares {
            let FeatureShare { feature, value, weight, contribution } = share;
            writeln!(f, "  {contribution:+9.4}  {feature}: {value:.4} times {weight:+.4}")?;
        }
        for reason in &self.reasons {
            let ReasonShare { product, log_lift, baskets, customers } = reason;
            writeln!(
                f,
                "  goes with {product}: lift at least {:.2}, in {baskets} baskets of {customers} \
                 customers",
                log_lift.exp()
            )?;
        }
        for SimilarityShare { feature, similarity, products } in &self.similarities {
            let Some(name) = feature.strip_prefix("log_").filter(|_| !products.is_empty()) else {
                continue;
            };
            write!(f, "  {} {similarity:.4}, mostly from", name.replace('_', " "))?;
            for (at, SourceShare { product, amount }) in products.iter().enumerate() {
                write!(f, "{} {product} {amount:+.4}", if at > 0 { "," } else { "" })?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
