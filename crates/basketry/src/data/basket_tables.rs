//! Baskets from tables: long, one-hot, lists and compressed rows.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatchReader};
use arrow_schema::DataType;

use super::baskets::{Baskets, Rows};
use super::columns::{IdColumn, check_number, id_error, id_kind, nulls_of, read_f64};
use super::history::OnBad;
use super::ids::{IdKind, Ids};
use super::ingest::SLICE;
use super::table::{Batches, Column, Source};
use super::weights::WeightColumn;
use crate::control::Stage;
use crate::{Control, Error, ErrorKind, Result};

/// Further columns of a long table of baskets; none by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BasketColumns<'a> {
    /// Who bought the basket: strings or integers.
    pub customer: Option<&'a str>,
    /// The weight of the basket: numbers.
    pub weight: Option<&'a str>,
}

impl Baskets {
    /// Reads a long table: one row for each item of each basket, in any order. Baskets and items
    /// have the index of their first appearance; repeated rows count once.
    ///
    /// `basket` and `item` name columns of strings or integers. A null in either is an error, or
    /// the row is left out and counted in [`skipped`](Self::skipped), as `nulls` says.
    ///
    /// # Errors
    /// [`ErrorKind::Schema`] if a column is not there or has a type that cannot serve;
    /// [`ErrorKind::Data`] names column and row (counted from 0 over all batches) of a null.
    pub fn from_reader(
        reader: impl RecordBatchReader,
        basket: &str,
        item: &str,
        nulls: OnBad,
        control: &Control,
    ) -> Result<Self> {
        let columns = BasketColumns::default();
        Self::from_source(&mut Batches::new(reader), basket, item, columns, nulls, control)
    }

    /// Reads a long table with the weights of the baskets, for which see
    /// [`with_weights`](Self::with_weights). `weight` names a column of numbers, which is the same in
    /// all rows of a basket. Otherwise as [`from_reader`](Self::from_reader).
    ///
    /// # Errors
    /// As for [`from_reader`](Self::from_reader), and [`ErrorKind::Data`] for a weight that is not a
    /// finite number above 0, or not that of the other rows of the basket; it names the row.
    pub fn from_weighted_reader(
        reader: impl RecordBatchReader,
        basket: &str,
        item: &str,
        weight: &str,
        nulls: OnBad,
        control: &Control,
    ) -> Result<Self> {
        let columns = BasketColumns { weight: Some(weight), customer: None };
        Self::from_source(&mut Batches::new(reader), basket, item, columns, nulls, control)
    }

    /// Reads a long table with further columns: who bought each basket, so that the distinct
    /// [customers](Self::customers) behind a rule can be counted, and weights, as
    /// [`from_weighted_reader`](Self::from_weighted_reader) reads them. Customers are numbered in
    /// the order of their first appearance.
    ///
    /// # Errors
    /// As for `from_weighted_reader`; and [`ErrorKind::Data`] if a basket belongs to two customers.
    pub fn from_reader_with(
        reader: impl RecordBatchReader,
        basket: &str,
        item: &str,
        columns: BasketColumns<'_>,
        nulls: OnBad,
        control: &Control,
    ) -> Result<Self> {
        Self::from_source(&mut Batches::new(reader), basket, item, columns, nulls, control)
    }

