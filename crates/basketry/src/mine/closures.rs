//! From a set of items to the smallest closed itemset around it.

use std::cmp::Reverse;

use super::columns::Store;

/// For each item, the rows that hold it, the most frequent first.
#[derive(Debug)]
pub(crate) struct Closures {
    /// Where the rows of each item begin; one more at the end.
    starts: Vec<usize>,
    rows: Vec<u32>,
}

impl Closures {
    pub(crate) fn new(store: &Store) -> Self {
        let mut starts = vec![0; store.ids.len() + 1];
        for (_, _, items, _) in store.pieces() {
            items.iter().for_each(|&item| starts[item as usize + 1] += 1);
        }
        for item in 1..starts.len() {
            starts[item] += starts[item - 1];
        }
        let mut order: Vec<u32> = (0..store.len() as u32).collect();
        order.sort_by_key(|&row| Reverse(store.row(row).1));
        let mut next = starts.clone();
        let mut rows = vec![0; starts[starts.len() - 1]];
        for row in order {
            for &item in store.row(row).0 {
                rows[next[item as usize]] = row;
                next[item as usize] += 1;
            }
        }
        Self { starts, rows }
    }

    /// The most frequent row that holds these items, which are ascending; `None` if there is none,
    /// or if there are no items.
    pub(crate) fn find(&self, store: &Store, items: &[u32]) -> Option<u32> {
        let rows =
            |item: u32| &self.rows[self.starts[item as usize]..self.starts[item as usize + 1]];
        let rarest = items.iter().map(|&item| rows(item)).min_by_key(|rows| rows.len())?;
        let holds = |row: &u32| {
            let mut rest = store.row(*row).0.iter();
            items.iter().all(|item| rest.any(|other| other == item))
        };
        rarest.iter().copied().find(holds)
    }
}
