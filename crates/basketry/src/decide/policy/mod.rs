//! What a shop wants offered: plain data with one validator.

mod assume;
mod bundle;
mod contact;
mod cool_down;
mod cross_sell;
mod explore;
mod fatigue;
mod holdout;
mod ladder;
mod pinned;
mod popular;
mod price;
mod quota;
mod ranges;
mod refill;
mod segments;
mod selection;
mod service;
mod similar;
mod suppress;
#[cfg(test)]
mod tests;
mod texts;
mod top_up;
mod up_sell;

use std::path::Path;

use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

pub use self::assume::Assume;
pub use self::bundle::BundlePolicy;
pub use self::contact::{Cap, ContactPolicy};
pub use self::cool_down::CoolDownPolicy;
pub use self::cross_sell::CrossSellPolicy;
pub use self::explore::ExplorePolicy;
pub use self::fatigue::FatiguePolicy;
pub use self::holdout::HoldoutPolicy;
pub use self::ladder::{LadderPolicy, Preselect};
pub use self::pinned::Pin;
pub use self::popular::PopularPolicy;
pub use self::price::PriceWindow;
pub use self::quota::Quota;
use self::ranges::{MOST, Ranges};
pub use self::refill::RefillPolicy;
pub use self::segments::SegmentPolicy;
pub use self::selection::{Rule, Selection};
pub use self::service::ServicePolicy;
pub use self::similar::SimilarPolicy;
pub use self::suppress::SuppressPolicy;
pub use self::texts::{Language, Texts};
pub use self::top_up::TopUpPolicy;
pub use self::up_sell::UpSellPolicy;
use super::contact::kind_of;
use super::reasons::Kind;
use super::tree::{Node, Reader, fail};
use crate::{Error, Result};

