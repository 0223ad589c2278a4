//! The caller's ids: interned once, handed back as they came.

use std::fmt;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, StringArray};

use crate::prefetch::prefetch;
use crate::{Error, ErrorKind, Result};

/// An id as the shop knows it: an integer or a string. `1` and `"1"` are different ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Id {
    /// An integer id.
    Int(i64),
    /// A string id, shared: a copy costs no memory.
    Str(Arc<str>),
}

/// A borrowed [`Id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IdRef<'a> {
    /// An integer id.
    Int(i64),
    /// A string id.
    Str(&'a str),
}

/// Whether the ids of a column are integers or strings. A column never mixes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdKind {
    /// 64-bit signed integers.
    Int,
    /// UTF-8 strings.
    Str,
}

impl IdKind {
    /// `"integers"` or `"strings"`, for messages.
    pub fn plural(self) -> &'static str {
        match self {
            IdKind::Int => "integers",
            IdKind::Str => "strings",
        }
    }
}

impl Id {
    /// Borrows the id.
    pub fn as_ref(&self) -> IdRef<'_> {
        match self {
            Id::Int(value) => IdRef::Int(*value),
            Id::Str(value) => IdRef::Str(value),
        }
    }
}

impl<'a> IdRef<'a> {
    /// Whether this is an integer or a string.
    pub fn kind(self) -> IdKind {
        match self {
            IdRef::Int(_) => IdKind::Int,
            IdRef::Str(_) => IdKind::Str,
        }
    }

    /// An owned copy.
    pub fn to_owned(self) -> Id {
        match self {
            IdRef::Int(value) => Id::Int(value),
            IdRef::Str(value) => Id::Str(value.into()),
        }
    }
}

macro_rules! id_from {
    ($($from:ty => |$value:ident| $id:expr),* $(,)?) => {$(
        impl From<$from> for Id {
            fn from($value: $from) -> Self {
                $id
            }
        }
    )*};
}

id_from! {
    i64 => |value| Id::Int(value),
    i32 => |value| Id::Int(value.into()),
    u32 => |value| Id::Int(value.into()),
    &str => |value| Id::Str(value.into()),
    String => |value| Id::Str(value.into()),
    &String => |value| Id::Str(value.as_str().into()),
    &Id => |value| value.clone(),
    IdRef<'_> => |value| value.to_owned(),
}

impl<'a> From<&'a Id> for IdRef<'a> {
    fn from(id: &'a Id) -> Self {
        id.as_ref()
    }
}

impl<'a> From<&'a str> for IdRef<'a> {
    fn from(id: &'a str) -> Self {
        IdRef::Str(id)
    }
}

impl From<i64> for IdRef<'_> {
    fn from(id: i64) -> Self {
        IdRef::Int(id)
    }
}

/// Integers print bare, strings in double quotes with escapes: the two cannot be confused.
impl fmt::Display for IdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IdRef::Int(value) => write!(f, "{value}"),
            IdRef::Str(value) => write!(f, "{value:?}"),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().fmt(f)
    }
}

impl serde::Serialize for IdRef<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            IdRef::Int(value) => serializer.serialize_i64(*value),
            IdRef::Str(value) => serializer.serialize_str(value),
        }
    }
}

impl serde::Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_ref().serialize(serializer)
    }
}

/// A set of ids of one kind, each with a dense index in order of first appearance.
///
/// Strings lie end to end in one buffer; the hash table holds hashes and indices only.
#[derive(Clone)]
pub struct Ids {
    values: Values,
    table: Table,
    hasher: ahash::RandomState,
}

#[derive(Clone)]
enum Values {
    Int(Vec<i64>),
    Str {
        offsets: Vec<u64>,
        bytes: Vec<u8>,
    },
    /// Of both kinds. For few ids: each string is apart.
    Mixed(Vec<Id>),
}

// The hash decides nothing but speed (indices are in order of appearance), so fixed seeds keep
// runs alike without making results depend on them.
fn hasher() -> ahash::RandomState {
    ahash::RandomState::with_seeds(
        0x243f_6a88_85a3_08d3,
        0x1319_8a2e_0370_7344,
        0xa409_3822_299f_31d0,
        0x082e_fa98_ec4e_6c89,
    )
}

impl Ids {
    /// An empty set of ids of `kind`.
    pub fn new(kind: IdKind) -> Self {
        let values = match kind {
            IdKind::Int => Values::Int(Vec::new()),
            IdKind::Str => Values::Str { offsets: vec![0], bytes: Vec::new() },
        };
        Self { values, table: Table::default(), hasher: hasher() }
    }

    /// An empty set of ids of any kind.
    pub(crate) fn mixed() -> Self {
        Self { values: Values::Mixed(Vec::new()), table: Table::default(), hasher: hasher() }
    }

