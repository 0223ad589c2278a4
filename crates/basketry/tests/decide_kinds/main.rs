//! Kinds of offers beyond the single product: larger packs, services, contracts, bundles, what
//! lifts a basket over a threshold, what follows an order, and the tiers of a line.

mod after;
mod ladders;
mod many;
mod sets;
mod shop;
mod singles;
