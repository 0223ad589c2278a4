//! What the rules about people and contacts make of one request.

use xxhash_rust::xxh3::Xxh3;

use super::{Contact, ContactOutcome, Person};
use crate::data::{Id, NO_CODE};
use crate::decide::context::Context;
use crate::decide::policy::{Cap, Policy};
use crate::decide::reasons::{Kind, Reason};
use crate::decide::state::{Compiled, State};
use crate::decide::value;

/// What is known about the customer of one request. Its memory is used again.
#[derive(Debug, Default)]
pub(crate) struct People {
    /// Why nothing is offered at all.
    pub(crate) stopped: Option<Reason>,
    /// Nothing is offered, to measure against.
    pub(crate) held_out: bool,
    /// What making one offer costs, in minor units: nothing if it rides along.
    pub(crate) contact_cost: f64,
    /// What making any offer at all risks, in minor units.
    pub(crate) risk: f64,
    /// The sum of all contacts, each worth half after the half-life.
    pub(crate) pressure: f64,
    /// What is left of what offers add, after all contacts; 1 without any.
    response: f64,
    /// A bit per kind: no more of it.
    capped: u32,
    /// A bit per rule of the policy that is for this customer.
    pub(crate) rules: u64,
    /// Products that were offered before, by key.
    products: Vec<Seen>,
    /// Of offers that are too recent, sorted: lines, brands, and categories with their level.
    lines: Vec<u32>,
    brands: Vec<u32>,
    categories: Vec<(u32, u32)>,
    /// Offers that are still valid: key, a bit per kind, end; sorted.
    valid: Vec<(u32, u32, i64)>,
    /// Positions of contacts by time and channel.
    order: Vec<u32>,
    /// Keys of products, positions of the contacts that offered them, and whether they were only
    /// what others were offered with.
    shown: Vec<(u32, u32, bool)>,
}

/// A product that was offered before.
#[derive(Clone, Copy, Debug)]
struct Seen {
    key: u32,
    /// Unrewarded impressions since the last reward that still count.
    ignored: u32,
    bars: Option<Reason>,
    /// A bit per kind: such an offer has ended.
    ended: u32,
}

/// All kinds of offer.
const ALL_KINDS: u32 = u32::MAX;

fn bit(kind: Option<Kind>) -> u32 {
    kind.map_or(ALL_KINDS, |kind| 1 << kind as u32)
}

pub(crate) fn milliseconds(days: f64) -> i64 {
    (days * 86_400_000.0).round() as i64
}

/// What an offer to this customer costs.
fn cost_of(policy: &Policy, person: &Person) -> f64 {
    match (person.customer_value, policy.contact_cost_value) {
        // No more than a policy may say itself.
        (Some(value), Some(usual)) => (policy.contact_cost * (value / usual)).min(1e12),
        _ => policy.contact_cost,
    }
}

impl Clone for People {
    fn clone(&self) -> Self {
        let mut copy = Self::default();
        copy.clone_from(self);
        copy
    }

    fn clone_from(&mut self, other: &Self) {
        self.stopped = other.stopped;
        self.held_out = other.held_out;
        self.contact_cost = other.contact_cost;
        self.risk = other.risk;
        self.pressure = other.pressure;
        self.response = other.response;
        self.capped = other.capped;
        self.rules = other.rules;
        self.products.clone_from(&other.products);
        self.lines.clone_from(&other.lines);
        self.brands.clone_from(&other.brands);
        self.categories.clone_from(&other.categories);
        self.valid.clone_from(&other.valid);
        // What is left only serves to make the rest.
    }
}

impl People {
    pub(crate) fn clear(&mut self) {
        self.stopped = None;
        self.held_out = false;
        self.capped = 0;
        self.products.clear();
        self.lines.clear();
        self.brands.clear();
        self.categories.clear();
        self.valid.clear();
        self.order.clear();
        self.shown.clear();
    }

    /// Notes that a contact offered a product, or, as the `main` product of a bundle, something with
    /// it: what came of that says nothing of the product itself.
    pub(crate) fn add(&mut self, key: u32, contact: usize, main: bool) {
        self.shown.push((key, contact as u32, main));
    }

