//! Which antecedents a basket holds.

use super::columns::Store;

/// Rules by antecedent, antecedents by their rarest item.
///
/// A basket holds an antecedent only if it holds the antecedent's rarest item, and few
/// antecedents share a rarest item.
#[derive(Debug)]
pub(crate) struct MatchIndex {
    /// Where the groups of each item begin in `groups`.
    by_item: Vec<u32>,
    /// Antecedents: the row of the itemset, and where its rules begin in `rules`. One more at the
    /// end closes the last.
    groups: Vec<(u32, u32)>,
    rules: Vec<u32>,
}

impl MatchIndex {
    /// Of rules given by the itemsets on both sides.
    pub(crate) fn new(sets: &Store, rules: impl Iterator<Item = (u32, u32)>) -> Self {
        let universe = sets.ids.len();
        let mut frequency = vec![0u32; universe];
        for (_, _, items, counts) in sets.pieces().take_while(|(length, ..)| *length == 1) {
            for (&item, &count) in items.iter().zip(counts) {
                frequency[item as usize] = count;
            }
        }
        let key = |antecedent: u32| {
            let (items, _) = sets.row(antecedent);
            items.iter().copied().min_by_key(|&item| (frequency[item as usize], item)).unwrap_or(0)
        };
        let mut order: Vec<(u32, u32, u32)> = (0..)
            .zip(rules)
            .map(|(rule, (antecedent, _))| (key(antecedent), antecedent, rule))
            .collect();
        order.sort_unstable();
        let mut by_item = vec![0u32; universe + 1];
        let mut groups: Vec<(u32, u32)> = Vec::new();
        let mut last = None;
        for (at, &(item, antecedent, _)) in (0..).zip(&order) {
            if last != Some(antecedent) {
                last = Some(antecedent);
                groups.push((antecedent, at));
                by_item[item as usize + 1] += 1;
            }
        }
        groups.push((u32::MAX, order.len() as u32));
        for item in 0..universe {
            by_item[item + 1] += by_item[item];
        }
        Self { by_item, groups, rules: order.into_iter().map(|(.., rule)| rule).collect() }
    }

    /// Calls `found` with the number of every rule whose antecedent the basket holds. The basket's
    /// items are ascending.
    pub(crate) fn matching(&self, sets: &Store, basket: &[u32], mut found: impl FnMut(u32)) {
        for &item in basket {
            let (from, to) =
                (self.by_item[item as usize] as usize, self.by_item[item as usize + 1] as usize);
            for group in from..to {
                let (antecedent, start) = self.groups[group];
                let held =
                    sets.row(antecedent).0.iter().all(|item| basket.binary_search(item).is_ok());
                if held {
                    let rules = &self.rules[start as usize..self.groups[group + 1].1 as usize];
                    rules.iter().for_each(|&rule| found(rule));
                }
            }
        }
    }
}