/// What a shop wants offered at one place: which kinds of offer and how many, what never, and at
/// what least value.
///
/// A policy is plain data. It comes from TOML ([`from_toml`](Self::from_toml)), from JSON
/// ([`from_json`](Self::from_json)), or from [`new`](Self::new) and the public fields; every way
/// passes the same checks, and an unknown key, a value of a wrong type or out of its range is an
/// error that names the key with its full path. Amounts of money are minor units (cents).
///
/// ```
/// use basketry::Policy;
///
/// let policy = Policy::from_toml(r#"
///     name = "cart"
///     max_offers = 4
///     cross_sell = 3                      # short for cross_sell.max = 3
///     up_sell = { max = 1, max_price_ratio = 1.5 }
///     exclude = { categories = ["Tobacco"] }
/// "#)?;
/// assert_eq!(policy.cross_sell.max, 3);
///
/// let error = Policy::from_toml("[up_sell]\nmaximum = 1").unwrap_err();
/// assert!(error.to_string().starts_with("up_sell.maximum (line 2): unknown key"));
/// # Ok::<(), basketry::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Policy {
    /// The name under which decisions log the policy. Default `"default"`.
    pub name: String,
    /// Where the offers are shown (`"cart"`, `"product_page"` ...). A context for another
    /// placement is decided all the same, with a warning. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placement: Option<String>,
    /// The most offers in one decision, 0 to 1000. Default 4.
    pub max_offers: u32,
    /// An offer is made only if it is worth more than this, in minor units (may be fractional),
    /// 0 to 10^12. Default 0.
    pub min_value: f64,
    /// What making one offer costs, in minor units (may be fractional), 0 to 10^12. Default 0.
    pub contact_cost: f64,
    /// For customers of what worth `contact_cost` is, in minor units, 0.01 to 10^12: offers to those
    /// of whom the request says what losing them would cost
    /// ([`Context::customer_value`](crate::Context::customer_value)) cost as many times more or less.
    /// Default: none, all offers cost the same.
    /// [`DecisionLog::learn`](crate::decide::DecisionLog::learn) notes here what it was told of its
    /// customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_cost_value: Option<f64>,
    /// The most offers of one product line (the catalogue's `line` column; products without a
    /// line are not limited), 1 to 1000. Default 1.
    pub per_line: u32,
    /// The most offers of one brand, 1 to 1000. Default 1000: no limit.
    pub per_brand: u32,
    /// The most offers of one category, 1 to 1000. Default 1000: no limit.
    pub per_category: u32,
    /// The level of the category that `per_category` counts, 0 for the broadest. Default: the
    /// narrowest at which a product has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category_level: Option<u32>,
    /// True: one decision may offer two products of which the model says that one is bought instead of
    /// the other; those that the shop links as never to be offered together it still may not, and no
    /// bundle or top-up has both. Default false.
    pub allow_substitutes: bool,
    /// Kinds of offer that only fill slots which the others leave, the first of them first. Kinds that
    /// are not here compete by value. Default: popular offers.
    pub fallback: Vec<Kind>,
    /// True: other variants (same product line) of what is in the basket or viewed may be offered
    /// as cross-sell, refill or popular. Up-selling moves between variants in any case. Default
    /// false: no second barbecue for somebody who buys a barbecue.
    pub allow_variants: bool,
    /// A pair of products or a popular product is shown only if at least so many distinct
    /// customers stand behind it, 1 or more. The number the model was fitted with (10 unless it
    /// was told otherwise) is the default and holds in any case: a smaller one gives a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_customers: Option<u32>,
    /// What happens if the basket, the viewed product or an order names a product that neither
    /// catalogue nor model knows. Default [`UnknownProducts::Ignore`].
    pub unknown_products: UnknownProducts,
    /// The language of offers and reasons, and sentences to use in place of the usual ones.
    #[serde(flatten)]
    pub texts: Texts,
    /// Offers that go with what is in the basket or viewed.
    pub cross_sell: CrossSellPolicy,
    /// Services and contracts that go with what is in the basket or viewed.
    pub service: ServicePolicy,
    /// Dearer variants of what is in the basket or viewed.
    pub up_sell: UpSellPolicy,
    /// Products the customer buys again and again, when they are due.
    pub refill: RefillPolicy,
    /// What suits what the customer bought before, and is new to them.
    pub similar: SimilarPolicy,
    /// What everybody buys: fills the slots that the other kinds leave.
    pub popular: PopularPolicy,
    /// What lifts the basket over a threshold.
    pub top_up: TopUpPolicy,
    /// A main product and what goes with it, together for less.
    pub bundle: BundlePolicy,
    /// How the tiers of a product line are shown.
    pub ladder: LadderPolicy,
    /// Prices that may be offered.
    pub price: PriceWindow,
    /// What may be offered: by default everything.
    pub only: Selection,
    /// What is never offered.
    pub exclude: Selection,
    /// What else holds for customers of some segments; at most 64 rules.
    pub rules: Vec<Rule>,
    /// For which customers the policy is, by their segments.
    pub segments: SegmentPolicy,
    /// How often customers may be contacted, and with whose consent.
    pub contact: ContactPolicy,
    /// What is not shown again for a while because the customer did not want it.
    pub suppress: SuppressPolicy,
    /// How many days lie between related offers.
    pub cool_down: CoolDownPolicy,
    /// Customers who are offered nothing, to measure against.
    pub holdout: HoldoutPolicy,
    /// What contacts cost beyond the moment.
    pub fatigue: FatiguePolicy,
    /// The slot that is left to chance, if one is.
    pub explore: ExplorePolicy,
    /// Products that are offered in a certain slot; at most 1000.
    pub pinned: Vec<Pin>,
    /// Slots that are kept for products of the shop's choice; at most 64 quotas.
    pub quotas: Vec<Quota>,
    /// What stands in for what is not known.
    pub assume: Assume,
}

/// The rule for a product in a context that neither the catalogue nor the model knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnknownProducts {
    /// It is left out and the decision carries a warning. `"ignore"`
    #[default]
    Ignore,
    /// The decision is refused with an error. `"error"`
    Error,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            name: "default".to_owned(),
            placement: None,
            max_offers: 4,
            min_value: 0.0,
            contact_cost: 0.0,
            contact_cost_value: None,
            per_line: 1,
            per_brand: MOST,
            per_category: MOST,
            category_level: None,
            allow_substitutes: false,
            fallback: vec![Kind::Popular],
            allow_variants: false,
            min_customers: None,
            unknown_products: UnknownProducts::Ignore,
            texts: Texts::default(),
            cross_sell: CrossSellPolicy::default(),
            service: ServicePolicy::default(),
            up_sell: UpSellPolicy::default(),
            refill: RefillPolicy::default(),
            similar: SimilarPolicy::default(),
            popular: PopularPolicy::default(),
            top_up: TopUpPolicy::default(),
            bundle: BundlePolicy::default(),
            ladder: LadderPolicy::default(),
            price: PriceWindow::default(),
            only: Selection::default(),
            exclude: Selection::default(),
            rules: Vec::new(),
            segments: SegmentPolicy::default(),
            contact: ContactPolicy::default(),
            suppress: SuppressPolicy::default(),
            cool_down: CoolDownPolicy::default(),
            holdout: HoldoutPolicy::default(),
            fatigue: FatiguePolicy::default(),
            explore: ExplorePolicy::default(),
            pinned: Vec::new(),
            quotas: Vec::new(),
            assume: Assume::default(),
        }
    }
}

