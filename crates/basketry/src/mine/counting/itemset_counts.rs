//! The counts of fixed itemsets, which add up over parts of the baskets.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

use super::SetList;
use super::count::{count_in, rows_of};
use crate::data::append::same_ids;
use crate::mine::columns::{Extra, Level, Pieces, Store};
use crate::mine::itemsets::Itemsets;
use crate::mine::miner::threads::Pool;
use crate::mine::options::{ItemsetOptions, MinSupport};
use crate::mine::sort::sorted;
use crate::{Baskets, Control, Error, ErrorKind, Id, IdKind, Ids, Result};

/// How many baskets hold each of some itemsets that are given, and how many baskets were looked
/// at.
///
/// Counts add up: those of parts, merged in any order, are those of all baskets. Together with
/// [`candidates`](crate::mine::candidates) this mines baskets that lie in parts, on one machine or on
/// many; each part is read twice, and the result is exact:
///
/// 1. the candidates of each part are mined, and [`union`](Self::union) collects them;
/// 2. they are [counted](Self::add) in each part, the counts are [merged](Self::merge), and
///    [`frequent`](Self::frequent) keeps what all baskets together hold often enough.
///
/// ```
/// use basketry::mine::{ItemsetCounts, candidates};
/// use basketry::{Baskets, Control, ItemsetOptions, MinSupport};
///
/// let parts = [
///     Baskets::from_lists([vec!["bread", "butter"], vec!["jam"]])?,
///     Baskets::from_lists([vec!["butter", "bread", "jam"]])?,
/// ];
/// let options = ItemsetOptions::new(MinSupport::Share(0.6));
/// let control = Control::new();
/// let mined = [
///     candidates(&parts[0], &options, None, &control)?,
///     candidates(&parts[1], &options, None, &control)?,
/// ];
/// let all = ItemsetCounts::union(&mined)?;
/// let mut total = all.clone();
/// for part in &parts {
///     let mut counts = all.clone();
///     counts.add(part, None, &control)?;
///     total.merge(&counts)?;
/// }
/// let sets = total.frequent(&options)?;
/// assert_eq!(sets.count_of(["bread", "butter"]), Some(2));
/// # Ok::<(), basketry::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ItemsetCounts {
    ids: Arc<Ids>,
    sets: Arc<SetList>,
    counts: Vec<u64>,
    baskets: u64,
    cover: Option<Cover>,
}

/// Where candidates come from, and what they cannot miss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cover {
    /// How many baskets they were mined in.
    pub baskets: u64,
    /// The most of these baskets that can hold an itemset that is not among them.
    pub missed: u64,
    /// Longer itemsets were not looked for.
    pub max_length: usize,
}

impl ItemsetCounts {
    /// Of these itemsets, in their order; nothing is counted yet.
    ///
    /// If they are all that were mined in some baskets, they are remembered as candidates: they
    /// cannot miss what is in at least [`min_count`](Itemsets::min_count) of them.
    pub fn of(sets: &Itemsets) -> Self {
        let mut list = SetList::new();
        sets.iter().for_each(|set| list.push(set.items().iter().copied()));
        Self::of_list(sets, list)
    }

    /// As [`of`](Self::of), as a part of some work.
    pub(in crate::mine) fn of_within(sets: &Itemsets, control: &Control) -> Result<Self> {
        let mut list = SetList::new();
        for (number, set) in sets.iter().enumerate() {
            if number.is_multiple_of(CHECK) {
                control.check()?;
            }
            list.push(set.items().iter().copied());
        }
        Ok(Self::of_list(sets, list))
    }

    fn of_list(sets: &Itemsets, list: SetList) -> Self {
        Self::new(sets.ids().clone(), list, Self::cover_of(sets))
    }

    /// What these itemsets cannot miss, if they are all that were mined.
    pub(super) fn cover_of(sets: &Itemsets) -> Option<Cover> {
        let store = &sets.store;
        let whole = sets.rows.is_none() && store.gaps.is_none() && store.scale.is_none();
        (whole && store.min_count > 0).then(|| Cover {
            baskets: store.baskets,
            // Of a selection any other itemset may be missing.
            missed: match store.selected {
                Some(_) => store.baskets,
                None => store.min_count - 1,
            },
            max_length: store.max_length,
        })
    }

