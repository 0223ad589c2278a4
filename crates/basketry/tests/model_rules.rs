//! Rules that a model holds: the same as those it was given, found in place.

use std::sync::{Arc, OnceLock};

use arrow_array::{ArrayRef, Date32Array, Int64Array, RecordBatch};
use basketry::mine::{Measure, Rule, RuleOptions, Rules, rules, rules_with_baskets};
use basketry::model::RuleView;
use basketry::{
    Baskets, CatalogBuilder, CatalogOptions, Control, ErrorKind, FitOptions, History,
    HistoryColumns, HistoryOptions, IdRef, ItemsetOptions, MinSupport, Model, Product, fit,
    itemsets, table_from_batch,
};
use proptest::prelude::*;

/// A shop of the products 0 to 11 that demands two customers, with customers and without.
fn shop(customers: bool) -> &'static (Model, History) {
    static SHOPS: [OnceLock<(Model, History)>; 2] = [OnceLock::new(), OnceLock::new()];
    SHOPS[usize::from(customers)].get_or_init(|| {
        let mut catalog = CatalogBuilder::new(&CatalogOptions::default());
        // In another order than they are bought in.
        for product in (0..12i64).rev() {
            catalog.push(&Product::new(product).price(100)).unwrap();
        }
        let lines: Vec<(i64, i64)> = (0..60)
            .flat_map(|basket| (0..12).map(move |product| (basket, product)))
            .filter(|(basket, product)| (basket * 31 + product * 17) % 7 < 3)
            .collect();
        let column = |of: fn(&(i64, i64)) -> i64| -> ArrayRef {
            Arc::new(Int64Array::from_iter_values(lines.iter().map(of)))
        };
        let days = Date32Array::from_iter_values(lines.iter().map(|&(basket, _)| basket as i32));
        let table = RecordBatch::try_from_iter([
            ("day", Arc::new(days) as ArrayRef),
            ("basket", column(|line| line.0)),
            ("product", column(|line| line.1)),
            ("customer", column(|line| line.0 % 5)),
        ]);
        let mut columns = HistoryColumns::new("day", "product").basket("basket");
        columns.customer = customers.then(|| "customer".into());
        let table = table_from_batch(table.unwrap());
        let rules = HistoryOptions::default();
        let history = History::from_reader(table, &columns, &rules, &Control::new()).unwrap();
        let options = FitOptions::default().min_customers(2);
        let model = fit(&catalog.finish(), &history, &options, &Control::new()).unwrap();
        (model, history)
    })
}

type Row = (String, Vec<u64>, Option<u64>);

fn text<'a>(sides: [Vec<IdRef<'a>>; 2]) -> String {
    sides
        .map(|mut side| {
            side.sort_by_key(|id| id.to_string());
            side.iter().map(|id| id.to_string()).collect::<Vec<_>>().join(" ")
        })
        .join(" > ")
}

fn made(rule: Rule<'_>) -> Row {
    let counts = rule.counts();
    let sides = [rule.antecedent().ids().collect(), rule.consequent().ids().collect()];
    (text(sides), vec![counts.n, counts.n_x, counts.n_y, counts.n_xy], rule.customers())
}

fn held(model: &Model, rule: RuleView<'_>) -> Row {
    let ids = |side: &[u32]| side.iter().map(|&p| model.products().get(p).unwrap()).collect();
    let counts = rule.counts();
    let sides = [ids(rule.antecedent()), ids(rule.consequent())];
    (text(sides), vec![counts.n, counts.n_x, counts.n_y, counts.n_xy], rule.customers())
}

