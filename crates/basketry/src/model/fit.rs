//! From a catalogue and a history to a model.

use super::{Model, layout};
use crate::affinity::customers::baskets_with_customer;
use crate::affinity::orders::{Orders, Products};
use crate::affinity::propensity::Propensity;
use crate::affinity::similarity::{FactorRows, SimilarityRows};
use crate::affinity::statistics::Statistics;
use crate::affinity::{CarriedReport, FitOptions, FitReport, propensity, relations};
use crate::{Catalog, Control, Error, ErrorKind, History, IdRef, Result, Stage};

/// Learns a model: which products sell together, what each customer buys again, what is popular,
/// and from these how probable each purchase is.
///
/// The products of the model are those of the catalogue, in its order, then those only in the
/// history; the latter have no price and are never offered. Whatever cannot be learned is in the
/// [report](Model::report) with what is done instead; one basket is enough for a model.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] names an option that is out of range; [`ErrorKind::Data`] if the
/// catalogue or the history is empty; [`ErrorKind::Schema`] if their product ids have different
/// types;
/// [`ErrorKind::Cancelled`] after [`Control::cancel`]; [`ErrorKind::Limit`] if an index would
/// exceed 32 bits.
pub fn fit(
    catalog: &Catalog,
    history: &History,
    options: &FitOptions,
    control: &Control,
) -> Result<Model> {
    check(catalog, history, options, control)?;
    in_threads(options, || learn(catalog, history, options, control))
}

fn check(
    catalog: &Catalog,
    history: &History,
    options: &FitOptions,
    control: &Control,
) -> Result<()> {
    options.validate()?;
    control.check()?;
    if catalog.is_empty() {
        let text = "catalog: there are no products: expected at least one";
        return Err(Error::new(ErrorKind::Data, text));
    }
    if history.is_empty() {
        let text = "history: there are no baskets: expected at least one";
        return Err(Error::new(ErrorKind::Data, text));
    }
    Ok(())
}

/// Runs `work` in as many threads as the options say.
fn in_threads<T: Send>(options: &FitOptions, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let Some(threads) = options.threads else { return work() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| {
        let text = format!("threads: {threads} could not be started");
        Error::new(ErrorKind::Limit, text).with_source(error)
    })?;
    pool.install(work)
}

/// Counts anew, and carries over from `last` what is learned on top of the counts. `changes` are
/// the baskets that came and the customers that went since it was fitted.
pub(super) fn recount(
    catalog: &Catalog,
    history: &History,
    options: &FitOptions,
    (last, changes): (&Model, (u64, u64)),
    control: &Control,
) -> Result<Model> {
    check(catalog, history, options, control)?;
    // What was chosen goes with what is carried over.
    let options = &options.tuned_as(last.options());
    in_threads(options, || {
        let products = Products::new(catalog, history.products())?;
        let orders = Orders::new(history, &products, None, control)?;
        let learned = last.learned();
        let number = |id: IdRef<'_>| {
            let sold = catalog.ids().find(id);
            sold.or_else(|| Some(products.of_history[history.products().find(id)? as usize]))
        };
        let product_of: Vec<Option<u32>> = last.products().iter().map(number).collect();
        let similar = (
            FactorRows::carried(learned.similar_customers, &product_of, products.all),
            SimilarityRows::carried(learned.similar_baskets, &product_of, products.all),
        );
        let statistics =
            Statistics::with_similarities(&orders, &products, options, Some(similar), control)?;
        let relations = relations::learn(&orders, &products, catalog.links(), options, control)?;
        let mut report = describe(&products, &orders, &statistics, options);
        let old = last.report();
        report.similarity = old.similarity.clone();
        report.not_learned.retain(|entry| COUNTED.contains(&&*entry.what));
        report.split = old.split.clone();
        report.tuning = old.tuning.clone();
        report.segments = old.segments.clone();
        // What the counts lack was found anew; the rest is as it was.
        let carried = old.not_learned.iter().filter(|entry| !COUNTED.contains(&&*entry.what));
        report.not_learned.extend(carried.cloned());
        report.carried = Some(CarriedReport {
            fitted_ms: old.carried.as_ref().map_or(old.last_ms, |carried| carried.fitted_ms),
            appended_baskets: changes.0,
            forgotten_customers: changes.1,
        });
        let learned = last.learned();
        let propensity = Propensity {
            weights: learned.weights.to_vec(),
            curves: learned.curves.to_vec(),
            bounds: learned.bounds.to_vec(),
            horizon_days: learned.horizon_days,
        };
        report.horizon_days = old.horizon_days;
        control.begin(Stage::Writing, 1)?;
        let bytes = layout::write(
            catalog,
            history,
            &products,
            (&statistics, &relations),
            &propensity,
            options,
            &report,
        )?;
        let model = Model::from_bytes(bytes)?;
        control.advance(1)?;
        Ok(model)
    })
}

