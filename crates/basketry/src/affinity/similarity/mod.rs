//! Similarity: what having one product says about another, in two models.
//!
//! EASE (Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019) explains each
//! product by all others in a ridge regression. Once the rows are customers, each product a customer ever bought
//! being worth 2^(-age / (2 half-life)) with the age of the last purchase; and once baskets, scaled
//! so that each weighs 2^(-age / half-life), however much it holds. Kept are, for each
//! product, the heaviest weights above 0 of those that explain it.
//!
//! The [closed form](exact) is used up to a stated amount of work, [regressions](local) on a few
//! products each beyond that.
//!
//! Privacy: a product takes part if at least `min_customers` distinct customers bought it, and a
//! weight is kept only if as many bought both products (in one basket, for baskets). What a
//! weight is worth still depends on all rows, as any sum over customers does.

mod exact;
mod local;
mod sparse;
#[cfg(test)]
mod tests;
mod tiles;
mod top;

use sparse::{GramRow, Sparse};
use top::ByTarget;

use super::customers::OwnRows;
use super::options::FitOptions;
use super::orders::{CHECK_EVERY, Orders};
use super::report::SimilarityReport;
use super::views::{DAY_MS, Similar};
use crate::{Control, Result};

/// Products that explain a product, where the closed form is too large.
const SUPPORT: usize = 256;
/// The closed form is not used on more products than this many times `exact_products`, however few
/// rows there are: half of a matrix of products by products is held.
const WIDER: usize = 4;
/// Customers with more distinct products than this many times `max_basket` are left out.
const BASKETS: usize = 10;
/// The least value of a purchase, however old: what underflows would be no purchase.
const LEAST: f64 = 1e-6;

/// What having each product says about others: rows by source.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SimilarityRows {
    /// Per product, one more: where its row begins.
    pub(crate) offsets: Vec<u64>,
    /// The products it speaks for, ascending.
    pub(crate) product: Vec<u32>,
    /// What having it adds to their scores; above 0.
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
    /// By a regression for each product, on a few others.
    Local,
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Form::None => "none",
            Form::Primal => "closed form",
            Form::Dual => "closed form, dual",
            Form::Local => "regressions",
        }
    }
}

/// What to learn from.
struct Data {
    /// Rows by products, the most frequent products first; those of one customer lie together.
    x: Sparse,
    /// The same by product.
    products: Sparse,
    /// Per row: the customer. Empty where each row is a customer.
    who: Vec<u32>,
    /// Per column: the product.
    product: Vec<u32>,
    huge_rows: u64,
}

/// What to keep, and how much to draw weights towards 0.
struct Limits {
    l2: f32,
    /// Distinct customers behind a product, and behind a pair.
    min_customers: u32,
    /// Weights per target.
    keep: usize,
}

