//! Mining baskets that lie in parts, and those that are appended to (Savasere, Omiecinski and
//! Navathe: An efficient algorithm for mining association rules in large databases, VLDB 1995).

use std::ops::Range;
use std::sync::Arc;

use super::count::{count_in, rows_of};
use super::itemset_counts::{Cover, ItemsetCounts};
use crate::data::append::{appended_ids, same_ids};
use crate::mine::fraction::Fraction;
use crate::mine::itemsets::Itemsets;
use crate::mine::limits::Limit;
use crate::mine::miner::threads::Pool;
use crate::mine::options::{ItemsetOptions, MinSupport, OnLimit};
use crate::{Baskets, Control, Error, ErrorKind, Ids, Result};

impl MinSupport {
    /// The threshold for mining a part of the baskets, such that no itemset is missed that reaches
    /// this support in all of them: `part` baskets of `total`, or of a number that is not known.
    ///
    /// Let an itemset be in `c_i` of the `n_i` baskets of part `i`, and in at least `c` of all `n`.
    /// Then some part has `c_i >= c * n_i / n`: if each `c_i` were less, their sum would be less
    /// than `c`. As `c_i` is whole, `c_i >= ceil(c * n_i / n)`, which is the threshold of part
    /// `i`; it is exact in integers.
    ///
    /// Without the total, the share takes the place of `c / n`: the least number that it can
    /// stand for, which is half a unit in its last binary place below it. `c / n` is not less: `c`
    /// is the smallest count whose quotient by `n` reaches the decimal that was written, or rounds
    /// to the share. So `ceil(share * n_i)` is at most `ceil(c * n_i / n)`.
    ///
    /// ```
    /// use basketry::MinSupport;
    ///
    /// assert_eq!(MinSupport::Share(0.01).in_part(250, None)?, 3);
    /// assert_eq!(MinSupport::Count(10).in_part(250, Some(1000))?, 3);
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) if the support is out of range, if the part
    /// is larger than the total, or if the support is a count and the total is not known.
    pub fn in_part(self, part: u64, total: Option<u64>) -> Result<u64> {
        // Checks the range.
        let count = self.count(total.unwrap_or(part))?;
        let least = match (self, total) {
            (_, Some(total)) if part > total => {
                return Err(Error::argument(format!(
                    "total: {total} baskets, but the part has {part}"
                )));
            }
            (_, Some(0)) => 1,
            (_, Some(total)) => {
                let least = (u128::from(count) * u128::from(part)).div_ceil(u128::from(total));
                // Above the part only if the count is above the total: nothing is frequent.
                u64::try_from(least).unwrap_or(u64::MAX)
            }
            (MinSupport::Share(share), None) => {
                Fraction::from_f64(share).map_or(1, |share| share.least_part_of_any(part))
            }
            (MinSupport::Count(_), None) => {
                return Err(Error::argument(
                    "total: expected the number of all baskets, as min_support is a count",
                ));
            }
        };
        Ok(least.max(1))
    }
}

/// The itemsets of a part of the baskets that may be frequent in all of them: those that are
/// frequent in the part, at the threshold that [`MinSupport::in_part`] says. `total` is the number
/// of all baskets; if `min_support` is a share, it need not be known.
///
/// A part should be so large that its threshold is well above 1: in a part that is too small,
/// whatever is in a few baskets is a candidate. `min_length` of the options is not used, as the
/// order of the result depends on the counts of single items.
///
/// # Errors
/// As for [`itemsets`](crate::itemsets), save that a part may be empty, and as for
/// [`MinSupport::in_part`].
pub fn candidates(
    part: &Baskets,
    options: &ItemsetOptions,
    total: Option<u64>,
    control: &Control,
) -> Result<ItemsetCounts> {
    require_plain(part, options)?;
    let least = options.min_support.in_part(part.len() as u64, total)?;
    let local = local(options, least);
    if part.is_empty() {
        local.validate()?;
        let mut none = ItemsetCounts::empty(part.ids().clone());
        let max_length = options.max_length.unwrap_or(usize::MAX);
        none.set_cover(Cover { baskets: 0, missed: 0, max_length });
        return Ok(none);
    }
    ItemsetCounts::of_within(&crate::mine::itemsets(part, &local, control)?, control)
}

