//! Settings as a tree of keys and values, whether they came as TOML or as JSON, and the reader
//! that names the key in every complaint.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::data::Id;
use crate::{Error, ErrorKind, Result};

/// A value and the line it stands on, where the format tells (TOML does).
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) line: Option<usize>,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Str(String),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
    Date(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Int(value) => write!(f, "{value}"),
            Value::Float(value) => write!(f, "{value:?}"),
            Value::Str(value) if value.chars().count() > 40 => {
                write!(f, "the string {:?}...", value.chars().take(40).collect::<String>())
            }
            Value::Str(value) => write!(f, "the string {value:?}"),
            Value::List(list) => write!(f, "a list of {}", list.len()),
            Value::Table(_) => f.write_str("a table"),
            Value::Date(value) => write!(f, "the date {value}"),
        }
    }
}

impl Node {
    /// Reads TOML. `what` names the text in messages ("policy").
    pub(crate) fn from_toml(what: &str, text: &str) -> Result<Node> {
        let table = DeTable::parse(text).map_err(|error| {
            let line = error.span().map(|span| line_of(text, span.start));
            let place = line.map(|line| format!(" (line {line})")).unwrap_or_default();
            fail(format!("{what}{place}: not valid TOML: {}", error.message().trim()))
        })?;
        let line = line_of(text, table.span().start);
        Ok(Node { value: table_value(text, table.get_ref())?, line: Some(line) })
    }

    /// Reads JSON; a key that stands twice in one object is an error.
    pub(crate) fn from_json(what: &str, text: &str) -> Result<Node> {
        serde_json::from_str(text).map_err(|error| fail(format!("{what}: not valid JSON: {error}")))
    }

    /// The line of the node at this dotted path, if known.
    pub(crate) fn line_at(&self, path: &str) -> Option<usize> {
        let mut node = self;
        for key in path.split('.') {
            let key = key.split('[').next().unwrap_or(key);
            let Value::Table(entries) = &node.value else { break };
            match entries.iter().find(|(name, _)| name == key) {
                Some((_, child)) => node = child,
                None => return None,
            }
        }
        node.line
    }
}

/// An [`ErrorKind::Policy`] error.
pub(crate) fn fail(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Policy, message)
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.as_bytes()[..at.min(text.len())].iter().filter(|&&byte| byte == b'\n').count()
}

fn table_value(text: &str, table: &DeTable<'_>) -> Result<Value> {
    let mut entries = Vec::with_capacity(table.len());
    for (key, value) in table {
        entries.push((key.get_ref().to_string(), toml_node(text, key.span().start, value)?));
    }
    // The parser sorts by key; the order of the text is what messages should follow.
    entries.sort_by_key(|(_, node)| node.line);
    Ok(Value::Table(entries))
}

fn toml_node(text: &str, at: usize, value: &Spanned<DeValue<'_>>) -> Result<Node> {
    let line = line_of(text, at);
    let value = match value.get_ref() {
        DeValue::String(value) => Value::Str(value.to_string()),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(value) => Value::Date(value.to_string()),
        DeValue::Integer(value) => match i128::from_str_radix(value.as_str(), value.radix()) {
            Ok(value) => Value::Int(value),
            // Far too big for any key, whose reader says so.
            Err(_) => Value::Float(f64::INFINITY),
        },
        DeValue::Float(value) => match value.as_str().parse() {
            Ok(value) => Value::Float(value),
            Err(_) => return Err(fail(format!("line {line}: {value} is not a number"))),
        },
        DeValue::Array(list) => Value::List(
            list.iter()
                .map(|item| toml_node(text, item.span().start, item))
                .collect::<Result<_>>()?,
        ),
        DeValue::Table(table) => table_value(text, table)?,
    };
    Ok(Node { value, line: Some(line) })
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NodeVisitor;
        impl<'de> Visitor<'de> for NodeVisitor {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }
            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(Value::Bool(value))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
                Ok(Value::Int(value.into()))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
                Ok(Value::Int(value.into()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
                Ok(Value::Float(value))
            }
            fn visit_str<E>(self, value: &str) -> Result<Value, E> {
                Ok(Value::Str(value.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
                let mut list = Vec::new();
                while let Some(node) = seq.next_element()? {
                    list.push(node);
                }
                Ok(Value::List(list))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
                let mut entries: Vec<(String, Node)> = Vec::new();
                while let Some((key, node)) = map.next_entry::<String, Node>()? {
                    // Objects here are settings of a few keys: a linear look is enough.
                    if entries.iter().any(|(name, _)| *name == key) {
                        return Err(de::Error::custom(format!("the key {key:?} stands twice")));
                    }
                    entries.push((key, node));
                    if entries.len() > MAX_KEYS {
                        return Err(de::Error::custom(format!(
                            "more than {MAX_KEYS} keys in one object"
                        )));
                    }
                }
                Ok(Value::Table(entries))
            }
        }
        Ok(Node { value: deserializer.deserialize_any(NodeVisitor)?, line: None })
    }
}

/// No settings object has nearly as many keys; the bound keeps a hostile text from costing more
/// than its length.
const MAX_KEYS: usize = 1000;

/// Reads one table of settings.
pub(crate) struct Reader<'a> {
    path: String,
    entries: &'a [(String, Node)],
}

