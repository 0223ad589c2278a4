//! Minimum volumes: making up what is missing.
//!
//! First each group takes more where that loses least: in places that are free or hold what no
//! minimum needs, and then at the cost of others, who give up what stands in the way. What is still
//! missing is looked for among a few customers at a time, all of whom choose anew
//! ([`window`](super::window)), and in a plan that begins with the minimum volumes alone.

use rayon::slice::ParallelSliceMut;

use super::problem::{NONE, Problem};
use super::repair::{Change, Repair, Taken, sort};
use super::window::{Aim, put, search};
use crate::{Control, Result};

/// Customers who choose anew together; if there are no more, nothing is left to chance.
const WINDOW: usize = 14;
/// Tries without a gain before others are looked at, and how often these are collected anew.
const TRIES: usize = 40;
const ROUNDS: usize = 8;
/// Customers of a sort among whom are chosen those who choose anew.
const POOL: usize = 256;
/// Choices compared in all tries, at most about.
const WORK: u64 = 2_000_000;

impl Problem<'_> {
    /// How much is missing of all minimum volumes.
    pub(super) fn short(&self, taken: &Taken) -> u64 {
        let groups = self.groups.iter().zip(&taken.group_usage);
        groups.fold(0, |sum, (group, &used)| sum.saturating_add(group.min.saturating_sub(used)))
    }

    /// What all that is taken is worth.
    pub(super) fn worth(&self, taken: &Taken) -> f64 {
        let worth = |customer: usize| -> f64 {
            let start = self.row(customer).start;
            let values = taken.of(self, customer).map(|place| self.value[start + place as usize]);
            let risk = taken.of(self, customer).next().map_or(0.0, |_| self.risk(customer));
            values.sum::<f64>() - risk
        };
        (0..self.customers()).map(worth).sum()
    }

    /// Per group: whether its minimum is missed.
    fn missing(&self, taken: &Taken) -> Vec<bool> {
        let groups = self.groups.iter().zip(&taken.group_usage);
        groups.map(|(group, &used)| used < group.min).collect()
    }

    fn any_of(&self, offer: u32, groups: &[bool]) -> bool {
        self.groups_of[offer as usize].iter().any(|&group| groups[group as usize])
    }
}

/// What may be given up, that which loses least first.
struct Givers {
    list: Vec<Change>,
    next: usize,
}

