//! Candidates, their features, and the probability of each.
//!
//! Fitting and serving run this same code: fitting on the statistics of the orders before the
//! split, serving on the columns of the mapped model file. What the weights were fitted to is
//! therefore exactly what they are applied to.

use super::curve::Curve;
use super::features::{
    Block, Candidate, FEATURES, INTERCEPT, LANES, LOG_BASKETS, LOG_CONTEXT, LOG_CONTEXT_SQUARED,
    LOG_MEAN_SIZE, LOG_ORDER_DAYS, LOG_ORDERS, LOG_RECENT_ORDERS, LOG_TRIED, LOG_VARIETY,
    OF_CANDIDATE, RECENT_DAYS, Shared, TRIED_DAYS, curve_at, sigmoid, weights_at,
};
use super::numeric::{exp, ln};
use super::views::{DAY_MS, MAX_DAYS, Similar};

pub(crate) use super::features::{Segment, Task};
pub(crate) use super::views::Learned;

/// Candidates taken for their similarity to the basket, and to what the customer bought.
const SIMILAR_TO_CONTEXT: usize = 64;
const SIMILAR_TO_OWN: usize = 100;
/// Products of the customer from which similarity starts at most. What joins a basket is asked for
/// while somebody waits, and depends on the basket first of all.
const BASKET_SOURCES: usize = 32;
const HORIZON_SOURCES: usize = 256;

/// Marks "no product".
pub(crate) const NO_PRODUCT: u32 = u32::MAX;

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
    to_context: Similarity,
    to_own: Similarity,
    /// Products with a number to choose the greatest of.
    ranked: Vec<(f32, u32)>,
    /// Per candidate.
    probability: Vec<f32>,
    interval: Vec<f32>,
    /// The candidates to be scored, by their place.
    chosen: Vec<u32>,
    /// Those of one segment.
    order: Vec<u32>,
    block: Block,
}

const NOT_A_CANDIDATE: u32 = u32::MAX;

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
        self.to_context.begin(products);
        self.to_own.begin(products);
    }

    /// The candidate for a product, a new one if it is none yet. `None` if the product is not in
    /// the model or cannot be a candidate.
    #[inline]
    fn candidate(&mut self, product: u32) -> Option<&mut Candidate> {
        let mark = self.marks[..self.products].get_mut(product as usize)?;
        if mark.0 != self.round {
            *mark = (self.round, self.candidates.len() as u32);
            self.candidates.push(Candidate::new(product));
            return self.candidates.last_mut();
        }
        self.candidates.get_mut(mark.1 as usize)
    }

    /// Makes candidates of the most similar products of the catalogue, at most `limit`.
    fn add_similar(&mut self, which: Which, sold: u32, limit: usize) {
        let similarity = match which {
            Which::Context => &self.to_context,
            Which::Own => &self.to_own,
        };
        self.ranked.clear();
        let mut least = 0.0;
        for &product in &similarity.touched[..similarity.len] {
            let (_, score) = similarity.cells[product as usize];
            if score > least && product < sold && self.marks[product as usize].0 != self.round {
                self.ranked.push((score, product));
                // What is below the least of enough others need not be looked at again.
                if self.ranked.len() >= 4 * limit.max(16) {
                    keep_greatest(&mut self.ranked, limit);
                    least = self.ranked.last().map_or(f32::INFINITY, |&(score, _)| score);
                }
            }
        }
        keep_greatest(&mut self.ranked, limit);
        for at in 0..self.ranked.len() {
            self.candidate(self.ranked[at].1);
        }
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

    /// Makes a candidate of a product that nothing suggests, unless it may not be one.
    pub(crate) fn consider(&mut self, product: u32) {
        self.candidate(product);
    }

    /// Chooses the candidates to be scored among those there are.
    pub(crate) fn choose(&mut self, keep: impl Fn(&Candidate) -> bool) {
        self.chosen.clear();
        let all = self.candidates.iter().enumerate();
        self.chosen.extend(all.filter(|(_, candidate)| keep(candidate)).map(|(at, _)| at as u32));
    }

    /// Makes a candidate of a product that nothing suggests, and chooses it; not if it is one
    /// already, or may not be one.
    pub(crate) fn choose_also(&mut self, product: u32) {
        let before = self.candidates.len();
        if self.candidate(product).is_some() && self.candidates.len() > before {
            self.chosen.push(before as u32);
        }
    }

    /// Chooses a product, whether or not anything suggests it; its place among the candidates,
    /// `None` if it may not be one. Begin with [`choose`](Self::choose) of none.
    pub(crate) fn choose_product(&mut self, product: u32) -> Option<usize> {
        self.candidate(product)?;
        let place = self.position(product)?;
        self.chosen.push(place as u32);
        Some(place)
    }

    /// The places of the candidates that were chosen.
    pub(crate) fn chosen(&self) -> &[u32] {
        &self.chosen
    }

    /// Per candidate its probability, where it was chosen and [scored](Learned::score_chosen).
    pub(crate) fn probabilities(&self) -> &[f32] {
        &self.probability
    }
}

