# The native part of basketry. The docstrings are in the module itself: help(basketry.History).

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, final, overload

import pandas as pd
import polars as pl

from basketry._display import Report
from basketry._types import (
    AnyTable,
    ArrowArray,
    ArrowStream,
    Basket,
    Id,
    Ids,
    Number,
    Path,
    Progress,
    Support,
    Time,
)

__all__ = [
    "Baskets",
    "Catalog",
    "Decision",
    "DecisionLog",
    "Engine",
    "Hierarchy",
    "History",
    "Itemset",
    "ItemsetCounts",
    "Itemsets",
    "Ladder",
    "Learner",
    "Model",
    "Offer",
    "Plan",
    "Policy",
    "Proposals",
    "Rule",
    "Rules",
    "Sequence",
    "Sequences",
    "Simulation",
    "Suppressed",
    "Table",
    "Template",
    "Utilities",
    "WhyNot",
    "__version__",
    "candidates",
    "contrasts",
    "count",
    "fit",
    "high_utility",
    "itemsets",
    "itemsets_in_parts",
    "rules",
    "sequences",
    "update",
]

__version__: str

_OnBad = Literal["error", "skip"]
_Correction = Literal["holm", "benjamini_hochberg", "bonferroni", "none"]
_SequenceMeasure = Literal[
    "support",
    "confidence",
    "base_rate",
    "lift",
    "first_quartile_lag_days",
    "median_lag_days",
    "third_quartile_lag_days",
]
_Measure = Literal[
    "antecedent_support",
    "consequent_support",
    "support",
    "confidence",
    "lift",
    "representativity",
    "leverage",
    "conviction",
    "zhangs_metric",
    "jaccard",
    "certainty",
    "kulczynski",
    "added_value",
    "boost",
    "casual_confidence",
    "casual_support",
    "chi_squared",
    "collective_strength",
    "confirmed_confidence",
    "cosine",
    "counterexample",
    "doc",
    "fishers_exact_test",
    "gini",
    "hyper_confidence",
    "hyper_lift",
    "imbalance",
    "implication_index",
    "importance",
    "improvement",
    "j_measure",
    "kappa",
    "lambda",
    "laplace",
    "least_contradiction",
    "lerman",
    "max_confidence",
    "mutual_information",
    "odds_ratio",
    "phi",
    "ralambondrainy",
    "relative_risk",
    "rld",
    "rule_power_factor",
    "sebag",
    "std_lift",
    "varying_liaison",
    "yule_q",
    "yule_y",
    "n11",
    "n10",
    "n01",
    "n00",
]

