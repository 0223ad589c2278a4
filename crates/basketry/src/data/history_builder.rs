//! A history from single lines.

use super::catalog::NO_MONEY;
use super::columns::{NO_ID, time_in_range};
use super::history::{History, HistoryOptions};
use super::ids::{IdRef, Ids};
use super::intake::{Fate, Flaw, Intake, Shape, claimed, intern_first, shown};
use super::table::Place;
use crate::{Control, Error, ErrorKind, Result};

/// One order line for a [`HistoryBuilder`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct OrderLine<'a> {
    /// When, in milliseconds since 1970-01-01 UTC.
    pub time: i64,
    /// What was bought; `None` counts as a null.
    pub product: Option<IdRef<'a>>,
    /// Who bought it; `None` counts as a null unless the builder is without customers.
    pub customer: Option<IdRef<'a>>,
    /// The order it belongs to; `None` counts as a null unless the builder is without baskets.
    pub basket: Option<IdRef<'a>>,
    /// Units.
    pub quantity: f64,
    /// What was paid for the whole line, in minor units; `None` counts as a null if the builder
    /// is with revenue.
    pub revenue: Option<i64>,
}

impl<'a> OrderLine<'a> {
    /// One unit of `product`, bought at `time` (milliseconds since 1970-01-01 UTC).
    pub fn new(time: i64, product: impl Into<IdRef<'a>>) -> Self {
        Self {
            time,
            product: Some(product.into()),
            customer: None,
            basket: None,
            quantity: 1.0,
            revenue: None,
        }
    }

    /// Sets who bought it.
    #[must_use]
    pub fn customer(mut self, id: impl Into<IdRef<'a>>) -> Self {
        self.customer = Some(id.into());
        self
    }

    /// Sets the order it belongs to.
    #[must_use]
    pub fn basket(mut self, id: impl Into<IdRef<'a>>) -> Self {
        self.basket = Some(id.into());
        self
    }

    /// Sets the number of units.
    #[must_use]
    pub fn quantity(mut self, units: f64) -> Self {
        self.quantity = units;
        self
    }

    /// Sets what was paid for the line, in minor units.
    #[must_use]
    pub fn revenue(mut self, minor: i64) -> Self {
        self.revenue = Some(minor);
        self
    }
}

/// Makes a [`History`] line by line, under the same rules as
/// [`History::from_reader`]. Lines have a customer, a basket and no revenue unless the builder is
/// told otherwise before the first line.
#[derive(Debug)]
pub struct HistoryBuilder {
    options: HistoryOptions,
    intake: Intake,
    pushed: u64,
}

impl HistoryBuilder {
    /// A builder of lines with a customer and a basket, without revenue.
    pub fn new(options: &HistoryOptions) -> Self {
        let shape = Shape { customers: true, baskets: true, revenue: None };
        Self { options: *options, intake: Intake::new(shape), pushed: 0 }
    }

    /// Lines name no customer: each basket is a customer of its own, called as the basket.
    #[must_use]
    pub fn without_customers(self) -> Self {
        self.reshape(|shape| shape.customers = false)
    }

    /// Lines name no basket: those of a customer at the same time are one basket, and baskets are
    /// numbered from 0.
    #[must_use]
    pub fn without_baskets(self) -> Self {
        self.reshape(|shape| shape.baskets = false)
    }

    /// Lines say what was paid, in minor units of the options' currency.
    #[must_use]
    pub fn with_revenue(self) -> Self {
        let currency = self.options.currency;
        self.reshape(|shape| shape.revenue = Some(currency))
    }

    fn reshape(self, change: impl FnOnce(&mut Shape)) -> Self {
        let mut shape = self.intake.shape;
        change(&mut shape);
        Self { intake: Intake::new(shape), ..self }
    }

