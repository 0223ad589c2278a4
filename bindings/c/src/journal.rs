//! Many decisions, and what came of them.

use std::mem::MaybeUninit;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use basketry::decide::{DecisionLog, Event, LearnOptions};

use crate::arrow::export;
use crate::control::{basketry_control, run};
use crate::decision::basketry_decision;
use crate::error::{basketry_status, call, free, get, invalid, make, required};
use crate::history::basketry_history;
use crate::policy::basketry_policy;
use crate::strings::{basketry_id, basketry_str};

/// Decisions as they were logged, joined with what came of them: what there is to learn from.
pub struct basketry_decision_log {
    log: DecisionLog,
}

/// The customer saw the offer. Once any offer of a log is recorded as shown, those that are not do
/// not count as exposures.
pub const BASKETRY_EVENT_SHOWN: i32 = 0;
/// The customer looked at it more closely.
pub const BASKETRY_EVENT_CLICKED: i32 = 1;
/// The product was bought; of an up-sell also the one in whose place it was offered. An offer of several
/// products is taken when all that it adds are bought: of a bundle all but its main product, of a second
/// unit both units.
pub const BASKETRY_EVENT_BOUGHT: i32 = 2;
/// The customer declined it.
pub const BASKETRY_EVENT_REJECTED: i32 = 3;
/// It was bought and came back.
pub const BASKETRY_EVENT_RETURNED: i32 = 4;
/// The customer wants no more offers.
pub const BASKETRY_EVENT_OPTED_OUT: i32 = 5;

const _: () = {
    assert!(BASKETRY_EVENT_SHOWN == Event::Shown as i32);
    assert!(BASKETRY_EVENT_CLICKED == Event::Clicked as i32);
    assert!(BASKETRY_EVENT_BOUGHT == Event::Bought as i32);
    assert!(BASKETRY_EVENT_REJECTED == Event::Rejected as i32);
    assert!(BASKETRY_EVENT_RETURNED == Event::Returned as i32);
    assert!(BASKETRY_EVENT_OPTED_OUT == Event::OptedOut as i32);
    assert!(Event::ALL.len() == 6);
};

/// Begins an empty log.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_log_new(
    out: Option<&mut MaybeUninit<*mut basketry_decision_log>>,
) -> basketry_status {
    make(out, || Ok(basketry_decision_log { log: DecisionLog::new() }))
}

/// Frees a log. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_log_free(log: Option<Box<basketry_decision_log>>) {
    free(log);
}

/// How many decisions there are; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_log_len(log: Option<&basketry_decision_log>) -> usize {
    get(0, || log.map_or(0, |log| log.log.len()))
}

/// Adds a decision, and writes whether it is new to added, which may be null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_log_add(
    log: Option<&mut basketry_decision_log>,
    decision: Option<&basketry_decision>,
    added: Option<&mut MaybeUninit<bool>>,
) -> basketry_status {
    call(|| {
        let log = &mut required(log, "log")?.log;
        let new = log.add(required(decision, "decision")?.inner())?;
        if let Some(added) = added {
            added.write(new);
        }
        Ok(())
    })
}

/// Adds a decision from the line it was logged as (basketry_decision_json), and writes whether it is
/// new to added, which may be null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_decision_log_add_json(
    log: Option<&mut basketry_decision_log>,
    line: basketry_str,
    added: Option<&mut MaybeUninit<bool>>,
) -> basketry_status {
    call(|| {
        let log = &mut required(log, "log")?.log;
        // SAFETY: the caller's promise for texts.
        let new = log.add_json(unsafe { line.get("line") }?)?;
        if let Some(added) = added {
            added.write(new);
        }
        Ok(())
    })
}

/// Adds all decisions of another log with what came of them, but for those that are here already.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_log_append(
    log: Option<&mut basketry_decision_log>,
    other: Option<&basketry_decision_log>,
) -> basketry_status {
    call(|| {
        let log = &mut required(log, "log")?.log;
        log.append(&required(other, "other")?.log)
    })
}

