//! Columns of ids.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Int8Type, Int16Type, Int32Type, Int64Type, RunEndIndexType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, OffsetSizeTrait, downcast_integer};
use arrow_buffer::ArrowNativeType;
use arrow_schema::DataType;

use super::BadCell;
use crate::data::ids::{IdKind, IdRef, Ids, same};
use crate::data::table::Column;
use crate::{Error, Result};

/// Stands for "no id" among indices; never an index, as there are at most 2^32 - 1 ids.
pub(crate) const NO_ID: u32 = u32::MAX;

const EXPECTED: &str = "strings or integers (or a dictionary of either)";

/// Whether a column of this type holds integer or string ids; `Null` counts as strings.
pub(crate) fn id_kind(column: &Column) -> Result<IdKind> {
    kind_of(&column.data_type).ok_or_else(|| {
        let expected = match &column.data_type {
            DataType::Float16 | DataType::Float32 | DataType::Float64 => {
                "strings or integers. Cast the column to integers first; ids are never rounded \
                 for you"
            }
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView => {
                "strings or integers. Cast the column to strings (UTF-8) first"
            }
            _ => EXPECTED,
        };
        column.wrong_type(&column.data_type, expected)
    })
}

fn kind_of(data_type: &DataType) -> Option<IdKind> {
    match data_type {
        DataType::Null | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            Some(IdKind::Str)
        }
        data_type if data_type.is_integer() => Some(IdKind::Int),
        DataType::Dictionary(_, values) => kind_of(values).filter(|_| is_plain(values)),
        DataType::RunEndEncoded(_, values) => {
            kind_of(values.data_type()).filter(|_| is_plain(values.data_type()))
        }
        _ => None,
    }
}

// One level of encoding is read, not a dictionary of runs.
fn is_plain(data_type: &DataType) -> bool {
    !matches!(data_type, DataType::Dictionary(..) | DataType::RunEndEncoded(..))
}

/// Interns the ids of a column, slice by slice.
///
/// Ids get their index in the order in which wanted rows first name them: values of a dictionary
/// that no wanted row points to are not interned, so the layout never shows in the result.
#[derive(Debug, Default)]
pub(crate) struct IdColumn {
    /// Index of each value of the current batch's dictionary, once it was needed.
    dictionary: Vec<u32>,
    /// Entries of the dictionary that a slice is the first to need.
    needed: Vec<usize>,
    indices: Vec<u32>,
}

/// Marks an entry of a dictionary that is about to be interned.
const NEEDED: u32 = NO_ID - 1;

impl IdColumn {
    /// To be called with each batch's array, before its slices are read.
    pub(crate) fn begin(&mut self, array: &ArrayRef) {
        self.dictionary.clear();
        if let Some(dictionary) = array.as_any_dictionary_opt() {
            self.dictionary.resize(dictionary.values().len(), NO_ID);
        }
    }

    /// Reads a slice of the batch's array: for each row for which `want` is true (or all of them
    /// without `want`) the id's index, for others [`NO_ID`]. Wanted rows must not be null.
    pub(crate) fn read(
        &mut self,
        slice: &ArrayRef,
        want: Option<&[bool]>,
        ids: &mut Ids,
        out: &mut Vec<u32>,
    ) -> Result<(), CellOrLimit> {
        out.clear();
        let array = slice.as_ref();
        macro_rules! keys {
            ($t:ty) => {
                self.read_dictionary::<$t>(array, want, ids, out)
            };
        }
        let rows = want.map_or(Rows::All(array.len()), Rows::Wanted);
        match array.data_type() {
            DataType::Dictionary(key, _) => downcast_integer! {
                key.as_ref() => (keys),
                other => Err(BadCell::new(0, format!("dictionary keys of type {other}")).into()),
            },
            DataType::RunEndEncoded(ends, _) => match ends.data_type() {
                DataType::Int16 => read_runs::<Int16Type>(array, want, ids, out),
                DataType::Int32 => read_runs::<Int32Type>(array, want, ids, out),
                DataType::Int64 => read_runs::<Int64Type>(array, want, ids, out),
                other => Err(BadCell::new(0, format!("run ends of type {other}")).into()),
            },
            DataType::Null => {
                out.resize(array.len(), NO_ID);
                Ok(())
            }
            _ => read_plain(array, rows, ids, out),
        }
    }

