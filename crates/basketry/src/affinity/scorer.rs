//! Candidates, their features, and the probability of each.
//!
//! Fitting and serving run this same code: fitting on the statistics of the orders before the
//! split, serving on the columns of the mapped model file. What the weights were fitted to is
//! therefore exactly what they are applied to.

use super::numeric::{exp, ln};

/// Marks "no product".
pub(crate) const NO_PRODUCT: u32 = u32::MAX;

/// How many features there are, the intercept included.
pub(crate) const FEATURES: usize = 16;

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
    "log_odds_own_share",
    "log_days_since",
    "log_due_ratio",
    "log_due_ratio_squared",
    "log_own_count",
];

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
    fn features(self) -> usize {
        match self {
            Segment::Anonymous => 9,
            Segment::New => 11,
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

/// The pairs that sell together: rows of related products.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Neighbours<'a> {
    /// Per product, one more: where its row begins.
    pub(crate) offsets: &'a [u64],
    pub(crate) product: &'a [u32],
    /// Natural logarithm of the lower 2.5 % bound of the lift; above 0.
    pub(crate) log_low: &'a [f32],
    /// Shrunk lift.
    pub(crate) lift: &'a [f32],
    pub(crate) baskets: &'a [u32],
    pub(crate) customers: &'a [u32],
}

/// What each customer bought: rows of products, ascending.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Own<'a> {
    /// Per customer, one more: where their row begins.
    pub(crate) offsets: &'a [u64],
    pub(crate) product: &'a [u32],
    /// Baskets with the product, each worth 2^(-age / half-life) at `as_of`.
    pub(crate) weight: &'a [f32],
    /// Baskets with the product.
    pub(crate) count: &'a [u32],
    /// Days from the last purchase to `as_of`.
    pub(crate) last_days: &'a [f32],
    /// Days from the first purchase to `as_of`.
    pub(crate) first_days: &'a [f32],
    /// Per customer: baskets.
    pub(crate) customer_baskets: &'a [u32],
    /// Per customer: baskets, each worth 2^(-age / half-life) at `as_of`.
    pub(crate) customer_weight: &'a [f32],
    /// Per customer: mean number of distinct products in a basket.
    pub(crate) customer_size: &'a [f32],
}

/// One entry per product.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stats<'a> {
    /// Baskets with the product.
    pub(crate) baskets: &'a [u32],
    /// Distinct customers who bought it.
    pub(crate) customers: &'a [u32],
    /// Smoothed, time-decayed share of baskets with the product; strictly between 0 and 1.
    pub(crate) popularity: &'a [f32],
    /// Its log odds.
    pub(crate) log_odds: &'a [f32],
    /// Share of its customers who bought it at least twice.
    pub(crate) repeat_share: &'a [f32],
    /// Gamma prior of the repurchase rate per day: shape.
    pub(crate) rate_shape: &'a [f32],
    /// Gamma prior of the repurchase rate per day: rate, in days.
    pub(crate) rate_days: &'a [f32],
}

/// All that was learned, as views of columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Learned<'a> {
    /// The time of the last order learned from, milliseconds since 1970-01-01 UTC.
    pub(crate) as_of: i64,
    /// Half-life of a customer's purchases, days.
    pub(crate) half_life_days: f32,
    /// Mean number of distinct products in a basket.
    pub(crate) mean_size: f32,
    pub(crate) neighbours: Neighbours<'a>,
    pub(crate) own: Own<'a>,
    pub(crate) products: Stats<'a>,
    /// The most popular products, the most popular first.
    pub(crate) popular: &'a [u32],
    /// Weights of the features: [`FEATURES`] for each of [`Segment::ALL`].
    pub(crate) weights: &'a [f32],
}

/// A purchase of the customer's since the model was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SinceLine {
    pub(crate) product: u32,
    pub(crate) time_ms: i64,
}

/// One request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Situation<'a> {
    /// The customer's index in the model, if known.
    pub(crate) customer: Option<u32>,
    pub(crate) now_ms: i64,
    /// Products in the basket and the viewed one, as indices of model products.
    pub(crate) context: &'a [u32],
    /// What the customer bought since the model was made.
    pub(crate) since: &'a [SinceLine],
    /// In how many baskets they bought it.
    pub(crate) since_baskets: u32,
}

