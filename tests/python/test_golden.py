"""The decisions that every language must make, byte for byte."""

from __future__ import annotations

import csv
import json
import pathlib

import pandas as pd
import pytest

import basketry as bk

GOLDEN = pathlib.Path(__file__).parents[1] / "golden"


def lines(text: str) -> list[tuple[str, float]]:
    pairs = (line.split("=") for line in text.split(";") if line)
    return [(product, float(quantity)) for product, quantity in pairs]


def orders(text: str) -> list[tuple[int, list[tuple[str, float]]]]:
    parts = (order.split(":", 1) for order in text.split("|") if order)
    return [(int(time), lines(rest)) for time, rest in parts]


def contexts() -> list[dict[str, str]]:
    with open(GOLDEN / "contexts.tsv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


CONTEXTS = contexts()
EXPECTED = (GOLDEN / "decisions.jsonl").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def engine():
    return bk.Engine.open(GOLDEN / "model.basketry")


@pytest.fixture(scope="module")
def policy():
    return bk.Policy.from_file(GOLDEN / "policy.toml")


def test_there_are_twenty():
    assert len(CONTEXTS) == len(EXPECTED) >= 20


@pytest.mark.parametrize(
    ("row", "expected"),
    list(zip(CONTEXTS, EXPECTED, strict=True)),
    ids=[row["name"] for row in CONTEXTS],
)
def test_golden_decisions(engine, policy, row, expected):
    decision = engine.decide(
        policy,
        customer=row["customer"] or None,
        placement=row["placement"] or None,
        now=int(row["now_ms"]),
        seed=int(row["seed"]),
        viewed=row["viewed"] or None,
        basket=dict(lines(row["basket"])),
        orders_since=[(time, dict(rest)) for time, rest in orders(row["orders_since"])],
    )
    assert decision.to_json() == expected


def test_requests_as_json_give_the_same(engine, policy):
    def products(pairs):
        return [{"product": product, "quantity": quantity} for product, quantity in pairs]

    for row, expected in zip(CONTEXTS, EXPECTED, strict=True):
        request = {
            "customer": row["customer"] or None,
            "placement": row["placement"] or None,
            "now": int(row["now_ms"]),
            "seed": int(row["seed"]),
            "viewed": row["viewed"] or None,
            "basket": products(lines(row["basket"])),
            "orders_since": [
                {"time": time, "lines": products(rest)}
                for time, rest in orders(row["orders_since"])
            ],
        }
        assert engine.decide_json(policy, json.dumps(request)).to_json() == expected


def test_logged_decisions_can_be_replayed(engine, policy):
    """A log line holds everything that is needed to make the decision again."""
    keys = ("now", "customer", "placement", "basket", "viewed", "orders_since", "seed")
    for line in EXPECTED:
        logged = json.loads(line)
        request = {key: logged[key] for key in keys}
        assert engine.decide_json(policy, json.dumps(request)).to_json() == line


def test_files_and_frames_give_the_same_model():
    products, orders = GOLDEN / "products.csv", GOLDEN / "orders.csv"
    catalog_columns = {
        **{name: name for name in ("product", "price", "cost", "stock", "sellable", "name")},
        "line": "line",
        "brand": "brand",
        "category": ["department", "type"],
        "must_match": "socket",
        "quality": "bars",
    }
    history_columns = {
        **{name: name for name in ("customer", "basket", "time", "product", "quantity")},
        "revenue": "paid",
    }
    from_files = bk.fit(
        bk.Catalog.from_csv(products, **catalog_columns),
        bk.History.from_csv(orders, **history_columns),
        min_customers=5,
    )
    from_frames = bk.fit(
        bk.Catalog(pd.read_csv(products), **catalog_columns),
        bk.History(pd.read_csv(orders), **history_columns),
        min_customers=5,
    )
    assert from_frames.to_bytes() == from_files.to_bytes()
    assert from_files.report["catalog_products"] == len(
        bk.Model.open(GOLDEN / "model.basketry").catalog
    )
