//! Random lines in every layout, against a naive reading.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Date32Array, Date64Array, Decimal128Array, Decimal256Array, Float32Array,
    Float64Array, Int16Array, Int32Array, StringArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
};
use arrow_buffer::i256;
use basketry::{
    Control, ErrorKind, History, HistoryBuilder, HistoryColumns, HistoryOptions, Id, IdRef, OnBad,
    OnNonPositive, OrderLine, Result, TableReader,
};
use proptest::prelude::*;

use crate::common::{integers, strings, table};

pub(crate) const DAY: i64 = 86_400_000;

/// One order line as the tests think of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) customer: Option<i64>,
    pub(crate) basket: Option<i64>,
    pub(crate) day: Option<i64>,
    pub(crate) product: Option<i64>,
    pub(crate) quantity: Option<f64>,
    pub(crate) cents: Option<f64>,
}

/// How a column of ids is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ids {
    Strings(usize),
    Integers(usize),
}

impl Ids {
    pub(crate) fn array(self, values: &[Option<i64>]) -> ArrayRef {
        match self {
            Ids::Strings(layout) => {
                let name = |value: &Option<i64>| value.map(text_id);
                strings(&values.iter().map(name).collect::<Vec<_>>(), layout)
            }
            Ids::Integers(layout) => integers(values, layout),
        }
    }

    pub(crate) fn id(self, value: i64) -> Id {
        match self {
            Ids::Strings(_) => text_id(value).into(),
            Ids::Integers(_) => value.into(),
        }
    }
}

// Some shorter and some longer than the 12 bytes that a string view holds in place.
pub(crate) fn text_id(value: i64) -> String {
    if value % 2 == 0 { format!("é{value}") } else { format!("a rather long id {value}") }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) customer: Ids,
    pub(crate) basket: Ids,
    pub(crate) product: Ids,
    pub(crate) time: usize,
    pub(crate) quantity: usize,
    pub(crate) revenue: usize,
    pub(crate) chunk: usize,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Roles {
    pub(crate) customer: bool,
    pub(crate) basket: bool,
    pub(crate) quantity: bool,
    pub(crate) revenue: bool,
}

impl Roles {
    pub(crate) fn columns(self) -> HistoryColumns {
        let mut columns = HistoryColumns::new("when", "sku");
        if self.customer {
            columns = columns.customer("who");
        }
        if self.basket {
            columns = columns.basket("order");
        }
        if self.quantity {
            columns = columns.quantity("units");
        }
        if self.revenue {
            columns = columns.revenue("paid");
        }
        columns
    }
}

pub(crate) fn times(days: &[Option<i64>], layout: usize) -> ArrayRef {
    let of = |unit: i64| days.iter().map(move |day| day.map(|day| day * unit));
    match layout % 7 {
        0 => Arc::new(days.iter().map(|day| day.map(|day| day as i32)).collect::<Date32Array>()),
        1 => Arc::new(of(DAY).collect::<Date64Array>()),
        2 => Arc::new(of(DAY / 1000).collect::<TimestampSecondArray>()),
        3 => {
            let array: TimestampMillisecondArray = of(DAY).collect();
            Arc::new(array.with_timezone("America/New_York"))
        }
        4 => Arc::new(of(DAY * 1000).collect::<TimestampMicrosecondArray>()),
        5 => {
            let array: TimestampNanosecondArray = of(DAY * 1_000_000).collect();
            Arc::new(array.with_timezone("+05:30"))
        }
        _ => {
            // 2020-01-01 and the days after it.
            let text = |day: i64| match day - 18_262 {
                day @ 0..31 => format!("2020-01-{:02}", day + 1),
                _ => unreachable!("tests use January 2020"),
            };
            Arc::new(days.iter().map(|day| day.map(text)).collect::<StringArray>())
        }
    }
}