def itemsets(
    baskets: Baskets,
    min_support: Support | None = None,
    *,
    kind: Literal["all", "closed", "maximal", "generators"] = "all",
    min_length: int = 1,
    max_length: int | None = None,
    top: int | None = None,
    must_contain: Iterable[Id] = (),
    must_not_contain: Iterable[Id] = (),
    only_from: Iterable[Id] | None = None,
    item_min_support: dict[Id, Support] | None = None,
    hierarchy: Hierarchy | None = None,
    max_itemsets: int = 20000000,
    max_memory: int | None = None,
    max_time: Number | None = None,
    on_limit: Literal["error", "partial"] = "error",
    threads: int | None = None,
    progress: Progress = False,
) -> Itemsets: ...
def count(
    baskets: Baskets,
    sets: Itemsets,
    *,
    threads: int | None = None,
    progress: Progress = False,
) -> Itemsets: ...
def candidates(
    part: Baskets,
    min_support: Support,
    *,
    total: int | None = None,
    max_length: int | None = None,
    max_itemsets: int = 20000000,
    threads: int | None = None,
    progress: Progress = False,
) -> ItemsetCounts: ...
def itemsets_in_parts(
    parts: Iterable[Baskets],
    min_support: Support,
    *,
    min_length: int = 1,
    max_length: int | None = None,
    max_itemsets: int = 20000000,
    threads: int | None = None,
    progress: Progress = False,
) -> Itemsets: ...
def update(
    baskets: Baskets,
    sets: Itemsets,
    min_support: Support,
    *,
    min_length: int = 1,
    max_length: int | None = None,
    max_itemsets: int = 20000000,
    threads: int | None = None,
    progress: Progress = False,
) -> Itemsets: ...
def contrasts(
    first: Baskets,
    second: Baskets,
    min_support: Support,
    *,
    min_length: int = 1,
    max_length: int | None = None,
    direction: Literal["either", "first", "second"] = "either",
    min_difference: Number = 0.0,
    min_growth: Number = 1.0,
    max_p_value: Number = 1.0,
    correction: Literal["holm", "benjamini_hochberg", "bonferroni", "none"] = "holm",
    top: int | None = None,
    max_itemsets: int = 20000000,
    threads: int | None = None,
    progress: Progress = False,
) -> Itemsets: ...
def rules(
    source: Itemsets | Baskets,
    min_confidence: Number,
    *,
    min_support: Support | None = None,
    consequents: Literal["any", "single"] = "any",
    antecedent: Template | None = None,
    consequent: Template | None = None,
    at_least: dict[str, Number] | None = None,
    top: int | None = None,
    by: _Measure = "confidence",
    baskets: Baskets | None = None,
    min_customers: int = 0,
    max_length: int | None = None,
    max_rules: int = 20000000,
    max_memory: int | None = None,
    max_time: float | None = None,
    threads: int | None = None,
    progress: Progress = False,
) -> Rules: ...
def sequences(
    history: History,
    min_support: Support,
    within_days: Number,
    *,
    min_gap_days: Number = 0.0,
    max_gap_days: Number | None = None,
    max_length: int = 3,
    max_items_per_step: int = 1,
    step: Literal["time", "day"] = "time",
    repeats: bool = True,
    only_from: Iterable[Id] | None = None,
    must_not_contain: Iterable[Id] = (),
    max_sequences: int = 10000000,
    threads: int | None = None,
    progress: Progress = False,
) -> Sequences: ...
def fit(
    catalog: Catalog,
    history: History,
    *,
    min_customers: int = 10,
    neighbours: int = 64,
    half_life_days: Number = 120.0,
    popularity_half_life_days: Number = 14.0,
    holdout_days: Number = 28.0,
    horizon_days: Number = 28.0,
    shrinkage: Number = 1.0,
    relations: int = 16,
    follow_up_days: Number = 28.0,
    max_basket: int = 1000,
    similar: int = 64,
    customers_l2: Number = 1000.0,
    baskets_l2: Number = 5.0,
    exact_products: int = 10000,
    tune: bool = False,
    seed: int = 0,
    threads: int | None = None,
    progress: Progress = False,
) -> Model: ...
def high_utility(
    baskets: Utilities,
    min_utility: Number | None = None,
    *,
    top: int | None = None,
    min_length: int = 1,
    max_length: int | None = None,
    max_itemsets: int = 20000000,
    threads: int | None = None,
    progress: Progress = False,
) -> Itemsets: ...

@final
class Utilities:
    @staticmethod
    def from_lists(lists: Iterable[Iterable[tuple[Id, int]]]) -> Utilities: ...
    @staticmethod
    def from_table(
        table: AnyTable,
        *,
        basket: str,
        item: str,
        utility: str | None = None,
        quantity: str | None = None,
        unit_profit: str | None = None,
        nulls: _OnBad = "error",
        non_finite: _OnBad = "error",
        currency: str = "EUR",
        progress: Progress = False,
    ) -> Utilities: ...
    @staticmethod
    def from_history(
        history: History, catalog: Catalog | None = None, *, no_cost: _OnBad = "error"
    ) -> Utilities: ...
    @property
    def lines(self) -> int: ...
    @property
    def total(self) -> int: ...
    @property
    def currency(self) -> str | None: ...
    @property
    def skipped(self) -> int: ...
    @property
    def merged(self) -> int: ...
    @property
    def items(self) -> list[Id]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> tuple[tuple[Id, int], ...]: ...
    def __iter__(self) -> Iterator[tuple[tuple[Id, int], ...]]: ...

@final
class Proposals:
    def __new__(
        cls,
        table: AnyTable,
        *,
        customer: str,
        offer: str,
        value: str,
        cost: str | None = None,
        currency: str = "EUR",
        progress: Progress = False,
    ) -> Proposals: ...
    @property
    def customers(self) -> int: ...
    @property
    def offers(self) -> list[Id]: ...
    def assign(
        self,
        *,
        per_customer: int = 1,
        capacity: dict[Id, int] | None = None,
        groups: dict[str, dict[str, Any]] | None = None,
        exclude: Iterable[tuple[Id, Id]] | None = None,
        budget: int | None = None,
        seed: int = 0,
        progress: Progress = False,
    ) -> Plan: ...
    def __len__(self) -> int: ...

