//! What a situation says about its customer.

use super::Situation;
use super::scratch::Scratch;
use crate::affinity::features::{
    INTERCEPT, INVERSE_BASKETS, LOG_BASKETS, LOG_CONTEXT, LOG_CONTEXT_SQUARED, LOG_MEAN_SIZE,
    LOG_ORDER_DAYS, LOG_ORDERS, LOG_RECENT_ORDERS, LOG_TRIED, LOG_VARIETY, OF_CANDIDATE,
    OfCategory, RECENT_DAYS, Shared, TRIED_DAYS,
};
use crate::affinity::numeric::{exp, ln};
use crate::affinity::views::{DAY_MS, Learned, MAX_DAYS};

/// What a situation says about its customer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Customer {
    pub(super) baskets: u32,
    weight: f32,
    recent: f32,
    size: f32,
    last_days: f32,
    first_days: f32,
    /// Distinct products, and those of them first bought within [`TRIED_DAYS`].
    variety: u32,
    tried: u32,
}

const EMPTY: Customer = Customer {
    baskets: 0,
    weight: 0.0,
    recent: 0.0,
    size: 0.0,
    last_days: 0.0,
    first_days: 0.0,
    variety: 0,
    tried: 0,
};

impl Customer {
    /// Takes note of a product that was last and first bought so many days ago.
    #[inline]
    fn purchase(&mut self, last_days: f32, first_days: f32) {
        self.last_days = self.last_days.min(last_days);
        self.first_days = self.first_days.max(first_days);
        self.variety += 1;
        self.tried += u32::from(first_days < TRIED_DAYS);
    }
}

impl Learned<'_> {
    /// What the customer bought, before and since the model was made.
    pub(super) fn add_own(&self, situation: &Situation<'_>, scratch: &mut Scratch) -> Customer {
        let elapsed = days_between(self.as_of, situation.now_ms);
        let (fade, fade_recent) = (self.decay(elapsed), recent_decay(elapsed));
        let mut customer = Customer { size: self.mean_size, last_days: MAX_DAYS, ..EMPTY };
        if let Some(index) = situation.customer {
            for at in self.own.row(index) {
                let last = (self.own.last_days[at] + elapsed).min(MAX_DAYS);
                let first = (self.own.first_days[at] + elapsed).min(MAX_DAYS);
                customer.purchase(last, first);
                let product = self.own.product[at];
                let weight = self.own.weight[at] * fade;
                let recent = self.own.recent[at] * fade_recent;
                let count = self.own.count[at];
                let purchases = OfCategory {
                    bought: true,
                    in_context: 0,
                    count,
                    first_days: first,
                    weight,
                    recent,
                    last_days: last,
                };
                scratch.bought(self.products.category, product, purchases);
                if let Some(candidate) = scratch.candidate(product) {
                    candidate.count = count;
                    candidate.weight = weight;
                    candidate.recent = recent;
                    candidate.last_days = last;
                    candidate.first_days = first;
                }
            }
            if let Some(&count) = self.own.customer_baskets.get(index as usize) {
                customer.baskets = count;
                customer.weight = self.own.customer_weight[index as usize] * fade;
                customer.recent = self.own.customer_recent[index as usize] * fade_recent;
                customer.size = self.own.customer_size[index as usize];
            }
        }
        if situation.since.is_empty() {
            return customer;
        }
        let (mut total, mut total_recent) = (0.0, 0.0);
        for line in situation.since {
            let days = days_between(line.time_ms, situation.now_ms);
            let (decay, recent) = (self.decay(days), recent_decay(days));
            total += decay;
            total_recent += recent;
            customer.last_days = customer.last_days.min(days);
            customer.first_days = customer.first_days.max(days);
            let purchase = OfCategory {
                bought: true,
                in_context: 0,
                count: 1,
                first_days: days,
                weight: decay,
                recent,
                last_days: days,
            };
            scratch.bought(self.products.category, line.product, purchase);
            if let Some(candidate) = scratch.candidate(line.product) {
                if candidate.count == 0 {
                    candidate.last_days = days;
                    customer.variety += 1;
                    customer.tried += u32::from(days < TRIED_DAYS);
                }
                candidate.last_days = candidate.last_days.min(days);
                candidate.first_days = candidate.first_days.max(days);
                candidate.count = candidate.count.saturating_add(1);
                candidate.weight += decay;
                candidate.recent += recent;
            }
        }
        // The baskets since then have no times of their own: they get the mean of their lines'.
        let baskets = situation.since_baskets.max(1);
        let each = baskets as f32 / situation.since.len() as f32;
        let lines = customer.size * customer.baskets as f32 + situation.since.len() as f32;
        customer.size = lines / (customer.baskets as f32 + baskets as f32);
        customer.weight += each * total;
        customer.recent += each * total_recent;
        customer.baskets = customer.baskets.saturating_add(baskets);
        customer
    }

    pub(super) fn shared(&self, customer: &Customer, context: f32) -> Shared {
        let mut x = [0.0; OF_CANDIDATE];
        let known = customer.baskets > 0;
        let log_context = ln(1.0 + context);
        x[INTERCEPT] = 1.0;
        x[LOG_CONTEXT] = log_context;
        x[LOG_CONTEXT_SQUARED] = log_context * log_context;
        if known {
            let orders = self.expected_orders(customer.weight, customer.first_days);
            x[LOG_MEAN_SIZE] = ln(customer.size.max(1.0));
            x[LOG_BASKETS] = ln(1.0 + customer.baskets as f32);
            x[INVERSE_BASKETS] = 1.0 / (1.0 + customer.baskets as f32);
            x[LOG_ORDERS] = ln(0.05 + orders);
            x[LOG_RECENT_ORDERS] = ln(0.5 + customer.recent);
            x[LOG_ORDER_DAYS] = ln(1.0 + customer.last_days);
            x[LOG_VARIETY] = ln(1.0 + customer.variety as f32);
            x[LOG_TRIED] = ln(1.0 + customer.tried as f32);
        }
        Shared { known, weight: customer.weight, context, x }
    }

    /// The orders to expect within the horizon of a customer whose orders have a decayed weight,
    /// the first of them so many days ago: the weight over that of one order a day since then, a
    /// month of which is added so that a single order of today is no habit.
    fn expected_orders(&self, weight: f32, first_days: f32) -> f32 {
        const MONTH: f32 = 28.0;
        let daily = self.half_life_days / std::f32::consts::LN_2 * (1.0 - self.decay(first_days));
        (self.horizon_days * weight / (daily + MONTH)).min(MAX_DAYS)
    }

    #[inline]
    fn decay(&self, days: f32) -> f32 {
        exp(-days / self.half_life_days * std::f32::consts::LN_2)
    }
}

#[inline]
fn recent_decay(days: f32) -> f32 {
    exp(-days / RECENT_DAYS * std::f32::consts::LN_2)
}

/// Days from one time to a later one; 0 if it is not later.
#[inline]
fn days_between(from_ms: i64, to_ms: i64) -> f32 {
    ((to_ms.saturating_sub(from_ms)) as f64 / DAY_MS).clamp(0.0, f64::from(MAX_DAYS)) as f32
}
