//! A model kept up to date: orders come, customers go.

use std::mem::MaybeUninit;

use basketry::{Catalog, Learner};

use crate::catalog::basketry_catalog;
use crate::control::{basketry_control, run};
use crate::error::{basketry_status, call, free, get, make, required};
use crate::history::basketry_history;
use crate::model::{basketry_fit_options, basketry_model};
use crate::strings::{Grows, basketry_id, grown};

/// Learns again and again from orders that grow, and from which customers may be taken out.
pub struct basketry_learner {
    learner: Learner,
}

/// Begins with some orders, which may be none; catalogue and orders are copied. Null options mean
/// the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_learner_new(
    catalog: Option<&basketry_catalog>,
    history: Option<&basketry_history>,
    options: *const basketry_fit_options,
    out: Option<&mut MaybeUninit<*mut basketry_learner>>,
) -> basketry_status {
    make(out, || {
        let catalog = Catalog::clone(&required(catalog, "catalog")?.catalog);
        let history = required(history, "history")?.history.clone();
        // SAFETY: the caller's promise for structs that can grow.
        let options = unsafe { grown(options, "options") }?
            .unwrap_or(basketry_fit_options::DEFAULT)
            .to_rust()?;
        Ok(basketry_learner { learner: Learner::new(catalog, history, options)? })
    })
}

/// Goes on from a model that was fitted before, with its options: basketry_learner_update then
/// carries over what it learned. The history holds all orders, those that it learned from included.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_learner_resume(
    model: Option<&basketry_model>,
    catalog: Option<&basketry_catalog>,
    history: Option<&basketry_history>,
    out: Option<&mut MaybeUninit<*mut basketry_learner>>,
) -> basketry_status {
    make(out, || {
        let model = required(model, "model")?.model.clone();
        let catalog = Catalog::clone(&required(catalog, "catalog")?.catalog);
        let history = required(history, "history")?.history.clone();
        Ok(basketry_learner { learner: Learner::resume(model, catalog, history) })
    })
}

/// Adds orders, as if their source had been read after that of the orders so far; a basket may go
/// on in them. On an error the orders stay as they were.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_learner_append(
    learner: Option<&mut basketry_learner>,
    orders: Option<&basketry_history>,
    control: Option<&basketry_control>,
) -> basketry_status {
    call(|| {
        let learner = &mut required(learner, "learner")?.learner;
        let orders = &required(orders, "orders")?.history;
        run(control, |control| learner.append(orders, control))
    })
}

/// Takes customers out, with all that is known of them, and writes how many of them were not here
/// to unknown, which may be null. Counts no longer rest on their purchases; what
/// basketry_learner_update carries over does until the next basketry_learner_fit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_learner_forget(
    learner: Option<&mut basketry_learner>,
    customers: *const basketry_id,
    n_customers: usize,
    control: Option<&basketry_control>,
    unknown: Option<&mut MaybeUninit<u64>>,
) -> basketry_status {
    call(|| {
        let learner = &mut required(learner, "learner")?.learner;
        // SAFETY: the caller's promise for arrays and texts.
        let customers = unsafe { basketry_id::array(customers, n_customers, "customers") }?;
        let missing = run(control, |control| learner.forget(&customers, control))?;
        if let Some(unknown) = unknown {
            unknown.write(missing);
        }
        Ok(())
    })
}

/// Puts another catalogue in place, which is copied. The next model is made with it.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_learner_set_catalog(
    learner: Option<&mut basketry_learner>,
    catalog: Option<&basketry_catalog>,
) -> basketry_status {
    call(|| {
        let catalog = Catalog::clone(&required(catalog, "catalog")?.catalog);
        required(learner, "learner")?.learner.set_catalog(catalog);
        Ok(())
    })
}

/// Learns everything anew: the model is, byte for byte, the one that basketry_fit makes of the same
/// orders at once, in whatever parts they came, and without the customers that were forgotten.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_learner_fit(
    learner: Option<&mut basketry_learner>,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_model>>,
) -> basketry_status {
    make(out, || {
        let learner = &mut required(learner, "learner")?.learner;
        run(control, |control| learner.fit(control)).map(basketry_model::new)
    })
}

/// Counts anew, and keeps what the last fit learned on top of the counts: baskets, customers,
/// popularity and rhythm of products, pairs and each customer's purchases are exactly those of a
/// fit, the rest is carried over, as the model's report says. Without a fit before it is one.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_learner_update(
    learner: Option<&mut basketry_learner>,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_model>>,
) -> basketry_status {
    make(out, || {
        let learner = &mut required(learner, "learner")?.learner;
        run(control, |control| learner.update(control)).map(basketry_model::new)
    })
}

/// Whether what basketry_learner_update carries over has aged: nothing was fitted yet, a tenth as
/// many baskets came since as the last fit learned from, or the last order is the options'
/// holdout_days later than at the last fit. False for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_learner_refit_due(learner: Option<&basketry_learner>) -> bool {
    get(false, || learner.is_some_and(|learner| learner.learner.refit_due()))
}

/// How many baskets there are; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_learner_baskets(learner: Option<&basketry_learner>) -> usize {
    get(0, || learner.map_or(0, |learner| learner.learner.history().len()))
}

/// How many customers there are; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_learner_customers(learner: Option<&basketry_learner>) -> usize {
    get(0, || learner.map_or(0, |learner| learner.learner.history().customers().len()))
}

/// Frees a learner. Null is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_learner_free(learner: Option<Box<basketry_learner>>) {
    free(learner);
}

/// The same model without the ids and purchases of some customers. Ids that it does not know are
/// passed over. What they contributed to sums (how many bought each product, popularity, pairs,
/// weights) stays until the next fit; the report counts who was taken out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_model_forget(
    model: Option<&basketry_model>,
    customers: *const basketry_id,
    n_customers: usize,
    out: Option<&mut MaybeUninit<*mut basketry_model>>,
) -> basketry_status {
    make(out, || {
        let model = &required(model, "model")?.model;
        // SAFETY: the caller's promise for arrays and texts.
        let customers = unsafe { basketry_id::array(customers, n_customers, "customers") }?;
        Ok(basketry_model::new(model.forget(&customers)?))
    })
}

/// Takes out all that is known of some customers: their baskets, lines, returns and ids, and the
/// products that nobody else bought. Writes how many of them were not here to unknown, which may be
/// null. Without a customer column each basket is a customer, called as the basket.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_history_forget(
    history: Option<&mut basketry_history>,
    customers: *const basketry_id,
    n_customers: usize,
    control: Option<&basketry_control>,
    unknown: Option<&mut MaybeUninit<u64>>,
) -> basketry_status {
    call(|| {
        let history = required(history, "history")?;
        // SAFETY: the caller's promise for arrays and texts.
        let customers = unsafe { basketry_id::array(customers, n_customers, "customers") }?;
        let missing =
            history.edit(|history| run(control, |control| history.forget(&customers, control)))?;
        if let Some(unknown) = unknown {
            unknown.write(missing);
        }
        Ok(())
    })
}

/// Adds the lines of another history, as if its source had been read after that of the first. On an
/// error the history stays as it was.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_history_extend(
    history: Option<&mut basketry_history>,
    other: Option<&basketry_history>,
    control: Option<&basketry_control>,
) -> basketry_status {
    call(|| {
        let history = required(history, "history")?;
        let other = &required(other, "other")?.history;
        history.edit(|history| run(control, |control| history.extend(other, control)))
    })
}
