"""What products are to each other, and who is due to buy what again."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pyarrow as pa
import pytest

import basketry as bk

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def shop() -> bk.Catalog:
    return bk.Catalog(
        pa.table({"sku": ["bread", "jam", "oven"], "price": [1.0, 2.0, 300.0]}),
        product="sku",
        price="price",
    )


def orders() -> bk.History:
    rows = [
        (START + timedelta(days=10 * turn + customer % 10), customer, f"{customer}/{turn}", sku)
        for customer in range(30)
        for turn in range(9)
        for sku in ("bread", "jam")
    ]
    times, customers, baskets, products = map(list, zip(*rows, strict=False))
    table = pa.table({"ts": times, "who": customers, "order": baskets, "sku": products})
    return bk.History(table, time="ts", product="sku", customer="who", basket="order")


@pytest.fixture(scope="module")
def model() -> bk.Model:
    return bk.fit(shop().linked([("bread", "accessory_of", "oven")]), orders())


def test_relations(model: bk.Model) -> None:
    table = model.relations("oven").to_dict()
    assert table["related"] == ["bread"]
    assert table["relation"] == ["accessory"]
    assert table["direction"] == ["main_to_accessory"]
    assert table["source"] == ["given"]
    assert table["baskets"] == [None]
    assert table["price_ratio"] == [pytest.approx(1 / 300)]
    everything = model.relations().to_dict()
    assert len(everything["product"]) == 4
    at = everything["product"].index("jam")
    assert everything["related"][at] == "bread"
    assert everything["baskets"][at] == 270
    assert everything["customers"][at] == 30
    assert everything["confidence"][at] == 1.0
    with pytest.raises(bk.UnknownIdError, match="soap"):
        model.relations("soap")
    with pytest.raises(bk.InvalidArgumentError, match="relations"):
        bk.fit(shop(), orders(), relations=2000)
    assert len(bk.fit(shop(), orders(), relations=0).relations()) == 0


def test_links(model: bk.Model) -> None:
    links = [("bread", "accessory_of", "oven")]
    assert model.catalog.links == links
    assert shop().linked(links).linked([("jam", "never_with", "oven")]).links == [
        *links,
        ("jam", "never_with", "oven"),
    ]
    assert shop().links == []
    with pytest.raises(bk.InvalidArgumentError, match="accessory_of"):
        shop().linked([("bread", "goes_with", "oven")])
    with pytest.raises(bk.InvalidArgumentError, match="another product"):
        shop().linked([("bread", "variant_of", "bread")])
    with pytest.raises(bk.UnknownIdError, match="soap"):
        shop().linked([("bread", "variant_of", "soap")])
    with pytest.raises(TypeError, match=r"links\[0\]"):
        shop().linked([("bread", "oven")])  # type: ignore[list-item]


def test_due(model: bk.Model) -> None:
    assert model.cycle("bread") == "regular"
    table = model.due([0, 9]).to_dict()
    assert table["customer"] == [0, 0]
    assert sorted(table["product"]) == ["bread", "jam"]
    assert table["state"] == ["due", "due"]
    assert table["purchases"] == [9, 9]
    assert table["days_since"] == [9.0, 9.0]
    assert all(9 < days < 11 for days in table["interval"])
    assert all(0 < p < 1 for p in table["probability"])
    late = model.due([0], at="2026-06-01T00:00:00Z", n=1).to_dict()
    assert late["state"] == ["overdue"]
    assert len(model.due()) >= len(model.due(n=1)) > 0
    with pytest.raises(bk.InvalidArgumentError, match="at: "):
        model.due([0], at=0)
    with pytest.raises(bk.UnknownIdError, match=r"customers\[0\]"):
        model.due([77])
    with pytest.raises(bk.UnknownIdError, match="soap"):
        model.cycle("soap")
