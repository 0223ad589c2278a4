//! What an engine decides from: a model and a catalogue joined once, immutable from then on.

mod compiled;
mod hash;

use std::sync::Arc;

use arc_swap::ArcSwap;

pub(crate) use self::compiled::{Compiled, Item, OnShelf};
use self::hash::hash;
use super::accessories::{Accessories, Keys};
use super::links::Links;
use super::policy::{Policy, Texts};
use super::up_sell::Groups;
use crate::affinity::scorer::{Segment, Task};
use crate::data::{Catalog, Id, IdKind, IdRef, NO_CODE};
use crate::{Error, ErrorKind, Model, Result};

/// Marks "no product".
pub(crate) const NONE: u32 = u32::MAX;

/// How many compiled policies a state keeps. Shops have one for each placement; programs that
/// make a new policy for every request pay for compiling it, and for nothing else.
const KEPT_POLICIES: usize = 32;

/// A model and a catalogue, joined.
///
/// Products are named by a *key*: the index in the catalogue, or, for those the catalogue does
/// not have, the number of catalogue products plus the index in the model.
pub(crate) struct State {
    pub(crate) model: Model,
    pub(crate) catalog: Arc<Catalog>,
    /// The catalogue was given apart from the model.
    pub(crate) live: bool,
    pub(crate) catalog_version: String,
    /// Per model product: its catalogue index, or [`NONE`].
    pub(crate) to_catalog: Vec<u32>,
    /// Per catalogue product: its model index, or [`NONE`].
    pub(crate) to_model: Vec<u32>,
    pub(crate) groups: Groups,
    pub(crate) accessories: Accessories,
    pub(crate) links: Links,
    /// Products of the model that it keeps apart from others.
    substituted: Keys,
    /// Per segment: the propensity was learned.
    pub(crate) learned_segments: [bool; Segment::ALL.len()],
    compiled: ArcSwap<Vec<Arc<Compiled>>>,
}

impl State {
    pub(crate) fn new(model: Model, catalog: Arc<Catalog>, live: bool) -> Result<Self> {
        let products = model.products();
        let ids = catalog.ids();
        if !products.is_empty() && !ids.is_empty() && products.kind() != ids.kind() {
            return Err(Error::new(
                ErrorKind::Schema,
                format!(
                    "catalog: the product ids are {}, but the model's are {}; ids are never \
                     converted",
                    ids.kind().plural(),
                    products.kind().plural()
                ),
            ));
        }
        // Keys share one 32-bit space.
        if products.len() + ids.len() >= NONE as usize {
            return Err(Error::new(
                ErrorKind::Limit,
                "catalogue and model together have more than 4,294,967,294 products",
            ));
        }
        let mut to_catalog = vec![NONE; products.len()];
        let mut to_model = vec![NONE; ids.len()];
        for (c, id) in ids.iter().enumerate() {
            if let Some(m) = products.find(id)
                && let Some(slot) = to_catalog.get_mut(m as usize)
            {
                *slot = c as u32;
                to_model[c] = m;
            }
        }
        let bought = model.learned().products.baskets;
        let mut links = Links::new(&catalog);
        let groups = Groups::new(&catalog, &links.line, |c| {
            bought.get(to_model[c as usize] as usize).copied().unwrap_or(0)
        });
        let key_of_model = |m: u32| match to_catalog.get(m as usize) {
            Some(&c) if c != NONE => c,
            _ => to_model.len() as u32 + m,
        };
        let accessories = Accessories::new(&model, &catalog, key_of_model);
        links.overrule(&model, &catalog, key_of_model);
        let mut substituted = Keys::default();
        let some = |m: &u32| !model.apart(*m).is_empty();
        (0..products.len() as u32).rev().filter(some).for_each(|m| substituted.insert(m));
        let learned_segments = Segment::ALL.map(|segment| {
            let mut reports = model.report().segments.iter();
            reports.any(|report| {
                report.task == Task::Basket.name()
                    && report.segment == segment.name()
                    && report.learned
            })
        });
        let catalog_version = format!("{:016x}", hash(&catalog));
        Ok(Self {
            model,
            catalog,
            live,
            catalog_version,
            to_catalog,
            to_model,
            groups,
            accessories,
            links,
            substituted,
            learned_segments,
            compiled: ArcSwap::default(),
        })
    }

    /// The key of a product, if catalogue or model know it.
    pub(crate) fn key(&self, id: IdRef<'_>) -> Option<u32> {
        if let Some(c) = self.catalog.ids().find(id) {
            return Some(c);
        }
        self.model.products().find(id).map(|m| self.to_model.len() as u32 + m)
    }

    /// The key of a model product.
    #[inline]
    pub(crate) fn key_of_model(&self, m: u32) -> u32 {
        match self.to_catalog.get(m as usize) {
            Some(&c) if c != NONE => c,
            _ => self.to_model.len() as u32 + m,
        }
    }

    /// The model index of a key, or [`NONE`].
    pub(crate) fn model_of(&self, key: u32) -> u32 {
        match self.to_model.get(key as usize) {
            Some(&m) => m,
            None => key - self.to_model.len() as u32,
        }
    }

