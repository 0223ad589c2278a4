//! Products in whose place a dearer variant may be offered, and the best variant of each.

use super::score::worth;
use super::{JUST_ORDERED, Outcome, RETURNED, Scratch, UpSellCandidate, met};
use crate::affinity::scorer::Learned;
use crate::affinity::views::DAY_MS;
use crate::decide::reasons::{Kind, Reason};
use crate::decide::request::Request;
use crate::decide::state::{Compiled, NONE, State};
use crate::decide::up_sell::{Fit, compare, receptiveness};
use crate::decide::value;
use crate::prefetch::prefetch;

/// How many dearer variants one decision looks at: in a line of thousands of products each product
/// of a huge basket has thousands. The bound keeps such a request from holding up the others.
const MAX_VARIANTS: usize = 1 << 20;

/// So many variants of a product are asked for ahead of time.
const PREFETCHED: usize = 8;

/// A product in whose place a dearer variant may be offered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Base {
    key: u32,
    group: u32,
    /// How many units of it would be replaced.
    quantity: f64,
    purchase: f64,
    ends_in: f64,
}

/// A contract that the customer has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Contract {
    group: u32,
    key: u32,
    /// Since when.
    days: f64,
}

impl Scratch {
    pub(super) fn judge_up_sells(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        learned: &Learned<'_>,
    ) {
        let policy = &compiled.policy;
        if policy.up_sell.max == 0 {
            return;
        }
        let viewed = request.viewed_only().map(|key| (key, 1.0, policy.assume.view_conversion));
        let basket = request.basket.iter().zip(&request.quantities);
        let basket = basket.map(|(&key, &quantity)| (key, quantity, 1.0));
        for (key, quantity, purchase) in basket.chain(viewed) {
            let Some(c) = state.in_catalog(key).filter(|_| self.is_here(key)) else { continue };
            let group = compiled.items[c].group;
            if group != NONE && !compiled.items[c].margin.is_nan() {
                state.groups.prefetch_offset(group);
                let ends_in = f64::NAN;
                self.bases.push(Base { key, group, quantity, purchase, ends_in });
            }
        }
        if policy.up_sell.contract_ahead > 0.0 {
            self.add_contracts(state, compiled, request, learned);
        }
        if self.bases.is_empty() {
            return;
        }
        self.bases.iter().for_each(|base| state.groups.prefetch_group(base.group));
        for base in &self.bases {
            for &member in state.groups.get(base.group).member.iter().take(PREFETCHED) {
                prefetch(&compiled.items, member as usize);
            }
        }
        self.collect_own(state, compiled, request, learned);
        let mut variants = 0;
        for b in 0..self.bases.len() {
            if variants > MAX_VARIANTS {
                break;
            }
            variants += self.judge_base(state, compiled, request, self.bases[b]);
            self.bases_judged += 1;
        }
    }

    /// Adds the contracts of the customer whose term is about to end.
    fn add_contracts(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        learned: &Learned<'_>,
    ) {
        let Some(terms) = Some(&state.catalog.term).filter(|terms| !terms.is_empty()) else {
            return;
        };
        let policy = &compiled.policy;
        let row = request.customer.map_or(0..0, |customer| learned.own.row(customer));
        let elapsed = (request.now_ms - state.model.as_of()) as f64 / DAY_MS;
        let bought =
            row.map(|at| (learned.own.product[at], f64::from(learned.own.last_days[at]) + elapsed));
        let since = request.since.iter();
        let since =
            since.map(|line| (line.product, (request.now_ms - line.time_ms) as f64 / DAY_MS));
        self.contracts.clear();
        for (m, days) in bought.chain(since) {
            let key = state.key_of_model(m);
            let Some(c) = state.in_catalog(key) else { continue };
            let group = state.groups.of(c);
            if terms[c] < 2
                || group == NONE
                || compiled.items[c].margin.is_nan()
                || request.is_returned(key)
            {
                continue;
            }
            // Of a line the customer has the contract they took last.
            match self.contracts.iter_mut().find(|held| held.group == group) {
                Some(held) if held.days <= days => {}
                Some(held) => (held.key, held.days) = (key, days),
                None => self.contracts.push(Contract { group, key, days }),
            }
        }
        for &Contract { group, key, days } in &self.contracts {
            let period = policy.up_sell.period_days;
            let ends_in = f64::from(terms[key as usize]) * period - days;
            let about_to_end = ends_in <= policy.up_sell.contract_ahead && ends_in >= -period;
            if about_to_end && self.marks.what(key).and_then(met).is_none() {
                let purchase = policy.assume.renewal;
                self.bases.push(Base { key, group, quantity: 1.0, purchase, ends_in });
            }
        }
    }

