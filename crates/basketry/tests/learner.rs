//! A learner against fits from scratch: orders that come in parts and customers who are forgotten
//! must leave no trace in what is learned.

use basketry::{
    Catalog, CatalogBuilder, CatalogOptions, Control, ErrorKind, FitOptions, History,
    HistoryBuilder, HistoryOptions, Id, IdRef, Learner, Model, OrderLine, Product,
    data::OnNonPositive, fit,
};
use proptest::prelude::*;

const DAY: i64 = 86_400_000;
const START: i64 = 1_700_000_000_000;

/// (customer, basket, day, product, quantity); a quantity below 0 is a return.
type Line = (i64, i64, i64, u32, i32);

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let quantity = prop_oneof![6 => Just(1), 2 => Just(2), 1 => Just(-1)];
    prop::collection::vec((0..9i64, 0..5i64, 0..120i64, 0..14u32, quantity), 1..120)
}

/// How the lines are told apart: by customer and basket, by customer and time, by basket alone.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Both,
    Customers,
    Baskets,
}

fn shapes() -> impl Strategy<Value = Shape> {
    prop_oneof![2 => Just(Shape::Both), 1 => Just(Shape::Customers), 1 => Just(Shape::Baskets)]
}

fn name(product: u32) -> String {
    format!("p{:02}", (product * 5) % 14)
}

fn history<'a>(lines: impl IntoIterator<Item = &'a Line>, shape: Shape) -> History {
    let options = HistoryOptions::default().non_positive(OnNonPositive::Return);
    let mut builder = HistoryBuilder::new(&options);
    builder = match shape {
        Shape::Both => builder,
        Shape::Customers => builder.without_baskets(),
        Shape::Baskets => builder.without_customers(),
    };
    for &(customer, basket, day, product, quantity) in lines {
        let product = name(product);
        let mut line = OrderLine::new(START + day * DAY, &*product).quantity(f64::from(quantity));
        if !matches!(shape, Shape::Baskets) {
            line = line.customer(customer);
        }
        if !matches!(shape, Shape::Customers) {
            line = line.basket(customer * 100 + basket);
        }
        builder.push(&line).unwrap();
    }
    builder.finish(&Control::new()).unwrap()
}

/// Some products are in the history only.
fn catalog() -> Catalog {
    let mut builder = CatalogBuilder::new(&CatalogOptions::default());
    for product in 0..9 {
        builder.push(&Product::new(name(product).as_str()).price(100)).unwrap();
    }
    builder.finish()
}

fn options() -> FitOptions {
    FitOptions::default().min_customers(2).neighbours(4).threads(2)
}

fn bytes(history: &History) -> Result<Vec<u8>, ErrorKind> {
    let model = fit(&catalog(), history, &options(), &Control::new());
    model.map(|model| model.as_bytes().to_vec()).map_err(|error| error.kind())
}

fn fitted(learner: &mut Learner) -> Result<Vec<u8>, ErrorKind> {
    let model = learner.fit(&Control::new());
    model.map(|model| model.as_bytes().to_vec()).map_err(|error| error.kind())
}

/// What a history holds, whatever the order of its products.
fn contents(history: &History) -> Vec<String> {
    let mut found: Vec<String> = (0..history.len())
        .map(|basket| {
            let mut lines: Vec<String> = history
                .lines_of(basket)
                .map(|line| format!("{} {}", history.products().get(line.product), line.quantity))
                .collect();
            lines.sort();
            let id = history.basket_ids().get(basket as u32);
            let (customer, time) = (history.customer_of(basket), history.time_of(basket));
            format!("{id} {customer} {time} {lines:?}")
        })
        .collect();
    found.extend(history.returns().map(|line| {
        let (customer, product) = (line.customer, line.product);
        let customer = history.customers().get(customer);
        format!("{customer} {} {} {}", history.products().get(product), line.time, line.quantity)
    }));
    found.extend(history.customers().iter().map(|id| id.to_string()));
    let mut products: Vec<String> = history.products().iter().map(|id| id.to_string()).collect();
    products.sort();
    found.extend(products);
    found
}

