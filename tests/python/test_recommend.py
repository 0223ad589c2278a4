"""Recommendations, completions, scores and explanations."""

import datetime as dt

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

import basketry as bk


def rows(table):
    return pa.table(table).to_pylist()


def test_recommend(shop):
    table = shop.model.recommend(customers=["c7", "c3"], n=4)
    frame = table.to_polars()
    assert table.columns == ["customer", "product", "probability", "rank", "known"]
    assert frame["customer"].to_list() == ["c7"] * 4 + ["c3"] * 4
    assert frame["rank"].to_list() == [1, 2, 3, 4] * 2
    for customer in ("c7", "c3"):
        chances = frame.filter(pl.col("customer") == customer)["probability"].to_list()
        assert chances == sorted(chances, reverse=True)
        assert all(0 < chance < 1 for chance in chances)
    bought = set(pl.from_arrow(shop.orders).filter(pl.col("customer") == "c7")["sku"].to_list())
    new = shop.model.recommend(customers=["c7"], n=40, new_only=True)
    assert not bought & set(new.to_dict()["product"])
    assert len(shop.model.recommend(n=1)) == 600
    assert len(shop.model.recommend([], n=1)) == 0
    with pytest.raises(TypeError, match="customers: expected a list of ids, got one str"):
        shop.model.recommend("c7")
    with pytest.raises(bk.InvalidArgumentError, match=r"customers\[1\]"):
        shop.model.recommend(["c7", 7])


def test_strangers_are_marked_and_counted(shop):
    table = shop.model.recommend(["nobody", "c1", "no one"], n=3)
    assert table.to_dict()["customer"] == ["nobody"] * 3 + ["c1"] * 3 + ["no one"] * 3
    assert table.to_dict()["known"] == [False] * 3 + [True] * 3 + [False] * 3
    assert (table.unknown_customers, table.unknown) == (2, 0)
    assert table.to_dict()["product"][:3] == table.to_dict()["product"][6:]


def test_all_products_come_if_asked_for(shop):
    products = shop.model.catalog.products
    table = shop.model.recommend(["c1", "nobody"], n=10_000)
    assert len(table) == 2 * len(products)
    assert sorted(table.to_dict()["product"][: len(products)]) == sorted(products)
    cart = shop.model.complete([products[:3]], n=10_000)
    assert sorted(cart.to_dict()["product"]) == sorted(products[3:])


def test_filters(shop):
    only = ["p01", "p02", "p03", "p04", "no such product"]
    table = shop.model.recommend(["c1", "c2"], n=10, candidates=only, exclude=["p02"])
    assert sorted(table.to_dict()["product"]) == ["p01", "p01", "p03", "p03", "p04", "p04"]
    assert table.unknown == 1
    assert len(shop.model.recommend(["c1"], candidates=[])) == 0
    owned = {"c1": ["p01", "p03"], "someone else": ["p04"]}
    table = shop.model.recommend(["c1", "c2"], candidates=only, exclude_for=owned)
    kept = {(row["customer"], row["product"]) for row in rows(table)}
    assert {product for customer, product in kept if customer == "c1"} == {"p02", "p04"}
    assert len(kept) == 6
    pairs = pa.table({"product": ["p01", "p03"], "customer": ["c1", "c1"], "why": [1, 2]})
    again = shop.model.recommend(["c1", "c2"], candidates=only, exclude_for=pairs)
    assert rows(again) == rows(table)
    with pytest.raises(bk.SchemaError, match="customer"):
        shop.model.recommend(["c1"], exclude_for=pa.table({"product": ["p01"]}))
    with pytest.raises(TypeError, match="exclude_for"):
        shop.model.recommend(["c1"], exclude_for={"c1": "p01"})
    with pytest.raises(bk.InvalidArgumentError, match=r"exclude\[0\]"):
        shop.model.recommend(["c1"], exclude=[1])


def test_ids_in_any_form(shop):
    ids = ["c1", "c9", "c1"]
    expected = rows(shop.model.recommend(ids, n=2))
    for form in (
        tuple(ids),
        (i for i in ids),
        np.array(ids, dtype=object),
        pa.array(ids),
        pa.chunked_array([ids[:1], ids[1:]]),
        pa.array(ids).dictionary_encode(),
        pl.Series(ids),
        pl.Series(ids).to_pandas(),
    ):
        assert rows(shop.model.recommend(form, n=2)) == expected, type(form)
    with pytest.raises(bk.DataError, match="row 1"):
        shop.model.recommend(pa.array(["c1", None]))
    with pytest.raises(bk.SchemaError):
        shop.model.recommend(pa.array([1.5]))
    with pytest.raises(bk.InvalidArgumentError, match=r"customers\[0\]"):
        shop.model.recommend(np.array([1, 2]))


