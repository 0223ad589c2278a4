//! The features of what the customer bought before.

use super::{
    Block, CADENCE_DUE, CADENCE_DUE_SQUARED, CADENCE_OVERDUE, CATEGORY_DUE, CATEGORY_DUE_SQUARED,
    CATEGORY_OTHERS, CATEGORY_SINCE, Candidate, FIRST_OWN_POPULARITY, FIRST_SHARE, INTERVAL_DUE,
    INVERSE_BASKETS, LOG_CONTEXT, LOG_COUNT, LOG_DAYS, LOG_DUE, LOG_DUE_SQUARED, LOG_FIRST_DAYS,
    LOG_ODDS_POPULARITY, LOG_ODDS_SHARE, LOG_RECENT, LOG_SIMILAR_CONTEXT, MAX_RECENT,
    PART_OF_CATEGORY, RECENT, SHARE_CONTEXT, SHARE_SIMILAR, SPREAD_DUE, SPREAD_DUE_SQUARED,
    SPREAD_OVERDUE, Shared, Task, WEIGHT_DAYS, WEIGHT_POPULARITY, columns, each, expected_interval,
    log_odds_of,
};
use crate::affinity::numeric::{exp, ln};
use crate::affinity::views::Learned;

impl Learned<'_> {
    #[inline(always)]
    pub(super) fn own_features(
        &self,
        task: Task,
        shared: &Shared,
        candidates: &[Candidate],
        which: &[u32],
        block: &mut Block,
    ) {
        let n = which.len();
        let Block { x, interval, popularity, weight, count, last, first, .. } = block;
        let Block {
            rate_days, rate_shape, category_weight, category_recent, category_last, ..
        } = block;
        let Block { category_first, category_count, cadence: of_cadence, .. } = block;
        for (lane, &at) in which.iter().enumerate() {
            let candidate = &candidates[at as usize];
            let product = candidate.product as usize;
            popularity[lane] = self.products.popularity[product];
            rate_days[lane] = self.products.rate_days[product];
            rate_shape[lane] = self.products.rate_shape[product];
            weight[lane] = candidate.weight;
            count[lane] = candidate.count as f32;
            last[lane] = candidate.last_days;
            first[lane] = candidate.first_days;
            x[RECENT][lane] = candidate.recent.min(MAX_RECENT);
            // A product without a category is one of its own.
            let known = candidate.category.weight > 0.0;
            category_weight[lane] =
                if known { candidate.category.weight } else { candidate.weight };
            category_recent[lane] =
                if known { candidate.category.recent } else { candidate.recent };
            category_last[lane] = candidate.category.last_days.min(candidate.last_days);
            category_first[lane] = candidate.category.first_days.max(candidate.first_days);
            category_count[lane] = candidate.category.count.max(candidate.count) as f32;
        }
        let (popularity, weight, count) = (&popularity[..n], &weight[..n], &count[..n]);
        let (last, first) = (&last[..n], &first[..n]);
        let (rate_days, rate_shape) = (&rate_days[..n], &rate_shape[..n]);
        let [
            log_odds,
            similar,
            share,
            share_context,
            first_share,
            first_popularity,
            log_recent,
            recent,
            log_count,
            log_days,
            log_first,
            due,
            due_squared,
            weight_days,
            weight_popularity,
            part,
            since,
            category_due,
            category_due_squared,
            others,
            cadence_due,
            cadence_due_squared,
            cadence_overdue,
            spread_due,
            spread_due_squared,
            spread_overdue,
            interval_due,
            share_similar,
        ] = columns(
            x,
            [
                LOG_ODDS_POPULARITY,
                LOG_SIMILAR_CONTEXT,
                LOG_ODDS_SHARE,
                SHARE_CONTEXT,
                FIRST_SHARE,
                FIRST_OWN_POPULARITY,
                LOG_RECENT,
                RECENT,
                LOG_COUNT,
                LOG_DAYS,
                LOG_FIRST_DAYS,
                LOG_DUE,
                LOG_DUE_SQUARED,
                WEIGHT_DAYS,
                WEIGHT_POPULARITY,
                PART_OF_CATEGORY,
                CATEGORY_SINCE,
                CATEGORY_DUE,
                CATEGORY_DUE_SQUARED,
                CATEGORY_OTHERS,
                CADENCE_DUE,
                CADENCE_DUE_SQUARED,
                CADENCE_OVERDUE,
                SPREAD_DUE,
                SPREAD_DUE_SQUARED,
                SPREAD_OVERDUE,
                INTERVAL_DUE,
                SHARE_SIMILAR,
            ],
        );
        let (log_odds, similar) = (&log_odds[..n], &similar[..n]);
        // One pseudo-basket of the average customer keeps the share off 0 and 1.
        each(&mut share[..n], |k| log_odds_of((weight[k] + popularity[k]) / (shared.weight + 1.0)));
        let share = &share[..n];
        each(&mut share_context[..n], |k| share[k] * shared.x[LOG_CONTEXT]);
        let few = shared.x[INVERSE_BASKETS];
        each(&mut first_share[..n], |k| share[k] * few);
        each(&mut first_popularity[..n], |k| log_odds[k] * few);
        let recent = &recent[..n];
        each(&mut log_recent[..n], |k| ln(recent[k] + 0.02));
        each(&mut log_count[..n], |k| ln(count[k].max(1.0)));
        each(&mut log_days[..n], |k| ln(1.0 + last[k]));
        each(&mut log_first[..n], |k| ln(1.0 + first[k]));
        let interval = &mut interval[..n];
        each(interval, |k| {
            expected_interval(count[k], first[k], last[k], rate_days[k], rate_shape[k])
        });
        // Half a day: the mean of what a date without a time of day leaves open.
        each(&mut due[..n], |k| ln(((last[k] + 0.5) / interval[k]).clamp(0.02, 50.0)));
        let due = &due[..n];
        each(&mut due_squared[..n], |k| due[k] * due[k]);
        let log_days = &log_days[..n];
        let log_weight = &mut weight_popularity[..n];
        each(log_weight, |k| ln(weight[k] + 0.1));
        each(&mut weight_days[..n], |k| log_weight[k] * (log_days[k] - 3.0));
        log_weight.iter_mut().zip(log_odds).for_each(|(weight, odds)| *weight *= odds);
        let (category_weight, category_last) = (&category_weight[..n], &category_last[..n]);
        each(&mut part[..n], |k| ln((weight[k] + 0.1) / (category_weight[k] + 0.1)));
        each(&mut since[..n], |k| ln((1.0 + category_last[k]) / (1.0 + last[k])));
        each(&mut category_due[..n], |k| {
            ln(((category_last[k] + 0.5) / interval[k]).clamp(0.02, 50.0))
        });
        let category_due = &category_due[..n];
        each(&mut category_due_squared[..n], |k| category_due[k] * category_due[k]);
        let category_recent = &category_recent[..n];
        each(&mut others[..n], |k| {
            ln((category_recent[k] - recent[k]).clamp(0.0, MAX_RECENT) + 0.05)
        });
        let [usual, shape, spread, _] = of_cadence.each_ref().map(|lanes| &lanes[..n]);
        let (first, bought) = (&category_first[..n], &category_count[..n]);
        let log_interval = &mut interval_due[..n];
        each(log_interval, |k| {
            let shape = exp(shape[k]);
            let days = exp(usual[k]) * shape;
            ln(expected_interval(bought[k], first[k], category_last[k], days, shape))
        });
        let cadence = &mut cadence_due[..n];
        each(cadence, |k| (ln(category_last[k] + 0.5) - log_interval[k]).clamp(-4.0, 4.0));
        let cadence = &*cadence;
        each(&mut cadence_due_squared[..n], |k| cadence[k] * cadence[k]);
        each(&mut cadence_overdue[..n], |k| cadence[k].max(0.0));
        each(&mut spread_due[..n], |k| cadence[k] * spread[k]);
        each(&mut spread_due_squared[..n], |k| cadence[k] * cadence[k] * spread[k]);
        each(&mut spread_overdue[..n], |k| cadence[k].max(0.0) * spread[k]);
        log_interval.iter_mut().zip(cadence).for_each(|(x, due)| *x = (*x - 3.0) * due);
        if task == Task::Basket {
            each(&mut share_similar[..n], |k| share[k] * similar[k]);
        }
    }
}
