//! The lower half of a symmetric matrix in tiles: its Cholesky factor and its inverse, in place.
//!
//! Every tile is written by one thread, with products of sizes that depend on nothing but the size
//! of the matrix, so the result does not depend on the number of threads.

use faer::linalg::cholesky::llt::factor::{cholesky_in_place, cholesky_in_place_scratch};
use faer::linalg::matmul::matmul;
use faer::linalg::triangular_inverse::invert_lower_triangular;
use faer::reborrow::{Reborrow, ReborrowMut};
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use super::thin::{Row, WIDTH};
use crate::{Control, Result};

/// Rows and columns of a tile.
pub(super) const TILE: usize = 256;
/// Entries of a tile.
pub(super) const AREA: usize = TILE * TILE;

/// A square matrix was not positive definite, as far as single precision can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotPositive;

/// The lower half of a symmetric matrix: row `i` of tiles is a column-major matrix of [`TILE`] rows
/// and `(i + 1) * TILE` columns. What lies beyond the matrix is that of the identity.
pub(super) struct Lower {
    pub(super) panels: Vec<Vec<f32>>,
}

impl Lower {
    /// Zeros for a matrix of `n` rows.
    pub(super) fn new(n: usize) -> Self {
        Self { panels: (0..n.div_ceil(TILE)).map(|i| vec![0.0; (i + 1) * AREA]).collect() }
    }

    /// The tiles in a row or a column.
    pub(super) fn tiles(&self) -> usize {
        self.panels.len()
    }

    /// An entry of the matrix, `row` not before `column`.
    #[inline]
    pub(super) fn at(&self, row: usize, column: usize) -> f32 {
        self.panels[row / TILE][column * TILE + row % TILE]
    }

    /// What the matrix makes of a tall one; the tiles on the diagonal are whole.
    pub(super) fn times(&self, thin: &[Row], control: &Control) -> Result<Vec<Row>> {
        let tiles = self.tiles();
        let mut padded = thin.to_vec();
        padded.resize(tiles * TILE, [0.0; WIDTH]);
        let rows = |from: usize, to: usize| {
            MatRef::from_row_major_slice(
                padded[from * TILE..to * TILE].as_flattened(),
                (to - from) * TILE,
                WIDTH,
            )
        };
        let mut out = vec![[0f32; WIDTH]; tiles * TILE];
        out.par_chunks_mut(TILE).enumerate().try_for_each(|(i, out)| {
            let mut out = MatMut::from_row_major_slice_mut(out.as_flattened_mut(), TILE, WIDTH);
            let left = wide(&self.panels[i]);
            matmul(out.rb_mut(), Accum::Replace, left, rows(0, i + 1), 1.0, Par::Seq);
            for below in i + 1..tiles {
                let tile = tile(&self.panels[below][i * AREA..][..AREA]).transpose();
                matmul(out.rb_mut(), Accum::Add, tile, rows(below, below + 1), 1.0, Par::Seq);
            }
            control.check()
        })?;
        out.truncate(thin.len());
        Ok(out)
    }

    /// Puts the identity where `n` rows and columns end.
    pub(super) fn pad(&mut self, n: usize) {
        for at in n..self.tiles() * TILE {
            let (panel, row) = (at / TILE, at % TILE);
            self.panels[panel][at * TILE + row] = 1.0;
        }
    }

    /// Replaces the matrix by its Cholesky factor; with the inverses of the tiles on the diagonal,
    /// a tile each. Progress counts rows of tiles.
    pub(super) fn factor(
        &mut self,
        control: &Control,
    ) -> Result<std::result::Result<Vec<f32>, NotPositive>> {
        let mut inverses = vec![0f32; self.tiles() * AREA];
        let mut scratch = faer::dyn_stack::MemBuffer::new(cholesky_in_place_scratch::<f32>(
            TILE,
            Par::Seq,
            Default::default(),
        ));
        for k in 0..self.tiles() {
            let (above, below) = self.panels.split_at_mut(k + 1);
            let Some(panel) = above.last_mut() else { break };
            let (done, diagonal) = panel.split_at_mut(k * AREA);
            let mut diagonal = tile_mut(diagonal);
            if k > 0 {
                let row = wide(done);
                matmul(diagonal.rb_mut(), Accum::Add, row, row.transpose(), -1.0, Par::Seq);
            }
            let factored = cholesky_in_place(
                diagonal.rb_mut(),
                Default::default(),
                Par::Seq,
                faer::dyn_stack::MemStack::new(&mut scratch),
                Default::default(),
            );
            if factored.is_err() {
                return Ok(Err(NotPositive));
            }
            // What is above the diagonal is read as part of the tile.
            for column in 1..TILE {
                diagonal.rb_mut().col_mut(column).subrows_mut(0, column).fill(0.0);
            }
            let inverse = &mut inverses[k * AREA..][..AREA];
            invert_lower_triangular(tile_mut(inverse), diagonal.rb(), Par::Seq);
            let (inverse, done) = (tile(inverse), &*done);
            below.par_iter_mut().try_for_each_init(
                || vec![0f32; AREA],
                |buffer, other| {
                    let (left, at) = other.split_at_mut(k * AREA);
                    let mut at = tile_mut(&mut at[..AREA]);
                    if k > 0 {
                        let rhs = wide(done).transpose();
                        matmul(at.rb_mut(), Accum::Add, wide(left), rhs, -1.0, Par::Seq);
                    }
                    let mut solved = tile_mut(buffer);
                    let rhs = inverse.transpose();
                    matmul(solved.rb_mut(), Accum::Replace, at.rb(), rhs, 1.0, Par::Seq);
                    at.copy_from(solved.rb());
                    control.check()
                },
            )?;
            control.advance(1)?;
        }
        Ok(Ok(inverses))
    }

