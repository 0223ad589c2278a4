//! Grouping of order lines by basket.

use crate::{Control, Error, ErrorKind, Result};

/// Order lines: the basket of each, and the rest of it.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    pub(crate) basket: Vec<u32>,
    pub(crate) cell: Vec<Cell>,
}

/// A line without its basket. In one piece, so that sorting lines by basket moves it at once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cell {
    pub(crate) product: u32,
    pub(crate) quantity: f32,
    /// 0 without revenue.
    pub(crate) revenue: i64,
}

impl Lines {
    pub(crate) fn reserve(&mut self, lines: usize) {
        self.basket.reserve(lines);
        self.cell.reserve(lines);
    }

    #[inline]
    pub(crate) fn push(&mut self, basket: u32, cell: Cell) {
        self.basket.push(basket);
        self.cell.push(cell);
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

/// The baskets that lines belong to, and how they lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    /// The first basket; the others follow, and each has a line.
    pub(crate) first: u32,
    pub(crate) baskets: usize,
    /// Whether the lines come basket by basket already.
    pub(crate) contiguous: bool,
    /// Whether lines have revenue.
    pub(crate) revenue: bool,
}

/// Groups lines by basket. Lines of the same basket and product are added up in their order, so
/// that adding some now and some later gives the same sums.
pub(crate) fn group(
    lines: Lines,
    extent: Extent,
    control: &Control,
    describe: &dyn Fn(u32, u32) -> String,
) -> Result<Grouped> {
    let mut offsets = vec![0u64; extent.baskets + 1];
    for &basket in &lines.basket {
        offsets[(basket - extent.first) as usize + 1] += 1;
    }
    let mut end = 0;
    for offset in &mut offsets {
        end += *offset;
        *offset = end;
    }
    let cells =
        if extent.contiguous { lines.cell } else { scatter(&lines, extent.first, &offsets) };
    merge(&cells, extent, offsets, control, describe)
}

// A stable counting sort by basket.
fn scatter(lines: &Lines, first: u32, offsets: &[u64]) -> Vec<Cell> {
    let mut next = offsets.to_vec();
    let mut sorted = vec![Cell::default(); lines.cell.len()];
    for (&basket, &cell) in lines.basket.iter().zip(&lines.cell) {
        let place = &mut next[(basket - first) as usize];
        sorted[*place as usize] = cell;
        *place += 1;
    }
    sorted
}

fn merge(
    cells: &[Cell],
    extent: Extent,
    mut offsets: Vec<u64>,
    control: &Control,
    describe: &dyn Fn(u32, u32) -> String,
) -> Result<Grouped> {
    const REPORT_EVERY: usize = 4096;
    let with_revenue = extent.revenue;
    let mut product = Vec::with_capacity(cells.len());
    let mut quantity: Vec<f32> = Vec::with_capacity(cells.len());
    let mut revenue: Vec<i64> = Vec::with_capacity(if with_revenue { cells.len() } else { 0 });
    let mut order: Vec<u64> = Vec::new();
    let mut start = 0;
    for basket in 0..extent.baskets {
        let end = offsets[basket + 1] as usize;
        let lines = &cells[start..end];
        if lines.is_sorted_by(|a, b| a.product < b.product) {
            product.extend(lines.iter().map(|cell| cell.product));
            quantity.extend(lines.iter().map(|cell| cell.quantity));
            if with_revenue {
                revenue.extend(lines.iter().map(|cell| cell.revenue));
            }
        } else {
            if u32::try_from(lines.len()).is_err() {
                return Err(Error::new(
                    ErrorKind::Limit,
                    "a basket has more than 4,294,967,295 lines",
                ));
            }
            order.clear();
            order.extend(
                lines.iter().zip(0u64..).map(|(cell, line)| u64::from(cell.product) << 32 | line),
            );
            order.sort_unstable();
            let mut previous = None;
            for &entry in &order {
                let cell = lines[(entry as u32) as usize];
                if previous != Some(cell.product) {
                    previous = Some(cell.product);
                    product.push(cell.product);
                    quantity.push(cell.quantity);
                    if with_revenue {
                        revenue.push(cell.revenue);
                    }
                    continue;
                }
                let last = product.len() - 1;
                quantity[last] += cell.quantity;
                let mut fits = quantity[last].is_finite();
                if with_revenue {
                    match revenue[last].checked_add(cell.revenue) {
                        Some(sum) => revenue[last] = sum,
                        None => fits = false,
                    }
                }
                if !fits {
                    return Err(Error::new(
                        ErrorKind::Data,
                        format!(
                            "{}: the sum over its lines is too big",
                            describe(extent.first + basket as u32, cell.product)
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
    product.shrink_to_fit();
    quantity.shrink_to_fit();
    revenue.shrink_to_fit();
    Ok(Grouped { offsets, product, quantity, revenue })
}
