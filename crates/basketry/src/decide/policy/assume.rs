//! What stands in for what is not known.

use std::collections::BTreeMap;

use serde::ser::{SerializeMap, Serializer};

use super::ranges::Ranges;
use crate::Result;
use crate::decide::reasons::{Kind, Source};
use crate::decide::tree::{Reader, Value};

/// The `assume` table of a [`Policy`](super::Policy): what stands in for what is not known. Each
/// offer names the ones it used, and where each came from.
///
/// A number is *assumed* as long as it is the default, *given* if it is another one, and *learned*
/// if the policy says how many exposures it was measured on, as
/// [`DecisionLog::learn`](crate::decide::DecisionLog::learn) writes it:
///
/// ```
/// use basketry::Policy;
/// use basketry::decide::Source;
///
/// let policy = Policy::from_toml(r#"
///     [assume]
///     accept = 0.08
///     odds.cross_sell = { value = 2.1, exposures = 12000 }
/// "#)?;
/// assert_eq!(policy.assume.source("accept"), Source::Given);
/// assert_eq!(policy.assume.source("abandon"), Source::Assumed);
/// assert_eq!(policy.assume.source("odds.cross_sell"), Source::Learned);
/// # Ok::<(), basketry::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Assume {
    /// How many times greater the odds of a purchase are when the product is offered than when it
    /// is not, 1 to 1000. Default 1.5.
    pub response_odds: f64,
    /// The same for single kinds of offer, where they are known to differ: `odds.cross_sell` and so
    /// on, by [`Kind::code`]. `odds.bundle` is how many times greater the odds of all of a bundle are at its
    /// full price than those of its least probable product alone without an offer: below 1, down to
    /// 0.001, if few want all of it. Default: none.
    pub odds: BTreeMap<Kind, f64>,
    /// Corrects the chance that the model gives a purchase without an offer, for single kinds of
    /// offer: its odds are multiplied by this number, 0.001 to 1000, before anything else is made of
    /// them. Below 1 where customers who were held out bought less often than the model said, above 1
    /// where they bought more often: the model learns from orders at any moment of their making, and
    /// offers are made at one of them. `base_odds.cross_sell` and so on, of kinds of one product; bundles and
    /// top-ups are reckoned with those of their products. Default: none, which is 1.
    pub base_odds: BTreeMap<Kind, f64>,
    /// The share of customers who take the dearer variant when it is offered, before it is scaled
    /// by what this customer chose so far (at most fourfold), 0 to 1. Default 0.05.
    pub accept: f64,
    /// The share of purchases lost because a dearer variant was offered, 0 to 1. Default 0.01.
    pub abandon: f64,
    /// The chance that somebody who looks at a product buys it in this order, 0 to 1.
    /// Default 0.05.
    pub view_conversion: f64,
    /// The chance that a contract whose term ends is renewed if nothing is offered, 0 to 1.
    /// Default 0.8.
    pub renewal: f64,
    /// How much more likely a discount makes it that a bundle or a second unit is bought, 0 to 1000.
    /// The odds of that, which the offer alone makes `response_odds` times as great, grow by a further
    /// factor of `exp(discount_response * d)` where d is the discount as a share of the price of all
    /// of it: of a bundle with its main product, of a second unit with the first. Default 3: a tenth off
    /// makes the odds 1.35 times as great. 0: customers do not respond, and no discount is given.
    pub discount_response: f64,
    /// The chance that somebody who buys one unit of a product buys a second one in the same order
    /// if nothing is offered, 0 to 1; the offer makes its odds `response_odds` times as great. Default 0.05.
    pub second_unit: f64,
    /// The share of additional purchases of a variant that are made in place of the one in the basket,
    /// 0 to 1, where the policy allows variants. Default 0.5.
    pub replaces: f64,
    /// The share of the price that is margin where the catalogue has no cost, 0 to 1. 0: nothing
    /// is assumed, and a product without a cost is never offered (`unknown_cost`). Default 0.3:
    /// among products without costs it changes no order, since it multiplies all of them, and a
    /// shop that has no costs at hand still sees offers; each says that its margin is assumed.
    pub margin_rate: f64,
    /// Of numbers that were learned: how many exposures each rests on, by its name here, such as
    /// `"accept"` or `"odds.refill"`. Default: none.
    pub learned: BTreeMap<String, u64>,
    /// Of numbers that were learned: what they were drawn to, so that learning again starts from
    /// there. Those without an entry start from the default. Default: none.
    pub priors: BTreeMap<String, f64>,
}

