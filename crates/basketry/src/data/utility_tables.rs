//! Baskets with utilities from long tables.

use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchReader};

use super::catalog::NO_MONEY;
use super::columns::{IdColumn, check_number, id_error, id_kind, nulls_of, read_f64, read_minor};
use super::history::OnBad;
use super::ids::Ids;
use super::ingest::SLICE;
use super::intake::shown;
use super::money::Currency;
use super::table::{Batches, Column, Place, Source};
use super::utilities::{Utilities, UtilityRows, times, too_big};
use crate::control::Stage;
use crate::{Control, Error, Result};

/// Which columns of a table of basket lines mean what. Name either `utility`, or `quantity` and
/// `unit_profit`.
///
/// ```
/// use basketry::UtilityColumns;
///
/// let of_lines = UtilityColumns::new("invoice", "sku").utility("margin");
/// let of_units = UtilityColumns::new("invoice", "sku").quantity("n").unit_profit("unit_margin");
/// # let _ = (of_lines, of_units);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UtilityColumns {
    /// The basket a line belongs to: strings or integers.
    pub basket: String,
    /// The item: strings or integers.
    pub item: String,
    /// What the whole line is worth, in major units (12.5 is twelve euros fifty). May be negative.
    pub utility: Option<String>,
    /// How many units; may be a fraction, and negative for what was given back.
    pub quantity: Option<String>,
    /// What one unit is worth, in major units. May be negative.
    pub unit_profit: Option<String>,
}

impl UtilityColumns {
    /// The two columns that every such table has.
    pub fn new(basket: impl Into<String>, item: impl Into<String>) -> Self {
        Self {
            basket: basket.into(),
            item: item.into(),
            utility: None,
            quantity: None,
            unit_profit: None,
        }
    }

    /// Names the column of what lines are worth.
    #[must_use]
    pub fn utility(mut self, column: impl Into<String>) -> Self {
        self.utility = Some(column.into());
        self
    }

    /// Names the column of units.
    #[must_use]
    pub fn quantity(mut self, column: impl Into<String>) -> Self {
        self.quantity = Some(column.into());
        self
    }

    /// Names the column of what one unit is worth.
    #[must_use]
    pub fn unit_profit(mut self, column: impl Into<String>) -> Self {
        self.unit_profit = Some(column.into());
        self
    }
}

/// The rules by which lines with utilities are read. By default every line must be usable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UtilityOptions {
    /// A null in any of the named columns.
    pub nulls: OnBad,
    /// A number that is NaN, infinite or too big to be kept. Judged after `nulls`.
    pub non_finite: OnBad,
    /// The currency of the money, which says how many decimals are kept.
    pub currency: Currency,
}

impl Default for UtilityOptions {
    fn default() -> Self {
        Self { nulls: OnBad::Error, non_finite: OnBad::Error, currency: Currency::EUR }
    }
}

impl UtilityOptions {
    /// The default rules for money in `currency`.
    pub fn new(currency: Currency) -> Self {
        Self { currency, ..Self::default() }
    }

    /// Sets the rule for nulls.
    #[must_use]
    pub fn nulls(mut self, rule: OnBad) -> Self {
        self.nulls = rule;
        self
    }

    /// Sets the rule for numbers that are not finite.
    #[must_use]
    pub fn non_finite(mut self, rule: OnBad) -> Self {
        self.non_finite = rule;
        self
    }
}

/// The columns of a table by what they are for.
struct Roles {
    /// Basket and item.
    ids: [Column; 2],
    worth: Worth,
}

/// What a line is worth comes from these columns.
enum Worth {
    Line(Column),
    Units { quantity: Column, unit_profit: Column },
}

impl Roles {
    fn find(source: &dyn Source, columns: &UtilityColumns) -> Result<Self> {
        let schema = source.schema();
        let worth = match (&columns.utility, &columns.quantity, &columns.unit_profit) {
            (Some(utility), None, None) => Worth::Line(Column::find(&schema, "utility", utility)?),
            (None, Some(quantity), Some(profit)) => Worth::Units {
                quantity: Column::find(&schema, "quantity", quantity)?,
                unit_profit: Column::find(&schema, "unit_profit", profit)?,
            },
            _ => {
                return Err(Error::argument(
                    "utility, quantity, unit_profit: expected either a column for utility, or \
                     one for quantity and one for unit_profit",
                ));
            }
        };
        let ids = [
            Column::find(&schema, "basket", &columns.basket)?,
            Column::find(&schema, "item", &columns.item)?,
        ];
        let roles = Self { ids, worth };
        roles.numbers().try_for_each(check_number)?;
        Ok(roles)
    }

