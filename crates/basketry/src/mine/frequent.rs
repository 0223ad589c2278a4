//! From baskets to their frequent itemsets: checks the options and calls the miner they need.

use super::columns::{Extra, Numbers, Store};
use super::hierarchy::Extension;
use super::itemsets::Itemsets;
use super::kinds;
use super::limits::within;
use super::miner::{self, Rows, Settings, Special};
use super::options::{ItemsetOptions, Kind, MinSupport, OnLimit};
use super::select::{self, Source, Weighed};
use crate::data::Weights;
use crate::{Baskets, Control, Error, Result};

/// All sets of items that at least `min_support` baskets hold, or those of them of the `kind` that
/// the options ask for, each with the number of baskets that hold it. The empty set is not among
/// them; items in every basket are, unless generators are asked for.
///
/// Where baskets have [weights](Baskets::with_weights), sums of weights take the place of counts: in
/// the least support, in the support, and in the order of the rows. A further column, `weight`, has
/// them; the count is still the number of baskets.
///
/// ```
/// use basketry::{Baskets, Control, ItemsetOptions, MinSupport, itemsets};
///
/// let baskets = Baskets::from_lists([
///     vec!["bread", "butter"], vec!["bread", "butter", "jam"], vec!["bread"], vec!["jam"],
/// ])?;
/// let sets = itemsets(&baskets, &ItemsetOptions::new(MinSupport::Share(0.5)), &Control::new())?;
/// assert_eq!(sets.len(), 4);
/// assert_eq!(sets.count_of(["butter", "bread"]), Some(2));
/// # Ok::<(), basketry::Error>(())
/// ```
///
/// # Errors
/// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names the option that is out of range, [`Data`](crate::ErrorKind::Data) if
/// there are no baskets, [`Limit`](crate::ErrorKind::Limit) if a limit of the options is reached (unless they ask for what
/// stays within it), and
/// [`Cancelled`](crate::ErrorKind::Cancelled).
pub fn itemsets(
    baskets: &Baskets,
    options: &ItemsetOptions,
    control: &Control,
) -> Result<Itemsets> {
    control.check()?;
    options.validate()?;
    baskets.require_some()?;
    let total = baskets.len() as u64;
    let store = match baskets.exact_weights() {
        Some(weights) => weighted(baskets, weights, options, control)?,
        None => {
            let min_count = options.min_support.count(total)?;
            within(options, (min_count, total), control, |min_count, control| {
                mine(baskets, options, min_count, control)
            })?
        }
    };
    let sets = Itemsets::of(store);
    if options.top.is_some() { sets.sorted_by("support") } else { Ok(sets) }
}

/// What to mine at this least count, or weight.
fn settings(options: &ItemsetOptions, least: u64) -> Settings {
    Settings {
        min_count: least,
        min_length: options.min_length,
        max_length: options.max_length.unwrap_or(usize::MAX),
        // Rows are numbered with 32 bits.
        max_itemsets: options.max_itemsets.min(u64::from(u32::MAX - 1)),
        threads: options.threads,
    }
}

fn rows(baskets: &Baskets) -> Rows<'_> {
    let (offsets, items) = (baskets.offsets(), baskets.items());
    Rows { offsets, items, universe: baskets.ids().len() }
}

/// The itemsets of at least this count, or weight in units.
pub(super) fn mine(
    baskets: &Baskets,
    options: &ItemsetOptions,
    least: u64,
    control: &Control,
) -> Result<Store> {
    let settings = settings(options, least);
    let extension = options.hierarchy.as_ref().map(|h| Extension::new(baskets, h, control));
    let extension = extension.transpose()?;
    let (held, kin) = match &extension {
        Some(extension) => (&extension.baskets, Some(&extension.kin)),
        None => (baskets, None),
    };
    let weights = baskets.exact_weights();
    let table = Weighed { rows: rows(held), weights: weights.map(Weights::units) };
    let source = Source { table, ids: held.ids(), kin };
    let engine = |table: Weighed<'_>, settings: &Settings, control: &Control| {
        // Each run may take as much memory.
        let control = &control.again();
        let Weighed { rows, weights } = table;
        match (options.kind, kin) {
            (Kind::All, kin) if weights.is_none() => {
                let special = Special { kin, minimums: None };
                Ok(miner::mine(rows, settings, special, control)?.into())
            }
            (Kind::All, kin) => kinds::mine(rows, weights, Kind::All, kin, settings, control),
            (kind, None) => kinds::mine(rows, weights, kind, None, settings, control),
            (kind, Some(kin)) => {
                let whole = Settings { min_length: 1, max_length: usize::MAX, ..*settings };
                let found = kinds::mine(rows, weights, kind, None, &whole, control)?;
                select::most_specific(found, table, kin, settings, control)
            }
        }
    };
    let found = select::find(source, options, &settings, &engine, control)?;
    if options.top.is_some() {
        // A search that had no time left may have ended too early.
        control.check()?;
    }
    let total = baskets.len() as u64;
    // Few baskets may weigh much.
    let min_count = if weights.is_some() { 1 } else { found.min_count };
    let mut store = Store::new(source.ids.clone(), total, min_count, found.mined.lengths);
    let asked = options.min_support != MinSupport::ANY;
    if let Some(weights) = weights {
        let scale = weights.scale();
        store.scale = Some(scale);
        store.min_support = match options.min_support {
            MinSupport::Share(share) if found.min_count == least && asked => share,
            _ => found.min_count as f64 / scale.total as f64,
        };
        let values = found.mined.weights.concat().into_iter().map(|units| scale.value(units));
        store.extras.push(Extra { name: "weight", numbers: Numbers::Float(values.collect()) });
    } else if let MinSupport::Share(share) = options.min_support
        && asked
        && found.min_count == options.min_support.count(total)?
    {
        store.min_support = share;
    }
    store.max_length = settings.max_length;
    store.gaps = match found.gaps {
        // Every subset of a generator is one.
        Some("kind") if options.kind == Kind::Generators => None,
        gaps => gaps,
    };
    store.selected = if options.only_from.is_some() {
        Some("only_from")
    } else if !options.must_not_contain.is_empty() {
        Some("must_not_contain")
    } else {
        options.hierarchy.as_ref().map(|_| "hierarchy")
    };
    // The smallest closed set around a subset of a closed set lies within that. Those of a
    // hierarchy lack what is above others, so that they tell nothing of subsets with that.
    let closed = options.kind == Kind::Closed && kin.is_none();
    store.closed = closed && found.gaps == Some("kind");
    Ok(store)
}

/// The itemsets of baskets with weights.
fn weighted(
    baskets: &Baskets,
    weights: &Weights,
    options: &ItemsetOptions,
    control: &Control,
) -> Result<Store> {
    let unknown = [
        ("item_min_support", !options.item_min_support.is_empty()),
        ("on_limit", options.on_limit != OnLimit::Error),
    ];
    if let Some((name, _)) = unknown.iter().find(|(_, given)| *given) {
        return Err(Error::argument(format!(
            "{name}: not available for baskets with weights: mine them without it"
        )));
    }
    let control = &control.limited(options.max_time, options.max_memory);
    mine(baskets, options, options.min_support.weight(weights.scale())?, control)
}
