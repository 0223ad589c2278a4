//! Association rules as columns.

use std::sync::{Arc, OnceLock};

use super::columns::Store;
use super::fraction::Fraction;
use super::generate;
use super::itemsets::{Itemset, Itemsets};
use super::matching::MatchIndex;
use super::measures::{Counts, Measure};
use crate::{Control, Error, IdRef, Ids, Result};

/// Which consequents rules may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Consequents {
    /// Any number of items: every split of an itemset in two.
    #[default]
    Any,
    /// One item.
    Single,
}

/// Which rules to make.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RuleOptions {
    /// The least confidence, from 0 to 1. Like a share in
    /// [`MinSupport`](super::MinSupport::Share) it stands for the decimal that was written:
    /// a rule that holds in 3 of 30 baskets reaches `0.1`.
    pub min_confidence: f64,
    /// Which consequents are allowed; default: any.
    pub consequents: Consequents,
    /// The largest number of rules; more are an error. Default: 20 million, which take about
    /// 0.5 GB.
    pub max_rules: u64,
}

impl RuleOptions {
    /// All splits of at least this confidence.
    pub fn new(min_confidence: f64) -> Self {
        Self { min_confidence, consequents: Consequents::Any, max_rules: 20_000_000 }
    }

    /// Sets [`consequents`](Self::consequents).
    #[must_use]
    pub fn consequents(mut self, consequents: Consequents) -> Self {
        self.consequents = consequents;
        self
    }

    /// Sets [`max_rules`](Self::max_rules).
    #[must_use]
    pub fn max_rules(mut self, rules: u64) -> Self {
        self.max_rules = rules;
        self
    }
}

/// Splits each itemset into "who buys these also buys those", and keeps the rules of at least the
/// given confidence.
///
/// A view of itemsets gives the rules of the itemsets it shows; their subsets may be hidden.
///
/// ```
/// use basketry::{Baskets, Control, ItemsetOptions, MinSupport, itemsets};
/// use basketry::mine::{Measure, RuleOptions, rules};
///
/// let baskets = Baskets::from_lists([
///     vec!["bread", "butter"], vec!["bread", "butter", "jam"], vec!["bread"], vec!["jam"],
/// ])?;
/// let control = Control::new();
/// let sets = itemsets(&baskets, &ItemsetOptions::new(MinSupport::Count(2)), &control)?;
/// let rules = rules(&sets, &RuleOptions::new(0.6), &control)?;
/// assert_eq!(rules.len(), 2);
/// assert_eq!(rules.get(0).unwrap().to_string(), r#"{"butter"} -> {"bread"}"#);
/// assert_eq!(rules.get(0).unwrap().value(Measure::Confidence), 1.0);
/// # Ok::<(), basketry::Error>(())
/// ```
///
/// # Errors
/// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names `min_confidence` if it is not from 0
/// to 1, or the option that left out subsets of the itemsets, such as `min_length`, as their
/// supports are then not known. [`Limit`](crate::ErrorKind::Limit) if there are more than
/// `max_rules` rules, and [`Cancelled`](crate::ErrorKind::Cancelled).
pub fn rules(sets: &Itemsets, options: &RuleOptions, control: &Control) -> Result<Rules> {
    let min_confidence = Fraction::from_f64(options.min_confidence).ok_or_else(|| {
        Error::argument(format!(
            "min_confidence: {}, expected a share from 0 to 1",
            options.min_confidence
        ))
    })?;
    if let Some(option) = sets.store.gaps {
        return Err(Error::argument(format!(
            "{option}: it left out subsets of the itemsets, but rules need the support of every \
             subset: mine without it and select the rules afterwards"
        )));
    }
    let columns = generate::generate(
        sets,
        min_confidence,
        options.consequents,
        // Rows are numbered with 32 bits.
        options.max_rules.min(u64::from(u32::MAX - 1)),
        control,
    )?;
    Ok(Rules {
        store: Arc::new(RuleStore { sets: sets.store.clone(), columns }),
        view: View::new(None),
    })
}

/// The columns of all rules: rows of the itemset store, and counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleColumns {
    pub antecedent: Vec<u32>,
    pub consequent: Vec<u32>,
    pub n_x: Vec<u32>,
    pub n_y: Vec<u32>,
    pub n_xy: Vec<u32>,
}