    /// The catalogue index of a key.
    #[inline]
    pub(crate) fn in_catalog(&self, key: u32) -> Option<usize> {
        ((key as usize) < self.to_model.len()).then_some(key as usize)
    }

    /// The narrowest category of a catalogue product: its level and code.
    pub(crate) fn leaf_category(&self, c: usize) -> Option<(u32, u32)> {
        let levels = self.catalog.category.iter().enumerate().rev();
        levels
            .map(|(level, column)| (level as u32, column.codes[c]))
            .find(|&(_, code)| code != NO_CODE)
    }

    /// The id behind a key.
    pub(crate) fn id(&self, key: u32) -> Id {
        match self.in_catalog(key) {
            Some(_) => self.catalog.ids().get(key).to_owned(),
            None => match self.model.products().get(self.model_of(key)) {
                Some(id) => id.to_owned(),
                // Keys come from indices of this model; there is no other.
                None => Id::Int(-1),
            },
        }
    }

    /// The name to show, if the catalogue has one.
    pub(crate) fn name(&self, key: u32) -> Option<&str> {
        self.catalog.name.get(key as usize).map(|name| &**name).filter(|name| !name.is_empty())
    }

    /// The name in double quotes, or the id.
    pub(crate) fn label(&self, key: u32) -> String {
        match self.name(key) {
            Some(name) => format!("\"{name}\""),
            None => self.id(key).to_string(),
        }
    }

    /// Whether product ids are integers or strings.
    pub(crate) fn product_kind(&self) -> IdKind {
        if self.catalog.is_empty() && !self.model.products().is_empty() {
            self.model.products().kind()
        } else {
            self.catalog.ids().kind()
        }
    }

    /// The policy compiled for this state: looked up, or made now.
    pub(crate) fn compiled(&self, policy: &Policy) -> Result<Arc<Compiled>> {
        for compiled in self.compiled.load().iter() {
            if compiled.policy == *policy {
                return Ok(compiled.clone());
            }
        }
        let made = Arc::new(self.compile(policy)?);
        self.compiled.rcu(|old| {
            let skip = (old.len() + 1).saturating_sub(KEPT_POLICIES);
            old.iter().skip(skip).cloned().chain([made.clone()]).collect::<Vec<_>>()
        });
        Ok(made)
    }

    /// Compiles the policies in use with another state. One that this state cannot meet is left
    /// to the decision that asks for it, which says why.
    pub(crate) fn compile_all(&self, other: &State) {
        let old = other.compiled.load();
        let made = old.iter().filter_map(|old| self.compile(&old.policy).ok());
        self.compiled.store(Arc::new(made.map(Arc::new).collect()));
    }
}

impl State {
    /// Whether the price of a catalogue product is paid once. Amounts that recur cannot be added to
    /// those that do not.
    pub(crate) fn paid_once(&self, c: usize) -> bool {
        self.catalog.term.get(c).is_none_or(|&term| term == 1)
    }

    /// Whether one of two products is bought in place of the other, or not to be offered with it.
    pub(crate) fn apart(&self, key: u32, other: u32) -> bool {
        if self.links.never_with(key).contains(&other) {
            return true;
        }
        let (a, b) = (self.model_of(key), self.model_of(other));
        // Each is in the list of the other.
        self.substituted.contains(a)
            && self.substituted.contains(b)
            && self.model.apart(a).contains(&b)
            && !self.links.together(key, other)
    }

    /// What is bought in place of a product, by the model.
    pub(crate) fn substitutes(&self, key: u32) -> impl Iterator<Item = u32> + '_ {
        let m = self.model_of(key);
        let found = if self.substituted.contains(m) { self.model.apart(m) } else { &[] };
        let found = found.iter().map(|&other| self.key_of_model(other));
        found.filter(move |&other| !self.links.together(key, other))
    }
}

/// An id of a type that the ids it should be among do not have.
pub(crate) fn wrong_type(error: ErrorKind, path: &str, id: &Id, what: &str, kind: IdKind) -> Error {
    let is = match id {
        Id::Int(_) => "an integer",
        Id::Str(_) => "a string",
    };
    let kind = kind.plural();
    Error::new(
        error,
        format!("{path}: {id} is {is}, but {what} are {kind}; ids are never converted"),
    )
}

/// Ids that were not found, for a warning.
#[derive(Default)]
pub(crate) struct Unknown {
    first: Option<Id>,
    count: usize,
}

impl Unknown {
    pub(crate) fn add(&mut self, id: &Id) {
        self.count += 1;
        if self.first.is_none() {
            self.first = Some(id.clone());
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Warns that they are `what`.
    pub(crate) fn warn<T: AsRef<str>>(
        &self,
        path: &str,
        what: impl FnOnce() -> T,
        texts: &Texts,
        warnings: &mut Vec<String>,
    ) {
        let Some(id) = &self.first else { return };
        let code = if self.count == 1 { "warn_id" } else { "warn_ids" };
        let (count, id) = (self.count.to_string(), id.to_string());
        let what = what();
        let values = [("path", path), ("count", &*count), ("id", &id), ("what", what.as_ref())];
        warnings.push(texts.say(code, &values));
    }
}
