//! A number that stands for a catalogue.

use xxhash_rust::xxh3::Xxh3;

use crate::data::{Catalog, Codes, IdRef, Ids};

/// A hash of the catalogue's content: the same for equal catalogues, wherever they came from.
pub(super) fn hash(catalog: &Catalog) -> u64 {
    struct Sink(Xxh3);
    impl Sink {
        fn number(&mut self, value: u64) {
            self.0.update(&value.to_le_bytes());
        }
        fn text(&mut self, text: &str) {
            self.number(text.len() as u64);
            self.0.update(text.as_bytes());
        }
        fn ids(&mut self, ids: &Ids) {
            self.number(ids.len() as u64);
            for id in ids.iter() {
                match id {
                    IdRef::Int(value) => {
                        self.0.update(&[0]);
                        self.number(value as u64);
                    }
                    IdRef::Str(value) => {
                        self.0.update(&[1]);
                        self.text(value);
                    }
                }
            }
        }
        fn money(&mut self, values: &[i64]) {
            self.number(values.len() as u64);
            for &value in values {
                self.number(value as u64);
            }
        }
        fn codes<'a>(&mut self, columns: impl ExactSizeIterator<Item = &'a Codes>) {
            self.number(columns.len() as u64);
            for column in columns {
                self.text(&column.column);
                self.ids(&column.values);
                for &code in &column.codes {
                    self.0.update(&code.to_le_bytes());
                }
            }
        }
    }
    let mut sink = Sink(Xxh3::new());
    sink.ids(catalog.ids());
    sink.text(catalog.currency().code());
    sink.money(&catalog.price);
    sink.money(&catalog.cost);
    sink.money(&catalog.stock);
    sink.number(catalog.sellable.len() as u64);
    for &sellable in &catalog.sellable {
        sink.0.update(&[sellable.into()]);
    }
    sink.number(catalog.name.len() as u64);
    for name in &catalog.name {
        sink.text(name);
    }
    sink.codes(catalog.line.as_slice().iter());
    sink.codes(catalog.brand.as_slice().iter());
    sink.codes(catalog.category.iter());
    sink.codes(catalog.must_match.iter());
    sink.number(catalog.quality.len() as u64);
    for quality in &catalog.quality {
        sink.text(&quality.column);
        for value in &quality.values {
            sink.number(value.to_bits());
        }
    }
    // Columns and links that the catalogue lacks are left out.
    if !catalog.links().is_empty() {
        sink.text("links");
        for &(product, link, other) in catalog.links() {
            for part in [product, link as u32, other] {
                sink.number(part.into());
            }
        }
    }
    if !catalog.term.is_empty() {
        sink.text("term");
        catalog.term.iter().for_each(|&term| sink.number(term.into()));
    }
    if !catalog.service.is_empty() {
        sink.text("service");
        catalog.service.iter().for_each(|&service| sink.number(service.into()));
    }
    for (name, column) in [("pack", &catalog.pack), ("rating", &catalog.rating)] {
        if !column.is_empty() {
            sink.text(name);
            column.iter().for_each(|value| sink.number(value.to_bits()));
        }
    }
    sink.0.digest()
}
