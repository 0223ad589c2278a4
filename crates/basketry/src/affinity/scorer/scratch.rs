//! Working memory of the scorer: the candidates of a situation, and which of them are scored.

use super::similar::{ToContext, ToOwn};
use crate::affinity::features::{Block, Candidate, OfCategory, Paired};
use crate::affinity::views::{Learned, NO_CATEGORY};

/// Working memory of [`Learned::score`]; reuse it: nothing is allocated once it has grown.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Per product: the round in which it was met, and its place among the candidates.
    pub(super) marks: Vec<(u32, u32)>,
    /// How many of the marks are in use: the products of the model at hand.
    products: usize,
    pub(super) round: u32,
    pub(super) candidates: Vec<Candidate>,
    /// Per category: the round in which it was met, and what was.
    pub(super) categories: Vec<(u32, OfCategory)>,
    /// Those of the products in the basket.
    pub(super) of_context: Vec<u32>,
    pub(super) to_context: ToContext,
    pub(super) to_own: ToOwn,
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

pub(super) const NOT_A_CANDIDATE: u32 = u32::MAX;

impl Scratch {
    pub(super) fn begin(&mut self, products: usize) {
        self.products = products;
        if self.marks.len() < products {
            self.marks.resize(products, (0, 0));
            self.categories.resize(products, (0, OfCategory::NOTHING));
        }
        if self.round == u32::MAX {
            self.marks.fill((0, 0));
            self.categories.fill((0, OfCategory::NOTHING));
            self.round = 0;
        }
        self.round += 1;
        self.candidates.clear();
        self.of_context.clear();
        self.to_context.begin(products);
        self.to_own.begin();
    }

    /// The candidate for a product, a new one if it is none yet. `None` if the product is not in
    /// the model or cannot be a candidate.
    #[inline]
    pub(super) fn candidate(&mut self, product: u32) -> Option<&mut Candidate> {
        let mark = self.marks[..self.products].get_mut(product as usize)?;
        if mark.0 != self.round {
            *mark = (self.round, self.candidates.len() as u32);
            self.candidates.push(Candidate::new(product));
            return self.candidates.last_mut();
        }
        // Of one that was left out the place is another's by now, or nobody's.
        self.candidates.get_mut(mark.1 as usize).filter(|candidate| candidate.product == product)
    }

    /// What is noted about a category; `None` if there is no such category.
    #[inline]
    pub(super) fn category(&mut self, category: u32) -> Option<&mut OfCategory> {
        let (round, noted) = self.categories.get_mut(category as usize)?;
        if *round != self.round {
            (*round, *noted) = (self.round, OfCategory::NOTHING);
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
        let noted = category.and_then(|&category| self.categories.get(category as usize));
        noted.is_some_and(|(round, noted)| *round == self.round && noted.bought)
    }

    /// Where a product is among the candidates of the last situation, which are scored in their
    /// order.
    #[inline]
    pub(crate) fn position(&self, product: u32) -> Option<usize> {
        match self.marks.get(product as usize) {
            Some(&(round, at)) if round == self.round => {
                let candidate = self.candidates.get(at as usize);
                candidate.filter(|candidate| candidate.product == product).map(|_| at as usize)
            }
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
                self.marks[self.candidates[kept].product as usize].1 = kept as u32;
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
