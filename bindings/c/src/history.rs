//! Past orders.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::path::PathBuf;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use basketry::{
    CsvOptions, Currency, History, HistoryBuilder, HistoryColumns, HistoryOptions, OnBad,
    OnNonPositive, OrderLine, Result, table_from_stream,
};

use crate::arrow::{take, taken};
use crate::baskets::basketry_baskets;
use crate::control::{basketry_control, run};
use crate::csv::basketry_csv_options;
use crate::error::{basketry_status, call, free, get, invalid, make, required};
use crate::strings::{Grows, basketry_id, basketry_str, c_str, grown, optional_c_str, path};
use crate::text::{Text, to_json};

/// Past orders: who bought what, when, in which basket, how many and for how much.
pub struct basketry_history {
    pub(crate) history: History,
    report: Text,
}

/// Makes a history line by line.
pub struct basketry_history_builder {
    /// `None` once finished.
    builder: Option<HistoryBuilder>,
}

/// Stop with an error that names the column and the row.
pub const BASKETRY_ON_BAD_ERROR: i32 = 0;
/// Leave the row out and count it in the report.
pub const BASKETRY_ON_BAD_SKIP: i32 = 1;
/// Keep the line apart as goods that were given back; for non_positive only.
pub const BASKETRY_ON_BAD_RETURN: i32 = 2;

/// An amount of money that is not given.
pub const BASKETRY_NO_MONEY: i64 = i64::MIN;

/// Which columns of a table of order lines mean what, by name. Times are dates, timestamps of any
/// unit and zone, or ISO 8601 texts; what has no zone is taken as UTC. Ids are texts or integers
/// and keep their type.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_history_columns {
    /// The size of this struct; BASKETRY_HISTORY_COLUMNS_INIT sets it.
    pub struct_size: usize,
    /// When the line was bought. Required.
    pub time: *const c_char,
    /// What was bought. Required.
    pub product: *const c_char,
    /// Who bought it; null: each basket is a customer of its own, called as the basket.
    pub customer: *const c_char,
    /// The order it belongs to; null: the lines of one customer at the same time are one basket.
    /// One of customer and basket must be named.
    pub basket: *const c_char,
    /// How many units; null: 1.
    pub quantity: *const c_char,
    /// What was paid for the whole line in major units (12.5 is twelve euros fifty); null: not
    /// known.
    pub revenue: *const c_char,
}

// SAFETY: plain pointers behind the size.
unsafe impl Grows for basketry_history_columns {
    const NAME: &'static str = "basketry_history_columns";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        time: std::ptr::null(),
        product: std::ptr::null(),
        customer: std::ptr::null(),
        basket: std::ptr::null(),
        quantity: std::ptr::null(),
        revenue: std::ptr::null(),
    };
}

impl basketry_history_columns {
    /// # Safety
    /// As for [`grown`], and as for [`c_str`] for each name.
    unsafe fn get(columns: *const Self) -> Result<HistoryColumns> {
        // SAFETY: passed on to the caller, here and below.
        unsafe {
            let given = required(grown(columns, "columns")?, "columns")?;
            let mut columns = HistoryColumns::new(
                c_str(given.time, "columns.time")?,
                c_str(given.product, "columns.product")?,
            );
            let name =
                |name, field| optional_c_str(name, field).map(|name| name.map(str::to_owned));
            columns.customer = name(given.customer, "columns.customer")?;
            columns.basket = name(given.basket, "columns.basket")?;
            columns.quantity = name(given.quantity, "columns.quantity")?;
            columns.revenue = name(given.revenue, "columns.revenue")?;
            Ok(columns)
        }
    }
}

/// The rules by which order lines are read. By default every line must be usable.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_history_options {
    /// The size of this struct; BASKETRY_HISTORY_OPTIONS_INIT sets it.
    pub struct_size: usize,
    /// A null in any of the named columns: BASKETRY_ON_BAD_ERROR or BASKETRY_ON_BAD_SKIP.
    pub nulls: i32,
    /// A quantity or revenue that is NaN, infinite or too big to be kept: BASKETRY_ON_BAD_ERROR or
    /// BASKETRY_ON_BAD_SKIP.
    pub non_finite: i32,
    /// A quantity of zero or less: BASKETRY_ON_BAD_ERROR, BASKETRY_ON_BAD_SKIP or
    /// BASKETRY_ON_BAD_RETURN.
    pub non_positive: i32,
    /// The ISO 4217 code of the currency of the revenue; null means EUR.
    pub currency: *const c_char,
}