    pub(crate) fn from_source(
        source: &mut dyn Source,
        basket: &str,
        item: &str,
        also: BasketColumns<'_>,
        nulls: OnBad,
        control: &Control,
    ) -> Result<Self> {
        let schema = source.schema();
        let mut columns =
            vec![Column::find(&schema, "basket", basket)?, Column::find(&schema, "item", item)?];
        if let Some(customer) = also.customer {
            columns.push(Column::find(&schema, "customer", customer)?);
        }
        let weight = also.weight.map(|name| Column::find(&schema, "weight", name)).transpose()?;
        weight.iter().try_for_each(check_number)?;
        let mut weights = WeightColumn::default();
        let mut numbers = Vec::new();
        let mut ids = Vec::with_capacity(columns.len());
        for column in &columns {
            ids.push(Ids::new(id_kind(column)?));
        }
        let mut readers: Vec<IdColumn> = columns.iter().map(|_| IdColumn::default()).collect();
        let mut indices: Vec<Vec<u32>> = vec![Vec::new(); columns.len()];
        let mut customers = Vec::new();
        let mut pairs = Pairs::default();
        let mut skipped = 0;
        control.begin(Stage::Reading, 0)?;
        while let Some(batch) = source.next() {
            let batch = batch?;
            for (reader, column) in readers.iter_mut().zip(&columns) {
                reader.begin(column.of(&batch)?);
            }
            for start in (0..batch.num_rows()).step_by(SLICE) {
                let slice = batch.slice(start, SLICE.min(batch.num_rows() - start));
                let rows = slice.num_rows();
                let mut kept = Vec::new();
                let mut first: Option<(usize, &Column)> = None;
                for column in columns.iter().chain(&weight) {
                    let Some(invalid) = nulls_of(column.of(&slice)?) else { continue };
                    kept.resize(rows, true);
                    for row in (0..rows).filter(|&row| invalid.is_null(row)) {
                        kept[row] = false;
                        if first.is_none_or(|(earlier, _)| row < earlier) {
                            first = Some((row, column));
                        }
                    }
                }
                if let (Some((row, column)), OnBad::Error) = (first, nulls) {
                    let what = "null (the rule for nulls is error; it may be skip)";
                    return Err(column.bad_value(source.place(start + row), what));
                }
                skipped += kept.iter().filter(|&&kept| !kept).count() as u64;
                let want = (!kept.is_empty()).then_some(&kept[..]);
                for (k, column) in columns.iter().enumerate() {
                    readers[k]
                        .read(column.of(&slice)?, want, &mut ids[k], &mut indices[k])
                        .map_err(|e| id_error(e, column, |row| source.place(start + row)))?;
                }
                let rows = indices[0].iter().zip(&indices[1]).enumerate();
                for (row, (&basket, &item)) in rows {
                    if want.is_none_or(|want| want[row]) {
                        pairs.push(basket, item);
                    }
                }
                if let Some(column) = &weight {
                    let array = column.of(&slice)?;
                    if !read_f64(array, &mut numbers) {
                        return Err(column.wrong_type(array.data_type(), "the type announced"));
                    }
                    for (row, (&basket, &weight)) in indices[0].iter().zip(&numbers).enumerate() {
                        if want.is_none_or(|want| want[row]) {
                            weights.push(basket, weight).map_err(|what| {
                                column.bad_value(source.place(start + row), what)
                            })?;
                        }
                    }
                }
                let whose = indices.get(2).map_or(&[][..], |whose| whose);
                for (row, (&basket, &customer)) in indices[0].iter().zip(whose).enumerate() {
                    if want.is_some_and(|want| !want[row]) {
                        continue;
                    }
                    // A new basket has the next number.
                    match customers.get(basket as usize) {
                        None => customers.push(customer),
                        Some(&first) if first == customer => {}
                        Some(&first) => {
                            let what = format!(
                                "{}, but basket {} belongs to {} as well; a basket has one customer",
                                ids[2].get(customer),
                                ids[0].get(basket),
                                ids[2].get(first)
                            );
                            return Err(columns[2].bad_value(source.place(start + row), &what));
                        }
                    }
                }
                control.advance(slice.num_rows() as u64)?;
            }
        }
        let items = Arc::new(ids.swap_remove(1));
        let mut rows = pairs.finish(ids[0].len(), items).with_skipped(skipped);
        if also.customer.is_some() {
            rows = rows.of_customers(&customers);
        }
        if weight.is_some() { weights.finish(rows) } else { Ok(rows) }
    }