/// An error unless all itemsets are asked for, and by count: others cannot be put together from
/// those of parts.
fn require_plain(baskets: &Baskets, options: &ItemsetOptions) -> Result<()> {
    if baskets.exact_weights().is_some() {
        return Err(Error::argument("weights: baskets with weights cannot be mined in parts"));
    }
    let mut plain = ItemsetOptions::new(options.min_support);
    plain.min_length = options.min_length;
    plain.max_length = options.max_length;
    plain.threads = options.threads;
    plain.max_itemsets = options.max_itemsets;
    plain.max_memory = options.max_memory;
    plain.max_time = options.max_time;
    plain.on_limit = options.on_limit;
    if plain != *options {
        return Err(Error::argument(
            "options: in parts all itemsets are mined; choose a kind, the top or what they hold \
             from the result",
        ));
    }
    Ok(())
}

/// The options with another threshold, and with single items.
fn local(options: &ItemsetOptions, least: u64) -> ItemsetOptions {
    let mut local = options.clone();
    local.min_support = MinSupport::Count(least);
    local.min_length = 1;
    local.on_limit = OnLimit::Error;
    local
}

/// The frequent itemsets of baskets in parts: what [`itemsets`](crate::itemsets) finds in all of
/// them [appended](Baskets::append) to one another in this order, in the same order, whatever the
/// parts. Parts may be empty, and may have different ids.
///
/// As the parts are all there, they are mined together: what takes memory besides them is a copy of
/// their frequent items. Where `max_memory` does not allow that, they are mined one at a time, as
/// [`candidates`] and [`ItemsetCounts`] would do it on many machines. That takes several times as
/// long, since what is frequent in a part need not be so in all.
///
/// ```
/// use basketry::mine::itemsets_in_parts;
/// use basketry::{Baskets, Control, ItemsetOptions, MinSupport};
///
/// let june = Baskets::from_lists([vec!["bread", "butter"], vec!["jam"]])?;
/// let july = Baskets::from_lists([vec!["butter", "bread"], vec!["bread"]])?;
/// let options = ItemsetOptions::new(MinSupport::Share(0.5));
/// let sets = itemsets_in_parts([&june, &july], &options, &Control::new())?;
/// assert_eq!(sets.count_of(["butter", "bread"]), Some(2));
/// # Ok::<(), basketry::Error>(())
/// ```
///
/// # Errors
/// As for [`itemsets`](crate::itemsets) and [`Baskets::append`].
pub fn itemsets_in_parts<'a>(
    parts: impl IntoIterator<Item = &'a Baskets>,
    options: &ItemsetOptions,
    control: &Control,
) -> Result<Itemsets> {
    options.validate()?;
    let parts: Vec<&Baskets> = parts.into_iter().collect();
    parts.iter().try_for_each(|part| require_plain(part, options))?;
    let (inner, control) = &whole(options, control);
    let error = match together(&parts, inner, control) {
        Err(error) if error.kind() == ErrorKind::Limit => error,
        result => return result,
    };
    if control.limit() != Limit::Memory {
        return Err(error);
    }
    one_by_one(&parts, inner, control)
}

fn no_baskets() -> Error {
    Error::new(ErrorKind::Data, "there are no baskets: expected at least one")
}

