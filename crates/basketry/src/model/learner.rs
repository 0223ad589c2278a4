//! A model kept up to date: orders come, customers go.

use std::sync::Arc;

use super::fit::recount;
use super::{Model, fit};
use crate::{Catalog, Control, Error, ErrorKind, FitOptions, History, IdRef, Result};

/// Learns again and again from a history that grows, and from which customers may be taken out.
///
/// - [`append`](Self::append) adds orders, [`forget`](Self::forget) takes customers out. Neither
///   learns anything yet.
/// - [`fit`](Self::fit) learns everything anew: the model is, byte for byte, the one that
///   [`fit`](crate::fit) makes of the same orders at once, in whatever parts they came, and without
///   the customers that were forgotten.
/// - [`update`](Self::update) counts anew and keeps what the last fit learned on top of the counts:
///   baskets, customers, popularity and rhythm of products, pairs, relations, each customer's
///   purchases are exactly those of a fit; similarities and the weights of the propensity are
///   carried over, as the model's report says ([`FitReport::carried`](crate::FitReport)). They change
///   slowly; the counts are what changes from day to day. Nothing is added up across updates: it
///   goes through all orders, however few are new, and takes time in proportion to them, at most a
///   quarter of what a fit takes (1.2 million lines of 68,509 products).
///
/// [`refit_due`](Self::refit_due) says when it is time for a fit.
///
/// ```
/// use basketry::{
///     CatalogBuilder, CatalogOptions, Control, FitOptions, HistoryBuilder, HistoryOptions, IdRef,
///     Learner, OrderLine, Product,
/// };
///
/// let mut catalog = CatalogBuilder::new(&CatalogOptions::default());
/// catalog.push(&Product::new("bread").price(250))?;
/// let orders = |day: i64, who: &str| -> Result<_, basketry::Error> {
///     let mut builder = HistoryBuilder::new(&HistoryOptions::default());
///     builder.push(&OrderLine::new(day * 86_400_000, "bread").customer(who).basket(day))?;
///     builder.finish(&Control::new())
/// };
/// let control = Control::new();
/// let mut learner = Learner::new(catalog.finish(), orders(1, "ann")?, FitOptions::default())?;
/// let first = learner.fit(&control)?;
///
/// learner.append(&orders(2, "bob")?, &control)?;
/// let second = learner.update(&control)?;
/// assert_eq!((first.customers().len(), second.customers().len()), (1, 2));
///
/// learner.forget(&[IdRef::Str("ann")], &control)?;
/// assert_eq!(learner.update(&control)?.customers().find("ann"), None);
/// # Ok::<(), basketry::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Learner {
    catalog: Arc<Catalog>,
    history: History,
    options: FitOptions,
    last: Option<Last>,
}

/// The last fit, and what came since.
#[derive(Clone, Debug)]
struct Last {
    model: Model,
    appended_baskets: u64,
    forgotten_customers: u64,
}

/// Baskets that came since the last fit, for each of those it learned from, at which another one is
/// due.
const DUE_GROWTH: f64 = 0.1;

impl Learner {
    /// Begins with some orders, which may be none.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] names an option that is out of range.
    pub fn new(
        catalog: impl Into<Arc<Catalog>>,
        history: History,
        options: FitOptions,
    ) -> Result<Self> {
        options.validate()?;
        Ok(Self { catalog: catalog.into(), history, options, last: None })
    }

    /// Goes on from a model that was fitted before, with its options: [`update`](Self::update) then
    /// carries its weights over. `history` holds all orders, those that it learned from included.
    pub fn resume(model: Model, catalog: impl Into<Arc<Catalog>>, history: History) -> Self {
        let options = model.options().clone();
        let appended_baskets = (history.len() as u64).saturating_sub(model.report().baskets);
        let last = Last { model, appended_baskets, forgotten_customers: 0 };
        Self { catalog: catalog.into(), history, options, last: Some(last) }
    }

