//! The best choices of a few customers together, where the others keep what they have.
//!
//! Customers are gone through one after another. What matters of the choices so far is how often
//! offers and groups that may run short are used, what was spent, and what it is worth; of choices
//! that use the same, only those are kept of which no other is both cheaper and worth more
//! (dynamic programming with dominance; Kellerer, Pferschy and Pisinger, "Knapsack Problems",
//! 2004). Choices that cannot come to miss less of the minimum volumes than the plan at hand are
//! left. So a search is exact, unless more than [`LABELS`] choices differ or a customer has too
//! many: then the best go on.

use super::problem::{NONE, Problem};
use super::repair::Taken;

/// Choices of the customers so far that are kept, at most.
const LABELS: usize = 1_500;
/// Choices of one customer that are looked at, at most.
const SETS: usize = 400;
/// Candidates of one customer that are looked at, at most: those that a minimum asks for, and those
/// that are worth the most.
const WANTED: usize = 8;
const OTHERS: usize = 6;

/// What is looked for first, before the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// Least short of the minimum volumes, then worth the most.
    Worth,
    /// Least short of the minimum volumes by what they ask for alone, then cheapest.
    Lean,
}

/// What a search found.
pub(super) struct Found {
    /// Per customer its places, if that is better than what they have.
    pub(super) places: Option<Vec<Vec<u32>>>,
    /// Whether everything was looked through.
    pub(super) exact: bool,
    /// How much work it was.
    pub(super) steps: u64,
}

/// A choice of one customer.
struct Set {
    /// Places in the row, ascending.
    places: Vec<u32>,
    /// What it uses of each resource.
    uses: Vec<u16>,
    cost: i128,
    value: f64,
}

impl Set {
    fn of(places: Vec<u32>) -> Self {
        Self { places, uses: Vec::new(), cost: 0, value: 0.0 }
    }

    /// Counts what it uses, costs and is worth, but for the risk of the contact.
    fn count(&mut self, problem: &Problem<'_>, start: usize, numbered: &Numbered) {
        self.uses = vec![0; numbered.resources.len()];
        for &place in &self.places {
            let at = start + place as usize;
            let offer = problem.offer[at];
            self.cost += i128::from(problem.cost(at));
            self.value += problem.value[at];
            if let Ok(found) = numbered.offers.binary_search_by_key(&offer, |&(offer, _)| offer) {
                self.uses[numbered.offers[found].1 as usize] += 1;
            }
            let of = &problem.groups_of[offer as usize];
            for &(group, number) in &numbered.groups {
                self.uses[number as usize] += u16::from(of.contains(&group));
            }
        }
    }
}

/// An offer or a group of which so many can be used here, or are wanted.
struct Resource {
    /// No more than so many.
    most: u64,
    /// As many as these are missing without these customers.
    wanted: u64,
}

/// Choices of the customers so far.
#[derive(Clone, Copy)]
struct Label {
    spent: i128,
    value: f64,
    /// How much must be missing in the end.
    short: u64,
    before: u32,
    set: u32,
}

/// Looks for what is better for these customers than what they have.
pub(super) fn search(problem: &Problem<'_>, taken: &Taken, customers: &[u32], aim: Aim) -> Found {
    let rest = Rest::of(problem, taken, customers);
    let mut exact = true;
    let mut sets: Vec<Vec<Set>> = Vec::with_capacity(customers.len());
    for &customer in customers {
        let (mine, all) = rest.sets(taken, customer as usize, aim);
        exact &= all;
        sets.push(mine);
    }
    let numbered = rest.resources(customers, &sets);
    for (&customer, sets) in customers.iter().zip(&mut sets) {
        let start = problem.row(customer as usize).start;
        for set in sets.iter_mut() {
            set.count(problem, start, &numbered);
            if !set.places.is_empty() {
                set.value -= problem.risk(customer as usize);
            }
        }
        keep_best(sets, aim);
    }
    let left = problem.budget.map(|most| i128::from(most) - rest.spent);
    let held = Held::of(problem, taken, customers, &numbered);
    let resources = &numbered.resources;
    let mut run = Run { resources, sets: &sets, left, aim, ahead: Vec::new(), exact, steps: 0 };
    run.look_ahead(customers, problem, &numbered);
    let best = run.go(&held);
    Found {
        places: best.map(|chosen| {
            chosen.iter().zip(&sets).map(|(&set, sets)| sets[set as usize].places.clone()).collect()
        }),
        exact: run.exact,
        steps: run.steps,
    }
}

