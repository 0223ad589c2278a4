//! A context resolved against a model and a catalogue.

use super::contact::People;
use super::context::{Context, iso};
use super::policy::{Policy, UnknownProducts};
use super::reasons::{Kind, Reason};
use super::state::{Compiled, NONE, State, Unknown, wrong_type};
use crate::affinity::scorer::{Scored, Segment, SinceLine, Situation, Task};
use crate::data::{Id, NO_CODE};
use crate::prefetch::prefetch;
use crate::{Error, ErrorKind, Result};

/// So many ids are asked for at once: more would push each other out.
const PREFETCHED: usize = 32;

/// A context with its ids resolved.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) now_ms: i64,
    /// Index in the model.
    pub(crate) customer: Option<u32>,
    /// Keys, each once, in order of appearance.
    pub(crate) basket: Vec<u32>,
    /// Units of each.
    pub(crate) quantities: Vec<f64>,
    /// What is paid once for the basket, in minor units, if all prices are known.
    pub(crate) worth: Option<i64>,
    pub(crate) viewed: Option<u32>,
    /// The order just placed, and what was returned: keys, each once.
    pub(crate) after: Vec<u32>,
    pub(crate) returned: Vec<u32>,
    /// What was returned, by index in the model.
    returned_of_model: Vec<u32>,
    pub(crate) since: Vec<SinceLine>,
    pub(crate) since_baskets: u32,
    pub(crate) people: People,
    pub(crate) warnings: Vec<String>,
}

// Copying into what is there uses its memory.
impl Clone for Request {
    fn clone(&self) -> Self {
        let mut copy = Self::default();
        copy.clone_from(self);
        copy
    }

    fn clone_from(&mut self, other: &Self) {
        self.now_ms = other.now_ms;
        self.customer = other.customer;
        self.basket.clone_from(&other.basket);
        self.quantities.clone_from(&other.quantities);
        self.worth = other.worth;
        self.viewed = other.viewed;
        self.after.clone_from(&other.after);
        self.returned.clone_from(&other.returned);
        self.returned_of_model.clone_from(&other.returned_of_model);
        self.since.clone_from(&other.since);
        self.since_baskets = other.since_baskets;
        self.people.clone_from(&other.people);
        self.warnings.clone_from(&other.warnings);
    }
}

impl Request {
    /// The viewed product, unless it is in the basket too, was just ordered, or came back.
    pub(crate) fn viewed_only(&self) -> Option<u32> {
        let elsewhere = |key: &u32| {
            self.basket.contains(key) || self.after.contains(key) || self.is_returned(*key)
        };
        self.viewed.filter(|key| !elsewhere(key))
    }

    /// Whether the customer returned a product: nothing is offered because of it.
    pub(crate) fn is_returned(&self, key: u32) -> bool {
        self.returned.binary_search(&key).is_ok()
    }

    /// Whether what is only viewed is part of what probabilities rest on. After an order they rest on
    /// nothing that is here.
    pub(crate) fn rests_on_view(&self, state: &State) -> bool {
        let viewed = self.viewed_only().filter(|_| self.after.is_empty());
        viewed.is_some_and(|key| state.model_of(key) != NONE)
    }

    /// What there is to score, with these products of the model as the context.
    pub(crate) fn situation<'a>(&'a self, context: &'a [u32]) -> Situation<'a> {
        Situation {
            customer: self.customer,
            now_ms: self.now_ms,
            context,
            since: &self.since,
            since_baskets: self.since_baskets,
            returned: &self.returned_of_model,
        }
    }

    /// The margin that an offer of a product puts at stake, in minor units: the greatest one among its
    /// variants in the basket, which it may be bought in place of. 0 without any.
    pub(crate) fn at_stake(&self, compiled: &Compiled, key: u32) -> f64 {
        let Some(item) = compiled.items.get(key as usize) else { return 0.0 };
        if !compiled.policy.allow_variants || item.traits.line == NO_CODE {
            return 0.0;
        }
        let basket = self.basket.iter().filter_map(|&held| compiled.items.get(held as usize));
        let variants = basket.filter(|held| held.traits.line == item.traits.line);
        // A margin that is not known is no number, which the greater one of two is not.
        variants.map(|held| held.margin).fold(0.0, f64::max)
    }

