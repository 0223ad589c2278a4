//! The propensity: the probability that a candidate is bought in this order, given what is in the
//! basket so far, without anything being offered.
//!
//! It is fitted on a time split. The statistics come from the orders before the split; each order
//! after it is cut at random into a context (what is in the basket so far) and a target (what is
//! still to come); the candidates that scoring would make are the examples. Negative examples are
//! sampled and weighted by the inverse of their sampling rate, so the probabilities stay
//! calibrated. Customers are held out by a hash of their id, one in three, to measure on.
//!
//! Products that cannot be offered (not sellable, or without a price, when the model is fitted) are
//! in contexts but are no examples: what is only ever bought alone, such as fuel, would otherwise
//! teach the weights of a full basket something about itself.

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::features::{FEATURE_NAMES, FEATURES, Segment, sigmoid};
use super::logistic::{self, Examples, NotFitted};
use super::metrics::{self, Outcome};
use super::options::FitOptions;
use super::orders::{NO_CUSTOMER, Orders, Products};
use super::report::{FitReport, SegmentReport, SplitReport, Weight, round6};
use super::scorer::{Scratch, SinceLine, Situation};
use super::statistics::Statistics;
use super::views::{DAY_MS, Learned};
use crate::{Control, History, IdRef, Result, Stage};

/// Orders made into examples at most; more would not move the weights.
const MAX_EXAMPLE_BASKETS: usize = 20_000;
/// Negative examples drawn per order and segment of customers, in the mean.
const NEGATIVES: f64 = 30.0;
/// Bought examples without which no weights are fitted: about five for each weight.
const MIN_BOUGHT: usize = 50;
/// Penalty on squared weights of standardised features: one pseudo-observation's worth.
const RIDGE: f64 = 1.0;
/// Orders one task turns into examples.
const CHUNK: usize = 64;

/// The weights used where none could be fitted.
pub(crate) fn fallback(segment: Segment) -> [f32; FEATURES] {
    let mut weights = [0.0; FEATURES];
    match segment {
        // Odds of buying = odds of popularity times the lower bound of the lift.
        Segment::Anonymous | Segment::New => {
            weights[feature("log_odds_popularity")] = 1.0;
            weights[feature("max_log_lift")] = 1.0;
        }
        // Probability = smoothed share of the customer's orders that had it.
        Segment::Repeat => weights[feature("log_odds_own_share")] = 1.0,
    }
    weights
}

/// The index of a feature.
fn feature(name: &str) -> usize {
    FEATURE_NAMES.iter().position(|&feature| feature == name).unwrap_or(0)
}

fn fallback_text(segment: Segment) -> &'static str {
    match segment {
        Segment::Anonymous | Segment::New => {
            "the odds of a purchase are taken as the odds of the product's popularity times the \
             lower bound of its lift"
        }
        Segment::Repeat => {
            "the probability is taken as the smoothed, time-decayed share of the customer's orders \
             that had the product"
        }
    }
}

/// When the examples begin. `None` if all orders happened at one time.
pub(crate) fn split_time(first_ms: i64, last_ms: i64, holdout_days: f64) -> Option<i64> {
    let span = last_ms.checked_sub(first_ms).filter(|&span| span >= 4)?;
    let holdout = (holdout_days * DAY_MS).min((span / 4) as f64) as i64;
    Some(last_ms - holdout.max(1) + 1)
}

