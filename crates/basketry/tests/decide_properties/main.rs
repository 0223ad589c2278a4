//! Whatever the catalogue, the history, the policy and the request: what must never be offered is
//! not, limits hold, values are what the formulas give, and every product has its reason.

mod decisions;
mod offers;
mod world;
