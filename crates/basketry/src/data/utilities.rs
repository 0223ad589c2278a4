//! Baskets in which every line is worth something: the input of utility mining.

use std::sync::Arc;

use super::baskets::Baskets;
use super::catalog::Catalog;
use super::columns::NO_ID;
use super::history::{History, OnBad};
use super::ids::{Id, IdKind, Ids};
use super::money::Currency;
use crate::{Error, ErrorKind, Result};

/// Baskets of distinct items, each with what it is worth there: its *utility*, an integer number
/// of minor units (cents) that may be negative (loss leaders, goods given back) or 0. The same
/// item may earn in one basket and cost in another.
///
/// Stored as compressed sparse rows: row `b` holds the items `items[offsets[b]..offsets[b + 1]]`,
/// ascending and without repetition, as indices into [`ids`](Self::ids), and in the same places
/// their utilities. Lines of the same basket and item are added up, and stay even if the sum is 0:
/// the basket does hold the item. Empty baskets are kept.
///
/// All sums are exact: it is an error if the absolute values of all lines together leave 64 bits.
#[derive(Clone, Debug)]
pub struct Utilities {
    offsets: Vec<u64>,
    items: Vec<u32>,
    values: Vec<i64>,
    ids: Arc<Ids>,
    total: i64,
    currency: Option<Currency>,
    skipped: u64,
    merged: u64,
}

