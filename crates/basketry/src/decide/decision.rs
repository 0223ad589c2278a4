//! What was decided, with the numbers and reasons behind it.

use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;

use serde::ser::{SerializeMap, SerializeStruct, Serializer};

use super::candidates::{
    Outcome, Request, Scratch, UpSellCandidate, base_probability, rests_on_view,
};
use super::context::{Context, iso};
use super::reasons::{Kind, Reason};
use super::state::{Compiled, NONE, State};
use super::value;
use crate::affinity::scorer::Scored;
use crate::data::{Id, IdRef, Money, NO_CODE};

/// How many suppressed candidates [`Decision::to_json`] lists: those with the greatest chance of
/// being bought. [`Decision::suppressed`] has all of them.
pub const LOGGED_SUPPRESSED: usize = 50;

/// One offer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Offer {
    /// The kind of offer.
    pub kind: Kind,
    /// The products offered. One, for the kinds there are now.
    pub products: Vec<Id>,
    /// The name of the product, if the catalogue has names.
    pub name: Option<String>,
    /// What it costs now.
    pub price: Money,
    /// What is taken off the price. Nothing, for the kinds there are now.
    pub discount: Money,
    /// Of a cross-sell: the product in the basket or viewed that it goes with. Of an up-sell:
    /// the product in whose place it is offered.
    pub base_product: Option<Id>,
    /// The chance that it is bought in this order if it is offered. Of an up-sell: that it is
    /// taken in place of the base product.
    pub probability: f64,
    /// The chance that it is bought in this order if it is not offered, as learned. Of an
    /// up-sell 0: without the offer the base product is bought.
    pub base_probability: f64,
    /// Price less cost in minor units; where the cost is not known, as assumed.
    pub margin: f64,
    /// The expected contribution of making this offer, in minor units.
    pub value: f64,
    /// The probability with which this offer was chosen for the slot. 1: nothing was left to
    /// chance.
    pub chosen_with: f64,
    /// The numbers behind it.
    pub evidence: Vec<Evidence>,
    /// What stood in for what is not known: settings of [`Assume`](crate::decide::Assume) by
    /// name, and `"propensity"` where the model had too few orders to learn chances for
    /// customers like this one, so that the chance is only popularity times lift.
    pub assumed: Vec<&'static str>,
    /// The reason in plain words.
    pub why: String,
}

/// A number behind an offer.
///
/// - cross-sell: `lift_low` (how many times as often as by chance the two sell together: the
///   lower 2.5 % bound), `pair_baskets` and `pair_customers` (with both)
/// - refill: `own_count` (purchases by this customer), `own_share` (time-decayed share of their
///   baskets), `days_since` (the last one), `expected_interval` (days between two)
/// - popular: `customers`, `baskets` (with the product)
/// - up-sell: `acceptance`, `abandonment` (shares of those who were to buy the base product),
///   `base_purchase` (the chance that it is bought), `base_price`, `base_margin` (minor units),
///   `own_line_purchases` (by this customer, among its variants)
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Evidence {
    /// What the number is.
    pub name: &'static str,
    /// The number.
    pub value: f64,
}

/// A candidate that was not offered.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Suppressed {
    /// The product.
    pub product: Id,
    /// Why it is not offered.
    pub reason: Reason,
    /// The kind of offer it would have been, if it came so far.
    pub kind: Option<Kind>,
    /// The learned chance that it is bought in this order without an offer; of a product that
    /// was considered as an up-sell only, the chance that it is taken if offered.
    pub probability: f64,
    /// Its value in minor units, if it was computed.
    pub value: Option<f64>,
}

/// The answer of [`Decision::why_not`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WhyNot {
    /// The product asked for.
    pub product: Id,
    /// Why it is not offered; `None` if it is.
    pub reason: Option<Reason>,
    /// The answer in plain words.
    pub text: String,
}

/// Ordered offers, perhaps none, and everything needed to say why.
#[derive(Clone)]
pub struct Decision {
    offers: Vec<Offer>,
    state: Arc<State>,
    compiled: Arc<Compiled>,
    context: Context,
    customer_known: bool,
    basket: Vec<u32>,
    viewed: Option<u32>,
    outcomes: Vec<Outcome>,
    warnings: Vec<String>,
}