    fn read_dictionary<K: ArrowDictionaryKeyType>(
        &mut self,
        array: &dyn Array,
        want: Option<&[bool]>,
        ids: &mut Ids,
        out: &mut Vec<u32>,
    ) -> Result<(), CellOrLimit> {
        let array = array.as_dictionary::<K>();
        let keys = array.keys().values();
        let wanted = |row: usize| want.is_none_or(|want| want[row]);
        self.needed.clear();
        for (row, key) in keys.iter().enumerate().filter(|&(row, _)| wanted(row)) {
            let key = key.as_usize();
            let known = self.dictionary.get_mut(key).ok_or_else(|| {
                BadCell::new(row, "the dictionary has no such entry; the Arrow data is damaged")
            })?;
            if *known == NO_ID {
                *known = NEEDED;
                self.needed.push(key);
            }
        }
        if !self.needed.is_empty() {
            let rows = Rows::Listed(&self.needed);
            self.indices.clear();
            read_plain(array.values(), rows, ids, &mut self.indices).map_err(|error| {
                error.at(|entry| {
                    let key = |row: &usize| wanted(*row) && keys[*row].as_usize() == entry;
                    (0..keys.len()).find(key).unwrap_or(0)
                })
            })?;
            for (&key, &index) in self.needed.iter().zip(&self.indices) {
                self.dictionary[key] = index;
            }
        }
        out.reserve(keys.len());
        match want {
            None => out.extend(keys.iter().map(|key| self.dictionary[key.as_usize()])),
            Some(want) => out.extend(
                keys.iter()
                    .zip(want)
                    .map(|(key, &want)| if want { self.dictionary[key.as_usize()] } else { NO_ID }),
            ),
        }
        Ok(())
    }
}

/// The rows of an array to read.
#[derive(Clone, Copy)]
enum Rows<'a> {
    All(usize),
    /// Those marked; the others get [`NO_ID`].
    Wanted(&'a [bool]),
    /// Those listed, in that order.
    Listed(&'a [usize]),
}

impl Rows<'_> {
    fn len(self) -> usize {
        match self {
            Rows::All(len) => len,
            Rows::Wanted(want) => want.len(),
            Rows::Listed(rows) => rows.len(),
        }
    }

    /// The row to read at a position; `None` if the one there is not wanted.
    #[inline]
    fn at(self, position: usize) -> Option<usize> {
        match self {
            Rows::All(_) => Some(position),
            Rows::Wanted(want) => want[position].then_some(position),
            Rows::Listed(rows) => Some(rows[position]),
        }
    }
}

// Ids that are looked up together: enough to hide what memory takes to answer.
const BLOCK: usize = 32;

/// A plain value that is an id.
trait Value: Copy {
    fn equals(self, other: Self) -> bool;
    fn hash(self, ids: &Ids) -> u32;
    fn is(self, ids: &Ids, index: u32) -> bool;
    fn intern(self, ids: &mut Ids, hash: u32, row: usize) -> Result<u32, CellOrLimit>;
}

impl Value for i64 {
    #[inline]
    fn equals(self, other: Self) -> bool {
        self == other
    }
    #[inline]
    fn hash(self, ids: &Ids) -> u32 {
        ids.hash_int(self)
    }
    #[inline]
    fn is(self, ids: &Ids, index: u32) -> bool {
        ids.is_int(index, self)
    }
    fn intern(self, ids: &mut Ids, hash: u32, _: usize) -> Result<u32, CellOrLimit> {
        Ok(ids.intern_int(hash, self)?)
    }
}

