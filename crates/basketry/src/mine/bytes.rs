//! Results as bytes, for other processes and for keeping.
//!
//! A mark of eight bytes, what the result is and the version of its layout (each a number), then
//! the fields in the order in which they are written; at the end xxh3-64 of all that comes before.
//! A number takes eight bytes, little-endian, and a column begins with its number of entries.
//! Fields depend on nothing but the result, so the same result gives the same bytes.

use std::sync::Arc;

use bytemuck::Pod;
use xxhash_rust::xxh3::xxh3_64;

use super::columns::{Extra, Level, Numbers, Pieces, Store};
use super::itemsets::Itemsets;
use super::limits::{Limit, Raised};
use crate::data::Scale;
use crate::{Error, ErrorKind, IdKind, IdRef, Ids, Result};

const MARK: [u8; 8] = [0x89, b'B', b'S', b'K', b'R', b'\r', b'\n', 0x1a];
const VERSION: u64 = 1;

/// What the bytes hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum What {
    Itemsets = 1,
    Rules = 2,
    Sequences = 3,
    Baskets = 4,
    Hierarchy = 5,
}

/// The names that stores have for columns and for options that left out itemsets.
const NAMES: [&str; 22] = [
    "weight",
    "utility",
    "count_first",
    "count_second",
    "support_first",
    "support_second",
    "difference",
    "growth_rate",
    "odds_ratio",
    "p_value",
    "p_adjusted",
    "min_length",
    "must_contain",
    "item_min_support",
    "top",
    "kind",
    "min_utility",
    "only_from",
    "must_not_contain",
    "hierarchy",
    "itemsets",
    "rules of a model",
];

/// Writes fields.
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn new(what: What) -> Self {
        let mut writer = Self(MARK.to_vec());
        writer.number(what as u64);
        writer.number(VERSION);
        writer
    }

    pub(crate) fn number(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn float(&mut self, value: f64) {
        self.number(value.to_bits());
    }

    pub(crate) fn column<T: Pod>(&mut self, values: &[T]) {
        self.number(values.len() as u64);
        self.0.extend_from_slice(bytemuck::cast_slice(values));
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.column(text.as_bytes());
    }

    /// Rows that are shown, if not all are.
    pub(crate) fn rows(&mut self, rows: Option<&[u32]>) {
        self.number(rows.is_some().into());
        self.column(rows.unwrap_or_default());
    }

    pub(crate) fn ids(&mut self, ids: &Ids) {
        let mixed = ids.takes(IdKind::Int) && ids.takes(IdKind::Str);
        self.number(match (mixed, ids.kind()) {
            (true, _) => 2,
            (false, IdKind::Str) => 1,
            (false, IdKind::Int) => 0,
        });
        self.number(ids.len() as u64);
        for id in ids.iter() {
            if mixed {
                self.number(u64::from(id.kind() == IdKind::Str));
            }
            match id {
                IdRef::Int(value) => self.number(value as u64),
                IdRef::Str(value) => self.text(value),
            }
        }
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.number(xxh3_64(&self.0));
        self.0
    }
}

/// Reads fields. What it gives out is checked for what later reads rely on.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

/// An error for bytes that cannot be read.
pub(crate) fn damaged(what: &str) -> Error {
    Error::new(ErrorKind::Format, format!("bytes: {what}"))
}

