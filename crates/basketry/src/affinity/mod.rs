//! Affinity: what sells together, what each customer buys again, and how likely a purchase is.

pub(crate) mod attributes;
pub(crate) mod backoff;
mod cadence;
pub(crate) mod curve;
pub(crate) mod customers;
pub(crate) mod features;
pub(crate) mod logistic;
pub(crate) mod metrics;
pub(crate) mod numeric;
pub(crate) mod options;
pub(crate) mod orders;
pub(crate) mod pairs;
pub(crate) mod propensity;
pub(crate) mod relations;
pub(crate) mod report;
pub(crate) mod rhythm;
pub(crate) mod scorer;
pub(crate) mod similarity;
pub(crate) mod statistics;
pub(crate) mod views;

pub use options::FitOptions;
pub use relations::Relation;
pub use report::{
    CarriedReport, FitReport, NotLearned, ReliabilityBin, SegmentReport, SimilarityReport,
    SplitReport, TriedReport, TuningReport, Weight,
};
pub use rhythm::{Cycle, DueState};
