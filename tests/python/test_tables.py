"""Every kind of table, in every layout of its columns, gives the same history."""

from __future__ import annotations

import datetime as dt
import decimal
import subprocess
import sys

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import basketry as bk
from conftest import COLUMNS

IDS = ("customer", "order", "sku")


def arrow(lines, **types):
    """The lines as a pyarrow table of two chunks, with these types of columns."""
    table = pa.table(lines)
    for name, kind in types.items():
        index = table.schema.get_field_index(name)
        column = table.column(name)
        chunks = [column.slice(0, 3).combine_chunks(), column.slice(3).combine_chunks()]
        # Each chunk is encoded by itself, so that dictionaries differ from chunk to chunk.
        chunks = [encode(chunk, kind) for chunk in chunks]
        table = table.set_column(index, name, pa.chunked_array(chunks))
    return table


def encode(chunk, kind):
    if pa.types.is_dictionary(kind):
        encoded = chunk.cast(kind.value_type).dictionary_encode()
        return pa.DictionaryArray.from_arrays(
            encoded.indices.cast(kind.index_type), encoded.dictionary
        )
    return chunk.cast(kind)


def check(history):
    assert len(history) == 3
    assert history.lines == 5
    assert history.customers == ["ann", "bob"]
    assert history.products == ["bread", "jam", "tea"]
    assert history.report["lines_read"] == 6
    assert history.report["merged"] == 1


STRINGS = {
    "string": pa.string(),
    "large_string": pa.large_string(),
    "string_view": pa.string_view(),
    **{
        f"dictionary_{key}": pa.dictionary(key, pa.string())
        for key in (
            pa.int8(),
            pa.int16(),
            pa.int32(),
            pa.int64(),
            pa.uint8(),
            pa.uint16(),
            pa.uint32(),
            pa.uint64(),
        )
    },
    "dictionary_large": pa.dictionary(pa.int32(), pa.large_string()),
}


@pytest.mark.parametrize("kind", STRINGS.values(), ids=STRINGS.keys())
def test_string_layouts_of_arrow(lines, kind):
    check(bk.History(arrow(lines, **dict.fromkeys(IDS, kind)), **COLUMNS))


@pytest.mark.parametrize(
    "kind",
    [
        *(pa.int8(), pa.int16(), pa.int32(), pa.int64()),
        *(pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()),
        pa.dictionary(pa.int8(), pa.int64()),
    ],
    ids=str,
)
def test_integer_ids_come_out_as_integers(lines, kind):
    lines["sku"] = [7, 3, 7, 9, 3, 3]
    lines["order"] = [1, 1, 2, 2, 3, 3]
    history = bk.History(arrow(lines, sku=kind, order=kind), **COLUMNS)
    assert history.products == [7, 3, 9]
    assert all(type(product) is int for product in history.products)
    assert list(history.to_baskets()) == [(7, 3), (7, 9), (3,)]


def test_integer_one_and_string_one_differ(lines):
    lines["sku"] = ["1"] * 6
    history = bk.History(pa.table(lines), **COLUMNS)
    assert history.products == ["1"]
    lines["sku"] = [1] * 6
    with pytest.raises(bk.SchemaError, match="sku"):
        history.append(pa.table(lines))
    assert history.products == ["1"]
    assert bk.History(pa.table(lines), **COLUMNS).products == [1]


STAMP = dt.datetime(2026, 3, 1, 10, tzinfo=dt.timezone.utc)
TIMES = {
    "text": ("2026-03-01T10:00:00Z", pa.string()),
    "text_zone": ("2026-03-01T12:00:00+02:00", pa.string()),
    "text_naive": ("2026-03-01 10:00:00", pa.string()),
    "s": (STAMP, pa.timestamp("s")),
    "ms": (STAMP, pa.timestamp("ms")),
    "us_utc": (STAMP, pa.timestamp("us", "UTC")),
    "ns_berlin": (STAMP, pa.timestamp("ns", "Europe/Berlin")),
}


@pytest.mark.parametrize(("value", "kind"), TIMES.values(), ids=TIMES.keys())
def test_times(value, kind):
    table = pa.table({"ts": pa.array([value], kind), "sku": ["jam"], "order": [1]})
    report = bk.History(table, time="ts", product="sku", basket="order").report
    assert report["first_time"] == 1_772_359_200_000


@pytest.mark.parametrize("kind", [pa.date32(), pa.date64()], ids=str)
def test_dates(kind):
    table = pa.table({"ts": pa.array([STAMP.date()], kind), "sku": ["jam"], "order": [1]})
    report = bk.History(table, time="ts", product="sku", basket="order").report
    assert report["first_time"] == 1_772_323_200_000


@pytest.mark.parametrize(
    "money",
    [
        pa.array([1.1, 2.2]),
        pa.array([1.1, 2.2], pa.float32()),
        pa.array([decimal.Decimal("1.10"), decimal.Decimal("2.20")], pa.decimal128(9, 2)),
        pa.array([decimal.Decimal("1.10"), decimal.Decimal("2.20")], pa.decimal256(9, 2)),
    ],
    ids=lambda money: str(money.type),
)
def test_money(money):
    catalog = bk.Catalog(pa.table({"sku": ["a", "b"], "p": money}), product="sku", price="p")
    assert (catalog["a"]["price"], catalog["b"]["price"]) == (1.1, 2.2)


