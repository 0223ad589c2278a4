//! Plans against all plans there are, on small problems, and what must hold of every plan.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, UInt32Type};
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use basketry::{
    AssignOptions, Control, Currency, ErrorKind, Id, IdRef, OfferGroup, Plan, ProposalColumns,
    Proposals, Result, table_from_batch,
};
use proptest::prelude::*;

/// Customer, offer, value, cost in minor units.
type Row = (i64, i64, f64, i64);

fn proposals(rows: &[Row], with_cost: bool) -> Result<Proposals> {
    let ids =
        |of: fn(&Row) -> i64| -> ArrayRef { Arc::new(rows.iter().map(of).collect::<Int64Array>()) };
    let floats = |of: fn(&Row) -> f64| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<Float64Array>())
    };
    let table = RecordBatch::try_from_iter([
        ("customer", ids(|row| row.0)),
        ("offer", ids(|row| row.1)),
        ("value", floats(|row| row.2)),
        ("cost", floats(|row| row.3 as f64 / 100.0)),
    ])
    .unwrap();
    let mut columns = ProposalColumns::new("customer", "offer", "value");
    if with_cost {
        columns = columns.cost("cost");
    }
    Proposals::from_reader(table_from_batch(table), &columns, Currency::EUR, &Control::new())
}

fn int(id: IdRef<'_>) -> i64 {
    match id {
        IdRef::Int(value) => value,
        IdRef::Str(_) => panic!("a text"),
    }
}

/// Everything that a plan promises, of the rows it was made from. The minimum volumes are those
/// that it reaches.
fn check(plan: &Plan, rows: &[Row], options: &AssignOptions) {
    let of: HashMap<(i64, i64), (f64, i64)> = rows
        .iter()
        .map(|&(customer, offer, value, cost)| ((customer, offer), (value, cost)))
        .collect();
    let mut by_customer: HashMap<i64, Vec<i64>> = HashMap::new();
    let mut made: HashMap<i64, u64> = HashMap::new();
    let (mut value, mut spent) = (0.0, 0);
    for row in 0..plan.len() {
        let (customer, offer, worth) = plan.row(row);
        let (customer, offer) = (int(customer), int(offer));
        let &(expected, cost) = &of[&(customer, offer)];
        assert_eq!(worth, expected);
        value += worth;
        spent += cost;
        by_customer.entry(customer).or_default().push(offer);
        *made.entry(offer).or_default() += 1;
    }
    assert!((plan.value() - value).abs() < 1e-6 * (1.0 + value.abs()));
    assert!(plan.bound() >= plan.value() - 1e-9 * plan.value().abs());
    assert_eq!(plan.reached(), by_customer.len() as u64);
    for offers in by_customer.values() {
        assert!(offers.len() <= options.per_customer as usize);
        assert_eq!(offers.iter().collect::<HashSet<_>>().len(), offers.len(), "offered twice");
        for (one, other) in &options.excludes {
            let has = |id: &Id| offers.iter().any(|&offer| IdRef::Int(offer) == id.as_ref());
            assert!(!(has(one) && has(other)), "{offers:?}");
        }
        for group in &options.groups {
            let of_it = |offer: &&i64| group.offers.iter().any(|id| int(id.as_ref()) == **offer);
            let mine = offers.iter().filter(of_it).count();
            assert!(group.per_customer.is_none_or(|most| mine <= most as usize), "{offers:?}");
        }
    }
    for (id, most) in &options.capacities {
        let IdRef::Int(id) = id.as_ref() else { unreachable!() };
        assert!(made.get(&id).copied().unwrap_or(0) <= *most, "capacity of {id}");
    }
    for (group, volume) in options.groups.iter().zip(plan.groups()) {
        let count = |id: &Id| made.get(&int(id.as_ref())).copied().unwrap_or(0);
        let used: u64 = group.offers.iter().map(count).sum();
        assert_eq!((volume.made, volume.met), (used, used >= group.min));
        assert!(group.max.is_none_or(|max| used <= max));
    }
    if let Some(spent_by_plan) = plan.spent() {
        assert_eq!(spent_by_plan, spent);
    }
    assert!(options.budget.is_none_or(|budget| spent <= budget));
    let listed: u64 = plan.offers().iter().map(|volume| volume.made).sum();
    assert_eq!(listed, plan.len() as u64);
}

