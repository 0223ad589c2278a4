//! Candidates one by one: of which kind each is, or why it is none.

use super::{Scratch, met};
use crate::affinity::scorer::{Candidate, Learned};
use crate::decide::reasons::{Kind, Reason};
use crate::decide::request::Request;
use crate::decide::sets::of_one_kind;
use crate::decide::state::{Compiled, State};

/// Of which kind a candidate is and why it is not offered, as far as that needs no probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Verdict {
    /// None if it may not be part of any offer.
    pub(super) kind: Option<Kind>,
    pub(super) reason: Option<Reason>,
    /// It was looked at for what it promises.
    pub(super) ranked: bool,
}

impl Verdict {
    fn no(reason: Reason) -> Self {
        Self { kind: None, reason: Some(reason), ranked: false }
    }
}

impl Scratch {
    /// Judges a candidate, which has this key.
    #[inline]
    pub(super) fn verdict(
        &self,
        state: &State,
        compiled: &Compiled,
        request: &Request,
        learned: &Learned<'_>,
        (key, candidate): (u32, &Candidate),
    ) -> Verdict {
        match self.judge(state, compiled, learned, key, candidate) {
            Ok(kind) => match request.people.bars(state, compiled, key, kind) {
                // What is enough of one kind may still be part of an offer of another.
                Some(reason) if !of_one_kind(reason) => Verdict::no(reason),
                reason => Verdict { kind: Some(kind), reason, ranked: false },
            },
            Err(reason) => Verdict::no(reason),
        }
    }

    /// The kind of offer a product is a candidate for. What is in the basket or viewed is none.
    #[inline]
    fn judge(
        &self,
        state: &State,
        compiled: &Compiled,
        learned: &Learned<'_>,
        key: u32,
        candidate: &Candidate,
    ) -> Result<Kind, Reason> {
        if self.marked
            && let Some(reason) = self.marks.what(key).and_then(met)
        {
            return Err(reason);
        }
        let Some(c) = state.in_catalog(key) else { return Err(Reason::NotInCatalogue) };
        let item = &compiled.items[c];
        if let Some(reason) = item.never {
            return Err(reason);
        }
        let own = candidate.count > 0;
        let owned = match candidate.count {
            0 => {
                item.one_is_enough && self.scorer.has_bought_of_category(learned, candidate.product)
            }
            count => count == 1 && item.rarely_rebought,
        };
        if owned {
            return Err(Reason::Owned);
        }
        let policy = &compiled.policy;
        if let Some(reason) = self.variant_of(compiled, item.traits.line) {
            return Err(reason);
        }
        if self.marks.is_apart(key) {
            return Err(Reason::SubstituteInBasket);
        }
        if own {
            let due = f64::from(candidate.last_days) / f64::from(learned.interval(candidate));
            let ahead = policy.refill.ahead / f64::from(learned.interval(candidate));
            if due + ahead >= policy.refill.due_from && due <= policy.refill.due_to {
                return Ok(Kind::Refill);
            }
        }
        if self.marks.is_main(key) && !self.is_accessory(state, key) {
            return Err(Reason::MainOfAccessory);
        }
        let service = state.catalog.service.get(c).is_some_and(|&service| service);
        let (paired, base) = self.goes_with(state, compiled, learned, key, candidate);
        if let Some(base) = base {
            let base = state.in_catalog(base);
            if base.is_some_and(|base| !compiled.fits(&state.catalog, base, c)) {
                return Err(Reason::NotCompatible);
            }
            return Ok(if service { Kind::Service } else { Kind::CrossSell });
        }
        if own {
            return Err(Reason::NotDue);
        }
        // A service goes with something, or is not offered at all.
        if service {
            return Err(if paired { Reason::TooFewCustomers } else { Reason::NoEvidence });
        }
        if candidate.similar && item.enough_buyers {
            return Ok(Kind::Similar);
        }
        if candidate.popular && item.enough_buyers {
            return Ok(Kind::Popular);
        }
        let known = paired || candidate.popular || candidate.similar;
        Err(if known { Reason::TooFewCustomers } else { Reason::NoEvidence })
    }

    /// Whether a product is itself an accessory of what is in the basket, viewed or just ordered. The
    /// lesser of two accessories of one product is told to be one of the other.
    fn is_accessory(&self, state: &State, key: u32) -> bool {
        let here = |&main: &u32| {
            let mark = self.marks.what(main).and_then(met);
            mark.is_some_and(|reason| reason != Reason::Returned)
        };
        state.accessories.mains(key).iter().any(here)
    }

    /// Whether anything says that a candidate goes with what is in the basket, viewed or just
    /// ordered; and the key of the product that it is offered with, if enough customers stand behind
    /// that or the shop says so.
    #[inline]
    fn goes_with(
        &self,
        state: &State,
        compiled: &Compiled,
        learned: &Learned<'_>,
        key: u32,
        candidate: &Candidate,
    ) -> (bool, Option<u32>) {
        let least = compiled.min_customers;
        let mut paired = candidate.max_log > 0.0;
        if paired && learned.pair_customers(candidate) >= least {
            return (true, Some(state.key_of_model(candidate.because)));
        }
        if let Some(follow_up) = self.follow_up(candidate.product) {
            paired |= follow_up.says_something();
            if let Some(base) = follow_up.base(least) {
                return (true, Some(state.key_of_model(base)));
            }
        }
        let given = self.given.iter().find(|given| given.0 == key);
        (paired, given.map(|given| given.1))
    }
}
