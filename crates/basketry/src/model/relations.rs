//! What products are to each other: the sections of the file, and the table.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::Model;
use super::arrow;
use super::file::{Column, Element, Kind, Sections, Writer, damaged};
use crate::affinity::attributes::Attributes;
use crate::affinity::pairs::{lift_high, shrunk_lift};
use crate::affinity::relations::{
    COUNTED, FIRST_IS_MAIN, GIVEN, NOT_MEASURED, RELATION, Relation, RelationRows, SECOND_IS_MAIN,
};
use crate::data::NO_MONEY;
use crate::{Error, ErrorKind, IdRef, Result};

// A file without these sections is a model that knows no relations.

/// Per pair, u32: the first product.
const FIRST: Kind = *b"LFST";
/// Per pair, u32: the second product, which has the greater index.
const SECOND: Kind = *b"LSND";
/// Per pair, u8: the relation in bits 0 to 2, bit 3: the first is the main product, bit 4: the
/// second is, bit 5: given by hand, bit 6: counted.
const FLAGS: Kind = *b"LFLG";
/// Per pair, u32: baskets with both.
const BASKETS: Kind = *b"LBAS";
/// Per pair, u32: distinct customers with both in one basket.
const CUSTOMERS: Kind = *b"LCUS";
/// Per pair, f32: baskets expected to have both.
const EXPECTED: Kind = *b"LEXP";
/// Per pair, f32: cosine of what else the two are bought with.
const CONTEXT: Kind = *b"LCTX";
/// Per pair, u32: customers who bought the second after the first (instance 0), and the first
/// after the second (instance 1).
const AFTER: Kind = *b"LAFT";
/// Per pair, f32: how many were expected, -1 where not measured; instances as before.
const AFTER_EXPECTED: Kind = *b"LAFX";
/// Per product, u32: baskets with it among those counted.
const BOUGHT: Kind = *b"LCNT";
/// Per product and one more, u64: where its pairs begin; and the pairs, u32, the best first.
const OFFSETS: Kind = *b"LOFF";
const PAIRS: Kind = *b"LPRS";
/// Per product and one more, u64: where the products begin that are not to be offered with it; and
/// these, u32.
const APART_OFFSETS: Kind = *b"LAPO";
const APART: Kind = *b"LAPA";

pub(super) const KINDS: [Kind; 14] = [
    FIRST,
    SECOND,
    FLAGS,
    BASKETS,
    CUSTOMERS,
    EXPECTED,
    CONTEXT,
    AFTER,
    AFTER_EXPECTED,
    BOUGHT,
    OFFSETS,
    PAIRS,
    APART_OFFSETS,
    APART,
];

/// The flags that say which of an accessory pair is the main product.
const FIRST_OF_ACCESSORY: u8 = Relation::Accessory as u8 | FIRST_IS_MAIN;
const SECOND_OF_ACCESSORY: u8 = Relation::Accessory as u8 | SECOND_IS_MAIN;

/// Writes the relations.
pub(super) fn write(writer: &mut Writer, rows: &RelationRows) {
    writer.optional(FIRST, &rows.first);
    writer.optional(SECOND, &rows.second);
    writer.optional(FLAGS, &rows.flags);
    writer.optional(BASKETS, &rows.baskets);
    writer.optional(CUSTOMERS, &rows.customers);
    writer.optional(EXPECTED, &rows.expected);
    writer.optional(CONTEXT, &rows.context);
    for side in 0..2 {
        writer.optional_instance(AFTER, side as u32, &rows.after[side]);
        writer.optional_instance(AFTER_EXPECTED, side as u32, &rows.after_expected[side]);
    }
    writer.optional(BOUGHT, &rows.bought);
    writer.optional(OFFSETS, &rows.offsets);
    writer.optional(PAIRS, &rows.pairs);
    writer.optional(APART_OFFSETS, &rows.apart_offsets);
    writer.optional(APART, &rows.apart);
}

/// Where the relations lie in a model file.
#[derive(Clone, Copy, Debug)]
pub(super) struct RelationLayout {
    first: Column<u32>,
    second: Column<u32>,
    flags: Column<u8>,
    baskets: Column<u32>,
    customers: Column<u32>,
    expected: Column<f32>,
    context: Column<f32>,
    after: [Column<u32>; 2],
    after_expected: [Column<f32>; 2],
    bought: Column<u32>,
    offsets: Column<u64>,
    pairs: Column<u32>,
    apart_offsets: Column<u64>,
    apart: Column<u32>,
}

