//! Association rules in the model file: added to a model, found and checked on opening, matched in
//! place.

use std::sync::Arc;

use super::Model;
use super::file::{Column, Kind, Sections, Writer};
use super::finder::Finder;
use super::layout;
use super::lookup::IdsView;
use crate::mine::{
    Counts, Gather, Held, Measure, Ranks, RanksView, RuleColumns, RuleStore, Rules, Thresholds,
    Tree, TreeView, best,
};
use crate::{Error, ErrorKind, IdRef, Ids, Result};

/// Three u64: the number of baskets that were mined, the least count of the itemsets, and whether
/// customers are known.
const ABOUT: Kind = *b"RABT";
/// Per rule and one more, u32: where its antecedent begins.
const ANTECEDENT_OFFSETS: Kind = *b"RXOF";
/// u32: the products of the antecedents, ascending within each.
const ANTECEDENTS: Kind = *b"RXPR";
/// Per rule and one more, u32: where its consequent begins.
const CONSEQUENT_OFFSETS: Kind = *b"RYOF";
/// u32: the products of the consequents, ascending within each.
const CONSEQUENTS: Kind = *b"RYPR";
/// Per rule, u32: baskets with the antecedent.
const ANTECEDENT_COUNTS: Kind = *b"RXCN";
/// Per rule, u32: baskets with the consequent.
const CONSEQUENT_COUNTS: Kind = *b"RYCN";
/// Per rule, u32: baskets with both.
const COUNTS: Kind = *b"RCNT";
/// Per rule, u32: distinct customers with both in one basket; nothing if they are not known.
const CUSTOMERS: Kind = *b"RCUS";
/// Per product, u32: the node of the antecedents of which it is the first product, and one; or 0.
const ROOTS: Kind = *b"RTRO";
/// Per node, u32: its product.
const NODE_PRODUCTS: Kind = *b"RTPR";
/// Per node and one more, u32: its first child.
const NODE_CHILDREN: Kind = *b"RTCH";
/// Per node and one more, u32: where its rules begin.
const NODE_STARTS: Kind = *b"RTST";
/// Per rule, u32: the rules of all nodes.
const NODE_RULES: Kind = *b"RTRU";

/// The names of the measures by which rules are ranked, in ASCII, each ended by a line feed.
const RANKED: Kind = *b"RMEA";
/// Per rule as the nodes list them, u32: its place in the order by a measure; one instance for
/// each measure.
const RANKS: Kind = *b"RRNK";
/// Per node, u32: the least of these places of its rules and of those below; one instance for each
/// measure.
const NODE_RANKS: Kind = *b"RBST";

/// The measures by which the rules of a model are ranked in its file. The values of others are
/// computed for all rules that match.
const MEASURES: [Measure; 3] = [Measure::Confidence, Measure::Lift, Measure::Leverage];

/// All kinds of section written here. They need not be understood: a reader that does not know them
/// serves the rest.
pub(super) const KINDS: [Kind; 17] = [
    ABOUT,
    ANTECEDENT_OFFSETS,
    ANTECEDENTS,
    CONSEQUENT_OFFSETS,
    CONSEQUENTS,
    ANTECEDENT_COUNTS,
    CONSEQUENT_COUNTS,
    COUNTS,
    CUSTOMERS,
    ROOTS,
    NODE_PRODUCTS,
    NODE_CHILDREN,
    NODE_STARTS,
    NODE_RULES,
    RANKED,
    RANKS,
    NODE_RANKS,
];

/// Where the rules lie in a model file.
#[derive(Clone, Debug)]
pub(super) struct RuleLayout {
    baskets: u64,
    min_count: u64,
    knows_customers: bool,
    antecedents: (Column<u32>, Column<u32>),
    consequents: (Column<u32>, Column<u32>),
    antecedent_counts: Column<u32>,
    consequent_counts: Column<u32>,
    counts: Column<u32>,
    customers: Column<u32>,
    roots: Column<u32>,
    node_products: Column<u32>,
    node_children: Column<u32>,
    node_starts: Column<u32>,
    node_rules: Column<u32>,
    /// The order by each measure that this library knows.
    ranks: Vec<(Measure, Column<u32>, Column<u32>)>,
}

