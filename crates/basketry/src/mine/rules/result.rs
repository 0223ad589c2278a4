//! Association rules as columns.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::generate::Row;
use super::matching::{Held, Ranks, Tree, best};
use super::top::descending;
use crate::mine::columns::Store;
use crate::mine::itemsets::Itemset;
use crate::mine::measures::{Counts, Evaluator, Measure, Thresholds};
use crate::{Error, IdRef, Ids, Result};

/// The columns of all rules: rows of the itemset store, and counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleColumns {
    pub antecedent: Vec<u32>,
    pub consequent: Vec<u32>,
    pub n_x: Vec<u32>,
    pub n_y: Vec<u32>,
    pub n_xy: Vec<u32>,
    /// Distinct customers with all items of the rule in one basket; empty if not known.
    pub customers: Vec<u32>,
}

impl RuleColumns {
    #[inline]
    pub(crate) fn push(&mut self, rule: &Row, customers: bool) {
        self.antecedent.push(rule.antecedent);
        self.consequent.push(rule.consequent);
        self.n_x.push(rule.n_x);
        self.n_y.push(rule.n_y);
        self.n_xy.push(rule.n_xy);
        if customers {
            self.customers.push(rule.customers);
        }
    }

    /// All rows of these columns, in order.
    pub(crate) fn join(mut parts: Vec<Self>) -> Self {
        if parts.len() <= 1 {
            return parts.pop().unwrap_or_default();
        }
        let join = |column: fn(&mut Self) -> &mut Vec<u32>, parts: &mut [Self]| {
            let rows = parts.iter_mut().map(|part| column(part).len()).sum();
            let mut all = Vec::with_capacity(rows);
            parts.iter_mut().for_each(|part| all.append(&mut std::mem::take(column(part))));
            all
        };
        Self {
            antecedent: join(|columns| &mut columns.antecedent, &mut parts),
            consequent: join(|columns| &mut columns.consequent, &mut parts),
            n_x: join(|columns| &mut columns.n_x, &mut parts),
            n_y: join(|columns| &mut columns.n_y, &mut parts),
            n_xy: join(|columns| &mut columns.n_xy, &mut parts),
            customers: join(|columns| &mut columns.customers, &mut parts),
        }
    }
}

#[derive(Debug)]
pub(crate) struct RuleStore {
    pub sets: Arc<Store>,
    pub columns: RuleColumns,
    pub thresholds: Thresholds,
    pub knows_customers: bool,
}

/// Which rules are shown, in order.
#[derive(Debug)]
pub(crate) struct View {
    /// Rows of the store; `None` for all.
    rows: Option<Box<[u32]>>,
    /// Made when first asked for.
    matching: OnceLock<MatchIndex>,
}

/// Finds the rules of a view by what a basket holds.
#[derive(Debug)]
struct MatchIndex {
    tree: Tree,
    /// For each rule as the tree lists them, the item of the consequent; [`NONE`] if there are
    /// several.
    single: Vec<u32>,
    /// The orders that were asked for.
    ranks: RwLock<Vec<(Measure, Arc<Ranks>)>>,
}

impl MatchIndex {
    /// The order of the rules by a measure, made when it is first asked for.
    fn ranks(&self, measure: Measure, value: impl FnMut(u32) -> f64) -> Arc<Ranks> {
        let known = |all: &[(Measure, Arc<Ranks>)]| {
            let found = all.iter().find(|(of, _)| *of == measure);
            found.map(|(_, ranks)| ranks.clone())
        };
        // Whoever panicked while holding the lock left the list as it was.
        if let Some(ranks) = known(&self.ranks.read().unwrap_or_else(PoisonError::into_inner)) {
            return ranks;
        }
        let ranks = Arc::new(Ranks::new(self.tree.view(), value));
        let mut all = self.ranks.write().unwrap_or_else(PoisonError::into_inner);
        known(&all).unwrap_or_else(|| {
            all.push((measure, ranks.clone()));
            ranks
        })
    }
}

/// Never an item.
const NONE: u32 = u32::MAX;