impl Value for &[u8] {
    #[inline]
    fn equals(self, other: Self) -> bool {
        same(self, other)
    }
    #[inline]
    fn hash(self, ids: &Ids) -> u32 {
        ids.hash_bytes(self)
    }
    #[inline(always)]
    fn is(self, ids: &Ids, index: u32) -> bool {
        ids.is_bytes(index, self)
    }
    fn intern(self, ids: &mut Ids, hash: u32, row: usize) -> Result<u32, CellOrLimit> {
        ids.intern_bytes(hash, self)?.ok_or_else(|| not_utf8(row).into())
    }
}

/// Interns the values of rows: first hashes a block of them and asks the table for candidates,
/// then compares. Order lines come basket by basket, so a row that equals the one above is not
/// looked up at all.
#[inline]
fn intern_rows<V: Value>(
    rows: Rows<'_>,
    ids: &mut Ids,
    out: &mut Vec<u32>,
    value_at: impl Fn(usize) -> Result<V, BadCell>,
) -> Result<(), CellOrLimit> {
    enum Look<V> {
        Unwanted,
        Above,
        Up { value: V, hash: u32, candidate: Option<u32>, row: usize },
    }
    out.reserve(rows.len());
    let mut last: Option<V> = None;
    let mut last_index = NO_ID;
    for start in (0..rows.len()).step_by(BLOCK) {
        let end = (start + BLOCK).min(rows.len());
        let mut looks: [Look<V>; BLOCK] = [const { Look::Unwanted }; BLOCK];
        for (look, position) in looks.iter_mut().zip(start..end) {
            let Some(row) = rows.at(position) else { continue };
            let value = value_at(row)?;
            *look = if last.is_some_and(|last| last.equals(value)) {
                Look::Above
            } else {
                let hash = value.hash(ids);
                Look::Up { value, hash, candidate: ids.candidate(hash), row }
            };
            last = Some(value);
        }
        for look in &looks[..end - start] {
            match *look {
                Look::Unwanted => {
                    out.push(NO_ID);
                    continue;
                }
                Look::Above => {}
                Look::Up { value, hash, candidate, row } => {
                    last_index = match candidate {
                        Some(index) if value.is(ids, index) => index,
                        _ => value.intern(ids, hash, row)?,
                    };
                }
            }
            out.push(last_index);
        }
    }
    Ok(())
}

fn read_plain(
    array: &dyn Array,
    rows: Rows<'_>,
    ids: &mut Ids,
    out: &mut Vec<u32>,
) -> Result<(), CellOrLimit> {
    macro_rules! integers {
        ($t:ty) => {{
            let values = array.as_primitive::<$t>().values();
            let value_at = |row: usize| {
                let value = values[row];
                i64::try_from(value).map_err(|_| BadCell::new(row, too_big(value)))
            };
            intern_rows::<i64>(rows, ids, out, value_at)
        }};
    }
    downcast_integer! {
        array.data_type() => (integers),
        DataType::Utf8 => {
            let array = array.as_string::<i32>();
            let (offsets, data) = (array.value_offsets(), array.value_data());
            intern_rows(rows, ids, out, |row| bytes_at(offsets, data, row))
        },
        DataType::LargeUtf8 => {
            let array = array.as_string::<i64>();
            let (offsets, data) = (array.value_offsets(), array.value_data());
            intern_rows(rows, ids, out, |row| bytes_at(offsets, data, row))
        },
        DataType::Utf8View => {
            let array = array.as_string_view();
            intern_rows(rows, ids, out, |row| view_bytes(array, row))
        },
        other => Err(BadCell::new(0, format!("type {other} where ids were")).into()),
    }
}

fn too_big(value: impl std::fmt::Display) -> String {
    format!("the id {value} is above 9223372036854775807, the largest integer id; use strings")
}

