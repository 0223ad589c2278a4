"""Results go to other processes and come back as they were."""

import copy
import multiprocessing
import pickle

import pytest

import basketry as bk

LISTS = [["tea", "jam"], ["tea", "jam", "bread"], ["tea"], ["bread", "jam"], ["tea", "bread"]]
BASKETS = bk.Baskets.from_lists(LISTS)


def some_itemsets():
    kinds = bk.Hierarchy({1: "hot", 2: "sweet"})
    mixed = bk.Baskets.from_lists([[1, 2], [1, 3], [2]])
    utilities = bk.Utilities.from_lists([[("a", -3), ("b", 9)], [("b", 4)]])
    yield bk.itemsets(BASKETS, 1)
    yield bk.itemsets(BASKETS, 1).filter(min_length=2)[::-1]
    yield bk.itemsets(BASKETS, 0.4, min_length=2)
    yield bk.itemsets(BASKETS, 5)
    yield bk.itemsets(BASKETS, 1, must_contain=["tea"])
    yield bk.itemsets(BASKETS, 1, item_min_support={"tea": 2})
    yield bk.itemsets(BASKETS, 1, max_itemsets=3, on_limit="partial")
    yield bk.itemsets(mixed, 1, hierarchy=kinds)
    yield bk.itemsets(BASKETS.with_weights([1, 0.5, 3, 2, 1]), 0.2)
    for kind in ("closed", "maximal", "generators"):
        yield bk.itemsets(BASKETS, 1, kind=kind)
        yield bk.itemsets(BASKETS, kind=kind, top=2)
    yield bk.contrasts(BASKETS, bk.Baskets.from_lists([["tea"], ["jam"]]), 1)
    yield bk.high_utility(utilities, 1)
    yield bk.count(bk.Baskets.from_lists([["tea"]]), bk.itemsets(BASKETS, 1))


def equal(a, b):
    assert repr(a) == repr(b)
    assert len(a) == len(b)
    assert a.to_dict() == b.to_dict()
    assert a.to_bytes() == b.to_bytes()


@pytest.mark.parametrize("sets", list(some_itemsets()))
def test_itemsets(sets):
    again = pickle.loads(pickle.dumps(sets))
    equal(sets, again)
    assert (again.asked_min_count, again.limit) == (sets.asked_min_count, sets.limit)
    assert again.total_weight == sets.total_weight
    for found in sets:
        assert again.count_of(found.items) == found.count
    equal(copy.deepcopy(sets), sets)


def test_hidden_itemsets_are_still_known():
    pairs = pickle.loads(pickle.dumps(bk.itemsets(BASKETS, 1).filter(min_length=2)))
    assert pairs.count_of(["tea"]) == 4
    assert len(bk.rules(pairs, 0.1)) == len(bk.rules(BASKETS, 0.1, min_support=1))


def some_rules():
    yield bk.rules(BASKETS, 0.1, min_support=1)
    yield bk.rules(BASKETS, 0.1, min_support=1).sort("lift")[:3]
    yield bk.rules(BASKETS, 0.1, min_support=1).with_measures(["phi", "improvement"])
    yield bk.rules(BASKETS, 1.0, min_support=5)
    customers = BASKETS.with_customers(["a", "a", "b", "c", "c"])
    yield bk.rules(customers, 0.1, min_support=1)
    yield bk.rules(bk.itemsets(BASKETS, 1, kind="maximal"), 0.1, baskets=BASKETS)


@pytest.mark.parametrize("rules", list(some_rules()))
def test_rules(rules):
    again = pickle.loads(pickle.dumps(rules))
    equal(rules, again)
    assert again.knows_customers == rules.knows_customers
    matching = [(r.antecedent, r.consequent) for r in rules.matching(["tea"], 5)]
    assert [(r.antecedent, r.consequent) for r in again.matching(["tea"], 5)] == matching
    assert again.p_values() == rules.p_values()


def some_sequences(items_per_step=1):
    rows = [("ann", 1, "tea"), ("ann", 3, "jam"), ("bob", 1, "tea"), ("bob", 9, "jam")]
    rows += [("bob", 20, "bread"), ("eve", 1, "tea"), ("eve", 1, "jam"), ("eve", 60, "tea")]
    columns = {
        "customer": [row[0] for row in rows],
        "ts": [f"2026-{1 + row[1] // 28:02}-{1 + row[1] % 28:02}" for row in rows],
        "sku": [row[2] for row in rows],
    }
    history = bk.History(columns, customer="customer", time="ts", product="sku")
    return bk.sequences(history, 1, 70, max_items_per_step=items_per_step)


@pytest.mark.parametrize("items_per_step", [1, 2])
def test_sequences(items_per_step):
    found = some_sequences(items_per_step)
    assert len(found) > 3
    for some in (found, found.sort("lift")[1:3], found[:0]):
        again = pickle.loads(pickle.dumps(some))
        equal(some, again)
        after = [s.steps for s in some.after(["tea"])]
        assert [s.steps for s in again.after(["tea"])] == after


def some_baskets():
    yield BASKETS
    yield BASKETS.with_customers(["a", "a", "b", "c", "c"]).with_weights([1, 0.5, 3, 2, 1])
    yield bk.Baskets.from_lists([[1, -2], [], [2**63 - 1]])
    yield bk.Baskets.from_lists([])
    yield bk.Hierarchy({1: "hot"}).extend(bk.Baskets.from_lists([[1, 2]]))


@pytest.mark.parametrize("baskets", list(some_baskets()))
def test_baskets(baskets):
    for again in (pickle.loads(pickle.dumps(baskets)), copy.deepcopy(baskets)):
        assert list(again) == list(baskets)
        assert again.items == baskets.items
        assert again.weights == baskets.weights
        assert again.knows_customers == baskets.knows_customers
        assert again.skipped == baskets.skipped
        assert again.to_bytes() == baskets.to_bytes()
        if len(baskets) > 0:
            equal(bk.itemsets(again, 0.1), bk.itemsets(baskets, 0.1))


def test_hierarchies():
    kinds = bk.Hierarchy({1: ["odd", "small"], 8: "even", "odd": "any"})
    for some in (kinds, kinds.only(["item", "2"]), bk.Hierarchy({})):
        again = pickle.loads(pickle.dumps(some))
        assert (repr(again), again.levels) == (repr(some), some.levels)
        assert again.to_bytes() == some.to_bytes()
        for kind in (1, 8, "odd", "any", "none"):
            assert again.ancestors(kind) == some.ancestors(kind)
            assert again.level_of(kind) == some.level_of(kind)
    with pytest.raises(bk.FormatError, match="expected a hierarchy, got baskets"):
        bk.Hierarchy.from_bytes(BASKETS.to_bytes())


def best(rules):
    return rules.sort("lift")[:2]


def test_through_processes():
    rules = bk.rules(BASKETS, 0.1, min_support=1)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        (found,) = pool.map(best, [rules])
    assert found.to_dict() == best(rules).to_dict()


def test_what_is_something_else_is_an_error():
    sets = bk.itemsets(BASKETS, 1)
    data = sets.to_bytes()
    with pytest.raises(bk.FormatError, match="expected rules, got itemsets"):
        bk.Rules.from_bytes(data)
    with pytest.raises(bk.FormatError, match="not a saved result"):
        bk.Itemsets.from_bytes(b"something else")
    for wrong in (data[:-1], data[:30], data[:8], data + b"\0", data[:40] + b"\xff" + data[41:]):
        with pytest.raises(bk.FormatError):
            bk.Itemsets.from_bytes(wrong)
    with pytest.raises(TypeError):
        bk.Itemsets.from_bytes("text")
