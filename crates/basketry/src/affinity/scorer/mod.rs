//! Candidates, their features, and the probability of each.
//!
//! Fitting and serving run this same code: fitting on the statistics of the orders before the
//! split, serving on the columns of the mapped model file. What the weights were fitted to is
//! therefore exactly what they are applied to.

mod best;
mod customer;
mod dots;
mod promise;
mod scratch;
mod similar;
pub(crate) use best::{index as place, top};
pub(crate) use promise::Promise;
pub(crate) use scratch::Scratch;
pub(crate) use similar::Contributor;

use scratch::{Met, NOT_A_CANDIDATE, NOT_YET, similar_to_context};
use similar::ToOwn;

use super::curve::Curve;
pub(crate) use super::features::Candidate;
use super::features::{FEATURES, LANES, OfCategory, PRODUCT_ROW, curve_at, sigmoid, weights_at};
pub(crate) use super::features::{Segment, Shared, Task};
pub(crate) use super::views::Learned;
use crate::prefetch::prefetch;
use crate::seen::Seen;

/// How many products are candidates at most, beside those that sell with the basket and those that
/// the customer bought.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reach {
    /// For their similarity to the basket.
    pub(crate) similar_to_context: usize,
    /// For their similarity to what the customer bought.
    pub(crate) similar_to_own: Most,
    /// For nothing but their popularity.
    pub(crate) popular: usize,
}

/// How many of a sort are candidates: the fewer others there are, the more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Most {
    pub(crate) least: usize,
    pub(crate) most: usize,
    /// Between these as many as make up so many with the others.
    pub(crate) together: usize,
}

impl Most {
    pub(crate) const fn always(most: usize) -> Self {
        Self { least: most, most, together: 0 }
    }

    /// Where there are so many others.
    pub(crate) fn beside(self, others: usize) -> usize {
        self.together.saturating_sub(others).min(self.most).max(self.least)
    }
}

impl Reach {
    /// As far as candidates are looked for.
    pub(crate) const FULL: Self =
        Self { similar_to_context: 64, similar_to_own: Most::always(100), popular: usize::MAX };
}

/// How many entries of a row ahead memory is asked for.
const AHEAD: usize = 12;

/// Of each row so many lines of the cache are asked for at once, with so many numbers each.
const LINES: usize = 3;
const LINE: usize = 16;

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
    /// What came back: nothing is similar to the customer's purchases because of it.
    pub(crate) returned: &'a [u32],
}

impl<'a> Situation<'a> {
    /// One in which nothing was bought since the model was made, and nothing came back.
    pub(crate) fn new(customer: Option<u32>, now_ms: i64, context: &'a [u32]) -> Self {
        Self { customer, now_ms, context, since: &[], since_baskets: 0, returned: &[] }
    }
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
    /// Among the products most similar to what the customer bought.
    pub(crate) similar: bool,
}

