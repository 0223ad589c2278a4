"""Whatever is passed, what comes back is an ordinary exception: never a panic, never a crash."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pyarrow as pa
import pytest

import basketry as bk


class Liar:
    """Claims everything and keeps nothing."""

    def __index__(self):
        raise RuntimeError("no index")

    def __float__(self):
        raise RuntimeError("no float")

    def __str__(self):
        raise RuntimeError("no str")

    __repr__ = __str__

    def __iter__(self):
        raise RuntimeError("no iter")

    def __len__(self):
        return -1

    def __getattr__(self, name):
        raise RuntimeError("no attributes")


JUNK = [
    None,
    True,
    0,
    -1,
    2**63,
    2**200,
    2**20_000,
    1.5,
    math.nan,
    -math.inf,
    1j,
    "",
    "x" * 1000,
    "\0",
    "\ud800",
    b"bytes",
    [],
    [[]],
    [None],
    [math.nan],
    {},
    {"a": None},
    {1: {"price": math.inf}},
    (1, "a"),
    object(),
    Liar(),
    [Liar()],
    {"a": Liar()},
    int,
    lambda *_: 1 / 0,
    np.array([]),
    np.array([[1, 2], [3, 4]]),
    np.array(["a"]),
    np.array([1, 2], ">i4"),
    pa.table({"a": [1]}),
    pa.array([1]),
    pa.table({}),
    slice(None, None, 0),
    slice(2**70, -(2**70), -1),
]


def calls(shop):
    sets = bk.itemsets(bk.Baskets.from_lists([["a", "b"], ["a"]]), 1)
    rules = bk.rules(sets, 0)
    decision = shop.engine.decide(shop.policy, now=shop.now, basket=["p00"])

    def one(function, **kwargs):
        return lambda junk: function(junk, **kwargs)

    def key(function, name, *args, **kwargs):
        return lambda junk: function(*args, **kwargs, **{name: junk})

    yield from map(one, (bk.Baskets.from_lists, bk.Baskets.from_onehot, bk.Baskets.from_csr))
    yield from map(one, (bk.Baskets.from_fimi, bk.Policy.from_toml))
    yield from map(one, (bk.Itemsets.from_bytes, bk.Rules.from_bytes, bk.Sequences.from_bytes))
    yield from map(one, (bk.Policy.from_json, bk.Policy.from_file, bk.Model.from_bytes))
    yield from map(one, (bk.Model.open, bk.Model.read, bk.Engine.open, bk.Engine))
    yield one(bk.Baskets.from_table, item="a")
    yield one(bk.Baskets.from_table, item="a", basket="b")
    yield one(bk.Catalog, product="a", price="b")
    yield one(bk.History, time="a", product="b", basket="c")
    for name in ("items", "indices"):
        yield key(
            bk.Baskets.from_csr, name, [0, 1], **({"indices": [0]} if name == "items" else {})
        )
    yield from (lambda junk: bk.itemsets(sets, junk), lambda junk: bk.rules(junk, 0.5))
    baskets = bk.Baskets.from_lists([["a", "b"]])
    for name in ("min_support", "min_length", "max_length", "max_itemsets", "threads", "progress"):
        fixed = {} if name == "min_support" else {"min_support": 1}
        yield key(bk.itemsets, name, baskets, **fixed)
    for name in ("min_confidence", "consequents", "max_length", "max_rules", "progress"):
        fixed = {} if name == "min_confidence" else {"min_confidence": 0.5}
        yield key(bk.rules, name, sets, **fixed)
    for table in (sets, rules, decision, baskets, shop.catalog):
        yield table.__getitem__
    yield from (sets.count_of, sets.containing, sets.filter, key(sets.filter, "min_support"))
    yield from (rules.containing, rules.filter, rules.sort, rules.matching)
    yield from (key(rules.filter, "lift"), key(rules.matching, "n", ["a"]))
    yield from (decision.why_not, shop.catalog.updated, shop.catalog.__contains__)
    yield lambda junk: shop.catalog.updated({"p00": {"price": junk, "stock": junk}})
    for name in ("min_customers", "half_life_days", "seed", "threads", "progress"):
        yield key(bk.fit, name, shop.catalog, shop.history)
    yield from (one(shop.model.recommend, n=1), one(shop.model.complete, n=1))
    yield from (key(shop.model.recommend, "n", ["c1"]), shop.engine.set_catalog)
    for name in ("now", "customer", "basket", "viewed", "orders_since", "placement", "seed"):
        fixed = {} if name == "now" else {"now": shop.now}
        yield key(shop.engine.decide, name, shop.policy, **fixed)
    yield lambda junk: shop.engine.decide(shop.policy, now=0, orders_since=[(junk, [])])
    yield lambda junk: shop.engine.decide(shop.policy, now=0, orders_since=[(0, junk)])
    yield lambda junk: shop.engine.decide(shop.policy, now=0, basket={"p00": junk})
    yield lambda junk: shop.engine.decide_json(shop.policy, junk)
    for name in ("name", "cross_sell", "exclude", "assume", "nonsense", "min_value"):
        yield key(bk.Policy, name)


def test_junk_gets_ordinary_exceptions(shop):
    tried, refused, internal = 0, 0, []
    for call, junk in itertools.product(list(calls(shop)), JUNK):
        tried += 1
        try:
            call(junk)
        except Exception as error:
            # A panic would be a BaseException, and what we caught of ours an InternalError.
            internal += [(call, junk)] * isinstance(error, bk.InternalError)
            refused += 1
    assert not internal
    assert refused > tried / 2


@pytest.mark.parametrize("kind", [pa.binary(), pa.list_(pa.int64()), pa.duration("s"), pa.null()])
def test_other_columns_may_be_of_any_type(lines, kind):
    from conftest import COLUMNS

    table = pa.table(lines).append_column("extra", pa.nulls(6, kind))
    assert len(bk.History(table, **COLUMNS)) == 3
    if not pa.types.is_null(kind):
        with pytest.raises(bk.SchemaError, match='"extra"'):
            bk.History(table, **{**COLUMNS, "quantity": "extra"})
