//! Ids in the model file: strings or integers in order, and a table that finds them.

use xxhash_rust::xxh3::xxh3_64;

use super::file::{Column, Kind, Sections, Writer, damaged};
use crate::prefetch::prefetch;
use crate::{IdKind, IdRef, Ids, Result};

const EMPTY: u32 = u32::MAX;

/// The kinds of section a set of ids is written as.
#[derive(Clone, Copy)]
pub(super) struct IdKinds {
    /// Integer ids.
    pub(super) ints: Kind,
    /// String ids: where each begins, one more.
    pub(super) offsets: Kind,
    /// String ids: their text.
    pub(super) text: Kind,
    /// The open-addressing table: a power of two of indices, [`EMPTY`] where there is none. An id
    /// is looked for from slot `xxh3-64(id) mod slots` on, slot by slot; integers are hashed as
    /// eight little-endian bytes.
    pub(super) table: Kind,
}

/// Where a set of ids lies in a model file.
#[derive(Clone, Copy, Debug)]
pub(super) struct IdColumns {
    values: Values,
    table: Column<u32>,
}

#[derive(Clone, Copy, Debug)]
enum Values {
    Int(Column<i64>),
    Str(TextColumns),
}

/// Where a list of strings lies in a model file.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextColumns {
    offsets: Column<u64>,
    text: Column<u8>,
}

/// Writes strings as offsets and text.
pub(super) fn write_texts<'a>(
    writer: &mut Writer,
    (offsets, text): (Kind, Kind),
    instance: u32,
    texts: impl Iterator<Item = &'a str>,
) {
    let mut ends = vec![0u64];
    let mut bytes = Vec::new();
    for value in texts {
        bytes.extend_from_slice(value.as_bytes());
        ends.push(bytes.len() as u64);
    }
    writer.section(offsets, instance, &ends);
    writer.section(text, instance, &bytes);
}

impl TextColumns {
    /// Finds and checks a list of strings.
    pub(super) fn find(
        sections: &Sections,
        bytes: &[u8],
        (offsets, text): (Kind, Kind),
        instance: u32,
        name: &str,
    ) -> Result<Self> {
        let columns = Self {
            offsets: sections.column(offsets, instance, name)?,
            text: sections.column(text, instance, name)?,
        };
        let section = text.escape_ascii();
        let values = columns.text.of(bytes);
        let Ok(values) = std::str::from_utf8(values) else {
            return Err(damaged(name, format!("section {section}: not valid UTF-8")));
        };
        let ends = columns.offsets.of(bytes);
        let rising = ends.is_sorted() && ends.first() == Some(&0);
        if !rising || ends.last() != Some(&(values.len() as u64)) {
            let section = offsets.escape_ascii();
            return Err(damaged(name, format!("section {section}: not rising to the text's end")));
        }
        // A text of single-byte characters has boundaries everywhere.
        let ascii = values.is_ascii();
        if !ascii && !ends.iter().all(|&end| values.is_char_boundary(end as usize)) {
            return Err(damaged(name, format!("section {section}: a character is cut in two")));
        }
        Ok(columns)
    }

    pub(super) fn len(self, bytes: &[u8]) -> usize {
        self.offsets.of(bytes).len().saturating_sub(1)
    }

    #[inline]
    pub(super) fn bytes(self, bytes: &[u8], index: u32) -> Option<&[u8]> {
        let index = index as usize;
        match self.offsets.of(bytes).get(index..index + 2) {
            Some(&[from, to]) => self.text.of(bytes).get(from as usize..to as usize),
            _ => None,
        }
    }

    pub(super) fn get(self, bytes: &[u8], index: u32) -> Option<&str> {
        std::str::from_utf8(self.bytes(bytes, index)?).ok()
    }
}

/// Writes ids without a table: as integers or as text.
pub(super) fn write_values<'a>(
    writer: &mut Writer,
    kinds: IdKinds,
    instance: u32,
    kind: IdKind,
    ids: impl Iterator<Item = IdRef<'a>>,
) {
    match kind {
        IdKind::Int => {
            let values: Vec<i64> = ids
                .filter_map(|id| match id {
                    IdRef::Int(value) => Some(value),
                    IdRef::Str(_) => None,
                })
                .collect();
            writer.section(kinds.ints, instance, &values);
        }
        IdKind::Str => {
            let texts = ids.filter_map(|id| match id {
                IdRef::Str(value) => Some(value),
                IdRef::Int(_) => None,
            });
            write_texts(writer, (kinds.offsets, kinds.text), instance, texts);
        }
    }
}

/// Writes distinct ids of one kind with their table.
pub(super) fn write_ids<'a>(
    writer: &mut Writer,
    kinds: IdKinds,
    kind: IdKind,
    ids: impl ExactSizeIterator<Item = IdRef<'a>> + Clone,
) {
    let slots = (ids.len() * 2).next_power_of_two().max(2);
    let mut table = vec![EMPTY; slots];
    for (index, id) in ids.clone().enumerate() {
        let mut slot = hash(id) as usize & (slots - 1);
        while table[slot] != EMPTY {
            slot = (slot + 1) & (slots - 1);
        }
        table[slot] = index as u32;
    }
    write_values(writer, kinds, 0, kind, ids);
    writer.section(kinds.table, 0, &table);
}

