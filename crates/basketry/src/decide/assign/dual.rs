//! Prices for the limits: the Lagrangian dual.
//!
//! Every limit gets a price, each customer takes what is worth the most to them after prices, and
//! what that comes to together with the limits at their prices is an upper bound of what any plan
//! within the limits is worth. The bound is convex in the prices; where it is least, every limit
//! with a price is used up exactly, but for ties (Fisher, "The Lagrangian Relaxation Method for
//! Solving Integer Programming Problems", Management Science 27, 1981).
//!
//! All prices move at once, each by Newton's method on its own limit: by the use beyond the limit
//! over how many candidates are about to be taken or left, within a region of trust that shrinks
//! when a limit is overshot and grows when it is not (as in Rprop: Riedmiller and Braun, 1993). A
//! sample of the customers finds prices that need only a few passes over all.

use rayon::prelude::*;

use super::problem::{Choice, Prices, Problem};
use crate::{Control, Result};

/// Customers worked on in one go. Fixed, so that sums of floating-point numbers are, too.
pub(super) const CHUNK: usize = 8_192;
/// Customers of a sample at most.
const SAMPLE: usize = 32_768;
/// Values of the sample are blurred by this share of what a value is like, then by ever less.
const FIRST_BLUR: f64 = 0.25;
const SHARPER: f64 = 0.2;
const STAGES: i32 = 6;
const STAGE_PASSES: usize = 24;
const OFF: f64 = 0.02;
/// Passes over all customers, at most, and without the bound falling by more than `SMALL` of it.
const PASSES: usize = 60;
const PATIENCE: usize = 3;
const SMALL: f64 = 2e-5;

/// What all customers would take at some prices.
#[derive(Debug)]
pub(super) struct Taken {
    /// Per offer: how often it is taken; and how many candidates are about to be taken or left.
    usage: Vec<u64>,
    near: Vec<u64>,
    /// How many of these have no other offer in their place.
    near_nothing: u64,
    spent: i128,
    near_spent: i128,
    /// Per chunk: the sum of what is left after prices.
    sums: Vec<(usize, f64)>,
}

impl Taken {
    fn new(offers: usize) -> Self {
        Self {
            usage: vec![0; offers],
            near: vec![0; offers],
            near_nothing: 0,
            spent: 0,
            near_spent: 0,
            sums: vec![],
        }
    }

    fn add(mut self, other: Self) -> Self {
        for (sum, more) in self.usage.iter_mut().zip(other.usage) {
            *sum += more;
        }
        for (sum, more) in self.near.iter_mut().zip(other.near) {
            *sum += more;
        }
        self.near_nothing += other.near_nothing;
        self.spent += other.spent;
        self.near_spent += other.near_spent;
        self.sums.extend(other.sums);
        self
    }
}

/// How far each price may move in one step.
struct Trust {
    offer: Vec<Step>,
    group: Vec<Step>,
    budget: Step,
    /// All offers that have a price, together.
    common: Step,
}

#[derive(Clone, Copy)]
struct Step {
    most: f64,
    /// Newton's step is multiplied by this: prices that rise together do less than each alone.
    gain: f64,
    up: bool,
}

/// What the prices of the bound were found from.
pub(super) struct Solved {
    pub(super) prices: Prices,
    /// No plan within the limits is worth more.
    pub(super) bound: f64,
}

/// Prices at which the bound is (almost) least.
pub(super) fn solve(problem: &Problem<'_>, control: &Control) -> Result<Solved> {
    let scale = scale(problem);
    let mut prices = Prices {
        offer: vec![0.0; problem.offers()],
        group: vec![0.0; problem.groups.len()],
        budget: 0.0,
    };
    let mut trust = Trust::new(problem, scale);
    smooth(problem, scale, &mut prices, &mut trust, control)?;
    let all: Vec<u32> = (0..problem.customers() as u32).collect();
    let mut best = Solved { prices: prices.clone(), bound: f64::INFINITY };
    let mut idle = 0;
    // A sample is off by so much.
    trust.at_least(scale * OFF, prices.budget * OFF);
    for _ in 0..PASSES {
        let taken = take(problem, &all, &prices, &trust, control)?;
        let bound = bound(problem, &taken, &prices);
        let better = best.bound - bound;
        if better > 0.0 {
            best = Solved { prices: prices.clone(), bound };
        }
        idle = if better > SMALL * bound.abs() { 0 } else { idle + 1 };
        if idle >= PATIENCE {
            break;
        }
        step(problem, &taken, 1.0, scale, &mut prices, &mut trust);
    }
    Ok(best)
}