/// A candidate and what is known about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scored {
    pub(crate) product: u32,
    /// That it is bought in this order, given what is in the basket so far, without anything
    /// being offered.
    pub(crate) probability: f32,
    /// The greatest lower bound of the log lift over the context; 0 if no pair is known.
    pub(crate) log_lift: f32,
    /// The context product with that bound; [`NO_PRODUCT`] if none.
    pub(crate) because: u32,
    /// Baskets with both.
    pub(crate) pair_baskets: u32,
    /// Distinct customers who bought both in one basket.
    pub(crate) pair_customers: u32,
    /// How often the customer bought it.
    pub(crate) own_count: u32,
    /// The time-decayed share of their baskets that had it.
    pub(crate) own_share: f32,
    /// Days since they last bought it; 0 if `own_count` is 0.
    pub(crate) days_since: f32,
    /// Days expected between their purchases of it, above 0; 0 if `own_count` is 0.
    pub(crate) expected_interval: f32,
    /// On the list of popular products.
    pub(crate) popular: bool,
}

/// Working memory of [`Learned::score`]; reuse it: nothing is allocated once it has grown.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Per product: the round in which it was met, and its place among the candidates.
    marks: Vec<(u32, u32)>,
    /// How many of the marks are in use: the products of the model at hand.
    products: usize,
    round: u32,
    candidates: Vec<Candidate>,
    /// Per candidate.
    probability: Vec<f32>,
    interval: Vec<f32>,
    /// The candidates of one segment.
    order: Vec<u32>,
    block: Block,
}

/// A candidate before its features are computed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) product: u32,
    because: u32,
    /// Where the pair with `because` is among the neighbours.
    pair: usize,
    /// The context products it is paired with, and over these: the greatest lower bound of the
    /// log lift, and the sum of the lifts.
    pairs: u32,
    max_log: f32,
    sum_lift: f32,
    /// Purchases, before and since the model was made.
    count: u32,
    /// Their decayed weight now.
    weight: f32,
    last_days: f32,
    first_days: f32,
    popular: bool,
}

/// Candidates whose features are computed together at most.
const LANES: usize = 64;

type Lanes = [f32; LANES];

/// The features of up to [`LANES`] candidates, and what they are computed from.
#[derive(Debug)]
struct Block {
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
    fn probabilities(&mut self, n: usize, segment: Segment, weights: &[f32]) -> &[f32] {
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

/// What all candidates of a situation share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared {
    known: bool,
    /// Decayed weight of the customer's baskets now.
    weight: f32,
    context: f32,
    log_context: f32,
    log_size: f32,
    log_baskets: f32,
}

const NOT_A_CANDIDATE: u32 = u32::MAX;
pub(crate) const DAY_MS: f64 = 86_400_000.0;
/// Bounds that keep every feature finite whatever a file says.
const MAX_DAYS: f32 = 36_525.0;
const MIN_INTERVAL: f32 = 0.01;

impl Scratch {
    fn begin(&mut self, products: usize) {
        self.products = products;
        if self.marks.len() < products {
            self.marks.resize(products, (0, 0));
        }
        if self.round == u32::MAX {
            self.marks.fill((0, 0));
            self.round = 0;
        }
        self.round += 1;
        self.candidates.clear();
    }

    /// The candidate of `product`, added if it is new; `None` for what may not be one.
    #[inline]
    fn candidate(&mut self, product: u32) -> Option<&mut Candidate> {
        let mark = self.marks[..self.products].get_mut(product as usize)?;
        if mark.0 != self.round {
            *mark = (self.round, self.candidates.len() as u32);
            self.candidates.push(Candidate {
                product,
                because: NO_PRODUCT,
                pair: 0,
                pairs: 0,
                max_log: 0.0,
                sum_lift: 0.0,
                count: 0,
                weight: 0.0,
                last_days: 0.0,
                first_days: 0.0,
                popular: false,
            });
            return self.candidates.last_mut();
        }
        self.candidates.get_mut(mark.1 as usize)
    }

    /// Where a product is among the candidates of the last situation, which are scored in their
    /// order.
    #[inline]
    pub(crate) fn position(&self, product: u32) -> Option<usize> {
        match self.marks.get(product as usize) {
            Some(&(round, at)) if round == self.round && at != NOT_A_CANDIDATE => Some(at as usize),
            _ => None,
        }
    }

    /// The candidates of the last situation.
    pub(crate) fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }
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

impl<'a> Neighbours<'a> {
    /// Where the row of `product` lies in the columns.
    #[inline]
    pub(crate) fn row(&self, product: u32) -> std::ops::Range<usize> {
        row(self.offsets, product, self.product.len())
    }
}

impl Stats<'_> {
    /// Days expected between two purchases of a customer of whom nothing more is known. Panics if
    /// there is no such product.
    pub(crate) fn usual_interval(&self, product: u32) -> f32 {
        let at = product as usize;
        (self.rate_days[at] / self.rate_shape[at]).clamp(MIN_INTERVAL, MAX_DAYS)
    }
}

