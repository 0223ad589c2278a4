//! Order lines on their way into a [`History`].

use std::sync::Arc;

use hashbrown::HashMap;

use super::columns::NO_ID;
use super::group::{Cell, Extent, Lines, group};
use super::history::{
    History, HistoryColumns, HistoryOptions, IngestReport, OnBad, OnNonPositive, Returns,
};
use super::ids::{IdKind, IdRef, Ids};
use super::money::Currency;
use crate::control::Stage;
use crate::{Control, Error, ErrorKind, Result};

/// Baskets after which a loop looks whether the work was cancelled.
const CHECK_EVERY: usize = 1 << 14;

/// Which roles the lines of a history fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) customers: bool,
    pub(crate) baskets: bool,
    pub(crate) revenue: Option<Currency>,
}

impl Shape {
    pub(crate) fn of(columns: &HistoryColumns, options: &HistoryOptions) -> Result<Self> {
        let shape = Self {
            customers: columns.customer.is_some(),
            baskets: columns.basket.is_some(),
            revenue: columns.revenue.is_some().then_some(options.currency),
        };
        shape.check()?;
        Ok(shape)
    }

    pub(crate) fn check(self) -> Result<()> {
        if !self.customers && !self.baskets {
            return Err(Error::argument(
                "neither customer nor basket is named: expected at least one of the two, to tell \
                 which lines were bought together",
            ));
        }
        Ok(())
    }
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Used,
    Return,
    Skipped,
}

/// Why a line cannot be used as it is. The order is that in which lines are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    Null,
    NonFinite,
    NonPositive,
}

impl Flaw {
    /// Applies the rules: counts the line and says what becomes of it, or what the error says.
    pub(crate) fn judge(
        self,
        options: &HistoryOptions,
        report: &mut IngestReport,
        value: impl FnOnce() -> String,
    ) -> Result<Fate, String> {
        match self {
            Flaw::Null if options.nulls == OnBad::Skip => report.skipped_null += 1,
            Flaw::Null => return Err("null (the rule for nulls is error; it may be skip)".into()),
            Flaw::NonFinite if options.non_finite == OnBad::Skip => report.skipped_non_finite += 1,
            Flaw::NonFinite => {
                return Err(format!(
                    "{} is not finite or too big (the rule non_finite is error; it may be skip)",
                    value()
                ));
            }
            Flaw::NonPositive => match options.non_positive {
                OnNonPositive::Skip => report.skipped_non_positive += 1,
                OnNonPositive::Return => {
                    report.returns += 1;
                    return Ok(Fate::Return);
                }
                OnNonPositive::Error => {
                    return Err(format!(
                        "{} is not a positive quantity (the rule non_positive is error; it may \
                         be skip or return)",
                        value()
                    ));
                }
            },
        }
        Ok(Fate::Skipped)
    }
}

/// A number in a message: plain, or with an exponent where it would take hundreds of digits.
pub(crate) fn shown(number: f64) -> String {
    format!("{number:?}").trim_end_matches(".0").to_owned()
}

/// A basket was claimed by a second customer.
pub(crate) struct Claimed {
    pub(crate) basket: u32,
    pub(crate) first: u32,
    pub(crate) second: u32,
}

/// What is known of a basket besides its lines.
#[derive(Clone, Copy, Debug)]
struct Basket {
    customer: u32,
    /// Whether its lines had different times.
    spread: bool,
    /// The earliest line's time.
    time: i64,
}

/// Lines on their way into a history.
#[derive(Debug)]
pub(crate) struct Intake {
    pub(crate) shape: Shape,
    /// Without a customer column: the basket ids, in order of the first line of any kind.
    pub(crate) customers: Ids,
    /// Filled only with a basket and a customer column; else made at the end.
    pub(crate) baskets: Ids,
    pub(crate) products: Ids,
    held: Vec<Basket>,
    /// How many baskets were there before; the lines of those are not in `lines`.
    old_baskets: usize,
    pub(crate) lines: Lines,
    /// Whether the lines of each basket lie together, and none belongs to an old basket.
    contiguous: bool,
    last: u32,
    /// Without a basket column: the basket of a customer and time.
    by_time: HashMap<(u32, i64), u32, ahash::RandomState>,
    /// Without a customer column: the basket of each "customer".
    by_customer: Vec<u32>,
    returns: Returns,
    pub(crate) report: IngestReport,
}

