//! What came of offers.

use std::collections::HashMap;

use super::{DAY_MS, DecisionLog, Entry, Event, Orders};
use crate::data::IdRef;
use crate::decide::reasons::Kind;
use crate::{Control, Error, ErrorKind, History, Result};

impl DecisionLog {
    /// Records what came of one offered product of a decision. Recording it again changes nothing.
    ///
    /// Of an up-sell, a purchase of the product in whose place it was offered is recorded under that
    /// one. Of a bundle each product is recorded that was bought, its main one as well; the purchase of
    /// a product of which a second unit was offered is that of the second one. [`Event::OptedOut`] is
    /// about the customer, whichever of the offered products it is recorded for.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownId`](crate::ErrorKind::UnknownId) if the log has no such decision, or
    /// the decision no offer with this product.
    pub fn record<'a>(
        &mut self,
        decision: &str,
        product: impl Into<IdRef<'a>>,
        event: Event,
    ) -> Result<()> {
        let product = product.into();
        let unknown = |what: String| Err(Error::new(ErrorKind::UnknownId, what));
        let entry = u128::from_str_radix(decision, 16).ok().and_then(|id| self.by_id.get(&id));
        let Some(&entry) = entry else {
            return unknown(format!("decision: the log has no decision {decision:?}"));
        };
        let entry = &mut self.entries[entry as usize];
        let rows = &mut self.rows[entry.first as usize..][..entry.rows as usize];
        let code = self.products.as_ref().and_then(|products| products.find(product));
        let mut found = false;
        for row in rows {
            let products = (0..).zip(&row.products);
            let bits = products.filter(|&(_, &product)| code == Some(product));
            let bits = bits.fold(0, |bits, (at, _)| bits | 1u8 << at);
            if bits != 0 {
                match event {
                    Event::Bought => row.bought |= bits,
                    Event::Returned => row.returned |= bits,
                    _ => row.events |= event.bit(),
                }
                found = true;
            } else if row.kind == Kind::UpSell
                && event == Event::Bought
                && code.is_some()
                && row.base == code
            {
                row.base_bought = true;
                found = true;
            }
        }
        if !found {
            return unknown(format!("product: {product} was not offered in decision {decision:?}"));
        }
        entry.opted_out |= event == Event::OptedOut;
        Ok(())
    }

    /// Looks up in the shop's orders what was bought within so many days after each decision, of
    /// those who were held out as well, and records it. Returns how many offered products were
    /// found that were not recorded as bought before.
    ///
    /// A day or less finds what joined the order itself. Two to four weeks also find what was only
    /// bought earlier because it was offered, and is then missing: this is what an offer of
    /// something that is bought regularly should be measured by.
    ///
    /// Where all orders of the history are at midnight UTC, they carry a date only, and days are
    /// compared: found is what was ordered on the day of the decision, which may have been before it,
    /// and on as many days after that as `days` has whole ones. The last day of such orders is not
    /// taken to be complete.
    ///
    /// The orders must be all there are up to the last of them. They say nothing about decisions
    /// whose customer is not known, or whose days are not over by the last order: what is found for
    /// these is recorded, but [`learn`](Self::learn) leaves them out and says how many. Orders that
    /// are looked up later may follow them.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) unless `days` is above 0
    /// and at most 3,660; [`ErrorKind::Data`](crate::ErrorKind::Data) if customers or products of
    /// one are integers and those of the other are strings;
    /// [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled).
    pub fn record_orders(&mut self, orders: &History, days: f64, control: &Control) -> Result<u64> {
        if !(days > 0.0 && days <= 3660.0) {
            return Err(Error::argument(format!(
                "days: expected more than 0 and at most 3,660, got {days}"
            )));
        }
        let (Some(products), Some(customers)) = (&self.products, &self.customers) else {
            self.entries.iter_mut().for_each(Entry::look_up);
            return Ok(0);
        };
        for (what, ours, theirs) in [
            ("products", products, orders.products()),
            ("customers", customers, orders.customers()),
        ] {
            if !theirs.is_empty() && ours.kind() != theirs.kind() {
                return Err(Error::new(
                    ErrorKind::Data,
                    format!(
                        "orders: the {what} are {}, but those of the log are {}; ids are never \
                         converted",
                        theirs.kind().plural(),
                        ours.kind().plural()
                    ),
                ));
            }
        }
        // Per customer of the log: their baskets by time.
        let code: HashMap<u32, u32> = (customers.iter().enumerate())
            .filter_map(|(c, id)| Some((orders.customers().find(id)?, c as u32)))
            .collect();
        let mut baskets: Vec<(u32, i64, usize)> = Vec::new();
        for basket in 0..orders.len() {
            if let Some(&customer) = code.get(&orders.customer_index_of(basket)) {
                baskets.push((customer, orders.time_of(basket), basket));
            }
            if basket % 65_536 == 0 {
                control.check()?;
            }
        }
        baskets.sort_unstable();
        let theirs: Vec<Option<u32>> =
            products.iter().map(|id| orders.products().find(id)).collect();
        let window = (days * DAY_MS as f64).round() as i64;
        let times = || (0..orders.len()).map(|basket| orders.time_of(basket));
        let last = times().max();
        let dates_only = times().all(|time| time.rem_euclid(DAY_MS) == 0);
        let mut found = 0;
        for (e, entry) in self.entries.iter_mut().enumerate() {
            if e % 4_096 == 0 {
                control.check()?;
            }
            entry.look_up();
            let Some(customer) = entry.customer else { continue };
            let (begin, end) = if dates_only {
                let today = entry.now_ms.saturating_sub(entry.now_ms.rem_euclid(DAY_MS));
                // The last moment of the last day.
                let end = today.saturating_add(window - window % DAY_MS).saturating_add(DAY_MS - 1);
                (today, end)
            } else {
                (entry.now_ms, entry.now_ms.saturating_add(window))
            };
            if last.is_some_and(|last| end <= last) {
                entry.orders = Orders::Followed;
            }
            let from = baskets.partition_point(|&(c, t, _)| (c, t) < (customer, begin));
            let bought: Vec<(u32, f64)> = baskets[from..]
                .iter()
                .take_while(|&&(c, t, _)| c == customer && t <= end)
                .flat_map(|&(_, _, basket)| orders.lines_of(basket))
                .map(|line| (line.product, f64::from(line.quantity)))
                .collect();
            // How many units of it in one order, at the most.
            let units = |product: u32| {
                let Some(product) = theirs[product as usize] else { return 0.0 };
                let units = bought.iter().filter(|line| line.0 == product).map(|line| line.1);
                units.fold(0.0, f64::max)
            };
            for row in &mut self.rows[entry.first as usize..][..entry.rows as usize] {
                for (at, &product) in row.products.iter().enumerate() {
                    let wanted = if row.is_second() && at > 0 { 2.0 } else { f64::MIN_POSITIVE };
                    if row.bought >> at & 1 == 0 && units(product) >= wanted {
                        row.bought |= 1 << at;
                        found += 1;
                    }
                }
                row.base_bought |= row.base.is_some_and(|base| units(base) > 0.0);
            }
        }
        Ok(found)
    }
}
