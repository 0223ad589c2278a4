"""Rules that match a basket, from the model file, timed one by one in Rust."""

from __future__ import annotations

TITLE = "Matching: the best five rules for a basket, from the mapped model file"


def report(bench) -> None:
    bench.say("```\n" + bench.cargo_bench("matching") + "\n```")
