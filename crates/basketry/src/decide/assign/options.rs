//! What is limited.

use super::problem::{Group, Problem};
use super::proposals::Proposals;
use crate::{Error, Id, Result};

/// Offers of one customer at most that can be asked for.
const MOST: u32 = 64;

/// The limits of a plan.
///
/// ```
/// use basketry::{AssignOptions, OfferGroup};
///
/// let options = AssignOptions::new()
///     .per_customer(2)
///     .capacity("insole", 40_000)
///     .group(OfferGroup::new("niche", ["sprayer", "fertiliser"]).min(1_000))
///     .exclude("insole", "sprayer")
///     .budget(25_000_00);
/// assert_eq!(options.capacities.len(), 1);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AssignOptions {
    /// Offers that one customer gets at most, 1 to 64, and no more than the `max_offers` of the policy
    /// by which an engine proposed them.
    pub per_customer: u32,
    /// How often single offers can be made; others as often as they are proposed, or, where an
    /// engine proposes, as their stock allows.
    pub capacities: Vec<(Id, u64)>,
    /// Offers that are limited together.
    pub groups: Vec<OfferGroup>,
    /// Pairs of offers that never reach the same customer, besides what an engine's policy does not
    /// let stand together ([`Engine::propose`](crate::Engine::propose)).
    pub excludes: Vec<(Id, Id)>,
    /// What all offers may cost together, in minor units (cents).
    pub budget: Option<i64>,
    /// Breaks ties between customers for whom an offer is worth the same.
    pub seed: u64,
}

/// Offers that are limited together: a category, a supplier, a promise of volume. At least one of
/// `min`, `max` and `per_customer` is given.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OfferGroup {
    /// What the group is called in the plan.
    pub name: String,
    /// The offers in it. An offer may be in several groups.
    pub offers: Vec<Id>,
    /// How often they are made together at least. What cannot be reached is reached as far as
    /// possible, and reported: [`GroupVolume::met`](super::GroupVolume). Where groups are in each other's
    /// way, all of them together miss as little as possible; to find the least is as hard as any problem
    /// of its kind (it is NP-hard), so a few more may be missed where much is limited.
    pub min: u64,
    /// How often they are made together at most.
    pub max: Option<u64>,
    /// How many of them one customer gets at most, 1 or more.
    pub per_customer: Option<u32>,
}

impl OfferGroup {
    /// A group of offers, to be limited by [`min`](Self::min), [`max`](Self::max) or
    /// [`per_customer`](Self::per_customer).
    pub fn new<I: Into<Id>>(name: impl Into<String>, offers: impl IntoIterator<Item = I>) -> Self {
        let offers = offers.into_iter().map(Into::into).collect();
        Self { name: name.into(), offers, min: 0, max: None, per_customer: None }
    }

    /// Sets the least volume.
    #[must_use]
    pub fn min(mut self, volume: u64) -> Self {
        self.min = volume;
        self
    }

    /// Sets the greatest volume.
    #[must_use]
    pub fn max(mut self, volume: u64) -> Self {
        self.max = Some(volume);
        self
    }

    /// Sets how many of them one customer gets at most.
    #[must_use]
    pub fn per_customer(mut self, offers: u32) -> Self {
        self.per_customer = Some(offers);
        self
    }
}

impl Default for AssignOptions {
    fn default() -> Self {
        Self {
            per_customer: 1,
            capacities: Vec::new(),
            groups: Vec::new(),
            excludes: Vec::new(),
            budget: None,
            seed: 0,
        }
    }
}

impl AssignOptions {
    /// One offer for each customer, and no other limit.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how many offers one customer gets at most.
    #[must_use]
    pub fn per_customer(mut self, offers: u32) -> Self {
        self.per_customer = offers;
        self
    }

    /// Sets how often an offer can be made.
    #[must_use]
    pub fn capacity(mut self, offer: impl Into<Id>, most: u64) -> Self {
        self.capacities.push((offer.into(), most));
        self
    }

    /// Adds a group of offers that are limited together.
    #[must_use]
    pub fn group(mut self, group: OfferGroup) -> Self {
        self.groups.push(group);
        self
    }

    /// Adds a pair of offers that never reach the same customer.
    #[must_use]
    pub fn exclude(mut self, one: impl Into<Id>, other: impl Into<Id>) -> Self {
        self.excludes.push((one.into(), other.into()));
        self
    }

    /// Sets what all offers may cost together, in minor units.
    #[must_use]
    pub fn budget(mut self, minor: i64) -> Self {
        self.budget = Some(minor);
        self
    }

