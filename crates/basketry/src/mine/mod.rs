//! Mining: what is bought together, counted exactly.
//!
//! [`itemsets`] finds all sets of items that enough baskets hold; [`rules`] splits them into
//! "who buys this also buys that", with the [measures](Measure) of the field. Supports are counts,
//! thresholds are exact: a share stands for the decimal that was written, or for the quotient of
//! counts that was computed, and is compared in integers. [`sequences`] finds what customers buy after
//! what, [`high_utility`] what earns the most together.

mod arrow;
mod bytes;
mod closures;
mod columns;
mod contrast;
mod counting;
mod fraction;
mod frequent;
mod hierarchy;
mod index;
mod itemsets;
mod kinds;
mod limits;
mod measures;
mod memory;
mod miner;
mod options;
mod rules;
mod saved;
mod select;
mod sequences;
mod sort;
pub mod utility;

pub(crate) use measures::Thresholds;
pub(crate) use miner::threads::{Pool, check_threads};
pub(crate) use rules::{Gather, Held, Ranks, RanksView, Tree, TreeView, best};
pub(crate) use rules::{RuleColumns, RuleStore};

pub use columns::Numbers;
pub use contrast::{ContrastOptions, Direction, contrasts};
pub use counting::{ItemsetCounts, candidates, count, itemsets_in_parts, update};
pub use frequent::itemsets;
pub use itemsets::{Itemset, Itemsets};
pub use limits::{Limit, Raised};
pub use measures::{Counts, Measure};
pub use options::{ItemsetOptions, Kind, MinSupport, OnLimit};
pub use rules::{Consequents, RuleOptions, Template};
pub use rules::{Correction, RedundancyOptions, SignificanceOptions};
pub use rules::{Rule, Rules, rules, rules_with_baskets};
pub use sequences::{Sequence, SequenceMeasure, SequenceOptions, Sequences, Step, sequences};
pub use utility::{HighUtilityOptions, MinUtility, high_utility};
