//! What is to be decided, and what one customer would take at given prices.

use std::ops::Range;

use crate::decide::bundle::NO_TRAIT;

/// Marks "no candidate".
pub(super) const NONE: u32 = u32::MAX;
/// Steps of the search for the best choice where offers exclude each other; beyond that the
/// bound ignores exclusions, which keeps it a bound.
const MAX_STEPS: u32 = 1_000;

/// Candidates in rows by customer, and all limits. Offers and groups are numbers from 0.
#[derive(Debug)]
pub(super) struct Problem<'a> {
    /// Per customer, one more: where its candidates begin.
    pub(super) offsets: &'a [u64],
    /// Per candidate: the offer, no offer twice in a row; what it is worth; and what it costs,
    /// empty if nothing costs anything.
    pub(super) offer: &'a [u32],
    pub(super) value: &'a [f64],
    pub(super) cost: &'a [i64],
    /// Per customer: a number that breaks ties, of no meaning.
    pub(super) keys: &'a [u64],
    /// Offers that a customer gets at most.
    pub(super) per_customer: usize,
    /// Per offer: how often it can be made.
    pub(super) capacity: Vec<u64>,
    pub(super) groups: Vec<Group>,
    /// Per offer: the groups that it is in.
    pub(super) groups_of: Vec<Vec<u32>>,
    pub(super) excludes: Exclusions,
    pub(super) budget: Option<i64>,
}

/// Offers that never reach the same customer.
#[derive(Clone, Debug, Default)]
pub(in crate::decide) struct Exclusions {
    /// Per offer: those that exclude it, ascending; empty if there are no pairs.
    pub(in crate::decide) pairs: Vec<Vec<u32>>,
    /// Per offer its line, brand and category, or [`NO_TRAIT`]: those that have one in common exclude
    /// each other. Empty if none do.
    pub(in crate::decide) alike: Vec<[u64; 3]>,
}

impl Exclusions {
    pub(super) fn is_empty(&self) -> bool {
        self.pairs.is_empty() && self.alike.is_empty()
    }

    /// Adds a pair of so many offers.
    pub(in crate::decide) fn add(&mut self, offers: usize, one: u32, other: u32) {
        self.pairs.resize(offers, Vec::new());
        self.pairs[one as usize].push(other);
        self.pairs[other as usize].push(one);
    }

    /// Puts the pairs in order, after all were added.
    pub(in crate::decide) fn sort(&mut self) {
        for list in &mut self.pairs {
            list.sort_unstable();
            list.dedup();
        }
    }

    fn excluded(&self, one: u32, other: u32) -> bool {
        let (one, of) = (one as usize, other as usize);
        let alike = || {
            let mut both = self.alike[one].iter().zip(&self.alike[of]);
            both.any(|(one, other)| one == other && *one != NO_TRAIT)
        };
        self.pairs.get(one).is_some_and(|list| list.binary_search(&other).is_ok())
            || !self.alike.is_empty() && alike()
    }
}

/// Offers that are limited together.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) min: u64,
    pub(super) max: u64,
}

/// What every limit costs those who use it up: 0 where there is room to spare.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Prices {
    /// Per offer: at least 0.
    pub(super) offer: Vec<f64>,
    /// Per group: above 0 at its maximum, below 0 at its minimum.
    pub(super) group: Vec<f64>,
    /// Per unit of the budget.
    pub(super) budget: f64,
}

/// The choice of one customer at given prices.
#[derive(Debug, Default)]
pub(super) struct Choice {
    /// Places of the chosen within the row with what is left of their value, greatest first.
    pub(super) chosen: Vec<(f64, u32)>,
    /// Per place of the row: the value less prices.
    pub(super) reduced: Vec<f64>,
    /// The greatest of those not chosen, at least 0: what a place is worth to others.
    pub(super) next: f64,
    /// What is left of the last chosen, 0 if there are places to spare: what it takes to get in.
    pub(super) last: f64,
    /// An upper bound of what the chosen are worth together at these prices; their sum unless
    /// exclusions are too many to look through.
    pub(super) bound: f64,
    order: Vec<u32>,
}