fn learn(
    catalog: &Catalog,
    history: &History,
    options: &FitOptions,
    control: &Control,
) -> Result<Model> {
    let products = Products::new(catalog, history.products())?;
    let orders = Orders::new(history, &products, None, control)?;
    let offerable: Vec<bool> = (0..catalog.len() as u32)
        .map(|p| catalog.is_sellable(p) && catalog.price(p).is_some())
        .collect();
    let (chosen, tuning) = if options.tune {
        let (chosen, report) =
            propensity::tune::choose(history, &orders, &products, &offerable, options, control)?;
        (chosen, Some(report))
    } else {
        (options.clone(), None)
    };
    let options = &chosen;
    let statistics = Statistics::new(&orders, &products, options, control)?;
    let mut report = describe(&products, &orders, &statistics, options);
    report.tuning = tuning;
    let relations = relations::learn(&orders, &products, catalog.links(), options, control)?;
    let propensity =
        propensity::fit(history, &orders, &products, &offerable, options, &mut report, control)?;
    control.begin(Stage::Writing, 1)?;
    let bytes = layout::write(
        catalog,
        history,
        &products,
        (&statistics, &relations),
        &propensity,
        options,
        &report,
    )?;
    // Opening what was written checks it once more.
    let model = Model::from_bytes(bytes)?;
    control.advance(1)?;
    Ok(model)
}

/// What [`describe`] may find that the counts lack.
const COUNTED: [&str; 3] = [NO_PAIRS, NO_POPULAR, NO_CUSTOMERS];
const NO_PAIRS: &str = "pairs that sell together";
const NO_POPULAR: &str = "popular products";
const NO_CUSTOMERS: &str = "what customers buy again";

/// The report but for the propensity.
fn describe(
    products: &Products,
    orders: &Orders,
    statistics: &Statistics,
    options: &FitOptions,
) -> FitReport {
    let (first_ms, last_ms) = orders.span().unwrap_or_default();
    let mut report = FitReport {
        catalog_products: products.sold as u64,
        history_only_products: products.history_only.len() as u64,
        customers: orders.customers as u64,
        baskets: orders.len() as u64,
        anonymous_baskets: (orders.len() - baskets_with_customer(orders)) as u64,
        lines: orders.items.len() as u64,
        returns_matched: orders.returns_matched,
        returns_unmatched: orders.returns_unmatched,
        first_ms,
        last_ms,
        huge_baskets: statistics.pairs.huge_baskets,
        pair_products: statistics.pairs.eligible_products,
        pairs: statistics.pairs.product.len() as u64,
        popular_products: statistics.popular.len() as u64,
        similarity: vec![
            statistics.similar_customers.report(),
            statistics.similar_baskets.report(),
        ],
        ..FitReport::default()
    };
    let threshold = format!(
        "min_customers is {}, and {} customers are known",
        options.min_customers,
        if orders.customers > 0 { orders.customers as u64 } else { report.baskets }
    );
    if report.pairs == 0 && options.neighbours > 0 {
        let why = if report.pair_products < 2 {
            format!("fewer than two products have enough distinct customers ({threshold})")
        } else {
            "no two products are bought together more often than by chance by enough distinct \
             customers"
                .into()
        };
        report.not_learned(NO_PAIRS, why, "no product is suggested by another");
    }
    for at in 0..report.similarity.len() {
        let similarity = &report.similarity[at];
        if similarity.weights == 0 && options.similar > 0 {
            let why = if similarity.products < 2 {
                format!("fewer than two products have enough distinct customers ({threshold})")
            } else {
                format!("no two products have enough distinct customers in common ({threshold})")
            };
            let what = format!("similarity by {}", similarity.by);
            report.not_learned(&what, why, "no product speaks for another by it");
        }
    }
    if report.popular_products == 0 {
        let why = format!("no product has enough distinct customers ({threshold})");
        report.not_learned(NO_POPULAR, why, "none are suggested for being popular");
    }
    if orders.customers == 0 {
        report.not_learned(
            NO_CUSTOMERS,
            "the history has no customers",
            "every request is treated as anonymous",
        );
    }
    report
}
