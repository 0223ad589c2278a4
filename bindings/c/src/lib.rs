//! The C interface of basketry: convert, call, convert back. It holds no logic.
//!
//! One file a noun. `tests/header.rs` writes `include/basketry.h` from these files in the order
//! of the list there; the doc comments become the comments of the header, so they are written
//! for C programmers, in plain sentences.
//!
//! How an item of the header is written here:
//!
//! | C | Rust |
//! | --- | --- |
//! | `const T *handle` | `Option<&T>`: null is `None` |
//! | `T *handle` | `Option<&mut T>` |
//! | `T **out` | `Option<&mut MaybeUninit<*mut T>>` |
//! | `T *handle` to free | `Option<Box<T>>` |
//!
//! Every body runs inside [`error::call`], which stops panics and keeps the message of an error.

// C names for C things.
#![allow(non_camel_case_types)]
// What a caller must keep to is the same for all functions, and stands at the top of the header.
#![allow(clippy::missing_safety_doc)]

pub mod arrow;
pub mod assign;
pub mod baskets;
pub mod catalog;
pub mod contact;
pub mod contrasts;
pub mod control;
pub mod csv;
pub mod decision;
pub mod engine;
pub mod error;
pub mod hierarchy;
pub mod history;
pub mod itemsets;
pub mod journal;
pub mod ladder;
pub mod learner;
pub mod model;
pub mod model_rules;
pub mod offer;
pub mod parts;
pub mod policy;
pub mod reasons;
pub mod recommendations;
pub mod relations;
pub mod rules;
pub mod saved;
pub mod scores;
pub mod selection;
pub mod sequences;
pub mod significance;
pub mod similar;
pub mod strings;
mod text;
pub mod utility;
