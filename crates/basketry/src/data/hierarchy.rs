//! What the items of baskets are kinds of.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use arrow_array::RecordBatchReader;

use super::catalog::Catalog;
use super::columns::{id_at, id_kind, nulls_of};
use super::ids::{Id, IdRef, Ids};
use super::table::{Batches, Column, Source};
use crate::control::Stage;
use crate::{Control, Error, ErrorKind, Result};

/// The name of the level of the items themselves.
const ITEM: &str = "item";

/// A chain of links may be this long, and all ancestors of all nodes together may be this many.
const MOST_LINKS: u32 = 1000;
const MOST_ANCESTORS: usize = 1 << 28;

/// What items are kinds of: parents, their parents, and so on.
///
/// With [`ItemsetOptions::hierarchy`](crate::ItemsetOptions::hierarchy) itemsets are mined over items
/// and any level of their categories at once. An item may have several parents.
///
/// # Levels
/// The items are at level `"item"`. In a hierarchy from a table or a catalogue, every column of
/// categories is a level; in one from links, levels are `"1"`, `"2"` and so on: one more than the
/// highest level below. [`only`](Self::only) chooses levels.
///
/// # Ids
/// Links name categories by the ids given. Categories of a column are called `column=value`, such as
/// `"department=dairy"`, so that none is mistaken for an item of that name, or for a category of
/// another column. Items may be integers although categories are strings. Both keep their ids;
/// only as a column of a table are they all written as text.
#[derive(Clone, Debug)]
pub struct Hierarchy {
    nodes: Arc<Nodes>,
    /// Whether each level takes part.
    wanted: Vec<bool>,
}

#[derive(Debug)]
struct Nodes {
    /// Of any kind.
    ids: Ids,
    /// All ancestors of each node: `ancestors[starts[node]..starts[node + 1]]`.
    starts: Vec<usize>,
    ancestors: Vec<u32>,
    /// The level of each node, and the names of the levels, the items first.
    level: Vec<u32>,
    levels: Vec<Box<str>>,
}

/// Two hierarchies are equal if they say the same in the same order.
impl PartialEq for Hierarchy {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (&*self.nodes, &*other.nodes);
        self.wanted == other.wanted
            && (Arc::ptr_eq(&self.nodes, &other.nodes)
                || (a.levels == b.levels
                    && a.level == b.level
                    && a.starts == b.starts
                    && a.ancestors == b.ancestors
                    && a.ids.iter().eq(b.ids.iter())))
    }
}

/// All that a hierarchy is made of; see [`Nodes`].
pub(crate) struct Parts<'a> {
    pub(crate) ids: &'a Ids,
    pub(crate) starts: &'a [usize],
    pub(crate) ancestors: &'a [u32],
    pub(crate) level: &'a [u32],
    pub(crate) levels: &'a [Box<str>],
    pub(crate) wanted: &'a [bool],
}

