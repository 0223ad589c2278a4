"""Order lines: rules, reports, appending, and what bad input gets."""

from __future__ import annotations

import math

import pandas as pd
import pyarrow as pa
import pytest

import basketry as bk
from conftest import COLUMNS


def table(lines, **columns):
    return pa.table({**lines, **columns})


def test_lines_of_a_product_in_a_basket_are_added_up(lines):
    history = bk.History(table(lines), **COLUMNS)
    assert (len(history), history.lines) == (3, 5)
    assert list(history.to_baskets()) == [("bread", "jam"), ("bread", "tea"), ("jam",)]
    assert repr(history) == "<History: 3 baskets, 5 lines, 2 customers, 3 products>"


def test_report_is_a_dict_that_prints_as_a_summary(lines):
    report = bk.History(table(lines), **COLUMNS).report
    assert report["lines_read"] == report["lines_used"] == 6
    assert report["baskets_with_several_times"] == 0
    assert "6 lines read, 6 used" in str(report)
    assert "6 lines read" in report._repr_html_()
    assert dict(report) == report


NULLS = {
    "customer": ["ann", "ann", None, "bob", "ann", "ann"],
    "order": ["o1", "o1", None, "o2", "o3", "o3"],
    "sku": ["bread", "jam", None, "tea", "jam", "jam"],
    "ts": ["2026-03-01", "2026-03-01", None, "2026-03-02", "2026-03-03", "2026-03-03"],
    "units": [1, 2, None, 1, 1, 3],
    "paid": [1.5, 5.0, None, 2.25, 2.5, 7.5],
}


@pytest.mark.parametrize("column", NULLS)
def test_nulls(lines, column):
    source = table(lines, **{column: NULLS[column]})
    with pytest.raises(bk.DataError, match=rf'"{column}".*row 2'):
        bk.History(source, **COLUMNS)
    history = bk.History(source, **COLUMNS, nulls="skip")
    assert (history.report["skipped_null"], history.report["lines_used"]) == (1, 5)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e300])
@pytest.mark.parametrize("column", ["units", "paid"])
def test_numbers_that_are_not_finite(lines, column, value):
    lines[column] = [1.0, 1.0, 1.0, value, 1.0, 1.0]
    # A NaN in a pandas column is a NaN, and becomes a null only if pandas makes it one.
    source = pa.table(lines)
    with pytest.raises(bk.DataError, match=rf'"{column}".*row 3'):
        bk.History(source, **COLUMNS)
    assert bk.History(source, **COLUMNS, non_finite="skip").report["skipped_non_finite"] == 1


def test_long_numbers_are_short_in_messages(lines):
    lines["units"] = [1, 2, 1, 1, 1, 1e300]
    with pytest.raises(bk.DataError, match=r'"units".*row 5.*: 1e300 is not finite or too big'):
        bk.History(pa.table(lines), **COLUMNS)


@pytest.mark.parametrize("value", [0, -1])
def test_quantities_that_are_not_positive(lines, value):
    lines["units"] = [1, 2, 1, 1, 1, value]
    source = pa.table(lines)
    with pytest.raises(bk.DataError, match=r'"units".*row 5'):
        bk.History(source, **COLUMNS)
    assert bk.History(source, **COLUMNS, non_positive="skip").report["skipped_non_positive"] == 1
    assert bk.History(source, **COLUMNS, non_positive="return").report["returns"] == 1


def test_missing_columns_are_listed(lines):
    with pytest.raises(bk.SchemaError, match=r'"product_id" \(for product\).*"ts", "customer"'):
        bk.History(table(lines), **{**COLUMNS, "product": "product_id"})


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("sku", [1.0] * 6),
        ("sku", [True] * 6),
        ("sku", [b"a"] * 6),
        ("ts", [1.5] * 6),
        ("ts", [True] * 6),
        ("units", ["many"] * 6),
        ("paid", [True] * 6),
    ],
)
def test_columns_of_a_wrong_type(lines, column, values):
    with pytest.raises(bk.SchemaError, match=f'"{column}"'):
        bk.History(table(lines, **{column: values}), **COLUMNS)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"nulls": "drop"}, "nulls: unknown variant `drop`, expected `error` or `skip`"),
        ({"non_finite": ""}, "non_finite: "),
        ({"non_positive": "keep"}, "non_positive: .*`return`"),
        ({"currency": "euro"}, "currency: expected three upper-case letters"),
    ],
)
def test_bad_arguments(lines, argument, message):
    with pytest.raises(bk.InvalidArgumentError, match=message):
        bk.History(table(lines), **COLUMNS, **argument)