@final
class Plan:
    @property
    def value(self) -> float: ...
    @property
    def contact_risk(self) -> float: ...
    @property
    def bound(self) -> float: ...
    @property
    def gap(self) -> float: ...
    @property
    def reached(self) -> int: ...
    @property
    def spent(self) -> int | None: ...
    @property
    def budget_price(self) -> float: ...
    @property
    def offers(self) -> list[dict[str, Any]]: ...
    @property
    def groups(self) -> list[dict[str, Any]]: ...
    @property
    def unknown(self) -> int: ...
    @property
    def columns(self) -> list[str]: ...
    def to_dict(self) -> dict[str, list[Any]]: ...
    def to_pandas(self) -> pd.DataFrame: ...
    def to_polars(self) -> pl.DataFrame: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, key: int, /) -> tuple[Id, Id, float]: ...
    @overload
    def __getitem__(self, key: slice, /) -> list[tuple[Id, Id, float]]: ...
    def __iter__(self) -> Iterator[tuple[Id, Id, float]]: ...

@final
class Baskets:
    @staticmethod
    def from_lists(lists: Iterable[Iterable[Id]] | AnyTable) -> Baskets: ...
    @staticmethod
    def from_table(
        table: AnyTable,
        *,
        item: str,
        basket: str | None = None,
        customer: str | None = None,
        weight: str | None = None,
        nulls: _OnBad = "error",
        progress: Progress = False,
    ) -> Baskets: ...
    @staticmethod
    def from_csv(
        path: Path,
        *,
        basket: str,
        item: str,
        nulls: _OnBad = "error",
        delimiter: str = ",",
        integer_ids: Iterable[str] = (),
        null_values: Iterable[str] | None = None,
        progress: Progress = False,
    ) -> Baskets: ...
    def with_customers(self, customers: Iterable[Id]) -> Baskets: ...
    @property
    def knows_customers(self) -> bool: ...
    @staticmethod
    def from_fimi(path: Path, *, progress: Progress = False) -> Baskets: ...
    @staticmethod
    def from_onehot(frame: AnyTable) -> Baskets: ...
    @staticmethod
    def from_csr(
        indptr: Any, indices: Any | None = None, *, items: Iterable[Id] | None = None
    ) -> Baskets: ...
    def with_weights(self, weights: Iterable[Number]) -> Baskets: ...
    @property
    def weights(self) -> list[float] | None: ...
    def append(self, other: Baskets) -> Baskets: ...
    def take(self, numbers: Iterable[int]) -> Baskets: ...
    @property
    def items(self) -> list[Id]: ...
    @property
    def skipped(self) -> int: ...
    def to_bytes(self) -> bytes: ...
    @staticmethod
    def from_bytes(data: bytes) -> Baskets: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> tuple[Id, ...]: ...
    def __iter__(self) -> Iterator[tuple[Id, ...]]: ...

@final
class Itemset:
    @property
    def items(self) -> tuple[Id, ...]: ...
    @property
    def count(self) -> int: ...
    @property
    def support(self) -> float: ...
    def __len__(self) -> int: ...

@final
class Itemsets:
    @property
    def baskets(self) -> int: ...
    @property
    def min_count(self) -> int: ...
    @property
    def total_weight(self) -> float | None: ...
    @property
    def asked_min_count(self) -> int | None: ...
    @property
    def limit(self) -> str | None: ...
    def count_of(self, items: Iterable[Id]) -> int | None: ...
    def containing(self, items: Iterable[Id]) -> Itemsets: ...
    def filter(
        self,
        keep: Callable[[Itemset], object] | None = None,
        /,
        *,
        min_length: int | None = None,
        max_length: int | None = None,
        min_support: Support | None = None,
    ) -> Itemsets: ...
    def sort(self, by: str = "support") -> Itemsets: ...
    def to_dict(self) -> dict[str, list[Any]]: ...
    def to_pandas(self) -> pd.DataFrame: ...
    def to_polars(self) -> pl.DataFrame: ...
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...
    def to_bytes(self) -> bytes: ...
    @staticmethod
    def from_bytes(data: bytes) -> Itemsets: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, key: int, /) -> Itemset: ...
    @overload
    def __getitem__(self, key: slice, /) -> Itemsets: ...
    def __iter__(self) -> Iterator[Itemset]: ...
    def _repr_html_(self) -> str: ...
    def _buffers(self) -> list[tuple[str, str | None, Any]]: ...
    def _head(self, n: int) -> dict[str, list[Any]]: ...

@final
class ItemsetCounts:
    @staticmethod
    def from_itemsets(sets: Itemsets) -> ItemsetCounts: ...
    @staticmethod
    def from_lists(lists: Iterable[Iterable[Id]]) -> ItemsetCounts: ...
    @staticmethod
    def from_table(
        table: Any, *, baskets: int | None = None, min_count: int = 1
    ) -> ItemsetCounts: ...
    @staticmethod
    def union(parts: Iterable[ItemsetCounts]) -> ItemsetCounts: ...
    @property
    def baskets(self) -> int: ...
    def add(
        self, baskets: Baskets, *, threads: int | None = None, progress: Progress = False
    ) -> ItemsetCounts: ...
    def merge(self, other: ItemsetCounts) -> ItemsetCounts: ...
    def itemsets(self) -> Itemsets: ...
    def frequent(
        self, min_support: Support, *, min_length: int = 1, max_length: int | None = None
    ) -> Itemsets: ...
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...
    def __len__(self) -> int: ...

