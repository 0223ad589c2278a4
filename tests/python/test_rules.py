"""What rules can be asked for: templates, the top, missing subsets, customers, and in a model."""

import itertools
import pickle

import pyarrow as pa
import pytest

import basketry as bk

LISTS = [
    ["bread", "butter", "jam"],
    ["bread", "butter", "jam"],
    ["bread", "butter"],
    ["butter", "jam"],
    ["jam", "tea"],
    ["bread"],
]
CUSTOMERS = ["ann", "ann", "bob", "bob", "cid", "ann"]


@pytest.fixture(name="baskets")
def _baskets():
    return bk.Baskets.from_lists(LISTS).with_customers(CUSTOMERS)


def sides(rules):
    return {(frozenset(r.antecedent), frozenset(r.consequent)) for r in rules}


def test_templates_say_what_sides_may_be(baskets):
    every = bk.rules(baskets, 0, min_support=2)
    assert len(every) == 12
    only = bk.Template(only_from=["jam"], max_length=1)
    plain = bk.Template(must_not_contain=["bread"])
    rules = bk.rules(baskets, 0, min_support=2, consequent=only, antecedent=plain)
    assert sides(rules) == {(frozenset(["butter"]), frozenset(["jam"]))}
    both = bk.Template(must_contain=["bread"], must_contain_any=["butter", "jam"], min_length=2)
    rules = bk.rules(baskets, 0, min_support=2, antecedent=both)
    assert sides(rules) == {
        (frozenset(["bread", "butter"]), frozenset(["jam"])),
        (frozenset(["bread", "jam"]), frozenset(["butter"])),
    }
    assert (
        repr(both)
        == 'Template(must_contain=["bread"], must_contain_any=["butter", "jam"], min_length=2)'
    )
    with pytest.raises(TypeError, match="only_from: expected a list of ids"):
        bk.Template(only_from="jam")
    with pytest.raises(bk.InvalidArgumentError, match="consequent: a min_length of 0"):
        bk.rules(baskets, 0, min_support=2, consequent=bk.Template(min_length=0))
    with pytest.raises(bk.InvalidArgumentError, match="antecedent: must_contain: 7"):
        bk.rules(baskets, 0, min_support=2, antecedent=bk.Template(must_contain=[7]))


def test_the_top_and_the_least(baskets):
    every = bk.rules(baskets, 0, min_support=2)
    top = bk.rules(baskets, 0, min_support=2, top=4, by="lift")
    assert [str(r) for r in top] == [str(r) for r in every.sort("lift")[:4]]
    assert len(bk.rules(baskets, 0, min_support=2, top=3)) == 3
    least = {"lift": 1.01, "confidence": 0.75}
    rules = bk.rules(baskets, 0, min_support=2, at_least=least)
    assert sides(rules) == sides(every.filter(**least))
    assert 0 < len(rules) < 12
    for threads in [1, 2]:
        again = bk.rules(baskets, 0, min_support=2, threads=threads)
        assert [str(r) for r in again] == [str(r) for r in every]
    with pytest.raises(bk.InvalidArgumentError, match="by: "):
        bk.rules(baskets, 0, min_support=2, by="lift")
    with pytest.raises(bk.InvalidArgumentError, match="lfit"):
        bk.rules(baskets, 0, min_support=2, at_least={"lfit": 1})
    with pytest.raises(bk.InvalidArgumentError, match="at_least: lift"):
        bk.rules(baskets, 0, min_support=2, at_least={"lift": float("nan")})


def test_missing_subsets_are_counted(baskets):
    sets = bk.itemsets(baskets, 2)
    pairs = bk.itemsets(baskets, 2, min_length=2)
    with pytest.raises(bk.InvalidArgumentError, match=r"min_length: .*give the baskets"):
        bk.rules(pairs, 0.5)
    rules = bk.rules(pairs, 0.5, baskets=baskets)
    assert [(str(r), r.antecedent_count, r.consequent_count) for r in rules] == [
        (str(r), r.antecedent_count, r.consequent_count) for r in bk.rules(sets, 0.5)
    ]
    with pytest.raises(bk.InvalidArgumentError, match="baskets: expected the 6 baskets"):
        bk.rules(pairs, 0.5, baskets=bk.Baskets.from_lists(LISTS[:5]))
    with pytest.raises(bk.InvalidArgumentError, match="baskets: they are the source"):
        bk.rules(baskets, 0.5, min_support=2, baskets=baskets)


