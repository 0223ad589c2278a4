//! Which rules apply to a basket.

use super::rules::RuleStore;

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
    /// Rule rows.
    rules: Vec<u32>,
}

impl MatchIndex {
    pub(crate) fn new(store: &RuleStore) -> Self {
        let antecedents = &store.columns.antecedent;
        let universe = store.sets.ids.len();
        let mut frequency = vec![0u32; universe];
        for (_, _, items, counts) in store.sets.pieces().take_while(|(length, ..)| *length == 1) {
            for (&item, &count) in items.iter().zip(counts) {
                frequency[item as usize] = count;
            }
        }
        let key = |antecedent: u32| {
            let (items, _) = store.sets.row(antecedent);
            items.iter().copied().min_by_key(|&item| (frequency[item as usize], item)).unwrap_or(0)
        };
        let mut order: Vec<(u32, u32, u32)> =
            (0..).zip(antecedents).map(|(row, &x)| (key(x), x, row)).collect();
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
        Self { by_item, groups, rules: order.into_iter().map(|(.., row)| row).collect() }
    }

    /// Calls `found` with every rule whose antecedent the basket holds and whose consequent shares
    /// nothing with it. The basket's items are ascending.
    pub(crate) fn matching(&self, store: &RuleStore, basket: &[u32], mut found: impl FnMut(u32)) {
        for &item in basket {
            let (from, to) =
                (self.by_item[item as usize] as usize, self.by_item[item as usize + 1] as usize);
            for group in from..to {
                let (antecedent, start) = self.groups[group];
                if !holds(basket, store.sets.row(antecedent).0) {
                    continue;
                }
                for &rule in &self.rules[start as usize..self.groups[group + 1].1 as usize] {
                    if apart(basket, store.sets.row(store.columns.consequent[rule as usize]).0) {
                        found(rule);
                    }
                }
            }
        }
    }

    /// Whether one rule matches.
    pub(crate) fn matches(store: &RuleStore, rule: u32, basket: &[u32]) -> bool {
        holds(basket, store.sets.row(store.columns.antecedent[rule as usize]).0)
            && apart(basket, store.sets.row(store.columns.consequent[rule as usize]).0)
    }
}

fn holds(basket: &[u32], items: &[u32]) -> bool {
    items.iter().all(|item| basket.binary_search(item).is_ok())
}

fn apart(basket: &[u32], items: &[u32]) -> bool {
    items.iter().all(|item| basket.binary_search(item).is_err())
}