    /// Sets what breaks ties.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The problem of these proposals within these limits, and how many of the offers named here
    /// nobody is proposed.
    pub(super) fn problem<'a>(
        &self,
        proposals: &'a Proposals,
        keys: &'a [u64],
    ) -> Result<(Problem<'a>, u64)> {
        if self.per_customer == 0 || self.per_customer > MOST {
            return Err(Error::argument(format!(
                "per_customer: expected a number from 1 to {MOST}, got {}",
                self.per_customer
            )));
        }
        if self.per_customer > proposals.most {
            return Err(Error::argument(format!(
                "per_customer: expected at most {}, the max_offers of the policy, got {}",
                proposals.most, self.per_customer
            )));
        }
        if let Some(budget) = self.budget {
            if budget < 0 {
                return Err(Error::argument(format!("budget: expected at least 0, got {budget}")));
            }
            if !proposals.costed {
                return Err(Error::argument(
                    "budget: nothing that is proposed costs anything; expected a column of costs, or a \
                     contact_cost above 0 in the policy",
                ));
            }
        }
        let parts = |minor: i64| {
            minor.checked_mul(proposals.parts).ok_or_else(|| {
                Error::argument(format!(
                    "budget: expected at most {}, as contacts cost parts of a minor unit, got {minor}",
                    i64::MAX / proposals.parts
                ))
            })
        };
        let budget = self.budget.map(parts).transpose()?;
        let offers = proposals.offers();
        let mut unknown = 0;
        let mut find = |id: &Id, place: &str| {
            let kind = id.as_ref().kind();
            if kind != offers.kind() && !offers.is_empty() {
                return Err(Error::argument(format!(
                    "{place}: the offers are {}, got {id}; ids are never converted",
                    offers.kind().plural()
                )));
            }
            let found = offers.find(id);
            unknown += u64::from(found.is_none());
            Ok(found)
        };
        let mut capacity = match &proposals.stock[..] {
            [] => vec![u64::MAX; offers.len()],
            stock => stock.to_vec(),
        };
        let mut given = vec![false; offers.len()];
        for (at, (id, most)) in self.capacities.iter().enumerate() {
            let Some(offer) = find(id, &format!("capacity[{at}]"))? else { continue };
            if std::mem::replace(&mut given[offer as usize], true) {
                return Err(Error::argument(format!("capacity[{at}]: {id} was given before")));
            }
            capacity[offer as usize] = *most;
        }
        let mut together = proposals.together.within(self.per_customer);
        let mut groups_of = vec![Vec::new(); offers.len()];
        let mut groups = Vec::with_capacity(self.groups.len());
        for (at, group) in self.groups.iter().enumerate() {
            let place = format!("groups[{at}] ({:?})", group.name);
            if self.groups[..at].iter().any(|other| other.name == group.name) {
                return Err(Error::argument(format!("{place}: the name was given before")));
            }
            if group.max.is_some_and(|max| max < group.min) {
                return Err(Error::argument(format!(
                    "{place}: expected a maximum of at least the minimum {}, got {}",
                    group.min,
                    group.max.unwrap_or_default()
                )));
            }
            if group.per_customer == Some(0) {
                return Err(Error::argument(format!(
                    "{place}: expected that a customer may get 1 or more of them, got 0"
                )));
            }
            if group.min == 0 && group.max.is_none() && group.per_customer.is_none() {
                return Err(Error::argument(format!(
                    "{place}: expected min, max or per_customer, got a group without limits"
                )));
            }
            if group.offers.is_empty() {
                return Err(Error::argument(format!("{place}: expected one offer or more")));
            }
            let each = group.per_customer.unwrap_or(u32::MAX).min(self.per_customer);
            let sort = (each < self.per_customer).then(|| together.sort(each));
            for id in &group.offers {
                let Some(offer) = find(id, &place)? else { continue };
                let of: &mut Vec<u32> = &mut groups_of[offer as usize];
                if of.last() == Some(&(at as u32)) {
                    return Err(Error::argument(format!("{place}: {id} stands twice")));
                }
                of.push(at as u32);
                if let Some(sort) = sort {
                    together.join(offers.len(), offer, sort);
                }
            }
            let max = group.max.unwrap_or(u64::MAX);
            groups.push(Group { min: group.min, max, each: u64::from(each) });
        }
        for (at, (one, other)) in self.excludes.iter().enumerate() {
            if one == other {
                return Err(Error::argument(format!(
                    "exclude[{at}]: expected two offers, got {one} twice"
                )));
            }
            let place = format!("exclude[{at}]");
            let (Some(one), Some(other)) = (find(one, &place)?, find(other, &place)?) else {
                continue;
            };
            // Whoever gets one offer gets no two.
            if self.per_customer > 1 {
                together.exclude(offers.len(), one, other);
            }
        }
        together.finish();
        let limited = proposals.sort.iter().any(|&sort| together.binds(sort, self.per_customer));
        let problem = Problem {
            offsets: &proposals.offsets,
            offer: &proposals.offer,
            value: &proposals.value,
            cost: &proposals.cost,
            sort: if limited { &proposals.sort } else { &[] },
            risk: &proposals.risk,
            keys,
            per_customer: self.per_customer as usize,
            capacity,
            groups,
            groups_of,
            together,
            budget,
        };
        Ok((problem, unknown))
    }
}
