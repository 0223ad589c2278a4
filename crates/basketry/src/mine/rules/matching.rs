//! Which antecedents a basket holds.
//!
//! Antecedents lie in a tree: from the root to a node go the items of an antecedent, the rarest
//! first. Only those children of a node are visited that the basket holds, and few antecedents
//! share a rarest item. The columns of the tree are those that a model file holds, so that the same
//! walk serves rules in memory and in a file.

use std::collections::BinaryHeap;

use smallvec::SmallVec;

/// A tree of antecedents, in columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TreeView<'a> {
    /// For each item, one more than the node of the antecedents of which it is the rarest item; 0
    /// if there are none. Such nodes come first.
    pub roots: &'a [u32],
    /// For each node, its item.
    pub items: &'a [u32],
    /// Where the children of each node begin among the nodes; one more at the end. Children come
    /// behind their node, ascending by item.
    pub children: &'a [u32],
    /// Where the rules of each node begin in `rules`; one more at the end.
    pub starts: &'a [u32],
    /// The numbers of the rules.
    pub rules: &'a [u32],
}

/// A tree of antecedents that owns its columns.
#[derive(Debug)]
pub(crate) struct Tree {
    pub roots: Vec<u32>,
    pub items: Vec<u32>,
    pub children: Vec<u32>,
    pub starts: Vec<u32>,
    pub rules: Vec<u32>,
}

impl Tree {
    /// Of rules whose antecedents are `antecedent(0)`, `antecedent(1)` and so on, of items below
    /// `universe`.
    pub(crate) fn new<'a>(
        universe: usize,
        rules: usize,
        antecedent: impl Fn(usize) -> &'a [u32],
    ) -> Self {
        // How often an item is in an antecedent says as well as its support how rare it is, where
        // it matters, and does not depend on what else was mined.
        let mut frequency = vec![0u32; universe];
        let mut total = 0;
        for rule in 0..rules {
            total += antecedent(rule).len();
            antecedent(rule).iter().for_each(|&item| frequency[item as usize] += 1);
        }
        let mut paths = Vec::with_capacity(total);
        let mut ends = Vec::with_capacity(rules + 1);
        ends.push(0);
        for rule in 0..rules {
            let start = paths.len();
            paths.extend_from_slice(antecedent(rule));
            paths[start..].sort_unstable_by_key(|&item| (frequency[item as usize], item));
            ends.push(paths.len());
        }
        let path = |rule: u32| &paths[ends[rule as usize]..ends[rule as usize + 1]];
        let mut order: Vec<u32> = (0..rules as u32).collect();
        order.sort_unstable_by(|&a, &b| path(a).cmp(path(b)).then(a.cmp(&b)));

        let mut tree = Self {
            roots: vec![0; universe],
            items: Vec::new(),
            children: Vec::new(),
            starts: Vec::new(),
            rules: Vec::with_capacity(rules),
        };
        // Level by level, so that the children of a node lie together: the rules of each node are
        // a range of the order, those that end there first.
        let mut level = vec![(0, order.len())];
        let mut depth = 0;
        while !level.is_empty() {
            let mut next = Vec::new();
            for (mut from, to) in level {
                if depth > 0 {
                    tree.starts.push(tree.rules.len() as u32);
                    let here = order[from..to].partition_point(|&rule| path(rule).len() == depth);
                    tree.rules.extend_from_slice(&order[from..from + here]);
                    from += here;
                    // How many nodes there are before the children.
                    tree.children.push((tree.items.len() + next.len()) as u32);
                }
                for family in order[from..to].chunk_by(|&a, &b| path(a)[depth] == path(b)[depth]) {
                    next.push((from, from + family.len()));
                    from += family.len();
                }
            }
            for &(from, _) in &next {
                let item = path(order[from])[depth];
                tree.items.push(item);
                if depth == 0 {
                    tree.roots[item as usize] = tree.items.len() as u32;
                }
            }
            level = next;
            depth += 1;
        }
        tree.children.push(tree.items.len() as u32);
        tree.starts.push(tree.rules.len() as u32);
        tree
    }

    pub(crate) fn view(&self) -> TreeView<'_> {
        TreeView {
            roots: &self.roots,
            items: &self.items,
            children: &self.children,
            starts: &self.starts,
            rules: &self.rules,
        }
    }
}

