//! How many offers of a sort one decision may have.

use super::{Scene, Traits};
use crate::data::NO_CODE;
use crate::decide::candidates::Outcome;
use crate::decide::policy::Policy;
use crate::decide::reasons::{Kind, Reason};
use crate::decide::sets::Held;

/// How many offers of each sort there are.
#[derive(Debug, Default)]
pub(super) struct Limits {
    kinds: [u32; Kind::ALL.len()],
    lines: Vec<(u32, u32)>,
    brands: Vec<(u32, u32)>,
    categories: Vec<((u32, u32), u32)>,
    /// The products of the offers.
    keys: Vec<u32>,
    held: Vec<Held>,
}

impl Limits {
    pub(super) fn clear(&mut self) {
        self.kinds = Default::default();
        self.lines.clear();
        self.brands.clear();
        self.categories.clear();
        self.keys.clear();
        self.held.clear();
    }

    /// Why an outcome cannot join the offers.
    pub(super) fn refuses(&self, scene: &Scene<'_>, outcome: &Outcome) -> Option<Reason> {
        let policy = scene.policy;
        let kind = outcome.kind?;
        if self.kinds[kind as usize] >= most_of(policy, kind) {
            return Some(Reason::KindLimit);
        }
        let joining = Held::new(outcome);
        if self.held.iter().any(|&held| scene.together.conflict(held, joining)) {
            return Some(Reason::InOtherOffer);
        }
        let added = scene.together.added(outcome);
        (0..added.len()).find_map(|at| self.too_many(scene, added[at], &added[..at]))
    }

    /// Why a product cannot join those that are offered, and others that it joins them with.
    fn too_many(&self, scene: &Scene<'_>, key: u32, others: &[u32]) -> Option<Reason> {
        let policy = scene.policy;
        let traits = scene.shelf.traits(key);
        let with = |same: &dyn Fn(Traits) -> bool| {
            others.iter().filter(|&&other| same(scene.shelf.traits(other))).count() as u32
        };
        if traits.line != NO_CODE {
            let more = with(&|other| other.line == traits.line);
            if count(&self.lines, traits.line) + more >= policy.per_line {
                return Some(Reason::LineLimit);
            }
        }
        if traits.brand != NO_CODE {
            let more = with(&|other| other.brand == traits.brand);
            if count(&self.brands, traits.brand) + more >= policy.per_brand {
                return Some(Reason::BrandLimit);
            }
        }
        if traits.category.1 != NO_CODE {
            let more = with(&|other| other.category == traits.category);
            if count(&self.categories, traits.category) + more >= policy.per_category {
                return Some(Reason::CategoryLimit);
            }
        }
        let apart = |&held: &u32| scene.shelf.apart(held, key);
        self.keys.iter().any(apart).then_some(Reason::SubstituteOffered)
    }

    pub(super) fn add(&mut self, scene: &Scene<'_>, outcome: &Outcome) {
        if let Some(kind) = outcome.kind {
            self.kinds[kind as usize] += 1;
        }
        for &key in scene.together.added(outcome) {
            let traits = scene.shelf.traits(key);
            *entry(&mut self.lines, traits.line) += 1;
            *entry(&mut self.brands, traits.brand) += 1;
            *entry(&mut self.categories, traits.category) += 1;
            self.keys.push(key);
        }
        self.held.push(Held::new(outcome));
    }

    pub(super) fn remove(&mut self, scene: &Scene<'_>, outcome: &Outcome) {
        if let Some(kind) = outcome.kind {
            self.kinds[kind as usize] -= 1;
        }
        for &key in scene.together.added(outcome) {
            let traits = scene.shelf.traits(key);
            *entry(&mut self.lines, traits.line) -= 1;
            *entry(&mut self.brands, traits.brand) -= 1;
            *entry(&mut self.categories, traits.category) -= 1;
            if let Some(at) = self.keys.iter().position(|&held| held == key) {
                self.keys.swap_remove(at);
            }
        }
        let leaving = Held::new(outcome);
        if let Some(at) = self.held.iter().position(|&held| held == leaving) {
            self.held.swap_remove(at);
        }
    }
}

fn count<T: Copy + PartialEq>(counts: &[(T, u32)], of: T) -> u32 {
    counts.iter().find(|(held, _)| *held == of).map_or(0, |&(_, count)| count)
}

fn entry<T: Copy + PartialEq>(counts: &mut Vec<(T, u32)>, of: T) -> &mut u32 {
    let at = counts.iter().position(|(held, _)| *held == of).unwrap_or_else(|| {
        counts.push((of, 0));
        counts.len() - 1
    });
    &mut counts[at].1
}

/// The most offers of a kind in one decision.
pub(crate) fn most_of(policy: &Policy, kind: Kind) -> u32 {
    match kind {
        Kind::CrossSell => policy.cross_sell.max,
        Kind::UpSell => policy.up_sell.max,
        Kind::Refill => policy.refill.max,
        Kind::Popular => policy.popular.max,
        Kind::Similar => policy.similar.max,
        Kind::Service => policy.service.max,
        Kind::Bundle => policy.bundle.max,
        Kind::TopUp => policy.top_up.max,
    }
}
