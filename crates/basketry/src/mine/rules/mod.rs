//! Association rules, made from itemsets.

mod arrow;
mod bytes;
mod complete;
mod gather;
mod generate;
mod lattice;
mod matching;
mod occurrences;
mod options;
mod result;
mod significance;
mod subsets;
mod template;
mod top;

use std::sync::Arc;

use self::complete::{Source, complete};
use self::generate::{Made, Request, generate};
use self::lattice::Lattice;
use self::subsets::Lookup;
use self::template::Sides;
use super::columns::{Level, Pieces, Store};
use super::fraction::Fraction;
use super::itemsets::Itemsets;
use super::measures::Thresholds;
use super::miner::threads::{Pool, check_threads};
use crate::data::Scale;
use crate::{Baskets, Control, Error, ErrorKind, Result};

pub(crate) use self::gather::Gather;
pub(crate) use self::matching::{Held, Ranks, RanksView, Tree, TreeView, best};
pub(crate) use self::result::{RuleColumns, RuleStore};

pub use self::options::{Consequents, RuleOptions};
pub use self::result::{Rule, Rules};
pub use self::significance::{Correction, RedundancyOptions, SignificanceOptions};
pub use self::template::Template;

/// Splits each itemset into "who buys these also buys those", and keeps the rules of at least the
/// given confidence.
///
/// A view of itemsets gives the rules of the itemsets it shows; their subsets may be hidden.
///
/// Where baskets have [weights](Baskets::with_weights) that are whole numbers, it is as if each
/// basket came as often: all counts, measures and tests are those of so many baskets. (Tests take
/// repeated baskets for independent ones; where weights are not how often a basket came, they say
/// too much.) Other weights are an error.
///
/// ```
/// use basketry::{Baskets, Control, ItemsetOptions, MinSupport, itemsets};
/// use basketry::mine::{Measure, RuleOptions, rules};
///
/// let baskets = Baskets::from_lists([
///     vec!["bread", "butter"], vec!["bread", "butter", "jam"], vec!["bread"], vec!["jam"],
/// ])?;
/// let control = Control::new();
/// let sets = itemsets(&baskets, &ItemsetOptions::new(MinSupport::Count(2)), &control)?;
/// let rules = rules(&sets, &RuleOptions::new(0.6), &control)?;
/// assert_eq!(rules.len(), 2);
/// assert_eq!(rules.get(0).unwrap().to_string(), r#"{"butter"} -> {"bread"}"#);
/// assert_eq!(rules.get(0).unwrap().value(Measure::Confidence), 1.0);
/// # Ok::<(), basketry::Error>(())
/// ```
///
/// # Errors
/// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names the option that is out of range; or
/// the option that left out subsets of the itemsets, such as `min_length`, as their counts are then
/// not known: [`rules_with_baskets`] counts them. [`Limit`](crate::ErrorKind::Limit) if there are
/// more than `max_rules` rules, if they take more than `max_memory` or `max_time`, or if an itemset
/// of more than 64 items is to be split in every way; and
/// [`Cancelled`](crate::ErrorKind::Cancelled).
pub fn rules(sets: &Itemsets, options: &RuleOptions, control: &Control) -> Result<Rules> {
    make(sets, None, options, control)
}

