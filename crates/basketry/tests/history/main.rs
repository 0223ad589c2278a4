//! Histories from tables: every layout, every rule, against a naive reading of the same lines.

mod cases;
#[path = "../common/mod.rs"]
mod common;
mod lines;
