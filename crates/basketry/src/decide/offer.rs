//! One offer, with the numbers and the words behind it.

use std::fmt::Write as _;

use super::candidates::{Chosen, Detail, UpSellCandidate, base_probability, rests_on_view};
use super::reasons::Kind;
use super::request::Request;
use super::state::{Compiled, NONE, State};
use super::value;
use crate::affinity::scorer::Scored;
use crate::data::{Id, Money};

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
    /// What it costs now; of a contract, in each period.
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
    /// Price less cost in minor units; where the cost is not known, as assumed. Of a contract, in
    /// all its periods.
    pub margin: f64,
    /// The expected contribution of making this offer, in minor units.
    pub value: f64,
    /// The probability with which this offer was chosen for the slot. 1: nothing was left to
    /// chance.
    pub chosen_with: f64,
    /// The policy pins it to its slot.
    pub pinned: bool,
    /// Its kind only fills slots that others leave: the place of the kind in the policy's
    /// [`fallback`](crate::Policy::fallback) chain, from 1. 0: it holds its slot by its value.
    pub fallback: u32,
    /// Until when it is valid, milliseconds since 1970-01-01 UTC; `None`: without an end
    /// ([`ContactPolicy::valid_for_days`](crate::decide::ContactPolicy::valid_for_days)).
    pub valid_until: Option<i64>,
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
///   lower 2.5 % bound), `pair_baskets` and `pair_customers` (with both); a service likewise
/// - a contract besides: `term` (periods that price and cost recur)
/// - refill: `own_count` (purchases by this customer), `own_share` (time-decayed share of their
///   baskets), `days_since` (the last one), `expected_interval` (days between two)
/// - popular: `customers`, `baskets` (with the product)
/// - similar: `similarity` (what the customer's purchases add to it, the more the likelier),
///   `own_products` (how many of them do), `customers` (with the product)
/// - up-sell: `acceptance`, `abandonment` (shares of those who were to buy the base product),
///   `base_purchase` (the chance that it is bought), `base_price`, `base_margin` (minor units),
///   `own_line_purchases` (by this customer, among its variants); of a larger pack `pack`,
///   `base_pack` (contents), `unit_price` and `base_unit_price`
/// - all: `rating` (0 to 5), where the catalogue has one
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Evidence {
    /// What the number is.
    pub name: &'static str,
    /// The number.
    pub value: f64,
}

/// Makes offers of what was chosen.
pub(crate) struct Builder<'a> {
    pub(crate) state: &'a State,
    pub(crate) compiled: &'a Compiled,
    pub(crate) request: &'a Request,
}

