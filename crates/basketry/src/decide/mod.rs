//! Deciding: what to offer to whom, now, and why.
//!
//! An [`Engine`] joins a [`Model`](crate::Model) with what the shop sells now. A [`Policy`] says
//! what the shop wants offered, a [`Context`] what is being asked. The answer is a [`Decision`]:
//! offers ranked by expected incremental contribution in money, and for every candidate that was
//! not offered the [`Reason`].

mod candidates;
mod context;
mod decision;
mod engine;
mod log;
mod offer;
mod policy;
mod reasons;
mod request;
mod slate;
mod state;
mod tree;
mod up_sell;
mod value;

pub use context::{Context, MAX_CONTEXT_LINES, Order};
pub use decision::{Decision, LOGGED_SUPPRESSED, Suppressed, WhyNot};
pub use engine::Engine;
pub use offer::{Evidence, Offer};
pub use policy::{
    Assume, CrossSellPolicy, Exclude, Policy, PopularPolicy, PriceWindow, RefillPolicy,
    UnknownProducts, UpSellPolicy,
};
pub use reasons::{Kind, Reason};
