//! What the sides of a rule may be.

use crate::{Error, Id, Ids, Result};

/// What one side of a rule may be: of which items, and how many.
///
/// All conditions hold together. A side that may be anything is `Template::any()`, one of a single
/// item `Template::any().max_length(1)`. Items are ids, such as those of a category; one that no
/// basket holds is of no consequence where it may be there or must not, and never found where it
/// must be.
///
/// ```
/// use basketry::mine::Template;
///
/// // One item, which is jam or honey.
/// let spread = Template::only_from(["jam", "honey"]).max_length(1);
/// // Anything with bread but without jam and honey.
/// let loaf = Template::any().must_contain(["bread"]).must_not_contain(["jam", "honey"]);
/// assert_eq!((spread.max_length, loaf.max_length), (Some(1), None));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Template {
    /// The only items that may be there; default: any.
    pub only_from: Option<Vec<Id>>,
    /// Items that must all be there.
    pub must_contain: Vec<Id>,
    /// Items of which at least one must be there; default: no such condition.
    pub must_contain_any: Option<Vec<Id>>,
    /// Items that must not be there.
    pub must_not_contain: Vec<Id>,
    /// The least number of items, at least 1, which is the default.
    pub min_length: usize,
    /// The largest number of items; default: any.
    pub max_length: Option<usize>,
}

impl Default for Template {
    fn default() -> Self {
        Self::any()
    }
}

impl Template {
    /// Any items.
    pub fn any() -> Self {
        Self {
            only_from: None,
            must_contain: Vec::new(),
            must_contain_any: None,
            must_not_contain: Vec::new(),
            min_length: 1,
            max_length: None,
        }
    }

