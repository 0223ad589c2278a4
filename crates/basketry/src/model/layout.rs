//! What a model file holds: written from what was learned, found and checked on opening.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::file::{Column, Kind, Sections, Writer, damaged, other_version};
use super::finder::Finder;
use super::lookup::{self, IdColumns, IdKinds};
use super::relations::{self, RelationLayout};
use super::rules::{self, RuleLayout};
use super::snapshot::{self, Outline, Snapshot};
use crate::affinity::features::{
    BOUNDS as BOUND_COUNT, CURVES as CURVE_COUNT, FEATURE_NAMES, PRODUCT_ROW, Segment, Task,
    WEIGHTS as WEIGHT_COUNT,
};
use crate::affinity::orders::Products;
use crate::affinity::propensity::Propensity;
use crate::affinity::relations::RelationRows;
use crate::affinity::statistics::Statistics;
use crate::affinity::views::{Factors, Learned, Neighbours, Own, RANK, Similar, Stats};
use crate::affinity::{FitOptions, FitReport};
use crate::{Catalog, History, IdKind, Result};

/// Options, fit report, and what the columns of the catalogue are: UTF-8.
const JSON: Kind = *b"JSON";
/// The products' ids: those of the catalogue, then those only in the history.
const PRODUCT_IDS: IdKinds =
    IdKinds { ints: *b"PIDI", offsets: *b"PIDO", text: *b"PIDT", table: *b"PIDH" };
/// The customers' ids.
const CUSTOMER_IDS: IdKinds =
    IdKinds { ints: *b"CIDI", offsets: *b"CIDO", text: *b"CIDT", table: *b"CIDH" };
/// One i64: the time of the last order, milliseconds since 1970-01-01 UTC.
const AS_OF: Kind = *b"ASOF";
/// Three f32: half-life of a customer's purchases in days, mean basket size, days of the horizon.
const SCALARS: Kind = *b"SCAL";
/// Per product, u32: baskets with it.
const PRODUCT_BASKETS: Kind = *b"PBAS";
/// Per product, u32: distinct customers.
const PRODUCT_CUSTOMERS: Kind = *b"PCUS";
/// Per product, f32: smoothed, time-decayed share of baskets.
const POPULARITY: Kind = *b"PPOP";
/// Per product a row of f32: its features.
const PRODUCT_FEATURES: Kind = *b"PFEA";
/// Per product, f32: share of its customers who bought it at least twice.
const REPEAT_SHARE: Kind = *b"PREP";
/// Per product, f32: shape of the gamma prior of the repurchase rate per day.
const RATE_SHAPE: Kind = *b"PRSH";
/// Per product, f32: rate of that prior, days.
const RATE_DAYS: Kind = *b"PRDY";
/// Per product, u32: its narrowest known category; the greatest u32 if none is known.
const PRODUCT_CATEGORY: Kind = *b"PCAT";
/// Popular products, u32, the most popular first.
const POPULAR: Kind = *b"POPL";
/// Per product and one more, u64: where its row of pairs begins.
const PAIR_OFFSETS: Kind = *b"NOFF";
/// Per pair, u32: the other product.
const PAIR_PRODUCT: Kind = *b"NPRO";
/// Per pair, f32: natural logarithm of the lower bound of the lift.
const PAIR_LOG_LOW: Kind = *b"NLOW";
/// Per pair, f32: shrunk lift.
const PAIR_LIFT: Kind = *b"NLIF";
/// Per pair, u32: baskets with both.
const PAIR_BASKETS: Kind = *b"NBAS";
/// Per pair, u32: distinct customers with both in one basket.
const PAIR_CUSTOMERS: Kind = *b"NCUS";
/// Similarity by what customers buy. Per product, u32: its row of the next three; a row behind those
/// of the products if it shares that of its category; the greatest u32 if it has none.
const FACTOR_PLACE: Kind = *b"SCPL";
/// Per row, u32: the product.
const FACTOR_PRODUCT: Kind = *b"SCPR";
/// Per row, `RANK` f32: the vector of the product as one that was bought.
const FACTOR_SOURCE: Kind = *b"SCSO";
/// Per row, `RANK` f32: the vector of the product as one that may be bought; then those of categories.
const FACTOR_TARGET: Kind = *b"SCTA";
/// Similarity by what baskets hold. Per product and one more, u64: where the row of what it says
/// about others begins.
const SIMILAR_OFFSETS: Kind = *b"SBOF";
/// u32: the other product, ascending.
const SIMILAR_PRODUCT: Kind = *b"SBPR";
/// f32: what having the product adds to the other's score.
const SIMILAR_WEIGHT: Kind = *b"SBWT";
/// Per customer and one more, u64: where their row of purchases begins.
const OWN_OFFSETS: Kind = *b"OOFF";
/// Per row of purchases, u32: the product, ascending.
const OWN_PRODUCT: Kind = *b"OPRO";
/// f32: baskets with it, each worth 2^(-age / half-life).
const OWN_WEIGHT: Kind = *b"OWGT";
/// f32: the same with the half-life of what is called recent.
const OWN_RECENT: Kind = *b"ORCT";
/// u32: baskets with it.
const OWN_COUNT: Kind = *b"OCNT";
/// f32: days from the last purchase to `AS_OF`.
const OWN_LAST: Kind = *b"OLST";
/// f32: days from the first purchase to `AS_OF`.
const OWN_FIRST: Kind = *b"OFST";
/// Per customer, u32: baskets.
const CUSTOMER_BASKETS: Kind = *b"CBAS";
/// Per customer, f32: baskets, each worth 2^(-age / half-life).
const CUSTOMER_WEIGHT: Kind = *b"CWGT";
/// f32: the same with the half-life of what is called recent.
const CUSTOMER_RECENT: Kind = *b"CRCT";
/// Per customer, f32: mean number of distinct products in a basket.
const CUSTOMER_SIZE: Kind = *b"CSIZ";
/// f32: the weights of the features, a row per task and segment.
const WEIGHTS: Kind = *b"WGHT";
/// f32: the knots of the calibration curves, two rows per task and segment.
const CURVES: Kind = *b"CURV";
/// f32: the bounds of the features of products, two rows per task and segment.
const BOUNDS: Kind = *b"BNDS";

