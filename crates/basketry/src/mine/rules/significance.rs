//! Which rules are more than chance, and more than the more general rules they extend.

use std::fmt;
use std::str::FromStr;

use super::Rules;
use super::top::descending;
use crate::mine::measures::{Best, Counts, Evaluator, Generalise, Measure, tails};
use crate::{Control, Error, Result, Stage};

/// How p-values are corrected for being many.
///
/// Of 100,000 rules between independent items, 1,000 have a p-value below 0.01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Correction {
    /// As they are.
    None,
    /// Times the number of tests: the probability that any rule is found by chance is at most
    /// alpha.
    Bonferroni,
    /// Holm's step-down procedure: the same promise as Bonferroni's, and never fewer rules.
    /// (Holm 1979.)
    #[default]
    Holm,
    /// The share of the rules found that are there by chance is expected to be at most alpha, if
    /// the tests are independent or depend on each other positively. (Benjamini and Hochberg
    /// 1995.)
    BenjaminiHochberg,
}

impl Correction {
    /// All corrections.
    pub const ALL: [Correction; 4] =
        [Correction::None, Correction::Bonferroni, Correction::Holm, Correction::BenjaminiHochberg];

    /// `none`, `bonferroni`, `holm` or `benjamini_hochberg`.
    pub fn name(self) -> &'static str {
        match self {
            Correction::None => "none",
            Correction::Bonferroni => "bonferroni",
            Correction::Holm => "holm",
            Correction::BenjaminiHochberg => "benjamini_hochberg",
        }
    }

    /// Corrects the p-values of some of `tests` tests, of which the others have larger ones. NaN
    /// counts as the largest, and stays.
    pub(in crate::mine) fn adjust(self, p_values: &mut [f64], tests: u64) {
        let tests = tests as f64;
        let mut order: Vec<u32> = (0..p_values.len() as u32).collect();
        let ascending = |&a: &u32, &b: &u32| {
            let key = |k: u32| p_values[k as usize];
            key(a).is_nan().cmp(&key(b).is_nan()).then(key(a).total_cmp(&key(b)))
        };
        match self {
            Correction::None => {}
            Correction::Bonferroni => {
                p_values.iter_mut().for_each(|p| *p = at_most_one(*p * tests));
            }
            Correction::Holm => {
                order.sort_unstable_by(ascending);
                let mut largest = 0.0f64;
                for (rank, &k) in order.iter().enumerate() {
                    let p = &mut p_values[k as usize];
                    if !p.is_nan() {
                        largest = largest.max(at_most_one(*p * (tests - rank as f64)));
                        *p = largest;
                    }
                }
            }
            Correction::BenjaminiHochberg => {
                order.sort_unstable_by(ascending);
                let mut least = 1.0f64;
                for (rank, &k) in order.iter().enumerate().rev() {
                    let p = &mut p_values[k as usize];
                    if !p.is_nan() {
                        least = least.min(*p * tests / (rank + 1) as f64);
                        *p = least;
                    }
                }
            }
        }
    }
}

/// `f64::min` would make 1 of NaN.
fn at_most_one(p: f64) -> f64 {
    if p > 1.0 { 1.0 } else { p }
}

impl fmt::Display for Correction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Correction {
    type Err = Error;

    /// The correction with this name; the error lists all names. `bh` and `fdr` are
    /// Benjamini and Hochberg's too.
    fn from_str(name: &str) -> Result<Self> {
        if matches!(name, "bh" | "fdr") {
            return Ok(Correction::BenjaminiHochberg);
        }
        Correction::ALL.into_iter().find(|correction| correction.name() == name).ok_or_else(|| {
            let names = Correction::ALL.map(Correction::name).join(", ");
            Error::argument(format!("correction: {name:?} is not one of {names}"))
        })
    }
}

/// Which rules are significant.
///
/// ```
/// use basketry::mine::{Correction, SignificanceOptions};
///
/// let options = SignificanceOptions::new(0.01).correction(Correction::BenjaminiHochberg);
/// assert_eq!(options.tests, None);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SignificanceOptions {
    /// The largest corrected p-value, from 0 to 1.
    pub alpha: f64,
    /// How p-values are corrected for the number of tests; default: [Holm](Correction::Holm).
    pub correction: Correction,
    /// The number of tests to correct for; default: the number of rules shown. Rules that were
    /// looked at and filtered out by how they look (by lift, say) were tests too: count them.
    pub tests: Option<u64>,
}

impl SignificanceOptions {
    /// Holm's correction at this level.
    pub fn new(alpha: f64) -> Self {
        Self { alpha, correction: Correction::default(), tests: None }
    }

    /// Sets [`correction`](Self::correction).
    #[must_use]
    pub fn correction(mut self, correction: Correction) -> Self {
        self.correction = correction;
        self
    }