/// What all but the customers of a search use.
struct Rest<'a> {
    problem: &'a Problem<'a>,
    usage: Vec<u64>,
    group_usage: Vec<u64>,
    spent: i128,
}

/// What may run short, by offers and groups, ascending.
struct Numbered {
    resources: Vec<Resource>,
    offers: Vec<(u32, u16)>,
    groups: Vec<(u32, u16)>,
}

impl<'a> Rest<'a> {
    fn of(problem: &'a Problem<'a>, taken: &Taken, customers: &[u32]) -> Self {
        let (mut usage, mut group_usage) = (taken.usage.clone(), taken.group_usage.clone());
        let mut spent = taken.spent;
        for &customer in customers {
            let start = problem.row(customer as usize).start;
            for place in taken.of(problem, customer as usize) {
                let at = start + place as usize;
                let offer = problem.offer[at] as usize;
                usage[offer] -= 1;
                problem.groups_of[offer].iter().for_each(|&group| group_usage[group as usize] -= 1);
                spent -= i128::from(problem.cost(at));
            }
        }
        Self { problem, usage, group_usage, spent }
    }

    /// How much a group misses.
    fn wanted(&self, group: usize) -> u64 {
        self.problem.groups[group].min.saturating_sub(self.group_usage[group])
    }

    /// Whether a candidate is of a group that misses some.
    fn asked(&self, at: usize) -> bool {
        let of = &self.problem.groups_of[self.problem.offer[at] as usize];
        of.iter().any(|&group| self.wanted(group as usize) > 0)
    }

    /// Whether no limit forbids a candidate alone.
    fn open(&self, at: usize) -> bool {
        let problem = self.problem;
        let offer = problem.offer[at] as usize;
        let paid = |most: i64| self.spent + i128::from(problem.cost(at)) <= i128::from(most);
        self.usage[offer] < problem.capacity[offer]
            && problem.groups_of[offer]
                .iter()
                .all(|&g| self.group_usage[g as usize] < problem.groups[g as usize].max)
            && problem.budget.is_none_or(paid)
    }

    /// What a customer may choose, and whether that is all.
    fn sets(&self, taken: &Taken, customer: usize, aim: Aim) -> (Vec<Set>, bool) {
        let problem = self.problem;
        let row = problem.row(customer);
        let at = |place: u32| row.start + place as usize;
        let value = |place: u32| problem.value[at(place)];
        let mut held: Vec<u32> = taken.of(problem, customer).collect();
        held.sort_unstable();
        let (mut places, mut others): (Vec<u32>, Vec<u32>) = (0..row.len() as u32)
            .filter(|&place| self.open(at(place)))
            .partition(|&place| self.asked(at(place)));
        others.retain(|&place| aim == Aim::Worth && value(place) > 0.0);
        let few = places.len() + others.len() <= WANTED + OTHERS;
        if !few {
            // The cheapest and the most valuable in turn.
            let by_value = |a: &u32, b: &u32| value(*b).total_cmp(&value(*a)).then(a.cmp(b));
            places.sort_unstable_by(by_value);
            let mut cheap = places.clone();
            cheap.sort_by_key(|&place| problem.cost(at(place)));
            places = places.iter().zip(&cheap).flat_map(|(a, b)| [*a, *b]).collect();
            places.truncate(WANTED);
            others.sort_unstable_by(by_value);
            others.truncate(OTHERS);
            let wanted = |place: &&u32| aim == Aim::Worth || self.asked(at(**place));
            places.extend(held.iter().filter(wanted));
        }
        places.extend(others);
        places.sort_unstable();
        places.dedup();
        let (mut sets, all) = choices(problem, row.start, &places);
        if !all {
            sets.extend(around(problem, row.start, &held, &places));
        }
        // What they have can always stay.
        sets.push(Set::of(held));
        sets.sort_unstable_by(|a, b| a.places.cmp(&b.places));
        sets.dedup_by(|a, b| a.places == b.places);
        (sets, few && all)
    }

