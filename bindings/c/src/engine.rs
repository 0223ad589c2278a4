//! Deciding what to offer.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use basketry::{Context, Engine, Order, ProposeOptions, Result};

use crate::assign::basketry_proposals;
use crate::catalog::basketry_catalog;
use crate::contact::basketry_contact;
use crate::control::{basketry_control, run};
use crate::decision::basketry_decision;
use crate::error::{basketry_status, call, free, invalid, make, required};
use crate::model::basketry_model;
use crate::policy::basketry_policy;
use crate::strings::{
    Grows, array, basketry_id, basketry_str, c_str_array, flag, grown, grown_array, optional_c_str,
    path,
};

/// Decides what to offer: a model plus what the shop sells now. Any number of threads may decide
/// while another replaces the model or the catalogue: each decision is made wholly from what was
/// there when it began.
pub struct basketry_engine {
    pub(crate) engine: Engine,
}

/// A product and how many of it. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_line {
    /// The product.
    pub product: basketry_id,
    /// How many units; above 0.
    pub quantity: f64,
}

/// An order that the customer made since the model was fitted. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_order {
    /// When, in milliseconds since 1970-01-01 00:00 UTC.
    pub time_ms: i64,
    /// What was bought.
    pub lines: *const basketry_line,
    /// How many lines there are.
    pub n_lines: usize,
}

/// One request: who, where, when, and what is in the basket.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_context {
    /// The size of this struct; BASKETRY_CONTEXT_INIT sets it.
    pub struct_size: usize,
    /// The time of the request, in milliseconds since 1970-01-01 00:00 UTC.
    pub now_ms: i64,
    /// The customer; no id: nobody known. One whom the model does not know is treated as new.
    pub customer: basketry_id,
    /// Where the offers are shown, such as "cart"; null: as the policy says.
    pub placement: *const c_char,
    /// The product whose page is being looked at; no id: none.
    pub viewed: basketry_id,
    /// What is in the basket. Repeated lines of a product count once.
    pub basket: *const basketry_line,
    /// How many lines there are.
    pub n_basket: usize,
    /// The orders that the customer made since the model was fitted. Earlier ones are known to the
    /// model and are left out, with a warning.
    pub orders_since: *const basketry_order,
    /// How many orders there are.
    pub n_orders_since: usize,
    /// The seed for what a policy leaves to chance.
    pub seed: u64,
    /// Through which channel the offers go, such as "mail"; null: as the policy says.
    pub channel: *const c_char,
    /// The segments that the customer belongs to, as the shop names them.
    pub segments: *const *const c_char,
    /// How many segments there are.
    pub n_segments: usize,
    /// What the customer has consented to, as the shop names it.
    pub consents: *const *const c_char,
    /// How many consents there are.
    pub n_consents: usize,
    /// The offers that the customer was shown before, in any order.
    pub contacts: *const basketry_contact,
    /// How many contacts there are.
    pub n_contacts: usize,
    /// What losing the customer would cost, in minor units; below 0: as the policy says.
    /// BASKETRY_CONTEXT_INIT sets -1.
    pub customer_value: f64,
    /// 1: the offers ride along in a message that goes out anyway; they cost no contact, and no cap
    /// stops them. Otherwise 0.
    pub ride_along: i32,
    /// The order that was just placed: what is offered comes after it, on a tracking page or in the
    /// mail that confirms it. What was in it, and variants of that, are not offered.
    pub after: *const basketry_line,
    /// How many lines there are.
    pub n_after: usize,
    /// What the customer returned: neither these products nor their variants are offered, and
    /// nothing because of them. If all of the order in after was returned, nothing is offered.
    pub returned: *const basketry_id,
    /// How many products were returned.
    pub n_returned: usize,
}

// SAFETY: plain numbers and pointers behind the size.
unsafe impl Grows for basketry_context {
    const NAME: &'static str = "basketry_context";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        now_ms: 0,
        customer: basketry_id::NONE,
        placement: std::ptr::null(),
        viewed: basketry_id::NONE,
        basket: std::ptr::null(),
        n_basket: 0,
        orders_since: std::ptr::null(),
        n_orders_since: 0,
        seed: 0,
        channel: std::ptr::null(),
        segments: std::ptr::null(),
        n_segments: 0,
        consents: std::ptr::null(),
        n_consents: 0,
        contacts: std::ptr::null(),
        n_contacts: 0,
        customer_value: -1.0,
        ride_along: 0,
        after: std::ptr::null(),
        n_after: 0,
        returned: std::ptr::null(),
        n_returned: 0,
    };
}