fn all(rules: &Rules) -> Vec<Row> {
    rules.iter().map(made).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn a_model_finds_what_its_rules_find(
        lists in prop::collection::vec(prop::collection::vec(0i64..12, 1..9), 1..40),
        buyers in 1u32..6, confidence in 0.0..0.9f64, known: bool,
        basket in prop::collection::vec(0i64..14, 0..9), n in 0usize..9,
    ) {
        let baskets = Baskets::from_lists(lists).unwrap();
        let whose: Vec<u32> = (0..baskets.len() as u32).map(|b| b * 7 / 3 % buyers).collect();
        let baskets = baskets.with_customers(whose).unwrap();
        let control = Control::new();
        let mining = ItemsetOptions::new(MinSupport::Count(1)).max_length(4);
        let sets = itemsets(&baskets, &mining, &control).unwrap();
        let options = RuleOptions::new(confidence);
        let (model, _) = shop(known);
        let given = match known {
            true => rules_with_baskets(&sets, &baskets, &options, &control).unwrap(),
            // Each basket counts as a customer.
            false => rules(&sets, &options, &control).unwrap(),
        };
        let kept = given.filter(|rule| rule.customers().unwrap_or(rule.counts().n_xy) >= 2);
        let model = model.with_rules(&given).unwrap();
        let view = model.rules().unwrap();
        prop_assert_eq!(view.baskets(), baskets.len() as u64);
        let rows: Vec<Row> = view.iter().map(|rule| held(&model, rule)).collect();
        prop_assert_eq!(&rows, &all(&kept));
        prop_assert_eq!(&all(&view.to_rules(view.iter()).unwrap()), &rows);
        for measure in Measure::DEFAULT {
            let expected = all(&kept.matching(basket.iter().copied(), n, measure));
            let found = view.matching(basket.iter().copied(), n, measure);
            let rows: Vec<Row> = found.iter().map(|&rule| held(&model, rule)).collect();
            prop_assert_eq!(&rows, &expected, "{}", measure);
            prop_assert_eq!(&all(&view.to_rules(found).unwrap()), &expected);
        }
    }
}

#[test]
fn rules_are_replaced_saved_and_opened() {
    let (model, history) = shop(true);
    assert!(model.rules().is_none());
    let control = Control::new();
    let baskets = history.to_baskets();
    let sets = itemsets(&baskets, &ItemsetOptions::new(MinSupport::Count(5)), &control).unwrap();
    let make = |confidence| {
        rules_with_baskets(&sets, &baskets, &RuleOptions::new(confidence), &control).unwrap()
    };
    let (few, many) =
        (model.with_rules(&make(0.8)).unwrap(), model.with_rules(&make(0.1)).unwrap());
    assert!(few.rules().unwrap().len() < many.rules().unwrap().len());
    // What is replaced leaves no trace; what was learned stays.
    let again = many.with_rules(&make(0.8)).unwrap();
    assert_eq!(again.as_bytes(), few.as_bytes());
    assert_ne!(again.id(), model.id());
    assert_eq!((again.report(), again.options()), (model.report(), model.options()));
    again.verify().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.basketry");
    again.save(&path).unwrap();
    let opened = Model::open(&path).unwrap();
    let found = opened.rules().unwrap().matching([1i64, 2], 3, Measure::Lift);
    assert!(!found.is_empty());
    let best = few.rules().unwrap().matching([1i64, 2], 3, Measure::Lift);
    assert_eq!(format!("{found:?}"), format!("{best:?}"));
}

#[test]
fn rules_that_cannot_be_held_are_refused() {
    let control = Control::new();
    let (model, _) = shop(true);
    let baskets = Baskets::from_lists([[1i64, 99], [1, 99]]).unwrap();
    let sets = itemsets(&baskets, &ItemsetOptions::new(MinSupport::Count(1)), &control).unwrap();
    let anonymous = rules(&sets, &RuleOptions::new(0.0), &control).unwrap();
    let error = model.with_rules(&anonymous).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.to_string().starts_with("rules: the model knows customers"), "{error}");
    let (model, _) = shop(false);
    let error = model.with_rules(&anonymous).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownId);
    assert!(error.to_string().contains("99 is not a product"), "{error}");
}
