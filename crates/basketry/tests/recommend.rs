//! Recommendations, completions, scores and explanations against each other: what is recommended
//! must be what scoring every allowed product and sorting gives.

use arrow_array::{Array, BooleanArray, Float64Array, StringArray};
use basketry::{
    CatalogBuilder, CatalogOptions, Control, ErrorKind, Explanation, FitOptions, HistoryBuilder,
    HistoryOptions, IdRef, Model, OrderLine, Product, RecommendOptions, Recommendations,
    ScoreOptions, fit,
};
use proptest::prelude::*;

const DAY: i64 = 86_400_000;
const START: i64 = 1_700_000_000_000;

/// A model of `lines` (customer, basket, day, product); products below `sold` are in the catalogue.
fn model(lines: &[(i64, i64, i64, u32)], sold: u32) -> Model {
    let mut catalog = CatalogBuilder::new(&CatalogOptions::default());
    for product in 0..sold {
        catalog.push(&Product::new(name(product).as_str()).price(100)).unwrap();
    }
    let mut history = HistoryBuilder::new(&HistoryOptions::default());
    for &(customer, basket, day, product) in lines {
        let product = name(product);
        // A basket belongs to one customer.
        let basket = customer * 1000 + basket;
        let line = OrderLine::new(START + day * DAY, &*product).customer(customer).basket(basket);
        history.push(&line).unwrap();
    }
    let control = Control::new();
    let history = history.finish(&control).unwrap();
    let options = FitOptions::default().min_customers(2).neighbours(3);
    fit(&catalog.finish(), &history, &options, &control).unwrap()
}

fn name(product: u32) -> String {
    format!("p{product:02}")
}

fn names(products: &[u32]) -> Vec<String> {
    products.iter().map(|&product| name(product)).collect()
}

fn refs(names: &[String]) -> Vec<IdRef<'_>> {
    names.iter().map(|name| IdRef::Str(name)).collect()
}

