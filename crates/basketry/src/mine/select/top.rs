//! The most frequent itemsets.
//!
//! The miner is run at rising and falling thresholds, each time with a limit on what it may find,
//! until it finds enough, and not too many. Where equal supports make that impossible (baskets
//! that are all alike have 2^n itemsets of one support), the itemsets of that support are taken
//! length by length, and within a length from ever more items: the canonical order of itemsets has
//! those of the first items first.

use super::search::{Engine, Run, Search, Totals, Weighed, run_within};
use super::sets::{Order, Sets, by_frequency};
use crate::mine::columns::Mined;
use crate::mine::miner::{Rows, Settings};
use crate::mine::options::Kind;
use crate::{Control, Result};

/// A run may find this many times the itemsets that are wanted, and this many more. Itemsets cost
/// less than runs.
const TIMES: u64 = 4;
const MORE: u64 = 1 << 18;

/// Finds the most frequent itemsets.
pub(super) struct Top<'a> {
    pub engine: &'a Engine<'a>,
    pub table: Weighed<'a>,
    pub settings: Settings,
    /// How many are wanted, at least 1.
    pub wanted: u64,
    pub order: &'a Order,
    /// How many baskets hold each item, or their weight: what the order is made of.
    pub frequency: &'a [u64],
    pub kind: Kind,
    pub control: &'a Control,
}