// SAFETY: plain numbers and pointers behind the size.
unsafe impl Grows for basketry_history_options {
    const NAME: &'static str = "basketry_history_options";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        nulls: BASKETRY_ON_BAD_ERROR,
        non_finite: BASKETRY_ON_BAD_ERROR,
        non_positive: BASKETRY_ON_BAD_ERROR,
        currency: std::ptr::null(),
    };
}

/// Reads one of the `BASKETRY_ON_BAD_` constants that allow no returns.
pub(crate) fn on_bad(rule: i32, name: &str) -> Result<OnBad> {
    match rule {
        BASKETRY_ON_BAD_ERROR => Ok(OnBad::Error),
        BASKETRY_ON_BAD_SKIP => Ok(OnBad::Skip),
        other => Err(invalid(format!(
            "{name}: expected BASKETRY_ON_BAD_ERROR or BASKETRY_ON_BAD_SKIP, got {other}"
        ))),
    }
}

impl basketry_history_options {
    /// # Safety
    /// As for [`grown`], and as for [`c_str`] for the currency.
    unsafe fn get(options: *const Self) -> Result<HistoryOptions> {
        // SAFETY: passed on to the caller, here and below.
        let given = unsafe { grown(options, "options") }?.unwrap_or(Self::DEFAULT);
        let mut options = HistoryOptions::default();
        options.nulls = on_bad(given.nulls, "options.nulls")?;
        options.non_finite = on_bad(given.non_finite, "options.non_finite")?;
        options.non_positive = match given.non_positive {
            BASKETRY_ON_BAD_ERROR => OnNonPositive::Error,
            BASKETRY_ON_BAD_SKIP => OnNonPositive::Skip,
            BASKETRY_ON_BAD_RETURN => OnNonPositive::Return,
            other => {
                return Err(invalid(format!(
                    "options.non_positive: expected BASKETRY_ON_BAD_ERROR, BASKETRY_ON_BAD_SKIP \
                     or BASKETRY_ON_BAD_RETURN, got {other}"
                )));
            }
        };
        // SAFETY: as above.
        if let Some(code) = unsafe { optional_c_str(given.currency, "options.currency") }? {
            options.currency = Currency::new(code)?;
        }
        Ok(options)
    }
}

/// Reads a history from an Arrow stream of order lines. The stream is consumed: it is released
/// whatever the outcome. It may be read in another thread than the calling one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_history_from_arrow(
    stream: *mut FFI_ArrowArrayStream,
    columns: *const basketry_history_columns,
    options: *const basketry_history_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_history>>,
) -> basketry_status {
    // SAFETY: the caller's promise for Arrow streams.
    let stream = unsafe { take(stream) };
    make(out, || {
        let stream = taken(stream)?;
        // SAFETY: the caller's promise for structs that can grow, and for strings.
        let (columns, options) = unsafe {
            (basketry_history_columns::get(columns)?, basketry_history_options::get(options)?)
        };
        let history = run(control, |control| {
            History::from_reader(table_from_stream(stream)?, &columns, &options, control)
        })?;
        Ok(basketry_history::new(history))
    })
}

/// Adds the order lines of another Arrow stream, which is consumed. The columns must play the same
/// roles as in what was read before. If it fails the history stays as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_history_append_arrow(
    history: Option<&mut basketry_history>,
    stream: *mut FFI_ArrowArrayStream,
    columns: *const basketry_history_columns,
    options: *const basketry_history_options,
    control: Option<&basketry_control>,
) -> basketry_status {
    // SAFETY: the caller's promise for Arrow streams.
    let stream = unsafe { take(stream) };
    call(|| {
        let history = required(history, "history")?;
        let stream = taken(stream)?;
        // SAFETY: the caller's promise for structs that can grow, and for strings.
        let (columns, options) = unsafe {
            (basketry_history_columns::get(columns)?, basketry_history_options::get(options)?)
        };
        run(control, |control| {
            history.history.append(table_from_stream(stream)?, &columns, &options, control)
        })?;
        history.report = Text::default();
        Ok(())
    })
}

