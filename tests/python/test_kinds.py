"""Closed and maximal itemsets, generators, and weighted baskets."""

import datetime as dt
import itertools
import random

import pytest

import basketry as bk

KINDS = ["all", "closed", "maximal", "generators"]


def random_lists(seed, baskets=150, items=9):
    chance = random.Random(seed)
    return [
        [item for item in range(items) if chance.random() < 0.8 / (1 + item / 4)]
        for _ in range(baskets)
    ]


def found(sets):
    return {frozenset(s.items): s.count for s in sets}


def of_kind(frequent, baskets, kind):
    """Those of a kind, by definition."""
    chosen = {}
    for items, count in frequent.items():
        larger = [n for other, n in frequent.items() if items < other]
        smaller = [
            frequent[frozenset(part)]
            for size in range(1, len(items))
            for part in itertools.combinations(items, size)
        ]
        if {
            "all": True,
            "closed": count not in larger,
            "maximal": not larger,
            "generators": count not in [*smaller, baskets],
        }[kind]:
            chosen[items] = count
    return chosen


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_kinds_are_what_they_are_called(kind, seed):
    lists = random_lists(seed)
    if seed == 3:
        lists = [[*one, 100] for one in lists]
    baskets = bk.Baskets.from_lists(lists)
    everything = found(bk.itemsets(baskets, min_support=20))
    assert found(bk.itemsets(baskets, min_support=20, kind=kind)) == of_kind(
        everything, len(lists), kind
    )


@pytest.mark.parametrize(("kind", "target"), list(zip(KINDS, "scmg", strict=True)))
def test_pyfim_finds_the_same(kind, target):
    fim = pytest.importorskip("fim")
    lists = random_lists(7, baskets=400, items=14)
    theirs = dict(fim.fpgrowth(lists, target=target, supp=-30, zmin=1))
    ours = bk.itemsets(bk.Baskets.from_lists(lists), min_support=30, kind=kind)
    assert found(ours) == {frozenset(items): count for items, count in theirs.items()}


def test_closed_itemsets_know_all_counts():
    baskets = bk.Baskets.from_lists(random_lists(1))
    everything = bk.itemsets(baskets, min_support=10)
    closed = bk.itemsets(baskets, min_support=10, kind="closed")
    assert all(closed.count_of(s.items) == s.count for s in everything)
    assert closed.count_of([999]) is None


def test_an_unknown_kind_is_an_error():
    baskets = bk.Baskets.from_lists([[1]])
    with pytest.raises(bk.InvalidArgumentError, match='kind: expected one of "all", "closed"'):
        bk.itemsets(baskets, min_support=1, kind="close")


def test_weights_take_the_place_of_counts():
    baskets = bk.Baskets.from_lists([["a", "b"], ["a"], ["b"]])
    assert baskets.weights is None
    assert bk.itemsets(baskets, min_support=1).total_weight is None
    weighted = baskets.with_weights([0.5, 0.25, 0.25])
    assert weighted.weights == [0.5, 0.25, 0.25]
    sets = bk.itemsets(weighted, min_support=0.75)
    assert sets.to_dict() == {
        "itemset": [("a",), ("b",)],
        "length": [1, 1],
        "count": [2, 2],
        "support": [0.75, 0.75],
        "weight": [0.75, 0.75],
    }
    assert sets.total_weight == 1.0
    assert len(bk.itemsets(weighted, min_support=0.5).filter(min_support=0.6)) == 2
    with pytest.raises(bk.InvalidArgumentError, match="weights"):
        bk.rules(sets, min_confidence=0.5)


@pytest.mark.parametrize("kind", KINDS)
def test_whole_weights_are_repetitions(kind):
    lists = random_lists(5, baskets=60)
    times = [1 + i % 3 for i in range(60)]
    repeated = [one for one, n in zip(lists, times, strict=True) for _ in range(n)]
    weighted = bk.Baskets.from_lists(lists).with_weights(times)
    ours = bk.itemsets(weighted, min_support=0.2, kind=kind)
    theirs = bk.itemsets(bk.Baskets.from_lists(repeated), min_support=0.2, kind=kind)
    assert [(s.items, s.support) for s in ours] == [(s.items, s.support) for s in theirs]