impl Default for Assume {
    fn default() -> Self {
        Self {
            response_odds: 1.5,
            odds: BTreeMap::new(),
            base_odds: BTreeMap::new(),
            accept: 0.05,
            abandon: 0.01,
            view_conversion: 0.05,
            renewal: 0.8,
            discount_response: 3.0,
            second_unit: 0.05,
            replaces: 0.5,
            margin_rate: 0.3,
            learned: BTreeMap::new(),
            priors: BTreeMap::new(),
        }
    }
}

const NUMBERS: [&str; 9] = [
    "response_odds",
    "accept",
    "abandon",
    "view_conversion",
    "renewal",
    "discount_response",
    "second_unit",
    "replaces",
    "margin_rate",
];

/// Kinds whose offers add something to an order.
fn has_odds(kind: Kind) -> bool {
    kind != Kind::UpSell
}

/// Those that the model gives a chance of their own.
fn has_base_odds(kind: Kind) -> bool {
    has_odds(kind) && !matches!(kind, Kind::Bundle | Kind::TopUp)
}

impl Assume {
    /// How many times greater an offer of this kind makes the odds of a purchase.
    #[inline]
    pub fn odds_of(&self, kind: Kind) -> f64 {
        // Most policies have none; a decision asks for each candidate.
        if self.odds.is_empty() {
            return self.response_odds;
        }
        self.odds.get(&kind).copied().unwrap_or(self.response_odds)
    }

    /// How many times the odds that the model gives are those without an offer of this kind.
    #[inline]
    pub fn base_odds_of(&self, kind: Kind) -> f64 {
        if self.base_odds.is_empty() {
            return 1.0;
        }
        self.base_odds.get(&kind).copied().unwrap_or(1.0)
    }

    /// Where a number came from, by its name here, such as `"accept"` or `"odds.refill"`. Odds that
    /// a kind does not have are those of `"response_odds"`.
    pub fn source(&self, name: &str) -> Source {
        if self.learned.contains_key(name) {
            Source::Learned
        } else if self.given(name) {
            Source::Given
        } else if name.starts_with("odds.") && !self.has(name) {
            self.source("response_odds")
        } else {
            Source::Assumed
        }
    }

    /// Where the odds of a kind of offer came from.
    pub(crate) fn source_of_odds(&self, kind: Kind) -> Source {
        let own = self.odds.contains_key(&kind);
        if own { self.source(&Self::odds_name(kind)) } else { self.source("response_odds") }
    }

    fn has(&self, name: &str) -> bool {
        self.odds.keys().any(|&kind| Self::odds_name(kind) == name)
            || self.base_odds.keys().any(|&kind| Self::base_name(kind) == name)
    }

    /// True if the shop set this number: it is neither the default nor learned.
    pub(crate) fn given(&self, name: &str) -> bool {
        let default = Self::default();
        !self.learned.contains_key(name)
            && match name {
                "response_odds" => self.response_odds != default.response_odds,
                "accept" => self.accept != default.accept,
                "abandon" => self.abandon != default.abandon,
                "view_conversion" => self.view_conversion != default.view_conversion,
                "renewal" => self.renewal != default.renewal,
                "discount_response" => self.discount_response != default.discount_response,
                "second_unit" => self.second_unit != default.second_unit,
                "replaces" => self.replaces != default.replaces,
                "margin_rate" => self.margin_rate != default.margin_rate,
                name => self.has(name),
            }
    }

    pub(crate) fn odds_name(kind: Kind) -> String {
        format!("odds.{kind}")
    }

    pub(crate) fn base_name(kind: Kind) -> String {
        format!("base_odds.{kind}")
    }

    /// The least odds that an offer of a kind may add: of one product it makes no purchase less probable.
    pub(crate) fn least_odds(kind: Kind) -> f64 {
        if kind == Kind::Bundle { 0.001 } else { 1.0 }
    }

