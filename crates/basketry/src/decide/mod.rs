//! Deciding: what to offer to whom, now, and why.
//!
//! An [`Engine`] joins a [`Model`](crate::Model) with what the shop sells now. A [`Policy`] says
//! what the shop wants offered, a [`Context`] what is being asked. The answer is a [`Decision`]:
//! offers ranked by expected incremental contribution in money, and for every candidate that was
//! not offered the [`Reason`].
//!
//! # Which kind
//!
//! Candidates are what sells with the basket and the viewed product, what the customer bought
//! before, and what everybody buys. Of those that may be sold at all, in this order:
//!
//! - bought once by the customer, and of at least 20 buyers fewer than 5 % ever bought it again:
//!   not offered ([`Reason::Owned`])
//! - a variant (same product line) of what is in the basket or viewed: not offered, except as an
//!   up-sell
//! - bought before, and the time since is between `due_from` and `due_to` of the expected
//!   interval: [`Kind::Refill`]
//! - the main product of something in the basket or viewed: not offered, since who buys an accessory
//!   has what it is for ([`Reason::MainOfAccessory`]); but it is if it is itself an accessory of
//!   something there
//! - sells with something in the basket or viewed more than by chance (the lower 2.5 % bound of
//!   the shrunk lift is above 1), with enough customers behind it: [`Kind::CrossSell`], or
//!   [`Kind::Service`] if the catalogue marks it as a service or contract; so does what the shop links
//!   by hand as an accessory. Not if it does not fit on what has to agree (`cross_sell.compatible`)
//! - bought before: not offered ([`Reason::NotDue`])
//! - among the products most similar to what the customer bought: [`Kind::Similar`]
//! - among the popular products that are worth most and that nothing else suggests, or suggested by
//!   something too weak and as popular: [`Kind::Popular`], for slots that the other kinds leave
//!
//! Of what only the basket speaks for those that promise most are looked at, and of the last two a dozen
//! or two: more where that leaves slots, quotas or choices for the drawn slot unfilled.
//!
//! Besides, each product in the basket or viewed is compared with the dearer ones of its product
//! line, or, without a line, of its brand in its narrowest category: equal on every attribute that
//! must match, worse on no quality attribute and better on one, within the policy's price ratios,
//! and with a greater margin. A larger pack is better if its unit price is not higher. The most
//! valuable one is a candidate for an [`Kind::UpSell`].
//!
//! After an order ([`Context::after`]) a cross-sell is what customers buy after one of its products,
//! or with it, by the chance of a purchase within the model's horizon; nothing that was in the order
//! is offered, nothing that was returned, and nothing because of that.
//!
//! From the single products that may be offered, and are paid once, come offers of several: the one
//! or the two that lift the basket over a threshold ([`Kind::TopUp`]), a main product with what goes
//! with it, and a second unit of it ([`Kind::Bundle`]). Nothing is in two offers of one decision, and
//! no product has two deals. All that they add keeps the limits of lines, brands and categories, and
//! those of what is not to be offered together; the limits and caps of the kinds that the products
//! would be alone do not count. One that cannot stand beside the offers that are worth more gives way
//! to the best one that can.
//!
//! # What it is worth
//!
//! An offer that adds a product, with P0 the learned probability that it is bought in this order
//! anyway and P1 the one with `response_odds` times its odds:
//! `lever * ((P1 - P0) * margin - contact_cost)`. The chances were learned from orders: with a viewed
//! product P0 is the mean of that with it in the basket, which weighs `view_conversion`, and of that
//! without it, which weighs the rest. Where a variant of what is in the basket is offered
//! (`allow_variants`), the margin is less by `replaces` times that of the one in the basket.
//!
//! An up-sell from a base product with margin m to one with margin M, where the base product is
//! bought with chance k (1 in the basket, `view_conversion` if viewed):
//! `lever * (k * (accept * (M - m) - abandon * m) - contact_cost)`, offered only if
//! `accept * (M - m) > abandon * m`. `accept` is the policy's, times the customer's own share of
//! purchases in the group at or above the dearer price (shrunk by five pseudo-purchases to the
//! shop's share) over the shop's share. It is reckoned for one unit, however many are in the basket;
//! the dearer one has to be in stock for all of them.
//!
//! A contract of n periods has n times the margin of one.
//!
//! A top-up: `lever * (sum (P1 - P0) * margin - P * cost - contact_cost)` over its products, where
//! the threshold is reached with the chance P of its less probable product, and costs the shop
//! `cost`; none if `cost` eats the whole margin. Where one product is the best top-up, it is reckoned with
//! that cost and not offered as anything else.
//!
//! A bundle at a discount D, bought with chance P by those who buy its main product:
//! `lever * (k * (sum max(P - P0, 0) * margin - P * D) - contact_cost)` over the added products. The
//! odds of P are those of the least probable added product, times `odds.bundle` (`response_odds` if there
//! is none), times `exp(discount_response * D / price)`: who would buy that one anyway is taken to be who
//! would buy the others, unless [learned](DecisionLog::learn) odds say what is true of all of them. Discounts
//! are tried on a grid, in whole minor units, and no product is sold below `min_margin`. A second unit
//! likewise, with `second_unit` as the chance that it is bought anyway, and `response_odds`. A bundle
//! competes for one slot, as every offer does: where there are slots enough, its products alone in several
//! may be worth more together, as each is bought without the others.
//!
//! An offer is made only if it is worth more than `min_value`; offering nothing is worth 0.
//!
//! # To whom, and how often
//!
//! A [`Context`] may say which segments the customer is in, what they consented to, and which
//! [`Contact`]s there were. A policy then stops all offers ([`Decision::stopped`]) for lack of
//! consent, after an opt-out, when a [`Cap`] is reached or the customer takes up nothing, or those
//! of products that were ignored, rejected, or offered until a moment that has passed. Earlier
//! contacts shrink what an offer adds to the odds of a purchase ([`FatiguePolicy`]). Held-out
//! customers ([`HoldoutPolicy`]) are offered nothing, and their decision says what they would have
//! been ([`Decision::withheld`]).
//!
//! # Which slot
//!
//! Slots go to what is pinned ([`Pin`]), then to the most valuable candidates within the limits of
//! kinds, lines, brands and categories; kinds of the fallback chain only fill what is left, and each
//! such offer is marked. A [`Quota`] takes the least valuable slots, and its price is told
//! ([`Decision::quotas`]). One slot may be drawn by lot ([`ExplorePolicy`]), with the exact
//! probability of every candidate ([`Decision::explored`]).
//!
//! What the orders cannot tell is assumed, until a [`DecisionLog`] of offers that were made and of
//! offers that were withheld tells it: [`DecisionLog::learn`].

