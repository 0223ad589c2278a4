"""What is no argument is an error that names it, whichever function it is given to."""

import datetime as dt
import inspect
import math

import numpy as np
import pandas as pd
import pytest

import basketry as bk
import basketry.simulate

BASKETS = bk.Baskets.from_lists([[1, 2, 3], [1, 2], [1, 2, 3], [2, 3]])
SETS = bk.itemsets(BASKETS, 1)
RULES = bk.rules(SETS, 0.1)
COUNTS = bk.ItemsetCounts.from_lists([[1], [1, 2]])
UTILITIES = bk.Utilities.from_lists([[(1, 5), (2, 3)], [(1, 4)]])
CATALOG = bk.Catalog(
    {"sku": ["tea", "jam", "salt"], "price": [3, 2, 1]}, product="sku", price="price"
)
HISTORY = bk.History(
    {
        "customer": ["ann", "ann", "bob"],
        "ts": ["2026-01-01", "2026-01-05", "2026-01-02"],
        "sku": ["tea", "jam", "tea"],
    },
    customer="customer",
    time="ts",
    product="sku",
)
SEQUENCES = bk.sequences(HISTORY, 1, 30)
MODEL = bk.fit(CATALOG, HISTORY)


def mine(**options):
    return bk.itemsets(BASKETS, 1, **options)


def rules(**options):
    return bk.rules(SETS, 0.1, **options)


def contrasts(**options):
    return bk.contrasts(BASKETS, BASKETS, 1, **options)


def sequences(**options):
    return bk.sequences(HISTORY, 1, 30, **options)


def high_utility(**options):
    return bk.high_utility(UTILITIES, 1, **options)


def in_parts(**options):
    return bk.itemsets_in_parts([BASKETS], 1, **options)


def update(**options):
    return bk.update(BASKETS, SETS, 1, **options)


def candidates(**options):
    return bk.candidates(BASKETS, 0.5, **options)


def frequent(**options):
    return bk.candidates(BASKETS, 0.5).add(BASKETS).frequent(0.5, **options)


def matching(**options):
    return RULES.matching([1], **options)


def after(**options):
    return SEQUENCES.after(["tea"], **options)


def recommend(**options):
    return MODEL.recommend(["ann"], **options)


def complete(**options):
    return MODEL.complete([["tea"]], **options)


def score(**options):
    return MODEL.score(["ann"], ["jam"], **options)


def score_baskets(**options):
    return MODEL.score_baskets([["tea"]], ["jam"], **options)


def fit(**options):
    return bk.fit(CATALOG, HISTORY, **options)


def learner(**options):
    return bk.Learner(CATALOG, HISTORY, **options)


LENGTHS = ["min_length", "max_length"]
INTEGERS = [
    (mine, [*LENGTHS, "top", "max_itemsets", "max_memory", "threads"]),
    (rules, ["top", "min_customers", "max_length", "max_rules", "threads"]),
    (contrasts, [*LENGTHS, "top", "max_itemsets", "threads"]),
    (sequences, ["max_length", "max_items_per_step", "max_sequences", "threads"]),
    (high_utility, [*LENGTHS, "top", "max_itemsets", "threads"]),
    (in_parts, [*LENGTHS, "max_itemsets", "threads"]),
    (update, [*LENGTHS, "max_itemsets", "threads"]),
    (candidates, ["total", "max_length", "max_itemsets", "threads"]),
    (frequent, LENGTHS),
    (matching, ["n"]),
    (after, ["n"]),
    (bk.Template, LENGTHS),
    (SETS.filter, LENGTHS),
    (SEQUENCES.filter, LENGTHS),
    (RULES.p_values, ["tests"]),
    (recommend, ["n", "threads"]),
    (complete, ["n", "threads"]),
    (score, ["threads"]),
    (score_baskets, ["threads"]),
    (MODEL.due, ["n"]),
    (MODEL.similar, ["n"]),
    (fit, ["min_customers", "neighbours", "relations", "max_basket", "similar", "threads"]),
    (learner, ["min_customers", "neighbours", "relations", "max_basket", "similar", "threads"]),
]
CASES = [(call, name) for call, names in INTEGERS for name in names]


