"""What the shop sells."""

from __future__ import annotations

import math

import pandas as pd
import pyarrow as pa
import pytest

import basketry as bk

PRODUCTS = {
    "sku": [1, 2, 3],
    "price": [2.49, 3.0, None],
    "cost": [1.0, None, 0.5],
    "left": [12, None, 0],
    "ok": [True, False, None],
    "title": ["Jam", None, "<b>Tea</b>"],
    "line": ["spreads", None, "tea"],
    "brand": [7, 8, None],
    "d1": ["food", "food", "food"],
    "d2": ["sweet", None, "drinks"],
    "size": [1.5, 2.0, 1.5],
    "stars": [4.5, math.nan, None],
    "months": [None, 1, 24],
    "contract": [False, None, True],
    "grams": [450, 100.5, None],
    "rated": [4.5, None, 5],
}
COLUMNS = {
    "product": "sku",
    "price": "price",
    "cost": "cost",
    "stock": "left",
    "sellable": "ok",
    "name": "title",
    "line": "line",
    "brand": "brand",
    "category": ["d1", "d2"],
    "must_match": "size",
    "quality": "stars",
    "term": "months",
    "service": "contract",
    "pack": "grams",
    "rating": "rated",
}


@pytest.fixture
def catalog():
    return bk.Catalog(pa.table(PRODUCTS), **COLUMNS, currency="USD")


def test_what_is_known(catalog):
    assert (len(catalog), catalog.products, catalog.currency) == (3, [1, 2, 3], "USD")
    assert catalog.names == ["Jam", None, "<b>Tea</b>"]
    assert catalog[1] == {
        "product": 1,
        "name": "Jam",
        "price": 2.49,
        "cost": 1.0,
        "stock": 12,
        "sellable": True,
        "line": "spreads",
        "brand": 7,
        "category": ["food", "sweet"],
        "must_match": {"size": "1.5"},
        "quality": {"stars": 4.5},
        "term": 1,
        "service": False,
        "pack": 450.0,
        "rating": 4.5,
    }
    assert (catalog[3]["term"], catalog[3]["service"]) == (24, True)
    assert (catalog[3]["pack"], catalog[2]["rating"]) == (None, None)
    assert catalog[2]["category"] == ["food", None]
    assert (catalog[2]["stock"], catalog[3]["stock"]) == (None, 0)
    assert (catalog[2]["sellable"], catalog[3]["sellable"]) == (False, False)
    assert catalog[3]["price"] is None
    assert catalog.report["without_price"] == 1
    assert str(catalog.report).startswith("3 rows read")
    assert repr(catalog) == "<Catalog: 3 products, USD>"


def test_ids_keep_their_type(catalog):
    assert 1 in catalog
    assert "1" not in catalog
    with pytest.raises(bk.UnknownIdError, match=r'^the catalogue has no product "1"$'):
        catalog["1"]
    with pytest.raises(KeyError):
        catalog[9]
    with pytest.raises(TypeError, match="product: expected a str or an int as id, got float"):
        catalog[1.0]


