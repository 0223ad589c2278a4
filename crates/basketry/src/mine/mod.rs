//! Mining: what is bought together, counted exactly.
//!
//! [`itemsets`] finds all sets of items that enough baskets hold; [`rules`] splits them into
//! "who buys this also buys that", with the [measures](Measure) of the field. Supports are counts,
//! thresholds are exact: a share stands for the decimal that was written, or for the quotient of
//! counts that was computed, and is compared in integers. [`sequences`] finds what customers buy after
//! what, [`high_utility`] what earns the most together.

mod arrow;
mod closures;
mod columns;
mod complete;
mod contrast;
mod counting;
mod counts_arrow;
mod fraction;
mod frequent;
mod gather;
mod generate;
mod hierarchy;
mod index;
mod itemset_counts;
mod itemsets;
mod kinds;
mod lattice;
mod limits;
mod matching;
mod measures;
mod memory;
mod miner;
mod occurrences;
mod options;
mod parts;
mod rule_options;
mod rules;
mod select;
mod sequences;
mod significance;
mod subsets;
mod template;
mod threshold;
mod top;
pub mod utility;

pub(crate) use gather::Gather;
pub(crate) use matching::{Held, Ranks, RanksView, Tree, TreeView, best};
pub(crate) use measures::Thresholds;
pub(crate) use rules::{RuleColumns, RuleStore};

pub use columns::Numbers;
pub use contrast::{ContrastOptions, Direction, contrasts};
pub use frequent::itemsets;
pub use itemset_counts::{ItemsetCounts, count};
pub use itemsets::{Itemset, Itemsets};
pub use limits::{Limit, Raised};
pub use measures::{Counts, Measure};
pub use options::{ItemsetOptions, Kind, MinSupport, OnLimit};
pub use parts::{candidates, itemsets_in_parts, update};
pub use rule_options::{Consequents, RuleOptions};
pub use rules::{Rule, Rules, rules, rules_with_baskets};
pub use sequences::{Sequence, SequenceMeasure, SequenceOptions, Sequences, Step, sequences};
pub use significance::{Correction, RedundancyOptions, SignificanceOptions};
pub use template::Template;
pub use utility::{HighUtilityOptions, MinUtility, high_utility};
