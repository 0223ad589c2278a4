//! Sequences as an Arrow table.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, Float64Array, Int64Array, ListArray, RecordBatch, RecordBatchReader,
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::result::{Sequence, SequenceMeasure, Sequences};
use crate::mine::arrow::{Reader, Table, arrow_error, item_field};
use crate::{Error, ErrorKind, Result};

/// The columns of counts.
const COUNTS: [&str; 4] = ["customers", "occurrences", "observed", "followed"];

impl Sequences {
    /// The columns: `sequence` (list of Int64 or Utf8 ids; a list of such lists if steps may have
    /// several items), `length` (steps), `customers`, `occurrences`, `observed` and `followed`
    /// (Int64), then each [`SequenceMeasure`] by its name (Float64, null where it is not known),
    /// and `median_lags_days` (list of Float64: a lag for each step but the first). The schema's
    /// metadata holds the number of `customers`, the `min_count`, `within_days` and the number of
    /// `anonymous_baskets`.
    pub fn schema(&self) -> SchemaRef {
        let mut sequence = DataType::List(Arc::new(item_field(self.ids())));
        if self.store.max_items_per_step > 1 {
            sequence = DataType::List(Arc::new(Field::new("item", sequence, false)));
        }
        let mut fields = vec![
            Field::new("sequence", sequence, false),
            Field::new("length", DataType::Int64, false),
        ];
        fields.extend(COUNTS.map(|name| Field::new(name, DataType::Int64, false)));
        for measure in SequenceMeasure::ALL {
            let known = measure == SequenceMeasure::Support;
            fields.push(Field::new(measure.name(), DataType::Float64, !known));
        }
        let lags = DataType::List(Arc::new(lag_field()));
        fields.push(Field::new("median_lags_days", lags, false));
        let metadata = [
            ("customers", self.customers().to_string()),
            ("min_count", self.min_count().to_string()),
            ("within_days", self.within_days().to_string()),
            ("anonymous_baskets", self.anonymous_baskets().to_string()),
        ]
        .map(|(key, value)| (key.to_owned(), value));
        Arc::new(Schema::new(fields).with_metadata(HashMap::from(metadata)))
    }

    /// All rows as one Arrow table.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] if the sequences hold more than 2^31 - 1 items or 2 GiB of text
    /// together; [`reader`](Self::reader) has no such limit.
    pub fn to_record_batch(&self) -> Result<RecordBatch> {
        self.batch(0, self.len())
    }

    /// All rows as a stream of Arrow tables, which shares this table's columns.
    pub fn reader(&self) -> Box<dyn RecordBatchReader + Send> {
        Box::new(Reader::new(self.clone(), self.schema()))
    }

    /// The sequences of these rows as a list column.
    fn lists(&self, from: usize, to: usize) -> Result<ArrayRef> {
        let store = &*self.store;
        let mut items: Vec<u32> = Vec::new();
        let (mut step_ends, mut ends) = (vec![0usize], vec![0usize]);
        for row in from..to {
            for &element in store.elements(self.stored(row)) {
                items.extend_from_slice(store.items(element));
                step_ends.push(items.len());
            }
            ends.push(step_ends.len() - 1);
        }
        let mut values = store.ids.to_arrow(items.into_iter())?;
        let mut field = item_field(&store.ids);
        if store.max_items_per_step > 1 {
            values = Arc::new(list(field, &step_ends, values)?);
            field = Field::new("item", values.data_type().clone(), false);
        }
        Ok(Arc::new(list(field, &ends, values)?))
    }
}

impl Table for Sequences {
    fn rows(&self) -> usize {
        self.len()
    }

    fn batch(&self, from: usize, to: usize) -> Result<RecordBatch> {
        let rows = || (from..to).filter_map(|row| self.get(row));
        let counts = |count: fn(Sequence<'_>) -> u64| -> ArrayRef {
            Arc::new(Int64Array::from_iter_values(rows().map(|row| count(row) as i64)))
        };
        let mut columns = vec![
            self.lists(from, to)?,
            counts(|row| row.len() as u64),
            counts(|row| row.customers()),
            counts(|row| row.occurrences()),
            counts(|row| row.observed()),
            counts(|row| row.followed()),
        ];
        for measure in SequenceMeasure::ALL {
            columns.push(Arc::new(Float64Array::from_iter(rows().map(|row| row.value(measure)))));
        }
        let lags: Float64Array = rows().flat_map(|row| row.median_lags_days()).collect();
        let mut ends = vec![0];
        for row in rows() {
            ends.push(ends[ends.len() - 1] + row.len() - 1);
        }
        columns.push(Arc::new(list(lag_field(), &ends, Arc::new(lags))?));
        RecordBatch::try_new(self.schema(), columns).map_err(arrow_error)
    }
}