def test_integer_ids_in_any_form(shop):
    catalog = bk.Catalog(
        pa.table({"sku": [1, 2, 3], "price": [1.0] * 3}), product="sku", price="price"
    )
    orders = pa.table({"ts": ["2026-03-31"] * 3, "who": [7, 7, 8], "sku": [1, 2, 1]})
    model = bk.fit(catalog, bk.History(orders, time="ts", product="sku", customer="who"))
    expected = rows(model.recommend([8, 7], n=2))
    for kind in (np.int8, np.uint16, np.int32, np.int64, np.uint64):
        assert rows(model.recommend(np.array([8, 7], dtype=kind), n=2)) == expected
    assert rows(model.recommend(pa.array([8, 7], pa.uint8()), n=2)) == expected
    assert rows(model.recommend(pl.Series([8, 7]), n=2)) == expected


def test_times_and_threads(shop):
    now = dt.datetime.fromtimestamp(shop.model.as_of / 1000, dt.timezone.utc)
    first = rows(shop.model.recommend(n=3))
    assert rows(shop.model.recommend(n=3, at=now)) == first
    assert rows(shop.model.recommend(n=3, threads=1)) == first
    assert rows(shop.model.recommend(n=3, threads=3)) == first
    assert rows(shop.model.recommend(n=3, at=now + dt.timedelta(days=60))) != first
    with pytest.raises(bk.InvalidArgumentError, match="threads"):
        shop.model.recommend(threads=0)
    with pytest.raises(TypeError, match="at"):
        shop.model.recommend(at=1.5)


def test_complete(shop):
    table = shop.model.complete([["p00"], [], ["unknown", "p10"]], n=3)
    assert table.columns == ["basket", "product", "probability", "rank"]
    assert table.unknown == 1
    expected = rows(table)
    assert [row["basket"] for row in expected] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert not {(0, "p00"), (2, "p10")} & {(row["basket"], row["product"]) for row in expected}
    lists = [["p00"], [], ["unknown", "p10"]]
    for form in (pa.array(lists), pl.Series(lists), bk.Baskets.from_lists(lists)):
        assert rows(shop.model.complete(form, n=3)) == expected
    with pytest.raises(bk.InvalidArgumentError, match=r"baskets\[1\]"):
        shop.model.complete([["p00"], [1]])
    with pytest.raises(TypeError, match=r"baskets\[0\]: expected a list of ids, got one str"):
        shop.model.complete(["p00"])


def test_complete_for_customers(shop):
    table = shop.model.complete([["p00"], ["p00"]], n=5, customers=["c1", "nobody"])
    assert table.columns == ["basket", "product", "probability", "rank", "known"]
    assert table.unknown_customers == 1
    anonymous = rows(shop.model.complete([["p00"]], n=5))
    stranger = [dict(row) for row in rows(table)[5:]]
    assert [row["probability"] for row in stranger] == [row["probability"] for row in anonymous]
    with pytest.raises(bk.InvalidArgumentError, match="customers: expected 2"):
        shop.model.complete([["p00"], []], customers=["c1"])


def test_scores_are_what_is_recommended(shop):
    table = shop.model.recommend(["c1", "c2", "nobody"], n=50)
    columns = table.to_dict()
    scores = shop.model.score(columns["customer"], columns["product"])
    assert scores.columns == ["customer", "product", "probability", "known"]
    assert scores.to_dict()["probability"] == columns["probability"]
    assert scores.to_dict()["known"] == columns["known"]
    cart = ["p00", "p01"]
    table = shop.model.complete([cart], n=50, customers=["c1"]).to_dict()
    many = len(table["product"])
    scores = shop.model.score_baskets([cart] * many, table["product"], customers=["c1"] * many)
    assert scores.to_dict()["probability"] == table["probability"]
    # What is in the basket is scored by the rest of it.
    inside = shop.model.score_baskets([cart, ["p01"]], ["p00", "p00"]).to_dict()
    assert inside["basket"] == [0, 1]
    assert inside["probability"][0] == inside["probability"][1]
    unknown = shop.model.score(["c1", "c1"], ["p00", "unknown"])
    assert unknown.unknown == 1
    assert unknown.to_dict()["probability"][1] is None
    with pytest.raises(bk.InvalidArgumentError, match="products: expected 2"):
        shop.model.score(["c1", "c1"], ["p00"])


def test_explanations_add_up(shop):
    [score] = shop.model.score_baskets([["p00"]], ["p01"], customers=["c1"]).to_dict()[
        "probability"
    ]
    why = shop.model.explain("p01", customer="c1", basket=["p00"])
    assert why["probability"] == score
    total = sum(feature["contribution"] for feature in why["features"])
    assert total == pytest.approx(why["log_odds"])
    assert 1 / (1 + np.exp(-why["calibrated_log_odds"])) == pytest.approx(score, abs=1e-5)
    assert why["segment"] in {"new", "repeat"}
    assert "log odds" in str(why)
    assert shop.model.explain("p01", customer="nobody")["known"] is False
    with pytest.raises(bk.UnknownIdError, match="unknown"):
        shop.model.explain("unknown")