    /// Whether the ids are integers or strings.
    ///
    /// Only a [`Hierarchy`](crate::Hierarchy) over integer items has ids of both kinds, its
    /// categories being strings: those count as strings here, as a column of them has text.
    pub fn kind(&self) -> IdKind {
        match self.values {
            Values::Int(_) => IdKind::Int,
            Values::Str { .. } | Values::Mixed(_) => IdKind::Str,
        }
    }

    /// Whether an id of this kind may be here.
    pub(crate) fn takes(&self, kind: IdKind) -> bool {
        matches!(self.values, Values::Mixed(_)) || self.kind() == kind
    }

    /// How many distinct ids there are.
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Int(values) => values.len(),
            Values::Str { offsets, .. } => offsets.len() - 1,
            Values::Mixed(values) => values.len(),
        }
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The id with this index. Panics if there is none.
    pub fn get(&self, index: u32) -> IdRef<'_> {
        match &self.values {
            Values::Int(values) => IdRef::Int(values[index as usize]),
            Values::Str { offsets, bytes } => IdRef::Str(text(offsets, bytes, index)),
            Values::Mixed(values) => values[index as usize].as_ref(),
        }
    }

    /// The index of an id. `None` if it is not here, or is of the other kind.
    pub fn find<'a>(&self, id: impl Into<IdRef<'a>>) -> Option<u32> {
        match (&self.values, id.into()) {
            (Values::Int(values), IdRef::Int(value)) => {
                self.table.find(self.hash_int(value), |index| values[index as usize] == value)
            }
            (Values::Str { offsets, bytes }, IdRef::Str(value)) => {
                self.table.find(self.hash_bytes(value.as_bytes()), |index| {
                    same(slice(offsets, bytes, index), value.as_bytes())
                })
            }
            (Values::Mixed(values), id) => {
                let hash = match id {
                    IdRef::Int(value) => self.hash_int(value),
                    IdRef::Str(value) => self.hash_bytes(value.as_bytes()),
                };
                self.table.find(hash, |index| values[index as usize].as_ref() == id)
            }
            _ => None,
        }
    }

    /// The index of an id, which is added if it is new. An error if it is of the other kind, or
    /// if there are 2^32 - 2 ids already.
    pub fn intern<'a>(&mut self, id: impl Into<IdRef<'a>>) -> Result<u32> {
        match id.into() {
            IdRef::Int(value) => self.intern_int(self.hash_int(value), value),
            IdRef::Str(value) => {
                let hash = self.hash_bytes(value.as_bytes());
                match self.find_bytes(hash, value.as_bytes()) {
                    Some(index) => Ok(index),
                    None => self.add_text(hash, value),
                }
            }
        }
    }

    /// The hash of an integer id.
    #[inline]
    pub(crate) fn hash_int(&self, value: i64) -> u32 {
        self.hasher.hash_one(value) as u32
    }

    /// The hash of a string id.
    #[inline]
    pub(crate) fn hash_bytes(&self, value: &[u8]) -> u32 {
        self.hasher.hash_one(value) as u32
    }

    /// The first id with this hash, which may or may not be the one that is looked for.
    /// Asking for many of these before looking at any lets their cache misses overlap.
    #[inline]
    pub(crate) fn candidate(&self, hash: u32) -> Option<u32> {
        self.table.first(hash)
    }

    /// Asks for what it takes to find some ids: what each misses in the caches it then waits for together
    /// with the others.
    pub(crate) fn prefetch<'a>(&self, ids: impl Iterator<Item = IdRef<'a>> + Clone) {
        let hashes = ids.map(|id| match id {
            IdRef::Int(value) => self.hash_int(value),
            IdRef::Str(value) => self.hash_bytes(value.as_bytes()),
        });
        hashes.clone().for_each(|hash| self.table.prefetch(hash));
        let found = hashes.filter_map(|hash| self.candidate(hash));
        match &self.values {
            Values::Int(values) => found.for_each(|index| prefetch(values, index as usize)),
            Values::Str { offsets, bytes } => {
                found.clone().for_each(|index| prefetch(offsets, index as usize));
                found.for_each(|index| prefetch(bytes, offsets[index as usize] as usize));
            }
            Values::Mixed(_) => {}
        }
    }

    /// Whether the id with this index is the given integer.
    #[inline]
    pub(crate) fn is_int(&self, index: u32, value: i64) -> bool {
        match &self.values {
            Values::Int(values) => values[index as usize] == value,
            Values::Str { .. } => false,
            Values::Mixed(values) => values[index as usize].as_ref() == IdRef::Int(value),
        }
    }

    /// Whether the id with this index is the given string.
    #[inline(always)]
    pub(crate) fn is_bytes(&self, index: u32, value: &[u8]) -> bool {
        match &self.values {
            Values::Int(_) => false,
            Values::Str { offsets, bytes } => same(slice(offsets, bytes, index), value),
            Values::Mixed(values) => is_text(&values[index as usize], value),
        }
    }

    /// [`intern`](Self::intern) of an integer whose hash is known.
    pub(crate) fn intern_int(&mut self, hash: u32, value: i64) -> Result<u32> {
        let index = match &mut self.values {
            Values::Int(values) => {
                let known = self.table.find(hash, |index| values[index as usize] == value);
                if let Some(index) = known {
                    return Ok(index);
                }
                let index = next_index(values.len())?;
                values.push(value);
                index
            }
            Values::Mixed(values) => {
                let is = |index: u32| values[index as usize].as_ref() == IdRef::Int(value);
                if let Some(index) = self.table.find(hash, is) {
                    return Ok(index);
                }
                let index = next_index(values.len())?;
                values.push(Id::Int(value));
                index
            }
            Values::Str { .. } => return Err(self.other_kind(IdRef::Int(value))),
        };
        self.table.insert(hash, index);
        Ok(index)
    }

    /// [`intern`](Self::intern) of a string whose hash is known, but not that it is UTF-8; `None`
    /// if it is not. Only bytes that are new here are checked: others equal some that were.
    pub(crate) fn intern_bytes(&mut self, hash: u32, value: &[u8]) -> Result<Option<u32>> {
        if let Some(index) = self.find_bytes(hash, value) {
            return Ok(Some(index));
        }
        match std::str::from_utf8(value) {
            Ok(value) => self.add_text(hash, value).map(Some),
            Err(_) => Ok(None),
        }
    }

    fn find_bytes(&self, hash: u32, value: &[u8]) -> Option<u32> {
        match &self.values {
            Values::Int(_) => None,
            Values::Str { offsets, bytes } => {
                self.table.find(hash, |index| same(slice(offsets, bytes, index), value))
            }
            Values::Mixed(values) => {
                self.table.find(hash, |index| is_text(&values[index as usize], value))
            }
        }
    }

    fn add_text(&mut self, hash: u32, value: &str) -> Result<u32> {
        let index = next_index(self.len())?;
        match &mut self.values {
            Values::Str { offsets, bytes } => {
                bytes.extend_from_slice(value.as_bytes());
                offsets.push(bytes.len() as u64);
            }
            Values::Mixed(values) => values.push(Id::Str(value.into())),
            Values::Int(_) => return Err(self.other_kind(IdRef::Str(value))),
        }
        self.table.insert(hash, index);
        Ok(index)
    }

    fn other_kind(&self, id: IdRef<'_>) -> Error {
        Error::new(
            ErrorKind::Data,
            format!(
                "the ids so far are {}, but {id} is of another type; ids are never converted",
                self.kind().plural()
            ),
        )
    }

    /// All ids in order of their index.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = IdRef<'_>> {
        (0..self.len() as u32).map(|index| self.get(index))
    }

    /// The ids with these indices as an Arrow array: Int64 or Utf8 (also for integers, where there
    /// are both kinds). Panics on an index out of
    /// range; an error if the strings together exceed 2 GiB.
    pub fn to_arrow(&self, indices: impl ExactSizeIterator<Item = u32>) -> Result<ArrayRef> {
        Ok(match &self.values {
            Values::Int(values) => {
                Arc::new(Int64Array::from_iter_values(indices.map(|i| values[i as usize])))
            }
            Values::Str { .. } | Values::Mixed(_) => {
                let mut builder =
                    arrow_array::builder::StringBuilder::with_capacity(indices.len(), 0);
                let mut total = 0usize;
                let mut digits;
                for index in indices {
                    let value = match self.get(index) {
                        IdRef::Str(value) => value,
                        IdRef::Int(value) => {
                            digits = value.to_string();
                            &digits
                        }
                    };
                    total += value.len();
                    if total > i32::MAX as usize {
                        return Err(Error::new(
                            ErrorKind::Limit,
                            "the ids of this result exceed 2 GiB of text; take it in slices",
                        ));
                    }
                    builder.append_value(value);
                }
                let array: StringArray = builder.finish();
                Arc::new(array)
            }
        })
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().take(20)).finish()
    }
}

