//! Baskets with the categories of what they hold: generalized itemsets (Srikant and Agrawal: Mining
//! generalized association rules, 1995).
//!
//! A basket holds a category if it holds anything of it. An itemset never holds an item together
//! with one of its own categories, as that would be in exactly the baskets of the item; the miner
//! leaves such candidates out when it takes either of the two, so that none is found and dropped.

use super::miner::Kin;
use crate::data::RowBuilder;
use crate::{Baskets, Control, Hierarchy, Result};

/// Baskets of items and categories.
pub(super) struct Extension {
    pub baskets: Baskets,
    pub kin: Kin,
}

impl Extension {
    pub(super) fn new(baskets: &Baskets, hierarchy: &Hierarchy, control: &Control) -> Result<Self> {
        let extended = hierarchy.extend_ids(baskets.ids())?;
        let mut rows = RowBuilder::default();
        for (r, row) in baskets.rows().enumerate() {
            if r.is_multiple_of(1 << 14) {
                control.check()?;
            }
            for &item in row {
                if extended.items[item as usize] {
                    rows.push(item);
                }
                extended.ancestors[item as usize].iter().for_each(|&above| rows.push(above));
            }
            rows.end();
        }
        let all = rows.finish(extended.ids).with_skipped(baskets.skipped());
        let mut all = all.weighing_like(baskets);
        if let Some(customers) = baskets.customers() {
            all = all.with_customers(customers)?;
        }
        Ok(Self { baskets: all, kin: Kin::new(extended.ancestors) })
    }
}

impl Hierarchy {
    /// Baskets with the categories of what they hold: what is mined with this
    /// [`hierarchy`](crate::ItemsetOptions::hierarchy), and what [`rules`](super::rules) of the
    /// itemsets are to be counted in where some are missing. The items keep their index among
    /// the ids.
    ///
    /// ```
    /// use basketry::{Baskets, Control, Hierarchy};
    ///
    /// let baskets = Baskets::from_lists([["edam", "ale"]])?;
    /// let kinds = Hierarchy::from_links([("edam", "cheese"), ("brie", "cheese")])?;
    /// assert_eq!(kinds.extend(&baskets, &Control::new())?.row(0).len(), 3);
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if none of the items of the baskets is in the hierarchy;
    /// [`Cancelled`](crate::ErrorKind::Cancelled).
    pub fn extend(&self, baskets: &Baskets, control: &Control) -> Result<Baskets> {
        Ok(Extension::new(baskets, self, control)?.baskets)
    }
}
