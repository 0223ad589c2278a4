//! Association rules.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::OnceLock;
use std::time::Duration;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use basketry::mine::{Consequents, Measure, RuleOptions, Rules, Template, rules_with_baskets};
use basketry::{Id, Result};

use crate::arrow::export;
use crate::baskets::basketry_baskets;
use crate::control::{basketry_control, run};
use crate::error::{basketry_status, call, free, get, invalid, make, required};
use crate::itemsets::basketry_itemsets;
use crate::strings::{Grows, array, array_mut, basketry_id, c_str, grown};

/// Association rules "who buys these also buys those", one row each.
pub struct basketry_rules {
    pub(crate) rules: Rules,
    columns: OnceLock<Columns>,
    pub(crate) bytes: OnceLock<Vec<u8>>,
}

struct Columns {
    antecedent_offsets: Vec<u64>,
    antecedents: Vec<u32>,
    consequent_offsets: Vec<u64>,
    consequents: Vec<u32>,
    antecedent_counts: Vec<u64>,
    consequent_counts: Vec<u64>,
    counts: Vec<u64>,
    customers: Vec<u64>,
    lent: basketry_rule_columns,
}

// SAFETY: the pointers in `lent` point into the vectors beside it, which nobody changes.
unsafe impl Send for Columns {}
// SAFETY: as above.
unsafe impl Sync for Columns {}

/// A consequent may have any number of items: every split of an itemset in two is a rule.
pub const BASKETRY_CONSEQUENTS_ANY: i32 = 0;
/// A consequent has one item.
pub const BASKETRY_CONSEQUENTS_SINGLE: i32 = 1;

/// What one side of a rule may be: of which items, and how many. All conditions hold together. An id
/// that no basket holds is of no consequence where it may be there or must not, and never found
/// where it must be.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_template {
    /// The size of this struct; BASKETRY_TEMPLATE_INIT sets it.
    pub struct_size: usize,
    /// The only items that may be there; null means any.
    pub only_from: *const basketry_id,
    /// How many ids there are at only_from.
    pub n_only_from: usize,
    /// Items that must all be there.
    pub must_contain: *const basketry_id,
    /// How many ids there are at must_contain.
    pub n_must_contain: usize,
    /// Items of which at least one must be there; null means no such condition.
    pub must_contain_any: *const basketry_id,
    /// How many ids there are at must_contain_any.
    pub n_must_contain_any: usize,
    /// Items that must not be there.
    pub must_not_contain: *const basketry_id,
    /// How many ids there are at must_not_contain.
    pub n_must_not_contain: usize,
    /// The least number of items; 0 means 1.
    pub min_length: usize,
    /// The largest number of items; 0 means any.
    pub max_length: usize,
}

// SAFETY: pointers and plain numbers behind the size.
unsafe impl Grows for basketry_template {
    const NAME: &'static str = "basketry_template";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        only_from: std::ptr::null(),
        n_only_from: 0,
        must_contain: std::ptr::null(),
        n_must_contain: 0,
        must_contain_any: std::ptr::null(),
        n_must_contain_any: 0,
        must_not_contain: std::ptr::null(),
        n_must_not_contain: 0,
        min_length: 0,
        max_length: 0,
    };
}

impl basketry_template {
    /// # Safety
    /// As for [`basketry_id::array`].
    unsafe fn to_rust(self, side: &str) -> Result<Template> {
        let list = |ids: *const basketry_id, len: usize, name: &str| -> Result<Vec<Id>> {
            // SAFETY: passed on to the caller.
            let ids = unsafe { basketry_id::array(ids, len, &format!("{side}.{name}")) }?;
            Ok(ids.into_iter().map(Id::from).collect())
        };
        let mut template = Template::any();
        let only = list(self.only_from, self.n_only_from, "only_from")?;
        template.only_from = (!self.only_from.is_null()).then_some(only);
        template.must_contain = list(self.must_contain, self.n_must_contain, "must_contain")?;
        let any = list(self.must_contain_any, self.n_must_contain_any, "must_contain_any")?;
        template.must_contain_any = (!self.must_contain_any.is_null()).then_some(any);
        template.must_not_contain =
            list(self.must_not_contain, self.n_must_not_contain, "must_not_contain")?;
        if self.min_length > 0 {
            template.min_length = self.min_length;
        }
        if self.max_length > 0 {
            template.max_length = Some(self.max_length);
        }
        Ok(template)
    }
}

/// The least value of a measure. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_least {
    /// The name of the measure, one of those of basketry_rules_values.
    pub measure: *const c_char,
    /// The least value.
    pub value: f64,
}