    /// Adds orders. It is as if their source had been read after that of the orders so far; a
    /// basket may go on in them.
    ///
    /// It takes time and memory for a copy of the orders so far besides the new ones.
    ///
    /// # Errors
    /// As for [`History::extend`]. The orders then stay as they were.
    pub fn append(&mut self, orders: &History, control: &Control) -> Result<()> {
        let before = self.history.len();
        if self.history.is_empty() && self.history.customers.is_empty() {
            self.history = orders.clone();
        } else {
            self.history.extend(orders, control)?;
        }
        if let Some(last) = &mut self.last {
            last.appended_baskets += (self.history.len() - before) as u64;
        }
        Ok(())
    }

    /// Takes customers out, with all that is known of them, as [`History::forget`] and
    /// [`Model::forget`] do. Returns how many of them were not here.
    ///
    /// Until the next [`fit`](Self::fit) what [`update`](Self::update) carries over still rests on
    /// their purchases too; counts no longer do.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if an id is an integer where the customers' are strings, or the
    /// other way round; [`ErrorKind::Cancelled`]. Nobody is forgotten then.
    pub fn forget(&mut self, customers: &[IdRef<'_>], control: &Control) -> Result<u64> {
        let before = self.history.customers.len();
        // First what may fail.
        let model = self.last.as_ref().map(|last| last.model.forget(customers)).transpose()?;
        let unknown = self.history.forget(customers, control)?;
        if let (Some(last), Some(model)) = (&mut self.last, model) {
            last.model = model;
            last.forgotten_customers += (before - self.history.customers.len()) as u64;
        }
        Ok(unknown)
    }

    /// Puts another catalogue in place. The next model is made with it.
    pub fn set_catalog(&mut self, catalog: impl Into<Arc<Catalog>>) {
        self.catalog = catalog.into();
    }

    /// The catalogue.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// All orders, without those of customers that were forgotten.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The options of every fit.
    pub fn options(&self) -> &FitOptions {
        &self.options
    }

    /// Learns everything anew, and remembers it for [`update`](Self::update).
    ///
    /// # Errors
    /// As for [`fit`](crate::fit). The last fit then stays the last.
    pub fn fit(&mut self, control: &Control) -> Result<Model> {
        let model = fit(&self.catalog, &self.history, &self.options, control)?;
        let last = Last { model: model.clone(), appended_baskets: 0, forgotten_customers: 0 };
        self.last = Some(last);
        Ok(model)
    }

    /// Counts anew, and carries the rest over from the last fit; without one it is a
    /// [`fit`](Self::fit).
    ///
    /// # Errors
    /// As for [`fit`](crate::fit).
    pub fn update(&mut self, control: &Control) -> Result<Model> {
        let Some(last) = &self.last else { return self.fit(control) };
        if self.catalog.ids().kind() != last.model.products().kind() {
            return Err(Error::new(
                ErrorKind::Schema,
                "the catalogue's product ids are of another type than at the last fit; fit again",
            ));
        }
        let changes = (last.appended_baskets, last.forgotten_customers);
        recount(&self.catalog, &self.history, &self.options, (&last.model, changes), control)
    }

    /// Whether what [`update`](Self::update) carries over has aged: nothing was fitted yet, a tenth
    /// as many baskets came since as the last fit learned from, or the last order is
    /// [`holdout_days`](FitOptions::holdout_days) later than at the last fit, so that there are
    /// entirely new orders to fit the propensity to.
    pub fn refit_due(&self) -> bool {
        let Some(last) = &self.last else { return true };
        let grown = last.appended_baskets as f64 >= DUE_GROWTH * last.model.report().baskets as f64;
        let days = self.options.holdout_days * crate::affinity::views::DAY_MS;
        let later = self.history.last_time().unwrap_or(i64::MIN).saturating_sub(last.model.as_of());
        (grown && last.appended_baskets > 0) || later as f64 >= days
    }
}
