//! Whom to offer what: eligibility, contacts, slots. Rule by rule in a small shop, and under random
//! policies, catalogues and histories against what the rules say, worked out here anew.

mod contacts;
mod customers;
mod links;
mod shop;
mod slots;
mod worlds;