/// Reads a history from a CSV file of order lines. Null options mean the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_history_from_csv(
    file: *const c_char,
    columns: *const basketry_history_columns,
    options: *const basketry_history_options,
    csv: *const basketry_csv_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_history>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for structs that can grow, and for strings.
        let (file, columns, options, csv) = unsafe { csv_source(file, columns, options, csv) }?;
        let history =
            run(control, |control| History::from_csv(file, &columns, &options, &csv, control))?;
        Ok(basketry_history::new(history))
    })
}

/// Adds the order lines of a CSV file, under the same rules as basketry_history_append_arrow.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_history_append_csv(
    history: Option<&mut basketry_history>,
    file: *const c_char,
    columns: *const basketry_history_columns,
    options: *const basketry_history_options,
    csv: *const basketry_csv_options,
    control: Option<&basketry_control>,
) -> basketry_status {
    call(|| {
        let history = required(history, "history")?;
        // SAFETY: the caller's promise for structs that can grow, and for strings.
        let (file, columns, options, csv) = unsafe { csv_source(file, columns, options, csv) }?;
        run(control, |control| {
            history.history.append_csv(file, &columns, &options, &csv, control)
        })?;
        history.report = Text::default();
        Ok(())
    })
}

/// # Safety
/// As for [`grown`], and as for [`c_str`] for each string.
unsafe fn csv_source(
    file: *const c_char,
    columns: *const basketry_history_columns,
    options: *const basketry_history_options,
    csv: *const basketry_csv_options,
) -> Result<(PathBuf, HistoryColumns, HistoryOptions, CsvOptions)> {
    // SAFETY: passed on to the caller.
    unsafe {
        Ok((
            path(file, "file")?,
            basketry_history_columns::get(columns)?,
            basketry_history_options::get(options)?,
            basketry_csv_options::get(csv)?,
        ))
    }
}

/// The lines that are made by hand name a customer.
pub const BASKETRY_WITH_CUSTOMERS: u32 = 1;
/// The lines that are made by hand name a basket.
pub const BASKETRY_WITH_BASKETS: u32 = 2;
/// The lines that are made by hand say what was paid.
pub const BASKETRY_WITH_REVENUE: u32 = 4;

/// One order line for a history that is made line by line.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_order_line {
    /// The size of this struct; BASKETRY_ORDER_LINE_INIT sets it.
    pub struct_size: usize,
    /// When it was bought, in milliseconds since 1970-01-01 00:00 UTC.
    pub time_ms: i64,
    /// What was bought; no id counts as a null.
    pub product: basketry_id,
    /// Who bought it; no id counts as a null if lines name customers.
    pub customer: basketry_id,
    /// The order it belongs to; no id counts as a null if lines name baskets.
    pub basket: basketry_id,
    /// How many units. BASKETRY_ORDER_LINE_INIT sets 1.
    pub quantity: f64,
    /// What was paid for the whole line, in minor units. BASKETRY_ORDER_LINE_INIT sets
    /// BASKETRY_NO_MONEY, which counts as a null if lines say what was paid.
    pub revenue: i64,
}

// SAFETY: plain numbers and pointers behind the size.
unsafe impl Grows for basketry_order_line {
    const NAME: &'static str = "basketry_order_line";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        time_ms: 0,
        product: basketry_id::NONE,
        customer: basketry_id::NONE,
        basket: basketry_id::NONE,
        quantity: 1.0,
        revenue: BASKETRY_NO_MONEY,
    };
}

/// Begins a history that is made line by line. The fields are a sum of BASKETRY_WITH_CUSTOMERS,
/// BASKETRY_WITH_BASKETS and BASKETRY_WITH_REVENUE and say what the lines have beside time, product
/// and quantity; customers or baskets must be among them. Without customers each basket is a
/// customer of its own; without baskets the lines of a customer at the same time are one basket.
/// Null options mean the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_history_builder_new(
    fields: u32,
    options: *const basketry_history_options,
    out: Option<&mut MaybeUninit<*mut basketry_history_builder>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for structs that can grow, and for strings.
        let options = unsafe { basketry_history_options::get(options) }?;
        let all = BASKETRY_WITH_CUSTOMERS | BASKETRY_WITH_BASKETS | BASKETRY_WITH_REVENUE;
        if fields & !all != 0 || fields & (BASKETRY_WITH_CUSTOMERS | BASKETRY_WITH_BASKETS) == 0 {
            return Err(invalid(format!(
                "fields: expected BASKETRY_WITH_CUSTOMERS or BASKETRY_WITH_BASKETS or their sum, \
                 and BASKETRY_WITH_REVENUE if lines say what was paid; got {fields}"
            )));
        }
        let mut builder = HistoryBuilder::new(&options);
        if fields & BASKETRY_WITH_CUSTOMERS == 0 {
            builder = builder.without_customers();
        }
        if fields & BASKETRY_WITH_BASKETS == 0 {
            builder = builder.without_baskets();
        }
        if fields & BASKETRY_WITH_REVENUE != 0 {
            builder = builder.with_revenue();
        }
        Ok(basketry_history_builder { builder: Some(builder) })
    })
}