    pub(crate) fn learn_base(&mut self, kind: Kind, odds: f64, exposures: u64, prior: f64) {
        self.base_odds.insert(kind, odds);
        self.learn(&Self::base_name(kind), exposures, prior);
    }

    pub(crate) fn learn_odds(&mut self, kind: Kind, odds: f64, exposures: u64, prior: f64) {
        self.odds.insert(kind, odds);
        self.learn(&Self::odds_name(kind), exposures, prior);
    }

    /// Marks a number as learned from so many exposures and drawn to `prior`.
    pub(crate) fn learn(&mut self, name: &str, exposures: u64, prior: f64) {
        self.learned.insert(name.to_owned(), exposures);
        self.priors.insert(name.to_owned(), prior);
    }

    /// What is assumed of a number before anything is measured: the number itself, or what it was
    /// drawn to if it was learned.
    pub(crate) fn prior(&self, name: &str, value: f64) -> f64 {
        if !self.learned.contains_key(name) {
            return value;
        }
        self.priors.get(name).copied().unwrap_or_else(|| *Self::default().number_mut(name))
    }

    /// The same of the odds of a kind of offer, which are those of any if it has none of its own.
    pub(crate) fn prior_odds(&self, kind: Kind) -> f64 {
        let name = Self::odds_name(kind);
        if self.learned.contains_key(&name) {
            if let Some(&prior) = self.priors.get(&name) {
                return prior;
            }
        } else if let Some(&own) = self.odds.get(&kind) {
            return own;
        }
        self.prior("response_odds", self.response_odds)
    }

    /// The same of the odds that the model's are multiplied with.
    pub(crate) fn prior_base(&self, kind: Kind) -> f64 {
        let name = Self::base_name(kind);
        if self.learned.contains_key(&name) {
            return self.priors.get(&name).copied().unwrap_or(1.0);
        }
        self.base_odds_of(kind)
    }

    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let Some((path, node)) = top.node("assume") else { return Ok(()) };
        let mut known = NUMBERS.to_vec();
        known.insert(1, "odds");
        known.insert(2, "base_odds");
        let table = Reader::new("policy", &path, node, &known)?;
        for name in NUMBERS {
            let mut value = *self.number_mut(name);
            if let Some((exposures, prior)) = read_number(&table, name, &mut value)? {
                self.learned.insert(name.to_owned(), exposures);
                self.priors.extend(prior.map(|prior| (name.to_owned(), prior)));
            }
            *self.number_mut(name) = value;
        }
        type Name = fn(Kind) -> String;
        type Has = fn(Kind) -> bool;
        for (key, has, name, into) in [
            ("odds", has_odds as Has, Self::odds_name as Name, &mut self.odds),
            ("base_odds", has_base_odds, Self::base_name, &mut self.base_odds),
        ] {
            let Some((path, node)) = table.node(key) else { continue };
            let kinds = Kind::ALL.into_iter().filter(|&kind| has(kind));
            let codes: Vec<&str> = kinds.clone().map(Kind::code).collect();
            let odds = Reader::new("policy", &path, node, &codes)?;
            for kind in kinds.filter(|kind| odds.node(kind.code()).is_some()) {
                let mut value = 0.0;
                if let Some((exposures, prior)) = read_number(&odds, kind.code(), &mut value)? {
                    self.learned.insert(name(kind), exposures);
                    self.priors.extend(prior.map(|prior| (name(kind), prior)));
                }
                into.insert(kind, value);
            }
        }
        Ok(())
    }

    fn number_mut(&mut self, name: &str) -> &mut f64 {
        match name {
            "response_odds" => &mut self.response_odds,
            "accept" => &mut self.accept,
            "abandon" => &mut self.abandon,
            "view_conversion" => &mut self.view_conversion,
            "renewal" => &mut self.renewal,
            "discount_response" => &mut self.discount_response,
            "second_unit" => &mut self.second_unit,
            "replaces" => &mut self.replaces,
            _ => &mut self.margin_rate,
        }
    }

    pub(super) fn check(&self, ranges: &Ranges<'_>) -> Result<()> {
        ranges.number("assume.response_odds", self.response_odds, 1.0, 1000.0)?;
        for (&kind, &odds) in &self.odds {
            let path = format!("assume.{}", Self::odds_name(kind));
            if !has_odds(kind) {
                return Err(ranges.out(&path, "a kind that adds a product", kind.code()));
            }
            ranges.number(&path, odds, Self::least_odds(kind), 1000.0)?;
        }
        for (&kind, &odds) in &self.base_odds {
            let path = format!("assume.{}", Self::base_name(kind));
            if !has_base_odds(kind) {
                return Err(ranges.out(&path, "a kind of one added product", kind.code()));
            }
            ranges.number(&path, odds, 0.001, 1000.0)?;
        }
        ranges.number("assume.accept", self.accept, 0.0, 1.0)?;
        ranges.number("assume.abandon", self.abandon, 0.0, 1.0)?;
        ranges.number("assume.view_conversion", self.view_conversion, 0.0, 1.0)?;
        ranges.number("assume.renewal", self.renewal, 0.0, 1.0)?;
        ranges.number("assume.discount_response", self.discount_response, 0.0, 1000.0)?;
        ranges.number("assume.second_unit", self.second_unit, 0.0, 1.0)?;
        ranges.number("assume.replaces", self.replaces, 0.0, 1.0)?;
        ranges.number("assume.margin_rate", self.margin_rate, 0.0, 1.0)?;
        for (name, &prior) in &self.priors {
            let path = format!("assume.priors.{name}");
            if !self.learned.contains_key(name) {
                return Err(ranges.out(&path, "the name of a learned number", "another name"));
            }
            let (least, most) = if name.starts_with("base_odds.") || name == "odds.bundle" {
                (0.001, 1000.0)
            } else if name.starts_with("odds.") || name == "response_odds" {
                (1.0, 1000.0)
            } else if name == "discount_response" {
                (0.0, 1000.0)
            } else {
                (0.0, 1.0)
            };
            ranges.number(&path, prior, least, most)?;
        }
        for name in self.learned.keys() {
            if !NUMBERS.contains(&name.as_str()) && !self.has(name) {
                let path = format!("assume.learned.{name}");
                return Err(ranges.out(&path, "the name of a number in assume", "another name"));
            }
        }
        Ok(())
    }
}

