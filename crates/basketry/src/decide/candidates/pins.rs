//! Whether what the policy pins may be offered.

use super::score::lever;
use super::{Outcome, Scratch, met};
use crate::decide::reasons::{Kind, Reason};
use crate::decide::request::Request;
use crate::decide::state::{Compiled, NONE, State};
use crate::decide::value;

impl Scratch {
    /// Looks whether what is pinned may be offered.
    pub(super) fn judge_pins(&mut self, state: &State, compiled: &Compiled, request: &Request) {
        let policy = &compiled.policy;
        if request.people.stopped.is_some() {
            return;
        }
        let explore = &policy.explore;
        let drawn = explore.active().then(|| explore.slot.unwrap_or(policy.max_offers));
        let mut free = 1;
        for &(key, position) in &compiled.pins {
            let pin = &policy.pinned[position];
            let here = self.marks.what(key).and_then(met).is_some();
            if here || !pin.active(request.now_ms) {
                continue;
            }
            let i = self.outcome_of(state, key).unwrap_or_else(|| {
                let reason = self.barred(compiled, key).unwrap_or(Reason::NoEvidence);
                let i = self.outcomes.len() as u32;
                self.marks.set(key, i);
                self.outcomes.push(Outcome {
                    value: f64::NAN,
                    key,
                    probability: 0.0,
                    kind: None,
                    reason: Some(reason),
                    set: NONE,
                });
                i
            });
            // The slot, or the next one that is free behind it.
            let mut slot = pin.slot.min(policy.max_offers).max(free);
            if Some(slot) == drawn && slot != pin.slot {
                slot += 1;
            }
            if slot > policy.max_offers || self.pinned.iter().any(|&(_, held)| held == i) {
                continue;
            }
            // An up-sell's verdict says nothing of what keeps the product from the basket.
            let barred = self.barred(compiled, key);
            let outcome = &mut self.outcomes[i as usize];
            match outcome.reason {
                None => {}
                // What a pin does not ask for.
                Some(
                    Reason::NoEvidence
                    | Reason::TooFewCustomers
                    | Reason::NotDue
                    | Reason::BelowMinValue
                    | Reason::Incompatible
                    | Reason::NotBetter
                    | Reason::UpSellNotWorth,
                ) => {
                    let kind = Kind::Popular;
                    if barred.is_some() {
                        outcome.reason = barred;
                        continue;
                    }
                    if let Some(reason) = request.people.bars(state, compiled, key, kind) {
                        outcome.reason = Some(reason);
                        continue;
                    }
                    // Of an outcome that was not scored it says something else, if anything.
                    let scored = (i as usize) < self.scored;
                    let p0 = if scored { f64::from(outcome.probability) } else { 0.0 };
                    let p0 = if p0.is_nan() { 0.0 } else { p0.clamp(0.0, 1.0) };
                    let odds = request.people.odds(policy, key, policy.assume.odds_of(kind));
                    let p1 = value::offered(p0, odds);
                    let margin = compiled.items[key as usize].margin;
                    let cost = request.people.contact_cost;
                    outcome.value = value::added(p0, p1, margin, cost, lever(policy, kind));
                    outcome.probability = p0 as f32;
                    (outcome.kind, outcome.reason) = (Some(kind), None);
                    self.only_pinned.push(i);
                }
                Some(_) => continue,
            }
            free = slot + 1;
            self.pinned.push((slot, i));
        }
    }

    pub(crate) fn is_pinned(&self, outcome: u32) -> bool {
        self.pinned.iter().any(|&(_, pinned)| pinned == outcome)
    }

    /// Why a product of the catalogue that was not scored is not offered, whatever the evidence.
    fn barred(&self, compiled: &Compiled, key: u32) -> Option<Reason> {
        let item = &compiled.items[key as usize];
        if item.never.is_some() {
            return item.never;
        }
        if let Some(reason) = self.variant_of(compiled, item.traits.line) {
            return Some(reason);
        }
        self.marks.is_apart(key).then_some(Reason::SubstituteInBasket)
    }
}
