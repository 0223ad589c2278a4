//! Deciding, rule by rule, in a small shop in which everything can be followed by hand.

mod eligible;
mod engines;
mod kinds;
mod shop;
mod told;