    fn numbers(&self) -> impl Iterator<Item = &Column> {
        let (first, second) = match &self.worth {
            Worth::Line(utility) => (utility, None),
            Worth::Units { quantity, unit_profit } => (quantity, Some(unit_profit)),
        };
        [first].into_iter().chain(second)
    }
}

impl Utilities {
    /// Reads a long table: one row for each line of each basket, in any order. Baskets and items
    /// have the index of their first appearance; repeated lines of an item in a basket are added
    /// up.
    ///
    /// Money is read as major units and kept as minor units, decimals exactly, everything rounded
    /// half to even. With quantities, a unit's profit is rounded to minor units first, then
    /// multiplied, and the product is rounded again if the quantity is a fraction.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
    /// use basketry::{Control, Utilities, UtilityColumns, UtilityOptions, table_from_batch};
    ///
    /// let lines = RecordBatch::try_from_iter([
    ///     ("order", Arc::new(Int64Array::from(vec![7, 7, 8])) as ArrayRef),
    ///     ("sku", Arc::new(StringArray::from(vec!["bread", "jam", "bread"]))),
    ///     ("units", Arc::new(Int64Array::from(vec![1, 3, 2]))),
    ///     ("margin", Arc::new(Float64Array::from(vec![0.4, 1.25, -0.1]))),
    /// ]).unwrap();
    /// let columns = UtilityColumns::new("order", "sku").quantity("units").unit_profit("margin");
    /// let baskets = Utilities::from_reader(
    ///     table_from_batch(lines), &columns, &UtilityOptions::default(), &Control::new(),
    /// )?;
    /// assert_eq!(baskets.row(0).1, [40, 375]);
    /// assert_eq!(baskets.total(), 395);
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind) unless either `utility`, or `quantity` and `unit_profit` are
    /// named; [`ErrorKind::Schema`](crate::ErrorKind) if a column is not there or has a type that cannot serve;
    /// [`ErrorKind::Data`](crate::ErrorKind) names column and row (counted from 0 over all batches) of a value that
    /// the options do not allow, and basket and item of a sum that leaves 64 bits.
    pub fn from_reader(
        reader: impl RecordBatchReader,
        columns: &UtilityColumns,
        options: &UtilityOptions,
        control: &Control,
    ) -> Result<Self> {
        let mut source = Batches::new(reader);
        let roles = Roles::find(&source, columns)?;
        let mut ids = [Ids::new(id_kind(&roles.ids[0])?), Ids::new(id_kind(&roles.ids[1])?)];
        let mut readers = [IdColumn::default(), IdColumn::default()];
        let mut indices = [Vec::new(), Vec::new()];
        let mut lines = Lines::default();
        let mut values = Values::default();
        let mut skipped = 0;
        control.begin(Stage::Reading, 0)?;
        while let Some(batch) = source.next() {
            let batch = batch?;
            for (reader, column) in readers.iter_mut().zip(&roles.ids) {
                reader.begin(column.of(&batch)?);
            }
            for start in (0..batch.num_rows()).step_by(SLICE) {
                let slice = batch.slice(start, SLICE.min(batch.num_rows() - start));
                let place = |row| source.place(start + row);
                values.read(&slice, &roles, options.currency)?;
                values.judge(&slice, &roles, options, place)?;
                let kept = &values.kept;
                skipped += kept.iter().filter(|&&kept| !kept).count() as u64;
                for (k, column) in roles.ids.iter().enumerate() {
                    readers[k]
                        .read(column.of(&slice)?, Some(kept), &mut ids[k], &mut indices[k])
                        .map_err(|error| id_error(error, column, place))?;
                }
                for row in (0..slice.num_rows()).filter(|&row| kept[row]) {
                    lines.basket.push(indices[0][row]);
                    lines.line.push((indices[1][row], values.minor[row]));
                }
                control.advance(slice.num_rows() as u64)?;
            }
        }
        let [baskets, items] = ids;
        Ok(lines.finish(&baskets, items, control)?.with_source(options.currency, skipped))
    }
}

/// Why a line has no value.
#[derive(Clone, Copy)]
enum Flaw {
    Quantity,
    Money,
    Product,
}

/// The values of a slice's lines.
#[derive(Default)]
struct Values {
    /// What a line is worth; arbitrary if it has a flaw.
    minor: Vec<i64>,
    quantity: Vec<f64>,
    flaws: Vec<Option<Flaw>>,
    /// Lines that are used.
    kept: Vec<bool>,
}

