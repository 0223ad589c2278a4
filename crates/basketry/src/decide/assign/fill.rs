//! Giving customers what is still free.

use super::problem::NONE;
use super::repair::{Change, ROUND, Repair, sort};
use crate::{Control, Result};

impl Repair<'_> {
    /// What a customer who has nothing could get, if that is worth more than the risk of the contact: the
    /// most valuable that there is room for, one after another, and what that loses.
    fn first(&self, customer: usize) -> Option<(f64, Vec<u32>)> {
        let problem = self.problem;
        let row = problem.row(customer);
        let mut open: Vec<usize> =
            row.clone().filter(|&at| problem.value[at] > 0.0 && self.room(at)).collect();
        open.sort_unstable_by(|&a, &b| {
            problem.value[b].total_cmp(&problem.value[a]).then(a.cmp(&b))
        });
        let mut taken: Vec<usize> = Vec::new();
        let (mut value, mut left, mut cost) = (0.0, 0.0, 0);
        for at in open {
            if taken.len() == problem.per_customer {
                break;
            }
            let more = cost + i128::from(problem.cost(at));
            let paid = |most: i64| self.taken.spent + more <= i128::from(most);
            let groups = problem.groups_of[problem.offer[at] as usize].iter().all(|group| {
                let of = |&other: &usize| {
                    problem.groups_of[problem.offer[other] as usize].contains(group)
                };
                let mine = taken.iter().filter(|&other| of(other)).count() as u64;
                let group = *group as usize;
                self.taken.group_usage[group] + mine < problem.groups[group].max
            });
            if groups
                && problem.budget.is_none_or(paid)
                && (!problem.limits_together() || problem.fits(at, taken.iter().copied()))
            {
                taken.push(at);
                (value, left, cost) = (value + problem.value[at], left + self.left(at), more);
            }
        }
        let risk = problem.risk(customer);
        let places = || taken.iter().map(|&at| (at - row.start) as u32).collect();
        (value > risk).then(|| (risk - left, places()))
    }

    /// Gives what is still free to those for whom it is worth most.
    pub(super) fn fill(&mut self, control: &Control) -> Result<()> {
        let problem = self.problem;
        let open = |repair: &Self, customer: usize, at: usize| {
            let place = (at - problem.row(customer).start) as u32;
            problem.value[at] > 0.0 && repair.room(at) && !repair.clashes(customer, place, None)
        };
        // Who gets nothing yet gets as much as is worth the contact, or nothing.
        let none = |repair: &Self, customer: usize| repair.risk_of(customer, 0) > 0.0;
        // What loses least first, a little more in each round.
        let values = problem.value.iter().copied().fold(0.0, f64::max);
        let (mut from, mut to) = (f64::NEG_INFINITY, values * 1e-4);
        // Up to twice the greatest value.
        for _ in 0..6 {
            let mut free = self.collect(control, |customer, found| {
                let row = problem.row(customer);
                if !self.taken.places[self.slots(customer)].contains(&NONE) {
                    return;
                }
                if none(self, customer) {
                    if let Some((loss, _)) = self.first(customer)
                        && loss > from
                        && loss <= to
                    {
                        let key = problem.keys[customer];
                        found.push(Change { loss, key, customer: customer as u32, place: NONE });
                    }
                    return;
                }
                for at in row.clone() {
                    let loss = -self.left(at);
                    if loss > from && loss <= to && open(self, customer, at) {
                        found.push(Change {
                            loss,
                            key: problem.keys[customer],
                            customer: customer as u32,
                            place: (at - row.start) as u32,
                        });
                    }
                }
            })?;
            let many = free.len() > ROUND;
            sort(&mut free);
            for change in &free {
                let customer = change.customer as usize;
                if change.place == NONE {
                    // What was free may be used up.
                    let first = self.first(customer).filter(|_| none(self, customer));
                    for place in first.map_or(Vec::new(), |(_, places)| places) {
                        self.put_in(customer, place);
                    }
                    continue;
                }
                let at = problem.row(customer).start + change.place as usize;
                let slot = self.slots(customer).find(|&slot| self.taken.places[slot] == NONE);
                if let Some(slot) = slot
                    && open(self, customer, at)
                {
                    self.taken.places[slot] = change.place;
                    self.taken.count(problem, at, 1);
                }
            }
            if many {
                break;
            }
            (from, to) = (to, to * 8.0);
        }
        Ok(())
    }
}
