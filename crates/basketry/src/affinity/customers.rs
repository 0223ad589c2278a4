//! What each customer buys again, and how popular each product is now.

use rayon::prelude::*;

use super::attributes::Attributes;
use super::backoff::{self, Groups, Value};
use super::cadence;
use super::features::{
    CATEGORY_PART, CATEGORY_REPEAT, LOG_ODDS_POPULARITY, LOG_ODDS_REPEAT, OF_CANDIDATE, OF_PRODUCT,
    OfCadence, PRODUCT_ROW, RECENT_DAYS, SPREAD, TREND, TREND_DOUBLE, TREND_HALF, TREND_QUARTER,
    log_odds_of,
};
use super::orders::{CHECK_EVERY, NO_CUSTOMER, Orders};
use super::rhythm::{self, Moments};
use super::views::{DAY_MS, Own, Stats};
use crate::{Control, Result, Stage};

/// Rows of what each customer bought; the columns of [`Own`].
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnRows {
    pub(crate) offsets: Vec<u64>,
    pub(crate) product: Vec<u32>,
    pub(crate) weight: Vec<f32>,
    pub(crate) recent: Vec<f32>,
    pub(crate) count: Vec<u32>,
    pub(crate) last_days: Vec<f32>,
    pub(crate) first_days: Vec<f32>,
    pub(crate) customer_baskets: Vec<u32>,
    pub(crate) customer_weight: Vec<f32>,
    pub(crate) customer_recent: Vec<f32>,
    pub(crate) customer_size: Vec<f32>,
}

impl OwnRows {
    pub(crate) fn view(&self) -> Own<'_> {
        Own {
            offsets: &self.offsets,
            product: &self.product,
            weight: &self.weight,
            recent: &self.recent,
            count: &self.count,
            last_days: &self.last_days,
            first_days: &self.first_days,
            customer_baskets: &self.customer_baskets,
            customer_weight: &self.customer_weight,
            customer_recent: &self.customer_recent,
            customer_size: &self.customer_size,
        }
    }

    fn append(&mut self, other: OwnRows) {
        let base = self.product.len() as u64;
        self.offsets.extend(other.offsets.iter().map(|offset| offset + base));
        self.product.extend(other.product);
        self.weight.extend(other.weight);
        self.recent.extend(other.recent);
        self.count.extend(other.count);
        self.last_days.extend(other.last_days);
        self.first_days.extend(other.first_days);
        self.customer_baskets.extend(other.customer_baskets);
        self.customer_weight.extend(other.customer_weight);
        self.customer_recent.extend(other.customer_recent);
        self.customer_size.extend(other.customer_size);
    }
}

/// What is known about each product; the columns of [`Stats`].
#[derive(Clone, Debug, Default)]
pub(crate) struct ProductRows {
    pub(crate) baskets: Vec<u32>,
    pub(crate) customers: Vec<u32>,
    pub(crate) popularity: Vec<f32>,
    pub(crate) features: Vec<f32>,
    pub(crate) repeat_share: Vec<f32>,
    pub(crate) rate_shape: Vec<f32>,
    pub(crate) rate_days: Vec<f32>,
    pub(crate) category: Vec<u32>,
}

impl ProductRows {
    pub(crate) fn view(&self) -> Stats<'_> {
        Stats {
            baskets: &self.baskets,
            customers: &self.customers,
            popularity: &self.popularity,
            features: &self.features,
            repeat_share: &self.repeat_share,
            rate_shape: &self.rate_shape,
            rate_days: &self.rate_days,
            category: &self.category,
        }
    }
}

/// What a product's purchases by one customer add up to.
#[derive(Clone, Copy, Default)]
struct Purchases {
    weight: f64,
    recent: f64,
    count: u32,
    first: i64,
    last: i64,
}

