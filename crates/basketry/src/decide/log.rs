//! Decisions as one line of JSON, and as text for people.

use std::fmt;

use serde::ser::{SerializeMap, SerializeStruct, Serializer};

use super::answers::{ExploreChoice, Explored, QuotaUse, Suppressed};
use super::context::iso;
use super::decision::{Decision, LOGGED_SUPPRESSED};
use super::offer::{Evidence, Offer, Sourced};
use super::reasons::Reason;
use crate::Money;
use crate::affinity::report::round6;

struct Counts<'a>(&'a [(Reason, u32)]);

impl serde::Serialize for Counts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(reason, count)| (reason.code(), count)))
    }
}

struct Numbers<'a>(&'a [Evidence]);

impl serde::Serialize for Numbers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for evidence in self.0 {
            let value = evidence.logged();
            if value.fract() == 0.0 && value.abs() < 1e15 {
                map.serialize_entry(evidence.name, &(value as i64))?;
            } else {
                map.serialize_entry(evidence.name, &value)?;
            }
        }
        map.end()
    }
}

impl Evidence {
    /// The value as it is logged: counts have all their digits, anything else has six.
    pub(super) fn logged(&self) -> f64 {
        match self.value {
            whole if whole.fract() == 0.0 && whole.abs() < 1e15 => whole,
            value => round6(value),
        }
    }
}

struct Sources<'a>(&'a [Sourced]);

impl serde::Serialize for Sources<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|sourced| (sourced.name, sourced.source)))
    }
}

impl serde::Serialize for Offer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut s = serializer.serialize_struct("Offer", 18)?;
        s.serialize_field("kind", &self.kind)?;
        s.serialize_field("products", &self.products)?;
        s.serialize_field("name", &self.name)?;
        s.serialize_field("price", &self.price.minor)?;
        s.serialize_field("discount", &self.discount.minor)?;
        let allocation: Vec<i64> = self.allocation.iter().map(|off| off.minor).collect();
        s.serialize_field("allocation", &allocation)?;
        s.serialize_field("base_product", &self.base_product)?;
        s.serialize_field("probability", &round6(self.probability))?;
        s.serialize_field("base_probability", &round6(self.base_probability))?;
        s.serialize_field("margin", &round6(self.margin))?;
        s.serialize_field("value", &round6(self.value))?;
        s.serialize_field("chosen_with", &round6(self.chosen_with))?;
        s.serialize_field("pinned", &self.pinned)?;
        s.serialize_field("fallback", &self.fallback)?;
        s.serialize_field("valid_until", &self.valid_until.map(iso))?;
        s.serialize_field("evidence", &Numbers(&self.evidence))?;
        s.serialize_field("assumed", &self.assumed)?;
        s.serialize_field("sources", &Sources(&self.sources))?;
        s.serialize_field("why", &self.why)?;
        s.end()
    }
}

impl serde::Serialize for Suppressed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut s = serializer.serialize_struct("Suppressed", 5)?;
        s.serialize_field("product", &self.product)?;
        s.serialize_field("reason", &self.reason)?;
        s.serialize_field("kind", &self.kind)?;
        s.serialize_field("probability", &round6(self.probability))?;
        s.serialize_field("value", &self.value.map(round6))?;
        s.end()
    }
}

impl serde::Serialize for Explored {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut s = serializer.serialize_struct("Explored", 2)?;
        s.serialize_field("slot", &self.slot)?;
        s.serialize_field("choices", &self.choices)?;
        s.end()
    }
}

impl serde::Serialize for ExploreChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut s = serializer.serialize_struct("ExploreChoice", 4)?;
        s.serialize_field("products", &self.products)?;
        s.serialize_field("kind", &self.kind)?;
        s.serialize_field("value", &round6(self.value))?;
        // With all digits: what is learned from it divides by it.
        s.serialize_field("probability", &self.probability)?;
        s.end()
    }
}

impl serde::Serialize for QuotaUse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut s = serializer.serialize_struct("QuotaUse", 4)?;
        s.serialize_field("name", &self.name)?;
        s.serialize_field("min", &self.min)?;
        s.serialize_field("made", &self.made)?;
        s.serialize_field("price", &round6(self.price))?;
        s.end()
    }
}

