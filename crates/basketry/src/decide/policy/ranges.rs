//! What the tables of a policy have in common: reading them, and the ranges of their values.

use std::sync::Arc;

use crate::data::Id;
use crate::decide::tree::{Node, Reader, Value, expected, fail, place, read_id};
use crate::{Error, Result};

/// The most offers that `max_offers`, a kind's `max` and `per_line` may ask for.
pub(super) const MOST: u32 = 1000;

/// The most days that a rule looks back or ahead: a hundred years.
pub(super) const MOST_DAYS: f64 = 36_500.0;

/// Far beyond any use, and small enough that no value overflows.
const ANY: f64 = 1e12;

/// Checks that values are in their ranges.
pub(super) struct Ranges<'a> {
    /// The line that a key stands on, where the policy came from a text.
    pub(super) line: &'a dyn Fn(&str) -> Option<usize>,
}

impl Ranges<'_> {
    /// The error for a value that is out of its range.
    pub(super) fn out(&self, path: &str, what: &str, got: &str) -> Error {
        fail(format!("{path}{}: expected {what}, got {got}", place((self.line)(path))))
    }

    pub(super) fn number(&self, path: &str, value: f64, low: f64, high: f64) -> Result<()> {
        if value.is_finite() && value >= low && value <= high {
            return Ok(());
        }
        Err(self.out(path, &format!("a number from {low} to {high}"), &format!("{value:?}")))
    }

    /// A multiplier, or an amount of money that may be fractional.
    pub(super) fn lever(&self, path: &str, value: f64) -> Result<()> {
        self.number(path, value, 0.0, ANY)
    }

    /// A number of offers.
    pub(super) fn count(&self, path: &str, value: u32, low: u32) -> Result<()> {
        if (low..=MOST).contains(&value) {
            return Ok(());
        }
        Err(self.out(path, &format!("a whole number from {low} to {MOST}"), &value.to_string()))
    }

    pub(super) fn whole(&self, path: &str, value: u32, low: u32, high: u32) -> Result<()> {
        if (low..=high).contains(&value) {
            return Ok(());
        }
        Err(self.out(path, &format!("a whole number from {low} to {high}"), &value.to_string()))
    }

    pub(super) fn name(&self, path: &str, value: &str, or: &str) -> Result<()> {
        if !value.is_empty() {
            return Ok(());
        }
        Err(self.out(path, &format!("a name{or}"), "an empty string"))
    }

    /// A number of days, more than none.
    pub(super) fn days(&self, path: &str, value: f64) -> Result<()> {
        if value.is_finite() && value > 0.0 && value <= MOST_DAYS {
            return Ok(());
        }
        let what = format!("a number above 0 and at most {MOST_DAYS}");
        Err(self.out(path, &what, &format!("{value:?}")))
    }

    /// Names, none of them empty.
    pub(super) fn names(&self, path: &str, names: &[String]) -> Result<()> {
        names
            .iter()
            .enumerate()
            .try_for_each(|(i, name)| self.name(&format!("{path}[{i}]"), name, ""))
    }
}

/// The table of a kind of offer, or the bare number that stands for its `max`.
pub(super) enum KindTable<'a> {
    Table(Reader<'a>),
    Max(u32),
}

impl<'a> KindTable<'a> {
    /// The table with this key; `known` are the keys it may have.
    pub(super) fn find(top: &Reader<'a>, key: &str, known: &[&str]) -> Result<Option<Self>> {
        let Some((path, node)) = top.node(key) else { return Ok(None) };
        match &node.value {
            Value::Int(value) => match u32::try_from(*value) {
                Ok(max) => Ok(Some(Self::Max(max))),
                Err(_) => {
                    Err(expected(&path, node.line, "a whole number of at least 0", &node.value))
                }
            },
            Value::Table(_) => Ok(Some(Self::Table(Reader::new("policy", &path, node, known)?))),
            other => Err(expected(
                &path,
                node.line,
                &format!("the most offers of this kind, or a table of {}", known.join(", ")),
                other,
            )),
        }
    }

    /// The keys besides `max`, unless a bare number stood for the table.
    pub(super) fn table(&self) -> Option<&Reader<'a>> {
        match self {
            Self::Table(table) => Some(table),
            Self::Max(_) => None,
        }
    }

    pub(super) fn max(&self, into: &mut u32) -> Result<()> {
        match self {
            Self::Table(table) => table.count("max", into),
            Self::Max(max) => {
                *into = *max;
                Ok(())
            }
        }
    }

    pub(super) fn number(&self, key: &str, into: &mut f64) -> Result<()> {
        self.table().map_or(Ok(()), |table| table.number(key, into))
    }
}

pub(super) fn id_list<S: serde::Serializer>(
    ids: &Arc<[Id]>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ids.iter())
}

pub(super) fn read_ids(reader: &Reader<'_>, key: &str, into: &mut Arc<[Id]>) -> Result<()> {
    if let Some((path, list)) = reader.list(key, "ids")? {
        *into = list
            .iter()
            .enumerate()
            .map(|(i, node)| read_id(&format!("{path}[{i}]"), node))
            .collect::<Result<_>>()?;
    }
    Ok(())
}

/// A list of names.
pub(super) fn read_names(reader: &Reader<'_>, key: &str, into: &mut Vec<String>) -> Result<()> {
    if let Some((path, list)) = reader.list(key, "strings")? {
        *into = list
            .iter()
            .enumerate()
            .map(|(i, node)| match &node.value {
                Value::Str(name) => Ok(name.clone()),
                other => Err(expected(&format!("{path}[{i}]"), node.line, "a string", other)),
            })
            .collect::<Result<_>>()?;
    }
    Ok(())
}

/// Refuses an empty list of what is allowed, which would allow everything.
pub(super) fn not_empty(found: Option<(String, &Node)>) -> Result<()> {
    match found {
        Some((path, node)) if matches!(&node.value, Value::List(list) if list.is_empty()) => {
            let place = place(node.line);
            Err(fail(format!("{path}{place}: expected at least one, or no such key; got none")))
        }
        _ => Ok(()),
    }
}
