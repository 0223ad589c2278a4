//! Against the definition in double precision, with dense matrices and no tricks.

use proptest::prelude::*;

use super::factors::{self, Hat};
use super::sparse::{Buyers, Sparse};
use super::thin::{WIDTH, random};
use super::*;
use crate::affinity::views::RANK;

/// A matrix from rows of (column, value), each row of the customer given.
fn data(columns: usize, rows: &[(u32, Vec<(u32, f32)>)]) -> Data {
    let mut x = Sparse { columns, offsets: vec![0], ..Sparse::default() };
    for (_, row) in rows {
        x.column.extend(row.iter().map(|entry| entry.0));
        x.value.extend(row.iter().map(|entry| entry.1));
        x.offsets.push(x.column.len());
    }
    let products = x.transposed();
    let who: Vec<u32> = rows.iter().map(|row| row.0).collect();
    let product = (0..columns as u32).collect();
    let buyers = Buyers::new(&x, &who);
    Data { x, products, who, buyers, product, huge_rows: 0 }
}

/// X'X + lI in double precision.
fn gram(data: &Data, l2: f64) -> Vec<Vec<f64>> {
    let n = data.x.columns;
    let mut gram = vec![vec![0.0; n]; n];
    for row in 0..data.x.rows() {
        let (columns, values) = data.x.row(row);
        for (&a, &v) in std::iter::zip(columns, values) {
            for (&b, &w) in std::iter::zip(columns, values) {
                gram[a as usize][b as usize] += f64::from(v) * f64::from(w);
            }
        }
    }
    for (at, row) in gram.iter_mut().enumerate() {
        row[at] += l2;
    }
    gram
}

/// Solves by Gaussian elimination; the matrix is positive definite.
fn solved(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for k in 0..n {
        for i in k + 1..n {
            let factor = a[i][k] / a[k][k];
            let pivot = a[k].clone();
            for (x, p) in std::iter::zip(&mut a[i][k..], &pivot[k..]) {
                *x -= factor * p;
            }
            b[i] -= factor * b[k];
        }
    }
    for k in (0..n).rev() {
        let sum: f64 = (k + 1..n).map(|i| a[k][i] * b[i]).sum();
        b[k] = (b[k] - sum) / a[k][k];
    }
    b
}

/// EASE's weights of each target, [target][source], each from a regression on all others.
fn oracle(data: &Data, l2: f64) -> Vec<Vec<f64>> {
    let gram = gram(data, l2);
    let n = gram.len();
    (0..n)
        .map(|target| {
            let others: Vec<usize> = (0..n).filter(|&at| at != target).collect();
            let a = others.iter().map(|&i| others.iter().map(|&j| gram[i][j]).collect()).collect();
            let b = others.iter().map(|&i| gram[i][target]).collect();
            let mut weights = solved(a, b);
            weights.insert(target, 0.0);
            weights
        })
        .collect()
}

/// Distinct customers who ever bought both, [a][b].
fn customers(data: &Data) -> Vec<Vec<u32>> {
    let n = data.x.columns;
    let mut bought = std::collections::BTreeMap::<u32, std::collections::BTreeSet<u32>>::new();
    for row in 0..data.x.rows() {
        bought.entry(data.who[row]).or_default().extend(data.x.row(row).0);
    }
    let both = |a: u32, b: u32| {
        bought.values().filter(|products| products.contains(&a) && products.contains(&b)).count()
    };
    (0..n as u32).map(|a| (0..n as u32).map(|b| both(a, b) as u32).collect()).collect()
}

/// What was found, [target][source]; `None` where nothing is kept.
fn dense(found: &Entries) -> Vec<Vec<Option<f64>>> {
    let n = found.lens.len();
    let mut at = 0;
    let mut rows = vec![vec![None; n]; n];
    for (source, &len) in found.lens.iter().enumerate() {
        for _ in 0..len {
            rows[found.other[at] as usize][source] = Some(f64::from(found.weight[at]));
            at += 1;
        }
    }
    assert_eq!(at, found.other.len());
    rows
}

/// What is found is what the oracle says, but for pairs that too few customers have.
fn assert_same(found: &Entries, data: &Data, l2: f64, min_customers: u32) {
    let expected = oracle(data, l2);
    let customers = customers(data);
    for (target, row) in dense(found).iter().enumerate() {
        for (source, &weight) in row.iter().enumerate() {
            let expected = expected[target][source];
            let shown = customers[target][source] >= min_customers && source != target;
            match weight {
                Some(weight) => {
                    assert!(shown, "{source} -> {target}");
                    let near = (weight - expected).abs() <= 2e-4 * (1.0 + expected.abs());
                    assert!(near, "{source} -> {target}: {weight}, not {expected}");
                }
                None => {
                    assert!(!shown || expected.abs() < 2e-4, "{source} -> {target}: {expected}")
                }
            }
        }
    }
}

