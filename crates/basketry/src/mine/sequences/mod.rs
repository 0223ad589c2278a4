//! Sequences: what customers buy after what.
//!
//! [`sequences`] finds every sequence of purchases that enough customers have within a window of
//! days, and says how often, how much more often than at any other time, and how soon the last
//! step follows the others. The gaps are those of Srikant and Agrawal, "Mining sequential patterns:
//! generalizations and performance improvements" (EDBT 1996).

mod arrow;
mod bytes;
mod elements;
mod level;
mod options;
mod result;
mod search;
mod timeline;
mod windows;

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use elements::{Elements, Limit};
use level::Level;
pub use options::{SequenceOptions, Step};
use result::Store;
pub use result::{Sequence, SequenceMeasure, Sequences};
use search::{Job, Search};
use timeline::Timeline;
use windows::{BaseRates, Windows};

use crate::{Control, Error, ErrorKind, History, Result, Stage};

/// Finds all sequences of two or more steps that at least `min_support` customers have within the
/// window.
///
/// A *step* is what one customer bought at the same time (or on the same day, see [`Step`]): its
/// distinct products over all baskets. A customer *has* a sequence if the products of its steps
/// are in steps of theirs at rising times, neighbours at least `min_gap_days` and at most
/// `max_gap_days` apart, the last at most `within_days` after the first; other steps may lie
/// between. Goods that were given back count as bought, as in
/// [`History::to_baskets`]. Baskets without a customer are left out and
/// [counted](Sequences::anonymous_baskets).
///
/// The search is exact. What each number of a sequence means is said at [`Sequence`].
///
/// ```
/// use basketry::mine::{SequenceMeasure, SequenceOptions, sequences};
/// use basketry::{Control, HistoryBuilder, HistoryOptions, MinSupport, OrderLine};
///
/// const DAY: i64 = 86_400_000;
/// let mut builder = HistoryBuilder::new(&HistoryOptions::default()).without_baskets();
/// for (customer, day, product) in [
///     ("ann", 0, "printer"), ("ann", 20, "toner"),
///     ("bob", 5, "printer"), ("bob", 35, "toner"), ("bob", 80, "paper"),
///     ("eve", 10, "paper"), ("eve", 90, "printer"),
/// ] {
///     builder.push(&OrderLine::new(day * DAY, product).customer(customer))?;
/// }
/// let history = builder.finish(&Control::new())?;
/// let options = SequenceOptions::new(MinSupport::Count(2), 30.0);
/// let found = sequences(&history, &options, &Control::new())?;
///
/// let first = found.get(0).unwrap();
/// assert_eq!(first.to_string(), r#""printer" -> "toner""#);
/// // Eve's printer does not count: what she will buy within 30 days is not known yet.
/// assert_eq!((first.observed(), first.followed()), (2, 2));
/// assert_eq!(first.median_lag_days(), Some(25.0));
/// assert!(first.value(SequenceMeasure::Lift).unwrap() > 2.0);
/// # Ok::<(), basketry::Error>(())
/// ```
///
/// # Errors
/// [`InvalidArgument`](ErrorKind::InvalidArgument) names the option that is out of range,
/// [`UnknownId`](ErrorKind::UnknownId) a product in `only_from` or `must_not_contain` that the
/// history does not have; [`Data`](ErrorKind::Data) if there are no baskets, or none with a
/// customer; [`Limit`](ErrorKind::Limit) if there are more than `max_sequences`, and
/// [`Cancelled`](ErrorKind::Cancelled).
pub fn sequences(
    history: &History,
    options: &SequenceOptions,
    control: &Control,
) -> Result<Sequences> {
    control.check()?;
    let spans = options.spans()?;
    options.min_support.count(1)?;
    let mine = || {
        let timeline = Timeline::new(history, options, spans, control)?;
        // Rows are numbered with 32 bits.
        let limit = Limit::new(options.max_sequences.min(u64::from(u32::MAX - 1)));
        let elements = Elements::new(&timeline, options.max_items_per_step, &limit, control)?;
        let windows = Windows::new(&timeline, spans);
        let rates = BaseRates::new(&timeline, &elements, spans, options.max_length > 2);
        let job = Job {
            timeline: &timeline,
            elements: &elements,
            windows: &windows,
            rates: &rates,
            spans,
            max_length: options.max_length,
            repeats: options.repeats,
            limit: &limit,
            control,
        };
        let levels = run(&job)?;
        Ok(Sequences::new(Store::new(history, options, &timeline, elements, levels)))
    };
    match options.threads {
        None => mine(),
        Some(threads) => {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = pool.map_err(|error| {
                let text = format!("threads: {threads} could not be started");
                Error::new(ErrorKind::Limit, text).with_source(error)
            })?;
            pool.install(mine)
        }
    }
}

/// All frequent sequences, by length; those of one length in the order of their elements.
fn run(job: &Job<'_>) -> Result<Vec<Level>> {
    let roots = job.elements.len() as u32;
    job.control.begin(Stage::Mining, roots.into())?;
    // How much work a root is shows only when it is done: threads take them one by one.
    let next = AtomicU64::new(0);
    let search = |_| {
        let mut search = Search::new(job);
        let mut found = Vec::new();
        loop {
            let root = next.fetch_add(1, Ordering::Relaxed);
            if root >= u64::from(roots) {
                return Ok(found);
            }
            match search.root(root as u32) {
                Ok(levels) => found.push((root, levels)),
                Err(error) => {
                    // The others need not go on.
                    next.store(roots.into(), Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
    };
    let threads = (0..rayon::current_num_threads()).into_par_iter().with_max_len(1);
    let mut found: Vec<(u64, Vec<Level>)> =
        threads.map(search).collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    found.sort_unstable_by_key(|&(root, _)| root);
    let mut parts: Vec<Vec<Level>> = Vec::new();
    for (_, levels) in found {
        for (at, level) in levels.into_iter().enumerate() {
            if parts.len() == at {
                parts.push(Vec::new());
            }
            parts[at].push(level);
        }
    }
    Ok((2..).zip(parts).map(|(length, parts)| Level::join(length, parts)).collect())
}
