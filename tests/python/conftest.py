from __future__ import annotations

import random
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import pyarrow as pa
import pytest

import basketry as bk


@pytest.fixture
def lines() -> dict[str, list[Any]]:
    """Six order lines in three baskets of two customers."""
    return {
        "ts": [
            "2026-03-01T10:00:00Z",
            "2026-03-01T10:00:00Z",
            "2026-03-02T11:00:00Z",
            "2026-03-02T11:00:00Z",
            "2026-03-03T12:00:00Z",
            "2026-03-03T12:00:00Z",
        ],
        "customer": ["ann", "ann", "bob", "bob", "ann", "ann"],
        "order": ["o1", "o1", "o2", "o2", "o3", "o3"],
        "sku": ["bread", "jam", "bread", "tea", "jam", "jam"],
        "units": [1, 2, 1, 1, 1, 3],
        "paid": [1.5, 5.0, 1.5, 2.25, 2.5, 7.5],
    }


COLUMNS = {
    "time": "ts",
    "product": "sku",
    "customer": "customer",
    "basket": "order",
    "quantity": "units",
    "revenue": "paid",
}


class Shop(NamedTuple):
    products: pa.Table
    orders: pa.Table
    catalog: bk.Catalog
    history: bk.History
    model: bk.Model
    engine: bk.Engine
    policy: bk.Policy
    now: str


DAY = 86_400_000
NOW = 1_795_341_600_000  # 2026-11-22T10:00:00Z


def products_of_shop() -> pa.Table:
    """Forty products in lines of four variants, each variant dearer than the one before."""
    rows = range(40)
    return pa.table(
        {
            "sku": [f"p{i:02}" for i in rows],
            "name": [f"Product <{i}>" for i in rows],
            "price": [round(1.0 + (i % 4) * 0.5 + i / 40, 2) for i in rows],
            "cost": [round(0.6 * (1.0 + (i % 4) * 0.5 + i / 40), 2) for i in rows],
            "stock": pa.array([None if i % 7 else 5 for i in rows], pa.int64()),
            "line": [f"line{i // 4}" for i in rows],
            "brand": [f"brand{i % 3}" for i in rows],
            "department": ["food" if i < 30 else "home" for i in rows],
        }
    )


def orders_of_shop() -> pa.Table:
    """Six hundred customers with their habits: pairs of neighbouring lines sell together."""
    draw = random.Random(7)
    ts, customer, order, sku, units = [], [], [], [], []
    number = 0
    for c in range(600):
        habit = draw.randrange(10)
        for visit in range(draw.randrange(6, 14)):
            number += 1
            when = NOW - 300 * DAY + visit * 23 * DAY + draw.randrange(5 * DAY)
            line = habit if draw.random() < 0.7 else draw.randrange(10)
            basket = {line * 4 + draw.randrange(4)}
            if draw.random() < 0.6:
                basket.add(((line + 1) % 10) * 4 + draw.randrange(2))
            if draw.random() < 0.4:
                basket.add(draw.randrange(40))
            for product in sorted(basket):
                ts.append(when)
                customer.append(f"c{c}")
                order.append(number)
                sku.append(f"p{product:02}")
                units.append(draw.randrange(1, 4))
    return pa.table(
        {
            "ts": pa.array(ts, pa.timestamp("ms", "UTC")),
            "customer": customer,
            "order": order,
            "sku": sku,
            "units": units,
        }
    )


@pytest.fixture(scope="session")
def shop() -> Shop:
    products, orders = products_of_shop(), orders_of_shop()
    catalog = bk.Catalog(
        products,
        product="sku",
        price="price",
        cost="cost",
        stock="stock",
        name="name",
        line="line",
        brand="brand",
        category="department",
    )
    history = bk.History(
        orders, time="ts", product="sku", customer="customer", basket="order", quantity="units"
    )
    model = bk.fit(catalog, history)
    policy = bk.Policy(name="cart", placement="cart", cross_sell=3, up_sell=1)
    engine = bk.Engine(model, catalog)
    return Shop(products, orders, catalog, history, model, engine, policy, "2026-11-22T10:00:00Z")


@pytest.fixture
def without_module(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A function that makes importing a module fail."""

    def hide(name: str) -> None:
        for loaded in list(sys.modules):
            if loaded == name or loaded.startswith(name + "."):
                monkeypatch.delitem(sys.modules, loaded)
        monkeypatch.setitem(sys.modules, name, None)

    return hide


def endless() -> bk.Baskets:
    """Baskets with more frequent itemsets than anybody could wait for."""
    draw = random.Random(1)
    return bk.Baskets.from_lists(
        [[item for item in range(60) if draw.random() < 0.95] for _ in range(2000)]
    )