impl basketry_context {
    /// # Safety
    /// As for [`array`], [`basketry_str::get`] and [`optional_c_str`] for each field.
    pub(crate) unsafe fn get(&self) -> Result<Context> {
        let mut context = Context::at(self.now_ms).seed(self.seed);
        // SAFETY: passed on to the caller, here and below.
        unsafe {
            if let Some(customer) = self.customer.get("context.customer")? {
                context = context.customer(customer);
            }
            if let Some(placement) = optional_c_str(self.placement, "context.placement")? {
                context = context.placement(placement);
            }
            if let Some(viewed) = self.viewed.get("context.viewed")? {
                context = context.viewed(viewed);
            }
            let basket = array(self.basket, self.n_basket, "context.basket")?;
            for (i, line) in basket.iter().enumerate() {
                let product = line.product.require(&format!("context.basket[{i}].product"))?;
                context = context.basket([(product, line.quantity)]);
            }
            let orders = array(self.orders_since, self.n_orders_since, "context.orders_since")?;
            for (i, given) in orders.iter().enumerate() {
                let mut order = Order::at(given.time_ms);
                let name = format!("context.orders_since[{i}].lines");
                for (k, line) in array(given.lines, given.n_lines, &name)?.iter().enumerate() {
                    let product = line.product.require(&format!("{name}[{k}].product"))?;
                    order = order.line(product, line.quantity);
                }
                context = context.orders_since([order]);
            }
            let after = array(self.after, self.n_after, "context.after")?;
            for (i, line) in after.iter().enumerate() {
                let product = line.product.require(&format!("context.after[{i}].product"))?;
                context = context.after([(product, line.quantity)]);
            }
            let returned = basketry_id::array(self.returned, self.n_returned, "context.returned")?;
            context = context.returned(returned);
            if let Some(channel) = optional_c_str(self.channel, "context.channel")? {
                context = context.channel(channel);
            }
            let names = c_str_array(self.segments, self.n_segments, "context.segments")?;
            context = context.segments(names);
            let names = c_str_array(self.consents, self.n_consents, "context.consents")?;
            context = context.consents(names);
            let contacts = array(self.contacts, self.n_contacts, "context.contacts")?;
            for (i, contact) in contacts.iter().enumerate() {
                context = context.contacts([contact.get(&format!("context.contacts[{i}]"))?]);
            }
        }
        // A value that is not a number goes on, to be refused.
        if self.customer_value.is_nan() || self.customer_value >= 0.0 {
            context = context.customer_value(self.customer_value);
        }
        Ok(context.ride_along(flag(self.ride_along, "context.ride_along")?))
    }
}

/// Opens a model file and decides from it alone, with the catalogue as it was at fitting.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_engine_open(
    file: *const c_char,
    out: Option<&mut MaybeUninit<*mut basketry_engine>>,
) -> basketry_status {
    make(out, || {
        // SAFETY: the caller's promise for strings.
        let file = unsafe { path(file, "file") }?;
        Ok(basketry_engine { engine: Engine::open(file)? })
    })
}

/// Decides from a model and a live catalogue; null for the catalogue means the model's own. Both
/// may be freed afterwards.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_engine_new(
    model: Option<&basketry_model>,
    catalog: Option<&basketry_catalog>,
    out: Option<&mut MaybeUninit<*mut basketry_engine>>,
) -> basketry_status {
    make(out, || {
        let model = required(model, "model")?.model.clone();
        let engine = match catalog {
            Some(catalog) => Engine::new(model, catalog.catalog.clone())?,
            None => Engine::from_model(model)?,
        };
        Ok(basketry_engine { engine })
    })
}

/// Frees an engine. Null is allowed. Decisions that it made stay as they are.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_engine_free(engine: Option<Box<basketry_engine>>) {
    free(engine);
}

/// Replaces the catalogue while other threads may decide. Later changes to the handle do not reach
/// the engine.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_engine_set_catalog(
    engine: Option<&basketry_engine>,
    catalog: Option<&basketry_catalog>,
) -> basketry_status {
    call(|| {
        let engine = &required(engine, "engine")?.engine;
        engine.set_catalog(required(catalog, "catalog")?.catalog.clone())
    })
}

/// Replaces the model while other threads may decide. A live catalogue stays; an engine without one
/// takes the new model's own.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_engine_set_model(
    engine: Option<&basketry_engine>,
    model: Option<&basketry_model>,
) -> basketry_status {
    call(|| {
        let engine = &required(engine, "engine")?.engine;
        engine.set_model(required(model, "model")?.model.clone())
    })
}

/// The model that decisions are made from now, as a handle of its own.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_engine_model(
    engine: Option<&basketry_engine>,
    out: Option<&mut MaybeUninit<*mut basketry_model>>,
) -> basketry_status {
    make(out, || Ok(basketry_model::new(required(engine, "engine")?.engine.model())))
}

/// The catalogue that decisions are made from now, as a handle of its own.
#[unsafe(no_mangle)]
pub extern "C" fn basketry_engine_catalog(
    engine: Option<&basketry_engine>,
    out: Option<&mut MaybeUninit<*mut basketry_catalog>>,
) -> basketry_status {
    make(out, || Ok(basketry_catalog::new(required(engine, "engine")?.engine.catalog())))
}

