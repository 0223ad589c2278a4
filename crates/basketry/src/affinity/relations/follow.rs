//! What customers buy in the days after they first bought something.
//!
//! A customer's first purchase of a product opens a window of D days, if the history goes on for
//! that long; counted are the customers who bought another product within it, in a later basket
//! that does not hold the first.
//!
//! Expected are those whom chance would bring there: as many of their baskets hold the other
//! product as do, but it does not matter which. Of a customer's n baskets without the first
//! product, k hold the other one, and the window has a share w of them: then one of the k falls
//! into the window with probability `1 - prod (1 - w n / (n - i))`, i from 0 to k - 1 (drawing
//! without replacement; exact where all weigh the same). A basket weighs as much as it has
//! products, times what the other one sells in its season. Customers with no basket outside the
//! window tell nothing. So neither that some customers buy more than others, nor what they like, nor
//! Christmas makes one thing follow another.
//!
//! What is looked at that closely is found by a quicker measure: the share of all windows of D days
//! in which the other is bought, of all moments from a customer's first order to D days before the
//! end, of all customers, measured exactly as a union of intervals.

use rayon::prelude::*;

use super::super::orders::{CHECK_EVERY, Orders};
use super::super::views::DAY_MS;
use super::label::Followed;
use crate::{Control, Result};

/// Customers with more lines than this are no persons, and not looked at.
const MOST_LINES: usize = 20_000;
/// Seasons of equal length at most: four weeks of a year.
const SEASONS: usize = 13;
/// Baskets that a season has on average at least.
const SEASON_BASKETS: usize = 1000;
/// A product's seasons are drawn towards that of all products as by so many baskets.
const SEASON_PRIOR: f64 = 10.0;
/// Marks a product that is not there.
const NONE: u32 = u32::MAX;

/// First purchases and base rates.
pub(super) struct FollowUps<'a> {
    orders: &'a Orders,
    window: i64,
    /// Windows that begin later are not observed to their end.
    end: i64,
    /// Per product, one more: where its first purchases begin.
    offsets: Vec<usize>,
    /// The basket of each.
    first: Vec<u32>,
    /// Per product: the share of windows in which it is bought.
    base: Vec<f64>,
    seasons: Seasons,
}

/// When what is bought.
struct Seasons {
    count: usize,
    /// Per basket: its season.
    of: Vec<u8>,
    /// Per product and season: how many times its usual share of the lines it has.
    factor: Vec<f32>,
}

impl Seasons {
    fn new(orders: &Orders) -> Self {
        let (first_ms, last) = orders.span().unwrap_or_default();
        let span = last.saturating_sub(first_ms) as f64;
        let count = (orders.len() / SEASON_BASKETS).clamp(1, SEASONS);
        let per_ms = if span >= DAY_MS { count as f64 / span } else { 0.0 };
        let season = |&time: &i64| {
            let passed = time.saturating_sub(first_ms) as f64;
            ((passed * per_ms) as usize).min(count - 1) as u8
        };
        let of = orders.time.iter().map(season).collect();
        let mut seasons = Self { count, of, factor: Vec::new() };
        let mut lines = vec![0u32; orders.products * count];
        let mut all = vec![0f64; count];
        for b in 0..orders.len() {
            let season = usize::from(seasons.of[b]);
            let basket = orders.basket(b);
            all[season] += basket.len() as f64;
            for &item in basket {
                lines[item as usize * count + season] += 1;
            }
        }
        let total: f64 = all.iter().sum();
        seasons.factor = vec![1.0; lines.len()];
        for (factors, lines) in
            seasons.factor.chunks_exact_mut(count).zip(lines.chunks_exact(count))
        {
            let bought: f64 = lines.iter().copied().map(f64::from).sum();
            for ((factor, &n), &all) in factors.iter_mut().zip(lines).zip(&all) {
                let share = all / total;
                if share > 0.0 {
                    let drawn = (f64::from(n) + SEASON_PRIOR * share) / (bought + SEASON_PRIOR);
                    *factor = (drawn / share) as f32;
                }
            }
        }
        seasons
    }

