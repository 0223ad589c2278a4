"""The decisions that every language must make, byte for byte."""

from __future__ import annotations

import pathlib

GOLDEN = pathlib.Path(__file__).parents[1] / "golden"