const KINDS: [Kind; 47] = [
    JSON,
    PRODUCT_IDS.ints,
    PRODUCT_IDS.offsets,
    PRODUCT_IDS.text,
    PRODUCT_IDS.table,
    CUSTOMER_IDS.ints,
    CUSTOMER_IDS.offsets,
    CUSTOMER_IDS.text,
    CUSTOMER_IDS.table,
    AS_OF,
    SCALARS,
    PRODUCT_BASKETS,
    PRODUCT_CUSTOMERS,
    PRODUCT_CATEGORY,
    POPULARITY,
    PRODUCT_FEATURES,
    REPEAT_SHARE,
    RATE_SHAPE,
    RATE_DAYS,
    POPULAR,
    PAIR_OFFSETS,
    PAIR_PRODUCT,
    PAIR_LOG_LOW,
    PAIR_LIFT,
    PAIR_BASKETS,
    PAIR_CUSTOMERS,
    FACTOR_PLACE,
    FACTOR_PRODUCT,
    FACTOR_SOURCE,
    FACTOR_TARGET,
    SIMILAR_OFFSETS,
    SIMILAR_PRODUCT,
    SIMILAR_WEIGHT,
    OWN_OFFSETS,
    OWN_PRODUCT,
    OWN_WEIGHT,
    OWN_RECENT,
    OWN_COUNT,
    OWN_LAST,
    OWN_FIRST,
    CUSTOMER_BASKETS,
    CUSTOMER_WEIGHT,
    CUSTOMER_RECENT,
    CUSTOMER_SIZE,
    WEIGHTS,
    CURVES,
    BOUNDS,
];

/// The columns with one entry for each customer, besides those of their ids.
const PER_CUSTOMER: [Kind; 4] = [CUSTOMER_BASKETS, CUSTOMER_WEIGHT, CUSTOMER_RECENT, CUSTOMER_SIZE];
/// The columns with one entry for each row of purchases.
const PER_PURCHASE: [Kind; 6] =
    [OWN_PRODUCT, OWN_WEIGHT, OWN_RECENT, OWN_COUNT, OWN_LAST, OWN_FIRST];

/// Stands for what the entries of the sections mean: which features there are, in which order, and how
/// many numbers are learned of what. In a file with another number the same entries may be something
/// else, though there are as many of them.
pub(super) fn number() -> u64 {
    let (tasks, segments) = (Task::ALL.map(Task::name), Segment::ALL.map(Segment::name));
    let counts = [WEIGHT_COUNT, CURVE_COUNT, BOUND_COUNT, PRODUCT_ROW, RANK];
    number_of([&FEATURE_NAMES, &tasks, &segments], counts)
}

