"""Real data sets: known numbers of results, and the same results as pyfim and mlxtend, one by one.

BASKETRY_DATA names the folder that holds the data sets; without it nothing runs here. The values
that arules gives for rules of groceries are compared in Rust (`crates/basketry/tests/measures.rs`).
"""

from __future__ import annotations

import functools
import itertools
import os
import pathlib
import warnings

import fim
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import basketry as bk

FOLDER = os.environ.get("BASKETRY_DATA")

pytestmark = pytest.mark.skipif(
    not FOLDER, reason="BASKETRY_DATA does not name the folder of the data sets"
)

FILES = {
    "groceries": "groceries/Groceries.dat",
    "retail": "fimi/retail.dat",
    "quest": "fimi/T10I4D100K.dat",
    "mushroom": "fimi/mushroom.dat",
    "chess": "fimi/chess.dat",
    "clicks": "fimi/BMS1.dat",
    "products": "complete_journey/cj_product.dat",
    "types": "complete_journey/cj_type.dat",
}


def path(name: str) -> pathlib.Path:
    file = pathlib.Path(FOLDER or "", FILES[name])
    if not file.exists():
        pytest.skip(f"BASKETRY_DATA has no {FILES[name]}")
    return file


@functools.lru_cache(maxsize=2)
def lists(name: str) -> list[tuple[int, ...]]:
    with path(name).open() as lines:
        return [tuple(int(token) for token in line.split()) for line in lines]


@functools.lru_cache(maxsize=2)
def baskets(name: str) -> bk.Baskets:
    return bk.Baskets.from_fimi(path(name))


@functools.lru_cache(maxsize=2)
def mined(name: str, count: int) -> bk.Itemsets:
    return bk.itemsets(baskets(name), count)


def found(sets: bk.Itemsets) -> dict[frozenset[int], int]:
    columns = sets.to_dict()
    by_items = {
        frozenset(items): n for items, n in zip(columns["itemset"], columns["count"], strict=True)
    }
    # No itemset comes twice, and no item twice in one.
    assert len(by_items) == len(sets)
    assert [len(items) for items in by_items] == columns["length"]
    return by_items


def by_pyfim(transactions, target, count) -> dict[frozenset[int], int]:
    # A negative support is a count.
    rows = fim.fpgrowth(transactions, target=target, supp=-count, zmin=1, report="a")
    sets = {frozenset(items): n for items, n in rows}
    # To pyfim, an item that all baskets hold is no more than the empty set, which is not asked for.
    everywhere = frozenset(set.intersection(*map(set, transactions)))
    assert len(everywhere) <= 1
    if everywhere and target in "sc":
        assert everywhere not in sets
        numbers = transactions.values() if isinstance(transactions, dict) else [len(transactions)]
        sets[everywhere] = sum(numbers)
    return sets


# Counts on which several miners agree, without the empty set.
KNOWN = [
    ("groceries", 10, 13_492),
    ("retail", 45, 19_242),
    ("retail", 18, 67_186),
    ("quest", 100, 27_532),
    ("quest", 50, 53_385),
    ("mushroom", 813, 155_657),
    ("mushroom", 407, 992_387),
    ("chess", 1918, 254_944),
    ("chess", 1598, 1_272_932),
    ("products", 156, 2_092),
    ("products", 32, 24_754),
    ("types", 156, 33_919),
]


@pytest.mark.parametrize(("name", "count", "number"), KNOWN)
def test_known_numbers_of_itemsets(name, count, number):
    one, two = (bk.itemsets(baskets(name), count, threads=threads) for threads in (1, 2))
    assert len(one) == number
    assert pa.table(one).equals(pa.table(two))


def test_a_miner_that_repeats_items_finds_more_closed_sets_of_chess():
    closed = bk.itemsets(baskets("chess"), 1918, kind="closed")
    assert len(found(closed)) == 98_392


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("groceries", 10),
        ("retail", 18),
        ("quest", 100),
        ("mushroom", 813),
        ("chess", 2100),
        ("clicks", 60),
        ("products", 100),
        ("types", 300),
    ],
)
@pytest.mark.parametrize(
    ("kind", "target"), [("all", "s"), ("closed", "c"), ("maximal", "m"), ("generators", "g")]
)
def test_pyfim_finds_the_same_itemsets(name, count, kind, target):
    ours = bk.itemsets(baskets(name), count, kind=kind)
    assert found(ours) == by_pyfim(lists(name), target, count)


@pytest.mark.parametrize(
    ("name", "count"), [("groceries", 20), ("retail", 90), ("mushroom", 1626), ("clicks", 120)]
)
@pytest.mark.parametrize(("kind", "target"), [("all", "s"), ("closed", "c"), ("maximal", "m")])
def test_pyfim_finds_the_same_with_repeated_baskets(name, count, kind, target):
    times = [1 + 7 * basket % 5 % 3 for basket in range(len(lists(name)))]
    weighted = baskets(name).with_weights(times)
    ours = bk.itemsets(weighted, count / sum(times), kind=kind).to_dict()
    repeated: dict[tuple[int, ...], int] = {}
    for basket, number in zip(lists(name), times, strict=True):
        repeated[basket] = repeated.get(basket, 0) + number
    weights = dict(zip(map(frozenset, ours["itemset"]), ours["weight"], strict=True))
    assert weights == by_pyfim(repeated, target, count)


