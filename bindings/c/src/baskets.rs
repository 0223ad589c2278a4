//! Baskets of distinct items, for mining.

use basketry::Baskets;

use crate::error::{free, get};

/// Baskets of distinct items, the miner's view of orders.
pub struct basketry_baskets {
    pub(crate) baskets: Baskets,
}

/// Frees baskets. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_baskets_free(baskets: Option<Box<basketry_baskets>>) {
    free(baskets);
}

/// How many baskets there are, empty ones included; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_baskets_len(baskets: Option<&basketry_baskets>) -> usize {
    get(0, || baskets.map_or(0, |baskets| baskets.baskets.len()))
}