fn rows(columns: u32, most: usize) -> impl Strategy<Value = Vec<(u32, Vec<(u32, f32)>)>> {
    let row = prop::collection::btree_map(0..columns, 0.01f32..2.0, 1..columns as usize);
    prop::collection::vec((0..6u32, row), 1..most).prop_map(|mut rows| {
        rows.sort_by_key(|row| row.0);
        rows.into_iter().map(|(who, row)| (who, row.into_iter().collect())).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn weights_are_those_of_ease(rows in rows(9, 14), l2 in 0.2f32..20.0, min_customers in 1..4u32) {
        let data = data(9, &rows);
        let limits = Limits { l2, min_customers, keep: 9 };
        let control = Control::new();
        let found = exact::solve(&data, &limits, &control).unwrap().unwrap();
        assert_same(&found, &data, l2.into(), min_customers);
        // With all products to choose from, regressions are the closed form.
        let everyone = Limits { l2, min_customers: 1, keep: 9 };
        let found = local::solve(&data, &everyone, 9, &control).unwrap();
        for (target, row) in dense(&found).iter().enumerate() {
            // Products that never meet the target are no candidates, though in the closed form
            // others may still give them a weight.
            let gram = gram(&data, l2.into());
            let support: Vec<usize> =
                (0..9).filter(|&at| at != target && gram[target][at] > 0.0).collect();
            let a = support.iter().map(|&i| support.iter().map(|&j| gram[i][j]).collect());
            let b = support.iter().map(|&i| gram[i][target]).collect();
            let weights = solved(a.collect(), b);
            for (&source, expected) in std::iter::zip(&support, weights) {
                let weight = row[source].unwrap_or(0.0);
                let near = (weight - expected).abs() <= 2e-4 * (1.0 + expected.abs());
                prop_assert!(near, "{source} -> {target}: {weight}, not {expected}");
            }
        }
    }
}

/// A small generator (SplitMix64).
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

/// Customers with a taste for one of the groups of ten products, who also buy something else.
fn planted(customers: u32, columns: u32) -> Data {
    let mut draws = Draws(1);
    let rows: Vec<(u32, Vec<(u32, f32)>)> = (0..customers)
        .map(|who| {
            let group = draws.below(u64::from(columns) / 10) as u32;
            let mut row = std::collections::BTreeMap::new();
            for _ in 0..6 {
                row.insert(group * 10 + draws.below(10) as u32, 1.0);
                // Low numbers are bought more.
                let any = draws.below(u64::from(columns)).min(draws.below(u64::from(columns)));
                row.insert(any as u32, 0.5);
            }
            (who, row.into_iter().collect())
        })
        .collect();
    data(columns as usize, &rows)
}

/// (X'X + lI)(X'X + lI)^-1 = I, column by column, for one tile and a bit.
#[test]
fn tiles_fit_together() {
    let control = Control::new();
    for (customers, columns) in [(700, 300), (300, 600)] {
        let data = planted(customers, columns);
        let inverse = exact::inverse(&data.x, &data.products, 5.0, &control).unwrap().unwrap();
        let gram = gram(&data, 5.0);
        let at = |i: usize, j: usize| f64::from(inverse.at(i.max(j), i.min(j)));
        let n = columns as usize;
        for j in [0, 1, 255, 256, n - 1] {
            for (i, row) in gram.iter().enumerate() {
                let sum: f64 = (0..n).map(|k| row[k] * at(k, j)).sum();
                let expected = f64::from(u8::from(i == j));
                assert!((sum - expected).abs() < 1e-3, "{i}, {j}: {sum}");
            }
        }
        let thin = random(n);
        let product = inverse.times(&thin, &control).unwrap();
        for i in [0, 1, 255, 256, n - 1] {
            let sum: f64 = (0..n).map(|k| at(i, k) * f64::from(thin[k][3])).sum();
            assert!((f64::from(product[i][3]) - sum).abs() < 1e-5, "{i}: {sum}");
        }
    }
}

/// Ones where there is something, as customers' rows have.
fn ones(mut data: Data) -> Data {
    data.x.value.fill(1.0);
    data.products.value.fill(1.0);
    data
}

/// Both ways to apply EASE's weights are the weights, and so is the transpose.
#[test]
fn applied_weights_are_those_of_ease() {
    let control = Control::new();
    for (customers, columns) in [(90, 40), (30, 60)] {
        let data = ones(planted(customers, columns));
        let expected = oracle(&data, 4.0);
        let hat = Hat::new(&data.x, &data.products, 4.0, &control).unwrap().unwrap();
        let n = columns as usize;
        let thin = random(n);
        let forth = hat.weights(thin.clone(), &control).unwrap();
        let back = hat.transposed(thin.clone(), &control).unwrap();
        for i in 0..n {
            for k in [0, 5, WIDTH - 1] {
                let sum = |of: &dyn Fn(usize) -> f64| -> f64 {
                    (0..n).map(|j| of(j) * f64::from(thin[j][k])).sum()
                };
                let (row, column) = (sum(&|j| expected[j][i]), sum(&|j| expected[i][j]));
                assert!((f64::from(forth[i][k]) - row).abs() < 1e-3, "{i}, {k}: {row}");
                assert!((f64::from(back[i][k]) - column).abs() < 1e-3, "{i}, {k}: {column}");
            }
        }
    }
}

/// Where the products are no more than the rank, nothing is left out.
#[test]
fn factors_of_few_products_are_their_weights() {
    let control = Control::new();
    for customers in [20, 200] {
        let data = ones(planted(customers, 30));
        let (_, source, target) =
            factors::factors(&data.x, &data.products, 3.0, 1000, &control).unwrap();
        for (to, row) in oracle(&data, 3.0).iter().enumerate() {
            for (from, expected) in row.iter().enumerate() {
                let weight: f32 = (0..RANK).map(|k| source[from][k] * target[to][k]).sum();
                let near = (f64::from(weight) - expected).abs() < 1e-3;
                assert!(near, "{from} -> {to}: {weight}, not {expected}");
            }
        }
    }
}

/// Of many products in fewer groups than the rank, the groups are what is left: in the closed forms
/// and from singular values.
#[test]
fn factors_tell_groups_apart() {
    let control = Control::new();
    for (customers, exact) in [(2000, 1000), (150, 1000), (2000, 0)] {
        let data = ones(planted(customers, 200));
        let (_, source, target) =
            factors::factors(&data.x, &data.products, 20.0, exact, &control).unwrap();
        let (mut within, mut across) = (0.0, 0.0);
        for (from, u) in source.iter().enumerate() {
            for (to, v) in target.iter().enumerate().filter(|&(to, _)| to != from) {
                let weight: f32 = (0..RANK).map(|k| u[k] * v[k]).sum();
                if from / 10 == to / 10 { within += weight } else { across += weight.abs() }
            }
        }
        // There are 21 times as many pairs across as within.
        let (within, across) = (within / 9.0, across / 190.0);
        assert!(within > 3.0 * across, "{customers}, {exact}: {within} and {across}");
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let data = planted(400, 700);
    let limits = Limits { l2: 3.0, min_customers: 2, keep: 20 };
    let control = Control::new();
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let found = [
                exact::solve(&data, &limits, &control).unwrap().unwrap(),
                local::solve(&data, &limits, 64, &control).unwrap(),
            ];
            let (few, many) = (planted(300, 700), planted(1500, 400));
            let factors = [(&few, 9000), (&many, 9000), (&many, 0)].map(|(data, exact)| {
                factors::factors(&data.x, &data.products, 9.0, exact, &control).unwrap()
            });
            (found, factors)
        })
    };
    let one = with(1);
    assert!(one.0.iter().all(|found| found.other.len() > 1000));
    use Form::{Dual, Primal, Singular};
    assert_eq!(one.1.each_ref().map(|found| found.0), [Dual, Primal, Singular]);
    assert_eq!(one, with(2));
    assert_eq!(one, with(3));
}