/// Each customer's purchases, decayed with `half_life_days`, as of `as_of`.
pub(crate) fn own_rows(
    orders: &Orders,
    as_of: i64,
    half_life_days: f64,
    control: &Control,
) -> Result<OwnRows> {
    const CHUNK: usize = 64;
    control.begin(Stage::Customers, orders.customers as u64)?;
    let chunks: Vec<OwnRows> = (0..orders.customers.div_ceil(CHUNK))
        .into_par_iter()
        .map_init(
            || (vec![Purchases::default(); orders.products], Vec::new()),
            |(slots, touched), chunk| {
                let customers = chunk * CHUNK..((chunk + 1) * CHUNK).min(orders.customers);
                control.advance(customers.len() as u64)?;
                let mut rows = OwnRows::default();
                for customer in customers {
                    own_row(orders, customer, as_of, half_life_days, slots, touched, &mut rows);
                }
                Ok(rows)
            },
        )
        .collect::<Result<_>>()?;
    let mut rows = OwnRows { offsets: vec![0], ..OwnRows::default() };
    for chunk in chunks {
        rows.append(chunk);
    }
    Ok(rows)
}

fn own_row(
    orders: &Orders,
    customer: usize,
    as_of: i64,
    half_life_days: f64,
    slots: &mut [Purchases],
    touched: &mut Vec<u32>,
    rows: &mut OwnRows,
) {
    touched.clear();
    let baskets = orders.baskets_of(customer);
    let (mut weight, mut recent) = (0.0, 0.0);
    let mut lines = 0;
    for b in baskets.clone() {
        let time = orders.time[b];
        let age = days(time, as_of);
        let (slow, fast) = (decay(age, half_life_days), decay(age, f64::from(RECENT_DAYS)));
        weight += slow;
        recent += fast;
        lines += orders.basket(b).len();
        for &item in orders.basket(b) {
            let slot = &mut slots[item as usize];
            if slot.count == 0 {
                touched.push(item);
                slot.first = time;
            }
            slot.weight += slow;
            slot.recent += fast;
            slot.count += 1;
            slot.last = time;
        }
    }
    touched.sort_unstable();
    for &item in touched.iter() {
        let slot = std::mem::take(&mut slots[item as usize]);
        rows.product.push(item);
        rows.weight.push(slot.weight as f32);
        rows.recent.push(slot.recent as f32);
        rows.count.push(slot.count);
        rows.last_days.push(days(slot.last, as_of) as f32);
        rows.first_days.push(days(slot.first, as_of) as f32);
    }
    rows.offsets.push(rows.product.len() as u64);
    rows.customer_baskets.push(baskets.len() as u32);
    rows.customer_weight.push(weight as f32);
    rows.customer_recent.push(recent as f32);
    rows.customer_size.push(lines as f32 / baskets.len().max(1) as f32);
}

