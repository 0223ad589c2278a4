//! What customers buy next and what goes with a basket: the part of `Model` that answers.

use basketry::data::OnBad;
use basketry::{Control, Id, IdList, IdRef, RecommendOptions, ScoreOptions};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyDictMethods};

use crate::baskets::Baskets;
use crate::convert::{flag_or, some_whole, whole_or};
use crate::ids::{self, Many};
use crate::model::Model;
use crate::moment::some_moment;
use crate::table::Table;
use crate::{arrow, boundary, convert};

#[pymethods]
impl Model {
    /// The `n` products that each customer most probably buys within the horizon of the model.
    ///
    /// Every customer gets `n` products of the catalogue as long as so many are allowed: where too
    /// few are suggested by what they bought and by what is popular, the most popular other
    /// products follow, with their probabilities. Stock and what may be sold are not looked at: these
    /// change from day to day, and are for an :class:`Engine`. Products that are in the history only
    /// are never recommended.
    ///
    /// Parameters
    /// ----------
    /// customers : ids, optional
    ///     A list, an array of numpy, or an Arrow column (of pyarrow, polars, DuckDB). Default: all
    ///     customers of the model. One whom the model does not know gets what a stranger would buy;
    ///     they are marked in the table, and counted in its ``unknown_customers``.
    /// n : int
    ///     The products for each customer.
    /// new_only : bool
    ///     Only products that the customer never bought.
    /// candidates : ids, optional
    ///     Only these products. Those that the model does not know are passed over, and counted in
    ///     the table's ``unknown``; so are those to exclude. If it knows none, that is an error.
    /// exclude : ids, optional
    ///     Never these products.
    /// exclude_for : table or dict, optional
    ///     What single customers are never recommended: a table with the columns ``customer`` and
    ///     ``product``, or a dict of lists of products by customer.
    /// at : datetime.datetime, datetime.date, str or int, optional
    ///     The moment of the request: a time of Python, pandas or numpy, a date (its first moment),
    ///     a text such as ``"2026-03-31"`` or ``"2026-03-31T12:00:00Z"``, or milliseconds since
    ///     1970-01-01 UTC. What has no time zone is taken as UTC. Default, and the earliest that
    ///     counts: ``as_of``.
    /// threads : int, optional
    ///     How many threads to use; default: one for each core. The result does not depend on it.
    /// progress : bool or callable
    ///     As for :func:`fit`.
    ///
    /// Returns
    /// -------
    /// Table
    ///     ``customer``, ``product``, ``probability`` (of buying it within the ``horizon_days`` of
    ///     the report, in any number of orders, counted from `at`, without anything being offered),
    ///     ``rank`` (from 1) and ``known`` (whether the model knows the customer). Rows follow the
    ///     order of `customers`.
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If an id is an integer where those of the model are strings, or the other way round.
    /// UnknownIdError
    ///     If the model knows none of the candidates.
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> import pyarrow as pa
    /// >>> catalog = bk.Catalog(
    /// ...     pa.table({"sku": ["bread", "jam", "tea"], "price": [1.5, 2.5, 3.0]}),
    /// ...     product="sku", price="price",
    /// ... )
    /// >>> history = bk.History(
    /// ...     pa.table({"ts": ["2026-03-31"] * 3, "who": ["ann", "ann", "bob"], "sku": ["bread", "jam", "bread"]}),
    /// ...     time="ts", product="sku", customer="who",
    /// ... )
    /// >>> model = bk.fit(catalog, history)
    /// >>> table = model.recommend(["bob", "eve"], n=2, exclude=["tea"])
    /// >>> table.to_dict()["product"], table.to_dict()["known"]
    /// (['bread', 'jam', 'bread', 'jam'], [True, True, False, False])
    #[pyo3(
        signature = (
            customers = None, n = None, *, new_only = None, candidates = None, exclude = None,
            exclude_for = None, at = None, threads = None, progress = None,
        ),
        text_signature = "($self, customers=None, n=10, *, new_only=False, candidates=None, exclude=None, exclude_for=None, at=None, threads=None, progress=False)"
    )]
    #[allow(clippy::too_many_arguments, reason = "the keywords of a Python method")]
    fn recommend(
        &self,
        py: Python<'_>,
        customers: Option<&Bound<'_, PyAny>>,
        n: Option<&Bound<'_, PyAny>>,
        new_only: Option<&Bound<'_, PyAny>>,
        candidates: Option<&Bound<'_, PyAny>>,
        exclude: Option<&Bound<'_, PyAny>>,
        exclude_for: Option<&Bound<'_, PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
        threads: Option<&Bound<'_, PyAny>>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Table> {
        let wanted = customers.map(|customers| ids::many(customers, "customers")).transpose()?;
        let few = wanted.as_ref().is_some_and(|wanted| wanted.len() <= FEW);
        let lists = Lists::read(candidates, exclude, exclude_for)?;
        let asked = Asked::read(n, new_only, at, threads)?;
        answer(py, few, progress, |control| {
            let wanted = match &wanted {
                Some(ids) => ids.to_vec(),
                None => self.inner.customers().iter().collect(),
            };
            let borrowed = lists.borrow();
            let options = borrowed.options(&asked);
            let table = self.inner.recommend(&wanted, &options, control)?;
            Ok((table.to_record_batch()?, table.unknown(), table.unknown_customers()))
        })
    }

    /// The `n` products most probably added to each basket.
    ///
    /// Every basket gets `n` products of the catalogue as long as so many are allowed; what it
    /// holds already is not among them.
    ///
    /// Parameters
    /// ----------
    /// baskets : lists of ids
    ///     An iterable of iterables, an Arrow column of lists, or a :class:`Baskets`. Products that
    ///     the model does not know are ignored, and counted in the table's ``unknown``.
    /// n : int
    ///     The products for each basket.
    /// customers : ids, optional
    ///     Who holds each basket; as for :meth:`recommend`. Without it nobody is known.
    /// new_only, candidates, exclude, exclude_for, at, threads, progress
    ///     As for :meth:`recommend`.
    ///
    /// Returns
    /// -------
    /// Table
    ///     ``basket`` (its position in `baskets`, from 0), ``product``, ``probability`` (of buying
    ///     it in this order, without anything being offered), ``rank`` (from 1) and, with
    ///     `customers`, ``known``.
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If an id is an integer where those of the model are strings, or the other way round, and
    ///     if there is not one customer for each basket.
    #[pyo3(
        signature = (
            baskets, n = None, *, customers = None, new_only = None, candidates = None,
            exclude = None, exclude_for = None, at = None, threads = None, progress = None,
        ),
        text_signature = "($self, baskets, n=10, *, customers=None, new_only=False, candidates=None, exclude=None, exclude_for=None, at=None, threads=None, progress=False)"
    )]
    #[allow(clippy::too_many_arguments, reason = "the keywords of a Python method")]
    fn complete(
        &self,
        py: Python<'_>,
        baskets: &Bound<'_, PyAny>,
        n: Option<&Bound<'_, PyAny>>,
        customers: Option<&Bound<'_, PyAny>>,
        new_only: Option<&Bound<'_, PyAny>>,
        candidates: Option<&Bound<'_, PyAny>>,
        exclude: Option<&Bound<'_, PyAny>>,
        exclude_for: Option<&Bound<'_, PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
        threads: Option<&Bound<'_, PyAny>>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Table> {
        let baskets = Carts::read(baskets)?;
        let customers = customers.map(|customers| ids::many(customers, "customers")).transpose()?;
        let lists = Lists::read(candidates, exclude, exclude_for)?;
        let asked = Asked::read(n, new_only, at, threads)?;
        let few = baskets.len() <= FEW;
        answer(py, few, progress, |control| {
            let customers = customers.as_ref().map(Many::to_vec);
            let borrowed = lists.borrow();
            let options = borrowed.options(&asked);
            let baskets = baskets.to_vec();
            let table = self.inner.complete(&baskets, customers.as_deref(), &options, control)?;
            Ok((table.to_record_batch()?, table.unknown(), table.unknown_customers()))
        })
    }

    /// The probabilities of given pairs of a customer and a product.
    ///
    /// They are those that :meth:`recommend` gives, also for products that it would not bring up.
    ///
    /// Parameters
    /// ----------
    /// customers : ids
    ///     As for :meth:`recommend`. Pairs of one customer are quickest one after the other.
    /// products : ids
    ///     One for each customer.
    /// at, threads, progress
    ///     As for :meth:`recommend`.
    ///
    /// Returns
    /// -------
    /// Table
    ///     ``customer``, ``product``, ``probability`` (null for a product that the model does not
    ///     know; ``unknown`` counts them) and ``known`` (whether the model knows the customer).
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If there is not one product for each customer, and if an id is an integer where those of
    ///     the model are strings, or the other way round.
    #[pyo3(
        signature = (customers, products, *, at = None, threads = None, progress = None),
        text_signature = "($self, customers, products, *, at=None, threads=None, progress=False)"
    )]
    fn score(
        &self,
        py: Python<'_>,
        customers: &Bound<'_, PyAny>,
        products: &Bound<'_, PyAny>,
        at: Option<&Bound<'_, PyAny>>,
        threads: Option<&Bound<'_, PyAny>>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Table> {
        let customers = ids::many(customers, "customers")?;
        let products = ids::many(products, "products")?;
        let options = score_options(at, threads)?;
        let few = products.len() <= FEW;
        answer(py, few, progress, |control| {
            let (customers, products) = (customers.to_vec(), products.to_vec());
            let scores = self.inner.score(&customers, &products, &options, control)?;
            Ok((scores.to_record_batch()?, scores.unknown(), scores.unknown_customers()))
        })
    }

    /// The probabilities of given pairs of a basket and a product: that the product is bought in
    /// the order that holds the basket's products so far.
    ///
    /// They are those that :meth:`complete` gives, also for products that it would not bring up. A
    /// product that is in the basket is scored by the rest of it.
    ///
    /// Parameters
    /// ----------
    /// baskets : lists of ids
    ///     As for :meth:`complete`. Pairs of one basket are quickest one after the other.
    /// products : ids
    ///     One for each basket.
    /// customers : ids, optional
    ///     Who holds each basket. Without it nobody is known.
    /// at, threads, progress
    ///     As for :meth:`recommend`.
    ///
    /// Returns
    /// -------
    /// Table
    ///     ``basket`` (the position of the pair, from 0), ``product``, ``probability`` (null for a
    ///     product that the model does not know) and, with `customers`, ``known``.
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     As for :meth:`score`.
    #[pyo3(
        signature = (
            baskets, products, *, customers = None, at = None, threads = None, progress = None,
        ),
        text_signature = "($self, baskets, products, *, customers=None, at=None, threads=None, progress=False)"
    )]
    #[allow(clippy::too_many_arguments, reason = "the keywords of a Python method")]
    fn score_baskets(
        &self,
        py: Python<'_>,
        baskets: &Bound<'_, PyAny>,
        products: &Bound<'_, PyAny>,
        customers: Option<&Bound<'_, PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
        threads: Option<&Bound<'_, PyAny>>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Table> {
        let baskets = Carts::read(baskets)?;
        let products = ids::many(products, "products")?;
        let customers = customers.map(|customers| ids::many(customers, "customers")).transpose()?;
        let options = score_options(at, threads)?;
        let few = products.len() <= FEW;
        answer(py, few, progress, |control| {
            let (baskets, products) = (baskets.to_vec(), products.to_vec());
            let customers = customers.as_ref().map(Many::to_vec);
            let customers = customers.as_deref();
            let scores =
                self.inner.score_baskets(&baskets, &products, customers, &options, control)?;
            Ok((scores.to_record_batch()?, scores.unknown(), scores.unknown_customers()))
        })
    }

    /// What the probability of a product is made of.
    ///
    /// Parameters
    /// ----------
    /// product : id
    /// customer : id, optional
    ///     Who buys it; a stranger without.
    /// basket : iterable of ids, optional
    ///     What is in the basket so far. With it the probability of :meth:`score_baskets` is
    ///     explained, without it that of :meth:`score`.
    /// at : datetime.datetime, datetime.date, str or int, optional
    ///     As for :meth:`recommend`.
    ///
    /// Returns
    /// -------
    /// dict
    ///     ``probability``, ``calibrated_log_odds`` (its log odds), ``log_odds`` (these before
    ///     calibration), ``task`` and ``segment`` (which weights apply), ``features`` (each with
    ///     ``value``, ``weight`` and ``contribution``; the contributions add up to ``log_odds``)
    ///     ``reasons`` (the products of the basket that it is bought with more often than by chance)
    ///     and ``similarities``: for each similarity among the features the three ``products`` with
    ///     the greatest ``amount`` above 0, of purchases or of the basket; the amounts of all of
    ///     them, also those below 0, add up to ``similarity``. The feature is the logarithm of that,
    ///     at least 0, plus 0.01 (purchases) or 0.003 (basket). It prints in words.
    ///
    /// Raises
    /// ------
    /// UnknownIdError
    ///     If the model does not know the product.
    #[pyo3(signature = (product, *, customer = None, basket = None, at = None))]
    fn explain<'py>(
        &self,
        py: Python<'py>,
        product: &Bound<'py, PyAny>,
        customer: Option<&Bound<'py, PyAny>>,
        basket: Option<&Bound<'py, PyAny>>,
        at: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let product = ids::id(product, "product")?;
        let customer = customer.map(|customer| ids::id(customer, "customer")).transpose()?;
        let basket = basket.map(|basket| ids::ids(basket, "basket")).transpose()?;
        let options = score_options(at, None)?;
        let explanation = boundary::quick(py, || {
            let basket: Option<Vec<IdRef<'_>>> =
                basket.as_ref().map(|basket| basket.iter().map(Id::as_ref).collect());
            let customer = customer.as_ref().map(Id::as_ref);
            self.inner.explain(customer, basket.as_deref(), product.as_ref(), &options)
        })?;
        convert::report(py, &explanation, explanation.to_string().trim_end())
    }
}