@pytest.mark.parametrize(("call", "name"), CASES)
def test_integers_are_integers_in_range(call, name):
    for wrong in (-1, 2**64, 2**70, np.int64(-3)):
        with pytest.raises(bk.InvalidArgumentError, match=rf"^{name}: "):
            call(**{name: wrong})
    for wrong in (True, np.True_, 1.0, "1", [1]):
        with pytest.raises(TypeError, match=f"^{name}: expected an int, got "):
            call(**{name: wrong})
    # What is given as an integer of numpy is one.
    largest = 10 if name in {"max_length", "max_items_per_step", "n", "threads"} else 1000
    fits = {"min_length": 1, "min_customers": 0, "tests": 1000, "total": 4}.get(name, largest)
    if name == "min_customers" and call is not rules:
        fits = 1
    if name == "max_memory":
        fits = 1 << 30
    call(**{name: np.int32(fits)})
    call(**{name: fits})


TOPS = [(mine, {}), (rules, {}), (contrasts, {}), (high_utility, {})]


@pytest.mark.parametrize(("call", "options"), TOPS)
def test_the_top_none_is_an_error(call, options):
    with pytest.raises(bk.InvalidArgumentError, match=r"^top: 0, expected at least 1"):
        call(top=0, **options)


def test_nothing_compares_with_nan():
    nan = math.nan
    with pytest.raises(bk.InvalidArgumentError, match=r"^lift: expected a number, got NaN"):
        RULES.filter(lift=nan)
    with pytest.raises(bk.InvalidArgumentError, match=r"^lift: expected a number, got NaN"):
        SEQUENCES.filter(lift=np.float32("nan"))
    with pytest.raises(bk.InvalidArgumentError, match=r"^at_least: lift: expected a number"):
        rules(at_least={"lift": nan})
    with pytest.raises(bk.InvalidArgumentError, match=r"^alpha: "):
        RULES.significant(nan)
    with pytest.raises(bk.InvalidArgumentError, match=r"^min_improvement: "):
        RULES.non_redundant(nan)
    with pytest.raises(bk.InvalidArgumentError, match=r"^min_growth: "):
        contrasts(min_growth=nan)
    with pytest.raises(bk.InvalidArgumentError, match=r"^max_time: "):
        mine(max_time=nan)
    for name in ("max_time", "alpha"):
        call = mine if name == "max_time" else RULES.productive
        for wrong in (True, "1", [1]):
            with pytest.raises(TypeError, match=f"^{name}: expected a number, got "):
                call(**{name: wrong})


def test_now_is_a_time_or_a_date():
    at = [
        HISTORY.to_baskets(half_life_days=10, now=now).weights
        for now in (
            "2026-02-01",
            "2026-02-01T00:00:00Z",
            dt.date(2026, 2, 1),
            dt.datetime(2026, 2, 1),
            1769904000000,
        )
    ]
    assert all(weights == at[0] for weights in at)
    for wrong in ("yesterday", "2026-02-31", "2026-2-1"):
        with pytest.raises(bk.InvalidArgumentError, match=r"^now: expected a time"):
            HISTORY.to_baskets(half_life_days=10, now=wrong)
    for wrong in (True, 1.5, ["2026-02-01"]):
        with pytest.raises(TypeError, match=r"^now: expected a datetime, "):
            HISTORY.to_baskets(half_life_days=10, now=wrong)


AT = {
    "recommend": recommend,
    "complete": complete,
    "score": score,
    "score_baskets": score_baskets,
    "explain": lambda at: MODEL.explain("tea", at=at),
    "due": MODEL.due,
}