    /// Judges the request, after every product of its contacts was [added](Self::add).
    pub(crate) fn judge(&mut self, state: &State, policy: &Policy, context: &Context) {
        let person = &context.person;
        let contacts = &person.contacts;
        let now = context.now_ms;
        let channel = person.channel.as_deref().or(policy.contact.channel.as_deref());
        self.contact_cost = if person.ride_along { 0.0 } else { cost_of(policy, person) };
        self.held_out = held_out(policy, context.customer.as_ref());
        self.rules = policy.rules.iter().enumerate().fold(0, |bits, (i, rule)| {
            bits | u64::from(rule.segments.iter().any(|name| person.is_in(name))) << i
        });
        self.order.extend(0..contacts.len() as u32);
        self.order.sort_unstable_by(|&a, &b| {
            let (x, y) = (&contacts[a as usize], &contacts[b as usize]);
            (x.time_ms, &x.channel, a).cmp(&(y.time_ms, &y.channel, b))
        });

        self.weigh(policy, person, now);
        let mut capped = None;
        if !person.ride_along {
            for cap in &policy.contact.caps {
                if self.reached(cap, contacts, channel, now) {
                    match cap.kind {
                        None => capped = Some(Reason::ContactCap),
                        Some(_) => self.capped |= bit(cap.kind),
                    }
                }
            }
        }
        self.stopped = outside(policy, person)
            .or_else(|| {
                let given = |wanted: &String| person.consents.iter().any(|had| **had == **wanted);
                let all = policy.contact.consent.iter().all(given);
                (!all).then_some(Reason::NoConsent)
            })
            .or_else(|| {
                let out = |contact: &Contact| {
                    contact.outcome == ContactOutcome::OptedOut
                        && same_channel(contact.channel.as_deref(), channel)
                };
                contacts.iter().any(out).then_some(Reason::OptedOut)
            })
            .or(capped)
            .or_else(|| self.ignores(policy, contacts, now).then_some(Reason::CustomerIgnores));
        self.judge_products(policy, contacts, now);
        self.judge_related(state, policy, contacts, now);
    }

    /// What the contacts so far do to the next one.
    fn weigh(&mut self, policy: &Policy, person: &Person, now: i64) {
        let rule = &policy.fatigue;
        let contacts = &person.contacts;
        let half_life = rule.half_life_days * 86_400_000.0;
        let groups =
            self.order.chunk_by(|&a, &b| one_contact(&contacts[a as usize], &contacts[b as usize]));
        let pressure: f64 = groups
            .filter(|group| group.iter().any(|&i| !contacts[i as usize].ride_along))
            .map(|group| {
                let age = now - contacts[group[0] as usize].time_ms;
                (-(age as f64) / half_life).exp2()
            })
            .sum();
        self.pressure = pressure;
        self.response = (-rule.response * pressure).exp();
        let hazard = (rule.opt_out * (1.0 + rule.opt_out_growth * pressure)).min(1.0);
        let value = person.customer_value.unwrap_or(rule.customer_value);
        self.risk = if person.ride_along { 0.0 } else { hazard * value };
    }

    /// Unrewarded impressions of a product that still count.
    pub(crate) fn ignored(&self, key: u32) -> u32 {
        match self.products.binary_search_by_key(&key, |seen| seen.key) {
            Ok(at) => self.products[at].ignored,
            Err(_) => 0,
        }
    }

    /// What is left of what an offer of a product adds, 0 to 1.
    pub(crate) fn response(&self, policy: &Policy, key: u32) -> f64 {
        let ignored = self.ignored(key);
        // So many powers that all of it is gone long before.
        self.response * policy.fatigue.item_decay.powi(ignored.min(1000) as i32)
    }

    /// How many times greater the odds of a purchase are when a product is offered, after all contacts,
    /// from how many they are without any.
    pub(crate) fn odds(&self, policy: &Policy, key: u32, without: f64) -> f64 {
        value::left_of(without, self.response(policy, key))
    }

