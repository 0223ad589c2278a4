"""Decisions, timed one by one in Rust."""

from __future__ import annotations

from groups import fit

TITLE = "Decide"


def measure(job: dict) -> dict:
    return fit.measure(job)


def report(bench) -> None:
    # First a made-up shop of 18,000 products, then the model of a year of real orders.
    bench.say("```\n" + bench.cargo_bench("decide") + "\n```")
    file = bench.folder / "shop.basketry"
    if not file.exists():
        bench.measure(peer="basketry", keep=str(file))
    if file.exists():
        text = bench.cargo_bench("decide", BASKETRY_MODEL=str(file))
        bench.say("```\n" + text.replace(str(file), "Complete Journey") + "\n```")
