//! EASE in closed form, on as many products as fit.
//!
//! With X of customers (or baskets) by products, G = X'X and P = (G + lI)^-1, the weights that
//! minimise |X - XB|^2 + l|B|^2 with a diagonal of zeros are B_ij = -P_ij / P_jj (Steck,
//! "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019).

use rayon::prelude::*;

use super::sparse::{GramRow, Shared, Sparse};
use super::tiles::{Lower, NotPositive, TILE};
use super::top::Entries;
use super::{Data, Limits};
use crate::{Control, Result, Stage};

/// The heaviest weights of each source.
pub(super) fn solve(
    data: &Data,
    limits: &Limits,
    control: &Control,
) -> Result<std::result::Result<Entries, NotPositive>> {
    match inverse(&data.x, &data.products, limits.l2, control)? {
        Ok(inverse) => Ok(Ok(heaviest(&inverse, data, limits, control)?)),
        Err(error) => Ok(Err(error)),
    }
}

/// (X'X + lI)^-1, given X and X'.
pub(super) fn inverse(
    x: &Sparse,
    transposed: &Sparse,
    l2: f32,
    control: &Control,
) -> Result<std::result::Result<Lower, NotPositive>> {
    let tiles = x.columns.div_ceil(TILE) as u64;
    control.begin(Stage::Similarity, 4 * tiles)?;
    let mut lower = gram(x, transposed, l2, control)?;
    let inverses = match lower.factor(control)? {
        Ok(inverses) => inverses,
        Err(error) => return Ok(Err(error)),
    };
    lower.invert(&inverses, control)?;
    Ok(Ok(lower))
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

/// The heaviest weights of each source, given (X'X + lI)^-1.
pub(super) fn heaviest(
    inverse: &Lower,
    data: &Data,
    limits: &Limits,
    control: &Control,
) -> Result<Entries> {
    let columns = data.x.columns;
    let blocks: Vec<Entries> = (0..inverse.tiles())
        .into_par_iter()
        .map_init(
            || (Shared::new(columns), Vec::new()),
            |(shared, entries), block| {
                let mut found = Entries::default();
                for source in block * TILE..((block + 1) * TILE).min(columns) {
                    shared.count(&data.buyers, source, control)?;
                    entries.clear();
                    for &target in shared.products() {
                        if target as usize == source || shared.of(target) < limits.min_customers {
                            continue;
                        }
                        let target = target as usize;
                        let between = inverse.at(source.max(target), source.min(target));
                        entries.push((-between / inverse.at(target, target), target as u32));
                    }
                    found.push(entries, limits.keep);
                }
                control.advance(1)?;
                Ok(found)
            },
        )
        .collect::<Result<_>>()?;
    Ok(Entries::concat(blocks))
}
