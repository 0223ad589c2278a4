//! Which rules to make.

use std::time::Duration;

use super::template::Template;
use crate::mine::measures::Measure;

/// Which consequents rules may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Consequents {
    /// Any number of items: every split of an itemset in two.
    #[default]
    Any,
    /// One item.
    Single,
}

/// Which rules to make.
///
/// ```
/// use basketry::RuleOptions;
/// use basketry::mine::{Measure, Template};
///
/// // What leads to jam: the ten rules of the largest lift among those of a confidence of 20 %.
/// let options = RuleOptions::new(0.2)
///     .consequent(Template::only_from(["jam"]))
///     .at_least(Measure::Lift, 1.0)
///     .top(10, Measure::Lift);
/// assert_eq!(options.top, Some((10, Measure::Lift)));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RuleOptions {
    /// The least confidence, from 0 to 1. Like a share in
    /// [`MinSupport`](crate::mine::MinSupport::Share) it stands for the decimal that was written:
    /// a rule that holds in 3 of 30 baskets reaches `0.1`.
    pub min_confidence: f64,
    /// Which consequents are allowed; default: any.
    pub consequents: Consequents,
    /// What the antecedent may be; default: anything.
    pub antecedent: Template,
    /// What the consequent may be; default: anything. A single item of a few is
    /// `Template::only_from([...]).max_length(1)`.
    pub consequent: Template,
    /// The least value of each of these measures. They are compared as they are computed, in
    /// floating point; what is not a number does not reach any.
    /// [`Improvement`](Measure::Improvement) and [`Boost`](Measure::Boost) compare a rule with
    /// others and are refused: see [`Rules::at_least`](super::Rules::at_least).
    pub at_least: Vec<(Measure, f64)>,
    /// Only so many rules, those with the largest value of this measure, the largest first, ties in
    /// the order in which rules are made otherwise; what is not a number comes last. However many
    /// rules there are, only so many take memory.
    pub top: Option<(usize, Measure)>,
    /// The least number of distinct customers who had all items of the rule in one basket. Above 0
    /// (the default) it takes [baskets](super::rules_with_baskets) with customers.
    pub min_customers: u32,
    /// How many threads to use, at least 1; default: those of the current rayon pool, which is
    /// one for each core unless set up otherwise. The result is the same for any number.
    pub threads: Option<usize>,
    /// The largest number of rules; more are an error. Default: 20 million, which take about
    /// 0.5 GB.
    pub max_rules: u64,
    /// How many bytes the rules and what is needed to make them may take, besides the itemsets and
    /// the baskets; more are an error. Default: any. Where subsets have to be counted, as of closed
    /// itemsets of long baskets, this may be far more than the rules take.
    pub max_memory: Option<u64>,
    /// How long making the rules may take; longer is an error. Default: any. There is no least
    /// count at which some of the rules would be all of them: to get the best of too many, ask for
    /// the [`top`](Self::top).
    pub max_time: Option<Duration>,
}

impl RuleOptions {
    /// All splits of at least this confidence.
    pub fn new(min_confidence: f64) -> Self {
        Self {
            min_confidence,
            consequents: Consequents::Any,
            antecedent: Template::any(),
            consequent: Template::any(),
            at_least: Vec::new(),
            top: None,
            min_customers: 0,
            threads: None,
            max_rules: 20_000_000,
            max_memory: None,
            max_time: None,
        }
    }

    /// Sets [`consequents`](Self::consequents).
    #[must_use]
    pub fn consequents(mut self, consequents: Consequents) -> Self {
        self.consequents = consequents;
        self
    }

    /// Sets [`antecedent`](Self::antecedent).
    #[must_use]
    pub fn antecedent(mut self, template: Template) -> Self {
        self.antecedent = template;
        self
    }

    /// Sets [`consequent`](Self::consequent).
    #[must_use]
    pub fn consequent(mut self, template: Template) -> Self {
        self.consequent = template;
        self
    }

    /// Adds the least value of a measure to [`at_least`](Self::at_least).
    #[must_use]
    pub fn at_least(mut self, measure: Measure, least: f64) -> Self {
        self.at_least.push((measure, least));
        self
    }

    /// Sets [`top`](Self::top).
    #[must_use]
    pub fn top(mut self, rules: usize, measure: Measure) -> Self {
        self.top = Some((rules, measure));
        self
    }

    /// Sets [`min_customers`](Self::min_customers).
    #[must_use]
    pub fn min_customers(mut self, customers: u32) -> Self {
        self.min_customers = customers;
        self
    }

    /// Sets [`threads`](Self::threads).
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Sets [`max_rules`](Self::max_rules).
    #[must_use]
    pub fn max_rules(mut self, rules: u64) -> Self {
        self.max_rules = rules;
        self
    }

    /// Sets [`max_memory`](Self::max_memory).
    #[must_use]
    pub fn max_memory(mut self, bytes: u64) -> Self {
        self.max_memory = Some(bytes);
        self
    }

    /// Sets [`max_time`](Self::max_time).
    #[must_use]
    pub fn max_time(mut self, time: Duration) -> Self {
        self.max_time = Some(time);
        self
    }
}