def test_pandas(lines):
    frame = pd.DataFrame(lines)
    check(bk.History(frame, **COLUMNS))
    check(bk.History(frame.astype(dict.fromkeys(IDS, "object")), **COLUMNS))
    check(bk.History(frame.astype(dict.fromkeys(IDS, "category")), **COLUMNS))
    check(bk.History(frame.assign(ts=pd.to_datetime(frame.ts)), **COLUMNS))
    check(bk.History(frame.set_index("order").reset_index(), **COLUMNS))
    check(bk.History(frame.set_index(pd.Index([5, 4, 3, 2, 1, 0])), **COLUMNS))


def test_polars(lines):
    frame = pl.DataFrame(lines)
    check(bk.History(frame, **COLUMNS))
    check(bk.History(frame.with_columns(pl.col(IDS).cast(pl.Categorical)), **COLUMNS))
    check(bk.History(frame.with_columns(pl.col("ts").str.to_datetime(time_zone="UTC")), **COLUMNS))
    check(bk.History(pl.concat([frame[:2], frame[2:]], rechunk=False), **COLUMNS))
    check(bk.History(frame.lazy().collect(), **COLUMNS))


def test_polars_lazy_frame_says_what_to_do(lines):
    with pytest.raises(TypeError, match=r"call \.collect\(\)"):
        bk.History(pl.LazyFrame(lines), **COLUMNS)


def test_pyarrow(lines):
    table = pa.table(lines)
    check(bk.History(table, **COLUMNS))
    check(bk.History(table.to_batches()[0], **COLUMNS))
    check(bk.History(table.to_reader(max_chunksize=2), **COLUMNS))
    check(bk.History(table.to_struct_array().combine_chunks(), **COLUMNS))
    check(bk.History(pa.concat_tables([table.slice(0, 1), table.slice(1)]), **COLUMNS))


def test_duckdb(lines):
    table = pa.table(lines)
    with duckdb.connect() as connection:
        connection.register("lines", table)
        check(bk.History(connection.sql("select * from lines"), **COLUMNS))


def test_dict_of_columns(lines):
    check(bk.History(lines, **COLUMNS))
    check(bk.History({**lines, "paid": np.array(lines["paid"])}, **COLUMNS))


def test_dict_without_pyarrow(lines, without_module):
    without_module("pyarrow")
    with pytest.raises(ImportError, match="pip install 'basketry\\[pyarrow\\]'"):
        bk.History(lines, **COLUMNS)


def test_pandas_without_pyarrow(lines, without_module):
    frame = pd.DataFrame(lines)
    without_module("pyarrow")
    with pytest.raises(ImportError, match="pyarrow"):
        bk.History(frame, **COLUMNS)


class OldFrame:
    """A data frame as pandas before 2.2 has it: without the Arrow interface."""

    def __init__(self, frame):
        self.frame = frame


OldFrame.__name__ = "DataFrame"
OldFrame.__module__ = "pandas.core.frame"


def test_old_pandas_goes_through_pyarrow(lines, monkeypatch):
    def from_pandas(frame, preserve_index):
        assert preserve_index is False
        return table(frame.frame)

    table = pa.table
    # A pyarrow.Table cannot be patched, so the module's name for it is.
    stand_in = type("Table", (), {"from_pandas": staticmethod(from_pandas)})
    monkeypatch.setattr(pa, "Table", stand_in)
    check(bk.History(OldFrame(lines), **COLUMNS))


def test_old_pandas_without_pyarrow(lines, without_module):
    without_module("pyarrow")
    with pytest.raises(ImportError, match=r"before 2\.2"):
        bk.History(OldFrame(lines), **COLUMNS)


@pytest.mark.parametrize("junk", [3, "lines.csv", [1, 2], None, object()])
def test_what_is_no_table(junk):
    with pytest.raises(TypeError, match="table: expected a table"):
        bk.History(junk, **COLUMNS)


def test_mixed_types_in_a_column_name_the_column(lines):
    lines["sku"] = ["bread", 1, "bread", "tea", "jam", "jam"]
    with pytest.raises(bk.SchemaError, match="sku") as caught:
        bk.History(pd.DataFrame(lines), **COLUMNS)
    assert caught.value.__cause__ is not None


def test_a_stream_is_read_once(lines):
    reader = pa.table(lines).to_reader()
    check(bk.History(reader, **COLUMNS))
    # A spent reader of pyarrow has no rows left; that is no error of the table.
    assert len(bk.History(reader, **COLUMNS)) == 0


def test_a_failing_stream_says_why(lines):
    table = pa.table(lines)

    def batches():
        yield table.to_batches()[0]
        raise RuntimeError("the disk is gone")

    reader = pa.RecordBatchReader.from_batches(table.schema, batches())
    with pytest.raises(bk.DataError, match="the disk is gone"):
        bk.History(reader, **COLUMNS)


class Capsules:
    """Gives whatever it is told from the methods of the Arrow interface."""

    def __init__(self, stream):
        self.stream = stream

    def __arrow_c_stream__(self, requested_schema=None):
        return self.stream


def test_hostile_capsules(lines):
    for wrong in (None, 1, "stream", pa.schema([]).__arrow_c_schema__()):
        with pytest.raises((TypeError, ValueError)):
            bk.History(Capsules(wrong), **COLUMNS)
    # A capsule whose stream was taken already.
    capsule = pa.table(lines).__arrow_c_stream__()
    check(bk.History(Capsules(capsule), **COLUMNS))
    with pytest.raises(bk.SchemaError, match="released"):
        bk.History(Capsules(capsule), **COLUMNS)


def test_nothing_optional_is_imported():
    code = (
        "import sys, basketry\n"
        "found = {'pandas', 'polars', 'pyarrow', 'numpy', 'tqdm', 'scipy', 'duckdb'}"
        " & {name.partition('.')[0] for name in sys.modules}\n"
        "sys.exit(f'imported: {found}' if found else 0)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