fn number_of(lists: [&[&str]; 3], counts: [usize; 5]) -> u64 {
    let mut hash = Xxh3::new();
    let count = |hash: &mut Xxh3, count: usize| hash.update(&(count as u64).to_le_bytes());
    for names in lists {
        count(&mut hash, names.len());
        for name in names {
            count(&mut hash, name.len());
            hash.update(name.as_bytes());
        }
    }
    counts.into_iter().for_each(|of| count(&mut hash, of));
    hash.digest()
}

/// Every kind of section that a model may have.
fn kinds() -> Vec<Kind> {
    [&KINDS[..], &snapshot::KINDS[..], &rules::KINDS[..], &relations::KINDS[..]].concat()
}

/// No number that is learned comes near it, and sums and products of such numbers stay finite.
const BIG: f32 = 1e15;

/// The JSON section.
#[derive(Serialize, Deserialize)]
struct Text {
    options: FitOptions,
    report: FitReport,
    catalog: Outline,
    integer_products: bool,
    integer_customers: bool,
}

/// Everything learned, as the bytes of a model file.
pub(super) fn write(
    catalog: &Catalog,
    history: &History,
    products: &Products,
    (statistics, found): (&Statistics, &RelationRows),
    propensity: &Propensity,
    options: &FitOptions,
    report: &FitReport,
) -> Result<Vec<u8>> {
    let mut writer = Writer::new(number());
    let product_ids: Vec<_> = catalog
        .ids()
        .iter()
        .chain(products.history_only.iter().map(|&index| history.products().get(index)))
        .collect();
    let known = if history.shape.customers { history.customers().len() } else { 0 };
    let (product_kind, customer_kind) = (catalog.ids().kind(), history.customers().kind());
    lookup::write_ids(&mut writer, PRODUCT_IDS, product_kind, product_ids.iter().copied());
    let customer_ids: Vec<_> = history.customers().iter().take(known).collect();
    lookup::write_ids(&mut writer, CUSTOMER_IDS, customer_kind, customer_ids.iter().copied());
    let outline = snapshot::write(&mut writer, catalog);

    writer.section(AS_OF, 0, &[statistics.as_of]);
    let scalars = [statistics.half_life_days, statistics.mean_size, propensity.horizon_days];
    writer.section(SCALARS, 0, &scalars);
    writer.section(WEIGHTS, 0, &propensity.weights);
    writer.section(CURVES, 0, &propensity.curves);
    writer.section(BOUNDS, 0, &propensity.bounds);
    let rows = &statistics.products;
    writer.section(PRODUCT_BASKETS, 0, &rows.baskets);
    writer.section(PRODUCT_CUSTOMERS, 0, &rows.customers);
    writer.section(POPULARITY, 0, &rows.popularity);
    writer.section(PRODUCT_FEATURES, 0, &rows.features);
    writer.section(REPEAT_SHARE, 0, &rows.repeat_share);
    writer.section(RATE_SHAPE, 0, &rows.rate_shape);
    writer.section(RATE_DAYS, 0, &rows.rate_days);
    writer.section(PRODUCT_CATEGORY, 0, &rows.category);
    writer.section(POPULAR, 0, &statistics.popular);
    let pairs = &statistics.pairs;
    writer.section(PAIR_OFFSETS, 0, &pairs.offsets);
    writer.section(PAIR_PRODUCT, 0, &pairs.product);
    writer.section(PAIR_LOG_LOW, 0, &pairs.log_low);
    writer.section(PAIR_LIFT, 0, &pairs.lift);
    writer.section(PAIR_BASKETS, 0, &pairs.baskets);
    writer.section(PAIR_CUSTOMERS, 0, &pairs.customers);
    let factors = &statistics.similar_customers;
    writer.section(FACTOR_PLACE, 0, &factors.place);
    writer.section(FACTOR_PRODUCT, 0, &factors.product);
    writer.section(FACTOR_SOURCE, 0, &factors.source);
    writer.section(FACTOR_TARGET, 0, &factors.target);
    let similar = &statistics.similar_baskets;
    writer.section(SIMILAR_OFFSETS, 0, &similar.offsets);
    writer.section(SIMILAR_PRODUCT, 0, &similar.product);
    writer.section(SIMILAR_WEIGHT, 0, &similar.weight);
    let own = &statistics.own;
    writer.section(OWN_OFFSETS, 0, &own.offsets);
    writer.section(OWN_PRODUCT, 0, &own.product);
    writer.section(OWN_WEIGHT, 0, &own.weight);
    writer.section(OWN_RECENT, 0, &own.recent);
    writer.section(OWN_COUNT, 0, &own.count);
    writer.section(OWN_LAST, 0, &own.last_days);
    writer.section(OWN_FIRST, 0, &own.first_days);
    writer.section(CUSTOMER_BASKETS, 0, &own.customer_baskets);
    writer.section(CUSTOMER_WEIGHT, 0, &own.customer_weight);
    writer.section(CUSTOMER_RECENT, 0, &own.customer_recent);
    writer.section(CUSTOMER_SIZE, 0, &own.customer_size);

    relations::write(&mut writer, found);
    let text = Text {
        options: options.clone(),
        report: report.clone(),
        catalog: outline,
        integer_products: product_kind == IdKind::Int,
        integer_customers: customer_kind == IdKind::Int,
    };
    write_text(&mut writer, &text)?;
    Ok(writer.finish())
}