    /// Reads a one-hot table: one row for each basket, one column for each item, the column's
    /// name being the item's id. Columns are booleans, or numbers that are 0 or 1. Rows without
    /// any item are empty baskets.
    ///
    /// # Errors
    /// [`ErrorKind::Schema`] for a column of another type and for two columns of one name;
    /// [`ErrorKind::Data`] names column and row of a null or of any other number.
    pub fn from_onehot(reader: impl RecordBatchReader, control: &Control) -> Result<Self> {
        let mut source = Batches::new(reader);
        let schema = source.schema();
        let mut ids = Ids::new(IdKind::Str);
        let mut columns = Vec::with_capacity(schema.fields().len());
        for field in schema.fields() {
            let column = Column::find(&schema, "item", field.name())?;
            let data_type = &column.data_type;
            if !(data_type.is_integer() || data_type.is_floating())
                && *data_type != DataType::Boolean
            {
                return Err(column.wrong_type(data_type, "booleans, or numbers that are 0 or 1"));
            }
            ids.intern(field.name().as_str())?;
            columns.push(column);
        }
        let mut offsets = vec![0u64];
        let mut items: Vec<u32> = Vec::new();
        control.begin(Stage::Reading, 0)?;
        let mut cells = Vec::new();
        while let Some(batch) = source.next() {
            let batch = batch?;
            let rows = batch.num_rows();
            // Cells column by column; within a row their items ascend, as columns do.
            cells.clear();
            let mut next = vec![0u64; rows + 1];
            for (column, item) in columns.iter().zip(0u32..) {
                set_rows(column, column.of(&batch)?, &source, |row| {
                    cells.push((row as u32, item));
                    next[row + 1] += 1;
                })?;
                control.check()?;
            }
            let first = items.len() as u64;
            next[0] = first;
            for row in 0..rows {
                next[row + 1] += next[row];
            }
            offsets.extend_from_slice(&next[1..]);
            items.resize(items.len() + cells.len(), 0);
            for &(row, item) in &cells {
                let place = &mut next[row as usize];
                items[*place as usize] = item;
                *place += 1;
            }
            control.advance(rows as u64)?;
        }
        Ok(Self::from_rows(offsets, items, Arc::new(ids)))
    }

