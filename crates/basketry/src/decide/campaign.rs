//! What could be offered to many customers at once: the proposals of a campaign.

use rayon::prelude::*;

use super::assign::{NO_SORT, Offered, Proposals, Together};
use super::bundle::NO_TRAIT;
use super::context::Context;
use super::engine::{Engine, SCRATCH};
use super::policy::Policy;
use super::reasons::Kind;
use super::sets::{limits, traits};
use super::slate::most_of;
use super::state::{Compiled, OnShelf, State};
use crate::affinity::scorer::Task;
use crate::control::Stage;
use crate::data::IdKind;
use crate::mine::{Pool, check_threads};
use crate::{Control, Error, Ids, Result};

/// How a campaign is proposed.
///
/// ```
/// use basketry::ProposeOptions;
///
/// assert_eq!(ProposeOptions::new().each(50).each, 50);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProposeOptions {
    /// The most proposals for one customer, the most valuable ones, 1 to 1000. More of them give
    /// [`Proposals::assign`] more to choose from. Default 20.
    pub each: usize,
    /// How many threads to use, 1 to 1,024; default: those of the current rayon pool. The result
    /// does not depend on it.
    pub threads: Option<usize>,
}

impl Default for ProposeOptions {
    fn default() -> Self {
        Self { each: 20, threads: None }
    }
}

impl ProposeOptions {
    /// Twenty proposals for each customer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`each`](Self::each).
    #[must_use]
    pub fn each(mut self, each: usize) -> Self {
        self.each = each;
        self
    }

    /// Sets [`threads`](Self::threads).
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }
}

/// Contexts that one task answers.
const CHUNK: usize = 64;

/// Proposals of some customers, one after another.
#[derive(Default)]
struct Rows {
    /// Per customer, where their proposals end.
    ends: Vec<usize>,
    /// Keys of products, the most valuable first.
    key: Vec<u32>,
    kind: Vec<Kind>,
    value: Vec<f64>,
    /// What contacting each customer risks.
    risk: Vec<f64>,
    /// What one of them costs, in [parts](cost_parts) of a minor unit; per customer.
    cost: Vec<i64>,
}

