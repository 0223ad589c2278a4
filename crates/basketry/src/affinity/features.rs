//! The features of candidates, and the probabilities that come from them.

use super::numeric::{exp, ln};
use super::views::{Learned, MAX_DAYS, MIN_INTERVAL};

/// How many features there are, the intercept included.
pub(crate) const FEATURES: usize = 18;

/// The names of the features, in the order of the weights. See [`Learned::features`].
pub(crate) const FEATURE_NAMES: [&str; FEATURES] = [
    "intercept",
    "log_odds_popularity",
    "log_context_size",
    "paired",
    "paired_log_odds_popularity",
    "max_log_lift",
    "log_sum_lift",
    "log_mean_lift",
    "log_pairs",
    "log_mean_basket_size",
    "log_customer_baskets",
    "log_expected_orders",
    "log_days_since_order",
    "log_odds_own_share",
    "log_days_since",
    "log_due_ratio",
    "log_due_ratio_squared",
    "log_own_count",
];

/// What a probability is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// The product joins this basket.
    Basket = 0,
    /// The customer buys the product within the horizon, in any number of orders.
    Horizon = 1,
}

impl Task {
    pub(crate) const ALL: [Task; 2] = [Task::Basket, Task::Horizon];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Task::Basket => "basket",
            Task::Horizon => "horizon",
        }
    }
}

/// How many weights there are of all tasks and segments.
pub(crate) const WEIGHTS: usize = FEATURES * Segment::ALL.len() * Task::ALL.len();

/// Where the weights of a task and segment are among all.
#[inline]
pub(crate) fn weights_at(task: Task, segment: Segment) -> std::ops::Range<usize> {
    let from = (task as usize * Segment::ALL.len() + segment as usize) * FEATURES;
    from..from + FEATURES
}

/// Which weights apply to a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// The customer is not known, so nothing is known about what is new to them.
    Anonymous = 0,
    /// A known customer who never bought the product.
    New = 1,
    /// A known customer who bought the product before.
    Repeat = 2,
}

impl Segment {
    pub(crate) const ALL: [Segment; 3] = [Segment::Anonymous, Segment::New, Segment::Repeat];

    /// How many features, the first ones, can be other than 0.
    pub(crate) fn features(self) -> usize {
        match self {
            Segment::Anonymous => 9,
            Segment::New => 13,
            Segment::Repeat => FEATURES,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Segment::Anonymous => "anonymous",
            Segment::New => "new",
            Segment::Repeat => "repeat",
        }
    }
}

/// What all candidates of a situation share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared {
    pub(super) known: bool,
    /// Decayed weight of the customer's baskets now.
    pub(super) weight: f32,
    pub(super) context: f32,
    pub(super) log_context: f32,
    pub(super) log_size: f32,
    pub(super) log_baskets: f32,
    pub(super) log_orders: f32,
    pub(super) log_days: f32,
}

impl Shared {
    /// The segment whose weights apply to a candidate.
    #[inline]
    pub(crate) fn segment(&self, candidate: &Candidate) -> Segment {
        match (self.known, candidate.count) {
            (false, _) => Segment::Anonymous,
            (true, 0) => Segment::New,
            (true, _) => Segment::Repeat,
        }
    }

    /// Whether anything is known about the customer.
    pub(crate) fn is_known(&self) -> bool {
        self.known
    }
}

/// A candidate before its features are computed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) product: u32,
    pub(super) because: u32,
    /// Where the pair with `because` is among the neighbours.
    pub(super) pair: usize,
    /// The context products it is paired with, and over these: the greatest lower bound of the
    /// log lift, and the sum of the lifts.
    pub(super) pairs: u32,
    pub(super) max_log: f32,
    pub(super) sum_lift: f32,
    /// Purchases, before and since the model was made.
    pub(crate) count: u32,
    /// Their decayed weight now.
    pub(super) weight: f32,
    pub(super) last_days: f32,
    pub(super) first_days: f32,
    pub(super) popular: bool,
}

/// Candidates whose features are computed together at most.
pub(super) const LANES: usize = 64;

type Lanes = [f32; LANES];

/// The features of up to [`LANES`] candidates, and what they are computed from.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) x: [Lanes; FEATURES],
    /// Days expected between purchases; only for products bought before.
    pub(super) interval: Lanes,
    sums: Lanes,
    pairs: Lanes,
    sum_lift: Lanes,
    popularity: Lanes,
    weight: Lanes,
    count: Lanes,
    last: Lanes,
    first: Lanes,
    rate_days: Lanes,
    rate_shape: Lanes,
}

impl Default for Block {
    fn default() -> Self {
        const EMPTY: Lanes = [0.0; LANES];
        Self {
            x: [EMPTY; FEATURES],
            interval: EMPTY,
            sums: EMPTY,
            pairs: EMPTY,
            sum_lift: EMPTY,
            popularity: EMPTY,
            weight: EMPTY,
            count: EMPTY,
            last: EMPTY,
            first: EMPTY,
            rate_days: EMPTY,
            rate_shape: EMPTY,
        }
    }
}