/// Fits the weights of all segments, [`FEATURES`] each, and reports on them. `offerable` says of
/// each catalogue product whether it can be offered at all.
pub(crate) fn fit(
    history: &History,
    orders: &Orders,
    products: &Products,
    offerable: &[bool],
    options: &FitOptions,
    report: &mut FitReport,
    control: &Control,
) -> Result<Vec<f32>> {
    let mut weights: Vec<f32> = Segment::ALL.iter().flat_map(|&s| fallback(s)).collect();
    let split =
        orders.span().and_then(|(first, last)| split_time(first, last, options.holdout_days));
    let Some(split) = split else {
        none_learned(report, "all orders have the same time, so none can be explained by others");
        return Ok(weights);
    };
    let before = Orders::new(history, products, Some(split), control)?;
    if before.len() == 0 {
        none_learned(report, "no order is left before the time split");
        return Ok(weights);
    }
    let statistics = Statistics::new(&before, products.sold, options, control)?;
    let chosen = example_baskets(orders, split, options);
    let held_out = held_out_customers(history, options.seed);
    let after = orders.time.iter().filter(|&&time| time >= split).count();
    report.split = Some(SplitReport {
        split_ms: split,
        baskets_before: before.len() as u64,
        baskets_after: after as u64,
        example_baskets: chosen.len() as u64,
        held_out_customers: held_out.iter().filter(|&&out| out).count() as u64,
    });
    if chosen.is_empty() {
        none_learned(report, "no order after the time split can serve as an example");
        return Ok(weights);
    }

    control.begin(Stage::Propensity, chosen.len() as u64)?;
    let maker = Maker {
        orders,
        before: &before,
        learned: statistics.view(&weights),
        offerable,
        split,
        held_out: &held_out,
        seed: options.seed,
    };
    let chunks: Vec<Gathered> = chosen
        .par_chunks(CHUNK)
        .map_init(Working::default, |working, baskets| {
            let mut gathered = Gathered::default();
            for &basket in baskets {
                maker.gather(basket as usize, working, &mut gathered);
            }
            control.advance(baskets.len() as u64)?;
            Ok(gathered)
        })
        .collect::<Result<_>>()?;
    let mut all = Gathered::default();
    for chunk in chunks {
        all.append(chunk);
    }

    for segment in Segment::ALL {
        let at = segment as usize;
        let fitted = fit_segment(segment, &all.fitting[at], report, control)?;
        let in_use = fitted.unwrap_or_else(|| fallback(segment));
        weights[at * FEATURES..][..FEATURES].copy_from_slice(&in_use);
        let mut entry = SegmentReport {
            segment: segment.name().into(),
            learned: fitted.is_some(),
            examples: all.fitting[at].len() as u64,
            bought: all.fitting[at].positives() as u64,
            held_out_examples: all.measuring[at].len() as u64,
            held_out_bought: all.measuring[at].positives() as u64,
            base_rate: round6(all.fitting[at].base_rate()),
            candidate_recall: (all.targets[at] > 0)
                .then(|| round6(all.found[at] as f64 / all.targets[at] as f64)),
            weights: weights_of(&in_use),
            ..SegmentReport::default()
        };
        let measured = measure(&mut entry, &all.fitting[at], &all.measuring[at], &in_use, control)?;
        if !measured {
            report.not_learned(
                &format!("quality of the {} propensity", segment.name()),
                "the held-out customers have too few examples",
                "no figures are given",
            );
        }
        report.segments.push(entry);
    }
    Ok(weights)
}

fn none_learned(report: &mut FitReport, why: &str) {
    for segment in Segment::ALL {
        let what = format!("{} propensity", segment.name());
        report.not_learned(&what, why, fallback_text(segment));
        report.segments.push(SegmentReport {
            segment: segment.name().into(),
            weights: weights_of(&fallback(segment)),
            ..SegmentReport::default()
        });
    }
}

fn weights_of(weights: &[f32; FEATURES]) -> Vec<Weight> {
    std::iter::zip(FEATURE_NAMES, weights)
        .map(|(feature, &weight)| Weight {
            feature: feature.into(),
            weight: round6(f64::from(weight)),
        })
        .collect()
}

fn fit_segment(
    segment: Segment,
    examples: &Examples,
    report: &mut FitReport,
    control: &Control,
) -> Result<Option<[f32; FEATURES]>> {
    let bought = examples.positives();
    let why = if bought < MIN_BOUGHT {
        format!("{bought} bought examples after the time split, at least {MIN_BOUGHT} needed")
    } else {
        match logistic::fit(examples, &(1..FEATURES).collect::<Vec<_>>(), RIDGE, control)? {
            Ok(weights) if weights.iter().all(|w| w.abs() < 1e9) => return Ok(Some(weights)),
            Ok(_) | Err(NotFitted::NotConverged) => "the fit did not converge".into(),
            Err(NotFitted::OneOutcome) => "all examples have the same outcome".into(),
        }
    };
    report.not_learned(&format!("{} propensity", segment.name()), why, fallback_text(segment));
    Ok(None)
}

