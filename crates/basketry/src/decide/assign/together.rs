//! What one customer may get together: pairs that exclude each other, and how many of a sort.

/// Marks a candidate whose kind is not limited.
pub(in crate::decide) const NO_SORT: u8 = u8::MAX;

/// Limits on what one customer gets together.
#[derive(Clone, Debug, Default)]
pub(in crate::decide) struct Together {
    /// Per offer: those that exclude it, ascending; empty if there are no pairs.
    pairs: Vec<Vec<u32>>,
    /// Per offer: the sorts that it is of, such as its line or brand; empty if none are limited.
    of: Vec<Vec<u32>>,
    /// Per sort: how many of it a customer gets at most. Those of single candidates, such as kinds,
    /// come first.
    most: Vec<u32>,
}

impl Together {
    /// Keeps two of so many offers apart.
    pub(in crate::decide) fn exclude(&mut self, offers: usize, one: u32, other: u32) {
        self.pairs.resize(offers, Vec::new());
        self.pairs[one as usize].push(other);
        self.pairs[other as usize].push(one);
    }

    /// A sort of which a customer gets at most so many, without members yet.
    pub(in crate::decide) fn sort(&mut self, most: u32) -> u32 {
        self.most.push(most);
        self.most.len() as u32 - 1
    }

    /// Puts one of so many offers into a sort.
    pub(in crate::decide) fn join(&mut self, offers: usize, offer: u32, sort: u32) {
        self.of.resize(offers, Vec::new());
        self.of[offer as usize].push(sort);
    }

    /// Puts the pairs in order, after all were added.
    pub(in crate::decide) fn finish(&mut self) {
        for list in &mut self.pairs {
            list.sort_unstable();
            list.dedup();
        }
    }

    /// What of this limits customers who get no more than so many offers.
    pub(super) fn within(&self, per_customer: u32) -> Self {
        if per_customer == 1 {
            return Self { most: self.most.clone(), ..Self::default() };
        }
        let mut kept = self.clone();
        let limits = |sort: &u32| self.most[*sort as usize] < per_customer;
        kept.of.iter_mut().for_each(|sorts| sorts.retain(limits));
        if kept.of.iter().all(Vec::is_empty) {
            kept.of.clear();
        }
        kept
    }

    /// Whether a sort limits customers who get no more than so many offers.
    pub(super) fn binds(&self, sort: u8, per_customer: u32) -> bool {
        self.most.get(usize::from(sort)).is_some_and(|&most| most < per_customer)
    }

    /// Whether nothing is limited by pairs or by what offers are of.
    pub(super) fn is_empty(&self) -> bool {
        self.pairs.is_empty() && self.of.is_empty()
    }

    pub(super) fn has_pairs(&self) -> bool {
        !self.pairs.is_empty()
    }

    /// Whether two offers are kept apart.
    pub(super) fn apart(&self, one: u32, other: u32) -> bool {
        self.pairs.get(one as usize).is_some_and(|list| list.binary_search(&other).is_ok())
    }

    /// The sorts that an offer is of.
    pub(super) fn sorts(&self, offer: u32) -> &[u32] {
        self.of.get(offer as usize).map_or(&[], Vec::as_slice)
    }

    /// How many of a sort a customer gets at most.
    pub(super) fn most(&self, sort: u32) -> u32 {
        self.most[sort as usize]
    }
}