/// As [`rules`], with the baskets that the itemsets were mined from.
///
/// The counts of subsets that are not among the itemsets, as of
/// [maximal or closed](crate::ItemsetOptions) ones or of those mined with a `min_length`, are
/// counted in the baskets. If the baskets have [customers](Baskets::customers), the distinct ones
/// behind each rule are [counted](Rule::customers).
///
/// ```
/// use basketry::mine::rules_with_baskets;
/// use basketry::{Baskets, Control, ItemsetOptions, MinSupport, RuleOptions, itemsets};
///
/// let baskets = Baskets::from_lists([
///     vec!["bread", "butter"], vec!["bread", "butter", "jam"], vec!["bread"], vec!["jam"],
/// ])?;
/// // The first two baskets are the same customer's.
/// let baskets = baskets.with_customers([1, 1, 2, 3])?;
/// let control = Control::new();
/// let options = ItemsetOptions::new(MinSupport::Count(2)).min_length(2);
/// let pairs = itemsets(&baskets, &options, &control)?;
/// let rules = rules_with_baskets(&pairs, &baskets, &RuleOptions::new(0.9), &control)?;
/// assert_eq!(rules.len(), 1);
/// let rule = rules.get(0).unwrap();
/// assert_eq!(rule.to_string(), r#"{"butter"} -> {"bread"}"#);
/// assert_eq!((rule.counts().n_x, rule.counts().n_y, rule.customers()), (2, 3, Some(1)));
/// # Ok::<(), basketry::Error>(())
/// ```
///
/// # Errors
/// As [`rules`], but for the option that left out subsets; and
/// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if `baskets` cannot be those that were
/// mined, or `min_customers` asks for customers that they do not have.
pub fn rules_with_baskets(
    sets: &Itemsets,
    baskets: &Baskets,
    options: &RuleOptions,
    control: &Control,
) -> Result<Rules> {
    make(sets, Some(baskets), options, control)
}

fn make(
    sets: &Itemsets,
    baskets: Option<&Baskets>,
    options: &RuleOptions,
    control: &Control,
) -> Result<Rules> {
    control.check()?;
    let limited;
    let control = match (options.max_time, options.max_memory) {
        (None, None) => control,
        (time, memory) => {
            limited = control.limited(time, memory);
            &limited
        }
    };
    let min_confidence = Fraction::from_f64(options.min_confidence).ok_or_else(|| {
        Error::argument(format!(
            "min_confidence: {}, expected a share from 0 to 1",
            options.min_confidence
        ))
    })?;
    if let Some((measure, _)) = options.at_least.iter().find(|(_, least)| least.is_nan()) {
        return Err(Error::argument(format!("at_least: {measure}: expected a number, got NaN")));
    }
    let measures = options.at_least.iter().map(|&(measure, _)| ("at_least", measure));
    let top = options.top.map(|(_, measure)| ("top", measure));
    if let Some((option, measure)) = measures.chain(top).find(|(_, m)| m.needs_generalisations()) {
        return Err(Error::argument(format!(
            "{option}: {measure} compares a rule with others: make the rules first, and select \
             among them"
        )));
    }
    if options.top.is_some_and(|(rules, _)| rules == 0) {
        return Err(Error::argument("top: 0, expected at least 1"));
    }
    check_threads(options.threads)?;
    let store = &sets.store;
    let weighted = store.scale.is_some();
    if let Some(baskets) = baskets {
        let same = Arc::ptr_eq(baskets.ids(), &store.ids)
            || baskets.ids().kind() == store.ids.kind()
                && baskets.ids().iter().eq(store.ids.iter());
        if baskets.len() as u64 != store.baskets || !same {
            return Err(Error::argument(format!(
                "baskets: expected the {} baskets that the itemsets were mined from",
                store.baskets
            )));
        }
    }
    let longest = match options.consequents {
        Consequents::Any => usize::MAX,
        Consequents::Single => 1,
    };
    let repeated;
    let (sets, store) = match store.scale {
        None => (sets, store),
        Some(scale) => {
            repeated = repeat(sets, scale, control)?;
            (&repeated, &repeated.store)
        }
    };
    let sides = Sides::new(&options.antecedent, &options.consequent, longest, &store.ids)?;
    let pool = Pool::new(options.threads);
    let customers = match baskets.and_then(|baskets| Some((baskets, baskets.customers()?))) {
        Some((baskets, customers)) => {
            // Nobody is behind more baskets than there are.
            let wanted = |&row: &u32| {
                let (items, count) = store.row(row);
                items.len() >= sides.least_length() && count >= options.min_customers
            };
            let rows = || (0..sets.len()).map(|at| sets.stored(at));
            let some: Vec<u32> = rows().filter(wanted).collect();
            let items = |set: usize| store.row(some[set]).0;
            let counts =
                occurrences::customers(baskets, customers, some.len(), items, &pool, control)?;
            let mut counts = counts.into_iter();
            Some(
                rows()
                    .map(|row| if wanted(&row) { counts.next().unwrap_or(0) } else { 0 })
                    .collect(),
            )
        }
        None if options.min_customers > 0 => {
            return Err(Error::argument(format!(
                "min_customers: {}, but it is not known who bought the baskets: make the rules \
                 with baskets that have customers",
                options.min_customers
            )));
        }
        None => None,
    };
    let customers: Option<Vec<u32>> = customers;
    let thresholds =
        Thresholds { min_support: sets.store.min_support, min_confidence: options.min_confidence };
    let request = Request {
        sets,
        min_confidence,
        sides: &sides,
        at_least: &options.at_least,
        thresholds,
        top: options.top,
        customers: customers.as_deref(),
        min_customers: options.min_customers,
        // Rows are numbered with 32 bits.
        max_rules: options.max_rules.min(u64::from(u32::MAX - 1)) as usize,
    };
    let source = match (store.gaps, baskets) {
        (Some(_), Some(baskets)) if !weighted => Some(Source::Baskets(baskets)),
        (Some(_), _) if store.closed => Some(Source::Closed),
        (Some(option), Some(_)) => {
            return Err(Error::argument(format!(
                "{option}: it left out subsets of the itemsets, which are not counted in baskets \
                 with weights: mine without it and select the rules afterwards"
            )));
        }
        (Some(option), None) => {
            return Err(Error::argument(format!(
                "{option}: it left out subsets of the itemsets, but rules need the counts of every \
                 subset: give the baskets as well, to count them, or mine without it and select \
                 the rules afterwards"
            )));
        }
        (None, _) => None,
    };
    let (sets, columns) = match source {
        Some(source) => complete(&request, source, &pool, control)?,
        None => (store.clone(), plain(&request, &pool, control)?),
    };
    let knows_customers = customers.is_some();
    Ok(Rules::of(RuleStore { sets, columns, thresholds, knows_customers }))
}

