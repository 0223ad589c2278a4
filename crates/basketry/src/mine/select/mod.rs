//! From what is asked for to runs of the miner: constraints, the most frequent itemsets.
//!
//! Constraints are met by what is mined, not by leaving out what was found: the baskets are cut
//! down first ([`constraints`]), what must be there is put back into what is found in them. The most
//! frequent itemsets come from runs with limits at several thresholds ([`top`]). Either works with
//! any engine.

mod constraints;
mod search;
mod sets;
mod specific;
mod top;

use std::sync::Arc;

use self::constraints::{Inverted, Projection};
use self::search::Engine;
use self::sets::{Order, Row, Sets};
use self::top::Top;
use super::columns::Mined;
use super::miner::{self, Kin, Settings, Special};
use super::options::{ItemsetOptions, Kind};
use crate::{Control, Error, ErrorKind, Id, Ids, Result};

pub(super) use self::search::Weighed;
pub(super) use self::specific::most_specific;

/// What is mined.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub table: Weighed<'a>,
    pub ids: &'a Arc<Ids>,
    /// Items of which one is a kind of the other.
    pub kin: Option<&'a Kin>,
}

/// What was found.
pub(super) struct Found {
    /// The itemsets, in canonical order.
    pub mined: Mined,
    /// The least count, or weight, at which no itemset is missing, but for what was not asked for.
    pub min_count: u64,
    /// The option that leaves out subsets of itemsets that are there.
    pub gaps: Option<&'static str>,
}

/// Finds what the options ask for. `settings` are those of a run without constraints.
pub(super) fn find(
    source: Source<'_>,
    options: &ItemsetOptions,
    settings: &Settings,
    engine: &Engine<'_>,
    control: &Control,
) -> Result<Found> {
    let kind = options.kind;
    let special = !options.item_min_support.is_empty();
    let hierarchy = source.kin.is_some();
    let clash = match kind {
        Kind::All => None,
        _ if special => Some("item_min_support is there too, and is for all itemsets only"),
        Kind::Generators if hierarchy => {
            Some("hierarchy is there too, and is for all, closed and maximal itemsets only")
        }
        _ if hierarchy && !options.must_contain.is_empty() => Some(
            "hierarchy and must_contain are there too: such itemsets say what is most specific only",
        ),
        _ => None,
    };
    if let Some(clash) = clash {
        return Err(Error::argument(format!("kind: {}, but {clash}", kind.name())));
    }
    let gaps = if settings.min_length > 1 {
        Some("min_length")
    } else if !options.must_contain.is_empty() {
        Some("must_contain")
    } else if special {
        Some("item_min_support")
    } else if kind != Kind::All {
        // Not all that are as frequent as the last may be there.
        Some(if options.top.is_some() { "top" } else { "kind" })
    } else {
        None
    };
    let mut minimums = minimums(source, options, settings.min_count)?;
    let mut settings = *settings;
    if let Some(minimums) = &minimums {
        let smallest = minimums.iter().min();
        settings.min_count = smallest.map_or(settings.min_count, |&s| s.min(settings.min_count));
    }
    let mut found = Found { mined: Vec::new().into(), min_count: settings.min_count, gaps };
    let Some(projection) = Projection::new(source, options, control)? else {
        return Ok(found);
    };
    let frequency = source.table.of_items();
    let order = Order::new(&frequency);
    // With the required items, the smallest of their minimums is there for all.
    let mut least = 0;
    if let Some(minimums) = &mut minimums {
        let required = projection.required.iter().map(|&item| minimums[item as usize]).min();
        if let Some(required) = required {
            minimums.iter_mut().for_each(|minimum| *minimum = required.min(*minimum));
            least = required;
        }
    }
    let special = |table: Weighed<'_>, settings: &Settings, control: &Control| {
        let raise = |minimums: &Vec<u64>| -> Vec<u64> {
            minimums.iter().map(|&minimum| minimum.max(settings.min_count)).collect()
        };
        let minimums = minimums.as_ref().map(raise);
        let special = Special { minimums: minimums.as_deref(), kin: source.kin };
        let lengths = miner::mine(table.rows, settings, special, control)?;
        order.sorted(Sets::of(lengths.into()))
    };
    let engine: &Engine<'_> = if minimums.is_none() { engine } else { &special };
    let without = projection.without().map(Inverted::new).collect();
    let put = Put { projection: &projection, engine, order: &order, least, kind, without };
    let with = |table: Weighed<'_>, settings: &Settings, control: &Control| {
        put.find(table, settings, control)
    };
    let engine: &Engine<'_> = if projection.required.is_empty() { engine } else { &with };
    let table = projection.table();
    let Some(wanted) = options.top else {
        found.mined = engine(table, &settings, control)?;
        return Ok(found);
    };
    let (order, frequency) = (&order, &frequency[..]);
    let top = Top { engine, table, settings, wanted, order, frequency, kind, control };
    let sets = top.find()?;
    if sets.iter().map(|sets| sets.len() as u64).sum::<u64>() == wanted {
        let least = sets.iter().flat_map(Sets::supports).min();
        found.min_count = least.unwrap_or(found.min_count);
    }
    found.mined = order.sorted(sets)?;
    Ok(found)
}

