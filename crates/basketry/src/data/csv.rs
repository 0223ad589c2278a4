//! CSV files as tables.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Decimal128Builder, Float64Builder, Int64Builder, StringBuilder,
    TimestampMillisecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use csv::{ByteRecord, ErrorKind as CsvError, ReaderBuilder};
use serde::{Deserialize, Serialize};

use super::basket_tables::BasketColumns;
use super::baskets::Baskets;
use super::catalog::Catalog;
use super::catalog_options::{CatalogColumns, CatalogOptions};
use super::columns::{not_a_time, parse_time, time_in_range};
use super::history::{History, HistoryColumns, HistoryOptions, OnBad};
use super::products;
use super::table::{Place, Source};
use super::{ingest, ingest::SLICE};
use crate::{Control, Error, ErrorKind, Result};

/// Digits after the point with which amounts of money are read.
const MONEY_SCALE: i8 = 18;
/// Stands for an amount that is no number; too big for any decimal, see `read_minor`.
const NOT_FINITE: i128 = i128::MAX;

/// How a CSV file is written.
///
/// The file is UTF-8 with a header line; fields may be quoted with `"`, and `""` within quotes is
/// one quote. What a field means follows from the role of its column, never from its value:
///
/// - ids are strings, character by character as written, unless `integer_ids` names the column;
/// - times are as in [`HistoryColumns`]: `2024-03-31`, `2024-03-31 12:00:00` or RFC 3339;
/// - money is read exactly, quantities, stock, quality and other numbers as floats; both may be written like
///   `1e3`, `NaN` or `inf`, which then follow the rules for such numbers;
/// - booleans are `true`/`false`, `yes`/`no` or `1`/`0`, in any case;
/// - a field that equals one of `nulls` is null; a line with nothing in it is no row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct CsvOptions {
    /// What parts fields: one ASCII character.
    pub delimiter: char,
    /// What parts the whole from the fraction of a number: `.` or `,`.
    pub decimal: char,
    /// The columns whose ids are integers.
    pub integer_ids: Vec<String>,
    /// The texts that mean null.
    pub nulls: Vec<String>,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self { delimiter: ',', decimal: '.', integer_ids: Vec::new(), nulls: vec![String::new()] }
    }
}

impl CsvOptions {
    /// Sets what parts fields.
    #[must_use]
    pub fn delimiter(mut self, delimiter: char) -> Self {
        self.delimiter = delimiter;
        self
    }

    /// Sets what parts the whole from the fraction of a number.
    #[must_use]
    pub fn decimal(mut self, decimal: char) -> Self {
        self.decimal = decimal;
        self
    }

    /// Names the columns whose ids are integers.
    #[must_use]
    pub fn integer_ids(mut self, columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.integer_ids = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the texts that mean null.
    #[must_use]
    pub fn nulls(mut self, texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.nulls = texts.into_iter().map(Into::into).collect();
        self
    }
}

impl History {
    /// Reads a CSV file of order lines; otherwise as [`from_reader`](Self::from_reader).
    ///
    /// # Errors
    /// As [`from_reader`](Self::from_reader), with lines of the file (counted from 1) in place of
    /// rows; [`ErrorKind::Io`] if the file cannot be read; [`ErrorKind::Data`] names line and
    /// column of a field that cannot be read.
    pub fn from_csv(
        path: impl AsRef<Path>,
        columns: &HistoryColumns,
        options: &HistoryOptions,
        csv: &CsvOptions,
        control: &Control,
    ) -> Result<Self> {
        let mut file = CsvTable::open(path.as_ref(), history_fields(columns), csv)?;
        ingest::read(&mut file, columns, options, control)
    }

    /// Adds the lines of a CSV file; otherwise as [`append`](Self::append).
    ///
    /// # Errors
    /// As [`append`](Self::append) and [`from_csv`](Self::from_csv).
    pub fn append_csv(
        &mut self,
        path: impl AsRef<Path>,
        columns: &HistoryColumns,
        options: &HistoryOptions,
        csv: &CsvOptions,
        control: &Control,
    ) -> Result<()> {
        let mut file = CsvTable::open(path.as_ref(), history_fields(columns), csv)?;
        ingest::append(self, &mut file, columns, options, control)
    }
}

impl Catalog {
    /// Reads a CSV file of products; otherwise as [`from_reader`](Self::from_reader).
    ///
    /// # Errors
    /// As [`from_reader`](Self::from_reader), with lines of the file (counted from 1) in place of
    /// rows; [`ErrorKind::Io`] if the file cannot be read; [`ErrorKind::Data`] names line and
    /// column of a field that cannot be read.
    pub fn from_csv(
        path: impl AsRef<Path>,
        columns: &CatalogColumns,
        options: &CatalogOptions,
        csv: &CsvOptions,
        control: &Control,
    ) -> Result<Self> {
        let mut file = CsvTable::open(path.as_ref(), catalog_fields(columns), csv)?;
        products::read(&mut file, columns, options, control)
    }
}

impl Baskets {
    /// Reads a CSV file with one line for each item of each basket; otherwise as
    /// [`from_reader`](Self::from_reader).
    ///
    /// # Errors
    /// As [`from_reader`](Self::from_reader), with lines of the file (counted from 1) in place of
    /// rows; [`ErrorKind::Io`] if the file cannot be read.
    pub fn from_csv(
        path: impl AsRef<Path>,
        basket: &str,
        item: &str,
        nulls: OnBad,
        csv: &CsvOptions,
        control: &Control,
    ) -> Result<Self> {
        let fields = vec![("basket", basket, Kind::Id), ("item", item, Kind::Id)];
        let mut file = CsvTable::open(path.as_ref(), fields, csv)?;
        Self::from_source(&mut file, basket, item, BasketColumns::default(), nulls, control)
    }
}

/// How the fields of a column are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A string, or an integer if the options say so.
    Id,
    Text,
    Number,
    Money,
    Time,
    Boolean,
}

