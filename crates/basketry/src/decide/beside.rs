//! Sets that cannot stand beside the offers that come before them: what is searched for in their
//! place.

use super::bundle::NO_TRAIT;
use super::candidates::{Outcome, Scratch, worth};
use super::reasons::{Kind, Reason};
use super::request::Request;
use super::sets::{Numbers, limits, traits};
use super::slate::Shelf as _;
use super::state::{Compiled, OnShelf, State};

/// How often the slate is filled anew. Each time a set is worth less, so that it would end by itself;
/// a slate of many slots should not hold up the others.
pub(super) const MOST_ROUNDS: usize = 8;

/// The offers beside which a set is to stand, as far as they limit it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    /// The products that they add, and the line, brand and category of each.
    added: Vec<(u32, [u64; 3])>,
    /// All products of sets.
    in_sets: Vec<u32>,
    /// Products that have a deal.
    deals: Vec<u32>,
    /// Products in whose place something is offered.
    replaced: Vec<u32>,
}

impl Beside {
    /// No offers.
    pub(crate) fn clear(&mut self) {
        self.added.clear();
        self.in_sets.clear();
        self.deals.clear();
        self.replaced.clear();
    }

    /// How many products of each of these traits are offered.
    pub(crate) fn held(&self, of: &[u64; 3]) -> [u32; 3] {
        let mut held = [0; 3];
        for (_, traits) in &self.added {
            for (held, (one, other)) in held.iter_mut().zip(traits.iter().zip(of)) {
                *held += u32::from(one == other && *one != NO_TRAIT);
            }
        }
        held
    }

    /// Whether a product may be part of a set: also of one that is a deal.
    pub(crate) fn allows(
        &self,
        shelf: &OnShelf<'_>,
        key: u32,
        traits: impl FnOnce() -> [u64; 3],
    ) -> bool {
        if self.added.is_empty() {
            return true;
        }
        let apart = |&(held, _): &(u32, _)| shelf.apart(held, key);
        let limits = limits(&shelf.compiled.policy);
        let within = self.held(&traits()).iter().zip(limits).all(|(&held, limit)| held < limit);
        within
            && !self.added.iter().any(|held| held.0 == key || apart(held))
            && !self.takes_deal(key)
    }

    /// The greatest discount of a bundle with this main product; `None`: there can be none.
    pub(crate) fn discount(&self, main: u32, most: f64) -> Option<f64> {
        match () {
            () if self.deals.contains(&main) => None,
            () if self.takes_deal(main) => Some(0.0),
            () => Some(most),
        }
    }

    /// Whether something else is made of a product that speaks against a deal on it.
    fn takes_deal(&self, key: u32) -> bool {
        self.in_sets.contains(&key) || self.replaced.contains(&key)
    }
}

impl Scratch {
    /// Looks for others in place of the sets that the slate refused because of offers that come before
    /// them; the slate is to be filled anew then.
    pub(super) fn search_again(&mut self, state: &State, compiled: &Compiled, request: &Request) {
        // As it was before the slate was filled.
        for &i in &self.open {
            self.outcomes[i as usize].reason = None;
        }
        for at in 0..self.slate.refused.len() {
            let (outcome, before, reason) = self.slate.refused[at];
            let place = self.outcomes[outcome as usize].set as usize;
            let Some(set) = self.sets.found.get(place).copied() else { continue };
            self.stand_beside(state, compiled, before as usize);
            let found = match set.numbers {
                Numbers::TopUp { .. } => {
                    // It would be refused alone for the same reason.
                    if let &[alone] = set.added() {
                        self.judge_part(state, alone, reason);
                    }
                    self.find_top_up(state, compiled, request)
                }
                Numbers::Bundle { purchase, .. } => {
                    self.find_bundle((state, compiled, request), set.base, purchase)
                }
                // There is but one.
                Numbers::Second { .. } => None,
            };
            let old = self.outcomes[outcome as usize].value;
            match found.filter(|&(_, value)| worth(value, &compiled.policy)) {
                Some((found, value)) if value < old || found.keys() != set.keys() => {
                    self.sets.found[place] = found;
                    let held = &mut self.outcomes[outcome as usize];
                    (held.key, held.value) = (found.added()[0], value);
                    held.probability = found.p0 as f32;
                    if let (&[alone], Some(Kind::TopUp)) = (found.added(), held.kind) {
                        self.take_alone(state, alone);
                    }
                }
                _ => {
                    self.outcomes[outcome as usize].reason = Some(reason);
                    self.open.retain(|&i| i != outcome);
                }
            }
        }
        self.sets.beside.clear();
    }

    /// Leaves a product that reaches the threshold by itself to the top-up: with it the shop bears the
    /// cost in any case.
    pub(super) fn take_alone(&mut self, state: &State, key: u32) {
        self.judge_part(state, key, Reason::InOtherOffer);
        let single = self.outcome_of(state, key);
        self.open.retain(|&i| Some(i) != single || self.outcomes[i as usize].reason.is_none());
    }

    /// Notes the first offers that were picked.
    fn stand_beside(&mut self, state: &State, compiled: &Compiled, picked: usize) {
        let shelf = OnShelf { state, compiled };
        let beside = &mut self.sets.beside;
        beside.clear();
        for &i in &self.slate.picked[..picked] {
            let Outcome { key, kind, set, .. } = self.outcomes[i as usize];
            let Some(set) = self.sets.found.get(set as usize) else {
                beside.added.push((key, traits(&shelf, key)));
                if kind == Some(Kind::UpSell) {
                    let up_sell = self.up_sells.iter().find(|up_sell| up_sell.key == key);
                    beside.replaced.extend(up_sell.map(|up_sell| up_sell.base));
                }
                continue;
            };
            beside.added.extend(set.added().iter().map(|&key| (key, traits(&shelf, key))));
            beside.in_sets.extend(set.keys());
            if set.discount > 0 {
                beside.deals.extend(set.keys());
            }
        }
    }
}
