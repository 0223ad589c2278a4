//! Reproducible draws that belong to what they are about: those of a customer come from the hash of
//! their id, so that the others' stay what they are when one is taken away.

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::affinity::orders::{NO_CUSTOMER, Orders};
use crate::{History, IdRef};

/// One customer in so many is held out to measure on.
const HELD_OUT: u64 = 3;

/// Per known customer: a hash of their id and the seed.
pub(super) fn customer_keys(history: &History, seed: u64) -> Vec<u64> {
    let known = if history.shape.customers { history.customers.len() } else { 0 };
    (history.customers.iter())
        .take(known)
        .map(|id| match id {
            IdRef::Int(value) => xxh3_64_with_seed(&value.to_le_bytes(), seed),
            IdRef::Str(value) => xxh3_64_with_seed(value.as_bytes(), seed),
        })
        .collect()
}

/// Whether a customer is held out: their examples serve to measure, not to fit.
pub(super) fn held_out(key: u64) -> bool {
    key.is_multiple_of(HELD_OUT)
}

/// The key of a basket: of its customer and its number among theirs, or of what is in it and when
/// it was bought if the customer is not known.
pub(super) fn basket_key(orders: &Orders, basket: usize, customers: &[u64], seed: u64) -> u64 {
    let customer = orders.customer[basket];
    if customer != NO_CUSTOMER {
        let number = basket - orders.baskets_of(customer as usize).start;
        return mix(customers[customer as usize] ^ mix(number as u64));
    }
    let items = xxh3_64(bytemuck::cast_slice(orders.basket(basket)));
    xxh3_64_with_seed(&orders.time[basket].to_le_bytes(), items ^ seed)
}

/// The last step of SplitMix64 (Steele, Lea, Flood 2014): every bit depends on every bit.
fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// SplitMix64: small, and the same everywhere.
pub(super) struct Draws(u64);

impl Draws {
    pub(super) fn new(key: u64) -> Self {
        Self(mix(key.wrapping_add(STEP)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number below `n`, which is above 0 and far below 2^32.
    pub(super) fn below(&mut self, n: usize) -> usize {
        (((self.next() >> 32) * n as u64) >> 32) as usize
    }

    /// A number in [0, 1) for a product, whatever else is drawn.
    pub(super) fn share_of(&self, product: u32) -> f64 {
        let z = mix(self.0 ^ u64::from(product).wrapping_add(1).wrapping_mul(STEP));
        (z >> 11) as f64 / (1u64 << 53) as f64
    }
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_spread_evenly_and_belong_to_the_product() {
        let draws = Draws::new(7);
        let mut tenths = [0; 10];
        for product in 0..100_000 {
            tenths[(draws.share_of(product) * 10.0) as usize] += 1;
        }
        assert!(tenths.iter().all(|n| (9_600..10_400).contains(n)), "{tenths:?}");
        assert_eq!(draws.share_of(5), Draws::new(7).share_of(5));
        assert_ne!(draws.share_of(5), Draws::new(8).share_of(5));
    }

    #[test]
    fn below_covers_its_range() {
        let mut draws = Draws::new(1);
        let mut seen = [false; 7];
        for _ in 0..1000 {
            seen[draws.below(7)] = true;
        }
        assert_eq!(seen, [true; 7]);
    }
}