@final
class Rule:
    def value(self, measure: _Measure) -> float: ...
    @property
    def antecedent(self) -> tuple[Id, ...]: ...
    @property
    def consequent(self) -> tuple[Id, ...]: ...
    @property
    def count(self) -> int: ...
    @property
    def antecedent_count(self) -> int: ...
    @property
    def consequent_count(self) -> int: ...
    @property
    def customers(self) -> int | None: ...
    @property
    def antecedent_support(self) -> float: ...
    @property
    def consequent_support(self) -> float: ...
    @property
    def support(self) -> float: ...
    @property
    def confidence(self) -> float: ...
    @property
    def lift(self) -> float: ...
    @property
    def representativity(self) -> float: ...
    @property
    def leverage(self) -> float: ...
    @property
    def conviction(self) -> float: ...
    @property
    def zhangs_metric(self) -> float: ...
    @property
    def jaccard(self) -> float: ...
    @property
    def certainty(self) -> float: ...
    @property
    def kulczynski(self) -> float: ...

@final
class Template:
    def __new__(
        cls,
        *,
        only_from: Iterable[Id] | None = None,
        must_contain: Iterable[Id] = (),
        must_contain_any: Iterable[Id] | None = None,
        must_not_contain: Iterable[Id] = (),
        min_length: int = 1,
        max_length: int | None = None,
    ) -> Template: ...

@final
class Rules:
    @property
    def baskets(self) -> int: ...
    @property
    def knows_customers(self) -> bool: ...
    def filter(self, keep: Callable[[Rule], object] | None = None, /, **least: Number) -> Rules: ...
    def containing(self, items: Iterable[Id]) -> Rules: ...
    def sort(self, by: _Measure = "confidence", *, ascending: bool = False) -> Rules: ...
    def values(self, measure: _Measure) -> list[float]: ...
    @property
    def measures(self) -> list[str]: ...
    def with_measures(self, measures: Iterable[_Measure] | Literal["all"]) -> Rules: ...
    def p_values(
        self, correction: _Correction = "holm", *, tests: int | None = None
    ) -> list[float]: ...
    def significant(
        self, alpha: float, correction: _Correction = "holm", *, tests: int | None = None
    ) -> Rules: ...
    def non_redundant(
        self, min_improvement: float = 0.0, *, empty_antecedent: bool = True
    ) -> Rules: ...
    def productive(
        self,
        alpha: float | None = None,
        correction: _Correction = "holm",
        *,
        tests: int | None = None,
    ) -> Rules: ...
    def matching(
        self, items: Iterable[Id], n: int = 10, *, by: _Measure = "confidence"
    ) -> Rules: ...
    def to_dict(
        self, measures: Iterable[_Measure] | Literal["all"] | None = None
    ) -> dict[str, list[Any]]: ...
    def to_pandas(
        self, measures: Iterable[_Measure] | Literal["all"] | None = None
    ) -> pd.DataFrame: ...
    def to_polars(
        self, measures: Iterable[_Measure] | Literal["all"] | None = None
    ) -> pl.DataFrame: ...
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...
    def to_bytes(self) -> bytes: ...
    @staticmethod
    def from_bytes(data: bytes) -> Rules: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, key: int, /) -> Rule: ...
    @overload
    def __getitem__(self, key: slice, /) -> Rules: ...
    def __iter__(self) -> Iterator[Rule]: ...
    def _repr_html_(self) -> str: ...
    def _buffers(self) -> list[tuple[str, str | None, Any]]: ...
    def _head(self, n: int) -> dict[str, list[Any]]: ...

@final
class Sequence:
    @property
    def steps(self) -> tuple[tuple[Id, ...], ...]: ...
    @property
    def customers(self) -> int: ...
    @property
    def occurrences(self) -> int: ...
    @property
    def observed(self) -> int: ...
    @property
    def followed(self) -> int: ...
    @property
    def support(self) -> float: ...
    @property
    def confidence(self) -> float | None: ...
    @property
    def base_rate(self) -> float | None: ...
    @property
    def lift(self) -> float | None: ...
    @property
    def median_lag_days(self) -> float | None: ...
    @property
    def lag_quartiles_days(self) -> tuple[float, float, float] | None: ...
    @property
    def median_lags_days(self) -> tuple[float | None, ...]: ...
    def __len__(self) -> int: ...

