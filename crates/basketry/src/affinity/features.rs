//! The features of candidates, and the probabilities that come from them.

use super::curve::KNOTS;
use super::numeric::{exp, ln};
use super::scorer::NO_PRODUCT;
use super::views::{Learned, MAX_DAYS, MIN_INTERVAL};

/// Names the features in the order of the weights: a constant with the index of each, and its name.
macro_rules! features {
    ($($(#[$doc:meta])* $index:ident = $name:literal,)*) => {
        /// The indices of the features among the weights.
        #[expect(
            non_camel_case_types, clippy::upper_case_acronyms,
            reason = "the names of the constants"
        )]
        enum Index { $($index,)* }
        $(
            $(#[$doc])*
            pub(crate) const $index: usize = Index::$index as usize;
        )*
        /// The names of the features, in the order of the weights.
        pub(crate) const FEATURE_NAMES: [&str; FEATURES] = [$($name,)*];
    };
}

features! {
    /// Always 1.
    INTERCEPT = "intercept",
    // Of the customer; 0 if nothing is known about them.
    /// Of the mean number of distinct products in their baskets.
    LOG_MEAN_SIZE = "log_mean_basket_size",
    /// Of 1 + their baskets.
    LOG_BASKETS = "log_customer_baskets",
    /// 1 over 1 + their baskets: the first ones tell more than later ones.
    INVERSE_BASKETS = "inverse_customer_baskets",
    /// Of the orders to expect within the horizon, by the half-life of the model.
    LOG_ORDERS = "log_expected_orders",
    /// Of 0.5 + their baskets, each worth 2^(-age / [`RECENT_DAYS`]).
    LOG_RECENT_ORDERS = "log_recent_orders",
    /// Of 1 + the days since their last order.
    LOG_ORDER_DAYS = "log_days_since_order",
    /// Of 1 + the number of distinct products they bought.
    LOG_VARIETY = "log_distinct_products",
    /// Of 1 + the products they bought for the first time within the last [`TRIED_DAYS`] days.
    LOG_TRIED = "log_recent_first_purchases",
    // Of the basket.
    /// Of 1 + the distinct products in it.
    LOG_CONTEXT = "log_context_size",
    /// Its square.
    LOG_CONTEXT_SQUARED = "log_context_size_squared",
    // Of the product.
    /// Log odds of its recent share of baskets.
    LOG_ODDS_POPULARITY = "log_odds_popularity",
    /// These less the log odds of its share of all baskets.
    TREND = "popularity_trend",
    /// Of its purchases by a quarter of the popularity's half-life, over those that its popularity
    /// lets expect; both plus 2.
    TREND_QUARTER = "popularity_trend_quarter",
    /// The same by half of the half-life.
    TREND_HALF = "popularity_trend_half",
    /// The same by twice the half-life.
    TREND_DOUBLE = "popularity_trend_double",
    /// Of the share of customers who ever bought it, less the log odds of its share of all baskets:
    /// how many of its purchases were first ones.
    SPREAD = "log_reach_over_popularity",
    /// Log odds of the share of its customers who bought it again.
    LOG_ODDS_REPEAT = "log_odds_repeat_share",
    /// Of its popularity over the sum of those of its category.
    CATEGORY_PART = "log_part_of_category",
    /// Log odds of the share of its category's customers who bought the category again.
    CATEGORY_REPEAT = "log_odds_category_repeat_share",
    // Of the product in this basket; 0 without a pair.
    /// 1 if it is paired with a product of the basket.
    PAIRED = "paired",
    /// Log odds of its popularity again, plus 5: popularity means less where a pair speaks.
    PAIRED_POPULARITY = "paired_log_odds_popularity",
    /// The greatest lower bound of the log lift.
    MAX_LOG_LIFT = "max_log_lift",
    /// Of the sum of the lifts.
    LOG_SUM_LIFT = "log_sum_lift",
    /// Of the mean lift over the whole basket, 1 for products without a pair.
    LOG_MEAN_LIFT = "log_mean_lift",
    /// Of the number of pairs.
    LOG_PAIRS = "log_pairs",
    /// Of the similarity to the basket by what baskets hold, at least 0, plus 0.003. Scores have
    /// outliers, which the logarithm keeps in their place.
    LOG_SIMILAR_CONTEXT = "log_similar_to_basket",
    // Of a product that is new to the customer.
    /// Of the similarity to what they bought by what customers buy, at least 0, plus 0.01.
    LOG_SIMILAR_OWN = "log_similar_to_purchases",
    /// Of the share of customers who ever bought it, times (ln(1 + distinct products they bought) -
    /// 5): who tries much tries what few do.
    VARIETY_REACH = "log_reach_x_log_distinct_products",
    /// Of the similarity, over 1 + the customer's baskets.
    FIRST_SIMILAR = "log_similar_to_purchases_over_baskets",
    /// Log odds of the popularity, over 1 + the customer's baskets.
    FIRST_POPULARITY = "log_odds_popularity_over_baskets",
    /// Of the decayed purchases of its category plus 0.05, over the decayed baskets plus 1.
    CATEGORY_SHARE = "log_category_share",
    /// Of the decayed purchases of its category plus 0.05, over 0.05, times the log odds of the share
    /// of the category's customers who bought it again: who has one may need no other.
    CATEGORY_AGAIN = "log_category_purchases_x_log_odds_category_repeat_share",
    /// Of 1 + the days since the last purchase of the category, 400 at most.
    CATEGORY_DAYS = "log_days_since_category",
    /// Of the recent purchases of the category plus 0.02.
    CATEGORY_RECENT = "log_recent_category_purchases",
    // Of the customer's purchases of the product; 0 if there are none.
    /// Log odds of its smoothed share of their decayed baskets.
    LOG_ODDS_SHARE = "log_odds_own_share",
    /// The same times the logarithm of 1 + the basket's size.
    SHARE_CONTEXT = "log_odds_own_share_x_log_context_size",
    /// These log odds over 1 + the customer's baskets: a share of few says less.
    FIRST_SHARE = "log_odds_own_share_over_baskets",
    /// Log odds of the popularity, over 1 + the customer's baskets.
    FIRST_OWN_POPULARITY = "log_odds_popularity_of_own_over_baskets",
    /// Of the purchases, each worth 2^(-age / [`RECENT_DAYS`]), plus 0.02.
    LOG_RECENT = "log_recent_purchases",
    /// These themselves.
    RECENT = "recent_purchases",
    /// Of the number of purchases.
    LOG_COUNT = "log_own_count",
    /// Of 1 + the days since the last one.
    LOG_DAYS = "log_days_since",
    /// Of 1 + the days since the first one.
    LOG_FIRST_DAYS = "log_days_since_first",
    /// Of the time since the last one relative to the expected interval.
    LOG_DUE = "log_due_ratio",
    /// Its square.
    LOG_DUE_SQUARED = "log_due_ratio_squared",
    /// Of the decayed purchases plus 0.1, times (ln(1 + days since) - 3): silence after many
    /// purchases says more than after a few.
    WEIGHT_DAYS = "log_own_weight_x_log_days_since",
    /// The same times the log odds of the popularity.
    WEIGHT_POPULARITY = "log_own_weight_x_log_odds_popularity",
    /// Of the decayed purchases plus 0.1, over those of the category plus 0.1.
    PART_OF_CATEGORY = "log_own_weight_over_category",
    /// Of 1 + the days since the last purchase of the category, over 1 + those since the last one of
    /// the product: another one may have taken its place.
    CATEGORY_SINCE = "log_days_since_category_over_own",
    /// Of the time since the last purchase of the category relative to the expected interval.
    CATEGORY_DUE = "log_category_due_ratio",
    /// Its square.
    CATEGORY_DUE_SQUARED = "log_category_due_ratio_squared",
    /// Of the recent purchases of the others of the category plus 0.05.
    CATEGORY_OTHERS = "log_recent_purchases_of_other_products_of_category",
    /// Log odds of the share times the logarithm of the similarity to the basket.
    SHARE_SIMILAR = "log_odds_own_share_x_log_similar_to_basket",
}

/// How many features there are, the intercept included.
pub(crate) const FEATURES: usize = Index::SHARE_SIMILAR as usize + 1;
/// Where the features begin that differ between the candidates of a situation.
pub(crate) const OF_CANDIDATE: usize = LOG_ODDS_POPULARITY;
const OF_CONTEXT: usize = PAIRED;
const OF_NEW: usize = LOG_SIMILAR_OWN;
const OF_OWN: usize = LOG_ODDS_SHARE;

/// Half-life of what is called recent.
pub(crate) const RECENT_DAYS: f32 = 30.0;
/// A first purchase so many days ago is one of something new.
pub(crate) const TRIED_DAYS: f32 = 60.0;

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

/// How many numbers the knots of all calibration curves are.
pub(crate) const CURVES: usize = 2 * KNOTS * Segment::ALL.len() * Task::ALL.len();

/// Where the knots of the curve of a task and segment are among all.
#[inline]
pub(crate) fn curve_at(task: Task, segment: Segment) -> std::ops::Range<usize> {
    let from = (task as usize * Segment::ALL.len() + segment as usize) * 2 * KNOTS;
    from..from + 2 * KNOTS
}

/// How many features of products there are.
pub(crate) const OF_PRODUCT: usize = OF_CONTEXT - OF_CANDIDATE;
/// How many numbers the bounds of the features of products are.
pub(crate) const BOUNDS: usize = 2 * OF_PRODUCT * Segment::ALL.len() * Task::ALL.len();

/// Where the bounds of a task and segment are among all.
#[inline]
pub(crate) fn bounds_at(task: Task, segment: Segment) -> std::ops::Range<usize> {
    let from = (task as usize * Segment::ALL.len() + segment as usize) * 2 * OF_PRODUCT;
    from..from + 2 * OF_PRODUCT
}

/// The bounds of the features of products in some examples; none without any.
pub(crate) fn bounds_of(examples: &[[f32; FEATURES]]) -> [f32; 2 * OF_PRODUCT] {
    std::array::from_fn(|at| {
        let (lower, feature) = (at < OF_PRODUCT, OF_CANDIDATE + at % OF_PRODUCT);
        let values = examples.iter().map(|x| x[feature]);
        match (examples.is_empty(), lower) {
            (true, true) => -100.0,
            (true, false) => 100.0,
            (false, true) => values.fold(f32::INFINITY, f32::min),
            (false, false) => values.fold(f32::NEG_INFINITY, f32::max),
        }
    })
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

    /// Which features of candidates can be other than 0.
    #[inline]
    fn of_candidate(self, task: Task) -> [std::ops::Range<usize>; 2] {
        let context = if task == Task::Basket { OF_NEW } else { OF_CONTEXT };
        let known = match (self, task) {
            (Segment::Anonymous, _) => OF_NEW..OF_NEW,
            (Segment::New, _) => OF_NEW..OF_OWN,
            (Segment::Repeat, Task::Horizon) => OF_OWN..SHARE_SIMILAR,
            (Segment::Repeat, Task::Basket) => OF_OWN..FEATURES,
        };
        [OF_CANDIDATE..context, known]
    }

    /// The features that are in use, by index.
    pub(crate) fn features(self, task: Task) -> impl Iterator<Item = usize> {
        let customer = if self == Segment::Anonymous { 0..0 } else { LOG_MEAN_SIZE..LOG_CONTEXT };
        let context = if task == Task::Basket { LOG_CONTEXT..OF_CANDIDATE } else { 0..0 };
        let [one, two] = self.of_candidate(task);
        std::iter::once(INTERCEPT).chain(customer).chain(context).chain(one).chain(two)
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
    /// Purchases of its products, decayed as those of a [`Candidate`].
    pub(super) weight: f32,
    pub(super) recent: f32,
    /// [`MAX_DAYS`] if the customer bought nothing of it.
    pub(super) last_days: f32,
}

impl OfCategory {
    pub(super) const NOTHING: Self =
        Self { bought: false, weight: 0.0, recent: 0.0, last_days: MAX_DAYS };
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
            category: OfCategory::NOTHING,
        }
    }
}

