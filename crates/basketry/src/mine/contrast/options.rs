//! What counts as a contrast.

use crate::mine::{Correction, ItemsetOptions, MinSupport};
use crate::{Error, Result};

/// In which of the two groups an itemset is to be more frequent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Direction {
    /// In either.
    #[default]
    Either,
    /// In the first.
    First,
    /// In the second.
    Second,
}

impl Direction {
    /// All directions.
    pub const ALL: [Direction; 3] = [Direction::Either, Direction::First, Direction::Second];

    /// `either`, `first` or `second`.
    pub fn name(self) -> &'static str {
        match self {
            Direction::Either => "either",
            Direction::First => "first",
            Direction::Second => "second",
        }
    }
}

impl std::str::FromStr for Direction {
    type Err = Error;

    /// The direction with this name; the error lists all names.
    fn from_str(name: &str) -> Result<Self> {
        Direction::ALL.into_iter().find(|direction| direction.name() == name).ok_or_else(|| {
            let names = Direction::ALL.map(Direction::name).join(", ");
            Error::argument(format!("direction: {name:?} is not one of {names}"))
        })
    }
}

/// Which itemsets tell two groups of baskets apart.
///
/// ```
/// use basketry::MinSupport;
/// use basketry::mine::{ContrastOptions, Direction};
///
/// let options = ContrastOptions::new(MinSupport::Share(0.01))
///     .min_growth(2.0)
///     .direction(Direction::First);
/// assert_eq!(options.min_length, 1);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ContrastOptions {
    /// The least support in at least one of the groups: a share of its baskets, or a number of
    /// them.
    pub min_support: MinSupport,
    /// The least number of items, at least 1 (the default).
    pub min_length: usize,
    /// The largest number of items; default: any.
    pub max_length: Option<usize>,
    /// In which group the itemsets are more frequent; default: in either.
    pub direction: Direction,
    /// The least difference of the supports, from 0 (the default) to 1, compared as the decimal
    /// that was written.
    pub min_difference: f64,
    /// The least growth rate, the larger support divided by the smaller, at least 1 (the default),
    /// compared as the decimal that was written. Infinity keeps what only one group has.
    pub min_growth: f64,
    /// The largest p-value after correction, from 0 to 1 (the default).
    pub max_p_value: f64,
    /// How p-values are corrected for the number of itemsets that were compared; default: Holm.
    pub correction: Correction,
    /// Keeps so many, those with the smallest p-values; default: all.
    pub top: Option<usize>,
    /// The largest number of itemsets to compare; more are an error. Default: 20 million.
    pub max_itemsets: u64,
    /// How many threads to use, at least 1; default: those of the current rayon pool. The result
    /// is the same for any number.
    pub threads: Option<usize>,
}

macro_rules! setters {
    ($($field:ident: $type:ty),* $(,)?) => {$(
        #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $field(mut self, $field: $type) -> Self {
            self.$field = $field.into();
            self
        }
    )*};
}

impl ContrastOptions {
    /// All itemsets of at least this support in at least one of the groups.
    pub fn new(min_support: MinSupport) -> Self {
        let mined = ItemsetOptions::new(min_support);
        Self {
            min_support,
            min_length: mined.min_length,
            max_length: mined.max_length,
            direction: Direction::default(),
            min_difference: 0.0,
            min_growth: 1.0,
            max_p_value: 1.0,
            correction: Correction::default(),
            top: None,
            max_itemsets: mined.max_itemsets,
            threads: mined.threads,
        }
    }

    setters! {
        min_length: usize,
        max_length: usize,
        direction: Direction,
        min_difference: f64,
        min_growth: f64,
        max_p_value: f64,
        correction: Correction,
        top: usize,
        max_itemsets: u64,
        threads: usize,
    }

    /// What to mine in each group.
    pub(super) fn mined(&self) -> Result<ItemsetOptions> {
        for (name, value) in
            [("min_difference", self.min_difference), ("max_p_value", self.max_p_value)]
        {
            if !(0.0..=1.0).contains(&value) {
                return Err(Error::argument(format!("{name}: {value}, expected 0 to 1")));
            }
        }
        if self.min_growth.is_nan() || self.min_growth < 1.0 {
            return Err(Error::argument(format!(
                "min_growth: {}, expected at least 1",
                self.min_growth
            )));
        }
        if self.top == Some(0) {
            return Err(Error::argument("top: 0, expected at least 1"));
        }
        let mut mined = ItemsetOptions::new(self.min_support).min_length(self.min_length);
        mined.max_length = self.max_length;
        mined.max_itemsets = self.max_itemsets;
        mined.threads = self.threads;
        mined.validate()?;
        // Differences and corrections are of all itemsets that are compared, and rules need every
        // subset.
        Ok(mined.min_length(1))
    }
}