/// A cell that cannot be read, or a limit that was reached.
#[derive(Debug)]
pub(crate) enum CellOrLimit {
    Cell(BadCell),
    Limit(Error),
}

impl CellOrLimit {
    fn at(self, row_of: impl Fn(usize) -> usize) -> Self {
        match self {
            Self::Cell(cell) => Self::Cell(BadCell { row: row_of(cell.row), ..cell }),
            limit => limit,
        }
    }
}

impl From<BadCell> for CellOrLimit {
    fn from(cell: BadCell) -> Self {
        Self::Cell(cell)
    }
}

impl From<Error> for CellOrLimit {
    fn from(error: Error) -> Self {
        Self::Limit(error)
    }
}

// The bytes of row `row`; Arrow arrays from elsewhere are not trusted to keep their offsets.
#[inline]
fn bytes_at<'a, O: OffsetSizeTrait>(
    offsets: &[O],
    data: &'a [u8],
    row: usize,
) -> Result<&'a [u8], BadCell> {
    data.get(offsets[row].as_usize()..offsets[row + 1].as_usize()).ok_or_else(|| damaged(row))
}

fn damaged(row: usize) -> BadCell {
    BadCell::new(row, "the string lies outside its buffer; the Arrow data is damaged")
}

fn not_utf8(row: usize) -> BadCell {
    BadCell::new(row, "the string is not valid UTF-8")
}

// Layout of a view: u32 length, then either up to 12 bytes, or 4 bytes of prefix, u32 buffer,
// u32 offset (Arrow columnar format, variable-size binary view).
#[inline]
fn view_bytes(array: &arrow_array::StringViewArray, row: usize) -> Result<&[u8], BadCell> {
    let view = &array.views()[row];
    let len = *view as u32 as usize;
    if len <= 12 {
        return Ok(&bytemuck::bytes_of(view)[4..4 + len]);
    }
    let buffer = (*view >> 64) as u32 as usize;
    let offset = (*view >> 96) as u32 as usize;
    array
        .data_buffers()
        .get(buffer)
        .and_then(|buffer| buffer.as_slice().get(offset..offset + len))
        .ok_or_else(|| damaged(row))
}

fn read_runs<R: RunEndIndexType>(
    array: &dyn Array,
    want: Option<&[bool]>,
    ids: &mut Ids,
    out: &mut Vec<u32>,
) -> Result<(), CellOrLimit> {
    let Some(array) = array.as_any().downcast_ref::<arrow_array::RunArray<R>>() else {
        return Err(BadCell::new(0, "run ends of an unknown type").into());
    };
    if array.is_empty() {
        return Ok(());
    }
    let ends = array.run_ends().values();
    let offset = array.run_ends().offset();
    let mut run = array.run_ends().get_physical_index(0);
    let mut known = NO_ID;
    for row in 0..array.len() {
        while run < ends.len() && ends[run].as_usize() <= offset + row {
            run += 1;
            known = NO_ID;
        }
        if want.is_some_and(|want| !want[row]) {
            out.push(NO_ID);
            continue;
        }
        if known == NO_ID {
            known = intern_at(array.values(), run, ids).map_err(|error| error.at(|_| row))?;
        }
        out.push(known);
    }
    Ok(())
}

fn intern_at(values: &dyn Array, index: usize, ids: &mut Ids) -> Result<u32, CellOrLimit> {
    match cell_at(values, index)? {
        Cell::Int(value) => Ok(ids.intern(value)?),
        Cell::Bytes(bytes) => {
            let hash = ids.hash_bytes(bytes);
            ids.intern_bytes(hash, bytes)?.ok_or_else(|| not_utf8(index).into())
        }
    }
}

enum Cell<'a> {
    Int(i64),
    Bytes(&'a [u8]),
}

