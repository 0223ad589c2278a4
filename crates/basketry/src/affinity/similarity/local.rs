//! EASE where the closed form is too large: a regression of its own for each product, on the
//! products that explain it best.
//!
//! Column j of EASE's weights is the ridge regression of product j on all others. Here it is the
//! exact ridge regression on a few of them, those that would explain most of it by themselves. All that is
//! needed is products of columns, which are held dense for the most bought products and sparse for
//! pairs of others.

use faer::linalg::cholesky::llt::factor::{cholesky_in_place, cholesky_in_place_scratch};
use faer::{MatMut, Par};
use rayon::prelude::*;

use super::sparse::{GramRow, Shared};
use super::top::Entries;
use super::{Data, Limits};
use crate::{Control, Result, Stage};

/// Bytes of the dense rows of X'X.
const DENSE: usize = 2 << 30;
/// Distinct customers behind a pair of products without dense rows; what fewer have counts as 0.
pub(super) const TAIL_CUSTOMERS: u32 = 2;
/// Penalties tried, each ten times the one before.
const PENALTIES: i32 = 10;
/// Products one task works on.
const CHUNK: usize = 32;

/// Products of columns: X'X.
pub(super) struct Gram {
    columns: usize,
    /// How many columns, the first ones, have dense rows.
    head: usize,
    dense: Vec<f32>,
    /// Rows of the others, columns to the right of the diagonal only.
    tail: Vec<Tail>,
    diagonal: Vec<f32>,
}

#[derive(Default)]
struct Tail {
    column: Vec<u32>,
    value: Vec<f32>,
}

/// The products that explain a product best, ascending, and X'X between them and it.
#[derive(Default)]
pub(super) struct Support {
    pub(super) column: Vec<u32>,
    pub(super) value: Vec<f32>,
}

/// The heaviest weights of each source, from regressions on `support` products each.
pub(super) fn solve(
    data: &Data,
    limits: &Limits,
    support: usize,
    control: &Control,
) -> Result<Entries> {
    control.begin(Stage::Similarity, 2 * data.x.columns as u64)?;
    let (gram, supports) = Gram::new(data, limits, support, DENSE, control)?;
    let chunks: Vec<Entries> = supports
        .par_chunks(CHUNK)
        .map_init(
            || Solver::new(support),
            |solver, chunk| {
                let mut found = Entries::default();
                for of in chunk {
                    solver.solve(&gram, of, limits.l2);
                    found.push(&mut solver.entries, support);
                    control.advance(1)?;
                }
                Ok(found)
            },
        )
        .collect::<Result<_>>()?;
    drop((gram, supports));
    Ok(Entries::concat(chunks).transposed(limits.keep))
}

impl Gram {
    pub(super) fn new(
        data: &Data,
        limits: &Limits,
        support: usize,
        memory: usize,
        control: &Control,
    ) -> Result<(Self, Vec<Support>)> {
        let n = data.x.columns;
        let head = (memory / (4 * n.max(1))).min(n);
        let diagonal: Vec<f32> =
            (0..n).map(|j| data.products.row(j).1.iter().map(|v| v * v).sum()).collect();
        let chooser = || Chooser::new(data, limits, support, &diagonal);
        let mut dense = vec![0f32; head * n];
        let mut supports: Vec<Support> = dense
            .par_chunks_mut(n.max(1))
            .enumerate()
            .map_init(chooser, |chooser, (j, into)| {
                control.advance(1)?;
                chooser.choose(j, control, |other, sum, _| into[other as usize] = sum)
            })
            .collect::<Result<_>>()?;
        let rest: Vec<(Support, Tail)> = (head..n)
            .into_par_iter()
            .map_init(chooser, |chooser, j| {
                control.advance(1)?;
                let mut pairs = Vec::new();
                let found = chooser.choose(j, control, |other, sum, customers| {
                    // Pairs of rare products that one customer has are most of them all, and say
                    // next to nothing.
                    if other as usize > j && customers >= TAIL_CUSTOMERS {
                        pairs.push((other, sum));
                    }
                })?;
                pairs.sort_unstable_by_key(|pair| pair.0);
                let (column, value) = pairs.into_iter().unzip();
                Ok((found, Tail { column, value }))
            })
            .collect::<Result<_>>()?;
        let mut tail = Vec::with_capacity(rest.len());
        for (found, pairs) in rest {
            supports.push(found);
            tail.push(pairs);
        }
        Ok((Self { columns: n, head, dense, tail, diagonal }, supports))
    }

    /// Writes X'X of `columns`, which ascend: the lower half, column-major.
    pub(super) fn gather(&self, columns: &[u32], l2: f32, into: &mut [f32]) {
        let m = columns.len();
        for (a, &column) in columns.iter().enumerate() {
            let at = column as usize;
            let into = &mut into[a * m..][..m];
            into[a] = self.diagonal[at] + l2;
            let others = &columns[a + 1..];
            let into = &mut into[a + 1..];
            if at < self.head {
                let row = &self.dense[at * self.columns..][..self.columns];
                for (into, &other) in std::iter::zip(into, others) {
                    *into = row[other as usize];
                }
            } else {
                self.tail[at - self.head].gather(others, into);
            }
        }
    }
}