/// Of the weight that the closed form gives to the heaviest sources, regressions on a tenth of
/// the products find nearly all; and most of what is heavy is within the planted group.
#[test]
fn regressions_find_what_the_closed_form_finds() {
    let data = planted(3000, 500);
    let limits = Limits { l2: 5.0, min_customers: 3, keep: 9 };
    let control = Control::new();
    let exact = dense(&exact::solve(&data, &limits, &control).unwrap().unwrap());
    let local = dense(&local::solve(&data, &limits, 50, &control).unwrap());
    let (mut all, mut common, mut within) = (0.0, 0.0, 0.0);
    for (target, row) in exact.iter().enumerate() {
        for (source, weight) in row.iter().enumerate() {
            let Some(weight) = *weight else { continue };
            all += weight.abs();
            if local[target][source].is_some() {
                common += weight.abs();
            }
            if source / 10 == target / 10 {
                within += weight.abs();
            }
        }
    }
    assert!(common >= 0.95 * all, "{common} of {all}");
    assert!(within >= 0.85 * all, "{within} of {all}");
}

/// Rows of X'X without dense rows are the same, but for pairs that one customer has.
#[test]
fn rare_products_are_held_sparse() {
    let data = planted(600, 200);
    let limits = Limits { l2: 2.0, min_customers: 2, keep: 200 };
    let control = Control::new();
    let gather = |memory: usize| {
        let (gram, supports) = local::Gram::new(&data, &limits, 30, memory, &control).unwrap();
        let columns: Vec<u32> = (0..200).step_by(3).collect();
        let mut matrix = vec![0.0; columns.len() * columns.len()];
        gram.gather(&columns, 2.0, &mut matrix);
        let supports: Vec<_> = supports.into_iter().map(|s| (s.column, s.value)).collect();
        (columns, matrix, supports)
    };
    let (columns, all, supports) = gather(1 << 30);
    let customers = customers(&data);
    for rows in [0, 7, 100] {
        let (_, some, same) = gather(rows * 4 * 200);
        assert_eq!(supports, same);
        let m = columns.len();
        for (a, &x) in columns.iter().enumerate() {
            for (b, &y) in columns.iter().enumerate().skip(a) {
                let shared = customers[x as usize][y as usize];
                let kept = a == b || (x as usize) < rows || shared >= local::TAIL_CUSTOMERS;
                let expected = if kept { all[a * m + b] } else { 0.0 };
                assert_eq!(some[a * m + b], expected, "{x}, {y}: {shared} customers");
            }
        }
    }
}

