"""Learning a model from a year of orders."""

from __future__ import annotations

import os
import sys
import tempfile

from harness import ROOT
from measuring import best_of, peak_mb, resident_mb

TITLE = "Fit on the Complete Journey orders"


def measure(job: dict) -> dict:
    sys.path.insert(0, str(ROOT / "examples"))
    from complete_journey import load

    import basketry as bk

    catalog, history = load()
    before = resident_mb()
    wall, cpu, model = best_of(lambda: bk.fit(catalog, history), 2, seconds=60)
    mb = peak_mb() - before
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "shop.basketry")
        model.save(path)
        opened, _, _ = best_of(lambda: bk.Model.open(path), 20)
        size = os.path.getsize(path)
    model.save(job["keep"])
    return {
        "seconds": wall, "cpu": cpu, "results": size, "mb": mb,
        "open_ms": opened * 1000, "products": len(catalog), "households": len(history.customers),
    }


def report(bench) -> None:
    fit = bench.measure(peer="basketry", keep=str(bench.folder / "shop.basketry"))
    if "failed" in fit:
        bench.say(f"failed: {fit['failed']}")
        return
    bench.table("products", "households", "fit", "CPU", "peak memory", "file", "open")
    bench.row(
        f"{fit['products']:,}", f"{fit['households']:,}", f"{fit['seconds']:.2f} s", f"{fit['cpu']:.2f} s",
        f"{fit['mb']:.0f} MB", f"{fit['results'] / 2**20:.1f} MiB", f"{fit['open_ms']:.2f} ms",
    )
