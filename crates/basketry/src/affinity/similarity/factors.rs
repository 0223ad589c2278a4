//! Similarity by what customers buy, as two short vectors for each product.
//!
//! With X of customers by products, ones where somebody bought something, EASE's weights are B =
//! (H - diag(h)) diag(1 / (1 - h)) with H = X'(XX' + lI)^-1 X and h its diagonal. What is learned is not
//! B but the matrix of rank [`RANK`] nearest to it where each row counts as often as its product was
//! bought: the greatest singular vectors of D^1/2 B with D the customers of each product. It forgets
//! what few customers have in common, which makes rankings better, not only smaller.
//!
//! Singular vectors come from a random start and a few multiplications by the matrix and its transpose
//! (Halko, Martinsson, Tropp, "Finding structure with randomness", SIAM Review 2011), so B itself is
//! never there. H is applied through a matrix of customers by customers or of products by products,
//! of which the smaller is inverted. Where both are too large, the factors are those of X: with X = USV',
//! H = V S^2 / (S^2 + l) V', of which the greatest singular values are kept.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::exact;
use super::sparse::Sparse;
use super::thin::{self, Row, Square, WIDTH};
use super::tiles::Lower;
use super::{Form, Summary};
use crate::affinity::attributes::NOT_KNOWN;
use crate::affinity::customers::OwnRows;
use crate::affinity::options::FitOptions;
use crate::affinity::report::SimilarityReport;
use crate::affinity::views::{Factors, NO_ROW, RANK};
use crate::{Control, Result, Stage};

/// Multiplications by the matrix and by its transpose after the first; more changes nothing.
const TURNS: usize = 3;
/// Customers with more distinct products than this many times `max_basket` are left out.
const BASKETS: usize = 10;

type Vector = [f32; RANK];

/// A vector for what each product says as one that was bought, and one for what is said about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FactorRows {
    /// Per product: its row; if too few customers bought it, that of its category behind all rows,
    /// which is a target only, or [`NO_ROW`].
    pub(crate) place: Vec<u32>,
    /// Per row: the product. The longest targets come first.
    pub(crate) product: Vec<u32>,
    /// Per row, [`RANK`] numbers each.
    pub(crate) source: Vec<f32>,
    /// The same, and behind them a vector for each category of products without a row.
    pub(crate) target: Vec<f32>,
    pub(crate) summary: Summary,
}

impl FactorRows {
    /// Learns from what customers bought at any time; `category` has an entry per product.
    pub(crate) fn of_customers(
        own: &OwnRows,
        category: &[u32],
        options: &FitOptions,
        control: &Control,
    ) -> Result<Self> {
        let products = category.len();
        let mut customers = 0;
        let mut huge = 0;
        let most = BASKETS * options.max_basket as usize;
        let rows: Vec<std::ops::Range<usize>> = own
            .offsets
            .windows(2)
            .map(|pair| pair[0] as usize..pair[1] as usize)
            .filter(|row| {
                huge += u64::from(row.len() > most);
                row.len() <= most
            })
            .collect();
        let mut count = vec![0u32; products];
        for row in &rows {
            own.product[row.clone()].iter().for_each(|&product| count[product as usize] += 1);
        }
        // The order of products does not depend on how often each was bought: so that a forgotten
        // customer cannot be told from the order.
        let mut column = vec![NO_ROW; products];
        let mut product = Vec::new();
        for (at, &count) in count.iter().enumerate() {
            if count >= options.min_customers.max(1) {
                column[at] = product.len() as u32;
                product.push(at as u32);
            }
        }
        let mut x = Sparse { columns: product.len(), offsets: vec![0], ..Sparse::default() };
        for row in &rows {
            let before = x.column.len();
            let bought = own.product[row.clone()].iter().map(|&product| column[product as usize]);
            x.column.extend(bought.filter(|&column| column != NO_ROW));
            if x.column.len() > before {
                x.offsets.push(x.column.len());
                customers += 1;
            }
        }
        x.value = vec![1.0; x.column.len()];
        let mut summary = Summary {
            rows: customers,
            products: product.len() as u64,
            huge_rows: huge,
            form: Form::None,
        };
        if product.len() < 2 || options.similar == 0 {
            return Ok(Self { place: vec![NO_ROW; products], summary, ..Self::default() });
        }
        control.check()?;
        let transposed = x.transposed();
        let l2 = options.customers_l2 as f32;
        let (source, target);
        (summary.form, source, target) =
            factors(&x, &transposed, l2, options.exact_products as usize, control)?;
        let mut rows = Self { summary, ..by_length(&product, &source, &target, products) };
        rows.add_categories(category);
        Ok(rows)
    }

