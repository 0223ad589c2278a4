//! Deciding anew in the memory of an earlier decision allocates nothing.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use basketry::decide::Contact;
use basketry::{
    CatalogBuilder, CatalogOptions, Context, Control, Engine, FitOptions, HistoryBuilder,
    HistoryOptions, Order, OrderLine, Policy, Product, fit,
};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: everything is handed to the system's allocator; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: as the caller promised.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const HOUR: i64 = 3_600_000;

#[test]
fn deciding_anew_allocates_nothing() {
    let names: Vec<String> = (0..60).map(|p| format!("product {p}")).collect();
    let mut catalog = CatalogBuilder::new(&CatalogOptions::default());
    for (p, name) in names.iter().enumerate() {
        let line = format!("line {}", p / 3);
        let price = 200 + 40 * (p % 3) as i64 + p as i64;
        let product = Product::new(name.as_str()).price(price).cost(price / 3).line(line.as_str());
        catalog.push(&product).unwrap();
    }
    let catalog = catalog.finish();
    let mut history = HistoryBuilder::new(&HistoryOptions::default());
    for basket in 0..3000usize {
        for item in 0..4 {
            let p = (basket * 7 + item * (1 + basket % 3)) % 60;
            let time = basket as i64 * HOUR;
            let line = OrderLine::new(time, names[p].as_str());
            let customer = format!("customer {}", basket % 50);
            history.push(&line.customer(customer.as_str()).basket(basket as i64)).unwrap();
        }
    }
    let control = Control::new();
    let history = history.finish(&control).unwrap();
    let model = fit(&catalog, &history, &FitOptions::default(), &control).unwrap();
    let engine = Engine::new(model, catalog).unwrap();
    let policy = Policy::from_toml(
        r#"
        max_offers = 5
        contact_cost = 0.001
        per_brand = 3
        contact.channel = "site"
        contact.valid_for_days = 7
        contact.caps = [{ max = 9, days = 7 }, { max = 4, days = 30, kind = "cross_sell" }]
        suppress.ignored = 3
        cool_down = { product = 1, line = 1 }
        fatigue = { response = 0.1, half_life_days = 7, opt_out = 1e-9, customer_value = 1000 }
        explore = { slot = 2, temperature = 1, share = 0.5 }
        holdout.share = 0.1
        exclude.products = ["product 7"]
        pinned = [{ product = "product 9", slot = 3 }]
        quotas = [{ name = "few", min = 1, select = { lines = ["line 3", "line 4"] } }]
        "#,
    )
    .unwrap();

    let contexts: Vec<Context> = (0..100usize)
        .map(|i| {
            let name = |k: usize| names[(i * 11 + k) % 60].as_str();
            Context::at(3010 * HOUR)
                .customer(format!("customer {}", i % 60))
                .placement("cart")
                .basket((0..i % 11).map(|k| (name(k * 5), 1)))
                .viewed(name(3))
                .orders_since([Order::at(3005 * HOUR).line(name(1), 1)])
                .contacts([
                    Contact::at(2960 * HOUR).channel("site").product(name(2)),
                    Contact::at(2900 * HOUR).channel("mail").product(name(4)).product(name(5)),
                ])
                .seed(i as u64)
        })
        .collect();
    let mut decision = engine.decide(&policy, &contexts[0]).unwrap();
    let mut offers = 0;
    for round in 0..2 {
        let before = ALLOCATIONS.get();
        for context in &contexts {
            engine.decide_into(&policy, context, &mut decision).unwrap();
            offers += decision.len();
        }
        if round > 0 {
            assert_eq!(ALLOCATIONS.get() - before, 0);
        }
    }
    assert!(offers > 100, "{offers}");
    // What was made anew is what is made afresh.
    let last = contexts.last().unwrap();
    assert_eq!(decision.to_json(), engine.decide(&policy, last).unwrap().to_json());
}
