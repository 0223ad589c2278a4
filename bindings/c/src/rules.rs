//! Association rules.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::OnceLock;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use basketry::Result;
use basketry::mine::{Consequents, Measure, RuleOptions, Rules};

use crate::arrow::export;
use crate::control::{basketry_control, run};
use crate::error::{basketry_status, call, free, get, invalid, make, required};
use crate::itemsets::basketry_itemsets;
use crate::strings::{Grows, array_mut, basketry_id, c_str, grown};

/// Association rules "who buys these also buys those", one row each.
pub struct basketry_rules {
    pub(crate) rules: Rules,
    columns: OnceLock<Columns>,
}

struct Columns {
    antecedent_offsets: Vec<u64>,
    antecedents: Vec<u32>,
    consequent_offsets: Vec<u64>,
    consequents: Vec<u32>,
    antecedent_counts: Vec<u64>,
    consequent_counts: Vec<u64>,
    counts: Vec<u64>,
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
    };
}

impl basketry_rule_options {
    fn to_rust(self) -> Result<RuleOptions> {
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
}

/// Splits each itemset into rules and keeps those of at least the given confidence. The itemsets
/// must have been mined with a min_length of 1. Null options mean the defaults.
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
        let options = unsafe { grown(options, "options") }?
            .unwrap_or(basketry_rule_options::DEFAULT)
            .to_rust()?;
        let rules = run(control, |control| basketry::mine::rules(itemsets, &options, control))?;
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
        Ok(basketry_rules::new(rules.matching(basket, n, measure)))
    })
}

/// Writes the rules to out as an Arrow stream with the columns antecedent and consequent (lists of
/// ids), count, antecedent_count, consequent_count and the measures: the first twelve of
/// basketry_rules_values, or those chosen with basketry_rules_with_measures. The stream keeps alive
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
        Self { rules, columns: OnceLock::new() }
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
            }
            columns.lent.antecedent_offsets = columns.antecedent_offsets.as_ptr();
            columns.lent.antecedents = columns.antecedents.as_ptr();
            columns.lent.consequent_offsets = columns.consequent_offsets.as_ptr();
            columns.lent.consequents = columns.consequents.as_ptr();
            columns.lent.antecedent_counts = columns.antecedent_counts.as_ptr();
            columns.lent.consequent_counts = columns.consequent_counts.as_ptr();
            columns.lent.counts = columns.counts.as_ptr();
            columns
        })
    }
}