/// Which rules to make.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_rule_options {
    /// The size of this struct; BASKETRY_RULE_OPTIONS_INIT sets it.
    pub struct_size: usize,
    /// The least confidence, from 0 (the default: every rule) to 1. It stands for the decimal that
    /// was written and is compared in integers.
    pub min_confidence: f64,
    /// BASKETRY_CONSEQUENTS_ANY or BASKETRY_CONSEQUENTS_SINGLE.
    pub consequents: i32,
    /// The largest number of rules; more are an error. 0 means 20 million, which take about 0.5 GB.
    pub max_rules: u64,
    /// What the antecedent may be; null means anything.
    pub antecedent: *const basketry_template,
    /// What the consequent may be; null means anything.
    pub consequent: *const basketry_template,
    /// The least values of measures.
    pub at_least: *const basketry_least,
    /// How many there are at at_least.
    pub n_at_least: usize,
    /// Only so many rules, those with the largest top_by, the largest first; 0 means all. However
    /// many rules there are, only so many take memory.
    pub top: usize,
    /// The measure that says which rules are the top; null means "confidence".
    pub top_by: *const c_char,
    /// The baskets that the itemsets were mined from: to count the subsets that are not among the
    /// itemsets, as of maximal ones; and, if they have customers, as those of a history that knows
    /// them, the distinct customers behind each rule. Null if neither is wanted.
    pub baskets: *const basketry_baskets,
    /// The least number of distinct customers who had all items of the rule in one basket. Above 0
    /// it takes baskets with customers.
    pub min_customers: u32,
    /// How many threads to use; 0 means one for each core. The result is the same for any number.
    pub threads: usize,
    /// How many bytes the rules and what is needed to make them may take, besides the itemsets and
    /// the baskets; more are BASKETRY_LIMIT. 0 means any.
    pub max_memory: u64,
    /// How many milliseconds making the rules may take; longer is BASKETRY_LIMIT. 0 means
    /// any.
    pub max_time_ms: u64,
}

// SAFETY: plain numbers behind the size.
unsafe impl Grows for basketry_rule_options {
    const NAME: &'static str = "basketry_rule_options";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        min_confidence: 0.0,
        consequents: BASKETRY_CONSEQUENTS_ANY,
        max_rules: 0,
        antecedent: std::ptr::null(),
        consequent: std::ptr::null(),
        at_least: std::ptr::null(),
        n_at_least: 0,
        top: 0,
        top_by: std::ptr::null(),
        baskets: std::ptr::null(),
        min_customers: 0,
        threads: 0,
        max_memory: 0,
        max_time_ms: 0,
    };
}

impl basketry_rule_options {
    /// # Safety
    /// As for [`c_str`], [`array`] and [`grown`].
    unsafe fn to_rust(self) -> Result<RuleOptions> {
        let mut options = RuleOptions::new(self.min_confidence);
        options.consequents = match self.consequents {
            BASKETRY_CONSEQUENTS_ANY => Consequents::Any,
            BASKETRY_CONSEQUENTS_SINGLE => Consequents::Single,
            other => {
                return Err(invalid(format!(
                    "consequents: expected BASKETRY_CONSEQUENTS_ANY or \
                     BASKETRY_CONSEQUENTS_SINGLE, got {other}"
                )));
            }
        };
        if self.max_rules > 0 {
            options.max_rules = self.max_rules;
        }
        for (template, side, option) in [
            (self.antecedent, "antecedent", &mut options.antecedent),
            (self.consequent, "consequent", &mut options.consequent),
        ] {
            // SAFETY: passed on to the caller.
            if let Some(template) = unsafe { grown(template, side) }? {
                // SAFETY: as above.
                *option = unsafe { template.to_rust(side) }?;
            }
        }
        // SAFETY: as above.
        for least in unsafe { array(self.at_least, self.n_at_least, "at_least") }? {
            // SAFETY: as above.
            options = options.at_least(unsafe { measure_of(least.measure) }?, least.value);
        }
        if self.top > 0 {
            let by = match self.top_by.is_null() {
                true => Measure::Confidence,
                // SAFETY: as above.
                false => unsafe { c_str(self.top_by, "top_by") }?.parse()?,
            };
            options = options.top(self.top, by);
        }
        options.min_customers = self.min_customers;
        options.threads = (self.threads > 0).then_some(self.threads);
        options.max_memory = (self.max_memory > 0).then_some(self.max_memory);
        options.max_time = (self.max_time_ms > 0).then(|| Duration::from_millis(self.max_time_ms));
        Ok(options)
    }
}