    /// Sets [`tests`](Self::tests).
    #[must_use]
    pub fn tests(mut self, tests: u64) -> Self {
        self.tests = Some(tests);
        self
    }

    fn validate(&self) -> Result<()> {
        if (0.0..=1.0).contains(&self.alpha) {
            Ok(())
        } else {
            Err(Error::argument(format!("alpha: {}, expected a number from 0 to 1", self.alpha)))
        }
    }
}

/// Which rules are redundant.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RedundancyOptions {
    /// The least [improvement](Measure::Improvement), which a rule must exceed; default: 0.
    pub min_improvement: f64,
    /// Whether the rule without antecedent, whose confidence is the share of all baskets with the
    /// consequent, counts as a more general rule; default: yes. (In arules it does if rules were
    /// mined with a `minlen` of 1.)
    pub empty_antecedent: bool,
}

impl Default for RedundancyOptions {
    fn default() -> Self {
        Self { min_improvement: 0.0, empty_antecedent: true }
    }
}

impl RedundancyOptions {
    /// Every rule that is no more confident than a more general one is redundant.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`min_improvement`](Self::min_improvement).
    #[must_use]
    pub fn min_improvement(mut self, improvement: f64) -> Self {
        self.min_improvement = improvement;
        self
    }

    /// Sets [`empty_antecedent`](Self::empty_antecedent).
    #[must_use]
    pub fn empty_antecedent(mut self, counts: bool) -> Self {
        self.empty_antecedent = counts;
        self
    }
}

/// How often long work reports, in rules.
const STRIDE: usize = 1024;

impl Rules {
    /// The p-value of each rule, in order, by Fisher's one-sided exact test of independence, after
    /// the correction for so many tests; default: as many as there are rules.
    ///
    /// ```
    /// # use basketry::{Baskets, Control, ItemsetOptions, MinSupport, itemsets};
    /// # use basketry::mine::{Correction, RuleOptions, rules};
    /// let with = std::iter::repeat_n(vec!["tea", "lemon"], 8);
    /// let without = std::iter::repeat_n(vec!["milk"], 8);
    /// let baskets = Baskets::from_lists(with.chain(without))?;
    /// let control = Control::new();
    /// let sets = itemsets(&baskets, &ItemsetOptions::new(MinSupport::Count(2)), &control)?;
    /// let rules = rules(&sets, &RuleOptions::new(0.5), &control)?;
    /// let p_values = rules.p_values(Correction::Bonferroni, None, &control)?;
    /// // One table in C(16, 8), times two rules.
    /// assert!((p_values[0] - 2.0 / 12_870.0).abs() < 1e-15);
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names `tests` if it is below the
    /// number of rules, and [`Cancelled`](crate::ErrorKind::Cancelled).
    pub fn p_values(
        &self,
        correction: Correction,
        tests: Option<u64>,
        control: &Control,
    ) -> Result<Vec<f64>> {
        let mut evaluator = Evaluator::new(&self.store, Measure::FishersExactTest);
        self.adjusted(correction, tests, control, |row| Ok(evaluator.value(self.stored(row))))
    }

    /// A view of the rules whose [p-value](Self::p_values), corrected, is at most alpha.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names `alpha` if it is not from 0 to
    /// 1, or `tests` if it is below the number of rules, and
    /// [`Cancelled`](crate::ErrorKind::Cancelled).
    pub fn significant(&self, options: &SignificanceOptions, control: &Control) -> Result<Rules> {
        options.validate()?;
        let p_values = self.p_values(options.correction, options.tests, control)?;
        let rows = (0..self.len()).filter(|&row| p_values[row] <= options.alpha);
        Ok(self.view(rows.map(|row| self.stored(row)).collect()))
    }

    /// A view of the rules that are not redundant: more confident than every rule with the same
    /// consequent and fewer items in the antecedent, whether that is among these rules or not.
    /// (Bayardo, Agrawal and Gunopulos 2000.)
    ///
    /// With a `min_improvement` of 0, confidences are compared exactly.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names `min_improvement` if it is not
    /// from 0 to 1, or the option of the itemsets that left out subsets; and
    /// [`Cancelled`](crate::ErrorKind::Cancelled).
    pub fn non_redundant(&self, options: &RedundancyOptions, control: &Control) -> Result<Rules> {
        let least = options.min_improvement;
        if !(0.0..=1.0).contains(&least) {
            return Err(Error::argument(format!(
                "min_improvement: {least}, expected a number from 0 to 1"
            )));
        }
        self.store.sets.index_within(control)?;
        let mut generalise = Generalise::new(&self.store.sets, options.empty_antecedent)?;
        let mut rows = Vec::new();
        self.walk(control, |row| {
            let (x, y) = self.sides(row);
            let mine = Best::from(self.counts(row));
            let kept = match generalise.best(x, y)? {
                Some(best) => mine.compare(best).is_gt() && mine.improvement(best) > least,
                None => mine.improvement(Best { n_z: 1, n_zy: 0 }) > least,
            };
            if kept {
                rows.push(self.stored(row));
            }
            Ok(())
        })?;
        Ok(self.view(rows))
    }

