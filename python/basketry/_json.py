"""Policies as JSON."""

from __future__ import annotations

import json
import math
from typing import Any


def dumps(value: object) -> str:
    """JSON of dicts, lists and plain values, scalars and arrays of numpy included."""
    return json.dumps(_plain(value, ""), allow_nan=False, ensure_ascii=False)


def _plain(value: Any, path: str) -> object:
    if isinstance(value, dict):
        within = f"{path}." if path else ""
        return {str(key): _plain(item, f"{within}{key}") for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item, f"{path}[{i}]") for i, item in enumerate(value)]
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        # JSON has no such numbers; as text they get the error that names their key.
        return value if math.isfinite(value) else str(value)
    if hasattr(value, "tolist"):
        return _plain(value.tolist(), path)
    kind = type(value).__name__
    raise TypeError(f"{path}: expected plain values or lists and dicts of them, got {kind}")
