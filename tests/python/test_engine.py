"""Policies, requests, decisions."""

from __future__ import annotations

import datetime as dt
import json
import math
import pickle
import threading

import numpy as np
import pandas as pd
import pytest

import basketry as bk

NOW_MS = 1_795_341_600_000


def decide(shop, **request):
    return shop.engine.decide(shop.policy, **{"now": shop.now, **request})


@pytest.fixture
def decision(shop):
    found = decide(shop, customer="c7", basket={"p00": 1}, placement="cart", seed=7)
    assert len(found) > 0
    return found


def test_offers(shop, decision):
    offers = list(decision)
    assert len(decision) == len(offers)
    assert decision[0].products == decision[-len(offers)].products
    values = [offer.value for offer in offers]
    assert math.isclose(sum(values), decision.value)
    for offer in offers:
        assert offer.kind in ("cross_sell", "up_sell", "refill", "popular", "similar")
        (product,) = offer.products
        assert offer.price == round(shop.catalog[product]["price"] * 100)
        assert offer.name == shop.catalog[product]["name"]
        assert (offer.currency, offer.discount, offer.chosen_with) == ("EUR", 0, 1.0)
        assert 0 <= offer.base_probability <= 1
        assert 0 < offer.probability <= 1
        assert offer.value > 0
        assert offer.margin > 0
        assert isinstance(offer.why, str)
        assert all(isinstance(value, float) for value in offer.evidence.values())
        assert isinstance(offer.assumed, list)
        assert offer.base_product is None or offer.base_product == "p00"
        assert product != "p00"
        assert offer.to_dict()["why"] == offer.why
        assert str(offer) in repr(offer)
    for index in (len(offers), -len(offers) - 1):
        with pytest.raises(IndexError):
            decision[index]


def test_what_is_said_about_a_decision(shop, decision):
    assert (decision.customer, decision.customer_known) == ("c7", True)
    assert (decision.placement, decision.seed, decision.now_ms) == ("cart", 7, NOW_MS)
    assert (decision.policy_name, decision.policy_version) == ("cart", shop.policy.version)
    assert decision.model_id == shop.model.id
    assert decision.warnings == []
    assert sum(decision.suppressed_counts.values()) == len(decision.suppressed)
    first = decision.suppressed[0]
    assert first.reason in decision.suppressed_counts
    assert decision.why_not(first.product).reason == first.reason
    assert "Decision 'cart'" in repr(decision) or 'Decision "cart"' in repr(decision)
    assert decision[0].why in str(decision)
    line = decision.to_json()
    assert "\n" not in line
    assert json.loads(line) == decision.to_dict()
    assert decision.to_dict()["customer"] == "c7"


def test_why_not(decision):
    assert decision.why_not("p00").reason == "in_basket"
    assert decision.why_not("nothing").reason == "unknown_product"
    assert decision.why_not(1).reason == "unknown_product"
    offered = decision.why_not(decision[0].products[0])
    assert offered.reason is None
    assert decision[0].why in str(offered) == offered.text
    assert offered.product == decision[0].products[0]
    with pytest.raises(TypeError):
        decision.why_not(1.5)


TIMES = {
    "text": "2026-11-22T10:00:00Z",
    "offset": "2026-11-22T11:00:00+01:00",
    "int": NOW_MS,
    "numpy int": np.int64(NOW_MS),
    "naive": dt.datetime(2026, 11, 22, 10),
    "utc": dt.datetime(2026, 11, 22, 10, tzinfo=dt.timezone.utc),
    "zone": dt.datetime(2026, 11, 22, 11, tzinfo=dt.timezone(dt.timedelta(hours=1))),
    "pandas": pd.Timestamp("2026-11-22T10:00:00Z"),
    "pandas naive": pd.Timestamp("2026-11-22T10:00:00"),
}


@pytest.mark.parametrize("now", TIMES.values(), ids=TIMES.keys())
def test_times(shop, now):
    ours = decide(shop, now=now, orders_since=[(now, ["p01"])], customer="c7")
    assert ours.now_ms == NOW_MS
    assert ours.to_dict()["orders_since"][0]["time"] == NOW_MS


@pytest.mark.parametrize("now", ["now", "2026-11-22", "", 10**17, "2026-13-01T00:00:00Z"])
def test_times_that_cannot_be(shop, now):
    with pytest.raises(bk.PolicyError, match=r"^now: expected"):
        decide(shop, now=now)
    with pytest.raises(bk.PolicyError, match=r"^orders_since\[1\]\.time: expected"):
        decide(shop, orders_since=[(1, []), (now, ["p01"])])


@pytest.mark.parametrize("now", [1.5, None, True, dt.date(2026, 11, 22), [], pd.NaT])
def test_times_of_a_wrong_type(shop, now):
    with pytest.raises((TypeError, ValueError), match="now: expected a"):
        decide(shop, now=now)


def test_now_must_be_given(shop):
    with pytest.raises(TypeError, match="now"):
        shop.engine.decide(shop.policy)


