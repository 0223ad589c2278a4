//! Which candidates are looked at closely.
//!
//! A basket of ten products sells with hundreds of others. All but a few features of these are cheap:
//! what the product alone adds to the log odds is known beforehand, and so is its margin. By both, those
//! that promise most are judged and scored; hardly anything of value is lost by the others. Where limits
//! of the policy keep out so many of them that another one may have been offered, all are looked at after
//! all. Who asks why one of the others is not offered pays for looking at it then.

use super::judge::Verdict;
use super::{Outcome, Scratch};
use crate::affinity::scorer::{Candidate, Learned, Most, Reach, place};
use crate::decide::policy::Policy;
use crate::decide::reasons::Reason;
use crate::decide::request::Request;
use crate::decide::state::{Compiled, NONE, State};
use crate::prefetch::prefetch;

/// Of the products that only the basket speaks for so many are candidates, if as many may be offered,
const MOST_PAIRED: usize = 16;

/// and so many more for each offer there is room for: some may keep others out.
const MORE_PAIRED: usize = 5;

/// Of those that are only similar to what the customer bought, or only popular, at least so many are
/// candidates, and one more for each offer there is room for;
const LEAST_FURTHER: usize = 8;

/// more, up to so many, where there would be fewer in all than [`FEW`].
const MOST_FURTHER: usize = 24;
const FEW: usize = 80;

/// As long as so many candidates are left that nothing kept out but better ones, no other that promises
/// less would have been offered.
const ENOUGH: usize = 4;

/// How far ahead of its turn a candidate's place is asked for.
const AHEAD: usize = 8;

/// Which candidates are looked at closely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// The most promising ones.
    Promising,
    /// All that goes with the basket.
    Paired,
    /// All popular products too, and more of what suits the customer.
    Everything,
}

/// Working memory of this module.
#[derive(Debug, Default)]
pub(super) struct Promises {
    /// Keys of candidates, the most promising smallest.
    ranked: Vec<u64>,
    /// Candidates by place, in the order in which they are looked at.
    places: Vec<u32>,
    /// Per candidate, if it was looked at.
    verdicts: Vec<Option<Verdict>>,
    /// How many of the popular products were considered, and how many that may be offered are candidates
    /// for that alone.
    pub(super) popular: usize,
    pub(super) most_popular: usize,
    /// Some that go with the basket were not looked at; some popular ones; some that suit the customer.
    left: [bool; 3],
    /// The outcomes that were ranked by promise, those of products that are only popular, and those of
    /// products that only suit the customer.
    rests_on: [Vec<u32>; 3],
}