impl Values {
    /// Reads the numbers, and notes what is wrong with them.
    fn read(&mut self, slice: &RecordBatch, roles: &Roles, currency: Currency) -> Result<()> {
        let (Worth::Line(money) | Worth::Units { unit_profit: money, .. }) = &roles.worth;
        let array = money.of(slice)?;
        if !read_minor(array, currency, &mut self.minor) {
            return Err(money.wrong_type(array.data_type(), "the type announced"));
        }
        let flawed = |&minor: &i64| (minor == NO_MONEY).then_some(Flaw::Money);
        self.flaws.clear();
        self.flaws.extend(self.minor.iter().map(flawed));
        let Worth::Units { quantity, .. } = &roles.worth else { return Ok(()) };
        let array = quantity.of(slice)?;
        if !read_f64(array, &mut self.quantity) {
            return Err(quantity.wrong_type(array.data_type(), "the type announced"));
        }
        let lines = self.minor.iter_mut().zip(&self.quantity).zip(&mut self.flaws);
        for ((minor, &quantity), flaw) in lines {
            if !quantity.is_finite() {
                *flaw = Some(Flaw::Quantity);
            } else if flaw.is_none() {
                match times(quantity, *minor) {
                    Some(value) => *minor = value,
                    None => *flaw = Some(Flaw::Product),
                }
            }
        }
        Ok(())
    }

    /// Decides which lines are used. The error is about the first line that must not be left out.
    fn judge(
        &mut self,
        slice: &RecordBatch,
        roles: &Roles,
        options: &UtilityOptions,
        place: impl Fn(usize) -> Place,
    ) -> Result<()> {
        self.kept.clear();
        self.kept.resize(slice.num_rows(), true);
        let mut first: Option<(usize, &Column, String)> = None;
        let mut refuse = |row: usize, column, what: &dyn Fn() -> String| {
            if first.as_ref().is_none_or(|&(earlier, ..)| row < earlier) {
                first = Some((row, column, what()));
            }
        };
        for column in roles.ids.iter().chain(roles.numbers()) {
            let Some(nulls) = nulls_of(column.of(slice)?) else { continue };
            for row in (0..slice.num_rows()).filter(|&row| nulls.is_null(row)) {
                self.kept[row] = false;
                if options.nulls == OnBad::Error {
                    let what = "null (the rule for nulls is error; it may be skip)";
                    refuse(row, column, &|| what.to_owned());
                }
            }
        }
        for (row, (kept, flaw)) in self.kept.iter_mut().zip(&self.flaws).enumerate() {
            let (true, &Some(flaw)) = (*kept, flaw) else { continue };
            *kept = false;
            if options.non_finite == OnBad::Error {
                let (column, what) = match (flaw, &roles.worth) {
                    (Flaw::Quantity, Worth::Units { quantity, .. }) => {
                        (quantity, shown(self.quantity[row]))
                    }
                    (Flaw::Product, Worth::Units { quantity, .. }) => {
                        (quantity, format!("{} times the profit", shown(self.quantity[row])))
                    }
                    (_, Worth::Units { unit_profit: column, .. } | Worth::Line(column)) => {
                        (column, "the amount".to_owned())
                    }
                };
                let rule = "the rule non_finite is error; it may be skip";
                refuse(row, column, &|| format!("{what} is not finite or too big ({rule})"));
            }
        }
        match first {
            Some((row, column, what)) => Err(column.bad_value(place(row), what)),
            None => Ok(()),
        }
    }
}

/// Lines in the order of the source.
#[derive(Default)]
struct Lines {
    basket: Vec<u32>,
    /// Item and utility.
    line: Vec<(u32, i64)>,
}

