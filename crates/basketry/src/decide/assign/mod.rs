//! Assigning: which offers to make to which customers, when offers, budget and attention are
//! limited.
//!
//! [`Proposals`] say what may be offered to whom and what each would be worth; [`AssignOptions`]
//! say what is limited; the [`Plan`] is worth almost as much as any plan within the limits can be,
//! and proves how close: [`Plan::gap`].
//!
//! What is maximised is the sum of the values of what is offered, where each customer gets at most
//! `per_customer` offers, an offer is made at most as often as its capacity says, groups of offers
//! are made within their minimum and maximum volume, offers that exclude each other never reach
//! the same customer, who gets no more of a group or kind than there may be, and costs stay within
//! the budget.
//!
//! Prices for all limits are found first (the Lagrangian dual, which gives the bound), then a
//! plan within the limits is made from what each customer would choose at these prices. Work and
//! memory grow with the number of proposals.

mod dual;
mod options;
mod plan;
mod problem;
mod proposals;
mod repair;
mod search;
mod together;

pub use options::{AssignOptions, OfferGroup};
pub use plan::{GroupVolume, OfferVolume, Plan};
pub(super) use proposals::Offered;
pub use proposals::{ProposalColumns, Proposals};
pub(super) use together::{NO_SORT, Together};

use problem::Problem;

use crate::{Control, Result};

/// A plan, and what is known about how good it is.
struct Assigned {
    taken: repair::Taken,
    prices: problem::Prices,
    bound: f64,
}

/// Finds prices, and a plan by them. Minimum volumes that cannot be reached are lowered in the
/// problem to what is reached.
fn assign(problem: &mut Problem<'_>, control: &Control) -> Result<Assigned> {
    lower_minima(problem);
    let mut solved = dual::solve(problem, control)?;
    let mut taken = repair::plan(problem, &solved, control)?;
    let short = |problem: &Problem<'_>, taken: &repair::Taken| {
        problem.groups.iter().zip(&taken.group_usage).any(|(group, &used)| used < group.min)
    };
    if short(problem, &taken) {
        // What cannot be had drives its price up without end, which makes a poor bound, and a poor
        // plan of the rest.
        for (group, &used) in problem.groups.iter_mut().zip(&taken.group_usage) {
            group.min = group.min.min(used);
        }
        solved = dual::solve(problem, control)?;
        taken = repair::plan(problem, &solved, control)?;
        for ((group, &used), &price) in
            problem.groups.iter_mut().zip(&taken.group_usage).zip(&solved.prices.group)
        {
            if used < group.min {
                // The bound of the lower minimum at the same prices.
                solved.bound -= price.min(0.0) * (group.min - used) as f64;
                group.min = used;
            }
        }
    }
    let dual::Solved { prices, bound } = solved;
    Ok(Assigned { taken, prices, bound })
}

/// Lowers minimum volumes to what the proposals of the group allow by themselves.
fn lower_minima(problem: &mut Problem<'_>) {
    for at in 0..problem.groups.len() {
        if problem.groups[at].min == 0 {
            continue;
        }
        let member: Vec<bool> =
            problem.groups_of.iter().map(|of| of.contains(&(at as u32))).collect();
        let mut proposed = vec![0u64; problem.offers()];
        let mut customers = 0u64;
        for customer in 0..problem.customers() {
            let mut mine = 0;
            for &offer in &problem.offer[problem.row(customer)] {
                if member[offer as usize] {
                    proposed[offer as usize] += 1;
                    mine += 1;
                }
            }
            customers += mine.min(problem.per_customer as u64).min(problem.groups[at].each);
        }
        let offers = proposed.iter().zip(&problem.capacity).map(|(&n, &capacity)| n.min(capacity));
        let most = offers.sum::<u64>().min(customers).min(problem.groups[at].max);
        problem.groups[at].min = problem.groups[at].min.min(most);
    }
}
