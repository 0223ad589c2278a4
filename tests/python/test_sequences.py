"""Sequences against brute force over pairs, and what leaves as tables."""

from __future__ import annotations

import inspect
import random
import statistics

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import basketry as bk

FIRST = pd.Timestamp("2026-01-01")


def random_orders(seed, customers=12, days=120, products=5, lines=150):
    draw = random.Random(seed)
    frame = pd.DataFrame(
        {
            "customer": [draw.randrange(customers) for _ in range(lines)],
            "day": [draw.randrange(days) for _ in range(lines)],
            "product": [f"p{draw.randrange(products)}" for _ in range(lines)],
        }
    )
    return frame.drop_duplicates().sort_values(["customer", "day", "product"])


def history_of(frame):
    frame = frame.assign(time=FIRST + pd.to_timedelta(frame["day"], unit="D"))
    return bk.History(frame, customer="customer", time="time", product="product")


def brute_pairs(frame, within, min_customers):
    """Every pair with its numbers, straight from the definitions."""
    end = frame["day"].max()
    days = {key: sorted(group) for key, group in frame.groupby(["customer", "product"])["day"]}
    first = frame.groupby("customer")["day"].min()
    products = sorted(frame["product"].unique())
    starts = [(c, d) for c, f in first.items() for d in range(f, end - within + 1)]
    found = {}
    for a in products:
        for b in products:
            customers, observed, lags = 0, 0, []
            for c in first.index:
                has = False
                for d in days.get((c, a), []):
                    after = [e - d for e in days.get((c, b), []) if 0 < e - d <= within]
                    has |= bool(after)
                    if d + within <= end:
                        observed += 1
                        lags += after[:1]
                customers += has
            if customers >= min_customers:
                hits = sum(
                    any(0 < e - d <= within for e in days.get((c, b), [])) for c, d in starts
                )
                found[a, b] = (customers, observed, len(lags), hits / len(starts), lags)
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("within", [7, 30])
def test_pairs_against_brute_force(seed, within):
    frame = random_orders(seed)
    found = bk.sequences(
        history_of(frame), 2, within, step="day", max_length=2, threads=1 + seed % 2
    )
    expected = brute_pairs(frame, within, 2)
    assert {tuple(step[0] for step in row.steps) for row in found} == set(expected)
    for row in found:
        customers, observed, followed, base_rate, lags = expected[row.steps[0][0], row.steps[1][0]]
        assert (row.customers, row.observed, row.followed) == (customers, observed, followed)
        assert row.support == customers / 12
        assert row.confidence == followed / observed
        assert row.base_rate == pytest.approx(base_rate, rel=1e-12)
        if lags:
            assert row.median_lag_days == statistics.median(lags)
            quartiles = pd.Series(lags).quantile([0.25, 0.5, 0.75])
            assert row.lag_quartiles_days == pytest.approx(tuple(quartiles), rel=1e-12)
            assert row.lift == pytest.approx(row.confidence / base_rate, rel=1e-12)


def test_tables_leave_in_every_form():
    found = bk.sequences(history_of(random_orders(1)), 2, 20, step="day")
    assert len(found) == len(list(found)) > 50
    columns = found.to_dict()
    assert columns["sequence"][0] == tuple(step[0] for step in found[0].steps)
    frame = found.to_pandas()
    assert frame["sequence"].tolist() == columns["sequence"]
    assert frame["length"].isin([2, 3]).all()
    assert str(frame["lift"].dtype) == str(frame["median_lag_days"].dtype) == "float64"
    table = pa.table(found)
    assert table.schema.field("sequence").type == pa.list_(pa.field("item", pa.string(), False))
    assert table.column_names == list(frame.columns) == found.to_polars().columns
    assert table.schema.metadata[b"customers"] == b"12"
    assert isinstance(found.to_polars()["sequence"].dtype, pl.List)
    assert found.to_polars()["lift"].null_count() == frame["lift"].isna().sum()
    assert [len(lags) + 1 for lags in columns["median_lags_days"]] == columns["length"]


def test_steps_of_several_items():
    frame = pd.DataFrame(
        {
            "customer": [1, 1, 1, 2, 2, 2],
            "day": [0, 0, 3, 4, 4, 9],
            "product": ["a", "b", "c"] * 2,
        }
    )
    found = bk.sequences(history_of(frame), 2, 9, step="day", max_items_per_step=2)
    assert found[-1].steps == (("a", "b"), ("c",))
    assert found.to_dict()["sequence"][-1] == (("a", "b"), ("c",))
    assert "a, b -&gt; c" in found._repr_html_()
    assert "a, b -> c" in str(found)
    assert found.to_polars()["sequence"].to_list()[-1] == [["a", "b"], ["c"]]


