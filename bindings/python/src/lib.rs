//! The Python module `basketry._native`. It holds no logic: it converts, calls the core without
//! the GIL, and converts back.

mod arrow;
mod assign;
mod baskets;
mod boundary;
mod catalog;
mod contact;
mod contrasts;
mod convert;
mod decision;
mod engine;
mod error;
mod hierarchy;
mod history;
mod ids;
mod itemsets;
mod journal;
mod ladder;
mod learner;
mod make_rules;
mod mine;
mod model;
mod moment;
mod parts;
mod policy;
mod recommend;
mod rows;
mod rule;
mod rules;
mod sequences;
mod similar;
mod simulate;
mod table;
mod utility;

/// The native part of basketry; its public names are those of the package `basketry`.
#[pyo3::pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::assign::{Plan, Proposals};
    #[pymodule_export]
    use crate::baskets::Baskets;
    #[pymodule_export]
    use crate::catalog::Catalog;
    #[pymodule_export]
    use crate::contrasts::contrasts;
    #[pymodule_export]
    use crate::decision::{Decision, Offer, Suppressed, WhyNot};
    #[pymodule_export]
    use crate::engine::Engine;
    #[pymodule_export]
    use crate::hierarchy::Hierarchy;
    #[pymodule_export]
    use crate::history::History;
    #[pymodule_export]
    use crate::itemsets::{Itemset, Itemsets};
    #[pymodule_export]
    use crate::journal::DecisionLog;
    #[pymodule_export]
    use crate::ladder::Ladder;
    #[pymodule_export]
    use crate::learner::Learner;
    #[pymodule_export]
    use crate::make_rules::{Template, rules};
    #[pymodule_export]
    use crate::mine::itemsets;
    #[pymodule_export]
    use crate::model::{Model, fit};
    #[pymodule_export]
    use crate::parts::{ItemsetCounts, candidates, count, itemsets_in_parts, update};
    #[pymodule_export]
    use crate::policy::Policy;
    #[pymodule_export]
    use crate::rule::Rule;
    #[pymodule_export]
    use crate::rules::Rules;
    #[pymodule_export]
    use crate::sequences::{Sequence, Sequences, sequences};
    #[pymodule_export]
    use crate::simulate::Simulation;
    #[pymodule_export]
    use crate::table::Table;
    #[pymodule_export]
    use crate::utility::{Utilities, high_utility};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
