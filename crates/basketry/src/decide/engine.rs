//! The engine: a model and a catalogue, read by any number of threads while either is replaced.

use std::cell::RefCell;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;

use super::candidates::{Look, Scratch};
use super::context::Context;
use super::decision::Decision;
use super::ladder::Ladder;
use super::policy::Policy;
use super::request::Request;
use super::state::{Compiled, State};
use crate::data::{Catalog, IdRef};
use crate::{Model, Result};

/// Decides what to offer: a [`Model`] plus what the shop sells now.
///
/// Any number of threads may [`decide`](Self::decide) while another replaces the catalogue or the
/// model: each decision is made wholly from what was there when it began.
///
/// ```
/// use basketry::{
///     CatalogBuilder, CatalogOptions, Context, Control, Engine, FitOptions, HistoryBuilder,
///     HistoryOptions, Kind, OrderLine, Policy, Product, Reason, fit,
/// };
///
/// let mut catalog = CatalogBuilder::new(&CatalogOptions::default());
/// catalog.push(&Product::new("bread").price(250).cost(150))?;
/// catalog.push(&Product::new("butter").price(300).cost(180))?;
/// catalog.push(&Product::new("wine").price(900).cost(500))?;
/// let catalog = catalog.finish();
///
/// // Forty customers; bread goes with butter, wine is bought alone.
/// let mut history = HistoryBuilder::new(&HistoryOptions::default());
/// for basket in 0..400i64 {
///     let both = ["bread", "butter"].as_slice();
///     for &product in if basket % 3 == 0 { both } else { &["wine"] } {
///         let time = basket * 3_600_000;
///         history.push(&OrderLine::new(time, product).customer(basket % 40).basket(basket))?;
///     }
/// }
/// let control = Control::new();
/// let model = fit(&catalog, &history.finish(&control)?, &FitOptions::default(), &control)?;
///
/// let engine = Engine::new(model, catalog)?;
/// let context = Context::at(1_500_000_000).basket([("bread", 1)]);
/// let mut policy = Policy::new("cart");
/// policy.popular.max = 0; // only what goes with the basket
/// let decision = engine.decide(&policy, &context)?;
/// let offer = &decision.offers()[0];
/// assert_eq!((offer.kind, &offer.products[0]), (Kind::CrossSell, &"butter".into()));
/// assert!(offer.why.starts_with("bought with \"bread\" in 134 baskets by 40 customers"));
/// assert_eq!(decision.why_not("bread").reason, Some(Reason::InBasket));
/// # Ok::<(), basketry::Error>(())
/// ```
pub struct Engine {
    state: ArcSwap<State>,
    /// Held while a new state is made, so that no replacement is lost: states that were replaced,
    /// and that decisions may still need. Those who replace free them, not those who decide.
    replaced: Mutex<Vec<Arc<State>>>,
}

thread_local! {
    pub(super) static SCRATCH: RefCell<(Request, Scratch)> = RefCell::default();
}

impl Engine {
    /// An engine that decides from a model and a live catalogue.
    ///
    /// What the shop [links](crate::data::Link) by hand is what the live catalogue links: a link of the
    /// catalogue that the model was fitted with does not hold if the live one is without it, and a
    /// new one holds at once. What the orders say of a pair that was linked when the model was fitted
    /// comes back with the next fit.
    ///
    /// # Errors
    /// [`ErrorKind::Schema`](crate::ErrorKind::Schema) if the product ids of one are integers and
    /// those of the other are strings.
    pub fn new(model: Model, catalog: impl Into<Arc<Catalog>>) -> Result<Self> {
        Ok(Self::of(State::new(model, catalog.into(), true)?))
    }

    /// An engine that decides from a model alone, with the catalogue as it was when the model was
    /// fitted.
    ///
    /// # Errors
    /// None for a model that was fitted or opened.
    pub fn from_model(model: Model) -> Result<Self> {
        let catalog = Arc::new(model.catalog());
        Ok(Self::of(State::new(model, catalog, false)?))
    }