impl<'a> Own<'a> {
    /// Where the row of `customer` lies in the columns.
    #[inline]
    pub(crate) fn row(&self, customer: u32) -> std::ops::Range<usize> {
        row(self.offsets, customer, self.product.len())
    }
}

/// An empty row where the offsets do not hold one.
#[inline]
fn row(offsets: &[u64], index: u32, len: usize) -> std::ops::Range<usize> {
    match offsets.get(index as usize..index as usize + 2) {
        Some(&[from, to]) if from <= to && to <= len as u64 => from as usize..to as usize,
        _ => 0..0,
    }
}

impl Learned<'_> {
    /// Scores every candidate: the neighbours of the context, the customer's own products, what
    /// they bought since, and the popular ones, in this order; context products are left out.
    /// `out` is cleared first. Context and since-products that are not in the model are ignored.
    pub(crate) fn score(
        &self,
        situation: &Situation<'_>,
        scratch: &mut Scratch,
        out: &mut Vec<Scored>,
    ) {
        out.clear();
        let shared = self.candidates(situation, scratch);
        let Scratch { candidates, order, block, probability, interval, .. } = scratch;
        probability.clear();
        probability.resize(candidates.len(), 0.0);
        interval.clear();
        interval.resize(candidates.len(), 0.0);
        for segment in Segment::ALL {
            order.clear();
            order.extend(
                (0..candidates.len() as u32)
                    .filter(|&at| shared.segment(&candidates[at as usize]) == segment),
            );
            let weights = &self.weights[segment as usize * FEATURES..][..FEATURES];
            for lanes in order.chunks(LANES) {
                self.features(&shared, segment, candidates, lanes, block);
                for (&at, &days) in lanes.iter().zip(&block.interval) {
                    interval[at as usize] = days;
                }
                let probabilities = block.probabilities(lanes.len(), segment, weights);
                for (&at, &p) in lanes.iter().zip(probabilities) {
                    probability[at as usize] = p;
                }
            }
        }

        out.reserve(candidates.len());
        for (at, candidate) in candidates.iter().enumerate() {
            let paired = candidate.pairs > 0;
            let owned = candidate.count > 0;
            let own_share = candidate.weight / shared.weight.max(f32::MIN_POSITIVE);
            out.push(Scored {
                product: candidate.product,
                probability: probability[at],
                log_lift: candidate.max_log,
                because: candidate.because,
                pair_baskets: if paired { self.neighbours.baskets[candidate.pair] } else { 0 },
                pair_customers: if paired { self.neighbours.customers[candidate.pair] } else { 0 },
                own_count: candidate.count,
                own_share: if owned { own_share.clamp(0.0, 1.0) } else { 0.0 },
                days_since: candidate.last_days,
                expected_interval: if owned { interval[at] } else { 0.0 },
                popular: candidate.popular,
            });
        }
    }

    /// Collects the candidates of a situation in `scratch`.
    pub(crate) fn candidates(&self, situation: &Situation<'_>, scratch: &mut Scratch) -> Shared {
        let products = self.products.baskets.len();
        scratch.begin(products);
        let mut context_size = 0u32;
        for &product in situation.context {
            match scratch.marks[..products].get_mut(product as usize) {
                Some(mark) if mark.0 != scratch.round => {
                    *mark = (scratch.round, NOT_A_CANDIDATE);
                    context_size += 1;
                }
                _ => {}
            }
        }
        for &product in situation.context {
            for pair in self.neighbours.row(product) {
                let log = self.neighbours.log_low[pair];
                if let Some(candidate) = scratch.candidate(self.neighbours.product[pair]) {
                    candidate.pairs += 1;
                    candidate.sum_lift += self.neighbours.lift[pair];
                    if log > candidate.max_log {
                        candidate.max_log = log;
                        candidate.because = product;
                        candidate.pair = pair;
                    }
                }
            }
        }

        let elapsed = days_between(self.as_of, situation.now_ms);
        let fade = self.decay(elapsed);
        let mut weight = 0.0;
        let mut baskets = 0;
        let mut size = self.mean_size;
        if let Some(customer) = situation.customer {
            for at in self.own.row(customer) {
                if let Some(candidate) = scratch.candidate(self.own.product[at]) {
                    candidate.count = self.own.count[at];
                    candidate.weight = self.own.weight[at] * fade;
                    candidate.last_days = (self.own.last_days[at] + elapsed).min(MAX_DAYS);
                    candidate.first_days = (self.own.first_days[at] + elapsed).min(MAX_DAYS);
                }
            }
            if let Some(&count) = self.own.customer_baskets.get(customer as usize) {
                baskets = count;
                weight = self.own.customer_weight[customer as usize] * fade;
                size = self.own.customer_size[customer as usize];
            }
        }
        if !situation.since.is_empty() {
            let mut total = 0.0;
            for line in situation.since {
                let days = days_between(line.time_ms, situation.now_ms);
                let decay = self.decay(days);
                total += decay;
                if let Some(candidate) = scratch.candidate(line.product) {
                    candidate.last_days =
                        if candidate.count == 0 { days } else { candidate.last_days.min(days) };
                    candidate.first_days = candidate.first_days.max(days);
                    candidate.count = candidate.count.saturating_add(1);
                    candidate.weight += decay;
                }
            }
            // The baskets since then have no times of their own: they get the mean of their lines'.
            let since_baskets = situation.since_baskets.max(1);
            weight += since_baskets as f32 * (total / situation.since.len() as f32);
            baskets = baskets.saturating_add(since_baskets);
        }
        for &product in self.popular {
            if let Some(candidate) = scratch.candidate(product) {
                candidate.popular = true;
            }
        }
        let context = context_size as f32;
        Shared {
            known: baskets > 0,
            weight,
            context,
            log_context: ln(1.0 + context),
            log_size: ln(size.max(1.0)),
            log_baskets: ln(1.0 + baskets as f32),
        }
    }

    /// The segment and the features of one candidate of the situation last collected.
    pub(crate) fn features_of(
        &self,
        shared: &Shared,
        scratch: &mut Scratch,
        candidate: usize,
    ) -> (Segment, [f32; FEATURES]) {
        let Scratch { candidates, block, .. } = scratch;
        let segment = shared.segment(&candidates[candidate]);
        self.features(shared, segment, candidates, &[candidate as u32], block);
        (segment, block.x.map(|x| x[0]))
    }

    /// The features of the candidates `which`, at most [`LANES`], all of one segment.
    ///
    /// In the order of [`FEATURE_NAMES`]: 1; the log odds of the popularity; ln(1 + context size).
    /// If the candidate is paired with context products: 1; the log odds of the popularity again,
    /// plus 5 (popularity means less where a pair speaks); the greatest lower bound of the log
    /// lift; the logarithm of the sum of the lifts; that of their mean over the whole context, 1
    /// for products without a pair; that of the number of pairs. If anything is known about the
    /// customer: the logarithms of their mean basket size and of 1 + their baskets. If they bought
    /// the candidate before: the log odds of its smoothed share of their decayed baskets; ln(1 +
    /// days since the last time); the logarithm of the time since then relative to the expected
    /// interval, and its square; the logarithm of the number of times. Features that do not apply
    /// are 0.
    fn features(
        &self,
        shared: &Shared,
        segment: Segment,
        candidates: &[Candidate],
        which: &[u32],
        block: &mut Block,
    ) {
        let n = which.len();
        let Block { x, interval, pairs, sum_lift, .. } = block;
        for x in x.iter_mut() {
            x[..n].fill(0.0);
        }
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
        each(&mut x[11][..n], |k| log_odds_of((weight[k] + popularity[k]) / (shared.weight + 1.0)));
        each(&mut x[12][..n], |k| ln(1.0 + last[k]));
        // The inverse of the posterior mean rate: (days from the first purchase to the last +
        // prior days) / (purchases - 1 + prior shape).
        let interval = &mut interval[..n];
        each(interval, |k| {
            let days = (first[k] - last[k]).max(0.0) + rate_days[k];
            let repeats = (count[k] - 1.0).max(0.0) + rate_shape[k];
            (days / repeats).clamp(MIN_INTERVAL, MAX_DAYS)
        });
        // Half a day: the mean of what a date without a time of day leaves open.
        each(&mut x[13][..n], |k| ln(((last[k] + 0.5) / interval[k]).clamp(0.02, 50.0)));
        let [.., due, due_squared, log_count] = x;
        let due = &due[..n];
        each(&mut due_squared[..n], |k| due[k] * due[k]);
        each(&mut log_count[..n], |k| ln(count[k].max(1.0)));
    }

    #[inline]
    fn decay(&self, days: f32) -> f32 {
        exp(-days / self.half_life_days * std::f32::consts::LN_2)
    }
}

/// Days from one time to a later one; 0 if it is not later.
#[inline]
pub(crate) fn days_between(from_ms: i64, to_ms: i64) -> f32 {
    ((to_ms.saturating_sub(from_ms)) as f64 / DAY_MS).clamp(0.0, f64::from(MAX_DAYS)) as f32
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