impl Utilities {
    /// Baskets from lists of ids, each with its utility in minor units. Repeated ids within a list
    /// are added up.
    ///
    /// ```
    /// use basketry::Utilities;
    ///
    /// let baskets = Utilities::from_lists([
    ///     vec![("bread", 120), ("jam", 90), ("bread", 60)],
    ///     vec![("bread", -20)],
    /// ])?;
    /// assert_eq!((baskets.len(), baskets.lines(), baskets.merged()), (2, 3, 1));
    /// assert_eq!((baskets.row(0), baskets.total()), ((&[0, 1][..], &[180, 90][..]), 250));
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Data`] if integers and strings are mixed, or if sums leave 64 bits.
    pub fn from_lists<I, N>(lists: impl IntoIterator<Item = I>) -> Result<Self>
    where
        I: IntoIterator<Item = (N, i64)>,
        N: Into<Id>,
    {
        let mut ids: Option<Ids> = None;
        let mut rows = UtilityRows::default();
        for (b, list) in lists.into_iter().enumerate() {
            for (id, value) in list {
                let id: Id = id.into();
                let ids = ids.get_or_insert_with(|| Ids::new(id.as_ref().kind()));
                let item = ids
                    .intern(&id)
                    .map_err(|error| Error::new(error.kind(), format!("basket {b}: {error}")))?;
                rows.push(item, value);
            }
            rows.end().map_err(|item| match &ids {
                Some(ids) => too_big(&format!("basket {b}, item {}", ids.get(item))),
                None => too_big(&format!("basket {b}")),
            })?;
        }
        rows.finish(Arc::new(ids.unwrap_or_else(|| Ids::new(IdKind::Str))))
    }

    /// Baskets from compressed sparse rows: the items of basket `b` are
    /// `indices[indptr[b]..indptr[b + 1]]`, as indices into `ids`, and in the same places of
    /// `values` are their utilities in minor units. Repeated items of a basket are added up.
    ///
    /// ```
    /// use basketry::{IdKind, Ids, Utilities};
    ///
    /// let mut ids = Ids::new(IdKind::Str);
    /// for id in ["bread", "jam"] {
    ///     ids.intern(id)?;
    /// }
    /// let baskets = Utilities::from_csr(&[0, 2, 3], &[1, 0, 1], &[90, 120, -10], ids)?;
    /// assert_eq!(baskets.row(0), (&[0, 1][..], &[120, 90][..]));
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] names the array that is not as it should be, and where;
    /// [`ErrorKind::Data`] if sums leave 64 bits.
    pub fn from_csr(indptr: &[u64], indices: &[u32], values: &[i64], ids: Ids) -> Result<Self> {
        let bad = |what: String| Err(Error::argument(what));
        if values.len() != indices.len() {
            return bad(format!(
                "values: expected {} numbers, one for each of indices, got {}",
                indices.len(),
                values.len()
            ));
        }
        let Some((&first, ends)) = indptr.split_first() else {
            return bad("indptr: expected one more entry than baskets, got none".into());
        };
        if first != 0 {
            return bad(format!("indptr: expected 0 as the first entry, got {first}"));
        }
        let mut rows = UtilityRows::default();
        let mut start = 0;
        for (basket, &end) in ends.iter().enumerate() {
            let Some(until) =
                usize::try_from(end).ok().filter(|&u| u >= start && u <= indices.len())
            else {
                return bad(format!(
                    "indptr[{}]: expected a number from {start} to {} (the length of indices), \
                     got {end}",
                    basket + 1,
                    indices.len()
                ));
            };
            for at in start..until {
                let item = indices[at];
                if item as usize >= ids.len() {
                    return bad(format!(
                        "indices[{at}]: expected an index below {} (the number of ids), got {item}",
                        ids.len()
                    ));
                }
                rows.push(item, values[at]);
            }
            rows.end()
                .map_err(|item| too_big(&format!("basket {basket}, item {}", ids.get(item))))?;
            start = until;
        }
        if start != indices.len() {
            return bad(format!(
                "indptr: expected {} (the length of indices) as the last entry, got {start}",
                indices.len()
            ));
        }
        rows.finish(Arc::new(ids))
    }

    /// What each line of a history contributed: what was paid for it less the unit cost of the
    /// catalogue times the quantity, rounded half to even to minor units. Without a catalogue,
    /// what was paid. Basket and product indices stay those of the history. Returns belong to no
    /// basket, and are not looked at.
    ///
    /// A line whose product has no cost, or is not in the catalogue, is an error, or is left out
    /// and counted in [`skipped`](Self::skipped), as `no_cost` says. (A line that is left out is
    /// no part of its basket: the baskets that hold the product without a cost are not counted as
    /// holding it.)
    ///
    /// ```
    /// use basketry::{
    ///     CatalogBuilder, CatalogOptions, Control, HistoryBuilder, HistoryOptions, OnBad,
    ///     OrderLine, Product, Utilities,
    /// };
    ///
    /// let mut catalog = CatalogBuilder::new(&CatalogOptions::default());
    /// catalog.push(&Product::new("jam").price(249).cost(100))?;
    /// let options = HistoryOptions::default();
    /// let mut history = HistoryBuilder::new(&options).without_customers().with_revenue();
    /// history.push(&OrderLine::new(0, "jam").basket(1).quantity(2.0).revenue(498))?;
    /// let history = history.finish(&Control::new())?;
    /// let baskets = Utilities::from_history(&history, Some(&catalog.finish()), OnBad::Error)?;
    /// assert_eq!(baskets.row(0).1, [298]);
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the history has no revenue, or the catalogue has another
    /// currency; [`ErrorKind::Data`] for a product without a cost, and if sums leave 64 bits.
    pub fn from_history(
        history: &History,
        catalog: Option<&Catalog>,
        no_cost: OnBad,
    ) -> Result<Self> {
        let Some(currency) = history.currency else {
            return Err(Error::argument(
                "history: it has no revenue; expected one that was read with a revenue column",
            ));
        };
        if let Some(catalog) = catalog.filter(|catalog| catalog.currency() != currency) {
            return Err(Error::argument(format!(
                "catalog: its costs are in {}, the revenue of the history is in {currency}; \
                 expected the same currency",
                catalog.currency()
            )));
        }
        // The unit cost of each product of the history; `None` where it is not known.
        let costs: Option<Vec<Option<i64>>> = catalog.map(|catalog| {
            (0..history.products.len() as u32)
                .map(|product| {
                    let index = catalog.find(history.products.get(product))?;
                    catalog.cost(index).map(|cost| cost.minor)
                })
                .collect()
        });
        let mut rows = UtilityRows::default();
        let mut skipped = 0;
        for basket in 0..history.len() {
            for line in history.lines_of(basket) {
                let place = || {
                    let product = history.products.get(line.product);
                    format!("basket {}, product {product}", history.baskets.get(basket as u32))
                };
                let paid = line.revenue.unwrap_or(0);
                let cost = match &costs {
                    None => 0,
                    Some(costs) => match costs[line.product as usize] {
                        Some(cost) => times(f64::from(line.quantity), cost)
                            .ok_or_else(|| too_big(&place()))?,
                        None if no_cost == OnBad::Skip => {
                            skipped += 1;
                            continue;
                        }
                        None => {
                            return Err(Error::new(
                                ErrorKind::Data,
                                format!(
                                    "{}: the catalogue has no cost for the product (the rule \
                                     no_cost is error; it may be skip)",
                                    place()
                                ),
                            ));
                        }
                    },
                };
                let value = paid.checked_sub(cost).ok_or_else(|| too_big(&place()))?;
                rows.push(line.product, value);
            }
            rows.end()
                .map_err(|_| too_big(&format!("basket {}", history.baskets.get(basket as u32))))?;
        }
        let utilities = rows.finish(history.products.clone())?;
        Ok(Self { currency: Some(currency), skipped, ..utilities })
    }

    /// Notes what is known of the source besides its lines.
    pub(super) fn with_source(mut self, currency: Currency, skipped: u64) -> Self {
        self.currency = Some(currency);
        self.skipped = skipped;
        self
    }

    /// The number of baskets, empty ones included.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// True if there is no basket.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of lines, after repeated lines of an item in a basket were added up.
    pub fn lines(&self) -> usize {
        self.items.len()
    }

    /// The ids behind the item indices.
    pub fn ids(&self) -> &Arc<Ids> {
        &self.ids
    }

    /// The sum of all lines in minor units; may be negative.
    pub fn total(&self) -> i64 {
        self.total
    }

    /// The currency of the utilities; `None` if they came as lists.
    pub fn currency(&self) -> Option<Currency> {
        self.currency
    }

    /// Lines of the source that were left out, where the caller chose [`OnBad::Skip`]: because of
    /// a null, a number that is not finite, or a product without a cost.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Lines that were added to another line of the same basket and item. (Those that a history
    /// has merged already are counted in its report.)
    pub fn merged(&self) -> u64 {
        self.merged
    }

    /// The items of basket `index` as indices into [`ids`](Self::ids), ascending, and their
    /// utilities in minor units. Panics if there is no such basket.
    pub fn row(&self, index: usize) -> (&[u32], &[i64]) {
        let range = self.offsets[index] as usize..self.offsets[index + 1] as usize;
        (&self.items[range.clone()], &self.values[range])
    }

    /// All rows in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = (&[u32], &[i64])> {
        (0..self.len()).map(|index| self.row(index))
    }

    /// The same baskets without what their lines are worth.
    pub fn to_baskets(&self) -> Baskets {
        Baskets::from_rows(self.offsets.clone(), self.items.clone(), self.ids.clone())
    }
}

