//! What tells two groups of baskets apart: itemsets that are frequent in one and rarer in the
//! other (emerging patterns: Dong and Li, Efficient mining of emerging patterns, KDD 1999; contrast
//! sets: Bay and Pazzani, Detecting group differences, 2001).

mod decimal;
mod options;

use self::decimal::Decimal;
use super::Measure;
use super::columns::{Extra, Numbers};
use super::counting::ItemsetCounts;
use super::fraction::Fraction;
use super::itemsets::Itemsets;
use super::measures::{Counts, tails};
use super::miner::threads::Pool;
use crate::data::append::appended_ids;
use crate::{Baskets, Control, Error, ErrorKind, Result};

pub use options::{ContrastOptions, Direction};

/// The itemsets that tell the baskets in `first` from those in `second`, those with the smallest
/// p-values first. Items are matched by id.
///
/// Compared are all itemsets that are frequent in at least one group, be they in the other or not:
/// each is counted in both. `count` and `support` are those in all baskets together. Further
/// columns:
///
/// - `count_first`, `count_second`: how many baskets of each group hold the itemset;
/// - `support_first`, `support_second`: the shares of the group's baskets;
/// - `difference`: the first support less the second;
/// - `growth_rate`: the larger support divided by the smaller, infinite if that is 0;
/// - `odds_ratio`: the odds of holding the itemset in the first group, divided by those in the
///   second; infinite if one group makes it so, and not a number if all baskets hold it;
/// - `p_value`: of Fisher's exact test that both groups hold it equally often: for one
///   [direction](Direction) one-sided, for either two-sided, which is twice the smaller tail;
/// - `p_adjusted`: the p-value after the correction for all itemsets of the lengths asked for that
///   were compared, whether they are in the result or not.
///
/// [`rules`](super::rules) can be made from the result: all subsets are there.
///
/// ```
/// use basketry::mine::{ContrastOptions, contrasts};
/// use basketry::{Baskets, Control, MinSupport};
///
/// let north = Baskets::from_lists([vec!["tea", "jam"], vec!["tea", "jam"], vec!["bread"]])?;
/// let south = Baskets::from_lists([vec!["bread"], vec!["bread", "jam"]])?;
/// let options = ContrastOptions::new(MinSupport::Share(0.5)).min_length(2);
/// let found = contrasts(&north, &south, &options, &Control::new())?;
/// let set = found.get(0).unwrap();
/// assert_eq!((set.value("count_first"), set.value("count_second")), (Some(2.0), Some(0.0)));
/// assert_eq!(set.value("growth_rate"), Some(f64::INFINITY));
/// # Ok::<(), basketry::Error>(())
/// ```
///
/// # Errors
/// [`InvalidArgument`](ErrorKind::InvalidArgument) names the option that is out of range,
/// [`Data`](ErrorKind::Data) if a group has no baskets or the ids are of different kinds,
/// [`Limit`](ErrorKind::Limit) if there are more than `max_itemsets` itemsets to compare, and
/// [`Cancelled`](ErrorKind::Cancelled).
pub fn contrasts(
    first: &Baskets,
    second: &Baskets,
    options: &ContrastOptions,
    control: &Control,
) -> Result<Itemsets> {
    let mined = options.mined()?;
    let groups = [first, second];
    for (name, group) in ["first", "second"].into_iter().zip(groups) {
        if group.is_empty() {
            return Err(Error::new(
                ErrorKind::Data,
                format!("{name}: the group has no baskets, expected at least one"),
            ));
        }
        if group.exact_weights().is_some() {
            return Err(Error::argument(format!(
                "{name}: expected baskets without weights, as contrasts are tested by counts"
            )));
        }
    }
    let (ids, _) = appended_ids(first.ids(), second.ids())?;
    let mut frequent = Vec::new();
    for group in groups {
        let sets = super::itemsets(group, &mined, control)?;
        frequent.push(ItemsetCounts::of_within(&sets, control)?);
    }
    let pool = Pool::new(options.threads);
    let union = ItemsetCounts::union_within(&frequent, &pool, control)?;
    drop(frequent);
    let union = union.with_ids_within(&ids, control)?;
    if union.len() as u64 > options.max_itemsets {
        return Err(Error::new(
            ErrorKind::Limit,
            format!(
                "there are more than {} itemsets to compare: raise min_support, lower max_length, \
                 or allow more with max_itemsets",
                options.max_itemsets
            ),
        ));
    }
    let mut counted = [union.clone(), union];
    for (counts, group) in counted.iter_mut().zip(groups) {
        counts.add(group, options.threads, control)?;
    }
    let [mut all, other] = counted;
    let pairs: Vec<Pair> = all
        .counts()
        .iter()
        .zip(other.counts())
        .map(|(&a, &b)| Pair { a, n_a: all.baskets(), b, n_b: other.baskets() })
        .collect();
    all.merge(&other)?;
    let shown: Vec<bool> = all.sets().map(|set| set.len() >= options.min_length).collect();
    let mut p_values = Vec::with_capacity(pairs.len());
    for pairs in pairs.chunks(1 << 10) {
        control.check()?;
        p_values.extend(pairs.iter().map(|pair| pair.p_value(options.direction)));
    }
    let mut adjusted: Vec<f64> =
        p_values.iter().zip(&shown).map(|(&p, &shown)| if shown { p } else { f64::NAN }).collect();
    let tests = shown.iter().filter(|&&shown| shown).count() as u64;
    options.correction.adjust(&mut adjusted, tests);
    let keep = Keep::new(options);
    let mut rows: Vec<usize> = (0..pairs.len())
        .filter(|&row| shown[row] && adjusted[row] <= options.max_p_value && keep.pair(pairs[row]))
        .collect();
    // Of equally surprising ones, those that differ more come first.
    let apart = |row: usize| pairs[row].apart().abs_diff(0);
    rows.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]).then(apart(b).cmp(&apart(a))));
    rows.truncate(options.top.unwrap_or(usize::MAX));

    let ints = |of: fn(&Pair) -> u64| Numbers::Int(pairs.iter().map(|p| of(p) as i64).collect());
    let floats = |of: fn(&Pair) -> f64| Numbers::Float(pairs.iter().map(of).collect());
    let extras = [
        ("count_first", ints(|pair| pair.a)),
        ("count_second", ints(|pair| pair.b)),
        ("support_first", floats(|pair| pair.a as f64 / pair.n_a as f64)),
        ("support_second", floats(|pair| pair.b as f64 / pair.n_b as f64)),
        ("difference", floats(Pair::difference)),
        ("growth_rate", floats(Pair::growth_rate)),
        ("odds_ratio", floats(Pair::odds_ratio)),
        ("p_value", Numbers::Float(p_values)),
        ("p_adjusted", Numbers::Float(adjusted)),
    ];
    let extras = extras.map(|(name, numbers)| Extra { name, numbers });
    let min_count = all.cover().map_or(0, |cover| cover.missed + 1);
    Ok(all.with_extras(min_count, extras.to_vec())?.take(&rows))
}