impl View {
    pub(super) fn new(rows: Option<Vec<u32>>) -> Arc<Self> {
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
/// The rules lie in shared columns, 20 bytes each, 24 with customers. Filtering, sorting and matching give a view,
/// which costs four bytes a row.
#[derive(Clone, Debug)]
pub struct Rules {
    pub(crate) store: Arc<RuleStore>,
    pub(super) view: Arc<View>,
    /// The columns of tables made from these rules; `None` for the default.
    pub(super) measures: Option<Arc<[Measure]>>,
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

    /// How many distinct customers had all items of the rule in one basket at least once; `None`
    /// if it was made [without](super::rules_with_baskets) knowing who bought the baskets.
    pub fn customers(&self) -> Option<u64> {
        self.store.columns.customers.get(self.row as usize).map(|&customers| customers.into())
    }

    /// The value of a measure. For that of many rules [`Rules::values`] is faster.
    pub fn value(&self, measure: Measure) -> f64 {
        Evaluator::new(self.store, measure).value(self.row)
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
    /// All rules of a store.
    pub(crate) fn of(store: RuleStore) -> Self {
        Self { store: Arc::new(store), view: View::new(None), measures: None }
    }

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

    /// The least count of an itemset that was mined.
    pub fn min_count(&self) -> u64 {
        self.store.sets.min_count
    }

    /// Whether the distinct [customers](Rule::customers) behind each rule are known.
    pub fn knows_customers(&self) -> bool {
        self.store.knows_customers
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
        let mut evaluator = Evaluator::new(&self.store, measure);
        (0..self.len()).map(move |row| evaluator.value(self.stored(row)))
    }

    /// Whether a measure can be told of these rules.
    ///
    /// [`Improvement`](Measure::Improvement) and [`Boost`](Measure::Boost) compare a rule with all
    /// that have fewer items in the antecedent. Where subsets of the itemsets were left out, these
    /// are not there, and the two are NaN; all others can always be told.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names the measure and the option that
    /// left out subsets.
    pub fn require(&self, measure: Measure) -> Result<()> {
        match self.store.sets.gaps {
            Some(option) if measure.needs_generalisations() => Err(Error::argument(format!(
                "{measure}: it compares a rule with all that have fewer items in the antecedent, \
                 but {option} left out subsets of the itemsets: mine without it, and select the \
                 rules afterwards"
            ))),
            _ => Ok(()),
        }
    }

    /// A view of the rules for which `keep` holds.
    pub fn filter(&self, mut keep: impl FnMut(Rule<'_>) -> bool) -> Rules {
        let rows = (0..self.len()).map(|row| self.stored(row));
        self.view(rows.filter(|&row| keep(Rule { store: &self.store, row })).collect())
    }

    /// A view of the rules whose `measure` is at least `least`.
    pub fn at_least(&self, measure: Measure, least: f64) -> Rules {
        let mut evaluator = Evaluator::new(&self.store, measure);
        self.filter(|rule| evaluator.value(rule.row) >= least)
    }

    /// A view with the rules of the largest `measure` first; ties stay in their order, and what
    /// is not a number comes last.
    pub fn sorted_by(&self, measure: Measure) -> Rules {
        let stored = (0..self.len()).map(|row| self.stored(row));
        let mut rows: Vec<(f64, u32)> = self.values(measure).zip(stored).collect();
        rows.sort_by(|a, b| descending(a.0, b.0));
        self.view(rows.into_iter().map(|(_, row)| row).collect())
    }

    /// A view of the `n` rules with the largest `measure`, the largest first; ties in their order.
    pub fn top(&self, n: usize, measure: Measure) -> Rules {
        let values = self.values(measure).enumerate();
        let all = values.map(|(row, value)| (value, row as u32, self.stored(row)));
        self.view(best(all.collect(), n).into_iter().map(|(.., row)| row).collect())
    }

    /// The `n` best rules for this basket by `measure`, the best first: those whose antecedent
    /// the basket holds and of whose consequent it holds nothing. Unknown ids in the basket are
    /// passed over (no rule speaks of them).
    ///
    /// The first call builds an index over the rules of this view, and the first by a measure puts
    /// them in its order, which is not interrupted: for ten million rules it takes seconds. Later
    /// calls take microseconds.
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
        let index = self.view.matching.get_or_init(|| self.index());
        let tree = index.tree.view();
        let ids = &self.store.sets.ids;
        let held = Held::new(basket.into_iter().filter_map(|id| ids.find(id)));
        let mut evaluator = Evaluator::new(&self.store, measure);
        let ranks = index.ranks(measure, |rule| evaluator.value(self.stored(rule as usize)));
        let places =
            tree.best_matching(&held, ranks.view(), n, |place| match index.single[place] {
                NONE => {
                    let (items, _) = self.store.sets.row(self.sides(tree.rules[place] as usize).1);
                    !items.iter().any(|&item| held.holds(item))
                }
                item => !held.holds(item),
            });
        let row = |place: usize| self.stored(tree.rules[place] as usize);
        self.view(places.into_iter().map(row).collect())
    }

    /// An index of the rules of this view by their antecedents.
    fn index(&self) -> MatchIndex {
        let sets = &self.store.sets;
        let tree = Tree::new(sets.ids.len(), self.len(), |row| sets.row(self.sides(row).0).0);
        let single = |&rule: &u32| match sets.row(self.sides(rule as usize).1).0 {
            &[item] => item,
            _ => NONE,
        };
        let single = tree.rules.iter().map(single).collect();
        MatchIndex { tree, single, ranks: RwLock::default() }
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

    pub(super) fn view(&self, rows: Vec<u32>) -> Rules {
        Rules {
            store: self.store.clone(),
            view: View::new(Some(rows)),
            measures: self.measures.clone(),
        }
    }

    /// The rows of the store that are shown, in order; `None` for all.
    pub(super) fn shown(&self) -> Option<&[u32]> {
        self.view.rows.as_deref()
    }

    /// The itemsets on both sides of row `row`, which must be in range.
    pub(super) fn sides(&self, row: usize) -> (u32, u32) {
        let (columns, row) = (&self.store.columns, self.stored(row) as usize);
        (columns.antecedent[row], columns.consequent[row])
    }

    /// The row of the store behind row `row`, which must be in range.
    pub(crate) fn stored(&self, row: usize) -> u32 {
        self.view.rows.as_ref().map_or(row as u32, |rows| rows[row])
    }
}
