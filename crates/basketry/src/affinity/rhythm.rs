//! How often customers buy a product again.
//!
//! A customer buys a product again at a rate of their own. Per product the rates follow a gamma
//! distribution with a shape and a rate (in days), fitted to what all its customers did: the prior.
//! A customer who bought it `k` times again within `t` days then has the rate
//! `(k + shape) / (t + days)`, the posterior mean (the Poisson-gamma model of Bhagat, Muralidharan,
//! Lobzhanidze and Vishwanath, "Buy It Again", KDD 2018).

use super::attributes::NOT_KNOWN;
use super::views::{MAX_DAYS, MIN_INTERVAL, Stats};

/// Gamma prior of a rate per day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Prior {
    pub(super) shape: f64,
    pub(super) days: f64,
}

/// Sums over the customers of a product: `k` repeat purchases in `t` days each.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moments {
    customers: f64,
    k: f64,
    t: f64,
    kk: f64,
    kt: f64,
    tt: f64,
}

/// How many customers a prior that is fitted to more products weighs as much as; with fewer
/// customers a product has the shape of that one.
const PRIOR_CUSTOMERS: f64 = 10.0;

impl Moments {
    /// Adds a customer with `count` purchases, the first of them `first_days` ago.
    pub(super) fn add(&mut self, count: u32, first_days: f32) {
        let (k, t) = (f64::from(count) - 1.0, f64::from(first_days));
        // Less than half a day of observation says nothing about a rate per day.
        if t >= 0.5 {
            self.merge(&Moments { customers: 1.0, k, t, kk: k * k, kt: k * t, tt: t * t });
        }
    }

    fn merge(&mut self, other: &Moments) {
        self.customers += other.customers;
        self.k += other.k;
        self.t += other.t;
        self.kk += other.kk;
        self.kt += other.kt;
        self.tt += other.tt;
    }

    /// The gamma distribution of the customers' rates by the method of moments.
    ///
    /// With k ~ Poisson(rate t) and rate ~ Gamma(shape, days): E k = m t and
    /// Var k = m t + v t^2 with m = shape / days, v = shape / days^2. So m = sum k / sum t and
    /// v = sum((k - m t)^2 - m t) / sum t^2. The mean is drawn towards that of `wider` with the
    /// weight of [`PRIOR_CUSTOMERS`] customers; where the spread cannot be told (few customers, no
    /// overdispersion) the shape is that of `wider`.
    fn prior(&self, wider: Prior) -> Prior {
        let usual = wider.shape / wider.days;
        let exposure =
            if self.customers > 0.0 { self.t / self.customers * PRIOR_CUSTOMERS } else { 1.0 };
        let mean = (self.k + usual * exposure) / (self.t + exposure);
        let like_wider = Prior { shape: wider.shape, days: wider.shape / mean };
        if self.customers < PRIOR_CUSTOMERS {
            return like_wider;
        }
        self.with_mean(mean).unwrap_or(like_wider)
    }

    /// The prior of everything there is.
    fn widest(&self) -> Prior {
        if self.k <= 0.0 || self.t <= 0.0 {
            // Nobody bought anything twice: expect a year, believe it as much as one purchase.
            return Prior { shape: 1.0, days: 365.0 };
        }
        let mean = self.k / self.t;
        self.with_mean(mean).unwrap_or(Prior { shape: 1.0, days: 1.0 / mean })
    }

    fn with_mean(&self, mean: f64) -> Option<Prior> {
        let spread = self.kk - 2.0 * mean * self.kt + mean * mean * self.tt - mean * self.t;
        let variance = spread / self.tt;
        let shape = mean * mean / variance;
        // Beyond these the prior would say nothing, or overrule every customer.
        (variance > 0.0 && shape.is_finite()).then(|| {
            let shape = shape.clamp(0.05, 20.0);
            Prior { shape, days: shape / mean }
        })
    }
}

