//! Which rules are more than chance, and which measures tables of rules have.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use basketry::Result;
use basketry::mine::{Correction, RedundancyOptions, SignificanceOptions};

use crate::control::{basketry_control, run};
use crate::error::{basketry_status, call, invalid, make, required};
use crate::rules::{basketry_rules, measure_of};
use crate::strings::{Grows, array, array_mut, grown};

/// P-values as they are.
pub const BASKETRY_CORRECTION_NONE: i32 = 0;
/// The probability that any rule found is there by chance is at most alpha: p-values times the
/// number of tests.
pub const BASKETRY_CORRECTION_BONFERRONI: i32 = 1;
/// The same promise, and never fewer rules: Holm's step-down procedure.
pub const BASKETRY_CORRECTION_HOLM: i32 = 2;
/// The share of the rules found that are there by chance is expected to be at most alpha: the
/// procedure of Benjamini and Hochberg.
pub const BASKETRY_CORRECTION_BENJAMINI_HOCHBERG: i32 = 3;

/// Which rules are significant.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_significance_options {
    /// The size of this struct; BASKETRY_SIGNIFICANCE_OPTIONS_INIT sets it.
    pub struct_size: usize,
    /// The largest corrected p-value, from 0 to 1. BASKETRY_SIGNIFICANCE_OPTIONS_INIT sets 0.05.
    pub alpha: f64,
    /// How p-values are corrected for the number of tests, one of BASKETRY_CORRECTION_...;
    /// BASKETRY_SIGNIFICANCE_OPTIONS_INIT sets BASKETRY_CORRECTION_HOLM.
    pub correction: i32,
    /// The number of tests to correct for; 0 means the number of rules. Rules that were looked at
    /// and filtered out by how they look were tests too: count them.
    pub tests: u64,
}

// SAFETY: plain numbers behind the size.
unsafe impl Grows for basketry_significance_options {
    const NAME: &'static str = "basketry_significance_options";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        alpha: 0.05,
        correction: BASKETRY_CORRECTION_HOLM,
        tests: 0,
    };
}

impl basketry_significance_options {
    fn to_rust(self) -> Result<SignificanceOptions> {
        let mut options =
            SignificanceOptions::new(self.alpha).correction(correction_of(self.correction)?);
        options.tests = (self.tests > 0).then_some(self.tests);
        Ok(options)
    }
}

/// Which rules are redundant.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_redundancy_options {
    /// The size of this struct; BASKETRY_REDUNDANCY_OPTIONS_INIT sets it.
    pub struct_size: usize,
    /// By how much the confidence of a rule must exceed that of every more general rule, from 0
    /// (the default, which is compared exactly) to 1.
    pub min_improvement: f64,
    /// 1, which BASKETRY_REDUNDANCY_OPTIONS_INIT sets, if the rule without antecedent, whose
    /// confidence is the share of baskets with the consequent, is one of the more general ones; 0
    /// if it is not.
    pub empty_antecedent: i32,
}

// SAFETY: plain numbers behind the size.
unsafe impl Grows for basketry_redundancy_options {
    const NAME: &'static str = "basketry_redundancy_options";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self =
        Self { struct_size: size_of::<Self>(), min_improvement: 0.0, empty_antecedent: 1 };
}

/// The same rules, whose Arrow streams have a column for each of these measures, in this order. The
/// names are those of basketry_rules_values.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_rules_with_measures(
    rules: Option<&basketry_rules>,
    measures: *const *const c_char,
    n_measures: usize,
    out: Option<&mut MaybeUninit<*mut basketry_rules>>,
) -> basketry_status {
    make(out, || {
        let rules = &required(rules, "rules")?.rules;
        // SAFETY: the caller's promise for arrays.
        let names = unsafe { array(measures, n_measures, "measures") }?;
        // SAFETY: the caller's promise for strings.
        let measures = names.iter().map(|&name| unsafe { measure_of(name) });
        let measures = measures.collect::<Result<Vec<_>>>()?;
        Ok(basketry_rules::new(rules.with_measures(&measures)?))
    })
}