    /// Gives products without a row the mean of those of their category.
    fn add_categories(&mut self, category: &[u32]) {
        let mut found: BTreeMap<u32, (Vector, f32, u32)> = BTreeMap::new();
        for (&product, target) in self.product.iter().zip(self.target.as_chunks::<RANK>().0) {
            let category = category[product as usize];
            let (sum, count, _) = found.entry(category).or_insert(([0.0; RANK], 0.0, NO_ROW));
            sum.iter_mut().zip(target).for_each(|(sum, x)| *sum += x);
            *count += 1.0;
        }
        found.remove(&NOT_KNOWN);
        for (place, category) in self.place.iter_mut().zip(category) {
            if *place != NO_ROW {
                continue;
            }
            let Some((sum, count, row)) = found.get_mut(category) else { continue };
            if *row == NO_ROW {
                *row = (self.target.len() / RANK) as u32;
                self.target.extend(sum.iter().map(|sum| sum / *count));
            }
            *place = *row;
        }
    }

    /// What the report says of it.
    pub(crate) fn report(&self) -> SimilarityReport {
        let weights = (self.source.len() + self.target.len()) as u64;
        self.summary.report("customers", weights)
    }

    /// What was learned before, for products that have other numbers now: `product_of` has the new
    /// one of each, none for what is gone, of `products`. How it was learned is not carried over.
    pub(crate) fn carried(old: Factors<'_>, product_of: &[Option<u32>], products: usize) -> Self {
        let mut rows = Self { place: vec![NO_ROW; products], ..Self::default() };
        for (row, &product) in old.product.iter().enumerate() {
            let Some(product) = product_of[product as usize] else { continue };
            rows.place[product as usize] = rows.product.len() as u32;
            rows.product.push(product);
            rows.source.extend_from_slice(&old.source[row * RANK..(row + 1) * RANK]);
            rows.target.extend_from_slice(&old.target[row * RANK..(row + 1) * RANK]);
        }
        let (before, now) = (old.product.len() as u32, rows.product.len() as u32);
        rows.target.extend_from_slice(&old.target[old.product.len() * RANK..]);
        for (&place, &product) in old.place.iter().zip(product_of) {
            if let Some(product) = product.filter(|_| place != NO_ROW && place >= before) {
                rows.place[product as usize] = place - before + now;
            }
        }
        rows
    }

    pub(crate) fn view(&self) -> Factors<'_> {
        Factors {
            place: &self.place,
            product: &self.product,
            source: &self.source,
            target: &self.target,
        }
    }
}

/// Puts the longest targets first, so that a search for the greatest products may end early.
fn by_length(product: &[u32], source: &[Vector], target: &[Vector], products: usize) -> FactorRows {
    let length: Vec<f32> = target.iter().map(|row| row.iter().map(|x| x * x).sum()).collect();
    let mut order: Vec<u32> = (0..product.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| {
        length[b as usize].total_cmp(&length[a as usize]).then(a.cmp(&b))
    });
    let mut place = vec![NO_ROW; products];
    for (row, &at) in order.iter().enumerate() {
        place[product[at as usize] as usize] = row as u32;
    }
    let sorted = |of: &[Vector]| order.iter().flat_map(|&at| of[at as usize]).collect();
    FactorRows {
        place,
        product: order.iter().map(|&at| product[at as usize]).collect(),
        source: sorted(source),
        target: sorted(target),
        summary: Summary::default(),
    }
}

/// The vectors of sources and targets; `x` holds ones. The closed form is used where there are at
/// most so many rows or columns.
pub(super) fn factors(
    x: &Sparse,
    transposed: &Sparse,
    l2: f32,
    exact: usize,
    control: &Control,
) -> Result<(Form, Vec<Vector>, Vec<Vector>)> {
    if x.rows().min(x.columns) <= exact {
        let form = if x.rows() < x.columns { Form::Dual } else { Form::Primal };
        // What is not positive in single precision needs no inverse below.
        if let Some(hat) = Hat::new(x, transposed, l2, control)? {
            let (source, target) = nearest(&hat, control)?;
            return Ok((form, source, target));
        }
    }
    let vectors = singular(x, transposed, l2, control)?;
    Ok((Form::Singular, vectors.clone(), vectors))
}

/// H, which gives each row of X its ridge regression on itself, and its diagonal.
pub(super) struct Hat<'a> {
    x: &'a Sparse,
    transposed: &'a Sparse,
    l2: f32,
    /// (XX' + lI)^-1 where rows are fewer than columns, else (X'X + lI)^-1.
    inverse: Lower,
    dual: bool,
    diagonal: Vec<f32>,
}

impl<'a> Hat<'a> {
    /// `None` if the matrix is not positive in single precision.
    pub(super) fn new(
        x: &'a Sparse,
        transposed: &'a Sparse,
        l2: f32,
        control: &Control,
    ) -> Result<Option<Self>> {
        let dual = x.rows() < x.columns;
        let inverse = if dual {
            exact::inverse(transposed, x, l2, control)?
        } else {
            exact::inverse(x, transposed, l2, control)?
        };
        let Ok(inverse) = inverse else { return Ok(None) };
        let of = |column: usize| {
            if !dual {
                return 1.0 - l2 * inverse.at(column, column);
            }
            let (rows, values) = transposed.row(column);
            let mut sum = 0f64;
            for (at, (&i, &a)) in std::iter::zip(rows, values).enumerate() {
                let below: f32 = std::iter::zip(&rows[at + 1..], &values[at + 1..])
                    .map(|(&j, &b)| b * inverse.at(j as usize, i as usize))
                    .sum();
                let own = a * inverse.at(i as usize, i as usize);
                sum += f64::from(a * (2.0 * below + own));
            }
            sum as f32
        };
        let diagonal = (0..x.columns)
            .into_par_iter()
            .map(|column| {
                if column % 256 == 0 {
                    control.check()?;
                }
                // Below 1 but for rounding, as a penalty is on everything.
                Ok(of(column).clamp(0.0, 1.0 - 1e-6))
            })
            .collect::<Result<_>>()?;
        Ok(Some(Self { x, transposed, l2, inverse, dual, diagonal }))
    }

