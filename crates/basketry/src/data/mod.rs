//! Data in: catalogues, histories, baskets and the ids they share.
//!
//! Columns come in as Arrow record batches: from an Arrow C stream ([`table_from_stream`]), from
//! arrays ([`table_from_array`]) or from any `RecordBatchReader`. CSV and FIMI files, lists,
//! compressed rows and single lines ([`HistoryBuilder`], [`CatalogBuilder`]) serve as well.
//!
//! - **Ids** are strings or integers, in any layout Arrow has for them (plain, view, dictionary
//!   with any key, run-end encoded). They are interned once and come out as they went in: `1` and
//!   `"1"` are different, and nothing is converted. Floats are not ids.
//! - **Times** are instants in milliseconds since 1970-01-01 UTC. Dates and timestamps of any
//!   unit and zone are read, and ISO 8601 strings; what has no zone is taken as UTC.
//! - **Money** comes in as major units (12.5 is twelve euros fifty) and is kept as an integer of
//!   minor units: decimals exactly, everything rounded half to even.
//! - **What cannot be used** is an error that names column and row, unless an option says
//!   otherwise; what is then left out is counted in a report ([`History::report`],
//!   [`Catalog::report`]).

pub(crate) mod append;
mod basket_tables;
mod baskets;
pub(crate) mod catalog;
mod catalog_builder;
mod catalog_options;
pub(crate) mod columns;
mod csv;
mod fimi;
mod group;
mod hierarchy;
mod history;
mod history_builder;
mod history_edit;
mod id_list;
mod ids;
pub(crate) mod ingest;
mod intake;
mod links;
mod money;
mod products;
pub(crate) mod table;
mod utilities;
mod utility_tables;
mod weights;

pub use basket_tables::BasketColumns;
pub use baskets::Baskets;
pub(crate) use baskets::Rows as RowBuilder;
pub use catalog::Catalog;
pub(crate) use catalog::{Codes, NO_CODE, NO_MONEY};
pub use catalog_builder::{CatalogBuilder, Product};
pub use catalog_options::{CatalogColumns, CatalogOptions, CatalogReport};
pub use columns::parse_time;
pub use csv::CsvOptions;
pub use hierarchy::Hierarchy;
pub use history::{
    BasketLine, History, HistoryColumns, HistoryOptions, IngestReport, OnBad, OnNonPositive,
    ReturnLine,
};
pub use history_builder::{HistoryBuilder, OrderLine};
pub use id_list::IdList;
pub use ids::{Id, IdKind, IdRef, Ids};
pub use links::Link;
pub use money::{Currency, Money};
pub use table::{
    TableReader, table_from_array, table_from_batch, table_from_ffi, table_from_stream,
};
pub use utilities::Utilities;
pub use utility_tables::{UtilityColumns, UtilityOptions};
pub(crate) use weights::{Scale, Weights};