@pytest.mark.parametrize("name", AT)
def test_at_is_a_time_or_a_date(name):
    call = AT[name]
    times = (
        "2026-02-01",
        "2026-02-01 00:00:00",
        "2026-02-01T01:00:00+01:00",
        dt.date(2026, 2, 1),
        dt.datetime(2026, 2, 1),
        dt.datetime(2026, 2, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=2))),
        np.datetime64("2026-02-01"),
        np.datetime64("2026-02-01T00:00:00", "ns"),
        pd.Timestamp("2026-02-01"),
        1769904000000,
        np.int64(1769904000000),
    )
    answers = [call(at=time) for time in times]
    answers = [answer if name == "explain" else answer.to_dict() for answer in answers]
    assert all(answer == answers[0] for answer in answers)
    for wrong in ("yes", "2026-02-31", "", pd.NaT, np.datetime64("NaT"), 10**17, 2**70):
        with pytest.raises(bk.InvalidArgumentError, match=r"^at: "):
            call(at=wrong)
    for wrong in (True, 1.5, ["2026-02-01"], b"2026-02-01"):
        with pytest.raises(TypeError, match=r"^at: expected a datetime, a date, "):
            call(at=wrong)


def test_flags_are_true_or_false():
    for call in (recommend, complete):
        assert call(new_only=np.True_).to_dict() == call(new_only=True).to_dict()
        for wrong in ("yes", 1, [True]):
            with pytest.raises(TypeError, match=r"^new_only: expected True or False, got "):
                call(new_only=wrong)


def test_whether_to_tune_is_true_or_false():
    for call in (fit, learner):
        for wrong in ("yes", 1, [True]):
            with pytest.raises(TypeError, match=r"^tune: expected True or False, got "):
                call(tune=wrong)


def test_days_and_weights_are_numbers():
    for call, names in (
        (fit, ["half_life_days", "shrinkage", "customers_l2"]),
        (learner, ["half_life_days", "shrinkage", "customers_l2"]),
    ):
        for name in names:
            for wrong in (math.nan, math.inf, -1.0):
                with pytest.raises(bk.InvalidArgumentError, match=f"^{name}: "):
                    call(**{name: wrong})
            for wrong in (True, "1", [1]):
                with pytest.raises(TypeError, match=f"^{name}: expected a number, got "):
                    call(**{name: wrong})
    with pytest.raises(TypeError, match="unexpected keyword argument 'nonsense'"):
        learner(nonsense=1)


def test_candidates_of_which_none_is_known():
    for call in (recommend, complete):
        with pytest.raises(bk.UnknownIdError, match=r"^candidates: .soap. is not in the model"):
            call(candidates=["soap"])
        with pytest.raises(bk.UnknownIdError, match=r"^candidates: none of the 2 .* is .soap."):
            call(candidates=["soap", "oil"])
        assert call(candidates=["soap", "salt"]).unknown == 1
        assert len(call(candidates=[])) == 0


def test_ids_are_named():
    with pytest.raises(TypeError, match=r"^baskets: expected a list of lists of ids, got int"):
        MODEL.complete(5)
    wide = pd.DataFrame({"a": [1], "b": [2]})
    with pytest.raises(bk.SchemaError, match=r"^customers: expected one column of ids"):
        MODEL.recommend(wide)
    with pytest.raises(bk.SchemaError, match=r"^baskets: the table has 2 columns"):
        MODEL.complete(wide)
    with pytest.raises(bk.UnknownIdError, match=r"^items\[1\]: .soap. "):
        MODEL.similar(["tea", "soap"])
    with pytest.raises(bk.InvalidArgumentError, match=r"^items\[0\]: .* got 5; ids are never"):
        MODEL.similar([5])
    with pytest.raises(bk.InvalidArgumentError, match=r"^customers\[0\]: .* got 5; ids are never"):
        MODEL.due([5])


def test_measures_that_cannot_be_told_are_errors():
    closed = bk.itemsets(BASKETS, 1, kind="closed")
    made = bk.rules(closed, 0.1, baskets=BASKETS)
    calls = [
        lambda name: made.values(name),
        lambda name: made.sort(name),
        lambda name: made.filter(**{name: 0}),
        lambda name: made.with_measures([name]),
        lambda name: made.matching([1], by=name),
    ]
    for call in calls:
        for name in ("improvement", "boost"):
            with pytest.raises(bk.InvalidArgumentError, match=f"^{name}: .* kind left out"):
                call(name)
        call("lift")
    assert all(math.isnan(value) for value in made.to_dict("all")["boost"])
    assert not any(math.isnan(value) for value in RULES.values("boost"))