/// Candidates whose features are computed together at most.
pub(super) const LANES: usize = 64;

type Lanes = [f32; LANES];

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

    #[inline(always)]
    fn own_features(
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
        if task == Task::Basket {
            each(&mut share_similar[..n], |k| share[k] * similar[k]);
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
        let Block { x, pairs, sum_lift, .. } = self;
        for (lane, &at) in which.iter().enumerate() {
            let candidate = &candidates[at as usize];
            x[MAX_LOG_LIFT][lane] = candidate.max_log;
            x[LOG_SIMILAR_CONTEXT][lane] = candidate.similar_context;
            pairs[lane] = candidate.pairs as f32;
            sum_lift[lane] = candidate.sum_lift;
        }
        let (pairs, sum) = (&pairs[..n], &sum_lift[..n]);
        let [log_odds, paired, paired_odds, log_sum, log_mean, log_pairs, similar] = columns(
            x,
            [
                LOG_ODDS_POPULARITY,
                PAIRED,
                PAIRED_POPULARITY,
                LOG_SUM_LIFT,
                LOG_MEAN_LIFT,
                LOG_PAIRS,
                LOG_SIMILAR_CONTEXT,
            ],
        );
        let log_odds = &log_odds[..n];
        each(&mut paired[..n], |k| pairs[k].min(1.0));
        let paired = &paired[..n];
        each(&mut paired_odds[..n], |k| paired[k] * (log_odds[k] + 5.0));
        each(&mut log_sum[..n], |k| paired[k] * ln(sum[k].max(0.1)));
        each(&mut log_mean[..n], |k| {
            let mean = 1.0 + (sum[k] - pairs[k]) / shared.context.max(pairs[k]).max(1.0);
            paired[k] * ln(mean.max(0.1))
        });
        each(&mut log_pairs[..n], |k| ln(pairs[k].max(1.0)));
        similar[..n].iter_mut().for_each(|x| *x = ln(x.clamp(0.0, MAX_SIMILARITY) + 0.003));
    }
}
