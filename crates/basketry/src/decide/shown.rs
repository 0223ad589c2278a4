//! A decision as a table for people, in the language of its policy.

use super::decision::Decision;
use super::offer::Offer;
use crate::IdRef;

/// A decision in words: what notebooks and admin pages show of it, in the language of its policy.
/// Nothing in it is escaped.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Shown {
    /// What was decided when and for whom.
    pub caption: String,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// A row for each offer.
    pub rows: Vec<Vec<String>>,
    /// How many candidates were not offered, and why; then the warnings.
    pub notes: Vec<String>,
}

const COLUMNS: [&str; 8] = [
    "column_kind",
    "column_products",
    "column_name",
    "column_price",
    "column_discount",
    "column_probability",
    "column_value",
    "column_why",
];

impl Decision {
    /// The decision as a table for people, in the policy's language.
    ///
    /// ```
    /// # use basketry::{
    /// #     CatalogBuilder, CatalogOptions, Control, Engine, FitOptions, HistoryBuilder,
    /// #     HistoryOptions, OrderLine, Product, fit,
    /// # };
    /// use basketry::{Context, Policy};
    ///
    /// # let mut catalog = CatalogBuilder::new(&CatalogOptions::default());
    /// # catalog.push(&Product::new("bread").price(250).cost(150))?;
    /// # let catalog = catalog.finish();
    /// # let mut history = HistoryBuilder::new(&HistoryOptions::default());
    /// # for basket in 0..40i64 {
    /// #     history.push(&OrderLine::new(basket, "bread").customer(basket % 20).basket(basket))?;
    /// # }
    /// # let control = Control::new();
    /// # let history = history.finish(&control)?;
    /// # let model = fit(&catalog, &history, &FitOptions::default(), &control)?;
    /// # let engine = Engine::new(model, catalog)?;
    /// let policy = Policy::from_toml("language = \"de\"")?;
    /// let shown = engine.decide(&policy, &Context::at(1_500_000_000))?.shown();
    /// assert_eq!(shown.columns[..3], ["Art", "Produkte", "Name"]);
    /// # Ok::<(), basketry::Error>(())
    /// ```
    pub fn shown(&self) -> Shown {
        let texts = self.texts();
        let row = |offer: &Offer| {
            let products: Vec<String> =
                offer.products.iter().map(|id| plain(id.as_ref())).collect();
            let currency = offer.price.currency;
            let value = offer.value / currency.scale() as f64;
            let value = format!("{value:.*} {currency}", currency.digits() as usize + 2);
            vec![
                texts.get(&format!("kind_{}", offer.kind.code())).to_owned(),
                products.join(", "),
                offer.name.clone().unwrap_or_default(),
                texts.money(offer.price),
                match offer.discount.minor {
                    0 => String::new(),
                    _ => texts.money(offer.discount),
                },
                texts.written(format!("{:.1} %", 100.0 * offer.probability)),
                texts.written(value),
                offer.why.clone(),
            ]
        };
        let counts = self.suppressed_counts();
        let counts: Vec<String> = counts
            .iter()
            .map(|&(reason, count)| {
                let count = count.to_string();
                texts.say("counted", &[("count", &count), ("reason", texts.reason(reason))])
            })
            .collect();
        let suppressed = (!counts.is_empty())
            .then(|| texts.say("suppressed_line", &[("counts", &counts.join("; "))]));
        let warnings = self.warnings().iter();
        let warnings = warnings.map(|warning| texts.say("warning_line", &[("warning", warning)]));
        Shown {
            caption: self.headline(),
            columns: COLUMNS.iter().map(|code| texts.get(code).to_owned()).collect(),
            rows: self.iter().map(row).collect(),
            notes: suppressed.into_iter().chain(warnings).collect(),
        }
    }
}

/// An id without quotes.
fn plain(id: IdRef<'_>) -> String {
    match id {
        IdRef::Int(number) => number.to_string(),
        IdRef::Str(text) => text.to_owned(),
    }
}