/// Records what came of one offered product of a decision: one of the constants that begin with
/// BASKETRY_EVENT_. Recording it again changes nothing. Of an up-sell the product in whose place it
/// was offered can be recorded as bought as well, of a bundle its main product. The purchase of a product
/// of which a second unit was offered is that of the second one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_decision_log_record(
    log: Option<&mut basketry_decision_log>,
    decision: basketry_str,
    product: basketry_id,
    event: i32,
) -> basketry_status {
    call(|| {
        let log = &mut required(log, "log")?.log;
        let event = Event::ALL
            .into_iter()
            .find(|known| *known as i32 == event)
            .ok_or_else(|| invalid(format!("event: expected 0 to 5, got {event}")))?;
        // SAFETY: the caller's promise for texts.
        let (decision, product) =
            unsafe { (decision.get("decision")?, product.require("product")?) };
        log.record(decision, product, event)
    })
}

/// Looks up in the shop's orders what was bought within so many days (above 0, at most 3,660) after
/// each decision, of those who were held out as well, and records it. How many offered products were
/// found that were not recorded as bought before is written to found, which may be null.
/// Where all orders are at midnight UTC, they carry a date only, and days are compared: found is what was
/// ordered on the day of the decision and on as many days after that as days has whole ones.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_log_record_orders(
    log: Option<&mut basketry_decision_log>,
    orders: Option<&basketry_history>,
    days: f64,
    control: Option<&basketry_control>,
    found: Option<&mut MaybeUninit<u64>>,
) -> basketry_status {
    call(|| {
        let log = &mut required(log, "log")?.log;
        let orders = &required(orders, "orders")?.history;
        let number = run(control, |control| log.record_orders(orders, days, control))?;
        if let Some(found) = found {
            found.write(number);
        }
        Ok(())
    })
}

/// Learns how customers respond to offers, from those that were made and those that were withheld
/// from customers who were held out; of bundles and top-ups of one product from those that were made. The
/// new policy has measured numbers in its assume and fatigue
/// tables, each with the exposures it was learned from. What is assumed counts as much as pseudo_purchases
/// purchases that confirm it; 20 is a good number. customer_value is what losing a customer costs, in
/// minor units, 0 to 10^12: with it the policy's contact_cost becomes what one offer costs in customers
/// who want no more offers and in what it takes away from the next ones, and contact_cost_value the value
/// for which that holds. If it is null, these stay.
/// What was learned, and how certain it is, is in basketry_policy_learned of the new policy.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_log_learn(
    log: Option<&basketry_decision_log>,
    policy: Option<&basketry_policy>,
    pseudo_purchases: f64,
    customer_value: Option<&f64>,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_policy>>,
) -> basketry_status {
    make(out, || {
        let log = &required(log, "log")?.log;
        let mut options = LearnOptions::default().pseudo_purchases(pseudo_purchases);
        options.customer_value = customer_value.copied();
        let policy = &required(policy, "policy")?.policy;
        let learned = run(control, |control| log.learn(policy, &options, control))?;
        Ok(basketry_policy::learned(learned))
    })
}

/// The log as a table: one row for each offer that was made or withheld, and one for each decision
/// without any. Columns: decision (its id), now_ms, customer, model, catalog, policy, policy_version,
/// placement, held_out, opted_out, then, null in a decision without offers, slot (from 1), kind,
/// products, base_product, price, discount, probability, base_probability, margin, value,
/// chosen_with, base_odds (how many times the model's odds are those of base_probability), pressure
/// (of earlier contacts), ignored (impressions of the product), shown, clicked, bought (all that the
/// offer adds), rejected, returned (some of it) and base_bought.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_decision_log_table(
    log: Option<&basketry_decision_log>,
    out: Option<&mut MaybeUninit<FFI_ArrowArrayStream>>,
) -> basketry_status {
    call(|| {
        let batch = required(log, "log")?.log.to_record_batch()?;
        export(out, basketry::table_from_batch(batch))
    })
}
