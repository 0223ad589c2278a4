//! Data in: catalogues, histories, baskets and the ids they share.

mod baskets;
mod builder;
mod catalog;
mod columns;
mod group;
mod history;
mod ids;
mod ingest;
mod intake;
mod money;
mod table;

pub use baskets::Baskets;
pub use builder::{HistoryBuilder, OrderLine};
pub use catalog::Catalog;
pub use history::{
    BasketLine, History, HistoryColumns, HistoryOptions, IngestReport, OnBad, OnNonPositive,
    ReturnLine,
};
pub use ids::{Id, IdKind, IdRef, Ids};
pub use money::{Currency, Money};
pub use table::{
    TableReader, table_from_array, table_from_batch, table_from_ffi, table_from_stream,
};