/// Fills in the figures on held-out customers; false if there is nothing to measure on.
fn measure(
    entry: &mut SegmentReport,
    fitting: &Examples,
    measuring: &Examples,
    weights: &[f32; FEATURES],
    control: &Control,
) -> Result<bool> {
    let mut rows = outcomes(measuring, weights);
    let Some(quality) = metrics::quality(&mut rows) else { return Ok(false) };
    entry.log_loss = Some(round6(quality.log_loss));
    entry.auc = Some(round6(quality.auc));
    entry.calibration_error = Some(round6(quality.calibration_error));
    entry.base_log_loss = Some(round6(metrics::constant_log_loss(&rows, fitting.base_rate())));
    if let Ok(popularity) =
        logistic::fit(fitting, &[feature("log_odds_popularity")], RIDGE, control)?
    {
        entry.popularity_log_loss = metrics::quality(&mut outcomes(measuring, &popularity))
            .map(|quality| round6(quality.log_loss));
    }
    Ok(true)
}

fn outcomes(examples: &Examples, weights: &[f32; FEATURES]) -> Vec<Outcome> {
    (0..examples.len())
        .map(|row| {
            let sum: f32 = examples.x[row].iter().zip(weights).map(|(x, w)| x * w).sum();
            Outcome {
                probability: f64::from(sigmoid(sum)),
                bought: examples.bought[row],
                weight: f64::from(examples.weight[row]),
            }
        })
        .collect()
}

/// The baskets after the split that become examples, ascending.
fn example_baskets(orders: &Orders, split: i64, options: &FitOptions) -> Vec<u32> {
    let mut chosen: Vec<u32> = (0..orders.len())
        .filter(|&b| {
            orders.time[b] >= split && orders.basket(b).len() <= options.max_basket as usize
        })
        .map(|b| b as u32)
        .collect();
    if chosen.len() > MAX_EXAMPLE_BASKETS {
        chosen.sort_by_key(|&b| (draw_seed(options.seed, u64::from(b)), b));
        chosen.truncate(MAX_EXAMPLE_BASKETS);
        chosen.sort_unstable();
    }
    chosen
}

/// One customer in three, by a hash of the id, so that the same customers are held out of every
/// fit with this seed.
fn held_out_customers(history: &History, seed: u64) -> Vec<bool> {
    let known = if history.shape.customers { history.customers.len() } else { 0 };
    (history.customers.iter())
        .take(known)
        .map(|id| {
            let hash = match id {
                IdRef::Int(value) => xxh3_64_with_seed(&value.to_le_bytes(), seed),
                IdRef::Str(value) => xxh3_64_with_seed(value.as_bytes(), seed),
            };
            hash % 3 == 0
        })
        .collect()
}

fn draw_seed(seed: u64, index: u64) -> u64 {
    xxh3_64_with_seed(&index.to_le_bytes(), seed)
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, which is above 0 and far below 2^32.
    fn below(&mut self, n: usize) -> usize {
        (((self.next() >> 32) * n as u64) >> 32) as usize
    }

    /// A number in [0, 1).
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Examples per segment, to fit to and to measure on, and how many purchases were candidates.
#[derive(Default)]
struct Gathered {
    fitting: [Examples; 3],
    measuring: [Examples; 3],
    targets: [u64; 3],
    found: [u64; 3],
}

impl Gathered {
    fn append(&mut self, other: Gathered) {
        for (mine, theirs) in self.fitting.iter_mut().zip(other.fitting) {
            mine.append(theirs);
        }
        for (mine, theirs) in self.measuring.iter_mut().zip(other.measuring) {
            mine.append(theirs);
        }
        for at in 0..3 {
            self.targets[at] += other.targets[at];
            self.found[at] += other.found[at];
        }
    }
}

#[derive(Default)]
struct Working {
    scratch: Scratch,
    items: Vec<u32>,
    since: Vec<SinceLine>,
}

/// What is still to come in an order, ascending, and whether it serves to measure.
struct Target<'a> {
    products: &'a [u32],
    held_out: bool,
}

