//! The log as an Arrow table.

use std::sync::Arc;

use arrow_array::builder::{Int64Builder, ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema};

use super::{DecisionLog, Entry, Event, Row};
use crate::data::{IdKind, IdRef, Ids};
use crate::{Error, ErrorKind, Result};

impl DecisionLog {
    /// One row for each offer that was made or withheld, and one for each decision without any, in
    /// the order in which they were added.
    ///
    /// Columns: `decision` (Utf8, the id), `now_ms` (Int64, milliseconds since 1970-01-01 UTC), `customer` (Int64
    /// or Utf8, null if not known), `model`, `catalog`, `policy`, `policy_version`, `placement`
    /// (Utf8), `held_out` (Boolean: nothing was offered, to measure against), `opted_out` (Boolean:
    /// of the customer, after this decision). Then, null in a decision without offers: `slot`
    /// (Int64, from 1), `kind` (Utf8), `products` (list of Int64 or Utf8), `base_product`, `price`,
    /// `discount` (Int64, minor units), `probability`, `base_probability`, `margin`, `value`,
    /// `chosen_with`, `base_odds` (how many times the model's odds are those of `base_probability`),
    /// `pressure` (of earlier contacts), `ignored` (impressions of the product) (Float64), and `shown`,
    /// `clicked`, `bought` (all that the offer adds), `rejected`, `returned` (some of it), `base_bought`
    /// (Boolean: whether it was recorded).
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] if a column of text exceeds 2 GiB.
    pub fn to_record_batch(&self) -> Result<RecordBatch> {
        // Each row of the table: its decision, and its offer with the slot.
        let mut rows: Vec<(&Entry, Option<(&Row, i64)>)> = Vec::new();
        for entry in &self.entries {
            let offers = &self.rows[entry.first as usize..][..entry.rows as usize];
            if offers.is_empty() {
                rows.push((entry, None));
            }
            rows.extend(offers.iter().zip(1..).map(|offer| (entry, Some(offer))));
        }
        // 32 digits, or a name, in each row of a column with 32-bit offsets.
        let longest = self.names.iter().map(String::len).max().unwrap_or(0).max(32);
        let most =
            |texts: usize| texts.checked_mul(rows.len()).is_some_and(|n| n < i32::MAX as usize);
        if !most(longest) {
            return Err(too_long());
        }
        let name = |index: u32| self.names[index as usize].as_str();
        let entries = || rows.iter().map(|&(entry, _)| entry);
        let offers = || rows.iter().map(|&(_, offer)| offer);
        let text = |of: &dyn Fn(&Entry) -> u32| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(entries().map(|entry| name(of(entry)))))
        };
        let flag = |of: &dyn Fn(&Entry) -> bool| -> ArrayRef {
            Arc::new(entries().map(|entry| Some(of(entry))).collect::<BooleanArray>())
        };
        let amount = |of: &dyn Fn(&Row) -> i64| -> ArrayRef {
            Arc::new(offers().map(|row| row.map(|(row, _)| of(row))).collect::<Int64Array>())
        };
        let number = |of: &dyn Fn(&Row) -> f64| -> ArrayRef {
            Arc::new(offers().map(|row| row.map(|(row, _)| of(row))).collect::<Float64Array>())
        };
        let event = |of: &dyn Fn(&Row) -> bool| -> ArrayRef {
            Arc::new(offers().map(|row| row.map(|(row, _)| of(row))).collect::<BooleanArray>())
        };
        let is = |event: Event| move |row: &Row| row.events & event.bit() != 0;

        let time = Int64Array::from_iter_values(entries().map(|entry| entry.now_ms));
        let placement = entries().map(|entry| entry.placement.map(name));
        let slot = offers().map(|offer| offer.map(|(_, slot)| slot));
        let kind = offers().map(|offer| offer.map(|(row, _)| row.kind.code()));
        let columns: Vec<(&str, ArrayRef, bool)> = vec![
            (
                "decision",
                Arc::new(StringArray::from_iter_values(
                    entries().map(|entry| format!("{:032x}", entry.id)),
                )),
                false,
            ),
            ("now_ms", Arc::new(time), false),
            (
                "customer",
                ids(&self.customers, rows.len(), entries().map(|entry| entry.customer))?,
                true,
            ),
            ("model", text(&|entry| entry.model), false),
            ("catalog", text(&|entry| entry.catalog), false),
            ("policy", text(&|entry| entry.policy), false),
            ("policy_version", text(&|entry| entry.policy_version), false),
            ("placement", Arc::new(placement.collect::<StringArray>()), true),
            ("held_out", flag(&|entry| entry.held_out), false),
            ("opted_out", flag(&|entry| entry.opted_out), false),
            ("slot", Arc::new(slot.collect::<Int64Array>()), true),
            ("kind", Arc::new(kind.collect::<StringArray>()), true),
            ("products", self.lists(offers())?, true),
            (
                "base_product",
                ids(
                    &self.products,
                    rows.len(),
                    offers().map(|offer| offer.and_then(|(row, _)| row.base)),
                )?,
                true,
            ),
            ("price", amount(&|row| row.price), true),
            ("discount", amount(&|row| row.discount), true),
            ("probability", number(&|row| row.probability), true),
            ("base_probability", number(&|row| row.base_probability), true),
            ("margin", number(&|row| row.margin), true),
            ("value", number(&|row| row.value), true),
            ("chosen_with", number(&|row| row.chosen_with), true),
            ("base_odds", number(&|row| row.base_odds), true),
            ("pressure", number(&|row| row.pressure), true),
            ("ignored", number(&|row| row.ignored), true),
            ("shown", event(&is(Event::Shown)), true),
            ("clicked", event(&is(Event::Clicked)), true),
            ("bought", event(&Row::all_bought), true),
            ("rejected", event(&is(Event::Rejected)), true),
            ("returned", event(&Row::any_returned), true),
            ("base_bought", event(&|row| row.base_bought), true),
        ];
        let fields: Vec<Field> = (columns.iter())
            .map(|(name, array, nullable)| Field::new(*name, array.data_type().clone(), *nullable))
            .collect();
        let columns = columns.into_iter().map(|(_, array, _)| array).collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(broken)
    }

    fn lists<'a>(&self, rows: impl Iterator<Item = Option<(&'a Row, i64)>>) -> Result<ArrayRef> {
        let kind = self.products.as_ref().map_or(IdKind::Str, Ids::kind);
        let get = |index: u32| self.products.as_ref().map(|ids| ids.get(index));
        match kind {
            IdKind::Int => {
                let mut builder = ListBuilder::new(Int64Builder::new());
                for row in rows {
                    for &product in row.iter().flat_map(|(row, _)| &row.products) {
                        if let Some(IdRef::Int(value)) = get(product) {
                            builder.values().append_value(value);
                        }
                    }
                    builder.append(row.is_some());
                }
                Ok(Arc::new(builder.finish()))
            }
            IdKind::Str => {
                let mut builder = ListBuilder::new(StringBuilder::new());
                let mut total = 0usize;
                for row in rows {
                    for &product in row.iter().flat_map(|(row, _)| &row.products) {
                        if let Some(IdRef::Str(value)) = get(product) {
                            total += value.len();
                            if total > i32::MAX as usize {
                                return Err(too_long());
                            }
                            builder.values().append_value(value);
                        }
                    }
                    builder.append(row.is_some());
                }
                Ok(Arc::new(builder.finish()))
            }
        }
    }
}