def test_views():
    found = bk.sequences(history_of(random_orders(2)), 2, 20, step="day")
    assert found[3:5][1].steps == found[4].steps
    assert all("p1" in sum(row.steps, ()) for row in found.containing(["p1"]))
    assert len(found.containing(["nothing"])) == 0
    assert all(len(row) == 2 for row in found.filter(max_length=2))
    strong = found.filter(lambda row: row.customers > 3, min_length=2, lift=1.0)
    assert all(row.customers > 3 and row.lift >= 1 for row in strong)
    lags = [row.median_lag_days for row in found.sort("median_lag_days")]
    known = [lag for lag in lags if lag is not None]
    assert known == sorted(known, reverse=True)
    assert lags[len(known) :] == [None] * (len(lags) - len(known))
    after = found.after(["p1", "unknown"], 3, by="lift")
    assert len(after) == 3
    assert {row.steps[0] for row in after} == {("p1",)}
    both = found.after([["p2"], ["p1"]], 1000)
    assert {row.steps[:-1] for row in both} == {(("p1",),), (("p2",), ("p1",))}
    assert len(found.after([])) == 0
    with pytest.raises(bk.InvalidArgumentError, match="base_rate"):
        found.sort("lfit")
    with pytest.raises(TypeError, match="orders"):
        found.after("p1")
    with pytest.raises(TypeError, match="orders"):
        found.after([["p1"], "p2"])


def test_what_is_not_observed_is_not_known():
    found = bk.sequences(history_of(random_orders(3)), 2, 1000, max_length=2)
    assert found[0].confidence is found[0].lift is found[0].median_lag_days is None
    assert found[0].lag_quartiles_days is None
    assert found[0].observed == 0
    assert "lift" not in repr(found[0])
    frame = found.to_pandas()
    assert str(frame["lift"].dtype) == "float64"
    assert frame["lift"].isna().all()
    assert found.to_dict()["lift"][0] is None
    assert len(found.filter(lift=0)) == 0


def test_options():
    frame = random_orders(4)
    history = history_of(frame)
    refills = bk.sequences(history, 2, 60, step="day")
    no_refills = bk.sequences(history, 2, 60, step="day", repeats=False)
    assert any(row.steps[0] == row.steps[1] for row in refills)
    assert all(len(set(row.steps)) == len(row.steps) for row in no_refills)
    gaps = bk.sequences(history, 2, 60, step="day", min_gap_days=3, max_gap_days=9.0)
    assert all(3 <= lag <= 9 for row in gaps for lag in row.median_lags_days if lag is not None)
    only = bk.sequences(history, 2, 60, only_from=["p1", "p2"], must_not_contain=["p2"])
    assert {step for row in only for step in row.steps} <= {("p1",)}
    assert bk.sequences(history, 0.5, 60.0, step="day").min_count == 6
    stages = []
    bk.sequences(history, 2, 60, progress=lambda *progress: stages.append(progress))
    assert stages[-1][0] == "mining"


def test_bad_arguments():
    history = history_of(random_orders(5))
    for name, arguments in [
        ("min_support", (0, 30)),
        ("min_support", (1.5, 30)),
        ("within_days", (2, 0)),
        ("within_days", (2, float("nan"))),
    ]:
        with pytest.raises(bk.InvalidArgumentError, match=name):
            bk.sequences(history, *arguments)
    for name, value in [
        ("min_gap_days", 31),
        ("max_gap_days", -1),
        ("max_length", 1),
        ("max_items_per_step", 0),
        ("step", "week"),
        ("threads", 0),
    ]:
        with pytest.raises(bk.InvalidArgumentError, match=name):
            bk.sequences(history, 2, 30, **{name: value})
    with pytest.raises(TypeError, match="within_days"):
        bk.sequences(history, 2, "30")
    with pytest.raises(bk.UnknownIdError, match="only_from"):
        bk.sequences(history, 2, 30, only_from=["p1", "nothing"])
    with pytest.raises(bk.LimitError, match="max_sequences"):
        bk.sequences(history, 2, 30, max_sequences=3)
    orders = pd.DataFrame({"order": [1, 2], "time": [FIRST, FIRST], "product": ["a", "b"]})
    nobody = bk.History(orders, basket="order", time="time", product="product")
    with pytest.raises(bk.DataError, match="customer"):
        bk.sequences(nobody, 1, 30)


def test_the_signature_tells_the_defaults():
    parameters = inspect.signature(bk.sequences).parameters
    history = history_of(random_orders(6))
    given = {
        name: parameter.default
        for name, parameter in parameters.items()
        if parameter.default is not parameter.empty
    }
    explicit = bk.sequences(history, 2, 30, **given)
    assert pa.table(explicit) == pa.table(bk.sequences(history, 2, 30))