impl Repair<'_> {
    /// Makes up missing minimum volumes, where least is lost; to be `thorough`, also by a plan of the
    /// minimum volumes alone.
    pub(super) fn reach_minima(&mut self, thorough: bool, control: &Control) -> Result<()> {
        for group in 0..self.problem.groups.len() {
            for at_cost in [false, true] {
                if self.taken.group_usage[group] < self.problem.groups[group].min {
                    self.reach(group, at_cost, control)?;
                }
            }
        }
        if self.problem.short(&self.taken) > 0 {
            self.mend(thorough, control)?;
        }
        Ok(())
    }

    /// Makes up what is missing of one group, if so `at_cost` of other customers.
    fn reach(&mut self, group: usize, at_cost: bool, control: &Control) -> Result<()> {
        let problem = self.problem;
        let member: Vec<bool> =
            problem.groups_of.iter().map(|of| of.contains(&(group as u32))).collect();
        let mut open = self.collect(control, |customer, found| {
            let row = problem.row(customer);
            for at in row.clone() {
                let place = (at - row.start) as u32;
                let offer = problem.offer[at] as usize;
                if !member[offer]
                    || !(if at_cost {
                        self.taken.usage[offer] < problem.capacity[offer]
                    } else {
                        self.room(at)
                    })
                    || self.taken.places[self.slots(customer)].contains(&place)
                {
                    continue;
                }
                if let Some((loss, _)) = self.way_in(customer, at, &member) {
                    let key = problem.keys[customer];
                    found.push(Change { loss, key, customer: customer as u32, place });
                }
            }
        })?;
        sort(&mut open);
        let mut givers: Vec<Option<Givers>> = Vec::new();
        givers.resize_with(problem.groups.len() + 1, || None);
        for change in &open {
            if self.taken.group_usage[group] >= problem.groups[group].min {
                break;
            }
            let customer = change.customer as usize;
            let at = problem.row(customer).start + change.place as usize;
            let offer = problem.offer[at] as usize;
            if self.taken.usage[offer] >= problem.capacity[offer]
                || !at_cost && !self.room(at)
                || self.taken.places[self.slots(customer)].contains(&change.place)
            {
                continue;
            }
            // Of before another change made it cheaper or dearer: look again.
            let Some((_, slot)) = self.way_in(customer, at, &member) else { continue };
            let out = self.taken.places[slot];
            if out != NONE {
                self.give_up(&Change { place: out, ..*change });
            }
            self.taken.places[slot] = change.place;
            self.taken.count(problem, at, 1);
            if at_cost && !self.make_room(customer, at, &mut givers, control)? {
                self.give_up(change);
                if out != NONE {
                    self.taken.places[slot] = out;
                    self.taken.count(problem, problem.row(customer).start + out as usize, 1);
                }
            }
        }
        Ok(())
    }

    /// Brings back within maxima and budget what one more candidate goes beyond, by what others give
    /// up that no minimum needs. If that is not enough, nobody gives up anything.
    fn make_room(
        &mut self,
        customer: usize,
        at: usize,
        givers: &mut [Option<Givers>],
        control: &Control,
    ) -> Result<bool> {
        let problem = self.problem;
        // By the list that each is of.
        let mut given: Vec<(usize, Change)> = Vec::new();
        let of_groups =
            problem.groups_of[problem.offer[at] as usize].iter().map(|&g| Some(g as usize));
        for limit in of_groups.chain([None]) {
            let over = |repair: &Self| match limit {
                Some(group) => repair.taken.group_usage[group] > problem.groups[group].max,
                None => problem.budget.is_some_and(|most| repair.taken.spent > i128::from(most)),
            };
            if !over(self) {
                continue;
            }
            let of = limit.unwrap_or(problem.groups.len());
            let list = &mut givers[of];
            if list.is_none() {
                *list = Some(Givers { list: self.givers(limit, control)?, next: 0 });
            }
            let Some(list) = list else { continue };
            while over(self) && list.next < list.list.len() {
                let change = list.list[list.next];
                list.next += 1;
                let start = problem.row(change.customer as usize).start;
                let offer = problem.offer[start + change.place as usize] as usize;
                let slots = self.slots(change.customer as usize);
                if change.customer as usize != customer
                    && self.taken.places[slots].contains(&change.place)
                    && self.spare(offer)
                {
                    self.give_up(&change);
                    given.push((of, change));
                }
            }
            if over(self) {
                for (of, give) in given.into_iter().rev() {
                    self.put_in(give.customer as usize, give.place);
                    // Over one that was looked at: those that cannot be given up are not looked at again.
                    if let Some(list) = &mut givers[of] {
                        list.next -= 1;
                        list.list[list.next] = give;
                    }
                }
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What is taken of a group, or costs something, that which loses least first, for each unit that
    /// is saved.
    fn givers(&self, limit: Option<usize>, control: &Control) -> Result<Vec<Change>> {
        let problem = self.problem;
        let Some(group) = limit else {
            let mut held = self.held(control, |at| problem.cost(at) > 0)?;
            for change in &mut held {
                let at = problem.row(change.customer as usize).start + change.place as usize;
                change.loss /= problem.cost(at) as f64;
            }
            sort(&mut held);
            return Ok(held);
        };
        self.held(control, |at| {
            problem.groups_of[problem.offer[at] as usize].contains(&(group as u32))
        })
    }

    /// Whether no minimum forbids one less of an offer.
    pub(super) fn spare(&self, offer: usize) -> bool {
        self.problem.groups_of[offer].iter().all(|&group| {
            self.taken.group_usage[group as usize] > self.problem.groups[group as usize].min
        })
    }

    /// What is lost by taking a candidate, and the slot that it gets: a free one, or that of the
    /// least of what the customer has and no minimum needs.
    fn way_in(&self, customer: usize, at: usize, member: &[bool]) -> Option<(f64, usize)> {
        let problem = self.problem;
        let start = problem.row(customer).start;
        let place = (at - start) as u32;
        let first = self.taken.of(problem, customer).next().is_none();
        let risk = if first { problem.risk(customer) } else { 0.0 };
        let mut best: Option<(f64, usize)> = None;
        for slot in self.slots(customer) {
            let other = self.taken.places[slot];
            let given_up = if other == NONE {
                risk
            } else {
                let other = start + other as usize;
                let offer = problem.offer[other] as usize;
                if member[offer] || self.needed(offer, problem.offer[at]) {
                    continue;
                }
                self.left(other)
            };
            if best.is_none_or(|(least, _)| given_up < least)
                && !self.clashes(customer, place, Some(slot))
            {
                best = Some((given_up, slot));
            }
        }
        best.map(|(given_up, slot)| (given_up - self.left(at), slot))
    }

    /// Looks for what is still missing among a few customers at a time.
    fn mend(&mut self, thorough: bool, control: &Control) -> Result<()> {
        let problem = self.problem;
        let exact = self.windows(Aim::Worth, control)?;
        if exact || !thorough || problem.short(&self.taken) == 0 {
            return Ok(());
        }
        let empty = Taken {
            places: vec![NONE; self.taken.places.len()],
            usage: vec![0; self.taken.usage.len()],
            group_usage: vec![0; self.taken.group_usage.len()],
            spent: 0,
        };
        let mut alone = Repair {
            problem,
            prices: self.prices,
            totals: self.totals.clone(),
            taken: empty.clone(),
        };
        alone.minima_alone(false, control)?;
        if problem.budget.is_some() && problem.short(&alone.taken) > 0 {
            let scarce = std::mem::replace(&mut alone.taken, empty);
            alone.minima_alone(true, control)?;
            if problem.short(&scarce) < problem.short(&alone.taken) {
                alone.taken = scarce;
            }
        }
        if problem.short(&alone.taken) > 0 {
            alone.windows(Aim::Lean, control)?;
        }
        if problem.short(&alone.taken) < problem.short(&self.taken) {
            self.taken = alone.taken;
            self.windows(Aim::Worth, control)?;
        }
        Ok(())
    }

    /// Takes nothing but what minimum volumes ask for: of groups with few candidates first, or the
    /// `cheapest`.
    fn minima_alone(&mut self, cheapest: bool, control: &Control) -> Result<()> {
        let problem = self.problem;
        let asking: Vec<bool> = problem.groups.iter().map(|group| group.min > 0).collect();
        let mut proposed = vec![0u64; asking.len()];
        for &offer in problem.offer {
            problem.groups_of[offer as usize].iter().for_each(|&g| proposed[g as usize] += 1);
        }
        let choice = |group: u32| {
            proposed[group as usize] as f64 / problem.groups[group as usize].min as f64
        };
        let mut open = self.collect(control, |customer, found| {
            let row = problem.row(customer);
            for at in row.clone() {
                let of = problem.groups_of[problem.offer[at] as usize].iter();
                let of = of.copied().filter(|&group| asking[group as usize]);
                let count = of.clone().count();
                if count > 0 {
                    let loss = match cheapest {
                        true => problem.cost(at) as f64 / count as f64,
                        false => of.map(choice).fold(f64::INFINITY, f64::min),
                    };
                    let key = problem.keys[customer];
                    let place = (at - row.start) as u32;
                    found.push(Change { loss, key, customer: customer as u32, place });
                }
            }
        })?;
        let left = |change: &Change| {
            let at = problem.row(change.customer as usize).start + change.place as usize;
            (problem.cost(at), self.left(at))
        };
        open.par_sort_unstable_by(|a, b| {
            let ((cost, mine), (other_cost, other)) = (left(a), left(b));
            (a.loss.total_cmp(&b.loss))
                .then(cost.cmp(&other_cost))
                .then(other.total_cmp(&mine))
                .then(a.key.cmp(&b.key))
                .then(a.place.cmp(&b.place))
        });
        for change in &open {
            let customer = change.customer as usize;
            let at = problem.row(customer).start + change.place as usize;
            let of = &problem.groups_of[problem.offer[at] as usize];
            let missing =
                |&g: &u32| self.taken.group_usage[g as usize] < problem.groups[g as usize].min;
            let slot = self.slots(customer).find(|&slot| self.taken.places[slot] == NONE);
            if let Some(slot) = slot
                && of.iter().any(missing)
                && self.room(at)
                && !self.clashes(customer, change.place, None)
            {
                self.taken.places[slot] = change.place;
                self.taken.count(problem, at, 1);
            }
        }
        Ok(())
    }

    /// Lets a few customers at a time choose anew, until nothing is missing or nothing helps. True if
    /// all choices were looked through, and none misses less.
    fn windows(&mut self, aim: Aim, control: &Control) -> Result<bool> {
        let problem = self.problem;
        let customers = problem.customers();
        if customers <= WINDOW {
            let all: Vec<u32> = (0..customers as u32).collect();
            control.check()?;
            let found = search(problem, &self.taken, &all, aim);
            if let Some(places) = found.places {
                put(problem, &mut self.taken, &all, &places);
            }
            return Ok(found.exact);
        }
        let (mut work, mut draws) = (0, Draws(0));
        for _ in 0..ROUNDS {
            let pools = self.pools(control)?;
            let (mut idle, mut gained) = (0, false);
            while idle < TRIES && work < WORK && problem.short(&self.taken) > 0 {
                control.check()?;
                let mut window: Vec<u32> = Vec::with_capacity(WINDOW);
                for (pool, &until) in pools.iter().zip(&[5, 9, 12]) {
                    for _ in window.len()..until {
                        if !pool.is_empty() {
                            // The first more often.
                            let at = (draws.next().powi(2) * pool.len() as f64) as usize;
                            window.push(pool[at.min(pool.len() - 1)].customer);
                        }
                    }
                }
                while window.len() < WINDOW {
                    window.push((draws.next() * customers as f64) as u32);
                }
                window.sort_unstable();
                window.dedup();
                let found = search(problem, &self.taken, &window, aim);
                work += found.steps + 1_000;
                idle += 1;
                if let Some(places) = found.places {
                    let before = problem.short(&self.taken);
                    put(problem, &mut self.taken, &window, &places);
                    if problem.short(&self.taken) < before {
                        (idle, gained) = (0, true);
                    }
                }
            }
            if !gained || work >= WORK || problem.short(&self.taken) == 0 {
                break;
            }
        }
        Ok(false)
    }

    /// Customers who could do more for the minimum volumes that are missed, those who spend most, and
    /// those who have what others could do more with.
    fn pools(&self, control: &Control) -> Result<[Vec<Change>; 3]> {
        let problem = self.problem;
        let missing = problem.missing(&self.taken);
        let full = |offer: usize| self.taken.usage[offer] >= problem.capacity[offer];
        let mut blocked = vec![false; problem.offers()];
        let mut at_most = vec![false; problem.groups.len()];
        for (offer, blocked) in blocked.iter_mut().enumerate() {
            if problem.any_of(offer as u32, &missing) {
                *blocked = full(offer);
                for &group in &problem.groups_of[offer] {
                    let group = group as usize;
                    at_most[group] |= self.taken.group_usage[group] >= problem.groups[group].max;
                }
            }
        }
        let asks = |offer: u32| problem.any_of(offer, &missing);
        let stands_in_the_way =
            |offer: u32| blocked[offer as usize] || problem.any_of(offer, &at_most);
        let first = |mut found: Vec<Change>| {
            sort(&mut found);
            found.truncate(POOL);
            found
        };
        let change = |customer: usize, loss: f64| Change {
            loss,
            key: problem.keys[customer],
            customer: customer as u32,
            place: NONE,
        };
        let takers = self.collect(control, |customer, found| {
            let row = problem.row(customer);
            let slots = &self.taken.places[self.slots(customer)];
            let least = (row.clone())
                .filter(|&at| {
                    asks(problem.offer[at]) && !slots.contains(&((at - row.start) as u32))
                })
                .map(|at| match problem.budget {
                    Some(_) => problem.cost(at) as f64,
                    None => -self.left(at),
                })
                .min_by(f64::total_cmp);
            found.extend(least.map(|loss| change(customer, loss)));
        })?;
        let of = |customer: usize| {
            let start = problem.row(customer).start;
            self.taken.of(problem, customer).map(move |place| start + place as usize)
        };
        let spenders = self.collect(control, |customer, found| {
            let spent: f64 = of(customer).map(|at| problem.cost(at) as f64).sum();
            if problem.budget.is_some() && spent > 0.0 {
                found.push(change(customer, -spent));
            }
        })?;
        let holders = self.collect(control, |customer, found| {
            if of(customer).any(|at| stands_in_the_way(problem.offer[at])) {
                found.push(change(customer, 0.0));
            }
        })?;
        Ok([first(takers), first(spenders), first(holders)])
    }
}

/// Numbers in [0, 1) that look random: SplitMix64 (Steele, Lea and Flood, "Fast Splittable
/// Pseudorandom Number Generators", 2014).
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        super::dual::share_of(self.0)
    }
}
