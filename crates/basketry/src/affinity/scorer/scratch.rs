//! Working memory of the scorer: the candidates of a situation, and which of them are scored.

use super::similar::ToOwn;
use crate::affinity::features::{Block, Candidate, OfCategory, Paired};
use crate::affinity::views::{Learned, NO_CATEGORY};
use crate::prefetch::prefetch;
use crate::seen::Seen;

/// Working memory of [`Learned::score`]; reuse it: nothing is allocated once it has grown.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Per product.
    pub(super) met: Vec<Met>,
    pub(super) round: u32,
    /// Those that are similar to the basket, the first so many.
    pub(super) similar: Vec<u32>,
    pub(super) similar_len: usize,
    /// How many products the model at hand has.
    products: usize,
    pub(super) candidates: Vec<Candidate>,
    /// Per category: the round in which it was met, and what was.
    pub(super) categories: Vec<(u32, OfCategory)>,
    /// The categories that something is noted about.
    pub(super) noted: Seen,
    pub(super) to_own: ToOwn,
    /// Further products than the candidates may be similar to what the customer bought.
    pub(super) further_similar: bool,
    /// Keys to choose the [best](super::best) of.
    pub(super) ranked: Vec<u64>,
    /// Per candidate.
    pub(super) probability: Vec<f32>,
    /// The candidates to be scored, by their place.
    pub(super) chosen: Vec<u32>,
    /// Those of one segment, and their log odds.
    pub(super) order: Vec<u32>,
    pub(super) log_odds: Vec<f32>,
    /// Those among the best of their segment.
    pub(super) kept: Vec<u32>,
    pub(super) block: Block,
    pub(super) paired: Paired,
}

/// What was noted about a product. All of it is in one line of the cache.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(16))]
pub(super) struct Met {
    /// The round in which it was met.
    round: u32,
    /// Its place among the candidates, [`NOT_A_CANDIDATE`] or [`NOT_YET`].
    pub(super) place: u32,
    /// How similar it is to the basket.
    similar: f32,
}

impl Met {
    /// The same in this round.
    // Without a branch: whether a product was met before cannot be guessed.
    #[inline(always)]
    pub(super) fn now(self, round: u32) -> Self {
        let known = self.round == round;
        Self {
            round,
            place: if known { self.place } else { NOT_YET },
            similar: if known { self.similar } else { 0.0 },
        }
    }

    /// Adds to its similarity; whether it was not met before.
    #[inline(always)]
    pub(super) fn add_similar(&mut self, round: u32, weight: f32) -> bool {
        let new = self.round != round;
        let Self { place, similar, .. } = self.now(round);
        *self = Self { round, place, similar: similar + weight };
        new
    }
}

/// How similar a product is to the basket.
#[inline(always)]
pub(super) fn similar_to_context(met: &[Met], round: u32, product: u32) -> f32 {
    met.get(product as usize).map_or(0.0, |met| met.now(round).similar)
}

/// Whether a product may become a candidate, and is none yet.
pub(super) fn is_free(met: &[Met], round: u32, product: u32) -> bool {
    met.get(product as usize).is_none_or(|met| met.now(round).place == NOT_YET)
}

/// Nothing makes a candidate of it.
pub(super) const NOT_A_CANDIDATE: u32 = u32::MAX;
/// It is no candidate so far.
pub(super) const NOT_YET: u32 = u32::MAX - 1;

impl Scratch {
    pub(super) fn begin(&mut self, products: usize) {
        self.products = products;
        if self.met.len() < products {
            self.met.resize(products, Met::default());
            self.categories.resize(products, (0, OfCategory::default()));
        }
        if self.round == u32::MAX {
            self.met.fill(Met::default());
            self.categories.fill((0, OfCategory::default()));
            self.round = 0;
        }
        self.round += 1;
        self.candidates.clear();
        self.similar_len = 0;
        self.to_own.begin();
        self.further_similar = false;
        self.noted.clear();
    }

    /// Asks for what is noted about a product.
    #[inline(always)]
    pub(super) fn prefetch(&self, product: u32) {
        prefetch(&self.met, product as usize);
    }