/// Reads a number, or a table of it, of the exposures it was measured on and of what it was drawn to
/// (which need not be said); the latter two are returned.
pub(super) fn read_number(
    table: &Reader<'_>,
    key: &str,
    into: &mut f64,
) -> Result<Option<(u64, Option<f64>)>> {
    let Some((path, node)) = table.node(key) else { return Ok(None) };
    if !matches!(node.value, Value::Table(_)) {
        table.number(key, into)?;
        return Ok(None);
    }
    let learned = Reader::new("policy", &path, node, &["value", "exposures", "prior"])?;
    if learned.node("value").is_none() {
        return learned.missing("value", "a number");
    }
    learned.number("value", into)?;
    let mut prior = 0.0;
    learned.number("prior", &mut prior)?;
    let prior = learned.node("prior").map(|_| prior);
    let Some((path, node)) = learned.node("exposures") else {
        return learned.missing("exposures", "how many exposures it was measured on");
    };
    match &node.value {
        Value::Int(count) if u64::try_from(*count).is_ok() => Ok(Some((*count as u64, prior))),
        other => {
            let what = "a whole number of at least 0";
            Err(crate::decide::tree::expected(&path, node.line, what, other))
        }
    }
}

/// A number, with its exposures if it was learned.
#[derive(serde::Serialize)]
#[serde(untagged)]
pub(super) enum Number {
    Plain(f64),
    Learned {
        value: f64,
        exposures: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        prior: Option<f64>,
    },
}