    /// The weight of baskets whose products by season are `sizes`, for a product.
    fn weight(&self, product: u32, sizes: &[f64; SEASONS]) -> f64 {
        let factors = &self.factor[product as usize * self.count..][..self.count];
        factors.iter().zip(sizes).map(|(&factor, size)| f64::from(factor) * size).sum()
    }
}

/// The probability that of `k` baskets, drawn from `n` without replacement, one or more fall among
/// those that have this share of all weight.
fn one_or_more(share: f64, k: u32, n: u32) -> f64 {
    let all = share * f64::from(n);
    let mut none = 1.0;
    for i in 0..k.min(n) {
        none *= (1.0 - all / f64::from(n - i)).max(0.0);
        if none < 1e-9 {
            break;
        }
    }
    1.0 - none
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
            end,
            offsets: vec![0; orders.products + 1],
            first: Vec::new(),
            base: vec![0.0; orders.products],
            seasons: Seasons::new(orders),
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
            let lines = orders.offsets[baskets.end] - orders.offsets[baskets.start];
            if lines > MOST_LINES {
                continue;
            }
            for b in baskets.clone() {
                let observed = orders.time[b] <= end;
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

    /// Customers whose window was observed.
    pub(super) fn observed(&self, product: u32) -> usize {
        self.offsets[product as usize + 1] - self.offsets[product as usize]
    }

    /// The customers who would buy `then` in the windows of `product` if these were as any others.
    pub(super) fn roughly_expected(&self, product: u32, then: u32) -> f64 {
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

impl FollowUps<'_> {
    /// For each of some products and each of its `others`, which are distinct: the customers who
    /// bought the other one in the window of the product, and how many were expected of those who
    /// bought both.
    pub(super) fn follow(
        &self,
        products: &[u32],
        others: &[Vec<u32>],
        control: &Control,
    ) -> Result<Vec<Vec<Followed>>> {
        // Every part goes through all customers. A number does not depend on how many parts there
        // are, as it is of one of them.
        let parts = (2 * rayon::current_num_threads()).clamp(1, products.len().max(1));
        let found: Vec<Vec<Vec<Followed>>> = (0..parts)
            .into_par_iter()
            .map(|part| self.follow_part(products, others, (part, parts), control))
            .collect::<Result<_>>()?;
        let mut found: Vec<_> = found.into_iter().map(Vec::into_iter).collect();
        Ok((0..products.len()).filter_map(|item| found[item % parts].next()).collect())
    }

    /// The same for each `parts`-th product.
    fn follow_part(
        &self,
        products: &[u32],
        others: &[Vec<u32>],
        (part, parts): (usize, usize),
        control: &Control,
    ) -> Result<Vec<Vec<Followed>>> {
        let orders = self.orders;
        let mine = || (part..products.len()).step_by(parts);
        let none = Followed { customers: 0, expected: 0.0 };
        let mut found: Vec<Vec<Followed>> =
            mine().map(|item| vec![none; others[item].len()]).collect();
        let mut item_of = vec![NONE; orders.products];
        for item in mine().filter(|&item| !others[item].is_empty()) {
            item_of[products[item] as usize] = item as u32;
        }
        let mut own = Purchases::new(orders.products);
        for customer in 0..orders.customers {
            if customer % CHECK_EVERY == 0 {
                control.check()?;
            }
            let baskets = orders.baskets_of(customer);
            if orders.offsets[baskets.end] - orders.offsets[baskets.start] > MOST_LINES {
                continue;
            }
            own.read(orders, baskets.clone());
            let mut total = [0.0; SEASONS];
            for b in baskets.clone() {
                total[usize::from(self.seasons.of[b])] += orders.basket(b).len() as f64;
            }
            for &product in &own.distinct {
                let item = item_of[product as usize];
                if item == NONE {
                    continue;
                }
                let with = own.baskets(product);
                if orders.time[with[0] as usize] > self.end {
                    continue;
                }
                let inside = self.window(with[0] as usize, baskets.end);
                let size = |b: usize| orders.basket(b).len() as f64;
                let (mut all, mut within) = (total, [0.0; SEASONS]);
                for b in with.iter().map(|&b| b as usize) {
                    all[usize::from(self.seasons.of[b])] -= size(b);
                }
                for b in inside.clone().filter(|&b| with.binary_search(&(b as u32)).is_err()) {
                    within[usize::from(self.seasons.of[b])] += size(b);
                }
                let without = (baskets.len() - with.len()) as u32;
                let followed = &mut found[item as usize / parts];
                for (&other, followed) in others[item as usize].iter().zip(followed) {
                    let (mut count, mut hit) = (0, false);
                    let mut rest = with.iter().peekable();
                    for &b in own.baskets(other) {
                        while rest.next_if(|&&one| one < b).is_some() {}
                        if rest.peek() != Some(&&b) {
                            count += 1;
                            hit |= inside.contains(&(b as usize));
                        }
                    }
                    if count == 0 {
                        continue;
                    }
                    let weight = |sizes| self.seasons.weight(other, sizes);
                    let (within, all) = (weight(&within), weight(&all));
                    // Where no basket is outside the window it had to be in it.
                    if within < all {
                        followed.customers += u32::from(hit);
                        followed.expected += one_or_more(within / all, count, without);
                    }
                }
            }
        }
        control.advance(mine().len() as u64)?;
        Ok(found)
    }
}

/// In which baskets a customer bought what.
struct Purchases {
    /// Per product: its place among `distinct`, or [`NONE`].
    place: Vec<u32>,
    distinct: Vec<u32>,
    /// Per distinct product, one more: where its baskets begin.
    offsets: Vec<usize>,
    /// Ascending.
    baskets: Vec<u32>,
}

impl Purchases {
    fn new(products: usize) -> Self {
        Self {
            place: vec![NONE; products],
            distinct: Vec::new(),
            offsets: Vec::new(),
            baskets: Vec::new(),
        }
    }

    fn read(&mut self, orders: &Orders, baskets: std::ops::Range<usize>) {
        for product in self.distinct.drain(..) {
            self.place[product as usize] = NONE;
        }
        self.offsets.clear();
        self.offsets.push(0);
        for b in baskets.clone() {
            for &product in orders.basket(b) {
                let place = &mut self.place[product as usize];
                if *place == NONE {
                    *place = self.distinct.len() as u32;
                    self.distinct.push(product);
                    self.offsets.push(0);
                }
                self.offsets[*place as usize + 1] += 1;
            }
        }
        for at in 0..self.distinct.len() {
            self.offsets[at + 1] += self.offsets[at];
        }
        self.baskets.clear();
        self.baskets.resize(self.offsets[self.distinct.len()], 0);
        // From the last one on, each list is filled from its end; its end then is its beginning,
        // which is the end of the one before.
        for b in baskets.rev() {
            for &product in orders.basket(b) {
                let end = &mut self.offsets[self.place[product as usize] as usize + 1];
                *end -= 1;
                self.baskets[*end] = b as u32;
            }
        }
        self.offsets.remove(0);
        self.offsets.push(self.baskets.len());
    }

    /// The baskets with a product.
    fn baskets(&self, product: u32) -> &[u32] {
        match self.place[product as usize] {
            NONE => &[],
            place => &self.baskets[self.offsets[place as usize]..self.offsets[place as usize + 1]],
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_without_replacement() {
        // 2 of 5 baskets, 2 are in the window: 1 - (3/5)(2/4).
        assert!((one_or_more(0.4, 2, 5) - 0.7).abs() < 1e-12);
        assert_eq!(one_or_more(0.0, 3, 5), 0.0);
        assert!((one_or_more(0.3, 1, 7) - 0.3).abs() < 1e-12);
        // More than there are outside: one has to be inside.
        assert!((one_or_more(0.4, 4, 5) - 1.0).abs() < 1e-12);
        assert!((one_or_more(0.9, 5, 5) - 1.0).abs() < 1e-12);
    }
}