/// Decides what to offer. The same model, catalogue, policy and context give the same decision, in
/// any thread and at any time. Ids that are not known are no error: such a customer is new, and
/// such a product is left out with a warning unless the policy says otherwise. Ids of the wrong
/// type (an integer where the shop's ids are texts) are an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_decide(
    engine: Option<&basketry_engine>,
    policy: Option<&basketry_policy>,
    context: *const basketry_context,
    out: Option<&mut MaybeUninit<*mut basketry_decision>>,
) -> basketry_status {
    make(out, || {
        let engine = &required(engine, "engine")?.engine;
        let policy = &required(policy, "policy")?.policy;
        // SAFETY: the caller's promise for structs that can grow, for arrays and for texts.
        let context = unsafe { required(grown(context, "context")?, "context")?.get() }?;
        Ok(basketry_decision::new(engine.decide(policy, &context)?))
    })
}

/// As basketry_decide, with the context as a JSON object: "now" (a time like
/// "2026-11-22T10:00:00Z" or milliseconds), "customer", "placement", "basket", "viewed",
/// "orders_since", "after", "returned", "channel", "ride_along", "segments", "consents", "customer_value", "contacts" and
/// "seed", for languages in which JSON is easier to make than structs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_decide_json(
    engine: Option<&basketry_engine>,
    policy: Option<&basketry_policy>,
    context: basketry_str,
    out: Option<&mut MaybeUninit<*mut basketry_decision>>,
) -> basketry_status {
    make(out, || {
        let engine = &required(engine, "engine")?.engine;
        let policy = &required(policy, "policy")?.policy;
        // SAFETY: the caller's promise for texts.
        let context = Context::from_json(unsafe { context.get("context") }?)?;
        Ok(basketry_decision::new(engine.decide(policy, &context)?))
    })
}

/// How a campaign is proposed.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct basketry_propose_options {
    /// The size of this struct; BASKETRY_PROPOSE_OPTIONS_INIT sets it.
    pub struct_size: usize,
    /// The most proposals for one customer, 1 to 1000: the most valuable ones.
    /// BASKETRY_PROPOSE_OPTIONS_INIT sets 20.
    pub each: usize,
    /// How many threads to use; 0 means one for each core. The result is the same for any number.
    pub threads: usize,
}

// SAFETY: plain numbers behind the size.
unsafe impl Grows for basketry_propose_options {
    const NAME: &'static str = "basketry_propose_options";
    const FIRST_SIZE: usize = size_of::<Self>();
    const DEFAULT: Self = Self { struct_size: size_of::<Self>(), each: 20, threads: 0 };
}

/// What could be offered to each of many customers, and what it would be worth: what
/// basketry_proposals_assign plans a campaign from. Each context names a customer, no customer comes
/// twice, and all contexts have the same struct_size. All that the policy lets be offered to a
/// customer and that is worth more than its min_value is proposed; a kind of offer whose max is 0 is
/// not. What contacting a customer risks (fatigue) is taken off a plan once for each customer who gets
/// an offer: see contact_risk of basketry_plan_summary; customers whose best proposals, as many as one
/// may get, are together worth no more are proposed nothing. A plan keeps what the policy says of one decision for each customer: max_offers, the max of
/// each kind, per_line, per_brand, per_category, and what may not be offered together. What is offered
/// reaches the customer outside of an order, so the chance that they buy it anyway is that of buying it
/// within the model's horizon; a basket says what not to offer, and nothing is proposed for going with
/// it. A proposal costs the policy's contact_cost, and nothing if it rides
/// along; products whose stock the catalogue tells are offered at most so many times, unless the
/// plan's capacities say how
/// often. Null for options means the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn basketry_engine_propose(
    engine: Option<&basketry_engine>,
    policy: Option<&basketry_policy>,
    contexts: *const basketry_context,
    n_contexts: usize,
    options: *const basketry_propose_options,
    control: Option<&basketry_control>,
    out: Option<&mut MaybeUninit<*mut basketry_proposals>>,
) -> basketry_status {
    make(out, || {
        let engine = &required(engine, "engine")?.engine;
        let policy = &required(policy, "policy")?.policy;
        // SAFETY: the caller's promise for structs that can grow, for arrays and for texts.
        let (contexts, given) = unsafe {
            let given = grown(options, "options")?.unwrap_or(basketry_propose_options::DEFAULT);
            (contexts_of(contexts, n_contexts)?, given)
        };
        let mut options = ProposeOptions::new().each(given.each);
        options.threads = Some(given.threads).filter(|&threads| threads > 0);
        let proposals =
            run(control, |control| engine.propose(policy, &contexts, &options, control))?;
        Ok(basketry_proposals { proposals })
    })
}

/// # Safety
/// As for [`grown_array`] and [`basketry_context::get`].
unsafe fn contexts_of(contexts: *const basketry_context, len: usize) -> Result<Vec<Context>> {
    // SAFETY: passed on to the caller, here and below.
    let given = unsafe { grown_array(contexts, len, "contexts") }?;
    given
        .iter()
        .enumerate()
        .map(|(at, context)| {
            // SAFETY: as above.
            unsafe { context.get() }.map_err(|error| {
                let message = error.to_string();
                let path = message.strip_prefix("context").unwrap_or(&message);
                invalid(format!("contexts[{at}]{path}"))
            })
        })
        .collect()
}
