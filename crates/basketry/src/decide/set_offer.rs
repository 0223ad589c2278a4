//! The words and numbers of offers of several products.

use super::allocate::allocate;
use super::candidates::Chosen;
use super::offer::{Builder, Evidence, Offer, evidence, percent};
use super::reasons::Kind;
use super::sets::{Numbers, SetCandidate};
use crate::data::Money;

/// The name of the evidence by how much the policy corrects the chances of a kind, where the offer itself
/// is of another one. None of kinds whose products are not chosen by their own chance alone.
pub(super) const fn corrected_as(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::CrossSell => Some("base_odds_cross_sell"),
        Kind::Service => Some("base_odds_service"),
        Kind::Refill => Some("base_odds_refill"),
        Kind::Popular => Some("base_odds_popular"),
        Kind::Similar => Some("base_odds_similar"),
        Kind::UpSell | Kind::Bundle | Kind::TopUp => None,
    }
}

impl Builder<'_> {
    pub(super) fn set(&self, chosen: &Chosen, set: &SetCandidate) -> Offer {
        let (state, items) = (self.state, &self.compiled.items);
        let policy = &self.compiled.policy;
        let kind = chosen.outcome.kind.unwrap_or(Kind::Bundle);
        let mut offer = self.plain(chosen, kind);
        let currency = offer.price.currency;
        let money = |minor| Money { minor, currency };
        let keys = set.keys();
        let prices: Vec<i64> = keys.iter().map(|&key| state.catalog.price[key as usize]).collect();
        offer.products = keys.iter().map(|&key| state.id(key)).collect();
        let names: Option<Vec<&str>> = keys.iter().map(|&key| state.name(key)).collect();
        offer.name = names.map(|names| names.join(" + "));
        offer.price = money(prices.iter().sum());
        offer.discount = money(set.discount);
        if set.discount > 0 {
            let mut allocation = Vec::new();
            allocate(set.discount, &prices, &mut allocation);
            offer.allocation = allocation.into_iter().map(money).collect();
            offer.form = policy.texts.form("offer_line_off");
        }
        offer.margin = keys.iter().map(|&key| items[key as usize].margin).sum();
        offer.probability = set.p1;
        offer.base_probability = set.p0;

        let assumed_margin = keys.iter().any(|&key| items[key as usize].assumed);
        let mut assumed = vec!["response_odds"];
        let purchase = match set.numbers {
            Numbers::TopUp { .. } => 1.0,
            Numbers::Bundle { purchase, .. } => purchase,
            Numbers::Second { purchase, .. } => {
                assumed.push("second_unit");
                purchase
            }
        };
        if set.discount > 0 {
            assumed.push("discount_response");
        }
        if purchase < 1.0 {
            assumed.push("view_conversion");
        }
        if assumed_margin {
            assumed.push("margin_rate");
        }
        offer.assumed = assumed;

        let texts = &policy.texts;
        let labels: Vec<String> = set.added().iter().map(|&key| state.label(key)).collect();
        let with = texts.list(&labels);
        match set.numbers {
            Numbers::TopUp { basket, gap, reached, adds, alone } => {
                let threshold = basket + gap;
                offer.evidence = evidence([
                    ("threshold", threshold as f64),
                    ("basket", basket as f64),
                    ("gap", gap as f64),
                    ("cost", policy.top_up.cost),
                    ("added_margin", adds),
                    ("reached", reached.0),
                    ("reached_anyway", reached.1),
                ]);
                self.corrected(&mut offer, alone);
                if let Some(until) = policy.top_up.until {
                    offer.valid_until = Some(offer.valid_until.map_or(until, |end| end.min(until)));
                    offer.evidence.push(Evidence { name: "until_ms", value: until as f64 });
                }
                let (gap, threshold) = (texts.money(money(gap)), texts.money(money(threshold)));
                let values = [("gap", &*gap), ("threshold", &threshold), ("products", &with)];
                offer.why = texts.say("top_up", &values);
            }
            Numbers::Bundle { purchase, break_even, alone } => {
                self.deal(&mut offer, set, purchase, break_even);
                self.corrected(&mut offer, alone);
                let base = state.label(set.base);
                let discount = texts.money(money(set.discount));
                let taken = texts.number(percent(set.p1 / purchase.max(f64::MIN_POSITIVE)));
                let code = if set.discount > 0 { "bundle" } else { "bundle_full" };
                let values = [
                    ("base", &*base),
                    ("products", &with),
                    ("discount", &discount),
                    ("taken", &taken),
                ];
                offer.why = texts.say(code, &values);
                if set.added().len() > 1 {
                    offer.why += texts.get("bundle_taken");
                }
            }
            Numbers::Second { purchase, break_even } => {
                let both = self.deal(&mut offer, set, purchase, break_even);
                let unit = set.discount as f64 / prices[0].max(1) as f64;
                offer.evidence.push(Evidence { name: "unit_discount_share", value: unit });
                let (unit, both) = (texts.number(percent(unit)), texts.number(percent(both)));
                let taken = texts.number(percent(set.p1 / purchase.max(f64::MIN_POSITIVE)));
                let code = if set.discount > 0 { "second_unit" } else { "second_unit_full" };
                let values =
                    [("base", &*with), ("percent", &unit), ("both", &both), ("taken", &taken)];
                offer.why = texts.say(code, &values);
            }
        }
        offer
    }

    /// Says by how much the policy corrects the chance of the product that `base_probability` is of:
    /// whoever learns from the offer must know.
    fn corrected(&self, offer: &mut Offer, alone: Option<Kind>) {
        let Some((kind, name)) = alone.and_then(|kind| Some((kind, corrected_as(kind)?))) else {
            return;
        };
        let value = self.compiled.policy.assume.base_odds_of(kind);
        offer.evidence.push(Evidence { name, value });
    }

    /// What bundles and second units have in common: the main product and the numbers of the deal.
    /// Returns the discount as a share of the price.
    fn deal(&self, offer: &mut Offer, set: &SetCandidate, purchase: f64, break_even: f64) -> f64 {
        offer.base_product = Some(self.state.id(set.base));
        let share = set.discount as f64 / offer.price.minor.max(1) as f64;
        offer.evidence = evidence([
            ("main_purchase", purchase),
            ("discount_share", share),
            ("break_even_discount", break_even),
        ]);
        share
    }
}
