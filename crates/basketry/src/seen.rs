//! A few keys among many.

/// A bit for many keys each: what has none was not added. It spares looking at memory far away for what is
/// mostly not there.
#[derive(Clone, Debug)]
pub(crate) struct Seen([u64; 64]);

impl Default for Seen {
    fn default() -> Self {
        Self([0; 64])
    }
}

impl Seen {
    #[inline(always)]
    fn place(key: u32) -> (usize, u64) {
        // The first 12 bits of the multiple of 2^32 over the golden ratio: neighbours come to lie apart.
        let at = key.wrapping_mul(0x9e37_79b9) >> 20;
        ((at >> 6) as usize, 1 << (at & 63))
    }

    pub(crate) fn clear(&mut self) {
        self.0.fill(0);
    }

    #[inline(always)]
    pub(crate) fn add(&mut self, key: u32) {
        let (at, bit) = Self::place(key);
        self.0[at] |= bit;
    }

    /// False only for what was not added.
    #[inline(always)]
    pub(crate) fn may_have(&self, key: u32) -> bool {
        let (at, bit) = Self::place(key);
        self.0[at] & bit != 0
    }
}