    /// What is asked of the scorer: after an order, what is bought within the horizon.
    pub(crate) fn task(&self) -> Task {
        if self.after.is_empty() { Task::Basket } else { Task::Horizon }
    }

    /// Whose weights the propensity takes for a product.
    pub(crate) fn segment(&self, scored: &Scored) -> Segment {
        if self.customer.is_none() && self.since.is_empty() {
            Segment::Anonymous
        } else if scored.own_count == 0 {
            Segment::New
        } else {
            Segment::Repeat
        }
    }

    /// What the basket is worth, each line rounded to whole minor units, but for contracts: what is
    /// paid in periods is not added to what is paid once.
    fn worth(&self, state: &State) -> Option<i64> {
        self.basket.iter().zip(&self.quantities).try_fold(0i64, |sum, (&key, quantity)| {
            let c = state.in_catalog(key)?;
            if !state.paid_once(c) {
                return Some(sum);
            }
            let price = state.catalog.price[c];
            let line = (price as f64 * quantity).round();
            // No price is below 0; what is not known is the least number there is.
            (0.0..=1e15).contains(&line).then_some(line as i64)?.checked_add(sum)
        })
    }

    fn clear(&mut self) {
        self.customer = None;
        self.basket.clear();
        self.quantities.clear();
        self.worth = None;
        self.viewed = None;
        self.after.clear();
        self.returned.clear();
        self.returned_of_model.clear();
        self.since.clear();
        self.since_baskets = 0;
        self.people.clear();
        self.warnings.clear();
    }

    /// Resolves a context in place of what was here.
    pub(crate) fn resolve(
        &mut self,
        state: &State,
        policy: &Policy,
        context: &Context,
    ) -> Result<()> {
        context.check()?;
        self.clear();
        let request = self;
        let texts = &policy.texts;
        let left_out = || texts.get("id_unknown");
        request.now_ms = context.now_ms;
        let customers = state.model.customers();
        let place = context.customer.as_ref().map(|id| customers.prefetch(id.as_ref()));
        for line in &context.basket {
            if let Id::Str(id) = &line.product {
                prefetch(id.as_bytes(), 0);
            }
        }
        for lines in context.basket.chunks(PREFETCHED) {
            state.catalog.ids().prefetch(lines.iter().map(|line| line.product.as_ref()));
        }
        place.iter().for_each(|&place| customers.prefetch_at(place));
        if let Some(id) = &context.customer
            && !customers.is_empty()
            && id.as_ref().kind() != customers.kind()
        {
            return Err(wrong_type(
                ErrorKind::UnknownId,
                "customer",
                id,
                "the model's customer ids",
                customers.kind(),
            ));
        }

        let mut unknown = Unknown::default();
        for (i, line) in context.basket.iter().enumerate() {
            let path = || format!("basket[{i}].product");
            if let Some(key) = find(state, policy, path, &line.product, &mut unknown)? {
                prefetch(&state.catalog.price, key as usize);
                request.basket.push(key);
                request.quantities.push(line.quantity);
            }
        }
        let all_known = unknown.is_empty();
        unknown.warn("basket", left_out, texts, &mut request.warnings);
        merge(&mut request.basket, &mut request.quantities);
        // By now what it takes to find the customer is here.
        request.customer = context.customer.as_ref().and_then(|id| customers.find(id));
        request.customer.iter().for_each(|&customer| state.model.learned().own.begin(customer));
        request.worth = if all_known { request.worth(state) } else { None };

        let mut unknown = Unknown::default();
        if let Some(id) = &context.viewed {
            request.viewed = find(state, policy, || "viewed".to_owned(), id, &mut unknown)?;
        }
        unknown.warn("viewed", left_out, texts, &mut request.warnings);

        let mut unknown = Unknown::default();
        for (i, line) in context.after.iter().enumerate() {
            let path = || format!("after[{i}].product");
            if let Some(key) = find(state, policy, path, &line.product, &mut unknown)? {
                request.after.push(key);
            }
        }
        let all_known = unknown.is_empty();
        unknown.warn("after", left_out, texts, &mut request.warnings);
        let mut unknown = Unknown::default();
        for (i, id) in context.returned.iter().enumerate() {
            let path = || format!("returned[{i}]");
            if let Some(key) = find(state, policy, path, id, &mut unknown)? {
                request.returned.push(key);
            }
        }
        unknown.warn("returned", left_out, texts, &mut request.warnings);
        request.returned.sort_unstable();
        request.returned.dedup();
        let known = request.returned.iter().map(|&key| state.model_of(key));
        request.returned_of_model.extend(known.filter(|&m| m != NONE));
        dedup(&mut request.after);
        let all_returned = all_known
            && !request.after.is_empty()
            && request.after.iter().all(|&key| request.is_returned(key));

        let as_of = state.model.as_of();
        let mut known_already = 0usize;
        let mut unknown = Unknown::default();
        for (i, order) in context.orders_since.iter().enumerate() {
            if order.time_ms <= as_of {
                known_already += 1;
                continue;
            }
            request.since_baskets += 1;
            let from = request.since.len();
            for (j, line) in order.lines.iter().enumerate() {
                let path = || format!("orders_since[{i}].lines[{j}].product");
                let Some(key) = find(state, policy, path, &line.product, &mut unknown)? else {
                    continue;
                };
                let product = state.model_of(key);
                // A product the model has never seen says nothing about those it has.
                if product != NONE
                    && !request.since[from..].iter().any(|line| line.product == product)
                {
                    request.since.push(SinceLine { product, time_ms: order.time_ms });
                }
            }
        }
        unknown.warn("orders_since", left_out, texts, &mut request.warnings);
        let mut unknown = Unknown::default();
        for (i, contact) in context.person.contacts.iter().enumerate() {
            for (j, product) in contact.products.iter().enumerate() {
                let path = || format!("contacts[{i}].products[{j}]");
                if let Some(key) = find(state, policy, path, product, &mut unknown)? {
                    // The first product of a bundle is what the others go with.
                    let main =
                        contact.kind == Some(Kind::Bundle) && j == 0 && contact.products.len() > 1;
                    request.people.add(key, i, main);
                }
            }
        }
        unknown.warn("contacts", left_out, texts, &mut request.warnings);
        request.people.judge(state, policy, context);
        if all_returned {
            request.people.stopped.get_or_insert(Reason::Returned);
        }
        if known_already > 0 {
            let (known, all) = (known_already.to_string(), context.orders_since.len().to_string());
            let last = iso(as_of);
            let values = [("known", &*known), ("all", &all), ("last", &last)];
            request.warnings.push(texts.say("warn_orders_known", &values));
        }
        if context.now_ms < as_of {
            let (now, last) = (iso(context.now_ms), iso(as_of));
            request.warnings.push(texts.say("warn_now", &[("now", &now), ("last", &last)]));
        }
        Ok(())
    }
}

