//! Tall matrices of few columns: products with large matrices, orthonormal columns, eigenvectors.
//!
//! Each row is written by one thread, and sums over rows run in blocks of a fixed size, so threads
//! change no bit.

use rayon::prelude::*;

use super::sparse::Sparse;
use crate::affinity::views::RANK;
use crate::{Control, Result};

/// Columns: a few more than the vectors wanted, which is what makes the random start safe (Halko,
/// Martinsson, Tropp, "Finding structure with randomness", SIAM Review 2011).
pub(super) const WIDTH: usize = RANK + 16;
/// Rows that one task works on.
const BLOCK: usize = 1024;
/// Directions this much shorter than the longest, squared, are rounding errors.
const NOTHING: f64 = 1e-11;

pub(super) type Row = [f32; WIDTH];
/// A small symmetric matrix, in double precision.
pub(super) type Square = Vec<[f64; WIDTH]>;

/// Numbers from -1 to 1 that depend on nothing but where they stand.
pub(super) fn random(rows: usize) -> Vec<Row> {
    let draw = |at: u64| {
        // SplitMix64.
        let mut z = at.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    (0..rows).map(|row| std::array::from_fn(|k| draw((row * WIDTH + k) as u64))).collect()
}

/// What a sparse matrix makes of it.
pub(super) fn times(matrix: &Sparse, thin: &[Row], control: &Control) -> Result<Vec<Row>> {
    let mut out = vec![[0f32; WIDTH]; matrix.rows()];
    out.par_chunks_mut(BLOCK).enumerate().try_for_each(|(block, out)| {
        for (at, out) in out.iter_mut().enumerate() {
            let (columns, values) = matrix.row(block * BLOCK + at);
            for (&column, &value) in std::iter::zip(columns, values) {
                let row = &thin[column as usize];
                for (sum, x) in std::iter::zip(out.iter_mut(), row) {
                    *sum += value * x;
                }
            }
        }
        control.check()
    })?;
    Ok(out)
}

/// Multiplies each row by a number of its own.
pub(super) fn scale(thin: &mut [Row], by: impl Fn(usize) -> f32 + Sync) {
    thin.par_chunks_mut(BLOCK).enumerate().for_each(|(block, rows)| {
        for (at, row) in rows.iter_mut().enumerate() {
            let by = by(block * BLOCK + at);
            row.iter_mut().for_each(|x| *x *= by);
        }
    });
}

/// A'B.
pub(super) fn cross(a: &[Row], b: &[Row]) -> Square {
    let parts: Vec<Square> = a
        .par_chunks(BLOCK)
        .zip(b.par_chunks(BLOCK))
        .map(|(a, b)| {
            let mut sums = vec![[0f64; WIDTH]; WIDTH];
            for (a, b) in std::iter::zip(a, b) {
                let b = b.map(f64::from);
                for (sums, &a) in std::iter::zip(&mut sums, a) {
                    for (sum, b) in std::iter::zip(sums, b) {
                        *sum += f64::from(a) * b;
                    }
                }
            }
            sums
        })
        .collect();
    let mut all = vec![[0f64; WIDTH]; WIDTH];
    for part in parts {
        for (all, part) in std::iter::zip(&mut all, part) {
            for (sum, x) in std::iter::zip(all, part) {
                *sum += x;
            }
        }
    }
    all
}

/// The first `N` columns of AB for a small matrix B.
pub(super) fn turned<const N: usize>(a: &[Row], b: &Square) -> Vec<[f32; N]> {
    a.par_iter()
        .with_min_len(BLOCK)
        .map(|a| {
            let mut sums = [0f64; N];
            for (&a, b) in std::iter::zip(a, b) {
                for (sum, b) in std::iter::zip(&mut sums, b) {
                    *sum += f64::from(a) * b;
                }
            }
            sums.map(|x| x as f32)
        })
        .collect()
}

/// Columns that span the same space and are orthonormal; zeros in place of what is spanned by others.
pub(super) fn orthonormal(thin: Vec<Row>) -> Vec<Row> {
    let mut thin = thin;
    // Once more: what rounding left over of the first time.
    for _ in 0..2 {
        let (values, mut vectors) = eigen(cross(&thin, &thin));
        let least = values[0] * NOTHING;
        let scale: [f64; WIDTH] =
            std::array::from_fn(|k| if values[k] > least { values[k].sqrt().recip() } else { 0.0 });
        for row in &mut vectors {
            for (x, scale) in std::iter::zip(row, scale) {
                *x *= scale;
            }
        }
        thin = turned(&thin, &vectors);
    }
    thin
}

/// Eigenvalues of a symmetric matrix, the greatest first, and the eigenvectors as columns, by
/// Jacobi's rotations.
pub(super) fn eigen(mut a: Square) -> ([f64; WIDTH], Square) {
    const SWEEPS: usize = 30;
    let mut vectors = vec![[0f64; WIDTH]; WIDTH];
    for (at, row) in vectors.iter_mut().enumerate() {
        row[at] = 1.0;
    }
    for _ in 0..SWEEPS {
        let mut rotated = false;
        for p in 0..WIDTH {
            for q in p + 1..WIDTH {
                let (app, aqq, apq) = (a[p][p], a[q][q], a[p][q]);
                if apq.abs() <= f64::EPSILON * (app * aqq).abs().sqrt() {
                    continue;
                }
                rotated = true;
                let theta = (aqq - app) / (2.0 * apq);
                let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
                let cosine = tangent.hypot(1.0).recip();
                let sine = tangent * cosine;
                let turn = |x: f64, y: f64| (cosine * x - sine * y, sine * x + cosine * y);
                for row in a.iter_mut().chain(&mut vectors) {
                    (row[p], row[q]) = turn(row[p], row[q]);
                }
                let (above, below) = a.split_at_mut(q);
                for (x, y) in std::iter::zip(&mut above[p], &mut below[0]) {
                    (*x, *y) = turn(*x, *y);
                }
            }
        }
        if !rotated {
            break;
        }
    }
    let mut order: [usize; WIDTH] = std::array::from_fn(|k| k);
    order.sort_by(|&i, &j| a[j][j].total_cmp(&a[i][i]).then(i.cmp(&j)));
    let values = order.map(|k| a[k][k].max(0.0));
    let vectors = vectors.iter().map(|row| order.map(|k| row[k])).collect();
    (values, vectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenvectors_are_those_of_the_matrix() {
        let rows = random(300);
        let a = cross(&rows, &rows);
        let (values, vectors) = eigen(a.clone());
        assert!(values.windows(2).all(|pair| pair[0] >= pair[1]));
        for i in 0..WIDTH {
            for k in 0..WIDTH {
                let product: f64 = (0..WIDTH).map(|j| a[i][j] * vectors[j][k]).sum();
                assert!((product - values[k] * vectors[i][k]).abs() < 1e-9, "{i}, {k}");
            }
        }
    }

    #[test]
    fn columns_become_orthonormal_and_dependent_ones_vanish() {
        let mut rows = random(200);
        for row in &mut rows {
            row[7] = row[3] + row[5];
            row[9] *= 1e-4;
        }
        let turned = orthonormal(rows);
        let products = cross(&turned, &turned);
        let mut ones = 0;
        for (i, row) in products.iter().enumerate() {
            for (j, &x) in row.iter().enumerate() {
                let expected = if i == j && x > 0.5 { 1.0 } else { 0.0 };
                ones += usize::from(i == j && x > 0.5);
                assert!((x - expected).abs() < 1e-5, "{i}, {j}: {x}");
            }
        }
        assert_eq!(ones, WIDTH - 1);
        let nothing = orthonormal(vec![[0.0; WIDTH]; 5]);
        assert!(nothing.iter().flatten().all(|&x| x == 0.0));
    }
}