def test_baskets(shop):
    ways = (
        {"p00": 1, "p08": 1},
        ["p00", "p08"],
        ("p00", "p08"),
        iter(["p00", "p08"]),
        {"p00": 1.0, "p08": np.int64(1)},
        {"p00": np.float32(1), "p08": 1},
    )
    assert len({decide(shop, basket=basket).to_json() for basket in ways}) == 1
    with pytest.raises(TypeError, match="basket: expected a list of ids, got one str"):
        decide(shop, basket="p00")
    with pytest.raises(TypeError, match=r"basket\[\"p00\"\]: expected a number"):
        decide(shop, basket={"p00": "1"})
    for quantity in (0, -1, math.nan, math.inf):
        with pytest.raises(bk.PolicyError, match=r"basket\[0\]\.quantity"):
            decide(shop, basket={"p00": quantity})
    with pytest.raises(bk.LimitError, match="lines"):
        decide(shop, basket=[f"x{i}" for i in range(100_000)])


def test_ids(shop):
    for wrong in (1.0, True, b"c1", np.float64(1)):
        for role in ("customer", "viewed"):
            with pytest.raises(TypeError, match=f"^{role}: expected a str or an int as id"):
                decide(shop, **{role: wrong})
    for request in (
        {"customer": 7},
        {"viewed": 1},
        {"basket": [1]},
        {"orders_since": [(NOW_MS, [1])]},
    ):
        with pytest.raises(bk.UnknownIdError, match="string"):
            decide(shop, **request)


def test_unknown_ids_follow_the_rule(shop):
    assert not decide(shop, customer="nobody").customer_known
    assert any("gone" in text for text in decide(shop, basket=["gone", "p00"]).warnings)
    strict = bk.Policy(unknown_products="error")
    with pytest.raises(bk.UnknownIdError, match="gone"):
        shop.engine.decide(strict, now=shop.now, basket=["gone"])


def test_orders_since(shop):
    plain = decide(shop, customer="c7")
    since = decide(
        shop, customer="c7", orders_since=[(NOW_MS - 1000, {"p04": 2}), (NOW_MS, ["p05"])]
    )
    assert len(since.to_dict()["orders_since"]) == 2
    assert since.to_json() != plain.to_json()
    with pytest.raises(bk.PolicyError, match=r"orders_since\[0\]\.time: expected a time not after"):
        decide(shop, orders_since=[(NOW_MS + 1, ["p00"])])
    with pytest.raises(TypeError, match=r"orders_since\[0\]: expected a pair"):
        decide(shop, orders_since=["p00"])


def test_requests_as_json(shop):
    ours = decide(
        shop,
        customer="c7",
        basket={"p00": 2},
        viewed="p04",
        seed=3,
        orders_since=[(NOW_MS - 1, ["p01"])],
        placement="cart",
    )
    request = {
        "now": "2026-11-22T10:00:00Z",
        "customer": "c7",
        "basket": [{"product": "p00", "quantity": 2}],
        "viewed": "p04",
        "orders_since": [{"time": NOW_MS - 1, "lines": [{"product": "p01"}]}],
        "placement": "cart",
        "seed": 3,
    }
    assert shop.engine.decide_json(shop.policy, json.dumps(request)).to_json() == ours.to_json()
    with pytest.raises(bk.PolicyError, match="costumer: unknown key"):
        shop.engine.decide_json(shop.policy, '{"now": 1, "costumer": 2}')
    with pytest.raises(bk.PolicyError):
        shop.engine.decide_json(shop.policy, "{")


def test_replacing_model_and_catalogue(shop):
    engine = bk.Engine(shop.model)
    before = engine.decide(shop.policy, now=shop.now, basket=["p00"])
    best = before[0].products[0]
    engine.set_catalog(shop.catalog.updated({best: {"stock": 0}}))
    after = engine.decide(shop.policy, now=shop.now, basket=["p00"])
    assert after.why_not(best).reason == "out_of_stock"
    assert after.catalog_version != before.catalog_version
    assert engine.catalog[best]["stock"] == 0
    other = bk.fit(shop.catalog, shop.history, min_customers=5)
    engine.set_model(other)
    assert engine.model.id == other.id
    assert engine.catalog[best]["stock"] == 0
    integers = bk.Catalog({"sku": [1], "price": [1.0]}, product="sku", price="price")
    for attempt in (lambda: engine.set_catalog(integers), lambda: bk.Engine(shop.model, integers)):
        with pytest.raises(bk.SchemaError):
            attempt()
    assert engine.catalog[best]["stock"] == 0


def test_the_file_alone_serves(shop, tmp_path):
    path = tmp_path / "shop.basketry"
    shop.model.save(path)
    request = {"now": shop.now, "customer": "c3", "basket": ["p08"]}
    expected = bk.Engine(shop.model).decide(shop.policy, **request).to_json()
    assert bk.Engine.open(path).decide(shop.policy, **request).to_json() == expected
    assert bk.Engine(bk.Model.open(path)).decide(shop.policy, **request).to_json() == expected