impl RelationLayout {
    /// Finds and checks the relations of `products` products; `None` if the file has none.
    pub(super) fn find(
        sections: &Sections,
        bytes: &[u8],
        products: usize,
        name: &str,
    ) -> Result<Option<Self>> {
        if !sections.has(FIRST) {
            return Ok(None);
        }
        let wrong = |kind: Kind, what: &str| {
            damaged(name, format!("section {}: {what}", kind.escape_ascii()))
        };
        fn column<T: Element>(
            (sections, bytes, name): (&Sections, &[u8], &str),
            (kind, instance): (Kind, u32),
            len: usize,
        ) -> Result<Column<T>> {
            let column: Column<T> = sections.column(kind, instance, name)?;
            if column.of(bytes).len() == len {
                return Ok(column);
            }
            let text = format!("section {}: expected {len} entries", kind.escape_ascii());
            Err(damaged(name, text))
        }
        let file = (sections, bytes, name);
        let first: Column<u32> = sections.column(FIRST, 0, name)?;
        let n = first.of(bytes).len();
        let found = Self {
            first,
            second: column(file, (SECOND, 0), n)?,
            flags: column(file, (FLAGS, 0), n)?,
            baskets: column(file, (BASKETS, 0), n)?,
            customers: column(file, (CUSTOMERS, 0), n)?,
            expected: column(file, (EXPECTED, 0), n)?,
            context: column(file, (CONTEXT, 0), n)?,
            after: [column(file, (AFTER, 0), n)?, column(file, (AFTER, 1), n)?],
            after_expected: [
                column(file, (AFTER_EXPECTED, 0), n)?,
                column(file, (AFTER_EXPECTED, 1), n)?,
            ],
            bought: column(file, (BOUGHT, 0), products)?,
            offsets: column(file, (OFFSETS, 0), products + 1)?,
            pairs: column(file, (PAIRS, 0), n.saturating_mul(2))?,
            apart_offsets: column(file, (APART_OFFSETS, 0), products + 1)?,
            apart: sections.column(APART, 0, name)?,
        };
        let pairs = found.first.of(bytes).iter().zip(found.second.of(bytes));
        if !pairs.clone().all(|(&a, &b)| a < b && (b as usize) < products) {
            return Err(wrong(SECOND, "a pair is out of range"));
        }
        if found.flags.of(bytes).iter().any(|&flags| {
            usize::from(flags & RELATION) >= Relation::ALL.len() || flags & 1 << 7 != 0
        }) {
            return Err(wrong(FLAGS, "a value is out of range"));
        }
        for (kind, column, low, high) in [
            (EXPECTED, found.expected, 0.0, f32::MAX),
            (CONTEXT, found.context, 0.0, 1.0),
            (AFTER_EXPECTED, found.after_expected[0], NOT_MEASURED, f32::MAX),
            (AFTER_EXPECTED, found.after_expected[1], NOT_MEASURED, f32::MAX),
        ] {
            if !column.of(bytes).iter().all(|value| (low..=high).contains(value)) {
                return Err(wrong(kind, "a value is out of range"));
            }
        }
        for (kind, offsets, len) in [
            (OFFSETS, found.offsets, 2 * n),
            (APART_OFFSETS, found.apart_offsets, found.apart.of(bytes).len()),
        ] {
            let offsets = offsets.of(bytes);
            let ends = offsets.first() == Some(&0) && offsets.last() == Some(&(len as u64));
            if !ends || !offsets.is_sorted() {
                return Err(wrong(kind, "offsets do not rise from 0 to the end"));
            }
        }
        if found.apart.of(bytes).iter().any(|&product| product as usize >= products) {
            return Err(wrong(APART, "an index is out of range"));
        }
        let (offsets, pairs) = (found.offsets.of(bytes), found.pairs.of(bytes));
        for product in 0..products {
            let row = &pairs[offsets[product] as usize..offsets[product + 1] as usize];
            let own = row.iter().all(|&at| {
                let at = at as usize;
                let one = found.first.of(bytes).get(at).copied();
                let two = found.second.of(bytes).get(at).copied();
                one == Some(product as u32) || two == Some(product as u32)
            });
            if !own {
                return Err(wrong(PAIRS, "a pair is listed for a product that is not in it"));
            }
        }
        Ok(Some(found))
    }

    /// The pairs of a product, the best first.
    fn row(self, bytes: &[u8], product: u32) -> &[u32] {
        let at = product as usize;
        match self.offsets.of(bytes).get(at..at + 2) {
            Some(&[from, to]) => self.pairs.of(bytes).get(from as usize..to as usize),
            _ => None,
        }
        .unwrap_or_default()
    }
}

