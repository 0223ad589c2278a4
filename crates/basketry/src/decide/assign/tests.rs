//! Plans with risks of contacts against all plans, on small problems.

use proptest::prelude::*;

use super::{AssignOptions, OfferGroup, Offered, Proposals, Together};
use crate::{Control, Currency, Error, IdKind, Ids};

/// The risk of contacting a customer, and what is proposed to them: offer, value and cost.
type Customer = (f64, Vec<(u32, f64, i64)>);
type Shop = Vec<Customer>;

fn proposals(shop: &Shop) -> Result<Proposals, Error> {
    let (mut customers, mut offers) = (Ids::new(IdKind::Int), Ids::new(IdKind::Int));
    for offer in 0..4i64 {
        offers.intern(offer)?;
    }
    let mut offered = Offered {
        offsets: vec![0],
        offer: Vec::new(),
        value: Vec::new(),
        cost: Vec::new(),
        parts: 1,
        costed: true,
        risk: Vec::new(),
        stock: vec![u64::MAX; 4],
        most: 64,
        sort: Vec::new(),
        together: Together::default(),
    };
    for (at, (risk, row)) in shop.iter().enumerate() {
        customers.intern(at as i64)?;
        offered.risk.push(*risk);
        for &(offer, value, cost) in row {
            offered.offer.push(offer);
            offered.value.push(value);
            offered.cost.push(cost);
        }
        offered.offsets.push(offered.offer.len() as u64);
    }
    Ok(Proposals::of_engine(customers, offers, Currency::EUR, offered))
}

/// How much is missed at least, and the value of the best plan that reaches the minimum volumes.
fn best(shop: &Shop, options: &AssignOptions, min: &[u64]) -> (u64, f64) {
    let member: Vec<[bool; 4]> = (options.groups.iter())
        .map(|group| std::array::from_fn(|at| group.offers.contains(&(at as i64).into())))
        .collect();
    let mut capacity = [u64::MAX; 4];
    for (offer, most) in &options.capacities {
        let at = (0..4).find(|&at| *offer == i64::from(at).into()).unwrap();
        capacity[at as usize] = *most;
    }
    let mut found = (u64::MAX, f64::NEG_INFINITY);
    go(shop, options, &member, &capacity, min, ([0; 4], 0, 0.0), &mut found);
    return found;

    fn go(
        shop: &[Customer],
        options: &AssignOptions,
        member: &[[bool; 4]],
        capacity: &[u64; 4],
        min: &[u64],
        (made, spent, value): ([u64; 4], i64, f64),
        found: &mut (u64, f64),
    ) {
        let used = |group: usize| -> u64 {
            (0..4).filter(|&at| member[group][at]).map(|at| made[at]).sum()
        };
        let Some(((risk, row), rest)) = shop.split_first() else {
            let groups = || options.groups.iter().enumerate();
            let missed = groups().map(|(at, group)| group.min.saturating_sub(used(at))).sum();
            found.0 = found.0.min(missed);
            if groups().all(|(at, _)| used(at) >= min[at]) {
                found.1 = found.1.max(value);
            }
            return;
        };
        for chosen in 0u32..1 << row.len() {
            if chosen.count_ones() > options.per_customer {
                continue;
            }
            let mut next = (made, spent, value - if chosen > 0 { *risk } else { 0.0 });
            for (at, &(offer, value, cost)) in row.iter().enumerate() {
                if chosen >> at & 1 == 1 {
                    next.0[offer as usize] += 1;
                    next.1 += cost;
                    next.2 += value;
                }
            }
            let over = |at: usize| {
                let sum: u64 = (0..4).filter(|&o| member[at][o]).map(|o| next.0[o]).sum();
                options.groups[at].max.is_some_and(|max| sum > max)
            };
            let fits = (0..4).all(|at| next.0[at] <= capacity[at])
                && options.budget.is_none_or(|most| next.1 <= most)
                && !(0..member.len()).any(over);
            if fits {
                go(rest, options, member, capacity, min, next, found);
            }
        }
    }
}

