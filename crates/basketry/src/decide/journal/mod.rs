//! Many decisions, and what came of them.

mod learn;
mod read;
mod record;
mod table;

use std::collections::HashMap;

pub use self::learn::{LearnOptions, Learned, LearnedNumber};
use super::decision::Decision;
use super::offer::Offer;
use super::reasons::Kind;
use super::set_offer::corrected_as;
use crate::affinity::report::round6;
use crate::data::{Id, IdRef, Ids};
use crate::{Error, ErrorKind, Result};

const DAY_MS: i64 = 86_400_000;

/// Decisions as they were logged, joined with what came of them: what there is to learn from.
///
/// Decisions are [added](Self::add) as they are made, or [read](Self::add_json) from the lines they
/// were logged as. Whoever hears of an outcome [records](Self::record) it under the decision's id,
/// and [`record_orders`](Self::record_orders) finds purchases in the shop's own orders, for the
/// customers who were held out as well. Then [`to_record_batch`](Self::to_record_batch) is the table
/// to analyse, and [`learn`](Self::learn) puts measured numbers in place of assumed ones.
///
/// ```
/// use basketry::decide::{DecisionLog, Event};
/// # use basketry::{CatalogBuilder, CatalogOptions, Context, Control, Engine, FitOptions,
/// #     HistoryBuilder, HistoryOptions, OrderLine, Policy, Product, fit};
/// # let mut catalog = CatalogBuilder::new(&CatalogOptions::default());
/// # catalog.push(&Product::new("bread").price(250).cost(150))?;
/// # catalog.push(&Product::new("butter").price(300).cost(180))?;
/// # catalog.push(&Product::new("wine").price(900).cost(500))?;
/// # let catalog = catalog.finish();
/// # let mut history = HistoryBuilder::new(&HistoryOptions::default());
/// # for basket in 0..400i64 {
/// #     let both = ["bread", "butter"].as_slice();
/// #     for &product in if basket % 3 == 0 { both } else { &["wine"] } {
/// #         let time = basket * 3_600_000;
/// #         history.push(&OrderLine::new(time, product).customer(basket % 40).basket(basket))?;
/// #     }
/// # }
/// # let control = Control::new();
/// # let model = fit(&catalog, &history.finish(&control)?, &FitOptions::default(), &control)?;
/// # let engine = Engine::new(model, catalog)?;
/// let decision = engine.decide(
///     &Policy::new("cart"),
///     &Context::at(1_500_000_000).customer(7).basket([("bread", 1)]),
/// )?;
/// let mut log = DecisionLog::new();
/// assert!(log.add(&decision)?);
/// assert!(!log.add_json(&decision.to_json())?, "it is there already");
/// log.record(&decision.id(), "butter", Event::Bought)?;
/// assert_eq!(log.len(), 1);
/// # Ok::<(), basketry::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct DecisionLog {
    entries: Vec<Entry>,
    rows: Vec<Row>,
    by_id: HashMap<u128, u32>,
    /// Names of policies, placements and the like, each once.
    names: Vec<String>,
    by_name: HashMap<String, u32>,
    products: Option<Ids>,
    customers: Option<Ids>,
}

/// What may come of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[repr(u8)]
pub enum Event {
    /// The customer saw it. Once any offer of a log is recorded as shown, those that are not do not
    /// count as exposures.
    Shown = 0,
    /// The customer looked at it more closely.
    Clicked = 1,
    /// The product was bought; of an up-sell also the one in whose place it was offered. An offer of
    /// several products is taken when all that it adds are bought: of a bundle all but its main
    /// product, of a second unit both units.
    Bought = 2,
    /// The customer declined it.
    Rejected = 3,
    /// It was bought and came back: [`learn`](DecisionLog::learn) takes it as not bought, and an offer that
    /// added it as not taken.
    Returned = 4,
    /// The customer wants no more offers.
    OptedOut = 5,
}

impl Event {
    /// All events, in the order of their numbers.
    pub const ALL: [Event; 6] = [
        Event::Shown,
        Event::Clicked,
        Event::Bought,
        Event::Rejected,
        Event::Returned,
        Event::OptedOut,
    ];

