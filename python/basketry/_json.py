"""Policies as JSON."""

from __future__ import annotations

import json
import math
from typing import Any


def dumps(value: object) -> tuple[str, tuple[str, str] | None]:
    """JSON of dicts, lists and plain values, scalars and arrays of numpy included.

    NaN and the infinities, which JSON does not have, become texts; the second value is where the
    first of them stands, and how it is written.
    """
    odd: list[tuple[str, str]] = []
    text = json.dumps(_plain(value, "", odd), allow_nan=False, ensure_ascii=False)
    return text, odd[0] if odd else None


def _plain(value: Any, path: str, odd: list[tuple[str, str]]) -> object:
    if isinstance(value, dict):
        within = f"{path}." if path else ""
        return {str(key): _plain(item, f"{within}{key}", odd) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item, f"{path}[{i}]", odd) for i, item in enumerate(value)]
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        odd.append((path, str(value)))
        return str(value)
    if hasattr(value, "tolist"):
        return _plain(value.tolist(), path, odd)
    kind = type(value).__name__
    raise TypeError(f"{path}: expected plain values or lists and dicts of them, got {kind}")
