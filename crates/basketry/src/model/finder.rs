//! Columns of a model file that are found with what is relied on later checked.

use super::file::{Column, Element, Kind, Sections, damaged};
use crate::{Error, Result};

/// Finds columns and checks what is relied on later.
pub(super) struct Finder<'a> {
    pub(super) sections: &'a Sections,
    pub(super) bytes: &'a [u8],
    pub(super) name: &'a str,
}

impl Finder<'_> {
    pub(super) fn wrong(&self, kind: Kind, what: &str) -> Error {
        damaged(self.name, format!("section {}: {what}", kind.escape_ascii()))
    }

    pub(super) fn column<T: Element>(&self, kind: Kind, len: usize) -> Result<Column<T>> {
        let column: Column<T> = self.sections.column(kind, 0, self.name)?;
        if column.of(self.bytes).len() != len {
            return Err(self.wrong(kind, &format!("expected {len} entries")));
        }
        Ok(column)
    }

    /// Numbers from `low` to `high`, which excludes infinities and NaN.
    pub(super) fn floats(
        &self,
        kind: Kind,
        len: usize,
        low: f32,
        high: f32,
    ) -> Result<Column<f32>> {
        let column = self.column(kind, len)?;
        // Without an early end the loop is vectorised: it reads every byte of the file.
        let within =
            column.of(self.bytes).iter().fold(true, |all, x| all & (*x >= low) & (*x <= high));
        if !within {
            return Err(self.wrong(kind, "a value is out of range"));
        }
        Ok(column)
    }

    /// Indices below `limit`.
    pub(super) fn indices(&self, kind: Kind, len: usize, limit: usize) -> Result<Column<u32>> {
        let column: Column<u32> = self.column(kind, len)?;
        let max = column.of(self.bytes).iter().fold(0, |max, &index| u32::max(max, index));
        if len > 0 && max as usize >= limit {
            return Err(self.wrong(kind, "an index is out of range"));
        }
        Ok(column)
    }

    /// Offsets of `rows` rows; with the number of entries they end at.
    pub(super) fn offsets(&self, kind: Kind, rows: usize) -> Result<(Column<u64>, usize)> {
        let column: Column<u64> = self.column(kind, rows + 1)?;
        let offsets = column.of(self.bytes);
        let rising = offsets.windows(2).fold(true, |all, pair| all & (pair[0] <= pair[1]));
        let (first, last) = (offsets[0], offsets[rows]);
        match usize::try_from(last) {
            Ok(last) if first == 0 && rising => Ok((column, last)),
            _ => Err(self.wrong(kind, "offsets do not rise from 0")),
        }
    }
}
