//! What a request says of the customer: segments, consents, what they are worth, and their contacts.

use std::sync::Arc;

use serde::ser::SerializeStruct;

use super::Contact;
use crate::decide::context::{Context, MAX_CONTEXT_LINES, named};
use crate::decide::tree::{Reader, Value, expected, fail};
use crate::{Error, ErrorKind, Result};

/// The part of a [`Context`] that is about the customer and how they are reached.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Person {
    pub(crate) channel: Option<Arc<str>>,
    pub(crate) ride_along: bool,
    pub(crate) segments: Vec<Arc<str>>,
    pub(crate) consents: Vec<Arc<str>>,
    pub(crate) customer_value: Option<f64>,
    pub(crate) contacts: Vec<Contact>,
}

/// The keys of a context that are read here.
pub(crate) const PERSON_KEYS: [&str; 6] =
    ["channel", "ride_along", "segments", "consents", "customer_value", "contacts"];

impl Context {
    /// Through which channel the offers go (`"mail"`, `"site"` ...). Without: the policy's.
    #[must_use]
    pub fn channel(mut self, channel: impl Into<Arc<str>>) -> Self {
        self.person.channel = Some(channel.into());
        self
    }

    /// True: the offers ride along in a message that goes out anyway. They cost no contact, count
    /// for no cap, and no cap stops them.
    #[must_use]
    pub fn ride_along(mut self, ride_along: bool) -> Self {
        self.person.ride_along = ride_along;
        self
    }

    /// Adds segments that the customer belongs to, as the shop names them.
    #[must_use]
    pub fn segments<S: Into<Arc<str>>>(mut self, segments: impl IntoIterator<Item = S>) -> Self {
        self.person.segments.extend(segments.into_iter().map(Into::into));
        self
    }

    /// Adds what the customer has consented to, as the shop names it. What is not named is not
    /// consented to.
    #[must_use]
    pub fn consents<S: Into<Arc<str>>>(mut self, consents: impl IntoIterator<Item = S>) -> Self {
        self.person.consents.extend(consents.into_iter().map(Into::into));
        self
    }

    /// What losing this customer would cost, in minor units (may be fractional): the margin
    /// expected from them. Without: the policy's
    /// [`fatigue.customer_value`](crate::decide::FatiguePolicy::customer_value).
    #[must_use]
    pub fn customer_value(mut self, minor_units: f64) -> Self {
        self.person.customer_value = Some(minor_units);
        self
    }

    /// Adds offers that the customer was shown before, in any order. A policy's caps, pauses and
    /// cool-downs look as far back as there are contacts. Later ones than `now` are an error.
    #[must_use]
    pub fn contacts(mut self, contacts: impl IntoIterator<Item = Contact>) -> Self {
        self.person.contacts.extend(contacts);
        self
    }
}

impl Person {
    pub(crate) fn read(top: &Reader<'_>) -> Result<Self> {
        let mut person = Self::default();
        let mut channel = None;
        top.optional_text("channel", &mut channel)?;
        person.channel = channel.map(Arc::from);
        top.flag("ride_along", &mut person.ride_along)?;
        person.segments = read_names(top, "segments")?;
        person.consents = read_names(top, "consents")?;
        top.optional_number("customer_value", &mut person.customer_value)?;
        person.contacts = Contact::read(top)?;
        Ok(person)
    }

    /// Checks what can be checked without a model.
    pub(crate) fn check(&self, now_ms: i64) -> Result<()> {
        if let Some(value) = self.customer_value
            && !(value.is_finite() && (0.0..=1e12).contains(&value))
        {
            return Err(fail(format!(
                "customer_value: expected a number from 0 to 1000000000000, got {value:?}"
            )));
        }
        named(format_args!("channel"), self.channel.as_deref())?;
        for (key, names) in [("segments", &self.segments), ("consents", &self.consents)] {
            for (i, name) in names.iter().enumerate() {
                named(format_args!("{key}[{i}]"), Some(name))?;
            }
        }
        let products: usize =
            self.contacts.iter().map(|contact| contact.products.len().max(1)).sum();
        if products > MAX_CONTEXT_LINES {
            return Err(Error::new(
                ErrorKind::Limit,
                format!("contacts: at most {MAX_CONTEXT_LINES} products together, got {products}"),
            ));
        }
        self.contacts.iter().enumerate().try_for_each(|(i, contact)| contact.check(i, now_ms))
    }

    pub(crate) fn is_in(&self, segment: &str) -> bool {
        self.segments.iter().any(|held| **held == *segment)
    }
}

/// Names of segments or consents.
fn read_names(top: &Reader<'_>, key: &str) -> Result<Vec<Arc<str>>> {
    let Some((path, list)) = top.list(key, "strings")? else { return Ok(Vec::new()) };
    list.iter()
        .enumerate()
        .map(|(i, node)| match &node.value {
            Value::Str(name) => Ok(Arc::from(name.as_str())),
            other => Err(expected(&format!("{path}[{i}]"), node.line, "a string", other)),
        })
        .collect()
}

// Copying into what is there uses its memory.
impl Clone for Person {
    fn clone(&self) -> Self {
        let mut copy = Self::default();
        copy.clone_from(self);
        copy
    }

    fn clone_from(&mut self, other: &Self) {
        self.channel.clone_from(&other.channel);
        self.ride_along = other.ride_along;
        self.segments.clone_from(&other.segments);
        self.consents.clone_from(&other.consents);
        self.customer_value = other.customer_value;
        self.contacts.clone_from(&other.contacts);
    }
}

impl Person {
    /// Adds the keys, all of them, to an object that is being written.
    pub(crate) fn serialize<S: SerializeStruct>(
        &self,
        object: &mut S,
    ) -> std::result::Result<(), S::Error> {
        object.serialize_field("channel", &self.channel.as_deref())?;
        object.serialize_field("ride_along", &self.ride_along)?;
        object.serialize_field("segments", &Names(&self.segments))?;
        object.serialize_field("consents", &Names(&self.consents))?;
        object.serialize_field("customer_value", &self.customer_value)?;
        object.serialize_field("contacts", &self.contacts)
    }
}

struct Names<'a>(&'a [Arc<str>]);

impl serde::Serialize for Names<'_> {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|name| &**name))
    }
}