// The value at `index` of an array without encoding. Not for hot loops.
fn cell_at(array: &dyn Array, index: usize) -> Result<Cell<'_>, BadCell> {
    macro_rules! integer {
        ($t:ty) => {{
            let value = array.as_primitive::<$t>().value(index);
            i64::try_from(value).map(Cell::Int).map_err(|_| BadCell::new(index, too_big(value)))
        }};
    }
    if index >= array.len() {
        return Err(BadCell::new(index, "there is no such value; the Arrow data is damaged"));
    }
    match array.data_type() {
        DataType::Int8 => integer!(Int8Type),
        DataType::Int16 => integer!(Int16Type),
        DataType::Int32 => integer!(Int32Type),
        DataType::Int64 => integer!(Int64Type),
        DataType::UInt8 => integer!(UInt8Type),
        DataType::UInt16 => integer!(UInt16Type),
        DataType::UInt32 => integer!(UInt32Type),
        DataType::UInt64 => integer!(UInt64Type),
        DataType::Utf8 => {
            let array = array.as_string::<i32>();
            bytes_at(array.value_offsets(), array.value_data(), index).map(Cell::Bytes)
        }
        DataType::LargeUtf8 => {
            let array = array.as_string::<i64>();
            bytes_at(array.value_offsets(), array.value_data(), index).map(Cell::Bytes)
        }
        DataType::Utf8View => view_bytes(array.as_string_view(), index).map(Cell::Bytes),
        other => Err(BadCell::new(index, format!("type {other} where ids were"))),
    }
}

/// The id at `row`, in any layout; the row must not be null. Not for hot loops.
pub(crate) fn id_at(array: &dyn Array, row: usize) -> Result<IdRef<'_>, BadCell> {
    let (values, index) = decoded(array, row)?;
    match cell_at(values, index).map_err(|cell| BadCell { row, ..cell })? {
        Cell::Int(value) => Ok(IdRef::Int(value)),
        Cell::Bytes(bytes) => std::str::from_utf8(bytes).map(IdRef::Str).map_err(|_| not_utf8(row)),
    }
}

/// The text at `row` of a column of strings, in any layout; the row must not be null.
pub(crate) fn text_at(array: &dyn Array, row: usize) -> Result<&str, BadCell> {
    match id_at(array, row)? {
        IdRef::Str(text) => Ok(text),
        IdRef::Int(_) => Err(BadCell::new(row, "a number where text was")),
    }
}

// Where a row's value lies once dictionary or run-end encoding is resolved.
fn decoded(array: &dyn Array, row: usize) -> Result<(&dyn Array, usize), BadCell> {
    macro_rules! keys {
        ($t:ty, $array:expr) => {
            ($array.as_dictionary::<$t>().values().as_ref(), {
                $array.as_dictionary::<$t>().keys().value(row).as_usize()
            })
        };
    }
    macro_rules! runs {
        ($t:ty, $array:expr) => {{
            let Some(runs) = $array.as_any().downcast_ref::<arrow_array::RunArray<$t>>() else {
                return Err(BadCell::new(row, "run ends of an unknown type"));
            };
            (runs.values().as_ref(), runs.get_physical_index(row))
        }};
    }
    Ok(match array.data_type() {
        DataType::Dictionary(key, _) => downcast_integer! {
            key.as_ref() => (keys, array),
            other => return Err(BadCell::new(row, format!("dictionary keys of type {other}"))),
        },
        DataType::RunEndEncoded(ends, _) => match ends.data_type() {
            DataType::Int16 => runs!(Int16Type, array),
            DataType::Int32 => runs!(Int32Type, array),
            _ => runs!(Int64Type, array),
        },
        _ => (array, row),
    })
}

/// The error of a column whose ids could not be read.
pub(crate) fn id_error(
    error: CellOrLimit,
    column: &Column,
    place: impl Fn(usize) -> crate::data::table::Place,
) -> Error {
    match error {
        CellOrLimit::Cell(cell) => column.bad_value(place(cell.row), cell.what),
        CellOrLimit::Limit(error) => Error::new(error.kind(), format!("column {column}: {error}")),
    }
}