    fn times(&self, thin: Vec<Row>, control: &Control) -> Result<Vec<Row>> {
        if self.dual {
            let inner = thin::times(self.x, &thin, control)?;
            let inner = self.inverse.times(&inner, control)?;
            return thin::times(self.transposed, &inner, control);
        }
        let mut out = self.inverse.times(&thin, control)?;
        for (out, thin) in std::iter::zip(&mut out, thin) {
            for (out, x) in std::iter::zip(out, thin) {
                *out = x - self.l2 * *out;
            }
        }
        Ok(out)
    }

    /// What EASE's weights make of it.
    pub(super) fn weights(&self, mut thin: Vec<Row>, control: &Control) -> Result<Vec<Row>> {
        thin::scale(&mut thin, |at| 1.0 / (1.0 - self.diagonal[at]));
        self.off_diagonal(thin, control)
    }

    /// What their transpose makes of it.
    pub(super) fn transposed(&self, thin: Vec<Row>, control: &Control) -> Result<Vec<Row>> {
        let mut out = self.off_diagonal(thin, control)?;
        thin::scale(&mut out, |at| 1.0 / (1.0 - self.diagonal[at]));
        Ok(out)
    }

    fn off_diagonal(&self, thin: Vec<Row>, control: &Control) -> Result<Vec<Row>> {
        let mut out = self.times(thin.clone(), control)?;
        for (at, (out, thin)) in std::iter::zip(&mut out, thin).enumerate() {
            for (out, x) in std::iter::zip(out, thin) {
                *out -= self.diagonal[at] * x;
            }
        }
        Ok(out)
    }
}

/// The factors nearest to EASE's weights.
fn nearest(hat: &Hat<'_>, control: &Control) -> Result<(Vec<Vector>, Vec<Vector>)> {
    control.begin(Stage::Similarity, 2 * TURNS as u64 + 2)?;
    let root = |at: usize| ((hat.transposed.row(at).0.len() as f32).max(1.0)).sqrt();
    let times = |thin: Vec<Row>| -> Result<Vec<Row>> {
        let mut out = hat.weights(thin, control)?;
        thin::scale(&mut out, root);
        control.advance(1)?;
        Ok(out)
    };
    let transposed = |mut thin: Vec<Row>| -> Result<Vec<Row>> {
        thin::scale(&mut thin, root);
        control.advance(1)?;
        hat.transposed(thin, control)
    };
    let mut left = thin::orthonormal(times(thin::random(hat.x.columns))?);
    for _ in 0..TURNS {
        let right = thin::orthonormal(transposed(left)?);
        left = thin::orthonormal(times(right)?);
    }
    // The matrix is about QQ'M with Q on the left; W = M'Q has its singular values.
    let right = transposed(left.clone())?;
    let (squares, turn) = thin::eigen(thin::cross(&right, &right));
    let scaled = |of: [f64; WIDTH]| -> Square {
        turn.iter().map(|row| std::array::from_fn(|k| row[k] * of[k])).collect()
    };
    let root_of: [f64; WIDTH] = squares.map(|square| square.sqrt().sqrt());
    let inverse = root_of.map(|root| if root > 0.0 { 1.0 / root } else { 0.0 });
    let mut source: Vec<Vector> = thin::turned(&left, &scaled(root_of));
    for (at, row) in source.iter_mut().enumerate() {
        let root = root(at);
        row.iter_mut().for_each(|x| *x /= root);
    }
    Ok((source, thin::turned(&right, &scaled(inverse))))
}

/// The vectors of sources and targets alike, from the greatest singular values of X.
fn singular(x: &Sparse, transposed: &Sparse, l2: f32, control: &Control) -> Result<Vec<Vector>> {
    control.begin(Stage::Similarity, TURNS as u64 + 2)?;
    let times = |thin: &[Row]| -> Result<Vec<Row>> {
        let inner = thin::times(x, thin, control)?;
        control.advance(1)?;
        thin::times(transposed, &inner, control)
    };
    let mut basis = thin::orthonormal(times(&thin::random(x.columns))?);
    for _ in 0..TURNS {
        basis = thin::orthonormal(times(&basis)?);
    }
    let (squares, mut turn) = thin::eigen(thin::cross(&basis, &times(&basis)?));
    let shrunk = squares.map(|square| (square / (square + f64::from(l2))).sqrt());
    for row in &mut turn {
        for (x, shrunk) in std::iter::zip(row, shrunk) {
            *x *= shrunk;
        }
    }
    Ok(thin::turned(&basis, &turn))
}
