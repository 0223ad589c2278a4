//! The purchases of each customer in order of time.

use rayon::prelude::*;

use super::options::{SequenceOptions, Spans};
use crate::{Control, Error, ErrorKind, History, Id, Ids, Result};

/// Baskets after which a loop looks whether the work was cancelled: some milliseconds.
const CHECK_EVERY: usize = 1 << 15;

/// The steps of all customers, cut down to the items that enough of them bought.
///
/// Items have ranks: the one with the most customers is 0, ties go by product index.
#[derive(Debug)]
pub(super) struct Timeline {
    /// How many customers there are.
    pub customers: usize,
    /// Baskets without a customer.
    pub anonymous_baskets: u64,
    /// The least number of customers.
    pub min_count: u64,
    /// The same in 32 bits: if it does not fit, no sequence reaches either.
    pub min_customers: u32,
    /// The last tick of the history.
    pub end: i64,
    /// Per customer: the tick of the first step, whatever was in it.
    pub first: Vec<i64>,
    /// Per step: its customer; ascending. Steps without frequent items are left out.
    pub customer: Vec<u32>,
    /// Per step: its tick; ascending for each customer.
    pub time: Vec<i64>,
    /// Per step, one more: where its items begin.
    offsets: Vec<usize>,
    /// The ranks of the items of each step, ascending.
    ranks: Vec<u32>,
    /// Per rank: the index of the product.
    pub product: Vec<u32>,
    /// Per rank: how many customers bought it.
    pub buyers: Vec<u32>,
}

impl Timeline {
    pub(super) fn new(
        history: &History,
        options: &SequenceOptions,
        spans: Spans,
        control: &Control,
    ) -> Result<Self> {
        let all = history.len();
        if history.is_empty() {
            return Err(Error::new(
                ErrorKind::Data,
                "history: there are no baskets: expected at least one",
            ));
        }
        if u32::try_from(all).is_err() {
            return Err(Error::new(ErrorKind::Limit, "history: more than 4,294,967,295 baskets"));
        }
        let allowed = allowed(history.products(), options)?;
        let known = |b: u32| {
            // Without a customer column each basket is called a customer of its own.
            history.shape.customers
                && (history.basket_customer[b as usize] as usize) < history.customers.len()
        };
        let tick = |b: u32| history.basket_time[b as usize].div_euclid(spans.tick);
        let mut order: Vec<u32> = (0..all as u32).filter(|&b| known(b)).collect();
        if order.is_empty() {
            return Err(Error::new(
                ErrorKind::Data,
                "history: no basket has a customer: expected a customer column, as a sequence is \
                 what one customer buys",
            ));
        }
        // The basket's index makes every key distinct, so the unstable sort has one outcome.
        order.par_sort_unstable_by_key(|&b| (history.basket_customer[b as usize], tick(b), b));
        control.check()?;

        let lines = |b: u32| {
            let b = b as usize;
            &history.product[history.offsets[b] as usize..history.offsets[b + 1] as usize]
        };
        let mut buyers = vec![0u32; history.products().len()];
        let mut last = vec![u32::MAX; history.products().len()];
        let mut first = Vec::new();
        let mut previous = u32::MAX;
        for (done, &b) in order.iter().enumerate() {
            if done % CHECK_EVERY == 0 {
                control.check()?;
            }
            let customer = history.basket_customer[b as usize];
            if customer != previous {
                previous = customer;
                first.push(tick(b));
            }
            for &product in lines(b) {
                let product = product as usize;
                if allowed[product] && last[product] != customer {
                    last[product] = customer;
                    buyers[product] += 1;
                }
            }
        }
        let customers = first.len();
        let min_count = options.min_support.count(customers as u64)?;
        let min_customers = u32::try_from(min_count).unwrap_or(u32::MAX);
        let mut product: Vec<u32> = (0..buyers.len() as u32)
            .filter(|&p| allowed[p as usize] && buyers[p as usize] >= min_customers)
            .collect();
        product.sort_by_key(|&p| std::cmp::Reverse(buyers[p as usize]));
        let mut rank_of = vec![u32::MAX; buyers.len()];
        for (rank, &p) in (0..).zip(&product) {
            rank_of[p as usize] = rank;
        }

        let mut timeline = Self {
            customers,
            anonymous_baskets: (all - order.len()) as u64,
            min_count,
            min_customers,
            end: history.basket_time.iter().max().map_or(0, |t| t.div_euclid(spans.tick)),
            first,
            customer: Vec::new(),
            time: Vec::new(),
            offsets: vec![0],
            ranks: Vec::new(),
            buyers: product.iter().map(|&p| buyers[p as usize]).collect(),
            product,
        };
        let same = |&a: &u32, &b: &u32| {
            history.basket_customer[a as usize] == history.basket_customer[b as usize]
                && tick(a) == tick(b)
        };
        let (mut customer, mut previous) = (0u32, None);
        let mut step: Vec<u32> = Vec::new();
        for (done, baskets) in order.chunk_by(same).enumerate() {
            if done % CHECK_EVERY == 0 {
                control.check()?;
            }
            let who = history.basket_customer[baskets[0] as usize];
            customer += u32::from(previous.is_some_and(|previous| previous != who));
            previous = Some(who);
            step.clear();
            for &b in baskets {
                step.extend(lines(b).iter().map(|&p| rank_of[p as usize]));
            }
            step.retain(|&rank| rank != u32::MAX);
            if !step.is_empty() {
                step.sort_unstable();
                step.dedup();
                timeline.ranks.extend_from_slice(&step);
                timeline.offsets.push(timeline.ranks.len());
                timeline.customer.push(customer);
                timeline.time.push(tick(baskets[0]));
            }
        }
        Ok(timeline)
    }

    /// How many steps there are.
    pub(super) fn len(&self) -> usize {
        self.time.len()
    }

    /// The ranks of the items of a step, ascending.
    #[inline]
    pub(super) fn ranks(&self, step: u32) -> &[u32] {
        &self.ranks[self.offsets[step as usize]..self.offsets[step as usize + 1]]
    }
}

/// Per product: whether sequences may be made of it.
fn allowed(products: &Ids, options: &SequenceOptions) -> Result<Vec<bool>> {
    let find = |name: &str, id: &Id| {
        products.find(id).ok_or_else(|| {
            Error::new(
                ErrorKind::UnknownId,
                format!("{name}: {id}, expected products of the history"),
            )
        })
    };
    let mut allowed = vec![options.only_from.is_none(); products.len()];
    for id in options.only_from.iter().flatten() {
        allowed[find("only_from", id)? as usize] = true;
    }
    for id in &options.must_not_contain {
        allowed[find("must_not_contain", id)? as usize] = false;
    }
    Ok(allowed)
}
