//! The propensity: the probability that a candidate is bought, without anything being offered. It
//! answers two questions, each for itself: what joins this basket, given what is in it so far
//! ([`basket`]), and what a customer buys within the horizon, in any number of orders
//! ([`horizon`]).
//!
//! Both are fitted on one time split. The statistics come from the orders before it, the examples
//! from those after it: the candidates that scoring would make, and whether they were bought.
//! Negative examples are sampled and weighted by the inverse of their sampling rate, so the
//! probabilities stay calibrated. Customers are held out by a hash of their id, one in three, to
//! measure on.
//!
//! Products that cannot be offered (not sellable, or without a price, when the model is fitted) are
//! in contexts but are no examples: what is only ever bought alone, such as fuel, would otherwise
//! teach the weights of a full basket something about itself.

mod basket;
mod calibrate;
mod draws;
mod gather;
mod horizon;
pub(crate) mod tune;

use self::gather::{Gathered, Source};
use super::curve::Curve;
use super::features::{
    BOUNDS, CURVES, FEATURE_NAMES, FEATURES, OF_CANDIDATE, Segment, Task, WEIGHTS, bounds_at,
    bounds_of, curve_at, sigmoid, weights_at,
};
use super::logistic::{self, Examples, NotFitted};
use super::metrics::{self, Outcome};
use super::options::FitOptions;
use super::orders::{Orders, Products};
use super::report::{FitReport, SegmentReport, SplitReport, Weight, round6};
use super::statistics::Statistics;
use super::views::{DAY_MS, Learned};
use crate::{Control, History, Result};

/// Bought examples without which no weights are fitted: about five for each weight.
const MIN_BOUGHT: usize = 50;
/// Penalty on squared weights of standardised features: one pseudo-observation's worth.
const RIDGE: f64 = 1.0;
/// Orders or customers one task turns into examples.
const CHUNK: usize = 64;

/// The weights used where none could be fitted.
pub(crate) fn fallback(task: Task, segment: Segment) -> [f32; FEATURES] {
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
    // As many times as orders are expected.
    if task == Task::Horizon && segment != Segment::Anonymous {
        weights[feature("log_expected_orders")] = 1.0;
    }
    weights
}

/// The index of a feature.
fn feature(name: &str) -> usize {
    FEATURE_NAMES.iter().position(|&feature| feature == name).unwrap_or(0)
}

fn fallback_text(task: Task, segment: Segment) -> &'static str {
    match (task, segment) {
        (Task::Basket, Segment::Anonymous | Segment::New) => {
            "the odds of a purchase are taken as the odds of the product's popularity times the \
             lower bound of its lift"
        }
        (Task::Basket, Segment::Repeat) => {
            "the probability is taken as the smoothed, time-decayed share of the customer's orders \
             that had the product"
        }
        (Task::Horizon, Segment::Anonymous) => {
            "the odds of a purchase are taken as the odds of the product's popularity"
        }
        (Task::Horizon, Segment::New) => {
            "the odds of a purchase are taken as the odds of the product's popularity times the \
             orders to expect within the horizon"
        }
        (Task::Horizon, Segment::Repeat) => {
            "the odds of a purchase are taken as those of the smoothed, time-decayed share of the \
             customer's orders that had the product, times the orders to expect within the horizon"
        }
    }
}

/// The orders on both sides of the time split, and those that become examples.
struct Split<'a> {
    /// The first moment after it.
    time: i64,
    orders: &'a Orders,
    before: Orders,
    /// Per known customer: what their draws come from.
    keys: Vec<u64>,
    seed: u64,
    /// The baskets and the customers made into examples, ascending.
    baskets: Vec<u32>,
    customers: Vec<u32>,
}