#[derive(Debug)]
pub(crate) struct RuleStore {
    pub sets: Arc<Store>,
    pub columns: RuleColumns,
}

/// Which rules are shown, in order.
#[derive(Debug)]
pub(crate) struct View {
    /// Rows of the store; `None` for all.
    rows: Option<Box<[u32]>>,
    /// Made when first asked for.
    matching: OnceLock<MatchIndex>,
}

impl View {
    fn new(rows: Option<Vec<u32>>) -> Arc<Self> {
        Arc::new(Self { rows: rows.map(Into::into), matching: OnceLock::new() })
    }
}

impl RuleStore {
    pub(crate) fn counts(&self, row: u32) -> Counts {
        let (columns, row) = (&self.columns, row as usize);
        Counts {
            n: self.sets.baskets,
            n_x: columns.n_x[row].into(),
            n_y: columns.n_y[row].into(),
            n_xy: columns.n_xy[row].into(),
        }
    }
}

/// Association rules, one row each.
///
/// # Order
/// As made, rows go in the order of the itemsets they split; the rules of one itemset go by their
/// consequent, compared item by item.
///
/// # Views
/// The rules lie in shared columns, 20 bytes each. Filtering, sorting and matching give a view,
/// which costs four bytes a row.
#[derive(Clone, Debug)]
pub struct Rules {
    pub(crate) store: Arc<RuleStore>,
    view: Arc<View>,
}

/// One row of [`Rules`].
#[derive(Clone, Copy, Debug)]
pub struct Rule<'a> {
    store: &'a RuleStore,
    row: u32,
}

impl<'a> Rule<'a> {
    /// What is in the basket, with its own count.
    pub fn antecedent(&self) -> Itemset<'a> {
        self.side(self.store.columns.antecedent[self.row as usize])
    }

    /// What is bought with it, with its own count.
    pub fn consequent(&self) -> Itemset<'a> {
        self.side(self.store.columns.consequent[self.row as usize])
    }

    /// The four counts behind the rule.
    pub fn counts(&self) -> Counts {
        self.store.counts(self.row)
    }

    /// The value of a measure.
    pub fn value(&self, measure: Measure) -> f64 {
        measure.value(self.counts())
    }

    fn side(&self, row: u32) -> Itemset<'a> {
        Itemset::new(&self.store.sets, row)
    }
}

/// `{"butter"} -> {"bread"}`
impl std::fmt::Display for Rule<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (open, side) in [("{", self.antecedent()), (" -> {", self.consequent())] {
            f.write_str(open)?;
            for (k, id) in side.ids().enumerate() {
                write!(f, "{}{id}", if k == 0 { "" } else { ", " })?;
            }
            f.write_str("}")?;
        }
        Ok(())
    }
}

impl Rules {
    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.view.rows.as_ref().map_or(self.store.columns.antecedent.len(), |rows| rows.len())
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The ids behind the item indices.
    pub fn ids(&self) -> &Arc<Ids> {
        &self.store.sets.ids
    }

    /// The number of baskets that were mined.
    pub fn baskets(&self) -> u64 {
        self.store.sets.baskets
    }

