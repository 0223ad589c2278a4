//! From a request to candidates, each with a value or with the reason why it is none.

mod bases;
mod judge;
mod marks;
mod pins;
mod promise;
mod score;

use self::bases::{Base, Contract};
use self::marks::Marks;
pub(crate) use self::promise::Look;
use self::promise::Promises;
pub(crate) use self::score::{base_probability, worth};
use super::beside::MOST_ROUNDS;
use super::context::Context;
use super::follow_up::{self, FollowUp};
use super::policy::Texts;
use super::reasons::{Kind, Reason};
use super::request::Request;
use super::sets::{SetCandidate, SetScratch, Together};
use super::slate::{Scene, Slate, uniform};
use super::state::{Compiled, NONE, OnShelf, State};
use super::value;
use crate::affinity::scorer::{self, Learned, Reach, Scored, Shared, Task};
use crate::data::NO_CODE;
use crate::prefetch::prefetch;

/// What became of a product that was considered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    /// In minor units; NaN where it was not computed.
    pub(crate) value: f64,
    pub(crate) key: u32,
    /// Bought without an offer, or, if it is considered as an up-sell only, taken if offered.
    pub(crate) probability: f32,
    pub(crate) kind: Option<Kind>,
    /// `None`: still a candidate, or an offer.
    pub(crate) reason: Option<Reason>,
    /// Of several products: the place among the sets; [`NONE`] of a single one.
    pub(crate) set: u32,
}

/// An outcome that is offered, and what its offer is made of when it is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chosen {
    pub(crate) outcome: Outcome,
    /// The probability with which it was chosen.
    pub(crate) chosen_with: f64,
    pub(crate) pinned: bool,
    pub(crate) detail: Detail,
}

impl Chosen {
    /// The products that the offer adds.
    pub(crate) fn added(&self) -> &[u32] {
        match &self.detail {
            Detail::Set(set) => set.added(),
            _ => std::slice::from_ref(&self.outcome.key),
        }
    }
}

/// What is known about an offer, by the way it came about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Detail {
    /// A product to be added.
    Added(Scored),
    /// A product to be bought after an order.
    After(Scored, FollowUp),
    /// A dearer variant.
    UpSell(UpSellCandidate),
    /// A product that is pinned and otherwise would be no candidate, with its chance.
    Pinned(f64),
    /// Several products together.
    Set(SetCandidate),
}

/// A candidate for an up-sell and its numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UpSellCandidate {
    pub(crate) outcome: u32,
    pub(crate) key: u32,
    /// The key of the product in whose place it is offered.
    pub(crate) base: u32,
    pub(crate) numbers: value::UpSell,
    /// The customer's purchases in the group.
    pub(crate) own_purchases: f64,
    /// Of a contract that the customer has: days until its term ends; NaN of others.
    pub(crate) ends_in: f64,
}

/// Working memory, kept from one decision to the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// By key, [`IN_BASKET`], [`VIEWED`] and the like, or the index of its outcome if it was not scored.
    marks: Marks,
    /// Accessories that the shop gave something in the basket or viewed: key and main product.
    pub(super) given: Vec<(u32, u32)>,
    /// What speaks for products after an order, by product.
    follow_ups: Vec<FollowUp>,
    /// Some candidates may have been in the basket or an order, or may have been returned.
    marked: bool,
    pub(super) scorer: scorer::Scratch,
    /// The same for an order without what is only viewed.
    unviewed: scorer::Scratch,
    promises: Promises,
    /// Per candidate its probability, where it was scored.
    probability: Vec<f32>,
    context: Vec<u32>,
    /// What all candidates share.
    shared: Option<Shared>,
    /// How many of the outcomes are those of the scorer's candidates, in their order.
    pub(crate) scored: usize,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) slate: Slate,
    /// Slots and outcomes pinned to them, by slot.
    pinned: Vec<(u32, u32)>,
    /// Outcomes that are candidates only because they are pinned.
    only_pinned: Vec<u32>,
    pub(crate) up_sells: Vec<UpSellCandidate>,
    /// How many of the outcomes are of single products; those of several come behind.
    pub(crate) singles: usize,
    pub(super) sets: SetScratch,
    /// Outcomes that the slate may choose from.
    pub(super) open: Vec<u32>,
    bases: Vec<Base>,
    contracts: Vec<Contract>,
    /// How many of the bases were looked at.
    pub(crate) bases_judged: usize,
    own: Vec<(u32, i64, f64)>,
}

const IN_BASKET: u32 = u32::MAX;
const VIEWED: u32 = u32::MAX - 1;
const JUST_ORDERED: u32 = u32::MAX - 2;
const RETURNED: u32 = u32::MAX - 3;

impl Scratch {
    fn begin(&mut self, state: &State) {
        let keys = state.to_model.len() + state.to_catalog.len();
        self.marks.begin(keys, state.links.lines);
        self.outcomes.clear();
        self.up_sells.clear();
        self.pinned.clear();
        self.only_pinned.clear();
        self.open.clear();
        self.bases.clear();
        self.bases_judged = 0;
    }