    /// Adds a line. On an error the line is not added and the builder stays usable.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] names the part of the line that cannot be used;
    /// [`ErrorKind::InvalidArgument`] if the builder is without both customers and baskets.
    pub fn push(&mut self, line: &OrderLine<'_>) -> Result<()> {
        self.intake.shape.check()?;
        let place = Place::Row(self.pushed);
        self.pushed += 1;
        let shape = self.intake.shape;
        let bad = |role: &str, what: String| {
            Error::new(ErrorKind::Data, format!("{role}, {place}: {what}"))
        };
        for (given, expected, role) in
            [(line.customer, shape.customers, "customer"), (line.basket, shape.baskets, "basket")]
        {
            if let (Some(id), false) = (given, expected) {
                return Err(bad(role, format!("{id}, but the builder is without {role}s")));
            }
        }
        if line.revenue.is_some() && shape.revenue.is_none() {
            return Err(bad("revenue", "given, but the builder is without revenue".into()));
        }
        if !time_in_range(line.time) {
            let what = format!(
                "the time {} is outside the years -9999 to 9999; expected milliseconds since 1970",
                line.time
            );
            return Err(bad("time", what));
        }
        let quantity = line.quantity as f32;
        let flaw = if shape.customers && line.customer.is_none() {
            Some((Flaw::Null, "customer"))
        } else if shape.baskets && line.basket.is_none() {
            Some((Flaw::Null, "basket"))
        } else if line.product.is_none() {
            Some((Flaw::Null, "product"))
        } else if shape.revenue.is_some() && line.revenue.is_none() {
            Some((Flaw::Null, "revenue"))
        } else if line.revenue == Some(NO_MONEY) {
            Some((Flaw::NonFinite, "revenue"))
        } else if !quantity.is_finite() {
            Some((Flaw::NonFinite, "quantity"))
        } else if quantity <= 0.0 {
            Some((Flaw::NonPositive, "quantity"))
        } else {
            None
        };
        let fate = match flaw {
            None => Fate::Used,
            Some((flaw, role)) => {
                let value = || match role {
                    "quantity" => shown(line.quantity),
                    _ => "the amount".to_owned(),
                };
                flaw.judge(&self.options, &mut self.intake.report, value)
                    .map_err(|what| bad(role, what))?
            }
        };
        if fate == Fate::Skipped {
            self.intake.report.lines_read += 1;
            return Ok(());
        }
        let (Some(product), Some(who)) = (line.product, line.customer.or(line.basket)) else {
            return Err(Error::new(ErrorKind::Internal, "a line without ids was not judged"));
        };
        let which = if shape.customers && shape.baskets { line.basket } else { None };
        self.check_ids(who, which, product, fate).map_err(|(role, what)| bad(role, what))?;
        let customer = intern_first(&mut self.intake.customers, who)?;
        let product = intern_first(&mut self.intake.products, product)?;
        let revenue = line.revenue.unwrap_or(0);
        if fate == Fate::Return {
            self.intake.add_return(customer, line.time, product, quantity, revenue);
        } else {
            let basket = match which {
                Some(id) => intern_first(&mut self.intake.baskets, id)?,
                None => NO_ID,
            };
            let added = self.intake.add(customer, basket, line.time, product, quantity, revenue)?;
            if let Err(claimed) = added {
                return Err(bad("basket", self.intake.claimed_error(&claimed)));
            }
        }
        self.intake.report.lines_read += 1;
        Ok(())
    }

    // Whatever can be wrong with ids is found before any of them is interned.
    fn check_ids(
        &self,
        who: IdRef<'_>,
        which: Option<IdRef<'_>>,
        product: IdRef<'_>,
        fate: Fate,
    ) -> Result<(), (&'static str, String)> {
        let Intake { customers, baskets, products, .. } = &self.intake;
        let same_kind = |ids: &Ids, id: IdRef<'_>, role| {
            if ids.is_empty() || ids.kind() == id.kind() {
                return Ok(());
            }
            let kind = ids.kind().plural();
            Err((role, format!("{id}, but the ids so far are {kind}; ids are never converted")))
        };
        let role = if self.intake.shape.customers { "customer" } else { "basket" };
        same_kind(customers, who, role)?;
        same_kind(products, product, "product")?;
        let Some(basket) = which.filter(|_| fate == Fate::Used) else { return Ok(()) };
        same_kind(baskets, basket, "basket")?;
        if let Some(index) = baskets.find(basket) {
            let first = self.intake.customer_of(index);
            if first != who {
                return Err(("basket", claimed(basket, first, who)));
            }
        }
        Ok(())
    }

    /// How many lines were pushed, those that failed included.
    pub fn len(&self) -> u64 {
        self.pushed
    }

    /// True if no line was pushed.
    pub fn is_empty(&self) -> bool {
        self.pushed == 0
    }

    /// Groups the lines into a history.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`]; [`ErrorKind::Data`] if quantities or revenues of a basket's
    /// lines of one product add up to more than can be kept.
    pub fn finish(self, control: &Control) -> Result<History> {
        self.intake.shape.check()?;
        self.intake.finish(control)
    }
}