pub(crate) fn numbers(values: &[Option<f64>], layout: usize) -> ArrayRef {
    let exact = values.iter().flatten().all(|value| value.is_finite());
    let hundredths = || values.iter().map(|v| v.map(|v| (v * 100.0).round() as i128));
    match layout % 5 {
        1 => Arc::new(values.iter().map(|v| v.map(|v| v as f32)).collect::<Float32Array>()),
        2 if exact => Arc::new(
            hundredths().collect::<Decimal128Array>().with_precision_and_scale(20, 2).unwrap(),
        ),
        3 if exact => Arc::new(
            hundredths()
                .map(|value| value.map(|value| i256::from_i128(value * 1000)))
                .collect::<Decimal256Array>()
                .with_precision_and_scale(40, 5)
                .unwrap(),
        ),
        4 if values.iter().flatten().all(|value| value.fract() == 0.0) => {
            Arc::new(values.iter().map(|v| v.map(|v| v as i16)).collect::<Int16Array>())
        }
        _ => Arc::new(values.iter().copied().collect::<Float64Array>()),
    }
}

pub(crate) fn reader(rows: &[Row], roles: Roles, layout: Layout) -> TableReader {
    // A column keeps its type from chunk to chunk.
    let quantities: Vec<Option<f64>> = rows.iter().map(|row| row.quantity).collect();
    let amounts: Vec<Option<f64>> =
        rows.iter().map(|row| row.cents.map(|cents| cents / 100.0)).collect();
    let units = numbers(&quantities, layout.quantity);
    let paid = numbers(&amounts, layout.revenue);
    let mut names = vec!["noise", "when", "sku"];
    names.extend(roles.customer.then_some("who"));
    names.extend(roles.basket.then_some("order"));
    names.extend(roles.quantity.then_some("units"));
    names.extend(roles.revenue.then_some("paid"));
    table(rows.len(), layout.chunk, &names, |name, range| {
        let part = &rows[range.clone()];
        match name {
            "noise" => Arc::new(Int32Array::from(vec![0; part.len()])),
            "when" => times(&part.iter().map(|row| row.day).collect::<Vec<_>>(), layout.time),
            "sku" => layout.product.array(&part.iter().map(|row| row.product).collect::<Vec<_>>()),
            "who" => {
                layout.customer.array(&part.iter().map(|row| row.customer).collect::<Vec<_>>())
            }
            "order" => layout.basket.array(&part.iter().map(|row| row.basket).collect::<Vec<_>>()),
            "units" => units.slice(range.start, range.len()),
            _ => paid.slice(range.start, range.len()),
        }
    })
}

/// Product, quantity, cents.
pub(crate) type ShownLine = (Id, f32, Option<i64>);

/// All that a history shows.
#[derive(Debug, PartialEq)]
pub(crate) struct Shown {
    /// Basket id, customer id, time, lines (product, quantity, cents).
    pub(crate) baskets: Vec<(Id, Id, i64, Vec<ShownLine>)>,
    pub(crate) customers: Vec<Id>,
    pub(crate) products: Vec<Id>,
    pub(crate) returns: Vec<(Id, i64, Id, f32, Option<i64>)>,
    /// Read, used, null, not finite, not positive, returns, merged, several times, below zero.
    pub(crate) counts: [u64; 9],
}

pub(crate) fn show(history: &History) -> Shown {
    let product = |index| history.products().get(index).to_owned();
    let report = history.report();
    assert_eq!(
        report.lines_read,
        report.lines_used
            + report.skipped_null
            + report.skipped_non_finite
            + report.skipped_non_positive
            + report.returns
    );
    assert_eq!(report.lines_used, history.lines() as u64 + report.merged);
    assert_eq!(report.baskets, history.len() as u64);
    assert_eq!(report.customers, history.customers().len() as u64);
    assert_eq!(report.products, history.products().len() as u64);
    assert_eq!(report.returns, history.returns().len() as u64);
    let times = (0..history.len()).map(|basket| history.time_of(basket));
    assert_eq!(history.first_time(), times.clone().min());
    assert_eq!(history.last_time(), times.max());
    let baskets = history.to_baskets();
    Shown {
        baskets: (0..history.len())
            .map(|b| {
                let lines: Vec<_> = history.lines_of(b).collect();
                let items: Vec<u32> = lines.iter().map(|line| line.product).collect();
                assert!(items.is_sorted_by(|a, b| a < b), "lines ascend by product");
                assert_eq!(baskets.row(b), items);
                (
                    history.basket_ids().get(b as u32).to_owned(),
                    history.customer_of(b).to_owned(),
                    history.time_of(b),
                    lines.iter().map(|l| (product(l.product), l.quantity, l.revenue)).collect(),
                )
            })
            .collect(),
        customers: history.customers().iter().map(IdRef::to_owned).collect(),
        products: history.products().iter().map(IdRef::to_owned).collect(),
        returns: history
            .returns()
            .map(|r| {
                let customer = history.customers().get(r.customer).to_owned();
                (customer, r.time, product(r.product), r.quantity, r.revenue)
            })
            .collect(),
        counts: [
            report.lines_read,
            report.lines_used,
            report.skipped_null,
            report.skipped_non_finite,
            report.skipped_non_positive,
            report.returns,
            report.merged,
            report.baskets_with_several_times,
            report.negative_revenue,
        ],
    }
}

