//! Products by what they are: what may be offered, and what never.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde::Serialize;
use serde::ser::SerializeMap;

use super::Policy;
use super::price::PriceWindow;
use super::ranges::{Ranges, id_list, not_empty, read_ids, read_names};
use crate::Result;
use crate::data::Id;
use crate::decide::tree::{Node, Reader, Value, expected, read_id};

/// Products by id, category, brand, line or attribute: the tables `only` and `exclude` of a
/// [`Policy`](super::Policy), and parts of others. Ids are compared with their type: `1` and `"1"`
/// differ.
///
/// What is excluded is what has any of the values. What is selected has, for each key that is given,
/// one of its values; a list of them that is empty is an error: `only = { brands = ["Alm", "Hof"], categories = ["cheese"] }` is cheese of these
/// two brands. So is a selection of which the policy's other tables leave nothing: all values of a key
/// are excluded, or (of `products`, `brands` or an attribute) none is among those that `only` has.
///
/// ```
/// use basketry::Policy;
///
/// let policy = Policy::from_toml(r#"
///     only.categories = ["shoes", "socks"]
///     exclude = { brands = ["Acme"], attributes = { region = ["US"] } }
/// "#)?;
/// assert_eq!(policy.only.categories.len(), 2);
/// assert_eq!(*policy.exclude.attributes["region"], ["US".into()]);
/// # Ok::<(), basketry::Error>(())
/// ```
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Selection {
    /// These products.
    #[serde(serialize_with = "id_list", skip_serializing_if = "no_ids")]
    pub products: Arc<[Id]>,
    /// Products with one of these values at any category level.
    #[serde(serialize_with = "id_list", skip_serializing_if = "no_ids")]
    pub categories: Arc<[Id]>,
    /// Products of these brands.
    #[serde(serialize_with = "id_list", skip_serializing_if = "no_ids")]
    pub brands: Arc<[Id]>,
    /// Products of these product lines, and what is linked by hand as a variant of one of them.
    #[serde(serialize_with = "id_list", skip_serializing_if = "no_ids")]
    pub lines: Arc<[Id]>,
    /// Products with one of these values in a `must_match` column of the catalogue, by its name.
    #[serde(serialize_with = "attribute_lists")]
    pub attributes: BTreeMap<String, Arc<[Id]>>,
}

// A policy is compared with those that are compiled before each decision: long lists only if they are
// not the same memory.
impl PartialEq for Selection {
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &Arc<[Id]>, b: &Arc<[Id]>| Arc::ptr_eq(a, b) || a == b;
        let Self { products, categories, brands, lines, attributes } = self;
        same(products, &other.products)
            && same(categories, &other.categories)
            && same(brands, &other.brands)
            && same(lines, &other.lines)
            && attributes.len() == other.attributes.len()
            && attributes
                .iter()
                .zip(&other.attributes)
                .all(|((name, ids), (its_name, its))| name == its_name && same(ids, its))
    }
}

impl Default for Selection {
    fn default() -> Self {
        let none: Arc<[Id]> = Arc::new([]);
        Self {
            products: none.clone(),
            categories: none.clone(),
            brands: none.clone(),
            lines: none,
            attributes: BTreeMap::new(),
        }
    }
}

impl Selection {
    /// True if it names nothing.
    pub fn is_empty(&self) -> bool {
        let Self { products, categories, brands, lines, attributes } = self;
        [products, categories, brands, lines].iter().all(|ids| ids.is_empty())
            && attributes.is_empty()
    }