    /// Of these itemsets, in their order; nothing is counted yet. Repeated ids within one count
    /// once.
    ///
    /// ```
    /// use basketry::{Baskets, Control};
    /// use basketry::mine::ItemsetCounts;
    ///
    /// let mut counts = ItemsetCounts::from_lists([vec!["bread"], vec!["jam", "bread"]])?;
    /// let baskets = Baskets::from_lists([vec!["bread", "jam"], vec!["bread"]])?;
    /// counts.add(&baskets, None, &Control::new())?;
    /// assert_eq!(counts.counts(), [2, 1]);
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Data`] names an itemset that is empty or comes twice, and says so if integers
    /// and strings are mixed.
    pub fn from_lists<I>(lists: impl IntoIterator<Item = I>) -> Result<Self>
    where
        I: IntoIterator,
        I::Item: Into<Id>,
    {
        let lists = Baskets::from_lists(lists)
            .map_err(|error| Error::new(error.kind(), format!("itemsets: {error}")))?;
        Self::from_rows(&lists)
    }

    /// Of the itemsets that are the rows of `lists`.
    pub(super) fn from_rows(lists: &Baskets) -> Result<Self> {
        let mut seen = HashSet::with_capacity(lists.len());
        let mut list = SetList::new();
        for (number, row) in lists.rows().enumerate() {
            let wrong = |what| {
                Err(Error::new(
                    ErrorKind::Data,
                    format!("itemset {number} (counted from 0) {what}"),
                ))
            };
            if row.is_empty() {
                return wrong("is empty; every basket holds that one");
            }
            if !seen.insert(row) {
                return wrong("comes twice");
            }
            list.push(row.iter().copied());
        }
        Ok(Self::new(lists.ids().clone(), list, None))
    }

    /// Of no itemsets.
    pub(super) fn empty(ids: Arc<Ids>) -> Self {
        Self::new(ids, SetList::new(), None)
    }

    fn new(ids: Arc<Ids>, sets: SetList, cover: Option<Cover>) -> Self {
        let counts = vec![0; sets.len()];
        Self { ids, sets: Arc::new(sets), counts, baskets: 0, cover }
    }

    /// How many itemsets there are.
    pub fn len(&self) -> usize {
        self.sets.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The ids behind the item indices.
    pub fn ids(&self) -> &Arc<Ids> {
        &self.ids
    }

    /// How many baskets were counted.
    pub fn baskets(&self) -> u64 {
        self.baskets
    }

    /// For each itemset, how many of these baskets hold it.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The items of each itemset, as ascending indices into [`ids`](Self::ids).
    pub fn sets(&self) -> impl ExactSizeIterator<Item = &[u32]> {
        (0..self.len()).map(|set| self.sets.get(set))
    }

    /// Counts the itemsets in these baskets too, matching items by id. It takes `threads` threads,
    /// or those of the current pool.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for 0 threads, and
    /// [`Cancelled`](ErrorKind::Cancelled); the counts then stay as they were.
    pub fn add(
        &mut self,
        baskets: &Baskets,
        threads: Option<usize>,
        control: &Control,
    ) -> Result<()> {
        if baskets.exact_weights().is_some() {
            return Err(Error::argument(
                "baskets: they have weights, but it is baskets that are counted: give them without",
            ));
        }
        let rows = rows_of(baskets, 0..baskets.len())?;
        let found = count_in(rows, baskets.ids(), &self.ids, &self.sets, threads, control)?;
        for (count, found) in self.counts.iter_mut().zip(found) {
            *count += u64::from(found);
        }
        self.baskets += baskets.len() as u64;
        Ok(())
    }

    /// Adds what was counted elsewhere. Merging is associative and commutative.
    ///
    /// The itemsets must be the same. If they come in another order, or their ids do, those of
    /// both are sorted first.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] names an itemset that only one of the two has, and says so if the ids
    /// are of different kinds, or if more than 2^64 - 1 baskets come together. The counts then stay
    /// as they were.
    pub fn merge(&mut self, other: &ItemsetCounts) -> Result<()> {
        self.check_counts()?;
        other.check_counts()?;
        let baskets = self.baskets.checked_add(other.baskets).ok_or_else(|| {
            Error::new(ErrorKind::Data, "more than 18,446,744,073,709,551,615 baskets in all")
        })?;
        let ids = common_ids([&self.ids, &other.ids].into_iter())?;
        let mut first = self.with_ids(&ids)?;
        let mut second = other.with_ids(&ids)?;
        if first.sets.as_ref() != second.sets.as_ref() {
            first = first.sorted();
            second = second.sorted();
            if let Some(set) = first.only(&second).or_else(|| second.only(&first)) {
                return Err(Error::new(
                    ErrorKind::Data,
                    format!("only one of the two has counted {set}; merge counts of the same ones"),
                ));
            }
        }
        for (count, more) in first.counts.iter_mut().zip(&second.counts) {
            // A count is at most the number of baskets.
            *count += more;
        }
        first.baskets = baskets;
        first.cover = self.cover.filter(|_| self.cover == other.cover);
        *self = first;
        Ok(())
    }

    /// The itemsets that any of these has, sorted by length and then by the indices of their items;
    /// nothing is counted yet. A union is associative and commutative.
    ///
    /// The ids are those of the parts if they are the same in all; else they are sorted, so that
    /// nothing depends on the order of the parts.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] if ids are of different kinds.
    pub fn union<'a>(parts: impl IntoIterator<Item = &'a ItemsetCounts>) -> Result<Self> {
        Self::union_within(parts, &Pool::new(None), &Control::new())
    }

    /// As [`union`](Self::union), as a part of some work.
    pub(in crate::mine) fn union_within<'a>(
        parts: impl IntoIterator<Item = &'a ItemsetCounts>,
        pool: &Pool,
        control: &Control,
    ) -> Result<Self> {
        let parts: Vec<&ItemsetCounts> = parts.into_iter().collect();
        let ids = common_ids(parts.iter().map(|part| &part.ids))?;
        let mut sets = Vec::new();
        let mut cover = Some(Cover { baskets: 0, missed: 0, max_length: usize::MAX });
        for part in &parts {
            cover = match (cover, part.cover) {
                (Some(all), Some(one)) => Some(Cover {
                    baskets: all.baskets.saturating_add(one.baskets),
                    missed: all.missed.saturating_add(one.missed),
                    max_length: all.max_length.min(one.max_length),
                }),
                _ => None,
            };
            let part = part.with_ids_within(&ids, control)?;
            sets.push(part.sets);
        }
        let rows: Vec<&[u32]> =
            sets.iter().flat_map(|sets| (0..sets.len()).map(|set| sets.get(set))).collect();
        let rows = sorted(&rows, |a, b| by_length(a, b), pool, control)?;
        let mut list = SetList::new();
        for (number, row) in rows.iter().enumerate() {
            if number.is_multiple_of(CHECK) {
                control.check()?;
            }
            if number == 0 || rows[number - 1] != *row {
                list.push(row.iter().copied());
            }
        }
        Ok(Self::new(ids, list, cover))
    }

    /// The same with other indices: those in `ids`.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownId`] names an id of an itemset that is not there.
    pub fn with_ids(&self, ids: &Arc<Ids>) -> Result<Self> {
        self.with_ids_within(ids, &Control::new())
    }

    /// As [`with_ids`](Self::with_ids), as a part of some work.
    pub(in crate::mine) fn with_ids_within(
        &self,
        ids: &Arc<Ids>,
        control: &Control,
    ) -> Result<Self> {
        let mut same = self.clone();
        same.ids = ids.clone();
        if same_ids(&self.ids, ids) {
            return Ok(same);
        }
        let indices: Vec<Option<u32>> = self.ids.iter().map(|id| ids.find(id)).collect();
        let mut list = SetList::new();
        let mut row = Vec::new();
        for (number, set) in self.sets().enumerate() {
            if number.is_multiple_of(CHECK) {
                control.check()?;
            }
            row.clear();
            for &item in set {
                row.push(indices[item as usize].ok_or_else(|| {
                    let id = self.ids.get(item);
                    Error::new(ErrorKind::UnknownId, format!("the id {id} is not among the ids"))
                })?);
            }
            row.sort_unstable();
            list.push(row.iter().copied());
        }
        same.sets = Arc::new(list);
        Ok(same)
    }

    /// An error if there are counts beyond the number of baskets: that of a table whose metadata
    /// got lost is not known.
    fn check_counts(&self) -> Result<()> {
        let most = self.counts.iter().copied().max().unwrap_or(0);
        if most > self.baskets {
            return Err(Error::new(
                ErrorKind::Data,
                format!(
                    "an itemset is in {most} baskets, but {} were counted: say of how many baskets \
                     the counts are if they come from a table that lost its metadata",
                    self.baskets
                ),
            ));
        }
        Ok(())
    }

    /// The itemsets with their counts, in order, those in no basket included.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] if nothing was counted, [`ErrorKind::Limit`] if a count or the number
    /// of itemsets exceeds 32 bits.
    pub fn itemsets(&self) -> Result<Itemsets> {
        if self.baskets == 0 {
            return Err(Error::new(ErrorKind::Data, "no baskets were counted"));
        }
        self.check_counts()?;
        self.with_extras(0, Vec::new())
    }

    /// The same, with a number for each itemset in further columns; itemsets that are not among
    /// them are in fewer than `min_count` baskets.
    pub(in crate::mine) fn with_extras(
        &self,
        min_count: u64,
        extras: Vec<Extra>,
    ) -> Result<Itemsets> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|&set| self.sets.get(set).len());
        let mut store = self.store(&order, min_count)?;
        let by_length = || order.iter().map(|&set| set as u32);
        store.extras = extras
            .into_iter()
            .map(|extra| Extra { numbers: extra.numbers.take(by_length()), ..extra })
            .collect();
        if self.cover.is_none() {
            // Any itemsets may have been given.
            store.gaps = Some("itemsets");
        }
        let sets = Itemsets::of(store);
        if order.is_sorted() {
            return Ok(sets);
        }
        let mut rows = vec![0; order.len()];
        for (row, &set) in order.iter().enumerate() {
            rows[set] = row;
        }
        Ok(sets.take(&rows))
    }

    /// The itemsets in at least `min_support` of all baskets: what [`itemsets`](crate::itemsets)
    /// finds in the baskets put together, in the same order.
    ///
    /// Of the options, `min_support`, `min_length` and `max_length` are used.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the itemsets are not candidates that cannot miss any:
    /// those mined in all the baskets that were counted, with local thresholds that are not too
    /// high. [`ErrorKind::Data`] if nothing was counted. [`ErrorKind::Limit`] as for
    /// [`itemsets`](Self::itemsets).
    pub fn frequent(&self, options: &ItemsetOptions) -> Result<Itemsets> {
        self.frequent_within(options, &Control::new())
    }

    /// As [`frequent`](Self::frequent), as a part of some work.
    pub(super) fn frequent_within(
        &self,
        options: &ItemsetOptions,
        control: &Control,
    ) -> Result<Itemsets> {
        options.validate()?;
        if self.baskets == 0 {
            return Err(Error::new(ErrorKind::Data, "no baskets were counted"));
        }
        let least = options.min_support.count(self.baskets)?;
        let Some(cover) = self.cover else {
            return Err(Error::argument(
                "these itemsets are no candidates mined in all parts: frequent ones may be missing",
            ));
        };
        if cover.baskets != self.baskets {
            return Err(Error::argument(format!(
                "{} baskets were counted, but the candidates were mined in {}: mine and count \
                 each part once",
                self.baskets, cover.baskets
            )));
        }
        if least <= cover.missed && cover.missed >= self.baskets {
            return Err(Error::argument(
                "these itemsets are a selection: frequent ones may be missing. Mine without \
                 only_from, must_not_contain and hierarchy",
            ));
        }
        if least <= cover.missed {
            return Err(Error::argument(format!(
                "min_support: {least} of {} baskets, but the candidates were mined for at least {}",
                self.baskets,
                cover.missed + 1
            )));
        }
        let longest = options.max_length.unwrap_or(usize::MAX);
        if longest > cover.max_length {
            return Err(Error::argument(format!(
                "max_length: the candidates were mined with {}, expected at most that",
                cover.max_length
            )));
        }
        // Single items come by falling count, and every itemset by the places of its items, that of
        // its rarest first.
        let mut places = vec![(Reverse(0), u32::MAX); self.ids.len()];
        for (set, &count) in self.sets().zip(&self.counts) {
            if let [item] = *set {
                places[item as usize] = (Reverse(count), item);
            }
        }
        let lengths = options.min_length..=longest;
        let mut order: Vec<u32> = (0..places.len() as u32).collect();
        order.sort_by_key(|&item| places[item as usize]);
        let mut ranks = vec![0u32; places.len()];
        (0..).zip(&order).for_each(|(rank, &item)| ranks[item as usize] = rank);
        let (mut keys, mut numbers) = (SetList::new(), Vec::new());
        for (number, set) in self.sets().enumerate() {
            if number.is_multiple_of(CHECK) {
                control.check()?;
            }
            if self.counts[number] >= least && lengths.contains(&set.len()) {
                keys.push(set.iter().map(|&item| ranks[item as usize]));
                keys.get_mut(numbers.len()).sort_unstable_by(|a, b| b.cmp(a));
                numbers.push(number);
            }
        }
        let order: Vec<usize> = (0..numbers.len()).collect();
        let by_key = |&a: &usize, &b: &usize| by_length(keys.get(a), keys.get(b));
        let mut order = sorted(&order, by_key, &Pool::new(options.threads), control)?;
        order.iter_mut().for_each(|at| *at = numbers[*at]);
        drop(keys);
        let mut store = self.store(&order, least)?;
        store.max_length = longest;
        if let MinSupport::Share(share) = options.min_support {
            store.min_support = share;
        }
        store.gaps = (options.min_length > 1).then_some("min_length");
        Ok(Itemsets::of(store))
    }

    /// The store of these itemsets, which come by length.
    fn store(&self, order: &[usize], min_count: u64) -> Result<Store> {
        let wide = || Error::new(ErrorKind::Limit, "more than 4,294,967,294 baskets or itemsets");
        if order.len() >= u32::MAX as usize - 1 {
            return Err(wide());
        }
        let mut lengths = Vec::new();
        for group in order.chunk_by(|&a, &b| self.sets.get(a).len() == self.sets.get(b).len()) {
            let length = self.sets.get(group[0]).len();
            let mut items = Vec::with_capacity(group.len() * length);
            let mut counts = Vec::with_capacity(group.len());
            for &set in group {
                items.extend_from_slice(self.sets.get(set));
                counts.push(u32::try_from(self.counts[set]).map_err(|_| wide())?);
            }
            lengths.push(Pieces::of(Level::from_rows(length, &items, &counts)?));
        }
        Ok(Store::new(self.ids.clone(), self.baskets, min_count, lengths))
    }

    /// Sorted by length and then by the indices of the items.
    fn sorted(&self) -> Self {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by(|&a, &b| by_length(self.sets.get(a), self.sets.get(b)));
        let mut list = SetList::new();
        order.iter().for_each(|&set| list.push(self.sets.get(set).iter().copied()));
        let counts = order.iter().map(|&set| self.counts[set]).collect();
        Self { sets: Arc::new(list), counts, ..self.clone() }
    }

    /// An itemset that the other, which is sorted as well, does not have.
    fn only(&self, other: &Self) -> Option<String> {
        let find = |set: &[u32]| {
            let (mut from, mut to) = (0, other.len());
            while from < to {
                let middle = from + (to - from) / 2;
                match by_length(other.sets.get(middle), set) {
                    std::cmp::Ordering::Less => from = middle + 1,
                    std::cmp::Ordering::Equal => return true,
                    std::cmp::Ordering::Greater => to = middle,
                }
            }
            false
        };
        let set = self.sets().find(|set| !find(set))?;
        let ids: Vec<String> = set.iter().map(|&item| self.ids.get(item).to_string()).collect();
        Some(format!("{{{}}}", ids.join(", ")))
    }

    pub(super) fn list(&self) -> &SetList {
        &self.sets
    }

    pub(in crate::mine) fn cover(&self) -> Option<Cover> {
        self.cover
    }

    pub(super) fn set_cover(&mut self, cover: Cover) {
        self.cover = Some(cover);
    }

    /// What was counted elsewhere.
    pub(super) fn set_counts(&mut self, counts: Vec<u64>, baskets: u64) {
        self.counts = counts;
        self.baskets = baskets;
    }
}

