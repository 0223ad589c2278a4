//! Orders as learning reads them: model products, returns taken off, one customer after another.

use rayon::prelude::*;

use super::attributes::Attributes;
use crate::{Catalog, Control, Error, ErrorKind, History, Ids, Result};

/// Baskets after which a loop looks whether the work was cancelled: some milliseconds.
pub(crate) const CHECK_EVERY: usize = 1 << 15;
/// Marks a basket whose customer is not known.
pub(crate) const NO_CUSTOMER: u32 = u32::MAX;

/// The model's products: those of the catalogue in its order, then those only in the history.
#[derive(Clone, Debug)]
pub(crate) struct Products {
    /// How many there are.
    pub(crate) all: usize,
    /// How many of them, the first ones, are in the catalogue.
    pub(crate) sold: usize,
    /// Per product of the history: the product of the model.
    pub(crate) of_history: Vec<u32>,
    /// The products of the history that are not in the catalogue, in the order of the model.
    pub(crate) history_only: Vec<u32>,
    /// What the catalogue says about them.
    pub(crate) attributes: Attributes,
}

impl Products {
    /// Brings the products of a catalogue and of a history together.
    pub(crate) fn new(catalog: &Catalog, history: &Ids) -> Result<Self> {
        let ids = catalog.ids();
        if !history.is_empty() && ids.kind() != history.kind() {
            return Err(Error::new(
                ErrorKind::Schema,
                format!(
                    "the catalogue's product ids are {}, the history's are {}; ids are never \
                     converted",
                    ids.kind().plural(),
                    history.kind().plural()
                ),
            ));
        }
        let mut products = Self {
            all: catalog.len(),
            sold: catalog.len(),
            of_history: Vec::with_capacity(history.len()),
            history_only: Vec::new(),
            attributes: Attributes::default(),
        };
        for (index, id) in history.iter().enumerate() {
            let product = match ids.find(id) {
                Some(product) => product,
                None => {
                    let product = u32::try_from(products.all).ok().filter(|&p| p < u32::MAX);
                    products.all += 1;
                    products.history_only.push(index as u32);
                    product.ok_or_else(|| {
                        Error::new(ErrorKind::Limit, "more than 4,294,967,295 products")
                    })?
                }
            };
            products.of_history.push(product);
        }
        products.attributes = Attributes::new(catalog, products.all);
        products.sort_history_only(history);
        Ok(products)
    }
}

impl Products {
    /// Numbers the products that are only in the history in the order of their ids: what is learned
    /// must not depend on who bought what first, as that person may be forgotten.
    fn sort_history_only(&mut self, history: &Ids) {
        self.history_only.sort_unstable_by(|&a, &b| history.get(a).cmp(&history.get(b)));
        for (&index, product) in self.history_only.iter().zip(self.sold as u32..) {
            self.of_history[index as usize] = product;
        }
    }
}

/// Baskets sorted by customer, time and place in the history; those without a customer last.
#[derive(Clone, Debug)]
pub(crate) struct Orders {
    /// How many products there are.
    pub(crate) products: usize,
    /// How many customers there are.
    pub(crate) customers: usize,
    /// Per basket: the customer, or [`NO_CUSTOMER`].
    pub(crate) customer: Vec<u32>,
    /// Per basket: milliseconds since 1970-01-01 UTC.
    pub(crate) time: Vec<i64>,
    /// Per basket, one more: where its products begin.
    pub(crate) offsets: Vec<usize>,
    /// The distinct products of each basket, ascending.
    pub(crate) items: Vec<u32>,
    /// Per customer, one more: where their baskets begin.
    pub(crate) customer_offsets: Vec<usize>,
    /// Returns that took something off an earlier purchase.
    pub(crate) returns_matched: u64,
    /// Returns without an earlier purchase of the customer's.
    pub(crate) returns_unmatched: u64,
}