/// The columns of all rules. The antecedent of row i is antecedents[antecedent_offsets[i]] up to,
/// but without, antecedents[antecedent_offsets[i + 1]]; the consequent alike.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_rule_columns {
    /// How many rows there are.
    pub len: usize,
    /// Where the antecedent of each row begins: len + 1 numbers.
    pub antecedent_offsets: *const u64,
    /// The items of all antecedents; basketry_rules_item gives their ids.
    pub antecedents: *const u32,
    /// Where the consequent of each row begins: len + 1 numbers.
    pub consequent_offsets: *const u64,
    /// The items of all consequents.
    pub consequents: *const u32,
    /// For each row, the number of baskets with the antecedent.
    pub antecedent_counts: *const u64,
    /// For each row, the number of baskets with the consequent.
    pub consequent_counts: *const u64,
    /// For each row, the number of baskets with both.
    pub counts: *const u64,
    /// The number of baskets that were mined.
    pub baskets: u64,
    /// For each row, the number of distinct customers with both in one basket; null if it is not
    /// known who bought the baskets.
    pub customers: *const u64,
}

/// Splits each itemset into rules and keeps those of at least the given confidence. If the itemsets
/// lack subsets, as maximal ones do or those mined with a min_length, the options must hold the
/// baskets. Null options mean the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_rules_make(
    itemsets: Option<&basketry_itemsets>,
    options: *const basketry_rule_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_rules>>,
) -> basketry_status {
    make(out, || {
        let itemsets = &required(itemsets, "itemsets")?.itemsets;
        // SAFETY: the caller's promise for structs that can grow.
        let options =
            unsafe { grown(options, "options") }?.unwrap_or(basketry_rule_options::DEFAULT);
        // SAFETY: the caller's promise for handles.
        let baskets = unsafe { options.baskets.as_ref() }.map(|baskets| &baskets.baskets);
        // SAFETY: the caller's promise for arrays and texts.
        let options = unsafe { options.to_rust() }?;
        let rules = run(control, |control| match baskets {
            Some(baskets) => rules_with_baskets(itemsets, baskets, &options, control),
            None => basketry::mine::rules(itemsets, &options, control),
        })?;
        Ok(basketry_rules::new(rules))
    })
}

/// Frees rules. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_rules_free(rules: Option<Box<basketry_rules>>) {
    free(rules);
}

/// How many rules there are; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_rules_len(rules: Option<&basketry_rules>) -> usize {
    get(0, || rules.map_or(0, |rules| rules.rules.len()))
}

/// The rules as columns, borrowed; null for null. The first call lays them out.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_rules_columns(
    rules: Option<&basketry_rules>,
) -> *const basketry_rule_columns {
    get(std::ptr::null(), || {
        rules.map_or(std::ptr::null(), |rules| &raw const rules.columns().lent)
    })
}

/// Writes the id of an item, which is borrowed from the rules.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_rules_item(
    rules: Option<&basketry_rules>,
    item: u32,
    out: Option<&mut MaybeUninit<basketry_id>>,
) -> basketry_status {
    call(|| {
        let rules = required(rules, "rules")?;
        let out = required(out, "out")?;
        out.write(basketry_id::lend_from(rules.rules.ids(), item, "item")?);
        Ok(())
    })
}

/// Writes the values of a measure, one for each rule, to an array whose length must be the number
/// of rules. The measures are "antecedent_support", "consequent_support", "support",
/// "confidence", "lift", "representativity", "leverage", "conviction", "zhangs_metric",
/// "jaccard", "certainty", "kulczynski", "added_value", "boost", "casual_confidence",
/// "casual_support", "chi_squared", "collective_strength", "confirmed_confidence", "cosine",
/// "counterexample", "doc", "fishers_exact_test", "gini", "hyper_confidence", "hyper_lift",
/// "imbalance", "implication_index", "importance", "improvement", "j_measure", "kappa", "lambda",
/// "laplace", "least_contradiction", "lerman", "max_confidence", "mutual_information",
/// "odds_ratio", "phi", "ralambondrainy", "relative_risk", "rld", "rule_power_factor", "sebag",
/// "std_lift", "varying_liaison", "yule_q", "yule_y", "n11", "n10", "n01" and "n00". Values may
/// be infinite, and NaN where an item is in every basket.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_rules_values(
    rules: Option<&basketry_rules>,
    measure: *const c_char,
    out: *mut f64,
    len: usize,
) -> basketry_status {
    call(|| {
        let rules = &required(rules, "rules")?.rules;
        // SAFETY: the caller's promise for strings.
        let measure = unsafe { measure_of(measure) }?;
        rules.require(measure)?;
        if len != rules.len() {
            return Err(invalid(format!(
                "len: expected {}, the number of rules, got {len}",
                rules.len()
            )));
        }
        // SAFETY: the caller's promise for arrays.
        let out = unsafe { array_mut(out, len, "out") }?;
        for (to, value) in out.iter_mut().zip(rules.values(measure)) {
            to.write(value);
        }
        Ok(())
    })
}