impl Tail {
    fn gather(&self, columns: &[u32], into: &mut [f32]) {
        let mut from = 0;
        for (into, column) in std::iter::zip(into, columns) {
            from += self.column[from..].partition_point(|other| other < column);
            *into = match self.column.get(from) {
                Some(other) if other == column => self.value[from],
                _ => 0.0,
            };
        }
    }
}

/// Chooses what explains a product.
struct Chooser<'a> {
    data: &'a Data,
    limits: &'a Limits,
    support: usize,
    diagonal: &'a [f32],
    row: GramRow,
    shared: Shared,
    /// What each other product explains, the product, and X'X.
    best: Vec<(f32, u32, f32)>,
}

impl<'a> Chooser<'a> {
    fn new(data: &'a Data, limits: &'a Limits, support: usize, diagonal: &'a [f32]) -> Self {
        let row = GramRow::new(data.x.columns);
        let shared = Shared::new(data.x.columns);
        Self { data, limits, support, diagonal, row, shared, best: Vec::new() }
    }

    /// The products that explain product `j` best by themselves, as measured by the cosine of
    /// the columns, among those that enough customers bought as well. `each` gets all of its row.
    fn choose(
        &mut self,
        j: usize,
        control: &Control,
        mut each: impl FnMut(u32, f32, u32),
    ) -> Result<Support> {
        let Self { data, limits, support, diagonal, row, shared, best } = self;
        best.clear();
        shared.count(&data.buyers, j, control)?;
        let who = |row: u32| data.who[row as usize];
        row.visit(&data.x, &data.products, j, who, control, |other, sum, customers| {
            each(other, sum, customers);
            if other as usize != j && shared.of(other) >= limits.min_customers {
                best.push((sum * sum / diagonal[other as usize], other, sum));
            }
        })?;
        if best.len() > *support && *support > 0 {
            best.select_nth_unstable_by(*support - 1, |a, b| {
                b.0.total_cmp(&a.0).then(a.1.cmp(&b.1))
            });
        }
        best.truncate(*support);
        best.sort_unstable_by_key(|entry| entry.1);
        Ok(Support {
            column: best.iter().map(|entry| entry.1).collect(),
            value: best.iter().map(|entry| entry.2).collect(),
        })
    }
}

/// Working memory of a thread.
struct Solver {
    matrix: Vec<f32>,
    scratch: faer::dyn_stack::MemBuffer,
    right: Vec<f32>,
    entries: Vec<(f32, u32)>,
}

impl Solver {
    fn new(support: usize) -> Self {
        Self {
            matrix: Vec::new(),
            scratch: faer::dyn_stack::MemBuffer::new(cholesky_in_place_scratch::<f32>(
                support,
                Par::Seq,
                Default::default(),
            )),
            right: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// Leaves the weights in `entries`.
    fn solve(&mut self, gram: &Gram, support: &Support, l2: f32) {
        self.entries.clear();
        if support.column.is_empty() || !self.factor(gram, support, l2) {
            return;
        }
        self.right.clear();
        self.right.extend_from_slice(&support.value);
        substitute(&self.matrix, &mut self.right);
        for (&weight, &column) in std::iter::zip(&self.right, &support.column) {
            self.entries.push((weight, column));
        }
    }

    /// Factors X'X + lI of the support. Where that is not positive in single precision, which a
    /// penalty far below the largest sums leads to, the penalty is raised; false if in vain.
    fn factor(&mut self, gram: &Gram, support: &Support, l2: f32) -> bool {
        let m = support.column.len();
        (0..PENALTIES).any(|raised| {
            self.matrix.clear();
            self.matrix.resize(m * m, 0.0);
            gram.gather(&support.column, l2 * 10f32.powi(raised), &mut self.matrix);
            cholesky_in_place(
                MatMut::from_column_major_slice_mut(&mut self.matrix, m, m),
                Default::default(),
                Par::Seq,
                faer::dyn_stack::MemStack::new(&mut self.scratch),
                Default::default(),
            )
            .is_ok()
        })
    }
}

/// Solves LL'x = `right` in place; L lower, column-major.
fn substitute(factor: &[f32], right: &mut [f32]) {
    let m = right.len();
    for at in 0..m {
        let column = &factor[at * m + at..(at + 1) * m];
        let (first, rest) = right[at..].split_at_mut(1);
        first[0] /= column[0];
        for (r, l) in std::iter::zip(rest, &column[1..]) {
            *r -= first[0] * l;
        }
    }
    for at in (0..m).rev() {
        let column = &factor[at * m + at..(at + 1) * m];
        let sum: f32 = std::iter::zip(&right[at + 1..], &column[1..]).map(|(r, l)| r * l).sum();
        right[at] = (right[at] - sum) / column[0];
    }
}