/// The same by the book: line by line, with lists and maps. An error is the row it is about.
pub(crate) fn naive(
    rows: &[Row],
    roles: Roles,
    options: &HistoryOptions,
    layout: Layout,
) -> Result<Shown, usize> {
    let mut customers: Vec<Id> = Vec::new();
    let mut products: Vec<Id> = Vec::new();
    let mut keys: Vec<(Option<i64>, Option<i64>)> = Vec::new();
    type Summed = (usize, f32, i64);
    let mut baskets: Vec<(Id, Id, BTreeSet<i64>, Vec<Summed>)> = Vec::new();
    let mut returns = Vec::new();
    let mut counts = [0u64; 9];
    for (number, row) in rows.iter().enumerate() {
        counts[0] += 1;
        let quantity = if roles.quantity { row.quantity } else { Some(1.0) };
        let cents = if roles.revenue { row.cents } else { Some(0.0) };
        let (who, order) = (row.customer.filter(|_| roles.customer), row.basket);
        let order = order.filter(|_| roles.basket);
        let (Some(day), Some(product), Some(quantity), Some(cents)) =
            (row.day, row.product, quantity, cents)
        else {
            if options.nulls == OnBad::Error {
                return Err(number);
            }
            counts[2] += 1;
            continue;
        };
        if (roles.customer && who.is_none()) || (roles.basket && order.is_none()) {
            if options.nulls == OnBad::Error {
                return Err(number);
            }
            counts[2] += 1;
            continue;
        }
        if !quantity.is_finite() || !cents.is_finite() {
            if options.non_finite == OnBad::Error {
                return Err(number);
            }
            counts[3] += 1;
            continue;
        }
        let is_return = match options.non_positive {
            _ if quantity > 0.0 => false,
            OnNonPositive::Error => return Err(number),
            OnNonPositive::Skip => {
                counts[4] += 1;
                continue;
            }
            OnNonPositive::Return => true,
        };
        let customer = match (who, order) {
            (Some(who), _) => layout.customer.id(who),
            (None, Some(order)) => layout.basket.id(order),
            (None, None) => unreachable!("one of the two is given"),
        };
        let product = layout.product.id(product);
        if !customers.contains(&customer) {
            customers.push(customer.clone());
        }
        if !products.contains(&product) {
            products.push(product.clone());
        }
        let minor = roles.revenue.then_some(cents as i64);
        if is_return {
            counts[5] += 1;
            let back = minor.map(i64::abs);
            returns.push((customer, day * DAY, product, quantity.abs() as f32, back));
            continue;
        }
        counts[1] += 1;
        counts[8] += u64::from(cents < 0.0);
        let key = if roles.basket { (None, order) } else { (who, Some(day)) };
        let basket = keys.iter().position(|k| *k == key).unwrap_or_else(|| {
            keys.push(key);
            let id = match order {
                Some(order) => layout.basket.id(order),
                None => (keys.len() as i64 - 1).into(),
            };
            baskets.push((id, customer, BTreeSet::new(), Vec::new()));
            keys.len() - 1
        });
        let (_, _, days, lines) = &mut baskets[basket];
        days.insert(day);
        let index = products.iter().position(|p| *p == product).unwrap();
        match lines.iter_mut().find(|line| line.0 == index) {
            Some(line) => {
                line.1 += quantity as f32;
                line.2 += cents as i64;
                counts[6] += 1;
            }
            None => lines.push((index, quantity as f32, cents as i64)),
        }
    }
    counts[7] = baskets.iter().filter(|basket| basket.2.len() > 1).count() as u64;
    let baskets = baskets.into_iter().map(|(id, customer, days, lines)| {
        let sorted: BTreeMap<usize, Summed> =
            lines.into_iter().map(|line| (line.0, line)).collect();
        let lines = sorted.into_values().map(|(product, quantity, cents)| {
            (products[product].clone(), quantity, roles.revenue.then_some(cents))
        });
        (id, customer, days.first().unwrap() * DAY, lines.collect())
    });
    Ok(Shown { baskets: baskets.collect(), customers, products, returns, counts })
}