@final
class Sequences:
    @property
    def customers(self) -> int: ...
    @property
    def min_count(self) -> int: ...
    @property
    def within_days(self) -> float: ...
    @property
    def anonymous_baskets(self) -> int: ...
    def containing(self, items: Iterable[Id]) -> Sequences: ...
    def filter(
        self,
        keep: Callable[[Sequence], object] | None = None,
        /,
        *,
        min_length: int | None = None,
        max_length: int | None = None,
        **least: Number,
    ) -> Sequences: ...
    def sort(self, by: _SequenceMeasure = "confidence") -> Sequences: ...
    def after(
        self,
        orders: Iterable[Id] | Iterable[Iterable[Id]],
        n: int = 10,
        *,
        by: _SequenceMeasure = "confidence",
    ) -> Sequences: ...
    def to_dict(self) -> dict[str, list[Any]]: ...
    def to_pandas(self) -> pd.DataFrame: ...
    def to_polars(self) -> pl.DataFrame: ...
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...
    def to_bytes(self) -> bytes: ...
    @staticmethod
    def from_bytes(data: bytes) -> Sequences: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, key: int, /) -> Sequence: ...
    @overload
    def __getitem__(self, key: slice, /) -> Sequences: ...
    def __iter__(self) -> Iterator[Sequence]: ...
    def _repr_html_(self) -> str: ...
    def _buffers(self) -> list[tuple[str, str | None, Any]]: ...
    def _head(self, n: int) -> dict[str, list[Any]]: ...

@final
class Table:
    @property
    def columns(self) -> list[str]: ...
    @property
    def unknown(self) -> int: ...
    @property
    def unknown_customers(self) -> int: ...
    def to_dict(self) -> dict[str, list[Any]]: ...
    def to_pandas(self) -> pd.DataFrame: ...
    def to_polars(self) -> pl.DataFrame: ...
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...
    def __len__(self) -> int: ...
    def _repr_html_(self) -> str: ...
    def _buffers(self) -> list[tuple[str, str | None, Any]]: ...
    def _head(self, n: int) -> dict[str, list[Any]]: ...

@final
class Catalog:
    def __new__(
        cls,
        table: AnyTable,
        *,
        product: str,
        price: str,
        cost: str | None = None,
        stock: str | None = None,
        sellable: str | None = None,
        name: str | None = None,
        line: str | None = None,
        brand: str | None = None,
        category: str | Iterable[str] = (),
        must_match: str | Iterable[str] = (),
        quality: str | Iterable[str] = (),
        term: str | None = None,
        service: str | None = None,
        pack: str | None = None,
        rating: str | None = None,
        currency: str = "EUR",
        nulls: _OnBad = "error",
        bad_numbers: _OnBad = "error",
    ) -> Catalog: ...
    @staticmethod
    def from_csv(
        path: Path,
        *,
        product: str,
        price: str,
        cost: str | None = None,
        stock: str | None = None,
        sellable: str | None = None,
        name: str | None = None,
        line: str | None = None,
        brand: str | None = None,
        category: str | Iterable[str] = (),
        must_match: str | Iterable[str] = (),
        quality: str | Iterable[str] = (),
        term: str | None = None,
        service: str | None = None,
        pack: str | None = None,
        rating: str | None = None,
        currency: str = "EUR",
        nulls: _OnBad = "error",
        bad_numbers: _OnBad = "error",
        delimiter: str = ",",
        decimal: str = ".",
        integer_ids: Iterable[str] = (),
        null_values: Iterable[str] | None = None,
    ) -> Catalog: ...
    def updated(self, changes: Mapping[Id, Mapping[str, object]]) -> Catalog: ...
    def linked(self, links: Iterable[tuple[Id, str, Id]]) -> Catalog: ...
    @property
    def links(self) -> list[tuple[Id, str, Id]]: ...
    @property
    def report(self) -> Report: ...
    @property
    def currency(self) -> str: ...
    @property
    def products(self) -> list[Id]: ...
    @property
    def names(self) -> list[str | None]: ...
    def __len__(self) -> int: ...
    def __contains__(self, product: Id, /) -> bool: ...
    def __getitem__(self, product: Id, /) -> dict[str, Any]: ...