def test_threads_decide_while_the_catalogue_changes(shop):
    engine = bk.Engine(shop.model, shop.catalog)
    best = engine.decide(shop.policy, now=shop.now, basket=["p00"])[0].products[0]
    catalogs = [shop.catalog, shop.catalog.updated({best: {"sellable": False}})]
    allowed = set()
    for catalog in catalogs:
        engine.set_catalog(catalog)
        allowed.add(engine.decide(shop.policy, now=shop.now, basket=["p00"]).to_json())
    assert len(allowed) == 2
    done = threading.Event()
    wrong, seen = [], set()

    def work():
        while not done.is_set():
            line = engine.decide(shop.policy, now=shop.now, basket=["p00"]).to_json()
            (seen.add if line in allowed else wrong.append)(line)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for turn in range(300):
        engine.set_catalog(catalogs[turn % 2])
    done.set()
    for thread in threads:
        thread.join()
    assert not wrong
    assert seen


def test_policies(tmp_path):
    settings = {"name": "cart", "placement": "cart", "cross_sell": 3, "up_sell": {"max": 1}}
    policy = bk.Policy(**settings)
    text = 'name = "cart"\nplacement = "cart"\ncross_sell = 3\nup_sell = { max = 1 }\n'
    toml, other = tmp_path / "cart.toml", tmp_path / "cart.json"
    toml.write_text(text)
    other.write_text(json.dumps(settings))
    same = [
        bk.Policy.from_toml(text),
        bk.Policy.from_json(json.dumps(settings)),
        bk.Policy.from_file(toml),
        bk.Policy.from_file(str(other)),
        bk.Policy.from_json(policy.to_json()),
        bk.Policy.from_toml(policy.to_toml()),
        bk.Policy(**policy.to_dict()),
        pickle.loads(pickle.dumps(policy)),
    ]
    assert all(one == policy and hash(one) == hash(policy) for one in same)
    assert policy != bk.Policy()
    assert policy != "cart"
    assert (policy.name, policy.placement) == ("cart", "cart")
    assert (bk.Policy().name, bk.Policy().placement) == ("default", None)
    assert policy.version in repr(policy)
    assert policy.to_dict()["cross_sell"]["max"] == 3
    exclude = bk.Policy(exclude={"products": (1, "1", np.int64(2))}).to_dict()["exclude"]
    assert exclude["products"] == [1, "1", 2]
    with pytest.raises(bk.IoError, match="nowhere"):
        bk.Policy.from_file(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cross_sel": 3}, "cross_sel: unknown key"),
        ({"up_sell": {"maximum": 1}}, r"up_sell\.maximum: unknown key"),
        ({"max_offers": -1}, "max_offers"),
        ({"max_offers": 1.5}, "max_offers"),
        ({"max_offers": "4"}, "max_offers"),
        ({"min_value": math.nan}, "^min_value: expected a number, got nan$"),
        ({"price": {"max": math.inf}}, r"^price\.max: expected a whole number .*, got inf$"),
        ({"name": math.nan}, "^name: expected text, got nan$"),
        (
            {"segments": {"only": ["vip", math.nan]}},
            r"^segments\.only\[1\]: expected text, got nan$",
        ),
        ({"min_value": -1}, "min_value"),
        ({"assume": {"accept": 2}}, r"assume\.accept"),
        ({"exclude": {"products": [1.5]}}, r"exclude\.products"),
        ({"unknown_products": "drop"}, "unknown_products"),
    ],
)
def test_policies_that_cannot_be(settings, message):
    with pytest.raises(bk.PolicyError, match=message):
        bk.Policy(**settings)


def test_requests_of_wrong_types(shop):
    for wrong, message in [
        ({"placement": 5}, "^placement: expected a str, got int$"),
        ({"channel": b"mail"}, "^channel: expected a str, got bytes$"),
        ({"segments": 5}, "^segments: expected a list of str, got int$"),
        ({"contacts": 3}, "^contacts: expected a list of dicts, got int$"),
        ({"orders_since": 3}, "^orders_since: expected a list of pairs .*, got int$"),
    ]:
        with pytest.raises(TypeError, match=message):
            shop.engine.decide(shop.policy, now=shop.now, **wrong)
    nameless = {"time": 0, "channel": math.nan}
    with pytest.raises(bk.PolicyError, match=r"^contacts\[0\]\.channel: expected text, got nan$"):
        shop.engine.decide(shop.policy, now=shop.now, contacts=[nameless])


def test_policies_take_arrays():
    np = pytest.importorskip("numpy")
    policy = bk.Policy(max_offers=np.int64(3), exclude={"products": np.array([1, 2])})
    assert policy == bk.Policy(max_offers=3, exclude={"products": [1, 2]})


def test_policies_of_wrong_types():
    with pytest.raises(TypeError, match=r"^name: expected plain values"):
        bk.Policy(name=object())
    with pytest.raises(TypeError, match=r"^exclude\.products\[1\]: expected plain values"):
        bk.Policy(exclude={"products": ["a", object()]})
    with pytest.raises(bk.PolicyError, match="line 2"):
        bk.Policy.from_toml('name = "a"\nup_sel = 3')
    with pytest.raises(bk.PolicyError):
        bk.Policy.from_toml("cart.toml")