impl<'a> Split<'a> {
    /// The split that the options ask for, or why there is none.
    fn new(
        history: &History,
        orders: &'a Orders,
        products: &Products,
        options: &FitOptions,
        control: &Control,
    ) -> Result<std::result::Result<Self, &'static str>> {
        let holdout = options.holdout_days.max(options.horizon_days);
        let time = orders.span().and_then(|(first, last)| split_time(first, last, holdout));
        let Some(time) = time else {
            return Ok(Err("all orders have the same time, so none can be explained by others"));
        };
        let before = Orders::new(history, products, Some(time), control)?;
        if before.len() == 0 {
            return Ok(Err("no order is left before the time split"));
        }
        let keys = draws::customer_keys(history, options.seed);
        let (baskets, customers) = (Vec::new(), Vec::new());
        let mut split = Self { time, orders, before, keys, seed: options.seed, baskets, customers };
        split.baskets = basket::chosen(&split, options);
        split.customers = horizon::chosen(&split);
        Ok(Ok(split))
    }

    /// When the horizon that begins at the split ends: with the last order at the latest.
    fn horizon_end(&self, options: &FitOptions) -> i64 {
        let asked = (options.horizon_days * DAY_MS) as i64;
        self.time + asked.min(self.observed())
    }

    /// Milliseconds from the split to the last order, with both.
    fn observed(&self) -> i64 {
        self.orders.span().map_or(0, |(_, last)| last - self.time + 1)
    }

    /// The examples of a task, by the statistics of what was before the split.
    fn gather(
        &self,
        task: Task,
        learned: Learned<'_>,
        offerable: &[bool],
        end: i64,
        control: &Control,
    ) -> Result<Gathered> {
        let all_offerable = offerable.iter().filter(|&&offerable| offerable).count() as u64;
        let mut source = Source { learned, offerable, all_offerable, negatives: basket::NEGATIVES };
        match task {
            Task::Basket => basket::gather(self, &source, &self.baskets, control),
            Task::Horizon => {
                source.negatives = horizon::negatives(self.customers.len());
                horizon::gather(self, &source, &self.customers, end, control)
            }
        }
    }
}

/// When the examples begin. `None` if all orders happened at one time.
pub(crate) fn split_time(first_ms: i64, last_ms: i64, holdout_days: f64) -> Option<i64> {
    let span = last_ms.checked_sub(first_ms).filter(|&span| span >= 4)?;
    let holdout = (holdout_days * DAY_MS).min((span / 4) as f64) as i64;
    Some(last_ms - holdout.max(1) + 1)
}

/// What a fit gives.
#[derive(Clone, Debug)]
pub(crate) struct Propensity {
    /// [`FEATURES`] for each of [`Segment::ALL`], for each of [`Task::ALL`].
    pub(crate) weights: Vec<f32>,
    /// The knots of the calibration curves, for each of the same.
    pub(crate) curves: Vec<f32>,
    /// The bounds of the features of products, for each of the same.
    pub(crate) bounds: Vec<f32>,
    /// The days that the probabilities of [`Task::Horizon`] are of.
    pub(crate) horizon_days: f32,
}

impl Propensity {
    /// What is used where nothing could be fitted.
    fn fallback(options: &FitOptions) -> Self {
        let mut propensity = Self {
            weights: vec![0.0; WEIGHTS],
            curves: vec![0.0; CURVES],
            bounds: vec![0.0; BOUNDS],
            horizon_days: options.horizon_days as f32,
        };
        for task in Task::ALL {
            for segment in Segment::ALL {
                propensity.weights[weights_at(task, segment)]
                    .copy_from_slice(&fallback(task, segment));
                propensity.curves[curve_at(task, segment)].copy_from_slice(&calibrate::straight());
                propensity.bounds[bounds_at(task, segment)].copy_from_slice(&bounds_of(&[]));
            }
        }
        propensity
    }
}