mod accessories;
mod allocate;
mod answers;
mod assign;
mod beside;
mod bundle;
mod campaign;
mod candidates;
mod contact;
mod context;
mod decision;
mod eligibility;
mod engine;
mod follow_up;
mod journal;
mod ladder;
mod links;
mod log;
mod offer;
mod policy;
mod reasons;
mod request;
mod set_offer;
mod sets;
mod shown;
mod slate;
mod state;
mod texts;
mod top_up;
pub(crate) mod tree;
mod up_sell;
mod value;

pub use answers::{ExploreChoice, Explored, QuotaUse, Suppressed, WhyNot};
pub use assign::{
    AssignOptions, GroupVolume, OfferGroup, OfferVolume, Plan, ProposalColumns, Proposals,
};
pub use campaign::ProposeOptions;
pub use contact::{Contact, ContactOutcome};
pub use context::{Context, MAX_CONTEXT_LINES, Order};
pub use decision::{Decision, LOGGED_SUPPRESSED};
pub use engine::Engine;
pub use journal::{DecisionLog, Event, LearnOptions, Learned, LearnedNumber};
pub use ladder::{Ladder, Tier};
pub use offer::{Evidence, Offer, Sourced};
pub use policy::{
    Assume, BundlePolicy, Cap, ContactPolicy, CoolDownPolicy, CrossSellPolicy, ExplorePolicy,
    FatiguePolicy, HoldoutPolicy, LadderPolicy, Language, Pin, Policy, PopularPolicy, Preselect,
    PriceWindow, Quota, RefillPolicy, Rule, SegmentPolicy, Selection, ServicePolicy, SimilarPolicy,
    SuppressPolicy, Texts, TopUpPolicy, UnknownProducts, UpSellPolicy,
};
pub use reasons::{Kind, Reason, Source};
pub use shown::Shown;
