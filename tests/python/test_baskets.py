"""Every way to make baskets, and what each refuses."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse

import basketry as bk

LISTS = [["bread", "jam"], [], ["jam", "tea", "jam"]]
ROWS = [("bread", "jam"), (), ("jam", "tea")]


def test_from_lists():
    for lists in (
        LISTS,
        tuple(map(tuple, LISTS)),
        (iter(basket) for basket in LISTS),
        pd.Series(LISTS),
        np.array([["a", "b"], ["b", "c"]]),
    ):
        baskets = bk.Baskets.from_lists(lists)
        if not isinstance(lists, np.ndarray):
            assert list(baskets) == ROWS
            assert baskets.items == ["bread", "jam", "tea"]
    assert list(bk.Baskets.from_lists([{1}, [np.int16(2), np.uint64(3)]])) == [(1,), (2, 3)]
    assert list(bk.Baskets.from_lists([[np.str_("a"), "é\0"]])) == [("a", "é\0")]


def test_from_columns_of_lists():
    for column in (
        pl.Series(LISTS),
        pa.array(LISTS),
        pa.array(LISTS, pa.large_list(pa.string())),
        pa.chunked_array([LISTS[:1], LISTS[1:]]),
    ):
        assert list(bk.Baskets.from_lists(column)) == ROWS
    table = pa.table({"id": [1, 2, 3], "skus": LISTS})
    assert list(bk.Baskets.from_table(table, item="skus")) == ROWS
    with pytest.raises(bk.DataError, match="null"):
        bk.Baskets.from_lists(pa.array([["a", None]]))
    with pytest.raises(bk.SchemaError, match="lists"):
        bk.Baskets.from_table(table, item="id")


def test_rows():
    baskets = bk.Baskets.from_lists(LISTS)
    assert len(baskets) == 3
    assert (baskets[0], baskets[-1]) == (ROWS[0], ROWS[2])
    for row in (3, -4):
        with pytest.raises(IndexError):
            baskets[row]


@pytest.mark.parametrize(
    "item", [1.0, True, None, b"a", np.float32(1), np.bool_(True), ["a"], float("nan")]
)
def test_what_is_no_id(item):
    with pytest.raises(TypeError, match=r"lists\[1\]: expected a str or an int as id"):
        bk.Baskets.from_lists([["a"], [item]])


def test_ids_that_cannot_be():
    with pytest.raises(bk.InvalidArgumentError, match=r"lists\[0\].*64 bits"):
        bk.Baskets.from_lists([[2**63]])
    with pytest.raises(bk.InvalidArgumentError, match=r"lists\[0\].*surrogate"):
        bk.Baskets.from_lists([["\ud800"]])
    with pytest.raises(bk.DataError, match=r"lists\[1\].*never converted"):
        bk.Baskets.from_lists([["1"], [1]])
    assert list(bk.Baskets.from_lists([[2**63 - 1, -(2**63)]])) == [(2**63 - 1, -(2**63))]


def test_what_is_no_list():
    with pytest.raises(TypeError, match="lists: expected lists of ids, got int"):
        bk.Baskets.from_lists(3)
    with pytest.raises(TypeError, match=r"lists\[0\]: expected a list of ids, got str"):
        bk.Baskets.from_lists(["bread"])
    with pytest.raises(TypeError, match=r"lists\[0\]: expected a list of ids, got int"):
        bk.Baskets.from_lists([1])

    def failing():
        yield ["a"]
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        bk.Baskets.from_lists(failing())


def test_from_table():
    table = pa.table({"b": [7, 8, 7, 9, 7], "i": ["x", "y", "z", "x", "x"]})
    for source in (table, table.to_pandas(), pl.from_arrow(table)):
        assert list(bk.Baskets.from_table(source, basket="b", item="i")) == [
            ("x", "z"),
            ("y",),
            ("x",),
        ]
    with pytest.raises(bk.SchemaError, match=r'"c".*"b", "i"'):
        bk.Baskets.from_table(table, basket="c", item="i")
    nulls = pa.table({"b": [1, None, 1], "i": ["x", "y", None]})
    with pytest.raises(bk.DataError, match=r'"b".*row 1'):
        bk.Baskets.from_table(nulls, basket="b", item="i")
    baskets = bk.Baskets.from_table(nulls, basket="b", item="i", nulls="skip")
    assert (list(baskets), baskets.skipped) == ([("x",)], 2)
    with pytest.raises(bk.InvalidArgumentError, match=r"nulls: .*keep.*skip"):
        bk.Baskets.from_table(nulls, basket="b", item="i", nulls="keep")


def test_from_csv(tmp_path):
    path = tmp_path / "lines.csv"
    path.write_text("b;i\n7;1\n7;2\n8;1\n", encoding="utf-8")
    baskets = bk.Baskets.from_csv(path, basket="b", item="i", delimiter=";")
    assert list(baskets) == [("1", "2"), ("1",)]
    baskets = bk.Baskets.from_csv(str(path), basket="b", item="i", delimiter=";", integer_ids=["i"])
    assert list(baskets) == [(1, 2), (1,)]
    with pytest.raises(bk.IoError, match=r"missing\.csv") as caught:
        bk.Baskets.from_csv(tmp_path / "missing.csv", basket="b", item="i")
    assert isinstance(caught.value, OSError)


def test_from_fimi(tmp_path):
    path = tmp_path / "baskets.dat"
    path.write_text("3 1 2\n\n2 2\n")
    assert list(bk.Baskets.from_fimi(path)) == [(3, 1, 2), (), (2,)]
    path.write_text("1 2\n1 x\n")
    with pytest.raises(bk.DataError, match="line 2"):
        bk.Baskets.from_fimi(path)
    path.write_bytes(b"1 \xff\n")
    with pytest.raises(bk.DataError, match="line 1"):
        bk.Baskets.from_fimi(path)
    with pytest.raises(bk.IoError):
        bk.Baskets.from_fimi(tmp_path)


def test_from_onehot():
    frame = pd.DataFrame({"bread": [True, False, False], "jam": [1, 0, 1], "tea": [0.0, 0.0, 1.0]})
    for source in (frame, pa.Table.from_pandas(frame), pl.from_pandas(frame)):
        assert list(bk.Baskets.from_onehot(source)) == ROWS
    integers = frame.set_axis([10, 20, 30], axis=1)
    assert list(bk.Baskets.from_onehot(integers)) == [(10, 20), (), (20, 30)]
    sparse = pd.DataFrame.sparse.from_spmatrix(
        scipy.sparse.csr_matrix(frame.to_numpy(dtype=float)), columns=frame.columns
    )
    assert list(bk.Baskets.from_onehot(sparse)) == ROWS
    with pytest.raises(bk.DataError, match=r'"jam".*row 2'):
        bk.Baskets.from_onehot(pa.table({"jam": [1, 0, 2]}))
    with pytest.raises(bk.SchemaError, match='"jam"'):
        bk.Baskets.from_onehot(pa.table({"jam": ["yes"]}))
    with pytest.raises(bk.InvalidArgumentError, match="names columns 0 and 1"):
        bk.Baskets.from_onehot(frame.set_axis(["a", "a", "b"], axis=1))
    with pytest.raises(TypeError, match="frame: expected a str or an int as id, got float"):
        bk.Baskets.from_onehot(frame.set_axis([1.5, 2.5, 3.5], axis=1))


def test_rows_of_a_onehot_frame_may_have_labels():
    lines = pd.DataFrame({"order": [7, 7, 8], "sku": ["bread", "jam", "jam"]})
    counts = pd.crosstab(lines["order"], lines["sku"])
    assert list(bk.Baskets.from_onehot(counts)) == [("bread", "jam"), ("jam",)]
    frame = pd.DataFrame({"bread": [1, 1, 0], "jam": [0, 1, 1]})
    for rows in ([1, 0, 1], ["x", "y", "z"], pd.date_range("2026", periods=3)):
        labelled = frame.set_axis(rows)
        assert bk.Baskets.from_onehot(labelled).items == ["bread", "jam"]
    assert list(bk.Baskets.from_onehot(frame[frame.bread == 1])) == [("bread",), ("bread", "jam")]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([0, 2, 1], '"jam".*row 1.*: 2; expected 0 or 1'),
        ([0.0, math.nan, 1.0], '"jam".*row 1.*: null; expected 0 or 1'),
        ([0.0, 0.5, 1.0], '"jam".*row 1.*: 0.5; expected 0 or 1'),
    ],
)
def test_onehot_cells_are_never_converted(values, message):
    for cells in (values, pd.arrays.SparseArray(values)):
        frame = pd.DataFrame({"bread": pd.arrays.SparseArray([1, 0, 1]), "jam": cells})
        with pytest.raises(bk.DataError, match=message):
            bk.Baskets.from_onehot(frame)
    # A column beside a sparse one keeps its type.
    with pytest.raises(bk.SchemaError, match='"jam"'):
        bk.Baskets.from_onehot(frame.assign(jam=["x", "", "y"]))


def test_sparse_onehot_of_every_fill():
    for array in (
        pd.arrays.SparseArray([1, 1, 0], fill_value=1),
        pd.arrays.SparseArray([1.0, 1.0, 0.0]),
        pd.arrays.SparseArray([True, True, False]),
    ):
        frame = pd.DataFrame({"jam": array})
        assert list(bk.Baskets.from_onehot(frame)) == [("jam",), ("jam",), ()]


def test_a_far_column_takes_little_memory():
    baskets = bk.Baskets.from_csr([0, 2], [4_000_000_000, 7])
    assert baskets.items == [4_000_000_000, 7]


@pytest.mark.parametrize("text", ["abc", b"abc", bytearray(b"abc")])
def test_text_is_no_list_of_ids(text):
    with pytest.raises(TypeError, match=r"lists\[1\]: expected a list of ids, got"):
        bk.Baskets.from_lists([["a"], text])
    sets = bk.itemsets(bk.Baskets.from_lists([[97, 98, 99]]), 1)
    with pytest.raises(TypeError, match=r"items: expected a list of ids, got one"):
        sets.count_of(text)


INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]


@pytest.mark.parametrize("kind", INTEGERS)
def test_from_csr_arrays(kind):
    indptr, indices = np.array([0, 2, 2, 4], kind), np.array([0, 1, 1, 2], kind)
    assert list(bk.Baskets.from_csr(indptr, indices)) == [(0, 1), (), (1, 2)]
    baskets = bk.Baskets.from_csr(indptr, indices, items=["bread", "jam", "tea", "salt"])
    assert list(baskets) == ROWS
    assert len(baskets.items) == 4
    twice = np.repeat(indices, 2)[::2]  # not contiguous
    assert list(bk.Baskets.from_csr(list(indptr), twice)) == [(0, 1), (), (1, 2)]


def test_from_csr_matrix():
    dense = np.array([[1, 1, 0], [0, 0, 0], [0, 3, 1]])
    for make in (scipy.sparse.csr_matrix, scipy.sparse.csr_array):
        matrix = make(dense)
        assert list(bk.Baskets.from_csr(matrix, items=["bread", "jam", "tea"])) == ROWS
        matrix.data[0] = 0
        assert list(bk.Baskets.from_csr(matrix)) == [(1,), (), (1, 2)]
        assert matrix.nnz == 4
    with pytest.raises(TypeError, match=r"call \.tocsr\(\)"):
        bk.Baskets.from_csr(scipy.sparse.csc_matrix(dense))
    with pytest.raises(TypeError, match="expected a CSR matrix"):
        bk.Baskets.from_csr(dense)
    with pytest.raises(bk.InvalidArgumentError, match="items: expected 3 ids, one for each"):
        bk.Baskets.from_csr(scipy.sparse.csr_matrix(dense), items=["bread"])


@pytest.mark.parametrize(
    ("indptr", "indices", "items", "message"),
    [
        ([], [], None, "indptr: expected one more entry"),
        ([1, 2], [0, 0], None, "indptr: expected 0 as the first"),
        ([0, 2, 1], [0, 0], None, r"indptr\[2\]"),
        ([0, 3], [0, 0], None, r"indptr\[1\]"),
        ([0, 1], [0, 0], None, "last entry is 1"),
        ([0, 1], [-1], None, r"indices\[0\]"),
        ([0, 1], [2], ["a", "b"], r"indices\[0\]"),
        ([0, 1], [0], ["a", "a"], "names columns 0 and 1"),
        ([0, 1], [2**40], None, "items"),
        ([0, 1], np.array([2**64 - 1], np.uint64), ["a"], r"indices\[0\]"),
    ],
)
def test_csr_that_cannot_be(indptr, indices, items, message):
    with pytest.raises(bk.InvalidArgumentError, match=message):
        bk.Baskets.from_csr(indptr, indices, items=items)
    with pytest.raises(TypeError, match="indptr: expected integers"):
        bk.Baskets.from_csr([0.0, 1.0], [0])
    with pytest.raises(TypeError, match="indices: expected integers"):
        bk.Baskets.from_csr([0, 1], np.array([0.5]))
