"""To and from data frames. Nothing optional is imported until it is needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_EXPECTED = (
    "a table: a pandas (2.2 or later), polars or pyarrow one, a DuckDB relation, or any object "
    "with __arrow_c_stream__ or __arrow_c_array__"
)


def _optional(name: str, what_for: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(
            f"{what_for} needs {name}, which is not installed: pip install 'basketry[{name}]'"
        ) from error


def _is_from(table: object, package: str, name: str) -> bool:
    # A look at the classes' names, so that nothing is imported for it.
    return any(
        cls.__name__ == name and cls.__module__.partition(".")[0] == package
        for cls in type(table).__mro__
    )


def adapt(table: object, what: str) -> Any:
    """Makes an object with ``__arrow_c_stream__`` of one that has none, or says why not."""
    if _is_from(table, "polars", "LazyFrame"):
        raise TypeError(f"{what}: a polars LazyFrame holds no data yet; call .collect() first")
    if _is_from(table, "pandas", "DataFrame"):
        # pandas before 2.2 does not speak Arrow itself.
        pyarrow = _optional("pyarrow", f"{what}: reading a DataFrame of pandas before 2.2")
        return pyarrow.Table.from_pandas(table, preserve_index=False)
    if isinstance(table, dict):
        pyarrow = _optional("pyarrow", f"{what}: a dict of columns")
        return pyarrow.table(table)
    raise TypeError(f"{what}: expected {_EXPECTED}; got {type(table).__name__}")


def is_list_column(lists: object) -> bool:
    """Whether lists come as an Arrow column. A Series of pandas holds Python objects."""
    return not _is_from(lists, "pandas", "Series") and (
        hasattr(lists, "__arrow_c_stream__") or hasattr(lists, "__arrow_c_array__")
    )


def onehot(frame: Any) -> tuple[Any, list[Any] | None]:
    """The table of a one-hot frame, and its labels where Arrow would turn them into strings."""
    if not _is_from(frame, "pandas", "DataFrame"):
        return frame, None
    labels = frame.columns.tolist()
    pandas = import_module("pandas")
    # Labels may be of a kind that Arrow does not know, and as strings they may repeat.
    names = [str(label) for label in labels]
    if len(set(names)) < len(names):
        names = [str(position) for position in range(len(labels))]
    # The labels of rows would become columns.
    frame = frame.set_axis(names, axis=1).reset_index(drop=True)
    # Arrow has no sparse columns. One byte a cell is the least that a dense one can have.
    dense = {
        name: bool if _is_flags(frame[name].array) else dtype.subtype
        for name, dtype in zip(names, frame.dtypes, strict=True)
        if isinstance(dtype, pandas.SparseDtype)
    }
    return frame.astype(dense) if dense else frame, labels


def _is_flags(array: Any) -> bool:
    """Whether a sparse array of pandas holds nothing but zeros and ones."""
    fill = array.npoints == len(array) or array.fill_value in (0, 1)
    return bool(fill) and all(value in (0, 1) for value in set(array.sp_values.tolist()))


def csr(matrix: Any) -> tuple[Any, Any, int] | None:
    """The parts of a scipy-like CSR matrix: (indptr, indices, number of columns)."""
    for name in ("indptr", "indices", "shape", "data"):
        if not hasattr(matrix, name):
            return None
    if getattr(matrix, "format", "csr") != "csr":
        raise TypeError(
            f"from_csr: expected a CSR matrix, got format {matrix.format!r}; call .tocsr() first"
        )
    if not bool((matrix.data != 0).all()):
        # A stored zero is no purchase.
        matrix = matrix.copy()
        matrix.eliminate_zeros()
    return matrix.indptr, matrix.indices, int(matrix.shape[1])


def integers(values: Any) -> tuple[str, bytes] | None:
    """The items of a contiguous buffer of integers and their format, or ``None``."""
    try:
        view = memoryview(values)
    except TypeError:
        return None
    if view.ndim != 1 or len(view.format) != 1 or view.format not in "bBhHiIlLqQ":
        return None
    return f"{'u' if view.format.isupper() else 'i'}{view.itemsize}", view.tobytes()


def to_pandas(table: Any) -> Any:
    """A ``pandas.DataFrame`` of a table of results; needs pandas, not pyarrow."""
    pandas = _optional("pandas", "to_pandas()")
    numpy = import_module("numpy")
    columns: dict[str, Any] = {}
    for name, kind, data in table._buffers():
        if kind is not None:
            # frombuffer gives a read-only view; users change their frames.
            columns[name] = numpy.frombuffer(data, dtype=kind).copy()
        else:
            # pandas takes a list without values for one of floats.
            columns[name] = data or pandas.Series([], dtype=object)
    return pandas.DataFrame(columns, copy=False)


def to_polars(table: Any) -> Any:
    """A ``polars.DataFrame`` of a table of results."""
    return _optional("polars", "to_polars()").DataFrame(table)
