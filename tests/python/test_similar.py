"""Which products are alike."""

import pyarrow as pa
import pytest

import basketry as bk


def rows(table):
    return pa.table(table).to_pylist()


def test_similar(shop):
    products = shop.model.products
    table = shop.model.similar(n=5)
    assert table.columns == ["item", "similar", "score", "rank"]
    found = rows(table)
    assert [row["item"] for row in found] == sorted(
        (row["item"] for row in found), key=products.index
    )
    by_pair = {
        (row["item"], row["similar"]): row["score"] for row in rows(shop.model.similar(n=999))
    }
    for (item, other), score in by_pair.items():
        assert score > 0
        assert by_pair[other, item] == score
        assert item != other
    for item in products:
        mine = [row for row in found if row["item"] == item]
        assert [row["rank"] for row in mine] == list(range(1, len(mine) + 1))
        scores = [row["score"] for row in mine]
        assert scores == sorted(scores, reverse=True)
        best = sorted((s for (one, _), s in by_pair.items() if one == item), reverse=True)
        assert scores == best[:5]


def test_ids_come_as_lists_or_columns(shop):
    some = shop.model.products[:3]
    table = shop.model.similar(some, n=2)
    assert rows(shop.model.similar(pa.array(some), n=2)) == rows(table)
    assert len(shop.model.similar([], n=2)) == 0
    assert len(shop.model.similar(some, n=0)) == 0
    with pytest.raises(TypeError, match="items: expected a list of ids, got one str"):
        shop.model.similar("p01")
    with pytest.raises(bk.UnknownIdError, match=r"items\[1\]: .soap."):
        shop.model.similar([some[0], "soap"])
