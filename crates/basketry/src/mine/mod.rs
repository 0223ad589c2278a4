//! Mining: what is bought together, counted exactly.
//!
//! [`itemsets`] finds all sets of items that enough baskets hold; [`rules`] splits them into
//! "who buys this also buys that", with the [measures](Measure) of the field. Supports are counts,
//! thresholds are exact: a share stands for the decimal that was written, or for the quotient of
//! counts that was computed, and is compared in integers.

mod arrow;
mod columns;
mod fraction;
mod frequent;
mod generate;
mod index;
mod itemsets;
mod matching;
mod measures;
mod memory;
mod miner;
mod options;
mod rules;
pub mod utility;

pub use columns::Numbers;
pub use frequent::itemsets;
pub use itemsets::{Itemset, Itemsets};
pub use measures::{Counts, Measure};
pub use options::{ItemsetOptions, MinSupport};
pub use rules::{Consequents, Rule, RuleOptions, Rules, rules};
pub use utility::{HighUtilityOptions, MinUtility, high_utility};