impl Finder<'_> {
    /// Where each of `len` parts begins, rising from `first` to `last`.
    fn parts(&self, kind: Kind, len: usize, first: usize, last: usize) -> Result<Column<u32>> {
        let column: Column<u32> = self.column(kind, len + 1)?;
        let offsets = column.of(self.bytes);
        let sound =
            offsets.is_sorted() && offsets[0] as usize == first && offsets[len] as usize == last;
        if !sound {
            return Err(self.wrong(kind, &format!("offsets do not rise from {first} to {last}")));
        }
        Ok(column)
    }

    /// The products on one side of the rules: ascending, at least one.
    fn side(
        &self,
        offsets: Kind,
        products: Kind,
        rules: usize,
        limit: usize,
    ) -> Result<(Column<u32>, Column<u32>)> {
        let len = self.sections.column::<u32>(products, 0, self.name)?.of(self.bytes).len();
        let ends = self.parts(offsets, rules, 0, len)?;
        let column = self.indices(products, len, limit)?;
        let items = column.of(self.bytes);
        for range in ends.of(self.bytes).windows(2) {
            let side = &items[range[0] as usize..range[1] as usize];
            if side.is_empty() || !side.is_sorted_by(|a, b| a < b) {
                return Err(self.wrong(products, "a side is empty or does not ascend"));
            }
        }
        Ok((ends, column))
    }
}

impl RuleLayout {
    /// Finds and checks the rules of a model of so many products; `None` if it has none.
    pub(super) fn find(
        sections: &Sections,
        bytes: &[u8],
        products: usize,
        name: &str,
    ) -> Result<Option<Self>> {
        if !sections.has(ABOUT) {
            return Ok(None);
        }
        let finder = Finder { sections, bytes, name };
        let about = finder.column::<u64>(ABOUT, 3)?.of(bytes);
        let (baskets, min_count, known) = (about[0], about[1], about[2]);
        if known > 1 {
            return Err(finder.wrong(ABOUT, "a value is out of range"));
        }
        let rules = sections.column::<u32>(COUNTS, 0, name)?.of(bytes).len();
        let antecedents = finder.side(ANTECEDENT_OFFSETS, ANTECEDENTS, rules, products)?;
        let consequents = finder.side(CONSEQUENT_OFFSETS, CONSEQUENTS, rules, products)?;
        let [n_x, n_y, n_xy] = [ANTECEDENT_COUNTS, CONSEQUENT_COUNTS, COUNTS]
            .map(|kind| finder.column::<u32>(kind, rules));
        let (n_x, n_y, n_xy) = (n_x?, n_y?, n_xy?);
        let customers = finder.column::<u32>(CUSTOMERS, if known == 1 { rules } else { 0 })?;
        for ((&x, &y), &xy) in n_x.of(bytes).iter().zip(n_y.of(bytes)).zip(n_xy.of(bytes)) {
            let either = u64::from(x) + u64::from(y) - u64::from(xy.min(x));
            if xy == 0 || xy > x || xy > y || either > baskets {
                return Err(finder.wrong(COUNTS, "counts contradict each other"));
            }
        }
        if customers.of(bytes).iter().zip(n_xy.of(bytes)).any(|(customers, n)| customers > n) {
            return Err(finder.wrong(CUSTOMERS, "there are more customers than baskets"));
        }
        let nodes = sections.column::<u32>(NODE_PRODUCTS, 0, name)?.of(bytes).len();
        let first = sections.column::<u32>(NODE_CHILDREN, 0, name)?.of(bytes).first();
        // The nodes before the first child have no parent.
        let tops = first.map_or(0, |&first| first as usize);
        let node_children = finder.parts(NODE_CHILDREN, nodes, tops, nodes)?;
        let behind = |(node, &child): (usize, &u32)| child as usize > node || node == nodes;
        if !node_children.of(bytes).iter().enumerate().all(behind) {
            return Err(finder.wrong(NODE_CHILDREN, "a child does not come behind its node"));
        }
        let roots = finder.indices(ROOTS, products, tops + 1)?;
        let mut ranks = Vec::new();
        let names = sections.column::<u8>(RANKED, 0, name)?.of(bytes);
        for (instance, measure) in (0..).zip(names.split_inclusive(|&byte| byte == b'\n')) {
            let measure = measure.strip_suffix(b"\n").unwrap_or(measure);
            // A newer version may have measures that are not known here.
            let measure = std::str::from_utf8(measure).ok().and_then(|name| name.parse().ok());
            let of: Column<u32> = sections.column(RANKS, instance, name)?;
            let best: Column<u32> = sections.column(NODE_RANKS, instance, name)?;
            if of.of(bytes).len() != rules {
                return Err(finder.wrong(RANKS, &format!("expected {rules} entries")));
            }
            if best.of(bytes).len() != nodes {
                return Err(finder.wrong(NODE_RANKS, &format!("expected {nodes} entries")));
            }
            ranks.extend(measure.map(|measure| (measure, of, best)));
        }
        Ok(Some(Self {
            baskets,
            min_count,
            knows_customers: known == 1,
            antecedents,
            consequents,
            antecedent_counts: n_x,
            consequent_counts: n_y,
            counts: n_xy,
            customers,
            roots,
            node_products: finder.indices(NODE_PRODUCTS, nodes, products)?,
            node_children,
            node_starts: finder.parts(NODE_STARTS, nodes, 0, rules)?,
            node_rules: finder.indices(NODE_RULES, rules, rules)?,
            ranks,
        }))
    }

