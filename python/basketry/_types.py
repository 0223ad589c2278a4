"""The types of arguments and results. Nothing here has behaviour."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, SupportsFloat, SupportsIndex, TypeAlias

#: An id: strings and integers keep their type. (numpy's integers are accepted too.)
Id: TypeAlias = str | int


class ArrowStream(Protocol):
    """A table with the Arrow stream interface: pandas, polars, pyarrow, DuckDB and others."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """A capsule of an Arrow C stream."""
        ...


class ArrowArray(Protocol):
    """A table with the Arrow array interface."""

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        """Capsules of an Arrow C schema and array."""
        ...


#: Whatever a table can come from. A dict of columns needs pyarrow.
AnyTable: TypeAlias = ArrowStream | ArrowArray | Mapping[str, Any]

#: Many ids: a list, an array of numpy, or an Arrow column.
Ids: TypeAlias = Iterable[Id] | ArrowStream | ArrowArray

#: A float is a share, an int a number.
Support: TypeAlias = SupportsFloat | SupportsIndex

Number: TypeAlias = SupportsFloat | SupportsIndex

Path: TypeAlias = str | os.PathLike[str]

#: Called with the stage, what is done, and what there is to do (0 if that is not known).
Callback: TypeAlias = Callable[[str, int, int], object]

Progress: TypeAlias = bool | Callback

#: ISO 8601, milliseconds since 1970-01-01 UTC, a datetime or a date (without a zone they are UTC).
#: (Those of pandas and numpy are accepted too.)
Time: TypeAlias = str | int | dt.datetime | dt.date

#: Quantities by id, or ids of one unit each.
Basket: TypeAlias = Mapping[Id, Number] | Iterable[Id]