/// Everything of a model file but what it holds of single customers who do not stay. `stays` has
/// an entry for each customer and the number of those who go.
pub(super) fn without_customers(
    layout: &Layout,
    sections: &Sections,
    bytes: &[u8],
    (stays, forgotten): (&[bool], u64),
    writer: &mut Writer,
) -> Result<()> {
    let offsets = layout.own_offsets.of(bytes);
    let mut kept_offsets = vec![0u64];
    let mut end = 0;
    for (row, _) in offsets.windows(2).zip(stays).filter(|&(_, &stays)| stays) {
        end += row[1] - row[0];
        kept_offsets.push(end);
    }
    // Bytes of the entries that stay.
    let of_customers = |column: &[u8]| -> Vec<u8> {
        let size = column.len() / stays.len().max(1);
        let entries = column.chunks_exact(size.max(1)).zip(stays);
        entries.filter(|&(_, &stays)| stays).flat_map(|(entry, _)| entry.iter().copied()).collect()
    };
    let of_purchases = |column: &[u8]| -> Vec<u8> {
        let entries = offsets.last().map_or(0, |&all| all as usize);
        let size = column.len() / entries.max(1);
        let rows = offsets.windows(2).zip(stays).filter(|&(_, &stays)| stays);
        rows.flat_map(|(row, _)| &column[row[0] as usize * size..row[1] as usize * size])
            .copied()
            .collect()
    };
    let customers = layout.customers.view(bytes);
    let ids: Vec<_> =
        customers.iter().zip(stays).filter(|&(_, &stays)| stays).map(|(id, _)| id).collect();
    lookup::write_ids(writer, CUSTOMER_IDS, customers.kind(), ids.iter().copied());
    writer.section(OWN_OFFSETS, 0, &kept_offsets);
    let mut text = read_text(sections, bytes, "model")?;
    text.report.forgotten_customers += forgotten;
    write_text(writer, &text)?;
    let IdKinds { ints, offsets: of_ids, text: of_text, table } = CUSTOMER_IDS;
    let written = [ints, of_ids, of_text, table, OWN_OFFSETS, JSON];
    sections.copy_changed(bytes, &written, writer, |kind, column| {
        if PER_CUSTOMER.contains(&kind) {
            Some(of_customers(column))
        } else if PER_PURCHASE.contains(&kind) {
            Some(of_purchases(column))
        } else {
            None
        }
    });
    Ok(())
}

fn read_text(sections: &Sections, bytes: &[u8], name: &str) -> Result<Text> {
    let json = sections.column::<u8>(JSON, 0, name)?.of(bytes);
    serde_json::from_slice(json).map_err(|error| {
        let what = format!("section JSON: {error}");
        // What was written so lacks what this version writes.
        let whole = error.is_data() && sections.is_whole(JSON, bytes);
        if whole { other_version(name, what) } else { damaged(name, what) }.with_source(error)
    })
}

fn write_text(writer: &mut Writer, text: &Text) -> Result<()> {
    let json = serde_json::to_vec(text).map_err(|error| {
        crate::Error::new(crate::ErrorKind::Internal, "the fit report could not be written")
            .with_source(error)
    })?;
    writer.section(JSON, 0, &json);
    Ok(())
}

