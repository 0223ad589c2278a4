"""Times as milliseconds since 1970-01-01 UTC."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from basketry._errors import InvalidArgumentError

if TYPE_CHECKING:
    import numpy as np

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
_MILLISECOND = dt.timedelta(milliseconds=1)


def milliseconds(time: dt.datetime | dt.date | np.datetime64, what: str) -> int:
    """Of a datetime, or of the first moment of a date; of Python, pandas or numpy.

    A datetime without a zone is taken as UTC. Parts of a millisecond are cut off.
    """
    # NaT of pandas and numpy equals nothing.
    if time != time:
        raise InvalidArgumentError(f"{what}: expected a time, got {time}")
    if not isinstance(time, dt.date):
        cast = time.astype("datetime64[ms]")
        # In units that do not fit in milliseconds numpy overflows without a word.
        if cast.astype(time.dtype) != time and abs(cast.astype("int64")) > 2**53:
            raise InvalidArgumentError(f"{what}: {time} is too far from now")
        return int(cast.astype("int64"))
    if not isinstance(time, dt.datetime):
        time = dt.datetime(time.year, time.month, time.day)
    if time.tzinfo is None:
        time = time.replace(tzinfo=dt.timezone.utc)
    return (time - _EPOCH) // _MILLISECOND
