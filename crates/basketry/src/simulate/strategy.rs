//! Who decides what is offered: nobody, one who knows the truth, simple rules, or a policy.

use std::collections::HashMap;

use super::shop::{Recurs, Shop};
use super::visit::{Met, Moment, Shown, State};
use super::{DAY_MS, START_MS};
use crate::decide::{Contact, ContactOutcome};
use crate::{
    Context, Decision, Engine, Error, ErrorKind, Id, IdRef, Kind, Offer, Order, Policy, Result,
};

/// Who decides what a customer of a [`Simulation`](super::Simulation) is offered.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Strategy<'a> {
    /// Nothing is ever offered.
    Nothing,
    /// Knows what nobody can know: every customer's needs, tastes and reactions, though not what is
    /// drawn. It makes the offers that are expected to add the most margin, less what they cost in
    /// attention; `price` multiplies its estimate of that cost.
    Oracle {
        /// From 0; 1 is the estimate itself.
        price: f64,
    },
    /// The products most bought of late that are not in the basket.
    Popular,
    /// The products with the highest lift with something in the basket, bought with it five times
    /// at least; then the most popular ones.
    HighestLift,
    /// Of the products bought five times with something in the basket the dearest ones; then the
    /// dearest of those that sell at all.
    Dearest,
    /// A policy, decided by an engine.
    Policy {
        /// With the model and the catalogue it decides from: those of the simulation, or at least
        /// with the same product ids.
        engine: &'a Engine,
        /// What is wanted.
        policy: &'a Policy,
    },
    /// Any other way to decide.
    Own {
        /// The name to report.
        name: &'a str,
        /// Decides what to offer at a visit, the most important first.
        decide: &'a (dyn Fn(&Visit<'_>) -> Result<Vec<Showing>> + Sync),
    },
}

impl std::fmt::Debug for Strategy<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Strategy({:?})", self.name())
    }
}

/// One offer of a [`Strategy::Own`].
#[derive(Clone, Debug, PartialEq)]
pub struct Showing {
    /// The product offered.
    pub product: Id,
    /// The product in the basket in whose place it is offered.
    pub in_place_of: Option<Id>,
}

/// A visit, as far as the shop can see it.
pub struct Visit<'a> {
    pub(super) moment: &'a Moment<'a>,
    /// The first day that is not measured any more.
    pub(super) last_day: i32,
}

impl Visit<'_> {
    /// The customer's number, from 0: their id in the history.
    pub fn customer(&self) -> i64 {
        self.moment.who as i64
    }

    /// The time, milliseconds since 1970-01-01 UTC.
    pub fn now_ms(&self) -> i64 {
        time_ms(self.moment.who, self.moment.day)
    }

    /// What is in the basket.
    pub fn basket(&self) -> Vec<Id> {
        self.moment.cart.iter().map(|&(_, item)| id(self.moment.shop, item)).collect()
    }

    /// How many offers will be seen.
    pub fn slots(&self) -> usize {
        self.moment.shop.options.slots as usize
    }

    /// What losing the customer would cost until the last of the weeks, in minor units: the
    /// [share of visits](super::Reaction::lost_visits) that is lost with them, of the margin of
    /// their orders so far, by day.
    pub fn customer_value(&self) -> f64 {
        let Moment { shop, state, day, .. } = *self.moment;
        let bought = state.orders.iter().flat_map(|order| &order.items);
        let margin: i64 = bought.map(|&item| shop.items[item as usize].margin()).sum();
        let per_day = margin as f64 / f64::from(day.max(1));
        shop.options.reaction.lost_visits * per_day * f64::from((self.last_day - day).max(0))
    }

    /// The request to decide about: customer, basket and time, what they are
    /// [worth](Self::customer_value), what was offered in the last six weeks, and the customer's
    /// orders after `known_until_ms`
    /// ([`Model::as_of`](crate::Model::as_of)).
    pub fn context(&self, known_until_ms: i64) -> Context {
        let moment = self.moment;
        let orders = (moment.state.orders.iter().rev())
            .map(|order| (time_ms(moment.who, order.day), order))
            .take_while(|&(time, _)| time > known_until_ms)
            .map(|(time, order)| {
                (order.items.iter())
                    .fold(Order::at(time), |held, &item| held.line(id(moment.shop, item), 1.0))
            });
        Context::at(self.now_ms())
            .customer(self.customer())
            .basket(moment.cart.iter().map(|&(_, item)| (id(moment.shop, item), 1.0)))
            .orders_since(orders)
            .customer_value(self.customer_value())
            .contacts(moment.state.contacts.iter().map(|met| self.contact(met)))
            .seed(moment.shop.draws.seed_of(moment.who, moment.day as u64))
    }
}