    /// Whether as many contacts were made as a cap allows.
    fn reached(&self, cap: &Cap, contacts: &[Contact], channel: Option<&str>, now: i64) -> bool {
        let wanted = cap.channel.as_deref();
        if wanted.is_some() && !same_channel(wanted, channel) {
            return false;
        }
        let window = milliseconds(cap.days);
        let mut count = 0;
        let mut last: Option<&Contact> = None;
        for &i in &self.order {
            let contact = &contacts[i as usize];
            let counts = now - contact.time_ms < window
                && !contact.ride_along
                && (wanted.is_none() || same_channel(wanted, contact.channel.as_deref()))
                && bit(cap.kind) & bit(contact.kind) != 0;
            if counts && !last.is_some_and(|last| one_contact(last, contact)) {
                count += 1;
                last = Some(contact);
            }
        }
        count >= cap.max
    }

    /// Whether the customer took up nothing of the last contacts, and is left alone for a while.
    fn ignores(&self, policy: &Policy, contacts: &[Contact], now: i64) -> bool {
        let rule = &policy.suppress;
        let Some(&newest) = self.order.last() else { return false };
        if rule.customer_ignored == 0
            || now - contacts[newest as usize].time_ms >= milliseconds(rule.customer_days)
        {
            return false;
        }
        let mut count = 0;
        let groups =
            self.order.chunk_by(|&a, &b| one_contact(&contacts[a as usize], &contacts[b as usize]));
        for group in groups.rev() {
            if group.iter().any(|&i| contacts[i as usize].outcome.rewarded()) {
                return false;
            }
            count += 1;
            if count >= rule.customer_ignored {
                return true;
            }
        }
        false
    }

    /// What is known of each product that was offered.
    fn judge_products(&mut self, policy: &Policy, contacts: &[Contact], now: i64) {
        let rule = &policy.suppress;
        let recent = milliseconds(rule.days);
        let rejected_for = milliseconds(rule.rejected_days);
        let cool = milliseconds(policy.cool_down.product);
        let Self { shown, products, valid, .. } = self;
        let at = |row: &(u32, u32, bool)| &contacts[row.1 as usize];
        // What was shown at once comes together.
        shown.sort_unstable_by(|a, b| {
            let [x, y] = [a, b].map(at);
            (a.0, x.time_ms, &x.channel, a.1, a.2).cmp(&(b.0, y.time_ms, &y.channel, b.1, b.2))
        });
        for rows in shown.chunk_by(|a, b| a.0 == b.0) {
            let key = rows[0].0;
            let all = || rows.iter().map(at);
            let of = || rows.iter().filter(|row| !row.2).map(at);
            let rewarded =
                of().filter(|contact| contact.outcome.rewarded()).map(|contact| contact.time_ms);
            let since = rewarded.max().unwrap_or(i64::MIN);
            // Several rows of one contact are one impression.
            let ignored = rows
                .chunk_by(|a, b| one_contact(at(a), at(b)))
                .filter(|group| group.iter().any(|row| !row.2 && !at(row).outcome.rewarded()))
                .map(|group| at(&group[0]).time_ms)
                .filter(|&time| time > since && now - time < recent)
                .count();
            let rejected = of().any(|contact| {
                contact.outcome == ContactOutcome::Rejected && now - contact.time_ms < rejected_for
            });
            let mut ended = 0;
            for contact in all() {
                match contact.valid_until_ms {
                    Some(end) if end <= now => ended |= bit(contact.kind),
                    Some(end) => valid.push((key, bit(contact.kind), end)),
                    None => {}
                }
            }
            let bars = if rejected {
                Some(Reason::Rejected)
            } else if rule.ignored > 0 && ignored >= rule.ignored as usize {
                Some(Reason::Ignored)
            } else if of().any(|contact| now - contact.time_ms < cool) {
                Some(Reason::CoolDown)
            } else {
                None
            };
            if bars.is_some() || ended != 0 || ignored > 0 {
                products.push(Seen { key, ignored: ignored as u32, bars, ended });
            }
        }
    }

    /// What is too near to an offer of before.
    fn judge_related(&mut self, state: &State, policy: &Policy, contacts: &[Contact], now: i64) {
        let rule = &policy.cool_down;
        let [line, brand, category] = [rule.line, rule.brand, rule.category].map(milliseconds);
        let longest = line.max(brand).max(category);
        if longest == 0 {
            return;
        }
        for &(key, i, _) in self.shown.iter().filter(|row| !row.2) {
            let age = now - contacts[i as usize].time_ms;
            let Some(c) = state.in_catalog(key).filter(|_| age < longest) else { continue };
            let catalog = &state.catalog;
            let of = state.links.line[c];
            if age < line && of != NO_CODE {
                self.lines.push(of);
            }
            if age < brand
                && let Some(column) = &catalog.brand
                && column.codes[c] != NO_CODE
            {
                self.brands.push(column.codes[c]);
            }
            if age < category {
                self.categories.extend(state.leaf_category(c));
            }
        }
        self.lines.sort_unstable();
        self.brands.sort_unstable();
        self.categories.sort_unstable();
    }

