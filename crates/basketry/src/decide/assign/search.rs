//! The best choice of one customer where not all that is worth the most may stand together.

use super::problem::Problem;

/// Steps of the search; beyond that it stops at the best found so far, and what it says no choice
/// exceeds is only that.
const MAX_STEPS: u32 = 1_000;

/// No sort.
const NO_TAG: u32 = u32::MAX;

/// Looks for the best choice depth first, the greatest values first. Its memory is used again.
///
/// Only those sorts count of which the customer has more candidates than they may get. What the rest
/// of a choice can add is bounded by looking at one sort of each candidate alone, once the first and
/// once the last: where each candidate counts for one sort only, taking the most valuable that fits is
/// best (a laminar matroid; Edmonds, "Matroids and the Greedy Algorithm", Mathematical Programming 1,
/// 1971). So with one sort each, such as kinds, nothing has to be searched.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// Places of the row, those with the most left first, what is left of each, and its offer.
    order: Vec<u32>,
    left: Vec<f64>,
    offer: Vec<u32>,
    /// Per position: where its sorts end in `tags`, which are numbered for this customer.
    ends: Vec<u32>,
    tags: Vec<u32>,
    /// Per tag: how many there may be, and how many are taken.
    most: Vec<u32>,
    taken_of: Vec<u32>,
    /// Working memory of the bound.
    counts: Vec<u32>,
    /// Sorts and positions.
    sorts: Vec<(u32, u32)>,
    /// Positions.
    taken: Vec<u32>,
    found: Vec<u32>,
    best: f64,
    steps: u32,
}

impl Search {
    /// Places of the best choice, the most valuable first.
    pub(super) fn found(&self) -> impl Iterator<Item = u32> + '_ {
        self.found.iter().map(|&at| self.order[at as usize])
    }

    /// Places of what is worth something and was not chosen.
    pub(super) fn rest(&self) -> impl Iterator<Item = u32> + '_ {
        // Both ascend.
        let mut found = self.found.iter().copied().peekable();
        (0u32..)
            .zip(&self.order)
            .filter(move |&(at, _)| found.next_if_eq(&at).is_none())
            .map(|(_, &place)| place)
    }

    /// Finds the best choice of a row that begins at `start`, where so much is left of each candidate.
    /// Returns what no choice exceeds.
    pub(super) fn run(&mut self, problem: &Problem<'_>, start: usize, reduced: &[f64]) -> f64 {
        self.begin(problem, start, reduced);
        self.best = f64::NEG_INFINITY;
        self.steps = 0;
        self.greedy(problem);
        let bound = self.bound(0, problem.per_customer);
        if self.best < bound {
            self.go(problem, 0, 0.0);
        }
        if self.steps < MAX_STEPS { self.best } else { bound }
    }

    fn begin(&mut self, problem: &Problem<'_>, start: usize, reduced: &[f64]) {
        let Self { order, left, offer, ends, tags, most, taken_of, sorts, .. } = self;
        order.clear();
        order.extend((0..reduced.len() as u32).filter(|&at| reduced[at as usize] > 0.0));
        order.sort_unstable_by(|&a, &b| {
            reduced[b as usize].total_cmp(&reduced[a as usize]).then(a.cmp(&b))
        });
        left.clear();
        left.extend(order.iter().map(|&place| reduced[place as usize]));
        offer.clear();
        offer.extend(order.iter().map(|&place| problem.offer[start + place as usize]));
        sorts.clear();
        for (at, &place) in (0u32..).zip(&*order) {
            sorts.extend(problem.sorts(start + place as usize).map(|sort| (sort, at)));
        }
        sorts.sort_unstable();
        most.clear();
        // Sorts become positions with tags, in place.
        let mut kept = 0;
        let mut from = 0;
        while from < sorts.len() {
            let sort = sorts[from].0;
            let len = sorts[from..].iter().take_while(|of| of.0 == sort).count();
            let limit = problem.together.most(sort);
            if len > limit as usize {
                for at in from..from + len {
                    sorts[kept] = (sorts[at].1, most.len() as u32);
                    kept += 1;
                }
                most.push(limit);
            }
            from += len;
        }
        sorts.truncate(kept);
        sorts.sort_unstable();
        tags.clear();
        tags.extend(sorts.iter().map(|&(_, tag)| tag));
        ends.clear();
        let mut end = 0;
        for at in 0..order.len() as u32 {
            end += sorts[end..].iter().take_while(|of| of.0 == at).count();
            ends.push(end as u32);
        }
        taken_of.clear();
        taken_of.resize(most.len(), 0);
        self.taken.clear();
        self.found.clear();
    }

    fn tags(&self, at: usize) -> &[u32] {
        let from = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.tags[from as usize..self.ends[at] as usize]
    }

    fn fits(&self, problem: &Problem<'_>, at: usize) -> bool {
        let free = |&tag: &u32| self.taken_of[tag as usize] < self.most[tag as usize];
        let apart =
            |&other: &u32| problem.together.apart(self.offer[at], self.offer[other as usize]);
        self.tags(at).iter().all(free)
            && !(problem.together.has_pairs() && self.taken.iter().any(apart))
    }

    fn take(&mut self, at: usize, by: i32) {
        let from = if at == 0 { 0 } else { self.ends[at - 1] };
        for &tag in &self.tags[from as usize..self.ends[at] as usize] {
            let taken = &mut self.taken_of[tag as usize];
            *taken = taken.wrapping_add_signed(by);
        }
        match by {
            1 => self.taken.push(at as u32),
            _ => drop(self.taken.pop()),
        }
    }

    /// Takes the most valuable that fits, again and again: the first choice to beat.
    fn greedy(&mut self, problem: &Problem<'_>) {
        let mut sum = 0.0;
        for at in 0..self.order.len() {
            if self.taken.len() == problem.per_customer {
                break;
            }
            if self.fits(problem, at) {
                sum += self.left[at];
                self.take(at, 1);
            }
        }
        self.best = sum;
        self.found.clone_from(&self.taken);
        self.taken.clear();
        self.taken_of.fill(0);
    }

    /// What up to `free` more, from a position on, can add at most.
    fn bound(&mut self, from: usize, free: usize) -> f64 {
        let mut least = f64::INFINITY;
        for last in [false, true] {
            self.counts.clone_from(&self.taken_of);
            let (mut sum, mut free) = (0.0, free);
            for at in from..self.order.len() {
                if free == 0 {
                    break;
                }
                let tags = self.tags(at);
                let tag = if last { tags.last() } else { tags.first() };
                let tag = tag.map_or(NO_TAG, |&tag| tag);
                if let Some(count) = self.counts.get_mut(tag as usize) {
                    if *count >= self.most[tag as usize] {
                        continue;
                    }
                    *count += 1;
                }
                sum += self.left[at];
                free -= 1;
            }
            least = least.min(sum);
        }
        least
    }

    fn go(&mut self, problem: &Problem<'_>, from: usize, sum: f64) {
        if sum > self.best {
            self.best = sum;
            self.found.clone_from(&self.taken);
        }
        let free = problem.per_customer - self.taken.len();
        if free == 0 {
            return;
        }
        for at in from..self.order.len() {
            if self.steps >= MAX_STEPS || sum + self.bound(at, free) <= self.best {
                return;
            }
            self.steps += 1;
            if self.fits(problem, at) {
                self.take(at, 1);
                self.go(problem, at + 1, sum + self.left[at]);
                self.take(at, -1);
            }
        }
    }
}
