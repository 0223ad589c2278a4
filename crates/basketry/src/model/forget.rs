//! A model without some of its customers.

use super::Model;
use super::file::Writer;
use super::layout;
use super::requests::check_kind;
use crate::{IdRef, Result};

impl Model {
    /// The same model without what it holds of some customers: their ids and their purchases. They
    /// are strangers to it from then on. Ids that the model does not know are passed over.
    ///
    /// What they contributed to sums stays until the next fit: how many baskets and customers
    /// bought each product, its popularity and rhythm, the pairs of products (each with at least
    /// [`min_customers`](crate::FitOptions::min_customers) customers behind it when it was counted),
    /// the weights of the propensity. To take that out as well, forget the customers in the
    /// [`Learner`](crate::Learner) or the history and fit again.
    ///
    /// [`FitReport::forgotten_customers`](crate::FitReport) counts who was taken out.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind) if an id is an integer where the customers'
    /// are strings, or the other way round.
    pub fn forget(&self, customers: &[IdRef<'_>]) -> Result<Model> {
        let known = self.customers();
        let mut stays = vec![true; known.len()];
        let mut forgotten = 0;
        for (at, &customer) in customers.iter().enumerate() {
            if !known.is_empty() {
                check_kind(customer, known.kind(), "customers", || format!("customers[{at}]"))?;
            }
            if let Some(index) = known.find(customer) {
                forgotten += u64::from(std::mem::take(&mut stays[index as usize]));
            }
        }
        if forgotten == 0 {
            return Ok(self.clone());
        }
        let mut writer = Writer::new(layout::number());
        layout::without_customers(
            &self.inner.layout,
            &self.inner.sections,
            &self.inner.bytes,
            (&stays, forgotten),
            &mut writer,
        )?;
        Model::from_bytes(writer.finish())
    }
}