/// What two products are to each other, seen from one of them.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RelationRow {
    /// The product, as an index into [`Model::products`].
    pub product: u32,
    /// The other one.
    pub related: u32,
    /// What the two are to each other.
    pub relation: Relation,
    /// Of an accessory: whether it is `related` (and `product` the main one). `None` for others.
    pub related_is_accessory: Option<bool>,
    /// Whether the relation was given by hand.
    pub given: bool,
    /// The numbers; `None` for a given relation of products with too few customers.
    pub numbers: Option<RelationNumbers>,
    /// Whether both are of the same product line.
    pub same_line: bool,
    /// Whether both are of the same category, on every level.
    pub same_category: bool,
    /// Whether both are of the same brand.
    pub same_brand: bool,
    /// Price of `related` over that of `product`; `None` where not known, or free.
    pub price_ratio: Option<f64>,
}

/// The numbers behind a relation.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RelationNumbers {
    /// Baskets with both, of those with at most `max_basket` products.
    pub baskets: u32,
    /// Distinct customers who bought both in one basket. Where not being bought together is the
    /// evidence, at least `min_customers` stand behind each of the two.
    pub customers: u32,
    /// Baskets expected to have both, given how often each is bought and how large baskets are.
    pub expected: f32,
    /// Shrunk lift, `(baskets + k) / (expected + k)`, with the
    /// [shrinkage](crate::FitOptions::shrinkage) k; and its 2.5 % and 97.5 % bounds.
    pub lift: f64,
    /// The lower bound.
    pub lift_low: f64,
    /// The upper bound.
    pub lift_high: f64,
    /// Share of the baskets with `product` that have `related`.
    pub confidence: f64,
    /// Share of the baskets with `related` that have `product`.
    pub confidence_back: f64,
    /// Cosine of what else the two are bought with, from 0 to 1.
    pub context: f32,
    /// How many times as many customers bought `related` within
    /// [`follow_up_days`](crate::FitOptions::follow_up_days) after they first bought `product` as
    /// would if it did not matter in which of their baskets they bought it, given its season, shrunk;
    /// `None` if too few were observed for so long.
    pub follow_up: Option<f64>,
    /// The same for `product` after `related`.
    pub follow_up_back: Option<f64>,
}

/// Relations of products, one row each.
#[derive(Clone, Debug)]
pub struct Relations {
    model: Model,
    rows: Vec<RelationRow>,
}

impl Model {
    /// What a product is to others, or with `None` what all are: by product, then by kind of
    /// relation, the best first. A pair is listed for both of its products.
    ///
    /// A pair is listed if it was given in the catalogue, or if at least
    /// [`min_customers`](crate::FitOptions::min_customers) distinct customers bought both in one
    /// basket, or the one after the other; where it counts that they were *not* bought together,
    /// that many customers stand behind each of the two.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownId`] if the model does not know the product.
    pub fn relations(&self, item: Option<IdRef<'_>>) -> Result<Relations> {
        let products = match item {
            None => 0..self.products().len() as u32,
            Some(id) => {
                let product = self.products().find(id).ok_or_else(|| {
                    let text = format!("item: {id} is not in the model");
                    Error::new(ErrorKind::UnknownId, text)
                })?;
                product..product + 1
            }
        };
        let Some(layout) = self.inner.layout.relations else {
            return Ok(Relations { model: self.clone(), rows: Vec::new() });
        };
        let bytes = self.as_bytes();
        let attributes = Attributes::new(&self.catalog(), self.products().len());
        let shrinkage = self.options().shrinkage;
        let rows = products
            .flat_map(|product| layout.row(bytes, product).iter().map(move |&at| (product, at)))
            .map(|(product, at)| {
                relation_row(&layout, bytes, &attributes, shrinkage, product, at as usize)
            })
            .collect();
        Ok(Relations { model: self.clone(), rows })
    }