    pub(super) fn view<'a>(&'a self, bytes: &'a [u8], products: IdsView<'a>) -> RulesView<'a> {
        let side = |(offsets, products): (Column<u32>, Column<u32>)| Side {
            offsets: offsets.of(bytes),
            products: products.of(bytes),
        };
        RulesView {
            bytes,
            ranks: &self.ranks,
            products,
            baskets: self.baskets,
            min_count: self.min_count,
            knows_customers: self.knows_customers,
            antecedents: side(self.antecedents),
            consequents: side(self.consequents),
            antecedent_counts: self.antecedent_counts.of(bytes),
            consequent_counts: self.consequent_counts.of(bytes),
            counts: self.counts.of(bytes),
            customers: self.customers.of(bytes),
            tree: TreeView {
                roots: self.roots.of(bytes),
                items: self.node_products.of(bytes),
                children: self.node_children.of(bytes),
                starts: self.node_starts.of(bytes),
                rules: self.node_rules.of(bytes),
            },
        }
    }
}

/// One side of all rules.
#[derive(Clone, Copy)]
struct Side<'a> {
    offsets: &'a [u32],
    products: &'a [u32],
}

impl<'a> Side<'a> {
    #[inline]
    fn of(self, row: usize) -> &'a [u32] {
        &self.products[self.offsets[row] as usize..self.offsets[row + 1] as usize]
    }
}

/// The association rules of a model, read in place.
#[derive(Clone, Copy)]
pub struct RulesView<'a> {
    bytes: &'a [u8],
    ranks: &'a [(Measure, Column<u32>, Column<u32>)],
    products: IdsView<'a>,
    baskets: u64,
    min_count: u64,
    knows_customers: bool,
    antecedents: Side<'a>,
    consequents: Side<'a>,
    antecedent_counts: &'a [u32],
    consequent_counts: &'a [u32],
    counts: &'a [u32],
    customers: &'a [u32],
    tree: TreeView<'a>,
}

/// One rule of a model. Products are indices into [`Model::products`].
#[derive(Clone, Copy)]
pub struct RuleView<'a> {
    rules: RulesView<'a>,
    row: usize,
}

impl<'a> RuleView<'a> {
    /// What is in the basket: products, ascending.
    pub fn antecedent(&self) -> &'a [u32] {
        self.rules.antecedents.of(self.row)
    }

    /// What is bought with it: products, ascending.
    pub fn consequent(&self) -> &'a [u32] {
        self.rules.consequents.of(self.row)
    }

    /// The four counts behind the rule.
    pub fn counts(&self) -> Counts {
        Counts {
            n: self.rules.baskets,
            n_x: self.rules.antecedent_counts[self.row].into(),
            n_y: self.rules.consequent_counts[self.row].into(),
            n_xy: self.rules.counts[self.row].into(),
        }
    }

    /// How many distinct customers had all products of the rule in one basket at least once; `None`
    /// if customers are not known.
    pub fn customers(&self) -> Option<u64> {
        self.rules.customers.get(self.row).map(|&customers| customers.into())
    }

    /// The value of a measure.
    pub fn value(&self, measure: Measure) -> f64 {
        measure.value(self.counts())
    }
}

