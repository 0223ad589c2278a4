//! Decisions from the lines they were logged as.

use serde::Deserialize;

use super::{Incoming, IncomingOffer, MOST_PRODUCTS, corrected};
use crate::data::IdRef;
use crate::decide::reasons::Kind;
use crate::decide::set_offer::corrected_as;
use crate::{Error, ErrorKind, Result};

/// What is read of a line; its other keys are of no use here.
#[derive(Deserialize)]
pub(super) struct Line {
    id: String,
    now_ms: i64,
    model: String,
    catalog: String,
    policy: String,
    policy_version: String,
    placement: Option<String>,
    customer: Option<ReadId>,
    held_out: bool,
    offers: Vec<LineOffer>,
    #[serde(default)]
    withheld: Vec<LineOffer>,
}

#[derive(Deserialize)]
struct LineOffer {
    kind: String,
    products: Vec<ReadId>,
    base_product: Option<ReadId>,
    price: i64,
    discount: i64,
    probability: f64,
    base_probability: f64,
    margin: f64,
    value: f64,
    chosen_with: f64,
    evidence: LineEvidence,
}

#[derive(Deserialize)]
struct LineEvidence {
    #[serde(default)]
    base_purchase: f64,
    #[serde(default)]
    receptiveness: f64,
    #[serde(default = "one")]
    base_odds: f64,
    base_odds_cross_sell: Option<f64>,
    base_odds_service: Option<f64>,
    base_odds_refill: Option<f64>,
    base_odds_popular: Option<f64>,
    base_odds_similar: Option<f64>,
    #[serde(default)]
    main_purchase: f64,
    #[serde(default)]
    base_margin: f64,
    #[serde(default)]
    pressure: f64,
    #[serde(default)]
    ignored: f64,
    #[serde(default = "one")]
    response: f64,
}

fn one() -> f64 {
    1.0
}

impl LineEvidence {
    /// By how much the chance of a product in an offer of another kind was corrected, by its name.
    fn corrected(&self, name: &str) -> Option<f64> {
        match name {
            "base_odds_cross_sell" => self.base_odds_cross_sell,
            "base_odds_service" => self.base_odds_service,
            "base_odds_refill" => self.base_odds_refill,
            "base_odds_popular" => self.base_odds_popular,
            "base_odds_similar" => self.base_odds_similar,
            _ => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ReadId {
    Int(i64),
    Str(String),
}

impl ReadId {
    fn id(&self) -> IdRef<'_> {
        match self {
            ReadId::Int(value) => IdRef::Int(*value),
            ReadId::Str(value) => IdRef::Str(value),
        }
    }
}

impl Line {
    pub(super) fn parse(line: &str) -> Result<Self> {
        serde_json::from_str(line).map_err(|error| {
            Error::new(ErrorKind::Data, format!("line: not a logged decision: {error}"))
        })
    }

    pub(super) fn incoming(&self) -> Result<Incoming<'_>> {
        let bad = |what: String| Error::new(ErrorKind::Data, format!("line: {what}"));
        let id = match u128::from_str_radix(&self.id, 16) {
            Ok(id) if self.id.len() == 32 => id,
            _ => {
                return Err(bad(format!("id: expected 32 hexadecimal digits, got {:?}", self.id)));
            }
        };
        let offers = if self.held_out { &self.withheld } else { &self.offers };
        let offers = offers.iter().enumerate().map(|(i, offer)| {
            let kind = Kind::ALL.into_iter().find(|kind| kind.code() == offer.kind);
            let kind =
                kind.ok_or_else(|| bad(format!("offers[{i}].kind: no kind {:?}", offer.kind)))?;
            if !(1..=MOST_PRODUCTS).contains(&offer.products.len()) {
                return Err(bad(format!(
                    "offers[{i}].products: expected 1 to {MOST_PRODUCTS} products, got {}",
                    offer.products.len()
                )));
            }
            for (key, value) in [
                ("probability", offer.probability),
                ("base_probability", offer.base_probability),
                ("chosen_with", offer.chosen_with),
            ] {
                if !(0.0..=1.0).contains(&value) {
                    return Err(bad(format!("offers[{i}].{key}: expected 0 to 1, got {value}")));
                }
            }
            let evidence = &offer.evidence;
            let (name, (base_odds, base_kind)) = match kind {
                Kind::Bundle | Kind::TopUp => {
                    let found = corrected(|name| evidence.corrected(name));
                    (found.1.and_then(corrected_as).unwrap_or_default(), found)
                }
                kind => ("base_odds", (evidence.base_odds, Some(kind))),
            };
            for (key, value, least, most) in [
                (name, base_odds, 0.001, 1000.0),
                ("main_purchase", evidence.main_purchase, 0.0, 1.0),
                ("pressure", evidence.pressure, 0.0, f64::MAX),
                ("ignored", evidence.ignored, 0.0, f64::MAX),
                ("response", evidence.response, 0.0, 1.0),
            ] {
                if !(least..=most).contains(&value) {
                    let range = match most {
                        f64::MAX => "at least 0".to_owned(),
                        most => format!("{least} to {most}"),
                    };
                    return Err(bad(format!(
                        "offers[{i}].evidence.{key}: expected {range}, got {value}"
                    )));
                }
            }
            Ok(IncomingOffer {
                kind,
                products: offer.products.iter().map(ReadId::id).collect(),
                base: offer.base_product.as_ref().map(ReadId::id),
                price: offer.price,
                discount: offer.discount,
                probability: offer.probability,
                base_probability: offer.base_probability,
                margin: offer.margin,
                value: offer.value,
                chosen_with: offer.chosen_with,
                receptive: evidence.base_purchase * evidence.receptiveness,
                base_odds,
                base_kind,
                base_purchase: match kind {
                    Kind::Bundle => evidence.main_purchase,
                    _ => evidence.base_purchase,
                },
                base_margin: evidence.base_margin,
                pressure: evidence.pressure,
                ignored: evidence.ignored,
                response: evidence.response,
            })
        });
        Ok(Incoming {
            id,
            now_ms: self.now_ms,
            model: &self.model,
            catalog: &self.catalog,
            policy: &self.policy,
            policy_version: &self.policy_version,
            placement: self.placement.as_deref(),
            customer: self.customer.as_ref().map(ReadId::id),
            held_out: self.held_out,
            offers: offers.collect::<Result<_>>()?,
        })
    }
}
