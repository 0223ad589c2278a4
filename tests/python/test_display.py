"""What notebooks show: everything that comes from data is escaped."""

from __future__ import annotations

import pyarrow as pa

import basketry as bk

EVIL = "<script>alert('1')</script>"
SAFE = "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;"


def test_itemsets_and_rules():
    baskets = bk.Baskets.from_lists([[EVIL, "a&b"]] * 3)
    for shown in (bk.itemsets(baskets, 1), bk.rules(baskets, 0.1, min_support=1)):
        html = shown._repr_html_()
        assert EVIL not in html
        assert SAFE in html
        assert "a&amp;b" in html


def test_long_tables_are_cut():
    sets = bk.itemsets(bk.Baskets.from_lists([[i] for i in range(50)]), 1)
    html = sets._repr_html_()
    assert html.count("<tr>") == 11
    assert "the first 10 rows" in html


def test_printing():
    baskets = bk.Baskets.from_lists([["a", "b"], ["a"]])
    sets = bk.itemsets(baskets, 1)
    assert str(sets).splitlines() == [
        "Itemsets: 3 itemsets in at least 1 of 2 baskets",
        "itemset  length  count  support",
        "a             1      2        1",
        "b             1      1      0.5",
        "a, b          2      1      0.5",
    ]
    many = bk.itemsets(bk.Baskets.from_lists([[i] for i in range(50)]), 1)
    assert len(str(many).splitlines()) == 13
    assert str(many).endswith("\n...")
    assert str(bk.rules(sets, 0.6)).splitlines()[1:] == [
        "antecedent  consequent  count  support  confidence  lift  leverage",
        "b           a               1      0.5           1     1         0",
    ]
    assert str(many[:0]).count("\n") == 1


def test_decisions_and_reports(shop):
    name = EVIL
    products = shop.products.set_column(
        shop.products.schema.get_field_index("name"), "name", pa.array([name] * 40)
    )
    catalog = bk.Catalog(products, product="sku", price="price", cost="cost", name="name")
    policy = bk.Policy(name=EVIL)
    engine = bk.Engine(shop.model, catalog)
    decision = engine.decide(policy, now=shop.now, basket=["p00", EVIL])
    assert len(decision) > 0
    assert decision.warnings
    html = decision._repr_html_()
    assert EVIL not in html
    assert html.count(SAFE) >= len(decision) + 2
    assert "<th>probability</th>" in html
    assert "<p>suppressed: " in html
    german = engine.decide(bk.Policy(language="de"), now=shop.now, basket=["p00", EVIL])
    html = german._repr_html_()
    assert "<th>Wahrscheinlichkeit</th>" in html
    assert "<p>nicht angeboten: " in html
    assert "1: es liegt im Warenkorb" in html or "andere Angebote sind mehr wert" in html
    assert "<p>Warnung: " in html
    assert EVIL not in html
    for english in ("suppressed", "warning", "outranked", "offers", "cross_sell"):
        assert english not in html
    report = shop.model.report
    assert report._repr_html_().startswith("<pre>")
    assert "<" not in report._repr_html_()[5:-6]