RULES = [
    ("groceries", 10, 32_783, 43_770),
    ("retail", 18, 98_372, 162_466),
    ("types", 156, 64_936, 80_400),
]


@pytest.mark.parametrize(
    ("name", "count", "number"),
    [*(row[:3] for row in RULES), ("quest", 100, None), ("clicks", 60, None)],
)
def test_pyfim_finds_the_same_rules(name, count, number):
    ours = bk.rules(mined(name, count), 0.1, consequents="single")
    assert number in (None, len(ours))
    # Without "o" it would count the antecedents that are frequent only.
    rows = fim.arules(lists(name), supp=-count, conf=10, zmin=2, report="abhcl", mode="o")
    expected = {(frozenset(body), head): numbers for head, body, *numbers in rows}
    columns = ours.to_dict(["confidence", "lift"])
    keys = [
        (frozenset(x), y[0])
        for x, y in zip(columns["antecedent"], columns["consequent"], strict=True)
    ]
    assert len(expected) == len(keys) > 500
    values = np.array([expected[key] for key in keys])
    for at, column in enumerate(["count", "antecedent_count", "consequent_count"]):
        assert (values[:, at] == columns[column]).all(), column
    for at, column in enumerate(["confidence", "lift"], start=3):
        np.testing.assert_allclose(values[:, at], columns[column], rtol=1e-12, err_msg=column)


@pytest.mark.parametrize(("name", "count", "single", "number"), RULES)
def test_rules_are_all_splits_of_the_itemsets(name, count, single, number):
    """By the definition, in integers, from the counts of pyfim."""
    counts = by_pyfim(lists(name), "s", count)
    expected = set()
    for items, both in counts.items():
        for size in range(1, len(items)):
            for antecedent in map(frozenset, itertools.combinations(items, size)):
                if both * 10 >= counts[antecedent]:
                    consequent = items - antecedent
                    numbers = both, counts[antecedent], counts[consequent]
                    expected.add((antecedent, consequent, *numbers))
    ours = bk.rules(mined(name, count), 0.1)
    columns = ours.to_dict([])
    columns["antecedent"] = map(frozenset, columns["antecedent"])
    columns["consequent"] = map(frozenset, columns["consequent"])
    assert len(ours) == len(expected) == number
    assert set(zip(*columns.values(), strict=True)) == expected
    assert sum(len(row[1]) == 1 for row in expected) == single


@pytest.mark.parametrize(
    ("name", "count", "confidence"),
    [
        ("groceries", 10, 0.1),
        ("retail", 300, 0.1),
        ("mushroom", 2437, 0.5),
        ("chess", 2877, 0.9),
        ("clicks", 100, 0.1),
        ("types", 2000, 0.1),
    ],
)
def test_mlxtend_gives_the_same_measures(name, count, confidence):
    from mlxtend.frequent_patterns import association_rules, fpgrowth

    sets = mined(name, count)
    # Items that are not frequent would only take time.
    items = [s.items[0] for s in sets.filter(max_length=1)]
    column = np.full(max(map(max, filter(None, lists(name)))) + 1, -1)
    column[items] = range(len(items))
    row = np.repeat(np.arange(len(lists(name))), [len(basket) for basket in lists(name)])
    at = column[[item for basket in lists(name) for item in basket]]
    table = np.zeros((len(lists(name)), len(items)), dtype=bool)
    table[row[at >= 0], at[at >= 0]] = True
    frame = pd.DataFrame(table, columns=items)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Half a basket less, since it compares in floats.
        frequent = fpgrowth(frame, min_support=(count - 0.5) / len(frame), use_colnames=True)
        expected = association_rules(frequent, metric="confidence", min_threshold=confidence)
    ours = bk.rules(sets, confidence)
    counts = (frequent["support"] * len(frame)).round()
    assert dict(zip(frequent["itemsets"], counts, strict=True)) == found(sets)

    frame = ours.to_pandas()
    assert len(expected.columns) == 2 + 12
    frame["antecedent"], frame["consequent"] = (
        frame[side].map(frozenset) for side in ("antecedent", "consequent")
    )
    expected = expected.rename(columns=lambda column: column.replace(" ", "_")).rename(
        columns={"antecedents": "antecedent", "consequents": "consequent"}
    )
    both = frame.merge(expected, on=["antecedent", "consequent"], how="outer", indicator=True)
    # What mlxtend loses lies exactly on the least confidence, which is a float there.
    lost = both[both["_merge"] != "both"]
    assert (lost["_merge"] == "left_only").all()
    assert np.allclose(lost["count"], confidence * lost["antecedent_count"], rtol=1e-12)
    both = both[both["_merge"] == "both"]
    assert len(both) == len(expected) > 100
    for measure in expected.columns[2:]:
        np.testing.assert_allclose(
            both[f"{measure}_x"], both[f"{measure}_y"], rtol=1e-9, atol=1e-12, err_msg=measure
        )