impl Top<'_> {
    /// The wanted number of itemsets, or all if there are fewer. Within a length they are in no
    /// certain order.
    pub(super) fn find(&self) -> Result<Vec<Sets>> {
        if self.kind == Kind::Maximal {
            // Which itemsets are maximal depends on the threshold, so that there is but one.
            let found = (self.engine)(self.table, &self.settings, self.control)?;
            return Ok(self.best(self.kept(found)));
        }
        let mut search = Search::new(self.settings.min_count, self.table.total() + 1);
        let mut limit = (TIMES * self.wanted).saturating_add(MORE).min(self.most());
        // What is found at the top of the search.
        let mut above: Vec<Sets> = Vec::new();
        let mut guess = self.first_guess();
        let mut error = None;
        loop {
            let Some(count) = search.clamp(guess) else {
                // Either all was found, or there are few above a threshold, and very many at it.
                if search.high == self.settings.min_count {
                    return Ok(above);
                }
                let count = search.high - 1;
                // Whether an itemset is closed depends on all items.
                if self.kind != Kind::Closed
                    && let Some(ties) = self.ties(count, limit)?
                {
                    return Ok(self.select(above, ties, count));
                }
                if limit == self.most()
                    && let Some(error) = error
                {
                    return Err(error);
                }
                limit = limit.saturating_mul(16).min(self.most());
                search = Search::new(self.settings.min_count, search.high);
                guess = count;
                continue;
            };
            let settings = Settings { min_count: count, ..self.settings };
            guess = match run_within(self.engine, self.table, &settings, limit, self.control)? {
                Run::Fits(found) => {
                    let found = self.kept(found);
                    let totals = Totals::new(&found, count);
                    if totals.all >= self.wanted {
                        return Ok(self.best(found));
                    }
                    above = found;
                    search.fits(count);
                    search.next(&totals, 2 * self.wanted)
                }
                Run::Exceeds(what) => {
                    error = Some(what);
                    search.exceeds(count);
                    search.middle()
                }
            };
        }
    }

    /// The largest limit there may be.
    fn most(&self) -> u64 {
        self.settings.max_itemsets
    }

    /// There are as many single items as this.
    fn first_guess(&self) -> u64 {
        let mut supports = self.table.of_items();
        let place = usize::try_from(self.wanted - 1).unwrap_or(usize::MAX);
        if place >= supports.len() {
            return 0;
        }
        supports.select_nth_unstable_by(place, |a, b| b.cmp(a));
        supports[place]
    }

    fn kept(&self, found: Mined) -> Vec<Sets> {
        Sets::of(found).skip(self.settings.min_length - 1).collect()
    }

    /// The best of itemsets that are enough.
    fn best(&self, found: Vec<Sets>) -> Vec<Sets> {
        let mut supports: Vec<u64> = found.iter().flat_map(Sets::supports).collect();
        let place = self.wanted as usize - 1;
        if place >= supports.len() {
            return found;
        }
        let (_, &mut least, _) = supports.select_nth_unstable_by(place, |a, b| b.cmp(a));
        let (mut above, mut ties) = (Vec::new(), Vec::new());
        for sets in found {
            let rows = |is: &dyn Fn(u64) -> bool| -> Vec<u32> {
                (0..).zip(sets.supports()).filter(|(_, n)| is(*n)).map(|(r, _)| r).collect()
            };
            above.push(sets.take(&rows(&|support| support > least)));
            ties.push(sets.take(&rows(&|support| support == least)));
        }
        self.select(above, ties, least)
    }

    /// All of `above`, and the first of those that have exactly `count`.
    fn select(&self, mut above: Vec<Sets>, ties: Vec<Sets>, count: u64) -> Vec<Sets> {
        let mut open = self.wanted - above.iter().map(|sets| sets.len() as u64).sum::<u64>();
        for mut sets in ties {
            self.order.sort(&mut sets);
            let rows = (0..).zip(sets.supports()).filter(|(_, support)| *support == count);
            let rows: Vec<u32> = rows.map(|(row, _)| row).take(open as usize).collect();
            open -= rows.len() as u64;
            let new = sets.take(&rows);
            match above.iter_mut().find(|sets| sets.length == new.length) {
                Some(sets) => sets.append(new),
                None => above.push(new),
            }
        }
        above.sort_by_key(|sets| sets.length);
        above
    }

    /// Itemsets of at least this count, among them those of exactly this count that come first, as
    /// many as make up the wanted number together with the more frequent ones. `None` if they are
    /// not found within the limit.
    fn ties(&self, count: u64, limit: u64) -> Result<Option<Vec<Sets>>> {
        let mut shorter = Vec::new();
        for max_length in self.settings.min_length..=self.settings.max_length {
            let settings = Settings { min_count: count, max_length, ..self.settings };
            match run_within(self.engine, self.table, &settings, limit, self.control)? {
                Run::Fits(found) => {
                    let longest = found.lengths.len();
                    shorter = self.kept(found);
                    if self.enough(&shorter) {
                        return Ok(Some(shorter));
                    }
                    if longest < max_length {
                        return Ok(None);
                    }
                }
                Run::Exceeds(_) => return self.first_items(&settings, limit, shorter),
            }
        }
        Ok(None)
    }

    fn enough(&self, sets: &[Sets]) -> bool {
        sets.iter().map(|sets| sets.len() as u64).sum::<u64>() >= self.wanted
    }

    /// All itemsets that are shorter than the largest length of the settings, which are given, and
    /// those of that length that have the first few items only, as many as fit.
    fn first_items(
        &self,
        settings: &Settings,
        limit: u64,
        shorter: Vec<Sets>,
    ) -> Result<Option<Vec<Sets>>> {
        let items = by_frequency(self.frequency);
        let mut sets = shorter;
        let shorter = sets.len();
        // So many items fit, and so many may not. An item more adds at most one itemset for each
        // that was there, and itself.
        let (mut fits, mut exceeds) = (0, items.len() + 1);
        let limit = 2 * limit + 1;
        while exceeds - fits > 1 {
            // Doubling: runs on few items are cheap.
            let number = if fits == 0 && exceeds > 16 {
                16
            } else {
                (2 * fits).min(fits.midpoint(exceeds)).max(fits + 1)
            };
            let mut keep = vec![false; self.table.rows.universe];
            items[..number].iter().for_each(|&item| keep[item as usize] = true);
            let (offsets, some) = cut(self.table.rows, &keep, self.control)?;
            let rows = Rows { offsets: &offsets, items: &some, ..self.table.rows };
            let table = Weighed { rows, ..self.table };
            match run_within(self.engine, table, settings, limit, self.control)? {
                Run::Fits(found) => {
                    sets.truncate(shorter);
                    sets.extend(Sets::of(found).nth(settings.max_length - 1));
                    if self.enough(&sets) {
                        return Ok(Some(sets));
                    }
                    fits = number;
                }
                Run::Exceeds(_) => exceeds = number,
            }
        }
        // With a least length, shorter itemsets may take all the room there is.
        Ok(None)
    }
}

/// The rows with these items only.
fn cut(rows: Rows<'_>, keep: &[bool], control: &Control) -> Result<(Vec<u64>, Vec<u32>)> {
    let mut offsets = vec![0u64];
    let mut items = Vec::new();
    for (r, row) in rows.iter().enumerate() {
        if r.is_multiple_of(1 << 14) {
            control.check()?;
        }
        items.extend(row.iter().filter(|&&item| keep[item as usize]));
        offsets.push(items.len() as u64);
    }
    Ok((offsets, items))
}