/// `{"butter"} -> {"bread"}`
impl std::fmt::Display for RuleView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (open, side) in [("{", self.antecedent()), (" -> {", self.consequent())] {
            f.write_str(open)?;
            for (k, id) in side.iter().filter_map(|&p| self.rules.products.get(p)).enumerate() {
                write!(f, "{}{id}", if k == 0 { "" } else { ", " })?;
            }
            f.write_str("}")?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for RuleView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self} {:?}", self.counts())
    }
}

impl std::fmt::Debug for RulesView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter().take(20)).finish()
    }
}

impl<'a> RulesView<'a> {
    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of baskets that were mined.
    pub fn baskets(&self) -> u64 {
        self.baskets
    }

    /// The rule in row `row`.
    pub fn get(&self, row: usize) -> Option<RuleView<'a>> {
        (row < self.len()).then_some(RuleView { rules: *self, row })
    }

    /// All rules, in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = RuleView<'a>> {
        (0..self.len()).map(move |row| RuleView { rules: self, row })
    }

    /// The `n` best rules for this basket by `measure`, the best first: those whose antecedent
    /// the basket holds and of whose consequent it holds nothing. Ties go by row, and what is not a
    /// number comes last. Unknown ids in the basket are passed over.
    pub fn matching<'b, I>(&self, basket: I, n: usize, measure: Measure) -> Vec<RuleView<'a>>
    where
        I: IntoIterator,
        I::Item: Into<IdRef<'b>>,
    {
        let held = Held::new(basket.into_iter().filter_map(|id| self.products.find(id)));
        let rule = |row: u32| RuleView { rules: *self, row: row as usize };
        let apart = |rule: RuleView<'_>| !rule.consequent().iter().any(|&item| held.holds(item));
        if let Some((_, ranks, best)) = self.ranks.iter().find(|(of, ..)| *of == measure) {
            let ranks = RanksView { ranks: ranks.of(self.bytes), best: best.of(self.bytes) };
            let of = |place: usize| rule(self.tree.rules[place]);
            let places = self.tree.best_matching(&held, ranks, n, |place| apart(of(place)));
            return places.into_iter().map(of).collect();
        }
        let mut found = Vec::new();
        self.tree.matching(&held, |places| {
            for &row in &self.tree.rules[places] {
                let rule = rule(row);
                if apart(rule) {
                    found.push((rule.value(measure), row, rule));
                }
            }
        });
        best(found, n).into_iter().map(|(.., rule)| rule).collect()
    }

    /// These rules of the model as a table of their own, in this order: to filter, to sort, or to
    /// hand over as columns.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] if there is not enough memory.
    pub fn to_rules(&self, rules: impl IntoIterator<Item = RuleView<'a>>) -> Result<Rules> {
        let rules: Vec<RuleView<'_>> = rules.into_iter().collect();
        let mut used: Vec<u32> = rules
            .iter()
            .flat_map(|rule| rule.antecedent().iter().chain(rule.consequent()).copied())
            .collect();
        used.sort_unstable();
        used.dedup();
        let mut ids = Ids::new(self.products.kind());
        for &product in &used {
            ids.intern(self.products.get(product).ok_or_else(no_such_product)?)?;
        }
        // Ascending products are ascending items.
        let mut side = Vec::new();
        let mut sets = Gather::default();
        let mut add = |products: &[u32], count: u32| {
            side.clear();
            side.extend(products.iter().map(|p| used.partition_point(|other| other < p) as u32));
            sets.add(&side, count)
        };
        let mut columns = RuleColumns::default();
        for rule in &rules {
            let row = rule.row;
            let (n_x, n_y) = (rule.rules.antecedent_counts[row], rule.rules.consequent_counts[row]);
            columns.antecedent.push(add(rule.antecedent(), n_x));
            columns.consequent.push(add(rule.consequent(), n_y));
            columns.n_x.push(n_x);
            columns.n_y.push(n_y);
            columns.n_xy.push(rule.rules.counts[row]);
            columns.customers.extend(rule.rules.customers.get(row));
        }
        let (mut sets, rows) = sets.finish(Arc::new(ids), self.baskets, self.min_count)?;
        sets.gaps = Some("rules of a model");
        for side in [&mut columns.antecedent, &mut columns.consequent] {
            side.iter_mut().for_each(|set| *set = rows[*set as usize]);
        }
        let knows_customers = self.knows_customers;
        Ok(Rules::of(RuleStore {
            sets: Arc::new(sets),
            columns,
            thresholds: Thresholds::default(),
            knows_customers,
        }))
    }
}