const KEYS: [&str; 40] = [
    "name",
    "placement",
    "max_offers",
    "min_value",
    "contact_cost",
    "contact_cost_value",
    "per_line",
    "per_brand",
    "per_category",
    "category_level",
    "allow_substitutes",
    "fallback",
    "allow_variants",
    "min_customers",
    "unknown_products",
    "language",
    "texts",
    "cross_sell",
    "service",
    "up_sell",
    "refill",
    "similar",
    "popular",
    "top_up",
    "bundle",
    "ladder",
    "price",
    "only",
    "exclude",
    "rules",
    "segments",
    "contact",
    "suppress",
    "cool_down",
    "holdout",
    "fatigue",
    "explore",
    "pinned",
    "quotas",
    "assume",
];

impl Policy {
    /// A policy of this name with the default of everything else.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Reads a policy from TOML. Keys that are left out have their defaults.
    ///
    /// # Errors
    /// [`ErrorKind::Policy`](crate::ErrorKind::Policy), naming line and key, unless the text is
    /// TOML, every key is known, and every value has its type and is in its range.
    pub fn from_toml(text: &str) -> Result<Self> {
        Self::from_tree(&Node::from_toml("policy", text)?)
    }

    /// Reads a policy from a JSON object. Keys that are left out have their defaults, and so does
    /// a `null` where the default is "none".
    ///
    /// # Errors
    /// [`ErrorKind::Policy`](crate::ErrorKind::Policy), naming the key, unless the text is JSON,
    /// every key is known and stands once, and every value has its type and is in its range.
    pub fn from_json(text: &str) -> Result<Self> {
        Self::from_tree(&Node::from_json("policy", text)?)
    }