/// Mines all parts at once.
fn together(parts: &[&Baskets], options: &ItemsetOptions, control: &Control) -> Result<Itemsets> {
    let total = parts.iter().map(|part| part.len() as u64).sum();
    if let [part] = parts {
        return crate::mine::itemsets(part, options, control);
    }
    if total == 0 {
        return Err(no_baskets());
    }
    let least = options.min_support.count(total)?;
    let mut ids: Option<Arc<Ids>> = None;
    let mut indices = Vec::with_capacity(parts.len());
    for part in parts {
        let (all, renumbered) = match ids {
            Some(ids) => appended_ids(&ids, part.ids())?,
            None => (part.ids().clone(), None),
        };
        indices.push(renumbered);
        ids = Some(all);
    }
    let ids = ids.ok_or_else(no_baskets)?;
    let of = |indices: &Option<Vec<u32>>, item: u32| match indices {
        Some(indices) => indices[item as usize],
        None => item,
    };
    let mut counts = vec![0u64; ids.len()];
    for (part, indices) in parts.iter().zip(&indices) {
        for items in part.items().chunks(CHUNK) {
            control.check()?;
            items.iter().for_each(|&item| counts[of(indices, item) as usize] += 1);
        }
    }
    let frequent: u64 = counts.iter().filter(|&&count| count >= least).sum();
    let control = &control.less_memory(4 * frequent + 8 * total)?;
    let mut offsets = Vec::with_capacity(total as usize + 1);
    let mut items = Vec::with_capacity(frequent as usize);
    offsets.push(0);
    for (part, indices) in parts.iter().zip(&indices) {
        for (number, row) in part.rows().enumerate() {
            if number.is_multiple_of(CHUNK) {
                control.check()?;
            }
            let from = items.len();
            let row = row.iter().map(|&item| of(indices, item));
            items.extend(row.filter(|&item| counts[item as usize] >= least));
            if indices.is_some() {
                items[from..].sort_unstable();
            }
            offsets.push(items.len() as u64);
        }
    }
    crate::mine::itemsets(&Baskets::from_rows(offsets, items, ids), options, control)
}

/// How many items or baskets are gone through between two looks at the control.
const CHUNK: usize = 1 << 16;

/// Mines one part at a time.
fn one_by_one(parts: &[&Baskets], options: &ItemsetOptions, control: &Control) -> Result<Itemsets> {
    let pool = Pool::new(options.threads);
    let total = parts.iter().map(|part| part.len() as u64).sum();
    let mut ids: Option<Arc<Ids>> = None;
    let mut mined = Vec::with_capacity(parts.len());
    for part in parts {
        ids = Some(match ids {
            Some(ids) => appended_ids(&ids, part.ids())?.0,
            None => part.ids().clone(),
        });
        mined.push(candidates(part, options, Some(total), control)?);
    }
    let (Some(ids), true) = (ids, total > 0) else { return Err(no_baskets()) };
    let union = ItemsetCounts::union_within(&mined, &pool, control)?;
    drop(mined);
    let mut counts = union.with_ids_within(&ids, control)?;
    drop(union);
    for part in parts {
        counts.add(part, options.threads, control)?;
    }
    counts.frequent_within(options, control)
}

/// The options without limits on time and memory, and a handle with them: they are on all of the
/// work together, and on memory for each part of it.
fn whole(options: &ItemsetOptions, control: &Control) -> (ItemsetOptions, Control) {
    let control = match (options.max_time, options.max_memory) {
        (None, None) => control.again(),
        (time, memory) => control.limited(time, memory),
    };
    let mut options = options.clone();
    (options.max_time, options.max_memory) = (None, None);
    (options, control)
}