    /// The outcome of a product that is neither in the basket nor viewed.
    pub(super) fn outcome_of(&self, state: &State, key: u32) -> Option<u32> {
        match state.model_of(key) {
            NONE => None,
            // Outcomes begin with those of the scorer's candidates, in their order.
            m => self.scorer.position(m).map(|at| at as u32),
        }
        .or_else(|| self.marks.what(key))
    }

    /// Whether a product is in the basket or viewed, and was neither just ordered nor came back.
    pub(super) fn is_here(&self, key: u32) -> bool {
        matches!(self.marks.what(key), Some(IN_BASKET | VIEWED))
    }

    /// Whether a product of a line came back.
    #[inline]
    pub(super) fn line_returned(&self, line: u32) -> bool {
        self.marks.of_line(line) == Some(RETURNED)
    }

    /// Why nothing of a line is offered: another product of it is here, or came back.
    #[inline]
    fn variant_of(&self, compiled: &Compiled, line: u32) -> Option<Reason> {
        match self.marks.of_line(line)? {
            RETURNED => Some(Reason::Returned),
            _ if compiled.policy.allow_variants => None,
            IN_BASKET => Some(Reason::VariantInBasket),
            JUST_ORDERED => Some(Reason::VariantInOrder),
            _ => Some(Reason::VariantOfViewed),
        }
    }

    /// Collects the outcomes of a request: those of the scorer's candidates, in their order, then
    /// those of products that were considered as up-sells only.
    pub(crate) fn collect(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        task: Task,
    ) {
        self.collect_candidates(state, compiled, request, task, Look::Promising);
    }

    /// The same, of everything that may be offered.
    pub(crate) fn collect_everything(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        task: Task,
    ) {
        self.collect_candidates(state, compiled, request, task, Look::Everything);
    }

    /// All candidates with their probabilities: those too that were not looked at to decide.
    pub(crate) fn collect_all(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        look: Look,
    ) -> &[Outcome] {
        let task = request.task();
        self.collect_candidates(state, compiled, request, task, look);
        self.scorer.choose(|_| true);
        self.score(state, compiled, request, &state.model.learned(), task);
        for (outcome, &probability) in self.outcomes.iter_mut().zip(&self.probability) {
            if outcome.probability.is_nan() {
                outcome.probability = probability;
            }
        }
        &self.outcomes
    }

    fn collect_candidates(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        task: Task,
        look: Look,
    ) {
        self.begin(state);
        self.context.clear();
        self.given.clear();
        self.marked = !request.after.is_empty() || !request.returned.is_empty();
        // The viewed product first: its line's mark gives way to the basket's.
        let viewed = request.viewed_only().map(|key| (key, VIEWED));
        let all = viewed
            .into_iter()
            .chain(request.basket.iter().map(|&key| (key, IN_BASKET)))
            .chain(request.after.iter().map(|&key| (key, JUST_ORDERED)))
            .chain(request.returned.iter().map(|&key| (key, RETURNED)));
        for (key, _) in all.clone() {
            prefetch(&state.to_model, key as usize);
            prefetch(&compiled.items, key as usize);
        }
        for (key, what) in all {
            self.marks.set(key, what);
            if let Some(c) = state.in_catalog(key) {
                let line = compiled.items[c].traits.line;
                if line != NO_CODE {
                    self.marks.set_line(line, what);
                }
            }
            // Nothing is offered because of what came back, wherever else it is.
            if self.marked && request.is_returned(key) {
                continue;
            }
            for &main in state.accessories.mains(key) {
                self.marks.set_main(main);
            }
            let given = state.accessories.given(key).iter();
            self.given.extend(given.map(|&accessory| (accessory, key)));
            let m = state.model_of(key);
            if m != NONE && what != JUST_ORDERED {
                self.context.push(m);
            }
        }
        let bought = request.basket.iter().chain(&request.after);
        for &key in bought.clone().chain(&request.viewed) {
            for &other in state.links.never_with(key) {
                self.marks.set_apart(other);
            }
        }
        // In place of what is only looked at something else may well be bought.
        for &key in bought {
            for other in state.substitutes(key) {
                self.marks.set_apart(other);
            }
        }
        let learned = state.model.learned();
        self.follow_order(state, request, &learned);
        // After an order all that is bought later counts, whatever it was with.
        let context: &[u32] = if request.after.is_empty() { &self.context } else { &[] };
        let situation = request.situation(context);
        let policy = &compiled.policy;
        let reach = if task == Task::Basket { promise::reach(policy, look) } else { Reach::FULL };
        self.shared = Some(learned.candidates_within(task, &situation, reach, &mut self.scorer));
        let most = match look {
            Look::Everything => usize::MAX,
            _ => promise::further(policy).beside(self.scorer.candidates().len()),
        };
        self.promises.most_popular = most;
        self.promises.popular = self.scorer.add_popular(&compiled.worthy, most);
        for &(accessory, _) in &self.given {
            let m = state.model_of(accessory);
            if m != NONE {
                self.scorer.consider(m);
            }
        }
        for follow_up in &self.follow_ups {
            self.scorer.consider(follow_up.product);
        }
        self.judge_candidates(state, compiled, request, &learned, look);
        self.score(state, compiled, request, &learned, task);
        self.value_candidates(compiled, request);
        self.judge_up_sells(state, compiled, request, &learned);
        if request.people.stopped.is_some() {
            for outcome in self.outcomes.iter_mut().filter(|outcome| outcome.reason.is_none()) {
                outcome.reason = request.people.stopped;
            }
        }
    }

