//! Data in: catalogues, histories, baskets and the ids they share.

mod basket_tables;
mod baskets;
pub(crate) mod catalog;
mod catalog_builder;
mod columns;
mod csv;
mod fimi;
mod group;
mod history;
mod history_builder;
mod ids;
mod ingest;
mod intake;
mod money;
mod products;
mod table;

pub use baskets::Baskets;
pub use catalog::Catalog;
pub(crate) use catalog::{Codes, NO_CODE, NO_MONEY};
pub use catalog_builder::{CatalogBuilder, Product};
pub use csv::CsvOptions;
pub use history::{
    BasketLine, History, HistoryColumns, HistoryOptions, IngestReport, OnBad, OnNonPositive,
    ReturnLine,
};
pub use history_builder::{HistoryBuilder, OrderLine};
pub use ids::{Id, IdKind, IdRef, Ids};
pub use money::{Currency, Money};
pub use products::{CatalogColumns, CatalogOptions, CatalogReport};
pub use table::{
    TableReader, table_from_array, table_from_batch, table_from_ffi, table_from_stream,
};
