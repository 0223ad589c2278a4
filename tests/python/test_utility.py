"""High-utility itemsets, against brute force and from every kind of source."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import basketry as bk


def brute(lists):
    """What every set of items is worth, and in how many baskets it is."""
    worth = {}
    for lines in lists:
        basket = {}
        for item, value in lines:
            basket[item] = basket.get(item, 0) + value
        for n in range(1, len(basket) + 1):
            for items in itertools.combinations(sorted(basket), n):
                utility, count = worth.get(items, (0, 0))
                worth[items] = (utility + sum(basket[i] for i in items), count + 1)
    return worth


def found(sets):
    columns = sets.to_dict()
    rows = zip(columns["itemset"], columns["utility"], columns["count"], strict=True)
    return {tuple(sorted(items)): (utility, count) for items, utility, count in rows}


def random_lists(seed):
    # Items of any sign: each earns in one basket and costs in another.
    draw = random.Random(seed)
    return [
        [(draw.randrange(8), draw.randint(-15, 25)) for _ in range(draw.randrange(9))]
        for _ in range(draw.randint(1, 40))
    ]


@pytest.mark.parametrize("seed", range(30))
def test_equals_brute_force(seed):
    lists = random_lists(seed)
    expected = brute(lists)
    baskets = bk.Utilities.from_lists(lists)
    for least in (1, 40):
        sets = bk.high_utility(baskets, min_utility=least, threads=1 + seed % 2)
        assert found(sets) == {k: v for k, v in expected.items() if v[0] >= least}
    best = bk.high_utility(baskets, top=5).sort("utility").to_dict()["utility"]
    assert best == sorted((u for u, _ in expected.values() if u > 0), reverse=True)[:5]


def test_lines_of_an_item_are_added_up():
    """Two lines of an item are neither two items nor one that is lost."""
    baskets = bk.Utilities.from_lists([[("a", 30), ("b", 5), ("a", 30)], [("a", -10), ("b", 5)]])
    assert (len(baskets), baskets.lines, baskets.merged, baskets.total) == (2, 4, 1, 60)
    assert list(baskets) == [(("a", 60), ("b", 5)), (("a", -10), ("b", 5))]
    assert baskets[-1] == (("a", -10), ("b", 5))
    assert found(bk.high_utility(baskets, min_utility=50)) == {("a",): (50, 2), ("a", "b"): (60, 2)}


def frame():
    return pd.DataFrame(
        {
            "order": [7, 8, 7, 7],
            "sku": ["a", "a", "b", "b"],
            "n": [1.0, 2.0, 3.0, 1.0],
            "margin": [0.4, -0.1, 1.25, 0.01],
            "value": [0.4, -0.2, 3.75, 0.01],
        }
    )


def test_tables():
    lines = frame()
    by_units = bk.Utilities.from_table(
        lines, basket="order", item="sku", quantity="n", unit_profit="margin"
    )
    by_line = bk.Utilities.from_table(
        pa.Table.from_pandas(lines), basket="order", item="sku", utility="value"
    )
    assert list(by_units) == list(by_line) == [(("a", 40), ("b", 376)), (("a", -20),)]
    assert by_line.currency == "EUR"
    assert by_line.items == ["a", "b"]
    assert repr(by_line) == "<Utilities: 2 baskets, 3 lines, 396 minor units in all>"
    yen = bk.Utilities.from_table(
        lines.assign(value=[1, 2, 3, 4]), basket="order", item="sku", utility="value",
        currency="JPY",
    )  # fmt: skip
    assert yen.total == 10


def test_bad_tables():
    lines = frame()
    names = {"basket": "order", "item": "sku"}
    with pytest.raises(bk.InvalidArgumentError, match="unit_profit"):
        bk.Utilities.from_table(lines, **names)
    with pytest.raises(bk.InvalidArgumentError, match="utility"):
        bk.Utilities.from_table(lines, **names, utility="value", quantity="n")
    with pytest.raises(bk.SchemaError, match="sku"):
        bk.Utilities.from_table(lines, **names, utility="sku")
    lines.loc[1, "value"] = np.nan
    table = pa.table({name: pa.array(lines[name].to_numpy()) for name in lines})
    with pytest.raises(bk.DataError, match="row 1"):
        bk.Utilities.from_table(table, **names, utility="value")
    some = bk.Utilities.from_table(table, **names, utility="value", non_finite="skip")
    assert (some.skipped, len(some)) == (1, 1)


def test_bad_lists():
    with pytest.raises(TypeError, match=r"lists\[1\].*pairs"):
        bk.Utilities.from_lists([[("a", 1)], ["bread"]])
    with pytest.raises(TypeError, match="minor units"):
        bk.Utilities.from_lists([[("a", 1.5)]])
    with pytest.raises(TypeError, match="pairs"):
        bk.Utilities.from_lists(7)
    with pytest.raises(bk.DataError, match="never converted"):
        bk.Utilities.from_lists([[("a", 1), (1, 1)]])
    with pytest.raises(bk.DataError, match="too big"):
        bk.Utilities.from_lists([[("a", 2**63 - 1), ("b", 1)]])


def test_history_and_catalogue():
    orders = pa.table(
        {
            "ts": ["2026-03-31T12:00:00Z"] * 3,
            "order": [1, 1, 2],
            "sku": ["jam", "tea", "jam"],
            "n": [2, 1, 1],
            "paid": [5.0, 3.0, 0.5],
        }
    )
    history = bk.History(
        orders, time="ts", product="sku", basket="order", quantity="n", revenue="paid"
    )
    products = pa.table({"sku": ["jam", "tea"], "price": [2.5, 3.0], "cost": [1.0, None]})
    catalog = bk.Catalog(products, product="sku", price="price", cost="cost")
    assert bk.Utilities.from_history(history).total == 850
    with pytest.raises(bk.DataError, match="no cost"):
        bk.Utilities.from_history(history, catalog)
    baskets = bk.Utilities.from_history(history, catalog, no_cost="skip")
    assert list(baskets) == [(("jam", 300),), (("jam", -50),)]
    assert baskets.skipped == 1


def test_options():
    baskets = bk.Utilities.from_lists([[("a", 60), ("b", 30)], [("b", 10), ("c", -20)]])
    sets = bk.high_utility(baskets, 0.5)
    assert found(sets) == {("a",): (60, 1), ("b",): (40, 2), ("a", "b"): (90, 1)}
    assert sets.to_pandas().columns.tolist() == [
        "itemset", "length", "count", "support", "utility"
    ]  # fmt: skip
    assert len(bk.high_utility(baskets, 0.5, max_length=1)) == 2
    assert found(bk.high_utility(baskets, top=1, min_length=2)) == {("a", "b"): (90, 1)}
    for wrong in (
        {},
        {"min_utility": 0},
        {"min_utility": 1.5},
        {"top": 0},
        {"top": 1, "threads": 0},
    ):
        with pytest.raises(bk.InvalidArgumentError):
            bk.high_utility(baskets, **wrong)
    with pytest.raises(bk.LimitError, match="max_itemsets"):
        bk.high_utility(baskets, 1, max_itemsets=2)
    with pytest.raises(bk.InvalidArgumentError, match="min_utility"):
        bk.rules(sets, 0.1)
    with pytest.raises(bk.DataError, match="no baskets"):
        bk.high_utility(bk.Utilities.from_lists([]), 1)