/// `Ok` if it holds, and an error otherwise.
pub(crate) fn expect(holds: bool, what: &str) -> Result<()> {
    if holds { Ok(()) } else { Err(damaged(what)) }
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8], what: What) -> Result<Self> {
        expect(bytes.starts_with(&MARK), "not a saved result (the mark of one is not there)")?;
        let Some((body, hash)) = bytes.split_last_chunk::<8>().filter(|(body, _)| body.len() >= 24)
        else {
            return Err(damaged("cut short"));
        };
        expect(xxh3_64(body) == u64::from_le_bytes(*hash), "damaged (the hash does not match)")?;
        let mut reader = Self { rest: &body[MARK.len()..] };
        let found = reader.number()?;
        if found != what as u64 {
            let names = ["itemsets", "rules", "sequences", "baskets", "a hierarchy"];
            let found = found.checked_sub(1).and_then(|found| names.get(found as usize));
            return Err(damaged(&format!(
                "expected {}, got {}",
                names[what as usize - 1],
                found.unwrap_or(&"something unknown")
            )));
        }
        let version = reader.number()?;
        if version != VERSION {
            return Err(Error::new(
                ErrorKind::Version,
                format!(
                    "bytes: layout {version} is not known to this library, which reads {VERSION}"
                ),
            ));
        }
        Ok(reader)
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let (taken, rest) =
            self.rest.split_at_checked(len).ok_or_else(|| damaged("a field is cut short"))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(crate) fn number(&mut self) -> Result<u64> {
        let (number, rest) =
            self.rest.split_first_chunk().ok_or_else(|| damaged("a field is cut short"))?;
        self.rest = rest;
        Ok(u64::from_le_bytes(*number))
    }

    /// A number that must be at most `most`.
    pub(crate) fn at_most(&mut self, most: usize) -> Result<usize> {
        let number = self.number()?;
        expect(number <= most as u64, "a number is out of range")?;
        Ok(number as usize)
    }

    pub(crate) fn flag(&mut self) -> Result<bool> {
        Ok(self.at_most(1)? == 1)
    }

    pub(crate) fn float(&mut self) -> Result<f64> {
        self.number().map(f64::from_bits)
    }

    pub(crate) fn column<T: Pod>(&mut self) -> Result<Vec<T>> {
        let entries = self.number()?;
        let len = usize::try_from(entries).ok().and_then(|n| n.checked_mul(size_of::<T>()));
        let bytes = self.take(len.ok_or_else(|| damaged("a field is cut short"))?)?;
        Ok(bytes.chunks_exact(size_of::<T>()).map(bytemuck::pod_read_unaligned).collect())
    }

    /// A column of exactly so many entries.
    pub(crate) fn column_of<T: Pod>(&mut self, entries: usize) -> Result<Vec<T>> {
        let column = self.column()?;
        expect(column.len() == entries, "columns differ in length")?;
        Ok(column)
    }

    /// A column of as many entries, each below `limit`.
    pub(crate) fn indices(&mut self, entries: usize, limit: usize) -> Result<Vec<u32>> {
        let column: Vec<u32> = self.column_of(entries)?;
        let below = column.iter().all(|&index| (index as usize) < limit);
        expect(below, "an index is out of range")?;
        Ok(column)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str> {
        let len = self.at_most(self.rest.len())?;
        std::str::from_utf8(self.take(len)?).map_err(|_| damaged("a text is not valid UTF-8"))
    }

    fn name(&mut self) -> Result<&'static str> {
        let name = self.text()?;
        NAMES.into_iter().find(|&known| known == name).ok_or_else(|| {
            let what = format!("bytes: the name {name:?} is not known to this library");
            Error::new(ErrorKind::Version, what)
        })
    }

    /// A name, or `None` for an empty text.
    fn some_name(&mut self) -> Result<Option<&'static str>> {
        if self.rest.starts_with(&[0; 8]) {
            self.number()?;
            return Ok(None);
        }
        self.name().map(Some)
    }

    /// Rows that are shown, each below `limit`; `None` for all.
    pub(crate) fn rows(&mut self, limit: usize) -> Result<Option<Vec<u32>>> {
        let some = self.flag()?;
        let rows: Vec<u32> = self.column()?;
        expect(rows.iter().all(|&row| (row as usize) < limit), "a row is out of range")?;
        Ok(some.then_some(rows))
    }

    pub(crate) fn ids(&mut self) -> Result<Arc<Ids>> {
        let kind = self.at_most(2)?;
        let mut ids = match kind {
            0 => Ids::new(IdKind::Int),
            1 => Ids::new(IdKind::Str),
            _ => Ids::mixed(),
        };
        // Each takes at least eight bytes.
        let number = self.at_most(self.rest.len() / 8)?;
        for index in 0..number {
            let text = kind == 1 || kind == 2 && self.flag()?;
            let id = match text {
                true => IdRef::Str(self.text()?),
                false => IdRef::Int(self.number()? as i64),
            };
            expect(ids.intern(id)? as usize == index, "an id is there twice")?;
        }
        Ok(Arc::new(ids))
    }

    /// To be called behind the last field.
    pub(crate) fn finish(self) -> Result<()> {
        expect(self.rest.is_empty(), "something follows the last field")
    }
}

