//! Which items itemsets may hold, and which they must.

use std::borrow::Cow;

use super::Source;
use super::search::Weighed;
use crate::mine::miner::Rows;
use crate::mine::options::{ItemsetOptions, Kind};
use crate::{Control, Error, Id, Ids, Result};

/// What is mined in place of the baskets: those that hold what every itemset must hold, cut down
/// to the items that may be added.
///
/// An itemset X with the required items S is in as many baskets as X without S is in those that
/// hold S. Both have the same supersets there, so that X is closed (maximal) if and only if X
/// without S is.
pub(super) struct Projection<'a> {
    offsets: Cow<'a, [u64]>,
    items: Cow<'a, [u32]>,
    weights: Option<Cow<'a, [u64]>>,
    universe: usize,
    /// The items that every itemset must hold, ascending.
    pub required: Vec<u32>,
    /// For generators: for each required item, the baskets that hold all others of them, but not
    /// it, cut down to the items that may be added. A generator without the required items is one
    /// in the baskets that hold them; with them it is one if none of them can be left out either.
    without: Vec<(Vec<u64>, Vec<u32>)>,
}

impl<'a> Projection<'a> {
    /// `None` if no basket can hold what every itemset must.
    pub(super) fn new(
        source: Source<'a>,
        options: &ItemsetOptions,
        control: &Control,
    ) -> Result<Option<Self>> {
        let Source { table: Weighed { rows, weights }, ids, kin } = source;
        let universe = rows.universe;
        let mut projection = Self {
            offsets: Cow::Borrowed(rows.offsets),
            items: Cow::Borrowed(rows.items),
            weights: weights.map(Cow::Borrowed),
            universe,
            required: Vec::new(),
            without: Vec::new(),
        };
        let required = indices(ids, &options.must_contain, "must_contain")?;
        let excluded = indices(ids, &options.must_not_contain, "must_not_contain")?;
        let only = options.only_from.as_deref();
        let only = only.map(|only| indices(ids, only, "only_from")).transpose()?;
        for id in &options.must_contain {
            let clash = if options.must_not_contain.contains(id) {
                "is in must_not_contain too"
            } else if options.only_from.as_ref().is_some_and(|only| !only.contains(id)) {
                "is not in only_from"
            } else {
                continue;
            };
            return Err(Error::argument(format!("must_contain: the id {id} {clash}")));
        }
        if required.is_empty() && excluded.is_empty() && only.is_none() {
            return Ok(Some(projection));
        }
        let Some(mut required) = required.into_iter().collect::<Option<Vec<u32>>>() else {
            return Ok(None);
        };
        required.sort_unstable();
        required.dedup();
        if let Some(kin) = kin {
            for (place, &a) in required.iter().enumerate() {
                if let Some(&b) = required[..place].iter().find(|&&b| kin.related(a, b)) {
                    return Err(Error::argument(format!(
                        "must_contain: one of {} and {} is a kind of the other, and no itemset \
                         holds both",
                        ids.get(b),
                        ids.get(a)
                    )));
                }
            }
        }
        let mut keep = vec![only.is_none(); universe];
        for item in only.into_iter().flatten().flatten() {
            keep[item as usize] = true;
        }
        for &item in excluded.iter().flatten().chain(&required) {
            keep[item as usize] = false;
        }
        if let Some(kin) = kin.filter(|_| !required.is_empty()) {
            for (item, keep) in (0..).zip(&mut keep) {
                *keep &= !required.iter().any(|&other| kin.related(item, other));
            }
        }
        let without = options.kind == Kind::Generators;
        let mut with = (vec![0u64], Vec::new());
        let mut of_rows = Vec::new();
        projection.without = vec![with.clone(); if without { required.len() } else { 0 }];
        for (r, row) in rows.iter().enumerate() {
            if r.is_multiple_of(1 << 14) {
                control.check()?;
            }
            let mut missing =
                (0..required.len()).filter(|&place| row.binary_search(&required[place]).is_err());
            let target = match (missing.next(), missing.next()) {
                (None, _) => {
                    of_rows.extend(weights.map(|weights| weights[r]));
                    &mut with
                }
                (Some(place), None) if without => &mut projection.without[place],
                _ => continue,
            };
            target.1.extend(row.iter().filter(|&&item| keep[item as usize]));
            target.0.push(target.1.len() as u64);
        }
        projection.offsets = Cow::Owned(with.0);
        projection.items = Cow::Owned(with.1);
        projection.weights = weights.map(|_| Cow::Owned(of_rows));
        projection.required = required;
        Ok(Some(projection))
    }

    pub(super) fn without(&self) -> impl Iterator<Item = Rows<'_>> {
        let universe = self.universe;
        self.without.iter().map(move |(offsets, items)| Rows { offsets, items, universe })
    }

    pub(super) fn table(&self) -> Weighed<'_> {
        let universe = self.universe;
        let rows = Rows { offsets: &self.offsets, items: &self.items, universe };
        Weighed { rows, weights: self.weights.as_deref() }
    }
}

/// The indices of ids; `None` for those that no basket holds. Ids of the wrong kind are errors:
/// they would never be found.
pub(super) fn indices<'a>(
    ids: &Ids,
    wanted: impl IntoIterator<Item = &'a Id>,
    argument: &str,
) -> Result<Vec<Option<u32>>> {
    let find = |id: &'a Id| {
        let index = ids.find(id);
        if index.is_none() && !ids.is_empty() && !ids.takes(id.as_ref().kind()) {
            return Err(Error::argument(format!(
                "{argument}: the ids of the baskets are {}, but {id} is of another type; ids are \
                 never converted",
                ids.kind().plural()
            )));
        }
        Ok(index)
    };
    wanted.into_iter().map(find).collect()
}

/// Rows, and which of them hold each item.
pub(super) struct Inverted<'a> {
    rows: Rows<'a>,
    starts: Vec<usize>,
    holders: Vec<u32>,
}

impl<'a> Inverted<'a> {
    pub(super) fn new(rows: Rows<'a>) -> Self {
        let mut starts = vec![0usize; rows.universe + 1];
        for &item in rows.items() {
            starts[item as usize + 1] += 1;
        }
        for item in 0..rows.universe {
            starts[item + 1] += starts[item];
        }
        let mut next = starts.clone();
        let mut holders = vec![0; rows.items().len()];
        for (r, row) in (0..).zip(rows.iter()) {
            for &item in row {
                holders[next[item as usize]] = r;
                next[item as usize] += 1;
            }
        }
        Self { rows, starts, holders }
    }

    /// Whether a row holds all of these items, which are ascending.
    pub(super) fn holds(&self, items: &[u32]) -> bool {
        let holders =
            |item: u32| &self.holders[self.starts[item as usize]..self.starts[item as usize + 1]];
        let Some(&rarest) = items.iter().min_by_key(|&&item| holders(item).len()) else {
            return self.rows.len() > 0;
        };
        holders(rarest).iter().any(|&r| {
            let offsets = &self.rows.offsets[r as usize..];
            let row = &self.rows.items[offsets[0] as usize..offsets[1] as usize];
            items.iter().all(|item| row.binary_search(item).is_ok())
        })
    }
}
