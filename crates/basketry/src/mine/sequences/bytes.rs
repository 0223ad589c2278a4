//! Sequences as bytes.

use std::sync::Arc;

use super::level::{Level, NO_LAG};
use super::result::{Sequences, Store};
use crate::Result;
use crate::mine::bytes::{Reader, What, Writer, expect};

impl Sequences {
    /// The sequences as bytes, for another process or for keeping:
    /// [`from_bytes`](Self::from_bytes) gives back what this is. Of a view, all that was mined is
    /// there. The same sequences give the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new(What::Sequences);
        let store = &*self.store;
        writer.ids(&store.ids);
        let offsets: Vec<u64> = store.item_offsets.iter().map(|&offset| offset as u64).collect();
        writer.column(&offsets);
        writer.column(&store.items);
        writer.number(store.customers);
        writer.number(store.anonymous_baskets);
        writer.number(store.min_customers);
        writer.float(store.within_days);
        writer.number(store.max_items_per_step as u64);
        writer.number(store.quarters_a_day as u64);
        writer.number(store.levels.len() as u64);
        for level in &store.levels {
            writer.number(level.length as u64);
            writer.column(&level.customers);
            writer.column(&level.occurrences);
            writer.column(&level.observed);
            writer.column(&level.followed);
            writer.column(&level.expected);
            writer.column(level.lag_quarters.as_flattened());
            writer.column(&level.elements);
            writer.column(&level.medians);
        }
        writer.rows(self.rows.as_deref());
        writer.finish()
    }

    /// The sequences in what [`to_bytes`](Self::to_bytes) gave. All of it is checked.
    ///
    /// # Errors
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if the bytes are something else or damaged,
    /// and [`ErrorKind::Version`](crate::ErrorKind::Version) if a newer version of the library
    /// wrote them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes, What::Sequences)?;
        let ids = reader.ids()?;
        let offsets: Vec<u64> = reader.column()?;
        let items: Vec<u32> = reader.column()?;
        let rising = offsets.first() == Some(&0)
            && offsets.is_sorted_by(|a, b| a < b)
            && offsets.last() == Some(&(items.len() as u64));
        expect(rising, "offsets do not rise to the last item")?;
        let within = items.iter().all(|&item| (item as usize) < ids.len());
        expect(within, "an index is out of range")?;
        let item_offsets: Vec<usize> = offsets.into_iter().map(|offset| offset as usize).collect();
        let sound = (item_offsets.windows(2))
            .all(|range| items[range[0]..range[1]].is_sorted_by(|a, b| a < b));
        expect(sound, "the items of a step do not ascend")?;
        let elements = item_offsets.len() - 1;
        let (customers, anonymous_baskets, min_customers) =
            (reader.number()?, reader.number()?, reader.number()?);
        let within_days = reader.float()?;
        let max_items_per_step = reader.at_most(255)?;
        let quarters_a_day = reader.at_most(1 << 40)? as i64;
        expect(customers > 0 && quarters_a_day > 0, "a number is out of range")?;
        let mut levels: Vec<Level> = Vec::new();
        let mut starts = vec![0u32];
        for _ in 0..reader.at_most(255)? {
            let length = reader.at_most(255)?;
            let least = levels.last().map_or(1, |level| level.length);
            expect(length > least, "lengths do not rise")?;
            let customers: Vec<u32> = reader.column()?;
            let rows = customers.len();
            let level = Level {
                length,
                customers,
                occurrences: reader.column_of(rows)?,
                observed: reader.column_of(rows)?,
                followed: reader.column_of(rows)?,
                expected: reader.column_of(rows)?,
                lag_quarters: reader.column_of(2 * rows)?.as_chunks().0.to_vec(),
                elements: reader.indices(rows * length, elements)?,
                medians: reader.column_of(rows * (length - 1))?,
            };
            // Sorting relies on values that are no NaN.
            let numbers = level.expected.iter().all(|value| value.is_finite());
            let lag = |&lag: &i64| lag == NO_LAG || lag >= 0;
            let lags =
                level.medians.iter().all(lag) && level.lag_quarters.as_flattened().iter().all(lag);
            expect(numbers && lags, "a number is out of range")?;
            let before = starts.last().map_or(0, |&start| start as usize);
            let end = u32::try_from(before + rows).ok().filter(|&end| end < u32::MAX);
            expect(end.is_some(), "there are too many rows")?;
            starts.extend(end);
            levels.push(level);
        }
        let rows = starts.last().map_or(0, |&rows| rows as usize);
        let rows = reader.rows(rows)?;
        reader.finish()?;
        let store = Store {
            ids,
            item_offsets,
            items,
            levels,
            starts,
            customers,
            anonymous_baskets,
            min_customers,
            within_days,
            max_items_per_step,
            quarters_a_day,
        };
        Ok(Self { store: Arc::new(store), rows: rows.map(Into::into) })
    }
}
