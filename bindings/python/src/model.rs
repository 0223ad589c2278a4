//! `fit` and `Model`.

use basketry::{DueOptions, FitOptions, Id, IdRef};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyType};

use crate::catalog::Catalog;
use crate::convert::{file, flag_or, of_class, some_float, some_whole, text_or, whole_or};
use crate::history::History;
use crate::moment::some_moment;
use crate::rules::Rules;
use crate::table::Table;
use crate::{boundary, convert, error, ids};

/// Learns a model from what the shop sells and what was ordered.
///
/// The same input and options give the same model, byte for byte, with any number of threads.
///
/// Parameters
/// ----------
/// catalog : Catalog
///     What the shop sells. Products that are only in the history are learned from but never
///     offered.
/// history : History
///     What was ordered.
/// min_customers : int
///     A pair of products is kept, and a product is called popular, only if at least this many
///     distinct customers stand behind it: the privacy threshold.
/// neighbours : int
///     Related products kept per product, the best ones; at most 1,024.
/// half_life_days : float
///     Half-life of a customer's purchases: a purchase this old counts half.
/// popularity_half_life_days : float
///     Half-life of a product's popularity.
/// holdout_days : float
///     The propensity is fitted to the orders of the last so many days, but at least of the
///     horizon, from what was known before; at most a quarter of the history's span is used.
/// horizon_days : float
///     :meth:`Model.recommend` gives the probability of a purchase within so many days. A history
///     that spans less than four times as long gives that for a quarter of its span.
/// shrinkage : float
///     Expected baskets by which a pair's lift is drawn towards 1; `min_customers` keeps chance
///     pairs away already: give 5 to 20 if that is very low.
/// relations : int
///     Relations kept per product and kind (complements, accessories, variants, substitutes and
///     unknown), the best ones; at most 1,024.
/// follow_up_days : float
///     Purchases within so many days after another are counted as following it.
/// max_basket : int
///     Baskets with more distinct products than this are left out of pair counting, and counted in
///     the report.
/// similar : int
///     Products kept per product of which it says most by what baskets hold; at most 1,024. 0 learns
///     no similarity, neither by what baskets hold nor by what customers buy.
/// customers_l2 : float
///     Penalty on squared weights of the similarity by customers, in customers.
/// baskets_l2 : float
///     Penalty on squared weights of the similarity by baskets, in baskets.
/// exact_products : int
///     Similarity is computed in closed form for up to so many products (by what customers buy:
///     products or customers, whichever are fewer), and approximated otherwise; at most 100,000.
/// tune : bool
///     Whether to try other values of `half_life_days` (half and twice), `customers_l2` and
///     `baskets_l2` (a quarter and four times), one after the other, and to learn with those that
///     foretell best what held-out customers bought. ``report["tuning"]`` lists them. It takes some
///     five times as long.
/// seed : int
///     Seed of the draws the propensity's examples are made with.
/// threads : int, optional
///     How many threads to use; default: one for each core.
/// progress : bool or callable
///     True shows a bar (tqdm if it is installed); a function is called with
///     ``(stage, done, total)`` about every 50 ms, `total` being 0 where it is not known.
///
/// Returns
/// -------
/// Model
///     Its ``report`` says what was learned and what was not.
///
/// Raises
/// ------
/// InvalidArgumentError
///     If an option is out of its range.
/// DataError
///     If there is nothing to learn from.
/// SchemaError
///     If the product ids of one are integers and those of the other are strings.
///
/// Examples
/// --------
/// >>> import basketry as bk
/// >>> import pyarrow as pa
/// >>> catalog = bk.Catalog(
/// ...     pa.table({"sku": ["bread", "jam"], "price": [1.5, 2.5]}), product="sku", price="price"
/// ... )
/// >>> history = bk.History(
/// ...     pa.table({"ts": ["2026-03-31"] * 3, "order": [1, 1, 2], "sku": ["bread", "jam", "bread"]}),
/// ...     time="ts", product="sku", basket="order",
/// ... )
/// >>> model = bk.fit(catalog, history)
/// >>> model.report["baskets"], bool(model.report["not_learned"])
/// (2, True)
#[pyfunction]
#[pyo3(signature = (
    catalog, history, *, min_customers = None, neighbours = None, half_life_days = None,
    popularity_half_life_days = None, holdout_days = None, horizon_days = None, shrinkage = None,
    relations = None, follow_up_days = None, max_basket = None, similar = None,
    customers_l2 = None, baskets_l2 = None, exact_products = None, tune = None, seed = None, threads = None,
    progress = None,
), text_signature = "(catalog, history, *, min_customers=10, neighbours=64, half_life_days=120.0, popularity_half_life_days=14.0, holdout_days=28.0, horizon_days=28.0, shrinkage=1.0, relations=16, follow_up_days=28.0, max_basket=1000, similar=64, customers_l2=1000.0, baskets_l2=5.0, exact_products=10000, tune=False, seed=0, threads=None, progress=False)")]
#[allow(clippy::too_many_arguments, reason = "the keywords of a Python function")]
pub(crate) fn fit(
    py: Python<'_>,
    catalog: &Bound<'_, PyAny>,
    history: &Bound<'_, PyAny>,
    min_customers: Option<&Bound<'_, PyAny>>,
    neighbours: Option<&Bound<'_, PyAny>>,
    half_life_days: Option<&Bound<'_, PyAny>>,
    popularity_half_life_days: Option<&Bound<'_, PyAny>>,
    holdout_days: Option<&Bound<'_, PyAny>>,
    horizon_days: Option<&Bound<'_, PyAny>>,
    shrinkage: Option<&Bound<'_, PyAny>>,
    relations: Option<&Bound<'_, PyAny>>,
    follow_up_days: Option<&Bound<'_, PyAny>>,
    max_basket: Option<&Bound<'_, PyAny>>,
    similar: Option<&Bound<'_, PyAny>>,
    customers_l2: Option<&Bound<'_, PyAny>>,
    baskets_l2: Option<&Bound<'_, PyAny>>,
    exact_products: Option<&Bound<'_, PyAny>>,
    tune: Option<&Bound<'_, PyAny>>,
    seed: Option<&Bound<'_, PyAny>>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Model> {
    let catalog = of_class::<Catalog>(catalog, "catalog")?;
    let history = of_class::<History>(history, "history")?;
    let min_customers = some_whole(min_customers, "min_customers")?;
    let neighbours = some_whole(neighbours, "neighbours")?;
    let half_life_days = some_float(half_life_days, "half_life_days")?;
    let popularity_half_life_days =
        some_float(popularity_half_life_days, "popularity_half_life_days")?;
    let holdout_days = some_float(holdout_days, "holdout_days")?;
    let horizon_days = some_float(horizon_days, "horizon_days")?;
    let shrinkage = some_float(shrinkage, "shrinkage")?;
    let relations = some_whole(relations, "relations")?;
    let follow_up_days = some_float(follow_up_days, "follow_up_days")?;
    let max_basket = some_whole(max_basket, "max_basket")?;
    let similar = some_whole(similar, "similar")?;
    let customers_l2 = some_float(customers_l2, "customers_l2")?;
    let baskets_l2 = some_float(baskets_l2, "baskets_l2")?;
    let exact_products = some_whole(exact_products, "exact_products")?;
    let tune = flag_or(tune, "tune", false)?;
    let seed = some_whole(seed, "seed")?;
    let threads = some_whole(threads, "threads")?;
    // What is not given has the core's default; a test holds the signature to it.
    let mut options = FitOptions::default();
    macro_rules! set {
        ($($option:ident),*) => {
            $(options.$option = $option.unwrap_or(options.$option);)*
        };
    }
    set!(min_customers, neighbours, half_life_days, popularity_half_life_days);
    set!(holdout_days, horizon_days, shrinkage, relations, follow_up_days, max_basket, seed);
    set!(similar, customers_l2, baskets_l2, exact_products);
    options.tune = tune;
    options.threads = threads;
    let (catalog, history) = (catalog.get(), history.get());
    let inner = boundary::shown(py, progress, |control| {
        // The history is locked from outside the pool: other work that waits for it must not
        // come to run in a thread that holds it.
        history.with(|history| {
            boundary::pooled(|| basketry::fit(&catalog.inner, history, &options, control))
        })
    })?;
    Ok(Model { inner })
}