/// Adds a line. If it fails the line is not added and the builder can be used on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_history_builder_push(
    builder: Option<&mut basketry_history_builder>,
    line: *const basketry_order_line,
) -> basketry_status {
    call(|| {
        let builder = required(builder, "builder")?.builder.as_mut();
        let builder = builder.ok_or_else(|| invalid("builder: was finished already"))?;
        // SAFETY: the caller's promise for structs that can grow, and for texts.
        let (given, product, customer, basket) = unsafe {
            let given = required(grown(line, "line")?, "line")?;
            let product = given.product.get("line.product")?;
            let customer = given.customer.get("line.customer")?;
            (given, product, customer, given.basket.get("line.basket")?)
        };
        let mut line = OrderLine::new(given.time_ms, 0);
        line.product = product;
        line.customer = customer;
        line.basket = basket;
        line.quantity = given.quantity;
        line.revenue = (given.revenue != BASKETRY_NO_MONEY).then_some(given.revenue);
        builder.push(&line)
    })
}

/// Groups the lines into a history. The builder is used up, whatever the outcome, and must still be
/// freed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_history_builder_finish(
    builder: Option<&mut basketry_history_builder>,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_history>>,
) -> basketry_status {
    make(out, || {
        let builder = required(builder, "builder")?.builder.take();
        let builder = builder.ok_or_else(|| invalid("builder: was finished already"))?;
        Ok(basketry_history::new(run(control, |control| builder.finish(control))?))
    })
}

/// Frees a builder. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_history_builder_free(builder: Option<Box<basketry_history_builder>>) {
    free(builder);
}

/// Frees a history. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_history_free(history: Option<Box<basketry_history>>) {
    free(history);
}

/// The number of baskets; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_history_len(history: Option<&basketry_history>) -> usize {
    get(0, || history.map_or(0, |history| history.history.len()))
}

/// The number of lines, after repeated lines of a product in a basket were added up; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_history_lines(history: Option<&basketry_history>) -> usize {
    get(0, || history.map_or(0, |history| history.history.lines()))
}

/// What became of the lines that were read, as a JSON object: lines_read, lines_used, how many were
/// skipped and why, returns, baskets, customers, products, first_time and last_time and so on.
/// Borrowed from the history, ended by a zero byte; empty for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_history_report(history: Option<&basketry_history>) -> basketry_str {
    get(basketry_str::EMPTY, || {
        history.map_or(basketry_str::EMPTY, |history| {
            history.report.lend(|| to_json(history.history.report()))
        })
    })
}

/// The distinct products of each basket, for mining.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_history_to_baskets(
    history: Option<&basketry_history>,
    out: Option<&mut MaybeUninit<*mut basketry_baskets>>,
) -> basketry_status {
    make(out, || {
        let history = required(history, "history")?;
        Ok(basketry_baskets::new(history.history.to_baskets()))
    })
}

/// As basketry_history_to_baskets, with weights that halve with every half_life_days between a
/// basket and now_ms, milliseconds since 1970-01-01 UTC, which must not be before the last basket.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_history_to_decayed_baskets(
    history: Option<&basketry_history>,
    now_ms: i64,
    half_life_days: f64,
    out: Option<&mut MaybeUninit<*mut basketry_baskets>>,
) -> basketry_status {
    make(out, || {
        let history = &required(history, "history")?.history;
        Ok(basketry_baskets::new(history.to_decayed_baskets(now_ms, half_life_days)?))
    })
}

impl basketry_history {
    /// Changes the history; the report is then another.
    pub(crate) fn edit<T>(&mut self, change: impl FnOnce(&mut History) -> Result<T>) -> Result<T> {
        let done = change(&mut self.history)?;
        self.report = Text::default();
        Ok(done)
    }

    pub(crate) fn new(history: History) -> Self {
        Self { history, report: Text::default() }
    }
}
