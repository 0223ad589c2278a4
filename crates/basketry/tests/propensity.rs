//! Probabilities against what is known to be true: made-up shops whose customers buy by known
//! chances, customers and products that are hidden from the fit, and random little shops.

use basketry::{
    Catalog, CatalogBuilder, CatalogOptions, Control, FitOptions, History, HistoryBuilder,
    HistoryOptions, IdRef, Learner, Model, OrderLine, Product, ScoreOptions, fit,
};
use proptest::prelude::*;

const DAY: i64 = 86_400_000;
const WEEKS: i64 = 30;
const CUSTOMERS: i64 = 480;
const PRODUCTS: i64 = 12;

/// SplitMix64.
struct Draws(u64);

impl Draws {
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The chance that a customer buys a product in a week. Customers like one product in three, and
/// some products more than others; what they do not like they buy now and then.
fn chance(customer: i64, product: i64) -> f64 {
    let liked = (customer * 7 + product * 5) % 3 == 0;
    if liked { 0.06 + 0.02 * (product % 6) as f64 } else { 0.002 + 0.002 * (product % 3) as f64 }
}

fn catalog(products: i64) -> Catalog {
    let mut builder = CatalogBuilder::new(&CatalogOptions::default());
    for product in 0..products {
        builder.push(&Product::new(product).price(100 + product)).unwrap();
    }
    builder.finish()
}

/// Every customer from `first` on orders once a week.
fn history(first: i64) -> History {
    let mut builder = HistoryBuilder::new(&HistoryOptions::default());
    for customer in first..CUSTOMERS {
        // Each customer draws alone, so that taking some away changes nothing for the others.
        let mut draws = Draws(customer as u64);
        for week in 0..WEEKS {
            let time = (week * 7 + customer % 7) * DAY;
            for product in 0..PRODUCTS {
                if draws.share() < chance(customer, product) {
                    let basket = customer * WEEKS + week;
                    let line = OrderLine::new(time, product).customer(customer).basket(basket);
                    builder.push(&line).unwrap();
                }
            }
        }
    }
    builder.finish(&Control::new()).unwrap()
}

fn fitted(first: i64, threads: usize) -> Model {
    let options = FitOptions::default().threads(threads);
    fit(&catalog(PRODUCTS + 1), &history(first), &options, &Control::new()).unwrap()
}

/// The probabilities of pairs of customers and products within the horizon.
fn within_horizon(model: &Model, pairs: &[(i64, i64)]) -> Vec<f32> {
    let customers: Vec<IdRef<'_>> = pairs.iter().map(|&(customer, _)| customer.into()).collect();
    let products: Vec<IdRef<'_>> = pairs.iter().map(|&(_, product)| product.into()).collect();
    let scores =
        model.score(&customers, &products, &ScoreOptions::default(), &Control::new()).unwrap();
    scores.probabilities().to_vec()
}

/// Four weeks with the same chance each.
fn true_chance(customer: i64, product: i64) -> f64 {
    1.0 - (1.0 - chance(customer, product)).powi(4)
}

#[test]
fn planted_chances_are_found() {
    let model = fitted(0, 2);
    let report = model.report();
    assert_eq!(report.horizon_days, 28.0);
    for segment in report.segments.iter().filter(|segment| segment.task == "horizon") {
        assert!(segment.learned, "{segment:?}");
        assert!(segment.calibration_error.unwrap() < 0.1, "{segment:?}");
        let bins: f64 = segment.reliability.iter().map(|bin| bin.share).sum();
        assert!((bins - 1.0).abs() < 1e-3 && segment.reliability.len() > 3, "{segment:?}");
    }
    let pairs: Vec<(i64, i64)> =
        (0..CUSTOMERS).flat_map(|c| (0..PRODUCTS).map(move |p| (c, p))).collect();
    let found = within_horizon(&model, &pairs);
    // What a customer likes is hidden; over all customers the mean probability is the true one.
    for product in 0..PRODUCTS {
        let group: Vec<usize> = (0..pairs.len()).filter(|&at| pairs[at].1 == product).collect();
        let mean = |of: &dyn Fn(usize) -> f64| {
            group.iter().map(|&at| of(at)).sum::<f64>() / group.len() as f64
        };
        let predicted = mean(&|at| f64::from(found[at]));
        let truth = mean(&|at| true_chance(pairs[at].0, pairs[at].1));
        let tolerance = 0.02 + 0.2 * truth;
        assert!(
            (predicted - truth).abs() < tolerance,
            "product {product}: {predicted:.3} instead of {truth:.3}"
        );
    }
}

/// Who is hidden from the fit gets what people buy on average; what nobody ever bought is
/// improbable, but not impossible.
#[test]
fn hidden_customers_and_products_get_sensible_probabilities() {
    let model = fitted(120, 1);
    let mut off = 0.0;
    for product in 0..PRODUCTS {
        let mean = (0..120).map(|c| true_chance(c, product)).sum::<f64>() / 120.0;
        let found = f64::from(within_horizon(&model, &[(5, product)])[0]);
        assert!((0.4..2.5).contains(&(found / mean)), "{product}: {found:.3} against {mean:.3}");
        off += (found / mean).ln().abs();
    }
    assert!(off / (PRODUCTS as f64) < 0.35, "{}", off / PRODUCTS as f64);
    // A product nobody ever bought.
    let unsold = within_horizon(&model, &[(5, PRODUCTS), (400, PRODUCTS)]);
    let least = (0..PRODUCTS).map(|p| within_horizon(&model, &[(400, p)])[0]).fold(1.0, f32::min);
    for p in unsold {
        assert!(p > 0.0 && p < 0.2, "{p} against {least}");
    }
}

/// What the others get does not depend on draws that the hidden customers took part in, only on
/// what is learned from them.
#[test]
fn the_model_does_not_depend_on_threads() {
    let one = fitted(360, 1);
    assert!(fitted(360, 3).as_bytes() == one.as_bytes());
}

/// What is chosen is the best of what the report lists, in the same way by any number of threads,
/// and stays when the counts are brought up to date.
#[test]
fn hyper_parameters_are_validated_on_the_inner_split() {
    let options = FitOptions::default().tune(true).customers_l2(50.0);
    let learn = |threads| {
        let options = options.clone().threads(threads);
        fit(&catalog(PRODUCTS + 1), &history(360), &options, &Control::new()).unwrap()
    };
    let model = learn(1);
    assert!(learn(3).as_bytes() == model.as_bytes());
    let tuning = model.report().tuning.as_ref().unwrap();
    assert_eq!(tuning.tried.len(), 7);
    let first = &tuning.tried[0];
    let given = (options.half_life_days, options.customers_l2, options.baskets_l2);
    assert_eq!((first.half_life_days, first.customers_l2, first.baskets_l2), given);
    assert_eq!(first.score, 1.0);
    let halves: Vec<f64> = tuning.tried[1..3].iter().map(|tried| tried.half_life_days).collect();
    assert_eq!(halves, [60.0, 240.0]);
    let chosen = &tuning.tried[tuning.chosen as usize];
    assert!(tuning.tried.iter().all(|tried| tried.score >= chosen.score), "{tuning:?}");
    let of =
        |options: &FitOptions| (options.half_life_days, options.customers_l2, options.baskets_l2);
    let in_use = of(model.options());
    assert_eq!(in_use, (chosen.half_life_days, chosen.customers_l2, chosen.baskets_l2));
    assert!(model.report().to_string().contains("(chosen)"));
    // The same as fitting with what was chosen, but for what says so.
    let mut plain = options.clone().tune(false);
    (plain.half_life_days, plain.customers_l2, plain.baskets_l2) = in_use;
    let plain = fit(&catalog(PRODUCTS + 1), &history(360), &plain, &Control::new()).unwrap();
    assert_eq!(plain.report().segments, model.report().segments);
    let mut learner = Learner::new(catalog(PRODUCTS + 1), history(360), options).unwrap();
    learner.fit(&Control::new()).unwrap();
    let updated = learner.update(&Control::new()).unwrap();
    assert_eq!(of(updated.options()), in_use);
    assert_eq!(updated.report().tuning, model.report().tuning);
}

/// Nothing can be validated where there is no split; the given values stay.
#[test]
fn nothing_to_tune_on() {
    let mut builder = HistoryBuilder::new(&HistoryOptions::default());
    builder.push(&OrderLine::new(0, 1i64).customer(1i64).basket(1i64)).unwrap();
    let history = builder.finish(&Control::new()).unwrap();
    let options = FitOptions::default().tune(true);
    let model = fit(&catalog(3), &history, &options, &Control::new()).unwrap();
    assert_eq!(model.options().half_life_days, options.half_life_days);
    assert!(model.report().tuning.as_ref().unwrap().tried.is_empty());
}

/// Products that were never sold are as probable as what is new in their category would be: one
/// category sells ten times as much as the other. What is put into the catalogue anew is expected to
/// sell like the others.
#[test]
fn new_products_are_like_their_category() {
    const OF_EACH: i64 = 20;
    let mut builder = CatalogBuilder::new(&CatalogOptions::default());
    for product in 0..2 * OF_EACH + 3 {
        let mut entry = Product::new(product).price(100);
        if product < 2 * OF_EACH + 2 {
            entry = entry.category([["hot", "cold"][product as usize % 2]]);
        }
        builder.push(&entry).unwrap();
    }
    let mut history = HistoryBuilder::new(&HistoryOptions::default());
    let weekly = |product: i64| if product % 2 == 0 { 0.05 } else { 0.005 };
    for customer in 0..400 {
        let mut draws = Draws(customer as u64);
        for week in 0..30 {
            for product in 0..2 * OF_EACH {
                if draws.share() < weekly(product) {
                    let line = OrderLine::new((week * 7 + customer % 7) * DAY, product);
                    history.push(&line.customer(customer).basket(customer * 30 + week)).unwrap();
                }
            }
        }
    }
    let history = history.finish(&Control::new()).unwrap();
    let model = fit(&builder.finish(), &history, &FitOptions::default(), &Control::new()).unwrap();
    let (hot, cold, unknown) = (2 * OF_EACH, 2 * OF_EACH + 1, 2 * OF_EACH + 2);
    let mut means = Vec::new();
    for product in [hot, cold, unknown] {
        let pairs: Vec<(i64, i64)> = (0..100).map(|customer| (customer, product)).collect();
        let found = within_horizon(&model, &pairs);
        means.push(found.iter().map(|&p| f64::from(p)).sum::<f64>() / 100.0);
    }
    let truth = [hot, cold].map(|product| 1.0 - (1.0 - weekly(product)).powi(4));
    for (found, truth) in means.iter().zip(truth) {
        assert!((0.5..2.0).contains(&(found / truth)), "{means:?} instead of {truth:?}");
    }
    assert!(means[2] > means[1] && means[2] < means[0], "{means:?}");
}

/// Milk comes in two brands, of which customers buy either one every two weeks; tea in two, of which
/// they buy either one at random, as often. Bread is in every order.
#[test]
fn a_need_comes_back_whichever_product_served_it() {
    const BREAD: i64 = 0;
    const MILK: [i64; 2] = [1, 2];
    const TEA: [i64; 2] = [3, 4];
    const WEEKS: i64 = 40;
    const CUSTOMERS: i64 = 300;
    let mut builder = CatalogBuilder::new(&CatalogOptions::default());
    for (product, category) in [(0, "bread"), (1, "milk"), (2, "milk"), (3, "tea"), (4, "tea")] {
        builder.push(&Product::new(product).price(100).category([category])).unwrap();
    }
    let mut history = HistoryBuilder::new(&HistoryOptions::default());
    for customer in 0..CUSTOMERS {
        let mut draws = Draws(customer as u64);
        for week in 0..WEEKS {
            let mut bought = vec![BREAD];
            let (brand, random) = (draws.share(), draws.share());
            if week % 2 == customer / 7 % 2 {
                bought.push(MILK[usize::from(brand < 0.5)]);
            }
            if random < 0.5 {
                bought.push(TEA[usize::from(random < 0.25)]);
            }
            for product in bought {
                let line = OrderLine::new((week * 7 + customer % 7) * DAY, product);
                history.push(&line.customer(customer).basket(customer * WEEKS + week)).unwrap();
            }
        }
    }
    let history = history.finish(&Control::new()).unwrap();
    let model = fit(&builder.finish(), &history, &FitOptions::default(), &Control::new()).unwrap();
    // A week after the last order of all: every second customer is out of milk.
    let at = (WEEKS * 7 + 6) * DAY;
    let mean = |product: i64, held: &[i64], due: bool| {
        let who: Vec<i64> =
            (0..CUSTOMERS).filter(|c| c % 7 == 6 && (c / 7 % 2 == 0) == due).collect();
        let customers: Vec<IdRef<'_>> = who.iter().map(|&customer| customer.into()).collect();
        let basket: Vec<IdRef<'_>> = held.iter().map(|&product| product.into()).collect();
        let baskets = vec![basket; who.len()];
        let products = vec![IdRef::from(product); who.len()];
        let options = ScoreOptions::default().at(at);
        let scores = model
            .score_baskets(&baskets, &products, Some(&customers), &options, &Control::new())
            .unwrap();
        let sum: f64 = scores.probabilities().iter().map(|&p| f64::from(p)).sum();
        sum / who.len() as f64
    };
    let (due, not_due) = (mean(MILK[0], &[BREAD], true), mean(MILK[0], &[BREAD], false));
    assert!(due > 0.3 && not_due < 0.02, "{due} {not_due}");
    // Tea comes at random, whenever the last one was bought.
    let (one, other) = (mean(TEA[0], &[BREAD], true), mean(TEA[0], &[BREAD], false));
    assert!((one / other - 1.0).abs() < 0.3 && one > 0.1, "{one} {other}");
    // With one brand in the basket nobody needs the other.
    let (milk, tea) = (mean(MILK[0], &[BREAD, MILK[1]], true), mean(TEA[0], &[TEA[1]], true));
    assert!(milk < due / 10.0 && tea < one / 10.0, "{milk} {tea}");
}

/// A history too short for the horizon says for how many days its probabilities are.
#[test]
fn a_short_history_has_a_short_horizon() {
    let mut builder = HistoryBuilder::new(&HistoryOptions::default());
    for day in 0..41 {
        for customer in 0..60 {
            let product = (customer + day) % 5;
            let line = OrderLine::new(day * DAY, product).customer(customer);
            builder.push(&line.basket(day * 60 + customer)).unwrap();
        }
    }
    let history = builder.finish(&Control::new()).unwrap();
    let model = fit(&catalog(5), &history, &FitOptions::default(), &Control::new()).unwrap();
    let report = model.report();
    assert!((report.horizon_days - 10.0).abs() < 1e-3, "{}", report.horizon_days);
    let note = report.not_learned.iter().find(|n| n.what == "purchases within 28 days").unwrap();
    assert!(note.instead.contains("10 days"), "{note:?}");
    // Everybody buys every product twice in ten days: with nothing to tell apart, the stated
    // fallback is in use.
    let p = within_horizon(&model, &[(3, 1)])[0];
    assert!(p > 0.5, "{p}");
}

/// Lines: customer, day, product.
fn lines() -> impl Strategy<Value = Vec<(i64, i64, i64)>> {
    prop::collection::vec((0..8i64, 0..400i64, 0..9i64), 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the history, every feature is finite and every probability is one.
    #[test]
    fn features_and_probabilities_are_finite(
        lines in lines(),
        half_life in prop::sample::select(vec![0.001, 1.0, 120.0, 36_525.0]),
        horizon in prop::sample::select(vec![0.001, 28.0, 36_525.0]),
        later in prop::sample::select(vec![0, 1, 400, 40_000i64]),
        basket in prop::collection::vec(0..9i64, 0..4),
    ) {
        let mut builder = HistoryBuilder::new(&HistoryOptions::default());
        for &(customer, day, product) in &lines {
            let line = OrderLine::new(day * DAY, product).customer(customer);
            builder.push(&line.basket(day * 10 + customer)).unwrap();
        }
        let history = builder.finish(&Control::new()).unwrap();
        let mut options = FitOptions::default().min_customers(1).horizon_days(horizon);
        options.half_life_days = half_life;
        let model = fit(&catalog(9), &history, &options, &Control::new()).unwrap();
        let at = ScoreOptions::default().at(model.as_of() + later * DAY);
        let basket: Vec<IdRef<'_>> = basket.iter().map(|&product| product.into()).collect();
        for customer in [0, 3, 99] {
            for product in 0..9i64 {
                for basket in [None, Some(&basket[..])] {
                    let why = model.explain(Some(customer.into()), basket, product.into(), &at);
                    let why = why.unwrap();
                    prop_assert!((0.0..=1.0).contains(&why.probability), "{}", why);
                    prop_assert!(why.features.iter().all(|f| f.value.is_finite()), "{}", why);
                    prop_assert!(why.calibrated_log_odds.is_finite(), "{}", why);
                }
            }
        }
    }
}