impl Hierarchy {
    pub(crate) fn parts(&self) -> Parts<'_> {
        let Nodes { ids, starts, ancestors, level, levels } = &*self.nodes;
        Parts { ids, starts, ancestors, level, levels, wanted: &self.wanted }
    }

    /// A hierarchy from its [`parts`](Self::parts): with all ancestors of each node as its parents,
    /// each of a level above that of the node, and for each level whether it takes part.
    pub(crate) fn restored(
        ids: &Ids,
        parents: Vec<Vec<u32>>,
        levels: (Vec<u32>, Vec<Box<str>>),
        wanted: Vec<bool>,
    ) -> Result<Self> {
        let mut builder = Builder::default();
        for id in ids.iter() {
            builder.node(id)?;
        }
        builder.parents = parents;
        let mut hierarchy = builder.finish(Some(levels))?;
        hierarchy.wanted = wanted;
        Ok(hierarchy)
    }

    /// From links, each from an item or a category to what it is a kind of.
    ///
    /// ```
    /// use basketry::{Hierarchy, IdRef};
    ///
    /// let hierarchy = Hierarchy::from_links([("edam", "cheese"), ("cheese", "dairy")])?;
    /// assert_eq!(hierarchy.levels().collect::<Vec<_>>(), ["item", "1", "2"]);
    /// assert_eq!(hierarchy.ancestors("edam"), [IdRef::Str("cheese"), IdRef::Str("dairy")]);
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) if links form a circle; it names the ids.
    pub fn from_links<C, P>(links: impl IntoIterator<Item = (C, P)>) -> Result<Self>
    where
        C: Into<Id>,
        P: Into<Id>,
    {
        let mut builder = Builder::default();
        for (child, parent) in links {
            let child = builder.node(child.into().as_ref())?;
            let parent = builder.node(parent.into().as_ref())?;
            builder.link(child, parent);
        }
        builder.finish(None)
    }

    /// From a table with a row for each item: `levels` are its columns of categories, the broadest
    /// first.
    ///
    /// An item with several rows is in the categories of all of them; where a category is null,
    /// the row says nothing of that level. A category is a kind of a broader one if all of its
    /// rows say so: a type that several departments have is a kind of none of them, although each
    /// item is in its own department.
    ///
    /// # Errors
    /// [`Schema`](ErrorKind::Schema) if a column is not there or has a type that cannot serve;
    /// [`Data`](ErrorKind::Data) for an item that is null, and for one that has the id of a
    /// category; [`InvalidArgument`](ErrorKind::InvalidArgument) if there are no levels or if two
    /// have one name.
    pub fn from_reader(
        reader: impl RecordBatchReader,
        item: &str,
        levels: &[&str],
        control: &Control,
    ) -> Result<Self> {
        let mut source = Batches::new(reader);
        let schema = source.schema();
        let item = Column::find(&schema, "item", item)?;
        id_kind(&item)?;
        let columns = levels.iter().map(|name| Column::find(&schema, "levels", name));
        let columns: Vec<Column> = columns.collect::<Result<_>>()?;
        for column in &columns {
            id_kind(column)?;
        }
        let mut table = Categories::new(levels)?;
        control.begin(Stage::Reading, 0)?;
        while let Some(batch) = source.next() {
            let batch = batch?;
            let items = item.of(&batch)?;
            let arrays = columns.iter().map(|column| column.of(&batch));
            let arrays: Vec<_> = arrays.collect::<Result<_>>()?;
            let nulls: Vec<_> = arrays.iter().map(|&array| nulls_of(array)).collect();
            let item_nulls = nulls_of(items);
            let mut row = Vec::with_capacity(columns.len());
            for r in 0..batch.num_rows() {
                if r.is_multiple_of(1 << 12) {
                    control.check()?;
                }
                if item_nulls.as_ref().is_some_and(|nulls| nulls.is_null(r)) {
                    return Err(item.bad_value(source.place(r), "null, expected the id of an item"));
                }
                row.clear();
                for ((column, array), nulls) in columns.iter().zip(&arrays).zip(&nulls) {
                    let null = nulls.as_ref().is_some_and(|nulls| nulls.is_null(r));
                    let value = (!null).then(|| id_at(array, r)).transpose();
                    row.push(value.map_err(|cell| column.bad_value(source.place(r), cell.what))?);
                }
                let id = id_at(items, r);
                let id = id.map_err(|cell| item.bad_value(source.place(r), cell.what))?;
                table.add(id, &row)?;
            }
            control.advance(batch.num_rows() as u64)?;
        }
        table.finish()
    }

    /// From the category path of each product of a catalogue, as in
    /// [`from_reader`](Self::from_reader).
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) if the catalogue has no categories;
    /// [`Data`](ErrorKind::Data) for a product that has the id of a category.
    pub fn from_catalog(catalog: &Catalog) -> Result<Self> {
        let levels: Vec<&str> = catalog.category.iter().map(|codes| &*codes.column).collect();
        if levels.is_empty() {
            return Err(Error::argument(
                "catalog: it has no categories, expected at least one level",
            ));
        }
        let mut table = Categories::new(&levels)?;
        for index in 0..catalog.len() as u32 {
            let row: Vec<Option<IdRef<'_>>> = catalog.category(index).collect();
            table.add(catalog.id(index), &row)?;
        }
        table.finish()
    }

    /// The names of the levels that take part, from the items up.
    pub fn levels(&self) -> impl Iterator<Item = &str> {
        let levels = self.nodes.levels.iter().zip(&self.wanted);
        levels.filter(|(_, wanted)| **wanted).map(|(name, _)| &**name)
    }

    /// The same with these levels only. What is a kind of what stays as it is, across levels that
    /// do not take part.
    ///
    /// ```
    /// use basketry::{Hierarchy, IdRef};
    ///
    /// let hierarchy = Hierarchy::from_links([("edam", "cheese"), ("cheese", "dairy")])?;
    /// let broad = hierarchy.only(["item", "2"])?;
    /// assert_eq!(broad.ancestors("edam"), [IdRef::Str("dairy")]);
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) names a level that there is not.
    pub fn only<'a>(&self, levels: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let mut wanted = vec![false; self.wanted.len()];
        for name in levels {
            let level = self.nodes.levels.iter().position(|level| &**level == name);
            let Some(level) = level else {
                let names: Vec<String> =
                    self.nodes.levels.iter().map(|level| format!("{level:?}")).collect();
                return Err(Error::argument(format!(
                    "levels: there is no level {name:?}; the levels are {}",
                    names.join(", ")
                )));
            };
            wanted[level] = true;
        }
        if !wanted.contains(&true) {
            return Err(Error::argument("levels: expected at least one level"));
        }
        Ok(Self { nodes: self.nodes.clone(), wanted })
    }

    /// How many items and categories there are, on all levels.
    pub fn len(&self) -> usize {
        self.nodes.ids.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What an item or a category is a kind of, on the levels that take part, from near to far.
    /// Nothing if the id is unknown.
    pub fn ancestors<'a>(&self, id: impl Into<IdRef<'a>>) -> Vec<IdRef<'_>> {
        let node = self.nodes.ids.find(id.into());
        let ancestors = node.map_or(&[][..], |node| self.nodes.ancestors(node));
        let wanted = ancestors.iter().filter(|&&node| self.takes_part(node));
        wanted.map(|&node| self.nodes.ids.get(node)).collect()
    }

    /// The level of an item or a category; `None` if the id is unknown.
    pub fn level_of<'a>(&self, id: impl Into<IdRef<'a>>) -> Option<&str> {
        let node = self.nodes.ids.find(id.into())?;
        Some(&self.nodes.levels[self.nodes.level[node as usize] as usize])
    }

    fn takes_part(&self, node: u32) -> bool {
        self.wanted[self.nodes.level[node as usize] as usize]
    }

    /// The ids of baskets, and behind them those of the categories above their items, as far as
    /// they take part.
    pub(crate) fn extend_ids(&self, ids: &Ids) -> Result<Extended> {
        let nodes = &*self.nodes;
        let node_of: Vec<Option<u32>> = ids.iter().map(|id| nodes.ids.find(id)).collect();
        if node_of.iter().all(Option::is_none) && !ids.is_empty() && !self.is_empty() {
            return Err(Error::argument(format!(
                "hierarchy: no item of the baskets is in it: it has ids such as {}, the baskets \
                 such as {}; ids are never converted",
                nodes.ids.get(0),
                ids.get(0)
            )));
        }
        let same = nodes.ids.iter().all(|id| id.kind() == ids.kind());
        let mut all = if same {
            ids.clone()
        } else {
            let mut all = Ids::mixed();
            for id in ids.iter() {
                all.intern(id)?;
            }
            all
        };
        let mut index_of = vec![u32::MAX; nodes.ids.len()];
        for (index, node) in (0..).zip(&node_of) {
            if let Some(node) = node {
                index_of[*node as usize] = index;
            }
        }
        let above: Vec<u32> =
            node_of.iter().flatten().flat_map(|&node| nodes.ancestors(node)).copied().collect();
        for node in above {
            if index_of[node as usize] == u32::MAX && self.takes_part(node) {
                index_of[node as usize] = all.intern(nodes.ids.get(node))?;
            }
        }
        if !same {
            // As columns they are text, all of them.
            for id in all.iter() {
                if let IdRef::Int(number) = id
                    && all.find(IdRef::Str(&number.to_string())).is_some()
                {
                    return Err(Error::argument(format!(
                        "hierarchy: there are both the integer {number} and the string \
                         \"{number}\" among items and categories: call one of them otherwise"
                    )));
                }
            }
        }
        let mut extended = Extended {
            ids: Arc::new(Ids::new(all.kind())),
            items: Vec::new(),
            ancestors: Vec::new(),
        };
        for id in all.iter() {
            let node = nodes.ids.find(id);
            extended.items.push(node.map_or(self.wanted[0], |node| self.takes_part(node)));
            let ancestors = node.map_or(&[][..], |node| nodes.ancestors(node)).iter();
            let ancestors = ancestors.filter(|&&node| self.takes_part(node));
            let mut ancestors: Vec<u32> =
                ancestors.map(|&node| index_of[node as usize]).filter(|&i| i != u32::MAX).collect();
            ancestors.sort_unstable();
            extended.ancestors.push(ancestors);
        }
        extended.ids = Arc::new(all);
        Ok(extended)
    }
}

