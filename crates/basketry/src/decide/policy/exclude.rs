//! What is never offered.

use std::sync::Arc;

use serde::Serialize;

use super::ranges::{id_list, read_ids};
use crate::Result;
use crate::data::Id;
use crate::decide::tree::Reader;

/// The `exclude` table of a [`Policy`]: what is never offered. Ids are compared with their type:
/// `1` and `"1"` differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Exclude {
    /// These products.
    #[serde(serialize_with = "id_list")]
    pub products: Arc<[Id]>,
    /// Products with one of these values at any category level.
    #[serde(serialize_with = "id_list")]
    pub categories: Arc<[Id]>,
    /// Products of these brands.
    #[serde(serialize_with = "id_list")]
    pub brands: Arc<[Id]>,
    /// Products of these product lines.
    #[serde(serialize_with = "id_list")]
    pub lines: Arc<[Id]>,
}

impl Default for Exclude {
    fn default() -> Self {
        let none: Arc<[Id]> = Arc::new([]);
        Self { products: none.clone(), categories: none.clone(), brands: none.clone(), lines: none }
    }
}

impl Exclude {
    pub(super) fn read(&mut self, top: &Reader<'_>) -> Result<()> {
        let Some((path, node)) = top.node("exclude") else { return Ok(()) };
        let known = ["products", "categories", "brands", "lines"];
        let exclude = Reader::new("policy", &path, node, &known)?;
        read_ids(&exclude, "products", &mut self.products)?;
        read_ids(&exclude, "categories", &mut self.categories)?;
        read_ids(&exclude, "brands", &mut self.brands)?;
        read_ids(&exclude, "lines", &mut self.lines)
    }
}