impl Block {
    /// The probabilities of the first `n` lanes, by the weights of their segment.
    pub(super) fn probabilities(&mut self, n: usize, segment: Segment, weights: &[f32]) -> &[f32] {
        let sums = &mut self.sums[..n];
        sums.fill(0.0);
        for (x, &weight) in self.x.iter().zip(weights).take(segment.features()) {
            for (sum, x) in sums.iter_mut().zip(&x[..n]) {
                *sum += weight * x;
            }
        }
        for sum in sums.iter_mut() {
            *sum = sigmoid(*sum);
        }
        sums
    }
}

/// Computes each lane from its number. A plain loop, so that it compiles to vector instructions.
#[inline(always)]
fn each(out: &mut [f32], of: impl Fn(usize) -> f32) {
    for (lane, out) in out.iter_mut().enumerate() {
        *out = of(lane);
    }
}

/// The log odds of a probability, which is kept off 0 and 1.
#[inline]
pub(crate) fn log_odds_of(p: f32) -> f32 {
    let p = p.clamp(1e-7, 1.0 - 1e-6);
    ln(p / (1.0 - p))
}

/// The probability of log odds.
#[inline]
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

impl Learned<'_> {
    /// The features of the candidates `which`, at most [`LANES`], all of one segment.
    ///
    /// In the order of [`FEATURE_NAMES`]: 1; the log odds of the popularity; ln(1 + context size).
    /// If the candidate is paired with context products: 1; the log odds of the popularity again,
    /// plus 5 (popularity means less where a pair speaks); the greatest lower bound of the log
    /// lift; the logarithm of the sum of the lifts; that of their mean over the whole context, 1
    /// for products without a pair; that of the number of pairs. If anything is known about the
    /// customer: the logarithms of their mean basket size, of 1 + their baskets, of the orders to
    /// expect of them within the horizon, and of 1 + the days since their last order. If they bought
    /// the candidate before: the log odds of its smoothed share of their decayed baskets; ln(1 +
    /// days since the last time); the logarithm of the time since then relative to the expected
    /// interval, and its square; the logarithm of the number of times. Those of pairs are 0 without
    /// a pair; those beyond the segment's are not set.
    pub(super) fn features(
        &self,
        _task: Task,
        shared: &Shared,
        segment: Segment,
        candidates: &[Candidate],
        which: &[u32],
        block: &mut Block,
    ) {
        let n = which.len();
        let Block { x, interval, pairs, sum_lift, .. } = block;
        for (lane, &at) in which.iter().enumerate() {
            let candidate = &candidates[at as usize];
            x[1][lane] = self.products.log_odds[candidate.product as usize];
            x[5][lane] = candidate.max_log;
            pairs[lane] = candidate.pairs as f32;
            sum_lift[lane] = candidate.sum_lift;
        }
        let (pairs, sum) = (&pairs[..n], &sum_lift[..n]);
        x[0][..n].fill(1.0);
        x[2][..n].fill(shared.log_context);
        each(&mut x[3][..n], |k| pairs[k].min(1.0));
        let [_, log_odds, _, paired, paired_odds, _, log_sum, log_mean, log_pairs, ..] = x;
        let (log_odds, paired) = (&log_odds[..n], &paired[..n]);
        each(&mut paired_odds[..n], |k| paired[k] * (log_odds[k] + 5.0));
        each(&mut log_sum[..n], |k| paired[k] * ln(sum[k].max(0.1)));
        each(&mut log_mean[..n], |k| {
            let mean = 1.0 + (sum[k] - pairs[k]) / shared.context.max(pairs[k]).max(1.0);
            paired[k] * ln(mean.max(0.1))
        });
        each(&mut log_pairs[..n], |k| ln(pairs[k].max(1.0)));
        if segment == Segment::Anonymous {
            return;
        }

        x[9][..n].fill(shared.log_size);
        x[10][..n].fill(shared.log_baskets);
        x[11][..n].fill(shared.log_orders);
        x[12][..n].fill(shared.log_days);
        if segment == Segment::New {
            return;
        }

        let Block { popularity, weight, count, last, first, rate_days, rate_shape, .. } = block;
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
        }
        let (popularity, weight, count) = (&popularity[..n], &weight[..n], &count[..n]);
        let (last, first) = (&last[..n], &first[..n]);
        let (rate_days, rate_shape) = (&rate_days[..n], &rate_shape[..n]);
        // One pseudo-basket of the average customer keeps the share off 0 and 1.
        each(&mut x[13][..n], |k| log_odds_of((weight[k] + popularity[k]) / (shared.weight + 1.0)));
        each(&mut x[14][..n], |k| ln(1.0 + last[k]));
        // The inverse of the posterior mean rate: (days from the first purchase to the last +
        // prior days) / (purchases - 1 + prior shape).
        let interval = &mut interval[..n];
        each(interval, |k| {
            let days = (first[k] - last[k]).max(0.0) + rate_days[k];
            let repeats = (count[k] - 1.0).max(0.0) + rate_shape[k];
            (days / repeats).clamp(MIN_INTERVAL, MAX_DAYS)
        });
        // Half a day: the mean of what a date without a time of day leaves open.
        each(&mut x[15][..n], |k| ln(((last[k] + 0.5) / interval[k]).clamp(0.02, 50.0)));
        let [.., due, due_squared, log_count] = x;
        let due = &due[..n];
        each(&mut due_squared[..n], |k| due[k] * due[k]);
        each(&mut log_count[..n], |k| ln(count[k].max(1.0)));
    }
}