impl Orders {
    /// The orders of `history` before `until` (all of them if `None`).
    ///
    /// A return takes its quantity off the customer's most recent purchase of the product that is
    /// not later than it, then off the one before; what has nothing left was not bought. A return
    /// of quantity 0 (not known how many) takes off one purchase. Baskets left with nothing are
    /// dropped.
    pub(crate) fn new(
        history: &History,
        products: &Products,
        until: Option<i64>,
        control: &Control,
    ) -> Result<Self> {
        // Without a customer column each basket has an id of its own for a customer, which is
        // enough to find what was returned but makes nobody known.
        let customers = history.customers.len();
        let known = history.shape.customers;
        if u32::try_from(history.len()).is_err() {
            return Err(Error::new(ErrorKind::Limit, "history: more than 4,294,967,295 baskets"));
        }
        let customer_of = |basket: u32| match history.basket_customer.get(basket as usize) {
            Some(&customer) if (customer as usize) < customers => customer,
            _ => NO_CUSTOMER,
        };
        let mut order: Vec<u32> = (0..history.len() as u32)
            .filter(|&b| until.is_none_or(|until| history.basket_time[b as usize] < until))
            .collect();
        // The basket's index makes every key distinct, so the unstable sort has one outcome.
        order.par_sort_unstable_by_key(|&b| (customer_of(b), history.basket_time[b as usize], b));

        control.check()?;
        let mut customer_offsets = vec![0usize; customers + 1];
        for &basket in &order {
            if let Some(count) = customer_offsets.get_mut(customer_of(basket) as usize + 1) {
                *count += 1;
            }
        }
        for customer in 0..customers {
            customer_offsets[customer + 1] += customer_offsets[customer];
        }
        let mut orders = Self {
            products: products.all,
            customers: if known { customers } else { 0 },
            customer: Vec::with_capacity(order.len()),
            time: Vec::with_capacity(order.len()),
            offsets: Vec::with_capacity(order.len() + 1),
            items: Vec::with_capacity(history.lines()),
            customer_offsets: Vec::with_capacity(customers + 1),
            returns_matched: 0,
            returns_unmatched: 0,
        };
        let remaining = orders.take_off_returns(history, &order, &customer_offsets, until);

        orders.offsets.push(0);
        for (done, &basket) in order.iter().enumerate() {
            if done % CHECK_EVERY == 0 {
                control.check()?;
            }
            let b = basket as usize;
            let customer = customer_of(basket);
            let before = orders.items.len();
            for line in lines(history, b) {
                if remaining.as_ref().is_none_or(|left| left[line] > 0.0) {
                    orders.items.push(products.of_history[history.product[line] as usize]);
                }
            }
            // The order of the history's products is that of their first purchase.
            orders.items[before..].sort_unstable();
            if orders.items.len() > before {
                let customer = if known { customer } else { NO_CUSTOMER };
                if customer != NO_CUSTOMER {
                    while orders.customer_offsets.len() <= customer as usize {
                        orders.customer_offsets.push(orders.time.len());
                    }
                } else {
                    orders.end_customers();
                }
                orders.customer.push(customer);
                orders.time.push(history.basket_time[b]);
                orders.offsets.push(orders.items.len());
            }
        }
        orders.end_customers();
        Ok(orders)
    }

    /// Ends the rows of the known customers where the baskets now end.
    fn end_customers(&mut self) {
        while self.customer_offsets.len() <= self.customers {
            self.customer_offsets.push(self.time.len());
        }
    }

    /// Per line of the history the quantity that was not given back; `None` if nothing was.
    fn take_off_returns(
        &mut self,
        history: &History,
        order: &[u32],
        customer_offsets: &[usize],
        until: Option<i64>,
    ) -> Option<Vec<f32>> {
        let returns = &history.returns;
        if returns.product.is_empty() {
            return None;
        }
        let mut remaining = history.quantity.clone();
        let mut by_time: Vec<usize> = (0..returns.product.len())
            .filter(|&r| until.is_none_or(|until| returns.time[r] < until))
            .collect();
        by_time.sort_by_key(|&r| returns.time[r]);
        for r in by_time {
            let mut left = returns.quantity[r];
            let whole = left <= 0.0;
            let mut matched = false;
            let customer = returns.customer[r] as usize;
            let own = match (customer_offsets.get(customer), customer_offsets.get(customer + 1)) {
                (Some(&from), Some(&to)) => &order[from..to],
                _ => &[],
            };
            let earlier =
                own.partition_point(|&b| history.basket_time[b as usize] <= returns.time[r]);
            for &basket in own[..earlier].iter().rev() {
                let range = lines(history, basket as usize);
                let Ok(at) = history.product[range.clone()].binary_search(&returns.product[r])
                else {
                    continue;
                };
                let line = &mut remaining[range.start + at];
                if *line <= 0.0 {
                    continue;
                }
                matched = true;
                if whole {
                    *line = 0.0;
                    break;
                }
                let taken = line.min(left);
                *line -= taken;
                left -= taken;
                if left <= 0.0 {
                    break;
                }
            }
            if matched {
                self.returns_matched += 1;
            } else {
                self.returns_unmatched += 1;
            }
        }
        Some(remaining)
    }

    /// The number of baskets.
    pub(crate) fn len(&self) -> usize {
        self.time.len()
    }

    /// The products of a basket.
    #[inline]
    pub(crate) fn basket(&self, basket: usize) -> &[u32] {
        &self.items[self.offsets[basket]..self.offsets[basket + 1]]
    }

    /// The baskets of a customer, in order of time.
    #[inline]
    pub(crate) fn baskets_of(&self, customer: usize) -> std::ops::Range<usize> {
        self.customer_offsets[customer]..self.customer_offsets[customer + 1]
    }

    /// Per basket a number that tells customers apart; a basket without a customer counts as a
    /// customer of its own, for nothing says otherwise.
    pub(crate) fn who(&self) -> Result<Vec<u32>> {
        let mut next = self.customers as u64;
        self.customer
            .iter()
            .map(|&customer| {
                if customer != NO_CUSTOMER {
                    return Ok(customer);
                }
                next += 1;
                u32::try_from(next - 1).ok().filter(|&who| who < u32::MAX).ok_or_else(|| {
                    Error::new(
                        ErrorKind::Limit,
                        "history: customers and baskets without one exceed 4,294,967,295",
                    )
                })
            })
            .collect()
    }

    /// The earliest and the latest time. `None` without baskets.
    pub(crate) fn span(&self) -> Option<(i64, i64)> {
        Some((*self.time.iter().min()?, *self.time.iter().max()?))
    }
}

fn lines(history: &History, basket: usize) -> std::ops::Range<usize> {
    history.offsets[basket] as usize..history.offsets[basket + 1] as usize
}