    /// Why an offer of this kind of this product is not made now.
    #[inline]
    pub(crate) fn bars(
        &self,
        state: &State,
        compiled: &Compiled,
        key: u32,
        kind: Kind,
    ) -> Option<Reason> {
        if self.rules_bar(compiled, key) {
            return Some(Reason::SegmentRule);
        }
        if self.capped & bit(Some(kind)) != 0 {
            return Some(Reason::ContactCap);
        }
        if let Ok(at) = self.products.binary_search_by_key(&key, |seen| seen.key) {
            let seen = &self.products[at];
            if seen.bars.is_some() {
                return seen.bars;
            }
            if seen.ended & bit(Some(kind)) != 0 {
                return Some(Reason::OfferEnded);
            }
        }
        if self.lines.is_empty() && self.brands.is_empty() && self.categories.is_empty() {
            return None;
        }
        let c = state.in_catalog(key)?;
        let catalog = &state.catalog;
        let near = |codes: &[u32], column: Option<&crate::data::Codes>| {
            column.is_some_and(|column| codes.binary_search(&column.codes[c]).is_ok())
        };
        let too_near = self.lines.binary_search(&state.links.line[c]).is_ok()
            || near(&self.brands, catalog.brand.as_ref())
            || state
                .leaf_category(c)
                .is_some_and(|leaf| self.categories.binary_search(&leaf).is_ok());
        too_near.then_some(Reason::CoolDown)
    }

    /// Whether a rule for the customer's segments keeps a product from them.
    pub(crate) fn rules_bar(&self, compiled: &Compiled, key: u32) -> bool {
        compiled.rule_bits.get(key as usize).is_some_and(|bits| bits & self.rules != 0)
    }

    /// Until when an offer is valid: one that was made before and is still valid keeps its end.
    pub(crate) fn valid_until(
        &self,
        policy: &Policy,
        now: i64,
        key: u32,
        kind: Kind,
    ) -> Option<i64> {
        let from = self.valid.partition_point(|&(other, ..)| other < key);
        let of = self.valid[from..].iter().take_while(|&&(other, ..)| other == key);
        of.filter(|&&(_, kinds, _)| kinds & bit(Some(kind)) != 0)
            .map(|&(.., end)| end)
            .min()
            .or_else(|| policy.contact.valid_for_days.map(|days| now + milliseconds(days)))
    }
}

/// What is not known is taken for the same.
fn same_channel(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}

/// Two offers that were made at once.
fn one_contact(a: &Contact, b: &Contact) -> bool {
    a.time_ms == b.time_ms && a.channel == b.channel
}

fn outside(policy: &Policy, person: &Person) -> Option<Reason> {
    let is_in = |names: &[String]| names.iter().any(|name| person.is_in(name));
    let rule = &policy.segments;
    let outside = !rule.only.is_empty() && !is_in(&rule.only) || is_in(&rule.exclude);
    outside.then_some(Reason::OtherSegment)
}

/// Whether a customer is held out: a share of all, by a hash of salt and id.
fn held_out(policy: &Policy, customer: Option<&Id>) -> bool {
    let rule = &policy.holdout;
    let Some(customer) = customer.filter(|_| rule.share > 0.0) else { return false };
    let mut hash = Xxh3::new();
    hash.update(rule.salt.as_bytes());
    match customer {
        Id::Int(id) => {
            hash.update(&[0, 0]);
            hash.update(&id.to_le_bytes());
        }
        Id::Str(id) => {
            hash.update(&[0, 1]);
            hash.update(id.as_bytes());
        }
    }
    // 53 bits: every such number and its share of 2^53 is exact.
    ((hash.digest() >> 11) as f64) < rule.share * (1u64 << 53) as f64
}