/// What was learned: immutable, and shared between threads without a copy.
///
/// :func:`fit` makes one, :meth:`open` maps one from a file. It can be pickled.
#[pyclass(frozen, module = "basketry")]
pub(crate) struct Model {
    pub(crate) inner: basketry::Model,
}

#[pymethods]
impl Model {
    /// Opens a model file by mapping it into memory.
    ///
    /// What is checked, in one pass over the file: its mark, version and length; the table of its
    /// sections, by hash; that every section is there, of its type and length; and in the sections
    /// all that later reads rely on: offsets rise, indices and numbers are in their ranges, texts
    /// are UTF-8, and every id is found. So no damage can crash a reader. The hashes of the sections
    /// are not checked: a changed byte that leaves a value possible, such as another count or weight,
    /// is found by :meth:`verify` alone.
    ///
    /// The file must not be changed in place while it is open; :meth:`save` replaces it as a
    /// whole. On a network file system use :meth:`read`.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    ///
    /// Raises
    /// ------
    /// IoError
    ///     If the file cannot be read.
    /// FormatError
    ///     If it is no model file, is cut short, or is damaged so that one of the checks fails.
    /// VersionError
    ///     If it was made by another version, which knew other features: it must be fitted again.
    #[staticmethod]
    fn open(py: Python<'_>, path: &Bound<'_, PyAny>) -> PyResult<Self> {
        let path = file(path, "path")?;
        boundary::quick(py, || basketry::Model::open(path)).map(|inner| Self { inner })
    }