/// An open-addressing table with linear probing. A slot holds the hash and the index, so that
/// growing needs neither the ids nor their hashes anew.
#[derive(Clone, Default)]
struct Table {
    /// A power of two, or none.
    slots: Vec<u64>,
    len: usize,
}

/// Never a used slot, as no id has this index.
const FREE: u64 = u64::MAX;

impl Table {
    #[inline]
    fn place(&self, hash: u32) -> usize {
        hash as usize & (self.slots.len() - 1)
    }

    #[inline]
    fn prefetch(&self, hash: u32) {
        if !self.slots.is_empty() {
            prefetch(&self.slots, self.place(hash));
        }
    }

    #[inline]
    fn first(&self, hash: u32) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let mut place = self.place(hash);
        loop {
            let slot = self.slots[place];
            if slot == FREE {
                return None;
            }
            if (slot >> 32) as u32 == hash {
                return Some(slot as u32);
            }
            place = (place + 1) & (self.slots.len() - 1);
        }
    }

    #[inline]
    fn find(&self, hash: u32, is: impl Fn(u32) -> bool) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let mut place = self.place(hash);
        loop {
            let slot = self.slots[place];
            if slot == FREE {
                return None;
            }
            if (slot >> 32) as u32 == hash && is(slot as u32) {
                return Some(slot as u32);
            }
            place = (place + 1) & (self.slots.len() - 1);
        }
    }

    fn insert(&mut self, hash: u32, index: u32) {
        // At most two thirds full, so that every search comes to a free slot soon.
        if (self.len + 1) * 3 > self.slots.len() * 2 {
            let slots = vec![FREE; (self.slots.len() * 2).max(16)];
            let old = std::mem::replace(&mut self.slots, slots);
            for slot in old.into_iter().filter(|&slot| slot != FREE) {
                self.put(slot);
            }
        }
        self.put(u64::from(hash) << 32 | u64::from(index));
        self.len += 1;
    }

    fn put(&mut self, slot: u64) {
        let mut place = self.place((slot >> 32) as u32);
        while self.slots[place] != FREE {
            place = (place + 1) & (self.slots.len() - 1);
        }
        self.slots[place] = slot;
    }
}