/// Items and the categories above them, with one index for all.
#[derive(Debug)]
pub(crate) struct Extended {
    /// The items keep their index; categories come behind.
    pub ids: Arc<Ids>,
    /// Whether each takes part itself.
    pub items: Vec<bool>,
    /// The ancestors of each that take part, ascending.
    pub ancestors: Vec<Vec<u32>>,
}

impl Nodes {
    fn ancestors(&self, node: u32) -> &[u32] {
        &self.ancestors[self.starts[node as usize]..self.starts[node as usize + 1]]
    }
}

/// Collects links.
struct Builder {
    ids: Ids,
    parents: Vec<Vec<u32>>,
}

impl Default for Builder {
    fn default() -> Self {
        Self { ids: Ids::mixed(), parents: Vec::new() }
    }
}

impl Builder {
    fn node(&mut self, id: IdRef<'_>) -> Result<u32> {
        let node = self.ids.intern(id)?;
        if node as usize == self.parents.len() {
            self.parents.push(Vec::new());
        }
        Ok(node)
    }

    fn link(&mut self, child: u32, parent: u32) {
        let parents = &mut self.parents[child as usize];
        if !parents.contains(&parent) {
            parents.push(parent);
        }
    }

    /// With levels and their names, or as the links have it.
    fn finish(self, levels: Option<(Vec<u32>, Vec<Box<str>>)>) -> Result<Hierarchy> {
        let Self { ids, parents } = self;
        let nodes = parents.len();
        let mut children = vec![Vec::new(); nodes];
        let mut open: Vec<u32> = vec![0; nodes];
        for (node, parents) in (0u32..).zip(&parents) {
            open[node as usize] = parents.len() as u32;
            parents.iter().for_each(|&parent| children[parent as usize].push(node));
        }
        // Each node after all of its parents.
        let mut order: Vec<u32> =
            (0..nodes as u32).filter(|&node| open[node as usize] == 0).collect();
        let mut next = 0;
        while let Some(&node) = order.get(next) {
            next += 1;
            for &child in &children[node as usize] {
                open[child as usize] -= 1;
                if open[child as usize] == 0 {
                    order.push(child);
                }
            }
        }
        if order.len() < nodes {
            return Err(circle(&ids, &parents, &open));
        }
        let mut depth = vec![0u32; nodes];
        for &node in &order {
            let parents = parents[node as usize].iter();
            depth[node as usize] = parents.map(|&p| depth[p as usize] + 1).max().unwrap_or(0);
        }
        if let Some(&node) = order.iter().find(|&&node| depth[node as usize] > MOST_LINKS) {
            return Err(Error::new(
                ErrorKind::Limit,
                format!(
                    "hierarchy: it is too deep: {} is more than {MOST_LINKS} links below another",
                    ids.get(node)
                ),
            ));
        }
        let mut above: Vec<Vec<u32>> = vec![Vec::new(); nodes];
        let mut total = 0;
        for &node in &order {
            let mut all: Vec<u32> = parents[node as usize].clone();
            for &parent in &parents[node as usize] {
                all.extend_from_slice(&above[parent as usize]);
            }
            all.sort_unstable();
            all.dedup();
            total += all.len();
            if total > MOST_ANCESTORS {
                return Err(Error::new(
                    ErrorKind::Limit,
                    "hierarchy: its items and categories have more than 268 million ancestors \
                     together",
                ));
            }
            above[node as usize] = all;
        }
        let (level, levels) = levels.unwrap_or_else(|| {
            let mut level = vec![0u32; nodes];
            for &node in order.iter().rev() {
                for &parent in &parents[node as usize] {
                    level[parent as usize] = level[parent as usize].max(level[node as usize] + 1);
                }
            }
            let highest = level.iter().copied().max().unwrap_or(0);
            let names = (1..=highest).map(|level| level.to_string().into());
            (level, std::iter::once(ITEM.into()).chain(names).collect())
        });
        let mut starts = vec![0];
        let mut ancestors = Vec::with_capacity(total);
        for mut all in above {
            // From near to far, where that can be told.
            all.sort_by_key(|&node| level[node as usize]);
            ancestors.extend(all);
            starts.push(ancestors.len());
        }
        let wanted = vec![true; levels.len()];
        Ok(Hierarchy { nodes: Arc::new(Nodes { ids, starts, ancestors, level, levels }), wanted })
    }
}

