//! With what else products are bought: vectors of positive log lifts.

/// The strongest contexts kept of each product.
const CONTEXTS: usize = 64;
/// Contexts of more products than this are not followed when similar products are looked for: what
/// goes with everything makes nothing alike.
const LONGEST: usize = 4096;

/// Per product a sparse vector of ln of the lower bound of the lift, where that is above 1.
pub(super) struct Contexts {
    /// Sorted by the other product.
    rows: Vec<Vec<(u32, f32)>>,
    /// Sum of squares.
    norm: Vec<f64>,
    /// The rows by the other product.
    columns: Vec<Vec<(u32, f32)>>,
}

/// The strongest of a product's contexts, by product.
pub(super) fn strongest(mut row: Vec<(u32, f32)>) -> Vec<(u32, f32)> {
    if row.len() > CONTEXTS {
        row.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        row.truncate(CONTEXTS);
    }
    row.sort_unstable_by_key(|&(other, _)| other);
    row
}

impl Contexts {
    pub(super) fn new(rows: Vec<Vec<(u32, f32)>>) -> Self {
        let square = |&(_, x): &(u32, f32)| f64::from(x) * f64::from(x);
        let norm = rows.iter().map(|row| row.iter().map(square).sum()).collect();
        let mut columns = vec![Vec::new(); rows.len()];
        for (item, row) in rows.iter().enumerate() {
            for &(other, x) in row {
                columns[other as usize].push((item as u32, x));
            }
        }
        Self { rows, norm, columns }
    }

    /// The norm of a row without one of its entries.
    fn norm_without(&self, item: u32, other: u32) -> f64 {
        let row = &self.rows[item as usize];
        let x =
            row.binary_search_by_key(&other, |&(o, _)| o).map_or(0.0, |at| f64::from(row[at].1));
        (self.norm[item as usize] - x * x).max(0.0).sqrt()
    }

    /// The cosine of two products' vectors over all products but these two, from 0 to 1.
    pub(super) fn cosine(&self, one: u32, other: u32) -> f64 {
        let (a, b) = (&self.rows[one as usize], &self.rows[other as usize]);
        let (mut i, mut j, mut dot) = (0, 0, 0.0);
        while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
            if x.0 == y.0 {
                dot += f64::from(x.1) * f64::from(y.1);
            }
            i += usize::from(x.0 <= y.0);
            j += usize::from(y.0 <= x.0);
        }
        let norm = self.norm_without(one, other) * self.norm_without(other, one);
        if norm > 0.0 { (dot / norm).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Products that share a context with `item`, several times perhaps.
    pub(super) fn sharing(&self, item: u32) -> impl Iterator<Item = u32> {
        self.rows[item as usize]
            .iter()
            .map(|&(context, _)| &self.columns[context as usize])
            .filter(|column| column.len() <= LONGEST)
            .flatten()
            .map(|&(other, _)| other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_themselves_do_not_count() {
        // 0 and 1 share contexts 2 and 3, and are each other's strongest.
        let rows = vec![
            vec![(1, 9.0), (2, 1.0), (3, 2.0)],
            vec![(0, 9.0), (2, 2.0), (3, 1.0)],
            vec![(0, 1.0)],
            vec![],
        ];
        let contexts = Contexts::new(rows);
        assert!((contexts.cosine(0, 1) - 0.8).abs() < 1e-12);
        assert_eq!(contexts.cosine(0, 1), contexts.cosine(1, 0));
        assert_eq!(contexts.cosine(0, 3), 0.0);
        let mut sharing: Vec<u32> = contexts.sharing(0).collect();
        sharing.sort_unstable();
        assert_eq!(sharing, [0, 0, 0, 1, 1]);
    }

    #[test]
    fn the_strongest_are_kept() {
        let row = (0..100u32).map(|other| (other, (other % 50) as f32)).collect();
        let kept = strongest(row);
        assert_eq!(kept.len(), CONTEXTS);
        assert!(kept.is_sorted() && kept.iter().all(|&(_, x)| x >= 18.0));
    }
}