impl Builder<'_> {
    pub(crate) fn offer(&self, chosen: &Chosen) -> Offer {
        let mut offer = match &chosen.detail {
            Detail::Added(scored) => self.added(chosen, scored),
            Detail::UpSell(up_sell) => self.up_sell(chosen, up_sell),
            Detail::Pinned(p0) => self.pinned(chosen, *p0),
        };
        if let Some(rating) = self.state.catalog.rating(chosen.outcome.key) {
            offer.evidence.push(Evidence { name: "rating", value: rating });
        }
        offer
    }

    /// The odds of a purchase when a product is offered, over those when it is not.
    fn odds(&self, key: u32) -> f64 {
        let policy = &self.compiled.policy;
        self.request.people.odds(policy, key, policy.assume.response_odds)
    }

    /// What is offered only because it is pinned.
    fn pinned(&self, chosen: &Chosen, p0: f64) -> Offer {
        let mut offer = self.plain(chosen, Kind::Popular);
        offer.base_probability = p0;
        offer.probability = value::offered(p0, self.odds(chosen.outcome.key));
        offer.assumed.insert(0, "response_odds");
        offer.why = "pinned to this slot by the policy".to_owned();
        offer
    }

    fn plain(&self, chosen: &Chosen, kind: Kind) -> Offer {
        let request = self.request;
        let key = chosen.outcome.key;
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
            value: chosen.outcome.value,
            chosen_with: chosen.chosen_with,
            pinned: chosen.pinned,
            fallback: match chosen.pinned {
                true => 0,
                false => self.compiled.stages[kind as usize].into(),
            },
            valid_until: request.people.valid_until(
                &self.compiled.policy,
                request.now_ms,
                key,
                kind,
            ),
            evidence: Vec::new(),
            assumed: if item.assumed { vec!["margin_rate"] } else { Vec::new() },
            why: String::new(),
        }
    }

    /// An offer that adds a product to the order.
    fn added(&self, chosen: &Chosen, scored: &Scored) -> Offer {
        let kind = chosen.outcome.kind.unwrap_or(Kind::Popular);
        let mut offer = self.plain(chosen, kind);
        let request = self.request;
        let viewed_only = request.viewed_only().map_or(NONE, |key| self.state.model_of(key));
        let policy = &self.compiled.policy;
        offer.base_probability = {
            let Scored { probability, because, .. } = *scored;
            base_probability(probability, kind, because, viewed_only, policy)
        };
        offer.probability = value::offered(offer.base_probability, self.odds(chosen.outcome.key));
        offer.assumed.insert(0, "response_odds");
        if !self.state.learned_segments[request.segment(scored) as usize] {
            offer.assumed.push("propensity");
        }
        match kind {
            Kind::CrossSell | Kind::Service => {
                if rests_on_view(kind, scored.because, viewed_only) {
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
                self.term(&mut offer, chosen.outcome.key);
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
            Kind::Similar => self.similar(&mut offer, scored),
            Kind::Popular => {
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
            // These are not of a single scored product.
            Kind::UpSell | Kind::Bundle | Kind::TopUp => {}
        }
        offer
    }

    /// Says what a contract earns in its periods.
    fn term(&self, offer: &mut Offer, key: u32) {
        let periods = self.state.catalog.term(key);
        if periods > 1 {
            offer.evidence.push(Evidence { name: "term", value: periods.into() });
            let _ = write!(offer.why, "; {} in each of {periods} periods", offer.price);
        }
    }

    fn similar(&self, offer: &mut Offer, scored: &Scored) {
        let state = self.state;
        let learned = state.model.learned();
        let situation = self.request.situation(&[]);
        let found = learned.similar_to_own(&situation, scored.product, usize::MAX);
        let customers = learned.products.customers.get(scored.product as usize);
        let total: f32 = found.iter().map(|from| from.amount).sum();
        offer.evidence = evidence([
            ("similarity", total.into()),
            ("own_products", found.len() as f64),
            ("customers", customers.copied().unwrap_or(0).into()),
        ]);
        let labels: Vec<String> = found
            .iter()
            .take(3)
            .map(|from| state.label(state.key_of_model(from.product)))
            .collect();
        offer.why = match &labels[..] {
            [] => "suits what the customer bought".to_owned(),
            [one] => format!("bought by customers who buy {one} as this one does"),
            [first @ .., last] => format!(
                "bought by customers who buy {} and {last} as this one does",
                first.join(", ")
            ),
        };
    }

    fn up_sell(&self, chosen: &Chosen, up_sell: &UpSellCandidate) -> Offer {
        let mut offer = self.plain(chosen, Kind::UpSell);
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
        let packs = state.catalog.pack(up_sell.base).zip(state.catalog.pack(chosen.outcome.key));
        let mut what = format!("a dearer variant of {}", state.label(up_sell.base));
        if let Some((from, to)) = packs.filter(|(from, to)| to > from) {
            let unit_prices = (offer.price.minor as f64 / to, base_price as f64 / from);
            offer.evidence.extend(evidence([
                ("pack", to),
                ("base_pack", from),
                ("unit_price", unit_prices.0),
                ("base_unit_price", unit_prices.1),
            ]));
            what = format!(
                "a larger pack than {}, {to} instead of {from},",
                state.label(up_sell.base)
            );
        }
        offer.why = format!(
            "{what} for {dearer} more: {} % are expected to take it, which earns {more} more each \
             time and outweighs {} % lost sales",
            percent(numbers.accept),
            percent(numbers.abandon)
        );
        self.term(&mut offer, chosen.outcome.key);
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