    /// No other items than these.
    pub fn only_from<I>(items: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Id>,
    {
        Self { only_from: Some(items.into_iter().map(Into::into).collect()), ..Self::any() }
    }

    /// Sets the items that must all be there.
    #[must_use]
    pub fn must_contain<I>(mut self, items: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Id>,
    {
        self.must_contain = items.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the items of which at least one must be there.
    #[must_use]
    pub fn must_contain_any<I>(mut self, items: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Id>,
    {
        self.must_contain_any = Some(items.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the items that must not be there.
    #[must_use]
    pub fn must_not_contain<I>(mut self, items: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Id>,
    {
        self.must_not_contain = items.into_iter().map(Into::into).collect();
        self
    }

    /// Sets [`min_length`](Self::min_length).
    #[must_use]
    pub fn min_length(mut self, items: usize) -> Self {
        self.min_length = items;
        self
    }

    /// Sets [`max_length`](Self::max_length).
    #[must_use]
    pub fn max_length(mut self, items: usize) -> Self {
        self.max_length = Some(items);
        self
    }

    /// Whether it says nothing about items.
    fn any_items(&self) -> bool {
        self.only_from.is_none()
            && self.must_contain.is_empty()
            && self.must_contain_any.is_none()
            && self.must_not_contain.is_empty()
    }

    /// Checks the lengths; `side` is what errors call the template.
    fn lengths(&self, side: &str) -> Result<(usize, usize)> {
        if self.min_length == 0 {
            return Err(Error::argument(format!("{side}: a min_length of 0, expected at least 1")));
        }
        let max = self.max_length.unwrap_or(usize::MAX);
        if max < self.min_length {
            return Err(Error::argument(format!(
                "{side}: a max_length of {max}, expected at least min_length, which is {}",
                self.min_length
            )));
        }
        Ok((self.min_length, max))
    }

    /// Writes for each item what it may and must be on this side; returns how many items must be
    /// there, or `None` if one of them is in no basket.
    fn mark(&self, side: &str, ids: &Ids, bits: Bits, marks: &mut [u8]) -> Result<Option<usize>> {
        let find = |what: &str, id: &Id| match ids.is_empty() || ids.takes(id.as_ref().kind()) {
            true => Ok(ids.find(id).map(|item| item as usize)),
            false => Err(Error::argument(format!(
                "{side}: {what}: {id} is not of the type of the items, which are {}",
                ids.kind().plural()
            ))),
        };
        match &self.only_from {
            Some(items) => {
                for id in items {
                    if let Some(item) = find("only_from", id)? {
                        marks[item] |= bits.may;
                    }
                }
            }
            None => marks.iter_mut().for_each(|mark| *mark |= bits.may),
        }
        for id in &self.must_not_contain {
            if self.must_contain.contains(id) {
                return Err(Error::argument(format!(
                    "{side}: {id} is in must_contain and in must_not_contain"
                )));
            }
            if let Some(item) = find("must_not_contain", id)? {
                marks[item] &= !bits.may;
            }
        }
        for id in self.must_contain_any.iter().flatten() {
            if let Some(item) = find("must_contain_any", id)? {
                marks[item] |= bits.any;
            }
        }
        let mut must = 0;
        let mut known = true;
        for id in &self.must_contain {
            match find("must_contain", id)? {
                Some(item) => {
                    must += usize::from(marks[item] & bits.must == 0);
                    marks[item] |= bits.must;
                }
                None => known = false,
            }
        }
        Ok(known.then_some(must))
    }
}

/// Which bits of an item's mark stand for one side.
#[derive(Clone, Copy)]
struct Bits {
    may: u8,
    must: u8,
    any: u8,
}

const X: Bits = Bits { may: 1, must: 2, any: 4 };
const Y: Bits = Bits { may: 8, must: 16, any: 32 };

/// Both templates, by item index.
#[derive(Debug)]
pub(crate) struct Sides {
    x_length: (usize, usize),
    y_length: (usize, usize),
    items: Option<ItemSides>,
}

#[derive(Debug)]
struct ItemSides {
    marks: Vec<u8>,
    /// How many items must be in the antecedent and in the consequent.
    x_must: usize,
    y_must: usize,
    /// Whether one of some items must be in the antecedent, in the consequent.
    x_any: bool,
    y_any: bool,
    /// False if no itemset can do.
    possible: bool,
}

/// How an itemset may be split; positions within the itemset are bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Splits {
    /// The least and the largest number of items in the consequent.
    pub y_length: (usize, usize),
    /// Items that can only be in the antecedent.
    pub x_only: u64,
    /// Items that can only be in the consequent.
    pub y_only: u64,
    /// One of these must be in the antecedent; 0 for no condition.
    pub x_any: u64,
    /// One of these must be in the consequent; 0 for no condition.
    pub y_any: u64,
}

impl Sides {
    /// Of both templates; `longest` is the largest number of items in a consequent beside what its
    /// template says.
    pub(crate) fn new(
        antecedent: &Template,
        consequent: &Template,
        longest: usize,
        ids: &Ids,
    ) -> Result<Self> {
        let x_length = antecedent.lengths("antecedent")?;
        let y_length = consequent.lengths("consequent")?;
        if y_length.0 > longest {
            return Err(Error::argument(format!(
                "consequent: a min_length of {}, but only consequents of a single item are asked \
                 for",
                y_length.0
            )));
        }
        let y_length = (y_length.0, y_length.1.min(longest));
        if antecedent.any_items() && consequent.any_items() {
            return Ok(Self { x_length, y_length, items: None });
        }
        let mut marks = vec![0u8; ids.len()];
        let x_must = antecedent.mark("antecedent", ids, X, &mut marks)?;
        let y_must = consequent.mark("consequent", ids, Y, &mut marks)?;
        let items = ItemSides {
            x_any: antecedent.must_contain_any.is_some(),
            y_any: consequent.must_contain_any.is_some(),
            possible: x_must.is_some() && y_must.is_some(),
            x_must: x_must.unwrap_or(0),
            y_must: y_must.unwrap_or(0),
            marks,
        };
        Ok(Self { x_length, y_length, items: Some(items) })
    }

    /// Whether any single item may be the consequent, and anything else the antecedent.
    pub(crate) fn any_single(&self) -> bool {
        self.items.is_none() && self.x_length == (1, usize::MAX) && self.y_length == (1, 1)
    }

    /// The least number of items of an itemset that can be split.
    pub(crate) fn least_length(&self) -> usize {
        self.x_length.0.saturating_add(self.y_length.0)
    }

    /// At most so many splits an itemset of this length has, as far as lengths go; no more than a
    /// billion.
    pub(crate) fn most_splits(&self, length: usize) -> u64 {
        if length < self.least_length() {
            return 0;
        }
        match self.y_length.1 {
            1 => length as u64,
            _ => 1 << length.min(30),
        }
    }

    /// How an itemset of at most 64 items may be split; `None` if in no way.
    #[inline]
    pub(crate) fn splits(&self, items: &[u32]) -> Option<Splits> {
        let n = items.len();
        // The antecedent has what the consequent leaves.
        let most = n.checked_sub(self.x_length.0)?.min(self.y_length.1);
        let least = n.saturating_sub(self.x_length.1).max(self.y_length.0);
        if least > most {
            return None;
        }
        let mut splits =
            Splits { y_length: (least, most), x_only: 0, y_only: 0, x_any: 0, y_any: 0 };
        let Some(sides) = &self.items else { return Some(splits) };
        if !sides.possible {
            return None;
        }
        let (mut x_must, mut y_must) = (0, 0);
        for (position, &item) in items.iter().enumerate() {
            let (mark, bit) = (sides.marks[item as usize], 1u64 << position);
            let set = |bits: u8| if mark & bits != 0 { bit } else { 0 };
            x_must += usize::from(mark & X.must != 0);
            y_must += usize::from(mark & Y.must != 0);
            splits.x_only |= set(X.must) | (set(Y.may) ^ bit);
            splits.y_only |= set(Y.must) | (set(X.may) ^ bit);
            splits.x_any |= set(X.any);
            splits.y_any |= set(Y.any);
        }
        let all_there = x_must == sides.x_must && y_must == sides.y_must;
        let any_there = (!sides.x_any || splits.x_any != 0) && (!sides.y_any || splits.y_any != 0);
        let forced = splits.y_only.count_ones() as usize;
        let free = n - (splits.x_only.count_ones() as usize).min(n);
        (all_there
            && any_there
            && splits.x_only & splits.y_only == 0
            && forced <= most
            && free >= least)
            .then_some(splits)
    }
}