    /// What may run short when customers choose from these sets.
    fn resources(&self, customers: &[u32], sets: &[Vec<Set>]) -> Numbered {
        let problem = self.problem;
        let mut demand: Vec<u32> = Vec::new();
        for (&customer, sets) in customers.iter().zip(sets) {
            let start = problem.row(customer as usize).start;
            demand.extend(places(sets).iter().map(|&place| problem.offer[start + place as usize]));
        }
        demand.sort_unstable();
        let mut found = Numbered { resources: vec![], offers: vec![], groups: vec![] };
        for of in demand.chunk_by(|a, b| a == b) {
            let most = problem.capacity[of[0] as usize].saturating_sub(self.usage[of[0] as usize]);
            if (of.len() as u64) > most {
                found.offers.push((of[0], found.resources.len() as u16));
                found.resources.push(Resource { most, wanted: 0 });
            }
        }
        for (at, group) in problem.groups.iter().enumerate() {
            let in_it = |&&offer: &&u32| problem.groups_of[offer as usize].contains(&(at as u32));
            let demand = demand.iter().filter(in_it).count() as u64;
            let most = group.max.saturating_sub(self.group_usage[at]);
            let wanted = self.wanted(at);
            if wanted > 0 || demand > most {
                found.groups.push((at as u32, found.resources.len() as u16));
                found.resources.push(Resource { most: most.min(demand), wanted });
            }
        }
        found
    }
}

/// The places of some sets, ascending.
fn places(sets: &[Set]) -> Vec<u32> {
    let mut places: Vec<u32> = sets.iter().flat_map(|set| set.places.iter().copied()).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// Of sets that use the same, keeps none that is dearer and worth no more.
fn keep_best(sets: &mut Vec<Set>, aim: Aim) {
    sets.sort_by(|a, b| {
        a.uses.cmp(&b.uses).then(a.cost.cmp(&b.cost)).then(b.value.total_cmp(&a.value))
    });
    let mut greatest = f64::NEG_INFINITY;
    let mut before: Option<Vec<u16>> = None;
    sets.retain(|set| {
        let fresh = before.as_ref() != Some(&set.uses);
        let keep = fresh || aim == Aim::Worth && set.value > greatest;
        if keep {
            greatest = set.value;
            before = Some(set.uses.clone());
        }
        keep
    });
}

/// The choices from some places of a row that may stand together, small ones first, and whether
/// these are all.
fn choices(problem: &Problem<'_>, start: usize, places: &[u32]) -> (Vec<Set>, bool) {
    let mut sets = vec![Set::of(Vec::new())];
    let mut from = 0;
    for _ in 0..problem.per_customer {
        let to = sets.len();
        for at in from..to {
            let last = sets[at].places.last().copied();
            for &place in places.iter().filter(|&&place| last.is_none_or(|last| place > last)) {
                let before = sets[at].places.iter().map(|&place| start + place as usize);
                if problem.limits_together() && !problem.fits(start + place as usize, before) {
                    continue;
                }
                if sets.len() >= SETS {
                    return (sets, false);
                }
                let more = sets[at].places.iter().copied().chain([place]).collect();
                sets.push(Set::of(more));
            }
        }
        if sets.len() == to {
            break;
        }
        from = to;
    }
    (sets, true)
}

/// The choices next to what a customer has: one less, one more, or one for another.
fn around(problem: &Problem<'_>, start: usize, held: &[u32], places: &[u32]) -> Vec<Set> {
    let mut sets = Vec::new();
    for out in held.iter().copied().chain([NONE]) {
        let rest: Vec<u32> = held.iter().copied().filter(|&place| place != out).collect();
        let fits = |place: u32| {
            let others = rest.iter().map(|&place| start + place as usize);
            !problem.limits_together() || problem.fits(start + place as usize, others)
        };
        if rest.len() < problem.per_customer {
            for &place in places.iter().filter(|place| !held.contains(place)) {
                if fits(place) {
                    let mut more = rest.clone();
                    more.insert(rest.partition_point(|&other| other < place), place);
                    sets.push(Set::of(more));
                }
            }
        }
        sets.push(Set::of(rest));
    }
    sets
}

/// What the customers have.
struct Held {
    short: u64,
    spent: i128,
    value: f64,
}

impl Held {
    fn of(problem: &Problem<'_>, taken: &Taken, customers: &[u32], numbered: &Numbered) -> Self {
        let mut held = Self { short: 0, spent: 0, value: 0.0 };
        let mut uses = vec![0u64; numbered.resources.len()];
        for &customer in customers {
            let mut set = Set::of(taken.of(problem, customer as usize).collect());
            set.count(problem, problem.row(customer as usize).start, numbered);
            uses.iter_mut().zip(&set.uses).for_each(|(sum, &used)| *sum += u64::from(used));
            held.spent += set.cost;
            held.value += set.value;
            if !set.places.is_empty() {
                held.value -= problem.risk(customer as usize);
            }
        }
        let missed = numbered.resources.iter().zip(&uses);
        held.short = missed.map(|(of, &used)| of.wanted.saturating_sub(used)).sum();
        held
    }
}

/// What the customers from one on can do at most for the minimum volumes.
struct Ahead {
    /// Per resource.
    most: Vec<u64>,
    /// All together, as places allow.
    together: u64,
    /// All together, as money allows: costs and counts up to each candidate, those that do most for
    /// their cost first.
    paid: Vec<(i128, u64)>,
}

struct Run<'a> {
    resources: &'a [Resource],
    sets: &'a [Vec<Set>],
    /// What can be spent.
    left: Option<i128>,
    aim: Aim,
    ahead: Vec<Ahead>,
    exact: bool,
    steps: u64,
}