@final
class Hierarchy:
    def __new__(
        cls, links: Mapping[Id, Id | Iterable[Id]] | Iterable[tuple[Id, Id]]
    ) -> Hierarchy: ...
    @staticmethod
    def from_table(
        table: AnyTable, *, item: str, levels: str | Iterable[str], progress: Progress = False
    ) -> Hierarchy: ...
    @staticmethod
    def from_catalog(catalog: Catalog) -> Hierarchy: ...
    @property
    def levels(self) -> list[str]: ...
    def only(self, levels: str | Iterable[str]) -> Hierarchy: ...
    def extend(self, baskets: Baskets) -> Baskets: ...
    def ancestors(self, item: Id) -> list[Id]: ...
    def level_of(self, item: Id) -> str | None: ...
    def to_bytes(self) -> bytes: ...
    @staticmethod
    def from_bytes(data: bytes) -> Hierarchy: ...
    def __len__(self) -> int: ...

@final
class History:
    def __new__(
        cls,
        table: AnyTable,
        *,
        time: str,
        product: str,
        customer: str | None = None,
        basket: str | None = None,
        quantity: str | None = None,
        revenue: str | None = None,
        nulls: _OnBad = "error",
        non_finite: _OnBad = "error",
        non_positive: Literal["error", "skip", "return"] = "error",
        currency: str = "EUR",
        progress: Progress = False,
    ) -> History: ...
    @staticmethod
    def from_csv(
        path: Path,
        *,
        time: str,
        product: str,
        customer: str | None = None,
        basket: str | None = None,
        quantity: str | None = None,
        revenue: str | None = None,
        nulls: _OnBad = "error",
        non_finite: _OnBad = "error",
        non_positive: Literal["error", "skip", "return"] = "error",
        currency: str = "EUR",
        delimiter: str = ",",
        decimal: str = ".",
        integer_ids: Iterable[str] = (),
        null_values: Iterable[str] | None = None,
        progress: Progress = False,
    ) -> History: ...
    def append(self, table: AnyTable, *, progress: Progress = False) -> None: ...
    def extend(self, other: History) -> None: ...
    def forget(self, customers: Ids) -> int: ...
    def to_baskets(
        self, *, half_life_days: Number | None = None, now: Time | None = None
    ) -> Baskets: ...
    @property
    def report(self) -> Report: ...
    @property
    def customers(self) -> list[Id]: ...
    @property
    def products(self) -> list[Id]: ...
    @property
    def lines(self) -> int: ...
    def __len__(self) -> int: ...

@final
class Learner:
    def __new__(cls, catalog: Catalog, history: History, **options: Any) -> Learner: ...
    @staticmethod
    def resume(model: Model, catalog: Catalog, history: History) -> Learner: ...
    def append(self, orders: History) -> None: ...
    def forget(self, customers: Ids) -> int: ...
    def set_catalog(self, catalog: Catalog) -> None: ...
    def fit(self, *, progress: Progress = False) -> Model: ...
    def update(self, *, progress: Progress = False) -> Model: ...
    @property
    def refit_due(self) -> bool: ...
    @property
    def baskets(self) -> int: ...
    @property
    def customers(self) -> int: ...

@final
class Model:
    @staticmethod
    def open(path: Path) -> Model: ...
    @staticmethod
    def read(path: Path) -> Model: ...
    @staticmethod
    def from_bytes(data: bytes) -> Model: ...
    def to_bytes(self) -> bytes: ...
    def save(self, path: Path) -> None: ...
    def verify(self) -> None: ...
    def recommend(
        self,
        customers: Ids | None = None,
        n: int = 10,
        *,
        new_only: bool = False,
        candidates: Ids | None = None,
        exclude: Ids | None = None,
        exclude_for: AnyTable | Mapping[Id, Iterable[Id]] | None = None,
        at: Time | None = None,
        threads: int | None = None,
        progress: Progress = False,
    ) -> Table: ...
    def complete(
        self,
        baskets: Baskets | Iterable[Iterable[Id]] | ArrowStream | ArrowArray,
        n: int = 10,
        *,
        customers: Ids | None = None,
        new_only: bool = False,
        candidates: Ids | None = None,
        exclude: Ids | None = None,
        exclude_for: AnyTable | Mapping[Id, Iterable[Id]] | None = None,
        at: Time | None = None,
        threads: int | None = None,
        progress: Progress = False,
    ) -> Table: ...
    def score(
        self,
        customers: Ids,
        products: Ids,
        *,
        at: Time | None = None,
        threads: int | None = None,
        progress: Progress = False,
    ) -> Table: ...
    def score_baskets(
        self,
        baskets: Baskets | Iterable[Iterable[Id]] | ArrowStream | ArrowArray,
        products: Ids,
        *,
        customers: Ids | None = None,
        at: Time | None = None,
        threads: int | None = None,
        progress: Progress = False,
    ) -> Table: ...
    def explain(
        self,
        product: Id,
        *,
        customer: Id | None = None,
        basket: Iterable[Id] | None = None,
        at: Time | None = None,
    ) -> Report: ...
    def forget(self, customers: Ids) -> Model: ...
    def relations(self, item: Id | None = None) -> Table: ...
    def similar(self, items: Ids | None = None, n: int = 10) -> Table: ...
    def due(
        self,
        customers: Ids | None = None,
        at: Time | None = None,
        n: int | None = None,
        *,
        progress: Progress = False,
    ) -> Table: ...
    def cycle(self, item: Id) -> str: ...
    def with_rules(self, rules: Rules) -> Model: ...
    def rules(self) -> Rules | None: ...
    def matching_rules(
        self, items: Iterable[Id], n: int = 10, *, by: _Measure = "confidence"
    ) -> Rules: ...
    @property
    def report(self) -> Report: ...
    @property
    def id(self) -> str: ...
    @property
    def as_of(self) -> int: ...
    @property
    def options(self) -> dict[str, Any]: ...
    @property
    def customers(self) -> list[Id]: ...
    @property
    def products(self) -> list[Id]: ...
    @property
    def catalog(self) -> Catalog: ...
    def __copy__(self) -> Model: ...
    def __deepcopy__(self, memo: object) -> Model: ...