/// What a request should get: every product of the catalogue that is allowed, scored and sorted.
fn expected(
    n: usize,
    allowed: impl Fn(u32) -> bool,
    products: &[IdRef<'_>],
    probabilities: &[f32],
) -> Vec<(u32, f32)> {
    let mut all: Vec<(u32, f32)> = (0..products.len() as u32)
        .filter(|&product| allowed(product))
        .map(|product| (product, probabilities[product as usize]))
        .collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    all.truncate(n);
    all
}

fn rows_of(found: &Recommendations, request: u32) -> Vec<(u32, f32)> {
    let rows = (0..found.len()).filter(|&row| found.requests()[row] == request);
    let rows: Vec<(u32, f32, u32)> = rows
        .map(|row| (found.products()[row], found.probabilities()[row], found.ranks()[row]))
        .collect();
    assert!(rows.iter().enumerate().all(|(at, row)| row.2 as usize == at + 1));
    rows.into_iter().map(|(product, probability, _)| (product, probability)).collect()
}

fn lines() -> impl Strategy<Value = Vec<(i64, i64, i64, u32)>> {
    prop::collection::vec((0..8i64, 0..6i64, 0..90i64, 0..15u32), 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_recommended_is_the_best_of_all_that_is_allowed(
        lines in lines(),
        sold in 1..12u32,
        n in 0..14usize,
        listed in prop::option::of(prop::collection::vec(0..16u32, 0..8)),
        excluded in prop::collection::vec(0..16u32, 0..4),
        pairs in prop::collection::vec((0..10i64, 0..16u32), 0..6),
        new_only in any::<bool>(),
        later in prop::option::of(-5..60i64),
        basket in prop::collection::vec(0..16u32, 0..4),
    ) {
        let model = model(&lines, sold);
        let control = Control::new();
        let (listed_names, excluded_names) =
            (listed.as_deref().map(names), names(&excluded));
        let pair_names = names(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>());
        let pair_ids: Vec<(IdRef<'_>, IdRef<'_>)> = pairs.iter().zip(&pair_names)
            .map(|(pair, name)| (IdRef::Int(pair.0), IdRef::Str(name))).collect();
        let listed_ids = listed_names.as_ref().map(|names| refs(names));
        let excluded_ids = refs(&excluded_names);
        let mut options = RecommendOptions::new(n).new_only(new_only).exclude(&excluded_ids)
            .exclude_for(&pair_ids).threads(2);
        options.candidates = listed_ids.as_deref();
        options.at = later.map(|days| model.as_of() + days * DAY);
        let mut scoring = ScoreOptions::default();
        scoring.at = options.at;

        // Also some whom the model does not know.
        let customers: Vec<IdRef<'_>> = (0..10).rev().map(IdRef::Int).collect();
        let all: Vec<IdRef<'_>> = model.products().iter().take(sold as usize).collect();
        let at = |name: &String| model.products().find(name.as_str());
        let never: Vec<u32> = excluded_names.iter().filter_map(at).collect();
        let only: Option<Vec<u32>> =
            listed_names.as_ref().map(|names| names.iter().filter_map(at).collect());
        let basket_names = names(&basket);
        let basket_ids = refs(&basket_names);
        let inside: Vec<u32> = basket_names.iter().filter_map(at).collect();

        let recommended = model.recommend(&customers, &options, &control);
        if listed.as_ref().is_some_and(|listed| !listed.is_empty()) && only == Some(vec![]) {
            let error = recommended.unwrap_err();
            prop_assert_eq!(error.kind(), ErrorKind::UnknownId);
            prop_assert!(error.to_string().starts_with("candidates: "), "{}", error);
            return Ok(());
        }
        let recommended = recommended.unwrap();
        let baskets = vec![basket_ids.clone(); customers.len()];
        let completed =
            model.complete(&baskets, Some(&customers), &options, &control).unwrap();
        let anonymous = model.complete(&baskets[..1], None, &options, &control).unwrap();
        for (request, &customer) in customers.iter().enumerate() {
            let index = model.customers().find(customer);
            let bought: Vec<u32> = index.map_or(vec![], |index| {
                model.purchases(index).map(|p| p.product).collect()
            });
            let own: Vec<u32> = pairs.iter().zip(&pair_names)
                .filter(|(pair, _)| IdRef::Int(pair.0) == customer)
                .filter_map(|(_, name)| at(name)).collect();
            let allowed = |product: u32| {
                let listed = only.as_ref().is_none_or(|only| only.contains(&product));
                let refused = never.contains(&product) || own.contains(&product);
                let old = new_only && bought.contains(&product);
                listed && !refused && !old
            };
            let who = vec![customer; all.len()];
            let scores = model.score(&who, &all, &scoring, &control).unwrap();
            let best = expected(n, allowed, &all, scores.probabilities());
            prop_assert_eq!(rows_of(&recommended, request as u32), best);

            let with = vec![basket_ids.clone(); all.len()];
            let scores =
                model.score_baskets(&with, &all, Some(&who), &scoring, &control).unwrap();
            let free = |product: u32| allowed(product) && !inside.contains(&product);
            let best = expected(n, free, &all, scores.probabilities());
            prop_assert_eq!(rows_of(&completed, request as u32), best);
        }
        let strangers = (0..recommended.len()).filter(|&row| {
            let customer = customers[recommended.requests()[row] as usize];
            model.customers().find(customer).is_none() == recommended.known()[row]
        });
        prop_assert_eq!(strangers.count(), 0);
        prop_assert!(anonymous.known().is_empty() && anonymous.unknown_customers() == 0);

        // Any number of threads.
        for threads in [1, 3] {
            let again = model.recommend(&customers, &options.threads(threads), &control).unwrap();
            prop_assert_eq!(again.products(), recommended.products());
            prop_assert_eq!(again.probabilities(), recommended.probabilities());
        }
    }

    #[test]
    fn an_explanation_adds_up_to_the_score(
        lines in lines(),
        sold in 1..12u32,
        customer in 0..10i64,
        basket in prop::collection::vec(0..16u32, 0..4),
        product in 0..15u32,
        days in 0..60i64,
    ) {
        let model = model(&lines, sold);
        let control = Control::new();
        let options = ScoreOptions::default().at(model.as_of() + days * DAY);
        let basket = names(&basket);
        let basket = refs(&basket);
        let product = name(product);
        let product = IdRef::Str(&product);
        let who = IdRef::Int(customer);
        let explained = model.explain(Some(who), Some(&basket), product, &options);
        let Some(index) = model.products().find(product) else {
            prop_assert_eq!(explained.unwrap_err().kind(), ErrorKind::UnknownId);
            return Ok(());
        };
        let explained = explained.unwrap();
        let score = model
            .score_baskets(&[&basket[..]], &[product], Some(&[who]), &options, &control)
            .unwrap();
        prop_assert_eq!(explained.probability as f32, score.probabilities()[0]);
        let sum: f64 = explained.features.iter().map(|f| f.contribution).sum();
        prop_assert!((sum - explained.log_odds).abs() < 1e-9);
        let odds = 1.0 / (1.0 + (-explained.calibrated_log_odds).exp());
        prop_assert!((odds - explained.probability).abs() < 1e-5, "{}", explained);
        prop_assert_eq!(explained.known, model.customers().find(who).is_some());
        // A product in the basket is scored by the rest of it.
        let rest: Vec<IdRef<'_>> = basket.iter().copied().filter(|&id| id != product).collect();
        let without = model.explain(Some(who), Some(&rest), product, &options).unwrap();
        prop_assert_eq!(without.probability, explained.probability);
        for explained in [&explained, &model.explain(Some(who), None, product, &options).unwrap()] {
            check_similarities(explained);
        }
        for reason in &explained.reasons {
            let reason = model.products().find(&reason.product).unwrap();
            prop_assert!(model.related(reason).any(|related| related.product == index));
        }
    }
}

/// A similarity is the feature it is said to be the logarithm of, and the amounts make it up.
fn check_similarities(explained: &Explanation) {
    let similar = explained
        .features
        .iter()
        .filter(|f| ["log_similar_to_purchases", "log_similar_to_basket"].contains(&f.feature));
    let features: Vec<_> = similar.collect();
    assert_eq!(features.len(), explained.similarities.len(), "{explained}");
    for share in &explained.similarities {
        let feature = features.iter().find(|f| f.feature == share.feature).unwrap();
        let least = if share.feature == "log_similar_to_basket" { 0.003 } else { 0.01 };
        let log = (share.similarity.max(0.0) + least).ln();
        assert!((log - feature.value).abs() < 1e-4, "{explained}");
        let amounts: Vec<f64> = share.products.iter().map(|p| p.amount).collect();
        assert!(amounts.iter().all(|&x| x > 0.0) && amounts.is_sorted_by(|a, b| a >= b));
        // What is left out is below 0, or not greater than the least that is named.
        let sum: f64 = amounts.iter().sum();
        if amounts.len() < 3 {
            assert!(share.similarity <= sum + 1e-6, "{explained}");
        }
    }
}

fn shop() -> Model {
    let mut lines = Vec::new();
    for customer in 0..40i64 {
        for basket in 0..12 {
            let first = ((customer * 7 + basket * 3) % 14) as u32;
            for product in [first, first ^ 1] {
                lines.push((customer, basket, basket * 14 + customer % 14, product));
            }
        }
    }
    model(&lines, 20)
}

#[test]
fn strangers_and_unknown_products_are_counted() {
    let model = shop();
    let control = Control::new();
    let customers = [IdRef::Int(3), IdRef::Int(900), IdRef::Int(901)];
    let unknown = ["p00", "no such product", "nor this"].map(IdRef::Str);
    let options = RecommendOptions::new(3).exclude(&unknown);
    let found = model.recommend(&customers, &options, &control).unwrap();
    assert_eq!((found.len(), found.unknown(), found.unknown_customers()), (9, 2, 2));
    assert_eq!(found.known()[2..4], [true, false]);
    let batch = found.to_record_batch().unwrap();
    assert_eq!(batch.schema(), found.schema());
    let known = batch.column_by_name("known").unwrap();
    let known = known.as_any().downcast_ref::<BooleanArray>().unwrap();
    assert_eq!(known.true_count(), 3);

    let scores = model.score(&customers, &unknown, &ScoreOptions::default(), &control).unwrap();
    assert_eq!((scores.unknown(), scores.unknown_customers()), (2, 2));
    assert!(scores.probabilities()[0] > 0.0 && scores.probabilities()[1].is_nan());
    assert_eq!(scores.known(), [true, false, false]);
    let batch = scores.to_record_batch().unwrap();
    assert_eq!(batch.schema(), scores.schema());
    let probability = batch.column_by_name("probability").unwrap();
    let probability = probability.as_any().downcast_ref::<Float64Array>().unwrap();
    assert_eq!((probability.null_count(), probability.is_null(0)), (2, false));
    let product = batch.column_by_name("product").unwrap();
    let product = product.as_any().downcast_ref::<StringArray>().unwrap();
    assert_eq!(product.value(2), "nor this");
}

#[test]
fn wrong_ids_and_options_are_named() {
    let model = shop();
    let control = Control::new();
    let ann = [IdRef::Str("ann")];
    let (three, bread) = ([IdRef::Int(3)], [IdRef::Int(1)]);
    let options = RecommendOptions::new(3);
    let pair = [(IdRef::Int(3), IdRef::Int(5))];
    let none: [&[IdRef<'_>]; 0] = [];
    let errors = [
        model.recommend(&ann, &options, &control).unwrap_err(),
        model.recommend(&three, &options.candidates(&bread), &control).unwrap_err(),
        model.recommend(&three, &options.exclude(&bread), &control).unwrap_err(),
        model.recommend(&three, &options.exclude_for(&pair), &control).unwrap_err(),
        model.recommend(&three, &options.threads(0), &control).unwrap_err(),
        model.complete(&none, Some(&three), &options, &control).unwrap_err(),
        model.score(&three, &[], &ScoreOptions::default(), &control).unwrap_err(),
        model.explain(None, None, IdRef::Int(1), &ScoreOptions::default()).unwrap_err(),
    ];
    let names = [
        "customers[0]",
        "candidates[0]",
        "exclude[0]",
        "exclude_for[0]",
        "threads",
        "customers",
        "products",
        "product",
    ];
    for (error, name) in errors.iter().zip(names) {
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert!(error.to_string().starts_with(&format!("{name}: ")), "{error}");
    }
    control.cancel();
    assert!(model.recommend(&three, &options, &control).unwrap_err().is_cancelled());
}

#[test]
fn as_many_as_asked_for_where_the_catalogue_has_them() {
    let model = shop();
    let control = Control::new();
    let customers: Vec<IdRef<'_>> = model.customers().iter().collect();
    let found = model.recommend(&customers, &RecommendOptions::new(20), &control).unwrap();
    assert_eq!(found.len(), 20 * customers.len());
    let found = model.recommend(&customers, &RecommendOptions::new(1 << 40), &control).unwrap();
    assert_eq!(found.len(), 20 * customers.len());
    let found = model.recommend(&customers, &RecommendOptions::new(0), &control).unwrap();
    assert!(found.is_empty());
    let found = model.recommend(&[], &RecommendOptions::default(), &control).unwrap();
    assert_eq!((found.len(), found.to_record_batch().unwrap().num_columns()), (0, 5));
    // Of everything, with a basket.
    let basket = [[IdRef::Str("p07")]];
    let found = model.complete(&basket, None, &RecommendOptions::new(20), &control).unwrap();
    assert_eq!(found.len(), 19);
    assert_eq!(model.products().get(found.products()[0]), Some(IdRef::Str("p06")));
    let explained =
        model.explain(None, Some(&basket[0]), IdRef::Str("p06"), &ScoreOptions::default()).unwrap();
    assert_eq!(explained.reasons[0].product, "p07".into());
    assert!(explained.to_string().contains("goes with \"p07\""), "{explained}");
    // One product in the basket: all of the similarity comes from it.
    let [share] = &explained.similarities[..] else { panic!("{explained}") };
    let [source] = &share.products[..] else { panic!("{explained}") };
    assert_eq!((&source.product, source.amount), (&"p07".into(), share.similarity));
    assert!(explained.to_string().contains("similar to basket"), "{explained}");
}
