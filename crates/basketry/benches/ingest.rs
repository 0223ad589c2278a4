//! How many order lines a second `History::from_reader` reads in one thread.
//!
//! The lines are made up after a year of grocery orders: 10 lines a basket, 63 baskets a
//! customer, 68,000 products of very different popularity, a new batch every 65,536 lines.
//! `cargo bench -p basketry --bench ingest [-- LINES]` prints one line for each layout.

use std::sync::Arc;
use std::time::Instant;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int64Array, LargeStringArray, RecordBatch,
    RecordBatchIterator, StringArray, StringViewArray, TimestampMicrosecondArray,
};
use basketry::{Baskets, Control, History, HistoryColumns, HistoryOptions, OnBad};

const BATCH: usize = 65_536;
const PRODUCTS: usize = 68_000;

/// CPU seconds of this thread, which other work on the machine does not touch; wall seconds where
/// the system does not tell.
fn seconds() -> f64 {
    use std::sync::OnceLock;
    static START: OnceLock<Instant> = OnceLock::new();
    let cpu = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    match cpu.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok()) {
        Some(nanoseconds) => nanoseconds / 1e9,
        None => START.get_or_init(Instant::now).elapsed().as_secs_f64(),
    }
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

struct Line {
    customer: u32,
    basket: u64,
    product: u32,
    minute: i64,
    quantity: f64,
    revenue: f64,
}

fn lines(count: usize) -> Vec<Line> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let customers = (count / 630).max(1) as u64;
    let mut lines = Vec::with_capacity(count);
    let mut basket = 0;
    while lines.len() < count {
        basket += 1;
        let customer = (random.next() % customers) as u32;
        let minute = random.next() as i64 % 525_600;
        for _ in 0..1 + random.next() % 19 {
            // A popularity of roughly 1 / rank.
            let product = (PRODUCTS as f64).powf(random.unit()) as u32;
            let quantity = 1.0 + (random.next() % 3) as f64;
            let revenue = (random.next() % 2000) as f64 / 100.0;
            lines.push(Line { customer, basket, product, minute, quantity, revenue });
        }
    }
    lines.truncate(count);
    lines
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Layout {
    Utf8,
    LargeUtf8,
    Utf8View,
    Dictionary,
    Int64,
}

fn column(layout: Layout, values: impl Iterator<Item = String> + Clone) -> ArrayRef {
    match layout {
        Layout::Utf8 => Arc::new(StringArray::from_iter_values(values)),
        Layout::LargeUtf8 => Arc::new(LargeStringArray::from_iter_values(values)),
        Layout::Utf8View => Arc::new(StringViewArray::from_iter_values(values)),
        Layout::Dictionary => {
            let values: Vec<String> = values.collect();
            let array: DictionaryArray<Int32Type> = values.iter().map(|v| v.as_str()).collect();
            Arc::new(array)
        }
        Layout::Int64 => Arc::new(Int64Array::from_iter_values(
            values.map(|value| value[value.len() - 8..].trim_start_matches('h').parse().unwrap()),
        )),
    }
}

fn batches(lines: &[Line], layout: Layout) -> Vec<RecordBatch> {
    lines
        .chunks(BATCH)
        .map(|lines| {
            let ids = |of: &'static str, number: fn(&Line) -> u64| {
                column(layout, lines.iter().map(move |line| format!("{of}{:08}", number(line))))
            };
            RecordBatch::try_from_iter([
                ("customer", ids("hh", |line| line.customer.into())),
                ("basket", ids("312", |line| line.basket)),
                (
                    "time",
                    Arc::new(TimestampMicrosecondArray::from_iter_values(
                        lines.iter().map(|line| line.minute * 60_000_000),
                    )) as ArrayRef,
                ),
                ("product", ids("", |line| line.product.into())),
                (
                    "quantity",
                    Arc::new(Float64Array::from_iter_values(lines.iter().map(|l| l.quantity))),
                ),
                (
                    "revenue",
                    Arc::new(Float64Array::from_iter_values(lines.iter().map(|l| l.revenue))),
                ),
            ])
            .expect("columns are of one length")
        })
        .collect()
}

fn main() {
    let count = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(1_500_000);
    let plain = lines(count);
    let columns = HistoryColumns::new("time", "product")
        .customer("customer")
        .basket("basket")
        .quantity("quantity")
        .revenue("revenue");
    for layout in
        [Layout::Utf8, Layout::LargeUtf8, Layout::Utf8View, Layout::Dictionary, Layout::Int64]
    {
        let mut batches = batches(&plain, layout);
        for order in ["by basket", "shuffled"] {
            if order == "shuffled" {
                // Lines of a basket in many batches, as from a table sorted by product.
                let mut random = Random(7);
                let mut shuffled: Vec<Line> = lines(count);
                for i in (1..shuffled.len()).rev() {
                    shuffled.swap(i, (random.next() % (i as u64 + 1)) as usize);
                }
                batches = self::batches(&shuffled, layout);
            }
            let mut best = f64::INFINITY;
            let mut baskets = 0;
            for _ in 0..3 {
                let reader = RecordBatchIterator::new(
                    batches.clone().into_iter().map(Ok),
                    batches[0].schema(),
                );
                let start = seconds();
                let history = History::from_reader(
                    reader,
                    &columns,
                    &HistoryOptions::default(),
                    &Control::new(),
                )
                .expect("the lines are sound");
                best = best.min(seconds() - start);
                baskets = history.len();
            }
            println!(
                "history, {layout:?} ids, {order}: {:.2} M lines/s ({count} lines, {baskets} \
                 baskets, {best:.3} CPU s)",
                count as f64 / best / 1e6
            );
        }
        let start = seconds();
        let reader =
            RecordBatchIterator::new(batches.clone().into_iter().map(Ok), batches[0].schema());
        let baskets =
            Baskets::from_reader(reader, "basket", "product", OnBad::Error, &Control::new())
                .expect("the lines are sound");
        let elapsed = seconds() - start;
        println!(
            "baskets, {layout:?} ids, shuffled: {:.2} M lines/s ({} baskets)",
            count as f64 / elapsed / 1e6,
            baskets.len()
        );
    }
    if let Ok(folder) = std::env::var("BASKETRY_DATA") {
        let path = std::path::Path::new(&folder).join("fimi/retail.dat");
        if let Ok(metadata) = path.metadata() {
            let mut best = f64::INFINITY;
            for _ in 0..10 {
                let start = seconds();
                Baskets::from_fimi(&path, &Control::new()).expect("a FIMI file");
                best = best.min(seconds() - start);
            }
            println!("FIMI retail.dat: {:.0} MB/s", metadata.len() as f64 / best / 1e6);
        }
    }
}