impl Intake {
    pub(crate) fn new(shape: Shape) -> Self {
        Self {
            shape,
            customers: Ids::new(IdKind::Str),
            baskets: Ids::new(if shape.baskets { IdKind::Str } else { IdKind::Int }),
            products: Ids::new(IdKind::Str),
            held: Vec::new(),
            old_baskets: 0,
            lines: Lines::default(),
            contiguous: true,
            last: NO_ID,
            by_time: HashMap::default(),
            by_customer: Vec::new(),
            returns: Returns::default(),
            report: IngestReport::default(),
        }
    }

    /// An intake that goes on where `history` ends.
    pub(crate) fn resume(history: &History, shape: Shape) -> Result<Self> {
        if shape != history.shape {
            let mut differ = Vec::new();
            if shape.customers != history.shape.customers {
                differ.push("customer");
            }
            if shape.baskets != history.shape.baskets {
                differ.push("basket");
            }
            match (shape.revenue, history.shape.revenue) {
                (Some(new), Some(old)) if new != old => differ.push("currency"),
                (Some(_), None) | (None, Some(_)) => differ.push("revenue"),
                _ => {}
            }
            return Err(Error::argument(format!(
                "{}: not as in what the history was read from before; expected the same roles \
                 and currency",
                differ.join(", ")
            )));
        }
        let mut intake = Self::new(shape);
        intake.customers = (*history.customers).clone();
        intake.baskets = (*history.baskets).clone();
        intake.products = (*history.products).clone();
        intake.held = (0..history.len())
            .map(|basket| Basket {
                customer: history.basket_customer[basket],
                spread: history.basket_spread[basket],
                time: history.basket_time[basket],
            })
            .collect();
        intake.old_baskets = history.len();
        intake.report = history.report.clone();
        if !shape.baskets {
            let baskets = history.basket_customer.iter().zip(&history.basket_time).zip(0..);
            intake.by_time = baskets.map(|((&c, &time), b)| ((c, time), b)).collect();
        }
        if !shape.customers {
            intake.by_customer.resize(history.customers.len(), NO_ID);
            for (&customer, basket) in history.basket_customer.iter().zip(0..) {
                intake.by_customer[customer as usize] = basket;
            }
        }
        Ok(intake)
    }

    /// Adds a used line. `basket` counts only if both customers and baskets are given; `revenue`
    /// is 0 without revenue.
    #[inline]
    pub(crate) fn add(
        &mut self,
        customer: u32,
        basket: u32,
        time: i64,
        product: u32,
        quantity: f32,
        revenue: i64,
    ) -> Result<Result<(), Claimed>> {
        let count = self.held.len();
        let basket = if self.shape.baskets && self.shape.customers {
            basket
        } else if self.shape.customers {
            match self.last {
                last if last != NO_ID
                    && self.held[last as usize].customer == customer
                    && self.held[last as usize].time == time =>
                {
                    last
                }
                _ => *self.by_time.entry((customer, time)).or_insert(count as u32),
            }
        } else {
            let place = customer as usize;
            if place >= self.by_customer.len() {
                self.by_customer.resize(place + 1, NO_ID);
            }
            if self.by_customer[place] == NO_ID {
                self.by_customer[place] = count as u32;
            }
            self.by_customer[place]
        };
        if basket as usize == count {
            if count as u64 >= u64::from(NO_ID) {
                return Err(Error::new(ErrorKind::Limit, "more than 4,294,967,295 baskets"));
            }
            self.held.push(Basket { customer, spread: false, time });
        } else {
            let held = &mut self.held[basket as usize];
            if held.customer != customer {
                return Ok(Err(Claimed { basket, first: held.customer, second: customer }));
            }
            if held.time != time {
                held.spread = true;
                held.time = held.time.min(time);
            }
            self.contiguous &= basket == self.last;
        }
        self.last = basket;
        self.report.lines_used += 1;
        self.report.negative_revenue += u64::from(revenue < 0);
        self.lines.push(basket, Cell { product, quantity, revenue });
        Ok(Ok(()))
    }

    pub(crate) fn add_return(
        &mut self,
        customer: u32,
        time: i64,
        product: u32,
        quantity: f32,
        revenue: i64,
    ) {
        self.returns.customer.push(customer);
        self.returns.time.push(time);
        self.returns.product.push(product);
        self.returns.quantity.push(quantity.abs());
        if self.shape.revenue.is_some() {
            self.returns.revenue.push(revenue.saturating_abs());
        }
    }