impl Lines {
    fn finish(self, baskets: &Ids, items: Ids, control: &Control) -> Result<Utilities> {
        control.begin(Stage::Grouping, baskets.len() as u64)?;
        // A counting sort by basket.
        let mut ends = vec![0usize; baskets.len() + 1];
        for &basket in &self.basket {
            ends[basket as usize + 1] += 1;
        }
        for basket in 0..baskets.len() {
            ends[basket + 1] += ends[basket];
        }
        let mut next = ends.clone();
        let mut sorted = vec![(0u32, 0i64); self.line.len()];
        for (&basket, &line) in self.basket.iter().zip(&self.line) {
            let place = &mut next[basket as usize];
            sorted[*place] = line;
            *place += 1;
        }
        drop(self);
        let mut rows = UtilityRows::default();
        for (basket, range) in (0u32..).zip(ends.windows(2)) {
            for &(item, value) in &sorted[range[0]..range[1]] {
                rows.push(item, value);
            }
            rows.end().map_err(|item| {
                too_big(&format!("basket {}, item {}", baskets.get(basket), items.get(item)))
            })?;
            if basket % 4096 == 4095 {
                control.advance(4096)?;
            }
        }
        rows.finish(Arc::new(items))
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{ArrayRef, Decimal128Array, Float64Array, Int64Array, StringArray};

    use super::*;
    use crate::{ErrorKind, table_from_batch};

    fn table(columns: Vec<(&str, ArrayRef)>) -> crate::TableReader {
        table_from_batch(RecordBatch::try_from_iter(columns).unwrap())
    }

    fn ids(basket: Vec<Option<i64>>, item: Vec<Option<&str>>) -> Vec<(&'static str, ArrayRef)> {
        vec![
            ("basket", Arc::new(Int64Array::from(basket)) as ArrayRef),
            ("item", Arc::new(StringArray::from(item))),
        ]
    }

    fn read(
        columns: Vec<(&str, ArrayRef)>,
        names: &UtilityColumns,
        options: &UtilityOptions,
    ) -> Result<Utilities> {
        Utilities::from_reader(table(columns), names, options, &Control::new())
    }

    #[test]
    fn duplicates_are_added_up_and_baskets_gathered() -> Result<()> {
        let mut columns = ids(
            vec![Some(5), Some(9), Some(5), Some(9), Some(5)],
            vec![Some("jam"), Some("tea"), Some("tea"), Some("tea"), Some("jam")],
        );
        let money = Decimal128Array::from(vec![1005, 200, -50, 55, 1000])
            .with_precision_and_scale(10, 3)
            .unwrap();
        columns.push(("value", Arc::new(money)));
        let names = UtilityColumns::new("basket", "item").utility("value");
        let baskets = read(columns, &names, &UtilityOptions::default())?;
        // 1.005 and 0.055 round to even: 100 and 6; -0.050 is -5.
        assert_eq!(baskets.row(0), (&[0, 1][..], &[200, -5][..]));
        assert_eq!(baskets.row(1), (&[1][..], &[26][..]));
        assert_eq!((baskets.merged(), baskets.total(), baskets.skipped()), (2, 221, 0));
        assert_eq!(baskets.currency(), Some(Currency::EUR));
        Ok(())
    }

    #[test]
    fn what_cannot_be_used_is_an_error_or_counted() -> Result<()> {
        let columns = || {
            let mut columns = ids(
                vec![Some(1), None, Some(1), Some(2), Some(2), Some(2)],
                vec![Some("a"), Some("b"), Some("c"), Some("a"), Some("b"), Some("c")],
            );
            let n = [2.0, 1.0, f64::NAN, 1e300, 0.5, 1.0];
            columns.push(("n", Arc::new(Float64Array::from(n.to_vec()))));
            let profit = [1.25, 1.0, 1.0, 1.0, 0.05, f64::INFINITY];
            columns.push(("each", Arc::new(Float64Array::from(profit.to_vec()))));
            columns
        };
        let names = UtilityColumns::new("basket", "item").quantity("n").unit_profit("each");
        let mut options = UtilityOptions::default();
        let message = |options: &UtilityOptions| {
            let error = read(columns(), &names, options).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Data);
            error.to_string()
        };
        assert!(message(&options).starts_with("column \"basket\", row 1"), "{}", message(&options));
        options.nulls = OnBad::Skip;
        assert!(message(&options).contains("\"n\" (quantity), row 2"), "{}", message(&options));
        options.non_finite = OnBad::Skip;
        let baskets = read(columns(), &names, &options)?;
        assert_eq!(baskets.skipped(), 4);
        assert_eq!((baskets.row(0).1, baskets.row(1).1), (&[250][..], &[2][..]));
        options.currency = Currency::new("JPY")?;
        assert_eq!(read(columns(), &names, &options)?.row(0).1, [2]);
        Ok(())
    }

    #[test]
    fn columns_must_be_named_and_fit() {
        let names = UtilityColumns::new("basket", "item");
        let some = || ids(vec![Some(1)], vec![Some("a")]);
        for names in [
            names.clone(),
            names.clone().quantity("basket"),
            names.clone().utility("basket").unit_profit("basket"),
        ] {
            let error = read(some(), &names, &UtilityOptions::default()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        }
        for utility in ["item", "nowhere"] {
            let names = names.clone().utility(utility);
            let error = read(some(), &names, &UtilityOptions::default()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Schema, "{error}");
        }
    }
}