impl Visit<'_> {
    fn contact(&self, met: &Met) -> Contact {
        let outcome = if met.taken { ContactOutcome::Bought } else { ContactOutcome::Shown };
        let contact = Contact::at(time_ms(self.moment.who, met.day))
            .product(id(self.moment.shop, met.shown.item))
            .outcome(outcome);
        match met.shown.kind {
            Some(kind) => contact.kind(kind),
            None => contact,
        }
    }
}

/// When a customer comes on a day: some time between eight and twenty o'clock.
pub(super) fn time_ms(who: u64, day: i32) -> i64 {
    let minute = 480 + (who * 7919 + day as u64 * 104_729) % 720;
    START_MS + i64::from(day) * DAY_MS + minute as i64 * 60_000
}

pub(super) fn id(shop: &Shop, item: u32) -> Id {
    shop.catalog.ids().get(item).to_owned()
}

fn item_of(shop: &Shop, id: IdRef<'_>) -> Result<u32> {
    shop.catalog.find(id).ok_or_else(|| {
        Error::new(
            ErrorKind::UnknownId,
            format!("the strategy offers {id}, which the simulated shop does not sell"),
        )
    })
}

/// A strategy and what it needs to know before it begins.
pub(super) enum Ready<'a> {
    Nothing,
    Oracle(Oracle),
    /// Per product: those to offer if it is in the basket, the best first; and those to fill up
    /// with.
    Lists {
        with: Vec<Vec<(f64, u32)>>,
        fill: Vec<u32>,
    },
    Policy {
        engine: &'a Engine,
        policy: &'a Policy,
        known_until_ms: i64,
    },
    Own(&'a (dyn Fn(&Visit<'_>) -> Result<Vec<Showing>> + Sync)),
}

/// What the oracle knows of attention.
pub(super) struct Oracle {
    /// Per customer: what one ignored offer costs at the beginning, for each day that is left.
    cost_per_day: Vec<f64>,
    last_day: i32,
}

/// The share of what customers buy anyway that offers are thought to add.
const OFFERS_ADD: f64 = 0.12;

impl Strategy<'_> {
    /// The name in reports.
    pub fn name(&self) -> &str {
        match self {
            Strategy::Nothing => "nothing",
            Strategy::Oracle { .. } => "oracle",
            Strategy::Popular => "popular",
            Strategy::HighestLift => "highest lift",
            Strategy::Dearest => "dearest",
            Strategy::Policy { policy, .. } => &policy.name,
            Strategy::Own { name, .. } => name,
        }
    }
}

/// From the name of one that needs nothing else: `"nothing"`, `"oracle"`, `"popular"`,
/// `"highest lift"` or `"dearest"`.
impl std::str::FromStr for Strategy<'_> {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let all = [
            Strategy::Nothing,
            Strategy::Oracle { price: 1.0 },
            Strategy::Popular,
            Strategy::HighestLift,
            Strategy::Dearest,
        ];
        all.into_iter().find(|strategy| strategy.name() == name).ok_or_else(|| {
            let names = all.iter().map(Strategy::name).collect::<Vec<_>>().join(", ");
            Error::argument(format!("strategy: expected one of {names}, got {name:?}"))
        })
    }
}

impl<'a> Ready<'a> {
    pub(super) fn new(
        strategy: &Strategy<'a>,
        shop: &Shop,
        people: &[State],
        day: i32,
        last_day: i32,
    ) -> Result<Self> {
        Ok(match *strategy {
            Strategy::Nothing => Ready::Nothing,
            Strategy::Oracle { price } => {
                if !(0.0..=1000.0).contains(&price) {
                    return Err(Error::argument(format!(
                        "price: expected a number from 0 to 1000, got {price}"
                    )));
                }
                Ready::Oracle(Oracle::new(shop, people, day, last_day, price))
            }
            Strategy::Popular | Strategy::HighestLift | Strategy::Dearest => {
                lists(strategy, shop, people, day)
            }
            Strategy::Policy { engine, policy } => {
                policy.check()?;
                Ready::Policy { engine, policy, known_until_ms: engine.model().as_of() }
            }
            Strategy::Own { decide, .. } => Ready::Own(decide),
        })
    }

