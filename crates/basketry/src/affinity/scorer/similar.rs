//! Similarity to the basket and to what the customer bought, and which products make it up.

use super::dots::dots;
use super::scratch::{Scratch, is_free, similar_to_context};
use super::{AHEAD, SinceLine, Situation, best};
use crate::affinity::features::Candidate;
use crate::affinity::views::{Factors, Learned, Own, RANK, Similar, dot};

/// Rows of vectors looked at together.
const BLOCK: usize = 64;

/// Similarity to what the customer bought: the sum of the vectors of these products.
#[derive(Debug, Default)]
pub(super) struct ToOwn {
    sum: [f32; RANK],
}

impl ToOwn {
    pub(super) fn begin(&mut self) {
        self.sum = [0.0; RANK];
    }

    #[inline(always)]
    pub(super) fn score(&self, factors: &Factors<'_>, product: u32) -> f32 {
        match factors.target(product) {
            Some(target) => dot(&self.sum, target),
            None => 0.0,
        }
    }
}

impl Scratch {
    /// Adds the row of a product of the basket to the similarities to it.
    #[inline]
    pub(super) fn add_similar(&mut self, rows: &Similar<'_>, product: u32) {
        let row = rows.row(product);
        let most = self.similar_len + row.len() + 1;
        if self.similar.len() < most {
            self.similar.resize(most, 0);
        }
        let ahead = row.start + AHEAD;
        let row = rows.product[row.clone()].iter().zip(&rows.weight[row]);
        for (ahead, (&other, &weight)) in (ahead..).zip(row) {
            if let Some(&ahead) = rows.product.get(ahead) {
                self.prefetch(ahead);
            }
            let Some(met) = self.met.get_mut(other as usize) else { continue };
            let new = met.add_similar(self.round, weight);
            self.similar[self.similar_len] = other;
            self.similar_len += usize::from(new);
        }
    }

    /// Makes candidates of the products of the catalogue most similar to the basket, at most `limit`.
    pub(super) fn add_similar_to_context(&mut self, sold: u32, limit: usize) {
        let mut greatest = Greatest::new(&mut self.ranked, limit);
        for &product in &self.similar[..self.similar_len] {
            let score = similar_to_context(&self.met, self.round, product);
            if score > greatest.least && product < sold && is_free(&self.met, self.round, product) {
                greatest.push(score, product);
            }
        }
        greatest.finish();
        self.add_ranked(|_| {});
    }

    /// The same for those most similar to what the customer bought.
    pub(super) fn add_similar_to_own(&mut self, factors: &Factors<'_>, sold: u32, limit: usize) {
        let sum = &self.to_own.sum;
        let length = dot(sum, sum).sqrt();
        let mut greatest = Greatest::new(&mut self.ranked, limit);
        let (targets, _) = factors.target.as_chunks::<RANK>();
        let mut scores = [0f32; BLOCK];
        for (targets, products) in targets.chunks(BLOCK).zip(factors.product.chunks(BLOCK)) {
            // The first is the longest of all that follow, and no product of vectors exceeds that of
            // their lengths, but for rounding.
            let longest = dot(&targets[0], &targets[0]).sqrt();
            if length * longest * 1.0001 <= greatest.least {
                break;
            }
            dots(sum, targets, &mut scores);
            for (&product, &score) in products.iter().zip(&scores) {
                if score > greatest.least
                    && product < sold
                    && is_free(&self.met, self.round, product)
                {
                    greatest.push(score, product);
                }
            }
        }
        greatest.finish();
        self.further_similar = self.ranked.len() == limit;
        self.add_ranked(|candidate| candidate.similar = true);
    }

    fn add_ranked(&mut self, note: impl Fn(&mut Candidate)) {
        for at in 0..self.ranked.len() {
            if let Some(candidate) = self.candidate(best::index(self.ranked[at])) {
                note(candidate);
            }
        }
    }
}

/// The greatest of many numbers above 0, and their products.
struct Greatest<'a> {
    keys: &'a mut Vec<u64>,
    limit: usize,
    /// What is not above it is not among the greatest.
    least: f32,
}

impl<'a> Greatest<'a> {
    fn new(keys: &'a mut Vec<u64>, limit: usize) -> Self {
        keys.clear();
        Self { keys, limit, least: 0.0 }
    }