/// So many requests are answered in the calling thread: it takes less than to wake others.
const FEW: usize = 32;

type Answer = (arrow_array::RecordBatch, u64, u64);

fn answer(
    py: Python<'_>,
    few: bool,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&Control) -> basketry::Result<Answer> + Send,
) -> PyResult<Table> {
    let (batch, unknown, unknown_customers) = if few && progress.is_none() {
        boundary::quick(py, || work(&Control::new()))
    } else {
        boundary::in_pool(py, progress, work)
    }?;
    Ok(Table::new(batch, unknown).with_unknown_customers(unknown_customers))
}

fn score_options(
    at: Option<&Bound<'_, PyAny>>,
    threads: Option<&Bound<'_, PyAny>>,
) -> PyResult<ScoreOptions> {
    let mut options = ScoreOptions::default();
    options.at = some_moment(at, "at")?;
    options.threads = some_whole(threads, "threads")?;
    Ok(options)
}

/// Baskets, as they came.
enum Carts {
    Listed(Vec<Vec<Id>>),
    Column(basketry::Baskets),
}

impl Carts {
    fn read(baskets: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = baskets.py();
        if let Ok(baskets) = baskets.cast::<Baskets>() {
            return Ok(Self::Column(baskets.get().inner.clone()));
        }
        let column = py.import("basketry._frames")?.call_method1("is_list_column", (baskets,))?;
        if column.is_truthy()? {
            let reader = arrow::table(baskets, "baskets")?;
            return boundary::long(py, |control| {
                basketry::Baskets::from_list_column(reader, None, OnBad::Error, control)
                    .map_err(|error| convert::named(error, "baskets"))
            })
            .map(Self::Column);
        }
        let items = baskets.try_iter().map_err(|_| match baskets.get_type().name() {
            Ok(name) => {
                let text = format!("baskets: expected a list of lists of ids, got {name}");
                PyTypeError::new_err(text)
            }
            Err(error) => error,
        })?;
        items
            .enumerate()
            .map(|(at, basket)| ids::ids(&basket?, &format!("baskets[{at}]")))
            .collect::<PyResult<_>>()
            .map(Self::Listed)
    }

