//! From prices to a plan within all limits.
//!
//! At the prices of the dual each customer's own choice is almost within the limits. What is too
//! much is given up where least is lost, missing minimum volumes are made up where it costs least,
//! and what is then free goes to those for whom it is worth most.

use rayon::prelude::*;

use super::dual::{CHUNK, Solved};
use super::problem::{Choice, NONE, Prices, Problem};
use crate::{Control, Result};

/// Rounds of exchanging what was chosen for what is worth more, at most.
const ROUNDS: usize = 4;
/// Candidates looked at in one round of filling up, at most about.
pub(super) const ROUND: usize = 4_000_000;

/// Which candidates are taken, and what of the limits they use.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    /// Per customer `per_customer` places: the place of a candidate in the row, or [`NONE`].
    pub(super) places: Vec<u32>,
    pub(super) usage: Vec<u64>,
    pub(super) group_usage: Vec<u64>,
    pub(super) spent: i128,
}

/// A candidate that may be given up or taken, by what that loses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) loss: f64,
    pub(super) key: u64,
    pub(super) customer: u32,
    /// The place of the candidate in the row.
    pub(super) place: u32,
}

pub(super) fn sort(changes: &mut [Change]) {
    changes.par_sort_unstable_by(|a, b| {
        a.loss.total_cmp(&b.loss).then(a.key.cmp(&b.key)).then(a.place.cmp(&b.place))
    });
}

/// A plan within the limits, except minimum volumes that cannot be reached, or are not found without
/// being `thorough`.
pub(super) fn plan(
    problem: &Problem<'_>,
    solved: &Solved,
    thorough: bool,
    control: &Control,
) -> Result<Taken> {
    let prices = &solved.prices;
    let totals = problem.totals(prices);
    let mut repair = Repair { problem, prices, totals, taken: choices(problem, prices, control)? };
    repair.keep_capacities(control)?;
    repair.keep_maxima(control)?;
    repair.keep_budget(control)?;
    repair.leave(control)?;
    repair.reach_minima(thorough, control)?;
    repair.fill(control)?;
    for _ in 0..ROUNDS {
        let better = repair.upgrade(control)? + repair.exchange(control)?;
        if better == 0 {
            break;
        }
    }
    if repair.leave(control)? {
        repair.fill(control)?;
    }
    Ok(repair.taken)
}

/// What everybody takes at these prices.
fn choices(problem: &Problem<'_>, prices: &Prices, control: &Control) -> Result<Taken> {
    let totals = problem.totals(prices);
    let most = problem.per_customer;
    let mut places = vec![NONE; problem.customers() * most];
    places.par_chunks_mut(CHUNK * most).enumerate().try_for_each_init(
        Choice::default,
        |choice, (chunk, places)| -> Result<()> {
            control.check()?;
            for (at, places) in places.chunks_mut(most).enumerate() {
                problem.choose(chunk * CHUNK + at, &totals, prices.budget, choice);
                for (place, &(_, chosen)) in places.iter_mut().zip(&choice.chosen) {
                    *place = chosen;
                }
            }
            Ok(())
        },
    )?;
    let mut taken = Taken {
        places,
        usage: vec![0; problem.offers()],
        group_usage: vec![0; problem.groups.len()],
        spent: 0,
    };
    for customer in 0..problem.customers() {
        let row = problem.row(customer);
        for slot in 0..most {
            let place = taken.places[customer * most + slot];
            if place != NONE {
                taken.count(problem, row.start + place as usize, 1);
            }
        }
    }
    Ok(taken)
}

impl Taken {
    /// The places of what a customer has.
    pub(super) fn of(
        &self,
        problem: &Problem<'_>,
        customer: usize,
    ) -> impl Iterator<Item = u32> + '_ {
        let most = problem.per_customer;
        let slots = &self.places[customer * most..(customer + 1) * most];
        slots.iter().copied().filter(|&place| place != NONE)
    }

    pub(super) fn count(&mut self, problem: &Problem<'_>, at: usize, by: i64) {
        let offer = problem.offer[at] as usize;
        self.usage[offer] = self.usage[offer].wrapping_add_signed(by);
        for &group in &problem.groups_of[offer] {
            let usage = &mut self.group_usage[group as usize];
            *usage = usage.wrapping_add_signed(by);
        }
        self.spent += i128::from(problem.cost(at)) * i128::from(by);
    }
}

pub(super) struct Repair<'a> {
    pub(super) problem: &'a Problem<'a>,
    pub(super) prices: &'a Prices,
    pub(super) totals: Vec<f64>,
    pub(super) taken: Taken,
}

