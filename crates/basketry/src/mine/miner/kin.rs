//! Items that are never together in an itemset, as one is a kind of the other.

/// The ancestors of each item.
#[derive(Clone, Debug)]
pub(crate) struct Kin {
    /// Where the ancestors of each item begin, and the end.
    starts: Vec<usize>,
    /// The ancestors of each item, ascending.
    ancestors: Vec<u32>,
}

impl Kin {
    /// Given the ancestors of each item.
    pub(crate) fn new<I: IntoIterator<Item = u32>>(items: impl IntoIterator<Item = I>) -> Self {
        let mut kin = Self { starts: vec![0], ancestors: Vec::new() };
        for ancestors in items {
            let start = kin.ancestors.len();
            kin.ancestors.extend(ancestors);
            kin.ancestors[start..].sort_unstable();
            kin.starts.push(kin.ancestors.len());
        }
        kin
    }

    /// The ancestors of an item, ascending.
    pub(crate) fn ancestors(&self, item: u32) -> &[u32] {
        &self.ancestors[self.starts[item as usize]..self.starts[item as usize + 1]]
    }

    /// Whether one of two items is an ancestor of the other.
    #[inline]
    pub(crate) fn related(&self, a: u32, b: u32) -> bool {
        self.ancestors(a).contains(&b) || self.ancestors(b).contains(&a)
    }
}