    /// Adds the lines of a history of the same shape.
    pub(crate) fn extend(&mut self, other: &History, control: &Control) -> Result<()> {
        fn all(ids: &mut Ids, new: &Ids) -> Result<Vec<u32>> {
            new.iter().map(|id| intern_first(ids, id)).collect()
        }
        let customers = all(&mut self.customers, &other.customers)?;
        let products = all(&mut self.products, &other.products)?;
        let named = self.shape.baskets && self.shape.customers;
        let baskets = if named { all(&mut self.baskets, &other.baskets)? } else { Vec::new() };
        let (used, negative) = (self.report.lines_used, self.report.negative_revenue);
        for (basket, &customer) in other.basket_customer.iter().enumerate() {
            if basket % CHECK_EVERY == 0 {
                control.check()?;
            }
            let customer = customers[customer as usize];
            let number = baskets.get(basket).copied().unwrap_or(NO_ID);
            let time = other.basket_time[basket];
            for line in other.lines_of(basket) {
                let (product, quantity) = (products[line.product as usize], line.quantity);
                let revenue = line.revenue.unwrap_or(0);
                let added = self.add(customer, number, time, product, quantity, revenue)?;
                if let Err(claimed) = added {
                    let text = format!("basket: {}", self.claimed_error(&claimed));
                    return Err(Error::new(ErrorKind::Data, text));
                }
            }
            // Without baskets of their own, lines of other times are other baskets.
            if let Some(held) = self.held.get_mut(self.last as usize) {
                held.spread |= other.basket_spread[basket];
            }
        }
        for line in other.returns() {
            let customer = customers[line.customer as usize];
            let (product, revenue) = (products[line.product as usize], line.revenue.unwrap_or(0));
            self.add_return(customer, line.time, product, line.quantity, revenue);
        }
        // What was counted when the lines were read.
        let (sum, read) = (&mut self.report, &other.report);
        sum.lines_read += read.lines_read;
        sum.lines_used = used + read.lines_used;
        sum.skipped_null += read.skipped_null;
        sum.skipped_non_finite += read.skipped_non_finite;
        sum.skipped_non_positive += read.skipped_non_positive;
        sum.returns += read.returns;
        sum.merged += read.merged;
        sum.negative_revenue = negative + read.negative_revenue;
        Ok(())
    }

    pub(crate) fn claimed_error(&self, by: &Claimed) -> String {
        let basket = self.baskets.get(by.basket);
        claimed(basket, self.customers.get(by.first), self.customers.get(by.second))
    }