/// The value of the best plan, where groups reach at least `min`, by trying all.
fn best(rows: &[Row], options: &AssignOptions, min: &[u64]) -> f64 {
    let mut best = f64::NEG_INFINITY;
    all_plans(rows, options, &mut |taken, volumes| {
        if volumes.iter().zip(min).all(|(used, min)| used >= min) {
            best = best.max(taken.iter().map(|&row| rows[row].2).sum());
        }
    });
    best
}

/// By how much all minimum volumes together are missed at least, by trying all plans.
fn least_missing(rows: &[Row], options: &AssignOptions) -> u64 {
    let mut least = u64::MAX;
    all_plans(rows, options, &mut |_, volumes| {
        let groups = options.groups.iter().zip(volumes);
        least = least.min(groups.map(|(group, used)| group.min.saturating_sub(*used)).sum());
    });
    least
}

/// Calls for every plan within the limits but minimum volumes: its rows, and the volumes of the groups.
fn all_plans(rows: &[Row], options: &AssignOptions, of: &mut impl FnMut(&[usize], &[u64])) {
    let member: Vec<Vec<bool>> = (rows.iter())
        .map(|row| {
            let in_it =
                |group: &OfferGroup| group.offers.iter().any(|id| int(id.as_ref()) == row.1);
            options.groups.iter().map(in_it).collect()
        })
        .collect();
    let mut volumes = vec![0; options.groups.len()];
    return go(rows, options, &member, 0, &mut Vec::new(), &mut volumes, of);

    fn go(
        rows: &[Row],
        options: &AssignOptions,
        member: &[Vec<bool>],
        at: usize,
        taken: &mut Vec<usize>,
        volumes: &mut Vec<u64>,
        of: &mut impl FnMut(&[usize], &[u64]),
    ) {
        if at == rows.len() {
            return of(taken, volumes);
        }
        go(rows, options, member, at + 1, taken, volumes, of);
        let (customer, offer, _, cost) = rows[at];
        let mine = taken.iter().filter(|&&row| rows[row].0 == customer);
        let spent: i64 = taken.iter().map(|&row| rows[row].3).sum();
        let capacity = options.capacities.iter().find(|(id, _)| id.as_ref() == IdRef::Int(offer));
        let made = taken.iter().filter(|&&row| rows[row].1 == offer).count() as u64;
        let excluded = mine.clone().any(|&row| {
            options.excludes.iter().any(|(one, other)| {
                let pair = (int(one.as_ref()), int(other.as_ref()));
                pair == (offer, rows[row].1) || pair == (rows[row].1, offer)
            })
        });
        let too_many = options.groups.iter().enumerate().any(|(group, limits)| {
            let held = mine.clone().filter(|&&row| member[row][group]).count();
            let full = limits.per_customer.is_some_and(|most| held >= most as usize)
                || limits.max.is_some_and(|most| volumes[group] >= most);
            member[at][group] && full
        });
        if mine.count() < options.per_customer as usize
            && !too_many
            && capacity.is_none_or(|&(_, most)| made < most)
            && options.budget.is_none_or(|budget| spent + cost <= budget)
            && !excluded
        {
            taken.push(at);
            volumes.iter_mut().zip(&member[at]).for_each(|(used, &is)| *used += u64::from(is));
            go(rows, options, member, at + 1, taken, volumes, of);
            volumes.iter_mut().zip(&member[at]).for_each(|(used, &is)| *used -= u64::from(is));
            taken.pop();
        }
    }
}