    /// Collects what speaks for products after the order just placed, as far as it was kept.
    fn follow_order(&mut self, state: &State, request: &Request, learned: &Learned<'_>) {
        self.follow_ups.clear();
        if request.after.is_empty() {
            return;
        }
        let order: Vec<u32> = request
            .after
            .iter()
            .filter(|&&key| !request.is_returned(key))
            .map(|&key| state.model_of(key))
            .filter(|&m| m != NONE)
            .collect();
        follow_up::collect(&state.model, learned, &order, &mut self.follow_ups);
    }

    /// What speaks for a product of the model after the order just placed.
    pub(crate) fn follow_up(&self, product: u32) -> Option<&FollowUp> {
        let at = self.follow_ups.binary_search_by_key(&product, |found| found.product).ok()?;
        self.follow_ups.get(at)
    }

    /// Chooses among the outcomes.
    pub(crate) fn choose(
        &mut self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        context: &Context,
    ) {
        self.judge_pins(state, compiled, request);
        self.singles = self.outcomes.len();
        self.propose_sets(state, compiled, request);
        let policy = &compiled.policy;
        let draw = if policy.explore.active() {
            uniform(context.seed, &compiled.version, context.customer.as_ref())
        } else {
            0.0
        };
        self.open.clear();
        let open = |&i: &u32| self.outcomes[i as usize].reason.is_none();
        self.open.extend((0..self.outcomes.len() as u32).filter(open));
        let mut rounds = 0;
        loop {
            let scene = Scene {
                policy,
                shelf: &OnShelf { state, compiled },
                stages: &compiled.stages,
                pinned: &self.pinned,
                draw,
                risk: request.people.risk,
                together: Together { sets: &self.sets.found, up_sells: &self.up_sells },
            };
            self.slate.pick(&mut self.outcomes, &scene);
            if rounds == MOST_ROUNDS || self.slate.refused.is_empty() {
                self.slate.complete(&mut self.outcomes, &scene);
                break;
            }
            self.search_again(state, compiled, request);
            rounds += 1;
        }
        self.mark_left(state);
    }

    /// What the offer of an outcome is made of.
    pub(crate) fn detail(&self, learned: &Learned<'_>, outcome: u32) -> Option<Detail> {
        if self.only_pinned.contains(&outcome) {
            let p0 = self.outcomes[outcome as usize].probability;
            return Some(Detail::Pinned(p0.into()));
        }
        let up_sell = self.up_sells.iter().find(|held| held.outcome == outcome);
        match up_sell {
            Some(up_sell) => Some(Detail::UpSell(*up_sell)),
            None if outcome as usize >= self.singles => {
                let set = self.outcomes[outcome as usize].set;
                self.sets.found.get(set as usize).copied().map(Detail::Set)
            }
            None if (outcome as usize) < self.scored => {
                let shared = self.shared.as_ref()?;
                let scored = learned.scored(shared, &self.scorer, outcome as usize);
                let probability = self.outcomes[outcome as usize].probability;
                let scored = Scored { probability, ..scored };
                Some(match self.follow_up(scored.product) {
                    Some(follow_up) => Detail::After(scored, *follow_up),
                    None => Detail::Added(scored),
                })
            }
            None => None,
        }
    }

    /// What the decision should warn of.
    pub(crate) fn warning(&self, texts: &Texts) -> Option<String> {
        if self.sets.worth_unknown {
            return Some(texts.say("warn_worth_unknown", &[]));
        }
        (self.bases_judged < self.bases.len()).then(|| {
            let (products, judged) = (self.bases.len().to_string(), self.bases_judged.to_string());
            texts.say("warn_variants", &[("products", &products), ("judged", &judged)])
        })
    }
}

/// The reason not to offer what has this mark, if it is not the place of an outcome.
fn met(mark: u32) -> Option<Reason> {
    match mark {
        IN_BASKET => Some(Reason::InBasket),
        VIEWED => Some(Reason::Viewed),
        JUST_ORDERED => Some(Reason::InOrder),
        RETURNED => Some(Reason::Returned),
        _ => None,
    }
}