impl<'a> Reader<'a> {
    /// Begins to read `node`, which stands at `path` (empty for the whole text) and may have the
    /// `known` keys.
    pub(crate) fn new(what: &str, path: &str, node: &'a Node, known: &[&str]) -> Result<Self> {
        let Value::Table(entries) = &node.value else {
            let (name, line) = if path.is_empty() { (what, None) } else { (path, node.line) };
            return Err(expected(name, line, "a table of keys", &node.value));
        };
        let reader = Self { path: path.to_owned(), entries };
        for (key, node) in entries {
            if !known.contains(&key.as_str()) {
                let hint = match nearest(key, known) {
                    Some(near) => format!("; did you mean {near:?}?"),
                    None => String::from(";"),
                };
                return Err(fail(format!(
                    "{}{}: unknown key of the {what}{hint} Known here: {}",
                    reader.key_path(key),
                    place(node.line),
                    known.join(", "),
                )));
            }
        }
        Ok(reader)
    }

    fn key_path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn find(&self, key: &str) -> Option<&'a Node> {
        self.entries.iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    fn wrong<T>(&self, key: &str, node: &Node, what: &str) -> Result<T> {
        Err(expected(&self.key_path(key), node.line, what, &node.value))
    }

    /// The node at `key` with its full path.
    pub(crate) fn node(&self, key: &str) -> Option<(String, &'a Node)> {
        self.find(key).map(|node| (self.key_path(key), node))
    }

    /// A required key is missing.
    pub(crate) fn missing<T>(&self, key: &str, what: &str) -> Result<T> {
        Err(fail(format!("{}: missing; expected {what}", self.key_path(key))))
    }

    pub(crate) fn flag(&self, key: &str, into: &mut bool) -> Result<()> {
        match self.find(key) {
            None => Ok(()),
            Some(Node { value: Value::Bool(value), .. }) => {
                *into = *value;
                Ok(())
            }
            Some(node) => self.wrong(key, node, "true or false"),
        }
    }

    pub(crate) fn count(&self, key: &str, into: &mut u32) -> Result<()> {
        match self.find(key) {
            None => Ok(()),
            Some(node) => match &node.value {
                Value::Int(value) if u32::try_from(*value).is_ok() => {
                    *into = *value as u32;
                    Ok(())
                }
                _ => self.wrong(key, node, "a whole number of at least 0"),
            },
        }
    }

    pub(crate) fn optional_count(&self, key: &str, into: &mut Option<u32>) -> Result<()> {
        match self.find(key) {
            None => Ok(()),
            Some(Node { value: Value::Null, .. }) => {
                *into = None;
                Ok(())
            }
            Some(_) => {
                let mut value = 0;
                self.count(key, &mut value)?;
                *into = Some(value);
                Ok(())
            }
        }
    }

    pub(crate) fn number(&self, key: &str, into: &mut f64) -> Result<()> {
        match self.find(key) {
            None => Ok(()),
            Some(node) => match &node.value {
                Value::Float(value) => {
                    *into = *value;
                    Ok(())
                }
                Value::Int(value) => {
                    *into = *value as f64;
                    Ok(())
                }
                _ => self.wrong(key, node, "a number"),
            },
        }
    }

    pub(crate) fn optional_number(&self, key: &str, into: &mut Option<f64>) -> Result<()> {
        match self.find(key) {
            None => Ok(()),
            Some(Node { value: Value::Null, .. }) => {
                *into = None;
                Ok(())
            }
            Some(_) => {
                let mut value = 0.0;
                self.number(key, &mut value)?;
                *into = Some(value);
                Ok(())
            }
        }
    }

    pub(crate) fn optional_minor(&self, key: &str, into: &mut Option<i64>) -> Result<()> {
        match self.find(key) {
            None => Ok(()),
            Some(node) => match &node.value {
                Value::Null => {
                    *into = None;
                    Ok(())
                }
                Value::Int(value) if i64::try_from(*value).is_ok() => {
                    *into = Some(*value as i64);
                    Ok(())
                }
                _ => self.wrong(key, node, "a whole number of minor units (cents)"),
            },
        }
    }

    pub(crate) fn text(&self, key: &str, into: &mut String) -> Result<()> {
        match self.find(key) {
            None => Ok(()),
            Some(Node { value: Value::Str(value), .. }) => {
                into.clone_from(value);
                Ok(())
            }
            Some(node) => self.wrong(key, node, "a string"),
        }
    }