impl Learned<'_> {
    /// Scores every candidate: the neighbours of the context, the customer's own products, what
    /// they bought since, what is similar to the context or to what they bought, and the popular
    /// ones, in this order; context products are left out.
    /// `out` is cleared first. Context and since-products that are not in the model are ignored.
    #[cfg(test)]
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
        let all = 0..scratch.candidates.len();
        out.extend(all.map(|at| self.scored(&shared, scratch, at)));
    }

    /// Asks for the evidence of a candidate's pair, for its category and for how often it is bought.
    #[inline(always)]
    pub(crate) fn prefetch_evidence(&self, candidate: &Candidate) {
        let product = candidate.product as usize;
        prefetch(self.products.category, product);
        if candidate.count > 0 {
            prefetch(self.products.rate_days, product);
            prefetch(self.products.rate_shape, product);
        } else {
            prefetch(self.neighbours.customers, candidate.pair);
        }
    }

    /// How many customers bought a candidate together with the product it is paired with.
    #[inline]
    pub(crate) fn pair_customers(&self, candidate: &Candidate) -> u32 {
        if candidate.pairs > 0 { self.neighbours.customers[candidate.pair] } else { 0 }
    }

    /// What is known about a candidate of the situation last collected; its probability if it was
    /// scored.
    #[inline]
    pub(crate) fn scored(&self, shared: &Shared, scratch: &Scratch, at: usize) -> Scored {
        let candidate = &scratch.candidates[at];
        let paired = candidate.pairs > 0;
        let owned = candidate.count > 0;
        let own_share = candidate.weight / shared.weight.max(f32::MIN_POSITIVE);
        Scored {
            product: candidate.product,
            probability: scratch.probability.get(at).copied().unwrap_or(f32::NAN),
            log_lift: candidate.max_log,
            because: candidate.because,
            pair_baskets: if paired { self.neighbours.baskets[candidate.pair] } else { 0 },
            pair_customers: if paired { self.neighbours.customers[candidate.pair] } else { 0 },
            own_count: candidate.count,
            own_share: if owned { own_share.clamp(0.0, 1.0) } else { 0.0 },
            days_since: candidate.last_days,
            expected_interval: if owned { self.interval(candidate) } else { 0.0 },
            popular: candidate.popular,
            similar: candidate.similar,
        }
    }

    /// Scores the candidates that were chosen of the situation last collected.
    pub(crate) fn score_chosen(&self, task: Task, shared: &Shared, scratch: &mut Scratch) {
        self.score_best(task, shared, scratch, usize::MAX);
    }

    /// The same, as far as the `n` most probable ones need it: only the best `n` of each segment are
    /// still chosen afterwards.
    pub(crate) fn score_best(&self, task: Task, shared: &Shared, scratch: &mut Scratch, n: usize) {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has what the function needs.
            return unsafe { self.score_avx2(task, shared, scratch, n) };
        }
        self.score_anywhere(task, shared, scratch, n);
    }

    /// The same code in wider vectors; every number comes out the same.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn score_avx2(&self, task: Task, shared: &Shared, scratch: &mut Scratch, n: usize) {
        self.score_anywhere(task, shared, scratch, n);
    }

    #[inline(always)]
    fn score_anywhere(&self, task: Task, shared: &Shared, scratch: &mut Scratch, n: usize) {
        let Scratch { candidates, met, to_own, chosen, order, kept, .. } = scratch;
        let Scratch { categories, noted, round, .. } = scratch;
        let Scratch { block, probability, log_odds, ranked, .. } = scratch;
        probability.clear();
        probability.resize(candidates.len(), f32::NAN);
        kept.clear();
        for segment in shared.segments() {
            order.clear();
            let of = |at: &u32| shared.segment(&candidates[*at as usize]) == *segment;
            order.extend(chosen.iter().copied().filter(of));
            log_odds.clear();
            let which = (task, *segment);
            let weights = &self.weights[weights_at(task, *segment)];
            for lanes in order.chunks(LANES) {
                for &at in lanes {
                    let product = candidates[at as usize].product as usize;
                    prefetch(self.products.features, product * PRODUCT_ROW);
                    prefetch(self.products.category, product);
                    prefetch(met, product);
                    prefetch(self.similar_customers.place, product);
                }
                if *segment == Segment::New {
                    for &at in lanes {
                        self.similar_customers.prefetch(candidates[at as usize].product);
                    }
                }
                for &at in lanes {
                    let candidate = &mut candidates[at as usize];
                    self.be_similar(which, (met, *round), to_own, candidate);
                    self.be_of_category((categories, noted), *round, candidate);
                }
                self.features(which, shared, candidates, lanes, block);
                log_odds.extend_from_slice(block.log_odds(lanes.len(), which, shared, weights));
            }
            if order.len() > n {
                // Calibration rises, so the best stay the best.
                ranked.clear();
                ranked.extend(log_odds.iter().zip(&*order).map(|(&x, &at)| best::key(x, at)));
                log_odds.clear();
                order.clear();
                for &key in top(ranked, n) {
                    log_odds.push(best::number(key));
                    order.push(best::index(key));
                }
            }
            let curve = self.curve(task, *segment);
            log_odds.iter_mut().for_each(|x| *x = sigmoid(curve.at(*x)));
            for (&at, &p) in order.iter().zip(&*log_odds) {
                probability[at as usize] = p;
            }
            kept.extend_from_slice(order);
        }
        if kept.len() < chosen.len() {
            std::mem::swap(chosen, kept);
        }
    }

    /// Collects the candidates of a situation in `scratch`.
    pub(crate) fn candidates(
        &self,
        task: Task,
        situation: &Situation<'_>,
        scratch: &mut Scratch,
    ) -> Shared {
        self.candidates_within(task, situation, Reach::FULL, scratch)
    }

    /// The same with fewer candidates.
    pub(crate) fn candidates_within(
        &self,
        task: Task,
        situation: &Situation<'_>,
        reach: Reach,
        scratch: &mut Scratch,
    ) -> Shared {
        let products = self.products.baskets.len();
        if let Some(customer) = situation.customer {
            self.own.begin(customer);
        }
        for &product in situation.context {
            prefetch(self.similar_baskets.offsets, product as usize);
            prefetch(self.neighbours.offsets, product as usize);
        }
        scratch.begin(products);
        if let Some(customer) = situation.customer {
            self.own.prefetch(customer);
        }
        for &product in situation.context {
            let row = self.neighbours.row(product).start;
            for line in 0..LINES {
                prefetch(self.neighbours.product, row + line * LINE);
                prefetch(self.neighbours.log_low, row + line * LINE);
                prefetch(self.neighbours.lift, row + line * LINE);
            }
            if task == Task::Basket {
                let row = self.similar_baskets.row(product).start;
                for line in 0..LINES {
                    prefetch(self.similar_baskets.product, row + line * LINE);
                    prefetch(self.similar_baskets.weight, row + line * LINE);
                }
            }
        }
        let mut context_size = 0u32;
        for &product in situation.context {
            let Some(met) = scratch.met[..products].get_mut(product as usize) else { continue };
            *met = met.now(scratch.round);
            if met.place != NOT_YET {
                continue;
            }
            met.place = NOT_A_CANDIDATE;
            context_size += 1;
            if task == Task::Basket {
                scratch.add_similar(&self.similar_baskets, product);
                let category = self.products.category[product as usize];
                if let Some(noted) = scratch.category(category) {
                    noted.in_context += 1;
                }
            }
        }
        if task == Task::Basket {
            self.add_pairs(situation.context, scratch);
        }
        let customer = self.add_own(situation, scratch);
        if task == Task::Basket && reach.similar_to_context > 0 {
            scratch.add_similar_to_context(self.sold, reach.similar_to_context);
        }
        if customer.baskets > 0 {
            self.add_own_vectors(situation, scratch);
            let limit = reach.similar_to_own.beside(scratch.candidates.len());
            if limit > 0 {
                scratch.add_similar_to_own(&self.similar_customers, self.sold, limit);
            }
        }
        scratch.add_popular(self.popular, reach.popular);
        self.shared(&customer, context_size as f32)
    }

    /// Computes how similar a candidate is, as far as its features ask for it.
    #[inline(always)]
    fn be_similar(
        &self,
        (task, segment): (Task, Segment),
        (met, round): (&[Met], u32),
        to_own: &ToOwn,
        candidate: &mut Candidate,
    ) {
        if task == Task::Basket {
            candidate.similar_context = similar_to_context(met, round, candidate.product);
        }
        if segment == Segment::New {
            candidate.similar_own = to_own.score(&self.similar_customers, candidate.product);
        }
    }

    /// Looks up what is noted about the category of a candidate.
    #[inline(always)]
    fn be_of_category(
        &self,
        (categories, seen): (&[(u32, OfCategory)], &Seen),
        round: u32,
        candidate: &mut Candidate,
    ) {
        let category = self.products.category[candidate.product as usize];
        let noted = if seen.may_have(category) { categories.get(category as usize) } else { None };
        candidate.category = match noted {
            Some(&(met, noted)) if met == round => noted,
            _ => OfCategory::default(),
        };
    }

    /// The pairs of the context.
    fn add_pairs(&self, context: &[u32], scratch: &mut Scratch) {
        for &product in context {
            for pair in self.neighbours.row(product) {
                if let Some(&ahead) = self.neighbours.product.get(pair + AHEAD) {
                    scratch.prefetch(ahead);
                }
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
        let Scratch { candidates, block, met, round, to_own, categories, noted, .. } = scratch;
        let segment = shared.segment(&candidates[candidate]);
        self.be_similar((task, segment), (met, *round), to_own, &mut candidates[candidate]);
        self.be_of_category((categories, noted), *round, &mut candidates[candidate]);
        self.features((task, segment), shared, candidates, &[candidate as u32], block);
        (segment, block.lane(0, (task, segment), shared))
    }
}

#[cfg(test)]
mod tests;