    /// Reads a column of lists: each list is a basket of strings or integers, as polars and
    /// pyarrow keep them. `column` names it; without a name the table must have just one column.
    /// Items have the index of their first appearance; repeated items of a list count once; an
    /// empty list is an empty basket.
    ///
    /// A null list or a null within a list is an error, or is left out and counted in
    /// [`skipped`](Self::skipped), as `nulls` says.
    ///
    /// # Errors
    /// [`ErrorKind::Schema`] if the column is not there or does not hold lists of ids;
    /// [`ErrorKind::Data`] names the row of a null.
    pub fn from_list_column(
        reader: impl RecordBatchReader,
        column: Option<&str>,
        nulls: OnBad,
        control: &Control,
    ) -> Result<Self> {
        let mut source = Batches::new(reader);
        let schema = source.schema();
        let name = match (column, &schema.fields()[..]) {
            (Some(name), _) => name,
            (None, [only]) => only.name(),
            (None, fields) => {
                return Err(Error::new(
                    ErrorKind::Schema,
                    format!("the table has {} columns: name the one of lists", fields.len()),
                ));
            }
        };
        let column = Column::find(&schema, "baskets", name)?;
        let (DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _)) =
            &column.data_type
        else {
            return Err(column.wrong_type(&column.data_type, "lists of strings or integers"));
        };
        let items = column.with_type(item.data_type().clone());
        let mut ids = Ids::new(id_kind(&items)?);
        let mut reader = IdColumn::default();
        let mut rows = Rows::default();
        let mut skipped = 0;
        let mut indices = Vec::new();
        control.begin(Stage::Reading, 0)?;
        while let Some(batch) = source.next() {
            let batch = batch?;
            for start in (0..batch.num_rows()).step_by(SLICE) {
                let slice = batch.slice(start, SLICE.min(batch.num_rows() - start));
                let array = column.of(&slice)?;
                let place = |row: usize| source.place(start + row);
                let (values, ends) = list_parts(array)
                    .ok_or_else(|| column.wrong_type(array.data_type(), "the type announced"))?;
                let null_lists = nulls_of(array);
                let null_items = nulls_of(&values);
                let mut kept = vec![true; values.len()];
                for row in 0..array.len() {
                    let range = ends[row]..ends[row + 1];
                    if range.start > range.end || range.end > values.len() {
                        let what = "the list lies outside its values; the Arrow data is damaged";
                        return Err(column.bad_value(place(row), what));
                    }
                    let list_is_null = null_lists.as_ref().is_some_and(|nulls| nulls.is_null(row));
                    let mut found = u64::from(list_is_null);
                    if list_is_null {
                        kept[range].fill(false);
                    } else if let Some(null_items) = &null_items {
                        for item in range.filter(|&item| null_items.is_null(item)) {
                            kept[item] = false;
                            found += 1;
                        }
                    }
                    if found > 0 && nulls == OnBad::Error {
                        let what = "null (the rule for nulls is error; it may be skip)";
                        return Err(column.bad_value(place(row), what));
                    }
                    skipped += found;
                }
                reader.begin(&values);
                reader.read(&values, Some(&kept), &mut ids, &mut indices).map_err(|error| {
                    let row_of = |item: usize| ends.partition_point(|&end| end <= item).max(1) - 1;
                    id_error(error, &items, |item| place(row_of(item)))
                })?;
                for row in 0..array.len() {
                    if null_lists.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
                        continue;
                    }
                    for item in (ends[row]..ends[row + 1]).filter(|&item| kept[item]) {
                        rows.push(indices[item]);
                    }
                    rows.end();
                }
                control.advance(slice.num_rows() as u64)?;
            }
        }
        Ok(rows.finish(Arc::new(ids)).with_skipped(skipped))
    }

    /// Baskets from compressed sparse rows, as scipy's `csr_array` keeps them: the items of basket
    /// `b` are `indices[indptr[b]..indptr[b + 1]]`, each below `items`. Every stored entry counts,
    /// whatever its value: drop explicit zeros before.
    ///
    /// `ids` names the items; without it those that occur have their index as an integer id, so
    /// that few items with large indices take little memory.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] names the array that is not as it should be, and where.
    pub fn from_csr<P, I>(
        indptr: &[P],
        indices: &[I],
        items: usize,
        ids: Option<Ids>,
    ) -> Result<Self>
    where
        P: Copy + TryInto<usize> + std::fmt::Display,
        I: Copy + TryInto<u32> + std::fmt::Display,
    {
        let bad = |what: String| Err(Error::argument(what));
        if items >= u32::MAX as usize {
            return bad(format!("items: at most 4,294,967,294 items, got {items}"));
        }
        let (named, mut ids) = match ids {
            Some(ids) if ids.len() != items => {
                return bad(format!(
                    "ids: expected {items} distinct ids, one for each item, got {}",
                    ids.len()
                ));
            }
            Some(ids) => (true, ids),
            None => (false, Ids::new(IdKind::Int)),
        };
        let Some((&first, ends)) = indptr.split_first() else {
            return bad("indptr: expected one more entry than baskets, got none".into());
        };
        if first.try_into().ok() != Some(0) {
            return bad(format!("indptr: expected 0 as the first entry, got {first}"));
        }
        let mut rows = Rows::default();
        let mut start = 0;
        for (basket, &end) in ends.iter().enumerate() {
            let Some(until) = end.try_into().ok().filter(|&u| u >= start && u <= indices.len())
            else {
                return bad(format!(
                    "indptr[{}]: expected a number from {start} to {} (the length of indices), \
                     got {end}",
                    basket + 1,
                    indices.len()
                ));
            };
            for (at, &index) in indices[start..until].iter().enumerate() {
                match index.try_into().ok().filter(|&index: &u32| (index as usize) < items) {
                    Some(item) if named => rows.push(item),
                    Some(item) => rows.push(ids.intern(i64::from(item))?),
                    None => {
                        return bad(format!(
                            "indices[{}]: expected a number from 0 to below {items}, got {index}",
                            start + at
                        ));
                    }
                }
            }
            rows.end();
            start = until;
        }
        if start != indices.len() {
            return bad(format!(
                "indptr: the last entry is {start}, but there are {} indices",
                indices.len()
            ));
        }
        Ok(rows.finish(Arc::new(ids)))
    }
}

