//! The features of candidates, and the probabilities that come from them.

mod layout;
mod own;

pub(crate) use layout::*;

use super::numeric::{exp, ln};
use super::scorer::NO_PRODUCT;
use super::views::{Learned, MAX_DAYS, MIN_INTERVAL};

/// What all candidates of a situation share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared {
    pub(super) known: bool,
    /// Decayed weight of the customer's baskets now.
    pub(super) weight: f32,
    pub(super) context: f32,
    /// The features before [`OF_CANDIDATE`].
    pub(super) x: [f32; OF_CANDIDATE],
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

    /// That of the candidates that the customer did not buy before.
    #[inline]
    pub(super) fn segment_of_new(&self) -> Segment {
        if self.known { Segment::New } else { Segment::Anonymous }
    }

    /// The segments that candidates can be of.
    #[inline]
    pub(super) fn segments(&self) -> &'static [Segment] {
        if self.known { &[Segment::New, Segment::Repeat] } else { &[Segment::Anonymous] }
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
    pub(crate) because: u32,
    /// Where the pair with `because` is among the neighbours.
    pub(crate) pair: usize,
    /// The context products it is paired with, and over these: the greatest lower bound of the
    /// log lift, and the sum of the lifts.
    pub(crate) pairs: u32,
    pub(crate) max_log: f32,
    pub(super) sum_lift: f32,
    /// Similarity to the basket, and to the customer's products.
    pub(crate) similar_context: f32,
    pub(crate) similar_own: f32,
    /// Purchases, before and since the model was made.
    pub(crate) count: u32,
    /// Their decayed weights now: by the half-life of the model, and by the recent one.
    pub(super) weight: f32,
    pub(super) recent: f32,
    pub(crate) last_days: f32,
    pub(super) first_days: f32,
    pub(crate) popular: bool,
    /// Among those most similar to what the customer bought.
    pub(crate) similar: bool,
    pub(super) category: OfCategory,
}

/// What the customer of a situation bought of a category.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfCategory {
    /// The customer bought something of it.
    pub(super) bought: bool,
    /// How many of its products are in the basket.
    pub(super) in_context: u32,
    /// Purchases of its products, and days since the first of them.
    pub(super) count: u32,
    pub(super) first_days: f32,
    /// The purchases decayed as those of a [`Candidate`].
    pub(super) weight: f32,
    pub(super) recent: f32,
    /// [`MAX_DAYS`] if the customer bought nothing of it.
    pub(super) last_days: f32,
}

/// Nothing was bought of it, and nothing of it is in the basket.
impl Default for OfCategory {
    fn default() -> Self {
        Self {
            bought: false,
            in_context: 0,
            count: 0,
            first_days: 0.0,
            weight: 0.0,
            recent: 0.0,
            last_days: MAX_DAYS,
        }
    }
}

impl Candidate {
    pub(super) fn new(product: u32) -> Self {
        Self {
            product,
            because: NO_PRODUCT,
            pair: 0,
            pairs: 0,
            max_log: 0.0,
            sum_lift: 0.0,
            similar_context: 0.0,
            similar_own: 0.0,
            count: 0,
            weight: 0.0,
            recent: 0.0,
            last_days: 0.0,
            first_days: 0.0,
            popular: false,
            similar: false,
            category: OfCategory::default(),
        }
    }
}

/// Candidates whose features are computed together at most.
pub(super) const LANES: usize = 64;

pub(super) type Lanes = [f32; LANES];

/// What the basket says of up to [`LANES`] paired candidates.
#[derive(Debug)]
pub(super) struct Paired {
    pub(super) max_log: Lanes,
    pub(super) sum_lift: Lanes,
    pub(super) pairs: Lanes,
    pub(super) similar: Lanes,
}

impl Default for Paired {
    fn default() -> Self {
        const EMPTY: Lanes = [0.0; LANES];
        Self { max_log: EMPTY, sum_lift: EMPTY, pairs: EMPTY, similar: EMPTY }
    }
}