impl Problem<'_> {
    pub(super) fn customers(&self) -> usize {
        self.offsets.len() - 1
    }

    pub(super) fn offers(&self) -> usize {
        self.capacity.len()
    }

    pub(super) fn row(&self, customer: usize) -> Range<usize> {
        self.offsets[customer] as usize..self.offsets[customer + 1] as usize
    }

    pub(super) fn cost(&self, at: usize) -> i64 {
        self.cost.get(at).copied().unwrap_or(0)
    }

    /// Whether two offers exclude each other.
    pub(super) fn excluded(&self, one: u32, other: u32) -> bool {
        self.excludes.excluded(one, other)
    }

    /// Per offer what it costs by its own price and those of its groups.
    pub(super) fn totals(&self, prices: &Prices) -> Vec<f64> {
        let of_groups = |offer: usize| -> f64 {
            self.groups_of[offer].iter().map(|&group| prices.group[group as usize]).sum()
        };
        prices.offer.iter().enumerate().map(|(offer, price)| price + of_groups(offer)).collect()
    }

    /// What the customer takes at these prices: the best `per_customer` of what is left above 0,
    /// without exclusions among them. `totals` are of [`totals`](Self::totals).
    pub(super) fn choose(&self, customer: usize, totals: &[f64], budget: f64, choice: &mut Choice) {
        let row = self.row(customer);
        let offers = &self.offer[row.clone()];
        let values = &self.value[row.clone()];
        let Choice { chosen, reduced, next, last, bound, order } = choice;
        reduced.clear();
        let each = offers.iter().zip(values).map(|(&offer, value)| value - totals[offer as usize]);
        if self.cost.is_empty() || budget == 0.0 {
            reduced.extend(each);
        } else {
            let costs = &self.cost[row];
            reduced.extend(each.zip(costs).map(|(left, &cost)| left - budget * cost as f64));
        }
        chosen.clear();
        *next = 0.0;
        let most = self.per_customer;
        for (place, &left) in reduced.iter().enumerate() {
            if left <= 0.0 {
                continue;
            }
            if chosen.len() == most {
                let least = chosen[most - 1].0;
                if left <= least {
                    *next = next.max(left);
                    continue;
                }
                *next = next.max(least);
                chosen.pop();
            }
            let at = chosen.partition_point(|&(other, _)| other >= left);
            chosen.insert(at, (left, place as u32));
        }
        *bound = chosen.iter().map(|&(left, _)| left).sum();
        if !self.excludes.is_empty() && self.clash(offers, chosen) {
            order.clear();
            order.extend((0..reduced.len() as u32).filter(|&at| reduced[at as usize] > 0.0));
            order.sort_by(|&a, &b| {
                reduced[b as usize].total_cmp(&reduced[a as usize]).then(a.cmp(&b))
            });
            let mut search = Search {
                problem: self,
                offers,
                reduced,
                order,
                best: f64::NEG_INFINITY,
                taken: Vec::new(),
                found: Vec::new(),
                steps: 0,
            };
            search.go(0, 0.0);
            if search.steps < MAX_STEPS {
                *bound = search.best;
            }
            let found = std::mem::take(&mut search.found);
            chosen.clear();
            chosen.extend(found.iter().map(|&place| (reduced[place as usize], place)));
            let rest = order.iter().filter(|place| !found.contains(place));
            *next = rest.map(|&place| reduced[place as usize]).fold(0.0, f64::max);
        }
        *last = if chosen.len() == most { chosen[most - 1].0 } else { 0.0 };
    }

    fn clash(&self, offers: &[u32], chosen: &[(f64, u32)]) -> bool {
        chosen.iter().enumerate().any(|(at, &(_, one))| {
            let one = offers[one as usize];
            chosen[at + 1..].iter().any(|&(_, other)| self.excluded(one, offers[other as usize]))
        })
    }
}

/// Looks for the best choice without exclusions, depth first, the greatest first.
struct Search<'a> {
    problem: &'a Problem<'a>,
    offers: &'a [u32],
    reduced: &'a [f64],
    /// Places of the row, those with the most left first.
    order: &'a [u32],
    best: f64,
    taken: Vec<u32>,
    found: Vec<u32>,
    steps: u32,
}

impl Search<'_> {
    fn go(&mut self, from: usize, sum: f64) {
        if sum > self.best {
            self.best = sum;
            self.found.clone_from(&self.taken);
        }
        let free = self.problem.per_customer - self.taken.len();
        for at in from..self.order.len() {
            // What the next ones could add without any exclusion.
            let more: f64 =
                self.order[at..].iter().take(free).map(|&p| self.reduced[p as usize]).sum();
            if free == 0 || sum + more <= self.best || self.steps >= MAX_STEPS {
                return;
            }
            self.steps += 1;
            let place = self.order[at];
            let offer = self.offers[place as usize];
            let clash = self
                .taken
                .iter()
                .any(|&other| self.problem.excluded(offer, self.offers[other as usize]));
            if !clash {
                self.taken.push(place);
                self.go(at + 1, sum + self.reduced[place as usize]);
                self.taken.pop();
            }
        }
    }
}