/// The frequent itemsets of baskets that were appended to: what [`itemsets`](crate::itemsets)
/// finds, in the same order, but for the most part by counting in the new baskets only, where that
/// is cheaper than mining all of them again.
///
/// It is cheaper where the baskets hold much more than there are itemsets, and few of those are
/// new. That is estimated beforehand; if too many come up nevertheless, all baskets are mined after
/// all.
///
/// `sets` are all frequent itemsets of the first [`sets.baskets()`](Itemsets::baskets) baskets,
/// mined with the same `max_length`. Itemsets that were not frequent there may be now: they are
/// in less than [`sets.min_count()`](Itemsets::min_count) of the first baskets, so that they must
/// be in a certain number of the new ones, where they are looked for; those that are found are
/// counted in the first baskets. The further the old threshold is below the new one, the fewer
/// there are: to update a result often, mine it with some reserve, and raise the threshold
/// afterwards (Hong, Wang and Tao: A new incremental data mining algorithm using pre-large
/// itemsets, 2001).
///
/// ```
/// use basketry::mine::update;
/// use basketry::{Baskets, Control, ItemsetOptions, MinSupport, itemsets};
///
/// let mut baskets = Baskets::from_lists([vec!["bread", "butter"], vec!["jam"]])?;
/// let options = ItemsetOptions::new(MinSupport::Share(0.5));
/// let control = Control::new();
/// let sets = itemsets(&baskets, &options, &control)?;
/// baskets.append(&Baskets::from_lists([vec!["bread", "butter"], vec!["tea"]])?)?;
/// let sets = update(&baskets, &sets, &options, &control)?;
/// assert_eq!(sets.count_of(["bread", "butter"]), Some(2));
/// # Ok::<(), basketry::Error>(())
/// ```
///
/// # Errors
/// As for [`itemsets`](crate::itemsets), and [`InvalidArgument`](ErrorKind::InvalidArgument) if
/// `sets` are not all of what was mined (`only_from` and the like leave out some), if they are of
/// more baskets than there are or of other ones (as far as their ids show that), if the new
/// threshold is below theirs, or if longer itemsets are asked for.
pub fn update(
    baskets: &Baskets,
    sets: &Itemsets,
    options: &ItemsetOptions,
    control: &Control,
) -> Result<Itemsets> {
    update_at(baskets, sets, options, control, &Costs::default())
}