    /// What the customer bought in the groups of the bases: group, price and times, sorted.
    fn collect_own(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        learned: &Learned<'_>,
    ) {
        self.own.clear();
        let row = request.customer.map_or(0..0, |customer| learned.own.row(customer));
        let bought = row.map(|at| (learned.own.product[at], f64::from(learned.own.count[at])));
        let since = request.since.iter().map(|line| (line.product, 1.0));
        for (m, times) in bought.chain(since) {
            let Some(c) = state.in_catalog(state.key_of_model(m)) else { continue };
            let group = compiled.items[c].group;
            if group != NONE && self.bases.iter().any(|base| base.group == group) {
                self.own.push((group, state.catalog.price[c], times));
            }
        }
        self.own.sort_unstable_by_key(|&(group, price, _)| (group, price));
    }

    /// Looks for the best dearer variant of a product; returns how many it looked at.
    fn judge_base(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        base: Base,
    ) -> usize {
        let policy = &compiled.policy;
        let catalog = &state.catalog;
        let b = base.key as usize;
        let base_margin = compiled.items[b].margin;
        let base_price = catalog.price[b] as f64;
        let group = state.groups.get(base.group);
        let window = group.window(
            base_price * policy.up_sell.min_price_ratio,
            base_price * policy.up_sell.max_price_ratio,
        );
        let variants = window.len();
        let own = self.own.partition_point(|entry| entry.0 < base.group)
            ..self.own.partition_point(|entry| entry.0 <= base.group);
        let own_total: f64 = self.own[own.clone()].iter().map(|entry| entry.2).sum();
        // Members come by rising price: what the customer bought below it falls away.
        let mut own_from = own_total;
        let mut next = own.start;

        let mut best: Option<(Outcome, value::UpSell)> = None;
        for position in window {
            let up = group.member[position];
            let price = group.price[position];
            while next < own.end && self.own[next].1 < price {
                own_from -= self.own[next].2;
                next += 1;
            }
            // A ratio of 1 lets in what costs the same, which is not dearer.
            if price <= catalog.price[b] || self.marks.what(up).and_then(met).is_some() {
                continue;
            }
            let item = &compiled.items[up as usize];
            let mut outcome = Outcome {
                value: f64::NAN,
                key: up,
                probability: 0.0,
                kind: Some(Kind::UpSell),
                reason: match item.never {
                    None => match self.marks.of_line(item.traits.line) {
                        Some(RETURNED) => Some(Reason::Returned),
                        Some(JUST_ORDERED) if !policy.allow_variants => {
                            Some(Reason::VariantInOrder)
                        }
                        _ => None,
                    },
                    never => never,
                },
                set: NONE,
            };
            if outcome.reason.is_some() {
                self.suppress(state, outcome);
                continue;
            }
            outcome.reason = match compare(catalog, b, up as usize) {
                Fit::Yes if (item.stock as f64) < base.quantity => Some(Reason::OutOfStock),
                Fit::Yes if self.is_apart(state, request, base.key, up) => {
                    Some(Reason::SubstituteInBasket)
                }
                Fit::Yes => None,
                Fit::Incompatible => Some(Reason::Incompatible),
                Fit::NotBetter => Some(Reason::NotBetter),
            };
            if outcome.reason.is_some() {
                self.suppress(state, outcome);
                continue;
            }
            if let Some(i) = self.outcome_of(state, up)
                && self.outcomes[i as usize].reason == Some(Reason::Owned)
            {
                continue;
            }
            let apart = state.links.never_with(up).iter();
            outcome.reason = apart
                .filter(|other| request.basket.contains(other))
                .map(|_| Reason::SubstituteInBasket)
                .next()
                .or_else(|| request.people.bars(state, compiled, up, Kind::UpSell));
            if outcome.reason.is_some() {
                self.suppress(state, outcome);
                continue;
            }
            let times = receptiveness(own_from, own_total, group.share_from(position));
            let numbers = value::UpSell {
                base_purchase: base.purchase,
                accept: (policy.assume.accept * times).clamp(0.0, 1.0)
                    * request.people.response(policy, up),
                abandon: policy.assume.abandon,
                margin: item.margin,
                base_margin,
            };
            outcome.probability = (base.purchase * numbers.accept) as f32;
            outcome.value = numbers.value(request.people.contact_cost, policy.up_sell.lever);
            if numbers.margin <= numbers.base_margin || numbers.gain() <= 0.0 {
                outcome.reason = Some(Reason::UpSellNotWorth);
            } else if !worth(outcome.value, policy) {
                outcome.reason = Some(Reason::BelowMinValue);
            }
            if outcome.reason.is_some() {
                self.suppress(state, outcome);
                continue;
            }
            // Of equals the better rated one, then that of the smaller key.
            let keeps = |held: &Outcome| {
                let rating = |key: u32| compiled.items[key as usize].rating;
                let by_rating = rating(held.key).total_cmp(&rating(up));
                let by_value = held.value.total_cmp(&outcome.value);
                by_value.then(by_rating).then(up.cmp(&held.key)).is_ge()
            };
            let beaten = match &mut best {
                Some((held, _)) if keeps(held) => outcome,
                Some((held, held_numbers)) => {
                    *held_numbers = numbers;
                    std::mem::replace(held, outcome)
                }
                None => {
                    best = Some((outcome, numbers));
                    continue;
                }
            };
            self.suppress(state, Outcome { reason: Some(Reason::Outranked), ..beaten });
        }
        if let Some((outcome, numbers)) = best {
            self.offer_up_sell(state, outcome, base, numbers, own_total);
        }
        variants
    }