// Calls `set` with each row in which a one-hot column is set.
fn set_rows(
    column: &Column,
    array: &ArrayRef,
    source: &dyn Source,
    mut set: impl FnMut(usize),
) -> Result<()> {
    if let Some(nulls) = nulls_of(array) {
        let row = (0..array.len()).find(|&row| nulls.is_null(row)).unwrap_or(0);
        return Err(column.bad_value(source.place(row), "null; expected 0 or 1"));
    }
    if let Some(booleans) = array.as_boolean_opt() {
        booleans.values().set_indices().for_each(set);
        return Ok(());
    }
    let mut values = Vec::new();
    if !read_f64(array, &mut values) {
        return Err(column.wrong_type(array.data_type(), "the type announced"));
    }
    for (row, value) in values.into_iter().enumerate() {
        if value == 1.0 {
            set(row);
        } else if value != 0.0 {
            let what = format!("{value}; expected 0 or 1");
            return Err(column.bad_value(source.place(row), what));
        }
    }
    Ok(())
}

// The values under an array of lists, and where each list begins in them (one entry more than
// lists), both from the first value that is used.
fn list_parts(array: &ArrayRef) -> Option<(ArrayRef, Vec<usize>)> {
    fn cut<O: arrow_array::OffsetSizeTrait>(
        offsets: &[O],
        values: &ArrayRef,
    ) -> (ArrayRef, Vec<usize>) {
        let first = offsets[0].as_usize().min(values.len());
        let last = offsets[offsets.len() - 1].as_usize().clamp(first, values.len());
        let ends = offsets.iter().map(|end| end.as_usize().wrapping_sub(first)).collect();
        (values.slice(first, last - first), ends)
    }
    match array.data_type() {
        DataType::List(_) => {
            let lists = array.as_list::<i32>();
            Some(cut(lists.value_offsets(), lists.values()))
        }
        DataType::LargeList(_) => {
            let lists = array.as_list::<i64>();
            Some(cut(lists.value_offsets(), lists.values()))
        }
        DataType::FixedSizeList(_, size) => {
            let lists = array.as_fixed_size_list();
            let size = usize::try_from(*size).ok()?;
            Some((lists.values().clone(), (0..=lists.len()).map(|row| row * size).collect()))
        }
        _ => None,
    }
}

/// Pairs of basket and item on their way to rows.
#[derive(Default)]
struct Pairs {
    /// Of baskets that come one after the other; most sources are in that order, and need no more
    /// memory than the rows themselves.
    rows: Rows,
    /// How many baskets began.
    seen: u32,
    /// All pairs from the first one on that belongs to a basket that was left earlier.
    late: Vec<(u32, u32)>,
}

impl Pairs {
    #[inline]
    fn push(&mut self, basket: u32, item: u32) {
        if basket + 1 < self.seen || !self.late.is_empty() {
            self.late.push((basket, item));
            return;
        }
        // A new basket has the next index; one between has no items.
        while self.seen <= basket {
            if self.seen > 0 {
                self.rows.end();
            }
            self.seen += 1;
        }
        self.rows.push(item);
    }

    fn finish(mut self, baskets: usize, ids: Arc<Ids>) -> Baskets {
        for _ in 0..baskets - (self.seen as usize).saturating_sub(1) {
            self.rows.end();
        }
        if self.late.is_empty() {
            return self.rows.finish(ids);
        }
        let rows = self.rows.finish(ids.clone());
        let mut next: Vec<usize> = rows.rows().map(<[u32]>::len).collect();
        for &(basket, _) in &self.late {
            next[basket as usize] += 1;
        }
        let mut total = 0;
        for place in &mut next {
            total += std::mem::replace(place, total);
        }
        let mut items = vec![0; total];
        for (row, place) in rows.rows().zip(&mut next) {
            items[*place..][..row.len()].copy_from_slice(row);
            *place += row.len();
        }
        drop(rows);
        for &(basket, item) in &self.late {
            let place = &mut next[basket as usize];
            items[*place] = item;
            *place += 1;
        }
        drop(self.late);
        let mut rows = Rows::default();
        let mut start = 0;
        for end in next {
            items[start..end].iter().for_each(|&item| rows.push(item));
            rows.end();
            start = end;
        }
        rows.finish(ids)
    }
}