    /// Replaces the factor, of which `inverses` are the inverses of the diagonal's tiles, by the
    /// inverse of the matrix. Progress counts columns of tiles.
    ///
    /// Each column of tiles is solved for on its own, forwards and backwards but for what lies
    /// above the diagonal, and needs the factor from its own diagonal on only; so it may replace
    /// the factor's once no column to the left is still to be solved for.
    pub(super) fn invert(&mut self, inverses: &[f32], control: &Control) -> Result<()> {
        let tiles = self.tiles();
        let at_once = rayon::current_num_threads().max(1);
        for first in (0..tiles).step_by(at_once) {
            let columns = first..(first + at_once).min(tiles);
            let solved: Vec<Vec<f32>> = columns
                .clone()
                .into_par_iter()
                .map(|j| self.solve_column(j, inverses, control))
                .collect::<Result<_>>()?;
            for (j, solved) in std::iter::zip(columns, solved) {
                let rows = (tiles - j) * TILE;
                for (i, panel) in self.panels.iter_mut().enumerate().skip(j) {
                    let part = MatRef::from_column_major_slice(&solved, rows, TILE);
                    let part = part.subrows((i - j) * TILE, TILE);
                    tile_mut(&mut panel[j * AREA..][..AREA]).copy_from(part);
                }
                control.advance(1)?;
            }
        }
        Ok(())
    }

    /// Column `j` of tiles of the inverse from the diagonal down, column-major.
    fn solve_column(&self, j: usize, inverses: &[f32], control: &Control) -> Result<Vec<f32>> {
        let tiles = self.tiles();
        let rows = (tiles - j) * TILE;
        let mut solved = vec![0f32; rows * TILE];
        let mut column = MatMut::from_column_major_slice_mut(&mut solved, rows, TILE);
        let mut buffer = vec![0f32; AREA];
        let mut buffer = tile_mut(&mut buffer);
        let diagonal = |i: usize| tile(&inverses[i * AREA..][..AREA]);
        // The factor's inverse.
        column.rb_mut().subrows_mut(0, TILE).copy_from(diagonal(j));
        for i in j + 1..tiles {
            let (above, below) = column.rb_mut().split_at_row_mut((i - j) * TILE);
            let row = wide(&self.panels[i][j * AREA..i * AREA]);
            matmul(buffer.rb_mut(), Accum::Replace, row, above.rb(), -1.0, Par::Seq);
            let at = below.subrows_mut(0, TILE);
            matmul(at, Accum::Replace, diagonal(i), buffer.rb(), 1.0, Par::Seq);
            control.check()?;
        }
        for i in (j..tiles).rev() {
            let (mut above, below) = column.rb_mut().split_at_row_mut((i - j) * TILE);
            let mut at = below.subrows_mut(0, TILE);
            buffer.copy_from(at.rb());
            let lhs = diagonal(i).transpose();
            matmul(at.rb_mut(), Accum::Replace, lhs, buffer.rb(), 1.0, Par::Seq);
            if i > j {
                let row = wide(&self.panels[i][j * AREA..i * AREA]).transpose();
                matmul(above.rb_mut(), Accum::Add, row, at.rb(), -1.0, Par::Seq);
            }
            control.check()?;
        }
        Ok(solved)
    }
}

/// Tiles side by side.
pub(super) fn wide(tiles: &[f32]) -> MatRef<'_, f32> {
    MatRef::from_column_major_slice(tiles, TILE, tiles.len() / TILE)
}

fn tile(tile: &[f32]) -> MatRef<'_, f32> {
    MatRef::from_column_major_slice(tile, TILE, TILE)
}

pub(super) fn tile_mut(tile: &mut [f32]) -> MatMut<'_, f32> {
    MatMut::from_column_major_slice_mut(tile, TILE, TILE)
}
