//! A simulated shop: to try a policy before it goes live, and to know what learning is worth.
//!
//! What offers bring cannot be read off a shop's own orders, since nobody knows what would have
//! been bought without them. Here everything is known. A [`Simulation`] makes a catalogue,
//! customers and their orders; a [`Strategy`] decides what each customer is offered at each visit;
//! customers react. [`Simulation::compare`] lets the same weeks pass under several strategies, and
//! measures them against an oracle that knows the truth.
//!
//! # The truth
//!
//! - *Needs.* A need comes back regularly (the chance rises with the time since it was last
//!   satisfied), now and then, once in a lifetime, or when something it goes with is bought: that
//!   is an accessory, and the share of purchases it joins differs by pair and customer. Which needs
//!   customers have depends on which of four kinds of people they are.
//! - *Substitutes.* A need is served by one to nine products: up to three lines with up to three
//!   tiers each. One is bought, by a multinomial logit of the line's appeal, the customer's taste
//!   and the distance of the tier from what the customer's thrift suggests. A dearer tier costs
//!   30 % more, and has the greater margin.
//! - *A visit.* Half of what is to be bought is in the basket when offers are made; the rest comes
//!   later or not at all.
//! - *Offers.* An offer multiplies the odds that the product is bought; by how much depends on
//!   whether it goes with the basket, on the customer's openness, and on how many offers the
//!   customer ignored of late. It may also replace a substitute that would have been bought, and
//!   what is needed regularly is then bought later again, or no longer elsewhere. A dearer variant
//!   of something in the basket is taken, ignored, or scares the customer off.
//! - *Attention.* Every ignored offer adds to a pressure that fades. It makes offers less effective,
//!   and, with some probability, the customer wants no more offers and comes less often.
//!
//! Everything drawn belongs to a customer, a day and what is decided, by a hash: two strategies
//! meet the same customers with the same plans, so that small differences show.

mod draws;
mod options;
mod run;
mod shop;
mod strategy;
mod visit;

pub use options::{Reaction, ShopOptions};
pub use run::{Comparison, Simulation, Trial};
pub use strategy::{Showing, Strategy, Visit};

/// 2025-01-01T00:00:00Z.
const START_MS: i64 = 1_735_689_600_000;
const DAY_MS: i64 = 86_400_000;