    /// Who bought a basket that has a line already.
    pub(crate) fn customer_of(&self, basket: u32) -> IdRef<'_> {
        self.customers.get(self.held[basket as usize].customer)
    }

    pub(crate) fn finish(self, control: &Control) -> Result<History> {
        let none = || Arc::new(Ids::new(IdKind::Str));
        let mut history = History {
            customers: none(),
            baskets: none(),
            products: none(),
            basket_customer: Vec::new(),
            basket_time: Vec::new(),
            basket_spread: Vec::new(),
            offsets: vec![0],
            product: Vec::new(),
            quantity: Vec::new(),
            revenue: Vec::new(),
            currency: self.shape.revenue,
            returns: Returns::default(),
            shape: self.shape,
            report: IngestReport::default(),
        };
        self.finish_into(&mut history, control)?;
        Ok(history)
    }

    /// Groups the lines and makes `history` what it is with them; on an error it stays.
    pub(crate) fn finish_into(mut self, history: &mut History, control: &Control) -> Result<()> {
        let (count, old) = (self.held.len(), self.old_baskets);
        control.begin(Stage::Grouping, count as u64)?;
        // Without customers each basket is one; the ids are then in the same order unless the
        // first line of one was a return.
        let shared = !self.shape.customers
            && self.customers.len() == count
            && self.held.iter().zip(0..).all(|(basket, number)| basket.customer == number);
        let customers = self.customers.len();
        let baskets = self.basket_ids(shared)?;
        let describe = |basket, product| {
            format!("basket {}, product {}", baskets.get(basket), self.products.get(product))
        };
        let mut lines = std::mem::take(&mut self.lines);
        let mut extent = Extent {
            first: old as u32,
            baskets: count - old,
            contiguous: self.contiguous,
            revenue: self.shape.revenue.is_some(),
        };
        if !self.contiguous && old > 0 {
            // Old baskets may have new lines: their sums go first, as they did when they were
            // lines.
            lines = with_old(history, lines);
            extent = Extent { first: 0, baskets: count, ..extent };
        }
        let before = lines.cell.len();
        let grouped = group(lines, extent, control, &describe)?;
        self.report.merged += (before - grouped.product.len()) as u64;
        if extent.first == 0 {
            history.offsets = grouped.offsets;
            history.product = grouped.product;
            history.quantity = grouped.quantity;
            history.revenue = grouped.revenue;
        } else {
            let end = history.product.len() as u64;
            history.offsets.extend(grouped.offsets[1..].iter().map(|offset| end + offset));
            history.product.extend_from_slice(&grouped.product);
            history.quantity.extend_from_slice(&grouped.quantity);
            history.revenue.extend_from_slice(&grouped.revenue);
        }
        self.report.baskets = count as u64;
        self.report.customers = customers as u64;
        self.report.products = self.products.len() as u64;
        self.report.first_time = self.held.iter().map(|basket| basket.time).min();
        self.report.last_time = self.held.iter().map(|basket| basket.time).max();
        self.report.baskets_with_several_times =
            self.held.iter().filter(|basket| basket.spread).count() as u64;
        history.customers = match shared {
            true => baskets.clone(),
            false => Arc::new(self.customers),
        };
        history.baskets = baskets;
        history.products = Arc::new(self.products);
        history.basket_customer = self.held.iter().map(|basket| basket.customer).collect();
        history.basket_time = self.held.iter().map(|basket| basket.time).collect();
        history.basket_spread = self.held.iter().map(|basket| basket.spread).collect();
        history.returns.customer.append(&mut self.returns.customer);
        history.returns.time.append(&mut self.returns.time);
        history.returns.product.append(&mut self.returns.product);
        history.returns.quantity.append(&mut self.returns.quantity);
        history.returns.revenue.append(&mut self.returns.revenue);
        history.report = self.report;
        Ok(())
    }

    fn basket_ids(&mut self, shared: bool) -> Result<Arc<Ids>> {
        let count = self.held.len();
        if self.shape.baskets && self.shape.customers {
            return Ok(Arc::new(std::mem::replace(&mut self.baskets, Ids::new(IdKind::Int))));
        }
        if !self.shape.baskets {
            let mut ids = std::mem::replace(&mut self.baskets, Ids::new(IdKind::Int));
            for number in ids.len()..count {
                ids.intern(number as i64)?;
            }
            return Ok(Arc::new(ids));
        }
        if shared {
            return Ok(Arc::new(std::mem::replace(&mut self.customers, Ids::new(IdKind::Str))));
        }
        let mut ids = Ids::new(self.customers.kind());
        for basket in &self.held {
            ids.intern(self.customers.get(basket.customer))?;
        }
        Ok(Arc::new(ids))
    }
}

// New lines after the lines of a history.
fn with_old(history: &History, new: Lines) -> Lines {
    let mut lines = Lines::default();
    lines.reserve(history.lines() + new.cell.len());
    for basket in 0..history.len() {
        for line in history.lines_of(basket) {
            let (product, quantity) = (line.product, line.quantity);
            let revenue = line.revenue.unwrap_or(0);
            lines.push(basket as u32, Cell { product, quantity, revenue });
        }
    }
    lines.basket.extend_from_slice(&new.basket);
    lines.cell.extend_from_slice(&new.cell);
    lines
}

/// The message for a basket with two customers.
pub(crate) fn claimed(basket: IdRef<'_>, first: IdRef<'_>, second: IdRef<'_>) -> String {
    format!(
        "basket {basket} belongs to customer {first}, but this line says customer {second}; \
         expected one customer a basket"
    )
}

/// Interns an id; ids that are all still to come may be of either kind.
pub(crate) fn intern_first(ids: &mut Ids, id: IdRef<'_>) -> Result<u32> {
    if ids.is_empty() && ids.kind() != id.kind() {
        *ids = Ids::new(id.kind());
    }
    ids.intern(id)
}
