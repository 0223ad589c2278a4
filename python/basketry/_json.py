"""Policies as JSON."""

from __future__ import annotations

import json
import math
from typing import Any


def dumps(value: object) -> str:
    """JSON of dicts, lists and plain values, scalars of numpy included."""
    return json.dumps(_plain(value), allow_nan=False, ensure_ascii=False)


def _plain(value: Any) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        # JSON has no such numbers; as text they get the error that names their key.
        return value if math.isfinite(value) else str(value)
    if hasattr(value, "item"):
        return _plain(value.item())
    raise TypeError(f"expected plain values or lists and dicts of them, got {type(value).__name__}")
