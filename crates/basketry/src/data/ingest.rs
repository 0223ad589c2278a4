//! From tables of order lines to a [`History`].

use arrow_array::RecordBatch;

use super::catalog::NO_MONEY;
use super::columns::{
    IdColumn, NO_ID, check_number, check_time_type, id_error, id_kind, nulls_of, read_f64,
    read_minor, read_times,
};
use super::history::{History, HistoryColumns, HistoryOptions};
use super::ids::Ids;
use super::intake::{Fate, Flaw, Intake, Shape, shown};
use super::table::{Column, Place, Source};
use crate::control::Stage;
use crate::{Control, Error, ErrorKind, Result};

/// Rows read at a time: few enough for the scratch columns to stay in the cache.
pub(crate) const SLICE: usize = 8192;

pub(crate) fn read(
    source: &mut dyn Source,
    columns: &HistoryColumns,
    options: &HistoryOptions,
    control: &Control,
) -> Result<History> {
    let mut intake = Intake::new(Shape::of(columns, options)?);
    read_into(&mut intake, source, columns, options, control)?;
    intake.finish(control)
}

pub(crate) fn append(
    history: &mut History,
    source: &mut dyn Source,
    columns: &HistoryColumns,
    options: &HistoryOptions,
    control: &Control,
) -> Result<()> {
    let mut intake = Intake::resume(history, Shape::of(columns, options)?)?;
    read_into(&mut intake, source, columns, options, control)?;
    intake.finish_into(history, control)
}

fn read_into(
    intake: &mut Intake,
    source: &mut dyn Source,
    columns: &HistoryColumns,
    options: &HistoryOptions,
    control: &Control,
) -> Result<()> {
    let roles = Roles::find(source, columns, intake)?;
    let mut readers = Readers::default();
    let mut scratch = Scratch::default();
    control.begin(Stage::Reading, 0)?;
    while let Some(batch) = source.next() {
        let batch = batch?;
        readers.begin(&roles, &batch)?;
        let rows = batch.num_rows();
        intake.lines.reserve(rows);
        for start in (0..rows).step_by(SLICE) {
            let slice = Slice {
                batch: &batch.slice(start, SLICE.min(rows - start)),
                roles: &roles,
                place: &|row| source.place(start + row),
            };
            slice.read_values(intake.shape, &mut scratch)?;
            slice.judge(options, intake, &mut scratch)?;
            slice.read_ids(intake, &mut readers, &mut scratch)?;
            slice.add(intake, &scratch)?;
            control.advance(slice.rows() as u64)?;
        }
    }
    Ok(())
}

/// The columns of a table by what they are for.
struct Roles {
    /// Whose line it is: the customer column or, without one, the basket column (each basket is
    /// then a customer).
    who: Column,
    /// The basket column, if there is a customer column too.
    which: Option<Column>,
    time: Column,
    product: Column,
    quantity: Option<Column>,
    revenue: Option<Column>,
}

impl Roles {
    fn find(source: &dyn Source, columns: &HistoryColumns, intake: &mut Intake) -> Result<Self> {
        let schema = source.schema();
        let customer = Column::find_some(&schema, "customer", columns.customer.as_deref())?;
        let basket = Column::find_some(&schema, "basket", columns.basket.as_deref())?;
        let (who, which) = match (customer, basket) {
            (Some(customer), basket) => (customer, basket),
            (None, Some(basket)) => (basket, None),
            (None, None) => {
                return Err(Error::new(ErrorKind::Internal, "no customer and no basket column"));
            }
        };
        let roles = Self {
            who,
            which,
            time: Column::find(&schema, "time", &columns.time)?,
            product: Column::find(&schema, "product", &columns.product)?,
            quantity: Column::find_some(&schema, "quantity", columns.quantity.as_deref())?,
            revenue: Column::find_some(&schema, "revenue", columns.revenue.as_deref())?,
        };
        check_time_type(&roles.time)?;
        for column in [&roles.quantity, &roles.revenue].into_iter().flatten() {
            check_number(column)?;
        }
        expect_kind(&roles.who, &mut intake.customers)?;
        if let Some(column) = &roles.which {
            expect_kind(column, &mut intake.baskets)?;
        }
        expect_kind(&roles.product, &mut intake.products)?;
        Ok(roles)
    }

