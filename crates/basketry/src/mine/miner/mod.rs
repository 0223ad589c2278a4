//! The miner behind [`itemsets`](super::itemsets): rows of items in, levels of itemsets out.

use super::columns::Level;
use crate::{Control, Error, ErrorKind, Result, Stage};

/// Rows of distinct items, ascending within a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows<'a> {
    /// Where each row begins in `items`, and the end.
    pub offsets: &'a [u64],
    /// Item indices below `universe`.
    pub items: &'a [u32],
    /// One more than the largest index that may occur.
    pub universe: usize,
}

impl Rows<'_> {
    fn len(&self) -> usize {
        self.offsets.len() - 1
    }
}

/// What to mine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// The least number of rows that must hold an itemset; at least 1.
    pub min_count: u64,
    /// Shorter itemsets are found (and count towards the limit) but not kept.
    pub min_length: usize,
    /// Longer itemsets are not looked for.
    pub max_length: usize,
    /// More itemsets than this are an error.
    pub max_itemsets: u64,
}

/// All itemsets within the settings, by length; within a length ordered by their rarest item, the
/// most frequent first, then by the next rarest and so on.
pub(crate) fn mine(rows: Rows<'_>, settings: &Settings, control: &Control) -> Result<Vec<Level>> {
    let mut counts = vec![0u32; rows.universe];
    for &item in rows.items {
        counts[item as usize] += 1;
    }
    let mut frequent: Vec<u32> = (0..rows.universe as u32)
        .filter(|&item| u64::from(counts[item as usize]) >= settings.min_count)
        .collect();
    frequent.sort_by_key(|&item| (std::cmp::Reverse(counts[item as usize]), item));
    let mut rank = vec![u32::MAX; rows.universe];
    for (r, &item) in frequent.iter().enumerate() {
        rank[item as usize] = r as u32;
    }
    let mut occurrences: Vec<Vec<u32>> = vec![Vec::new(); frequent.len()];
    for row in 0..rows.len() {
        for &item in &rows.items[rows.offsets[row] as usize..rows.offsets[row + 1] as usize] {
            if let Some(list) = occurrences.get_mut(rank[item as usize] as usize) {
                list.push(row as u32);
            }
        }
    }
    control.begin(Stage::Mining, frequent.len() as u64)?;
    let mut walk = Walk { items: &frequent, settings, control, found: 0, levels: Vec::new() };
    let candidates: Vec<(u32, Vec<u32>)> = (0..).zip(occurrences).collect();
    walk.extend(&mut Vec::new(), &candidates)?;
    Ok(walk.levels)
}

struct Walk<'a> {
    items: &'a [u32],
    settings: &'a Settings,
    control: &'a Control,
    found: u64,
    levels: Vec<Level>,
}

impl Walk<'_> {
    fn extend(&mut self, prefix: &mut Vec<u32>, candidates: &[(u32, Vec<u32>)]) -> Result<()> {
        for (i, (rank, rows)) in candidates.iter().enumerate() {
            self.control.check()?;
            let at = prefix.partition_point(|&item| item < self.items[*rank as usize]);
            prefix.insert(at, self.items[*rank as usize]);
            self.emit(prefix, rows.len() as u32)?;
            if prefix.len() < self.settings.max_length {
                let narrower: Vec<(u32, Vec<u32>)> = candidates[..i]
                    .iter()
                    .map(|(rank, others)| (*rank, intersect(rows, others)))
                    .filter(|(_, rows)| rows.len() as u64 >= self.settings.min_count)
                    .collect();
                self.extend(prefix, &narrower)?;
            }
            prefix.remove(at);
            if prefix.is_empty() {
                self.control.advance(1)?;
            }
        }
        Ok(())
    }

    fn emit(&mut self, items: &[u32], count: u32) -> Result<()> {
        self.found += 1;
        if self.found > self.settings.max_itemsets {
            return Err(too_many(self.settings.max_itemsets));
        }
        if items.len() >= self.settings.min_length {
            if self.levels.len() < items.len() {
                self.levels.resize_with(items.len(), Level::default);
            }
            let level = &mut self.levels[items.len() - 1];
            level.items.extend_from_slice(items);
            level.counts.push(count);
        }
        Ok(())
    }
}

fn intersect(a: &[u32], b: &[u32]) -> Vec<u32> {
    let (mut i, mut j) = (0, 0);
    let mut both = Vec::new();
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                both.push(a[i]);
                i += 1;
                j += 1;
            }
        }
    }
    both
}

pub(crate) fn too_many(limit: u64) -> Error {
    Error::new(
        ErrorKind::Limit,
        format!(
            "there are more than {limit} frequent itemsets: raise min_support, lower max_length, \
             or allow more with max_itemsets"
        ),
    )
}
