//! Draws that belong to what they are about: whether a customer comes on a day does not depend on
//! what was drawn before, so two runs differ by what was offered and by nothing else.

/// What a draw decides.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub(super) enum About {
    Trait = 1,
    Visit,
    Arises,
    InCart,
    Choice,
    Extra,
    Triggered,
    Elsewhere,
    UpSell,
    OptOut,
    Product,
}

/// All draws of one simulation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draws {
    seed: u64,
}

impl Draws {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed: mix(seed.wrapping_add(STEP)) }
    }

    fn bits(self, about: About, who: u64, when: u64, what: u64) -> u64 {
        let mut bits = self.seed;
        for part in [about as u64, who, when, what] {
            bits = mix(bits.wrapping_add(part.wrapping_mul(STEP)).wrapping_add(STEP));
        }
        bits
    }

    /// Uniform in [0, 1).
    pub(super) fn uniform(self, about: About, who: u64, when: u64, what: u64) -> f64 {
        (self.bits(about, who, when, what) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True with this probability.
    pub(super) fn chance(self, p: f64, about: About, who: u64, when: u64, what: u64) -> bool {
        self.uniform(about, who, when, what) < p
    }

    /// Standard normal, by Box and Muller (1958).
    pub(super) fn normal(self, about: About, who: u64, when: u64, what: u64) -> f64 {
        let radius = 1.0 - self.uniform(about, who, when, 2 * what);
        let angle = self.uniform(about, who, when, 2 * what + 1);
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }

    /// The seed of something else that is drawn for this customer and day.
    pub(super) fn seed_of(self, who: u64, when: u64) -> u64 {
        self.bits(About::Product, who, when, u64::MAX)
    }
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// The last step of SplitMix64 (Steele, Lea, Flood 2014): every bit depends on every bit.
fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_uniform_normal_and_repeat() {
        let draws = Draws::new(7);
        let n = 20_000u64;
        let mean = (0..n).map(|i| draws.uniform(About::Visit, i % 100, i / 100, 3)).sum::<f64>();
        assert!((mean / n as f64 - 0.5).abs() < 0.01);
        let normal: Vec<f64> = (0..n).map(|i| draws.normal(About::Trait, i, 0, 1)).collect();
        let mean = normal.iter().sum::<f64>() / n as f64;
        let square = normal.iter().map(|x| x * x).sum::<f64>() / n as f64;
        assert!(mean.abs() < 0.03 && (square - 1.0).abs() < 0.04, "{mean} {square}");
        assert_eq!(
            draws.uniform(About::Visit, 1, 2, 3),
            Draws::new(7).uniform(About::Visit, 1, 2, 3)
        );
        assert_ne!(
            draws.uniform(About::Visit, 1, 2, 3),
            Draws::new(8).uniform(About::Visit, 1, 2, 3)
        );
    }
}
