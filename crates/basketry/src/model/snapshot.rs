//! The copy of the catalogue in the model file.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::file::{Column, Element, Kind, Sections, Writer, damaged};
use super::lookup::{self, IdKinds, IdsView, TextColumns};
use crate::data::Link;
use crate::data::catalog::{Codes, MAX_TERM, NO_CODE, NO_MONEY, Quality, is_pack, is_rating};
use crate::{Catalog, CatalogReport, Currency, IdKind, Ids, Result};

// Each has one entry per product of the catalogue; a column that the catalogue lacks is not written.

/// i64, minor units; the least i64 where not known.
const PRICE: Kind = *b"KPRI";
/// i64, minor units; the least i64 where not known.
const COST: Kind = *b"KCST";
/// i64, units; the greatest i64 where not tracked.
const STOCK: Kind = *b"KSTK";
/// u8, 1 where the product may be offered.
const SELLABLE: Kind = *b"KSEL";
/// Names: offsets (one more than products) and text; empty where there is none.
const NAMES: (Kind, Kind) = (*b"KNMO", *b"KNMT");
/// u32 codes of a column of few values, the greatest u32 where there is none; one instance each for
/// the line, the brand, the category levels and the attributes to match, as the JSON section says.
const CODES: Kind = *b"KCOD";
/// The values behind the codes, with the same instance.
const VALUES: IdKinds =
    IdKinds { ints: *b"KVAI", offsets: *b"KVAO", text: *b"KVAT", table: *b"KVAH" };
/// f64 of which more is better, NaN where not known; one instance per attribute.
const QUALITY: Kind = *b"KQUA";
/// u32, how many periods price and cost recur; only if the catalogue says.
const TERM: Kind = *b"KTRM";
/// u8, 1 where the product is a service or contract; only if the catalogue says.
const SERVICE: Kind = *b"KSRV";
/// f64, the content of a pack, NaN where not known; only if the catalogue says.
const PACK: Kind = *b"KPCK";
/// f64, the rating, NaN where not known; only if the catalogue says.
const RATING: Kind = *b"KRAT";
/// u32, three for each link made by hand: product, kind of link, other product; only if there are.
const LINKS: Kind = *b"KLNK";

/// All kinds of section written here.
pub(super) const KINDS: [Kind; 16] = [
    PRICE,
    COST,
    STOCK,
    SELLABLE,
    NAMES.0,
    NAMES.1,
    CODES,
    VALUES.ints,
    VALUES.offsets,
    VALUES.text,
    QUALITY,
    TERM,
    SERVICE,
    PACK,
    RATING,
    LINKS,
];