    pub(crate) fn optional_text(&self, key: &str, into: &mut Option<String>) -> Result<()> {
        match self.find(key) {
            None => Ok(()),
            Some(Node { value: Value::Null, .. }) => {
                *into = None;
                Ok(())
            }
            Some(_) => {
                let mut value = String::new();
                self.text(key, &mut value)?;
                *into = Some(value);
                Ok(())
            }
        }
    }

    /// A list of strings.
    pub(crate) fn texts(&self, key: &str, into: &mut Vec<String>) -> Result<()> {
        let Some((path, list)) = self.list(key, "strings")? else { return Ok(()) };
        into.clear();
        for (i, node) in list.iter().enumerate() {
            match &node.value {
                Value::Str(text) => into.push(text.clone()),
                other => {
                    return Err(expected(&format!("{path}[{i}]"), node.line, "a string", other));
                }
            }
        }
        Ok(())
    }

    /// One of a few words.
    pub(crate) fn choice<T: Copy>(
        &self,
        key: &str,
        words: &[(&str, T)],
        into: &mut T,
    ) -> Result<()> {
        let Some(node) = self.find(key) else { return Ok(()) };
        if let Value::Str(value) = &node.value
            && let Some((_, choice)) = words.iter().find(|(word, _)| word == value)
        {
            *into = *choice;
            return Ok(());
        }
        let words: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
        self.wrong(key, node, &words.join(" or "))
    }

    pub(crate) fn optional_id(&self, key: &str) -> Result<Option<Id>> {
        match self.find(key) {
            None | Some(Node { value: Value::Null, .. }) => Ok(None),
            Some(node) => read_id(&self.key_path(key), node).map(Some),
        }
    }

    /// The nodes of a list, with its path.
    pub(crate) fn list(&self, key: &str, of: &str) -> Result<Option<(String, &'a [Node])>> {
        match self.find(key) {
            None => Ok(None),
            Some(Node { value: Value::List(list), .. }) => Ok(Some((self.key_path(key), list))),
            Some(node) => self.wrong(key, node, &format!("a list of {of}")),
        }
    }
}

/// An id: an integer or a string.
pub(crate) fn read_id(path: &str, node: &Node) -> Result<Id> {
    match &node.value {
        Value::Str(value) => Ok(Id::from(value.as_str())),
        Value::Int(value) => match i64::try_from(*value) {
            Ok(value) => Ok(Id::Int(value)),
            Err(_) => Err(expected(path, node.line, "an id of at most 64 bits", &node.value)),
        },
        other => Err(expected(path, node.line, "an id (an integer or a string)", other)),
    }
}

/// "`path` (line n): expected `what`, got `value`".
pub(crate) fn expected(path: &str, line: Option<usize>, what: &str, got: &Value) -> Error {
    fail(format!("{path}{}: expected {what}, got {got}", place(line)))
}

pub(crate) fn place(line: Option<usize>) -> String {
    line.map(|line| format!(" (line {line})")).unwrap_or_default()
}

/// The known word nearest to `word`, if near enough to be a slip of the finger.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let squeeze = |word: &str| word.to_lowercase().replace(['-', '_', ' '], "");
    let word = squeeze(word);
    known
        .iter()
        .map(|&candidate| (distance(&word, &squeeze(candidate)), candidate))
        .min()
        .filter(|(distance, _)| *distance <= 1 + word.chars().count() / 4)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance, on at most 64 characters of each word.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let next = (diagonal + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], next);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "ab"), 2);
        assert_eq!(nearest("max-offer", &["max_offers", "min_value"]), Some("max_offers"));
        assert_eq!(nearest("zebra", &["max_offers", "min_value"]), None);
    }

    #[test]
    fn both_formats_give_the_same_tree() {
        let toml = Node::from_toml("policy", "a = 1\nb = [\"x\", 2.5]\n[c]\nd = true\n").unwrap();
        let json = Node::from_json("policy", r#"{"a":1,"b":["x",2.5],"c":{"d":true}}"#).unwrap();
        let strip = |node: &Node| {
            let text = format!("{node:?}");
            let mut out = String::new();
            for part in text.split("line: ") {
                out.push_str(part.split_once('}').map_or(part, |(_, rest)| rest));
            }
            out
        };
        assert_eq!(strip(&toml), strip(&json));
        assert_eq!(toml.line_at("c.d"), Some(4));
    }

    #[test]
    fn broken_texts_say_where() {
        let error = Node::from_toml("policy", "a = 1\nb = \n").unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
        let error = Node::from_json("policy", "{\"a\":1,\n\"a\":2}").unwrap_err();
        assert!(error.to_string().contains("\"a\" stands twice"), "{error}");
        let error = Node::from_json("policy", "{\"a\":").unwrap_err();
        assert!(error.to_string().contains("line 1"), "{error}");
    }
}
