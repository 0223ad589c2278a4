//! From baskets to their frequent itemsets: checks the options and calls the miner they need.

use super::columns::{Extra, Numbers, Store};
use super::hierarchy::Extension;
use super::itemsets::Itemsets;
use super::kinds;
use super::limits::within;
use super::miner::{self, Rows, Settings};
use super::options::{ItemsetOptions, Kind, MinSupport, OnLimit};
use super::select::{self, Source};
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
    if let Some(weights) = baskets.exact_weights() {
        return weighted(baskets, weights, options, control);
    }
    let min_count = options.min_support.count(total)?;
    let store = within(options, (min_count, total), control, |min_count, control| {
        mine(baskets, options, min_count, control)
    })?;
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

/// The itemsets of at least this count.
fn mine(
    baskets: &Baskets,
    options: &ItemsetOptions,
    min_count: u64,
    control: &Control,
) -> Result<Store> {
    let settings = settings(options, min_count);
    let extension = options.hierarchy.as_ref().map(|h| Extension::new(baskets, h, control));
    let extension = extension.transpose()?;
    let source = match &extension {
        Some(extension) => Source {
            rows: extension.rows(),
            ids: extension.baskets.ids(),
            kin: Some(&extension.kin),
        },
        None => Source { rows: rows(baskets), ids: baskets.ids(), kin: None },
    };
    let engine = |rows: Rows<'_>, settings: &Settings, control: &Control| {
        // Each run may take as much memory.
        let control = &control.again();
        match options.kind {
            Kind::All => miner::mine(rows, settings, control),
            kind => {
                let found = kinds::mine(rows, None, kind, settings, control)?;
                debug_assert!(found.weights.is_none());
                Ok(found.lengths)
            }
        }
    };
    let found = select::find(source, options, &settings, &engine, control)?;
    if options.top.is_some() {
        // A search that had no time left may have ended too early.
        control.check()?;
    }
    let total = baskets.len() as u64;
    let mut store = Store::new(source.ids.clone(), total, found.min_count, found.lengths);
    if let MinSupport::Share(share) = options.min_support
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
    // The smallest closed set around a subset of a closed set lies within that.
    store.closed = options.kind == Kind::Closed && found.gaps == Some("kind");
    Ok(store)
}

/// The itemsets of baskets with weights.
fn weighted(
    baskets: &Baskets,
    weights: &Weights,
    options: &ItemsetOptions,
    control: &Control,
) -> Result<Itemsets> {
    let unknown = [
        ("must_contain", !options.must_contain.is_empty()),
        ("must_not_contain", !options.must_not_contain.is_empty()),
        ("only_from", options.only_from.is_some()),
        ("item_min_support", !options.item_min_support.is_empty()),
        ("top", options.top.is_some()),
        ("hierarchy", options.hierarchy.is_some()),
        ("on_limit", options.on_limit != OnLimit::Error),
    ];
    if let Some((name, _)) = unknown.iter().find(|(_, given)| *given) {
        return Err(Error::argument(format!(
            "{name}: not available for weighted baskets; mine them without it, and select \
             afterwards"
        )));
    }
    let settings = settings(options, options.min_support.weight(weights.scale())?);
    let control = &control.limited(options.max_time, options.max_memory);
    let units = Some(weights.units());
    let found = kinds::mine(rows(baskets), units, options.kind, &settings, control)?;
    // Few baskets may weigh much.
    let mut store = Store::new(baskets.ids().clone(), baskets.len() as u64, 1, found.lengths);
    let scale = weights.scale();
    store.scale = Some(scale);
    let units = found.weights.into_iter().flatten();
    let values = units.map(|units| scale.value(units)).collect();
    store.extras.push(Extra { name: "weight", numbers: Numbers::Float(values) });
    store.gaps = match options.kind {
        Kind::All if options.min_length == 1 => None,
        Kind::All => Some("min_length"),
        _ => Some("kind"),
    };
    store.closed = options.kind == Kind::Closed && options.min_length == 1;
    Ok(Itemsets::of(store))
}