/// Builds the decision from the outcomes of which `chosen` are offered.
pub(crate) fn assemble(
    state: Arc<State>,
    compiled: Arc<Compiled>,
    context: &Context,
    request: Request,
    scratch: &Scratch,
    chosen: &[u32],
) -> Decision {
    let viewed_only = request.viewed_only().map_or(NONE, |key| state.model_of(key));
    let offers = chosen
        .iter()
        .map(|&i| {
            let outcome = &scratch.outcomes[i as usize];
            let builder = Builder { state: &state, compiled: &compiled, outcome };
            let up_sell = scratch.up_sells.iter().find(|held| held.outcome == i);
            match (up_sell, scratch.scored.get(i as usize)) {
                (Some(up_sell), _) => builder.up_sell(up_sell),
                (None, scored) => builder.added(scored, &request, viewed_only),
            }
        })
        .collect();
    let mut warnings = compiled.warnings.clone();
    if let (Some(wanted), Some(got)) = (&compiled.policy.placement, &context.placement)
        && wanted != got
    {
        warnings.push(format!(
            "placement: the policy is for {wanted:?}, but the context is for {got:?}"
        ));
    }
    warnings.extend(request.warnings);
    Decision {
        offers,
        context: context.clone(),
        customer_known: request.customer.is_some(),
        basket: request.basket,
        viewed: request.viewed,
        outcomes: scratch.outcomes.clone(),
        warnings,
        state,
        compiled,
    }
}

/// Makes an offer of an outcome.
struct Builder<'a> {
    state: &'a State,
    compiled: &'a Compiled,
    outcome: &'a Outcome,
}

