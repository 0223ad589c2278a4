//! Counts of given itemsets as Arrow tables, in and out.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::itemset_counts::{Cover, ItemsetCounts};
use crate::data::columns::{check_number, nulls_of, read_f64};
use crate::data::table::{Batches, Column, Source};
use crate::data::{OnBad, TableReader};
use crate::mine::arrow::{arrow_error, list_column, list_field};
use crate::{Baskets, Control, Error, ErrorKind, Result};

/// Rows in each batch of a stream.
const BATCH: usize = 1 << 16;

/// The keys of the schema's metadata.
const BASKETS: &str = "baskets";
const MINED: &str = "mined_baskets";
const MISSED: &str = "missed";
const MAX_LENGTH: &str = "max_length";

impl ItemsetCounts {
    /// The columns: `itemset` (list of Int64 or Utf8 ids) and `count` (Int64). The schema's
    /// metadata holds the number of `baskets`, and for candidates in how many baskets they were
    /// mined (`mined_baskets`), the most of those that an itemset that is not among them can be in
    /// (`missed`), and the `max_length`.
    pub fn schema(&self) -> SchemaRef {
        let fields =
            vec![list_field("itemset", self.ids()), Field::new("count", DataType::Int64, false)];
        let mut metadata = HashMap::from([(BASKETS.to_owned(), self.baskets().to_string())]);
        if let Some(cover) = self.cover() {
            metadata.insert(MINED.to_owned(), cover.baskets.to_string());
            metadata.insert(MISSED.to_owned(), cover.missed.to_string());
            metadata.insert(MAX_LENGTH.to_owned(), cover.max_length.to_string());
        }
        Arc::new(Schema::new(fields).with_metadata(metadata))
    }

    /// The counts as a stream of Arrow tables, for another machine:
    /// [`from_reader`](Self::from_reader) reads them.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] if 65,536 itemsets together hold more than 2 GiB of text, or if a
    /// count exceeds 63 bits.
    pub fn reader(&self) -> Result<TableReader> {
        let schema = self.schema();
        let mut batches = Vec::new();
        for from in (0..self.len()).step_by(BATCH) {
            let rows = from..self.len().min(from + BATCH);
            let counts = self.counts()[rows.clone()].iter().map(|&count| {
                i64::try_from(count)
                    .map_err(|_| Error::new(ErrorKind::Limit, "a count exceeds 63 bits"))
            });
            let counts = counts.collect::<Result<Vec<i64>>>()?;
            let itemsets = list_column(self.ids(), rows.map(|set| self.list().get(set)))?;
            let columns: Vec<ArrayRef> = vec![itemsets, Arc::new(Int64Array::from(counts))];
            batches.push(RecordBatch::try_new(schema.clone(), columns).map_err(arrow_error)?);
        }
        Ok(Box::new(RecordBatchIterator::new(batches.into_iter().map(Ok), schema)))
    }

    /// Reads itemsets, and their counts if there are any, from a table with a column `itemset` of
    /// lists of ids and maybe a column `count` of whole numbers.
    ///
    /// Metadata, as [`schema`](Self::schema) has it, is taken up. Where it got lost on the way (in
    /// Spark, say), [`of_all`](Self::of_all) says the same.
    ///
    /// # Errors
    /// [`ErrorKind::Schema`] if the columns are not there or have other types,
    /// [`ErrorKind::Data`] for a null, for an itemset that is empty or comes twice, and for a count
    /// that is not whole, and [`ErrorKind::Cancelled`].
    pub fn from_reader(reader: impl RecordBatchReader, control: &Control) -> Result<Self> {
        let mut source = Batches::new(reader);
        let schema = source.schema();
        let counted = schema.fields().iter().any(|field| field.name() == "count");
        let count = counted.then(|| Column::find(&schema, "count", "count")).transpose()?;
        if let Some(count) = &count {
            check_number(count)?;
        }
        let mut batches = Vec::new();
        let mut counts: Vec<u64> = Vec::new();
        let mut numbers = Vec::new();
        while let Some(batch) = source.next() {
            let batch = batch?;
            control.check()?;
            if let Some(count) = &count {
                let array = count.of(&batch)?;
                if !read_f64(array.as_ref(), &mut numbers) {
                    return Err(count.wrong_type(array.data_type(), "the type announced"));
                }
                let nulls = nulls_of(array.as_ref());
                for (row, &number) in numbers.iter().enumerate() {
                    let null = nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
                    // Up to 2^53 every whole number is a float.
                    if null || number.fract() != 0.0 || !(0.0..=9e15).contains(&number) {
                        let what = if null { "null".into() } else { number.to_string() };
                        let place = source.place(row);
                        let what = format!("{what}, expected a whole number from 0 to 9e15");
                        return Err(count.bad_value(place, what));
                    }
                    counts.push(number as u64);
                }
            }
            batches.push(Ok(batch));
        }
        let reader = RecordBatchIterator::new(batches.into_iter(), schema.clone());
        let lists = Baskets::from_list_column(reader, Some("itemset"), OnBad::Error, control)?;
        let mut found = Self::from_rows(&lists)?;
        let number = |key: &str| -> Result<Option<u64>> {
            let Some(text) = schema.metadata().get(key) else { return Ok(None) };
            text.parse().map(Some).map_err(|_| {
                Error::new(
                    ErrorKind::Schema,
                    format!("the metadata {key:?} is {text:?}, expected a whole number"),
                )
            })
        };
        let baskets = number(BASKETS)?.unwrap_or(0);
        if counted {
            found.set_counts(counts, baskets);
        }
        if let (Some(mined), Some(missed)) = (number(MINED)?, number(MISSED)?) {
            let max_length = number(MAX_LENGTH)?.and_then(|length| usize::try_from(length).ok());
            let max_length = max_length.unwrap_or(usize::MAX);
            found.set_cover(Cover { baskets: mined, missed, max_length });
        }
        Ok(found)
    }

    /// Says that these are the counts in all of so many baskets, of candidates among which every
    /// itemset is that `min_count` of them hold. For counts that came without metadata.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if an itemset is in more baskets than there are, or if
    /// `min_count` is 0.
    pub fn of_all(mut self, baskets: u64, min_count: u64) -> Result<Self> {
        if let Some(most) = self.counts().iter().find(|&&count| count > baskets) {
            return Err(Error::argument(format!(
                "baskets: {baskets}, but an itemset is in {most}"
            )));
        }
        let Some(missed) = min_count.checked_sub(1) else {
            return Err(Error::argument("min_count: 0, expected at least 1"));
        };
        let counts = self.counts().to_vec();
        self.set_counts(counts, baskets);
        self.set_cover(Cover { baskets, missed, max_length: usize::MAX });
        Ok(self)
    }
}