/// The popularity, repeat share and replenishment prior of each product.
pub(crate) fn product_rows(
    orders: &Orders,
    own: &OwnRows,
    attributes: &Attributes,
    as_of: i64,
    popularity_half_life_days: f64,
    control: &Control,
) -> Result<ProductRows> {
    let products = orders.products;
    let mut decayed = vec![0.0f64; products];
    let mut total = 0.0;
    let mut trends = vec![[0.0f64; TRENDS.len()]; products];
    let mut trend_totals = [0.0f64; TRENDS.len()];
    let mut baskets = vec![0u32; products];
    let mut customers = vec![0u32; products];
    let mut last = vec![u32::MAX; products];
    let who = orders.who()?;
    let mut people = 0u64;
    let mut before = u32::MAX;
    for (b, &who) in who.iter().enumerate() {
        if b % CHECK_EVERY == 0 {
            control.check()?;
        }
        let age = days(orders.time[b], as_of);
        let faded = decay(age, popularity_half_life_days);
        total += faded;
        let at = TRENDS.map(|factor| decay(age, factor * popularity_half_life_days));
        trend_totals.iter_mut().zip(at).for_each(|(sum, faded)| *sum += faded);
        people += u64::from(who != before);
        before = who;
        for &item in orders.basket(b) {
            let item = item as usize;
            decayed[item] += faded;
            trends[item].iter_mut().zip(at).for_each(|(sum, faded)| *sum += faded);
            baskets[item] += 1;
            if last[item] != who {
                last[item] = who;
                customers[item] += 1;
            }
        }
    }
    let n = orders.len() as f64;
    let groups = Groups::new(attributes, products);
    let sold = |p: usize, value: f64| Value { value, weight: f64::from(u8::from(baskets[p] > 0)) };
    // One order more, which had nothing: what was sold in all of few orders is not certain.
    let share = |p: usize| f64::from(baskets[p]) / (n + 1.0);
    let shares: Vec<Value> = (0..products).map(|p| sold(p, share(p))).collect();
    let expected_share = groups.expected(&shares, 1.0 / (n + 1.0));
    let shape = backoff::shape(&baskets, &expected_share, n);
    // What was never sold is taken for new: no order has told anything against it yet.
    let new = |p: usize| baskets[p] == 0;
    let whole: Vec<f64> = (0..products)
        .map(|p| match expected_share[p] {
            expected if new(p) => expected,
            expected => (f64::from(baskets[p]) + shape) / (n + shape / expected),
        })
        .collect();
    let popularity: Vec<f32> = (0..products)
        .map(|p| match whole[p] {
            share if new(p) => share as f32,
            share => ((decayed[p] + POPULARITY_PRIOR * share) / (total + POPULARITY_PRIOR)) as f32,
        })
        .collect();

    let mut moments = vec![Moments::default(); products];
    let mut buyers = vec![0u32; products];
    let mut repeaters = vec![0u32; products];
    for at in 0..own.product.len() {
        let p = own.product[at] as usize;
        buyers[p] += 1;
        repeaters[p] += u32::from(own.count[at] >= 2);
        moments[p].add(own.count[at], own.first_days[at]);
    }
    let priors = rhythm::priors(&moments, &attributes.category);
    let reach = |&bought: &u32| ((f64::from(bought) + 0.5) / (people as f64 + 1.0)).ln() as f32;
    let spread = |p: usize| f64::from(reach(&customers[p]) - log_odds_of(whole[p] as f32));
    let spreads: Vec<Value> = (0..products).map(|p| sold(p, spread(p))).collect();
    let expected_spread = groups.expected(&spreads, 0.0);
    let repeats: Vec<Value> = (buyers.iter().zip(&repeaters))
        .map(|(&of, &again)| Value {
            value: f64::from(again) / f64::from(of).max(1.0),
            weight: f64::from(of),
        })
        .collect();
    let expected_repeat = groups.expected(&repeats, REPEAT_PRIOR.0 / REPEAT_PRIOR.1);
    // As if a few more customers had bought it who do so again as those of its group do, or as one
    // in four does.
    let repeat = |p: usize| {
        let prior = REPEAT_PRIOR.1 * expected_repeat[p] + REPEAT_PRIOR.0;
        ((f64::from(repeaters[p]) + prior) / (f64::from(buyers[p]) + 2.0 * REPEAT_PRIOR.1)) as f32
    };
    let category = attributes.narrowest(products);
    let mut of_category = vec![0.0f64; products];
    for (&category, &share) in category.iter().zip(&popularity) {
        if let Some(sum) = of_category.get_mut(category as usize) {
            *sum += f64::from(share);
        }
    }
    let again = categories_again(own, &category);
    let cadences = cadence::cadences(orders, own, &category, control)?;
    let mut features = Vec::with_capacity(products * PRODUCT_ROW);
    for p in 0..products {
        let (odds, overall) = (log_odds_of(popularity[p]), log_odds_of(whole[p] as f32));
        let mut row = [0.0f32; OF_PRODUCT];
        let mut set = |feature: usize, x: f32| row[feature - OF_CANDIDATE] = x;
        set(LOG_ODDS_POPULARITY, odds);
        set(TREND, odds - overall);
        set(SPREAD, if new(p) { expected_spread[p] } else { spread(p) } as f32);
        set(LOG_ODDS_REPEAT, log_odds_of(repeat(p)));
        // A product without a category is one of its own.
        set(CATEGORY_REPEAT, log_odds_of(repeat(p)));
        if let Some(sum) = of_category.get(category[p] as usize) {
            set(CATEGORY_REPEAT, again[category[p] as usize]);
            set(CATEGORY_PART, (f64::from(popularity[p]) / sum).ln().max(-20.0) as f32);
        }
        for (k, feature) in [TREND_QUARTER, TREND_HALF, TREND_DOUBLE].into_iter().enumerate() {
            let expected = f64::from(popularity[p]) * trend_totals[k] + TREND_PRIOR;
            let bought = if new(p) { expected } else { trends[p][k] + TREND_PRIOR };
            set(feature, (bought / expected).ln() as f32);
        }
        features.extend(row);
        let cadence = cadences[p];
        features.extend(OfCadence::ALL.map(|of| match of {
            OfCadence::Interval => (cadence.days / cadence.shape).ln().clamp(-5.0, 12.0) as f32,
            OfCadence::Shape => cadence.shape.ln() as f32,
            OfCadence::Spread => (cadence.spread + 0.01).ln() as f32,
            OfCadence::Together => cadence.together.ln() as f32,
        }));
    }
    let mut rows = ProductRows {
        features,
        baskets,
        customers,
        popularity,
        repeat_share: (0..products)
            .map(|p| if buyers[p] == 0 { 0.0 } else { repeaters[p] as f32 / buyers[p] as f32 })
            .collect(),
        rate_shape: Vec::with_capacity(products),
        rate_days: Vec::with_capacity(products),
        category,
    };
    for prior in priors {
        rows.rate_shape.push(prior.shape as f32);
        rows.rate_days.push(prior.days as f32);
    }
    Ok(rows)
}