/// The error for links that lead from a node to itself. Every node that is still open has an
/// open parent.
fn circle(ids: &Ids, parents: &[Vec<u32>], open: &[u32]) -> Error {
    let is_open = |node: u32| open[node as usize] > 0;
    let mut seen = vec![false; parents.len()];
    let mut path: Vec<u32> = Vec::new();
    let mut at = (0..parents.len() as u32).find(|&node| is_open(node));
    while let Some(node) = at.filter(|&node| !seen[node as usize]) {
        seen[node as usize] = true;
        path.push(node);
        at = parents[node as usize].iter().copied().find(|&parent| is_open(parent));
    }
    let first = path.iter().position(|&node| Some(node) == at).unwrap_or(0);
    let mut names: Vec<String> =
        path[first..].iter().map(|&node| ids.get(node).to_string()).collect();
    if names.len() > 8 {
        let more = names.len() - 8;
        names.truncate(8);
        names.push(format!("({more} more)"));
    }
    let back = at.map_or(String::new(), |node| format!(" -> {}", ids.get(node)));
    Error::argument(format!("hierarchy: the links form a circle: {}{back}", names.join(" -> ")))
}

/// Collects rows of items and their categories, the broadest first.
struct Categories {
    builder: Builder,
    /// By level, counted from the items: its name.
    names: Vec<Box<str>>,
    /// The level of each node.
    level: Vec<u32>,
    /// For a category, by the level above: its category there, or `None` if rows differ.
    above: HashMap<(u32, u32), Option<u32>, ahash::RandomState>,
}