/// Everything that is counted, by id.
fn counts(model: &Model) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for (product, id) in model.products().iter().enumerate() {
        let product = product as u32;
        let related: Vec<_> = model.related(product).collect();
        writeln!(text, "{id} {:?} {related:?}", model.product_stats(product)).unwrap();
    }
    for (customer, id) in model.customers().iter().enumerate() {
        let purchases: Vec<_> = model.purchases(customer as u32).collect();
        writeln!(text, "{id} {purchases:?}").unwrap();
    }
    writeln!(text, "{:?} {}", model.popular(), model.as_of()).unwrap();
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn forgetting_in_any_order_is_a_rebuild_without_them(
        lines in lines(),
        shape in shapes(),
        forgotten in prop::collection::vec(0..11i64, 0..6),
        split in 1..4usize,
    ) {
        let control = Control::new();
        // Without customers each basket is one.
        let of = |line: &Line| match shape {
            Shape::Baskets => line.0 * 100 + line.1,
            _ => line.0,
        };
        let mut learner = Learner::new(catalog(), history(&lines, shape), options()).unwrap();
        for some in forgotten.chunks(split) {
            let ids: Vec<IdRef<'_>> = some.iter().map(|&id| IdRef::Int(id)).collect();
            learner.forget(&ids, &control).unwrap();
        }
        let left: Vec<&Line> = lines.iter().filter(|line| !forgotten.contains(&of(line))).collect();
        let rebuilt = history(left.iter().copied(), shape);
        prop_assert_eq!(contents(learner.history()), contents(&rebuilt));
        prop_assert_eq!(learner.history().first_time(), rebuilt.first_time());
        prop_assert_eq!(fitted(&mut learner), bytes(&rebuilt));
    }

    #[test]
    fn day_by_day_is_all_at_once(lines in lines(), shape in shapes(), parts in 1..6usize) {
        let control = Control::new();
        let mut lines = lines;
        lines.sort_by_key(|line| line.2);
        let whole = history(&lines, shape);
        let size = lines.len().div_ceil(parts);
        let mut learner = Learner::new(catalog(), history([], shape), options()).unwrap();
        for part in lines.chunks(size) {
            learner.append(&history(part, shape), &control).unwrap();
        }
        prop_assert_eq!(contents(learner.history()), contents(&whole));
        prop_assert_eq!(learner.history().report(), whole.report());
        prop_assert_eq!(fitted(&mut learner), bytes(&whole));
    }

    #[test]
    fn an_update_counts_exactly_and_carries_the_weights(
        lines in lines(),
        shape in shapes(),
        at in 0..120usize,
        forgotten in prop::collection::vec(0..9i64, 0..3),
    ) {
        let control = Control::new();
        let at = at.min(lines.len());
        let first = history(&lines[..at], shape);
        prop_assume!(!first.is_empty());
        let Ok(last) = fit(&catalog(), &first, &options(), &control) else { return Ok(()) };
        let mut learner = Learner::new(catalog(), first, options()).unwrap();
        prop_assert!(learner.refit_due());
        learner.fit(&control).unwrap();
        learner.append(&history(&lines[at..], shape), &control).unwrap();
        let ids: Vec<IdRef<'_>> = forgotten.iter().map(|&id| IdRef::Int(id)).collect();
        let before = learner.history().customers().len();
        learner.forget(&ids, &control).unwrap();
        let gone = (before - learner.history().customers().len()) as u64;
        let fresh = fit(&catalog(), learner.history(), &options(), &control);
        let updated = learner.update(&control);
        let (Ok(fresh), Ok(updated)) = (&fresh, &updated) else {
            let kinds = [fresh, updated].map(|model| model.map(drop).map_err(|e| e.kind()));
            prop_assert_eq!(kinds[0], kinds[1]);
            return Ok(());
        };
        prop_assert_eq!(counts(updated), counts(fresh));
        let (report, old) = (updated.report(), last.report());
        prop_assert_eq!(&report.segments, &old.segments);
        prop_assert_eq!(report.baskets, fresh.report().baskets);
        let carried = report.carried.as_ref().unwrap();
        prop_assert_eq!((carried.fitted_ms, carried.forgotten_customers), (old.last_ms, gone));
        // The same from the file of the last model.
        let history = learner.history().clone();
        let mut resumed = Learner::resume(last.clone(), catalog(), history);
        let again = resumed.update(&control).unwrap();
        prop_assert_eq!(counts(&again), counts(fresh));
        let refitted = learner.fit(&control).unwrap();
        prop_assert_eq!(refitted.as_bytes(), fresh.as_bytes());
        prop_assert!(!learner.refit_due());
    }

    #[test]
    fn a_model_forgets_rows_and_ids(
        lines in lines(),
        forgotten in prop::collection::vec(0..11i64, 0..5),
    ) {
        let control = Control::new();
        let Ok(model) = fit(&catalog(), &history(&lines, Shape::Both), &options(), &control) else {
            return Ok(());
        };
        let ids: Vec<IdRef<'_>> = forgotten.iter().map(|&id| IdRef::Int(id)).collect();
        let without = model.forget(&ids).unwrap();
        without.verify().unwrap();
        let stay: Vec<Id> = model
            .customers()
            .iter()
            .filter(|id| !ids.contains(id))
            .map(IdRef::to_owned)
            .collect();
        let left: Vec<Id> = without.customers().iter().map(IdRef::to_owned).collect();
        prop_assert_eq!(&left, &stay);
        for id in &stay {
            let (old, new) =
                (model.customers().find(id).unwrap(), without.customers().find(id).unwrap());
            prop_assert!(model.purchases(old).eq(without.purchases(new)));
        }
        for product in 0..model.products().len() as u32 {
            prop_assert_eq!(model.product_stats(product), without.product_stats(product));
            prop_assert!(model.related(product).eq(without.related(product)));
        }
        let gone = (model.customers().len() - stay.len()) as u64;
        prop_assert_eq!(without.report().forgotten_customers, gone);
        prop_assert_eq!(gone == 0, without.id() == model.id());
        // One after the other is the same as at once.
        let step = ids.iter().try_fold(model, |model, id| model.forget(&[*id])).unwrap();
        prop_assert_eq!(step.as_bytes(), without.as_bytes());
    }
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let control = Control::new();
    let lines: [Line; 2] = [(1, 1, 1, 1, 1), (2, 2, 2, 2, 1)];
    let mut learner = Learner::new(catalog(), history(&lines, Shape::Both), options()).unwrap();
    let before = contents(learner.history());
    let error = learner.append(&history(&lines, Shape::Customers), &control).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.to_string().starts_with("basket: "), "{error}");
    // A basket of somebody else's.
    let mut other = HistoryBuilder::new(&HistoryOptions::default());
    other.push(&OrderLine::new(START, "p00").customer(7).basket(101)).unwrap();
    let other = other.finish(&control).unwrap();
    let error = learner.append(&other, &control).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(error.to_string().contains("belongs to customer 1"), "{error}");
    assert_eq!(contents(learner.history()), before);
    assert_eq!(learner.forget(&[IdRef::Int(77), IdRef::Int(78)], &control).unwrap(), 2);
    let error = learner.forget(&[IdRef::Int(1), IdRef::Str("1")], &control).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.to_string().starts_with("customers[1]: "), "{error}");
    assert_eq!(contents(learner.history()), before);
    let error = Learner::new(catalog(), other, options().max_basket(0)).unwrap_err();
    assert!(error.to_string().contains("max_basket"), "{error}");
    // Nobody is left: no model, as for any empty history.
    learner.forget(&[IdRef::Int(1), IdRef::Int(2)], &control).unwrap();
    assert!(learner.history().is_empty() && learner.history().products().is_empty());
    assert_eq!(learner.update(&control).unwrap_err().kind(), ErrorKind::Data);
}