def test_customer_or_basket(lines):
    with pytest.raises(bk.InvalidArgumentError, match="customer"):
        bk.History(table(lines), time="ts", product="sku")
    assert len(bk.History(table(lines), time="ts", product="sku", customer="customer")) == 3
    assert len(bk.History(table(lines), time="ts", product="sku", basket="order")) == 3


def test_bad_times(lines):
    with pytest.raises(bk.DataError, match=r'"ts".*row 1.*yesterday'):
        bk.History(table(lines, ts=["2026-03-01", "yesterday"] * 3), **COLUMNS)


def test_a_basket_of_two_customers(lines):
    with pytest.raises(bk.DataError, match="o1"):
        bk.History(table(lines, customer=["ann", "bob", "bob", "bob", "ann", "ann"]), **COLUMNS)


def test_empty(lines):
    history = bk.History(table(lines).slice(0, 0), **COLUMNS)
    assert (len(history), history.lines, history.products) == (0, 0, [])
    with pytest.raises(bk.DataError):
        bk.itemsets(history.to_baskets(), 0.5)
    history.append(table(lines))
    assert len(history) == 3


def test_appending_equals_reading_at_once(lines):
    whole = table(lines)
    history = bk.History(whole.slice(0, 3), **COLUMNS)
    history.append(whole.slice(3))
    assert history.report == bk.History(whole, **COLUMNS).report
    assert list(history.to_baskets()) == list(bk.History(whole, **COLUMNS).to_baskets())


def test_a_failed_append_changes_nothing(lines):
    history = bk.History(table(lines), **COLUMNS)
    before = history.report
    for bad in (table(lines, units=[1, 1, 1, 1, 1, -1]), table(lines).drop(["sku"])):
        with pytest.raises(bk.Error):
            history.append(bad)
    assert history.report == before
    history.append(table(lines, order=["n"] * 6, customer=["ann"] * 6))
    assert len(history) == 4


def test_from_csv(lines, tmp_path):
    path = tmp_path / "lines.csv"
    pd.DataFrame(lines).to_csv(path, index=False)
    history = bk.History.from_csv(path, **COLUMNS)
    assert history.report == bk.History(table(lines), **COLUMNS).report
    pd.DataFrame({**lines, "order": [1, 1, 2, 2, 3, 3]}).to_csv(path, index=False)
    history = bk.History.from_csv(path, **COLUMNS, integer_ids=["order"])
    history.append(table(lines, order=[4] * 6, customer=["ann"] * 6))
    assert len(history) == 4
    path.write_bytes(b"ts,sku,order\n2026-01-01,\xff,1\n")
    with pytest.raises(bk.DataError, match="line 2"):
        bk.History.from_csv(path, time="ts", product="sku", basket="order")
    with pytest.raises(bk.IoError, match="nowhere"):
        bk.History.from_csv(tmp_path / "nowhere.csv", **COLUMNS)
    path.write_text("")
    with pytest.raises(bk.Error):
        bk.History.from_csv(path, **COLUMNS)


def test_memory_is_given_back(lines):
    """A million rows read again and again do not pile up."""
    import resource

    big = pa.table(
        {
            "ts": pa.array([0] * 200_000, pa.timestamp("ms")),
            "sku": ["x" * 50] * 200_000,
            "order": list(range(200_000)),
        }
    )
    bk.History(big, time="ts", product="sku", basket="order")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(20):
        bk.History(big, time="ts", product="sku", basket="order")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000