/// How many baskets of each group hold an itemset, and how many there are.
#[derive(Clone, Copy, Debug)]
struct Pair {
    a: u64,
    n_a: u64,
    b: u64,
    n_b: u64,
}

impl Pair {
    /// The difference of the supports, as a multiple of `1 / (n_a * n_b)`. Counts have 32 bits.
    fn apart(self) -> i128 {
        i128::from(self.a * self.n_b) - i128::from(self.b * self.n_a)
    }

    fn difference(&self) -> f64 {
        self.apart() as f64 / (self.n_a * self.n_b) as f64
    }

    fn growth_rate(&self) -> f64 {
        let (x, y) = (self.a * self.n_b, self.b * self.n_a);
        x.max(y) as f64 / x.min(y) as f64
    }

    /// The counts of the rule from a group, the first or the other, to the itemset.
    fn rule(&self, first: bool) -> Counts {
        let (n_x, n_xy) = if first { (self.n_a, self.a) } else { (self.n_b, self.b) };
        Counts { n: self.n_a + self.n_b, n_x, n_y: self.a + self.b, n_xy }
    }

    fn odds_ratio(&self) -> f64 {
        Measure::OddsRatio.value(self.rule(true))
    }

    /// Of Fisher's exact test.
    fn p_value(&self, direction: Direction) -> f64 {
        // The margins are given: fewer in the second group are more in the first.
        let tail = |first| tails(self.rule(first)).map_or(f64::NAN, |tails| tails.upper);
        match direction {
            Direction::First => tail(true),
            Direction::Second => tail(false),
            // Not more than 1: both tails hold the table itself.
            Direction::Either => (2.0 * tail(true).min(tail(false))).min(1.0),
        }
    }
}

/// The conditions that are not about p-values.
struct Keep {
    direction: Direction,
    min_difference: Option<Fraction>,
    min_growth: Option<Decimal>,
}

impl Keep {
    fn new(options: &ContrastOptions) -> Self {
        Self {
            direction: options.direction,
            min_difference: Fraction::from_f64(options.min_difference),
            // None for infinity.
            min_growth: Decimal::from_f64(options.min_growth),
        }
    }

    fn pair(&self, pair: Pair) -> bool {
        let apart = pair.apart();
        let right = match self.direction {
            Direction::Either => true,
            Direction::First => apart > 0,
            Direction::Second => apart < 0,
        };
        // The product of two numbers of 32 bits.
        let difference = u64::try_from(apart.unsigned_abs()).unwrap_or(u64::MAX);
        let least = self.min_difference.map_or(0, |share| share.least_part(pair.n_a * pair.n_b));
        let (x, y) = (pair.a * pair.n_b, pair.b * pair.n_a);
        let grown = match self.min_growth {
            _ if x.min(y) == 0 => true,
            Some(growth) => growth.reached_by(x.max(y), x.min(y)),
            None => false,
        };
        right && difference >= least && grown
    }
}