    fn len(&self) -> usize {
        match self {
            Self::Listed(baskets) => baskets.len(),
            Self::Column(baskets) => baskets.len(),
        }
    }

    fn to_vec(&self) -> Vec<Vec<IdRef<'_>>> {
        match self {
            Self::Listed(baskets) => {
                baskets.iter().map(|basket| basket.iter().map(Id::as_ref).collect()).collect()
            }
            Self::Column(baskets) => {
                (0..baskets.len()).map(|at| baskets.basket(at).collect()).collect()
            }
        }
    }
}

/// The options that are no lists.
struct Asked {
    n: usize,
    new_only: bool,
    at: Option<i64>,
    threads: Option<usize>,
}

impl Asked {
    fn read(
        n: Option<&Bound<'_, PyAny>>,
        new_only: Option<&Bound<'_, PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
        threads: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        Ok(Self {
            n: whole_or(n, "n", 10)?,
            new_only: flag_or(new_only, "new_only", false)?,
            at: some_moment(at, "at")?,
            threads: some_whole(threads, "threads")?,
        })
    }
}

/// The lists that say what may be recommended, as they came.
struct Lists {
    candidates: Option<Many>,
    exclude: Option<Many>,
    exclude_for: Pairs,
}

enum Pairs {
    Listed(Vec<(Id, Id)>),
    Columns(Box<[IdList; 2]>),
}