/// As [`update`], given what things cost.
fn update_at(
    baskets: &Baskets,
    sets: &Itemsets,
    options: &ItemsetOptions,
    control: &Control,
    costs: &Costs,
) -> Result<Itemsets> {
    options.validate()?;
    require_plain(baskets, options)?;
    let (options, control) = &whole(options, control);
    let total = baskets.len() as u64;
    if let Some(option) = sets.store.selected {
        return Err(Error::argument(format!(
            "sets: expected all that were mined, but {option} left out some: mine without it"
        )));
    }
    let cover = ItemsetCounts::cover_of(sets).filter(|cover| cover.baskets > 0);
    let Some(Cover { baskets: before, missed, max_length }) = cover else {
        return Err(Error::argument(
            "sets: expected all that were mined, each with all of its subsets",
        ));
    };
    if before > total {
        return Err(Error::argument(format!(
            "sets: they are of {before} baskets, but there are {total}"
        )));
    }
    let least = options.min_support.count(total)?;
    if least <= missed {
        return Err(Error::argument(format!(
            "min_support: {least} of {total} baskets, but the itemsets were mined for at least {}",
            missed + 1
        )));
    }
    if options.max_length.unwrap_or(usize::MAX) > max_length {
        return Err(Error::argument(format!(
            "max_length: the itemsets were mined with {max_length}, expected at most that"
        )));
    }
    let (old, new) = (0..before as usize, before as usize..baskets.len());
    let mut singles = vec![0u64; baskets.ids().len()];
    for &item in &baskets.items()[..baskets.offsets()[before as usize] as usize] {
        singles[item as usize] += 1;
    }
    for set in sets.iter().filter(|set| set.len() == 1) {
        let id = set.ids().next().and_then(|id| baskets.ids().find(id));
        let count = id.map_or(0, |item| singles[item as usize]);
        if count != set.count() {
            return Err(Error::argument(format!(
                "sets: they are of other baskets: {} is in {count} of the first {before}, but the \
                 itemsets say {}",
                set.ids().map(|id| id.to_string()).collect::<String>(),
                set.count()
            )));
        }
    }
    // An itemset that is not known is in at most `missed` of the old ones.
    let needed = least - missed;
    let search = needed <= new.len() as u64;
    let Some(most) = costs.most_new(baskets, sets.len(), new.start, search) else {
        return crate::mine::itemsets(baskets, options, control);
    };
    let mut found = ItemsetCounts::empty(baskets.ids().clone());
    if search {
        let frequent = keep_frequent(baskets, new.clone(), least);
        let mut local = local(options, needed);
        local.max_itemsets = most.saturating_add(sets.len() as u64).min(local.max_itemsets);
        match crate::mine::frequent::mine(&frequent, &local, needed, control) {
            Ok(store) => found = ItemsetCounts::of_within(&Itemsets::of(store), control)?,
            // So few are needed that there are too many.
            Err(error) if error.kind() == ErrorKind::Limit => {
                return crate::mine::itemsets(baskets, options, control);
            }
            Err(error) => return Err(error),
        }
    }
    let pool = Pool::new(options.threads);
    let known = ItemsetCounts::of_within(sets, control)?.with_ids_within(baskets.ids(), control)?;
    let all = ItemsetCounts::union_within([&known, &found], &pool, control)?;
    // Those that are known were counted in the old ones.
    let mut unknown = super::SetList::new();
    let mut counts = Vec::with_capacity(all.len());
    let renumbered = !same_ids(sets.ids(), baskets.ids());
    sets.store.index_within(control)?;
    for (number, set) in all.sets().enumerate() {
        if number.is_multiple_of(1 << 14) {
            control.check()?;
        }
        let count = if renumbered {
            sets.count_of(set.iter().map(|&item| baskets.ids().get(item)))
        } else {
            sets.store.find(set).map(|row| sets.store.row(row).1.into())
        };
        if count.is_none() {
            unknown.push(set.iter().copied());
        }
        counts.push(count);
    }
    let ids = baskets.ids();
    let rows = rows_of(baskets, old)?;
    let rest = count_in(rows, ids, ids, &unknown, options.threads, control)?;
    let rows = rows_of(baskets, new)?;
    let more = count_in(rows, ids, ids, all.list(), options.threads, control)?;
    let mut rest = rest.into_iter();
    let counts = counts.into_iter().zip(more).map(|(count, more)| {
        count.unwrap_or_else(|| rest.next().unwrap_or(0).into()) + u64::from(more)
    });
    let counts = counts.collect();
    let mut all = all;
    all.set_counts(counts, total);
    all.set_cover(Cover { baskets: total, missed: least - 1, max_length });
    all.frequent_within(options, control)
}

/// What the ways to update take, in nanoseconds or so.
struct Costs {
    /// Mining, for each item in a basket.
    mine: u64,
    /// Counting given itemsets, for each item in a basket.
    count: u64,
    /// Handling an itemset that is known or new, beyond what it takes to mine it.
    set: u64,
}

impl Default for Costs {
    /// As measured on sets of 60,000 to a million baskets.
    fn default() -> Self {
        Self { mine: 20, count: 8, set: 500 }
    }
}

impl Costs {
    /// How many new itemsets there may be so that counting is cheaper than mining all baskets
    /// again, given how many are known and where the new baskets begin; `None` if it is not even
    /// then. New ones are looked for if `search`.
    fn most_new(&self, baskets: &Baskets, known: usize, new: usize, search: bool) -> Option<u64> {
        let all = baskets.items().len() as u64;
        let new = all - baskets.offsets()[new];
        let known = self.set.saturating_mul(known as u64);
        let again = self.mine.saturating_mul(all);
        // What is found is counted in the old baskets as well.
        let searched = if search { self.mine * new + self.count * (all - new) } else { 0 };
        let left = again.checked_sub(known.saturating_add(self.count * new + searched))?;
        Some(left / (2 * self.set).max(1))
    }
}