/// The least count of each item; `None` if all have that of the settings.
fn minimums(
    source: Source<'_>,
    options: &ItemsetOptions,
    min_count: u64,
) -> Result<Option<Vec<u64>>> {
    if options.item_min_support.is_empty() {
        return Ok(None);
    }
    const NAME: &str = "item_min_support";
    let ids = options.item_min_support.iter().map(|(id, _)| id);
    let items = constraints::indices(source.ids, ids, NAME)?;
    let mut given: Vec<&Id> = options.item_min_support.iter().map(|(id, _)| id).collect();
    given.sort_unstable();
    if let Some(twice) = given.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(Error::argument(format!("{NAME}: the id {} is there twice", twice[0])));
    }
    let mut minimums = vec![min_count; source.table.rows.universe];
    for (item, (id, support)) in items.into_iter().zip(&options.item_min_support) {
        let count = support.count(source.table.rows.len() as u64).map_err(|error| {
            let what = error.to_string();
            let what = what.strip_prefix("min_support: ").unwrap_or(&what);
            Error::argument(format!("{NAME}, {id}: {what}"))
        })?;
        if let Some(item) = item {
            minimums[item as usize] = count;
        }
    }
    Ok(Some(minimums))
}

/// Puts the required items back into what is found without them.
struct Put<'a> {
    projection: &'a Projection<'a>,
    engine: &'a Engine<'a>,
    order: &'a Order,
    /// The least count that the required items have for themselves.
    least: u64,
    kind: Kind,
    /// For generators: for each required item, the baskets that hold all others of them.
    without: Vec<Inverted<'a>>,
}

impl Put<'_> {
    fn find(&self, table: Weighed<'_>, settings: &Settings, control: &Control) -> Result<Mined> {
        let required = &self.projection.required[..];
        let number = required.len();
        let mut all = Mined::from(Vec::new());
        let alone = table.total();
        if alone < settings.min_count || settings.max_length < number {
            return Ok(all);
        }
        let generators = self.kind == Kind::Generators;
        if generators && !self.are_needed(&[]) {
            return Ok(all);
        }
        let found = alone >= self.least && self.stand_alone(table, settings);
        let Some(max_itemsets) = settings.max_itemsets.checked_sub(found.into()) else {
            return Err(Error::new(
                ErrorKind::Limit,
                "max_itemsets: 0, but there is an itemset: the items of must_contain",
            ));
        };
        if found && settings.min_length <= number {
            let mut sets = Sets::new(number);
            let weight = table.weights.map(|_| alone);
            sets.push(Row { items: required, count: table.rows.len() as u32, weight });
            sets.append_to(&mut all)?;
        }
        if settings.max_length == number {
            return Ok(all);
        }
        let inner = Settings {
            min_length: settings.min_length.saturating_sub(number).max(1),
            max_length: settings.max_length - number,
            max_itemsets,
            ..*settings
        };
        for found in Sets::of((self.engine)(table, &inner, control)?) {
            control.check()?;
            let mut sets = Sets::with_room(found.length + number, found.len());
            for row in found.rows() {
                if generators && !self.are_needed(row.items) {
                    continue;
                }
                sets.push_with(row, required);
            }
            drop(found);
            self.order.sort(&mut sets);
            sets.append_to(&mut all)?;
        }
        Ok(all)
    }

    /// Whether the required items are of the kind by themselves, given that they are frequent.
    fn stand_alone(&self, table: Weighed<'_>, settings: &Settings) -> bool {
        let least = match self.kind {
            Kind::All | Kind::Generators => return true,
            Kind::Closed => table.total(),
            Kind::Maximal => settings.min_count,
        };
        !table.of_items().iter().any(|&support| support >= least)
    }

    /// Whether each required item, together with these, makes a difference: there is a basket that
    /// holds all but it.
    fn are_needed(&self, items: &[u32]) -> bool {
        self.without.iter().all(|without| without.holds(items))
    }
}
