//! One offer, with the numbers and the words behind it.

use super::candidates::{Chosen, Detail, UpSellCandidate, base_probability};
use super::follow_up::FollowUp;
use super::reasons::{Kind, Source};
use super::request::Request;
use super::state::{Compiled, NONE, State};
use super::texts::Form;
use super::value;
use crate::affinity::scorer::Scored;
use crate::affinity::views::DAY_MS;
use crate::data::{Id, Money};

/// One offer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Offer {
    /// The kind of offer.
    pub kind: Kind,
    /// The products offered. One, but of a bundle the main product and what goes with it, of a
    /// second unit the product twice, of a top-up one or two.
    pub products: Vec<Id>,
    /// The name of the product, if the catalogue has names; of several their names, with " + "
    /// between them.
    pub name: Option<String>,
    /// What it costs now; of a contract, in each period; of several products together.
    pub price: Money,
    /// What is taken off the price. Only bundles and second units have a discount.
    pub discount: Money,
    /// How the discount falls on each of `products`, in their order, adding up to it; empty without
    /// a discount. It is in proportion to the prices, and what rounding leaves falls on the dearest.
    pub allocation: Vec<Money>,
    /// Of a cross-sell: the product in the basket or viewed that it goes with. Of an up-sell:
    /// the product in whose place it is offered. Of a bundle: the main product, which is among
    /// `products` too.
    pub base_product: Option<Id>,
    /// The chance that it is bought in this order if it is offered. Of an up-sell: that it is
    /// taken in place of the base product. Of several products: that all of them are bought. What all
    /// of them are bought with is not learned but taken from the chances of each: of the products
    /// added, those who would buy the least probable one are taken to be among those who would buy
    /// each of the others, so that the chance of all is that of the least probable one, the greatest
    /// that it can be.
    pub probability: f64,
    /// The chance that it is bought in this order if it is not offered, as learned. Of an
    /// up-sell 0: without the offer the base product is bought.
    pub base_probability: f64,
    /// Price less cost in minor units; where the cost is not known, as assumed. Of a contract, in
    /// all its periods; of several products together, before the discount.
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
    /// name as far as they are neither given nor learned, and `"propensity"` where the model had too
    /// few orders to learn chances for customers like this one, so that the chance is only
    /// popularity times lift.
    pub assumed: Vec<&'static str>,
    /// The numbers that the value rests on, and where each came from.
    pub sources: Vec<Sourced>,
    /// The reason in plain words.
    pub why: String,
    /// How it is printed.
    pub(crate) form: Form,
}

/// Where a number that an offer's value rests on came from: `base_probability`, `margin`,
/// `base_margin` (of an up-sell), or a setting of [`Assume`](crate::decide::Assume) by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sourced {
    /// What the number is.
    pub name: &'static str,
    /// Where it came from.
    pub source: Source,
}

