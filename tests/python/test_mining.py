"""Itemsets and rules against brute force, mlxtend and pyfim."""

from __future__ import annotations

import decimal
import itertools
import math
import random
import warnings

import fim
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import basketry as bk


def random_lists(seed, baskets=60, items=9):
    draw = random.Random(seed)
    weights = [1 / (i + 1) for i in range(items)]
    return [
        sorted(set(draw.choices(range(items), weights, k=draw.randrange(7))))
        for _ in range(baskets)
    ]


def brute(lists, count):
    """Every itemset with its count, by counting subsets."""
    found: dict[tuple, int] = {}
    for basket in lists:
        for size in range(1, len(basket) + 1):
            for subset in itertools.combinations(sorted(basket), size):
                found[subset] = found.get(subset, 0) + 1
    return {items: n for items, n in found.items() if n >= count}


def as_dict(sets):
    return {tuple(sorted(s.items)): s.count for s in sets}


@pytest.mark.parametrize("seed", range(20))
def test_itemsets_against_brute_force(seed):
    lists = random_lists(seed)
    for count in (1, 2, 5, 20, 61):
        sets = bk.itemsets(bk.Baskets.from_lists(lists), count)
        assert len(sets) == len(as_dict(sets))
        assert as_dict(sets) == brute(lists, count)


@pytest.mark.parametrize("seed", range(5))
def test_itemsets_against_pyfim(seed):
    lists = [[f"i{item}" for item in basket] for basket in random_lists(seed, 2000, 40)]
    sets = bk.itemsets(bk.Baskets.from_lists(lists), 5)
    # pyfim takes a negative support as a count.
    theirs = {tuple(sorted(items)): n for items, n in fim.eclat(lists, supp=-5, zmin=1)}
    assert as_dict(sets) == theirs


@pytest.mark.parametrize("seed", range(3))
def test_rules_against_mlxtend(seed):
    from mlxtend.frequent_patterns import apriori, association_rules

    lists = random_lists(seed, 400, 12)
    baskets = bk.Baskets.from_lists(lists)
    onehot = pd.DataFrame([[i in basket for i in range(12)] for basket in lists])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = association_rules(
            apriori(onehot, min_support=0.02, use_colnames=True),
            metric="confidence",
            min_threshold=0.3,
        )
    ours = bk.rules(baskets, 0.3, min_support=0.02)
    expected = {
        (tuple(sorted(row["antecedents"])), tuple(sorted(row["consequents"]))): row
        for row in theirs.to_dict("records")
    }
    frame = ours.to_pandas()
    # mlxtend compares in floats and may lose rules that lie exactly on the threshold.
    extra = 0
    measures = [
        column.replace("_", " ") if column.endswith("_support") else column
        for column in frame.columns[5:]
    ]
    for row in range(len(ours)):
        rule = ours[row]
        name = (tuple(sorted(rule.antecedent)), tuple(sorted(rule.consequent)))
        if name not in expected:
            assert rule.count * 10 == rule.antecedent_count * 3
            extra += 1
            continue
        for column, theirs_name in zip(frame.columns[5:], measures, strict=True):
            assert getattr(rule, column) == frame[column][row]
            assert math.isclose(
                getattr(rule, column), expected[name][theirs_name], rel_tol=1e-9, abs_tol=1e-12
            ), (column, name)
    assert len(ours) - extra == len(expected) > 50


@pytest.mark.parametrize("seed", range(10))
def test_rules_against_brute_force(seed):
    lists = random_lists(seed)
    counts = brute(lists, 3)
    expected = set()
    for items, n in counts.items():
        for size in range(1, len(items)):
            for left in itertools.combinations(items, size):
                right = tuple(item for item in items if item not in left)
                if n * 10 >= 4 * counts[left]:
                    expected.add((left, right, n, counts[left], counts[right]))
    ours = bk.rules(bk.itemsets(bk.Baskets.from_lists(lists), 3), 0.4)
    assert len(ours) == len(expected)
    assert {
        (
            tuple(sorted(r.antecedent)),
            tuple(sorted(r.consequent)),
            r.count,
            r.antecedent_count,
            r.consequent_count,
        )
        for r in ours
    } == expected
    single = bk.rules(bk.itemsets(bk.Baskets.from_lists(lists), 3), 0.4, consequents="single")
    assert len(single) == sum(len(right) == 1 for _, right, *_ in expected)


