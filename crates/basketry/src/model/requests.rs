//! Who and what a request is about: the caller's ids, looked up in the model.

use super::{IdsView, Model};
use crate::data::columns::time_in_range;
use crate::{Error, ErrorKind, Id, IdKind, IdRef, Result};

/// Stands for an id that the model does not know.
pub(super) const UNKNOWN: u32 = u32::MAX;

/// An error unless an id is of the type of those it is looked for among.
pub(super) fn check_kind(
    id: IdRef<'_>,
    kind: IdKind,
    whose: &str,
    place: impl FnOnce() -> String,
) -> Result<()> {
    if id.kind() == kind {
        return Ok(());
    }
    let place = place();
    let kind = kind.plural();
    Err(Error::argument(format!(
        "{place}: the {whose}' ids are {kind}, got {id}; ids are never converted"
    )))
}

/// The moment that is asked about: `at`, by default that of the model's last order.
pub(super) fn moment(model: &Model, at: Option<i64>) -> Result<i64> {
    let at = at.unwrap_or(model.as_of());
    if time_in_range(at) {
        return Ok(at);
    }
    Err(Error::argument(format!(
        "at: the time {at} is outside the years -9999 to 9999; expected milliseconds since 1970"
    )))
}

/// Looks up ids, called `what` in messages, all of which have to be in the model.
pub(super) fn require<'a>(
    known: IdsView<'_>,
    whose: &str,
    ids: impl Iterator<Item = IdRef<'a>>,
    what: &str,
) -> Result<Vec<u32>> {
    let indices = ids
        .enumerate()
        .map(|(at, id)| {
            if !known.is_empty() {
                check_kind(id, known.kind(), whose, || format!("{what}[{at}]"))?;
            }
            known.find(id).ok_or_else(|| {
                let text = format!("{what}[{at}]: {id} is not in the model");
                Error::new(ErrorKind::UnknownId, text)
            })
        })
        .collect::<Result<Vec<u32>>>()?;
    check_requests(indices.len())?;
    Ok(indices)
}

/// Looks up ids of products, called `what` in messages; [`UNKNOWN`] for what the model does not
/// know.
pub(super) fn products<'a>(
    known: IdsView<'_>,
    ids: impl Iterator<Item = IdRef<'a>>,
    what: &str,
) -> Result<Vec<u32>> {
    ids.enumerate()
        .map(|(at, id)| {
            check_kind(id, known.kind(), "products", || format!("{what}[{at}]"))?;
            Ok(known.find(id).unwrap_or(UNKNOWN))
        })
        .collect()
}

/// The customers or products of a request, by their place in it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// Its index in the model, or [`UNKNOWN`].
    index: Vec<u32>,
    /// The ids of those the model does not know, by their place, ascending.
    strangers: Vec<(u32, Id)>,
    pub(super) kind: IdKind,
}

impl Asked {
    /// Looks customers up. Where the model knows none, all ids are of the type of the first.
    pub(super) fn customers(model: &Model, ids: &[IdRef<'_>]) -> Result<Self> {
        let known = model.customers();
        let kind = match ids.first() {
            Some(first) if known.is_empty() => first.kind(),
            _ => known.kind(),
        };
        Self::resolve(known, kind, ids, "customers")
    }

    /// Looks products up.
    pub(super) fn products(model: &Model, ids: &[IdRef<'_>]) -> Result<Self> {
        let known = model.products();
        Self::resolve(known, known.kind(), ids, "products")
    }

    fn resolve(known: IdsView<'_>, kind: IdKind, ids: &[IdRef<'_>], what: &str) -> Result<Self> {
        check_requests(ids.len())?;
        let mut asked = Self { index: Vec::with_capacity(ids.len()), strangers: vec![], kind };
        for (at, &id) in ids.iter().enumerate() {
            check_kind(id, kind, what, || format!("{what}[{at}]"))?;
            let index = known.find(id);
            if index.is_none() {
                asked.strangers.push((at as u32, id.to_owned()));
            }
            asked.index.push(index.unwrap_or(UNKNOWN));
        }
        Ok(asked)
    }

    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    /// The index in the model of what is at this place, if it is known.
    #[inline]
    pub(super) fn get(&self, at: usize) -> Option<u32> {
        self.index.get(at).copied().filter(|&index| index != UNKNOWN)
    }

    /// How many of them the model does not know.
    pub(super) fn unknown(&self) -> u64 {
        self.strangers.len() as u64
    }

    /// The id at this place; `known` are those it was looked for among.
    pub(super) fn id<'a>(&'a self, known: IdsView<'a>, at: u32) -> Option<IdRef<'a>> {
        match self.get(at as usize) {
            Some(index) => known.get(index),
            None => {
                let place = self.strangers.binary_search_by_key(&at, |&(at, _)| at).ok()?;
                Some(self.strangers[place].1.as_ref())
            }
        }
    }
}

/// An error if there are too many requests for their numbers.
fn check_requests(requests: usize) -> Result<()> {
    match u32::try_from(requests) {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::new(ErrorKind::Limit, "more than 4,294,967,295 requests at once")),
    }
}

/// The baskets of a request, as products of the model.
#[derive(Clone, Debug)]
pub(super) struct Baskets {
    offsets: Vec<usize>,
    items: Vec<u32>,
    /// Products in them that the model does not know.
    pub(super) unknown: u64,
}

impl Baskets {
    /// Looks the products of baskets up. There must be one of `customers` for each.
    pub(super) fn resolve<'a, B: AsRef<[IdRef<'a>]>>(
        model: &Model,
        baskets: &[B],
        customers: Option<&Asked>,
    ) -> Result<Self> {
        if let Some(customers) = customers.filter(|customers| customers.len() != baskets.len()) {
            return Err(Error::argument(format!(
                "customers: expected {}, one for each basket, got {}",
                baskets.len(),
                customers.len()
            )));
        }
        check_requests(baskets.len())?;
        let known = model.products();
        let mut found = Self { offsets: vec![0], items: Vec::new(), unknown: 0 };
        for (at, basket) in baskets.iter().enumerate() {
            for &id in basket.as_ref() {
                check_kind(id, known.kind(), "products", || format!("baskets[{at}]"))?;
                match known.find(id) {
                    Some(product) => found.items.push(product),
                    None => found.unknown += 1,
                }
            }
            found.offsets.push(found.items.len());
        }
        Ok(found)
    }

    pub(super) fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    #[inline]
    pub(super) fn get(&self, at: usize) -> &[u32] {
        &self.items[self.offsets[at]..self.offsets[at + 1]]
    }
}
