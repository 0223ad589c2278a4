"""Fitting, the file, recommendations."""

from __future__ import annotations

import copy
import inspect
import pickle

import pyarrow as pa
import pytest

import basketry as bk


def test_report_and_options(shop):
    report = shop.model.report
    assert report["baskets"] == len(shop.history)
    assert report["catalog_products"] == 40
    assert "learned from" in str(report)
    assert shop.model.options["min_customers"] == 10
    assert shop.model.products[:2] == ["p00", "p01"]
    assert len(shop.model.customers) == 600
    assert shop.model.catalog["p03"] == shop.catalog["p03"]
    assert len(shop.model.id) == 32
    assert shop.model.as_of == shop.history.report["last_time"]


def test_the_signature_tells_the_defaults(shop):
    parameters = inspect.signature(bk.fit).parameters
    assert shop.model.options == {name: parameters[name].default for name in shop.model.options}


def test_the_file(shop, tmp_path):
    path = tmp_path / "shop.basketry"
    shop.model.save(path)
    assert path.read_bytes() == shop.model.to_bytes()
    for model in (
        bk.Model.open(path),
        bk.Model.open(str(path)),
        bk.Model.read(path),
        bk.Model.from_bytes(path.read_bytes()),
        pickle.loads(pickle.dumps(shop.model)),
    ):
        assert model.id == shop.model.id
        assert model.to_bytes() == shop.model.to_bytes()
        assert model.report == shop.model.report
        model.verify()
    assert copy.copy(shop.model) is copy.deepcopy(shop.model) is shop.model


def test_the_same_input_gives_the_same_bytes(shop):
    assert bk.fit(shop.catalog, shop.history, threads=1).to_bytes() == shop.model.to_bytes()
    other = bk.fit(shop.catalog, shop.history, min_customers=20, half_life_days=60)
    assert other.id != shop.model.id
    assert other.options["half_life_days"] == 60.0


def test_what_opening_lets_through_verify_finds(shop):
    good = shop.model.to_bytes()
    through = 0
    for at in range(4096, len(good), len(good) // 200):
        bad = bytearray(good)
        bad[at] ^= 1
        try:
            model = bk.Model.from_bytes(bytes(bad))
        except bk.FormatError:
            continue
        through += 1
        with pytest.raises(bk.FormatError, match=r"section .*: its hash does not match"):
            model.verify()
    assert through > 10


def test_files_that_are_no_models(shop, tmp_path):
    path = tmp_path / "bad.basketry"
    good = shop.model.to_bytes()
    for data in (b"", b"PK\x03\x04", good[:20], good[:-1], good[: len(good) // 2], b"\0" * 4096):
        path.write_bytes(data)
        for read in (
            lambda: bk.Model.open(path),
            lambda: bk.Model.read(path),
            lambda data=data: bk.Model.from_bytes(data),
            lambda: bk.Engine.open(path),
        ):
            with pytest.raises(bk.FormatError):
                read()
    with pytest.raises(bk.IoError, match="nowhere"):
        bk.Model.open(tmp_path / "nowhere")
    with pytest.raises(bk.IoError):
        shop.model.save(tmp_path / "no" / "such" / "folder")
    # The major version follows the 8 bytes of magic.
    newer = good[:8] + (99).to_bytes(2, "little") + good[10:]
    with pytest.raises(bk.VersionError):
        bk.Model.from_bytes(newer)


def test_flipped_bits_never_crash(shop):
    good = shop.model.to_bytes()
    for at in range(0, len(good), max(1, len(good) // 300)):
        data = bytearray(good)
        data[at] ^= 1 << (at % 8)
        try:
            model = bk.Model.from_bytes(bytes(data))
            model.recommend(n=2)
            bk.Engine(model).decide(shop.policy, customer="c1", basket=["p00"], now=shop.now)
        except bk.Error:
            pass


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("min_customers", 0),
        ("neighbours", 2000),
        ("half_life_days", 0),
        ("half_life_days", float("nan")),
        ("popularity_half_life_days", -1),
        ("holdout_days", float("inf")),
        ("horizon_days", 0),
        ("shrinkage", 0),
        ("max_basket", 1),
        ("similar", 1025),
        ("customers_l2", 0),
        ("baskets_l2", -1),
        ("exact_products", 100_001),
        ("threads", 0),
    ],
)
def test_bad_options(shop, option, value):
    with pytest.raises(bk.InvalidArgumentError, match=option):
        bk.fit(shop.catalog, shop.history, **{option: value})


def test_tuning_is_reported(shop):
    assert bk.fit(shop.catalog, shop.history).report["tuning"] is None
    model = bk.fit(shop.catalog, shop.history, tune=True)
    tuning = model.report["tuning"]
    chosen = tuning["tried"][tuning["chosen"]]
    assert chosen["score"] == min(tried["score"] for tried in tuning["tried"])
    learner = bk.Learner(shop.catalog, shop.history, tune=True)
    assert learner.fit().report["tuning"] == tuning


def test_wrong_arguments(shop):
    with pytest.raises(TypeError):
        bk.fit(shop.history, shop.catalog)
    with pytest.raises(TypeError, match="half_life"):
        bk.fit(shop.catalog, shop.history, half_life=3)
    empty = bk.History(shop.orders.slice(0, 0), time="ts", product="sku", basket="order")
    with pytest.raises(bk.DataError):
        bk.fit(shop.catalog, empty)
    integers = bk.Catalog(pa.table({"sku": [1], "price": [1.0]}), product="sku", price="price")
    with pytest.raises(bk.Error):
        bk.fit(integers, shop.history)


def test_little_to_learn_from_is_said(shop):
    tiny = bk.History(shop.orders.slice(0, 3), time="ts", product="sku", basket="order")
    report = bk.fit(shop.catalog, tiny).report
    assert report["not_learned"]
    assert "not learned" in str(report)


def test_fit_shows_progress(shop):
    stages = []
    bk.fit(shop.catalog, shop.history, progress=lambda stage, done, total: stages.append(stage))
    assert stages


def test_tables(shop):
    table = shop.model.recommend(["c1"], n=2)
    assert list(table.to_pandas().columns) == table.columns
    assert list(table.to_dict()) == table.columns
    assert "<td>c1</td>" in table._repr_html_()
    assert repr(table) == "<Table: 2 rows of customer, product, probability, rank, known>"
