//! Offers that a customer was shown before.

use std::ffi::c_char;

use basketry::decide::{Contact, ContactOutcome};
use basketry::{Kind, Result};

use crate::error::invalid;
use crate::reasons::BASKETRY_NO_KIND;
use crate::strings::{basketry_id, flag, optional_c_str};

/// It was shown, and nothing is known to have come of it.
pub const BASKETRY_CONTACT_SHOWN: i32 = 0;
/// It was seen and passed over.
pub const BASKETRY_CONTACT_IGNORED: i32 = 1;
/// The customer looked at it.
pub const BASKETRY_CONTACT_CLICKED: i32 = 2;
/// The customer bought it.
pub const BASKETRY_CONTACT_BOUGHT: i32 = 3;
/// The customer refused it.
pub const BASKETRY_CONTACT_REJECTED: i32 = 4;
/// The customer wants no more contacts in this channel.
pub const BASKETRY_CONTACT_OPTED_OUT: i32 = 5;

const _: () = {
    assert!(BASKETRY_CONTACT_SHOWN == ContactOutcome::Shown as i32);
    assert!(BASKETRY_CONTACT_IGNORED == ContactOutcome::Ignored as i32);
    assert!(BASKETRY_CONTACT_CLICKED == ContactOutcome::Clicked as i32);
    assert!(BASKETRY_CONTACT_BOUGHT == ContactOutcome::Bought as i32);
    assert!(BASKETRY_CONTACT_REJECTED == ContactOutcome::Rejected as i32);
    assert!(BASKETRY_CONTACT_OPTED_OUT == ContactOutcome::OptedOut as i32);
    assert!(ContactOutcome::ALL.len() == 6);
};

/// No time: without an end.
pub const BASKETRY_NO_TIME: i64 = i64::MIN;

/// An offer that the customer was shown before. Offers of one time and channel are one contact, which
/// caps count once. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_contact {
    /// When, in milliseconds since 1970-01-01 00:00 UTC.
    pub time_ms: i64,
    /// Through which channel, such as "mail"; null: not known, which counts for all.
    pub channel: *const c_char,
    /// The products offered.
    pub products: *const basketry_id,
    /// How many products there are.
    pub n_products: usize,
    /// The kind of offer, such as BASKETRY_CROSS_SELL; BASKETRY_NO_KIND: not known, which counts for
    /// all.
    pub kind: i32,
    /// What came of it, one of the constants that begin with BASKETRY_CONTACT_.
    pub outcome: i32,
    /// The moment until which it was valid, in milliseconds since 1970; afterwards the same offer is
    /// not made again. BASKETRY_NO_TIME: without an end.
    pub valid_until_ms: i64,
    /// 1: it rode along in a message that went out anyway, and counts for no cap. Otherwise 0.
    pub ride_along: i32,
}

impl basketry_contact {
    /// # Safety
    /// As for [`basketry_id::array`] and [`optional_c_str`] for each field.
    pub(crate) unsafe fn get(&self, name: &str) -> Result<Contact> {
        let mut contact = Contact::at(self.time_ms);
        // SAFETY: passed on to the caller.
        let channel = unsafe { optional_c_str(self.channel, &format!("{name}.channel")) }?;
        if let Some(channel) = channel {
            contact = contact.channel(channel);
        }
        if self.kind != BASKETRY_NO_KIND {
            let kind = Kind::ALL.into_iter().find(|&kind| kind as i32 == self.kind);
            contact = contact.kind(kind.ok_or_else(|| {
                let kind = self.kind;
                invalid(format!("{name}.kind: expected a kind of offer, got {kind}"))
            })?);
        }
        let products = format!("{name}.products");
        // SAFETY: passed on to the caller.
        for product in unsafe { basketry_id::array(self.products, self.n_products, &products) }? {
            contact = contact.product(product);
        }
        let outcome = ContactOutcome::ALL.into_iter().find(|&known| known as i32 == self.outcome);
        contact = contact.outcome(outcome.ok_or_else(|| {
            let outcome = self.outcome;
            invalid(format!("{name}.outcome: expected a BASKETRY_CONTACT_ constant, got {outcome}"))
        })?);
        if self.valid_until_ms != BASKETRY_NO_TIME {
            contact = contact.valid_until(self.valid_until_ms);
        }
        Ok(contact.ride_along(flag(self.ride_along, &format!("{name}.ride_along"))?))
    }
}