/// Where everything lies in a model file.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) options: FitOptions,
    pub(super) report: FitReport,
    pub(super) snapshot: Snapshot,
    pub(super) products: IdColumns,
    pub(super) customers: IdColumns,
    pub(super) as_of: i64,
    pub(super) rules: Option<RuleLayout>,
    pub(super) relations: Option<RelationLayout>,
    half_life_days: f32,
    mean_size: f32,
    horizon_days: f32,
    weights: Column<f32>,
    curves: Column<f32>,
    bounds: Column<f32>,
    product_baskets: Column<u32>,
    product_customers: Column<u32>,
    popularity: Column<f32>,
    product_features: Column<f32>,
    repeat_share: Column<f32>,
    rate_shape: Column<f32>,
    rate_days: Column<f32>,
    product_category: Column<u32>,
    popular: Column<u32>,
    pair_offsets: Column<u64>,
    pair_product: Column<u32>,
    pair_log_low: Column<f32>,
    pair_lift: Column<f32>,
    pair_baskets: Column<u32>,
    pair_customers: Column<u32>,
    factor_place: Column<u32>,
    factor_product: Column<u32>,
    factor_source: Column<f32>,
    factor_target: Column<f32>,
    similar_offsets: Column<u64>,
    similar_product: Column<u32>,
    similar_weight: Column<f32>,
    own_offsets: Column<u64>,
    own_product: Column<u32>,
    own_weight: Column<f32>,
    own_recent: Column<f32>,
    own_count: Column<u32>,
    own_last: Column<f32>,
    own_first: Column<f32>,
    customer_baskets: Column<u32>,
    customer_weight: Column<f32>,
    customer_recent: Column<f32>,
    customer_size: Column<f32>,
}