impl SimilarityRows {
    /// By what customers buy at any time.
    pub(crate) fn of_customers(
        own: &OwnRows,
        products: usize,
        options: &FitOptions,
        control: &Control,
    ) -> Result<Self> {
        let half_life = 2.0 * options.half_life_days;
        let value = |at: usize| decayed(f64::from(own.last_days[at]), half_life);
        let most = BASKETS * options.max_basket as usize;
        let mut rows = Rows::new(products);
        for customer in 0..own.offsets.len() - 1 {
            let range = own.offsets[customer] as usize..own.offsets[customer + 1] as usize;
            if range.len() > most {
                rows.huge += 1;
                continue;
            }
            for at in range {
                rows.push(own.product[at], value(at));
            }
            rows.end(customer as u32);
        }
        control.check()?;
        let mut data = rows.finish(options.min_customers);
        data.who = Vec::new();
        Self::learn(&data, options.customers_l2, products, options, control)
    }

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
        Self::learn(&data, options.baskets_l2, orders.products, options, control)
    }

    fn learn(
        data: &Data,
        l2: f64,
        products: usize,
        options: &FitOptions,
        control: &Control,
    ) -> Result<Self> {
        let (rows, columns) = (data.x.rows(), data.x.columns);
        let mut summary = Summary {
            rows: rows as u64,
            products: columns as u64,
            huge_rows: data.huge_rows,
            form: Form::None,
        };
        let keep = options.similar as usize;
        if columns < 2 || keep == 0 {
            return Ok(Self { offsets: vec![0; products + 1], summary, ..Self::default() });
        }
        let limits = Limits { l2: l2 as f32, min_customers: options.min_customers, keep };
        let most = options.exact_products as usize;
        let mut found = None;
        if columns <= WIDER * most && exact::work(rows, columns) <= exact::work(most, most) {
            // What is not positive in single precision is left to regressions, which are smaller.
            found = exact::solve(data, &limits, control)?.ok();
            let dual = exact::is_dual(rows, columns);
            summary.form = if dual { Form::Dual } else { Form::Primal };
        }
        let found = match found {
            Some(found) => found,
            None => {
                summary.form = Form::Local;
                local::solve(data, &limits, SUPPORT.max(keep), control)?
            }
        };
        Ok(Self { summary, ..by_source(&found, &data.product, products) })
    }

    /// What the report says of it.
    pub(crate) fn report(&self, by: &str) -> SimilarityReport {
        let Summary { form, rows, products, huge_rows } = self.summary;
        SimilarityReport {
            by: by.into(),
            form: form.name().into(),
            rows,
            huge_rows,
            products,
            weights: self.product.len() as u64,
        }
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

impl Data {
    /// Row `column` of X'X with the distinct customers behind each entry; see [`GramRow::visit`].
    fn visit(
        &self,
        row: &mut GramRow,
        column: usize,
        control: &Control,
        visit: impl FnMut(u32, f32, u32),
    ) -> Result<()> {
        let (x, products) = (&self.x, &self.products);
        if self.who.is_empty() {
            row.visit(x, products, column, |row| row, control, visit)
        } else {
            row.visit(x, products, column, |row| self.who[row as usize], control, visit)
        }
    }
}

/// The value of a purchase.
fn decayed(days: f64, half_life_days: f64) -> f32 {
    (-days / half_life_days).exp2().max(LEAST) as f32
}

/// Rows of products on their way to a matrix.
struct Rows {
    offsets: Vec<usize>,
    product: Vec<u32>,
    value: Vec<f32>,
    who: Vec<u32>,
    /// Per product: rows, distinct customers, and the last of them.
    count: Vec<(u32, u32, u32)>,
    huge: u64,
}

impl Rows {
    fn new(products: usize) -> Self {
        Self {
            offsets: vec![0],
            product: Vec::new(),
            value: Vec::new(),
            who: Vec::new(),
            count: vec![(0, 0, u32::MAX); products],
            huge: 0,
        }
    }

    /// Adds to the row that has begun.
    fn push(&mut self, product: u32, value: f32) {
        self.product.push(product);
        self.value.push(value);
    }

    /// Ends a row, which is of customer `who`; rows of one customer come one after another.
    fn end(&mut self, who: u32) {
        for &product in &self.product[self.offsets[self.offsets.len() - 1]..] {
            let (rows, customers, last) = &mut self.count[product as usize];
            *rows += 1;
            if *last != who {
                *last = who;
                *customers += 1;
            }
        }
        self.offsets.push(self.product.len());
        self.who.push(who);
    }

    /// Keeps products with enough customers, the most frequent first, and rows that hold some.
    fn finish(self, min_customers: u32) -> Data {
        let mut product: Vec<u32> = (0..self.count.len() as u32)
            .filter(|&p| self.count[p as usize].1 >= min_customers.max(1))
            .collect();
        product.sort_unstable_by_key(|&p| (std::cmp::Reverse(self.count[p as usize].0), p));
        let mut column = vec![u32::MAX; self.count.len()];
        for (at, &p) in product.iter().enumerate() {
            column[p as usize] = at as u32;
        }
        let mut x = Sparse { columns: product.len(), offsets: vec![0], ..Sparse::default() };
        let mut who = Vec::new();
        let mut row = Vec::new();
        for at in 0..self.who.len() {
            row.clear();
            row.extend((self.offsets[at]..self.offsets[at + 1]).filter_map(|entry| {
                let column = column[self.product[entry] as usize];
                (column != u32::MAX).then_some((column, self.value[entry]))
            }));
            if row.is_empty() {
                continue;
            }
            row.sort_unstable_by_key(|entry| entry.0);
            x.column.extend(row.iter().map(|entry| entry.0));
            x.value.extend(row.iter().map(|entry| entry.1));
            x.offsets.push(x.column.len());
            who.push(self.who[at]);
        }
        let products = x.transposed();
        Data { x, products, who, product, huge_rows: self.huge }
    }
}

/// Turns weights by target, in columns, into rows by source, in products.
fn by_source(found: &ByTarget, product: &[u32], products: usize) -> SimilarityRows {
    let mut offsets = vec![0u64; products + 1];
    for &source in &found.source {
        offsets[product[source as usize] as usize + 1] += 1;
    }
    for at in 0..products {
        offsets[at + 1] += offsets[at];
    }
    let mut next = offsets.clone();
    let mut rows = SimilarityRows {
        product: vec![0; found.source.len()],
        weight: vec![0.0; found.source.len()],
        offsets,
        ..SimilarityRows::default()
    };
    // Targets in the order of products, so that each row ascends.
    let mut targets: Vec<(u32, usize, usize)> = Vec::with_capacity(found.lens.len());
    let mut from = 0;
    for (target, &len) in found.lens.iter().enumerate() {
        targets.push((product[target], from, from + len as usize));
        from += len as usize;
    }
    targets.sort_unstable();
    for (target, from, to) in targets {
        for at in from..to {
            let next = &mut next[product[found.source[at] as usize] as usize];
            rows.product[*next as usize] = target;
            rows.weight[*next as usize] = found.weight[at];
            *next += 1;
        }
    }
    rows
}