    /// What is offered, at most as much as there is room for, and the decision of a policy.
    pub(super) fn offers(
        &self,
        moment: &Moment<'_>,
        last_day: i32,
    ) -> Result<(Vec<Shown>, Option<Decision>)> {
        let shop = moment.shop;
        let slots = shop.options.slots as usize;
        let visit = Visit { moment, last_day };
        let mut decided = None;
        let mut shown = match self {
            Ready::Nothing => Vec::new(),
            Ready::Oracle(oracle) => oracle.offers(moment),
            Ready::Lists { with, fill } => from_lists(with, fill, moment),
            Ready::Policy { engine, policy, known_until_ms } => {
                let decision = engine.decide(policy, &visit.context(*known_until_ms))?;
                let shown = shown_of(shop, decision.offers())?;
                decided = Some(decision);
                shown
            }
            Ready::Own(decide) => decide(&visit)?
                .into_iter()
                .map(|showing| {
                    let in_place_of = match &showing.in_place_of {
                        Some(id) => Some(item_of(shop, id.as_ref())?),
                        None => None,
                    };
                    Ok(Shown {
                        item: item_of(shop, showing.product.as_ref())?,
                        in_place_of,
                        kind: None,
                    })
                })
                .collect::<Result<_>>()?,
        };
        shown.truncate(slots);
        Ok((shown, decided))
    }
}

/// The offers of a decision, as the customer sees them: each product of an offer is one.
fn shown_of(shop: &Shop, offers: &[Offer]) -> Result<Vec<Shown>> {
    let mut shown = Vec::new();
    for offer in offers {
        let in_place_of = match (&offer.base_product, offer.kind) {
            (Some(base), Kind::UpSell) => Some(item_of(shop, base.as_ref())?),
            _ => None,
        };
        for product in &offer.products {
            let item = item_of(shop, product.as_ref())?;
            shown.push(Shown { item, in_place_of, kind: Some(offer.kind) });
        }
    }
    Ok(shown)
}

impl Oracle {
    fn new(shop: &Shop, people: &[State], day: i32, last_day: i32, price: f64) -> Self {
        let reaction = &shop.options.reaction;
        let cost = people.iter().zip(&shop.people).map(|(state, person)| {
            let bought: i64 = (state.orders.iter().flat_map(|order| &order.items))
                .map(|&item| shop.items[item as usize].margin())
                .sum();
            let per_day = bought as f64 / f64::from(day.max(1));
            // An ignored offer weighs on this visit and on those while it is remembered.
            let visits = person.visits * reaction.half_life_days / std::f64::consts::LN_2;
            let lost = reaction.lost_visits + OFFERS_ADD;
            price * reaction.opt_out * (1.0 + visits) * lost * per_day
        });
        Self { cost_per_day: cost.collect(), last_day }
    }