    /// Whether a variant is bought in place of something else in the basket, or not to be offered with
    /// it or with what is viewed. That it is bought in place of the product that it would replace does
    /// not count.
    pub(crate) fn is_apart(
        &self,
        state: &State,
        request: &Request,
        base: u32,
        variant: u32,
    ) -> bool {
        let marked = self.marks.is_apart(variant);
        let mut others = request.basket.iter().chain(&request.after);
        marked
            && (others.any(|&held| held != base && state.apart(held, variant))
                || request
                    .viewed
                    .is_some_and(|held| state.links.never_with(held).contains(&variant)))
    }

    /// Notes why a product is no up-sell, unless more is known about it already.
    fn suppress(&mut self, state: &State, outcome: Outcome) {
        match self.outcome_of(state, outcome.key) {
            Some(i) => {
                let held = &mut self.outcomes[i as usize];
                if matches!(
                    held.reason,
                    Some(Reason::VariantInBasket | Reason::VariantOfViewed | Reason::NoEvidence)
                ) {
                    *held = Outcome { probability: held.probability, ..outcome };
                }
            }
            None => {
                self.marks.set(outcome.key, self.outcomes.len() as u32);
                self.outcomes.push(outcome);
            }
        }
    }

    /// Makes a product a candidate for an up-sell, unless it is worth more as something else.
    fn offer_up_sell(
        &mut self,
        state: &State,
        outcome: Outcome,
        base: Base,
        numbers: value::UpSell,
        own_purchases: f64,
    ) {
        let i = match self.outcome_of(state, outcome.key) {
            Some(i) => {
                let held = &mut self.outcomes[i as usize];
                if held.reason.is_none() && held.value >= outcome.value {
                    return;
                }
                *held = outcome;
                i
            }
            None => {
                let i = self.outcomes.len() as u32;
                self.marks.set(outcome.key, i);
                self.outcomes.push(outcome);
                i
            }
        };
        self.up_sells.retain(|held| held.outcome != i);
        let Base { key: base, ends_in, .. } = base;
        let candidate =
            UpSellCandidate { outcome: i, key: outcome.key, base, numbers, own_purchases, ends_in };
        self.up_sells.push(candidate);
    }
}