impl Categories {
    fn new(levels: &[&str]) -> Result<Self> {
        if levels.is_empty() {
            return Err(Error::argument("levels: expected at least one column"));
        }
        let mut names: Vec<Box<str>> = vec![ITEM.into()];
        for &name in levels.iter().rev() {
            if names.iter().any(|other| **other == *name) {
                return Err(Error::argument(format!(
                    "levels: two levels are called {name:?} (the items are at level {ITEM:?})"
                )));
            }
            names.push(name.into());
        }
        Ok(Self {
            builder: Builder::default(),
            names,
            level: Vec::new(),
            above: HashMap::default(),
        })
    }

    fn node(&mut self, id: IdRef<'_>, level: u32) -> Result<u32> {
        let node = self.builder.node(id)?;
        match self.level.get(node as usize) {
            None => self.level.push(level),
            Some(&other) if other == level => {}
            Some(_) => {
                return Err(Error::new(
                    ErrorKind::Data,
                    format!(
                        "the id {id} names both an item and a category (categories are called \
                         column=value): call the item otherwise"
                    ),
                ));
            }
        }
        Ok(node)
    }

    fn add(&mut self, item: IdRef<'_>, categories: &[Option<IdRef<'_>>]) -> Result<()> {
        let item = self.node(item, 0)?;
        let mut nodes = Vec::with_capacity(categories.len());
        for (level, value) in (1..).zip(categories.iter().rev()) {
            let Some(value) = value else {
                nodes.push(None);
                continue;
            };
            let name = &self.names[level as usize];
            let id = match value {
                IdRef::Int(value) => format!("{name}={value}"),
                IdRef::Str(value) => format!("{name}={value}"),
            };
            let node = self.node(IdRef::Str(&id), level)?;
            self.builder.link(item, node);
            nodes.push(Some(node));
        }
        for (place, node) in nodes.iter().enumerate() {
            let Some(node) = node else { continue };
            for (level, above) in (1..).zip(&nodes).skip(place + 1) {
                match self.above.entry((*node, level)) {
                    Entry::Vacant(entry) => {
                        entry.insert(*above);
                    }
                    Entry::Occupied(mut entry) if entry.get() != above => {
                        entry.insert(None);
                    }
                    Entry::Occupied(_) => {}
                }
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Hierarchy> {
        let Self { mut builder, names, level, above } = self;
        let mut links: Vec<(u32, u32)> =
            above.into_iter().filter_map(|((node, _), above)| Some((node, above?))).collect();
        links.sort_unstable();
        links.into_iter().for_each(|(node, above)| builder.link(node, above));
        builder.finish(Some((level, names)))
    }
}