    /// The rule in row `row`.
    pub fn get(&self, row: usize) -> Option<Rule<'_>> {
        (row < self.len()).then(|| Rule { store: &self.store, row: self.stored(row) })
    }

    /// All rules, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Rule<'_>> {
        (0..self.len()).map(|row| Rule { store: &self.store, row: self.stored(row) })
    }

    /// The values of a measure, one for each row.
    pub fn values(&self, measure: Measure) -> impl ExactSizeIterator<Item = f64> + '_ {
        (0..self.len()).map(move |row| measure.value(self.store.counts(self.stored(row))))
    }

    /// A view of the rules for which `keep` holds.
    pub fn filter(&self, mut keep: impl FnMut(Rule<'_>) -> bool) -> Rules {
        let rows = (0..self.len()).map(|row| self.stored(row));
        self.view(rows.filter(|&row| keep(Rule { store: &self.store, row })).collect())
    }

    /// A view of the rules whose `measure` is at least `least`.
    pub fn at_least(&self, measure: Measure, least: f64) -> Rules {
        self.filter(|rule| rule.value(measure) >= least)
    }

    /// A view with the rules of the largest `measure` first; ties stay in their order.
    pub fn sorted_by(&self, measure: Measure) -> Rules {
        let mut rows: Vec<u32> = (0..self.len()).map(|row| self.stored(row)).collect();
        rows.sort_by(|&a, &b| self.compare(measure, a, b));
        self.view(rows)
    }

    /// A view of the `n` rules with the largest `measure`, the largest first; ties in their order.
    pub fn top(&self, n: usize, measure: Measure) -> Rules {
        self.best((0..self.len()).map(|row| (row as u32, self.stored(row))).collect(), n, measure)
    }

    /// The `n` best rules for this basket by `measure`, the best first: those whose antecedent
    /// the basket holds and of whose consequent it holds nothing. Unknown ids in the basket are
    /// passed over (no rule speaks of them).
    ///
    /// The first call builds an index over the rules of this view; later ones take microseconds.
    ///
    /// ```
    /// # use basketry::{Baskets, Control, ItemsetOptions, MinSupport, itemsets};
    /// # use basketry::mine::{Measure, RuleOptions, rules};
    /// # let baskets = Baskets::from_lists([
    /// #     vec!["bread", "butter"], vec!["bread", "butter", "jam"], vec!["bread"], vec!["jam"],
    /// # ])?;
    /// # let control = Control::new();
    /// # let sets = itemsets(&baskets, &ItemsetOptions::new(MinSupport::Count(2)), &control)?;
    /// let rules = rules(&sets, &RuleOptions::new(0.5), &control)?;
    /// let found = rules.matching(["butter", "milk"], 5, Measure::Confidence);
    /// assert_eq!(found.get(0).unwrap().to_string(), r#"{"butter"} -> {"bread"}"#);
    /// # Ok::<(), basketry::Error>(())
    /// ```
    pub fn matching<'a, I>(&self, basket: I, n: usize, measure: Measure) -> Rules
    where
        I: IntoIterator,
        I::Item: Into<IdRef<'a>>,
    {
        let ids = &self.store.sets.ids;
        let mut items: Vec<u32> = basket.into_iter().filter_map(|id| ids.find(id)).collect();
        items.sort_unstable();
        items.dedup();
        let index = self.view.matching.get_or_init(|| {
            MatchIndex::new(&self.store.sets, (0..self.len()).map(|row| self.sides(row)))
        });
        let mut rows = Vec::new();
        index.matching(&self.store.sets, &items, |row| {
            let apart = |side: &[u32]| side.iter().all(|item| items.binary_search(item).is_err());
            if apart(self.store.sets.row(self.sides(row as usize).1).0) {
                rows.push((row, self.stored(row as usize)));
            }
        });
        self.best(rows, n, measure)
    }

    /// The view of the `n` best among `(position, row)`, ties by position.
    fn best(&self, mut rows: Vec<(u32, u32)>, n: usize, measure: Measure) -> Rules {
        let order =
            |a: &(u32, u32), b: &(u32, u32)| self.compare(measure, a.1, b.1).then(a.0.cmp(&b.0));
        if n < rows.len() {
            if n > 0 {
                rows.select_nth_unstable_by(n - 1, order);
            }
            rows.truncate(n);
        }
        rows.sort_unstable_by(order);
        self.view(rows.into_iter().map(|(_, row)| row).collect())
    }

    /// Descending by the measure. Measures of mined rules are never NaN.
    fn compare(&self, measure: Measure, a: u32, b: u32) -> std::cmp::Ordering {
        let value = |row| measure.value(self.store.counts(row));
        value(b).total_cmp(&value(a))
    }

    /// A view of these rows, in this order. Panics if there is no such row.
    pub fn take(&self, rows: &[usize]) -> Rules {
        let length = self.len();
        let stored = |&row: &usize| {
            assert!(row < length, "row {row} of {length} rules");
            self.stored(row)
        };
        self.view(rows.iter().map(stored).collect())
    }

    fn view(&self, rows: Vec<u32>) -> Rules {
        Rules { store: self.store.clone(), view: View::new(Some(rows)) }
    }

    /// The itemsets on both sides of row `row`, which must be in range.
    fn sides(&self, row: usize) -> (u32, u32) {
        let (columns, row) = (&self.store.columns, self.stored(row) as usize);
        (columns.antecedent[row], columns.consequent[row])
    }

    /// The row of the store behind row `row`, which must be in range.
    pub(crate) fn stored(&self, row: usize) -> u32 {
        self.view.rows.as_ref().map_or(row as u32, |rows| rows[row])
    }
}
