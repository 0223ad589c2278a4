//! Validation of hyper-parameters on the inner time split: what [`FitOptions::tune`] asks for.
//!
//! Every setting is fitted as a model is, to what came before the split, and judged by the held-out
//! customers: by the log-loss over all products, not only the candidates, which differ from setting
//! to setting. A product that is no candidate has the share of such products that is bought for its
//! probability.

use super::gather::Gathered;
use super::{Propensity, Split, fit_tasks, outcomes};
use crate::affinity::curve::Curve;
use crate::affinity::features::{Segment, Task, curve_at, weights_at};
use crate::affinity::logistic::log_loss;
use crate::affinity::options::FitOptions;
use crate::affinity::orders::{Orders, Products};
use crate::affinity::report::{FitReport, TriedReport, TuningReport, round6};
use crate::affinity::statistics::Statistics;
use crate::affinity::views::DAY_MS;
use crate::{Control, History, Result};

/// By what each value is multiplied.
type Grid = [(fn(&mut FitOptions) -> &mut f64, [f64; 2], (f64, f64)); 3];

/// The values tried: one option after the other, the best so far of the others.
const GRID: Grid = [
    (|options| &mut options.half_life_days, [0.5, 2.0], (0.001, 36_525.0)),
    (|options| &mut options.customers_l2, [0.25, 4.0], (0.001, 1e9)),
    (|options| &mut options.baskets_l2, [0.25, 4.0], (0.001, 1e9)),
];

/// The options with the best values of those tried, which the report lists. Those given if there is
/// nothing to try them on.
pub(crate) fn choose(
    history: &History,
    orders: &Orders,
    products: &Products,
    offerable: &[bool],
    given: &FitOptions,
    control: &Control,
) -> Result<(FitOptions, TuningReport)> {
    let mut best = given.clone();
    let mut report = TuningReport::default();
    // The fit says why there is none.
    let Ok(split) = Split::new(history, orders, products, given, control)? else {
        return Ok((best, report));
    };
    let judge = |options: &FitOptions| {
        losses(&split, products, offerable, options, control)
            .map(|losses| Trial { options: options.clone(), losses })
    };
    let first = judge(&best)?;
    let base = first.losses;
    // Both tasks matter alike, whatever the scale of their losses.
    let score = |losses: [f64; 2]| 0.5 * (losses[0] / base[0] + losses[1] / base[1]);
    let mut tried = vec![first];
    let mut least = 1.0;
    if base.iter().all(|&loss| loss.is_finite() && loss > 0.0) {
        for (field, factors, (low, high)) in GRID {
            let centre = best.clone();
            for factor in factors {
                let mut options = centre.clone();
                let value = field(&mut options);
                *value = (*value * factor).clamp(low, high);
                let trial = judge(&options)?;
                // Of equal ones the first: what was given stays unless another is better.
                if score(trial.losses) < least {
                    least = score(trial.losses);
                    best = options;
                    report.chosen = tried.len() as u64;
                }
                tried.push(trial);
            }
        }
    }
    report.tried = tried
        .into_iter()
        .map(|Trial { options, losses }| TriedReport {
            half_life_days: options.half_life_days,
            customers_l2: options.customers_l2,
            baskets_l2: options.baskets_l2,
            basket_loss: round6(losses[Task::Basket as usize]),
            horizon_loss: round6(losses[Task::Horizon as usize]),
            score: round6(score(losses)),
        })
        .collect();
    Ok((best, report))
}

struct Trial {
    options: FitOptions,
    /// Of both tasks.
    losses: [f64; 2],
}

/// The loss of each task per situation of held-out customers.
fn losses(
    split: &Split<'_>,
    products: &Products,
    offerable: &[bool],
    options: &FitOptions,
    control: &Control,
) -> Result<[f64; 2]> {
    let statistics = Statistics::new(&split.before, products, options, control)?;
    let mut propensity = Propensity::fallback(options);
    let days = split.observed() as f64 / DAY_MS;
    propensity.horizon_days = propensity.horizon_days.min(days as f32);
    let mut losses = [0.0; 2];
    fit_tasks(
        split,
        &statistics,
        offerable,
        (options, &mut propensity),
        // What it says is of this trial alone.
        &mut FitReport::default(),
        control,
        |task, (gathered, propensity)| losses[task as usize] = loss(task, gathered, propensity),
    )?;
    Ok(losses)
}

/// The sum of the losses of all products, per situation that serves to measure.
fn loss(task: Task, gathered: &Gathered, propensity: &Propensity) -> f64 {
    let mut sum = 0.0;
    for segment in Segment::ALL {
        let weights = &propensity.weights[weights_at(task, segment)];
        let curve = Curve::new(&propensity.curves[curve_at(task, segment)]);
        let Ok(weights) = weights.try_into() else { continue };
        for row in outcomes(&gathered.measuring[segment as usize], weights, &curve) {
            let log_odds = (row.probability / (1.0 - row.probability)).ln();
            sum += row.weight * log_loss(log_odds.clamp(-80.0, 80.0), row.bought);
        }
    }
    let measured = sum / (gathered.measured as f64).max(1.0);
    let missed: u64 = (0..3).map(|at| gathered.targets[at] - gathered.found[at]).sum();
    let (missed, others) = (missed as f64, gathered.others as f64);
    if missed == 0.0 || missed >= others {
        return measured;
    }
    let share: f64 = missed / others;
    let beyond = -missed * share.ln() - (others - missed) * (1.0 - share).ln();
    measured + beyond / gathered.situations as f64
}