/// What the similarity is to.
#[derive(Clone, Copy)]
enum Which {
    Context,
    Own,
}

/// Keeps the greatest numbers; of equal ones those of the first products.
fn keep_greatest(ranked: &mut Vec<(f32, u32)>, limit: usize) {
    if ranked.len() > limit {
        if limit > 0 {
            ranked
                .select_nth_unstable_by(limit - 1, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        }
        ranked.truncate(limit);
    }
}

/// Scores of similarity, added up over rows.
#[derive(Debug, Default)]
struct Similarity {
    /// Per product: the round in which it was met, and its score.
    cells: Vec<(u32, f32)>,
    /// The products met, the first `len`.
    touched: Vec<u32>,
    len: usize,
    round: u32,
}

impl Similarity {
    fn begin(&mut self, products: usize) {
        if self.cells.len() < products {
            self.cells.resize(products, (0, 0.0));
            self.touched.resize(products + 1, 0);
        }
        if self.round == u32::MAX {
            self.cells.fill((0, 0.0));
            self.round = 0;
        }
        self.round += 1;
        self.len = 0;
    }

    /// Adds the row of a product.
    #[inline]
    fn add(&mut self, rows: &Similar<'_>, product: u32) {
        let row = rows.row(product);
        for (&other, &weight) in rows.product[row.clone()].iter().zip(&rows.weight[row]) {
            let Some(cell) = self.cells.get_mut(other as usize) else { continue };
            // Without a branch: whether a product was met before cannot be guessed.
            let new = cell.0 != self.round;
            *cell = (self.round, if new { weight } else { cell.1 + weight });
            self.touched[self.len] = other;
            self.len += usize::from(new);
        }
    }

    #[inline]
    fn score(&self, product: u32) -> f32 {
        match self.cells.get(product as usize) {
            Some(&(round, score)) if round == self.round => score,
            _ => 0.0,
        }
    }
}

impl Learned<'_> {
    /// Scores every candidate: the neighbours of the context, the customer's own products, what
    /// they bought since, what is similar to the context or to what they bought, and the popular
    /// ones, in this order; context products are left out.
    /// `out` is cleared first. Context and since-products that are not in the model are ignored.
    pub(crate) fn score(
        &self,
        task: Task,
        situation: &Situation<'_>,
        scratch: &mut Scratch,
        out: &mut Vec<Scored>,
    ) {
        out.clear();
        let shared = self.candidates(task, situation, scratch);
        scratch.choose(|_| true);
        self.score_chosen(task, &shared, scratch);
        let Scratch { candidates, probability, interval, .. } = scratch;
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

    /// Scores the candidates that were chosen of the situation last collected.
    pub(crate) fn score_chosen(&self, task: Task, shared: &Shared, scratch: &mut Scratch) {
        let Scratch { candidates, to_context, to_own, .. } = scratch;
        for &at in &scratch.chosen {
            candidates[at as usize].be_similar(to_context, to_own);
        }
        let Scratch { candidates, chosen, order, block, probability, interval, .. } = scratch;
        probability.clear();
        probability.resize(candidates.len(), 0.0);
        interval.clear();
        interval.resize(candidates.len(), 0.0);
        for segment in Segment::ALL {
            order.clear();
            let of = |at: &u32| shared.segment(&candidates[*at as usize]) == segment;
            order.extend(chosen.iter().copied().filter(of));
            let weights = &self.weights[weights_at(task, segment)];
            let curve = self.curve(task, segment);
            for lanes in order.chunks(LANES) {
                self.features((task, segment), shared, candidates, lanes, block);
                for (&at, &days) in lanes.iter().zip(&block.interval) {
                    interval[at as usize] = days;
                }
                let log_odds = block.log_odds(lanes.len(), (task, segment), shared, weights);
                for log_odds in log_odds.iter_mut() {
                    *log_odds = sigmoid(curve.at(*log_odds));
                }
                for (&at, &p) in lanes.iter().zip(&*log_odds) {
                    probability[at as usize] = p;
                }
            }
        }
    }

    /// Collects the candidates of a situation in `scratch`.
    pub(crate) fn candidates(
        &self,
        task: Task,
        situation: &Situation<'_>,
        scratch: &mut Scratch,
    ) -> Shared {
        let products = self.products.baskets.len();
        scratch.begin(products);
        let mut context_size = 0u32;
        for &product in situation.context {
            match scratch.marks[..products].get_mut(product as usize) {
                Some(mark) if mark.0 != scratch.round => {
                    *mark = (scratch.round, NOT_A_CANDIDATE);
                    context_size += 1;
                    if task == Task::Basket {
                        scratch.to_context.add(&self.similar_baskets, product);
                    }
                }
                _ => {}
            }
        }
        if task == Task::Basket {
            self.add_pairs(situation.context, scratch);
        }
        let customer = self.add_own(situation, scratch);
        if task == Task::Basket {
            scratch.add_similar(Which::Context, self.sold, SIMILAR_TO_CONTEXT);
        }
        if customer.baskets > 0 {
            self.add_similarity_to_own(task, situation, scratch);
            scratch.add_similar(Which::Own, self.sold, SIMILAR_TO_OWN);
        }
        for &product in self.popular {
            if let Some(candidate) = scratch.candidate(product) {
                candidate.popular = true;
            }
        }
        self.shared(&customer, context_size as f32)
    }

    /// The pairs of the context.
    fn add_pairs(&self, context: &[u32], scratch: &mut Scratch) {
        for &product in context {
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
    }

    /// What the customer bought, before and since the model was made.
    fn add_own(&self, situation: &Situation<'_>, scratch: &mut Scratch) -> Customer {
        let elapsed = days_between(self.as_of, situation.now_ms);
        let (fade, fade_recent) = (self.decay(elapsed), recent_decay(elapsed));
        let mut customer = Customer { size: self.mean_size, last_days: MAX_DAYS, ..EMPTY };
        if let Some(index) = situation.customer {
            for at in self.own.row(index) {
                let last = (self.own.last_days[at] + elapsed).min(MAX_DAYS);
                let first = (self.own.first_days[at] + elapsed).min(MAX_DAYS);
                customer.purchase(last, first);
                if let Some(candidate) = scratch.candidate(self.own.product[at]) {
                    candidate.count = self.own.count[at];
                    candidate.weight = self.own.weight[at] * fade;
                    candidate.recent = self.own.recent[at] * fade_recent;
                    candidate.last_days = last;
                    candidate.first_days = first;
                }
            }
            if let Some(&count) = self.own.customer_baskets.get(index as usize) {
                customer.baskets = count;
                customer.weight = self.own.customer_weight[index as usize] * fade;
                customer.recent = self.own.customer_recent[index as usize] * fade_recent;
                customer.size = self.own.customer_size[index as usize];
            }
        }
        if situation.since.is_empty() {
            return customer;
        }
        let (mut total, mut total_recent) = (0.0, 0.0);
        for line in situation.since {
            let days = days_between(line.time_ms, situation.now_ms);
            let (decay, recent) = (self.decay(days), recent_decay(days));
            total += decay;
            total_recent += recent;
            customer.last_days = customer.last_days.min(days);
            customer.first_days = customer.first_days.max(days);
            if let Some(candidate) = scratch.candidate(line.product) {
                if candidate.count == 0 {
                    candidate.last_days = days;
                    customer.variety += 1;
                    customer.tried += u32::from(days < TRIED_DAYS);
                }
                candidate.last_days = candidate.last_days.min(days);
                candidate.first_days = candidate.first_days.max(days);
                candidate.count = candidate.count.saturating_add(1);
                candidate.weight += decay;
                candidate.recent += recent;
            }
        }
        // The baskets since then have no times of their own: they get the mean of their lines'.
        let baskets = situation.since_baskets.max(1);
        let each = baskets as f32 / situation.since.len() as f32;
        customer.weight += each * total;
        customer.recent += each * total_recent;
        customer.baskets = customer.baskets.saturating_add(baskets);
        customer
    }

    /// Similarity to what the customer bought, from the products they bought most.
    fn add_similarity_to_own(&self, task: Task, situation: &Situation<'_>, scratch: &mut Scratch) {
        self.sources(task, situation, &mut scratch.ranked);
        for &(_, product) in &scratch.ranked {
            scratch.to_own.add(&self.similar_customers, product);
        }
    }

    /// The products of the customer from which similarity starts, those of the greatest decayed
    /// weight if there are many; each counts 1, as when the similarity was learned.
    fn sources(&self, task: Task, situation: &Situation<'_>, sources: &mut Vec<(f32, u32)>) {
        sources.clear();
        let row = situation.customer.map_or(0..0, |customer| self.own.row(customer));
        let own = &self.own.product[row.clone()];
        sources.extend(self.own.weight[row].iter().copied().zip(own.iter().copied()));
        let learned = sources.len();
        for line in situation.since {
            let new = own.binary_search(&line.product).is_err()
                && sources[learned..].iter().all(|source| source.1 != line.product);
            if new {
                sources.push((1.0, line.product));
            }
        }
        let limit = match task {
            Task::Basket => BASKET_SOURCES,
            Task::Horizon => HORIZON_SOURCES,
        };
        keep_greatest(sources, limit);
        // Sums of floating-point numbers depend on their order.
        sources.sort_unstable_by_key(|source| source.1);
    }

    fn shared(&self, customer: &Customer, context: f32) -> Shared {
        let mut x = [0.0; OF_CANDIDATE];
        let known = customer.baskets > 0;
        let log_context = ln(1.0 + context);
        x[INTERCEPT] = 1.0;
        x[LOG_CONTEXT] = log_context;
        x[LOG_CONTEXT_SQUARED] = log_context * log_context;
        if known {
            let orders = self.expected_orders(customer.weight, customer.first_days);
            x[LOG_MEAN_SIZE] = ln(customer.size.max(1.0));
            x[LOG_BASKETS] = ln(1.0 + customer.baskets as f32);
            x[LOG_ORDERS] = ln(0.05 + orders);
            x[LOG_RECENT_ORDERS] = ln(0.5 + customer.recent);
            x[LOG_ORDER_DAYS] = ln(1.0 + customer.last_days);
            x[LOG_VARIETY] = ln(1.0 + customer.variety as f32);
            x[LOG_TRIED] = ln(1.0 + customer.tried as f32);
        }
        Shared { known, weight: customer.weight, context, x }
    }

    /// The calibration curve of a task and segment.
    pub(crate) fn curve(&self, task: Task, segment: Segment) -> Curve {
        Curve::new(&self.curves[curve_at(task, segment)])
    }

    /// The segment and the features of one candidate of the situation last collected.
    pub(crate) fn features_of(
        &self,
        task: Task,
        shared: &Shared,
        scratch: &mut Scratch,
        candidate: usize,
    ) -> (Segment, [f32; FEATURES]) {
        let Scratch { candidates, block, to_context, to_own, .. } = scratch;
        candidates[candidate].be_similar(to_context, to_own);
        let segment = shared.segment(&candidates[candidate]);
        self.features((task, segment), shared, candidates, &[candidate as u32], block);
        (segment, block.lane(0, (task, segment), shared))
    }

    /// The orders to expect within the horizon of a customer whose orders have a decayed weight,
    /// the first of them so many days ago: the weight over that of one order a day since then, a
    /// month of which is added so that a single order of today is no habit.
    fn expected_orders(&self, weight: f32, first_days: f32) -> f32 {
        const MONTH: f32 = 28.0;
        let daily = self.half_life_days / std::f32::consts::LN_2 * (1.0 - self.decay(first_days));
        (self.horizon_days * weight / (daily + MONTH)).min(MAX_DAYS)
    }

    #[inline]
    fn decay(&self, days: f32) -> f32 {
        exp(-days / self.half_life_days * std::f32::consts::LN_2)
    }
}

impl Candidate {
    #[inline]
    fn be_similar(&mut self, to_context: &Similarity, to_own: &Similarity) {
        self.similar_context = to_context.score(self.product);
        self.similar_own = to_own.score(self.product);
    }
}

/// What a situation says about its customer.
#[derive(Clone, Copy, Debug)]
struct Customer {
    baskets: u32,
    weight: f32,
    recent: f32,
    size: f32,
    last_days: f32,
    first_days: f32,
    /// Distinct products, and those of them first bought within [`TRIED_DAYS`].
    variety: u32,
    tried: u32,
}

const EMPTY: Customer = Customer {
    baskets: 0,
    weight: 0.0,
    recent: 0.0,
    size: 0.0,
    last_days: 0.0,
    first_days: 0.0,
    variety: 0,
    tried: 0,
};

impl Customer {
    /// Takes note of a product that was last and first bought so many days ago.
    #[inline]
    fn purchase(&mut self, last_days: f32, first_days: f32) {
        self.last_days = self.last_days.min(last_days);
        self.first_days = self.first_days.max(first_days);
        self.variety += 1;
        self.tried += u32::from(first_days < TRIED_DAYS);
    }
}

#[inline]
fn recent_decay(days: f32) -> f32 {
    exp(-days / RECENT_DAYS * std::f32::consts::LN_2)
}

/// Days from one time to a later one; 0 if it is not later.
#[inline]
pub(crate) fn days_between(from_ms: i64, to_ms: i64) -> f32 {
    ((to_ms.saturating_sub(from_ms)) as f64 / DAY_MS).clamp(0.0, f64::from(MAX_DAYS)) as f32
}

#[cfg(test)]
mod tests {
    use super::super::curve::KNOTS;
    use super::super::features::{
        BOUNDS, CURVES, LOG_ODDS_POPULARITY, LOG_ODDS_SHARE, MAX_LOG_LIFT, WEIGHTS, bounds_of,
    };
    use super::super::views::{Neighbours, Own, Similar, Stats};
    use super::*;

    const DAY: i64 = 86_400_000;

    /// Five products; 0 goes with 1 and 2, 3 with 2. One customer bought 1 and 4. 2 is popular.
    fn with_learned(test: impl FnOnce(Learned<'_>)) {
        // Log odds = own share's log odds for what was bought before, else popularity's plus the
        // bound of the lift.
        let mut weights = [0.0; WEIGHTS];
        for segment in [Segment::Anonymous, Segment::New] {
            let weights = &mut weights[weights_at(Task::Basket, segment)];
            weights[LOG_ODDS_POPULARITY] = 1.0;
            weights[MAX_LOG_LIFT] = 1.0;
        }
        weights[weights_at(Task::Basket, Segment::Repeat)][LOG_ODDS_SHARE] = 1.0;
        let popularity = [0.5, 0.2, 0.1, 0.05, 0.01];
        // Straight.
        let each = bounds_of(&[]);
        let bounds: [f32; BOUNDS] = std::array::from_fn(|k| each[k % each.len()]);
        let curves: [f32; CURVES] = std::array::from_fn(|k| (k % KNOTS) as f32);
        test(Learned {
            as_of: 100 * DAY,
            half_life_days: 10.0,
            mean_size: 2.0,
            sold: 5,
            similar_customers: Similar { offsets: &[0; 6], product: &[], weight: &[] },
            similar_baskets: Similar { offsets: &[0; 6], product: &[], weight: &[] },
            neighbours: Neighbours {
                offsets: &[0, 2, 2, 2, 3, 3],
                product: &[1, 2, 2],
                log_low: &[0.5, 0.25, 0.75],
                lift: &[2.0, 1.5, 3.0],
                baskets: &[20, 21, 22],
                customers: &[10, 11, 12],
            },
            own: Own {
                offsets: &[0, 2],
                product: &[1, 4],
                weight: &[0.5, 1.5],
                recent: &[0.25, 1.0],
                count: &[1, 3],
                last_days: &[10.0, 5.0],
                first_days: &[10.0, 45.0],
                customer_baskets: &[3],
                customer_weight: &[2.0],
                customer_recent: &[1.0],
                customer_size: &[1.5],
            },
            products: Stats {
                baskets: &[9; 5],
                customers: &[9; 5],
                popularity: &popularity,
                log_odds: &popularity.map(|p: f32| (p / (1.0 - p)).ln()),
                log_odds_overall: &[-2.0; 5],
                log_reach: &[-1.0; 5],
                log_odds_repeat: &[-1.0; 5],
                repeat_share: &[0.0; 5],
                rate_shape: &[2.0; 5],
                rate_days: &[20.0; 5],
            },
            popular: &[2],
            horizon_days: 28.0,
            weights: &weights,
            curves: &curves,
            bounds: &bounds,
        });
    }

    fn scored(learned: &Learned<'_>, situation: &Situation<'_>) -> Vec<Scored> {
        let (mut scratch, mut out) = (Scratch::default(), Vec::new());
        learned.score(Task::Basket, situation, &mut scratch, &mut out);
        // Again with used memory: the same.
        let first = out.clone();
        learned.score(Task::Basket, situation, &mut scratch, &mut out);
        assert_eq!(out, first);
        out
    }

    fn close(a: f32, b: f32) -> bool {
        (a - b).abs() < 1e-5
    }

    #[test]
    fn candidates_and_their_evidence() {
        with_learned(|learned| {
            let situation = Situation {
                customer: Some(0),
                now_ms: 110 * DAY,
                context: &[0, 3, 0, 99],
                since: &[],
                since_baskets: 0,
            };
            let out = scored(&learned, &situation);
            let products: Vec<u32> = out.iter().map(|s| s.product).collect();
            assert_eq!(products, [1, 2, 4], "neighbours, own products, popular ones");
            let [one, two, four] = out[..] else { unreachable!() };
            assert_eq!((one.because, one.pair_baskets, one.pair_customers), (0, 20, 10));
            assert_eq!((two.because, two.pair_baskets, two.pair_customers), (3, 22, 12));
            assert_eq!((two.log_lift, two.popular, two.own_count), (0.75, true, 0));
            assert_eq!((two.days_since, two.expected_interval), (0.0, 0.0));
            let odds = 0.1f32 / 0.9 * 0.75f32.exp();
            assert!(close(two.probability, odds / (1.0 + odds)));
            assert_eq!((four.because, four.log_lift, four.popular), (NO_PRODUCT, 0.0, false));
            assert_eq!((four.own_count, four.days_since), (3, 15.0));
            // Ten days on, weights have halved, of the product as of all baskets.
            assert!(close(four.own_share, 0.75));
            assert!(close(four.probability, (0.75 + 0.01) / (1.0 + 1.0)));
            // (40 days between first and last + 20) / (2 repeats + 2).
            assert_eq!(four.expected_interval, 15.0);
            assert_eq!(one.expected_interval, 10.0);
        });
    }

    #[test]
    fn purchases_since_count_as_if_they_had_been_learned() {
        with_learned(|learned| {
            let since = [
                SinceLine { product: 4, time_ms: 110 * DAY },
                SinceLine { product: 3, time_ms: 110 * DAY },
            ];
            let situation = Situation {
                customer: Some(0),
                now_ms: 120 * DAY,
                context: &[],
                since: &since,
                since_baskets: 1,
            };
            let out = scored(&learned, &situation);
            let find = |product| *out.iter().find(|s| s.product == product).unwrap();
            let (three, four) = (find(3), find(4));
            // 20 days: a quarter is left of what was learned, half of the basket since.
            let weight = 2.0 / 4.0 + 0.5;
            assert_eq!((four.own_count, four.days_since), (4, 10.0));
            assert!(close(four.own_share, (1.5 / 4.0 + 0.5) / weight));
            assert!(close(four.expected_interval, (65.0 - 10.0 + 20.0) / (3.0 + 2.0)));
            assert_eq!((three.own_count, three.days_since), (1, 10.0));
            assert!(close(three.own_share, 0.5 / weight));
        });
    }

    #[test]
    fn a_stranger_is_judged_by_the_basket_alone() {
        with_learned(|learned| {
            let situation = Situation {
                customer: None,
                now_ms: 90 * DAY,
                context: &[0],
                since: &[],
                since_baskets: 0,
            };
            let out = scored(&learned, &situation);
            assert_eq!(out.iter().map(|s| s.product).collect::<Vec<_>>(), [1, 2]);
            assert!(close(out[0].probability, sigmoid((0.2f32 / 0.8).ln() + 0.5)));
            assert!(out.iter().all(|s| s.own_count == 0));
        });
    }

    #[test]
    fn a_lane_does_not_depend_on_its_block() {
        with_learned(|learned| {
            let situation = Situation {
                customer: Some(0),
                now_ms: 100 * DAY,
                context: &[0, 3],
                since: &[],
                since_baskets: 0,
            };
            let mut scratch = Scratch::default();
            let mut out = Vec::new();
            learned.score(Task::Basket, &situation, &mut scratch, &mut out);
            let shared = learned.candidates(Task::Basket, &situation, &mut scratch);
            for (at, scored) in out.iter().enumerate() {
                let (segment, x) = learned.features_of(Task::Basket, &shared, &mut scratch, at);
                let weights = &learned.weights[weights_at(Task::Basket, segment)];
                let sum: f32 = x.iter().zip(weights).map(|(x, w)| w * x).sum();
                assert!(close(sigmoid(sum), scored.probability));
            }
        });
    }
}