impl TreeView<'_> {
    /// Calls `found` with the places in [`rules`](Self::rules) of all rules whose antecedent the
    /// basket holds.
    pub(crate) fn matching(&self, basket: &Held, mut found: impl FnMut(std::ops::Range<usize>)) {
        let mut stack: SmallVec<[u32; 64]> = SmallVec::new();
        for &item in &basket.items {
            // An item of which no rule speaks may have any number.
            if let Some(node) = self.roots.get(item as usize).and_then(|root| root.checked_sub(1)) {
                stack.push(node);
            }
            while let Some(node) = stack.pop() {
                let node = node as usize;
                let rules = self.starts[node] as usize..self.starts[node + 1] as usize;
                if !rules.is_empty() {
                    found(rules);
                }
                let (from, to) = (self.children[node], self.children[node + 1]);
                let children = &self.items[from as usize..to as usize];
                // A popular item has more children than a basket has items.
                if children.len() / 16 > basket.items.len() {
                    for item in &basket.items {
                        if let Ok(at) = children.binary_search(item) {
                            stack.push(from + at as u32);
                        }
                    }
                } else {
                    for (child, &item) in (from..).zip(children) {
                        if basket.holds(item) {
                            stack.push(child);
                        }
                    }
                }
            }
        }
    }
}

/// The order of rules by some measure, for a tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RanksView<'a> {
    /// For each rule as the tree lists them, its place among all; 0 for the best.
    pub ranks: &'a [u32],
    /// For each node, the best rank of its rules and of those below it.
    pub best: &'a [u32],
}

/// An order of rules that owns its columns.
#[derive(Debug)]
pub(crate) struct Ranks {
    pub ranks: Vec<u32>,
    pub best: Vec<u32>,
}

impl Ranks {
    /// By descending value of the rules, ties by their number.
    pub(crate) fn new(tree: TreeView<'_>, mut value: impl FnMut(u32) -> f64) -> Self {
        let mut order: Vec<(f64, u32)> =
            (0..tree.rules.len() as u32).map(|rule| (value(rule), rule)).collect();
        order.sort_by(|a, b| super::top::descending(a.0, b.0));
        let mut rank_of = vec![0; order.len()];
        for (rank, &(_, rule)) in (0..).zip(&order) {
            rank_of[rule as usize] = rank;
        }
        let ranks: Vec<u32> = tree.rules.iter().map(|&rule| rank_of[rule as usize]).collect();
        let mut best = vec![u32::MAX; tree.items.len()];
        // Children come behind their node.
        for node in (0..best.len()).rev() {
            let own = &ranks[tree.starts[node] as usize..tree.starts[node + 1] as usize];
            let below = &best[tree.children[node] as usize..tree.children[node + 1] as usize];
            best[node] = own.iter().chain(below).copied().min().unwrap_or(u32::MAX);
        }
        Self { ranks, best }
    }

    pub(crate) fn view(&self) -> RanksView<'_> {
        RanksView { ranks: &self.ranks, best: &self.best }
    }
}

impl TreeView<'_> {
    /// The places in [`rules`](Self::rules) of the `n` best rules whose antecedent the basket holds
    /// and for which `apart` holds, the best first. What cannot be among them is not looked at.
    pub(crate) fn best_matching(
        &self,
        basket: &Held,
        ranks: RanksView<'_>,
        n: usize,
        mut apart: impl FnMut(usize) -> bool,
    ) -> Vec<usize> {
        if n == 0 {
            return Vec::new();
        }
        let mut roots: SmallVec<[(u32, u32); 64]> = (basket.items.iter())
            .filter_map(|&item| self.roots.get(item as usize)?.checked_sub(1))
            .map(|node| (ranks.best[node as usize], node))
            .collect();
        // Good rules early let the others be passed over.
        roots.sort_unstable();
        let mut found: BinaryHeap<(u32, usize)> = BinaryHeap::new();
        // Only what has a lower rank is still wanted.
        let mut bound = u32::MAX;
        let mut stack: SmallVec<[u32; 64]> = SmallVec::new();
        for (_, root) in roots {
            stack.push(root);
            while let Some(node) = stack.pop() {
                let node = node as usize;
                if ranks.best[node] >= bound {
                    continue;
                }
                for place in self.starts[node] as usize..self.starts[node + 1] as usize {
                    let rank = ranks.ranks[place];
                    if rank < bound && apart(place) {
                        if found.len() == n {
                            found.pop();
                        }
                        found.push((rank, place));
                        if found.len() == n {
                            bound = found.peek().map_or(u32::MAX, |&(worst, _)| worst);
                        }
                    }
                }
                let (from, to) = (self.children[node], self.children[node + 1]);
                let (first, last) = (from as usize, to as usize);
                let children = self.items[first..last].iter().zip(&ranks.best[first..last]);
                for (child, (&item, &best)) in (from..).zip(children) {
                    if best < bound && basket.holds(item) {
                        stack.push(child);
                    }
                }
            }
        }
        found.into_sorted_vec().into_iter().map(|(_, place)| place).collect()
    }
}

