//! What is to be decided, and what one customer would take at given prices.

use std::ops::Range;

use super::search::Search;
use super::together::{NO_SORT, Together};

/// Marks "no candidate".
pub(super) const NONE: u32 = u32::MAX;

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
    /// Per candidate: the sort that it is of by itself, its kind, or [`NO_SORT`]; empty if none is
    /// limited.
    pub(super) sort: &'a [u8],
    /// Per customer: what it takes off that they get any offer at all, at least 0; empty if nothing.
    pub(super) risk: &'a [f64],
    /// Per customer: a number that breaks ties, of no meaning.
    pub(super) keys: &'a [u64],
    /// Offers that a customer gets at most.
    pub(super) per_customer: usize,
    /// Per offer: how often it can be made.
    pub(super) capacity: Vec<u64>,
    pub(super) groups: Vec<Group>,
    /// Per offer: the groups that it is in.
    pub(super) groups_of: Vec<Vec<u32>>,
    pub(super) together: Together,
    pub(super) budget: Option<i64>,
}

/// Offers that are limited together.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) min: u64,
    pub(super) max: u64,
    /// How many of them one customer gets at most.
    pub(super) each: u64,
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
    /// An upper bound of what the chosen are worth together at these prices, less the risk of the
    /// contact; just that unless what may not stand together is too much to look through.
    pub(super) bound: f64,
    /// By how much the best exceeds the risk of the contact; if it does not, nothing is chosen.
    /// Infinite if there is no risk.
    pub(super) above: f64,
    search: Search,
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

    /// What it takes off that a customer gets any offer.
    pub(super) fn risk(&self, customer: usize) -> f64 {
        self.risk.get(customer).copied().unwrap_or(0.0)
    }

    /// Whether something limits what a customer gets together.
    pub(super) fn limits_together(&self) -> bool {
        !self.sort.is_empty() || !self.together.is_empty()
    }

    /// The sorts that a candidate is of.
    pub(super) fn sorts(&self, at: usize) -> impl Iterator<Item = u32> + '_ {
        let own = self.sort.get(at).filter(|&&sort| sort != NO_SORT);
        let of_offer = self.together.sorts(self.offer[at]);
        own.map(|&sort| u32::from(sort)).into_iter().chain(of_offer.iter().copied())
    }

    /// Whether a candidate may stand together with others of the same customer, which may stand
    /// together without it.
    pub(super) fn fits(&self, at: usize, others: impl Iterator<Item = usize> + Clone) -> bool {
        let offer = self.offer[at];
        if self.together.has_pairs()
            && others.clone().any(|other| self.together.apart(offer, self.offer[other]))
        {
            return false;
        }
        self.sorts(at).all(|sort| {
            let of_it = others.clone().filter(|&other| self.sorts(other).any(|of| of == sort));
            of_it.count() < self.together.most(sort) as usize
        })
    }

    /// Per offer what it costs by its own price and those of its groups.
    pub(super) fn totals(&self, prices: &Prices) -> Vec<f64> {
        let of_groups = |offer: usize| -> f64 {
            self.groups_of[offer].iter().map(|&group| prices.group[group as usize]).sum()
        };
        prices.offer.iter().enumerate().map(|(offer, price)| price + of_groups(offer)).collect()
    }

    /// What the customer takes at these prices: the best `per_customer` of what is left above 0
    /// that may stand together, unless the risk of the contact is as great. `totals` are of [`totals`](Self::totals).
    pub(super) fn choose(&self, customer: usize, totals: &[f64], budget: f64, choice: &mut Choice) {
        let row = self.row(customer);
        let offers = &self.offer[row.clone()];
        let values = &self.value[row.clone()];
        let Choice { chosen, reduced, next, last, bound, above, search } = choice;
        reduced.clear();
        let each = offers.iter().zip(values).map(|(&offer, value)| value - totals[offer as usize]);
        if self.cost.is_empty() || budget == 0.0 {
            reduced.extend(each);
        } else {
            let costs = &self.cost[row.clone()];
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
        if self.limits_together() && !self.stands_together(row.start, chosen) {
            *bound = search.run(self, row.start, reduced);
            chosen.clear();
            chosen.extend(search.found().map(|place| (reduced[place as usize], place)));
            *next = search.rest().map(|place| reduced[place as usize]).fold(0.0, f64::max);
        }
        *above = f64::INFINITY;
        let risk = self.risk(customer);
        if risk > 0.0 {
            *above = chosen.iter().map(|&(left, _)| left).sum::<f64>() - risk;
            *bound = (*bound - risk).max(0.0);
            if *above <= 0.0 {
                chosen.clear();
            }
        }
        *last = if chosen.len() == most { chosen[most - 1].0 } else { 0.0 };
    }

    fn stands_together(&self, start: usize, chosen: &[(f64, u32)]) -> bool {
        (1..chosen.len()).all(|n| {
            let others = chosen[..n].iter().map(|&(_, place)| start + place as usize);
            self.fits(start + chosen[n].1 as usize, others)
        })
    }
}