/// A number behind an offer.
///
/// - cross-sell: `lift_low` (how many times as often as by chance the two sell together: the
///   lower 2.5 % bound), `pair_baskets` and `pair_customers` (with both); a service likewise
/// - a contract besides: `term` (periods that price and cost recur)
/// - refill: `own_count` (purchases by this customer), `own_share` (time-decayed share of their
///   baskets), `days_since` (the last one), `expected_interval` (days between two), `due_in_days`
///   (days until it is over, below 0 if it is), `due_at_ms` (when that is)
/// - after an order: `follow_up_low` (how many times as many customers buy it afterwards as would
///   by chance: the lower 2.5 % bound), `follow_up_customers` (who did)
/// - popular: `customers`, `baskets` (with the product)
/// - similar: `similarity` (what the customer's purchases add to it, the more the likelier),
///   `own_products` (how many of them do), `customers` (with the product)
/// - up-sell: `acceptance`, `abandonment` (shares of those who were to buy the base product),
///   `base_purchase` (the chance that it is bought), `base_price`, `base_margin` (minor units),
///   `own_line_purchases` (by this customer, among its variants), `receptiveness` (how many times
///   likelier than others the customer is to take it, by these); of a larger pack `pack`,
///   `base_pack` (contents), `unit_price` and `base_unit_price`; of a contract that the customer
///   has `ends_in_days`
/// - top-up: `threshold`, `basket` (what it is worth), `gap` (what is missing), `cost` (that the
///   shop bears once the threshold is reached), `added_margin` (what the products are expected to
///   add before that cost; all in minor units), `reached`, `reached_anyway` (the chance that the
///   products reach the threshold if they are offered, and if not: the cost counts as often as the
///   first exceeds the second), and `until_ms` if it ends
/// - bundle: `main_purchase` (the chance that the main product is bought), `discount_share` (of the
///   price of all of it, which customers respond to), `break_even_discount` (in minor units: the
///   discount at which as many sales would earn nothing more); of a second unit
///   `unit_discount_share` (of that unit's price)
/// - all: `rating` (0 to 5), where the catalogue has one
/// - those of one product, where the policy corrects the model's chances for this kind: `base_odds` (how
///   many times the odds that the model gives are those of `base_probability`); of a bundle and of one
///   product as a top-up by the kind that its least probable product would be offered as alone, always:
///   `base_odds_cross_sell`, `base_odds_service`, `base_odds_refill`, `base_odds_popular` or
///   `base_odds_similar`
/// - all but two products as a top-up, after earlier contacts: `pressure` (the sum of these, each worth
///   half after the half-life), `ignored` (unrewarded impressions of the product, of a bundle the main one,
///   that still count), `response` (the part of what the offer adds that both leave), as far as they are
///   not 0, 0 and 1
/// - any of these, where the policy allows variants of what is in the basket: `cannibalised` (the part
///   of the basket's margin that an additional purchase is thought to take away, in minor units)
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
            Detail::After(scored, follow_up) => self.after(chosen, scored, follow_up),
            Detail::UpSell(up_sell) => self.up_sell(chosen, up_sell),
            Detail::Pinned(p0) => self.pinned(chosen, *p0),
            Detail::Set(set) => self.set(chosen, set),
        };
        if let Some(rating) = self.state.catalog.rating(chosen.outcome.key) {
            offer.evidence.push(Evidence { name: "rating", value: rating });
        }
        // What the odds of the offer go by.
        let of = match &chosen.detail {
            Detail::Set(set) if set.base != NONE => Some(set.base),
            Detail::Set(set) if set.added().len() > 1 => None,
            _ => Some(chosen.outcome.key),
        };
        if let Some(key) = of {
            self.past(&mut offer, key);
        }
        let base = match &chosen.detail {
            Detail::UpSell(up_sell) => Some(up_sell.base),
            _ => None,
        };
        self.find_sources(&mut offer, chosen.outcome.key, base);
        offer
    }

    /// The odds of a purchase when a product is offered, over those when it is not.
    fn odds(&self, key: u32, kind: Kind) -> f64 {
        let policy = &self.compiled.policy;
        self.request.people.odds(policy, key, policy.assume.odds_of(kind))
    }

    /// Says what earlier contacts do to it.
    fn past(&self, offer: &mut Offer, key: u32) {
        let people = &self.request.people;
        let response = people.response(&self.compiled.policy, key);
        for (name, value, without) in [
            ("pressure", people.pressure, 0.0),
            ("ignored", f64::from(people.ignored(key)), 0.0),
            ("response", response, 1.0),
        ] {
            if value != without {
                offer.evidence.push(Evidence { name, value });
            }
        }
    }

    /// What is offered only because it is pinned.
    fn pinned(&self, chosen: &Chosen, p0: f64) -> Offer {
        let mut offer = self.plain(chosen, Kind::Popular);
        offer.base_probability = p0;
        offer.probability = value::offered(p0, self.odds(chosen.outcome.key, Kind::Popular));
        offer.assumed.insert(0, "response_odds");
        offer.why = self.compiled.policy.texts.say("pinned", &[]);
        offer
    }

    /// Says where the numbers came from. What the makers of offers list as assumed are the settings
    /// that they used: some of these may be given or learned. `base` is what an up-sell replaces.
    fn find_sources(&self, offer: &mut Offer, key: u32, base: Option<u32>) {
        let assume = &self.compiled.policy.assume;
        // A second unit is no set of several products, whose odds the kind has.
        let of_kind = !matches!(&*offer.products, [one, other] if one == other);
        let source = |used: &str| match used {
            "propensity" => Source::Assumed,
            "response_odds" if of_kind => assume.source_of_odds(offer.kind),
            name => assume.source(name),
        };
        let margin = |assumed: bool| if assumed { source("margin_rate") } else { Source::Given };
        let of_base = base.is_some_and(|base| self.compiled.items[base as usize].assumed);
        // Of an up-sell each of the two products may be the one whose cost is not known.
        let own = match base {
            Some(_) => self.compiled.items[key as usize].assumed,
            None => offer.assumed.contains(&"margin_rate"),
        };
        // What the model does not know is offered only where it is pinned.
        let learned = offer.base_probability > 0.0 && !offer.assumed.contains(&"propensity");
        let chance = if learned { Source::Learned } else { Source::Assumed };
        let mut sources = Vec::with_capacity(offer.assumed.len() + 2);
        if offer.kind == Kind::UpSell {
            sources.push(Sourced { name: "base_margin", source: margin(of_base) });
        } else {
            sources.push(Sourced { name: "base_probability", source: chance });
        }
        sources.push(Sourced { name: "margin", source: margin(own) });
        sources.extend(
            (offer.assumed.iter())
                .filter(|&&name| name != "propensity" && name != "margin_rate")
                .map(|&name| Sourced { name, source: source(name) }),
        );
        let mut assumed = std::mem::take(&mut offer.assumed);
        assumed.retain(|name| source(name) == Source::Assumed);
        offer.assumed = assumed;
        offer.sources = sources;
    }

    pub(super) fn plain(&self, chosen: &Chosen, kind: Kind) -> Offer {
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
            allocation: Vec::new(),
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
            sources: Vec::new(),
            why: String::new(),
            form: self.compiled.policy.texts.form("offer_line"),
        }
    }

    /// An offer that adds a product to the order.
    fn added(&self, chosen: &Chosen, scored: &Scored) -> Offer {
        let kind = chosen.outcome.kind.unwrap_or(Kind::Popular);
        let mut offer = self.plain(chosen, kind);
        let request = self.request;
        let policy = &self.compiled.policy;
        let texts = &policy.texts;
        offer.base_probability = base_probability(scored.probability, kind, policy);
        offer.probability =
            value::offered(offer.base_probability, self.odds(chosen.outcome.key, kind));
        offer.assumed.insert(0, "response_odds");
        if request.rests_on_view(self.state) {
            offer.assumed.insert(1, "view_conversion");
        }
        let stake = request.at_stake(self.compiled, chosen.outcome.key);
        if stake > 0.0 {
            offer.assumed.push("replaces");
        }
        if !self.state.learned_segments[request.segment(scored) as usize] {
            offer.assumed.push("propensity");
        }
        match kind {
            Kind::CrossSell | Kind::Service => {
                self.goes_with(&mut offer, chosen.outcome.key, scored);
                self.term(&mut offer, chosen.outcome.key);
            }
            Kind::Refill => {
                offer.evidence = evidence([
                    ("own_count", scored.own_count.into()),
                    ("own_share", scored.own_share.into()),
                    ("days_since", scored.days_since.into()),
                    ("expected_interval", scored.expected_interval.into()),
                ]);
                let due_in = f64::from(scored.expected_interval) - f64::from(scored.days_since);
                let due_at = request.now_ms as f64 + (due_in * DAY_MS).round();
                offer.evidence.extend(evidence([("due_in_days", due_in), ("due_at_ms", due_at)]));
                let interval = texts.days(scored.expected_interval.into());
                let last = texts.ago(scored.days_since.into());
                let code = if scored.own_count == 1 { "refill_once" } else { "refill" };
                let times = scored.own_count.to_string();
                let values = [("times", &*times), ("interval", &interval), ("last", &last)];
                offer.why = texts.say(code, &values);
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
                let code = if chosen.pinned { "pinned_popular" } else { "popular" };
                offer.why = texts.say(code, &[("customers", &customers.to_string())]);
            }
            // These are not of a single scored product.
            Kind::UpSell | Kind::Bundle | Kind::TopUp => {}
        }
        let base_odds = policy.assume.base_odds_of(kind);
        if base_odds != 1.0 {
            offer.evidence.push(Evidence { name: "base_odds", value: base_odds });
        }
        if stake > 0.0 {
            let value = policy.assume.replaces * stake;
            offer.evidence.push(Evidence { name: "cannibalised", value });
        }
        offer
    }

    /// An offer that follows an order.
    fn after(&self, chosen: &Chosen, scored: &Scored, follow_up: &FollowUp) -> Offer {
        let mut scored = *scored;
        follow_up.complete(&mut scored);
        let mut offer = self.added(chosen, &scored);
        let goes_with = matches!(offer.kind, Kind::CrossSell | Kind::Service);
        if goes_with && follow_up.follows_on(self.compiled.min_customers) {
            let base = self.state.key_of_model(follow_up.follows);
            let days = self.state.model.options().follow_up_days;
            offer.base_product = Some(self.state.id(base));
            offer.evidence.extend(evidence([
                ("follow_up_low", follow_up.low),
                ("follow_up_customers", follow_up.customers.into()),
            ]));
            let texts = &self.compiled.policy.texts;
            offer.why = texts.say(
                "follow_up",
                &[
                    ("base", &self.state.label(base)),
                    ("customers", &follow_up.customers.to_string()),
                    ("days", &texts.number(days)),
                    ("times", &texts.number(times(follow_up.low))),
                ],
            );
            self.term(&mut offer, chosen.outcome.key);
        }
        offer
    }

    /// Says what a product goes with.
    fn goes_with(&self, offer: &mut Offer, key: u32, scored: &Scored) {
        let (state, texts) = (self.state, &self.compiled.policy.texts);
        if scored.log_lift > 0.0 && scored.pair_customers >= self.compiled.min_customers {
            let base = state.key_of_model(scored.because);
            offer.base_product = Some(state.id(base));
            let lift = f64::from(scored.log_lift).exp();
            offer.evidence = evidence([
                ("lift_low", lift),
                ("pair_baskets", scored.pair_baskets.into()),
                ("pair_customers", scored.pair_customers.into()),
            ]);
            offer.why = texts.say(
                "cross_sell",
                &[
                    ("base", &state.label(base)),
                    ("baskets", &scored.pair_baskets.to_string()),
                    ("customers", &scored.pair_customers.to_string()),
                    ("times", &texts.number(times(lift))),
                ],
            );
            return;
        }
        let request = self.request;
        let mut here = request.viewed.iter().chain(&request.basket).chain(&request.after);
        let base = here.find(|&&main| {
            !request.is_returned(main) && state.accessories.given(main).contains(&key)
        });
        if let Some(&base) = base {
            offer.base_product = Some(state.id(base));
            offer.why = texts.say("linked", &[("base", &state.label(base))]);
        }
    }

    /// Says what a contract earns in its periods.
    fn term(&self, offer: &mut Offer, key: u32) {
        let periods = self.state.catalog.term(key);
        if periods > 1 {
            if offer.evidence.iter().all(|evidence| evidence.name != "term") {
                offer.evidence.push(Evidence { name: "term", value: periods.into() });
            }
            let texts = &self.compiled.policy.texts;
            let (price, periods) = (texts.money(offer.price), periods.to_string());
            offer.why += &texts.say("term", &[("price", &price), ("periods", &periods)]);
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
        let texts = &self.compiled.policy.texts;
        offer.why = match labels.is_empty() {
            true => texts.say("similar_to_nothing", &[]),
            false => texts.say("similar", &[("products", &texts.list(&labels))]),
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
        let owned = !up_sell.ends_in.is_nan();
        if owned {
            assumed.push("renewal");
        } else if numbers.base_purchase < 1.0 {
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
            ("receptiveness", numbers.accept / self.compiled.policy.assume.accept),
        ]);
        let dearer = Money { minor: offer.price.minor - base_price, currency };
        let more = Money { minor: (numbers.margin - numbers.base_margin).round() as i64, currency };
        let texts = &self.compiled.policy.texts;
        let packs = state.catalog.pack(up_sell.base).zip(state.catalog.pack(chosen.outcome.key));
        let packs = packs.filter(|(from, to)| to > from);
        if let Some((from, to)) = packs {
            offer.evidence.extend(evidence([
                ("pack", to),
                ("base_pack", from),
                ("unit_price", offer.price.minor as f64 / to),
                ("base_unit_price", base_price as f64 / from),
            ]));
        }
        let (from, to) = packs.unwrap_or_default();
        offer.why = texts.say(
            if packs.is_some() { "larger_pack" } else { "up_sell" },
            &[
                ("base", &state.label(up_sell.base)),
                ("dearer", &texts.money(dearer)),
                ("taken", &texts.number(percent(numbers.accept))),
                ("more", &texts.money(more)),
                ("lost", &texts.number(percent(numbers.abandon))),
                ("content", &texts.number(to)),
                ("base_content", &texts.number(from)),
            ],
        );
        self.term(&mut offer, chosen.outcome.key);
        if owned {
            offer.evidence.push(Evidence { name: "ends_in_days", value: up_sell.ends_in });
            let texts = &self.compiled.policy.texts;
            offer.why += &match up_sell.ends_in.round() {
                ended if ended < 0.0 => texts.get("contract_ended").to_owned(),
                left => texts.say("contract_ends", &[("days", &texts.number(left))]),
            };
        }
        offer
    }
}

pub(super) fn evidence<const N: usize>(numbers: [(&'static str, f64); N]) -> Vec<Evidence> {
    numbers.map(|(name, value)| Evidence { name, value }).to_vec()
}

/// A lower bound in words: rounded down.
fn times(lift: f64) -> f64 {
    let step = match lift {
        lift if lift < 2.0 => 100.0,
        lift if lift < 20.0 => 10.0,
        _ => 1.0,
    };
    (lift * step).floor() / step
}

pub(super) fn percent(share: f64) -> f64 {
    (share * 1000.0).round() / 10.0
}