impl Store {
    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.ids(&self.ids);
        writer.number(self.baskets);
        writer.number(self.min_count);
        writer.float(self.min_support);
        writer.text(self.gaps.unwrap_or_default());
        writer.text(self.selected.unwrap_or_default());
        writer.number(self.closed.into());
        writer.number(self.scale.is_some().into());
        if let Some(Scale { total, exponent, whole }) = self.scale {
            writer.number(total);
            writer.number(i64::from(exponent) as u64);
            writer.number(whole.into());
        }
        writer.number(self.max_length as u64);
        writer.number(self.raised.map_or(0, |raised| match raised.limit {
            Limit::Itemsets => 1,
            Limit::Memory => 2,
            Limit::Time => 3,
        }));
        writer.number(self.raised.map_or(0, |raised| raised.asked));
        let pieces: Vec<_> = self.pieces().collect();
        let levels: Vec<_> = pieces.chunk_by(|a, b| a.0 == b.0).collect();
        writer.number(levels.len() as u64);
        for level in levels {
            writer.number(level[0].0 as u64);
            let (items, counts): (Vec<&[u32]>, Vec<&[u32]>) =
                level.iter().map(|&(_, _, items, counts)| (items, counts)).unzip();
            writer.column(&counts.concat());
            writer.column(&items.concat());
        }
        writer.number(self.extras.len() as u64);
        for extra in &self.extras {
            writer.text(extra.name);
            match &extra.numbers {
                Numbers::Int(values) => {
                    writer.number(0);
                    writer.column(values);
                }
                Numbers::Float(values) => {
                    writer.number(1);
                    writer.column(values);
                }
            }
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let ids = reader.ids()?;
        let (baskets, min_count, min_support) =
            (reader.number()?, reader.number()?, reader.float()?);
        let (gaps, selected) = (reader.some_name()?, reader.some_name()?);
        let closed = reader.flag()?;
        let scale = match reader.flag()? {
            true => {
                let (total, exponent) = (reader.number()?, reader.number()? as i64);
                let exponent = i32::try_from(exponent).ok().filter(|e| e.abs() < 2_000);
                let exponent = exponent.ok_or_else(|| damaged("a number is out of range"))?;
                expect((1..1 << 52).contains(&total), "a number is out of range")?;
                Some(Scale { total, exponent, whole: reader.flag()? })
            }
            false => None,
        };
        let max_length = usize::try_from(reader.number()?).unwrap_or(usize::MAX);
        let limit = match reader.at_most(3)? {
            0 => None,
            1 => Some(Limit::Itemsets),
            2 => Some(Limit::Memory),
            _ => Some(Limit::Time),
        };
        let asked = reader.number()?;
        let mut lengths = Vec::new();
        let (mut last, mut rows) = (0, 0usize);
        for _ in 0..reader.at_most(ids.len())? {
            let length = reader.at_most(ids.len())?;
            expect(length > last, "lengths do not rise")?;
            last = length;
            let counts: Vec<u32> = reader.column()?;
            let entries = counts.len().checked_mul(length);
            let items = reader
                .indices(entries.ok_or_else(|| damaged("a number is out of range"))?, ids.len())?;
            let rising = items.chunks_exact(length).all(|set| set.is_sorted_by(|a, b| a < b));
            expect(rising, "the items of an itemset do not ascend")?;
            let most = counts.iter().max().copied().unwrap_or(0);
            expect(u64::from(most) <= baskets, "a count is larger than the number of baskets")?;
            rows += counts.len();
            lengths.push(Pieces::of(Level::from_rows(length, &items, &counts)?));
        }
        expect(rows < u32::MAX as usize, "there are too many rows")?;
        let mut store = Self::new(ids, baskets, min_count, lengths);
        for _ in 0..reader.at_most(NAMES.len())? {
            let name = reader.name()?;
            let numbers = match reader.flag()? {
                false => Numbers::Int(reader.column_of(rows)?),
                true => Numbers::Float(reader.column_of(rows)?),
            };
            store.extras.push(Extra { name, numbers });
        }
        store.min_support = min_support;
        store.gaps = gaps;
        store.selected = selected;
        store.closed = closed;
        store.scale = scale;
        store.max_length = max_length;
        store.raised = limit.map(|limit| Raised { asked, limit });
        Ok(store)
    }
}

impl Itemsets {
    /// The itemsets as bytes, for another process or for keeping: [`from_bytes`](Self::from_bytes)
    /// gives back what this is. Of a view, all that was mined is there, as
    /// [`count_of`](Self::count_of) and [`rules`](super::rules) look at it. The same itemsets give
    /// the same bytes.
    ///
    /// ```
    /// # use basketry::{Baskets, Control, Itemsets, ItemsetOptions, MinSupport, itemsets};
    /// # let baskets = Baskets::from_lists([vec![1, 2], vec![1, 2, 3], vec![3]])?;
    /// # let options = ItemsetOptions::new(MinSupport::Count(1));
    /// let sets = itemsets(&baskets, &options, &Control::new())?.with_length(2..);
    /// let again = Itemsets::from_bytes(&sets.to_bytes())?;
    /// assert_eq!((again.len(), again.count_of([3])), (sets.len(), Some(2)));
    /// # Ok::<(), basketry::Error>(())
    /// ```
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new(What::Itemsets);
        self.store.write(&mut writer);
        writer.rows(self.rows.as_deref());
        writer.finish()
    }

    /// The itemsets in what [`to_bytes`](Self::to_bytes) gave. All of it is checked.
    ///
    /// # Errors
    /// [`ErrorKind::Format`] if the bytes are something else or damaged, and
    /// [`ErrorKind::Version`] if a newer version of the library wrote them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes, What::Itemsets)?;
        let store = Store::read(&mut reader)?;
        let rows = reader.rows(store.len())?;
        reader.finish()?;
        Ok(Self { store: Arc::new(store), rows: rows.map(Into::into) })
    }
}
