"""Times as milliseconds since 1970-01-01 UTC."""

from __future__ import annotations

import datetime as dt

from basketry._errors import InvalidArgumentError

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
_MILLISECOND = dt.timedelta(milliseconds=1)


def milliseconds(time: dt.datetime | dt.date, what: str) -> int:
    """Of a datetime, or of the first moment of a date.

    A datetime without a zone is taken as UTC. Parts of a millisecond are cut off.
    """
    # NaT of pandas is a datetime that equals nothing.
    if time != time:
        raise InvalidArgumentError(f"{what}: expected a time, got {time}")
    if not isinstance(time, dt.datetime):
        time = dt.datetime(time.year, time.month, time.day)
    if time.tzinfo is None:
        time = time.replace(tzinfo=dt.timezone.utc)
    return (time - _EPOCH) // _MILLISECOND
