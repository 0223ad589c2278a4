//! What was offered to a customer before.

use std::collections::HashMap;

use super::super::{DAY_MS, DecisionLog, Entry};
use crate::decide::policy::Policy;

/// What came before an offer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Past {
    /// The pressure on the customer when the decision was made.
    pub(super) pressure: f64,
    /// What earlier impressions of the same product leave of what an offer adds.
    pub(super) left: f64,
    /// What the pressure is if each decision of the log is a contact, also those whose offers were
    /// withheld.
    pub(super) contacts: f64,
    /// The logarithm of 1 + how often the log has an offer of the same product, made or withheld, that
    /// still counts.
    pub(super) again: f64,
}

impl Past {
    pub(super) const NOTHING: Self = Self { pressure: 0.0, left: 1.0, contacts: 0.0, again: 0.0 };
}

/// What came before each row of the log.
pub(super) fn pasts(log: &DecisionLog, policy: &Policy) -> Vec<Past> {
    let mut pasts: Vec<Past> = (log.rows.iter())
        .map(|row| Past {
            pressure: row.pressure,
            left: policy.fatigue.item_decay.powf(row.ignored),
            ..Past::NOTHING
        })
        .collect();
    // By their ids within a moment: the order in which they were added must not show.
    let mut order: Vec<(u32, i64, u128, u32)> = (log.entries.iter().zip(0u32..))
        .filter(|(entry, _)| entry.rows > 0)
        .filter_map(|(entry, index)| Some((entry.customer?, entry.now_ms, entry.id, index)))
        .collect();
    order.sort_unstable();
    let half_life = policy.fatigue.half_life_days * DAY_MS as f64;
    let window = policy.suppress.days * DAY_MS as f64;
    let age = |now: i64, then: i64| now.saturating_sub(then) as f64;
    // Per product: when it was offered since it was last bought.
    let mut offered: HashMap<u32, Vec<i64>> = HashMap::new();
    for customer in order.chunk_by(|a, b| a.0 == b.0) {
        offered.clear();
        let (mut pressure, mut last) = (0.0, i64::MIN);
        // What was decided at once is one contact.
        for contact in customer.chunk_by(|a, b| a.1 == b.1) {
            let now = contact[0].1;
            pressure *= (-age(now, last) / half_life).exp2();
            last = now;
            let rows = || {
                (contact.iter().map(|&(.., entry)| &log.entries[entry as usize]))
                    .flat_map(Entry::rows)
            };
            for row in rows() {
                let first = log.rows[row].products.first();
                let times = first.and_then(|product| offered.get(product));
                let times = times.into_iter().flatten();
                let again = times.filter(|&&then| age(now, then) < window).count();
                (pasts[row].contacts, pasts[row].again) = (pressure, (again as f64).ln_1p());
            }
            for row in rows() {
                let row = &log.rows[row];
                for (at, &product) in row.products.iter().enumerate() {
                    let times = offered.entry(product).or_default();
                    if row.bought >> at & 1 == 1 {
                        times.clear();
                    } else {
                        times.push(now);
                    }
                }
            }
            pressure += 1.0;
        }
    }
    pasts
}
