//! Similarity: what having one product says about another, in two models.
//!
//! EASE (Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019) explains each
//! product by all others in a ridge regression. Once the rows are customers, with ones for what they ever
//! bought: of its weights the nearest matrix of low rank is kept, as [two vectors](factors) for each product.
//! And once they are baskets, scaled so that each weighs 2^(-age / half-life), however much it
//! holds: here the heaviest weights of each source are kept, of either sign.
//!
//! For baskets the [closed form](exact) is used up to a stated number of products,
//! [regressions](local) on a few products each beyond that.
//!
//! Privacy: a product takes part if at least `min_customers` distinct customers bought it, and a
//! weight is kept only if as many bought both products, at any time. What a number is worth still
//! depends on all rows, as any sum over customers does.

mod exact;
mod factors;
mod local;
mod rows;
mod sparse;
#[cfg(test)]
mod tests;
mod thin;
mod tiles;
mod top;

pub(crate) use factors::FactorRows;
use rows::{Data, Rows};
use top::Entries;

use super::options::FitOptions;
use super::orders::{CHECK_EVERY, Orders};
use super::report::SimilarityReport;
use super::views::{DAY_MS, Similar};
use crate::{Control, Result};

/// Products that explain a product, where the closed form is too large.
const SUPPORT: usize = 256;
/// The least value of a purchase, however old: what underflows would be no purchase.
const LEAST: f64 = 1e-6;

/// What having each product says about others: rows by source.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SimilarityRows {
    /// Per product, one more: where its row begins.
    pub(crate) offsets: Vec<u64>,
    /// The products it speaks for, ascending.
    pub(crate) product: Vec<u32>,
    /// What having it adds to their scores, or takes away.
    pub(crate) weight: Vec<f32>,
    pub(crate) summary: Summary,
}

/// How a model was made.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Summary {
    pub(crate) form: Form,
    /// Rows and products learned from.
    pub(crate) rows: u64,
    pub(crate) products: u64,
    /// Rows left out because they have too many products.
    pub(crate) huge_rows: u64,
}

/// How the weights were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Form {
    /// Not at all: there is nothing to learn from.
    #[default]
    None,
    /// In closed form, from a matrix of products by products.
    Primal,
    /// In closed form, from a matrix of rows by rows.
    Dual,
    /// From the greatest singular values of the purchases.
    Singular,
    /// By a regression for each product, on a few others.
    Local,
}

impl Summary {
    fn report(&self, by: &str, weights: u64) -> SimilarityReport {
        let form = match self.form {
            Form::None => "none",
            Form::Primal => "closed form",
            Form::Dual => "closed form, dual",
            Form::Singular => "singular vectors",
            Form::Local => "regressions",
        };
        SimilarityReport {
            by: by.into(),
            form: form.into(),
            rows: self.rows,
            huge_rows: self.huge_rows,
            products: self.products,
            weights,
        }
    }
}

/// What to keep, and how much to draw weights towards 0.
struct Limits {
    l2: f32,
    /// Distinct customers behind a product, and behind a pair.
    min_customers: u32,
    /// Weights per source.
    keep: usize,
}

impl SimilarityRows {
    /// By what baskets hold.
    pub(crate) fn of_baskets(
        orders: &Orders,
        as_of: i64,
        options: &FitOptions,
        control: &Control,
    ) -> Result<Self> {
        let who = orders.who()?;
        let mut rows = Rows::new(orders.products);
        for (basket, &who) in who.iter().enumerate() {
            if basket % CHECK_EVERY == 0 {
                control.check()?;
            }
            let items = orders.basket(basket);
            if items.len() > options.max_basket as usize {
                rows.huge += 1;
                continue;
            }
            let days = (as_of.saturating_sub(orders.time[basket]) as f64 / DAY_MS).max(0.0);
            // The square counts: a basket weighs as much as it has decayed, whatever its size.
            let value = decayed(days, 2.0 * options.half_life_days) / (items.len() as f32).sqrt();
            for &item in items {
                rows.push(item, value);
            }
            rows.end(who);
        }
        let data = rows.finish(options.min_customers);
        let mut summary = Summary {
            rows: data.x.rows() as u64,
            products: data.x.columns as u64,
            huge_rows: data.huge_rows,
            form: Form::None,
        };
        let keep = options.similar as usize;
        if data.x.columns < 2 || keep == 0 {
            return Ok(Self { offsets: vec![0; orders.products + 1], summary, ..Self::default() });
        }
        let l2 = options.baskets_l2 as f32;
        let limits = Limits { l2, min_customers: options.min_customers, keep };
        let mut found = None;
        if data.x.columns <= options.exact_products as usize {
            // What is not positive in single precision is left to regressions, which are smaller.
            found = exact::solve(&data, &limits, control)?.ok();
            summary.form = Form::Primal;
        }
        let found = match found {
            Some(found) => found,
            None => {
                summary.form = Form::Local;
                local::solve(&data, &limits, SUPPORT, control)?
            }
        };
        Ok(Self { summary, ..by_product(&found, &data.product, orders.products) })
    }

    /// What the report says of it.
    pub(crate) fn report(&self) -> SimilarityReport {
        self.summary.report("baskets", self.product.len() as u64)
    }

    /// What was learned before, for products that have other numbers now: `product_of` has the new
    /// one of each, none for what is gone, of `products`. How it was learned is not carried over.
    pub(crate) fn carried(old: Similar<'_>, product_of: &[Option<u32>], products: usize) -> Self {
        let mut from = vec![None; products];
        for (source, &product) in product_of.iter().enumerate() {
            if let Some(product) = product {
                from[product as usize] = Some(source as u32);
            }
        }
        let mut rows = Self { offsets: Vec::with_capacity(products + 1), ..Self::default() };
        rows.offsets.push(0);
        let mut row: Vec<(u32, f32)> = Vec::new();
        for source in from {
            row.clear();
            row.extend(
                source
                    .into_iter()
                    .flat_map(|source| old.row(source))
                    .filter_map(|at| Some((product_of[old.product[at] as usize]?, old.weight[at]))),
            );
            row.sort_unstable_by_key(|&(product, _)| product);
            for &(product, weight) in &row {
                rows.product.push(product);
                rows.weight.push(weight);
            }
            rows.offsets.push(rows.product.len() as u64);
        }
        rows
    }

    pub(crate) fn view(&self) -> Similar<'_> {
        Similar { offsets: &self.offsets, product: &self.product, weight: &self.weight }
    }
}

/// The value of a purchase.
fn decayed(days: f64, half_life_days: f64) -> f32 {
    (-days / half_life_days).exp2().max(LEAST) as f32
}

/// Turns rows of columns into rows of products, each ascending.
fn by_product(found: &Entries, product: &[u32], products: usize) -> SimilarityRows {
    let mut from = vec![0..0; products];
    let mut at = 0;
    for (&product, &len) in std::iter::zip(product, &found.lens) {
        from[product as usize] = at..at + len as usize;
        at += len as usize;
    }
    let mut rows = SimilarityRows { offsets: vec![0], ..SimilarityRows::default() };
    let mut row: Vec<(u32, f32)> = Vec::new();
    for entries in from {
        row.clear();
        row.extend(entries.map(|at| (product[found.other[at] as usize], found.weight[at])));
        row.sort_unstable_by_key(|entry| entry.0);
        rows.product.extend(row.iter().map(|entry| entry.0));
        rows.weight.extend(row.iter().map(|entry| entry.1));
        rows.offsets.push(rows.product.len() as u64);
    }
    rows
}