/// Reads values written by [`write_values`] as ids.
pub(super) fn read_values(
    sections: &Sections,
    bytes: &[u8],
    kinds: IdKinds,
    instance: u32,
    kind: IdKind,
    name: &str,
) -> Result<Ids> {
    let mut ids = Ids::new(kind);
    let mut expected = 0;
    match kind {
        IdKind::Int => {
            for &value in sections.column::<i64>(kinds.ints, instance, name)?.of(bytes) {
                ids.intern(value)?;
                expected += 1;
            }
        }
        IdKind::Str => {
            let texts =
                TextColumns::find(sections, bytes, (kinds.offsets, kinds.text), instance, name)?;
            for index in 0..texts.len(bytes) as u32 {
                ids.intern(texts.get(bytes, index).unwrap_or_default())?;
                expected += 1;
            }
        }
    }
    if ids.len() != expected {
        let section = kinds.text.escape_ascii();
        return Err(damaged(name, format!("section {section}: a value is there twice")));
    }
    Ok(ids)
}

#[inline]
fn hash(id: IdRef<'_>) -> u64 {
    match id {
        IdRef::Int(value) => xxh3_64(&value.to_le_bytes()),
        IdRef::Str(value) => xxh3_64(value.as_bytes()),
    }
}

impl IdColumns {
    /// Finds and checks the ids of a kind: every id must be found through the table, which also
    /// makes them distinct.
    pub(super) fn find(
        sections: &Sections,
        bytes: &[u8],
        kinds: IdKinds,
        kind: IdKind,
        name: &str,
    ) -> Result<Self> {
        let values = match kind {
            IdKind::Int => Values::Int(sections.column(kinds.ints, 0, name)?),
            IdKind::Str => Values::Str(TextColumns::find(
                sections,
                bytes,
                (kinds.offsets, kinds.text),
                0,
                name,
            )?),
        };
        let columns = Self { values, table: sections.column(kinds.table, 0, name)? };
        let view = columns.view(bytes);
        let table = columns.table.of(bytes);
        let sound = table.len().is_power_of_two()
            && table.len() > view.len()
            && view.len() < EMPTY as usize
            && view.iter().enumerate().all(|(index, id)| view.find(id) == Some(index as u32));
        if !sound {
            let section = kinds.table.escape_ascii();
            return Err(damaged(name, format!("section {section}: it does not find every id")));
        }
        Ok(columns)
    }

    pub(super) fn view(self, bytes: &[u8]) -> IdsView<'_> {
        let values = match self.values {
            Values::Int(column) => ViewValues::Int(column.of(bytes)),
            Values::Str(texts) => {
                ViewValues::Str { offsets: texts.offsets.of(bytes), text: texts.text.of(bytes) }
            }
        };
        IdsView { values, table: self.table.of(bytes) }
    }
}

/// The ids in a model, read in place.
#[derive(Clone, Copy)]
pub struct IdsView<'a> {
    values: ViewValues<'a>,
    table: &'a [u32],
}

#[derive(Clone, Copy)]
enum ViewValues<'a> {
    Int(&'a [i64]),
    Str { offsets: &'a [u64], text: &'a [u8] },
}

impl<'a> IdsView<'a> {
    /// How many ids there are.
    pub fn len(&self) -> usize {
        match self.values {
            ViewValues::Int(values) => values.len(),
            ViewValues::Str { offsets, .. } => offsets.len().saturating_sub(1),
        }
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the ids are integers or strings.
    pub fn kind(&self) -> IdKind {
        match self.values {
            ViewValues::Int(_) => IdKind::Int,
            ViewValues::Str { .. } => IdKind::Str,
        }
    }

    /// The id with this index; `None` if there is none.
    pub fn get(&self, index: u32) -> Option<IdRef<'a>> {
        match self.values {
            ViewValues::Int(values) => values.get(index as usize).map(|&value| IdRef::Int(value)),
            ViewValues::Str { offsets, text } => {
                std::str::from_utf8(cut(offsets, text, index)?).ok().map(IdRef::Str)
            }
        }
    }

    /// The index of an id; `None` if it is not here or is of the other kind.
    pub fn find<'b>(&self, id: impl Into<IdRef<'b>>) -> Option<u32> {
        let id = id.into();
        let mask = self.table.len().checked_sub(1)?;
        let start = hash(id) as usize;
        for step in 0..self.table.len() {
            let index = self.table[start.wrapping_add(step) & mask];
            if index == EMPTY {
                return None;
            }
            let same = match (self.values, id) {
                (ViewValues::Int(values), IdRef::Int(value)) => {
                    values.get(index as usize) == Some(&value)
                }
                (ViewValues::Str { offsets, text }, IdRef::Str(value)) => {
                    cut(offsets, text, index) == Some(value.as_bytes())
                }
                _ => return None,
            };
            if same {
                return Some(index);
            }
        }
        None
    }

    /// Asks for the place where the search for an id begins, and tells it.
    pub(crate) fn prefetch(&self, id: IdRef<'_>) -> usize {
        let place = hash(id) as usize & self.table.len().wrapping_sub(1);
        prefetch(self.table, place);
        place
    }

    /// Asks for the id that is at a place, which by now is here.
    pub(crate) fn prefetch_at(&self, place: usize) {
        let Some(&index) = self.table.get(place) else { return };
        match self.values {
            ViewValues::Int(values) => prefetch(values, index as usize),
            ViewValues::Str { offsets, .. } => prefetch(offsets, index as usize),
        }
    }

    /// All ids in order of their index.
    pub fn iter(self) -> impl Iterator<Item = IdRef<'a>> {
        (0..self.len() as u32).filter_map(move |index| self.get(index))
    }
}

#[inline]
fn cut<'a>(offsets: &[u64], text: &'a [u8], index: u32) -> Option<&'a [u8]> {
    let index = index as usize;
    match offsets.get(index..index + 2) {
        Some(&[from, to]) => text.get(from as usize..to as usize),
        _ => None,
    }
}

impl std::fmt::Debug for IdsView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter().take(20)).finish()
    }
}