    #[inline(always)]
    fn push(&mut self, score: f32, product: u32) {
        self.keys.push(best::key(score, product));
        if self.keys.len() >= 2 * self.limit.max(16) {
            best::keep(self.keys, self.limit);
            // The last of those chosen is the least of them.
            self.least = self.keys.last().map_or(f32::INFINITY, |&key| best::number(key));
        }
    }

    fn finish(self) {
        best::keep(self.keys, self.limit);
    }
}

/// A product that makes another one similar, and by how much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Contributor {
    pub(crate) product: u32,
    pub(crate) amount: f32,
}

impl Learned<'_> {
    /// Adds up the vectors of what the customer bought, before and since the model was made, and did
    /// not return; each product counts once, as when the similarity was learned.
    pub(super) fn add_own_vectors(&self, situation: &Situation<'_>, scratch: &mut Scratch) {
        let factors = &self.similar_customers;
        let sum = &mut scratch.to_own.sum;
        if !situation.returned.is_empty() {
            return bought(&self.own, situation, |product| add_sources(factors, &[product], sum));
        }
        let row = situation.customer.map_or(0..0, |customer| self.own.row(customer));
        let own = &self.own.product[row];
        add_sources(factors, own, sum);
        since(own, situation.since, |product| add_sources(factors, &[product], sum));
    }

    /// The purchases that make a product most similar to what the customer bought, the greatest
    /// first, at most `n`; only what adds to the similarity.
    pub(crate) fn similar_to_own(
        &self,
        situation: &Situation<'_>,
        product: u32,
        n: usize,
    ) -> Vec<Contributor> {
        let mut found = Vec::new();
        bought(&self.own, situation, |from| {
            let amount = self.similar_customers.weight(from, product);
            found.push(Contributor { product: from, amount });
        });
        strongest(found, n)
    }

    /// The products of the basket that make another one most similar to it; as
    /// [`similar_to_own`](Self::similar_to_own).
    pub(crate) fn similar_to_context(
        &self,
        situation: &Situation<'_>,
        product: u32,
        n: usize,
    ) -> Vec<Contributor> {
        let mut context = situation.context.to_vec();
        context.sort_unstable();
        context.dedup();
        let of = |from: u32| Contributor {
            product: from,
            amount: self.similar_baskets.weight(from, product),
        };
        strongest(context.into_iter().map(of).collect(), n)
    }
}

fn strongest(mut found: Vec<Contributor>, n: usize) -> Vec<Contributor> {
    found.retain(|contributor| contributor.amount > 0.0);
    found.sort_unstable_by(|a, b| b.amount.total_cmp(&a.amount).then(a.product.cmp(&b.product)));
    found.truncate(n);
    found
}

/// Calls with each product that the customer bought and did not return, once.
fn bought(own: &Own<'_>, situation: &Situation<'_>, mut with: impl FnMut(u32)) {
    let mut with = |product| {
        if !situation.returned.contains(&product) {
            with(product);
        }
    };
    let row = situation.customer.map_or(0..0, |customer| own.row(customer));
    let own = &own.product[row];
    own.iter().for_each(|&product| with(product));
    since(own, situation.since, with);
}

/// Calls with each product bought since, once, but for those that were bought before.
fn since(own: &[u32], lines: &[SinceLine], mut with: impl FnMut(u32)) {
    for (at, &SinceLine { product, .. }) in lines.iter().enumerate() {
        let before = lines[..at].iter().any(|line| line.product == product);
        if !before && own.binary_search(&product).is_err() {
            with(product);
        }
    }
}

/// Adds up the vectors of products that were bought.
fn add_sources(factors: &Factors<'_>, products: &[u32], sum: &mut [f32; RANK]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has what the function needs.
        return unsafe { add_sources_avx2(factors, products, sum) };
    }
    add_sources_anywhere(factors, products, sum);
}

/// The same code in wider vectors.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn add_sources_avx2(factors: &Factors<'_>, products: &[u32], sum: &mut [f32; RANK]) {
    add_sources_anywhere(factors, products, sum);
}

#[inline(always)]
fn add_sources_anywhere(factors: &Factors<'_>, products: &[u32], sum: &mut [f32; RANK]) {
    let mut total = *sum;
    for &product in products {
        if let Some(source) = factors.source(product) {
            for k in 0..RANK {
                total[k] += source[k];
            }
        }
    }
    *sum = total;
}