    /// Reads a model file into memory. Checks and raises what :meth:`open` does.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    #[staticmethod]
    fn read(py: Python<'_>, path: &Bound<'_, PyAny>) -> PyResult<Self> {
        let path = file(path, "path")?;
        boundary::quick(py, || basketry::Model::read(path)).map(|inner| Self { inner })
    }

    /// A model from the bytes of a model file. Checks what :meth:`open` does, and raises the same but
    /// IoError.
    ///
    /// Parameters
    /// ----------
    /// data : bytes
    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<Self> {
        let data = of_class::<PyBytes>(data, "data")?.as_bytes();
        let data = data.to_vec();
        boundary::quick(py, || basketry::Model::from_bytes(data)).map(|inner| Self { inner })
    }

    /// The bytes of the model file. The same model gives the same bytes.
    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.inner.as_bytes())
    }

    /// Writes the model to a file, which appears complete or not at all.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    ///
    /// Raises
    /// ------
    /// IoError
    ///     If the file cannot be written.
    fn save(&self, py: Python<'_>, path: &Bound<'_, PyAny>) -> PyResult<()> {
        let path = file(path, "path")?;
        boundary::quick(py, || self.inner.save(path))
    }

    /// Compares the hash of every section with the one in the file.
    ///
    /// Finds any damage to what the model holds, also such that left all values possible, which
    /// opening does not find. Reads the whole file: do it once, where a file arrives from a network
    /// or a backup.
    ///
    /// Raises
    /// ------
    /// FormatError
    ///     If a section is damaged; it is named.
    fn verify(&self, py: Python<'_>) -> PyResult<()> {
        boundary::quick(py, || self.inner.verify())
    }

    /// What a product is to others: complement, accessory, variant, substitute or unknown.
    ///
    /// Substitutes are products that should be bought together more often if they were not
    /// alternatives. A pair is listed only if enough distinct customers stand behind it, or if it
    /// was given in the catalogue with :meth:`Catalog.linked`, which wins.
    ///
    /// Parameters
    /// ----------
    /// item : id, optional
    ///     The product; default: all products, each pair for both of its products.
    ///
    /// Returns
    /// -------
    /// Table
    ///     ``product``, ``related``, ``relation`` (``"complement"``, ``"accessory"``,
    ///     ``"variant"``, ``"substitute"``, ``"never_with"`` or ``"unknown"``), ``direction`` (of
    ///     accessories: ``"main_to_accessory"`` if `related` is the accessory, else
    ///     ``"accessory_to_main"``), ``source`` (``"learned"`` or ``"given"``) and the numbers behind
    ///     it: ``baskets`` and ``customers`` with both, ``expected`` baskets, shrunk ``lift`` with
    ///     ``lift_low`` and ``lift_high``, ``confidence`` (share of the baskets with `product` that
    ///     have `related`) and ``confidence_back``, ``context`` (cosine of what else the two are
    ///     bought with), ``follow_up`` (how many times as many customers buy `related` in the
    ///     days after `product` as if it did not matter when they buy it) and ``follow_up_back``, ``same_line``,
    ///     ``same_category``, ``same_brand``, ``price_ratio``. The best of each relation first.
    ///
    /// Raises
    /// ------
    /// UnknownIdError
    ///     If the model does not know the product.
    ///
    /// Examples
    /// --------
    /// >>> import basketry as bk
    /// >>> import pyarrow as pa
    /// >>> catalog = bk.Catalog(
    /// ...     pa.table({"sku": ["camera", "bag"], "price": [499.0, 39.0]}), product="sku", price="price"
    /// ... ).linked([("bag", "accessory_of", "camera")])
    /// >>> history = bk.History(
    /// ...     pa.table({"ts": ["2026-03-31"], "order": [1], "sku": ["camera"]}),
    /// ...     time="ts", product="sku", basket="order",
    /// ... )
    /// >>> table = bk.fit(catalog, history).relations("camera").to_dict()
    /// >>> table["related"], table["relation"], table["source"]
    /// (['bag'], ['accessory'], ['given'])
    #[pyo3(signature = (item = None))]
    fn relations(&self, py: Python<'_>, item: Option<&Bound<'_, PyAny>>) -> PyResult<Table> {
        let item = item.map(|item| ids::id(item, "item")).transpose()?;
        boundary::quick(py, || {
            self.inner.relations(item.as_ref().map(Id::as_ref))?.to_record_batch()
        })
        .map(|batch| Table::new(batch, 0))
    }

    /// What customers are due to buy again, overdue to buy, or soon will be.
    ///
    /// Parameters
    /// ----------
    /// customers : ids, optional
    ///     Default: all customers of the model.
    /// at : datetime.datetime, datetime.date, str or int, optional
    ///     The time that is judged, as for :meth:`recommend`; not before the last order of the
    ///     model, which is the default.
    /// n : int, optional
    ///     The most rows for each customer, those most probably bought; default: all.
    /// progress : bool or callable
    ///     As for :func:`fit`.
    ///
    /// Returns
    /// -------
    /// Table
    ///     ``customer``, ``product``, ``state`` (``"due"``: 0.7 to 1.5 times the expected interval
    ///     after the last purchase, ``"overdue"``: later, ``"soon"``: from half of it on),
    ///     ``interval`` (days expected between two purchases), ``days_since`` the last,
    ///     ``purchases``, ``probability`` of a purchase within the ``horizon_days`` of the report: that
    ///     of :meth:`score`, calibrated on what customers did. It need not rise with the state: what
    ///     is long overdue may be bought no more. The most probable first.
    ///
    /// Raises
    /// ------
    /// UnknownIdError
    ///     Names a customer whom the model does not know.
    /// InvalidArgumentError
    ///     If the time is before the model's last order.
    #[pyo3(
        signature = (customers = None, at = None, n = None, *, progress = None),
        text_signature = "($self, customers=None, at=None, n=None, *, progress=False)"
    )]
    fn due(
        &self,
        py: Python<'_>,
        customers: Option<&Bound<'_, PyAny>>,
        at: Option<&Bound<'_, PyAny>>,
        n: Option<&Bound<'_, PyAny>>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Table> {
        let wanted = customers.map(|customers| ids::many(customers, "customers")).transpose()?;
        let mut options = DueOptions::default();
        options.at = some_moment(at, "at")?;
        options.n = some_whole(n, "n")?;
        boundary::shown(py, progress, |control| {
            let wanted: Vec<IdRef<'_>> = match &wanted {
                Some(ids) => ids.to_vec(),
                None => self.inner.customers().iter().collect(),
            };
            boundary::pooled(|| self.inner.due(&wanted, &options, control))?.to_record_batch()
        })
        .map(|batch| Table::new(batch, 0))
    }

    /// How a product is bought again: ``"regular"``, ``"long_cycle"`` (late, as a car) or
    /// ``"one_off"`` (hardly ever). Only regular products are ever due.
    ///
    /// Parameters
    /// ----------
    /// item : id
    ///     The product.
    ///
    /// Raises
    /// ------
    /// UnknownIdError
    ///     If the model does not know the product.
    fn cycle(&self, py: Python<'_>, item: &Bound<'_, PyAny>) -> PyResult<&'static str> {
        let item = ids::id(item, "item")?;
        boundary::quick(py, || self.inner.cycle_of(item.as_ref())).map(|cycle| cycle.name())
    }

    /// The same model with these rules and an index that finds those that match a basket, to be
    /// served from its file. They take the place of rules that it holds already.
    ///
    /// Only rules with at least the `min_customers` distinct customers that the model was fitted
    /// with are kept: the privacy threshold. If the model was fitted without customers, each basket
    /// counts as one.
    ///
    /// Parameters
    /// ----------
    /// rules : Rules
    ///     If the model knows customers, made from the baskets of a :class:`History`, or with them.
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If the model knows customers and the rules do not.
    /// UnknownIdError
    ///     For an item that is no product of the model.
    fn with_rules(&self, py: Python<'_>, rules: &Bound<'_, PyAny>) -> PyResult<Self> {
        let rules = of_class::<Rules>(rules, "rules")?;
        let rules = rules.get();
        let inner = boundary::long(py, |_| self.inner.with_rules(&rules.inner))?;
        Ok(Self { inner })
    }

    /// The association rules that the model holds, as a table; None if none were added.
    fn rules(&self, py: Python<'_>) -> PyResult<Option<Rules>> {
        boundary::quick(py, || {
            self.inner.rules().map(|rules| rules.to_rules(rules.iter())).transpose()
        })
        .map(|rules| rules.map(Rules::of))
    }

    /// The `n` best rules of the model for a basket: those whose antecedent the basket holds, and
    /// of whose consequent it holds nothing. Found in the file, within microseconds.
    ///
    /// Parameters
    /// ----------
    /// items : iterable of id
    ///     The basket. Ids that the model does not know are passed over.
    /// n : int
    ///     The largest number of rules.
    /// by : str
    ///     The measure that says which are the best. The rules are kept in the order of
    ///     ``"confidence"``, ``"lift"`` and ``"leverage"``; by others all that match are compared.
    ///
    /// Raises
    /// ------
    /// InvalidArgumentError
    ///     If the model holds no rules, or there is no measure of that name.
    #[pyo3(
        signature = (items, n = None, *, by = None),
        text_signature = "($self, items, n=10, *, by=\"confidence\")"
    )]
    fn matching_rules(
        &self,
        py: Python<'_>,
        items: &Bound<'_, PyAny>,
        n: Option<&Bound<'_, PyAny>>,
        by: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Rules> {
        let by = &text_or(by, "by", "confidence")?;
        let n = whole_or(n, "n", 10)?;
        let by = by.parse().map_err(|error| error::to_py(py, error))?;
        let items = ids::ids(items, "items")?;
        boundary::quick(py, || self.inner.matching_rules(&items, n, by)).map(Rules::of)
    }

    /// What was learned and what was not: a dict that prints as a summary.
    #[getter]
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let report = self.inner.report();
        convert::report(py, report, report.to_string().trim_end())
    }

    /// The id of the model, a hash of its content: 32 hexadecimal digits.
    #[getter]
    fn id(&self) -> String {
        self.inner.id_hex()
    }

    /// The time of the last order learned from, milliseconds since 1970-01-01 UTC.
    #[getter]
    fn as_of(&self) -> i64 {
        self.inner.as_of()
    }

    /// The options of the fit, as a dict.
    #[getter]
    fn options<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        convert::json(py, self.inner.options())
    }

    /// The ids of the customers.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        ids::collect(py, self.inner.customers().iter())
    }

    /// The ids of the products: those of the catalogue in its order, then those that are only in
    /// the history.
    #[getter]
    fn products<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        ids::collect(py, self.inner.products().iter())
    }

    /// The catalogue as it was at fitting.
    #[getter]
    fn catalog(&self, py: Python<'_>) -> PyResult<Catalog> {
        boundary::quick(py, || Ok(self.inner.catalog())).map(Catalog::new)
    }

    // Immutable, so a copy is itself.
    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, memo: &Bound<'_, PyAny>) -> Py<Self> {
        let _ = memo;
        slf
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        let class: Bound<'py, PyType> = slf.get_type();
        Ok((class.getattr("from_bytes")?, (slf.get().to_bytes(slf.py()),)))
    }

    fn __repr__(&self) -> String {
        format!(
            "<Model {}: {} products, {} customers>",
            &self.inner.id_hex()[..8],
            self.inner.products().len(),
            self.inner.customers().len()
        )
    }
}