    /// All columns, in the order in which a row is looked at.
    fn all(&self) -> [Option<&Column>; 6] {
        [
            Some(&self.who),
            self.which.as_ref(),
            Some(&self.time),
            Some(&self.product),
            self.quantity.as_ref(),
            self.revenue.as_ref(),
        ]
    }
}

const QUANTITY: u8 = 4;
const REVENUE: u8 = 5;

/// Makes `ids` fit a column: empty ids take its kind, others must have it.
pub(crate) fn expect_kind(column: &Column, ids: &mut Ids) -> Result<()> {
    let kind = id_kind(column)?;
    if ids.kind() == kind || column.is_null() {
        return Ok(());
    }
    if ids.is_empty() {
        *ids = Ids::new(kind);
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Schema,
        format!(
            "column {column} holds {}, but the ids read before are {}; ids are never converted",
            kind.plural(),
            ids.kind().plural()
        ),
    ))
}

#[derive(Default)]
struct Readers {
    who: IdColumn,
    which: IdColumn,
    product: IdColumn,
}

impl Readers {
    fn begin(&mut self, roles: &Roles, batch: &RecordBatch) -> Result<()> {
        self.who.begin(roles.who.of(batch)?);
        if let Some(column) = &roles.which {
            self.which.begin(column.of(batch)?);
        }
        self.product.begin(roles.product.of(batch)?);
        Ok(())
    }
}

/// One slice's columns in the form in which a history keeps them.
#[derive(Default)]
struct Scratch {
    who: Vec<u32>,
    which: Vec<u32>,
    product: Vec<u32>,
    time: Vec<i64>,
    quantity: Vec<f64>,
    revenue: Vec<i64>,
    /// The first flaw of each row and its column; empty if no row has any.
    flaws: Vec<Option<(Flaw, u8)>>,
    /// What becomes of each row; empty if all are used.
    fates: Vec<Fate>,
    /// Rows that are used.
    used: Vec<bool>,
    /// Rows that are used or returns.
    kept: Vec<bool>,
}

impl Scratch {
    fn flaw(&mut self, rows: usize, row: usize, flaw: Flaw, column: u8) {
        if self.flaws.is_empty() {
            self.flaws.resize(rows, None);
        }
        self.flaws[row].get_or_insert((flaw, column));
    }
}

struct Slice<'a> {
    batch: &'a RecordBatch,
    roles: &'a Roles,
    place: &'a dyn Fn(usize) -> Place,
}