pub(crate) fn ids() -> impl Strategy<Value = Ids> {
    prop_oneof![
        (0..crate::common::STRING_LAYOUTS).prop_map(Ids::Strings),
        (0..crate::common::INTEGER_LAYOUTS).prop_map(Ids::Integers),
    ]
}

pub(crate) fn layouts() -> impl Strategy<Value = Layout> {
    (ids(), ids(), ids(), 0..7usize, 0..5usize, 0..5usize, 1..40usize).prop_map(
        |(customer, basket, product, time, quantity, revenue, chunk)| Layout {
            customer,
            basket,
            product,
            time,
            quantity,
            revenue,
            chunk,
        },
    )
}

pub(crate) fn all_roles() -> impl Strategy<Value = Roles> {
    (0..3, any::<bool>(), any::<bool>()).prop_map(|(which, quantity, revenue)| Roles {
        customer: which != 0,
        basket: which != 1,
        quantity,
        revenue,
    })
}

pub(crate) fn all_options() -> impl Strategy<Value = HistoryOptions> {
    let bad = || prop_oneof![1 => Just(OnBad::Error), 4 => Just(OnBad::Skip)];
    let positive = prop_oneof![
        1 => Just(OnNonPositive::Error),
        3 => Just(OnNonPositive::Skip),
        4 => Just(OnNonPositive::Return),
    ];
    (bad(), bad(), positive).prop_map(|(nulls, non_finite, non_positive)| {
        HistoryOptions::default().nulls(nulls).non_finite(non_finite).non_positive(non_positive)
    })
}

/// Lines that come basket by basket or not, some of them flawed.
pub(crate) fn lines() -> impl Strategy<Value = Vec<Row>> {
    let quantity = prop_oneof![
        30 => (1..8i32).prop_map(|q| Some(f64::from(q) / 2.0)),
        1 => Just(Some(0.0)),
        2 => Just(Some(-1.5)),
        1 => Just(Some(f64::NAN)),
        1 => Just(Some(f64::NEG_INFINITY)),
        1 => Just(None),
    ];
    let cents = prop_oneof![
        30 => (-100..2000i32).prop_map(|c| Some(f64::from(c))),
        1 => Just(Some(f64::INFINITY)),
        1 => Just(None),
    ];
    let some = |max: i64| prop_oneof![40 => (0..max).prop_map(Some), 1 => Just(None)];
    let row = (some(25), some(12), prop_oneof![30 => Just(0i64), 1 => 1..4i64], quantity, cents);
    (prop::collection::vec(row, 0..90), any::<bool>(), any::<u8>()).prop_map(
        |(mut rows, sorted, nulls)| {
            if sorted {
                rows.sort_by_key(|row| row.0);
            }
            rows.into_iter()
                .map(|(basket, product, later, quantity, cents)| Row {
                    // A basket has one customer, and mostly one time.
                    customer: basket.map(|basket| basket % 7).filter(|_| nulls % 4 != 1),
                    basket,
                    day: basket
                        .filter(|_| nulls % 8 != 2)
                        .map(|basket| 18_262 + basket % 10 + later),
                    product,
                    quantity,
                    cents,
                })
                .collect()
        },
    )
}