/// Products of rules are in range: checked on opening.
fn no_such_product() -> Error {
    Error::new(ErrorKind::Internal, "a rule of a model is about a product that it does not have")
}

impl Model {
    /// The association rules that the model holds; `None` if [none were
    /// added](Self::with_rules).
    pub fn rules(&self) -> Option<RulesView<'_>> {
        let rules = self.inner.layout.rules.as_ref()?;
        Some(rules.view(&self.inner.bytes, self.products()))
    }

    /// The `n` best rules of the model for this basket, as [`RulesView::matching`] finds them, as a
    /// table.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the model holds no rules.
    pub fn matching_rules<'b, I>(&self, basket: I, n: usize, measure: Measure) -> Result<Rules>
    where
        I: IntoIterator,
        I::Item: Into<IdRef<'b>>,
    {
        let rules = self
            .rules()
            .ok_or_else(|| Error::argument("model: it holds no rules: add some with with_rules"))?;
        rules.to_rules(rules.matching(basket, n, measure))
    }

    /// The same model with these rules, in this order, and an index that finds those that match a
    /// basket, to be served from its file. They take the place of rules that it holds already.
    ///
    /// Only rules with at least [`min_customers`](crate::FitOptions::min_customers) distinct
    /// customers are kept, as the model was fitted with: the privacy threshold. If the model was
    /// fitted without customers, each basket counts as one.
    ///
    /// ```
    /// use basketry::mine::{Measure, RuleOptions, rules_with_baskets};
    /// use basketry::{
    ///     CatalogBuilder, CatalogOptions, Control, FitOptions, HistoryBuilder, HistoryOptions,
    ///     ItemsetOptions, MinSupport, OrderLine, Product, fit, itemsets,
    /// };
    ///
    /// let mut catalog = CatalogBuilder::new(&CatalogOptions::default());
    /// let mut history = HistoryBuilder::new(&HistoryOptions::default());
    /// for id in ["bread", "jam"] {
    ///     catalog.push(&Product::new(id).price(250))?;
    ///     for customer in 0..12i64 {
    ///         history.push(&OrderLine::new(0, id).customer(customer).basket(customer))?;
    ///     }
    /// }
    /// let control = Control::new();
    /// let history = history.finish(&control)?;
    /// let model = fit(&catalog.finish(), &history, &FitOptions::default(), &control)?;
    ///
    /// let baskets = history.to_baskets();
    /// let sets = itemsets(&baskets, &ItemsetOptions::new(MinSupport::Count(10)), &control)?;
    /// let rules = rules_with_baskets(&sets, &baskets, &RuleOptions::new(0.2), &control)?;
    /// let model = model.with_rules(&rules)?;
    /// let found = model.rules().unwrap().matching(["bread"], 3, Measure::Lift);
    /// assert_eq!(found[0].to_string(), r#"{"bread"} -> {"jam"}"#);
    /// assert_eq!(found[0].customers(), Some(12));
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the model knows customers and the rules do not: make them
    /// [with baskets](crate::mine::rules_with_baskets) of the history;
    /// [`ErrorKind::UnknownId`] for an item that is no product of the model;
    /// [`ErrorKind::Limit`] if the sides of all rules together have more than 2^32 - 1 items.
    pub fn with_rules(&self, rules: &Rules) -> Result<Model> {
        let least = u64::from(self.options().min_customers);
        if !rules.knows_customers() && !self.customers().is_empty() {
            return Err(Error::argument(
                "rules: the model knows customers, but how many are behind each rule is not known: \
                 make the rules with the baskets of the history",
            ));
        }
        let products = self.products();
        let mut product_of = Vec::with_capacity(rules.ids().len());
        for id in rules.ids().iter() {
            product_of.push(products.find(id));
        }
        let mut antecedents = (vec![0u32], Vec::new());
        let mut consequents = (vec![0u32], Vec::new());
        let (mut n_x, mut n_y, mut n_xy) =
            (Vec::<u32>::new(), Vec::<u32>::new(), Vec::<u32>::new());
        let mut customers = Vec::new();
        for rule in rules.iter() {
            let counts = rule.counts();
            if rule.customers().unwrap_or(counts.n_xy) < least {
                continue;
            }
            for ((ends, all), side) in
                [(&mut antecedents, rule.antecedent()), (&mut consequents, rule.consequent())]
            {
                let start = all.len();
                for &item in side.items() {
                    all.push(product_of[item as usize].ok_or_else(|| {
                        let id = rules.ids().get(item);
                        let text = format!("rules: {id} is not a product of the model");
                        Error::new(ErrorKind::UnknownId, text)
                    })?);
                }
                all[start..].sort_unstable();
                ends.push(u32::try_from(all.len()).map_err(|_| too_long())?);
            }
            // Counts of rules have 32 bits, and so do customers, who are no more.
            n_x.push(counts.n_x as u32);
            n_y.push(counts.n_y as u32);
            n_xy.push(counts.n_xy as u32);
            customers.extend(rule.customers().map(|customers| customers as u32));
        }
        let side = |row: usize| {
            &antecedents.1[antecedents.0[row] as usize..antecedents.0[row + 1] as usize]
        };
        let tree = Tree::new(products.len(), n_xy.len(), side);

        let mut writer = Writer::new(layout::number());
        self.inner.sections.copy(&self.inner.bytes, &KINDS, &mut writer);
        let known = u64::from(rules.knows_customers());
        writer.optional(ABOUT, &[rules.baskets(), rules.min_count(), known]);
        writer.optional(ANTECEDENT_OFFSETS, &antecedents.0);
        writer.optional(ANTECEDENTS, &antecedents.1);
        writer.optional(CONSEQUENT_OFFSETS, &consequents.0);
        writer.optional(CONSEQUENTS, &consequents.1);
        writer.optional(ANTECEDENT_COUNTS, &n_x);
        writer.optional(CONSEQUENT_COUNTS, &n_y);
        writer.optional(COUNTS, &n_xy);
        writer.optional(CUSTOMERS, &customers);
        writer.optional(ROOTS, &tree.roots);
        writer.optional(NODE_PRODUCTS, &tree.items);
        writer.optional(NODE_CHILDREN, &tree.children);
        writer.optional(NODE_STARTS, &tree.starts);
        writer.optional(NODE_RULES, &tree.rules);
        let names: Vec<String> = MEASURES.iter().map(|measure| format!("{measure}\n")).collect();
        writer.optional(RANKED, names.concat().as_bytes());
        for (instance, measure) in (0..).zip(MEASURES) {
            let value = |rule: u32| {
                let row = rule as usize;
                let (n_x, n_y, n_xy) = (n_x[row].into(), n_y[row].into(), n_xy[row].into());
                measure.value(Counts { n: rules.baskets(), n_x, n_y, n_xy })
            };
            let ranks = Ranks::new(tree.view(), value);
            writer.optional_instance(RANKS, instance, &ranks.ranks);
            writer.optional_instance(NODE_RANKS, instance, &ranks.best);
        }
        // Opening what was written checks it once more.
        Model::from_bytes(writer.finish())
    }
}

fn too_long() -> Error {
    Error::new(
        ErrorKind::Limit,
        "rules: their antecedents or consequents have more than 4,294,967,295 items together",
    )
}