impl serde::Serialize for Decision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let suppressed: Vec<Suppressed> = self
            .ranked()
            .into_iter()
            .take(LOGGED_SUPPRESSED)
            .map(|outcome| self.suppressed_of(outcome))
            .collect();
        let mut s = serializer.serialize_struct("Decision", 34)?;
        s.serialize_field("id", &self.id())?;
        s.serialize_field("model", &self.model_id())?;
        s.serialize_field("catalog", self.catalog_version())?;
        s.serialize_field("policy", self.policy_name())?;
        s.serialize_field("policy_version", self.policy_version())?;
        s.serialize_field("placement", &self.placement())?;
        s.serialize_field("now", &iso(self.context.now_ms))?;
        s.serialize_field("now_ms", &self.context.now_ms)?;
        s.serialize_field("customer", &self.context.customer)?;
        s.serialize_field("customer_known", &self.customer_known())?;
        s.serialize_field("basket", &self.context.basket)?;
        s.serialize_field("viewed", &self.context.viewed)?;
        s.serialize_field("orders_since", &self.context.orders_since)?;
        s.serialize_field("after", &self.context.after)?;
        s.serialize_field("returned", &self.context.returned)?;
        self.context.person.serialize(&mut s)?;
        s.serialize_field("seed", &self.context.seed)?;
        s.serialize_field("currency", self.state.catalog.currency().code())?;
        s.serialize_field("held_out", &self.held_out())?;
        s.serialize_field("stopped", &self.stopped())?;
        s.serialize_field("offers", self.offers())?;
        s.serialize_field("withheld", self.withheld())?;
        s.serialize_field("value", &round6(self.value()))?;
        s.serialize_field("contact_risk", &round6(self.contact_risk()))?;
        s.serialize_field("explored", &self.explored())?;
        s.serialize_field("quotas", &self.quotas())?;
        s.serialize_field("suppressed_counts", &Counts(&self.suppressed_counts()))?;
        s.serialize_field("suppressed", &suppressed)?;
        s.serialize_field("warnings", self.warnings())?;
        s.end()
    }
}

impl<'a> IntoIterator for &'a Decision {
    type Item = &'a Offer;
    type IntoIter = std::slice::Iter<'a, Offer>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Prints like `cross_sell "4711" (Butter 250 g) at 2.49 EUR, worth 0.0320 EUR: bought with ...`; with
/// a discount, what is paid: `at 4.50 EUR after 0.50 EUR off`.
impl fmt::Display for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.products.iter().map(|product| format!("{product}"));
        let name = self.name.iter().map(|name| format!("({name})"));
        let products = ids.chain(name).collect::<Vec<_>>().join(" ");
        let currency = self.price.currency;
        let paid = Money { minor: self.price.minor.saturating_sub(self.discount.minor), currency };
        let value = self.value / currency.scale() as f64;
        let value = format!("{value:.*} {currency}", currency.digits() as usize + 2);
        let text = self.form.say(&[
            ("kind", self.kind.code()),
            ("products", &products),
            ("price", &self.form.written(paid.to_string())),
            ("discount", &self.form.written(self.discount.to_string())),
            ("value", &self.form.written(value)),
            ("why", &self.why),
        ]);
        f.write_str(&text)
    }
}

impl Decision {
    /// What was decided when and for whom, in words.
    pub(super) fn headline(&self) -> String {
        let texts = self.texts();
        let customer = match (&self.context.customer, self.customer_known()) {
            (Some(customer), known) => {
                let code = if known { "customer_known" } else { "customer_new" };
                texts.say(code, &[("customer", &customer.to_string())])
            }
            (None, _) => texts.say("customer_none", &[]),
        };
        let offers = match (self.len(), self.stopped()) {
            (0, Some(reason)) => texts.say("offers_stopped", &[("reason", texts.reason(reason))]),
            (0, None) => texts.say("offers_none", &[]),
            (1, _) => texts.say("offers_one", &[]),
            (n, _) => texts.say("offers_many", &[("offers", &n.to_string())]),
        };
        let now = iso(self.context.now_ms);
        let values = [
            ("policy", self.policy_name()),
            ("now", &now),
            ("customer", &customer),
            ("offers", &offers),
        ];
        texts.say("decision_line", &values)
    }
}

/// Prints one line for the request, one for each offer, and one for what was suppressed.
impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = self.texts();
        writeln!(f, "{}", self.headline())?;
        for (i, offer) in self.iter().enumerate() {
            writeln!(f, "{:>3}. {offer}", i + 1)?;
        }
        let counts = self.suppressed_counts();
        if !counts.is_empty() {
            let counts = counts.iter().map(|(reason, count)| format!("{count} {reason}"));
            let counts = counts.collect::<Vec<_>>().join(", ");
            writeln!(f, "  {}", texts.say("suppressed_line", &[("counts", &counts)]))?;
        }
        for warning in self.warnings() {
            writeln!(f, "  {}", texts.say("warning_line", &[("warning", warning)]))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decision")
            .field("policy", &self.policy_name())
            .field("context", &self.context)
            .field("offers", &self.offers())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_rounded_never_cut() {
        let numbers = [
            ("count", 1_234_567.0),
            ("nearly_one", 0.999_999_99),
            ("nearly_three", 3.000_000_1),
            ("share", 0.123_456_78),
            ("margin", 1_234_567.8),
            ("nothing", 0.0),
        ]
        .map(|(name, value)| Evidence { name, value });
        assert_eq!(
            serde_json::to_string(&Numbers(&numbers)).unwrap(),
            r#"{"count":1234567,"nearly_one":1,"nearly_three":3,"share":0.123457,"margin":1234570,"nothing":0}"#
        );
    }
}