impl serde::Serialize for Assume {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = |name: &str, value: f64| match self.learned.get(name) {
            Some(&exposures) => {
                Number::Learned { value, exposures, prior: self.priors.get(name).copied() }
            }
            None => Number::Plain(value),
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("response_odds", &number("response_odds", self.response_odds))?;
        map.serialize_entry("accept", &number("accept", self.accept))?;
        map.serialize_entry("abandon", &number("abandon", self.abandon))?;
        map.serialize_entry("view_conversion", &number("view_conversion", self.view_conversion))?;
        map.serialize_entry("renewal", &number("renewal", self.renewal))?;
        let response = number("discount_response", self.discount_response);
        map.serialize_entry("discount_response", &response)?;
        map.serialize_entry("second_unit", &number("second_unit", self.second_unit))?;
        map.serialize_entry("replaces", &number("replaces", self.replaces))?;
        map.serialize_entry("margin_rate", &number("margin_rate", self.margin_rate))?;
        if !self.odds.is_empty() {
            let odds: BTreeMap<&str, Number> = (self.odds.iter())
                .map(|(&kind, &odds)| (kind.code(), number(&Self::odds_name(kind), odds)))
                .collect();
            map.serialize_entry("odds", &odds)?;
        }
        if !self.base_odds.is_empty() {
            let odds: BTreeMap<&str, Number> = (self.base_odds.iter())
                .map(|(&kind, &odds)| (kind.code(), number(&Self::base_name(kind), odds)))
                .collect();
            map.serialize_entry("base_odds", &odds)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;

    #[test]
    fn sources_survive_both_texts() {
        let mut policy = Policy::default();
        policy.assume.accept = 0.08;
        policy.assume.learn_odds(Kind::Refill, 1.25, 700, 3.0);
        policy.assume.learn_base(Kind::Refill, 0.4, 300, 0.9);
        policy.assume.abandon = 0.02;
        policy.assume.learned.insert("abandon".to_owned(), 90);
        for read in [
            Policy::from_toml(&policy.to_toml()).unwrap(),
            Policy::from_json(&policy.to_json()).unwrap(),
        ] {
            assert_eq!(read, policy);
            assert_eq!(read.assume.source("accept"), Source::Given);
            assert_eq!(read.assume.prior_odds(Kind::Refill), 3.0);
            assert_eq!(read.assume.prior_base(Kind::Refill), 0.9);
            assert_eq!(read.assume.prior_base(Kind::Popular), 1.0);
            assert_eq!(read.assume.prior("abandon", read.assume.abandon), 0.01);
            assert_eq!(read.assume.prior("accept", read.assume.accept), 0.08);
            assert_eq!(read.assume.source("abandon"), Source::Learned);
            assert_eq!(read.assume.source("odds.refill"), Source::Learned);
            assert_eq!(read.assume.source("odds.popular"), Source::Assumed);
            assert_eq!(read.assume.odds_of(Kind::Refill), 1.25);
            assert_eq!(read.assume.base_odds_of(Kind::Refill), 0.4);
            assert_eq!(read.assume.base_odds_of(Kind::Popular), 1.0);
            assert_eq!(read.assume.source("base_odds.refill"), Source::Learned);
            assert_eq!(read.assume.odds_of(Kind::CrossSell), 1.5);
        }
        // A default that was measured is not a default any more.
        let text = r#"{"assume": {"accept": {"value": 0.05, "exposures": 9}}}"#;
        assert_eq!(Policy::from_json(text).unwrap().assume.source("accept"), Source::Learned);
    }

    #[test]
    fn complaints_name_the_key() {
        for (text, starts) in [
            ("assume.odds.up_sell = 2", "assume.odds.up_sell (line 1): unknown key"),
            ("assume.odds.refill = 0.5", "assume.odds.refill (line 1): expected a number from 1"),
            ("assume.accept = { value = 0.1 }", "assume.accept.exposures: missing"),
            ("assume.accept = { exposures = 1 }", "assume.accept.value: missing"),
            (
                "assume.accept = { value = 0.1, exposures = -1 }",
                "assume.accept.exposures (line 1): expected a whole number",
            ),
            ("assume.accept = { value = 2, exposures = 1 }", "assume.accept (line 1): expected a"),
            (
                "assume.accept = { value = 0.1, exposures = 1, prior = 2 }",
                "assume.priors.accept: expected a number from 0",
            ),
            ("assume.accept = true", "assume.accept (line 1): expected a number"),
        ] {
            let message = Policy::from_toml(text).unwrap_err().to_string();
            assert!(message.starts_with(starts), "{text}\n{message}");
        }
        let mut policy = Policy::default();
        policy.assume.odds.insert(Kind::UpSell, 2.0);
        assert!(policy.check().is_err());
        let mut policy = Policy::default();
        policy.assume.learned.insert("acept".to_owned(), 2);
        assert!(policy.check().is_err());
    }
}
