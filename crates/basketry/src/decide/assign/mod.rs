//! Assigning: which offers to make to which customers, when offers, budget and attention are
//! limited.
//!
//! [`Proposals`] say what may be offered to whom and what each would be worth; [`AssignOptions`]
//! say what is limited; the [`Plan`] is worth almost as much as any plan within the limits can be,
//! and proves how close: [`Plan::gap`].
//!
//! What is maximised is the sum of the values of what is offered, less the risk of a contact for each
//! customer who is offered anything, where each customer gets at most
//! `per_customer` offers, an offer is made at most as often as its capacity says, groups of offers
//! are made within their minimum and maximum volume, offers that exclude each other never reach
//! the same customer, who gets no more of a group or kind than there may be, and costs stay within
//! the budget.
//!
//! Prices for all limits are found first (the Lagrangian dual, which gives the bound), then a
//! plan within the limits is made from what each customer would choose at these prices. Minimum
//! volumes that are still missing are looked for among a few customers at a time. Work and
//! memory grow with the number of proposals.

mod dual;
mod fill;
mod minima;
mod options;
mod plan;
mod problem;
mod proposals;
mod repair;
mod search;
mod together;
mod window;

#[cfg(test)]
mod tests;

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
    let mut taken = repair::plan(problem, &solved, true, control)?;
    if problem.short(&taken) > 0 {
        // What cannot be had drives its price up without end, which makes a poor bound, and a poor
        // plan of the rest.
        for (group, &used) in problem.groups.iter_mut().zip(&taken.group_usage) {
            group.min = group.min.min(used);
        }
        solved = dual::solve(problem, control)?;
        let again = repair::plan(problem, &solved, false, control)?;
        if problem.short(&again) == 0 && problem.worth(&again) > problem.worth(&taken) {
            taken = again;
        }
    }
    let dual::Solved { prices, bound } = solved;
    Ok(Assigned { taken, prices, bound })
}

/// Lowers minimum volumes to what the proposals of the group allow by themselves.
fn lower_minima(problem: &mut Problem<'_>) {
    let mut costs: Vec<i64> = Vec::new();
    for at in 0..problem.groups.len() {
        if problem.groups[at].min == 0 {
            continue;
        }
        let member: Vec<bool> =
            problem.groups_of.iter().map(|of| of.contains(&(at as u32))).collect();
        let mut proposed = vec![0u64; problem.offers()];
        let mut customers = 0u64;
        costs.clear();
        let each = (problem.per_customer as u64).min(problem.groups[at].each);
        for customer in 0..problem.customers() {
            let from = costs.len();
            let mut mine = 0;
            for row in problem.row(customer) {
                let offer = problem.offer[row] as usize;
                if member[offer] {
                    proposed[offer] += 1;
                    mine += 1;
                    if problem.budget.is_some() {
                        costs.push(problem.cost(row));
                    }
                }
            }
            if mine > each && problem.budget.is_some() {
                // The cheapest.
                costs[from..].sort_unstable();
                costs.truncate(from + each as usize);
            }
            customers += mine.min(each);
        }
        let offers = proposed.iter().zip(&problem.capacity).map(|(&n, &capacity)| n.min(capacity));
        let mut most = offers.sum::<u64>().min(customers).min(problem.groups[at].max);
        most = most.min(problem.groups[at].min);
        if let Some(budget) = problem.budget {
            if (most as usize) < costs.len() {
                costs.select_nth_unstable(most as usize);
                costs.truncate(most as usize);
            }
            if costs.iter().map(|&cost| i128::from(cost)).sum::<i128>() > i128::from(budget) {
                costs.sort_unstable();
                let mut spent = 0;
                let paid = costs.iter().take_while(|&&cost| {
                    spent += i128::from(cost);
                    spent <= i128::from(budget)
                });
                most = paid.count() as u64;
            }
        }
        problem.groups[at].min = most;
    }
}