def test_a_float_is_a_share_and_an_int_a_count():
    baskets = bk.Baskets.from_lists([["a"], ["a", "b"], ["a", "c"]])
    assert as_dict(bk.itemsets(baskets, 1.0)) == {("a",): 3}
    assert len(bk.itemsets(baskets, 1)) == 5
    assert bk.itemsets(baskets, np.int32(3)).min_count == 3
    assert bk.itemsets(baskets, np.float64(1.0)).min_count == 3
    assert bk.itemsets(baskets, decimal.Decimal("0.5")).min_count == 2


def test_shares_are_the_decimals_that_were_written():
    baskets = bk.Baskets.from_lists([["a"]] * 30)
    assert bk.itemsets(baskets, 0.1).min_count == 3
    assert bk.itemsets(baskets, np.float32(0.1)).min_count == 3
    # 7 % of 100 is 7.000000000000001 in floats.
    assert bk.itemsets(bk.Baskets.from_lists([["a"]] * 100), 0.07).min_count == 7


@pytest.mark.parametrize("whole", [3, 7, 30, 49, 97, 9835])
def test_shares_are_the_quotients_that_were_computed(whole):
    baskets = bk.Baskets.from_csr(range(whole + 1), [0] * whole)
    for part in random.Random(whole).choices(range(1, whole + 1), k=20):
        assert bk.itemsets(baskets, part / whole).min_count == part
    # The same for confidence: each rule reaches its own.
    lists = [["a", "b"]] * 7 + [["a"]] * (whole - 3)
    sets = bk.itemsets(bk.Baskets.from_lists(lists), 1)
    assert len(bk.rules(sets, 7 / (whole + 4))) == 2


@pytest.mark.parametrize(
    "support", [0, -1, 0.0, -0.5, 1.5, math.nan, math.inf, -math.inf, 10**30, -(10**30)]
)
def test_bad_support(support):
    baskets = bk.Baskets.from_lists([["a"], ["a", "b"]])
    with pytest.raises(bk.InvalidArgumentError, match="min_support"):
        bk.itemsets(baskets, support)
    with pytest.raises(ValueError, match="min_support"):
        bk.rules(baskets, 0.5, min_support=support)


@pytest.mark.parametrize("support", [True, False, "0.1", [1], np.True_, 1j])
def test_support_of_a_wrong_type(support):
    with pytest.raises(TypeError, match="min_support: expected a number, got"):
        bk.itemsets(bk.Baskets.from_lists([["a"]]), support)


@pytest.mark.parametrize("confidence", [-0.1, 1.1, math.nan, 2])
def test_bad_confidence(confidence):
    with pytest.raises(bk.InvalidArgumentError, match="min_confidence"):
        bk.rules(bk.Baskets.from_lists([["a", "b"]]), confidence, min_support=1)


def test_no_baskets_and_one_basket():
    with pytest.raises(bk.DataError, match="no baskets"):
        bk.itemsets(bk.Baskets.from_lists([]), 0.5)
    assert len(bk.itemsets(bk.Baskets.from_lists([[]]), 0.5)) == 0
    sets = bk.itemsets(bk.Baskets.from_lists([["a", "b"]]), 0.5)
    assert as_dict(sets) == {("a",): 1, ("b",): 1, ("a", "b"): 1}
    assert len(bk.rules(sets, 0)) == 2


def test_a_basket_of_a_hundred_thousand_items():
    lists = [list(range(100_000)), [1, 2], [2, 3]]
    sets = bk.itemsets(bk.Baskets.from_lists(lists), 2)
    assert as_dict(sets) == {(1,): 2, (2,): 3, (3,): 2, (1, 2): 2, (2, 3): 2}