/// The n rules with the largest measure, the largest first; ties stay in their order. The measures
/// are those of basketry_rules_values.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_rules_top(
    rules: Option<&basketry_rules>,
    n: usize,
    measure: *const c_char,
    out: Option<&mut MaybeUninit<*mut basketry_rules>>,
) -> basketry_status {
    make(out, || {
        let rules = &required(rules, "rules")?.rules;
        // SAFETY: the caller's promise for strings.
        let measure = unsafe { measure_of(measure) }?;
        rules.require(measure)?;
        Ok(basketry_rules::new(rules.top(n, measure)))
    })
}

/// The n best rules for a basket by a measure of basketry_rules_values, the best first: those whose
/// antecedent the basket holds and of whose consequent it holds nothing. Ids that no rule knows are
/// passed over. The first call builds an index over all rules; later ones take microseconds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_rules_matching(
    rules: Option<&basketry_rules>,
    basket: *const basketry_id,
    n_basket: usize,
    n: usize,
    measure: *const c_char,
    out: Option<&mut MaybeUninit<*mut basketry_rules>>,
) -> basketry_status {
    make(out, || {
        let rules = &required(rules, "rules")?.rules;
        // SAFETY: the caller's promise for arrays and texts.
        let basket = unsafe { basketry_id::array(basket, n_basket, "basket") }?;
        // SAFETY: the caller's promise for strings.
        let measure = unsafe { measure_of(measure) }?;
        rules.require(measure)?;
        Ok(basketry_rules::new(rules.matching(basket, n, measure)))
    })
}

/// Writes the rules to out as an Arrow stream with the columns antecedent and consequent (lists of
/// ids), count, antecedent_count, consequent_count, customers if they are known, and the
/// measures: the first twelve of basketry_rules_values, or those chosen with basketry_rules_with_measures. The stream keeps alive
/// what it needs; release it as Arrow says.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_rules_export(
    rules: Option<&basketry_rules>,
    out: Option<&mut MaybeUninit<FFI_ArrowArrayStream>>,
) -> basketry_status {
    call(|| {
        let rules = required(rules, "rules")?;
        export(out, rules.rules.reader())
    })
}

/// # Safety
/// As for [`c_str`].
pub(crate) unsafe fn measure_of(name: *const c_char) -> Result<Measure> {
    // SAFETY: passed on to the caller.
    unsafe { c_str(name, "measure") }?.parse()
}

impl basketry_rules {
    pub(crate) fn new(rules: Rules) -> Self {
        Self { rules, columns: OnceLock::new(), bytes: OnceLock::new() }
    }

    fn columns(&self) -> &Columns {
        self.columns.get_or_init(|| {
            let rules = &self.rules;
            let mut columns = Columns {
                antecedent_offsets: vec![0],
                antecedents: Vec::new(),
                consequent_offsets: vec![0],
                consequents: Vec::new(),
                antecedent_counts: Vec::with_capacity(rules.len()),
                consequent_counts: Vec::with_capacity(rules.len()),
                counts: Vec::with_capacity(rules.len()),
                customers: Vec::new(),
                lent: basketry_rule_columns {
                    len: rules.len(),
                    antecedent_offsets: std::ptr::null(),
                    antecedents: std::ptr::null(),
                    consequent_offsets: std::ptr::null(),
                    consequents: std::ptr::null(),
                    antecedent_counts: std::ptr::null(),
                    consequent_counts: std::ptr::null(),
                    counts: std::ptr::null(),
                    baskets: rules.baskets(),
                    customers: std::ptr::null(),
                },
            };
            for rule in rules.iter() {
                columns.antecedents.extend_from_slice(rule.antecedent().items());
                columns.antecedent_offsets.push(columns.antecedents.len() as u64);
                columns.consequents.extend_from_slice(rule.consequent().items());
                columns.consequent_offsets.push(columns.consequents.len() as u64);
                let counts = rule.counts();
                columns.antecedent_counts.push(counts.n_x);
                columns.consequent_counts.push(counts.n_y);
                columns.counts.push(counts.n_xy);
                columns.customers.extend(rule.customers());
            }
            columns.lent.antecedent_offsets = columns.antecedent_offsets.as_ptr();
            columns.lent.antecedents = columns.antecedents.as_ptr();
            columns.lent.consequent_offsets = columns.consequent_offsets.as_ptr();
            columns.lent.consequents = columns.consequents.as_ptr();
            columns.lent.antecedent_counts = columns.antecedent_counts.as_ptr();
            columns.lent.consequent_counts = columns.consequent_counts.as_ptr();
            columns.lent.counts = columns.counts.as_ptr();
            if rules.knows_customers() {
                columns.lent.customers = columns.customers.as_ptr();
            }
            columns
        })
    }
}