/// What the JSON section says about the catalogue: what its columns are.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Outline {
    currency: String,
    products: u64,
    cost: bool,
    stock: bool,
    sellable: bool,
    name: bool,
    /// The columns of codes, in the order of the sections' instances.
    codes: Vec<CodeOutline>,
    /// The columns of quality, in the order of the sections' instances.
    quality: Vec<String>,
    report: CatalogReport,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct CodeOutline {
    role: Role,
    column: String,
    integers: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Role {
    Line,
    Brand,
    Category,
    MustMatch,
}

/// Writes everything of the catalogue but its ids.
pub(super) fn write(writer: &mut Writer, catalog: &Catalog) -> Outline {
    let mut outline = Outline {
        currency: catalog.currency.code().into(),
        products: catalog.len() as u64,
        cost: !catalog.cost.is_empty(),
        stock: !catalog.stock.is_empty(),
        sellable: !catalog.sellable.is_empty(),
        name: !catalog.name.is_empty(),
        codes: Vec::new(),
        quality: Vec::new(),
        report: catalog.report().clone(),
    };
    writer.section(PRICE, 0, &catalog.price);
    if outline.cost {
        writer.section(COST, 0, &catalog.cost);
    }
    if outline.stock {
        writer.section(STOCK, 0, &catalog.stock);
    }
    if outline.sellable {
        let flags: Vec<u8> = catalog.sellable.iter().map(|&sellable| u8::from(sellable)).collect();
        writer.section(SELLABLE, 0, &flags);
    }
    if outline.name {
        lookup::write_texts(writer, NAMES, 0, catalog.name.iter().map(|name| &**name));
    }
    let all = (catalog.line.iter().map(|codes| (Role::Line, codes)))
        .chain(catalog.brand.iter().map(|codes| (Role::Brand, codes)))
        .chain(catalog.category.iter().map(|codes| (Role::Category, codes)))
        .chain(catalog.must_match.iter().map(|codes| (Role::MustMatch, codes)));
    for (role, codes) in all {
        let instance = outline.codes.len() as u32;
        writer.section(CODES, instance, &codes.codes);
        let kind = codes.values.kind();
        lookup::write_values(writer, VALUES, instance, kind, codes.values.iter());
        outline.codes.push(CodeOutline {
            role,
            column: codes.column.to_string(),
            integers: kind == IdKind::Int,
        });
    }
    for quality in &catalog.quality {
        writer.section(QUALITY, outline.quality.len() as u32, &quality.values);
        outline.quality.push(quality.column.to_string());
    }
    if !catalog.term.is_empty() {
        writer.section(TERM, 0, &catalog.term);
    }
    if !catalog.service.is_empty() {
        let flags: Vec<u8> = catalog.service.iter().map(|&service| u8::from(service)).collect();
        writer.section(SERVICE, 0, &flags);
    }
    for (kind, column) in [(PACK, &catalog.pack), (RATING, &catalog.rating)] {
        if !column.is_empty() {
            writer.section(kind, 0, column);
        }
    }
    if !catalog.links.is_empty() {
        let links: Vec<u32> =
            catalog.links.iter().flat_map(|&(a, link, b)| [a, link as u32, b]).collect();
        writer.section(LINKS, 0, &links);
    }
    outline
}

/// Where the catalogue lies in a model file.
#[derive(Debug)]
pub(super) struct Snapshot {
    currency: Currency,
    products: usize,
    price: Column<i64>,
    cost: Column<i64>,
    stock: Column<i64>,
    sellable: Column<u8>,
    name: Option<TextColumns>,
    codes: Vec<CodeColumn>,
    quality: Vec<(Box<str>, Column<f64>)>,
    term: Column<u32>,
    service: Column<u8>,
    pack: Column<f64>,
    rating: Column<f64>,
    links: Column<u32>,
    report: CatalogReport,
}

/// Where a column of codes lies, and its values.
#[derive(Debug)]
struct CodeColumn {
    role: Role,
    column: Box<str>,
    codes: Column<u32>,
    values: Ids,
}

impl Snapshot {
    /// Finds and checks the catalogue.
    pub(super) fn find(
        sections: &Sections,
        bytes: &[u8],
        outline: &Outline,
        products: usize,
        name: &str,
    ) -> Result<Self> {
        if outline.products > products as u64 {
            return Err(damaged(name, "catalogue: it has more products than the model"));
        }
        // At most `products`, which is a length.
        let sold = outline.products as usize;
        let currency = Currency::new(&outline.currency)
            .map_err(|error| damaged(name, format!("catalogue: {error}")))?;
        let wrong = |kind: Kind, what: &str| {
            damaged(name, format!("section {}: {what}", kind.escape_ascii()))
        };
        let amounts = |kind: Kind, there: bool, least: i64| -> Result<Column<i64>> {
            if !there {
                return Ok(Column::EMPTY);
            }
            let column: Column<i64> = sections.column(kind, 0, name)?;
            let values = column.of(bytes);
            if values.len() != sold {
                return Err(wrong(kind, "not one entry per product of the catalogue"));
            }
            if values.iter().any(|&value| value < least && value != NO_MONEY) {
                return Err(wrong(kind, "a value is out of range"));
            }
            Ok(column)
        };
        let sellable = match outline.sellable {
            true => sections.column::<u8>(SELLABLE, 0, name)?,
            false => Column::EMPTY,
        };
        if outline.sellable && sellable.of(bytes).len() != sold {
            return Err(wrong(SELLABLE, "not one entry per product of the catalogue"));
        }
        if sellable.of(bytes).iter().any(|&flag| flag > 1) {
            return Err(wrong(SELLABLE, "a value is out of range"));
        }
        fn some<T: Element>(
            (sections, bytes, name): (&Sections, &[u8], &str),
            kind: Kind,
            sold: usize,
            is: impl Fn(&T) -> bool,
        ) -> Result<Column<T>> {
            if !sections.has(kind) {
                return Ok(Column::EMPTY);
            }
            let column: Column<T> = sections.column(kind, 0, name)?;
            let values = column.of(bytes);
            let what = if values.len() != sold {
                "not one entry per product of the catalogue"
            } else if !values.iter().all(is) {
                "a value is out of range"
            } else {
                return Ok(column);
            };
            Err(damaged(name, format!("section {}: {what}", kind.escape_ascii())))
        }
        let file = (sections, bytes, name);
        let names = match outline.name {
            true => Some(TextColumns::find(sections, bytes, NAMES, 0, name)?),
            false => None,
        };
        if names.is_some_and(|names| names.len(bytes) != sold) {
            return Err(wrong(NAMES.0, "not one entry per product of the catalogue"));
        }
        let mut snapshot = Self {
            currency,
            products: sold,
            price: amounts(PRICE, true, 0)?,
            cost: amounts(COST, outline.cost, i64::MIN)?,
            stock: amounts(STOCK, outline.stock, i64::MIN)?,
            sellable,
            name: names,
            codes: Vec::new(),
            quality: Vec::new(),
            term: some(file, TERM, sold, |term| (1..=MAX_TERM).contains(term))?,
            service: some(file, SERVICE, sold, |&flag: &u8| flag <= 1)?,
            pack: some(file, PACK, sold, |&pack: &f64| pack.is_nan() || is_pack(pack))?,
            rating: some(file, RATING, sold, |&rate: &f64| rate.is_nan() || is_rating(rate))?,
            links: match sections.has(LINKS) {
                true => sections.column(LINKS, 0, name)?,
                false => Column::EMPTY,
            },
            report: outline.report.clone(),
        };
        let sound = snapshot.links.of(bytes).chunks(3).all(|link| match *link {
            [one, kind, two] => {
                one != two && (one.max(two) as usize) < sold && (kind as usize) < Link::ALL.len()
            }
            _ => false,
        });
        if !sound {
            return Err(wrong(LINKS, "a link is out of range"));
        }
        for (instance, codes) in outline.codes.iter().enumerate() {
            let instance = instance as u32;
            let column: Column<u32> = sections.column(CODES, instance, name)?;
            let kind = if codes.integers { IdKind::Int } else { IdKind::Str };
            let values = lookup::read_values(sections, bytes, VALUES, instance, kind, name)?;
            let codes_of = column.of(bytes);
            if codes_of.len() != sold {
                return Err(wrong(CODES, "not one entry per product of the catalogue"));
            }
            let known = values.len() as u64;
            if codes_of.iter().any(|&code| code != NO_CODE && u64::from(code) >= known) {
                return Err(wrong(CODES, "a code has no value"));
            }
            snapshot.codes.push(CodeColumn {
                role: codes.role,
                column: codes.column.as_str().into(),
                codes: column,
                values,
            });
        }
        for (instance, quality) in outline.quality.iter().enumerate() {
            let column: Column<f64> = sections.column(QUALITY, instance as u32, name)?;
            if column.of(bytes).len() != sold {
                return Err(wrong(QUALITY, "not one entry per product of the catalogue"));
            }
            if column.of(bytes).iter().any(|value| value.is_infinite()) {
                return Err(wrong(QUALITY, "a value is infinite"));
            }
            snapshot.quality.push((quality.as_str().into(), column));
        }
        Ok(snapshot)
    }

    /// How many products are in the catalogue.
    pub(super) fn len(&self) -> usize {
        self.products
    }

    /// The catalogue. Its ids are the first of `products`.
    pub(super) fn catalog(&self, bytes: &[u8], products: IdsView<'_>) -> Catalog {
        let mut ids = Ids::new(products.kind());
        for id in products.iter().take(self.products) {
            // All of one kind, and distinct: checked on opening.
            let interned = ids.intern(id);
            debug_assert!(interned.is_ok());
        }
        let mut catalog = Catalog {
            ids: Arc::new(ids),
            currency: self.currency,
            price: self.price.of(bytes).to_vec(),
            cost: self.cost.of(bytes).to_vec(),
            stock: self.stock.of(bytes).to_vec(),
            sellable: self.sellable.of(bytes).iter().map(|&flag| flag != 0).collect(),
            name: match self.name {
                Some(names) => (0..names.len(bytes) as u32)
                    .map(|index| names.get(bytes, index).unwrap_or_default().into())
                    .collect(),
                None => Vec::new(),
            },
            line: None,
            brand: None,
            category: Vec::new(),
            must_match: Vec::new(),
            quality: self
                .quality
                .iter()
                .map(|(column, values)| Quality {
                    column: column.clone(),
                    values: values.of(bytes).to_vec(),
                })
                .collect(),
            term: self.term.of(bytes).to_vec(),
            service: self.service.of(bytes).iter().map(|&flag| flag != 0).collect(),
            pack: self.pack.of(bytes).to_vec(),
            rating: self.rating.of(bytes).to_vec(),
            links: self
                .links
                .of(bytes)
                .chunks_exact(3)
                .map(|link| (link[0], Link::ALL[link[1] as usize], link[2]))
                .collect(),
            report: self.report.clone(),
        };
        // Sorted in any file that was written here; lookups rely on it.
        catalog.links.sort_unstable();
        for column in &self.codes {
            let codes = Codes {
                column: column.column.clone(),
                codes: column.codes.of(bytes).to_vec(),
                values: column.values.clone(),
            };
            match column.role {
                Role::Line => catalog.line = Some(codes),
                Role::Brand => catalog.brand = Some(codes),
                Role::Category => catalog.category.push(codes),
                Role::MustMatch => catalog.must_match.push(codes),
            }
        }
        catalog
    }
}
