//! From the numbers of a pair to what the two are to each other.

use super::super::pairs::{lift_high, lift_low, shrunk_lift};

/// What two products are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Relation {
    /// Bought together: one in addition to the other.
    Complement = 0,
    /// A complement with a direction: the cheaper one accompanies the main one.
    Accessory = 1,
    /// Alternatives that are bought together all the same, such as two flavours.
    Variant = 2,
    /// Alternatives, bought instead of each other.
    Substitute = 3,
    /// Given by hand: neither is suggested while the other is in the basket.
    NeverWith = 4,
    /// The evidence does not tell.
    Unknown = 5,
}

impl Relation {
    /// All relations, in the order of their numbers.
    pub const ALL: [Relation; 6] = [
        Relation::Complement,
        Relation::Accessory,
        Relation::Variant,
        Relation::Substitute,
        Relation::NeverWith,
        Relation::Unknown,
    ];

    /// The name: `"complement"`, `"accessory"`, `"variant"`, `"substitute"`, `"never_with"` or
    /// `"unknown"`.
    pub fn name(self) -> &'static str {
        match self {
            Relation::Complement => "complement",
            Relation::Accessory => "accessory",
            Relation::Variant => "variant",
            Relation::Substitute => "substitute",
            Relation::NeverWith => "never_with",
            Relation::Unknown => "unknown",
        }
    }
}

impl std::fmt::Display for Relation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// Zero co-purchases say something where at least as many were expected.
pub(super) const SUBSTITUTE_EXPECTED: f64 = 10.0;
/// From this cosine on two products are bought with the same things.
const ALIKE: f64 = 0.5;
/// The same where both are of one kind, the same category on each of several levels. Of a year of
/// groceries a quarter of such pairs bought together are below .45, and one in twenty of the pairs of
/// different kinds is above .38.
const ALIKE_OF_A_KIND: f64 = 0.3;
/// Of the baskets with an accessory, at least one in so many has the main product.
const MAIN_SHARE: u64 = 5;
/// That one thing follows another has to be this sure (a quantile of the standard normal
/// distribution; one in 4,000): all pairs of products are tried. With the dates of each customer's
/// orders dealt anew, 1.96 still finds 32 among 2,221 types of a year of groceries, and 3 finds one.
pub(super) const SURE: f64 = -3.5;
/// An accessory follows so many times as often as it leads.
const LEADS: f64 = 2.0;

/// Customers who bought the one after the other, and how many were expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Followed {
    pub(super) customers: u32,
    pub(super) expected: f64,
}

/// The numbers of a pair of products, first and second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence {
    pub(super) baskets: u32,
    pub(super) customers: u32,
    pub(super) expected: f64,
    pub(super) context: f64,
    /// Baskets with each.
    pub(super) bought: [u32; 2],
    /// `None`: not known.
    pub(super) price: [Option<i64>; 2],
    pub(super) same_line: bool,
    pub(super) same_category: bool,
    /// The same category on each of several levels.
    pub(super) one_kind: bool,
    /// The second after the first, and the first after the second; `None`: too few windows.
    pub(super) followed: [Option<Followed>; 2],
}

/// What evidence is judged by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judge {
    pub(super) shrinkage: f64,
    pub(super) min_customers: u32,
}

impl Judge {
    /// The relation, and for an accessory which of the two is the main product: 0 or 1.
    pub(super) fn label(&self, pair: &Evidence) -> (Relation, Option<usize>) {
        let n = f64::from(pair.baskets);
        let low = shrunk_lift(n, pair.expected, self.shrinkage).1;
        let alike = pair.context >= ALIKE;
        let main = (0..2).find(|&main| self.accompanies(pair, main));
        if low > 1.0 && pair.customers >= self.min_customers {
            let of_a_kind = pair.one_kind && pair.context >= ALIKE_OF_A_KIND;
            if pair.same_line || (pair.same_category && alike) || of_a_kind {
                return (Relation::Variant, None);
            }
            return match main {
                Some(main) => (Relation::Accessory, Some(main)),
                None => (Relation::Complement, None),
            };
        }
        let alternatives = pair.same_line || pair.same_category || alike;
        let high = lift_high(n, pair.expected, self.shrinkage);
        if high < 1.0 && pair.expected >= SUBSTITUTE_EXPECTED && alternatives {
            return (Relation::Substitute, None);
        }
        match main.filter(|&main| !alternatives && self.follows(pair, main)) {
            Some(main) => (Relation::Accessory, Some(main)),
            None => (Relation::Unknown, None),
        }
    }

    /// Whether the other one is an accessory of `main`, given that they are complements: it is
    /// cheaper, and its buyers have the main product rather than the other way round, or buy it
    /// afterwards.
    fn accompanies(&self, pair: &Evidence, main: usize) -> bool {
        let (Some(price), Some(other)) = (pair.price[main], pair.price[1 - main]) else {
            return false;
        };
        let (n, n_main) = (u64::from(pair.baskets), u64::from(pair.bought[main]));
        let n_other = u64::from(pair.bought[1 - main]);
        // conf(other -> main) > 2 conf(main -> other) is n_main > 2 n_other.
        let in_baskets = n_main > 2 * n_other && MAIN_SHARE * n >= n_other;
        other < price && (in_baskets || self.follows(pair, main))
    }