/// Finds prices by a sample of the customers, whose values are blurred, less and less: where many
/// customers are worth the same, a limit is either not used at all or by all of them, and only
/// the blur tells prices how far to go.
fn smooth(
    problem: &Problem<'_>,
    scale: f64,
    prices: &mut Prices,
    trust: &mut Trust,
    control: &Control,
) -> Result<()> {
    let mut chosen: Vec<u32> = (0..problem.customers() as u32).collect();
    if chosen.len() > SAMPLE {
        chosen.select_nth_unstable_by_key(SAMPLE, |&customer| {
            (problem.keys[customer as usize], customer)
        });
        chosen.truncate(SAMPLE);
        chosen.sort_unstable();
    }
    if chosen.is_empty() {
        return Ok(());
    }
    let share = chosen.len() as f64 / problem.customers() as f64;
    let (mut offsets, mut at) = (vec![0u64], Vec::new());
    for &customer in &chosen {
        at.extend(problem.row(customer as usize));
        offsets.push(at.len() as u64);
    }
    let offer: Vec<u32> = at.iter().map(|&at| problem.offer[at]).collect();
    let cost: Vec<i64> = match problem.cost {
        [] => Vec::new(),
        cost => at.iter().map(|&at| cost[at]).collect(),
    };
    let sort: Vec<u8> = match problem.sort {
        [] => Vec::new(),
        sort => at.iter().map(|&at| sort[at]).collect(),
    };
    let risk: Vec<f64> = match problem.risk {
        [] => Vec::new(),
        risk => chosen.iter().map(|&at| risk[at as usize]).collect(),
    };
    let keys: Vec<u64> = chosen.iter().map(|&at| problem.keys[at as usize]).collect();
    let customers: Vec<u32> = (0..chosen.len() as u32).collect();
    for stage in 0..STAGES {
        let blur = scale * FIRST_BLUR * SHARPER.powi(stage);
        let mut value = Vec::with_capacity(at.len());
        for (row, key) in offsets.windows(2).zip(&keys) {
            for at in &at[row[0] as usize..row[1] as usize] {
                let noise = share_of(key.wrapping_add(u64::from(problem.offer[*at])));
                value.push(problem.value[*at] + blur * (noise - 0.5));
            }
        }
        let blurred = Problem {
            offsets: &offsets,
            offer: &offer,
            value: &value,
            cost: &cost,
            sort: &sort,
            risk: &risk,
            keys: &keys,
            per_customer: problem.per_customer,
            capacity: problem.capacity.clone(),
            groups: problem.groups.clone(),
            groups_of: problem.groups_of.clone(),
            together: problem.together.clone(),
            budget: problem.budget,
        };
        for step in trust.offer.iter_mut().chain(&mut trust.group).chain([&mut trust.common]) {
            step.most = step.most.clamp(blur / 8.0, scale);
        }
        for _ in 0..STAGE_PASSES {
            control.check()?;
            let taken = take(&blurred, &customers, prices, trust, control)?;
            step(&blurred, &taken, share, scale, prices, trust);
        }
    }
    Ok(())
}