    /// Opens a model file ([`Model::open`]) and decides from it alone.
    ///
    /// # Errors
    /// Those of [`Model::open`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::from_model(Model::open(path)?)
    }

    pub(super) fn state(&self) -> Arc<State> {
        self.state.load_full()
    }

    fn of(state: State) -> Self {
        Self { state: ArcSwap::from_pointee(state), replaced: Mutex::default() }
    }

    /// Replaces the catalogue. Decisions that have begun are finished with the old one. The old one
    /// is freed when another takes the new one's place.
    ///
    /// # Errors
    /// As [`new`](Self::new); the old catalogue then stays.
    pub fn set_catalog(&self, catalog: impl Into<Arc<Catalog>>) -> Result<()> {
        let catalog = catalog.into();
        self.replace(|old| State::new(old.model.clone(), catalog, true))
    }

    /// Replaces the model. A live catalogue stays; an engine without one takes the new model's
    /// own. Decisions that have begun are finished with the old model.
    ///
    /// # Errors
    /// As [`new`](Self::new); the old model then stays.
    pub fn set_model(&self, model: Model) -> Result<()> {
        self.replace(|old| {
            let catalog = if old.live { old.catalog.clone() } else { Arc::new(model.catalog()) };
            State::new(model, catalog, old.live)
        })
    }

    /// Puts another state in place of the present one. The policies in use are compiled before it
    /// is there, so that nobody who decides waits for that.
    fn replace(&self, make: impl FnOnce(&State) -> Result<State>) -> Result<()> {
        let mut replaced = self.replaced.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.state.load_full();
        let new = make(&old)?;
        new.compile_all(&old);
        self.state.store(Arc::new(new));
        replaced.retain(|state| Arc::strong_count(state) > 1);
        replaced.push(old);
        Ok(())
    }

    /// The model decisions are made from now.
    pub fn model(&self) -> Model {
        self.state.load().model.clone()
    }

    /// The catalogue decisions are made from now.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.state.load().catalog.clone()
    }

    /// Decides what to offer.
    ///
    /// The same model, catalogue, policy and context give the same decision, byte for byte in
    /// [`Decision::to_json`], in any thread and at any time. A policy is compiled when it first
    /// meets a model and a catalogue (a pass over the catalogue); deciding with it again is fast.
    ///
    /// Ids of the wrong type (an integer where the shop's ids are strings, or the other way
    /// round) are an error, since they could never be found. Ids of the right type that are not
    /// known are not: such a customer is treated as new, and such a product is left out with a
    /// warning, unless [`Policy::unknown_products`] says otherwise.
    ///
    /// # Errors
    /// - [`ErrorKind::Policy`](crate::ErrorKind::Policy) if a value of the policy is out of its
    ///   range or the policy cannot be met by this catalogue, or if the context has a quantity
    ///   that is not a finite number above 0, or an order later than now.
    /// - [`ErrorKind::UnknownId`](crate::ErrorKind::UnknownId) if an id is of the wrong type, or
    ///   a product is unknown and the policy makes that an error.
    /// - [`ErrorKind::Limit`](crate::ErrorKind::Limit) if the context has more than
    ///   [`MAX_CONTEXT_LINES`](crate::decide::MAX_CONTEXT_LINES) lines.
    pub fn decide(&self, policy: &Policy, context: &Context) -> Result<Decision> {
        let state = self.state.load_full();
        let compiled = state.compiled(policy)?;
        let mut decision = Decision::new(state.clone(), compiled.clone());
        make(state, compiled, context, &mut decision)?;
        Ok(decision)
    }

    /// The same, into a decision that was made before, by this engine or another: its memory is
    /// used again. Once a thread has made a few decisions, those that follow allocate nothing
    /// until their offers or their text are asked for.
    ///
    /// # Errors
    /// As [`decide`](Self::decide); the decision then stays as it was.
    pub fn decide_into(
        &self,
        policy: &Policy,
        context: &Context,
        decision: &mut Decision,
    ) -> Result<()> {
        let state = self.state.load_full();
        let compiled = state.compiled(policy)?;
        make(state, compiled, context, decision)
    }

    /// The tiers of a product's line in order of price (of those that are equal to it on every
    /// attribute that must match), and which of them to preselect by the policy's
    /// [`ladder`](crate::Policy::ladder). Of the context the customer, the time and the orders since
    /// count.
    ///
    /// # Errors
    /// Those of [`decide`](Self::decide); [`ErrorKind::UnknownId`](crate::ErrorKind::UnknownId) if
    /// the catalogue does not have the product, and [`ErrorKind::Data`](crate::ErrorKind::Data) if
    /// it has no price for it.
    pub fn ladder<'a>(
        &self,
        policy: &Policy,
        context: &Context,
        product: impl Into<IdRef<'a>>,
    ) -> Result<Ladder> {
        let state = self.state.load_full();
        let compiled = state.compiled(policy)?;
        let mut request = Request::default();
        request.resolve(&state, &compiled.policy, context)?;
        Ladder::new(&state, &compiled, &request, product.into())
    }
}

fn make(
    state: Arc<State>,
    compiled: Arc<Compiled>,
    context: &Context,
    decision: &mut Decision,
) -> Result<()> {
    SCRATCH.with_borrow_mut(|(request, scratch)| {
        request.resolve(&state, &compiled.policy, context)?;
        scratch.collect(&state, &compiled, request, request.task());
        scratch.choose(&state, &compiled, request, context);
        let enough = scratch.looked_at_enough(&compiled, request);
        if !enough {
            scratch.collect_everything(&state, &compiled, request, request.task());
            scratch.choose(&state, &compiled, request, context);
        }
        decision.look = if enough { Look::Paired } else { Look::Everything };
        decision.make(state, compiled, context, request, scratch);
        Ok(())
    })
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = self.state.load();
        f.debug_struct("Engine")
            .field("model", &state.model)
            .field("products", &state.catalog.len())
            .field("live_catalog", &state.live)
            .finish_non_exhaustive()
    }
}