/// The same rules with the largest measure first, or the smallest if ascending is not 0; ties stay
/// in their order, NaN comes last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_rules_sort(
    rules: Option<&basketry_rules>,
    measure: *const c_char,
    ascending: i32,
    out: Option<&mut MaybeUninit<*mut basketry_rules>>,
) -> basketry_status {
    make(out, || {
        let rules = &required(rules, "rules")?.rules;
        // SAFETY: the caller's promise for strings.
        let measure = unsafe { measure_of(measure) }?;
        Ok(basketry_rules::new(match ascending {
            0 => rules.sorted_by(measure),
            _ => rules.sorted_ascending_by(measure),
        }))
    })
}

/// Writes the p-value of each rule by Fisher's one-sided exact test of independence, corrected for
/// this many tests (0 means the number of rules), to an array whose length must be the number of
/// rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_rules_p_values(
    rules: Option<&basketry_rules>,
    correction: i32,
    tests: u64,
    control: Option<&basketry_control>,
    out: *mut f64,
    len: usize,
) -> basketry_status {
    call(|| {
        let rules = &required(rules, "rules")?.rules;
        let correction = correction_of(correction)?;
        if len != rules.len() {
            return Err(invalid(format!(
                "len: expected {}, the number of rules, got {len}",
                rules.len()
            )));
        }
        // SAFETY: the caller's promise for arrays.
        let out = unsafe { array_mut(out, len, "out") }?;
        let tests = (tests > 0).then_some(tests);
        let p_values = run(control, |control| rules.p_values(correction, tests, control))?;
        for (to, value) in out.iter_mut().zip(p_values) {
            to.write(value);
        }
        Ok(())
    })
}

/// The rules whose p-value, corrected, is at most alpha. Null options mean the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_rules_significant(
    rules: Option<&basketry_rules>,
    options: *const basketry_significance_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_rules>>,
) -> basketry_status {
    make(out, || {
        let rules = &required(rules, "rules")?.rules;
        // SAFETY: the caller's promise for structs that can grow.
        let options = unsafe { grown(options, "options") }?
            .unwrap_or(basketry_significance_options::DEFAULT)
            .to_rust()?;
        let kept = run(control, |control| rules.significant(&options, control))?;
        Ok(basketry_rules::new(kept))
    })
}

/// The rules that are more confident than every rule with the same consequent and fewer items in
/// the antecedent, whether that is among these rules or not. Null options mean the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_rules_non_redundant(
    rules: Option<&basketry_rules>,
    options: *const basketry_redundancy_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_rules>>,
) -> basketry_status {
    make(out, || {
        let rules = &required(rules, "rules")?.rules;
        // SAFETY: the caller's promise for structs that can grow.
        let options =
            unsafe { grown(options, "options") }?.unwrap_or(basketry_redundancy_options::DEFAULT);
        let options = RedundancyOptions::new()
            .min_improvement(options.min_improvement)
            .empty_antecedent(options.empty_antecedent != 0);
        let kept = run(control, |control| rules.non_redundant(&options, control))?;
        Ok(basketry_rules::new(kept))
    })
}

/// The rules in which every item of the antecedent helps: those that are not redundant and, unless
/// options are null, significantly so. For each item, Fisher's one-sided exact test asks whether,
/// among the baskets with the other items, this item makes the consequent more frequent; the
/// largest of these p-values is that of the rule.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_rules_productive(
    rules: Option<&basketry_rules>,
    options: *const basketry_significance_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_rules>>,
) -> basketry_status {
    make(out, || {
        let rules = &required(rules, "rules")?.rules;
        // SAFETY: the caller's promise for structs that can grow.
        let options = unsafe { grown(options, "options") }?;
        let options = options.map(basketry_significance_options::to_rust).transpose()?;
        let kept = run(control, |control| rules.productive(options.as_ref(), control))?;
        Ok(basketry_rules::new(kept))
    })
}

pub(crate) fn correction_of(correction: i32) -> Result<Correction> {
    match correction {
        BASKETRY_CORRECTION_NONE => Ok(Correction::None),
        BASKETRY_CORRECTION_BONFERRONI => Ok(Correction::Bonferroni),
        BASKETRY_CORRECTION_HOLM => Ok(Correction::Holm),
        BASKETRY_CORRECTION_BENJAMINI_HOCHBERG => Ok(Correction::BenjaminiHochberg),
        other => Err(invalid(format!(
            "correction: expected one of BASKETRY_CORRECTION_..., which are 0 to 3, got {other}"
        ))),
    }
}