def test_extended_baskets_are_what_is_mined():
    kinds = bk.Hierarchy({1: "low", 2: "low", 3: "high"})
    sets = bk.itemsets(BASKETS, 2, hierarchy=kinds, kind="all", min_length=2)
    extended = kinds.extend(BASKETS)
    assert len(extended) == len(BASKETS)
    for found in sets:
        assert found.count == sum(set(found.items) <= set(basket) for basket in extended)
    made = bk.rules(sets, 0.5, baskets=extended)
    assert len(made) > 0


def test_signatures_say_the_defaults():
    for function in (bk.itemsets, bk.rules, bk.contrasts, bk.high_utility, bk.itemsets_in_parts):
        parameters = inspect.signature(function).parameters
        if "min_length" in parameters:
            assert parameters["min_length"].default == 1
    assert inspect.signature(bk.Rules.matching).parameters["n"].default == 10


def test_no_rule_has_no_items():
    for source, more in ((BASKETS, {"min_support": 1}), (bk.itemsets(BASKETS, 1), {})):
        with pytest.raises(bk.InvalidArgumentError, match=r"^max_length: 0, expected at least"):
            bk.rules(source, 0.1, max_length=0, **more)
    with pytest.raises(bk.InvalidArgumentError, match=r"^max_length: 0, expected at least"):
        bk.itemsets(BASKETS, 1, max_length=0)


def test_objects_of_another_class():
    engine, now = bk.Engine(MODEL, CATALOG), "2026-01-06T00:00:00Z"
    policy, log = bk.Policy(), bk.DecisionLog()
    calls = {
        "model: expected a Model, got Catalog": lambda: bk.Engine(CATALOG),
        "catalog: expected a Catalog, got Model": lambda: bk.Engine(MODEL, MODEL),
        "catalog: expected a Catalog, got NoneType": lambda: engine.set_catalog(None),
        "model: expected a Model, got Engine": lambda: engine.set_model(engine),
        "policy: expected a Policy, got dict": lambda: engine.decide({}, now=now),
        "policy: expected a Policy, got str": lambda: engine.ladder("cart", "tea", now=now),
        "policy: expected a Policy, got int": lambda: engine.propose(1, ["ann"], now=now),
        "policy: expected a Policy, got list": lambda: engine.decide_json([], "{}"),
        "decision: expected a Decision, got Policy": lambda: log.add(policy),
        "other: expected a DecisionLog, got list": lambda: log.append([]),
        "orders: expected a History, got Model": lambda: log.record_orders(MODEL, 1),
    }
    for message, call in calls.items():
        with pytest.raises(TypeError, match=f"^{message}$"):
            call()


class Wrong:
    """Of no class that any function expects."""


ENGINE = bk.Engine(MODEL, CATALOG)
NOW = "2026-01-06T00:00:00Z"
POLICY = bk.Policy()
DECISION = ENGINE.decide(POLICY, basket=["tea"], now=NOW)
LOG = bk.DecisionLog()
LOG.add(DECISION)
PROPOSALS = bk.Proposals(
    {"customer": ["ann"], "offer": ["lens"], "worth": [2]},
    customer="customer",
    offer="offer",
    value="worth",
)
HIERARCHY = bk.Hierarchy({1: "low"})
TABLE = MODEL.recommend(["ann"])
LEARNER = bk.Learner(CATALOG, HISTORY)
SIMULATION = basketry.simulate.Simulation(customers=10)