    /// The candidate for a product, a new one if it is none yet. `None` if the product is not in
    /// the model or cannot be a candidate.
    #[inline]
    pub(super) fn candidate(&mut self, product: u32) -> Option<&mut Candidate> {
        let met = self.met[..self.products].get_mut(product as usize)?;
        *met = met.now(self.round);
        if met.place == NOT_YET {
            met.place = self.candidates.len() as u32;
            self.candidates.push(Candidate::new(product));
            return self.candidates.last_mut();
        }
        // Of one that was left out the place is another's by now, or nobody's.
        self.candidates.get_mut(met.place as usize).filter(|candidate| candidate.product == product)
    }

    /// What is noted about a category; `None` if there is no such category.
    #[inline]
    pub(super) fn category(&mut self, category: u32) -> Option<&mut OfCategory> {
        let (round, noted) = self.categories.get_mut(category as usize)?;
        if *round != self.round {
            (*round, *noted) = (self.round, OfCategory::default());
            self.noted.add(category);
        }
        Some(noted)
    }

    /// Notes purchases of the customer's for the category of the product, if it has one.
    #[inline]
    pub(super) fn bought(&mut self, categories: &[u32], product: u32, purchases: OfCategory) {
        let category = categories.get(product as usize).copied().unwrap_or(NO_CATEGORY);
        if let Some(noted) = self.category(category) {
            noted.bought = true;
            noted.count = noted.count.saturating_add(purchases.count);
            noted.first_days = noted.first_days.max(purchases.first_days);
            noted.weight += purchases.weight;
            noted.recent += purchases.recent;
            noted.last_days = noted.last_days.min(purchases.last_days);
        }
    }

    /// Whether the customer of the last situation bought something of the category of a product.
    pub(crate) fn has_bought_of_category(&self, learned: &Learned<'_>, product: u32) -> bool {
        let category = learned.products.category.get(product as usize);
        let category = category.filter(|&&category| self.noted.may_have(category));
        let noted = category.and_then(|&category| self.categories.get(category as usize));
        noted.is_some_and(|(round, noted)| *round == self.round && noted.bought)
    }

    /// Where a product is among the candidates of the last situation, which are scored in their
    /// order.
    #[inline]
    pub(crate) fn position(&self, product: u32) -> Option<usize> {
        let met = self.met.get(product as usize).filter(|met| met.round == self.round)?;
        let place = met.place as usize;
        self.candidates.get(place).filter(|candidate| candidate.product == product).map(|_| place)
    }

    /// Whether there may be further products similar to what the customer bought than the candidates.
    pub(crate) fn further_similar(&self) -> bool {
        self.further_similar
    }

    /// The candidates of the last situation.
    pub(crate) fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// Makes a candidate of a product that nothing suggests, unless it may not be one.
    pub(crate) fn consider(&mut self, product: u32) {
        self.candidate(product);
    }

    /// Makes popular products candidates, until there are `most` that nothing else suggests: a
    /// regular customer knows most of what is popular. Returns how many of the products that took.
    pub(crate) fn add_popular(&mut self, products: &[u32], most: usize) -> usize {
        let most = self.candidates.len().saturating_add(most);
        for (at, &product) in products.iter().enumerate() {
            if self.candidates.len() >= most {
                return at;
            }
            self.consider_popular(product);
        }
        products.len()
    }

    /// Makes a popular product a candidate; its place, `None` if it may not be one.
    pub(crate) fn consider_popular(&mut self, product: u32) -> Option<usize> {
        self.candidate(product)?.popular = true;
        self.position(product)
    }

    /// Leaves out the candidates that are not kept, by their place; in this situation they are none
    /// again.
    pub(crate) fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        let mut kept = 0;
        for at in (0..self.candidates.len()).filter(|&at| keep(at)) {
            if kept < at {
                self.candidates[kept] = self.candidates[at];
                self.met[self.candidates[kept].product as usize].place = kept as u32;
            }
            kept += 1;
        }
        self.candidates.truncate(kept);
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

    /// Chooses a candidate by its place; begin with [`choose`](Self::choose) of none.
    #[inline]
    pub(crate) fn choose_place(&mut self, place: u32) {
        self.chosen.push(place);
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
