"""Counting given itemsets, mining in parts, updates, contrasts and limits."""

from __future__ import annotations

import itertools
import math
import random

import pyarrow as pa
import pytest

import basketry as bk


def rows(sets: bk.Itemsets) -> list[tuple[tuple[object, ...], int]]:
    return [(s.items, s.count) for s in sets]


def some_lists(seed: int, n: int) -> list[list[int]]:
    rng = random.Random(seed)
    return [rng.sample(range(12), rng.randint(0, 6)) for _ in range(n)]


@pytest.mark.parametrize("cuts", [(), (10,), (0, 3, 3, 40)])
@pytest.mark.parametrize("min_support", [0.1, 1 / 7, 5])
def test_any_partition_gives_the_same(cuts, min_support):
    lists = some_lists(1, 50)
    whole = bk.Baskets.from_lists(lists)
    expected = bk.itemsets(whole, min_support)
    ends = [0, *cuts, len(lists)]
    parts = [bk.Baskets.from_lists(lists[a:b]) for a, b in itertools.pairwise(ends)]
    assert rows(bk.itemsets_in_parts(parts, min_support)) == rows(expected)

    # As machines would: tables go back and forth.
    def sent(counts):
        return bk.ItemsetCounts.from_table(pa.table(counts))

    found = [sent(bk.candidates(part, min_support, total=len(lists))) for part in parts]
    union = sent(bk.ItemsetCounts.union(found))
    counted = [sent(union.add(part, threads=1)) for part in parts]
    total = counted[0]
    for counts in counted[1:]:
        total = counts.merge(total)
    assert total.baskets == len(lists)
    merged = total.frequent(min_support)
    assert {(frozenset(s.items), s.count) for s in merged} == {
        (frozenset(s.items), s.count) for s in expected
    }
    # A table without metadata, as Spark gives it.
    bare = pa.table(total).replace_schema_metadata(None)
    counts = bk.ItemsetCounts.from_table(bare)
    with pytest.raises(bk.Error):
        counts.frequent(min_support)
    counts = bk.ItemsetCounts.from_table(bare, baskets=len(lists), min_count=expected.min_count)
    assert rows(counts.frequent(min_support)) == rows(merged)


def test_update_and_append():
    old, new = some_lists(2, 40), some_lists(3, 9)
    baskets = bk.Baskets.from_lists(old)
    sets = bk.itemsets(baskets, 3)
    more = baskets.append(bk.Baskets.from_lists(new))
    assert len(baskets) == 40
    assert len(more) == 49
    assert rows(bk.update(more, sets, 4)) == rows(bk.itemsets(more, 4))
    with pytest.raises(bk.InvalidArgumentError, match="min_support"):
        bk.update(more, sets, 2)
    assert list(more.take([48, 0])) == [more[48], more[0]]
    with pytest.raises(bk.InvalidArgumentError, match="basket"):
        more.take([-1])


def test_count_keeps_the_order():
    baskets = bk.Baskets.from_lists(some_lists(4, 60))
    other = bk.Baskets.from_lists(some_lists(5, 30))
    sets = bk.itemsets(baskets, 3).sort()
    counted = bk.count(other, sets)
    assert [s.items for s in counted] == [s.items for s in sets]
    for s in counted:
        assert s.count == sum(set(s.items) <= set(b) for b in other)
    given = bk.ItemsetCounts.from_lists([s.items for s in sets]).add(other)
    # The items of a set come in the order of the ids, which is that of the lists here.
    assert [(set(s.items), s.count) for s in given.itemsets()] == [
        (set(s.items), s.count) for s in counted
    ]
    with pytest.raises(bk.DataError, match="twice"):
        bk.ItemsetCounts.from_lists([[1, 2], [2, 1]])
    with pytest.raises(bk.DataError, match="only one"):
        given.merge(bk.ItemsetCounts.from_lists([[1]]))


def test_contrasts():
    first = bk.Baskets.from_lists([["a", "b"]] * 9 + [["c"]])
    second = bk.Baskets.from_lists([["c"]] * 9 + [["a"]])
    found = bk.contrasts(first, second, 0.5, direction="first", correction="benjamini_hochberg")
    table = found.to_dict()
    assert table["itemset"] == [("b",), ("a", "b"), ("a",)]
    assert table["count_first"] == [9, 9, 9]
    assert table["count_second"] == [0, 0, 1]
    assert table["growth_rate"][0] == float("inf")
    assert table["growth_rate"][2] == 9.0
    # All nine in the first group: one way to choose so of the tables with these margins.
    assert table["p_value"][0] == pytest.approx(math.comb(10, 9) / math.comb(20, 9), rel=1e-12)
    with pytest.raises(bk.InvalidArgumentError, match="direction"):
        bk.contrasts(first, second, 0.5, direction="up")


def test_limits():
    baskets = bk.Baskets.from_lists(some_lists(6, 200))
    everything = bk.itemsets(baskets, 1)
    assert everything.limit is None
    assert everything.asked_min_count is None
    part = bk.itemsets(baskets, 1, max_itemsets=50, on_limit="partial")
    assert part.limit == "max_itemsets"
    assert part.asked_min_count == 1
    assert 0 < len(part) <= 50
    assert rows(part) == rows(bk.itemsets(baskets, part.min_count))
    with pytest.raises(bk.LimitError, match="max_itemsets"):
        bk.itemsets(baskets, 1, max_itemsets=50)
    with pytest.raises(bk.LimitError, match="max_memory"):
        bk.itemsets(baskets, 1, max_memory=1000)
    with pytest.raises(bk.LimitError, match="max_time"):
        bk.itemsets(baskets, 1, max_time=0)
    for option in ({"max_time": -1}, {"max_time": float("nan")}, {"on_limit": "x"}):
        with pytest.raises(bk.InvalidArgumentError, match=next(iter(option))):
            bk.itemsets(baskets, 1, **option)
    with pytest.raises(bk.InvalidArgumentError, match="threads: 1000000000"):
        bk.itemsets(baskets, 1, threads=10**9)


def test_counts_without_their_number_of_baskets_are_refused():
    baskets = bk.Baskets.from_lists([["a", "b"], ["a"], ["b"], ["c"]])
    counts = bk.candidates(baskets, 1, total=8).add(baskets)
    table = pa.table(counts).replace_schema_metadata(None)
    with pytest.raises(bk.DataError, match="lost its metadata"):
        counts.merge(bk.ItemsetCounts.from_table(table))
    again = bk.ItemsetCounts.from_table(pa.table(counts))
    assert again.baskets == 4
    assert counts.merge(again).baskets == 8


def test_other_baskets_and_weights_are_refused():
    baskets = bk.Baskets.from_lists([["a", "b"], ["a"], ["b"]])
    others = bk.Baskets.from_lists([["c"], ["c", "a"], ["b", "c"]])
    sets = bk.itemsets(baskets, 1)
    with pytest.raises(bk.InvalidArgumentError, match="other baskets"):
        bk.update(others.append(others), sets, 1)
    with pytest.raises(bk.InvalidArgumentError, match="weights"):
        bk.count(baskets.with_weights([10, 1, 1]), sets)


def test_absurd_threads_are_refused():
    with pytest.raises(bk.InvalidArgumentError, match="threads"):
        bk.high_utility(bk.Utilities.from_lists([[("a", 5)]]), 1, threads=10**9)
    with pytest.raises(bk.InvalidArgumentError, match="threads"):
        bk.rules(bk.Baskets.from_lists([["a", "b"]]), 0.1, min_support=1, threads=10**9)