/// `units * each` rounded half to even, whatever binary fraction `units` is; `None` if it is not
/// finite or leaves 64 bits.
pub(super) fn times(units: f64, each: i64) -> Option<i64> {
    if !units.is_finite() {
        return None;
    }
    let bits = units.to_bits();
    let (fraction, exponent) = ((bits & ((1 << 52) - 1)) as i128, (bits >> 52 & 0x7ff) as i32);
    // units = digits * 2^power, with digits below 2^53: the product below is below 2^116.
    let (digits, power) = match exponent {
        0 => (fraction, -1074),
        _ => (fraction | 1 << 52, exponent - 1075),
    };
    let product = if units < 0.0 { -digits } else { digits } * i128::from(each);
    let rounded = match power {
        _ if product == 0 => 0,
        0.. => {
            // Beyond 2^63 nothing fits.
            if power > 62 {
                return None;
            }
            product.checked_mul(1i128 << power)?
        }
        // Less than half a unit.
        ..-118 => 0,
        _ => {
            let shift = power.unsigned_abs();
            // Shifting rounds down; the rest is what was cut off, at least 0.
            let (floor, rest) = (product >> shift, product & ((1i128 << shift) - 1));
            let half = 1i128 << (shift - 1);
            floor + i128::from(rest > half || (rest == half && floor % 2 != 0))
        }
    };
    i64::try_from(rounded).ok()
}

/// The error for a sum or a product that leaves 64 bits.
pub(super) fn too_big(place: &str) -> Error {
    Error::new(
        ErrorKind::Data,
        format!("{place}: the utility is too big: expected less than 2^63 minor units"),
    )
}