/// These baskets with those items only that are in at least `least` of all baskets.
fn keep_frequent(baskets: &Baskets, new: Range<usize>, least: u64) -> Baskets {
    let mut counts = vec![0u64; baskets.ids().len()];
    baskets.items().iter().for_each(|&item| counts[item as usize] += 1);
    let mut offsets = vec![0];
    let mut items = Vec::new();
    for row in new.map(|number| baskets.row(number)) {
        items.extend(row.iter().filter(|&&item| counts[item as usize] >= least));
        offsets.push(items.len() as u64);
    }
    Baskets::from_rows(offsets, items, baskets.ids().clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(sets: &Itemsets) -> Vec<(Vec<u32>, u64)> {
        sets.iter().map(|set| (set.items().to_vec(), set.count())).collect()
    }

    fn lists() -> impl Strategy<Value = Vec<Vec<i64>>> {
        prop_oneof![
            prop::collection::vec(prop::collection::vec(0i64..8, 0..6), 1..40),
            prop::collection::vec(prop::collection::vec(0i64..25, 0..5), 1..60),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

        #[test]
        fn either_way_to_update_gives_the_same(
            old in lists(), new in lists(), min_count in 1u64..12, reserve in 0u64..4,
            max_length in prop::option::of(1usize..4), threads in 1usize..3,
            mine in prop::sample::select(vec![0u64, 1, 20, 1 << 20]),
        ) {
            let control = Control::new();
            let mut options = ItemsetOptions::new(MinSupport::Count(min_count)).threads(threads);
            options.max_length = max_length;
            let mut first = options.clone();
            first.min_support = MinSupport::Count(min_count.saturating_sub(reserve).max(1));
            let mut baskets = Baskets::from_lists(old).unwrap();
            let sets = crate::itemsets(&baskets, &first, &control).unwrap();
            baskets.append(&Baskets::from_lists(new).unwrap()).unwrap();
            let expected = crate::itemsets(&baskets, &options, &control).unwrap();
            // From always mining again to always counting.
            let costs = Costs { mine, count: 1, set: 5 };
            let updated = update_at(&baskets, &sets, &options, &control, &costs).unwrap();
            prop_assert_eq!(rows(&updated), rows(&expected));
            prop_assert_eq!(updated.min_count(), expected.min_count());
        }

        #[test]
        fn either_way_to_mine_parts_gives_the_same(
            parts in prop::collection::vec(lists(), 1..4), min_count in 1u64..12,
            min_length in 1usize..3, threads in 1usize..3,
        ) {
            let control = Control::new();
            let options = ItemsetOptions::new(MinSupport::Count(min_count))
                .min_length(min_length)
                .threads(threads);
            let parts: Vec<Baskets> =
                parts.into_iter().map(|lists| Baskets::from_lists(lists).unwrap()).collect();
            let parts: Vec<&Baskets> = parts.iter().collect();
            let expected = together(&parts, &options, &control).unwrap();
            let found = one_by_one(&parts, &options, &control).unwrap();
            prop_assert_eq!(rows(&found), rows(&expected));
            prop_assert!(found.ids().iter().eq(expected.ids().iter()));
        }
    }

    #[test]
    fn where_a_copy_does_not_fit_parts_are_mined_one_by_one() {
        let lists = |from: i64| (from..from + 5000).map(|b| vec![b % 3, 3 + b % 5, 8 + b % 7]);
        let parts: Vec<Baskets> =
            (0..4).map(|part| Baskets::from_lists(lists(part * 5000)).unwrap()).collect();
        let options = ItemsetOptions::new(MinSupport::Share(0.01));
        let control = Control::new();
        let expected = itemsets_in_parts(&parts, &options, &control).unwrap();
        // The copy alone would take 400 kB.
        let tight = options.max_memory(380_000);
        let (inner, limited) = whole(&tight, &control);
        let parts_of: Vec<&Baskets> = parts.iter().collect();
        assert_eq!(together(&parts_of, &inner, &limited).unwrap_err().kind(), ErrorKind::Limit);
        let found = itemsets_in_parts(&parts, &tight, &control).unwrap();
        assert_eq!(rows(&found), rows(&expected));
    }
}