/// A number in [0, 1) for a key: the last step of SplitMix64.
pub(super) fn share_of(key: u64) -> f64 {
    let z = (key ^ (key >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// What a value is like: the mean of the greatest of each customer.
fn scale(problem: &Problem<'_>) -> f64 {
    let (mut sum, mut of) = (0.0, 0);
    // Some thousand customers tell.
    let apart = (problem.customers() / 4_096).max(1);
    for customer in (0..problem.customers()).step_by(apart) {
        let values = problem.value[problem.row(customer)].iter().copied();
        let greatest = values.map(f64::abs).fold(0.0, f64::max);
        if greatest > 0.0 {
            sum += greatest;
            of += 1;
        }
    }
    if of == 0 { 1.0 } else { sum / f64::from(of) }
}

impl Trust {
    fn new(problem: &Problem<'_>, scale: f64) -> Self {
        let step = Step { most: scale / 8.0, gain: 1.0, up: true };
        Self {
            offer: vec![step; problem.offers()],
            group: vec![step; problem.groups.len()],
            common: step,
            budget: Step { most: scale / 8.0 / mean_cost(problem), gain: 1.0, up: true },
        }
    }

    fn at_least(&mut self, price: f64, budget: f64) {
        for step in self.offer.iter_mut().chain(&mut self.group).chain([&mut self.common]) {
            *step = Step { most: step.most.max(price), gain: 1.0, up: step.up };
        }
        self.budget.most = self.budget.most.max(budget);
        self.budget.gain = 1.0;
    }
}

fn mean_cost(problem: &Problem<'_>) -> f64 {
    let costs = problem.cost.iter().filter(|&&cost| cost > 0);
    let (sum, of) = costs.fold((0.0, 0u64), |(sum, of), &cost| (sum + cost as f64, of + 1));
    if of == 0 { 1.0 } else { sum / of as f64 }
}

/// What these customers take at these prices.
fn take(
    problem: &Problem<'_>,
    customers: &[u32],
    prices: &Prices,
    trust: &Trust,
    control: &Control,
) -> Result<Taken> {
    let totals = problem.totals(prices);
    let offers = problem.offers();
    customers
        .par_chunks(CHUNK)
        .enumerate()
        .try_fold(
            || (Taken::new(offers), Choice::default()),
            |(mut taken, mut choice), (chunk, customers)| {
                control.check()?;
                let mut sum = 0.0;
                for &customer in customers {
                    let customer = customer as usize;
                    problem.choose(customer, &totals, prices.budget, &mut choice);
                    sum += choice.bound;
                    note(problem, customer, &choice, trust, &mut taken);
                }
                taken.sums.push((chunk, sum));
                Ok((taken, choice))
            },
        )
        .map(|taken| taken.map(|(taken, _)| taken))
        .try_reduce(|| Taken::new(offers), |one, other| Ok(one.add(other)))
}

/// Counts what a customer takes, and what a small step of prices would change about it.
#[inline]
fn note(problem: &Problem<'_>, customer: usize, choice: &Choice, trust: &Trust, taken: &mut Taken) {
    let row = problem.row(customer);
    let budget = trust.budget.most;
    for &(left, place) in &choice.chosen {
        let at = row.start + place as usize;
        let offer = problem.offer[at] as usize;
        taken.usage[offer] += 1;
        let margin = (left - choice.next).min(choice.above);
        taken.near[offer] += u64::from(margin < trust.offer[offer].most);
        let nothing = left.min(choice.above);
        taken.near_nothing += u64::from(choice.next == 0.0 && nothing < trust.common.most);
        if let Some(&cost) = problem.cost.get(at) {
            taken.spent += i128::from(cost);
            if margin < budget * cost as f64 {
                taken.near_spent += i128::from(cost);
            }
        }
    }
    if choice.above <= 0.0 {
        // All that is worth something comes at once, with what the risk of the contact exceeds it by.
        for (at, &left) in row.zip(&choice.reduced) {
            let offer = problem.offer[at] as usize;
            let margin = (-left).max(0.0) - choice.above;
            taken.near[offer] += u64::from(margin < trust.offer[offer].most);
            let cost = problem.cost(at);
            if margin < budget * cost as f64 {
                taken.near_spent += i128::from(cost);
            }
        }
        taken.near_nothing += u64::from(-choice.above < trust.common.most);
        return;
    }
    let mut greatest = f64::NEG_INFINITY;
    for (at, &left) in row.zip(&choice.reduced) {
        // The chosen have no less left than the last of them.
        let margin = choice.last - left;
        if margin > 0.0 || choice.last == 0.0 && left <= 0.0 {
            let offer = problem.offer[at] as usize;
            taken.near[offer] += u64::from(margin < trust.offer[offer].most);
            greatest = greatest.max(if choice.last == 0.0 { left } else { f64::NEG_INFINITY });
            if let Some(&cost) = problem.cost.get(at)
                && margin < budget * cost as f64
            {
                taken.near_spent += i128::from(cost);
            }
        }
    }
    taken.near_nothing += u64::from(-greatest < trust.common.most);
}

fn bound(problem: &Problem<'_>, taken: &Taken, prices: &Prices) -> f64 {
    let mut sums = taken.sums.clone();
    sums.sort_unstable_by_key(|&(chunk, _)| chunk);
    let mut bound: f64 = sums.iter().map(|&(_, sum)| sum).sum();
    for (&price, &capacity) in prices.offer.iter().zip(&problem.capacity) {
        if price > 0.0 {
            bound += price * capacity as f64;
        }
    }
    for (&price, group) in prices.group.iter().zip(&problem.groups) {
        if price != 0.0 {
            bound += price * if price > 0.0 { group.max } else { group.min } as f64;
        }
    }
    bound + problem.budget.map_or(0.0, |budget| prices.budget * budget as f64)
}

/// Moves all prices; `share` of all customers are behind what was taken.
fn step(
    problem: &Problem<'_>,
    taken: &Taken,
    share: f64,
    scale: f64,
    prices: &mut Prices,
    trust: &mut Trust,
) {
    let mut dense = vec![0.0; problem.groups.len()];
    let mut usage = vec![0u64; problem.groups.len()];
    for offer in 0..problem.offers() {
        let near = taken.near[offer] as f64 / (2.0 * trust.offer[offer].most);
        for &group in &problem.groups_of[offer] {
            dense[group as usize] += near;
            usage[group as usize] += taken.usage[offer];
        }
        let limit = share * problem.capacity[offer] as f64;
        let over = taken.usage[offer] as f64 - limit;
        let price = &mut prices.offer[offer];
        if *price == 0.0 && over <= 0.0 {
            continue;
        }
        *price = (*price + trust.offer[offer].by(over, near, scale)).max(0.0);
    }
    for (at, group) in problem.groups.iter().enumerate() {
        let (least, most) = (share * group.min as f64, share * group.max as f64);
        let price = &mut prices.group[at];
        let used = usage[at] as f64;
        let over = if *price > 0.0 || *price == 0.0 && used > most {
            used - most
        } else if *price < 0.0 || used < least {
            used - least
        } else {
            continue;
        };
        let moved = *price + trust.group[at].by(over, dense[at], scale);
        // From one side to the other over 0, where both limits are met.
        *price = if *price * moved < 0.0 { 0.0 } else { moved.max(-MOST * scale) };
    }
    together(problem, taken, share, scale, &usage, prices, trust);
    if let Some(budget) = problem.budget {
        let over = taken.spent as f64 - share * budget as f64;
        if prices.budget > 0.0 || over > 0.0 {
            let near = taken.near_spent as f64 / (2.0 * trust.budget.most);
            prices.budget = (prices.budget + trust.budget.by(over, near, f64::INFINITY)).max(0.0);
        }
    }
}

/// Moves the prices of all that is used up at once: offers that compete for the same customers rise
/// together, each by more than it could alone. An offer in a group at its maximum moves with it.
fn together(
    problem: &Problem<'_>,
    taken: &Taken,
    share: f64,
    scale: f64,
    group_usage: &[u64],
    prices: &mut Prices,
    trust: &mut Trust,
) {
    let groups: Vec<usize> =
        (0..problem.groups.len()).filter(|&group| prices.group[group] > 0.0).collect();
    let alone = |offer: &usize| {
        let in_group = |&group: &u32| prices.group[group as usize] > 0.0;
        prices.offer[*offer] > 0.0 && !problem.groups_of[*offer].iter().any(in_group)
    };
    let offers: Vec<usize> = (0..problem.offers()).filter(alone).collect();
    if groups.is_empty() && offers.is_empty() {
        return;
    }
    let over = |used: u64, limit: u64| used as f64 - share * limit as f64;
    let of_groups = groups.iter().map(|&at| over(group_usage[at], problem.groups[at].max));
    let of_offers = offers.iter().map(|&at| over(taken.usage[at], problem.capacity[at]));
    let all: f64 = of_groups.chain(of_offers).sum();
    let near = taken.near_nothing as f64 / (2.0 * trust.common.most);
    let moved = trust.common.by(all, near, scale);
    for group in groups {
        prices.group[group] = (prices.group[group] + moved).max(0.0);
    }
    for offer in offers {
        prices.offer[offer] = (prices.offer[offer] + moved).max(0.0);
    }
}

/// A minimum is worth no more than this many times what a customer's best offer is.
const MOST: f64 = 64.0;

impl Step {
    /// By how much to move a price whose limit is overused by so much, where so much use changes
    /// per unit of price.
    fn by(&mut self, over: f64, dense: f64, scale: f64) -> f64 {
        let newton = if dense > 0.0 { over / dense } else { f64::INFINITY.copysign(over) };
        if over == 0.0 {
            return 0.0;
        }
        let up = over > 0.0;
        let same = up == self.up;
        self.gain = (self.gain * if same { 1.3 } else { 0.5 }).clamp(0.5, 64.0);
        let moved = (newton * self.gain).clamp(-self.most, self.most);
        // A step well within the region needs no wider one.
        if !same {
            self.most *= 0.5;
        } else if moved.abs() > 0.5 * self.most {
            self.most = (self.most * 1.4).min(scale);
        } else if moved.abs() < 0.1 * self.most {
            self.most *= 0.7;
        }
        self.most = self.most.max(f64::MIN_POSITIVE * 1e10);
        self.up = up;
        moved
    }
}