impl Builder<'_> {
    fn offer(&self, kind: Kind) -> Offer {
        let key = self.outcome.key;
        let item = &self.compiled.items[key as usize];
        let currency = self.state.catalog.currency();
        Offer {
            kind,
            products: vec![self.state.id(key)],
            name: self.state.name(key).map(str::to_owned),
            price: Money { minor: self.state.catalog.price[key as usize], currency },
            discount: Money { minor: 0, currency },
            base_product: None,
            probability: 0.0,
            base_probability: 0.0,
            margin: item.margin,
            value: self.outcome.value,
            chosen_with: 1.0,
            evidence: Vec::new(),
            assumed: if item.assumed { vec!["margin_rate"] } else { Vec::new() },
            why: String::new(),
        }
    }

    /// An offer that adds a product to the order.
    fn added(&self, scored: Option<&Scored>, request: &Request, viewed_only: u32) -> Offer {
        let kind = self.outcome.kind.unwrap_or(Kind::Popular);
        let mut offer = self.offer(kind);
        let Some(scored) = scored else { return offer };
        let policy = &self.compiled.policy;
        offer.base_probability = base_probability(scored, kind, viewed_only, policy);
        offer.probability = value::offered(offer.base_probability, policy.assume.response_odds);
        offer.assumed.insert(0, "response_odds");
        if !self.state.learned_segments[request.segment(scored) as usize] {
            offer.assumed.push("propensity");
        }
        match kind {
            Kind::CrossSell => {
                if rests_on_view(scored, kind, viewed_only) {
                    offer.assumed.insert(1, "view_conversion");
                }
                let base = self.state.key_of_model(scored.because);
                offer.base_product = Some(self.state.id(base));
                let lift = f64::from(scored.log_lift).exp();
                offer.evidence = evidence([
                    ("lift_low", lift),
                    ("pair_baskets", scored.pair_baskets.into()),
                    ("pair_customers", scored.pair_customers.into()),
                ]);
                offer.why = format!(
                    "bought with {} in {} baskets by {} customers, at least {} times as often as \
                     by chance",
                    self.state.label(base),
                    scored.pair_baskets,
                    scored.pair_customers,
                    times(lift)
                );
            }
            Kind::Refill => {
                offer.evidence = evidence([
                    ("own_count", scored.own_count.into()),
                    ("own_share", scored.own_share.into()),
                    ("days_since", scored.days_since.into()),
                    ("expected_interval", scored.expected_interval.into()),
                ]);
                let interval = days(scored.expected_interval);
                let last = ago(scored.days_since);
                offer.why = if scored.own_count == 1 {
                    format!("bought once, {last}; usually bought again after about {interval}: due")
                } else {
                    format!(
                        "bought {} times, about every {interval}, last {last}: due",
                        scored.own_count
                    )
                };
            }
            Kind::Popular | Kind::UpSell => {
                let learned = self.state.model.learned();
                let of = |column: &[u32]| column.get(scored.product as usize).copied().unwrap_or(0);
                let customers = of(learned.products.customers);
                offer.evidence = evidence([
                    ("customers", customers.into()),
                    ("baskets", of(learned.products.baskets).into()),
                ]);
                offer.why = format!(
                    "popular: bought by {customers} customers; nothing more particular was left \
                     for this slot"
                );
            }
        }
        offer
    }

    fn up_sell(&self, up_sell: &UpSellCandidate) -> Offer {
        let mut offer = self.offer(Kind::UpSell);
        let state = self.state;
        let numbers = &up_sell.numbers;
        let base = up_sell.base as usize;
        let base_price = state.catalog.price[base];
        let currency = offer.price.currency;
        offer.base_product = Some(state.id(up_sell.base));
        offer.probability = numbers.base_purchase * numbers.accept;
        let mut assumed = vec!["accept", "abandon"];
        if numbers.base_purchase < 1.0 {
            assumed.push("view_conversion");
        }
        if self.compiled.items[base].assumed || !offer.assumed.is_empty() {
            assumed.push("margin_rate");
        }
        offer.assumed = assumed;
        offer.evidence = evidence([
            ("acceptance", numbers.accept),
            ("abandonment", numbers.abandon),
            ("base_purchase", numbers.base_purchase),
            ("base_price", base_price as f64),
            ("base_margin", numbers.base_margin),
            ("own_line_purchases", up_sell.own_purchases),
        ]);
        let dearer = Money { minor: offer.price.minor - base_price, currency };
        let more = Money { minor: (numbers.margin - numbers.base_margin).round() as i64, currency };
        offer.why = format!(
            "a dearer variant of {} for {dearer} more: {} % are expected to take it, which earns \
             {more} more each time and outweighs {} % lost sales",
            state.label(up_sell.base),
            percent(numbers.accept),
            percent(numbers.abandon)
        );
        offer
    }
}

