//! Which candidates are looked at closely.
//!
//! A basket of ten products sells with hundreds of others. All but a few features of these are cheap:
//! what the product alone adds to the log odds is known beforehand, and so is its margin. By both, those
//! that promise most are judged and scored; nothing of value is lost by the others, and a decision takes
//! half the time. Who asks why one of them is not offered pays for looking at it then.

use super::judge::Verdict;
use super::{Outcome, Scratch};
use crate::affinity::scorer::{Learned, place};
use crate::decide::policy::Policy;
use crate::decide::request::Request;
use crate::decide::state::{Compiled, NONE, State};
use crate::prefetch::prefetch;

/// Of the products that only the basket speaks for so many are candidates, if as many may be offered,
const MOST_PAIRED: usize = 32;

/// and so many more for each offer there is room for: some may keep others out.
const MORE_PAIRED: usize = 4;

/// How far ahead of its turn a candidate's place is asked for.
const AHEAD: usize = 8;

/// Working memory of this module.
#[derive(Debug, Default)]
pub(super) struct Promises {
    /// Keys of candidates, the most promising smallest.
    ranked: Vec<u64>,
    /// Candidates by place, in the order in which they are looked at.
    places: Vec<u32>,
    /// Per candidate, if it was looked at.
    verdicts: Vec<Option<Verdict>>,
}

impl Scratch {
    /// Judges the candidates by what needs no probability, the most promising ones or `everything`; the others
    /// are candidates no more. Only those that may be offered are scored; who asks for the chances of
    /// the others pays for them then.
    pub(super) fn judge_candidates(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        learned: &Learned<'_>,
        everything: bool,
    ) {
        // What is pinned is looked at, whether or not anything suggests it.
        for &(key, _) in &compiled.pins {
            let m = state.model_of(key);
            if m != NONE {
                self.scorer.consider(m);
            }
        }
        let mut promises = std::mem::take(&mut self.promises);
        let Promises { ranked, places, verdicts } = &mut promises;
        let candidates = self.scorer.candidates().len();
        ranked.clear();
        verdicts.clear();
        verdicts.resize(candidates, None);
        if !everything {
            self.rank(state, compiled, learned, ranked);
        }
        // Those that are not ranked are looked at in any case.
        let mut left = ranked.iter().map(|&key| place(key)).peekable();
        places.clear();
        places.extend((0..candidates as u32).filter(|place| left.next_if_eq(place).is_none()));
        self.look_at(state, compiled, request, learned, places, verdicts);
        let mut wanted = most_paired(&compiled.policy);
        let mut rest = &mut ranked[..];
        while wanted > 0 && !rest.is_empty() {
            let n = wanted.max(MOST_PAIRED / 4).min(rest.len());
            if n < rest.len() {
                rest.select_nth_unstable(n - 1);
            }
            let (next, others) = rest.split_at_mut(n);
            places.clear();
            places.extend(next.iter().map(|&key| place(key)));
            let found = self.look_at(state, compiled, request, learned, places, verdicts);
            wanted = wanted.saturating_sub(found);
            rest = others;
        }
        self.scorer.retain(|place| verdicts[place].is_some());
        self.scorer.choose(|_| false);
        for (place, Verdict { kind, reason }) in (0..).zip(verdicts.iter().flatten()) {
            let key = state.key_of_model(self.scorer.candidates()[place as usize].product);
            if kind.is_some() || compiled.pins.iter().any(|pin| pin.0 == key) {
                self.scorer.choose_place(place);
            }
            let (value, probability) = (f64::NAN, f32::NAN);
            let (kind, reason) = (*kind, *reason);
            self.outcomes.push(Outcome { value, key, probability, kind, reason, set: NONE });
        }
        self.scored = self.outcomes.len();
        self.promises = promises;
    }

    /// Ranks the candidates that only the basket speaks for, but for those that somebody asked for.
    fn rank(
        &mut self,
        state: &State,
        compiled: &Compiled,
        learned: &Learned<'_>,
        ranked: &mut Vec<u64>,
    ) {
        let Some(shared) = &self.shared else { return };
        let promise = &compiled.promise[usize::from(shared.is_known())];
        learned.rank_paired(shared, promise, &mut self.scorer, ranked);
        if ranked.len() <= most_paired(&compiled.policy) {
            ranked.clear();
            return;
        }
        let asked_for = |key: u32| {
            compiled.pins.iter().any(|pin| pin.0 == key)
                || self.given.iter().any(|given| given.0 == key)
                || compiled.quota_bits.get(key as usize).is_some_and(|&bits| bits != 0)
        };
        if !(compiled.pins.is_empty() && self.given.is_empty() && compiled.quota_bits.is_empty()) {
            let product = |key: &u64| self.scorer.candidates()[place(*key) as usize].product;
            ranked.retain(|key| !asked_for(state.key_of_model(product(key))));
        }
    }

    /// Judges some candidates; how many of them may be offered.
    fn look_at(
        &self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        learned: &Learned<'_>,
        places: &[u32],
        verdicts: &mut [Option<Verdict>],
    ) -> usize {
        let candidates = self.scorer.candidates();
        let far = |&place: &u32| {
            let candidate = &candidates[place as usize];
            prefetch(&state.to_catalog, candidate.product as usize);
            learned.prefetch_pair(candidate);
        };
        let near = |&place: &u32| {
            let key = state.key_of_model(candidates[place as usize].product) as usize;
            prefetch(&compiled.items, key);
            prefetch(&self.marks, key);
        };
        places.iter().take(2 * AHEAD).for_each(far);
        places.iter().take(AHEAD).for_each(near);
        let mut found = 0;
        for (at, &place) in places.iter().enumerate() {
            places.get(at + 2 * AHEAD).into_iter().for_each(far);
            places.get(at + AHEAD).into_iter().for_each(near);
            let candidate = &candidates[place as usize];
            let key = state.key_of_model(candidate.product);
            let verdict = self.verdict(state, compiled, request, learned, (key, candidate));
            found += usize::from(verdict.kind.is_some());
            verdicts[place as usize] = Some(verdict);
        }
        found
    }
}

fn most_paired(policy: &Policy) -> usize {
    MOST_PAIRED + MORE_PAIRED * policy.max_offers as usize
}