/// Role, column and kind.
type FieldSpec<'a> = (&'static str, &'a str, Kind);

fn history_fields(columns: &HistoryColumns) -> Vec<FieldSpec<'_>> {
    let mut fields =
        vec![("time", &*columns.time, Kind::Time), ("product", &*columns.product, Kind::Id)];
    let optional = [
        ("customer", &columns.customer, Kind::Id),
        ("basket", &columns.basket, Kind::Id),
        ("quantity", &columns.quantity, Kind::Number),
        ("revenue", &columns.revenue, Kind::Money),
    ];
    fields.extend(
        optional.into_iter().filter_map(|(role, column, kind)| {
            column.as_deref().map(|column| (role, column, kind))
        }),
    );
    fields
}

fn catalog_fields(columns: &CatalogColumns) -> Vec<FieldSpec<'_>> {
    let mut fields =
        vec![("product", &*columns.product, Kind::Id), ("price", &*columns.price, Kind::Money)];
    let optional = [
        ("cost", &columns.cost, Kind::Money),
        ("stock", &columns.stock, Kind::Number),
        ("sellable", &columns.sellable, Kind::Boolean),
        ("name", &columns.name, Kind::Text),
        ("line", &columns.line, Kind::Id),
        ("brand", &columns.brand, Kind::Id),
        ("term", &columns.term, Kind::Number),
        ("service", &columns.service, Kind::Boolean),
        ("pack", &columns.pack, Kind::Number),
        ("rating", &columns.rating, Kind::Number),
    ];
    fields.extend(
        optional.into_iter().filter_map(|(role, column, kind)| {
            column.as_deref().map(|column| (role, column, kind))
        }),
    );
    for (role, columns, kind) in [
        ("category", &columns.category, Kind::Id),
        ("must_match", &columns.must_match, Kind::Id),
        ("quality", &columns.quality, Kind::Number),
    ] {
        fields.extend(columns.iter().map(|column| (role, &**column, kind)));
    }
    fields
}

enum Builder {
    Text(StringBuilder),
    Integer(Int64Builder),
    Number(Float64Builder),
    Money(Decimal128Builder),
    Time(TimestampMillisecondBuilder),
    Boolean(BooleanBuilder),
}

impl Builder {
    fn new(kind: Kind, integer: bool) -> Self {
        match kind {
            Kind::Id if integer => Self::Integer(Int64Builder::new()),
            Kind::Id | Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Number => Self::Number(Float64Builder::new()),
            Kind::Money => Self::Money(
                Decimal128Builder::new().with_data_type(DataType::Decimal128(38, MONEY_SCALE)),
            ),
            Kind::Time => Self::Time(TimestampMillisecondBuilder::new().with_timezone("UTC")),
            Kind::Boolean => Self::Boolean(BooleanBuilder::new()),
        }
    }

    fn data_type(&self) -> DataType {
        match self {
            Self::Text(_) => DataType::Utf8,
            Self::Integer(_) => DataType::Int64,
            Self::Number(_) => DataType::Float64,
            Self::Money(_) => DataType::Decimal128(38, MONEY_SCALE),
            Self::Time(_) => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            Self::Boolean(_) => DataType::Boolean,
        }
    }

    fn null(&mut self) {
        match self {
            Self::Text(builder) => builder.append_null(),
            Self::Integer(builder) => builder.append_null(),
            Self::Number(builder) => builder.append_null(),
            Self::Money(builder) => builder.append_null(),
            Self::Time(builder) => builder.append_null(),
            Self::Boolean(builder) => builder.append_null(),
        }
    }