    /// Reads a policy from a file: JSON if its name ends in `.json`, TOML otherwise.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the file cannot be read;
    /// [`ErrorKind::Policy`](crate::ErrorKind::Policy), naming the file and the key, as
    /// [`from_toml`](Self::from_toml) and [`from_json`](Self::from_json).
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|error| Error::io("read", path, error))?;
        let in_file = |message: String| fail(format!("{}: {message}", path.display()));
        let text = String::from_utf8(bytes)
            .map_err(|error| in_file(format!("not UTF-8: {}", error.utf8_error())))?;
        let json = path.extension().is_some_and(|extension| extension == "json");
        let policy = if json { Self::from_json(&text) } else { Self::from_toml(&text) };
        policy.map_err(|error| in_file(error.to_string()))
    }

    /// The policy as JSON, every default spelled out: one line, the same bytes for equal
    /// policies. [`from_json`](Self::from_json) reads it back.
    pub fn to_json(&self) -> String {
        // Numbers that are not finite print as null, which the reader then refuses; nothing
        // else in here can fail to print.
        let mut json = Vec::new();
        let mut writer = serde_json::Serializer::with_formatter(&mut json, OneZero);
        match self.serialize(&mut writer) {
            Ok(()) => String::from_utf8(json).unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// The policy as TOML, every default spelled out. [`from_toml`](Self::from_toml) reads it
    /// back.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).unwrap_or_default()
    }

    /// Sixteen hexadecimal digits that stand for the content: equal policies have the same
    /// version, and any change gives another. A decision carries it.
    pub fn version(&self) -> String {
        format!("{:016x}", xxh3_64(self.to_json().as_bytes()))
    }

    /// Checks the ranges, and that no table contradicts another. Reading from text does it, and deciding
    /// does it for a policy that was made by hand.
    ///
    /// # Errors
    /// [`ErrorKind::Policy`](crate::ErrorKind::Policy), naming the key, if a value is out of its
    /// range, or if what is asked for can never be because of another key: what is selected is
    /// excluded, a quota asks for more than limits let in, a product is pinned twice at a time.
    pub fn check(&self) -> Result<()> {
        self.in_ranges(&Ranges { line: &|_| None })
    }

    fn from_tree(root: &Node) -> Result<Self> {
        let mut policy = Self::default();
        let what = "policy";
        let top = Reader::new(what, "", root, &KEYS)?;
        top.text("name", &mut policy.name)?;
        top.optional_text("placement", &mut policy.placement)?;
        top.count("max_offers", &mut policy.max_offers)?;
        top.number("min_value", &mut policy.min_value)?;
        top.number("contact_cost", &mut policy.contact_cost)?;
        top.optional_number("contact_cost_value", &mut policy.contact_cost_value)?;
        top.count("per_line", &mut policy.per_line)?;
        top.count("per_brand", &mut policy.per_brand)?;
        top.count("per_category", &mut policy.per_category)?;
        top.optional_count("category_level", &mut policy.category_level)?;
        top.flag("allow_substitutes", &mut policy.allow_substitutes)?;
        if let Some((path, list)) = top.list("fallback", "kinds of offer")? {
            let kinds = list.iter().enumerate();
            policy.fallback = kinds
                .map(|(i, node)| kind_of(&format!("{path}[{i}]"), node))
                .collect::<Result<_>>()?;
        }
        top.flag("allow_variants", &mut policy.allow_variants)?;
        top.optional_count("min_customers", &mut policy.min_customers)?;
        top.choice(
            "unknown_products",
            &[("ignore", UnknownProducts::Ignore), ("error", UnknownProducts::Error)],
            &mut policy.unknown_products,
        )?;
        policy.texts.read(&top)?;
        policy.cross_sell.read(&top)?;
        policy.service.read(&top)?;
        policy.up_sell.read(&top)?;
        policy.refill.read(&top)?;
        policy.similar.read(&top)?;
        policy.popular.read(&top)?;
        policy.top_up.read(&top)?;
        policy.bundle.read(&top)?;
        policy.ladder.read(&top)?;
        policy.price.read(&top)?;
        policy.only.read(&top, "only")?;
        policy.exclude.read(&top, "exclude")?;
        Rule::read_all(&mut policy.rules, &top)?;
        policy.segments.read(&top)?;
        policy.contact.read(&top)?;
        policy.suppress.read(&top)?;
        policy.cool_down.read(&top)?;
        policy.holdout.read(&top)?;
        policy.fatigue.read(&top)?;
        policy.explore.read(&top)?;
        Pin::read_all(&mut policy.pinned, &top)?;
        Quota::read_all(&mut policy.quotas, &top)?;
        policy.assume.read(&top)?;
        policy.in_ranges(&Ranges { line: &|path| root.line_at(path) })?;
        Ok(policy)
    }

    fn in_ranges(&self, ranges: &Ranges<'_>) -> Result<()> {
        ranges.name("name", &self.name, "")?;
        if let Some(placement) = &self.placement {
            ranges.name("placement", placement, ", or no such key")?;
        }
        ranges.count("max_offers", self.max_offers, 0)?;
        ranges.lever("min_value", self.min_value)?;
        ranges.lever("contact_cost", self.contact_cost)?;
        if let Some(value) = self.contact_cost_value {
            ranges.number("contact_cost_value", value, 0.01, 1e12)?;
        }
        ranges.count("per_line", self.per_line, 1)?;
        ranges.count("per_brand", self.per_brand, 1)?;
        ranges.count("per_category", self.per_category, 1)?;
        for (i, kind) in self.fallback.iter().enumerate() {
            if self.fallback[..i].contains(kind) {
                let path = format!("fallback[{i}]");
                return Err(ranges.out(&path, "each kind once", kind.code()));
            }
        }
        if self.min_customers == Some(0) {
            return Err(ranges.out("min_customers", "a whole number of at least 1", "0"));
        }
        self.texts.check(ranges)?;
        self.cross_sell.check(ranges)?;
        self.service.check(ranges)?;
        self.up_sell.check(ranges)?;
        self.refill.check(ranges)?;
        self.similar.check(ranges)?;
        self.popular.check(ranges)?;
        self.top_up.check(ranges)?;
        self.bundle.check(ranges)?;
        self.price.check("price", ranges)?;
        self.only.left_by("only", ("exclude", &self.exclude), ranges)?;
        Rule::check_all(&self.rules, self, ranges)?;
        self.segments.check(ranges)?;
        self.contact.check(ranges)?;
        self.suppress.check(ranges)?;
        self.cool_down.check(ranges)?;
        self.holdout.check(ranges)?;
        self.fatigue.check(ranges)?;
        self.explore.check(self.max_offers, ranges)?;
        Pin::check_all(&self.pinned, self, ranges)?;
        Quota::check_all(&self.quotas, self, ranges)?;
        self.assume.check(ranges)
    }
}

/// Writes -0.0 as the 0.0 that it is equal to, so that equal policies have the same text.
struct OneZero;

impl serde_json::ser::Formatter for OneZero {
    fn write_f64<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
        value: f64,
    ) -> std::io::Result<()> {
        serde_json::ser::CompactFormatter.write_f64(writer, value + 0.0)
    }
}