/// How many itemsets are gone through between two looks at the control.
const CHECK: usize = 1 << 14;

fn by_length(a: &[u32], b: &[u32]) -> std::cmp::Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// The ids of all: as they are if all are the same, else sorted.
fn common_ids<'a>(mut all: impl Iterator<Item = &'a Arc<Ids>> + Clone) -> Result<Arc<Ids>> {
    let every = all.clone();
    let Some(first) = all.find(|ids| !ids.is_empty()) else {
        return Ok(every
            .into_iter()
            .next()
            .cloned()
            .unwrap_or_else(|| Arc::new(Ids::new(IdKind::Str))));
    };
    if all.all(|ids| ids.is_empty() || same_ids(first, ids)) {
        return Ok(first.clone());
    }
    let mut values = Vec::new();
    for ids in every.filter(|ids| !ids.is_empty()) {
        if ids.kind() != first.kind() {
            return Err(Error::new(
                ErrorKind::Data,
                "the ids of some parts are integers, those of others strings; ids are never \
                 converted",
            ));
        }
        values.extend(ids.iter());
    }
    values.sort_unstable();
    values.dedup();
    let mut sorted = Ids::new(first.kind());
    for id in values {
        sorted.intern(id)?;
    }
    Ok(Arc::new(sorted))
}