def test_limits():
    baskets = bk.Baskets.from_lists([list(range(20))])
    with pytest.raises(bk.LimitError, match="max_itemsets"):
        bk.itemsets(baskets, 1, max_itemsets=1000)
    assert len(bk.itemsets(baskets, 1, max_length=2)) == 210
    with pytest.raises(bk.LimitError, match="max_rules"):
        bk.rules(bk.itemsets(baskets, 1, max_length=3), 0, max_rules=100)
    for bad in ({"min_length": 0}, {"max_length": 0}, {"threads": 0}):
        with pytest.raises(bk.InvalidArgumentError, match=next(iter(bad))):
            bk.itemsets(baskets, 1, **bad)
    with pytest.raises(bk.InvalidArgumentError, match=r"^max_length: -1, expected"):
        bk.itemsets(baskets, 1, max_length=-1)


def test_rules_need_their_source():
    baskets = bk.Baskets.from_lists([["a", "b"]])
    with pytest.raises(bk.InvalidArgumentError, match="min_support: must be given"):
        bk.rules(baskets, 0.5)
    with pytest.raises(bk.InvalidArgumentError, match="min_support: the itemsets have theirs"):
        bk.rules(bk.itemsets(baskets, 1), 0.5, min_support=1)
    with pytest.raises(TypeError, match="source: expected Itemsets or Baskets, got list"):
        bk.rules([["a"]], 0.5)
    with pytest.raises(bk.InvalidArgumentError, match="consequents"):
        bk.rules(baskets, 0.5, min_support=1, consequents="both")
    with pytest.raises(bk.InvalidArgumentError, match="min_length"):
        bk.rules(bk.itemsets(baskets, 1, min_length=2), 0.5)


def test_the_result_does_not_depend_on_threads():
    baskets = bk.Baskets.from_lists(random_lists(3, 2000, 30))
    one, two = (bk.itemsets(baskets, 3, threads=n) for n in (1, 2))
    assert pa.table(one).equals(pa.table(two))


@pytest.fixture
def sets():
    return bk.itemsets(bk.Baskets.from_lists(random_lists(5, 300, 8)), 4)


@pytest.fixture
def rules(sets):
    return bk.rules(sets, 0.2)


def test_rows_of_itemsets(sets):
    rows = list(sets)
    assert len(rows) == len(sets) > 20
    assert (sets[0].items, sets[-1].items) == (rows[0].items, rows[-1].items)
    assert [s.items for s in sets[2:9:3]] == [s.items for s in rows[2:9:3]]
    assert [s.items for s in sets[::-1]] == [s.items for s in rows[::-1]]
    assert len(sets[5:2]) == 0
    assert len(rows[-1]) == len(rows[-1].items)
    assert rows[0].support == rows[0].count / sets.baskets
    for row in (len(sets), -len(sets) - 1):
        with pytest.raises(IndexError):
            sets[row]
    with pytest.raises(TypeError):
        sets["a"]


def test_itemsets_filter_and_sort(sets):
    assert {len(s) for s in sets.filter(min_length=2, max_length=3)} == {2, 3}
    assert all(s.count >= 10 for s in sets.filter(min_support=10))
    assert len(sets.filter(min_support=0.1)) == sum(s.count >= 30 for s in sets)
    assert len(sets.filter(lambda s: 1 in s.items)) == len(sets.containing([1]))
    assert [s.items for s in sets.containing([2, 0, 2])] == [
        s.items for s in sets if {0, 2} <= set(s.items)
    ]
    assert len(sets.containing([99])) == len(sets.containing(["1"])) == 0
    counts = [s.count for s in sets.sort()]
    assert [len(s) for s in sets.sort("length")] == sorted((len(s) for s in sets), reverse=True)
    with pytest.raises(
        bk.InvalidArgumentError, match='"utility" is not one of length, count, support'
    ):
        sets.sort(by="utility")
    assert counts == sorted(counts, reverse=True)
    assert sets.count_of([0]) == max(counts)
    assert sets.count_of([99]) is None
    assert sets.filter(min_length=3).count_of([0]) == max(counts)
    with pytest.raises(ZeroDivisionError):
        sets.filter(lambda s: 1 / 0)
    with pytest.raises(bk.InvalidArgumentError, match="min_support"):
        sets.filter(min_support=0)