    /// Whether customers buy the other one after `main`, and not as often before.
    fn follows(&self, pair: &Evidence, main: usize) -> bool {
        let (Some(after), Some(before)) = (pair.followed[main], pair.followed[1 - main]) else {
            return false;
        };
        let n = f64::from(after.customers);
        let lift = shrunk_lift(n, after.expected, self.shrinkage).0;
        let low = lift_low(n, after.expected, self.shrinkage, SURE);
        let (lift_before, _) =
            shrunk_lift(f64::from(before.customers), before.expected, self.shrinkage);
        let high_before = lift_high(f64::from(before.customers), before.expected, self.shrinkage);
        after.customers >= self.min_customers
            && low > 1.0
            && low > high_before
            && lift > LEADS * lift_before
    }

    /// How much a relation is borne out, to keep and show the best.
    pub(super) fn strength(&self, relation: Relation, pair: &Evidence) -> f64 {
        let n = f64::from(pair.baskets);
        match relation {
            Relation::Substitute => {
                let high = lift_high(n, pair.expected, self.shrinkage);
                -high.max(1e-12).ln() * pair.expected.sqrt()
            }
            Relation::Unknown | Relation::NeverWith => n.max(pair.expected),
            _ => {
                let low = shrunk_lift(n, pair.expected, self.shrinkage).1;
                low.max(1e-12).ln() * n.max(1.0).sqrt()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JUDGE: Judge = Judge { shrinkage: 1.0, min_customers: 10 };

    fn pair(baskets: u32, expected: f64) -> Evidence {
        Evidence {
            baskets,
            customers: baskets,
            expected,
            context: 0.0,
            bought: [300, 200],
            price: [Some(100), Some(90)],
            same_line: false,
            same_category: false,
            one_kind: false,
            followed: [None, None],
        }
    }

    fn label(pair: &Evidence) -> (Relation, Option<usize>) {
        let found = JUDGE.label(pair);
        // The other way round it is the same.
        let turned = Evidence {
            bought: [pair.bought[1], pair.bought[0]],
            price: [pair.price[1], pair.price[0]],
            followed: [pair.followed[1], pair.followed[0]],
            ..*pair
        };
        assert_eq!(JUDGE.label(&turned), (found.0, found.1.map(|main| 1 - main)));
        found
    }

    #[test]
    fn complements_and_variants() {
        assert_eq!(label(&pair(60, 20.0)), (Relation::Complement, None));
        assert_eq!(label(&pair(22, 20.0)), (Relation::Unknown, None));
        let few = Evidence { customers: 9, ..pair(60, 20.0) };
        assert_eq!(label(&few), (Relation::Unknown, None));
        let line = Evidence { same_line: true, ..pair(60, 20.0) };
        assert_eq!(label(&line), (Relation::Variant, None));
        let category = Evidence { same_category: true, context: 0.49, ..pair(60, 20.0) };
        assert_eq!(label(&category), (Relation::Complement, None));
        let flavours = Evidence { context: 0.5, ..category };
        assert_eq!(label(&flavours), (Relation::Variant, None));
        let kind = Evidence { one_kind: true, context: 0.3, ..category };
        assert_eq!(label(&kind), (Relation::Variant, None));
        assert_eq!(label(&Evidence { context: 0.29, ..kind }), (Relation::Complement, None));
    }

    #[test]
    fn substitutes_need_that_many_were_expected_and_something_in_common() {
        assert_eq!(label(&pair(0, 20.0)), (Relation::Unknown, None));
        for common in [
            Evidence { same_line: true, ..pair(0, 20.0) },
            Evidence { same_category: true, ..pair(0, 20.0) },
            Evidence { context: 0.5, ..pair(0, 20.0) },
        ] {
            assert_eq!(label(&common), (Relation::Substitute, None));
            assert_eq!(label(&Evidence { expected: 9.9, ..common }), (Relation::Unknown, None));
            assert_eq!(label(&Evidence { baskets: 16, ..common }), (Relation::Unknown, None));
        }
    }

    #[test]
    fn accessories_are_cheaper_rarer_and_bought_with_the_main_product() {
        let lens = Evidence { bought: [300, 100], ..pair(60, 20.0) };
        assert_eq!(label(&lens), (Relation::Accessory, Some(0)));
        assert_eq!(
            label(&Evidence { price: [Some(90), Some(90)], ..lens }).0,
            Relation::Complement
        );
        assert_eq!(label(&Evidence { price: [None, Some(90)], ..lens }).0, Relation::Complement);
        assert_eq!(label(&Evidence { bought: [200, 100], ..lens }).0, Relation::Complement);
        assert_eq!(label(&Evidence { bought: [900, 301], ..lens }).0, Relation::Complement);
    }

    #[test]
    fn what_is_bought_afterwards_is_an_accessory_too() {
        let after = Some(Followed { customers: 60, expected: 10.0 });
        let before = Some(Followed { customers: 8, expected: 10.0 });
        let bag = Evidence { followed: [after, before], ..pair(2, 3.0) };
        assert_eq!(label(&bag), (Relation::Accessory, Some(0)));
        // Dearer than what it follows, as often before, or an alternative: it is none.
        assert_eq!(label(&Evidence { price: [Some(1), Some(2)], ..bag }).0, Relation::Unknown);
        assert_eq!(label(&Evidence { followed: [after, after], ..bag }).0, Relation::Unknown);
        assert_eq!(label(&Evidence { same_category: true, ..bag }).0, Relation::Unknown);
        let few = Some(Followed { customers: 9, expected: 1.0 });
        assert_eq!(label(&Evidence { followed: [few, before], ..bag }).0, Relation::Unknown);
    }
}
