//! What to expect of a product of which little or nothing is known: what its product line, its
//! category and all products are like.
//!
//! The mean of a group is drawn towards that of the wider group by how much groups differ from each
//! other against how much products of one group do: credibility (Bühlmann and Straub 1970), with
//! both variances estimated by moments.

use std::collections::HashMap;

use super::attributes::{Attributes, NOT_KNOWN};

/// Groups of products, each within a wider one.
#[derive(Clone, Debug)]
pub(crate) struct Groups {
    /// Per product its group, or [`NOT_KNOWN`].
    of_product: Vec<u32>,
    /// Per group the one it lies in, which comes before it; [`NOT_KNOWN`] if it lies in none.
    wider: Vec<u32>,
}

/// A value of a product and how much it counts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Value {
    pub(crate) value: f64,
    pub(crate) weight: f64,
}

/// What the values of a group add up to.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    value: f64,
    weight: f64,
}

impl Sum {
    fn add(&mut self, value: f64, weight: f64) {
        self.value += weight * value;
        self.weight += weight;
    }

    fn mean(&self) -> f64 {
        self.value / self.weight
    }
}

/// Bounds of the weight that the wider group has: of half a product, and of so many that a group
/// by itself says nothing.
const CREDIBILITY: (f64, f64) = (0.5, 1e6);

impl Groups {
    /// The product lines within the categories within the categories above them.
    pub(crate) fn new(attributes: &Attributes, products: usize) -> Self {
        let mut wider = attributes.wider.clone();
        let mut lines: HashMap<(u32, u32), u32> = HashMap::new();
        let of = |column: &[u32], product: usize| column.get(product).copied().unwrap_or(NOT_KNOWN);
        let of_product = (0..products)
            .map(|product| {
                let category = of(&attributes.category, product);
                let line = of(&attributes.line, product);
                if line == NOT_KNOWN {
                    return category;
                }
                *lines.entry((category, line)).or_insert_with(|| {
                    wider.push(category);
                    wider.len() as u32 - 1
                })
            })
            .collect();
        Self { of_product, wider }
    }

    /// Per product the value to expect if nothing were known but its groups. Products without
    /// weight say nothing; `otherwise` is expected if none has any.
    pub(crate) fn expected(&self, values: &[Value], otherwise: f64) -> Vec<f64> {
        let mut all = Sum::default();
        let mut sums = vec![Sum::default(); self.wider.len()];
        for (product, v) in values.iter().enumerate().filter(|(_, v)| v.weight > 0.0) {
            all.add(v.value, v.weight);
            if let Some(sum) = self.group(product).and_then(|group| sums.get_mut(group)) {
                sum.add(v.value, v.weight);
            }
        }
        let all_mean = if all.weight > 0.0 { all.mean() } else { otherwise };
        let drawn = self.credibility(values, &sums, &all);
        // Wider groups come first, so their sums are made from the last one on.
        for group in (0..sums.len()).rev() {
            let Sum { value, weight } = sums[group];
            if let Some(wider) = sums[..group].get_mut(self.wider[group] as usize) {
                wider.value += value;
                wider.weight += weight;
            }
        }
        let mut means: Vec<f64> = Vec::with_capacity(sums.len());
        for (sum, &wider) in sums.iter().zip(&self.wider) {
            let wider = means.get(wider as usize).copied().unwrap_or(all_mean);
            means.push((sum.value + drawn * wider) / (sum.weight + drawn));
        }
        let mean = |product| self.group(product).and_then(|group| means.get(group)).copied();
        (0..values.len()).map(|product| mean(product).unwrap_or(all_mean)).collect()
    }

    fn group(&self, product: usize) -> Option<usize> {
        let group = self.of_product.get(product).copied()?;
        (group != NOT_KNOWN).then_some(group as usize)
    }

    /// The weight that the mean of the wider group has in that of a group: the variance within
    /// groups over that between them. `sums` are those of the products that are in a group itself.
    fn credibility(&self, values: &[Value], sums: &[Sum], all: &Sum) -> f64 {
        let (mut within, mut count) = (0.0, 0.0);
        let mut grouped = Sum::default();
        for (product, v) in values.iter().enumerate().filter(|(_, v)| v.weight > 0.0) {
            let Some(sum) = self.group(product).and_then(|group| sums.get(group)) else { continue };
            within += v.weight * (v.value - sum.mean()).powi(2);
            count += 1.0;
            grouped.add(v.value, v.weight);
        }
        let own = || sums.iter().filter(|sum| sum.weight > 0.0);
        let groups = own().count() as f64;
        if groups < 2.0 || all.weight <= 0.0 {
            return CREDIBILITY.1;
        }
        if count <= groups {
            // One product each: how much those of a group differ is not known.
            return 1.0;
        }
        within /= count - groups;
        let mean = grouped.mean();
        let between: f64 = own().map(|sum| sum.weight * (sum.mean() - mean).powi(2)).sum();
        let squares: f64 = own().map(|sum| sum.weight * sum.weight).sum();
        let between =
            (between - (groups - 1.0) * within) / (grouped.weight - squares / grouped.weight);
        if between > 0.0 {
            (within / between).clamp(CREDIBILITY.0, CREDIBILITY.1)
        } else {
            CREDIBILITY.1
        }
    }
}