    /// The pairs of a main product and its accessory, and whether the shop said so.
    pub(crate) fn accessories(&self) -> impl Iterator<Item = (u32, u32, bool)> + '_ {
        let bytes = self.as_bytes();
        let layout = self.inner.layout.relations;
        layout.into_iter().flat_map(move |layout| {
            let (first, second) = (layout.first.of(bytes), layout.second.of(bytes));
            let pairs = first.iter().zip(second).zip(layout.flags.of(bytes));
            pairs.filter_map(|((&first, &second), &flags)| {
                let given = flags & GIVEN != 0;
                match flags & (RELATION | FIRST_IS_MAIN | SECOND_IS_MAIN) {
                    FIRST_OF_ACCESSORY => Some((first, second, given)),
                    SECOND_OF_ACCESSORY => Some((second, first, given)),
                    _ => None,
                }
            })
        })
    }

    /// What customers buy after a product: the other product, how many customers did within the
    /// model's [`follow_up_days`](crate::FitOptions::follow_up_days) after they first bought it, and
    /// the lower 2.5 % bound of how many times as many that is as would if it did not matter.
    pub(crate) fn follow_ups(&self, product: u32) -> impl Iterator<Item = (u32, u32, f64)> + '_ {
        let bytes = self.as_bytes();
        let shrinkage = self.options().shrinkage;
        let layout = self.inner.layout.relations;
        layout.into_iter().flat_map(move |layout| {
            layout.row(bytes, product).iter().filter_map(move |&at| {
                let at = at as usize;
                let (first, second) = (layout.first.of(bytes)[at], layout.second.of(bytes)[at]);
                let side = usize::from(product == second);
                let expected = layout.after_expected[side].of(bytes)[at];
                if expected < 0.0 || layout.flags.of(bytes)[at] & COUNTED == 0 {
                    return None;
                }
                let customers = layout.after[side].of(bytes)[at];
                let low = shrunk_lift(customers.into(), expected.into(), shrinkage).1;
                Some((if side == 1 { first } else { second }, customers, low))
            })
        })
    }

    /// The pairs of products that the shop gave by hand as never to be offered together.
    pub(crate) fn never_with(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let bytes = self.as_bytes();
        let layout = self.inner.layout.relations;
        let by_hand = Relation::NeverWith as u8 | GIVEN;
        layout.into_iter().flat_map(move |layout| {
            let pairs = layout.first.of(bytes).iter().zip(layout.second.of(bytes));
            pairs.zip(layout.flags.of(bytes)).filter_map(move |((&first, &second), &flags)| {
                (flags & (RELATION | GIVEN) == by_hand).then_some((first, second))
            })
        })
    }

    /// The products that are not to be offered together with a product: its substitutes and what
    /// was given so. Each is in the list of the other.
    pub(crate) fn apart(&self, product: u32) -> &[u32] {
        let Some(layout) = self.inner.layout.relations else { return &[] };
        let (bytes, at) = (self.as_bytes(), product as usize);
        match layout.apart_offsets.of(bytes).get(at..at + 2) {
            Some(&[from, to]) => {
                layout.apart.of(bytes).get(from as usize..to as usize).unwrap_or_default()
            }
            _ => &[],
        }
    }
}

fn relation_row(
    layout: &RelationLayout,
    bytes: &[u8],
    attributes: &Attributes,
    k: f64,
    product: u32,
    at: usize,
) -> RelationRow {
    let (first, second) = (layout.first.of(bytes)[at], layout.second.of(bytes)[at]);
    let turned = product == second;
    let related = if turned { first } else { second };
    let flags = layout.flags.of(bytes)[at];
    let main_is_first = match flags & (FIRST_IS_MAIN | SECOND_IS_MAIN) {
        FIRST_IS_MAIN => Some(true),
        SECOND_IS_MAIN => Some(false),
        _ => None,
    };
    let numbers = (flags & COUNTED != 0).then(|| {
        let (baskets, expected) = (layout.baskets.of(bytes)[at], layout.expected.of(bytes)[at]);
        let (n, e) = (f64::from(baskets), f64::from(expected));
        let (lift, lift_low) = shrunk_lift(n, e, k);
        let share = |of: u32| n / f64::from(layout.bought.of(bytes)[of as usize].max(1));
        let after = |side: usize| {
            let expected = layout.after_expected[side].of(bytes)[at];
            let customers = f64::from(layout.after[side].of(bytes)[at]);
            (expected >= 0.0).then(|| shrunk_lift(customers, f64::from(expected), k).0)
        };
        RelationNumbers {
            baskets,
            customers: layout.customers.of(bytes)[at],
            expected,
            lift,
            lift_low,
            lift_high: lift_high(n, e, k),
            confidence: share(product),
            confidence_back: share(related),
            context: layout.context.of(bytes)[at],
            follow_up: after(usize::from(turned)),
            follow_up_back: after(usize::from(!turned)),
        }
    });
    let price = |product: u32| Some(attributes.price[product as usize]).filter(|&p| p != NO_MONEY);
    RelationRow {
        product,
        related,
        relation: Relation::ALL[usize::from(flags & RELATION)],
        related_is_accessory: main_is_first.map(|first| first != turned),
        given: flags & GIVEN != 0,
        numbers,
        same_line: Attributes::same(&attributes.line, product, related),
        same_category: Attributes::same(&attributes.category, product, related),
        same_brand: Attributes::same(&attributes.brand, product, related),
        price_ratio: match (price(product), price(related)) {
            (Some(one), Some(other)) if one > 0 => Some(other as f64 / one as f64),
            _ => None,
        },
    }
}

