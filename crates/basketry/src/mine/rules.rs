//! Association rules as columns.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::columns::Store;
use super::complete::{Source, complete};
use super::fraction::Fraction;
use super::gather::Gather;
use super::generate::{Made, Request, Row, generate};
use super::itemsets::{Itemset, Itemsets};
use super::lattice::Lattice;
use super::matching::{Held, Ranks, Tree, best};
use super::measures::{Counts, Evaluator, Measure, Thresholds};
use super::miner::threads::{Pool, check_threads};
use super::occurrences;
use super::rule_options::{Consequents, RuleOptions};
use super::subsets::Lookup;
use super::template::Sides;
use super::top::descending;
use crate::{Baskets, Control, Error, ErrorKind, IdRef, Ids, Result};

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
/// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names the option that is out of range; or
/// the option that left out subsets of the itemsets, such as `min_length`, as their counts are then
/// not known: [`rules_with_baskets`] counts them. [`Limit`](crate::ErrorKind::Limit) if there are
/// more than `max_rules` rules, and [`Cancelled`](crate::ErrorKind::Cancelled).
pub fn rules(sets: &Itemsets, options: &RuleOptions, control: &Control) -> Result<Rules> {
    make(sets, None, options, control)
}

/// As [`rules`], with the baskets that the itemsets were mined from.
///
/// The counts of subsets that are not among the itemsets, as of
/// [maximal or closed](crate::ItemsetOptions) ones or of those mined with a `min_length`, are
/// counted in the baskets. If the baskets have [customers](Baskets::customers), the distinct ones
/// behind each rule are [counted](Rule::customers).
///
/// ```
/// use basketry::mine::rules_with_baskets;
/// use basketry::{Baskets, Control, ItemsetOptions, MinSupport, RuleOptions, itemsets};
///
/// let baskets = Baskets::from_lists([
///     vec!["bread", "butter"], vec!["bread", "butter", "jam"], vec!["bread"], vec!["jam"],
/// ])?;
/// // The first two baskets are the same customer's.
/// let baskets = baskets.with_customers([1, 1, 2, 3])?;
/// let control = Control::new();
/// let options = ItemsetOptions::new(MinSupport::Count(2)).min_length(2);
/// let pairs = itemsets(&baskets, &options, &control)?;
/// let rules = rules_with_baskets(&pairs, &baskets, &RuleOptions::new(0.9), &control)?;
/// assert_eq!(rules.len(), 1);
/// let rule = rules.get(0).unwrap();
/// assert_eq!(rule.to_string(), r#"{"butter"} -> {"bread"}"#);
/// assert_eq!((rule.counts().n_x, rule.counts().n_y, rule.customers()), (2, 3, Some(1)));
/// # Ok::<(), basketry::Error>(())
/// ```
///
/// # Errors
/// As [`rules`], but for the option that left out subsets; and
/// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if `baskets` cannot be those that were
/// mined, or `min_customers` asks for customers that they do not have.
pub fn rules_with_baskets(
    sets: &Itemsets,
    baskets: &Baskets,
    options: &RuleOptions,
    control: &Control,
) -> Result<Rules> {
    make(sets, Some(baskets), options, control)
}