/// Collects rows of items with their utilities; sorts each and adds up repeated items.
#[derive(Debug)]
pub(super) struct UtilityRows {
    offsets: Vec<u64>,
    items: Vec<u32>,
    values: Vec<i64>,
    /// The current row.
    open: Vec<(u32, i64)>,
    merged: u64,
}

impl Default for UtilityRows {
    fn default() -> Self {
        Self {
            offsets: vec![0],
            items: Vec::new(),
            values: Vec::new(),
            open: Vec::new(),
            merged: 0,
        }
    }
}

impl UtilityRows {
    #[inline]
    pub(super) fn push(&mut self, item: u32, value: i64) {
        self.open.push((item, value));
    }

    /// Ends the current row. The error is an item whose sum leaves 64 bits.
    pub(super) fn end(&mut self) -> Result<(), u32> {
        // Equal items may come in any order: their sum is the same, unless it leaves 64 bits on
        // the way, and then the lines leave 64 bits together.
        if !self.open.is_sorted_by(|a, b| a.0 < b.0) {
            self.open.sort_unstable();
        }
        let mut last = NO_ID;
        for &(item, value) in &self.open {
            if item == last {
                let at = self.values.len() - 1;
                self.values[at] = self.values[at].checked_add(value).ok_or(item)?;
                self.merged += 1;
            } else {
                self.items.push(item);
                self.values.push(value);
                last = item;
            }
        }
        self.open.clear();
        self.offsets.push(self.items.len() as u64);
        Ok(())
    }