def test_customers_are_distinct(baskets):
    rules = bk.rules(baskets, 0, min_support=2)
    assert rules.knows_customers
    assert baskets.knows_customers
    for rule in rules:
        items = {*rule.antecedent, *rule.consequent}
        buyers = {c for c, b in zip(CUSTOMERS, LISTS, strict=True) if items <= {*b}}
        assert rule.customers == len(buyers)
    columns = rules.to_dict()
    assert columns["customers"] == [r.customers for r in rules]
    assert pa.table(rules)["customers"].to_pylist() == columns["customers"]
    few = bk.rules(baskets, 0, min_support=2, min_customers=2)
    assert len(few) == 4
    assert all(r.customers == 2 for r in few)
    plain = bk.Baskets.from_lists(LISTS)
    rules = bk.rules(plain, 0, min_support=2)
    assert not rules.knows_customers
    assert rules[0].customers is None
    assert "customers" not in rules.to_dict()
    with pytest.raises(bk.InvalidArgumentError, match="min_customers: 2"):
        bk.rules(plain, 0, min_support=2, min_customers=2)
    with pytest.raises(bk.InvalidArgumentError, match="customers: expected 6"):
        plain.with_customers(["ann"])


def test_tables_have_customers(baskets):
    lines = [
        (b, c, i) for b, (c, items) in enumerate(zip(CUSTOMERS, LISTS, strict=True)) for i in items
    ]
    basket, customer, item = zip(*reversed(lines), strict=True)
    table = pa.table({"b": basket, "c": customer, "i": item})
    read = bk.Baskets.from_table(table, item="i", basket="b", customer="c")
    assert read.knows_customers
    ours = {(str(r), r.customers) for r in bk.rules(read, 0, min_support=2).sort()}
    assert len(ours) == 12
    mixed = pa.table({"b": [1, 1], "c": ["ann", "bob"], "i": [1, 2]})
    with pytest.raises(bk.DataError, match='"bob", but basket 1 belongs to "ann"'):
        bk.Baskets.from_table(mixed, item="i", basket="b", customer="c")
    with pytest.raises(bk.InvalidArgumentError, match="customer: "):
        bk.Baskets.from_table(table, item="i", customer="c")


@pytest.fixture(name="shop", scope="module")
def _shop():
    products = ["bread", "butter", "jam", "tea"]
    catalog = bk.Catalog(
        pa.table({"sku": products, "price": [1.0] * 4}), product="sku", price="price"
    )
    lines = [
        (f"2026-01-{day + 1:02}", customer, sku)
        for day, customer in itertools.product(range(4), range(20))
        for k, sku in enumerate(products)
        if (day * 7 + customer * 3 + k) % 4 < 2
    ]
    day, customer, sku = zip(*lines, strict=True)
    history = bk.History(
        pa.table({"day": day, "who": customer, "sku": sku}),
        time="day",
        customer="who",
        product="sku",
    )
    return bk.fit(catalog, history, min_customers=3), history


def test_a_model_holds_rules(shop, tmp_path):
    model, history = shop
    assert model.rules() is None
    with pytest.raises(bk.InvalidArgumentError, match="holds no rules"):
        model.matching_rules(["bread"])
    rules = bk.rules(history.to_baskets(), 0.1, min_support=2)
    assert rules.knows_customers
    kept = rules.filter(lambda rule: rule.customers >= 3)
    assert len(kept) > 2
    ruled = model.with_rules(rules)
    ruled.save(tmp_path / "shop.basketry")
    for holder in [
        ruled,
        bk.Model.open(tmp_path / "shop.basketry"),
        pickle.loads(pickle.dumps(ruled)),
    ]:
        held = holder.rules()
        assert [r.customers for r in held] == [r.customers for r in kept]
        assert [r.count for r in held] == [r.count for r in kept]
        for by in ["confidence", "lift", "leverage", "jaccard"]:
            found = holder.matching_rules(["bread", "no such thing"], 3, by=by)
            theirs = kept.matching(["bread"], 3, by=by)
            assert [r.consequent for r in found] == [r.consequent for r in theirs]
            assert found.to_dict()["count"] == theirs.to_dict()["count"]
    assert model.rules() is None
    with pytest.raises(bk.InvalidArgumentError, match="lfit"):
        ruled.matching_rules(["bread"], by="lfit")
    plain = bk.rules(bk.itemsets(history.to_baskets(), 2), 0.1)
    with pytest.raises(bk.InvalidArgumentError, match="rules: the model knows customers"):
        model.with_rules(plain)