fn evidence<const N: usize>(numbers: [(&'static str, f64); N]) -> Vec<Evidence> {
    numbers.map(|(name, value)| Evidence { name, value }).to_vec()
}

/// A lower bound in words: rounded down.
fn times(lift: f64) -> String {
    let step = if lift < 2.0 { 100.0 } else { 10.0 };
    let floor = (lift * step).floor() / step;
    if lift >= 20.0 { format!("{}", lift.floor()) } else { format!("{floor}") }
}

fn percent(share: f64) -> f64 {
    (share * 1000.0).round() / 10.0
}

fn days(days: f32) -> String {
    match days.round() {
        d if d <= 1.0 => "1 day".to_owned(),
        d => format!("{d} days"),
    }
}

fn ago(days: f32) -> String {
    match days.floor() {
        d if d < 1.0 => "today".to_owned(),
        d if d < 2.0 => "yesterday".to_owned(),
        d => format!("{d} days ago"),
    }
}

impl Decision {
    /// The offers, the most valuable first. Empty if nothing is worth offering.
    pub fn offers(&self) -> &[Offer] {
        &self.offers
    }

    /// The number of offers.
    pub fn len(&self) -> usize {
        self.offers.len()
    }

    /// True if nothing is offered.
    pub fn is_empty(&self) -> bool {
        self.offers.is_empty()
    }

    /// The offers, the most valuable first.
    pub fn iter(&self) -> std::slice::Iter<'_, Offer> {
        self.offers.iter()
    }

    /// The expected contribution of all offers, in minor units; 0 if nothing is offered.
    pub fn value(&self) -> f64 {
        self.offers.iter().map(|offer| offer.value).sum()
    }

    /// The model's id, 32 hexadecimal digits.
    pub fn model_id(&self) -> String {
        self.state.model.id_hex()
    }

    /// Sixteen hexadecimal digits that stand for the catalogue's content.
    pub fn catalog_version(&self) -> &str {
        &self.state.catalog_version
    }

    /// The policy's name.
    pub fn policy_name(&self) -> &str {
        &self.compiled.policy.name
    }

    /// The policy's version ([`Policy::version`](crate::Policy::version)).
    pub fn policy_version(&self) -> &str {
        &self.compiled.version
    }

    /// The customer, if the context named one.
    pub fn customer(&self) -> Option<IdRef<'_>> {
        self.context.customer.as_ref().map(Id::as_ref)
    }

    /// True if the model knows the customer; others are treated as new.
    pub fn customer_known(&self) -> bool {
        self.customer_known
    }

    /// Where the offers are shown: the context's placement, or the policy's.
    pub fn placement(&self) -> Option<&str> {
        self.context.placement.as_deref().or(self.compiled.policy.placement.as_deref())
    }

    /// The time of the request, milliseconds since 1970-01-01 UTC.
    pub fn now_ms(&self) -> i64 {
        self.context.now_ms
    }

    /// The seed of the request.
    pub fn seed(&self) -> u64 {
        self.context.seed
    }

    /// What was not as it should be: unknown products, orders that were left out, exclusions that
    /// match nothing, costs that are assumed.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// How many candidates were suppressed for each reason, in the order of
    /// [`Reason::ALL`], without those that have none.
    pub fn suppressed_counts(&self) -> Vec<(Reason, u32)> {
        let mut counts = [0u32; Reason::ALL.len()];
        for reason in self.outcomes.iter().filter_map(|outcome| outcome.reason) {
            counts[reason as usize] += 1;
        }
        Reason::ALL
            .into_iter()
            .filter(|&reason| counts[reason as usize] > 0)
            .map(|reason| (reason, counts[reason as usize]))
            .collect()
    }

    /// All candidates that were not offered, those with the greatest chance of being bought
    /// first. What was no candidate (what is in the basket, or what nothing points to) is not
    /// among them; [`why_not`](Self::why_not) answers for any product.
    pub fn suppressed(&self) -> Vec<Suppressed> {
        self.ranked().into_iter().map(|outcome| self.suppressed_of(outcome)).collect()
    }

    fn ranked(&self) -> Vec<&Outcome> {
        let mut ranked: Vec<&Outcome> =
            self.outcomes.iter().filter(|outcome| outcome.reason.is_some()).collect();
        ranked.sort_unstable_by(|a, b| {
            b.probability.total_cmp(&a.probability).then(a.key.cmp(&b.key))
        });
        ranked
    }

    fn suppressed_of(&self, outcome: &Outcome) -> Suppressed {
        Suppressed {
            product: self.state.id(outcome.key),
            reason: outcome.reason.unwrap_or(Reason::Outranked),
            kind: outcome.kind,
            probability: outcome.probability.into(),
            value: (!outcome.value.is_nan()).then_some(outcome.value),
        }
    }

    /// Why a product is not among the offers. Answers for any id, candidate or not.
    pub fn why_not<'a>(&self, product: impl Into<IdRef<'a>>) -> WhyNot {
        let id = product.into();
        let answer =
            |reason: Option<Reason>, text: String| WhyNot { product: id.to_owned(), reason, text };
        let Some(key) = self.state.key(id) else {
            let kind = self.state.product_kind();
            let mut text = format!("{id} is not offered: {}", Reason::UnknownProduct.text());
            if id.kind() != kind {
                let _ = write!(text, " (the product ids are {})", kind.plural());
            }
            return answer(Some(Reason::UnknownProduct), text);
        };
        let label = match self.state.name(key) {
            Some(name) => format!("{id} (\"{name}\")"),
            None => id.to_string(),
        };
        if let Some(offer) = self.offers.iter().find(|offer| offer.products[0].as_ref() == id) {
            return answer(None, format!("{label} is offered: {}", offer.why));
        }
        let reason = if self.basket.contains(&key) {
            Reason::InBasket
        } else if self.viewed == Some(key) {
            Reason::Viewed
        } else if let Some(reason) =
            self.outcomes.iter().find(|outcome| outcome.key == key).and_then(|o| o.reason)
        {
            reason
        } else {
            match self.state.in_catalog(key) {
                None => Reason::NotInCatalogue,
                Some(c) => self.never(c).unwrap_or(Reason::NoEvidence),
            }
        };
        let mut text = format!("{label} is not offered: {}", reason.text());
        self.detail(&mut text, key, reason);
        answer(Some(reason), text)
    }

    /// Why a catalogue product that was no candidate could not have been offered either.
    fn never(&self, c: usize) -> Option<Reason> {
        let item = &self.compiled.items[c];
        if item.never.is_some() {
            return item.never;
        }
        if item.line == NO_CODE || self.compiled.policy.allow_variants {
            return None;
        }
        let same_line = |key: u32| {
            self.state
                .in_catalog(key)
                .is_some_and(|other| self.compiled.items[other].line == item.line)
        };
        if self.basket.iter().any(|&key| same_line(key)) {
            Some(Reason::VariantInBasket)
        } else if self.viewed.is_some_and(same_line) {
            Some(Reason::VariantOfViewed)
        } else {
            None
        }
    }

    /// Adds the numbers that make a reason clear.
    fn detail(&self, text: &mut String, key: u32, reason: Reason) {
        let policy = &self.compiled.policy;
        let currency = self.state.catalog.currency();
        let money = |minor| Money { minor, currency };
        // Writing to a string cannot fail.
        let _ = match (reason, self.outcomes.iter().find(|outcome| outcome.key == key)) {
            (Reason::PriceWindow, _) => {
                let bound =
                    |bound: Option<i64>| bound.map_or("any".into(), |b| money(b).to_string());
                write!(
                    text,
                    " ({}; allowed: {} to {})",
                    money(self.state.catalog.price[key as usize]),
                    bound(policy.price.min),
                    bound(policy.price.max)
                )
            }
            (Reason::MarginNotPositive, _) => {
                write!(
                    text,
                    " ({} minor units)",
                    significant(self.compiled.items[key as usize].margin)
                )
            }
            (Reason::BelowMinValue, Some(outcome)) => write!(
                text,
                " ({} against {} minor units)",
                significant(outcome.value),
                significant(policy.min_value)
            ),
            (Reason::Outranked | Reason::KindLimit | Reason::LineLimit, Some(outcome)) => {
                let kind = outcome.kind.map_or("", Kind::code);
                write!(text, " ({kind}, worth {} minor units)", significant(outcome.value))
            }
            _ => Ok(()),
        };
    }

    /// The decision as one line of JSON: the log entry from which it can be replayed.
    ///
    /// The same decision gives the same bytes everywhere. Keys, always all of them and in this
    /// order: `model`, `catalog`, `policy`, `policy_version`, `placement`, `now` (ISO 8601, UTC),
    /// `now_ms`, `customer`, `customer_known`, `basket`, `viewed`, `orders_since`, `seed`,
    /// `currency`, `offers`, `value`, `suppressed_counts`, `suppressed`, `warnings`. Ids keep
    /// their type. Numbers that are not counts or times are rounded to six significant digits;
    /// money is in minor units. `suppressed` lists the [`LOGGED_SUPPRESSED`] candidates with the
    /// greatest chance of being bought; `suppressed_counts` counts all.
    pub fn to_json(&self) -> String {
        // Nothing here has keys that are not strings, and no writer can fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Six significant digits.
fn significant(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return 0.0;
    }
    format!("{value:.5e}").parse().unwrap_or(value)
}

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
            let value = significant(evidence.value);
            // Counts print as whole numbers.
            if value.fract() == 0.0 && value.abs() < 1e15 {
                map.serialize_entry(evidence.name, &(evidence.value as i64))?;
            } else {
                map.serialize_entry(evidence.name, &value)?;
            }
        }
        map.end()
    }
}

