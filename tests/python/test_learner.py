"""Orders that come in parts, customers who go."""

import polars as pl
import pyarrow as pa
import pytest

import basketry as bk


def history(table):
    return bk.History(table, time="ts", product="sku", customer="customer", basket="order")


@pytest.fixture(scope="module")
def days(shop):
    """The shop's orders in three parts by time."""
    orders = pl.from_arrow(shop.orders).sort("ts", maintain_order=True)
    size = len(orders) // 3 + 1
    return [orders.slice(start, size).to_arrow() for start in range(0, len(orders), size)]


def test_parts_are_the_whole(shop, days):
    whole = bk.fit(shop.catalog, history(pa.concat_tables(days)))
    learner = bk.Learner(shop.catalog, history(days[0]))
    for part in days[1:]:
        learner.append(history(part))
    assert learner.refit_due
    assert learner.fit().to_bytes() == whole.to_bytes()
    assert not learner.refit_due
    assert repr(learner) == f"<Learner: {learner.baskets} baskets of {learner.customers} customers>"
    joined = history(days[0])
    for part in days[1:]:
        joined.extend(history(part))
    assert bk.fit(shop.catalog, joined).to_bytes() == whole.to_bytes()


def test_forgetting_is_a_rebuild(shop):
    orders = pl.from_arrow(shop.orders)
    gone = ["c3", "c17", "c200"]
    rebuilt = bk.fit(
        shop.catalog, history(orders.filter(~pl.col("customer").is_in(gone)).to_arrow()), seed=3
    )
    learner = bk.Learner(shop.catalog, history(shop.orders), seed=3)
    assert learner.forget(pa.array(["c17", "nobody"])) == 1
    assert learner.forget(["c200", "c3"]) == 0
    assert learner.fit().to_bytes() == rebuilt.to_bytes()
    left = history(shop.orders)
    assert left.forget(gone) == 0
    assert bk.fit(shop.catalog, left, seed=3).to_bytes() == rebuilt.to_bytes()
    with pytest.raises(bk.InvalidArgumentError, match=r"customers\[0\]"):
        learner.forget([3])


def test_an_update_carries_weights_over(shop, days):
    learner = bk.Learner(shop.catalog, history(pa.concat_tables(days[:2])))
    first = learner.fit()
    learner.append(history(days[2]))
    learner.forget(["c5"])
    stages = []
    model = learner.update(progress=lambda stage, done, total: stages.append(stage))
    assert stages
    report = model.report
    assert report["segments"] == first.report["segments"]
    assert report["carried"]["forgotten_customers"] == 1
    assert report["carried"]["appended_baskets"] > 0
    assert "carried over" in str(report)
    assert "c5" not in model.customers
    assert len(model.customers) == learner.customers
    fresh = learner.fit()
    assert fresh.report["carried"] is None
    assert fresh.report["pairs"] == report["pairs"]
    resumed = bk.Learner.resume(first, shop.catalog, history(pa.concat_tables(days)))
    assert resumed.update().report["pairs"] > 0
    resumed.set_catalog(shop.catalog)
    assert resumed.update().products == fresh.products


def test_a_model_forgets(shop):
    model = shop.model.forget(["c7", "nobody"])
    assert len(model.customers) == len(shop.model.customers) - 1
    assert model.report["forgotten_customers"] == 1
    model.verify()
    table = model.recommend(["c7", "c8"], n=3)
    assert table.to_dict()["known"] == [False] * 3 + [True] * 3
    assert table.to_dict()["product"][3:] == shop.model.recommend(["c8"], n=3).to_dict()["product"]
    assert b"c7\0" not in model.to_bytes()
    with pytest.raises(bk.InvalidArgumentError, match=r"customers\[0\]"):
        shop.model.forget([7])


def test_wrong_options(shop):
    with pytest.raises(TypeError, match="half_life"):
        bk.Learner(shop.catalog, shop.history, half_life=3)
    with pytest.raises(bk.InvalidArgumentError, match="half_life_days"):
        bk.Learner(shop.catalog, shop.history, half_life_days=-1)
    with pytest.raises(TypeError, match="min_customers: expected an int"):
        bk.Learner(shop.catalog, shop.history, min_customers="many")
    with pytest.raises(bk.InvalidArgumentError, match="threads"):
        bk.Learner(shop.catalog, shop.history, threads=0)