/// A column of ids, or of nulls.
fn ids(
    ids: &Option<Ids>,
    rows: usize,
    indices: impl Iterator<Item = Option<u32>>,
) -> Result<ArrayRef> {
    match ids {
        None => Ok(arrow_array::new_null_array(&DataType::Utf8, rows)),
        Some(ids) if ids.kind() == IdKind::Int => {
            let value = |index| match ids.get(index) {
                IdRef::Int(value) => Some(value),
                IdRef::Str(_) => None,
            };
            Ok(Arc::new(indices.map(|index| index.and_then(value)).collect::<Int64Array>()))
        }
        Some(ids) => {
            let mut builder = StringBuilder::new();
            let mut total = 0usize;
            for index in indices {
                match index.map(|index| ids.get(index)) {
                    Some(IdRef::Str(value)) => {
                        total += value.len();
                        if total > i32::MAX as usize {
                            return Err(too_long());
                        }
                        builder.append_value(value);
                    }
                    _ => builder.append_null(),
                }
            }
            Ok(Arc::new(builder.finish()))
        }
    }
}

fn too_long() -> Error {
    Error::new(ErrorKind::Limit, "the log exceeds 2 GiB of text in one column; take it in parts")
}

fn broken(error: ArrowError) -> Error {
    Error::new(ErrorKind::Internal, "the columns of the log do not fit together").with_source(error)
}