/// The itemsets of baskets with weights as they would be of baskets that are there as often as they
/// weigh.
fn repeat(sets: &Itemsets, scale: Scale, control: &Control) -> Result<Itemsets> {
    let store = &sets.store;
    if !scale.whole {
        return Err(Error::argument(
            "weights: rules are made of baskets that come a whole number of times, but some weights \
             are no whole numbers: round them, or mine without weights",
        ));
    }
    let baskets = scale.value(scale.total);
    if baskets > f64::from(u32::MAX) {
        return Err(Error::argument(format!(
            "weights: their sum is {baskets}, but rules are made of at most 4,294,967,295 baskets"
        )));
    }
    let (mut lengths, mut counts) = (Vec::new(), Vec::new());
    for (length, start, items, all) in store.pieces() {
        control.check()?;
        counts.clear();
        let weight = |row: u32| store.extra("weight", row).unwrap_or(0.0) as u32;
        counts.extend((start..).take(all.len()).map(weight));
        lengths.push(Pieces::of(Level::from_rows(length, items, &counts)?));
    }
    let mut same = Store::new(store.ids.clone(), baskets as u64, store.min_count, lengths);
    same.min_support = store.min_support;
    same.gaps = store.gaps;
    same.selected = store.selected;
    same.closed = store.closed;
    same.max_length = store.max_length;
    Ok(Itemsets { store: Arc::new(same), rows: sets.rows.clone() })
}

/// Rules from itemsets of which every subset is there.
fn plain(request: &Request<'_>, pool: &Pool, control: &Control) -> Result<RuleColumns> {
    let sets = request.sets;
    // The lattice is made of all itemsets: for a few that are shown it does not pay.
    let lattice = match sets.len() >= sets.store.len() / 4 {
        true => Lattice::new(&sets.store, control),
        false => None,
    };
    let made = match lattice {
        Some(lattice) => generate(request, &lattice, pool, control)?,
        None => {
            let counted = Gather::default();
            generate(request, &Lookup::new(&sets.store, &counted, control)?, pool, control)?
        }
    };
    match made {
        Made::Rules(columns) => Ok(columns),
        Made::Missing(_) => Err(Error::new(
            ErrorKind::Internal,
            "the subset of a frequent itemset is not among the itemsets",
        )),
    }
}
