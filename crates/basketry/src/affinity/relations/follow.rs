//! What customers buy in the days after they first bought something.
//!
//! A customer's first purchase of a product opens a window of D days, if the history goes on for
//! that long; counted are the customers who bought another product within it, later than the first.
//! Expected is the share of all windows of D days in which the other is bought: of all moments from
//! a customer's first order to D days before the end, of all customers, measured exactly as a union
//! of intervals.

use super::super::orders::{CHECK_EVERY, Orders};
use crate::{Control, Result};

/// Windows with more lines than this are of no person, and not looked at.
const MOST_LINES: usize = 20_000;

/// First purchases and base rates.
pub(super) struct FollowUps<'a> {
    orders: &'a Orders,
    window: i64,
    /// Per product, one more: where its first purchases begin.
    offsets: Vec<usize>,
    /// The basket of each.
    first: Vec<u32>,
    /// Per product: the share of windows in which it is bought.
    base: Vec<f64>,
}

/// Working memory of one thread.
#[derive(Default)]
pub(super) struct Window {
    /// Per product: customers, and the window in which it was last seen.
    pub(super) customers: Vec<u32>,
    seen: Vec<u64>,
    pub(super) touched: Vec<u32>,
}

impl<'a> FollowUps<'a> {
    pub(super) fn new(orders: &'a Orders, window: i64, control: &Control) -> Result<Self> {
        let end = orders.span().map_or(0, |(_, last)| last).saturating_sub(window);
        let mut found = Self {
            orders,
            window,
            offsets: vec![0; orders.products + 1],
            first: Vec::new(),
            base: vec![0.0; orders.products],
        };
        let mut firsts: Vec<(u32, u32)> = Vec::new();
        let mut seen = vec![u32::MAX; orders.products];
        let mut bought: Vec<(u32, i64)> = Vec::new();
        // Milliseconds: exact, and the same in any order.
        let mut with = vec![0u128; orders.products];
        let mut all = 0u128;
        for customer in 0..orders.customers {
            if customer % CHECK_EVERY == 0 {
                control.check()?;
            }
            let baskets = orders.baskets_of(customer);
            let Some(&begin) = orders.time.get(baskets.start).filter(|_| !baskets.is_empty())
            else {
                continue;
            };
            bought.clear();
            for b in baskets.clone() {
                let observed = orders.time[b] <= end && found.lines(b, baskets.end) <= MOST_LINES;
                for &item in orders.basket(b) {
                    bought.push((item, orders.time[b]));
                    if seen[item as usize] != customer as u32 {
                        seen[item as usize] = customer as u32;
                        if observed {
                            firsts.push((item, b as u32));
                            found.offsets[item as usize + 1] += 1;
                        }
                    }
                }
            }
            if begin >= end {
                continue;
            }
            all += (end - begin) as u128;
            bought.sort_unstable();
            // A moment m sees a purchase at t if m < t <= m + window, so m in [t - window, t).
            let (mut item, mut covered) = (u32::MAX, begin);
            for &(next, time) in &bought {
                if next != item {
                    (item, covered) = (next, begin);
                }
                let (from, to) = (time.saturating_sub(window).max(covered), time.min(end));
                if to > from {
                    with[item as usize] += (to - from) as u128;
                    covered = to;
                }
            }
        }
        if all > 0 {
            for (share, with) in found.base.iter_mut().zip(with) {
                *share = with as f64 / all as f64;
            }
        }
        for product in 0..orders.products {
            found.offsets[product + 1] += found.offsets[product];
        }
        let mut at = found.offsets.clone();
        found.first = vec![0; firsts.len()];
        for (item, basket) in firsts {
            found.first[at[item as usize]] = basket;
            at[item as usize] += 1;
        }
        Ok(found)
    }

    /// The baskets of a customer's that lie in the window of one of them; `end`: where theirs end.
    fn window(&self, basket: usize, end: usize) -> std::ops::Range<usize> {
        let time = &self.orders.time;
        let last = time[basket].saturating_add(self.window);
        let own = &time[basket..end];
        let from = basket + own.partition_point(|&t| t <= time[basket]);
        from..basket + own.partition_point(|&t| t <= last)
    }

    fn lines(&self, basket: usize, end: usize) -> usize {
        let window = self.window(basket, end);
        self.orders.offsets[window.end] - self.orders.offsets[window.start]
    }

    /// Customers whose window was observed.
    pub(super) fn observed(&self, product: u32) -> usize {
        self.offsets[product as usize + 1] - self.offsets[product as usize]
    }

    /// The customers expected to buy `then` in the windows of `product`.
    pub(super) fn expected(&self, product: u32, then: u32) -> f64 {
        self.observed(product) as f64 * self.base[then as usize]
    }

    /// Counts who bought what in the windows of a product; [`Window::customers`] has the result
    /// until [`Window::clear`].
    pub(super) fn count(&self, product: u32, window: &mut Window) {
        window.customers.resize(self.orders.products, 0);
        window.seen.resize(self.orders.products, 0);
        for at in self.offsets[product as usize]..self.offsets[product as usize + 1] {
            let basket = self.first[at] as usize;
            let customer = self.orders.customer[basket] as usize;
            for b in self.window(basket, self.orders.baskets_of(customer).end) {
                for &item in self.orders.basket(b) {
                    let i = item as usize;
                    if window.seen[i] != at as u64 + 1 {
                        window.seen[i] = at as u64 + 1;
                        if window.customers[i] == 0 {
                            window.touched.push(item);
                        }
                        window.customers[i] += 1;
                    }
                }
            }
        }
    }
}

impl Window {
    pub(super) fn clear(&mut self) {
        for item in self.touched.drain(..) {
            self.customers[item as usize] = 0;
        }
    }
}
