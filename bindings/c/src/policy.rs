//! What a shop wants offered.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use basketry::Policy;
use basketry::decide::{Learned, LearnedNumber};

use crate::error::{basketry_status, free, get, make};
use crate::strings::{basketry_str, path};
use crate::text::{Text, to_json};

/// What a shop wants offered at one place: which kinds of offer and how many, what never, and at
/// what least value. Its keys are those of the core crate's Policy.
pub struct basketry_policy {
    pub(crate) policy: Policy,
    json: Text,
    numbers: Vec<LearnedNumber>,
    learned: Text,
}

/// Reads a policy from TOML. Keys that are left out have their defaults; an unknown key, a wrong
/// type or a value out of its range is an error that names the line and the key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_policy_from_toml(
    text: basketry_str,
    out: Option<&mut MaybeUninit<*mut basketry_policy>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for texts.
        Ok(basketry_policy::new(Policy::from_toml(unsafe { text.get("text") }?)?))
    })
}

/// Reads a policy from a JSON object, under the same rules as basketry_policy_from_toml.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_policy_from_json(
    text: basketry_str,
    out: Option<&mut MaybeUninit<*mut basketry_policy>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for texts.
        Ok(basketry_policy::new(Policy::from_json(unsafe { text.get("text") }?)?))
    })
}

/// Reads a policy from a file: JSON if its name ends in .json, TOML otherwise.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_policy_from_file(
    file: *const c_char,
    out: Option<&mut MaybeUninit<*mut basketry_policy>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for strings.
        Ok(basketry_policy::new(Policy::from_file(unsafe { path(file, "file") }?)?))
    })
}

/// Frees a policy. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_policy_free(policy: Option<Box<basketry_policy>>) {
    free(policy);
}

/// The policy as JSON on one line, every default spelled out. Borrowed from the policy, ended by a
/// zero byte; empty for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_policy_json(policy: Option<&basketry_policy>) -> basketry_str {
    get(basketry_str::EMPTY, || {
        policy.map_or(basketry_str::EMPTY, |policy| policy.json.lend(|| policy.policy.to_json()))
    })
}

/// Of a policy that basketry_decision_log_learn made: the numbers that were measured, as a JSON list of
/// objects on one line. Each has name, value (what the policy has), prior (what it is drawn to), measured
/// (what the log alone says, drawn to nothing, of a share the one from 0 to 1 that fits best; null where it
/// cannot tell, as where all was withheld from one customer), standard_error (of measured, of its logarithm
/// for odds: the truth lies within 1.96 of these in 95 of 100 logs; by what changes without each customer),
/// exposures, withheld, purchases, and left_out (offers of which nothing could be learned). Of any other
/// policy an empty list.
/// Borrowed from the policy, ended by a zero byte; empty for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_policy_learned(policy: Option<&basketry_policy>) -> basketry_str {
    get(basketry_str::EMPTY, || {
        policy
            .map_or(basketry_str::EMPTY, |policy| policy.learned.lend(|| to_json(&policy.numbers)))
    })
}

impl basketry_policy {
    pub(crate) fn new(policy: Policy) -> Self {
        Self { policy, json: Text::default(), numbers: Vec::new(), learned: Text::default() }
    }

    pub(crate) fn learned(learned: Learned) -> Self {
        Self { numbers: learned.numbers, ..Self::new(learned.policy) }
    }
}