impl Engine {
    /// What could be offered to each of many customers, and what it would be worth: the input of
    /// [`Proposals::assign`], which chooses among it within the limits of a campaign.
    ///
    /// Each context names its customer, none of them twice. All that the policy lets be offered
    /// to them and that is worth more than its `min_value` is proposed, up to
    /// [`each`](ProposeOptions::each) products a customer; a kind of offer whose `max` is 0 is
    /// not, and customers who are held out or may not be contacted are offered nothing. What is offered
    /// reaches the customer outside of an order, so the chance that a product
    /// is bought anyway is that of buying it within the model's horizon
    /// ([`FitReport::horizon_days`](crate::FitReport)), not of adding it to an order at hand: a basket
    /// says what not to offer, and nothing is proposed for going with it. Pins, quotas, slots that are drawn,
    /// bundles and top-ups are of single decisions: a plan has none.
    /// What contacting a customer risks ([`fatigue`](Policy::fatigue)) is no part of the value of a
    /// proposal: a plan takes it off once for each customer who gets an offer, however many, as a
    /// decision does ([`Plan::contact_risk`](crate::Plan::contact_risk)). Customers whose most valuable
    /// proposals, as many as one may get, are together worth no more are proposed nothing. A plan keeps what the policy says of one decision for each customer:
    /// it makes at most `max_offers`, of each kind at most its `max`, and of a line, brand or category
    /// at most `per_line`, `per_brand` and `per_category`; never two that are linked as never to be
    /// offered together and, unless `allow_substitutes`, that are bought in place of each other. What
    /// caps allow is judged before: all that a customer gets by a plan is one contact.
    /// A proposal costs the policy's `contact_cost`, to the millionth of a minor unit and rounded up
    /// beyond that, so that a plan never exceeds its budget, or nothing if it
    /// [rides along](Context::ride_along); and a product whose stock the catalogue tells is offered
    /// at most so many times, unless the limits of the plan say how often.
    ///
    /// ```
    /// # use basketry::{
    /// #     CatalogBuilder, CatalogOptions, Engine, FitOptions, HistoryBuilder, HistoryOptions,
    /// #     OrderLine, Product, fit,
    /// # };
    /// use basketry::{AssignOptions, Context, Control, Policy, ProposeOptions};
    ///
    /// # let mut catalog = CatalogBuilder::new(&CatalogOptions::default());
    /// # catalog.push(&Product::new("bread").price(250).cost(150).stock(7))?;
    /// # catalog.push(&Product::new("wine").price(900).cost(500))?;
    /// # let catalog = catalog.finish();
    /// # let mut history = HistoryBuilder::new(&HistoryOptions::default());
    /// # for basket in 0..400i64 {
    /// #     let product = if basket % 40 < 25 { "bread" } else { "wine" };
    /// #     let line = OrderLine::new(basket * 3_600_000, product);
    /// #     history.push(&line.customer(basket % 40).basket(basket))?;
    /// # }
    /// # let control = Control::new();
    /// # let history = history.finish(&control)?;
    /// # let model = fit(&catalog, &history, &FitOptions::default(), &control)?;
    /// # let engine = Engine::new(model, catalog)?;
    /// let who: Vec<Context> = (0..40).map(|c| Context::at(1_500_000_000).customer(c)).collect();
    /// let policy = Policy::new("mail");
    /// let proposals = engine.propose(&policy, &who, &ProposeOptions::new(), &control)?;
    /// let plan = proposals.assign(&AssignOptions::new(), &control)?;
    /// assert!(plan.len() <= 40);
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`decide`](Self::decide), naming the context; and
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind) for a context without a customer, a
    /// customer who comes twice, and options out of their ranges.
    pub fn propose(
        &self,
        policy: &Policy,
        contexts: &[Context],
        options: &ProposeOptions,
        control: &Control,
    ) -> Result<Proposals> {
        if !(1..=1000).contains(&options.each) {
            let message = format!("each: expected a number from 1 to 1000, got {}", options.each);
            return Err(Error::argument(message));
        }
        check_threads(options.threads)?;
        let state = self.state();
        let compiled = state.compiled(policy)?;
        let customers = customers(contexts)?;
        control.begin(Stage::Assigning, contexts.len() as u64)?;
        let answer = |(at, chunk): (usize, &[Context])| {
            control.advance(chunk.len() as u64)?;
            let from = at * CHUNK;
            let mut rows = Rows::default();
            for (at, context) in chunk.iter().enumerate() {
                propose(&state, &compiled, context, options.each, &mut rows).map_err(|error| {
                    Error::new(error.kind(), format!("contexts[{}]: {error}", from + at))
                })?;
            }
            Ok(rows)
        };
        let parts: Vec<Rows> = Pool::new(options.threads).install(|| {
            contexts.par_chunks(CHUNK).enumerate().map(answer).collect::<Result<_>>()
        })??;

        // Offers are numbered as they come, customer by customer.
        let mut number = vec![u32::MAX; state.catalog.len()];
        let mut offers = Ids::new(state.catalog.ids().kind());
        let mut offsets = vec![0u64];
        let (mut offer, mut value, mut stock) = (Vec::new(), Vec::new(), Vec::new());
        let (mut sort, mut cost, mut risk) = (Vec::new(), Vec::new(), Vec::new());
        let mut together = Together::default();
        let sort_of = sorts(policy, &mut together);
        for part in parts {
            let before = offer.len();
            if sort_of.iter().any(|&sort| sort != NO_SORT) {
                sort.extend(part.kind.iter().map(|&kind| sort_of[kind as usize]));
            }
            if policy.contact_cost > 0.0 {
                let mut from = 0;
                for (&end, &each) in part.ends.iter().zip(&part.cost) {
                    cost.extend(std::iter::repeat_n(each, end - from));
                    from = end;
                }
            }
            for &key in &part.key {
                let number = &mut number[key as usize];
                if *number == u32::MAX {
                    *number = offers.intern(state.catalog.ids().get(key))?;
                    let units = state.catalog.stock(key);
                    stock.push(units.map_or(u64::MAX, |units| units.max(0) as u64));
                }
                offer.push(*number);
            }
            value.extend(part.value);
            risk.extend(part.risk);
            offsets.extend(part.ends.iter().map(|&end| (before + end) as u64));
        }
        keep_apart(&state, &compiled, &number, offers.len(), &mut together);
        let offered = Offered {
            offsets,
            offer,
            value,
            cost,
            parts: cost_parts(policy),
            costed: policy.contact_cost > 0.0,
            risk,
            stock,
            // Where none is made, nothing is proposed.
            most: if policy.max_offers > 0 { policy.max_offers } else { u32::MAX },
            sort,
            together,
        };
        Ok(Proposals::of_engine(customers, offers, state.catalog.currency(), offered))
    }
}

/// Into how many parts a minor unit is divided, so that what a contact costs is a whole number of them.
fn cost_parts(policy: &Policy) -> i64 {
    let whole = policy.contact_cost.fract() == 0.0 && policy.contact_cost_value.is_none();
    if whole { 1 } else { 1_000_000 }
}

/// What a contact costs in such parts, rounded up. It is at most 10^12.
fn in_parts(minor: f64, parts: i64) -> i64 {
    let cost = minor * parts as f64;
    let nearest = cost.round();
    // A decimal such as .07 has no exact number; what the product is off by is no part of the cost.
    let exact = (nearest - cost).abs() <= 1e-12 * cost;
    (if exact { nearest } else { cost.ceil() }) as i64
}

