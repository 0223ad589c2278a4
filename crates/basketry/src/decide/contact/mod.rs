//! Contacts: the offers a customer was shown before, and what the rules about them allow now.

mod person;
mod rules;

use std::sync::Arc;

use super::context::{TIME, named, read_time, time};
use super::reasons::Kind;
use super::tree::{Node, Reader, Value, expected, fail, read_id};
use crate::Result;
use crate::data::Id;

pub(crate) use person::{PERSON_KEYS, Person};
pub(crate) use rules::People;

/// An offer the customer was shown before: when, where, what, and what came of it.
///
/// Contacts of one time and channel are one contact with several offers (a mail, a page view): caps
/// count it once. What is not known of a contact (its channel, its kind) makes the rules careful: it
/// counts for every channel and every kind.
///
/// ```
/// use basketry::decide::{Contact, ContactOutcome};
/// use basketry::{Context, Kind};
///
/// let now = 1_795_341_600_000;
/// let yesterday = Contact::at(now - 86_400_000)
///     .channel("mail")
///     .kind(Kind::CrossSell)
///     .product("butter")
///     .outcome(ContactOutcome::Clicked);
/// let context = Context::at(now).customer("2375").channel("mail").contacts([yesterday]);
/// assert_eq!(context, Context::from_json(&context.to_json())?);
/// # Ok::<(), basketry::Error>(())
/// ```
#[derive(Debug, PartialEq)]
pub struct Contact {
    pub(crate) time_ms: i64,
    pub(crate) channel: Option<Arc<str>>,
    pub(crate) kind: Option<Kind>,
    pub(crate) products: Vec<Id>,
    pub(crate) outcome: ContactOutcome,
    pub(crate) valid_until_ms: Option<i64>,
    pub(crate) ride_along: bool,
}

/// What came of an offer that was shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum ContactOutcome {
    /// It was shown, and nothing is known to have come of it: an unrewarded impression. `shown`
    #[default]
    Shown = 0,
    /// It was seen and passed over: an unrewarded impression too. `ignored`
    Ignored = 1,
    /// The customer looked at it. `clicked`
    Clicked = 2,
    /// The customer bought it. `bought`
    Bought = 3,
    /// The customer refused it. `rejected`
    Rejected = 4,
    /// The customer wants no more contacts in this channel. `opted_out`
    OptedOut = 5,
}

impl ContactOutcome {
    /// All outcomes, in the order of their numbers.
    pub const ALL: [ContactOutcome; 6] = [
        ContactOutcome::Shown,
        ContactOutcome::Ignored,
        ContactOutcome::Clicked,
        ContactOutcome::Bought,
        ContactOutcome::Rejected,
        ContactOutcome::OptedOut,
    ];

    /// The stable code, such as `"clicked"`.
    pub fn code(self) -> &'static str {
        match self {
            ContactOutcome::Shown => "shown",
            ContactOutcome::Ignored => "ignored",
            ContactOutcome::Clicked => "clicked",
            ContactOutcome::Bought => "bought",
            ContactOutcome::Rejected => "rejected",
            ContactOutcome::OptedOut => "opted_out",
        }
    }

    /// The customer took it up.
    pub(crate) fn rewarded(self) -> bool {
        matches!(self, ContactOutcome::Clicked | ContactOutcome::Bought)
    }
}

impl Contact {
    /// An offer that was shown at this time (milliseconds since 1970-01-01 UTC), in no known channel,
    /// of no known kind, and without products yet.
    pub fn at(time_ms: i64) -> Self {
        Self {
            time_ms,
            channel: None,
            kind: None,
            products: Vec::new(),
            outcome: ContactOutcome::Shown,
            valid_until_ms: None,
            ride_along: false,
        }
    }

    /// Through which channel (`"mail"`, `"site"` ...).
    #[must_use]
    pub fn channel(mut self, channel: impl Into<Arc<str>>) -> Self {
        self.channel = Some(channel.into());
        self
    }

    /// The kind of offer.
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// A product that was offered; several of a bundle.
    #[must_use]
    pub fn product(mut self, product: impl Into<Id>) -> Self {
        self.products.push(product.into());
        self
    }