/// Fits the weights of both tasks and reports on them. `offerable` says of each catalogue product
/// whether it can be offered at all.
pub(crate) fn fit(
    history: &History,
    orders: &Orders,
    products: &Products,
    offerable: &[bool],
    options: &FitOptions,
    report: &mut FitReport,
    control: &Control,
) -> Result<Propensity> {
    let mut propensity = Propensity::fallback(options);
    report.horizon_days = options.horizon_days;
    let split = match Split::new(history, orders, products, options, control)? {
        Ok(split) => split,
        Err(why) => {
            none_learned(report, why);
            return Ok(propensity);
        }
    };
    let statistics = Statistics::new(&split.before, products, options, control)?;
    report.split = Some(SplitReport {
        split_ms: split.time,
        baskets_before: split.before.len() as u64,
        baskets_after: basket::after(orders, split.time) as u64,
        example_baskets: split.baskets.len() as u64,
        example_customers: split.customers.len() as u64,
        held_out_customers: split.keys.iter().filter(|&&key| draws::held_out(key)).count() as u64,
    });
    if (options.horizon_days * DAY_MS) as i64 > split.observed() {
        let days = split.observed() as f64 / DAY_MS;
        propensity.horizon_days = days as f32;
        report.horizon_days = round6(days);
        report.not_learned(
            &format!("purchases within {} days", options.horizon_days),
            "the history spans less than four times as long",
            &format!("the probabilities of the horizon are those of {} days", round6(days)),
        );
    }
    fit_tasks(
        &split,
        &statistics,
        offerable,
        (options, &mut propensity),
        report,
        control,
        |_, _| (),
    )?;
    Ok(propensity)
}

/// Fits both tasks; `see` is shown the examples and the propensity of each.
fn fit_tasks(
    split: &Split<'_>,
    statistics: &Statistics,
    offerable: &[bool],
    (options, propensity): (&FitOptions, &mut Propensity),
    report: &mut FitReport,
    control: &Control,
    mut see: impl FnMut(Task, (&Gathered, &Propensity)),
) -> Result<()> {
    let unfitted = propensity.clone();
    for task in Task::ALL {
        let end = split.horizon_end(options);
        let learned = statistics.view(&unfitted);
        let gathered = split.gather(task, learned, offerable, end, control)?;
        fit_task(task, &gathered, propensity, report, control)?;
        see(task, (&gathered, propensity));
    }
    Ok(())
}