/// Whether two strings are the same. Ids are short: a few words compared in place take less time
/// than a call to `memcmp`.
#[inline]
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    #[inline]
    fn word(bytes: &[u8], at: usize) -> u64 {
        u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap_or_default())
    }
    #[inline]
    fn half(bytes: &[u8], at: usize) -> u32 {
        u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap_or_default())
    }
    let len = a.len();
    if len != b.len() {
        return false;
    }
    match len {
        0..4 => a.iter().zip(b).all(|(a, b)| a == b),
        4..8 => half(a, 0) == half(b, 0) && half(a, len - 4) == half(b, len - 4),
        8..=16 => word(a, 0) == word(b, 0) && word(a, len - 8) == word(b, len - 8),
        _ => a == b,
    }
}

fn slice<'a>(offsets: &[u64], bytes: &'a [u8], index: u32) -> &'a [u8] {
    let index = index as usize;
    &bytes[offsets[index] as usize..offsets[index + 1] as usize]
}

fn text<'a>(offsets: &[u64], bytes: &'a [u8], index: u32) -> &'a str {
    // The buffer is a concatenation of strings cut where they were joined.
    std::str::from_utf8(slice(offsets, bytes, index)).expect("interned strings are UTF-8")
}

fn is_text(id: &Id, value: &[u8]) -> bool {
    matches!(id, Id::Str(text) if text.as_bytes() == value)
}

fn next_index(len: usize) -> Result<u32> {
    // The two greatest numbers stand for "no id" and for "not looked up yet".
    u32::try_from(len).ok().filter(|&index| index < u32::MAX - 1).ok_or_else(|| {
        Error::new(ErrorKind::Limit, "more than 4,294,967,294 distinct ids in one column")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_follow_first_appearance() -> Result<()> {
        let mut ids = Ids::new(IdKind::Str);
        for (id, index) in [("b", 0), ("a", 1), ("b", 0), ("", 2), ("é", 3), ("", 2)] {
            assert_eq!(ids.intern(id)?, index);
        }
        assert_eq!(ids.len(), 4);
        assert_eq!(ids.find("é"), Some(3));
        assert_eq!(ids.get(2), IdRef::Str(""));
        assert_eq!(ids.find("c"), None);
        Ok(())
    }

    #[test]
    fn integers_and_strings_are_never_confused() {
        let mut ids = Ids::new(IdKind::Int);
        assert_eq!(ids.intern(1).unwrap(), 0);
        assert_eq!(ids.find("1"), None);
        let error = ids.intern("1").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains("\"1\""), "{error}");
    }

    #[test]
    fn many_ids_survive_growth() {
        let mut ids = Ids::new(IdKind::Str);
        for round in 0..2 {
            for i in 0..50_000u32 {
                assert_eq!(ids.intern(format!("sku-{i}").as_str()).unwrap(), i, "round {round}");
            }
        }
    }
}