fn make(
    sets: &Itemsets,
    baskets: Option<&Baskets>,
    options: &RuleOptions,
    control: &Control,
) -> Result<Rules> {
    control.check()?;
    let min_confidence = Fraction::from_f64(options.min_confidence).ok_or_else(|| {
        Error::argument(format!(
            "min_confidence: {}, expected a share from 0 to 1",
            options.min_confidence
        ))
    })?;
    if let Some((measure, _)) = options.at_least.iter().find(|(_, least)| least.is_nan()) {
        return Err(Error::argument(format!("at_least: {measure}: expected a number, got NaN")));
    }
    let measures = options.at_least.iter().map(|&(measure, _)| ("at_least", measure));
    let top = options.top.map(|(_, measure)| ("top", measure));
    if let Some((option, measure)) = measures.chain(top).find(|(_, m)| m.needs_generalisations()) {
        return Err(Error::argument(format!(
            "{option}: {measure} compares a rule with others: make the rules first, and select \
             among them"
        )));
    }
    check_threads(options.threads)?;
    let store = &sets.store;
    if let Some(baskets) = baskets {
        let same = Arc::ptr_eq(baskets.ids(), &store.ids)
            || baskets.ids().kind() == store.ids.kind()
                && baskets.ids().iter().eq(store.ids.iter());
        if baskets.len() as u64 != store.baskets || !same {
            return Err(Error::argument(format!(
                "baskets: expected the {} baskets that the itemsets were mined from",
                store.baskets
            )));
        }
    }
    let longest = match options.consequents {
        Consequents::Any => usize::MAX,
        Consequents::Single => 1,
    };
    let sides = Sides::new(&options.antecedent, &options.consequent, longest, &store.ids)?;
    let pool = Pool::new(options.threads);
    let customers = match baskets.and_then(|baskets| Some((baskets, baskets.customers()?))) {
        Some((baskets, customers)) => {
            // Nobody is behind more baskets than there are.
            let wanted = |&row: &u32| {
                let (items, count) = store.row(row);
                items.len() >= sides.least_length() && count >= options.min_customers
            };
            let rows = || (0..sets.len()).map(|at| sets.stored(at));
            let some: Vec<u32> = rows().filter(wanted).collect();
            let items = |set: usize| store.row(some[set]).0;
            let counts =
                occurrences::customers(baskets, customers, some.len(), items, &pool, control)?;
            let mut counts = counts.into_iter();
            Some(
                rows()
                    .map(|row| if wanted(&row) { counts.next().unwrap_or(0) } else { 0 })
                    .collect(),
            )
        }
        None if options.min_customers > 0 => {
            return Err(Error::argument(format!(
                "min_customers: {}, but it is not known who bought the baskets: make the rules \
                 with baskets that have customers",
                options.min_customers
            )));
        }
        None => None,
    };
    let customers: Option<Vec<u32>> = customers;
    let thresholds =
        Thresholds { min_support: sets.store.min_support, min_confidence: options.min_confidence };
    let request = Request {
        sets,
        min_confidence,
        sides: &sides,
        at_least: &options.at_least,
        thresholds,
        top: options.top,
        customers: customers.as_deref(),
        min_customers: options.min_customers,
        // Rows are numbered with 32 bits.
        max_rules: options.max_rules.min(u64::from(u32::MAX - 1)) as usize,
    };
    if store.scale.is_some() {
        return Err(Error::argument(
            "weights: the itemsets are of weighted baskets, but rules count baskets: mine them \
             without weights",
        ));
    }
    let source = match (store.gaps, baskets) {
        (Some(_), Some(baskets)) => Some(Source::Baskets(baskets)),
        (Some(_), None) if store.closed => Some(Source::Closed),
        (Some(option), None) => {
            return Err(Error::argument(format!(
                "{option}: it left out subsets of the itemsets, but rules need the counts of every \
                 subset: give the baskets as well, to count them, or mine without it and select \
                 the rules afterwards"
            )));
        }
        (None, _) => None,
    };
    let (sets, columns) = match source {
        Some(source) => complete(&request, source, &pool, control)?,
        None => (store.clone(), plain(&request, &pool, control)?),
    };
    let knows_customers = customers.is_some();
    Ok(Rules::of(RuleStore { sets, columns, thresholds, knows_customers }))
}

/// Rules from itemsets of which every subset is there.
fn plain(request: &Request<'_>, pool: &Pool, control: &Control) -> Result<RuleColumns> {
    let sets = request.sets;
    // The lattice is made of all itemsets: for a few that are shown it does not pay.
    let lattice = match sets.len() >= sets.store.len() / 4 {
        true => Lattice::new(&sets.store),
        false => None,
    };
    let made = match lattice {
        Some(lattice) => generate(request, &lattice, pool, control)?,
        None => {
            let counted = Gather::default();
            generate(request, &Lookup::new(&sets.store, &counted), pool, control)?
        }
    };
    match made {
        Made::Rules(columns) => Ok(columns),
        Made::Missing(_) => Err(Error::new(
            ErrorKind::Internal,
            "the subset of a frequent itemset is not among the itemsets",
        )),
    }
}

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
/// The rules lie in shared columns, 20 bytes each, 24 with customers. Filtering, sorting and matching give a view,
/// which costs four bytes a row.
#[derive(Clone, Debug)]
pub struct Rules {
    pub(crate) store: Arc<RuleStore>,
    view: Arc<View>,
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
    /// if it was made [without](rules_with_baskets) knowing who bought the baskets.
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
    /// them in its order; later ones take microseconds.
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