/// The prior of each product: drawn towards that of its category, which is drawn towards that of
/// all products.
pub(super) fn priors(moments: &[Moments], categories: &[u32]) -> Vec<Prior> {
    let known = |product: usize| categories.get(product).copied().filter(|&c| c != NOT_KNOWN);
    let mut all = Moments::default();
    let count = categories.iter().filter(|&&c| c != NOT_KNOWN).max().map_or(0, |&c| c as usize + 1);
    let mut of_category = vec![Moments::default(); count];
    for (product, m) in moments.iter().enumerate() {
        all.merge(m);
        if let Some(category) = known(product) {
            of_category[category as usize].merge(m);
        }
    }
    let widest = all.widest();
    let wider: Vec<Prior> = of_category.iter().map(|m| m.prior(widest)).collect();
    moments
        .iter()
        .enumerate()
        .map(|(product, m)| m.prior(known(product).map_or(widest, |c| wider[c as usize])))
        .collect()
}

/// How a product is bought again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cycle {
    /// Those who buy it again do so at least about twice a year: a refill makes sense.
    Regular,
    /// It is bought again late: a car, a mattress. A customer who bought it twice is expected
    /// again after more than 180 days.
    Long,
    /// Hardly anybody buys it again: fewer than one customer in twenty within a year.
    OneOff,
}

impl Cycle {
    /// The name: `"regular"`, `"long_cycle"` or `"one_off"`.
    pub fn name(self) -> &'static str {
        match self {
            Cycle::Regular => "regular",
            Cycle::Long => "long_cycle",
            Cycle::OneOff => "one_off",
        }
    }
}

impl std::fmt::Display for Cycle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

const YEAR: f64 = 365.0;
/// Of its buyers, fewer than this share buys a one-off product again within a year.
const ONE_OFF: f64 = 0.05;
/// The expected interval of a customer who bought it twice, from which on the cycle is long.
const LONG_DAYS: f64 = 180.0;

impl Stats<'_> {
    /// How a product is bought again, by its prior. Panics if there is no such product.
    pub(crate) fn cycle(&self, product: u32) -> Cycle {
        let at = product as usize;
        let (shape, days) = (f64::from(self.rate_shape[at]), f64::from(self.rate_days[at]));
        if within(shape, days, YEAR) < ONE_OFF {
            Cycle::OneOff
        } else if days / (1.0 + shape) > LONG_DAYS {
            Cycle::Long
        } else {
            Cycle::Regular
        }
    }
}

/// The probability of a purchase within `horizon` days at a rate with this gamma distribution.
fn within(shape: f64, days: f64, horizon: f64) -> f64 {
    // ln_1p and exp_m1 keep the digits of small probabilities.
    -(-shape * (horizon / days).ln_1p()).exp_m1()
}

/// Where a customer is in the rhythm of buying a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DueState {
    /// From half of the expected interval on: not due, but before long.
    Soon,
    /// From 0.7 to 1.5 times the expected interval after the last purchase.
    Due,
    /// Later than that.
    Overdue,
}

impl DueState {
    /// The name: `"soon"`, `"due"` or `"overdue"`.
    pub fn name(self) -> &'static str {
        match self {
            DueState::Soon => "soon",
            DueState::Due => "due",
            DueState::Overdue => "overdue",
        }
    }

    /// The state after `elapsed` of an interval; `None` if it is too early.
    fn at(elapsed: f32, interval: f32) -> Option<Self> {
        match elapsed / interval {
            passed if passed > 1.5 => Some(DueState::Overdue),
            passed if passed >= 0.7 => Some(DueState::Due),
            passed if passed >= 0.5 => Some(DueState::Soon),
            _ => None,
        }
    }
}

impl std::fmt::Display for DueState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// A customer's purchases of a product.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bought {
    /// How many, at least 1.
    pub(crate) count: u32,
    /// Days since the first and since the last.
    pub(crate) first_days: f32,
    pub(crate) last_days: f32,
}