/// The same, borrowed as the core takes it.
struct Borrowed<'a> {
    candidates: Option<Vec<IdRef<'a>>>,
    exclude: Vec<IdRef<'a>>,
    exclude_for: Vec<(IdRef<'a>, IdRef<'a>)>,
}

impl Lists {
    fn read(
        candidates: Option<&Bound<'_, PyAny>>,
        exclude: Option<&Bound<'_, PyAny>>,
        exclude_for: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        Ok(Self {
            candidates: candidates.map(|ids| ids::many(ids, "candidates")).transpose()?,
            exclude: exclude.map(|ids| ids::many(ids, "exclude")).transpose()?,
            exclude_for: match exclude_for {
                None => Pairs::Listed(Vec::new()),
                Some(pairs) => match pairs.cast::<PyDict>() {
                    Ok(lists) => Pairs::Listed(listed(lists)?),
                    Err(_) => {
                        let reader = arrow::table(pairs, "exclude_for")?;
                        let names = ["customer", "product"];
                        let read = |control: &Control| IdList::from_columns(reader, names, control);
                        Pairs::Columns(Box::new(boundary::long(pairs.py(), read)?))
                    }
                },
            },
        })
    }

    fn borrow(&self) -> Borrowed<'_> {
        Borrowed {
            candidates: self.candidates.as_ref().map(Many::to_vec),
            exclude: self.exclude.as_ref().map(Many::to_vec).unwrap_or_default(),
            exclude_for: match &self.exclude_for {
                Pairs::Listed(pairs) => {
                    pairs.iter().map(|(who, what)| (who.as_ref(), what.as_ref())).collect()
                }
                Pairs::Columns(columns) => {
                    let [who, what] = &**columns;
                    who.iter().zip(what.iter()).collect()
                }
            },
        }
    }
}

/// Pairs from lists of products by customer.
fn listed(lists: &Bound<'_, PyDict>) -> PyResult<Vec<(Id, Id)>> {
    let mut pairs = Vec::new();
    for (customer, products) in lists.iter() {
        let customer = ids::id(&customer, "exclude_for")?;
        let what = format!("exclude_for[{customer}]");
        if ids::is_text(&products) {
            let text = format!("{what}: expected a list of ids; put a single one in a list");
            return Err(PyTypeError::new_err(text));
        }
        for product in ids::ids(&products, &what)? {
            pairs.push((customer.clone(), product));
        }
    }
    Ok(pairs)
}

impl Borrowed<'_> {
    fn options(&self, asked: &Asked) -> RecommendOptions<'_> {
        let mut options = RecommendOptions::new(asked.n);
        options.new_only = asked.new_only;
        options.candidates = self.candidates.as_deref();
        options.exclude = &self.exclude;
        options.exclude_for = &self.exclude_for;
        options.at = asked.at;
        options.threads = asked.threads;
        options
    }
}