fn lag_field() -> Field {
    Field::new("item", DataType::Float64, true)
}

/// A list column of these values; `ends` begins with 0.
fn list(field: Field, ends: &[usize], values: ArrayRef) -> Result<ListArray> {
    if ends.last().is_some_and(|&end| i32::try_from(end).is_err()) {
        return Err(Error::new(
            ErrorKind::Limit,
            "the sequences of this table hold more than 2,147,483,647 items; take it in slices",
        ));
    }
    let offsets: Vec<i32> = ends.iter().map(|&end| end as i32).collect();
    ListArray::try_new(Arc::new(field), OffsetBuffer::new(offsets.into()), values, None)
        .map_err(arrow_error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mine::{SequenceOptions, sequences};
    use crate::{Control, HistoryBuilder, HistoryOptions, MinSupport, OrderLine};
    use arrow_array::StringArray;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float64Type, Int64Type};

    fn sample(max_items: usize) -> Result<Sequences> {
        const DAY: i64 = 86_400_000;
        let mut builder = HistoryBuilder::new(&HistoryOptions::default()).without_baskets();
        for (customer, day, product) in [
            (1, 0, "a"),
            (1, 0, "b"),
            (1, 4, "c"),
            (2, 3, "a"),
            (2, 3, "b"),
            (2, 5, "c"),
            (2, 99, "a"),
        ] {
            builder.push(&OrderLine::new(day * DAY, product).customer(customer))?;
        }
        let history = builder.finish(&Control::new())?;
        let options =
            SequenceOptions::new(MinSupport::Share(1.0), 9.0).max_items_per_step(max_items);
        sequences(&history, &options, &Control::new())
    }

    fn names(list: &dyn Array) -> Vec<String> {
        let list: &StringArray = list.as_string();
        list.iter().flatten().map(str::to_owned).collect()
    }

    #[test]
    fn sequences_leave_as_a_table() -> Result<()> {
        let batch = sample(1)?.to_record_batch()?;
        let lists: &ListArray = batch["sequence"].as_list();
        let all: Vec<Vec<String>> = lists.iter().flatten().map(|list| names(&list)).collect();
        assert_eq!(all, [["a", "c"], ["b", "c"]]);
        assert_eq!(batch["customers"].as_primitive::<Int64Type>().values(), &[2, 2]);
        assert_eq!(batch["observed"].as_primitive::<Int64Type>().values(), &[2, 2]);
        assert_eq!(batch["median_lag_days"].as_primitive::<Float64Type>().values(), &[3.0, 3.0]);
        let lags: &ListArray = batch["median_lags_days"].as_list();
        assert_eq!(lags.value(1).as_primitive::<Float64Type>().values(), &[3.0]);
        assert_eq!(batch.schema().metadata()["within_days"], "9");
        assert_eq!(sample(1)?.head(0).reader().count(), 0);
        assert_eq!(sample(1)?.head(0).to_record_batch()?.num_rows(), 0);
        Ok(())
    }

    #[test]
    fn steps_of_several_items_are_lists_in_lists() -> Result<()> {
        let sequences = sample(2)?;
        let batch = sequences.to_record_batch()?;
        assert_eq!(batch.num_rows(), 3);
        let lists: &ListArray = batch["sequence"].as_list();
        let last = lists.value(2);
        let steps: Vec<Vec<String>> =
            last.as_list::<i32>().iter().flatten().map(|step| names(&step)).collect();
        assert_eq!(steps, [vec!["a", "b"], vec!["c"]]);
        assert_eq!(sequences.get(2).unwrap().to_string(), r#"{"a", "b"} -> {"c"}"#);
        Ok(())
    }
}