impl Layout {
    /// Finds everything and checks whatever is relied on later.
    pub(super) fn find(sections: &Sections, bytes: &[u8], name: &str) -> Result<Self> {
        sections.check_known(&kinds(), name)?;
        let text = read_text(sections, bytes, name)?;
        let kind = |integers: bool| if integers { IdKind::Int } else { IdKind::Str };
        let product_kind = kind(text.integer_products);
        let customer_kind = kind(text.integer_customers);
        let products = IdColumns::find(sections, bytes, PRODUCT_IDS, product_kind, name)?;
        let customers = IdColumns::find(sections, bytes, CUSTOMER_IDS, customer_kind, name)?;
        let p = products.view(bytes).len();
        let c = customers.view(bytes).len();

        let finder = Finder { sections, bytes, name };
        let as_of = finder.column::<i64>(AS_OF, 1)?.of(bytes)[0];
        if jiff::Timestamp::from_millisecond(as_of).is_err() {
            return Err(finder.wrong(AS_OF, "not a time in the years -9999 to 9999"));
        }
        let scalars = finder.floats(SCALARS, 3, 1e-9, BIG)?.of(bytes);
        let (pair_offsets, pairs) = finder.offsets(PAIR_OFFSETS, p)?;
        let (own_offsets, owned) = finder.offsets(OWN_OFFSETS, c)?;
        let (similar_offsets, similar) = finder.offsets(SIMILAR_OFFSETS, p)?;
        let factors = sections.column::<u32>(FACTOR_PRODUCT, 0, name)?.of(bytes).len();
        let targets = sections.column::<f32>(FACTOR_TARGET, 0, name)?.of(bytes).len() / RANK;
        if targets < factors {
            return Err(finder.wrong(FACTOR_TARGET, &format!("expected {factors} rows or more")));
        }
        let popular_len = sections.column::<u32>(POPULAR, 0, name)?.of(bytes).len();
        Ok(Self {
            snapshot: Snapshot::find(sections, bytes, &text.catalog, p, name)?,
            options: text.options,
            report: text.report,
            products,
            customers,
            as_of,
            rules: RuleLayout::find(sections, bytes, p, name)?,
            relations: RelationLayout::find(sections, bytes, p, name)?,
            half_life_days: scalars[0],
            mean_size: scalars[1],
            horizon_days: scalars[2],
            weights: finder.floats(WEIGHTS, WEIGHT_COUNT, -BIG, BIG)?,
            bounds: finder.floats(BOUNDS, BOUND_COUNT, -BIG, BIG)?,
            curves: finder.floats(CURVES, CURVE_COUNT, -100.0, 100.0)?,
            product_baskets: finder.column(PRODUCT_BASKETS, p)?,
            product_customers: finder.column(PRODUCT_CUSTOMERS, p)?,
            popularity: finder.floats(POPULARITY, p, 0.0, 1.0)?,
            product_features: finder.floats(PRODUCT_FEATURES, p * PRODUCT_ROW, -100.0, 100.0)?,
            repeat_share: finder.floats(REPEAT_SHARE, p, 0.0, 1.0)?,
            rate_shape: finder.floats(RATE_SHAPE, p, 1e-9, BIG)?,
            rate_days: finder.floats(RATE_DAYS, p, 1e-9, BIG)?,
            product_category: finder.column(PRODUCT_CATEGORY, p)?,
            popular: finder.indices(POPULAR, popular_len, p)?,
            pair_offsets,
            pair_product: finder.indices(PAIR_PRODUCT, pairs, p)?,
            pair_log_low: finder.floats(PAIR_LOG_LOW, pairs, 0.0, 100.0)?,
            pair_lift: finder.floats(PAIR_LIFT, pairs, 0.0, BIG)?,
            pair_baskets: finder.column(PAIR_BASKETS, pairs)?,
            pair_customers: finder.column(PAIR_CUSTOMERS, pairs)?,
            factor_place: finder.column(FACTOR_PLACE, p)?,
            factor_product: finder.indices(FACTOR_PRODUCT, factors, p)?,
            factor_source: finder.floats(FACTOR_SOURCE, factors * RANK, -BIG, BIG)?,
            factor_target: finder.floats(FACTOR_TARGET, targets * RANK, -BIG, BIG)?,
            similar_offsets,
            similar_product: finder.indices(SIMILAR_PRODUCT, similar, p)?,
            similar_weight: finder.floats(SIMILAR_WEIGHT, similar, -BIG, BIG)?,
            own_offsets,
            own_product: finder.indices(OWN_PRODUCT, owned, p)?,
            own_weight: finder.floats(OWN_WEIGHT, owned, 0.0, BIG)?,
            own_recent: finder.floats(OWN_RECENT, owned, 0.0, BIG)?,
            own_count: finder.column(OWN_COUNT, owned)?,
            own_last: finder.floats(OWN_LAST, owned, 0.0, BIG)?,
            own_first: finder.floats(OWN_FIRST, owned, 0.0, BIG)?,
            customer_baskets: finder.column(CUSTOMER_BASKETS, c)?,
            customer_weight: finder.floats(CUSTOMER_WEIGHT, c, 0.0, BIG)?,
            customer_recent: finder.floats(CUSTOMER_RECENT, c, 0.0, BIG)?,
            customer_size: finder.floats(CUSTOMER_SIZE, c, 0.0, BIG)?,
        })
    }