    /// The keys that are given, as they are written, with their values.
    fn keys(&self) -> impl Iterator<Item = (String, &[Id])> {
        let lists = [
            ("products", &self.products),
            ("categories", &self.categories),
            ("brands", &self.brands),
            ("lines", &self.lines),
        ];
        let lists = lists.into_iter().map(|(key, ids)| (key.to_owned(), &**ids));
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|(column, ids)| (format!("attributes.{column}"), &**ids));
        lists.chain(attributes).filter(|(_, ids)| !ids.is_empty())
    }

    fn values(&self, key: &str) -> &[Id] {
        self.keys().find(|(name, _)| name == key).map_or(&[], |(_, ids)| ids)
    }

    /// Refuses what selects nothing because all the values of a key are excluded by the same key of
    /// `exclude`: what is selected has one of them.
    pub(super) fn left_by(
        &self,
        path: &str,
        (other, exclude): (&str, &Self),
        ranges: &Ranges<'_>,
    ) -> Result<()> {
        for (key, ids) in self.keys() {
            let excluded: HashSet<&Id> = exclude.values(&key).iter().collect();
            if ids.iter().all(|id| excluded.contains(id)) {
                let what = format!("at least one that {other}.{key} does not name");
                return Err(ranges.out(&format!("{path}.{key}"), &what, "none"));
            }
        }
        Ok(())
    }

    /// Refuses what selects nothing because a key has no value in common with the same key of `only`.
    pub(super) fn within(
        &self,
        path: &str,
        (other, only): (&str, &Self),
        ranges: &Ranges<'_>,
    ) -> Result<()> {
        self.apart_by(only).map_or(Ok(()), |key| {
            let what = format!("at least one that {other}.{key} names too");
            Err(ranges.out(&format!("{path}.{key}"), &what, "none"))
        })
    }

    /// A key by which no product can be of both selections: it has one value, and they name none in
    /// common.
    pub(super) fn apart_by(&self, other: &Self) -> Option<String> {
        // A product may have categories of several levels, and variants connect lines.
        let one_value = |key: &str| key != "categories" && key != "lines";
        let mut keys = self.keys().filter(|(key, _)| one_value(key));
        let apart = keys.find(|(key, ids)| {
            let named: HashSet<&Id> = other.values(key).iter().collect();
            !named.is_empty() && !ids.iter().any(|id| named.contains(id))
        });
        apart.map(|(key, _)| key)
    }

    /// How many values a key names; `None` without the key.
    pub(super) fn count(&self, key: &str) -> Option<u32> {
        let ids: HashSet<&Id> = self.values(key).iter().collect();
        (!ids.is_empty()).then_some(ids.len() as u32)
    }

    pub(super) fn read(&mut self, top: &Reader<'_>, key: &str) -> Result<()> {
        let Some((path, node)) = top.node(key) else { return Ok(()) };
        let known = ["products", "categories", "brands", "lines", "attributes"];
        let table = Reader::new("policy", &path, node, &known)?;
        read_ids(&table, "products", &mut self.products)?;
        read_ids(&table, "categories", &mut self.categories)?;
        read_ids(&table, "brands", &mut self.brands)?;
        read_ids(&table, "lines", &mut self.lines)?;
        // Whose list of what may be offered came out empty did not mean everything.
        let selects = key != "exclude";
        if selects {
            ["products", "categories", "brands", "lines"]
                .iter()
                .try_for_each(|key| not_empty(table.node(key)))?;
        }
        let Some((path, node)) = table.node("attributes") else { return Ok(()) };
        let Value::Table(entries) = &node.value else {
            let what = "a table of must_match columns and lists of their values";
            return Err(expected(&path, node.line, what, &node.value));
        };
        self.attributes.clear();
        for (column, node) in entries {
            let path = format!("{path}.{column}");
            if selects {
                not_empty(Some((path.clone(), node)))?;
            }
            let ids = attribute_values(&path, node)?;
            self.attributes.insert(column.clone(), ids);
        }
        Ok(())
    }
}

/// An empty list stands for no key, and is not written as one.
fn no_ids(ids: &Arc<[Id]>) -> bool {
    ids.is_empty()
}

fn attribute_values(path: &str, node: &Node) -> Result<Arc<[Id]>> {
    let Value::List(list) = &node.value else {
        return Err(expected(path, node.line, "a list of ids", &node.value));
    };
    list.iter().enumerate().map(|(i, node)| read_id(&format!("{path}[{i}]"), node)).collect()
}

fn attribute_lists<S: serde::Serializer>(
    lists: &BTreeMap<String, Arc<[Id]>>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(lists.len()))?;
    for (column, ids) in lists {
        map.serialize_entry(column, &**ids)?;
    }
    map.end()
}