/// Fits the weights and the calibration of one task, and measures them.
fn fit_task(
    task: Task,
    all: &Gathered,
    propensity: &mut Propensity,
    report: &mut FitReport,
    control: &Control,
) -> Result<()> {
    for segment in Segment::ALL {
        let at = segment as usize;
        let fitted = fit_segment(task, segment, &all.fitting[at], report, control)?;
        let in_use = fitted.unwrap_or_else(|| fallback(task, segment));
        propensity.weights[weights_at(task, segment)].copy_from_slice(&in_use);
        let mut knots = calibrate::straight();
        if fitted.is_some() {
            let bounds = bounds_of(&all.fitting[at].x);
            propensity.bounds[bounds_at(task, segment)].copy_from_slice(&bounds);
            knots = calibrate::fit(&all.fitting[at], &log_odds(&all.fitting[at], &in_use));
        }
        propensity.curves[curve_at(task, segment)].copy_from_slice(&knots);
        let curve = Curve::new(&knots);
        let mut entry = SegmentReport {
            task: task.name().into(),
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
        let measured =
            measure(&mut entry, &all.fitting[at], &all.measuring[at], (&in_use, &curve), control)?;
        if !measured {
            report.not_learned(
                &format!("quality of the {} propensity", name(task, segment)),
                "the held-out customers have too few examples",
                "no figures are given",
            );
        }
        report.segments.push(entry);
    }
    Ok(())
}

/// What a propensity is called in the report.
fn name(task: Task, segment: Segment) -> String {
    format!("{} {}", task.name(), segment.name())
}

fn none_learned(report: &mut FitReport, why: &str) {
    for task in Task::ALL {
        for segment in Segment::ALL {
            let what = format!("{} propensity", name(task, segment));
            report.not_learned(&what, why, fallback_text(task, segment));
            report.segments.push(SegmentReport {
                task: task.name().into(),
                segment: segment.name().into(),
                weights: weights_of(&fallback(task, segment)),
                ..SegmentReport::default()
            });
        }
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
    task: Task,
    segment: Segment,
    examples: &Examples,
    report: &mut FitReport,
    control: &Control,
) -> Result<Option<[f32; FEATURES]>> {
    let bought = examples.positives();
    let why = if bought < MIN_BOUGHT {
        format!("{bought} bought examples after the time split, at least {MIN_BOUGHT} needed")
    } else {
        match logistic::fit(examples, &(1..FEATURES).collect::<Vec<_>>(), true, RIDGE, control)? {
            Ok(weights) if weights.iter().all(|w| w.abs() < 1e9) => {
                return level(task, examples, weights, control).map(Some);
            }
            Ok(_) | Err(NotFitted::NotConverged) => "the fit did not converge".into(),
            Err(NotFitted::OneOutcome) => "all examples have the same outcome".into(),
        }
    };
    let what = format!("{} propensity", name(task, segment));
    report.not_learned(&what, why, fallback_text(task, segment));
    Ok(None)
}

/// Fits anew what all candidates of a situation share, and how much the rest counts, after what
/// tells the candidates of a situation apart was fitted with focus.
///
/// A basket of fifty products would otherwise have as much to say about which products go with a
/// basket as fifty of one product each. Focus lets each basket speak once, which finds more of what
/// is added next; but how much is added in all is a matter of every product.
fn level(
    task: Task,
    examples: &Examples,
    mut weights: [f32; FEATURES],
    control: &Control,
) -> Result<[f32; FEATURES]> {
    if task != Task::Basket {
        return Ok(weights);
    }
    let mut shared = Examples {
        bought: examples.bought.clone(),
        weight: examples.weight.clone(),
        focus: vec![1.0; examples.len()],
        x: Vec::with_capacity(examples.len()),
    };
    for x in &examples.x {
        let mut row = [0.0; FEATURES];
        row[..OF_CANDIDATE].copy_from_slice(&x[..OF_CANDIDATE]);
        let rest = x[OF_CANDIDATE..].iter().zip(&weights[OF_CANDIDATE..]);
        row[OF_CANDIDATE] = rest.map(|(x, w)| x * w).sum();
        shared.x.push(row);
    }
    let used: Vec<usize> = (1..=OF_CANDIDATE).collect();
    if let Ok(found) = logistic::fit(&shared, &used, false, RIDGE, control)? {
        weights[..OF_CANDIDATE].copy_from_slice(&found[..OF_CANDIDATE]);
        for weight in &mut weights[OF_CANDIDATE..] {
            *weight *= found[OF_CANDIDATE];
        }
    }
    Ok(weights)
}

/// Fills in the figures on held-out customers; false if there is nothing to measure on.
fn measure(
    entry: &mut SegmentReport,
    fitting: &Examples,
    measuring: &Examples,
    (weights, curve): (&[f32; FEATURES], &Curve),
    control: &Control,
) -> Result<bool> {
    let mut rows = outcomes(measuring, weights, curve);
    let Some(quality) = metrics::quality(&mut rows) else { return Ok(false) };
    entry.log_loss = Some(round6(quality.log_loss));
    entry.auc = Some(round6(quality.auc));
    entry.calibration_error = Some(round6(quality.calibration_error));
    entry.reliability = quality.bins;
    entry.base_log_loss = Some(round6(metrics::constant_log_loss(&rows, fitting.base_rate())));
    let straight = Curve::new(&calibrate::straight());
    if let Ok(popularity) =
        logistic::fit(fitting, &[feature("log_odds_popularity")], false, RIDGE, control)?
    {
        entry.popularity_log_loss =
            metrics::quality(&mut outcomes(measuring, &popularity, &straight))
                .map(|quality| round6(quality.log_loss));
    }
    Ok(true)
}

/// The log odds of examples before calibration.
fn log_odds(examples: &Examples, weights: &[f32; FEATURES]) -> Vec<f32> {
    examples.x.iter().map(|x| x.iter().zip(weights).map(|(x, w)| x * w).sum()).collect()
}

fn outcomes(examples: &Examples, weights: &[f32; FEATURES], curve: &Curve) -> Vec<Outcome> {
    let log_odds = log_odds(examples, weights);
    (log_odds.iter().zip(&examples.bought).zip(&examples.weight))
        .map(|((&log_odds, &bought), &weight)| Outcome {
            probability: f64::from(sigmoid(curve.at(log_odds))),
            bought,
            weight: f64::from(weight),
        })
        .collect()
}
