"""Constraints, the most frequent itemsets, least supports of single items, hierarchies."""

from __future__ import annotations

import itertools
import random

import pandas as pd
import pyarrow as pa
import pytest
from mlxtend.frequent_patterns import fpgrowth
from mlxtend.preprocessing import TransactionEncoder

import basketry as bk


def random_lists(seed, baskets=80, items=10):
    draw = random.Random(seed)
    weights = [1 / (i + 1) for i in range(items)]
    return [
        sorted(set(draw.choices(range(items), weights, k=draw.randrange(8))))
        for _ in range(baskets)
    ]


def brute(lists):
    found: dict[frozenset, int] = {}
    for basket in lists:
        for size in range(1, len(basket) + 1):
            for subset in itertools.combinations(basket, size):
                found[frozenset(subset)] = found.get(frozenset(subset), 0) + 1
    return found


def as_dict(sets):
    return {frozenset(each.items): each.count for each in sets}


@pytest.mark.parametrize("seed", range(5))
def test_constraints_select_what_a_filter_would(seed):
    lists = random_lists(seed)
    baskets = bk.Baskets.from_lists(lists)
    sets = bk.itemsets(
        baskets, min_support=2, must_contain=[1], must_not_contain=[3, 99], only_from=range(6)
    )
    allowed = {0, 1, 2, 4, 5}
    expected = {s: n for s, n in brute(lists).items() if n >= 2 and 1 in s and s <= allowed}
    assert as_dict(sets) == expected
    assert sets.baskets == len(lists)


@pytest.mark.parametrize("seed", range(5))
def test_top_is_the_head_of_all_sorted_by_support(seed):
    baskets = bk.Baskets.from_lists(random_lists(seed))
    for top, min_length in [(1, 1), (10, 2), (50, 1), (100_000, 3)]:
        best = bk.itemsets(baskets, top=top, min_length=min_length)
        every = bk.itemsets(baskets, min_support=1, min_length=min_length)
        assert best.to_dict() == every.sort()[:top].to_dict()


def test_top_where_a_lower_threshold_explodes():
    baskets = bk.Baskets.from_lists([list(range(40))] * 3)
    sets = bk.itemsets(baskets, top=1000)
    assert len(sets) == 1000
    assert {each.count for each in sets} == {3}
    assert [len(each) for each in sets[:41]] == [1] * 40 + [2]


@pytest.mark.parametrize("seed", range(5))
def test_items_may_have_a_least_support_of_their_own(seed):
    lists = random_lists(seed)
    own = {8: 1, 9: 0.02, 0: 0.5}
    counts = {8: 1, 9: 2, 0: 40}
    sets = bk.itemsets(bk.Baskets.from_lists(lists), 6, item_min_support=own)
    expected = {
        s: n for s, n in brute(lists).items() if n >= min(counts.get(item, 6) for item in s)
    }
    assert as_dict(sets) == expected


def test_integer_products_with_categories_of_text():
    products = pd.DataFrame(
        {
            "sku": [1, 2, 3, 4],
            "type": ["cheese", "cheese", "beer", "beer"],
            "area": ["food", "food", "drinks", "drinks"],
        }
    )
    kinds = bk.Hierarchy.from_table(products, item="sku", levels=["area", "type"])
    assert kinds.levels == ["item", "type", "area"]
    assert kinds.ancestors("type=beer") == ["area=drinks"]
    assert (kinds.level_of(1), kinds.level_of("area=food"), kinds.level_of(9)) == (
        "item",
        "area",
        None,
    )
    baskets = bk.Baskets.from_lists([[1, 3], [2, 3], [2, 4], [1]])
    sets = bk.itemsets(baskets, min_support=2, hierarchy=kinds.only(["item", "type"]))
    assert as_dict(sets) == {
        frozenset(["type=cheese"]): 4,
        frozenset(["type=beer"]): 3,
        frozenset([1]): 2,
        frozenset([2]): 2,
        frozenset([3]): 2,
        frozenset(["type=cheese", "type=beer"]): 3,
        frozenset([3, "type=cheese"]): 2,
        frozenset([2, "type=beer"]): 2,
    }
    # A column has text only.
    assert pa.table(sets)["itemset"].to_pylist()[-1] == ["2", "type=beer"]
    rules = bk.rules(sets, min_confidence=0.5)
    assert not any(
        set(kinds.ancestors(a)) & set(rule.consequent) for rule in rules for a in rule.antecedent
    )


@pytest.mark.parametrize("seed", range(3))
def test_hierarchies_equal_a_filter_of_extended_baskets(seed):
    lists = [[f"p{item}" for item in basket] for basket in random_lists(seed)]
    links = {f"p{i}": f"t{i // 2}" for i in range(10)} | {f"t{i}": [f"d{i // 2}"] for i in range(5)}
    kinds = bk.Hierarchy(links)
    sets = bk.itemsets(bk.Baskets.from_lists(lists), 0.1, hierarchy=kinds)
    extended = [sorted({a for i in basket for a in [i, *kinds.ancestors(i)]}) for basket in lists]
    encoder = TransactionEncoder()
    onehot = pd.DataFrame(encoder.fit_transform(extended), columns=encoder.columns_)
    frame = fpgrowth(onehot, min_support=0.1, use_colnames=True)
    expected = {
        s: round(share * len(lists))
        for s, share in zip(frame["itemsets"], frame["support"], strict=True)
        if not any(set(kinds.ancestors(item)) & s for item in s)
    }
    assert as_dict(sets) == expected


def test_what_cannot_be_is_named():
    baskets = bk.Baskets.from_lists([["a", "b"], ["a", "c"]])
    fails = [
        ("min_support", {}),
        ("top", {"top": 0}),
        ("must_contain", {"min_support": 1, "must_contain": [1]}),
        ("must_contain", {"top": 1, "must_contain": ["a"], "must_not_contain": ["a"]}),
        ("item_min_support", {"min_support": 1, "item_min_support": {"a": 2.0}}),
        ("hierarchy", {"min_support": 1, "hierarchy": bk.Hierarchy({1: 2})}),
    ]
    for name, options in fails:
        with pytest.raises(bk.InvalidArgumentError, match=name):
            bk.itemsets(baskets, **options)
    with pytest.raises(TypeError, match="must_contain"):
        bk.itemsets(baskets, 1, must_contain="a")
    with pytest.raises(bk.InvalidArgumentError, match="circle"):
        bk.Hierarchy([("a", "b"), ("b", "a")])
    with pytest.raises(TypeError, match="pairs"):
        bk.Hierarchy(["ab"])
    with pytest.raises(bk.InvalidArgumentError, match="levels"):
        bk.Hierarchy({"a": "b"}).only("2")