    pub(super) fn finish(self, ids: Arc<Ids>) -> Result<Utilities> {
        let mut size = 0u64;
        for &value in &self.values {
            size = size.saturating_add(value.unsigned_abs());
        }
        // Every sum that mining takes is one of parts of lines, so none can leave 64 bits if this
        // does not.
        if i64::try_from(size).is_err() {
            return Err(too_big("the absolute values of all lines together"));
        }
        Ok(Utilities {
            total: self.values.iter().sum(),
            offsets: self.offsets,
            items: self.items,
            values: self.values,
            ids,
            currency: None,
            skipped: 0,
            merged: self.merged,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        CatalogBuilder, CatalogOptions, Control, HistoryBuilder, HistoryOptions, OrderLine, Product,
    };

    #[test]
    fn lines_of_an_item_are_added_up() -> Result<()> {
        let baskets = Utilities::from_lists([
            vec![(7, 5), (3, -2), (7, -5), (3, -1)],
            vec![],
            vec![(3, 10), (7, 1)],
        ])?;
        assert_eq!(baskets.row(0), (&[0, 1][..], &[0, -3][..]));
        assert_eq!(baskets.row(1), (&[][..], &[][..]));
        assert_eq!(baskets.row(2), (&[0, 1][..], &[1, 10][..]));
        assert_eq!((baskets.total(), baskets.merged(), baskets.lines()), (8, 2, 4));
        assert_eq!(baskets.to_baskets().row(0), [0, 1]);
        Ok(())
    }

    #[test]
    fn compressed_rows_are_checked() -> Result<()> {
        let make = |indptr: &[u64], indices: &[u32], values: &[i64]| {
            let mut ids = Ids::new(IdKind::Int);
            (5..8).try_for_each(|id: i64| ids.intern(id).map(drop))?;
            Utilities::from_csr(indptr, indices, values, ids)
        };
        let baskets = make(&[0, 3, 3, 4], &[2, 0, 2, 1], &[1, 2, 3, -4])?;
        assert_eq!(baskets.row(0), (&[0, 2][..], &[2, 4][..]));
        assert_eq!((baskets.row(1).0.len(), baskets.row(2).1), (0, &[-4][..]));
        assert_eq!((baskets.len(), baskets.merged(), baskets.total()), (3, 1, 2));
        for (indptr, indices, values, name) in [
            (&[][..], &[][..], &[][..], "indptr"),
            (&[1], &[], &[], "indptr"),
            (&[0, 2], &[0], &[1], "indptr[1]"),
            (&[0, 1, 0], &[0], &[1], "indptr[2]"),
            (&[0, 1], &[0, 0], &[1, 1], "indptr"),
            (&[0, 1], &[3], &[1], "indices[0]"),
            (&[0, 1], &[0], &[], "values"),
        ] {
            let error = make(indptr, indices, values).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            assert!(error.to_string().starts_with(name), "{error}");
        }
        Ok(())
    }

    #[test]
    fn sums_that_leave_64_bits_are_errors() {
        let error = Utilities::from_lists([[("a", i64::MAX), ("a", 1)]]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains("basket 0, item \"a\""), "{error}");
        let error = Utilities::from_lists([[("a", i64::MAX)], [("a", -1)]]).unwrap_err();
        assert!(error.to_string().contains("all lines together"), "{error}");
        assert!(Utilities::from_lists([[("a", i64::MIN)]]).is_err());
        assert_eq!(Utilities::from_lists([[("a", i64::MAX)]]).unwrap().total(), i64::MAX);
    }

    #[test]
    fn products_round_half_to_even() {
        for (units, each, expected) in [
            (2.0, 150, Some(300)),
            (0.5, 5, Some(2)),
            (0.5, 7, Some(4)),
            (-0.5, 5, Some(-2)),
            (-0.5, 7, Some(-4)),
            (0.25, -1, Some(0)),
            (1e-300, i64::MAX, Some(0)),
            (5e-324, -1, Some(0)),
            (0.0, i64::MIN, Some(0)),
            (1.0, i64::MIN, Some(i64::MIN)),
            (-1.0, i64::MIN, None),
            (2.0, i64::MAX, None),
            (1e18, 9, Some(9_000_000_000_000_000_000)),
            (1e300, 1, None),
            (f64::NAN, 1, None),
            (f64::INFINITY, 0, None),
        ] {
            assert_eq!(times(units, each), expected, "{units} * {each}");
        }
    }

    #[test]
    fn lines_of_a_history_contribute() -> Result<()> {
        let mut builder = CatalogBuilder::new(&CatalogOptions::default());
        for (id, cost) in [("jam", Some(100)), ("tea", None), ("rum", Some(2000))] {
            let product = Product::new(id).price(500);
            builder.push(&match cost {
                Some(cost) => product.cost(cost),
                None => product,
            })?;
        }
        let catalog = builder.finish();
        let options = HistoryOptions::default();
        let mut builder = HistoryBuilder::new(&options).without_customers().with_revenue();
        for (basket, product, quantity, revenue) in [
            (7, "jam", 1.0, 250),
            (7, "tea", 1.0, 300),
            (7, "jam", 0.5, 100),
            (8, "rum", 1.0, 1500),
            (8, "salt", 2.0, 90),
        ] {
            builder.push(
                &OrderLine::new(0, product).basket(basket).quantity(quantity).revenue(revenue),
            )?;
        }
        let history = builder.finish(&Control::new())?;
        let paid = Utilities::from_history(&history, None, OnBad::Error)?;
        assert_eq!((paid.row(0).1, paid.row(1).1), (&[350, 300][..], &[1500, 90][..]));
        assert_eq!(paid.currency(), Some(Currency::EUR));
        // Tea has no cost, salt is not in the catalogue; the rum is sold below its cost.
        let earned = Utilities::from_history(&history, Some(&catalog), OnBad::Skip)?;
        assert_eq!(earned.row(0), (&[0][..], &[200][..]));
        assert_eq!(earned.row(1), (&[2][..], &[-500][..]));
        assert_eq!((earned.skipped(), earned.total(), earned.len()), (2, -300, 2));
        let error = Utilities::from_history(&history, Some(&catalog), OnBad::Error).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains("basket 7, product \"tea\""), "{error}");
        let dollars = CatalogOptions::new(Currency::new("USD")?);
        let dollars = CatalogBuilder::new(&dollars).finish();
        let error = Utilities::from_history(&history, Some(&dollars), OnBad::Skip).unwrap_err();
        assert!(error.to_string().contains("USD"), "{error}");
        let unpaid = HistoryBuilder::new(&options).finish(&Control::new())?;
        let error = Utilities::from_history(&unpaid, None, OnBad::Skip).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        Ok(())
    }

    proptest! {
        #[test]
        fn products_with_quarters_are_exact(quarters in -400_000i64..400_000, each in any::<i32>()) {
            let exact = i128::from(quarters) * i128::from(each);
            let got = i128::from(times(quarters as f64 / 4.0, each.into()).unwrap());
            let off = exact - got * 4;
            prop_assert!(off.abs() < 2 || (off.abs() == 2 && got % 2 == 0), "{}", off);
        }
    }
}