    /// A view of the productive rules: [not redundant](Self::non_redundant), the empty antecedent
    /// included, and with `options` significantly so. (Webb 2007.)
    ///
    /// For each item of the antecedent, Fisher's one-sided exact test asks whether, among the
    /// baskets with the other items, this item makes the consequent more frequent. The largest of
    /// these p-values is that of the rule, and is corrected for the number of rules.
    ///
    /// ```
    /// # use basketry::{Baskets, Control, ItemsetOptions, MinSupport, itemsets};
    /// # use basketry::mine::{RuleOptions, SignificanceOptions, rules};
    /// # let baskets = Baskets::from_lists([
    /// #     vec!["bread", "butter"], vec!["bread", "butter", "jam"], vec!["bread"], vec!["jam"],
    /// # ])?;
    /// # let control = Control::new();
    /// # let sets = itemsets(&baskets, &ItemsetOptions::new(MinSupport::Count(1)), &control)?;
    /// let rules = rules(&sets, &RuleOptions::new(0.1), &control)?;
    /// let productive = rules.productive(None, &control)?;
    /// let surely = productive.productive(Some(&SignificanceOptions::new(0.05)), &control)?;
    /// assert!(productive.len() < rules.len() && surely.is_empty());
    /// # Ok::<(), basketry::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`significant`](Self::significant) and [`non_redundant`](Self::non_redundant).
    pub fn productive(
        &self,
        options: Option<&SignificanceOptions>,
        control: &Control,
    ) -> Result<Rules> {
        if let Some(options) = options {
            options.validate()?;
        }
        let improving = self.non_redundant(&RedundancyOptions::default(), control)?;
        let Some(options) = options else { return Ok(improving) };
        // All rules shown were candidates, not only those that improve.
        let tests = options.tests.unwrap_or(self.len() as u64);
        let mut generalise = Generalise::new(&self.store.sets, true)?;
        let p_values = improving.adjusted(options.correction, Some(tests), control, |row| {
            let (x_row, y_row) = improving.sides(row);
            let x = self.store.sets.row(x_row).0;
            let mine = improving.counts(row);
            let mut largest = 0.0f64;
            for skipped in 0..x.len() {
                let general = match x.len() {
                    1 => generalise.nothing(y_row),
                    _ => generalise.without(x, skipped, y_row)?.1,
                };
                let among = Counts { n: general.n_z, n_y: general.n_zy, ..mine };
                largest = largest.max(tails(among).map_or(1.0, |tails| tails.upper));
            }
            Ok(largest)
        })?;
        let rows = (0..improving.len()).filter(|&row| p_values[row] <= options.alpha);
        Ok(self.view(rows.map(|row| improving.stored(row)).collect()))
    }

    /// A view with the rules of the smallest `measure` first (for p-values, say); ties stay in
    /// their order, NaN comes last.
    pub fn sorted_ascending_by(&self, measure: Measure) -> Rules {
        let stored = (0..self.len()).map(|row| self.stored(row));
        let mut rows: Vec<(f64, u32)> =
            self.values(measure).map(|value| -value).zip(stored).collect();
        rows.sort_by(|a, b| descending(a.0, b.0));
        self.view(rows.into_iter().map(|(_, row)| row).collect())
    }

    fn counts(&self, row: usize) -> Counts {
        self.store.counts(self.stored(row))
    }

    /// The p-value of each row, corrected.
    fn adjusted(
        &self,
        correction: Correction,
        tests: Option<u64>,
        control: &Control,
        mut p_value: impl FnMut(usize) -> Result<f64>,
    ) -> Result<Vec<f64>> {
        let rules = self.len() as u64;
        let tests = tests.unwrap_or(rules);
        if tests < rules {
            return Err(Error::argument(format!(
                "tests: {tests}, expected at least the number of rules, which is {rules}"
            )));
        }
        let mut p_values = Vec::with_capacity(self.len());
        self.walk(control, |row| {
            p_values.push(p_value(row)?);
            Ok(())
        })?;
        correction.adjust(&mut p_values, tests);
        Ok(p_values)
    }

    /// Visits each row, reporting progress.
    fn walk(&self, control: &Control, mut visit: impl FnMut(usize) -> Result<()>) -> Result<()> {
        control.begin(Stage::Mining, self.len() as u64)?;
        for from in (0..self.len()).step_by(STRIDE) {
            let to = self.len().min(from + STRIDE);
            (from..to).try_for_each(&mut visit)?;
            control.advance((to - from) as u64)?;
        }
        Ok(())
    }
}