/// The rhythm of a customer and a product.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rhythm {
    /// `None`: too early, or too little is known to tell.
    pub(crate) state: Option<DueState>,
    /// Days expected between two purchases.
    pub(crate) interval: f32,
}

impl Rhythm {
    /// The rhythm that follows from purchases of a product, which must be one of `products`.
    ///
    /// The interval is the inverse of the mean rate up to the last purchase, `(days from the first
    /// to the last + prior days) / (purchases - 1 + prior shape)`: what has passed since must not
    /// draw out what it is compared with. How probable a purchase is, the propensity says: it knows
    /// the same and more, and is calibrated.
    ///
    /// A state needs as much to be known as one repeat purchase tells: either there is one, or the
    /// product's customers are alike enough for a shape of 1.
    pub(crate) fn new(bought: Bought, products: &Stats<'_>, product: u32) -> Self {
        let at = product as usize;
        let (shape, days) = (products.rate_shape[at], products.rate_days[at]);
        let repeats = bought.count.saturating_sub(1) as f32 + shape;
        let observed = (bought.first_days - bought.last_days).max(0.0);
        let interval = ((observed + days) / repeats).clamp(MIN_INTERVAL, MAX_DAYS);
        let told = repeats >= 1.0;
        Self { state: DueState::at(bought.last_days, interval).filter(|_| told), interval }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Random numbers for tests: uniform in (0, 1).
    struct Draws(u64);

    impl Draws {
        fn uniform(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            ((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64
        }

        fn waiting(&mut self, rate: f64) -> f64 {
            -self.uniform().ln() / rate
        }

        /// A gamma variable with a whole shape: a sum of exponential ones.
        fn gamma(&mut self, shape: u32, days: f64) -> f64 {
            (0..shape).map(|_| self.waiting(1.0)).sum::<f64>() / days
        }

        /// Purchases at `rate` after a first one `span` days ago, as what is added up.
        fn customer(&mut self, rate: f64, span: f64) -> (u32, f32) {
            let (mut count, mut time) = (1, self.waiting(rate));
            while time < span {
                count += 1;
                time += self.waiting(rate);
            }
            (count, span as f32)
        }
    }

    fn moments(draws: &mut Draws, customers: usize, shape: u32, days: f64, span: f64) -> Moments {
        let mut moments = Moments::default();
        for _ in 0..customers {
            let rate = draws.gamma(shape, days);
            let span = span * (0.5 + 0.5 * draws.uniform());
            let (count, first) = draws.customer(rate, span);
            moments.add(count, first);
        }
        moments
    }

    #[test]
    fn the_prior_of_simulated_customers_is_found() {
        let mut draws = Draws(3);
        for (shape, days) in [(1, 30.0), (3, 60.0), (2, 400.0)] {
            let all = [moments(&mut draws, 4000, shape, days, 720.0)];
            let found = priors(&all, &[])[0];
            assert!((found.shape / f64::from(shape) - 1.0).abs() < 0.15, "{found:?} {shape}");
            assert!((found.days / days - 1.0).abs() < 0.15, "{found:?} {days}");
        }
    }

    #[test]
    fn a_product_with_few_customers_is_like_its_category() {
        let mut draws = Draws(4);
        // Weekly coffee, monthly soap; product 2 has the category of coffee and two customers.
        let all = [
            moments(&mut draws, 2000, 4, 28.0, 360.0),
            moments(&mut draws, 2000, 4, 120.0, 360.0),
            moments(&mut draws, 2, 4, 28.0, 20.0),
            Moments::default(),
        ];
        let found = priors(&all, &[7, 2, 7, 2]);
        let interval = |p: usize| found[p].days / found[p].shape;
        assert!((interval(0) - 7.0).abs() < 0.4 && (interval(1) - 30.0).abs() < 2.0, "{found:?}");
        assert!((interval(2) - 7.0).abs() < 3.0, "{found:?}");
        assert!((found[2].shape - found[0].shape).abs() < 0.5, "{found:?}");
        // Nothing is known of the last one but its category, whose prior was drawn a little
        // towards that of all products.
        assert!((interval(3) - interval(1)).abs() < 0.5, "{found:?}");
        // Without categories both are like everything.
        let alone = priors(&all, &[NOT_KNOWN; 4]);
        assert!(alone[3].days / alone[3].shape > 8.0);
    }

    #[test]
    fn nobody_bought_twice() {
        let found = priors(&[Moments::default()], &[NOT_KNOWN]);
        assert_eq!(found, [Prior { shape: 1.0, days: 365.0 }]);
    }

    fn stats<'a>(shape: &'a [f32], days: &'a [f32]) -> Stats<'a> {
        Stats {
            baskets: &[],
            customers: &[],
            popularity: &[],
            features: &[],
            repeat_share: &[],
            rate_shape: shape,
            rate_days: days,
            category: &[],
        }
    }

    #[test]
    fn consumables_durables_and_one_off_goods_are_told_apart() {
        let mut draws = Draws(5);
        // Three years: milk every 10 days, of very different customers something every 40 or
        // never, cars every 6 years, and what hardly anybody needs twice in a life.
        let mut mixed = moments(&mut draws, 300, 3, 120.0, 1000.0);
        mixed.merge(&moments(&mut draws, 2700, 1, 1e7, 1000.0));
        let all = [
            moments(&mut draws, 3000, 2, 20.0, 1000.0),
            mixed,
            moments(&mut draws, 3000, 5, 5.0 * 2190.0, 1000.0),
            moments(&mut draws, 3000, 1, 40_000.0, 1000.0),
        ];
        let found = priors(&all, &[0, 1, 2, 3]);
        let shape: Vec<f32> = found.iter().map(|prior| prior.shape as f32).collect();
        let days: Vec<f32> = found.iter().map(|prior| prior.days as f32).collect();
        let stats = stats(&shape, &days);
        let cycles: Vec<Cycle> = (0..4).map(|product| stats.cycle(product)).collect();
        assert_eq!(cycles, [Cycle::Regular, Cycle::Regular, Cycle::Long, Cycle::OneOff]);
        let names: Vec<&str> = cycles.iter().map(|cycle| cycle.name()).collect();
        assert_eq!(names, ["regular", "regular", "long_cycle", "one_off"]);
    }

    #[test]
    fn states_begin_where_they_should() {
        let state = |elapsed| DueState::at(elapsed, 10.0);
        assert_eq!([state(0.0), state(4.99)], [None; 2]);
        assert_eq!([state(5.0), state(6.99)], [Some(DueState::Soon); 2]);
        assert_eq!([state(7.0), state(10.0), state(15.0)], [Some(DueState::Due); 3]);
        assert_eq!([state(15.01), state(1e4)], [Some(DueState::Overdue); 2]);
    }

    #[test]
    fn the_interval_is_that_of_the_posterior() {
        let stats = stats(&[2.0, 0.5], &[60.0, 20.0]);
        let bought = Bought { count: 4, first_days: 100.0, last_days: 10.0 };
        let rhythm = Rhythm::new(bought, &stats, 0);
        // (90 + 60) / (3 + 2) days.
        assert_eq!((rhythm.interval, rhythm.state), (30.0, None));
        let later = Bought { last_days: 40.0, first_days: 130.0, ..bought };
        assert_eq!(Rhythm::new(later, &stats, 0).state, Some(DueState::Due));
        // One purchase: where customers are alike the usual interval serves, else nothing does.
        let once = Bought { count: 1, first_days: 30.0, last_days: 30.0 };
        assert_eq!(Rhythm::new(once, &stats, 0).state, Some(DueState::Due));
        assert_eq!(Rhythm::new(once, &stats, 1).state, None);
    }
}