struct Maker<'a> {
    orders: &'a Orders,
    before: &'a Orders,
    learned: Learned<'a>,
    offerable: &'a [bool],
    split: i64,
    held_out: &'a [bool],
    seed: u64,
}

impl Maker<'_> {
    /// Products that only the history knows are beyond the catalogue's.
    fn offerable(&self, product: u32) -> bool {
        self.offerable.get(product as usize).copied().unwrap_or(false)
    }

    /// Makes one order into examples: once as what it was, and once as if nobody knew the
    /// customer.
    fn gather(&self, basket: usize, working: &mut Working, gathered: &mut Gathered) {
        let orders = self.orders;
        let mut draws = Draws(draw_seed(!self.seed, basket as u64));
        working.items.clear();
        working.items.extend_from_slice(orders.basket(basket));
        let n = working.items.len();
        // Every moment in the life of a basket is as likely as any other.
        let size = draws.below(n);
        for at in 0..size {
            let other = at + draws.below(n - at);
            working.items.swap(at, other);
        }
        working.items[size..].sort_unstable();
        let (context, products) = working.items.split_at(size);

        let customer = orders.customer[basket];
        let known = customer != NO_CUSTOMER;
        let held_out = match self.held_out.get(customer as usize) {
            Some(&held_out) => held_out,
            None => draws.below(3) == 0,
        };
        let target = Target { products, held_out };
        working.since.clear();
        let mut since_baskets = 0;
        if known {
            let own = orders.baskets_of(customer as usize);
            for b in (own.start..basket).rev().take_while(|&b| orders.time[b] >= self.split) {
                since_baskets += 1;
                working.since.extend(
                    orders
                        .basket(b)
                        .iter()
                        .map(|&product| SinceLine { product, time_ms: orders.time[b] }),
                );
            }
            let in_model = !self.before.baskets_of(customer as usize).is_empty();
            if in_model || since_baskets > 0 {
                let situation = Situation {
                    customer: in_model.then_some(customer),
                    now_ms: orders.time[basket],
                    context,
                    since: &working.since,
                    since_baskets,
                };
                self.examples(&situation, &target, &mut draws, &mut working.scratch, gathered);
            }
        }
        let situation = Situation {
            customer: None,
            now_ms: orders.time[basket],
            context,
            since: &[],
            since_baskets: 0,
        };
        self.examples(&situation, &target, &mut draws, &mut working.scratch, gathered);
    }

    fn examples(
        &self,
        situation: &Situation<'_>,
        target: &Target<'_>,
        draws: &mut Draws,
        scratch: &mut Scratch,
        gathered: &mut Gathered,
    ) {
        let shared = self.learned.candidates(situation, scratch);
        let count = scratch.candidates().len();
        let rate = (NEGATIVES / count.max(1) as f64).min(1.0);
        let mut found = 0;
        for candidate in 0..count {
            let product = scratch.candidates()[candidate].product;
            if !self.offerable(product) {
                continue;
            }
            let bought = target.products.binary_search(&product).is_ok();
            if !bought && draws.share() >= rate {
                continue;
            }
            let (segment, x) = self.learned.features_of(&shared, scratch, candidate);
            let at = segment as usize;
            let weight = if bought { 1.0 } else { (1.0 / rate) as f32 };
            if bought {
                found += 1;
                gathered.found[at] += 1;
                gathered.targets[at] += 1;
            }
            let set = if target.held_out {
                &mut gathered.measuring[at]
            } else {
                &mut gathered.fitting[at]
            };
            set.push(x, bought, weight);
        }
        // What the customer bought before is always a candidate, so what is missed was new.
        let missed = if shared.is_known() { Segment::New } else { Segment::Anonymous };
        let wanted = target.products.iter().filter(|&&product| self.offerable(product)).count();
        gathered.targets[missed as usize] += (wanted - found) as u64;
    }
}