fn small() -> impl Strategy<Value = (Shop, AssignOptions)> {
    let row = proptest::collection::btree_map(0u32..4, (-4i32..24, 0i64..6), 0..4);
    let customer = (prop_oneof![Just(0.0), (0i32..40).prop_map(|n| f64::from(n) / 4.0)], row);
    let shop = proptest::collection::vec(customer, 1..6).prop_map(|customers| -> Shop {
        let row = |(offer, (value, cost))| (offer, f64::from(value) / 4.0, cost);
        customers.into_iter().map(|(risk, of)| (risk, of.into_iter().map(row).collect())).collect()
    });
    let group = (proptest::collection::btree_set(0i64..4, 1..4), 0u64..4, 0u64..4);
    let limits = (
        1u32..4,
        proptest::collection::btree_map(0i64..4, 0u64..4, 0..3),
        proptest::option::of(0i64..16),
        proptest::collection::vec(group, 0..3),
    );
    (shop, limits).prop_map(|(shop, (each, capacities, budget, groups))| {
        let mut options = AssignOptions::new().per_customer(each);
        options.budget = budget;
        for (offer, most) in capacities {
            options = options.capacity(offer, most);
        }
        for (at, (offers, min, more)) in groups.into_iter().enumerate() {
            options =
                options.group(OfferGroup::new(at.to_string(), offers).min(min).max(min + more));
        }
        (shop, options)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_contact_is_charged_once((shop, options) in small()) {
        let plan = proposals(&shop)?.assign(&options, &Control::new())?;
        let mut mine = vec![Vec::new(); shop.len()];
        for row in 0..plan.len() {
            let (customer, _, value) = plan.row(row);
            let crate::IdRef::Int(customer) = customer else { unreachable!() };
            mine[customer as usize].push(value);
        }
        let charged = |at: &usize| !mine[*at].is_empty();
        let risk: f64 = (0..shop.len()).filter(charged).map(|at| shop[at].0).sum();
        prop_assert!((plan.contact_risk() - risk).abs() < 1e-9);
        let value = mine.iter().flatten().sum::<f64>() - risk;
        prop_assert!((plan.value() - value).abs() < 1e-9, "{} {value}", plan.value());
        let min: Vec<u64> = plan.groups().iter().map(|group| group.made.min(group.min)).collect();
        let (missed, best) = best(&shop, &options, &min);
        let misses: u64 = plan.groups().iter().map(|g| g.min.saturating_sub(g.made)).sum();
        prop_assert_eq!(misses, missed);
        prop_assert!(plan.value() <= best + 1e-9, "{} of {best}", plan.value());
        prop_assert!(plan.bound() >= best - 1e-9, "bound {} of {best}", plan.bound());
        // Where nothing is limited but what each may get, the plan is the best one.
        if options.budget.is_none() && options.capacities.is_empty() && options.groups.is_empty() {
            prop_assert!((plan.value() - best).abs() < 1e-9 && plan.gap() < 1e-9, "{best}");
        }
        // Without minimum volumes nobody is contacted at a loss.
        if options.groups.iter().all(|group| group.min == 0) {
            for (mine, (risk, _)) in mine.iter().zip(&shop) {
                prop_assert!(mine.is_empty() || mine.iter().sum::<f64>() > *risk);
            }
        }
    }
}

/// Over many problems little is lost, though each is small and its limits are tight.
#[test]
fn little_is_lost_to_the_best() -> Result<(), Error> {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut values, mut bests) = (0.0, 0.0);
    for _ in 0..500 {
        let (shop, options) = small().new_tree(&mut runner).unwrap().current();
        let plan = proposals(&shop)?.assign(&options, &Control::new())?;
        let min: Vec<u64> = plan.groups().iter().map(|group| group.made.min(group.min)).collect();
        values += plan.value();
        bests += best(&shop, &options, &min).1;
    }
    assert!(values > 0.97 * bests, "{values} of {bests}");
    Ok(())
}
