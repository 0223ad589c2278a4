"""The exceptions: one class for each kind of error, all below :class:`Error`."""

from __future__ import annotations

from typing import ClassVar


class Error(Exception):
    """What basketry raises. The message names the argument, column, row or key at fault.

    Arguments of a wrong Python type (a float as an id, say) raise :class:`TypeError` instead.

    Attributes
    ----------
    code : str
        The stable name of the kind of error, such as ``"invalid_argument"``. It is the same in
        Rust and in C.
    """

    code: ClassVar[str] = "error"


class InvalidArgumentError(Error, ValueError):
    """An argument or option is out of its range, or arguments contradict each other."""

    code: ClassVar[str] = "invalid_argument"


class SchemaError(Error, ValueError):
    """A table lacks a column, or a column has a type that cannot serve."""

    code: ClassVar[str] = "schema"


class DataError(Error, ValueError):
    """A value in the data cannot be used: a null id, a price that is not finite, and so on."""

    code: ClassVar[str] = "data"


class PolicyError(Error, ValueError):
    """A policy or a context has an unknown key, a wrong type or a value out of its range."""

    code: ClassVar[str] = "policy"


class UnknownIdError(Error, KeyError):
    """An id is not known where it must be."""

    code: ClassVar[str] = "unknown_id"

    # KeyError prints the repr of its argument, which suits keys but not sentences.
    __str__ = Exception.__str__


class IoError(Error, OSError):
    """The operating system refused to read or write."""

    code: ClassVar[str] = "io"


class FormatError(Error, ValueError):
    """A model file is not one, is cut short or is damaged."""

    code: ClassVar[str] = "format"


class VersionError(Error):
    """A file was made by a version of the library that this one cannot read."""

    code: ClassVar[str] = "version"


class CancelledError(Error):
    """The work was cancelled.

    Seen only if nothing else says why: what a progress callback raises, and
    :class:`KeyboardInterrupt`, arrive unchanged.
    """

    code: ClassVar[str] = "cancelled"


class LimitError(Error):
    """A limit was reached: memory, the number of results, or the space of indices."""

    code: ClassVar[str] = "limit"


class InternalError(Error):
    """A defect in basketry. Please report it."""

    code: ClassVar[str] = "internal"


BY_CODE: dict[str, type[Error]] = {
    cls.code: cls
    for cls in (
        InvalidArgumentError,
        SchemaError,
        DataError,
        PolicyError,
        UnknownIdError,
        IoError,
        FormatError,
        VersionError,
        CancelledError,
        LimitError,
        InternalError,
    )
}

for _cls in (Error, *BY_CODE.values()):
    # They are known to users, and to pickle, as basketry.Error and so on.
    _cls.__module__ = "basketry"