impl Slice<'_> {
    fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// Reads times and numbers, and notes the flaws of all rows.
    fn read_values(&self, shape: Shape, scratch: &mut Scratch) -> Result<()> {
        let Self { batch, roles, .. } = self;
        let rows = self.rows();
        scratch.flaws.clear();
        for (column, number) in roles.all().into_iter().zip(0..) {
            let Some(column) = column else { continue };
            if let Some(nulls) = nulls_of(column.of(batch)?) {
                for row in (0..rows).filter(|&row| nulls.is_null(row)) {
                    scratch.flaw(rows, row, Flaw::Null, number);
                }
            }
        }
        let column = &roles.time;
        let array = column.of(batch)?;
        read_times(array, nulls_of(array).as_ref(), &mut scratch.time)
            .map_err(|cell| column.bad_value((self.place)(cell.row), cell.what))?;
        if let (Some(column), Some(currency)) = (&roles.revenue, shape.revenue) {
            let array = column.of(batch)?;
            if !read_minor(array, currency, &mut scratch.revenue) {
                return Err(column.wrong_type(array.data_type(), "the type announced"));
            }
            for row in 0..rows {
                if scratch.revenue[row] == NO_MONEY {
                    scratch.flaw(rows, row, Flaw::NonFinite, REVENUE);
                }
            }
        }
        if let Some(column) = &roles.quantity {
            let array = column.of(batch)?;
            if !read_f64(array, &mut scratch.quantity) {
                return Err(column.wrong_type(array.data_type(), "the type announced"));
            }
            // Flaws of a row are noted in the order in which it is judged: a quantity that is
            // both infinite and negative is not finite first.
            for row in 0..rows {
                let quantity = scratch.quantity[row] as f32;
                if !quantity.is_finite() {
                    scratch.flaw(rows, row, Flaw::NonFinite, QUANTITY);
                } else if quantity <= 0.0 {
                    scratch.flaw(rows, row, Flaw::NonPositive, QUANTITY);
                }
            }
        }
        Ok(())
    }

    /// Decides what becomes of each row.
    fn judge(
        &self,
        options: &HistoryOptions,
        intake: &mut Intake,
        scratch: &mut Scratch,
    ) -> Result<()> {
        intake.report.lines_read += self.rows() as u64;
        scratch.fates.clear();
        scratch.used.clear();
        scratch.kept.clear();
        for (row, flaw) in scratch.flaws.iter().enumerate() {
            let fate = match *flaw {
                None => Fate::Used,
                Some((flaw, number)) => {
                    let value = || match number {
                        QUANTITY => shown(scratch.quantity[row]),
                        _ => "the amount".to_owned(),
                    };
                    flaw.judge(options, &mut intake.report, value).map_err(|what| {
                        match self.roles.all()[usize::from(number)] {
                            Some(column) => column.bad_value((self.place)(row), what),
                            None => Error::new(ErrorKind::Internal, what),
                        }
                    })?
                }
            };
            scratch.fates.push(fate);
            scratch.used.push(fate == Fate::Used);
            scratch.kept.push(fate != Fate::Skipped);
        }
        Ok(())
    }

    fn read_ids(
        &self,
        intake: &mut Intake,
        readers: &mut Readers,
        scratch: &mut Scratch,
    ) -> Result<()> {
        let Self { batch, roles, .. } = self;
        let flawed = !scratch.fates.is_empty();
        let (used, kept) =
            (flawed.then_some(&scratch.used[..]), flawed.then_some(&scratch.kept[..]));
        let column = &roles.who;
        readers
            .who
            .read(column.of(batch)?, kept, &mut intake.customers, &mut scratch.who)
            .map_err(|error| id_error(error, column, self.place))?;
        if let Some(column) = &roles.which {
            readers
                .which
                .read(column.of(batch)?, used, &mut intake.baskets, &mut scratch.which)
                .map_err(|error| id_error(error, column, self.place))?;
        }
        let column = &roles.product;
        readers
            .product
            .read(column.of(batch)?, kept, &mut intake.products, &mut scratch.product)
            .map_err(|error| id_error(error, column, self.place))
    }

    fn add(&self, intake: &mut Intake, scratch: &Scratch) -> Result<()> {
        let [has_basket, has_quantity, has_revenue] =
            [&self.roles.which, &self.roles.quantity, &self.roles.revenue].map(|c| c.is_some());
        for row in 0..self.rows() {
            let quantity = if has_quantity { scratch.quantity[row] as f32 } else { 1.0 };
            let revenue = if has_revenue { scratch.revenue[row] } else { 0 };
            let (who, product, time) = (scratch.who[row], scratch.product[row], scratch.time[row]);
            match scratch.fates.get(row) {
                None | Some(Fate::Used) => {
                    let basket = if has_basket { scratch.which[row] } else { NO_ID };
                    if let Err(claimed) =
                        intake.add(who, basket, time, product, quantity, revenue)?
                    {
                        let (place, what) = ((self.place)(row), intake.claimed_error(&claimed));
                        return Err(Error::new(ErrorKind::Data, format!("{place}: {what}")));
                    }
                }
                Some(Fate::Return) => intake.add_return(who, time, product, quantity, revenue),
                Some(Fate::Skipped) => {}
            }
        }
        Ok(())
    }
}
