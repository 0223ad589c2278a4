//! What the catalogue says about the products, as learning reads it.

use std::collections::HashMap;

use super::views::NO_CATEGORY;
use crate::Catalog;
use crate::data::{Codes, NO_CODE, NO_MONEY};

/// Marks a product of which an attribute is not known.
pub(crate) const NOT_KNOWN: u32 = NO_CODE;

/// One entry per product of the model; products that are only in the history have none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attributes {
    /// The product line, or [`NOT_KNOWN`].
    pub(crate) line: Vec<u32>,
    /// The brand, or [`NOT_KNOWN`].
    pub(crate) brand: Vec<u32>,
    /// The category with all levels above it, as far as they are known; [`NOT_KNOWN`] if the
    /// broadest is not. Categories called alike below different ones are different.
    pub(crate) category: Vec<u32>,
    /// Whether it is known on every level, of which there are two or more: a category so fine that
    /// what shares it is of one kind.
    pub(crate) one_kind: Vec<bool>,
    /// Per category the one above it, which comes before it; [`NOT_KNOWN`] for the broadest.
    pub(crate) wider: Vec<u32>,
    /// Minor units, or [`NO_MONEY`].
    pub(crate) price: Vec<i64>,
}

impl Attributes {
    /// Those of a catalogue, for a model of `products` products.
    pub(crate) fn new(catalog: &Catalog, products: usize) -> Self {
        let all = |codes: Option<&Codes>| {
            let mut all = codes.map_or_else(Vec::new, |codes| codes.codes.clone());
            all.resize(products, NOT_KNOWN);
            all
        };
        let mut paths: HashMap<(u32, u32), u32> = HashMap::new();
        let mut wider = Vec::new();
        let mut category: Vec<u32> = (0..catalog.len())
            .map(|product| {
                let mut path = NOT_KNOWN;
                for level in &catalog.category {
                    let code = level.codes[product];
                    if code == NO_CODE {
                        break;
                    }
                    path = *paths.entry((path, code)).or_insert_with(|| {
                        wider.push(path);
                        wider.len() as u32 - 1
                    });
                }
                path
            })
            .collect();
        category.resize(products, NOT_KNOWN);
        let deep = catalog.category.len() >= 2;
        let known = |p: usize| catalog.category.iter().all(|level| level.codes[p] != NO_CODE);
        let mut one_kind: Vec<bool> = (0..catalog.len()).map(|p| deep && known(p)).collect();
        one_kind.resize(products, false);
        let mut price = catalog.price.clone();
        price.resize(products, NO_MONEY);
        Self {
            line: all(catalog.line.as_ref()),
            brand: all(catalog.brand.as_ref()),
            category,
            one_kind,
            wider,
            price,
        }
    }

    /// Per product the narrowest category that is known, by a number below `products`;
    /// [`NO_CATEGORY`] if none is.
    pub(crate) fn narrowest(&self, products: usize) -> Vec<u32> {
        let mut numbers: HashMap<u32, u32> = HashMap::new();
        (0..products)
            .map(|product| match self.category.get(product) {
                Some(&path) if path != NOT_KNOWN => {
                    let next = numbers.len() as u32;
                    *numbers.entry(path).or_insert(next)
                }
                _ => NO_CATEGORY,
            })
            .collect()
    }

    /// Whether two products have the same value, which is known.
    pub(crate) fn same(column: &[u32], one: u32, other: u32) -> bool {
        let value = |product: u32| column.get(product as usize).copied().unwrap_or(NOT_KNOWN);
        value(one) != NOT_KNOWN && value(one) == value(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CatalogBuilder, CatalogOptions, Product};

    #[test]
    fn categories_are_paths() {
        let mut builder = CatalogBuilder::new(&CatalogOptions::default());
        for product in [
            Product::new("a").price(5).category(["food", "other"]).line("x"),
            Product::new("b").category(["tools", "other"]).brand("n"),
            Product::new("c").category(["food", "other"]).line("x"),
            Product::new("d").category(["food"]),
            Product::new("e"),
        ] {
            builder.push(&product).unwrap();
        }
        let found = Attributes::new(&builder.finish(), 6);
        let same = |one, other| Attributes::same(&found.category, one, other);
        assert!(same(0, 2) && !same(0, 1) && !same(0, 3) && !same(4, 5));
        assert_eq!(found.wider[found.category[0] as usize], found.category[3]);
        assert_eq!(found.wider[found.category[3] as usize], NOT_KNOWN);
        assert!(Attributes::same(&found.line, 0, 2) && !Attributes::same(&found.line, 1, 3));
        assert!(!Attributes::same(&found.brand, 1, 9));
        assert_eq!((found.category[4], found.price[0], found.price[5]), (NOT_KNOWN, 5, NO_MONEY));
        assert_eq!(found.brand.len(), 6);
        assert_eq!(found.narrowest(6), [0, 1, 0, 2, NO_CATEGORY, NO_CATEGORY]);
        assert_eq!(found.one_kind, [true, true, true, false, false, false]);
    }
}
