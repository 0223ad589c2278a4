//! Rules from itemsets that lack subsets: what is missing is counted.

use std::sync::Arc;

use super::RuleColumns;
use super::gather::Gather;
use super::generate::{Made, Request, generate};
use super::occurrences;
use super::subsets::Lookup;
use crate::mine::columns::Store;
use crate::mine::counting::{SetList, counts_of, rows_of};
use crate::mine::miner::threads::Pool;
use crate::{Baskets, Control, Error, ErrorKind, Result};

/// Where counts that are missing come from.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    /// The baskets that were mined.
    Baskets(&'a Baskets),
    /// All closed itemsets: the count of a set is that of the most frequent of them that holds it.
    Closed,
}

/// The rules that are asked for, and the itemsets their sides refer to.
///
/// First the largest antecedents are looked up, and those that are missing counted, all at once;
/// then the next smaller ones of those rules that were confident enough, and so on. So no more is
/// counted than rules are made of.
pub(crate) fn complete(
    request: &Request<'_>,
    source: Source<'_>,
    pool: &Pool,
    control: &Control,
) -> Result<(Arc<Store>, RuleColumns)> {
    let store = &request.sets.store;
    let mut closed = None;
    let mut counted = Gather::default();
    loop {
        let lookup = Lookup::new(store, &counted);
        let mut missing = match generate(request, &lookup, pool, control)? {
            Made::Rules(columns) if counted.len() == 0 => return Ok((store.clone(), columns)),
            Made::Rules(columns) => return gather(store, &counted, columns),
            Made::Missing(missing) => missing,
        };
        missing.sort_unstable();
        missing.dedup();
        let total = store.len() + counted.len() + missing.len();
        if missing.len() > request.max_rules || total >= u32::MAX as usize {
            return Err(Error::new(
                ErrorKind::Limit,
                format!(
                    "the counts of more than {} subsets are needed: raise min_confidence, lower \
                     max_length, or allow more with max_rules",
                    request.max_rules.min(u32::MAX as usize)
                ),
            ));
        }
        let items = |set: usize| &*missing[set];
        let counts = match source {
            Source::Baskets(baskets) => {
                let mut sets = SetList::new();
                missing.iter().for_each(|set| sets.push(set.iter().copied()));
                counts_of(rows_of(baskets, 0..baskets.len())?, sets, pool, control)?
            }
            Source::Closed => {
                let (rows, counts) = closed.get_or_insert_with(|| most_frequent_first(store));
                let first = |positions: &[u32]| {
                    positions.first().map_or(0, |&position| counts[position as usize])
                };
                occurrences::each(rows, None, missing.len(), items, first, pool, control)?
            }
        };
        for (set, count) in missing.iter().zip(counts) {
            counted.add(set, count);
        }
    }
}

/// The rows of a store as baskets, the most frequent first, and their counts.
fn most_frequent_first(store: &Store) -> (Baskets, Vec<u32>) {
    let mut order: Vec<u32> = (0..store.len() as u32).collect();
    order.sort_by_key(|&row| std::cmp::Reverse(store.row(row).1));
    let (mut offsets, mut items, mut counts) = (vec![0], Vec::new(), Vec::new());
    for row in order {
        let (row, count) = store.row(row);
        items.extend_from_slice(row);
        offsets.push(items.len() as u64);
        counts.push(count);
    }
    (Baskets::from_rows(offsets, items, store.ids.clone()), counts)
}

/// Rules that refer to rows of the store, and behind those to what was counted, with a store of
/// their own.
fn gather(
    store: &Arc<Store>,
    counted: &Gather,
    mut columns: RuleColumns,
) -> Result<(Arc<Store>, RuleColumns)> {
    let set = |row: u32| match row.checked_sub(store.len() as u32) {
        None => store.row(row),
        Some(set) => (counted.items(set), counted.count(set)),
    };
    let mut used = Gather::default();
    for side in [&mut columns.antecedent, &mut columns.consequent] {
        for row in side {
            let (items, count) = set(*row);
            *row = used.add(items, count);
        }
    }
    let (mut own, rows) = used.finish(store.ids.clone(), store.baskets, store.min_count)?;
    own.gaps = store.gaps;
    own.min_support = store.min_support;
    for side in [&mut columns.antecedent, &mut columns.consequent] {
        side.iter_mut().for_each(|row| *row = rows[*row as usize]);
    }
    Ok((Arc::new(own), columns))
}
