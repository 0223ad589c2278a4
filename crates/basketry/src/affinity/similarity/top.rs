//! The strongest sources of each target, and the same entries by source.

/// Entries by target: which sources, and with what weight.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ByTarget {
    /// Per target: how many entries.
    pub(super) lens: Vec<u32>,
    pub(super) source: Vec<u32>,
    pub(super) weight: Vec<f32>,
}

impl ByTarget {
    pub(super) fn append(&mut self, other: ByTarget) {
        self.lens.extend(other.lens);
        self.source.extend(other.source);
        self.weight.extend(other.weight);
    }

    /// Adds a target with the `keep` heaviest of `entries`, which are put in another order; of
    /// equal ones those that come first.
    pub(super) fn push(&mut self, entries: &mut Vec<(f32, u32)>, keep: usize) {
        cut(entries, keep);
        self.lens.push(entries.len() as u32);
        self.source.extend(entries.iter().map(|entry| entry.1));
        self.weight.extend(entries.iter().map(|entry| entry.0));
    }
}

/// Cuts `entries` down to the `keep` heaviest; of equal ones those of the least index stay. What
/// stays does not depend on the order they were in.
pub(super) fn cut(entries: &mut Vec<(f32, u32)>, keep: usize) {
    if entries.len() > keep {
        if keep > 0 {
            entries
                .select_nth_unstable_by(keep - 1, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        }
        entries.truncate(keep);
    }
}
