"""Decisions that are logged, what came of them, and what is learned from that."""

import datetime as dt
import json

import polars as pl
import pyarrow as pa
import pytest

import basketry as bk


@pytest.fixture(scope="module")
def decisions(shop):
    return [
        shop.engine.decide(
            shop.policy, now=shop.now, customer=f"c{i}", basket=[f"p{i % 40:02}"], seed=i
        )
        for i in range(60)
    ]


def test_ids_are_of_the_decision(shop, decisions):
    ids = {decision.id for decision in decisions}
    assert len(ids) == len(decisions)
    assert all(len(name) == 32 and int(name, 16) >= 0 for name in ids)
    again = shop.engine.decide(shop.policy, now=shop.now, customer="c3", basket=["p03"], seed=3)
    assert again.id == decisions[3].id == json.loads(again.to_json())["id"]


def test_a_log_is_a_table(decisions):
    log, read = bk.DecisionLog(), bk.DecisionLog()
    assert len(log) == 0
    assert repr(log) == "<DecisionLog: 0 decisions>"
    for decision in decisions:
        assert log.add(decision)
        assert read.add_json(decision.to_json())
        assert not log.add_json(decision.to_json())
    assert len(log) == len(read) == len(decisions)
    table, other = log.table(), read.table()
    assert table.columns == other.columns
    assert len(table) == len(other) == sum(max(len(d), 1) for d in decisions)
    frame = table.to_polars()
    assert frame.shape == pa.table(table).shape
    offers = frame.filter(pl.col("kind").is_not_null())
    assert offers.height == sum(len(decision) for decision in decisions)
    assert not offers["bought"].any()
    assert len(table.to_pandas()) == len(table)
    first = next(decision for decision in decisions if len(decision))
    log.record(first.id, first[0].products[0], "bought")
    assert log.table().to_polars()["bought"].sum() == 1
    read.append(log)
    assert len(read) == len(decisions)


def test_what_cannot_be_recorded(decisions):
    log = bk.DecisionLog()
    first = next(decision for decision in decisions if len(decision))
    log.add(first)
    product = first[0].products[0]
    with pytest.raises(bk.UnknownIdError, match="no decision"):
        log.record("00", product, "bought")
    with pytest.raises(bk.UnknownIdError, match="nonesuch"):
        log.record(first.id, "nonesuch", "bought")
    with pytest.raises(bk.InvalidArgumentError, match="opted_out"):
        log.record(first.id, product, "sold")
    with pytest.raises(bk.DataError, match="not a logged decision"):
        log.add_json("{}")
    with pytest.raises(bk.InvalidArgumentError, match="no purchase"):
        log.learn(bk.Policy())
    log.record(first.id, product, "bought")
    with pytest.raises(bk.InvalidArgumentError, match="pseudo_purchases"):
        log.learn(bk.Policy(), pseudo_purchases=-1)
    with pytest.raises(bk.InvalidArgumentError, match="customer_value"):
        log.learn(bk.Policy(), customer_value=-1)


def test_learned_numbers_say_so(shop, decisions):
    log = bk.DecisionLog()
    for decision in decisions:
        log.add(decision)
    offered = next(d for d in decisions if any(offer.kind == "cross_sell" for offer in d))
    product = next(o for o in offered if o.kind == "cross_sell").products[0]
    day = dt.datetime.fromisoformat(shop.now.replace("Z", "+00:00")) + dt.timedelta(days=1)
    # Somebody else's order says that two days are over.
    lines = {
        "ts": [day, day + dt.timedelta(days=2)],
        "who": [offered.customer, "nobody"],
        "order": ["new", "last"],
        "sku": [product, product],
    }
    orders = bk.History(
        pa.table(lines),
        time="ts",
        product="sku",
        customer="who",
        basket="order",
    )
    assert log.record_orders(orders, 0.5) == 0
    assert log.record_orders(orders, 2) == 1
    policy, numbers = log.learn(shop.policy)
    number = next(n for n in numbers if n["name"] == "assume.odds.cross_sell")
    assert number["exposures"] > 0
    assert number["purchases"] == 1
    assert number["withheld"] == 0
    odds = policy.to_dict()["assume"]["odds"]["cross_sell"]
    assert odds == {"value": number["value"], "exposures": number["exposures"], "prior": 1.5}
    assert number["left_out"] == 0
    keys = ["name", "value", "prior", "measured", "standard_error", "exposures", "withheld"]
    assert list(number) == [*keys, "purchases", "left_out"]
    assert number["measured"] > 0
    assert number["standard_error"] > 0
    seen = []
    again = log.learn(shop.policy, progress=lambda *step: seen.append(step))
    assert again == (policy, numbers)
    assert seen[-1][0] == "learning"
    assert seen[-1][1] == seen[-1][2] > 0
    assert all(n["name"] != "contact_cost" for n in numbers)
    priced, numbers = log.learn(shop.policy, customer_value=500)
    assert numbers[-1]["name"] == "contact_cost"
    assert priced.to_dict()["contact_cost"] == 0
    assert priced.to_dict()["contact_cost_value"] == 500
    assert bk.Policy.from_toml(policy.to_toml()) == policy
    offer = next(o for d in decisions for o in d if o.kind == "cross_sell")
    assert offer.sources["response_odds"] == "assumed"
    assert "response_odds" in offer.assumed
    again = shop.engine.decide(policy, now=shop.now, customer=offered.customer, basket=["p01"])
    for offer in again:
        if offer.kind == "cross_sell":
            assert offer.sources["response_odds"] == "learned"


def test_words_in_german(shop):
    policy = bk.Policy(language="de", texts={"popular": "beliebt bei {customers}"})
    product = shop.products["sku"][0].as_py()
    decision = shop.engine.decide(policy, now=shop.now, basket=[product])
    assert decision.why_not(product).text.endswith("wird nicht angeboten: es liegt im Warenkorb")
    with pytest.raises(bk.PolicyError, match=r"texts\.popular.*\{customers\}"):
        bk.Policy(texts={"popular": "{buyers}"})