/// The features of up to [`LANES`] candidates, and what they are computed from.
#[derive(Debug)]
pub(super) struct Block {
    /// Those before [`OF_CANDIDATE`] are not here.
    x: [Lanes; FEATURES],
    /// Days expected between purchases; only for products bought before.
    interval: Lanes,
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
    category_weight: Lanes,
    category_recent: Lanes,
    category_last: Lanes,
    category_first: Lanes,
    category_count: Lanes,
    /// Of each of [`OfCadence::ALL`].
    cadence: [Lanes; OfCadence::ALL.len()],
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
            category_weight: EMPTY,
            category_recent: EMPTY,
            category_last: EMPTY,
            category_first: EMPTY,
            category_count: EMPTY,
            cadence: [EMPTY; OfCadence::ALL.len()],
        }
    }
}

impl Block {
    /// The log odds of the first `n` lanes, by the weights of their segment.
    #[inline(always)]
    pub(super) fn log_odds(
        &mut self,
        n: usize,
        (task, segment): (Task, Segment),
        shared: &Shared,
        weights: &[f32],
    ) -> &mut [f32] {
        let base: f32 = shared.x.iter().zip(weights).map(|(x, weight)| x * weight).sum();
        let sums = &mut self.sums[..n];
        sums.fill(base);
        for range in segment.of_candidate(task) {
            for (x, &weight) in self.x[range.clone()].iter().zip(&weights[range]) {
                for (sum, x) in sums.iter_mut().zip(&x[..n]) {
                    *sum += weight * x;
                }
            }
        }
        sums
    }

    /// All features of a lane.
    pub(super) fn lane(
        &self,
        lane: usize,
        (task, segment): (Task, Segment),
        shared: &Shared,
    ) -> [f32; FEATURES] {
        let mut features = [0.0; FEATURES];
        features[..OF_CANDIDATE].copy_from_slice(&shared.x);
        for range in segment.of_candidate(task) {
            for (feature, x) in features[range.clone()].iter_mut().zip(&self.x[range]) {
                *feature = x[lane];
            }
        }
        features
    }
}