/// One of the `rules` of a [`Policy`](super::Policy): what else holds for customers of some segments.
/// Rules add to what the policy says for everybody; none can allow what another forbids. A rule that
/// names nothing in `only`, `exclude` and `price` is an error, and so is one that leaves nothing to offer,
/// alone or with another one that names one of its segments: customers who are offered nothing are named by
/// [`SegmentPolicy::exclude`](super::SegmentPolicy::exclude). Who is in several segments may be left
/// nothing by rules that are for different ones.
///
/// ```
/// use basketry::Policy;
///
/// let policy = Policy::from_toml(r#"
///     [[rules]]
///     segments = ["new"]
///     exclude.categories = ["clearance"]
///     price.max = 5000
/// "#)?;
/// assert_eq!(policy.rules[0].price.max, Some(5000));
/// # Ok::<(), basketry::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Rule {
    /// It is for customers of one of these segments; at least one.
    pub segments: Vec<String>,
    /// What may be offered to them. Default: everything.
    pub only: Selection,
    /// What is never offered to them.
    pub exclude: Selection,
    /// Prices that may be offered to them.
    pub price: PriceWindow,
}

/// The most rules and quotas: a bit for each.
pub(super) const MOST_RULES: usize = 64;

impl Rule {
    /// A rule that is for customers of this segment and says nothing yet.
    pub fn new(segment: impl Into<String>) -> Self {
        Self { segments: vec![segment.into()], ..Self::default() }
    }

    pub(super) fn read_all(rules: &mut Vec<Self>, top: &Reader<'_>) -> Result<()> {
        let Some((path, list)) = top.list("rules", "tables with segments")? else { return Ok(()) };
        rules.clear();
        for (i, node) in list.iter().enumerate() {
            let path = format!("{path}[{i}]");
            let known = ["segments", "only", "exclude", "price"];
            let table = Reader::new("policy", &path, node, &known)?;
            let mut rule = Self::default();
            read_names(&table, "segments", &mut rule.segments)?;
            rule.only.read(&table, "only")?;
            rule.exclude.read(&table, "exclude")?;
            rule.price.read(&table)?;
            rules.push(rule);
        }
        Ok(())
    }

    pub(super) fn check_all(rules: &[Self], policy: &Policy, ranges: &Ranges<'_>) -> Result<()> {
        if rules.len() > MOST_RULES {
            let what = format!("at most {MOST_RULES} rules");
            return Err(ranges.out("rules", &what, &rules.len().to_string()));
        }
        for (i, rule) in rules.iter().enumerate() {
            let path = format!("rules[{i}].segments");
            if rule.segments.is_empty() {
                return Err(ranges.out(&path, "at least one segment", "none"));
            }
            ranges.names(&path, &rule.segments)?;
            rule.price.check(&format!("rules[{i}].price"), ranges)?;
            let Self { only, exclude, price, .. } = rule;
            if only.is_empty() && exclude.is_empty() && *price == PriceWindow::default() {
                let what = "something in only, exclude or price";
                return Err(ranges.out(&format!("rules[{i}]"), what, "nothing"));
            }
            let path = format!("rules[{i}].only");
            let excluded = format!("rules[{i}].exclude");
            only.left_by(&path, (&excluded, exclude), ranges)?;
            policy.only.left_by("only", (&excluded, exclude), ranges)?;
            only.left_by(&path, ("exclude", &policy.exclude), ranges)?;
            only.within(&path, ("only", &policy.only), ranges)?;
            price.meets(&format!("rules[{i}].price"), ("price", &policy.price), ranges)?;
            let shared = |other: &Self| rule.segments.iter().any(|s| other.segments.contains(s));
            for (j, other) in rules[..i].iter().enumerate().filter(|(_, other)| shared(other)) {
                rule.leaves_with(i, (j, other), ranges)?;
            }
        }
        Ok(())
    }

    /// Refuses that it leaves nothing together with an earlier rule for the same customers.
    fn leaves_with(&self, i: usize, (j, other): (usize, &Self), ranges: &Ranges<'_>) -> Result<()> {
        let path = |of: usize, table: &str| format!("rules[{of}].{table}");
        let (only, its) = (path(i, "only"), path(j, "only"));
        self.only.within(&only, (&its, &other.only), ranges)?;
        self.only.left_by(&only, (&path(j, "exclude"), &other.exclude), ranges)?;
        other.only.left_by(&its, (&path(i, "exclude"), &self.exclude), ranges)?;
        self.price.meets(&path(i, "price"), (&path(j, "price"), &other.price), ranges)
    }
}
