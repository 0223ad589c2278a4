//! Learns from a shop's past orders what sells together and who buys what, decides which offer
//! to make next, and says why.

#![warn(missing_docs)]

mod affinity;
mod control;
pub mod data;
pub mod decide;
mod error;
pub mod mine;
pub mod model;
mod prefetch;
mod seen;
pub mod simulate;

pub use control::{Control, Progress, Stage};
pub use data::{
    BasketLine, Baskets, Catalog, CatalogBuilder, CatalogColumns, CatalogOptions, CatalogReport,
    CsvOptions, Currency, Hierarchy, History, HistoryBuilder, HistoryColumns, HistoryOptions, Id,
    IdKind, IdList, IdRef, Ids, IngestReport, Money, OnBad, OnNonPositive, OrderLine, Product,
    ReturnLine, TableReader, Utilities, UtilityColumns, UtilityOptions, table_from_array,
    table_from_batch, table_from_ffi, table_from_stream,
};
pub use decide::{
    AssignOptions, Context, Decision, Engine, GroupVolume, Kind, Offer, OfferGroup, OfferVolume,
    Order, Plan, Policy, ProposalColumns, Proposals, ProposeOptions, Reason,
};
pub use error::{Error, ErrorKind, Result};
pub use mine::{
    HighUtilityOptions, ItemsetOptions, Itemsets, MinSupport, MinUtility, RuleOptions, Rules,
    high_utility, itemsets, rules,
};
pub use model::{
    CarriedReport, Cycle, Due, DueOptions, DueState, Explanation, FeatureShare, FitOptions,
    FitReport, IdsView, Learner, Model, NotLearned, ProductStats, Purchases, ReasonShare,
    RecommendOptions, Recommendations, Related, Relation, RelationNumbers, RelationRow, Relations,
    ReliabilityBin, ScoreOptions, Scores, SegmentReport, SimilarProducts, SimilarityReport,
    SimilarityShare, SourceShare, SplitReport, TriedReport, TuningReport, Weight, fit,
};