/// The columns of some features, all different.
#[inline(always)]
fn columns<const N: usize>(x: &mut [Lanes; FEATURES], of: [usize; N]) -> [&mut Lanes; N] {
    // The indices are constants: nothing is checked when this runs.
    x.get_disjoint_mut(of).unwrap_or_else(|_| unreachable!("each feature is named once"))
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

/// Bounds of sums of similarities: beyond these something is wrong with the file, not similar.
const MAX_SIMILARITY: f32 = 100.0;

impl Learned<'_> {
    /// The days expected between the customer's purchases of a product they bought.
    #[inline]
    pub(crate) fn interval(&self, candidate: &Candidate) -> f32 {
        let product = candidate.product as usize;
        let (rate_days, rate_shape) =
            (self.products.rate_days[product], self.products.rate_shape[product]);
        let Candidate { count, first_days, last_days, .. } = *candidate;
        expected_interval(count as f32, first_days, last_days, rate_days, rate_shape)
    }

    /// The features of the candidates `which`, at most [`LANES`], all of one segment, but for those
    /// that the situation shares. Those that cannot be other than 0 are not set.
    #[inline(always)]
    pub(super) fn features(
        &self,
        (task, segment): (Task, Segment),
        shared: &Shared,
        candidates: &[Candidate],
        which: &[u32],
        block: &mut Block,
    ) {
        let n = which.len();
        for (lane, &at) in which.iter().enumerate() {
            let features = self.products.features_of(candidates[at as usize].product);
            for (x, &feature) in block.x[OF_CANDIDATE..OF_CONTEXT].iter_mut().zip(features) {
                x[lane] = feature;
            }
            for (x, &number) in block.cadence.iter_mut().zip(&features[OF_PRODUCT..]) {
                x[lane] = number;
            }
        }
        // Weights say nothing about products unlike all examples, such as those never sold: they are
        // taken for the nearest there were.
        let (low, high) = self.bounds[bounds_at(task, segment)].split_at(OF_PRODUCT);
        for (x, (&low, &high)) in block.x[OF_CANDIDATE..].iter_mut().zip(low.iter().zip(high)) {
            x[..n].iter_mut().for_each(|x| *x = x.max(low).min(high));
        }
        if task == Task::Basket {
            block.context_features(n, shared, candidates, which);
        }
        match segment {
            Segment::Anonymous => {}
            Segment::New => block.new_features(n, shared, candidates, which),
            Segment::Repeat => self.own_features(task, shared, candidates, which, block),
        }
    }

    /// What the features of a product add to the log odds of a candidate of this segment that is paired
    /// with something in the basket.
    pub(crate) fn log_odds_of_paired(&self, segment: Segment, product: u32) -> f32 {
        let weights = &self.weights[weights_at(Task::Basket, segment)];
        let (low, high) = self.bounds[bounds_at(Task::Basket, segment)].split_at(OF_PRODUCT);
        let within = |at: usize, x: f32| x.max(low[at]).min(high[at]);
        let features = self.products.features_of(product);
        let of_product = &weights[OF_CANDIDATE..OF_CONTEXT];
        let sum: f32 = (features.iter().zip(of_product).enumerate())
            .map(|(at, (&x, weight))| weight * within(at, x))
            .sum();
        let popularity = within(LOG_ODDS_POPULARITY - OF_CANDIDATE, features[0]);
        sum + weights[PAIRED] + weights[PAIRED_POPULARITY] * (popularity + 5.0)
    }

    /// What products of its category in the basket add to the log odds of a product that is new to the
    /// customer.
    pub(super) fn log_odds_of_category(
        &self,
        shared: &Shared,
        product: u32,
        category: &OfCategory,
    ) -> f32 {
        let weights = &self.weights[weights_at(Task::Basket, shared.segment_of_new())];
        let together =
            self.products.features_of(product)[OF_PRODUCT + OfCadence::Together as usize];
        let products = ln(1.0 + category.in_context as f32);
        products * (weights[CATEGORY_CONTEXT] + weights[CONTEXT_TOGETHER] * together)
    }

    /// What the basket adds to the log odds of paired candidates that are new to the customer.
    #[inline(always)]
    pub(super) fn log_odds_of_pairs(&self, shared: &Shared, paired: &Paired, out: &mut Lanes) {
        let weights = &self.weights[weights_at(Task::Basket, shared.segment_of_new())];
        let Paired { max_log, sum_lift: sum, pairs, similar } = paired;
        let of = |feature: usize| weights[feature];
        let (of_max, of_sum, of_mean) = (of(MAX_LOG_LIFT), of(LOG_SUM_LIFT), of(LOG_MEAN_LIFT));
        let (of_pairs, of_similar) = (of(LOG_PAIRS), of(LOG_SIMILAR_CONTEXT));
        // Not by a closure, which would not be compiled for wider vectors.
        for k in 0..LANES {
            out[k] = of_max * max_log[k]
                + of_sum * log_sum_of(sum[k])
                + of_mean * log_mean_of(sum[k], pairs[k], shared.context)
                + of_pairs * log_pairs_of(pairs[k])
                + of_similar * log_similar_context(similar[k]);
        }
    }
}

/// The days expected between two purchases, the inverse of the posterior mean rate: (days from the
/// first purchase to the last + prior days) / (purchases - 1 + prior shape).
#[inline(always)]
fn expected_interval(count: f32, first: f32, last: f32, rate_days: f32, rate_shape: f32) -> f32 {
    let days = (first - last).max(0.0) + rate_days;
    let repeats = (count - 1.0).max(0.0) + rate_shape;
    (days / repeats).clamp(MIN_INTERVAL, MAX_DAYS)
}

#[inline(always)]
fn log_sum_of(sum: f32) -> f32 {
    ln(sum.max(0.1))
}

/// Over a basket of so many products.
#[inline(always)]
fn log_mean_of(sum: f32, pairs: f32, context: f32) -> f32 {
    let mean = 1.0 + (sum - pairs) / context.max(pairs).max(1.0);
    ln(mean.max(0.1))
}

#[inline(always)]
fn log_pairs_of(pairs: f32) -> f32 {
    ln(pairs.max(1.0))
}

#[inline(always)]
fn log_similar_context(similar: f32) -> f32 {
    ln(similar.clamp(0.0, MAX_SIMILARITY) + 0.003)
}

/// More recent purchases than these say nothing more.
const MAX_RECENT: f32 = 20.0;

