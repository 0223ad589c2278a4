//! The heaviest entries of each row of a matrix.

/// Rows of entries: which others, and with what weight.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Entries {
    /// Per row: how many entries.
    pub(super) lens: Vec<u32>,
    pub(super) other: Vec<u32>,
    pub(super) weight: Vec<f32>,
}

impl Entries {
    fn append(&mut self, other: Entries) {
        self.lens.extend(other.lens);
        self.other.extend(other.other);
        self.weight.extend(other.weight);
    }

    /// One below the other.
    pub(super) fn concat(parts: Vec<Entries>) -> Entries {
        let mut all = Entries::default();
        parts.into_iter().for_each(|part| all.append(part));
        all
    }

    /// Adds a row with the `keep` heaviest of `entries`, which are put in another order; of
    /// equal ones those of the least index.
    pub(super) fn push(&mut self, entries: &mut Vec<(f32, u32)>, keep: usize) {
        cut(entries, keep);
        self.lens.push(entries.len() as u32);
        self.other.extend(entries.iter().map(|entry| entry.1));
        self.weight.extend(entries.iter().map(|entry| entry.0));
    }

    /// The same entries by the other side, of a square matrix, the `keep` heaviest each.
    pub(super) fn transposed(&self, keep: usize) -> Entries {
        let mut offsets = vec![0usize; self.lens.len() + 1];
        for &other in &self.other {
            offsets[other as usize + 1] += 1;
        }
        for at in 0..self.lens.len() {
            offsets[at + 1] += offsets[at];
        }
        let mut next = offsets.clone();
        let mut turned = vec![(0f32, 0u32); self.other.len()];
        let mut at = 0;
        for (row, &len) in self.lens.iter().enumerate() {
            for _ in 0..len {
                let next = &mut next[self.other[at] as usize];
                turned[*next] = (self.weight[at], row as u32);
                *next += 1;
                at += 1;
            }
        }
        let mut all = Entries::default();
        let mut entries = Vec::new();
        for row in offsets.windows(2) {
            entries.clear();
            entries.extend_from_slice(&turned[row[0]..row[1]]);
            all.push(&mut entries, keep);
        }
        all
    }
}

/// Cuts `entries` down to the `keep` heaviest, of either sign; of equal ones those of the least
/// index stay. What stays does not depend on the order they were in.
fn cut(entries: &mut Vec<(f32, u32)>, keep: usize) {
    if entries.len() > keep {
        if keep > 0 {
            entries.select_nth_unstable_by(keep - 1, |a, b| {
                b.0.abs().total_cmp(&a.0.abs()).then(a.1.cmp(&b.1))
            });
        }
        entries.truncate(keep);
    }
}