def test_updated(catalog):
    new = catalog.updated({1: {"price": 1.999, "stock": 0}, 2: {"cost": None, "sellable": True}})
    assert (new[1]["price"], new[1]["stock"], new[2]["sellable"]) == (2.0, 0, True)
    assert (catalog[1]["price"], catalog[1]["stock"], catalog[2]["sellable"]) == (2.49, 12, False)
    new = catalog.updated({1: {"term": 12, "service": True, "pack": 900, "rating": None}})
    assert (new[1]["term"], new[1]["service"], new[1]["pack"]) == (12, True, 900.0)
    assert (new[1]["rating"], new[3]["rating"], new[3]["term"]) == (None, 5.0, 24)
    assert catalog.updated({}).products == catalog.products
    for changes, message in (
        ({1: {"prize": 1}}, r"changes\[1\]\.prize: expected price, cost, stock, sellable, term"),
        ({1: {"term": 0}}, r"changes\[1\]\.term: expected 1 to 1200 periods"),
        ({1: {"pack": 0}}, r"changes\[1\]\.pack: expected a finite number above 0"),
        ({1: {"rating": 5.1}}, r"changes\[1\]\.rating: expected a number from 0 to 5"),
        ({1: {"price": -1}}, r"changes\[1\]\.price: expected at least 0"),
        ({1: {"price": math.nan}}, "price: NaN"),
    ):
        with pytest.raises(bk.InvalidArgumentError, match=message):
            catalog.updated(changes)
    for changes in ({9: {"price": 1}}, {9: {}}, {1: {"price": 1}, 9: {}}):
        with pytest.raises(bk.UnknownIdError, match=r"^changes: the catalogue has no product 9"):
            catalog.updated(changes)
    with pytest.raises(TypeError, match=r"^changes: expected a dict, got list"):
        catalog.updated([])
    with pytest.raises(bk.UnknownIdError, match=r"^links\[1\]: the catalogue has no product 9"):
        catalog.linked([(1, "never_with", 2), (1, "never_with", 9)])
    for changes in (
        {1: {"price": "1"}},
        {1: {"stock": 1.5}},
        {1: {"sellable": 1}},
        {1: {"service": None}},
        {1: {"term": 1.5}},
        {1: {"pack": "1"}},
        {1: 2},
        {1.0: {}},
    ):
        with pytest.raises(TypeError, match="changes"):
            catalog.updated(changes)


@pytest.mark.parametrize(
    ("column", "values", "error"),
    [
        ("sku", [1, 2, 2], bk.DataError),
        ("sku", [1, None, 2], bk.DataError),
        ("sku", [1.0, 2.0, 3.0], bk.SchemaError),
        ("price", [1.0, math.nan, 1.0], bk.DataError),
        ("price", [1.0, math.inf, 1.0], bk.DataError),
        ("price", [1.0, -1.0, 1.0], bk.DataError),
        ("price", ["1", "2", "3"], bk.SchemaError),
        ("cost", [1.0, -1.0, 1.0], bk.DataError),
        ("ok", ["a", "b", "c"], bk.SchemaError),
        ("title", [1, 2, 3], bk.SchemaError),
    ],
)
def test_bad_values(column, values, error):
    with pytest.raises(error, match=f'"{column}"'):
        bk.Catalog(pa.table({**PRODUCTS, column: values}), **COLUMNS)


def test_rows_that_are_skipped():
    source = pa.table({**PRODUCTS, "sku": [1, None, 2], "price": [1.0, 1.0, -1.0]})
    catalog = bk.Catalog(source, **COLUMNS, nulls="skip", bad_numbers="skip")
    assert catalog.products == [1]
    assert catalog.report["skipped_null"] == catalog.report["skipped_bad_number"] == 1


def test_bad_arguments():
    source = pa.table(PRODUCTS)
    with pytest.raises(bk.SchemaError, match=r'"stock".*"left"'):
        bk.Catalog(source, product="sku", price="price", stock="stock")
    with pytest.raises(TypeError, match="category: expected the name of a column, or a list"):
        bk.Catalog(source, product="sku", price="price", category=3)
    with pytest.raises(bk.InvalidArgumentError, match="nulls"):
        bk.Catalog(source, product="sku", price="price", nulls="keep")
    with pytest.raises(TypeError, match="price"):
        bk.Catalog(source, product="sku")


def test_from_csv(tmp_path):
    path = tmp_path / "products.csv"
    pd.DataFrame(PRODUCTS).to_csv(path, index=False)
    catalog = bk.Catalog.from_csv(path, product="sku", price="price", integer_ids=["sku"])
    assert catalog.products == [1, 2, 3]
    assert catalog[1]["price"] == 2.49
    path.write_text("sku;price\na;1,5\n")
    catalog = bk.Catalog.from_csv(path, product="sku", price="price", delimiter=";", decimal=",")
    assert catalog["a"]["price"] == 1.5
    with pytest.raises(bk.IoError):
        bk.Catalog.from_csv(tmp_path / "nowhere", product="sku", price="price")