impl Scratch {
    /// Judges the candidates by what needs no probability, as far as they are looked at; the others are
    /// candidates no more. Only those that may be offered are scored; who asks for the chances of the
    /// others pays for them then.
    pub(super) fn judge_candidates(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        learned: &Learned<'_>,
        look: Look,
    ) {
        // What is pinned is looked at, whether or not anything suggests it.
        for &(key, _) in &compiled.pins {
            let m = state.model_of(key);
            if m != NONE {
                self.scorer.consider(m);
            }
        }
        let mut promises = std::mem::take(&mut self.promises);
        let Promises { ranked, places, verdicts, popular, most_popular, left, rests_on } =
            &mut promises;
        let candidates = self.scorer.candidates().len();
        ranked.clear();
        verdicts.clear();
        verdicts.resize(candidates, None);
        if look == Look::Promising {
            self.rank(state, compiled, learned, ranked);
        }
        // Those that are not ranked are looked at in any case.
        let mut next = ranked.iter().map(|&key| place(key)).peekable();
        places.clear();
        places.extend((0..candidates as u32).filter(|place| next.next_if_eq(place).is_none()));
        let scene = (state, compiled, request, learned);
        self.look_at(scene, places, verdicts);
        if look != Look::Everything {
            // What goes with the basket is not only popular.
            let found = |&&place: &&u32| {
                let offered = verdicts[place as usize].is_some_and(|v| v.reason.is_none());
                offered && is_only_popular(&self.scorer.candidates()[place as usize])
            };
            let found = places.iter().filter(found).count();
            let most = *most_popular;
            *popular = self.replace_popular(scene, (*popular, found, most), verdicts);
        }
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
            let found = self.look_at(scene, places, verdicts);
            for &place in &*places {
                if let Some(verdict) = &mut verdicts[place as usize] {
                    verdict.ranked = true;
                }
            }
            wanted = wanted.saturating_sub(found);
            rest = others;
        }
        let similar = self.scorer.further_similar() && look != Look::Everything;
        *left = [!rest.is_empty(), *popular < compiled.worthy.len(), similar];
        self.scorer.retain(|place| verdicts[place].is_some());
        self.scorer.choose(|_| false);
        rests_on.iter_mut().for_each(Vec::clear);
        for (place, &verdict) in (0..).zip(verdicts.iter().flatten()) {
            let candidate = &self.scorer.candidates()[place as usize];
            let key = state.key_of_model(candidate.product);
            if verdict.ranked {
                rests_on[0].push(place);
            } else if is_only_popular(candidate) {
                rests_on[1].push(place);
            } else if candidate.similar {
                rests_on[2].push(place);
            }
            let Verdict { kind, reason, .. } = verdict;
            if kind.is_some() || compiled.pins.iter().any(|pin| pin.0 == key) {
                self.scorer.choose_place(place);
            }
            let (value, probability) = (f64::NAN, f32::NAN);
            self.outcomes.push(Outcome { value, key, probability, kind, reason, set: NONE });
        }
        self.scored = self.outcomes.len();
        self.promises = promises;
    }

    /// Makes more popular products candidates in place of those that may not be offered: so many were
    /// considered, found and wanted; how many were considered by then.
    fn replace_popular(
        &mut self,
        scene: (&State, &Compiled, &Request, &Learned<'_>),
        (mut considered, mut found, most): (usize, usize, usize),
        verdicts: &mut Vec<Option<Verdict>>,
    ) -> usize {
        let (state, compiled, request, learned) = scene;
        while found < most && considered < compiled.worthy.len() {
            let place = self.scorer.consider_popular(compiled.worthy[considered]);
            considered += 1;
            let Some(place) = place else { continue };
            let is_new = place == verdicts.len();
            if is_new {
                verdicts.push(None);
            } else if verdicts[place].is_none() {
                // It is ranked by what goes with the basket.
                continue;
            }
            let candidate = &self.scorer.candidates()[place];
            let key = state.key_of_model(candidate.product);
            let verdict = self.verdict(state, compiled, request, learned, (key, candidate));
            found += usize::from(is_new && verdict.reason.is_none());
            verdicts[place] = Some(verdict);
        }
        considered
    }

    /// Whether no single product that was not looked at would have been offered: enough of what was is
    /// left that promises more, and that nothing kept out but better offers or what would keep the others
    /// out too. What promises less may still be what a quota lacks, or a slot to be drawn.
    pub(crate) fn looked_at_enough(&self, compiled: &Compiled, request: &Request) -> bool {
        let Promises { left, rests_on, .. } = &self.promises;
        let mut quotas = self.slate.kept.iter().zip(&compiled.policy.quotas);
        let missed =
            self.slate.too_few_to_draw || quotas.any(|(kept, quota)| kept.made < quota.min);
        let tells = |&&i: &&u32| {
            let outcome = &self.outcomes[i as usize];
            match outcome.reason {
                Some(Reason::BelowMinValue) => request.people.ignored(outcome.key) == 0,
                Some(reason) => matches!(
                    reason,
                    Reason::Outranked
                        | Reason::KindLimit
                        | Reason::ContactCap
                        | Reason::ContactNotWorth
                        | Reason::NotDrawn
                        | Reason::QuotaSlot
                ),
                None => false,
            }
        };
        request.people.stopped.is_some()
            || left.iter().zip(rests_on).all(|(&left, outcomes)| {
                let enough = || outcomes.iter().filter(tells).take(ENOUGH).count() == ENOUGH;
                !left || (!missed && enough())
            })
    }

    /// Ranks the candidates that only the basket speaks for, but for services, which have limits of their
    /// own, and those that somebody asked for.
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
        let services = &state.catalog.service;
        let asked_for = |key: u32| {
            services.get(key as usize).is_some_and(|&service| service)
                || compiled.pins.iter().any(|pin| pin.0 == key)
                || self.given.iter().any(|given| given.0 == key)
                || compiled.quota_bits.get(key as usize).is_some_and(|&bits| bits != 0)
        };
        let nobody = compiled.pins.is_empty() && self.given.is_empty();
        if !(nobody && services.is_empty() && compiled.quota_bits.is_empty()) {
            let product = |key: &u64| self.scorer.candidates()[place(*key) as usize].product;
            ranked.retain(|key| !asked_for(state.key_of_model(product(key))));
        }
    }

    /// Judges some candidates; how many of them may be offered.
    fn look_at(
        &self,
        (state, compiled, request, learned): (&State, &Compiled, &Request, &Learned<'_>),
        places: &[u32],
        verdicts: &mut [Option<Verdict>],
    ) -> usize {
        let candidates = self.scorer.candidates();
        let far = |&place: &u32| {
            let candidate = &candidates[place as usize];
            prefetch(&state.to_catalog, candidate.product as usize);
            learned.prefetch_evidence(candidate);
        };
        let near = |&place: &u32| {
            let key = state.key_of_model(candidates[place as usize].product) as usize;
            prefetch(&compiled.items, key);
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
            found += usize::from(verdict.reason.is_none());
            verdicts[place as usize] = Some(verdict);
        }
        found
    }
}

fn is_only_popular(candidate: &Candidate) -> bool {
    candidate.popular && candidate.pairs == 0 && candidate.count == 0 && !candidate.similar
}

/// How many are candidates that are only similar to what the customer bought, or only popular. Where a slot
/// is drawn, enough to draw from.
pub(super) fn further(policy: &Policy) -> Most {
    let least = LEAST_FURTHER + policy.max_offers as usize;
    let drawn = if policy.explore.active() { policy.explore.candidates as usize } else { 0 };
    Most { least, most: MOST_FURTHER.max(least + drawn), together: FEW }
}

/// How far candidates are looked for. What is similar to the basket without selling with it is never
/// offered; which popular products are worth most is known from the catalogue.
pub(super) fn reach(policy: &Policy, look: Look) -> Reach {
    let similar_to_own = match look {
        Look::Everything => Reach::FULL.similar_to_own,
        Look::Promising | Look::Paired => further(policy),
    };
    Reach { similar_to_context: 0, similar_to_own, popular: 0 }
}

fn most_paired(policy: &Policy) -> usize {
    let most = MOST_PAIRED + MORE_PAIRED * policy.max_offers as usize;
    let drawn = policy.explore.candidates + policy.max_offers;
    if policy.explore.active() { most.max(drawn as usize) } else { most }
}
