//! Grouping of order lines by basket.

use crate::{Control, Error, ErrorKind, Result};

/// Order lines as columns; `revenue` is empty if there is none.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    pub(crate) basket: Vec<u32>,
    pub(crate) product: Vec<u32>,
    pub(crate) quantity: Vec<f32>,
    pub(crate) revenue: Vec<i64>,
}

impl Lines {
    pub(crate) fn reserve(&mut self, lines: usize, revenue: bool) {
        self.basket.reserve(lines);
        self.product.reserve(lines);
        self.quantity.reserve(lines);
        if revenue {
            self.revenue.reserve(lines);
        }
    }
}

/// Lines by basket, in each ascending by product without repetition.
#[derive(Debug)]
pub(crate) struct Grouped {
    pub(crate) offsets: Vec<u64>,
    pub(crate) product: Vec<u32>,
    pub(crate) quantity: Vec<f32>,
    pub(crate) revenue: Vec<i64>,
}

/// Groups lines whose baskets are `first..first + baskets`, each of which has a line. Lines of the
/// same basket and product are added up in their order, so that adding some now and some later
/// gives the same sums. `contiguous`: the lines come basket by basket already.
pub(crate) fn group(
    lines: Lines,
    first: u32,
    baskets: usize,
    contiguous: bool,
    control: &Control,
    describe: &dyn Fn(u32, u32) -> String,
) -> Result<Grouped> {
    let mut offsets = vec![0u64; baskets + 1];
    for &basket in &lines.basket {
        offsets[(basket - first) as usize + 1] += 1;
    }
    let mut end = 0;
    for offset in &mut offsets {
        end += *offset;
        *offset = end;
    }
    let lines = if contiguous { lines } else { scatter(&lines, first, &offsets) };
    merge(&lines, first, offsets, control, describe)
}

// A stable counting sort by basket.
fn scatter(lines: &Lines, first: u32, offsets: &[u64]) -> Lines {
    let mut next = offsets.to_vec();
    let mut sorted = Lines {
        basket: Vec::new(),
        product: vec![0; lines.product.len()],
        quantity: vec![0.0; lines.quantity.len()],
        revenue: vec![0; lines.revenue.len()],
    };
    for (line, &basket) in lines.basket.iter().enumerate() {
        let place = &mut next[(basket - first) as usize];
        let to = *place as usize;
        *place += 1;
        sorted.product[to] = lines.product[line];
        sorted.quantity[to] = lines.quantity[line];
        if let Some(&revenue) = lines.revenue.get(line) {
            sorted.revenue[to] = revenue;
        }
    }
    sorted
}

fn merge(
    lines: &Lines,
    first: u32,
    mut offsets: Vec<u64>,
    control: &Control,
    describe: &dyn Fn(u32, u32) -> String,
) -> Result<Grouped> {
    const REPORT_EVERY: usize = 4096;
    let count = lines.product.len();
    let with_revenue = !lines.revenue.is_empty();
    let mut product = Vec::with_capacity(count);
    let mut quantity: Vec<f32> = Vec::with_capacity(count);
    let mut revenue: Vec<i64> = Vec::with_capacity(lines.revenue.len());
    let mut order: Vec<u64> = Vec::new();
    let mut start = 0;
    for basket in 0..offsets.len() - 1 {
        let end = offsets[basket + 1] as usize;
        let products = &lines.product[start..end];
        if products.is_sorted_by(|a, b| a < b) {
            product.extend_from_slice(products);
            quantity.extend_from_slice(&lines.quantity[start..end]);
            if with_revenue {
                revenue.extend_from_slice(&lines.revenue[start..end]);
            }
        } else {
            if u32::try_from(products.len()).is_err() {
                return Err(Error::new(
                    ErrorKind::Limit,
                    "a basket has more than 4,294,967,295 lines",
                ));
            }
            order.clear();
            order.extend(products.iter().zip(0u64..).map(|(&p, line)| u64::from(p) << 32 | line));
            order.sort_unstable();
            let mut previous = None;
            for &entry in &order {
                let (p, line) = ((entry >> 32) as u32, start + (entry as u32) as usize);
                if previous != Some(p) {
                    previous = Some(p);
                    product.push(p);
                    quantity.push(lines.quantity[line]);
                    if with_revenue {
                        revenue.push(lines.revenue[line]);
                    }
                    continue;
                }
                let last = product.len() - 1;
                quantity[last] += lines.quantity[line];
                let mut fits = quantity[last].is_finite();
                if with_revenue {
                    match revenue[last].checked_add(lines.revenue[line]) {
                        Some(sum) => revenue[last] = sum,
                        None => fits = false,
                    }
                }
                if !fits {
                    return Err(Error::new(
                        ErrorKind::Data,
                        format!(
                            "{}: the sum over its lines is too big",
                            describe(first + basket as u32, p)
                        ),
                    ));
                }
            }
        }
        offsets[basket + 1] = product.len() as u64;
        start = end;
        if basket % REPORT_EVERY == REPORT_EVERY - 1 {
            control.advance(REPORT_EVERY as u64)?;
        }
    }
    Ok(Grouped { offsets, product, quantity, revenue })
}