    /// What came of it. Without: it was shown.
    #[must_use]
    pub fn outcome(mut self, outcome: ContactOutcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// The moment until which it was valid (milliseconds since 1970-01-01 UTC). Afterwards the same
    /// offer is not made again.
    #[must_use]
    pub fn valid_until(mut self, time_ms: i64) -> Self {
        self.valid_until_ms = Some(time_ms);
        self
    }

    /// True: it rode along in a message that went out anyway, and counts for no cap.
    #[must_use]
    pub fn ride_along(mut self, ride_along: bool) -> Self {
        self.ride_along = ride_along;
        self
    }

    pub(super) fn check(&self, i: usize, now_ms: i64) -> Result<()> {
        time(format_args!("contacts[{i}].time"), self.time_ms)?;
        if self.time_ms > now_ms {
            return Err(fail(format!(
                "contacts[{i}].time: expected a time not after now ({}), got {}",
                super::context::iso(now_ms),
                super::context::iso(self.time_ms)
            )));
        }
        named(format_args!("contacts[{i}].channel"), self.channel.as_deref())?;
        let Some(until) = self.valid_until_ms else { return Ok(()) };
        time(format_args!("contacts[{i}].valid_until"), until)?;
        if until < self.time_ms {
            return Err(fail(format!(
                "contacts[{i}].valid_until: expected a time not before the contact's ({}), got {}",
                super::context::iso(self.time_ms),
                super::context::iso(until)
            )));
        }
        Ok(())
    }

    /// Reads the contacts of a context.
    pub(super) fn read(top: &Reader<'_>) -> Result<Vec<Self>> {
        let mut contacts = Vec::new();
        let Some((path, list)) = top.list("contacts", "contacts")? else { return Ok(contacts) };
        let known = ["time", "channel", "kind", "products", "outcome", "valid_until", "ride_along"];
        for (i, node) in list.iter().enumerate() {
            let path = format!("{path}[{i}]");
            let reader = Reader::new("context", &path, node, &known)?;
            let Some((path, node)) = reader.node("time") else {
                return reader.missing("time", TIME);
            };
            let mut contact = Self::at(read_time(&path, node)?);
            let mut channel = None;
            reader.optional_text("channel", &mut channel)?;
            contact.channel = channel.map(Arc::from);
            contact.kind = read_kind(&reader, "kind")?;
            if let Some((path, list)) = reader.list("products", "ids")? {
                for (i, node) in list.iter().enumerate() {
                    contact.products.push(read_id(&format!("{path}[{i}]"), node)?);
                }
            }
            let words = ContactOutcome::ALL.map(|outcome| (outcome.code(), outcome));
            reader.choice("outcome", &words, &mut contact.outcome)?;
            contact.valid_until_ms = match reader.node("valid_until") {
                None | Some((_, Node { value: Value::Null, .. })) => None,
                Some((path, node)) => Some(read_time(&path, node)?),
            };
            reader.flag("ride_along", &mut contact.ride_along)?;
            contacts.push(contact);
        }
        Ok(contacts)
    }
}

/// A kind of offer by its code; none for null or no key.
pub(crate) fn read_kind(reader: &Reader<'_>, key: &str) -> Result<Option<Kind>> {
    match reader.node(key) {
        None | Some((_, Node { value: Value::Null, .. })) => Ok(None),
        Some((path, node)) => kind_of(&path, node).map(Some),
    }
}

/// A kind of offer by its code.
pub(crate) fn kind_of(path: &str, node: &Node) -> Result<Kind> {
    if let Value::Str(code) = &node.value
        && let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.code() == code)
    {
        return Ok(kind);
    }
    let codes = Kind::ALL.map(|kind| format!("{:?}", kind.code()));
    Err(expected(path, node.line, &codes.join(" or "), &node.value))
}

// Copying into what is there uses its memory: a decision that is made anew keeps its own.
impl Clone for Contact {
    fn clone(&self) -> Self {
        let mut copy = Self::at(self.time_ms);
        copy.clone_from(self);
        copy
    }

    fn clone_from(&mut self, other: &Self) {
        self.time_ms = other.time_ms;
        self.channel.clone_from(&other.channel);
        self.kind = other.kind;
        self.products.clone_from(&other.products);
        self.outcome = other.outcome;
        self.valid_until_ms = other.valid_until_ms;
        self.ride_along = other.ride_along;
    }
}

impl serde::Serialize for Contact {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut s = serializer.serialize_struct("Contact", 7)?;
        s.serialize_field("time", &self.time_ms)?;
        s.serialize_field("channel", &self.channel.as_deref())?;
        s.serialize_field("kind", &self.kind)?;
        s.serialize_field("products", &self.products)?;
        s.serialize_field("outcome", self.outcome.code())?;
        s.serialize_field("valid_until", &self.valid_until_ms)?;
        s.serialize_field("ride_along", &self.ride_along)?;
        s.end()
    }
}
