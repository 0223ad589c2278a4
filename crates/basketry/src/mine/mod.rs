//! Mining: what is bought together, counted exactly.

mod itemsets;

pub use itemsets::{ItemsetOptions, Itemsets, MinSupport, itemsets};