/// The shape of a gamma prior of rates whose means are `expected`, by moments: that of the share of
/// `orders` orders which had each product, as far as it differs by more than chance. Products
/// without an order are left out.
pub(crate) fn shape(baskets: &[u32], expected: &[f64], orders: f64) -> f64 {
    let (mut spread, mut squares) = (0.0, 0.0);
    for (&baskets, &mean) in baskets.iter().zip(expected).filter(|&(&baskets, _)| baskets > 0) {
        let share = f64::from(baskets) / orders;
        spread += (share - mean).powi(2) - mean / orders;
        squares += mean * mean;
    }
    // Beyond these the prior would say nothing, or overrule what was sold.
    if spread > 0.0 { (squares / spread).clamp(0.05, 20.0) } else { 20.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(values: &[f64]) -> Vec<Value> {
        values
            .iter()
            .map(|&value| Value { value, weight: if value > 0.0 { 1.0 } else { 0.0 } })
            .collect()
    }

    fn groups(of_product: &[u32], wider: &[u32]) -> Groups {
        Groups { of_product: of_product.to_vec(), wider: wider.to_vec() }
    }

    #[test]
    fn without_groups_the_mean_of_all_is_expected() {
        let alone = groups(&[NOT_KNOWN; 4], &[]);
        assert_eq!(alone.expected(&values(&[1.0, 2.0, 6.0, 0.0]), 9.0), [3.0; 4]);
        assert_eq!(alone.expected(&values(&[0.0; 4]), 9.0), [9.0; 4]);
    }

    #[test]
    fn groups_that_differ_are_believed_and_others_not() {
        // Two groups of twenty-one products each, the last of each never sold.
        let of: Vec<u32> = (0..42).map(|p| p % 2).collect();
        let tell = |p: usize| 1.0 + 9.0 * (p % 2) as f64 + 0.01 * (p / 2) as f64;
        let differ: Vec<f64> = (0..42).map(|p| if p < 40 { tell(p) } else { 0.0 }).collect();
        let found = groups(&of, &[NOT_KNOWN; 2]).expected(&values(&differ), 0.0);
        assert!((found[40] - 1.1).abs() < 0.15 && (found[41] - 10.1).abs() < 0.15, "{found:?}");
        let alike: Vec<f64> =
            (0..42).map(|p| if p < 40 { 1.0 + (p / 2) as f64 } else { 0.0 }).collect();
        let found = groups(&of, &[NOT_KNOWN; 2]).expected(&values(&alike), 0.0);
        assert!((found[40] - 10.5).abs() < 0.01 && (found[41] - 10.5).abs() < 0.01, "{found:?}");
    }

    #[test]
    fn an_empty_group_is_like_the_wider_one() {
        // Group 2 lies in group 1 and has nothing sold.
        let of = [0, 0, 0, 1, 1, 1, 2];
        let found = groups(&of, &[NOT_KNOWN, NOT_KNOWN, 1])
            .expected(&values(&[1.0, 1.1, 0.9, 5.0, 5.1, 4.9, 0.0]), 0.0);
        assert_eq!(found[6], found[3]);
        assert!((found[6] - 4.7).abs() < 0.4, "{found:?}");
    }

    /// By hand: means 2 and 6, variance within 2, between (2 * 4 + 2 * 4 - 2) / (4 - 8 / 4) = 7.
    #[test]
    fn credibility_by_hand() {
        let found =
            groups(&[0, 0, 1, 1], &[NOT_KNOWN; 2]).expected(&values(&[1.0, 3.0, 5.0, 7.0]), 0.0);
        let drawn: f64 = 0.5f64.max(2.0 / 7.0);
        let expected = (4.0 + drawn * 4.0) / (2.0 + drawn);
        assert!((found[0] - expected).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn the_shape_of_simulated_rates_is_found() {
        // Rates 1 to 9 times as high, evenly: mean 5, variance 20 / 3.
        let baskets: Vec<u32> = (0..9_000).map(|p| 1000 * (1 + p % 9)).collect();
        let found = shape(&baskets, &vec![5e-3; 9_000], 1e6);
        assert!((found - 25.0 / (20.0 / 3.0)).abs() < 0.01, "{found}");
        assert_eq!(shape(&[5, 5], &[0.5, 0.5], 10.0), 20.0);
    }
}
