//! Which products are alike: the score against the shop it was made for.

use basketry::{
    Catalog, CatalogBuilder, CatalogOptions, Control, ErrorKind, FitOptions, History,
    HistoryBuilder, HistoryOptions, IdRef, Model, OrderLine, Product, fit,
};

const DAY: i64 = 86_400_000;

/// Products 0 to 5: customers buy either 0 and 1, or 2 and 3, and now and then 4; nobody buys 5.
fn shop() -> (Catalog, History) {
    let mut catalog = CatalogBuilder::new(&CatalogOptions::default());
    for id in 0..6i64 {
        catalog.push(&Product::new(id).price(100)).unwrap();
    }
    let mut history = HistoryBuilder::new(&HistoryOptions::default());
    for customer in 0..100i64 {
        for order in 0..4i64 {
            let pair = 2 * (customer % 2);
            let mut items = vec![pair, pair + 1];
            if (customer + order) % 3 == 0 {
                items.push(4);
            }
            for item in items {
                let time = (10 * order + customer % 7) * DAY;
                let line =
                    OrderLine::new(time, item).customer(customer).basket(10 * customer + order);
                history.push(&line).unwrap();
            }
        }
    }
    (catalog.finish(), history.finish(&Control::new()).unwrap())
}

fn model() -> Model {
    let (catalog, history) = shop();
    let options = FitOptions::default().customers_l2(1.0).baskets_l2(1.0);
    fit(&catalog, &history, &options, &Control::new()).unwrap()
}

fn all(model: &Model, n: usize) -> Vec<(u32, u32, f32)> {
    let ids: Vec<IdRef<'_>> = model.products().iter().collect();
    let found = model.similar(&ids, n, &Control::new()).unwrap();
    let requests = found.requests().iter();
    requests.zip(found.products()).zip(found.scores()).map(|((&a, &b), &s)| (a, b, s)).collect()
}

#[test]
fn what_the_same_customers_buy_together_is_alike_in_both_directions() {
    let model = model();
    let rows = all(&model, 10);
    let score = |a: u32, b: u32| rows.iter().find(|r| (r.0, r.1) == (a, b)).map(|r| r.2);
    for (a, b) in [(0, 1), (2, 3)] {
        let found = score(a, b).unwrap();
        assert!(found > 0.1 && found <= 1.0, "{found}");
        let best = rows.iter().find(|r| r.0 == a).unwrap();
        assert_eq!(best.1, b);
    }
    for &(a, b, found) in &rows {
        assert!(found > 0.0 && a != b && a != 5 && b != 5);
        assert_eq!(score(b, a), Some(found), "{a} {b}");
    }
    assert_eq!(score(0, 2), None);
}

#[test]
fn the_best_come_first_and_no_more_than_asked_for() {
    let model = model();
    let (many, one) = (all(&model, 10), all(&model, 1));
    assert!(many.windows(2).all(|w| w[0].0 != w[1].0 || w[0].2 >= w[1].2));
    for row in &one {
        assert_eq!(many.iter().find(|r| r.0 == row.0), Some(row));
    }
    assert!(all(&model, 0).is_empty());
    let found = model.similar(&[IdRef::Int(3), IdRef::Int(0)], 1, &Control::new()).unwrap();
    assert_eq!(
        (found.requests(), found.products(), found.ranks()),
        (&[0, 1][..], &[2, 1][..], &[1, 1][..])
    );
    let batch = found.to_record_batch().unwrap();
    assert_eq!((batch.num_rows(), batch.num_columns()), (2, 4));
    let error = model.similar(&[IdRef::Int(3), IdRef::Int(99)], 1, &Control::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownId);
    assert!(error.to_string().contains("items[1]: 99"), "{error}");
}

#[test]
fn too_few_customers_make_nothing_alike() {
    let (catalog, history) = shop();
    let options = FitOptions::default().min_customers(60);
    let model = fit(&catalog, &history, &options, &Control::new()).unwrap();
    assert!(all(&model, 10).is_empty());
}