/// The sort of each kind of which one customer may not get all that the policy lets be offered.
fn sorts(policy: &Policy, together: &mut Together) -> [u8; Kind::ALL.len()] {
    Kind::ALL.map(|kind| match most_of(policy, kind) {
        // No more kinds than fit into a byte.
        most if most < policy.max_offers => together.sort(most) as u8,
        _ => NO_SORT,
    })
}

/// Notes what one customer may get together. `number` is the offer of each product, if it is one.
fn keep_apart(
    state: &State,
    compiled: &Compiled,
    number: &[u32],
    offers: usize,
    together: &mut Together,
) {
    let policy = &compiled.policy;
    let offered = || (0..).zip(number).filter(|&(_, &number)| number != u32::MAX);
    for (key, &one) in offered() {
        let substitutes = state.substitutes(key).filter(|_| !policy.allow_substitutes);
        for other in substitutes.chain(state.links.never_with(key).iter().copied()) {
            let other = number.get(other as usize).copied().unwrap_or(u32::MAX);
            if other != u32::MAX && other != one {
                together.exclude(offers, one, other);
            }
        }
    }
    together.finish();
    let shelf = OnShelf { state, compiled };
    for (at, most) in limits(policy).into_iter().enumerate() {
        if most >= policy.max_offers {
            continue;
        }
        let mut of: Vec<(u64, u32)> = offered()
            .map(|(key, &offer)| (traits(&shelf, key)[at], offer))
            .filter(|&(of, _)| of != NO_TRAIT)
            .collect();
        of.sort_unstable();
        for members in of.chunk_by(|a, b| a.0 == b.0) {
            if members.len() > most as usize {
                let sort = together.sort(most);
                members.iter().for_each(|&(_, offer)| together.join(offers, offer, sort));
            }
        }
    }
}

/// The customers of the contexts, in their order.
fn customers(contexts: &[Context]) -> Result<Ids> {
    let mut ids: Option<Ids> = None;
    for (at, context) in contexts.iter().enumerate() {
        let Some(id) = &context.customer else {
            return Err(Error::argument(format!(
                "contexts[{at}].customer: expected a customer, got none"
            )));
        };
        let ids = ids.get_or_insert_with(|| Ids::new(id.as_ref().kind()));
        if ids.kind() != id.as_ref().kind() {
            return Err(Error::argument(format!(
                "contexts[{at}].customer: expected all customers to be {}, got {id}",
                ids.kind().plural()
            )));
        }
        let number = ids.intern(id.as_ref())?;
        if (number as usize) < at {
            return Err(Error::argument(format!(
                "contexts[{at}].customer: {id} comes twice, first as contexts[{number}]"
            )));
        }
    }
    Ok(ids.unwrap_or_else(|| Ids::new(IdKind::Int)))
}

/// Adds the most valuable candidates of one context.
fn propose(
    state: &State,
    compiled: &Compiled,
    context: &Context,
    each: usize,
    rows: &mut Rows,
) -> Result<()> {
    SCRATCH.with_borrow_mut(|(request, scratch)| {
        request.resolve(state, &compiled.policy, context)?;
        scratch.collect(state, compiled, request, Task::Horizon);
        let mut found: Vec<(f64, u32, Kind)> = scratch
            .outcomes
            .iter()
            .filter(|outcome| {
                outcome.reason.is_none()
                    && compiled.policy.max_offers > 0
                    && !request.people.held_out
            })
            .filter_map(|outcome| {
                let kind = outcome.kind.filter(|&kind| most_of(&compiled.policy, kind) > 0)?;
                Some((outcome.value, outcome.key, kind))
            })
            .filter(|&(value, ..)| value > 0.0)
            .collect();
        let order =
            |a: &(f64, u32, Kind), b: &(f64, u32, Kind)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        if found.len() > each {
            found.select_nth_unstable_by(each - 1, order);
            found.truncate(each);
        }
        found.sort_unstable_by(order);
        let risk = request.people.risk;
        let most = compiled.policy.max_offers as usize;
        if risk > 0.0 && found.iter().take(most).map(|&(value, ..)| value).sum::<f64>() <= risk {
            found.clear();
        }
        rows.risk.push(risk);
        rows.key.extend(found.iter().map(|&(_, key, _)| key));
        rows.kind.extend(found.iter().map(|&(.., kind)| kind));
        rows.value.extend(found.iter().map(|&(value, ..)| value));
        rows.cost.push(in_parts(request.people.contact_cost, cost_parts(&compiled.policy)));
        rows.ends.push(rows.key.len());
        Ok(())
    })
}
