//! EASE in closed form, on as many products as fit.
//!
//! With X of customers (or baskets) by products, G = X'X and P = (G + lI)^-1, the weights that
//! minimise |X - XB|^2 + l|B|^2 with a diagonal of zeros are B_ij = -P_ij / P_jj (Steck,
//! "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019). Where there are fewer rows than
//! products, P comes from a smaller matrix: P = (I - Y'Y) / l with Y = L^-1 X and LL' = XX' + lI
//! (Woodbury).

use faer::linalg::matmul::matmul;
use faer::reborrow::ReborrowMut;
use faer::{Accum, MatRef, Par};
use rayon::prelude::*;

use super::sparse::{GramRow, Sparse};
use super::tiles::{AREA, Lower, NotPositive, TILE, factor_work, inverse_work, tile_mut};
use super::top::ByTarget;
use super::{Data, Limits};
use crate::{Control, Result, Stage};

/// The floating-point operations that the primal form takes.
fn primal_work(columns: usize) -> f64 {
    factor_work(columns) + inverse_work(columns)
}

/// The floating-point operations that the dual form takes.
fn dual_work(rows: usize, columns: usize) -> f64 {
    let (r, n) = (rows as f64, columns as f64);
    factor_work(rows) + r * r * n + r * n * n
}

/// Whether the dual form takes less work.
pub(super) fn is_dual(rows: usize, columns: usize) -> bool {
    dual_work(rows, columns) < primal_work(columns)
}

/// The floating-point operations of the form that takes less.
pub(super) fn work(rows: usize, columns: usize) -> f64 {
    dual_work(rows, columns).min(primal_work(columns))
}

/// The heaviest weights of each target.
pub(super) fn solve(
    data: &Data,
    limits: &Limits,
    control: &Control,
) -> Result<std::result::Result<ByTarget, NotPositive>> {
    let (x, products) = (&data.x, &data.products);
    let inverse = if is_dual(x.rows(), x.columns) {
        dual(x, products, limits.l2, control)?
    } else {
        primal(x, products, limits.l2, control)?
    };
    match inverse {
        Ok(inverse) => Ok(Ok(heaviest(&inverse, data, limits, control)?)),
        Err(error) => Ok(Err(error)),
    }
}

/// (X'X + lI)^-1 by factoring X'X + lI.
pub(super) fn primal(
    x: &Sparse,
    products: &Sparse,
    l2: f32,
    control: &Control,
) -> Result<std::result::Result<Lower, NotPositive>> {
    let tiles = x.columns.div_ceil(TILE) as u64;
    control.begin(Stage::Similarity, 4 * tiles)?;
    let mut lower = gram(x, products, l2, control)?;
    let inverses = match lower.factor(control)? {
        Ok(inverses) => inverses,
        Err(error) => return Ok(Err(error)),
    };
    lower.invert(&inverses, control)?;
    Ok(Ok(lower))
}

/// (X'X + lI)^-1 by factoring XX' + lI.
pub(super) fn dual(
    x: &Sparse,
    products: &Sparse,
    l2: f32,
    control: &Control,
) -> Result<std::result::Result<Lower, NotPositive>> {
    let blocks = x.columns.div_ceil(TILE);
    let row_tiles = x.rows().div_ceil(TILE);
    control.begin(Stage::Similarity, (2 * row_tiles + 3 * blocks) as u64)?;
    let mut lower = gram(products, x, l2, control)?;
    let inverses = match lower.factor(control)? {
        Ok(inverses) => inverses,
        Err(error) => return Ok(Err(error)),
    };
    let height = row_tiles * TILE;
    // Y = L^-1 X, a block of columns for each tile.
    let solved: Vec<Vec<f32>> = (0..blocks)
        .into_par_iter()
        .map(|block| {
            let mut solved = vec![0f32; height * TILE];
            for column in block * TILE..((block + 1) * TILE).min(x.columns) {
                let (rows, values) = products.row(column);
                let at = &mut solved[(column - block * TILE) * height..][..height];
                for (&row, &value) in std::iter::zip(rows, values) {
                    at[row as usize] = value;
                }
            }
            control.check()?;
            lower.solve_forward(&inverses, &mut solved);
            control.advance(1)?;
            Ok(solved)
        })
        .collect::<Result<_>>()?;
    drop(lower);

    let mut inverse = Lower::new(x.columns);
    let block = |at: usize| MatRef::from_column_major_slice(&solved[at], height, TILE);
    inverse.panels.par_iter_mut().enumerate().try_for_each(|(i, panel)| {
        for (j, tile) in panel.chunks_exact_mut(AREA).enumerate() {
            let mut tile = tile_mut(tile);
            let lhs = block(i).transpose();
            matmul(tile.rb_mut(), Accum::Replace, lhs, block(j), -1.0 / l2, Par::Seq);
            control.check()?;
        }
        for row in 0..TILE {
            panel[(i * TILE + row) * TILE + row] += 1.0 / l2;
        }
        control.advance(1)
    })?;
    Ok(Ok(inverse))
}

/// X'X + lI. Progress counts rows of tiles.
fn gram(x: &Sparse, transposed: &Sparse, l2: f32, control: &Control) -> Result<Lower> {
    let n = x.columns;
    let mut lower = Lower::new(n);
    lower.panels.par_iter_mut().enumerate().try_for_each_init(
        || GramRow::new(n),
        |work, (i, panel)| {
            for row in i * TILE..((i + 1) * TILE).min(n) {
                let at = row - i * TILE;
                work.visit(
                    x,
                    transposed,
                    row,
                    |row| row,
                    control,
                    |column, sum, _| {
                        if column as usize <= row {
                            panel[column as usize * TILE + at] = sum;
                        }
                    },
                )?;
                panel[row * TILE + at] += l2;
            }
            control.advance(1)
        },
    )?;
    lower.pad(n);
    Ok(lower)
}

/// The heaviest weights of each target, given (X'X + lI)^-1.
pub(super) fn heaviest(
    inverse: &Lower,
    data: &Data,
    limits: &Limits,
    control: &Control,
) -> Result<ByTarget> {
    let columns = data.x.columns;
    let blocks: Vec<ByTarget> = (0..inverse.tiles())
        .into_par_iter()
        .map_init(
            || (GramRow::new(columns), Vec::new()),
            |(row, entries), j| {
                let mut block = ByTarget::default();
                for target in j * TILE..((j + 1) * TILE).min(columns) {
                    let at = |source: usize| {
                        let (low, high) = (source.min(target), source.max(target));
                        inverse.panels[high / TILE][low * TILE + high % TILE]
                    };
                    let scale = -1.0 / at(target);
                    entries.clear();
                    data.visit(row, target, control, |source, _, customers| {
                        let weight = at(source as usize) * scale;
                        if source as usize != target
                            && customers >= limits.min_customers
                            && weight > 0.0
                        {
                            entries.push((weight, source));
                        }
                    })?;
                    block.push(entries, limits.keep);
                }
                control.advance(1)?;
                Ok(block)
            },
        )
        .collect::<Result<_>>()?;
    Ok(blocks.into_iter().fold(ByTarget::default(), |mut all, block| {
        all.append(block);
        all
    }))
}