/// Per category the log odds of the share of its customers who bought it more than once, whichever
/// of its products; drawn towards that of all.
fn categories_again(own: &OwnRows, category: &[u32]) -> Vec<f32> {
    let mut counts = vec![0u32; category.len()];
    let mut buyers = vec![(0u32, 0u32); category.len()];
    let mut touched = Vec::new();
    for row in own.offsets.windows(2) {
        for at in row[0] as usize..row[1] as usize {
            let category = category[own.product[at] as usize];
            if let Some(count) = counts.get_mut(category as usize) {
                if *count == 0 {
                    touched.push(category as usize);
                }
                *count = count.saturating_add(own.count[at]);
            }
        }
        for category in touched.drain(..) {
            buyers[category].0 += 1;
            buyers[category].1 += u32::from(counts[category] > 1);
            counts[category] = 0;
        }
    }
    let sum = |part: fn(&(u32, u32)) -> u32| buyers.iter().map(|b| f64::from(part(b))).sum::<f64>();
    let (prior, pseudo) = REPEAT_PRIOR;
    let all = (sum(|b| b.1) + prior) / (sum(|b| b.0) + pseudo);
    let share = |&(buyers, again): &(u32, u32)| {
        log_odds_of(((f64::from(again) + pseudo * all) / (f64::from(buyers) + pseudo)) as f32)
    };
    buyers.iter().map(share).collect()
}

/// Customers who bought a product again, of how many, that are added to those of each.
const REPEAT_PRIOR: (f64, f64) = (0.5, 2.0);
/// The half-lives that trends are of, over that of the popularity. The shorter ones follow a season,
/// in which an ordinary month differs little from the next.
const TRENDS: [f64; 3] = [0.25, 0.5, 2.0];
/// Purchases by which a trend is drawn towards none.
const TREND_PRIOR: f64 = 2.0;
/// Pseudo-baskets by which the recent share of a product is drawn towards its overall share.
const POPULARITY_PRIOR: f64 = 20.0;

/// The mean number of distinct products in a basket.
pub(crate) fn mean_size(orders: &Orders) -> f64 {
    orders.items.len() as f64 / orders.len().max(1) as f64
}

/// The most popular products among the first `sold`, at most `limit`, with enough customers.
pub(crate) fn popular(
    rows: &ProductRows,
    sold: usize,
    min_customers: u32,
    limit: usize,
) -> Vec<u32> {
    let mut list: Vec<u32> = (0..rows.popularity.len().min(sold) as u32)
        .filter(|&p| rows.customers[p as usize] >= min_customers.max(1))
        .collect();
    list.sort_by(|&a, &b| {
        rows.popularity[b as usize].total_cmp(&rows.popularity[a as usize]).then(a.cmp(&b))
    });
    list.truncate(limit);
    list
}

fn days(from_ms: i64, to_ms: i64) -> f64 {
    (to_ms.saturating_sub(from_ms) as f64 / DAY_MS).max(0.0)
}

fn decay(days: f64, half_life_days: f64) -> f64 {
    (-days / half_life_days).exp2()
}

/// How many baskets have a known customer.
pub(crate) fn baskets_with_customer(orders: &Orders) -> usize {
    orders.customer.iter().filter(|&&customer| customer != NO_CUSTOMER).count()
}