@final
class Policy:
    def __new__(cls, **settings: object) -> Policy: ...
    @staticmethod
    def from_toml(text: str) -> Policy: ...
    @staticmethod
    def from_json(text: str) -> Policy: ...
    @staticmethod
    def from_file(path: Path) -> Policy: ...
    @property
    def name(self) -> str: ...
    @property
    def placement(self) -> str | None: ...
    @property
    def version(self) -> str: ...
    def to_json(self) -> str: ...
    def to_toml(self) -> str: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Engine:
    def __new__(cls, model: Model, catalog: Catalog | None = None) -> Engine: ...
    @staticmethod
    def open(path: Path) -> Engine: ...
    def set_catalog(self, catalog: Catalog) -> None: ...
    def set_model(self, model: Model) -> None: ...
    @property
    def model(self) -> Model: ...
    @property
    def catalog(self) -> Catalog: ...
    def decide(
        self,
        policy: Policy,
        *,
        now: Time,
        customer: Id | None = None,
        basket: Basket | None = None,
        viewed: Id | None = None,
        orders_since: Iterable[tuple[Time, Basket]] | None = None,
        placement: str | None = None,
        seed: int = 0,
        channel: str | None = None,
        ride_along: bool = False,
        segments: Iterable[str] | None = None,
        consents: Iterable[str] | None = None,
        customer_value: float | None = None,
        contacts: Iterable[Mapping[str, Any]] | None = None,
        after: Basket | None = None,
        returned: Iterable[Id] | None = None,
    ) -> Decision: ...
    def decide_json(self, policy: Policy, context: str) -> Decision: ...
    def ladder(
        self,
        policy: Policy,
        product: Id,
        *,
        now: Time,
        customer: Id | None = None,
        orders_since: Iterable[tuple[Time, Basket]] | None = None,
    ) -> Ladder: ...
    def propose(
        self,
        policy: Policy,
        customers: Ids,
        *,
        now: Time,
        channel: str | Iterable[str | None] | ArrowStream | ArrowArray | None = None,
        ride_along: bool | Iterable[bool | None] | ArrowStream | ArrowArray = False,
        segments: Iterable[Iterable[str] | None] | ArrowStream | ArrowArray | None = None,
        consents: Iterable[Iterable[str] | None] | ArrowStream | ArrowArray | None = None,
        customer_value: Iterable[float | None] | ArrowStream | ArrowArray | None = None,
        contacts: Iterable[Iterable[Mapping[str, Any]] | None] | None = None,
        orders_since: Iterable[Iterable[tuple[Time, Basket]] | None] | None = None,
        basket: Iterable[Basket | None] | ArrowStream | ArrowArray | None = None,
        viewed: Iterable[Id | None] | ArrowStream | ArrowArray | None = None,
        after: Iterable[Basket | None] | ArrowStream | ArrowArray | None = None,
        returned: Iterable[Iterable[Id] | None] | ArrowStream | ArrowArray | None = None,
        each: int = 20,
        threads: int | None = None,
        progress: Progress = False,
    ) -> Proposals: ...

