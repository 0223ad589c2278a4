"""Kinds of offers beyond the single product."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

import basketry as bk


def test_the_tiers_of_a_line(shop):
    ladder = shop.engine.ladder(bk.Policy(), "p09", now=shop.now, customer="c1")
    assert [tier["product"] for tier in ladder.tiers] == ["p08", "p09", "p10", "p11"]
    assert (ladder.product, len(ladder), ladder.preselect) == ("p09", 4, 1)
    assert ladder.tiers[1]["value"] == 0
    assert ladder.tiers[0]["value"] < 0
    assert sum(tier["share"] for tier in ladder.tiers) == pytest.approx(1, abs=1e-5)
    assert ladder.tiers[0] == {
        "product": "p08",
        "name": "Product <8>",
        "price": 120,
        "term": 1,
        "margin": 48,
        "pack": None,
        "unit_price": None,
        "rating": None,
        "share": ladder.tiers[0]["share"],
        "value": ladder.tiers[0]["value"],
        "reason": None,
    }
    assert json.loads(ladder.to_json()) == ladder.to_dict()
    assert repr(ladder) == '<Ladder of "p09": 4 tiers>'

    sold = bk.Engine(shop.model, shop.catalog.updated({"p09": {"stock": 0}}))
    ladder = sold.ladder(bk.Policy(ladder="lowest"), "p09", now=shop.now)
    assert (ladder.preselect, ladder.tiers[1]["reason"]) == (0, "out_of_stock")
    assert sold.ladder(bk.Policy(), "p09", now=shop.now).preselect == 2
    with pytest.raises(bk.UnknownIdError, match=r'^product: the catalogue has no product "q"$'):
        sold.ladder(bk.Policy(), "q", now=shop.now)
    with pytest.raises(bk.PolicyError, match=r"^ladder\.preselect: expected \"lowest\" or"):
        bk.Policy(ladder={"preselect": "dearest"})


def test_after_an_order(shop):
    policy = bk.Policy(max_offers=20)
    decision = shop.engine.decide(policy, now=shop.now, after={"p00": 1})
    assert decision.why_not("p00").reason == "in_order"
    assert decision.why_not("p01").reason == "variant_in_order"
    assert any(offer.base_product == "p00" for offer in decision)
    assert decision.to_dict()["after"] == [{"product": "p00", "quantity": 1}]

    first = decision[0].products[0]
    decision = shop.engine.decide(policy, now=shop.now, after=["p00"], returned=[first])
    assert decision.why_not(first).reason == "returned"
    decision = shop.engine.decide(policy, now=shop.now, after=["p00"], returned=["p00"])
    assert len(decision) == 0
    text = json.dumps({"now": shop.now, "after": [{"product": "p00"}], "returned": ["p00"]})
    assert shop.engine.decide_json(policy, text).to_json() == decision.to_json()
    with pytest.raises(bk.PolicyError, match=r"^after\[0\]\.quantity: expected"):
        shop.engine.decide(policy, now=shop.now, after={"p00": 0})


def test_top_up(shop):
    basket = {"p00": 8}
    assert shop.catalog["p00"]["price"] == 1.0
    # What closes the gap best is of the line of what is sold with the basket best: with one of a
    # line there is no room for it, and something else is looked for.
    narrow = bk.Policy(max_offers=20, top_up={"threshold": 1000, "cost": 5})
    decision = shop.engine.decide(narrow, now=shop.now, basket=basket)
    assert decision[0].products == ("p39",)
    assert not any("p38" in offer.products for offer in decision)
    assert decision.why_not("p38").reason == "line_limit"

    policy = bk.Policy(max_offers=20, per_line=2, top_up={"threshold": 1000, "cost": 5})
    decision = shop.engine.decide(policy, now=shop.now, basket=basket)
    (offer,) = (offer for offer in decision if offer.kind == "top_up")
    assert (offer.evidence["gap"], offer.evidence["basket"]) == (200, 800)
    assert 200 <= offer.price <= 300
    assert 1 <= len(offer.products) <= 2
    for product in offer.products:
        assert decision.why_not(product).reason is None
        assert [product in other.products for other in decision].count(True) == 1
    late = bk.Policy(top_up={"threshold": 1000, "until": "2026-11-22T10:00:00Z"})
    assert not [
        o for o in shop.engine.decide(late, now=shop.now, basket=basket) if o.kind == "top_up"
    ]
    with pytest.raises(
        bk.PolicyError, match=r"^top_up\.items: expected a whole number from 1 to 2"
    ):
        bk.Policy(top_up={"items": 3})


def test_bundle(shop):
    policy = bk.Policy(
        max_offers=20,
        bundle={"max": 2, "max_discount": 0.1},
        assume={"discount_response": 80, "response_odds": 1},
    )
    decision = shop.engine.decide(policy, now=shop.now, basket={"p00": 1})
    bundles = [offer for offer in decision if offer.kind == "bundle"]
    assert bundles
    for offer in bundles:
        assert offer.base_product == offer.products[0] == "p00"
        assert sum(offer.allocation) == offer.discount > 0
        assert len(offer.allocation) == len(offer.products)
        assert offer.price == sum(round(shop.catalog[p]["price"] * 100) for p in offer.products)
        assert offer.to_dict()["allocation"] == list(offer.allocation)
        paid, less = (offer.price - offer.discount) / 100, offer.discount / 100
        assert f" at {paid:.2f} EUR after {less:.2f} EUR off, worth " in str(offer)
        full = f"<td>{offer.price / 100:.2f} EUR</td><td>{less:.2f} EUR</td>"
        assert full in decision._repr_html_()
    assert all(" off, worth" in str(o) for o in decision if o.discount)
    assert not any(" off, worth" in str(o) for o in decision if not o.discount)


def test_second_unit(shop):
    policy = bk.Policy(
        bundle={"max": 1, "items": 1, "max_discount": 0, "second": 0.3, "step": 0.1},
        assume={"discount_response": 30},
    )
    decision = shop.engine.decide(policy, now=shop.now, basket={"p00": 1})
    (offer,) = (offer for offer in decision if offer.kind == "bundle")
    assert offer.products == ("p00", "p00")
    assert (offer.price, offer.discount) in [(200, 10), (200, 20), (200, 30)]


def test_services_and_packs():
    products = pa.table(
        {
            "sku": ["small", "large", "machine", "care"],
            "price": [4.0, 7.0, 300.0, 9.0],
            "cost": [2.6, 4.0, 200.0, 2.0],
            "line": ["rolls", "rolls", None, None],
            "rolls": [8, 16, None, None],
            "months": [None, None, None, 36],
            "contract": [False, False, False, True],
        }
    )
    catalog = bk.Catalog(
        products,
        product="sku",
        price="price",
        cost="cost",
        line="line",
        pack="rolls",
        term="months",
        service="contract",
    )
    orders = [("machine", "care", "small")[i] for i in range(3)]
    rows = [
        (f"2026-01-{1 + day:02}", f"c{c}", f"{day}-{c}", sku)
        for day in range(25)
        for c in range(40)
        for sku in (orders[:2] if (day + c) % 5 == 0 else orders[2:])
    ]
    ts, customer, order, sku = zip(*rows, strict=True)
    history = bk.History(
        pa.table({"ts": ts, "who": customer, "order": order, "sku": sku}),
        time="ts",
        product="sku",
        customer="who",
        basket="order",
    )
    engine = bk.Engine(bk.fit(catalog, history), catalog)
    now = "2026-02-01T00:00:00Z"
    decision = engine.decide(bk.Policy(), now=now, basket={"machine": 1})
    (care,) = (offer for offer in decision if offer.kind == "service")
    assert (care.price, care.margin, care.evidence["term"]) == (900, 700 * 36, 36)
    decision = engine.decide(bk.Policy(), now=now, basket={"small": 1})
    (large,) = (offer for offer in decision if offer.kind == "up_sell")
    assert (large.evidence["pack"], large.evidence["base_pack"]) == (16, 8)
