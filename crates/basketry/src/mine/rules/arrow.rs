//! Rules as Arrow tables.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, RecordBatchReader};
use arrow_schema::{DataType, Field, SchemaRef};

use super::Rules;
use crate::mine::arrow::{Reader, Table, arrow_error, list_field, lists, schema};
use crate::mine::measures::{Evaluator, Measure};
use crate::{Error, Result};

impl Rules {
    /// The columns: `antecedent` and `consequent` (lists of Int64 or Utf8 ids), `count`,
    /// `antecedent_count` and `consequent_count` (Int64), `customers` (Int64) if it is
    /// [known](super::rules_with_baskets) who bought the baskets, then by their names (Float64) the
    /// measures [chosen](Self::with_measures) or [`Measure::DEFAULT`]. The schema's metadata holds the number of `baskets` and the `min_count`.
    pub fn schema(&self) -> SchemaRef {
        let mut fields =
            vec![list_field("antecedent", self.ids()), list_field("consequent", self.ids())];
        for name in ["count", "antecedent_count", "consequent_count"] {
            fields.push(Field::new(name, DataType::Int64, false));
        }
        if self.knows_customers() {
            fields.push(Field::new("customers", DataType::Int64, false));
        }
        for &measure in self.measures() {
            fields.push(Field::new(measure.name(), DataType::Float64, false));
        }
        schema(fields, &self.store.sets)
    }

    /// The same rules, whose tables have the columns of these measures.
    ///
    /// ```
    /// # use basketry::{Baskets, Control, ItemsetOptions, MinSupport, itemsets};
    /// # use basketry::mine::{Measure, RuleOptions, rules};
    /// # let baskets = Baskets::from_lists([vec!["bread", "butter"], vec!["bread"], vec!["jam"]])?;
    /// # let control = Control::new();
    /// # let sets = itemsets(&baskets, &ItemsetOptions::new(MinSupport::Count(1)), &control)?;
    /// let rules = rules(&sets, &RuleOptions::new(0.5), &control)?;
    /// let table = rules.with_measures(&[Measure::Lift, Measure::Phi])?.to_record_batch()?;
    /// assert_eq!(table.num_columns(), 5 + 2);
    /// assert_eq!(rules.with_measures(Measure::ALL)?.reader().schema().fields().len(), 5 + 53);
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) if a measure comes up twice.
    pub fn with_measures(&self, measures: &[Measure]) -> Result<Rules> {
        for (k, measure) in measures.iter().enumerate() {
            if measures[..k].contains(measure) {
                return Err(Error::argument(format!("measures: {measure} comes up twice")));
            }
        }
        let mut rules = self.clone();
        rules.measures = Some(measures.into());
        Ok(rules)
    }

    /// The measures that tables of these rules have columns of.
    pub fn measures(&self) -> &[Measure] {
        self.measures.as_deref().unwrap_or(&Measure::DEFAULT)
    }

    /// All rows as one Arrow table.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`](crate::ErrorKind::Limit) if one side of the rules holds more than 2^31 - 1 items or 2 GiB of
    /// text; [`reader`](Self::reader) has no such limit.
    pub fn to_record_batch(&self) -> Result<RecordBatch> {
        rule_batch(self, 0, self.len())
    }

    /// All rows as a stream of Arrow tables, which shares this table's columns.
    pub fn reader(&self) -> Box<dyn RecordBatchReader + Send> {
        Box::new(Reader::new(self.clone(), self.schema()))
    }
}

impl Table for Rules {
    fn rows(&self) -> usize {
        self.len()
    }
    fn batch(&self, from: usize, to: usize) -> Result<RecordBatch> {
        rule_batch(self, from, to)
    }
}

fn rule_batch(rules: &Rules, from: usize, to: usize) -> Result<RecordBatch> {
    let store = &*rules.store;
    let rows = || (from..to).map(|row| rules.stored(row));
    let side = |column: &[u32]| {
        lists(&store.sets, rows().map(|row| column[row as usize]).collect::<Vec<_>>().into_iter())
    };
    let counts = |column: &[u32]| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(rows().map(|row| column[row as usize].into())))
    };
    let c = &store.columns;
    let mut columns: Vec<ArrayRef> = vec![
        side(&c.antecedent)?,
        side(&c.consequent)?,
        counts(&c.n_xy),
        counts(&c.n_x),
        counts(&c.n_y),
    ];
    if rules.knows_customers() {
        columns.push(counts(&c.customers));
    }
    for &measure in rules.measures() {
        let mut evaluator = Evaluator::new(store, measure);
        let values = rows().map(|row| evaluator.value(row));
        columns.push(Arc::new(Float64Array::from_iter_values(values)));
    }
    RecordBatch::try_new(rules.schema(), columns).map_err(arrow_error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mine::{RuleOptions, rules};
    use crate::{Baskets, Control, ItemsetOptions, MinSupport, itemsets};
    use arrow_array::cast::AsArray;
    use arrow_array::types::Float64Type;

    #[test]
    fn rules_leave_as_a_table() -> Result<()> {
        let baskets = Baskets::from_lists([vec!["b", "a"], vec!["a", "c"], vec!["a", "b"]])?;
        let sets = itemsets(&baskets, &ItemsetOptions::new(MinSupport::Count(2)), &Control::new())?;
        let batch = rules(&sets, &RuleOptions::new(0.5), &Control::new())?.to_record_batch()?;
        assert_eq!(batch.num_rows(), 2);
        assert_eq!(batch.num_columns(), 5 + Measure::DEFAULT.len());
        let confidence = batch["confidence"].as_primitive::<Float64Type>();
        assert_eq!(confidence.values(), &[2.0 / 3.0, 1.0]);
        Ok(())
    }
}