    /// The stable code, such as `"bought"`.
    pub fn code(self) -> &'static str {
        match self {
            Event::Shown => "shown",
            Event::Clicked => "clicked",
            Event::Bought => "bought",
            Event::Rejected => "rejected",
            Event::Returned => "returned",
            Event::OptedOut => "opted_out",
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// From the [code](Event::code).
impl std::str::FromStr for Event {
    type Err = Error;

    fn from_str(code: &str) -> Result<Self> {
        Event::ALL.into_iter().find(|event| event.code() == code).ok_or_else(|| {
            let codes = Event::ALL.map(Event::code).join(", ");
            Error::argument(format!("event: expected one of {codes}, got {code:?}"))
        })
    }
}

/// One decision.
#[derive(Clone, Debug)]
struct Entry {
    id: u128,
    now_ms: i64,
    model: u32,
    catalog: u32,
    policy: u32,
    policy_version: u32,
    placement: Option<u32>,
    customer: Option<u32>,
    held_out: bool,
    opted_out: bool,
    /// What orders say about what was bought.
    orders: Orders,
    /// Where its rows begin, and how many there are.
    first: u32,
    rows: u32,
}

/// Whether orders can say what was bought after a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Orders {
    /// None were looked up.
    Unknown,
    /// They know no customer to look for, or end too early.
    Silent,
    /// They cover the whole time.
    Followed,
}

impl Entry {
    /// Orders are looked up, which say nothing as long as nothing else is found out.
    fn look_up(&mut self) {
        self.orders = self.orders.max(Orders::Silent);
    }

    fn followed(&self) -> bool {
        self.orders != Orders::Silent
    }

    /// The numbers of its rows.
    fn rows(&self) -> std::ops::Range<usize> {
        self.first as usize..self.first as usize + self.rows as usize
    }
}

/// One offer, made or withheld.
#[derive(Clone, Debug)]
struct Row {
    kind: Kind,
    products: Vec<u32>,
    base: Option<u32>,
    price: i64,
    discount: i64,
    probability: f64,
    base_probability: f64,
    margin: f64,
    value: f64,
    chosen_with: f64,
    /// Of an up-sell: the chance that it is taken where everybody takes it, by what is known about
    /// the customer. Otherwise 0.
    receptive: f64,
    /// How many times the model's odds are those of `base_probability`, as the policy corrected them.
    base_odds: f64,
    /// The kind of offer for which it did. Of several products the one that the least probable of them
    /// would be offered as alone; none if that was not logged.
    base_kind: Option<Kind>,
    /// Of an up-sell: the chance that the other product is bought, and what it earns. Of a bundle: the
    /// chance that its main product is. Otherwise 0.
    base_purchase: f64,
    base_margin: f64,
    /// The pressure on the customer, and unrewarded impressions of the product that still counted.
    pressure: f64,
    ignored: f64,
    /// What both left of what the offer adds, by the policy.
    response: f64,
    /// A bit per event that is not of single products.
    events: u8,
    /// A bit per product: what was bought, and what came back.
    bought: u8,
    returned: u8,
    /// The base product was bought.
    base_bought: bool,
}

/// A decision that is being added, from whatever source.
struct Incoming<'a> {
    id: u128,
    now_ms: i64,
    model: &'a str,
    catalog: &'a str,
    policy: &'a str,
    policy_version: &'a str,
    placement: Option<&'a str>,
    customer: Option<IdRef<'a>>,
    held_out: bool,
    offers: Vec<IncomingOffer<'a>>,
}

struct IncomingOffer<'a> {
    kind: Kind,
    products: Vec<IdRef<'a>>,
    base: Option<IdRef<'a>>,
    price: i64,
    discount: i64,
    probability: f64,
    base_probability: f64,
    margin: f64,
    value: f64,
    chosen_with: f64,
    receptive: f64,
    base_odds: f64,
    base_kind: Option<Kind>,
    base_purchase: f64,
    base_margin: f64,
    pressure: f64,
    ignored: f64,
    response: f64,
}

/// As many products as an offer may have.
const MOST_PRODUCTS: usize = u8::BITS as usize;

impl Row {
    /// A bit for each product that the offer adds: of a bundle all but its main product.
    fn adds(&self) -> u8 {
        let all = (0..self.products.len()).fold(0, |bits, at| bits | 1 << at);
        if self.kind == Kind::Bundle { all & !1 } else { all }
    }

    /// True if all that it adds was bought.
    fn all_bought(&self) -> bool {
        self.adds() & !self.bought == 0
    }

    /// True if some of what it adds came back.
    fn any_returned(&self) -> bool {
        self.adds() & self.returned != 0
    }

    /// True of a second unit of one product.
    fn is_second(&self) -> bool {
        self.kind == Kind::Bundle && matches!(&*self.products, [one, other] if one == other)
    }
}

