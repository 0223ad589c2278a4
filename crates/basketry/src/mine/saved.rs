//! What is mined, as bytes: baskets and hierarchies, for other processes.

use super::bytes::{Reader, What, Writer, damaged, expect};
use crate::data::Scale;
use crate::{Baskets, Hierarchy, Result};

/// The sum of all weights stays below this, so that quotients of sums are rounded once only.
const MOST_WEIGHT: u64 = 1 << 52;

impl Baskets {
    /// The baskets as bytes, for another process or for keeping, with their customers and weights;
    /// [`from_bytes`](Self::from_bytes) reads them. The same baskets give the same bytes.
    ///
    /// ```
    /// use basketry::Baskets;
    ///
    /// let baskets = Baskets::from_lists([vec![1, 2], vec![2]])?.with_customers([7, 7])?;
    /// let again = Baskets::from_bytes(&baskets.to_bytes())?;
    /// assert!(again.rows().eq(baskets.rows()));
    /// assert_eq!(again.customers(), Some(&[7, 7][..]));
    /// # Ok::<(), basketry::Error>(())
    /// ```
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new(What::Baskets);
        writer.ids(self.ids());
        writer.column(self.offsets());
        writer.column(self.items());
        writer.number(self.skipped());
        writer.number(self.customers().is_some().into());
        writer.column(self.customers().unwrap_or_default());
        let weights = self.exact_weights();
        writer.number(weights.is_some().into());
        if let Some(weights) = weights {
            let Scale { exponent, whole, total: _ } = weights.scale();
            writer.number(i64::from(exponent) as u64);
            writer.number(whole.into());
            writer.column(weights.units());
        }
        writer.finish()
    }

    /// The baskets in what [`to_bytes`](Self::to_bytes) gave. All of it is checked.
    ///
    /// # Errors
    /// [`ErrorKind::Format`](crate::ErrorKind) if the bytes are something else or damaged, and
    /// [`ErrorKind::Version`](crate::ErrorKind) if a newer version of the library wrote them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes, What::Baskets)?;
        let ids = reader.ids()?;
        let offsets: Vec<u64> = reader.column()?;
        expect(offsets.first() == Some(&0) && offsets.is_sorted(), "offsets do not rise from 0")?;
        let entries = offsets.last().and_then(|&end| usize::try_from(end).ok());
        let entries = entries.ok_or_else(|| damaged("a number is out of range"))?;
        let items = reader.indices(entries, ids.len())?;
        // Offsets end where the items do.
        let rising = offsets
            .windows(2)
            .all(|ends| items[ends[0] as usize..ends[1] as usize].is_sorted_by(|a, b| a < b));
        expect(rising, "the items of a basket do not ascend")?;
        let mut baskets = Self::from_rows(offsets, items, ids).with_skipped(reader.number()?);
        let known = reader.flag()?;
        let customers = reader.column_of(if known { baskets.len() } else { 0 })?;
        if known {
            baskets = baskets.with_customers(customers)?;
        }
        if reader.flag()? {
            let exponent = i32::try_from(reader.number()? as i64).ok();
            let exponent = exponent.filter(|exponent| exponent.abs() < 2_000);
            let exponent = exponent.ok_or_else(|| damaged("a number is out of range"))?;
            let whole = reader.flag()?;
            let units: Vec<u64> = reader.column_of(baskets.len())?;
            let total = units.iter().try_fold(0u64, |sum, &unit| sum.checked_add(unit));
            let total = total.filter(|&total| total < MOST_WEIGHT && !units.contains(&0));
            let total = total.ok_or_else(|| damaged("a number is out of range"))?;
            baskets = baskets.weighing(units, Scale { total, exponent, whole });
        }
        reader.finish()?;
        Ok(baskets)
    }
}

impl Hierarchy {
    /// The hierarchy as bytes, for another process or for keeping;
    /// [`from_bytes`](Self::from_bytes) reads them. The same hierarchy gives the same bytes.
    ///
    /// ```
    /// use basketry::Hierarchy;
    ///
    /// let kinds = Hierarchy::from_links([("edam", "cheese"), ("cheese", "dairy")])?.only(["2"])?;
    /// assert_eq!(Hierarchy::from_bytes(&kinds.to_bytes())?, kinds);
    /// # Ok::<(), basketry::Error>(())
    /// ```
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new(What::Hierarchy);
        let parts = self.parts();
        writer.ids(parts.ids);
        let starts: Vec<u64> = parts.starts.iter().map(|&start| start as u64).collect();
        writer.column(&starts);
        writer.column(parts.ancestors);
        writer.column(parts.level);
        writer.number(parts.levels.len() as u64);
        for (name, &wanted) in parts.levels.iter().zip(parts.wanted) {
            writer.text(name);
            writer.number(wanted.into());
        }
        writer.finish()
    }

    /// The hierarchy in what [`to_bytes`](Self::to_bytes) gave. All of it is checked.
    ///
    /// # Errors
    /// [`ErrorKind::Format`](crate::ErrorKind) if the bytes are something else or damaged, and
    /// [`ErrorKind::Version`](crate::ErrorKind) if a newer version of the library wrote them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes, What::Hierarchy)?;
        let ids = reader.ids()?;
        let starts: Vec<u64> = reader.column_of(ids.len() + 1)?;
        expect(starts[0] == 0 && starts.is_sorted(), "offsets do not rise from 0")?;
        let entries = usize::try_from(starts[ids.len()]);
        let entries = entries.map_err(|_| damaged("a number is out of range"))?;
        let ancestors = reader.indices(entries, ids.len())?;
        let level: Vec<u32> = reader.column_of(ids.len())?;
        // Each takes at least sixteen bytes.
        let names = reader.at_most(bytes.len() / 16)?;
        let (mut levels, mut wanted) = (Vec::with_capacity(names), Vec::with_capacity(names));
        for _ in 0..names {
            levels.push(reader.text()?.into());
            wanted.push(reader.flag()?);
        }
        reader.finish()?;
        expect(level.iter().all(|&level| (level as usize) < names), "a level is out of range")?;
        let parents: Vec<Vec<u32>> = starts
            .windows(2)
            .map(|ends| ancestors[ends[0] as usize..ends[1] as usize].to_vec())
            .collect();
        let above = (0..).zip(&parents).all(|(node, parents): (usize, _)| {
            parents.iter().all(|&parent| level[parent as usize] > level[node])
        });
        expect(above, "a category is not above what is of it")?;
        Self::restored(&ids, parents, (level, levels), wanted)
    }
}