    /// Appends a field; an error says what was expected.
    fn push(&mut self, text: &str, decimal: u8) -> Result<(), String> {
        match self {
            Self::Text(builder) => builder.append_value(text),
            Self::Integer(builder) => builder.append_value(
                text.trim_ascii()
                    .parse()
                    .map_err(|_| format!("expected an integer id, got {text:?}"))?,
            ),
            Self::Number(builder) => builder.append_value(
                parse_number(text, decimal).ok_or_else(|| not_a_number(text, decimal))?,
            ),
            Self::Money(builder) => builder.append_value(
                parse_money(text, decimal).ok_or_else(|| not_a_number(text, decimal))?,
            ),
            Self::Time(builder) => builder.append_value(
                parse_time(text)
                    .filter(|&time| time_in_range(time))
                    .ok_or_else(|| not_a_time(text))?,
            ),
            Self::Boolean(builder) => builder.append_value(
                parse_boolean(text)
                    .ok_or_else(|| format!("expected true or false, got {text:?}"))?,
            ),
        }
        Ok(())
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::Number(builder) => Arc::new(builder.finish()),
            Self::Money(builder) => Arc::new(builder.finish()),
            Self::Time(builder) => Arc::new(builder.finish()),
            Self::Boolean(builder) => Arc::new(builder.finish()),
        }
    }
}

fn not_a_number(text: &str, decimal: u8) -> String {
    format!("expected a number such as 12{}50, got {text:?}", char::from(decimal))
}

/// Splits a number into what a parser with a decimal point can read; `None` if the text has the
/// other mark or none of a number's characters.
fn with_point(text: &str, decimal: u8) -> Option<std::borrow::Cow<'_, str>> {
    let text = text.trim_ascii();
    if decimal == b'.' {
        return Some(text.into());
    }
    (!text.contains('.')).then(|| text.replace(char::from(decimal), ".").into())
}

fn parse_number(text: &str, decimal: u8) -> Option<f64> {
    with_point(text, decimal)?.parse().ok()
}

/// An amount with [`MONEY_SCALE`] digits after the point; further digits leave a trace in the last
/// one, so that rounding to minor units comes out as from the whole text.
fn parse_money(text: &str, decimal: u8) -> Option<i128> {
    let text = with_point(text, decimal)?;
    let number: f64 = text.parse().ok()?;
    if !number.is_finite() || number.abs() >= 1e19 {
        return Some(NOT_FINITE);
    }
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => match text[at + 1..].parse::<i32>() {
            Ok(exponent) => (&text[..at], exponent),
            // The number is finite all the same: it is 0, or too small to matter.
            Err(_) => return Some(0),
        },
        None => (&*text, 0),
    };
    let (negative, digits) = match mantissa.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let point = digits.iter().position(|&byte| byte == b'.').unwrap_or(digits.len());
    // The power of ten of the first digit, relative to the last one kept.
    let mut power = i64::try_from(point).ok()? + i64::from(exponent) + i64::from(MONEY_SCALE);
    let (mut amount, mut lost) = (0i128, false);
    for &digit in digits.iter().filter(|&&byte| byte != b'.') {
        let digit = i128::from(digit - b'0');
        power -= 1;
        if power >= 0 {
            // Below 1e19 * 1e18, as was seen above; leading zeros add nothing.
            if digit != 0 {
                let unit = 10i128.checked_pow(u32::try_from(power).ok()?)?;
                amount = amount.checked_add(digit.checked_mul(unit)?)?;
            }
        } else {
            lost |= digit != 0;
        }
    }
    // A tie between minor units, of which there are at most 3 digits, ends in zeros here.
    if lost && amount % 10 == 0 {
        amount += 1;
    }
    Some(if negative { -amount } else { amount })
}

fn parse_boolean(text: &str) -> Option<bool> {
    let text = text.trim_ascii();
    let is = |words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    match () {
        () if is(["true", "yes", "1"]) => Some(true),
        () if is(["false", "no", "0"]) => Some(false),
        () => None,
    }
}

struct CsvColumn {
    name: String,
    role: &'static str,
    kind: Kind,
    /// Which field of a record it is.
    field: usize,
    builder: Builder,
}

struct CsvTable {
    path: std::path::PathBuf,
    reader: csv::Reader<File>,
    record: ByteRecord,
    columns: Vec<CsvColumn>,
    schema: SchemaRef,
    nulls: Vec<String>,
    decimal: u8,
    /// Lines of the latest batch's rows.
    lines: Vec<u64>,
}