impl DecisionLog {
    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many decisions there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a decision. False if it is there already.
    ///
    /// A log holds numbers as a line has them, with six significant digits: so it is the same whether
    /// a decision is added as such or as its [line](Self::add_json).
    ///
    /// # Errors
    /// [`ErrorKind::Data`](crate::ErrorKind::Data) if its ids are of another type than those
    /// before; [`ErrorKind::Limit`](crate::ErrorKind::Limit) beyond 2^32 - 1 offers.
    pub fn add(&mut self, decision: &Decision) -> Result<bool> {
        let model = decision.model_id();
        let held_out = decision.held_out();
        let offers = if held_out { decision.withheld() } else { decision.offers() };
        self.push(Incoming {
            id: decision.id_bits(),
            now_ms: decision.now_ms(),
            model: &model,
            catalog: decision.catalog_version(),
            policy: decision.policy_name(),
            policy_version: decision.policy_version(),
            placement: decision.placement(),
            customer: decision.customer(),
            held_out,
            offers: offers.iter().map(IncomingOffer::of).collect(),
        })
    }

    /// Adds a decision from the line it was logged as
    /// ([`Decision::to_json`](crate::Decision::to_json)). False if it is there already.
    ///
    /// # Errors
    /// [`ErrorKind::Data`](crate::ErrorKind::Data) if the text is no such line; otherwise as
    /// [`add`](Self::add).
    pub fn add_json(&mut self, line: &str) -> Result<bool> {
        let line = read::Line::parse(line)?;
        self.push(line.incoming()?)
    }