impl serde::Serialize for Offer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut s = serializer.serialize_struct("Offer", 14)?;
        s.serialize_field("kind", &self.kind)?;
        s.serialize_field("products", &self.products)?;
        s.serialize_field("name", &self.name)?;
        s.serialize_field("price", &self.price.minor)?;
        s.serialize_field("discount", &self.discount.minor)?;
        s.serialize_field("base_product", &self.base_product)?;
        s.serialize_field("probability", &significant(self.probability))?;
        s.serialize_field("base_probability", &significant(self.base_probability))?;
        s.serialize_field("margin", &significant(self.margin))?;
        s.serialize_field("value", &significant(self.value))?;
        s.serialize_field("chosen_with", &significant(self.chosen_with))?;
        s.serialize_field("evidence", &Numbers(&self.evidence))?;
        s.serialize_field("assumed", &self.assumed)?;
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
        s.serialize_field("probability", &significant(self.probability))?;
        s.serialize_field("value", &self.value.map(significant))?;
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
        let mut s = serializer.serialize_struct("Decision", 19)?;
        s.serialize_field("model", &self.model_id())?;
        s.serialize_field("catalog", self.catalog_version())?;
        s.serialize_field("policy", self.policy_name())?;
        s.serialize_field("policy_version", self.policy_version())?;
        s.serialize_field("placement", &self.placement())?;
        s.serialize_field("now", &iso(self.context.now_ms))?;
        s.serialize_field("now_ms", &self.context.now_ms)?;
        s.serialize_field("customer", &self.context.customer)?;
        s.serialize_field("customer_known", &self.customer_known)?;
        s.serialize_field("basket", &self.context.basket)?;
        s.serialize_field("viewed", &self.context.viewed)?;
        s.serialize_field("orders_since", &self.context.orders_since)?;
        s.serialize_field("seed", &self.context.seed)?;
        s.serialize_field("currency", self.state.catalog.currency().code())?;
        s.serialize_field("offers", &self.offers)?;
        s.serialize_field("value", &significant(self.value()))?;
        s.serialize_field("suppressed_counts", &Counts(&self.suppressed_counts()))?;
        s.serialize_field("suppressed", &suppressed)?;
        s.serialize_field("warnings", &self.warnings)?;
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