def test_weights_go_with_constraints_the_top_and_hierarchies():
    baskets = bk.Baskets.from_lists([["edam", "ale"], ["brie", "ale"], ["edam", "jam"]])
    weighted = baskets.with_weights([0.5, 0.25, 2.0])
    sets = bk.itemsets(weighted, min_support=0.01, must_contain=["edam"], top=2)
    table = sets.to_dict()
    assert (table["itemset"], table["weight"]) == ([("edam",), ("edam", "jam")], [2.5, 2.0])
    kinds = bk.Hierarchy([("edam", "cheese"), ("brie", "cheese")])
    sets = bk.itemsets(weighted, min_support=0.25, only_from=["cheese", "ale"], hierarchy=kinds)
    table = sets.to_dict()
    assert dict(zip(table["itemset"], table["weight"], strict=True)) == {
        ("cheese",): 2.75,
        ("ale",): 0.75,
        ("ale", "cheese"): 0.75,
    }
    for option in ({"item_min_support": {"jam": 1}}, {"on_limit": "partial"}):
        with pytest.raises(bk.InvalidArgumentError, match=next(iter(option))):
            bk.itemsets(weighted, min_support=0.1, **option)


def test_rules_of_whole_weights_are_those_of_repeated_baskets():
    lists = random_lists(3, baskets=50)
    times = [1 + i % 4 for i in range(50)]
    repeated = [one for one, n in zip(lists, times, strict=True) for _ in range(n)]
    ours = bk.rules(bk.itemsets(bk.Baskets.from_lists(lists).with_weights(times), 0.1), 0.4)
    theirs = bk.rules(bk.itemsets(bk.Baskets.from_lists(repeated), 0.1), 0.4)
    assert ours.to_pandas().equals(theirs.to_pandas())
    assert ours.baskets == sum(times)


def test_closed_itemsets_of_a_hierarchy_are_the_most_specific():
    baskets = bk.Baskets.from_lists([["edam", "ale"], ["edam", "jam"], ["gin", "ale"]])
    kinds = bk.Hierarchy([("edam", "cheese"), ("ale", "drinks"), ("gin", "drinks")])
    closed = bk.itemsets(baskets, 1, hierarchy=kinds, kind="closed")
    assert [set(s.items) for s in closed] == [
        {"edam"},
        {"ale"},
        {"edam", "ale"},
        {"edam", "jam"},
        {"ale", "gin"},
    ]
    with pytest.raises(bk.InvalidArgumentError, match="kind: generators, but hierarchy"):
        bk.itemsets(baskets, 1, hierarchy=kinds, kind="generators")


def test_bad_weights_are_errors():
    baskets = bk.Baskets.from_lists([["a"], ["b"]])
    for weights, match in [
        ([1], "expected 2"),
        ([1, 0], "basket 1"),
        ([float("nan"), 1], "basket 0"),
    ]:
        with pytest.raises(bk.InvalidArgumentError, match=match):
            baskets.with_weights(weights)
    with pytest.raises(TypeError, match="weights"):
        baskets.with_weights(3)
    with pytest.raises(TypeError, match="weights"):
        baskets.with_weights(["1", "2"])


def test_weights_from_a_table():
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"b": [1, 1, 2], "i": ["x", "y", "x"], "w": [2.0, 2.0, 0.5]})
    baskets = bk.Baskets.from_table(table, item="i", basket="b", weight="w")
    assert baskets.weights == [2.0, 0.5]
    table = pa.table({"b": [1, 1, 2], "i": ["x", "y", "x"], "w": [2.0, 2.5, 0.5]})
    with pytest.raises(bk.DataError, match="row 1"):
        bk.Baskets.from_table(table, item="i", basket="b", weight="w")
    lists = pa.table({"i": [["x"]], "w": [1.0]})
    with pytest.raises(bk.InvalidArgumentError, match="weight"):
        bk.Baskets.from_table(lists, item="i", weight="w")


def test_old_baskets_weigh_less():
    pa = pytest.importorskip("pyarrow")
    days = [dt.datetime(2026, 1, day, tzinfo=dt.timezone.utc) for day in (1, 11, 21)]
    lines = pa.table({"c": ["ann"] * 3, "t": days, "p": ["x", "y", "x"]})
    history = bk.History(lines, customer="c", time="t", product="p")
    baskets = history.to_baskets(half_life_days=10, now="2026-01-31T00:00:00Z")
    assert baskets.weights == [0.125, 0.25, 0.5]
    assert history.to_baskets().weights is None
    with pytest.raises(bk.InvalidArgumentError, match="both"):
        history.to_baskets(half_life_days=10)
    with pytest.raises(bk.InvalidArgumentError, match="now"):
        history.to_baskets(half_life_days=10, now=days[0])