    /// Adds all decisions of another log with what came of them. Of those that are here already,
    /// only what came of them is added.
    ///
    /// # Errors
    /// As [`add`](Self::add); the decisions up to the one that does not fit are then added.
    pub fn append(&mut self, other: &DecisionLog) -> Result<()> {
        let id =
            |ids: &'_ Option<Ids>, index: u32| ids.as_ref().map(|ids| ids.get(index).to_owned());
        for entry in &other.entries {
            let rows = &other.rows[entry.first as usize..][..entry.rows as usize];
            let name = |index: u32| other.names[index as usize].as_str();
            let customer = entry.customer.and_then(|index| id(&other.customers, index));
            let products: Vec<(Vec<Id>, Option<Id>)> = (rows.iter())
                .map(|row| {
                    let all = row.products.iter().filter_map(|&p| id(&other.products, p));
                    (all.collect(), row.base.and_then(|p| id(&other.products, p)))
                })
                .collect();
            let offers = rows.iter().zip(&products).map(|(row, (products, base))| IncomingOffer {
                kind: row.kind,
                products: products.iter().map(Id::as_ref).collect(),
                base: base.as_ref().map(Id::as_ref),
                price: row.price,
                discount: row.discount,
                probability: row.probability,
                base_probability: row.base_probability,
                margin: row.margin,
                value: row.value,
                chosen_with: row.chosen_with,
                receptive: row.receptive,
                base_odds: row.base_odds,
                base_kind: row.base_kind,
                base_purchase: row.base_purchase,
                base_margin: row.base_margin,
                pressure: row.pressure,
                ignored: row.ignored,
                response: row.response,
            });
            self.push(Incoming {
                id: entry.id,
                now_ms: entry.now_ms,
                model: name(entry.model),
                catalog: name(entry.catalog),
                policy: name(entry.policy),
                policy_version: name(entry.policy_version),
                placement: entry.placement.map(name),
                customer: customer.as_ref().map(Id::as_ref),
                held_out: entry.held_out,
                offers: offers.collect(),
            })?;
            let held = &mut self.entries[self.by_id[&entry.id] as usize];
            held.opted_out |= entry.opted_out;
            held.orders = held.orders.max(entry.orders);
            let ours = &mut self.rows[held.first as usize..][..held.rows as usize];
            for (row, (ids, _)) in rows.iter().zip(&products) {
                let same = |held: &&mut Row| {
                    held.products.len() == ids.len()
                        && (held.products.iter().zip(ids))
                            .all(|(&p, other)| id(&self.products, p).as_ref() == Some(other))
                };
                for held in ours.iter_mut().filter(same) {
                    held.events |= row.events;
                    held.bought |= row.bought;
                    held.returned |= row.returned;
                    held.base_bought |= row.base_bought;
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, incoming: Incoming<'_>) -> Result<bool> {
        if self.by_id.contains_key(&incoming.id) {
            return Ok(false);
        }
        let too_many = || Error::new(ErrorKind::Limit, "the log has more than 2^32 - 1 offers");
        let entry = u32::try_from(self.entries.len()).map_err(|_| too_many())?;
        let first = u32::try_from(self.rows.len()).map_err(|_| too_many())?;
        let count = u32::try_from(incoming.offers.len()).map_err(|_| too_many())?;
        // Nothing is remembered of a decision that is refused.
        let offered =
            incoming.offers.iter().flat_map(|offer| offer.products.iter().chain(&offer.base));
        one_kind(&self.products, offered)?;
        one_kind(&self.customers, &incoming.customer)?;
        let mut rows = Vec::with_capacity(incoming.offers.len());
        for offer in incoming.offers {
            rows.push(Row {
                kind: offer.kind,
                products: (offer.products.iter())
                    .map(|&id| intern(&mut self.products, id))
                    .collect::<Result<_>>()?,
                base: offer.base.map(|id| intern(&mut self.products, id)).transpose()?,
                price: offer.price,
                discount: offer.discount,
                probability: offer.probability,
                base_probability: offer.base_probability,
                margin: offer.margin,
                value: offer.value,
                chosen_with: offer.chosen_with,
                receptive: offer.receptive,
                base_odds: offer.base_odds,
                base_kind: offer.base_kind,
                base_purchase: offer.base_purchase,
                base_margin: offer.base_margin,
                pressure: offer.pressure,
                ignored: offer.ignored,
                response: offer.response,
                events: 0,
                bought: 0,
                returned: 0,
                base_bought: false,
            });
        }
        let customer = incoming.customer.map(|id| intern(&mut self.customers, id)).transpose()?;
        let held = Entry {
            id: incoming.id,
            now_ms: incoming.now_ms,
            model: self.name(incoming.model),
            catalog: self.name(incoming.catalog),
            policy: self.name(incoming.policy),
            policy_version: self.name(incoming.policy_version),
            placement: incoming.placement.map(|placement| self.name(placement)),
            customer,
            held_out: incoming.held_out,
            opted_out: false,
            orders: Orders::Unknown,
            first,
            rows: count,
        };
        self.rows.append(&mut rows);
        self.entries.push(held);
        self.by_id.insert(incoming.id, entry);
        Ok(true)
    }

    fn name(&mut self, name: &str) -> u32 {
        if let Some(&index) = self.by_name.get(name) {
            return index;
        }
        let index = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.by_name.insert(name.to_owned(), index);
        index
    }
}

impl<'a> IncomingOffer<'a> {
    fn of(offer: &'a Offer) -> Self {
        // As they are in a line.
        let found = |name: &str| {
            let found = offer.evidence.iter().find(|evidence| evidence.name == name);
            found.map(|evidence| evidence.logged())
        };
        let number = |name: &str| found(name).unwrap_or(0.0);
        let (base_odds, base_kind) = match offer.kind {
            Kind::Bundle | Kind::TopUp => corrected(|name| found(name)),
            kind => (found("base_odds").unwrap_or(1.0), Some(kind)),
        };
        Self {
            kind: offer.kind,
            products: offer.products.iter().map(Id::as_ref).collect(),
            base: offer.base_product.as_ref().map(Id::as_ref),
            price: offer.price.minor,
            discount: offer.discount.minor,
            probability: round6(offer.probability),
            base_probability: round6(offer.base_probability),
            margin: round6(offer.margin),
            value: round6(offer.value),
            chosen_with: round6(offer.chosen_with),
            receptive: number("base_purchase") * number("receptiveness"),
            base_odds,
            base_kind,
            base_purchase: match offer.kind {
                Kind::Bundle => number("main_purchase"),
                _ => number("base_purchase"),
            },
            base_margin: number("base_margin"),
            pressure: number("pressure"),
            ignored: number("ignored"),
            response: found("response").unwrap_or(1.0),
        }
    }
}

/// By how much the chance of a product in an offer of another kind was corrected, and for which kind.
fn corrected(found: impl Fn(&str) -> Option<f64>) -> (f64, Option<Kind>) {
    let of = |kind: Kind| Some((found(corrected_as(kind)?)?, kind));
    let found = Kind::ALL.into_iter().find_map(of);
    found.map_or((1.0, None), |(odds, kind)| (odds, Some(kind)))
}

/// Checks that ids are all of one type, that of those which are known.
fn one_kind<'a, 'b: 'a>(
    known: &Option<Ids>,
    ids: impl IntoIterator<Item = &'a IdRef<'b>>,
) -> Result<()> {
    let mut kind = known.as_ref().map(Ids::kind);
    for &id in ids {
        let kind = *kind.get_or_insert(id.kind());
        if id.kind() != kind {
            Ids::new(kind).intern(id)?;
        }
    }
    Ok(())
}

fn intern(ids: &mut Option<Ids>, id: IdRef<'_>) -> Result<u32> {
    ids.get_or_insert_with(|| Ids::new(id.kind())).intern(id)
}
