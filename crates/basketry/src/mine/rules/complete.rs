//! Rules from itemsets that lack subsets: what is missing is counted.

use std::sync::Arc;

use super::RuleColumns;
use super::gather::Gather;
use super::generate::{Made, Request, generate, too_many_subsets};
use super::occurrences;
use super::subsets::Lookup;
use crate::mine::columns::Store;
use crate::mine::counting::{SetList, counts_of, rows_of};
use crate::mine::miner::threads::Pool;
use crate::mine::sort::sorted;
use crate::{Baskets, Control, Result};

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
        let lookup = Lookup::new(store, &counted, control)?;
        let mut missing = match generate(request, &lookup, pool, control)? {
            Made::Rules(columns) if counted.len() == 0 => return Ok((store.clone(), columns)),
            Made::Rules(columns) => return gather(store, &counted, columns, control),
            Made::Missing(missing) => missing,
        };
        control.check()?;
        missing.sort_unstable();
        missing.dedup();
        let total = store.len() + counted.len() + missing.len();
        if missing.len() > request.max_rules || total >= u32::MAX as usize {
            return Err(too_many_subsets(request.max_rules.min(u32::MAX as usize)));
        }
        // What is kept of them, and a copy for counting.
        let entries: usize = missing.iter().map(|set| set.len()).sum();
        control.take_memory((8 * entries + 40 * missing.len()) as u64)?;
        let items = |set: usize| &*missing[set];
        let counts = match source {
            Source::Baskets(baskets) => {
                let mut sets = SetList::new();
                missing.iter().for_each(|set| sets.push(set.iter().copied()));
                counts_of(rows_of(baskets, 0..baskets.len())?, sets, pool, control)?
            }
            Source::Closed => {
                let known = match closed.take() {
                    Some(known) => known,
                    None => most_frequent_first(store, pool, control)?,
                };
                let (rows, counts) = closed.insert(known);
                let first = |positions: &[u32]| {
                    positions.first().map_or(0, |&position| counts[position as usize])
                };
                occurrences::each(rows, None, missing.len(), items, first, pool, control)?
            }
        };
        for (number, (set, count)) in missing.iter().zip(counts).enumerate() {
            if number.is_multiple_of(1 << 14) {
                control.check()?;
            }
            counted.add(set, count);
        }
    }
}

/// The rows of a store as baskets, the most frequent first, and their counts.
fn most_frequent_first(
    store: &Store,
    pool: &Pool,
    control: &Control,
) -> Result<(Baskets, Vec<u32>)> {
    let counts: Vec<u32> = store.pieces().flat_map(|(.., counts)| counts).copied().collect();
    control.take_memory(store.pieces().map(|(_, _, items, _)| 4 * items.len() as u64).sum())?;
    let order: Vec<u32> = (0..store.len() as u32).collect();
    let by_count = |&a: &u32, &b: &u32| counts[b as usize].cmp(&counts[a as usize]);
    let order = sorted(&order, by_count, pool, control)?;
    let (mut offsets, mut items, mut counts) = (vec![0], Vec::new(), Vec::new());
    for (place, row) in order.into_iter().enumerate() {
        if place.is_multiple_of(1 << 14) {
            control.check()?;
        }
        let (row, count) = store.row(row);
        items.extend_from_slice(row);
        offsets.push(items.len() as u64);
        counts.push(count);
    }
    Ok((Baskets::from_rows(offsets, items, store.ids.clone()), counts))
}

/// Rules that refer to rows of the store, and behind those to what was counted, with a store of
/// their own.
fn gather(
    store: &Arc<Store>,
    counted: &Gather,
    mut columns: RuleColumns,
    control: &Control,
) -> Result<(Arc<Store>, RuleColumns)> {
    let set = |row: u32| match row.checked_sub(store.len() as u32) {
        None => store.row(row),
        Some(set) => (counted.items(set), counted.count(set)),
    };
    let mut used = Gather::default();
    for side in [&mut columns.antecedent, &mut columns.consequent] {
        for (number, row) in side.iter_mut().enumerate() {
            if number.is_multiple_of(1 << 14) {
                control.check()?;
            }
            let (items, count) = set(*row);
            *row = used.add(items, count);
        }
    }
    let (mut own, rows) = used.finish(store.ids.clone(), store.baskets, store.min_count)?;
    own.gaps = store.gaps;
    own.selected = store.selected;
    own.min_support = store.min_support;
    for side in [&mut columns.antecedent, &mut columns.consequent] {
        side.iter_mut().for_each(|row| *row = rows[*row as usize]);
    }
    Ok((Arc::new(own), columns))
}
