//! Histories put together, and customers taken out of them.

use std::sync::Arc;

use super::columns::NO_ID;
use super::history::{History, Returns};
use super::ids::{IdRef, Ids};
use super::intake::Intake;
use crate::{Control, Error, Result};

impl History {
    /// Adds the lines of another history, matched by id: as if its source had been read after that
    /// of this one. On an error the history stays as it was.
    ///
    /// Quantities and revenues of a basket that goes on in `other` are added up. It takes time and
    /// memory for a copy of what is there besides the new lines.
    ///
    /// ```
    /// use basketry::{Control, HistoryBuilder, HistoryOptions, OrderLine};
    ///
    /// let day = |time: i64, product| -> Result<_, basketry::Error> {
    ///     let mut builder = HistoryBuilder::new(&HistoryOptions::default());
    ///     builder.push(&OrderLine::new(time, product).customer("ann").basket(time))?;
    ///     builder.finish(&Control::new())
    /// };
    /// let mut history = day(1_711_886_400_000, "bread")?;
    /// history.extend(&day(1_711_972_800_000, "jam")?, &Control::new())?;
    /// assert_eq!((history.len(), history.customers().len(), history.products().len()), (2, 1, 2));
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind) if the two do not have the same roles and
    /// currency; [`ErrorKind::Data`](crate::ErrorKind) if the ids of one are integers and those of
    /// the other strings, if a basket belongs to two customers, and for sums that cannot be kept.
    pub fn extend(&mut self, other: &History, control: &Control) -> Result<()> {
        let mut intake = Intake::resume(self, other.shape)?;
        intake.extend(other, control)?;
        intake.finish_into(self, control)
    }

    /// Takes out all that is known of some customers: their baskets, lines, returns and ids, and
    /// the products that nobody else bought. It is the history of a source without their lines, but
    /// that products stay in the order in which they first appeared with them. Without a customer
    /// column each basket is a customer, called as the basket.
    ///
    /// How many lines were read and left out stays in the [report](Self::report) as it was: these
    /// are sums that name nobody.
    ///
    /// Returns how many of the customers were not here.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind) if an id is an integer where the customers'
    /// are strings, or the other way round; [`ErrorKind::Cancelled`](crate::ErrorKind). The history
    /// then stays as it was.
    pub fn forget(&mut self, customers: &[IdRef<'_>], control: &Control) -> Result<u64> {
        let mut gone = vec![false; self.customers.len()];
        let mut unknown = 0;
        for (at, &customer) in customers.iter().enumerate() {
            let kind = self.customers.kind();
            if customer.kind() != kind && !self.customers.is_empty() {
                return Err(Error::argument(format!(
                    "customers[{at}]: the customers' ids are {}, got {customer}; ids are never \
                     converted",
                    kind.plural()
                )));
            }
            match self.customers.find(customer) {
                Some(index) => gone[index as usize] = true,
                None => unknown += 1,
            }
        }
        if gone.contains(&true) {
            *self = self.without(&gone, control)?;
        }
        Ok(unknown)
    }

    fn without(&self, gone: &[bool], control: &Control) -> Result<Self> {
        let stays = |basket: &usize| !gone[self.basket_customer[*basket] as usize];
        let mut bought = vec![false; self.products.len()];
        let baskets: Vec<usize> = (0..self.len()).filter(stays).collect();
        for &basket in &baskets {
            for line in self.range(basket) {
                bought[self.product[line] as usize] = true;
            }
        }
        control.check()?;
        let returned: Vec<usize> = (0..self.returns.product.len())
            .filter(|&line| !gone[self.returns.customer[line] as usize])
            .collect();
        for &line in &returned {
            bought[self.returns.product[line] as usize] = true;
        }
        let (customers, customer_of) = kept(&self.customers, |at| !gone[at])?;
        let (products, product_of) = kept(&self.products, |at| bought[at])?;
        let mut new = History {
            customers,
            baskets: Arc::clone(&self.baskets),
            products,
            basket_customer: Vec::with_capacity(baskets.len()),
            basket_time: baskets.iter().map(|&basket| self.basket_time[basket]).collect(),
            basket_spread: baskets.iter().map(|&basket| self.basket_spread[basket]).collect(),
            offsets: Vec::with_capacity(baskets.len() + 1),
            product: Vec::new(),
            quantity: Vec::new(),
            revenue: Vec::new(),
            currency: self.currency,
            returns: Returns::default(),
            shape: self.shape,
            report: self.report.clone(),
        };
        new.offsets.push(0);
        for &basket in &baskets {
            let range = self.range(basket);
            let customer = self.basket_customer[basket] as usize;
            new.basket_customer.push(customer_of[customer]);
            // Products keep their order, so lines still ascend.
            let products = self.product[range.clone()].iter();
            new.product.extend(products.map(|&product| product_of[product as usize]));
            new.quantity.extend_from_slice(&self.quantity[range.clone()]);
            if !self.revenue.is_empty() {
                new.revenue.extend_from_slice(&self.revenue[range]);
            }
            new.offsets.push(new.product.len() as u64);
        }
        control.check()?;
        let old = &self.returns;
        for &line in &returned {
            new.returns.customer.push(customer_of[old.customer[line] as usize]);
            new.returns.time.push(old.time[line]);
            new.returns.product.push(product_of[old.product[line] as usize]);
            new.returns.quantity.push(old.quantity[line]);
            new.returns.revenue.extend(old.revenue.get(line));
        }
        new.baskets = if Arc::ptr_eq(&self.baskets, &self.customers) {
            Arc::clone(&new.customers)
        } else if self.shape.baskets {
            let mut stays = vec![false; self.len()];
            baskets.iter().for_each(|&basket| stays[basket] = true);
            kept(&self.baskets, |at| stays.get(at).copied().unwrap_or(false))?.0
        } else {
            // Baskets without ids are numbered.
            let mut numbers = Ids::new(crate::IdKind::Int);
            for number in 0..baskets.len() as i64 {
                numbers.intern(number)?;
            }
            Arc::new(numbers)
        };
        let report = &mut new.report;
        report.baskets = baskets.len() as u64;
        report.customers = new.customers.len() as u64;
        report.products = new.products.len() as u64;
        report.first_time = new.basket_time.iter().min().copied();
        report.last_time = new.basket_time.iter().max().copied();
        let several = new.basket_spread.iter().filter(|&&spread| spread).count();
        report.baskets_with_several_times = several as u64;
        Ok(new)
    }

    fn range(&self, basket: usize) -> std::ops::Range<usize> {
        self.offsets[basket] as usize..self.offsets[basket + 1] as usize
    }
}

/// The ids that stay, and for each old index the new one.
fn kept(ids: &Ids, stays: impl Fn(usize) -> bool) -> Result<(Arc<Ids>, Vec<u32>)> {
    let mut new = Ids::new(ids.kind());
    let mut index_of = Vec::with_capacity(ids.len());
    for (at, id) in ids.iter().enumerate() {
        index_of.push(if stays(at) { new.intern(id)? } else { NO_ID });
    }
    Ok((Arc::new(new), index_of))
}