@final
class Simulation:
    def __new__(cls, **options: Any) -> Simulation: ...
    @property
    def options(self) -> dict[str, Any]: ...
    @property
    def catalog(self) -> Catalog: ...
    @property
    def now_ms(self) -> int: ...
    @property
    def opted_out(self) -> int: ...
    def history(self) -> History: ...
    def copy(self) -> Simulation: ...
    def run(
        self,
        weeks: int,
        engine: Engine | None = None,
        policy: Policy | None = None,
        *,
        strategy: Literal["nothing", "oracle", "popular", "highest lift", "dearest"] | None = None,
        log: DecisionLog | None = None,
        progress: Progress = False,
    ) -> dict[str, Any]: ...
    def compare(
        self,
        weeks: int,
        engine: Engine,
        policies: Iterable[Policy],
        *,
        progress: Progress = False,
    ) -> dict[str, Any]: ...

@final
class DecisionLog:
    def __new__(cls) -> DecisionLog: ...
    def add(self, decision: Decision) -> bool: ...
    def add_json(self, line: str) -> bool: ...
    def append(self, other: DecisionLog) -> None: ...
    def record(
        self,
        decision: str,
        product: Id,
        event: Literal["shown", "clicked", "bought", "rejected", "returned", "opted_out"],
    ) -> None: ...
    def record_orders(self, orders: History, days: float, *, progress: Progress = False) -> int: ...
    def learn(
        self,
        policy: Policy,
        *,
        pseudo_purchases: float = 20.0,
        customer_value: float | None = None,
        progress: Progress = False,
    ) -> tuple[Policy, list[dict[str, Any]]]: ...
    def table(self) -> Table: ...

@final
class Ladder:
    @property
    def product(self) -> Id: ...
    @property
    def preselect(self) -> int | None: ...
    @property
    def tiers(self) -> list[dict[str, Any]]: ...
    def to_json(self) -> str: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __len__(self) -> int: ...

@final
class Decision:
    @property
    def id(self) -> str: ...
    @property
    def value(self) -> float: ...
    @property
    def customer(self) -> Id | None: ...
    @property
    def customer_known(self) -> bool: ...
    @property
    def placement(self) -> str | None: ...
    @property
    def now_ms(self) -> int: ...
    @property
    def seed(self) -> int: ...
    @property
    def model_id(self) -> str: ...
    @property
    def catalog_version(self) -> str: ...
    @property
    def policy_name(self) -> str: ...
    @property
    def policy_version(self) -> str: ...
    @property
    def warnings(self) -> list[str]: ...
    @property
    def stopped(self) -> str | None: ...
    @property
    def held_out(self) -> bool: ...
    @property
    def withheld(self) -> list[Offer]: ...
    @property
    def explored(self) -> dict[str, Any] | None: ...
    @property
    def quotas(self) -> list[dict[str, Any]]: ...
    @property
    def contact_risk(self) -> float: ...
    @property
    def suppressed(self) -> list[Suppressed]: ...
    @property
    def suppressed_counts(self) -> dict[str, int]: ...
    def why_not(self, product: Id) -> WhyNot: ...
    def to_json(self) -> str: ...
    def to_dict(self) -> dict[str, Any]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> Offer: ...
    def __iter__(self) -> Iterator[Offer]: ...
    def _shown(self) -> dict[str, Any]: ...
    def _repr_html_(self) -> str: ...

@final
class Offer:
    @property
    def kind(
        self,
    ) -> Literal[
        "cross_sell", "up_sell", "refill", "popular", "bundle", "top_up", "service", "similar"
    ]: ...
    @property
    def products(self) -> tuple[Id, ...]: ...
    @property
    def name(self) -> str | None: ...
    @property
    def price(self) -> int: ...
    @property
    def discount(self) -> int: ...
    @property
    def allocation(self) -> tuple[int, ...]: ...
    @property
    def currency(self) -> str: ...
    @property
    def base_product(self) -> Id | None: ...
    @property
    def probability(self) -> float: ...
    @property
    def base_probability(self) -> float: ...
    @property
    def margin(self) -> float: ...
    @property
    def value(self) -> float: ...
    @property
    def chosen_with(self) -> float: ...
    @property
    def pinned(self) -> bool: ...
    @property
    def fallback(self) -> int: ...
    @property
    def valid_until(self) -> int | None: ...
    @property
    def evidence(self) -> dict[str, float]: ...
    @property
    def assumed(self) -> list[str]: ...
    @property
    def sources(self) -> dict[str, str]: ...
    @property
    def why(self) -> str: ...
    def to_dict(self) -> dict[str, Any]: ...

@final
class Suppressed:
    @property
    def product(self) -> Id: ...
    @property
    def reason(self) -> str: ...
    @property
    def kind(self) -> str | None: ...
    @property
    def probability(self) -> float: ...
    @property
    def value(self) -> float | None: ...

@final
class WhyNot:
    @property
    def product(self) -> Id: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def text(self) -> str: ...
