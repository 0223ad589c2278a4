//! Which features there are, and where the weights, curves and bounds of each task and segment are.

use crate::affinity::curve::KNOTS;

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
    /// Of 1 + the products of its category in the basket.
    CATEGORY_CONTEXT = "log_category_in_basket",
    /// The same times the logarithm of how many of the category are bought together: others may be
    /// bought with what is there, or none.
    CONTEXT_TOGETHER = "log_category_in_basket_x_log_category_products_together",
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
    /// Of the time since the last purchase of the category relative to the customer's interval of
    /// the category.
    CADENCE_DUE = "log_category_cadence_ratio",
    /// Its square.
    CADENCE_DUE_SQUARED = "log_category_cadence_ratio_squared",
    /// What of it is above 0.
    CADENCE_OVERDUE = "log_category_cadence_ratio_above_0",
    /// These times the logarithm of the spread: what comes regularly is not bought before its time.
    SPREAD_DUE = "log_category_cadence_ratio_x_log_category_spread",
    SPREAD_DUE_SQUARED = "log_category_cadence_ratio_squared_x_log_category_spread",
    SPREAD_OVERDUE = "log_category_cadence_ratio_above_0_x_log_category_spread",
    /// The ratio times the logarithm of the customer's interval less 3.
    INTERVAL_DUE = "log_category_cadence_ratio_x_log_interval",
    /// Log odds of the share times the logarithm of the similarity to the basket.
    SHARE_SIMILAR = "log_odds_own_share_x_log_similar_to_basket",
}

/// How many features there are, the intercept included.
pub(crate) const FEATURES: usize = Index::SHARE_SIMILAR as usize + 1;
/// Where the features begin that differ between the candidates of a situation.
pub(crate) const OF_CANDIDATE: usize = LOG_ODDS_POPULARITY;
pub(super) const OF_CONTEXT: usize = PAIRED;
pub(super) const OF_NEW: usize = LOG_SIMILAR_OWN;
pub(super) const OF_OWN: usize = LOG_ODDS_SHARE;

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
/// Where in the row of a product the numbers of its category are that its features are made of, behind
/// those that are features themselves.
#[derive(Clone, Copy, Debug)]
pub(crate) enum OfCadence {
    /// Logarithm of the days expected between two purchases of the category by one customer.
    Interval,
    /// Logarithm of the shape of the gamma distribution of the customers' rates: how alike they are.
    Shape,
    /// Logarithm of the variance of the days between a customer's purchases over the square of their
    /// mean, plus 0.01: 0 at random, less the more regularly they come.
    Spread,
    /// Logarithm of the mean number of its products in the baskets that have one.
    Together,
}

impl OfCadence {
    pub(crate) const ALL: [OfCadence; 4] =
        [OfCadence::Interval, OfCadence::Shape, OfCadence::Spread, OfCadence::Together];
}

/// How many numbers there are of each product.
pub(crate) const PRODUCT_ROW: usize = OF_PRODUCT + OfCadence::ALL.len();

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
    pub(super) fn of_candidate(self, task: Task) -> [std::ops::Range<usize>; 2] {
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
