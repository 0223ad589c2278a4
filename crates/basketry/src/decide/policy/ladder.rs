//! The `ladder` table.

use serde::Serialize;

use crate::Result;
use crate::decide::tree::{Reader, Value};

/// The `ladder` table of a [`Policy`](super::Policy): how the tiers of a product line are shown. A
/// bare word stands for `preselect`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LadderPolicy {
    /// The tier to preselect. Default [`Preselect::SecondLowest`].
    pub preselect: Preselect,
}

/// Which tier of a ladder is preselected, among those that may be offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Preselect {
    /// The cheapest. `"lowest"`
    Lowest,
    /// The one after the cheapest, or the only one. `"second_lowest"`
    #[default]
    SecondLowest,
    /// The dearest. `"highest"`
    Highest,
    /// The one of the greatest [value](crate::decide::Tier::value). `"most_valuable"`
    MostValuable,
}

impl LadderPolicy {
    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let words = [
            ("lowest", Preselect::Lowest),
            ("second_lowest", Preselect::SecondLowest),
            ("highest", Preselect::Highest),
            ("most_valuable", Preselect::MostValuable),
        ];
        match top.node("ladder") {
            None => Ok(()),
            Some((path, node)) if matches!(node.value, Value::Table(_)) => {
                let table = Reader::new("policy", &path, node, &["preselect"])?;
                table.choice("preselect", &words, &mut self.preselect)
            }
            Some(_) => top.choice("ladder", &words, &mut self.preselect),
        }
    }
}
