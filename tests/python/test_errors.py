"""The exceptions, and what becomes of what goes wrong inside."""

from __future__ import annotations

import pickle

import pytest

import basketry as bk

CLASSES = {
    "invalid_argument": (bk.InvalidArgumentError, ValueError),
    "schema": (bk.SchemaError, ValueError),
    "data": (bk.DataError, ValueError),
    "policy": (bk.PolicyError, ValueError),
    "unknown_id": (bk.UnknownIdError, KeyError),
    "io": (bk.IoError, OSError),
    "format": (bk.FormatError, ValueError),
    "version": (bk.VersionError, Exception),
    "cancelled": (bk.CancelledError, Exception),
    "limit": (bk.LimitError, Exception),
    "internal": (bk.InternalError, Exception),
}


@pytest.mark.parametrize("code", CLASSES)
def test_classes(code):
    cls, base = CLASSES[code]
    error = cls("what went wrong")
    assert error.code == code
    assert isinstance(error, bk.Error)
    assert isinstance(error, base)
    assert str(error) == "what went wrong"
    assert cls.__module__ == "basketry"
    assert getattr(bk, cls.__name__) is cls
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (cls, "what went wrong")


def test_every_class_is_tested():
    found = {value for value in vars(bk).values() if isinstance(value, type)}
    errors = {cls for cls in found if issubclass(cls, bk.Error)}
    assert errors == {bk.Error, *(cls for cls, _ in CLASSES.values())}


def test_messages_name_the_argument():
    # KeyError alone would print the repr of its message.
    assert str(bk.UnknownIdError('no product "1"')) == 'no product "1"'
    with pytest.raises(TypeError, match="progress: expected True, False or a function"):
        bk.itemsets(bk.Baskets.from_lists([["a"]]), 1, progress=3)