    /// What was learned, as views of the file.
    pub(super) fn learned<'a>(&self, bytes: &'a [u8]) -> Learned<'a> {
        Learned {
            as_of: self.as_of,
            half_life_days: self.half_life_days,
            mean_size: self.mean_size,
            sold: self.snapshot.len() as u32,
            neighbours: Neighbours {
                offsets: self.pair_offsets.of(bytes),
                product: self.pair_product.of(bytes),
                log_low: self.pair_log_low.of(bytes),
                lift: self.pair_lift.of(bytes),
                baskets: self.pair_baskets.of(bytes),
                customers: self.pair_customers.of(bytes),
            },
            similar_customers: Factors {
                place: self.factor_place.of(bytes),
                product: self.factor_product.of(bytes),
                source: self.factor_source.of(bytes),
                target: self.factor_target.of(bytes),
            },
            similar_baskets: Similar {
                offsets: self.similar_offsets.of(bytes),
                product: self.similar_product.of(bytes),
                weight: self.similar_weight.of(bytes),
            },
            own: Own {
                offsets: self.own_offsets.of(bytes),
                product: self.own_product.of(bytes),
                weight: self.own_weight.of(bytes),
                recent: self.own_recent.of(bytes),
                count: self.own_count.of(bytes),
                last_days: self.own_last.of(bytes),
                first_days: self.own_first.of(bytes),
                customer_baskets: self.customer_baskets.of(bytes),
                customer_weight: self.customer_weight.of(bytes),
                customer_recent: self.customer_recent.of(bytes),
                customer_size: self.customer_size.of(bytes),
            },
            products: Stats {
                baskets: self.product_baskets.of(bytes),
                customers: self.product_customers.of(bytes),
                popularity: self.popularity.of(bytes),
                features: self.product_features.of(bytes),
                repeat_share: self.repeat_share.of(bytes),
                rate_shape: self.rate_shape.of(bytes),
                rate_days: self.rate_days.of(bytes),
                category: self.product_category.of(bytes),
            },
            popular: self.popular.of(bytes),
            horizon_days: self.horizon_days,
            weights: self.weights.of(bytes),
            curves: self.curves.of(bytes),
            bounds: self.bounds.of(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        CatalogBuilder, CatalogOptions, Control, ErrorKind, HistoryBuilder, HistoryOptions,
        OrderLine, Product, fit,
    };

    #[test]
    fn no_change_of_what_is_learned_goes_unnoticed() {
        let number = |features: &[&str], tasks: &[&str], rank| {
            number_of([features, tasks, &["new"]], [1, 2, 3, 4, rank])
        };
        let mut all = vec![
            number(&["trend", "spread"], &["basket"], 5),
            number(&["spread", "trend"], &["basket"], 5),
            number(&["trend", "reach"], &["basket"], 5),
            number(&["trend"], &["spread", "basket"], 5),
            number(&["trends", "pread"], &["basket"], 5),
            number(&["trend", "spread"], &["basket"], 6),
        ];
        let len = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), len);
        assert_eq!(number(&["trend"], &["basket"], 5), number(&["trend"], &["basket"], 5));
    }

    #[test]
    fn a_report_of_another_version_is_no_damage() {
        let error = |json: &[u8], flip: Option<u8>| {
            let mut writer = Writer::new(number());
            writer.section(JSON, 0, json);
            let mut file = writer.finish();
            let at = file.len() - 64;
            flip.into_iter().for_each(|flip| file[at + 4] ^= flip);
            let (_, sections) = Sections::parse(&file, number(), "x").unwrap();
            let error = Layout::find(&sections, &file, "x").unwrap_err();
            (error.kind(), error.to_string())
        };
        let (kind, text) = error(br#"{"other": {}}"#, None);
        assert_eq!(kind, ErrorKind::Version, "{text}");
        assert!(text.starts_with("x: section JSON: missing field `options`"), "{text}");
        assert!(text.ends_with("fit the model again with this one"), "{text}");
        for (json, flip) in [(&br#"{"other": {}}"#[..], Some(1)), (br#"{"other"#, None)] {
            let (kind, text) = error(json, flip);
            assert_eq!(kind, ErrorKind::Format, "{text}");
        }
    }

    /// Whoever adds a column says whether it tells of single customers.
    #[test]
    fn no_two_sections_have_one_name() {
        let mut kinds = kinds();
        let all = kinds.len();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds.len(), all);
    }

    #[test]
    fn every_column_of_customers_or_purchases_is_known_as_such() {
        let control = Control::new();
        let mut catalog = CatalogBuilder::new(&CatalogOptions::default());
        for product in 0..7 {
            catalog.push(&Product::new(product).price(100)).unwrap();
        }
        let mut history = HistoryBuilder::new(&HistoryOptions::default());
        for line in 0..2000i64 {
            let product = line % 7;
            let time = line * 3_600_000;
            let line = OrderLine::new(time, product).customer(line % 331).basket(line / 2 % 331);
            let line = OrderLine { basket: line.customer, ..line };
            history.push(&line).unwrap();
        }
        let history = history.finish(&control).unwrap();
        let options = FitOptions::default().min_customers(1);
        let model = fit(&catalog.finish(), &history, &options, &control).unwrap();
        let (customers, purchases) = (331, 1986 + 14);
        let own = model.learned().own;
        assert_eq!(model.customers().len(), customers);
        let purchases = purchases.min(own.product.len()).max(own.product.len());
        for (kind, len) in model.inner.sections.lengths() {
            let name = kind.escape_ascii();
            let listed = PER_CUSTOMER.contains(&kind);
            assert_eq!(len == customers && kind != CUSTOMER_IDS.ints, listed, "{name}");
            assert_eq!(len == purchases, PER_PURCHASE.contains(&kind), "{name}");
        }
    }
}