# What has methods.
SUBJECTS = [
    BASKETS,
    SETS,
    RULES,
    COUNTS,
    UTILITIES,
    CATALOG,
    HISTORY,
    SEQUENCES,
    MODEL,
    ENGINE,
    POLICY,
    DECISION,
    LOG,
    PROPOSALS,
    HIERARCHY,
    TABLE,
    LEARNER,
    SIMULATION,
    RULES[0],
    SETS[0],
]
# What fits, by the name of an argument, and where that differs by function and name.
FITS = {
    "baskets": BASKETS,
    "sets": SETS,
    "part": BASKETS,
    "parts": [BASKETS],
    "first": BASKETS,
    "second": BASKETS,
    "catalog": CATALOG,
    "history": HISTORY,
    "min_support": 1,
    "source": SETS,
    "min_confidence": 0.1,
    "within_days": 30,
    "model": MODEL,
    "policy": POLICY,
    "now": NOW,
    "orders": HISTORY,
    "days": 1.0,
    "decision": DECISION,
    "product": "tea",
    "event": "shown",
    "customers": ["ann"],
    "items": ["tea"],
    "engine": ENGINE,
    "weeks": 1,
    "policies": [POLICY],
    "alpha": 0.1,
    "measure": "lift",
    "links": [],
    "changes": {},
    "rules": RULES,
    "context": "{}",
    "lists": [[1]],
    "table": {},
    "item": "item",
    "basket": "basket",
    "time": "ts",
    "price": "price",
    "path": "/nowhere",
    "data": b"",
    "text": "",
    "offer": "offer",
    "value": "value",
    "customer": "customer",
    "line": "{}",
    "products": ["tea"],
    "other": BASKETS,
    "min_utility": 1,
    "indptr": [0, 1],
    "indices": [0],
    "weights": [1.0] * 4,
    "frame": None,
    "measures": ["lift"],
    "at_least": {},
    "n": 1,
}
OTHERS = {
    "high_utility.baskets": UTILITIES,
    "Learner.append.orders": HISTORY,
    "History.extend.other": HISTORY,
    "ItemsetCounts.merge.other": COUNTS,
    "ItemsetCounts.union.parts": [COUNTS],
    "DecisionLog.append.other": LOG,
    "DecisionLog.record.decision": DECISION.id,
}
# What has to be given besides.
MORE = {
    "itemsets": {"min_support": 1},
    "History.to_baskets": {"half_life_days": 1.0},
    "Hierarchy.from_table": {"levels": "kind"},
}
# Takes any object, or has arguments that no object of ours has names for.
FREE = {"progress", "self", "options", "settings", "least"}


def calls():
    functions = [(name, getattr(bk, name)) for name in dir(bk) if name.islower()]
    classes = {type(subject): subject for subject in SUBJECTS}
    for kind, subject in classes.items():
        functions.append((kind.__name__, kind))
        for name in dir(kind):
            if not name.startswith("_") and callable(getattr(kind, name)):
                functions.append((f"{kind.__name__}.{name}", getattr(subject, name)))
    for name, function in functions:
        try:
            parameters = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            continue
        for wrong in parameters:
            if wrong.name not in FREE and wrong.kind is not wrong.VAR_KEYWORD:
                needed = [p for p in parameters if p.default is p.empty and p.name not in FREE]
                yield pytest.param(name, function, wrong, needed, id=f"{name}-{wrong.name}")


@pytest.mark.parametrize(("name", "function", "wrong", "needed"), list(calls()))
def test_an_argument_of_another_class_is_named(name, function, wrong, needed):
    given = {p.name: OTHERS.get(f"{name}.{p.name}", FITS.get(p.name)) for p in needed}
    given = {**given, **MORE.get(name, {}), wrong.name: Wrong()}
    kinds = {p.name: p.kind for p in [*needed, wrong]}
    at = [key for key in given if kinds.get(key) is wrong.POSITIONAL_ONLY]
    positional = [given.pop(key) for key in at]
    with pytest.raises((TypeError, bk.Error), match=rf"\b{wrong.name}\b") as caught:
        function(*positional, **given)
    assert "unexpected keyword" not in str(caught.value)
    assert "positional" not in str(caught.value)