fn small() -> impl Strategy<Value = (Vec<Row>, AssignOptions)> {
    let row = (0i64..5, 0i64..4, -20i32..60, 0i64..30);
    let rows = proptest::collection::vec(row, 1..12).prop_map(|rows| {
        let mut seen = HashSet::new();
        let mut rows: Vec<Row> = rows
            .into_iter()
            .filter(|row| seen.insert((row.0, row.1)))
            .map(|(customer, offer, value, cost)| (customer, offer, f64::from(value) / 4.0, cost))
            .collect();
        rows.sort_by_key(|row| (row.2 * 7.0) as i64 % 5);
        rows
    });
    let limits = (
        1u32..4,
        proptest::collection::vec((0i64..4, 0u64..4), 0..3),
        proptest::option::of(0i64..80),
        proptest::collection::vec((0i64..4, 0i64..4), 0..3),
        proptest::option::of((proptest::collection::vec(0i64..4, 1..3), 0u64..3, 0u64..4)),
        proptest::collection::vec((proptest::collection::vec(0i64..4, 1..4), 1u32..3), 0..3),
    );
    (rows, limits).prop_map(|(rows, (per_customer, capacities, budget, excludes, group, each))| {
        let mut options = AssignOptions::new().per_customer(per_customer);
        for (offer, most) in capacities {
            if options.capacities.iter().all(|(id, _)| id.as_ref() != IdRef::Int(offer)) {
                options = options.capacity(offer, most);
            }
        }
        for (one, other) in excludes.into_iter().filter(|(one, other)| one != other) {
            options = options.exclude(one, other);
        }
        if let Some((mut offers, min, more)) = group {
            offers.sort_unstable();
            offers.dedup();
            options = options.group(OfferGroup::new("group", offers).min(min).max(min + more));
        }
        for (at, (mut offers, most)) in each.into_iter().enumerate() {
            offers.sort_unstable();
            offers.dedup();
            let group = OfferGroup::new(format!("each {at}"), offers).per_customer(most);
            options = options.group(group);
        }
        if let Some(budget) = budget {
            options = options.budget(budget);
        }
        (rows, options)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Within the limits, never above the best plan, and never below its own bound.
    #[test]
    fn small_plans_against_all_plans((rows, options) in small()) {
        let plan = proposals(&rows, true)?.assign(&options, &Control::new())?;
        check(&plan, &rows, &options);
        let min: Vec<u64> =
            plan.groups().iter().map(|group| group.min.min(group.made)).collect();
        let best = best(&rows, &options, &min);
        prop_assert!(plan.value() <= best + 1e-9, "{} of {best}", plan.value());
        prop_assert!(plan.bound() >= best - 1e-9, "bound {} of {best}", plan.bound());
    }
}

/// Minimum volumes that get in each other's way, and little of everything else: up to 14 proposals of 5
/// offers to 7 customers.
fn scarce() -> impl Strategy<Value = (Vec<Row>, AssignOptions)> {
    let row = (0i64..7, 0i64..5, -8i32..24, prop_oneof![Just(0i64), 1i64..4, 1i64..12]);
    let rows = proptest::collection::vec(row, 1..15).prop_map(|rows| {
        let mut seen = HashSet::new();
        let rows = rows.into_iter().filter(|row| seen.insert((row.0, row.1)));
        rows.map(|(who, what, value, cost)| (who, what, f64::from(value) / 4.0, cost)).collect()
    });
    let group = (
        proptest::collection::btree_set(0i64..5, 1..4),
        0u64..7,
        proptest::option::of(0u64..3),
        proptest::option::of(1u32..3),
    );
    let limits = (
        1u32..4,
        proptest::collection::btree_map(0i64..5, 0u64..4, 0..4),
        proptest::option::weighted(0.6, 0i64..30),
        proptest::collection::vec((0i64..5, 0i64..5), 0..4),
        proptest::collection::vec(group, 1..4),
    );
    (rows, limits).prop_map(|(rows, (per_customer, capacities, budget, excludes, groups))| {
        let mut options = AssignOptions::new().per_customer(per_customer);
        (options.budget, options.capacities) =
            (budget, capacities.into_iter().map(|(offer, most)| (offer.into(), most)).collect());
        for (one, other) in excludes.into_iter().filter(|(one, other)| one != other) {
            options = options.exclude(one, other);
        }
        for (at, (offers, min, more, each)) in groups.into_iter().enumerate() {
            let mut group = OfferGroup::new(at.to_string(), offers).min(min);
            (group.max, group.per_customer) = (more.map(|more| min + more), each);
            if min > 0 || group.max.is_some() || each.is_some() {
                options = options.group(group);
            }
        }
        (rows, options)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// What is asked for at least is missed by as little as can be, and the bound is one of the plans
    /// that reach as much.
    #[test]
    fn minimum_volumes_are_reached_as_far_as_possible((rows, options) in scarce()) {
        let plan = proposals(&rows, true)?.assign(&options, &Control::new())?;
        check(&plan, &rows, &options);
        let missing: u64 =
            plan.groups().iter().map(|group| group.min.saturating_sub(group.made)).sum();
        prop_assert_eq!(missing, least_missing(&rows, &options), "{:?}", plan.groups());
        let min: Vec<u64> =
            plan.groups().iter().map(|group| group.min.min(group.made)).collect();
        let best = best(&rows, &options, &min);
        prop_assert!(plan.value() <= best + 1e-9, "{} of {best}", plan.value());
        prop_assert!(plan.bound() >= best - 1e-9, "bound {} of {best}", plan.bound());
    }
}

/// The offers of one customer are the best that may stand together, and the bound says so, whatever
/// overlaps.
#[test]
fn the_best_for_each_of_many_in_one() -> Result<()> {
    let mut draws = Draws(11);
    let mut searched = 0;
    for _ in 0..300 {
        let rows: Vec<Row> =
            (0..12).map(|offer| (1, offer, (draws.next() * 40.0).round() / 4.0 - 1.0, 0)).collect();
        let mut options = AssignOptions::new().per_customer(2 + (draws.next() * 5.0) as u32);
        for at in 0..5 {
            let offers: Vec<i64> = (0..12).filter(|_| draws.next() < 0.4).collect();
            if !offers.is_empty() {
                let most = 1 + (draws.next() * 3.0) as u32;
                let group = OfferGroup::new(at.to_string(), offers).per_customer(most);
                options = options.group(group);
            }
        }
        if draws.next() < 0.5 {
            options = options.exclude(0, 1).exclude(1, 2).exclude(5, 9);
        }
        let plan = proposals(&rows, false)?.assign(&options, &Control::new())?;
        check(&plan, &rows, &options);
        let best = best(&rows, &options, &vec![0; options.groups.len()]);
        assert!((plan.value() - best).abs() < 1e-9, "{} of {best}", plan.value());
        assert!(plan.gap() < 1e-9, "{}", plan.gap());
        let mut greatest: Vec<f64> = rows.iter().map(|row| row.2).collect();
        greatest.sort_by(|a, b| b.total_cmp(a));
        let free: f64 = greatest[..options.per_customer as usize].iter().sum();
        searched += usize::from(best < free);
    }
    assert!(searched > 100, "{searched}");
    Ok(())
}

/// Numbers that look random and are the same everywhere.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Each customer is proposed some of the offers, of which some are liked by all.
fn campaign(customers: i64, offers: i64, each: usize, seed: u64) -> Vec<Row> {
    let mut draws = Draws(seed);
    let liked: Vec<f64> = (0..offers).map(|_| 0.5 + 2.0 * draws.next()).collect();
    let mut rows = Vec::new();
    for customer in 0..customers {
        let mut seen = HashSet::new();
        while seen.len() < each.min(offers as usize) {
            let offer = (draws.next() * draws.next() * offers as f64) as i64;
            if seen.insert(offer) {
                let value = liked[offer as usize] * (2.0 * draws.next()).exp() - 2.0;
                rows.push((customer, offer, value, (draws.next() * 100.0) as i64));
            }
        }
    }
    rows
}

/// On campaigns of some size the gap is small, whatever is limited, and nothing depends on threads.
#[test]
fn campaigns_are_almost_solved() -> Result<()> {
    let offers = 30;
    let capacities = |mut options: AssignOptions, most: u64| {
        for offer in 0..offers {
            options = options.capacity(offer, most);
        }
        options
    };
    let group = |name, from: i64, to: i64| OfferGroup::new(name, from..to);
    for (name, options, gap) in [
        ("nothing", AssignOptions::new(), 0.0),
        ("capacities", capacities(AssignOptions::new(), 120), 0.001),
        ("two each", capacities(AssignOptions::new().per_customer(2), 200), 0.001),
        ("budget", AssignOptions::new().per_customer(3).budget(60_000), 0.001),
        (
            "few of each",
            capacities(AssignOptions::new().per_customer(4), 600)
                .group(group("one", 0, 10).per_customer(1))
                .group(group("two", 5, 20).per_customer(2)),
            0.002,
        ),
        (
            "all",
            capacities(AssignOptions::new().per_customer(2), 300)
                .budget(200_000)
                .group(group("least", 25, 30).min(150))
                .group(group("most", 0, 10).max(900))
                .exclude(0, 1)
                .exclude(2, 3),
            0.004,
        ),
    ] {
        let rows = campaign(5_000, offers, 8, 7);
        let proposals = proposals(&rows, true)?;
        let plan = proposals.assign(&options, &Control::new())?;
        check(&plan, &rows, &options);
        assert!(plan.groups().iter().all(|group| group.met), "{name}: {:?}", plan.groups());
        assert!(plan.gap() <= gap, "{name}: {}", plan.gap());
        assert!(plan.value() > 0.0);
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let same = pool.install(|| proposals.assign(&options, &Control::new()))?;
            assert_eq!(format!("{same:?}"), format!("{plan:?}"), "{name}: {threads} threads");
        }
    }
    Ok(())
}

/// Everybody likes the same, as much as everybody else: only who gets it is open.
#[test]
fn equal_values_are_shared_out() -> Result<()> {
    let rows: Vec<Row> = (0..3_000)
        .flat_map(|customer| {
            (0..6).map(move |offer| (customer, offer, f64::from(1 + offer as i32 / 2), 0))
        })
        .collect();
    let mut options = AssignOptions::new();
    for offer in 0..6 {
        options = options.capacity(offer, 300);
    }
    let plan = proposals(&rows, false)?.assign(&options, &Control::new())?;
    check(&plan, &rows, &options);
    assert_eq!(plan.value(), 2.0 * 300.0 * (1.0 + 2.0 + 3.0));
    assert!(plan.gap() < 0.01, "{}", plan.gap());
    // Another seed favours others.
    let other = proposals(&rows, false)?.assign(&options.clone().seed(1), &Control::new())?;
    assert_eq!(other.value(), plan.value());
    assert_ne!(format!("{other:?}"), format!("{plan:?}"));
    Ok(())
}

/// What a plan is worth, and its gap, where each of so many customers may get each offer, which is
/// worth the same to all.
fn alike(customers: i64, values: &[f64], options: &AssignOptions) -> Result<(f64, f64)> {
    let each = |customer| (0..).zip(values).map(move |(offer, &value)| (customer, offer, value, 0));
    let rows: Vec<Row> = (0..customers).flat_map(each).collect();
    let plan = proposals(&rows, false)?.assign(options, &Control::new())?;
    check(&plan, &rows, options);
    assert!(plan.groups().iter().all(|group| group.met), "{:?}", plan.groups());
    Ok((plan.value(), plan.gap()))
}

/// Where customers are alike, prices tell little: the plan is found by exchange.
#[test]
fn customers_who_are_alike() -> Result<()> {
    let new = AssignOptions::new;
    let group = |name, offers: &[i64]| OfferGroup::new(name, offers.iter().copied());
    let close = |found: f64, expected: f64| {
        assert!((found - expected).abs() < 1e-9 * expected, "{found}, expected {expected}");
    };
    // A minimum within another.
    let nested =
        new().group(group("least", &[0]).min(100)).group(group("all", &[0, 1, 2]).min(1_000));
    close(alike(1_000, &[1.0, 2.0, 3.0], &nested)?.0, 2_800.0);
    let two = new().group(group("all", &[0, 1]).min(2)).group(group("one", &[1]).min(1));
    close(alike(2, &[1.0, 1.0], &two)?.0, 2.0);
    // One minimum.
    for customers in [10, 30, 100, 300, 1_000] {
        let half = new().group(group("least", &[0]).min(customers as u64 / 2));
        close(alike(customers, &[1.0, 2.0], &half)?.0, 1.5 * customers as f64);
    }
    let least = new().group(group("least", &[0, 1, 2]).min(1_500));
    close(alike(3_000, &[1.0, 0.5, 0.5, 2.0], &least)?.0, 4_500.0);
    // One maximum over offers of which some are worth more.
    let tens = |offers: i64, most: u64| (0..offers).fold(new(), |all, at| all.capacity(at, most));
    let most = tens(3, 10).group(group("most", &[0, 1]).max(10));
    close(alike(300, &[0.26, 0.9, 0.5], &most)?.0, 14.0);
    let most = tens(5, 10).group(group("most", &[0, 1, 2, 3]).max(10));
    close(alike(300, &[0.17, 0.9, 0.29, 0.26, 0.0], &most)?.0, 9.0);
    let most = tens(4, 50).group(group("most", &[0, 1, 2]).max(50));
    let (value, gap) = alike(500, &[1.0; 4], &most)?;
    close(value, 100.0);
    assert!(gap < 0.02, "{gap}");
    let most = tens(4, 100).group(group("most", &[0, 1, 2]).max(100));
    close(alike(5_000, &[0.5, 0.51, 0.52, 0.3], &most)?.0, 82.0);
    Ok(())
}

#[test]
fn the_smallest_and_the_greatest_values() -> Result<()> {
    for scale in [1e-320, 1e-300, 1e-30, 1e30, 1e100] {
        let rows: Vec<Row> = [1.0, 0.5, 0.25, 0.0]
            .iter()
            .enumerate()
            .map(|(at, value)| (at as i64, at as i64 % 2, value * scale, 0))
            .collect();
        let options = AssignOptions::new().capacity(0, 1);
        let plan = proposals(&rows, false)?.assign(&options, &Control::new())?;
        check(&plan, &rows, &options);
        assert_eq!(plan.len(), 2, "{scale}");
        assert!(plan.bound().is_finite() && plan.gap() <= 1.0, "{scale}: {}", plan.bound());
    }
    Ok(())
}

/// What cannot be reached is reached as far as possible, and said.
#[test]
fn minimum_volumes_that_cannot_be_met() -> Result<()> {
    let mut rows = campaign(2_000, 10, 4, 3);
    rows.retain(|row| row.1 != 9 || row.0 % 50 == 0);
    let proposed = rows.iter().filter(|row| row.1 == 9).count() as u64;
    let options = AssignOptions::new()
        .group(OfferGroup::new("rare", [9]).min(10_000))
        .group(OfferGroup::new("others", [0, 1]).min(300));
    let plan = proposals(&rows, true)?.assign(&options, &Control::new())?;
    check(&plan, &rows, &options);
    let [rare, others] = plan.groups() else { unreachable!() };
    assert_eq!((rare.made, rare.met), (proposed, false));
    assert!(others.met);
    assert!(plan.gap() < 0.01, "{}", plan.gap());
    // A budget that cannot pay for the minimum either.
    let plan = proposals(&rows, true)?.assign(&options.clone().budget(100), &Control::new())?;
    check(&plan, &rows, &options.budget(100));
    assert!(!plan.groups()[1].met && plan.spent().unwrap() > 50);
    Ok(())
}

#[test]
fn the_table_has_a_row_for_each_offer() -> Result<()> {
    let rows = campaign(40_000, 20, 5, 11);
    let plan =
        proposals(&rows, true)?.assign(&AssignOptions::new().per_customer(2), &Control::new())?;
    let mut row = 0;
    for batch in plan.batches() {
        let batch = batch?;
        assert_eq!(batch.schema(), plan.schema());
        let rank = batch["rank"].as_primitive::<UInt32Type>();
        for at in 0..batch.num_rows() {
            let (customer, offer, value) = plan.row(row);
            assert_eq!(int(customer), batch["customer"].as_primitive::<Int64Type>().value(at));
            assert_eq!(int(offer), batch["offer"].as_primitive::<Int64Type>().value(at));
            assert_eq!(value, batch["value"].as_primitive::<Float64Type>().value(at));
            let first = row == 0 || plan.row(row - 1).0 != customer;
            assert_eq!(rank.value(at), if first { 1 } else { 2 });
            row += 1;
        }
    }
    assert_eq!(row, plan.len());
    assert!(plan.len() > 65_536);
    Ok(())
}

#[test]
fn nothing_to_assign() -> Result<()> {
    let plan = proposals(&[], true)?.assign(&AssignOptions::new().budget(0), &Control::new())?;
    assert_eq!((plan.len(), plan.value(), plan.gap(), plan.spent()), (0, 0.0, 0.0, Some(0)));
    let worthless = [(1, 1, 0.0, 0), (2, 1, -3.0, 0)];
    let plan = proposals(&worthless, false)?.assign(&AssignOptions::new(), &Control::new())?;
    assert_eq!((plan.len(), plan.gap(), plan.spent()), (0, 0.0, None));
    // Unless a minimum asks for it.
    let options = AssignOptions::new().group(OfferGroup::new("all", [1]).min(1));
    let plan = proposals(&worthless, false)?.assign(&options, &Control::new())?;
    assert_eq!((plan.len(), int(plan.row(0).0)), (1, 1));
    Ok(())
}

#[test]
fn bad_input_is_named() {
    let rows = [(1, 1, 1.0, 5), (1, 2, 1.0, 5)];
    let says = |result: Result<Plan>, kind: ErrorKind, text: &str| {
        let error = result.err().unwrap();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(text), "{error}");
    };
    let run =
        |options: &AssignOptions| proposals(&rows, false).unwrap().assign(options, &Control::new());
    let argument = ErrorKind::InvalidArgument;
    let new = AssignOptions::new;
    says(run(&new().per_customer(0)), argument, "per_customer: expected a number from 1 to 64");
    says(run(&new().budget(5)), argument, "budget: nothing that is proposed costs anything");
    says(run(&new().capacity(1, 1).capacity(1, 2)), argument, "capacity[1]: 1 was given before");
    says(run(&new().exclude(1, 1)), argument, "exclude[0]: expected two offers");
    let group = OfferGroup::new("g", [1]);
    says(
        run(&new().group(group.clone().min(2).max(1))),
        argument,
        "groups[0] (\"g\"): expected a max",
    );
    let limited = group.clone().max(1);
    says(
        run(&new().group(limited.clone()).group(limited)),
        argument,
        "groups[1] (\"g\"): the name",
    );
    says(
        run(&new().group(group)),
        argument,
        "groups[0] (\"g\"): expected min, max or per_customer",
    );
    says(run(&new().group(OfferGroup::new("g", [1, 1]).min(1))), argument, "1 stands twice");
    says(run(&new().capacity("1", 5)), argument, "the offers are integers, got \"1\"");
    says(
        run(&new().group(OfferGroup::new("g", [0i64; 0]).min(1))),
        argument,
        "expected one offer or more",
    );
    let plan = run(&new().capacity(7, 1)).unwrap();
    assert_eq!((plan.unknown(), plan.len()), (1, 1));

    let bad = |rows: &[Row], text: &str| {
        let error = proposals(rows, true).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains(text), "{error}");
    };
    bad(
        &[(1, 1, f64::NAN, 0)],
        "row 0 (counted from 0): expected a number from -1e100 to 1e100, got NaN",
    );
    bad(
        &[(1, 1, 1.0, 0), (1, 2, 1.0, -5)],
        "row 1 (counted from 0): expected an amount of at least 0",
    );
    bad(&[(7, 3, 1.0, 0), (7, 3, 2.0, 0)], "customer 7: the offer 3 is proposed twice");

    let control = Control::new();
    control.cancel();
    assert!(proposals(&rows, false).unwrap().assign(&new(), &control).unwrap_err().is_cancelled());
}
