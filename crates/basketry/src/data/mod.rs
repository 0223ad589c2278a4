//! Data in: catalogues, histories, baskets and the ids they share.

mod baskets;
mod catalog;
mod history;
mod ids;
mod money;

pub use baskets::Baskets;
pub use catalog::Catalog;
pub use history::History;
pub use ids::{Id, IdKind, IdRef, Ids};
pub use money::{Currency, Money};