#[test]
fn cancelled_work_ends_at_once() {
    let data = planted(300, 300);
    let limits = Limits { l2: 2.0, min_customers: 2, keep: 10 };
    let control = Control::new();
    control.cancel();
    assert!(exact::solve(&data, &limits, &control).unwrap_err().is_cancelled());
    assert!(local::solve(&data, &limits, 10, &control).unwrap_err().is_cancelled());
    for exact in [0, 1000] {
        let cancelled = factors::factors(&data.x, &data.products, 2.0, exact, &control);
        assert!(cancelled.unwrap_err().is_cancelled());
    }
}

/// What too few customers bought is as its category is: only as a target, before and after products
/// get other numbers.
#[test]
fn rare_products_have_the_vector_of_their_category() {
    let own = {
        let mut own =
            crate::affinity::customers::OwnRows { offsets: vec![0], ..Default::default() };
        for customer in 0..40u32 {
            own.product.extend(if customer % 2 == 0 { [0, 1, 2] } else { [3, 4, 5] });
            own.offsets.push(own.product.len() as u64);
        }
        own
    };
    let unknown = crate::affinity::attributes::NOT_KNOWN;
    let category = [7, 7, 7, 9, 9, 9, 9, unknown, 11];
    let options = FitOptions::default().min_customers(10).customers_l2(1.0);
    let rows = FactorRows::of_customers(&own, &category, &options, &Control::new()).unwrap();
    let weight = |rows: &FactorRows, from, to| rows.view().weight(from, to);
    assert!(weight(&rows, 0, 1) > 0.1 && weight(&rows, 0, 3).abs() < 0.01);
    let mean: f32 = (3..6).map(|to| weight(&rows, 4, to)).sum::<f32>() / 3.0;
    assert!((weight(&rows, 4, 6) - mean).abs() < 1e-5 && mean > 0.1);
    assert_eq!(weight(&rows, 6, 4), 0.0);
    assert!(rows.view().target(7).is_none() && rows.view().target(8).is_none());
    // Product 0 is gone, 6 is now 0.
    let number = [None, Some(1), Some(2), Some(3), Some(4), Some(5), Some(0), Some(6), Some(7)];
    let carried = FactorRows::carried(rows.view(), &number, 8);
    assert_eq!(weight(&carried, 4, 0), weight(&rows, 4, 6));
    assert_eq!(weight(&carried, 1, 2), weight(&rows, 1, 2));
    assert_eq!(carried.view().product.len(), 5);
}
