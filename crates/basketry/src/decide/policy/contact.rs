//! How often customers may be contacted, and with whose consent.

use serde::Serialize;

use super::ranges::{Ranges, read_names};
use crate::Result;
use crate::decide::contact::read_kind;
use crate::decide::reasons::Kind;
use crate::decide::tree::Reader;

/// The `contact` table of a [`Policy`](super::Policy): how often customers may be contacted, and with
/// whose consent. What it counts are the [contacts](crate::decide::Contact) of the request.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ContactPolicy {
    /// The channel of offers made under this policy, where the request names none. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Nothing is offered unless the request says that the customer consented to all of these.
    /// Default: no consent is needed.
    pub consent: Vec<String>,
    /// Offers are valid for so many days from now, above 0 up to 36500. Afterwards the same offer is
    /// not made again; one that is repeated before keeps its end. Default: no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_for_days: Option<f64>,
    /// Limits on contacts. As soon as one is reached, no contact is made. Default: none.
    pub caps: Vec<Cap>,
}

/// The most contacts within any so many days.
///
/// The window slides: a contact counts until it is exactly `days` old. Offers that were made at one
/// time in one channel are one contact; what rode along in a message that went out anyway counts
/// for no cap.
///
/// ```
/// use basketry::{Kind, Policy};
/// use basketry::decide::Cap;
///
/// let policy = Policy::from_toml(r#"
///     [contact]
///     caps = [
///         { max = 2, days = 7 },
///         { max = 1, days = 1, channel = "mail" },
///         { max = 1, days = 30, kind = "up_sell" },
///     ]
/// "#)?;
/// assert_eq!(policy.contact.caps[1], Cap::new(1, 1.0).channel("mail"));
/// assert_eq!(policy.contact.caps[2], Cap::new(1, 30.0).kind(Kind::UpSell));
/// # Ok::<(), basketry::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Cap {
    /// The most contacts, 0 to 1000.
    pub max: u32,
    /// Within so many days, above 0 up to 36500.
    pub days: f64,
    /// Counts contacts in this channel, and stops only those. Default: all channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Counts contacts with an offer of this kind, and stops only offers of this kind. Default: all
    /// kinds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
}

impl Cap {
    /// At most `max` contacts of any kind in any channel within `days` days.
    pub fn new(max: u32, days: f64) -> Self {
        Self { max, days, channel: None, kind: None }
    }

    /// The same for one channel.
    #[must_use]
    pub fn channel(mut self, channel: impl Into<String>) -> Self {
        self.channel = Some(channel.into());
        self
    }

    /// The same for one kind of offer.
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = Some(kind);
        self
    }
}

impl ContactPolicy {
    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let Some((path, node)) = top.node("contact") else { return Ok(()) };
        let known = ["channel", "consent", "valid_for_days", "caps"];
        let table = Reader::new("policy", &path, node, &known)?;
        table.optional_text("channel", &mut self.channel)?;
        read_names(&table, "consent", &mut self.consent)?;
        table.optional_number("valid_for_days", &mut self.valid_for_days)?;
        let Some((path, list)) = table.list("caps", "tables with max and days")? else {
            return Ok(());
        };
        self.caps.clear();
        for (i, node) in list.iter().enumerate() {
            let path = format!("{path}[{i}]");
            let known = ["max", "days", "channel", "kind"];
            let reader = Reader::new("policy", &path, node, &known)?;
            for (key, what) in [
                ("max", "the most contacts, a whole number"),
                ("days", "the days within which contacts count, a number"),
            ] {
                if reader.node(key).is_none() {
                    return reader.missing(key, what);
                }
            }
            let mut cap = Cap::new(0, 0.0);
            reader.count("max", &mut cap.max)?;
            reader.number("days", &mut cap.days)?;
            reader.optional_text("channel", &mut cap.channel)?;
            cap.kind = read_kind(&reader, "kind")?;
            self.caps.push(cap);
        }
        Ok(())
    }

    pub(super) fn check(&self, ranges: &Ranges<'_>) -> Result<()> {
        if let Some(channel) = &self.channel {
            ranges.name("contact.channel", channel, ", or no such key")?;
        }
        ranges.names("contact.consent", &self.consent)?;
        if let Some(days) = self.valid_for_days {
            ranges.days("contact.valid_for_days", days)?;
        }
        for (i, cap) in self.caps.iter().enumerate() {
            ranges.count(&format!("contact.caps[{i}].max"), cap.max, 0)?;
            ranges.days(&format!("contact.caps[{i}].days"), cap.days)?;
            if let Some(channel) = &cap.channel {
                ranges.name(&format!("contact.caps[{i}].channel"), channel, ", or no such key")?;
            }
        }
        Ok(())
    }
}