/// The items of a basket, to be asked for.
#[derive(Debug)]
pub(crate) struct Held {
    /// Distinct.
    items: SmallVec<[u32; 32]>,
    /// An open-addressing table, at most a quarter full.
    slots: SmallVec<[u32; 128]>,
}

/// Never an item.
const FREE: u32 = u32::MAX;

impl Held {
    pub(crate) fn new(items: impl Iterator<Item = u32>) -> Self {
        let mut items: SmallVec<[u32; 32]> = items.collect();
        items.sort_unstable();
        items.dedup();
        let size = (items.len() * 4).next_power_of_two().max(128);
        let mut held = Self { items, slots: SmallVec::from_elem(FREE, size) };
        for at in 0..held.items.len() {
            let item = held.items[at];
            let mut slot = held.slot(item);
            while held.slots[slot] != FREE {
                slot = (slot + 1) & (held.slots.len() - 1);
            }
            held.slots[slot] = item;
        }
        held
    }

    #[inline]
    fn slot(&self, item: u32) -> usize {
        let spread = u64::from(item).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (spread >> 32) as usize & (self.slots.len() - 1)
    }

    /// Whether the basket holds an item.
    #[inline]
    pub(crate) fn holds(&self, item: u32) -> bool {
        let mut slot = self.slot(item);
        loop {
            match self.slots[slot] {
                FREE => return false,
                other if other == item => return true,
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
    }
}

/// The `n` best of rules with their values and positions: the largest value first, ties by
/// position.
pub(crate) fn best<T>(mut rules: Vec<(f64, u32, T)>, n: usize) -> Vec<(f64, u32, T)> {
    let order =
        |a: &(f64, u32, T), b: &(f64, u32, T)| super::top::descending(a.0, b.0).then(a.1.cmp(&b.1));
    if n < rules.len() {
        if n > 0 {
            rules.select_nth_unstable_by(n - 1, order);
        }
        rules.truncate(n);
    }
    rules.sort_unstable_by(order);
    rules
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_tree_finds_what_a_scan_finds(
            rules in prop::collection::vec(prop::collection::btree_set(0u32..12, 1..5), 0..80),
            basket in prop::collection::vec(0u32..15, 0..20),
        ) {
            let rules: Vec<Vec<u32>> =
                rules.into_iter().map(|rule| rule.into_iter().collect()).collect();
            let tree = Tree::new(12, rules.len(), |rule| &rules[rule]);
            let view = tree.view();
            prop_assert!(view.children.is_sorted() && view.starts.is_sorted());
            prop_assert!((0u32..).zip(view.children).all(|(node, &child)| child > node
                || node as usize == view.items.len()));
            let mut found = Vec::new();
            view.matching(&Held::new(basket.iter().copied()), |places| {
                found.extend_from_slice(&view.rules[places]);
            });
            // By ranks with ties, and with some rules left out.
            let value = |rule: u32| f64::from(rule * 7 % 5);
            let ranks = Ranks::new(view, value);
            let held = Held::new(basket.iter().copied());
            let odd = |place: usize| view.rules[place] % 3 != 1;
            let mut wanted: Vec<u32> = found.iter().copied().filter(|rule| rule % 3 != 1).collect();
            wanted.sort_by(|&a, &b| value(b).total_cmp(&value(a)).then(a.cmp(&b)));
            for n in [0, 1, 4, 100] {
                let best = view.best_matching(&held, ranks.view(), n, odd);
                let best: Vec<u32> = best.into_iter().map(|place| view.rules[place]).collect();
                prop_assert_eq!(&best[..], &wanted[..n.min(wanted.len())]);
            }
            found.sort_unstable();
            let holds = |rule: &Vec<u32>| rule.iter().all(|item| basket.contains(item));
            let expected: Vec<u32> =
                (0..rules.len() as u32).filter(|&r| holds(&rules[r as usize])).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn many_children_are_searched() {
        let rules: Vec<Vec<u32>> =
            (1..400).map(|k| vec![0, k]).chain((1..400).flat_map(|k| [vec![k], vec![k]])).collect();
        let tree = Tree::new(400, rules.len(), |rule| &rules[rule]);
        // The rarest item of all pairs is the other one, which is why 0 is no root.
        assert_eq!(tree.roots[0], 0);
        let rules: Vec<Vec<u32>> = (1..400)
            .map(|k| vec![0, k])
            .chain((1..400).flat_map(|k| std::iter::repeat_n(vec![k], 500)))
            .collect();
        let tree = Tree::new(400, rules.len(), |rule| &rules[rule]);
        assert_eq!(tree.roots[0], 1);
        let mut found = 0;
        tree.view().matching(&Held::new([0, 7, 9, 3].into_iter()), |places| found += places.len());
        assert_eq!(found, 3 * 501);
    }
}