impl CsvTable {
    fn open(path: &Path, fields: Vec<FieldSpec<'_>>, options: &CsvOptions) -> Result<Self> {
        let delimiter = match u8::try_from(options.delimiter) {
            Ok(byte) if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => byte,
            _ => {
                return Err(Error::argument(format!(
                    "delimiter: expected one ASCII character other than a quote or the end of a \
                     line, got {:?}",
                    options.delimiter
                )));
            }
        };
        let decimal = match options.decimal {
            '.' => b'.',
            ',' => b',',
            other => {
                return Err(Error::argument(format!(
                    "decimal: expected '.' or ',', got {other:?}"
                )));
            }
        };
        let file = File::open(path).map_err(|error| Error::io("open", path, error))?;
        let mut reader =
            ReaderBuilder::new().delimiter(delimiter).buffer_capacity(1 << 17).from_reader(file);
        let header = reader.byte_headers().map_err(|error| csv_failed(path, error))?.clone();
        let header: Vec<String> =
            header.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        if header.is_empty() {
            return Err(Error::new(
                ErrorKind::Schema,
                format!("{} has no header line that names its columns", path.display()),
            ));
        }
        for name in &options.integer_ids {
            if !fields.iter().any(|(_, column, kind)| column == name && *kind == Kind::Id) {
                return Err(Error::argument(format!(
                    "integer_ids: {name:?} is not among the columns of ids that are read"
                )));
            }
        }
        let mut columns: Vec<CsvColumn> = Vec::new();
        for (role, name, kind) in fields {
            if let Some(column) = columns.iter().find(|column| column.name == name) {
                if column.kind != kind {
                    return Err(Error::argument(format!(
                        "column {name:?} cannot be both {} and {role}: they are read in \
                         different ways",
                        column.role
                    )));
                }
                continue;
            }
            let integer = options.integer_ids.iter().any(|column| column == name);
            let builder = Builder::new(kind, integer);
            // A column that is not there, or there twice, is reported by whoever looks for it in
            // the schema, which has what the header has under that name.
            let Some(field) = header.iter().position(|column| column == name) else { continue };
            columns.push(CsvColumn { name: name.to_owned(), role, kind, field, builder });
        }
        let all = header.iter().enumerate().map(|(field, name)| {
            match columns.iter().find(|column| column.field == field) {
                Some(column) => Field::new(name, column.builder.data_type(), true),
                None => Field::new(name, DataType::Null, true),
            }
        });
        let schema = Arc::new(Schema::new(all.collect::<Vec<_>>()));
        Ok(Self {
            path: path.to_owned(),
            reader,
            record: ByteRecord::new(),
            columns,
            schema,
            nulls: options.nulls.clone(),
            decimal,
            lines: Vec::new(),
        })
    }

    fn read_batch(&mut self) -> Result<Option<RecordBatch>> {
        self.lines.clear();
        let mut line = 0;
        while self.lines.len() < SLICE {
            let more = self
                .reader
                .read_byte_record(&mut self.record)
                .map_err(|error| csv_failed(&self.path, error))?;
            if !more {
                break;
            }
            line = self.record.position().map_or(line + 1, csv::Position::line);
            self.lines.push(line);
            for column in &mut self.columns {
                let bytes = self.record.get(column.field).unwrap_or_default();
                let pushed = match std::str::from_utf8(bytes) {
                    Ok(text) if self.nulls.iter().any(|null| null == text) => {
                        column.builder.null();
                        Ok(())
                    }
                    Ok(text) => column.builder.push(text, self.decimal),
                    Err(_) => Err("the text is not valid UTF-8".to_owned()),
                };
                pushed.map_err(|what| {
                    let place = Place::Line(line);
                    Error::new(
                        ErrorKind::Data,
                        format!("column {:?}, {place}: {what}", column.name),
                    )
                })?;
            }
        }
        if self.lines.is_empty() {
            return Ok(None);
        }
        let rows = self.lines.len();
        let mut arrays: Vec<ArrayRef> = self
            .schema
            .fields()
            .iter()
            .map(|_| Arc::new(arrow_array::NullArray::new(rows)) as ArrayRef)
            .collect();
        for column in &mut self.columns {
            arrays[column.field] = column.builder.finish();
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(self.schema.clone(), arrays, &options)
            .map(Some)
            .map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))
    }
}

impl Source for CsvTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn next(&mut self) -> Option<Result<RecordBatch>> {
        self.read_batch().transpose()
    }

    fn place(&self, index: usize) -> Place {
        Place::Line(self.lines.get(index).copied().unwrap_or(0))
    }
}

fn csv_failed(path: &Path, error: csv::Error) -> Error {
    let what = match error.kind() {
        CsvError::Io(_) => {
            let CsvError::Io(error) = error.into_kind() else {
                return Error::new(ErrorKind::Internal, "a CSV error changed its kind");
            };
            return Error::io("read", path, error);
        }
        CsvError::UnequalLengths { pos, expected_len, len } => format!(
            "line {}: expected {expected_len} fields, as in the header, got {len}",
            pos.as_ref().map_or(0, csv::Position::line)
        ),
        _ => error.to_string(),
    };
    Error::new(ErrorKind::Data, format!("{}: {what}", path.display())).with_source(error)
}