pub(crate) fn read(
    rows: &[Row],
    roles: Roles,
    options: &HistoryOptions,
    layout: Layout,
) -> Result<History> {
    History::from_reader(reader(rows, roles, layout), &roles.columns(), options, &Control::new())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_layout_reads_as_the_lines_say(
        rows in lines(),
        roles in all_roles(),
        options in all_options(),
        layout in layouts(),
    ) {
        let got = read(&rows, roles, &options, layout);
        match naive(&rows, roles, &options, layout) {
            Ok(expected) => {
                let history = got.unwrap();
                prop_assert_eq!(history.currency().is_some(), roles.revenue);
                prop_assert_eq!(show(&history), expected);
            }
            Err(row) => {
                let error = got.unwrap_err();
                prop_assert_eq!(error.kind(), ErrorKind::Data);
                let place = format!("row {row} (counted from 0)");
                prop_assert!(error.to_string().contains(&place), "{} lacks {}", error, place);
            }
        }
    }

    #[test]
    fn appending_equals_reading_at_once(
        rows in lines(),
        roles in all_roles(),
        non_positive in prop_oneof![Just(OnNonPositive::Skip), Just(OnNonPositive::Return)],
        layout in layouts(),
        other in layouts(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let options = HistoryOptions::default()
            .nulls(OnBad::Skip)
            .non_finite(OnBad::Skip)
            .non_positive(non_positive);
        // Appended chunks may have any layout, but ids keep their kind.
        let like = |ids: Ids, new: Ids| match (ids, new) {
            (Ids::Strings(_), Ids::Strings(_)) | (Ids::Integers(_), Ids::Integers(_)) => new,
            (kept, _) => kept,
        };
        let other = Layout {
            customer: like(layout.customer, other.customer),
            basket: like(layout.basket, other.basket),
            product: like(layout.product, other.product),
            ..other
        };
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(rows.len() + 1)).collect();
        cuts.sort_unstable();
        cuts.push(rows.len());
        let mut history = read(&rows[..cuts[0]], roles, &options, layout).unwrap();
        for cut in cuts.windows(2) {
            let more = reader(&rows[cut[0]..cut[1]], roles, other);
            history.append(more, &roles.columns(), &options, &Control::new()).unwrap();
        }
        let at_once = read(&rows, roles, &options, layout).unwrap();
        prop_assert_eq!(show(&history), show(&at_once));
        prop_assert_eq!(history.report(), at_once.report());
    }

    #[test]
    fn the_builder_follows_the_same_rules(
        rows in lines(),
        roles in all_roles(),
        options in all_options(),
        strings in any::<bool>(),
    ) {
        let ids = if strings { Ids::Strings(0) } else { Ids::Integers(3) };
        let layout = Layout {
            customer: ids, basket: ids, product: ids, time: 0, quantity: 0, revenue: 0, chunk: 7,
        };
        let mut builder = HistoryBuilder::new(&options);
        if !roles.customer {
            builder = builder.without_customers();
        }
        if !roles.basket {
            builder = builder.without_baskets();
        }
        if roles.revenue {
            builder = builder.with_revenue();
        }
        // The builder takes times as they are and revenue in whole cents.
        let fits = |row: &&Row| {
            row.day.is_some()
                && row.cents.is_none_or(f64::is_finite)
                && (!roles.quantity || row.quantity.is_some())
        };
        let rows: Vec<Row> = rows.iter().filter(fits).cloned().collect();
        let mut failed = None;
        let mut usable = Vec::new();
        for (number, row) in rows.iter().enumerate() {
            let id = |value: Option<i64>| value.map(|value| ids.id(value));
            let (customer, basket, product) = (id(row.customer), id(row.basket), id(row.product));
            let mut line = OrderLine::new(row.day.unwrap() * DAY, 0);
            line.product = product.as_ref().map(IdRef::from);
            line.customer = customer.as_ref().map(IdRef::from).filter(|_| roles.customer);
            line.basket = basket.as_ref().map(IdRef::from).filter(|_| roles.basket);
            if roles.quantity {
                line.quantity = row.quantity.unwrap();
            }
            if roles.revenue {
                line.revenue = row.cents.map(|cents| cents as i64);
            }
            match builder.push(&line) {
                Ok(()) => usable.push(row.clone()),
                Err(error) => {
                    let place = format!("row {number} (counted from 0)");
                    prop_assert!(error.to_string().contains(&place), "{}", error);
                    failed.get_or_insert(number);
                }
            }
        }
        prop_assert_eq!(naive(&rows, roles, &options, layout).err(), failed);
        // Lines that failed are as if never pushed.
        let history = builder.finish(&Control::new()).unwrap();
        prop_assert_eq!(show(&history), naive(&usable, roles, &options, layout).unwrap());
    }
}