/// Prints like `cross_sell "4711" (Butter 250 g) at 2.49 EUR, worth 0.0320 EUR: bought with ...`.
impl fmt::Display for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        for product in &self.products {
            write!(f, " {product}")?;
        }
        if let Some(name) = &self.name {
            write!(f, " ({name})")?;
        }
        let digits = self.price.currency.digits() as usize;
        let value = self.value / self.price.currency.scale() as f64;
        write!(
            f,
            " at {}, worth {value:.*} {}: {}",
            self.price,
            digits + 2,
            self.price.currency,
            self.why
        )
    }
}

/// Prints one line for the request, one for each offer, and one for what was suppressed.
impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.policy_name(), iso(self.context.now_ms))?;
        match (&self.context.customer, self.customer_known) {
            (Some(customer), true) => write!(f, " for customer {customer}")?,
            (Some(customer), false) => {
                write!(f, " for customer {customer}, whom the model does not know")?;
            }
            (None, _) => write!(f, " for nobody known")?,
        }
        match self.offers.len() {
            0 => writeln!(f, ": nothing is worth offering")?,
            1 => writeln!(f, ": 1 offer")?,
            n => writeln!(f, ": {n} offers")?,
        }
        for (i, offer) in self.offers.iter().enumerate() {
            writeln!(f, "{:>3}. {offer}", i + 1)?;
        }
        let counts = self.suppressed_counts();
        if !counts.is_empty() {
            write!(f, "  suppressed:")?;
            for (i, (reason, count)) in counts.iter().enumerate() {
                write!(f, "{} {count} {reason}", if i == 0 { "" } else { "," })?;
            }
            writeln!(f)?;
        }
        for warning in &self.warnings {
            writeln!(f, "  warning: {warning}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decision")
            .field("policy", &self.policy_name())
            .field("context", &self.context)
            .field("offers", &self.offers)
            .finish_non_exhaustive()
    }
}