impl Block {
    #[inline(always)]
    fn new_features(&mut self, n: usize, shared: &Shared, candidates: &[Candidate], which: &[u32]) {
        let Block { x, category_weight, category_recent, category_last, .. } = self;
        let [
            popularity,
            trend,
            spread,
            similar,
            variety_reach,
            first_similar,
            first_popularity,
            category_repeat,
            category_share,
            category_again,
            category_days,
            log_recent,
        ] = columns(
            x,
            [
                LOG_ODDS_POPULARITY,
                TREND,
                SPREAD,
                LOG_SIMILAR_OWN,
                VARIETY_REACH,
                FIRST_SIMILAR,
                FIRST_POPULARITY,
                CATEGORY_REPEAT,
                CATEGORY_SHARE,
                CATEGORY_AGAIN,
                CATEGORY_DAYS,
                CATEGORY_RECENT,
            ],
        );
        let (popularity, trend, spread) = (&popularity[..n], &trend[..n], &spread[..n]);
        let few = shared.x[INVERSE_BASKETS];
        for (lane, &at) in which.iter().enumerate() {
            let candidate = &candidates[at as usize];
            similar[lane] = candidate.similar_own;
            category_weight[lane] = candidate.category.weight;
            category_recent[lane] = candidate.category.recent;
            category_last[lane] = candidate.category.last_days;
        }
        let (weight, days) = (&category_weight[..n], &category_last[..n]);
        each(&mut category_share[..n], |k| ln((weight[k] + 0.05) / (shared.weight + 1.0)));
        let again = &category_repeat[..n];
        each(&mut category_again[..n], |k| ln((weight[k] + 0.05) / 0.05) * again[k]);
        each(&mut category_days[..n], |k| ln(1.0 + days[k].min(400.0)));
        let recent = &category_recent[..n];
        each(&mut log_recent[..n], |k| ln(recent[k].min(MAX_RECENT) + 0.02));
        similar[..n].iter_mut().for_each(|x| *x = ln(x.clamp(0.0, MAX_SIMILARITY) + 0.01));
        let similar = &similar[..n];
        each(&mut first_similar[..n], |k| similar[k] * few);
        each(&mut first_popularity[..n], |k| popularity[k] * few);
        let variety = shared.x[LOG_VARIETY] - 5.0;
        each(&mut variety_reach[..n], |k| {
            let log_reach = popularity[k] - trend[k] + spread[k];
            log_reach * variety
        });
    }

    #[inline(always)]
    fn context_features(
        &mut self,
        n: usize,
        shared: &Shared,
        candidates: &[Candidate],
        which: &[u32],
    ) {
        let Block { x, pairs, sum_lift, cadence, .. } = self;
        for (lane, &at) in which.iter().enumerate() {
            let candidate = &candidates[at as usize];
            x[MAX_LOG_LIFT][lane] = candidate.max_log;
            x[LOG_SIMILAR_CONTEXT][lane] = candidate.similar_context;
            x[CATEGORY_CONTEXT][lane] = candidate.category.in_context as f32;
            pairs[lane] = candidate.pairs as f32;
            sum_lift[lane] = candidate.sum_lift;
        }
        let (pairs, sum) = (&pairs[..n], &sum_lift[..n]);
        let [
            log_odds,
            paired,
            paired_odds,
            log_sum,
            log_mean,
            log_pairs,
            similar,
            of_category,
            of_category_together,
        ] = columns(
            x,
            [
                LOG_ODDS_POPULARITY,
                PAIRED,
                PAIRED_POPULARITY,
                LOG_SUM_LIFT,
                LOG_MEAN_LIFT,
                LOG_PAIRS,
                LOG_SIMILAR_CONTEXT,
                CATEGORY_CONTEXT,
                CONTEXT_TOGETHER,
            ],
        );
        let log_odds = &log_odds[..n];
        of_category[..n].iter_mut().for_each(|x| *x = ln(1.0 + *x));
        let of_category = &of_category[..n];
        let together = &cadence[OfCadence::Together as usize][..n];
        each(&mut of_category_together[..n], |k| of_category[k] * together[k]);
        each(&mut paired[..n], |k| pairs[k].min(1.0));
        let paired = &paired[..n];
        each(&mut paired_odds[..n], |k| paired[k] * (log_odds[k] + 5.0));
        each(&mut log_sum[..n], |k| paired[k] * log_sum_of(sum[k]));
        each(&mut log_mean[..n], |k| paired[k] * log_mean_of(sum[k], pairs[k], shared.context));
        each(&mut log_pairs[..n], |k| log_pairs_of(pairs[k]));
        similar[..n].iter_mut().for_each(|x| *x = log_similar_context(*x));
    }
}