def test_rows_of_rules(rules):
    rows = list(rules)
    assert len(rows) == len(rules) > 20
    assert [str(r) for r in rules[::-2]] == [str(r) for r in rows[::-2]]
    assert repr(rules[-1]) == repr(rows[-1])
    with pytest.raises(IndexError):
        rules[len(rules)]


def test_rules_filter_and_sort(rules):
    assert len(rules.filter(lift=1.1, confidence=0.3)) == sum(
        r.lift >= 1.1 and r.confidence >= 0.3 for r in rules
    )
    assert len(rules.filter(lambda r: len(r.antecedent) == 1)) == sum(
        len(r.antecedent) == 1 for r in rules
    )
    assert len(rules.containing([0, 1])) == sum(
        {0, 1} <= {*r.antecedent, *r.consequent} for r in rules
    )
    assert len(rules.containing([99])) == 0
    lifts = [r.lift for r in rules.sort("lift")]
    assert lifts == sorted(lifts, reverse=True)
    with pytest.raises(bk.InvalidArgumentError, match=r"lfit.*zhangs_metric"):
        rules.sort("lfit")
    with pytest.raises(bk.InvalidArgumentError, match="lfit"):
        rules.filter(lfit=1)
    with pytest.raises(TypeError, match="lift: expected a number"):
        rules.filter(lift="1")


def test_matching(rules):
    basket = [0, 2]
    expected = sorted(
        (r for r in rules if set(r.antecedent) <= {0, 2} and not {0, 2} & set(r.consequent)),
        key=lambda r: -r.lift,
    )
    found = rules.matching(basket, n=5, by="lift")
    assert [r.lift for r in found] == [r.lift for r in expected[:5]]
    assert len(rules.matching([99, "x"])) == 0
    with pytest.raises(TypeError, match="items: expected a list of ids, got one str"):
        rules.matching("bread")
    with pytest.raises(TypeError, match="items: expected a str or an int as id, got float"):
        rules.matching([1.0])


def test_tables_leave_through_arrow(sets, rules):
    for table, first in ((sets, "itemset"), (rules, "antecedent")):
        arrow, polars, pandas = pa.table(table), table.to_polars(), table.to_pandas()
        assert arrow.num_rows == len(polars) == len(pandas) == len(table)
        assert arrow.column_names == list(polars.columns) == list(pandas.columns)
        assert arrow.schema.field("count").type == pa.int64()
        assert isinstance(polars, pl.DataFrame)
        assert pandas["count"].dtype == np.int64
        assert pandas["support"].dtype == np.float64
        assert [tuple(x) for x in arrow[first].to_pylist()] == list(pandas[first])
        assert table.to_dict() == {
            name: [tuple(x) if isinstance(x, list) else x for x in arrow[name].to_pylist()]
            for name in arrow.column_names
        }
        pandas["count"] += 1  # frames belong to whoever asked for them


def test_empty_results_keep_the_types_of_their_columns(sets, rules):
    for table, column in ((sets, "itemset"), (rules, "antecedent")):
        frame = table[:0].to_pandas()
        assert len(frame) == 0
        assert frame[column].dtype == object
        assert frame["count"].dtype == np.int64


def test_frames_need_what_they_are_made_of(sets, without_module):
    without_module("polars")
    with pytest.raises(ImportError, match="basketry\\[polars\\]"):
        sets.to_polars()
    # pandas alone will do; it needs no pyarrow.
    without_module("pyarrow")
    assert len(sets.to_pandas()) == len(sets)
    without_module("pandas")
    with pytest.raises(ImportError, match="basketry\\[pandas\\]"):
        sets.to_pandas()


def test_more_rows_than_a_batch_holds():
    sets = bk.itemsets(bk.Baskets.from_lists([[i] for i in range(100_000)]), 1)
    table = pa.table(sets)
    assert table.num_rows == 100_000
    assert table["itemset"].num_chunks > 1
    assert len(sets.to_pandas()) == 100_000