    fn offers(&self, moment: &Moment<'_>) -> Vec<Shown> {
        let shop = moment.shop;
        let days = f64::from((self.last_day - moment.day).max(0));
        let ignored = self.cost_per_day[moment.who as usize] * days;
        let mut best: Vec<(f64, Shown)> = Vec::new();
        for (w, want) in moment.person.wants.iter().enumerate() {
            let later = moment.later[w];
            if later <= 0.0 {
                continue;
            }
            let need = &shop.needs[want.need as usize];
            let brings = if need.recurs == Recurs::Goes { 0.0 } else { moment.brings(w) };
            let lasting = moment.lasting_share(w, self.last_day);
            let mean: f64 = moment.margin_of(w);
            let offer = need.items.clone().zip(&want.shares).filter_map(|(item, share)| {
                let (_, p0, because) = moment.added(item)?;
                let margin = shop.items[item as usize].margin() as f64;
                // Of those who would not buy it, most would buy nothing, the others a substitute.
                let new = (1.0 - later) * (margin + brings) * lasting;
                let instead = later * (margin * (1.0 - share) - (mean - share * margin));
                let taken = p0 + (1.0 - p0) * because;
                let value = because * (new + instead) - ignored * (1.0 - taken);
                Some((value, Shown { item, in_place_of: None, kind: None }))
            });
            best.extend(offer.max_by(|a, b| a.0.total_cmp(&b.0)));
        }
        for &(w, held) in &moment.cart {
            let margin = |item: u32| shop.items[item as usize].margin() as f64;
            let items = moment.need(w as usize).items.clone();
            let offer = items.filter_map(|item| {
                let (_, takes, leaves) = moment.up_sell(item, held)?;
                let gain = takes * (margin(item) - margin(held)) - leaves * margin(held);
                let value = gain - ignored * (1.0 - takes);
                (takes > 0.0)
                    .then_some((value, Shown { item, in_place_of: Some(held), kind: None }))
            });
            best.extend(offer.max_by(|a, b| a.0.total_cmp(&b.0)));
        }
        best.retain(|(value, _)| *value > 0.0);
        best.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.item.cmp(&b.1.item)));
        best.into_iter().map(|(_, shown)| shown).collect()
    }
}

/// The simple strategies look at the orders of so many days.
const LOOK_BACK_DAYS: i32 = 182;

/// A pair is one from so many orders.
const PAIR_ORDERS: u32 = 5;

fn lists<'a>(strategy: &Strategy<'_>, shop: &Shop, people: &[State], day: i32) -> Ready<'a> {
    let mut bought = vec![0u32; shop.items.len()];
    let mut pairs: HashMap<(u32, u32), u32> = HashMap::new();
    let mut orders = 0u32;
    let lately = people.iter().flat_map(|state| &state.orders);
    for order in lately.filter(|order| order.day >= day - LOOK_BACK_DAYS) {
        orders += 1;
        for (i, &one) in order.items.iter().enumerate() {
            bought[one as usize] += 1;
            for &two in &order.items[i + 1..] {
                *pairs.entry((one, two)).or_default() += 1;
                *pairs.entry((two, one)).or_default() += 1;
            }
        }
    }
    let price = |item: u32| shop.items[item as usize].price as f64;
    let mut with = vec![Vec::new(); shop.items.len()];
    let mut fill: Vec<u32> =
        (0..shop.items.len() as u32).filter(|&i| bought[i as usize] > 0).collect();
    fill.sort_by_key(|&i| (std::cmp::Reverse(bought[i as usize]), i));
    if !matches!(strategy, Strategy::Popular) {
        for ((one, two), n) in pairs.into_iter().filter(|&(_, n)| n >= PAIR_ORDERS) {
            let score = match strategy {
                Strategy::Dearest => price(two),
                _ => {
                    f64::from(n) * f64::from(orders)
                        / (f64::from(bought[one as usize]) * f64::from(bought[two as usize]))
                }
            };
            with[one as usize].push((score, two));
        }
    }
    if matches!(strategy, Strategy::Dearest) {
        fill.sort_by(|&a, &b| price(b).total_cmp(&price(a)).then(a.cmp(&b)));
    }
    for list in &mut with {
        list.sort_by(|a: &(f64, u32), b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    }
    Ready::Lists { with, fill }
}

fn from_lists(with: &[Vec<(f64, u32)>], fill: &[u32], moment: &Moment<'_>) -> Vec<Shown> {
    let slots = moment.shop.options.slots as usize;
    let held = |item: u32| moment.cart.iter().any(|&(_, other)| other == item);
    let mut best: Vec<(f64, u32)> = (moment.cart.iter())
        .flat_map(|&(_, item)| &with[item as usize])
        .copied()
        .filter(|&(_, item)| !held(item))
        .collect();
    best.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut items: Vec<u32> = Vec::new();
    let candidates = best.into_iter().map(|(_, item)| item).chain(fill.iter().copied());
    for item in candidates.filter(|&item| !held(item)) {
        if items.len() == slots {
            break;
        }
        if !items.contains(&item) {
            items.push(item);
        }
    }
    items.into_iter().map(|item| Shown { item, in_place_of: None, kind: None }).collect()
}
