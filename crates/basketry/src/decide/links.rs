//! What the live catalogue's hand-made links say: which products are variants of one line, and
//! which are never suggested together. They rule: what was linked when the model was fitted and is not
//! any more does not hold, and what is linked now holds whatever the orders say.

use super::accessories::Rows;
use super::state::NONE;
use crate::Model;
use crate::data::{Catalog, Link, NO_CODE};

/// The links of a catalogue, as decisions ask about them. Accessories are apart.
#[derive(Debug, Default)]
pub(crate) struct Links {
    /// Per catalogue product its line, or [`NO_CODE`]. Lines that a variant connects are one.
    pub(crate) line: Vec<u32>,
    /// How many lines there are; every code is less.
    pub(crate) lines: usize,
    /// Per code of the catalogue's line column: the line that it belongs to.
    joined: Vec<u32>,
    /// Products that are never suggested together, both ways round.
    never_with: Rows,
    /// Products that the model keeps apart and the catalogue does not, both ways round.
    together: Rows,
    /// How many pairs were linked when the model was fitted and have no link of any kind now.
    pub(crate) lapsed: usize,
}

impl Links {
    pub(crate) fn new(catalog: &Catalog) -> Self {
        let links = |wanted: Link| {
            let links = catalog.links().iter();
            links.filter(move |entry| entry.1 == wanted).map(|&(one, _, other)| (one, other))
        };
        let mut line = catalog
            .line
            .as_ref()
            .map_or_else(|| vec![NO_CODE; catalog.len()], |line| line.codes.clone());
        let mut lines = catalog.line.as_ref().map_or(0, |line| line.values.len());
        // Lines point to one they are the same as, at last to one that points to itself.
        let mut same: Vec<u32> = (0..lines as u32).collect();
        for (one, other) in links(Link::VariantOf) {
            for product in [one, other] {
                if line[product as usize] == NO_CODE {
                    line[product as usize] = lines as u32;
                    same.push(lines as u32);
                    lines += 1;
                }
            }
            let one = root(&mut same, line[one as usize]);
            let other = root(&mut same, line[other as usize]);
            same[one.max(other) as usize] = one.min(other);
        }
        for line in line.iter_mut().filter(|line| **line != NO_CODE) {
            *line = root(&mut same, *line);
        }
        let both = links(Link::NeverWith).flat_map(|(one, other)| [(one, other), (other, one)]);
        let column = catalog.line.as_ref().map_or(0, |line| line.values.len());
        let joined = (0..column as u32).map(|line| root(&mut same, line)).collect();
        let never_with = Rows::new(both.collect());
        Self { line, lines, joined, never_with, together: Rows::default(), lapsed: 0 }
    }

    /// Overrules what a model keeps apart: what was linked when it was fitted and is not any more, and
    /// what is linked as a variant or an accessory now.
    pub(crate) fn overrule(
        &mut self,
        model: &Model,
        catalog: &Catalog,
        key_of_model: impl Fn(u32) -> u32 + Copy,
    ) {
        let lapsed =
            model.never_with().map(|(one, other)| (key_of_model(one), key_of_model(other)));
        let linked = catalog.links().iter().filter(|entry| entry.1 != Link::NeverWith);
        let linked = linked.map(|&(one, _, other)| (one, other));
        let pairs = lapsed.chain(linked).filter(|&(one, other)| one != NONE && other != NONE);
        let pairs = pairs.filter(|&(one, other)| !self.never_with(one).contains(&other));
        let both = pairs.flat_map(|(one, other)| [(one, other), (other, one)]).collect();
        self.together = Rows::new(both);
        let mut now: Vec<(u32, u32)> =
            catalog.links().iter().flat_map(|&(a, _, b)| [(a, b), (b, a)]).collect();
        now.sort_unstable();
        let by_hand = model.accessories().filter(|pair| pair.2).map(|(one, other, _)| (one, other));
        let then = model.never_with().chain(by_hand);
        let then = then.map(|(one, other)| (key_of_model(one), key_of_model(other)));
        self.lapsed = then.filter(|pair| now.binary_search(pair).is_err()).count();
    }

    /// Whether the catalogue overrules that the model keeps two products apart.
    pub(crate) fn together(&self, one: u32, other: u32) -> bool {
        self.together.row(one).contains(&other)
    }

    /// Whether each product is of one of the lines, or of one that variants connect with it: a flag
    /// per code of the catalogue's line column says which are meant.
    pub(crate) fn of_lines(&self, meant: &[bool]) -> Vec<bool> {
        let mut lines = vec![false; self.lines];
        for (&line, _) in self.joined.iter().zip(meant).filter(|(_, meant)| **meant) {
            lines[line as usize] = true;
        }
        let is_meant = |line: &u32| lines.get(*line as usize).copied().unwrap_or(false);
        self.line.iter().map(is_meant).collect()
    }

    /// What is never suggested together with a product.
    pub(crate) fn never_with(&self, key: u32) -> &[u32] {
        self.never_with.row(key)
    }
}

fn root(same: &mut [u32], mut line: u32) -> u32 {
    while same[line as usize] != line {
        let next = same[line as usize];
        same[line as usize] = same[next as usize];
        line = next;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CatalogBuilder, CatalogOptions, Product};

    #[test]
    fn variants_connect_lines() {
        let mut builder = CatalogBuilder::new(&CatalogOptions::default());
        for (id, line) in [(0, Some("a")), (1, Some("b")), (2, None), (3, None), (4, Some("b"))] {
            let product = Product::new(id).price(100);
            builder.push(&line.map_or(product.clone(), |line| product.line(line))).unwrap();
        }
        let mut catalog = builder.finish();
        let lines = |catalog: &Catalog| Links::new(catalog).line;
        assert_eq!(lines(&catalog), [0, 1, NO_CODE, NO_CODE, 1]);
        catalog.link(2, Link::VariantOf, 3).unwrap();
        let found = lines(&catalog);
        assert!(found[2] == found[3] && found[2] != found[0] && found[2] != found[1]);
        let of_b = Links::new(&catalog).of_lines(&[false, true]);
        assert_eq!(of_b, [false, true, false, false, true]);
        catalog.link(1, Link::VariantOf, 2).unwrap();
        catalog.link(3, Link::VariantOf, 0).unwrap();
        assert_eq!(lines(&catalog), [0; 5]);
        assert_eq!(Links::new(&catalog).of_lines(&[false, true]), [true; 5]);
        catalog.link(4, Link::NeverWith, 2).unwrap();
        let links = Links::new(&catalog);
        assert_eq!((links.never_with(4), links.never_with(2)), (&[2][..], &[4][..]));
        assert!(links.never_with(0).is_empty() && links.lines >= 1);
    }
}