impl Repair<'_> {
    pub(super) fn slots(&self, customer: usize) -> std::ops::Range<usize> {
        let most = self.problem.per_customer;
        customer * most..(customer + 1) * most
    }

    /// What is left of a candidate after prices.
    pub(super) fn left(&self, at: usize) -> f64 {
        let problem = self.problem;
        let left = problem.value[at] - self.totals[problem.offer[at] as usize];
        match problem.cost(at) {
            0 => left,
            cost => left - self.prices.budget * cost as f64,
        }
    }

    /// Collects what customers can change, in the order of customers.
    pub(super) fn collect(
        &self,
        control: &Control,
        of: impl Fn(usize, &mut Vec<Change>) + Sync,
    ) -> Result<Vec<Change>> {
        let customers = self.problem.customers();
        let parts = (0..customers.div_ceil(CHUNK)).into_par_iter().map(|chunk| {
            control.check()?;
            let mut found = Vec::new();
            for customer in chunk * CHUNK..((chunk + 1) * CHUNK).min(customers) {
                of(customer, &mut found);
            }
            Ok(found)
        });
        Ok(parts.collect::<Result<Vec<_>>>()?.concat())
    }

    /// What is taken of some offers, by what giving it up loses: what is left of it over the best
    /// that is not taken by the customer.
    pub(super) fn held(
        &self,
        control: &Control,
        of: impl Fn(usize) -> bool + Sync,
    ) -> Result<Vec<Change>> {
        let mut held = self.collect(control, |customer, found| {
            let row = self.problem.row(customer);
            let slots = &self.taken.places[self.slots(customer)];
            // Without the only offer there is no contact, and no risk.
            let only = slots.iter().filter(|&&place| place != NONE).count() == 1;
            let least = if only { self.problem.risk(customer) } else { 0.0 };
            let mut next = None;
            for &place in slots.iter().filter(|&&place| place != NONE) {
                let at = row.start + place as usize;
                if !of(at) {
                    continue;
                }
                let next = *next.get_or_insert_with(|| {
                    let others = (0..row.len() as u32).filter(|place| !slots.contains(place));
                    others.map(|place| self.left(row.start + place as usize)).fold(least, f64::max)
                });
                found.push(Change {
                    loss: self.left(at) - next,
                    key: self.problem.keys[customer],
                    customer: customer as u32,
                    place,
                });
            }
        })?;
        sort(&mut held);
        Ok(held)
    }

    /// The risk of contacting a customer, if they have so many offers; 0 if more or fewer.
    pub(super) fn risk_of(&self, customer: usize, offers: usize) -> f64 {
        match self.problem.risk(customer) {
            0.0 => 0.0,
            _ if self.taken.of(self.problem, customer).count() != offers => 0.0,
            risk => risk,
        }
    }

    /// Leaves customers alone whose offers are worth no more than contacting them risks, unless a minimum
    /// needs these; says whether there are any.
    fn leave(&mut self, control: &Control) -> Result<bool> {
        let problem = self.problem;
        if problem.risk.is_empty() {
            return Ok(false);
        }
        let found = self.collect(control, |customer, found| {
            let start = problem.row(customer).start;
            let places = self.taken.of(problem, customer);
            let (mut count, mut sum) = (0, 0.0);
            for place in places {
                count += 1;
                sum += problem.value[start + place as usize];
            }
            let loss = sum - problem.risk(customer);
            if count > 0 && loss <= 0.0 {
                let key = problem.keys[customer];
                found.push(Change { loss, key, customer: customer as u32, place: NONE });
            }
        })?;
        let mut left = false;
        for change in &found {
            let mine: Vec<u32> = self.taken.of(problem, change.customer as usize).collect();
            let start = problem.row(change.customer as usize).start;
            let mut given = 0;
            for &place in &mine {
                if !self.spare(problem.offer[start + place as usize] as usize) {
                    break;
                }
                self.give_up(&Change { place, ..*change });
                given += 1;
            }
            if given == mine.len() {
                left = true;
                continue;
            }
            for &place in &mine[..given] {
                self.put_in(change.customer as usize, place);
            }
        }
        Ok(left)
    }

    /// Puts a candidate into a free slot.
    pub(super) fn put_in(&mut self, customer: usize, place: u32) {
        if let Some(slot) = self.slots(customer).find(|&slot| self.taken.places[slot] == NONE) {
            self.taken.places[slot] = place;
            let at = self.problem.row(customer).start + place as usize;
            self.taken.count(self.problem, at, 1);
        }
    }

    pub(super) fn give_up(&mut self, change: &Change) {
        let customer = change.customer as usize;
        for slot in self.slots(customer) {
            if self.taken.places[slot] == change.place {
                self.taken.places[slot] = NONE;
                let at = self.problem.row(customer).start + change.place as usize;
                self.taken.count(self.problem, at, -1);
                return;
            }
        }
    }

    fn keep_capacities(&mut self, control: &Control) -> Result<()> {
        let problem = self.problem;
        let over = |usage: &[u64], offer: usize| usage[offer] > problem.capacity[offer];
        if !(0..problem.offers()).any(|offer| over(&self.taken.usage, offer)) {
            return Ok(());
        }
        let held = self.held(control, |at| over(&self.taken.usage, problem.offer[at] as usize))?;
        for change in &held {
            let at = problem.row(change.customer as usize).start + change.place as usize;
            if over(&self.taken.usage, problem.offer[at] as usize) {
                self.give_up(change);
            }
        }
        Ok(())
    }

    fn keep_maxima(&mut self, control: &Control) -> Result<()> {
        let problem = self.problem;
        let over = |usage: &[u64], at: usize| {
            let groups = &problem.groups_of[problem.offer[at] as usize];
            groups.iter().any(|&g| usage[g as usize] > problem.groups[g as usize].max)
        };
        let any = self.taken.group_usage.iter().zip(&problem.groups).any(|(u, g)| *u > g.max);
        if !any {
            return Ok(());
        }
        let held = self.held(control, |at| over(&self.taken.group_usage, at))?;
        for change in &held {
            let at = problem.row(change.customer as usize).start + change.place as usize;
            if over(&self.taken.group_usage, at) {
                self.give_up(change);
            }
        }
        Ok(())
    }

    fn keep_budget(&mut self, control: &Control) -> Result<()> {
        let Some(budget) = self.problem.budget.map(i128::from) else { return Ok(()) };
        if self.taken.spent <= budget {
            return Ok(());
        }
        let problem = self.problem;
        let mut held = self.held(control, |at| problem.cost(at) > 0)?;
        // What is lost for each unit that is saved.
        for change in &mut held {
            let at = problem.row(change.customer as usize).start + change.place as usize;
            change.loss /= problem.cost(at) as f64;
        }
        sort(&mut held);
        for change in &held {
            if self.taken.spent <= budget {
                break;
            }
            self.give_up(change);
        }
        Ok(())
    }

    /// Whether no limit forbids one more of a candidate, but for the places of the customer.
    pub(super) fn room(&self, at: usize) -> bool {
        let problem = self.problem;
        let offer = problem.offer[at] as usize;
        self.taken.usage[offer] < problem.capacity[offer]
            && problem.groups_of[offer].iter().all(|&group| {
                self.taken.group_usage[group as usize] < problem.groups[group as usize].max
            })
            && problem.budget.is_none_or(|budget| {
                let cost = problem.cost(at);
                cost <= 0 || self.taken.spent + i128::from(cost) <= i128::from(budget)
            })
    }

    /// Whether a customer has a candidate, or what may not stand together with it, without regard to
    /// the offer in a slot.
    pub(super) fn clashes(&self, customer: usize, place: u32, but: Option<usize>) -> bool {
        let problem = self.problem;
        let start = problem.row(customer).start;
        let slots = self.slots(customer);
        if self.taken.places[slots.clone()].contains(&place) {
            return true;
        }
        let others = slots
            .filter(|&slot| Some(slot) != but)
            .map(|slot| self.taken.places[slot])
            .filter(|&other| other != NONE)
            .map(|other| start + other as usize);
        problem.limits_together() && !problem.fits(start + place as usize, others)
    }

    /// Whether a minimum forbids one offer less, with another in its place.
    pub(super) fn needed(&self, offer: usize, instead: u32) -> bool {
        let problem = self.problem;
        problem.groups_of[offer].iter().any(|&group| {
            self.taken.group_usage[group as usize] <= problem.groups[group as usize].min
                && !problem.groups_of[instead as usize].contains(&group)
        })
    }

    /// Whether no limit forbids to put a candidate in the place of another of the same customer.
    fn room_instead(&self, at: usize, out: usize) -> bool {
        let problem = self.problem;
        let (offer, before) = (problem.offer[at] as usize, problem.offer[out] as usize);
        let of_before = &problem.groups_of[before];
        self.taken.usage[offer] < problem.capacity[offer]
            && !self.needed(before, problem.offer[at])
            && problem.groups_of[offer].iter().all(|group| {
                of_before.contains(group)
                    || self.taken.group_usage[*group as usize] < problem.groups[*group as usize].max
            })
            && problem.budget.is_none_or(|budget| {
                let more = i128::from(problem.cost(at)) - i128::from(problem.cost(out));
                more <= 0 || self.taken.spent + more <= i128::from(budget)
            })
    }

    /// Gives customers what is worth more than what they have, where there is room; says how
    /// often.
    fn upgrade(&mut self, control: &Control) -> Result<usize> {
        let problem = self.problem;
        // The most valuable candidate for a slot, and what it gains.
        let best = |repair: &Self, customer: usize, slot: usize| -> Option<(f64, usize)> {
            let row = problem.row(customer);
            let before = repair.taken.places[slot];
            if before == NONE {
                return None;
            }
            let out = row.start + before as usize;
            let mut best: Option<(f64, usize)> = None;
            for at in row.clone() {
                let gain = problem.value[at] - problem.value[out];
                if gain > best.map_or(0.0, |(gain, _)| gain)
                    && repair.room_instead(at, out)
                    && !repair.clashes(customer, (at - row.start) as u32, Some(slot))
                {
                    best = Some((gain, at));
                }
            }
            best
        };
        let mut found = self.collect(control, |customer, found| {
            for slot in self.slots(customer) {
                if let Some((gain, _)) = best(self, customer, slot) {
                    let key = problem.keys[customer];
                    let place = self.taken.places[slot];
                    found.push(Change { loss: -gain, key, customer: customer as u32, place });
                }
            }
        })?;
        sort(&mut found);
        let mut moved = 0;
        for change in &found {
            let customer = change.customer as usize;
            let slot = self.slots(customer).find(|&at| self.taken.places[at] == change.place);
            let Some(slot) = slot else { continue };
            // What was best may be used up.
            if let Some((_, at)) = best(self, customer, slot) {
                let row = problem.row(customer);
                self.taken.count(problem, row.start + change.place as usize, -1);
                self.taken.places[slot] = (at - row.start) as u32;
                self.taken.count(problem, at, 1);
                moved += 1;
            }
        }
        Ok(moved)
    }

    /// Within groups at their maximum, gives up what is worth least for what is worth more to
    /// somebody else; says how often.
    fn exchange(&mut self, control: &Control) -> Result<usize> {
        let problem = self.problem;
        let mut moved = 0;
        for group in 0..problem.groups.len() {
            if self.taken.group_usage[group] < problem.groups[group].max {
                continue;
            }
            let member =
                |at: usize| problem.groups_of[problem.offer[at] as usize].contains(&(group as u32));
            let mut held = self.collect(control, |customer, found| {
                let row = problem.row(customer);
                for &place in &self.taken.places[self.slots(customer)] {
                    if place != NONE && member(row.start + place as usize) {
                        let value = problem.value[row.start + place as usize];
                        let loss = value - self.risk_of(customer, 1);
                        let key = problem.keys[customer];
                        found.push(Change { loss, key, customer: customer as u32, place });
                    }
                }
            })?;
            sort(&mut held);
            let Some(least) = held.first().map(|change| change.loss) else { continue };
            let mut open = self.collect(control, |customer, found| {
                if !self.taken.places[self.slots(customer)].contains(&NONE) {
                    return;
                }
                let row = problem.row(customer);
                let risk = self.risk_of(customer, 0);
                for at in row.clone() {
                    let place = (at - row.start) as u32;
                    let offer = problem.offer[at] as usize;
                    if problem.value[at] - risk > least
                        && member(at)
                        && self.taken.usage[offer] < problem.capacity[offer]
                        && !self.clashes(customer, place, None)
                    {
                        let (loss, key) = (risk - problem.value[at], problem.keys[customer]);
                        found.push(Change { loss, key, customer: customer as u32, place });
                    }
                }
            })?;
            sort(&mut open);
            let mut held = held.iter().peekable();
            for change in &open {
                let customer = change.customer as usize;
                let at = problem.row(customer).start + change.place as usize;
                let slot = self.slots(customer).find(|&slot| self.taken.places[slot] == NONE);
                let Some(slot) = slot.filter(|_| !self.clashes(customer, change.place, None))
                else {
                    continue;
                };
                let Some(&&out) = held.peek() else { break };
                if -change.loss <= out.loss {
                    break;
                }
                let from = problem.row(out.customer as usize).start + out.place as usize;
                // Others may have come or gone since.
                let gain = problem.value[at] - self.risk_of(customer, 0);
                let loss = problem.value[from] - self.risk_of(out.customer as usize, 1);
                if !self.room_instead(at, from) || gain <= loss {
                    continue;
                }
                held.next();
                self.give_up(&out);
                self.taken.places[slot] = change.place;
                self.taken.count(problem, at, 1);
                moved += 1;
            }
        }
        Ok(moved)
    }
}