impl Relations {
    /// The rows.
    pub fn rows(&self) -> &[RelationRow] {
        &self.rows
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All rows as one Arrow table: `product` and `related` (the ids, Int64 or Utf8), `relation`
    /// (Utf8, see [`Relation::name`]), `direction` (Utf8: `"main_to_accessory"` if `related` is an
    /// accessory of `product`, `"accessory_to_main"`, or null), `source` (Utf8: `"learned"` or
    /// `"given"`), the numbers of [`RelationNumbers`] under their names (Int64 and Float64, null
    /// where not known), `same_line`, `same_category`, `same_brand` (Boolean) and `price_ratio`
    /// (Float64).
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] if the ids exceed 2 GiB of text.
    pub fn to_record_batch(&self) -> Result<RecordBatch> {
        let products = self.model.products();
        let id = arrow::id_type(products.kind());
        let mut fields = vec![
            Field::new("product", id.clone(), false),
            Field::new("related", id, false),
            Field::new("relation", DataType::Utf8, false),
            Field::new("direction", DataType::Utf8, true),
            Field::new("source", DataType::Utf8, false),
        ];
        let rows = || self.rows.iter();
        let direction = rows().map(|row| {
            row.related_is_accessory
                .map(|is| if is { "main_to_accessory" } else { "accessory_to_main" })
        });
        let source = rows().map(|row| if row.given { "given" } else { "learned" });
        let mut columns: Vec<ArrayRef> = vec![
            arrow::ids(products, rows().map(|row| row.product))?,
            arrow::ids(products, rows().map(|row| row.related))?,
            Arc::new(StringArray::from_iter_values(rows().map(|row| row.relation.name()))),
            Arc::new(direction.collect::<StringArray>()),
            Arc::new(StringArray::from_iter_values(source)),
        ];
        type Count = fn(&RelationNumbers) -> u32;
        let counts: [(&str, Count); 2] =
            [("baskets", |n| n.baskets), ("customers", |n| n.customers)];
        for (name, count) in counts {
            fields.push(Field::new(name, DataType::Int64, true));
            let values = rows().map(|row| row.numbers.as_ref().map(|n| i64::from(count(n))));
            columns.push(Arc::new(values.collect::<Int64Array>()));
        }
        type Number = fn(&RelationNumbers) -> Option<f64>;
        let numbers: [(&str, Number); 9] = [
            ("expected", |n| Some(f64::from(n.expected))),
            ("lift", |n| Some(n.lift)),
            ("lift_low", |n| Some(n.lift_low)),
            ("lift_high", |n| Some(n.lift_high)),
            ("confidence", |n| Some(n.confidence)),
            ("confidence_back", |n| Some(n.confidence_back)),
            ("context", |n| Some(f64::from(n.context))),
            ("follow_up", |n| n.follow_up),
            ("follow_up_back", |n| n.follow_up_back),
        ];
        for (name, number) in numbers {
            fields.push(Field::new(name, DataType::Float64, true));
            let values = rows().map(|row| row.numbers.as_ref().and_then(number));
            columns.push(Arc::new(values.collect::<Float64Array>()));
        }
        type Same = fn(&RelationRow) -> bool;
        let same: [(&str, Same); 3] = [
            ("same_line", |row| row.same_line),
            ("same_category", |row| row.same_category),
            ("same_brand", |row| row.same_brand),
        ];
        for (name, same) in same {
            fields.push(Field::new(name, DataType::Boolean, false));
            columns.push(Arc::new(rows().map(|row| Some(same(row))).collect::<BooleanArray>()));
        }
        fields.push(Field::new("price_ratio", DataType::Float64, true));
        columns.push(Arc::new(rows().map(|row| row.price_ratio).collect::<Float64Array>()));
        let schema: SchemaRef = Arc::new(Schema::new(fields));
        arrow::batch(schema, columns)
    }
}