impl Run<'_> {
    fn look_ahead(&mut self, customers: &[u32], problem: &Problem<'_>, numbered: &Numbered) {
        let wanting = |number: usize| self.resources[number].wanted > 0;
        let mut costs: Vec<(i64, u64)> = Vec::new();
        let mut ahead = Vec::new();
        let mut last = Ahead { most: vec![0; self.resources.len()], together: 0, paid: vec![] };
        for (&customer, sets) in customers.iter().zip(self.sets).rev() {
            let mut most = last.most.clone();
            for (number, most) in most.iter_mut().enumerate() {
                *most += sets.iter().map(|set| u64::from(set.uses[number])).max().unwrap_or(0);
            }
            let does = |set: &Set| -> u64 {
                let uses = set.uses.iter().enumerate();
                uses.filter(|&(number, _)| wanting(number)).map(|(_, &n)| u64::from(n)).sum()
            };
            let together = last.together + sets.iter().map(does).max().unwrap_or(0);
            let start = problem.row(customer as usize).start;
            for place in places(sets) {
                let at = start + place as usize;
                let of = &problem.groups_of[problem.offer[at] as usize];
                let of = numbered.groups.iter().filter(|(group, _)| of.contains(group));
                let does = of.filter(|&&(_, number)| wanting(number as usize)).count() as u64;
                if does > 0 {
                    costs.push((problem.cost(at), does));
                }
            }
            costs.sort_unstable_by(|a, b| {
                (i128::from(a.0) * i128::from(b.1)).cmp(&(i128::from(b.0) * i128::from(a.1)))
            });
            let mut sum = (0, 0);
            let paid = costs.iter().map(|&(cost, does)| {
                sum = (sum.0 + i128::from(cost), sum.1 + does);
                sum
            });
            let paid = if self.left.is_some() { paid.collect() } else { Vec::new() };
            ahead.push(std::mem::replace(&mut last, Ahead { most, together, paid }));
        }
        ahead.push(last);
        ahead.reverse();
        self.ahead = ahead;
    }

    /// What must be missing in the end, when so much is used before a customer.
    fn short(&self, from: usize, uses: &[u16], spent: i128) -> u64 {
        let ahead = &self.ahead[from];
        let (mut alone, mut together) = (0, 0);
        for ((resource, &used), most) in self.resources.iter().zip(uses).zip(&ahead.most) {
            let missing = resource.wanted.saturating_sub(u64::from(used));
            together += missing;
            alone += missing.saturating_sub(*most);
        }
        let mut does = ahead.together;
        if let Some(left) = self.left
            && together > 0
        {
            let left = left - spent;
            let at = ahead.paid.partition_point(|&(cost, _)| cost <= left);
            let (cost, paid) = if at == 0 { (0, 0) } else { ahead.paid[at - 1] };
            // The next one in part.
            let part = ahead.paid.get(at).map_or(0, |&(next, more)| {
                (i128::from(more - paid) * (left - cost) / (next - cost)) as u64
            });
            does = does.min(paid + part);
        }
        alone.max(together.saturating_sub(does))
    }

    /// The sets of what is better than what is held.
    fn go(&mut self, held: &Held) -> Option<Vec<u32>> {
        let width = self.resources.len();
        let mut layers: Vec<Vec<Label>> = Vec::with_capacity(self.sets.len());
        let mut uses: Vec<u16> = vec![0; width];
        let mut now = vec![Label { spent: 0, value: 0.0, short: 0, before: 0, set: 0 }];
        let mut one: Vec<u16> = Vec::new();
        for (at, sets) in self.sets.iter().enumerate() {
            let mut next: Vec<Label> = Vec::new();
            let mut next_uses: Vec<u16> = Vec::new();
            for (before, label) in now.iter().enumerate() {
                let base = &uses[before * width..(before + 1) * width];
                for (number, set) in sets.iter().enumerate() {
                    self.steps += 1;
                    let spent = label.spent + set.cost;
                    if self.left.is_some_and(|left| spent > left) {
                        continue;
                    }
                    one.clear();
                    one.extend(base.iter().zip(&set.uses).map(|(a, b)| a + b));
                    if one.iter().zip(self.resources).any(|(&used, of)| u64::from(used) > of.most) {
                        continue;
                    }
                    let short = self.short(at + 1, &one, spent);
                    if short > held.short {
                        continue;
                    }
                    next_uses.extend_from_slice(&one);
                    next.push(Label {
                        spent: if self.left.is_some() { spent } else { 0 },
                        value: label.value + set.value,
                        short,
                        before: before as u32,
                        set: number as u32,
                    });
                }
            }
            let kept = self.keep(&next, &next_uses);
            uses.clear();
            for &label in &kept {
                uses.extend_from_slice(
                    &next_uses[label as usize * width..(label as usize + 1) * width],
                );
            }
            now = kept.iter().map(|&label| next[label as usize]).collect();
            layers.push(now.clone());
        }
        let order = |a: &Label, b: &Label| match self.aim {
            Aim::Worth => a.short.cmp(&b.short).then(b.value.total_cmp(&a.value)),
            Aim::Lean => a.short.cmp(&b.short).then(a.spent.cmp(&b.spent)),
        };
        let best = (0..now.len()).min_by(|&a, &b| order(&now[a], &now[b]).then(a.cmp(&b)))?;
        let found = &now[best];
        let better = found.short < held.short
            || match self.aim {
                Aim::Worth => found.value > held.value + 1e-12 * held.value.abs(),
                Aim::Lean => self.left.is_some() && found.spent < held.spent,
            };
        if !better {
            return None;
        }
        let mut chosen = vec![0; layers.len()];
        let mut at = best;
        for (layer, chosen) in layers.iter().zip(&mut chosen).rev() {
            *chosen = layer[at].set;
            at = layer[at].before as usize;
        }
        Some(chosen)
    }

    /// Which of the choices go on.
    fn keep(&mut self, next: &[Label], uses: &[u16]) -> Vec<u32> {
        let width = self.resources.len();
        let of = |at: u32| &uses[at as usize * width..(at as usize + 1) * width];
        let mut order: Vec<u32> = (0..next.len() as u32).collect();
        order.sort_unstable_by(|&a, &b| {
            let (one, other) = (&next[a as usize], &next[b as usize]);
            (of(a).cmp(of(b)))
                .then(one.spent.cmp(&other.spent))
                .then(other.value.total_cmp(&one.value))
                .then(a.cmp(&b))
        });
        let mut before: Option<u32> = None;
        let aim = self.aim;
        order.retain(|&at| {
            let fresh = before.is_none_or(|before| of(before) != of(at));
            let keep = fresh
                || aim == Aim::Worth
                    && before
                        .is_none_or(|last| next[at as usize].value > next[last as usize].value);
            if keep {
                before = Some(at);
            }
            keep
        });
        if order.len() > LABELS {
            self.exact = false;
            order.sort_unstable_by(|&a, &b| {
                let (one, other) = (&next[a as usize], &next[b as usize]);
                let rest = match aim {
                    Aim::Worth => other.value.total_cmp(&one.value),
                    Aim::Lean => one.spent.cmp(&other.spent),
                };
                one.short.cmp(&other.short).then(rest).then(a.cmp(&b))
            });
            order.truncate(LABELS);
        }
        order
    }
}

/// Gives customers other places.
pub(super) fn put(
    problem: &Problem<'_>,
    taken: &mut Taken,
    customers: &[u32],
    places: &[Vec<u32>],
) {
    let most = problem.per_customer;
    for (&customer, chosen) in customers.iter().zip(places) {
        let start = problem.row(customer as usize).start;
        for slot in 0..most {
            let slot = customer as usize * most + slot;
            let out = std::mem::replace(&mut taken.places[slot], NONE);
            if out != NONE {
                taken.count(problem, start + out as usize, -1);
            }
        }
        for (slot, &place) in chosen.iter().enumerate() {
            taken.places[customer as usize * most + slot] = place;
            taken.count(problem, start + place as usize, 1);
        }
    }
}