fn find(
    state: &State,
    policy: &Policy,
    path: impl Fn() -> String,
    id: &Id,
    unknown: &mut Unknown,
) -> Result<Option<u32>> {
    if let Some(key) = state.key(id.as_ref()) {
        return Ok(Some(key));
    }
    let kind = state.product_kind();
    if id.as_ref().kind() != kind {
        return Err(wrong_type(
            ErrorKind::UnknownId,
            &path(),
            id,
            "the catalogue's product ids",
            kind,
        ));
    }
    if policy.unknown_products == UnknownProducts::Error {
        return Err(Error::new(
            ErrorKind::UnknownId,
            format!("{}: neither the catalogue nor the model knows {id}", path()),
        ));
    }
    unknown.add(id);
    Ok(None)
}

/// Makes one line of those with the same key, in the place of the first, with their quantities
/// added up.
fn merge(keys: &mut Vec<u32>, quantities: &mut Vec<f64>) {
    let mut places = hashbrown::HashMap::with_hasher(ahash::RandomState::with_seeds(1, 2, 3, 4));
    let few = keys.len() <= 32;
    let mut kept = 0;
    for i in 0..keys.len() {
        let (key, quantity) = (keys[i], quantities[i]);
        let held = if few {
            keys[..kept].iter().position(|&held| held == key)
        } else {
            let place = *places.entry(key).or_insert(kept);
            (place < kept).then_some(place)
        };
        match held {
            Some(place) => quantities[place] += quantity,
            None => {
                (keys[kept], quantities[kept]) = (key, quantity);
                kept += 1;
            }
        }
    }
    keys.truncate(kept);
    quantities.truncate(kept);
}

/// Removes repetitions, keeping the first of each.
fn dedup(keys: &mut Vec<u32>) {
    let mut quantities = vec![0.0; keys.len()];
    merge(keys, &mut quantities);
}
